"""Advice: what will not work, why, and what would. Every sentence is computed from the shot."""
from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Iterator

import numpy as np

from .. import optics
from ..counted import counted, f_number
from .comparison import Coverage, main_subject, unmatched
from .document import Shot, Take
from .framing import PASSED, Subject, lost, place_in_frame, pose_of, sizer
from .kit import F_STOP, FOCAL_LENGTHS, THIRDS, Lens, usable_kit
from .performance import Performance
from .rigs import rig
from .timeline import INFINITY, LONGEST, TRAVEL, Key, Timeline, Track, snapped

INVENTED = 0.15
"""Share of the frame: beyond it a made-up surface is what one looks at."""
RECOGNISABLE = 13
"""Plate pixels across a detail: identifying a thing takes 6.4 line pairs across it (J. Johnson, "Analysis of Image
Forming Systems", 1958)."""
SOFT_ENLARGEMENT = 4.0
"""Delivered pixels per plate pixel at which a picture looks enlarged whatever the filter."""
READS = 3.0
"""A rack reads when what it leaves is blurred by three acceptable circles: soft at a glance, not on inspection."""
SAMPLES = 2400
"""Frames that are looked at, about: every one of takes up to 100 s at 24 frames a second."""
PEAKS = 3
"""Moments of the highest speed that are looked at more closely."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to know about a take.

    topic     what it is about, for the window to file it under
    works     False: the shot will not do what it says; True: it will, with a blemish
    time      seconds at which it becomes true
    sentence  what happens and why
    remedy    what would help
    fixed     the take with the remedy applied, where the remedy is an edit
    """

    topic: str
    works: bool
    time: float
    sentence: str
    remedy: str
    fixed: Take | None = None

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}"


def advise(shot: Shot, take: str | None = None, plate=None, invented: float = INVENTED) -> tuple[Advice, ...]:
    """All advice on a take, what fails first, then by time. Invented pixels are judged where a plate is given."""
    of = shot.take(take)
    view = _View(shot, of)
    found = [*_reach(view), *_speed(view), *_match(view)]
    if of.lens:
        found += [*_range(view, of.lens), *_stops(view, of.lens), *_nearest(view, of.lens)]
    if shot.subjects:
        found += [*_passing(view), *_focus(view), *_racks(view), *_framing(view), *_pixels(view)]
    if plate is not None:
        found += _invented(view, plate, invented)
    return tuple(sorted(found, key=lambda a: (a.works, a.time)))


class _View:
    """A take seen frame by frame, or a long one at some of them: see looked_at."""

    def __init__(self, shot: Shot, take: Take):
        # What is set on the rings counts here, so without the lens's breathing.
        still = take if take.lens is None else replace(take, lens=replace(take.lens, breathing=0.0))
        self.shot, self.take, self.play = shot, take, shot.with_take(still).perform(take.name)
        self.times = [float(n / shot.fps) for n in looked_at(take.timeline, shot.fps)] + [float(take.timeline.duration)]
        self.frame = float(1 / shot.fps)
        self.cameras = [self.play.camera(t) for t in self.times]
        self.circle = shot.circle(take)
        self.lines = shot.lines(take)
        self.subject = main_subject(shot, take) if shot.subjects else None
        self.move = f"matched {take.match.by}" if take.match else " + ".join(take.timeline.moves) or "shot"
        channels = {t.channel for t in take.timeline.tracks}
        self.travels = not take.match and bool(channels & set(TRAVEL))
        self.zooms = not take.match and ("focal_length" in channels or any(h.what == "size" for h in take.timeline.holds))

    @property
    def less(self) -> str:
        """What would be less of what the take does."""
        if self.take.match:
            return f"do less in {self.take.match.take}, which it follows"
        return "move less" if self.travels else "zoom less" if self.zooms else "turn less"

    def first(self, condition) -> tuple[float, object] | None:
        """(time, camera) of the first frame at which condition(time, camera) holds."""
        found = next((n for n, (t, c) in enumerate(zip(self.times, self.cameras)) if condition(t, c)), None)
        if found is None:
            return None
        before, here = self.times[max(found - 1, 0)], (self.times[found], self.cameras[found])
        low, high = 0, round((here[0] - before) / self.frame)      # frames that nobody has looked at lie between
        while high - low > 1:
            middle = (low + high) // 2
            time = before + middle * self.frame
            camera = self.play.camera(time)
            low, high, here = (low, middle, (time, camera)) if condition(time, camera) else (middle, high, here)
        return here

    def distance(self, name: str, camera) -> float:
        return pose_of(camera).to(self.play.point(name))[2]

    def sees(self, subject: Subject, camera) -> bool:
        """Whether anything of a subject is in the delivered frame."""
        return not lost(self.shot.plate.stage, subject, camera, self.lines)

    def mark(self, mark: float | str, camera) -> float:
        """Where a focus mark lies, metres from a camera."""
        if mark == INFINITY:
            return math.inf
        return self.distance(mark, camera) if isinstance(mark, str) else mark


