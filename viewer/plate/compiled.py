"""Loops over pixels that no library has, compiled. Loading this takes the compiler's half a second: import it where it is needed."""
from __future__ import annotations

from numba import njit


def compiled(function):
    """numba's `njit`, kept on disk; where there is no place for that (nobody's home, a read-only installation) only in memory."""
    options = dict(fastmath=True, nogil=True)
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:
        return njit(**options)(function)
