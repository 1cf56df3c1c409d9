"""Arrays kept between runs, by what they were made from."""
from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
import platformdirs

LIMIT = 4 << 30
"""Bytes that the cache may take; the plates opened longest ago go first."""


def folder() -> Path:
    """Where cached files lie: $PUSHIN_CACHE, or the user's cache folder."""
    return Path(os.environ.get("PUSHIN_CACHE") or platformdirs.user_cache_dir("pushin", appauthor=False)) / "layers"


def load(key: str, names: set[str]) -> dict[str, np.ndarray] | None:
    """The arrays `names` stored under `key`, or None where they are not there, or not to be read."""
    path = folder() / f"{key}.npz"
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in names}
        os.utime(path)
        return arrays
    except Exception:  # a damaged file raises almost anything from zipfile, zlib and numpy; it is made anew
        return None


def store(key: str, arrays: dict[str, np.ndarray]) -> None:
    """Keeps arrays under `key`. A cache that cannot be written to is no error: the next run works again."""
    temporary = None
    try:
        folder().mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder(), suffix=".part", delete=False) as file:
            temporary = file.name
            np.savez(file, **arrays)
        os.replace(temporary, folder() / f"{key}.npz")
        _prune()
    except OSError:
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def _prune() -> None:
    files = sorted(((p.stat().st_mtime, p.stat().st_size, p) for p in folder().glob("*.npz")), reverse=True)
    total = 0
    for _, size, path in files:
        total += size
        if total > LIMIT:
            path.unlink(missing_ok=True)
