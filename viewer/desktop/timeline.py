"""The timeline: a ruler with the playhead, and a lane for every track and hold of the takes that are compared."""
from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

from imgui_bundle import imgui

from ..counted import f_number, plain
from ..errors import PushinError
from ..rehearsal import edits
from ..shots.easing import CURVES, EASES, curve
from ..shots.performance import far_away
from ..shots.timeline import INFINITY, LIMITS, Key, Track, seconds, snapped
from . import style, transport
from .rehearse import Rehearsal

WORDS = {"x": "truck", "y": "boom", "z": "dolly", "pan": "pan", "tilt": "tilt", "roll": "roll", "arc": "arc",
         "focal_length": "zoom", "focus_distance": "focus", "f_stop": "iris"}
"""A lane's name, by its channel."""

UNITS = {"x": "m", "y": "m", "z": "m", "pan": "°", "tilt": "°", "roll": "°", "arc": "°", "focal_length": "mm",
         "focus_distance": "m", "f_stop": ""}

NAMES = 6.5
"""Text sizes that the lanes' names take."""


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """A key in the document: the take's name, the number of its track, and the key's time."""

    take: str
    track: int
    time: Fraction


@dataclass(frozen=True, slots=True)
class _Axis:
    """Between seconds and window pixels."""

    left: float
    width: float
    duration: float

    def x(self, t) -> float:
        return self.left + self.width * float(t) / self.duration

    def t(self, x: float) -> float:
        return min(max((x - self.left) / self.width, 0.0), 1.0) * self.duration


