"""Framing: subjects on the plate, where a camera sees them, and the shot sizes.

A subject is a box in the plate's pixels at one depth: a flat card that faces the plate's camera. Its size under a
move is the size of that card's picture.

Places in a camera's frame are (u, v) in frame widths from the frame's centre, +u right and +v up.
"""
from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from math import cos, radians, sin
from typing import Callable, Literal, NamedTuple

from ..camera import NEAR, Camera
from ..optics import FOCALS, WIDTHS
from .errors import BadValue
from .timeline import INFINITY, STRICT

Vector = tuple[float, float, float]
Box = tuple[float, float, float, float]
"""left, top, right, bottom in pixels of the plate"""

FIGURE = 7.5
"""Head heights of a standing adult (A. Loomis, "Figure Drawing for All It's Worth": 7.5 in life, 8 as an ideal)."""

UNNAMED = "subject"
"""What a subject is called that nobody has named: a place of the picture, of which it is not known who is there, nor how large."""

PATCH = 0.1
"""Of the frame's width: side of the square that stands for a subject of which only a point is known."""

MOST_DISTANT = 1e6
"""Metres: of the farthest subject."""


# -- the plate's side -------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Stage:
    """The plate's geometry: all that a shot needs to know of a plate in order to be evaluated without it.

    width, height    pixels
    focal_length     mm, of the lens that took the plate
    sensor_width     mm, spanned by the width
    principal_point  (x, y) pixels from the top left corner; None is the centre
    """

    __pydantic_config__ = STRICT
    width: int
    height: int
    focal_length: float = 35.0
    sensor_width: float = 36.0
    principal_point: tuple[float, float] | None = None

    def __post_init__(self):
        if not (1 <= self.width <= 100_000 and 1 <= self.height <= 100_000):
            raise BadValue(f"A plate of {self.width}x{self.height} pixels cannot be staged.")
        if not (FOCALS[0] <= self.focal_length <= FOCALS[1] and WIDTHS[0] <= self.sensor_width <= WIDTHS[1]):
            raise BadValue(f"A plate taken at {self.focal_length:g} mm on a sensor {self.sensor_width:g} mm wide "
                           "cannot be staged; look at its focal length and sensor width.")
        (x, y), width, height = self.centre, self.width, self.height
        if not (-width <= x <= 2 * width and -height <= y <= 2 * height):      # as Plate has it; NaN fails too
            raise BadValue("The plate's principal point lies far outside the picture; give it in pixels from the top left corner.")

    @classmethod
    def of(cls, plate) -> Stage:
        """The stage of an opened plate."""
        return cls(int(plate.width), int(plate.height), float(plate.focal_length), float(plate.sensor_width),
                   tuple(map(float, plate.principal_point)))

    @property
    def centre(self) -> tuple[float, float]:
        """The principal point (x, y), pixels from the top left corner."""
        return self.principal_point or (self.width / 2, self.height / 2)

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / self.height

    @property
    def focal_pixels(self) -> float:
        """The focal length in pixels."""
        return self.focal_length / self.sensor_width * self.width

    def camera(self, **changes) -> Camera:
        """The camera that took the plate, with changes such as f_stop=2."""
        x, y = self.centre
        shift = ((x - self.width / 2) / self.width, (self.height / 2 - y) / self.width)
        return Camera(**{"focal_length": self.focal_length, "sensor_width": self.sensor_width, "lens_shift": shift,
                         **changes})

    def point(self, x: float, y: float, depth: float) -> Vector:
        """What the plate shows at a pixel, at a depth in metres, in the plate camera's frame."""
        focal, (cx, cy) = self.focal_pixels, self.centre
        return (x - cx) / focal * depth, (cy - y) / focal * depth, -depth


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody or something on the plate.

    box    left, top, right, bottom of the figure or the object in the plate's pixels; a box without size is a point
    depth  planar metres from the plate's camera
    kind   "person" or "object": what its shot size is told from
    head   a person's head from crown to chin; None: the top of a figure that stands, FIGURE heads tall
    """

    __pydantic_config__ = STRICT
    name: str
    box: Box
    depth: float
    kind: Literal["person", "object"] = "object"
    head: Box | None = None

    def __post_init__(self):
        if not self.name.strip() or self.name == INFINITY:
            raise BadValue(f"'{self.name}' is no name for a subject; call it something else.")
        if len(self.name) > 80:
            raise BadValue(f"A subject's name has at most 80 letters, and not the {len(self.name)} of '{self.name[:20]}…'.")
        if not (math.isfinite(self.depth) and NEAR <= self.depth <= MOST_DISTANT):
            if self.depth == math.inf:
                raise BadValue(f"{self.name} lies infinitely far away, and the sky is no subject; choose a place on a thing.")
            raise BadValue(f"{self.name} is {self.depth:g} m away; a subject stands at least {NEAR:g} m and at most 1000 km "
                           "away.")
        for box in (self.box, self.head):
            if box is not None and not (all(math.isfinite(c) and abs(c) < 1e6 for c in box)
                                        and box[0] <= box[2] and box[1] <= box[3]):
                raise BadValue(f"The box of {self.name} must be left, top, right, bottom in pixels, in this order.")
        if self.kind not in ("person", "object"):
            raise BadValue(f"{self.name} is a '{self.kind}'; a subject is a person or an object.")
        if self.kind == "object" and self.head is not None:
            raise BadValue(f"{self.name} has a head but is an object; make it a person.")
        if self.kind == "person" and not self.has_size:
            raise BadValue(f"{self.name} is a person without a size; give a box of the figure or the head.")

    @classmethod
    def at(cls, name: str, plate, box: Box | None = None, head: Box | None = None,
           xy: tuple[float, float] | None = None) -> Subject:
        """A subject on an opened plate, whose depth is asked of it at xy: by default the middle of the head or box."""
        if box is None and head is None and xy is None:
            raise BadValue(f"Say where {name} is: a point, a box or a head box.")
        measure = head or box or (*xy, *xy)
        xy = xy or ((measure[0] + measure[2]) / 2, (measure[1] + measure[3]) / 2)
        if not (0 <= xy[0] < plate.width and 0 <= xy[1] < plate.height):
            raise BadValue(f"{name} at {xy[0]:g}, {xy[1]:g} lies outside the plate, which is "
                           f"{plate.width} x {plate.height} pixels.")
        return cls(name, tuple(map(float, box or measure)), float(plate.depth_at(xy)),
                   "person" if head else "object", head and tuple(map(float, head)))

    @property
    def measure(self) -> Box:
        """The box whose size counts: the head of a person, the whole of an object."""
        if self.kind == "object":
            return self.box
        left, top, right, bottom = self.box
        return self.head or (left, top, right, top + (bottom - top) / FIGURE)

    @property
    def anchor(self) -> tuple[float, float]:
        """The pixel that is focused on and framed: the middle of the measure."""
        left, top, right, bottom = self.measure
        return (left + right) / 2, (top + bottom) / 2

    @property
    def has_size(self) -> bool:
        """Whether there is a size to tell: a point has none."""
        left, top, right, bottom = self.measure
        return bottom > top and (right > left or self.kind == "person")


def find_subject(subjects: Collection[Subject], name: str) -> Subject:
    """The subject of a name; BadValue where none is called that."""
    found = next((subject for subject in subjects if subject.name == name), None)
    if found is None:
        raise BadValue(f"There is no subject called '{name}'; known are {', '.join(s.name for s in subjects) or 'none yet'}.")
    return found


# -- the camera's side ------------------------------------------------------------------------------------------------

class Pose(NamedTuple):
    """Where a camera stands and its axes, in the plate camera's frame."""

    position: Vector
    right: Vector
    up: Vector
    forward: Vector

    def to(self, point: Vector) -> Vector:
        """A point as (right, up, forward) metres from the camera."""
        (px, py, pz), (rx, ry, rz), (ux, uy, uz), (fx, fy, fz) = self
        x, y, z = point[0] - px, point[1] - py, point[2] - pz
        return x * rx + y * ry + z * rz, x * ux + y * uy + z * uz, x * fx + y * fy + z * fz


