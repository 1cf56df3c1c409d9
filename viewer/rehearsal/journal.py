"""The journal: every step, on disk within half a second, and back at the next start if the program died.

Each running program has a journal of its own, a text file that only grows: one record per line, each with a checksum,
so that whatever a crash leaves of the last line is told from a whole one. What stands before it is the document with
its undo. The file is kept locked, which tells a journal that is being written from one whose program is gone; on a
clean end it is removed. Writing has a thread of its own: a frame never waits for a disk.

Records, after a checksum (CRC-32, eight hexadecimal digits) and a space, are JSON:

    ["pushin journal", 3]                    first; 1 had neither "shown" nor the picture, 2 no picture
    ["track", n, track]                      a track that shots refer to by n: a long recorded one is written once
    ["open", path, label, shot, picture]     the first value, and which picture its scale and repairs are of, as SHA-256
    ["step", label, shot], ["change", shot], ["drop"], ["undo"], ["redo"]    what History does
    ["saved", path, shot]                    the value that lies in the file
    ["shown", take, take]                    the takes that are shown
"""
from __future__ import annotations

import json
import os
import secrets
import threading
import time
import zlib
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from .. import folders
from ..shots.document import Shot
from ..shots.timeline import Track
from .document import History, called

HEADER = ["pushin journal", 3]
EVERY = 0.5
"""Seconds between writes while something changes; at most so much is lost."""
AGAIN = 2.0
"""Seconds after which a write that failed is tried again."""
LARGE = 8 << 20
"""Bytes from which a journal is written anew, with the latest steps only."""
KEPT = 200
"""Steps that are kept then: the undo after a crash, not the undo of the session, which has no limit."""


