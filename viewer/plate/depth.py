"""Depth as files hold it, to planar metres at every pixel of the picture.

Four steps, each a function: `read_values` (file to numbers), `to_metres` (numbers to metres by their kind), `holes.filled`
(unknown depth continues the background) and `upsample.fitted` (another size than the picture, without inventing depths
between two surfaces). Filling and fitting work on disparity 1/Z, in which a plane is linear and the sky is 0.

Unknown and sky
    0, negative numbers and NaN are unknown. Finite depths of SKY_METRES and more (renderers write 1e10) are sky,
    always, and so is 65504, half float's greatest, in EXR in every unit, also where it has become single precision.
    Infinity is read in two ways, for renderers write it for sky and stereo for failure: in EXR, the renderers' format,
    it is sky; in other metric files, an infinite region is sky when it is at least SKY_SHARE of the frame, or touches
    the frame's top with at least SKY_SHARE_TOP of it; so is whatever infinity lies within SKY_REACH of such a region,
    the gaps between leaves. Any other infinity is unknown. In disparity and inverse files, infinity is unknown.
"""
from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np

from ..counted import real
from ..errors import PushinError
from . import exr
from .embedded import Embedded
from .images import HALF_MAX, read_grey
from .lens import positive
from .scale import LINEAR
from .source import check_declared, name_of, reading

KINDS = ("metres", "centimetres", "millimetres", "dioptres", "disparity", "inverse", "inverted", "linear", "painted")
"""Distances; 1/metres; pixels of a stereo pair; and relative ones between near and far: linear in 1/Z with near bright
(inverse, what networks estimate) or dark (inverted), or linear in Z with near dark (linear) or bright (painted, as by hand)."""
RELATIVE = ("inverse", "inverted", *LINEAR)
ASSUMED_RANGE = (1.0, 10.0)
"""Metres from the nearest to the farthest point of a relative map of which nobody said more."""
_METRES = {"metres": 1.0, "centimetres": 1e-2, "millimetres": 1e-3}
NEAREST_METRES = 1e-3
"""Anything nearer is no measurement but noise around 0, and unknown."""
SKY_METRES = 1e6
SKY_SHARE = 0.01
"""Failed stereo leaves regions of up to 0.3 % of the frame (Middlebury, Motorcycle); a window with sky is larger."""
SKY_SHARE_TOP = 0.001
SKY_REACH = 0.02
"""Of the frame's longest side."""
_FLAT, _FLAT_SHARE = 0.1, 0.02
"""Of the square of an angle, under which a second difference is none, and the share of the picture that is flat by it, at the
least, before anything is said of it."""
_PFM = re.compile(rb"(P[Ff])\s+(\d{1,9})\s+(\d{1,9})\s+([-+]?[0-9.eE+-]{1,30})\s")


def read_values(path: Path) -> Embedded:
    """The numbers of a depth file, (h, w), in the file's own type, row 0 on top, and the kind that its own words tell
    of. Raises PushinError."""
    opaque = None
    with reading(path):
        with open(path, "rb") as file:
            magic = file.read(6)
        if magic[:4] == exr.MAGIC:
            return _from_exr(path)
        if magic == b"\x93NUMPY":
            values = _from_npy(path)
        elif magic[:2] in (b"Pf", b"PF"):
            values = _from_pfm(path)
        else:
            values, opaque = read_grey(path)
    return Embedded(values, None, name_of(path), opaque=opaque)


def guessed_kind(values: np.ndarray, near, far, baseline) -> str:
    """The kind of a depth file that nobody named.

    A baseline is asked for by disparity only, near and far by relative depth only; otherwise floats are metres, 8 bits
    relative inverse depth and longer integers millimetres, unless they fill their whole range, as what was stretched
    to it does.
    """
    if baseline is not None:
        return "disparity"
    if values.dtype.kind == "f":
        return "metres"
    stretched = values.dtype == np.uint16 and values.max() >= 65280 and values.min() < 256
    ranged = near is not None or far is not None
    return "inverse" if ranged or stretched or values.dtype.itemsize == 1 else "millimetres"


def checked(near, far, baseline, doffs) -> tuple:
    """What is told of relative depth and of disparity, as floats or None; refuses what is no such number."""
    near, baseline = (None if told is None else positive(told, what) for told, what in ((near, "near distance"), (baseline, "baseline")))
    far = far if far is None or real(far).tolist() == np.inf else positive(far, "far distance")
    shift = real(doffs)
    if shift.ndim or not np.isfinite(shift):
        raise PushinError(f"The doffs must be a number, and not {doffs!r:.40}.")
    return near, far, baseline, float(shift)


