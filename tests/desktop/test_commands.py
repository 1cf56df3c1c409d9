"""What the window's actions do to the shot, without a window."""
import math
import time
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from imgui_bundle import imgui

from viewer.cli import _parser
from viewer.cli.open import opening
from viewer.desktop import style
from viewer.desktop.layering import Layering
from viewer.desktop.timeline import said
from viewer.desktop.window import Window
from viewer.errors import PushinError
from viewer.rehearsal import edits
from viewer.rehearsal.background import Counsel
from viewer.rehearsal.document import Document
from viewer.render.compare import Layout
from viewer.shots.advice import Advice
from viewer.shots.framing import SIZES, Subject
from viewer.shots.kit import Lens
from viewer.shots.moves import MOVES
from viewer.shots.timeline import Key, Track, seconds, snapped


@pytest.fixture
def window(small_plate, tmp_path, monkeypatch):
    """A window that is never shown, with the small plate."""
    monkeypatch.setenv("PUSHIN_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("PUSHIN_CONFIG", str(tmp_path / "config"))
    words = ["open", str(small_plate), "--focal-length", "35", "--subject", "80,45"]
    opened = opening(_parser("open").parse_args(words))(lambda *progress: None)
    window = Window(lambda report: opened)
    window.session.begin(opened, Document(opened.shot))
    window.session.layering = Layering(window.session, None, opened)
    yield window
    window.session.layering.end()


def test_frames_of_a_take_with_an_odd_name_are_not_replaced_unasked(window, tmp_path):
    window.session.edit(edits.rename_take(window.session.shot, "A", "the push [1]"), "Rename take A")
    (tmp_path / "shot_the_push_1_.0001.png").write_bytes(b"of yesterday")
    with pytest.raises(PushinError, match="holds frames of this take already"):
        window.export.start(f"{tmp_path}/", "the push [1]")


def test_a_film_is_offered_beside_the_shot_and_called_as_it_is(window, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    window.export.ask()
    assert window.export._path == str(tmp_path / "shot.mp4")
    window.export._path = "elsewhere.mov"
    window.export.ask()
    assert window.export._path == "elsewhere.mov"       # where the last one went
    window.files.save_to(str(tmp_path / "sc42.json"))
    window.export.ask()
    assert window.export._path == str(tmp_path / "sc42.mp4")


def test_a_move_is_added_at_the_very_frame_of_the_playhead(window):
    session = window.session
    session.edit(replace(edits.retime_take(session.shot, "A", 150), fps=Fraction(30000, 1001)), "A long take")
    for frame in (0, 1, 373, 4321):
        session.seek(Fraction(frame) / session.shot.fps)
        window.commands.act("Add a move")
        window.moves.pick(MOVES["pan"])
        assert snapped(window.moves._words["at"], session.shot.fps) == session.frame_time == Fraction(frame) / session.shot.fps


@pytest.mark.parametrize("said, name, up", [("crane down", "boom", -0.3), ("crane", "boom", 0.3), ("push in", "push-in", None)])
def test_a_move_goes_the_way_that_was_said(window, said, name, up):
    session = window.session
    pick = next(does for found, *_, does in window.commands._found(said) if found == name)
    pick()
    window.moves.apply()
    (track,) = session.shot.take("A").timeline.tracks
    assert (track.keys[-1].value == pytest.approx(up)) if up else track.channel == "z"


def test_a_matched_take_says_whom_it_matches_and_how_far(window):
    session = window.session
    session.edit(replace(session.shot, subjects=(*session.shot.subjects, Subject("wall", (100, 10, 150, 80), 4.0))), "One more")
    line = lambda: session.take_line(session.shot.take("B"))
    assert line() == "matched zoom, subject as in A"
    session.edit(edits.replace_moves(session.shot, "A", "push-in", subject="wall", amount="10%"), "To the wall")
    assert line() == "matched zoom, wall as in A"
    session.edit(edits.replace_moves(session.shot, "A", "pull-out", subject="subject", amount="900%"), "Far away")
    assert line().startswith("matched zoom, subject as in A, but not from ")


def test_what_does_not_work_is_said_of_what_is_seen(window):
    warn = lambda take, time, works=False: Counsel(take, Advice("speed", works, time, "", ""), ())
    window.session.advice = everything = (warn("A", 0), warn("B", 0), warn("A", 100), warn("A", 0, works=True))
    assert [window.advice.due(shown) for shown in ((0,), (1,), (0, 1))] == [[everything[0]], [everything[1]], [*everything[:2]]]


def test_the_lens_is_worked_by_keys(window):
    act, session = window.commands.act, window.session
    take = lambda: session.shot.take("A")
    stops = []
    for name in ("Wider stop", "Wider stop", "Narrower stop", "Narrower stop"):
        act(name)
        stops.append(take().camera.f_stop)
    assert stops == [2.8, 2.5, 2.8, 3.2]           # a pinhole gets a usual stop first
    while take().camera.f_stop is not None:
        before = take().camera.f_stop
        act("Narrower stop")
    assert before == 22                            # beyond which all is sharp
    act("Narrower stop")
    assert take().camera.f_stop is None            # for however long the key is held
    act("Wider stop")
    assert take().camera.f_stop == 22              # one step back
    kit = window.lens.kit
    act("Next lens")
    assert take().lens == kit.lenses[0]
    for _ in range(2):
        act("Previous lens")
    assert take().lens == kit.lenses[-1]
    act("Undo")
    assert take().lens is None                     # any, which comes before the first


def test_the_iris_goes_as_far_as_the_lens(window):
    """To its own ends, though they are no thirds of a stop."""
    session, act = window.session, window.commands.act
    lens = Lens("slow", (20.0, 100.0), (2.3, 15.0), 0.2)
    session.edit(edits.set_f_stop(edits.set_lens(session.shot, "A", lens), "A", None), "Slow")
    reached = []
    for name in ["Wider stop"] * 30 + ["Narrower stop"] * 30:
        act(name)
        reached.append(session.shot.take("A").camera.f_stop)
    assert reached[0] == 2.8 and reached[29] == min(reached) == 2.3 and reached[59] == max(reached) == 15
    assert reached[2:32] == [2.3] * 28 + [2.5, 2.8]
    session.edit(edits.set_f_stop(session.shot, "A", None), "Pinhole")
    act("Wider stop")
    assert session.shot.take("A").camera.f_stop == 15      # as it was before


@pytest.mark.parametrize("typed, known", [("50", 50), ("85 mm", 85), ("5 m", None), ("4000", None), ("long", None)])
def test_a_focal_length_is_typed(window, typed, known):
    window.commands.act("Focal length")
    assert window.commands.open == "question"
    done = window.session.attempt(lambda: window.commands._then(typed))
    assert done == bool(known) and window.session.shot.take("A").camera.focal_length == (known or 35)
    assert done or window.session.message == f"'{typed}' is not a focal length; write millimetres from 8 to 400."


def test_the_wheel_stays_within_the_lens(window):
    """And within what a lens may be where it has no name; what is outside of that already goes no farther."""
    session, tools = window.session, window.picture.tools
    focal = lambda: session.shot.take("A").camera.focal_length

    def turned(notches):
        session.say("")
        session.attempt(lambda: tools._wheel(0, notches, False))
        return focal(), session.message

    assert turned(300) == (400, "") and turned(1) == (400, "A lens goes from 8 to 400 mm, and no farther.")
    assert turned(-300) == (8, "") and turned(-1)[0] == 8
    session.edit(edits.set_focal_length(session.shot, "A", 600.0), "Of a file")
    assert turned(1)[0] == 600 and 400 < turned(-1)[0] < 600
    zoom, prime = (next(lens for lens in window.lens.kit.lenses if lens.is_zoom is zooms) for zooms in (True, False))
    for lens, ends in ((zoom, zoom.focal_length), (prime, prime.focal_length)):
        session.edit(edits.set_lens(session.shot, "A", lens), "Lens")
        assert (turned(300)[0], turned(-600)[0]) == (ends[1], ends[0])
    assert turned(1)[1] == f"The {prime.name} is no zoom; with Ctrl the wheel moves the dolly."
    window.commands.act("Focal length")
    assert not session.attempt(lambda: window.commands._then(f"{prime.focal_length[0] + 10:g}")) and focal() == prime.focal_length[0]
    assert session.message.endswith(f"the {prime.name} has {prime.focal_length[0]:g} mm and no other.")


@pytest.mark.parametrize("xy, mark", [((80, 45), "subject"), ((60, 30), "subject"), ((102, 63), "subject"), ((50, 45), 4.0)])
def test_a_click_on_what_the_take_is_about_follows_it(window, xy, mark):
    """Also beside the box of a subject that nobody has named, on the same surface; and not behind that."""
    tools = window.picture.tools
    tools.focus("A", tools.see(0, (xy[0] + 0.5) / 160, (xy[1] + 0.5) / 90))
    take = window.session.shot.take("A")
    track = take.timeline.track("focus_distance")
    assert (track.keys[0].value if track else take.camera.focus_distance) == mark


def test_shot_sizes_of_nobody_are_a_guess_and_it_is_said(window):
    session, moves = window.session, window.moves
    sizes = lambda: {size.name for size in SIZES} & {value for _, value in session.figures("A")}
    assert not sizes()
    moves._picked, moves._words = "push-in", {"start": "full", "end": "medium"}
    moves.apply()
    assert session.message.startswith("Shot sizes are a guess where nobody is named")
    session.say("")
    session.edit(edits.name_subject(session.shot, Subject("Mira", (70, 26, 90, 64), 1.0, "person")), "Subject Mira")
    moves.apply()
    assert session.message == "" and sizes() == {"full"}


def test_a_lane_is_added_by_its_name(window):
    """Of anything that a key can hold, the iris of a pinhole too; one step to undo each."""
    session = window.session
    window.commands.act("New take")
    name, before = session.shot.takes[-1].name, session.shot
    session.view = replace(session.view, a=name)
    for word in ("pan", "Iris ", "zoom"):
        window.commands.act("Add a lane")
        assert session.attempt(lambda: window.commands._then(word))
    assert {track.channel for track in session.shot.take(name).timeline.tracks} >= {"pan", "f_stop", "focal_length"}
    assert not session.attempt(lambda: window.commands._then("sideways")) and "no lane called 'sideways'" in session.message
    for _ in range(3):
        window.commands.act("Undo")
    assert session.shot == before


def test_the_rest_of_the_lens_panel_is_worked_by_keys(window):
    act, session = window.commands.act, window.session
    before = session.shot
    ratios = []
    for _ in range(len(window.lens.kit.ratios) + 1):
        act("Next delivery ratio")
        ratios.append(session.shot.ratio)
    assert ratios == [*(ratio.ratio for ratio in window.lens.kit.ratios), None]
    act("Notes")
    window.commands._then("mind the lamp")
    window.commands.open = ""
    assert session.shot.take("A").notes == "mind the lamp"
    assert session.shot.take("B").match
    act("Free from match")
    assert session.shot.take("B").match is None
    act("Free from match")
    assert "matched" in session.message
    act("Remove subject")
    assert session.shot.subjects == () and "brings it back" in session.message
    while session.shot != before:
        assert session.document.undo()
    act("Free from match")
    session.edit(edits.match_take(session.shot, "A", "B", "subject", "zoom"), "Match A to B")
    act("Focal length")
    assert "follows" in session.message and window.commands.open == ""


def test_the_wipe_is_moved_by_keys(window):
    act, view = window.commands.act, lambda: window.session.view
    act("Wipe left")
    assert view().mode == "wipe" and view().wipe.x == pytest.approx(0.48)
    for _ in range(40):
        act("Wipe right")
    act("Turn the wipe")
    assert view().wipe.x == 1 and view().wipe.angle == 5


def test_what_is_seen_stays_when_a_take_is_retimed(window):
    """The playhead and what is played between go along with the keys."""
    act, session = window.commands.act, window.session
    session.seek(1)
    act("In point here")
    session.seek(3)
    camera = session.camera("A")
    act("Retime take")
    window.commands._then("6")
    assert (session.time, session.camera("A").position) == (4.5, pytest.approx(camera.position, abs=0.02))
    assert [float(t) for t in session.clock.span] == [1.5, 6]
    session.edit(edits.end_take(edits.add_take(session.shot, "C"), "C", 3), "A short one")
    session.view = replace(session.view, a="C")
    act("Retime take")
    window.commands._then("2")
    assert session.time == 4.5          # where that take is over


def test_undo_and_redo_of_everything_show_the_takes_that_were_shown(window):
    act, session = window.commands.act, window.session
    act("Duplicate take")
    act("New take")
    assert session.view.takes == ("A", "D")
    session.view = replace(session.view, b="B")
    act("Wider stop")
    session.view = replace(session.view, a="B", b="C")
    done = session.shot
    for _ in range(3):
        act("Undo")
    assert session.view.takes == ("A", "B")
    for _ in range(3):
        act("Redo")
    assert session.shot is done and session.view.takes == ("B", "C")
    act("New take")
    assert session.view.takes == ("B", "E")
    act("Undo")
    assert session.view.takes == ("B", "C")         # and not D, which is the latest
    act("Redo")
    session.view = replace(session.view, a="A", b="B")
    for step in ("Undo", "Redo"):
        act(step)
        assert session.view.takes == ("A", "B")     # nothing comes in place of what is there still


def test_it_is_told_which_take_loses_its_match(window):
    act, session = window.commands.act, window.session
    act("Swap A and B")
    act("Throw take away")
    assert session.message.startswith("Take A is thrown away, and B matches no other take any more; ")
    act("Undo")
    act("New take")
    act("Throw take away")
    assert session.message.startswith("Take C is thrown away; ")
    act("Remove subject")
    assert session.message.startswith("subject is removed, and B matches no other take any more; ")


def test_remedies_are_followed_one_or_the_other(window):
    session = window.session
    session.edit(edits.retime_take(session.shot, "A", seconds("0.3")), "A push-in that no dolly makes")
    window.commands.act("Apply the remedy")
    assert "under way" in session.message          # and not that there is none
    end, too_fast = time.monotonic() + 60, session.shot
    while session.thinking:
        assert time.monotonic() < end
        session.consult()
        time.sleep(0.002)
    first, second = [remedy for counsel in session.advice for remedy in counsel.remedies][:2]
    window.commands.act("Apply the other remedy")
    assert session.shot == second.shot != too_fast
    window.commands.act("Undo")
    assert session.shot is too_fast
    window.commands.act("Apply the remedy")
    assert session.shot == first.shot != second.shot


def test_the_mouse_over_pictures_of_unlike_shape(window):
    """An anamorphic A under the wipe: each side is the picture that is seen there, and figures stand below both."""
    context, picture, session = imgui.create_context(), window.picture, window.session
    try:
        picture.room, picture.place = (0, 0, 400, 300), Layout((400, 300), (0, 100, 400, 100), (100, 50, 200, 200))
        session.view = replace(session.view, mode="wipe")
        assert [picture.under(x, 150) for x in (150, 250, 350)] == [(0, 0.375, 0.5), (1, 0.75, 0.5), (0, 0.875, 0.5)]
        assert picture.under(250, 60) == (1, 0.75, 0.05) and picture.under(50, 60) is None
        assert picture.foot(0) == picture.foot(1) == 250
        session.view = replace(session.view, mode="side by side")
        assert (picture.foot(0), picture.foot(1)) == (200, 250)
    finally:
        imgui.destroy_context(context)


def test_nothing_beside_the_pictures_tints_them():
    """Not even what is drawn only while the mouse is over it, such as the edges of panels."""
    context = imgui.create_context()
    style.apply()
    colours = {index.name: imgui.get_style().color_(index) for index in imgui.Col_ if index != imgui.Col_.count}
    imgui.destroy_context(context)
    assert len(colours) > 50 and {name for name, c in colours.items() if max(c.x, c.y, c.z) - min(c.x, c.y, c.z) > 0.02} == set()


def test_a_keys_value_is_said_in_words():
    assert [said("focus_distance", value) for value in (1.25, "mira", 9000.0, 1e4)] == ["1.25 m", "mira", "9000 m", "∞"]
    assert (said("z", -0.1), said("z", 1234.5), said("pan", 3600.0)) == ("-0.1 m", "1234 m", "3600°")
    assert (said("f_stop", 5.6), said("f_stop", 128.0), said("focal_length", 102.44)) == ("f/5.6", "f/128", "102 mm")


@pytest.mark.filterwarnings("ignore:.*GLFW")
def test_a_rig_is_no_faster_in_slow_motion(window):
    """What is recorded at a tenth of the speed is what is recorded at full speed, in the take's own time."""
    context, session, rehearsal, ways = imgui.create_context(), window.session, window.rehearsal, []
    for speed in (1.0, 0.1):
        session.clock = session.clock.home().at_speed(speed)
        rehearsal.record()
        rehearsal.push("dolly", 0.3)
        rehearsal.pull("subject")
        for _ in range(round(1.5 / speed * 24)):
            session.clock = session.clock.tick(1 / 24)
            rehearsal.frame(1 / 24)
        rehearsal.finish()
        play = session.performance(session.shot.takes[-1].name)
        ways.append([(play.camera(t).position[2], 1 / play.camera(t).focus_distance) for t in (0.4, 0.8, 1.2)])
    imgui.destroy_context(context)
    assert np.allclose(*ways, atol=0.02) and ways[0][2][0] < -0.2


@pytest.mark.filterwarnings("ignore:.*GLFW")
def test_a_take_that_matches_follows_the_hands_and_plays_as_it_was_seen(window):
    """The zoom beside a push-in that is performed shows the subject as large at any moment, and focuses on the same plane."""
    context, session, rehearsal, seen = imgui.create_context(), window.session, window.rehearsal, []
    session.clock = session.clock.home()
    size = lambda name: float(dict(session.figures(name))["subject"][:-1])
    rehearsal.record()
    for n in range(60):
        if n in (5, 25, 45):
            rehearsal.push("dolly", 0.15)
        if n == 12:
            rehearsal.pull(2.5)
        session.clock = session.clock.tick(1 / 24)
        rehearsal.frame(1 / 24)
        assert size("B") == pytest.approx(size("A"), abs=0.011)
        seen.append((session.time, session.camera("A"), session.camera("B")))
    as_it_was = session.performance("B").camera(session.time).focal_length
    assert seen[-1][2].focal_length > 1.1 * as_it_was and seen[-1][2].position == (0, 0, 0)
    rehearsal.finish()
    imgui.destroy_context(context)
    assert session.view.takes == ("C", "B") and "B matches it now" in session.message
    for time, *cameras in seen[15:]:
        for camera, name in zip(cameras, "CB"):
            played = session.performance(name).camera(time)
            assert played.focal_length == pytest.approx(camera.focal_length, rel=1e-3)
            assert 1 / played.focus_distance == pytest.approx(1 / camera.focus_distance, rel=5e-3)
            assert played.f_stop == camera.f_stop is not None
    window.commands.act("Undo")
    assert session.view.takes == ("A", "B") and session.shot.take("B").match.take == "A"
    window.commands.act("Redo")
    assert session.view.takes == ("C", "B")


@pytest.mark.filterwarnings("ignore:.*GLFW")
@pytest.mark.parametrize("then", ["rests", "rests, through a pinhole at first", "turns the ring"])
def test_a_rack_on_a_take_that_matches_plays_as_it_was_seen(window, then):
    """Between the marks as they are from where that one stands, all the way; with the marks' names where that says all."""
    context, session, rehearsal, seen = imgui.create_context(), window.session, window.rehearsal, []
    shot = edits.add_subject(session.shot, Subject("wall", (10, 10, 40, 40), 4.0))
    shot = edits.end_take(shot, "A", 6)
    session.edit(shot if "pinhole" in then else edits.focus_on(edits.set_f_stop(shot, "A", 2.0), "A", "subject"), "A wall")
    session.clock = session.clock.home()
    rehearsal.record()
    for n in range(120):
        if n in (2, 12, 22):
            rehearsal.push("dolly", 0.2)
        if n == 50:
            rehearsal.pull("wall")
        if n == 80:
            rehearsal.pull("subject")
        if n == 105 and then == "turns the ring":
            rehearsal.pull(1.5)
        session.clock = session.clock.tick(1 / 24)
        rehearsal.frame(1 / 24)
        seen.append((session.time, session.camera("A"), session.camera("B")))
    rehearsal.finish()
    imgui.destroy_context(context)
    assert session.view.takes == ("C", "B")
    for time, *cameras in seen:
        for camera, name in zip(cameras, "CB"):
            played = session.performance(name).camera(time).focus_distance
            assert played == pytest.approx(camera.focus_distance, rel=0.01) or camera.f_stop is None
    marks = {name: [key.value for key in session.shot.take(name).timeline.track("focus_distance").keys] for name in "CB"}
    if then.startswith("rests"):
        assert marks["C"] == marks["B"] and marks["B"][-2:] == ["wall", "subject"]
    else:
        assert all(isinstance(value, float) for values in marks.values() for value in values)
    _, a, b = seen[52 + 6]
    assert 1 / b.focus_distance - 1 / 4 == pytest.approx((1 - 1 / 4) * (1 / a.focus_distance - 1 / (4 + a.position[2])) /
                                                         (1 / (1 + a.position[2]) - 1 / (4 + a.position[2])), rel=0.02)


@pytest.mark.filterwarnings("ignore:.*GLFW")
def test_it_is_said_where_the_lens_goes_no_nearer(window):
    """Once for a pull that stops there, and not for one that arrives."""
    context, session, rehearsal, said = imgui.create_context(), window.session, window.rehearsal, []
    lens = Lens("Far 35 mm", (35, 35), (2, 22), 1.5)
    shot = edits.add_subject(edits.set_f_stop(edits.set_lens(session.shot, "A", lens), "A", 2.8), Subject("wall", (10, 10, 40, 40), 4.0))
    session.edit(edits.focus_on(shot, "A", "wall"), "A lens")
    rehearsal.enter()
    for mark in ("subject", "wall", 1.2):
        session.say("")
        rehearsal.pull(mark)
        for n in range(60):
            rehearsal.frame(1 / 24)
            if session.message:
                said.append((mark, n, session.message))
                session.say("")
    rehearsal.leave()
    imgui.destroy_context(context)
    assert [mark for mark, *_ in said] == ["subject", 1.2]
    assert said[0][2] == "The Far 35 mm focuses no nearer than 1.46 m; subject is at 1.00 m."
    assert said[1][2] == "The Far 35 mm focuses no nearer than 1.46 m."


@pytest.mark.filterwarnings("ignore:.*GLFW")
@pytest.mark.parametrize("rig", ["slider", "locked-off"])
def test_a_rig_stands_where_its_take_begins(window, rig):
    """Also where a move begins elsewhere than the plate's camera stood: a hand on it does not bring it back there."""
    context, session, rehearsal, seen = imgui.create_context(), window.session, window.rehearsal, []
    take = session.shot.take("A")
    away = replace(take.timeline, tracks=(Track("z", (Key(0, 0.8), Key(2, 1.4))),))
    session.edit(edits.set_rig(session.shot.with_take(replace(take, timeline=away)), "A", rig), "From farther away")
    rehearsal.record()
    for frame in range(90):
        if frame == 60:
            rehearsal.push("truck", 0.1)
        session.clock = session.clock.tick(1 / 24)
        rehearsal.frame(1 / 24)
        seen.append((session.time, session.camera("A")))
    rehearsal.finish()
    imgui.destroy_context(context)
    play = session.performance(session.shot.takes[-1].name)
    for (_, before), (time, camera) in zip(seen, seen[1:-1]):
        assert play.camera(time).position == pytest.approx(camera.position, abs=0.002)
        assert math.dist(before.position, camera.position) < 0.05


def test_the_palette_finds_what_cannot_be_done_now_and_says_why(window):
    found = lambda text: [(name, keys, can) for name, _, keys, can, _ in window.commands._found(text)]
    for name in ("Ease in", "Hold", "Cut", "Delete"):
        first, *_ = window.commands._found(name.lower())
        assert first[0] == name and first[2] and not first[3]
        first[4]()
        assert window.session.message.startswith("No key is chosen")
    held = next(each for each in window.commands._found("dolly in") if each[0] == "Dolly in")
    held[4]()
    assert held[2:4] == ("W", False) and window.session.message.startswith("Hold W")
    names = [name for name, *_ in found("truck")]
    assert names.index("truck") == 0 < names.index("Truck left")        # the move, and not a key that is held
    window.commands.act("Select all keys")
    assert found("delete")[0] == ("Delete", "Delete   Backspace", True)
    assert len(found("")) == 14
