"""Makes the pictures that the window shows, in its own OpenGL context, and only when they change."""
from __future__ import annotations

from collections.abc import Iterator

from ..plate.layers import Layers
from ..render.compare import Layout
from ..render.screen import Screen
from ..render.warm import warming

COARSEST = 64
"""Pixels: no picture is made smaller than this, however slow the machine."""


class Projector:
    """One plate, seen by as many cameras as there are pictures, and their comparison in the window.

    It shows something once `using` has been gone through.

    screen  the window's
    aside   does what would hold up the pictures, or None; see render.gl.Aside
    made    frames that were drawn so far; it does not grow while nothing changes
    layers  what is shown of the plate
    changes how many times other layers have taken the place of those of before
    """

    def __init__(self, screen: Screen, plate, aside=None):
        self.screen, self.plate = screen, plate
        self.renderer = screen.renderer(plate, (COARSEST, COARSEST), load=False, aside=aside)
        self.made = 0
        self._kept: dict[object, tuple[object, object]] = {}    # slot -> (what it was drawn from, its frame)
        self.layers: Layers | None = None
        self.changes = 0

    def frame(self, slot: object, camera, size: tuple[int, int], bokeh: str = "off", quick: bool = False, **how):
        """The Frame of a camera at (width, height) pixels; the one of before where nothing differs.

        slot   which picture it is, such as "A": each keeps its latest frame
        quick  from the proxy, where that is about as fine
        """
        wanted = camera, size, bokeh, quick, tuple(how.items()), self.changes
        made_from, frame = self._kept.get(slot, (None, None))
        if made_from != wanted:
            frame = None
            self._kept.pop(slot, None)     # its targets serve the next one
            self.renderer.resize(size)
            frame = self.renderer.render(camera, bokeh, quick=quick, **how)
            self._kept[slot] = wanted, frame
            self.made += 1
        return frame

    def kept(self, slot: object):
        """The latest Frame of a picture, or None."""
        return self._kept.get(slot, (None, None))[1]

    def refine(self, slot: object, camera, size: tuple[int, int], views: int, count: int, **how) -> None:
        """Some more of `count` views through the lens, into the picture that is there."""
        self.renderer.resize(size)
        _, first = self._kept.get(slot, (None, None))
        frame, _ = self.renderer.refine(camera, views, count=count, first=first, **how)
        self._kept[slot] = ("refined", camera, size), frame
        self.made += 1

    def show(self, place: Layout, a, b, mode: str, **how) -> None:
        """Draws Frames a and b, compared, into the window."""
        self.screen.show(place, a, b, mode, **how)

    def using(self, layers: Layers) -> Iterator[None]:
        """Shows these layers of the plate once it was gone through: in steps, between which it goes on as before."""
        yield from self.renderer.using(layers)
        self.layers = layers
        self.changes += 1

    def using_proxy(self, proxy, layers: Layers) -> Iterator[None]:
        """Draws what has to be quick from these layers of the plate's proxy, once it was gone through, until others are shown."""
        yield from self.renderer.using_proxy(proxy, layers)

    def warming(self, lens: bool) -> Iterator[None]:
        """Draws each kind of picture once, so that none takes long when it is wanted; see render.warm."""
        yield from warming(self.renderer, lens)

    def size(self, pixels: tuple[float, float], share: float = 1.0) -> tuple[int, int]:
        """A picture's size for a place of so many pixels at a share of full resolution.

        No more pixels than the plate has: they would show nothing more and cost as much.
        """
        scale = min(share, self.plate.size[0] / pixels[0])
        return tuple(max(round(side * scale), min(COARSEST, round(side))) for side in pixels)

    def drop(self, slot: object) -> None:
        self._kept.pop(slot, None)

    def close(self) -> None:
        self._kept.clear()
        self.renderer.close()
