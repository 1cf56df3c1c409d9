"""Moves of the camera and the lens; their words are in words.py."""
from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Callable

from .. import optics
from ..camera import NEAR
from .easing import Ease
from .errors import BadValue
from .framing import Subject, Vector, named_size, pose_of, shot_size
from .performance import Performance
from .rigs import Rig
from .scene import Scene
from .timeline import Hold, Key, Timeline, Track, seconds as in_seconds
from .words import move, onward, read_amount, read_degrees, read_duration, read_metres, some


def _keys(before: float, after: float, at, duration: Fraction, ease: Ease) -> tuple[Key, ...]:
    """Two keys, a duration apart, from when a move starts on."""
    at = in_seconds(at)
    return Key(at, before, ease), Key(at + duration, after)


def _travel(duration: Fraction, at, ease: Ease, to: Vector, start: Vector = (0.0, 0.0, 0.0)) -> Timeline:
    """From one offset to another, in metres from where the camera starts."""
    tracks = [Track(channel, _keys(a, b, at, duration, ease) if a != b else (Key(in_seconds(at), a),))
              for channel, a, b in zip("xyz", start, to) if a or b]
    return Timeline(in_seconds(at) + duration, tracks)


def _one(channel, before: float, after: float, at, duration: Fraction, ease: Ease, about=None) -> Timeline:
    """One channel from a value to another, in its unit; about: the subject of an arc."""
    return Timeline(in_seconds(at) + duration, (Track(channel, _keys(before, after, at, duration, ease), about=about),))


def _framed(timeline: Timeline, subject: Subject, at) -> Timeline:
    """With the operator keeping the subject where it is in the frame."""
    return replace(timeline, holds=(*timeline.holds, Hold("framing", subject.name, in_seconds(at), timeline.duration)))


# -- nearer and farther -----------------------------------------------------------------------------------------------

def way_to(scene: Scene, subject: Subject, toward: str) -> Vector:
    """The whole way to the subject: along the lens's axis to its depth, or straight to it."""
    at = pose_of(scene.camera)
    if toward == "axis":
        return tuple(scene.depth(subject) * c for c in at.forward)
    if toward != "subject":
        raise BadValue(f"A camera moves along its 'axis' or toward the 'subject', not toward '{toward}'.")
    return tuple(p - c for p, c in zip(scene.point(subject), at.position))


def share_at(scene: Scene, subject: Subject, way: Vector, target: float) -> float:
    """The share of the way at which the subject has a size in the frame; bisection, as size grows along the way."""
    def size(share: float) -> float:
        return scene.size(subject, tuple(c + share * w for c, w in zip(scene.camera.position, way)))
    low, high = -1.0, 1 - 1e-6
    while size(low) > target and low > -1e5:
        low *= 2
    if not size(low) <= target <= size(high):
        raise BadValue(f"{subject.name} cannot be brought to that shot size by moving the camera.")
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if size(middle) < target else (low, middle)
    return (low + high) / 2


def _approach(scene: Scene, sign: int, subject, amount, start, end, toward):
    """(start, end) of a push-in (sign +1) or pull-out (-1), as shares of the way to the subject, and that way.

    Along the axis by default, as a dolly on rails goes; from shot size to shot size straight toward the subject, which
    then stays at its place in the frame.
    """
    subject = scene.subject(subject)
    sized = start is not None or end is not None
    if sized and amount is not None:
        raise BadValue("A move goes either by an amount or from shot size to shot size; with both it is said twice.")
    way = way_to(scene, subject, toward or ("subject" if sized else "axis"))
    if not sized:
        amount = "25%" if amount is None else amount
        metres = onward(amount, read_metres(amount, lambda: math.hypot(*way)), sign)
        return 0.0, sign * metres / math.hypot(*way), way, subject
    at = [0.0 if word is None else share_at(scene, subject, way, target_size(subject, word)) for word in (start, end)]
    _in_order(scene, sign, subject, start, end, at[0], at[1])
    return *at, way, subject


def target_size(subject: Subject, size: str | float) -> float:
    """A shot size by name, or as the size in the frame itself (see `framing.sizer`)."""
    return size if isinstance(size, float) else named_size(size).target(subject)


