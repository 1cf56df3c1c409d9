"""What lies beyond the plate's frame, and behind everything: the picture continued, ever softer, until only what is farthest is
left of it."""
from __future__ import annotations

import cv2
import numpy as np

from .edges import CUT_SHARE
from .fill import coded, fill_smoothly

CELL = 8
"""Pixels of the plate to one of what is farthest."""

LAMPS = 0.95
"""Share of the picture than which lamps are brighter: nothing shines from where nothing was seen."""

STRIP, EDGES, STEEPEST, SPREAD = 24, 3.0, 1.5, 6
"""Pixels before the frame in which the lines that meet it are looked for; weight of edges in depth to those of light; how far a
line may lean; and pixels along the frame to which a line's direction spreads."""


def continue_beyond(color: np.ndarray, disparity: np.ndarray, pad, wide: float) -> tuple[np.ndarray, np.ndarray]:
    """Picture (h, w, 3) and disparity (h, w) continued round the frame by pad ((top, bottom), (left, right)) pixels.

    Beside the frame everything goes on as it is there, along the lines that meet the frame, if it takes up a good part of the
    frame's border: a table does, a bottle ends. Farther out colours and depths run into each other and turn into those of what
    is farthest, so that no edge and no end of a surface is to be seen. Only the sky stays where it is.

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

    def beyond(c, d, count):
        """So many rows that go on from the last one."""
        line, depth = edge(c[-1], d[-1])
        at = _along_lines(c, d, count)
        return line[at], depth[at]

    def extend(c, d, before, after):
        """Along the first axis."""
        first, last = (v[::-1] for v in beyond(c[::-1], d[::-1], before)), beyond(c, d, after)
        return tuple(np.concatenate(rows) for rows in zip(first, (c, d), last))

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


def _along_lines(color: np.ndarray, disparity: np.ndarray, count: int) -> np.ndarray:
    """Which place of the last row each pixel of `count` rows after it continues, int (count, w), along the lines that meet it."""
    high, wide = disparity.shape
    strip = np.s_[max(high - STRIP, 0):]
    guide = [EDGES * np.log(np.maximum(disparity[strip], 1e-3)), coded(color[strip].mean(-1))]
    xx = xy = yy = 0
    for g in guide:
        gy, gx = np.gradient(cv2.GaussianBlur(np.ascontiguousarray(g, np.float32), (0, 0), 1))
        xx, xy, yy = xx + gx * gx, xy + gx * gy, yy + gy * gy
    along = lambda v: cv2.GaussianBlur(v.sum(0, dtype=np.float32)[None], (0, 0), 3, borderType=cv2.BORDER_REPLICATE)[0]
    xx, xy, yy = along(xx), along(xy), along(yy)
    # A line x = slope y + c has no gradient along (slope, 1). It counts as much as it is one, and leads out.
    sure = np.hypot(xx - yy, 2 * xy) * xx / np.maximum(xx + yy, 1e-9)
    slope = np.clip(-xy / np.maximum(xx, 1e-9), -STEEPEST, STEEPEST)
    blur = lambda v: cv2.GaussianBlur(v[None].astype(np.float32), (0, 0), SPREAD, borderType=cv2.BORDER_REPLICATE)[0]
    slope = blur(sure * slope) / (blur(sure) + 1e-5)
    place = np.arange(wide, dtype=np.float32)
    ends = np.maximum.accumulate(place + np.arange(1, count + 1)[:, None] * slope, axis=1)
    return np.stack([np.interp(place, line, place) for line in ends]).round().astype(int) if count else np.zeros((0, wide), int)


RATHER, HARDLY = 0.05, 0.5
"""Weight of the colour of what is a little nearer, and the share of the disparity by which it is: rather that than what is seen
far away from there."""


def farthest(color: np.ndarray, disparity: np.ndarray, wide: float, floor: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Colour and disparity of what is left when all is taken away that is near and narrower than `wide` pixels, and the light of
    lamps; one pixel for CELL x CELL.

    floor  what rises towards the frame is left down to there, in its own colour; else it becomes what lies farther up
    """
    k = CELL
    color = np.minimum(color, np.quantile(color[::4, ::4], LAMPS, axis=(0, 1)).astype(np.float32))
    grow = [(0, -n % k) for n in disparity.shape]
    color, disparity = np.pad(color, [*grow, (0, 0)], mode="edge"), np.pad(disparity, grow, mode="edge")
    h, w = (n // k for n in disparity.shape)
    d = disparity.reshape(h, k, w, k).min((1, 3))
    size = max(int(wide) // k, 1)
    rim = min(size, h - 1, w - 1) if floor else 0
    more = np.pad(d, rim, mode="reflect", reflect_type="odd")
    opened = cv2.morphologyEx(more, cv2.MORPH_OPEN, np.ones((size, size), np.uint8), borderType=cv2.BORDER_REPLICATE)
    opened = np.maximum(opened[rim:rim + h, rim:rim + w], 0)
    nearer = np.maximum(d - opened - 1e-3, 0) / np.maximum(opened, 1e-3)
    weight = (nearer <= CUT_SHARE).astype(np.float32)
    if floor:
        weight = np.maximum(weight, RATHER * np.exp(-(nearer / HARDLY) ** 2))
    color = fill_smoothly(cv2.resize(color, (w, h), interpolation=cv2.INTER_AREA), weight[..., None])
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
