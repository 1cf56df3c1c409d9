"""The document: the shot being worked on, with its past and its file.

A shot is an immutable value, so undo keeps the older value and "changed?" is `!=`. Older values share with newer ones
all that is the same in both; a thousand steps take little room.

    document = Document.open("shot.json")
    document.edit("Name Mira", document.shot.with_subject(mira))
    document.edit("Move key", moved, drag="key 3")      # while dragging: all of it one step …
    document.release()                                  # … until let go
"""
from __future__ import annotations

import json
import os
from collections.abc import Hashable
from dataclasses import replace
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from .. import folders
from ..errors import PushinError
from ..files import replacing
from ..shots import shotfile
from ..shots.document import Shot
from . import edits

Value = TypeVar("Value")


class Step(NamedTuple):
    """A value, and in words what made it of the one before."""

    label: str
    value: object


class History(Generic[Value]):
    """A value with its past and future, both without limit.

    steps  every Step from the first value on, those undone included
    at     which of them counts now
    """

    def __init__(self, value: Value, label: str = ""):
        self.steps: list[Step] = [Step(label, value)]
        self.at = 0
        self._gone: list[Step] = []

    @property
    def value(self) -> Value:
        return self.steps[self.at].value

    @property
    def can_undo(self) -> bool:
        return self.at > 0

    @property
    def can_redo(self) -> bool:
        return self.at + 1 < len(self.steps)

    @property
    def undo_label(self) -> str:
        """What undo would take back; empty where there is nothing."""
        return self.steps[self.at].label if self.can_undo else ""

    @property
    def redo_label(self) -> str:
        return self.steps[self.at + 1].label if self.can_redo else ""

    def step(self, label: str, value: Value) -> None:
        """A new value; what had been undone is gone."""
        self._gone = self.steps[self.at + 1:]
        self.steps[self.at + 1:] = [Step(label, value)]
        self.at += 1

    def change(self, value: Value) -> None:
        """Another value for the latest step, as a drag goes on."""
        self.steps[self.at] = Step(self.steps[self.at].label, value)

    def drop(self) -> None:
        """The step just made never happened."""
        self.steps[self.at:] = self._gone
        self.at -= 1

    def undo(self) -> bool:
        """One step back; whether there was one."""
        self.at -= (can := self.can_undo)
        return can

    def redo(self) -> bool:
        """One step forward again; whether there was one."""
        self.at += (can := self.can_redo)
        return can


