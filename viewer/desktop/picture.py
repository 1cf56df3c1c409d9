"""A rendered picture in the window, with its caption."""
from __future__ import annotations

from imgui_bundle import imgui

from . import style

COLUMN = 5.2
"""Text sizes that a figure needs across; in a small window those that have no room are left out."""


class Picture:
    """Shows the latest frame of one camera; the texture goes to the screen without being read back.

    title    what it is
    figures  (label, value) pairs beneath it
    frame    what it shows; kept, because a Frame is valid while it is referenced
    rect     left, top, width, height in window pixels, where it was drawn last
    """

    def __init__(self):
        self.title = ""
        self.figures: tuple[tuple[str, str], ...] = ()
        self.frame = None
        self.rect = (0, 0, 0, 0)

    def draw(self, corner: tuple[float, float], size: tuple[float, float], fonts: style.Fonts) -> None:
        """Draws into the current window: corner and size of the picture in window pixels, the caption below it."""
        left, top = corner
        width, height = size
        self.rect = left, top, width, height
        imgui.set_cursor_screen_pos((left, top))
        if self.frame is None:
            imgui.dummy((width, height))
            imgui.get_window_draw_list().add_rect_filled(
                (left, top), (left + width, top + height), imgui.get_color_u32((0.11, 0.11, 0.11, 1)))
        else:
            imgui.image(imgui.ImTextureRef(self.frame.texture), (width, height), (0, 1), (1, 0))
        em = imgui.get_font_size()
        imgui.push_clip_rect((left, top), (left + width, top + height + self.caption_height()), True)
        imgui.set_cursor_screen_pos((left, top + height + 0.6 * em))
        style.text(self.title, style.TEXT, fonts.bold, 1.2)
        columns = min(len(self.figures), max(1, int(width / (COLUMN * em))))
        for i, (label, value) in enumerate(self.figures[:columns]):
            x = left + i * width / columns
            imgui.set_cursor_screen_pos((x, top + height + 2.3 * em))
            style.text(label, style.QUIET, fonts.regular, 0.85)
            imgui.set_cursor_screen_pos((x, top + height + 3.3 * em))
            style.text(value, style.VALUE, fonts.regular)
        imgui.pop_clip_rect()

    @staticmethod
    def caption_height() -> float:
        """Window pixels that the caption takes below the picture."""
        return 4.6 * imgui.get_font_size()
