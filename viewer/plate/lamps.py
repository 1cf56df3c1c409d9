"""Round lights that something hides in part, made whole: behind a bar a lamp is a lamp, and a lens that looks past the bar spreads
all of it."""
from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .edges import CUT_SHARE, components

BRIGHT = 1.5
"""Times white, from where on a pixel may be of a light."""

RADII = 2.0, 0.03
"""Pixels that a light's radius has at the least, and share of the picture's width at the most."""

RIM, WITHIN = 2, 0.7
"""Pixels round a disc that may be of its light, too, as its depth has it; and pixels from its rim, from where it has to shine."""

ARC = 110.0
"""Degrees of a light's rim that must be seen."""

ROUND = 0.08
"""Share of the radius by which the rim may be off a circle."""

MOSTLY = 0.6
"""Share of the rim that must be on the circle; another light may touch it."""

WHOLE = 0.3
"""Share of the disc that must be seen and shine."""

OTHER = 0.08
"""Share of the disc that may be seen and not shine."""


@dataclass(slots=True)
class Lamps:
    """Round lights, and what they have behind what hides them.

    whole      bool (h, w): their pixels, as far as they are seen
    there      bool (h, w): where something hides them; elsewhere the others are 0
    disparity  float32 (h, w)
    color      float32 (h, w, 3), scene-linear
    """

    whole: np.ndarray
    there: np.ndarray
    disparity: np.ndarray
    color: np.ndarray


def complete_lamps(color: np.ndarray, disparity: np.ndarray, hidden: np.ndarray, seen: np.ndarray) -> Lamps:
    """Finds lights of which enough is seen to tell that they are round.

    color, disparity  of what is in front, scene-linear
    hidden, seen      bool (h, w): what will be painted behind, and what the plate shows
    """
    h, w = disparity.shape
    lamps = Lamps(*np.zeros((2, h, w), bool), np.zeros((h, w), np.float32), np.zeros((h, w, 3), np.float32))
    value = color.max(-1)
    shines = (value > BRIGHT) & seen
    if not shines.any():
        return lamps
    # A light ends where it is dark, and where another surface begins.
    other = lambda a, b: (shines[a] != shines[b]) | (np.abs(disparity[a] - disparity[b]) > CUT_SHARE * disparity[b])
    right, below = np.zeros((2, h, w), bool)
    right[:, :-1] = other(np.s_[:, :-1], np.s_[:, 1:])
    below[:-1] = other(np.s_[:-1], np.s_[1:])
    labels = np.where(shines, components(right, below), 0)
    low, high = RADII[0], RADII[1] * w
    of, area = np.unique(labels[shines], return_counts=True)
    y, x = np.nonzero(np.isin(labels, of[(area > low ** 2) & (area < 4 * high ** 2)]))
    if not len(y):
        return lamps
    order = np.argsort(labels[y, x], kind="stable")
    margin = int(high) + RIM
    for at in np.split(order, np.flatnonzero(np.diff(labels[y[order], x[order]])) + 1):
        part = tuple(slice(max(i[at].min() - margin, 0), i[at].max() + margin + 1) for i in (y, x))
        d, light = np.median(disparity[y[at], x[at]]), np.median(color[y[at], x[at]], 0)
        in_front = disparity[part] > (1 + CUT_SHARE) * d
        lit = (value[part] > 0.5 * light.max()) & ~in_front
        # A rim's pixels may have the depth of what is behind it.
        own = cv2.dilate((labels[part] == labels[y[at[0]], x[at[0]]]).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        distance = _round(lit & own, lit, in_front, low, high)
        if distance is None:
            continue
        lamps.whole[part] |= (distance < RIM) & (np.abs(disparity[part] - d) < CUT_SHARE * d)
        lost = (distance < 0) & in_front & hidden[part]
        inner = lit & own & (distance < -WITHIN)    # its rim is mixed with what is behind it
        light = np.median(color[part][inner], 0) if inner.any() else light
        lamps.there[part][lost], lamps.disparity[part][lost], lamps.color[part][lost] = True, d, light
    return lamps


def _round(own: np.ndarray, lit: np.ndarray, in_front: np.ndarray, low: float, high: float) -> np.ndarray | None:
    """Pixels, float (h, w), from the circle whose disc a light is, negative within it; None: it is none with a radius from low to
    high.

    own, lit, in_front  bool (h, w): its pixels, those as bright, and those of what is before it
    """
    rim = _rim(own, ~lit & ~in_front)
    found = circle(rim) if len(rim) >= 5 else None
    if found is None or not low <= found[2] <= high:
        return None
    middle, r = found[:2], found[2]
    off = rim - middle
    on_it = np.abs(np.hypot(*off.T) - r) < max(ROUND * r, 0.5)
    arc = 10 * len(np.unique(np.degrees(np.arctan2(*off[on_it].T)) // 10))
    y, x = np.mgrid[:lit.shape[0], :lit.shape[1]]
    distance = np.hypot(y - middle[0], x - middle[1]) - r
    area = np.pi * r * r
    fits = (arc >= ARC and on_it.mean() >= MOSTLY and ((distance < 0) & lit).sum() >= WHOLE * area
            and ((distance < -WITHIN) & ~lit & ~in_front).sum() <= OTHER * area)
    return distance if fits else None


def _rim(lit: np.ndarray, dark: np.ndarray) -> np.ndarray:
    """Points (n, 2), row and column, between lit pixels and dark ones beside them."""
    points = []
    for dy, dx in ((0, 1), (1, 0)):
        a, b = np.s_[:lit.shape[0] - dy, :lit.shape[1] - dx], np.s_[dy:, dx:]
        points.append(np.argwhere(lit[a] & dark[b] | dark[a] & lit[b]) + (dy / 2, dx / 2))
    return np.concatenate(points)


def circle(points: np.ndarray) -> tuple[float, float, float] | None:
    """The circle (row, column, radius) through most of the points (n, 2): least squares, algebraic at first, then geometric and the
    less of a point the farther off it is (Gauss-Newton with Cauchy's weights)."""
    middle = points.mean(0)
    p = points - middle
    (cy, cx, c), _, rank, _ = np.linalg.lstsq(np.column_stack([2 * p, np.ones(len(p))]), (p ** 2).sum(1), rcond=None)
    if rank < 3:
        return None
    r = np.sqrt(max(c + cy * cy + cx * cx, 0))
    for _ in range(10):
        off = p - (cy, cx)
        away = np.maximum(np.hypot(*off.T), 1e-6)
        weight = np.sqrt(1 / (1 + (2 * (away - r)) ** 2))[:, None]      # of a row, of which the square counts
        slopes = np.column_stack([off / away[:, None], np.ones(len(p))])
        step = np.linalg.lstsq(weight * slopes, weight[:, 0] * (away - r), rcond=None)[0]
        cy, cx, r = cy + step[0], cx + step[1], r + step[2]
    return float(cy + middle[0]), float(cx + middle[1]), float(r)
