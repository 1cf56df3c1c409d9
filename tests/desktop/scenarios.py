"""What a person does at the window, played by the Dear ImGui Test Engine.

    python scenarios.py NAME FOLDER SCALE [PLATE…]

Each scenario gets a Person, who has hands on mouse and keys. What it notes ends up in FOLDER/report.json, with a
screenshot of every moment that it names.
"""
import json
import math
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from imgui_bundle import hello_imgui, imgui
from imgui_bundle.imgui import test_engine
from imgui_bundle.immapp import testing
import glfw
import moderngl
import numpy as np
from PIL import Image

from tests.desktop.screens import look, plug
from tests.gpu import programs
from viewer.cli import _parser
from viewer.cli.open import opening
from viewer.desktop import exporting, files, style
from viewer.desktop.job_thread import Job
from viewer.desktop.keys import chord_of, key_of
from viewer.desktop.opening import bundled, open_file
from viewer.desktop.window import Window
from viewer.errors import PushinError
from viewer.plate.repair import Stroke
from viewer.plate.scale import Anchor
from viewer.rehearsal import edits
from viewer.rehearsal.depthmap import DepthMap
from viewer.render.compare import Wipe
from viewer.shots.easing import CURVES
from viewer.shots.framing import Subject
from viewer.shots.kit import Lens
from viewer.shots.moves import MOVES
from viewer.shots.shotfile import dump, load

PLAY, RULER, PICTURE = "//Timeline/##play", "//Timeline/##ruler", "//Pictures/##picture"
NEXT = []    # what is to be done at the next frame, by the thread that owns the window
WANTED = []  # paths of pictures of the window, to be kept before the next frame is shown
FRAMES = []  # (moment, seconds, processor seconds of all threads, and of the window's own) of every frame so far
MOMENT = [""]

PAUSE = 0.015
"""Seconds between frames in which somebody only waits: no screen's rate holds them back here, and others need the processor."""


class Person:
    """At the window, with the engine's context."""

    def __init__(self, ctx, window, folder: Path):
        self.ctx, self.window, self.session, self.folder = ctx, window, window.session, folder
        self.report = {}

    def note(self, name, **more):
        """A screenshot, and where everything is. The engine's own would take six frames, and as long again for its PNG."""
        self.ctx.yield_(3)
        WANTED.append(self.folder / f"{name}.png")
        self.ctx.yield_()
        window, session = self.window, self.session
        screen = imgui.get_io().display_size
        self.report[name] = {
            "a": window.picture.rect(0), "b": window.picture.rect(1), "time": session.time,
            "playing": session.clock.playing, "screen": [screen.x, screen.y], "mode": session.view.mode,
            "figures": [dict(session.figures(take)) for take in session.view.takes],
            "popup": imgui.is_popup_open("", imgui.PopupFlags_.any_popup),
            "message": session.message, "dirty": session.document.dirty, "shot": dump(session.shot), **more}

    @contextmanager
    def lively(self, moment):
        """Frames are counted as those of this moment, one after the other without a rest."""
        idling = self.window.params.fps_idling
        idling.enable_idling, MOMENT[0] = False, moment
        self.ctx.yield_()
        yield
        MOMENT[0] = ""
        self.ctx.yield_()
        idling.enable_idling = True

    def opened(self):
        """Waits for the first picture, and pauses at the start; hands are quicker than a machine that still makes programs."""
        self.wait(lambda: self.window.projector is not None and self.window.projector.made >= 2 and self.window._warming.done)
        if self.session.clock.playing:
            self.key("Space")
        self.key("Home")

    def rested(self):
        """Waits until the pictures are as good as they get."""
        self.ctx.yield_(3)
        self.wait(lambda: self.window.rested)

    def views(self):
        """Of how many views through the lens each of the pictures, by slot, is the mean; 0 for one in one piece."""
        return {slot: plan.done for slot, plan in (self.session.screening._plans or {}).items() if plan.count}

    def settled(self):
        """Waits until depth and layers are those of the document."""
        self.ctx.yield_(2)
        self.wait(lambda: not self.session.layering.busy)

    def depth(self, u, v):
        """Metres at a place of the plate, as the window knows it."""
        plate = self.session.plate
        return plate.depth_at((u * plate.width, v * plate.height))

    def double_click(self):
        """The two clicks are frames apart, however long those take."""
        io = imgui.get_io()
        usual = io.mouse_single_click_delay, io.mouse_double_click_time
        io.mouse_single_click_delay, io.mouse_double_click_time = 6.0, 5.0
        self.ctx.mouse_double_click(0)
        self.ctx.yield_(3)
        io.mouse_double_click_time, io.mouse_single_click_delay = usual[::-1]

    def key(self, words):
        self.ctx.key_press(chord_of(words))
        self.ctx.yield_(2)

    def type(self, words):
        self.ctx.key_chars(words)
        self.ctx.yield_(2)

    def point(self, which, u, v):
        """The mouse to a place in picture A (0) or B (1)."""
        left, top, width, height = self.window.picture.rect(which)
        self.ctx.mouse_move_to_pos((left + u * width, top + v * height))

    def drag(self, which, start, end):
        self.point(which, *start)
        self.ctx.mouse_down()
        self.ctx.yield_(2)
        self.point(which, *end)
        self.ctx.yield_(2)
        self.ctx.mouse_up()
        self.ctx.yield_(2)

    def scrub(self, share):
        box = self.ctx.item_info(RULER).rect_full
        self.ctx.mouse_move_to_pos((box.min.x + share * (box.max.x - box.min.x), (box.min.y + box.max.y) / 2))
        self.ctx.mouse_click(0)
        self.ctx.yield_(2)

    def hold(self, key, seconds):
        self.ctx.key_down(key_of(key))
        self.last(seconds)
        self.ctx.key_up(key_of(key))
        self.ctx.yield_()

    def last(self, seconds):
        until = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > until)

    def wait(self, condition, seconds=100):
        until = time.monotonic() + seconds
        while not condition():
            if self.window._error is not None:
                raise self.window._error
            if time.monotonic() > until:
                raise TimeoutError
            if not MOMENT[0]:
                time.sleep(PAUSE)
            self.ctx.yield_()

    def move(self, name, **words):
        """Picks a move by its name, types its words, in their order, and has it done: all by keys."""
        self.key("Ctrl+M")
        self.pick(name, **words)

    def pick(self, name, **words):
        self.ctx.yield_(3)
        self.type(name)
        self.key("Enter")
        self.ctx.yield_(3)
        at = 0
        for word, value in words.items():
            for _ in range(MOVES[name].words.index(word) - at):
                self.key("Tab")
            at = MOVES[name].words.index(word)
            self.type(value)
        self.key("Enter")

    def take(self, name):
        return self.session.shot.take(name)


def first_start(me):
    """Nobody touches anything."""
    me.wait(lambda: me.window.projector is not None and me.window.projector.made >= 2)
    me.note("first")
    me.wait(lambda: not me.session.clock.playing)
    me.note("end")


def readme(me):
    """README's pictures, into FOLDER, of the bundled plate: A beside B through a lens, and A beside a take that was performed."""
    def keep(name, seconds):
        me.session.seek(seconds)
        me.ctx.mouse_move_to_pos((1270, 710))
        me.wait(lambda: not me.session.thinking)
        me.rested()
        me.session.say("")
        me.note(name)
        Image.open(me.folder / f"{name}.png").convert("RGB").save(me.folder / f"{name}.jpg", quality=88)

    me.opened()
    me.settled()
    for name in "AB":
        shot = edits.focus_on(edits.set_f_stop(me.session.shot, name, 2.0), name, "mira")
        me.session.edit(edits.rack_between(shot, name, "mira", "tom", 3), "Rack")
    keep("window", 2.9)
    me.key("Home")
    me.key("R")
    for key, seconds in (("D", 0.25), ("J", 0.12), ("W", 0.8)):
        me.hold(key, seconds)
    me.wait(lambda: not me.session.recording)
    me.key("Ctrl+K")
    me.wait(lambda: "keys became" in me.session.message)
    keep("takes", 2.9)


