"""Where in a picture it looks as it does round a pixel: the search between patches of `fill`, compiled, for it visits every pixel
about a hundred times.

Barnes et al., "PatchMatch: A Randomized Correspondence Algorithm for Structural Image Editing", 2009: good matches are found by
chance and handed on to neighbours, in the order of reading and then against it. Pictures come with a border (`bordered`), so that
nothing has to ask where they end.
"""
from __future__ import annotations

import numpy as np

from .behind import STEPS
from .compiled import compiled

LIKELY = 0.3
"""Weight of how far a match is from the smooth continuation: a lamp beside what is hidden is no reason for another one."""

WHITE = 128
"""Of 255 in a byte: a lamp is twice as bright on a perceptual scale."""

DETAIL = 10
"""Of WHITE, by which a match may differ from that: what a wall's bricks do from their joints."""

PATCH = 4
"""Pixels: half a patch's side less one."""

FAR = 0.2
"""Of the picture's width: distance of a match that costs as much as a tenth of white."""

ROW = 16
"""Pixels that are read of every row of a patch: as many as a processor takes at once. Those beyond the patch count nothing."""

COUNTS = np.exp(-(np.arange(-PATCH, PATCH + 1)[:, None] ** 2 + np.arange(-PATCH, PATCH + 1) ** 2) / 4.0).astype(np.float32)
"""How much a patch has to say of a pixel that lies so far from its middle."""

ALIKE = (0.002, 0.008)
"""Shares of all sources, in the order of their depth, from among which one is drawn at random."""

ARRIVES, AIM, CAME = 0.1, 3, 4
"""Of white, by which a line may look otherwise where it comes out again; pixels by which it may do so beside; and pixels that it
can be followed back from where it goes out of sight."""

COMPANY = 2
"""Pixels beside one that have to be copied from beside its own source, for it to be a copy too."""


def bordered(picture: np.ndarray, **how) -> np.ndarray:
    """A picture (h, w) or (h, w, 3) as these loops take it, its border filled as np.pad does: PATCH pixels all round, and a row more
    below, for the last patch's last row is read beyond its end."""
    return np.pad(picture, [(PATCH, PATCH + 1), (PATCH, PATCH), (0, 0)][:picture.ndim], **how)


