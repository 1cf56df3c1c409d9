"""The plate's depth as a picture to paint on: small, quick, and with a stroke in it while it is still being drawn.

    depth = DepthMap(plate)
    depth.image(stroke)                        # uint8 (h, w, 4), as the stroke would leave it
    stroke = drawn(points, 40.0, "nearer")     # what was drawn, with as few points as show no difference
"""
from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from ..plate import scale
from ..plate.repair import Stroke, amount_of

WIDTH = 960
"""Pixels across the map at the most: what can be coloured anew in every frame."""

SHOWN = 0.01, 0.99
"""Quantiles of disparity that the colours reach from and to."""

CODES = 24, 236
"""Of the map's 256 colours that are used: those at its ends are too dark to see the picture in."""

LIGHT = 0.45
"""Of a colour that is left in the picture's shadows: depth first, and the picture's edges through it."""

STRAY = 1 / 16
"""Of the brush's radius by which a stroke may differ from the way of the mouse."""


class DepthMap:
    """Depth of one plate. Near is red and far is blue, over the brightness of the picture.

    size   (width, height) in pixels
    share  pixels of the map for one of the plate
    """

    def __init__(self, plate, like: DepthMap | None = None):
        """like: another one of the same picture, which saves half the work."""
        self.share = min(1.0, WIDTH / plate.width)
        self.size = max(round(plate.width * self.share), 1), max(round(plate.height * self.share), 1)
        # Not averaged: a mean of two surfaces lies on neither.
        self.disparity = 1 / cv2.resize(plate.depth, self.size, interpolation=cv2.INTER_NEAREST)
        if like is not None and like._color is plate.color:
            self._light, self._measured = like._light, like._measured
        else:
            self._light = self._lit(plate.color[::(step := max(int(1 / self.share), 1)), ::step])
            self._measured = 1 / np.maximum(np.quantile(1 / plate.measured.depth[::4, ::4], SHOWN), 1e-9)
        self._color = plate.color
        # Of the depth as it was measured, at the scale of now: repairs do not change the colours of all the rest.
        fitted = scale.fit(plate.measured, plate.adjustments.anchors)
        low, high = 1 / fitted(self._measured)
        self._range = float(low), max(float(high - low), 1e-9)

    def _lit(self, color: np.ndarray) -> np.ndarray:
        """The picture's brightness as what the colours are multiplied by, uint8 (h, w, 3)."""
        small = cv2.resize(np.clip(color, 0, 1).astype(np.float32), self.size, interpolation=cv2.INTER_AREA)
        light = np.sqrt(small @ np.float32([0.2126, 0.7152, 0.0722]))
        return cv2.merge([np.round(255 * (LIGHT + (1 - LIGHT) * light)).astype(np.uint8)] * 3)

    def image(self, stroke: Stroke | None = None) -> np.ndarray:
        """uint8 (h, w, 4), row 0 on top; with a stroke, in pixels of the plate, as if it were done already."""
        low, span = self._range
        disparity = self.disparity if stroke is None else self._with(stroke)
        first, last = CODES
        codes = np.clip(first + (disparity - low) * ((last - first) / span), first, last).astype(np.uint8)
        lit = cv2.multiply(cv2.applyColorMap(codes, cv2.COLORMAP_TURBO), self._light, scale=1 / 255)
        return cv2.cvtColor(lit, cv2.COLOR_BGR2RGBA)

    def keep(self, stroke: Stroke) -> None:
        """The stroke is drawn: it stays, until the plate with it is there."""
        self.disparity = self._with(stroke)

    def _with(self, stroke: Stroke) -> np.ndarray:
        small = replace(stroke, points=tuple((x * self.share, y * self.share) for x, y in stroke.points),
                        radius=max(stroke.radius * self.share, 1.0))
        return small.apply(self.disparity, None).astype(np.float32)


def drawn(points, radius: float, action: str, share: float = 0.1) -> Stroke:
    """The Stroke of a brush along points (x, y), pixels of the plate, without those that make no difference; share: of the
    distance, by which it is nearer or farther."""
    way = cv2.approxPolyDP(np.float32(points)[:, None], radius * STRAY, False)[:, 0]
    return Stroke(tuple((round(float(x), 1), round(float(y), 1)) for x, y in way), round(float(radius), 1), action,
                  round(float(amount_of(action, share)), 3))
