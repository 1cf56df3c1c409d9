"""The thin lens by brute force: the mean of many pinhole views from points on the aperture (Haeberli and Akeley 1990)."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..camera import Camera
from .gl import ScreenPass

GOLDEN = np.pi * (3 - np.sqrt(5))


class AccumulatePass(ScreenPass):
    """Adds a weighted picture to what the target holds."""

    fragment = "accumulate.frag"


def aperture_points(count: int, blades: int = 0) -> np.ndarray:
    """Points spread evenly over an iris of radius 1, float64 (count, 2), +x right and +y up.

    A sunflower spiral, and for a polygonal iris, inscribed in the circle with a corner on the right, those inside.
    """
    if blades < 3:
        i = np.arange(count) + 0.5
        return np.sqrt(i / count)[:, None] * np.stack([np.cos(i * GOLDEN), np.sin(i * GOLDEN)], -1)
    # Enough of the circle for `count` points within the polygon, whose share of it is known.
    share = blades / (2 * np.pi) * np.sin(2 * np.pi / blades)
    points = aperture_points(int(np.ceil(count / share * 1.05)) + 8)
    sector = 2 * np.pi / blades
    angle = np.mod(np.arctan2(points[:, 1], points[:, 0]), sector) - sector / 2
    inside = np.hypot(*points.T) * np.cos(angle) <= np.cos(sector / 2)
    return points[inside][:count]


def aperture_views(camera: Camera, count: int):
    """Pinhole cameras (count of them) on the aperture of `camera`, all of which see its plane of focus alike."""
    radius = camera.focal_length / camera.f_stop / 2000
    right, up = camera.rotation()[:, 0], camera.rotation()[:, 1]
    scale = camera.focal_length / camera.sensor_width / camera.focus_distance
    for x, y in radius * aperture_points(count, camera.blades):
        position = np.asarray(camera.position, float) + x * right + y * up
        shift = camera.lens_shift[0] + scale * x, camera.lens_shift[1] + scale * y
        yield replace(camera, position=tuple(position), lens_shift=shift, f_stop=None)