def lively(me):
    """What takes long, while the window goes on: opening, refining, screenshots, an export, another plate."""
    window, session = me.window, me.session
    with me.lively("opening"):
        me.wait(lambda: window.projector is not None and window.projector.made >= 2)
    with me.lively("playing"):
        me.last(1.0)
    me.key("Space")
    me.settled()
    me.report["proxied"] = window.projector.renderer._proxy is not None
    with me.lively("scrubbing"):
        until = time.monotonic() + 2
        me.wait(lambda: session.seek(2 + 1.9 * math.sin(3 * time.monotonic())) or time.monotonic() > until)
    with me.lively("resting"):
        me.rested()
    session.document.path = me.folder / "kept.json"      # screenshots go beside it
    with me.lively("screenshots"):
        for key in ("F12", "Shift+F12"):
            session.say("")
            me.key(key)
            if key == "F12":
                me.wait(lambda: session.doing == "keeping the picture")
            me.wait(lambda: "kept-" in session.message)
    me.point(0, 0.5, 0.5)
    with me.lively("focus"):
        me.ctx.mouse_click(0)
        me.rested()
    with me.lively("export"):
        window.export.start(str(me.folder / "film.mp4"), bokeh="off")
        me.wait(lambda: window.export.running is None or window.export.running.progress > 0)
        me.report["exported"] = window.export.running.progress
        me.key("Ctrl+.")
        me.wait(lambda: window.export.running is None)
    me.report["left"] = [path.name for path in me.folder.iterdir() if "film" in path.name]
    before = window.projector
    with me.lively("another"):
        window.open(bundled)
        me.wait(lambda: window.projector is not before and window.projector.made >= 2)
    layers = window.projector.layers
    high, wide = layers.atlas.shape[:2]
    large = 34_624_000           # pixels of what a photograph of twelve megapixels becomes: 277 MB
    atlas = np.zeros((high, large // high, 4), layers.atlas.dtype)
    atlas[:, :wide] = layers.atlas
    with me.lively("large"):
        window._arriving = window.projector.using(replace(layers, atlas=atlas))
        me.wait(lambda: window._arriving is None)
    me.rested()
    me.note("end")
    me.report["frames"] = FRAMES


def scrub(me):
    me.opened()
    me.scrub(0)
    me.note("start")
    me.scrub(0.75)
    me.note("later")
    box = me.ctx.item_info(RULER).rect_full
    me.ctx.mouse_move_to_pos((box.min.x + 10, box.min.y + 5))
    me.ctx.mouse_down()
    me.ctx.mouse_move_to_pos(((box.min.x + box.max.x) / 2, box.min.y + 5))
    me.note("dragging")
    late = []
    for step in range(20):
        me.ctx.mouse_move_to_pos(((box.min.x + box.max.x) / 2 + 4 * step, box.min.y + 5))
        late.append(me.window.projector.kept("A").camera != me.session.camera("A"))
    me.note("dragged", late=sum(late))
    me.ctx.mouse_up()
    me.key("Home")
    me.rested()
    me.session.say("")
    me.note("rested")


def unready(me):
    """The driver has no programs for the lens yet: a picture without blur until it has."""
    me.opened()
    me.rested()
    gate, window = threading.Event(), me.window
    window._warming = Job(lambda report: gate.wait(60))
    me.session.edit(edits.set_f_stop(me.session.shot, me.session.view.a, 1.4), "A lens")
    me.ctx.yield_(30)
    me.note("without", rested=window.rested, views=me.views())
    loupe(me, "loupe without")
    gate.set()
    me.rested()
    me.note("with", rested=window.rested, views=me.views())
    loupe(me, "loupe with")
    me.key("Shift+F8")
    me.rested()
    me.note("sharp", views=me.views())


def loupe(me, moment):
    """What it shows of the wall in A."""
    me.point(0, 0.15, 0.5)
    me.key("V")
    NEXT.append(lambda: Image.fromarray(me.window.projector.kept("loupe").picture).save(me.folder / f"{moment}.png"))
    me.wait(lambda: not NEXT)
    me.key("V")


def keys(me):
    me.opened()
    for name, key in (("end", "End"), ("home", "Home"), ("step", "Right"), ("back", "Left")):
        me.key(key)
        me.note(name)
    me.hold("Right", 1.5)
    me.note("held")
    me.key("Home")
    me.key("Space")
    me.ctx.yield_(8)
    me.note("played")
    me.key("Space")
    me.note("paused")
    me.ctx.yield_(8)
    me.note("still")
    me.ctx.item_click(PLAY)
    me.ctx.yield_(8)
    me.note("clicked")
    me.key("Space")  # and does not press the button that was clicked last as well
    me.note("spaced")


def compare(me):
    """Every way of comparing, by its key; the wipe is dragged."""
    me.opened()
    me.session.say("")
    me.key("End")
    for name, key in (("side by side", "F2"), ("A", "F1"), ("B", "Shift+F1"), ("difference", "Shift+F4"),
                      ("onion", "F5"), ("wipe", "F3")):
        me.key(key)
        me.rested()
        me.note(name)
    me.drag(0, (0.5, 0.5), (0.25, 0.5))
    me.rested()
    me.note("wiped", wipe=me.session.view.wipe.x)
    me.key("F4")
    for number in range(6):
        me.note(f"blink {number}")
        me.last(0.17 * number)      # out of step with what blinks
    me.key("F3")
    me.key("F6")
    me.key("F10")
    me.rested()
    me.session.say("")
    me.note("lines and marks")
    me.key("F1")
    for name, key in (("invented", "F7"), ("peaking", "F8"), ("zones", "F9")):
        me.key(key)
        me.rested()
        me.note(name)
        me.key(key)


def lenses(me):
    """Under the wipe a subject is marked where it is seen: with A's lens left of the line, with B's right of it."""
    session = me.session
    me.opened()
    shot = edits.add_subject(session.shot, Subject("edge", (96, 26, 104, 64), 1.0))
    shot = shot.with_take(replace(shot.take("B"), match=None))
    session.edit(edits.set_focal_length(shot, "B", 50.0), "Another lens")
    me.key("F3")
    me.key("F10")
    me.ctx.mouse_move_to_pos((5, 300))
    for x in (0.0, 0.64, 1.0):
        session.view = replace(session.view, wipe=Wipe(x, 0.95, 0.0))
        me.rested()
        session.say("")
        spots = {name: me.window.picture.spot(which, session.shot.plate.stage.point(96, 26, 1.0)) for which, name in enumerate("AB")}
        me.note(f"wiped {x:g}", spots=spots, named=me.window.picture.named)


def timeline(me):
    """Keys are set, dragged, eased, copied, deleted; and all of it undone."""
    me.opened()
    me.note("before")
    me.scrub(0.5)
    me.key("Enter")
    me.note("set")
    start = me.ctx.item_info("**/##key A 0 1").rect_full
    lane = me.ctx.item_info(RULER).rect_full
    quarter = (lane.max.x - lane.min.x) / 4
    middle = (start.min.x + start.max.x) / 2, (start.min.y + start.max.y) / 2
    me.ctx.mouse_move_to_pos(middle)
    me.ctx.mouse_down()
    me.ctx.mouse_move_to_pos((middle[0] - quarter / 2, middle[1]))
    me.key("Escape")
    me.ctx.mouse_up()
    me.note("given up")
    me.ctx.mouse_move_to_pos(middle)
    me.ctx.mouse_down()
    for part in (0.3, 0.6, 1.0):
        me.ctx.mouse_move_to_pos((middle[0] - part * quarter, middle[1]))
        me.ctx.yield_()
    me.ctx.mouse_up()
    me.note("dragged")
    me.key("Alt+5")
    me.note("held")
    me.key("Ctrl+C")
    me.key("Escape")
    me.key("Ctrl+C")
    me.note("none chosen")
    me.scrub(0.75)
    me.key("Ctrl+V")
    me.note("pasted")
    me.key("Delete")
    me.note("deleted")
    for _ in range(5):
        me.key("Ctrl+Z")
    me.note("undone")
    for _ in range(5):
        me.key("Ctrl+Shift+Z")
    me.note("redone")

    def hold(number, to):
        """A key taken to a time in small steps, and held there."""
        box = me.ctx.item_info(f"**/##key A 0 {number}").rect_full
        x, y = (box.min.x + box.max.x) / 2, (box.min.y + box.max.y) / 2
        me.ctx.mouse_move_to_pos((x, y))
        me.ctx.mouse_down()
        for part in range(1, 13):
            me.ctx.mouse_move_to_pos((x + part / 12 * (lane.min.x + to * quarter - x), y))
            me.ctx.yield_()

    hold(2, 1.0)
    me.note("over another")
    me.ctx.mouse_move_to_pos((lane.min.x + 0.5 * quarter, middle[1]))
    me.ctx.mouse_up()
    me.note("past it")
    hold(0, 1.0)
    me.ctx.mouse_up()
    me.note("replaced")
    for _ in range(2):
        me.key("Ctrl+Z")
    me.key("Ctrl+A")
    hold(0, 0.5)
    me.ctx.mouse_up()
    me.note("all of them")
    me.key("Ctrl+Z")
    me.ctx.mouse_move_to_pos((lane.min.x + 3 * quarter, middle[1]))
    me.double_click()
    me.note("double-clicked")
    hold(1, 1.5)
    me.key("Ctrl+D")
    me.ctx.mouse_move_to_pos((lane.min.x + 2 * quarter, middle[1]))
    me.ctx.mouse_up()
    me.note("duplicated meanwhile")


def easing(me):
    """The window of a key: its value, and its ease."""
    me.opened()
    key = me.ctx.item_info("**/##key A 0 0").rect_full
    me.ctx.mouse_move_to_pos(((key.min.x + key.max.x) / 2, (key.min.y + key.max.y) / 2))
    me.double_click()
    me.ctx.item_input_value("**/m##value", "-0.1")
    me.ctx.yield_(2)
    me.note("typed")
    handle = me.ctx.item_info("**/##handle 0").rect_full
    other = me.ctx.item_info("**/##handle 1").rect_full
    middle = lambda r: ((r.min.x + r.max.x) / 2, (r.min.y + r.max.y) / 2)
    (x, y), (x2, y2) = middle(handle), middle(other)
    x1, _, far, _ = CURVES["both"]
    wide, high = (x2 - x) / (far - x1), y - y2            # of the curve's unit square, on the screen
    me.ctx.mouse_move_to_pos((x, y))
    me.ctx.mouse_down()
    for part in (0.5, 1.0):
        me.ctx.mouse_move_to_pos((x + part * (0.8 - x1) * wide, y - part * 0.2 * high))
        me.ctx.yield_()
    me.ctx.mouse_up()
    me.rested()
    me.session.say("")
    me.note("eased")
    me.key("Escape")
    me.session.edit(edits.focus_on(me.session.shot, "A", "subject"), "Focus")
    me.ctx.yield_(2)
    key = me.ctx.item_info("**/##key A 1 0").rect_full
    me.ctx.mouse_move_to_pos(((key.min.x + key.max.x) / 2, (key.min.y + key.max.y) / 2))
    me.double_click()
    me.ctx.item_click("//$FOCUSED/##mark")
    me.ctx.yield_(2)
    for moment in ("marks", "no marks", "no window"):
        me.note(moment, editing=me.window.timeline.editing, selected=len(me.window.timeline.selected))
        me.key("Escape")
    me.key("Ctrl+Z")
    me.key("Ctrl+Z")
    me.note("undone")


def on_paper(me):
    """Every kind of mark over the picture, one after the other."""
    def only(name, **marks):
        me.session.view = replace(me.session.view, **{"mode": "A", "thirds": False, "marks": False, **marks})
        me.rested()
        me.session.say("")
        me.note(name)
    me.opened()
    for name in "AB":
        me.session.edit(edits.focus_on(edits.set_f_stop(me.session.shot, name, 8.0), name, "subject"), "Focus")
    me.key("Home")
    me.ctx.mouse_move_to_pos((10, 700))
    only("bare")
    only("thirds", thirds=True)
    only("marks", marks=True)
    only("wipe", mode="wipe")
    me.point(0, 0.55, 0.6)
    only("here")
    me.point(0, 0.1, 0.2)
    me.ctx.mouse_down()
    me.point(0, 0.3, 0.6)
    only("box")
    me.ctx.mouse_up()
    me.ctx.yield_(2)
    me.key("Escape")


def looping(me):
    """In and out points, loop and speed, by their keys."""
    me.opened()
    clock = lambda: {"span": [float(t) for t in me.session.clock.span], "loop": me.session.clock.loop,
                     "speed": me.session.clock.speed}
    me.scrub(0.25)
    me.key("[")
    me.scrub(0.5)
    me.key("]")
    me.key("Ctrl+L")
    me.key("=")
    me.note("set", **clock())
    me.key("Home")
    me.key("Space")
    times, until = [], time.monotonic() + 1.2
    me.wait(lambda: times.append(me.session.time) or time.monotonic() > until)
    me.note("looped", times=times)
    me.key("Space")
    me.key("\\")
    me.note("cleared", **clock())
    for moment in ("not cleared", "in alone", "undone"):
        me.key("Ctrl+Z")
        me.note(moment, **clock())


def picture(me):
    """In the picture: click to focus, box a subject, drag a rack, wheel the lens and the dolly."""
    me.opened()
    me.point(0, 0.5, 0.5)
    me.ctx.mouse_click(0)
    me.ctx.mouse_move_to_pos((10, 700))
    me.rested()
    me.note("focused", time=me.session.time, views=me.views())
    me.key("F9")
    me.rested()
    me.session.say("")
    me.note("zones")
    me.key("F9")
    me.drag(0, (0.05, 0.2), (0.2, 0.6))
    me.note("asking")
    me.key("Escape")
    me.note("given up")
    me.drag(0, (0.05, 0.2), (0.2, 0.6))
    me.key("Delete")
    me.key("Enter")
    me.key("R")
    me.note("refused", recording=me.session.recording)
    me.type("subject")
    me.key("Enter")
    me.note("taken already")
    me.type("wall")
    me.key("Enter")
    me.note("named")
    me.drag(0, (0.5, 0.5), (0.12, 0.4))
    me.note("racked")
    me.key("Ctrl+Z")
    me.key("F1")
    me.point(0, 0.9, 0.9)
    me.ctx.mouse_wheel_y(3)
    me.ctx.yield_(2)
    me.note("zoomed")
    me.ctx.key_down(imgui.Key.mod_ctrl)
    me.ctx.mouse_wheel_y(3)
    me.ctx.key_up(imgui.Key.mod_ctrl)
    me.ctx.yield_(2)
    me.note("dollied")
    me.key("Escape")
    me.note("escaped")
    me.key("V")
    me.note("loupe")
    me.key("Shift+3")
    for _ in range(2):
        me.drag(1, (0.25, 0.3), (0.25, 0.5))
    me.point(1, 0.7, 0.3)
    me.ctx.mouse_down()
    me.key("Escape")
    me.ctx.mouse_up()
    me.note("brushed")


def pressed(me):
    """The button goes down on something that is elsewhere when it is let go, as in a shot that plays; then the mouse is at the edge."""
    me.opened()
    session = me.session
    session.edit(edits.add_subject(session.shot, Subject("wall", (8.0, 18.0, 32.0, 54.0), 4.0)), "Subject wall")
    session.edit(edits.apply_move(session.shot, "A", "truck", amount="-0.3 m"), "Truck")

    def press_and_go(name, *end):
        session.seek(0)
        me.point(0, 0.5, 0.5)
        me.ctx.mouse_down()
        me.ctx.yield_(2)
        session.seek(session.shot.duration)
        me.ctx.yield_(2)
        if end:
            me.point(0, *end)
        me.ctx.mouse_up()
        me.ctx.yield_(2)
        me.note(name)
    press_and_go("clicked")
    me.key("Ctrl+Z")
    press_and_go("dragged", 0.2, 0.4)
    me.key("Escape")
    me.key("Home")
    for name, place in (("middle", (0.2, 0.2)), ("corner", (0.99, 0.98))):
        me.point(0, *place)
        me.rested()
        me.session.say("")
        me.note(name)
    me.drag(0, (0.3, 0.2), (0.7, 0.8))
    me.type("Mira")
    me.key("Enter")
    me.note("named")


def wheel(me):
    """The wheel zooms; what is done after it, or after a while, is another step."""
    me.opened()
    me.point(0, 0.9, 0.9)
    me.ctx.mouse_wheel_y(3)
    me.note("zoomed")
    me.point(0, 0.05, 0.2)
    me.ctx.mouse_down()
    me.point(0, 0.2, 0.6)
    me.key("Escape")
    me.ctx.mouse_up()
    me.note("given up")
    me.ctx.mouse_wheel_y(2)
    me.last(1.0)
    me.ctx.mouse_wheel_y(1)
    me.ctx.mouse_wheel_y(1)
    me.ctx.yield_(2)
    me.key("Ctrl+Z")
    me.note("last undone")
    me.key("Ctrl+Z")
    me.note("both undone")


def palette(me):
    """The list of keys, and an action found by name; a move is picked."""
    me.opened()
    me.key("?")
    me.session.say("")
    me.note("keys", unbound=me.window.commands.actions.unbound)
    me.key("Escape")
    me.key("Ctrl+P")
    me.type("differ")
    me.note("finding")
    me.key("Enter")
    me.note("found")
    me.key("Ctrl+P")
    me.type("push in")
    me.key("Enter")
    me.ctx.yield_(3)
    button, panel = me.ctx.item_info("//Moves/Do it").rect_full, me.ctx.window_info("//Moves").window.inner_clip_rect
    me.report["foot"] = panel.max.y - button.max.y
    me.key("Escape")
    me.move("truck", amount="0.5 m")
    me.settled()
    me.rested()
    me.wait(lambda: not me.session.thinking)
    me.session.say("")
    me.note("moved")
    me.session.clock = me.session.clock.pause().seek(2)
    me.key("Ctrl+Shift+M")
    me.pick("pan", amount="far")
    me.note("refused")
    me.type("10")       # in place of what was refused
    me.key("Enter")
    me.note("added")


def panels(me):
    """Panels that lie behind each other come to the front by their keys, and go where they are there already."""
    def see(name):
        me.ctx.yield_(3)
        me.note(name, front=[panel for panel in ("Lens", "Moves", "Advice") if me.window.in_front(panel)],
                types=imgui.get_io().want_text_input, rehearsing=me.window.rehearsal.on)

    me.opened()
    me.key("Ctrl+M")
    see("moves")
    me.key("Escape")
    me.key("Ctrl+Shift+L")
    see("lens")
    me.point(0, 0.5, 0.5)
    me.ctx.mouse_click(0)
    see("after a click")
    me.key("Ctrl+Shift+A")
    see("advice")
    me.key("Ctrl+Shift+A")
    see("no advice")
    me.key("Ctrl+Shift+L")
    me.move("push-in", seconds="3")
    see("back")
    me.key("Ctrl+Shift+L")
    me.ctx.yield_(3)
    me.key("Ctrl+Shift+L")
    see("no lens")
    me.point(0, 0.5, 0.5)
    me.ctx.mouse_click(0)
    see("without the keyboard")
    me.move("pan", amount="5")
    see("another")
    me.key("Ctrl+M")
    me.ctx.yield_(3)
    me.key("Ctrl+Shift+M")
    see("on top")
    me.key("Ctrl+M")
    see("gone")


def advice(me):
    """A push-in that goes too far: advice appears where it becomes true, and its remedy is a button."""
    me.opened()
    me.ctx.mouse_move_to_pos((5, 300))
    me.move("push-in", amount="1.2 m", seconds="4")
    me.key("Space")
    me.key("End")
    me.wait(lambda: me.session.advice and me.session.advice[0].remedies)
    me.rested()
    me.session.say("")
    me.note("advised", sentences=[c.advice.sentence for c in me.session.advice])
    me.key("Ctrl+Z")
    me.note("taken back")
    me.key("Ctrl+Y")
    me.wait(lambda: me.session.advised and me.session.advice and me.session.advice[0].remedies)
    me.ctx.item_click("//Pictures/###remedy")
    me.wait(lambda: not me.session.thinking)
    me.note("remedied", sentences=[c.advice.sentence for c in me.session.advice])


def mend(me):
    """The depth is given its scale, and mended with the brush and by a cut; all of it undone, done again, and saved."""
    me.opened()
    me.key("End")
    me.key("B")
    me.settled()
    me.note("opened", depth=me.depth(0.5, 0.5))
    me.key("Shift+1")
    for at, metres in (((0.5, 0.5), "2"), ((0.12, 0.4), "8,0 m")):
        me.point(1, *at)
        me.ctx.mouse_click(0)
        me.ctx.yield_(2)
        if metres == "2":
            me.type("abc")
            me.key("Enter")
            me.report["no length"] = me.session.message
        me.type(metres)      # in place of what was refused
        me.key("Enter")
        me.settled()
    me.note("scaled", depth=me.depth(0.5, 0.5), wall=me.depth(0.12, 0.4))
    me.key("Shift+3")
    for _ in range(2):
        me.key("Shift+=")
    for _ in range(3):
        me.key("Shift+]")
    me.point(1, 0.25, 0.2)
    me.ctx.mouse_down()
    for v in (0.3, 0.4, 0.5):
        me.point(1, 0.25, v)
        me.ctx.yield_(2)
    me.session.say("")       # what was said of the scale is there or gone by now, as fast as the machine is
    me.note("brushing", wall=me.depth(0.25, 0.4))
    me.ctx.mouse_up()
    me.settled()
    me.rested()
    me.note("brushed", wall=me.depth(0.25, 0.4))
    layering = me.session.layering
    layering.frame = lambda: None           # undone before the depth with it is there
    me.drag(1, (0.6, 0.15), (0.8, 0.15))
    me.key("Ctrl+Z")
    del layering.frame
    me.note("undone at once", map=bool((me.window.picture.mending._map.disparity == DepthMap(me.session.plate).disparity).all()))
    me.key("G")
    me.settled()
    me.rested()
    me.note("before", wall=me.depth(0.25, 0.4))
    me.key("G")
    me.key("Shift+7")
    me.drag(1, (0.25, 0.15), (0.75, 0.85))
    me.wait(lambda: len(me.session.shot.plate.adjustments.edits) == 2)
    me.settled()
    me.note("cut")
    for _ in range(4):
        me.key("Ctrl+Z")
    me.settled()
    me.note("undone", depth=me.depth(0.5, 0.5))
    for _ in range(4):
        me.key("Ctrl+Y")
    me.settled()
    me.key("Escape")
    me.note("left", wall=me.depth(0.25, 0.4), on=me.session.mends)
    me.key("Ctrl+S")
    me.ctx.key_press(imgui.Key.mod_ctrl | imgui.Key.a)
    me.type(str(me.folder / "kept.json"))
    me.key("Enter")
    me.note("saved")


def heights(me):
    """Somebody's height sets the scale, and the camera's travel goes along; what is behind a subject is made flat."""
    me.opened()
    me.key("End")
    me.rested()
    me.note("opened", depth=me.depth(0.5, 0.5), travel=me.session.figures("A")[1])
    me.key("Shift+2")
    me.drag(1, (0.4, 0.25), (0.6, 0.75))
    me.type("180")
    me.key("Enter")
    me.report["centimetres"] = me.session.message
    me.type("1.8")      # in place of what was refused
    me.key("Enter")
    me.settled()
    me.rested()
    me.note("told", depth=me.depth(0.5, 0.5), wall=me.depth(0.1, 0.5), travel=me.session.figures("A")[1])
    me.key("Shift+6")
    me.drag(1, (0.25, 0.15), (0.75, 0.85))
    me.wait(lambda: me.session.shot.plate.adjustments.edits)
    me.settled()
    me.note("flattened", column=[me.depth(0.3, v / 40) for v in range(8, 33)])
    me.key("Ctrl+Z")
    me.settled()
    me.note("rough", column=[me.depth(0.3, v / 40) for v in range(8, 33)])
    me.key("Ctrl+Z")
    me.settled()
    me.note("untold", depth=me.depth(0.5, 0.5))


def rehearse(me):
    """Held keys are the rig; what they do is recorded, smoothed, and thrown away."""
    me.opened()
    me.key("Tab")
    me.hold("D", 0.4)
    me.last(0.3)
    me.note("trucked", live=list(me.session.camera("A").position))
    me.key("Tab")
    me.report["left"] = me.session.saying
    me.key("R")
    me.hold("W", 0.7)
    me.session.say("")
    me.note("recording")
    me.hold("J", 0.5)
    me.key("1")
    me.last(0.6)
    me.key("R")
    me.note("recorded", end=list(me.session.performance("C").camera(99).position))
    me.key("Ctrl+K")
    me.wait(lambda: "keys became" in me.session.message)
    me.note("smoothed", end=list(me.session.performance("C").camera(99).position))
    me.key("Ctrl+Z")
    me.key("Ctrl+Z")
    me.note("thrown away")
    me.key("Tab")
    me.session.edit(edits.rename_take(me.session.shot, "A", "one"), "Rename take A")
    me.ctx.yield_(2)
    me.note("renamed", on=me.window.rehearsal.on)


def hands(me):
    """Both hands on the rig: keys with and without Shift, clicks and the wheel, a panel open beside it."""
    def see(name):
        me.ctx.yield_(2)
        me.wait(lambda: not me.window.rehearsal.moving)
        me.ctx.yield_(2)
        camera = me.session.camera("A")
        me.note(name, camera=[*camera.position, camera.focal_length, camera.focus_distance], mends=me.session.mends,
                recording=me.session.recording, types=imgui.get_io().want_text_input)

    me.opened()
    me.key("Ctrl+M")
    me.key("Escape")        # out of the panel's first field, which has the keyboard
    me.key("Tab")
    me.hold("W", 0.4)
    see("travelled")
    me.key("B")
    me.key("Shift+1")
    see("pulled")
    me.point(0, 0.12, 0.5)
    me.ctx.mouse_click(0)
    see("clicked")
    me.ctx.mouse_wheel_y(3)
    see("zoomed")
    me.ctx.key_down(imgui.Key.mod_shift)
    me.ctx.mouse_wheel_y(3)
    me.ctx.key_up(imgui.Key.mod_shift)
    see("dollied")
    me.key("Tab")
    me.key("End")
    me.key("Shift+R")       # Shift is no finer hand before the rig is taken up
    see("at the end")
    me.key("R")
    me.ctx.key_down(imgui.Key.mod_shift)
    me.hold("D", 0.4)
    me.note("under way", recording=me.session.recording)
    me.key("Shift+R")
    me.ctx.key_up(imgui.Key.mod_shift)
    me.note("recorded", recording=me.session.recording)


def recording(me):
    """Recordings that end in every way but the usual one: around a loop, by Home, by leaving, by opening something else."""
    files, session = me.window.files, me.session

    def end(name, how, key="W", **more):
        me.key("Home")
        me.key("R")
        me.hold(key, 0.8)
        how()
        me.ctx.yield_(3)
        me.note(name, asks=files.asks, recording=session.recording, steps=session.document.history.at, **more)

    me.opened()
    closed = []
    end("home", lambda: me.key("Home"))
    end("closed", lambda: NEXT.append(lambda: closed.append(files.may_close())), closed=closed)
    me.ctx.item_click("//Not saved yet/Cancel")
    session.document.save_as(me.folder / "kept.json")
    end("opened", lambda: files.dropped([str(me.folder / "other.exr")]))
    me.ctx.item_click("//Not saved yet/Cancel")
    session.clock = session.clock.with_out(0.5).looped()
    end("looped", lambda: (me.wait(lambda: 0.1 < session.time < 0.4), me.key("R")))
    me.key("Ctrl+Z")
    me.note("undone")


def rolling(me):
    """While a take is recorded, in slow motion, somebody is at the rack, the lens, the notes and Undo; then it is back to one."""
    session = me.session

    def tried(name):
        me.note(name, recording=session.recording, types=imgui.get_io().want_text_input)

    me.opened()
    me.drag(0, (0.05, 0.2), (0.2, 0.6))
    me.type("wall")
    me.key("Enter")
    session.edit(edits.rack_between(edits.set_f_stop(session.shot, "A", 2.8), "A", "subject", "wall", 1), "Rack")
    me.window.toggle("Lens")
    session.clock = session.clock.at_speed(0.1)
    me.key("Home")
    me.key("R")
    me.hold("W", 0.5)
    tried("rolling")
    box = me.ctx.item_info("**/##key A 1 1").rect_full
    x, y = (box.min.x + box.max.x) / 2, (box.min.y + box.max.y) / 2
    me.ctx.mouse_move_to_pos((x, y))
    me.ctx.mouse_down()
    for step in range(1, 5):
        me.ctx.mouse_move_to_pos((x + 20 * step, y))
        me.ctx.yield_()
    me.ctx.mouse_up()
    me.ctx.yield_(2)
    tried("rack dragged")
    me.ctx.item_input_value("//Lens/A/focal length", "50")
    tried("lens")
    me.ctx.item_click("//Lens/A/notes")
    me.type("faster")
    me.key("Escape")
    tried("notes")
    for name, key in (("undone", "Ctrl+Z"), ("another rig", "Ctrl+G"), ("thrown away", "Ctrl+Delete"), ("matched", "Ctrl+3")):
        session.say("")
        me.key(key)
        tried(name)
    for key in ("Ctrl+R", "Ctrl+Shift+T", "Ctrl+Shift+N", "Alt+F", "Alt+Enter", "Ctrl+N", "Ctrl+M", "Ctrl+Shift+M"):
        session.say("")
        me.key(key)
        tried(f"asked by {key}")
    session.say("")
    me.drag(0, (0.1, 0.3), (0.3, 0.7))
    tried("asked by a box")
    session.say("")
    me.ctx.mouse_move_to_pos((x, y))
    me.double_click()
    tried("asked by a key's window")
    session.say("")
    me.key("Ctrl+P")
    me.type("tracking")
    me.key("Enter")
    tried("asked by a move that is found")
    me.hold("D", 0.5)
    last = session.time
    me.key("Ctrl+Home")
    me.ctx.yield_(3)
    me.note("recorded", recording=session.recording, last=last)


def background(me):
    """A recording begins while something is made in the background: the layers of another scale, then fewer keys of a take."""
    session, rehearsal = me.session, me.window.rehearsal
    me.opened()
    me.settled()
    layering, projector = session.layering, me.window.projector
    session.clock = session.clock.looped()
    layering.edit(edits.tell_scale(session.shot, Anchor((80.0, 45.0), 2.0), session.plate), "Known distance")
    me.wait(lambda: session.plate.adjustments == layering.wanted)
    before = projector.changes
    me.key("R")
    me.hold("W", 0.3)
    me.wait(lambda: not layering.busy)
    me.note("filled", recording=session.recording, changes=projector.changes - before)
    me.key("R")
    me.note("recorded")
    NEXT.append(lambda: [session.act(name) for name in ("Smooth take", "Record")])     # within one frame: it may be done in the next
    me.wait(lambda: session.recording)
    me.hold("D", 0.3)
    me.wait(lambda: rehearsal._smoothing[1].done)
    me.last(0.3)
    me.note("smoothed", recording=session.recording)
    me.key("R")
    me.wait(lambda: "keys became" in session.message)
    me.note("taken")


def breathing(me):
    """A zoom and a pull are recorded through a lens that breathes, and played back."""
    session, seen = me.session, []
    me.opened()
    lens = Lens("a lens that breathes", (20, 100), (2, 22), 0.2, breathing=1.0)
    shot = edits.set_f_stop(edits.set_lens(session.shot, "A", lens), "A", 2.8)
    session.edit(edits.focus_on(shot, "A", 0.6), "A lens")

    def look():
        if session.recording and session.live:
            camera = session.camera("A")
            seen.append((session.time, camera.focal_length, camera.focus_distance, camera.f_stop))
        return not session.recording

    me.key("R")
    for keys in ("O", "OM", "M"):
        for key in keys:
            me.ctx.key_down(key_of(key))
        until = time.monotonic() + 0.5
        me.wait(lambda: look() or time.monotonic() > until)
        for key in keys:
            me.ctx.key_up(key_of(key))
    until = time.monotonic() + 0.3
    me.wait(lambda: look() or time.monotonic() > until)
    me.key("R")
    me.note("recorded", seen=seen)
    me.key("Ctrl+Z")
    me.key("Home")
    me.key("Tab")
    me.hold("M", 0.4)
    me.wait(lambda: not me.window.rehearsal.moving)
    held = session.camera("A")
    me.key("Enter")
    me.key("Tab")
    kept = session.performance("A").camera(0)
    me.note("key set", held=[held.focal_length, held.focus_distance, held.f_stop],
            kept=[kept.focal_length, kept.focus_distance, kept.f_stop])


def crash_recording(me):
    """Performs, and says so; whoever started this kills it then."""
    me.opened()
    me.key("R")
    me.ctx.key_down(imgui.Key.w)
    me.wait(lambda: me.session.time > 3)
    (me.folder / "performed").write_text(str(me.session.time))
    print("ready", flush=True)
    me.last(60)


def edited(me):
    """The take is edited while it is rehearsed: by its lens, by where it starts, by its rig, and back."""
    def see(name):
        me.ctx.yield_(3)
        camera = me.session.camera("A")
        me.note(name, camera=[*camera.position, camera.pan, camera.focal_length, camera.f_stop])

    def edit(change, *value):
        me.session.edit(change(me.session.shot, "A", *value), "Another")
    me.opened()
    me.key("Tab")
    me.hold("D", 0.4)
    me.wait(lambda: not me.window.rehearsal.moving)
    see("trucked")
    edit(edits.set_focal_length, 50.0)
    edit(edits.set_f_stop, 1.4)
    see("another lens")
    edit(edits.start_here, replace(me.take("A").camera, position=(0.0, 0.0, 300.0), pan=20.0))
    see("another start")
    for _ in range(3):
        me.key("Ctrl+Z")
    see("undone")
    edit(edits.set_rig, "slider")
    see("another rig")


def takes(me):
    """A pull in a tapped tempo to a mark by its number; takes as A or B, thrown away and back again."""
    me.opened()
    me.drag(0, (0.05, 0.2), (0.2, 0.6))
    me.type("wall")
    me.key("Enter")
    me.key("Tab")
    for _ in range(4):
        me.key("T")
        me.last(0.4)
    tapped = me.window.rehearsal.tempo.seconds
    me.key("R")
    me.last(0.3)
    me.key("2")
    me.last(tapped + 0.3)
    me.key("R")
    me.note("pulled", tapped=tapped)
    shown = lambda: [me.session.view.a, me.session.view.b]
    me.key("Ctrl+1")
    me.note("next as A", shown=shown())
    me.key("Ctrl+1")
    me.key("Ctrl+2")
    me.note("all three", shown=shown())
    me.session.view = replace(me.session.view, a="A", b="C")
    me.key("Ctrl+Delete")
    me.note("thrown away", shown=shown())
    me.key("Ctrl+Z")
    me.note("back", shown=shown())
    rehearsal, timeline = me.window.rehearsal, me.window.timeline
    me.session.view = replace(me.session.view, a="C", b="A")
    me.key("Ctrl+A")
    me.key("Ctrl+R")
    me.type("third")
    me.key("Enter")
    me.session.seek(0.5)
    me.key("Enter")
    me.note("renamed", shown=shown(), chosen=[[place.take, float(place.time)] for place in timeline.selected])
    me.key("Ctrl+Z")
    me.key("Delete")         # a key that has gone is chosen no longer
    me.note("nothing chosen")
    me.key("Ctrl+Z")
    me.note("named as before", shown=shown())
    me.key("R")
    me.key("Ctrl+1")
    me.note("shown no longer", on=rehearsal.on, takes=[take.name for take in me.session.shot.takes])
    me.key("Ctrl+1")
    me.key("Tab")
    me.hold("W", 0.2)
    me.key("Ctrl+1")
    me.note("left", on=rehearsal.on, live=[*me.session.live])


def controller(me):
    """A game controller, as GLFW's library tells of it: what is done with it is the rig's."""
    state = glfw._GLFWgamepadstate()
    state.axes[4] = state.axes[5] = -1.0           # where triggers rest
    glfw.joystick_present = glfw.joystick_is_gamepad = lambda number: number == glfw.JOYSTICK_2
    glfw.get_gamepad_state = lambda number: state

    def hold(axes=(), buttons=()):
        before = me.session.camera("A")
        for number, value in dict(axes).items():
            state.axes[number] = value
        for number in buttons:
            state.buttons[number] = 1
        me.last(0.5)
        for number in dict(axes):
            state.axes[number] = -1.0 if number > 3 else 0.0
        for number in buttons:
            state.buttons[number] = 0
        me.wait(lambda: not me.window.rehearsal.moving)
        me.ctx.yield_(2)
        after = me.session.camera("A")
        return {"position": [b - a for a, b in zip(before.position, after.position)], "pan": after.pan - before.pan,
                "tilt": after.tilt - before.tilt, "roll": after.roll - before.roll,
                "zoom": after.focal_length / before.focal_length, "focus": after.focus_distance / before.focus_distance}

    me.opened()
    hold({glfw.GAMEPAD_AXIS_LEFT_X: 1.0})
    me.note("before")                              # outside of rehearsal it does nothing
    me.key("Tab")
    axis = lambda name: getattr(glfw, f"GAMEPAD_AXIS_{name}")
    button = lambda name: getattr(glfw, f"GAMEPAD_BUTTON_{name}")
    done = {"rest": hold({axis("LEFT_X"): 0.1, axis("RIGHT_Y"): -0.1}),     # worn sticks
            "left stick": hold({axis("LEFT_X"): 0.8, axis("LEFT_Y"): -1.0}),
            "right stick": hold({axis("RIGHT_X"): 1.0, axis("RIGHT_Y"): 0.7}),
            "near": hold({axis("LEFT_TRIGGER"): 1.0}), "far": hold({axis("RIGHT_TRIGGER"): 0.5}),
            "zoom in": hold(buttons=[button("RIGHT_BUMPER")]), "zoom out": hold(buttons=[button("LEFT_BUMPER")]),
            "cross": hold(buttons=[button("DPAD_UP"), button("DPAD_LEFT")])}
    me.note("after", done=done)


def lost(me):
    """The graphics driver gives up in the middle of work."""
    me.opened()
    me.scrub(0.5)
    me.key("Enter")
    (me.folder / "crashed.json").write_text(dump(me.session.shot))

    def gone(*_, **__):
        raise moderngl.Error("the framebuffer is not complete")
    me.window.projector.renderer.render = gone
    me.session.seek(1.0)
    me.ctx.yield_(3)


def gone(me):
    """The context itself is gone: from now on OpenGL does nothing, as after a reset of the GPU, and nobody draws anything."""
    me.opened()
    me.scrub(0.5)
    me.key("Enter")
    (me.folder / "crashed.json").write_text(dump(me.session.shot))
    me.rested()
    NEXT.append(lambda: glfw.make_context_current(None))
    me.wait(lambda: not NEXT)
    me.ctx.yield_(3)


def full(me):
    """A disk that takes no more, and then does again."""
    import resource
    me.opened()
    me.session.document.path = me.folder / "kept.json"
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, most))      # bytes
    me.scrub(0.5)
    me.key("Enter")
    me.wait(lambda: "Autosave" in me.session.message)
    me.note("journal")
    for name, key in (("saving", "Ctrl+S"), ("picture", "Shift+F12")):
        me.session.say("")
        me.key(key)
        me.wait(lambda: "cannot be written" in me.session.message)
        me.note(name)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    me.key("Ctrl+S")
    me.note("saved")


