"""Drawings: an outline belongs to what it goes round, in its whole width.

Whoever paints depth for a storyboard frame fills shapes with greys, up to somewhere near their outlines. Cut there, a move
would tear every line in two and leave half of it on the wall. So whether the picture is a drawing is asked first, of its
depth edges: they run along dark lines and cut them in two, and there are few elsewhere. Then everything dark beside an edge that stands
out of what is behind goes with what is in front, and so does what lies between the two.
"""
from __future__ import annotations

import cv2
import numpy as np

from .edges import CUT_SHARE, find_cuts, look_of
from .outline import stepped

BEYOND = 1.5
"""Times as far as edges are looked for (edges.LOOK), a line may reach: thick ones, and what a shaky hand missed."""

DARKER = 40
"""Of 255 on a square-root scale: ink, to the paper or wash around it."""

PAPER, STEADY = 0.6, 4
"""Share of a drawing that is even, to that many of 255 from pixel to pixel."""

OUTLINED, RATHER = 0.5, 4.0
"""Share of a drawing's depth edges that have ink beside them, and times as much as other places have."""

STRADDLES = 0.15
"""Share of the pixels two beyond a nearer thing that have ink, from which its outline is cut in two: spokes before a white wall have
none."""

ENOUGH = 2048
"""Pixels of width that tell whether a picture is a drawing."""

FLATS, FEWEST, APART, NOISY = 0.9, 0.002, 4, 0.02
"""Share of a painted map that is in flat greys; share of it that makes one; codes of 255 within which there is no other; and share of
neighbours that differ a little, from which it was stored with loss."""


def drawn(disparity: np.ndarray, guide: np.ndarray, focal: float, clear: np.ndarray | None = None) -> bool:
    """Whether a picture is a drawing whose outlines are the depth's, and cut by it.

    disparity  float32 (h, w) in 1/m
    guide      uint8 (h, w, 3), the picture's colours on a perceptual scale
    focal      pixels
    clear      float32 (h, w), the share of every pixel that is transparent, and white in guide; None: nothing is
    """
    step = -(-disparity.shape[1] // ENOUGH)
    disparity, focal = np.ascontiguousarray(disparity[::step, ::step]), focal / step
    gray, look = _gray(guide, disparity.shape[::-1]), look_of(disparity)
    if not _even(gray, look, clear):
        return False
    cuts = find_cuts(disparity, focal)
    edges = cuts.near | cuts.far
    if not edges.any():
        return False
    ink = cv2.morphologyEx(gray, cv2.MORPH_BLACKHAT, _square(look)) > DARKER
    beside = cv2.dilate(ink.astype(np.uint8), _square(look // 2)) > 0
    if beside[edges].mean() <= max(OUTLINED, RATHER * beside.mean()):
        return False
    one, two = (cv2.dilate(disparity, _square(r)) > (1 + CUT_SHARE) * disparity for r in (1, 2))
    beyond = two & ~one
    return bool(beyond.any() and ink[beyond].mean() > STRADDLES)


def even(guide: np.ndarray, clear: np.ndarray | None = None) -> bool:
    """Whether a picture is as even as drawings are, which photographs are not; guide and clear as for `drawn`."""
    width = min(guide.shape[1], ENOUGH)
    gray = _gray(guide, (width, max(1, round(guide.shape[0] * width / guide.shape[1]))))
    return _even(gray, look_of(gray), clear)


def inked(disparity: np.ndarray, guide: np.ndarray) -> np.ndarray:
    """Disparity float32 (h, w) in 1/m of a drawing, its edges along the outer sides of its outlines; guide as for `drawn`."""
    gray = cv2.cvtColor(guide, cv2.COLOR_RGB2GRAY).astype(np.float32)
    look = look_of(disparity)
    reach = round(BEYOND * look)
    front = cv2.dilate(disparity, _disc(reach))
    behind = front > (1 + CUT_SHARE) * disparity
    # As light as what lies there clear of anything in front.
    clear = (~behind).astype(np.float32)
    around = lambda a: cv2.blur(a, (8 * reach + 1,) * 2)
    ink = gray < around(gray * clear) / np.maximum(around(clear), 1e-6) - DARKER
    d = np.where(behind & ink, front, disparity)
    d = np.where(behind, np.minimum(cv2.morphologyEx(d, cv2.MORPH_CLOSE, _disc(look // 2)), front), d)
    # A line that only meets the outline, a floor's, stays where it is.
    whole = cv2.morphologyEx(d, cv2.MORPH_OPEN, _disc(look // 2))
    return np.where((d > disparity) & (d > (1 + CUT_SHARE) * whole), disparity, d)


def flattened(disparity: np.ndarray, focal: float) -> np.ndarray | None:
    """A map painted in a few greys, float32 (h, w) in 1/m, without what storing them left beside edges; None if it was not."""
    top = disparity.max()
    codes = np.round(disparity * (255 / max(top, 1e-9))).astype(np.uint8)
    rise = np.abs(np.diff(disparity, axis=1)) / np.maximum(np.maximum(disparity[:, 1:], disparity[:, :-1]), 1e-9)
    if ((rise > 1e-5) & (rise < CUT_SHARE)).mean() > NOISY:
        codes = cv2.medianBlur(codes, look_of(disparity) | 1)
    count, greys, held = np.bincount(codes.ravel(), minlength=256), [], 0
    free = np.array(count)
    while free.max() > FEWEST * codes.size:
        grey = int(free.argmax())
        greys.append(grey)
        held += count[max(grey - 1, 0):grey + 2].sum()
        free[max(grey - APART, 0):grey + APART + 1] = 0
    if held < FLATS * codes.size:
        return None
    values = np.array([np.median(disparity[codes == grey]) for grey in greys], np.float32)
    nearest = np.abs(np.arange(256)[:, None] - greys).argmin(1)
    return stepped(values[nearest[codes]], focal)


def _gray(guide: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A guide in grey, uint8, of that (width, height)."""
    return cv2.resize(cv2.cvtColor(guide, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA)


def _even(gray: np.ndarray, look: int, clear: np.ndarray | None) -> bool:
    change = cv2.morphologyEx(cv2.GaussianBlur(gray, (0, 0), 1), cv2.MORPH_GRADIENT, _square(1))
    if clear is not None:       # what is even by being empty says nothing, and a line that is alone in it is no surface
        solid = (cv2.resize(clear, gray.shape[::-1], interpolation=cv2.INTER_AREA) == 0).astype(np.uint8)
        change = change[cv2.erode(solid, _square(look // 2)) > 0]
    return not change.size or bool((change <= STEADY).mean() >= PAPER)


def _square(r: int) -> np.ndarray:
    return np.ones((2 * r + 1,) * 2, np.uint8)


def _disc(r: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * r + 1,) * 2)
