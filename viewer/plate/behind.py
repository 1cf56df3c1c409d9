"""What lies behind a foreground: every surface goes on from where it goes out of sight, and so do the edges between them.

An edge between two surfaces that runs behind a third goes on straight (Kellman and Shipley 1991, "relatable" edges), and what
is behind takes the depth of the nearest surface on its side of such edges.
"""
from __future__ import annotations

import numpy as np

from .edges import CUT_SHARE, Cuts, nearest, octaves, reach_of, tolerance

LEAST = 4
"""Pixels that every surface goes on behind what hides it."""

SLOPE_WINDOW = 6
"""Pixels round a far side from which its plane is estimated."""

EDGE_LENGTHS = 24, 12, 6
"""Steps of an edge from which its direction is told: the most whose steps lie on a line."""

ON_A_LINE = 0.6
"""Pixels by which they may be off it, root mean square."""

RATHER_NEAR = 2 / 3
"""Where nothing that a move uncovers goes on, something hardly farther away is likelier to hide there than something far: the share
by which its distance counts less."""

GOES_ON = 4
"""Times the length from which its direction is told, for which an edge goes on out of sight."""

REACHES = 2 * (8, 4, 2, 1)
"""Pixels from which what lies behind is evened out, one after the other."""

STEPS = np.array([(0, 1), (1, 0), (0, -1), (-1, 0)])
"""(down, right) of a step between neighbours."""

DIRECTIONS = [(down, over) for down in (-1, 0, 1) for over in (-1, 0, 1) if down or over]


