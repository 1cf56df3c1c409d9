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

__all__ = ["MOVES", "Move", "Scene", "find_moves", "make", "named_move"]

SYNONYMS = {"push-in": "dolly in, track in, move in, creep", "pull-out": "dolly out, track out, pull back, move out",
            "zoom in": "punch in, crash zoom", "zoom out": "widen", "dolly zoom in": "zolly, vertigo, contra zoom, trombone",
            "dolly zoom out": "zolly, vertigo, contra zoom, trombone", "truck": "crab, slide, lateral",
            "tracking": "follow, trucking shot, travelling", "pan": "whip pan, swish pan", "tilt": "look up, look down",
            "roll": "dutch, canted, bank", "boom": "crane, jib", "pedestal": "ped, lift", "arc": "orbit, circle, roundy",
            "static": "locked-off, still, hold", "extreme close-up": "ecu, insert, detail", "rack": "focus pull, pull focus, shift",
            "soft to sharp": "focus in", "pull focus away": "defocus, blur out"}
"""What else moves are called on a set."""


def named_move(word: str) -> Move:
    """A move by its name, however it is hyphenated, or by a beginning that only it has: "push in", "follow"."""
    plain = lambda text: re.sub(r"[^a-z]+", " ", text.lower()).strip()
    for fits in (str.__eq__, str.startswith):
        found = [move for move in MOVES.values() if fits(plain(move.name), plain(word))]
        if len(found) == 1:
            return found[0]
    raise BadValue(f"'{word}' is not a move; `pushin moves` lists them, such as push-in, dolly zoom in or rack.")


def find_moves(text: str, lines: bool = True) -> list[Move]:
    """Moves with all words of a text, or their beginnings, in their names, or (lines) in what is said of them; the nearest by
    name come first."""
    plain = lambda text: text.lower().replace("-", " ")
    words = plain(text).split()

    def distance(move: Move) -> int | None:
        names = ", ".join(plain(name) for name in (move.name, SYNONYMS.get(move.name)) if name)
        for steps, told in enumerate((plain(move.name), names, f"{names} {plain(move.line) if lines else ''}"), 1):
            if all(any(part.startswith(word) for part in told.split()) for word in words):
                return 0 if " ".join(words) in names.split(", ") else steps
        return None

    return sorted((move for move in MOVES.values() if distance(move) is not None), key=distance)


def make(scene: Scene, move: str, **words) -> Timeline:
    """A move by its name and words; a word that it does not understand is refused, None means not said."""
    move = named_move(move)
    said = {word: value for word, value in words.items() if value is not None}
    for word in said:
        if word not in move.words:
            raise BadValue(f"The {move.name} does not take '{word}'; it takes {', '.join(move.words)}.")
    return move.make(scene, **said)
