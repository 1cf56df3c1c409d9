"""How the window looks: neutral greys, so that nothing beside a picture tints it, one typeface, one accent per take."""
from __future__ import annotations

import math
import os
from collections.abc import Callable
from itertools import product

from imgui_bundle import hello_imgui, imgui

from ..render.compare import GROUND
from ..resources import ASSETS

TEXT_SIZE = 15.0
"""Pixels at 100 % scaling; every other length in the window is a multiple of the text's, and so scales with it."""

TEXT = (0.91, 0.91, 0.90, 1.0)
VALUE = (0.78, 0.78, 0.77, 1.0)
QUIET = (0.50, 0.50, 0.49, 1.0)
FAINT = (0.27, 0.27, 0.27, 1.0)
LANE = (0.115, 0.115, 0.115, 1.0)
BAR = (0.20, 0.20, 0.20, 1.0)
A = (0.87, 0.68, 0.42, 1.0)
B = (0.50, 0.69, 0.87, 1.0)
WARNING = (0.90, 0.55, 0.35, 1.0)
LINE = (1.0, 1.0, 1.0, 0.55)
RIM = 0.6
"""Of a mark's own opacity, that of its dark rim: to be seen on white paper, and not at all on a dark picture."""


MORE_LETTERS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/System/Library/Fonts/Hiragino Sans GB.ttc", "/System/Library/Fonts/AppleSDGothicNeo.ttc",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "C:/Windows/Fonts/msyh.ttc", "C:/Windows/Fonts/YuGothM.ttc", "C:/Windows/Fonts/malgun.ttf", "C:/Windows/Fonts/seguisym.ttf")
"""Typefaces of the system, where they are there: asked in this order for what ours lacks, as names of files may have it."""


class Fonts:
    """The two weights, once the window has loaded them, with further letters of the system's."""

    regular: imgui.ImFont
    bold: imgui.ImFont

    def load(self) -> None:
        self.regular, self.bold = map(self._loaded, ("Regular", "Bold"))

    @staticmethod
    def _loaded(weight: str) -> imgui.ImFont:
        outside = hello_imgui.FontLoadingParams(inside_assets=False)
        font = hello_imgui.load_font(str(ASSETS / "fonts" / f"Roboto-{weight}.ttf"), TEXT_SIZE, outside)
        outside.merge_to_last_font = True
        for path in MORE_LETTERS:
            if os.access(path, os.R_OK):
                hello_imgui.load_font(path, TEXT_SIZE, outside)
        return font


FONTS = Fonts()