def _reaching(scene: Scene, subject, start, end, build: Callable[[object, object], Timeline]) -> Timeline:
    """build(start, end) with the end so aimed that the named size is reached although the camera turns on the way.

    A card seen off the axis is larger in the frame, and a camera on straight rails comes no nearer than it passes.
    """
    if end is None:
        return build(start, end)
    subject = scene.subject(subject)
    wanted = target_size(subject, end)

    def reached(aim: float) -> float:
        timeline = build(start, aim)
        take = Performance(scene.stage, scene.subjects, scene.camera, timeline, Rig("free", ""), lines=scene.lines)
        return take.size(subject.name, timeline.duration)

    build(start, wanted)   # says what is wrong with the words themselves
    low = high = wanted
    for _ in range(12):
        if reached(high) >= wanted:
            break
        low, high = high, high * 1.2
    else:
        raise BadValue(f"{subject.name} does not become as large as that on this way; push straight toward it, or end "
                       "wider.")
    while reached(low) > wanted and low > wanted / 4:
        low /= 1.05
    for _ in range(30):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if reached(middle) < wanted else (low, middle)
    return build(start, high)


def _in_order(scene: Scene, sign: int, subject: Subject, start, end, before: float, after: float) -> None:
    """Raises BadValue where a move in (sign +1) or out (-1) would go the other way."""
    if sign * (after - before) <= 0:
        now = _size_name(scene, subject)
        opposite = "a pull-out or zoom out" if sign > 0 else "a push-in or zoom in"
        raise BadValue(f"From {start or f'where it starts ({now})'} to {end or f'where it starts ({now})'} of "
                       f"{subject.name} goes the other way; say {opposite}, or choose other shot sizes.")


def _size_name(scene: Scene, subject: Subject) -> str:
    return shot_size(scene.size(subject), subject.kind).name


def _dolly(scene, sign, subject, amount, start, end, seconds, speed, ease, at, toward) -> Timeline:
    """A push-in (sign +1) or pull-out (-1); the words are those of the moves."""
    before, after, way, subject = _approach(scene, sign, subject, amount, start, end, toward)
    metres = (after - before) * math.hypot(*way)
    duration = read_duration(scene, seconds, speed, growth=max(1 - after, 0.05) / (1 - before), metres=metres)
    return _travel(duration, at, ease, [after * w for w in way], [before * w for w in way])


@move("push-in", "camera")
def push_in(scene, *, subject=None, amount=None, start=None, end=None, seconds=None, speed=None, ease="both", at=0,
            toward=None):
    """The camera moves nearer: the subject grows, and grows away from its background."""
    return _dolly(scene, 1, subject, amount, start, end, seconds, speed, ease, at, toward)


@move("pull-out", "camera")
def pull_out(scene, *, subject=None, amount=None, start=None, end=None, seconds=None, speed=None, ease="both", at=0,
             toward=None):
    """The camera moves away: the subject shrinks into its surroundings."""
    return _dolly(scene, -1, subject, amount, start, end, seconds, speed, ease, at, toward)


def _zoom_factors(scene: Scene, sign: int, subject, amount, start, end) -> tuple[float, float]:
    """The focal length at start and end of a zoom, over that of the scene.

    Per cent and metres are those of the push-in that makes the subject as large: 25 % is a factor of 4/3.
    """
    if start is not None or end is not None:
        if amount is not None:
            raise BadValue("A zoom goes either by an amount or from shot size to shot size; with both it is said "
                           "twice.")
        subject = scene.subject(subject)
        now = scene.size(subject)
        before, after = (1.0 if word is None else target_size(subject, word) / now for word in (start, end))
        _in_order(scene, sign, subject, start, end, before, after)
        return before, after
    amount = "25%" if amount is None else amount
    value, unit = read_amount(amount, "a zoom; write the focal length to reach (50 mm), or the push-in that shows the subject as large "
                              "(25%, 0.4 m)", "%", "mm", "m")
    if unit == "mm":
        factor = value / scene.camera.focal_length
        if not (factor > 0 and sign * (factor - 1) > 0):
            raise BadValue(f"From {scene.camera.focal_length:g} mm to {value:g} mm is not a zoom "
                           f"{'in' if sign > 0 else 'out'}.")
        return 1.0, factor
    share = onward(amount, value, sign)
    share /= 1 if unit == "%" else scene.depth(scene.subject(subject))
    if sign * share >= 1:
        raise BadValue(f"A zoom of {amount} matches a push-in that would pass the subject; take less.")
    return 1.0, 1 / (1 - sign * share)


def _zoom(scene, sign, subject, amount, start, end, seconds, speed, ease, at) -> Timeline:
    before, after = _zoom_factors(scene, sign, subject, amount, start, end)
    duration = read_duration(scene, seconds, speed, growth=after / before)
    focal = scene.camera.focal_length
    return _one("focal_length", focal * before, focal * after, at, duration, ease)


@move("zoom in", "camera")
def zoom_in(scene, *, subject=None, amount=None, start=None, end=None, seconds=None, speed=None, ease="both", at=0):
    """The lens grows longer: subject and background grow alike.

    An amount is that of the push-in with the same subject size, or the focal length to reach, "50 mm"."""
    return _zoom(scene, 1, subject, amount, start, end, seconds, speed, ease, at)


