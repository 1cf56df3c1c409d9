"""What leaves the window as a file while the work goes on: films, frames, and screenshots."""
from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
from imgui_bundle import hello_imgui, imgui
from imgui_bundle import portable_file_dialogs as dialogs
from platformdirs import user_pictures_path

from .. import folders
from ..errors import PushinError
from ..export.delivery import Delivery
from ..export.sequence import sequence_name
from ..export.stills import write_picture
from ..export.video import SUFFIXES, check_video
from ..files import reaching
from ..plate.adjust import adjusted
from ..rehearsal import edits
from ..rehearsal.background import FRAMES, Moment, exported, pictured
from . import style
from .browsing import WIDE, Browser, path_field
from .job_thread import Job


BOKEH = {"gather": "depth of field", "reference": "depth of field, exact and slow", "off": "all sharp"}
"""What can be chosen, and how it is called."""

FILMS = ["Films", " ".join(f"*{suffix}" for suffix in SUFFIXES)]

BEAT = 0.1
"""Seconds after which an export that waits looks again."""

PATIENCE = 10.0
"""Seconds that a closing window waits for a screenshot."""


class Export:
    """One export at a time, in a process of its own.

    running  the export under way, or None
    """

    def __init__(self, session, browser: Browser):
        self.session, self.browser = session, browser
        self.running: Job | None = None
        self._path, self._take, self._bokeh, self._target = "", "", "gather", ""
        self._of = None                         # the document that goes to _path, and its file
        self._replaces: Path | None = None      # the film, or folder of frames, that exporting once more replaces
        self.asks = self._chooses = False       # the question stands; the list in it is open

    def ask(self) -> None:
        """Opens the question where to, and what."""
        document = self.session.document
        if self._of != (document, document.path):
            self._of = document, document.path
            self._path = str((document.path or folders.current() / "shot").with_suffix(".mp4"))
        self._take, self._replaces = self.session.worked_on, None
        self.browser.begin()
        self.asks = True

    def start(self, path: str, take: str | None = None, bokeh: str = "gather") -> None:
        """Renders a take to a film (.mp4, .mov), or where the path ends in / to frames; PushinError where it cannot."""
        if self.running is not None:
            raise PushinError("An export is running; cancel it first, or wait.")
        session, shot = self.session, self.session.shot
        film = Path(path).suffix.lower() in SUFFIXES
        if not film and not path.endswith("/"):
            raise PushinError(f"'{path}' should end in .mp4 or .mov for a film, or in / for a folder of frames.")
        delivery = Delivery(shot, take)
        with reaching(path):
            target = Path(path).expanduser()
        if film:
            check_video(target, delivery.size)
        with reaching(path):
            there = target.exists() if film else any(target.glob(f"{sequence_name(FRAMES, delivery)}.*.png"))
        if there and target != self._replaces:
            self._replaces = target
            raise PushinError(f"{target.name} is there already; export once more to replace it." if film else
                              f"{target.name} holds frames of this take already; export once more to replace them.")
        self._target, layering, plate, before = str(target), session.layering, session.plate, session.layering.left

        def work(report) -> None:
            while layering.busy:        # it makes what the export needs, too, and keeps it
                report(0.0, "waiting for the plate")
                time.sleep(BEAT)
            now = session.plate if session.layering is layering else plate
            true = adjusted(now, edits.adjustments(shot), forgiving=True)       # and not that of before the repairs
            exported(true, edits.follow_depth(shot, before, true) if before else shot, take, target, bokeh, report=report)
        self.running = Job(work)

    def cancel(self) -> None:
        if self.running is not None:
            self.running.cancel()
            self.running.stage = "ending"       # after the frame that is being drawn

    def follow(self) -> None:
        """Says how it ended, once it has."""
        if self.running is None or not self.running.done:
            return
        error, self.running = self.running.error, None
        if error is None:
            self.session.say(f"Exported {self._target}")
        elif isinstance(error, Job.Cancelled):
            self.session.say("The export was cancelled.")
        else:
            self.session.say(str(error) if isinstance(error, PushinError) else f"The export failed: {error}.")

    def draw(self) -> None:
        """The question, where it stands."""
        if not self.asks:
            return
        em = imgui.get_font_size()
        if not style.modal("Export"):
            return
        entered, self._path = path_field(self._path)
        style.text("a film (.mp4, .mov), or a folder for frames, that ends in /", style.QUIET, scale=0.88)
        gives_up = imgui.is_key_pressed(imgui.Key.escape, False) and not self._chooses     # and not only the list
        imgui.set_next_item_width(WIDE * em)
        self._chooses = imgui.begin_combo("##take", style.as_typed(f"take {self._take}"))
        if self._chooses:
            for take in self.session.shot.takes:
                if imgui.selectable(style.as_typed(f"take {take.name}"), take.name == self._take)[0]:
                    self._take = take.name
                imgui.same_line()
                style.text(self.session.take_line(take), style.QUIET, scale=0.88)
            imgui.end_combo()
        for bokeh, words in BOKEH.items():
            if imgui.radio_button(words, bokeh == self._bokeh):
                self._bokeh = bokeh
            imgui.same_line()
        imgui.new_line()
        started = imgui.button("Export", (7 * em, 0)) or entered
        imgui.same_line()
        chosen = self.browser.button(self._dialog)
        if chosen:
            self._choose(chosen)
        imgui.same_line()
        closed = imgui.button("Cancel", (7 * em, 0)) or gives_up
        self.browser.foot()
        if started:
            closed = self.session.attempt(lambda: self.start(self._path, self._take, self._bokeh))
        if closed:
            self.asks = False
            self.browser.end()
            imgui.close_current_popup()
        imgui.end_popup()

    def _dialog(self):
        """The system's own, for what the path is now: a folder of frames, or a film."""
        if self._path.endswith("/"):
            return dialogs.select_folder("A folder for the frames", self._path)
        return dialogs.save_file("Export the film", self._path, FILMS)

    def _choose(self, path: str) -> None:
        """What was chosen there. Whether a film is to be replaced it has asked already."""
        if Path(path).is_dir():
            self._path = path.rstrip("/\\") + "/"
        elif Path(path).suffix.lower() in SUFFIXES:
            self._path, self._replaces = path, Path(path)
        else:
            self._path = path + SUFFIXES[0]


