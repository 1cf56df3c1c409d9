"""The shot file: a shot as one readable JSON document.

Paths in it are relative to its folder, so that folder and file can move together; in memory they are absolute.
"""
from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ..errors import PushinError
from ..files import replacing
from .document import VERSION, PlateFile, Shot
from .errors import first_problem
from .framing import Stage

LARGEST = 32 * 2**20
"""Bytes: an hour of recorded keys is a tenth of it; more is not a shot file."""

OPTIONS = ("depth", "depth_kind", "principal_point", "near", "far", "baseline", "ray")
"""What `Plate.open` may have been told, besides the lens."""


def load(path: str | os.PathLike) -> Shot:
    """Reads a shot file; what is wrong with it is one sentence that names the place."""
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST:
            raise PushinError(f"{path.name} is too large to be a shot file.")
        text = path.read_text("utf-8-sig")     # Windows begins a text with a mark
    except OSError as error:
        raise PushinError(f"{path} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise PushinError(f"{path.name} is not a shot file: it is not text.") from None
    return _relocated(parse(text, path.name), lambda p: os.path.normpath(_place(path).parent / p))


def save(shot: Shot, path: str | os.PathLike) -> None:
    """Writes a shot file, whole or not at all: beside the old one first, then in its place.

    Scale and repairs of the plate have a file of their own (plate.adjust) and are not in it.
    """
    path = _place(path)
    if path.exists() and not os.access(path, os.W_OK):
        raise PushinError(f"{path} is write-protected; save the shot under another name.")
    text = dump(_relocated(replace(shot, plate=replace(shot.plate, adjustments=None)),
                           lambda p: _relative(p, path.parent)))
    try:
        with replacing(path) as beside, open(beside, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise PushinError(f"{path} cannot be written: {error.strerror or error}; the shot on disk is as it "
                          "was.") from None


def holds(path: str | os.PathLike, shot: Shot) -> bool:
    """Whether a file has this shot, but for what `save` leaves to the plate's own file and which takes were shown; True where
    there is no file that anything could be lost of."""
    try:
        if not os.path.exists(path):
            return True
        folder = _place(path).parent
        as_read = parse(dump(_relocated(shot, lambda p: _relative(p, folder))))
        as_read = _relocated(as_read, lambda p: os.path.normpath(folder / p))
        told, there = (replace(each, compared=None, plate=replace(each.plate, adjustments=None)) for each in (as_read, load(path)))
        return told == there
    except PushinError:
        return False


def parse(text: str, name: str = "The shot file") -> Shot:
    """A shot from a shot file's text, with its paths as they stand there."""
    try:
        version = json.loads(text)["version"]
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise PushinError(f"{name} is not a shot file: it is not JSON{where}.") from None
    except (KeyError, TypeError):
        raise PushinError(f"{name} is not a shot file: it does not begin with a version.") from None
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise PushinError(f"{name}: its version is not a whole number above zero.")
    if version > VERSION:
        raise PushinError(f"{name} was saved by a newer pushin (form {version}, this one reads up to {VERSION}); "
                          "please update pushin to open it.")
    try:
        return _adapter().validate_json(text)
    except ValidationError as error:
        raise PushinError(f"{name}: {first_problem(error)}") from None


def dump(shot: Shot) -> str:
    """A shot as the text of a shot file."""
    values = _adapter().dump_python(shot, mode="json")
    for name in ("in_point", "out_point", "compared"):
        if values[name] is None:      # most shots have none, and read as they always have
            del values[name]
    for take in values["takes"]:
        if take["timeline"]["about"] is None:
            del take["timeline"]["about"]
        if take["match"] and not take["match"]["own"]:
            del take["match"]["own"]
        if take["lens"] and take["lens"]["t_ratio"] == 1:
            del take["lens"]["t_ratio"]
    text = json.dumps({"version": values.pop("version"), **values}, indent=1, ensure_ascii=False)
    # Boxes and positions on one line each, as a person would write them; a string cannot hold a bare line break.
    number = r"-?[\d.eE+-]+"
    text = re.sub(rf"\[\n\s+({number}(?:,\n\s+{number})*)\n\s*\]", lambda m: f"[{' '.join(m[1].split())}]", text) + "\n"
    try:
        text.encode()
    except UnicodeEncodeError as error:     # of a file's name, which need not be text
        line = text[:error.end].splitlines()[-1].strip().encode(errors="backslashreplace").decode()
        raise PushinError(f"A shot file holds text, and what begins with {line} is none (not UTF-8); rename it.") from None
    return text


def fingerprint(path: str | os.PathLike) -> str:
    """SHA-256 of a file, hexadecimal; read once as long as it stays the same."""
    try:
        status = os.stat(path)
        return _digest(os.path.abspath(path), status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise PushinError(f"{path} cannot be read: {error.strerror or error}.") from None


@lru_cache(maxsize=8)
def _digest(path: str, changed: int, size: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def plate_file(plate, path=None, depth=None, **opened) -> PlateFile:
    """What a shot notes about an opened plate, also of depth that it found beside the picture; path None is the bundled one,
    opened is what Plate.open was told."""
    absolute = lambda p: p and str(Path(p).absolute())
    depth = depth or path and plate.depth_path
    return PlateFile(Stage.of(plate), absolute(path), path and fingerprint(path), absolute(depth),
                     depth and fingerprint(depth), adjustments=path and added(plate),
                     adjusted=path and plate.adjustments.digest, **opened)


def added(plate):
    """An opened plate's scale and repairs, as a PlateFile notes them; None for none."""
    return plate.adjustments if plate.adjustments != type(plate.adjustments)() else None


def open_plate(shot: Shot):
    """The shot's Plate, opened as it was when the shot was made."""
    note = shot.plate
    if note.path is None:
        from ..bundled import bundled_plate
        return bundled_plate()
    if not os.path.isfile(note.path):   # nor an error where the path is too long, or leads through a closed folder
        where = " ".join(note.path.split())[-200:]
        raise PushinError(f"The shot's plate {where} is not there, or not to be reached; put it back, or make the shot again "
                          "with `pushin move`.")
    from .. import Plate
    told = {name: getattr(note, name) for name in (*OPTIONS, "adjustments") if getattr(note, name) is not None}
    return Plate.open(note.path, focal_length=note.stage.focal_length, sensor_width=note.stage.sensor_width, **told)


def gone(shot: Shot) -> str:
    """A sentence on files of the plate that are not there any more, for whoever has it open; empty where all are."""
    names = [Path(p).name for p in (shot.plate.path, shot.plate.depth) if p and not os.path.isfile(p)]
    if not names:
        return ""
    has, it_is = ("has", "it is") if len(names) == 1 else ("have", "they are")
    return (f"{' and '.join(names)} {has} gone; what is open goes on, but this shot cannot be opened again until {it_is} "
            "back.")


def fingerprints(shot: Shot) -> tuple[str | None, str | None]:
    """Those of the plate's picture and its depth file; None where there is none that could be read."""
    def of(path: str | None) -> str | None:
        try:
            return path and fingerprint(path)
        except PushinError:
            return None
    return of(shot.plate.path), of(shot.plate.depth)


def exchanged(shot: Shot, opened: tuple[str | None, str | None]) -> str:
    """A sentence on files of the plate in whose place others lie than were opened, likewise."""
    files = zip((shot.plate.path, shot.plate.depth), opened, fingerprints(shot))
    names = [Path(path).name for path, before, now in files if before and now and before != now]
    if not names:
        return ""
    has, it_is = ("has", "it is") if len(names) == 1 else ("have", "they are")
    return (f"{' and '.join(names)} {has} been exchanged for {'another file' if len(names) == 1 else 'other files'}; what is open goes on "
            f"as it was, and {it_is} seen when the shot is opened again.")


def changes(shot: Shot, plate=None) -> list[str]:
    """Sentences on what of the plate is not what it was when the shot was saved, or not there: its files, and where it is
    opened its scale and repairs."""
    note = shot.plate
    pairs = ((note.path, note.sha256), (note.depth, note.depth_sha256))
    found = [p for p, known in pairs if p and (not os.path.isfile(p) or (known and fingerprint(p) != known))]
    if plate is not None and note.adjusted not in (None, plate.adjustments.digest):
        found.append(f"The scale or a repair of {note.path}")
    return [f"{what} has changed since the shot was saved; marks and sizes may be off." for what in found]


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter:
    return TypeAdapter(Shot)


def _relocated(shot: Shot, change) -> Shot:
    moved = {name: change(value) for name in ("path", "depth") if (value := getattr(shot.plate, name)) is not None}
    return replace(shot, plate=replace(shot.plate, **moved)) if moved else shot


def _relative(path: str, folder: Path) -> str:
    """A path as seen from a folder, with forward slashes; as it is where they share no root (another drive)."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix() if os.path.isabs(path) else path
    except ValueError:
        return path


def _place(path: str | os.PathLike) -> Path:
    """Where a shot file lies, to which its paths are relative: of a link what it links to."""
    path = Path(path).absolute()
    return Path(os.path.realpath(path)) if path.is_symlink() else path