def within(picture: np.ndarray) -> np.ndarray:
    """A picture without its border."""
    return picture[PATCH:-PATCH - 1, PATCH:-PATCH]


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
def search(match, here, image, likely, disparity, usable, counts, sources, ranks, widest, backwards, seed):
    """Improves the matches of pixels, once through all of them.

    match      int64 (h, w): flat index of every hidden pixel's source, changed in place; -1 elsewhere
    here       int64 (n,): flat indices of the pixels, in the order of reading
    image      uint8 (3, h, w): the picture as painted so far, by `bytes_of`
    likely     uint8 (n, 3): its smooth continuation at those pixels
    disparity  float32 (h, w), of what is hidden where it is hidden
    usable     bool (h, w): what may be copied
    counts     float32 (h, w): how much a pixel has to say of those beside it
    sources    int64 (m,): flat indices of what may be copied, by disparity; ranks int64 (n,): the places of `here` among them
    widest     pixels round a match in which better ones are looked for
    """
    h, w = disparity.shape
    f, u = np.float32, np.uintp     # an unsigned index is not asked whether it counts from the end
    state = _drawn(_drawn(np.uint32(seed)))
    distant, unit = f(0.01 / (FAR * (w - 2 * PATCH)) ** 2), f(1 / WHITE ** 2)
    step = -1 if backwards else 1
    matches, colors, plane = match.reshape(-1), image.reshape(-1), u(h * w)
    depths, says = disparity.reshape(-1), counts.reshape(-1)
    weight = np.zeros((2 * PATCH + 1, ROW), np.float32)
    for number in range(len(here)):
        i = len(here) - 1 - number if backwards else number
        y, x = here[i] // w, here[i] % w
        d = disparity[y, x]
        own = here[i] - PATCH * w - PATCH
        total = f(0)
        for r in range(2 * PATCH + 1):
            row = u(own + r * w)
            for c in range(ROW):
                weight[u(r), u(c)] = says[row + u(c)] if c <= 2 * PATCH and _level(d, depths[row + u(c)]) else f(0)
                total += weight[u(r), u(c)]
        more = max(f(0.1) - weight[PATCH, PATCH], f(0))
        weight[PATCH, PATCH] += more
        scale = unit / (total + more)
        by, bx, least = match[y, x] // w, match[y, x] % w, f(np.inf)
        reach, at = widest, 0
        while True:
            sy, sx = by, bx
            if 0 < at < 3:      # what the neighbours came from
                there = here[i] - step if at == 1 else here[i] - step * w
                source = matches[there] + here[i] - there
                if matches[there] >= 0 and 0 <= source < h * w:
                    sy, sx = source // w, source % w
            elif 3 <= at < 3 + len(ALIKE):      # anything at like depth
                state = _drawn(state)
                rank = ranks[i] + int((f(state) * f(2.0 ** -31) - f(1)) * f(ALIKE[at - 3]) * f(len(sources)))
                source = sources[min(max(rank, 0), len(sources) - 1)]
                sy, sx = source // w, source % w
            elif at > 0 and reach > 1:      # around the best
                state = _drawn(state)
                sy = min(max(by + int((f(state) * f(2.0 ** -31) - f(1)) * f(reach + 1)), 0), h - 1)
                state = _drawn(state)
                sx = min(max(bx + int((f(state) * f(2.0 ** -31) - f(1)) * f(reach + 1)), 0), w - 1)
                reach //= 4
            elif at > 0:
                break
            at += 1
            if at > 1 and sy == by and sx == bx or not usable[sy, sx]:
                continue
            gap = max(abs(disparity[sy, sx] - d) / (f(0.05) * d + f(0.002)) - f(1), f(0))
            cost = f(0.02) * gap * gap + distant * f((sx - x) ** 2 + (sy - y) ** 2)
            if cost >= least:
                continue
            for c in range(3):
                odd = max(abs(np.int32(image[c, sy, sx]) - np.int32(likely[i, c])) - DETAIL, 0)
                cost += f(LIKELY) * unit * f(odd * odd)
            base = (sy - PATCH) * w + sx - PATCH
            for r in range(2 * PATCH + 1):
                if cost >= least:
                    break
                odd, red, its_red = f(0), u(own + r * w), u(base + r * w)
                green, its_green = red + plane, its_red + plane
                blue, its_blue = green + plane, its_green + plane
                for c in range(ROW):
                    j = u(c)
                    e0, e1, e2 = (f(colors[its_red + j]) - f(colors[red + j]), f(colors[its_green + j]) - f(colors[green + j]),
                                  f(colors[its_blue + j]) - f(colors[blue + j]))
                    odd += weight[u(r), j] * (e0 * e0 + e1 * e1 + e2 * e2)
                cost += scale * odd
            if cost < least:
                by, bx, least = sy, sx, cost
        match[y, x] = by * w + bx


@compiled
def vote(match, here, color, disparity, usable):
    """What the patches over every pixel of `here` say of its colour, in the mean: float32 (n, 3); others as in `search`."""
    w = disparity.shape[1]
    matches, colors, depths, may = match.reshape(-1), color.reshape(-1, 3), disparity.reshape(-1), usable.reshape(-1)
    out = np.empty((len(here), 3), np.float32)
    for i in range(len(here)):
        d = depths[here[i]]
        red, green, blue, total = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
        for dy in range(-PATCH, PATCH + 1):
            for dx in range(-PATCH, PATCH + 1):
                source = matches[here[i] + dy * w + dx]
                if source < 0:
                    continue
                source -= dy * w + dx
                if source < 0 or source >= len(may) or not may[source] or abs(depths[source] - d) >= 0.15 * d + 0.004:
                    continue
                k = COUNTS[dy + PATCH, dx + PATCH]
                red += k * colors[source, 0]
                green += k * colors[source, 1]
                blue += k * colors[source, 2]
                total += k
        if total == 0:
            total = np.float32(1)
            source = matches[here[i]]
            red, green, blue = colors[source, 0], colors[source, 1], colors[source, 2]
        out[i, 0], out[i, 1], out[i, 2] = red / total, green / total, blue / total
    return out


