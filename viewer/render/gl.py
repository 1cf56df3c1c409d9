"""Programs and targets: the few GL idioms that every pass shares."""
from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import moderngl
import numpy as np

from ..camera import NEAR
from ..errors import PushinError
from ..resources import SHADERS

GL_DEPTH_CLAMP = 0x864F
GL_ONE_MINUS_SRC1_COLOR = 0x88FA
GL_TEXTURE_2D, GL_TEXTURE_BASE_LEVEL = 0x0DE1, 0x813C
SIZED = {"f1": 0x8058, "f2": 0x881A}      # GL_RGBA8, GL_RGBA16F

STORED = 2 / NEAR
"""Disparity, 1/m, at a depth of 1 as stored: NEAR / (2 Z), in either half of the range (shaders/reproject.vert)."""

def disparity_of(stored: np.ndarray) -> np.ndarray:
    """Disparity, 1/m, of depths as shaders/reproject.vert stores them, of any shape; shaders/common/depth.glsl."""
    return STORED * np.where(stored > 0.49999, np.maximum(stored - 0.5, 0), stored)


Aside = Callable[[Callable[[], None]], Iterator[None]]
"""aside(work): once gone through, work() is done, on another thread and in a context that has this one's objects."""

def shader_source(name: str) -> str:
    """The text of shaders/<name>, with its `#include "common/…"` lines replaced by those files."""
    text = (SHADERS / name).read_text("utf-8")
    return re.sub(r'^#include "([^"]+)"\s*$', lambda m: shader_source(m.group(1)), text, flags=re.MULTILINE)


def program(context: moderngl.Context, vertex: str, fragment: str, geometry: str | None = None, **defines) -> moderngl.Program:
    """A linked program from files under shaders/; defines become `#define NAME value` after the version line."""
    def source(name):
        version, rest = shader_source(name).split("\n", 1)
        return "\n".join([version, *(f"#define {key} {value}" for key, value in defines.items()), rest])

    made = context.program(vertex_shader=source(vertex), fragment_shader=source(fragment),
                           geometry_shader=source(geometry) if geometry else None)
    # What moderngl keeps for its user: asking a program for each uniform anew took longer than setting it.
    made.extra = {name: made[name] for name in made if isinstance(made[name], moderngl.Uniform)}, {}
    return made


def set_uniforms(program: moderngl.Program, **values) -> None:
    """Sets what the program uses and has not got yet; a uniform that the compiler dropped is no error."""
    members, has = program.extra
    for name, value in values.items():
        if name in members and has.get(name) != value:
            members[name].value = has[name] = value


def texture(context, size, components=4, dtype="f2", data=None) -> moderngl.Texture:
    """A texture that ends at its edge and is read at exact pixels."""
    result = context.texture(size, components, data, dtype=dtype)
    result.repeat_x = result.repeat_y = False
    result.filter = moderngl.NEAREST, moderngl.NEAREST
    return result


@contextmanager
def enabled(context, flags: int, blend: tuple[int, ...] | None = None) -> Iterator[None]:
    """Has flags of OpenGL on within, with a way of blending; off again also where a draw raises."""
    context.enable(flags)
    if blend:
        context.blend_func = blend
    try:
        yield
    finally:
        context.disable(flags)


