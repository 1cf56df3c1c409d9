"""Depth maps brought to the picture's size: edges as steps on the picture's own edges, and no depth between two surfaces invented.

Everything works on disparity d = 1/Z, in which a plane is linear.
"""
from __future__ import annotations

import cv2
import numpy as np

from . import cache
from .colour import perceptual
from .edges import SAME_SURFACE, components
from .holes import TINY, membrane
from .restore import restored

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
