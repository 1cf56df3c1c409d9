"""Patches: rectangles of the plate on which a surface's disparity is a plane, so that a wall is a handful.

In pixel coordinates the disparity of a plane is linear, and a patch's corners go to any camera by one matrix.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .edges import CUT_SHARE, REACH, tolerance

FIT = 1
"""Tolerances, that is a quarter of a pixel of parallax, within which a patch follows its surface."""

LOOSE = 1, 4
"""Tolerance of each level of detail, in multiples of the finest: 1 for any picture, 4 where nobody sees the difference, in small pictures
of a camera that travels little and in what a lens blurs."""

MANY, COUNTED = 100_000, 4
"""Patches of what the plate shows, over which its relief is more than anybody draws in time: then they are looser, as much as
it takes; and one tile in so many along a side, in which they are counted."""

FINE = 4
"""Pixels: smaller patches are only for jumps; relief that small is not worth two triangles a bump."""

JUMP = 8
"""Fits, that is two pixels of parallax: an error from which a patch spans a jump."""

LEANS = 16
"""Fits a pixel, that is four pixels of parallax, from which a slope is none but a step from one surface to another."""

WELD = 2
"""Fits by which corners of one surface may be apart that are made to meet."""

STEEP = 40
"""Fits up to which it is a slope beyond the frame, where depths run into each other."""

COARSE = 8
"""Pixels: smallest patch of what the plate never showed; its shape is a guess."""

LONG = 2
"""Times its width that a patch is long, at the most."""

OVERLAP = 0.3
"""Plate pixels by which patches reach over their rectangle at the least, so that neighbours leave no crack between them; less than half
a pixel samples inside the rectangle only."""

JOIN = 3
"""The same at the most."""

SOFT_JOIN = 0.5
"""The same at the most where patches are soft, which are blended twice there."""

SEAM = 0.02
"""The same at the least where two soft ones meet: what rounding may open. They would be seen twice in what is more."""

FARTHER = 1.1
"""Times as far as a step opens, that patches reach under each other: it is looked at beside the middles of pixels only."""

IN_ALPHA = -1
"""In place of the share of a patch that the plate showed: alpha in the atlas is not its coverage but that share."""


@dataclass(slots=True)
class Patches:
    """n plane patches. Coordinates are plate pixels, origin at the plate's top left corner.

    rect      float32 (n, 4): x0, y0, x1, y1
    plane     float32 (n, 3): disparity at the rectangle's middle (1/m) and its slopes per pixel in x and y, with which it goes on
              over its sides
    texture   float32 (n, 3): atlas pixels per plate pixel, and the atlas pixel of plate pixel (0, 0), so that
              atlas = texture[0] * plate + texture[1:]
    shown     float32 (n, 4): share that the plate showed at its corners, in the order of `corners`, where alpha in the atlas
              is coverage; or IN_ALPHA
    hidden    bool (n,): lies behind something in the plate, for the most part; gives way to what does not
    beyond    bool (n,): lies outside the plate's frame, or is the backdrop behind everything
    travel    float32 (n,): metres that the camera has to move sideways before the patch can come to light
    level     int32 (n,): how many surfaces were lifted off before this one came to light
    over      float32 (n, 4): plate pixels by which it reaches over the left, upper, right and lower side of its rectangle,
              for a camera `Layers.reach` to the side
    most      float32 (n, 4): plate pixels by which it may reach over at the most
    corners   float32 (n, 4): disparity at the rectangle's corners, upper left, upper right, lower left, lower right; the
              plane's but for what it takes to meet its neighbours
    """

    rect: np.ndarray
    plane: np.ndarray
    texture: np.ndarray
    shown: np.ndarray
    hidden: np.ndarray
    beyond: np.ndarray
    travel: np.ndarray
    level: np.ndarray
    over: np.ndarray | None = None
    most: np.ndarray | None = None
    corners: np.ndarray | None = None

    def __post_init__(self):
        if self.over is None:
            self.over = np.full((len(self.rect), 4), OVERLAP, np.float32)
        if self.most is None:
            self.most = np.full((len(self.rect), 4), JOIN, np.float32)
        if self.corners is None:
            value, slope_x, slope_y = self.plane.T[..., None]
            side_x, side_y = (self.rect[:, 2:] - self.rect[:, :2]).T[..., None] / 2
            self.corners = (value + slope_x * side_x * np.float32([-1, 1, -1, 1])
                            + slope_y * side_y * np.float32([-1, -1, 1, 1])).astype(np.float32)

    def __len__(self) -> int:
        return len(self.rect)

    def between(self, ends: np.ndarray, leans: np.ndarray) -> Patches:
        """Itself, in which what is hidden within the frame is nowhere nearer than what it covers, and what leans is not beyond that at
        either end; ends and leans of `fit`."""
        self.plane[leans, 1:] = 0
        least, most = ends.T
        low, high = np.where(leans, least, -np.inf), np.where(leans | self.hidden & ~self.beyond, most, np.inf)
        self.corners = self.corners.clip(low[:, None], high[:, None])
        return self

    def take(self, order: np.ndarray) -> Patches:
        """Those at indices, or where a mask is true."""
        return Patches(*(getattr(self, name)[order] for name in self.__slots__))

    @classmethod
    def joined(cls, parts: list[Patches]) -> Patches:
        """All of several, in their order; none of no parts."""
        if not parts:
            none = lambda kind, *more: np.zeros((0, *more), kind)
            return cls(*(none(np.float32, k) for k in (4, 3, 3, 4)), none(bool), none(bool), none(np.float32), none(np.int32))
        return cls(*(np.concatenate([getattr(p, name) for p in parts]) for name in cls.__slots__))


def sizes(largest: int) -> tuple[tuple[int, int], ...]:
    """Width and height of patches, large to small: what is bent one way only is long in the other."""
    sides = [largest >> i for i in range(largest.bit_length())]
    every = [(w, h) for w in sides for h in sides if max(w, h) <= LONG * min(w, h)]
    return tuple(sorted(every, key=lambda size: (-size[0] * size[1], max(size))))


def fit(depth, weight, shown, tol: float, sizes, full: bool = False, within=None, jump: float = JUMP, loose: float = 1):
    """Covers pixels of every tile with rectangles on which `depth` is a plane within `loose` times `tol`.

    depth, shown    (n, s, s): disparity, and pixels that the plate showed
    weight          (n, s, s): what a pixel's error counts; of 0 where there is nothing to cover
    sizes           (width, height) to try, large to small; full: a rectangle must cover nothing else
    within          (n, s, s): a rectangle must lie in it; None is anywhere
    jump            (loose) tolerances from which the smallest rectangles do not lean from one surface to another
    returns         tile (m,), x (m,), y (m,), size (m, 2), plane (m, 3): value in the middle, slopes per pixel; ends (m, 2):
                    least and about the largest disparity of what it covers; leans (m,): whether it leans over a step from one surface
                    to another
    """
    found = []
    jump, most, fine = jump * loose, JUMP * loose, FINE * loose ** 0.5
    n, s, _ = depth.shape
    support = weight > 0
    open_ = support if within is None else support & within
    for size in sizes:
        wide, high = size
        side, across, down = max(size), s // wide, s // high
        split = lambda a: a.reshape(n, down, high, across, wide).transpose(0, 1, 3, 2, 4).reshape(n, down, across, high * wide)
        m = split(open_)
        count = m.sum(-1)
        wanted = count == wide * high if full else count > 0
        if within is not None:
            wanted &= split(within).all(-1)
        if not full and side > fine:   # what the plate showed is told at corners only
            seen = split(shown & support).sum(-1)
            wanted &= (seen == 0) | (seen == split(support).sum(-1))
        pick = np.nonzero(wanted)
        if not len(pick[0]):
            continue
        counts, z = m[pick] * split(weight)[pick].astype(np.float32), split(depth)[pick]
        px = np.tile((np.arange(wide) + 0.5 - wide / 2).astype(np.float32), high)
        py = np.repeat((np.arange(high) + 0.5 - high / 2).astype(np.float32), wide)
        plane, rms, error = _planes(counts, z, px, py)
        last = (size == sizes[-1]) | (side <= COARSE) & ~split(shown & support)[pick].any(-1)
        if np.any(last):
            # Too coarse for a jump: level with the farthest, so as not to stand out in front of anything.
            spans = (error > jump * tol) & last
            plane[spans] = 0
            plane[spans, 0] = np.where(counts > 0, z, np.inf).min(1)[spans]
        good = (rms <= 0.5 * loose * tol) & (error <= 4 * loose * tol) | last | (side <= fine) & (error <= most * tol)
        leans = np.abs(plane[:, 1:]).max(1) > LEANS * tol
        leans, there, at = leans[good], counts[good] > 0, z[good]
        # What covers a few pixels of a rectangle is hardly nearer elsewhere in it: it would come out in front of what hides it.
        nearest = np.where(there, at, -np.inf).max(1) + np.where(leans, 0, most * tol)
        found.append((pick[0][good], pick[2][good] * wide, pick[1][good] * high, np.broadcast_to(np.float32(size), (good.sum(), 2)),
                      plane[good], np.stack([np.where(there, at, np.inf).min(1), nearest], -1), leans))
        if size == sizes[-1]:
            break
        done = np.zeros((n, down, across), bool)
        done[tuple(p[good] for p in pick)] = True
        open_ = open_ & ~np.repeat(np.repeat(done, high, 1), wide, 2)
    if not found:
        return (np.zeros(0, np.int64), *np.zeros((2, 0), np.float32), np.zeros((0, 2), np.float32), np.zeros((0, 3), np.float32),
                np.zeros((0, 2), np.float32), np.zeros(0, bool))
    which, x, y, size, plane, *ends = (np.concatenate(parts) for parts in zip(*found))
    return which, x.astype(np.float32), y.astype(np.float32), size, plane.astype(np.float32), *ends


def loosened(disparity: np.ndarray, focal: float, side: int = 64) -> int:
    """Times as loose as usual, 1, 2, 4 or 8, that patches have to be so that they are not too MANY."""
    high, wide = (n // side for n in disparity.shape)
    tiles = disparity[:high * side, :wide * side].reshape(high, side, wide, side).swapaxes(1, 2)
    tiles = tiles[::COUNTED, ::COUNTED].reshape(-1, side, side)
    if not len(tiles):
        return 1
    whole, share = np.ones(tiles.shape, bool), tiles.size / disparity.size
    for loose in (1, 2, 4):
        if len(fit(tiles, whole, whole, FIT * tolerance(focal), sizes(side), full=True, loose=loose)[0]) <= MANY * share:
            return loose
    return 8


def alike(rect: np.ndarray, among: np.ndarray | None = None):
    """Yields (index, (width, height)) of the rectangles (n, 4), or of those `among` them, of each size."""
    size = (rect[:, 2:] - rect[:, :2]).astype(int)
    for each in np.unique(size if among is None else size[among], axis=0):
        same = (size == each).all(1)
        yield np.flatnonzero(same if among is None else same & among), tuple(int(v) for v in each)


def trim(covered, which, x, y, size, plane):
    """Rectangles at x, y (m,) of tiles `which` of `covered` (n, s, s), in the order in which `fit` found them, without the rows and
    columns at their sides that those before them cover, or in which nothing is covered, but for the next one of these, which a
    filter fades out in: x, y, size (m, 2). Planes keep to the middle."""
    at = np.stack([x, y], -1)
    low, high = at.copy(), at + size
    owner, parts = np.full(covered.shape, -1), []
    for same, (wide, tall) in sorted(alike(np.concatenate([at, at + size], -1)), key=lambda part: part[0][0]):
        column, row = at[same].astype(int).T[..., None]
        there = which[same, None, None], (row + np.arange(tall))[:, :, None], (column + np.arange(wide))[:, None, :]
        owner[there] = np.where(owner[there] < 0, same[:, None, None], owner[there])
        parts.append((same, there))
    for same, there in parts:
        here = covered[there]
        own = here & (owner[there] == same[:, None, None])
        for axis in (0, 1):
            lines, owned = here.any(axis + 1), own.any(axis + 1)
            for side, end in ((low, 1), (high, -1)):
                first = owned[:, ::end].argmax(1)
                fades = (first > 0) & ~lines[:, ::end][np.arange(len(same)), first - 1]
                side[same, axis] += end * (first - fades)
    shift = 0.5 * (low + high) - (at + 0.5 * size)
    plane[:, 0] += (plane[:, 1:] * shift).sum(1)
    return *low.T, high - low


def join(solid: Patches, soft: Patches, focal: float, loose: bool = False) -> None:
    """Lets patches reach under nearer neighbours, as far as a move opens a step between them, where it has nothing behind it and
    a crack would show the far background: under those of their level, and where one surface was lifted off at several, of
    any, in the frame and beyond it. Corners have been welded; a large patch may meet small ones in the middle of its side."""
    level, hidden, beyond = (np.concatenate([getattr(p, name) for p in (solid, soft)]) for name in ("level", "hidden", "beyond"))
    every = Patches.joined([solid, soft])
    blended = np.repeat([False, not loose], [len(solid), len(soft)])      # loose ones are seen small, and leave larger cracks
    for each in np.unique(level):
        _reach_under(every, np.flatnonzero(level == each), focal, blended)
    _reach_under(every, np.flatnonzero(~hidden | beyond), focal, blended, CUT_SHARE)
    solid.over[:], soft.over[:] = np.split(every.over, [len(solid)])


def _reach_under(patches: Patches, mine: np.ndarray, focal: float, blended: np.ndarray, most: float | None = None) -> None:
    """Lets those of the patches at indices `mine` reach under each other where they are no more than `most` apart, as a share of
    their disparity; a side along which two that are blended meet reaches over no more than it has to."""
    rect, corners, over, blended = patches.rect[mine], patches.corners[mine], patches.over[mine], blended[mine]
    low = rect[:, :2].min(0).astype(int)
    x0, y0, x1, y1 = (rect - np.tile(low, 2)).astype(int).T
    # Whose pixels they are: of those that lie behind each other, the nearest one's.
    number, d = np.full((y1.max(), x1.max()), -1, np.int32), patches.plane[mine, 0]
    top = np.full(number.shape, -np.inf, np.float32)
    for at, (wide, high) in alike(rect):
        at = at[np.argsort(d[at], kind="stable")]
        there = y0[at, None, None] + np.arange(high)[:, None], x0[at, None, None] + np.arange(wide)
        number[there] = np.where(d[at, None, None] >= top[there], at[:, None, None], number[there])
        top[there] = np.maximum(top[there], d[at, None, None])

    def value(k, x, y):
        across, down = (x - x0[k]) / (x1 - x0)[k], (y - y0[k]) / (y1 - y0)[k]
        upper, lower = (corners[k, i] + across * (corners[k, i + 1] - corners[k, i]) for i in (0, 2))
        return upper + down * (lower - upper)

    for before, after, dx, dy in ((2, 0, 1, 0), (3, 1, 0, 1)):   # sides of `over` that meet there
        a, b = number[:number.shape[0] - dy, :number.shape[1] - dx], number[dy:, dx:]
        y, x = np.nonzero((a != b) & (a >= 0) & (b >= 0))
        a, b = a[y, x], b[y, x]
        x, y = x + (1 if dx else 0.5), y + (1 if dy else 0.5)
        da, db = value(a, x, y), value(b, x, y)
        gap = db - da
        if most is not None:
            gap[np.abs(gap) > most * np.maximum(da, db)] = 0
        reach = (FARTHER * REACH * focal * np.abs(gap)).astype(np.float32)
        close = blended[a] & blended[b] & (reach < OVERLAP)
        if most is None:
            for side, k in ((before, a), (after, b)):
                some, others = (np.bincount(k[at], minlength=len(mine)) > 0 for at in (close, ~close))
                over[some & ~others, side] = SEAM
        reach = np.maximum(reach, np.where(close, SEAM, OVERLAP))
        np.maximum.at(over[:, before], a[gap > 0], reach[gap > 0])
        np.maximum.at(over[:, after], b[gap < 0], reach[gap < 0])
    patches.over[mine] = over


def weld(solid: Patches, soft: Patches, tol: float, loose: bool = False) -> None:
    """Lets the corners that patches of one surface share, within WELD times `tol` of disparity, meet at their mean: where they are
    loose those that the plate shows, of any level, and then all of one level; at the frame at that of the ones in it."""
    every = Patches.joined([solid, soft])
    x, y = (every.rect[:, at].ravel() for at in ([0, 2, 0, 2], [1, 1, 3, 3]))
    level, beyond, shown = (np.repeat(a, 4) for a in (every.level, every.beyond, ~(every.hidden | every.beyond)))
    d = every.corners.ravel()
    for among, kind in ((np.flatnonzero(shown & loose), np.zeros_like(level)), (np.arange(len(d)), level)):
        order = among[np.lexsort((d[among], x[among], y[among], kind[among]))]
        apart = lambda value, gap=0: np.abs(np.diff(value[order].astype(float), prepend=np.inf)) > gap
        steep = np.where(beyond[order], STEEP, WELD) * tol
        group = np.cumsum(apart(kind) | apart(y) | apart(x) | apart(d, steep)) - 1
        weight = np.where(beyond[order], 1e-4, 1)
        d[order] = (np.bincount(group, weight * d[order]) / np.bincount(group, weight))[group]
    solid.corners[:], soft.corners[:] = np.split(d.reshape(-1, 4), [len(solid)])


def _planes(weight, z, px, py):
    """Least-squares planes over weighted pixels, (m, 3), with the root of their mean square error and their largest error (m,)."""
    count = weight.sum(1)
    mean = (weight * z).sum(1) / count
    e = weight * (z - mean[:, None])
    mx, my = weight @ px, weight @ py
    xx, xy, yy = weight @ (px * px), weight @ (px * py), weight @ (py * py)
    ridge = 0.5  # undetermined slopes, of a pixel or a line of pixels, become level
    a = np.stack([np.stack([count, mx, my], -1), np.stack([mx, xx + ridge, xy], -1), np.stack([my, xy, yy + ridge], -1)], -2)
    b = np.stack([e.sum(1), e @ px, e @ py], -1)
    solution = np.linalg.solve(a.astype(np.float64), b[..., None].astype(np.float64))[..., 0].astype(np.float32)
    fitted = mean[:, None] + solution[:, :1] + solution[:, 1:2] * px + solution[:, 2:] * py
    miss = weight * np.abs(z - fitted)
    error, rms = miss.max(1), np.sqrt((miss * miss).sum(1) / count)
    return np.concatenate([(mean + solution[:, 0])[:, None], solution[:, 1:]], 1), rms, error


def integral(values) -> np.ndarray:
    """What `sum_in` reads sums of tiles (n, s, s) from."""
    return np.pad(values.astype(np.float64).cumsum(1).cumsum(2), ((0, 0), (1, 0), (1, 0)))


def sum_in(total, which, x, y, size):
    """Sums in the rectangles at x, y (m,), of sizes (m, 2), of tiles `which` (m,), from their `integral`."""
    x0, y0, x1, y1 = (v.astype(int) for v in (x, y, x + size[:, 0], y + size[:, 1]))
    return total[which, y1, x1] - total[which, y0, x1] - total[which, y1, x0] + total[which, y0, x0]


def room_beyond(open_, which, x, y, size):
    """Pixels, up to JOIN, by which rectangles, as in `sum_in`, may be grown over their left, upper, right and lower side, (m, 4),
    until they meet any of the pixels of which `open_` is the integral."""
    wide, high = size.T
    room = np.full((len(which), 4), JOIN, np.float32)
    for k in range(JOIN, 0, -1):
        lines = (x - k, y, 1, high), (x, y - k, wide, 1), (x + wide + k - 1, y, 1, high), (x, y + high + k - 1, wide, 1)
        for side, (left, top, *of) in enumerate(lines):
            room[sum_in(open_, which, left, top, np.stack(np.broadcast_arrays(*of), -1)) > 0, side] = k - 1
    return room


def least_in(values, which, x, y, size):
    """Minima of tiles (n, s, s) in the rectangles at x, y (m,) of tiles `which` (m,), aligned to their sizes (m, 2)."""
    out = np.zeros(len(which), np.float32)
    n, s, _ = values.shape
    for wide, high in np.unique(size, axis=0).astype(int):
        at = (size == [wide, high]).all(1)
        least = values.reshape(n, s // high, high, s // wide, wide).min((2, 4))
        out[at] = least[which[at], y[at].astype(int) // high, x[at].astype(int) // wide]
    return out
