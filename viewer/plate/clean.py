"""Measured disparity made fit for cutting: its edges brought onto the picture's, its noise taken off.

Sensors, stereo and networks all get depth edges wrong by some pixels, smear them into ramps, leave holes round them
and specks beside them, while the picture knows where things end. So the disparity is asked which pixels can be
believed, the believed ones are grown over the rest along the picture's own edges (a watershed of its colours, Meyer
1991), and what is left of the noise is evened out by a filter that keeps planes as they are.

Nothing here assumes a sensor: how far edges are off and how noisy surfaces are is measured on the plate itself. Depth
that a renderer made comes out as it went in.
"""
from __future__ import annotations

import cv2
import numpy as np

from .colour import perceptual
from .edges import CUT_SHARE, LOOK, Cuts, components, find_cuts, look_of, tolerance
from .ink import drawn, flattened, inked
from .outline import SOFT, WRONG, calmed, outlined, stepped, wanders

USUAL, NARROW = 0.1, 1.0
"""Pixels of ramps to a pixel at an edge from which edges are ramps, and not now and then a narrow surface between two; and up to
which they are as narrow as a pixel filter."""

SUPPORT = 8
"""Pixels of 25 that have a value in common where there is a surface; a ramp has 5, its level line."""

SPECK = 12
"""Pixels up to which a surface is a speck, unless the colour changes with it."""

UNSEEN = 0.02
"""Pixels of parallax at REACH: noise below it is left alone."""

CLEAR = 0.2
"""Share of the floor by which a peak must rise over it."""

ENOUGH = 100
"""Cuts of a kind from which their mean says something."""

NOISE_BLOCK, QUIET, EVERYWHERE = 16, 0.25, 1 / 3
"""Pixels a side of the blocks in which noise is measured, the share of them that are quiet, and how noisy those are, to the
usual ones, at the least, where there is noise."""

NORMAL_SHARES, NORMAL_QUANTILES = np.array([(0.25, 0.5), (0.3186, 0.6745)])
"""Shares of normal deviates that are no larger than so many standard deviations."""

STEP = 0.25
"""Of a disparity, by which nothing but a step bends most of a block."""

BETWEEN = 8
"""Pixels of width up to which what lies between grown surfaces is given to them."""

CALMED = 4.0
"""Standard deviations of the noise, of which steps are no edges."""


def clean(disparity: np.ndarray, color: np.ndarray, known: np.ndarray, focal: float) -> np.ndarray:
    """Disparity float32 (h, w) in 1/m with its edges on the colour's edges and its surfaces smooth.

    disparity  float32 (h, w) in 1/m, complete
    color      float (h, w, 3), scene-linear
    known      bool (h, w): where it was measured and not filled
    focal      pixels
    """
    d = np.array(disparity, np.float32)
    if min(d.shape) <= 4 * LOOK:    # nothing to learn from
        return d
    guide = perceptual(color)
    if not drawn(d, guide, focal):
        return _mended(d, guide, known, focal)
    painted = flattened(d, focal)
    return inked(_mended(d, guide, known, focal) if painted is None else painted, guide)


