"""Arrays kept between runs, by what they were made from."""
from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

import numpy as np

from .. import folders

LIMIT = 4 << 30
"""Bytes that the cache may take; the plates opened longest ago go first."""

ABANDONED = 3600
"""Seconds after which nobody writes on: whoever was killed while writing leaves a part of a file."""


def folder() -> Path:
    """Where cached arrays lie."""
    return folders.cache() / "layers"


@lru_cache(maxsize=1)
def version() -> str:
    """Changes with the code that makes what is kept, so that what older code made is not taken for its own."""
    code = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return hashlib.sha256(code).hexdigest()[:12]


def kept(make: Callable[..., np.ndarray], *arrays: np.ndarray) -> np.ndarray:
    """make(*arrays), or what that gave before; not stored where it is the first of them as it came."""
    digest = hashlib.sha256(make.__name__.encode())
    for array in arrays:
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array))
    key = f"{digest.hexdigest()}-{version()}"
    stored = load(key, {"made"})
    if stored is not None and stored["made"].ndim == arrays[0].ndim and stored["made"].dtype == arrays[0].dtype:
        return stored["made"]
    made = make(*arrays)
    if made is not arrays[0]:
        store(key, {"made": made})
    return made


def load(key: str, names: set[str]) -> dict[str, np.ndarray] | None:
    """The arrays `names` stored under `key`, or None where they are not there, or not to be read."""
    path = folder() / f"{key}.npz"
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in names}
    except Exception:  # a damaged file raises almost anything from zipfile, zlib and numpy; it is made anew
        return None
    with contextlib.suppress(OSError):      # somebody else's may be read and not touched
        os.utime(path)
    return arrays


def store(key: str, arrays: dict[str, np.ndarray]) -> None:
    """Keeps arrays under `key`. A cache that cannot be written to is no error: the next run works again."""
    temporary = folder() / f"{uuid4().hex}.part"
    try:
        folder().mkdir(parents=True, exist_ok=True)
        with open(temporary, "xb") as file:     # not private, as tempfile's are: users may share the folder
            np.savez(file, **arrays)
        temporary.replace(folder() / f"{key}.npz")
        _prune()
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _prune() -> None:
    """Removes what was used longest ago, down to LIMIT, and parts of files that nobody writes any more."""
    total = 0
    for _, size, path in sorted(_files("*.npz"), reverse=True):
        total += size
        if total > LIMIT:
            path.unlink(missing_ok=True)
    for changed, _, path in _files("*.part"):
        if time.time() - changed > ABANDONED:
            path.unlink(missing_ok=True)


def _files(pattern: str) -> Iterator[tuple[float, int, Path]]:
    """When each was used last, its bytes and its path."""
    for path in folder().glob(pattern):
        with contextlib.suppress(FileNotFoundError):    # another process prunes, too
            status = path.stat()
            yield status.st_mtime, status.st_size, path
