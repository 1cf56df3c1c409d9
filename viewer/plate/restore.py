"""A small, soft, noisy or holed map restored at a finer size: the surfaces that would have given it.

What a map holds is the true disparity, blurred and averaged over its large pixels, plus noise. The restored one is the
sharpest that explains it: least squares against the map through that very blur, and a penalty on steps between
neighbours that is mild for few large ones, milder where the picture's colour changes too (Ferstl et al., "Image Guided
Depth Upsampling using Anisotropic Total Generalized Variation", 2013, with the hyper-Laplacian penalty of Krishnan and
Fergus, "Fast Image Deconvolution using Hyper-Laplacian Priors", 2009), by reweighted least squares and conjugate
gradients. The blur is not known: it is the one with which the least penalty explains the map. What noise leaves is taken
off the sharp surfaces by planes.
"""
from __future__ import annotations

import cv2
import numpy as np

from .clean import noise_of
from .edges import parted

MOST_PIXELS = 1e6
"""Of the restored map, for its time; what is left to the picture's size is `upsample.fitted`'s."""

PENALTY, NOISE_PENALTY = 0.2, 0.3
"""Of steps, against that of misses, per value of the map; or, where that is more, per unit of relative noise and value to
a side, since in a small map more values lie beside steps: noise goes, and surfaces of 2 values' width stay."""

POWER = 0.5
"""Exponent of a step's penalty."""

ABSOLUTE = 0.3
"""Of the nearest disparity, under which misses and steps are as large as there and not in proportion: a map's codes and its blur do not
shrink with distance, and neither does parallax."""

ROUNDS = (0.1, 0.05, 0.03, 0.02) + (0.01,) * 8
"""Relative steps, one for each round at half the size, below which the penalty is quadratic: the first rounds are nearly convex, the
last ones make up their mind."""

FINE_ROUNDS = (0.01,) * 4
"""The same of the rounds in full size that follow."""

STEPS = 20
"""Of conjugate gradients in each round."""

COLOUR_SIGMA, COLOUR_LEAST = 6.0, 0.06
"""Of 255 on a square-root scale: colour changes that let a step through, and the share of its penalty that stays."""

STEP, SOFT = 0.05, 2
"""Relative height of an edge in what is restored, and pixels to each side of it that are left between."""

FEWEST = 0.002
"""Share of the map, and of a part of it, beside edges, from which they tell a blur; slopes do not."""

SKY = 0.01
"""Of the mean disparity, under which a map that has sky has nothing else."""

NOISY = 0.003
"""Of the median disparity: noise from which it is worth taking away."""

NEIGHBOURS = 4
"""Values of the map to each side through which a plane is laid."""

CLEAR, DOUBTED = 3.0, 0.01
"""Values from a step from which nothing of it is left in a surface, and the weight of what lies right beside one."""

OUTLYING, ALIKE, LEVEL = 2.0, 40.0, 0.3
"""Standard deviations of the noise within which a value is on a plane, of 255 within which it looks alike, and square values
of which a slope's evidence counts as none."""

SMALLEST, LARGEST = 32, 5e5
"""Values to a side, from which a map shows how soft it is, and values up to which there is time for it."""

BAND = 32
"""Values whose pixels are summed up at once."""

GUESS = 2e-3
"""Weight of what was filled in, against that of what was measured."""

BLURS = np.arange(0, 3.3, 0.25)
"""Standard deviations in pixels of the map that are tried."""

LEAST_BLUR = 0.3
"""Under which it cannot be told from none, which is the safer guess: the mean over a pixel blurs as much."""

TRIAL, TRIALS = 128, 3
"""Pixels of the map, to either side, in which they are tried, and how many such parts: a net tells less than a shoulder."""

TRIAL_PENALTIES = (2.0, 2.0), (20.0, 5.0)
"""Penalties of a first and of a closer look, for maps without noise and with it: where it is, it must not decide."""

EVIDENCE = 1.1
"""By how much less a blur has to cost than none. Maps of networks are soft here and sharp there: theirs are left alone; a map
with holes is a sensor's."""

TRIAL_ROUNDS, TRIAL_STEPS = (0.1, 0.05, 0.02, 0.01), 15


