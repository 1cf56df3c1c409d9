"""A shot in words: the line of a shot list, and a prompt for AI video generation. All of it is read off the shot's own
evaluation, not off the names of its moves."""
from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from .. import optics
from ..camera import NEAR, Camera
from ..counted import counted, f_number, plain
from ..shots.comparison import Comparison, main_subject, only_turns, unmatched
from ..shots.document import Shot, Take
from ..shots.framing import PASSED, Subject, anchor_point, distance, lost, place_in_frame, pose_of, shot_size, size_name
from ..shots.focus_pulls import SOFT
from ..shots.performance import Performance, far_away
from ..shots.rigs import rig
from ..shots.timeline import INFINITY
from ..shots.words import SPEEDS, SWEEPS

NOTICED = {"scale": 0.02, "metres": 0.02, "degrees": 0.5, "blur": 0.003}
"""Changes below these are not worth a word: 2 % of size, 2 cm, half a degree, a blur of 0.3 % of the frame's width."""


ON_RAILS = "dolly", "slider"
"""Rigs that a camera which does not travel has no use for: it stands on a tripod."""


# -- the shot list ----------------------------------------------------------------------------------------------------

class Setting(NamedTuple):
    """What the lens is set to at a moment, for a camera report: metres from the lens, as they are read; "" where there is none, as
    through a pinhole."""

    f_stop: str = ""
    focus_m: str = ""
    distance_m: str = ""        # to the subject
    sharp_from_m: str = ""
    sharp_to_m: str = ""


class Line(NamedTuple):
    """One line of a shot list; start and end, which a spreadsheet gets, say how the lens is set then."""

    number: str
    size: str
    move: str
    lens: str
    equipment: str
    subject: str
    duration: str
    start: Setting = Setting()
    end: Setting = Setting()


LISTED = Line._fields[:-2]
"""What is read as a list; a spreadsheet has more columns."""


def shot_line(shot: Shot, take: str | None = None) -> Line:
    """The shot-list line of a take."""
    of, play = shot.take(take), shot.perform(take)
    end = float(of.timeline.duration)
    number = shot.number + (of.name if len(shot.takes) > 1 else "")
    subject = _main(shot, of)
    sizes = _sizes(shot, of, play, subject, end) if subject else []
    cameras = [play.camera(t) for t in _samples(end, 96)]
    lens = f"{_way([c.focal_length for c in cameras], lambda focal: f'{focal:.0f}')} mm"
    if cameras[0].f_stop:
        lens += f" f/{_way([c.f_stop for c in cameras], lambda stop: plain(stop, 2))}"
    if of.lens:
        lens += f" ({of.lens.name})"
    frames = len(shot.frames(of.name))
    told = (number, " to ".join(dict.fromkeys(sizes)) or "-", _moves(of, play), lens,
            ", ".join([_carried(of, cameras)] + ([shot.body.name] if shot.body else [])), subject.name if subject else "-",
            f"{plain(end, 3)} s ({counted(frames, 'frame')})")
    return Line(*map(_one_line, told), *(_setting(shot, of, cameras[at], subject) for at in (0, -1)))


def _setting(shot: Shot, take: Take, camera: Camera, subject: Subject | None) -> Setting:
    away = distance(shot.plate.stage, subject, camera) if subject else 0.0
    away = f"{away:.2f}" if away > PASSED else ""
    if camera.f_stop is None:
        return Setting(distance_m=away)
    near, far = optics.depth_of_field(camera.focal_length, camera.f_stop, camera.focus_distance, shot.circle(take))
    metres = lambda value: "∞" if far_away(value) else f"{value:.2f}"
    return Setting(plain(camera.f_stop, 2), metres(camera.focus_distance), away, f"{near:.2f}", metres(far))


def frame_label(shot: Shot, take: Take, play: Performance, time) -> str:
    """What stands under a frame of a contact sheet: timecode, focal length, stop, focus and shot size."""
    camera, subject = play.camera(float(time)), _main(shot, take)
    parts = [shot.timecode(time), f"{camera.focal_length:.0f} mm"]
    if camera.f_stop:
        focus = "∞" if far_away(camera.focus_distance) else f"{camera.focus_distance:.2f} m"
        parts += [f_number(camera.f_stop), f"focus {focus}"]
    if subject and subject.has_size:
        gone = _gone(shot, take, camera, subject)
        parts.append(gone or size_name(play.size(subject.name, float(time)), subject))
    return "  ".join(filter(None, parts))


