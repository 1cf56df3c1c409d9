"""The director's monitor: a clean picture with its frame lines, on the second screen where there is one."""
from __future__ import annotations

from imgui_bundle import hello_imgui
import glfw

from ..errors import PushinError
from ..render.feed import Feed
from .upload_thread import HINTS, hint

SIZE = 960, 540
"""Of its window where there is no second screen."""


def shows(screen, window) -> bool:
    """Whether the middle of a window is on a screen."""
    (x, y), size = glfw.get_monitor_pos(screen), glfw.get_video_mode(screen).size
    (left, top), (width, height) = glfw.get_window_pos(window), glfw.get_window_size(window)
    return x <= left + width / 2 < x + size.width and y <= top + height / 2 < y + size.height


class Monitor:
    """A second window with one picture and nothing over it but its frame.

    window  glfw's, or None while it is closed
    """

    def __init__(self):
        self.window, self._fills = None, False
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
            self.close(beside)
            return
        hello_imgui.request_refresh()
        screen = next((screen for screen in glfw.get_monitors() if not shows(screen, beside)), None)
        self._fills = screen is not None
        glfw.default_window_hints()
        hint({**HINTS, glfw.FOCUS_ON_SHOW: False, glfw.AUTO_ICONIFY: False, glfw.VISIBLE: not self._fills})
        try:
            self.window = glfw.create_window(*SIZE, "pushin: director's monitor", None, beside)
        except glfw.GLFWError:
            self.window = None
        if not self.window:
            self.window = None
            raise PushinError("The director's monitor cannot open: the display offers no second window.")
        if self._fills:
            # It goes there first: not every window manager lets a window choose the screen that it fills.
            mode = glfw.get_video_mode(screen)
            glfw.set_window_pos(self.window, *glfw.get_monitor_pos(screen))
            glfw.show_window(self.window)
            glfw.set_window_monitor(self.window, screen, 0, 0, *mode.size, mode.refresh_rate)
            # Mouse and keys belong to whoever works on the other screen.
            glfw.set_input_mode(self.window, glfw.CURSOR, glfw.CURSOR_HIDDEN)
            glfw.set_window_focus_callback(self.window, lambda _, focused: focused and glfw.focus_window(beside))
            glfw.focus_window(beside)

    def show(self, beside, frame, share, outside: float, border: float) -> None:
        """Shows a Frame of the window `beside`; closes where a person has closed it. PushinError: its screen has gone."""
        if glfw.window_should_close(self.window):
            self.close(beside)
            return
        if self._fills and not glfw.get_window_monitor(self.window):
            self.close(beside)
            raise PushinError("The director's screen has gone and its monitor is closed; open it again when it is back.")

        def draw():
            if self._feed is None:      # not before: Mesa draws by the size that a window had when it was first used
                glfw.swap_interval(0)   # the other window waits for its screen already
                self._feed = Feed()
            self._feed.show(frame, self.size, share, outside, border)
            glfw.swap_buffers(self.window)
        self._within(beside, draw)

    def close(self, beside=None) -> None:
        """Closes it, if it is open; without the window `beside`, whose objects it shares, these are left to go with that."""
        if self.open:
            if self._feed is not None and beside is not None:
                self._within(beside, self._feed.release)
            glfw.destroy_window(self.window)
            self.window = self._feed = None

    def _within(self, beside, work) -> None:
        """Does GL work in this window's context, and gives the other its own back."""
        glfw.make_context_current(self.window)
        try:
            work()
        finally:
            glfw.make_context_current(beside)
