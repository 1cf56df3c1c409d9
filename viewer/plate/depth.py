"""Depth as files hold it, to planar metres at every pixel of the picture.

Four steps, each a function: `read_values` (file to numbers), `to_metres` (numbers to metres by their kind), `holes.filled`
(unknown depth continues the background) and `fitted` (another size than the picture, without inventing depths
between two surfaces). Filling and fitting work on disparity 1/Z, in which a plane is linear and the sky is 0.

Unknown and sky
    0, negative numbers and NaN are unknown. Finite depths of SKY_METRES and more (renderers write 1e10; 65504 in half
    float) are sky, always. Infinity is read in two ways, for renderers write it for sky and stereo for failure: in EXR,
    the renderers' format, it is sky; in other metric files, an infinite region is sky when it is at least SKY_SHARE of
    the frame, or touches the frame's top with at least SKY_SHARE_TOP of it; so is whatever infinity lies within
    SKY_REACH of such a region, the gaps between leaves. Any other infinity is unknown. In disparity and inverse files,
    infinity is unknown.
"""
from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np

from ..counted import real
from ..errors import PushinError
from . import cache, exr
from .colour import perceptual
from .edges import SAME_SURFACE, components
from .embedded import Embedded
from .holes import TINY, membrane
from .images import read_grey
from .lens import positive
from .restore import restored
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
            if values.dtype == np.float16 and kind != "millimetres":
                metres[values >= 65504] = np.inf
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


def unquantised(disparity: np.ndarray) -> np.ndarray:
    """Disparity that was stored in few codes, 8 bits for most, without its terraces, float32 (h, w).

    Where a code meets the next one lies the value between both; in between it runs smoothly from one such line to the
    next (Laplace's equation), never leaving its code. A surface within one code keeps it. Others come back as they are.
    """
    codes, code = np.unique(disparity, return_inverse=True)
    level = [(np.diff(disparity, axis=axis) == 0).mean() for axis in (0, 1)]
    if not _CODES[0] <= len(codes) <= _CODES[1] or min(level) < _LEVEL:
        return disparity
    code = code.reshape(disparity.shape).astype(np.int32)
    # The codes of a file are evenly spaced, or those of a curve; a code that no pixel has makes a wider step.
    steps = np.diff(codes)
    wide = steps > 1.6 * np.minimum(np.append(steps[1:], np.inf), np.append(np.inf, steps[:-1]))
    code = np.append(0, np.cumsum(1 + wide))[code].astype(np.int32)
    padded = np.pad(code, 1, mode="edge")
    up, down, edge = np.zeros((3, *code.shape), bool)
    for y, x in ((0, 1), (2, 1), (1, 0), (1, 2)):
        step = padded[y:y + code.shape[0], x:x + code.shape[1]] - code
        up |= step == 1
        down |= step == -1
        edge |= np.abs(step) > 1
    right, below = np.zeros((2, *code.shape), bool)
    right[:, :-1], below[:-1] = code[:, 1:] != code[:, :-1], code[1:] != code[:-1]
    label = components(right, below)
    rises, falls = (np.bincount(label[m], minlength=label.max() + 1) > 0 for m in (up, down))
    line = up | down | edge
    away = cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, 5)
    held = line | (~(rises & falls)[label] & (away >= _HOLD))
    share = membrane((0.5 * up - 0.5 * down).astype(np.float32), held, held).clip(-0.5, 0.5)
    at = np.searchsorted(codes, disparity)
    higher, lower = codes[(at + 1).clip(0, len(codes) - 1)], codes[(at - 1).clip(0)]
    rise = np.where(share > 0, higher - disparity, disparity - lower)
    return (disparity + share * rise).astype(np.float32)


