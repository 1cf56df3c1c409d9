"""What was performed becomes a take, and a take of many keys becomes one of few.

    recorder = Recorder(take.camera)
    recorder.add(clock.time, state)            # once per frame of the window, while recording
    take = recorder.take("C", of=take, fps=shot.fps, hands={"focus"})
    take, report = smooth(take, Tolerance(), shot.fps)

`smooth` keeps, per channel, the least number of keys between which cubic Bézier eases stay within the tolerance at
every recorded sample. The candidates for keys are the frames; a shortest path over them, with every pair of frames
between which one fitted ease is good enough as an edge, has the fewest keys there are for such fits (the dynamic
programming of Bellman, "On the approximation of curves by line segments", 1961, with P. Schneider's least-squares fit
of a cubic, Graphics Gems, 1990, in place of the line).
"""
from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from ..camera import Camera
from ..counted import counted
from ..shots.document import Shot, Take
from ..shots.easing import OVERSHOOT, curve
from ..shots.framing import Subject, pose_of, size_in_frame
from ..shots.performance import FARTHEST
from ..shots.rigs import rig
from ..shots.timeline import TRAVEL, Channel, Key, Timeline, Track, seconds, space
from .controls import HANDS, Pull, RigState

CHANNELS: tuple[Channel, ...] = ("x", "y", "z", "pan", "tilt", "roll", "focal_length", "focus_distance")
"""What a performance drives."""
CHANNELS_OF = {"grip": TRAVEL, "operator": ("pan", "tilt", "roll"), "zoom": ("focal_length",),
               "focus": ("focus_distance",)}
"""The channels of each of controls.HANDS."""
DRIVEN = {"zoom": {"operator", "zoom"}, "push-in": {"operator", "grip"}}
"""Whose work a match does, by what it moves: it keeps the subject's place in the frame, too."""
HELD_BY = {"framing": "operator", "size": "zoom"}
"""Whose work a hold does, by what it keeps."""

AGAINST = ("x", "y", "z", "focal_length")
"""What goes against each other in a dolly zoom."""
STEADY = 0.05
"""Of its size, within which hands keep the subject of one."""
ZOOMED = 0.15
"""Of the focal length, as a natural logarithm: less of a zoom makes none."""

WHOLE = 0.5
"""Of the longest pass of a loop, that a pass lasts at the least which was not just begun when the recording ended."""


class Sample(NamedTuple):
    """A state of the rig at a time: a key for each of CHANNELS, and the pull that focus was on.

    beside  metres at which a take that matches was focused meanwhile, or None
    """

    time: Fraction
    keys: tuple[Key, ...]
    pull: Pull | None
    beside: float | None = None

    @property
    def values(self) -> tuple[float, ...]:
        return tuple(key.value for key in self.keys)


