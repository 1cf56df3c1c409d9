"""Outlines drawn where the picture has them: depth edges of networks, phones and coarse sensors, which wander by some
pixels, moved onto the edges of what they are edges of.

Beside an edge every pixel asks which of the two surfaces there it looks like: those of its colour vote, from clear of the
edge, where depth is right (Kopf et al., "Joint Bilateral Upsampling", 2007). Votes are smoothed along the picture (Min et
al., "Fast Global Image Smoothing Based on Weighted Least Squares", 2014), so that an outline is a line where colours say
little. Whether a map's edges wander is read off the votes themselves: exact depth has hardly any against it, and is left
alone.
"""
from __future__ import annotations

import cv2
import numpy as np

from .edges import CUT_SHARE, Cuts, components, find_cuts, look_of, nearest, parted, tolerance
from .holes import membrane

WRONG, SOFT = 0.05, 0.025
"""Share of the pixels right beside edges that look like the other side, from which edges wander; and where edges are ramps, as a
network's and a phone's are, and a renderer's are not."""

ASKED = 20_000
"""Pixels that tell whether edges wander."""

SURE = 1.0
"""Log of the odds from which a pixel looks like one side and not like the other."""

ALIKE = 5.0
"""Of 255 on a square-root scale: colour differences within a surface."""

UNLIKELY = 0.02
"""Share of a side's votes that count as none."""

FEWEST = 1.5
"""Votes of a side, counted as pixels clear of the edge, under which nothing is known of it: then what is there stays."""

STAYS, PLACE = (2.0, 0.2), 3.0
"""Log odds for staying on a side: where one of them is not known, and where both are; and for every `look_of` of distance from the edge."""

SMOOTH = 8.0, 8.0
"""Of the smoothing: its strength, and colour differences of 255 that it does not cross."""

ROUNDS = 3

NOISE, BUMP = 5.0, 1.5
"""Standard deviations of the noise, and pixels of parallax at REACH: what steps are at least."""

RAMP, STEEP = 3, 0.1
"""Pixels to each side of an edge over which it may rise, and its relative height within three pixels."""

SHOWS = 1.0
"""Times as much change of colour as round about, from which the picture has an edge there too."""

FAINT = 0.4
"""Height of an edge, to that of one near by, under which it may be its ringing."""


def outlined(disparity: np.ndarray, guide: np.ndarray, focal: float, noise: float = 0.0) -> np.ndarray:
    """Disparity float32 (h, w) in 1/m with its edges on the outlines in the picture, as steps, and nothing left of its noise.

    guide  uint8 (h, w, 3): the picture's colours on a perceptual scale
    focal  pixels
    noise  standard deviation of the disparity's noise
    """
    least = _least(focal, noise)
    d = without_ringing(calmed(_steep(calmed(disparity, least), least), least), guide, focal)
    smooth = cv2.ximgproc.createFastGlobalSmootherFilter(guide, *SMOOTH)
    for _ in range(ROUNDS):
        cuts = find_cuts(d, focal)
        if not cuts.near.any():
            break
        y, x, near, far, away, is_near, odds, known = _votes(d, guide, cuts)
        side = np.where(is_near, 1, -1)
        odds = odds * known + side * (np.where(known, STAYS[1], STAYS[0]) + PLACE * away / look_of(d))
        vote, weight = np.zeros((2, *d.shape), np.float32)
        vote[y, x] = np.tanh(odds)
        weight[y, x] = np.abs(vote[y, x]) + 0.05
        now_near = (smooth.filter(vote * weight) > 0)[y, x]
        other = now_near != is_near
        d[y[other], x[other]] = np.where(now_near, near, far)[other]
        # What changed sides by itself, in ones and twos, is noise.
        calm = cv2.medianBlur(d, 5)[y, x]
        speck = np.abs(calm - d[y, x]) > CUT_SHARE * np.maximum(calm, d[y, x])
        d[y[speck], x[speck]] = calm[speck]
    return calmed(without_ringing(_steep(d, least), guide, focal), least)


def calmed(disparity: np.ndarray, least: float) -> np.ndarray:
    """Disparity without steps well below `least`, 1/m, noise and terraces: they become slopes (Tomasi and Manduchi, "Bilateral
    Filtering for Gray and Color Images", 1998)."""
    return cv2.bilateralFilter(disparity, 13, least, 3)


def stepped(disparity: np.ndarray, focal: float) -> np.ndarray:
    """Disparity whose edges lie right but are mixed, as a pixel filter mixes them, with steps there."""
    return _steep(disparity, _least(focal))


def _steep(disparity: np.ndarray, least: float) -> np.ndarray:
    """Disparity with its ramps as steps, where they rise clearly more than `least`, 1/m."""
    return parted(disparity, RAMP, STEEP, 1.5 * least)


