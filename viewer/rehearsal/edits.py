"""What can be done to a shot: each edit is a function from a shot, and words, to another shot.

    document.edit("Rack", edits.rack_between(document.shot, "A", "mira", "tom", at=1.5))

Being values they are undone by keeping the older one. Takes are named; a key is named by the place of its track in the
take's timeline and its time (`KeyAt`). Times are snapped to frames unless said otherwise.
"""
from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from ..camera import NEAR, Camera
from ..errors import PushinError
from ..plate import repair, scale
from ..plate.adjust import Adjustments
from ..shots.comparison import main_subject, matched
from ..shots.document import Shot, Take
from ..shots.easing import CURVES, OVERSHOOT, Ease, curve
from ..shots.errors import BadValue
from ..shots.framing import MOST_DISTANT, UNNAMED, Subject, plane_of_focus
from ..shots.kit import F_STOP, FOCAL_LENGTHS, THIRDS, Lens
from ..shots.moves import make, named_move
from ..shots.performance import FARTHEST
from ..shots.rigs import rig
from ..shots.timeline import ABSOLUTE, LIMITS, Channel, Hold, Key, Timeline, Track, seconds, snapped, space

SAME_POINT = 0.01
"""Of the plate's width: what is said of a point so close to another one takes its place."""

UNMOVED = 1e-4
"""Relative change of depth that is none."""

SAME_FOCUS = 0.01
"""Of 1/distance, by which what is played may differ from what was seen."""

ALIKE = 0.2
"""Of 1/distance, by which what belongs to a subject may differ from it."""


class KeyAt(NamedTuple):
    """A key in a take: the index of its track, and its time."""

    track: int
    time: Fraction


class Copied(NamedTuple):
    """A copied key: where it belongs, and how long after the first one."""

    channel: Channel
    move: str
    about: str | None
    performed: bool
    key: Key


def _with_timeline(shot: Shot, take: str, timeline: Timeline, stretch: bool = False) -> Shot:
    """The take with another timeline; takes that match it, and lasted as long, go on lasting as long, their keys as they are
    or stretched likewise."""
    before, lasts = shot.take(take).timeline.duration, timeline.duration
    shot = shot.with_take(replace(shot.take(take), timeline=timeline))
    for other in shot.takes:
        if other.match and other.match.take == take and other.timeline.duration == before != lasts:
            along = other.timeline.stretched(lasts) if stretch else replace(other.timeline, duration=lasts)
            shot = _with_timeline(shot, other.name, along, stretch)
    return shot


# -- the plate's depth ------------------------------------------------------------------------------------------------

def adjustments(shot: Shot) -> Adjustments:
    """Scale and repairs of the plate."""
    return shot.plate.adjustments or Adjustments()


def adjust(shot: Shot, changed: Adjustments) -> Shot:
    """Other scale and repairs; PushinError on the bundled plate, whose depth is exact."""
    if shot.plate.path is None:
        raise PushinError("The bundled plate's depth is exact and needs neither scale nor repair; open a picture of your "
                          "own.")
    return replace(shot, plate=replace(shot.plate, adjustments=changed if changed != Adjustments() else None,
                                       adjusted=changed.digest))


def tell_scale(shot: Shot, anchor: scale.Anchor | scale.Person, plate) -> Shot:
    """One more thing of which a distance or a height is known, in place of what was said of the same one.

    PushinError where it contradicts the depth of the plate, or what was said before.
    """
    now = adjustments(shot)
    xy = scale.located(plate, anchor).xy
    near = SAME_POINT * plate.width
    others = tuple(a for a in now.anchors if math.dist(scale.located(plate, a).xy, xy) > near)
    scale.fit(plate.measured, (*others, anchor))
    return adjust(shot, replace(now, anchors=(*others, anchor)))


def add_repair(shot: Shot, edit: repair.Edit) -> Shot:
    """One more repair, on top of those there are."""
    now = adjustments(shot)
    return adjust(shot, replace(now, edits=(*now.edits, edit)))


def remove_adjustment(shot: Shot, gone: scale.Anchor | scale.Person | repair.Edit) -> Shot:
    """Without something that was said of the scale, or without a repair."""
    now = adjustments(shot)
    keep = lambda values: tuple(v for v in values if v is not gone)
    return adjust(shot, replace(now, anchors=keep(now.anchors), edits=keep(now.edits)))


