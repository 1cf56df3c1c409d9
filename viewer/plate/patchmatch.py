"""Where in a picture it looks like round a pixel: the loops of `fill`, compiled, for they touch every pixel some hundred times.

Barnes et al., "PatchMatch: A Randomized Correspondence Algorithm for Structural Image Editing", 2009: good matches are found by
chance and handed on to neighbours, in the order of reading and then against it. Compiled code is kept on disk; this module is
imported where it is needed, since the compiler takes half a second to load.
"""
from __future__ import annotations

import numpy as np
from numba import njit

from .behind import STEPS


def compiled(function):
    """numba's `njit`, kept on disk; where there is no place for that (nobody's home, a read-only installation) only in memory."""
    options = dict(fastmath=True, nogil=True)
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:
        return njit(**options)(function)


LIKELY = 0.3
"""Weight of how far a match is from the smooth continuation: a lamp beside what is hidden is no reason for another one."""

WHITE = 128
"""Of 255 in a byte: a lamp is twice as bright on a perceptual scale."""

DETAIL = 10
"""Of WHITE, by which a match may differ from that: what a wall's bricks do from their joints."""

PATCH = 4
"""Pixels: half a patch's side less one."""

FAR = 0.3
"""Of the picture's width: distance of a match that costs as much as a tenth of white."""

COMPARED = np.array([(dy, dx) for dy in range(-PATCH, PATCH + 1) for dx in range(-PATCH, PATCH + 1) if (dy + dx) % 2 == 0])
"""Pixels of a patch that are compared, of a chessboard one colour: their neighbours say much the same."""

COUNTS = np.exp(-(np.arange(-PATCH, PATCH + 1)[:, None] ** 2 + np.arange(-PATCH, PATCH + 1) ** 2) / 4.0).astype(np.float32)
"""How much a patch has to say of a pixel that lies so far from its middle."""

ALIKE = (0.002, 0.008)
"""Shares of all sources, in the order of their depth, from among which one is drawn at random."""

ARRIVES, AIM, CAME = 0.1, 3, 4
"""Of white, by which a line may look otherwise where it comes out again; pixels by which it may do so beside; and pixels that it
can be followed back from where it goes out of sight."""

COMPANY = 2
"""Pixels beside one that have to be copied from beside its own source, for it to be a copy too."""


def bytes_of(coded: np.ndarray) -> np.ndarray:
    """Colours on a perceptual scale as bytes, for of a picture in them twice as much is at hand in a processor's cache."""
    return (coded * np.float32(WHITE) + np.float32(0.5)).clip(0, 255).astype(np.uint8)


@compiled
def _level(disparity, other):
    """Whether another surface is about as far away as one of this disparity."""
    return abs(other - disparity) < np.float32(0.08) * disparity + np.float32(0.004)


@compiled
def _drawn(state):
    """The next state of a linear congruential generator (Numerical Recipes), uint32: much faster than numpy's, to run and to
    compile."""
    return np.uint32(state * np.uint32(1664525) + np.uint32(1013904223))


