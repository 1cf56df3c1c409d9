"""Soft edges: how much of a pixel at a depth edge is foreground, and the two colours that were mixed in it.

Closed-form in the spirit of alpha matting by colour lines (Levin et al. 2008), reduced to what a depth edge offers:
both sides are known a few pixels away, so each side's colour is the mean of its own clean pixels, coverage is the
place of the pixel's colour on the line between both, and a blurred side mask stands in where the colours are alike.
"""
from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .edges import Cuts, nearest
from .fringe import USUAL, Fringe

BLUR = 0.7
"""Pixels: standard deviation of the side mask's blur, that of a usual pixel filter."""

WINDOW = 4
"""Pixels: half the window in which either side's clean colour is gathered, beside a fringe of the usual width."""

OPPONENT = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]], np.float32).T / np.sqrt([3, 2, 6], dtype=np.float32)
"""Red, green and blue to brightness and two hues that vary apart from it."""

HUE_NOISE = 0.04
"""Of its brightness, by which a clean surface's colour varies."""

MIXED = 1e-5
"""How much a pixel beside a cut has to say of its surface's colour, to one beyond the band."""

POOR = 1e-3
"""Weight of a side's pixels in a window, under which they hardly tell its colour."""

DAZZLED = 2
"""Times as bright as farther out, from which on that is a lamp's light."""

FAINT = 2e-4
"""Coverage under which a pixel has no foreground."""

LEFT = 0.8
"""Of its colour, that one side leaves to the other in a mixed pixel."""

OPAQUE = 0.996
"""Coverage from which a pixel hides what is behind it: half a step of 8 bits under one."""

AT_ONCE = 4096
"""Pixels round which is looked together: what is known of them fits into a processor's cache."""


@dataclass(slots=True)
class Matte:
    """Both sides of the band round every cut; arrays are (h, w) or (h, w, 3), meaningful where `band` is true.

    band        bool: pixels that may be mixed
    inner       bool: pixels of the band that lie on the near surface themselves
    coverage    share of the near surface in the pixel
    near, far   scene-linear colour of either surface; coverage * near + (1 - coverage) * far is again what was photographed
    front       disparity of the near surface, continued over the band
    around      colour of the far surface round about, the mean of its clean pixels
    """

    band: np.ndarray
    inner: np.ndarray
    coverage: np.ndarray
    near: np.ndarray
    far: np.ndarray
    front: np.ndarray
    around: np.ndarray


