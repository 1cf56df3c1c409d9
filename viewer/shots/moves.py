"""Every move, focus pull and combination by its film name. `pushin moves` prints them. They add up:

    make(scene, "push-in", start="medium", end="close-up", seconds=6) + make(scene, "rack", to="tom", at=2)
"""
from __future__ import annotations

import re

from . import camera_moves, focus_pulls, combinations   # noqa: F401, I001 - each registers its moves, in this order
from .errors import BadValue
from .scene import Scene
from .timeline import Timeline
from .words import MOVES, Move

__all__ = ["MOVES", "Move", "Scene", "make", "named_move"]


def named_move(word: str) -> Move:
    """A move by its name, however it is hyphenated, or by a beginning that only it has: "push in", "follow"."""
    plain = lambda text: re.sub(r"[^a-z]+", " ", text.lower()).strip()
    for fits in (str.__eq__, str.startswith):
        found = [move for move in MOVES.values() if fits(plain(move.name), plain(word))]
        if len(found) == 1:
            return found[0]
    raise BadValue(f"'{word}' is not a move; `pushin moves` lists them, such as push-in, dolly zoom in or rack.")


def make(scene: Scene, move: str, **words) -> Timeline:
    """A move by its name and words; a word that it does not understand is refused, None means not said."""
    move = named_move(move)
    said = {word: value for word, value in words.items() if value is not None}
    for word in said:
        if word not in move.words:
            raise BadValue(f"The {move.name} does not take '{word}'; it takes {', '.join(move.words)}.")
    return move.make(scene, **said)
