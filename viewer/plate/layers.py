"""A plate taken apart into what can be drawn: plane patches over one atlas of pixels.

peel.py takes the picture apart, surface after surface; patches.py covers surfaces with planes. Silhouettes live in the
patches' coverage and not in their geometry: no patch spans an edge.
"""
from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from . import cache
from .clean import clean
from .edges import REACH, near_distance
from .fill import Told
from .patches import IN_ALPHA, JOIN, Patches, alike
from .peel import DRAFT_LEVELS, LEVELS, Canvas

WORKING, DRAFTED = 2.2e6, 3.5e5
"""Most pixels at which surfaces and edges are separated, of what is kept and of a draft; a larger plate is reduced by the next whole
factor."""

FRAMED = 0.1
"""Share of the work after which the picture goes on beyond its frame; a draft has that at once."""

KINDS = "solid", "soft", "loose_solid", "loose_soft"
ARRAYS = "atlas", "around", "plate", "surface"
"""What Layers has of patches, and of other arrays."""


@dataclass(slots=True)
class Layers:
    """What the renderer draws.

    atlas    float16 (H, W, 4): colour, and in alpha the share of the pixel that the plate showed; or colour premultiplied
             by coverage, and coverage, for patches that say so
    solid    patches without holes, nearest first
    soft     patches with coverage, farthest first
    loose_solid, loose_soft  the same at a coarser level of detail (patches.LOOSE), for small pictures and for what a lens blurs; of a
             draft the same ones
    levels   mip levels down to which the atlas can be filtered without reading a neighbouring tile
    around   float32 (3,): colour where there is nothing at all, behind the plate's camera
    plate    float32 (3,): where the plate itself lies in the atlas, as Patches.texture tells it
    surface  float32 (h, w): the plate's disparity, 1/m, cleaned; of its size or a fraction of that
    reach    metres that a camera may travel sideways and see what was continued
    """

    atlas: np.ndarray
    solid: Patches
    soft: Patches
    loose_solid: Patches
    loose_soft: Patches
    levels: int
    around: np.ndarray
    plate: np.ndarray
    surface: np.ndarray
    reach: float = REACH

    @classmethod
    def of(cls, plate, progress: Callable[..., None] | None = None, draft: bool = False) -> Layers:
        """Layers of a plate, from the cache or built and kept there.

        progress  called as progress(share done, stage in words)
        draft     be quick, within two seconds: hidden surfaces get plain colour, and are told apart in fewer pixels. A draft
                  is not kept; a kept result is better and is taken.
        """
        kept = cls.kept(plate)
        if kept is not None:
            return kept
        step = ceil((plate.width * plate.height / (DRAFTED if draft else WORKING)) ** 0.5)
        near = near_distance(plate.disparity)
        small = plate.reduced(step) if step > 1 else plate
        color, focal = np.asarray(small.color, np.float32), small.focal_pixels
        layers = build(color, clean(small.disparity * np.float32(near), color, small.known, focal), focal, progress, draft)
        if step > 1:
            layers = _enlarged(layers, np.asarray(plate.color, np.float32), color, step)
        layers = layers._in_metres(near)
        if not draft:
            cache.store(_key(plate), layers._packed())
        return layers

    @classmethod
    def kept(cls, plate) -> Layers | None:
        """Layers of a plate from the cache, or None."""
        stored = cache.load(_key(plate), cls._names())
        try:
            return None if stored is None else cls._unpacked(stored)
        except Exception:   # arrays of other shapes; they are made anew
            return None

    def _in_metres(self, near: float) -> Layers:
        """The same, whose lengths were multiples of so many metres."""
        near = np.float32(near)
        return self._with(lambda p, solid: replace(p, plane=p.plane / near, corners=p.corners / near, travel=p.travel * near),
                          surface=self.surface / near, reach=self.reach * float(near))

    def _with(self, change: Callable[[Patches, bool], Patches], **others) -> Layers:
        """The same with change(patches, whether they are solid) and with others; patches of two kinds in one stay one."""
        changed = {}
        for kind in KINDS:
            patches = getattr(self, kind)
            if id(patches) not in changed:
                changed[id(patches)] = change(patches, kind.endswith("solid"))
        return replace(self, **{kind: changed[id(getattr(self, kind))] for kind in KINDS}, **others)

    @staticmethod
    def _names() -> set[str]:
        """Of the arrays in which `_packed` keeps them."""
        return {f"{kind}_{name}" for kind in KINDS for name in Patches.__slots__} | {"levels", "reach", *ARRAYS}

    def _packed(self) -> dict[str, np.ndarray]:
        parts = {f"{kind}_{name}": getattr(getattr(self, kind), name)
                 for kind in KINDS for name in Patches.__slots__}
        return parts | {"levels": np.array(self.levels), "reach": np.array(self.reach)} | {name: getattr(self, name) for name in ARRAYS}

    @classmethod
    def _unpacked(cls, stored) -> Layers:
        parts = {kind: Patches(*(stored[f"{kind}_{name}"] for name in Patches.__slots__)) for kind in KINDS}
        return cls(**parts, levels=int(stored["levels"]), reach=float(stored["reach"]), **{name: stored[name] for name in ARRAYS})