def restored(disparity: np.ndarray, known: np.ndarray, guide: np.ndarray) -> np.ndarray:
    """Disparity at the picture's size, float32; or nearer to it, where that has more than MOST_PIXELS. A map that is sharp
    and whole and without noise comes back as it is, and so does one of more than LARGEST values.

    disparity  float32 (h, w) in 1/m, complete
    known      bool (h, w): where it was measured and not filled
    guide      uint8 (H, W, 3): the picture's colours on a perceptual scale
    """
    h, w = disparity.shape
    if min(h, w) < SMALLEST or disparity.size > LARGEST or np.ptp(disparity) == 0:
        return disparity
    weight = np.where(known, 1, GUESS).astype(np.float32)
    noise = noise_of(disparity, known) / np.median(disparity[disparity > 0])      # sky has no distance to compare with
    noisy = bool(noise > NOISY)
    blur = blur_of(disparity, weight, _resized(guide, (h, w)), noisy)
    if blur == 0 and known.all() and not noisy:
        return disparity
    penalty = max(PENALTY, NOISE_PENALTY * noise * min(h, w) * noisy)
    found = disparity
    for most, rounds in ((MOST_PIXELS / 4, ROUNDS), (MOST_PIXELS, FINE_ROUNDS)):
        share = min(1, (most / (guide.shape[0] * guide.shape[1])) ** 0.5)
        size = round(share * guide.shape[0]), round(share * guide.shape[1])
        if size[0] < h or size[1] < w:
            size = h, w
        if rounds is ROUNDS or size != found.shape:
            found, _ = _solved(disparity, weight, _resized(guide, size), found, blur, penalty, rounds, STEPS)
    # No nearer and no farther than what was measured: a ringing is no surface. What is as good as sky is sky.
    # What is left between two surfaces goes to the closer one, specks with a median.
    found = cv2.medianBlur(parted(found.clip(disparity.min(), disparity.max()), SOFT, STEP), 3)
    if noisy:
        found = planed(found, _resized(guide, found.shape), noise, round(found.shape[0] / h))
    if disparity.min() == 0:
        found[found < SKY * disparity.mean()] = 0
    return found


def planed(disparity: np.ndarray, guide: np.ndarray, noise: float, step: int) -> np.ndarray:
    """Disparity, float32 (h, w), on planes: each through the values around one that look alike and differ by no more than
    noise does, so that steps well above it stay (Tomasi and Manduchi, "Bilateral Filtering for Gray and Color Images",
    1998, with a plane for a mean). What lies clear of a step says more than what is beside it and drawn to its other side.

    guide   uint8 (h, w, 3): the picture at the same size
    noise   standard deviation as a share of the disparity
    step    pixels between values that are looked at, over which noise is alike
    """
    h, w = disparity.shape
    r = NEIGHBOURS * step
    pad = lambda a: cv2.copyMakeBorder(a, r, r, r, r, cv2.BORDER_REFLECT)
    away = cv2.distanceTransform((~_beside_steps(disparity)).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5) / step
    wide, colour, trust = pad(disparity), pad(guide), pad(np.minimum(away / CLEAR, 1) ** 2 + np.float32(DOUBTED))
    spread = 1 / np.maximum(OUTLYING * noise * disparity, 1e-6)
    n, mx, my, xx, xy, yy, z, zx, zy = np.zeros((9, h, w), np.float32)
    for dy in range(-NEIGHBOURS, NEIGHBOURS + 1):
        for dx in range(-NEIGHBOURS, NEIGHBOURS + 1):
            there = np.s_[r + dy * step:r + dy * step + h, r + dx * step:r + dx * step + w]
            rise = wide[there] - disparity
            change = cv2.absdiff(np.ascontiguousarray(colour[there]), guide).astype(np.float32)
            k = np.exp(-0.5 * (rise * spread) ** 2 - np.float32((dx * dx + dy * dy) / NEIGHBOURS ** 2)
                       - (change ** 2).sum(-1) * np.float32(0.5 / ALIKE ** 2))
            k *= trust[there]
            e = k * rise
            n += k; mx += k * dx; my += k * dy; xx += k * dx * dx; xy += k * dx * dy; yy += k * dy * dy
            z += e; zx += e * dx; zy += e * dy
    # The plane's height in the middle by Cramer's rule, with a ridge towards a plane square to the axis.
    xx, yy = xx + LEVEL * n, yy + LEVEL * n
    a, b, c = xx * yy - xy * xy, mx * yy - my * xy, mx * xy - my * xx
    return disparity + (z * a - zx * b + zy * c) / (n * a - mx * b + my * c)


