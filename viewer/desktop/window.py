"""The window: panels around the pictures, one session that they read and edit, one projector that draws."""
from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator

from imgui_bundle import hello_imgui, imgui  # before glfw, so that both share one GLFW library
import glfw

from .. import folders
from ..errors import PushinError
from ..rehearsal.actions import usable_actions
from ..rehearsal.background import PINHOLE, warmed
from ..render.compare import MODES
from ..render.screen import GivenUp, Screen, drawing
from ..render.warm import programs
from ..shots.document import Shot
from . import style
from .browsing import Browser
from .commands import Commands
from .display import when_lost
from .exporting import Export, Screenshots
from .files import Files
from .job_thread import Job, lasting
from .layering import Layering
from .mending import DepthPanel
from .monitor import Monitor, shows
from .opening import Opened
from .panels import AdvicePanel, LensPanel, MovesPanel
from .picture import FIGURES, PicturePanel
from .projector import Projector
from .rehearse import Rehearsal
from .screening import Screening
from .session import Session
from .timeline import TimelinePanel
from .upload_thread import RESET, UploadThread, hint

LOADING_RATE = 20.0
"""Frames a second while a plate is loading: enough for a progress bar, and the processor is needed elsewhere."""

WAITING_RATE = 10.0
"""The same while something is made in the background of a plate that is shown already, or said."""

IDLE_RATE = 1.0
"""Frames a second at rest: nothing changes by itself then, and any input wakes the window at once."""

STEPS = 0.02
"""Seconds a frame for what gets on the screen step by step; a step itself may take some more."""

OUTSIDE = 0.25
"""Brightness of what is not delivered."""

PATIENCE = 5.0
"""Seconds at the most for what is being opened to stop where no window can show it."""

BEGINS = 0.4
"""Of a new shot, where it begins to play at first: its first picture shows already how a push-in differs from a zoom."""

KEPT = "your work is kept, and the next start offers it"

Opening = Callable[[Callable[..., None]], Opened]


