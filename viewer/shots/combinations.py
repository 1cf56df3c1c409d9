"""Combinations that film people name, ready-made from one or two subjects."""
from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from .camera_moves import push_in, push_in_with_tilt, push_in_with_zoom, share_at, target_size, tracking, way_to
from .errors import BadValue
from .focus_pulls import pull_duration, rack, two_in_depth
from .framing import Subject, place, pose_of, turn_to
from .scene import Scene
from .timeline import Key, Timeline, Track, seconds as in_seconds
from .words import move


def _set_frame(scene: Scene, subject: Subject, size: str | None) -> Timeline:
    """A camera that stands where the subject has a shot size, straight toward it; None: where the scene starts."""
    if size is None:
        return Timeline(Fraction(1, 24))
    way = way_to(scene, subject, "subject")
    share = share_at(scene, subject, way, target_size(subject, size))
    tracks = [Track(channel, (Key(Fraction(0), share * w),)) for channel, w in zip("xyz", way)]
    return Timeline(Fraction(1, 24), tracks)


def _rest(timeline: Timeline, seconds=1) -> Timeline:
    """With a beat of rest after the last key."""
    return replace(timeline, duration=timeline.duration + in_seconds(seconds))


def _rack_in(scene: Scene, first: Subject, second: Subject, size: str | None, **pull) -> Timeline:
    """Focus goes from one to the other while the first has a shot size."""
    return _rest(_set_frame(scene, first, size) + rack(scene, subject=first.name, to=second.name, **pull))


@move("rack in a close-up", "combination")
def rack_in_a_close_up(scene, *, subject=None, to=None, size="close-up", seconds=1, ease="both", at=1):
    """A close-up of the subject, and focus goes from it to the other."""
    return _rack_in(scene, *two_in_depth(scene, subject, to, None), size, seconds=seconds, ease=ease, at=at)


@move("rack over the shoulder", "combination")
def rack_over_the_shoulder(scene, *, subject=None, to=None, seconds=1, ease="both", at=1):
    """Near shoulder at the frame's edge, far face on the other third; focus between them."""
    first, second = two_in_depth(scene, subject, to, None)
    near, far = sorted((first, second), key=scene.depth)
    camera = scene.camera
    zoom, at_start = camera.focal_length / camera.sensor_width, pose_of(camera)
    place_of = lambda subject, stand: place(stand, scene.point(subject), zoom)
    side = -1.0 if place_of(near, at_start)[0] <= place_of(far, at_start)[0] else 1.0
    edge, third = side * SHOULDER, -side * THIRD
    height = place_of(far, at_start)[1]

    def framed(metres: float):
        """Trucked by metres and turned so that the far one stands at its third."""
        position = tuple(p + metres * r for p, r in zip(camera.position, at_start.right))
        turned = turn_to(tuple(p - c for p, c in zip(scene.point(far), position)),
                         (third - camera.lens_shift[0], height), zoom, camera.roll)
        there = replace(camera, position=position, pan=turned[0], tilt=turned[1])
        return there, place_of(near, pose_of(there))[0] + camera.lens_shift[0] - edge

    # Trucking right carries the nearer one left: bisect within the farther one's distance either way.
    reach = scene.depth(far)
    low, high = -reach, reach
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if framed(middle)[1] > 0 else (low, middle)
    there, miss = framed((low + high) / 2)
    if abs(miss) > 1e-3:
        raise BadValue(f"{near.name} and {far.name} cannot be framed over the shoulder from here; they stand too "
                       "nearly side by side, or too far apart.")
    offsets = [p - c for p, c in zip(there.position, camera.position)] + [there.pan - camera.pan,
                                                                         there.tilt - camera.tilt]
    frame = Timeline(Fraction(1, 24), [Track(channel, (Key(Fraction(0), value),)) for channel, value in
                                       zip(("x", "y", "z", "pan", "tilt"), offsets)])
    return _rest(frame + rack(scene, subject=first.name, to=second.name, seconds=seconds, ease=ease, at=at))


SHOULDER, THIRD = 0.32, 1 / 6
"""Frame widths from the centre: where the near one's head stands (its far half beyond the outer fifth), and a third."""


