"""Makes the pictures that the window shows, in its own OpenGL context, and only when they change."""
from __future__ import annotations

import time

import moderngl

from ..plate.layers import Layers
from ..render import Renderer

SETTLED = 0.25
"""Seconds for which a new size must last before pictures are made in it; until then the old ones are stretched."""


class Projector:
    """One plate on as many pictures as there are cameras."""

    def __init__(self, context: moderngl.Context, plate, layers: Layers):
        self._context, self._plate, self._layers = context, plate, layers
        self._renderer: Renderer | None = None
        self._size = self._wanted = (0, 0)
        self._since = 0.0
        self._shown, self._frames = None, ()

    def frames(self, cameras: tuple, size: tuple[int, int]) -> tuple:
        """A Frame for each Camera, about size (width, height) in pixels; the same ones until something changes."""
        renderer = self._sized(self._limited(size))
        if self._shown != (cameras, self._size):
            self._frames = tuple(renderer.render(camera) for camera in cameras)
            self._shown = cameras, self._size
            self._context.screen.use()  # Dear ImGui draws next, into the window
        return self._frames

    def use(self, layers: Layers) -> None:
        """Shows these layers of the plate from now on."""
        self._layers = layers
        if self._renderer is not None:
            self._renderer.use(layers)
        self._shown = None

    def close(self) -> None:
        self._frames = ()
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None

    def _limited(self, size: tuple[int, int]) -> tuple[int, int]:
        """No more pixels than the plate has: they would show nothing more and cost as much."""
        scale = min(1.0, self._plate.size[0] / size[0])
        return max(round(size[0] * scale), 1), max(round(size[1] * scale), 1)

    def _sized(self, size: tuple[int, int]) -> Renderer:
        now = time.monotonic()
        if size != self._wanted:
            self._wanted, self._since = size, now
        if self._renderer is None or (size != self._size and now - self._since >= SETTLED):
            self.close()
            self._renderer = Renderer(self._plate, size, self._context, self._layers)
            self._size = size
        return self._renderer
