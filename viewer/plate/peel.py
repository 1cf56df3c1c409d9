"""A picture peeled: at every level the frontmost surfaces at depth edges are lifted off with a soft matte, and what is behind
them is continued; what remains is the next level, with edges of its own.

After Shade et al. 1998 (layered depth images), Kopf et al. 2020 (One Shot 3D Photography) and Jampani et al. 2021
(SLIDE: soft layering).
"""
from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from copy import copy
from dataclasses import replace

import cv2
import numpy as np

from .atlas import GUTTER, Tiles
from .behind import continue_depth
from .beyond import backdrop, continue_beyond, fade, narrow_reach
from .blocks import BLOCK, any_near, folded, sealed, surfaces, walled, windows
from .edges import CUT_SHARE, Cuts, components, find_cuts, nearest, octaves, reach_of, tolerance
from .fill import Told, continue_color, continue_plainly
from .fringe import Fringe, find_fringe
from .lamps import BRIGHT, Lamps, complete_lamps
from .matte import LEFT, OPAQUE, Matte, find_matte
from .patches import (FIT, IN_ALPHA, JUMP, LOOSE, SOFT_JOIN, STEEP, Patches, alike, fit, integral, join, least_in, loosened, room_beyond,
                      sizes, sum_in, trim, weld)

SIZES = sizes(16)
"""Pixels: sides of the patches of a tile."""

SHEET, SHEET_SIZES = 64, sizes(64)
"""Pixels: sides of the tiles that hold what has no soft edge, and of the patches on them."""

LEVELS, DRAFT_LEVELS = 8, 2
"""Surfaces behind each other that are told apart."""

LATE, CRUMBS = 2, 0.004
"""Level from which every surface is taken for one between others, and lifted off where nothing is in front of it; and the share of
the picture that is worth a level from then on."""

MOSTLY_FAR = 0.35
"""Coverage up to which a pixel's far colour, taken apart from the near one, is better than a guess."""

HARDLY_NEAR = 0.3
"""Coverage up to which that is good enough to be copied elsewhere."""

DAZZLES = 4
"""Times as bright as the near side of an edge must not come out because of what is painted behind it."""

FAINT = 0.05
"""Coverage under which a pixel's depth counts no less."""

DEEPEST = 0.22
"""Share of the plate's width to which a surface is continued behind a foreground at the most."""

DETAILED = 0.6
"""Share of what is painted beyond the frame, from which all of its detail is seen."""

FOLD = 0.15
"""Of the largest step near by: a fold of less than that is lifted off as one surface, as hair is with its locks."""

BENT = 0.15
"""Of its disparity at the frame, by which a surface beyond it has turned into another one."""

BEYOND = 0.1
"""Share of the plate's width that is continued round the frame."""

LIFTED, PARTED, BEHIND = 0.15, 0.35, 0.5
"""Share of the work on a level after which it is known what is lifted off, its edges are taken apart, and what lies behind has its
depth; painting that is the rest."""


