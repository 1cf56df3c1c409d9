"""The pictures' place in the window: figures and overlays over what the projector draws there, and the tools for it."""
from __future__ import annotations

import math
from dataclasses import replace

from imgui_bundle import imgui

from ..render.compare import MODES, Layout, layout
from ..shots.framing import Subject, place_in_frame
from . import style
from .mending import Mending
from .panels import AdvicePanel
from .rehearse import Rehearsal
from .tools import Tools

FIGURES = 4.5
"""Text sizes that the figures take under each picture."""

NAME = 0.6
"""Of a picture's width, that a take's name may have at the least where what it does needs room as well."""

ALONG = tuple(1.5 * step * way for step in range(1, 9) for way in (1, -1))
"""Text sizes along the wipe from its handle, at which the takes' names are looked for a place that no subject's name has."""

LINE = 32.0
"""Text sizes that a line of them takes, where there is the room."""


class PicturePanel:
    """Where the pictures are, what is written on and under them, and the mouse in them.

    place    Layout of the pictures within `room`, framebuffer pixels
    room     left, top, width, height of the panel in window pixels
    named    left, top, right, bottom of names in the pictures, window pixels
    """

    def __init__(self, session, advice: AdvicePanel, rehearsal: Rehearsal):
        self.session, self.advice = session, advice
        self.room = (0.0, 0.0, 1.0, 1.0)
        self.place: Layout | None = None
        self.named: list[tuple[float, float, float, float]] = []
        self.tools, self.mending = Tools(session, self, rehearsal), Mending(session, self)

    def draw(self) -> None:
        session, em = self.session, imgui.get_font_size()
        corner, size = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
        self.room = corner.x, corner.y, max(size.x, 1.0), max(size.y, 1.0)
        if session.shot is None:
            self._progress(em)
            return
        view, scale = session.view, imgui.get_io().display_framebuffer_scale
        below = FIGURES * em if view.figures else 0.0
        whole = (max(round(self.room[2] * scale.x), 1), max(round(self.room[3] * scale.y), 1))
        self.place = layout(whole, *(session.aspect(name) for name in view.takes), view.mode, 0.6 * em * scale.x,
                            (below + 0.6 * em) * scale.y)
        self.tools.catch()
        self.named = []
        for which in self.shown():
            if which and session.mends:
                self.mending.draw_map(em)
                continue
            mode = MODES[view.mode]
            if mode.apart or mode.wiped or which == (view.mode == "B"):   # over each other: once
                self._over(which, em)
            if view.figures:
                self._figures(which, em)
        if MODES[view.mode].wiped:
            self._wipe(em)
        self.tools.draw(em)
        self.advice.strip(self)

    # -- places -------------------------------------------------------------------------------------------------------

    def shown(self) -> tuple[int, ...]:
        """Which of A (0) and B (1) has figures of its own on the screen."""
        mode = MODES[self.session.view.mode]
        return tuple("AB".index(letter) for letter in mode.shows)

    def rect(self, which: int) -> tuple[float, float, float, float]:
        """left, top, width, height of A's (0) or B's (1) picture, window pixels."""
        scale = imgui.get_io().display_framebuffer_scale
        left, top, width, height = (self.place.a, self.place.b)[which]
        return self.room[0] + left / scale.x, self.room[1] + top / scale.y, width / scale.x, height / scale.y

    def under(self, x: float, y: float) -> tuple[int, float, float] | None:
        """Which picture is at a place of the window, and where in it, in shares from its top left corner."""
        view = self.session.view
        order = (1, 0) if view.mode == "B" else (0, 1)
        if MODES[view.mode].wiped:
            order = (1, 0) if self._right_of_wipe(x, y) else (0, 1)
        for which in order:
            left, top, width, height = self.rect(which)
            if left <= x < left + width and top <= y < top + height:
                return which, (x - left) / width, (y - top) / height
        return None

    def _right_of_wipe(self, x: float, y: float) -> bool:
        """Whether B is what is seen at a place of the window, under the wipe."""
        wipe, (left, top, width, height) = self.session.view.wipe, self.rect(0)
        angle = math.radians(wipe.angle)
        return (x - left - wipe.x * width) * math.cos(angle) > (y - top - wipe.y * height) * math.sin(angle)

    def _unnamed(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether no name stands there yet."""
        return not any(l < right and left < r and t < bottom and top < b for l, t, r, b in self.named)

    def foot(self, which: int) -> float:
        """Below which there is no picture any more, of A's (0) or B's (1), or of both where they lie over each other."""
        over = (which,) if MODES[self.session.view.mode].apart else self.shown()
        return max(sum(self.rect(each)[1::2]) for each in over)

    def spot(self, which: int, point) -> tuple[float, float]:
        """Where a point in the plate camera's frame is in the window, in A's or B's picture."""
        name = self.session.view.takes[which]
        u, v = place_in_frame(self.session.camera(name), point)
        left, top, width, height = self.rect(which)
        return left + (u + 0.5) * width, top + height / 2 - v * width

    # -- drawing ------------------------------------------------------------------------------------------------------

    def at_mouse(self, which: int, words: str, colour=style.VALUE, away: float | None = None) -> None:
        """Words right below the mouse, so many pixels away; on its other side where A's (0) or B's (1) picture ends there."""
        em, mouse, (left, top, width, height) = imgui.get_font_size(), imgui.get_mouse_pos(), self.rect(which)
        away, wide = away or 1.1 * em, style.wide(words, 0.9)
        x = mouse.x + away if mouse.x + away + wide <= left + width else max(mouse.x - away - wide, left)
        y = mouse.y + 0.8 * away if mouse.y + 0.8 * away + em <= top + height else mouse.y - 0.8 * away - em
        style.label(imgui.get_window_draw_list(), (x, y), words, colour, 0.9, shade=True)

    def _over(self, which: int, em: float) -> None:
        """Thirds, and the subjects; under the wipe where this picture is seen."""
        session, draw = self.session, imgui.get_window_draw_list()
        view, name = session.view, session.view.takes[which]
        left, top, width, height = self.rect(which)
        if view.thirds and not (which and MODES[view.mode].wiped):
            lines = session.shot.lines(session.shot.take(name))
            across, down = lines.width * width, lines.height * width
            x0, y0 = left + (width - across) / 2, top + (height - down) / 2
            for i in (1, 2):
                x, y = x0 + across * i / 3, y0 + down * i / 3
                for ends in (((x, y0), (x, y0 + down)), ((x0, y), (x0 + across, y))):
                    style.line(draw, *ends, (1, 1, 1, 0.28))
        if view.marks:
            draw.push_clip_rect((left, top), (left + width, top + height), True)
            sharp = session.sharpness(name)
            for number, subject in enumerate(session.shot.subjects, 1):
                self._mark(which, number, subject, sharp[subject.name], em)
            draw.pop_clip_rect()

    def _mark(self, which: int, number: int, subject: Subject, sharp: bool, em: float) -> None:
        """A subject's corners, its name over them as far as that is within the picture, and a dot where a lens has it in focus."""
        session, draw = self.session, imgui.get_window_draw_list()
        wiped = MODES[session.view.mode].wiped
        seen = lambda x, y: not wiped or self._right_of_wipe(x, y) == which
        stage, (l, t, r, b) = session.shot.plate.stage, subject.box
        (x0, y0), (x1, y1) = (self.spot(which, stage.point(x, y, subject.depth)) for x, y in ((l, t), (r, b)))
        colour = style.TEXT if sharp else style.QUIET
        arm = min(0.8 * em, (x1 - x0) / 3, (y1 - y0) / 3)
        for cx, dx in ((x0, arm), (x1, -arm)):
            for cy, dy in ((y0, arm), (y1, -arm)):
                if seen(cx, cy):
                    style.rimmed(lambda ink, rim: _corner(draw, cx, cy, dx, dy, ink, 1.3 + 2 * rim), colour)
        dot = x1 - 0.6 * em, y0 + 0.6 * em
        if sharp and session.camera(session.view.takes[which]).f_stop is not None and seen(*dot):
            style.rimmed(lambda ink, rim: draw.add_circle_filled(dot, 0.25 * em + rim, ink), colour)
        left, top, width, height = self.rect(which)
        if not (x1 > left and x0 < left + width and y1 > top and y0 < top + height):
            return
        words = f"{number}  {subject.name}"
        wide = style.wide(words, 0.85)
        x = max(min(x0 + 0.3 * em, left + width - wide - 0.3 * em), left + 0.3 * em)
        y = max(y0 - 1.35 * em, top + 0.1 * em)
        if seen(x + wide / 2, y) and (not (wiped and which) or self._unnamed(x, y, x + wide, y + 0.85 * em)):
            style.label(draw, (x, y), words, style.TEXT if sharp else style.VALUE, 0.85, shade=True)
            self.named.append((x, y, x + wide, y + 0.85 * em))

    def _figures(self, which: int, em: float) -> None:
        """The heads-up line: a name, and what the lens and the camera do."""
        session, draw = self.session, imgui.get_window_draw_list()
        view, name = session.view, session.view.takes[which]
        left, top, width, height = self.rect(which)
        y = self.foot(which) + 0.35 * em
        both = len(self.shown()) == 2
        if not MODES[view.mode].apart and both:  # over each other: half each, or the room there is
            middle, width = left + width / 2, min(max(width / 2, LINE * em), self.room[2] / 2) - 0.6 * em
            left = middle + 0.3 * em if which else middle - width - 0.3 * em
        elif width < LINE * em:    # more than a narrow picture's width, outward, where there is room beside it
            first, last = min(left, self.room[0] + 0.6 * em), max(left + width, self.room[0] + self.room[2] - 0.6 * em)
            begin = left - (LINE * em - width) * ((1 - which) if both else 0.5)
            left, width = max(begin, first), min(begin + LINE * em, last) - max(begin, first)
        draw.push_clip_rect((left, y), (left + width, y + FIGURES * em), True)
        line = session.take_line(session.shot.take(name))
        head = 0.5 * em + style.label(draw, (left, y), name, style.take_colour(which), 1.15, bold=True,
                                      room=max(width - style.wide(line, 0.95) - 0.5 * em, NAME * width))
        style.label(draw, (left + head, y + 0.1 * em), line, style.VALUE, 0.95, room=width - head)
        x, row, quiet, between = left, 0.0, style.QUIET, 1.0 * em
        for words, value in session.figures(name):
            need = style.wide(f"{words} {value}", 0.88)
            if x + need > left + width:   # on a second line where there is no more room on the first
                if row or need > width:
                    break
                x, row = left, 1.3 * em
            if words:
                x += style.label(draw, (x, y + 1.45 * em + row), words, quiet, 0.88) + 0.3 * em
            x += style.label(draw, (x, y + 1.45 * em + row), value, style.TEXT, 0.88) + between
        draw.pop_clip_rect()

    def _wipe(self, em: float) -> None:
        """The line between A and B, with a handle to hold it by."""
        session, draw = self.session, imgui.get_window_draw_list()
        wipe = session.view.wipe
        left, top, width, height = self.rect(0)
        x, y = left + wipe.x * width, top + wipe.y * height
        angle = math.radians(wipe.angle)
        dx, dy = math.sin(angle), math.cos(angle)
        reach = math.hypot(width, height)
        draw.push_clip_rect((left, top), (left + width, top + height), True)
        style.line(draw, (x - dx * reach, y - dy * reach), (x + dx * reach, y + dy * reach), style.LINE, 1.2)
        for side, name, colour in ((-1, session.view.a, style.A), (1, session.view.b, style.B)):     # outward from it
            align = 0.5 - side * dy / 2
            for along in ALONG:
                at = x + (0.9 * side * dy - along * dx) * em, y - (0.9 * side * dx + along * dy + 0.5) * em
                room = min((at[0] - left - 0.3 * em) / max(align, 1e-3), (left + width - 0.3 * em - at[0]) / max(1 - align, 1e-3),
                           width / 2)
                wide = min(style.wide(name, bold=True), room)
                begin, end = at[0] - align * wide, at[0] + (1 - align) * wide
                if top <= at[1] <= top + height - em and self._unnamed(begin, at[1], end, at[1] + em):
                    break
            style.label(draw, at, name, colour, align=align, bold=True, shade=True, room=room)
            self.named.append((begin, at[1], end, at[1] + em))
        imgui.set_cursor_screen_pos((x - 0.8 * em, y - 0.8 * em))
        imgui.set_next_item_allow_overlap()
        imgui.invisible_button("##wipe", (1.6 * em, 1.6 * em))
        hot = imgui.is_item_hovered() or imgui.is_item_active()
        draw.add_circle_filled((x, y), 0.45 * em, style.ink((1, 1, 1, 0.95 if hot else 0.7)))
        draw.add_circle((x, y), 0.45 * em, style.ink((0, 0, 0, 0.6)), 0, 1.0)
        draw.pop_clip_rect()
        if imgui.is_item_active() and imgui.is_mouse_dragging(0, 0):
            mouse = imgui.get_mouse_pos()
            session.view = replace(session.view, wipe=replace(
                wipe, x=min(max((mouse.x - left) / width, 0.0), 1.0), y=min(max((mouse.y - top) / height, 0.0), 1.0)))
        elif hot and imgui.get_io().mouse_wheel:
            session.view = replace(session.view,
                                   wipe=replace(wipe, angle=(wipe.angle + 5 * imgui.get_io().mouse_wheel) % 360))
        if hot and not imgui.is_item_active():
            imgui.set_tooltip("drag to wipe, wheel to turn")

    def _progress(self, em: float) -> None:
        session = self.session
        x, y = self.room[0] + self.room[2] / 2 - 9 * em, self.room[1] + self.room[3] / 2
        imgui.set_cursor_screen_pos((x, y - 1.2 * em))
        style.text(session.loading_stage, style.VALUE)
        imgui.set_cursor_screen_pos((x, y + 0.2 * em))
        imgui.progress_bar(session.loading_progress, (18 * em, 0.3 * em), "")


def _corner(draw, x: float, y: float, dx: float, dy: float, ink: int, thick: float) -> None:
    """One corner of a subject's box, with an arm to each side, in one piece: a rim would lie over what is drawn before it."""
    for at in ((x + dx, y), (x, y), (x, y + dy)):
        draw.path_line_to(at)
    draw.path_stroke(ink, thickness=thick)