def as_text(lines: list[Line]) -> str:
    """Aligned columns, for reading."""
    rows = [[f.capitalize() for f in LISTED], *(line[:len(LISTED)] for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths)).rstrip() for row in rows) + "\n"


def as_csv(lines: list[Line]) -> str:
    """Comma-separated with a heading (RFC 4180), for spreadsheets: with stop, focus, distance and depth of field at both ends."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*LISTED, *(f"{moment}_{field}" for moment in ("start", "end") for field in Setting._fields)])
    # A cell that begins like a formula is kept a text: spreadsheets run formulas.
    safe = lambda cell: "'" + cell if cell[:1] in "=+-@" and len(cell) > 1 else cell
    writer.writerows([*map(safe, line[:len(LISTED)]), *line.start, *line.end] for line in lines)
    return out.getvalue()


def as_markdown(lines: list[Line]) -> str:
    """A Markdown table."""
    rows = [[f.capitalize() for f in LISTED], ["---"] * len(LISTED),
            *[[cell.replace("|", "\\|") for cell in line[:len(LISTED)]] for line in lines]]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"


FORMATS = {"text": as_text, "csv": as_csv, "markdown": as_markdown}


# -- the prompt -------------------------------------------------------------------------------------------------------

def prompt(shot: Shot, take: str | None = None) -> str:
    """A prompt for AI video generation: frames, camera, focus and feeling, in plain sentences."""
    of, play = shot.take(take), shot.perform(take)
    end = float(of.timeline.duration)
    subject = _main(shot, of)
    motion = _motion(shot, of, play, subject)
    parts = [("Scene", shot.title), ("Start frame", _frame(shot, of, play, subject, 0.0)),
             ("End frame", _frame(shot, of, play, subject, end)), ("Camera", _camera(shot, of, play, motion)),
             ("Focus", _focus(shot, of, play)), ("Feeling", _feeling(of, motion)),
             ("Duration", f"{counted(plain(end, 3), 'second')}, one continuous take, "
                          f"{counted(f'{float(shot.fps):.5g}', 'frame')} per second.")]
    return "\n".join(f"{label}: {_one_line(text)}" for label, text in parts if text) + "\n"


class _Motion(NamedTuple):
    """What changes from the start to the end, or to the turning point of a move that comes back."""

    growth: float       # of the subject, times, as long as something of it is in the frame
    background: float   # times
    forward: float
    right: float
    up: float
    arc: float          # degrees to the right that it swings around
    around: str         # this subject; "" for a way that is no arc
    pan: float          # as far as the arc does not turn it
    tilt: float
    roll: float
    zoom: float         # times
    returns: bool
    seconds: float
    sized: bool         # whether there is a subject with a size, and not just a point
    behind: str         # what the background's figure is of: "at 3.1 m (tom)"; "" for the horizon
    gone: str           # where the subject is then, if nothing of it is in the frame

    @property
    def zooms(self) -> bool:
        return abs(math.log(self.zoom)) > NOTICED["scale"]

    @property
    def pace(self) -> str:
        """Slow, moderate or fast, as the words of moves define them, by what changes fastest."""
        way = self.seconds / 2 if self.returns else self.seconds
        grows = lambda scale: math.expm1(abs(math.log(max(scale, 1e-6))) / way) / SPEEDS["moderate"]
        sweeps = math.hypot(math.radians(self.pan - self.arc), math.radians(self.tilt)) / way / SWEEPS["moderate"]
        passes = math.hypot(self.right, self.up) / 3 / way / SWEEPS["moderate"]
        rate = max(grows(self.growth), grows(self.background), sweeps, passes)
        return "very slow" if rate < 0.2 else "slow" if rate < 0.63 else "moderate" if rate < 1.7 else "fast"


def _motion(shot: Shot, take: Take, play: Performance, subject: Subject | None) -> _Motion:
    end = float(take.timeline.duration)
    if rig(take.rig).sway:   # what was meant, without the rig's float
        take = replace(take, rig="dolly")
        shot = shot.with_take(take)
        play = shot.perform(take.name)
    cameras = [play.camera(t) for t in _samples(end)]
    first = cameras[0]
    away = [math.dist(c.position, first.position) for c in cameras]
    turned = [abs(c.pan - first.pan) + abs(c.tilt - first.tilt) for c in cameras]
    zoomed = [abs(math.log(c.focal_length / first.focal_length)) for c in cameras]
    # How far from the start it is, in all: 5 cm count as much as a degree and as 2 % of zoom.
    reach = [20 * metres + degrees + 50 * zoom for metres, degrees, zoom in zip(away, turned, zoomed)]
    farthest = max(range(len(cameras)), key=reach.__getitem__)
    returns = reach[farthest] > 1 and reach[-1] < 0.2 * reach[farthest]
    last = cameras[farthest] if returns else cameras[-1]
    gone = _gone(shot, take, last, subject) if subject else ""
    at = pose_of(first)
    right, up, forward = at.to(last.position)
    zoom = last.focal_length / first.focal_length
    growth = background = 1.0
    sized, behind = bool(subject and subject.has_size), ""
    if subject:
        seen = next((c for c in reversed(cameras[:cameras.index(last) + 1]) if not _gone(shot, take, c, subject)), first)
    if sized and not only_turns(take):
        figures = Comparison(shot, take.name, subject.name)
        then = figures.at(end, seen)
        growth, background, behind = then.subject_scale, then.background_scale, figures.behind
    elif subject and not sized:
        away = [max(distance(shot.plate.stage, subject, camera), NEAR) for camera in (first, seen)]
        growth, background = zoom * away[0] / away[1], zoom
    way = cameras[:cameras.index(last) + 1]
    arc, around = next(((arc, s.name) for s in sorted(shot.subjects, key=lambda s: s != subject) if (arc := _arc(shot, way, s))), (0.0, ""))
    return _Motion(growth, background, forward, right, up, arc, around, last.pan - first.pan + arc, last.tilt - first.tilt,
                   last.roll - first.roll, zoom, returns, end, sized, behind, gone)


def _arc(shot: Shot, way: list[Camera], subject: Subject) -> float:
    """Degrees to the right that a way goes around a subject, at one distance and turned to it as it was; 0 where it does not."""
    x, _, z = anchor_point(shot.plate.stage, subject)
    out = [(c.position[0] - x, c.position[2] - z) for c in way]
    bearings = [math.degrees(math.atan2(*at)) for at in out]
    swung = sum(math.remainder(b - a, 360) for a, b in zip(bearings, bearings[1:]))
    away = [math.hypot(*at) for at in out]
    # A straight way past it would end 1/cos as far away.
    round_it = max(away) - min(away) < 0.3 * min(away) * (1 - math.cos(math.radians(min(abs(swung), 90))))
    return swung if abs(swung) > 3 and round_it and abs(way[-1].pan - way[0].pan + swung) < 0.1 * abs(swung) else 0.0


def _carried(take: Take, cameras: list[Camera]) -> str:
    """What carries the camera of a take, as it goes."""
    travels = max(math.dist(camera.position, cameras[0].position) for camera in cameras) > NOTICED["metres"]
    return take.rig if travels or take.rig not in ON_RAILS else "tripod"


def _frame(shot: Shot, take: Take, play: Performance, subject: Subject | None, t: float) -> str:
    """What a frame shows: shot size, where the subject stands in it, who else is in it and how large."""
    camera, lines = play.camera(t), shot.lines(take)
    view = float(optics.field_of_view(camera.focal_length, camera.sensor_width * lines.width))
    if subject is None:
        return f"a {camera.focal_length:.0f} mm lens, {counted(f'{view:.0f}', 'degree')} wide."
    sentences = []
    others = [s for s in shot.subjects if s is not subject]
    where, gone = _where(shot, lines, camera, subject), _gone(shot, take, camera, subject)
    if gone:
        sentences.append(f"{subject.name} {gone}")
    elif subject.has_size:
        size = shot_size(share := play.size(subject.name, t), subject.kind)
        shot_of = f"{size.name if size.name.endswith('close-up') else f'{size.name} shot'} of " if size_name(share, subject) else ""
        shows = size.shows if subject.kind == "person" else f"filling {share:.0%} of the frame"
        sentences.append(f"{shot_of}{subject.name} ({shows}), {where}")
    else:
        sentences.append(f"{subject.name}, {where}")
    for other in others:
        if gone := _gone(shot, take, camera, other):
            sentences.append(f"{other.name} {gone}")
            continue
        depth = "behind" if other.depth > subject.depth else "in front"
        sentences.append(f"{other.name} {depth}, {_where(shot, lines, camera, other)}")
    return f"{'; '.join(sentences)}. The view is {counted(f'{view:.0f}', 'degree')} wide."


def _gone(shot: Shot, take: Take, camera: Camera, subject: Subject) -> str:
    """"behind the camera" or "out of frame", where what is looked at of a subject is; "" where that is in the frame."""
    lines = shot.lines(take)
    u, v = place_in_frame(camera, shot.plate.stage.point(*subject.anchor, subject.depth))
    outside = abs(u) > lines.width / 2 or abs(v) > lines.height / 2
    return lost(shot.plate.stage, subject, camera, lines) or ("out of frame" if outside and subject.kind == "person" else "")


def _where(shot: Shot, lines, camera: Camera, subject: Subject) -> str:
    u, v = place_in_frame(camera, shot.plate.stage.point(*subject.anchor, subject.depth))
    across, down = u / lines.width, v / lines.height
    side = ("in the middle" if abs(across) < 1 / 12 else
            f"{'far ' if abs(across) > 1 / 3 else ''}{'right' if across > 0 else 'left'} of centre")
    height = "" if abs(down) < 0.2 else (" in the upper part" if down > 0 else " in the lower part")
    return side + height


def _camera(shot: Shot, take: Take, play: Performance, m: _Motion) -> str:
    """Direction, distance, speed and manner of the camera's move."""
    does = []
    if m.around:
        does.append(f"arcs {_degrees(m.arc)} to the {'right' if m.arc > 0 else 'left'} round {m.around}")
    if abs(m.forward) > NOTICED["metres"] and not m.around:
        does.append(f"{'moves forward' if m.forward > 0 else 'moves back'} {abs(m.forward):.2f} m")
    if abs(m.right) > NOTICED["metres"] and not m.around:
        does.append(f"travels {abs(m.right):.2f} m to the {'right' if m.right > 0 else 'left'}")
    if abs(m.up) > NOTICED["metres"]:
        does.append(f"{'rises' if m.up > 0 else 'sinks'} {abs(m.up):.2f} m")
    for angle, ways in ((m.pan, ("right", "left")), (m.tilt, ("up", "down"))):
        if abs(angle) > NOTICED["degrees"]:
            verb = "pans" if ways[0] == "right" else "tilts"
            does.append(f"{verb} {_degrees(angle)} {ways[0] if angle > 0 else ways[1]}")
    if abs(m.roll) > NOTICED["degrees"]:
        does.append(f"rolls {_degrees(m.roll)} {'clockwise' if m.roll > 0 else 'anticlockwise'}")
    first = play.camera(0).focal_length
    if m.zooms:
        does.append(f"zooms {'in' if m.zoom > 1 else 'out'} from {first:.0f} to {first * m.zoom:.0f} mm")
    on = _carried(take, [play.camera(t) for t in _samples(m.seconds)])
    if not does:
        return f"the camera does not move ({on})."
    manner = {"steadicam": "floating gently", "gimbal": "gliding", "handheld": "handheld, with breath and sway",
              "drone": "drifting slightly"}.get(take.rig, "smoothly")
    pace = {"very slow": "very slowly", "slow": "slowly", "moderate": "at a moderate pace", "fast": "fast"}[m.pace]
    back = ", and comes back the same way" if m.returns else ""
    carried = "" if take.rig == "handheld" else f", {on}" if on == "locked-off" else f", on a {on}"
    text = f"the camera {_and(does)}{back}, {pace} over {plain(m.seconds, 3)} s, {manner}{carried}."
    scale = NOTICED["scale"]
    subject, background = math.log(max(m.growth, 1e-6)), math.log(max(m.background, 1e-6))
    if m.gone:
        return f"{text} {_main(shot, take).name} comes to be {m.gone}."
    if not m.sized:
        return text
    what = f"the background {m.behind}".strip()
    grows = lambda change: "grows" if change > 0 else "shrinks"
    if abs(subject) < scale < abs(background):
        to = f" to {_times(m.background)} its size" if m.behind else ""
        text += f" The subject keeps its size while {what} {grows(background)}{to}{': a dolly zoom' * m.zooms}."
    elif abs(subject - background) > scale and abs(subject) > scale:
        less = abs(subject) > abs(background)
        to = ("less" if less else "more") if not m.behind else f"{'only ' * less}to {_times(m.background)}"
        if m.behind and less and (abs(background) < scale or subject * background < 0):
            to = "keeps its own" if abs(background) < scale else f"{grows(background)} to {_times(m.background)}"
        verb = grows(subject) if less else "changes"
        text += f" The subject {verb} to {_times(m.growth)} its size, {what} {to}{': perspective changes' * less}."
    elif abs(subject) > scale:
        text += f" Subject and background change alike, to {_times(m.growth)} their size: perspective does not change."
    return text


