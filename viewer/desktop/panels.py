"""The panels beside the pictures: lens and rig of a take, the moves, and what advice there is."""
from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import cached_property

from imgui_bundle import imgui

from ..counted import f_number
from ..errors import PushinError
from ..rehearsal import edits
from ..rehearsal.background import Counsel
from ..shots.easing import EASES
from ..shots.framing import SIZES, UNNAMED
from ..shots.kit import Kit, kit, usable_kit
from ..shots.moves import MOVES, find_moves, way_said
from ..shots.rigs import RIGS
from ..shots.words import SPEEDS
from . import style

KINDS = {"camera": "Camera", "focus": "Focus", "combination": "Together"}
"""How the kinds of moves are called, in their order."""


class LensPanel:
    """A take's lens, focus, rig and notes, and the list of takes from which A and B are chosen."""

    def __init__(self, session):
        self.session = session

    @cached_property
    def kit(self) -> Kit:
        """The kit; where the user's own cannot be used it is said, once, and the program's does."""
        try:
            return kit()
        except PushinError as error:
            self.session.say(f"Your own kit is left out: {error}")
            return usable_kit()

    def draw(self) -> None:
        session, em = self.session, imgui.get_font_size()
        if session.shot is None:
            return
        self._takes(em)
        for which, name in enumerate(dict.fromkeys(session.view.takes)):
            imgui.separator()
            style.text(f"{name}", style.take_colour(which), style.FONTS.bold)
            imgui.push_id(style.as_typed(name))
            self._take(session.shot.take(name), em)
            imgui.pop_id()
        imgui.separator()
        self._delivery(em)

    def _takes(self, em: float) -> None:
        """Every take; A and B say on which side it is shown."""
        session = self.session
        style.text("Takes", style.QUIET, scale=0.9)
        for take in session.shot.takes:
            for side, letter in (("a", "A"), ("b", "B")):
                shown = getattr(session.view, side) == take.name
                imgui.push_style_color(imgui.Col_.text, style.take_colour("ab".index(side)) if shown else style.QUIET)
                if imgui.small_button(f"{letter}##{side} {style.as_typed(take.name)}"):
                    session.view = replace(session.view, **{side: take.name})
                imgui.pop_style_color()
                imgui.set_item_tooltip(f"Show as {letter}")
                imgui.same_line(0, 0.3 * em)
            style.text(f"{take.name}  ", style.TEXT, room=imgui.get_content_region_avail().x)
            imgui.same_line(0, 0)
            style.text(session.take_line(take), style.QUIET, scale=0.88, room=imgui.get_content_region_avail().x)
        if imgui.button("Copy as new take"):
            session.act("Duplicate take")
        imgui.same_line()
        imgui.begin_disabled(len(session.shot.takes) < 2)
        if imgui.button("Throw away B"):
            session.act("Throw take away")
        imgui.end_disabled()

    def _take(self, take, em: float) -> None:
        session = self.session
        camera, wide = take.camera, 12 * em

        def edit(what: str, change, value, drag=None) -> None:
            session.attempt(lambda: session.edit(change(session.shot, take.name, value), what, drag))

        imgui.set_next_item_width(wide)
        if style.begin_combo("lens", style.as_typed(take.lens.name) if take.lens else "any"):
            if imgui.selectable("any", take.lens is None)[0]:
                edit("Any lens", edits.set_lens, None)
            for lens in self.kit.lenses:
                if imgui.selectable(style.as_typed(lens.name), lens == take.lens)[0]:
                    edit(f"Lens {lens.name}", edits.set_lens, lens)
                imgui.set_item_tooltip(lens.line)
            imgui.end_combo()
        imgui.set_next_item_width(wide)
        follows = take.match is not None and take.match.by == "zoom"
        low, high = edits.focal_lengths(session.shot, take.name)
        imgui.begin_disabled(follows or low == high)
        now = session.camera(take.name).focal_length if follows else camera.focal_length
        moved, focal = imgui.drag_float("focal length", now, 0.2, low, high, "%.1f mm", imgui.SliderFlags_.always_clamp)
        imgui.end_disabled()
        if moved:
            edit("Focal length", edits.set_focal_length, focal, drag=f"focal {take.name}")
        if imgui.is_item_deactivated():
            session.document.release()
        if follows:
            imgui.set_item_tooltip(f"follows {take.match.take}, to which it is matched")
        elif low == high:
            imgui.set_item_tooltip("is no zoom")
        imgui.set_next_item_width(wide)
        if style.begin_combo("stop", f_number(camera.f_stop, 3) if camera.f_stop else "pinhole, all sharp"):
            if imgui.selectable("pinhole, all sharp", camera.f_stop is None)[0]:
                edit("Pinhole", edits.set_f_stop, None)
            for stop in edits.stops(session.shot, take.name):
                if imgui.selectable(f_number(stop, 3), stop == camera.f_stop)[0]:
                    edit(f_number(stop, 3), edits.set_f_stop, stop)
            imgui.end_combo()
        imgui.set_next_item_width(wide)
        if style.begin_combo("rig", take.rig):
            for name, rig in RIGS.items():
                if imgui.selectable(name, name == take.rig)[0]:
                    edit(f"Rig {name}", edits.set_rig, name)
                imgui.set_item_tooltip(rig.line)
            imgui.end_combo()
        if take.match:
            if imgui.button("Free from match"):
                session.attempt(lambda: session.free(take))
        elif len(session.shot.takes) > 1 and session.subject(take.name):
            other = next((t.name for t in session.shot.takes if t.match and t.match.take == take.name), None)
            if other is None and imgui.button("Match the other to this"):
                subject = session.subject(take.name)
                name = session.view.b if session.view.a == take.name else session.view.a
                edit(f"Match {name} to {take.name}", lambda shot, to, who: edits.match_take(shot, name, to, who),
                     subject.name)
        imgui.set_next_item_width(wide)
        typed, notes = imgui.input_text("notes", take.notes)
        if typed:
            edit("Notes", lambda shot, name, words: shot.with_take(replace(take, notes=words)), notes,
                 drag=f"notes {take.name}")
        if imgui.is_item_deactivated():
            session.document.release()

    def _delivery(self, em: float) -> None:
        session, shot = self.session, self.session.shot
        style.text("Delivery", style.QUIET, scale=0.9)
        imgui.set_next_item_width(12 * em)
        name = next((r.name for r in self.kit.ratios if r.ratio == shot.ratio), None)
        if style.begin_combo("ratio", name and style.as_typed(name) or (f"{shot.ratio:g}" if shot.ratio else "all of the plate")):
            if imgui.selectable("all of the plate", shot.ratio is None)[0]:
                session.attempt(lambda: session.edit(replace(shot, ratio=None), "Delivery ratio"))
            for ratio in self.kit.ratios:
                if imgui.selectable(style.as_typed(ratio.name), ratio.ratio == shot.ratio)[0]:
                    session.attempt(lambda: session.edit(replace(shot, ratio=ratio.ratio), "Delivery ratio"))
                if ratio.use:
                    imgui.set_item_tooltip(ratio.use)
            imgui.end_combo()
        style.text("Subjects", style.QUIET, scale=0.9)
        for number, subject in enumerate(shot.subjects, 1):
            imgui.align_text_to_frame_padding()
            style.text(f"{number}  {subject.name}", style.TEXT)
            imgui.same_line()
            style.text(f"{subject.depth:.2f} m, {subject.kind}", style.QUIET, scale=0.88)
            imgui.same_line(14 * em)
            if imgui.small_button(f"remove##{style.as_typed(subject.name)}"):
                session.attempt(lambda: session.remove_subject(subject.name))