def pose(position: Vector, pan: float, tilt: float, roll: float) -> Pose:
    """`Camera.rotation` in closed form, for the many evaluations of a second; degrees, pan then tilt then roll."""
    p, t, r = radians(pan), radians(tilt), radians(roll)
    sp, cp, st, ct, sr, cr = sin(p), cos(p), sin(t), cos(t), sin(r), cos(r)
    up = (-sp * st, ct, cp * st)   # before the roll; right is then (cp, 0, sp)
    return Pose(position,
                (cp * cr - up[0] * sr, -up[1] * sr, sp * cr - up[2] * sr),
                (cp * sr + up[0] * cr, up[1] * cr, sp * sr + up[2] * cr),
                (sp * ct, st, -cp * ct))


def pose_of(camera: Camera) -> Pose:
    """Where a camera stands, and its axes."""
    return pose(camera.position, camera.pan, camera.tilt, camera.roll)


def place(at: Pose, point: Vector, zoom: float) -> tuple[float, float]:
    """Where a point lies from the principal point, in frame widths; zoom is focal length over sensor width.

    What lies behind the camera is taken to stand NEAR in front of it, so that every answer is finite.
    """
    x, y, depth = at.to(point)
    depth = max(depth, NEAR)
    return zoom * x / depth, zoom * y / depth