def work(me):
    """Fifty steps, undone and done again; saved under a name; a plate that goes away meanwhile."""
    me.opened()
    begin = dump(me.session.shot)
    for number in range(50):
        me.session.seek(number / 24)
        me.window.timeline.selected = frozenset()
        me.ctx.key_press(imgui.Key.enter)
    me.note("fifty", steps=me.session.document.history.at)
    for _ in range(me.session.document.history.at):
        me.ctx.key_press(imgui.Key.mod_ctrl | imgui.Key.z)
    me.ctx.yield_(2)
    me.note("undone", same=dump(me.session.shot) == begin)
    for _ in range(50):
        me.ctx.key_press(imgui.Key.mod_ctrl | imgui.Key.y)
    me.ctx.yield_(2)
    for path in me.folder.glob("going.*"):
        path.write_bytes(path.read_bytes() + b" ")
    me.wait(lambda: "exchanged" in me.session.message)
    me.note("exchanged")
    for path in me.folder.glob("going.*"):
        path.unlink()
    me.wait(lambda: "has gone" in me.session.message)
    me.note("gone")
    me.key("Ctrl+S")
    me.type(str(me.folder / "nowhere" / "shot.json"))
    me.key("Enter")
    me.note("refused")
    me.key("Escape")
    me.key("Ctrl+S")
    me.ctx.key_press(imgui.Key.mod_ctrl | imgui.Key.a)
    me.type(str(me.folder / "kept.json"))
    me.key("Enter")
    me.note("saved")
    me.key("F12")
    me.wait(lambda: "kept-" in me.session.message)
    me.note("shot", files=[p.name for p in me.folder.glob("kept-*.png")])


