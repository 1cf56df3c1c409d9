"""The mouse in the picture: click to focus, box a subject, drag a rack, wheel the lens or the dolly, and the loupe."""
from __future__ import annotations

import math
import time
from dataclasses import replace

from imgui_bundle import imgui

from .. import pick
from ..errors import PushinError
from ..pair import subject_at
from ..rehearsal import edits
from ..shots.framing import Subject, distance, pose_of
from . import style

WHEEL = 1.03
"""A notch of the wheel multiplies the focal length by this, or divides the distance to the subject by it."""

PAUSE = 0.5
"""Seconds without a notch after which the wheel has been let go: what it did is one step to undo."""

BOX = 1.2
"""Text sizes that the mouse has to travel before a click becomes a box."""

WAY = 32
"""Steps from a click to a subject in which its surface is looked for."""

LOUPE = 14.0
"""Text sizes: side of the loupe."""


class Tools:
    """What the mouse does in the pictures, unless it mends the depth: it focuses, boxes subjects, racks, zooms and dollies.

    under   (0 or 1 for A or B, u, v) of the mouse, or None outside the pictures
    spot    what of the plate is there, or None
    """

    def __init__(self, session, panel, rehearsal):
        self.session, self.panel, self.rehearsal = session, panel, rehearsal
        self.under = self.spot = None
        self._pressed = None     # (which, u, v, what was there then) where the button went down
        self._wheeled = 0.0      # when the wheel was turned last, or 0 once that is a step of its own
        self._box = None         # (plate box, depth) that waits for its name
        self._name, self._person, self._asks = "", False, False

    def catch(self) -> None:
        """Takes the mouse for the pictures; what is drawn over them later may take it back."""
        panel = self.panel
        imgui.set_cursor_screen_pos((panel.room[0], panel.room[1]))
        imgui.set_next_item_allow_overlap()
        imgui.invisible_button("##picture", (panel.room[2], panel.room[3]))
        self._hovered, self._active = imgui.is_item_hovered(), imgui.is_item_active()
        mouse = imgui.get_mouse_pos()
        self.under = panel.under(mouse.x, mouse.y) if self._hovered or self._active else None
        if self._wheeled and (imgui.is_mouse_clicked(0) or time.monotonic() - self._wheeled > PAUSE):
            self._wheeled = 0.0
            self.session.document.release()
        if self.session.mends:
            panel.mending.catch(self._hovered, self._active, self.under)
            return
        if imgui.is_item_activated() and self.under:
            self._pressed = *self.under, self.see(*self.under)
        if imgui.is_item_deactivated() and self._pressed:
            self._released(mouse)
            self._pressed = None
        io = imgui.get_io()
        if self._hovered and self.under and io.mouse_wheel:
            self.session.attempt(lambda: self._wheel(self.under[0], io.mouse_wheel, io.key_ctrl or io.key_shift))

    def give_up(self) -> None:
        """What is being dragged in the picture becomes nothing."""
        self._pressed = None

    def draw(self, em: float) -> None:
        """The box that is being drawn, the depth at the mouse, and the window that asks for a name."""
        draw, mouse = imgui.get_window_draw_list(), imgui.get_mouse_pos()
        self.spot = None
        if self.session.mends:
            self.panel.mending.draw(em, self._hovered, self.under)
            return
        if self._pressed and self._dragged(mouse):
            left, top, width, height = self.panel.rect(self._pressed[0])
            start = left + self._pressed[1] * width, top + self._pressed[2] * height
            pair = self._pair(mouse)
            if pair:
                style.line(draw, start, (mouse.x, mouse.y), thick=1.5)
                style.rimmed(lambda ink, rim: draw.add_circle_filled(mouse, 0.3 * em + rim, ink))
                words = f"rack from {pair[0].name} to {pair[1].name}"
                self.panel.at_mouse(self._pressed[0], words, style.TEXT)
            else:
                style.rimmed(lambda ink, rim: draw.add_rect(start, mouse, ink, 0, 1.3 + 2 * rim))
        elif self._hovered and self.under:
            which, u, v = self.under
            self.spot = self.see(which, u, v)
            words = f"{self.spot.depth:.2f} m" if self.spot else "not on the plate"
            subject = self.spot and self.clicked(self.session.view.takes[which], self.spot)
            if subject:
                words = f"{subject.name}  {words}"
            if not self.session.view.loupe:
                self.panel.at_mouse(which, words)
            if self.session.view.loupe:
                self._loupe(which, u, v, words, em)
        self._ask(em)

    def _loupe(self, which: int, u: float, v: float, words: str, em: float) -> None:
        """The delivered pixels at the mouse, one to one: the same camera with so much less of its sensor."""
        session, name = self.session, self.session.view.takes[which]
        camera, aspect = session.camera(name), session.aspect(name)
        scale = imgui.get_io().display_framebuffer_scale.x
        pixels = round(LOUPE * em * scale)
        share = pixels / session.shot.across(session.shot.take(name))
        shift = ((0.5 + camera.lens_shift[0] - u) / share, (camera.lens_shift[1] - (0.5 - v) / aspect) / share)
        detail = replace(camera, sensor_width=camera.sensor_width * share, lens_shift=shift)
        screening = session.screening
        frame = screening.projector.frame("loupe", detail, (pixels, pixels), screening.bokeh_now(detail))
        mouse, side = imgui.get_mouse_pos(), LOUPE * em
        left = min(max(mouse.x - side / 2, self.panel.room[0]), self.panel.room[0] + self.panel.room[2] - side)
        top = mouse.y - side - 1.5 * em
        top = top if top > self.panel.room[1] else mouse.y + 1.5 * em
        draw = imgui.get_foreground_draw_list()
        draw.add_rect_filled((left - 1, top - 1), (left + side + 1, top + side + 1), style.ink((0, 0, 0, 1)))
        draw.add_image(imgui.ImTextureRef(frame.texture), (left, top), (left + side, top + side), (0, 1), (1, 0))
        style.label(draw, (left + 0.4 * em, top + side - 1.5 * em), f"{words}   100 %", style.TEXT, 0.88, shade=True)

    # -- what is where ------------------------------------------------------------------------------------------------

    def see(self, which: int, u: float, v: float) -> pick.Spot | None:
        session = self.session
        name = session.view.takes[which]
        return pick.seen(session.plate, session.camera(name), u, v, session.aspect(name))

    def subject_at(self, spot: pick.Spot) -> Subject | None:
        """The smallest subject in whose box a point of the plate lies, at about its depth."""
        inside = [s for s in self.session.shot.subjects if s.box[0] <= spot.x <= s.box[2] and s.box[1] <= spot.y <= s.box[3]
                  and self._alike(s, spot.x, spot.y)]
        return min(inside, key=lambda s: (s.box[2] - s.box[0]) * (s.box[3] - s.box[1]), default=None)

    def clicked(self, take: str, spot: pick.Spot) -> Subject | None:
        """Whom a click is on: that subject, or whom the take is about, beside its box on the same surface, which is often larger
        than the box of somebody who was not named."""
        found, about = self.subject_at(spot), self.session.subject(take)
        if found or about is None:
            return found
        (left, top, right, bottom), (x, y) = about.box, about.anchor
        near = abs(spot.x - (left + right) / 2) < 1.5 * (right - left) and abs(spot.y - (top + bottom) / 2) < 1.5 * (bottom - top)
        way = ((spot.x + share * (x - spot.x), spot.y + share * (y - spot.y)) for share in (n / WAY for n in range(WAY + 1)))
        return about if near and all(self._alike(about, *at) for at in way) else None

    def _alike(self, subject: Subject, x: float, y: float) -> bool:
        """Whether the plate is about as far away there as the subject."""
        plate = self.session.plate
        depth = float(plate.depth[min(max(int(y), 0), plate.height - 1), min(max(int(x), 0), plate.width - 1)])
        return abs(1 / depth - 1 / subject.depth) < edits.ALIKE / subject.depth

    def _dragged(self, mouse) -> bool:
        left, top, width, height = self.panel.rect(self._pressed[0])
        start = left + self._pressed[1] * width, top + self._pressed[2] * height
        return math.dist(start, (mouse.x, mouse.y)) > BOX * imgui.get_font_size()

    def _pair(self, mouse) -> tuple[Subject, Subject] | None:
        """The two subjects between which the mouse is dragged; the first as it was seen, for the shot may be playing."""
        left, top, width, height = self.panel.rect(self._pressed[0])
        u, v = (mouse.x - left) / width, (mouse.y - top) / height
        if not (0 <= u < 1 and 0 <= v < 1):
            return None
        found = [spot and self.subject_at(spot) for spot in (self._pressed[3], self.see(self._pressed[0], u, v))]
        return tuple(found) if all(found) and found[0] is not found[1] else None

    # -- edits --------------------------------------------------------------------------------------------------------

    def _released(self, mouse) -> None:
        session, (which, u, v, spot) = self.session, self._pressed
        name = session.view.takes[which]
        if not self._dragged(mouse):
            session.attempt(lambda: self.focus(name, spot))
            return
        pair = self._pair(mouse)
        if pair:
            session.attempt(lambda: session.rack(name, *(subject.name for subject in pair)))
            return
        left, top, width, height = self.panel.rect(which)
        u1, v1 = ((mouse.x - left) / width, (mouse.y - top) / height)
        u0, u1, v0, v1 = min(u, u1), max(u, u1), min(v, v1), max(v, v1)
        spot = self.see(which, (u0 + u1) / 2, (v0 + v1) / 2)
        if spot is None:
            session.say("There is nothing of the plate in the middle of that box; draw it around something.")
            return
        corners = [self._on_plate(name, x, y, spot.depth) for x, y in ((u0, v0), (u1, v1))]
        depth = float(session.plate.depth_at((spot.x, spot.y)))
        if not math.isfinite(depth):
            session.say("The sky is no subject; draw the box around something nearer.")
            return
        session.attempt(lambda: self._ask_name((*corners[0], *corners[1]), depth))

    def _on_plate(self, name: str, u: float, v: float, depth: float) -> tuple[float, float]:
        """The plate's pixel of a point in the picture at a depth from the camera."""
        session = self.session
        camera, stage, aspect = session.camera(name), session.shot.plate.stage, session.aspect(name)
        slope = camera.sensor_width / camera.focal_length * depth
        at = pose_of(camera)
        right, up = (u - 0.5 - camera.lens_shift[0]) * slope, ((0.5 - v) / aspect - camera.lens_shift[1]) * slope
        x, y, z = (p + right * r + up * t + depth * f for p, r, t, f in zip(at.position, at.right, at.up, at.forward))
        focal, (cx, cy) = stage.focal_pixels, stage.centre
        return (min(max(cx + focal * x / max(-z, 0.01), 0), stage.width),
                min(max(cy - focal * y / max(-z, 0.01), 0), stage.height))

    def focus(self, take_name: str, spot: pick.Spot | None) -> None:
        """Focus on what is there from now on: on a subject, which is followed, or on a distance."""
        session = self.session
        if spot is None:
            raise PushinError("The plate does not show what is there, so there is nothing to focus on.")
        subject = self.clicked(take_name, spot)
        mark = subject.name if subject else round(spot.depth, 3)
        if take_name in session.live:
            self.rehearsal.pull(mark)
        else:
            session.focus(take_name, mark)

    def _wheel(self, which: int, notches: float, dolly: bool) -> None:
        session = self.session
        name = session.view.takes[which]
        shot, performed = session.shot, name in session.live
        take = shot.take(name)
        if take.match and not performed:
            what = "lens" if take.match.by == "zoom" else "travel"
            raise PushinError(f"{name} is matched to {take.match.take}: its {what} follows; change {take.match.take}, "
                              f"or free {name} in the lens panel.")
        self._wheeled = time.monotonic()
        camera = session.live.get(name, take.camera)
        if dolly:
            subject = session.subject(name)
            metres = (1 - WHEEL ** -notches) * max(distance(shot.plate.stage, subject, camera), 0.3) if subject else \
                0.05 * notches
            if performed:
                self.rehearsal.push("dolly", metres)
                return
            forward = pose_of(camera).forward
            camera = replace(camera, position=tuple(p + metres * f for p, f in zip(camera.position, forward)))
            session.edit(edits.start_here(shot, name, camera), "Dolly", f"wheel dolly {name}")
            return
        if performed:
            self.rehearsal.push("zoom", notches * math.log(WHEEL))
            return
        low, high = edits.focal_lengths(shot, name)
        focal = min(max(camera.focal_length * WHEEL ** notches, low), high)
        if focal == camera.focal_length:
            raise PushinError(f"The {take.lens.name} is no zoom; with Ctrl the wheel moves the dolly." if low == high else
                              f"{f'The {take.lens.name}' if take.lens else 'A lens'} goes from {low:g} to {high:g} mm, and no farther.")
        session.edit(edits.set_focal_length(shot, name, focal), "Focal length", f"wheel zoom {name}")

    def name_here(self) -> None:
        """Asks for the name of what is under the mouse, or else in the middle of A."""
        which, u, v = self.under or (0, 0.5, 0.5)
        spot, plate = self.see(which, u, v), self.session.plate
        if spot is None:
            raise PushinError("The plate does not show what is there; point at something, or drag a box around it.")
        self._ask_name(self._clipped(subject_at(plate, (spot.x, spot.y)).box), float(plate.depth_at((spot.x, spot.y))))

    def _ask_name(self, box, depth: float) -> None:
        """Asks for the name of what a box of the plate shows at a depth."""
        self.session.check_not_rolling()
        self._box = box, depth
        self._name, self._person, self._asks = self._free_name(), False, True

    def _clipped(self, box):
        plate = self.session.plate
        return tuple(min(max(c, 0.0), side) for c, side in zip(box, (plate.width, plate.height) * 2))

    def _free_name(self) -> str:
        known = {s.name for s in self.session.shot.subjects}
        return next(f"subject {n}" for n in range(1, 10_000) if f"subject {n}" not in known)

    def _ask(self, em: float) -> None:
        """Asks for the name of what is boxed, and shows that."""
        if self._asks:
            imgui.open_popup("Name the subject")
            self._asks = False
        imgui.set_next_window_pos(imgui.get_mouse_pos(), imgui.Cond_.appearing)
        if self._box and imgui.is_popup_open("Name the subject"):
            (l, t, r, b), depth = self._box
            stage, draw = self.session.shot.plate.stage, imgui.get_window_draw_list()
            for which in self.panel.shown():
                corners = [self.panel.spot(which, stage.point(x, y, depth)) for x, y in ((l, t), (r, b))]
                style.rimmed(lambda ink, rim: draw.add_rect(*corners, ink, 0, 1.3 + 2 * rim))
        if not imgui.begin_popup("Name the subject"):
            return
        style.text("Name the subject", style.QUIET, scale=0.9)
        style.keyboard_here()
        imgui.set_next_item_width(14 * em)
        entered, self._name = imgui.input_text("##name", self._name, imgui.InputTextFlags_.enter_returns_true |
                                               imgui.InputTextFlags_.auto_select_all)
        if imgui.radio_button("object", not self._person):
            self._person = False
        imgui.same_line()
        if imgui.radio_button("person", self._person):
            self._person = True
        if (imgui.button("Add the subject") or entered) and self._box:
            box, depth = self._box
            subject = lambda: Subject(self._name.strip(), box, depth, "person" if self._person else "object")
            count = len(self.session.shot.subjects)
            if self.session.attempt(lambda: self.session.edit(edits.name_subject(self.session.shot, subject()),
                                                              f"Subject {self._name}")):
                if len(self.session.shot.subjects) == count:
                    self.session.say(f"{self._name.strip()} takes the place of what nobody had named, in all takes.")
                self._box = None
                imgui.close_current_popup()
        style.end_popup()
