"""The shot as one immutable value: what is saved, edited, compared with ==, and undone by keeping the older value.

    shot = Shot(PlateFile(stage=Stage.of(plate)), subjects=(mira,), takes=(Take("A", timeline),))
    shot.perform("A").camera(1.5)            # the Camera at 1.5 s
    newer = shot.with_take(replace(shot.take("A"), rig="handheld"))
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainSerializer, PlainValidator

from .. import optics
from ..camera import Camera, check_iris
from ..errors import PushinError
from .errors import BadValue
from .framing import FrameLines, Stage, Subject, find_subject, frame_lines
from .kit import F_STOP, RATIOS, Body, Lens
from .performance import Performance
from .rigs import rig
from .scene import Scene
from .timeline import LIMITS, STRICT, Rate, Seconds, Timeline, frame_times, rate, seconds, timecode

VERSION = 1
"""Of the shot file's form. A program reads its own version and older ones."""

MOST_FRAMES = 120
"""Frames a second: more than any delivery asks for."""


def _adjustments(stored):
    """Adjustments of what they are stored as; where there are none, a shot is read without the plate's room."""
    if stored is None:
        return None
    from ..plate.adjust import Adjustments
    if isinstance(stored, Adjustments):
        return stored
    try:
        return Adjustments.of(stored)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ValueError("scale or repairs that cannot be read") from None


@dataclass(frozen=True, slots=True)
class PlateFile:
    """Which plate the shot plays on, and how to open it.

    stage        the plate's geometry, so that a shot plays and is described without its plate
    path, depth  files, or None: the bundled plate; no depth file, its depth lies in the picture
    sha256       of each when the shot was made; None: not known
    adjustments  scale and repairs, plate.adjust.Adjustments, or None for none. They are edited, undone and recovered
                 with the shot, but saved beside the picture: every shot on it shares them
    adjusted     their digest, which is saved: marks and sizes are in that scale; None: not known
    the others   what `Plate.open` was told
    """

    __pydantic_config__ = STRICT
    stage: Stage
    path: str | None = None
    sha256: str | None = None
    depth: str | None = None
    depth_sha256: str | None = None
    depth_kind: str | None = None
    principal_point: tuple[float, float] | None = None
    near: float | None = None
    far: float | None = None
    baseline: float | None = None
    ray: bool | None = None
    adjustments: Annotated[object, PlainValidator(_adjustments), PlainSerializer(lambda a: a and a.stored())] = None
    adjusted: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """This take shows the subject at every moment as large, and at the same place, as another take does.

    by   what does it: "zoom" (the camera stays) or "push-in" (the lens stays)
    own  which of stop and focus were set on this take itself; the others go along with what is set on the other take
    """

    __pydantic_config__ = STRICT
    take: str
    subject: str
    by: Literal["zoom", "push-in"] = "zoom"
    own: tuple[Literal["focus_distance", "f_stop"], ...] = ()

    def __post_init__(self):
        if self.by not in ("zoom", "push-in"):
            raise BadValue(f"A take is matched by a zoom or a push-in, not by '{self.by}'.")


def _known_camera(value):
    """Refuses words that a Camera does not have; its own module need not know of shot files."""
    if isinstance(value, dict):
        for word in value:
            if word not in Camera.__dataclass_fields__:
                raise ValueError(f"'{str(word)[:40]}' is not known; a camera has "
                                 f"{', '.join(Camera.__dataclass_fields__)}")
    return value


@dataclass(frozen=True, slots=True)
class Take:
    """One way of shooting it: A beside B.

    camera  where it starts and with which lens: the timeline's values add to this
    rig     what carries it (see rigs.RIGS), and the seed of its float
    lens    from the kit; None is a lens without limits
    """

    __pydantic_config__ = STRICT
    name: str
    timeline: Timeline
    camera: Annotated[Camera, BeforeValidator(_known_camera)] = Camera()
    rig: str = "dolly"
    seed: int = 1
    lens: Lens | None = None
    match: Match | None = None
    notes: str = ""

    def __post_init__(self):
        if not self.name.strip():
            raise BadValue("A take needs a name, such as A.")
        if len(self.name) > 40:
            raise BadValue(f"A take's name has at most 40 letters, and not the {len(self.name)} of '{self.name[:20]}…'.")
        object.__setattr__(self, "rig", rig(self.rig).name)
        camera = self.camera
        values = {**dict(zip("xyz", camera.position)), "pan": camera.pan, "tilt": camera.tilt, "roll": camera.roll,
                  "focal_length": camera.focal_length, "focus_distance": camera.focus_distance}
        if camera.f_stop is not None:
            values["f_stop"] = camera.f_stop
        for channel, value in values.items():
            low, high = LIMITS[channel]
            if not low <= value <= high:   # NaN fails too
                raise BadValue(f"Take {self.name} starts with {channel} {value:g}; it must lie between {low:g} and "
                               f"{high:g}.")
        if not (optics.WIDTHS[0] <= camera.sensor_width <= optics.WIDTHS[1] and all(abs(s) <= 10 for s in camera.lens_shift)):
            raise BadValue(f"Take {self.name} starts with a sensor width or lens shift that no camera has.")
        try:
            check_iris(camera)
        except PushinError as error:
            raise BadValue(f"Take {self.name}: {error}") from None

    @property
    def performed(self) -> bool:
        """Whether it was recorded. One that matches such a take was not, though it goes along with its focus."""
        return self.match is None and any(track.performed for track in self.timeline.tracks)

    @property
    def pinhole(self) -> bool:
        """Whether it has no stop at any time: everything is sharp."""
        return self.camera.f_stop is None and self.timeline.track("f_stop") is None


