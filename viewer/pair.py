"""A push-in and the zoom that shows the subject at the same size: what the window opens with and `compare` prints."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from .camera import Camera
from .shots.comparison import Comparison, Figures, background_depth, matched
from .shots.document import PlateFile, Shot, Take
from .shots.framing import PATCH, UNNAMED, Stage, Subject, anchor_point, distance, place_in_frame
from .shots.moves import make
from .shots.performance import match_range
from .shots.scene import Scene
from .shots.timeline import Timeline

MIDDLE = 0.54
"""Of the frame's sides: what a push-in by 40 % keeps in the frame, off its edge."""

EDGE = 0.9
"""Of the way from the frame's middle to its edge: as far out as a subject is to get."""

Caption = tuple[tuple[str, str], ...]
"""(label, value) in reading order."""


class Pair:
    """A shot with two takes on one clock: A travels, B zooms.

    shot      the document
    titles    of A and B
    notes     sentences on what of it does not come out
    duration  seconds
    """

    def __init__(self, plate, subject: Subject, travel: float, seconds: float = 4.0):
        """travel is in metres towards the subject, on rails along the lens's axis; negative pulls out."""
        stage = Stage.of(plate)
        move = "pull-out" if travel < 0 else "push-in"
        self.duration = seconds
        camera = stage.camera()
        timeline = make(Scene(stage, (subject,), camera), move, subject=subject.name, amount=f"{abs(travel):.9f} m",
                        seconds=seconds)
        take = Take("A", timeline, camera)
        self.shot = Shot(PlateFile(stage), (subject,), (take, matched(take, subject.name)))
        background = background_depth(self.shot, subject, plate)
        self._subject, self._start, self._push = subject, camera, self.shot.perform("A")
        self._comparisons = [Comparison(self.shot, name, subject.name, background) for name in "AB"]
        self.titles, self.notes = self._told(move.capitalize())

    def _told(self, move: str) -> tuple[tuple[str, str], tuple[str, ...]]:
        push, zoom = self.cameras(self.duration)
        wanted, who = self._matching(push), "The subject" if self._subject.name == UNNAMED else self._subject.name
        title, notes = "Zoom, same subject size", []
        if abs(zoom.focal_length / wanted - 1) > 1e-3:
            end, other = f"{zoom.focal_length:.3g} mm", "smaller" if zoom.focal_length < wanted else "larger"
            title = f"Zoom to {end}, {other} subject"
            notes.append(f"The zoom ends at {end}, with the subject {other} than in the {move.lower()}: as large would take "
                         f"{wanted:.3g} mm; travel less.")
        u, v = place_in_frame(push, anchor_point(self.shot.plate.stage, self._subject))
        lines = self.shot.lines()
        if abs(u) > lines.width / 2 or abs(v) > lines.height / 2:
            notes.append(f"{who} leaves the frame, as the camera travels along the lens's axis; choose a subject nearer to the middle, "
                         "or a smaller push.")
        return (move, title), tuple(notes)

    def _matching(self, camera: Camera) -> float:
        """The focal length, mm, with which the zoom shows the subject as large as the camera that travels. On the subject's plane
        sizes and places scale alike, also outside of the frame, where a take that matches lets go."""
        away = [distance(self.shot.plate.stage, self._subject, each) for each in (self._start, camera)]
        return self._start.focal_length * away[0] / away[1]

    def cameras(self, t: float) -> tuple[Camera, Camera]:
        """Those of A and B at t seconds."""
        push = self._push.camera(t)
        widest, longest = match_range(self._start)
        focal = min(max(self._matching(push), widest), longest)
        return push, replace(self._start, focal_length=focal)

    def captions(self, t: float) -> tuple[Caption, Caption]:
        """The figures that tell A and B apart at t seconds; sizes are relative to the start."""
        a, b = (_caption(comparison.at(t, camera), comparison.behind) for comparison, camera in zip(self._comparisons, self.cameras(t)))
        return a, b


def through(plate, subject: Subject, focal_length: float) -> tuple[Camera, Caption]:
    """The camera with a lens (mm) that has the subject as large as the plate has it, and its figures: it stands as far away, on rails
    along the lens's axis, as that takes."""
    stage = Stage.of(plate)
    start = stage.camera()
    shot = Shot(PlateFile(stage), (subject,), (Take("A", Timeline(1), start),))
    away = subject.depth * focal_length / start.focal_length
    camera = replace(start, focal_length=focal_length, position=(0.0, 0.0, away - subject.depth))
    comparison = Comparison(shot, "A", subject.name, background_depth(shot, subject, plate))
    return camera, _caption(comparison.at(0, camera), comparison.behind)


def _caption(figures: Figures, behind: str) -> Caption:
    return (("Focal length", f"{figures.focal_length:.1f} mm"), ("Travel", f"{figures.travel:.2f} m"),
            ("Subject", f"{figures.subject_scale:.2f}×"), (f"Background {behind}".strip(), f"{figures.background_scale:.2f}×"))


def subject_at(plate, xy: tuple[float, float], name: str = UNNAMED) -> Subject:
    """A subject of which only a pixel is known; PushinError where that is outside the plate, or the sky."""
    half = PATCH * plate.size[0] / 2
    x, y = xy
    return Subject.at(name, plate, box=(x - half, y - half, x + half, y + half), xy=xy)


def keeping(plate, subject: Subject, most: float, least: float = 0.1) -> float:
    """How far a push-in goes, of the subject's distance, that keeps the subject in the frame, off its edge: within bounds."""
    out = [abs(at - axis) / max(EDGE * (side - axis if at > axis else axis), 1.0)      # all goes away from the lens's axis
           for at, axis, side in zip(subject.anchor, Stage.of(plate).centre, plate.size)]
    return min(max(1 - max(out), least), most)


def default_subject(plate) -> tuple[float, float]:
    """The pixel (x, y) at the heart of the nearest sizeable thing, for when nobody has named a subject: in the MIDDLE of the
    frame, unless there is hardly anything near."""
    import cv2
    width, height = plate.size
    columns = 96
    rows = max(1, round(columns * height / width))
    x, y = np.meshgrid((np.arange(columns) + 0.5) * width / columns, (np.arange(rows) + 0.5) * height / rows)
    near = 1 / plate.depth[y.astype(int), x.astype(int)]
    near = np.rint(255 * near / max(near.max(), 1e-9)).astype(np.uint8)
    # Otsu's threshold parts what is near from what is far; the heart is the point farthest from its outline. The
    # frame counts as an outline too, which keeps the heart out of a floor or a table that the frame cuts off.
    _, mask = cv2.threshold(near, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    inner = cv2.distanceTransform(np.pad(mask, 1), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    middle = np.where(np.maximum(abs(x / width - 0.5), abs(y / height - 0.5)) < MIDDLE / 2, inner, 0)
    inner = middle if middle.max() > inner.max() / 2 else inner
    at = np.unravel_index(int(inner.argmax()), inner.shape)
    return float(x[at]), float(y[at])
