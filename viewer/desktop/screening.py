"""What of the shot is on the screen: quickly made while something moves, and better and better when it rests."""
from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from imgui_bundle import hello_imgui

from ..rehearsal.quality import CHUNK, Governor, Plan, Stage
from ..render.compare import MODES, Layout
from ..render.display import Overlay
from .projector import Projector

REST = 0.15
"""Seconds without a change after which pictures are refined: longer than a hand on the playhead pauses."""


class Screening:
    """Chooses size and quality of the pictures that a projector makes of a session.

    governor  chooses the size while something moves
    """

    def __init__(self, session, projector: Projector):
        self.session, self.projector = session, projector
        self.governor = Governor()
        self._plan: Plan | None = None           # what is left to do at rest; None while something moves
        self._unexposed: list[str] = []          # pictures that are still to be seen through the whole lens
        self._view_seconds = 0.02                # that one view through it takes
        self._wanted, self._moved, self._moving = None, 0.0, False

    @property
    def rested(self) -> bool:
        """Whether the pictures on the screen are as good as they get."""
        return self._plan is not None and self._plan.next() is None

    def took(self, seconds: float) -> None:
        """The latest frame took so long until it was on the screen: that decides how large the next one is made."""
        if self._moving:
            self.governor = self.governor.after(seconds)
            self._moving = False

    def frames(self, place: Layout) -> tuple:
        """The Frames of A and B: quickly made while something moves, and better and better when it rests."""
        session, projector = self.session, self.projector
        view = session.view
        seen = "A" if session.mending.on else MODES[view.mode].shows     # B's place has the depth then
        shown = [(slot, session.camera(name), where[2:]) for slot, name, where in
                 zip("AB", view.takes, (place.a, place.b)) if slot in seen]
        now, began, made = time.monotonic(), time.perf_counter(), projector.made
        wanted = tuple(shown), view.blur, view.overlay, session.shot.delivery_width, projector.layers
        if wanted != self._wanted:
            self._wanted, self._moved, self._plan = wanted, now, None
        for slot in "AB":
            if slot not in seen:
                projector.drop(slot)
        resting = now - self._moved > REST
        blurred = [slot for slot, camera, _ in shown if view.blur and camera.f_stop is not None]
        if resting and self._plan is None:
            self._plan, self._unexposed = Plan.at_rest(self.governor.step, bool(blurred)), blurred
        stage = self._plan.next() if resting else Stage("moving", "", self.governor.step)
        if stage is not None:
            if stage.name == "reference":
                self._expose(shown)
            else:
                for slot, camera, pixels in shown:
                    projector.frame(slot, camera, projector.size(pixels, stage.step.scale), self.bokeh(camera),
                                    overlay=self._overlay())
            if resting and stage.name != "reference":
                projector.context.finish()
                self._plan = self._plan.after(time.perf_counter() - began)
            hello_imgui.request_refresh()   # there is more to come
        self._moving = not resting and projector.made > made
        frames = [projector.kept(slot) for slot, _, _ in shown]
        return (*frames, *frames)[:2]

    def _expose(self, shown) -> None:
        """Some more views through the lens, for one picture after the other, as many as leave the window alive."""
        if not self._unexposed:
            self._plan = Plan()     # nothing is left to do
            return
        began = time.perf_counter()
        slot, camera, pixels = next(s for s in shown if s[0] == self._unexposed[0])
        views = max(1, min(int(CHUNK / self._view_seconds), 16))
        if self.projector.refine(slot, camera, self.projector.size(pixels), views, overlay=self._overlay()) >= 1:
            self._unexposed = self._unexposed[1:]
        self.projector.context.finish()
        self._view_seconds = max((self._view_seconds + (time.perf_counter() - began) / views) / 2, 1e-5)

    def bokeh(self, camera) -> str:
        """How a camera's blur is made while it is to be quick."""
        return "gather" if self.session.view.blur and camera.f_stop is not None else "off"

    def _overlay(self) -> Overlay:
        return replace(self.session.view.overlay, delivery=self.session.shot.delivery_width)

    def composed(self, mode: str, place: Layout) -> np.ndarray:
        """The comparison in the plate's full resolution, without anything over it."""
        session = self.session
        shown = [place.a, place.b]
        scale = max(self.session.plate.width / max(w for _, _, w, _ in shown), 1.0)
        left, top = (min(rect[i] for rect in shown) for i in (0, 1))
        right, bottom = (max(rect[i] + rect[i + 2] for rect in shown) for i in (0, 1))
        moved = [((x - left) * scale, (y - top) * scale, w * scale, h * scale) for x, y, w, h in shown]
        whole = Layout((round((right - left) * scale), round((bottom - top) * scale)), *moved)
        cameras = [session.camera(name) for name in session.view.takes]
        frames = [self.projector.frame(f"still {slot}", camera, tuple(round(v) for v in rect[2:]), self.bokeh(camera))
                  for slot, camera, rect in zip("AB", cameras, moved)]
        pixels = self.projector.pixels(whole, *frames, mode, wipe=session.view.wipe, time=time.monotonic())
        for slot in ("still A", "still B"):
            self.projector.drop(slot)
        return pixels
