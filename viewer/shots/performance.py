"""Evaluation: the Camera at any time t of a take.

A performance is made once from the document's values (names resolved, curves prepared) and is then asked for as many
cameras as the picture needs, some tens of microseconds each. The order is that of the people on set:

    1. the grip moves the camera: tracks of position, carried out by the rig (inertia, reach, float)
    2. the operator turns it: pan, tilt, roll, arc, and holds of framing
    3. the lens: tracks of focal length, holds of size, and the match with another take
    4. the focus puller, who sees where everything has come to stand
"""
from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import replace
from functools import partial
from typing import Callable, Iterable, NamedTuple, Sequence

from .. import optics
from ..camera import NEAR, Camera
from .easing import curve
from .framing import (FrameLines, Pose, Stage, Subject, Vector, anchor_point, card, find_subject, frame_lines, place,
                      plane_of_focus, pose, pose_of, sizer, turn_to)
from .rigs import Float, Rig, inertia
from .timeline import INFINITY, Hold, Timeline, Track, space

FARTHEST = 1e4
"""Metres: where a focus at infinity is set. 10 km and infinity differ by less than any circle of confusion."""

WIDEST_MATCH, LONGEST_MATCH = 10.0, 400.0
"""mm, as of a sensor 36 mm wide: between which a matched zoom goes; the first is the widest that zooms for such a sensor are made
(Canon RF 10-20 mm). A camera that begins with a wider lens has that, and one with a longer lens goes to four times that."""

_LOST = 30.0
"""Degrees outside of the frame within which a match lets go of its subject."""

_ROUNDS = 12
"""At most; a subject in the frame takes two to four."""
_SETTLED = 1e-5
"""Of the focal length, or metres: when another round moves nothing by a hundredth of a pixel."""

Curve = Callable[[float], float]


def far_away(focus: float) -> bool:
    """Whether focus, metres, is as good as at infinity."""
    return focus >= FARTHEST * 0.99


def match_range(start: Camera) -> tuple[float, float]:
    """The focal lengths, mm, between which a zoom goes that matches another take."""
    size = start.sensor_width / 36
    return min(WIDEST_MATCH * size, start.focal_length), max(LONGEST_MATCH * size, 4 * start.focal_length)


