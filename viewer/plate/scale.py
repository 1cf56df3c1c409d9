"""Scale: what a person knows about distances, made into metres.

Depth from one picture or a phone is right up to a factor, and networks' up to an offset of its inverse as well: with
disparity d = 1/Z as measured, the true one is `factor * d + offset` (Ranftl et al., "Towards Robust Monocular Depth
Estimation", 2020). One known distance fixes the factor, a second the offset, more are met by least squares.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import PushinError

LINEAR = ("linear", "painted")
"""Kinds of relative depth whose values are linear in Z, and not in 1/Z."""
HEIGHTS = 0.2, 3.0
"""Metres: of the smallest and the tallest somebody."""
_APART = 0.02
"""Relative difference of disparities from which two points tell factor and offset apart."""
_NEAREST = 0.01
"""Metres: nothing of a plate is nearer."""
_OTHER = {"inverse": "inverted", "inverted": "inverse", "linear": "painted", "painted": "linear"}
"""The kind of depth in which near is dark instead of bright, or the reverse."""
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
    """Z^power -> factor * Z^power + offset, and by how many metres each anchor is missed; power is -1 of disparity, 1/m, and
    1 of Z itself."""

    factor: float = 1.0
    offset: float = 0.0
    residuals: tuple[float, ...] = ()
    power: int = -1

    def __call__(self, depth: np.ndarray, relative: bool = True) -> np.ndarray:
        """Metres of measured depth; what comes out behind infinity is sky, and sky of a metric plate stays sky."""
        with np.errstate(divide="ignore"):
            scaled = self.factor * depth ** self.power + self.offset
            if self.power < 0:
                scaled = np.where(scaled > 1e-6, 1 / scaled, np.inf)
        return scaled if relative else np.where(np.isinf(depth), np.inf, scaled)

    def measured(self, metres: float) -> float:
        """What was measured of what is so many metres away by this scale."""
        return ((metres ** self.power - self.offset) / self.factor) ** self.power


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

    Least squares of relative errors: the sum of ((factor * q + offset) / metres^power - 1)^2 over the anchors, q being
    disparity, or Z of LINEAR kinds. Raises PushinError on a point in the sky, an impossible distance and points that
    contradict each other, or put what is nearest behind the camera.
    """
    points = [located(plate, anchor) for anchor in anchors]
    if not points:
        return Scale()
    power = 1 if plate.kind in LINEAR else -1
    measured, metres = [], []
    for point in points:
        x, y = point.xy
        if not (np.isfinite(point.metres) and 0.01 <= point.metres <= 1e5):
            raise PushinError(f"The distance of the point {x:g}, {y:g} must lie between 1 cm and 100 km.")
        depth = plate.depth_at(point.xy)
        if np.isinf(depth):
            raise PushinError(f"The point {x:g}, {y:g} is infinitely far away; choose one on a thing.")
        measured.append(depth)
        metres.append(point.metres)
    q, m = np.array(measured) ** power, np.array(metres)
    w = m ** -power
    if q.max() - q.min() > _APART * q.max():
        (factor, offset), *_ = np.linalg.lstsq(np.stack([w * q, w], 1), np.ones(len(m)), rcond=None)
    else:
        factor, offset = float((w * q).sum() / ((w * q) ** 2).sum()), 0.0
    if factor <= 0 or (factor * q + offset <= 0).any():
        other = _OTHER.get(plate.kind)
        raise PushinError("The distances contradict the depth: what it shows as nearer was said to be farther; check the points"
                          + (f", or open it with --depth-kind {other}." if other else "."))
    if power > 0 and factor * plate.depth.min() + offset < _NEAREST:
        raise PushinError("The distances leave no room for what is nearest, which would lie behind the camera; give the distance "
                          "of something nearer as well.")
    return Scale(float(factor), float(offset), tuple(float(v) for v in (factor * q + offset) ** power - m), power)
