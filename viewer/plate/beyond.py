"""What lies beyond the plate's frame, and behind everything: the picture continued, ever softer, until only what is farthest is
left of it."""
from __future__ import annotations

import cv2
import numpy as np

from .edges import CUT_SHARE
from .fill import coded, fill_smoothly
from .patches import IN_ALPHA, Patches, fit

CELL = 8
"""Pixels of the plate to one of what is farthest."""

SMOOTH, SHADES = 4, (19, 0.2, 3)
"""Of what is farthest, in such pixels: how far depths are smoothed; and colours: in windows so wide, over what differs by no more than
that in depth (log), and how far."""

LAMPS = 0.95
"""Share of the picture than which lamps are brighter: nothing shines from where nothing was seen."""

LENS = 0.01
"""Of the picture's width, by which narrow things go on beyond the frame: what a lens that is focused elsewhere spreads from there
into the picture would be missing along its border. No more, for it may hide what the plate shows."""

MIXED = 2
"""Pixels beside what is narrow that may have its light."""

SAME = 0.15
"""Share of its disparity at the frame, by which a thing may be nearer or farther in the strip before it."""

STAYS = 0.25
"""Share of its width in one row that a thing has in the next, or it ends."""

SEEN = 2
"""Times as far as it is seen in that strip, that what ends soon goes on beyond the frame at the most."""

CLOSES = 2 / 3
"""Of its width at the frame: what becomes narrower than that ends there, if nothing is known of its outline."""

WIDE, LONG = 6, 4
"""Pixels: of width and length, from which on an outline tells how it goes on."""

STRAIGHT, OFF, LEAST = 0.5, 0.75, 0.3
"""Pixels by which an outline may be off a straight one, and off a round one; and the least that it bends, a circle by 1, if it closes."""

EVEN = 0.1, 4
"""Share of its disparity, and pixels, within which it is evened out beyond the frame."""

FARTHER = 0.25
"""Share of the way to the rim, from which surfaces turn into what is farthest: before, they end at an edge, as they do at the frame."""

STRIP, EDGES, STEEPEST, SPREAD = 24, 3.0, 1.5, 6
"""Pixels before the frame in which the lines that meet it are looked for; weight of edges in depth to those of light; how far a
line may lean; and pixels along the frame to which a line's direction spreads."""

RATHER, HARDLY = 0.05, 0.5
"""Weight of the colour of what is a little nearer, and the share of the disparity by which it is: rather that than what is seen
far away from there."""


