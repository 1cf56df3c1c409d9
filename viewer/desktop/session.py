"""What the window's panels read and edit: the document, the clock, what is shown, and figures that follow from them."""
from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from .. import optics
from ..camera import Camera
from ..counted import f_number
from ..errors import PushinError
from ..rehearsal import edits
from ..rehearsal.background import Counsel, counsel
from ..rehearsal.clock import Clock
from ..render.compare import MODES
from ..shots.comparison import Comparison, background_depth, main_subject, unmatched
from ..shots.document import Shot, Take
from ..shots.framing import PASSED, Subject, distance, lost
from ..shots.kit import F_STOP
from ..shots.performance import Performance, Pulled, far_away
from ..shots.timeline import ABSOLUTE, snapped
from .job_thread import Job
from .opening import Opened
from .view import View

SAID = 6.0
"""Seconds for which a message stays."""

BUSY = 2.0
"""The same while the shot plays: the processor is needed elsewhere, and the edit is looked at first."""

SETTLED = 0.3
"""Seconds without an edit after which advice is asked for."""

SHALLOW = 0.02
"""Metres: less depth of field than that is told to the millimetre."""

HERE = ((r"tell one or two with --at X,Y=M", "tell one or two with Known distance, in the Depth menu"),
        (r"there as well, with --at(, or open greys .* --depth-kind \w+)?\.", "there as well, with Known distance, in the Depth menu."),
        (r"or make the shot again with `pushin move`", "or open the picture where it is now and make the shot again"),
        (r"give a depth map with --depth FILE, or estimate one with `pushin depth .*`\.",
         "open a phone's portrait, which has its own, or put a depth map beside it, as photo_depth.png for photo.jpg; "
         "`pushin depth` estimates one."))
"""What the command line is advised to do (a regular expression), and what a person at the window does instead."""


