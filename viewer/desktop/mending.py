"""Scale and repair of the plate's depth by hand: its tools in the picture, its map in B's place, and its panel."""
from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

from imgui_bundle import imgui

from ..counted import plain
from ..errors import PushinError
from ..plate import repair, scale
from ..plate.adjust import residuals
from ..rehearsal import edits
from ..rehearsal.depthmap import DepthMap, drawn
from ..render.screen import Upload
from ..shots.errors import BadValue
from ..shots.words import read_metres
from . import style
from .session import here

SIZES = 0.004, 0.25
"""Radius of the brush at the least and at the most, of the plate's width."""

BIGGER = 1.15
"""By which a notch of the wheel, or a press of the key, changes the brush's radius."""

STRENGTHS = (0.02, 0.05, 0.1, 0.2, 0.5)
"""Of its distance, by which a stroke pushes."""

APART = 1 / 6
"""Of the brush's radius that the mouse travels until another point of the stroke is noted."""


class Tool(NamedTuple):
    """What the mouse mends with.

    name  of its action
    how   "point", "box" or "brush"
    tip   what to do with it
    does  to the depth, as repair.Stroke has it; of a brush
    """

    name: str
    how: str
    tip: str
    does: str = ""


TOOLS = {tool.name: tool for tool in (
    Tool("Known distance", "point", "Click on something and say how far away it is."),
    Tool("Known height", "box", "Drag a box from somebody's head to the feet and say how tall."),
    Tool("Push nearer", "brush", "Paint over what is too far.", "nearer"),
    Tool("Push farther", "brush", "Paint over what is too near.", "farther"),
    Tool("Make flat", "brush", "Paint over what should be one distance.", "flat"),
    Tool("Flatten behind", "box", "Drag a box around a subject: what is behind becomes one plane."),
    Tool("Cut out", "box", "Drag a box around a subject: its edges follow the picture."))}


