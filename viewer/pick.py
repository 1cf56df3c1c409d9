"""What is under a point of a camera's picture, told from the plate's depth alone: nothing is drawn or read back."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .camera import NEAR, Camera

STEPS = 1536
"""Samples along a ray, even in disparity: on a plate 1280 pixels wide less than a pixel apart for usual moves."""


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
    nearest = max(float(plate.depth.min()) / 2, NEAR)
    disparity = np.linspace(1 / nearest, 0.0, STEPS, endpoint=False)
    x, y, z = np.asarray(camera.position, float)[:, None] + ray[:, None] / disparity
    ahead = -z > NEAR
    deep = np.where(ahead, -z, 1.0)
    px = plate.principal_point[0] + plate.focal_pixels * x / deep
    py = plate.principal_point[1] - plate.focal_pixels * y / deep
    inside = ahead & (px >= 0) & (px < plate.width) & (py >= 0) & (py < plate.height)
    column, row = np.where(inside, px, 0).astype(int), np.where(inside, py, 0).astype(int)
    there = 1 / plate.depth[row, column]          # disparity of the surface, and of the ray, from the plate's camera
    past = there - 1 / deep                       # above 0: the ray has gone behind the surface
    through = inside[1:] & inside[:-1] & (past[:-1] <= 0) & (past[1:] > 0)
    # A ray that goes through a surface is beyond it by no more than a step and the surface's own slope.
    through &= past[1:] <= 4 / (nearest * STEPS) + 0.02 * there[1:]
    hits = np.flatnonzero(through)
    if not hits.size:
        return None
    i = hits[0]
    share = past[i] / (past[i] - past[i + 1]) if past[i + 1] > past[i] else 0.0
    blend = lambda values: float(values[i] + share * (values[i + 1] - values[i]))
    return Spot(blend(px), blend(py), 1 / blend(disparity))