def measure_subjects(shot: Shot, before, after) -> Shot:
    """Subjects moved along with the plate's depth, from what it was to what it is; of one beside the plate, as far as the frame."""
    for subject in shot.subjects:
        left, top, right, bottom = subject.head or subject.box
        xy = min(max((left + right) / 2, 0), after.width), min(max((top + bottom) / 2, 0), after.height)
        share = after.depth_at(xy) / before.depth_at(xy)
        if 0 < share < math.inf and abs(share - 1) > UNMOVED:      # where there was sky, or is now, nothing is told
            shot = shot.with_subject(replace(subject, depth=min(max(subject.depth * share, NEAR), MOST_DISTANT)))
    return shot


def follow_depth(shot: Shot, before, after) -> Shot:
    """The shot of a plate on which its depth is other by now: subjects go along; and where its scale is other, so do
    travel, by as much as the subject of each take, and focus. Takes show what they showed, now in true metres.
    """
    moved = measure_subjects(shot, before, after)
    if before.adjustments.anchors == after.adjustments.anchors:
        return moved
    was, now = (scale.fit(plate.measured, plate.adjustments.anchors) for plate in (before, after))

    def scaled(metres: float) -> float:
        with np.errstate(divide="ignore"):
            return min(float(now(was.measured(np.float64(metres)))), MOST_DISTANT)

    def following(take: Take) -> Take:
        if shot.subjects:
            subject = main_subject(shot, take).name
            share = moved.subject(subject).depth / shot.subject(subject).depth
        else:
            middle = float(np.median(before.depth[np.isfinite(before.depth)]))      # of things, and not of the sky
            share = scaled(middle) / middle
        within = lambda channel, value: min(max(value, LIMITS[channel][0]), LIMITS[channel][1])

        def value(track: Track, key: Key):
            if track.channel in ("x", "y", "z"):
                return within(track.channel, key.value * share)
            if track.channel == "focus_distance" and not isinstance(key.value, str):
                return within(track.channel, scaled(key.value))
            return key.value

        tracks = tuple(replace(track, keys=tuple(replace(key, value=value(track, key)) for key in track.keys))
                       for track in take.timeline.tracks)
        camera = replace(take.camera, position=tuple(within(axis, share * p) for axis, p in zip("xyz", take.camera.position)),
                         focus_distance=within("focus_distance", scaled(take.camera.focus_distance)))
        return replace(take, camera=camera, timeline=replace(take.timeline, tracks=tracks))

    return replace(moved, takes=tuple(map(following, shot.takes)))


# -- takes ------------------------------------------------------------------------------------------------------------

def free_name(shot: Shot) -> str:
    """The next letter that no take has: A … Z, A2 …"""
    names = {take.name for take in shot.takes}
    letters = [chr(ord("A") + n) for n in range(26)]
    return next(name for n in range(1, 10**6) for letter in letters
                if (name := letter if n == 1 else f"{letter}{n}") not in names)


def add_take(shot: Shot, name: str | None = None, like: str | None = None) -> Shot:
    """A take in which nothing moves yet, that starts as another one does."""
    name = name or free_name(shot)
    _unused(shot, name)
    if not shot.takes:
        return shot.with_take(Take(name, Timeline(4), shot.plate.stage.camera()))
    model = shot.take(like)
    return shot.with_take(replace(model, name=name, timeline=Timeline(model.timeline.duration), match=None, notes=""))


def duplicate_take(shot: Shot, take: str, name: str | None = None) -> Shot:
    """The same take again under another name."""
    name = name or free_name(shot)
    _unused(shot, name)
    return shot.with_take(replace(shot.take(take), name=name))


def remove_take(shot: Shot, take: str) -> Shot:
    """Throws a take away; takes that matched it stand still from then on. The last one stays."""
    if len(shot.takes) == 1:
        raise BadValue(f"{shot.take(take).name} is the only take; make another one before you throw it away.")
    shot.take(take)
    takes = tuple(replace(t, match=None) if t.match and t.match.take == take else t
                  for t in shot.takes if t.name != take)
    return shot.with_takes(takes)


def rename_take(shot: Shot, take: str, to: str) -> Shot:
    """Another name for a take, also where others match it."""
    shot.take(take)
    if to != take:
        _unused(shot, to)
    takes = tuple(replace(t, name=to if t.name == take else t.name,
                          match=replace(t.match, take=to) if t.match and t.match.take == take else t.match)
                  for t in shot.takes)
    return replace(shot, takes=takes)


def retime_take(shot: Shot, take: str, duration) -> Shot:
    """The same take in another duration: every key and hold with it, and so with takes that match it; and the in and out
    point, where it lasts until then."""
    if seconds(duration) <= 0:
        raise BadValue("A take lasts longer than 0 seconds.")
    duration, before = max(snapped(duration, shot.fps), 1 / shot.fps), shot.take(take).timeline.duration
    start, end = shot.in_point, shot.out_point
    if (shot.duration if end is None else end) <= before:
        scaled = lambda time: time and snapped(time * duration / before, shot.fps)
        start, end = scaled(start), scaled(end)
        start = start and min(start, duration - 1 / shot.fps)
        end = end if end is None else max(end, (start or 0) + 1 / shot.fps)      # a frame, at the least
    stretched = _with_timeline(shot, take, shot.take(take).timeline.stretched(duration), stretch=True)
    return replace(stretched, in_point=start, out_point=end)