@compiled
def together(match, here):
    """Which pixels of `here`, bool (n,), are copied from beside where at least COMPANY of those around them are."""
    w = match.shape[1]
    matches = match.reshape(-1)
    out = np.empty(len(here), np.bool_)
    for i in range(len(here)):
        count = 0
        for dy in range(-1, 2):
            for dx in range(-1, 2):
                other = matches[here[i] + dy * w + dx] - dy * w - dx - matches[here[i]]
                if (dy or dx) and matches[here[i] + dy * w + dx] >= 0 and (abs(other) <= 1 or abs(other) == w):
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
    """Adds the step from one flat index to another, where the plate shows it, within one surface: 1, or else 0."""
    if min(one, other) < 0 or max(one, other) >= len(usable) or not (usable[one] and usable[other]):
        return 0
    if not _level(disparity[one], disparity[other]):
        return 0
    for c in range(3):
        step[c] += image[one, c] - image[other, c]
    return 1


@compiled
def without_seams(picture, match, here, disparity, usable, hidden):
    """Takes the seams out of what was copied: steps between neighbours become those of the picture where they came from, up to
    the surroundings (Perez et al., "Poisson Image Editing", 2003; Darabi et al., "Image Melding", 2012).

    picture  float32 (h, w, 3) in a perceptual scale, whose hidden pixels are changed in place
    hidden   bool (h, w): what was painted; others as in `search`
    """
    f, n, w = np.float32, len(here), match.shape[1]
    image, match, depths = picture.reshape(-1, 3), match.reshape(-1), disparity.reshape(-1)
    usable, hidden = usable.reshape(-1), hidden.reshape(-1)
    # What a pixel would be: a share of each neighbour, and a constant.
    own, constant, step = np.empty((n, 3), f), np.empty((n, 3), f), np.empty(3, f)
    other, share = np.zeros((n, 4), np.int32), np.zeros((n, 4), f)
    for i in range(n):
        at = here[i]
        total = f(KEEPS)
        for c in range(3):
            own[i, c] = image[at, c]
            constant[i, c] = f(KEEPS) * image[at, c]
        for k in range(4):
            beside = STEPS[k, 0] * w + STEPS[k, 1]
            if not hidden[at + beside]:
                for reach in range(OVER, 0, -1):
                    if usable[at + reach * beside] and _level(depths[at], depths[at + reach * beside]):
                        beside *= reach
                        break
            there = at + beside
            if not (hidden[there] or usable[there]) or not _level(depths[at], depths[there]):
                continue
            step[:] = 0
            count = _add_step(step, image, usable, depths, match[at], match[at] + beside)
            if hidden[there]:
                count += _add_step(step, image, usable, depths, match[there] - beside, match[there])
            if count == 2:
                step *= f(0.5)
            odd = f(0)
            for c in range(3):
                odd = max(odd, abs(image[at, c] - image[there, c] - step[c]))
            weight = f(np.exp(-(odd / f(EDGE)) ** 2))
            other[i, k], share[i, k] = there, weight
            total += weight
            for c in range(3):
                constant[i, c] += weight * step[c]
        constant[i] /= total
        share[i] /= total
    for turn in range(MENDING):
        for number in range(n):
            i = n - 1 - number if turn % 2 else number
            at = here[i]
            for c in range(3):
                now = constant[i, c]
                for k in range(4):
                    now += share[i, k] * image[other[i, k], c]
                now = image[at, c] + f(FASTER) * (now - image[at, c])
                image[at, c] = min(max(now, own[i, c] - f(SEAM)), own[i, c] + f(SEAM))
