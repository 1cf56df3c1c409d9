"""Edited in the window: the timeline, the pictures, the panels, the depth."""
import os
import shutil
from dataclasses import replace

import numpy as np
import OpenEXR
import pytest
from PIL import Image

from tests.desktop.reports import SMALL, difference, keys, matches_reference, picture, screenshot, shot
from viewer.cli import _parser
from viewer.cli.open import opening
from viewer.desktop import style
from viewer.desktop.session import Session
from viewer.plate import Plate
from viewer.plate.adjust import Adjustments, adjusted, unscaled
from viewer.plate.scale import Anchor
from viewer.rehearsal import edits
from viewer.rehearsal.document import Document
from viewer.rehearsal.quality import FEWEST
from viewer.render import Renderer
from viewer.shots.document import PlateFile, Shot
from viewer.shots.framing import Stage
from viewer.shots.shotfile import open_plate


def test_keys_on_the_timeline(drive, small_plate):
    report = drive("timeline", small_plate, *SMALL)
    assert shot(report, "given up") == shot(report, "set")
    assert [t for t, _ in keys(report, "set")] == [0, 2, 4]
    assert keys(report, "set")[1][1] == pytest.approx(-0.2)         # where the way passes, so that nothing changes
    assert [t for t, _ in keys(report, "dragged")] == [0, 1, 4]     # a quarter of the lane earlier, on a frame
    assert shot(report, "held").take("A").timeline.track("z").keys[1].ease == "hold"
    assert "No key is chosen" in report["none chosen"]["message"]      # and what was copied before is still there
    assert [t for t, _ in keys(report, "pasted")] == [0, 1, 3, 4]
    assert keys(report, "pasted")[1][1] == keys(report, "pasted")[2][1]
    assert shot(report, "deleted") == shot(report, "held") == shot(report, "redone")
    assert shot(report, "undone") == shot(report, "before") and not report["undone"]["dirty"]
    assert [t for t, _ in keys(report, "over another")] == [0, 1] and [t for t, _ in keys(report, "past it")] == [0, 0.5, 1]
    assert [t for t, _ in keys(report, "replaced")] == [0.5, 1]     # the drag before was over, and is a step of its own
    first, *rest = (t for t, _ in keys(report, "all of them"))
    assert 0 < first < 1 and rest == pytest.approx([first + 1, first + 4])
    assert [t for t, _ in keys(report, "double-clicked")] == [0, 1, 3, 4]
    assert [t for t, _ in keys(report, "duplicated meanwhile", take="C")] == [0, 1.5, 3, 4]      # which ends the drag
    for take in "ab":  # what the window shows follows
        assert difference(picture(report, "set", take), picture(report, "dragged", take)) > 2


def test_the_window_of_a_key(drive, small_plate):
    """A double-click opens it; there its value is typed, and a handle of its ease is dragged."""
    report = drive("easing", small_plate, *SMALL)
    first, last = shot(report, "typed").take("A").timeline.track("z").keys
    assert first.value == pytest.approx(-0.1) and first.ease == "both"
    first, _ = shot(report, "eased").take("A").timeline.track("z").keys
    x1, y1, x2, y2 = first.ease
    assert (x1, y1) == pytest.approx((0.8, 0.2), abs=0.05) and (x2, y2) == pytest.approx((0.58, 1.0), abs=0.05)
    assert shot(report, "undone") == shot(report, "typed")            # the whole drag is one step
    assert report["eased"]["popup"] and not report["undone"]["popup"]
    assert [report[moment]["editing"] for moment in ("marks", "no marks", "no window")] == [True, True, False]     # one by one
    assert report["no window"]["selected"] == 1       # and of what else Escape gives up nothing
    assert difference(screenshot(report, "typed"), screenshot(report, "eased")) > 0.1
    matches_reference(report, "eased")


def test_in_out_loop_and_speed(drive, small_plate):
    report = drive("looping", small_plate, *SMALL)
    assert report["set"]["span"] == [1.0, 2.0] and report["set"]["loop"] and report["set"]["speed"] == 2.0
    assert report["looped"]["playing"] and all(0.99 <= time < 2.01 for time in report["looped"]["times"])
    assert any(b < a for a, b in zip(report["looped"]["times"], report["looped"]["times"][1:]))
    assert report["cleared"]["span"] == [0.0, 4.0]
    assert (shot(report, "set").in_point, shot(report, "set").out_point) == (1, 2) and report["set"]["dirty"]
    assert [report[moment]["span"] for moment in ("not cleared", "in alone", "undone")] == [[1.0, 2.0], [1.0, 4.0], [0.0, 4.0]]
    assert not report["undone"]["dirty"]


