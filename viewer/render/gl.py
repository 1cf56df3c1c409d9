"""Contexts, programs and targets: the few GL idioms that every pass shares."""
from __future__ import annotations

import os
import re
import sys
import threading

import moderngl
import numpy as np

from ..errors import PushinError
from ..resources import SHADERS

GL_DEPTH_CLAMP = 0x864F
GL_ONE_MINUS_SRC1_COLOR = 0x88FA

NO_GL = ("OpenGL 3.3 is not available here ({reason}); install Mesa's software renderer, on Debian and Ubuntu with "
         "`apt install libegl1 libgl1 libegl-mesa0 libgl1-mesa-dri`, or update the graphics driver.")

_local = threading.local()


def headless_context() -> moderngl.Context:
    """This thread's context without a window: EGL where there is one, the platform's own way elsewhere.

    Raises PushinError that names the package to install where there is no OpenGL 3.3.
    """
    # One for all renderers of a thread: switching between contexts is slow, and they would share nothing.
    if getattr(_local, "context", None) is None:
        _local.context = _create()
    return _local.context


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


def shader_source(name: str) -> str:
    """The text of shaders/<name>, with its `#include "common/…"` lines replaced by those files."""
    text = (SHADERS / name).read_text()
    return re.sub(r'^#include "([^"]+)"\s*$', lambda m: shader_source(m.group(1)), text, flags=re.MULTILINE)


def program(context: moderngl.Context, vertex: str, fragment: str, geometry: str | None = None, **defines) -> moderngl.Program:
    """A linked program from files under shaders/; defines become `#define NAME value` after the version line."""
    def source(name):
        version, rest = shader_source(name).split("\n", 1)
        return "\n".join([version, *(f"#define {key} {value}" for key, value in defines.items()), rest])

    return context.program(vertex_shader=source(vertex), fragment_shader=source(fragment),
                           geometry_shader=source(geometry) if geometry else None)


def set_uniforms(program: moderngl.Program, **values) -> None:
    """Sets what the program uses; a uniform that the compiler dropped is no error."""
    for name, value in values.items():
        if name in program:
            program[name] = value


def texture(context, size, components=4, dtype="f2", data=None) -> moderngl.Texture:
    """A texture that ends at its edge and is read at exact pixels."""
    result = context.texture(size, components, data, dtype=dtype)
    result.repeat_x = result.repeat_y = False
    result.filter = moderngl.NEAREST, moderngl.NEAREST
    return result


class ScreenPass:
    """A fragment shader over a whole target.

    Subclasses name their shader; its textures are passed by the names they bear in it, everything else is a uniform.
    """

    fragment: str
    vertex, geometry = "screen.vert", None
    defines: dict[str, int] = {}

    def __init__(self, context: moderngl.Context):
        self.context = context
        self.program = program(context, self.vertex, self.fragment, self.geometry, **self.defines)
        self.triangle = context.vertex_array(self.program, [])

    def draw(self, target: moderngl.Framebuffer, **inputs) -> None:
        target.use()
        self._take(inputs)
        self.triangle.render(vertices=3)

    def _take(self, inputs: dict) -> None:
        units = [name for name, value in inputs.items() if isinstance(value, moderngl.Texture)]
        for unit, name in enumerate(units):
            inputs[name].use(unit)
        set_uniforms(self.program, **{name: units.index(name) if name in units else value
                                      for name, value in inputs.items()})

    def release(self) -> None:
        self.triangle.release()
        self.program.release()


def read(source: moderngl.Texture, dtype: str) -> np.ndarray:
    """A texture's pixels (h, w, components), row 0 on top."""
    width, height = source.size
    return np.frombuffer(source.read(), dtype).reshape(height, width, -1)[::-1]
