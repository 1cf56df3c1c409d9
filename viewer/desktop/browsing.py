"""A path that is asked for: typed, or chosen in the system's own file dialog."""
from __future__ import annotations

import shutil
import sys

from imgui_bundle import hello_imgui, imgui

from . import style

BROWSERS = "zenity", "kdialog", "matedialog", "qarma"
"""Programs that show the system's file dialog where it has none of its own, which is on Linux."""

WIDE = 34.0
"""Text sizes that a path takes, and what can be chosen under it."""


def path_field(path: str) -> tuple[bool, str]:
    """The field for it, which has the keyboard first, and again after an answer: (whether Enter was pressed, what it says)."""
    if imgui.is_window_appearing():
        imgui.set_keyboard_focus_here()
    imgui.set_next_item_width(WIDE * imgui.get_font_size())
    entered, path = imgui.input_text("##path", path, imgui.InputTextFlags_.enter_returns_true
                                     | imgui.InputTextFlags_.auto_select_all)
    if entered:
        imgui.set_keyboard_focus_here(-1)      # it may be refused
    return entered, path


class Browser:
    """The system's file dialog, of which there is one at a time."""

    def __init__(self):
        self._dialog, self._there, self._problem = None, True, ""

    @property
    def open(self) -> bool:
        return self._dialog is not None

    def begin(self) -> None:
        """Another question stands."""
        self.end()
        self._there = sys.platform in ("win32", "darwin") or any(map(shutil.which, BROWSERS))
        self._problem = "" if self._there else "There is no zenity or kdialog here to browse with; type the path."

    def end(self) -> None:
        """Ends the dialog, if it is open; whoever lets go of one that is would wait for its answer."""
        if self._dialog is not None:
            self._dialog.kill()
            self._dialog = None

    def button(self, dialog) -> str | None:
        """Draws the button that opens dialog(), of portable_file_dialogs; what was chosen in it, once it is."""
        imgui.begin_disabled(not self._there or self.open)
        if imgui.button("Browse …", (7 * imgui.get_font_size(), 0)):
            self._dialog = dialog()
        imgui.end_disabled()
        if not self.open:
            return None
        hello_imgui.request_refresh()
        if not self._dialog.ready(0):
            return None
        dialog, self._dialog = self._dialog, None
        try:
            result = dialog.result()
        except UnicodeDecodeError:
            self._problem = "The name of what was chosen is no text (not UTF-8); rename it."
            return None
        return (result[0] if isinstance(result, list) and result else result) or None

    def foot(self) -> None:
        """What keys do, and why nobody can browse, or what was chosen is of no use."""
        style.text("Tab goes on, Space presses or opens, Enter does it, Escape leaves.", style.QUIET, scale=0.88)
        if self._problem:
            style.text(self._problem, style.QUIET, scale=0.88)
