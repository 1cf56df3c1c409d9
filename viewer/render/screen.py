"""A window, as far as OpenGL goes: what is drawn into it, what is read back from it, and pictures that it shows by name."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import moderngl
import numpy as np

from ..errors import PushinError
from .compare import ComparePass, Layout
from .renderer import Renderer


class GivenUp(PushinError):
    """The driver's context is lost: nothing can be drawn or released any more."""


@contextmanager
def drawing() -> Iterator[None]:
    """Within, a driver that gives up raises GivenUp, and no error of its own."""
    try:
        yield
    except moderngl.Error as error:
        raise GivenUp("The graphics driver has given up.") from error


class Screen:
    """What a window shows. Its context is to be current when this is made, and for every call.

    context  moderngl's, for what else draws in it; another than the window's may be given, where there is none
    """

    def __init__(self, context: moderngl.Context | None = None):
        self.context = context or moderngl.create_context(require=330)
        self._compare = ComparePass(self.context)

    @property
    def is_software(self) -> bool:
        """Whether the processor draws, by Mesa's software renderer."""
        return "llvmpipe" in self.context.info["GL_RENDERER"]

    def renderer(self, plate, size: tuple[int, int], **how) -> Renderer:
        """A Renderer whose frames this screen can show."""
        return Renderer(plate, size, self.context, **how)

    def check(self) -> None:
        """Asks the driver for something small: a context that is lost has nothing to give, and else only draws nothing."""
        self.context.buffer(reserve=4).release()

    def use(self) -> None:
        """What is drawn from now on goes to the window, whatever was drawn elsewhere."""
        self.context.screen.use()

    def show(self, place: Layout, a, b, mode: str, **how) -> None:
        """Draws Frames a and b, compared; how: see ComparePass.compare."""
        self._compare.compare(self.context.screen, place, a, b, mode, **how)

    def read(self, left: int, bottom: int, width: int, height: int) -> np.ndarray:
        """A part of what was drawn, uint8 (h, w, 3), row 0 on top."""
        data = self.context.screen.read(viewport=(left, bottom, width, height), components=3, alignment=1)
        return np.frombuffer(data, "u1").reshape(height, width, 3)[::-1]

    def finish(self) -> None:
        """Waits until all is drawn."""
        self.context.finish()

    def release(self) -> None:
        self._compare.release()


class Upload:
    """A picture of ours for a window to show, which may become another one."""

    def __init__(self, screen: Screen):
        self._context, self._texture = screen.context, None

    @property
    def texture(self) -> int:
        """GL name of what was written last."""
        return self._texture.glo

    def write(self, picture: np.ndarray) -> None:
        """picture: uint8 (h, w, 4)."""
        size = picture.shape[1::-1]
        if self._texture is None or self._texture.size != size:
            self.release()
            self._texture = self._context.texture(size, 4)
            self._texture.filter = moderngl.LINEAR, moderngl.LINEAR
        self._texture.write(np.ascontiguousarray(picture))

    def release(self) -> None:
        if self._texture is not None:
            self._texture.release()
            self._texture = None
