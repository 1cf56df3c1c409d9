"""From what a person opens, a plate or a shot file, to what the window works with."""
from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import PushinError
from ..pair import Pair, default_subject, keeping, subject_at
from ..plate import Plate
from ..plate.layers import Layers
from ..plate.source import one_line
from ..rehearsal.background import layers
from ..rehearsal.journal import Recovered
from ..shots.document import PlateFile, Shot
from ..shots.framing import Stage, Subject
from ..shots.shotfile import added, changes, fingerprint, load, open_plate, plate_file

REACH = 0.4
"""How far the first push-in goes, of the subject's distance, where the subject stays in the frame: far enough to tell it from a
zoom at a glance."""

DURATION = 4.0
"""Seconds that it takes; the difference is to be seen within five seconds of the first start."""

Report = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Opened:
    """What the window begins to work with.

    plate   the Plate
    shot    the document to start from
    path    of the shot file, or None: it has none yet
    layers  of the plate
    final   whether the layers are the best there are, or a draft
    notes   what the person should know
    picture SHA-256 of the plate's picture, as it was read; None: the bundled plate
    found   what a crash left, of which this is the plate, or None
    """

    plate: object
    shot: Shot
    path: Path | None
    layers: Layers
    final: bool
    notes: tuple[str, ...] = ()
    picture: str | None = None
    found: Recovered | None = None


def open_file(path: str | Path, report: Report) -> Opened:
    """A shot file (.json), or a picture with its depth inside; PushinError says what is wrong."""
    path = Path(path)
    _check_names(path)
    if path.suffix.lower() == ".json":
        return open_shot(load(path), path, report)
    return open_new(lambda: _plate(path), None, report)


def _plate(path: Path):
    plate = Plate.open(path)
    return plate, plate_file(plate, path)


def open_shot(shot: Shot, path: Path | None, report: Report) -> Opened:
    """A shot that is there already, with its plate."""
    report(0.0, "Reading the plate")
    plate, picture = open_plate(shot), None
    if shot.plate.path:
        shot, picture = replace(shot, plate=replace(shot.plate, adjustments=added(plate))), fingerprint(shot.plate.path)
    return Opened(plate, shot, path, *layers(plate, draft=True, report=report), tuple(changes(shot, plate)), picture)


def open_found(found: Recovered, report: Report) -> Opened:
    """What a crash left; its scale and repairs where the picture is still the one that they were made for."""
    shot, path = found.history.value, found.history.value.plate.path
    told = path and os.path.isfile(path) and not found.fits(fingerprint(path)) and shot.plate.adjustments
    if told:
        shot = replace(shot, plate=replace(shot.plate, adjustments=None))
    opened = open_shot(shot, found.path, report)
    note = (f"{Path(path).name} is another picture than before the crash: the scale and the repairs that were made for that one "
            "are left out, and marks and sizes may be off.") if told else ""
    return replace(opened, found=found, notes=(note,) if told else opened.notes)


def open_new(opens: Callable[[], tuple[object, PlateFile]], subjects: Callable[[object], tuple[Subject, ...]] | None,
             report: Report) -> Opened:
    """A new shot on a plate: a push-in to the first of its subjects beside the matched zoom."""
    report(0.0, "Reading the plate")
    plate, note = opens()
    _check_names(note.path, note.depth)
    found = subjects(plate) if subjects else (subject_at(plate, default_subject(plate)),)
    return Opened(plate, first_shot(plate, note, found), None, *layers(plate, draft=True, report=report), tuple(plate.notes),
                  note.sha256)


def bundled(report: Report) -> Opened:
    """The plate that comes with the program, with both its people."""
    from ..bundled import bundled_plate, bundled_subjects
    people = lambda plate: tuple(Subject.at(s.name, plate, s.box, s.head, s.xy) for s in bundled_subjects())

    def opens():
        plate = bundled_plate()
        return plate, PlateFile(Stage.of(plate))
    return replace(open_new(opens, people, report), notes=())


def _check_names(*paths: str | Path | None) -> None:
    """Refuses a file whose name is no text: neither the window nor a shot file could say it."""
    for path in filter(None, paths):
        try:
            str(path).encode()
        except UnicodeEncodeError:
            raise PushinError(f"The name of {one_line(Path(path).name)} is no text (not UTF-8); rename it.") from None


def first_shot(plate, note: PlateFile, subjects: tuple[Subject, ...]) -> Shot:
    """Takes A and B on a plate: what tells a push-in from a zoom, before anyone has touched anything."""
    first = subjects[0]
    shot = Pair(plate, first, keeping(plate, first, REACH) * first.depth, DURATION).shot
    return replace(shot, plate=note, subjects=subjects)