def another(me):
    """Something else is opened: by a path that is typed, and by dropping; what cannot be opened changes nothing."""
    me.opened()
    before = me.window.projector
    me.key("Ctrl+O")
    me.type(str(me.folder / "missing.exr"))
    me.key("Enter")
    me.wait(lambda: "missing" in me.session.message)
    me.note("missing", kept=me.window.projector is before)
    me.window.files.dropped([str(me.folder / "broken.exr")])
    me.wait(lambda: "broken" in me.session.message)
    me.note("broken", kept=me.window.projector is before)
    me.key("R")
    me.window.files.dropped([str(me.folder / "other.exr")])
    me.wait(lambda: me.window.projector is not before)
    rehearses = me.window.rehearsal.on or me.session.recording or bool(me.session.live)
    me.opened()
    me.note("other", recent=[p.name for p in me.window.files.recent.paths()], rehearses=rehearses)
    me.key("Ctrl+O")
    me.ctx.item_click("//Open a shot or a plate/The bundled plate")
    me.ctx.yield_(2)
    me.note("bundled", asks=me.window.files.asks, opens=me.window._latest is bundled)     # which takes a while


def impatient(me):
    """The first plate takes long: all that needs no shot has its key, such as to open another one."""
    me.ctx.yield_(2)
    asked = []
    for key in ("Space", "?", "Ctrl+P", "Ctrl+O"):
        me.key(key)
        asked.append([me.session.message, me.window.commands.open, me.window.files.asks])
        if key != "Ctrl+O":
            me.key("Escape")
    me.report["asked"] = asked
    me.type(str(me.folder / "other.exr"))
    me.key("Enter")
    me.opened()
    me.note("opened")
    GATE.set()


