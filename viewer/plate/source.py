"""What every reader of files shares: limits that hold before memory is spent, and failures as one sentence."""
from __future__ import annotations

import contextlib
import os
import sys
import threading
import warnings
from pathlib import Path

from ..errors import PushinError

MAX_PIXELS = 200_000_000
"""Declared pixels above which a file is refused before anything is allocated: a forged header costs nothing."""
MAX_BYTES = 4 << 30
"""Bytes of a file, and of all its channels decoded; a multi-layer render of 24 megapixels stays below."""
MIN_SIDE = 16
MAX_ASPECT = 20.0
"""A picture thinner than this is a strip of something else, not a plate."""


def name_of(path: Path) -> str:
    """The file's name on one line, whatever characters it has."""
    return one_line(path.name) or "the file"


def one_line(text: str) -> str:
    """Foreign text as part of a sentence: short and printable."""
    return "".join(c if c.isprintable() else "?" for c in text[:80])


def existing(path: str | os.PathLike) -> Path:
    """The path of a regular, non-empty file; a folder, a pipe or nothing at all is refused."""
    try:
        path = Path(path)
        if not path.exists():
            folder = path.absolute().parent
            raise PushinError(f"There is no file {name_of(path)} in {one_line(folder.name or str(folder))}; check the path.")
        if not path.is_file():
            raise PushinError(f"'{one_line(str(path))}' is not a file; give the path of a picture or a depth map.")
        if path.stat().st_size == 0:
            raise PushinError(f"{name_of(path)} is empty; export or copy it again.")
        if path.stat().st_size > MAX_BYTES:
            raise PushinError(f"{name_of(path)} is larger than {MAX_BYTES >> 30} GB; reduce it.")
    except (OSError, TypeError, ValueError):
        raise PushinError("The path cannot be used; give the path of a picture or a depth map.") from None
    return path


def check_declared(path: Path, width: int, height: int, bytes_per_pixel: int = 1) -> None:
    """Refuse a header that asks for no pixels or for more than fits, before allocation."""
    if width < 1 or height < 1:
        raise PushinError(f"{name_of(path)} declares a size of {width} x {height} pixels; export it again.")
    if width * height > MAX_PIXELS or width * height * bytes_per_pixel > MAX_BYTES:
        raise PushinError(f"{name_of(path)} declares {width} x {height} pixels, which is more than can be opened; "
                          f"reduce it below {MAX_PIXELS // 1_000_000} megapixels and drop layers that are not needed.")


def check_shape(name: str, width: int, height: int) -> None:
    """Refuse a picture that cannot be a plate."""
    if min(width, height) < MIN_SIDE:
        raise PushinError(f"{name} is only {width} x {height} pixels; a plate needs at least {MIN_SIDE} on each side.")
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise PushinError(f"{name} is {width} x {height} pixels, a strip beyond {MAX_ASPECT:g}:1; "
                          f"crop it to the shape of a frame.")


_ONE_AT_A_TIME = threading.RLock()
"""Descriptors and warning filters belong to the whole process, so that files are read one after the other."""


@contextlib.contextmanager
def reading(path: Path):
    """Run a library's reader: whatever it raises becomes one sentence, whatever it prints is dropped.

    The libraries raise nearly everything from struct.error to their own C++ errors on damaged files, and print from
    C; hence the broad net and the redirected descriptor, held just around the reader.
    """
    try:
        with _ONE_AT_A_TIME, warnings.catch_warnings(), _quiet_stderr():
            warnings.simplefilter("ignore")
            yield
    except PushinError:
        raise
    except PermissionError:
        raise PushinError(f"{name_of(path)} may not be read; check its permissions.") from None
    except MemoryError:
        raise PushinError(f"{name_of(path)} needs more memory than there is; reduce it.") from None
    except Exception as error:
        raise PushinError(f"{name_of(path)} is damaged or not the kind of file it seems; export it again.") from error


@contextlib.contextmanager
def _quiet_stderr():
    """The process's descriptor 2 led nowhere; a program without a console has none."""
    try:
        kept = os.dup(2)
    except OSError:
        yield
        return
    try:
        if sys.stderr is not None:
            sys.stderr.flush()
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