@compiled
def search(match, here, image, likely, disparity, usable, hidden, sources, ranks, widest, backwards, seed):
    """Improves the matches of pixels, once through all of them.

    match      int64 (h, w): flat index of every hidden pixel's source, changed in place; -1 elsewhere
    here       int64 (n,): flat indices of the pixels, in the order of reading
    image      uint8 (h + 2 PATCH, w + 2 PATCH, 3): the picture as painted so far, by `bytes_of`, with a border
    likely     uint8 (h, w, 3): its smooth continuation
    disparity  float32 (h, w), of what is hidden where it is hidden
    usable, hidden  bool (h, w): what may be copied, and what is painted
    sources    int64 (m,): flat indices of what may be copied, by disparity; ranks int64 (n,): the places of `here` among them
    widest     pixels round a match in which better ones are looked for
    """
    h, w = disparity.shape
    f = np.float32
    state = _drawn(_drawn(np.uint32(seed)))
    distant, unit = f(0.01 / (FAR * w) ** 2), f(1 / WHITE ** 2)
    step = -1 if backwards else 1
    wide = w + 2 * PATCH
    colors = image.reshape(-1)
    window = 3 * ((COMPARED[:, 0] + PATCH) * wide + COMPARED[:, 1] + PATCH)
    n, middle = len(window), 3 * (PATCH * wide + PATCH)
    weight, target = np.empty(n, np.float32), np.empty((n, 3), np.int32)
    for number in range(len(here)):
        i = len(here) - 1 - number if backwards else number
        y, x = here[i] // w, here[i] % w
        d = disparity[y, x]
        total = f(0)
        for k in range(n):
            yy, xx = min(max(y + COMPARED[k, 0], 0), h - 1), min(max(x + COMPARED[k, 1], 0), w - 1)
            weight[k] = 0
            if _level(d, disparity[yy, xx]):
                weight[k] = f(1) if usable[yy, xx] else f(0.4) if hidden[yy, xx] else f(0)
            if 2 * k == n - 1:
                weight[k] = max(weight[k], f(0.1))
            total += weight[k]
            for c in range(3):
                target[k, c] = np.int32(colors[3 * (y * wide + x) + window[k] + c])
        weight *= unit / total
        best, least = match[y, x], f(np.inf)
        reach, at = widest, 0
        while True:
            if at == 0:
                source = best
            elif at < 3:        # what the neighbours came from
                yy, xx = (y, x - step) if at == 1 else (y - step, x)
                source = best
                if 0 <= yy < h and 0 <= xx < w and match[yy, xx] >= 0:
                    sy, sx = match[yy, xx] // w + y - yy, match[yy, xx] % w + x - xx
                    if 0 <= sy < h and 0 <= sx < w:
                        source = sy * w + sx
            elif at < 3 + len(ALIKE):    # anything at like depth
                state = _drawn(state)
                rank = ranks[i] + int((f(state) * f(2.0 ** -31) - f(1)) * f(ALIKE[at - 3]) * f(len(sources)))
                source = sources[min(max(rank, 0), len(sources) - 1)]
            elif reach > 1:     # around the best
                state = _drawn(state)
                sy = best // w + np.int64(state >> np.uint32(8)) % (2 * reach + 1) - reach
                state = _drawn(state)
                sx = best % w + np.int64(state >> np.uint32(8)) % (2 * reach + 1) - reach
                source = min(max(sy, 0), h - 1) * w + min(max(sx, 0), w - 1)
                reach //= 4
            else:
                break
            at += 1
            if at > 1 and source == best:
                continue
            sy, sx = source // w, source % w
            if not usable[sy, sx]:
                continue
            gap = max(abs(disparity[sy, sx] - d) / (f(0.05) * d + f(0.002)) - f(1), f(0))
            cost = f(0.02) * gap * gap + distant * f((sx - x) ** 2 + (sy - y) ** 2)
            if cost >= least:
                continue
            base = 3 * (sy * wide + sx)
            for c in range(3):
                odd = max(abs(np.int32(colors[base + middle + c]) - np.int32(likely[y, x, c])) - DETAIL, 0)
                cost += f(LIKELY) * unit * f(odd * odd)
            for k in range(n):
                if cost >= least:
                    break
                o = base + window[k]
                e0, e1, e2 = (np.int32(colors[o]) - target[k, 0], np.int32(colors[o + 1]) - target[k, 1],
                              np.int32(colors[o + 2]) - target[k, 2])
                cost += weight[k] * f(e0 * e0 + e1 * e1 + e2 * e2)
            if cost < least:
                best, least = source, cost
        match[y, x] = best


@compiled
def vote(match, here, color, disparity, usable):
    """What the patches over every pixel of `here` say of its colour, in the mean: float32 (n, 3); others as in `search`."""
    h, w = disparity.shape
    out = np.empty((len(here), 3), np.float32)
    for i in range(len(here)):
        y, x = here[i] // w, here[i] % w
        d = disparity[y, x]
        red, green, blue, total = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
        for dy in range(-PATCH, PATCH + 1):
            for dx in range(-PATCH, PATCH + 1):
                yy, xx = min(max(y + dy, 0), h - 1), min(max(x + dx, 0), w - 1)
                source = match[yy, xx]
                if source < 0:
                    continue
                sy, sx = source // w - dy, source % w - dx
                if sy < 0 or sy >= h or sx < 0 or sx >= w or not usable[sy, sx]:
                    continue
                if abs(disparity[sy, sx] - d) >= 0.15 * d + 0.004:
                    continue
                k = COUNTS[dy + PATCH, dx + PATCH]
                red += k * color[sy, sx, 0]
                green += k * color[sy, sx, 1]
                blue += k * color[sy, sx, 2]
                total += k
        if total == 0:
            total = np.float32(1)
            sy, sx = match[y, x] // w, match[y, x] % w
            red, green, blue = color[sy, sx, 0], color[sy, sx, 1], color[sy, sx, 2]
        out[i, 0], out[i, 1], out[i, 2] = red / total, green / total, blue / total
    return out