def _mended(d: np.ndarray, guide: np.ndarray, known: np.ndarray, focal: float) -> np.ndarray:
    """As `clean` does it to what was measured, or estimated, or computed."""
    sigma = noise_of(d, known)
    noisy = sigma > UNSEEN * 4 * tolerance(focal)
    if noisy:
        d = calmed(d, CALMED * sigma)
    cuts = find_cuts(d, focal)
    ramps = mixed(d)
    ramped = ramps.sum() > USUAL * (cuts.near.sum() + 1)
    wandering = wanders(d, guide, focal, SOFT if ramped else WRONG)
    whole, clear = _whole(known), not (noisy or ramped or wandering)
    if whole and clear:    # computed and not measured: there is nothing to mend
        return d
    if whole and wandering:    # an estimate, not a sensor's
        return outlined(d, guide, focal, sigma)
    if whole and not noisy and ramps.sum() < NARROW * cuts.near.sum():    # a renderer's, through its pixel filter
        return stepped(d, focal)
    shift, reach = alignment(d, guide, cuts)
    if clear and not any(shift) and not reach:    # computed, too, but for what a renderer left out
        return d
    if any(shift):
        def move(a, border):
            return cv2.warpAffine(a, np.float32([[1, 0, shift[0]], [0, 1, shift[1]]]), a.shape[::-1],
                                  flags=cv2.INTER_NEAREST, borderMode=border)
        d, known = move(d, cv2.BORDER_REPLICATE), move(known.astype(np.uint8), cv2.BORDER_REPLICATE) > 0
        cuts = find_cuts(d, focal)
        ramps = mixed(d)
    trusted = known & ~_beside(cuts, reach)
    if ramped:
        trusted &= ~ramps
    if noisy or reach or not trusted.all():
        d = _regrown(d, guide, trusted, cuts)
    return calmed(d, CALMED * sigma) if noisy else d


def _whole(known: np.ndarray) -> bool:
    """Whether all is known but for a margin at the frame, which an estimate may lack, too."""
    rows, columns = (np.flatnonzero(known.any(axis)) for axis in (1, 0))
    return bool(len(rows)) and bool(known[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1].all())


def noise_of(disparity: np.ndarray, known: np.ndarray) -> float:
    """Standard deviation of the disparity's noise (1/m), from its second differences, which a plane does not have. Noise is
    everywhere: where quiet blocks have hardly any, what the others have is relief."""
    found = []
    for d, k in ((disparity, known), (disparity.T, known.T)):
        bend = np.abs(d[:, :-4] - 2 * d[:, 2:-2] + d[:, 4:])
        bend[~(k[:, :-4] & k[:, 2:-2] & k[:, 4:])] = np.nan
        blocks, values = _blocks(bend), _blocks(d[:, 2:-2])
        # Sky and what is cut off at a range have one value, which says nothing.
        count = np.isfinite(blocks).sum(1)
        told = (count > NOISE_BLOCK ** 2 / 2) & (np.nan_to_num(blocks) > 0).any(1)
        ranks = np.rint((count[told, None] - 1) * NORMAL_SHARES).astype(int)
        few, half = np.take_along_axis(np.sort(blocks[told], 1), ranks, 1).T / NORMAL_QUANTILES[:, None]      # NaN comes last
        # A post before the sky may be in half a block, and as an edge: that is no noise, which is in all of it.
        found.append(np.where(half > STEP * np.median(values[told], 1), np.minimum(few, half), half))
    found = np.concatenate(found)
    if not len(found):
        return 0.0
    quiet, usual = np.quantile(found, (QUIET, 0.5))
    return float((usual if quiet > EVERYWHERE * usual else quiet) / np.sqrt(6))


