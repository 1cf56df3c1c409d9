"""What the plate never showed, painted: the colour of surfaces that go on behind foregrounds."""
from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from os import cpu_count

import cv2
import numpy as np

from .edges import nearest

Told = Callable[[float], None]
"""What is called with the share that is done, as it comes along."""

DEPTHS, THINNED = 12, 4
"""Disparities at which `continue_plainly` knows the colours, and pixels of the picture to one that it looks at."""

ROUNDS, FINEST_ROUNDS = 4, 2
"""Of searching and voting: at a level, and at the finest one, which starts from the best of all others."""

BAND = 32
"""Rows that are searched together."""

HEARSAY = 0.4
"""How much a pixel that was painted has to say of those beside it, to one that the plate shows."""

LINE, DIFFERS, WINDOW = 0.0005, 0.15, 3.0
"""Square contrast to a pixel of what is a line, and contrast of one with what is round it, of white; and pixels (a standard
deviation) in which both are looked for."""

GRAZES = 0.3
"""Sine of the angle up to which a line runs beside what is hidden and not into it."""

FADES = 0.05
"""Share of the picture's width in which a line fades away that does not come out again."""


def continue_plainly(color: np.ndarray, disparity: np.ndarray, hidden: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """Like `continue_color`, at once and without any detail: the smooth continuation of what is usable at like depth."""
    out = color.copy()
    if not hidden.any() or not usable.any():
        return out
    log = lambda d: np.log(np.maximum(d, 1e-3))
    thin = np.s_[::THINNED, ::THINNED]
    # A lamp would shine all over what is hidden.
    small, near, known = np.minimum(color[thin], 1), log(disparity[thin]), usable[thin]
    wanted = log(disparity[hidden])
    depths = np.unique(np.quantile(wanted, np.linspace(0, 1, DEPTHS)).astype(np.float32))
    nearest_depth = np.abs(wanted[:, None] - depths).argmin(1)
    y, x = np.nonzero(hidden)
    for k, depth in enumerate(depths):
        mine = nearest_depth == k
        if not mine.any():
            continue
        # Not by what is much nearer or farther, but by that rather than by nothing.
        weight = known * np.maximum(np.exp(-((near - depth) / 0.1) ** 2), 1e-6 * np.exp(-np.abs(near - depth)))
        filled = fill_smoothly(small, weight[..., None].astype(np.float32))
        at = y[mine], x[mine]
        out[at] = cv2.resize(filled, None, fx=THINNED, fy=THINNED, interpolation=cv2.INTER_LINEAR)[at]
    return out


def fill_smoothly(color: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Fills a picture float32 (h, w, 3) where its weight (h, w, 1) is small from ever coarser weighted means."""
    if min(color.shape[:2]) < 2 or weight.min() >= 1:
        return color
    h, w = color.shape[:2]
    small = ((w + 1) // 2, (h + 1) // 2)
    shrink = lambda a: cv2.resize(a, small, interpolation=cv2.INTER_AREA).reshape(small[1], small[0], -1)
    total = shrink(weight)
    coarse = fill_smoothly(shrink(color * weight) / np.maximum(total, 1e-30), np.minimum(4 * total, 1))
    share = np.minimum(weight, 1)
    return (share * color + (1 - share) * cv2.resize(coarse, (w, h), interpolation=cv2.INTER_LINEAR)).astype(np.float32)


def continue_color(color: np.ndarray, disparity: np.ndarray, hidden: np.ndarray, usable: np.ndarray,
                   fine: np.ndarray | None = None, told: Told = lambda share: None) -> np.ndarray:
    """Colour float32 (h, w, 3) with the `hidden` pixels painted from `usable` ones at like depth.

    Exemplar-based, coarse to fine: every hidden pixel looks for the patch of the picture that goes best with its
    surroundings, patches vote, and the finest level copies and mends its seams. Only pixels of like disparity take part, on
    either side of a comparison, so that nothing of a foreground is copied behind it (Wexler et al. 2007; Barnes et al. 2009).

    fine  bool (h, w): the hidden pixels that need all the picture's detail; None is all. Others have half of it.
    told  called with the share that is done, as it comes along
    """
    if not hidden.any() or not usable.any():
        return color.copy()
    from .patchmatch import within      # loads a compiler

    likely = continue_lines(color, disparity, hidden, usable)
    levels = [_Level(color, disparity, hidden, usable, likely, finest=True)]
    while min(levels[-1].hidden.shape) > 64 and len(levels) < 6:
        levels.append(levels[-1].half())
    match, guess = None, None
    out = color.copy()
    if fine is not None and len(levels) > 1:
        levels[0].hidden = hidden & fine
    rounds = [FINEST_ROUNDS if level.finest else ROUNDS for level in levels]
    work = np.cumsum([level.hidden.sum() for level, n in zip(levels, rounds) for _ in range(n)][::-1])
    shares = iter(work / max(work[-1], 1))
    for level, n in zip(reversed(levels), reversed(rounds)):
        if level.finest and fine is not None and guess is not None:
            out[hidden] = cv2.resize(within(guess), hidden.shape[::-1], interpolation=cv2.INTER_LINEAR)[hidden]
            hidden = level.hidden
        match, guess = level.paint(match, guess, n, lambda: told(next(shares)))
    out[hidden] = within(guess)[hidden]
    return out


def continue_lines(color: np.ndarray, disparity: np.ndarray, hidden: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """Like `continue_plainly`, with the lines that run into what is hidden, straight on: boards, window bars, the horizon.

    Directions are those of the structure tensor (Bigun and Granlund 1987); what joins across a gap is "relatable" (Kellman and
    Shipley 1991).
    """
    from . import patchmatch    # loads a compiler

    plain = continue_plainly(color, disparity, hidden, usable)
    seen, known = coded(np.minimum(color, 1)), usable.astype(np.float32)
    box = np.ones((3, 3), np.uint8)
    blur = lambda a, sigma=WINDOW: cv2.GaussianBlur(a, (0, 0), sigma)
    mean = lambda a, sigma: blur(a * known[..., None], sigma) / np.maximum(blur(known, sigma), 1e-6)[..., None]
    # Gradients, where all that they are of can be seen.
    gx, gy = (cv2.Scharr(mean(seen, 1), cv2.CV_32F, i, 1 - i, scale=1 / 32) for i in (1, 0))
    whole = cv2.erode(known, box, iterations=3)
    beside = cv2.dilate(hidden.astype(np.uint8), box).astype(bool) & usable
    near = np.maximum(blur(whole)[beside], 1e-6)
    dot = lambda a, b: np.einsum("ijk,ijk->ij", a, b)
    xx, xy, yy = (blur(dot(a, b) * whole)[beside] / near for a, b in ((gx, gx), (gx, gy), (gy, gy)))
    apart, angle = np.hypot(xx - yy, 2 * xy), 0.5 * np.arctan2(2 * xy, xx - yy)
    towards = np.stack([np.cos(angle), -np.sin(angle)], -1)     # at right angles to the gradient
    share = blur(hidden.astype(np.float32))
    inwards = np.stack([cv2.Sobel(share, cv2.CV_32F, 0, 1), cv2.Sobel(share, cv2.CV_32F, 1, 0)], -1)[beside]
    into = (towards * inwards).sum(-1) / np.maximum(np.hypot(*inwards.T), 1e-9)
    differs = np.abs(seen[beside] - mean(seen, 2 * WINDOW)[beside]).max(-1)
    strength = apart / np.maximum(xx + yy, 1e-9) * np.exp(-LINE / np.maximum(apart, 1e-9)) * np.minimum(differs / DIFFERS, 1) ** 2
    lines = (strength > 0.02) & (np.abs(into) > GRAZES)
    carried, weight = patchmatch.rays(seen, disparity, hidden, usable, np.flatnonzero(beside)[lines],
                                      (towards * np.sign(into)[:, None])[lines].astype(np.float32),
                                      strength[lines].astype(np.float32), FADES * hidden.shape[1])
    there = weight > 0
    weight = weight[there, None]
    smooth = coded(plain[there])
    plain[there] = (smooth + np.minimum(weight, 1) * (carried[there] / np.maximum(weight, 1e-6) - smooth)) ** 2.2
    return plain


def coded(image):
    """A picture in a perceptual scale."""
    return np.power(np.clip(image, 0, 4), 1 / 2.2).astype(np.float32)


class _Level:
    """A picture at one size of the pyramid in which its hidden pixels are painted: color and likely (its smooth continuation), float32
    (h, w, 3) scene-linear; disparity, float32 (h, w); hidden and usable, bool (h, w)."""

    def __init__(self, color, disparity, hidden, usable, likely, finest=False):
        self.color, self.disparity, self.hidden, self.usable, self.likely = color, disparity, hidden, usable, likely
        self.finest = finest

    def half(self) -> _Level:
        """The next coarser one: of four pixels the mean of those that may be copied, and hidden where any of them is."""
        h, w = (n // 2 * 2 for n in self.hidden.shape)
        quads = lambda a: np.stack([a[i:h:2, j:w:2] for i in (0, 1) for j in (0, 1)])
        ok = quads(self.usable).astype(np.float32)
        k = np.where(ok.sum(0) > 0, ok, 0.25) / np.maximum(ok.sum(0), 1)
        hidden = quads(self.hidden)
        d = quads(self.disparity)
        depth = np.where(hidden.any(0), (d * hidden).sum(0) / np.maximum(hidden.sum(0), 1), (d * k).sum(0))
        return _Level((quads(self.color) * k[..., None]).sum(0), depth.astype(np.float32),
                      hidden.any(0), (ok.sum(0) >= 3) & ~hidden.any(0), quads(self.likely).mean(0))

    def paint(self, match, guess, rounds, told):
        """(match, guess) of this level from those of the next coarser one, with a border: flat source index of every hidden pixel,
        -1 elsewhere; and the painted colour. told() is called after every round."""
        from . import patchmatch    # loads a compiler

        bordered = patchmatch.bordered
        match, image = self.start(match, guess)
        hidden, usable, color = (bordered(a) for a in (self.hidden, self.usable, self.color))
        d = bordered(self.disparity, mode="edge")
        here = np.flatnonzero(hidden)
        counts = bordered(np.where(self.usable, 1, np.where(self.hidden, HEARSAY, 0)).astype(np.float32), mode="edge")
        sources = np.flatnonzero(usable)
        sources = sources[np.argsort(d.ravel()[sources], kind="stable")]
        ranks = np.searchsorted(d.ravel()[sources], d.ravel()[here])
        likely, scaled = patchmatch.bytes_of(coded(self.likely[self.hidden])), coded(image)
        now = np.ascontiguousarray(np.moveaxis(patchmatch.bytes_of(scaled), 2, 0))
        flat = lambda a: a.reshape(-1, a.shape[-1])
        high, wide = match.shape
        rows = np.searchsorted(here, np.arange(patchmatch.PATCH + BAND, high, BAND) * wide)
        bands, ranked, likely = (np.split(a, rows) for a in (here, ranks, likely))
        widest = self.hidden.shape[1] // (4 if guess is None else 16)

        def search(n, backwards, seed):
            patchmatch.search(match, bands[n], now, likely[n], d, usable, counts, sources, ranked[n], widest, backwards, seed + n)

        with ThreadPoolExecutor(cpu_count()) as pool:
            for k in range(rounds):
                for seed, backwards in enumerate((False, True), 2 * k):
                    # Bands that touch do not change at once: the result is always the same.
                    for first in (0, 1):
                        list(pool.map(search, range(first, len(bands), 2), repeat(backwards), repeat(seed * len(bands))))
                flat(image)[here] = np.concatenate(list(pool.map(lambda band: patchmatch.vote(match, band, color, d, usable), bands)))
                flat(scaled)[here] = coded(flat(image)[here])
                now.reshape(3, -1)[:, here] = patchmatch.bytes_of(flat(scaled)[here]).T
                told()
        if self.finest:     # a mean of patches takes the grain off, but a pixel that none beside it goes with is a speck
            copied = here[patchmatch.together(match, here)]
            flat(image)[copied] = flat(color)[match.ravel()[copied]]
            flat(scaled)[copied] = coded(flat(image)[copied])
            before = flat(scaled)[here]
            patchmatch.without_seams(scaled, match, here, d, usable, hidden)
            flat(image)[here] += np.maximum(flat(scaled)[here], 0) ** 2.2 - before ** 2.2     # what is brighter than the scale stays so
        return match, image

    def start(self, match, guess):
        """Like `paint`, from which that starts: what the coarser level says, or nothing but the nearest colour."""
        from . import patchmatch

        bordered, within = patchmatch.bordered, patchmatch.within
        h, w = self.hidden.shape
        y, x = np.nonzero(self.hidden)
        image, current = self.color.copy(), nearest(self.usable)[0][y, x]
        if match is None:
            image[y, x] = self.likely[y, x]
        else:
            match, guess, wide = within(match), within(guess), match.shape[1]
            ph, pw = match.shape
            py, px = (y // 2).clip(0, ph - 1), (x // 2).clip(0, pw - 1)
            parent = match[py, px]
            sy = ((parent // wide - patchmatch.PATCH) * 2 + y - 2 * py).clip(0, h - 1)
            sx = ((parent % wide - patchmatch.PATCH) * 2 + x - 2 * px).clip(0, w - 1)
            fine = self.usable[sy, sx]
            current = np.where(fine, sy * w + sx, current)
            grown = cv2.resize(guess, (w, h), interpolation=cv2.INTER_LINEAR)
            image[y, x] = 0.5 * (self.color.reshape(-1, 3)[current] + grown[y, x])
        full = bordered(np.full((h, w), -1), constant_values=-1)
        within(full)[y, x] = (current // w + patchmatch.PATCH) * full.shape[1] + current % w + patchmatch.PATCH
        return full, bordered(image, mode="edge")