class Performance:
    """A take, ready to be played.

    lines    the delivered frame, which shot sizes count in; None: the whole of the plate's
    mark     metres: where the rig stands, from which its reach counts. What was performed need not have begun there
    partner  the performance whose subject size (and framing) this one matches, with the subject and what moves:
             "zoom" or "push-in"
    """

    def __init__(self, stage: Stage, subjects: Iterable[Subject], camera: Camera, timeline: Timeline, rig: Rig,
                 seed: int = 0, lines: FrameLines | None = None, breathing: float = 0.0,
                 partner: tuple[Performance, str, str] | None = None):
        self.stage, self.timeline, self.rig, self.start = stage, timeline, rig, camera
        self.duration = float(timeline.duration)
        self.lines = lines or frame_lines(stage.aspect)
        self.subjects = {subject.name: subject for subject in subjects}
        self._points = {name: anchor_point(stage, subject) for name, subject in self.subjects.items()}
        self._breathing = breathing
        self._float = Float(rig.sway, seed) if rig.sway else None
        self._prepare_tracks()
        # Holds look back at where their subject was when they began, so they are prepared in order of time.
        self._framings: list[_Framing] = []
        self._sizes: list[_Size] = []
        self._partner = None
        for hold in sorted(timeline.holds, key=lambda h: (h.start, h.what)):
            if hold.what == "framing":
                self._framings.append(_Framing(self, hold))
            else:
                self._sizes.append(_Size(self, hold))
        if partner:
            performance, subject, by = partner
            self._partner = _Partner(self, performance, subject, by)

    def _prepare_tracks(self) -> None:
        """The timeline's tracks as curves, from where the take starts, and the mark."""
        camera, timeline, rig = self.start, self.timeline, self.rig
        curves = {channel: [] for channel in ("x", "y", "z", "pan", "tilt", "roll")}
        self._arcs, zooms = [], []
        for track in timeline.tracks:
            if track.channel in ("x", "y", "z"):
                curves[track.channel].append(_with_inertia(track, rig))
            elif track.channel == "arc":
                self._arcs.append(_Arc(_with_inertia(track, rig), self.point(track.about), float(track.start), float(track.end)))
            elif track.channel in curves:
                curves[track.channel].append(_curve(track))
            elif track.channel == "focal_length":
                zooms.append(_curve(track))
        self._x, self._y, self._z, self._pan, self._tilt, self._roll = (
            _sum(curves[c], base) for c, base in
            zip(curves, (*camera.position, camera.pan, camera.tilt, camera.roll)))
        log_start = math.log(camera.focal_length)
        self._log_zoom = _sum(zooms, log_start * (1 - len(zooms)))
        stops = timeline.track("f_stop")
        self._log_stop = _curve(stops) if stops else None
        focus = timeline.track("focus_distance")
        self._focus_share = _segments(focus) if focus else None
        self._focus = self._focus_curve(focus) if focus else None
        begun = [sum(_curve(track)(0.0) for track in timeline.tracks if track.channel == axis and track.performed)
                 for axis in "xyz"]
        self.mark = tuple(at(0.0) - (far if rig.reach else 0.0) for at, far in zip((self._x, self._y, self._z), begun))

    # -- what is asked of it ---------------------------------------------------------------------------------------

    def camera(self, t: float, beside: Camera | None = None, along: Iterable[str] = (), pulled: Pulled | None = None) -> Camera:
        """The camera at t seconds; before the start and after the end it stays as it was there.

        beside  the camera that a match is with, where hands have it; None: as the other take has it at t
        along   which of "focus_distance" and "f_stop" hands have set there, and go along: the same plane is in focus
        pulled  between which marks, where that is so: focus goes as far between them then, as they are from here
        """
        t = min(max(float(t), 0.0), self.duration)
        camera = self._camera(t, self._moment(t, beside))
        if "focus_distance" in along:
            focus = _alongside(camera, beside, pulled or Pulled(1 / beside.focus_distance, 0.0, 0.0))
            camera = replace(camera, focus_distance=focus)
        if "f_stop" in along and camera.f_stop is None:      # where there is one, hands are on no iris
            camera = replace(camera, f_stop=beside.f_stop)
        return breathed(camera, self._breathing)

    def as_set(self, t: float) -> Camera:
        """The same as rig and rings are set: without the rig's float, for which holds and matches make up, and breathing."""
        t = min(max(float(t), 0.0), self.duration)
        return self._as_set(t, self._moment(t))

    def answered(self, t: float, before: Camera, since: float | None, position: Vector | None = None,
                 focal: float | None = None) -> Camera:
        """As set at t where a hand has brought the camera to a position, or the lens to a focal length in mm.

        All else goes on from `before`, the camera as it was set at `since`: tracks by as much as they change, holds and arcs
        keep what the subject had then, and a match what the other take has. Where nothing was before (None), or the clock has
        gone back, it goes on from the take itself.
        """
        t = min(max(float(t), 0.0), self.duration)
        since = t + 1 if since is None else min(max(float(since), 0.0), self.duration)
        if since > t:
            before, since = self.as_set(t), t
        at_work = lambda span: since <= span.end and span.start <= t
        change = lambda curve: curve(t) - curve(since)
        steady, arc_pan = self._travel(t)
        arc_pan -= self._travel(since)[1]
        if position is not None:
            steady = position
            arc_pan = -next((arc.swing(before.position, steady) for arc in reversed(self._arcs) if at_work(arc)), 0.0)
        sizes = [size for size in self._sizes if at_work(size)]
        seen = _floating(before.position, before.pan, before.tilt, before.roll, self._shake(since))
        zoomed = before.focal_length * self._zoomed(t) / self._zoomed(since)
        framing = next((framing for framing in reversed(self._framings) if at_work(framing)), None)
        target = framing and place(pose_of(before), framing.point, before.focal_length / before.sensor_width)

        def turn(steady: Vector, roll: float, focal: float) -> tuple[float, float]:
            if framing is None:
                return arc_pan, 0.0
            pan, tilt = turn_to(tuple(p - c for p, c in zip(framing.point, steady)), target, focal / before.sensor_width, roll)
            return math.remainder(pan - before.pan, 360.0), tilt - before.tilt

        def held(stand: Pose) -> float:
            return _in_range(focal or zoomed * math.prod(size.sizer(seen) / size.sizer(stand) for size in sizes))

        answers = self._partner and {"zoom": focal, "push-in": position}[self._partner.by] is None
        return self._as_set(t, self._framed(t, steady, before.pan + change(self._pan), before.tilt + change(self._tilt),
                                            before.roll + change(self._roll), turn, held, answers))

    def _as_set(self, t: float, moment: _Moment) -> Camera:
        if not self._float:
            return self._camera(t, moment)
        dx, dy, dz, dp, dt, dr = self._float.at(t)
        x, y, z = moment.stand.position
        return replace(self._camera(t, moment), position=(x - dx, y - dy, z - dz), pan=moment.pan - dp,
                       tilt=moment.tilt - dt, roll=moment.roll - dr)

    def _camera(self, t: float, moment: _Moment) -> Camera:
        """The camera of a moment, with the focus puller's work; without breathing."""
        stand, pan, tilt, roll, focal = moment
        focus, stop, start = self.focus(t, stand), self.start.f_stop, self.start
        if self._log_stop:
            stop = min(max(math.exp(self._log_stop(t)), 0.5), 128.0)
        return Camera(stand.position, pan, tilt, roll, focal, start.sensor_width, start.lens_shift, stop, focus,
                      start.blades, start.blade_rotation, start.roundness, start.squeeze, start.cats_eye, start.ring)

    def focus(self, t: float, stand: Pose) -> float:
        """Metres at which the take focuses at t for a camera that stands there: a mark that names a subject follows it."""
        if self._focus is None:
            return self.start.focus_distance
        return 1 / min(max(self._focus(t, stand), 1 / FARTHEST), 1 / NEAR)

    def focus_mark(self, t: float) -> str:
        """The subject, or "infinity", that focus rests on at t; empty where that is no mark by name, or on its way."""
        track = self.timeline.track("focus_distance")
        if track is None:
            return ""
        index, way = self._focus_share(t)
        value = track.keys[index].value
        return value if isinstance(value, str) and (way == 0 or track.keys[index + 1].value == value) else ""

    def size(self, subject: str, t: float) -> float:
        """The subject's size in the frame at t: a person's head height over the frame's height, an object's share."""
        camera = self.camera(t)
        return self._sizer(subject)(pose_of(camera)) * camera.focal_length / camera.sensor_width

    def mismatch(self, t: float) -> float:
        """The subject's size at t over its size in the take that this one matches: 1, but where no lens is as wide or as long, nor
        where that take has lost the subject, as then there is nothing to match."""
        if not self._partner:
            return 1.0
        target, beyond = self._partner.at(self._partner.other.camera(t))
        moment = self._moment(t)
        return 1.0 if beyond else 1 / self._partner.zoom(target, moment.stand, moment.focal)

    def distance(self, subject: str, t: float) -> float:
        """Planar metres from the camera to the subject at t, along the optical axis."""
        return pose_of(self.camera(t)).to(self.point(subject))[2]

    # -- one moment ------------------------------------------------------------------------------------------------

    def _moment(self, t: float, beside: Camera | None = None) -> _Moment:
        """Grip, operator and lens at t; beside: as `camera` has it."""
        steady, arc_pan = self._travel(t)
        pan, tilt, roll = self._pan(t) + arc_pan, self._tilt(t), self._roll(t)
        if self._framings or self._partner:
            return self._framed(t, steady, pan, tilt, roll, partial(self._turn, t), partial(self._held, t), beside=beside)
        shake = self._shake(t)
        stand = _floating(steady, pan, tilt, roll, shake)
        return _Moment(stand, pan + shake[3], tilt + shake[4], roll + shake[5], self._held(t, stand))

    def _shake(self, t: float) -> Sequence[float]:
        """The rig's float: x, y, z in metres, pan, tilt, roll in degrees."""
        return self._float.at(t) if self._float else (0.0,) * 6

    def _turn(self, t: float, steady: Vector, roll: float, focal: float) -> tuple[float, float]:
        """Degrees of (pan, tilt) that holds of framing add to the tracks."""
        turned = raised = 0.0
        for framing in self._framings:
            pan, tilt = framing.turn(t, steady, roll, focal)
            turned, raised = turned + pan, raised + tilt
        return turned, raised

    def _held(self, t: float, stand: Pose) -> float:
        """The focal length by tracks and holds of size, seen from a pose."""
        focal = self._zoomed(t)
        for size in self._sizes:
            focal *= size.factor(t, stand)
        return _in_range(focal)

    def _framed(self, t: float, steady: Vector, pan: float, tilt: float, roll: float, turn, held, answers=True,
                beside: Camera | None = None) -> _Moment:
        """A moment in which the operator keeps something framed.

        The head's turn depends on the lens and the lens on the turn: solved for the focal length, by secants.

        turn     (steady position, roll, focal length) -> degrees of (pan, tilt) that are added
        held     a pose -> the focal length
        answers  a match zooms or travels; else it only turns
        beside   as `camera` has it
        """
        partner, shake = self._partner, self._shake(t)
        by = partner.by if partner and answers else ""
        target, beyond = partner.at(beside or partner.other.camera(t)) if partner else (None, None)
        guess = partner.focal(target, steady) if by == "zoom" and not self._sizes else None
        tried = None
        for _ in range(_ROUNDS):
            turned, raised, travel = pan, tilt, 0.0
            if guess:
                on, up = turn(steady, roll, guess)
                turned, raised = pan + on, tilt + up
                if partner:
                    turned, raised = partner.turn(target, steady, turned, roll, guess)
            stand = _floating(steady, turned, raised, roll, shake)
            focal = held(stand)
            if by == "zoom":
                focal = partner.within(focal * partner.zoom(target, stand, focal))
            elif by == "push-in":
                travel = partner.travel(target, stand, focal)
                on = tuple(travel * axis for axis in stand.forward)
                steady = tuple(p + d for p, d in zip(steady, on))
                stand = stand._replace(position=tuple(p + d for p, d in zip(stand.position, on)))
            if guess and abs(focal - guess) < _SETTLED * focal and abs(travel) < _SETTLED:
                break
            if guess:
                missed = focal - guess
                guess, tried = _nearer(guess, missed, tried), (guess, missed)
            else:
                guess = focal
        if beyond:
            share, on, up = beyond
            turned, raised = turned + share * math.remainder(on - turned, 360.0), raised + share * (up - raised)
            stand = pose(stand.position, turned + shake[3], raised + shake[4], roll + shake[5])
        return _Moment(stand, turned + shake[3], raised + shake[4], roll + shake[5], focal)

    def _travel(self, t: float) -> tuple[Vector, float]:
        """Where the grip has brought the camera at t, without float, and how far an arc has turned it."""
        if self.rig.reach == 0:
            return self.mark, 0.0
        x, y, z, turned = self._x(t), self._y(t), self._z(t), 0.0
        for arc, (cx, _, cz), _, _ in self._arcs:
            angle = arc(t)
            s, c = math.sin(math.radians(angle)), math.cos(math.radians(angle))
            # To the right around the subject: the camera, south of it, swings east and pans left.
            x, z = cx + (x - cx) * c + (z - cz) * s, cz - (x - cx) * s + (z - cz) * c
            turned -= angle
        if self.rig.reach < math.inf:
            mark = self.mark
            away = math.dist((x, y, z), mark)
            if away > self.rig.reach:
                share = self.rig.reach / away
                x, y, z = (m + (p - m) * share for m, p in zip(mark, (x, y, z)))
        return (x, y, z), turned

    def _zoomed(self, t: float) -> float:
        """The focal length by tracks alone, mm."""
        return _in_range(math.exp(min(max(self._log_zoom(t), -20.0), 20.0)))

    def _focus_curve(self, track: Track) -> Callable[[float, Pose], float]:
        """A function (t, pose) -> focus in dioptres; subjects' names follow them."""
        marks = [None if isinstance(k.value, str) and k.value != INFINITY else
                 0.0 if k.value == INFINITY else 1 / k.value for k in track.keys]
        points = [self.point(k.value) if m is None else None for k, m in zip(track.keys, marks)]
        share = self._focus_share

        def dioptres(index: int, stand: Pose) -> float:
            return marks[index] if points[index] is None else 1 / max(stand.to(points[index])[2], NEAR)

        def focus(t: float, stand: Pose) -> float:
            index, way = share(t)
            here = dioptres(index, stand)
            if way == 0:
                return here
            return here + way * (dioptres(index + 1, stand) - here)

        return focus

    def point(self, name: str) -> Vector:
        """Where a subject stands, in metres. Raises BadValue where none is called that."""
        return self._points[find_subject(self.subjects.values(), name).name]

    def _sizer(self, name: str):
        """As framing.sizer, for a subject by name, of which a point is enough."""
        return sizer(self.stage, card(self.stage, find_subject(self.subjects.values(), name)), self.lines)