@move("zoom out", "camera")
def zoom_out(scene, *, subject=None, amount=None, start=None, end=None, seconds=None, speed=None, ease="both", at=0):
    """The lens grows shorter: subject and background shrink alike.

    An amount is that of the pull-out with the same subject size, or the focal length to reach, "24 mm"."""
    return _zoom(scene, -1, subject, amount, start, end, seconds, speed, ease, at)


def _dolly_zoom(scene, sign, subject, amount, seconds, speed, ease, at) -> Timeline:
    subject = scene.subject(subject)
    timeline = _dolly(scene, sign, subject.name, amount, None, None, seconds, speed, ease, at, "axis")
    return replace(timeline, holds=(Hold("size", subject.name, in_seconds(at), timeline.duration),))


@move("dolly zoom in", "camera")
def dolly_zoom_in(scene, *, subject=None, amount=None, seconds=None, speed=None, ease="both", at=0):
    """Camera in, lens wider: the subject keeps its size, the background recedes."""
    return _dolly_zoom(scene, 1, subject, amount, seconds, speed, ease, at)


@move("dolly zoom out", "camera")
def dolly_zoom_out(scene, *, subject=None, amount=None, seconds=None, speed=None, ease="both", at=0):
    """Camera out, lens longer: the subject keeps its size, the background closes in."""
    return _dolly_zoom(scene, -1, subject, amount, seconds, speed, ease, at)


@move("push-in with zoom", "camera")
def push_in_with_zoom(scene, *, subject=None, amount=None, start=None, end=None, seconds=None, speed=None, ease="both",
                      at=0):
    """Push-in and zoom share the way half and half, the subject kept framed."""
    who = scene.subject(subject)
    way, focal = way_to(scene, who, "subject"), scene.camera.focal_length

    def build(start, end):
        before, after = _zoom_factors(scene, 1, who.name, amount, start, end)
        duration = read_duration(scene, seconds, speed, growth=after / before)
        shares = [1 - 1 / math.sqrt(factor) for factor in (before, after)]
        zoom = _one("focal_length", focal * math.sqrt(before), focal * math.sqrt(after), at, duration, ease)
        dolly = _travel(duration, at, ease, [shares[1] * w for w in way], [shares[0] * w for w in way])
        return _framed(dolly + zoom, who, at)

    return _reaching(scene, subject, start, end, build)


# -- sideways, up and down, around ------------------------------------------------------------------------------------

UNKNOWN = 2.0
"""Metres: how far away what is looked at is taken to be where no subject is named, nor the first one in front."""


def _sweep(scene: Scene, subject: Subject | None, metres: float) -> float:
    """Frame widths that a travel across the axis moves the subject by; the scene's first one where none is named."""
    if subject:
        depth = scene.depth(subject)
    else:
        ahead = [pose_of(scene.camera).to(scene.point(first))[2] for first in scene.subjects[:1]]
        depth = ahead[0] if ahead and ahead[0] > NEAR else UNKNOWN
    return metres / depth * scene.camera.focal_length / scene.camera.sensor_width


def _across(scene: Scene, axis: int, subject, amount, seconds, speed, ease, at, framed: bool) -> Timeline:
    """A travel along the camera's own right (axis 0) or the world's up (1)."""
    said = scene.subject(subject) if subject is not None or framed else None
    metres = some(amount, read_metres(amount, lambda: scene.depth(said or scene.subject(None))))
    duration = read_duration(scene, seconds, speed, sweep=_sweep(scene, said, metres), metres=metres)
    direction = pose_of(replace(scene.camera, roll=0.0)).right if axis == 0 else (0.0, 1.0, 0.0)
    timeline = _travel(duration, at, ease, [metres * d for d in direction])
    return _framed(timeline, said, at) if framed else timeline


@move("truck", "camera")
def truck(scene, *, subject=None, amount="0.3 m", seconds=None, speed=None, ease="both", at=0):
    """The camera moves sideways without turning, to the right or (negative) to the left."""
    return _across(scene, 0, subject, amount, seconds, speed, ease, at, framed=False)


@move("tracking", "camera")
def tracking(scene, *, subject=None, amount="0.3 m", seconds=None, speed=None, ease="both", at=0):
    """The camera moves sideways while the subject keeps its place in the frame."""
    return _across(scene, 0, subject, amount, seconds, speed, ease, at, framed=True)


