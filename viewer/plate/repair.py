"""Repairs of a plate's depth by hand: edits that are values, applied in order over depth as it was measured.

An edit changes disparity (1/m) in pixels of the plate; taking it off the list undoes it, and the list without edits
is the picture before. Its `apply` has disparity, float32 (h, w), and colour, linear (h, w, 3), and gives disparity; `applied` is
for everybody else, and takes depth.
"""
from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..errors import PushinError
from . import depth as depths
from .colour import perceptual
from .holes import membrane

ACTIONS = ("nearer", "farther", "flat")
_GRABCUT_SIDE = 480
"""Pixels to which a box is reduced for GrabCut, whose time grows with its pixels; the edge is refined at full size."""
_GRABCUT_ROUNDS = 5
_MARGIN = 0.25
"""Of a box's sides, looked at around it to know the background."""
_SOFT = 0.06
"""Of a box's shorter side, by which the depth's edge may lie too far out."""
_DISTINCT = 1.02
"""Disparity of a subject to that behind it from which the depth tells them apart."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A brush drawn through points (x, y): multiplies or divides disparity by 1 + amount, or makes it flat, fading out
    towards the brush's radius (pixels). `amount_of` has the amount for a share of the distance."""

    points: tuple[tuple[float, float], ...]
    radius: float
    action: str = "nearer"
    amount: float = 0.1

    @property
    def share(self) -> float:
        """Of the distance, by which it is nearer or farther."""
        return self.amount / (1 + self.amount) if self.action == "nearer" else self.amount

    def apply(self, disparity: np.ndarray, color: np.ndarray) -> np.ndarray:
        points = np.round(np.array(self.points) - 0.5).clip(-1 << 14, 1 << 14).astype(np.int32)
        radius = min(max(self.radius, 0.5), 1e5)    # a pixel, and all of the largest picture
        reach = min(int(np.ceil(radius)) + 1, 1 << 14)
        left, top = np.maximum(points.min(0) - reach, 0)
        right, bottom = np.minimum(points.max(0) + reach + 1, disparity.shape[::-1])
        if left >= right or top >= bottom:
            return disparity
        line = np.full((bottom - top, right - left), 255, np.uint8)
        points = points - (left, top)
        for start, end in zip(points, points[1:] if len(points) > 1 else points):
            cv2.line(line, start.tolist(), end.tolist(), 0)
        away = cv2.distanceTransform(line, cv2.DIST_L2, 5) if (line == 0).any() else np.full(line.shape, np.inf)
        share = np.clip(2 * (1 - away / radius), 0, 1).astype(np.float32)   # full in the inner half
        share = share * share * (3 - 2 * share)
        result = disparity.copy()
        d = result[top:bottom, left:right]
        if self.action == "flat":
            if (share > 0.5).any():
                d += share * (np.median(d[share > 0.5]) - d)
        elif self.action == "nearer":
            d *= 1 + self.amount * share
        else:
            d /= 1 + self.amount * share
        return result


def amount_of(action: str, share: float) -> float:
    """A Stroke's amount with which it changes distances by a share of them, of a nearer one under 1."""
    return share / (1 - share) if action == "nearer" else share


@dataclass(frozen=True, slots=True)
class Flatten:
    """Makes what is behind the subject of a box (x0, y0, x1, y1) one plane."""

    box: tuple[float, float, float, float]

    def apply(self, disparity: np.ndarray, color: np.ndarray) -> np.ndarray:
        rows, columns, inner = _around(self.box, disparity.shape)
        d = disparity[rows, columns]
        subject, behind = _two(d, inner)
        far = d < np.sqrt(subject * behind) if subject > _DISTINCT * behind else np.ones(d.shape, bool)
        y, x = np.nonzero(far)
        if len(y) < 16:
            return disparity
        basis = np.stack([np.ones(len(y)), x, y], 1)
        weight = np.ones(len(y))
        for _ in range(5):      # least absolute values by reweighting: one more object behind does not tilt the plane
            plane, *_ = np.linalg.lstsq(basis * weight[:, None], d[far] * weight, rcond=None)
            weight = 1 / np.sqrt(np.maximum(np.abs(d[far] - basis @ plane), 1e-4 * max(behind, 1e-6)))
        out = disparity.copy()
        where = far & inner
        y, x = np.nonzero(where)
        out[rows, columns][where] = np.maximum(np.stack([np.ones(len(y)), x, y], 1) @ plane, 0)
        return out


@dataclass(frozen=True, slots=True)
class Cut:
    """Cuts the subject of a box (x0, y0, x1, y1) out of the picture, so that the depth's edge lies on the cut.

    GrabCut (Rother et al. 2004) on the colours, started from the depth; then each side's depth is continued up to it.
    """

    box: tuple[float, float, float, float]

    def apply(self, disparity: np.ndarray, color: np.ndarray) -> np.ndarray:
        rows, columns, inner = _around(self.box, disparity.shape)
        d = disparity[rows, columns]
        subject, behind = _two(d, inner)
        if subject <= _DISTINCT * behind:
            raise PushinError("The depth does not tell the subject of this box from what is behind it; bring it nearer "
                              "with a stroke first.")
        near = d > np.sqrt(subject * max(behind, 1e-3 * subject))
        # Deep within what is near the depth is right: a table in front of somebody is not what is behind.
        deep = max(4, round(_SOFT * min(np.ptp(axis) for axis in np.nonzero(inner))))
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * deep + 1, 2 * deep + 1))
        sure = cv2.erode(near.astype(np.uint8), disc) > 0
        mask = cut_out(color[rows, columns], near & inner, inner, sure & inner)
        # Values within a few pixels of either edge are mixed or on the wrong side; each side grows over them.
        width = max(3, round(0.006 * max(disparity.shape)))
        box = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * width + 1, 2 * width + 1))
        core, clear = (cv2.erode(m.astype(np.uint8), box) > 0 for m in (mask, ~mask))
        out = d.copy()
        for side, sure in ((mask, core & near), (~mask, clear & ~near)):
            if sure.any():
                unsure = side & ~sure & ((near != side) if side is mask else near) | side & ~(core | clear)
                grown = membrane(np.where(side & ~unsure, d, 0), ~unsure, side & ~unsure)
                out[unsure] = grown[unsure]
        result = disparity.copy()
        result[rows, columns] = np.where(inner, out, d)
        return result


