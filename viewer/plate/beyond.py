"""What lies beyond the plate's frame, and behind everything: the picture continued, ever softer, until only what is farthest is
left of it."""
from __future__ import annotations

import cv2
import numpy as np

from .edges import CUT_SHARE
from .fill import fill_smoothly

CELL = 8
"""Pixels of the plate to one of what is farthest."""

LAMPS = 0.95
"""Share of the picture than which lamps are brighter: nothing shines from where nothing was seen."""


NEARER, INWARDS = 1.01, 1 / 64
"""Times its disparity farther in, by such a share of the frame, from which what meets the frame comes nearer towards it."""


def continue_beyond(color: np.ndarray, disparity: np.ndarray, pad, wide: float) -> tuple[np.ndarray, np.ndarray]:
    """Picture (h, w, 3) and disparity (h, w) continued round the frame by pad ((top, bottom), (left, right)) pixels.

    Beside the frame everything goes on as it is there, if it takes up a good part of the frame's border: a table does, a
    bottle ends. Farther out colours and depths run into each other and turn into those of what is farthest, so that no edge
    and no end of a surface is to be seen. Only the sky stays where it is.

    wide  pixels: what is narrower is not the farthest there is
    """
    (top, bottom), (left, right) = pad
    color, disparity = color.astype(np.float32), disparity.astype(np.float32)
    span = disparity.shape[1]

    def edge(c, d):
        """A border line, opened: colour (n, 3) and disparity (n,)."""
        size = min(max(3, span // 8), len(d))
        opened = cv2.morphologyEx(d[None], cv2.MORPH_OPEN, np.ones((1, size), np.uint8), borderType=cv2.BORDER_REPLICATE)[0]
        stays = d <= opened * (1 + CUT_SHARE) + 1e-4
        at = np.flatnonzero(stays)
        source = at[np.abs(at[None] - np.arange(len(d))[:, None]).argmin(1)] if len(at) else np.arange(len(d))
        return c[source], np.where(stays, d, opened)

    def extend(c, d, before, after):
        """Along the first axis."""
        first, last = edge(c[0], d[0]), edge(c[-1], d[-1])
        rows = lambda line, n: np.repeat(line[None], n, 0)
        return (np.concatenate([rows(first[0], before), c, rows(last[0], after)]),
                np.concatenate([rows(first[1], before), d, rows(last[1], after)]))

    c, d = extend(color, disparity, top, bottom)
    c, d = extend(c.swapaxes(0, 1), d.T, left, right)
    sky = d.T == 0
    picture = soften(np.dstack([c.swapaxes(0, 1), d.T]), pad)
    far = cv2.GaussianBlur(np.dstack(farthest(color, disparity, wide)), (0, 0), 3)
    cells = [[-(-n // CELL) for n in sides] for sides in pad]
    far = soften(np.pad(far, [*cells, (0, 0)], mode="edge"), cells)
    # From cells to pixels: the first of the frame's is the first of its cell.
    h, w = sky.shape
    x, y = np.meshgrid(*((np.arange(n, dtype=np.float32) + sides[0][0] * CELL - sides[1][0] + 0.5) / CELL - 0.5
                         for n, sides in ((w, (cells[1], pad[1])), (h, (cells[0], pad[0])))))
    far = cv2.remap(far, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    picture = picture + fade((h, w), pad) * (far - picture)
    return np.ascontiguousarray(picture[..., :3]), np.where(sky, 0, picture[..., 3])


def goes_on(disparity: np.ndarray, rect: np.ndarray) -> np.ndarray:
    """Whether what lies in rectangles (n, 4: left, top, right, bottom, in its pixels) beyond a disparity (h, w) continues
    something that comes nearer towards the frame, bool (n,): a floor, a table or a side wall does not end just there, where a
    bottle or a book may."""
    h, w = disparity.shape
    x0, y0, x1, y1 = rect.T
    inwards = int(max(h, w) * INWARDS)
    result = np.zeros(len(rect), bool)
    for d, outside, at in ((disparity, y1 <= 0, (x0 + x1) / 2), (disparity[::-1], y0 >= h, (x0 + x1) / 2),
                           (disparity.T, x1 <= 0, (y0 + y1) / 2), (disparity.T[::-1], x0 >= w, (y0 + y1) / 2)):
        edge, inner = (cv2.medianBlur(np.ascontiguousarray(d[i], np.float32)[None], 5)[0] for i in (0, min(inwards, len(d) - 1)))
        nearer = edge > NEARER * inner
        result |= outside & nearer[np.clip(at.astype(int), 0, len(edge) - 1)]
    return result


def farthest(color: np.ndarray, disparity: np.ndarray, wide: float) -> tuple[np.ndarray, np.ndarray]:
    """Colour and disparity of what is left when all is taken away that is near and narrower than `wide` pixels, and the light of
    lamps; one pixel for CELL x CELL."""
    k = CELL
    color = np.minimum(color, np.quantile(color[::4, ::4], LAMPS, axis=(0, 1)).astype(np.float32))
    grow = [(0, -n % k) for n in disparity.shape]
    color, disparity = np.pad(color, [*grow, (0, 0)], mode="edge"), np.pad(disparity, grow, mode="edge")
    h, w = (n // k for n in disparity.shape)
    d = disparity.reshape(h, k, w, k).min((1, 3))
    size = max(int(wide) // k, 1)
    opened = cv2.morphologyEx(d, cv2.MORPH_OPEN, np.ones((size, size), np.uint8), borderType=cv2.BORDER_REPLICATE)
    same = (d < opened + CUT_SHARE * opened + 1e-3).astype(np.float32)[..., None]
    color = fill_smoothly(cv2.resize(color, (w, h), interpolation=cv2.INTER_AREA), same)
    return color, cv2.GaussianBlur(opened, (0, 0), 3)


def soften(picture: np.ndarray, pad) -> np.ndarray:
    """Blurs the padding of a picture (h, w, n), the more the farther from the frame."""
    h, w = picture.shape[:2]
    picture = np.ascontiguousarray(picture)
    away = _away((h, w), pad)
    out = picture
    for sigma in (2, 4, 8, 16, 32):
        if sigma > max(away.max() / 3, 2):
            break
        # A blur that wide is as good on a smaller picture.
        k = max(1, sigma // 2)
        small = cv2.resize(picture, (max(w // k, 1), max(h // k, 1)), interpolation=cv2.INTER_AREA)
        soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma / k), (w, h), interpolation=cv2.INTER_LINEAR)
        out = out + (soft - out) * np.clip(away / (2 * sigma) - 0.5, 0, 1)[..., None]
    return np.where(away[..., None] > 0, out, picture).astype(np.float32)


def fade(shape, pad) -> np.ndarray:
    """Share of what is farthest in what is padded round the frame, float32 (h, w, 1): 0 at the frame, 1 at the rim."""
    t = np.clip(_away(shape, pad) / max(min(n for sides in pad for n in sides), 1), 0, 1)[..., None]
    return t * t * (3 - 2 * t)


def _away(shape, pad) -> np.ndarray:
    """Pixels from the frame, float32 (h, w), of what is padded round it."""
    y, x = (np.maximum(np.maximum(before - at, at - (n - 1 - after)), 0).astype(np.float32)
            for n, at, (before, after) in zip(shape, map(np.arange, shape), pad))
    return np.hypot(y[:, None], x[None])