def breathed(camera: Camera, amount: float) -> Camera:
    """What a lens that breathes makes of a camera as its rings are set; amount as in optics.breathing_focal_length."""
    if not amount:
        return camera
    focal = camera.focal_length
    framed = float(optics.breathing_focal_length(focal, max(camera.focus_distance, 2e-3 * focal), amount))
    stop = camera.f_stop and camera.f_stop * framed / focal   # the entrance pupil stays as wide as it was
    return replace(camera, focal_length=framed, f_stop=stop)


class Pulled(NamedTuple):
    """Focus between two marks, by a share of the way: each dioptres, or a point in the plate camera's frame."""

    start: float | Vector
    to: float | Vector
    share: float


def _alongside(camera: Camera, beside: Camera, pulled: Pulled) -> float:
    """Metres at which a camera focuses where focus is pulled so on another one; marks in dioptres are planes there."""
    def dioptres(mark: float | Vector) -> float:
        if not isinstance(mark, (int, float)):
            return 1 / max(pose_of(camera).to(mark)[2], NEAR)
        if mark <= 1 / FARTHEST:
            return 1 / FARTHEST
        return 1 / min(max(plane_of_focus(replace(beside, focus_distance=1 / mark), camera), NEAR), FARTHEST)

    start = dioptres(pulled.start)
    focus = start + pulled.share * (dioptres(pulled.to) - start) if pulled.share else start
    return 1 / min(max(focus, 1 / FARTHEST), 1 / NEAR)


