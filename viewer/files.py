"""Writing a file so that it is there whole or not at all."""
from __future__ import annotations

import glob
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import PushinError

try:
    import fcntl
except ImportError:     # Windows
    fcntl = None


@contextmanager
def reaching(path: str | os.PathLike) -> Iterator[None]:
    """Within it, that a path cannot even be looked at is a PushinError: too long, in a closed folder, or in nobody's home."""
    try:
        yield
    except PushinError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        raise PushinError(f"'{path}' cannot be reached: {getattr(error, 'strerror', None) or error}; check how it is "
                          "written, and who may go there.") from None


def check_target(path: str | os.PathLike, suffixes: tuple[str, ...], inputs: Iterable[str | os.PathLike] = ()) -> Path:
    """The path as a Path, or a PushinError where nothing of that kind can be written there, or it is one of the inputs.

    Asked before the work starts: a minute of rendering is not to end in a misspelt folder.
    """
    path = Path(path)
    if path.suffix.lower() not in suffixes:
        raise PushinError(f"'{path}' should end in {' or '.join(suffixes)}: that chooses the format.")
    with reaching(path):
        is_folder, has_folder = path.is_dir(), path.parent.is_dir()
    if is_folder:
        raise PushinError(f"'{path}' is a folder; name a file in it.")
    if not has_folder:
        raise PushinError(f"The folder '{path.parent}' does not exist.")
    folder = Path(os.path.realpath(path)).parent
    if not os.access(folder, os.W_OK):
        raise PushinError(f"The folder '{folder}' cannot be written to.")
    check_replaced(path, inputs)
    return path


def check_replaced(path: str | os.PathLike, inputs: Iterable[str | os.PathLike]) -> None:
    """Refuses to replace what is no file, such as a device, is write-protected, or is read by the work, by whatever name."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise PushinError(f"'{path}' is a device or the like, and no file that could be replaced; name another file.")
    if os.path.exists(path) and not os.access(path, os.W_OK):
        raise PushinError(f"'{path}' is write-protected; name another file.")
    for read in inputs:
        if os.path.exists(path) and os.path.exists(read) and os.path.samefile(path, read):
            raise PushinError(f"'{path}' is what this is made from; give the output another name.")


@contextmanager
def replacing(path: Path, mode: int = 0o666) -> Iterator[Path]:
    """Within it, a temporary path in the same folder; after it, what was written there is in place of path, or of what that
    links to, in one step. mode: of a new file, less the umask; one that is replaced keeps its own. An error leaves the old
    file, and nothing else."""
    place = Path(os.path.realpath(path))
    handle, name = tempfile.mkstemp(prefix=_unfinished(path), suffix=path.suffix, dir=place.parent)
    temporary = Path(name)
    if fcntl is None or not _lock(handle):      # Windows moves no file that is open
        os.close(handle)
        handle = None
    try:
        yield temporary
        mask = os.umask(0)
        os.umask(mask)
        with suppress(OSError):     # a disk of the network's, or another system's, may have no modes to set
            temporary.chmod(place.stat().st_mode & 0o777 if place.exists() else mode & ~mask)   # mkstemp makes it private
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)
        if handle is not None:
            os.close(handle)


def clear_unfinished(path: Path) -> None:
    """Removes what processes that were killed while they wrote this file have left beside it, where the system can tell."""
    place = Path(os.path.realpath(path))
    for left in place.parent.glob(f"{glob.escape(_unfinished(path))}????????{glob.escape(path.suffix)}") if fcntl else ():
        with suppress(OSError), open(left, "r+b") as file:
            if _lock(file.fileno()):
                left.unlink()


def _unfinished(path: Path) -> str:
    return f".{path.stem[:40]}."


def _lock(handle: int) -> bool:
    """Locks an open file until it is closed, at the latest when the process ends; whether nobody else has, who lives."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError:
        return False


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Calls write(temporary path) and puts the result in place of path, or raises a PushinError that names it."""
    try:
        with replacing(path) as temporary:
            write(temporary)
    except OSError as error:
        raise PushinError(f"'{path}' cannot be written: {error.strerror or error}.") from error