def apply() -> None:
    """Sets Dear ImGui's colours and shapes."""
    imgui.style_colors_dark()
    style = imgui.get_style()
    style.window_border_size = style.frame_border_size = style.popup_border_size = 0
    style.frame_rounding = style.grab_rounding = style.popup_rounding = 3
    style.grab_min_size = 12
    style.window_padding = imgui.ImVec2(12, 8)
    style.frame_padding = imgui.ImVec2(8, 3)
    style.item_spacing = imgui.ImVec2(8, 6)
    style.docking_separator_size = 2
    grey = lambda value, alpha=1.0: imgui.ImVec4(value, value, value, alpha)
    for index in imgui.Col_:      # what is not named below is as bright as it was
        if index != imgui.Col_.count:
            colour = style.color_(index)
            style.set_color_(index, grey(0.21 * colour.x + 0.72 * colour.y + 0.07 * colour.z, colour.w))
    for index, colour in {
        imgui.Col_.window_bg: grey(GROUND, 0.0), imgui.Col_.popup_bg: grey(0.11), imgui.Col_.menu_bar_bg: grey(GROUND),
        imgui.Col_.text: imgui.ImVec4(*TEXT), imgui.Col_.text_disabled: imgui.ImVec4(*QUIET),
        imgui.Col_.border: grey(0.0, 0.0), imgui.Col_.separator: grey(0.16), imgui.Col_.separator_hovered: grey(0.3),
        imgui.Col_.separator_active: grey(0.4),
        imgui.Col_.frame_bg: grey(0.14), imgui.Col_.frame_bg_hovered: grey(0.17),
        imgui.Col_.frame_bg_active: grey(0.17), imgui.Col_.slider_grab: grey(0.62, 0.4),       # its value stays legible
        imgui.Col_.slider_grab_active: grey(0.85, 0.5), imgui.Col_.check_mark: grey(0.85),
        imgui.Col_.button: grey(0.14), imgui.Col_.button_hovered: grey(0.20), imgui.Col_.button_active: grey(0.26),
        imgui.Col_.header: grey(0.17), imgui.Col_.header_hovered: grey(0.22), imgui.Col_.header_active: grey(0.26),
        imgui.Col_.title_bg: grey(GROUND), imgui.Col_.title_bg_active: grey(GROUND),
        imgui.Col_.title_bg_collapsed: grey(GROUND),
        imgui.Col_.tab: grey(GROUND), imgui.Col_.tab_hovered: grey(0.2), imgui.Col_.tab_selected: grey(0.15),
        imgui.Col_.tab_selected_overline: grey(0.5), imgui.Col_.tab_dimmed: grey(GROUND),
        imgui.Col_.tab_dimmed_selected: grey(0.13), imgui.Col_.tab_dimmed_selected_overline: grey(0.3),
        imgui.Col_.scrollbar_bg: grey(0, 0), imgui.Col_.scrollbar_grab: grey(0.2),
        imgui.Col_.scrollbar_grab_hovered: grey(0.3), imgui.Col_.scrollbar_grab_active: grey(0.4),
        imgui.Col_.plot_histogram: grey(0.62), imgui.Col_.nav_cursor: grey(0.6),
        imgui.Col_.modal_window_dim_bg: grey(0, 0.5), imgui.Col_.text_selected_bg: grey(0.35),
        imgui.Col_.docking_preview: grey(0.4, 0.5), imgui.Col_.docking_empty_bg: grey(GROUND),
    }.items():
        style.set_color_(index, colour)


def fixed() -> imgui.WindowClass:
    """For a docked window that has no tab and stays where it is."""
    kind = imgui.WindowClass()
    flags = imgui.internal.DockNodeFlagsPrivate_
    kind.dock_node_flags_override_set = int(flags.no_tab_bar) | int(flags.no_docking_over_me)
    return kind


def ground() -> None:
    """A background for the current window where it floats; docked ones stand on the window's own, or on the pictures.

    Dear ImGui would fill the whole dock space with its window colour, and so cover what lies under it.
    """
    if not imgui.is_window_docked():
        low, size = imgui.get_window_pos(), imgui.get_window_size()
        draw = imgui.get_window_draw_list()
        draw.push_clip_rect(low, (low.x + size.x, low.y + size.y))
        draw.add_rect_filled(low, (low.x + size.x, low.y + size.y), ink((GROUND, GROUND, GROUND, 0.97)), 3)
        draw.pop_clip_rect()


def ink(colour) -> int:
    """A colour as draw lists take it."""
    return imgui.get_color_u32(colour)


def rimmed(mark: Callable[[int, float], object], colour=TEXT) -> None:
    """Draws mark(ink, rim) twice, dark and a pixel wider on each side, then as it is: so what is opaque reads on white and on
    black alike."""
    mark(ink((0, 0, 0, RIM * colour[3])), 1.0)
    mark(ink(colour), 0.0)


def line(draw, start, end, colour=TEXT, thick: float = 1.0) -> None:
    """A line that reads likewise; dark on both sides of it, and not below, for a faint one is to stay as light as it is."""
    away = (thick + 1) / 2 / max(math.dist(start, end), 1e-6)
    dx, dy = (end[1] - start[1]) * away, (start[0] - end[0]) * away
    for side in (-1, 1):
        ends = ((x + side * dx, y + side * dy) for x, y in (start, end))
        draw.add_line(*ends, ink((0, 0, 0, RIM * colour[3])), 1.0)
    draw.add_line(start, end, ink(colour), thick)


