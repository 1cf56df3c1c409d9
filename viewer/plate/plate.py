"""The plate: a still picture, its depth and the lens that took it, as measured; a value that never changes."""
from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path

import cv2
import numpy as np

from ..counted import real
from ..errors import PushinError
from . import brush
from . import depth as depths
from . import lens as lenses
from . import upsample
from .adjust import Adjustments, adjusted, focus_anchor, unscaled
from .colour import perceptual
from .edges import SAME_SURFACE, near_distance
from .embedded import Embedded
from .exr import squared
from .holes import filled
from .images import SIDEWAYS, Picture, read_picture, repaired, to_half, upright
from .ink import drawn, even
from .lights import unclipped
from .source import check_declared, check_shape, existing, name_of

PROXY = 60_000
"""Pixels of a proxy at the most: twice 30 pictures a second of it can be drawn without a GPU."""

_WINDOW = 3
"""Pixels to each side that are asked for the depth of a point."""
_BESIDE = ("_depth", "-depth", ".depth", "_z")
_ASPECT_TOLERANCE = 0.03
"""Depth maps are rounded to other grids than pictures (multiples of 14 or 32 pixels); a crop differs by more."""


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """A picture with depth and lens. Arrays are read-only; row 0 is on top, the centre of pixel i lies at i + 0.5.

    color            float16 (h, w, 3), scene-linear, sRGB primaries; above 1 where the file has it; alpha over black, of a
                     drawing over white
    depth            float32 (h, w), planar metres at every pixel, inf for sky
    known            bool (h, w), where depth was measured and not filled
    focal_length     millimetres
    sensor_width     millimetres; the picture's width spans it
    principal_point  (x, y) pixels of the plate from the top left corner
    digest           SHA-256 of pixels, depth and lens, in hexadecimal: equal plates, equal digest
    path             of the picture, or None
    full_size        (width, height) of the picture as its file holds it, upright: what a person counts; the plate is smaller
                     where it was reduced, and everything asked of it is in pixels of its own
    depth_path       of the depth's file, named or found beside the picture; None: its depth lies in the picture
    notes            plain sentences on what was assumed
    kind, source     what the depth was in its file, and where it was found
    relative         whether nothing says that its unit is the metre, so that only ratios of distances are known
    confidence       mean confidence that the camera gave its depth, 0 to 1, or None
    adjustments      scale and repairs that are applied to the depth
    unadjusted       the plate without them, None where there are none; `measured` is the plate as it was measured, always
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
    kind: str = "metres"
    source: str = ""
    relative: bool = False
    confidence: float | None = None
    adjustments: Adjustments = Adjustments()
    unadjusted: Plate | None = field(default=None, repr=False)
    full_size: tuple[int, int] = (0, 0)
    depth_path: Path | None = None

    @classmethod
    def open(cls, image, depth=None, depth_kind: str | None = None, focal_length: float | None = None,
             sensor_width: float | None = None, principal_point: tuple[float, float] | None = None, *,
             near: float | None = None, far: float | None = None, baseline: float | None = None,
             doffs: float = 0.0, ray: bool | None = None, adjustments: Adjustments | None = None) -> Plate:
        """Open a picture and its depth. Raises PushinError with one sentence on whatever is wrong.

        image            path of a PNG, TIFF, JPEG, WebP, HEIC or EXR
        depth            path of an EXR, PNG, TIFF, PFM or NPY; None: the depth inside the picture's file, or a map
                         beside it that is named like it with _depth
        depth_kind       one of `depth.KINDS`, such as metres, disparity (pixels of the depth map) or inverse (near is
                         bright); told or guessed from the file when None
        focal_length     millimetres, of the lens that took the picture; from EXIF or an EXR's header when None
        sensor_width     millimetres; from there, too, when None
        principal_point  (x, y) pixels of the picture as the file holds it, upright; None: as an EXR's header says, the centre
        near, far        metres, of relative depth;  baseline, doffs  metres and pixels, of disparity
        ray              whether distances run along the rays and not the axis; told from the depth itself when None
        adjustments      scale and repairs to apply; None: those saved beside the picture
        """
        if not isinstance(adjustments, Adjustments | None):
            raise PushinError("Adjustments are what a plate has as such; leave them out for those saved beside the picture.")
        if not isinstance(ray, bool | np.bool_ | None):
            raise PushinError(f"Whether distances run along the rays is True, False or None, and not {ray!r:.40}.")
        near, far, baseline, doffs = depths.checked(near, far, baseline, doffs)
        image, depth = existing(image), None if depth is None else existing(depth)
        picture, name = read_picture(image), name_of(image)
        lens, assumed = lenses.resolve(name, picture.lens, picture.full_size, focal_length, sensor_width)
        found, depth_path, looked = _depth_of(image, picture, depth)
        notes, values, source = [*picture.notes, *assumed, *looked], found.values, name_of(depth_path or image)
        told = depth_kind is None and found.kind is not None
        if told:
            depth_kind = found.kind
        elif depth_kind is None:
            depth_kind = depths.guessed_kind(values, near, far, baseline)
            notes.append(f"The kind of depth in {source} was not given; its {values.dtype} numbers are taken as {depth_kind}"
                         + ("; if somebody painted them, as for a drawing, say --depth-kind painted." if depth_kind == "inverse" else "."))
        elif depth_kind != found.kind:
            notes = [note for note in notes if note not in found.notes[-1:]]
        depths.check_used(source, depth_kind, near=near, far=far, baseline=baseline)
        relative = near is None and (found.relative if told else depth_kind in depths.RELATIVE)
        if principal_point is None and any(lens.shift):
            principal_point = lens.principal_point(picture.full_size)
        point = None if principal_point is None else _point(principal_point)
        point_at = lambda width: point and tuple(v * (width / picture.full_size[0]) for v in point)
        size, focal = picture.color.shape[1::-1], lens.focal_length / lens.sensor_width      # of the width
        numbers = _reduced(found, size)
        to_metres = lambda numbers: depths.to_metres(source, numbers, depth_kind, focal * values.shape[1], near, far, baseline, doffs,
                                                     found.rendered)
        metres = to_metres(numbers)
        if depth_kind in depths.RELATIVE and (sharp := _sharp(numbers, to_metres, picture, focal, depth_kind)):
            metres, wide = sharp
            notes.append(f"The edges of {source} are about {wide:.0f} pixels wide, as a soft brush paints them; they were made sharp. "
                         f"What is thinner than that needs a harder brush.")
        if found.opaque is not None:
            notes.append(f"Where {source} is transparent its depth is taken as unknown.")
        height, width = metres.shape
        center = point_at(width) or (width / 2, height / 2)
        if ray is None:
            stated = found.ray and depth_kind == found.kind
            ray = stated or (depth_kind in ("metres", "centimetres") and values.dtype.kind == "f" and not found.relative
                             and depths.along_rays(metres, focal * width, center))
            if ray:
                by = "as its file says" if stated else "by its flat surfaces"
                notes.append(f"The depth of {source} is distance along the ray, {by}, and was turned into depth along the axis; "
                             f"--planar takes it as it is.")
        if ray:
            metres = depths.planar(metres, focal * width, center)
        coarse = values.dtype == np.uint8 or found.coarse
        color = unclipped(picture.color) if picture.clips or picture.color.max() <= 1 else picture.color
        if picture.clear is not None:
            ground = "black"        # as renders are premultiplied
            if depth_kind == "painted" or _is_drawing(picture, metres, focal):
                color, ground = _on_paper(color, picture.clear), "white, as the paper of a drawing"
            notes.append(f"{name} is transparent in places and was laid over {ground}.")
        plate = cls._made(color, metres, lens, point_at(size[0]), image, notes, coarse)
        plate = replace(plate, kind=depth_kind, source=found.source, relative=relative, confidence=found.confidence,
                        full_size=picture.full_size, depth_path=depth_path)
        if relative:
            plate = replace(plate, notes=(*plate.notes, unscaled(plate)))
        if adjustments is None:
            adjustments, said = Adjustments.load(image)
            if relative and not adjustments.anchors and (anchor := focus_anchor(picture.exif, plate)):
                adjustments = replace(adjustments, anchors=(anchor,))
                said += (f"{name} was focused at {anchor.metres:.3g} m, which sets its scale.",)
            plate = replace(plate, notes=plate.notes + said)
        return adjusted(plate, adjustments, forgiving=True)

    def with_depth(self, depth: np.ndarray, **changes) -> Plate:
        """The same picture over another depth, float32 (h, w) metres, inf for sky."""
        depth = np.ascontiguousarray(depth, np.float32)
        depth.flags.writeable = False
        digest = _digest(self.color, depth, self.known, self.focal_length, self.sensor_width, self.principal_point)
        return replace(self, depth=depth, digest=digest, **changes)

    def reduced(self, step: int) -> Plate:
        """The same plate with one pixel for step x step: colour as their mean, the rest as that of the middle one, for a mean of
        two surfaces is on neither."""
        pad = (0, -self.height % step), (0, -self.width % step)
        color = np.pad(self.color, (*pad, (0, 0)), mode="edge").astype(np.float32)
        size = color.shape[1] // step, color.shape[0] // step
        middle = lambda values: np.ascontiguousarray(np.pad(values, pad, mode="edge")[step // 2::step, step // 2::step])
        small = replace(self, color=to_half(cv2.resize(color, size, interpolation=cv2.INTER_AREA)), known=middle(self.known),
                        sensor_width=self.sensor_width * size[0] * step / self.width, unadjusted=None,
                        principal_point=tuple(v / step for v in self.principal_point))
        small.color.flags.writeable = small.known.flags.writeable = False
        return small.with_depth(middle(self.depth))

    def proxy(self) -> Plate:
        """The plate in at most PROXY pixels, for pictures that have to be quick."""
        return self.reduced(ceil((self.width * self.height / PROXY) ** 0.5))

    @property
    def measured(self) -> Plate:
        """The plate as it was measured, without scale and repairs."""
        return self.unadjusted or self

    @classmethod
    def from_arrays(cls, color, depth, focal_length: float = 35.0, sensor_width: float = 36.0,
                    principal_point: tuple[float, float] | None = None) -> Plate:
        """A plate of arrays: color (h, w, 3) scene-linear, depth metres (any size of the same shape).

        Depth follows the rules of files: 0, negative and NaN are unknown and filled, inf is sky where it is a region.
        """
        if np.iscomplexobj(color) or np.iscomplexobj(depth):
            raise PushinError("A plate is made of real numbers, and not of complex ones.")
        try:
            with np.errstate(over="ignore"):
                color, values = np.asarray(color, np.float32), np.asarray(depth)
                values = values if values.dtype.kind in "iuf" else values.astype(np.float32)
        except (TypeError, ValueError):
            raise PushinError("A plate is made of arrays of numbers.") from None
        if color.ndim != 3 or color.shape[2] != 3 or values.ndim != 2 or 0 in values.shape:
            raise PushinError("A plate needs colour of shape (h, w, 3) and depth of shape (h, w).")
        size = color.shape[1::-1]
        check_declared(Path("The picture"), *size)
        check_shape("The picture", *size)
        if not _alike(values, size):
            raise PushinError("The depth has another shape than the picture.")
        planes, bad = zip(*(repaired(color[..., i]) for i in range(3)))
        if max(bad) == color[..., 0].size:
            raise PushinError("The picture holds no valid pixels, only NaN.")
        lens, _ = lenses.resolve("The picture", None, size, focal_length, sensor_width)
        metres = depths.to_metres("The depth", upsample.reduced(values, size), "metres", 1.0)
        return cls._made(to_half(np.dstack(planes)), metres, lens, principal_point, None, [])

    @classmethod
    def _made(cls, color, metres, lens, principal_point, path, notes, coarse=False) -> Plate:
        """Depth brought to the picture's size and filled, everything frozen and named by its content.

        coarse: whether it was stored in so few codes that surfaces are terraces
        """
        color = np.ascontiguousarray(color)
        height, width = color.shape[:2]
        known = metres > 0
        with np.errstate(divide="ignore"):
            disparity = filled(np.where(known, 1 / metres, 0).astype(np.float32), known)
            even = upsample.unquantised(disparity) if coarse else disparity
            fitted = upsample.fitted(even, color, known)
            if fitted is disparity:
                depth = np.where(known, metres, 1 / disparity)
            else:
                depth, known = 1 / fitted, upsample.sampled(known, (width, height))
        depth, known = np.ascontiguousarray(depth, np.float32), np.ascontiguousarray(known)
        depth[depth >= depths.SKY_METRES] = np.inf
        point = (width / 2, height / 2) if principal_point is None else _point(principal_point)
        if not (-width <= point[0] <= 2 * width and -height <= point[1] <= 2 * height):
            raise PushinError("The principal point lies far outside the picture; give it in pixels from the top left "
                              "corner.")
        for array in (color, depth, known):
            array.flags.writeable = False
        digest = _digest(color, depth, known, lens.focal_length, lens.sensor_width, point)
        return cls(color, depth, known, lens.focal_length, lens.sensor_width, point, digest, path, tuple(notes),
                   full_size=(width, height))

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
    def focal_pixels(self) -> float:
        """The focal length in pixels."""
        return self.focal_length / self.sensor_width * self.width

    @property
    def reduction(self) -> float:
        """Pixels of `full_size` to one of the plate: 1, or more where the picture was reduced."""
        return self.full_size[0] / self.width

    @property
    def disparity(self) -> np.ndarray:
        """1 / depth in 1/m, float32 (h, w), 0 for sky; computed at every call."""
        return 1 / self.depth

    def depth_at(self, xy: tuple[float, float]) -> float:
        """Metres of the surface at a point in pixels of the plate, inf for sky: the median of its neighbours on that surface.

        Raises PushinError outside the picture.
        """
        x, y = _point(xy)
        if not (0 <= x <= self.width and 0 <= y <= self.height):
            raise PushinError(f"The point {x:g}, {y:g} lies outside the picture of {self.width} x {self.height}.")
        column, row = min(int(x), self.width - 1), min(int(y), self.height - 1)
        window = 1 / self.depth[max(row - _WINDOW, 0):row + _WINDOW + 1, max(column - _WINDOW, 0):column + _WINDOW + 1]
        center = 1 / self.depth[row, column]
        same = window[np.abs(window - center) <= SAME_SURFACE * np.maximum(window, center)]
        median = float(np.median(window if same.size < _WINDOW else same))
        return 1 / median if median > 0 else float("inf")


def _depth_of(image: Path, picture: Picture, depth: Path | None) -> tuple[Embedded, Path | None, list[str]]:
    """A picture's depth in its shape, that of a file of its own, or of one beside it, or its own; that file, or None; and notes."""
    path = beside(image) if depth is None and picture.depth is None else depth
    name, source = name_of(image), name_of(path or image)
    notes = [f"{source} lies beside {name} and is taken as its depth."] if path != depth else []
    found = picture.depth if path is None else depths.read_values(path)
    if found is None:
        raise PushinError(picture.unusable or f"{name} has no depth inside: give a depth map with --depth FILE, or estimate one with "
                          f"`pushin depth {name}`.")
    arrays = found.values, found.opaque
    if path is not None:
        notes += found.notes
        stored = picture.full_size[::-1] if picture.orientation in SIDEWAYS else picture.full_size
        if _alike(arrays[0], stored) and not _alike(arrays[0], picture.full_size):
            arrays = [a if a is None else upright(a, picture.orientation) for a in arrays]
    if picture.aspect != 1 and not _alike(arrays[0], picture.full_size):       # a map of the file's own pixels
        stretched = squared(arrays[0].shape[::-1], picture.aspect)
        arrays = [a if a is None else upsample.sampled(a, stretched) for a in arrays]
    found = replace(found, values=arrays[0], opaque=arrays[1])
    if not _alike(found.values, picture.full_size):
        raise PushinError(f"{source} is {found.values.shape[1]} x {found.values.shape[0]} and {name} is "
                          f"{picture.full_size[0]} x {picture.full_size[1]}, which is another shape; "
                          f"give a depth map of the same crop.")
    return found, path, notes