@dataclass(frozen=True, slots=True)
class Shot:
    """A shot: plate, subjects and takes on one clock.

    fps              frames a second, rational
    ratio            width over height of the delivered frame; None: all of the camera's
    delivery_width   pixels across the delivered picture, from which the acceptable circle follows
    body             from the kit; None: a camera with the plate's sensor
    in_point         seconds from where the window plays it, None: from the start; exports have all of it
    out_point        seconds up to where; None: to the end
    compared         the takes that the window showed when it was saved; None: the first two
    """

    __pydantic_config__ = STRICT
    plate: PlateFile
    subjects: tuple[Subject, ...] = ()
    takes: tuple[Take, ...] = ()
    fps: Rate = Fraction(24)
    number: str = "1"
    title: str = ""
    ratio: float | None = None
    delivery_width: int = 1920
    body: Body | None = None
    notes: str = ""
    in_point: Seconds | None = None
    out_point: Seconds | None = None
    compared: tuple[str, str] | None = None
    version: int = VERSION

    def __post_init__(self):
        for field in ("subjects", "takes"):
            object.__setattr__(self, field, tuple(getattr(self, field)))
        object.__setattr__(self, "fps", rate(self.fps))
        if not 1 <= self.fps <= MOST_FRAMES:
            raise BadValue(f"{float(self.fps):g} frames a second is not a frame rate; it lies between 1 and "
                           f"{MOST_FRAMES}.")
        if self.ratio is not None and not RATIOS[0] <= self.ratio <= RATIOS[1]:
            raise BadValue(f"{self.ratio:g} is not a delivery ratio, width over height.")
        if not 16 <= self.delivery_width <= 100_000:
            raise BadValue(f"A delivery is 16 to 100000 pixels wide, and not {self.delivery_width}.")
        for what, entries in (("subject", self.subjects), ("take", self.takes)):
            names = [entry.name for entry in entries]
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice:
                raise BadValue(f"Two {what}s are called '{twice}'; each needs a name of its own.")
        self._check_points()
        for take in self.takes:
            self._check_subjects(take)
            self._check_match(take)

    def _check_points(self) -> None:
        """In and out point: rational, and within the shot, in this order."""
        for field in ("in_point", "out_point"):
            if getattr(self, field) is not None:
                object.__setattr__(self, field, seconds(getattr(self, field)))
        start, end = self.in_point or Fraction(0), self.duration if self.out_point is None else self.out_point
        if (self.in_point, self.out_point) != (None, None) and not 0 <= start < end <= self.duration:
            raise BadValue(f"The in point ({float(start):g} s) must lie before the out point ({float(end):g} s), and both "
                           f"within the shot's {float(self.duration):g} s.")

    def _check_subjects(self, take: Take) -> None:
        """Whom a take speaks of must be there."""
        known, matched = {s.name for s in self.subjects}, [take.match.subject] if take.match else []
        missing = next((name for name in (*take.timeline.subjects, *matched) if name not in known), None)
        if missing is not None:
            raise BadValue(f"Take {take.name} speaks of '{missing}', but there is no subject of that name.")

    def _check_match(self, take: Take) -> None:
        """What a take matches must be there, and not match it in turn."""
        takes, seen = {t.name: t for t in self.takes}, {take.name}
        while take.match:
            if take.match.take not in takes:
                raise BadValue(f"Take {take.name} matches take '{take.match.take}', which is not there.")
            take = takes[take.match.take]
            if take.name in seen:
                raise BadValue(f"Take {take.name} matches itself by way of others; one of them must be free.")
            seen.add(take.name)

    # -- reading ---------------------------------------------------------------------------------------------------

    def take(self, name: str | None = None) -> Take:
        """A take by name; the first one where none is named."""
        found = next((t for t in self.takes if name is None or t.name == name), None)
        if not self.takes:
            raise BadValue("The shot has no take yet; add one, as with `pushin move --append`.")
        if found is None:
            raise BadValue(f"There is no take '{name}'; the shot has {', '.join(t.name for t in self.takes)}.")
        return found

    def subject(self, name: str) -> Subject:
        """A subject by name; BadValue where there is none."""
        return find_subject(self.subjects, name)

    def aspect(self, take: Take | None = None) -> float:
        """Width over height of the camera's picture in a take, unsqueezed."""
        squeeze = take.lens.squeeze if take and take.lens else 1.0
        return self.body.aspect(squeeze) if self.body else self.plate.stage.aspect * squeeze

    def lines(self, take: Take | None = None) -> FrameLines:
        """The delivered frame within the camera's in a take."""
        return frame_lines(self.aspect(take), self.ratio)

    def across(self, take: Take | None = None) -> float:
        """Delivered pixels across the camera's whole picture in a take; of those, delivery_width lie within its lines."""
        return self.delivery_width / self.lines(take).width

    def circle(self, take: Take | None = None) -> float:
        """The acceptable circle of confusion, mm on the sensor, for the delivery."""
        return float(optics.acceptable_circle((take or self.take()).camera.sensor_width, self.across(take)))

    @property
    def duration(self) -> Fraction:
        """The longest take's, seconds."""
        return _longest(self.takes)

    def frames(self, take: str | None = None) -> list[Fraction]:
        """The time of every frame of a take."""
        return frame_times(self.take(take).timeline.duration, self.fps)

    def timecode(self, time) -> str:
        """As timeline.timecode, at the shot's rate; time in seconds."""
        return timecode(time, self.fps)

    def scene(self, take: str | None = None) -> Scene:
        """What a move of a take starts from."""
        of = self.take(take) if self.takes else None
        return Scene(self.plate.stage, self.subjects, of.camera if of else None, self.lines(of), self.fps)

    def perform(self, take: str | None = None) -> Performance:
        """A take, ready to be played: `.camera(t)`, `.size(subject, t)`. Make it once per edit, not per frame."""
        of = self.take(take)
        partner = of.match and (self.perform(of.match.take), of.match.subject, of.match.by)
        return Performance(self.plate.stage, self.subjects, of.camera, of.timeline, rig(of.rig), of.seed, self.lines(of),
                           of.lens.breathing if of.lens else 0.0, partner or None)

    # -- editing ---------------------------------------------------------------------------------------------------

    def with_take(self, take: Take) -> Shot:
        """Adds a take, or replaces the one of its name."""
        return self.with_takes(_with(self.takes, take))

    def with_takes(self, takes: tuple[Take, ...]) -> Shot:
        """Other takes. An in or out point that lies behind the end of all of them goes."""
        end = _longest(takes)
        start = self.in_point if self.in_point is not None and self.in_point < end else None
        stop = self.out_point if self.out_point is not None and self.out_point <= end else None
        return replace(self, takes=takes, in_point=start, out_point=stop)

    def with_subject(self, subject: Subject) -> Shot:
        """Adds a subject, or replaces the one of its name."""
        return replace(self, subjects=_with(self.subjects, subject))