def end_take(shot: Shot, take: str, at) -> Shot:
    """The take ends at a time; what comes later stays in it, unseen."""
    timeline = shot.take(take).timeline
    return _with_timeline(shot, take, replace(timeline, duration=max(snapped(at, shot.fps), 1 / shot.fps)))


def match_take(shot: Shot, take: str, to: str, subject: str, by: str | None = None) -> Shot:
    """Makes one take show the subject as large as another does; by "zoom" or "push-in", None: whichever that is not.

    A take that is there already keeps its own camera, lens, rig and focus, and lasts as long as the other.
    """
    other = shot.take(to)
    made = matched(other, subject, take, by)
    own = next((t for t in shot.takes if t.name == take), None)
    if own:
        kept = tuple(t for t in own.timeline.tracks if t.channel in ABSOLUTE)
        rings = tuple(channel for channel in ABSOLUTE if _ring(own, channel) != _ring(other, channel))
        made = replace(own, match=replace(made.match, own=rings), timeline=Timeline(made.timeline.duration, kept))
    return shot.with_take(made)


def match_recorded(shot: Shot, take: str, recorded: str, at, along: Iterable[Channel] = (), seen: tuple[Key, ...] = ()) -> Shot:
    """The take goes on to match what was recorded of the take that it matched, with the stop and focus that it has.

    along  which of these are the recorded take's, as hands have set them, where they are not this take's own
    at     as in `lenses_along`
    seen   how this take was focused meanwhile: where marks would say something else, that is recorded
    """
    follows, other = shot.take(take), shot.take(recorded)
    if follows.timeline.duration == shot.take(follows.match.take).timeline.duration:
        follows = replace(follows, timeline=replace(follows.timeline, duration=other.timeline.duration))
    follows = replace(follows, match=replace(follows.match, take=recorded))
    for channel in set(along) - set(follows.match.own):
        follows = _along(shot.with_take(follows), follows, other, channel, at)
    track = follows.timeline.track("focus_distance")
    if seen and track and "focus_distance" in set(along) - set(follows.match.own):
        play = shot.with_take(follows).perform(take)
        if any(abs(1 / play.as_set(float(key.time)).focus_distance - 1 / key.value) > SAME_FOCUS / key.value for key in seen):
            follows = replace(follows, timeline=follows.timeline.replacing(track, replace(track, keys=seen, performed=True)))
    return shot.with_take(follows)


def lenses_along(before: Shot, after: Shot, at) -> Shot:
    """An edit, in which takes that match another one go along with its stop and focus, so that the comparison is fair.

    One that was set on a matched take itself is its own from then on, until it is set to the other's again.
    before  the shot as it was, all through a drag as it was before that
    at      seconds: when a distance that holds all the take through was measured
    """
    known = {take.name: take for take in before.takes}
    matches = lambda take: 1 + matches(after.take(take.match.take)) if take.match else 0
    for name in [take.name for take in sorted(after.takes, key=matches) if take.match]:
        take = after.take(name)
        other = after.take(take.match.take)
        was = known.get(name)
        if not (was and was.match and was.match.take == other.name in known):
            continue
        own = set(take.match.own)
        for channel in ABSOLUTE:
            set_here, set_there = (_ring(now, channel) != _ring(known[now.name], channel) for now in (take, other))
            if set_there and channel not in own:
                take = _along(after, take, other, channel, at)
            elif set_here:
                fair = _ring(_along(after, take, other, channel, at), channel) == _ring(take, channel)
                own = own - {channel} if fair else own | {channel}
        after = after.with_take(replace(take, match=replace(take.match, own=tuple(sorted(own)))))
    return after


def _ring(take: Take, channel: Channel):
    """How stop or focus is set: where the take starts, and by keys."""
    return getattr(take.camera, channel), take.timeline.track(channel)