def _beside_steps(disparity: np.ndarray) -> np.ndarray:
    """Values beside a step, bool (h, w)."""
    box = np.ones((3, 3), np.uint8)
    top = cv2.dilate(disparity, box)
    return top - cv2.erode(disparity, box) > STEP * top


def blur_of(disparity: np.ndarray, weight: np.ndarray, guide: np.ndarray, noisy: bool) -> float:
    """Standard deviation of a map's blur in its pixels: that of BLURS with the least cost, and between it and the next.

    Tried where the map has most edges, and believed where the blur explains most: a net or twigs look sharper than they are.
    guide is uint8 (h, w, 3), the picture at the map's size.
    """
    coarse, precise = TRIAL_PENALTIES[noisy]

    def costs(part, blurs, penalty):
        values, trust, picture = disparity[part], weight[part], np.ascontiguousarray(guide[part])
        return [_solved(values, trust, picture, values, max(blur, 0), penalty, TRIAL_ROUNDS, TRIAL_STEPS)[1] for blur in blurs]

    tried = [(part, costs(part, BLURS, coarse)) for part in _parts_with_edges(disparity, weight > GUESS)]
    if not tried:
        return 0.0
    part, cost = max(tried, key=lambda trial: trial[1][0] / min(trial[1]))
    best = int(np.argmin(cost))
    if best == 0 or not noisy and weight.min() == 1 and cost[best] * EVIDENCE > cost[0]:
        return 0.0
    if best == len(BLURS) - 1:
        return float(BLURS[best])
    step = BLURS[1] - BLURS[0]
    blur = BLURS[best] + step * _bottom(*cost[best - 1:best + 2])
    step *= 0.4
    blur += step * _bottom(*costs(part, (blur - step, blur, blur + step), precise))
    return float(blur) if blur >= LEAST_BLUR else 0.0


def _parts_with_edges(disparity: np.ndarray, known: np.ndarray):
    """Slices of up to TRIALS parts of a map, apart from each other, that hold the most edges; none of a map without."""
    h, w = disparity.shape
    high, wide = min(h, TRIAL), min(w, TRIAL)
    edges = (_beside_steps(disparity) & known).astype(np.uint8)
    if edges.mean() < FEWEST:
        return
    for _ in range(TRIALS):
        sums = cv2.integral(edges)
        held = sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
        y, x = np.unravel_index(held.argmax(), held.shape)
        if held[y, x] < FEWEST * high * wide:
            return
        part = np.s_[y:y + high, x:x + wide]
        yield part
        edges[part] = 0


def _bottom(before: float, here: float, after: float) -> float:
    """Where the parabola through three values, a step apart, has its bottom, in steps from the middle one, -1 to 1."""
    bend = before - 2 * here + after
    return float(np.clip(0.5 * (before - after) / bend, -1, 1)) if bend > 0 else float(np.sign(before - after))