def _longest(takes: tuple[Take, ...]) -> Fraction:
    return max((take.timeline.duration for take in takes), default=Fraction(0))


def _with(entries: tuple, new) -> tuple:
    """Entries with one more, or with one in place of that of its name."""
    if any(e.name == new.name for e in entries):
        return tuple(new if e.name == new.name else e for e in entries)
    return (*entries, new)


def start_camera(stage: Stage, body: Body | None = None, lens: Lens | None = None, **changes) -> Camera:
    """The camera at the plate's place, with its framing, on another body and lens if named.

    A prime keeps its focal length, so that the framing follows the lens; a zoom, or no lens, is set to the plate's
    angle as far as it reaches. The f-number, unless named, is f/2.8 or the lens's widest.
    """
    camera = stage.camera()
    width = (body.width if body else camera.sensor_width) * (lens.squeeze if lens else 1.0)
    focal = camera.focal_length * width / camera.sensor_width
    stop = F_STOP
    if lens:
        focal = min(max(focal, lens.focal_length[0]), lens.focal_length[1])
        stop = min(max(stop, lens.stops[0]), lens.stops[1])
    return replace(camera, **{"sensor_width": width, "focal_length": focal, "f_stop": stop,
                              "blades": lens.blades if lens else 0, "squeeze": lens.squeeze if lens else 1.0, **changes})
