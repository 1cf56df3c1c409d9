"""The timeline: keys on tracks, and holds. Immutable values; an edit returns a new timeline.

Time is rational seconds (`Fraction`), so that a key stays on its frame at 24000/1001 frames a second and nothing
drifts; only evaluation takes floats. A track drives one channel of the camera:

    x, y, z         metres, added to where the take's camera starts (+x right, +y up, -z forward)
    pan, tilt, roll degrees, added likewise
    arc             degrees that the whole camera swings, to the right, around an upright axis through a subject
    focal_length    mm; interpolated in log focal length, in which a zoom ring feels even
    focus_distance  metres or a subject's name, which follows that subject; interpolated in 1/distance, in which a
                    focus ring feels even
    f_stop          f-number; interpolated in stops

Moves add up: several tracks may drive x, y, z, pan, tilt, roll and arc (they are summed) and focal_length (each
multiplies the lens by its ratio to where the take starts). Focus and aperture are absolute: one track each.

What a timeline cannot say by keys without losing exactness it says by a hold: the subject keeps its size (dolly zoom),
or its place in the frame (an operator's hand on the head), however the camera travels.
"""
from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Annotated, Literal, get_args

from pydantic import PlainSerializer, PlainValidator

from ..optics import FOCALS
from .easing import Ease, check_ease, reverse
from .errors import BadValue