def _focus(shot: Shot, take: Take, play: Performance) -> str:
    """Which element is sharp and which soft, and when focus shifts, to what."""
    first, end = play.camera(0), float(take.timeline.duration)
    if first.f_stop is None:
        return "everything is sharp, near and far."
    sentences = [_sharpness(shot, take, play, 0.0, "At the start")]
    track = take.timeline.track("focus_distance")
    for a, b in zip(track.keys, track.keys[1:]) if track else ():
        if a.value != b.value:
            sentences.append(f"From {float(a.time):.1f} s to {float(b.time):.1f} s focus shifts from "
                             f"{_mark(shot, play, a)} to {_mark(shot, play, b)}.")
    last = _sharpness(shot, take, play, end, "At the end")
    if track and len(track.keys) == 1 and isinstance(track.keys[0].value, str) and track.keys[0].value != INFINITY:
        sentences.append(f"Focus follows {track.keys[0].value} throughout.")
    if last.replace("At the end", "At the start") != sentences[0]:
        sentences.append(last)
    return " ".join(s for s in sentences if s)


def _sharpness(shot: Shot, take: Take, play: Performance, t: float, when: str) -> str:
    camera, circle = play.camera(t), shot.circle(take)
    sharp, soft = [], []
    things = [(s.name, distance(shot.plate.stage, s, camera)) for s in shot.subjects]
    things = [thing for thing in things if thing[1] > PASSED] + [("the far background", math.inf)]
    for name, depth in things:
        blur = float(optics.circle_of_confusion(depth, camera.focal_length, camera.f_stop, camera.focus_distance))
        if blur <= circle:
            sharp.append(name)
        else:
            share = blur / camera.sensor_width
            how = ("very soft" if share > 2 * SOFT else "soft" if share > SOFT / 3 else "slightly soft")
            soft.append(f"{name} {how}")
    text = f"{when} {_and(sharp) or 'nothing'} {'are' if len(sharp) > 1 else 'is'} sharp"
    return text + (f", {_and(soft)}." if soft else ".")


