"""OpenGL without a window: one context for each thread, current only while it is used."""
from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import moderngl

from ..errors import PushinError

NO_GL = ("OpenGL 3.3 is not available here ({reason}); install Mesa's software renderer, on Debian and Ubuntu with "
         "`apt install libegl1 libgl1 libegl-mesa0 libgl1-mesa-dri`, or update the graphics driver.")

_local = threading.local()


def headless_context() -> moderngl.Context:
    """This thread's context without a window, current from now on: EGL where there is one, the platform's own way elsewhere.

    Raises PushinError that names the package to install where there is no OpenGL 3.3.
    """
    _put_away()
    return _entered()


def is_headless(context: moderngl.Context) -> bool:
    """Whether it is this thread's context without a window."""
    return context is getattr(_local, "context", None)


@contextmanager
def current(context: moderngl.Context | None = None) -> Iterator[moderngl.Context]:
    """Within, this thread's headless context is current, where that is the one asked for, or none is. After it what was current
    before is so again, also where that was nothing: with another one current, GLX ends a program that makes a window.

    Of any other context, whoever gave it sees to it that it is current.
    """
    if context and not is_headless(context) or getattr(_local, "within", False):
        yield context or _local.context
        return
    give_back = _put_away()
    try:
        ours = _entered()
        _local.within = True
        yield ours
    finally:
        _local.within = False
        if getattr(_local, "context", None):
            _local.context.__exit__(None, None, None)
        give_back()


def _entered() -> moderngl.Context:
    # One for all renderers of a thread: they would share nothing between several.
    if getattr(_local, "context", None) is None:
        _local.context = _create()
    return _local.context.__enter__()


def _create() -> moderngl.Context:
    reasons = []
    # Asked for X11 without a display, the library would try the usual ones by itself, whoever they belong to.
    windowing = [{}] if sys.platform != "linux" or os.environ.get("DISPLAY") else []
    for options in ({"backend": "egl"}, *windowing):
        try:
            return moderngl.create_context(standalone=True, require=330, **options)
        except Exception as error:  # moderngl raises a plain Exception, ctypes an OSError where a library is missing
            reasons.append(" ".join(str(error).split()).rstrip("."))
    raise PushinError(NO_GL.format(reason=reasons[0] or "no reason given"))


# -- which context is current -----------------------------------------------------------------------------------------

class _Library:
    """One of Linux's that make contexts current in a thread. moderngl's own `with context` leaves none current where that is
    EGL's; and EGL and GLX each refuse while the other has one.

    make  name of the function that makes a context current
    told  names of those that tell display, drawing surface, reading surface and context, each with what it is called with
    """

    def __init__(self, name: str, make: str, *told: tuple):
        library = ctypes.CDLL(name)
        self._make = getattr(library, make)
        self._make.argtypes = [ctypes.c_void_p] * 4
        self._told = [(getattr(library, function), *how) for function, *how in told]
        for function, *_ in self._told:
            function.restype = ctypes.c_void_p

    def put_away(self) -> Callable[[], object] | None:
        """Leaves none current; what makes the one that was so again, or None where there was none."""
        display, *surfaces, context = (function(*how) for function, *how in self._told)
        if not context:
            return None
        self._make(display, None, None, None)
        return lambda: self._make(display, *surfaces, context)


@cache
def _libraries() -> list[_Library]:
    found = []
    for how in (("libEGL.so.1", "eglMakeCurrent", ("eglGetCurrentDisplay",), ("eglGetCurrentSurface", 0x3059),
                 ("eglGetCurrentSurface", 0x305A), ("eglGetCurrentContext",)),
                ("libGL.so.1", "glXMakeContextCurrent", ("glXGetCurrentDisplay",), ("glXGetCurrentDrawable",),
                 ("glXGetCurrentReadDrawable",), ("glXGetCurrentContext",))):
        try:
            found.append(_Library(*how))
        except (OSError, AttributeError):       # of another platform, whose contexts moderngl gives back by itself
            pass
    return found


def _put_away() -> Callable[[], object]:
    """Leaves no context current in this thread; what makes the one that was so again."""
    return next(filter(None, [library.put_away() for library in _libraries()]), lambda: None)
