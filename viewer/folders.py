"""Where the program keeps what outlives it, and where it runs."""
from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def current() -> Path:
    """The current folder; where that has been deleted, as on a disk that was pulled out, the user's own."""
    try:
        return Path.cwd()
    except OSError:
        return Path.home()


def state() -> Path:
    """Journals and recent files: $PUSHIN_STATE, or the user's state folder."""
    return Path(os.environ.get("PUSHIN_STATE") or platformdirs.user_state_path("pushin", appauthor=False))


def settings() -> Path:
    """A user's own keys and kit: $PUSHIN_CONFIG, or the user's configuration folder."""
    return Path(os.environ.get("PUSHIN_CONFIG") or platformdirs.user_config_path("pushin", appauthor=False))


def cache() -> Path:
    """What can be made or fetched again: $PUSHIN_CACHE, or the user's cache folder."""
    return Path(os.environ.get("PUSHIN_CACHE") or platformdirs.user_cache_path("pushin", appauthor=False))
