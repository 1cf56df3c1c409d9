"""The director's monitor: a clean picture with its frame lines, on the second screen where there is one."""
from __future__ import annotations

from imgui_bundle import hello_imgui
import glfw

from ..errors import PushinError
from ..render.feed import Feed
from .aside import HINTS

SIZE = 960, 540
"""Of its window where there is no second screen."""


class Monitor:
    """
    window  glfw's, or None while it is closed
    """

    def __init__(self):
        self.window = None
        self._feed: Feed | None = None

    @property
    def open(self) -> bool:
        return self.window is not None

    @property
    def size(self) -> tuple[int, int]:
        return glfw.get_framebuffer_size(self.window)

    def place(self, aspect: float) -> tuple[float, float] | None:
        """Pixels (width, height) that a picture of this aspect takes there; None while it is closed."""
        if not self.open:
            return None
        width, height = self.size
        return min(width, height * aspect), min(width / aspect, height)

    def toggle(self, beside) -> None:
        """Opens it, sharing textures with the window `beside`, or closes it; PushinError where none can be opened."""
        if self.open:
            self.close()
            return
        hello_imgui.request_refresh()
        screens = glfw.get_monitors()
        glfw.default_window_hints()
        for hint, value in {**HINTS, glfw.FOCUS_ON_SHOW: False, glfw.AUTO_ICONIFY: False}.items():
            glfw.window_hint(hint, value)
        try:
            if len(screens) > 1:
                mode = glfw.get_video_mode(screens[1])
                self.window = glfw.create_window(mode.size.width, mode.size.height, "pushin: director's monitor",
                                                 screens[1], beside)
            else:
                self.window = glfw.create_window(*SIZE, "pushin: director's monitor", None, beside)
        except glfw.GLFWError:
            self.window = None
        if not self.window:
            self.window = None
            raise PushinError("The director's monitor cannot open: the display offers no second window.")
        self._within(beside, self._begin)

    def show(self, beside, frame, share, outside: float, border: float) -> None:
        """Shows a Frame of the window `beside`; closes where a person has closed it."""
        if glfw.window_should_close(self.window):
            self.close()
            return

        def draw():
            self._feed.context.screen.clear(0.0, 0.0, 0.0)
            self._feed.show(frame, self.size, share, outside, border)
            glfw.swap_buffers(self.window)
        self._within(beside, draw)

    def close(self) -> None:
        if self.open:
            glfw.destroy_window(self.window)
            self.window = self._feed = None

    def pixels(self, beside):
        """What it shows, uint8 (h, w, 3): for tests and screenshots, as it reads back."""
        import numpy as np
        found = []
        width, height = self.size

        def read():
            data = self._feed.context.screen.read(viewport=(0, 0, width, height), components=3, alignment=1)
            found.append(np.frombuffer(data, "u1").reshape(height, width, 3)[::-1].copy())
        self._within(beside, read)
        return found[0]

    def _begin(self) -> None:
        glfw.swap_interval(0)   # the other window waits for its screen already
        self._feed = Feed()

    def _within(self, beside, work) -> None:
        """Does GL work in this window's context, and gives the other its own back."""
        glfw.make_context_current(self.window)
        try:
            work()
        finally:
            glfw.make_context_current(beside)
