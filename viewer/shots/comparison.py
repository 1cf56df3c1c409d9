"""The comparison: a push-in beside its matched zoom, and the figures that explain the difference at time t."""
from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from .. import optics
from ..camera import Camera
from ..counted import plain
from .document import Match, Shot, Take
from .errors import BadValue
from .framing import Stage, Subject, pose_of, size_name, sizer
from .performance import Performance
from .timeline import ABSOLUTE, TRAVEL, Timeline

FAR_AWAY = 1e6
"""Metres: what stands there does not change its place or size when the camera travels."""

ALIKE = 1.02
"""Times: as large as sizes may differ that count as the same."""

LOOKS = 97
"""Moments at which a match is looked at."""


def matched(take: Take, subject: str, name: str = "B", by: str | None = None) -> Take:
    """For a push-in the matched zoom, for a zoom the matched push-in: the subject as large at every moment.

    by  what the new take does, "zoom" or "push-in"; None: what the given one does not. It stands where that starts, its focus and
        aperture are the same.
    """
    tracks = take.timeline.tracks
    by = by or ("zoom" if any(track.channel in TRAVEL for track in tracks) else "push-in")
    away = (sum(track.keys[0].value for track in tracks if track.channel == axis) for axis in "xyz")
    camera = replace(take.camera, position=tuple(p + a for p, a in zip(take.camera.position, away)))
    still = Timeline(take.timeline.duration, tuple(track for track in tracks if track.channel in ABSOLUTE))
    return replace(take, name=name, timeline=still, camera=camera, match=Match(take.name, subject, by))


class Unmatched(NamedTuple):
    """Where a zoom does not show the subject as large as the take that it matches: since when, seconds, and that in words."""

    start: float
    span: str
    sentence: str


def unmatched(take: Take, play: Performance) -> Unmatched | None:
    """Where a take asks for more of its match than zooms have; None where they are as wide and as long as it takes."""
    times = np.linspace(0, play.duration, LOOKS).tolist()
    off = lambda t: abs(math.log(max(play.mismatch(t), 1e-9)))
    wrong = [n for n, t in enumerate(times) if off(t) > math.log(ALIKE)] if take.match else []
    if not wrong:
        return None

    def border(within: float, beside: float) -> float:
        for _ in range(8):
            middle = (within + beside) / 2
            within, beside = (middle, beside) if off(middle) > math.log(ALIKE) else (within, middle)
        return within

    start, worst = border(times[wrong[0]], times[max(wrong[0] - 1, 0)]), max((times[n] for n in wrong), key=off)
    span = f"from {start:.1f} s on" if wrong[-1] == LOOKS - 1 else \
        f"from {start:.1f} to {border(times[wrong[-1]], times[wrong[-1] + 1]):.1f} s"
    size = play.mismatch(worst)
    return Unmatched(start, span, f"The zoom stops at {play.as_set(worst).focal_length:.0f} mm and does not match take {take.match.take} "
                                  f"{span}: {take.match.subject} is {'up to' if size > 1 else 'only'} {size:.2g} times as large as there.")


def only_turns(take: Take) -> bool:
    """Whether the camera stays on its spot and its lens as it is: then nothing changes its size or is passed."""
    return not take.match and not any(track.channel in (*TRAVEL, "focal_length") for track in take.timeline.tracks)


class Figures(NamedTuple):
    """What a take does at a time, in numbers.

    focal_length      mm
    travel            metres from where the take starts
    distance          metres to the subject, along the axis
    size, shot_size   the subject's size in the frame (see framing.sizer), and its name (see framing.size_name)
    subject_scale     the subject's size over its size at the start of the take
    background_scale  the same for a thing at the background's depth
    field_of_view     degrees, horizontal
    f_stop, focus_distance, near, far   the lens, and its depth of field for the delivery, metres
    invented          share of the frame that the plate never showed; None without a plate
    """

    time: float
    focal_length: float
    travel: float
    distance: float
    size: float
    shot_size: str
    subject_scale: float
    background_scale: float
    field_of_view: float
    f_stop: float | None
    focus_distance: float
    near: float
    far: float
    invented: float | None