class Window:
    """The application's one window.

    opening  makes what it opens with: opening(report) -> Opened, called on a thread of its own
    """

    def __init__(self, opening: Opening):
        session = self.session = Session()
        actions, problem = usable_actions()
        self.rehearsal = Rehearsal(session, actions)
        self.advice, self.lens, self.moves = AdvicePanel(session), LensPanel(session), MovesPanel(session)
        self.timeline, self.picture = TimelinePanel(session, self.rehearsal), PicturePanel(session, self.advice, self.rehearsal)
        self.depth = DepthPanel(session, self.picture.mending)
        self.browser = Browser()
        self.files, self.export, self.monitor = Files(self), Export(session, self.browser), Monitor()
        self.screenshots = Screenshots(session)
        self.commands = Commands(self, actions, problem)
        session.act, session.key = self.commands.act, actions.key
        self.projector: Projector | None = None
        self._screen: Screen | None = None
        self._aside: UploadThread | None = None
        self._opening: Job | None = None
        self._warming: Job | None = None                # the driver's programs, at the first start
        self._later: Iterator[None] | None = None       # steps for which there is time once everything rests
        self._arriving: Iterator[None] | None = None    # steps in which what has been opened gets on the screen
        self._first = self._latest = opening
        self._left: Shot | None = None                  # as the shot was that gives way to what is being opened
        self._error: BaseException | None = None
        self._began = time.perf_counter()
        self._titled = ""
        self._windowed = None     # where the window was before it filled the screen
        self.params = self._parameters()

    def run(self, run: Callable[[hello_imgui.RunnerParams], None] = hello_imgui.run) -> None:
        """Shows the window until it is closed; PushinError without a display or OpenGL 3.3, or for a bad plate."""
        with warnings.catch_warnings(action="ignore", category=glfw.GLFWError):      # we have a sentence for it
            there = glfw.init()
        if not there:
            raise PushinError("The window cannot open: no display answers; `pushin compare` works without one.")
        hint(RESET)
        self.open(self._first)      # there is work to do while the window comes up
        try:
            run(self.params)
        except RuntimeError as error:
            if "IM_ASSERT" not in str(error) or self._screen is not None:
                raise
            self._opening.cancel()
            self._opening.wait(PATIENCE)       # libraries that it calls are kept from talking, and so would be we
            raise PushinError("The window cannot open: the display offers no OpenGL 3.3; update its driver, or "
                              "install libgl1-mesa-dri for a software one.") from error
        self.ended()

    def ended(self) -> None:
        """Raises what the window ended with, if it was not a person who closed it."""
        if isinstance(self._error, GivenUp):
            raise PushinError(f"The graphics driver has given up and the window had to close; {KEPT}.") from self._error
        if self._error is not None:
            raise self._error

    @property
    def rested(self) -> bool:
        """Whether the pictures on the screen are as good as they get."""
        return self.session.screening is not None and self.session.screening.rested

    def open(self, opening: Opening) -> None:
        """Opens something else, in the background, and in place of what is being opened; what is open stays until it is there."""
        if self._opening is not None:
            self._opening.cancel()
        self._arriving = None
        self._opening, self._latest, self._left = Job(opening), opening, self.session.shot

    def close(self) -> None:
        """Ends the window without asking."""
        self.params.app_shall_exit = True

    # -- hello_imgui --------------------------------------------------------------------------------------------------

    def _parameters(self) -> hello_imgui.RunnerParams:
        params = hello_imgui.RunnerParams()
        params.app_window_params.window_title = "pushin"
        params.app_window_params.window_geometry.size = (1280, 720)
        params.app_window_params.restore_previous_geometry = True
        params.ini_folder_type = hello_imgui.IniFolderType.absolute_path
        params.ini_filename = str(folders.state() / "window.ini")
        params.renderer_backend_options.open_gl_options.anti_aliasing_samples = 0  # pictures bring their own
        window = params.imgui_window_params
        window.background_color = imgui.ImVec4(style.GROUND, style.GROUND, style.GROUND, 1)
        window.default_imgui_window_type = hello_imgui.DefaultImGuiWindowType.provide_full_screen_dock_space
        window.show_menu_bar, window.show_menu_app, window.show_menu_view = True, False, False
        params.fps_idling.fps_max = LOADING_RATE
        params.fps_idling.fps_idle = IDLE_RATE
        params.fps_idling.time_active_after_last_event = 0.5
        params.docking_params = self._docking()
        callbacks = params.callbacks
        callbacks.setup_imgui_style = style.apply
        callbacks.load_additional_fonts = style.FONTS.load
        callbacks.post_init = self._start
        callbacks.post_new_frame = self._guarded(self._begin_frame)
        callbacks.show_menus = self._guarded(self.commands.menus)
        callbacks.post_render_dockable_windows = self._guarded(self._finish_frame)
        callbacks.before_imgui_render = self._guarded(self._project)  # after all panels, under all of them
        callbacks.before_swap = self._guarded(self._before_swap)
        callbacks.after_swap = self._guarded(self._swapped)
        callbacks.confirm_exit = lambda: self._error is not None or self.files.may_close()
        callbacks.before_exit = self._stop
        return params

    def _docking(self) -> hello_imgui.DockingParams:
        docking = hello_imgui.DockingParams()
        docking.main_dock_space_node_flags = imgui.DockNodeFlags_.passthru_central_node
        docking.docking_splits = [
            hello_imgui.DockingSplit("MainDockSpace", "Below", imgui.Dir.down, 0.30),
            hello_imgui.DockingSplit("MainDockSpace", "Beside", imgui.Dir.right, 0.24)]
        # In the order in which they are drawn: the pictures last, so that they show what the others have just changed.
        docking.dockable_windows = [
            self._dockable("Timeline", "Below", self.timeline.draw, imgui.WindowFlags_.no_scrollbar),
            self._dockable("Lens", "Beside", self.lens.draw, shown=False),
            self._dockable("Moves", "Beside", self.moves.draw, shown=False),
            self._dockable("Advice", "Beside", self.advice.draw, shown=False),
            self._dockable("Depth", "Beside", self.depth.draw, shown=False),
            self._dockable("Pictures", "MainDockSpace", self.picture.draw, imgui.WindowFlags_.no_background
                           | imgui.WindowFlags_.no_scrollbar | imgui.WindowFlags_.no_scroll_with_mouse)]
        return docking

    def _dockable(self, name: str, where: str, draw, flags=0, shown: bool = True) -> hello_imgui.DockableWindow:
        def bare():
            # A window of which there is always one, where it is: without a tab.
            imgui.set_next_window_class(style.fixed())
            if imgui.begin(name, None, flags)[0]:
                draw()
            imgui.end()

        def panel():
            style.ground()
            # Tab is an action of its own; from one field to the next it goes only where somebody types.
            imgui.push_item_flag(imgui.ItemFlags_.no_tab_stop, not imgui.get_io().want_text_input)
            draw()
            imgui.pop_item_flag()

        fixed = name in ("Pictures", "Timeline")
        made = hello_imgui.DockableWindow(name, where, self._guarded(bare if fixed else panel), shown, not fixed)
        made.imgui_window_flags, made.call_begin_end = flags, not fixed
        return made

    def panel(self, name: str) -> hello_imgui.DockableWindow:
        return next(w for w in self.params.docking_params.dockable_windows if w.label == name)

    def full_screen(self) -> None:
        """Fills the screen with the window, or goes back."""
        handle = self.files.handle()
        screen = next((s for s in glfw.get_monitors() if shows(s, handle)), None) or glfw.get_primary_monitor()
        if self._windowed is None:
            self._windowed = *glfw.get_window_pos(handle), *glfw.get_window_size(handle)
            mode = glfw.get_video_mode(screen)
            glfw.set_window_monitor(handle, screen, 0, 0, mode.size.width, mode.size.height, mode.refresh_rate)
        else:
            glfw.set_window_monitor(handle, None, *self._windowed, glfw.DONT_CARE)
            self._windowed = None

    def show(self, name: str, shown: bool = True) -> None:
        """Shows a panel before all others in its place, or puts it away."""
        panel = self.panel(name)
        panel.is_visible = panel.focus_window_at_next_frame = shown

    def in_front(self, name: str) -> bool:
        """Whether a panel is shown, and not behind another one's tab."""
        drawn = imgui.internal.find_window_by_name(name)
        return self.panel(name).is_visible and drawn is not None and drawn.was_active and not drawn.hidden

    def toggle(self, name: str) -> None:
        self.show(name, not self.in_front(name))

    def reset_panels(self) -> None:
        """All panels back to where they were at the first start."""
        for panel in self.params.docking_params.dockable_windows:
            panel.is_visible = panel.label in ("Timeline", "Pictures")
        self.params.docking_params.layout_reset = True

    def _guarded(self, draw: Callable[[], None]) -> Callable[[], None]:
        """An error ends the window in good order and is raised by `run`: none may cross Dear ImGui's code."""
        def guarded():
            if self._error is None:
                try:
                    with drawing():
                        draw()
                except BaseException as error:
                    self._error = error
                    self.params.app_shall_exit = True
                    # What is begun in Dear ImGui by now is ended by its own recovery.
                    imgui.get_io().config_error_recovery_enable_assert = False
        return guarded

    def _start(self) -> None:
        imgui.get_io().config_windows_move_from_title_bar_only = True
        # Where the window is, is kept once there is something to see in it: it may not have got its size before.
        self.params.app_window_params.restore_previous_geometry = False
        # Panels are as large as they were left, in pixels: no use on a screen of another scaling.
        scale = f"{hello_imgui.dpi_window_size_factor():.2f}"
        if hello_imgui.load_user_pref("scale") not in ("", scale):
            self.params.docking_params.layout_condition = hello_imgui.DockingLayoutCondition.application_start
        hello_imgui.save_user_pref("scale", scale)
        self._screen = Screen()
        self._aside = UploadThread.where_slow(self._screen, self.files.handle())
        self.files.start()
        when_lost(self._display_lost)
        self._warming = Job(lambda report, name=programs(self._screen): warmed(name, report=report))

    def _stop(self) -> None:
        self._arriving = self._later = None
        self.files.end(lost=self._error is not None)
        self.export.cancel()
        self.screenshots.finish()
        self.monitor.close()
        if isinstance(self._error, GivenUp):
            return       # what was on the GPU went with the context
        self.picture.mending.release()
        if self.projector is not None:
            self.projector.close()
        if self._screen is not None:
            self._screen.release()
        if self._aside is not None:
            self._aside.close()

    def _display_lost(self) -> str:
        """Nothing can be drawn or asked any more."""
        document = self.session.document
        self.files.end(lost=True)
        return f"The display has gone, and the window with it{f'; {KEPT}' if document and document.dirty else ''}."

    # -- one frame ----------------------------------------------------------------------------------------------------

    def _begin_frame(self) -> None:
        """Input and time come first, so that what this frame shows is what they have made of it."""
        self._began = time.perf_counter()
        session = self.session
        # Keys go through a question for a file. Else they belong to the shot: Space would press what was clicked last.
        io, moves = imgui.get_io(), imgui.ConfigFlags_.nav_enable_keyboard
        asked = self.export.asks or self.files.asks in ("open", "save")
        io.config_flags = io.config_flags | moves if asked else io.config_flags & ~moves
        self._screen.check()
        self._take_opened()
        if session.shot is None:
            if self._opening is not None:
                stage = "Preparing the graphics" if self._opening.done else self._opening.stage
                session.loading_stage, session.loading_progress = stage, self._opening.progress
            self.commands.keys()        # those that need no shot: to open another one, or leave
            hello_imgui.request_refresh()
            return
        session.layering.frame()
        waits = (session.layering.busy or session.thinking or session.saying or self.export.running is not None
                 or not self._warming.done)
        self.params.fps_idling.fps_idle = WAITING_RATE if waits else IDLE_RATE
        # A frame that took long, such as the one that made the renderer, is not to make the shot jump.
        dt = min(imgui.get_io().delta_time, 0.5)
        session.clock = session.clock.tick(dt)
        self.commands.keys()
        self.rehearsal.frame(dt)
        session.document.shows(session.view.takes)
        session.consult()
        self._title()
        session.doing = self._doing()

    def _finish_frame(self) -> None:
        self.commands.draw()
        asked = self.files.asks
        self.files.draw()
        if not (asked or self.files.asks):      # one question after the other, and a key for one of them
            self.export.draw()
        self.export.follow()
        self.screenshots.follow()
        self._message()
        session = self.session
        if session.shot is not None and (session.clock.playing or MODES[session.view.mode].blinks):
            hello_imgui.request_refresh()  # nobody touches anything, and yet the next frame differs

    def _project(self) -> None:
        """Draws the pictures of this moment under everything else."""
        session, place = self.session, self.picture.place
        self._screen.use()   # whatever a panel has drawn elsewhere
        if session.shot is None or place is None or self.projector is None:
            return
        view, screening = session.view, session.screening
        screening.lens_ready = self._warming.done
        a, b, main = screening.frames(place, self.monitor.place(session.aspect(view.takes[view.mode == "B"])))
        lines = [session.shot.lines(session.shot.take(name)) for name in view.takes]
        share = [(line.width, line.height * session.aspect(name)) for line, name in zip(lines, view.takes)]
        look = {"frames": share, "outside": OUTSIDE if view.lines else 1.0}
        if self.monitor.open:
            session.attempt(lambda: self.monitor.show(self.files.handle(), main, share[view.mode == "B"],
                                                      look["outside"], 2.0 if view.lines else 0.0))
        if self.screenshots.wanted == "clean":
            self.screenshots.keep(screening.moment(place))
        if self._later is not None and self.rested and self._warming.done:
            self._later = None if next(self._later, self) is self else self._later
            hello_imgui.request_refresh()
        scale = imgui.get_io().display_framebuffer_scale
        bottom = imgui.get_io().display_size.y - self.picture.room[1] - self.picture.room[3]
        self.projector.show(place, a, b, view.mode, wipe=view.wipe, time=time.monotonic(),
                            origin=(round(self.picture.room[0] * scale.x), round(bottom * scale.y)),
                            border=scale.x if view.lines else 0.0, **look)

    def screenshot(self, overlays: bool = False) -> None:
        """Keeps the next frame as a picture: only the pictures at full resolution, or what the window shows of them."""
        self.screenshots.wanted = "whole" if overlays else "clean"

    def _before_swap(self) -> None:
        """Where the window itself is to be kept, it is read back here: everything is drawn."""
        if self.screenshots.wanted == "whole":
            left, top, width, height = self.picture.room
            scale, full = imgui.get_io().display_framebuffer_scale, imgui.get_io().display_size
            box = [round(v) for v in (left * scale.x, (full.y - top - height) * scale.y, width * scale.x,
                                      height * scale.y)]
            self.screenshots.keep(self._screen.read(*box))

    def _swapped(self) -> None:
        if self.session.screening is not None:
            self.session.screening.took(time.perf_counter() - self._began)

    def _take_opened(self) -> None:
        """What has been opened in the background takes the place of what was."""
        if self._arriving is not None:
            until = time.perf_counter() + STEPS
            while self._arriving is not None and time.perf_counter() < until:
                if next(self._arriving, self) is self:
                    self._arriving = None
            hello_imgui.request_refresh()
        if self._opening is None or not self._opening.done or not (self._warming.done or self._warming.progress >= PINHOLE):
            return
        opening, self._opening = self._opening, None
        if isinstance(opening.error, PushinError) and (self.session.shot is not None or self._latest is not self._first):
            self.session.say(str(opening.error))  # what is open stays, or is opened after all
            if self.session.shot is None:
                self.open(self._first)
            return
        if opening.error is not None:
            raise opening.error
        self.params.fps_idling.fps_max = 0  # as fast as the screen
        self._arriving = self._show(opening.result)

    def _show(self, opened: Opened) -> Iterator[None]:
        """Works on what was opened, once it is on the GPU: in steps, between which all goes on as before."""
        projector = Projector(self._screen, opened.plate, self._aside)
        try:
            yield
            yield from projector.using(opened.layers)
            yield from projector.warming(lens=False)
        except BaseException:      # something else has been opened meanwhile
            projector.close()
            raise
        document = self.session.document
        self.rehearsal.keep()
        if document is not None and document.dirty and document.shot is not self._left:      # worked on meanwhile
            projector.close()
            self.files.unless_unsaved(lambda: self._show_after_all(opened))
            return
        if self.projector is not None:
            self.projector.close()
        self.projector, self._later = projector, projector.warming(lens=True)
        self.params.app_window_params.restore_previous_geometry = True
        self.session.screening = Screening(self.session, self.projector)
        if self.session.layering is not None:
            self.picture.mending.leave()
        self.rehearsal.leave()
        self.session.begin(opened, self.files.document(opened))
        self.session.layering = Layering(self.session, self.projector, opened, before=self.session.layering)
        self.timeline.give_up()
        clock, new = self.session.clock.home(), opened.path is None and opened.found is None
        self.session.clock = (clock.seek(BEGINS * float(self.session.shot.duration)) if new else clock).play()
        notes = opened.notes
        if len(notes) > 1 and notes == opened.plate.notes:      # the last one asks for something, or tells what went wrong
            notes = f"{notes[-1]} More is noted in the Depth panel ({self.session.key('Mend the depth')}).",
        if notes:
            self.session.say("\n".join(notes))

    def _show_after_all(self, opened: Opened) -> None:
        """Once more, for whoever wants it in place of what was done meanwhile."""
        self._arriving, self._left = self._show(opened), self.session.shot

    def _title(self) -> None:
        """The document's name in the window's title."""
        document = self.session.document
        title = f"{'• ' if document.dirty else ''}{document.name} – pushin"
        if title != self._titled:
            self._titled = title
            if self.files.handle() is not None:
                glfw.set_window_title(self.files.handle(), title)

    def _doing(self) -> str:
        """What goes on, for the row over the timeline."""
        if self._opening is not None:
            return f"opening: {self._opening.stage.lower()} {self._opening.progress:.0%}"
        if self._arriving is not None:
            return "opening"
        if self.export.running is not None:
            running = self.export.running
            left = "" if running.left is None else f", {lasting(running.left)} left"
            return f"exporting: {running.stage or f'{running.progress:.0%}{left}'}  ({self.session.key('Cancel export')} cancels)"
        if self.screenshots.writing:
            return "keeping the picture"
        rehearsal = self.rehearsal
        if self.session.layering.doing and not rehearsal.recording:
            return self.session.layering.doing
        if rehearsal.on:
            what = "recording" if rehearsal.recording else "rehearsing"
            rig = self.session.shot.take(rehearsal.take).rig
            return f"{what} {rehearsal.take} on a {rig}   {hello_imgui.frame_rate():.0f} pictures/s"
        if self.session.clock.playing:
            return f"{hello_imgui.frame_rate():.0f} pictures/s"
        return ""

    def _message(self) -> None:
        """The latest sentence, under the pictures' figures where there is room; else over the lower edge of the pictures. Where a
        question stands it is over their upper edge, or at the window's foot, so that both are read."""
        words = self.session.saying
        if not words or self.commands.open == "help":
            return
        em, (left, top, width, height) = imgui.get_font_size(), self.picture.room
        draw = imgui.get_foreground_draw_list()
        wide = min(imgui.calc_text_size(words).x, width - 4 * em)
        size = imgui.calc_text_size(words, wrap_width=wide)
        foot = sum(self.picture.rect(0)[1::2]) if self.picture.place else top + height
        under = foot + FIGURES * em * self.session.view.figures, top + height
        if self.files.asks or self.export.asks:
            y = top + 2.5 * em
        elif under[1] - under[0] > size.y + em:
            y = (sum(under) - size.y) / 2
        elif self.commands.open:
            y = imgui.get_io().display_size.y - size.y - 1.2 * em
        else:
            y = max(foot - size.y - 1.2 * em, top + 0.5 * em)
        x = left + (width - size.x) / 2
        draw.add_rect_filled((x - em, y - 0.5 * em), (x + size.x + em, y + size.y + 0.5 * em),
                             style.ink((0.05, 0.05, 0.05, 0.92)), 4)
        draw.add_text(imgui.get_font(), em, (x, y), style.ink(style.TEXT), words, wrap_width=wide)