def continue_beyond(color: np.ndarray, disparity: np.ndarray, pad, wide: float) -> tuple[np.ndarray, np.ndarray]:
    """Picture (h, w, 3) and disparity (h, w) continued round the frame by pad ((top, bottom), (left, right)) pixels.

    Beside the frame everything goes on as it is there, along the lines that meet the frame, if it takes up a good part of the
    frame's border: a table does, a bottle ends soon. Farther out colours run into each other, and colours and depths turn into those
    of what is farthest, so that no end of a surface is to be seen. An edge in depth stays one: run into what is behind it, what is
    near would be stretched as soon as the camera moves. Only the sky stays where it is.

    wide  pixels: what is narrower is not the farthest there is
    """
    plate = np.dstack([color, disparity] * 2).astype(np.float32)
    span = plate.shape[1]
    extend = lambda rows, before, after: np.concatenate([_beside(rows[::-1], before, span)[::-1], rows, _beside(rows, after, span)])
    both = extend(extend(plate, *pad[0]).swapaxes(0, 1), *pad[1]).swapaxes(0, 1)
    picture, narrow = both[..., :4], both[..., 4:]
    sky = picture[..., 3] == 0
    # Colours run into each other; depths do where that is no edge, and where lines that meet have left a step.
    even = np.exp(cv2.bilateralFilter(np.log(np.maximum(picture[..., 3], 1e-3)), 0, *EVEN))
    picture = np.dstack([soften(picture[..., :3], pad), np.where(_away(sky.shape, pad) > 0, even, picture[..., 3])])
    shade, behind = (a.astype(np.float32) for a in farthest(color, disparity, wide))
    # Smooth, and nowhere nearer: beside a figure there is only what is behind it, and nothing of its colour.
    shade = cv2.ximgproc.jointBilateralFilter(np.log(np.maximum(behind, 1e-3)), shade, *SHADES)
    far = np.dstack([shade, np.minimum(cv2.GaussianBlur(behind, (0, 0), SMOOTH), behind)])
    cells = [[-(-n // CELL) for n in sides] for sides in pad]
    far = soften(np.pad(far, [*cells, (0, 0)], mode="edge"), cells)
    # From cells to pixels: the first of the frame's is the first of its cell.
    h, w = sky.shape
    x, y = np.meshgrid(*((np.arange(n, dtype=np.float32) + sides[0][0] * CELL - sides[1][0] + 0.5) / CELL - 0.5
                         for n, sides in ((w, (cells[1], pad[1])), (h, (cells[0], pad[0])))))
    far = cv2.remap(far, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    colors, depths = fade((h, w), pad), fade((h, w), pad, FARTHER)
    picture = picture + np.dstack([colors, colors, colors, depths]) * (far - picture)
    picture[sky, 3] = 0
    # What is narrow ends sharp: run into what is behind it, it would be a slope.
    picture = np.where(narrow[..., 3:] > 0, narrow, picture)
    return np.ascontiguousarray(picture[..., :3]), picture[..., 3]


def narrow_reach(span: int) -> int:
    """Pixels by which narrow things go on beyond the frame of a picture so many pixels wide."""
    return round(LENS * span)


def _beside(rows: np.ndarray, count: int, span: int) -> np.ndarray:
    """`count` rows that go on from the last of some, (n, w, 8): colour and disparity of what is wide, and of what is narrow, 0 where
    nothing is. Within the frame both are the picture, `span` pixels wide."""
    here, all_of_it = rows[-1, :, :4], rows[-1, :, 4:]
    at, come_to = _along_lines(rows[..., :3], rows[..., 3], count)
    line = here[:, 3]
    size = max(3, span // 8) | 1    # an even window would move what it opens
    strip = rows[-STRIP:]
    opened = cv2.morphologyEx(_without_small(rows[..., 3], size), cv2.MORPH_OPEN, np.ones((1, size), np.uint8),
                              borderType=cv2.BORDER_REPLICATE)
    ends, narrow = (d > opened * (1 + CUT_SHARE) + 1e-4 for d in (strip[..., 3], strip[..., 7]))
    opened, ends, before, behind, narrow = opened[-1], ends[-1], narrow[:-1][::-1], strip[:-1, :, 7][::-1], narrow[-1]
    # What ends is mixed with what is beside it.
    stays = np.flatnonzero(cv2.dilate(ends.astype(np.uint8)[None], np.ones((1, 2 * MIXED + 1), np.uint8))[0] == 0)
    source = stays[np.abs(stays[None] - np.arange(len(line))[:, None]).argmin(1)] if len(stays) else np.arange(len(line))
    wide = np.column_stack([here[source, :3], np.where(ends, opened, line)])
    # What closes up, as a ball does, is not drawn out to a point.
    thing = np.cumsum(np.diff(narrow, prepend=narrow[:1]))
    first, last = (np.searchsorted(thing, np.arange(thing[-1] + 1), side) for side in ("left", "right"))
    width = (come_to[:, last - 1] - come_to[:, first] + 1) / (last - first)
    goes_on = narrow[at] & (np.take_along_axis(width, thing[at], 1) > CLOSES)
    for k in np.flatnonzero(narrow[first]):
        away, mine = np.median(line[first[k]:last[k]]), narrow[at] & (thing[at] == k)
        ends = _ends(before & (np.abs(behind - away) < SAME * away), first[k], last[k])
        soon = narrow_reach(span) if len(ends) == len(before) else min(narrow_reach(span), SEEN * (len(ends) + 1))
        goes_on[soon:] &= ~mine[soon:]
        outline = _outline(ends, first[k], last[k], count, soon) if last[k] - first[k] >= WIDE and len(ends) >= LONG else None
        if outline is not None:
            goes_on &= ~mine
            for row, (left, right) in enumerate(outline):
                x = np.arange(max(round(left), 0), min(round(right), len(line)))
                at[row, x] = np.clip(first[k] + (x + 0.5 - left) / (right - left) * (last[k] - first[k]), first[k], last[k] - 1)
                goes_on[row, x] = True
    return np.dstack([wide[at], np.where(goes_on[..., None], all_of_it[at], 0)])


def _without_small(disparity: np.ndarray, size: int) -> np.ndarray:
    """The last STRIP rows of a disparity (n, w), and in place of what meets the last one with less than size x size pixels and is nearer
    than what is beside it, that: of a cork, that a corner of the frame cuts, no wall is made."""
    strip, line = np.array(disparity[-STRIP:], np.float32), disparity[-1]
    thing = np.cumsum(np.abs(np.diff(line, prepend=line[:1])) > CUT_SHARE * np.maximum(line, np.roll(line, 1)))
    first, last = (np.searchsorted(thing, np.arange(thing[-1] + 1), side) for side in ("left", "right"))
    # It is seen as far as to where something farther begins; a floor behind a figure goes on.
    inwards = disparity[::-1]
    ends = inwards[1:] < np.minimum(inwards[:-1], line) * (1 - CUT_SHARE)
    seen = np.where(ends.any(0), ends.argmax(0) + 1, len(disparity))
    for a, b in zip(first, last):
        beside = min((line[k] for k in (a - 1, b) if 0 <= k < len(line)), default=np.inf)
        if beside < line[a:b].min() and seen[a:b].sum() < size * size:
            strip[:, a:b] = np.minimum(strip[:, a:b], beside)
    return strip


def _ends(before: np.ndarray, first: int, last: int) -> list[tuple[int, int]]:
    """Where a thing that ends a strip from column `first` to before `last` begins and ends in each of the rows before, last one first, as
    far as it can be followed; before: bool (k, w), what of them may be it."""
    left, right, ends = first, last, []
    for row in before:
        there = np.flatnonzero(row[left:right])
        if len(there) < STAYS * (right - left):
            break
        left, right = left + there[0], left + there[-1] + 1
        outside = np.flatnonzero(~row[:left])
        left = outside[-1] + 1 if len(outside) else 0
        outside = np.flatnonzero(~row[right:])
        right = right + outside[0] if len(outside) else len(row)
        ends.append((left, right))
    return ends


def _outline(ends: list[tuple[int, int]], first: int, last: int, count: int, soon: int) -> np.ndarray | None:
    """How a thing goes on that ends a strip from column `first` to before `last`, and the rows before at `ends`: where it begins and ends
    in each of the next rows, float (n, 2); None where its outline does not tell. Its middle goes straight on, and the square of its
    half width is quadratic, as that of every conic is: a ball closes round, a cone opens on, a bar does neither. What is round is whole
    if it closes within `count` rows; all else goes on for `soon` ones.
    """
    ends, y = np.array(ends, float), -np.arange(1.0, len(ends) + 1)
    middle, half, widths = 0.5 * (first + last), 0.5 * (last - first), 0.5 * (ends[:, 1] - ends[:, 0])
    least = lambda terms, values: np.linalg.lstsq(np.stack(terms, -1), values, rcond=None)[0]
    lean, = least([y], ends.mean(1) - middle)
    opens, = least([y], widths - half)
    square = widths ** 2 - half ** 2
    (turns,), conic = least([y], square + y * y), least([y, y * y], square)
    straight = lambda y: np.maximum(half + opens * y, 0)
    bent = lambda b, c: lambda y: np.sqrt(np.maximum(half * half + b * y + c * y * y, 0))
    for width, off, closes in ((straight, STRAIGHT, False), (bent(turns, -1), OFF, True),
                               (bent(conic[0], min(conic[1], (0.5 * conic[0] / half) ** 2)), OFF, conic[1] < -LEAST)):
        at = lambda y: (middle + lean * y)[:, None] + width(y)[:, None] * [-1, 1]
        if np.sqrt(np.mean((at(y) - ends) ** 2)) <= off:
            on = at(np.arange(1.0, count + 1))
            return on[on[:, 0] < on[:, 1]] if closes and on[-1, 0] == on[-1, 1] else on[:soon]
    return None


def _along_lines(color: np.ndarray, disparity: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Which place of the last row each pixel of `count` rows after it continues, int (count, w), along the lines that meet it;
    and where each place of the last row has come to there, (count, w)."""
    high, wide = disparity.shape
    strip = np.s_[max(high - STRIP, 0):]
    guide = [EDGES * np.log(np.maximum(disparity[strip], 1e-3)), coded(color[strip].mean(-1))]
    xx = xy = yy = 0
    for g in guide:
        gy, gx = np.gradient(cv2.GaussianBlur(np.ascontiguousarray(g, np.float32), (0, 0), 1))
        xx, xy, yy = xx + gx * gx, xy + gx * gy, yy + gy * gy
    along = lambda v: cv2.GaussianBlur(v.sum(0, dtype=np.float32)[None], (0, 0), 3, borderType=cv2.BORDER_REPLICATE)[0]
    xx, xy, yy = along(xx), along(xy), along(yy)
    # A line x = slope y + c has no gradient along (slope, 1). It counts as much as it is one, and leads out.
    sure = np.hypot(xx - yy, 2 * xy) * xx / np.maximum(xx + yy, 1e-9)
    slope = np.clip(-xy / np.maximum(xx, 1e-9), -STEEPEST, STEEPEST)
    blur = lambda v: cv2.GaussianBlur(v[None].astype(np.float32), (0, 0), SPREAD, borderType=cv2.BORDER_REPLICATE)[0]
    slope = blur(sure * slope) / (blur(sure) + 1e-5)
    place = np.arange(wide, dtype=np.float32)
    ends = np.maximum.accumulate(place + np.arange(1, count + 1)[:, None] * slope, axis=1)
    return np.array([np.interp(place, line, place) for line in ends]).reshape(count, wide).round().astype(int), ends


def farthest(color: np.ndarray, disparity: np.ndarray, wide: float, floor: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Colour and disparity of what is left when all is taken away that is near and narrower than `wide` pixels, and the light of
    lamps; one pixel for CELL x CELL. What is only a little nearer keeps its colour, unless something farther is close by.

    floor  what rises towards the frame is left down to there; else it becomes as far as what lies farther up
    """
    k = CELL
    color = np.minimum(color, np.quantile(color[::4, ::4], LAMPS, axis=(0, 1)).astype(np.float32))
    grow = [(0, -n % k) for n in disparity.shape]
    color, disparity = np.pad(color, [*grow, (0, 0)], mode="edge"), np.pad(disparity, grow, mode="edge")
    h, w = (n // k for n in disparity.shape)
    d = disparity.reshape(h, k, w, k).min((1, 3))
    size = max(int(wide) // k, 1) | 1    # an even window would move what it opens
    rim = min(size, h - 1, w - 1) if floor else 0
    more = np.pad(d, rim, mode="reflect", reflect_type="odd")
    opened = cv2.morphologyEx(more, cv2.MORPH_OPEN, np.ones((size, size), np.uint8), borderType=cv2.BORDER_REPLICATE)
    opened = np.maximum(opened[rim:rim + h, rim:rim + w], 0)
    nearer = np.maximum(d - opened - 1e-3, 0) / np.maximum(opened, 1e-3)
    weight = np.where(nearer <= CUT_SHARE, 1, RATHER * np.exp(-(nearer / HARDLY) ** 2)).astype(np.float32)
    color = fill_smoothly(cv2.resize(color, (w, h), interpolation=cv2.INTER_AREA), weight[..., None])
    return color, opened


def backdrop(color: np.ndarray, disparity: np.ndarray, size: tuple[int, int], border: int, wide: float, row: int,
             level: int) -> tuple[np.ndarray, Patches]:
    """A coarse, wide picture behind everything, so that no move looks into nothing: its rows of the atlas, float32 (h, w, 4), and patches.

    Its disparity is what is left once all that is narrow and near is opened away.

    color, disparity  float32 (H, W, 3) and (H, W): the picture with its border, as the last surface left it
    size, border      (width, height) of the plate's frame, and pixels of the border before it
    wide              pixels, as in `farthest`
    row, level        where those rows begin in the atlas; how many surfaces lie before it
    """
    k, (high, across) = CELL, disparity.shape
    inside = np.s_[border:border + size[1], border:border + size[0]]
    far = np.dstack(farthest(color[inside], disparity[inside], wide, floor=True))
    far[..., 3] = cv2.GaussianBlur(far[..., 3], (0, 0), 3)
    cells = high // k, across // k
    pad = [(border // k, n - m - border // k) for n, m in zip(cells, far.shape)]
    far = np.pad(far, [*pad, (0, 0)], mode="edge")
    # At the rim of the picture's border it is what that itself has turned into.
    rim = cv2.resize(np.dstack([color, disparity]), cells[::-1], interpolation=cv2.INTER_AREA)
    far += fade(cells, pad) * (rim - far)
    pad = [(n, n) for n in cells]
    far = soften(np.pad(far, [*pad, (0, 0)], mode="edge"), pad)
    step = 32
    far = np.pad(far, [*((0, -n % step) for n in far.shape[:2]), (0, 0)], mode="edge")
    color, d = far[..., :3], 0.97 * far[..., 3]
    h, w = d.shape
    z = d.reshape(h // step, step, w // step, step).swapaxes(1, 2).reshape(-1, step, step)
    which, _, _, _, plane, *_ = fit(z, np.ones(z.shape, bool), np.zeros(z.shape, bool), np.inf, ((step, step),))
    x, y = which % (w // step) * step, which // (w // step) * step
    # Corners are shared, for there is nothing behind a crack.
    around = cv2.blur(np.pad(d, 1, mode="edge"), (2, 2), anchor=(1, 1))[1:, 1:]
    corners = np.stack([around[y + down, x + right] for down in (0, step) for right in (0, step)], -1)
    corner = (np.stack([x, y], -1) * k - np.array([across, high]) - border).astype(np.float32)
    rect = np.concatenate([corner, corner + step * k], -1)
    plane[:, 1:] /= k
    n = len(rect)
    texture = np.stack([np.full(n, 1 / k), np.full(n, (across + border) / k), np.full(n, row + (high + border) / k)], -1)
    patches = Patches(rect, plane, texture.astype(np.float32), np.full((n, 4), IN_ALPHA, np.float32), *np.ones((2, n), bool),
                      np.zeros(n, np.float32), np.full(n, level, np.int32), corners=corners.astype(np.float32))
    return np.concatenate([color, np.zeros((*color.shape[:2], 1), np.float32)], -1), patches


def soften(picture: np.ndarray, pad) -> np.ndarray:
    """Blurs the padding of a picture (h, w, n), the more the farther from the frame."""
    h, w = picture.shape[:2]
    picture = np.ascontiguousarray(picture)
    away = _away((h, w), pad)
    out = picture
    for sigma in (2, 4, 8, 16, 32):
        if sigma > max(away.max() / 3, 2):
            break
        # A blur that wide is as good on a smaller picture.
        k = max(1, sigma // 2)
        small = cv2.resize(picture, (max(w // k, 1), max(h // k, 1)), interpolation=cv2.INTER_AREA)
        soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma / k), (w, h), interpolation=cv2.INTER_LINEAR)
        out = out + (soft - out) * np.clip(away / (2 * sigma) - 0.5, 0, 1)[..., None]
    return np.where(away[..., None] > 0, out, picture).astype(np.float32)


def fade(shape, pad, begins: float = 0.0) -> np.ndarray:
    """Share of what is farthest in what is padded round the frame, float32 (h, w, 1): 0 to where it begins, as a share of the way,
    1 at the rim."""
    t = _away(shape, pad) / max(min(n for sides in pad for n in sides), 1)
    t = np.clip((t - begins) / (1 - begins), 0, 1)[..., None]
    return t * t * (3 - 2 * t)


def _away(shape, pad) -> np.ndarray:
    """Pixels from the frame, float32 (h, w), of what is padded round it."""
    y, x = (np.maximum(np.maximum(before - at, at - (n - 1 - after)), 0).astype(np.float32)
            for n, at, (before, after) in zip(shape, map(np.arange, shape), pad))
    return np.hypot(y[:, None], x[None])