class Document:
    """The shot being worked on.

    history  its values
    path     its file, or None: not saved yet
    saved    the value that lies in the file, or that it began with
    picture  SHA-256 of the plate's picture, which scale and repairs are of, as it was opened; None: not known
    shown    the takes that are shown, as `shows` was told last, or those that were before a crash; None: not known
    journal  a Journal that is told of every change, or None
    """

    def __init__(self, shot: Shot, path: str | os.PathLike | None = None, *, picture: str | None = None, journal=None):
        self._start(History(shot), path, shot, picture, journal)

    @classmethod
    def open(cls, path: str | os.PathLike, *, journal=None) -> Document:
        """Reads a shot file; PushinError says what is wrong with it."""
        return cls(shotfile.load(path), path, journal=journal)

    @classmethod
    def recovered(cls, found, *, picture: str | None = None, adjustments=None, journal=None) -> Document:
        """A document as a journal knew it (see journal.Recovered), with its undo; on another picture than it was made on with
        that one's `adjustments` throughout, as a PlateFile has them."""
        document = cls.__new__(cls)
        history, saved = found.history, found.saved
        if not found.fits(picture):
            moved = lambda shot: replace(shot, plate=replace(shot.plate, adjustments=adjustments))
            history.steps = [Step(label, moved(shot)) for label, shot in history.steps]
            saved = moved(saved)
        document._start(history, found.path, saved, picture, journal)
        if found.shown:
            document.shows(found.shown)
        if journal and journal.flush():   # only when the new journal has it all may the old one go
            found.discard()
        return document

    def _start(self, history: History, path, saved: Shot, picture: str | None, journal) -> None:
        self.history, self.saved, self.picture, self.journal = history, saved, picture, journal
        self.path = None if path is None else Path(path).absolute()
        self.shown: tuple[str, str] | None = None
        self._drag: Hashable | None = None
        self._drafted = False
        self._clean: tuple | None = None
        if journal:
            journal.begin(history, self.path, saved, picture)

    def shows(self, takes: tuple[str, str]) -> None:
        """Notes which takes are shown, for the next start after a crash; to show others is no change of the shot."""
        if takes != self.shown:
            self.shown = takes
            if self.journal:
                self.journal.note("shown", *takes)

    # -- reading ---------------------------------------------------------------------------------------------------

    @property
    def shot(self) -> Shot:
        return self.history.value

    @property
    def dirty(self) -> bool:
        """Whether it holds something that its file does not."""
        pair = self.shot, self.saved
        if self._clean is None or self._clean[0] is not pair[0] or self._clean[1] is not pair[1]:
            self._clean = *pair, pair[0] is pair[1] or pair[0] == pair[1]   # asked every frame, compared once
        return not self._clean[2]

    @property
    def name(self) -> str:
        """For the window's title."""
        return called(self.path, self.shot)

    def before(self, drag: Hashable | None) -> Shot:
        """The shot that an edit changes: now, or while a drag goes on, as that found it."""
        going_on = drag is not None and drag == self._drag
        return self.history.steps[self.history.at - going_on].value

    # -- editing ---------------------------------------------------------------------------------------------------

    def edit(self, label: str, shot: Shot, drag: Hashable | None = None) -> bool:
        """Another value; False, and no step, where it is the same.

        drag  names what is being dragged: edits of the same drag are one step, until `release`
        """
        going_on = drag is not None and drag == self._drag
        if not going_on:
            self.release()
        if shot == self.shot:
            return False
        if going_on:
            self.history.change(shot)
            self._tell("change", shot)
        else:
            self.history.step(label, shot)
            self._tell("step", label, shot)
            self._drag = drag
        return True

    def release(self) -> None:
        """A drag ends; one that came back to where it began was none."""
        if self._drag is not None:
            self._drag = None
            if self.shot == self.history.steps[self.history.at - 1].value:
                self._drop()

    def cancel(self) -> None:
        """A drag is given up: everything as it was before."""
        if self._drag is not None:
            self._drag = None
            self._drop()

    def draft(self, label: str, shot: Shot) -> None:
        """What is to become a step and is not finished, such as a recording: only the journal is told, so that a crash
        leaves it to the next start. The next draft, or whatever else is done, takes its place."""
        self.release()
        if self.journal:
            self.journal.note(*(("change", shot) if self._drafted else ("step", label, shot)))
            self._drafted = True

    def undraft(self) -> None:
        """The draft is finished, or given up."""
        if self._drafted:
            self._drafted = False
            self.journal.note("drop")

    def undo(self) -> str:
        """One step back; its label, empty where there is none."""
        self.release()
        label = self.history.undo_label
        if self.history.undo():
            self._tell("undo")
        return label

    def redo(self) -> str:
        """One step forward again; its label, empty where there is none."""
        self.release()
        label = self.history.redo_label
        if self.history.redo():
            self._tell("redo")
        return label

    def _drop(self) -> None:
        self.history.drop()
        self._tell("drop")

    def _tell(self, *change) -> None:
        """Has the journal note a change, as Journal.note has it; a draft ends with it."""
        self.undraft()
        if self.journal:
            self.journal.note(*change)

    # -- saving ----------------------------------------------------------------------------------------------------

    @property
    def overtaken(self) -> bool:
        """Whether somebody else has saved to its file since it was read from there, or saved there last."""
        return self.path is not None and not shotfile.holds(self.path, self.saved)

    def save(self, compared: tuple[str, str] | None = None) -> str:
        """Saves to its file, whatever that holds by now; PushinError where it has none yet or cannot be written, and nothing is
        lost. Returns as `save_as` does."""
        if self.path is None:
            raise PushinError("This shot has no file yet; save it under a name.")
        return self.save_as(self.path, compared)

    def save_as(self, path: str | os.PathLike, compared: tuple[str, str] | None = None) -> str:
        """Saves to another file, which is its file from then on; the plate's scale and repairs beside the plate, with those that
        somebody else has saved there meanwhile: a sentence on that, or "".

        compared  the takes that are shown, which the file notes; to show others is no change of the shot
        """
        self.release()
        path, shot = Path(path).absolute(), self.shot
        shotfile.save(replace(shot, compared=compared), path)
        before, said = self.saved.plate.adjustments, ""
        if shot.plate.path and shot.plate.adjustments != before:
            # What is saved by now is, should the folder of the picture not take the rest.
            self.kept(replace(shot, plate=replace(shot.plate, adjustments=before)), path)
            picture, mine = Path(shot.plate.path), edits.adjustments(shot)
            both = mine.with_others(edits.adjustments(self.saved), picture)
            both.save(picture, self.picture)
            if both != mine:
                said = (f"What somebody else has told or repaired of {picture.name} meanwhile is kept beside it, too; open the shot "
                        "again to see it.")
        self.kept(shot, path)
        return said

    def kept(self, shot: Shot, path: Path) -> None:
        """Notes that a value lies in a file."""
        self.saved, self.path = shot, path
        self._tell("saved", path, shot)


def called(path: Path | None, shot: Shot) -> str:
    """How a document is called: by its file, its title, or the picture that it is of."""
    picture = f"Shot of {Path(shot.plate.path).name}" if shot.plate.path else "Untitled"
    return path.name if path else shot.title or picture


class Recent:
    """The files opened last, newest first, kept between runs.

    A list that cannot be read or written is no error: it is a comfort, not work.
    """

    MOST = 12

    def __init__(self, file: Path | None = None):
        self.file = file or folders.state() / "recent.json"

    def paths(self) -> list[Path]:
        """Those that are still there."""
        try:
            known = json.loads(self.file.read_text("utf-8"))
            return [Path(p) for p in known if isinstance(p, str) and _is_file(p)]
        except (OSError, ValueError, TypeError, RecursionError):
            return []

    def add(self, path: str | os.PathLike) -> None:
        path = Path(path).absolute()
        kept = [path, *(p for p in self.paths() if p != path)][:self.MOST]
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self.file, 0o600) as beside, open(beside, "w", encoding="utf-8") as file:
                json.dump([str(p) for p in kept], file, indent=1, ensure_ascii=False)
        except OSError:
            pass


def _is_file(path: str) -> bool:
    """False, too, where nobody may look."""
    try:
        return Path(path).is_file()
    except OSError:
        return False
