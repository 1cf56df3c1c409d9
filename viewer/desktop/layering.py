"""The plate as scale and repairs make it, its layers and its proxy's: made anew in the background, while the old picture stays."""
from __future__ import annotations

import time
from collections import OrderedDict

from imgui_bundle import hello_imgui

from ..errors import PushinError
from ..plate.adjust import Adjustments, adjusted
from ..plate.layers import Layers
from ..plate.plate import PROXY
from ..rehearsal import background, edits
from .job_thread import Job

SETTLED = 0.4
"""Seconds without another edit of the depth after which its layers are made: strokes come one after the other."""

KEPT = 3
"""Plates and layers that are kept, so that before and after, and undo, are there at once."""


class Layering:
    """Follows the document: depth first, then a draft of the layers, then the best, each in place of the one before; then those of
    the proxy, beside them.

    doing  what goes on, in words, or ""
    held   a stroke is being drawn: nothing is begun meanwhile
    before the Layering of what was open, which ends: what it is making of the same plate goes on
    """

    def __init__(self, session, projector, opened, before: Layering | None = None):
        self.session, self.projector = session, projector
        self.held = self._ended = False
        self._plates = _Latest({opened.plate.adjustments: opened.plate})
        self._layers = _Latest({opened.plate.digest: opened.layers} if opened.final else {})
        self._shown, self._final = opened.plate.digest, opened.final   # the plate whose layers are shown
        self._proxied = False                   # quick pictures are drawn from its proxy
        self._job: Job | None = None
        self._for: tuple | None = None          # what the job is for: ("depth", adjustments) or ("draft" | "full" | "proxy", digest)
        self._uploading = None                  # steps of the upload that is under way, of _shown's layers
        self._refused: Adjustments | None = None
        self._since = 0.0
        self._measure: tuple | None = None      # (key, adjustments, plate before) of an edit that the shot is to follow
        self._trial: tuple | None = None        # a repair that is made before it is entered: (Job, edit, label)
        self._edits = 0
        if before is not None:
            if before._for is not None and before._for[0] in ("full", "proxy") and before._for[1] == opened.plate.digest:
                self._job, self._for, before._job = before._job, before._for, None
            before.end()

    @property
    def wanted(self) -> Adjustments:
        """The scale and the repairs that are to be seen."""
        now = edits.adjustments(self.session.shot)
        return Adjustments(now.anchors) if self.session.before else now

    @property
    def busy(self) -> bool:
        return not self._ended and any(v is not None for v in (self._job, self._uploading, self._trial, self._due()))

    @property
    def behind(self) -> bool:
        """Whether the picture does not show the document's depth yet."""
        return (due := self._due()) is not None and due[0] in ("depth", "draft")

    @property
    def left(self):
        """The plate that the shot is yet to follow the depth from, or None where it does."""
        return self._measure[2] if self._measure and self._measure[1] == edits.adjustments(self.session.shot) else None

    @property
    def doing(self) -> str:
        if self._trial is not None:
            return f"{self._trial[2].lower()} …"
        words = {"depth": "bringing the depth up to date", "draft": "taking the plate apart", "proxy": "making a proxy"}
        if self._for is None or self._job is None:
            return ""
        return f"{words.get(self._for[0], 'filling what the plate does not show')} {self._job.progress:.0%}"

    def end(self) -> None:
        """Something else is worked on from now on."""
        self._ended = True
        for job in (self._job, self._trial and self._trial[0]):
            if job is not None:
                job.cancel()

    # -- edits --------------------------------------------------------------------------------------------------------

    def edit(self, shot, what: str) -> None:
        """Another scale or another repair, as one step to undo; the shot follows the depth once it is there."""
        session = self.session
        base = self.left or self._plates.get(edits.adjustments(session.shot), session.plate)
        self._edits += 1
        key = f"depth {self._edits}"
        session.edit(shot, what, key)
        session.before = False
        self._measure = key, edits.adjustments(shot), base
        self._since = time.monotonic()

    def repair(self, edit, what: str) -> None:
        """A repair that may turn out to be impossible: made in the background, and entered if it could be."""
        if self._trial is not None:
            raise PushinError("One repair is still being made; wait a moment.")
        session = self.session
        session.check_not_rolling()
        edits.add_repair(session.shot, edit)
        session.before = False
        now = edits.adjustments(session.shot)
        plate = self._plates.get(now, session.plate)
        made = lambda report: adjusted(plate, Adjustments(now.anchors, (*now.edits, edit)))
        self._trial = Job(made), edit, what

    def _take_trial(self) -> None:
        job, edit, what = self._trial
        if not job.done:
            return
        self._trial = None
        if isinstance(job.error, PushinError):
            self.session.say(str(job.error))
            return
        if job.error is not None:
            raise job.error
        self._plates[job.result.adjustments] = job.result
        self.session.attempt(lambda: self.edit(edits.add_repair(self.session.shot, edit), what))

    # -- one frame ----------------------------------------------------------------------------------------------------

    def frame(self) -> None:
        """Begins what is due, and takes what is done; while a take is recorded another depth waits, for the shot may follow it."""
        rolling = self.session.recording
        if self._trial is not None and not rolling:
            self._take_trial()
        if self._uploading is not None and next(self._uploading, "done") == "done":
            self._uploading = None
        due = self._due()
        if rolling and due is not None and due[0] == "depth":
            return
        if self._job is not None and self._for != due:
            self._job.cancel()                  # it ends by itself; what it makes is not wanted any more
            self._job = None
        if self._job is not None and self._job.done:
            job, self._job = self._job, None
            self._take(*self._for, job)
        elif self._job is None and due is not None and not self.held and self._uploading is None:
            self._begin(*due)
        if self._uploading is not None:
            hello_imgui.request_refresh()

    def _due(self) -> tuple | None:
        """What is to be made next."""
        plate, wanted = self.session.plate, self.wanted
        if plate.adjustments != wanted and wanted != self._refused:
            return "depth", wanted
        if plate.digest != self._shown:
            return "draft", plate.digest
        if not self._final:
            return "full", plate.digest
        return None if self._proxied or plate.width * plate.height <= PROXY else ("proxy", plate.digest)

    def _begin(self, what: str, of) -> None:
        plate = self.session.plate
        if what == "depth":
            known = self._plates.get(of)
            if known is not None:
                self._turn_to(known)
            else:
                base = max(self._plates.values(), key=lambda p: _in_common(p.adjustments, of))
                self._job, self._for = Job(lambda report: adjusted(base, of, forgiving=True)), (what, of)
        elif what == "draft" and of in self._layers:
            self._show(self._layers[of], of, final=True)
        elif time.monotonic() - self._since > SETTLED:
            if what == "proxy":
                self._job = Job(lambda report: background.proxy(plate, report=report))
            else:
                self._job = Job(lambda report: background.layers(plate, what == "draft", report=report))
            self._for = what, of

    def _take(self, what: str, of, job: Job) -> None:
        if isinstance(job.error, PushinError):
            self.session.say(str(job.error))
            if what == "depth":
                self._refused = of
            elif what == "proxy":
                self._proxied = True                     # there is none, and it does without
            else:
                self._shown, self._final = of, True      # the picture stays as it is
        elif job.error is not None:
            raise job.error
        elif what == "depth":
            self._plates[of] = job.result
            if job.result.adjustments != of:     # without a scale that contradicts the depth
                self._refused = of
            for note in set(job.result.notes) - set(job.result.measured.notes):
                self.session.say(note)
            self._turn_to(job.result)
        elif what == "proxy":
            self._proxied, self._uploading = True, self.projector.using_proxy(*job.result)
        else:
            layers, final = job.result
            self._show(layers, of, final)

    def _turn_to(self, plate) -> None:
        """The plate of now; the shot follows where an edit made it."""
        session = self.session
        session.plate = plate
        if self._measure and self._measure[1] == plate.adjustments:
            (key, _, before), self._measure = self._measure, None
            moved = edits.follow_depth(session.shot, before, plate)
            if moved != session.shot:
                session.edit(moved, "The shot follows the depth", key)   # of the same step, if none has come between
            session.document.release()

    def _show(self, layers: Layers, of: str, final: bool) -> None:
        if final:
            self._layers[of] = layers
        self._shown, self._final, self._proxied = of, final, False
        self._uploading = self.projector.using(layers)


class _Latest(OrderedDict):
    """The entries that were put in last."""

    def __setitem__(self, key, value) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        while len(self) > KEPT:
            self.popitem(last=False)


def _in_common(a: Adjustments, b: Adjustments) -> int:
    """From how many edits of the one the other goes on."""
    return len(a.edits) if a.anchors == b.anchors and b.edits[:len(a.edits)] == a.edits else -1
