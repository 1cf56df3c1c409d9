"""A take as it is delivered: the pictures of its frames, at one size."""
from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..camera import Camera
from ..errors import PushinError
from ..shots.document import Shot
from ..shots.framing import frame_lines


class Delivery:
    """The frames of one take, counted from 0.

    shot, take  the document, and the take of it (None: the first)
    size        (width, height) in pixels; None: the shot's shape in even numbers, `width` across
    width       pixels; None: the shot's delivery

    The picture shows what lies inside the shot's frame lines; a size of another shape shows the largest frame of that
    shape which the camera's picture holds.
    """

    def __init__(self, shot: Shot, take: str | None = None, size: tuple[int, int] | None = None,
                 width: int | None = None):
        self.shot, self.take = shot, shot.take(take)
        lines = shot.lines(self.take)
        if size is None:
            width = width or shot.delivery_width
            size = _even(width), _even(width * lines.height / lines.width)
        elif abs(size[0] / size[1] * lines.height / lines.width - 1) > 0.01:  # not just rounded to whole pixels
            lines = frame_lines(shot.aspect(self.take), size[0] / size[1])
        self.size, self._share = size, lines.width
        self.times = shot.frames(self.take.name)
        self.play = shot.perform(self.take.name)

    def __len__(self) -> int:
        return len(self.times)

    def camera(self, frame: int) -> Camera:
        """The take's camera at a frame, with as much of its sensor as is delivered."""
        camera = self.play.camera(float(self.times[frame]))
        across, up = camera.lens_shift
        return replace(camera, sensor_width=camera.sensor_width * self._share,
                       lens_shift=(across / self._share, up / self._share))

    def range(self, first: int | None = None, last: int | None = None) -> range:
        """Frames first to last, both included and counted from 1 as a person counts; None is the take's own end."""
        first, last = first or 1, last or len(self)
        if not 1 <= first <= last <= len(self):
            raise PushinError(f"There are no frames {first} to {last}: take {self.take.name} has frames 1 to "
                              f"{len(self)}.")
        return range(first - 1, last)


class Drawing:
    """Draws a delivery's frames, and keeps the time that it takes.

    bokeh    how blur is made, as Renderer.render has it; off of a take that is a pinhole
    seconds  spent drawing and reading back so far
    """

    def __init__(self, delivery: Delivery, renderer, bokeh: str = "gather"):
        self.delivery, self.renderer, self.bokeh = delivery, renderer, "off" if delivery.take.pinhole else bokeh
        self.seconds = 0.0

    def each(self, frames: Iterable[int], *arrays: str) -> Iterator:
        """The rendered Frame of each of these frames, with the named arrays ("picture", "color" …) read back."""
        for number in frames:
            began = time.perf_counter()
            frame = self.renderer.render(self.delivery.camera(number), self.bokeh)
            for array in arrays:
                getattr(frame, array)
            self.seconds += time.perf_counter() - began
            yield frame


def _even(pixels: float) -> int:
    return max(2, 2 * round(pixels / 2))
