"""Unknown depth, filled: a surface stretched from what is known round about."""
from __future__ import annotations

import cv2
import numpy as np

from .edges import SAME_SURFACE

_BACKGROUND = 0.15
"""Relative disparity by which a pixel may be nearer than the far estimate and still belong to it: slopes, noise."""
_RIM = 7
"""Pixels: width of the rim of known depth around a hole that speaks for it."""
_SMOOTHING = 12
"""Jacobi steps per level; the pyramid carries the long waves, these remove its blocks."""
TINY = 1e-6
"""Disparity, 1/m: the sky's own rounding."""


def filled(disparity: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Disparity with its unknown pixels continued from the background side, float32 (h, w).

    A hole between two surfaces belongs to the farther one, since the nearer one hides it from one of the sensor's two
    eyes. `_far_estimate` tells which depth that is; the pixels around the hole that agree with it, or lie on a surface
    that mostly does (a floor that runs through), become the boundary of a membrane (Laplace's equation), which is
    smooth, follows slopes between two sides and runs level out of the frame. Nearer pixels do not touch it. It runs no
    farther than what is known, up to the sky.
    """
    if known.all():
        return disparity
    disparity = np.where(known, disparity, 0).astype(np.float32)
    stretched = membrane(disparity, known, _background(disparity, known))
    farthest = disparity.min(where=known & (disparity > TINY), initial=np.inf)
    stretched = np.where(stretched < farthest / 2, 0, np.maximum(stretched, farthest)) if farthest < np.inf else stretched
    return np.where(known, disparity, stretched)


def _background(disparity: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The known pixels around holes that lie on the background side, bool (h, w)."""
    box = np.ones((3, 3), np.uint8)
    hole = (~known).astype(np.float32)
    near_hole = cv2.blur(hole, (_RIM, _RIM))
    rim = known & (near_hole > 1e-4)
    # What the hole expects, carried onto its rim by the mean of the unknown pixels around.
    expected = cv2.blur(_far_estimate(disparity, known) * hole, (_RIM, _RIM)) / np.maximum(near_hole, 1e-4)
    agrees = rim & (disparity <= expected * (1 + _BACKGROUND) + TINY)
    high = cv2.dilate(np.where(known, disparity, -1), box)
    low = cv2.erode(np.where(known, disparity, np.inf).astype(np.float32), box)
    calm = rim & (high - low <= SAME_SURFACE * high + TINY)
    count, labels = cv2.connectedComponents(calm.astype(np.uint8), connectivity=4)
    total = np.maximum(np.bincount(labels.ravel(), minlength=count), 1)
    share = np.bincount(labels.ravel(), weights=(agrees & calm).ravel(), minlength=count) / total
    share[0] = 0
    return (share >= 0.5)[labels] | agrees


def _far_estimate(disparity: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Roughly the farther of the surfaces around each unknown pixel; known pixels keep their own.

    A pyramid whose cells hold the mean of the farther of their children; a hole reads it at the first level where
    there is anything known, over a neighbourhood as wide as the hole.
    """
    if known.all() or min(known.shape) == 1:
        return np.where(known, disparity, disparity[known].min() if known.any() else 0)
    blocks, weights = _children(disparity, np.inf), _children(known, False)
    low = np.min(np.where(weights, blocks, np.inf), 0)
    farther = weights & (blocks <= low * (1 + _BACKGROUND) + TINY)
    count = farther.sum(0)
    coarse_known = count > 0
    coarse = np.where(coarse_known, np.where(farther, blocks, 0).sum(0) / np.maximum(count, 1), 0).astype(np.float32)
    around = _far_estimate(coarse, coarse_known)
    around = cv2.erode(around, np.ones((3, 3), np.uint8))
    height, width = known.shape
    return np.where(known, disparity, cv2.resize(around, (2 * around.shape[1], 2 * around.shape[0]))[:height, :width])


def membrane(disparity: np.ndarray, known: np.ndarray, source: np.ndarray) -> np.ndarray:
    """Laplace's equation over the unknown pixels with the values of `source`; other known pixels are no part of it."""
    if source.all() or min(known.shape) == 1:
        return np.where(source, disparity, disparity[source].mean() if source.any() else 0).astype(np.float32)
    blocks, weights = _children(disparity, 0), _children(source, False)
    count = weights.sum(0)
    coarse = (np.where(weights, blocks, 0).sum(0) / np.maximum(count, 1)).astype(np.float32)
    wall = _children(known & ~source, True).all(0)
    above = membrane(coarse, wall | (count > 0), count > 0)
    height, width = known.shape
    start = cv2.resize(above, (2 * above.shape[1], 2 * above.shape[0]))[:height, :width]
    value = np.where(source, disparity, start)
    part = (source | ~known).astype(np.float32)
    weight = np.maximum(cv2.blur(part, (3, 3)), 1e-6)
    unknown = ~known
    for _ in range(_SMOOTHING):
        value = np.where(unknown, cv2.blur(value * part, (3, 3)) / weight, value)
    return value


def _children(plane: np.ndarray, outside) -> np.ndarray:
    """The four children of each cell of the next level, (4, (h + 1) // 2, (w + 1) // 2)."""
    height, width = plane.shape
    plane = np.pad(plane, ((0, height % 2), (0, width % 2)), constant_values=outside)
    return np.stack([plane[y::2, x::2] for y in (0, 1) for x in (0, 1)])
