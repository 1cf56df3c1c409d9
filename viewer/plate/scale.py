"""Scale: what a person knows about distances, made into metres.

Depth from one picture or a phone is right up to a factor, and networks' up to an offset of its inverse as well: with
disparity d = 1/Z as measured, the true one is `factor * d + offset` (Ranftl et al., "Towards Robust Monocular Depth
Estimation", 2020). One known distance fixes the factor, a second the offset, more are met by least squares.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import PushinError

HEIGHTS = 0.2, 3.0
"""Metres: of the smallest and the tallest somebody."""
_APART = 0.02
"""Relative difference of disparities from which two points tell factor and offset apart."""
_BODY = 0.4
"""Of a person's height from the head down: the chest's lower edge, where a standing person surely is."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A point (x, y) of the plate, in pixels, whose distance along the axis is known, in metres."""

    xy: tuple[float, float]
    metres: float


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody upright, from head to feet in a box (x0, y0, x1, y1) of pixels, whose height is known, in metres."""

    box: tuple[float, float, float, float]
    height: float


def check_height(metres: float) -> None:
    """Raises PushinError for a height that nobody has, as one in centimetres."""
    low, high = HEIGHTS
    if not low <= metres <= high:
        raise PushinError(f"Nobody is {metres:g} m tall; give the height in metres, such as 1.70.")


@dataclass(frozen=True, slots=True)
class Scale:
    """disparity -> factor * disparity + offset (1/m), and by how many metres each anchor is missed."""

    factor: float = 1.0
    offset: float = 0.0
    residuals: tuple[float, ...] = ()

    def __call__(self, depth: np.ndarray, relative: bool = True) -> np.ndarray:
        """Metres of measured depth; what comes out behind infinity is sky, and sky of a metric plate stays sky."""
        with np.errstate(divide="ignore"):
            disparity = self.factor / depth + self.offset
            scaled = np.where(disparity > 1e-6, 1 / disparity, np.inf)
        return scaled if relative else np.where(np.isinf(depth), np.inf, scaled)


def located(plate, anchor: Anchor | Person) -> Anchor:
    """An anchor's point and distance; a person's is focal length times height over the box's height."""
    if isinstance(anchor, Anchor):
        return anchor
    x0, y0, x1, y1 = anchor.box
    if not (x1 > x0 and y1 > y0):
        raise PushinError("A person's box is X0,Y0,X1,Y1: left, head, right and feet in pixels.")
    return Anchor(((x0 + x1) / 2, y0 + _BODY * (y1 - y0)), plate.focal_pixels * anchor.height / (y1 - y0))


def fit(plate, anchors) -> Scale:
    """The Scale that brings a plate's measured depth to the anchors' distances.

    Least squares of relative errors: the sum of (metres * (factor * d + offset) - 1)^2 over the anchors. Raises
    PushinError on a point in the sky, an impossible distance and points that contradict each other.
    """
    points = [located(plate, anchor) for anchor in anchors]
    if not points:
        return Scale()
    disparity, metres = [], []
    for point in points:
        x, y = point.xy
        if not (np.isfinite(point.metres) and 0.01 <= point.metres <= 1e5):
            raise PushinError(f"The distance of the point {x:g}, {y:g} must lie between 1 cm and 100 km.")
        d = 1 / plate.depth_at(point.xy)
        if d == 0:
            raise PushinError(f"The point {x:g}, {y:g} is infinitely far away; choose one on a thing.")
        disparity.append(d)
        metres.append(point.metres)
    d, m = np.array(disparity), np.array(metres)
    if d.max() - d.min() > _APART * d.max():
        (factor, offset), *_ = np.linalg.lstsq(np.stack([m * d, m], 1), np.ones(len(m)), rcond=None)
    else:
        factor, offset = float((m * d).sum() / ((m * d) ** 2).sum()), 0.0
    if factor <= 0 or (factor * d + offset <= 0).any():
        other = {"inverse": "inverted", "inverted": "inverse"}.get(plate.kind)
        raise PushinError("The distances contradict the depth: what it shows as nearer was said to be farther; check the points"
                          + (f", or open it with --depth-kind {other}." if other else "."))
    return Scale(float(factor), float(offset), tuple(float(v) for v in 1 / (factor * d + offset) - m))
