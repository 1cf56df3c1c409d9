"""Every move, focus pull and combination by its film name. `pushin moves` prints them. They add up:

    make(scene, "push-in", start="medium", end="close-up", seconds=6) + make(scene, "rack", to="tom", at=2)
"""
from __future__ import annotations

import difflib
import re

from . import camera_moves, focus_pulls, combinations   # noqa: F401, I001 - each registers its moves, in this order
from .errors import BadValue
from .scene import Scene
from .timeline import Timeline
from .words import MOVES, Move

__all__ = ["MOVES", "Move", "Scene", "find_moves", "make", "named_move"]

SYNONYMS = {"push-in": "dolly in, dolly, dolly forward, track in, truck in, move in, creep",
            "pull-out": "dolly out, dolly back, track out, track back, truck out, pull back, move out",
            "zoom in": "zoom, punch in, crash zoom", "zoom out": "widen",
            "dolly zoom in": "dolly zoom, zolly, vertigo, vertigo effect, contra zoom, trombone",
            "dolly zoom out": "zolly, vertigo, contra zoom, trombone", "truck": "crab, slide, lateral",
            "tracking": "following, trucking shot, travelling", "pan": "whip pan, swish pan", "tilt": "look",
            "roll": "dutch, dutch angle, dutch tilt, canted, canted angle, bank", "boom": "crane, jib", "pedestal": "ped, lift",
            "arc": "orbit, circle, roundy", "static": "locked-off, still, hold", "extreme close-up": "ecu, insert, detail",
            "rack": "focus pull, pull focus, shift", "rack reveal": "reveal", "soft to sharp": "focus in",
            "pull focus away": "defocus, blur out"}
"""What else moves are called on a set; where two are called the same, the first is meant."""

WAYS = {"left": "truck, tracking, pan, roll, arc", "right": "truck, tracking, pan, roll, arc", "up": "tilt, boom, pedestal",
        "down": "tilt, boom, pedestal"}
"""Which moves may have their way in their names, as in "crane down"."""


def _plain(name: str) -> str:
    """A name however it is hyphenated, or called a shot."""
    return re.sub(r"[^a-z]+|\bshot\b", " ", name.lower()).strip()


def _names(move: Move) -> list[str]:
    """What a move is called, its own name first."""
    return [_plain(name) for name in (move.name, *SYNONYMS.get(move.name, "").split(",")) if name]


def way_said(text: str, move: Move) -> str:
    """The way that a text, which ends with it, has a move go, "" where it says none: "down" of "crane down"."""
    way = _plain(text).rpartition(" ")[2]
    return way if move.name in WAYS.get(way, "").split(", ") else ""


def _meant(word: str) -> tuple[Move, str]:
    """A move as it is called, and the way that it is said to go, if any: "crane down" is a boom, down."""
    said = _plain(word)
    other = said.rpartition(" ")[0]
    fitting = (lambda move: _names(move)[0] == said, lambda move: said in _names(move),
               lambda move: other in _names(move) and way_said(said, move))
    for n, fits in enumerate(fitting):
        if found := next(filter(fits, MOVES.values()), None):
            return found, way_said(said, found) if n == 2 else ""
    begun = [move for move in MOVES.values() if said and _plain(move.name).startswith(said)]
    if len(begun) == 1:
        return begun[0], ""
    called = {name: move.name for move in reversed(MOVES.values()) for name in _names(move)}
    near = list(dict.fromkeys(called[name] for name in difflib.get_close_matches(said, called, 5)))[:3]
    nearest = f"; the nearest {'are' if near[1:] else 'is'} {', '.join(near)}" if near else ""
    raise BadValue(f"'{word[:40]}' is not a move{nearest} (`pushin moves` lists all).")


def named_move(word: str) -> Move:
    """A move by its name, or by what else it is called, or by a beginning that only it has: "push in", "dolly in", "crane down"."""
    return _meant(word)[0]


def find_moves(text: str, lines: bool = True) -> list[Move]:
    """Moves with all words of a text, or their beginnings, in their names, or (lines) in what is said of them; the nearest by
    name come first, and last those that only go the way that is said."""
    def found(words: list[str]) -> list[Move]:
        def distance(move: Move) -> int | None:
            names = _names(move)
            for steps, told in enumerate((names[:1], names, [*names, _plain(move.line) if lines else ""]), 1):
                if all(any(part.startswith(word) for part in " ".join(told).split()) for word in words):
                    return 0 if " ".join(words) in names else steps
            return None
        return sorted((move for move in MOVES.values() if distance(move) is not None), key=distance)

    words = _plain(text).split()
    if not words and text.strip():
        return []
    bare = [word for word in words if word not in WAYS]
    return found(words) + [move for move in found(bare) if bare and move not in found(words)]


def make(scene: Scene, move: str, **words) -> Timeline:
    """A move by its name and words; a word that it does not understand is refused, None means not said."""
    move, way = _meant(move)
    said = {word: value for word, value in words.items() if value is not None}
    if way:
        said["amount"] = f"{said.get('amount', move.usual['amount'])} {way}"
    for word in said:
        if word not in move.words:
            raise BadValue(f"The {move.name} does not take '{word}'; it takes {', '.join(move.words)}.")
    return move.make(scene, **said)
