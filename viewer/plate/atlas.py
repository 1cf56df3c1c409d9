"""The atlas: one texture of all that patches draw."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from .patches import Patches

GUTTER = 4
"""Pixels of a tile round its block in the atlas: what the filter reads at the second mip level."""

TALLEST = 14_000
"""Pixels of the atlas, for which it rather is wider: a texture ends at 16,384."""


@dataclass(frozen=True, slots=True)
class Packing:
    """Where n tiles lie in an atlas.

    crops   int (n, 4): x0, y0, x1, y1 of what is drawn of each, in its own pixels; no area where nothing is
    place   int (n + 1, 2): x, y in the atlas of a tile's pixel (GUTTER, GUTTER), the first of its block; 0 for number -1
    width   pixels of the atlas
    bottom  first row under all of them
    """

    crops: np.ndarray
    place: np.ndarray
    width: int
    bottom: int


class Tiles:
    """Pictures of single surfaces, float16 (high, wide, 4), each with a gutter; known by their numbers."""

    def __init__(self):
        self._kept: list[np.ndarray] = []

    def __len__(self) -> int:
        return sum(map(len, self._kept))

    def keep(self, tiles: np.ndarray) -> np.ndarray:
        """Takes tiles (n, high, wide, 4); returns their numbers (n,)."""
        first = len(self)
        high, wide = tiles.shape[1:3]
        self._kept.append(np.pad(tiles.astype(np.float16), ((0, 0), (0, -high % GUTTER), (0, -wide % GUTTER), (0, 0)), mode="edge"))
        return np.arange(first, len(self))

    def packed(self, parts: Iterable[Patches], width: int, top: int) -> Packing:
        """Places for what patches draw of every tile, in rows of one height from `top` on, in an atlas of `width` or more.

        parts  their textures are the canvas pixel of a tile's first one, x and y, and its number, -1 for the picture itself
        """
        crops = self._crops(parts)
        sides = crops[:, 2:] - crops[:, :2]
        wider = -(-int(sides.prod(1).sum()) // max(TALLEST - top, top)) // GUTTER * GUTTER
        place, width = np.zeros((len(self) + 1, 2), int), max(width, sides[:, 0].max(initial=0), wider)
        column, row, tall = 0, top, 0
        for n in np.argsort(sides[:, 1], kind="stable"):
            if not sides[n, 1]:
                continue
            if column + sides[n, 0] > width or sides[n, 1] > tall:
                column, row, tall = 0, row + tall, sides[n, 1]
            place[n] = (column, row) - crops[n, :2] + GUTTER
            column += sides[n, 0]
        return Packing(crops, place, width, row + tall)

    def draw(self, atlas: np.ndarray, packing: Packing) -> None:
        """Draws what is packed into an atlas (h, w, 4)."""
        tiles = (tile for several in self._kept for tile in several)
        for tile, (x0, y0, x1, y1), (x, y) in zip(tiles, packing.crops, packing.place - GUTTER):
            atlas[y + y0:y + y1, x + x0:x + x1] = tile[y0:y1, x0:x1]

    def _crops(self, parts: Iterable[Patches]) -> np.ndarray:
        low, high = np.full((len(self) + 1, 2), np.inf), np.full((len(self) + 1, 2), -np.inf)
        for patches in parts:
            tile = patches.texture[:, 2].astype(int)     # -1, the picture itself, is the last one
            np.minimum.at(low, tile, patches.rect[:, :2] - patches.texture[:, :2])
            np.maximum.at(high, tile, patches.rect[:, 2:] - patches.texture[:, :2])
        # In whole gutters, so that no pixel of the coarsest mip level is of two.
        crops = np.concatenate([np.floor(low / GUTTER), np.ceil(high / GUTTER) + 2], -1)[:-1] * GUTTER
        return np.where(np.isfinite(crops).all(1, keepdims=True), crops, 0).astype(int)
