"""Renderer: a plate and a size in, frames out."""
from __future__ import annotations

import weakref
from dataclasses import dataclass
from functools import cached_property, partial

import moderngl
import numpy as np

from ..camera import NEAR, Camera
from ..errors import PushinError
from ..plate.layers import Layers
from .display import CopyPass, DisplayPass
from .gl import headless_context, read, texture
from .lens import AccumulatePass, aperture_views
from .reproject import ReprojectPass

BOKEH = {"off": 1, "gather": 32, "reference": 160}
"""Views of the lens that are averaged. A gather pass over one view is to take the place of "gather"."""


@dataclass(slots=True)
class _Targets:
    """What one frame is drawn into."""

    scene: moderngl.Framebuffer
    flat: moderngl.Framebuffer
    color: moderngl.Texture
    depth: moderngl.Texture
    screen: moderngl.Framebuffer
    picture: moderngl.Texture

    @classmethod
    def create(cls, context, size) -> _Targets:
        color, depth = texture(context, size), context.depth_texture(size)
        picture = texture(context, size, dtype="f1")
        picture.filter = moderngl.LINEAR, moderngl.LINEAR
        return cls(context.framebuffer([color], depth), context.framebuffer([color]), color, depth, context.framebuffer([picture]), picture)

    def release(self) -> None:
        for item in (self.scene, self.flat, self.screen, self.color, self.depth, self.picture):
            item.release()


class Frame:
    """One rendered picture. It stays on the GPU until its arrays are asked for, and stays valid as long as it is held.

    size      (width, height) in pixels
    texture   GL name of the display-referred picture (8-bit sRGB, GL's row order: bottom row first)
    """

    def __init__(self, targets: _Targets, size, finish_depth):
        self._targets, self.size, self._finish_depth = targets, size, finish_depth
        self.texture: int = targets.picture.glo

    def _complete(self) -> None:
        """Draws what only the depth needs, while the renderer is there to draw it."""
        if self._finish_depth:
            self._finish_depth()
            self._finish_depth = None

    @cached_property
    def _pixels(self) -> np.ndarray:
        return read(self._targets.color, "f2").astype(np.float32)

    @cached_property
    def picture(self) -> np.ndarray:
        """What a screen shows: display-referred sRGB, uint8 (h, w, 3), row 0 on top."""
        return np.ascontiguousarray(read(self._targets.picture, "u1")[..., :3])

    @cached_property
    def color(self) -> np.ndarray:
        """Scene-linear colour with sRGB primaries, float32 (h, w, 3), row 0 on top."""
        return np.ascontiguousarray(self._pixels[..., :3])

    @cached_property
    def invented(self) -> np.ndarray:
        """Share of every pixel that the plate never showed, float32 (h, w), 0..1."""
        return np.ascontiguousarray(self._pixels[..., 3])

    @cached_property
    def depth(self) -> np.ndarray:
        """Metres along the camera's axis, float32 (h, w); inf for the sky."""
        self._complete()
        stored = read(self._targets.depth, "f4")[..., 0]
        disparity = 2 * np.where(stored >= 0.5, stored - 0.5, stored) / NEAR  # shaders/reproject.vert
        with np.errstate(divide="ignore"):
            return np.where(disparity > SKY, 1 / disparity, np.inf).astype(np.float32)


SKY = 1e-4
"""1/m: disparities under this, beyond 10 km, are the sky; a 24-bit depth buffer tells nothing apart there."""


class Renderer:
    """Draws one plate at one size, with any camera.

    plate    what Plate.open returned
    size     (width, height) in pixels
    context  the moderngl context of a window; None works without one
    layers   the plate's layers; None takes them from the cache or builds them

    A frame is a pure function of plate, camera and size. Renderers may be used in any order, within one thread.
    Raises PushinError where there is no OpenGL 3.3, or a size that it cannot draw.
    """

    def __init__(self, plate, size: tuple[int, int], context: moderngl.Context | None = None,
                 layers: Layers | None = None):
        self.context = context or headless_context()
        width, height = (int(n) for n in size)
        most = self.context.info["GL_MAX_TEXTURE_SIZE"]
        if not (1 <= width <= most and 1 <= height <= most):
            raise PushinError(f"A picture of {width} x {height} pixels cannot be drawn here; choose a size from 1 x 1 "
                              f"to {most} x {most}.")
        self.plate, self.size = plate, (width, height)
        self._free: list[_Targets] = []
        self._held: weakref.WeakSet[Frame] = weakref.WeakSet()
        self._closed = False
        self.display, self.copy = DisplayPass(self.context), CopyPass(self.context)
        self.accumulate = AccumulatePass(self.context)
        self._sum = None
        self.reproject = ReprojectPass(self.context)
        self.use(layers or Layers.of(plate))

    def use(self, layers: Layers) -> None:
        """Draws from these layers of the plate from now on: a better fill that was made in the background, say."""
        self._complete_held()
        self.reproject.load(layers, self.plate)

    def render(self, camera: Camera, bokeh: str = "off") -> Frame:
        """The plate as `camera` sees it; bokeh: off (a pinhole), gather (quick) or reference (the lens to the full), for
        a camera that has an f-stop."""
        if bokeh not in BOKEH:
            raise PushinError(f"There is no bokeh called {bokeh!r}; choose one of {', '.join(BOKEH)}.")
        targets = self._free.pop() if self._free else _Targets.create(self.context, self.size)
        if camera.f_stop is None or BOKEH[bokeh] == 1:
            self.reproject.draw(targets.scene, camera)
        else:
            self._through_lens(targets, camera, BOKEH[bokeh])
        self.display.draw(targets.screen, color=targets.color)
        frame = Frame(targets, self.size, partial(self.reproject.draw_edges_depth, targets.scene, camera))
        self._held.add(frame)
        weakref.finalize(frame, self._reclaim, targets)
        return frame

    def _through_lens(self, targets: _Targets, camera: Camera, count: int) -> None:
        """The mean of views over the aperture; depth is that of the aperture's centre."""
        if not (camera.f_stop > 0 and camera.focus_distance > 0):
            raise PushinError("The f-stop and the focus distance must be greater than 0.")
        if self._sum is None:
            self._sum = texture(self.context, self.size, dtype="f4")
            self._sum_target = self.context.framebuffer([self._sum])
        self._sum_target.clear()
        for view in aperture_views(camera, count):
            self.reproject.draw(targets.scene, view)
            self.context.enable(moderngl.BLEND)
            self.context.blend_func = moderngl.ONE, moderngl.ONE
            self.accumulate.draw(self._sum_target, color=targets.color, weight=1 / count)
            self.context.disable(moderngl.BLEND)
        self.reproject.draw(targets.scene, camera)
        self.copy.draw(targets.flat, color=self._sum)

    def _reclaim(self, targets: _Targets) -> None:
        if self._closed:
            targets.release()
        else:
            self._free.append(targets)

    def _complete_held(self) -> None:
        for frame in list(self._held):
            frame._complete()

    def close(self) -> None:
        """Frees the GPU's memory; frames that are still held stay valid."""
        if not self._closed:
            self._closed = True
            self._complete_held()
            sums = (self._sum_target, self._sum) if self._sum else ()
            for item in (*self._free, *sums, self.reproject, self.display, self.copy, self.accumulate):
                item.release()
            self._free.clear()

    def __enter__(self) -> Renderer:
        return self

    def __exit__(self, *_) -> None:
        self.close()
