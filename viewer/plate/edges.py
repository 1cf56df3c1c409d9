"""Depth edges: where one surface ends in front of another.

Everything here works on disparity d = 1/Z in pixel coordinates, in which a plane is linear; distances are in those of what is near
(`near_distance`). A *cut* lies between two neighbouring pixels; the nearer of the two is its near side, the other its far side.
"""
from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

REACH = 0.29
"""How far the camera may travel sideways before it looks behind what was continued, in distances of what is near: sets how
deep a surface goes on behind a foreground. At a larger travel the coarse backdrop shows."""

NEAR = 0.95
"""Share of the plate that is farther than what is near."""

SAME_SURFACE = 0.05
"""Relative difference of disparity up to which neighbours lie on one surface."""

CUT_SHARE = 0.025
"""A jump of less than this share of the disparity is a bump on a surface, not an edge."""

CUT_PARALLAX = 1.0
"""Pixels of parallax, at REACH, under which nobody sees that a surface was not cut."""

SURE, JOINED = (1.0, 3.0), (0.5, 2.0)
"""Shares of CUT_PARALLAX, and times the slope beside it, that a jump must exceed: by itself, and joined to one that does."""

LOOK = 8
"""Pixels on either side of a depth edge that are searched for the colour edge that belongs to it, along 1280 of the longer side; a
larger picture of the same scene has its depth off by more pixels."""


@dataclass(slots=True)
class Cuts:
    """Cuts of a disparity map of shape (h, w).

    right      bool (h, w): between a pixel and its right neighbour
    below      bool (h, w): between a pixel and the one below
    behind     float32 (h, w): at near sides the disparity just behind the edge (the farthest), +inf elsewhere
    in_front   float32 (h, w): at far sides the disparity just in front of the edge (the nearest), 0 elsewhere
    """

    right: np.ndarray
    below: np.ndarray
    behind: np.ndarray
    in_front: np.ndarray

    @classmethod
    def of(cls, disparity: np.ndarray, right: np.ndarray, below: np.ndarray, near_in: np.ndarray | None = None) -> Cuts:
        """Cuts with their sides; with near_in (bool (h, w)) only those whose near side lies in it."""
        behind = np.full(disparity.shape, np.inf, np.float32)
        in_front = np.zeros(disparity.shape, np.float32)

        def along(d, cut, behind, in_front, near_in):
            kept = np.zeros_like(cut)
            y, x = np.nonzero(cut[:, :-1])
            flip = d[y, x + 1] > d[y, x]
            near, far = (y, x + flip), (y, x + ~flip)
            if near_in is not None:
                k = near_in[near]
                y, x, near, far = y[k], x[k], (y[k], near[1][k]), (y[k], far[1][k])
            kept[y, x] = True
            np.minimum.at(behind, near, d[far])
            np.maximum.at(in_front, far, d[near])
            return kept

        right = along(disparity, right, behind, in_front, near_in)
        below = along(disparity.T, below.T, behind.T, in_front.T, None if near_in is None else near_in.T).T
        return cls(right, below, behind, in_front)

    @property
    def near(self) -> np.ndarray:
        return np.isfinite(self.behind)

    @property
    def far(self) -> np.ndarray:
        return self.in_front > 0


def near_distance(disparity: np.ndarray) -> float:
    """Metres to what is near in a plate: its own measure, so that a town and a model of it are taken apart alike."""
    finite = disparity[disparity > 0]
    return 1 / float(np.quantile(finite, NEAR)) if finite.size else 1.0


def tolerance(focal: float) -> float:
    """Disparity that makes a quarter of a pixel of parallax at REACH; focal in pixels."""
    return 0.25 / (focal * REACH)


