"""The thin lens by brute force: the mean of many pinhole views from points on the aperture (Haeberli and Akeley 1990)."""
from __future__ import annotations

import math
from dataclasses import replace

import moderngl
import numpy as np

from .. import optics
from ..camera import NEAR, Camera, check_iris, check_ranges
from ..errors import PushinError
from .gl import STORED, ScreenPass, enabled, having, making, texture

GOLDEN = np.pi * (3 - np.sqrt(5))


class AccumulatePass(ScreenPass):
    """Adds one view's share to a sum of light and to a sum of weights."""

    fragment = "accumulate.frag"


class MeanPass(ScreenPass):
    """Light by weight; mixed with another picture while there are few views."""

    fragment = "mean.frag"


def aperture_points(count: int, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """Points spread evenly over a camera's iris of radius 1, float64 (count, 2), +x right and +y up, and the share of
    the light that each brings, float64 (count,), 1 in all.

    A sunflower spiral, drawn in towards the sides of a polygonal iris, in an order in which the first few are spread
    over all of it already. Corners lie half a blade from the right, as in Cycles (regular_polygon_sample).
    """
    check_lens(camera)
    stride = next(k for k in range(max(round(count * 0.618), 1), 2 * count) if math.gcd(k, count) == 1)
    i = (np.arange(count) * stride) % count + 0.5
    radius, angle = np.sqrt(i / count), i * GOLDEN
    # A profile that is 1 in the mean: 2 r² - 1 is 0 over the disc.
    weight = 1 + camera.ring * (2 * radius ** 2 - 1)
    if camera.blades:
        sector = 2 * np.pi / camera.blades
        reach = _reach_of_blades(np.mod(angle + sector / 2, sector) - sector / 2, camera)
        radius, weight = radius * reach, weight * reach ** 2
    angle = angle + np.radians(camera.blade_rotation)
    return (radius[:, None] * np.stack([np.cos(angle) / camera.squeeze, np.sin(angle)], -1),
            weight / weight.sum())


def _reach_of_blades(side, camera: Camera):
    """How far an iris of radius 1 reaches, at an angle from the middle of a blade's side."""
    half = np.pi / camera.blades
    reach = np.cos(half) / np.cos(side)
    return reach + camera.roundness * (1 - reach)


def radius_within(x: np.ndarray, y: np.ndarray, camera: Camera) -> np.ndarray:
    """Radius of the camera's iris, all of its shape scaled alike, on whose rim a point lies, +x right and +y up."""
    across, up = np.asarray(x) * camera.squeeze, np.asarray(y)
    radius = np.hypot(across, up)
    if not camera.blades:
        return radius
    sector = 2 * np.pi / camera.blades
    angle = np.arctan2(up, across) - np.radians(camera.blade_rotation)
    return radius / _reach_of_blades(np.mod(angle + sector / 2, sector) - sector / 2, camera)


def iris_area(camera: Camera) -> float:
    """Area of a camera's iris of radius 1."""
    if not camera.blades:
        return np.pi / camera.squeeze
    half = np.pi / camera.blades
    return float(np.pi * np.mean(_reach_of_blades(np.linspace(-half, half, 256), camera) ** 2) / camera.squeeze)


_CAMERA = {"position": ((3,), -1e6, 1e6), "lens_shift": ((2,), -10, 10), "focal_length": ((), 0.01, 1e5),
           "sensor_width": ((), 0.01, 1e4), "pan": ((), -1e6, 1e6), "tilt": ((), -1e6, 1e6), "roll": ((), -1e6, 1e6)}
_LENS = {"f_stop": ((), 0.01, np.inf), "focus_distance": ((), NEAR, np.inf)}
"""Shape, and the range in which a picture is of something."""


def check_camera(camera: Camera) -> None:
    """Raises PushinError for a camera that stands nowhere, or has a lens that cannot be, also where it takes a pinhole's picture."""
    if not isinstance(camera, Camera):
        raise PushinError(f"A picture is taken with a Camera, and not with {repr(camera)[:40]}.")
    check_ranges("camera", camera, _CAMERA)
    check_ranges("lens", camera, {"focus_distance": _LENS["focus_distance"]} if camera.f_stop is None else _LENS)
    check_iris(camera)


def check_lens(camera: Camera) -> None:
    """Raises PushinError for a lens that no light goes through as asked."""
    check_ranges("lens", camera, _LENS)
    check_iris(camera)


def coc_coefficients(camera: Camera, width: int) -> np.ndarray:
    """float64 (a, b) with the signed circle of confusion a + b d, its diameter in pixels of a picture width pixels wide, at
    disparity d (1/m); behind the focus it is positive. A pinhole has none."""
    if camera.f_stop is None:
        return np.zeros(2)
    there, here = (optics.in_pixels(optics.signed_circle_of_confusion(z, camera.focal_length, camera.f_stop, camera.focus_distance),
                                    camera.sensor_width, width) for z in (float("inf"), 1.0))
    return np.array([there, here - there])


def aperture_views(camera: Camera, count: int):
    """Pinhole cameras (count of them) on the aperture of `camera`, all of which see its plane of focus alike; each with
    its point on the iris of radius 1 and its share of the light."""
    radius = optics.aperture_diameter(camera.focal_length, camera.f_stop) / 2000
    right, up = camera.rotation()[:, 0], camera.rotation()[:, 1]
    scale = camera.focal_length / camera.sensor_width / camera.focus_distance
    for point, weight in zip(*aperture_points(count, camera)):
        x, y = radius * point
        position = np.asarray(camera.position, float) + x * right + y * up
        shift = camera.lens_shift[0] + scale * x, camera.lens_shift[1] + scale * y
        yield replace(camera, position=tuple(position), lens_shift=shift, f_stop=None), point, weight


class Exposure:
    """A picture through the lens that grows view by view, and can be looked at before the last.

    count       views in all
    highlights  how many times brighter a light is taken to be; 1 takes it as it is
    first       a Frame to look at before there are views
    """

    def __init__(self, context: moderngl.Context, size: tuple[int, int], camera: Camera, count: int,
                 highlights: float = 1.0, first=None):
        self.context, self.camera, self.count, self.highlights = context, camera, count, highlights
        self.size, self.first = size, first
        self.taken = 0
        self._views = aperture_views(camera, count)
        with making(context, size) as make:
            self._light, self._weight = texture(make, size, dtype="f4"), texture(make, size, 1, dtype="f4")
            self._target = make.framebuffer([self._light, self._weight])
        self._target.clear()
        far, per_disparity = 0.5 * coc_coefficients(camera, size[0])
        self._lens, self._spacing = (far, per_disparity * STORED), math.sqrt(math.pi / count)

    def take(self, views: int, scene: moderngl.Framebuffer, reproject, accumulate: AccumulatePass) -> None:
        """Adds that many views, or those that are left, each drawn into `scene` first."""
        for _ in range(min(views, self.count - self.taken)):
            view, point, weight = next(self._views)
            reproject.draw(scene, view)
            with enabled(self.context, moderngl.BLEND, (moderngl.ONE, moderngl.ONE)):
                accumulate.draw(self._target, color=scene.color_attachments[0], depth=scene.depth_attachment, lens=self._lens,
                                spacing=self._spacing, weight=weight, point=tuple(point),
                                cats_eye=self.camera.cats_eye, highlights=self.highlights)
            self.taken += 1

    def develop(self, target: moderngl.Framebuffer, mean: MeanPass, first: moderngl.Texture | None = None,
                share: float = 1.0) -> None:
        """Writes the picture so far; `first`, a guess, keeps the rest of its share."""
        first = first or self._light
        with having(first, filter=(moderngl.LINEAR, moderngl.LINEAR)):
            mean.draw(target, light=self._light, weight=self._weight, first=first, share=share)

    def release(self) -> None:
        for item in (self._target, self._light, self._weight):
            item.release()