def sharpened(disparity: np.ndarray) -> np.ndarray:
    """A soft map's edges as steps, float32 (h, w); maps whose edges are steps come back as they are.

    What lies between the two surfaces of a ramp is moved to the one whose value is closer, from both ends inwards
    (Kramer and Bruckner, "Iterations of a non-linear transformation for enhancement of digital images", 1975), so that
    the step lands in the middle of the ramp. A ramp is where the range of values stops growing with the window, as on
    a slope it does not.
    """
    margin = 2 * _RAMP
    if min(disparity.shape) <= margin:
        return disparity
    around, beyond, box = (np.ones((n, n), np.uint8) for n in (2 * _RAMP + 1, 2 * margin + 1, 3))
    padded = np.pad(disparity, margin, mode="reflect", reflect_type="odd")      # slopes go on beyond the frame
    inside = lambda a: a[margin:-margin, margin:-margin]
    high, low = inside(cv2.dilate(padded, around)), inside(cv2.erode(padded, around))
    step = high - low
    edge = (step > _RAMP_STEP * high) & (inside(cv2.dilate(padded, beyond) - cv2.erode(padded, beyond)) < 1.6 * step)
    ramp = edge & (np.abs(disparity - (high + low) / 2) < 0.48 * step)
    if ramp.sum() < _SOFT * edge.sum() or not edge.any():
        return disparity
    result = disparity
    for _ in range(_RAMP):
        nearer = result - low > high - result
        result = np.where(edge, np.where(nearer, cv2.dilate(result, box), cv2.erode(result, box)), result)
    return result


def fitted(disparity: np.ndarray, color: np.ndarray, known: np.ndarray | None = None) -> np.ndarray:
    """Disparity at the picture's size, float32 (h, w), for a smaller or equal map; color is linear (h, w, 3).

    A smaller one is restored first (`restore`, kept in the cache), in which only what is `known` is believed, bool, None for all of it;
    what a large picture then still lacks in size is bilinear within a surface, which is exact for planes. Where there
    is an edge, each pixel looks at the 4x4 values around it, weighted by distance and by how alike their colours are in
    the reduced picture (Kopf et al., "Joint Bilateral Upsampling", 2007), and takes the mean of the one surface with
    the greatest weight: depth edges land on colour edges and no depth between two surfaces is invented.
    """
    height, width = color.shape[:2]
    if disparity.shape == (height, width):
        return disparity
    guide = perceptual(color)
    disparity = cache.kept(restored, disparity, np.ones(disparity.shape, bool) if known is None else known, guide)
    if disparity.shape == (height, width):
        return disparity
    disparity = sharpened(disparity)
    result = cv2.resize(disparity, (width, height), interpolation=cv2.INTER_LINEAR)
    y, x = (_lattice(n, full) for n, full in zip(disparity.shape, (height, width)))
    rows, columns = np.nonzero(_torn(disparity)[np.floor(y).astype(int) + 1][:, np.floor(x).astype(int) + 1])
    if len(rows) == 0:
        return result
    small = cv2.resize(guide, disparity.shape[::-1], interpolation=cv2.INTER_AREA)
    mixed, chosen = _between(disparity), result.copy()
    for at in range(0, len(rows), _CHUNK):
        r, c = rows[at:at + _CHUNK], columns[at:at + _CHUNK]
        chosen[r, c] = _one_surface(disparity, mixed, small, guide[r, c], y[r], x[c])
    # A vote can go wrong pixel by pixel in noise; a median removes specks and invents nothing.
    calm = cv2.medianBlur(chosen, 3)
    result[rows, columns] = calm[rows, columns]
    return result


