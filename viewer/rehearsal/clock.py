"""The clock: where the playhead is, and how it moves. A value; what happens to it returns another one.

    clock = Clock(shot.duration, shot.fps).play()
    clock = clock.tick(1 / 60)             # once per frame of the window, with the seconds since the last
    clock.time, clock.frame                # seconds; the frame that shows
"""
from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

from ..shots.errors import BadValue
from ..shots.timeline import seconds, snapped

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)
"""What `faster` and `slower` go through."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A playhead between 0 and `duration`.

    duration  seconds, rational
    fps       frames a second, rational
    time      seconds; while playing it runs freely, at rest it stands wherever it was put
    playing   it moves by itself
    loop      at the end (or out point) it goes on from the start (or in point); else it rests there
    start     the in point, None: 0
    end       the out point, None: the duration
    speed     of time; negative is backwards
    """

    duration: Fraction
    fps: Fraction = Fraction(24)
    time: float = 0.0
    playing: bool = False
    loop: bool = False
    start: Fraction | None = None
    end: Fraction | None = None
    speed: float = 1.0

    def __post_init__(self):
        object.__setattr__(self, "duration", seconds(self.duration))
        object.__setattr__(self, "fps", Fraction(self.fps))
        if self.duration <= 0 or self.fps <= 0:
            raise BadValue("A clock needs a duration and frames a second above zero.")
        for name in ("start", "end"):
            value = getattr(self, name)
            object.__setattr__(self, name, None if value is None else min(max(seconds(value), Fraction(0)),
                                                                          self.duration))
        if self.span[0] >= self.span[1]:
            raise BadValue("The in point lies before the out point.")
        if not (math.isfinite(self.speed) and self.speed):
            raise BadValue("A clock's speed is a number other than zero.")
        time = float(self.time)
        object.__setattr__(self, "time", min(max(time, 0.0), float(self.duration)) if math.isfinite(time) else 0.0)

    # -- reading ---------------------------------------------------------------------------------------------------

    @property
    def span(self) -> tuple[Fraction, Fraction]:
        """From in point to out point."""
        return (self.start if self.start is not None else Fraction(0),
                self.end if self.end is not None else self.duration)

    @property
    def frames(self) -> int:
        """How many frames the duration has."""
        return max(1, math.ceil(self.duration * self.fps))

    @property
    def frame(self) -> int:
        """The number of the frame that shows, from 0."""
        # A float of a frame's time may lie a hair before it; `seconds` finds the frame again.
        return min(math.floor(seconds(self.time) * self.fps), self.frames - 1)

    @property
    def pace(self) -> float:
        """Seconds of the take in one of the world, for whoever works on it: at rest time goes on as it does."""
        return abs(self.speed) if self.playing else 1.0

    # -- playing ---------------------------------------------------------------------------------------------------

    def tick(self, dt: float) -> Clock:
        """dt seconds (of the world) later."""
        if not self.playing or not dt > 0:
            return self
        start, end = map(float, self.span)
        time = self.time + dt * self.speed
        if start <= time < end or (self.speed > 0 and time < start) or (self.speed < 0 and time >= end):
            return replace(self, time=time)   # within, or on the way there
        if self.loop:
            return replace(self, time=start + (time - start) % (end - start))
        return replace(self, time=end if self.speed > 0 else start, playing=False)

    def play(self) -> Clock:
        """Plays; from the start where it rests at the end, or on the last frame."""
        start, end = map(float, self.span)
        over = self.time >= self.to_end().time if self.speed > 0 else self.time <= start
        again = start if self.speed > 0 else end
        return replace(self, playing=True, time=again if over else self.time)

    def pause(self) -> Clock:
        return replace(self, playing=False)

    def toggle(self) -> Clock:
        return self.pause() if self.playing else self.play()

    def looped(self) -> Clock:
        """Loops, or does so no more."""
        return replace(self, loop=not self.loop)

    def at_speed(self, speed: float) -> Clock:
        return replace(self, speed=speed)

    def faster(self) -> Clock:
        return replace(self, speed=_next(self.speed, 1))

    def slower(self) -> Clock:
        return replace(self, speed=_next(self.speed, -1))

    # -- going somewhere -------------------------------------------------------------------------------------------

    def seek(self, time) -> Clock:
        """Rests at a time: a hand on the playhead is stronger than the clock."""
        return replace(self, time=float(min(max(seconds(time), Fraction(0)), self.duration)), playing=False)

    def step(self, frames: int) -> Clock:
        """Rests some frames later, or earlier; at an end it stays."""
        frame = min(max(self.frame + frames, 0), self.frames - 1)
        return self.seek(Fraction(frame) / self.fps)

    def home(self) -> Clock:
        return self.seek(self.span[0])

    def to_end(self) -> Clock:
        """The last frame before the out point."""
        return self.seek(Fraction(max(math.ceil(self.span[1] * self.fps) - 1, 0)) / self.fps)

    def with_in(self, time=None) -> Clock:
        """The in point, on a frame; None takes it away. One at or behind the out point takes that away."""
        start = None if time is None else snapped(time, self.fps)
        end = self.end if self.end is None or start is None or start < self.end else None
        return replace(self, start=None if start is not None and start >= self.duration else start, end=end)

    def with_out(self, time=None) -> Clock:
        """The out point, on a frame; None takes it away. One at or before the in point takes that away."""
        end = None if time is None else snapped(time, self.fps)
        start = self.start if self.start is None or end is None or self.start < end else None
        return replace(self, end=None if end is not None and end <= 0 else end, start=start)

    def of(self, duration, fps, start=None, end=None) -> Clock:
        """The same playhead on another shot: its duration, frame rate, in and out point."""
        return replace(self, duration=duration, fps=fps, start=start, end=end)


def _next(speed: float, by: int) -> float:
    """The next of SPEEDS in a direction, the same way through time."""
    known = sorted(SPEEDS)
    size = abs(speed)
    if by > 0:
        size = next((s for s in known if s > size * 1.001), known[-1])
    else:
        size = next((s for s in reversed(known) if s < size * 0.999), known[0])
    return math.copysign(size, speed)
