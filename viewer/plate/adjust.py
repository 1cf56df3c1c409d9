"""What a person adds to a plate, scale and repairs: a value, and the file beside the picture that keeps it.

The picture itself is never written. `photo.heic` has `photo.heic.pushin.json`, which names the picture by the SHA-256
of its bytes: beside another picture it is left alone.
"""
from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from itertools import chain, count
from pathlib import Path

import numpy as np

from ..errors import PushinError
from ..files import replacing
from . import repair, scale
from .images import SUBJECT_AREA
from .source import name_of

VERSION = 1
SKY_SHARE = 0.01
"""Of the picture, from which it is said that known distances made sky of it."""
_MOST_BYTES = 16 << 20
_KINDS = {"at": scale.Anchor, "person": scale.Person, "stroke": repair.Stroke, "flatten": repair.Flatten,
          "cut": repair.Cut}
_SUBJECT_DISTANCE = 0x9206


@dataclass(frozen=True, slots=True)
class Adjustments:
    """anchors: what fixes the scale, `scale.Anchor` and `scale.Person`; edits: repairs in order, of `repair`; idle: anchors
    that contradict the depth they are over, and are kept for that which they were told of."""

    anchors: tuple[scale.Anchor | scale.Person, ...] = ()
    edits: tuple[repair.Edit, ...] = ()
    idle: tuple[scale.Anchor | scale.Person, ...] = ()

    @classmethod
    def load(cls, picture: Path) -> tuple[Adjustments, tuple[str, ...]]:
        """What is saved beside a picture, and sentences on what could not be used."""
        path = beside(picture)
        try:
            if not os.path.isfile(path):    # no error where its name is too long for a file
                return cls(), ()
            if path.stat().st_size > _MOST_BYTES:
                raise ValueError
            stored = json.loads(path.read_text("utf-8"))
            if stored["picture"] != _hash(picture):
                return cls(), (f"{name_of(path)} belongs to another picture and is not used.",)
            return cls.of(stored), ()
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return cls(), (f"{name_of(path)}, the scale and repairs of this picture, cannot be read and is not used.",)

    @classmethod
    def of(cls, stored: dict) -> Adjustments:
        """What `stored` made plain values of; ValueError, TypeError, KeyError or AttributeError on anything else."""
        return cls(tuple(_value(v, ("at", "person")) for v in stored["scale"]),
                   tuple(_value(v, ("stroke", "flatten", "cut")) for v in stored["repairs"]))

    def stored(self) -> dict:
        """As values that JSON has."""
        return {"scale": [_stored(a) for a in self.anchors or self.idle], "repairs": [_stored(e) for e in self.edits]}

    def with_others(self, before: Adjustments, picture: Path) -> Adjustments:
        """With what somebody else has saved beside the picture since it held `before`: theirs where nothing was changed here,
        else both, but for what was said of the same place."""
        if not os.path.isfile(beside(picture)):
            return self
        theirs, unusable = self.load(picture)
        if unusable:
            return self

        def both(mine: tuple, known: tuple, other: tuple) -> tuple:
            if mine == known:
                return other
            places = {_place(value) for value in mine}
            return (*mine, *(v for v in other if v not in (*known, *mine) and _place(v) not in places))

        scales = both(*(each.anchors or each.idle for each in (self, before, theirs)))
        repairs = both(self.edits, before.edits, theirs.edits)
        return Adjustments((), repairs, scales) if self.idle and not self.anchors else Adjustments(scales, repairs, self.idle)

    @property
    def digest(self) -> str:
        """SHA-256, hexadecimal: equal adjustments, equal digest."""
        return hashlib.sha256(json.dumps(self.stored()).encode()).hexdigest()

    def save(self, picture: Path, of: str | None = None) -> Path:
        """Write beside the picture; a file there that cannot be used is kept with the ending .bak, .bak2 and so on.

        of  SHA-256 of the picture that they were made for: PushinError where another one is there by now
        """
        path, picture = beside(picture), Path(picture)
        try:
            if of not in (None, _hash(picture)):
                raise PushinError(f"{name_of(picture)} has been replaced since it was opened; its scale and repairs are of the "
                                  "other picture and are not saved: open it again.")
            stored = {"pushin": VERSION, "picture": _hash(picture), **self.stored()}
            if self.load(picture)[1]:
                names = (path.with_name(f"{path.name}.bak{n}") for n in chain([""], count(2)))
                os.replace(path, next(name for name in names if not name.exists()))
            with replacing(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
                json.dump(stored, file, indent=1)
        except OSError as error:
            raise PushinError(f"{name_of(path)}, which keeps scale and repairs, cannot be written beside the picture "
                              f"({error.strerror or error}); copy the picture to a folder of your own.") from None
        return path


def _place(value):
    """Of what a scale is told at: only one of what is told there can be right. A repair has its place for itself alone."""
    return value.xy if isinstance(value, scale.Anchor) else value.box if isinstance(value, scale.Person) else value


def beside(picture: Path) -> Path:
    """The file beside a picture that keeps its adjustments."""
    picture = Path(picture)
    return picture.with_name(picture.name + ".pushin.json")


def adjusted(plate, adjustments: Adjustments, forgiving: bool = False):
    """A plate with scale and repairs applied over the depth as it was measured; the measured plate for none.

    forgiving  leaves out a scale that contradicts the depth and repairs that cannot be made (any more), as those of a
               depth map that has been replaced, and notes it; else they raise PushinError
    """
    now, plate = plate, plate.measured
    name = name_of(plate.path) if plate.path else "the depth"
    if forgiving:
        try:
            scale.fit(plate, adjustments.anchors)
        except PushinError as error:
            left = adjusted(now, replace(adjustments, anchors=(), idle=adjustments.anchors), True)
            return replace(left, notes=(*left.notes, f"What was said of the scale of {name} is left out: {error}"))
    if adjustments == Adjustments():
        return plate
    edits, notes = adjustments.edits, plate.notes
    kept = now.adjustments.edits
    if now is not plate and now.adjustments.anchors == adjustments.anchors and edits[:len(kept)] == kept:
        depth, relative, notes, edits = now.depth, now.relative, now.notes, edits[len(kept):]     # goes on from there
    else:
        depth, relative = plate.depth, plate.relative
        if adjustments.anchors:
            notes = tuple(note for note in notes if note != unscaled(plate))
            depth, relative = scale.fit(plate, adjustments.anchors)(depth, relative), False
            lost = float((np.isinf(depth) & np.isfinite(plate.depth)).mean())
            notes += (beyond_sky(plate, lost),) if lost >= SKY_SHARE else ()
    for edit in edits:
        try:
            depth = repair.applied(edit, np.asarray(depth, np.float32), plate.color)
        except PushinError as error:
            if not forgiving:
                raise
            notes += (f"A repair of {name} is left out: {error}",)
    return plate.with_depth(depth, relative=relative, notes=notes, adjustments=adjustments, unadjusted=plate)


def unscaled(plate) -> str:
    """What a plate of relative depth says of itself."""
    finite = plate.depth[np.isfinite(plate.depth)]
    return (f"Distances of {plate.source} are relative; {finite.min():.3g} to {finite.max():.3g} m is assumed: tell one "
            f"or two with --at X,Y=M.") if finite.size else ""


def beyond_sky(plate, share: float) -> str:
    """What a plate says of a share of its picture that known distances made sky of."""
    painted = {"inverse": "painted", "inverted": "linear"}.get(plate.kind)
    return (f"By the known distances {share:.1%} of the picture lies behind infinity and is sky: give the distance of something "
            "there as well, with --at" + (f", or open greys that were painted by hand with --depth-kind {painted}." if painted else "."))


def residuals(plate, adjustments: Adjustments) -> list[str]:
    """A line for each anchor: where it is, in the file's pixels, how far away it was said to be, and by how much the plate
    misses it."""
    fitted = scale.fit(plate.measured, adjustments.anchors)
    points = [scale.located(plate, anchor) for anchor in adjustments.anchors]
    # As many as are fitted are met by themselves: nothing that could be missed.
    misses = ["met" if abs(miss) < 5e-4 * p.metres else f"missed by {abs(miss):.2g} m ({abs(miss) / p.metres:.1%})"
              for p, miss in zip(points, fitted.residuals)]
    return [f"at {p.xy[0] * plate.reduction:.0f},{p.xy[1] * plate.reduction:.0f}: {p.metres:.3g} m, {miss}"
            for p, miss in zip(points, misses)]


def focus_anchor(exif: dict, plate) -> scale.Anchor | None:
    """The distance that the camera focused at (EXIF SubjectDistance), at its subject or the middle; None without."""
    try:
        metres = float(exif[_SUBJECT_DISTANCE])
        if not 0.05 <= metres <= 1000:      # 0 is unknown, and infinity says nothing
            return None
        area = [float(v) / plate.reduction for v in exif.get(SUBJECT_AREA, ())][:2]
        x, y = area if len(area) == 2 else (plate.width / 2, plate.height / 2)
        anchor = scale.Anchor((min(x, plate.width - 1), min(y, plate.height - 1)), metres)
        scale.fit(plate, (anchor,))
        return anchor
    except (KeyError, TypeError, ValueError, ZeroDivisionError, PushinError):
        return None


def _hash(picture: Path) -> str:
    """SHA-256 of a file; read once as long as it stays the same."""
    status = os.stat(picture)
    return _hashed(str(Path(picture).absolute()), status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=8)
def _hashed(picture: str, changed: int, size: int) -> str:
    with open(picture, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stored(value) -> dict:
    kind = next(name for name, cls in _KINDS.items() if type(value) is cls)
    return {"kind": kind, **asdict(value)}


def _value(stored: dict, kinds):
    """A stored anchor or edit; ValueError, TypeError or KeyError on anything else."""
    stored = dict(stored)
    kind = stored.pop("kind")
    if kind not in kinds:
        raise ValueError(kind)
    value = _KINDS[kind](**{k: _frozen(v) for k, v in stored.items()})
    for name, number in asdict(value).items():
        if name == "action":
            if number not in repair.ACTIONS:
                raise ValueError(number)
            continue
        numbers = np.array(number)      # text, truth values and numbers beyond 64 bits are of another kind
        right = numbers.shape[1:] == (2,) if name == "points" else numbers.shape == {"xy": (2,), "box": (4,)}.get(name, ())
        if not right or numbers.dtype.kind not in "iuf" or not np.isfinite(numbers).all():
            raise ValueError(name)
    if kind == "stroke" and (value.radius <= 0 or not 0 < value.amount < 100):
        raise ValueError(kind)
    return value


def _frozen(value):
    return tuple(_frozen(v) for v in value) if isinstance(value, list) else value
