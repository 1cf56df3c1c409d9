"""What is under a point of a camera's picture, told from the plate's depth alone: nothing is drawn or read back."""
from __future__ import annotations

from math import ceil, hypot
from typing import NamedTuple

import numpy as np

from .camera import NEAR, Camera

STEP = 0.5
"""Pixels of the plate between samples along a ray at the most: none that it crosses is passed over."""
LEAST = 512
"""Samples along a ray that crosses few pixels: how far behind an edge it passes is told to so fine a part of its way."""
RISE = 0.02
"""Share of its disparity by which a surface rises from pixel to pixel; what rises more is an edge."""


class Spot(NamedTuple):
    """A point of the plate: its pixel x, y, and its planar depth from the camera that looks at it, metres."""

    x: float
    y: float
    depth: float


def seen(plate, camera: Camera, u: float, v: float, aspect: float) -> Spot | None:
    """What a camera shows at (u, v), shares of its picture's width and height from the top left corner.

    aspect is the picture's width over height. None: the sky, or a place that the plate does not show. The ray is
    followed through the plate's depth until it goes through a surface; to pass behind one is no hit.
    """
    slope = camera.sensor_width / camera.focal_length
    ray = camera.rotation() @ np.array([(u - 0.5 - camera.lens_shift[0]) * slope,
                                        ((0.5 - v) / aspect - camera.lens_shift[1]) * slope, -1.0])
    nearest = float(plate.depth.min())
    if np.isinf(nearest):
        return None
    # Where the ray is 1/s metres from the camera its place on the plate, in homogeneous pixels, is linear in s: so it is a
    # straight line in pixels and disparity, of which only what lies in the picture and not before all surfaces counts.
    cx, cy = plate.principal_point
    to_pixels = np.array([[plate.focal_pixels, 0, -cx], [0, -plate.focal_pixels, -cy], [0, 0, -1.0]])
    vanishing, stand = to_pixels @ ray, to_pixels @ np.asarray(camera.position, float)
    inside = np.array([[1, 0, 0], [-1, 0, plate.width], [0, 1, 0], [0, -1, plate.height], [0, 0, 1.0]])
    last, first = _part(0.0, 1 / NEAR, inside @ vanishing, inside @ stand - [0, 0, 0, 0, 0.999 * nearest])
    if first <= last:
        return None
    (x0, y0, d0), (x1, y1, d1) = (np.array([h[0], h[1], s]) / h[2] for s in (first, last) for h in [vanishing + stand * s])
    samples = max(ceil(hypot(x1 - x0, y1 - y0) / STEP), LEAST) + 1
    x, y, disparity = np.linspace(x0, x1, samples), np.linspace(y0, y1, samples), np.linspace(d0, d1, samples)
    column = x.astype(int).clip(0, plate.width - 1)
    row = y.astype(int).clip(0, plate.height - 1)
    there = 1 / plate.depth[row, column]
    past = there - disparity                      # above 0: the ray has gone behind the surface
    through = (past[:-1] <= 0) & (past[1:] > 0)
    # A ray that goes through a surface is beyond it by no more than a step and the surface's own slope.
    through &= past[1:] <= abs(d1 - d0) / (samples - 1) + RISE * there[1:]
    hits = np.flatnonzero(through)
    if not hits.size:
        return None
    i = hits[0]
    share = past[i] / (past[i] - past[i + 1])
    x, y, disparity = (float(v[i] + share * (v[i + 1] - v[i])) for v in (x, y, disparity))
    place = np.array([(x - cx) / plate.focal_pixels, (cy - y) / plate.focal_pixels, -1.0]) / disparity
    return Spot(x, y, float(-(place - camera.position) @ camera.rotation()[:, 2]))


def _part(low: float, high: float, at_0: np.ndarray, growth: np.ndarray) -> tuple[float, float]:
    """(low, high) of the part of a range of s in which no at_0 + growth s is below 0; high is not above low where there is none."""
    for a, b in zip(at_0.tolist(), growth.tolist()):
        if b < 0:
            high = min(high, -a / b)
        elif b > 0:
            low = max(low, -a / b)
        elif a < 0:
            return low, low
    return low, high
