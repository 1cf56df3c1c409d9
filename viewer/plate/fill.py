"""What the plate never showed, painted: the colour of surfaces that go on behind foregrounds."""
from __future__ import annotations

import cv2
import numpy as np

from .edges import nearest

DEPTHS, THINNED = 12, 4
"""Disparities at which `continue_plainly` knows the colours, and pixels of the picture to one that it looks at."""


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
                   rounds: int = 4) -> np.ndarray:
    """Colour float32 (h, w, 3) with the `hidden` pixels painted from `usable` ones at like depth.

    Exemplar-based, coarse to fine: every hidden pixel looks for the patch of the picture that goes best with its
    surroundings, patches vote, and the finest level copies. Only pixels of like disparity take part, on either side of
    a comparison, so that nothing of a foreground is copied behind it (Wexler et al. 2007; Barnes et al. 2009).

    rounds: search and vote rounds a level
    """
    likely = continue_plainly(color, disparity, hidden, usable)
    levels = [_Level(color, disparity, hidden, usable, likely, finest=True)]
    while min(levels[-1].hidden.shape) > 64 and len(levels) < 6:
        levels.append(levels[-1].half())
    match, guess = None, None
    for level in reversed(levels):
        match, guess = level.paint(match, guess, rounds)
    out = color.copy()
    out[hidden] = guess[hidden]
    return out


LIKELY = 0.3
"""Weight of how far a match is from the smooth continuation: a lamp beside what is hidden is no reason for another one."""

DETAIL = 0.08
"""Of white, in a perceptual scale, by which a match may differ from that: what a wall's bricks do from their joints."""

PATCH = 2
"""Pixels: half a patch's side less one."""

COMPARED = [(dy, dx) for dy in range(-PATCH, PATCH + 1) for dx in range(-PATCH, PATCH + 1) if (dy + dx) % 2 == 0]
"""Pixels of a patch that are compared, of a chessboard one colour: their neighbours say much the same."""

THOROUGH, QUICK = (1, 2, 1, 4, 1), (1, 2)
"""Pixels: how far away neighbours' matches are tried, step by step, at a coarse level and at a fine one."""

SEARCHED = 60_000
"""Hidden pixels that a level searches for, the ones next to shown pixels first: a move uncovers those first. The others
take their matches from the coarser level."""


COMPANY = 2
"""Pixels beside one that have to be copied from beside its own source, for it to be a copy too."""


def coded(image):
    """A picture in a perceptual scale."""
    return np.power(np.clip(image, 0, 4), 1 / 2.2).astype(np.float32)


