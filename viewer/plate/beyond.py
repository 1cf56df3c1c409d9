"""What lies beyond the plate's frame: the picture continued, ever softer."""
from __future__ import annotations

import cv2
import numpy as np

from .edges import CUT_SHARE


def continue_beyond(color: np.ndarray, disparity: np.ndarray, pad) -> tuple[np.ndarray, np.ndarray]:
    """Picture and disparity continued round the frame by pad ((top, bottom), (left, right)) pixels, ever softer.

    Only what takes up a good part of the frame's border goes on beyond it: a table does, a bottle ends.
    """
    (top, bottom), (left, right) = pad
    high, wide = disparity.shape
    color, disparity = color.astype(np.float32), disparity.astype(np.float32)

    def edge(c, d):
        """A border line, opened: colour (n, 3) and disparity (n,)."""
        size = min(max(3, wide // 8), len(d))
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
    return soften(np.ascontiguousarray(c.swapaxes(0, 1)), pad), np.ascontiguousarray(d.T)


def soften(color: np.ndarray, pad) -> np.ndarray:
    """Blurs a picture's padding, the more the farther from the frame."""
    (top, bottom), (left, right) = pad
    h, w = color.shape[:2]
    y = np.maximum(np.maximum(top - np.arange(h), np.arange(h) - (h - 1 - bottom)), 0)
    x = np.maximum(np.maximum(left - np.arange(w), np.arange(w) - (w - 1 - right)), 0)
    away = np.maximum(y[:, None], x[None, :]).astype(np.float32)
    out = color
    for sigma in (2, 4, 8, 16, 32):
        if sigma > max(away.max() / 3, 2):
            break
        # A blur that wide is as good on a smaller picture.
        k = max(1, sigma // 2)
        small = cv2.resize(color, (max(w // k, 1), max(h // k, 1)), interpolation=cv2.INTER_AREA)
        soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma / k), (w, h), interpolation=cv2.INTER_LINEAR)
        out = out + (soft - out) * np.clip(away / (2 * sigma) - 0.5, 0, 1)[..., None]
    return np.where(away[..., None] > 0, out, color).astype(np.float32)