def reduced(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A map that is larger than the picture's (width, height), sampled to it; others as they are."""
    return sampled(values, size) if values.shape[0] > size[1] or values.shape[1] > size[0] else values


def sampled(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The nearest value for every pixel of another (width, height); nothing is mixed."""
    height, width = values.shape
    rows = ((np.arange(size[1]) + 0.5) * height / size[1]).astype(int)
    columns = ((np.arange(size[0]) + 0.5) * width / size[0]).astype(int)
    return values[rows[:, None], columns]


# Readers ------------------------------------------------------------------------------------------------------------

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


# Kinds --------------------------------------------------------------------------------------------------------------

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


def planar(metres: np.ndarray, focal_pixels: float, center: tuple[float, float]) -> np.ndarray:
    """Depth along the axis, float32 (h, w), of distances along each pixel's ray: Z = r / sqrt(1 + (x^2 + y^2) / f^2).

    focal_pixels  focal length, and center (x, y) the principal point, in pixels of the map
    """
    return (metres / _stretch(metres.shape, focal_pixels, center)).astype(np.float32)


_FLAT, _FLAT_SHARE = 0.1, 0.02
"""Of the square of an angle, under which a second difference is none, and the share of the picture that is flat by it, at the
least, before anything is said of it."""


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


def _stretch(shape, focal_pixels, center) -> np.ndarray:
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


# Fitting ------------------------------------------------------------------------------------------------------------

_CODES, _LEVEL = (32, 256), 0.3
"""Fewer codes are flat cards, more are fine enough; and terraces are wider than a pixel, both ways."""
_HOLD = 4
"""Pixels from the only rim of a terrace at which it has its code's own value again."""
_RAMP, _RAMP_STEP = 3, 0.08
"""Pixels of a map to each side of an edge that are searched for a ramp, and its relative height: networks and depth
from phones blur edges by up to so many of their own pixels."""
_SOFT = 0.75
"""Share of the pixels beside edges that lie between both sides, from which a map is soft."""
_CHUNK = 16_384
"""Pixels at once, so that their 16 candidates stay in a processor's cache."""
_COLOUR_SIGMA = 14.0
"""Of 255 on a square-root scale: differences of noise and shading, below those between objects."""
_DISTANCE_SIGMA = 1.0
"""In pixels of the depth map."""
_MIXED_WEIGHT = 0.2
"""Values between two surfaces, as resizing and blur leave them, vote with little weight."""
def _lattice(values: int, pixels: int) -> np.ndarray:
    """Where pixel centres lie among the values of a coarser row, in value indices, float32 (pixels,)."""
    return ((np.arange(pixels) + 0.5) * values / pixels - 0.5).astype(np.float32)


def _torn(disparity: np.ndarray) -> np.ndarray:
    """Whether the four values around each corner of the map lie on different surfaces, bool (h + 1, w + 1)."""
    padded = np.pad(disparity, 1, mode="edge")
    corners = np.stack([padded[:-1, :-1], padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]])
    high = corners.max(0)
    return high - corners.min(0) > SAME_SURFACE * high + TINY


def _between(disparity: np.ndarray) -> np.ndarray:
    """Values that lie between two surfaces around them, bool (h, w)."""
    box = np.ones((3, 3), np.uint8)
    high, low = cv2.dilate(disparity, box), cv2.erode(disparity, box)
    step = high - low
    return (step > SAME_SURFACE * high + TINY) & (disparity > low + step / 4) & (disparity < high - step / 4)


def _one_surface(disparity, mixed, small, colour, y, x) -> np.ndarray:
    """The disparity of the surface that each pixel belongs to, float32 (n,); see `fitted`.

    colour uint8 (n, 3) of the pixels on the scale of `small`, the reduced picture; y, x their places in the map.
    """
    height, width = disparity.shape
    colour = colour.astype(np.float32)
    top, left = np.floor(y).astype(int), np.floor(x).astype(int)
    value, weight = np.empty((2, 16, len(y)), np.float32)
    for k in range(16):
        yi, xi = (top + k // 4 - 1).clip(0, height - 1), (left + k % 4 - 1).clip(0, width - 1)
        value[k] = disparity[yi, xi]
        weight[k] = np.where(mixed[yi, xi], np.log(_MIXED_WEIGHT), 0)
        weight[k] -= ((small[yi, xi] - colour) ** 2).sum(-1) / (2 * _COLOUR_SIGMA ** 2)
        weight[k] -= ((yi - y) ** 2 + (xi - x) ** 2) / (2 * _DISTANCE_SIGMA ** 2)
    weight = np.exp(weight - weight.max(0))
    best, chosen = np.zeros((2, len(y)), np.float32)
    for center in value:
        same = weight * (np.abs(value - center) <= SAME_SURFACE * np.maximum(value, center) + TINY)
        votes = same.sum(0)
        better = votes > best
        best[better] = votes[better]
        chosen[better] = (np.einsum("kn,kn->n", same, value) / np.maximum(votes, 1e-12))[better]
    return chosen