def text(words: str, colour=TEXT, font: imgui.ImFont | None = None, scale: float = 1.0,
         room: float = math.inf) -> None:
    """One line of text, `within` so many pixels; scale is relative to TEXT_SIZE."""
    imgui.push_font(font or FONTS.regular, TEXT_SIZE * scale)
    imgui.text_colored(colour, within(words, room))
    imgui.pop_font()


def wrapped(words: str, colour=TEXT, scale: float = 1.0, room: float = 0.0) -> None:
    """Text in as many lines as so many pixels ask for; 0: as far as the window reaches."""
    imgui.push_text_wrap_pos(room)
    text(words, colour, scale=scale)
    imgui.pop_text_wrap_pos()


def asked(words: str, colour=TEXT, scale: float = 1.0) -> None:
    """The words of a question, whose window is as wide as they are, up to the main window's width."""
    wrapped(words, colour, scale, imgui.get_main_viewport().size.x - 4 * imgui.get_font_size())


def wide(words: str, scale: float = 1.0, bold: bool = False) -> float:
    """Pixels that one line of text takes."""
    imgui.push_font(FONTS.bold if bold else FONTS.regular, TEXT_SIZE * scale)
    width = imgui.calc_text_size(words).x
    imgui.pop_font()
    return width


def as_typed(words: str) -> str:
    """A name for a label, of which all is shown: Dear ImGui leaves out ## and what follows, unless something of no width
    stands between."""
    return words.replace("#", "#\u200b")


def within(words: str, room: float) -> str:
    """As much of them as so many pixels hold in the current font, with an ellipsis where that is not all."""
    if imgui.calc_text_size(words).x <= room:
        return words
    while words and imgui.calc_text_size(f"{words}…").x > room:
        words = words[:-1].rstrip(" ,+")
    return words and f"{words}…"


def label(draw, at: tuple[float, float], words: str, colour=TEXT, scale: float = 1.0, align: float = 0.0,
          bold: bool = False, shade: bool = False, room: float = math.inf) -> float:
    """Words straight into a draw list, `within` so many pixels, `align` of their width left of the point; `shade` has them read
    over a picture. Returns their width in pixels."""
    imgui.push_font(FONTS.bold if bold else FONTS.regular, TEXT_SIZE * scale)
    words = within(words, room)
    width = imgui.calc_text_size(words).x
    x, y = at[0] - align * width, at[1]
    if shade:
        for dx, dy in product((-1, 0, 1), repeat=2):     # all around: thin letters have little light of their own
            draw.add_text((x + dx, y + dy), ink((0, 0, 0, RIM)), words)
    draw.add_text((x, y), ink(colour), words)
    imgui.pop_font()
    return width


def keyboard_here() -> None:
    """The next field has the keyboard unless something else is held: also after an answer that was refused."""
    if imgui.is_window_appearing() or imgui.is_window_focused() and not imgui.is_any_item_active():
        imgui.set_keyboard_focus_here()


def modal(title: str) -> bool:
    """Begins a question in the middle of the window, before which nothing else can be done; where True, end_popup() ends it."""
    if not imgui.is_popup_open(title):
        imgui.open_popup(title)
    port = imgui.get_main_viewport()
    imgui.set_next_window_pos((port.pos.x + port.size.x / 2, port.pos.y + port.size.y / 2), imgui.Cond_.always, (0.5, 0.5))
    flags = imgui.WindowFlags_.always_auto_resize | imgui.WindowFlags_.no_move | imgui.WindowFlags_.no_saved_settings
    return imgui.begin_popup_modal(title, None, flags)[0]