def _solved(disparity, weight, guide, start, blur: float, penalty: float, rounds, steps: int):
    """(restored disparity at the guide's size, its cost) for a blur in pixels of the map, from a start of any size."""
    size = guide.shape[:2]
    rows, columns = (_bands(_sampling(n, m, blur)) for n, m in zip(disparity.shape, size))
    times = np.float32(guide.shape[0] * guide.shape[1] / disparity.size)

    def down(a):
        return _seen(columns, _seen(rows, a).T).T

    def up(a):      # the adjoint of `down`, times the pixels of the picture in one of the map
        return times * _given_back(columns, _given_back(rows, a).T).T

    x = _resized(start, size)
    least = np.float32(ABSOLUTE * np.quantile(disparity[disparity > 0], 0.99))
    level = np.maximum(_resized(disparity, size), least)
    links = []
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        a = np.s_[:size[0] - dy, max(0, -dx):size[1] - max(dx, 0)]
        b = np.s_[dy:, max(0, dx):size[1] - max(0, -dx)]
        change = cv2.absdiff(np.ascontiguousarray(guide[a]), np.ascontiguousarray(guide[b])).astype(np.float32)
        alike = np.exp((change ** 2).sum(-1) * np.float32(-0.5 / COLOUR_SIGMA ** 2)) + np.float32(COLOUR_LEAST)
        links.append((a, b, alike * np.float32(penalty / (dx * dx + dy * dy)) * times, 1 / level[a]))
    for sharpest in rounds:
        diagonal, pulls = np.full(x.shape, 0.5, np.float32), []
        for a, b, alike, scale in links:
            step = (x[a] - x[b]) * (scale / np.float32(sharpest))
            pull = alike * (step * step + 1) ** np.float32(POWER / 2 - 1)
            diagonal[a] += pull
            diagonal[b] += pull
            pulls.append((a, b, pull))

        def applied(v):
            total = up(weight * down(v))
            for a, b, pull in pulls:
                flow = pull * (v[a] - v[b])
                total[a] += flow
                total[b] -= flow
            return total

        x = _conjugate_gradients(applied, up(weight * disparity), x, diagonal, steps)
    miss = (down(x) - disparity) / np.maximum(disparity, least)
    cost = float(times * (weight * miss * miss).sum())
    for a, b, alike, scale in links:
        step = (x[a] - x[b]) * (scale / np.float32(sharpest))
        cost += 2 / POWER * sharpest ** 2 * float((alike * ((step * step + 1) ** np.float32(POWER / 2) - 1)).sum())
    return x, cost


def _sampling(values: int, pixels: int, blur: float) -> np.ndarray:
    """How a row of a map's values sees a row of pixels: their mean over each value's width, after a blur of so many values;
    float32 (values, pixels)."""
    width = pixels / values
    low = np.arange(values)[:, None] * width
    pixel = np.arange(pixels)
    share = np.clip(np.minimum(low + width, pixel + 1) - np.maximum(low, pixel), 0, None) / width
    if blur * width > 0.1:
        share = cv2.GaussianBlur(share, (0, 0), sigmaX=blur * width, sigmaY=1e-9, borderType=cv2.BORDER_REFLECT)
    return share.astype(np.float32)


def _bands(matrix: np.ndarray) -> list[tuple[slice, slice, np.ndarray]]:
    """A matrix that is 0 but near its diagonal as blocks: their rows, their columns, themselves."""
    bands = []
    for at in range(0, len(matrix), BAND):
        used = np.flatnonzero(matrix[at:at + BAND].any(0))
        pixels = slice(used[0], used[-1] + 1)
        bands.append((slice(at, at + BAND), pixels, np.ascontiguousarray(matrix[at:at + BAND, pixels])))
    return bands


def _seen(bands, a: np.ndarray) -> np.ndarray:
    return np.concatenate([block @ a[pixels] for _, pixels, block in bands])


def _given_back(bands, a: np.ndarray) -> np.ndarray:
    """The adjoint of _seen."""
    total = np.zeros((bands[-1][1].stop, a.shape[1]), np.float32)
    for values, pixels, block in bands:
        total[pixels] += block.T @ a[values]
    return total


def _resized(a: np.ndarray, shape) -> np.ndarray:
    """Another (h, w): means where it is smaller, in between where it is larger."""
    smaller = shape[0] < a.shape[0]
    return cv2.resize(a, (shape[1], shape[0]), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)


def _conjugate_gradients(applied, target, x, diagonal, steps: int):
    """x nearer to the solution of applied(x) = target, preconditioned by the diagonal (Hestenes and Stiefel, 1952)."""
    rest = target - applied(x)
    ahead = rest / diagonal
    drop = np.vdot(rest, ahead)
    for _ in range(steps):
        if drop <= 0:
            break
        curved = applied(ahead)
        length = drop / np.vdot(ahead, curved)
        x = x + length * ahead
        rest = rest - length * curved
        scaled = rest / diagonal
        drop, before = np.vdot(rest, scaled), drop
        ahead = scaled + drop / before * ahead
    return x
