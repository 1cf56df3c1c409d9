"""Rehearsal: the keys, or a game controller, are the rig; what is performed can be recorded into a take."""
from __future__ import annotations

import math
import time
from dataclasses import replace

from imgui_bundle import hello_imgui, imgui
import glfw

from ..camera import Camera
from ..counted import counted
from ..errors import PushinError
from ..rehearsal import controls, edits
from ..rehearsal.background import smoothed
from ..rehearsal.controls import HANDS, Controls, Operator, Tempo
from ..rehearsal.recording import Recorder, Tolerance, named, smoothable
from ..shots.document import Shot
from ..shots.framing import anchor_point, distance
from ..shots.kit import Lens
from ..shots.performance import breathed
from ..shots.rigs import RIGS, rig
from ..shots.timeline import ABSOLUTE, INFINITY
from .job_thread import Job
from .keys import key_of

TOLERANCE = Tolerance()
"""Within which smoothing keeps to what was performed."""

PULL = 1.0
"""Seconds of the take that a focus pull lasts until a tempo is tapped."""

MARKS = 4
"""Subjects that are named where it is said what the keys do: more would not be read."""

DRAFTS = 1.0
"""Seconds of a recording after which the journal is told of it again; at most so much is lost, and what the journal waits."""


class Rehearsal:
    """A camera performed by hand, and what is recorded of that as a take.

    on     the keys are the rig
    take   the name of the take whose rig and lens are performed with
    """

    def __init__(self, session, actions):
        self.session = session
        self._recorder: Recorder | None = None
        self._drafted = 0.0      # when the journal was last told of what is being recorded
        self._beside = ""        # the take that was shown as B when the recording began
        self.on = False
        self.take = self._told = ""      # the last: what was said of the keys
        self.tempo = Tempo()
        self._held = [(action, [key_of(key) for key in action.keys]) for action in actions.held]
        self._operator: Operator | None = None
        self._metres = 2.0       # to what the take is about, which is the scale of travel and focus
        self._state = self._plays = self._plays_of = None     # the last: the shot that it was made from
        self._smoothing: tuple | None = None    # (a take as it was recorded, the Job that makes few keys of it)
        self._hands: frozenset[str] = frozenset()    # which have been laid on; the take itself does the rest

    def toggle(self) -> None:
        if self.on:
            self.leave()
        else:
            self.enter()

    def enter(self) -> None:
        """From where A's camera stands at the playhead."""
        session = self.session
        self.take = session.view.a
        take, subject = session.shot.take(self.take), session.subject(self.take)
        camera = session.camera(self.take)
        self._metres = max(distance(session.shot.plate.stage, subject, camera), 0.3) if subject else 2.0
        self._set_up()
        self.on = True
        session.live = {self.take: camera}
        keys: dict[str, list[str]] = {}
        for action, _ in self._held:
            keys.setdefault(action.control, []).append(session.key(action.name))
        rig_keys = ", ".join(f"{' '.join(names)} {control}" for control, names in keys.items())
        marks = [(session.key(f"Focus mark {n}"), s.name) for n, s in enumerate(session.shot.subjects[:MARKS], 1)]
        marks = ", ".join(f"{key} {name}" for key, name in (*marks, (session.key("Focus at infinity"), INFINITY)))
        self._told = f"Rehearsing {self.take} on a {take.rig}: {rig_keys}; focus to {marks}; with Shift slower."
        session.say(self._told)

    def _set_up(self) -> None:
        """The take's rig, with its camera as it is at the playhead; no hand is laid on."""
        take = self.session.shot.take(self.take)
        self._follow_take()
        stands = replace(take.camera, position=self._plays.mark)
        self._operator = Operator(stands, rig(take.rig), take.lens, self._metres, take.seed)
        self._state, self._hands = self._operator.at(self._plays.as_set(self.session.time)), frozenset()

    def _follow_take(self) -> None:
        """As the take is by now goes everything on which no hand is laid; through a pinhole, a hand finds the focus ring where
        a recording will have it."""
        self._plays_of, self._plays = self.session.shot, self.session.with_aperture(self.take).perform(self.take)

    def _take_edited(self) -> None:
        """What hands are on stays where it is: the rig stands where it was set up, and only what it carries is exchanged.
        Another rig is set up anew."""
        take, before = self.session.shot.take(self.take), self._operator
        if take.rig != before.rig.name:
            self._set_up()
            return
        self._follow_take()
        self._state = replace(self._state, time=None)      # what no hand is on is as the take has it by now
        at = before.start
        start = replace(take.camera, position=at.position, pan=at.pan, tilt=at.tilt, roll=at.roll)
        self._operator = Operator(start, before.rig, take.lens, self._metres, take.seed)

    def leave(self) -> None:
        if self.recording:
            self.finish()
        self.on = False
        self.session.live, self.session.hands = {}, frozenset()
        if self.session.message == self._told:      # of keys that do something else by now
            self.session.say("")

    # -- recording ----------------------------------------------------------------------------------------------------

    @property
    def recording(self) -> bool:
        return self._recorder is not None

    def record(self) -> None:
        """Records from the playhead on while the clock runs; again, or at the clock's end, it becomes a take."""
        session = self.session
        if self.recording:
            self.finish()
            return
        session.document.release()                # what is being dragged is left as it is by now
        session.clock = session.clock.play()      # first, because it may go back to the start for it
        if not self.on:
            self.enter()
        stands = self._operator.start.position
        self._recorder = Recorder(replace(session.shot.take(self.take).camera, position=stands))
        session.recording, self._drafted, self._beside = True, time.monotonic(), session.view.b

    def finish(self) -> None:
        """What was recorded becomes a new take, which is shown as B beside the one it was performed on; or as A, where B
        matches that one: it goes on matching what was performed, so that both play as they were seen."""
        session = self.session
        recorder = self._stop()
        self.on, session.live, session.hands = False, {}, frozenset()
        if not recorder.passes or not self._hands:
            session.say("Nothing was performed, so nothing was recorded.")
            return
        name, b = edits.free_name(session.shot), session.shot.take(session.view.b)
        shot = self._performed(recorder, name)
        matches = b.match is not None and b.match.take == self.take
        if matches:
            along = ABSOLUTE if "focus" in self._hands else ()
            seen = recorder.beside if b.name == self._beside else ()
            shot = edits.match_recorded(shot, b.name, name, session.time, along, seen)
        session.edit(shot, f"Record take {name}")
        session.show_new(name)
        passes = len(recorder.passes)
        which = "last" if recorder.kept == passes - 1 else "last whole one"
        what = "Recorded" if passes == 1 else f"The {which} of {passes} passes is recorded"
        smooths = any(map(smoothable, shot.take(name).timeline.tracks))
        few = f"{session.key('Smooth take')} makes it few keys; " if smooths else ""
        shown = f"shown as A; {b.name} matches it now" if matches else "shown as B"
        session.say(f"{what} as take {name}, {shown}. {few}{session.key('Undo')} throws it away.")

    def keep(self) -> None:
        """What is being recorded becomes a take at once, before anything is asked about that would put an end to it."""
        if self.recording:
            self.session.attempt(self.finish)

    def _stop(self) -> Recorder:
        session = self.session
        recorder, self._recorder = self._recorder, None
        session.recording = False
        session.clock = session.clock.pause()
        session.document.undraft()
        return recorder

    def _performed(self, recorder: Recorder, name: str) -> Shot:
        """The shot with what has been recorded as one take more."""
        session = self.session
        shot = session.with_aperture(self.take) if "focus" in self._hands else session.shot
        shot = session.shot.with_take(recorder.take(name, shot.take(self.take), session.shot.fps, self._hands))
        return named(shot, name, session.subject(self.take))

    def _draft(self) -> None:
        """Tells the journal of what has been performed so far."""
        self._drafted = time.monotonic()
        name = edits.free_name(self.session.shot)
        if self._hands:
            self.session.document.draft(f"Record take {name}", self._performed(self._recorder, name))

    # -- what is asked for --------------------------------------------------------------------------------------------

    def back_to_one(self) -> None:
        """The camera back to where the take starts, and the clock with it; what is being recorded is kept before."""
        self.keep()
        self.session.clock = self.session.clock.home()
        if self.on:
            self._set_up()

    def mark(self, number: int) -> None:
        """Focus glides to a subject by number, or to infinity (0); outside of rehearsal it is set there."""
        session = self.session
        subjects = session.shot.subjects
        if number > len(subjects):
            raise PushinError(f"There is no subject {number}; the shot has {len(subjects) or 'none'}.")
        if not self.on:
            name = session.view.a
            to = subjects[number - 1].name if number else INFINITY
            session.focus(name, to)
            return
        self.pull(subjects[number - 1].name if number else INFINITY)

    def pull(self, mark: float | str) -> None:
        """Focus glides to a subject by its name, to infinity, or to so many metres."""
        shot, name = self.session.shot, mark if isinstance(mark, str) else ""
        to = math.inf if name == INFINITY else anchor_point(shot.plate.stage, shot.subject(name)) if name else mark
        beat = self.tempo.seconds
        self._state = self._operator.pull(self._state, to, beat * self.session.clock.pace if beat else PULL, name)
        self._hands |= {"focus"}

    def push(self, control: str, way: float) -> None:
        """One control glides on by a way, see Operator.pushed."""
        self._state = self._operator.pushed(self._state, control, way)
        self._hands |= {hand for hand, of in HANDS.items() if control in of}

    def tap(self) -> None:
        self.tempo = self.tempo.tap(time.monotonic())
        if self.tempo.seconds:
            self.session.say(f"A pull takes {self.tempo.seconds:.2f} s.")

    @property
    def camera(self) -> Camera:
        """As rig and rings are set by hand, without the rig's float and the lens's breathing; the iris is the take's, and so is
        focus without a hand on it."""
        taken = self.session.performance(self.take).as_set(self.session.time)
        camera = replace(self._operator.camera(self._state), f_stop=taken.f_stop)
        return camera if "focus" in self._hands else replace(camera, focus_distance=taken.focus_distance)

    def smooth(self, name: str) -> None:
        """The recorded tracks of a take with the fewest keys within the usual tolerance."""
        take, fps = self.session.shot.take(name), self.session.shot.fps
        if not any(map(smoothable, take.timeline.tracks)):
            raise PushinError(f"Nothing in take {name} was recorded by hand; there is nothing to smooth.")
        if self._smoothing is None:
            self._smoothing = take, Job(lambda report: smoothed(take, TOLERANCE, fps, report=report))

    def _take_smoothed(self) -> None:
        """The few keys, once they are found."""
        session, (before, job) = self.session, self._smoothing
        if not job.done:
            hello_imgui.request_refresh()
            return
        self._smoothing = None
        if job.error is not None:
            raise job.error
        name, (take, report) = before.name, job.result
        if not session.has_take(name) or session.shot.take(name) != before:
            return      # it is another one by now
        session.edit(session.shot.with_take(take), f"Smooth take {name}")
        before, after = (sum(getattr(r, which) for r in report) for which in ("before", "after"))
        kept = TOLERANCE
        session.say(f"{counted(before, 'key')} became {after}: within {kept.millimetres:g} mm, {kept.degrees:g}°, "
                    f"{kept.zoom:g} % of zoom and {kept.focus:g} % of focus.")

    def next_rig(self) -> None:
        """The next kind of rig for A."""
        session = self.session
        take = session.shot.take(session.view.a)
        names = list(RIGS)
        name = names[(names.index(take.rig) + 1) % len(names)]
        session.edit(edits.set_rig(session.shot, take.name, name), f"Rig {name}")
        session.say(f"{take.name}: {name}. {RIGS[name].line}")
        if self.on:
            self.enter()

    def frame(self, dt: float) -> None:
        """Carries the camera on by dt seconds of the world, as the keys and the controller ask.

        Rig and hands work in the take's own time, so that slow motion makes none of them faster than they are.
        """
        if self._smoothing is not None and not self.recording:
            self.session.attempt(self._take_smoothed)
        if not self.on:
            return
        session = self.session
        if self.take not in session.view.takes:     # thrown away, or shown no longer
            self.leave()
            return
        if session.shot is not self._plays_of:     # edited, or undone
            self._take_edited()
        pushed = self._pushed()
        self._hands |= pushed.hands
        stopped = self._state.pull is not None and self._state.pull.stopped
        self._state = self._operator.step(self._state, pushed, dt * session.clock.pace, self._plays, session.time, self._hands)
        lens, pull = session.shot.take(self.take).lens, self._state.pull
        if lens and pull and pull.stopped and not stopped:
            self._say_nearest(lens, pull.name)
        seen = self._plays if "focus" in self._hands else session.performance(self.take)     # no pull is seen through a pinhole
        camera = replace(self._operator.camera(self._state, session.time), f_stop=seen.as_set(session.time).f_stop)
        session.live, session.hands = {self.take: breathed(camera, lens.breathing if lens else 0.0)}, self._hands
        session.pulled = self._state.pull and self._state.pull.pulled
        if self.recording:
            if session.clock.playing or session.time == float(session.clock.span[1]):    # not put somewhere by a hand
                self._recorder.add(session.time, self._state, self._focused_beside())
            if not session.clock.playing:
                session.attempt(self.finish)
            elif time.monotonic() - self._drafted > DRAFTS:
                session.attempt(self._draft)
        if any(pushed) or self.moving:
            hello_imgui.request_refresh()

    def _say_nearest(self, lens: Lens, mark: str) -> None:
        """How near the lens goes, and where the mark is that is nearer."""
        session, camera = self.session, self._operator.camera(self._state)
        words = f"The {lens.name} focuses no nearer than {lens.closest(camera.focal_length):.2f} m"
        if mark:
            words += f"; {mark} is at {distance(session.shot.plate.stage, session.shot.subject(mark), camera):.2f} m"
        session.say(f"{words}.")

    def _focused_beside(self) -> float | None:
        """Metres at which B is focused, where that matches what is performed and somebody sees it: through a pinhole nobody does."""
        session = self.session
        b = session.shot.take(session.view.b)
        if b.name != self._beside or b.match is None or b.match.take != self.take:
            return None
        camera = session.camera(b.name)
        return camera.focus_distance if camera.f_stop is not None else None

    @property
    def moving(self) -> bool:
        """Whether the rig is still under way."""
        state = self._state
        return state is not None and (state.pull is not None and state.pull.elapsed < state.pull.seconds
                                      or any(abs(s) > 1e-4 for s in state.speed))

    def _pushed(self) -> Controls:
        pushed = Controls()
        io = imgui.get_io()
        if not (io.want_text_input or io.key_ctrl or io.key_alt):
            pushed = controls.from_keys([action for action, keys in self._held
                                         if any(imgui.is_key_down(key) for key in keys)])
            if io.key_shift:
                pushed = pushed.times(0.25)   # a finer hand
        pad = self._gamepad()
        return pushed + pad if pad else pushed

    def _gamepad(self) -> Controls | None:
        """The first game controller there is."""
        for joystick in range(glfw.JOYSTICK_1, glfw.JOYSTICK_LAST + 1):
            if glfw.joystick_present(joystick) and glfw.joystick_is_gamepad(joystick):
                state = glfw.get_gamepad_state(joystick)
                if state is not None:
                    hello_imgui.request_refresh()   # it wakes nobody by itself
                    return controls.from_gamepad(list(state.axes), [bool(b) for b in state.buttons])
        return None