class MovesPanel:
    """The moves by name: pick one, say how far or from which size to which, done.

    into  0 or 1: whether it becomes what A or what B does
    """

    def __init__(self, session):
        self.session = session
        self.into = 0
        self._filter, self._picked = "", ""
        self._words: dict[str, str] = {}
        self._add = False
        self._focus = ""      # the field that has the keyboard next, or ""
        self._fields: dict[int, str] = {}       # by what Dear ImGui calls them

    @property
    def typing(self) -> str:
        """The field that has the keyboard, or ""."""
        return self._fields.get(imgui.internal.get_active_id(), "")

    def ask(self, on_top: bool) -> None:
        """The name of a move is what is typed next; on_top: of one that is added to what the take does, at the playhead."""
        self._add, self._focus = on_top, "##filter"

    def draw(self) -> None:
        session, em = self.session, imgui.get_font_size()
        if session.shot is None:
            return
        for which, name in enumerate(session.view.takes):
            if which:
                imgui.same_line()
            if imgui.radio_button(f"{style.as_typed(style.within(name, 5 * em))}##into {which}", self.into == which):
                self.into = which
        imgui.same_line()
        self._add = imgui.checkbox("on top", self._add)[1]
        imgui.set_item_tooltip("Adds the move to what the take does already, instead of taking its place")
        imgui.set_next_item_width(-1)
        entered, self._filter = self._field("##filter", "find a move", self._filter)
        hits, typing = find_moves(self._filter), imgui.is_item_active() and bool(self._filter)
        if entered and hits:
            self.pick(hits[0], self._filter)
        marked = hits[0].name if typing and hits else self._picked      # what Enter picks, or is picked
        ends = len(MOVES[self._picked].words) + 2.5 if self._picked else 0      # rows: a name and a button, too
        height = imgui.get_content_region_avail().y - ends * imgui.get_frame_height_with_spacing()
        if imgui.begin_child("list", (0, max(height, 5 * em))):
            found, kind = sorted(hits, key=lambda move: list(KINDS).index(move.kind)), None
            if not found:
                style.text("Nothing is called that.", style.QUIET)
            for move in found:
                if move.kind != kind:
                    kind = move.kind
                    style.text(KINDS[kind], style.QUIET, scale=0.88)
                if imgui.selectable(move.name, move.name == marked)[0]:
                    self.pick(move, self._filter)
                imgui.set_item_tooltip(move.line)
        imgui.end_child()
        if self._picked:
            self._ends(MOVES[self._picked], em)

    def pick(self, move, said: str = "") -> None:
        """Asks for the words of a move, as which it was said: that may tell its way, as "crane down" does."""
        self._picked, self._focus = move.name, move.words[0]
        self._words = {"at": self._playhead} if self._add else {}
        if way := way_said(said, move):
            self._words["amount"] = f"{move.usual['amount']} {way}"

    @property
    def _playhead(self) -> str:
        """Seconds at the playhead, as they are typed: to the millisecond, which finds any frame again."""
        return f"{round(float(self.session.frame_time), 3):.9g}"

    def _field(self, name: str, hint: str, value: str) -> tuple[bool, str]:
        """A place to type, with the keyboard where it is its turn: (whether Enter was pressed, what it says)."""
        if self._focus == name:
            imgui.set_keyboard_focus_here()
        entered, value = imgui.input_text_with_hint(name, hint, value, imgui.InputTextFlags_.enter_returns_true |
                                                    imgui.InputTextFlags_.auto_select_all)
        self._fields[imgui.get_item_id()] = name
        if self._focus == name and imgui.is_item_active():
            self._focus = ""
        return entered, value

    def _ends(self, move, em: float) -> None:
        """The words of a move, each with a place to type it, and what makes it: a button, or Enter in any of them."""
        session, names = self.session, [s.name for s in self.session.shot.subjects]
        imgui.separator()
        style.text(move.name, style.TEXT, style.FONTS.bold)
        choices = {"subject": names, "to": names, "start": [s.name for s in SIZES], "end": [s.name for s in SIZES],
                   "size": [s.name for s in SIZES], "toward": ["axis", "subject"], "side": ["near", "far"],
                   "speed": SPEEDS, "ease": EASES, "at": [self._playhead]}
        hints = {"amount": "25% or 0.4 m", "seconds": "by the speed" if "speed" in move.words else "", "speed": "moderate",
                 **move.usual}
        typed, names_wide = "", max(map(style.wide, move.words)) + imgui.get_style().item_inner_spacing.x
        room = max(min(10 * em, imgui.get_content_region_avail().x - names_wide), 4 * em)      # all of the words is read beside it
        for word in move.words:
            value, wide = self._words.get(word, ""), room
            if word in choices:       # to be typed, or picked from a list
                if style.begin_combo(f"##{word} choices", "", imgui.ComboFlags_.no_preview):
                    for choice in ("", *choices[word]):
                        if imgui.selectable(style.as_typed(choice) or "–", choice == value)[0]:
                            self._words[word] = value = choice
                    imgui.end_combo()
                imgui.same_line(0, 0)
                wide -= imgui.get_frame_height()
            imgui.set_next_item_width(wide)
            entered, self._words[word] = self._field(word, hints.get(word, "–" if word in choices else ""), value)
            typed = word if entered else typed
        if (imgui.button("Do it", (room, 0)) or typed) and not session.attempt(self.apply):
            self._focus = typed       # what was refused is typed once more

    def apply(self) -> None:
        """Makes the picked move with the words that were said what the take does."""
        session = self.session
        name = session.view.takes[self.into]
        take = session.shot.take(name)
        if take.match:
            raise PushinError(f"{name} follows {take.match.take}; free it from the match first, or give the move to "
                              f"{take.match.take}.")
        said = {word: value for word, value in self._words.items() if value}
        change = edits.apply_move if self._add else edits.replace_moves
        session.edit(change(session.shot, name, self._picked, **said), self._picked.capitalize())
        session.clock = session.clock.home().play()
        about = said.get("subject") or next((s.name for s in session.shot.subjects), "")
        if about == UNNAMED and said.keys() & {"start", "end", "size"}:
            session.say("Shot sizes are a guess where nobody is named: drag a box around a person in the picture, and do it again.")