GATE = threading.Event()
impatient.opening = lambda report: GATE.wait(60)      # from the first frame on: a small plate is there soon


def browse(me):
    """With the system's own file dialog: given up, a plate opened, the shot saved, and left open behind the question's back."""
    def ask(key, question):
        me.key(key)
        me.ctx.item_click(f"//{question}/Browse …")
        return person("search", "--sync", "--onlyvisible", "--class", "zenity")

    def person(*does):
        """Hands on the screen itself: the dialog is another program's."""
        hand = subprocess.Popen(["xdotool", *map(str, does)], stdout=subprocess.PIPE, text=True)
        me.wait(lambda: hand.poll() is not None, 20)
        return hand.stdout.read().split()[-1:]

    def enter(dialog, words):
        """A path into the dialog's field for its name."""
        person("mousemove", "--window", *dialog, 60, 60)      # without a window manager keys go to what is under it
        for step in (("windowfocus", *dialog), *words):
            person(*step)
            me.last(0.4)

    me.opened()
    files = me.window.files
    before = me.window.projector
    opening = ask("Ctrl+O", "Open a shot or a plate")
    Image.fromarray(look(os.environ["PUSHIN_TEST_SCREENS"])).save(me.folder / "dialog.png")
    enter(opening, [("key", "Escape")])
    me.wait(lambda: not me.window.browser.open)
    me.note("given up", asks=files.asks)
    me.key("Escape")
    opening = ask("Ctrl+O", "Open a shot or a plate")
    enter(opening, [("key", "ctrl+l"), ("key", "ctrl+a"), ("type", me.folder / "OTHER.EXR"), ("key", "Return")])
    me.wait(lambda: me.window.projector is not before)
    me.opened()
    me.note("opened", asks=files.asks)
    saving = ask("Ctrl+S", "Save the shot as")
    enter(saving, [("key", "ctrl+a"), ("type", me.folder / "kept.json"), ("key", "Return")])
    me.wait(lambda: me.session.document.path is not None)
    me.note("saved", asks=files.asks)
    ask("Ctrl+O", "Open a shot or a plate")
    with me.lively("cancelled"):
        me.key("Escape")
    me.note("cancelled", asks=files.asks, frames=FRAMES)


