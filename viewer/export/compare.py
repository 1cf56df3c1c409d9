"""Pictures side by side with the figures that explain them, as one strip."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from .typeface import GROUND, HEADING, LABEL, VALUE, fitted, font


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture of a strip.

    picture  uint8 (h, w, 3), sRGB
    title    what it is
    figures  (label, value) pairs in reading order
    """

    picture: np.ndarray
    title: str
    figures: tuple[tuple[str, str], ...]


def strip(panels: list[Panel]) -> np.ndarray:
    """Panels of one size next to each other, captions beneath, as uint8 (h, w, 3); type scales with the panels."""
    height, width, _ = panels[0].picture.shape
    unit = max(width / 40, 8.0)  # the size of a figure; everything else is a simple multiple of it
    margin, gap = round(1.5 * unit), round(0.6 * unit)
    sheet = Image.new("RGB", (2 * margin + len(panels) * width + (len(panels) - 1) * gap,
                              2 * margin + height + round(5.6 * unit)), GROUND)
    draw = ImageDraw.Draw(sheet)
    heading, value, label = font("Bold", 1.3 * unit), font("Regular", unit), font("Regular", 0.8 * unit)
    for i, panel in enumerate(panels):
        left, base = margin + i * (width + gap), margin + height
        sheet.paste(Image.fromarray(panel.picture), (left, margin))
        draw.text((left, base + 1.9 * unit), fitted(panel.title, heading, width), HEADING, heading, anchor="ls")
        for j, (name, figure) in enumerate(panel.figures):
            room = width / len(panel.figures)
            x = left + j * room
            draw.text((x, base + 3.7 * unit), fitted(name, label, room - gap), LABEL, label, anchor="ls")
            draw.text((x, base + 5.1 * unit), fitted(figure, value, room - gap), VALUE, value, anchor="ls")
    return np.asarray(sheet)
