"""Advice as edits: what can be done about it, tried before it is offered.

Every remedy is checked by asking for advice on the shot it makes: only those after which there is less of it are
offered. That takes some hundred evaluations of the shot, tens of milliseconds; ask when the shot has changed, on a
thread if a plate is given.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from ..camera import Camera
from ..counted import f_number
from ..shots.advice import INVENTED, Advice, advise
from ..shots.comparison import main_subject
from ..shots.document import Shot
from ..shots.framing import anchor_point, turn_to
from ..shots.kit import usable_kit
from ..shots.timeline import TRAVEL, Track
from . import edits


class Remedy(NamedTuple):
    """Something that can be done about a piece of advice.

    label  in a few words, for the button and the undo list
    shot   as it then is
    """

    label: str
    shot: Shot


def remedies(shot: Shot, take: str, advice: Advice, plate=None, invented: float = INVENTED) -> tuple[Remedy, ...]:
    """What can be done about a piece of advice on a take, the advice's own remedy first."""
    count = lambda s: sum(a.topic == advice.topic for a in advise(s, take, plate, invented))
    before = count(shot)
    helps = lambda s: count(s) < before
    found: list[Remedy] = []
    for label, tried in _candidates(shot, take, advice, helps):
        if tried is not None and all(tried != other.shot for other in found) and helps(tried):
            found.append(Remedy(label, tried))
    return tuple(found)


def followed(shot: Shot, take: str, advice: Advice) -> Shot:
    """The shot with the advice's own remedy: a take that it makes longer takes those that match it along."""
    lasts = advice.fixed.timeline.duration
    return shot.with_take(advice.fixed) if lasts == shot.take(take).timeline.duration else edits.retime_take(shot, take, lasts)


Helps = Callable[[Shot], bool]


def _candidates(shot: Shot, take: str, advice: Advice, helps: Helps) -> Iterator[tuple[str, Shot | None]]:
    """(label, shot) of what might be done about a piece of advice, to be tried; None: it cannot be done."""
    if advice.fixed:
        yield advice.remedy.rstrip("."), followed(shot, take, advice)
    topic, of = advice.topic, shot.take(take)
    if topic == "framing":
        yield from _framed(shot, take)
    if topic == "lens" and of.lens:
        yield "Stay within the lens", _within_lens(shot, take)
    if topic == "focus":
        if of.lens:
            yield "Focus no nearer than the lens does", _within_lens(shot, take)
        yield from _longer_lens(shot, take, helps)
    if topic in ("rig", "travel", "lens", "framing", "pixels", "invented", "focus"):
        # A rig that cannot travel is not helped by less of it; what cannot is left out by being tried.
        yield from _less(shot, take, helps, travel_only=topic in ("rig", "travel"))
    focus = of.timeline.track("focus_distance")
    pulled = topic == "focus" and focus and len(focus.keys) > 1      # of which nothing would be left
    if topic in ("invented", "framing", "focus", "travel", "lens") and advice.time > 0.2 and not pulled:
        end = max(float(advice.time) - 0.1, 0.1)
        yield f"End at {end:.1f} s", edits.end_take(shot, take, end)


def _less(shot: Shot, take: str, helps: Helps, travel_only: bool) -> Iterator[tuple[str, Shot | None]]:
    """As much of the move as there can be."""
    channels = TRAVEL if travel_only else (*TRAVEL, "focal_length", "pan", "tilt", "roll")
    if not any(t.channel in channels and len(t.keys) > 1 for t in shot.take(take).timeline.tracks):
        return
    made = lambda share: _scaled(shot, take, channels, share)
    share = _most(lambda s: helps(made(s)))
    if share:
        yield f"{'Travel' if travel_only else 'Move'} {share:.0%} as far", made(share)


def _most(helps: Callable[[float], bool]) -> float | None:
    """The largest share of 1 in per cent that helps, by bisection; None where not even a tenth does."""
    low, high = 10, 100
    if not helps(low / 100):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if helps(middle / 100) else (low, middle)
    return low / 100


