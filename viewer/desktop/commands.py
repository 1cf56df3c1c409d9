"""What the actions do here: their keys, the menus, the list behind `?`, and the palette."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from imgui_bundle import hello_imgui, imgui

from ..counted import f_number
from ..errors import PushinError
from ..rehearsal import edits
from ..rehearsal.actions import Action, Actions
from ..render.compare import MODES
from ..shots.document import Shot
from ..shots.kit import F_STOP
from ..shots.moves import find_moves
from ..shots.timeline import seconds
from ..shots.words import read_amount
from . import style
from .keys import chord_of
from .mending import BIGGER, TOOLS
from .timeline import WORDS

FRAME_LINES = ((True, False), (True, True), (False, False))
"""What the frame lines' key goes through: (delivered frame, thirds)."""

REPEATED = frozenset(("Previous frame", "Next frame", "Back a second", "On a second", "Move key back", "Move key on",
                      "Bigger brush", "Smaller brush", "Wipe left", "Wipe right", "Turn the wipe", "Wider stop",
                      "Narrower stop"))
"""Actions that go on while their key is held."""

ASKED = ("Where a file is asked for", (("Tab, Shift+Tab", "The next field or button"), ("Down, Up", "Through what was open last"),
                                       ("Space", "Press, or open a list"), ("Enter", "Do it"), ("Escape", "Leave it")))
"""Keys that are Dear ImGui's, and the same for everybody."""

EDITING = frozenset(map(chord_of, ("A", "C", "V", "X", "Y", "Z", "Left", "Right", "Up", "Down", "Home", "End", "Backspace",
                                   "Delete", "Insert", "Enter")))
"""Keys of which a text field has a use with Ctrl; all others with Ctrl do there what they do elsewhere."""

ASKING = ("Choose a move", "Add a move")
"""Actions that are there also where a move is typed."""

MOST = 14
"""Lines of the palette."""

WIPE = 0.02
"""Of the pictures' width: how far a press of its key moves the wipe."""

LEAN = 5.0
"""Degrees by which a press of its key turns the wipe."""