def check_used(name: str, kind: str, **told) -> None:
    """Refuses a near, far or baseline that a kind of depth has no use for: whoever tells it takes the file for another."""
    uses = ("near", "far") if kind in RELATIVE else ("baseline",) if kind == "disparity" else ()
    idle = next((word for word, value in told.items() if value is not None and word not in uses), None)
    if idle and kind in KINDS:
        wants = "disparity" if idle == "baseline" else f"{', '.join(RELATIVE[:-1])} or {RELATIVE[-1]}"
        raise PushinError(f"{name} is taken as {kind}, which has no use for {idle}: leave that out, or say that the depth kind "
                          f"is {wants}, with --depth-kind.")


def to_metres(name: str, values: np.ndarray, kind: str, focal_pixels: float, near=None, far=None, baseline=None,
              doffs: float = 0.0, rendered: bool = False) -> np.ndarray:
    """Metres, float32 (h, w): 0 where unknown, inf for sky. Raises PushinError.

    focal_pixels  focal length in pixels of the depth map, for disparity: Z = focal_pixels * baseline / (d + doffs)
    near, far     metres of the nearest and farthest value of a relative map: 1/Z (or Z, of a linear one) is linear
                  between them over the range of the file's values; far may be infinite, and a map of one value lies
                  at near; ASSUMED_RANGE where neither is given
    baseline      metres between the two cameras;  doffs  pixels between their principal points
    rendered      whether a renderer made it, and infinity of a metric kind is sky
    """
    if kind not in KINDS:
        raise PushinError(f"There is no depth kind {str(kind)[:40]!r}; use one of {', '.join(KINDS)}.")
    with np.errstate(all="ignore"):
        if kind == "disparity":
            if baseline is None:
                raise PushinError(f"{name} is disparity, which needs the baseline between both cameras in metres.")
            scale = focal_pixels * baseline
            shifted = values.astype(np.float32) + doffs
            metres = np.where(np.isfinite(shifted) & (shifted > 0), scale / shifted, 0)
        elif kind == "dioptres":
            values = values.astype(np.float32)
            zero = np.isfinite(values) & (values == 0)
            metres = np.where(np.isfinite(values) & (values > 0), 1 / values, 0)
            metres[_sky(zero)] = np.inf
        elif kind in RELATIVE:
            disparity = _ranged(name, values, near, far, kind)
            metres = np.where(np.isnan(disparity), 0, 1 / disparity)
        else:
            metres = values.astype(np.float32) * np.float32(_METRES[kind])
            if rendered or values.dtype == np.float16 and kind != "millimetres":
                metres[values == HALF_MAX] = np.inf
            if not rendered:
                infinite = np.isposinf(values)      # in the file itself: doubles beyond single precision are finite, and sky
                metres[infinite & ~_sky(infinite)] = 0
        metres = np.where(metres >= NEAREST_METRES, metres, 0).astype(np.float32)
        metres[metres >= SKY_METRES] = np.inf
    if not (np.isfinite(metres) & (metres > 0)).any():
        numbers = values[np.isfinite(values)]
        low, high = (numbers.min(), numbers.max()) if numbers.size else (0, 0)
        found = ("it holds only NaN or infinity" if not numbers.size else f"all its numbers are {low:g}" if low == high else
                 f"its numbers go from {low:g} to {high:g}")
        raise PushinError(f"{name} holds no known depth as {kind}, which lies between 1 mm and 1000 km: {found}; check the "
                          f"file and its depth kind.")
    return metres


def planar(metres: np.ndarray, focal_pixels: float, center: tuple[float, float]) -> np.ndarray:
    """Depth along the axis, float32 (h, w), of distances along each pixel's ray: Z = r / sqrt(1 + (x^2 + y^2) / f^2).

    focal_pixels  focal length, and center (x, y) the principal point, in pixels of the map
    """
    return (metres / _stretch(metres.shape, focal_pixels, center)).astype(np.float32)