@move("rack during a tracking shot", "combination")
def rack_during_a_tracking_shot(scene, *, subject=None, to=None, amount="0.3 m", seconds=4, pull=1, ease="both"):
    """The camera tracks past while focus goes between subjects, at the middle of the way."""
    first, second = two_in_depth(scene, subject, to, None)
    track = tracking(scene, subject=first.name, amount=amount, seconds=seconds, ease=ease)
    pull = pull_duration(pull)
    return track + rack(scene, subject=first.name, to=second.name, seconds=pull, ease=ease,
                        at=max((track.duration - pull) / 2, Fraction(0)))


@move("rack in an insert", "combination")
def rack_in_an_insert(scene, *, subject=None, to=None, size="medium close-up", seconds=1, ease="both", at=1):
    """A tight frame on a thing or detail, and focus goes from it to the other."""
    return _rack_in(scene, *two_in_depth(scene, subject, to, None), size, seconds=seconds, ease=ease, at=at)


@move("rack in a wide", "combination")
def rack_in_a_wide(scene, *, subject=None, to=None, size=None, seconds=2, ease="both", at=1):
    """The whole plate, or a named shot size; focus goes slowly from near to far."""
    near, far = sorted(two_in_depth(scene, subject, to, None), key=scene.depth)
    return _rack_in(scene, near, far, size, seconds=seconds, ease=ease, at=at)


@move("push-in pull-out", "combination")
def push_in_pull_out(scene, *, subject=None, amount=None, start=None, end=None, seconds=None, speed=None, ease="both",
                     beat=0):
    """The camera pushes in, and pulls out again the same way."""
    push = push_in(scene, subject=subject, amount=amount, start=start, end=end, seconds=_half(seconds, beat),
                   speed=speed, ease=ease)
    return push.there_and_back(beat)


@move("push-in pull-out with zoom", "combination")
def push_in_pull_out_with_zoom(scene, *, subject=None, amount=None, start=None, end=None, seconds=None, speed=None,
                               ease="both", beat=0):
    """Push-in and zoom together, and both back."""
    push = push_in_with_zoom(scene, subject=subject, amount=amount, start=start, end=end, seconds=_half(seconds, beat),
                             speed=speed, ease=ease)
    return push.there_and_back(beat)


@move("push-in pull-out with tracking", "combination")
def push_in_pull_out_with_tracking(scene, *, subject=None, amount=None, sideways="0.2 m", seconds=None, speed=None,
                                   ease="both", beat=0):
    """The camera pushes in while it tracks past the subject, and comes back."""
    push = push_in(scene, subject=subject, amount=amount, seconds=_half(seconds, beat), speed=speed, ease=ease)
    aside = tracking(scene, subject=subject, amount=sideways, seconds=push.duration, ease=ease)
    return (push + aside).there_and_back(beat)


@move("push-in pull-out with tilt", "combination")
def push_in_pull_out_with_tilt(scene, *, subject=None, amount=None, start=None, end=None, angle="5°", seconds=None,
                               speed=None, ease="both", beat=0):
    """The camera pushes in and tilts, and takes both back."""
    push = push_in_with_tilt(scene, subject=subject, amount=amount, start=start, end=end, angle=angle,
                             seconds=_half(seconds, beat), speed=speed, ease=ease)
    return push.there_and_back(beat)


@move("push-in pull-out into a close-up", "combination")
def push_in_pull_out_into_a_close_up(scene, *, subject=None, start=None, seconds=None, speed=None, ease="both", beat=1):
    """The camera pushes in to a close-up, rests on it for a beat, and pulls out."""
    push = push_in(scene, subject=subject, start=start, end="close-up", seconds=_half(seconds, beat), speed=speed,
                   ease=ease)
    return push.there_and_back(beat)


def _half(seconds, beat) -> Fraction | None:
    """One way's share of the seconds that there, a beat and back take together."""
    if seconds is None:
        return None
    half = (in_seconds(seconds) - in_seconds(beat)) / 2
    if half <= 0:
        raise BadValue(f"There and back with a beat of {float(in_seconds(beat)):g} s does not fit into "
                       f"{float(in_seconds(seconds)):g} s.")
    return half
