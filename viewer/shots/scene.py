"""The scene: what a move starts from."""
from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ..camera import NEAR, Camera
from .errors import BadValue
from .framing import FrameLines, Stage, Subject, Vector, anchor_point, find_subject, frame_lines, pose_of, sizer


@dataclass(frozen=True, slots=True)
class Scene:
    """What a move starts from: the plate's geometry, the subjects, and the camera before anything moves.

    lines  the delivered frame, which shot sizes count in (None: the whole of the plate's)
    fps    durations that follow from a speed are rounded to whole frames
    """

    stage: Stage
    subjects: tuple[Subject, ...] = ()
    camera: Camera = None
    lines: FrameLines | None = None
    fps: Fraction = Fraction(24)

    def __post_init__(self):
        object.__setattr__(self, "camera", self.camera or self.stage.camera())
        object.__setattr__(self, "lines", self.lines or frame_lines(self.stage.aspect))
        object.__setattr__(self, "subjects", tuple(self.subjects))

    def subject(self, name: str | None) -> Subject:
        """A subject by name, or the scene's first where none is named."""
        if name is not None:
            return find_subject(self.subjects, name)
        if not self.subjects:
            raise BadValue("This move needs a subject; name one.")
        return self.subjects[0]

    def other(self, name: str | None, than: Subject) -> Subject:
        """A second subject: by name, or the first that is not the given one."""
        if name is not None:
            return self.subject(name)
        found = next((s for s in self.subjects if s is not than), None)
        if found is None:
            raise BadValue(f"This move needs a second subject beside {than.name}; name one.")
        return found

    def point(self, subject: Subject) -> Vector:
        """Where a subject stands, metres in the plate camera's frame."""
        return anchor_point(self.stage, subject)

    def depth(self, subject: Subject) -> float:
        """Metres along the axis from where the camera starts."""
        depth = pose_of(self.camera).to(self.point(subject))[2]
        if depth <= NEAR:
            raise BadValue(f"{subject.name} stands behind the camera.")
        return depth

    def size(self, subject: Subject, position: Vector | None = None) -> float:
        """The subject's size in the frame from a position, with the start's lens and direction."""
        at = pose_of(self.camera)
        at = at if position is None else at._replace(position=position)
        return sizer(self.stage, subject, self.lines)(at) * self.camera.focal_length / self.camera.sensor_width
