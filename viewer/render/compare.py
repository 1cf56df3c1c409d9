"""Pictures A and B of one moment as one picture: every way of comparing them is a row of one table, for one shader."""
from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import moderngl
import numpy as np

from .gl import ScreenPass, making, plain, read, texture
from .headless import current


class Mode(NamedTuple):
    """A way of comparing.

    line     what it shows
    shows    the takes of which it needs a picture
    apart    each picture has a place of its own, else they lie over each other
    opacity  of B over A
    gain     of the difference; 0 shows the pictures themselves
    wiped    B is only on one side of the wipe's line
    blinks   A and B in turn
    """

    line: str
    shows: str = "AB"
    apart: bool = False
    opacity: float = 1.0
    gain: float = 0.0
    wiped: bool = False
    blinks: bool = False


MODES = {
    "side by side": Mode("A on the left, B on the right", apart=True),
    "wipe": Mode("A on one side of a line, B on the other", wiped=True),
    "blink": Mode("A and B in turn, each for half a second", blinks=True),
    "difference": Mode("what A and B do not share, four times as bright", gain=4.0),
    "onion": Mode("B half through over A", opacity=0.5),
    "A": Mode("A alone", shows="A"),
    "B": Mode("B alone", shows="B"),
}

BLINK = 0.5
"""Seconds for which blinking shows each: slow enough to look at, fast enough that the eye still compares."""

GROUND = 0.078
"""Grey, as a screen shows it."""

Rect = tuple[float, float, float, float]
"""left, top, width, height"""


@dataclass(frozen=True, slots=True)
class Wipe:
    """Where the line stands, in shares of the pictures' common place, and how it is turned, degrees from upright."""

    x: float = 0.5
    y: float = 0.5
    angle: float = 0.0


@dataclass(frozen=True, slots=True)
class Layout:
    """Where pictures stand in a target, left, top, width, height in its pixels from the top left corner."""

    size: tuple[int, int]
    a: Rect
    b: Rect


def layout(size: tuple[int, int], aspect_a: float, aspect_b: float, mode: str, gap: float = 0.0,
           below: float = 0.0) -> Layout:
    """The largest places for pictures of these aspects (width over height), with `below` pixels free under each."""
    width, height = size
    across = (width - gap) / 2 if MODES[mode].apart else width
    fitted = []
    for aspect in (aspect_a, aspect_b):
        w = max(min(across, (height - below) * aspect), 1.0)
        fitted.append((int(w), max(round(int(w) / aspect), 1)))
    (wa, ha), (wb, hb) = fitted
    if MODES[mode].apart:  # next to each other in the middle, and not each lost in its half
        left = max(width - wa - gap - wb, 0) / 2
        lefts = left, left + wa + gap
    else:
        lefts = (width - wa) / 2, (width - wb) / 2
    top = lambda h: max(height - below - h, 0) / 2
    return Layout(size, (round(lefts[0]), round(top(ha)), wa, ha), (round(lefts[1]), round(top(hb)), wb, hb))


class _Pictures(ScreenPass):
    fragment = "compare.frag"


class ComparePass:
    """Draws one comparison into a target; see shaders/compare.frag for what it sets."""

    def __init__(self, context: moderngl.Context):
        self.context = context
        self._one, self._both = _Pictures(context), _Pictures(context, BOTH=1)

    def compare(self, target: moderngl.Framebuffer, place: Layout, a, b, mode: str, wipe: Wipe = Wipe(),
                time: float = 0.0, origin: tuple[int, int] = (0, 0), frames=((1.0, 1.0), (1.0, 1.0)),
                outside: float = 1.0, border: float = 0.0, ground=3 * (GROUND,)) -> None:
        """Draws Frames a and b into a part of a target.

        time     seconds, by which blinking goes
        origin   bottom left corner of that part, of the layout's size, in the target's pixels
        frames   share of width and height of each picture that is delivered
        outside  brightness of what is not
        border   pixels: width of the line around what is; 0 draws none
        """
        kind = MODES[mode]
        shows = "AB"[int(time / BLINK) % 2] if kind.blinks else kind.shows
        look = {"outside": outside, "border": border, "origin": origin}
        shown = [{"A": (a, place.a, frames[0]), "B": (b, place.b, frames[1])}[which] for which in shows]
        pictures = [(frame.displayed, _upward(rect, place.size), delivered) for frame, rect, delivered in shown]
        plain(self.context)
        target.use()
        target.clear(*ground, 1.0, viewport=(*origin, *place.size))
        if kind.apart or len(pictures) == 1:
            for picture, rect, delivered in pictures:
                self._draw(self._one, target, rect, a=picture, place_a=rect, frame_a=delivered, **look)
        else:
            (under, place_a, frame_a), (over, place_b, frame_b) = pictures
            self._draw(self._both, target, _around(place_a, place_b), a=under, place_a=place_a, frame_a=frame_a, b=over,
                       place_b=place_b, frame_b=frame_b, extent=place.size, opacity=kind.opacity, gain=kind.gain, ground=ground,
                       wipe=_line(wipe, place) if kind.wiped else (0.0, 0.0, 1.0), **look)

    @staticmethod
    def _draw(with_: _Pictures, target: moderngl.Framebuffer, rect: Rect, origin: tuple[int, int], **inputs) -> None:
        left, bottom, *size = rect
        target.viewport = (origin[0] + left, origin[1] + bottom, *size)
        with_.draw(target, origin=origin, **inputs)

    def pixels(self, place: Layout, a, b, mode: str, **how) -> np.ndarray:
        """The comparison as uint8 (h, w, 3), row 0 on top; waits for the GPU."""
        with making(self.context, place.size) as make:
            picture = texture(make, place.size, 4, "f1")
            target = make.framebuffer([picture])
        try:
            self.compare(target, place, a, b, mode, **how)
            return np.ascontiguousarray(read(picture, "u1")[..., :3])
        finally:
            target.release()
            picture.release()

    def release(self) -> None:
        self._one.release()
        self._both.release()


def compared(renderer, place: Layout, a, b, mode: str, **how) -> np.ndarray:
    """One comparison of a renderer's frames, as ComparePass.pixels has it, and nothing left of it on the GPU."""
    with current(renderer.context):
        draws = ComparePass(renderer.context)
        try:
            return draws.pixels(place, a, b, mode, **how)
        finally:
            draws.release()


def _upward(place: Rect, size: tuple[int, int]) -> Rect:
    """From the top left corner to GL's bottom left one."""
    left, top, width, height = place
    return left, size[1] - top - height, width, height


def _around(a: Rect, b: Rect) -> Rect:
    """The smallest place that holds both."""
    left, bottom = min(a[0], b[0]), min(a[1], b[1])
    return left, bottom, max(a[0] + a[2], b[0] + b[2]) - left, max(a[1] + a[3], b[1] + b[3]) - bottom


def _line(wipe: Wipe, place: Layout) -> tuple[float, float, float]:
    """(nx, ny, c) of the half plane that shows B, in shares of the target with y upwards."""
    left, top, width, height = place.a
    x, y = (left + wipe.x * width) / place.size[0], 1 - (top + wipe.y * height) / place.size[1]
    nx, ny = math.cos(math.radians(wipe.angle)), math.sin(math.radians(wipe.angle))
    nx, ny = nx * place.size[0], ny * place.size[1]  # an angle is one of pixels
    return nx, ny, -(nx * x + ny * y)