def looked_at(timeline: Timeline, fps: Fraction, most: int = 0) -> list[int]:
    """Numbers of a timeline's frames, in order: all of a short one; of a long one pairs of them, from which speeds are told,
    evenly between any two keys at which something begins or ends, as far as there are not too many of these.

    most  how many, about; 0: SAMPLES
    """
    last, most = max(math.ceil(timeline.duration * fps), 1) - 1, most or SAMPLES
    if last < most:
        return list(range(last + 1))
    times = {t for hold in timeline.holds for t in (hold.start, hold.end)} | {k.time for t in timeline.tracks for k in t.keys}
    events = sorted({0, last} | {min(math.floor(t * fps), last) for t in times})
    events = [events[n] for n in sorted({round(i) for i in np.linspace(0, len(events) - 1, most // 4)})]
    between = max(most // 2 // (len(events) - 1), 1)
    found = {last}
    for a, b in zip(events, events[1:]):
        found.update(range(a, b, max((b - a) // between, 1)))
    return sorted(found | {min(n + 1, last) for n in found})


def _reach(view: _View) -> Iterator[Advice]:
    """A travel that is longer than the rig's rails."""
    shot, take, carried = view.shot, view.take, rig(view.take.rig)
    if carried.reach == math.inf or take.match and take.match.by == "push-in":
        return
    free = Performance(shot.plate.stage, shot.subjects, take.camera, take.timeline,
                       replace(carried, reach=math.inf, sway=()), take.seed, view.lines)
    away = lambda t: math.dist(free.camera(t).position, view.play.mark)
    longest = max(map(away, view.times))
    if round(longest, 2) > carried.reach:
        time, _ = view.first(lambda t, c: away(t) > carried.reach)
        what = ("A locked-off camera does not travel" if carried.reach == 0 else
                f"The slider is too short: it ends after {carried.reach:g} m, at {time:.1f} s")
        yield Advice("rig", False, time, f"{what}; the {view.move} goes {longest:.2f} m.",
                     "Put the camera on a dolly.", replace(take, rig="dolly"))


def _speed(view: _View) -> Iterator[Advice]:
    """A travel that is faster than the rig is moved."""
    shot, take, carried = view.shot, view.take, rig(view.take.rig)
    time, fastest = _fastest(view.play, view.times, view.frame, [c.position for c in view.cameras])
    if fastest <= carried.speed * 1.001:
        return
    jumps, fixed = fastest == math.inf, None
    if jumps:
        remedy = "Choose a gentler ease."
    elif take.match:
        remedy = f"Give {take.match.take} longer, which it follows."
    elif longer := _slowed(shot, take, fastest, carried.speed):
        remedy, fixed = f"Give it {longer:.1f} s.", replace(take, timeline=_lasting(take.timeline, longer, shot.fps))
    else:
        remedy = "Travel less."
    what = "jumps" if jumps else f"reaches {fastest:.{_digits(fastest, carried.speed, 1)}f} m/s"
    yield Advice("rig", False, time,
                 f"The {view.move} {what} at {time:.1f} s; a {carried.name} goes up to {carried.speed:g} m/s.", remedy, fixed)


def _match(view: _View) -> Iterator[Advice]:
    """A match that asks for more than zooms have."""
    if found := unmatched(view.take, view.play):
        yield Advice("match", False, found.start, found.sentence, f"Do less in {view.take.match.take}, which it follows.")


def _lasting(timeline: Timeline, seconds: float, fps: Fraction) -> Timeline:
    """A timeline stretched to so many seconds, in whole frames."""
    return timeline.stretched(max(snapped(seconds, fps), 1 / fps))


def _fastest(play: Performance, times: list[float], frame: float, at: list | None = None) -> tuple[float, float]:
    """(Seconds, m/s) at which a camera is the fastest; infinitely where it jumps. Speed has sharp peaks: what is fastest from
    one time to the next, and where it stood `at` these, is looked at ever closer.
    """
    where = lambda t: play.camera(t).position

    def speeds(times, at):
        return [(math.dist(p, q) / (t1 - t0), t0, t1) for t0, t1, p, q in zip(times, times[1:], at, at[1:]) if t1 > t0]

    rough = [(0.0, 0.0, 0.0), *speeds(times, at or list(map(where, times))), (0.0, 0.0, 0.0)]
    found, least = [(0.0, 0.0)], max(rough)[0] / 2
    for fastest, t0, t1 in sorted(b for a, b, c in zip(rough, rough[1:], rough[2:]) if a[0] <= b[0] >= max(c[0], least))[-PEAKS:]:
        before = fastest
        while fastest and t1 - t0 > frame / 10:
            closer = np.linspace(max(2 * t0 - t1, 0.0), min(2 * t1 - t0, times[-1]), 25).tolist()
            before, (fastest, t0, t1) = fastest, max(speeds(closer, list(map(where, closer))))
        found.append((math.inf if fastest > 2 * before and t1 - t0 < frame / 10 else fastest, (t0 + t1) / 2))
    fastest, time = max(found)
    return time, fastest


def _slowed(shot: Shot, take: Take, fastest: float, speed: float) -> float | None:
    """The seconds, in tenths, that a take needs to go no faster than a speed: found by trying, for what a rig takes to get
    going stays as long."""
    def speed_in(seconds: float, most: int = 0) -> float:
        timeline = _lasting(take.timeline, seconds, shot.fps)
        times = [float(n / shot.fps) for n in looked_at(timeline, shot.fps, most)] + [float(timeline.duration)]
        return _fastest(shot.with_take(replace(take, timeline=timeline)).perform(take.name), times, float(1 / shot.fps))[1]

    tenths = 10 * float(take.timeline.duration)
    low, high = math.floor(tenths), math.ceil(tenths * fastest / speed)
    if high > 10 * LONGEST / 2:
        return None
    tried = high
    while high - low > 1:      # longer in proportion to what it is too fast is enough, and shorter likewise too short
        fastest = speed_in(tried / 10, SAMPLES // 8)
        would = tried * fastest / speed
        low, high = (max(low, math.floor(would)), tried) if fastest <= speed else (tried, min(high, math.ceil(would)))
        tried = (low + high) // 2
    return next((n / 10 for n in range(high, high + 5) if speed_in(n / 10) <= speed), None)


def _digits(value: float, limit: float, digits: int) -> int:
    """So many decimals, or as many more as tell a number from a limit."""
    while digits < 4 and f"{value:.{digits}f}" == f"{limit:.{digits}f}":
        digits += 1
    return digits


def _range(view: _View, lens: Lens) -> Iterator[Advice]:
    """A focal length that the lens does not have."""
    short, long = lens.focal_length
    out = view.first(lambda t, c: not short * 0.999 <= c.focal_length <= long * 1.001)
    if not out:
        return
    needed = [c.focal_length for c in view.cameras]
    low, high = min(needed), max(needed)
    fits = next((z for z in usable_kit().lenses if z.focal_length[0] <= low * 1.001 and high * 0.999 <= z.focal_length[1]
                 and z.squeeze == lens.squeeze), None)
    fine = _digits(low, short, 0) if low < short * 0.999 else _digits(high, long, 0)
    why = f"from {short:g} to {long:g} mm" if lens.is_zoom else f"fixed at {short:g} mm"
    yield Advice("lens", False, out[0],
                 f"The {view.move} leaves the lens's range at {out[0]:.1f} s: it needs {low:.{fine}f} to {high:.{fine}f} "
                 f"mm, and the {lens.name} is {why}.",
                 f"Take the {fits.name}." if fits else f"No lens of the kit reaches that far; {view.less}.",
                 _on_lens(view.take, fits) if fits else None)


def _stops(view: _View, lens: Lens) -> Iterator[Advice]:
    """A stop that the lens does not have."""
    stopped = view.first(lambda t, c: c.f_stop is not None and not
                         lens.stops[0] * 0.99 <= c.f_stop <= lens.stops[1] * 1.01)
    if stopped:
        stop = stopped[1].f_stop
        end = min(lens.stops, key=lambda end: abs(end - stop))
        told = next((name for digits in (2, 3) if (name := f_number(stop, digits)) != f_number(end, digits)), f_number(stop, 4))
        yield Advice("lens", False, stopped[0],
                     f"{told} at {stopped[0]:.1f} s is outside the {lens.name}, which goes from "
                     f"{' to '.join(map(f_number, lens.stops))}.", "Choose a stop within it.")


def _nearest(view: _View, lens: Lens) -> Iterator[Advice]:
    """Focus nearer than the lens focuses."""
    near = view.first(lambda t, c: c.focus_distance < lens.closest(c.focal_length) * 0.999)
    if near:
        time, camera = near
        closest = lens.closest(camera.focal_length)
        fine = _digits(camera.focus_distance, closest, 2)
        yield Advice("focus", False, time,
                     f"Focus is asked for at {camera.focus_distance:.{fine}f} m at {time:.1f} s, nearer than the "
                     f"{lens.name} focuses: {closest:.{fine}f} m from the lens "
                     f"({lens.minimum_focus:g} m on its ring).", "Stop farther away, or take a lens that focuses closer.")


def _on_lens(take: Take, lens: Lens) -> Take:
    """The take on another lens, at its own stop as far as the lens has it."""
    stop = take.camera.f_stop and min(max(take.camera.f_stop, lens.stops[0]), lens.stops[1])
    return replace(take, lens=lens, camera=replace(take.camera, f_stop=stop, blades=lens.blades))


def _passing(view: _View) -> Iterator[Advice]:
    """A travel that goes past the subject."""
    name = view.subject.name
    if view.distance(name, view.cameras[0]) <= PASSED:
        return
    straight, point = pose_of(view.cameras[0]), view.play.point(name)     # a camera that turns away has passed nothing
    passed = view.first(lambda t, c: view.distance(name, c) <= PASSED
                        and straight._replace(position=c.position).to(point)[2] <= PASSED)
    if passed:
        start = view.distance(name, view.cameras[0])
        yield Advice("travel", False, passed[0],
                     f"The {view.move} passes {name} at {passed[0]:.1f} s: {name} stands {start:.2f} m from where it "
                     "starts.", f"Travel at most {max(start - 0.3, 0):.2f} m, or zoom the rest of the way.")


def _focus(view: _View) -> Iterator[Advice]:
    """A subject that goes soft though nobody pulls focus."""
    take, name = view.take, view.subject.name
    track = take.timeline.track("focus_distance")
    if take.pinhole or (track and (len(track.keys) > 1 or isinstance(track.keys[0].value, str))):
        return
    blur = lambda c: float(optics.circle_of_confusion(max(view.distance(name, c), 0.01), c.focal_length, c.f_stop,
                                                      c.focus_distance))
    soft = view.first(lambda t, c: blur(c) > view.circle and view.sees(view.subject, c))
    if soft:
        time, camera = soft
        near, far = optics.depth_of_field(camera.focal_length, camera.f_stop, camera.focus_distance, view.circle)
        away = view.distance(name, camera)
        fine = max(_digits(away, near, 2), _digits(away, far, 2))
        sharp = f"{near:.{fine}f} to {far:.{fine}f} m" if far < math.inf else f"{near:.{fine}f} m to ∞"
        others = tuple(t for t in take.timeline.tracks if t.channel != "focus_distance")
        follow = Track("focus_distance", (Key(0, name),), "follow focus")
        yield Advice("focus", False, time,
                     f"{name} is out of focus from {time:.1f} s: {away:.{fine}f} m away, while "
                     f"{sharp} is sharp.", f"Follow focus on {name}.",
                     replace(take, timeline=replace(take.timeline, tracks=(*others, follow))))


def _racks(view: _View) -> Iterator[Advice]:
    take, track = view.take, view.take.timeline.track("focus_distance")
    for a, b in zip(track.keys, track.keys[1:]) if track else ():
        if a.value == b.value or float(a.time) > view.times[-1]:
            continue
        if take.pinhole:
            yield Advice("focus", False, float(a.time),
                         "The focus pull cannot be seen: the camera is a pinhole, to which everything is sharp.",
                         "Give it an f-number.",
                         replace(take, camera=replace(take.camera, f_stop=F_STOP)))
            return
        if not track.performed or isinstance(b.value, str):      # else a hand on the ring, from frame to frame
            yield from _rack(view, a, b)


def _rack(view: _View, a: Key, b: Key) -> Iterator[Advice]:
    """A rack from one mark to another that is too little to be seen."""
    take = view.take
    early, late = view.play.camera(float(a.time)), view.play.camera(float(b.time))
    here, there = max(view.mark(a.value, early), 0.01), max(view.mark(b.value, late), 0.01)
    # What is left behind, seen at the end, and what is gone to, seen at the start.
    blur = lambda mark, camera, focus: float(optics.circle_of_confusion(
        max(view.mark(mark, camera), 0.01), camera.focal_length, camera.f_stop, focus))
    most = max(blur(a.value, late, there), blur(b.value, early, here))
    if most >= READS * view.circle:
        return
    within = most <= view.circle
    say = lambda mark: mark if isinstance(mark, str) else f"{mark:.2f} m"
    why = (f"both {say(a.value)} and {say(b.value)} lie within the depth of field" if within else
           f"what it leaves is blurred by only {most / view.circle:.1f} times the acceptable circle")
    wide = min(float(optics.f_stop_for_blur(there, early.focal_length, here, READS * view.circle)), early.f_stop)
    stop = max((n for n in THIRDS if n <= wide), default=wide)      # the smallest marked stop that is as wide
    widest = take.lens.stops[0] if take.lens else THIRDS[0]
    focal = early.focal_length * math.sqrt(widest / wide) if wide else math.inf      # blur goes as f² / N
    fixed = None
    if stop >= widest and not take.timeline.track("f_stop"):
        remedy, fixed = f"Open to {f_number(stop)}.", replace(take, camera=replace(take.camera, f_stop=stop))
    elif focal <= max(FOCAL_LENGTHS[1], early.focal_length):
        remedy = (f"It would take {f_number(wide)}, wider than the lens opens ({f_number(widest)}); use about {focal:.0f} "
                  "mm at that stop, or set the marks farther apart in depth.")
    else:
        remedy = "No lens tells them apart; set the marks farther apart in depth."
    yield Advice("focus", not within, float(a.time),
                 f"The rack at {float(a.time):.1f} s will not read: at {f_number(early.f_stop)} {why}.", remedy, fixed)


def _framing(view: _View) -> Iterator[Advice]:
    """A subject whose anchor is not in the delivered frame."""
    name = view.subject.name
    point = view.play.point(name)

    def outside(camera) -> bool:
        u, v = place_in_frame(camera, point)
        return (abs(u) > view.lines.width / 2 or abs(v) > view.lines.height / 2
                or view.distance(name, camera) <= PASSED)

    if outside(view.cameras[0]):
        yield Advice("framing", False, 0.0, f"{name} is outside the frame from the start.",
                     "Pan to it, or start from another framing.")
        return
    out = view.first(lambda t, c: outside(c))
    if out and view.distance(name, out[1]) > PASSED:
        u, v = place_in_frame(out[1], point)
        side = (("right" if u > 0 else "left") if abs(u) * view.lines.height > abs(v) * view.lines.width else
                ("top" if v > 0 else "bottom"))
        yield Advice("framing", False, out[0], f"{name} leaves the frame at the {side} at {out[0]:.1f} s.",
                     _in_frame(view, out[1]))


def _in_frame(view: _View, camera) -> str:
    """What would keep the subject in a frame that it has left."""
    if view.take.match:
        return f"Pan with it in {view.take.match.take}, which it follows."
    if not view.travels:
        return "Pan with it, or zoom less." if view.zooms else "Turn less, or start from another framing."
    across, up, on = pose_of(view.cameras[0]).to(camera.position)
    if on > math.hypot(across, up):
        return "Pan with it (push-in with pan), or push straight toward it."
    if abs(across) >= abs(up) and on >= -abs(across):
        return "Pan with it (tracking), or travel less."
    return "Tilt with it (boom), or travel less." if on >= -abs(up) else "Pan with it, or travel less."


def _pixels(view: _View) -> Iterator[Advice]:
    """A subject of too few plate pixels where it is seen largest, or a frame that is enlarged too much."""
    subject = view.subject
    if not subject.has_size:
        return
    stage = view.shot.plate.stage
    size = sizer(stage, subject, view.lines)
    largest_first = sorted(zip(view.times, view.cameras), key=lambda at: -size(pose_of(at[1])) * at[1].focal_length)
    closest = next((at for at in largest_first if view.sees(subject, at[1])), None)
    if closest is None:
        return
    time, camera = closest
    depth = view.distance(subject.name, camera)
    # Plate pixels that the delivered frame's width holds at the subject.
    across = view.lines.width * camera.sensor_width / camera.focal_length * depth / subject.depth * stage.focal_pixels
    down = across * view.lines.height / view.lines.width
    left, top, right, bottom = subject.measure
    has, held = (bottom - top, down) if subject.kind == "person" else (min(bottom - top, right - left), min(down, across))
    detail, enlarged = min(has, held), view.shot.delivery_width / across
    if detail < RECOGNISABLE:
        yield Advice("pixels", False, time,
                     f"{subject.name} will not be recognisable: at {time:.1f} s it is made of "
                     f"{counted(f'{detail:.{_digits(detail, RECOGNISABLE, 0)}f}', 'plate pixel')}, and a thing takes at least "
                     f"{RECOGNISABLE}.",
                     f"Use a plate {RECOGNISABLE / max(detail, 1e-3):.1f} times as large"
                     f"{', or end wider' if has >= RECOGNISABLE else ''}.")
    elif enlarged > SOFT_ENLARGEMENT:
        yield Advice("pixels", True, time,
                     f"The picture will look soft at {time:.1f} s: the frame holds only "
                     f"{counted(f'{across:.0f}', 'plate pixel')} across, each {enlarged:.1f} delivered pixels wide.",
                     f"Use a plate of {math.ceil(stage.width * enlarged / 2 / 100) * 100} pixels width, or end wider.")


def _invented(view: _View, plate, limit: float) -> Iterator[Advice]:
    """More of the frame than a share, the limit, that the plate never showed."""
    coverage, aspect = Coverage(plate), view.shot.aspect(view.take)
    share = lambda t: coverage.invented(view.play.camera(t), aspect)
    times = np.linspace(0, view.times[-1], 13)
    shares = [share(t) for t in times]
    beyond = next((i for i, s in enumerate(shares) if s > limit), None)
    if beyond is None:
        return
    low, high = times[max(beyond - 1, 0)], times[beyond]
    for _ in range(5 if beyond else 0):
        middle = (low + high) / 2
        low, high = (low, middle) if share(middle) > limit else (middle, high)
    worst, limit = 100 * max(shares), 100 * limit
    less = f", {view.less}, or zoom instead" if view.travels and not view.zooms else f", or {view.less}"
    yield Advice("invented", False, float(high),
                 f"More than {limit:g}% of the frame is invented from {high:.1f} s on "
                 f"({worst:.{_digits(worst, limit, 0)}f}% at the most): the plate does not show what the move uncovers.",
                 f"End at {high - 0.1:.1f} s{less}." if high > 0.2 else "Start from the plate's own framing, or closer.")