def typed(me):
    """Where the system has no file dialog, the path is typed; what is there already is not replaced unasked."""
    me.opened()
    me.key("Ctrl+O")
    me.session.say("")
    me.last(0.5)      # what is behind it grows dim
    me.note("open")
    me.key("Enter")
    me.note("no path", asks=me.window.files.asks)
    me.key("Escape")
    for moment, key in (("no place to open", "Ctrl+O"), ("no place to save", "Ctrl+S"), ("no place to export", "Ctrl+E")):
        for path in ("~nobody-of-this-name/x.mp4", "x" * 300 + ".mp4"):
            me.session.say("")
            me.key(key)
            if key == "Ctrl+E":
                me.ctx.item_click("//Export/##path")
            me.ctx.key_press(imgui.Key.mod_ctrl | imgui.Key.a)
            me.type(path)
            me.key("Enter")
            me.report.setdefault(moment, []).append(me.session.message)
            me.key("Escape")
            me.key("Escape")
    me.key("Ctrl+S")
    me.type(f"{me.folder}/")
    me.key("Enter")
    me.note("a folder", asks=me.window.files.asks)
    me.key("Escape")
    me.key("Ctrl+S")
    me.type(str(me.folder / "there.json"))
    me.key("Enter")
    me.note("asked", text=(me.folder / "there.json").read_text())
    me.ctx.item_click("//Save the shot as/Save")
    me.ctx.yield_(2)
    me.note("replaced")


def odd_places(me):
    """Files whose names are no text, or as long as can be; and a current folder that is there no more."""
    me.opened()
    files, before, long = me.window.files, me.window.projector, me.folder / f"{'x' * 250}.json"
    me.key("Ctrl+O")
    me.ctx.item_click("//Open a shot or a plate/Browse …")
    me.wait(lambda: not me.window.browser.open)
    me.note("chosen", asks=files.asks)
    me.key("Escape")
    files.dropped([os.fsdecode(bytes(me.folder) + b"/odd\xff.exr")])
    me.wait(lambda: "rename" in me.session.message)
    me.note("dropped", kept=me.window.projector is before)
    files.save_to(str(long))
    me.key("F12")
    me.wait(lambda: "cannot be written" in me.session.message)
    me.note("long")
    long.write_text(dump(replace(load(long), title="theirs")))
    me.key("Ctrl+S")
    me.key("Enter")                         # save under another name, which is too long in its turn
    me.key("Enter")
    me.note("longer", asks=files.asks)
    me.key("Escape")
    me.session.document.path = None
    (me.folder / "gone").mkdir()
    os.chdir(me.folder / "gone")
    (me.folder / "gone").rmdir()
    for key in ("Ctrl+O", "Ctrl+S", "Ctrl+E"):
        me.key(key)
        me.note(f"gone {key}", asks=[files.asks, me.window.export.asks], export=me.window.export._path)
        me.key("Escape")


def own_kit(me):
    """The user's kit has a mistake: it is said once, and the rest of the lens panel is as ever."""
    me.opened()
    me.window.toggle("Lens")
    me.wait(lambda: me.session.message.startswith("Your own kit"))
    me.note("shown")
    me.rested()
    me.session.say("")
    me.note("lens")
    me.ctx.item_click("//Lens/ratio")
    me.ctx.yield_(2)
    me.note("list")
    me.key("Escape")
    me.note("list given up")
    me.ctx.item_click("//Lens/ratio")
    me.ctx.item_click("//$FOCUSED/2.39")
    me.note("chosen")
    me.note("focal lengths", disabled=[bool(me.ctx.item_info(f"//Lens/{take}/focal length").item_flags
                                            & imgui.ItemFlags_.disabled) for take in "AB"])
    me.ctx.item_click("//Lens/A/notes")
    me.type("mind the lamp")
    me.scrub(0.5)
    me.note("noted")
    me.key("Ctrl+Z")
    me.note("not noted")
    me.key("Home")
    me.ctx.item_input_value("//Lens/A/focal length", "62.5")
    me.ctx.mouse_move_to_pos((5, 300))
    fields = [me.ctx.item_info(f"//Lens/{take}/focal length").rect_full for take in "AB"]
    me.note("follows", fields=[[box.min.x, box.min.y] for box in fields])
    for moment, focal in (("long", "5000"), ("short", "0")):
        me.ctx.item_input_value("//Lens/A/focal length", focal)
        me.note(moment)
    me.ctx.item_click("//Lens/remove##subject")
    me.note("removed")


def leaving(me):
    """Something else is opened with unsaved work; saved, given up half way, or thrown away, it is asked about once."""
    me.opened()
    before, files = me.window.projector, me.window.files
    me.scrub(0.5)
    me.key("Enter")
    me.key("Ctrl+O")
    me.type(str(me.folder / "missing.exr"))
    me.key("Enter")
    me.note("asked", asks=files.asks)
    me.key("Tab")
    me.key("Enter")                         # do not save
    me.wait(lambda: "missing" in me.session.message)
    me.note("failed")                       # what was not to be saved is still there, and still not saved
    me.key("Ctrl+Q")
    me.key("Enter")                         # save
    me.note("naming", asks=files.asks)
    me.key("Escape")                        # no name for it: the window stays …
    me.key("Ctrl+S")
    me.type(str(me.folder / "kept.json"))
    me.key("Enter")
    me.note("stayed")                       # … and does not close when it is saved later
    me.key("Delete")
    me.key("Ctrl+O")
    me.type(str(me.folder / "other.exr"))
    me.key("Enter")
    me.ctx.item_click("//Not saved yet/Save")
    me.wait(lambda: me.window.projector is not before)
    me.opened()
    me.note("other")
    recent = files.recent.paths()
    me.key("Ctrl+Shift+O")
    for _ in range(1 + [path.name for path in recent].index("kept.json")):
        me.key("Down")
    me.key("Enter")
    me.wait(lambda: me.session.document.path is not None)
    me.opened()
    me.note("recent")


def overtaken(me):
    """Somebody else saves to the same file meanwhile: kept beside that, then replaced, then opened after all."""
    me.opened()
    files, document = me.window.files, me.session.document
    kept = me.folder / "kept.json"

    def somebody(path, title):
        path.write_text(dump(replace(load(path), title=title)))
        me.scrub(0.5)
        me.key("Enter")
        me.key("Ctrl+S")
        me.ctx.yield_(2)

    me.key("Ctrl+S")
    me.key("Ctrl+A")
    me.type(str(kept))
    me.key("Enter")
    somebody(kept, "theirs")
    me.note("asked", asks=files.asks, title=load(kept).title)
    me.key("Enter")                         # save under another name, which is offered
    me.ctx.yield_(2)
    me.key("Enter")
    me.note("named", path=str(document.path), title=load(kept).title, saved=dump(load(document.path)))
    somebody(document.path, "once more theirs")
    me.ctx.item_click("//Saved by somebody else/Replace theirs")
    me.ctx.yield_(2)
    me.note("replaced", asks=files.asks, saved=dump(load(document.path)))
    me.key("Delete")
    somebody(document.path, "again theirs")
    me.ctx.item_click("//Saved by somebody else/Open theirs")
    me.ctx.yield_(2)
    me.note("theirs asked", asks=files.asks)
    before = me.window.projector
    me.ctx.item_click("//Not saved yet/Do not save")
    me.wait(lambda: me.window.projector is not before)
    me.opened()
    me.note("theirs")


def typing(me):
    """Saved and exported while a text field has the keyboard; what was typed stays."""
    me.opened()
    path = me.folder / "kept.json"
    me.key("Ctrl+S")
    me.key("Ctrl+A")
    me.type(str(path))
    me.key("Enter")
    me.key("Ctrl+Shift+L")
    me.ctx.yield_(3)
    me.ctx.item_click("//Lens/A/notes")
    me.type("mind the lamp")
    me.key("Ctrl+S")
    me.note("saved", notes=load(path).take("A").notes)
    me.key("Escape")
    me.note("left")
    me.key("Ctrl+M")
    me.ctx.yield_(3)
    me.type("push")
    me.key("Ctrl+A")                        # a use of the field's own
    me.key("Ctrl+E")
    me.ctx.yield_(3)
    me.note("exports", asks=me.window.export.asks, filter=me.window.moves._filter)