Edit = Stroke | Flatten | Cut


def applied(edit: Edit, depth: np.ndarray, color: np.ndarray) -> np.ndarray:
    """Depth, float32 (h, w) metres with inf for sky, after an edit; color is linear (h, w, 3).

    PushinError where it cannot be made: a box too small, or a subject that depth does not tell from what is behind.
    """
    with np.errstate(divide="ignore", over="ignore"):
        before = (1 / depth).astype(np.float32)
        # A brush may go over one place again and again; nothing comes nearer than what can be measured.
        after = np.minimum(edit.apply(before, color), np.maximum(before, 1 / depths.NEAREST_METRES)).astype(np.float32)
        mended = np.where(after > 1 / depths.SKY_METRES, 1 / after, np.inf)
        return np.where(after == before, depth, mended).astype(np.float32)


def said(edit: Edit, reduction: float = 1.0) -> str:
    """An edit in a line, in pixels of which the plate has one for so many."""
    if isinstance(edit, Stroke):
        where = " ".join(f"{x * reduction:g},{y * reduction:g}" for x, y in edit.points[:3]) + (" …" if len(edit.points) > 3 else "")
        how = "" if edit.action == "flat" else f" by {edit.share:.0%}"
        return f"{edit.action}{how} at {where}, radius {edit.radius * reduction:g}"
    return f"{type(edit).__name__.lower()} {','.join(f'{v * reduction:g}' for v in edit.box)}"


def cut_out(color: np.ndarray, likely: np.ndarray, allowed: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """The subject's pixels, bool (h, w), by GrabCut on linear colour: likely ones to start from, within allowed; and the
    sure ones."""
    guide = perceptual(color)
    height, width = likely.shape
    scale = min(1.0, _GRABCUT_SIDE / max(height, width))
    size = max(round(width * scale), 8), max(round(height * scale), 8)
    small = cv2.resize(guide, size, interpolation=cv2.INTER_AREA)
    shrunk = lambda m: cv2.resize(m.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    start = np.where(shrunk(likely), cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    start[~shrunk(allowed)] = cv2.GC_BGD
    start[shrunk(sure)] = cv2.GC_FGD
    front = np.isin(start, (cv2.GC_FGD, cv2.GC_PR_FGD)).sum()
    if front < 8 or start.size - front < 8:
        return likely
    cv2.setRNGSeed(0)       # its clusters start at random; a repair gives the same plate every time
    cv2.grabCut(small, start, None, np.zeros((1, 65)), np.zeros((1, 65)), _GRABCUT_ROUNDS, cv2.GC_INIT_WITH_MASK)
    mask = ((start == cv2.GC_PR_FGD) | (start == cv2.GC_FGD)).astype(np.float32)
    if scale < 1:
        mask = cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR)
        mask = cv2.ximgproc.guidedFilter(guide, mask, max(2, round(2 / scale)), 50.0)
    return (mask > 0.5) & allowed | sure


def _around(box, shape):
    """The part of a plate around a box: slices of rows and columns, and the box itself within it, bool."""
    x0, y0, x1, y1 = box
    height, width = shape
    x0, x1 = np.clip((x0, x1), 0, width)
    y0, y1 = np.clip((y0, y1), 0, height)
    if x1 - x0 < 8 or y1 - y0 < 8:
        raise PushinError("A box is X0,Y0,X1,Y1: left, top, right and bottom in pixels, at least 8 apart, inside the "
                          "picture.")
    dx, dy = _MARGIN * (x1 - x0), _MARGIN * (y1 - y0)
    top, bottom = int(max(y0 - dy, 0)), int(min(y1 + dy, height))
    left, right = int(max(x0 - dx, 0)), int(min(x1 + dx, width))
    inner = np.zeros((bottom - top, right - left), bool)
    inner[int(y0) - top:int(y1) - top, int(x0) - left:int(x1) - left] = True
    return slice(top, bottom), slice(left, right), inner


def _two(d: np.ndarray, inner: np.ndarray) -> tuple[float, float]:
    """Disparity of a box's subject, the median of its middle, and of what is behind it, the median around it."""
    y, x = np.nonzero(inner)
    cy, cx, dy, dx = y.mean(), x.mean(), np.ptp(y) / 6, np.ptp(x) / 6
    middle = d[int(cy - dy):int(cy + dy) + 1, int(cx - dx):int(cx + dx) + 1]
    around = d[~inner] if (~inner).sum() > 16 else d[inner]
    return float(np.median(middle)), float(np.median(around))