class _Moment(NamedTuple):
    """Where the camera stands, its angles in degrees as the head counts them, and its focal length in mm."""

    stand: Pose
    pan: float
    tilt: float
    roll: float
    focal: float


class _Arc(NamedTuple):
    """A swing around a point: degrees over t, and from when to when it goes."""

    angle: Curve
    point: Vector
    start: float
    end: float

    def swing(self, a: Vector, b: Vector) -> float:
        """Degrees from one place to another, to the right around the point."""
        (cx, _, cz) = self.point
        bearing = lambda p: math.degrees(math.atan2(p[0] - cx, p[2] - cz))
        return math.remainder(bearing(b) - bearing(a), 360.0)


def _floating(position: Vector, pan: float, tilt: float, roll: float, shake: Sequence[float]) -> Pose:
    """The pose of a camera that is set so, on a rig that floats by so much."""
    x, y, z = position
    dx, dy, dz, dp, dt, dr = shake
    return pose((x + dx, y + dy, z + dz), pan + dp, tilt + dt, roll + dr)


class _Span:
    """A hold's time: `within` during it, and outside the moment at which it began or ended."""

    def __init__(self, take: Performance, hold: Hold):
        self.take, self.point = take, take.point(hold.subject)
        self.start, self.end = float(hold.start), min(float(hold.end), take.duration)
        self.end = max(self.end, self.start)
        self.at_end = None