def continue_depth(disparity: np.ndarray, hidden: np.ndarray, edges: Cuts, cuts: Cuts, focal: float, deepest: float,
                   known: np.ndarray, shown: np.ndarray, away: np.ndarray,
                   whole: np.ndarray, quick: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What lies behind the pixels in `hidden`, continued from the far sides of `cuts`: (disparity, travel, away).

    edges      all edges between surfaces, of which `cuts` are those of what hides
    known      bool (h, w): within the plate's frame; what lies beyond it is bent, and asked only if need be
    shown      bool (h, w): what the plate shows, rather than what was continued before; asked first, too
    away       float32 (h, w): pixels from where its surface was last seen: with every one it is less sure to be there
    whole      bool (h, w): what does not go on, for it is known where it ends
    quick      do without edges that go on, and without a compiler
    disparity  float32 (h, w): each far side goes on along its own plane and stays behind the surface that hides it
    travel     float32 (n,), for the hidden pixels in the order of np.nonzero: metres that a camera has to move sideways
               until the pixel comes to light
    """
    d = disparity
    out = d.copy()
    y, x = np.nonzero(hidden)
    own = d[y, x]
    sources = cuts.far & ~hidden & ~whole
    reach = reach_of(np.where(sources, cuts.in_front - d, 0), focal, LEAST, deepest)
    reach = np.minimum(reach, np.maximum(_seen_for(d, edges, cuts, reach), LEAST))
    anchor, far = _nearest_surface(d, hidden, known & shown, reach, None if quick else _walls(d, edges, hidden), away)
    nothing = anchor < 0
    anchor[nothing] = y[nothing] * d.shape[1] + x[nothing]
    away = away.copy()
    away[y, x] = np.where(nothing, away[y, x], far)
    depth_in = nearest(sources)[1][y, x]
    used, slot = np.unique(anchor, return_inverse=True)
    base, sx, sy = planes(d, ~hidden & known, used, focal)
    beyond = np.flatnonzero(~known.ravel()[used])
    base[beyond], sx[beyond], sy[beyond] = planes(d, ~hidden, used[beyond], focal)
    ax, ay = used % d.shape[1], used // d.shape[1]
    value = base[slot] + sx[slot] * (x - ax[slot]) + sy[slot] * (y - ay[slot])
    low, high = 0.6 * base[slot], np.minimum(1.5 * base[slot], own * 0.99)
    out[y, x] = np.where(nothing, own, np.clip(value, np.minimum(low, high), high))
    for part, among in ((known, known), (~known, np.ones_like(known))):
        out = smooth_where(out, hidden & part, among, 8 * tolerance(focal))
    # Clearly behind: patches follow surfaces within a few tolerances only, and may not come out in front.
    out[y, x] = np.maximum(np.minimum(out[y, x], 0.99 * own - 6 * tolerance(focal)), 0)
    return out, np.maximum(depth_in - 4, 0) / (focal * np.maximum(own - out[y, x], 1e-6)), away


def _seen_for(disparity: np.ndarray, edges: Cuts, cuts: Cuts, most: np.ndarray) -> np.ndarray:
    """Pixels, float32 (h, w), for which a far side of `cuts` is seen, away from what hides it, until it ends: a leaf or a bar goes on
    as far behind. inf for more than `most` (h, w), and where something hides how far it goes, or the picture ends."""
    wide = disparity.shape[1] + 2
    d = np.pad(disparity, 1, constant_values=np.inf).ravel()        # round the picture something hides the rest
    right, below, cut_right, cut_below, most = (np.pad(a, 1).ravel() for a in (edges.right, edges.below, cuts.right, cuts.below, most))
    sources = np.flatnonzero(most)
    seen = np.zeros(d.shape, np.float32)
    for down, over in DIRECTIONS:
        to = down * wide + over
        across = lambda at, cut: cut[at + min(over, 0)]
        along = lambda at, cut: cut[at + min(down, 0) * wide]
        # What hides is on the side that it comes from.
        hides = np.zeros(len(sources), bool)
        for step, cut, side in ((over, cut_right, across), (down * wide, cut_below, along)):
            if step:
                hides |= side(sources - step, cut) & (d[sources - step] > d[sources])
        start = at = sources[hides]
        gone = 0
        while len(at):
            if not (down and over):
                ends = across(at, right) if over else along(at, below)
            else:
                ends = (across(at, right) | along(at + over, below)) & (along(at, below) | across(at + down * wide, right))
            gone += 1      # aslant too: what stands beside what hides it is no longer for that
            hidden = d[at + to] > d[at]
            ends |= np.isinf(d[at + to])
            seen[start[ends & ~hidden]] = np.maximum(seen[start[ends & ~hidden]], gone)
            goes_on = ~ends & (gone < most[start])
            seen[start[~goes_on & (hidden | ~ends)]] = np.inf
            at, start = at[goes_on] + to, start[goes_on]
    return seen.reshape(-1, wide)[1:-1, 1:-1]


def _nearest_surface(d, hidden, known, reach, walls, away) -> tuple[np.ndarray, np.ndarray]:
    """Flat index of the far side whose surface each hidden pixel is of, int64 (n,) in the order of np.nonzero, -1: there is none; and
    how far away from where that was seen it is.

    The nearest that lies behind, is not beyond a wall (if any are told of), and can come to light that deep; failing that, the nearest
    behind. What was continued there before has gone part of its way already: else a bit of sky would spread from level to level.
    """
    own = d[hidden]
    anchor, far = np.full(len(own), -1), np.full(len(own), np.inf, np.float32)
    if walls is not None:
        from .ways import come_by       # loads a compiler

        anchors, least = np.full(d.shape, -1), np.full(d.shape, np.inf, np.float32)
        for among in (np.where(known, reach, 0), reach):
            settled = anchors >= 0
            for sources, most in octaves(among):
                come_by(anchors, least, settled, np.flatnonzero(sources), 1.5 * most, d, hidden, *walls, reach, away)
        anchor, far = anchors[hidden], least[hidden]
    for strict in (False,) if walls is not None else (True, False):
        best = np.where(anchor < 0, np.inf, -1)
        for sources, _ in octaves(reach) if (anchor < 0).any() else ():
            found, distance = (a[hidden] for a in nearest(sources))
            distance = distance + away.ravel()[found]
            deep = d.ravel()[found] / np.maximum(own, 1e-9)
            cost = distance if strict else distance * (1 - RATHER_NEAR * deep)
            good = (cost < best) & (deep < 1)
            if strict:
                good &= distance <= 1.5 * reach.ravel()[found]
            anchor[good], best[good], far[good] = found[good], cost[good], distance[good]
    return anchor, far


def _walls(disparity: np.ndarray, edges: Cuts, hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Edges that run behind what hides, continued: (right, below) as in Cuts, bool (h, w).

    Each goes on straight until it meets another, comes out, or has gone on GOES_ON times as long as its direction was told from.
    """
    h, w = hidden.shape
    covered = np.pad(hidden, 1)
    right, below = np.zeros((2, h, w), bool)
    at, towards, length = _out_of_sight(disparity, edges, covered)
    taken = np.zeros((h + 3, w + 3), bool)
    taken[at[:, 0], at[:, 1]] = True
    start = at
    while len(at):
        down, over = at + np.sign(towards[:, :1]).astype(int) * (1, 0), at + np.sign(towards[:, 1:]).astype(int) * (0, 1)
        # The step that stays nearer to the line.
        off = [np.where((to == at).all(1), np.inf, np.abs(((to - start) * towards[:, ::-1] * (1, -1)).sum(1))) for to in (down, over)]
        goes_down = off[0] <= off[1]
        to = np.where(goes_down[:, None], down, over)
        # Pixels on either side of the step; no wall goes where neither is hidden.
        y, x = np.minimum(at, to).T
        goes_on = covered[y + 1, x + 1] | np.where(goes_down, covered[y + 1, x], covered[y, x + 1])
        for wall, k, back in ((right, goes_on & goes_down, (0, 1)), (below, goes_on & ~goes_down, (1, 0))):
            wall[y[k] - back[0], x[k] - back[1]] = True
        goes_on &= ~taken[to[:, 0], to[:, 1]] & (np.abs(to - start).sum(1) < GOES_ON * length)
        at, start, towards, length = (a[goes_on] for a in (to, start, towards, length))
        taken[at[:, 0], at[:, 1]] = True
    return right, below


def _out_of_sight(disparity: np.ndarray, edges: Cuts, covered: np.ndarray):
    """Where edges run behind what hides: corners of pixels int (n, 2), the upper left one of a pixel at its place; the directions
    in which they would go on, unit vectors (n, 2); and the steps (n,) from which those are told. All of them down, right.

    covered  bool (h + 2, w + 2): what is hidden, with a border
    """
    h, w = disparity.shape
    bare = ~covered[1:-1, 1:-1]
    # A step down, or to the right, from a corner runs along an edge.
    down, right = np.zeros((2, h + 3, w + 3), bool)
    down[1:-2, 2:-2] = (edges.right & bare)[:, :-1] & bare[:, 1:]
    right[2:-2, 1:-2] = (edges.below & bare)[:-1] & bare[1:]
    along = np.stack([right[1:-1, 1:-1], down[1:-1, 1:-1], right[1:-1, :-2], down[:-2, 1:-1]])   # by STEPS
    # Both sides of the edge are behind what hides them: a surface of which a part is lifted off does not end there.
    d = np.pad(disparity, 1)
    round_it = [np.s_[y:h + 1 + y, x:w + 1 + x] for y in (0, 1) for x in (0, 1)]
    in_front = np.min([np.where(covered[at], d[at], np.inf) for at in round_it], 0)
    behind = np.max([np.where(covered[at], 0, d[at]) for at in round_it], 0)
    at = np.argwhere((along.sum(0) == 1) & (behind < (1 - CUT_SHARE) * in_front) & np.isfinite(in_front))
    towards, length = _directions(along, at)
    return at[length > 0], towards[length > 0], length[length > 0]


def _directions(along: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors (n, 2), down and right, in which edges that end at corners (n, 2) would go on, and the steps (n,) from which they
    are told; 0 steps where an edge is too bent.

    along  bool (4, h, w): whether an edge leaves a corner in the direction of each of STEPS
    """
    n = len(at)
    heading = along[:, at[:, 0], at[:, 1]].argmax(0)
    path = np.full((max(EDGE_LENGTHS) + 1, n, 2), np.nan)
    path[0] = at
    alive = np.ones(n, bool)
    for k in range(1, len(path)):
        at = np.where(alive[:, None], at + STEPS[heading], at)
        path[k, alive] = at[alive]
        ways = np.stack([along[(heading + turn) % 4, at[:, 0], at[:, 1]] for turn in (0, 1, 3)])
        alive &= ways.sum(0) == 1
        heading = (heading + np.array([0, 1, 3])[ways.argmax(0)]) % 4
    middles = 0.5 * (path[1:] + path[:-1])
    towards, lengths = np.zeros((n, 2)), np.zeros(n)
    for length in EDGE_LENGTHS:
        long_enough = np.isfinite(middles[length - 1, :, 0]) & (lengths == 0)
        part = middles[:length, long_enough]
        e = part - part.mean(0)
        off, axes = np.linalg.eigh(np.einsum("kni,knj->nij", e, e))
        straight = off[:, 0] < length * ON_A_LINE ** 2
        way = axes[:, :, 1]
        way = np.where(np.einsum("ni,ni->n", way, path[0, long_enough] - part.mean(0)) < 0, -1, 1)[:, None] * way
        told = np.flatnonzero(long_enough)[straight]
        towards[told], lengths[told] = way[straight], length
    return towards, lengths


def planes(disparity: np.ndarray, usable: np.ndarray, at: np.ndarray, focal: float):
    """Least-squares planes (value, slope x, slope y) of the surfaces at flat indices `at`, each float32 (n,)."""
    h, w = disparity.shape
    r = SLOPE_WINDOW
    y, x = at // w, at % w
    d0 = disparity.ravel()[at].astype(np.float64)
    moments = np.zeros((9, len(at)))
    for dy in range(-r, r + 1, 2):
        for dx in range(-r, r + 1, 2):
            yy, xx = y + dy, x + dx
            inside = (yy >= 0) & (yy < h) & (xx >= 0) & (xx < w)
            yy, xx = yy.clip(0, h - 1), xx.clip(0, w - 1)
            d = disparity[yy, xx]
            same = inside & usable[yy, xx] & (np.abs(d - d0) < np.maximum(0.02 * d0, 8 * tolerance(focal)))
            e = np.where(same, d - d0, 0)
            moments += same * np.array([1, dx, dy, dx * dx, dx * dy, dy * dy, 0, 0, 0], float)[:, None]
            moments[6:] += np.stack([e, e * dx, e * dy])
    n, mx, my, xx, xy, yy, e, ex, ey = moments
    # A ridge towards a plane square to the axis keeps a slope from few points from running away.
    ridge = 60.0
    a = np.stack([np.stack([n + 1e-6, mx, my], -1), np.stack([mx, xx + ridge, xy], -1), np.stack([my, xy, yy + ridge], -1)], -2)
    solution = np.linalg.solve(a, np.stack([e, ex, ey], -1)[..., None])[..., 0]
    return ((d0 + solution[:, 0]).astype(np.float32), *solution[:, 1:].T.astype(np.float32))


def smooth_where(values: np.ndarray, where: np.ndarray, among: np.ndarray, step: float) -> np.ndarray:
    """Evens out `values` (h, w) inside `where` with those `among` them, without mixing across jumps larger than `step`."""
    ys, xs = np.nonzero(where)
    if not len(ys):
        return values
    box = np.s_[max(ys.min() - 1, 0):ys.max() + 2, max(xs.min() - 1, 0):xs.max() + 2]
    margin = max(REACHES)
    v, inside, taken = (np.pad(a[box], margin) for a in (values, where, among))
    at, wide = np.flatnonzero(inside), v.shape[1]
    v, taken = v.ravel(), taken.ravel()
    for reach in REACHES:
        own = v[at]
        total, weight = own.copy(), np.ones_like(own)
        for shift in (-reach, reach, -reach * wide, reach * wide):
            moved = v[at + shift]
            k = ((np.abs(moved - own) < step) & taken[at + shift]).astype(np.float32)
            total += k * moved
            weight += k
        v[at] = total / weight
    values = values.copy()
    values[where] = v[at]
    return values