def meanwhile(me):
    """What is edited while something else is being opened is asked about, too."""
    me.opened()
    before, files, gate = me.window.projector, me.window.files, threading.Event()
    slowly = lambda report: gate.wait(60) and open_file(me.folder / "other.exr", report)
    NEXT.append(lambda: me.window.open(slowly))
    me.scrub(0.5)
    me.key("Enter")
    gate.set()
    me.wait(lambda: files.asks)
    me.note("asked", asks=files.asks, kept=me.window.projector is before)
    me.ctx.item_click("//Not saved yet/Cancel")
    me.last(0.5)
    me.note("stayed", kept=me.window.projector is before)
    NEXT.append(lambda: me.window.open(slowly))
    me.key("Delete")
    me.wait(lambda: files.asks)
    me.ctx.item_click("//Not saved yet/Do not save")
    me.wait(lambda: me.window.projector is not before)
    me.opened()
    me.note("other", asks=files.asks)


def reopen(me):
    me.opened()
    me.note("again")


def crash(me, seconds=2.0):
    """Works, and says so some seconds later; whoever started this kills it then."""
    me.opened()
    for share in (0.25, 0.5):
        me.scrub(share)
        me.key("Enter")
    if seconds:
        me.key("X")
    (me.folder / "crashed.json").write_text(dump(me.session.shot))
    me.last(seconds)
    print("ready", flush=True)
    me.last(60)


def crash_told(me):
    """The same with a known distance, far to the right, that the shot has followed."""
    me.opened()
    session = me.session
    session.layering.edit(edits.tell_scale(session.shot, Anchor((130.0, 45.0), 3.0), session.plate), "Known distance")
    me.settled()
    session.edit(replace(session.shot, title="kept"), "Title")
    session.document.journal.flush()
    print("ready", flush=True)
    me.last(60)


def cut_off(me):
    """The same without a moment between."""
    crash(me, 0.0)


def recover(me):
    me.wait(lambda: me.window.files.asks == "recover")
    me.ctx.yield_(2)
    me.ctx.item_click("//Unsaved work was found/###away")
    me.ctx.yield_(2)
    me.key("Enter")                         # restore
    me.wait(lambda: me.session.shot is not None and me.session.document.history.at > 0)
    me.opened()
    me.note("restored", steps=me.session.document.history.at, shown=me.session.view.takes)
    me.key("Ctrl+Z")
    me.note("undone")


def recover_early(me):
    """Restore is clicked while what the window was to begin with gets on the screen."""
    window, gate = me.window, threading.Event()
    show, open_found = window._show, files.open_found

    def slowly(opened):
        while not gate.is_set():
            yield
        yield from show(opened)

    def last(*args):
        while window._arriving is not None:
            time.sleep(0.01)
        return open_found(*args)
    window._show, files.open_found = slowly, last
    NEXT.append(lambda: window.open(window._first))
    me.wait(lambda: window._arriving is not None and window.files.asks == "recover")
    me.ctx.item_click("//Unsaved work was found/Restore")
    gate.set()
    me.wait(lambda: window._opening is None and window._arriving is None and me.session.shot is not None)
    me.opened()
    me.note("restored", steps=me.session.document.history.at)


def cannot_restore(me):
    """The plate of what a crash left has gone: the window goes on with what it was to begin with."""
    gate, first = threading.Event(), me.window._first
    me.window._first = lambda report: gate.wait(60) and first(report)
    NEXT.append(lambda: me.window.open(me.window._first))
    me.wait(lambda: me.window.files.asks == "recover" and not NEXT)
    me.ctx.item_click("//Unsaved work was found/Restore")
    me.wait(lambda: me.session.message)
    me.report["said"] = me.session.message
    gate.set()
    me.opened()
    me.note("refused")


def closing(me):
    """Closing with unsaved work asks."""
    me.opened()
    me.scrub(0.5)
    me.key("Enter")
    me.rested()
    assert not me.window.files.may_close()   # what the window's close button asks
    me.session.say("")
    me.last(0.5)      # what is behind it grows dim
    me.note("unsaved")
    me.ctx.item_click("//Not saved yet/Cancel")
    me.ctx.yield_(2)
    me.note("stayed", asks=me.window.files.asks)
    me.key("Ctrl+Q")
    me.report["closed"] = True
    me.ctx.item_click("//Not saved yet/Do not save")   # the last thing that this window does


def export(me):
    """A film, while the window plays on; another one is cancelled."""
    me.opened()
    me.session.edit(edits.retime_take(me.session.shot, "A", 2), "Two seconds")
    me.window.files.save_to(str(me.folder / "short.json"))
    me.key("Ctrl+E")
    me.ctx.key_press(imgui.Key.mod_ctrl | imgui.Key.a)
    me.ctx.item_input_value("//Export/##path", str(me.folder / "film.mp4"))
    me.key("Space")
    made, before = me.window.projector.made, me.window.projector
    me.wait(lambda: me.window.export.running is None)
    me.note("exported", played=me.window.projector.made - made)
    me.window.export.start(str(me.folder / "other.mp4"))
    me.key("Ctrl+.")
    me.wait(lambda: me.window.export.running is None)
    me.note("cancelled")
    me.key("Ctrl+E")
    me.ctx.item_click("//Export/Export")
    me.note("asked", asks=me.window.export.asks, running=me.window.export.running is not None)
    me.ctx.item_click("//Export/Export")
    me.ctx.yield_(2)
    me.note("insisted", asks=me.window.export.asks, running=me.window.export.running is not None)
    may_close = me.window.files.may_close()      # what the window's close button asks
    me.note("closing", asks=me.window.files.asks, may_close=may_close)
    me.ctx.item_click("//An export is running/Stay")
    me.key("Ctrl+Q")
    me.wait(lambda: me.window.files.asks)
    me.key("Escape")
    me.ctx.yield_(2)
    me.note("exporting on", asks=me.window.files.asks, running=me.window.export.running is not None)
    me.key("Ctrl+.")
    me.wait(lambda: me.window.export.running is None)
    (me.folder / "frames").mkdir()
    (me.folder / "frames" / "shot_A.0007.png").write_bytes(b"of yesterday")
    for moment in ("frames", "frames insisted"):
        me.session.attempt(lambda: me.window.export.start(str(me.folder / "frames") + "/", "A"))
        me.note(moment, running=me.window.export.running is not None)
    me.key("Ctrl+.")
    me.wait(lambda: me.window.export.running is None)
    me.window.files.dropped([str(me.folder / "other.exr")])
    me.wait(lambda: me.window.projector is not before)
    me.opened()
    me.key("Ctrl+E")
    for _ in range(20):
        me.session.edit(edits.duplicate_take(me.session.shot, "A"), "Duplicate take")
    me.ctx.yield_(2)
    me.ctx.item_click("//Export/##take")
    me.ctx.item_click("//$FOCUSED/take B")
    me.note("another", path=me.window.export._path, take=me.window.export._take,
            width=me.ctx.window_info("//Export").window.size.x)
    me.window.files.dropped([str(me.folder / "other.exr")])
    me.ctx.yield_(2)
    me.key("Escape")         # of two questions answers one
    me.note("still asked", asks=[me.window.files.asks, me.window.export.asks])


def export_by_keys(me):
    """Nobody has a mouse: a file is opened, a take exported and an export given up by keys; the system's dialog answers with
    what FOLDER/answer says."""
    export, files = me.window.export, me.window.files

    def press(*keys):
        for key in keys:
            me.key(key)
            me.ctx.yield_(2)

    def browse(answer):
        (me.folder / "answer").write_text(f"{answer}\n")
        press("Space")
        me.wait(lambda: not me.window.browser.open)
        me.ctx.yield_(3)

    me.opened()
    me.ctx.mouse_move_to_pos((5, 700))
    press("Ctrl+E", "Escape")
    me.note("closed", asks=export.asks)
    press("Ctrl+E")
    me.type("film.mp4")
    press("Tab")
    me.session.say("")
    me.last(0.5)      # what is behind it grows dim
    me.note("asked")
    press("Space", "Down", "Escape")
    me.note("given up", asks=export.asks, take=export._take)
    press("Space", "Down", "Enter")
    me.note("chosen", take=export._take)
    press("Tab", "Tab", "Tab", "Space", "Tab", "Tab")
    browse(str(me.folder / "film"))
    me.note("film", path=export._path, bokeh=export._bokeh)
    press("Tab", "Tab")
    me.type(str(me.folder) + "/")
    press("Tab", "Tab", "Tab", "Tab", "Tab", "Tab")
    browse(str(me.folder / "frames"))
    me.note("frames", path=export._path)
    press("Shift+Tab", "Enter")
    me.note("started", asks=export.asks, running=export.running is not None)
    me.key("Ctrl+.")
    me.wait(lambda: export.running is None)
    me.note("cancelled")
    press("Ctrl+E", *["Tab"] * 7, "Enter")
    me.note("left", asks=export.asks, running=export.running is not None)
    press("Ctrl+O", "Tab", "Tab")
    before = me.window.projector
    browse(str(me.folder / "other.exr"))
    me.wait(lambda: me.window.projector is not before)
    me.opened()
    me.note("opened", asks=files.asks)
    press("Space")
    me.note("played")


def export_mended(me):
    """Exports begin right after edits of the depth, or while the depth is shown without them."""
    sent, export, session = [], me.window.export, me.session
    exporting.exported = lambda plate, shot, *args, **words: sent.append((plate, shot))

    def send(name):
        export.start(str(me.folder / f"{name}.mp4"))
        me.wait(lambda: export.running is None)
        plate, shot = sent.pop()
        me.note(name, sent=dump(shot), depth=float(plate.depth_at((80, 10))), shown=me.depth(0.5, 1 / 9))

    me.opened()
    me.settled()
    session.layering.edit(edits.tell_scale(session.shot, Anchor((80.0, 45.0), 2.0), session.plate), "Known distance")
    send("scaled")
    me.settled()
    session.layering.edit(edits.add_repair(session.shot, Stroke(((80.0, 10.0), (90.0, 10.0)), 8.0, "nearer")), "Push nearer")
    send("brushed")
    me.window.picture.mending.before()
    me.settled()
    send("before")


def monitor(me):
    me.opened()
    me.key("Ctrl+F")
    me.rested()
    shown = me.window.monitor
    keep = lambda: Image.fromarray(shown._feed.screen.read(0, 0, *shown.size)).save(me.folder / "feed.png")
    shown._within(me.window.files.handle(), keep)
    me.note("open")
    me.key("Ctrl+F")
    me.note("closed", open=me.window.monitor.open)
    kept = []
    me.settled()        # better layers may want another program
    for _ in range(4):
        me.key("Ctrl+F")
        me.rested()
        me.key("Ctrl+F")
        NEXT.append(lambda: kept.append(programs(me.window._screen.context)))
        me.ctx.yield_(2)
    me.note("again", programs=kept[1:])


