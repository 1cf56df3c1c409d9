"""What of the shot is on the screen: quickly made while something moves, and better and better when it rests."""
from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import NamedTuple

from imgui_bundle import hello_imgui

from .. import optics
from ..camera import Camera
from ..rehearsal.background import Moment
from ..rehearsal.quality import STEPS, Governor, Plan, Step
from ..render.compare import MODES, Layout
from ..render.display import Overlay
from .projector import Projector

REST = 0.15
"""Seconds without a change after which pictures are refined: longer than a hand on the playhead pauses."""


VIEW_SECONDS = 0.04
"""That a view through the lens takes, until it is known."""


class Shown(NamedTuple):
    """A picture on a screen: its slot in the projector, its camera, the pixels (width, height) of its place, and what is laid
    over it."""

    slot: str
    camera: Camera
    pixels: tuple[float, float]
    overlay: Overlay = Overlay()


class Screening:
    """Chooses size and quality of the pictures that a projector makes of a session.

    lens_ready  the driver has its programs for pictures through a lens; before, they would hold up the window for seconds
    """

    lens_ready = True

    def __init__(self, session, projector: Projector):
        self.session, self.projector = session, projector
        self._governors: dict[tuple, Governor] = {}   # by what has to be drawn: of how many pictures, how many blurred
        self._kind: tuple = ()
        self._plans: dict[str, Plan] | None = None    # by slot, what is left to do at rest; None while something moves
        self._view_seconds = VIEW_SECONDS
        self._wanted, self._moved, self._moving = None, 0.0, False
        self._waits = False                           # something is to be blurred and cannot be yet

    @property
    def rested(self) -> bool:
        """Whether the pictures on the screen are as good as they get."""
        return self._plans is not None and not self._waits and all(plan.next() is None for plan in self._plans.values())

    @property
    def governor(self) -> Governor:
        """Chooses the size of what is drawn now, while something moves."""
        return self._governors.setdefault(self._kind, Governor.beginning())

    def took(self, seconds: float) -> None:
        """The latest frame took so long until it was on the screen: that decides how large the next one is made."""
        if self._moving:
            self._governors[self._kind] = self.governor.after(seconds)
            self._moving = False

    def frames(self, place: Layout, feed: tuple[float, float] | None = None) -> tuple:
        """The Frames of A, of B and, for a place of `feed` pixels on another screen, of the main one of them: quickly
        made while something moves, and better and better when it rests."""
        session, projector = self.session, self.projector
        view = session.view
        seen = "A" if session.mends else MODES[view.mode].shows     # B's place has the depth then
        shown = [Shown(slot, session.camera(name), where[2:], self._overlay(name)) for slot, name, where in
                 zip("AB", view.takes, (place.a, place.b)) if slot in seen]
        now, made = time.monotonic(), projector.made
        self._waits = not self.lens_ready and any(self.bokeh(each.camera) != "off" for each in shown)
        wanted = tuple(shown), feed, view.blur, projector.changes, self.lens_ready
        if wanted != self._wanted:
            self._wanted, self._moved, self._plans = wanted, now, None
            self._kind = len(shown), sum(self.bokeh_now(each.camera) != "off" for each in shown)
        for slot in {"A", "B", "monitor"} - {s.slot for s in shown}:
            if slot != "monitor" or not feed or self._plans is None:
                projector.drop(slot)
        main = shown[-1] if view.mode == "B" else shown[0]
        resting = now - self._moved > REST
        if resting:
            self._rest([*shown, Shown("monitor", main.camera, feed)] if feed else shown)
        else:
            step = self.governor.step
            for each in shown:
                self._draw(each, step)
            hello_imgui.request_refresh()   # there is more to come
        self._moving = not resting and projector.made > made
        frames = [projector.kept(s.slot) for s in shown]
        return (*frames, *frames)[:2] + (projector.kept("monitor") or projector.kept(main.slot),)

    def _rest(self, shown: list[Shown]) -> None:
        """One stage of one picture: those in one piece first, then the references, one after the other."""
        if self._plans is None:
            blurred = [self.bokeh_now(each.camera) != "off" for each in shown]
            # Nothing of what the monitor shows is there yet; all others are as they were drawn last.
            self._plans = {each.slot: Plan.at_rest(STEPS[-1] if each.slot == "monitor" else self.governor.step, lens,
                                                   self._view_seconds, sum(blurred), self._blur(each) if lens else 0.0)
                           for each, lens in zip(shown, blurred)}
        waiting = [each for each in shown if self._plans[each.slot].next()]
        if not waiting:
            return
        each = next((e for e in waiting if self._plans[e.slot].next().step), waiting[0])
        plan, began = self._plans[each.slot], time.perf_counter()
        stage = plan.next()
        if stage.step:
            self._draw(each, stage.step)
        else:
            self.projector.refine(each.slot, each.camera, self.projector.size(each.pixels), stage.views, plan.count,
                                  overlay=each.overlay)
        self.projector.screen.finish()
        self._plans[each.slot] = plan = plan.after(time.perf_counter() - began)
        if not stage.step and plan.done == plan.count:
            self._view_seconds = plan.view_seconds
        hello_imgui.request_refresh()

    def _blur(self, shown: Shown) -> float:
        """Pixels across a disc of blur at infinity, or at half the way to the focus, which is as large."""
        camera = shown.camera
        far = optics.circle_of_confusion(math.inf, camera.focal_length, camera.f_stop, camera.focus_distance)
        return float(optics.in_pixels(far, camera.sensor_width, self.projector.size(shown.pixels)[0]))

    def _draw(self, shown: Shown, step: Step) -> None:
        self.projector.frame(shown.slot, shown.camera, self.projector.size(shown.pixels, step.scale),
                             self.bokeh_now(shown.camera), quick=step != STEPS[0], overlay=shown.overlay)

    def bokeh(self, camera) -> str:
        """How a camera's blur is made while it is to be quick."""
        return "gather" if self.session.view.blur and camera.f_stop is not None else "off"

    def bokeh_now(self, camera) -> str:
        """The same for what is drawn in the window: off until the driver has its programs."""
        return self.bokeh(camera) if self.lens_ready else "off"

    def _overlay(self, name: str) -> Overlay:
        """What is laid over a take's picture; what counts as sharp there is what its figures say."""
        shot = self.session.shot
        return replace(self.session.view.overlay, delivery=shot.across(shot.take(name)))

    def moment(self, place: Layout) -> Moment:
        """What is shown, in the plate's full resolution and without anything over it."""
        session = self.session
        shown = [rect for slot, rect in zip("AB", (place.a, place.b)) if slot in MODES[session.view.mode].shows]
        scale = max(session.plate.width / max(w for _, _, w, _ in shown), 1.0)
        left, top = (min(rect[i] for rect in shown) for i in (0, 1))
        right, bottom = (max(rect[i] + rect[i + 2] for rect in shown) for i in (0, 1))
        moved = [((x - left) * scale, (y - top) * scale, w * scale, h * scale) for x, y, w, h in (place.a, place.b)]
        whole = Layout((round((right - left) * scale), round((bottom - top) * scale)), *moved)
        cameras = tuple(session.camera(name) for name in session.view.takes)
        return Moment(cameras, tuple(map(self.bokeh, cameras)), whole, session.view.mode, session.view.wipe,
                      time.monotonic())