def _along(shot: Shot, take: Take, other: Take, channel: Channel, at) -> Take:
    """The take with another one's stop or focus; a distance becomes that of the same plane, from where it stands."""
    value, track = _ring(other, channel)
    if track:
        value = getattr(take.camera, channel)      # which does not count then
    if channel == "focus_distance":
        one, two = shot.perform(other.name), shot.perform(take.name)

        def there(metres: float, time) -> float:
            here = replace(one.as_set(float(time)), focus_distance=metres)
            low, high = LIMITS[channel]
            return min(max(plane_of_focus(here, two.as_set(float(time))), low), high)

        if track is None:
            value = there(value, at)
        else:
            track = replace(track, keys=tuple(key if isinstance(key.value, str) else
                                              replace(key, value=there(key.value, key.time)) for key in track.keys))
    kept = without_channels(take.timeline, (channel,))
    return replace(take, camera=replace(take.camera, **{channel: value}), timeline=kept.with_track(track) if track else kept)


def set_rig(shot: Shot, take: str, name: str) -> Shot:
    """Another rig carries the camera."""
    return shot.with_take(replace(shot.take(take), rig=rig(name).name))


def set_lens(shot: Shot, take: str, lens: Lens | None) -> Shot:
    """Another lens on the camera, at its own stop and focal length as far as it has them; None: one without limits."""
    of = shot.take(take)
    camera = of.camera
    if lens:
        stop = camera.f_stop and min(max(camera.f_stop, lens.stops[0]), lens.stops[1])
        focal = min(max(camera.focal_length, lens.focal_length[0]), lens.focal_length[1])
        shot = set_f_stop(set_focal_length(shot, take, focal), take, stop)
        of = shot.take(take)
        camera = replace(of.camera, blades=lens.blades)
    if lens or of.lens:
        before, squeeze = (each.squeeze if each else 1.0 for each in (of.lens, lens))
        camera = replace(camera, squeeze=squeeze, sensor_width=camera.sensor_width / before * squeeze)
    return shot.with_take(replace(of, lens=lens, camera=camera))


def set_focal_length(shot: Shot, take: str, focal_length: float) -> Shot:
    """The focal length that a take starts with, mm; zooms keep their ratio to it."""
    of = shot.take(take)
    timeline = _scaled(of.timeline, "focal_length", focal_length / of.camera.focal_length)
    return shot.with_take(replace(of, camera=replace(of.camera, focal_length=focal_length), timeline=timeline))


def focal_lengths(shot: Shot, take: str) -> tuple[float, float]:
    """From which to which focal length a take may be set, mm: as far as its lens reaches, or what took the plate; what is
    outside of that goes no farther."""
    of, own = shot.take(take), shot.plate.stage.focal_length
    low, high = of.lens.focal_length if of.lens else (min(FOCAL_LENGTHS[0], own), max(FOCAL_LENGTHS[1], own))
    return min(low, of.camera.focal_length), max(high, of.camera.focal_length)


def stops(shot: Shot, take: str) -> tuple[float, ...]:
    """The stops that a take's lens is marked with, from the widest to the narrowest; its ends are, too."""
    lens = shot.take(take).lens
    wide, narrow = lens.stops if lens else (THIRDS[0], THIRDS[-1])
    return tuple(sorted({float(wide), *(float(stop) for stop in THIRDS if wide < stop < narrow), float(narrow)}))


def _scaled(timeline: Timeline, channel: Channel, ratio: float) -> Timeline:
    """A timeline in which every key of a channel is so many times as large, as far as keys go."""
    low, high = LIMITS[channel]
    tracks = tuple(replace(t, keys=tuple(replace(k, value=min(max(k.value * ratio, low), high)) for k in t.keys))
                   if t.channel == channel else t for t in timeline.tracks)
    return replace(timeline, tracks=tracks)


def set_f_stop(shot: Shot, take: str, f_stop: float | None) -> Shot:
    """The f-number that a take starts with; an iris that is pulled goes along by as many stops. None is a pinhole, which has
    no iris. What was one is focused on whom the take is about, where focus was never set."""
    of = shot.take(take)
    opened, timeline = of.camera.f_stop is None and f_stop is not None, of.timeline
    if f_stop is None:
        timeline = without_channels(timeline, ("f_stop",))
    elif not opened:
        timeline = _scaled(timeline, "f_stop", f_stop / of.camera.f_stop)
    shot = shot.with_take(replace(of, camera=replace(of.camera, f_stop=f_stop), timeline=timeline))
    return _focused(shot, of, main_subject(shot, of).name) if opened and shot.subjects else shot


def _focused(shot: Shot, take: Take, subject: str) -> Shot:
    """Focus on a subject where it was never set, and so for what the take goes along with."""
    if _ring(take, "focus_distance") == (Camera().focus_distance, None):
        shot = focus_on(shot, take.name, subject)
    if take.match and "focus_distance" not in take.match.own:
        shot = _focused(shot, shot.take(take.match.take), subject)
    return shot