def place_in_frame(camera: Camera, point: Vector) -> tuple[float, float]:
    """(u, v) of a point in a camera's frame, in frame widths from its centre."""
    u, v = place(pose_of(camera), point, camera.focal_length / camera.sensor_width)
    return u + camera.lens_shift[0], v + camera.lens_shift[1]


def turn_to(direction: Vector, target: tuple[float, float], zoom: float, roll: float) -> tuple[float, float]:
    """(pan, tilt) in degrees that put a direction at a place from the principal point, in frame widths.

    Solved in closed form: with q the camera-space ray of the place, Ry(-pan) Rx(tilt) q must point along direction.
    """
    r = radians(roll)
    qx, qy = target[0] / zoom, target[1] / zoom
    qx, qy = qx * cos(r) + qy * sin(r), qy * cos(r) - qx * sin(r)
    scale = math.sqrt((qx * qx + qy * qy + 1) / max(sum(c * c for c in direction), 1e-18))
    dx, dy, dz = (c * scale for c in direction)
    reach = math.hypot(qy, 1)
    tilt = math.asin(min(max(dy / reach, -1), 1)) - math.atan2(qy, 1)
    back = sin(tilt) * qy - cos(tilt)   # z of the ray after the tilt
    pan = math.atan2(dx, -dz) - math.atan2(qx, -back)
    return math.degrees(math.remainder(pan, math.tau)), math.degrees(tilt)


class FrameLines(NamedTuple):
    """The delivered frame inside the camera's: its width and height in camera frame widths, centred."""

    width: float
    height: float


def frame_lines(camera_aspect: float, ratio: float | None = None) -> FrameLines:
    """The largest frame of a delivery ratio that the camera's frame holds; None delivers all of it."""
    if ratio is None or ratio == camera_aspect:
        return FrameLines(1.0, 1 / camera_aspect)
    if ratio > camera_aspect:
        return FrameLines(1.0, 1 / ratio)
    return FrameLines(ratio / camera_aspect, 1 / camera_aspect)


def sizer(stage: Stage, subject: Subject, lines: FrameLines) -> Callable[[Pose], float]:
    """A function from a pose to the subject's size in the delivered frame per unit of zoom.

    Times zoom (focal length over sensor width) it is a person's head height over the frame's height, or the larger
    share of the frame's height or width that an object takes.
    """
    if not subject.has_size:
        raise BadValue(f"{subject.name} is a point and has no size; draw a box around it.")
    left, top, right, bottom = subject.measure
    middle_x, middle_y = subject.anchor
    above = stage.point(middle_x, top, subject.depth)
    below = stage.point(middle_x, bottom, subject.depth)

    def height(at: Pose) -> float:
        (u0, v0), (u1, v1) = place(at, above, 1), place(at, below, 1)
        return math.hypot(u1 - u0, v1 - v0) / lines.height

    if subject.kind == "person":
        return height
    west, east = stage.point(left, middle_y, subject.depth), stage.point(right, middle_y, subject.depth)

    def share(at: Pose) -> float:
        (u0, v0), (u1, v1) = place(at, west, 1), place(at, east, 1)
        return max(height(at), math.hypot(u1 - u0, v1 - v0) / lines.width)

    return share


def card(stage: Stage, subject: Subject) -> Subject:
    """The subject itself, or in place of a point a patch around it: how that grows and shrinks is known, though not how large it is."""
    if subject.has_size:
        return subject
    (x, y), half = subject.anchor, PATCH * stage.width / 2
    return replace(subject, box=(x - half, y - half, x + half, y + half))


def size_in_frame(stage: Stage, subject: Subject, camera: Camera, lines: FrameLines) -> float:
    """The subject's size (see `sizer`) in a camera's frame."""
    return sizer(stage, subject, lines)(pose_of(camera)) * camera.focal_length / camera.sensor_width