def look_of(disparity: np.ndarray) -> int:
    """LOOK, for a map (h, w)."""
    return max(LOOK, max(disparity.shape) * LOOK // 1280)


def parted(disparity: np.ndarray, rounds: int, relative: float, absolute: float = 0.0) -> np.ndarray:
    """Disparity with ramps of so many pixels to a side, between surfaces that are so far apart, as steps: every value moves to the closer
    of both (Kramer and Bruckner, "Iterations of a non-linear transformation for enhancement of digital images", 1975)."""
    box = np.ones((3, 3), np.uint8)
    for _ in range(rounds):
        high, low = cv2.dilate(disparity, box), cv2.erode(disparity, box)
        step = high - low
        closer = np.where(disparity - low > high - disparity, high, low)
        disparity = np.where((step > relative * high) & (step > absolute), closer, disparity)
    return disparity


def find_cuts(disparity: np.ndarray, focal: float) -> Cuts:
    """Where neighbouring pixels belong to different surfaces; focal in pixels.

    A step on a straight slope is no edge: a jump is cut when it exceeds three times the smaller of the slopes beside it, or twice where
    it continues an edge that is cut (hysteresis: Canny 1986, A Computational Approach to Edge Detection), else an edge whose height is
    about the least would be cut here and not there.
    """
    least = 4 * CUT_PARALLAX * tolerance(focal)

    def along(d):
        size = np.abs(np.diff(d, axis=1))
        slope = np.pad(size, ((0, 0), (1, 1)), mode="edge")
        slope = np.minimum(slope[:, :-2], slope[:, 2:])
        large = size > CUT_SHARE * np.maximum(d[:, 1:], d[:, :-1])
        return [np.pad(large & (size > share * least) & (size > times * slope), ((0, 0), (0, 1))) for share, times in (SURE, JOINED)]

    return Cuts.of(disparity, *_joined(*zip(along(disparity), (cut.T for cut in along(disparity.T)))))


def _joined(sure, all_):
    """Cuts (right, below) of all that are joined to sure ones, end to end. Cuts and the corners of the pixels are the cells of one
    image, which a library labels."""
    h, w = all_[0].shape
    right, below = np.s_[:-2:2, 1:-1:2], np.s_[1:-1:2, :-2:2]

    def cells(cuts):
        cells = np.zeros((2 * h + 2, 2 * w + 2), np.uint8)
        cells[right], cells[below] = cuts
        return cells

    joined = cells(all_)
    joined[1:-1:2, 1:-1:2] = joined[right] | joined[2::2, 1:-1:2] | joined[below] | joined[1:-1:2, 2::2]
    count, labels = cv2.connectedComponents(joined, connectivity=4, ltype=cv2.CV_32S)
    kept = np.zeros(count, bool)
    kept[labels[cells(sure) > 0]] = True
    return [cut & kept[labels[where]] for cut, where in zip(all_, (right, below))]


def components(right: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Labels int32 (h, w) from 1 on of pixels that are joined where neither cut separates them (4-neighbours).

    Pixels and the links between them become the cells of one image of twice the size, which a library labels.
    """
    h, w = right.shape
    cells = np.zeros((2 * h, 2 * w), np.uint8)
    cells[::2, ::2] = 1
    cells[::2, 1::2] = ~right
    cells[1::2, ::2] = ~below
    cells[:, -1] = 0
    cells[-1, :] = 0
    _, labels = cv2.connectedComponents(cells, connectivity=4, ltype=cv2.CV_32S)
    return labels[::2, ::2]


def nearest(sources: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(index, distance) of the nearest source pixel for every pixel: flat int64 (h, w), pixels float32 (h, w)."""
    distance, label = cv2.distanceTransformWithLabels(
        (~sources).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL)
    of_label = np.zeros(label.max() + 1, np.int64)
    flat = np.flatnonzero(sources)
    of_label[label.ravel()[flat]] = flat
    return of_label[label], distance


def octaves(reach: np.ndarray):
    """Yields (sources, most): the pixels of alike reach, bool (h, w), and what none of theirs exceeds, one octave of `reach` (pixels,
    0: not a source) after the other, so that a short-reaching neighbour does not hide a far-reaching one behind it."""
    top = reach.max(initial=0)
    low = 1.0
    while low <= top:
        sources = (reach >= low) & (reach < 2 * low)
        if sources.any():
            yield sources, 2 * low
        low *= 2


def reach_of(jump: np.ndarray, focal: float, least: float, most: float) -> np.ndarray:
    """Pixels that a move of REACH uncovers behind an edge with that jump in disparity (0: none)."""
    return np.where(jump > 0, np.clip(REACH * focal * jump, least, most), 0).astype(np.float32)