def _blocks(a: np.ndarray) -> np.ndarray:
    """Blocks of NOISE_BLOCK by NOISE_BLOCK pixels, (n, pixels), about a million of those at the most."""
    h, w = (n // NOISE_BLOCK for n in a.shape)
    blocks = a[:h * NOISE_BLOCK, :w * NOISE_BLOCK].reshape(h, NOISE_BLOCK, w, NOISE_BLOCK).swapaxes(1, 2)
    return blocks.reshape(-1, NOISE_BLOCK ** 2)[::max(1, int(a.size / 1e6))]


def alignment(d: np.ndarray, guide: np.ndarray, cuts: Cuts) -> tuple[tuple[int, int], int]:
    """How depth edges lie to the colour's: (shift in x, shift in y) that brings them there, and how many pixels they
    are off after it.

    The mean colour gradient across all cuts is a peak over a floor: exact depth has it at the cut and as wide as a
    pixel filter, badly registered depth beside it, and ragged depth has it wide.
    """
    shift, reach = [], []
    look = look_of(d)
    at = np.arange(-look, look + 1)
    for cut, z, picture in ((cuts.right, d, guide), (cuts.below.T, d.T, guide.transpose(1, 0, 2))):
        y, x = np.nonzero(cut[:, look:-look - 1])
        x += look
        every = max(1, len(y) // 50_000)
        y, x = y[::every], x[::every]
        window = picture[y[:, None], x[:, None] + np.arange(-look, look + 2)].astype(np.int16)
        gradient = np.abs(np.diff(window, axis=1)).max(-1)
        rising = z[y, x + 1] > z[y, x]
        peaks, floors = [], []
        for side in (rising, ~rising):
            if side.sum() < ENOUGH:
                continue
            profile = gradient[side].mean(0)
            floors.append(np.sort(profile)[:look].mean())
            peaks.append(np.maximum(profile - floors[-1], 0))
        # What both kinds of edges have in common is a shift; a fringe round every foreground moves them apart.
        off = 0
        if len(peaks) == 2 and sum(peaks).max() > CLEAR * sum(floors):
            off = int(at[np.convolve(sum(peaks), (1, 3, 1), "same").argmax()])
        shift.append(off)
        for peak, floor in zip(peaks, floors):
            if peak.max() > CLEAR * floor:
                high = peak >= 0.5 * peak.max()
                lobe = np.flatnonzero(np.cumsum(~high) == np.cumsum(~high)[peak.argmax()])
                reach.append(np.abs(at - off)[lobe[high[lobe]]].max())
    # A pixel to either side is the picture's own filter.
    reach = round(np.mean(reach)) if reach else 0
    return tuple(shift), reach if reach > 1 else 0


def mixed(d: np.ndarray) -> np.ndarray:
    """Pixels of a ramp between two surfaces, bool (h, w): the range of values round them stops growing with the
    window, as on a plane it does not, they lie inside of it, and few pixels round them share their value."""
    low, high = (f(d, np.ones((7, 7), np.uint8)) for f in (cv2.erode, cv2.dilate))
    step = high - low
    found = (step > 2 * CUT_SHARE * high) & (d > low + 0.15 * step) & (d < high - 0.15 * step)
    wide = [f(d, np.ones((13, 13), np.uint8)) for f in (cv2.erode, cv2.dilate)]
    found &= wide[1] - wide[0] < 1.5 * step
    y, x = np.nonzero(found)
    padded = cv2.copyMakeBorder(d, 2, 2, 2, 2, cv2.BORDER_REPLICATE)
    alike = np.zeros(len(y), np.int32)
    own, span = d[y, x], 0.1 * step[y, x]
    for dy in range(5):
        for dx in range(5):
            alike += np.abs(padded[y + dy, x + dx] - own) <= span
    found[y, x] = alike < SUPPORT
    return found


def _beside(cuts: Cuts, reach: int) -> np.ndarray:
    """Pixels within `reach` of a cut, except the middle line of what is thinner than that, bool (h, w)."""
    sides = cuts.near | cuts.far
    if reach == 0 or not sides.any():
        return np.zeros_like(sides)
    away = cv2.distanceTransform((~sides).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    ridge = (away >= 1) & (away >= cv2.dilate(away, np.ones((3, 3), np.uint8)))
    return (away < reach) & ~ridge


def _regrown(d, guide, trusted, cuts: Cuts) -> np.ndarray:
    """Disparity in which surfaces of trusted pixels have grown over all others, to where the colour changes."""
    h, w = d.shape
    right, below = cuts.right.copy(), cuts.below.copy()
    right |= ~trusted
    right[:, :-1] |= ~trusted[:, 1:]
    below |= ~trusted
    below[:-1] |= ~trusted[1:]
    label = components(right, below)
    label[~trusted] = 0
    label[_specks(label, cuts, guide)] = 0
    if not label.any():
        return d
    # The library keeps a frame of a pixel for itself, and lines of -1 between the basins.
    marker = cv2.copyMakeBorder(label.astype(np.int32), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    calm = cv2.bilateralFilter(guide, 5, 12, 2)
    cv2.watershed(cv2.copyMakeBorder(calm, 1, 1, 1, 1, cv2.BORDER_REPLICATE), marker)
    grown = np.ascontiguousarray(marker[1:-1, 1:-1])
    grown[label > 0] = label[label > 0]
    _settle_lines(grown, calm)
    return _carried(d, grown, label > 0)


def _specks(label, cuts: Cuts, guide) -> np.ndarray:
    """Pixels of surfaces of at most SPECK pixels at whose edges the colour does not change, bool (h, w)."""
    size = np.bincount(label.ravel())
    size[0] = SPECK + 1
    small = size <= SPECK
    if not small.any():
        return np.zeros(label.shape, bool)
    change, usual = np.zeros((2, len(size)))
    for axis, cut in ((1, cuts.right), (0, cuts.below)):
        g = np.pad(_changes(guide, axis), ((0, 0), (0, 1)) if axis else ((0, 1), (0, 0))).astype(np.float32)
        around = cv2.blur(g, (7, 7))
        y, x = np.nonzero(cut)
        for k in (label[y, x], label[(y + 1 - axis).clip(0, len(g) - 1), (x + axis).clip(0, g.shape[1] - 1)]):
            change += np.bincount(k, g[y, x], len(size))
            usual += np.bincount(k, around[y, x], len(size))
    return (small & (change < 2 * usual + 1e-6))[label]


def _around(y, x, shape):
    for dy, dx in ((0, -1), (0, 1), (-1, 0), (1, 0)):
        yield (y + dy).clip(0, shape[0] - 1), (x + dx).clip(0, shape[1] - 1)


def _settle_lines(label, guide) -> None:
    """Gives every pixel without a label that of the neighbour most like it in colour."""
    for _ in range(BETWEEN):
        y, x = np.nonzero(label <= 0)
        if not len(y):
            return
        best, least = np.zeros(len(y), np.int32), np.full(len(y), 1 << 20)
        own = guide[y, x].astype(np.int32)
        for yy, xx in _around(y, x, label.shape):
            cost = np.abs(guide[yy, xx] - own).sum(-1)
            better = (label[yy, xx] > 0) & (cost < least)
            best[better], least[better] = label[yy, xx][better], cost[better]
        label[y, x] = best


def _carried(d, label, given) -> np.ndarray:
    """Disparity of the given pixels carried over the rest of their label; what agrees with it stays as it was."""
    d, done = d.copy(), given.copy()
    h, w = d.shape
    front = np.flatnonzero(cv2.dilate((~given).astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & given)
    while len(front):
        y, x = np.divmod(front, w)
        into = []
        for yy, xx in _around(y, x, d.shape):
            open_ = ~done[yy, xx] & (label[yy, xx] == label[y, x])
            into.append(yy[open_] * w + xx[open_])
        front = np.unique(np.concatenate(into))
        y, x = np.divmod(front, w)
        total, count = np.zeros(len(y), np.float32), np.zeros(len(y), np.float32)
        for yy, xx in _around(y, x, d.shape):
            same = done[yy, xx] & (label[yy, xx] == label[y, x])
            total += np.where(same, d[yy, xx], 0)
            count += same
        value = total / np.maximum(count, 1)
        agrees = np.abs(d[y, x] - value) <= CUT_SHARE * np.maximum(value, d[y, x])
        d[y, x] = np.where(agrees, d[y, x], value)
        done[y, x] = True
    return d


def _changes(guide, axis: int) -> np.ndarray:
    """How much the colour changes from every pixel to the next one along an axis, uint8, one less along it."""
    later, earlier = (guide[1:], guide[:-1]) if axis == 0 else (guide[:, 1:], guide[:, :-1])
    change = cv2.absdiff(np.ascontiguousarray(later), np.ascontiguousarray(earlier))
    return np.maximum(np.maximum(change[..., 0], change[..., 1]), change[..., 2])