def test_in_the_picture(drive, small_plate):
    report = drive("picture", small_plate, *SMALL)
    focused = shot(report, "focused").take("A")
    assert focused.timeline.track("focus_distance").keys[0].value == "subject" and focused.camera.f_stop == 2.8
    assert report["focused"]["figures"][0]["focus"] == "1.00 m"
    # At rest the picture is that of the lens itself, of as many views as there was time for.
    assert list(report["focused"]["views"]) == ["A", "B"] and min(report["focused"]["views"].values()) >= FEWEST
    _, _, width, height = map(round, report["focused"]["a"])
    plate = Plate.open(small_plate, focal_length=35)
    with Renderer(plate, (width, height)) as renderer:
        camera = shot(report, "focused").perform("A").camera(report["focused"]["time"])
        frame = renderer.render(camera, "reference").picture[:height * 3 // 4]
    assert difference(picture(report, "focused", "a"), frame.astype(int)) < 1.5
    matches_reference(report, "zones")
    wall = shot(report, "named").subject("wall")
    assert wall.depth == pytest.approx(4, rel=0.01)
    assert wall.box == pytest.approx((8, 18, 32, 54), abs=1.5)
    assert report["asking"]["popup"] and not report["given up"]["popup"]
    left, top, width, height = report["asking"]["a"]
    asked, after = (screenshot(report, moment) for moment in ("asking", "given up"))
    row, column = round(top + 0.4 * height), round(left + 0.05 * width)
    assert (asked - after)[row, column - 2:column + 3].max() > 40            # the box that is asked about
    assert shot(report, "given up") == shot(report, "refused") == shot(report, "focused")
    assert shot(report, "taken already") == shot(report, "focused") and "already" in report["taken already"]["message"]
    assert "no name" in report["refused"]["message"] and not report["refused"]["recording"]
    assert [mark for _, mark in keys(report, "racked", channel="focus_distance")] == ["subject", "wall"]
    before = shot(report, "named").take("A").camera
    zoomed, dollied = (shot(report, moment).take("A").camera for moment in ("zoomed", "dollied"))
    assert zoomed.focal_length == pytest.approx(before.focal_length * 1.03 ** 3)
    assert zoomed.position == before.position and dollied.focal_length == zoomed.focal_length
    assert dollied.position[2] < before.position[2]
    assert difference(picture(report, "zoomed", "a"), picture(report, "dollied", "a")) > 1
    assert shot(report, "escaped") == shot(report, "dollied")
    assert difference(screenshot(report, "dollied"), screenshot(report, "loupe")) > 0.5
    assert len(shot(report, "brushed").plate.adjustments.edits) == 2         # and not the stroke that was given up


def test_what_is_under_the_mouse_counts_as_the_button_goes_down(drive, small_plate):
    """A shot may be playing: the box is elsewhere when the button is let go."""
    report = drive("pressed", small_plate, *SMALL)
    assert {mark for _, mark in keys(report, "clicked", channel="focus_distance")} == {"subject"}
    assert [mark for _, mark in keys(report, "dragged", channel="focus_distance")] == ["subject", "wall"]
    assert not report["dragged"]["popup"]
    left, top, width, height = map(round, report["corner"]["a"])
    apart = abs(screenshot(report, "corner") - screenshot(report, "middle")).max(-1)
    assert apart[top + height // 2:top + height, left + width // 2:left + width].max() > 100      # what is there is said …
    for beyond in (np.s_[:, left + width + 14:], np.s_[top + height:, :left + width - 14]):     # … within that picture
        assert apart[:top + height + 40][beyond].max() < 20
    named = shot(report, "named")
    assert [subject.name for subject in named.subjects] == ["Mira", "wall"] and named.take("B").match.subject == "Mira"
    assert "Mira takes the place" in report["named"]["message"]


def test_the_wheel_is_let_go_by_a_pause_or_a_click(drive, small_plate):
    """So that Escape gives up the box that is being drawn and not the zoom before, and undo takes back what was one gesture."""
    report = drive("wheel", small_plate, *SMALL)
    focal = {moment: shot(report, moment).take("A").camera.focal_length / 35
             for moment in ("zoomed", "given up", "last undone", "both undone")}
    assert focal["zoomed"] == focal["given up"] == pytest.approx(1.03 ** 3) and not report["given up"]["popup"]
    assert focal["last undone"] == pytest.approx(1.03 ** 5) and focal["both undone"] == focal["zoomed"]


def test_palette_keys_and_moves(drive, small_plate):
    report = drive("palette", small_plate, *SMALL)
    assert report["keys"]["unbound"] == []            # every action does something
    assert report["found"]["mode"] == "difference"
    assert report["foot"] >= 0                        # the button that does a move is in sight
    take = shot(report, "moved").take("A")
    matches_reference(report, "moved")
    assert take.timeline.moves == ("truck",) and keys(report, "moved", channel="x")[-1][1] == pytest.approx(0.5)
    assert "'far' is not an angle" in report["refused"]["message"] and shot(report, "refused") == shot(report, "moved")
    assert shot(report, "added").take("A").timeline.moves == ("truck", "pan")
    assert keys(report, "added", channel="pan")[0] == (2, 0)        # on top, from the playhead on
    assert difference(screenshot(report, "keys"), screenshot(report, "finding")) > 3
    matches_reference(report, "keys")


def test_panels_come_to_the_front_and_go_by_keys(drive, small_plate):
    """What lies behind another tab, or has lost the keyboard, is not what somebody wants to be rid of."""
    report = drive("panels", small_plate, *SMALL)
    front = lambda moment: report[moment]["front"]
    assert front("moves") == ["Moves"] and report["moves"]["types"] and front("lens") == ["Lens"] == front("after a click")
    assert front("advice") == ["Advice"] and "Advice" not in front("no advice") and front("no lens") == ["Moves"]
    assert front("back") == front("without the keyboard") == front("another") == front("on top") == ["Moves"]
    assert shot(report, "back").duration == 3 and not report["back"]["rehearsing"]
    assert "pan" in shot(report, "another").take("A").timeline.moves and report["on top"]["types"]
    assert front("gone") == [] and not report["gone"]["types"]


def test_advice_has_its_remedy(drive, small_plate):
    report = drive("advice", small_plate, *SMALL)
    assert any("passes" in sentence for sentence in report["advised"]["sentences"])
    strip = lambda moment: screenshot(report, moment)[40:50, 200:900].max() > 150      # some of the line over the pictures
    assert strip("advised") and not strip("taken back")      # what is no longer so is not said any longer
    matches_reference(report, "advised", pictures=False)     # what a push-in that went too far invents may differ
    assert len(report["remedied"]["sentences"]) < len(report["advised"]["sentences"])
    assert shot(report, "remedied") != shot(report, "advised")


def test_the_depth_is_scaled_and_mended(drive, small_plate, tmp_path):
    """With the mouse in the depth's map: two known distances, a stroke, a cut; undone, done again, saved."""
    mine = tmp_path / "mine.exr"
    shutil.copy(small_plate, mine)
    before = mine.read_bytes()
    report = drive("mend", mine, *SMALL)
    added = lambda moment: shot(report, moment).plate.adjustments
    assert report["opened"]["depth"] == pytest.approx(1) and added("opened") is None
    assert report["no length"].startswith("'abc' is not a length")
    assert report["scaled"]["depth"] == pytest.approx(2, rel=1e-3)
    assert report["scaled"]["wall"] == pytest.approx(8, rel=1e-3) and ", met" in report["scaled"]["message"]
    assert shot(report, "scaled").subject("subject").depth == pytest.approx(2, rel=1e-3)     # follows, in the same step
    assert report["brushing"]["wall"] == pytest.approx(8, rel=1e-3)                          # a preview, no more
    assert difference(picture(report, "brushing", "b"), picture(report, "scaled", "b")) > 0.3
    matches_reference(report, "brushing")
    assert report["brushed"]["wall"] == pytest.approx(8 / 2, rel=1e-2)       # half the distance nearer
    assert shot(report, "undone at once") == shot(report, "brushed") and report["undone at once"]["map"]
    assert report["before"]["wall"] == pytest.approx(8, rel=1e-3) and shot(report, "before") == shot(report, "brushed")
    # The stroke stands before the wall, and to a camera that has come nearer it is somewhere else.
    apart = np.abs(picture(report, "before", "a") - picture(report, "brushed", "a")).max(-1)
    assert (apart > 12).mean() > 0.003
    assert len(added("cut").anchors) == len(added("cut").edits) == 2
    assert shot(report, "undone") == shot(report, "opened") and not report["undone"]["dirty"]
    assert report["undone"]["depth"] == pytest.approx(1)
    assert shot(report, "left") == shot(report, "cut") and not report["left"]["on"]
    assert Plate.open(mine).adjustments == added("saved") == added("cut") and not report["saved"]["dirty"]
    assert mine.read_bytes() == before


def test_figures_are_those_of_the_plate_that_is_there(small_plate):
    """The shot goes back at once when a scale is undone, the plate later."""
    opened = opening(_parser("open").parse_args(["open", str(small_plate), *SMALL]))(lambda *progress: None)
    session = Session()
    session.begin(opened, Document(opened.shot))
    session.seek(4)
    figures = session.figures("A")
    session.plate = adjusted(opened.plate, Adjustments((Anchor((80.0, 45.0), 1.0), Anchor((10.0, 10.0), 9.0))))
    assert session.figures("A") != figures
    session.plate = opened.plate
    assert session.figures("A") == figures


def test_the_window_advises_what_can_be_done_there(small_plate, tmp_path):
    session = Session()
    session.say(unscaled(Plate.open(small_plate)))
    assert "Known distance" in session.message and "--" not in session.message
    Image.new("RGB", (40, 30)).save(tmp_path / "flat.png")
    session.attempt(lambda: Plate.open(tmp_path / "flat.png"))
    assert "no depth" in session.message and "beside it" in session.message and "--" not in session.message
    session.attempt(lambda: open_plate(Shot(PlateFile(Stage(4, 3), str(tmp_path / "away.exr")))))
    assert "put it back, or open the picture where it is now" in session.message and "`" not in session.message


def test_figures_tell_how_deep_a_shallow_depth_of_field_is():
    opened = opening(_parser("open").parse_args(["open"]))(lambda *progress: None)
    session = Session()
    session.begin(opened, Document(opened.shot))
    for focus, stop, said in ((0.3, 2.8, ("0.300 m", "0.292 – 0.308 m")), (1.5, 2.8, ("1.50 m", "1.33 – 1.72 m")),
                              (40.0, 2.8, ("40.0 m", "9.03 – ∞"))):
        session.edit(edits.focus_on(edits.set_f_stop(session.shot, "A", stop), "A", focus), "Focus")
        figures = dict(session.figures("A"))
        assert (figures["focus"], figures["sharp"]) == said


def test_figures_of_a_subject_that_is_lost():
    """How far away it is along the axis, as ever, where it is before the camera at all, and nothing of its size."""
    opened = opening(_parser("open").parse_args(["open"]))(lambda *progress: None)
    session = Session()
    session.begin(opened, Document(opened.shot))
    assert dict(session.figures("A"))["mira"] == "1.00×"
    way, gone = {}, {}
    for pan in (25.0, 40.0, 130.0):
        take = session.shot.take("A")
        session.edit(edits.start_here(session.shot, "A", replace(take.camera, pan=pan)), "Pan")
        way[pan], gone[pan] = session.performance("A").distance("mira", 0), dict(session.figures("A"))
        assert gone[pan]["travel"] == "0.00 m"
    assert gone[25.0]["to mira"] == f"{way[25.0]:.2f} m" and gone[25.0]["mira"] == "1.00×"
    assert gone[40.0]["to mira"] == f"{way[40.0]:.2f} m" != "1.54 m" and gone[40.0]["mira"] == "out of frame"
    assert "to mira" not in gone[130.0] and gone[130.0]["mira"] == "behind the camera"


def test_a_persons_height_and_a_flat_ground(drive, tmp_path):
    """By tools in the depth's map; what the takes show stays as it was when the scale turns out to be another one."""
    x, y = np.meshgrid(np.arange(160), np.arange(90))
    box = (abs(x - 80) < 24) & (abs(y - 45) < 20)
    checks = 0.5 + 0.5 * ((x // 8 + y // 8) % 2)[..., None]
    color = np.where(box[..., None], [0.6, 0.2, 0.1], [0.1, 0.2, 0.3]) * checks
    depth = np.where(box, 1, 4 + 0.3 * np.sin(x / 7) * np.cos(y / 5)).astype(np.float32)
    OpenEXR.File({"type": OpenEXR.scanlineimage}, {"RGB": color.astype(np.float16), "Z": depth}).write(
        str(tmp_path / "rough.exr"))
    report = drive("heights", tmp_path / "rough.exr", *SMALL)
    metres = 1.8 * 35 / 36 * 160 / 45                    # height, focal length in pixels, over the box's height
    assert report["told"]["depth"] == pytest.approx(metres, rel=0.02)
    assert report["centimetres"] == "Nobody is 180 m tall; give the height in metres, such as 1.70."
    share = report["told"]["depth"] / report["opened"]["depth"]
    (_, before), (_, after) = report["opened"]["travel"], report["told"]["travel"]
    assert float(after[:-2]) == pytest.approx(share * float(before[:-2]), abs=0.01)
    assert difference(picture(report, "opened", "a"), picture(report, "told", "a")) < 1.5      # the framing stays
    spread = lambda moment: np.ptp(report[moment]["column"])
    assert spread("flattened") < 0.2 * spread("rough")
    assert report["untold"]["depth"] == pytest.approx(1) and shot(report, "untold") == shot(report, "opened")


def test_the_lens_panel_and_a_mistake_in_the_users_kit(drive, small_plate, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "kit.toml").write_text("[[lenses]]")
    report = drive("own_kit", small_plate, *SMALL)
    assert "kit.toml" in report["shown"]["message"]
    matches_reference(report, "lens")
    assert report["list"]["popup"] and not report["list given up"]["popup"]      # by Escape
    assert report["chosen"]["message"] == "" and shot(report, "chosen").ratio == 2.387
    assert report["focal lengths"]["disabled"] == [False, True]            # the matched zoom has the one that follows
    fields = [screenshot(report, "follows")[round(y) + 3:round(y) + 18, round(x) + 40:round(x) + 140].max(-1)
              for x, y in report["follows"]["fields"]]
    said = [field > field.min() + 0.5 * (field.max() - field.min()) for field in fields]     # one is dimmed
    assert said[0].any() and (said[0] != said[1]).mean() < 0.02                              # and says what is seen
    assert [shot(report, moment).take("A").camera.focal_length for moment in ("long", "short")] == [400, 8]
    assert shot(report, "noted").take("A").notes == "mind the lamp"        # without Enter, and as one step
    assert shot(report, "not noted") == shot(report, "chosen")
    assert report["removed"]["message"].startswith("subject is removed, and B matches no other take any more; ")
    assert shot(report, "removed").subjects == ()


@pytest.mark.skipif(not any(map(os.path.exists, style.MORE_LETTERS)), reason="This system has none of these typefaces.")
def test_letters_that_the_typeface_lacks_are_the_systems(drive, small_plate):
    """In both weights: of Armenian and Chinese the one that a typeface here has, at the least."""
    report = drive("letters", small_plate, *SMALL)
    regular, bold = report["named"]["there"]
    assert regular and regular == bold and report["named"]["takes"] == ["Ա鷗写真", "B"]


def test_names_are_shown_as_they_are_typed(drive, small_plate):
    """Also with the signs by which Dear ImGui parts what a label says from what it is called by."""
    report = drive("hashes", small_plate, *SMALL)
    names = "So##push#", "C###9 %s"
    assert report["named"]["takes"] == list(names) and report["named"]["subjects"][1] == "a##wall"
    assert report["shown"]["a"] == names[1]
    for moment in ("into 0", "into 1", "mark", "export", "export So#", "export C##"):
        seen, at = screenshot(report, moment), report[moment]
        end = round(at["begin"] + at["wide"])
        text = seen[round(at["top"]) + 3:round(at["foot"]) - 3]
        assert text[:, end - 4:end + 8].max() > 180, moment      # what stands beside it is not as bright
