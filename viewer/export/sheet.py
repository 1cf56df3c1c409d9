"""Contact sheets: a take at a glance."""
from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from .delivery import Delivery
from .description import frame_label, shot_line
from .typeface import GROUND, HEADING, LABEL, VALUE, fitted, font


@dataclass(frozen=True, slots=True)
class Cell:
    """One frame of a sheet.

    picture  uint8 (h, w, 3), sRGB
    title    what it is found by: its timecode
    label    what else is to be known of it
    """

    picture: np.ndarray
    title: str
    label: str


def evenly(length: int, count: int) -> list[int]:
    """count frames of a take of length frames, at even distances from the first to the last, each once."""
    count = min(count, length)
    return [round(i * (length - 1) / max(count - 1, 1)) for i in range(count)]


def cell(delivery: Delivery, frame: int, picture: np.ndarray) -> Cell:
    """A frame, counted from 0, with timecode, focal length, stop, focus and shot size."""
    label = frame_label(delivery.shot, delivery.take, delivery.play, delivery.times[frame])
    title, _, rest = label.partition("  ")
    return Cell(picture, title, rest)


def heading(delivery: Delivery) -> tuple[str, str]:
    """A sheet's title and the line beneath: what the shot list says of the take."""
    line = shot_line(delivery.shot, delivery.take.name)
    told = (line.subject, line.size, line.lens, line.equipment, line.duration)
    return f"{line.number}  {line.move}", "  ·  ".join(part for part in told if part != "-")


def sheet(cells: list[Cell], title: str, subtitle: str, columns: int = 4) -> np.ndarray:
    """Pictures of one size in rows, read like a page, labels beneath; uint8 (h, w, 3). Type scales with them."""
    height, width, _ = cells[0].picture.shape
    unit = max(width / 34, 9.0)  # the size of a label; everything else is a simple multiple of it
    margin, gap = round(2 * unit), round(1.1 * unit)
    columns = min(columns, len(cells))
    rows = math.ceil(len(cells) / columns)
    top, row = margin + round(4.4 * unit), height + round(3 * unit)
    page = Image.new("RGB", (2 * margin + columns * (width + gap) - gap, top + rows * row + margin - round(unit)),
                     GROUND)
    draw = ImageDraw.Draw(page)
    large, bold, plain = font("Bold", 1.6 * unit), font("Bold", unit), font("Regular", unit)

    def write(x, y, text, colour, face, room):
        draw.text((x, y), fitted(text, face, room), colour, face, anchor="ls")

    write(margin, margin + 1.3 * unit, title, HEADING, large, page.width - 2 * margin)
    write(margin, margin + 3 * unit, subtitle, LABEL, plain, page.width - 2 * margin)
    for i, one in enumerate(cells):
        x, y = margin + i % columns * (width + gap), top + i // columns * row
        page.paste(Image.fromarray(one.picture), (x, y))
        base, indent = y + height + 1.5 * unit, bold.getlength(one.title) + unit
        write(x, base, one.title, HEADING, bold, width)
        write(x + indent, base, one.label, VALUE, plain, width - indent)
    return np.asarray(page)