def start_here(shot: Shot, take: str, camera: Camera) -> Shot:
    """The take starts from another camera; its moves add to that."""
    return shot.with_take(replace(shot.take(take), camera=camera))


def _unused(shot: Shot, name: str) -> None:
    """Raises BadValue where a take is called that already."""
    if any(take.name == name for take in shot.takes):
        raise BadValue(f"There is a take {name} already; choose another name.")


# -- subjects ---------------------------------------------------------------------------------------------------------

def add_subject(shot: Shot, subject: Subject) -> Shot:
    """Names one more subject; BadValue where another one is called that."""
    if any(s.name == subject.name for s in shot.subjects):
        raise BadValue(f"There is a subject called {subject.name} already; choose another name.")
    return shot.with_subject(subject)


def name_subject(shot: Shot, subject: Subject) -> Shot:
    """Names one more subject; where the one that nobody has named stands there, in its place, and takes follow."""
    named = add_subject(shot, subject)
    before = next((s for s in shot.subjects if s.name == UNNAMED), None)
    left, top, right, bottom = subject.box
    if (before is None or not (left <= before.anchor[0] <= right and top <= before.anchor[1] <= bottom)
            or abs(1 / subject.depth - 1 / before.depth) > ALIKE / before.depth or before.has_size > subject.has_size):
        return named
    called = lambda name: subject.name if name == UNNAMED else name

    def follows(take: Take) -> Take:
        line = take.timeline
        tracks = tuple(replace(t, about=called(t.about), keys=tuple(replace(k, value=called(k.value)) for k in t.keys))
                       if UNNAMED in (t.about, *(k.value for k in t.keys)) else t for t in line.tracks)
        holds = tuple(replace(h, subject=called(h.subject)) for h in line.holds)
        match = take.match and replace(take.match, subject=called(take.match.subject))
        return replace(take, match=match, timeline=replace(line, tracks=tracks, holds=holds, about=called(line.about)))

    return replace(shot, takes=tuple(map(follows, shot.takes)),
                   subjects=tuple(subject if s is before else s for s in shot.subjects))


def remove_subject(shot: Shot, subject: str) -> Shot:
    """Takes a subject away. Focus stays where it was on it, in metres; what was held or matched on it is let go."""
    shot.subject(subject)

    def without(take: Take) -> Take:
        play = shot.perform(take.name)
        mark = lambda k: replace(k, value=min(max(play.distance(subject, float(k.time)), 0.1), 1e6))
        tracks = tuple(replace(t, keys=tuple(mark(k) if k.value == subject else k for k in t.keys))
                       for t in take.timeline.tracks if t.about != subject)
        tracks = tuple(replace(t, move="") if t.move == "follow focus" and not isinstance(t.keys[0].value, str) else t
                       for t in tracks)      # nobody is followed any more
        holds = tuple(h for h in take.timeline.holds if h.subject != subject)
        match = None if take.match and take.match.subject == subject else take.match
        about = None if take.timeline.about == subject else take.timeline.about
        return replace(take, match=match, timeline=replace(take.timeline, tracks=tracks, holds=holds, about=about))

    return replace(shot, takes=tuple(map(without, shot.takes)),
                   subjects=tuple(s for s in shot.subjects if s.name != subject))


# -- moves and focus --------------------------------------------------------------------------------------------------

def apply_move(shot: Shot, take: str, move: str, at=None, **words) -> Shot:
    """A move by its film name on top of what the take does; see shots.words for the words. Focus stays as it was up to where a
    pull of it begins."""
    if at is not None:
        words["at"] = snapped(at, shot.fps)
    made = make(shot.scene(take), move, **words)
    pull = made.track("focus_distance")
    return _with_timeline(shot, take, (_held_until(shot, take, pull.keys[0]) if pull else shot.take(take).timeline) + made)


def _held_until(shot: Shot, take: str, pull: Key) -> Timeline:
    """What the take does, with its focus as it was up to a key that is to be put in: from what is there it does not go to that."""
    timeline, frame = shot.take(take).timeline, 1 / shot.fps
    track = timeline.track("focus_distance")
    if track is None or pull.time <= 0 or shot.perform(take).focus_mark(float(pull.time - frame)) == pull.value:
        return timeline
    before = next((k for k in reversed(track.keys) if k.time < pull.time), None)
    after = next((k for k in track.keys if k.time >= pull.time), None)
    if before is None:
        held = track.with_key(replace(after, time=0, ease="hold"))
    elif after is None or after.value == before.value or before.ease == "hold" or before.time >= pull.time - frame:
        held = track.with_key(replace(before, ease="hold"))
    else:       # a pull that is under way goes on as it was until a frame before
        there = pull.time - frame
        way, _ = part(before.ease, float((there - before.time) / (after.time - before.time)))
        played = min(shot.perform(take).as_set(float(there)).focus_distance, FARTHEST)
        held = track.with_key(replace(before, ease=way)).with_key(Key(there, played, "hold"))
    return timeline.replacing(track, held)