def answers(*names: str, wide: float = 8.0) -> int | None:
    """A row of buttons that answer a question, each so many text sizes wide; returns which one is pressed.

    Enter presses the one that is marked, which is the first until Tab or an arrow marks another.
    """
    pressed, kept, name = imgui.is_key_pressed, imgui.get_state_storage(), imgui.get_id("##marked")
    step = pressed(imgui.Key.right_arrow) - pressed(imgui.Key.left_arrow)
    step += pressed(imgui.Key.tab) * (-1 if imgui.get_io().key_shift else 1)
    marked = 0 if imgui.is_window_appearing() else (kept.get_int(name) + step) % len(names)
    kept.set_int(name, marked)
    answer = None
    for number, words in enumerate(names):
        if number:
            imgui.same_line()
        if imgui.button(words, (wide * imgui.get_font_size(), 0)):
            answer = number
        if number == marked:
            imgui.get_window_draw_list().add_rect(imgui.get_item_rect_min(), imgui.get_item_rect_max(), ink(VALUE), 3)
    if not imgui.is_window_appearing() and (pressed(imgui.Key.enter, False) or pressed(imgui.Key.keypad_enter, False)):
        answer = marked
    return answer


_given_up = -1
"""The frame in which Escape has closed a list, and nothing that it stands in."""


def begin_combo(label: str, preview: str, flags: int = 0) -> bool:
    """As imgui.begin_combo, with a list that Escape closes: Dear ImGui does so only where keys move through its windows."""
    global _given_up
    opened = imgui.begin_combo(label, preview, flags)
    if opened and imgui.is_key_pressed(imgui.Key.escape, False):
        imgui.close_current_popup()
        _given_up = imgui.get_frame_count()
    return opened


def end_popup() -> None:
    """Ends the current popup, and closes it on Escape, likewise."""
    if imgui.is_key_pressed(imgui.Key.escape, False) and _given_up != imgui.get_frame_count():
        imgui.close_current_popup()
    imgui.end_popup()


def take_colour(which: int):
    return (A, B)[which]


def button(name: str, symbol, tip: str, on: bool = False, width: float = 2.2) -> bool:
    """A button with a drawn symbol(draw, x, y, r, colour), found by its name."""
    em, height = imgui.get_font_size(), imgui.get_frame_height()
    pressed = imgui.button(f"##{name}", (width * em, height))
    low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
    symbol(imgui.get_window_draw_list(), (low.x + high.x) / 2, (low.y + high.y) / 2, 0.26 * height,
           ink(TEXT if on else VALUE))
    if on:
        imgui.get_window_draw_list().add_rect_filled((low.x + 0.3 * em, high.y - 2), (high.x - 0.3 * em, high.y),
                                                     ink(VALUE))
    imgui.set_item_tooltip(tip)
    return pressed


def play_symbol(draw, x, y, r, colour):
    draw.add_triangle_filled((x - 0.8 * r, y - r), (x - 0.8 * r, y + r), (x + r, y), colour)


def pause_symbol(draw, x, y, r, colour):
    for side in (-1, 1):
        draw.add_rect_filled((x + side * 0.55 * r - 0.3 * r, y - r), (x + side * 0.55 * r + 0.3 * r, y + r), colour)


def start_symbol(draw, x, y, r, colour):
    draw.add_rect_filled((x - r, y - r), (x - 0.6 * r, y + r), colour)
    draw.add_triangle_filled((x + r, y - r), (x + r, y + r), (x - 0.6 * r, y), colour)


def loop_symbol(draw, x, y, r, colour):
    draw.path_arc_to((x, y), r, 0.6, 5.6)
    draw.path_stroke(colour, thickness=max(1.5, r / 4))
    draw.add_triangle_filled((x + 0.35 * r, y - 0.75 * r), (x + 1.35 * r, y - 0.75 * r), (x + 0.85 * r, y + 0.15 * r),
                             colour)


def record_symbol(draw, x, y, r, colour):
    draw.add_circle_filled((x, y), r, ink((0.85, 0.30, 0.25, 1)))