class _Level:
    def __init__(self, color, disparity, hidden, usable, likely, finest=False):
        self.color, self.disparity, self.hidden, self.usable, self.likely = color, disparity, hidden, usable, likely
        self.finest = finest

    def half(self):
        h, w = (n // 2 * 2 for n in self.hidden.shape)
        quads = lambda a: np.stack([a[i:h:2, j:w:2] for i in (0, 1) for j in (0, 1)])
        ok = quads(self.usable).astype(np.float32)
        k = np.where(ok.sum(0) > 0, ok, 0.25) / np.maximum(ok.sum(0), 1)
        hidden = quads(self.hidden)
        d = quads(self.disparity)
        depth = np.where(hidden.any(0), (d * hidden).sum(0) / np.maximum(hidden.sum(0), 1), (d * k).sum(0))
        return _Level((quads(self.color) * k[..., None]).sum(0), depth.astype(np.float32),
                      hidden.any(0), (ok.sum(0) >= 3) & ~hidden.any(0), quads(self.likely).mean(0))

    def paint(self, match, guess, rounds):
        """(match, guess) of this level from those of the next coarser one: flat source index of every hidden pixel, in
        the order of np.nonzero, spread over an (h, w) map; and the painted colour."""
        h, w = self.hidden.shape
        y, x = np.nonzero(self.hidden)
        if not len(y) or not self.usable.any():
            return np.zeros((h, w), np.int64), self.color.copy()
        rng = np.random.default_rng(1)
        d = self.disparity.ravel()
        sources = np.flatnonzero(self.usable)
        sources = sources[np.argsort(d[sources], kind="stable")]
        here = y * w + x
        ranks = np.searchsorted(d[sources], d[here])

        def alike(spread):
            """A random source of like disparity for every hidden pixel."""
            at = ranks + (rng.standard_normal(len(ranks)) * spread * len(sources)).astype(np.int64)
            return sources[at.clip(0, len(sources) - 1)]

        image = self.color.copy()
        index, distance = nearest(self.usable)
        if match is None:
            current = alike(0.01)
            image[self.hidden] = self.color.reshape(-1, 3)[index[self.hidden]]
            image[self.hidden] = cv2.GaussianBlur(image, (0, 0), 3)[self.hidden]
        else:
            ph, pw = match.shape
            py, px = (y // 2).clip(0, ph - 1), (x // 2).clip(0, pw - 1)
            parent = match[py, px]
            sy = (parent // pw * 2 + y - 2 * py).clip(0, h - 1)
            sx = (parent % pw * 2 + x - 2 * px).clip(0, w - 1)
            current = sy * w + sx
            bad = ~self.usable.ravel()[current]
            current[bad] = alike(0.003)[bad]
            image[self.hidden] = self.color.reshape(-1, 3)[current]
        full = np.full(h * w, -1, np.int64)
        full[here] = current
        if rounds:
            few = len(here) <= SEARCHED
            active = np.arange(len(here)) if few else np.argpartition(distance[y, x], SEARCHED)[:SEARCHED]
            if match is not None:
                grown = cv2.resize(guess, (w, h), interpolation=cv2.INTER_LINEAR).reshape(-1, 3)
                pixels = image.reshape(-1, 3)
                pixels[here[active]] = 0.5 * (pixels[here[active]] + grown[here[active]])
            for _ in range(rounds if few else 1):
                self.search(image, full, here[active], lambda spread: alike(spread)[active], rng, THOROUGH if few else QUICK)
                image = self.vote(image, full, here[active])
            if self.finest:  # a mean of patches takes the grain off, but a pixel that none beside it goes with is a speck
                copied = here[self.together(full.reshape(h, w), y, x) >= COMPANY]
                image.reshape(-1, 3)[copied] = self.color.reshape(-1, 3)[full[copied]]
        return full.reshape(h, w), image

    @staticmethod
    def together(match, y, x):
        """How many of the pixels beside those at y, x were matched with much the same place beside theirs."""
        h, w = match.shape
        count = np.zeros(len(y), int)
        my, mx = match[y, x] // w, match[y, x] % w
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                if dy or dx:
                    other = match[(y + dy).clip(0, h - 1), (x + dx).clip(0, w - 1)]
                    count += (other >= 0) & (np.abs(other // w - dy - my) + np.abs(other % w - dx - mx) <= 1)
        return count

    def patches(self, image):
        """A function from flat pixel indices (n,) to their patches in a perceptual scale, float32 (n, k, 3)."""
        h, w = self.hidden.shape
        image = cv2.copyMakeBorder(coded(image), PATCH, PATCH, PATCH, PATCH, cv2.BORDER_REPLICATE)
        wide = image.shape[1]
        pixels = image.reshape(-1, 3)
        window = np.array([(PATCH + dy) * wide + PATCH + dx for dy, dx in COMPARED])
        return lambda at: pixels.take((at // w * wide + at % w)[:, None] + window, axis=0)

    def weights(self, here):
        h, w = self.hidden.shape
        y, x = here // w, here % w
        d0 = self.disparity[y, x]
        out = []
        for dy, dx in COMPARED:
            yy, xx = (y + dy).clip(0, h - 1), (x + dx).clip(0, w - 1)
            same = np.abs(self.disparity[yy, xx] - d0) < 0.08 * d0 + 0.004
            out.append(same * np.where(self.usable[yy, xx], 1.0, np.where(self.hidden[yy, xx], 0.4, 0.0)))
        k = np.stack(out, -1).astype(np.float32)
        k[:, len(out) // 2] = np.maximum(k[:, len(out) // 2], 0.1)
        return k / k.sum(1, keepdims=True)

    def search(self, image, match, here, alike, rng, steps):
        """Improves the matches of the pixels `here` in the flat map `match`."""
        h, w = self.hidden.shape
        patches = self.patches(image)
        target, k = patches(here), self.weights(here)
        current = match[here]
        d = self.disparity.ravel()
        y, x = here // w, here % w
        usable = self.usable.ravel()
        scale = 0.3 * w
        colors, likely = coded(self.color).reshape(-1, 3), coded(self.likely).reshape(-1, 3)[here]

        def cost(source, at, most=np.inf):
            """Of sources for some of the pixels, where it is less than `most`."""
            depth = d[here[at]]
            gap = np.abs(d[source] - depth) / (0.05 * depth + 0.002)
            far = ((source % w - x[at]) ** 2 + (source // w - y[at]) ** 2) / (scale * scale)
            odd = ((np.abs(colors[source] - likely[at]) - DETAIL).clip(0) ** 2).sum(1)
            least = np.where(usable[source], LIKELY * odd + 0.02 * np.maximum(gap - 1, 0) ** 2 + 0.01 * far, np.inf)
            # Patches are compared only where that may decide.
            open_ = np.flatnonzero(least < most)
            e = patches(source[open_]) - target[at[open_]]
            least[open_] += np.einsum("nkc,nkc,nk->n", e, e, k[at[open_]])
            return least

        best = cost(current, np.arange(len(here)))

        def consider(source):
            at = np.flatnonzero(source != current)
            source = source[at]
            c = cost(source, at, best[at])
            better = c < best[at]
            best[at[better]], current[at[better]] = c[better], source[better]

        for step in steps:
            for dy, dx in ((0, step), (step, 0), (0, -step), (-step, 0)):
                yy, xx = y + dy, x + dx
                inside = (yy >= 0) & (yy < h) & (xx >= 0) & (xx < w)
                source = np.where(inside, match[(yy * w + xx).clip(0, h * w - 1)], -1)
                sy, sx = source // w - dy, source % w - dx
                ok = (source >= 0) & (sy >= 0) & (sy < h) & (sx >= 0) & (sx < w)
                consider(np.where(ok, sy * w + sx, current))
                match[here] = current
            consider(alike(0.002 * step))
            reach = max(2, w // (4 * step * step))
            sy = (current // w + rng.integers(-reach, reach + 1, len(y))).clip(0, h - 1)
            sx = (current % w + rng.integers(-reach, reach + 1, len(y))).clip(0, w - 1)
            consider(sy * w + sx)
        match[here] = current

    def vote(self, image, match, here):
        """The picture with the pixels `here` as the mean of what the patches over them say."""
        h, w = self.hidden.shape
        y, x = here // w, here % w
        d = self.disparity.ravel()
        color = self.color.reshape(-1, 3)
        usable = self.usable.ravel()
        total, weight = np.zeros((len(here), 3), np.float32), np.zeros(len(here), np.float32)
        for dy in range(-PATCH, PATCH + 1):
            for dx in range(-PATCH, PATCH + 1):
                yy, xx = (y + dy).clip(0, h - 1), (x + dx).clip(0, w - 1)
                at = yy * w + xx
                source = match[at]
                sy, sx = source // w - dy, source % w - dx
                s = (sy * w + sx).clip(0, h * w - 1)
                ok = (source >= 0) & (sy >= 0) & (sy < h) & (sx >= 0) & (sx < w) & usable[s]
                ok &= np.abs(d[s] - d[here]) < 0.15 * d[here] + 0.004
                k = ok * np.float32(np.exp(-(dy * dy + dx * dx) / 4.0))
                total += k[:, None] * color[s]
                weight += k
        out = image.copy()
        own = color[match[here]]
        out.reshape(-1, 3)[here] = np.where(weight[:, None] > 0, total / np.maximum(weight, 1e-6)[:, None], own)
        return out