class Comparison:
    """The figures of a take over time, for a subject against its background.

    background  metres from the plate's camera; None: the farthest other subject, else what lies behind most of the
                plate, else the horizon
    """

    def __init__(self, shot: Shot, take: str | None = None, subject: str | None = None,
                 background: float | None = None, plate=None):
        self.shot, self.take = shot, shot.take(take)
        self.play: Performance = shot.perform(self.take.name)
        self.subject = shot.subject(subject or main_subject(shot, self.take).name)
        self.background = background or background_depth(shot, self.subject, plate)
        self._coverage = Coverage(plate) if plate is not None else None
        self._circle = shot.circle(self.take)
        self._sizer, self._point = sizer(shot.plate.stage, self.subject, self.play.lines), self.play.point(self.subject.name)
        self._start = self.play.camera(0)
        self._start_size = self._size(self._start)
        self._start_depth = self._background_at(self._start)

    @property
    def behind(self) -> str:
        """What the background's figure is of, as seen from where the take starts: "at 3.1 m (tom)"; "" for the horizon."""
        if self.background >= FAR_AWAY:
            return ""
        who = next((f" ({s.name})" for s in self.shot.subjects if s.depth == self.background and s != self.subject), "")
        return f"at {plain(self._start_depth, 2)} m{who}"

    def at(self, t: float, camera: Camera | None = None) -> Figures:
        """The figures at a time; of another camera than the take's own where one is given, as while it is performed."""
        camera = camera or self.play.camera(t)
        size, depth = self._size(camera), self._background_at(camera)
        zoom = camera.focal_length / self._start.focal_length
        near, far = ((0.0, math.inf) if camera.f_stop is None else
                     map(float, optics.depth_of_field(camera.focal_length, camera.f_stop, camera.focus_distance,
                                                      self._circle)))
        return Figures(
            float(t), camera.focal_length, math.dist(camera.position, self._start.position),
            pose_of(camera).to(self._point)[2], size, size_name(size, self.subject),
            size / self._start_size, zoom * self._start_depth / max(depth, 1e-6),
            float(optics.field_of_view(camera.focal_length, camera.sensor_width)),
            camera.f_stop, camera.focus_distance, near, far,
            self._coverage.invented(camera, self.shot.aspect(self.take)) if self._coverage else None)

    def _size(self, camera: Camera) -> float:
        """As Performance.size."""
        return self._sizer(pose_of(camera)) * camera.focal_length / camera.sensor_width

    def _background_at(self, camera: Camera) -> float:
        """Metres from a camera to the background behind the subject, along the axis."""
        point = self.shot.plate.stage.point(*self.subject.anchor, self.background)
        return pose_of(camera).to(point)[2]


def main_subject(shot: Shot, take: Take) -> Subject:
    """Who a take is about: whom its match or its moves are made for, or a take that matches it, so that both tell of the same
    one; else its focus, else the shot's first subject."""
    line, matches = take.timeline, [other.match for other in shot.takes if other.match]
    names = [take.match.subject] if take.match else []
    names += [h.subject for h in line.holds] + [about for about in (*(t.about for t in line.tracks), line.about) if about is not None]
    names += [match.subject for match in matches if match.take == take.name] + list(line.subjects)
    if not names and not shot.subjects:
        raise BadValue("The shot has no subject; name one.")
    return shot.subject(names[0]) if names else shot.subjects[0]


def background_depth(shot: Shot, subject: Subject, plate=None) -> float:
    """Metres from the plate's camera to what counts as the background of a subject."""
    behind = [s.depth for s in shot.subjects if s.depth > 1.1 * subject.depth]
    if behind:
        return max(behind)
    if plate is not None:
        farther = np.asarray(plate.disparity)
        farther = farther[farther < 1 / (1.1 * subject.depth)]
        if farther.size:
            return float(min(1 / max(np.median(farther), 1 / FAR_AWAY), FAR_AWAY))
    return FAR_AWAY


class Coverage:
    """How much of a camera's frame the plate can show, told from its depth alone.

    A grid of the plate's points is projected into the frame; cells of the frame that none falls into are invented. The
    frame's cells are chosen so coarse that a magnified surface leaves none empty. What it cannot see: a hole through
    which something farther shows, so it is a lower bound, exact for one background behind one foreground.
    """

    ACROSS = 640

    def __init__(self, plate):
        disparity = np.asarray(plate.disparity, float)
        height, width = disparity.shape
        self.stage = Stage.of(plate)
        across = min(self.ACROSS, width)
        down = max(1, round(across * height / width))
        x = (np.arange(across) + 0.5) * width / across
        y = (np.arange(down) + 0.5) * height / down
        grid = disparity[np.ix_(y.astype(int), x.astype(int))]
        focal, (cx, cy) = self.stage.focal_pixels, self.stage.centre
        # Homogeneous points (x, y, -1, disparity) = (X, Y, Z, 1) / depth: the sky, at disparity 0, is a direction.
        self._x, self._y, self._disparity = (x - cx) / focal, ((cy - y) / focal)[:, None], grid
        self._pitch = self.stage.sensor_width / self.stage.focal_length / across   # of the grid, as a slope

    def invented(self, camera: Camera, aspect: float | None = None) -> float:
        """The share of the camera's frame, 0 to 1, that the plate never showed."""
        aspect = aspect or self.stage.aspect
        at = pose_of(camera)
        zoom = camera.focal_length / camera.sensor_width
        right, up, depth = (self._x * axis[0] + (self._y * axis[1] - axis[2])
                            - self._disparity * sum(p * a for p, a in zip(at.position, axis))
                            for axis in (at.right, at.up, at.forward))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            scale = zoom / depth
            u = right * scale + (camera.lens_shift[0] + 0.5)
            v = up * scale + (camera.lens_shift[1] + 0.5 / aspect)
        inside = (depth > 1e-3) & (u >= 0) & (u < 1) & (v >= 0) & (v < 1 / aspect)
        if not inside.any():
            return 1.0
        # A grid step covers this much of the frame where the plate is magnified most; cells are 1.5 steps wide.
        step = zoom * self._pitch / max(np.quantile(depth[inside], 0.02), 1e-3)
        across = int(min(max(1 / (1.5 * step), 16), 320))
        down = max(1, round(across / aspect))
        cells = np.zeros((down, across), bool)
        cells[np.minimum((v[inside] * aspect * down).astype(int), down - 1), (u[inside] * across).astype(int)] = True
        return float(1 - cells.mean())