class Session:
    """One shot that is worked on. Panels read it and call `edit`; nothing else changes the document.

    plate      the opened Plate, or None while there is none
    document   rehearsal.document.Document, which keeps the history; None while nothing is open
    screening  the Screening that shows the plate, and
    layering   the Layering that has it follow the document; both come with it
    clock      a rehearsal.clock.Clock, a value: what moves the playhead puts another one in its place
    view       a View
    mends      the mouse mends the depth, and B's place shows it
    before     the depth is shown as it was before the repairs
    message    what was last said, or ""
    advice     Counsel on both shown takes
    unadvised  why there is none, where it could not be made, or ""
    """

    def __init__(self):
        self.clock = Clock(Fraction(4))
        self.act: Callable[[str], None] = lambda name: None
        self.key: Callable[[str], str] = str    # what to press for an action
        self.document = self.plate = self.screening = self.layering = None
        self.mends = self.before = False
        self.view = View()
        self.message, self._said = "", -math.inf
        self.doing = ""
        self.counts = ""           # the name of the subject that counts; "": whom each take is about
        self.loading_stage, self.loading_progress = "", 0.0
        self.recording = False
        self.live: dict[str, Camera] = {}   # of takes that are being performed, in place of what the document says
        self.hands: frozenset[str] = frozenset()    # which of controls.HANDS are laid on these
        self.pulled: Pulled | None = None           # between which marks focus is, there
        self.advice: tuple[Counsel, ...] = ()
        self.unadvised = ""
        self._advised: tuple | None = None     # the shot, the takes and the plate that the advice is on
        self._advising: Job | None = None
        self._advising_on: tuple | None = None
        self._left: dict[int, tuple[Shot, tuple[str, str]]] = {}     # of shots with other takes than the next one: those shown
        self._changed = -math.inf
        self._made_for, self._made = (None, None), {}
        self._background_of, self._background_depth = None, math.inf

    # -- the document -------------------------------------------------------------------------------------------------

    @property
    def shot(self) -> Shot | None:
        return self.document.shot if self.document else None

    def begin(self, opened: Opened, document) -> None:
        """Works on what was opened."""
        self.plate, self.document, self.before, self.counts = opened.plate, document, False, ""
        known = (pair for pair in (document.shown, self.shot.compared) if pair and all(map(self.has_take, pair)))
        a, b = next(known, self._first_two)
        self.view = replace(self.view, a=a, b=b, mode=self.view.mode if len(self.shot.takes) > 1 else "A")
        self.advice, self._advised = (), None
        self.follow()

    def edit(self, shot: Shot, what: str, drag: str | None = None) -> None:
        """A new state of the document, as one step to undo; steps of the same drag become one. PushinError while a take is
        recorded. Matched takes go along with stop and focus."""
        self.check_not_rolling()
        before = self.shot
        self.document.edit(what, edits.lenses_along(self.document.before(drag), shot, self.time), drag)
        self._leave(before)
        self.follow()

    def step(self, step: Callable[[], str]) -> str:
        """A step back or forward, `undo` or `redo`. Where takes come or go with it, those are shown that were before, as far as
        it is known, else what comes as a new one is; one that it renames stays shown."""
        self.check_not_rolling()
        before, view = self.shot, self.view
        label = step()
        names, called = [take.name for take in self.shot.takes], [take.name for take in before.takes]
        came = [name for name in names if name not in called]
        self._leave(before)
        _, shown = self._left.get(id(self.shot), (None, None))
        if len(names) == len(called):
            now = dict(zip(called, names))
            self.view = replace(view, a=now[view.a], b=now[view.b])
        elif shown and (came or not all(map(self.has_take, view.takes))):
            self.view = replace(view, a=shown[0], b=shown[1])
        elif came:
            self.follow()
            self.show_new(came[0])
        self.follow()
        return label

    def _leave(self, before: Shot) -> None:
        """Keeps which takes of a shot were shown, where now there are more or fewer, for when a step leads back to it."""
        if len(before.takes) != len(self.shot.takes):
            self._left[id(before)] = before, self.view.takes     # the shot, too, so that no other one gets its id

    def check_not_rolling(self) -> None:
        """PushinError while a take is recorded: what it is performed on stays as it is until the recording ends."""
        if self.recording:
            raise PushinError(f"A take is being recorded; end that first, with {self.key('Record')}, and it is kept.")

    def follow(self) -> None:
        """Keeps clock and view within what the document has become."""
        self._changed = time.monotonic()
        shot = self.shot
        self.clock = self.clock.of(shot.duration, shot.fps, shot.in_point, shot.out_point)
        names = [take.name for take in self.shot.takes]
        partner = self._matched_by(self.view.b) if self.view.b in names else None
        a = self.view.a if self.view.a in names else partner or names[0]
        latest = next((name for name in reversed(names) if name != a), a)
        self.view = replace(self.view, a=a, b=self.view.b if self.view.b in names else latest)

    def show_new(self, name: str) -> None:
        """A take that has just been made is shown as B, or as A beside a B that matches it."""
        beside = self.has_take(self.view.b) and self._matched_by(self.view.b) == name
        self.view = replace(self.view, **{"a" if beside else "b": name})

    def _matched_by(self, name: str) -> str | None:
        """The take that a take matches."""
        match = self.shot.take(name).match
        return match and match.take

    def focus(self, take: str, mark: float | str) -> None:
        """A take's focus on a mark: a key at the playhead where focus is pulled already, else throughout."""
        track = self.shot.take(take).timeline.track("focus_distance")
        at = self.frame_time if track and len(track.keys) > 1 else None
        words = mark if isinstance(mark, str) else f"{mark:.2f} m"
        self.edit(edits.focus_on(self.with_aperture(take), take, mark, at), f"Focus on {words}")

    def rack(self, take: str, subject: str, to: str) -> None:
        """A rack of a second from one subject to another, at the playhead or as late as the take has the time for it."""
        at = min(self.frame_time, max(self.shot.take(take).timeline.duration - 1, 0))
        play, mark = self.performance(take), self.shot.take(take).timeline.track("focus_distance")
        was = play.focus_mark(float(max(at - 1 / self.shot.fps, 0))) if mark and len(mark.keys) > 1 and at else subject
        self.edit(edits.rack_between(self.with_aperture(take), take, subject, to, at), f"Rack from {subject} to {to}")
        if was != subject:
            self.say(f"Focus leaps to {subject} where the rack begins: until then it is {f'on {was}' if was else 'elsewhere'}.")

    def with_aperture(self, take: str) -> Shot:
        """The shot with a take on a lens that has a depth of field: focus cannot be seen through a pinhole."""
        return self.shot if self.shot.take(take).camera.f_stop else edits.set_f_stop(self.shot, take, F_STOP)

    def attempt(self, what: Callable[[], object]) -> bool:
        """Does something that may be refused; the reason is said. Whether it was done."""
        try:
            what()
        except PushinError as refused:
            self.say(str(refused))
            return False
        return True

    def say(self, sentence: str) -> None:
        self.message, self._said = here(sentence), time.monotonic()

    @property
    def saying(self) -> str:
        """The message, while it is to be read."""
        return self.message if time.monotonic() - self._said < SAID else ""

    def remove_subject(self, name: str) -> None:
        """Takes a subject away, and says what goes with it."""
        before = self.shot
        self.edit(edits.remove_subject(before, name), f"Remove {name}")
        self.say(f"{name} is removed{self.freed(before)}; {self.key('Undo')} brings it back.")

    def free(self, take: Take) -> None:
        """A take that matches another goes its own way from now on."""
        self.edit(self.shot.with_take(replace(take, match=None)), f"Free {take.name} from the match")

    def freed(self, before: Shot) -> str:
        """Which takes no longer match another, as they did in the shot before, in words."""
        names = [take.name for take in self.shot.takes if not take.match and before.take(take.name).match]
        return f", and {' and '.join(names)} match{'es' * (len(names) == 1)} no other take any more" if names else ""

    # -- time ---------------------------------------------------------------------------------------------------------

    @property
    def time(self) -> float:
        """Seconds at the playhead."""
        return self.clock.time

    @property
    def frame_time(self) -> Fraction:
        """The playhead on the nearest frame."""
        return min(snapped(self.clock.time, self.shot.fps), self.shot.duration)

    def seek(self, time) -> None:
        self.clock = self.clock.seek(time)

    # -- takes --------------------------------------------------------------------------------------------------------

    @property
    def _first_two(self) -> tuple[str, str]:
        names = [take.name for take in self.shot.takes] or ["A"]
        return names[0], names[min(1, len(names) - 1)]

    @property
    def compared(self) -> tuple[str, str] | None:
        """The takes that are shown, for the shot's file; None where it opens with them anyway."""
        return self.view.takes if self.view.takes != self._first_two else None

    @property
    def worked_on(self) -> str:
        """Of the takes that are shown the one that was worked on last; A where it was both at once."""
        names = [name for slot, name in zip("AB", self.view.takes) if slot in MODES[self.view.mode].shows]
        steps = [step.value.takes for step in self.document.history.steps[:self.document.history.at + 1]]
        for before, after in zip(steps[-2::-1], steps[::-1]):
            changed = [take.name for take in after if take.name in names and take not in before]
            if changed:
                return min(changed, key=names.index)
        return names[0]

    def has_take(self, name: str) -> bool:
        return any(take.name == name for take in self.shot.takes)

    def camera(self, name: str) -> Camera:
        """A take's camera at the playhead, or as it is being performed; so with a take that matches it."""
        return self._performed(name) or self.performance(name).camera(self.time)

    def _performed(self, name: str) -> Camera | None:
        if name in self.live:
            return self.live[name]
        match = self.shot.take(name).match
        beside = match and self._performed(match.take)
        if not beside:
            return None
        along = set(ABSOLUTE) - set(match.own) if "focus" in self.hands else ()
        return self.performance(name).camera(self.time, beside, along, self.pulled if match.take in self.live else None)

    def performance(self, name: str) -> Performance:
        return self._once("performance", name, lambda: self.shot.perform(name))

    def _once(self, what: str, name: str, make: Callable[[], object]):
        """What follows from the shot and the plate as they are, made once."""
        if self._made_for[0] is not self.shot or self._made_for[1] is not self.plate:
            self._made_for, self._made = (self.shot, self.plate), {}
        if (what, name) not in self._made:
            self._made[what, name] = make()
        return self._made[what, name]

    def aspect(self, name: str) -> float:
        return self.shot.aspect(self.shot.take(name))

    def subject(self, name: str) -> Subject | None:
        """Whom a take is about, or who was chosen to count."""
        if not self.shot.subjects:
            return None
        chosen = next((s for s in self.shot.subjects if s.name == self.counts), None)
        return chosen or main_subject(self.shot, self.shot.take(name))

    def next_subject(self, by: int) -> Subject:
        """The subject after the one that counts, or before it."""
        if not self.shot.subjects:
            raise PushinError("There is no subject yet; drag a box around somebody in the picture.")
        names = [s.name for s in self.shot.subjects]
        return self.shot.subjects[(names.index(self.subject(self.view.a).name) + by) % len(names)]

    def take_line(self, take: Take) -> str:
        """What a take does, in film words."""
        words = [*take.timeline.moves]
        if take.match:
            found = self._once("unmatched", take.name, lambda: unmatched(take, self.performance(take.name)))
            less = f", but not {found.span}" if found else ""
            words.insert(0, f"matched {take.match.by}, {take.match.subject} as in {take.match.take}{less}")
        line = " + ".join(["performed"] * take.performed + words) or "static"
        if take.rig != "dolly":
            line += f", {take.rig}"
        return line + (f", {take.lens.name}" if take.lens else "")

    def figures(self, name: str) -> list[tuple[str, str]]:
        """(word, value) of the heads-up line at the playhead, the most telling first."""
        camera = self.camera(name)
        found = [("", f"{camera.focal_length:.0f} mm")]
        subject = self.subject(name)
        stage, take = self.shot.plate.stage, self.shot.take(name)
        gone = subject and lost(stage, subject, camera, self.shot.lines(take))
        f, sizes = None, []
        if subject and subject.has_size and not gone:
            f = self._once(f"comparison {subject.name}", name, lambda: Comparison(
                self.shot, name, subject.name, self._background(subject))).at(self.time, camera)
        if f:
            found += [("travel", _metres(f.travel)), (f"to {subject.name}", _metres(f.distance))]
            found += [("", f.shot_size)] if f.shot_size else []
            sizes = [(subject.name, f"{f.subject_scale:.2f}×"), ("background", f"{f.background_scale:.2f}×")]
        else:
            found += [("travel", _metres(math.dist(camera.position, take.camera.position)))]
            if subject and (away := distance(stage, subject, camera)) > PASSED:      # along the axis, as focus is
                found += [(f"to {subject.name}", _metres(away))]
            if gone:
                found += [(subject.name, gone)]
        if camera.f_stop is None:
            return [*found, ("", "all sharp"), *sizes]
        near, far = self._sharp_between(camera, name)
        fine = 3 if far - near < SHALLOW else 2
        focus = "∞" if far_away(camera.focus_distance) else _metres(camera.focus_distance, fine)
        return [*found, ("", f_number(camera.f_stop)), ("focus", focus),
                ("sharp", f"{near:.{fine}f} – {'∞' if math.isinf(far) else _metres(float(far), fine)}"), *sizes]

    def sharpness(self, name: str) -> dict[str, bool]:
        """Which subjects lie within the depth of field at the playhead."""
        camera, stage = self.camera(name), self.shot.plate.stage
        if camera.f_stop is None:
            return {s.name: True for s in self.shot.subjects}
        near, far = self._sharp_between(camera, name)
        return {s.name: near <= distance(stage, s, camera) <= far for s in self.shot.subjects}

    def _sharp_between(self, camera: Camera, name: str) -> tuple[float, float]:
        """The depth of field of a take's camera, metres."""
        return optics.depth_of_field(camera.focal_length, camera.f_stop, camera.focus_distance,
                                    self.shot.circle(self.shot.take(name)))

    def _background(self, subject: Subject) -> float:
        """Kept from edit to edit: of a large plate it takes a moment."""
        key = self.plate, self.shot.subjects, subject.name
        if self._background_of != key:
            self._background_of, self._background_depth = key, background_depth(self.shot, subject, self.plate)
        return self._background_depth

    # -- advice -------------------------------------------------------------------------------------------------------

    def consult(self) -> None:
        """Asks for advice in the background once edits have settled, and takes what has come of it."""
        if self._advising is not None and self._advising.done:
            job, self._advising = self._advising, None
            if job.error is not None and not isinstance(job.error, PushinError):
                raise job.error
            self._advised, self.advice = job.result or (self._advising_on, ())
            self.unadvised = str(job.error or "")
            if self.unadvised:
                self.say(self.unadvised)
        takes = tuple(dict.fromkeys(self.view.takes))
        wanted = self.shot, takes, self.plate
        waits = BUSY if self.clock.playing else SETTLED
        if self._advising is not None and self._advising_on != wanted:
            self._advising.cancel()
            self._advising = None
        if (self._advising is None and self._advised != wanted and time.monotonic() - self._changed > waits
                and not self.layering.behind):
            self._advising_on = wanted
            self._advising = Job(lambda report: (wanted, counsel(*wanted, report=report)))

    @property
    def advised(self) -> bool:
        """Whether the advice is on the shot as it is by now."""
        return self._advised is not None and self._advised[0] is self.shot

    @property
    def thinking(self) -> bool:
        """Whether advice is under way or due."""
        return self._advising is not None or self._advised != (
            self.shot, tuple(dict.fromkeys(self.view.takes)), self.plate)


def here(sentence: str) -> str:
    """With the window's own ways in place of the command line's."""
    for words, way in HERE:
        sentence = re.sub(words, way, sentence)
    return sentence


def _metres(value: float, fine: int = 2) -> str:
    """A length, with so many decimals where it is below 10 m."""
    return f"{value:.{fine}f} m" if abs(value) < 10 else f"{value:.1f} m" if abs(value) < 100 else f"{value:.0f} m"