def _reduced(found: Embedded, size: tuple[int, int]) -> np.ndarray:
    """A depth's numbers, no more than a plate of that (width, height) has; NaN where their alpha says that they are none."""
    values = upsample.reduced(found.values, size)
    return values if found.opaque is None else np.where(upsample.reduced(found.opaque, size), values, np.float32(np.nan))


def _sharp(numbers: np.ndarray, to_metres, picture: Picture, focal: float, kind: str) -> tuple[np.ndarray, float] | None:
    """Metres float32 (h, w) of a relative map that was painted with a soft brush, its edges as steps, and over how many pixels they ran;
    None where it was not: edges are narrow, or nobody says that it is painted and the picture is no drawing.

    numbers    (h, w), the file's; to_metres makes metres of them
    focal      focal length in widths of the picture
    """
    numbers = numbers.astype(np.float32)
    if not np.isfinite(numbers).all() or not (wide := brush.softness(numbers)) > brush.SOFT:
        return None
    painted = kind == "painted"
    if not painted and not even(perceptual(_on_paper(picture.color, picture.clear)), picture.clear):
        return None
    metres = to_metres(brush.hardened(numbers, wide))
    return (metres, wide) if painted or _is_drawing(picture, metres, focal) else None


def _is_drawing(picture: Picture, metres: np.ndarray, focal: float) -> bool:
    """Whether a picture is a drawing by its depth, metres float32 (h, w), 0 where unknown; focal length in widths of the picture."""
    disparity = np.divide(1, metres, out=np.zeros_like(metres), where=metres > 0)
    disparity *= np.float32(near_distance(disparity))
    return drawn(disparity, perceptual(_on_paper(picture.color, picture.clear)), focal * metres.shape[1], picture.clear)