def along_rays(metres: np.ndarray, focal_pixels: float, center: tuple[float, float]) -> bool:
    """Whether a map's numbers are distances along the ray: its flat surfaces are flat only as such.

    In disparity a plane is linear. Over a 24th of the width its second differences are next to nothing in the right
    reading, and in the other one about the square of the angle; counted is where they are. Noisy or curved scenes say
    nothing, and are planar.
    """
    step = max(metres.shape[1] // 24, 2)
    if min(metres.shape) < 6 * step:
        return False
    flat = []
    with np.errstate(all="ignore"):
        for scale in (1, _stretch(metres.shape, focal_pixels, center)):
            d = np.where((metres > 0) & np.isfinite(metres), scale / metres.astype(float), np.nan)
            bends = [np.abs(z[:, :-2 * step] - 2 * z[:, step:-step] + z[:, 2 * step:]) / z[:, step:-step] for z in (d[::4], d[:, ::4].T)]
            flat.append(np.mean([np.mean(bend < _FLAT * (step / focal_pixels) ** 2) for bend in bends]))
    planar, rays = flat
    return bool(rays > _FLAT_SHARE and rays > 3 * planar)


def _from_exr(path: Path) -> Embedded:
    file = exr.read_exr(path)
    found = file.depth()
    if found is not None:
        return found
    values = file.only()
    if values is None:
        raise PushinError(f"{name_of(path)} has no depth channel among {file.names()}; name it Z.")
    return Embedded(values, None, name_of(path), rendered=True)


def _from_npy(path: Path) -> np.ndarray:
    with open(path, "rb") as file:
        version = np.lib.format.read_magic(file)
        header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = header(file)
        if dtype.kind not in "fiu" or dtype.itemsize > 8:
            raise PushinError(f"{name_of(path)} holds {dtype.kind == 'O' and 'pickled objects' or 'no plain numbers'}, "
                              f"which are never opened; save an array of float32 metres.")
        plane = [n for n in shape if n != 1]
        if len(plane) != 2:
            raise PushinError(f"{name_of(path)} has the shape {tuple(shape)[:6]}; save one plane of (height, width).")
        check_declared(path, plane[1], plane[0], dtype.itemsize)
    # Mapped first, so that a header that promises more than the file holds fails before memory is taken.
    return np.array(np.load(path, mmap_mode="r", allow_pickle=False), dtype.newbyteorder("=")).reshape(plane)


def _from_pfm(path: Path) -> np.ndarray:
    """Portable float map: rows from the bottom up, little-endian where the scale is negative (Debevec)."""
    with open(path, "rb") as file:
        match = _PFM.match(file.read(256))
        if match is None:
            raise PushinError(f"{name_of(path)} has no valid PFM header; export it again.")
        width, height, channels = int(match[2]), int(match[3]), 3 if match[1] == b"PF" else 1
        check_declared(path, width, height, 4 * channels)
        if path.stat().st_size - match.end() < 4 * width * height * channels:
            raise PushinError(f"{name_of(path)} is cut off; copy it again.")
        file.seek(match.end())
        values = np.fromfile(file, "<f4" if float(match[4]) < 0 else ">f4", width * height * channels)
    values = values.reshape(height, width, channels)[::-1].astype(np.float32)
    if not np.array_equal(values, np.broadcast_to(values[..., :1], values.shape), equal_nan=True):
        raise PushinError(f"{name_of(path)} is a colour picture and not a depth map; give one grey channel.")
    return values[..., 0]


def _ranged(name: str, values: np.ndarray, near, far, kind: str) -> np.ndarray:
    """Disparity of relative depth: the file's range spread over 1/far to 1/near, NaN where unknown."""
    if near is None and far is None:
        near, far = ASSUMED_RANGE
    if near is None or far is None:
        raise PushinError(f"{name} is relative depth, which needs near and far: "
                          f"the metres to its nearest and to its farthest point.")
    if near >= far:
        raise PushinError(f"The near distance of {near:g} m must be less than the far distance of {far:g} m.")
    if kind in LINEAR and np.isinf(far):
        raise PushinError(f"The far distance of {name} cannot be infinite, for {kind} depth is linear in distance; give it in metres.")
    values = values.astype(np.float32)
    valid = np.isfinite(values)
    if not valid.any():
        return np.full(values.shape, np.nan, np.float32)
    low, high = float(values[valid].min()), float(values[valid].max())
    if low == high:
        return np.where(valid, np.float32(1 / near), np.float32(np.nan))
    share = (values - low) / (high - low)
    share = 1 - share if kind in ("inverted", "painted") else share
    if kind in LINEAR:
        return np.where(valid, 1 / (near + share * (far - near)), np.nan)
    return np.where(valid, 1 / far + share * (1 / near - 1 / far), np.nan)


def _stretch(shape, focal_pixels, center) -> np.ndarray:
    """Distance along its ray to that along the axis, of every pixel, float32 (h, w)."""
    x = (np.arange(shape[1], dtype=np.float32) + 0.5 - center[0]) / focal_pixels
    y = (np.arange(shape[0], dtype=np.float32) + 0.5 - center[1]) / focal_pixels
    return np.sqrt(1 + x ** 2 + y[:, None] ** 2)


def _sky(infinite: np.ndarray) -> np.ndarray:
    """Which infinite pixels are sky and not failures, bool (h, w); the rule is at the head of this module."""
    if not infinite.any():
        return infinite
    count, labels, stats, _ = cv2.connectedComponentsWithStats(infinite.astype(np.uint8), connectivity=8)
    area = stats[:, cv2.CC_STAT_AREA] / infinite.size
    sky = (area >= SKY_SHARE) | (area >= SKY_SHARE_TOP) & (stats[:, cv2.CC_STAT_TOP] == 0)
    sky[0] = False
    certain = sky[labels]
    if not certain.any():
        return certain
    reach = cv2.distanceTransform((~certain).astype(np.uint8), cv2.DIST_L2, 3)
    return infinite & (reach <= SKY_REACH * max(infinite.shape))