class _Framing(_Span):
    """A hold of framing: the head turns so that the subject stays at its place in the frame."""

    def __init__(self, take: Performance, hold: Hold):
        super().__init__(take, hold)
        position, arc_pan = take._travel(self.start)
        self.pan, self.tilt, roll = take._pan(self.start), take._tilt(self.start), take._roll(self.start)
        focal = take._moment(self.start).focal   # with what earlier holds of size have made of it
        pan, tilt = self.pan + arc_pan, self.tilt
        for earlier in take._framings:
            dp, dt = earlier.turn(self.start, position, roll, focal)
            pan, tilt = pan + dp, tilt + dt
        # What earlier holds have turned by the start is part of this one's start.
        self.before = pan - self.pan - arc_pan, tilt - self.tilt
        self.target = place(pose(position, pan, tilt, roll), self.point, focal / take.start.sensor_width)

    def turn(self, t: float, position: Vector, roll: float, focal: float) -> tuple[float, float]:
        """Degrees of (pan, tilt) that the operator adds to the tracks."""
        if t <= self.start:
            return 0.0, 0.0
        if t > self.end:
            if self.at_end is None:
                self.at_end = self._at_end()
            return self.at_end
        arc_pan = self.take._travel(t)[1] if self.take._arcs else 0.0
        direction = tuple(p - c for p, c in zip(self.point, position))
        pan, tilt = turn_to(direction, self.target, focal / self.take.start.sensor_width, roll)
        pan -= self.pan + self.before[0] + arc_pan
        return math.remainder(pan, 360.0), tilt - self.tilt - self.before[1]

    def _at_end(self) -> tuple[float, float]:
        take = self.take
        return self.turn(self.end, take._travel(self.end)[0], take._roll(self.end), take._moment(self.end).focal)


