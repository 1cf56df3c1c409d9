"""The playhead: where it is, whether it moves, and the bar to hold it by."""
from __future__ import annotations

from imgui_bundle import hello_imgui, imgui

from . import style

STEP = 0.01
"""How far an arrow key moves the playhead, of the whole."""


class Transport:
    """A playhead that runs once from start to end, as a shot does.

    duration  seconds
    position  0..1
    playing   it moves by itself
    """

    def __init__(self, duration: float):
        self.duration = duration
        self.position = 0.0
        self.playing = False

    def toggle(self) -> None:
        """Plays or pauses; at the end it plays again from the start."""
        self.playing = not self.playing
        if self.playing and self.position >= 1:
            self.position = 0.0

    def seek(self, position: float) -> None:
        """Pauses at a position; a hand on the playhead is stronger than the clock."""
        self.playing = False
        self.position = min(max(position, 0.0), 1.0)

    def tick(self, seconds: float) -> None:
        """Lets time pass, and rests at the end."""
        if self.playing:
            self.position = min(self.position + seconds / self.duration, 1.0)
            self.playing = self.position < 1


def keys(transport: Transport) -> None:
    """Space plays and pauses, arrows step, Home and End go to the ends."""
    if imgui.get_io().want_text_input:
        return
    if imgui.is_key_pressed(imgui.Key.space, False):
        transport.toggle()
    for key, step in ((imgui.Key.left_arrow, -STEP), (imgui.Key.right_arrow, STEP)):
        if imgui.is_key_pressed(key):
            transport.seek(transport.position + step)
    for key, position in ((imgui.Key.home, 0.0), (imgui.Key.end, 1.0)):
        if imgui.is_key_pressed(key, False):
            transport.seek(position)


def bar(transport: Transport, corner: tuple[float, float], width: float, reading: str, fonts: style.Fonts) -> None:
    """Play button, slider, a reading of what the slider does, and the frame rate while something moves."""
    em = imgui.get_font_size()
    height = imgui.get_frame_height()
    imgui.set_cursor_screen_pos(corner)
    if imgui.button("##play", (2.4 * em, height)):
        transport.toggle()
    _symbol(transport.playing)
    imgui.set_item_tooltip("Pause (space)" if transport.playing else "Play (space)")
    imgui.same_line(0, 0.8 * em)
    imgui.set_next_item_width(width - 2.4 * em - 0.8 * em - 13 * em)
    moved, percent = imgui.slider_float("##playhead", 100 * transport.position, 0, 100, "")
    if moved:
        transport.seek(percent / 100)
    moving = transport.playing or imgui.is_item_active()
    if transport.playing:
        hello_imgui.request_refresh()  # nobody touches anything, and yet the next frame differs
    imgui.same_line(0, 0.8 * em)
    imgui.align_text_to_frame_padding()
    style.text(reading, style.VALUE, fonts.regular)
    if moving:
        rate = f"{hello_imgui.frame_rate():.0f} frames/s"
        imgui.push_font(fonts.regular, 0.85 * style.TEXT_SIZE)
        wide = imgui.calc_text_size(rate).x
        imgui.pop_font()
        imgui.set_cursor_screen_pos((corner[0] + width - wide, corner[1] + (height - 0.85 * em) / 2))
        style.text(rate, style.QUIET, fonts.regular, 0.85)


def _symbol(playing: bool) -> None:
    """Two bars or a triangle in the middle of the last item."""
    low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
    x, y = (low.x + high.x) / 2, (low.y + high.y) / 2
    r = 0.28 * (high.y - low.y)
    ink, draw = imgui.get_color_u32(style.TEXT), imgui.get_window_draw_list()
    if playing:
        for side in (-1, 1):
            draw.add_rect_filled((x + side * 0.55 * r - 0.3 * r, y - r), (x + side * 0.55 * r + 0.3 * r, y + r), ink)
    else:
        draw.add_triangle_filled((x - 0.8 * r, y - r), (x - 0.8 * r, y + r), (x + r, y), ink)
