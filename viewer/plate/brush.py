"""Depth painted with a soft brush: its edges run over many pixels, where the surfaces are one behind the other.

Between two surfaces a ramp has depths at which nothing is, and a move would tear it to shreds. Half way up it lies the edge that was
meant, where the line of a drawing is, too, or nearly. So values move to the closer of both ends of their ramp, from these inwards (Kramer
and Bruckner, "Iterations of a non-linear transformation for enhancement of digital images", 1975), which tells whose each pixel is;
and then surfaces go on up to there from where the brush left them alone.

All of it works on the values as they were painted, in which a brush is symmetric.
"""
from __future__ import annotations

import cv2
import numpy as np

from .edges import look_of
from .upsample import unquantised

SOFT = 6.0
"""Pixels over which edges rise, from which they are a brush's; what pixel filters leave is narrower."""

STEP, GROWS = 0.05, 1.5
"""Share of the range of values that an edge's step is, at the least, and times as much as the values round a place differ in twice
the window, at the most: on a slope they differ twice as much."""

REACH = 1.25
"""Times as far as an edge's steepest part would take for all of it, it runs to either side: 2.5 standard deviations, of a Gaussian."""

TERRACE = 2.0
"""Standard deviation, pixels, that evens out what 8 bits make of a ramp."""

SAME = 0.45
"""Share of the step within which values are of one surface."""


def softness(values: np.ndarray) -> float:
    """Over how many pixels most edges of a map, float32 (h, w), rise: 1 where they are steps, 0 without any, and of a map too small."""
    look = look_of(values)
    if min(values.shape) <= 4 * look:
        return 0.0
    edge, step = _edges(values, look)
    if not edge.any():
        return 0.0
    jump = np.zeros_like(values)
    jump[:, 1:] = np.abs(np.diff(values, axis=1))
    jump[1:] = np.maximum(jump[1:], np.abs(np.diff(values, axis=0)))
    return float(np.median(step[edge] / np.maximum(cv2.dilate(jump, _box(look))[edge], 1e-9)))


def hardened(values: np.ndarray, wide: float) -> np.ndarray:
    """Values float32 (h, w), as they were painted, with steps for edges that rise over so many pixels; all others are as they were."""
    reach = round(REACH * wide)
    edge, step = _edges(values, reach)
    ramp = cv2.dilate(edge.astype(np.uint8), _box(reach // 2)) > 0
    even = unquantised(values)
    d = np.where(ramp, cv2.GaussianBlur(even, (0, 0), TERRACE), even)
    for _ in range(reach):
        high, low = cv2.dilate(d, _box(1)), cv2.erode(d, _box(1))
        d = np.where(ramp, np.where(d - low > high - d, high, low), d)
    done = ~ramp
    for _ in range(2 * reach):
        share = cv2.blur(done.astype(np.float32), (3, 3))
        beside = cv2.blur(np.where(done, d, 0), (3, 3)) / np.maximum(share, 1e-6)
        reached = ~done & (share > 0) & (np.abs(beside - d) < SAME * step)
        d = np.where(reached, beside, d)
        done |= reached
    return d


def _edges(values: np.ndarray, reach: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixels with an edge within so many, bool (h, w), and by how much values differ so far round every pixel."""
    margin = 2 * reach
    padded = np.pad(values, margin, mode="reflect", reflect_type="odd")      # slopes go on beyond the frame
    step, more = ((cv2.dilate(padded, _box(r)) - cv2.erode(padded, _box(r)))[margin:-margin, margin:-margin] for r in (reach, margin))
    return (step > STEP * np.ptp(values)) & (more < GROWS * step), step


def _box(r: int) -> np.ndarray:
    return np.ones((2 * r + 1,) * 2, np.uint8)
