"""The camera: where it stands, how it is turned, and its lens.

Frame of reference: the plate's own camera stands at the origin and looks along -z, with +x right and +y up, in
metres. This is the one module that uses pyrr; it hands out plain numpy arrays.
"""
from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from pyrr import matrix33, quaternion

from .counted import real
from .errors import PushinError

NEAR = 0.01
"""Metres: the closest surface that a camera can see. The far end is at infinity."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A physical camera at one moment.

    position        metres in the plate camera's frame: +x right, +y up, -z forward
    pan, tilt, roll degrees: right, up and clockwise are positive; pan is applied first, then tilt, then roll
    focal_length    millimetres
    sensor_width    millimetres; the frame's width spans it
    lens_shift      principal point minus frame centre, in frame widths, +x right and +y up
    f_stop          f-number; None is a pinhole
    focus_distance  metres along the optical axis
    blades          number of iris blades; 0 is a round iris
    blade_rotation  degrees by which the iris is turned counterclockwise; at 0 a corner lies half a blade from the right
    roundness       of the blades: 0 straight, 1 a circle
    squeeze         of an anamorphic lens: its blur is so many times as tall as wide
    cats_eye        optical vignetting: iris radii by which the barrel's rim cuts into the blur at the frame's corners
    ring            spherical aberration, profile of the blur: 1 bright at the rim (soap bubble), 0 even, -1 soft (creamy)
    """

    position: tuple[float, float, float] = (0.0, 0.0, 0.0)
    pan: float = 0.0
    tilt: float = 0.0
    roll: float = 0.0
    focal_length: float = 35.0
    sensor_width: float = 36.0
    lens_shift: tuple[float, float] = (0.0, 0.0)
    f_stop: float | None = None
    focus_distance: float = 1.6
    blades: int = 0
    blade_rotation: float = 0.0
    roundness: float = 0.0
    squeeze: float = 1.0
    cats_eye: float = 0.0
    ring: float = 0.0

    def rotation(self) -> np.ndarray:
        """Camera axes in the plate's frame as columns, float64 (3, 3)."""
        return _rotation(*(float(real(angle)) for angle in (self.pan, self.tilt, self.roll)))

    def pose(self) -> np.ndarray:
        """Camera-to-plate transform, float64 (4, 4), for column vectors."""
        pose = np.eye(4)
        pose[:3, :3] = self.rotation()
        pose[:3, 3] = self.position
        return pose

    def view(self) -> np.ndarray:
        """Plate-to-camera transform, float64 (4, 4), for column vectors: the inverse of `pose`."""
        r = self.rotation()
        view = np.eye(4)
        view[:3, :3] = r.T
        view[:3, 3] = -r.T @ np.asarray(self.position, float)
        return view

    def intrinsics(self, size: tuple[int, int]) -> np.ndarray:
        """Pinhole matrix K, float64 (3, 3), from camera axes with z forward and y down to pixels from the top left.

        size is (width, height) in pixels; the centre of pixel i lies at i + 0.5.
        """
        width, height = size
        focal = self.focal_length / self.sensor_width * width
        cx = width * (0.5 + self.lens_shift[0])
        cy = height * 0.5 - width * self.lens_shift[1]
        return np.array([[focal, 0, cx], [0, focal, cy], [0, 0, 1.0]])

    def projection(self, size: tuple[int, int], near: float = NEAR) -> np.ndarray:
        """OpenGL projection with reversed, infinite depth, float64 (4, 4), for column vectors.

        Window depth is near / Z: 1 at the near plane, 0 at infinity, linear in disparity, which keeps its precision
        where a float has it (Reed, "Depth Precision Visualized", 2015). It needs no glClipControl: clip space has
        z / w = 2 near / Z - 1, of which OpenGL's usual depth range makes near / Z.
        """
        width, height = size
        k = self.intrinsics(size)
        x = 2 * k[0, 0] / width
        y = 2 * k[1, 1] / height
        ox = 2 * k[0, 2] / width - 1
        oy = 1 - 2 * k[1, 2] / height
        return np.array([[x, 0, -ox, 0], [0, y, -oy, 0], [0, 0, 1, 2 * near], [0, 0, -1, 0]])


def check_ranges(of: str, camera: Camera, ranges: dict[str, tuple[tuple[int, ...], float, float]]) -> None:
    """Raises PushinError for a field of a camera that has not the shape, or is not in the range, of ranges[name]."""
    for name, (shape, low, high) in ranges.items():
        value = getattr(camera, name)
        numbers = real(value)
        if numbers.shape != shape or not ((low <= numbers) & (numbers <= high)).all():      # NaN fails too
            what = {(): "a number", (2,): "two numbers", (3,): "three numbers"}[shape]
            span = f"from {low:g} to {high:g}" if high < np.inf else f"of at least {low:g}"
            name = name.replace("f_stop", "f-stop").replace("_", " ")
            raise PushinError(f"The {of}'s {name} must be {what} {span}, and not {repr(value)[:40]}.")


_IRIS = {"blades": ((), 0, 30), "blade_rotation": ((), -360, 360), "roundness": ((), 0, 1), "squeeze": ((), 0.5, 3),
         "cats_eye": ((), 0, 1), "ring": ((), -1, 1)}


def check_iris(camera: Camera) -> None:
    """Raises PushinError for an iris that no lens has."""
    check_ranges("lens", camera, _IRIS)
    if camera.blades in (1, 2) or camera.blades % 1:
        raise PushinError(f"An iris has 0 (round) or 3 to 30 blades, not {camera.blades}.")


@lru_cache(maxsize=256)
def _rotation(pan: float, tilt: float, roll: float) -> np.ndarray:
    if not np.isfinite([pan, tilt, roll]).all():
        raise PushinError("The camera's pan, tilt and roll must be finite angles in degrees.")
    turn = lambda axis, degrees: quaternion.create_from_axis_rotation(
        np.array(axis, float), np.radians(degrees), dtype=float)
    q = quaternion.cross(quaternion.cross(turn((0, 1, 0), -pan), turn((1, 0, 0), tilt)), turn((0, 0, 1), -roll))
    matrix = np.array(matrix33.create_from_quaternion(quaternion.normalize(q), dtype=float))
    matrix.flags.writeable = False
    return matrix