@compiled
def together(match, here):
    """Which pixels of `here`, bool (n,), are copied from beside where at least COMPANY of those around them are."""
    h, w = match.shape
    out = np.empty(len(here), np.bool_)
    for i in range(len(here)):
        y, x = here[i] // w, here[i] % w
        my, mx = match[y, x] // w, match[y, x] % w
        count = 0
        for dy in range(-1, 2):
            for dx in range(-1, 2):
                other = match[min(max(y + dy, 0), h - 1), min(max(x + dx, 0), w - 1)]
                if (dy or dx) and other >= 0 and abs(other // w - dy - my) + abs(other % w - dx - mx) <= 1:
                    count += 1
        out[i] = count >= COMPANY
    return out


@compiled
def _likest(color, usable, own, y, x, reach):
    """Of the usable pixels within `reach` of a place the one most like a colour: how far it is from that, inf without any, and
    its row and column. What is beside the place counts a little less."""
    h, w = usable.shape
    least, row, column = np.float32(np.inf), y, x
    for yy in range(max(y - reach, 0), min(y + reach + 1, h)):
        for xx in range(max(x - reach, 0), min(x + reach + 1, w)):
            if usable[yy, xx]:
                odd = np.float32(0.01) * np.float32(np.hypot(yy - y, xx - x))
                for c in range(3):
                    odd = max(odd, abs(color[yy, xx, c] - own[c]))
                if odd < least:
                    least, row, column = odd, yy, xx
    return least, row, column


@compiled
def rays(color, disparity, hidden, usable, at, towards, strength, fades):
    """Colours carried straight on from where lines run into what is hidden: float32 (h, w, 3) times its weight, and that
    weight, float32 (h, w).

    A line that comes out on the other side where it looks alike is sure to be one; others fade away.

    color      float32 (h, w, 3) in a perceptual scale; the others as in `search`
    at         int64 (n,): flat indices of usable pixels beside hidden ones
    towards    float32 (n, 2): unit vectors, down and right, in which lines go on there; strength float32 (n,), 0 to 1
    fades      pixels in which a line fades away
    """
    h, w = disparity.shape
    total, weight = np.zeros((h, w, 3), np.float32), np.zeros((h, w), np.float32)
    f = np.float32
    for n in range(len(at)):
        y, x = at[n] // w, at[n] % w
        d, down, right = disparity[y, x], towards[n, 0], towards[n, 1]
        # It has come some way already: what is of one pixel only is a rim or a crumb.
        yy, xx = int(np.floor(y - CAME * down + 0.5)), int(np.floor(x - CAME * right + 0.5))
        if _likest(color, usable, color[y, x], yy, xx, 1)[0] >= f(ARRIVES):
            continue
        steps, alike = 0, f(np.inf)
        while True:     # as far as it is hidden, and of this surface
            steps += 1
            yy, xx = int(np.floor(y + steps * down + 0.5)), int(np.floor(x + steps * right + 0.5))
            if yy < 0 or yy >= h or xx < 0 or xx >= w or not _level(d, disparity[yy, xx]):
                break
            if not hidden[yy, xx]:
                # It goes to where it comes out, be that a little beside.
                alike, sy, sx = _likest(color, usable, color[y, x], yy, xx, AIM)
                if alike < f(ARRIVES):
                    down, right = f(sy - y) / f(steps), f(sx - x) / f(steps)
                break
        arrives = alike < f(ARRIVES)
        for step in range(1, steps):
            k = strength[n] * (f(1) - f(step) / f(steps) if arrives else f(np.exp(-step / fades)))
            py, px = y + step * down, x + step * right
            top, left = int(np.floor(py)), int(np.floor(px))
            for dy in range(2):
                for dx in range(2):
                    yy, xx = top + dy, left + dx
                    if 0 <= yy < h and 0 <= xx < w and hidden[yy, xx]:
                        g = k * f((1 - abs(py - yy)) * (1 - abs(px - xx)))
                        weight[yy, xx] += g
                        for c in range(3):
                            total[yy, xx, c] += g * color[y, x, c]
    return total, weight


KEEPS, FASTER, MENDING = 0.03, 1.6, 30
"""Weight of a pixel's own copy, to that of a step to a neighbour; factor of over-relaxation; and its rounds."""

EDGE, SEAM = 0.2, 0.12
"""Of white, by which a step that is none where its copies came from is rather an edge than a seam, the bottom of a window; and by
which a copy changes at most."""

OVER = 3
"""Pixels to what the plate shows round about: beside what hides there is a little of that in it."""

@compiled
def _add_step(step, image, usable, disparity, one, other):
    """Adds the step from `other` to `one`, each (row, column), where the plate shows it, within one surface: 1, or else 0."""
    h, w = usable.shape
    for at in (one, other):
        if at[0] < 0 or at[0] >= h or at[1] < 0 or at[1] >= w or not usable[at[0], at[1]]:
            return 0
    if not _level(disparity[one[0], one[1]], disparity[other[0], other[1]]):
        return 0
    for c in range(3):
        step[c] += image[one[0], one[1], c] - image[other[0], other[1], c]
    return 1


@compiled
def without_seams(image, match, here, disparity, usable, hidden):
    """Takes the seams out of what was copied: steps between neighbours become those of the picture where they came from, up to
    the surroundings (Perez et al., "Poisson Image Editing", 2003; Darabi et al., "Image Melding", 2012).

    image   float32 (h, w, 3) in a perceptual scale, whose hidden pixels are changed in place; others as in `search`
    """
    h, w = disparity.shape
    f = np.float32
    n = len(here)
    own, steps, linked = np.empty((n, 3), f), np.zeros((n, 4, 3), f), np.zeros((n, 4), f)
    other = np.zeros((n, 4, 2), np.int32)
    for i in range(n):
        y, x = here[i] // w, here[i] % w
        own[i] = image[y, x]
        my, mx = match[y, x] // w, match[y, x] % w
        for k in range(4):
            dy, dx = STEPS[k]
            yy, xx = y + dy, x + dx
            if 0 <= yy < h and 0 <= xx < w and not hidden[yy, xx]:
                for reach in range(OVER, 0, -1):
                    yy, xx = y + reach * dy, x + reach * dx
                    if 0 <= yy < h and 0 <= xx < w and usable[yy, xx] and _level(disparity[y, x], disparity[yy, xx]):
                        dy, dx = reach * dy, reach * dx
                        break
            if (yy < 0 or yy >= h or xx < 0 or xx >= w or not (hidden[yy, xx] or usable[yy, xx])
                    or not _level(disparity[y, x], disparity[yy, xx])):
                continue
            other[i, k] = yy, xx
            count = _add_step(steps[i, k], image, usable, disparity, (my, mx), (my + dy, mx + dx))
            if hidden[yy, xx]:
                oy, ox = match[yy, xx] // w, match[yy, xx] % w
                count += _add_step(steps[i, k], image, usable, disparity, (oy - dy, ox - dx), (oy, ox))
            if count == 2:
                steps[i, k] *= f(0.5)
            odd = f(0)
            for c in range(3):
                odd = max(odd, abs(image[y, x, c] - image[yy, xx, c] - steps[i, k, c]))
            linked[i, k] = f(np.exp(-(odd / f(EDGE)) ** 2))
    for turn in range(MENDING):
        for number in range(n):
            i = n - 1 - number if turn % 2 else number
            y, x = here[i] // w, here[i] % w
            for c in range(3):
                total, weight = f(KEEPS) * own[i, c], f(KEEPS)
                for k in range(4):
                    if linked[i, k] > 0:
                        total += linked[i, k] * (image[other[i, k, 0], other[i, k, 1], c] + steps[i, k, c])
                        weight += linked[i, k]
                now = image[y, x, c] + f(FASTER) * (total / weight - image[y, x, c])
                image[y, x, c] = min(max(now, own[i, c] - f(SEAM)), own[i, c] + f(SEAM))