def second_screen(me):
    """A second screen: the director's monitor fills it, follows the work, and survives that it is unplugged."""
    path, first, second = os.environ["PUSHIN_TEST_SCREENS"], (0, 0, 1280, 720), (1280, 0, 1024, 768)
    monitor, session = me.window.monitor, me.session

    def see(name):
        me.rested()
        me.note(name, pointer=glfw.get_cursor_pos(me.window.files.handle()), feed=monitor.open and monitor.size)
        Image.fromarray(look(path)).save(me.folder / f"{name}, all screens.png")

    me.opened()
    session.edit(replace(session.shot, ratio=2.39), "Delivery ratio")
    see("before")
    me.key("Ctrl+F")
    see("start")
    me.scrub(0.75)
    see("later")
    me.key("F6")
    me.key("F6")
    see("bare")
    plug(path, first)
    me.wait(lambda: not monitor.open)
    see("unplugged")
    me.key("Ctrl+F")
    see("beside")
    plug(path, first, second)
    me.key("Ctrl+F")
    me.wait(lambda: len(glfw.get_monitors()) == 2)
    me.key("Ctrl+F")
    see("again")        # and the window closes with it


def resize(me):
    me.opened()
    me.key("End")
    for name, size in (("wide", (1280, 500)), ("tall", (700, 720)), ("small", (640, 480))):
        NEXT.append(lambda size=size: hello_imgui.change_window_size(size))
        me.last(0.4)
        me.rested()
        me.note(name)


def narrow(me):
    """Long names in windows of 640 and 800 pixels, while a take is recorded."""
    session = me.session
    me.opened()
    me.ctx.mouse_move_to_pos((5, 470))
    lens = Lens("Anamorphic zoom of the second unit", (20, 100), (2, 22), 0.2)
    for wide in (640, 800):
        NEXT.append(lambda: hello_imgui.change_window_size((wide, 600)))
        me.last(0.4)
        me.rested()
        session.say("")
        me.note(f"short {wide}")
        shot = edits.rename_take(session.shot, session.view.a, "The slow push to the table, once more")
        for name in session.view.takes:
            shot = edits.set_lens(shot, name.replace("A", "The slow push to the table, once more"), lens)
        session.edit(shot, "Long names")
        me.key("F3")
        me.rested()
        me.note(f"wipe {wide}")
        me.key("F10")
        named = []
        for x, y, angle in ((x, y, angle) for x in (0.1, 0.4, 0.6) for y in (0.1, 0.3, 0.5, 0.9) for angle in (0, 30, 90, 200)):
            session.view = replace(session.view, wipe=Wipe(x, y, angle))
            me.ctx.yield_(2)
            named.append(me.window.picture.named)
        me.report[f"named {wide}"] = named
        session.view = replace(session.view, wipe=Wipe())
        me.key("F10")
        me.key("F2")
        me.key("R")
        me.ctx.yield_(3)
        session.say("")
        lists = me.ctx.item_info("//Timeline/##mode" if wide == 640 else "//Timeline/##mode side by side").rect_full
        edges = [sum(me.window.picture.rect(which)[::2]) for which in (0, 1)]
        if wide == 640:
            left, _, width, _ = me.window.picture.room
            edges[1] = max(edges[1], left + width - 0.6 * imgui.get_font_size())
        me.note(f"long {wide}", modes=[lists.min.x, lists.min.y, lists.max.y], edges=edges)
        me.key("R")
        me.key("Ctrl+Z")
    me.key("Ctrl+M")
    me.ctx.yield_(3)
    me.type("push-in")
    me.key("Enter")
    me.ctx.yield_(3)
    narrower = lambda: imgui.internal.dock_builder_set_node_size(imgui.internal.find_window_by_name("Moves").dock_id, (150, 400))
    NEXT.append(narrower)
    me.last(0.4)
    me.report["words"] = [me.ctx.item_info(f"//Moves/{word}").rect_full.max.x + style.wide(word) for word in MOVES["push-in"].words]
    me.report["words end"] = imgui.internal.find_window_by_name("Moves").content_region_rect.max.x


def cramped(me):
    """Questions about a shot with a long name, in a small window; and one whose answer is refused."""
    def see(name):
        me.ctx.yield_(3)
        window = me.ctx.window_info("//$FOCUSED").window
        padding = 2 * window.window_padding.x
        me.note(name, window=[*window.pos, *window.size], wide=window.content_size.x + padding)

    me.opened()
    NEXT.append(lambda: hello_imgui.change_window_size((640, 400)))
    me.last(0.4)
    path = me.folder / f"Show_{'S01E03_Sc042_Take07_' * 4}approved.json"
    me.window.files.save_to(str(path))
    me.scrub(0.5)
    me.key("Enter")
    me.session.say("")
    me.key("Ctrl+Q")
    see("unsaved")
    me.key("Escape")
    path.write_text(dump(replace(load(path), title="theirs")))
    me.key("Ctrl+S")
    see("overtaken")
    me.key("Escape")
    me.key("Ctrl+O")
    see("open")
    me.key("Escape")
    me.session.edit(edits.rename_take(me.session.shot, "A", "The slow push to the table, once more"), "Rename")
    me.key("Alt+Enter")
    me.type("zoon")
    me.key("Enter")
    see("refused")
    me.session.say("")
    see("unsaid")


def hashes(me):
    """Names with the signs by which Dear ImGui parts a label from its id, wherever there are names."""
    typed = style.as_typed

    def see(name, words, item, indent=0.0):
        """Where words are to end that begin some text sizes into an item."""
        box = me.ctx.item_info(item).rect_full
        me.note(name, top=box.min.y, foot=box.max.y, begin=box.min.x + indent * imgui.get_font_size(), wide=style.wide(words))

    def rename(to):
        me.key("Ctrl+R")
        me.key("Ctrl+A")
        me.type(to)
        me.key("Enter")

    me.opened()
    me.drag(0, (0.05, 0.2), (0.2, 0.6))
    me.type("a##wall")
    me.key("Enter")
    rename("So##push#")
    me.session.view = replace(me.session.view, a="B", b="So##push#")
    rename("C###9 %s")
    me.session.view = replace(me.session.view, a="So##push#", b="C###9 %s")
    me.window.toggle("Lens")
    me.ctx.yield_(3)
    me.note("named", takes=[take.name for take in me.session.shot.takes], subjects=[s.name for s in me.session.shot.subjects])
    me.ctx.item_click(f"//Lens/A##a {typed('C###9 %s')}")       # a button of its own for each
    me.note("shown", a=me.session.view.a)
    me.ctx.item_click(f"//Lens/A##a {typed('So##push#')}")
    me.window.toggle("Lens")
    me.key("Ctrl+M")
    me.ctx.yield_(3)
    for which, name in enumerate(me.session.view.takes):
        see(f"into {which}", name, f"//Moves/{typed(name)}##into {which}", 1.5)
    me.key("Ctrl+M")
    me.session.edit(edits.focus_on(edits.set_f_stop(me.session.shot, "So##push#", 2.8), "So##push#", "a##wall"), "Focus")
    me.ctx.yield_(3)
    key = me.ctx.item_info(f"**/##key {typed('So##push#')} 1 0").rect_full
    me.ctx.mouse_move_to_pos(((key.min.x + key.max.x) / 2, (key.min.y + key.max.y) / 2))
    me.double_click()
    see("mark", "a##wall", "//$FOCUSED/##mark")
    me.key("Escape")
    me.key("Ctrl+E")
    see("export", "take So##push#", "//Export/##take")
    me.ctx.item_click("//Export/##take")
    for take in me.session.shot.takes:
        see(f"export {take.name[:3]}", f"take {take.name}", f"//$FOCUSED/{typed(f'take {take.name}')}")


def letters(me):
    """A take has a name in letters that the window's own typeface lacks."""
    me.opened()
    me.key("Ctrl+R")
    me.type("Ա鷗写真")
    me.key("Enter")
    me.key("Ctrl+Shift+L")
    me.ctx.yield_(3)
    there = [[letter for letter in "Ա鷗" if font.get_font_baked(style.TEXT_SIZE).find_glyph_no_fallback(ord(letter))]
             for font in (style.FONTS.regular, style.FONTS.bold)]
    me.note("named", there=there, takes=[take.name for take in me.session.shot.takes])


LAST = [0.0, 0.0, 0.0]


def begin_frame():
    """Called by the window, on its own thread."""
    if NEXT:
        NEXT.pop()()
    now = time.perf_counter(), time.process_time(), time.thread_time()
    FRAMES.append((MOMENT[0], *(b - a for a, b in zip(LAST, now))))
    LAST[:] = now


def before_swap(window):
    """Called with all of a frame drawn, before it is shown."""
    if WANTED:
        io = imgui.get_io()
        size = [round(side * scale) for side, scale in zip(io.display_size, io.display_framebuffer_scale)]
        with suppress(OSError):       # the disk may be full, and meant to be
            Image.fromarray(window._screen.read(0, 0, *size)).save(WANTED.pop(), compress_level=1)


def main(scenario, folder, scale, *words):
    args = _parser("open").parse_args(["open", *words])
    window = Window(getattr(globals()[scenario], "opening", opening(args)))
    window.params.dpi_aware_params.dpi_window_size_factor = float(scale)
    window.params.callbacks.pre_new_frame = begin_frame
    kept = window.params.callbacks.before_swap
    window.params.callbacks.before_swap = lambda: (kept(), before_swap(window))
    people = []

    def play(ctx):
        ctx.set_ref("")
        test_engine.get_io(ctx.engine).config_watchdog_kill_test = 140.0    # seconds: a busy machine takes its time
        people.append(Person(ctx, window, Path(folder)))
        globals()[scenario](people[0])

    try:
        window.run(lambda params: testing.run(test_function=play, runner_params=params))
    except RuntimeError as error:
        if "exited before the test finished" not in str(error):
            raise
        try:
            window.ended()
        except PushinError as failure:
            people[0].report["failed"] = str(failure)
        if not people[0].report.keys() & {"closed", "failed"}:
            raise
    (Path(folder) / "report.json").write_text(json.dumps(people[0].report))


if __name__ == "__main__":
    main(*sys.argv[1:])