class Recorder:
    """Notes states of the rig at times of the clock.

    start   the camera that the take starts from, where its rig stands
    passes  each a list of Sample; where the clock goes back, as in a loop, a new one begins
    """

    def __init__(self, start: Camera):
        self.start = start
        self.passes: list[list[Sample]] = []

    def add(self, time: float, state: RigState, beside: float | None = None) -> None:
        """A state at a time of the clock, seconds; beside: as a Sample has it."""
        at, begin = seconds(max(time, 0.0)), self.start
        values = (*(p - b for p, b in zip(state.position, begin.position)), state.pan - begin.pan,
                  state.tilt - begin.tilt, state.roll - begin.roll, math.exp(state.zoom),
                  1 / max(state.focus, 1 / FARTHEST))
        if not self.passes or at < self.passes[-1][-1].time:
            self.passes.append([])
        samples = self.passes[-1]
        if samples and at == samples[-1].time:
            samples.pop()   # the clock stood still; what holds is what was done last
        samples.append(Sample(at, tuple(Key(at, value) for value in values), state.pull, beside))

    @property
    def beside(self) -> tuple[Key, ...]:
        """How the take that matches was focused meanwhile, in the pass that is kept."""
        return tuple(Key(sample.time, sample.beside) for sample in self.passes[self.kept] if sample.beside is not None)

    @property
    def kept(self) -> int:
        """Which pass becomes the take: the last, or where that was only just begun, the last before it that was not."""
        lasts = [samples[-1].time - samples[0].time for samples in self.passes]
        return max(n for n, time in enumerate(lasts) if time >= WHOLE * max(lasts))

    def take(self, name: str, of: Take, fps: Fraction, hands: Iterable[str] = HANDS) -> Take:
        """A take as it was performed last (`kept`): another take's camera, rig and lens, and its tracks where no hand was laid.

        What a match did meanwhile is recorded as well: the take stands for itself from then on. So is what holds and arcs
        did, which would do something else where the camera has been performed; a hold begins anew where the recording ends.
        A match takes no heed of its rig: what it did beyond the rig's reach is recorded on a dolly.
        hands  which of controls.HANDS performed; so a focus pull can be recorded onto a move
        """
        samples, laid = self.passes[self.kept], set(hands)
        last = samples[-1].time
        hands = _recorded(of, laid | (_left_behind(of) if last > of.timeline.duration else set()))
        channels = {channel for hand in hands for channel in CHANNELS_OF[hand]}
        tracks = [track for track in of.timeline.tracks if track.channel not in channels]
        still = {"focal_length": self.start.focal_length, "focus_distance": self.start.focus_distance}
        words = _words(self.start, samples)
        for i, channel in enumerate(CHANNELS):
            keys = [sample.keys[i] for sample in samples]
            pulled = _pulls(samples, keys) if channel == "focus_distance" else None
            if channel in channels and pulled:
                tracks.append(Track(channel, pulled, "rack", performed=True))
            elif channel in channels and any(abs(key.value - still.get(channel, 0.0)) > NEVER for key in keys):
                tracks.append(Track(channel, keys, words.get(channel, ""), performed=True))
        end = Fraction(math.ceil(last * fps)) / fps
        duration = end if laid >= set(HANDS) else max(end, of.timeline.duration)
        begin = {what: last if hand in hands else Fraction(0) for what, hand in HELD_BY.items() if hand not in laid}
        holds = tuple(replace(hold, start=max(hold.start, begin[hold.what])) for hold in of.timeline.holds
                      if hold.what in begin and hold.end > begin[hold.what])
        away = max(math.hypot(*sample.values[:3]) for sample in samples)
        carried = "dolly" if of.match and of.match.by == "push-in" and away > rig(of.rig).reach else of.rig
        camera = replace(of.camera, position=self.start.position) if "grip" in hands else of.camera
        return replace(of, name=name, match=None, rig=carried, camera=camera,
                       timeline=Timeline(max(duration, 1 / Fraction(fps)), tuple(tracks), holds, of.timeline.about))


def _recorded(of: Take, laid: set[str]) -> set[str]:
    """Whose work on a take is recorded: of hands that were laid on, and of what does another's work in reply to theirs."""
    hands = laid | (DRIVEN[of.match.by] if of.match else set())
    if hands - {"focus"}:
        hands |= {HELD_BY[hold.what] for hold in of.timeline.holds}
    if hands & {"grip", "operator"} and any(track.channel == "arc" for track in of.timeline.tracks):
        hands |= {"grip", "operator"}    # it turns the camera while it travels
    return hands


def _left_behind(of: Take) -> set[str]:
    """Whose work a take's end has left behind it: a recording that goes on beyond that saw none of it."""
    end, timeline = of.timeline.duration, of.timeline
    hands = {hand for hand, channels in CHANNELS_OF.items() for track in timeline.tracks
             if track.channel in channels and track.end > end}
    return hands | {HELD_BY[hold.what] for hold in timeline.holds if hold.end > end}


def _words(start: Camera, samples: list[Sample]) -> dict[Channel, str]:
    """What was done in each channel by its film name, for the lanes and the shot list."""
    origin = pose_of(replace(start, position=(0.0, 0.0, 0.0)))
    ways = [origin.to(sample.values[:3]) for sample in samples]   # right, up, forward
    right, up, forward = (max((way[axis] for way in ways), key=abs) for axis in range(3))
    comes_back = abs(ways[-1][2]) < abs(forward) / 4
    travel = max((abs(forward), "push-in pull-out" if forward > 0 and comes_back else
                  "push-in" if forward > 0 else "pull-out"), (abs(right), "truck"), (abs(up), "boom"))[1]
    focal = max((math.log(sample.values[6] / start.focal_length) for sample in samples), key=abs)
    return {"x": travel, "y": travel, "z": travel, "pan": "pan", "tilt": "tilt", "roll": "roll",
            "focal_length": "zoom in" if focal > 0 else "zoom out", "focus_distance": "focus pull"}


