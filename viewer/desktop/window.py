"""The window: the push-in on the left, its matched zoom on the right, one playhead that moves both."""
from __future__ import annotations

from collections.abc import Callable

import moderngl
from imgui_bundle import hello_imgui, imgui  # before glfw, so that both share one GLFW library
import glfw

from ..errors import PushinError
from ..pair import Pair
from ..plate.layers import Layers
from ..shots.framing import Subject
from . import style, transport
from .loading import Loading
from .picture import Picture
from .projector import Projector

REACH = 0.4
"""How far the push-in goes, as a share of the subject's distance: far enough to tell it from a zoom at a glance."""

DURATION = 4.0
"""Seconds from end to end; the difference is to be seen within five seconds of the first start."""

LOADING_RATE = 20.0
"""Frames a second while a plate is loading: enough for a progress bar, and the processor is needed elsewhere."""


class Window:
    """The application's one window.

    open_plate  makes the Plate
    subject     finds the Subject of a plate whose size on screen both pictures share
    Both are called on a thread of their own.
    """

    def __init__(self, open_plate: Callable[[], object], subject: Callable[[object], Subject]):
        self.transport = transport.Transport(DURATION)
        self.push, self.zoom = Picture(), Picture()
        self.plate = None
        self._open_plate, self._subject = open_plate, subject
        self._context: moderngl.Context | None = None
        self._loading: Loading | None = None
        self._projector: Projector | None = None
        self._pair: Pair | None = None
        self._refining: Loading | None = None
        self._error: BaseException | None = None
        self._fonts = style.Fonts()
        self.params = self._parameters()

    def run(self, run: Callable[[hello_imgui.RunnerParams], None] = hello_imgui.run) -> None:
        """Shows the window until it is closed; PushinError without a display or OpenGL 3.3, or for a bad plate."""
        if not glfw.init():
            raise PushinError("The window cannot open: no display answers; `pushin compare` works without one.")
        try:
            run(self.params)
        except RuntimeError as error:
            if "IM_ASSERT" not in str(error) or self._context is not None:
                raise
            raise PushinError("The window cannot open: the display offers no OpenGL 3.3; update its driver, or "
                              "install libgl1-mesa-dri for a software one.") from error
        if self._error is not None:
            raise self._error

    def _parameters(self) -> hello_imgui.RunnerParams:
        params = hello_imgui.RunnerParams()
        params.app_window_params.window_title = "pushin"
        params.app_window_params.window_geometry.size = (1280, 720)
        params.ini_disable = True
        params.renderer_backend_options.open_gl_options.anti_aliasing_samples = 0  # pictures bring their own
        params.imgui_window_params.background_color = imgui.ImVec4(style.GROUND, style.GROUND, style.GROUND, 1)
        params.fps_idling.fps_max = LOADING_RATE
        params.fps_idling.fps_idle = 1.0  # at rest nothing changes by itself, and any input wakes the window at once
        params.callbacks.setup_imgui_style = style.apply
        params.callbacks.load_additional_fonts = self._fonts.load
        params.callbacks.post_init = self._start
        params.callbacks.show_gui = self._draw
        params.callbacks.before_exit = self._stop
        return params

    def _start(self) -> None:
        # Keys belong to the shot: without this the space bar would also press whatever was clicked last.
        imgui.get_io().config_flags &= ~imgui.ConfigFlags_.nav_enable_keyboard
        self._context = moderngl.create_context(require=330)
        self._loading = Loading(self._load)

    def _stop(self) -> None:
        self.push.frame = self.zoom.frame = None
        if self._projector is not None:
            self._projector.close()

    def _draw(self) -> None:
        """One frame. An error ends the window in good order and is raised by `run`: none may cross Dear ImGui's code."""
        if self._error is None:
            try:
                self._draw_frame()
            except BaseException as error:
                self._error = error
                self.params.app_shall_exit = True

    def _draw_frame(self) -> None:
        if self.plate is None and self._loading.done:
            if self._loading.error is not None:
                raise self._loading.error
            self._show(*self._loading.result)
        else:
            # A frame that took long, such as the one that made the renderer, is not to make the shot jump.
            self.transport.tick(min(imgui.get_io().delta_time, 0.5))
        if self.plate is not None:
            self._refine()
            transport.keys(self.transport)
        left, right, size = self._layout()
        reading = self._project(size) if self.plate is not None else ""
        self.push.draw(left, size, self._fonts)
        self.zoom.draw(right, size, self._fonts)
        if self.plate is None:
            self._draw_progress(left, right, size)
        em, port = imgui.get_font_size(), imgui.get_main_viewport()
        imgui.begin_disabled(self.plate is None)
        transport.bar(self.transport, (port.work_pos.x + 1.2 * em, port.work_pos.y + port.work_size.y - 2.8 * em),
                      port.work_size.x - 2.4 * em, reading, self._fonts)
        imgui.end_disabled()

    def _load(self, report: Callable[..., None]) -> tuple[object, Pair, Layers, bool]:
        """Everything about a plate that takes time and no OpenGL; lastly whether its layers are final."""
        report(0.0, "Reading the plate")
        plate = self._open_plate()
        subject = self._subject(plate)
        pair = Pair(plate, subject, REACH * subject.depth, DURATION)
        built = []  # layers that are kept from an earlier time report nothing, and are final
        layers = Layers.of(plate, lambda *progress: (built.append(progress), report(*progress)), draft=True)
        return plate, pair, layers, not built

    def _show(self, plate, pair: Pair, layers: Layers, final: bool) -> None:
        self.plate, self._pair = plate, pair
        self.params.fps_idling.fps_max = 0  # as fast as the screen
        self._projector = Projector(self._context, plate, layers)
        self.push.title, self.zoom.title = pair.titles
        self.transport.toggle()
        if not final:
            self._refining = Loading(lambda report: Layers.of(plate, report))

    def _refine(self) -> None:
        """Takes the layers with the better fill once they are there."""
        if self._refining is not None and self._refining.done:
            if self._refining.error is not None:
                raise self._refining.error
            self._projector.use(self._refining.result)
            self._refining = None

    def _project(self, size: tuple[int, int]) -> str:
        """Puts the frames of this moment into both pictures; returns the playhead's reading."""
        scale = imgui.get_io().display_framebuffer_scale
        t = self.transport.position * self._pair.duration
        frames = self._projector.frames(self._pair.cameras(t), (round(size[0] * scale.x), round(size[1] * scale.y)))
        for picture, frame, figures in zip((self.push, self.zoom), frames, self._pair.captions(t)):
            picture.frame, picture.figures = frame, figures
        return f"{t:.1f} s" if self._refining is None else f"{t:.1f} s   refining"

    def _layout(self) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
        """Top left corners of both pictures and their common size, in window pixels."""
        em, port = imgui.get_font_size(), imgui.get_main_viewport()
        margin, gap = 1.2 * em, 0.6 * em
        room = ((port.work_size.x - 2 * margin - gap) / 2,
                port.work_size.y - 2 * margin - Picture.caption_height() - 2 * em)
        aspect = 16 / 9 if self.plate is None else self.plate.size[0] / self.plate.size[1]
        width = max(min(room[0], room[1] * aspect), 1.0)
        height = max(width / aspect, 1.0)
        middle = port.work_pos.x + port.work_size.x / 2
        top = round(port.work_pos.y + margin + max(room[1] - height, 0) / 2)
        return (round(middle - gap / 2 - width), top), (round(middle + gap / 2), top), (round(width), round(height))

    def _draw_progress(self, left, right, size) -> None:
        em = imgui.get_font_size()
        width = right[0] + size[0] - left[0]
        imgui.set_cursor_screen_pos((left[0] + width / 2 - 9 * em, left[1] + size[1] / 2 - 1.2 * em))
        style.text(self._loading.stage, style.VALUE, self._fonts.regular)
        imgui.set_cursor_screen_pos((left[0] + width / 2 - 9 * em, left[1] + size[1] / 2 + 0.2 * em))
        imgui.progress_bar(self._loading.progress, (18 * em, 0.3 * em), "")
        hello_imgui.request_refresh()
