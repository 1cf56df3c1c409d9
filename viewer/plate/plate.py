"""The plate: a still picture, its depth and the lens that took it, as measured; a value that never changes."""
from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..errors import PushinError
from . import depth as depths
from . import lens as lenses
from .images import SIDEWAYS, read_picture, repaired, to_half, upright
from .source import check_declared, check_shape, existing, name_of

_WINDOW = 3
"""Pixels to each side that are asked for the depth of a point."""
_ASPECT_TOLERANCE = 0.03
"""Depth maps are rounded to other grids than pictures (multiples of 14 or 32 pixels); a crop differs by more."""


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """A picture with depth and lens. Arrays are read-only; row 0 is on top, the centre of pixel i lies at i + 0.5.

    color            float16 (h, w, 3), scene-linear, sRGB primaries; above 1 where the file has it; alpha over black
    depth            float32 (h, w), planar metres at every pixel, inf for sky
    known            bool (h, w), where depth was measured and not filled
    focal_length     millimetres
    sensor_width     millimetres; the picture's width spans it
    principal_point  (x, y) pixels from the top left corner
    digest           SHA-256 of pixels, depth and lens, in hexadecimal: equal plates, equal digest
    path             of the picture, or None
    notes            plain sentences on what was assumed
    """

    color: np.ndarray = field(repr=False)
    depth: np.ndarray = field(repr=False)
    known: np.ndarray = field(repr=False)
    focal_length: float
    sensor_width: float
    principal_point: tuple[float, float]
    digest: str
    path: Path | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def open(cls, image, depth=None, depth_kind: str | None = None, focal_length: float | None = None,
             sensor_width: float | None = None, principal_point: tuple[float, float] | None = None, *,
             near: float | None = None, far: float | None = None, baseline: float | None = None,
             doffs: float = 0.0) -> Plate:
        """Open a picture and its depth. Raises PushinError with one sentence on whatever is wrong.

        image            path of a PNG, TIFF, JPEG, WebP or EXR
        depth            path of an EXR, PNG, TIFF, PFM or NPY; None: the depth channel of an EXR picture
        depth_kind       metres, millimetres, disparity (pixels of the depth map) or inverse (near is bright);
                         guessed from the file when None
        focal_length     millimetres, of the lens that took the picture; from EXIF when None
        sensor_width     millimetres; from EXIF when None
        principal_point  (x, y) pixels of the picture as the file holds it, upright; None: the centre
        near, far        metres, of relative inverse depth;  baseline, doffs  metres and pixels, of disparity
        """
        image = existing(image)
        depth_path = None if depth is None else existing(depth)
        picture = read_picture(image)
        name, notes = name_of(image), list(picture.notes)
        lens, assumed = lenses.resolve(name, picture.lens, picture.full_size, focal_length, sensor_width)
        notes += assumed
        if depth_path is None:
            values, source = picture.depth, name
            if values is None:
                raise PushinError(f"{name} has no depth inside; give a depth map beside it.")
        else:
            values, source = depths.read_values(depth_path), name_of(depth_path)
            stored = picture.full_size[::-1] if picture.orientation in SIDEWAYS else picture.full_size
            if _alike(values, stored) and not _alike(values, picture.full_size):
                values = upright(values, picture.orientation)
        if not _alike(values, picture.full_size):
            raise PushinError(f"{source} is {values.shape[1]} x {values.shape[0]} and {name} is "
                              f"{picture.full_size[0]} x {picture.full_size[1]}, which is another shape; "
                              f"give a depth map of the same crop.")
        if depth_kind is None:
            depth_kind, guess = depths.guessed_kind(source, values, near, far, baseline)
            notes += guess
        focal_pixels = lens.focal_length / lens.sensor_width * values.shape[1]
        values = depths.reduced(values, picture.color.shape[1::-1])
        metres = depths.to_metres(source, values, depth_kind, focal_pixels, near, far, baseline, doffs)
        if principal_point is not None:
            scale = picture.color.shape[1] / picture.full_size[0]
            principal_point = tuple(v * scale for v in _point(principal_point))
        return cls._made(picture.color, metres, lens, principal_point, image, notes)

    @classmethod
    def from_arrays(cls, color, depth, focal_length: float = 35.0, sensor_width: float = 36.0,
                    principal_point: tuple[float, float] | None = None) -> Plate:
        """A plate of arrays: color (h, w, 3) scene-linear, depth metres (any size of the same shape).

        Depth follows the rules of files: 0, negative and NaN are unknown and filled, inf is sky where it is a region.
        """
        try:
            color, metres = np.asarray(color, np.float32), np.asarray(depth, np.float32)
        except (TypeError, ValueError):
            raise PushinError("A plate is made of arrays of numbers.") from None
        if color.ndim != 3 or color.shape[2] != 3 or metres.ndim != 2 or 0 in metres.shape:
            raise PushinError("A plate needs colour of shape (h, w, 3) and depth of shape (h, w).")
        size = color.shape[1::-1]
        check_declared(Path("The picture"), *size)
        check_shape("The picture", *size)
        if not _alike(metres, size):
            raise PushinError("The depth has another shape than the picture.")
        planes = [repaired(color[..., i])[0] for i in range(3)]
        lens, _ = lenses.resolve("The picture", None, size, focal_length, sensor_width)
        metres = depths.to_metres("The depth", depths.reduced(metres, size), "metres", 1.0)
        return cls._made(to_half(np.dstack(planes)), metres, lens, principal_point, None, [])

    @classmethod
    def _made(cls, color, metres, lens, principal_point, path, notes) -> Plate:
        """Depth brought to the picture's size and filled, everything frozen and named by its content."""
        height, width = color.shape[:2]
        known = metres > 0
        with np.errstate(divide="ignore"):
            disparity = depths.filled(np.where(known, 1 / metres, 0).astype(np.float32), known)
            disparity = depths.fitted(disparity, color)
            if metres.shape == (height, width):
                depth = np.where(known, metres, 1 / disparity)
            else:
                depth, known = 1 / disparity, depths.sampled(known, (width, height))
        depth, known = np.ascontiguousarray(depth, np.float32), np.ascontiguousarray(known)
        depth[depth >= depths.SKY_METRES] = np.inf
        point = (width / 2, height / 2) if principal_point is None else _point(principal_point)
        if not (-width <= point[0] <= 2 * width and -height <= point[1] <= 2 * height):
            raise PushinError("The principal point lies far outside the picture; give it in pixels from the top left "
                              "corner.")
        digest = hashlib.sha256(repr((color.shape, lens.focal_length, lens.sensor_width, point)).encode())
        for array in (color, depth, known):
            array.flags.writeable = False
            digest.update(array.data)
        return cls(color, depth, known, lens.focal_length, lens.sensor_width, point, digest.hexdigest(), path,
                   tuple(notes))

    @property
    def width(self) -> int:
        return self.color.shape[1]

    @property
    def height(self) -> int:
        return self.color.shape[0]

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.width, self.height

    @property
    def disparity(self) -> np.ndarray:
        """1 / depth in 1/m, float32 (h, w), 0 for sky; computed at every call."""
        return 1 / self.depth

    def depth_at(self, xy: tuple[float, float]) -> float:
        """Metres of the surface at a point in pixels, inf for sky: the median of its neighbours on that surface.

        Raises PushinError outside the picture.
        """
        x, y = _point(xy)
        if not (0 <= x <= self.width and 0 <= y <= self.height):
            raise PushinError(f"The point {x:g}, {y:g} lies outside the picture of {self.width} x {self.height}.")
        column, row = min(int(x), self.width - 1), min(int(y), self.height - 1)
        window = 1 / self.depth[max(row - _WINDOW, 0):row + _WINDOW + 1, max(column - _WINDOW, 0):column + _WINDOW + 1]
        center = 1 / self.depth[row, column]
        same = window[np.abs(window - center) <= depths.SAME_SURFACE * np.maximum(window, center)]
        median = float(np.median(window if same.size < _WINDOW else same))
        return 1 / median if median > 0 else float("inf")


def _alike(values: np.ndarray, size: tuple[int, int]) -> bool:
    """Whether a map has the shape of a picture, up to the rounding of its own grid."""
    ratio = values.shape[1] / values.shape[0] * size[1] / size[0]
    return abs(np.log(ratio)) < _ASPECT_TOLERANCE


def _point(xy) -> tuple[float, float]:
    try:
        x, y = (float(v) for v in xy)
    except (TypeError, ValueError):
        x = y = np.nan
    if not np.isfinite([x, y]).all():
        raise PushinError("A point is two numbers: x and y in pixels.")
    return x, y
