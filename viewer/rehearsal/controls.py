"""The keys are the rig: what is held moves a camera as the rig would carry it.

    operator = Operator(take.camera, rig(take.rig), take.lens, distance=1.5)
    state = operator.begin()
    state = operator.step(state, from_keys(held), dt)      # once per frame of the window
    camera = operator.camera(state, clock.time)

A held control asks for a speed; the rig follows as a critically damped second-order system does,

    v'' = w² (u - v) - 2 w v',     w = 4 / ramp,

which reaches 91 % of the speed after the rig's ramp and never overshoots it. Its solution is known in closed form, so
that a state does not depend on how often it was asked for: 30 and 144 steps a second, with the same controls at the
same times, agree to 1e-9 of the way, but for the frame in which an end of the rail or the ring is met.
"""
from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import NamedTuple

import numpy as np

from .. import optics
from ..camera import NEAR, Camera
from ..shots.easing import curve
from ..shots.framing import Pose, Vector, pose, pose_of
from ..shots.kit import FOCAL_LENGTHS, Lens
from ..shots.performance import FARTHEST, Performance, Pulled
from ..shots.rigs import Float, Rig
from ..shots.timeline import INFINITY
from ..shots.words import SWEEPS

# -- what is held -----------------------------------------------------------------------------------------------------


class Controls(NamedTuple):
    """What is pushed how far, each from -1 to 1.

    dolly, truck, boom   forward, right, up
    pan, tilt, roll      right, up, clockwise
    zoom                 longer
    focus                nearer
    """

    dolly: float = 0.0
    truck: float = 0.0
    boom: float = 0.0
    pan: float = 0.0
    tilt: float = 0.0
    roll: float = 0.0
    zoom: float = 0.0
    focus: float = 0.0

    def __add__(self, other: Controls) -> Controls:
        """Both at once, as far as it goes."""
        return Controls(*(min(max(a + b, -1.0), 1.0) for a, b in zip(self, other)))

    @property
    def hands(self) -> frozenset[str]:
        """Which of HANDS push something."""
        return frozenset(hand for hand, fields in HANDS.items() if any(getattr(self, field) for field in fields))

    def times(self, pace: float) -> Controls:
        """Slower or faster; `times(0.25)` for a finer hand."""
        return Controls(*(pace * value for value in self))


HANDS = {"grip": ("dolly", "truck", "boom"), "operator": ("pan", "tilt", "roll"), "zoom": ("zoom",),
         "focus": ("focus",)}
"""Who does what on set. What nobody lays a hand on goes on as the take has it."""


def from_keys(held: Iterable) -> Controls:
    """Controls from the held actions (see actions.Action.control); both directions at once are none."""
    pushed: dict[str, float] = {}
    for action in held:
        pushed[action.control] = pushed.get(action.control, 0.0) + action.push
    return Controls(**{name: min(max(push, -1.0), 1.0) for name, push in pushed.items()})


DEAD = 0.12
"""How far a stick may rest beside its middle: worn ones do."""


def stick(x: float, y: float = 0.0) -> tuple[float, float]:
    """A stick's place as a push: nothing in a round dead zone, then a parabola, fine near the middle, up to 1."""
    away = math.hypot(x, y)
    if not away > DEAD:   # NaN too
        return 0.0, 0.0
    push = min((away - DEAD) / (1 - DEAD), 1.0) ** 2
    return push * x / away, push * y / away


def from_gamepad(axes: Sequence[float], buttons: Sequence[bool]) -> Controls:
    """Controls from a game controller in GLFW's order of six axes and fifteen buttons.

    Left stick: truck and dolly; right stick: pan and tilt; triggers: focus, left nearer; shoulder buttons: zoom; the
    cross: boom and roll. Sticks count down as positive, triggers rest at -1.
    """
    truck, back = stick(axes[0], axes[1])
    pan, down = stick(axes[2], axes[3])
    near, far = (stick((axes[i] + 1) / 2)[0] for i in (4, 5))
    left, right = buttons[4], buttons[5]
    up, east, south, west = buttons[11:15]
    return Controls(-back, truck, float(up) - float(south), pan, -down, float(east) - float(west),
                    float(right) - float(left), near - far)


# -- what carries it --------------------------------------------------------------------------------------------------

RAILS = ("dolly", "slider")
"""Rigs that travel along where they were set up to; all others go where the camera looks."""