def _mark(shot: Shot, play: Performance, key) -> str:
    """A focus mark in words: a subject's name, or in front of or behind whom it lies."""
    if key.value == INFINITY:
        return "the far distance"
    if isinstance(key.value, str):
        return key.value
    camera = play.camera(float(key.time))
    depths = sorted((distance(shot.plate.stage, s, camera), s.name) for s in shot.subjects)
    nearer = [name for depth, name in depths if depth < key.value]
    if not depths:
        return f"{plain(key.value, 2)} m"
    return f"behind {nearer[-1]}" if nearer else f"in front of {depths[0][1]}"


def _feeling(take: Take, m: _Motion) -> str:
    """The emotional register, from what the move does to subject and background (Katz; Thompson and Bowen)."""
    subject, background = math.log(max(m.growth, 1e-6)), math.log(max(m.background, 1e-6))
    scale, words = NOTICED["scale"], []
    if m.zooms and abs(subject) < scale < abs(background):
        words.append("vertigo: the world slips while the face stays" if background < 0 else
                     "dread: the world closes in on the subject")
    elif subject > scale:
        if abs(m.forward) > NOTICED["metres"]:
            words.append("urgency, sudden realisation" if m.pace == "fast" else
                         "quietly growing intimacy and tension" if "slow" in m.pace else
                         "rising tension, drawing closer to the subject")
        else:
            words.append("scrutiny from afar: attention without approach")
    elif subject < -scale:
        words.append("loneliness and release, the subject left behind" if abs(m.forward) > NOTICED["metres"] else
                     "detachment: the surroundings take over")
    if m.gone:
        words.append("leaving the subject behind")
    if m.returns:
        words.append("then letting go again")
    if abs(m.right) > 0.1 and abs(m.pan - m.arc) > 3:
        words.append("the subject as the still centre of a moving world")
    elif abs(m.right) > 0.1:
        words.append("discovery, layers of the place sliding past")
    if m.up > 0.1:
        words.append("a rising overview")
    elif m.up < -0.1:
        words.append("coming down to eye level with the subject")
    if abs(m.roll) > 3:
        words.append("unease")
    if not words:
        words.append("stillness, watchful attention")
    words += {"handheld": ["nervous immediacy"], "steadicam": ["a living presence"]}.get(take.rig, [])
    track = take.timeline.track("focus_distance")
    if track and any(a.value != b.value for a, b in zip(track.keys, track.keys[1:])):
        words.append("attention is led by the focus")
    return "; ".join(words) + "."