def replace_moves(shot: Shot, take: str, move: str, **words) -> Shot:
    """A move by its film name in place of what the camera does; focus and aperture go on as they are. What matches the take goes on
    to match whom the move is about."""
    of = shot.take(take)
    made = make(shot.scene(take), move, **words)
    if named_move(move).kind == "focus":
        return _with_timeline(shot, take, without_channels(of.timeline, ("focus_distance",)) + made)
    kept = tuple(t for t in of.timeline.tracks if t.channel in ABSOLUTE)
    free = shot.with_take(replace(of, match=None))
    for other in shot.takes:
        if made.about and other.match and other.match.take == take:
            free = free.with_take(replace(other, match=replace(other.match, subject=made.about)))
    return _with_timeline(free, take, Timeline(made.duration, kept) + made)


def without_channels(timeline: Timeline, channels: Iterable[Channel]) -> Timeline:
    """A timeline without the tracks of some channels."""
    channels = set(channels)
    return replace(timeline, tracks=tuple(t for t in timeline.tracks if t.channel not in channels))


def rack_between(shot: Shot, take: str, subject: str, to: str, at, duration=1, ease: Ease = "both") -> Shot:
    """Focus goes from one subject to another in some seconds, from a time on; where it only stood, it stands on the first."""
    track = shot.take(take).timeline.track("focus_distance")
    if track and len(track.keys) == 1:
        shot = _with_timeline(shot, take, without_channels(shot.take(take).timeline, ("focus_distance",)))
    return apply_move(shot, take, "rack", at=at, subject=subject, to=to, seconds=duration, ease=ease)


def focus_on(shot: Shot, take: str, mark: float | str, at=None) -> Shot:
    """Focus on a mark: metres, a subject's name, or "infinity"; the whole take through, or as a key at a time."""
    of = shot.take(take)
    mark = mark if isinstance(mark, str) else min(max(float(mark), 0.01), 1e6)
    track = of.timeline.track("focus_distance")
    if at is None:
        timeline = without_channels(of.timeline, ("focus_distance",))
        if isinstance(mark, str):
            timeline = timeline.with_track(Track("focus_distance", (Key(0, mark),), "follow focus"))
            return shot.with_take(replace(of, timeline=timeline))
        return shot.with_take(replace(of, timeline=timeline, camera=replace(of.camera, focus_distance=mark)))
    key = Key(snapped(at, shot.fps), mark)
    if track is None:
        return _with_timeline(shot, take, _longer(of.timeline.with_track(Track("focus_distance", (key,))), key.time))
    before = [k for k in track.keys if k.time <= key.time]
    key = replace(key, ease=before[-1].ease if before else "linear")
    return _with_timeline(shot, take, _longer(of.timeline.replacing(track, track.with_key(key)), key.time))


# -- keys -------------------------------------------------------------------------------------------------------------

def insert_key(shot: Shot, take: str, track: int, time) -> Shot:
    """A key on a track where it is at a time, so that nothing changes yet: the way is parted in two."""
    timeline = shot.take(take).timeline
    of, time = _track(timeline, track), snapped(time, shot.fps)
    return _with_timeline(shot, take, _longer(timeline.replacing(of, _parted(of, time)), time))


def add_lane(shot: Shot, take: str, channel: Channel, time) -> Shot:
    """A track with a key at a time for a channel that nothing moves yet, so that nothing changes yet; else a key on its track.

    A pinhole gets an iris: at its narrowest for a lane of it, and open for one of focus, which would not be seen.
    """
    of, time = shot.take(take), snapped(time, shot.fps)
    if channel in ABSOLUTE and of.camera.f_stop is None:
        shot = set_f_stop(shot, take, stops(shot, take)[-1] if channel == "f_stop" else F_STOP)
        of = shot.take(take)
    for index, track in enumerate(of.timeline.tracks):
        if track.channel == channel:
            return insert_key(shot, take, index, time)
    if channel not in ABSOLUTE:
        _own_way(of)
    value = 0.0     # what moves is counted from where the take starts
    if channel in (*ABSOLUTE, "focal_length"):
        value = min(_value(of.camera, channel), LIMITS[channel][1])
    return _with_timeline(shot, take, _longer(of.timeline.with_track(Track(channel, (Key(time, value),))), time))