class Mending:
    """Mends the plate's depth with the mouse, and draws its map in B's place.

    tool      a Tool of TOOLS
    radius    of the brush, of the plate's width
    strength  of STRENGTHS
    """

    def __init__(self, session, panel):
        self.session, self.panel = session, panel
        self.tool = TOOLS["Push nearer"]
        self.radius, self.strength = 0.03, STRENGTHS[2]
        self._mode = ""                          # of comparing, before
        self._map: DepthMap | None = None
        self._map_of = None
        self._upload: Upload | None = None
        self._kept = False                       # the map shows strokes that the plate does not have yet
        self._drawn = None                       # (map, stroke) that was uploaded
        self._points: list[tuple[float, float]] = []
        self._from: tuple | None = None          # (which, u, v, plate point) where the button went down
        self._asked: tuple | None = None         # ("distance", point) or ("height", box) that waits for its metres
        self._asks, self._answer = False, ""

    # -- actions ------------------------------------------------------------------------------------------------------

    def toggle(self) -> None:
        if self.session.mends:
            self.leave()
        else:
            self.enter()

    def enter(self) -> None:
        """A's picture beside the depth; the clock stands."""
        session = self.session
        edits.adjust(session.shot, edits.adjustments(session.shot))   # refused on the bundled plate
        if not session.mends:
            session.mends, self._mode = True, session.view.mode
            session.clock = session.clock.pause()
            session.view = replace(session.view, mode="side by side")

    def leave(self) -> None:
        session = self.session
        if session.mends:
            session.mends = session.before = session.layering.held = False
            self._points, self._from = [], None
            if session.view.mode == "side by side":
                session.view = replace(session.view, mode=self._mode)

    def take(self, name: str) -> None:
        """Takes a tool in hand."""
        self.enter()
        self.tool = TOOLS[name]

    def bigger(self, times: float) -> None:
        self.radius = min(max(self.radius * times, SIZES[0]), SIZES[1])

    def stronger(self, steps: int) -> None:
        at = STRENGTHS.index(self.strength) + steps
        self.strength = STRENGTHS[min(max(at, 0), len(STRENGTHS) - 1)]

    def before(self) -> None:
        """The depth as it was before all repairs, or as it is."""
        session = self.session
        if not session.before and not edits.adjustments(session.shot).edits:
            raise PushinError("There are no repairs yet; before and after are the same.")
        session.before = not session.before
        session.say("Before the repairs." if session.before else "After the repairs.")

    def clear(self, what: str) -> None:
        """No scale ("anchors"), or no repairs ("edits")."""
        session = self.session
        now = edits.adjustments(session.shot)
        if not getattr(now, what):
            raise PushinError("Nothing is known of the scale." if what == "anchors" else "There are no repairs.")
        changed = edits.adjust(session.shot, replace(now, **{what: ()}))
        session.layering.edit(changed, "Forget the scale" if what == "anchors" else "Take all repairs back")

    # -- the mouse ----------------------------------------------------------------------------------------------------

    def catch(self, hovered: bool, active: bool, under) -> None:
        """The mouse over the pictures, in place of its other tools."""
        session, io = self.session, imgui.get_io()
        if hovered and under and io.mouse_wheel:
            self.bigger(BIGGER ** io.mouse_wheel)
        if imgui.is_item_activated() and under:
            point = self.point(*under)
            if point is None:
                session.say("The plate does not show what is there.")
                return
            self._from = (*under, point)
            self._points = [point]
            session.layering.held = True
        if active and self._from and under and under[0] == self._from[0] and self.tool.how == "brush":
            point = self.point(*under)
            if point and math.dist(point, self._points[-1]) > APART * self._pixels:
                self._points.append(point)
        if imgui.is_item_deactivated() and self._from:
            begun, points, self._from, self._points = self._from, self._points, None, []
            session.layering.held = False
            session.attempt(lambda: self._released(begun, points, under))

    @property
    def _pixels(self) -> float:
        """The brush's radius in pixels of the plate."""
        return self.radius * self.session.plate.width

    def point(self, which: int, u: float, v: float) -> tuple[float, float] | None:
        """The plate's pixel at a place of a picture."""
        if which == 0:
            spot = self.panel.tools.see(which, u, v)
            return spot and (spot.x, spot.y)
        left, top, width, height = self._place()
        full = self.panel.rect(1)
        x, y = (full[0] + u * full[2] - left) / width, (full[1] + v * full[3] - top) / height
        plate = self.session.plate
        return (x * plate.width, y * plate.height) if 0 <= x < 1 and 0 <= y < 1 else None

    def _place(self) -> tuple[float, float, float, float]:
        """left, top, width, height of the map in the window: all of the plate within B's place."""
        left, top, width, height = self.panel.rect(1)
        plate = self.session.plate
        scale_ = min(width / plate.width, height / plate.height)
        w, h = plate.width * scale_, plate.height * scale_
        return left + (width - w) / 2, top + (height - h) / 2, w, h

    def _stroke(self, points) -> repair.Stroke:
        return drawn(points, self._pixels, self.tool.does, self.strength)

    def _released(self, begun, points, under) -> None:
        session = self.session
        if self.tool.how == "brush":
            stroke = self._stroke(points)
            session.layering.edit(edits.add_repair(session.shot, stroke), self.tool.name)
            if self._map:
                self._map.keep(stroke)
                self._kept = True
            return
        if self.tool.how == "point":
            self._ask("distance", begun[3])
            return
        box = self._box(begun, under)
        if self.tool.name == "Known height":
            self._ask("height", box)
        else:
            made = repair.Cut(box) if self.tool.name == "Cut out" else repair.Flatten(box)
            session.layering.repair(made, self.tool.name)

    def _box(self, begun, under) -> tuple[float, float, float, float]:
        """The box that was dragged, or that of the subject which was clicked on; pixels of the plate."""
        session, (x0, y0) = self.session, begun[3]
        end = under and under[0] == begun[0] and self.point(*under)
        plate = session.plate
        if end and math.dist(end, (x0, y0)) > 0.01 * plate.width:
            return (*(round(min(p), 1) for p in zip((x0, y0), end)), *(round(max(p), 1) for p in zip((x0, y0), end)))
        inside = [s for s in session.shot.subjects if s.box[0] <= x0 <= s.box[2] and s.box[1] <= y0 <= s.box[3]]
        if not inside:
            raise PushinError("Drag a box around somebody or something, or click on a subject.")
        return min(inside, key=lambda s: (s.box[2] - s.box[0]) * (s.box[3] - s.box[1])).box

    # -- known distances ----------------------------------------------------------------------------------------------

    def _ask(self, what: str, where) -> None:
        self._asked, self._asks, self._answer = (what, where), True, ""

    def _question(self, em: float) -> None:
        """Asks how far or how tall, at the mouse."""
        title = "A known length"
        if self._asks:
            imgui.open_popup(title)
            self._asks = False
        imgui.set_next_window_pos(imgui.get_mouse_pos(), imgui.Cond_.appearing)
        if not imgui.begin_popup(title):
            return
        what, where = self._asked
        now = f"How far away is this? It is taken for {_away(self.session.plate.depth_at(where))}." \
            if what == "distance" else "How tall is this person, from head to feet?"
        style.text(now, style.QUIET, scale=0.9)
        style.keyboard_here()
        imgui.set_next_item_width(10 * em)
        entered, self._answer = imgui.input_text_with_hint("##metres", "metres, such as 3" if what == "distance" else
                                                           "metres, such as 1.75", self._answer,
                                                           imgui.InputTextFlags_.enter_returns_true |
                                                           imgui.InputTextFlags_.auto_select_all)
        imgui.same_line()
        if (imgui.button("Set") or entered) and self.session.attempt(self._tell):
            imgui.close_current_popup()
        style.end_popup()

    def _tell(self) -> None:
        session, (what, where) = self.session, self._asked
        try:
            metres = read_metres(self._answer, lambda: math.nan)
        except BadValue:
            metres = math.nan
        if not metres > 0:
            raise PushinError(f"'{self._answer[:20]}' is not a length; write metres, such as 3 or 1.75.")
        if what == "height":
            scale.check_height(metres)
        where = tuple(round(float(v), 1) for v in where)
        anchor = scale.Anchor(where, metres) if what == "distance" else scale.Person(where, metres)
        shot = edits.tell_scale(session.shot, anchor, session.plate)
        session.layering.edit(shot, f"Known {what}")
        count, missed = len(edits.adjustments(shot).anchors), residuals(session.plate, edits.adjustments(shot))
        session.say({1: "That sets the scale, and travel and focus follow; a second distance, far from it in depth, sets the "
                        "offset as well.",
                     2: f"Scale and offset are set: {missed[-1]}."}.get(
                         count, f"The best fit to all {count}: {missed[-1]}."))

    # -- drawing ------------------------------------------------------------------------------------------------------

    def draw_map(self, em: float) -> None:
        """The depth in B's place."""
        session, draw = self.session, imgui.get_window_draw_list()
        left, top, width, height = self.panel.rect(1)
        draw.add_rect_filled((left - 2, top - 2), (left + width + 2, top + height + 2),
                             style.ink((style.GROUND, style.GROUND, style.GROUND, 1)))
        x, y, w, h = self._place()
        draw.add_image(imgui.ImTextureRef(self._shown().texture), (x, y), (x + w, y + h))
        words = "The depth before the repairs" if session.before else "The depth"
        wide = self.panel.room[0] + self.panel.room[2] - left - 0.6 * em
        used = 0.5 * em + style.label(draw, (left, top + height + 0.35 * em), words, style.TEXT, 1.15, bold=True)
        style.label(draw, (left + used, top + height + 0.45 * em), "red is near, blue is far", style.QUIET, 0.95,
                    room=wide - used)
        hint = f"{self.tool.name}:  {self.tool.tip}"
        if self.tool.how == "brush":
            hint += f"   Radius {self._pixels:.0f} px (wheel)" + \
                (f", {self.strength:.0%}" if self.tool.does != "flat" else "")
        imgui.push_font(style.FONTS.regular, 0.88 * style.TEXT_SIZE)
        draw.add_text(imgui.get_font(), imgui.get_font_size(), (left, top + height + 1.8 * em), style.ink(style.VALUE), hint,
                      wrap_width=max(wide, 1.0))
        imgui.pop_font()
        for anchor in edits.adjustments(session.shot).anchors:
            point = scale.located(session.plate, anchor)
            at = x + point.xy[0] / session.plate.width * w, y + point.xy[1] / session.plate.height * h
            style.rimmed(lambda ink, rim: draw.add_circle_filled(at, 0.2 * em + rim, ink))
            style.label(draw, (at[0] + 0.5 * em, at[1] - 0.5 * em), f"{plain(point.metres, 3)} m", style.TEXT, 0.88,
                        shade=True)

    def draw(self, em: float, hovered: bool, under) -> None:
        """The brush and the box over the pictures, and the question for a length."""
        draw, mouse = imgui.get_window_draw_list(), imgui.get_mouse_pos()
        if self.tool.how == "brush" and under and (hovered or self._from):
            imgui.set_mouse_cursor(imgui.MouseCursor_.none)
            per = self._place()[2] if under[0] else self.panel.rect(0)[2]
            ring = self.radius * per
            for radius, ink in ((ring, (0, 0, 0, 0.6)), (ring - 1, (1, 1, 1, 0.9)), (ring / 2, (1, 1, 1, 0.35))):
                draw.add_circle((mouse.x, mouse.y), max(radius, 1.0), style.ink(ink), 0, 1.3)
            draw.add_circle_filled((mouse.x, mouse.y), 1.5, style.ink((1, 1, 1, 0.9)))
        elif self._from and self.tool.how == "box":
            left, top, width, height = self.panel.rect(self._from[0])
            start = left + self._from[1] * width, top + self._from[2] * height
            style.rimmed(lambda ink, rim: draw.add_rect(start, mouse, ink, 0, 1.3 + 2 * rim))
        if hovered and under and not self._from:
            point = self.point(*under)
            metres = self.session.plate.depth_at(point) if point else 0.0
            words = "not on the plate" if not point else _away(metres)
            ring = self.radius * self._place()[2] if self.tool.how == "brush" else 0.0
            away = max(1.1 * em, 0.75 * ring + 0.4 * em)
            self.panel.at_mouse(under[0], words, away=away)
        self._question(em)

    def _shown(self) -> Upload:
        """The map, with the stroke that is being drawn."""
        session = self.session
        undone = self._kept and session.plate.adjustments == session.layering.wanted     # before the plate had them
        if self._map_of is not session.plate or undone:
            self._map, self._map_of, self._kept = DepthMap(session.plate, self._map), session.plate, False
        stroke = self._stroke(self._points) if self._points and self.tool.how == "brush" else None
        wanted = self._map, stroke, id(self._map.disparity)
        if self._drawn != wanted:
            self._drawn = wanted
            self._upload = self._upload or Upload(session.screening.projector.screen)
            self._upload.write(self._map.image(stroke))
        return self._upload

    def release(self) -> None:
        if self._upload is not None:
            self._upload.release()