class TimelinePanel:
    """Draws a session's timeline and edits it.

    selected  the KeyPlaces that keys, menu and mouse act on
    editing   whether the window of a key is open
    """

    def __init__(self, session, rehearsal: Rehearsal):
        self.session, self.rehearsal = session, rehearsal
        self.selected: frozenset[KeyPlace] = frozenset()
        self.copied: tuple[edits.Copied, ...] = ()
        self.snap = True      # to frames; Alt does the other
        self._drag = None     # (shot before, places before, where the mouse was in seconds, place held)
        self._moved = None    # the shot as the drag has left it
        self.editing = False
        self._opened: KeyPlace | None = None

    # -- drawing ------------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        session, em = self.session, imgui.get_font_size()
        transport.bar(session)
        if session.shot is None:
            return
        corner, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
        left = corner.x + NAMES * em
        self.selected = frozenset(filter(self._shown, self.selected))
        axis = _Axis(left, max(room.x - NAMES * em - 1.1 * em, 1.0), max(float(session.shot.duration), 1e-3))
        self._ruler(corner, axis, em)
        imgui.set_cursor_screen_pos((corner.x, corner.y + 1.7 * em))
        imgui.push_style_color(imgui.Col_.child_bg, imgui.ImVec4(0, 0, 0, 0))
        imgui.push_style_var(imgui.StyleVar_.scrollbar_size, 0.6 * em)     # beside the last keys, not over them
        if imgui.begin_child("lanes", (room.x, max(room.y - 1.7 * em, 1.0))):
            self._lanes(axis, em)
        imgui.end_child()
        imgui.pop_style_var()
        imgui.pop_style_color()
        self._playhead(corner, room, axis)
        if self._drag and not imgui.is_mouse_down(0):
            self._drag = None
            session.document.release()
        elif self._drag and imgui.is_mouse_dragging(0):
            self._dragged(axis)      # once all lanes are drawn as they were

    def _ruler(self, corner, axis: _Axis, em: float) -> None:
        session, draw = self.session, imgui.get_window_draw_list()
        top, height = corner.y, 1.5 * em
        draw.add_rect_filled((axis.left, top), (axis.left + axis.width, top + height), style.ink(style.LANE))
        first, last = session.clock.span
        draw.add_rect_filled((axis.x(first), top + height - 0.22 * em), (axis.x(last), top + height),
                             style.ink(style.FAINT))
        fps = session.shot.fps
        per_frame = axis.width / axis.duration / float(fps)
        if per_frame > 0.5 * em:
            for n in range(math.ceil(axis.duration * fps) + 1):
                x = axis.x(Fraction(n) / fps)
                draw.add_line((x, top + height - 0.35 * em), (x, top + height), style.ink(style.FAINT))
        step = next((s for s in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
                     if s * axis.width / axis.duration > 4 * em), 3600)
        for n in range(int(axis.duration / step + 1e-6) + 1):
            x = axis.x(n * step)
            draw.add_line((x, top), (x, top + height), style.ink(style.FAINT))
            words = f"{n * step:g} s" if step < 60 else f"{n * step / 60:g} min"
            if x + 2.5 * em < axis.left + axis.width:
                style.label(draw, (x + 0.3 * em, top + 0.15 * em), words, style.QUIET, 0.8)
        imgui.set_cursor_screen_pos((axis.left, top))
        imgui.invisible_button("##ruler", (axis.width, height))
        if imgui.is_item_active():
            session.seek(self._snapped(axis.t(imgui.get_mouse_pos().x)))
        style.label(draw, (corner.x, top + 0.15 * em), session.shot.timecode(session.time), style.VALUE, 0.95)

    def _playhead(self, corner, room, axis: _Axis) -> None:
        draw, x = imgui.get_window_draw_list(), round(axis.x(self.session.time))
        em = imgui.get_font_size()
        draw.add_line((x, corner.y), (x, corner.y + room.y), style.ink(style.LINE), 1.0)
        draw.add_triangle_filled((x - 0.35 * em, corner.y), (x + 0.35 * em, corner.y), (x, corner.y + 0.5 * em),
                                 style.ink(style.TEXT))

    def _lanes(self, axis: _Axis, em: float) -> None:
        session, draw = self.session, imgui.get_window_draw_list()
        shot = session.shot
        y = imgui.get_cursor_screen_pos().y
        names = dict.fromkeys(name for name in session.view.takes if session.has_take(name))
        for name in names:
            take, colour = shot.take(name), style.take_colour(0 if name == session.view.a else 1)
            end = axis.x(take.timeline.duration)
            left = axis.left - NAMES * em
            style.label(draw, (left, y + 0.12 * em), name, colour, bold=True, room=(NAMES - 0.5) * em)
            draw.add_rect_filled((axis.left, y + 0.35 * em), (end, y + 0.95 * em),
                                 style.ink((*colour[:3], 0.30)), 3)
            style.label(draw, (axis.left + 0.4 * em, y + 0.12 * em), session.take_line(take), style.TEXT, 0.85,
                        room=axis.width - 0.4 * em)
            y += 1.35 * em
            for index, track in enumerate(take.timeline.tracks):
                self._lane(name, index, track, axis, y, colour, em)
                y += 1.3 * em
            for hold in take.timeline.holds:
                style.label(draw, (left + 0.8 * em, y + 0.1 * em), f"hold {hold.what}", style.QUIET, 0.85)
                draw.add_rect_filled((axis.x(hold.start), y + 0.3 * em), (axis.x(hold.end), y + 0.95 * em),
                                     style.ink(style.BAR), 3)
                style.label(draw, (axis.x(hold.start) + 0.4 * em, y + 0.12 * em), hold.subject, style.VALUE, 0.8,
                            room=axis.left + axis.width - axis.x(hold.start) - 0.4 * em)
                y += 1.3 * em
            y += 0.3 * em
        imgui.set_cursor_screen_pos((axis.left - NAMES * em, y))
        imgui.dummy((1, 1))
        self._key_window()

    def _lane(self, take: str, index: int, track: Track, axis: _Axis, y: float, colour, em: float) -> None:
        session, draw = self.session, imgui.get_window_draw_list()
        height, middle = 1.2 * em, y + 0.6 * em
        style.label(draw, (axis.left - NAMES * em + 0.8 * em, y + 0.1 * em), WORDS[track.channel], style.QUIET, 0.85)
        draw.add_rect_filled((axis.left, y), (axis.left + axis.width, y + height), style.ink(style.LANE), 2)
        imgui.set_cursor_screen_pos((axis.left, y))
        imgui.set_next_item_allow_overlap()
        imgui.invisible_button(f"##lane {style.as_typed(take)} {track.channel} {index}", (axis.width, height))
        if imgui.is_item_hovered():
            if imgui.is_mouse_double_clicked(0):
                session.attempt(lambda: self.add_key(take, index, self._snapped(axis.t(imgui.get_mouse_pos().x))))
                track = session.shot.take(take).timeline.tracks[index]
            elif imgui.is_mouse_clicked(0):
                self.selected = frozenset()
        if track.channel == "focus_distance":
            self._marks(track, axis, y, colour, em)
        else:
            self._curve(track, axis, y, colour, em)
        for number, key in enumerate(track.keys):
            self._key(KeyPlace(take, index, key.time), number, key, axis, middle, colour, em)

    def _marks(self, track: Track, axis: _Axis, y: float, colour, em: float) -> None:
        """Focus as blocks: on whom it rests, and the pulls between."""
        draw = imgui.get_window_draw_list()
        first, last = track.keys[0], track.keys[-1]
        keys = [*([replace(first, time=Fraction(0))] if first.time > 0 else []), *track.keys]     # before it, focus is there already
        for key, following in zip(keys, [*keys[1:], replace(last, time=Fraction(axis.duration))]):
            x0, x1 = axis.x(key.time), axis.x(following.time)
            rests = following.value == key.value or key.ease == "hold"
            words, begin = said(track.channel, key.value), x0
            fits = x0 + 1.2 * em + style.wide(words, 0.8) <= x1
            if rests:
                draw.add_rect_filled((x0, y + 0.15 * em), (x1, y + 1.05 * em), style.ink((*colour[:3], 0.22)), 2)
            if fits:
                begin += 0.9 * em + style.label(draw, (x0 + 0.6 * em, y + 0.12 * em), words, style.VALUE, 0.8)
            if not rests:
                draw.add_line((begin, y + 0.6 * em), (x1, y + 0.6 * em), style.ink((*colour[:3], 0.7)), 1.5)

    def _curve(self, track: Track, axis: _Axis, y: float, colour, em: float) -> None:
        values = [k.value for k in track.keys]
        low, high = min(values), max(values)
        span = high - low or 1.0
        up = lambda value: y + (1.0 - 0.8 * (value - low) / span) * em if high > low else y + 0.6 * em
        points = [(axis.left, up(values[0])), (axis.x(track.start), up(values[0]))]
        for a, b in zip(track.keys, track.keys[1:]):
            eased = curve(a.ease)
            steps = 1 if a.ease in ("linear", "hold") else 12
            if a.ease == "hold":
                points.append((axis.x(b.time), up(a.value)))
            for i in range(1, steps + 1):
                u = i / steps
                points.append((axis.x(float(a.time) + u * float(b.time - a.time)),
                               up(a.value + (b.value - a.value) * eased(u))))
        points.append((axis.left + axis.width, up(values[-1])))
        imgui.get_window_draw_list().add_polyline([imgui.ImVec2(*p) for p in points],
                                                  style.ink((*colour[:3], 0.45)), 1.2, 0)

    def _key(self, place: KeyPlace, number: int, key: Key, axis: _Axis, middle: float, colour, em: float) -> None:
        draw, x, r = imgui.get_window_draw_list(), axis.x(key.time), 0.36 * em
        imgui.set_cursor_screen_pos((x - 0.5 * em, middle - 0.55 * em))
        imgui.set_next_item_allow_overlap()
        imgui.invisible_button(f"##key {style.as_typed(place.take)} {place.track} {number}", (em, 1.1 * em),
                               imgui.ButtonFlags_.mouse_button_left | imgui.ButtonFlags_.mouse_button_right)
        chosen, hovered = place in self.selected, imgui.is_item_hovered()
        if imgui.is_item_activated():
            if imgui.get_io().key_shift:
                self.selected ^= {place}
            elif not chosen:
                self.selected = frozenset({place})
            self._moved = self.session.shot
            self._drag = self._moved, self.selected, axis.t(imgui.get_mouse_pos().x), place
        if hovered and (imgui.is_mouse_double_clicked(0) or imgui.is_mouse_released(1)) and self.session.attempt(
                self.session.check_not_rolling):
            self._opened = place
            imgui.open_popup("##key window")
        ink = style.ink(style.TEXT if chosen or hovered else colour)
        draw.add_quad_filled((x - r, middle), (x, middle - r), (x + r, middle), (x, middle + r), ink)
        if hovered and not imgui.is_popup_open("##key window"):
            channel = self.session.shot.take(place.take).timeline.tracks[place.track].channel
            imgui.set_tooltip(f"{WORDS[channel]} {said(channel, key.value)} at {self.session.shot.timecode(key.time)}"
                              f"\ndrag to move, double-click to edit")

    # -- the window of one key ----------------------------------------------------------------------------------------

    def _key_window(self) -> None:
        em = imgui.get_font_size()
        # The lanes' keys live in the same child, so the popup's name is the same for all.
        self.editing = imgui.begin_popup("##key window")
        if not self.editing:
            return
        place, session = self._opened, self.session
        track = self._track(place)
        key = track and next((k for k in track.keys if k.time == place.time), None)
        if key is None:
            imgui.close_current_popup()
        else:
            style.text(f"{place.take}  {WORDS[track.channel]}  {session.shot.timecode(key.time)}", style.QUIET,
                       scale=0.9)
            self._value(place, track, key, em)
            if key.time != track.end:
                self._ease(place, key, em)
            if imgui.button("Delete key"):
                self.selected = frozenset({place})
                session.attempt(self.delete)
                imgui.close_current_popup()
        style.end_popup()

    def _value(self, place: KeyPlace, track: Track, key: Key, em: float) -> None:
        session = self.session
        imgui.set_next_item_width(11 * em)
        if track.channel == "focus_distance":
            if style.begin_combo("##mark", style.as_typed(said(track.channel, key.value))):
                for mark in (*(s.name for s in session.shot.subjects), INFINITY):
                    if imgui.selectable(style.as_typed(mark), mark == key.value)[0]:
                        self._set(place, replace(key, value=mark), "Focus mark")
                imgui.end_combo()
            if isinstance(key.value, str):
                return
            imgui.set_next_item_width(11 * em)
        low, high = LIMITS[track.channel]
        speed = 0.005 * max(abs(key.value), 1.0)
        moved, value = imgui.drag_float(f"{UNITS[track.channel]}##value", key.value + 0.0, speed, low, high, "%.5g")
        if moved:
            self._set(place, replace(key, value=min(max(value, low), high)), f"Value of {WORDS[track.channel]}",
                      f"value {place}")
        if imgui.is_item_deactivated():
            session.document.release()

    def _ease(self, place: KeyPlace, key: Key, em: float) -> None:
        for i, name in enumerate(EASES):
            if i:
                imgui.same_line(0, 0.3 * em)
            if imgui.radio_button({"both": "in + out"}.get(name, name), key.ease == name):
                self._set(place, replace(key, ease=name), "Ease")
        handles = key.ease if not isinstance(key.ease, str) else CURVES.get(key.ease, CURVES["linear"])
        draw, corner, side = imgui.get_window_draw_list(), imgui.get_cursor_screen_pos(), 11 * em
        pad = 1.5 * em
        at = lambda x, y: (corner.x + x * side, corner.y + pad + (1 - y) * (side - 2 * pad))
        imgui.dummy((side, side))
        draw.add_rect_filled(corner, (corner.x + side, corner.y + side), style.ink((0.07, 0.07, 0.07, 1)), 3)
        eased = curve(key.ease)
        draw.add_polyline([imgui.ImVec2(*at(i / 40, eased(i / 40))) for i in range(41)], style.ink(style.VALUE),
                          2.0, 0)
        if key.ease == "hold":
            return
        for n, (x, y, foot) in enumerate(((*handles[:2], (0, 0)), (*handles[2:], (1, 1)))):
            hx, hy = at(x, y)
            draw.add_line(at(*foot), (hx, hy), style.ink(style.QUIET))
            imgui.set_cursor_screen_pos((hx - 0.5 * em, hy - 0.5 * em))
            imgui.invisible_button(f"##handle {n}", (em, em))
            hot = imgui.is_item_active() or imgui.is_item_hovered()
            draw.add_circle_filled((hx, hy), 0.35 * em, style.ink(style.TEXT if hot else style.VALUE))
            if imgui.is_item_active() and imgui.is_mouse_dragging(0, 0):
                mouse = imgui.get_mouse_pos()
                x = min(max((mouse.x - corner.x) / side, 0.0), 1.0)
                y = min(max(1 - (mouse.y - corner.y - pad) / (side - 2 * pad), -0.3), 1.3)
                new = list(handles)
                new[2 * n:2 * n + 2] = round(x, 3), round(y, 3)
                self._set(place, replace(key, ease=tuple(new)), "Ease", f"ease {place}")
            if imgui.is_item_deactivated():
                self.session.document.release()
        imgui.set_cursor_screen_pos((corner.x, corner.y + side + 0.4 * em))

    def _set(self, place: KeyPlace, key: Key, what: str, drag: str | None = None) -> None:
        self.session.attempt(lambda: self.session.edit(
            self._with(self.session.shot, place, self._track(place).with_key(key)), what, drag))

    # -- edits --------------------------------------------------------------------------------------------------------

    def _by_take(self) -> dict[str, list[edits.KeyAt]]:
        """The selected keys that are still there."""
        found: dict[str, list[edits.KeyAt]] = {}
        for place in sorted(filter(self._shown, self.selected), key=lambda p: (p.take, p.track, p.time)):
            found.setdefault(place.take, []).append(edits.KeyAt(place.track, place.time))
        return found

    def _shown(self, place: KeyPlace) -> bool:
        """Whether a key is there, in a take that is shown: after an undo, or under another name of its take, it is not."""
        track = self._track(place) if place.take in self.session.view.takes else None
        return track is not None and any(key.time == place.time for key in track.keys)

    def _edit(self, what: str, change, *more) -> None:
        """An edit of keys, take by take, as one step."""
        shot = self.session.shot
        for take, keys in self._by_take().items():
            shot = change(shot, take, keys, *more)
        self.session.edit(shot, what)

    def add_key(self, take: str, index: int, time: Fraction) -> None:
        """A key where the track passes at a time, so that nothing changes until it is moved."""
        self.session.edit(edits.insert_key(self.session.shot, take, index, time), "Set a key")
        self.selected = frozenset({KeyPlace(take, index, time)})

    def set_keys(self) -> None:
        """Keys at the playhead: in rehearsal as the camera is held, else where the lanes of A, or those of the selected
        keys, pass."""
        session = self.session
        name = session.view.a
        if name in session.live:
            shot = session.with_aperture(name) if "focus" in session.hands else session.shot      # as it is seen
            session.edit(edits.set_camera(shot, name, session.frame_time, self.rehearsal.camera), "Set a key")
            return
        lanes = {(p.take, p.track) for p in self.selected}
        lanes = lanes or {(name, i) for i in range(len(session.shot.take(name).timeline.tracks))}
        shot = session.shot
        if not lanes and shot.take(name).match:
            raise PushinError(f"{name} is matched to {shot.take(name).match.take} and has no lane of its own; set keys in "
                              f"{shot.take(name).match.take}.")
        if not lanes:
            raise PushinError(f"Nothing moves in {name} yet; add a lane ({session.key('Add a lane')}), choose a move "
                              f"({session.key('Choose a move')}), or rehearse ({session.key('Rehearse')}).")
        for take, index in lanes:
            try:
                shot = edits.insert_key(shot, take, index, session.frame_time)
            except PushinError:
                if len(lanes) == 1:
                    raise
        session.edit(shot, "Set a key")
        self.selected = frozenset(KeyPlace(take, index, session.frame_time) for take, index in lanes)

    def delete(self) -> None:
        """Takes the selected keys away; a track without a key goes too."""
        self._edit("Delete keys", edits.delete_keys)
        self.give_up()

    def cut(self) -> None:
        self.copy()
        self.delete()

    def copy(self) -> None:
        if not self._by_take():
            raise PushinError("No key is chosen; click on one in its lane, or drag it.")
        self.copied = tuple(c for take, keys in self._by_take().items()
                            for c in edits.copy_keys(self.session.shot, take, keys))

    def paste(self) -> None:
        """What was copied, at the playhead, into the take of the selected keys, else A."""
        session = self.session
        name = next(iter(self.selected)).take if self.selected else session.view.a
        if not self.copied:
            raise PushinError("There is nothing to paste; choose keys and copy them first.")
        shot = edits.paste_keys(session.shot, name, self.copied, session.frame_time)
        session.edit(shot, "Paste keys")
        times = {(c.channel, session.frame_time + c.key.time) for c in self.copied}
        self.selected = frozenset(KeyPlace(name, i, k.time) for i, t in enumerate(shot.take(name).timeline.tracks)
                                  for k in t.keys if (t.channel, k.time) in times)

    def select_all(self) -> None:
        """Every key of A."""
        name = self.session.view.a
        tracks = self.session.shot.take(name).timeline.tracks
        self.selected = frozenset(KeyPlace(name, i, k.time) for i, track in enumerate(tracks) for k in track.keys)

    def ease(self, name: str) -> None:
        """The way from the selected keys."""
        self._edit(f"Ease {name}", edits.set_ease, name)

    def nudge(self, frames: int) -> None:
        """The selected keys some frames later."""
        self._move(Fraction(frames) / self.session.shot.fps, True, None)

    def to_key(self, direction: int) -> None:
        """The playhead to the next key of A in a direction, which is then selected."""
        name = self.session.view.a
        tracks = self.session.shot.take(name).timeline.tracks
        times = {k.time for t in tracks for k in t.keys}
        now = self.session.time
        ahead = [t for t in times if (t > now + 1e-6 if direction > 0 else t < now - 1e-6)]
        if ahead:
            time = min(ahead) if direction > 0 else max(ahead)
            self.session.seek(time)
            self.selected = frozenset(KeyPlace(name, i, time) for i, t in enumerate(tracks)
                                      if any(k.time == time for k in t.keys))

    def toggle_snap(self) -> None:
        self.snap = not self.snap
        self.session.say("Keys snap to frames." if self.snap else "Keys do not snap.")

    def give_up(self) -> None:
        """Nothing is selected, and what is being dragged is dragged no more."""
        self.selected, self._drag = frozenset(), None

    def _dragged(self, axis: _Axis) -> None:
        """Always from how it was when the drag began: keys that are dragged past others find them there again. What else is
        done meanwhile ends the drag, and is not lost in it."""
        if self.session.shot is not self._moved:
            self._drag = None
            return
        shot, places, began, held = self._drag
        here = self.selected
        by = seconds(axis.t(imgui.get_mouse_pos().x) - began)
        self.selected = places
        if not self.session.attempt(lambda: self._move(by, self.snap != imgui.get_io().key_alt, f"drag {held}", shot)):
            self.selected = here
        self._moved = self.session.shot

    def _move(self, by: Fraction, snap: bool, drag: str | None, shot=None) -> None:
        shot = shot or self.session.shot
        first = min((p.time for p in self.selected), default=Fraction(0))
        by = max(by, -first)
        by = snapped(first + by, shot.fps) - first if snap else by
        for take in {p.take for p in self.selected}:
            shot = edits.move_keys(shot, take, [edits.KeyAt(p.track, p.time) for p in self.selected if p.take == take], by)
        self.session.edit(shot, "Move keys", drag)
        self.selected = frozenset(replace(p, time=p.time + by) for p in self.selected)

    def _track(self, place: KeyPlace) -> Track | None:
        if not self.session.has_take(place.take):
            return None
        tracks = self.session.shot.take(place.take).timeline.tracks
        return tracks[place.track] if place.track < len(tracks) else None

    @staticmethod
    def _with(shot, place: KeyPlace, track: Track):
        take = shot.take(place.take)
        old = take.timeline.tracks[place.track]
        return shot.with_take(replace(take, timeline=take.timeline.replacing(old, track)))

    def _snapped(self, t: float) -> Fraction:
        return min(snapped(t, self.session.shot.fps), self.session.shot.duration)


def said(channel: str, value) -> str:
    """A key's value in words."""
    if isinstance(value, str):
        return value
    if channel == "f_stop":
        return f_number(value)
    if channel == "focus_distance" and far_away(value):
        return "∞"
    return f"{plain(value + 0.0, 3)}{'' if UNITS[channel] == '°' else ' '}{UNITS[channel]}"