def named(shot: Shot, take: str, subject: Subject | None) -> Shot:
    """The shot, in which a take's travel and zoom have one word where they are a dolly zoom on the subject: they go against
    each other, and it keeps its size."""
    of = shot.take(take)
    both = [track.channel for track in of.timeline.tracks if track.channel in AGAINST]
    if not (subject and subject.has_size and "focal_length" in both):
        return shot
    play, end = shot.perform(take), float(of.timeline.duration)
    cameras = [play.as_set(end * i / 48) for i in range(49)]
    sizes = [size_in_frame(shot.plate.stage, subject, camera, shot.lines(of)) for camera in cameras]
    zoom = max((math.log(camera.focal_length / cameras[0].focal_length) for camera in cameras), key=abs)
    if abs(zoom) < ZOOMED or max(sizes) > (1 + STEADY) * min(sizes):
        return shot
    word = f"dolly zoom {'in' if zoom < 0 else 'out'}"
    tracks = tuple(replace(track, move=word) if track.channel in AGAINST else track for track in of.timeline.tracks)
    return shot.with_take(replace(of, timeline=replace(of.timeline, tracks=tracks)))


def _pulls(samples: list[Sample], keys: list[Key]) -> tuple[Key, ...] | None:
    """Focus as marks that follow their subjects, where all that was done to it was to go from mark to mark."""
    if any(sample.pull and sample.pull.stopped for sample in samples):
        return None   # the lens did not go as near as a mark does
    first = samples[0].pull
    if first and not (first.name and first.elapsed >= first.seconds):
        return None   # it began in the middle of one
    marks = [Key(keys[0].time, first.name if first else keys[0].value)]
    for before, sample, key in zip(samples, samples[1:], keys[1:]):
        pull = sample.pull
        if pull is None:
            if before.pull or key.value != keys[0].value:
                return None   # a hand was on the ring
        elif not before.pull or pull[:2] != before.pull[:2] or pull.elapsed < before.pull.elapsed:
            if not pull.name or before.time < marks[-1].time:
                return None   # no mark to follow, or the one before was not reached
            value = marks[-1].value
            if marks[-1].time == before.time:
                marks.pop()
            marks += [Key(before.time, value, "both"), Key(before.time + seconds(pull.seconds), pull.name)]
    return tuple(marks) if len(marks) > 1 and marks[-1].time <= samples[-1].time else None


# -- smoothing --------------------------------------------------------------------------------------------------------

class Tolerance(NamedTuple):
    """How far a smoothed take may differ from what was performed, at any moment.

    millimetres  of travel, on each axis
    degrees      of pan, tilt, roll and arc
    zoom         per cent of the focal length
    focus        per cent of 1/distance, and beyond 10 m of what it is there
    """

    millimetres: float = 5.0
    degrees: float = 0.1
    zoom: float = 1.0
    focus: float = 2.0

    def of(self, channel: Channel) -> tuple[float, str]:
        """The figure for a channel, and its unit."""
        if channel in ("x", "y", "z"):
            return self.millimetres, "mm"
        if channel == "focal_length":
            return self.zoom, "% of the focal length"
        if channel == "focus_distance":
            return self.focus, "% of 1/distance"
        return self.degrees, "°"


class Smoothed(NamedTuple):
    """What became of a channel: its keys before and after, and the largest error, in the unit of its tolerance."""

    channel: Channel
    before: int
    after: int
    error: float
    tolerance: float
    unit: str

    def __str__(self) -> str:
        return f"{self.channel}: {counted(self.before, 'key')} became {self.after}, within {self.error:.2g} {self.unit}"


def smoothable(track: Track) -> bool:
    """Whether it is what a hand did: a pull from mark to mark has the fewest keys already."""
    return track.performed and len(track.keys) > 1 and not any(isinstance(key.value, str) for key in track.keys)


def smooth(take: Take, tolerance: Tolerance, fps: Fraction) -> tuple[Take, tuple[Smoothed, ...]]:
    """The take with the fewest keys within a tolerance, on frames, and a report. Only performed tracks are touched."""
    tracks, report = [], []
    for track in take.timeline.tracks:
        if smoothable(track):
            figure, unit = tolerance.of(track.channel)
            smoothed = min(track, _smooth(track, figure, Fraction(fps)), key=lambda t: len(t.keys))
            times = _sampled(track, Fraction(fps))
            report.append(Smoothed(track.channel, len(track.keys), len(smoothed.keys),
                                   float(_errors(track, smoothed, times).max()), figure, unit))
            track = smoothed
        tracks.append(track)
    return replace(take, timeline=replace(take.timeline, tracks=tuple(tracks))), tuple(report)


NEVER = 1e-9
"""What rounding takes: less than that is no movement, and a tolerance of nothing is that much."""
FOCUS_FLOOR = 0.1
"""Dioptres: beyond 10 m an error in focus counts as it does there, else infinity would allow none."""
PIECE = 24
"""Frames by which a segment is tried longer at a time, at least; where half of that fails by far, none longer is."""
FAR = 4.0
"""Times the tolerance."""
MARGIN = 0.999
"""Of the tolerance, so that rounding on the way through a shot file does not exceed it."""