class Canvas:
    """The picture with its border, level by level.

    aside  has one thread, on which a level is emitted while the next one is peeled
    told   called with the share that is done, as the picture is continued beyond its frame
    """

    def __init__(self, color, disparity, focal, draft, aside: Executor, told: Told = lambda share: None):
        h, w = disparity.shape
        self.focal = focal
        self.draft = draft
        border = int(np.ceil(BEYOND * w / BLOCK)) * BLOCK
        self.border = border
        self.size, self.surface = (w, h), disparity.astype(np.float32)
        self.brightest = color.max((0, 1))
        self.deepest = DEEPEST * w
        high, wide = (int(np.ceil(n / BLOCK)) * BLOCK + 2 * border for n in (h, w))
        pad = ((border, high - h - border), (border, wide - w - border))
        self.color, self.disparity = continue_beyond(color, disparity, pad, self.deepest)
        self.shown = np.zeros((high, wide), np.float32)
        self.shown[border:border + h, border:border + w] = 1
        self.inside = self.shown > 0
        if not draft:
            self.paint_beyond(pad, told)
        self.far_out = fade(self.disparity.shape, pad)
        self.trusted = self.inside.copy()
        # Beside the frame every pixel is a copy of a photographed one, and as mixed as that.
        soon = narrow_reach(w)
        self.copied = np.pad(np.ones((h + 2 * soon, w + 2 * soon), bool), [[n - soon for n in sides] for sides in pad])
        self.pending = np.ones((high // BLOCK, wide // BLOCK), bool)
        self.fringe = (Fringe.usual(self.disparity) if draft
                       else find_fringe(self.color, self.disparity, find_cuts(self.disparity, focal), self.inside))
        # Round a block its surfaces are known too: the band, and what a texture filter reads beyond.
        self.margin = self.fringe.widest + 1 + GUTTER
        # The frame's border is no edge of what it crops.
        self.seams = np.zeros((2, high, wide), bool)
        self.seams[0][:, :-1] = self.inside[:, 1:] != self.inside[:, :-1]
        self.seams[1][:-1] = self.inside[1:] != self.inside[:-1]
        self.travel, self.away = np.zeros((2, high, wide), np.float32)
        self.level = 0
        self.plate, self.photographed = None, self.disparity
        self.mixed = ~self.inside
        self.tiles = Tiles()
        self.loose = tuple(loosened(disparity, focal) * loose for loose in (LOOSE[:1] if draft else LOOSE))
        self.solid, self.soft = ([[] for _ in self.loose] for _ in range(2))
        self.aside = aside
        self.emitted: list[Future] = []

    def paint_beyond(self, pad, told: Told) -> None:
        """Gives what lies beyond the frame the grain of what lies within it: less and less farther out, and none where it has
        turned into what is farther away."""
        rows, columns = (np.arange(n).clip(before - 1, n - after) for n, (before, after) in zip(self.disparity.shape, pad))
        own = self.disparity[np.ix_(rows, columns)]
        bent = (self.disparity - own) / np.maximum(own, 1e-6)
        share = (1 - fade(own.shape, pad)) * np.exp(-(bent / BENT) ** 2)[..., None]
        dim = self.color.max(-1) <= BRIGHT      # there is nothing to copy onto a light
        seen, detailed = (dim & (share[..., 0] > least) for least in (FAINT, DETAILED))
        painted = continue_color(self.color, self.disparity, ~self.inside & seen, self.inside, detailed, told)
        self.color += share * (painted - self.color)

    # One level -----------------------------------------------------------------------------------------------------

    def peel(self, last: bool, told: Told = lambda share: None) -> bool:
        """Emits the frontmost surfaces and moves on to what is behind; false when nothing was left to lift off.

        told  called with the share that is done
        """
        d = self.disparity
        if self.level == 0:
            self.plate = np.concatenate([self.color, self.shown[..., None]], -1)
        cuts = find_cuts(d, self.focal)
        # Where a block is done, what is nearer in it hides what comes now; its own edges are drawn already.
        cuts = sealed(d, cuts)
        open_ = np.kron(self.pending, np.ones((BLOCK, BLOCK), bool))
        cuts = Cuts.of(d, cuts.right, cuts.below, near_in=open_)
        lifted = np.zeros(d.shape, bool) if last else self.lifted(cuts) & open_
        if lifted.mean() <= (CRUMBS if self.level >= LATE else 0):
            self.emit(Canvas.emit_whole, self.pending)
            self.pending = np.zeros_like(self.pending)
            return False
        told(LIFTED)
        # What is lifted off together hides nothing of itself: in what lies behind, an edge between would be a hole.
        right, below = cuts.right.copy(), cuts.below.copy()
        right[:, :-1] &= ~(lifted[:, :-1] & lifted[:, 1:])
        below[:-1] &= ~(lifted[:-1] & lifted[1:])
        active = Cuts.of(d, right, below, near_in=lifted)
        # Where one block of a surface was lifted off before the next, its edge is none: in front it goes on.
        seams = self.seams
        lamps = complete_lamps(self.color, d, lifted, self.trusted)
        with ThreadPoolExecutor(1) as beside:
            deeper = beside.submit(continue_depth, d, lifted, cuts, active, self.focal, self.deepest, self.inside, self.trusted,
                                   self.away, lamps.whole, self.draft)
            mixes = self.trusted | self.copied & (d == self.photographed)
            matte = find_matte(self.color, d, Cuts.of(d, right & ~seams[0], below & ~seams[1], near_in=lifted), lifted, mixes, self.fringe)
            told(PARTED)
        self.mixed = self.mixed | matte.band
        touched = lifted | matte.band | cuts.near | cuts.far
        blocks = any_near(touched, self.margin) & self.pending
        behind, travel, away = deeper.result()
        # Unless something goes on there before it: the shade of a lamp.
        lamps.there &= behind <= (1 + CUT_SHARE) * lamps.disparity
        behind = np.where(lamps.there, lamps.disparity, behind)
        told(BEHIND)
        color = self.look_behind(behind, lifted, lamps, matte, mixes, lambda share: told(BEHIND + share * (1 - BEHIND)))
        self.emit(Canvas.emit_whole, self.pending & ~blocks)
        self.emit(Canvas.emit_lifted, blocks, cuts, active, lifted, matte)
        self.pending = blocks
        seams[0][:, :-1] |= (lifted[:, 1:] != lifted[:, :-1]) & ~cuts.right[:, :-1]
        seams[1][:-1] |= (lifted[1:] != lifted[:-1]) & ~cuts.below[:-1]
        self.move_on(active, lifted, matte, color, behind, travel, away)
        self.level += 1
        return True

    def lifted(self, cuts: Cuts) -> np.ndarray:
        """Which pixels are lifted off at this level: frontmost surfaces, from their edge as deep as a move looks."""
        d = self.disparity
        near = cuts.near
        behind = np.where(near, cuts.behind, d)
        reach = reach_of(d - behind, self.focal, 2 * (self.fringe.width + 1), self.deepest)
        middle = 0.5 * (d + behind)
        candidate = near.copy()
        for sources, _ in octaves(reach):
            index, distance = nearest(sources)
            candidate |= (distance < reach.ravel()[index]) & (d > middle.ravel()[index])
        # Whatever has something in front of it nearby waits for a later level: it is the background there.
        # What is only folded does not: beside what opens behind all of it, the fold opens little.
        box = np.ones((2 * BLOCK + 1, 2 * BLOCK + 1), np.uint8)
        step = cv2.dilate(np.where(near, d - behind, 0).astype(np.float32), box)
        far = cuts.far & ~(folded(cuts) & (cuts.in_front - d < FOLD * step))
        edge_middle = np.where(far, 0.5 * (d + cuts.in_front), 0).astype(np.float32)
        waits = d < cv2.dilate(edge_middle, box)
        cells = components(*walled(cuts.right, cuts.below))
        count = lambda mask: np.bincount(cells[mask], minlength=cells.max() + 1)
        near_side, far_side = count(near) > 0, count(far) > 0
        background = np.where(near_side, count(waits) > 0.5 * count(np.ones_like(waits)), far_side | (count(waits) > 0))
        tangled = near_side & far_side | (self.level >= LATE)
        return (np.where(tangled, count(candidate & ~waits) > 0, (count(candidate) > 0) & ~background))[cells]

    def look_behind(self, behind: np.ndarray, lifted: np.ndarray, lamps: Lamps, matte: Matte, mixes: np.ndarray, told: Told) -> np.ndarray:
        """Colour of what is behind the lifted pixels, of which the disparity is known; in the matte, the two colours of pixels
        that are mostly near are parted anew, now that the far one is, where the picture `mixes` them."""
        band, share = matte.band, matte.coverage
        color = np.where(band[..., None], matte.far, self.color)
        usable = ~lifted & ~(band & (share > HARDLY_NEAR)) & ~lamps.whole      # there is no more of those
        hidden = (lifted | band) & ~(band & (share <= MOSTLY_FAR)) & ~lamps.there
        color[lamps.there] = lamps.color[lamps.there]
        if self.draft:
            color = continue_plainly(color, behind, hidden, usable)
        else:
            # What is beyond the frame is soft: nothing to copy from, and nothing to copy to.
            color = continue_color(color, behind, hidden & self.inside, usable & self.inside, told=told)
            beyond = hidden & ~self.inside
            color = continue_plainly(color, behind, beyond, usable)
            # The farther out, the more all surfaces there have the one colour that they run into.
            color[beyond] += (self.far_out * (self.color - color))[beyond]
        mostly_near = band & (share >= 0.5) & (share < 1)
        painted, again = mostly_near & ~mixes, mostly_near & mixes
        matte.far[painted] = color[painted]
        far, here = color[again], self.color[again]
        # The far colour may leave the near one no less light than that has about it: less of the far one shows. But what was
        # painted may be wrong, and then gives way.
        likely, left = np.minimum(far, matte.around[again]), LEFT * np.minimum(matte.near[again], here)
        least = (likely - here) / np.maximum(likely - left, 1e-6)
        share[again] = a = np.maximum(share[again], least.max(1)).clip(0, 1)
        a = a[:, None]
        most = (here - a * left) / np.maximum(1 - a, 1e-6)
        far *= (most / np.maximum(far, 1e-6)).min(1, keepdims=True).clip(0, 1)    # darker, of the same hue
        near, before = (here - (1 - a) * far) / a, matte.near[again]
        # A surface does not shine because the lamp behind its edge was painted as another one.
        lamp = (near.max(1) > DAZZLES * before.max(1))[:, None] & (matte.far[again] > 1).any(1, keepdims=True)
        matte.near[again] = np.where(lamp, before, near)
        matte.far[again] = np.where(lamp, matte.far[again], far)
        # From level to level, taking edges apart might make what is behind them brighter than anything.
        return np.minimum(np.where((band & (share < 1))[..., None], matte.far, color), self.brightest)

    def move_on(self, active: Cuts, lifted: np.ndarray, matte: Matte, color, behind, travel, away) -> None:
        """Makes what lies behind what was lifted off the picture: its colour float32 (h, w, 3), disparity `behind` and `away` (h, w), and
        `travel` of the lifted pixels, as of `continue_depth`."""
        deeper = np.zeros_like(self.travel)
        deeper[lifted] = travel
        self.travel = np.maximum(self.travel, deeper)
        # Beside the edge itself the plate shows both sides: a filter reads across it.
        glimpsed = matte.band & ((matte.coverage < OPAQUE) | active.near) & self.trusted
        self.shown = np.where(lifted, np.where(glimpsed, self.shown, 0), self.shown)
        self.trusted = self.trusted & (~lifted | glimpsed)
        self.disparity, self.color, self.away = behind, color, away

    # Out -----------------------------------------------------------------------------------------------------------

    def emit(self, how: Callable[..., None], *what) -> None:
        """how(itself as it is now, *what), one after the other, while it moves on: that makes new arrays and changes none."""
        self.emitted.append(self.aside.submit(how, copy(self), *what))

    def emit_whole(self, blocks: np.ndarray) -> None:
        """Blocks in which this level is the last: the plate's own pixels at level 0, tiles later."""
        if not blocks.any():
            return
        size = SHEET
        high, wide = (-(-n // size) * size for n in self.disparity.shape)
        grow = ((0, high - self.disparity.shape[0]), (0, wide - self.disparity.shape[1]))
        emitted = np.kron(blocks, np.ones((BLOCK, BLOCK), bool))
        split = lambda a: np.pad(a, grow).reshape(high // size, size, wide // size, size).swapaxes(1, 2).reshape(-1, size, size)
        keep = split(emitted)
        used = np.flatnonzero(keep.any((1, 2)))
        y0, x0 = used // (wide // size) * size, used % (wide // size) * size
        # Nothing may lie on both sides of the frame: `beyond` would be true of half of it.
        inside = split(self.inside)[used]
        if self.level > 0:
            at = np.arange(-GUTTER, size + GUTTER)
            h, w = self.disparity.shape
            window = (y0[:, None] + at).clip(0, h - 1)[:, :, None], (x0[:, None] + at).clip(0, w - 1)[:, None, :]
            color, share = self.carried(emitted)
            sheet = np.concatenate([color[window], share[window][..., None]], -1)
            kept = self.tiles.keep(sheet)
        for loose, solid in zip(self.loose, self.solid):
            which, x, y, side, plane, *ends = (np.concatenate(both) for both in zip(*(
                fit(split(self.disparity)[used], keep[used] & part, split(self.shown)[used] > 0, FIT * tolerance(self.focal),
                    SHEET_SIZES, full=True, jump=jump, loose=loose) for part, jump in ((inside, JUMP), (~inside, STEEP)))))
            n = len(which)
            rect = np.stack([x0[which] + x, y0[which] + y], -1).astype(np.float32)
            rect = np.concatenate([rect, rect + side], -1)
            corner = np.stack([x0[which], y0[which], np.full(n, -1)], -1).astype(np.float32)
            hidden, travel = np.zeros(n, bool), np.zeros(n, np.float32)
            if self.level > 0:
                corner[:, 2] = kept[which]
                self.part_at_jumps(rect, corner)
                seen = sum_in(integral(sheet[:, GUTTER:-GUTTER, GUTTER:-GUTTER, 3]), which, x, y, side)
                # A loose patch is large and may hold both; drawn into what the plate shows, it would come before that.
                hidden = seen < (0.5 * side.prod(1) if loose > self.loose[0] else 1e-3)
                travel = least_in(split(self.travel)[used], which, x, y, side)
            solid.append(Patches(rect, plane, corner, np.full((n, 4), IN_ALPHA, np.float32), hidden, self.outside(rect), travel,
                                 np.full(n, self.level, np.int32)).between(*ends))

    def part_at_jumps(self, rect: np.ndarray, corner: np.ndarray) -> None:
        """Gives patches beside another surface tiles of their own, in which a filter does not read of that."""
        h, w = self.disparity.shape
        picture = np.concatenate([self.color, self.shown[..., None]], -1)
        for at, (wide, high) in alike(rect):
            here = [np.arange(-GUTTER, n + GUTTER) for n in (high, wide)]
            inside = [a.clip(0, n - 1) for a, n in zip(here, (high, wide))]
            left, top = (rect[at, i].astype(int)[:, None] for i in (0, 1))
            place = lambda y, x: ((top + y).clip(0, h - 1)[:, :, None], (left + x).clip(0, w - 1)[:, None, :])
            pixel, source = place(*here), place(*inside)
            d, own = self.disparity[pixel], self.disparity[source]
            other = np.abs(d - own) > CUT_SHARE * np.maximum(d, own)
            ring = np.s_[:, GUTTER - 1:1 - GUTTER, GUTTER - 1:1 - GUTTER]
            beside = other[ring].any((1, 2))
            if not beside.any():
                continue
            pixel, source, other, own = (tuple(v[beside] for v in p) if isinstance(p, tuple) else p[beside]
                                         for p in (pixel, source, other, own))
            outside = (inside[0] != here[0])[:, None] | (inside[1] != here[1])
            goes_on = self.goes_on(own, pixel) & outside
            tile = picture[np.where(other, source[0], pixel[0]), np.where(other, source[1], pixel[1])]
            tile[goes_on] = self.plate[pixel][goes_on]
            corner[at[beside]] = np.concatenate([rect[at[beside], :2], self.tiles.keep(tile)[:, None]], -1)

    def carried(self, emitted: np.ndarray):
        """Colour and shown share, continued out of the emitted pixels into what a filter reads beyond them where another
        surface lies there."""
        index, distance = nearest(emitted)
        beyond = (distance > 0) & (distance < GUTTER + 1.5)
        d, source = self.disparity[beyond], self.disparity.ravel()[index[beyond]]
        other = np.abs(d - source) > CUT_SHARE * np.maximum(d, source)
        color, shown = self.color.copy(), self.shown.copy()
        goes_on = beyond.copy()
        goes_on[beyond] = self.goes_on(source, np.nonzero(beyond))
        beyond[beyond] = other
        color[beyond] = self.color.reshape(-1, 3)[index[beyond]]
        shown[beyond] = self.shown.ravel()[index[beyond]]
        color[goes_on], shown[goes_on] = self.plate[goes_on, :3], 1
        return color, shown

    def goes_on(self, disparity, where) -> np.ndarray:
        """Whether the plate itself shows, unmixed, a surface of this disparity at these pixels: a neighbouring block may
        have been lifted off at another level, and what is there now is what lies behind it."""
        there = self.photographed[where]
        return (np.abs(there - disparity) <= CUT_SHARE * np.maximum(there, disparity)) & ~self.mixed[where]

    def emit_lifted(self, blocks, cuts: Cuts, active: Cuts, lifted, matte: Matte) -> None:
        """The surfaces that are lifted off, one tile for each in every block that it or its soft edge touches."""
        by, bx = np.nonzero(blocks)
        m, s, n = self.margin, BLOCK + 2 * self.margin, len(by)
        g = m - GUTTER      # where a tile begins in its block's window
        tile = np.s_[:, g:-g, g:-g]
        window = windows(by, bx, self.disparity.shape, m)
        labels = surfaces(cuts, window)
        under, fold = self.under_folds(cuts, lifted, matte)
        # Blocks wholly inside a surface need no tile of their own.
        plain = (lifted & ~matte.band & ~under)[window] & (labels == labels[:, m:m + 1, m:m + 1])
        uniform = plain[tile].all((1, 2))
        whole_blocks = np.zeros_like(blocks)
        whole_blocks[by[uniform], bx[uniform]] = True
        self.emit_whole(whole_blocks)
        # Soft pixels outside a surface belong to the near side next to them.
        index, _ = nearest(active.near)

        def owners(index):
            """Labels of the surfaces of the pixels at flat indices (h, w), and whether these lie in the windows."""
            oy, ox = np.divmod(index[window], self.disparity.shape[1])
            wy = oy - (by * BLOCK - m)[:, None, None]
            wx = ox - (bx * BLOCK - m)[:, None, None]
            within = (wy >= 0) & (wy < s) & (wx >= 0) & (wx < s)
            return labels[np.arange(n)[:, None, None], wy.clip(0, s - 1), wx.clip(0, s - 1)], within

        owner, within = owners(index)
        farther, known = owners(fold)
        band, inner, coverage = (a[window] for a in (matte.band, matte.inner, matte.coverage))
        outside = band & ~inner & within & (coverage > 0)
        core = np.zeros((n, s, s), bool)
        core[tile] = ~uniform[:, None, None]
        is_lifted = np.zeros(labels.max() + 1, bool)
        is_lifted[labels[lifted[window]]] = True
        # One tile for every (block, surface): pixels of the surface itself, and its soft pixels outside.
        # In the block itself only what is lifted off now; round it, whatever belongs to that, for the filter to read.
        block = np.zeros((s, s), bool)
        block[m:-m, m:-m] = True
        inside = is_lifted[labels] & core & (lifted[window] | ~block) & (inner | ~band)
        outside &= is_lifted[owner] & core
        under = under[window] & known & is_lifted[farther] & (farther != labels) & core
        keys = np.unique(np.concatenate([labels[inside], owner[outside], farther[under]]))
        if not len(keys):
            return
        slot = np.full(len(is_lifted), -1)
        slot[keys] = np.arange(len(keys))
        block_of = np.zeros(len(keys), np.int64)
        alpha, depth = np.zeros((2, len(keys), s, s), np.float32)
        paint = np.zeros((len(keys), s, s, 3), np.float32)
        unseen = np.zeros(alpha.shape, bool)
        pixels = np.broadcast_arrays(*window)
        for mine, surface, share, disparity in ((inside, labels, np.where(inner, coverage, np.float32(1)), self.disparity),
                                                (outside, owner, coverage, matte.front)):
            where, pixel = np.nonzero(mine), tuple(a[mine] for a in pixels)
            block_of[slot[surface[mine]]] = where[0]
            at = slot[surface[mine]], *where[1:]
            mixed = (band & (share < 1))[mine]
            alpha[at], depth[at] = share[mine], disparity[pixel]
            paint[at] = np.where(mixed[:, None], matte.near[pixel], self.color[pixel])
        where, pixel = np.nonzero(under), np.unravel_index(fold[window][under], fold.shape)
        block_of[slot[farther[under]]] = where[0]
        at = slot[farther[under]], *where[1:]
        alpha[at], paint[at], depth[at], unseen[at] = 1, self.color[pixel], self.disparity[pixel], True
        alpha, paint, depth, unseen = (a[tile] for a in (alpha, paint, depth, unseen))
        self.go_on_round(alpha, paint, depth, tuple(np.broadcast_arrays(*(a[tile] for a in pixels))), block_of)
        tiles = np.concatenate([paint * alpha[..., None], alpha[..., None]], -1)
        _carry_border(tiles)
        # A soft edge outside its surface was shown if the surface beside it was.
        shown = np.where(outside, self.shown.ravel()[index][window], self.shown[window])[tile][block_of]
        shown = np.where(unseen, 0, shown)
        c = np.s_[:, GUTTER:-GUTTER, GUTTER:-GUTTER]
        k = np.flatnonzero((alpha[c] > 0).any((1, 2)))
        if len(k):
            self.add(by[block_of[k]], bx[block_of[k]], tiles[k], depth[k][c], alpha[k][c], shown[k])

    def go_on_round(self, alpha, paint, depth, pixels, block_of) -> None:
        """Continues tiles (n, s, s), in place, round their blocks with what the plate shows there of their surfaces.

        pixels    rows and columns in the canvas, (blocks, s, s) each, of every block's tile; block_of  the block of each tile, (n,)
        """
        at = np.arange(alpha.shape[1]).clip(GUTTER, GUTTER + BLOCK - 1)
        edge = np.s_[:, at[:, None], at]
        round_it = np.ones(alpha.shape[1:], bool)
        round_it[GUTTER:-GUTTER, GUTTER:-GUTTER] = False
        where = np.nonzero(round_it & (alpha[edge] >= OPAQUE))
        pixel = tuple(a[block_of[where[0]], where[1], where[2]] for a in pixels)
        goes_on = self.goes_on(depth[edge][where], pixel)
        where, pixel = tuple(w[goes_on] for w in where), tuple(w[goes_on] for w in pixel)
        paint[where], alpha[where] = self.plate[pixel][:, :3], 1

    def under_folds(self, cuts: Cuts, lifted, matte: Matte) -> tuple[np.ndarray, np.ndarray]:
        """Pixels of what is lifted off, bool (h, w), under which a part of the same that lies farther back goes on, as far as a move opens
        the step between them; and flat indices of that part's pixels beside it: (h, w)."""
        d = self.disparity
        right, below = np.zeros((2, *d.shape), bool)
        right[:, :-1] = cuts.right[:, :-1] & lifted[:, :-1] & lifted[:, 1:]
        below[:-1] = cuts.below[:-1] & lifted[:-1] & lifted[1:]
        folds = Cuts.of(d, right, below)
        if not folds.far.any():
            return np.zeros(d.shape, bool), np.zeros(d.shape, np.int64)
        index, distance = nearest(folds.far)
        step = np.where(folds.far, folds.in_front - d, 0)
        reach = reach_of(step, self.focal, 1, self.margin)
        nearer = d > (d + 0.5 * step).ravel()[index]
        return nearer & (distance < reach.ravel()[index] + 0.5) & lifted & (~matte.band | (matte.coverage >= OPAQUE)), index

    def add(self, by, bx, tile, depth, alpha, shown) -> None:
        """Puts tiles of single surfaces into the atlas and fits patches to them."""
        first = self.tiles.keep(tile)[0]
        shown = shown[:, GUTTER:-GUTTER, GUTTER:-GUTTER]
        window = windows(by, bx, self.disparity.shape, 0)
        cover, seen_of_it, open_ = integral(alpha), integral(shown * alpha), integral(tile[..., 3] < OPAQUE)
        for loose, solid, soft in zip(self.loose, self.solid, self.soft):
            which, x, y, size, plane, *ends = (np.concatenate(both) for both in zip(*(
                fit(depth, np.where(alpha > 0, alpha.clip(FAINT), 0), shown > 0, FIT * tolerance(self.focal), SIZES, within=part,
                    jump=jump, loose=loose)
                for part, jump in ((self.inside[window], JUMP), (~self.inside[window], STEEP)))))
            travel = least_in(self.travel[window], which, x, y, size)
            x, y, size = trim(alpha > 0, which, x, y, size, plane)
            rect = np.stack([bx[which] * BLOCK + x, by[which] * BLOCK + y], -1).astype(np.float32)
            rect = np.concatenate([rect, rect + size], -1)
            corner = np.stack([bx[which] * BLOCK, by[which] * BLOCK, first + which], -1).astype(np.float32)
            seen, all_of_it = (sum_in(total, which, x, y, size) for total in (seen_of_it, cover))
            part = np.maximum(size // 2, 1)
            rest = (size - part).T
            quarters = [(which, x + right * rest[0], y + below * rest[1], part) for below in (0, 1) for right in (0, 1)]
            share = [np.where(part_of_it > 1e-3, sum_in(seen_of_it, *at) / np.maximum(part_of_it, 1e-3), seen / all_of_it)
                     for at, part_of_it in ((at, sum_in(cover, *at)) for at in quarters)]
            patches = Patches(rect, plane, corner, np.stack(share, -1).astype(np.float32), seen < 1e-3, self.outside(rect),
                              travel, np.full(len(rect), self.level, np.int32),
                              most=room_beyond(open_, which, x + GUTTER, y + GUTTER, size).clip(SOFT_JOIN)).between(*ends)
            whole = sum_in(open_, which, x + GUTTER - 1, y + GUTTER - 1, size + 2) == 0
            solid.append(patches.take(whole))
            soft.append(patches.take(~whole))

    def outside(self, rect) -> np.ndarray:
        """Which rectangles, in canvas pixels, have no pixel inside the plate's frame."""
        low, high = self.border, np.array(self.size) + self.border
        return ((rect[:, 2:] <= low) | (rect[:, :2] >= high)).any(1)

    def taken_apart(self) -> dict:
        """What Layers is made of."""
        for each in self.emitted:
            each.result()
        h, w = self.disparity.shape
        covers = [(Patches.joined(solid), Patches.joined(soft)) for solid, soft in zip(self.solid, self.soft)]
        # Under the plate itself what is drawn of the tiles, and under them the backdrop.
        packing = self.tiles.packed((patches for cover in covers for patches in cover), w + GUTTER, h + GUTTER)
        rows, behind = backdrop(self.color, self.disparity, self.size, self.border, self.deepest, packing.bottom, self.level + 1)
        atlas = np.zeros((packing.bottom + len(rows), max(packing.width, rows.shape[1]), 4), np.float16)
        atlas[:h + GUTTER, :w + GUTTER] = np.pad(self.plate, [(0, GUTTER), (0, GUTTER), (0, 0)], mode="edge")
        atlas[packing.bottom:, :rows.shape[1]] = rows
        self.tiles.draw(atlas, packing)

        def placed(patches: Patches) -> Patches:
            """From canvas to plate coordinates, and from tile numbers to places in the atlas."""
            x0, y0, tile = patches.texture.T.astype(int)
            offset = np.where(tile[:, None] < 0, 0, packing.place[tile] - np.stack([x0, y0], -1))
            texture = np.concatenate([np.ones((len(tile), 1)), offset + self.border], 1).astype(np.float32)
            return replace(patches, rect=patches.rect - self.border, texture=texture)

        drawn = []
        for loose, (solid, soft) in zip(self.loose, covers):
            solid, soft = placed(solid), placed(soft)
            weld(solid, soft, FIT * loose * tolerance(self.focal), loose > self.loose[0])
            join(solid, soft, self.focal, loose > self.loose[0])
            solid = Patches.joined([solid, behind])
            drawn.append((solid.take(np.argsort(-solid.plane[:, 0], kind="stable")),
                          soft.take(np.lexsort((soft.plane[:, 0], -soft.level, _depth_class(soft.plane[:, 0]))))))
        (solid, soft), (loose_solid, loose_soft) = drawn[0], drawn[-1]
        return {"atlas": atlas, "levels": int(np.log2(GUTTER)), "surface": self.surface,
                "solid": solid, "soft": soft, "loose_solid": loose_solid, "loose_soft": loose_soft,
                "around": rows[..., :3].mean((0, 1)).astype(np.float32),
                "plate": np.array([1, self.border, self.border], np.float32)}


def _carry_border(tiles: np.ndarray) -> None:
    """Continues the outermost rows and columns of tiles (n, high, wide, 4), in place, into the gutter, where a surface that is opaque there
    has nothing in it."""
    g = GUTTER
    for axis in (1, 2):
        line = lambda i: (slice(None), i) if axis == 1 else (slice(None), slice(None), i)
        for edge, gutters in ((g, range(g - 1, -1, -1)), (-g - 1, range(-g, 0))):
            for i in gutters:
                other = (tiles[line(i)][..., 3] == 0) & (tiles[line(edge)][..., 3] >= OPAQUE)
                tiles[line(i)][other] = tiles[line(edge)][other]


def _depth_class(disparity):
    """Disparities within a few per cent count as one surface, of which deeper levels lie underneath."""
    return np.floor(np.log(np.maximum(disparity, 1e-4)) / 0.05)