def _own_way(take: Take) -> None:
    """Raises BadValue on a take that matches another: it has no way of its own."""
    if take.match:
        raise BadValue(f"Take {take.name} matches take {take.match.take}, which says where it goes; free it first.")


def set_camera(shot: Shot, take: str, time, camera: Camera) -> Shot:
    """Keys at a time so that the take's camera there, as rig and rings are set, is this one; what does not differ gets none.

    A channel without a track gets one with this key, which then counts the whole take through.
    """
    time = snapped(time, shot.fps)
    _own_way(shot.take(take))
    for _ in range(2):   # a second time for what a hold, or the rig's inertia, made of the first
        now = shot.perform(take).as_set(float(time))
        for channel in ("x", "y", "z", "pan", "tilt", "roll", "focal_length", "focus_distance", "f_stop"):
            shot = _reaching(shot, take, channel, time, _value(now, channel), _value(camera, channel))
    return shot


def _value(camera: Camera, channel: str) -> float | None:
    """What a camera has in a channel, in the channel's unit; None: the stop of a pinhole."""
    return camera.position["xyz".index(channel)] if channel in ("x", "y", "z") else getattr(camera, channel)


def _reaching(shot: Shot, take: str, channel: Channel, time: Fraction, now: float | None, wanted: float | None) -> Shot:
    """A key at a time by which a channel has the value that is wanted, where it has another one now."""
    if wanted is None or now is None or math.isclose(now, wanted, rel_tol=1e-9, abs_tol=1e-9):
        return shot
    timeline = shot.take(take).timeline
    track = timeline.track(channel)
    if channel in ABSOLUTE:
        value = min(wanted, FARTHEST) if channel == "focus_distance" else wanted
    elif channel == "focal_length":
        here = shot.take(take).camera.focal_length if track is None else _at(track, time)
        value = here * wanted / now
    else:
        value = (0.0 if track is None else _at(track, time)) + wanted - now
    if track is None:
        return _with_timeline(shot, take, _longer(timeline.with_track(Track(channel, (Key(time, value),))), time))
    parted = _parted(track, time)
    key = next(k for k in parted.keys if k.time == time)
    return _with_timeline(shot, take, _longer(timeline.replacing(track, parted.with_key(replace(key, value=value))), time))


def move_keys(shot: Shot, take: str, keys: Iterable[KeyAt], by) -> Shot:
    """Keys dragged by some seconds, on frames or not, together, no farther than the start; a key on which one lands is replaced."""
    keys = list(keys)
    if not keys:
        return shot
    by = max(seconds(by), -min(key.time for key in keys))
    return _edited(shot, take, keys, lambda key: replace(key, time=key.time + by))


def delete_keys(shot: Shot, take: str, keys: Iterable[KeyAt]) -> Shot:
    """Takes keys away, and a track with its last one."""
    return _edited(shot, take, keys, lambda key: None)


def set_ease(shot: Shot, take: str, keys: Iterable[KeyAt], ease: Ease) -> Shot:
    """How the way from keys to the next ones goes."""
    return _edited(shot, take, keys, lambda key: replace(key, ease=ease))


def copy_keys(shot: Shot, take: str, keys: Iterable[KeyAt]) -> tuple[Copied, ...]:
    """Keys to be pasted; not an edit."""
    tracks = shot.take(take).timeline.tracks
    found = [(tracks[at.track], key) for at in keys for key in tracks[at.track].keys if key.time == at.time]
    first = min((key.time for _, key in found), default=Fraction(0))
    return tuple(Copied(t.channel, t.move, t.about, t.performed, replace(key, time=key.time - first))
                 for t, key in found)


def paste_keys(shot: Shot, take: str, copied: Iterable[Copied], at) -> Shot:
    """Copied keys from a time on, on the tracks they came from, or new ones where the take has none such."""
    timeline, at, copied = shot.take(take).timeline, snapped(at, shot.fps), tuple(copied)
    if any(each.channel not in ABSOLUTE for each in copied):
        _own_way(shot.take(take))
    for channel, move, about, performed, key in copied:
        key = replace(key, time=at + key.time)
        same = [t for t in timeline.tracks if t.channel == channel and t.about == about]
        track = next((t for t in same if t.move == move), same[0] if same else None)
        timeline = (timeline.with_track(Track(channel, (key,), move, about, performed)) if track is None else
                    timeline.replacing(track, track.with_key(key)))
    return _with_timeline(shot, take, _longer(timeline, *(at + each.key.time for each in copied)))


def keep_framed(shot: Shot, take: str, subject: str, start=0, end=None) -> Shot:
    """The operator keeps a subject where it is in the frame, from a time to another."""
    timeline = shot.take(take).timeline
    hold = Hold("framing", subject, snapped(start, shot.fps), timeline.duration if end is None else snapped(end, shot.fps))
    others = tuple(h for h in timeline.holds if h.what != "framing" or h.end < hold.start or h.start > hold.end)
    return _with_timeline(shot, take, replace(timeline, holds=(*others, hold)))


