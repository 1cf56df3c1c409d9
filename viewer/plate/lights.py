"""Lights that clipped: how bright they were, and of what colour, as their rims tell.

A lamp in an 8-bit picture is white, or nearly; the pixels on its rim, which it fills in part, are not, and what they have more than
what lies round about is of the lamp's own colour. A channel that did not clip then tells how bright the lamp was, too. Nobody sees
this in focus, where it clips again; out of focus a lens spreads it into a disc, and a disc of mere white would be grey.
"""
from __future__ import annotations

import cv2
import numpy as np

CLIPPED = 0.985
"""Of white, from where on a channel is taken to have clipped: 254 of 255 codes."""

TIMES, MOST = 8.0, 32.0
"""Times white that a light is taken to be of which every channel clipped, and that any light is at the most."""

AROUND = 9
"""Pixels of the box in which the darkest is what lies round a rim."""

STANDS_OUT = 0.05
"""Of white, by which a pixel of a rim is brighter than that, or it tells no colour."""

SHARE = 0.2, 0.5
"""Of a light's pixels, of which every channel clipped: it is no brighter than the others tell, and a lamp."""


def unclipped(color: np.ndarray) -> np.ndarray:
    """A display-referred picture with its clipped lights brighter than white.

    color    float16 (h, w, 3), linear, 0 to 1, and above where its primaries are wider than Rec.709's
    returns  float16 (h, w, 3): clipped channels are brighter, up to MOST, or as they were; all others are the same
    """
    clipped = color >= np.float16(CLIPPED)
    lit = clipped.any(-1)
    if not lit.any():
        return color
    count, light = cv2.connectedComponents(lit.astype(np.uint8))
    spread = cv2.dilate(light.astype(np.float32), np.ones((3, 3), np.uint8))
    rim = np.nonzero((spread > 0) & ~lit)
    of = spread[rim].astype(int)
    rims, ground = (np.empty((len(of), 3)) for _ in range(2))
    for i in range(3):
        channel = color[..., i].astype(np.float32)
        rims[:, i], ground[:, i] = channel[rim], cv2.erode(channel, np.ones((AROUND, AROUND), np.uint8))[rim]
    tells = (rims - ground).max(-1) > STANDS_OUT
    of, rims, ground = of[tells], rims[tells], ground[tells]
    of_light = lambda values: np.column_stack([np.bincount(of, values[:, i], count) for i in range(3)])
    more = of_light(rims - ground)
    brightest = more.max(-1, keepdims=True)
    tints = np.where(brightest > 0, np.maximum(more / np.maximum(brightest, 1e-6), 1 / MOST), 1.0)
    ground = of_light(ground) / np.maximum(np.bincount(of, minlength=count), 1)[:, None]

    where = np.nonzero(lit)
    tint, under, was, out = tints[light[where]], ground[light[where]], color[where].astype(np.float32), clipped[where]
    of, all_out = light[where], out.all(-1)
    known = np.where(out, np.inf, (was - under) / tint).min(-1)         # times its tint, by what did not clip
    most = np.zeros(count)
    np.maximum.at(most, of[~all_out], known[~all_out])
    # Few pixels at the top of a bright wall are no lamp of their own.
    share = np.bincount(of[all_out], minlength=count) / np.maximum(np.bincount(of, minlength=count), 1)
    guess = (most + (np.maximum(TIMES, most) - most) * np.clip((share - SHARE[0]) / (SHARE[1] - SHARE[0]), 0, 1))[of]
    times = np.where(all_out, np.maximum(guess, ((1 - under) / tint).max(-1)), known)
    result = color.copy()
    result[where] = np.where(out, np.clip(under + times[:, None] * tint, was, MOST), was)
    return result
