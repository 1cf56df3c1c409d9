"""A second OpenGL context beside the window's, on a window that nobody sees: for what would hold up the pictures."""
from __future__ import annotations

from collections.abc import Callable, Iterator

from imgui_bundle import hello_imgui    # before glfw, so that both share one GLFW library
import glfw

from ..render.screen import Screen
from .job_thread import Job

RESET = {glfw.CONTEXT_ROBUSTNESS: glfw.LOSE_CONTEXT_ON_RESET}
"""Of every window: where the driver can, it tells that the GPU was reset instead of ending the program."""

HINTS = {glfw.CONTEXT_VERSION_MAJOR: 3, glfw.CONTEXT_VERSION_MINOR: 3, glfw.OPENGL_PROFILE: glfw.OPENGL_CORE_PROFILE,
         glfw.OPENGL_FORWARD_COMPAT: True, **RESET}
"""Of a window whose context shares the objects of another one's."""

BEAT = 0.005
"""Seconds after which whoever waits looks again."""

PATIENCE = 10.0
"""Seconds that whoever gives up waits for what has begun."""


def hint(hints: dict[int, int]) -> None:
    """What the next window is to be like: glfw's hints, by their numbers."""
    for name, value in hints.items():
        glfw.window_hint(name, value)


class UploadThread:
    """Does GL work on a thread of its own. On Mesa's software renderer, where it is the processor that makes room for a
    plate; a GPU's driver does that at once."""

    def __init__(self, beside):
        glfw.default_window_hints()
        hint({**HINTS, glfw.VISIBLE: False})
        self._window = glfw.create_window(1, 1, "pushin", None, beside)

    @classmethod
    def where_slow(cls, screen: Screen, beside) -> UploadThread | None:
        """One for a window and its screen, or None where it would gain nothing, or the display offers no other."""
        if not screen.is_software:
            return None
        try:
            made = cls(beside)
        except glfw.GLFWError:
            return None
        return made if made._window else None

    def __call__(self, work: Callable[[], None]) -> Iterator[None]:
        """Waits in steps until work() is done there."""
        job = Job(lambda report: self._within(work))
        try:
            while not job.done:
                job.wait(BEAT)
                yield
        finally:
            job.wait(PATIENCE)
        if job.error is not None:
            raise job.error

    def _within(self, work) -> None:
        glfw.make_context_current(self._window)
        try:
            work()
        finally:
            glfw.make_context_current(None)

    def close(self) -> None:
        glfw.destroy_window(self._window)