class AdvicePanel:
    """Advice on both takes, and the first of it as a line over the pictures."""

    def __init__(self, session):
        self.session = session

    def draw(self) -> None:
        session = self.session
        if session.shot is None:
            return
        if not session.advice:
            style.wrapped("Looking …" if session.thinking else session.unadvised or "Nothing stands against it.", style.QUIET)
        imgui.begin_disabled(not session.advised)
        for number, counsel in enumerate(session.advice):
            name, advice, _ = counsel
            which = session.view.takes.index(name) if name in session.view.takes else 0
            imgui.push_text_wrap_pos(0)
            style.text(f"{name}  {session.shot.timecode(advice.time)}", style.take_colour(which), style.FONTS.bold, 0.9)
            imgui.text_wrapped(advice.sentence)
            for remedy in counsel.remedies:
                self._button(f"{style.as_typed(remedy.label)}###panel {number}", remedy)
            if not counsel.remedies:
                imgui.text_wrapped(advice.remedy)
            imgui.pop_text_wrap_pos()
            imgui.spacing()
        imgui.end_disabled()

    def due(self, shown: Collection[int]) -> list[Counsel]:
        """What does not work in A (0), B (1) or both, from the playhead on back."""
        session, seen = self.session, [self.session.view.takes[which] for which in shown]
        return [c for c in session.advice if c.take in seen and session.time >= c.advice.time - 1e-3 and not c.advice.works]

    def strip(self, panel) -> None:
        """What does not work in which of the takes in sight, in one line, once the playhead is where it becomes true; with its
        remedy."""
        session, em = self.session, imgui.get_font_size()
        due = self.due(panel.shown())
        if not due or not session.advised:
            return
        name, advice, found = next((c for c in reversed(due) if c.remedies), due[-1])
        left, top, width, _ = panel.room
        draw = imgui.get_window_draw_list()
        wide = width - 4 * em
        imgui.push_font(style.FONTS.regular, style.TEXT_SIZE * 0.92)
        words = style.within(f"{name}: {advice.sentence}", wide)
        shown = imgui.calc_text_size(words).x
        button = imgui.calc_text_size(found[0].label).x + 1.8 * em if found else 0
        under = shown + button + 0.4 * em > wide       # the remedy, where the sentence needs the room
        whole, rows = (max(shown, button), 1 + bool(found)) if under else (shown + button, 1)
        x, height = left + (width - whole) / 2, 1.7 * em
        above = min(panel.rect(which)[1] for which in panel.shown()) - rows * height     # as far as there is the room
        y = min(max(above, top - 0.4 * em), top + 0.5 * em)
        draw.add_rect_filled((x - 0.8 * em, y), (x + whole + 0.8 * em, y + rows * height),
                             style.ink((0.05, 0.05, 0.05, 0.85)), 4)
        draw.add_rect_filled((x - 0.8 * em, y), (x - 0.6 * em, y + rows * height), style.ink(style.WARNING), 2)
        draw.add_text((x, y + 0.3 * em), style.ink(style.TEXT), words)
        if found:
            at = (x, y + height) if under else (x + shown + 0.8 * em, y)
            imgui.set_cursor_screen_pos((at[0], at[1] + 0.05 * em))
            self._button(f"{style.as_typed(found[0].label)}###remedy", found[0])
        imgui.pop_font()
        if imgui.is_mouse_hovering_rect((x, y), (x + shown, y + height)):
            imgui.set_tooltip(str(advice))

    def _button(self, name: str, remedy) -> None:
        if imgui.button(name):
            self.session.attempt(lambda: self.session.edit(remedy.shot, remedy.label))
