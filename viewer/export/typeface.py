"""How captions are set: the program's typeface, and greys that tint no picture beside them."""
from __future__ import annotations

from PIL import ImageFont

from ..resources import ASSETS

GROUND = (20, 20, 21)
HEADING = (232, 232, 230)
VALUE = (200, 200, 197)
LABEL = (124, 124, 121)


def font(weight: str, size: float) -> ImageFont.FreeTypeFont:
    """weight: Regular or Bold; size in pixels."""
    return ImageFont.truetype(str(ASSETS / "fonts" / f"Roboto-{weight}.ttf"), size)


def fitted(text: str, face: ImageFont.FreeTypeFont, room: float) -> str:
    """The text, cut short with an ellipsis where it is wider than the room in pixels."""
    if face.getlength(text) <= room:
        return text
    while text and face.getlength(text + "…") > room:
        text = text[:-1]
    return text.rstrip() + "…" if text else ""