def _scaled(shot: Shot, take: str, channels: tuple[str, ...], share: float) -> Shot:
    """Every way of some channels a share as long, from where it begins."""
    of = shot.take(take)

    def shorter(track: Track) -> Track:
        if track.channel not in channels:
            return track
        first = track.keys[0].value
        between = (lambda v: first * (v / first) ** share) if track.channel == "focal_length" else (
            lambda v: first + share * (v - first))
        return replace(track, keys=tuple(replace(k, value=between(k.value)) for k in track.keys))

    return shot.with_take(replace(of, timeline=replace(of.timeline, tracks=tuple(map(shorter, of.timeline.tracks)))))


def _framed(shot: Shot, take: str) -> Iterator[tuple[str, Shot | None]]:
    """Panning with the subject, or starting with it in the frame."""
    of = shot.take(take)
    if of.match:
        return
    name = main_subject(shot, of).name
    yield f"Keep {name} framed", edits.keep_framed(shot, take, name)
    camera = of.camera
    away = tuple(p - c for p, c in zip(anchor_point(shot.plate.stage, shot.subject(name)), camera.position))
    pan, tilt = turn_to(away, (-camera.lens_shift[0], -camera.lens_shift[1]),
                        camera.focal_length / camera.sensor_width, camera.roll)
    turned = edits.start_here(shot, take, replace(camera, pan=pan, tilt=tilt))
    yield f"Start on {name}", turned
    yield f"Start on {name} and keep it framed", edits.keep_framed(turned, take, name)


def _within_lens(shot: Shot, take: str) -> Shot | None:
    """Focal lengths, stops and focus marks brought into the lens's range."""
    of = shot.take(take)
    lens = of.lens
    short, long = lens.focal_length
    into = lambda value, low, high: min(max(value, low), high)
    camera: Camera = of.camera
    start = camera.focal_length
    limits = {"focal_length": (short * start / into(start, short, long), long * start / into(start, short, long)),
              "f_stop": lens.stops}
    closest = max(lens.closest(long), lens.closest(short))

    def limited(track: Track) -> Track:
        if track.channel == "focus_distance":
            value = lambda v: v if isinstance(v, str) else max(v, closest)
        elif track.channel in limits:
            value = lambda v: into(v, *limits[track.channel])
        else:
            return track
        return replace(track, keys=tuple(replace(k, value=value(k.value)) for k in track.keys))

    tracks = tuple(map(limited, of.timeline.tracks))
    camera = replace(camera, focal_length=into(start, short, long), focus_distance=max(camera.focus_distance, closest),
                     f_stop=camera.f_stop and into(camera.f_stop, *lens.stops))
    return shot.with_take(replace(of, camera=camera, timeline=replace(of.timeline, tracks=tracks)))


def _longer_lens(shot: Shot, take: str, helps: Helps) -> Iterator[tuple[str, Shot | None]]:
    """A rack that no stop makes readable: the lens wide open, and as much longer as need be."""
    of = shot.take(take)
    if of.camera.f_stop is None:
        return
    widest, most = (of.lens.stops[0], of.lens.focal_length[1]) if of.lens else (1.4, 200.0)
    open_wide = edits.set_f_stop(shot, take, min(widest, of.camera.f_stop))
    yield f"Open to {f_number(min(widest, of.camera.f_stop), 3)}", open_wide
    shortest = of.camera.focal_length
    for focal in (f for f in (18, 21, 24, 28, 32, 35, 40, 50, 65, 75, 85, 100, 135, 150, 180, 200) if f > shortest):
        if focal > most:
            break
        longer = edits.set_focal_length(open_wide, take, float(focal))
        if helps(longer):
            yield f"Use {focal} mm at {f_number(longer.take(take).camera.f_stop, 3)}", longer
            return
    if of.lens and not of.lens.is_zoom:
        for lens in sorted(usable_kit().lenses, key=lambda lens: lens.focal_length):
            if lens.squeeze == of.lens.squeeze and lens.focal_length[0] > shortest and lens.stops[0] <= widest:
                other = edits.set_f_stop(edits.set_lens(shot, take, lens), take, lens.stops[0])
                if helps(other):
                    yield f"Take the {lens.name} at {f_number(lens.stops[0], 3)}", other
                    return