def values(track: Track, times) -> np.ndarray:
    """A track of numbers at times, in the space that it is interpolated in; float64 like times."""
    into, _ = space(track.channel)
    keys = [float(key.time) for key in track.keys]
    marks = [into(key.value) for key in track.keys]
    eases = [curve(key.ease) for key in track.keys]
    if all(key.ease == "linear" for key in track.keys):
        return np.interp(times, keys, marks)
    index = np.clip(np.searchsorted(keys, times, "right") - 1, 0, len(keys) - 1)
    found = []
    for t, i in zip(np.asarray(times, float).tolist(), index.tolist()):
        if t <= keys[0] or i == len(keys) - 1:
            found.append(marks[i])
        else:
            found.append(marks[i] + eases[i]((t - keys[i]) / (keys[i + 1] - keys[i])) * (marks[i + 1] - marks[i]))
    return np.array(found)


def _sampled(track: Track, fps: Fraction) -> np.ndarray:
    """The times at which a track is to be kept: its keys, and a few per frame where those are few or ways curved."""
    keys = [float(key.time) for key in track.keys]
    if all(key.ease == "linear" for key in track.keys) and max(np.diff(keys)) <= 2 / fps:
        return np.array(keys)
    count = math.ceil(float(track.end - track.start) * float(fps) * 4) + 1
    return np.union1d(keys, np.linspace(keys[0], keys[-1], count))


def _allowed(channel: Channel, figure: float, at: np.ndarray) -> np.ndarray:
    """A tolerance in the space that a channel is interpolated in, for its values there."""
    if channel in ("x", "y", "z"):
        return np.full_like(at, figure / 1000)
    if channel == "focal_length":
        return np.full_like(at, math.log1p(figure / 100))
    if channel == "focus_distance":
        return figure / 100 * np.maximum(at, FOCUS_FLOOR)
    return np.full_like(at, figure)


def _errors(before: Track, after: Track, times: np.ndarray) -> np.ndarray:
    """How far two tracks differ at times, in the units of Tolerance."""
    a, b = values(before, times), values(after, times)
    if before.channel == "focal_length":
        return 100 * np.expm1(np.abs(a - b))
    return np.abs(a - b) / _allowed(before.channel, 1.0, a)


def _smooth(track: Track, figure: float, fps: Fraction) -> Track:
    """The track with the fewest keys, on frames, within a figure in the unit of Tolerance.of."""
    times = _sampled(track, fps)
    wanted = values(track, times)
    allowed = np.maximum(MARGIN * _allowed(track.channel, figure, wanted), NEVER)
    if np.all(np.abs(wanted - wanted[0]) <= allowed):
        return replace(track, keys=track.keys[:1])
    first, last = math.floor(track.start * fps), math.ceil(track.end * fps)
    nodes = [Fraction(n) / fps for n in range(first, last + 1)]
    nodes = _refined(nodes, times, wanted, allowed)
    at = np.array([float(n) for n in nodes])
    marks = np.interp(at, times, wanted)
    path = _shortest(at, marks, times, wanted, allowed)
    _, back = space(track.channel)
    keys = []
    for i, j in zip(path, [*path[1:], None]):
        ease = "linear" if j is None else _ease(at[i], at[j], marks[i], marks[j], times, wanted, allowed)
        keys.append(Key(nodes[i], back(marks[i]), ease))
    return replace(track, keys=tuple(keys))


def _refined(nodes: list[Fraction], times, wanted, allowed) -> list[Fraction]:
    """With the samples between two frames where not even these can be joined."""
    at = np.array([float(n) for n in nodes])
    marks = np.interp(at, times, wanted)
    bent = np.abs(np.interp(times, at, marks) - wanted) > allowed
    between = []
    for i in np.unique(np.clip(np.searchsorted(at, times[bent], "right") - 1, 0, len(nodes) - 2)).tolist():
        if _fits(at, marks, times, wanted, allowed, i, np.array([i + 1]))[0][0] > 1:
            between += [seconds(t) for t in times[(times > at[i]) & (times < at[i + 1])].tolist()]
    return sorted({*nodes, *between})


