"""Renderer: a plate and a size in, frames out."""
from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial, wraps
from typing import TypeVar

import moderngl
import numpy as np

from ..camera import Camera
from ..counted import real
from ..errors import PushinError
from ..plate import Plate
from ..plate.layers import Layers
from .bokeh import BokehPass
from .display import CopyPass, DisplayPass, Overlay
from .gl import Aside, check_context, disparity_of, having, making, plain, read, texture
from .headless import current, is_headless
from .lens import AccumulatePass, Exposure, MeanPass, check_camera, coc_coefficients
from .reproject import ReprojectPass

BOKEH = ("off", "gather", "reference")

VIEWS = 160
"""Views of the lens that the reference is the mean of."""

HIGHLIGHTS_RANGE = 0.01, 1000.0
"""Times as bright as the plate has it that a light may be taken to be."""

SIZES_KEPT = 4
"""Sizes whose targets wait for the next frame of that size: a window's pictures go back and forth between a few."""


@dataclass(slots=True)
class Targets:
    """What one frame is drawn into.

    color    half floats: scene-linear light, and the invented share in alpha
    depth    as shaders/reproject.vert stores it; gl.disparity_of
    picture  what a screen shows, 8 bits
    scene, flat, surface, screen  for drawing into colour and depth, colour, depth, and the picture
    """

    scene: moderngl.Framebuffer
    flat: moderngl.Framebuffer
    surface: moderngl.Framebuffer
    color: moderngl.Texture
    depth: moderngl.Texture
    screen: moderngl.Framebuffer
    picture: moderngl.Texture

    @classmethod
    def create(cls, context, size) -> Targets:
        with making(context, size) as make:
            color, depth = texture(make, size), make.depth_texture(size)
            depth.compare_func = ""     # read as it is
            picture = texture(make, size, dtype="f1")
            picture.filter = moderngl.LINEAR, moderngl.LINEAR
            return cls(make.framebuffer([color], depth), make.framebuffer([color]), make.framebuffer(depth_attachment=depth),
                       color, depth, make.framebuffer([picture]), picture)

    def release(self) -> None:
        with current(self.picture.ctx):
            for item in (self.scene, self.flat, self.surface, self.screen, self.color, self.depth, self.picture):
                item.release()


class _Bound:
    """What works only in the thread that made it: an OpenGL context is current in one.

    context  moderngl's, of which it is; headless, it is current only within what is `_bound`
    """

    context: moderngl.Context

    def __init__(self):
        self._thread = threading.get_ident()

    def _check_thread(self) -> None:
        if threading.get_ident() != self._thread:
            raise PushinError("A renderer draws, and its frames are read, only in the thread that made it, which closes it as well; make a "
                              "renderer in this one, or read a frame's arrays there before you hand it on.")


Method = TypeVar("Method", bound=Callable)


def _bound(method: Method) -> Method:
    """Refuses another thread than the one that made an object, and has that one's context current within."""
    @wraps(method)
    def within(self, *what, **how):
        self._check_thread()
        with current(self.context):
            return method(self, *what, **how)
    return within


def _bound_steps(method: Method) -> Method:
    """The same for each step of a generator's."""
    @_bound
    def step(self, steps: Iterator[None]) -> bool:
        return next(steps, steps) is not steps      # itself, at the end

    @wraps(method)
    def within(self, *what, **how):
        steps = method(self, *what, **how)
        try:
            while step(self, steps):
                yield
        finally:
            with current(self.context):
                steps.close()
    return within


