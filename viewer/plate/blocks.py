"""Surfaces told apart in blocks of a picture, in which they are lifted off: a surface that goes on elsewhere is another one there."""
from __future__ import annotations

import cv2
import numpy as np

from .edges import Cuts, components

BLOCK = 16
"""Pixels: side of the blocks in which surfaces are told apart."""

FOLDED = 32
"""Pixels: side of the windows in which a fold ends."""


def sealed(d: np.ndarray, cuts: Cuts) -> Cuts:
    """Closes edges that fade out inside a block: where both sides are joined round the end of a cut, the surface is
    parted at the middle disparity of the cut."""
    cells = components(*walled(cuts.right, cuts.below))
    n = cells.max() + 1
    near, far = cuts.near, cuts.far
    middle = np.where(near, 0.5 * (d + np.where(near, cuts.behind, 0)), 0.5 * (d + cuts.in_front))
    both = np.bincount(cells[near], minlength=n).astype(bool) & np.bincount(cells[far], minlength=n).astype(bool)
    sides = near | far
    mean = np.bincount(cells[sides], middle[sides], n) / np.maximum(np.bincount(cells[sides], minlength=n), 1)
    high = d > mean[cells]
    open_ = both[cells]
    right, below = cuts.right.copy(), cuts.below.copy()
    right[:, :-1] |= open_[:, :-1] & (cells[:, 1:] == cells[:, :-1]) & (high[:, 1:] != high[:, :-1])
    below[:-1] |= open_[:-1] & (cells[1:] == cells[:-1]) & (high[1:] != high[:-1])
    return Cuts.of(d, right, below)


def folded(cuts: Cuts) -> np.ndarray:
    """Far sides of cuts whose near side is the same surface, bool (h, w): close by, round the end of the cut, both are joined."""
    same = np.zeros(cuts.right.shape, bool)
    for y in (0, FOLDED // 2):
        for x in (0, FOLDED // 2):
            cells = components(*walled(cuts.right, cuts.below, FOLDED, (y, x)))
            for cut, here, there in ((cuts.right, np.s_[:, :-1], np.s_[:, 1:]), (cuts.below, np.s_[:-1], np.s_[1:])):
                joined = cut[here] & (cells[here] == cells[there])
                same[here] |= joined
                same[there] |= joined
    return same & cuts.far


def surfaces(cuts: Cuts, window) -> np.ndarray:
    """Labels int32 (n, s, s) of the surfaces in each of n windows, no two windows' alike; window: index arrays as of `windows`."""
    right, below = cuts.right[window], cuts.below[window]
    right[:, :, -1] = below[:, -1, :] = True
    n, s, _ = right.shape
    return components(right.reshape(n * s, s), below.reshape(n * s, s)).reshape(n, s, s)


def walled(right, below, side: int = BLOCK, start=(0, 0)):
    """Cuts with the border of every block cut as well; start: row and column at which one begins."""
    right, below = right.copy(), below.copy()
    right[:, (start[1] - 1) % side::side] = True
    below[(start[0] - 1) % side::side] = True
    return right, below


def any_near(mask, margin: int) -> np.ndarray:
    """Blocks that hold a true pixel, or have one within `margin` pixels."""
    k = 2 * margin + 1
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((k, k), np.uint8))
    h, w = mask.shape
    return grown.reshape(h // BLOCK, BLOCK, w // BLOCK, BLOCK).any((1, 3))


def windows(by, bx, shape, margin: int):
    """Index arrays of the blocks' pixels with a margin, clamped to the canvas: (n, s, 1) and (n, 1, s)."""
    at = np.arange(-margin, BLOCK + margin)
    y = (by[:, None] * BLOCK + at).clip(0, shape[0] - 1)
    x = (bx[:, None] * BLOCK + at).clip(0, shape[1] - 1)
    return y[:, :, None], x[:, None, :]
