"""Loops over pixels that no library has, compiled. Loading this takes the compiler's half a second: import it where it is needed."""
from __future__ import annotations

from numba import njit


FAST = {"reassoc", "contract", "arcp", "nsz", "afn"}
"""What may be taken lightly for speed: all but that infinity is a number, for searches begin with it."""


def compiled(function):
    """numba's `njit`, kept on disk; where there is no place for that (nobody's home, a read-only installation) only in memory."""
    options = dict(fastmath=FAST, nogil=True)
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:
        return njit(**options)(function)