class Screenshots:
    """The moment as a picture, written in the background.

    wanted  of the next frame: "clean", only the pictures in full resolution; "whole", what the window shows; or ""
    """

    def __init__(self, session):
        self.session = session
        self.wanted = ""
        self._writing: list[tuple[Path, Job]] = []

    def keep(self, what: Moment | np.ndarray) -> None:
        """Writes a moment, or pixels, uint8 (h, w, 3), row 0 on top."""
        self.wanted = ""
        path, projector = self._path(), self.session.screening.projector
        if isinstance(what, Moment):
            work = lambda report: pictured(projector.plate, projector.layers, what, path, report=report)
        else:
            work = lambda report: write_picture(path, np.ascontiguousarray(what))
        self._writing.append((path, Job(work)))

    def follow(self) -> None:
        """Says where the picture is, once it is there."""
        for path, job in [entry for entry in self._writing if entry[1].done]:
            self._writing.remove((path, job))
            if job.error is None:
                self.session.say(f"Saved {path}")
            elif isinstance(job.error, PushinError):
                self.session.say(str(job.error))
            else:
                raise job.error
        if self._writing:
            hello_imgui.request_refresh()

    @property
    def writing(self) -> bool:
        return bool(self._writing)

    def finish(self) -> None:
        """Waits for those that are being written: the window closes."""
        for _, job in self._writing:
            job.wait(PATIENCE)

    def _path(self) -> Path:
        """A new name beside the shot's file, or among the user's pictures."""
        document = self.session.document
        folder = document.path.parent if document.path else user_pictures_path()
        if not os.path.isdir(folder):
            folder = folders.current()
        stem, taken = document.path.stem if document.path else "pushin", {path for path, _ in self._writing}
        return next(path for n in range(1, 100_000)
                    if (path := folder / f"{stem}-{n:03d}.png") not in taken and not os.path.exists(path))