def find_matte(color: np.ndarray, disparity: np.ndarray, cuts: Cuts, lifted: np.ndarray, trusted: np.ndarray,
               fringe: Fringe) -> Matte:
    """Coverage and colours of both sides in the band round every cut.

    color      float32 (h, w, 3) scene-linear
    disparity  float32 (h, w)
    lifted     bool (h, w): near surfaces that the matte is for; others stay as they are
    trusted    bool (h, w): the pixel's colour was photographed; elsewhere coverage comes from the side mask alone
    fringe     how wide the band is, and how much of the near side there is in it, where it is wider than usual
    """
    h, w = disparity.shape
    sides = cuts.near | cuts.far
    index, distance = nearest(sides)
    width = np.where(trusted, fringe.width, USUAL)
    band = distance < width + 0.5
    y, x = np.nonzero(band)
    at = index[y, x]
    far_side = cuts.far.ravel()[at]
    # The edge that a pixel belongs to is the one of the nearest pixel beside a cut: front and back of that edge.
    behind = np.where(cuts.near.ravel()[at], cuts.behind.ravel()[at], disparity.ravel()[at])
    in_front = np.where(far_side, cuts.in_front.ravel()[at], disparity.ravel()[at])
    own = disparity[y, x]
    # A pixel between three surfaces belongs to the edge of which it is a side.
    is_near = np.abs(own - in_front) <= np.abs(own - behind)
    # Of a near surface only what is lifted off takes part: beyond a seam it goes on untouched.
    keep = lifted[y, x] | ~is_near
    y, x, at, behind, in_front, own, is_near = (a[keep] for a in (y, x, at, behind, in_front, own, is_near))
    band = np.zeros((h, w), bool)
    band[y, x] = True
    middle = 0.5 * (in_front + behind)
    base = disparity.ravel()[nearest(cuts.near)[0][y, x]]
    close = 0.25 * np.maximum(base - behind, 1e-9)

    # Where there is nothing else, as between bars, what is farthest from the edges; in a sharp picture all but what is beside them.
    purity = (MIXED ** np.sqrt((1 - distance / (width + 0.5)).clip(0))).astype(np.float32)
    rings = np.rint(distance).clip(0, fringe.pure.shape[1] - 1).astype(int)
    purity = np.where(width > USUAL, purity, np.maximum(purity, fringe.pure[cuts.near.ravel()[index].astype(int), rings]))
    n = len(y)
    # An edge is as wide as its wider side.
    wide = cv2.dilate(np.where(band, width, 0).astype(np.uint8), np.ones((2 * WINDOW + 1, 2 * WINDOW + 1), np.uint8))[y, x].astype(int)
    windows = -(-(wide + 1) // 2)     # from one side of the band to what is beyond the other
    gathered = _Gathered.empty(n)
    gather = lambda times, at: _gather(times, color, disparity, purity, *(a[at] for a in (y, x, middle, base, close)))
    for times in np.unique(windows):
        at = np.flatnonzero(windows == times)
        gathered.put(at, gather(times, at))
    # Between a lamp and the bar beside it nothing of the far side is clean: that is looked for farther out.
    mean = lambda side: side[1:4].max(0) / np.maximum(side[0], 1e-9)
    poor = np.flatnonzero((gathered.sides[0, 0] < POOR) & (mean(gathered.sides[1]) > 1))
    for times in np.unique(2 * windows[poor]):
        at = poor[2 * windows[poor] == times]
        wider = gather(times, at).sides[0]
        dazzled = mean(gathered.sides[0][:, at]) > DAZZLED * mean(wider)
        gathered.sides[0][:, at[dazzled]] = wider[:, dazzled]
    mask = np.where((wide > USUAL) & (fringe.profile[y, x] >= 0), fringe.profile[y, x], gathered.mask)
    here, photographed = color[y, x], trusted[y, x]
    sides = _Sides.of(gathered, here)
    coverage, fits = _coverage(here, sides, mask, is_near, photographed)
    near, far = _parted(here, coverage, sides, fits, photographed)
    # What was painted is of one side, and not mixed.
    painted, on_near = ~photographed[:, None], is_near[:, None]
    near = np.where(painted, np.where(on_near, here, sides.near), near)
    far = np.where(painted, np.where(on_near, sides.far, here), far)
    inner = np.zeros((h, w), bool)
    inner[y, x] = is_near
    out = Matte(band, inner, np.zeros((h, w), np.float32), color.copy(), color.copy(), disparity.copy(), color.copy())
    out.around[y, x] = sides.far
    out.coverage[y, x] = coverage
    out.near[y, x] = np.maximum(near, 0)
    out.far[y, x] = np.maximum(far, 0)
    continued = np.where(gathered.front_weight > 0, gathered.front / np.maximum(gathered.front_weight, 1e-9), base)
    out.front[y, x] = np.where(is_near, own, continued)
    return out


@dataclass(slots=True)
class _Gathered:
    """What lies in windows round n pixels: of the far and of the near side, float32 (2, 10, n), the sums of weights, of clean
    colour, of its squares, and of squares of hues; the blurred side mask; sum and weight of the near surface's disparity."""

    sides: np.ndarray
    mask: np.ndarray
    front: np.ndarray
    front_weight: np.ndarray

    @classmethod
    def empty(cls, n: int) -> _Gathered:
        return cls(np.zeros((2, 10, n), np.float32), *np.zeros((3, n), np.float32))

    def put(self, at, part: _Gathered) -> None:
        for name in self.__slots__:
            getattr(self, name)[..., at] = getattr(part, name)

    def of(self, side: int) -> tuple[np.ndarray, ...]:
        """Sums of colour (n, 3), of weights (n,), of squares of colour and of hues (n, 3) of the far side, 0, or the near one, 1."""
        weight, *sums = self.sides[side]
        color, squares, hues = np.reshape(sums, (3, 3, -1)).swapaxes(1, 2)
        return color, weight, squares, hues


@dataclass(slots=True)
class _Sides:
    """The two sides of n pixels, told from their clean pixels round about.

    far, near              float32 (n, 3): mean colour
    noise_far, noise_near  float32 (n, 3): its variance within the side
    ranges                 of the far and of the near side, lowest and highest brightness and hues, as `_range` has them
    """

    far: np.ndarray
    near: np.ndarray
    noise_far: np.ndarray
    noise_near: np.ndarray
    ranges: tuple

    @classmethod
    def of(cls, gathered: _Gathered, here: np.ndarray) -> _Sides:
        """here  float32 (n, 3): the pixels' own colours, in place of those of a side that has no clean pixels"""
        sums = gathered.of(0), gathered.of(1)
        far, near = (np.where(count[:, None] > 1e-9, total / np.maximum(count, 1e-9)[:, None], here) for total, count, *_ in sums)
        variance = lambda side, mean: (sums[side][2] / np.maximum(sums[side][1], 1e-9)[:, None] - mean * mean).clip(0)
        noise_far = variance(0, far) + (0.05 * far) ** 2 + 1e-5
        noise_near = variance(1, near) + (0.05 * near) ** 2 + 1e-5
        return cls(far, near, noise_far, noise_near, tuple(_range(side, here @ OPPONENT) for side in sums))


def _coverage(here, sides: _Sides, mask, is_near, photographed) -> tuple[np.ndarray, np.ndarray]:
    """Share of the near side in n pixels, (n,); and whether any mixture of both comes to their colour, bool (n,).

    here          float32 (n, 3): their colours
    mask          float32 (n,): the same share as a blurred edge has it
    is_near       bool (n,): which lie on the near side themselves
    photographed  bool (n,): of which the colour counts; of others only the mask does
    """
    far, near, noise_far, noise_near = sides.far, sides.near, sides.noise_far, sides.noise_near
    line = near - far
    length = (line * line).sum(1)
    placed = (((here - far) * line).sum(1) / np.maximum(length, 1e-9)).clip(0, 1)
    # The side mask is a guess of known quality, surer away from the cut; colour counts by how far apart the sides are.
    guess = (0.3 * 4 * mask * (1 - mask) + 0.03) ** 2
    mixed = placed[:, None] ** 2 * noise_near + (1 - placed[:, None]) ** 2 * noise_far
    seen = (mixed * line * line).sum(1) / np.maximum(length, 1e-9) ** 2
    astray = here - far - placed[:, None] * line  # off the line: neither of both, and no measure of how much of either
    seen = seen + (astray * astray).sum(1) / np.maximum(length, 1e-9)
    trust = guess / (guess + seen) * photographed
    coverage = trust * placed + (1 - trust) * mask
    # Neither side may bring more light than there is here.
    most = lambda mean, noise: (here / np.maximum(mean - 2 * np.sqrt(noise), 1e-4)).min(1).clip(0, 1)
    coverage = np.maximum(np.minimum(coverage, most(near, noise_near)), 1 - most(far, noise_far))
    # Hue tells sides apart that a pattern's mean does not: what lies outside the range of one side came from the other, and
    # what lies outside of both is a detail of the side on which it lies.
    ranges = sides.ranges
    least, least_far = (_least_share(here @ OPPONENT, ranges[i], ranges[1 - i]) for i in (0, 1))
    fits = least + least_far <= 1
    clash = (least + least_far - 1).clip(0, 1)
    # Behind the edge, what goes a little beyond the near side's range is that side's, and depth is off.
    side = mask + np.where(is_near, 0, (2 - least).clip(0, 1) * (2 * least - 1).clip(0, 1)) * (1 - mask)
    between = (1 - clash) * least / np.maximum(least + least_far, 1e-9) + clash * side
    coverage = np.where(photographed, np.where(fits, coverage.clip(least, np.maximum(1 - least_far, least)), between), coverage)
    # Too little to be drawn: the pixel is wholly of one side. The limit is low, for a lamp is 100 times white.
    coverage = np.where(coverage < FAINT, 0, np.where(coverage > OPAQUE, 1, coverage))
    return coverage, fits


def _parted(here, coverage, sides: _Sides, fits, photographed) -> tuple[np.ndarray, np.ndarray]:
    """Colours of the near and the far side in n pixels, (n, 3) each, that mixed by their coverage (n,) are the pixels' own; others as
    for and from `_coverage`."""
    far, near, noise_far, noise_near, ranges = sides.far, sides.near, sides.noise_far, sides.noise_near, sides.ranges
    # What the two clean colours leave over is the picture's own detail: it goes to the side that shows.
    a, b = coverage[:, None], 1 - coverage[:, None]
    rest = here - a * near - b * far
    total = a * a * noise_near + b * b * noise_far
    near_fitted = near + rest * a * noise_near / total
    far_fitted = far + rest * b * noise_far / total
    # The side that hardly shows stays like its surroundings, the other closes up to the picture exactly.
    def like(mean, noise, fitted, share):
        spread = 2 * np.sqrt(noise)
        own = mean + share * (np.minimum(here, 2 * mean + spread) - mean)    # a lamp is 100 times white
        return np.clip(fitted, np.minimum(mean - spread, own).clip(0), np.maximum(mean + spread, own))

    mostly = a >= 0.5
    far = np.where(mostly, np.minimum(like(far, noise_far, far_fitted, b), here / np.maximum(b, 1e-6)), far)
    near = np.where(mostly, near, np.minimum(like(near, noise_near, near_fitted, a), here / np.maximum(a, 1e-6)))
    near, far = (np.where(mostly, (here - b * far) / np.maximum(a, 0.5), near),
                 np.where(mostly, far, (here - a * near) / np.maximum(b, 0.5)))
    # Nor does the side that shows keep the other's hue: that goes over, as far as the other side is like that, if anything is; what is
    # like neither goes from the far side to the near one only, whose glints are beside it.
    for mine, other, share, side, told in ((far, near, a, 0, True), (near, far, b, 1, fits[:, None])):
        pure = np.clip(mine @ OPPONENT, *ranges[side]) @ OPPONENT.T
        given = (here - (1 - share) * pure) / np.maximum(share, 0.02)
        given = np.where(fits[:, None], np.clip(given @ OPPONENT, *ranges[1 - side]) @ OPPONENT.T, given)
        given = np.clip(given, 0, here / np.maximum(share, 1e-6))
        moved = (share > 0.02) & (share < 0.5) & photographed[:, None] & told
        mine[:] = np.where(moved, (here - share * given) / np.maximum(1 - share, 0.5), mine)
        other[:] = np.where(moved, given, other)
    # Nor may the near one leave the far one less light than it has about it, if there is as much.
    far = np.where((a > 0) & (a < 0.5), np.maximum(far, LEFT * np.minimum(sides.far, here)), far)
    near = np.where((a > 0) & (a < 0.5), (here - b * far) / np.maximum(a, 1e-6), near)
    return near, far


def _gather(times: int, color, disparity, purity, y, x, middle, base, close) -> _Gathered:
    """Looks round pixels in windows `times` as wide as usual, of as many samples."""
    reach = WINDOW * times
    pad = lambda a: cv2.copyMakeBorder(a, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    d, c, k = pad(disparity), pad(color), pad(purity)
    wide = d.shape[1]
    d, c, k = d.ravel(), c.reshape(-1, 3), k.ravel()
    places = (y + reach) * wide + x + reach
    out = _Gathered.empty(len(y))
    for first in range(0, len(y), AT_ONCE):
        part = np.s_[first:first + AT_ONCE]
        out.put(part, _gathered(times, d, c, k, wide, *(a[part] for a in (places, middle, base, close))))
    return out


def _gathered(times: int, d, c, k, wide: int, places, middle, base, close) -> _Gathered:
    """Like `_gather`, from flat pictures so many pixels wide, round flat indices."""
    out = _Gathered.empty(len(places))
    sample = np.ones((10, len(places)), np.float32)
    color, squares, hues = sample[1:4], sample[4:7], sample[7:]
    total = 0.0
    for dy in range(-WINDOW, WINDOW + 1):
        for dx in range(-WINDOW, WINDOW + 1):
            r2 = dx * dx + dy * dy
            if r2 > WINDOW * WINDOW + 1:
                continue
            falls = lambda spread: np.float32(np.exp(-r2 / spread))
            there = places + times * (dy * wide + dx)
            dd = d[there]
            near = dd > middle
            gauss = falls(2 * BLUR * BLUR)
            if gauss > 1e-4:
                out.mask += gauss * near
                total += gauss
            color[:] = c.take(there, 0).T
            np.square(color, out=squares)
            np.square(OPPONENT.T @ color, out=hues)
            weight = falls(6.0) * k[there]
            for side, sums in enumerate(out.sides):
                sums += weight * (near == bool(side)) * sample
            share = falls(3.0) * (np.abs(dd - base) < close)
            out.front += share * dd
            out.front_weight += share
    out.mask /= total
    return out


def _range(sums, here):
    """Lowest and highest that a side's clean pixels are in brightness and hues, each (n, 3); of a side without any, `here`."""
    total, count, _, squares = sums
    known = count[:, None] > 1e-9
    mean = np.where(known, total @ OPPONENT / np.maximum(count, 1e-9)[:, None], here)
    variance = np.where(known, squares / np.maximum(count, 1e-9)[:, None] - mean * mean, 0).clip(0)
    spread = 2.5 * np.sqrt(variance + (HUE_NOISE * mean[:, :1]) ** 2 + 1e-5)
    return mean - spread, mean + spread


def _least_share(here, mine, other):
    """Least share (n,) of the other side in a pixel whose brightness or hue lies outside the range of this one; more than 1
    where no mixture comes to that."""
    (low, high), (other_low, other_high) = mine, other
    above, below = (here - high).clip(0), (low - here).clip(0)
    return np.maximum(above / (other_high - high).clip(1e-6), below / (low - other_low).clip(1e-6)).max(1)