class _Size(_Span):
    """A hold of size: the lens zooms so that the subject stays as large."""

    def __init__(self, take: Performance, hold: Hold):
        super().__init__(take, hold)
        self.sizer = take._sizer(hold.subject)
        self.before = self.sizer(take._moment(self.start).stand)

    def factor(self, t: float, stand: Pose) -> float:
        """What the focal length is multiplied by."""
        if t <= self.start:
            return 1.0
        if t > self.end:
            if self.at_end is None:
                self.at_end = self.before / self.sizer(self.take._moment(self.end).stand)
            return self.at_end
        return self.before / self.sizer(stand)


class _Partner:
    """The match with another take: the same subject, as large and at the same place in the frame."""

    def __init__(self, take: Performance, other: Performance, subject: str, by: str):
        self.take, self.other, self.by = take, other, by
        self.point, self.sizer = take.point(subject), take._sizer(subject)
        self.shift = take.start.lens_shift
        # The card's own height: its size in the frame at one metre and a zoom of 1.
        self.height = self.sizer(pose((0.0, 0.0, 0.0), 0.0, 0.0, 0.0)) * -self.point[2]
        self.range = match_range(take.start)

    def at(self, camera: Camera) -> tuple[tuple[float, tuple[float, float]], tuple[float, float, float] | None]:
        """The (size of the subject, place of it from the frame's centre) that a camera of the partner's has, and None.

        Where the partner has lost the subject out of its frame, sizes go beyond all bounds, and who looks away has nothing
        to match: size and place are as at the frame's edge, and farther away as of a card in the middle, that faces it. The
        other then looks where the partner does: by a share, 0 to 1, at a pan and a tilt in degrees.
        """
        stand, zoom, beyond = pose_of(camera), camera.focal_length / camera.sensor_width, None
        x, y, depth = stand.to(self.point)
        aside, lines, (right, up) = max(math.hypot(x, y), 1e-9), self.other.lines, camera.lens_shift
        edge = math.hypot(lines.width / 2 + abs(right), lines.height / 2 + abs(up))
        if zoom * aside > edge * depth:
            direction = tuple(p - c for p, c in zip(self.point, stand.position))
            pan, tilt = turn_to(direction, (x / aside * edge, y / aside * edge), zoom, camera.roll)
            past = math.degrees(math.atan2(aside, depth) - math.atan2(edge, zoom))
            beyond = min(past / _LOST, 1.0), camera.pan, camera.tilt
            stand = pose(stand.position, pan, tilt, camera.roll)
        u, v = place(stand, self.point, zoom)
        size = self.sizer(stand) * zoom
        if beyond:
            share = beyond[0]
            size += share * (zoom * self.height / math.hypot(aside, depth) - size)
            u, v = u * (1 - share), v * (1 - share)
        return (size, (u + right - self.shift[0], v + up - self.shift[1])), beyond

    def within(self, focal: float) -> float:
        """A focal length that a lens has."""
        return min(max(focal, self.range[0]), self.range[1])

    def focal(self, target, position: Vector) -> float:
        """The focal length, but for how the card is turned: zoom² + place² = (size × distance / its height)²."""
        (size, (u, v)), away = target, math.dist(position, self.point)
        zoom2 = (size * away / self.height) ** 2 - u * u - v * v
        return self.within(math.sqrt(max(zoom2, 0.0)) * self.take.start.sensor_width)

    def turn(self, target, position: Vector, pan: float, roll: float, focal: float) -> tuple[float, float]:
        """(pan, tilt) that put the subject at its place; of the pans that do, the one nearest to the given one."""
        direction = tuple(p - c for p, c in zip(self.point, position))
        framed, raised = turn_to(direction, target[1], focal / self.take.start.sensor_width, roll)
        return pan + math.remainder(framed - pan, 360.0), raised

    def zoom(self, target, stand: Pose, focal: float) -> float:
        """What a focal length is to be multiplied by, for the subject to be as large as the target."""
        return target[0] / max(self.sizer(stand) * focal / self.take.start.sensor_width, 1e-12)

    def travel(self, target, stand: Pose, focal: float) -> float:
        """Metres to go forward: size goes as 1/depth, exactly so for a card that faces the camera."""
        depth = max(stand.to(self.point)[2], NEAR)
        size = self.sizer(stand) * focal / self.take.start.sensor_width
        return depth * (1 - min(size / max(target[0], 1e-12), 1e6))