def _track(timeline: Timeline, index: int) -> Track:
    """A track by its place in the timeline; BadValue where there is none."""
    if not 0 <= index < len(timeline.tracks):
        raise BadValue(f"The take has no track {index + 1}.")
    return timeline.tracks[index]


def _longer(timeline: Timeline, *times: Fraction) -> Timeline:
    """Long enough for keys at some times; those that an earlier end has left behind it stay there, see `end_take`."""
    return replace(timeline, duration=max([timeline.duration, *times]))


def _edited(shot: Shot, take: str, keys: Iterable[KeyAt], change) -> Shot:
    """Every named key replaced by change(key), None taking it away."""
    timeline, chosen, moved = shot.take(take).timeline, {}, set()
    for at in keys:
        chosen.setdefault(at.track, set()).add(seconds(at.time))
    tracks = list(timeline.tracks)
    for index, times in chosen.items():
        track = _track(timeline, index)
        changed = [new for key in track.keys if key.time in times and (new := change(key)) is not None]
        landed = {key.time for key in changed}
        moved |= landed - times
        kept = [key for key in track.keys if key.time not in times and key.time not in landed]
        keys = tuple(sorted((*kept, *changed), key=lambda key: key.time))
        tracks[index] = replace(track, keys=keys) if keys else None
    return _with_timeline(shot, take, _longer(replace(timeline, tracks=tuple(t for t in tracks if t is not None)), *moved))


# -- parting a way ----------------------------------------------------------------------------------------------------

def _at(track: Track, time: Fraction) -> float:
    """A track's own value at a time; numbers only."""
    return next(k for k in _parted(track, time).keys if k.time == time).value


def _parted(track: Track, time: Fraction) -> Track:
    """The track with a key at a time, and the same curve."""
    if any(k.time == time for k in track.keys):
        return track
    before = next((k for k in reversed(track.keys) if k.time < time), None)
    after = next((k for k in track.keys if k.time > time), None)
    if before is None or after is None:
        return track.with_key(replace(before or after, time=time, ease="linear"))
    if isinstance(before.value, str) or isinstance(after.value, str):
        if before.value == after.value or before.ease == "hold":
            return track.with_key(replace(before, time=time))
        raise BadValue("Between two focus marks that follow subjects a key needs a mark of its own.")
    share = float((time - before.time) / (after.time - before.time))
    way, (into, back) = curve(before.ease)(share), space(track.channel)
    start, end = into(before.value), into(after.value)
    # To where it is interpolated and back is not quite the same number.
    value = back(start + way * (end - start)) if way and start != end else before.value
    first, second = part(before.ease, share)
    return track.with_key(replace(before, ease=first)).with_key(Key(time, value, second))


def part(ease: Ease, share: float) -> tuple[Ease, Ease]:
    """The eases before and after a share of the time, each scaled to its part, as de Casteljau parts a curve.

    Exact, but where a part's handles would have to reach beyond its time (which they do only if they cross, x1 > x2)
    or farther beyond its way than handles may (see easing.OVERSHOOT).
    """
    if ease in ("linear", "hold"):
        return ease, ease
    x1, y1, x2, y2 = CURVES[ease] if isinstance(ease, str) else ease
    low, high = 0.0, 1.0
    for _ in range(60):
        s = (low + high) / 2
        x = 3 * s * (1 - s) ** 2 * x1 + 3 * s * s * (1 - s) * x2 + s ** 3
        low, high = (s, high) if x < share else (low, s)
    mix = lambda a, b: (a[0] + s * (b[0] - a[0]), a[1] + s * (b[1] - a[1]))
    a, b, c = mix((0.0, 0.0), (x1, y1)), mix((x1, y1), (x2, y2)), mix((x2, y2), (1.0, 1.0))
    d, e = mix(a, b), mix(b, c)
    middle = mix(d, e)

    def scaled(start, one, two, end) -> Ease:
        wide, tall = end[0] - start[0], end[1] - start[1]
        if wide < 1e-12 or abs(tall) < 1e-12:
            return "linear"
        x = lambda p: min(max((p[0] - start[0]) / wide, 0.0), 1.0)
        y = lambda p: min(max((p[1] - start[1]) / tall, -OVERSHOOT), 1 + OVERSHOOT)
        return x(one), y(one), x(two), y(two)

    return scaled((0.0, 0.0), a, d, middle), scaled(middle, e, c, (1.0, 1.0))
