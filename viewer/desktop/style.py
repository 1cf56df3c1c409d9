"""How the window looks: neutral greys, so that nothing beside a picture tints it, and one typeface."""
from __future__ import annotations

from imgui_bundle import hello_imgui, imgui

from ..resources import ASSETS

TEXT_SIZE = 15.0
"""Pixels at 100 % scaling; every other length in the window is a multiple of the text's, and so scales with it."""

GROUND = 0.078
TEXT = (0.91, 0.91, 0.90, 1.0)
VALUE = (0.78, 0.78, 0.77, 1.0)
QUIET = (0.50, 0.50, 0.49, 1.0)


class Fonts:
    """The two weights, once the window has loaded them."""

    regular: imgui.ImFont
    bold: imgui.ImFont

    def load(self) -> None:
        outside = hello_imgui.FontLoadingParams(inside_assets=False)
        self.regular, self.bold = (
            hello_imgui.load_font(str(ASSETS / "fonts" / f"Roboto-{weight}.ttf"), TEXT_SIZE, outside)
            for weight in ("Regular", "Bold"))


def apply() -> None:
    """Sets Dear ImGui's colours and shapes."""
    imgui.style_colors_dark()
    style = imgui.get_style()
    style.window_border_size = style.frame_border_size = 0
    style.frame_rounding = style.grab_rounding = 3
    style.grab_min_size = 12
    grey = lambda value, alpha=1.0: imgui.ImVec4(value, value, value, alpha)
    for index, colour in {
        imgui.Col_.window_bg: grey(GROUND), imgui.Col_.text: imgui.ImVec4(*TEXT),
        imgui.Col_.frame_bg: grey(0.14), imgui.Col_.frame_bg_hovered: grey(0.17), imgui.Col_.frame_bg_active: grey(0.17),
        imgui.Col_.slider_grab: grey(0.62), imgui.Col_.slider_grab_active: grey(0.85),
        imgui.Col_.button: grey(0.14), imgui.Col_.button_hovered: grey(0.20), imgui.Col_.button_active: grey(0.26),
        imgui.Col_.plot_histogram: grey(0.62),
    }.items():
        style.set_color_(index, colour)


def text(words: str, colour: tuple[float, float, float, float], font: imgui.ImFont, scale: float = 1.0) -> None:
    """One line of text; scale is relative to TEXT_SIZE."""
    imgui.push_font(font, TEXT_SIZE * scale)
    imgui.text_colored(colour, words)
    imgui.pop_font()
