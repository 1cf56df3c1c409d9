"""Focus pulls. Their timing is their own: `at`, `seconds` and `ease` are the pull's, whatever the camera does."""
from __future__ import annotations

from fractions import Fraction

from .. import optics
from .easing import Ease
from .errors import BadValue
from .framing import Subject
from .kit import F_STOP
from .scene import Scene
from .timeline import Key, Timeline, Track, seconds as in_seconds
from .words import move

SOFT = 0.015
"""Diameter of blur, in frame widths, at which a face is plainly out of focus."""
UNRECOGNISABLE = 0.05
"""Diameter of blur, in frame widths, at which nothing in the picture can be recognised: a head in a medium shot is
three such discs tall, less than the 6.4 line pairs that identification takes (Johnson's criteria, 1958)."""


def _focus(at, duration: Fraction, *marks, ease: Ease = "both") -> Timeline:
    """Focus marks evenly over a duration: metres, or subjects' names, which are followed."""
    at = in_seconds(at)
    step = duration / max(len(marks) - 1, 1)
    keys = tuple(Key(at + i * step, mark, ease) for i, mark in enumerate(marks))
    return Timeline(at + duration, (Track("focus_distance", keys),))


def pull_duration(seconds) -> Fraction:
    """How long a pull takes, seconds; BadValue where that is no time at all."""
    length = in_seconds(seconds)
    if length <= 0:
        raise BadValue("A focus pull takes longer than 0 seconds.")
    return length


def soft_mark(scene: Scene, subject: Subject, blur: float, side: str = "near") -> float:
    """The focus distance, metres, at which the subject is blurred by a share of the frame's width.

    On the near side of it, or the far side; where even infinity (or the closest focus, 0.1 m) does not blur it so
    much, that is returned: the aperture is too small, which advice will say.
    """
    camera, depth = scene.camera, scene.depth(subject)
    pupil = optics.aperture_diameter(camera.focal_length, camera.f_stop or F_STOP)
    defocus = blur * camera.sensor_width * 1000 / (pupil * camera.focal_length)   # dioptres
    if side == "near":
        return max(1 / (1 / depth + defocus), 0.1)
    if side != "far":
        raise BadValue(f"Focus lies on the 'near' or the 'far' side of a subject, not '{side}'.")
    return 1 / max(1 / depth - defocus, 1e-4)


def two_in_depth(scene: Scene, subject, to, near_first: bool | None) -> tuple[Subject, Subject]:
    """The two subjects of a pull, in its order: by name, or the scene's first and another one.

    near_first  None: as they are said. Else whether the nearer one comes first: both named in the other order are refused
    """
    first = scene.subject(subject)
    second = scene.other(to, first)
    if first is second:
        raise BadValue(f"A focus pull from {first.name} to {first.name} goes nowhere; name two different subjects.")
    if near_first is not None and (scene.depth(first) < scene.depth(second)) != near_first:
        if subject is not None and to is not None:
            raise BadValue(f"{first.name} is not {'nearer' if near_first else 'farther'} than {second.name}; turn them "
                           "around, or say rack.")
        first, second = second, first
    return first, second


@move("follow focus", "focus")
def follow(scene, *, subject=None, at=0):
    """Focus stays on the subject however the camera travels."""
    return Timeline(in_seconds(at) + Fraction(1, 24),
                    (Track("focus_distance", (Key(in_seconds(at), scene.subject(subject).name),)),))


@move("rack", "focus")
def rack(scene, *, subject=None, to=None, seconds=1, ease="both", at=1):
    """Focus goes from one subject to another."""
    first, second = two_in_depth(scene, subject, to, None)
    return _focus(at, pull_duration(seconds), first.name, second.name, ease=ease)


@move("rack near to far", "focus")
def rack_near_to_far(scene, *, subject=None, to=None, seconds=1, ease="both", at=1):
    """Focus goes from the nearer of two subjects to the farther."""
    first, second = two_in_depth(scene, subject, to, True)
    return _focus(at, pull_duration(seconds), first.name, second.name, ease=ease)


@move("rack far to near", "focus")
def rack_far_to_near(scene, *, subject=None, to=None, seconds=1, ease="both", at=1):
    """Focus goes from the farther of two subjects to the nearer."""
    first, second = two_in_depth(scene, subject, to, False)
    return _focus(at, pull_duration(seconds), first.name, second.name, ease=ease)


@move("rack reveal", "focus")
def rack_reveal(scene, *, subject=None, side="near", seconds=1, ease="both", at=1):
    """Focus starts where nothing can be recognised and finds the subject."""
    subject = scene.subject(subject)
    return _focus(at, pull_duration(seconds), soft_mark(scene, subject, UNRECOGNISABLE, side), subject.name, ease=ease)


@move("soft to sharp", "focus")
def soft_to_sharp(scene, *, subject=None, side="near", seconds=1, ease="both", at=0):
    """The subject comes from plainly soft into focus."""
    subject = scene.subject(subject)
    return _focus(at, pull_duration(seconds), soft_mark(scene, subject, SOFT, side), subject.name, ease=ease)


@move("dual rack", "focus")
def dual_rack(scene, *, subject=None, to=None, seconds=1, beat=1, ease="both", at=1):
    """Focus goes from one subject to another, rests for a beat, and comes back."""
    first, second = two_in_depth(scene, subject, to, None)
    there = _focus(at, pull_duration(seconds), first.name, second.name, ease=ease)
    back = _focus(there.duration + in_seconds(beat), pull_duration(seconds), second.name, first.name, ease=ease)
    return there + back


@move("pull focus away", "focus")
def pull_focus_away(scene, *, subject=None, side="far", seconds=1, ease="both", at=1):
    """Focus leaves the subject, which goes soft."""
    subject = scene.subject(subject)
    return _focus(at, pull_duration(seconds), subject.name, soft_mark(scene, subject, SOFT, side), ease=ease)