TRAVEL = 0.4
"""Of the subject's distance per second at full push, as far as the rig is that fast."""
ROLL = 15.0
"""Degrees per second."""
ZOOM = 0.5
"""Of the focal length's logarithm per second: twice as long in 1.4 s."""
FOCUS = 1.0
"""Of the subject's dioptres per second: from the subject to infinity in one."""
HEAD, RING = 0.3, 0.2
"""Seconds in which a fluid head, and a hand on a ring, come up to speed."""


AT_ONCE = 1e-3
"""Seconds of a pull that takes no time."""


_EASE = curve("both")


class Pull(NamedTuple):
    """Focus on its way to a mark, or on it.

    start    where it left from: dioptres, or a point in the plate camera's frame, which is followed
    to       where it goes, likewise
    elapsed  seconds since it left
    seconds  that the whole pull takes
    name     of the mark, where it has one: a subject's, or "infinity"
    stopped  the lens does not go as near as the mark
    """

    start: float | Vector
    to: float | Vector
    elapsed: float
    seconds: float
    name: str = ""
    stopped: bool = False

    @property
    def pulled(self) -> Pulled:
        """Between which marks it is now, and how far."""
        return Pulled(self.start, self.to, _EASE(self.elapsed / self.seconds) if self.elapsed < self.seconds else 1.0)


@dataclass(frozen=True, slots=True)
class RigState:
    """A camera being carried.

    position         metres in the plate camera's frame
    pan, tilt, roll  degrees
    zoom             natural logarithm of the focal length in mm
    focus            dioptres
    speed            of each control, in metres, degrees, zoom and dioptres per second
    gain             how fast each speed changes, per second
    time             of the take that goes on beside, seconds; None: it has not been followed yet
    """

    position: Vector
    pan: float
    tilt: float
    roll: float
    zoom: float
    focus: float
    speed: tuple[float, ...] = (0.0,) * 8
    gain: tuple[float, ...] = (0.0,) * 8
    pull: Pull | None = None
    time: float | None = None


# Gauss-Legendre, four points on 0 to 1: exact to the seventh power, on pieces a thirtieth of a second long.
_NODES = tuple((0.5 + 0.5 * float(node), 0.5 * float(weight)) for node, weight in zip(*np.polynomial.legendre.leggauss(4)))
_PIECE = 1 / 30