class Frame(_Bound):
    """One rendered picture. It stays on the GPU until its arrays are asked for, and stays valid as long as it is held.

    size      (width, height) in pixels
    camera    what it was taken with
    texture   GL name of the display-referred picture (8-bit sRGB, GL's row order: bottom row first)
    context   moderngl's, in which that name is; current `with frame.context` where the renderer was given none
    """

    def __init__(self, targets: Targets, size, camera: Camera, finish):
        super().__init__()
        self._targets, self.size, self.camera, self._finish = targets, size, camera, finish
        self.texture: int = targets.picture.glo
        self.context = targets.picture.ctx

    @property
    def displayed(self) -> moderngl.Texture:
        """The display-referred picture, for a pass that goes on from it."""
        return self._targets.picture

    @_bound
    def _complete(self) -> None:
        """Draws what only depth and invented share need, while the renderer is there to draw it."""
        if self._finish:
            self._finish()
            self._finish = None

    @_bound
    def _read(self, texture: moderngl.Texture, dtype: str) -> np.ndarray:
        return read(texture, dtype)

    @cached_property
    def picture(self) -> np.ndarray:
        """What a screen shows: display-referred sRGB, uint8 (h, w, 3), row 0 on top."""
        return np.ascontiguousarray(self._read(self._targets.picture, "u1")[..., :3])

    @cached_property
    def color(self) -> np.ndarray:
        """Scene-linear colour with sRGB primaries, float32 (h, w, 3), row 0 on top."""
        return np.ascontiguousarray(self._read(self._targets.color, "f2")[..., :3].astype(np.float32))

    @cached_property
    def invented(self) -> np.ndarray:
        """Share of every pixel that the plate never showed, float32 (h, w), 0..1; of a gathered picture, what its pinhole sees."""
        self._complete()
        return np.ascontiguousarray(self._read(self._targets.color, "f2")[..., 3].astype(np.float32).clip(0, 1))

    @cached_property
    def depth(self) -> np.ndarray:
        """Metres along the camera's axis, float32 (h, w); inf for the sky."""
        self._complete()
        disparity = disparity_of(self._read(self._targets.depth, "f4")[..., 0])
        with np.errstate(divide="ignore"):
            return np.where(disparity > SKY, 1 / disparity, np.inf).astype(np.float32)

    @cached_property
    def coc(self) -> np.ndarray:
        """Signed circle of confusion, its diameter in pixels, float32 (h, w): positive behind the focus, negative in
        front of it; 0 everywhere for a pinhole. Affine in disparity: optics.signed_circle_of_confusion."""
        at_infinity, per_disparity = coc_coefficients(self.camera, self.size[0])
        return (at_infinity + per_disparity / self.depth).astype(np.float32)


SKY = 1e-4
"""1/m: disparities under this, beyond 10 km, are the sky; a 24-bit depth buffer tells nothing apart there."""