def _shortest(at, marks, times, wanted, allowed) -> list[int]:
    """Indices of the fewest nodes from the first to the last; of equally many, those with the smallest errors."""
    count = len(at)
    cost = np.full(count, np.inf)
    before = np.zeros(count, int)
    cost[0] = 0.0
    reach = PIECE
    for i in range(count - 1):
        low = i + 1
        while low < count:
            ends = np.arange(low, min(low + reach, count))
            error, _ = _fits(at, marks, times, wanted, allowed, i, ends)
            # A key more costs more than all errors there can be, each of which is at most 1 per key.
            price = np.where((error <= 1) | (ends == i + 1), cost[i] + 1 + 1e-6 * np.minimum(error, 1), np.inf)
            better = price < cost[ends]
            cost[ends[better]], before[ends[better]] = price[better], i
            low += reach
            if error[-PIECE // 2:].min() > FAR:
                break
        # As far as the last one went, and half a piece more: one round is enough for most nodes.
        near = np.flatnonzero(error <= FAR)
        reach = max(PIECE, int(ends[near[-1]] if near.size else ends[0]) - i + PIECE // 2)
    path = [count - 1]
    while path[-1]:
        path.append(int(before[path[-1]]))
    return path[::-1]


def _fits(at, marks, times, wanted, allowed, i: int, ends: np.ndarray):
    """For segments from node i to each end: (largest error over what is allowed, handles (y1, y2) per end).

    The handles stand at a third and two thirds of the time, so that the curve is a cubic polynomial of time and its
    least-squares fit a linear one.
    """
    low = np.searchsorted(times, at[i], "left")
    high = np.searchsorted(times, at[ends[-1]], "right")
    t, v, a = times[low:high], wanted[low:high], allowed[low:high]
    u = (t - at[i]) / (at[ends] - at[i])[:, None]
    inside = u <= 1 + 1e-12
    u = np.minimum(u, 1)
    way = (marks[ends] - marks[i])[:, None]
    p, q = 3 * u * (1 - u) ** 2 * inside, 3 * u * u * (1 - u) * inside   # what y1 and y2 are multiplied by
    rest = (v - marks[i] - way * u ** 3) * inside
    # Solved for c = y * way, which is well behaved where the way is nothing.
    pp, pq, qq = (p * p).sum(1), (p * q).sum(1), (q * q).sum(1)
    pr, qr = (p * rest).sum(1), (q * rest).sum(1)
    det = pp * qq - pq * pq
    free = det > 1e-12 * np.maximum(pp * qq, 1e-300)
    with np.errstate(divide="ignore", invalid="ignore"):
        c1 = np.where(free, (pr * qq - qr * pq) / det, way[:, 0] / 3)
        c2 = np.where(free, (qr * pp - pr * pq) / det, way[:, 0] * 2 / 3)
    ends_of = np.sort(np.stack([-OVERSHOOT * way[:, 0], (1 + OVERSHOOT) * way[:, 0]]), 0)
    bound = lambda c: np.clip(c, *ends_of)
    over = lambda c1, c2: np.where(inside, np.abs(rest - p * c1[:, None] - q * c2[:, None]) / a, 0).max(1, initial=0.0)
    # Out of bounds, the best on each of the two edges; a handle alone is a linear fit again.
    with np.errstate(divide="ignore", invalid="ignore"):
        one, two = bound(c1), bound(c2)
        other2 = bound(np.where(qq > 0, (qr - pq * one) / qq, two))
        other1 = bound(np.where(pp > 0, (pr - pq * two) / pp, one))
    straight = way[:, 0] / 3, way[:, 0] * 2 / 3   # the least squares may miss where a line does not
    tried = [(one, other2), (other1, two), straight]
    errors = np.stack([over(*handles) for handles in tried])
    best = errors.argmin(0)
    c = np.stack([np.stack(handles, -1) for handles in tried])[best, np.arange(len(ends))]
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.where(way != 0, c / way, (1 / 3, 2 / 3))
    return errors.min(0), y


def _ease(t0, t1, v0, v1, times, wanted, allowed):
    """The ease of a segment: one with a name where it is good enough, else the fitted handles."""
    within = (times >= t0) & (times <= t1)
    u, way = (times[within] - t0) / (t1 - t0), v1 - v0
    for name in ("linear", "both", "in", "out"):
        shape = curve(name)
        made = v0 + way * np.array([shape(x) for x in u.tolist()])
        if np.all(np.abs(made - wanted[within]) <= allowed[within]):
            return name
    _, y = _fits(np.array([t0, t1]), np.array([v0, v1]), times, wanted, allowed, 0, np.array([1]))
    y1, y2 = np.clip(y[0], -OVERSHOOT, 1 + OVERSHOOT).tolist()
    return 1 / 3, y1, 2 / 3, y2