Channel = Literal["x", "y", "z", "pan", "tilt", "roll", "arc", "focal_length", "focus_distance", "f_stop"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
TRAVEL: tuple[Channel, ...] = ("x", "y", "z", "arc")
"""Channels in which the camera leaves its place."""
ABSOLUTE: tuple[Channel, ...] = ("focus_distance", "f_stop")
"""Channels that are set, not added to where the take starts: one track each."""
INFINITY = "infinity"
"""As a focus mark: farther than any subject."""

LONGEST = 24 * 3600
FINEST = 120_000
"""Of a second: the smallest step of a time, fine enough for frames of every rate up to 120000/1001."""

LIMITS = {   # what a key may hold; generous, but whatever lies inside evaluates to a finite camera
    "x": (-1e4, 1e4), "y": (-1e4, 1e4), "z": (-1e4, 1e4),
    "pan": (-3600.0, 3600.0), "tilt": (-3600.0, 3600.0), "roll": (-3600.0, 3600.0), "arc": (-3600.0, 3600.0),
    "focal_length": FOCALS, "focus_distance": (0.01, 1e6), "f_stop": (0.5, 128.0),
}


def space(channel: Channel) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """Into what a channel's numbers are interpolated in, and back."""
    if channel in ("focal_length", "f_stop"):
        return math.log, math.exp
    if channel == "focus_distance":
        return (lambda v: 1 / v), (lambda v: 1 / v)
    return float, float


def seconds(value: int | float | str | Fraction) -> Fraction:
    """A time in rational seconds: from 6, "5/2", "2.5", "2,5" or "2.5 s", or a float such as the window's clock, to the next FINEST."""
    try:
        if isinstance(value, str):
            if len(value) > 40 or "e" in value.lower():
                raise ValueError
            exact = Fraction(value.strip().removesuffix("s").replace(",", "."))
        else:
            exact = Fraction(value)
    except (ValueError, ZeroDivisionError, OverflowError, TypeError):
        raise BadValue(f"'{str(value)[:40]}' is not a time in seconds; write 6, 2.5 or 61/24.") from None
    if abs(exact) > LONGEST:
        raise BadValue(f"A time of {str(value)[:40]} seconds is beyond a day.")
    return exact if exact.denominator <= FINEST else exact.limit_denominator(FINEST)


NTSC = 24, 30, 48, 60, 120
"""Frames a second that run slower by 1000/1001 where television does, as 23.976, 29.97 …"""


def rate(value: int | float | str | Fraction) -> Fraction:
    """Frames a second, rational: from 24, "24000/1001", "25 fps", or what is said for the slower ones: "23.976", "23,98"."""
    bare = value.strip().removesuffix("fps") if isinstance(value, str) else value
    try:
        if isinstance(bare, str) and "s" in bare:
            raise BadValue(bare)
        fps = seconds(bare)
    except BadValue:
        said = "null" if value is None else f"'{str(value)[:40]}'"
        raise BadValue(f"{said} is not a frame rate; write 24, 25, 23.976 or 24000/1001.") from None
    fps = next((exact for whole in NTSC if abs(fps - (exact := Fraction(1000 * whole, 1001))) < Fraction(1, 200)), fps)
    return 1 / (1 / fps).limit_denominator(FINEST) if fps > 0 else fps     # so that every frame's time is one of `seconds`


Seconds = Annotated[Fraction, PlainValidator(seconds), PlainSerializer(str)]
"""A rational time; in a shot file "6" or "61/24"."""
Rate = Annotated[Fraction, PlainValidator(rate), PlainSerializer(str)]
"""Frames a second; in a shot file "24" or "24000/1001"."""

STRICT = {"extra": "forbid", "allow_inf_nan": False}
"""How a shot file's values are read: no unknown words, no NaN."""


@dataclass(frozen=True, slots=True)
class Key:
    """A value at a time; `ease` shapes the way to the next key."""

    __pydantic_config__ = STRICT
    time: Seconds
    value: float | str
    ease: Ease = "linear"

    def __post_init__(self):
        object.__setattr__(self, "time", seconds(self.time))
        check_ease(self.ease)
        if not isinstance(self.value, str):
            object.__setattr__(self, "value", float(self.value))


@dataclass(frozen=True, slots=True)
class Track:
    """One channel's keys, in order of time.

    move       the word that made it ("push-in"), for the lane's label and the shot list
    about      the subject that an `arc` goes around
    performed  a rig has carried it out already, in a rehearsal: its keys have the rig's inertia in them
    """

    __pydantic_config__ = STRICT
    channel: Channel
    keys: tuple[Key, ...]
    move: str = ""
    about: str | None = None
    performed: bool = False

    def __post_init__(self):
        object.__setattr__(self, "keys", tuple(self.keys))
        if self.channel not in CHANNELS:
            raise BadValue(f"'{self.channel}' is not a channel; it is one of {', '.join(CHANNELS)}.")
        if not self.keys:
            raise BadValue(f"The {self.channel} track has no key; a track needs at least one.")
        if any(a.time >= b.time for a, b in zip(self.keys, self.keys[1:])):
            raise BadValue(f"The keys of the {self.channel} track must stand in order, each at a time of its own.")
        if (self.channel == "arc") != (self.about is not None):
            raise BadValue("An arc, and only an arc, names the subject that it goes about.")
        low, high = LIMITS[self.channel]
        for key in self.keys:
            if isinstance(key.value, str):
                if self.channel != "focus_distance":
                    raise BadValue(f"'{key.value[:40]}' is no value for {self.channel}: only focus takes a subject's "
                                   "name.")
            elif not (math.isfinite(key.value) and low <= key.value <= high):
                raise BadValue(f"{key.value:g} is no value for {self.channel}; it must lie between {low:g} and "
                               f"{high:g}.")

    @property
    def start(self) -> Fraction:
        return self.keys[0].time

    @property
    def end(self) -> Fraction:
        return self.keys[-1].time

    def with_key(self, key: Key) -> Track:
        """Adds a key, or replaces the one at its time."""
        keys = [k for k in self.keys if k.time != key.time] + [key]
        return replace(self, keys=tuple(sorted(keys, key=lambda k: k.time)))

    def in_time(self, change) -> Track:
        """Every key's time t replaced by change(t)."""
        return replace(self, keys=tuple(replace(k, time=change(k.time)) for k in self.keys))


@dataclass(frozen=True, slots=True)
class Hold:
    """From start to end the subject keeps what it had at the start: its "size" (by zooming against the travel) or its
    place in the frame, "framing" (by panning and tilting). Afterwards the lens or head stays as the hold left it."""

    __pydantic_config__ = STRICT
    what: Literal["size", "framing"]
    subject: str
    start: Seconds
    end: Seconds
    move: str = ""

    def __post_init__(self):
        object.__setattr__(self, "start", seconds(self.start))
        object.__setattr__(self, "end", seconds(self.end))
        if self.what not in ("size", "framing"):
            raise BadValue(f"'{self.what}' cannot be held; a hold keeps a subject's size or its framing.")
        if self.end < self.start:
            raise BadValue("A hold ends before it starts.")


@dataclass(frozen=True, slots=True)
class Timeline:
    """What a camera does, from 0 to `duration` seconds.

    about  the subject that its first move was made for, where one was meant; None: not known
    """

    __pydantic_config__ = STRICT
    duration: Seconds
    tracks: tuple[Track, ...] = ()
    holds: tuple[Hold, ...] = ()
    about: str | None = None

    def __post_init__(self):
        object.__setattr__(self, "duration", seconds(self.duration))
        object.__setattr__(self, "tracks", tuple(self.tracks))
        object.__setattr__(self, "holds", tuple(self.holds))
        if self.duration <= 0:
            raise BadValue("A timeline lasts longer than 0 seconds.")
        for channel in ABSOLUTE:
            if sum(track.channel == channel for track in self.tracks) > 1:
                raise BadValue(f"There are two {channel} tracks; it is absolute and has one.")

    # -- moves as values ------------------------------------------------------------------------------------------

    def __add__(self, other: Timeline) -> Timeline:
        """Both at once. Of focus and aperture the later word counts while it lasts."""
        tracks = list(self.tracks)
        for track in other.tracks:
            mine = self.track(track.channel) if track.channel in ABSOLUTE else None
            if mine:
                kept = tuple(k for k in mine.keys if not track.start <= k.time <= track.end)
                keys = tuple(sorted(kept + track.keys, key=lambda k: k.time))
                tracks[tracks.index(mine)] = replace(mine, keys=keys, move=track.move)
            else:
                tracks.append(track)
        holds = self.holds + tuple(h for h in other.holds if h not in self.holds)
        return Timeline(max(self.duration, other.duration), tuple(tracks), holds, self.about or other.about)

    def stretched(self, to) -> Timeline:
        """The same in another duration."""
        factor = seconds(to) / self.duration
        return self._in_time(lambda t: t * factor)

    def there_and_back(self, beat=0) -> Timeline:
        """The same, a beat of rest, and the same backwards."""
        end = self.duration + seconds(beat)
        mirror = lambda t: end + self.duration - t

        def mirrored(track: Track) -> Track:
            if len(track.keys) == 1:
                return track
            back = [replace(k, time=mirror(k.time)) for k in reversed(track.keys)]
            eases = [reverse(k.ease) for k in reversed(track.keys[:-1])]
            back = [replace(k, ease=e) for k, e in zip(back, [*eases, "linear"])]
            there = list(track.keys)
            there[-1] = replace(there[-1], ease="linear")
            if back[0].time == there[-1].time:
                there.pop()
            return replace(track, keys=(*there, *back))

        holds = tuple(replace(h, end=mirror(h.start)) for h in self.holds)
        return Timeline(end + self.duration, tuple(map(mirrored, self.tracks)), holds, self.about)

    def named(self, move: str) -> Timeline:
        """All of it under one word, as a combination is."""
        return replace(self, tracks=tuple(replace(t, move=move) for t in self.tracks),
                       holds=tuple(replace(h, move=move) for h in self.holds))

    # -- reading and editing --------------------------------------------------------------------------------------

    @property
    def moves(self) -> tuple[str, ...]:
        """The words that made it, each once, in order."""
        return tuple(dict.fromkeys(part.move for part in (*self.tracks, *self.holds) if part.move))

    @property
    def subjects(self) -> tuple[str, ...]:
        """The subjects that it names, each once, in order: those that it is meant for, then those in focus."""
        names = [h.subject for h in self.holds] + [about for about in (*(t.about for t in self.tracks), self.about) if about is not None]
        names += [k.value for t in self.tracks for k in t.keys if isinstance(k.value, str) and k.value != INFINITY]
        return tuple(dict.fromkeys(names))

    def track(self, channel: Channel) -> Track | None:
        """The first track of a channel."""
        return next((t for t in self.tracks if t.channel == channel), None)

    def with_track(self, track: Track) -> Timeline:
        return replace(self, tracks=(*self.tracks, track))

    def replacing(self, old: Track, new: Track | None) -> Timeline:
        """One track (found by identity or equality) exchanged for another, or taken away where that is None."""
        index = self.tracks.index(old)
        middle = () if new is None else (new,)
        return replace(self, tracks=self.tracks[:index] + middle + self.tracks[index + 1:])

    def _in_time(self, change) -> Timeline:
        return Timeline(change(self.duration), tuple(t.in_time(change) for t in self.tracks),
                        tuple(replace(h, start=change(h.start), end=change(h.end)) for h in self.holds), self.about)


# -- frames and timecode ----------------------------------------------------------------------------------------------

def frame_times(duration: Fraction, fps: Fraction) -> list[Fraction]:
    """The start of every frame within the duration; the last frame is shown up to the end."""
    return [Fraction(n) / fps for n in range(max(1, math.ceil(seconds(duration) * fps)))]


def snapped(time, fps: Fraction) -> Fraction:
    """The nearest frame's time."""
    return Fraction(round(seconds(time) * fps)) / fps


def timecode(time, fps: Fraction) -> str:
    """HH:MM:SS:FF, non-drop (SMPTE ST 12-1): frames are counted at the whole-numbered rate."""
    frame, rate = math.floor(seconds(time) * fps + Fraction(1, 1000)), round(fps)
    total, frames = divmod(frame, rate)
    return f"{total // 3600:02d}:{total // 60 % 60:02d}:{total % 60:02d}:{frames:02d}"