class Renderer(_Bound):
    """Draws one plate at one size, with any camera.

    plate    what Plate.open returned
    size     (width, height) in pixels
    context  the moderngl context of a window; None works without one
    layers   the plate's layers; None takes them from the cache or builds them
    highlights  times as bright as the plate has it that what is at least white is taken to be when it is blurred
    load     False: it draws only once `using` has been gone through
    aside    does there what takes long, where another thread can; see gl.Aside

    A frame is a pure function of plate, camera and size. Renderers may be used in any order, within one thread. Without a
    window they leave current what context of yours was; a window's context is to be current for every call.
    Raises PushinError where there is no OpenGL 3.3, a size that it cannot draw, or another thread than the one that made it.
    """

    _passes: ExitStack | None = None

    def __init__(self, plate: Plate, size: tuple[int, int], context: moderngl.Context | None = None,
                 layers: Layers | None = None, highlights: float = 1.0, load: bool = True,
                 aside: Aside | None = None):
        super().__init__()
        if not isinstance(plate, Plate):
            raise PushinError(f"A renderer draws a Plate, and not {plate!r:.40}; Plate.open makes one of a picture.")
        least, most = HIGHLIGHTS_RANGE
        if not (np.ndim(times := real(highlights)) == 0 and least <= times <= most):
            raise PushinError(f"A light may be taken to be from {least:g} to {most:g} times as bright as the plate has it, and not "
                              f"{highlights!r:.40} times.")
        self.plate, self.highlights = plate, float(times)
        self._free: dict[tuple[int, int], list[Targets]] = {}
        self._held: weakref.WeakSet[Frame] = weakref.WeakSet()
        self._closed = False
        self._exposure: Exposure | None = None
        self._proxy: ReprojectPass | None = None
        if not (context is None or isinstance(context, moderngl.Context)):
            raise PushinError(f"A renderer draws in a context of moderngl's, or without one, and not in {context!r:.40}.")
        with current(context) as self.context, ExitStack() as passes:     # released where the plate is refused, and in the end
            check_context(self.context)
            self.size = self._checked(size)
            kept = lambda made: passes.callback(made.release) and made
            self.display, self.copy = kept(DisplayPass(self.context)), kept(CopyPass(self.context))
            self.accumulate, self.mean = kept(AccumulatePass(self.context)), kept(MeanPass(self.context))
            self.bokeh, self.reproject = kept(BokehPass(self.context)), kept(ReprojectPass(self.context, aside))
            if load:
                self.use(layers or Layers.of(plate))
            self._passes = passes.pop_all()

    @_bound
    def resize(self, size: tuple[int, int]) -> None:
        """Renders in another size from now on; frames of before stay as they are, and going back costs nothing.

        Raises PushinError for a size that cannot be drawn, or in another thread than the one that made it.
        """
        self.size = self._checked(size)
        self._free[self.size] = self._free.pop(self.size, [])  # the latest comes last
        while len(self._free) > SIZES_KEPT:
            for targets in self._free.pop(next(iter(self._free))):
                targets.release()

    def _checked(self, size) -> tuple[int, int]:
        try:
            width, height = (int(n) for n in size)
            whole = [width, height] == list(size)
        except (TypeError, ValueError, OverflowError):
            whole = False
        if not whole:
            raise PushinError(f"A size is two whole numbers, width and height in pixels, and not {repr(size)[:40]}.")
        most = self.context.info["GL_MAX_TEXTURE_SIZE"]
        if not (1 <= width <= most and 1 <= height <= most):
            raise PushinError(f"A picture of {width} x {height} pixels cannot be drawn here; choose a size from 1 x 1 "
                              f"to {most} x {most}.")
        return width, height

    def use(self, layers: Layers) -> None:
        """Draws from these layers of the plate from now on: a better fill that was made in the background, say."""
        for _ in self.using(layers):
            pass

    @_bound_steps
    def using(self, layers: Layers) -> Iterator[None]:
        """The same in short steps, between which the renderer goes on drawing from those of before."""
        self._check_open()
        if not isinstance(layers, Layers):
            raise PushinError(f"A renderer draws from the Layers of its plate, and not from {layers!r:.40}; Layers.of makes them.")
        yield from self.reproject.loading(layers, self.plate, self._let_go)

    @_bound_steps
    def using_proxy(self, proxy, layers: Layers) -> Iterator[None]:
        """Draws quick pictures from a smaller plate's layers, in the same way, until other layers of the plate are used.

        proxy  Plate.proxy of the plate
        """
        self._check_open()
        made = ReprojectPass(self.context, self.reproject.aside, like=self.reproject)
        yield from made.loading(layers, proxy)
        self._drop_proxy()
        self._proxy = made

    def _drop_proxy(self) -> None:
        if self._proxy is not None:
            self._complete_held()
            self._proxy.release()
            self._proxy = None

    def _let_go(self) -> None:
        """Completes what still needs the layers that are there."""
        self._complete_held()
        self._drop_proxy()
        self._forget()

    @_bound
    def render(self, camera: Camera, bokeh: str = "off", overlay: Overlay = Overlay(), quick: bool = False) -> Frame:
        """The plate as `camera` sees it.

        bokeh    off (a pinhole), gather (quick) or reference (the lens to the full), for a camera that has an f-stop
        overlay  what is laid over Frame.picture, a render.display.Overlay; Frame.color stays as it is
        quick    from the proxy, if there is one and the picture is about as small

        Raises PushinError for a camera that cannot be, and for what else is wrong.
        """
        if bokeh not in BOKEH:
            raise PushinError(f"There is no bokeh called {bokeh!r}; choose one of {', '.join(BOKEH)}.")
        self._check(camera, overlay)
        lens = camera.f_stop is not None and bokeh != "off"
        with self._targets() as targets:
            reproject = self._proxy if quick and self._proxy and self._proxy.serves(camera, self.size) else self.reproject
            finish = partial(reproject.draw_edges_depth, targets.scene, camera)
            if not lens or (bokeh == "gather" and not self.bokeh.blurs(camera, reproject, self.size[0])):
                reproject.draw(targets.scene, camera)
            elif bokeh == "gather":
                self.bokeh.draw(targets.flat, camera, reproject, self.highlights)
                finish = partial(self._complete_gathered, targets, camera, reproject)
            else:
                self._expose(targets, camera, reproject)
            return self._shown(targets, camera, overlay, finish)

    @_bound
    def refine(self, camera: Camera, views: int = 8, overlay: Overlay = Overlay(), count: int = VIEWS,
               first: Frame | None = None) -> tuple[Frame, float]:
        """A picture through the lens that grows from call to call: (frame, share done).

        It starts as `first`, of any size, shows it, or as render(camera, "gather"), passes into the mean of the views
        taken so far, `views` more with every call, and ends, after `count` of them, as render(camera, "reference"),
        which takes VIEWS. Another camera, size or count starts anew.
        """
        self._check(camera, overlay)
        for number in (views, count):
            if not (isinstance(number, (int, np.integer)) and number >= 1):
                raise PushinError(f"A lens is looked through from whole numbers of views, 1 or more, and not from {number!r:.40}.")
        if not (first is None or isinstance(first, Frame)):
            raise PushinError(f"A picture grows from a Frame, and not from {first!r:.40}.")
        if camera.f_stop is None:
            return self.render(camera, overlay=overlay), 1.0
        old = self._exposure
        wanted = camera, self.size, count, self.highlights
        if old is None or (old.camera, old.size, old.count, old.highlights) != wanted:
            self._forget()
            first = first or self.render(camera, "gather")
            self._exposure = Exposure(self.context, self.size, camera, count, self.highlights, first)
        exposure = self._exposure
        with self._targets() as targets:
            exposure.take(views, targets.scene, self.reproject, self.accumulate)
            done = exposure.taken / count
            exposure.develop(targets.flat, self.mean, exposure.first._targets.color, done)
            finish = partial(self.reproject.draw, targets.surface, camera, edges_depth=True)
            return self._shown(targets, camera, overlay, finish), done

    def _check_open(self) -> None:
        if self._closed:
            raise PushinError("This renderer is closed; make another one.")

    def _check(self, camera: Camera, overlay: Overlay) -> None:
        self._check_open()
        if not self.reproject.covers:
            raise PushinError("This renderer has nothing to draw from yet; go through `using` first.")
        check_camera(camera)
        if not isinstance(overlay, Overlay):
            raise PushinError(f"Over a picture lies an Overlay, and not {overlay!r:.40}.")

    def _complete_gathered(self, targets: Targets, camera: Camera, reproject: ReprojectPass) -> None:
        """Gives a gathered picture the depth and the invented share of its pinhole's."""
        with making(self.context, targets.picture.size) as make:
            color = texture(make, targets.picture.size)
            pinhole = make.framebuffer([color], targets.depth)
        reproject.draw(pinhole, camera, edges_depth=True)
        with having(targets.flat, color_mask=(False, False, False, True)):
            self.copy.draw(targets.flat, color=color)
        pinhole.release()
        color.release()

    @contextmanager
    def _targets(self) -> Iterator[Targets]:
        """What a frame is drawn into within; where none comes of it, they wait for the next."""
        plain(self.context)
        free = self._free.get(self.size)
        targets = free.pop() if free else Targets.create(self.context, self.size)
        try:
            yield targets
        except BaseException:
            self._reclaim(targets)
            raise

    def _shown(self, targets: Targets, camera: Camera, overlay: Overlay, finish) -> Frame:
        """The frame of what was drawn; finish() draws what only its depth and invented share need."""
        if overlay:
            finish()
            finish = None
            self.display.draw_overlaid(targets.screen, targets.color, targets.depth, camera, overlay)
        else:
            self.display.draw(targets.screen, targets.color)
        frame = Frame(targets, self.size, camera, finish)
        self._held.add(frame)
        weakref.finalize(frame, self._reclaim, targets)
        return frame

    def _expose(self, targets: Targets, camera: Camera, reproject: ReprojectPass) -> None:
        """The mean of VIEWS over the aperture; depth is that of the aperture's centre."""
        exposure = Exposure(self.context, self.size, camera, VIEWS, self.highlights)
        try:
            exposure.take(VIEWS, targets.scene, reproject, self.accumulate)
            reproject.draw(targets.scene, camera)
            exposure.develop(targets.flat, self.mean)
        finally:
            exposure.release()

    def _forget(self) -> None:
        if self._exposure is not None:
            self._exposure.release()
            self._exposure = None

    def _reclaim(self, targets: Targets) -> None:
        """Takes back what a frame was drawn into that is gone. The last to hold it may be another thread, whose context, if it
        has one, calls things of its own by the same names: there nothing is released."""
        size = targets.picture.size
        unwanted = self._closed or (size != self.size and size not in self._free)
        if unwanted and threading.get_ident() == self._thread:
            targets.release()
        else:
            self._free.setdefault(size, []).append(targets)

    def _complete_held(self) -> None:
        for frame in list(self._held):
            frame._complete()

    def close(self) -> None:
        """Frees the GPU's memory; frames that are still held stay valid. Raises PushinError in another thread than the one that
        made it. A renderer without a window that nobody holds any more, nor a frame of it, closes by itself, if that is in its
        thread; one in a window's context does not."""
        if not self._closed:
            self._close()

    @_bound
    def _close(self) -> None:
        self._complete_held()
        self._closed = True
        self._drop_proxy()
        self._forget()
        for targets in (targets for kept in self._free.values() for targets in kept):
            targets.release()
        self._free.clear()
        self._passes.close()

    def __del__(self):
        # In another thread, and with a window's context, which need not be current here, the memory goes with the context.
        if self._passes and is_headless(self.context) and not sys.is_finalizing():
            self.close()

    def __enter__(self) -> Renderer:
        return self

    def __exit__(self, *_) -> None:
        self.close()