class Operator:
    """The people who carry out what the controls ask for.

    start     where the take's camera starts, and with which lens
    lens      its ends of zoom and focus are where the rings stop; None: a lens without limits
    distance  metres to what the shot is about: it sets the scale of travel and focus
    """

    def __init__(self, start: Camera, rig: Rig, lens: Lens | None = None, distance: float = 2.0, seed: int = 1):
        self.start, self.rig, self.lens = start, rig, lens
        distance = min(max(distance, 0.1), 100.0)
        locked = rig.reach == 0
        travel = 0.0 if locked else min(TRAVEL * distance, rig.speed)
        sweep = 0.0 if locked else SWEEPS["fast"] * float(optics.field_of_view(start.focal_length, start.sensor_width))
        self.speeds = (travel, travel, travel, sweep, sweep, 0.0 if locked else ROLL, ZOOM, FOCUS / distance)
        ramp = rig.ramp or HEAD
        self._rates = tuple(4 / seconds for seconds in (ramp, ramp, ramp, HEAD, HEAD, HEAD, RING, RING))
        self._float = Float(rig.sway, seed) if rig.sway else None
        short, long = lens.focal_length if lens else FOCAL_LENGTHS
        self._zooms = math.log(min(short, start.focal_length)), math.log(max(long, start.focal_length))

    def begin(self) -> RigState:
        """At rest where the take starts."""
        return self.at(self.start)

    def at(self, camera: Camera) -> RigState:
        """At rest where another camera stands, such as the take's at the playhead."""
        return RigState(tuple(map(float, camera.position)), camera.pan, camera.tilt, camera.roll,
                        math.log(camera.focal_length), 1 / camera.focus_distance)

    def step(self, state: RigState, controls: Controls, dt: float, take: Performance | None = None, time: float = 0.0,
             hands: Iterable[str] = ()) -> RigState:
        """dt seconds later, the controls having been held as they are all the while.

        take   everything on which no hand has been laid goes on as it has it, so that a focus pull is performed on a move;
               and what it keeps of a subject is kept, however hands travel and zoom
        time   of the take then, seconds
        hands  which of HANDS have been laid on; without a take all of them
        """
        if not dt > 0:
            return state
        left = set(HANDS) - set(hands) if take else set()
        asked = [push * full for push, full in zip(controls, self.speeds)]
        moved, speed, gain = map(list, zip(*(_follow(*channel, dt) for channel in
                                             zip(state.speed, state.gain, asked, self._rates))))
        position = self._travelled(state, asked, dt)
        position, speed, gain = self._within_reach(position, state.pan + moved[3], speed, gain)
        values = [state.pan + moved[3], state.tilt + moved[4], state.roll + moved[5], state.zoom + moved[6]]
        for i, (low, high) in enumerate(((-3600.0, 3600.0), (-90.0, 90.0), (-180.0, 180.0), self._zooms)):
            if not low <= values[i] <= high:
                values[i] = min(max(values[i], low), high)
                speed[3 + i] = gain[3 + i] = 0.0
        if left:
            others = self.at(take.as_set(time) if {"grip", "zoom"} <= left else
                             take.answered(time, self.camera(state), state.time, None if "grip" in left else position,
                                           None if "zoom" in left else math.exp(values[3])))
        if "grip" in left:
            position = others.position
        if "operator" in left:
            values[:3] = others.pan, others.tilt, others.roll
        if "zoom" in left:
            values[3] = others.zoom
        pull = None if controls.focus or "focus" in left else state.pull
        focus, pull, rests = self._pulled(state, pull, pose(position, *values[:3]), values[3], moved[7], dt)
        if rests:
            speed[7] = gain[7] = 0.0
        state = RigState(position, *values, focus, tuple(speed), tuple(gain), pull, time if take else None)
        return self._focused_as(take, state, time) if "focus" in left else state

    def _pulled(self, state: RigState, pull: Pull | None, stand: Pose, zoom: float, way: float,
                dt: float) -> tuple[float, Pull | None, bool]:
        """(dioptres, pull, whether hands rest on the ring) dt seconds after a state.

        stand, zoom  of the camera by then, zoom as a RigState has it
        way          dioptres by which a hand has turned the ring, where focus is on no pull
        """
        low, high = self._focuses(zoom)
        if state.focus > self._focuses(state.zoom)[1] * (1 + 1e-9):     # a key may be nearer; from there the ring only comes back
            high = max(high, state.focus)
        if pull:
            pull = pull._replace(elapsed=pull.elapsed + dt)
            start, to = (m if isinstance(m, (int, float)) else 1 / max(stand.to(m)[2], NEAR) for m in (pull.start, pull.to))
            focus = start + pull.pulled.share * (to - start)
            pull = pull._replace(stopped=pull.stopped or focus > high * (1 + 1e-9))
        else:
            focus = state.focus + way
        within = min(max(focus, low), high)
        return within, pull, pull is not None or within != focus

    def _focused_as(self, take: Performance, state: RigState, time: float) -> RigState:
        """A state with focus as a take has it at a time. A mark is followed from where hands have brought the camera, as it
        will be when this is played; and a hand that comes to the ring finds it there."""
        name = take.focus_mark(time)
        to = 0.0 if name == INFINITY else name and take.point(name)
        return replace(state, focus=1 / take.focus(time, pose_of(self.camera(state, time))),
                       pull=Pull(to, to, AT_ONCE, AT_ONCE, name) if name else None)

    def pull(self, state: RigState, to: float | Vector, seconds: float, name: str = "") -> RigState:
        """Focus begins to glide to a mark: metres (may be infinite), or a subject's point, which it then follows.

        name  of the mark, by which a recording of it can be edited later
        """
        mark = 1 / to if isinstance(to, (int, float)) else tuple(map(float, to))
        last = state.pull
        arrived = last and last.elapsed >= last.seconds and not last.stopped
        start = last.to if arrived else state.focus
        return replace(state, pull=Pull(start, mark, 0.0, max(seconds, AT_ONCE), name))

    def pushed(self, state: RigState, control: str, way: float) -> RigState:
        """A push that carries one control so far on until it rests, as a notch of the wheel does: metres, degrees, or the
        logarithm of the focal length."""
        gain, i = list(state.gain), Controls._fields.index(control)
        gain[i] += way * self._rates[i] ** 2     # left to itself it comes that far: v = way w² t exp(-w t)
        return replace(state, gain=tuple(gain))

    def camera(self, state: RigState, time: float | None = None) -> Camera:
        """The camera of a state, as its rings are set; with the rig's float where a time is given."""
        x, y, z = state.position
        pan, tilt, roll = state.pan, state.tilt, state.roll
        if self._float and time is not None:
            dx, dy, dz, dp, dt, dr = self._float.at(time)
            x, y, z, pan, tilt, roll = x + dx, y + dy, z + dz, pan + dp, tilt + dt, roll + dr
        focus = 1 / max(state.focus, 1 / FARTHEST)
        return replace(self.start, position=(x, y, z), pan=pan, tilt=tilt, roll=roll,
                       focal_length=math.exp(state.zoom), focus_distance=focus)

    def _axes(self, pan: float) -> tuple[Vector, Vector, Vector]:
        """Where dolly, truck and boom go: on rails as they were laid, else level and where the camera looks."""
        if self.rig.name in RAILS:
            at = pose((0.0, 0.0, 0.0), self.start.pan, self.start.tilt, 0.0)
            return at.forward, at.right, at.up
        at = pose((0.0, 0.0, 0.0), pan, 0.0, 0.0)
        return at.forward, at.right, at.up

    def _travelled(self, state: RigState, asked: list[float], dt: float) -> Vector:
        """Where the travel ends, which turns with the head while it goes."""
        if not any(state.speed[:3]) and not any(state.gain[:3]) and not any(asked[:3]):
            return state.position
        x, y, z = state.position
        pieces = max(1, math.ceil(dt / _PIECE))
        length = dt / pieces
        for piece in range(pieces):
            for node, weight in _NODES:
                t = (piece + node) * length
                pan = state.pan + _follow(state.speed[3], state.gain[3], asked[3], self._rates[3], t)[0]
                for i, axis in enumerate(self._axes(pan)):
                    metres = weight * length * _follow(state.speed[i], state.gain[i], asked[i], self._rates[i], t)[1]
                    x, y, z = x + metres * axis[0], y + metres * axis[1], z + metres * axis[2]
        return x, y, z

    def _within_reach(self, position: Vector, pan: float, speed: list[float], gain: list[float]):
        """At the rig's end it stops: what went on outward is gone, what goes along the end goes on."""
        mark, reach = self.start.position, self.rig.reach
        away = math.dist(position, mark)
        if away <= reach or away == 0:
            return position, speed, gain
        out = tuple((p - m) / away for p, m in zip(position, mark))
        axes = self._axes(pan)
        for values in (speed, gain):
            world = [sum(values[i] * axes[i][k] for i in range(3)) for k in range(3)]
            outward = max(sum(w * o for w, o in zip(world, out)), 0.0)
            for i in range(3):
                values[i] -= outward * sum(a * o for a, o in zip(axes[i], out))
        return tuple(m + reach * o for m, o in zip(mark, out)), speed, gain

    def _focuses(self, zoom: float) -> tuple[float, float]:
        """The ends of the focus ring in dioptres: farthest and closest."""
        closest = self.lens.closest(math.exp(zoom)) if self.lens else 0.0
        return 1 / FARTHEST, 1 / max(closest, NEAR)


def _follow(speed: float, gain: float, asked: float, rate: float, t: float) -> tuple[float, float, float]:
    """(way, speed, gain) after t seconds of following an asked speed, critically damped."""
    decay = math.exp(-rate * t)
    short = speed - asked
    lag = gain + rate * short
    way = asked * t + short * (1 - decay) / rate + lag * (1 - decay * (1 + rate * t)) / rate ** 2
    return way, asked + (short + lag * t) * decay, (gain - rate * lag * t) * decay


# -- tapping ----------------------------------------------------------------------------------------------------------

class Tempo(NamedTuple):
    """A beat that is tapped: the median of the last intervals, which one bad tap does not spoil."""

    taps: tuple[float, ...] = ()

    def tap(self, time: float) -> Tempo:
        """Tapped at a time in seconds; after a pause of more than three beats it begins anew."""
        pause = max(3 * (self.seconds or 1.0), 1.0)
        kept = self.taps[-8:] if self.taps and 0 < time - self.taps[-1] <= pause else ()
        return Tempo((*kept, time))

    @property
    def seconds(self) -> float | None:
        """From beat to beat; None before the second tap."""
        return median(b - a for a, b in zip(self.taps, self.taps[1:])) if len(self.taps) > 1 else None