def _on_paper(color: np.ndarray, clear: np.ndarray | None) -> np.ndarray:
    """A picture, float16 (h, w, 3), that lies over black where so much of it is transparent, float32 (h, w), over white."""
    return color if clear is None else to_half(color + clear[..., None])


def beside(image: Path) -> Path | None:
    """A depth map beside a picture, named like it with one of _BESIDE; None where there is none."""
    for ending in _BESIDE:
        for suffix in (".png", ".tif", ".tiff", ".exr", ".pfm", ".npy"):
            path = image.with_name(image.stem + ending + suffix)
            if path != image and os.path.isfile(path):     # no error where the longer name is too long for a file
                return path
    return None


def _digest(color, depth, known, *lens) -> str:
    digest = hashlib.sha256(repr((color.shape, *lens)).encode())
    for array in (color, depth, known):
        digest.update(array.data)
    return digest.hexdigest()


def _alike(values: np.ndarray, size: tuple[int, int]) -> bool:
    """Whether a map has the shape of a picture, up to the rounding of its own grid."""
    ratio = values.shape[1] / values.shape[0] * size[1] / size[0]
    return abs(np.log(ratio)) < _ASPECT_TOLERANCE


def _point(xy) -> tuple[float, float]:
    point = real(xy)
    if point.shape != (2,) or not np.isfinite(point).all():
        raise PushinError(f"A point is two numbers, x and y in pixels, and not {xy!r:.40}.")
    return tuple(point.tolist())
