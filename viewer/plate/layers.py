"""A plate taken apart into what can be drawn: plane patches over one atlas of pixels.

The picture is peeled. At every level the frontmost surfaces at depth edges are lifted off with a soft matte, and what
is behind them is continued; what remains is the next level, with edges of its own. A surface ends up as *patches*:
rectangles of the plate on which its disparity is a plane, so that a wall is a handful and no patch spans an edge.
Silhouettes live in the patches' coverage and not in their geometry.

After Shade et al. 1998 (layered depth images), Kopf et al. 2020 (One Shot 3D Photography) and Jampani et al. 2021
(SLIDE: soft layering).
"""
from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from . import cache
from .clean import clean
from .edges import CUT_SHARE, REACH_METRES, Cuts, components, find_cuts, nearest, octaves, reach_of, tolerance
from .fill import continue_color, continue_depth, continue_plainly, fill_smoothly
from .matte import BAND, OPAQUE, Matte, find_matte

BLOCK = 16
"""Pixels: side of the blocks in which surfaces are told apart."""

MARGIN = BAND + 4
"""Pixels round a block in which its surfaces are known too: the band, and what a texture filter reads beyond."""

GUTTER = 4
"""Pixels of a tile round its block in the atlas: what the filter reads at the second mip level."""

LONG = 2
"""Times its width that a patch is long, at the most."""


def _sizes(largest: int) -> tuple[tuple[int, int], ...]:
    """Width and height of patches, large to small: what is bent one way only is long in the other."""
    sides = [largest >> i for i in range(largest.bit_length())]
    every = [(w, h) for w in sides for h in sides if max(w, h) <= LONG * min(w, h)]
    return tuple(sorted(every, key=lambda size: (-size[0] * size[1], max(size))))


SIZES = _sizes(16)
"""Pixels: sides of the patches of a tile."""

COARSE = 8
"""Pixels: smallest patch of what the plate never showed; its shape is a guess."""

FIT = 1
"""Tolerances, that is a quarter of a pixel of parallax, within which a patch follows its surface."""

LEVELS, DRAFT_LEVELS = 5, 2
"""Surfaces behind each other that are told apart."""

OVERLAP, JOIN = 0.3, 3.0
"""Plate pixels by which patches reach over their rectangle, at the least, so that neighbours leave no crack between them,
and at the most. Less than half a pixel samples inside the rectangle only."""

FINE = 4
"""Pixels: smaller patches are only for jumps; relief that small is not worth two triangles a bump."""

FAINT = 0.05
"""Coverage under which a pixel's depth counts no less."""

JUMP = 5
"""Fits, that is a pixel of parallax: an error from which a patch spans a jump."""

MOSTLY_FAR = 0.35
"""Coverage up to which a pixel's far colour, taken apart from the near one, is better than a guess."""

DEEPEST = 0.22
"""Share of the plate's width to which a surface is continued behind a foreground at the most."""

SHEET, SHEET_SIZES = 64, _sizes(64)
"""Pixels: sides of the tiles that hold what has no soft edge, and of the patches on them."""

WORKING = 1.5e6
"""Pixels in which surfaces and their edges are told apart: a larger picture is taken apart at the next whole fraction."""

BACKDROP = 8
"""Pixels of the plate to one of the backdrop."""

BEYOND = 0.1
"""Share of the plate's width that is continued round the frame."""


IN_ALPHA = -1
"""In place of the share of a patch that the plate showed: alpha in the atlas is not its coverage but that share."""