# -- curves -----------------------------------------------------------------------------------------------------------

def _segments(track: Track) -> Callable[[float], tuple[int, float]]:
    """A function of t: the index of the key before it and the eased share of the way to the next."""
    times = [float(k.time) for k in track.keys]
    curves = [curve(k.ease) for k in track.keys]
    last = len(times) - 1

    def share(t: float) -> tuple[int, float]:
        if t <= times[0]:
            return 0, 0.0
        if t >= times[last]:
            return last, 0.0
        i = bisect_right(times, t) - 1
        return i, curves[i]((t - times[i]) / (times[i + 1] - times[i]))

    return share


def _curve(track: Track) -> Curve:
    """The track's value over t, in the space that it is interpolated in."""
    into, _ = space(track.channel)
    values = [into(k.value) for k in track.keys]
    if len(values) == 1:
        only = values[0]
        return lambda t: only
    share = _segments(track)

    def value(t: float) -> float:
        i, way = share(t)
        here = values[i]
        return here + way * (values[i + 1] - here) if way else here

    return value


def _with_inertia(track: Track, rig: Rig) -> Curve:
    """The track carried out by a rig that cannot start or stop at once.

    Every run of keys between two rests is travelled in a time that is itself eased: same path, same ends.
    """
    value = _curve(track)
    if not rig.ramp or track.performed:
        return value
    runs, begin = [], None
    for a, b in zip(track.keys, track.keys[1:]):
        if a.value != b.value and a.ease != "hold":
            begin = a.time if begin is None else begin
        elif begin is not None:
            runs.append((float(begin), float(a.time)))
            begin = None
    if begin is not None:
        runs.append((float(begin), float(track.end)))

    def carried(t: float) -> float:
        for start, end in runs:
            if start < t < end:
                length = end - start
                return value(start + length * inertia((t - start) / length, min(rig.ramp / length, 0.5)))
        return value(t)

    return carried


def _sum(curves: list[Curve], base: float) -> Curve:
    """A base with the values of curves added, over t."""
    base = float(base)
    if not curves:
        return lambda t: base
    if len(curves) == 1:
        one = curves[0]
        return lambda t: base + one(t)
    return lambda t: base + sum(c(t) for c in curves)


def _nearer(guess: float, missed: float, tried: tuple[float, float] | None) -> float:
    """The focal length, mm, to try after a guess that missed by so much: by the secant through the one (guess, missed) that
    was tried before, unless that is too flat to tell."""
    slope = (missed - tried[1]) / (guess - tried[0]) if tried and guess != tried[0] else -1.0
    step = -missed / slope if slope < -0.05 else missed
    return _in_range(max(guess + step, guess / 2))


def _in_range(focal: float) -> float:
    """A focal length, mm, as near as one that a shot can be staged with."""
    return min(max(focal, optics.FOCALS[0]), optics.FOCALS[1])