def anchor_point(stage: Stage, subject: Subject) -> Vector:
    """The subject's anchor in the plate camera's frame, metres."""
    return stage.point(*subject.anchor, subject.depth)


def plane_of_focus(camera: Camera, other: Camera) -> float:
    """Planar metres from the other camera to where a camera's axis meets the plane that it is focused on; negative behind it."""
    stand = pose_of(camera)
    return pose_of(other).to(tuple(p + camera.focus_distance * f for p, f in zip(stand.position, stand.forward)))[2]


def distance(stage: Stage, subject: Subject, camera: Camera) -> float:
    """Planar metres from a camera to the subject, along the optical axis; negative behind it."""
    return pose_of(camera).to(anchor_point(stage, subject))[2]


PASSED = 0.05
"""Metres along the axis at which the camera has as good as passed a subject: no lens fits between."""


def lost(stage: Stage, subject: Subject, camera: Camera, lines: FrameLines) -> str:
    """Why nothing of the subject is in the delivered frame: "behind the camera" or "out of frame"; "" where it is."""
    if distance(stage, subject, camera) <= PASSED:
        return "behind the camera"
    left, top, right, bottom = subject.box
    us, vs = zip(*(place_in_frame(camera, stage.point(x, y, subject.depth)) for x in (left, right) for y in (top, bottom)))
    beside = min(us) > lines.width / 2 or max(us) < -lines.width / 2
    return "out of frame" if beside or min(vs) > lines.height / 2 or max(vs) < -lines.height / 2 else ""


# -- shot sizes -------------------------------------------------------------------------------------------------------

class ShotSize(NamedTuple):
    """A shot size.

    heads  head heights that the frame's height holds
    share  of the frame that an object takes, in height or width, whichever is more
    shows  what of a person is seen
    """

    name: str
    short: str
    heads: float
    share: float
    shows: str

    def target(self, subject: Subject) -> float:
        """The size in the frame (see `sizer`) at which the subject has this shot size."""
        return 1 / self.heads if subject.kind == "person" else self.share


SIZES = (
    ShotSize("extreme wide", "EWS", 30.0, 0.04, "a figure lost in its surroundings"),
    ShotSize("wide", "WS", 15.0, 0.09, "the figure half as tall as the frame"),
    ShotSize("full", "FS", 8.5, 0.17, "head to feet, with a little air"),
    ShotSize("medium long", "MLS", 5.5, 0.27, "head to below the knee or mid-thigh"),
    ShotSize("medium", "MS", 3.5, 0.40, "head to waist"),
    ShotSize("medium close-up", "MCU", 2.3, 0.55, "head to chest"),
    ShotSize("close-up", "CU", 1.4, 0.80, "the head with a little shoulder"),
    ShotSize("extreme close-up", "ECU", 0.6, 1.60, "eyes or mouth"),
)
"""From wide to close. Cut-off points after R. Thompson and C. Bowen, "Grammar of the Shot" and S. Katz, "Film Directing
Shot by Shot"; in head heights by Loomis's canon (chest 2, waist 3, mid-thigh 4.5, knee 5.5, feet 7.5), plus headroom of
about a tenth of the frame. The border between two sizes is their geometric mean."""


def shot_size(size: float, kind: str) -> ShotSize:
    """The nearest shot size for a size in the frame (see `sizer`)."""
    tightness = (lambda s: 1 / s.heads) if kind == "person" else (lambda s: s.share)
    return min(SIZES, key=lambda s: abs(math.log(max(size, 1e-9) / tightness(s))))


def size_name(size: float, subject: Subject) -> str:
    """The shot size's name for a size in the frame; "" for a subject that nobody has named, as of that it would be a guess."""
    return "" if subject.name == UNNAMED else shot_size(size, subject.kind).name


def named_size(word: str) -> ShotSize:
    """A shot size by its name or abbreviation: "close-up", "close up", "CU"."""
    plain = word.strip().lower().replace("-", " ").replace("shot", "").strip()
    synonyms = {"long": "wide", "extreme long": "extreme wide", "establishing": "extreme wide", "cowboy": "medium long",
                "american": "medium long", "closeup": "close up", "insert": "close up"}
    plain = synonyms.get(plain, plain)
    for size in SIZES:
        if plain in (size.name.replace("-", " "), size.short.lower()):
            return size
    raise BadValue(f"'{word}' is not a shot size; it is one of {', '.join(s.name for s in SIZES)}.")