def _turn(scene, channel, amount, seconds, speed, ease, at) -> Timeline:
    """A pan, tilt or roll; the words are those of the moves."""
    angle = some(amount, read_degrees(amount))
    view = math.radians(float(optics.field_of_view(scene.camera.focal_length, scene.camera.sensor_width)))
    duration = read_duration(scene, seconds, speed, sweep=math.radians(angle) / view)
    return _one(channel, 0.0, angle, at, duration, ease)


@move("pan", "camera")
def pan(scene, *, amount="10°", seconds=None, speed=None, ease="both", at=0):
    """The camera turns on its spot, to the right or (negative) to the left."""
    return _turn(scene, "pan", amount, seconds, speed, ease, at)


@move("tilt", "camera")
def tilt(scene, *, amount="5°", seconds=None, speed=None, ease="both", at=0):
    """The camera looks up or (negative) down from its spot."""
    return _turn(scene, "tilt", amount, seconds, speed, ease, at)


@move("roll", "camera")
def roll(scene, *, amount="10°", seconds=None, speed=None, ease="both", at=0):
    """The camera turns about its own axis, clockwise or (negative) not: a Dutch angle."""
    return _turn(scene, "roll", amount, seconds, speed, ease, at)


@move("boom", "camera")
def boom(scene, *, subject=None, amount="0.3 m", seconds=None, speed=None, ease="both", at=0):
    """The camera rises or (negative) sinks on an arm, tilting to keep the subject framed."""
    return _across(scene, 1, subject, amount, seconds, speed, ease, at, framed=True)


@move("pedestal", "camera")
def pedestal(scene, *, subject=None, amount="0.3 m", seconds=None, speed=None, ease="both", at=0):
    """The camera rises or (negative) sinks on its column and stays level."""
    return _across(scene, 1, subject, amount, seconds, speed, ease, at, framed=False)


@move("arc", "camera")
def arc(scene, *, subject=None, amount="15°", seconds=None, speed=None, ease="both", at=0):
    """The camera circles the subject at one distance, to the right or (negative) left."""
    subject = scene.subject(subject)
    angle = some(amount, read_degrees(amount))
    turned, (x, _, z) = math.radians(angle), scene.camera.position
    radius = math.dist((x, z), scene.point(subject)[::2])
    duration = read_duration(scene, seconds, speed, sweep=_sweep(scene, subject, turned * scene.depth(subject)),
                             metres=turned * radius)
    return _one("arc", 0.0, angle, at, duration, ease, about=subject.name)


@move("static", "camera")
def static(scene, *, seconds=4, at=0):
    """Nothing moves: the frame for a focus pull."""
    return Timeline(in_seconds(at) + in_seconds(seconds))


# -- push-ins with company --------------------------------------------------------------------------------------------

@move("push-in with pan", "camera")
def push_in_with_pan(scene, *, subject=None, amount=None, start=None, end=None, seconds=None, speed=None, ease="both",
                     at=0):
    """The camera pushes in along its rails while it pans to keep the subject framed."""
    def build(start, end):
        push = _dolly(scene, 1, subject, amount, start, end, seconds, speed, ease, at, "axis")
        return _framed(push, scene.subject(subject), at)
    return _reaching(scene, subject, start, end, build)


@move("push-in with boom up", "camera")
def push_in_with_boom_up(scene, *, subject=None, amount=None, start=None, end=None, rise="0.3 m", seconds=None,
                         speed=None, ease="both", at=0):
    """The camera pushes in and rises, tilting down to keep the subject framed."""
    who = scene.subject(subject)

    def build(start, end):
        push = _dolly(scene, 1, subject, amount, start, end, seconds, speed, ease, at, None)
        metres = read_metres(rise, lambda: scene.depth(who))
        lift = _one("y", 0.0, metres, at, push.duration - in_seconds(at), ease)
        return _framed(push + lift, who, at)
    return _reaching(scene, subject, start, end, build)


@move("push-in with tilt", "camera")
def push_in_with_tilt(scene, *, subject=None, amount=None, start=None, end=None, angle="5°", seconds=None, speed=None,
                      ease="both", at=0):
    """The camera pushes in and tilts up or (negative) down."""
    def build(start, end):
        push = _dolly(scene, 1, subject, amount, start, end, seconds, speed, ease, at, None)
        return push + _one("tilt", 0.0, read_degrees(angle), at, push.duration - in_seconds(at), ease)
    return _reaching(scene, subject, start, end, build)


@move("extreme close-up", "camera")
def extreme_close_up(scene, *, subject=None, start=None, seconds=None, speed=None, ease="both", at=0):
    """The camera pushes straight in to a detail until it fills the frame."""
    return _dolly(scene, 1, subject, None, start, "extreme close-up", seconds, speed, ease, at, "subject")