class DepthPanel:
    """What is known of the scale, the repairs, and the tools for both; and what was assumed of the picture."""

    def __init__(self, session, mending: Mending):
        self.session, self.mending = session, mending
        self._of, self._lines = None, []      # the anchors of which these lines tell

    def draw(self) -> None:
        session, em = self.session, imgui.get_font_size()
        if session.shot is None:
            return
        mending = self.mending
        style.text("Tools", style.QUIET, scale=0.9)
        for name, tool in TOOLS.items():
            if imgui.radio_button(name, session.mends and tool is mending.tool):
                session.attempt(lambda: mending.take(name))
            imgui.set_item_tooltip(tool.tip)
        imgui.set_next_item_width(9 * em)
        width = session.plate.width
        changed, pixels = imgui.slider_float("radius", mending.radius * width, SIZES[0] * width, SIZES[1] * width,
                                             "%.0f px", imgui.SliderFlags_.logarithmic)
        if changed:
            mending.radius = pixels / width
        imgui.set_next_item_width(9 * em)
        if style.begin_combo("strength", f"{mending.strength:.0%}"):
            for strength in STRENGTHS:
                if imgui.selectable(f"{strength:.0%}", strength == mending.strength)[0]:
                    mending.strength = strength
            imgui.end_combo()
        now = edits.adjustments(session.shot)
        imgui.separator()
        style.text("Scale", style.QUIET, scale=0.9)
        if not now.anchors:
            known = "relative: say a distance" if session.plate.relative else "as the file has it"
            style.text(known, style.VALUE, scale=0.9)
        for number, (anchor, line) in enumerate(zip(now.anchors, self._residuals(now))):
            self._entry(line, anchor, f"anchor {number}", "Forget a length")
        imgui.separator()
        style.text("Repairs", style.QUIET, scale=0.9)
        if not now.edits:
            style.text("none yet", style.VALUE, scale=0.9)
        else:
            if imgui.button("After" if session.before else "Before", (6 * em, 0)):
                session.act("Before or after")
        for number, edit in enumerate(now.edits):
            self._entry(f"{number + 1}. {repair.said(edit, session.plate.reduction)}", edit, f"edit {number}", "Take a repair back")
        if session.plate.notes:
            imgui.separator()
            style.text("Notes", style.QUIET, scale=0.9)
        for note in session.plate.notes:
            style.wrapped(here(note), style.VALUE, 0.9)

    def _entry(self, line: str, value, key: str, what: str) -> None:
        session = self.session
        if imgui.small_button(f"×##{key}"):
            session.attempt(lambda: session.layering.edit(edits.remove_adjustment(session.shot, value), what))
        imgui.set_item_tooltip(what)
        imgui.same_line()
        style.wrapped(line, style.VALUE, 0.9)

    def _residuals(self, now) -> list[str]:
        """A line for each known length, with what it misses; as of these anchors, once."""
        if self._of != now.anchors:
            self._of, self._lines = now.anchors, residuals(self.session.plate, now)
        return self._lines


def _away(metres: float) -> str:
    return f"{metres:.2f} m" if math.isfinite(metres) else "the sky"