class Commands:
    """The window's actions.

    open  which of its windows is open: "palette", "help", "question", or ""
    """

    def __init__(self, window, actions: Actions, problem: str = ""):
        """problem: what is wrong with a user's own keys, to be said once there is a window."""
        self.window, self.session, self.actions, self._problem = window, window.session, actions, problem
        self.open, self._shown = "", ""
        self._find, self._at = "", 0
        self._bind()
        self._chords = [(chord_of(key), action.name) for action in self.actions.all for key in action.keys
                        if not action.control]
        self._performing = self._for_performing()

    # -- what they do -------------------------------------------------------------------------------------------------

    def _bind(self) -> None:
        window, session, files, timeline = self.window, self.session, self.window.files, self.window.timeline
        is_open = lambda: session.shot is not None
        clock = lambda change: lambda: setattr(session, "clock", change(session.clock))
        mode = lambda name: lambda: self._view(mode=name)
        flag = lambda field: lambda: self._view(**{field: not getattr(session.view, field)})
        tint = lambda name: lambda: self._tint(name)
        chosen = lambda: is_open() and bool(timeline.selected)
        ease = lambda name: lambda: timeline.ease(name)
        does: dict[str, Callable[[], object]] = {
            "Open": files.open, "Save": files.save, "Save as": files.save_as, "Open recent": files.open,
            "The bundled plate": files.open_bundled, "Quit": files.quit,
            "Undo": self._undo, "Redo": self._redo,
            "Copy": timeline.copy, "Paste": timeline.paste, "Select all keys": timeline.select_all,
            "Give up": self._give_up, "Apply the remedy": lambda: self._remedy(0),
            "Apply the other remedy": lambda: self._remedy(1),
            "Play or pause": clock(lambda c: c.toggle()), "Loop": clock(lambda c: c.looped()),
            "In point here": lambda: self._play_between("In point", session.clock.with_in(session.time)),
            "Out point here": lambda: self._play_between("Out point", session.clock.with_out(session.time)),
            "Clear in and out": lambda: self._play_between("Clear in and out", session.clock.with_in().with_out()),
            "Previous frame": clock(lambda c: c.step(-1)), "Next frame": clock(lambda c: c.step(1)),
            "Back a second": clock(lambda c: c.step(-round(c.fps))),
            "On a second": clock(lambda c: c.step(round(c.fps))),
            "To the start": clock(lambda c: c.home()), "To the end": clock(lambda c: c.to_end()),
            "Previous key": lambda: timeline.to_key(-1), "Next key": lambda: timeline.to_key(1),
            "Slower": clock(lambda c: c.slower()), "Faster": clock(lambda c: c.faster()),
            "Normal speed": clock(lambda c: c.at_speed(1.0)),
            "A alone": mode("A"), "B alone": mode("B"), "Side by side": mode("side by side"), "Wipe": mode("wipe"),
            "Blink": mode("blink"), "Difference": mode("difference"), "Onion": mode("onion"),
            "Wipe left": lambda: self._wipe(by=-WIPE), "Wipe right": lambda: self._wipe(by=WIPE),
            "Turn the wipe": lambda: self._wipe(turn=LEAN),
            "Swap A and B": lambda: self._view(a=session.view.b, b=session.view.a),
            "Frame lines": self._frame_lines, "Marks": flag("marks"), "Figures": flag("figures"),
            "Loupe": flag("loupe"), "Depth of field": flag("blur"),
            "Invented pixels": tint("invented"), "Focus peaking": tint("peaking"), "Near, sharp, far": tint("zones"),
            "Next delivery ratio": self._next_ratio,
            "Lens panel": lambda: window.toggle("Lens"), "Advice panel": lambda: window.toggle("Advice"),
            "Panels as they were": window.reset_panels, "Choose a move": self._choose_move,
            "Add a move": self._add_move,
            "Set a key": timeline.set_keys, "Add a lane": self._add_lane, "Snap to frames": timeline.toggle_snap,
            "Screenshot": window.screenshot, "Screenshot with overlays": lambda: window.screenshot(True),
            "Export": window.export.ask, "Cancel export": window.export.cancel,
            "Director's monitor": lambda: window.monitor.toggle(files.handle()), "Full screen": window.full_screen,
            "All keys": lambda: self._show("help"), "Find an action": lambda: self._show("palette"),
        }
        rehearsal = window.rehearsal
        does |= {"Rehearse": rehearsal.toggle, "Tap tempo": rehearsal.tap, "Back to one": rehearsal.back_to_one,
                 "Record": rehearsal.record, "Smooth take": lambda: rehearsal.smooth(self._recorded()),
                 "Next rig": rehearsal.next_rig, "Focus at infinity": lambda: rehearsal.mark(0)}
        does |= {f"Focus mark {n}": lambda n=n: rehearsal.mark(n) for n in range(1, 10)}
        does |= {
            "New take": lambda: self._new_take("New take", edits.add_take(session.shot, like=session.view.a)),
            "Duplicate take": lambda: self._new_take("Duplicate take",
                                                     edits.duplicate_take(session.shot, session.view.a)),
            "Throw take away": self._throw_away, "Rename take": self._rename, "Retime take": self._retime,
            "Show as A": lambda: self._next_take("a"), "Show as B": lambda: self._next_take("b"),
            "Match B to A": self._match, "Free from match": self._free, "Notes": self._notes,
            "Next lens": lambda: self._next_lens(1), "Previous lens": lambda: self._next_lens(-1),
            "Focal length": self._focal_length,
            "Wider stop": lambda: self._stop(-1), "Narrower stop": lambda: self._stop(1),
            "Next subject": lambda: self._count(1), "Previous subject": lambda: self._count(-1),
            "Name subject": window.picture.tools.name_here,
            "Remove subject": self._remove_subject,
            "Rack to next subject": self._rack, "Follow subject": self._follow,
        }
        mending = window.picture.mending
        does |= {name: lambda name=name: mending.take(name) for name in TOOLS}
        does |= {"Mend the depth": self._mend, "Before or after": mending.before,
                 "Bigger brush": lambda: mending.bigger(BIGGER), "Smaller brush": lambda: mending.bigger(1 / BIGGER),
                 "Stronger brush": lambda: mending.stronger(1), "Weaker brush": lambda: mending.stronger(-1),
                 "Take all repairs back": lambda: mending.clear("edits"),
                 "Forget the scale": lambda: mending.clear("anchors")}
        for name, run in does.items():
            always = name in ("Open", "Open recent", "The bundled plate", "Quit", "All keys", "Find an action")
            self.actions.bind(name, run, (lambda: True) if always else is_open)
        for name, run in {"Cut": timeline.cut, "Delete": timeline.delete, "Move key back": lambda: timeline.nudge(-1),
                          "Move key on": lambda: timeline.nudge(1), "Ease linear": ease("linear"),
                          "Ease in": ease("in"), "Ease out": ease("out"), "Ease both": ease("both"),
                          "Hold": ease("hold")}.items():
            self.actions.bind(name, run, chosen)

    def act(self, name: str) -> None:
        """Does an action by its name; why it cannot be done is said."""
        def does() -> None:
            if not self.actions.run(name):
                raise PushinError(self._why_not(self.actions[name]))
        self.session.attempt(does)

    def _why_not(self, action: Action) -> str:
        key = self.actions.key
        if action.control:
            return f"Hold {key(action.name)} while you rehearse, with {key('Rehearse')}: {action.help}"
        if self.session.shot is None:
            return "Nothing is open yet."
        return f"No key is chosen; click on one in its lane, or choose all of them with {key('Select all keys')}."

    # -- keys ---------------------------------------------------------------------------------------------------------

    def keys(self) -> None:
        """Does what the keys pressed since the last frame are for."""
        if self._problem and self.session.shot is not None:     # before, nobody would have the time to read it
            self.session.say(self._problem)
            self._problem = ""
        asked = imgui.is_popup_open("", imgui.PopupFlags_.any_popup) and not self.window.timeline.editing
        if self.window.files.asks or self.window.export.asks or self.open or asked:
            return
        chords = self._performing if self.window.rehearsal.on else self._chords
        typed = imgui.get_io().want_text_input
        # Where a move is typed, what has asked for it asks again, unless it is a letter.
        asks = lambda chord, name: name in ASKING and chord & ~imgui.Key.mod_shift & imgui.Key.mod_mask_ and self.window.moves.typing
        if typed:
            chords = [(chord, name) for chord, name in chords if asks(chord, name) or chord & imgui.Key.mod_ctrl
                      and chord & ~imgui.Key.mod_mask_ not in EDITING]
        for chord, name in chords:
            repeats = imgui.InputFlags_.repeat if name in REPEATED else 0
            if imgui.internal.is_key_chord_pressed(chord, repeats):
                if typed and not asks(chord, name):
                    imgui.internal.clear_active_id()      # what has been typed by then stays
                self.act(name)
            if repeats and imgui.is_key_down(chord & ~imgui.Key.mod_mask_):
                hello_imgui.request_refresh()      # a key that rests on its place wakes nobody

    def _for_performing(self) -> list[tuple[int, str]]:
        """The chords while hands are on the rig: Shift is the finer hand then, and what mends the depth lets go of it."""
        keys = {key: action.name for action in self.actions.all for key in action.keys
                if not action.control and action.category != "Depth"}
        fine = {chord_of(f"Shift+{key}"): name for key, name in keys.items() if "+" not in key}
        return list({**fine, **{chord_of(key): name for key, name in keys.items()}}.items())

    # -- drawing ------------------------------------------------------------------------------------------------------

    def menus(self) -> None:
        """The menu bar: a menu for every category of actions."""
        for category, actions in self.actions.categories.items():
            bound = [a for a in actions if not a.control and a.name not in self.actions.unbound]
            if bound and imgui.begin_menu(category):
                for action in bound:
                    if imgui.menu_item(action.name, action.keys[0] if action.keys else "", self._is_on(action),
                                       self.actions.enabled(action.name))[0]:
                        self.act(action.name)
                    imgui.set_item_tooltip(action.help)
                imgui.end_menu()
        if self.session.document:
            self._named(self.session.document, imgui.get_font_size())

    def _named(self, document, em: float) -> None:
        """The document's name at the right end, as far as the menus leave it room; the window's title says it, too."""
        right = imgui.get_window_width() - 2 * em
        room = right - imgui.get_cursor_pos_x()
        words = f"{document.name}{'  (not saved)' if document.dirty else ''}"
        if style.wide(words) > room and document.dirty:
            words = f"• {document.name}"
        words = style.within(words, room)
        if len(words) > 3:
            imgui.same_line(right - style.wide(words))
            style.text(words, style.QUIET)

    def _is_on(self, action: Action) -> bool:
        view, clock = self.session.view, self.session.clock
        mends, mending, shown = self.session.mends, self.window.picture.mending, self.window.in_front
        return {"Lens panel": shown("Lens"), "Advice panel": shown("Advice"),
                "Mend the depth": mends, "Before or after": self.session.before,
                **{name: mends and mending.tool is tool for name, tool in TOOLS.items()},
                "Loop": clock.loop, "Frame lines": view.lines, "Marks": view.marks, "Figures": view.figures,
                "Loupe": view.loupe, "Depth of field": view.blur,
                "Invented pixels": view.overlay.invented, "Focus peaking": view.overlay.peaking,
                "Near, sharp, far": view.overlay.zones, "A alone": view.mode == "A", "B alone": view.mode == "B",
                **{name.capitalize(): view.mode == name for name in MODES if len(name) > 1}}.get(action.name, False)

    def draw(self) -> None:
        """What is open: the palette, the list of keys, or a question."""
        if not self.open:
            self._shown = ""
            return
        title = f"##{self.open}"
        if self._shown != self.open:
            imgui.open_popup(title)
            self._shown = self.open
        port, down = imgui.get_main_viewport(), 3 * imgui.get_font_size()
        imgui.set_next_window_pos((port.pos.x + port.size.x / 2, port.pos.y + down), imgui.Cond_.always, (0.5, 0.0))
        if imgui.begin_popup(title, imgui.WindowFlags_.no_move):
            {"palette": self._draw_palette, "help": self._draw_help, "question": self._draw_question}[self.open]()
            if imgui.is_key_pressed(imgui.Key.escape, False):
                self.open = ""
            if not self.open:
                imgui.close_current_popup()
            imgui.end_popup()
        else:
            self.open = ""

    def _draw_palette(self) -> None:
        em = imgui.get_font_size()
        if imgui.is_window_appearing():
            imgui.set_keyboard_focus_here()
            self._find, self._at = "", 0
        imgui.set_next_item_width(34 * em)
        entered, text = imgui.input_text_with_hint("##find", "What do you want to do?", self._find,
                                                   imgui.InputTextFlags_.enter_returns_true)
        if text != self._find:
            self._find, self._at = text, 0
        found = self._found(self._find)
        step = imgui.is_key_pressed(imgui.Key.down_arrow) - imgui.is_key_pressed(imgui.Key.up_arrow)
        self._at = min(max(self._at + step, 0), max(len(found) - 1, 0))
        if not found:
            style.text("Nothing is called that.", style.QUIET)
        run = found[self._at][-1] if entered and found else None
        for number, (name, told, beside, can, does) in enumerate(found):
            imgui.push_style_color(imgui.Col_.text, style.TEXT if can else style.QUIET)
            if imgui.selectable(f"{name}##found {number}", number == self._at)[0]:
                run = does
            imgui.pop_style_color()
            imgui.set_item_tooltip(told)
            imgui.same_line(22 * em)
            style.text(beside, style.QUIET, scale=0.9)
        if run:
            self.open = ""
            run()

    def _found(self, text: str) -> list[tuple[str, str, str, bool, Callable[[], None]]]:
        """What a text finds: name, what it does, its keys, whether it can be done from here and now, and what does it or
        says why not.

        Actions that are called so, moves, keys to hold that are called so, and what is only described with these words.
        """
        words = text.lower().split()
        named = lambda action: all(word in action.name.lower() for word in words)
        actions = sorted(self.actions.search(text), key=lambda each: (not named(each), bool(each.control)))
        moves = find_moves(text, lines=False)[:5] if words and self.session.shot is not None else []
        actions = actions[:MOST - len(moves)]
        found = [(each.name, each.help, "   ".join(each.keys), self.actions.enabled(each.name),
                  lambda name=each.name: self.act(name)) for each in actions]
        at = sum(named(each) and not each.control for each in actions)
        picks = lambda move: lambda: self.session.attempt(lambda: self._pick(move, text))
        found[at:at] = [(move.name, move.line, "move", True, picks(move)) for move in moves]
        return found

    def _draw_help(self) -> None:
        """Every action with its key, in as many columns as the window has room for."""
        em, port = imgui.get_font_size(), imgui.get_main_viewport()
        columns = max(1, min(4, int((port.size.x - 4 * em) / (20 * em))))
        entries: list[tuple[str, str | None]] = []
        for category, actions in self.actions.categories.items():
            entries += [("", ""), (category, None)] + [(a.name, ", ".join(a.keys[:2])) for a in actions]
        heading, keys = ASKED
        entries = [*entries[1:], ("", ""), (heading, None), *((does, key) for key, does in keys)]
        rows = -(-(len(entries) + columns) // columns)
        placed: list[tuple[str, str | None]] = []
        for entry in entries:
            last = rows - 1 - len(placed) % rows
            if entry[1] is None and last == 0 or entry == ("", "") and last <= 1:
                placed += [("", "")] * (last + 1)      # no heading at the foot of a column …
            if entry != ("", "") or len(placed) % rows:
                placed.append(entry)                   # … and no gap at the head of one
        entries = placed
        room = port.size.y - 5.5 * em
        high = min(max(room / rows, 0.93 * em), 1.25 * em)     # closer, where that shows all of them at once
        height = min(rows * high, room)
        imgui.begin_child("##all", (columns * 20 * em, height))
        step = imgui.is_key_pressed(imgui.Key.down_arrow) - imgui.is_key_pressed(imgui.Key.up_arrow)
        imgui.set_scroll_y(imgui.get_scroll_y() + 5 * high * step)
        corner, draw = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
        for i, (words, keys) in enumerate(entries):
            x, y = corner.x + (i // rows) * 20 * em, corner.y + (i % rows) * high
            if keys is None:
                style.label(draw, (x, y), words, style.TEXT, 0.9, bold=True)
            else:
                style.label(draw, (x, y), keys, style.VALUE, 0.82)
                style.label(draw, (x + 7.5 * em, y), words, style.QUIET, 0.82)
        imgui.dummy((columns * 20 * em - 2 * em, rows * high))
        imgui.end_child()

    # -- actions ------------------------------------------------------------------------------------------------------

    def _show(self, what: str) -> None:
        self.open = "" if self.open == what else what

    def _view(self, **changes) -> None:
        self.session.view = replace(self.session.view, **changes)

    def _tint(self, name: str) -> None:
        """A tint over the pictures comes or goes; one that tells of focus says nothing of a pinhole."""
        session, shown = self.session, not getattr(self.session.view.overlay, name)
        self._view(overlay=replace(session.view.overlay, **{name: shown}))
        if shown and name != "invented" and all(session.camera(take).f_stop is None for take in session.view.takes):
            session.say("Through a pinhole all is sharp: click on something to focus, or choose a stop in the lens panel.")

    def _frame_lines(self) -> None:
        now = self.session.view.lines, self.session.view.thirds
        at = FRAME_LINES.index(now) if now in FRAME_LINES else -1
        lines, thirds = FRAME_LINES[(at + 1) % len(FRAME_LINES)]
        self._view(lines=lines, thirds=thirds)

    def _wipe(self, by: float = 0.0, turn: float = 0.0) -> None:
        """The wipe's line farther to the right, in shares of the pictures' width, and turned, degrees."""
        wipe = self.session.view.wipe
        wipe = replace(wipe, x=min(max(wipe.x + by, 0.0), 1.0), angle=(wipe.angle + turn) % 360)
        self._view(mode="wipe", wipe=wipe)

    def _next_ratio(self) -> None:
        shot = self.session.shot
        name, ratio = after([("all of the plate", None), *((r.name, r.ratio) for r in self.window.lens.kit.ratios)],
                            lambda each: each[1] == shot.ratio)
        self.session.edit(replace(shot, ratio=ratio), "Delivery ratio")
        self.session.say(f"Delivery: {name}")

    def _undo(self) -> None:
        label = self.session.step(self.session.document.undo)
        self.session.say(f"Undo: {label}" if label else "There is nothing to undo.")

    def _redo(self) -> None:
        label = self.session.step(self.session.document.redo)
        self.session.say(f"Redo: {label}" if label else "There is nothing to redo.")

    def _play_between(self, what: str, clock) -> None:
        """In and out points as this clock has them: they are the shot's, and the session's clock follows."""
        self.session.edit(replace(self.session.shot, in_point=clock.start, out_point=clock.end), what)

    def _give_up(self) -> None:
        if imgui.is_mouse_down(0) and not self.session.layering.held:    # what the wheel or a brush has done is done
            self.session.document.cancel()
            self.session.follow()
        if self.window.timeline.editing:      # its own window closes, and that is all
            return
        self.window.timeline.give_up()
        self.window.picture.tools.give_up()
        self.window.picture.mending.leave()

    def _mend(self) -> None:
        """The tools in the picture come and go with their panel."""
        self.window.picture.mending.toggle()
        self.window.show("Depth", self.session.mends)

    def _choose_move(self) -> None:
        """The moves come, and the keyboard is theirs; where a name is being typed there, they go."""
        if self.window.moves.typing == "##filter":
            self.window.show("Moves", False)
        else:
            self._ask_move(on_top=False)

    def _add_move(self) -> None:
        self._ask_move(on_top=True)

    def _ask_move(self, on_top: bool) -> None:
        self.session.check_not_rolling()
        self.window.show("Moves")
        self.window.moves.ask(on_top)

    def _pick(self, move, said: str) -> None:
        """A move in its panel, where its words are typed."""
        self.session.check_not_rolling()
        self.window.show("Moves")
        self.window.moves.pick(move, said)

    def _new_take(self, what: str, shot) -> None:
        """A shot with one take more, which is shown."""
        new = next(t.name for t in shot.takes if not self.session.has_take(t.name))
        self.session.edit(shot, what)
        self.session.show_new(new)

    def _throw_away(self) -> None:
        name = self.session.view.b
        if len(self.session.shot.takes) < 2:
            raise PushinError("This is the only take; a shot keeps one.")
        before = self.session.shot
        self.session.edit(edits.remove_take(before, name), f"Throw take {name} away")
        self.session.say(f"Take {name} is thrown away{self.session.freed(before)}; {self.actions.key('Undo')} brings it back.")

    def _next_take(self, side: str) -> None:
        """The next take in this place."""
        names = [take.name for take in self.session.shot.takes]
        at = names.index(getattr(self.session.view, side))
        self._view(**{side: names[(at + 1) % len(names)]})

    def _match(self) -> None:
        session = self.session
        a, b = session.view.takes
        subject = session.subject(a)
        if a == b or subject is None:
            raise PushinError("Matching needs two takes and a subject.")
        session.edit(edits.match_take(session.shot, b, a, subject.name), f"Match {b} to {a}")
        session.say(f"{b} shows {subject.name} as {a} does; {self.actions.key('Undo')} brings back what it did.")

    def _free(self) -> None:
        session = self.session
        take = next((take for take in map(session.shot.take, reversed(session.view.takes)) if take.match), None)
        if take is None:
            raise PushinError("Neither take is matched to another.")
        session.free(take)

    def _notes(self) -> None:
        session, name = self.session, self.session.view.a

        def note(words: str) -> None:
            session.edit(session.shot.with_take(replace(session.shot.take(name), notes=words)), "Notes")
        self._ask(f"Notes on take {name}", session.shot.take(name).notes, note)

    def _next_lens(self, by: int) -> None:
        session, name = self.session, self.session.view.a
        lens = after([None, *self.window.lens.kit.lenses], lambda each: each == session.shot.take(name).lens, by)
        session.edit(edits.set_lens(session.shot, name, lens), f"Lens {lens.name}" if lens else "Any lens")
        session.say(f"{name}: {lens.name if lens else 'any lens'}")

    def _focal_length(self) -> None:
        session, name = self.session, self.session.view.a
        take = session.shot.take(name)
        if take.match and take.match.by == "zoom":
            raise PushinError(f"{name} is matched to {take.match.take}: its lens follows; change {take.match.take}, or "
                              f"free {name} with {self.actions.key('Free from match')}.")
        self._ask(f"Millimetres for take {name}", f"{take.camera.focal_length:g}",
                  lambda to: session.edit(edits.set_focal_length(session.shot, name, millimetres(to, session.shot, name)),
                                          "Focal length"))

    def _add_lane(self) -> None:
        session, name = self.session, self.session.view.a
        names = {word: channel for channel, word in WORDS.items() if channel != "arc"}      # that goes about a subject

        def add(word: str) -> None:
            channel = names.get(word.strip().lower())
            if channel is None:
                raise PushinError(f"There is no lane called {word.strip()[:20]!r}; it is one of {', '.join(names)}.")
            session.edit(edits.add_lane(session.shot, name, channel, session.frame_time), f"Add {word.strip()} to {name}")
        self._ask(f"A lane of take {name}: {', '.join(names)}", "", add)

    def _stop(self, by: int) -> None:
        """The next stop of the lens, wider (-1) or narrower (1). Without a lens the narrowest becomes a pinhole, where no iris is
        pulled; and a pinhole opens to the stop that it was closed from, or to a usual one."""
        session, name = self.session, self.session.view.a
        take = session.shot.take(name)
        now, stops = take.camera.f_stop, edits.stops(session.shot, name)
        if now is None:
            before = self._closed_from(name) or F_STOP
            stop = min(max(before, stops[0]), stops[-1]) if by < 0 else None
        else:
            there = [stop for stop in stops if (stop - now) * by > 1e-3]
            closes = by > 0 and not take.lens and not take.timeline.track("f_stop")
            stop = there[min(by, 0)] if there else None if closes else now
        words = f_number(stop, 3) if stop else "Pinhole"
        session.edit(edits.set_f_stop(session.shot, name, stop and float(stop)), words)

    def _closed_from(self, name: str) -> float | None:
        """The stop that a take had last, as far as its past goes."""
        history = self.session.document.history
        past = (take for step in reversed(history.steps[:history.at]) for take in step.value.takes if take.name == name)
        return next((take.camera.f_stop for take in past if take.camera.f_stop), None)

    def _remove_subject(self) -> None:
        self.session.remove_subject(self.session.next_subject(0).name)

    def _rename(self) -> None:
        session, name = self.session, self.session.view.a

        def rename(to: str) -> None:
            session.edit(edits.rename_take(session.shot, name, to.strip()), f"Rename take {name}")
            self._view(a=to.strip())
        self._ask(f"A new name for take {name}", name, rename)

    def _retime(self) -> None:
        session, name = self.session, self.session.view.a
        lasts = lambda: session.shot.take(name).timeline.duration

        def retime(to: str) -> None:
            """What is seen of the take at the playhead stays there."""
            before = lasts()
            session.edit(edits.retime_take(session.shot, name, seconds(to.strip())), "Retime take")
            if session.time <= before:
                session.seek(session.time * float(lasts() / before))
        self._ask(f"Seconds for take {name}", f"{float(lasts()):g}", retime)

    def _count(self, by: int) -> None:
        self.session.counts = self.session.next_subject(by).name
        self.session.say(f"{self.session.counts} counts.")

    def _rack(self) -> None:
        """From the subject that counts to the next one, at the playhead; that one counts then."""
        session, name = self.session, self.session.view.a
        first, second = session.next_subject(0), session.next_subject(1)
        session.rack(name, first.name, second.name)
        session.counts = second.name

    def _follow(self) -> None:
        self.session.focus(self.session.view.a, self.session.next_subject(0).name)

    # -- a question ---------------------------------------------------------------------------------------------------

    def _ask(self, question: str, answer: str, then: Callable[[str], None]) -> None:
        """Asks for one line of text, of which an edit is made."""
        self.session.check_not_rolling()
        self.open, self._question, self._answer, self._then = "question", question, answer, then

    def _draw_question(self) -> None:
        style.asked(self._question, style.QUIET, 0.9)
        style.keyboard_here()
        imgui.set_next_item_width(20 * imgui.get_font_size())
        entered, self._answer = imgui.input_text("##answer", self._answer, imgui.InputTextFlags_.enter_returns_true |
                                                 imgui.InputTextFlags_.auto_select_all)
        if entered and self.session.attempt(lambda: self._then(self._answer)):
            self.open = ""

    def _recorded(self) -> str:
        """The take that is meant: of the selected keys, else the one of both that was recorded, else A."""
        session = self.session
        named = next(iter(self.window.timeline.selected), None)
        performed = [take.name for take in map(session.shot.take, session.view.takes) if take.performed]
        return named.take if named else performed[-1] if performed else session.view.a

    def _remedy(self, number: int) -> None:
        """What the advice panel offers first (0), or second (1)."""
        found = [remedy for counsel in self.session.advice for remedy in counsel.remedies if self.session.advised]
        if not self.session.advised and self.session.thinking:
            raise PushinError("Advice on what has just been changed is still under way; wait a moment.")
        if number >= len(found):
            raise PushinError("There is no other remedy." if found else "There is no advice that could be followed.")
        self.session.edit(found[number].shot, found[number].label)


def millimetres(words: str, shot: Shot, take: str) -> float:
    """A focal length of a take as it is typed: "50" or "50 mm"."""
    (low, high), lens = edits.focal_lengths(shot, take), shot.take(take).lens
    known = f"write millimetres from {low:g} to {high:g}"
    if lens:
        known = f"the {lens.name} has {low:g} {'mm and no other' if low == high else f'to {high:g} mm'}"
    wanted = f"a focal length; {known}"
    length, _ = read_amount(words, wanted, "mm")
    if not low <= length <= high:
        raise PushinError(f"'{words}' is not {wanted}.")
    return length


def after(things: list, here: Callable[[object], bool], by: int = 1):
    """The one after that which is here, or before it (-1), round and round; the first where none is."""
    at = next((number for number, each in enumerate(things) if here(each)), -by)
    return things[(at + by) % len(things)]