class Journal:
    """The journal of this program; one document at a time.

    problem  why it cannot be written at present, in one sentence, or None. It keeps trying, and catches up
    """

    def __init__(self, folder: Path | None = None, every: float = EVERY):
        self.folder = folder or folders.state() / "journals"
        self.file = self.folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{secrets.token_hex(2)}.journal"
        self.problem: str | None = None
        self._every = every
        self._notes: list[tuple] = []
        self._changed = threading.Condition()
        self._hurry = self._ended = False
        self._noted = self._written = self._tries = 0   # notes, those of them on disk, attempts to write
        self._lock: int | None = None
        self._file: int | None = None
        self._thread: threading.Thread | None = None
        self._encoder, self._history = _Encoder(), None
        self._path, self._saved, self._picture, self._shown = None, None, None, None
        self._unwritten, self._anew, self._begun = b"", False, False
        self._size = self._size_anew = 0
        self._first, self._stepped = 0, False    # of the history's steps, in the file; whether one was made since it is new

    # -- on the window's thread ------------------------------------------------------------------------------------

    def begin(self, history: History, path: Path | None, saved: Shot, picture: str | None = None) -> None:
        """From now on it is this document's; what it held of another one is gone. `picture` as Document has it."""
        copy = History(None)
        copy.steps, copy.at = list(history.steps), history.at
        self.note("begin", copy, path, saved, picture)

    def note(self, *change) -> None:
        """A change of the History, as its method's name and arguments; or "saved", path, shot; or "shown", take, take.
        Returns at once."""
        with self._changed:
            if self._ended:
                return
            self._notes.append(change)
            self._noted += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="pushin journal", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def flush(self, timeout: float = 5.0) -> bool:
        """Waits until everything noted lies on disk; False where it does not, and `problem` says why."""
        with self._changed:
            aim, tried, self._hurry = self._noted, self._tries, True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._written >= aim or (self.problem and self._tries > tried)
                                   or self._ended, timeout)
            return self._written >= aim

    def close(self) -> None:
        """A clean end: whatever was to be kept is saved, and the journal is removed."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        if self._file is not None:
            os.close(self._file)
            self._file = None
        if self._lock is not None:
            _remove(self.file, self._lock)
            self._lock = None

    # -- on its own thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._notes or self._unwritten or self._begun or self._ended)
                pause = AGAIN if self.problem else self._every
                self._changed.wait_for(lambda: self._hurry or self._ended, pause)
                if self._ended:
                    return
                notes, self._notes = _merged(self._notes), []
                noted, self._hurry = self._noted, False
            for note in notes:
                self._apply(*note)
            try:
                self._encode(notes)
                self._write()
                problem = None
            except OSError as error:
                problem = f"Autosave does not work: {self.file.parent}: {error.strerror or error}."
            except Exception as error:   # a value that cannot be written must not end the journal of all others
                self._begun = True
                problem = f"Autosave does not work: {' '.join(str(error).split())[:200]}."
            with self._changed:
                self.problem = problem
                self._written = self._written if problem else noted
                self._tries += 1
                self._changed.notify_all()

    def _apply(self, what: str, *more) -> None:
        """Keeps a copy of the document's past, which shares all its values with it."""
        if what == "begin":
            self._history, self._path, self._saved, self._picture = more
            self._begun, self._shown = True, None
        elif what == "saved":
            self._path, self._saved = more
        elif what == "shown":
            self._shown = more
        else:
            getattr(self._history, what)(*more)
            self._stepped = self._stepped or what == "step"
            if self._history.at < self._first or what == "drop" and not self._stepped:
                self._begun = True     # the file does not go that far back, or knows nothing of what the step put an end to

    def _encode(self, notes: list[tuple]) -> None:
        """Notes as lines that are not written yet; or the whole document, where it begins or the file is too long."""
        if not self._begun:
            self._unwritten += b"".join([self._encoder.record(*note) for note in notes])
        large = self._size + len(self._unwritten) > max(LARGE, 2 * self._size_anew) and not self._anew
        if self._begun or large:
            self._snapshot()
            self._begun = False

    def _snapshot(self) -> None:
        """The whole document, for a file that starts anew."""
        self._encoder = encoder = _Encoder()
        history = self._history
        self._first = max(history.at - KEPT, 0)
        self._stepped = False
        steps = history.steps[self._first:]
        records = [encoder.record("open", self._path, *steps[0], self._picture)]
        records += [encoder.record("step", *step) for step in steps[1:]]
        records += [encoder.record("undo")] * (len(history.steps) - 1 - history.at)
        records.append(encoder.record("saved", self._path, self._saved))
        if self._shown:
            records.append(encoder.record("shown", *self._shown))
        self._unwritten, self._anew = _line(HEADER) + b"".join(records), True

    def _write(self) -> None:
        """Appends what is not written yet; on an error the file stays as it was."""
        if self._lock is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(self.file)
            if self._lock is None:
                raise OSError("it cannot be locked")
        if self._anew:
            beside = self.file.with_suffix(".part")
            try:
                handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
                try:
                    _write_all(handle, self._unwritten)
                finally:
                    os.close(handle)
                if self._file is not None:
                    os.close(self._file)
                    self._file = None
                os.replace(beside, self.file)
            except OSError:
                beside.unlink(missing_ok=True)
                raise
            self._size = self._size_anew = len(self._unwritten)
            self._unwritten, self._anew = b"", False
        if self._file is None:
            self._file = os.open(self.file, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
        if self._unwritten:
            try:
                _write_all(self._file, self._unwritten)
            except OSError:
                os.ftruncate(self._file, self._size)
                raise
            self._size += len(self._unwritten)
            self._unwritten = b""


# -- after a crash ----------------------------------------------------------------------------------------------------

class Recovered:
    """What a program that is gone left in its journal; nobody else is offered it until `discard` or `leave`.

    history      the document's values
    path, saved  its file and what lies in it, as Document has them; picture likewise
    shown        the takes that were shown, or None: it does not tell
    time         seconds since the epoch of the last record
    """

    def __init__(self, file: Path, lock: int, history: History, path: Path | None, saved: Shot, picture: str | None,
                 shown: tuple[str, str] | None, when: float):
        self.file, self.history, self.path, self.saved, self.time = file, history, path, saved, when
        self.picture, self.shown = picture, shown
        self._lock: int | None = lock

    @property
    def name(self) -> str:
        return called(self.path, self.history.value)

    def fits(self, picture: str | None) -> bool:
        """Whether its scale and repairs are of this picture, as far as that is known."""
        return picture == self.picture or None in (picture, self.picture)

    def discard(self) -> None:
        """It is not needed any more."""
        if self._lock is not None:
            _remove(self.file, self._lock)
            self._lock = None

    def leave(self) -> None:
        """Later, perhaps: the next start offers it again."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def recoverable(folder: Path | None = None) -> list[Recovered]:
    """Unsaved work of programs that are gone, newest first; none where the folder cannot be looked into. Journals in which nothing is
    unsaved are removed, if they can be."""
    folder = folder or folders.state() / "journals"
    found = []
    try:
        files = list(folder.glob("*.journal")) if folder.is_dir() else []
    except OSError:
        files = []
    for file in files:
        try:
            lock = _lock(file)
        except OSError:
            continue
        if lock is None:
            continue   # its program is alive
        try:
            read, when = _read(file.read_bytes()), file.stat().st_mtime
        except OSError:
            read = None
        if read is None:
            os.close(lock)     # another version's, perhaps: not ours to throw away
        elif read[0].value == read[2]:
            _remove(file, lock)
        else:
            found.append(Recovered(file, lock, *read, when))
    return sorted(found, key=lambda r: r.time, reverse=True)


def _read(data: bytes) -> tuple[History, Path | None, Shot, str | None, tuple[str, str] | None] | None:
    """(history, path, saved, picture, shown) as of the last whole record; None where there are only such as are not ours."""
    decoder = _Decoder()
    history, path, saved, picture, shown = None, None, None, None, None
    for number, (what, *more) in enumerate(_records(data)):
        try:
            if number == 0:
                if [what, *more] not in ([HEADER[0], 1], [HEADER[0], 2], HEADER):
                    return None
            elif what == "track":
                decoder.track(*more)
            elif what == "open":
                path, saved = more[0] and Path(more[0]), decoder.shot(more[2])
                history, picture = History(saved, more[1]), (more[3:] or [saved.plate.sha256])[0]
            elif what == "saved":
                path, saved = more[0] and Path(more[0]), decoder.shot(more[1])
            elif what == "shown":
                a, b = map(str, more)
                shown = a, b
            elif what == "step":
                history.step(more[0], decoder.shot(more[1]))
            elif what == "change":
                history.change(decoder.shot(more[0]))
            elif what in ("drop", "undo", "redo"):
                getattr(history, what)()
            else:
                raise ValueError(what)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            if history is None or history.value == saved:
                return None
            break   # whole, and yet not ours: what stands before it counts
    return history and (history, path, saved, picture, shown)


def _records(data: bytes):
    """The records up to the first line that is not whole."""
    for line in data.split(b"\n")[:-1]:
        try:
            if int(line[:8], 16) != zlib.crc32(line[9:]) or line[8:9] != b" ":
                return
            record = json.loads(line[9:])
            if not (isinstance(record, list) and record and isinstance(record[0], str)):
                return
            yield record
        except (ValueError, RecursionError):
            return


def _line(record: list) -> bytes:
    text = json.dumps(record, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _merged(notes: list[tuple]) -> list[tuple]:
    """Without the values of a drag that the next ones replace."""
    kept: list[tuple] = []
    for note in notes:
        before = kept[-1] if kept else ("",)
        if note[0] == "change" and before[0] in ("step", "change"):
            kept[-1] = (*before[:-1], note[1])
        else:
            kept.append(note)
    return kept


class _Encoder:
    """Shots as records; each Track object is written once, the first time that a shot has it."""

    def __init__(self):
        self._numbers: dict[int, tuple[int, Track]] = {}   # by identity; holding the track keeps the identity its own

    def record(self, what: str, *more) -> bytes:
        """A record's line, after those of the tracks that it has first."""
        lines: list[bytes] = []
        record = [self._shot(m, lines) if isinstance(m, Shot) else str(m) if isinstance(m, Path) else m for m in more]
        return b"".join(lines) + _line([what, *record])

    def _shot(self, shot: Shot, lines: list[bytes]) -> dict:
        values = _shots().dump_python(shot, mode="json", exclude={"takes": {"__all__": {"timeline": {"tracks"}}}})
        for take, written in zip(shot.takes, values["takes"]):
            written["timeline"]["tracks"] = [self._track(track, lines) for track in take.timeline.tracks]
        return values

    def _track(self, track: Track, lines: list[bytes]) -> int:
        if id(track) not in self._numbers:
            self._numbers[id(track)] = len(self._numbers), track
            lines.append(_line(["track", self._numbers[id(track)][0], _tracks().dump_python(track, mode="json")]))
        return self._numbers[id(track)][0]


class _Decoder:
    """Records as shots again: what _Encoder made of them."""

    def __init__(self):
        self._tracks: dict[int, Track] = {}

    def track(self, number: int, values: dict) -> None:
        self._tracks[number] = _tracks().validate_json(json.dumps(values))

    def shot(self, values: dict) -> Shot:
        tracks = [tuple(self._tracks[n] for n in take["timeline"].pop("tracks")) for take in values["takes"]]
        shot = _shots().validate_json(json.dumps(values))
        takes = tuple(replace(take, timeline=replace(take.timeline, tracks=t)) for take, t in zip(shot.takes, tracks))
        return replace(shot, takes=takes)


@lru_cache(maxsize=1)
def _shots() -> TypeAdapter:
    return TypeAdapter(Shot)


@lru_cache(maxsize=1)
def _tracks() -> TypeAdapter:
    return TypeAdapter(Track)


# -- files ------------------------------------------------------------------------------------------------------------

def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view):]
    os.fsync(handle)


def _lock(file: Path) -> int | None:
    """Locks a journal for this process, until the returned handle is closed or the process ends; None: another has it.

    The lock lies on a file beside it, because the journal itself is replaced when it is written anew.
    """
    handle = os.open(file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            import fcntl
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:   # Windows
            import msvcrt
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        return handle
    except OSError:
        os.close(handle)
        return None


def _remove(file: Path, lock: int) -> None:
    """Removes a journal with what belongs to it. In a folder that is not to be written to it stays."""
    with suppress(OSError):
        for path in (file, file.with_suffix(".part")):
            path.unlink(missing_ok=True)
    os.close(lock)
    with suppress(OSError):
        file.with_suffix(".lock").unlink(missing_ok=True)