def _key(plate) -> str:
    return f"{plate.digest}-{cache.version()}"


def _enlarged(layers: Layers, color: np.ndarray, small: np.ndarray, step: int) -> Layers:
    """Layers of a reduced picture, `small`, as those of the picture itself; where they are just the reduced picture's pixels
    they show its own."""
    high, wide = layers.atlas.shape[:2]
    h, w = color.shape[:2]
    # Beside the reduced picture's atlas, with a rim that its filter reads, and patches that reach over the frame.
    rim = JOIN * step + 2 ** (layers.levels + 1)
    left = wide + rim
    atlas = np.zeros((max(high, h + 2 * rim), left + w + rim, 4), np.float16)
    atlas[:high, :wide] = layers.atlas
    own = atlas[:h + 2 * rim, wide:]
    own[..., :3], own[..., 3] = np.pad(color.astype(np.float16), [(rim, rim), (rim, rim), (0, 0)], mode="edge"), 1

    def scaled(patches: Patches, solid: bool) -> Patches:
        texture = patches.texture / [step, 1, 1]
        plain = _as_photographed(patches, layers.atlas, small) & solid
        texture[plain] = 1, left, rim
        return replace(patches, rect=patches.rect * step, plane=patches.plane / np.float32([1, step, step]),
                       texture=texture.astype(np.float32), over=patches.over * np.float32(step), most=patches.most * np.float32(step))

    return layers._with(scaled, atlas=atlas, plate=np.array([1, left, rim], np.float32))


def _as_photographed(patches: Patches, atlas, small) -> np.ndarray:
    """Which patches, bool (n,), show the reduced picture as it is, and all of it was shown."""
    plain = np.zeros(len(patches), bool)
    inside = (patches.rect[:, :2] >= 0).all(1) & (patches.rect[:, 2:] <= [small.shape[1], small.shape[0]]).all(1)
    asked = inside & ~patches.beyond & ((patches.shown == IN_ALPHA) | (patches.shown == 1)).all(1)
    for at, (wide, high) in alike(patches.rect, asked):
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
    """Layers of a picture: colour float32 (h, w, 3) scene-linear, disparity float32 (h, w) in 1/distance of what is near,
    focal in pixels."""
    levels = DRAFT_LEVELS if draft else LEVELS
    ends = np.linspace(0.0 if draft else FRAMED, 1.0, levels + 1).tolist()

    def telling(words: str, begin: float, end: float) -> Told:
        tell = lambda share: progress(begin + share * (end - begin), words) if progress else None
        tell(0.0)
        return tell

    with ThreadPoolExecutor(1) as aside:
        canvas = Canvas(color, disparity, focal, draft, aside, telling("Going on beyond the frame", 0.0, ends[0]))
        for level in range(levels):
            told = telling("Looking behind the foreground", *ends[level:level + 2])
            if not canvas.peel(level == levels - 1, told):
                break
        return Layers(**canvas.taken_apart())
