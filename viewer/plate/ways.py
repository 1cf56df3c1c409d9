"""Whose surface goes on to a hidden pixel: ways through what is hidden, compiled, for they are thousands of steps of a few pixels."""
from __future__ import annotations

import numpy as np

from .compiled import compiled


@compiled
def come_by(anchor, least, settled, sources, farthest, disparity, hidden, right, below, reach, away):
    """Improves for every hidden pixel the far side that is nearest by ways that cross no wall, of those that lie behind it.

    anchor        int64 (h, w): flat index of the far side, -1: none yet; changed in place
    least         float32 (h, w): pixels to it, and those by which it is away itself, inf without any; changed in place
    settled       bool (h, w): hidden pixels that keep what they have
    sources       int64 (n,): flat indices of far sides
    farthest      pixels from one, with those by which it is away itself, beyond which no way leads
    right, below  bool (h, w): walls between a pixel and the next one
    reach, away   float32 (h, w), of a far side: pixels that it may go on for; and those from where it was last seen

    A way's length is that of the straight line to its end.
    """
    h, w = hidden.shape
    f = np.float32
    origin, far = np.empty(h * w, np.int32), np.full(h * w, np.inf, np.float32)
    line, waits = np.empty(h * w, np.int32), np.zeros(h * w, np.bool_)
    first, count = 0, len(sources)
    for k in range(count):
        at = sources[k]
        origin[at], far[at], line[k], waits[at] = at, away[at // w, at % w], at, True
    while count:
        at = line[first]
        first, count = (first + 1) % (h * w), count - 1
        waits[at] = False
        y, x, start = at // w, at % w, origin[at]
        oy, ox = start // w, start % w
        begun = away[oy, ox]
        for k in range(4):
            yy, xx = y + (k == 0) - (k == 1), x + (k == 2) - (k == 3)
            if yy < 0 or yy >= h or xx < 0 or xx >= w or not hidden[yy, xx]:
                continue
            if below[min(y, yy), x] if k < 2 else right[y, min(x, xx)]:
                continue
            there = yy * w + xx
            long = begun + np.sqrt(f((yy - oy) ** 2 + (xx - ox) ** 2))
            if long < far[there] - f(1e-3) and long <= farthest:
                far[there], origin[there] = long, start
                if not waits[there]:
                    waits[there] = True
                    line[(first + count) % (h * w)] = there
                    count += 1
    for y in range(h):
        for x in range(w):
            long = far[y * w + x]
            if hidden[y, x] and not settled[y, x] and long < least[y, x]:
                start = origin[y * w + x]
                oy, ox = start // w, start % w
                if disparity[oy, ox] < disparity[y, x] and long <= f(1.5) * reach[oy, ox]:
                    anchor[y, x], least[y, x] = start, long
