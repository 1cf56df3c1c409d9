"""The window's slow work, in a process of its own: layers, advice, smoothing. Called by threads that wait for it.

Each function takes values and gives values; report(share done, stage in words) is called as it comes along."""
from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from ..plate.layers import Layers
from ..shots.advice import Advice, advise
from ..shots.document import Shot
from . import recording
from .apart import apart
from .remedies import Remedy, remedies


class Counsel(NamedTuple):
    """A piece of advice on a take, and what can be done about it."""

    take: str
    advice: Advice
    remedies: tuple[Remedy, ...]


def layers(plate, draft: bool, coarser: int = 1, *, report) -> tuple[Layers, bool]:
    """A plate's layers, and whether they are the best there are: a draft is not, unless the best were kept."""
    kept = Layers.kept(plate)      # quicker read than made in another process
    if kept is not None:
        return kept, True
    return apart(_made, replace(plate, unadjusted=None), draft, coarser, report=report), not draft


def _made(plate, draft: bool, coarser: int, *, report) -> Layers:
    return Layers.of(plate, report, draft, coarser)


def counsel(shot: Shot, takes: tuple[str, ...], plate, *, report) -> tuple[Counsel, ...]:
    """Advice on some takes, with its remedies."""
    return apart(_counsel, shot, takes, replace(plate, unadjusted=None), report=report)


def _counsel(shot, takes, plate, *, report) -> tuple[Counsel, ...]:
    return tuple(Counsel(name, advice, remedies(shot, name, advice, plate if advice.topic == "invented" else None))
                 for name in takes for advice in advise(shot, name, plate))


def smoothed(take, tolerance: recording.Tolerance, fps, *, report):
    """What recording.smooth makes of a take."""
    return apart(_smoothed, take, tolerance, fps, report=report)


def _smoothed(take, tolerance, fps, *, report):
    return recording.smooth(take, tolerance, fps)
