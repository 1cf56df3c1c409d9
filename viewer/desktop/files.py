"""Files of the window: open and save, what was open last, what a crash left, and what is not saved yet."""
from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from imgui_bundle import hello_imgui, imgui
from imgui_bundle import portable_file_dialogs as dialogs
import glfw

from .. import folders
from ..counted import counted
from ..errors import PushinError
from ..files import reaching
from ..rehearsal.document import Document, Recent
from ..rehearsal.journal import Journal, Recovered, recoverable
from ..shots.shotfile import exchanged, fingerprints, gone
from . import style
from .browsing import WIDE, path_field
from .opening import Opened, bundled, open_file, open_found

KINDS = "json exr png tif tiff jpg jpeg webp heic heif hif"
PICTURES = ["Plates and shots", " ".join(f"*.{kind} *.{kind.upper()}" for kind in KINDS.split()), "All files", "*"]
SHOTS = ["Shot files", "*.json"]

LOOKS = 2.0
"""Seconds between looks at whether the plate's files are still there."""


class Files:
    """Everything that opens or saves, for one window.

    asks  the question that stands in the window: "open", "save", "overtaken", "unsaved", "exporting", "recover", or ""
    """

    def __init__(self, window):
        self.window, self.session, self.browser = window, window.session, window.browser
        self.recent, self.journal = Recent(), Journal()
        self.asks = ""
        self._path = ""                                  # what is typed
        self._replaces: Path | None = None               # the file that saving once more replaces
        self._leaves = False                             # nobody wants what is unsaved
        self._after: Callable[[], None] | None = None    # what follows once unsaved work is dealt with
        self._surely = False                             # asked once more whether what was found is to be thrown away
        self._found: list[Recovered] = []                # what is not dealt with yet, or not on the screen yet
        self._warned = None
        self._gone, self._looked = "", 0.0               # what was said of the plate's files, and when
        self._opened: tuple = (None, None)               # their fingerprints

    def start(self) -> None:
        """Once the window is there: what a crash left is offered, and files may be dropped."""
        self._found = recoverable()
        self.asks = "recover" if self._found else ""
        handle = self.handle()
        if handle is not None:
            glfw.set_drop_callback(handle, lambda _, paths: self.dropped(paths))

    @staticmethod
    def handle():
        """The window as the glfw package takes it, or None where it is not one of glfw's."""
        import ctypes
        address = hello_imgui.get_glfw_window_address()
        return ctypes.cast(address, ctypes.POINTER(glfw._GLFWwindow)) if address else None

    def end(self, lost: bool) -> None:
        """The window closes; lost: not because anybody wanted it to, and what is unsaved is for the next start."""
        self.browser.end()
        for found in self._found:
            found.leave()
        document = self.session.document
        if lost:
            self.window.rehearsal.keep()
        if lost and document is not None and document.dirty:
            self.journal.flush()
        else:
            self.journal.close()

    def document(self, opened: Opened) -> Document:
        """The document of what was opened."""
        self._gone, self._opened = "", fingerprints(opened.shot)
        if opened.path:
            self.recent.add(opened.path)
        elif opened.shot.plate.path:     # the bundled plate is always at hand
            self.recent.add(opened.shot.plate.path)
        if opened.found is not None:
            return Document.recovered(opened.found, picture=opened.picture, adjustments=opened.shot.plate.adjustments,
                                      journal=self.journal)
        return Document(opened.shot, opened.path, picture=opened.picture, journal=self.journal)

    # -- actions ------------------------------------------------------------------------------------------------------

    def open(self) -> None:
        self._path = ""
        self._ask("open")

    def open_path(self, path: str | Path) -> bool:
        """Opens a shot or a plate in the background, and unsaved work is asked about first; False where nobody can look."""
        there = self._reached(path)
        if there is not None:
            self.unless_unsaved(lambda: self.window.open(lambda report: open_file(there, report)))
        return there is not None

    def open_bundled(self) -> None:
        self.unless_unsaved(lambda: self.window.open(bundled))

    def _reached(self, path: str | Path, ending: str = "") -> Path | None:
        """What a person writes as a path, with the ending that it should have; why it is none is said."""
        def reach() -> None:
            nonlocal path
            named = os.path.basename(path)
            with reaching(path):
                path = Path(path).expanduser().absolute()
                if ending and (not named or path.is_dir()):
                    raise PushinError(f"{path} is a folder; write the file's name behind it.")
                if not path.name.lower().endswith(ending):
                    path = path.with_name(path.name + ending)
                path.exists()
        return path if self.session.attempt(reach) else None

    def dropped(self, paths: list[str]) -> None:
        if paths:
            self.open_path(paths[0])

    def save(self) -> None:
        if self.session.document.path is None:
            self.save_as()
        elif self.session.document.overtaken:
            self._ask("overtaken")
        else:
            self._save_to(self.session.document.path)

    def save_as(self) -> None:
        self._path = str(self.session.document.path or _free(Path(self._folder, "shot.json")))
        self._replaces = None
        self._ask("save")

    def save_to(self, path: str, sure: bool = False) -> bool:
        """Saves under a name; whether it was saved. What is there already is replaced for whoever is sure, or insists."""
        sure = sure and str(path).lower().endswith(".json")
        path = self._reached(path, ".json")
        if path is None:
            return False
        own = path == self.session.document.path and not self.session.document.overtaken
        if path.exists() and not (sure or own or path == self._replaces):
            self._replaces = path
            self.session.say(f"{path.name} is there already; save once more to replace it.")
            return False
        return self._save_to(path)

    def _save_to(self, path: Path) -> bool:
        """Saves, and goes on with what waited for it; whether it was saved."""
        session, said = self.session, ""

        def save() -> None:
            nonlocal said
            said = session.document.save_as(path, session.compared)
        if not session.attempt(save):
            return False
        self.recent.add(path)
        self._gone = self._astray()
        session.say("\n".join(filter(None, (f"Saved {session.document.name}", said, self._gone))))
        after, self._after = self._after, None
        if after:
            after()
        return True

    def unless_unsaved(self, then: Callable[[], None]) -> None:
        """Goes on at once where everything is saved; asks first where something is not."""
        document = self.session.document
        self.window.rehearsal.keep()
        if document is None or not document.dirty:
            then()
        else:
            self._after = then
            self._ask("unsaved")

    def may_close(self) -> bool:
        """Asked when a person closes the window; called outside of any frame."""
        if not self._leaves:
            self.quit()
        return self._leaves

    def quit(self) -> None:
        """Closes the window; asks first where an export would end with it, or something is not saved."""
        leave = lambda: self.unless_unsaved(self._leave)
        if self.window.export.running is None:
            leave()
        else:
            self._after = leave
            self._ask("exporting")

    def _leave(self) -> None:
        self._leaves = True
        self.window.close()

    def _ask(self, what: str) -> None:
        self.asks = what
        self.browser.begin()

    @property
    def _folder(self) -> str:
        """Where files are looked for: beside the shot or its plate, and as dialogs take a folder."""
        here = self.session.document and (self.session.document.path or self.session.shot.plate.path)
        return os.path.join(Path(here).absolute().parent if here else folders.current(), "")

    # -- drawing ------------------------------------------------------------------------------------------------------

    TITLES = {"open": "Open a shot or a plate", "save": "Save the shot as", "overtaken": "Saved by somebody else",
              "unsaved": "Not saved yet", "exporting": "An export is running", "recover": "Unsaved work was found"}

    def draw(self) -> None:
        """The question that stands, if any, and warnings of the autosave."""
        problem = self.journal.problem
        if problem != self._warned:
            self._warned = problem
            if problem:
                self.session.say(problem)
        self._look()
        if self.asks and style.modal(self.TITLES[self.asks]):
            asked = self.asks
            done = getattr(self, f"_{asked}_question")()
            if done or (imgui.is_key_pressed(imgui.Key.escape, False) and asked != "recover"):
                if self.asks == asked and done != "another":      # else one question led to the next
                    self.asks, self._after = "", None
                    self.browser.end()
                imgui.close_current_popup()
            imgui.end_popup()

    def _look(self) -> None:
        """Says once that the plate's files have gone, or are others: it is open, and nobody would notice before the next start."""
        if self.session.shot is None or time.monotonic() < self._looked + LOOKS:
            return
        self._looked, before, self._gone = time.monotonic(), self._gone, self._astray()
        if self._gone and self._gone != before:
            self.session.say(self._gone)

    def _astray(self) -> str:
        """A sentence on what has become of the plate's files since they were opened, or ""."""
        shot = self.session.shot
        return " ".join(filter(None, (gone(shot), exchanged(shot, self._opened))))

    def _open_question(self) -> bool:
        room = WIDE * imgui.get_font_size()
        known = [(f"{style.as_typed(style.within(path.name, room))}##{style.as_typed(str(path))}", str(path), lambda path=path: self.open_path(path))
                 for path in self.recent.paths()]
        return self._file_question("Open", lambda path, sure: self.open_path(path),
                                   lambda: dialogs.open_file("Open a shot or a plate", self._folder, PICTURES),
                                   [*known, ("The bundled plate", "", self.open_bundled)])

    def _save_question(self) -> bool:
        return self._file_question("Save", self.save_to,
                                   lambda: dialogs.save_file("Save the shot", self._path, SHOTS))

    def _file_question(self, verb: str, use, dialog, known=()) -> bool:
        """A path to type, (name, tip, what it does) of what is known already, and the system's own dialog where it has one."""
        entered, self._path = path_field(self._path)
        does, button = None, (7 * imgui.get_font_size(), 0)
        imgui.push_item_flag(imgui.ItemFlags_.no_tab_stop, True)      # Tab goes to the buttons, and Down through these
        for name, tip, act in known:
            if imgui.selectable(name, False)[0]:
                does = act
            if tip:
                imgui.set_item_tooltip(tip)
        imgui.pop_item_flag()
        if imgui.button(verb, button) or entered:
            does = (lambda: use(self._path, False)) if self._path.strip() else self._say_where
        imgui.same_line()
        chosen = self.browser.button(dialog)
        if chosen:
            does = lambda: use(chosen, True)
        imgui.same_line()
        cancelled = imgui.button("Cancel", button)
        self.browser.foot()
        return does() is not False if does else cancelled

    def _say_where(self) -> bool:
        self.session.say("There is no path yet; type one.")
        return False

    def _overtaken_question(self) -> bool | str:
        document = self.session.document
        style.asked(f"{document.name} has been changed by somebody else since you opened or saved it.")
        answer = style.answers("Save as …", "Open theirs", "Replace theirs", "Cancel")
        if answer == 0:
            self.save_as()
            self._path = str(_free(document.path))
            return "another"
        if answer == 1:
            self._after = None
            self.open_path(document.path)
            return "another" if self.asks != "overtaken" else True
        if answer == 2:
            self._save_to(document.path)
        return answer is not None

    def _unsaved_question(self) -> bool | str:
        style.asked(f"{self.session.document.name} has changes that are not saved.")
        answer = style.answers("Save", "Do not save", "Cancel")
        if answer == 0:
            if self.session.document.path is None:
                self.save_as()
                return "another"
            self.save()
            return "another" if self.asks != "unsaved" else not self.session.document.dirty
        if answer == 1:
            after, self._after = self._after, None
            after()
        return answer is not None

    def _exporting_question(self) -> bool:
        style.asked("It would end with the window, unfinished.")
        answer = style.answers("Stay", "Close anyway")
        if answer == 1:
            after, self._after = self._after, None
            after()
        return answer is not None or self.window.export.running is None

    def _recover_question(self) -> bool | str:
        found = self._found[0]
        when = time.strftime("%d.%m. %H:%M:%S", time.localtime(found.time))
        style.asked(f"The program ended unexpectedly. {found.name} was last changed {when}.")
        style.asked(f"{counted(found.history.at, 'step')} can be restored, with undo.", style.QUIET)
        answer = style.answers("Restore", "Later", "Really throw away###away" if self._surely else "Throw away###away",
                               wide=10)
        if answer == 0:
            self.window.open(lambda report: open_found(found, report))
            return True
        if answer == 1 or imgui.is_key_pressed(imgui.Key.escape, False):
            self._surely = False
            self._found.pop(0).leave()
            return "another" if self._found else True
        if answer == 2:
            self._surely = not self._surely
            if not self._surely:
                self._found.pop(0).discard()
                return "another" if self._found else True
        if self._surely:
            style.asked("Nothing brings it back then.", style.WARNING)
        return False


def _free(path: Path) -> Path:
    """The path, or one beside it with a number, where nothing is yet."""
    names = (path, *(path.with_stem(f"{path.stem}-{number}") for number in range(2, 1000)))
    return next((each for each in names if not os.path.exists(each)), path)      # nor is one there whose name is too long
