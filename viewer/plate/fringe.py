"""How wide edges are blurred in the picture: a lens out of focus, a resampler or a network's depth leaves a foreground's light farther
out than a pixel filter does.

At one pixel a pattern is not to be told from a blur. Along an edge it is: the mean of what lies so far from it tells how much of
either side is there, as the edge spread function of a slanted edge is taken (ISO 12233).
"""
from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .edges import Cuts, nearest

USUAL, WIDEST = 1, 8
"""Pixels beside those at a cut that are mixed in a sharp picture, and those that are looked at."""

ROUND, BESIDE = 6.0, 8
"""Pixels: standard deviation of the window for either side's own colour, and how far beyond WIDEST that is looked for."""

ALONG = 27
"""Pixels: side of the window along an edge; a width goes on along it for a third of that."""

FALLS = 0.9
"""Of that at the pixel before, which the share of the other side is at the most."""

ENOUGH = 8
"""Pixels of an edge of which a mean is one."""

DIFFERENT = 0.2
"""Of their brightness, by which two sides have to differ."""

ACROSS = 0.25
"""Share of the other side right beside the edge, on either, at the least."""

ROUND_ABOUT, FEW = 65, 0.3
"""Pixels: side of a window, and share of the edges in it that are unsharp, under which they are taken for patterns beside sharp ones."""

LEAST, SURE = 0.03, 3.0
"""Share of the other side that is one, and standard errors that it has to be away from none."""

LEAKS, MANY = 0.01, 100
"""Share of the other side, in the median of all edges, that is one; and pixels of which a median is one."""


@dataclass(slots=True)
class Fringe:
    """How the sides of cuts are mixed; both are of the cut nearest to a pixel.

    width    int32 (h, w): pixels beside those at the cut, up to which its sides are mixed; USUAL where it is not told
    profile  float32 (h, w): edge spread, the mean share of the near side so far from the cut, 0 to 1; -1 where it is not told
    pure     float32 (2, n): of the far and of the near side, how surely what lies 0, 1, ... pixels from a cut of usual width is that
             side alone, 0 to 1
    """

    width: np.ndarray
    profile: np.ndarray
    pure: np.ndarray

    @classmethod
    def usual(cls, disparity: np.ndarray) -> Fringe:
        """That of a sharp picture, (h, w)."""
        shape = disparity.shape
        return cls(np.full(shape, USUAL, np.int32), np.full(shape, -1, np.float32), np.zeros((2, USUAL + 1), np.float32))

    @property
    def widest(self) -> int:
        return int(self.width.max(initial=USUAL))


def find_fringe(color: np.ndarray, disparity: np.ndarray, cuts: Cuts, known: np.ndarray) -> Fringe:
    """The fringes of a picture's cuts.

    color      float32 (h, w, 3) scene-linear
    disparity  float32 (h, w)
    known      bool (h, w): photographed
    """
    out = Fringe.usual(disparity)
    near, far = cuts.near, cuts.far
    if not (near | far).any():
        return out
    index, distance = nearest(near | far)
    middle = np.where(near, 0.5 * (disparity + np.where(near, cuts.behind, 0)), 0.5 * (disparity + cuts.in_front))
    is_near = disparity > middle.ravel()[index]
    apart = known & (distance > WIDEST + 0.5) & (distance <= WIDEST + BESIDE)
    # Of the edge that a pixel is beside, for there both are about as far away.
    (behind, enough_behind), (front, enough) = ((mean.reshape(-1, 3)[index], many.ravel()[index]) for mean, many in (
        _mean(color, apart & (is_near == side)) for side in (False, True)))
    line = front - behind
    length = (line * line).sum(-1)
    told = known & enough & enough_behind & (distance < WIDEST + 0.5) & (length > (DIFFERENT * (front + behind)).max(-1) ** 2)
    share = np.where(told, ((color - behind) * line).sum(-1) / np.maximum(length, 1e-9), 0).astype(np.float32).clip(-1, 2)
    rings = np.rint(distance)
    # A blur is on both sides of an edge; a shadow is on one.
    across = np.minimum(*(_along(1 - share if side else share, told & (is_near == side) & (rings == 0))[0] for side in (False, True)))
    for side, pure in enumerate(out.pure):
        for ring in range(1, len(pure)):
            here = told & (is_near == bool(side)) & (rings == ring)
            if here.sum() > MANY:
                pure[ring] = np.exp(-(max(np.median(1 - share[here] if side else share[here]), 0) / LEAKS) ** 2)
    told &= across > ACROSS
    for side in (False, True):
        other = 1 - share if side else share
        goes_on, before, width = told & (is_near == side), np.inf, np.zeros(told.shape, np.uint8)
        for ring in range(WIDEST + 1):
            here = told & (is_near == side) & (rings == ring)
            mean, error = _along(other, here)
            out.profile[here] = (1 - mean if side else mean)[here].clip(0, 1)
            # A blur becomes less and less, to nothing; what else changes beside an edge is a pattern.
            ends = goes_on & (mean <= LEAST) & np.isfinite(error)
            width[ends] = np.maximum(width[ends], max(ring - 1, 0))
            goes_on &= (mean > LEAST) & (mean > SURE * error) & (mean < FALLS * before)
            before = mean
            if not goes_on.any():
                break
        wide = cv2.dilate(width, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * (ALONG // 3) - 1,) * 2))
        here = told & (is_near == side)
        out.width[here] = np.maximum(out.width, wide)[here]
    # A lens blurs all of an edge; here and there a pattern looks like that.
    sides = near | far
    wide, of = (cv2.blur(a.astype(np.float32), (ROUND_ABOUT, ROUND_ABOUT)) for a in (sides & (out.width > USUAL), sides))
    out.width[wide < FEW * of] = USUAL
    return out


def _mean(color, where):
    """Mean colour round every pixel of those that count, and whether there are any."""
    blur = lambda a: cv2.GaussianBlur(a, (0, 0), ROUND)
    weight = blur(where.astype(np.float32))
    return blur(color * where[..., None]) / np.maximum(weight, 1e-6)[..., None], weight > 0.01


def _along(values, where):
    """Mean round every pixel of those values that count, and its standard error."""
    blur = lambda a: cv2.blur(a.astype(np.float32), (ALONG, ALONG))
    weight = blur(where)
    some = np.maximum(weight, 1e-6)
    mean, squares = blur(np.where(where, values, 0)) / some, blur(np.where(where, values * values, 0)) / some
    count = weight * ALONG ** 2
    error = np.sqrt(np.maximum(squares - mean * mean, 1e-4) / np.maximum(count, 1))
    return mean, np.where(count < ENOUGH, np.inf, error)