@dataclass(slots=True)
class Patches:
    """n plane patches. Coordinates are plate pixels, origin at the plate's top left corner.

    rect      float32 (n, 4): x0, y0, x1, y1
    plane     float32 (n, 3): disparity at the rectangle's middle (1/m) and its slopes per pixel in x and y
    texture   float32 (n, 3): atlas pixels per plate pixel, and the atlas pixel of plate pixel (0, 0), so that
              atlas = texture[0] * plate + texture[1:]
    shown     float32 (n, 4): share that the plate showed at its corners, in the order of `corners`, where alpha in the atlas
              is coverage; or IN_ALPHA
    hidden    bool (n,): lies behind something in the plate, for the most part; gives way to what does not
    beyond    bool (n,): lies outside the plate's frame or is the backdrop; never hides what does not
    travel    float32 (n,): metres that the camera has to move sideways before the patch can come to light
    level     int32 (n,): how many surfaces were lifted off before this one came to light
    over      float32 (n, 4): plate pixels by which it reaches over the left, upper, right and lower side of its rectangle,
              for a camera REACH_METRES to the side
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
    corners: np.ndarray | None = None

    def __post_init__(self):
        if self.over is None:
            self.over = np.full((len(self.rect), 4), OVERLAP, np.float32)
        if self.corners is None:
            value, slope_x, slope_y = self.plane.T[..., None]
            side_x, side_y = (self.rect[:, 2:] - self.rect[:, :2]).T[..., None] / 2
            self.corners = (value + slope_x * side_x * np.float32([-1, 1, -1, 1])
                            + slope_y * side_y * np.float32([-1, -1, 1, 1])).astype(np.float32)

    def __len__(self) -> int:
        return len(self.rect)

    def take(self, order: np.ndarray) -> Patches:
        return Patches(*(getattr(self, name)[order] for name in self.__slots__))

    @classmethod
    def joined(cls, parts: list[Patches]) -> Patches:
        if not parts:
            return cls(*(np.zeros((0, k), np.float32) for k in (4, 3, 3, 4)), *(np.zeros(0, bool) for _ in range(2)), np.zeros(0, np.float32), np.zeros(0, np.int32))
        return cls(*(np.concatenate([getattr(p, name) for p in parts]) for name in cls.__slots__))


@dataclass(slots=True)
class Layers:
    """What the renderer draws.

    atlas    float16 (H, W, 4): colour, and in alpha the share of the pixel that the plate showed; or colour premultiplied
             by coverage, and coverage, for patches that say so
    solid    patches without holes, nearest first
    soft     patches with coverage, farthest first
    levels   mip levels down to which the atlas can be filtered without reading a neighbouring tile
    around   float32 (3,): colour where there is nothing at all, behind the plate's camera
    plate    float32 (3,): where the plate itself lies in the atlas, as Patches.texture tells it
    surface  float32 (h, w): the plate's disparity, 1/m, cleaned; of its size or a fraction of that
    """

    atlas: np.ndarray
    solid: Patches
    soft: Patches
    levels: int
    around: np.ndarray
    plate: np.ndarray
    surface: np.ndarray

    @classmethod
    def of(cls, plate, progress: Callable[..., None] | None = None, draft: bool = False,
           coarser: int = 1) -> Layers:
        """Layers of a plate, from the cache or built and kept there.

        progress  called as progress(share done, stage in words)
        draft     be quick: hidden surfaces get plain colour. A draft is not kept; a kept result is better and is taken.
        coarser   of a draft: found in so many times fewer pixels a side, and so many times as quickly squared
        """
        kept = cls.kept(plate)
        if kept is not None:
            return kept
        focal = plate.focal_length / plate.sensor_width * plate.width
        color = np.asarray(plate.color, np.float32)
        step = max(1, round((color.shape[0] * color.shape[1] / WORKING) ** 0.5)) * (coarser if draft else 1)
        if step == 1:
            layers = build(color, clean(plate.disparity, color, plate.known, focal), focal, progress, draft)
        else:
            small, disparity, known = _reduced(color, plate.disparity, plate.known, step)
            layers = build(small, clean(disparity, small, known, focal / step), focal / step, progress, draft)
            layers = _enlarged(layers, color, small, step)
        if not draft:
            cache.store(_key(plate), layers._packed())
        return layers

    @classmethod
    def kept(cls, plate) -> Layers | None:
        """Layers of a plate from the cache, or None."""
        stored = cache.load(_key(plate), cls._names())
        return None if stored is None else cls._unpacked(stored)

    @staticmethod
    def _names() -> set[str]:
        return {f"{kind}_{name}" for kind in ("solid", "soft") for name in Patches.__slots__} | {"levels", *ARRAYS}

    def _packed(self) -> dict[str, np.ndarray]:
        parts = {f"{kind}_{name}": getattr(getattr(self, kind), name)
                 for kind in ("solid", "soft") for name in Patches.__slots__}
        return parts | {"levels": np.array(self.levels)} | {name: getattr(self, name) for name in ARRAYS}

    @classmethod
    def _unpacked(cls, stored) -> Layers:
        solid, soft = (Patches(*(stored[f"{kind}_{name}"] for name in Patches.__slots__)) for kind in ("solid", "soft"))
        return cls(solid=solid, soft=soft, levels=int(stored["levels"]), **{name: stored[name] for name in ARRAYS})


ARRAYS = "atlas", "around", "plate", "surface"


def _key(plate) -> str:
    return f"{plate.digest}-{_version()}"


@lru_cache(maxsize=1)
def _version() -> str:
    """Changes with the code that makes layers, so that what older code made is not taken for its own."""
    code = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return hashlib.sha256(code).hexdigest()[:12]


def _reduced(color, disparity, known, step: int):
    """Picture, disparity and what is known of it, with one pixel for step x step: colour as their mean, the rest as that
    of the middle one, for a mean of two surfaces is on neither."""
    h, w = disparity.shape
    pad = ((0, -h % step), (0, -w % step))
    if any(after for _, after in pad):
        color = np.pad(color, (*pad, (0, 0)), mode="edge")
    small = cv2.resize(color, (color.shape[1] // step, color.shape[0] // step), interpolation=cv2.INTER_AREA)
    middle = np.s_[step // 2::step, step // 2::step]
    return small, np.pad(disparity, pad, mode="edge")[middle], np.pad(known, pad, mode="edge")[middle]


def _enlarged(layers: Layers, color: np.ndarray, small: np.ndarray, step: int) -> Layers:
    """Layers of a reduced picture, `small`, as those of the picture itself; where they are just the reduced picture's pixels
    they show its own."""
    high, wide = layers.atlas.shape[:2]
    h, w = color.shape[:2]
    # Beside the reduced picture's atlas, with a rim for the filter and for patches that end on a whole step.
    size = max(high, h + step), wide + w + step
    atlas = np.zeros((*size, 4), np.float16)
    atlas[:high, :wide] = layers.atlas
    own = atlas[:h + step, wide:]
    own[:h, :w, :3], own[..., 3] = color, 1
    own[h:, :w, :3] = own[h - 1, :w, :3]
    own[:, w:, :3] = own[:, w - 1:w, :3]

    def scaled(patches: Patches, solid: bool) -> Patches:
        texture = patches.texture / [step, 1, 1]
        plain = _as_photographed(patches, layers.atlas, small) & solid
        texture[plain] = 1, wide, 0
        return replace(patches, rect=patches.rect * step, plane=patches.plane / np.float32([1, step, step]),
                       texture=texture.astype(np.float32), over=patches.over * np.float32(step))

    return replace(layers, atlas=atlas, solid=scaled(layers.solid, True), soft=scaled(layers.soft, False),
                   plate=np.array([1, wide, 0], np.float32))


def _as_photographed(patches: Patches, atlas, small) -> np.ndarray:
    """Which patches, bool (n,), show the reduced picture as it is, and all of it was shown."""
    plain = np.zeros(len(patches), bool)
    inside = (patches.rect[:, :2] >= 0).all(1) & (patches.rect[:, 2:] <= [small.shape[1], small.shape[0]]).all(1)
    asked = inside & ~patches.beyond & ((patches.shown == IN_ALPHA) | (patches.shown == 1)).all(1)
    for at, (wide, high) in _alike(patches.rect, asked):
        for part in np.array_split(at, max(1, len(at) * wide * high // 1_000_000)):
            x = patches.rect[part, 0].astype(int)[:, None, None] + np.arange(wide)
            y = patches.rect[part, 1].astype(int)[:, None, None] + np.arange(high)[:, None]
            there = (y + patches.texture[part, 2].astype(int)[:, None, None], x + patches.texture[part, 1].astype(int)[:, None, None])
            tile = atlas[there].astype(np.float32)
            same = np.abs(tile[..., :3] - small[y, x]).max(-1) <= 1e-3 * (1 + small[y, x].max(-1))
            plain[part] = (same & (tile[..., 3] > 0.999)).all((1, 2))
    return plain


def build(color: np.ndarray, disparity: np.ndarray, focal: float, progress: Callable[..., None] | None = None,
          draft: bool = False) -> Layers:
    """Layers of a picture: colour float32 (h, w, 3) scene-linear, disparity float32 (h, w) in 1/m, focal in pixels."""
    canvas = _Canvas(color, disparity, focal, draft)
    levels = DRAFT_LEVELS if draft else LEVELS
    for level in range(levels):
        if progress:
            progress(level / levels, "Looking behind the foreground")
        if not canvas.peel(last=level == levels - 1):
            break
    return canvas.layers()


class _Canvas:
    """The picture with its border, level by level."""

    def __init__(self, color, disparity, focal, draft):
        h, w = disparity.shape
        self.focal = focal
        self.draft = draft
        border = int(np.ceil(BEYOND * w / BLOCK)) * BLOCK
        self.border = border
        self.size, self.surface = (w, h), disparity.astype(np.float32)
        self.deepest = DEEPEST * w
        high, wide = (int(np.ceil(n / BLOCK)) * BLOCK + 2 * border for n in (h, w))
        pad = ((border, high - h - border), (border, wide - w - border))
        self.color, self.disparity = continue_beyond(color, disparity, pad)
        self.shown = np.zeros((high, wide), np.float32)
        self.shown[border:border + h, border:border + w] = 1
        self.inside = self.shown > 0
        self.trusted = self.inside.copy()
        self.pending = np.ones((high // BLOCK, wide // BLOCK), bool)
        # The frame's border is no edge of what it crops.
        self.seams = np.zeros((2, high, wide), bool)
        self.seams[0][:, :-1] = self.inside[:, 1:] != self.inside[:, :-1]
        self.seams[1][:-1] = self.inside[1:] != self.inside[:-1]
        self.travel = np.zeros((high, wide), np.float32)
        self.level = 0
        self.plate, self.photographed = None, self.disparity
        self.mixed = ~self.inside
        self.tiles: list[np.ndarray] = []
        self.solid: list[Patches] = []
        self.soft: list[Patches] = []
        self.count = 0

    # One level -----------------------------------------------------------------------------------------------------

    def peel(self, last: bool) -> bool:
        """Emits the frontmost surfaces and moves on to what is behind; false when nothing was left to lift off."""
        d = self.disparity
        if self.level == 0:
            self.plate = np.concatenate([self.color, self.shown[..., None]], -1)
        cuts = find_cuts(d, self.focal)
        # Where a block is done, what is nearer in it hides what comes now; its own edges are drawn already.
        cuts = sealed(d, cuts)
        open_ = np.kron(self.pending, np.ones((BLOCK, BLOCK), bool))
        cuts = Cuts.of(d, cuts.right, cuts.below, near_in=open_)
        lifted = np.zeros(d.shape, bool) if last else self.lifted(cuts) & open_
        if not lifted.any():
            self.emit_whole(self.pending)
            self.pending[:] = False
            return False
        active = Cuts.of(d, cuts.right, cuts.below, near_in=lifted)
        # Where one block of a surface was lifted off before the next, its edge is none: in front it goes on.
        seams = self.seams
        matte = find_matte(self.color, d, Cuts.of(d, cuts.right & ~seams[0], cuts.below & ~seams[1], near_in=lifted),
                           lifted, self.trusted)
        self.mixed |= matte.band
        touched = lifted | matte.band | cuts.near | cuts.far
        blocks = _any_near(touched, MARGIN) & self.pending
        behind = self.look_behind(active, lifted, matte)
        self.emit_whole(self.pending & ~blocks)
        self.emit_lifted(blocks, cuts, active, lifted, matte)
        self.pending = blocks
        seams[0][:, :-1] |= (lifted[:, 1:] != lifted[:, :-1]) & ~cuts.right[:, :-1]
        seams[1][:-1] |= (lifted[1:] != lifted[:-1]) & ~cuts.below[:-1]
        self.move_on(active, lifted, matte, *behind)
        self.level += 1
        return True

    def lifted(self, cuts: Cuts) -> np.ndarray:
        """Which pixels are lifted off at this level: frontmost surfaces, from their edge as deep as a move looks."""
        d = self.disparity
        near = cuts.near
        behind = np.where(near, cuts.behind, d)
        reach = reach_of(d - behind, self.focal, 2 * BAND, self.deepest)
        middle = 0.5 * (d + behind)
        candidate = near.copy()
        for index, distance in octaves(reach):
            candidate |= (distance < reach.ravel()[index]) & (d > middle.ravel()[index])
        # Whatever has something in front of it nearby waits for a later level: it is the background there.
        edge_middle = np.where(cuts.far, 0.5 * (d + cuts.in_front), 0).astype(np.float32)
        k = 2 * BLOCK + 1
        waits = d < cv2.dilate(edge_middle, np.ones((k, k), np.uint8))
        cells = components(*_walled(cuts.right, cuts.below))
        count = lambda mask: np.bincount(cells[mask], minlength=cells.max() + 1)
        near_side, far_side = count(near) > 0, count(cuts.far) > 0
        background = np.where(near_side, count(waits) > 0.5 * count(np.ones_like(waits)), far_side | (count(waits) > 0))
        tangled = near_side & far_side | (self.level >= LEVELS // 2)
        return (np.where(tangled, count(candidate & ~waits) > 0, (count(candidate) > 0) & ~background))[cells]

    def look_behind(self, active: Cuts, lifted: np.ndarray, matte: Matte):
        """(colour, disparity, travel) of what is behind the lifted pixels; in the matte, the two colours of pixels that are
        mostly near are parted anew, now that the far one is known."""
        behind, travel = continue_depth(self.disparity, lifted, active, self.focal, self.deepest)
        band, share = matte.band, matte.coverage
        color = np.where(band[..., None], matte.far, self.color)
        usable = ~lifted & ~(band & (share > MOSTLY_FAR))
        hidden = lifted & ~(band & (share < MOSTLY_FAR))
        if self.draft:
            color = continue_plainly(color, behind, hidden, usable)
        else:
            # What is beyond the frame is soft: nothing to copy from, and nothing to copy to.
            color = continue_color(color, behind, hidden & self.inside, usable & self.inside)
            color = continue_plainly(color, behind, hidden & ~self.inside, usable)
        again = band & (share >= 0.5) & (share < 1)
        a, here = share[again][:, None], self.color[again]
        far = np.minimum(color[again], here / (1 - a))
        matte.near[again] = (here - (1 - a) * far) / a
        matte.far[again] = far
        return np.where((band & (share < 1))[..., None], matte.far, color), behind, travel

    def move_on(self, active: Cuts, lifted: np.ndarray, matte: Matte, color, behind, travel) -> None:
        self.travel[lifted] = np.maximum(self.travel[lifted], travel)
        # Beside the edge itself the plate shows both sides: a filter reads across it.
        glimpsed = matte.band & ((matte.coverage < OPAQUE) | active.near) & self.trusted
        self.shown = np.where(lifted, np.where(glimpsed, self.shown, 0), self.shown)
        self.trusted &= ~lifted | glimpsed
        self.disparity, self.color = behind, color

    # Out -----------------------------------------------------------------------------------------------------------

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
        which, x, y, side, plane = (np.concatenate(both) for both in zip(*(
            fit(split(self.disparity)[used], keep[used] & part, split(self.shown)[used] > 0, FIT * tolerance(self.focal),
                SHEET_SIZES, full=True) for part in (inside, ~inside))))
        n = len(which)
        if self.level == 0:
            tile, hidden = np.full(n, -1), np.zeros(n, bool)
        else:
            at = np.arange(-GUTTER, size + GUTTER)
            h, w = self.disparity.shape
            window = (y0[:, None] + at).clip(0, h - 1)[:, :, None], (x0[:, None] + at).clip(0, w - 1)[:, None, :]
            color, share = self.carried(emitted)
            sheet = np.concatenate([color[window], share[window][..., None]], -1)
            tile = self.keep_tiles(sheet)[which]
            hidden = _over(sheet[:, GUTTER:-GUTTER, GUTTER:-GUTTER, 3], which, x, y, side) < 1e-3
        rect = np.stack([x0[which] + x, y0[which] + y], -1).astype(np.float32)
        rect = np.concatenate([rect, rect + side], -1)
        corner = np.stack([x0[which], y0[which], tile], -1).astype(np.float32)
        if self.level > 0:
            self.part_at_jumps(rect, corner)
        travel = np.zeros(n, np.float32) if self.level == 0 else _least(split(self.travel)[used], which, x, y, side)
        self.solid.append(Patches(rect, plane, corner, np.full((n, 4), IN_ALPHA, np.float32), hidden, self.outside(rect), travel,
                                  np.full(n, self.level, np.int32)))

    def part_at_jumps(self, rect: np.ndarray, corner: np.ndarray) -> None:
        """Gives patches beside another surface tiles of their own, in which a filter does not read of that."""
        h, w = self.disparity.shape
        for at, (wide, high) in _alike(rect):
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
            tile = np.concatenate([self.color, self.shown[..., None]], -1)[np.where(other, source[0], pixel[0]), np.where(other, source[1], pixel[1])]
            tile[goes_on] = self.plate[pixel][goes_on]
            corner[at[beside]] = np.concatenate([rect[at[beside], :2], self.keep_tiles(tile)[:, None]], -1)

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

    def keep_tiles(self, tiles: np.ndarray) -> np.ndarray:
        """Takes tiles (n, side, side, 4) for the atlas; returns their numbers (n,)."""
        first = self.count
        self.tiles.append(tiles.astype(np.float16))
        self.count += len(tiles)
        return np.arange(first, self.count)

    def emit_lifted(self, blocks, cuts: Cuts, active: Cuts, lifted, matte: Matte) -> None:
        """The surfaces that are lifted off, one tile for each in every block that it or its soft edge touches."""
        by, bx = np.nonzero(blocks)
        m, s = MARGIN, BLOCK + 2 * MARGIN
        window = _windows(by, bx, self.disparity.shape, m)
        n = len(by)
        right, below = cuts.right[window].copy(), cuts.below[window].copy()
        right[:, :, -1] = True
        below[:, -1, :] = True
        labels = components(right.reshape(n * s, s), below.reshape(n * s, s)).reshape(n, s, s)
        top = labels.max() + 1
        is_lifted = np.zeros(top, bool)
        is_lifted[labels[lifted[window]]] = True
        # Blocks wholly inside a surface need no tile of their own.
        g = m - GUTTER
        inner_window = np.s_[:, g:-g, g:-g]
        uniform = (labels == labels[:, m:m + 1, m:m + 1])[inner_window].all((1, 2)) & lifted[window][inner_window].all((1, 2))
        uniform &= ~matte.band[window][inner_window].any((1, 2))
        whole_blocks = np.zeros_like(blocks)
        whole_blocks[by[uniform], bx[uniform]] = True
        self.emit_whole(whole_blocks)
        # Soft pixels outside a surface belong to the near side next to them.
        index, _ = nearest(active.near)
        oy, ox = np.divmod(index[window], self.disparity.shape[1])
        wy = oy - (by * BLOCK - m)[:, None, None]
        wx = ox - (bx * BLOCK - m)[:, None, None]
        within = (wy >= 0) & (wy < s) & (wx >= 0) & (wx < s)
        owner = labels[np.arange(n)[:, None, None], wy.clip(0, s - 1), wx.clip(0, s - 1)]
        band = matte.band[window]
        inner = matte.inner[window]
        coverage = matte.coverage[window]
        front = matte.front[window]
        own = self.disparity[window]
        outside = band & ~inner & within & (coverage > 0)
        core = np.zeros((n, s, s), bool)
        core[:, g:-g, g:-g] = ~uniform[:, None, None]
        # One tile for every (block, surface): pixels of the surface itself, and its soft pixels outside.
        # In the block itself only what is lifted off now; round it, whatever belongs to that, for the filter to read.
        block = np.zeros((s, s), bool)
        block[m:-m, m:-m] = True
        inside = is_lifted[labels] & core & (lifted[window] | ~block) & (inner | ~band)
        outside &= is_lifted[owner] & core
        keys = np.unique(np.concatenate([labels[inside], owner[outside]]))
        if not len(keys):
            return
        slot = np.full(top, -1)
        slot[keys] = np.arange(len(keys))
        block_of = np.zeros(len(keys), np.int64)
        where_in = np.nonzero(inside)
        where_out = np.nonzero(outside)
        block_of[slot[labels[where_in]]] = where_in[0]
        block_of[slot[owner[where_out]]] = where_out[0]
        alpha = np.zeros((len(keys), s, s), np.float32)
        paint = np.zeros((len(keys), s, s, 3), np.float32)
        depth = np.zeros((len(keys), s, s), np.float32)
        for where, who, a, c, z in (
                (where_in, labels, np.where(inner, coverage, 1.0), None, own),
                (where_out, owner, coverage, None, front)):
            k = slot[who[where]]
            at = (k, where[1], where[2])
            source = tuple(w[where] for w in np.broadcast_arrays(*window))
            soft = band[where]
            alpha[at] = a[where]
            paint[at] = np.where(soft[:, None] & (a[where] < 1)[:, None], matte.near[source], self.color[source])
            depth[at] = z[where]
        keep = np.s_[:, g:-g, g:-g]
        alpha, paint, depth = alpha[keep], paint[keep], depth[keep]
        # Round the block, what the plate shows of the surface.
        at = np.arange(alpha.shape[1]).clip(GUTTER, GUTTER + BLOCK - 1)
        round_it = np.ones(alpha.shape[1:], bool)
        round_it[GUTTER:-GUTTER, GUTTER:-GUTTER] = False
        edge = np.s_[:, at[:, None], at]
        where = np.nonzero(round_it & (alpha[edge] >= OPAQUE))
        pixel = window[0][block_of[where[0]], g + where[1], 0], window[1][block_of[where[0]], 0, g + where[2]]
        goes_on = self.goes_on(depth[edge][where], pixel)
        where, pixel = tuple(w[goes_on] for w in where), tuple(w[goes_on] for w in pixel)
        paint[where], alpha[where] = self.plate[pixel][:, :3], 1
        tile = np.concatenate([paint * alpha[..., None], alpha[..., None]], -1)
        _carry_border(tile, lambda gutter, edge: (tile[gutter][..., 3] == 0) & (tile[edge][..., 3] >= OPAQUE))
        c = np.s_[:, GUTTER:-GUTTER, GUTTER:-GUTTER]
        # A soft edge outside its surface was shown if the surface beside it was.
        shown = self.shown[window]
        beside = self.shown.ravel()[index][window]
        shown = np.where(outside, beside, shown)[keep][block_of]
        k = np.flatnonzero((alpha[c] > 0).any((1, 2)))
        if len(k):
            self.add(by[block_of[k]], bx[block_of[k]], tile[k], depth[k][c], alpha[k][c], shown[k])

    def add(self, by, bx, tile, depth, alpha, shown) -> None:
        """Puts tiles of single surfaces into the atlas and fits patches to them."""
        first = self.keep_tiles(tile)[0]
        shown = shown[:, GUTTER:-GUTTER, GUTTER:-GUTTER]
        inside = self.inside[_windows(by, bx, self.disparity.shape, 0)]
        which, x, y, size, plane = (np.concatenate(both) for both in zip(*(
            fit(depth, np.where(alpha > 0, alpha.clip(FAINT), 0), shown > 0, FIT * tolerance(self.focal), SIZES, within=part) for part in (inside, ~inside))))
        travel = _least(self.travel[_windows(by, bx, self.disparity.shape, 0)], which, x, y, size)
        x, y, size = _trim(alpha > 0, which, x, y, size, plane)
        rect = np.stack([bx[which] * BLOCK + x, by[which] * BLOCK + y], -1).astype(np.float32)
        rect = np.concatenate([rect, rect + size], -1)
        corner = np.stack([bx[which] * BLOCK, by[which] * BLOCK, first + which], -1).astype(np.float32)
        seen, all_of_it = _over(shown * alpha, which, x, y, size), _over(alpha, which, x, y, size)
        part = np.maximum(size // 2, 1)
        rest = (size - part).T
        quarters = [(which, x + right * rest[0], y + below * rest[1], part) for below in (0, 1) for right in (0, 1)]
        share = [np.where(cover > 1e-3, _over(shown * alpha, *at) / np.maximum(cover, 1e-3), seen / all_of_it)
                 for at, cover in ((at, _over(alpha, *at)) for at in quarters)]
        patches = Patches(rect, plane, corner, np.stack(share, -1).astype(np.float32), seen < 1e-3, self.outside(rect),
                          travel, np.full(len(rect), self.level, np.int32))
        whole = _over(tile[..., 3] < OPAQUE, which, x + GUTTER - 1, y + GUTTER - 1, size + 2) == 0
        self.solid.append(patches.take(whole))
        self.soft.append(patches.take(~whole))

    def outside(self, rect) -> np.ndarray:
        """Which rectangles, in canvas pixels, have no pixel inside the plate's frame."""
        low, high = self.border, np.array(self.size) + self.border
        return ((rect[:, 2:] <= low) | (rect[:, :2] >= high)).any(1)

    def backdrop(self, row: int):
        """A coarse, wide picture behind everything, so that no move looks into nothing: (atlas rows, patches).

        Its disparity is what the last level shows once all that is narrow and near is opened away.
        """
        k, high, wide = BACKDROP, *self.disparity.shape
        color = cv2.resize(self.color, (wide // k, high // k), interpolation=cv2.INTER_AREA)
        d = self.disparity.reshape(high // k, k, wide // k, k).min((1, 3))
        radius = max(int(self.deepest) // k, 1)
        opened = cv2.morphologyEx(d, cv2.MORPH_OPEN, np.ones((radius, radius), np.uint8), borderType=cv2.BORDER_REPLICATE)
        same = (d < opened + CUT_SHARE * opened + 1e-3).astype(np.float32)[..., None]
        pad = [(n, n) for n in d.shape]
        color, same = (np.pad(a, (*pad, (0, 0)), mode="edge") for a in (color, same))
        opened = np.pad(opened, pad, mode="edge")
        color = _soften(fill_smoothly(color, same), pad)
        d = 0.97 * cv2.GaussianBlur(opened, (0, 0), 3)
        step = 32
        d = np.pad(d, [(0, -n % step) for n in d.shape], mode="edge")
        color = np.pad(color, [*((0, -n % step) for n in color.shape[:2]), (0, 0)], mode="edge")
        h, w = d.shape
        z = d.reshape(h // step, step, w // step, step).swapaxes(1, 2).reshape(-1, step, step)
        which, x, y, size, plane = fit(z, np.ones(z.shape, bool), np.zeros(z.shape, bool), np.inf, ((step, step),))
        x, y = which % (w // step) * step, which // (w // step) * step
        corner = (np.stack([x, y], -1) * k - np.array([wide, high]) - self.border).astype(np.float32)
        rect = np.concatenate([corner, corner + step * k], -1)
        plane[:, 1:] /= k
        n = len(rect)
        texture = np.stack([np.full(n, 1 / k), np.full(n, (wide + self.border) / k),
                            np.full(n, row + (high + self.border) / k)], -1).astype(np.float32)
        patches = Patches(rect, plane, texture, np.full((n, 4), IN_ALPHA, np.float32), *np.ones((2, n), bool), np.zeros(n, np.float32),
                          np.full(n, self.level + 1, np.int32))
        return np.concatenate([color, np.zeros((*color.shape[:2], 1), np.float32)], -1), patches

    def layers(self) -> Layers:
        h, w = self.disparity.shape
        # Under the plate itself the tiles that are drawn, size by size in rows, and under them the backdrop.
        solid, soft = Patches.joined(self.solid), Patches.joined(self.soft)
        drawn = np.zeros(self.count + 1, bool)
        for patches in (solid, soft):
            drawn[patches.texture[:, 2].astype(int)] = True   # -1, the plate itself, is the last one
        number = np.split(np.arange(self.count), np.cumsum([len(t) for t in self.tiles])[:-1])
        wide, row = max(w, *(t.shape[2] for t in self.tiles), 1), h
        place, packed = np.zeros((self.count + 1, 2), int), []
        for tall, broad in sorted({t.shape[1:3] for t in self.tiles}):
            of_size = [(n[drawn[n]], t[drawn[n]]) for n, t in zip(number, self.tiles) if t.shape[1:3] == (tall, broad)]
            which, tiles = (np.concatenate(parts) for parts in zip(*of_size))
            line, column = np.divmod(np.arange(len(which)), wide // broad)
            place[which] = np.stack([column * broad, line * tall + row], -1) + GUTTER
            packed.append((place[which] - GUTTER, tiles))
            row += -(-len(which) // (wide // broad)) * tall
        backdrop, behind = self.backdrop(row)
        atlas = np.zeros((row + len(backdrop), max(wide, backdrop.shape[1]), 4), np.float16)
        atlas[:h, :w] = self.plate
        atlas[row:, :backdrop.shape[1]] = backdrop
        for (x, y), tiles in ((corner.T[..., None, None], tiles) for corner, tiles in packed):
            atlas[y + np.arange(tiles.shape[1])[:, None], x + np.arange(tiles.shape[2])] = tiles

        def placed(patches: Patches) -> Patches:
            """From canvas to plate coordinates, and from tile numbers to places in the atlas."""
            x0, y0, tile = patches.texture.T.astype(int)
            offset = np.where(tile[:, None] < 0, 0, place[tile] - np.stack([x0, y0], -1))
            texture = np.concatenate([np.ones((len(tile), 1)), offset + self.border], 1).astype(np.float32)
            return replace(patches, rect=patches.rect - self.border, texture=texture)

        solid, soft = placed(solid), placed(soft)
        join(solid, soft, self.focal)
        weld(solid, soft, JUMP * FIT * tolerance(self.focal))
        solid = Patches.joined([solid, behind])
        return Layers(atlas, solid.take(np.argsort(-solid.plane[:, 0], kind="stable")),
                      soft.take(np.lexsort((soft.plane[:, 0], -soft.level, _depth_class(soft.plane[:, 0])))),
                      int(np.log2(GUTTER)), backdrop[..., :3].mean((0, 1)).astype(np.float32),
                      np.array([1, self.border, self.border], np.float32), self.surface)


def fit(depth, weight, shown, tol: float, sizes, full: bool = False, within=None):
    """Covers pixels of every tile with rectangles on which `depth` is a plane within `tol`.

    depth, shown    (n, s, s): disparity, and pixels that the plate showed
    weight          (n, s, s): what a pixel's error counts; of 0 where there is nothing to cover
    sizes           (width, height) to try, large to small; full: a rectangle must cover nothing else
    within          (n, s, s): a rectangle must lie in it; None is anywhere
    returns         tile (m,), x (m,), y (m,), size (m, 2), plane (m, 3): value in the middle, slopes per pixel
    """
    found = []
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
        if not full and side > FINE:   # what the plate showed is told at corners only
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
            jump = (error > JUMP * tol) & last
            plane[jump] = 0
            plane[jump, 0] = np.where(counts > 0, z, np.inf).min(1)[jump]
        good = (rms <= 0.5 * tol) & (error <= 4 * tol) | last | (side <= FINE) & (error <= JUMP * tol)
        found.append((pick[0][good], pick[2][good] * wide, pick[1][good] * high,
                      np.broadcast_to(np.float32(size), (good.sum(), 2)), plane[good]))
        if size == sizes[-1]:
            break
        done = np.zeros((n, down, across), bool)
        done[tuple(p[good] for p in pick)] = True
        open_ = open_ & ~np.repeat(np.repeat(done, high, 1), wide, 2)
    if not found:
        return np.zeros(0, np.int64), *np.zeros((2, 0), np.float32), np.zeros((0, 2), np.float32), np.zeros((0, 3), np.float32)
    which, x, y, size, plane = (np.concatenate(parts) for parts in zip(*found))
    return which, x.astype(np.float32), y.astype(np.float32), size, plane.astype(np.float32)


def _alike(rect: np.ndarray, among: np.ndarray | None = None):
    """Yields (index, (width, height)) of the rectangles (n, 4), or of those `among` them, of each size."""
    size = (rect[:, 2:] - rect[:, :2]).astype(int)
    for each in np.unique(size if among is None else size[among], axis=0):
        same = (size == each).all(1)
        yield np.flatnonzero(same if among is None else same & among), tuple(int(v) for v in each)


def _trim(covered, which, x, y, size, plane):
    """Rectangles at x, y (m,) of tiles `which` of `covered` (n, s, s), without the rows and columns at their sides in which
    nothing is covered, but for the next one, which a filter fades out in: x, y, size (m, 2). Planes keep to the middle."""
    at = np.stack([x, y], -1)
    low, high = at.copy(), at + size
    for same, (wide, tall) in _alike(np.concatenate([at, at + size], -1)):
        column, row = at[same].astype(int).T[..., None]
        here = covered[which[same, None, None], (row + np.arange(tall))[:, :, None], (column + np.arange(wide))[:, None, :]]
        for axis, lines in enumerate((here.any(1), here.any(2))):
            low[same, axis] += (lines.argmax(1) - 1).clip(0)
            high[same, axis] -= (lines[:, ::-1].argmax(1) - 1).clip(0)
    shift = 0.5 * (low + high) - (at + 0.5 * size)
    plane[:, 0] += (plane[:, 1:] * shift).sum(1)
    return *low.T, high - low


def join(solid: Patches, soft: Patches, focal: float) -> None:
    """Lets patches reach under nearer neighbours of the same surface, as far as a move opens a step between them.

    A step too small for an edge (CUT_SHARE) has nothing behind it: a crack there would show the far background.
    """
    for level in np.unique(np.concatenate([solid.level, soft.level])):
        mine = [np.flatnonzero(p.level == level) for p in (soft, solid)]
        rect, plane, over = (np.concatenate([getattr(p, name)[at] for p, at in zip((soft, solid), mine)])
                             for name in ("rect", "plane", "over"))
        low = rect[:, :2].min(0).astype(int)
        x0, y0, x1, y1 = (rect - np.tile(low, 2)).astype(int).T
        number = np.full((y1.max(), x1.max()), -1, np.int32)
        for at, (wide, high) in _alike(rect):
            number[y0[at, None, None] + np.arange(high)[:, None], x0[at, None, None] + np.arange(wide)] = at[:, None, None]
        middle = 0.5 * (rect[:, :2] + rect[:, 2:]) - low

        def value(k, x, y):
            return plane[k, 0] + plane[k, 1] * (x - middle[k, 0]) + plane[k, 2] * (y - middle[k, 1])

        for before, after, dx, dy in ((2, 0, 1, 0), (3, 1, 0, 1)):   # sides of `over` that meet there
            a, b = number[:number.shape[0] - dy, :number.shape[1] - dx], number[dy:, dx:]
            y, x = np.nonzero((a != b) & (a >= 0) & (b >= 0))
            a, b = a[y, x], b[y, x]
            x, y = x + (1 if dx else 0.5), y + (1 if dy else 0.5)
            da, db = value(a, x, y), value(b, x, y)
            gap = db - da
            gap[np.abs(gap) > CUT_SHARE * np.maximum(da, db)] = 0
            reach = np.clip(REACH_METRES * focal * np.abs(gap), OVERLAP, JOIN).astype(np.float32)
            np.maximum.at(over[:, before], a[gap > 0], reach[gap > 0])
            np.maximum.at(over[:, after], b[gap < 0], reach[gap < 0])
        solid.over[mine[1]] = over[len(mine[0]):]   # what is soft would be blended twice


def weld(solid: Patches, soft: Patches, tol: float) -> None:
    """Lets the corners that patches of one surface share, within `tol` of disparity, meet at their mean."""
    parts = solid, soft
    x, y = (np.concatenate([p.rect[:, c].ravel() for p in parts]) for c in ([0, 2, 0, 2], [1, 1, 3, 3]))
    level = np.concatenate([np.repeat(p.level, 4) for p in parts])
    d = np.concatenate([p.corners.ravel() for p in parts])
    order = np.lexsort((d, x, y, level))
    apart = lambda value, gap=0: np.abs(np.diff(value[order], prepend=np.inf)) > gap
    group = np.cumsum(apart(level.astype(float)) | apart(y) | apart(x) | apart(d, tol)) - 1
    d[order] = (np.bincount(group, d[order]) / np.bincount(group))[group]
    for p, part in zip(parts, np.split(d.astype(np.float32), [4 * len(solid)])):
        p.corners[:] = part.reshape(-1, 4)


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


def _carry_border(tile, where) -> None:
    """Continues a tile's outermost row or column into its gutter where the gutter shows another surface.

    where(gutter, edge): for index expressions of a gutter line and of the tile's line beside it, a mask (n, s)
    """
    g = GUTTER
    for axis in (1, 2):
        line = lambda i: (slice(None), i) if axis == 1 else (slice(None), slice(None), i)
        for edge, gutters in ((g, range(g - 1, -1, -1)), (-g - 1, range(-g, 0))):
            for i in gutters:
                other = where(line(i), line(edge))
                tile[line(i)][other] = tile[line(edge)][other]


def _depth_class(disparity):
    """Disparities within a few per cent count as one surface, of which deeper levels lie underneath."""
    return np.floor(np.log(np.maximum(disparity, 1e-4)) / 0.05)


def _walled(right, below):
    """Cuts with every block's border cut as well."""
    right, below = right.copy(), below.copy()
    right[:, BLOCK - 1::BLOCK] = True
    below[BLOCK - 1::BLOCK] = True
    return right, below


def _over(values, which, x, y, size):
    """Sums of tiles (n, s, s) over the squares at x, y (m,) of tiles `which` (m,)."""
    total = np.pad(values.astype(np.float64).cumsum(1).cumsum(2), ((0, 0), (1, 0), (1, 0)))
    x0, y0, x1, y1 = (v.astype(int) for v in (x, y, x + size[:, 0], y + size[:, 1]))
    return total[which, y1, x1] - total[which, y0, x1] - total[which, y1, x0] + total[which, y0, x0]


def _least(values, which, x, y, size):
    """Minima of tiles (n, s, s) over the rectangles at x, y (m,) of tiles `which` (m,), aligned to their sizes (m, 2)."""
    out = np.zeros(len(which), np.float32)
    n, s, _ = values.shape
    for wide, high in np.unique(size, axis=0).astype(int):
        at = (size == [wide, high]).all(1)
        least = values.reshape(n, s // high, high, s // wide, wide).min((2, 4))
        out[at] = least[which[at], y[at].astype(int) // high, x[at].astype(int) // wide]
    return out


def sealed(d: np.ndarray, cuts: Cuts) -> Cuts:
    """Closes edges that fade out inside a block: where both sides are joined round the end of a cut, the surface is
    parted at the middle disparity of the cut."""
    cells = components(*_walled(cuts.right, cuts.below))
    n = cells.max() + 1
    near, far = cuts.near, cuts.far
    middle = np.where(near, 0.5 * (d + np.where(near, cuts.behind, 0)), 0.5 * (d + cuts.in_front))
    both = np.bincount(cells[near], minlength=n).astype(bool) & np.bincount(cells[far], minlength=n).astype(bool)
    sides = near | far
    mean = np.bincount(cells[sides], middle[sides], n) / np.maximum(np.bincount(cells[sides], minlength=n), 1)
    high = d > mean[cells]
    open_ = both[cells]
    right, below = cuts.right.copy(), cuts.below.copy()
    right[:, :-1] |= open_[:, :-1] & (cells[:, 1:] == cells[:, :-1]) & (high[:, 1:] != high[:, :-1])
    below[:-1] |= open_[:-1] & (cells[1:] == cells[:-1]) & (high[1:] != high[:-1])
    return Cuts.of(d, right, below)


def continue_beyond(color: np.ndarray, disparity: np.ndarray, pad) -> tuple[np.ndarray, np.ndarray]:
    """Picture and disparity continued round the frame by pad ((top, bottom), (left, right)) pixels, ever softer.

    Only what takes up a good part of the frame's border goes on beyond it: a table does, a bottle ends.
    """
    (top, bottom), (left, right) = pad
    high, wide = disparity.shape
    color, disparity = color.astype(np.float32), disparity.astype(np.float32)

    def edge(c, d):
        """A border line, opened: colour (n, 3) and disparity (n,)."""
        size = min(max(3, wide // 8), len(d))
        opened = cv2.morphologyEx(d[None], cv2.MORPH_OPEN, np.ones((1, size), np.uint8), borderType=cv2.BORDER_REPLICATE)[0]
        stays = d <= opened * (1 + CUT_SHARE) + 1e-4
        at = np.flatnonzero(stays)
        source = at[np.abs(at[None] - np.arange(len(d))[:, None]).argmin(1)] if len(at) else np.arange(len(d))
        return c[source], np.where(stays, d, opened)

    def extend(c, d, before, after):
        """Along the first axis."""
        first, last = edge(c[0], d[0]), edge(c[-1], d[-1])
        rows = lambda line, n: np.repeat(line[None], n, 0)
        return (np.concatenate([rows(first[0], before), c, rows(last[0], after)]),
                np.concatenate([rows(first[1], before), d, rows(last[1], after)]))

    c, d = extend(color, disparity, top, bottom)
    c, d = extend(c.swapaxes(0, 1), d.T, left, right)
    return _soften(np.ascontiguousarray(c.swapaxes(0, 1)), pad), np.ascontiguousarray(d.T)


def _soften(color: np.ndarray, pad) -> np.ndarray:
    """Blurs a picture's padding, the more the farther from the frame."""
    (top, bottom), (left, right) = pad
    h, w = color.shape[:2]
    y = np.maximum(np.maximum(top - np.arange(h), np.arange(h) - (h - 1 - bottom)), 0)
    x = np.maximum(np.maximum(left - np.arange(w), np.arange(w) - (w - 1 - right)), 0)
    away = np.maximum(y[:, None], x[None, :]).astype(np.float32)
    out = color
    for sigma in (2, 4, 8, 16, 32):
        if sigma > max(away.max() / 3, 2):
            break
        # A blur that wide is as good on a smaller picture.
        k = max(1, sigma // 2)
        small = cv2.resize(color, (max(w // k, 1), max(h // k, 1)), interpolation=cv2.INTER_AREA)
        soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma / k), (w, h), interpolation=cv2.INTER_LINEAR)
        out = out + (soft - out) * np.clip(away / (2 * sigma) - 0.5, 0, 1)[..., None]
    return np.where(away[..., None] > 0, out, color).astype(np.float32)


def _any_near(mask, margin: int) -> np.ndarray:
    """Blocks that hold a true pixel, or have one within `margin` pixels."""
    k = 2 * margin + 1
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((k, k), np.uint8))
    h, w = mask.shape
    return grown.reshape(h // BLOCK, BLOCK, w // BLOCK, BLOCK).any((1, 3))


def _windows(by, bx, shape, margin: int):
    """Index arrays of the blocks' pixels with a margin, clamped to the canvas: (n, s, 1) and (n, 1, s)."""
    at = np.arange(-margin, BLOCK + margin)
    y = (by[:, None] * BLOCK + at).clip(0, shape[0] - 1)
    x = (bx[:, None] * BLOCK + at).clip(0, shape[1] - 1)
    return y[:, :, None], x[:, None, :]
