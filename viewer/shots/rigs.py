"""Rigs: what carries the camera, and how that changes a move. Deterministic: the same seed floats the same way.

Three things differ between rigs:

- inertia: a travel starts and stops over `ramp` seconds of even acceleration, whatever its keys say; the path and both
  its ends stay exactly where they were;
- reach: how far from its start the camera can get, in metres;
- float: small movements that nobody asked for, each a handful of sine waves with frequencies from a band. It starts
  from nothing at t = 0, so that a shot begins on its mark.

The figures are what such rigs are observed to do, rounded; only the hand's tremor (8 to 12 Hz) is a measured constant
(Elble and Koller, "Tremor", 1990).
"""
from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from .errors import BadValue


@dataclass(frozen=True, slots=True)
class Sway:
    """Unasked movement in one band of frequencies: root-mean-square metres and degrees, and Hz from low to high."""

    metres: float
    degrees: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rig:
    """What carries the camera.

    line   what it is, in words
    ramp   seconds in which a travel starts, and in which it stops
    reach  metres that it gets from its mark
    sway   its float, band by band
    speed  m/s up to which it is comfortably moved
    """

    name: str
    line: str
    ramp: float = 0.0
    reach: float = float("inf")
    sway: tuple[Sway, ...] = ()
    speed: float = 2.0


RIGS = {rig.name: rig for rig in (
    Rig("locked-off", "A tripod with the head locked: it does not travel; zoom and focus may move.", reach=0.0),
    Rig("dolly", "On rails, pushed by a grip: straight, and it takes 0.8 s to get going and to stop.", ramp=0.8),
    Rig("slider", "A metre of rail on two stands: smooth, but a travel ends at 1 m.", ramp=0.4, reach=1.0, speed=0.5),
    Rig("steadicam", "Worn by an operator who walks: long waves of float, no shake.", ramp=0.7,
        sway=(Sway(0.012, 0.15, 0.1, 0.4),)),
    Rig("gimbal", "A stabilised head in two hands: level, with a little float from the steps.", ramp=0.5,
        sway=(Sway(0.008, 0.06, 0.2, 0.6), Sway(0.002, 0.01, 1.6, 2.0))),
    Rig("handheld", "On the shoulder: breath, sway and tremor.", ramp=0.3,
        sway=(Sway(0.010, 0.30, 0.2, 0.7), Sway(0.003, 0.18, 1.0, 2.5), Sway(0.0002, 0.01, 8.0, 12.0))),
    Rig("drone", "In the air: slow to start and stop, drifting a little in the wind.", ramp=1.5, speed=8.0,
        sway=(Sway(0.040, 0.10, 0.05, 0.3),)),
)}

WAVES = 4   # per band and axis: fewer look periodic within ten seconds


def rig(name: str) -> Rig:
    """A rig by its name."""
    found = RIGS.get(name.strip().lower().replace(" ", "-").replace("locked-off-tripod", "locked-off"))
    if found is None:
        raise BadValue(f"'{name}' is not a rig; it is one of {', '.join(RIGS)}.")
    return found


def inertia(u: float, ramp: float) -> float:
    """The share of a way done at share u of its time: even acceleration over `ramp`, cruise, even braking.

    ramp is a share of the time, at most a half (then there is no cruise).
    """
    if u <= 0 or u >= 1:
        return min(max(u, 0.0), 1.0)
    if u > 0.5:
        return 1 - inertia(1 - u, ramp)
    if u < ramp:
        return u * u / (2 * ramp * (1 - ramp))
    return (u - ramp / 2) / (1 - ramp)


class Float:
    """A rig's float for a seed: a smooth function of time, zero at t = 0."""

    def __init__(self, sways: tuple[Sway, ...], seed: int):
        chance = random.Random(seed)
        rate, phase, amplitude = [], [], []   # (axis, wave); axes: x, y, z in metres, pan, tilt, roll in degrees
        for axis in range(6):
            for sway in sways:
                for _ in range(WAVES):
                    rate.append(2 * np.pi * chance.uniform(sway.low, sway.high))
                    phase.append(chance.uniform(0, 2 * np.pi))
                    amplitude.append((sway.metres if axis < 3 else sway.degrees) * (2 / WAVES) ** 0.5)
        shape = (6, -1)
        self._rate, self._phase, self._amplitude = (np.reshape(v, shape) for v in (rate, phase, amplitude))
        self._start = (self._amplitude * np.sin(self._phase)).sum(1)

    def at(self, t: float) -> list[float]:
        """[x, y, z, pan, tilt, roll] in metres and degrees."""
        return ((self._amplitude * np.sin(self._rate * t + self._phase)).sum(1) - self._start).tolist()