@contextmanager
def having(item, **attributes) -> Iterator[None]:
    """Gives an object of OpenGL other attributes within; those of before again also where a draw raises."""
    before = {name: getattr(item, name) for name in attributes}
    try:
        for name, value in attributes.items():
            setattr(item, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(item, name, value)


def check_context(context) -> None:
    """Raises PushinError where not even something small can be made."""
    try:
        context.buffer(reserve=4).release()
    except moderngl.Error:
        raise PushinError("Nothing can be drawn in this OpenGL context: it is not current in this thread, or the graphics driver has "
                          "given it up. One that you give to a renderer is to be current for every call.") from None


@contextmanager
def making(context, size: tuple[int, int]) -> Iterator[SimpleNamespace]:
    """Makes textures and framebuffers for a picture of a size, all or none: `context` for whatever makes them within.

    Where the driver's memory ends, what was made is released and a PushinError says so."""
    made = []
    kept = lambda make: lambda *what, **how: made.append(item := make(*what, **how)) or item
    try:
        yield SimpleNamespace(**{name: kept(getattr(context, name)) for name in ("texture", "depth_texture", "framebuffer")})
    except moderngl.Error:      # what a driver says where its memory ends
        for item in made:
            item.release()
        check_context(context)
        raise PushinError(f"A picture of {size[0]} x {size[1]} pixels is too large for this machine; choose a smaller "
                          "size.") from None


def function(context, name: str, *types) -> Callable[..., None] | None:
    """An OpenGL function that moderngl does not offer, or None where there is none."""
    loader = getattr(context.mglo, "_context", None)
    address = loader.load_opengl_function(name) if hasattr(loader, "load_opengl_function") else 0
    return ctypes.CFUNCTYPE(None, *types)(address) if address else None


def plain(context) -> None:
    """Has OpenGL draw as if nobody else had used this context: an interface may leave on what it draws with."""
    context.disable(moderngl.BLEND | moderngl.CULL_FACE | moderngl.DEPTH_TEST)
    context.blend_equation = moderngl.FUNC_ADD


class MipTexture:
    """A large texture of four components with its smaller levels, if any, made in steps. Told of those levels only
    later, a driver would move all of it to make room for them. Raises PushinError for a size that the driver has none of.

    texture  the moderngl.Texture, once `making` has been gone through
    roomy    whether OpenGL can be told; Apple's cannot everywhere
    """

    def __init__(self, context: moderngl.Context, size: tuple[int, int], levels: int, dtype: str = "f2"):
        most = context.info["GL_MAX_TEXTURE_SIZE"]
        if max(size) > most:
            raise PushinError(f"This plate takes a texture of {size[0]} x {size[1]} pixels, and the graphics driver has none larger than "
                              f"{most} x {most}; reduce the picture.")
        self.context, self.size, self.levels, self.dtype = context, size, levels, dtype
        self.texture = self._name = None
        offered = context.version_code >= 420 or "GL_ARB_texture_storage" in context.extensions
        self._storage = function(context, "glTexStorage2D", *[ctypes.c_int] * 5)
        self._set = function(context, "glTexParameteri", *[ctypes.c_int] * 3)
        self.roomy = bool(offered and self._storage and self._set)

    def making(self, aside: Aside | None) -> Iterator[None]:
        """Makes room for all of it, in steps; aside, where that takes long."""
        if self.roomy:
            self._name = self.context.texture((1, 1), 4, dtype=self.dtype)     # moderngl's, and so is the deleting
            if aside:
                yield from aside(self._reserve)
            else:
                self._reserve()
            self.texture = self.context.external_texture(self._name.glo, self.size, 4, 0, self.dtype)
        else:
            self.texture = self.context.texture(self.size, 4, dtype=self.dtype)
        self.texture.repeat_x = self.texture.repeat_y = False
        yield

    def _reserve(self) -> None:
        self._name.use()
        self._storage(GL_TEXTURE_2D, self.levels + 1, SIZED[self.dtype], *self.size)
        self.context.finish()

    def shrinking(self) -> Iterator[None]:
        """Makes the smaller levels of the largest, one by one, so that no step takes long."""
        for level in range(self.levels):
            self.texture.build_mipmaps(level, level + 1)
            yield
        if self.roomy:      # to be read from the first again …
            self.texture.use()
            self._set(GL_TEXTURE_2D, GL_TEXTURE_BASE_LEVEL, 0)
        else:               # … which moderngl only does by making all of them, now that there is room
            self.texture.build_mipmaps(0, self.levels)
        yield

    def release(self) -> None:
        for item in (self.texture, self._name):
            if item:
                item.release()


class ScreenPass:
    """A fragment shader over a whole target.

    Subclasses name their shader; its textures are passed by the names they bear in it, everything else is a uniform.

    defines  what the shader is told by #define, as for `program`
    """

    fragment: str
    vertex, geometry = "screen.vert", None

    def __init__(self, context: moderngl.Context, **defines):
        self.context = context
        self.program = program(context, self.vertex, self.fragment, self.geometry, **defines)
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