def wanders(disparity: np.ndarray, guide: np.ndarray, focal: float, share: float = WRONG) -> bool:
    """Whether depth edges lie beside what they are edges of: more than that share of the pixels there look like the other side."""
    disparity = stepped(disparity, focal)
    cuts = find_cuts(disparity, focal)
    if not cuts.near.any():
        return False
    _, _, _, _, _, is_near, odds, known = _votes(disparity, guide, cuts, (1, 2), ASKED)
    return bool((known & (np.where(is_near, -odds, odds) > SURE)).sum() > share * known.sum())


def _least(focal: float, noise: float = 0.0) -> float:
    """Disparity, 1/m, that a step is at least: more than noise, and than anybody sees move."""
    return max(NOISE * noise, BUMP * 4 * tolerance(focal))


def _votes(d: np.ndarray, guide: np.ndarray, cuts: Cuts, between: tuple[int, int] | None = None, most: int | None = None):
    """Of the pixels between such distances from an edge, or all that ask, and of `most` of them: their rows and columns (n,), the
    disparities of both sides there, their distance from the edge, whether they are on its near side, the log odds that they
    look as if they were, and whether both sides are known."""
    index, away = nearest(cuts.near | cuts.far)
    reach = look_of(d)
    least, end = between or (0, reach)
    y, x = np.nonzero((away >= least) & (away < end))
    if most:
        y, x = (a[::len(y) // most + 1] for a in (y, x))
    at = index[y, x]
    own, beside = d[y, x], d.ravel()[at]
    is_side = cuts.near.ravel()[at]
    near = np.where(is_side, beside, cuts.in_front.ravel()[at])
    far = np.where(is_side, cuts.behind.ravel()[at], beside)
    is_near = np.abs(own - near) <= np.abs(own - far)
    middle, half = 0.5 * (near + far), 0.5 * (near - far)
    wide = 2 * reach
    pad = lambda a: cv2.copyMakeBorder(a, wide, wide, wide, wide, cv2.BORDER_REFLECT)
    there_d, there_color = pad(d), pad(guide).astype(np.float32)
    trust = pad(np.minimum(away / reach, 1).astype(np.float32) ** 2 + np.float32(0.02))
    color = there_color[y + wide, x + wide]
    like, all_ = np.zeros((2, 2, len(y)), np.float32)
    steps = np.arange(-wide, wide + 1, max(1, wide // 5))
    for dy in steps:
        for dx in steps:
            if dy * dy + dx * dx > wide * wide or dy == dx == 0:
                continue
            there = y + wide + dy, x + wide + dx
            value, weight = there_d[there], trust[there]
            voice = weight * np.exp(((there_color[there] - color) ** 2).sum(-1) * np.float32(-0.5 / ALIKE ** 2))
            for i, side in enumerate(((value <= middle) & (value > far - half), (value > middle) & (value < near + half))):
                like[i] += voice * side
                all_[i] += weight * side
    share = like / np.maximum(all_, 1e-6) + UNLIKELY
    return y, x, near, far, away[y, x], is_near, np.log(share[1] / share[0]), (all_ > FEWEST).all(0)


def without_ringing(disparity: np.ndarray, guide: np.ndarray, focal: float) -> np.ndarray:
    """Disparity float32 (h, w) without the faint edges that run beside a much higher one and never leave it: what a network
    or a resampler overshoots. The surface that they part runs smoothly on."""
    d = disparity
    zone = 2 * look_of(d)
    cuts = find_cuts(d, focal)
    drop, rise = np.where(cuts.near, d - cuts.behind, 0), np.where(cuts.far, cuts.in_front - d, 0)
    height = np.maximum(drop, rise).astype(np.float32)
    faint = (height > 0) & (height < FAINT * cv2.dilate(height, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * zone + 1,) * 2)))
    high = (height > 0) & ~faint
    if not faint.any():
        return d
    index, away = nearest(high)
    # An edge that goes on beyond is one.
    count, chain = cv2.connectedComponents(faint.astype(np.uint8), connectivity=8)
    furthest = np.zeros(count)
    np.maximum.at(furthest, chain[faint], away[faint])
    change = cv2.morphologyEx(guide, cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8)).max(-1).astype(np.float32)
    seen, usual = (np.bincount(chain[faint], a[faint], count) for a in (change, cv2.blur(change, (15, 15))))
    ringing = faint & ((furthest < zone - 2) & (seen < SHOWS * usual))[chain]
    # With it go the slivers that it cuts off.
    piece = components(cuts.right, cuts.below)
    size, beside = (np.bincount(piece.ravel(), weights, piece.max() + 1) for weights in (None, ringing.ravel()))
    inside = np.bincount(piece.ravel(), (away < zone).ravel(), piece.max() + 1) == size
    open_ = cv2.dilate(ringing.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool) & (away < zone)
    open_ |= (inside & (beside > 0) & (size < zone * zone))[piece]
    middle = d + 0.5 * np.where(drop > rise, -drop, rise)
    is_near = d > middle.ravel()[index]
    for side in (is_near, ~is_near):
        d = np.where(open_ & side, membrane(d, ~(open_ & side), ~open_ & side), d)
    return d
