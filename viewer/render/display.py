"""The last pass: scene-linear light becomes a picture for the screen."""
from __future__ import annotations

from .gl import ScreenPass


class DisplayPass(ScreenPass):
    """Clips to 0..1 and applies the sRGB curve (IEC 61966-2-1)."""

    fragment = "display.frag"


class CopyPass(ScreenPass):
    """Nothing but reading and writing every pixel once: the measure of all other passes' speed."""

    fragment = "copy.frag"
