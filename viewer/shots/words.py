"""From words to numbers, and the list of moves that understand them.

A move is a small function from words to a timeline, registered under its film name with `@move`. Words that many of
them share:

    subject       who the move is about (the scene's first subject by default)
    amount        how far: metres "0.4 m", feet "1ft 4in", or per cent of the subject's distance "25%"; "0.4 m left" is the other way
    start, end    shot sizes of the subject, "medium" to "close-up", instead of an amount
    seconds       how long; or else
    speed         "slow", "moderate", "fast", or metres a second "0.2 m/s"
    ease          linear, in, out, both, hold, or four Bézier handles
    at            when it starts, in seconds
"""
from __future__ import annotations

import inspect
import math
import re
from dataclasses import replace
from fractions import Fraction
from typing import Callable, NamedTuple

from ..counted import metric
from .errors import BadValue
from .scene import Scene
from .timeline import Timeline, seconds as in_seconds, snapped

SPEEDS = {"slow": 0.04, "moderate": 0.10, "fast": 0.30}
"""The subject's growth in the frame per second, as a share of its size. A slow push-in is felt before it is seen (a
medium becomes a close-up in 23 s), a moderate one is seen (10 s), a fast one is an event (3.5 s)."""

SWEEPS = {"slow": 0.07, "moderate": 0.14, "fast": 0.40}
"""Frame widths per second for moves that sweep the picture rather than grow it. Moderate is the rule that an object
should take seven seconds to cross the frame (American Cinematographer Manual, panning speeds)."""

LEAST = {"slow": 2.0, "moderate": 1.0, "fast": 0.5}
"""Seconds that a move of such a speed takes at the least: what is far away hardly moves in the frame, and the dolly still has to go."""


class Move(NamedTuple):
    name: str
    kind: str   # "camera", "focus" or "combination"
    line: str
    make: Callable[..., Timeline]

    @property
    def words(self) -> tuple[str, ...]:
        """The words that it understands."""
        return tuple(inspect.signature(self.make).parameters)[1:]

    @property
    def usual(self) -> dict[str, str]:
        """What holds for words that are not said, as they would be said; without those that follow from others."""
        words = inspect.signature(self.make).parameters.values()
        return {word.name: str(word.default) for word in words if word.default not in (None, word.empty)}


MOVES: dict[str, Move] = {}
"""Every move by its film name, in the order of `pushin moves`."""


def move(name: str, kind: str):
    """Registers a function as a move; its docstring's first line is the move's line in the table."""
    def register(function):
        def make(scene: Scene, **words) -> Timeline:
            made = function(scene, **words).named(name)
            said = words.get("subject")
            meant = said or (scene.subjects[0].name if sized and scene.subjects else None)
            return replace(made, about=meant) if meant and kind != "focus" else made
        sized = "start" in inspect.signature(function).parameters      # by the size of a subject, of the first if none is said
        make.__signature__ = inspect.signature(function)
        make.__doc__, make.__name__ = function.__doc__, function.__name__
        MOVES[name] = Move(name, kind, inspect.getdoc(function).splitlines()[0], make)
        return make
    return register


def read_amount(word: str | float, wanted: str, *units: str) -> tuple[float, str]:
    """"25%" -> (0.25, "%"); "0.4 m" -> (0.4, "m"); "2 ft" -> (0.6096, "m"); "50 mm" -> (50, "mm"); "30° left" -> (-30, "°");
    or a number alone.

    BadValue where it is none in one of the units: that it "is not …", which tells what would be.
    """
    if isinstance(word, (int, float)):
        return float(word), ""
    match = re.fullmatch(r"\s*([-+]?\d*\.?\d+)\s*(%|mm|m|°|deg|degrees|)\s*(left|right|up|down|)\s*",
                         metric(str(word).replace(",", ".")))
    unit = match and {"deg": "°", "degrees": "°"}.get(match[2], match[2])
    if not match or unit not in ("", *units):
        raise BadValue(f"'{str(word)[:40]}' is not {wanted}.")
    value = float(match[1]) * (-1 if match[3] in ("left", "down") else 1)
    return (value / 100 if unit == "%" else value), unit


def read_metres(word, subject_distance: Callable[[], float]) -> float:
    """Metres of a travel; per cent of the subject's distance, which is asked for where that is said. BadValue else."""
    value, unit = read_amount(word, "a travel; write metres (0.4 m), feet (1ft 4in) or per cent of the subject's distance (25%)", "m", "%")
    return value * subject_distance() if unit == "%" else value


def read_degrees(word) -> float:
    """Degrees of an angle; BadValue where it is none."""
    return read_amount(word, "an angle; write degrees (15°, or 15° left)", "°")[0]


def some(amount, value: float) -> float:
    """The value of an amount; refused where it is none."""
    if value == 0:
        raise BadValue(f"An amount of {amount} moves nothing; give another one, or leave the move out.")
    return value


def onward(amount, value: float, sign: int) -> float:
    """The value of an amount that goes in (sign +1) or out (-1); refused where it goes the other way."""
    if some(amount, value) < 0:
        other = "pull-out, zoom out or dolly zoom out" if sign > 0 else "push-in, zoom in or dolly zoom in"
        raise BadValue(f"An amount of {amount} goes the other way; say {other}, or give an amount above zero.")
    return value


def read_duration(scene: Scene, seconds, speed, *, growth: float = 1.0, sweep: float = 0.0,
                  metres: float = 0.0) -> Fraction:
    """How long a move takes, from its seconds or its speed and from what it does.

    growth is by what the subject's size is multiplied, sweep in frame widths, metres of travel.
    """
    if seconds is not None:
        if speed is not None:
            raise BadValue("A move takes either seconds or a speed; with both it is said twice.")
        length = in_seconds(seconds)
        if length <= 0:
            raise BadValue("A move takes longer than 0 seconds.")
        return length
    speed = "moderate" if speed is None else str(speed).strip().lower()
    if speed in SPEEDS:
        length = max(abs(math.log(growth)) / math.log1p(SPEEDS[speed]) + abs(sweep) / SWEEPS[speed], LEAST[speed])
    else:
        match = re.fullmatch(r"(\d*\.?\d+)\s*m\s*/\s*s", metric(speed.replace(",", ".")))
        if not match or float(match[1]) == 0:
            raise BadValue(f"'{speed}' is not a speed; say slow, moderate, fast, or metres or feet a second such as 0.2 m/s.")
        if metres == 0:
            raise BadValue(f"A move that does not travel cannot be made at {speed}; say slow, moderate, fast or "
                           "seconds.")
        length = abs(metres) / float(match[1])
    return max(snapped(min(length, 3600.0), scene.fps), 1 / Fraction(scene.fps))