# -- both ------------------------------------------------------------------------------------------------------------

def _one_line(text: str) -> str:
    """A person's words, which may have line breaks, as part of a line."""
    return " ".join(text.split())


def _samples(end: float, steps: int = 24) -> list[float]:
    return [end * i / steps for i in range(steps + 1)]


def _way(values: list[float], words: Callable[[float], str]) -> str:
    """Where a ring starts and ends, and between them in order of time how far it goes beyond both, in words: "35-47-35"."""
    low, high = sorted((values[0], values[-1]))
    if max(values) < 1.01 * min(values):
        return words(values[0])
    turns = {values.index(v) for v in (min(values), max(values)) if not low / 1.01 <= v <= high * 1.01}
    marks = [words(values[i]) for i in sorted({0, *turns, len(values) - 1})]
    return "-".join(mark for mark, _ in groupby(marks))


def _main(shot: Shot, take: Take) -> Subject | None:
    return main_subject(shot, take) if shot.subjects else None


def _sizes(shot: Shot, take: Take, play: Performance, subject: Subject, end: float) -> list[str]:
    """Shot sizes at the start, at the turning point of a move that comes back, and at the end, or where the subject is then."""
    if not subject.has_size:
        return []
    gone = [_gone(shot, take, play.camera(t), subject) for t in _samples(end)]
    sizes = [None if lost else play.size(subject.name, t) for t, lost in zip(_samples(end), gone)]
    seen = [i for i, size in enumerate(sizes) if size is not None]
    change = lambda i: abs(math.log(max(sizes[i], 1e-9) / max(sizes[seen[0]], 1e-9)))
    unseen = [] if gone[-1] else [i for i, lost in enumerate(gone) if lost]
    picked = sorted({0, len(sizes) - 1, *([max(seen, key=change)] if seen else []), *unseen[len(unseen) // 2:][:1]})
    return [name for i in picked if (name := gone[i] or size_name(sizes[i], subject))]


def _moves(take: Take, play: Performance) -> str:
    moves = list(take.timeline.moves)
    if take.match:
        less = f", but not {found.span}" if (found := unmatched(take, play)) else ""
        moves.insert(0, f"{take.match.by} matched to take {take.match.take}{less}")
    return " + ".join(moves) or "static"


def _times(scale: float) -> str:
    near_one = 0.9 < scale < 1.1      # where two figures would say that nothing changes
    return f"{scale:.0f} times" if scale >= 10 else f"{max(scale, 0.01):{'.2f' if near_one else '.2g'}} times"


def _degrees(angle: float) -> str:
    return counted(f"{abs(angle):.0f}", "degree")


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""
