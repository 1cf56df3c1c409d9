"""What the window shows, driven as a person would; the pixels are looked at."""
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from tests.desktop.reports import SMALL, difference, matches_reference, picture, screenshot
from viewer.rehearsal.quality import FEWEST


def test_the_difference_shows_by_itself(drive):
    """With the bundled plate and no click: it plays, push-in and zoom differ in the first pictures and plainly at the end."""
    report = drive("first_start")
    assert difference(picture(report, "first", "a"), picture(report, "first", "b")) > 5
    push, zoom = picture(report, "end", "a"), picture(report, "end", "b")
    assert push.std() > 20 and zoom.std() > 20  # there is a picture, and not just something grey
    assert difference(push, zoom) > 10
    assert report["end"]["time"] == 4 and not report["end"]["playing"]
    a, b = report["end"]["figures"]
    assert a["mira"] == b["mira"] and a["background"] != b["background"]


def test_one_playhead_scrubs_both(drive, small_plate):
    report = drive("scrub", small_plate, *SMALL)
    assert report["start"]["time"] == 0 and report["later"]["time"] == pytest.approx(3, abs=0.05)
    assert 1.8 < report["dragging"]["time"] < 2.2 < report["dragged"]["time"]
    assert report["dragged"]["late"] == 0   # every frame showed what its own input had made of the shot
    assert not any(report[moment]["playing"] for moment in ("start", "later", "dragging"))
    assert difference(picture(report, "rested", "a"), picture(report, "rested", "b")) < 1
    for which in "ab":
        assert difference(picture(report, "start", which), picture(report, "later", which)) > 5
        assert difference(picture(report, "later", which), picture(report, "dragging", which)) > 2
    matches_reference(report, "rested")


@pytest.mark.parametrize("paper", ["white", "black"])
def test_marks_read_on_white_paper_and_on_black(drive, tmp_path, paper):
    Image.new("RGB", (320, 180), paper).save(tmp_path / "board.png")
    depth = np.full((180, 320), 60, np.uint8)
    depth[40:140, 100:220] = 200
    Image.fromarray(depth).save(tmp_path / "board_depth.png")
    report = drive("on_paper", tmp_path / "board.png", "--depth", tmp_path / "board_depth.png", "--subject", "160,90")
    bare = picture(report, "bare", "a").mean(-1)
    for moment, least in (("thirds", 30), ("marks", 100), ("wipe", 60), ("here", 100), ("box", 100)):
        contrast = abs(picture(report, moment, "a").mean(-1) - bare)
        assert np.percentile(contrast[contrast > 8], 75) > least, moment


def test_until_there_are_programs_for_the_lens_pictures_have_no_blur(drive, small_plate):
    """At the first start they take the driver some seconds, in which the window would stand still."""
    report = drive("unready", small_plate, *SMALL)
    assert not report["without"]["rested"] and not any(report["without"]["views"].values())
    assert report["with"]["rested"] and report["with"]["views"]["A"] >= FEWEST
    assert difference(picture(report, "without", "a"), picture(report, "with", "a")) > 1
    assert difference(screenshot(report, "loupe without"), screenshot(report, "loupe with")) > 1
    assert not any(report["sharp"]["views"].values())      # blur goes by a key, too


def test_keys(drive, small_plate):
    report = drive("keys", small_plate, *SMALL)
    said = report["end"]["message"]           # of the plate's notes the last one, on one line
    assert "sensor" in said and said.endswith("More is noted in the Depth panel (B).") and "metres" not in said and "\n" not in said
    time = {moment: values["time"] for moment, values in report.items() if moment != "screenshots"}
    playing = {moment: values["playing"] for moment, values in report.items() if moment != "screenshots"}
    assert (time["home"], time["back"]) == (0, 0) and time["end"] == pytest.approx(95 / 24)
    assert time["step"] == pytest.approx(1 / 24) and time["held"] > 3 / 24
    assert playing["played"] and 0 < time["played"] < time["paused"] == time["still"]
    assert not playing["paused"] and playing["clicked"] and not playing["spaced"]


def test_every_way_of_comparing(drive, small_plate):
    report = drive("compare", small_plate, *SMALL)
    a, b = picture(report, "A", "a"), picture(report, "B", "b")
    assert difference(a, b) > 5
    width = a.shape[1]
    near = lambda x, y: difference(x, y) < 2
    assert near(picture(report, "onion", "a"), ((a + b) / 2))
    assert near(picture(report, "difference", "a"), np.minimum(4 * np.abs(a - b), 255))
    for moment, line in (("wipe", 0.5), ("wiped", report["wiped"]["wipe"])):
        seen, at = picture(report, moment, "a")[:100], int(line * width)  # above the handle
        assert near(seen[:, :at - 9], a[:100, :at - 9]) and near(seen[:, at + 9:], b[:100, at + 9:])
    assert report["wiped"]["wipe"] == pytest.approx(0.25, abs=0.01)
    blinks = [picture(report, f"blink {number}", "a") for number in range(6)]
    assert all(min(difference(seen, x) for x in (a, b)) < 2 for seen in blinks)         # one or the other …
    assert all(min(difference(seen, x) for seen in blinks) < 2 for x in (a, b))         # … and both of them in turn
    assert difference(screenshot(report, "lines and marks"), screenshot(report, "wiped")) > 0.05
    for moment in ("lines and marks", "difference", "onion"):
        matches_reference(report, moment)
    magenta = ((picture(report, "invented", "a") - a)[..., [0, 2]].min(-1) > 30).mean()
    assert 0.0005 < magenta < 0.5                     # beside the box, where the push-in looks behind it
    assert difference(picture(report, "peaking", "a"), a) > 1
    assert "pinhole" in report["peaking"]["message"] and "pinhole" in report["zones"]["message"]


def test_under_the_wipe_a_subject_is_marked_where_it_is_seen(drive, small_plate):
    """With two lenses it stands at two places; no mark of one lies in the other's picture."""
    report = drive("lenses", small_plate, *SMALL)
    for moment, seen in (("wiped 0", "B"), ("wiped 0.64", "AB"), ("wiped 1", "A")):
        for name, (x, y) in report[moment]["spots"].items():
            corner = screenshot(report, moment)[round(y) - 2:round(y) + 3, round(x) + 2:round(x) + 9]
            assert (corner.min(-1).max() > 160) == (name in seen), (moment, name)
            labels = [label for label in report[moment]["named"] if 0 <= label[0] - x < 8 and abs(label[1] - y) < 24]
            assert len(labels) == (name in seen), (moment, name)


def test_everything_has_its_place_at_any_scaling(drive, small_plate):
    """At 200 % on a large screen; and at 100 % on the next one, to which the panels' sizes are not carried over."""
    for scale in (2, 1):
        report = drive("reopen", small_plate, *SMALL, scale=scale)
        inside(report["again"])
        assert tuple(report["again"]["screen"]) == (scale * 1280, scale * 720)
        assert report["again"]["a"][2] > 0.45 * scale * 1280


def test_pictures_follow_the_windows_size(drive, small_plate):
    report = drive("resize", small_plate, *SMALL)
    for moment in ("wide", "tall", "small"):
        inside(report[moment])
        assert picture(report, moment, "a").std() > 10


def test_long_names_yield_in_a_narrow_window(drive, small_plate):
    """No text runs into another one, or is cut within a letter."""
    report = drive("narrow", small_plate, *SMALL)
    for wide in (640, 800):
        seen, moment = screenshot(report, f"long {wide}"), report[f"long {wide}"]
        assert moment["screen"][0] == wide
        x, top, foot = map(round, moment["modes"])
        assert np.ptp(seen[top + 4:foot - 4, x - 12:x - 1]) < 12         # before the ways of comparing
        left, top, width, height = map(round, moment["a"])
        for edge in moment["edges"]:                                     # at the end of what is written under a picture
            assert np.ptp(seen[top + height + 8:top + height + 22, round(edge) - 1]) < 12
        assert seen[top + height + 8:top + height + 22, left:left + width].max() > 150
        left, top, width, height = report[f"wipe {wide}"]["a"]
        for names in report[f"named {wide}"]:                            # the subject's, and the takes' beside the wipe
            assert len(names) == 3 and all(left <= l and r <= left + width and top <= t and b <= top + height for l, t, r, b in names)
            assert not any(l1 < r2 and l2 < r1 and t1 < b2 and t2 < b1
                           for (l1, t1, r1, b1), (l2, t2, r2, b2) in combinations(names, 2))
    menus = [screenshot(report, f"{name} 640")[:20] for name in ("short", "long")]
    assert (menus[0] == menus[1]).all() and menus[0].max() > 150         # the document's name gives way to them
    assert max(report["words"]) <= report["words end"]                  # beside the fields of a move
    assert (screenshot(report, "short 800")[:20, 640:] != screenshot(report, "long 800")[:20, 640:]).any()


def test_questions_are_read_to_the_end_in_a_small_window(drive, small_plate):
    report = drive("cramped", small_plate, *SMALL)
    for moment in ("unsaved", "overtaken", "open", "refused"):
        assert report[moment]["wide"] <= report[moment]["window"][2] <= report[moment]["screen"][0] == 640
    left, top, width, height = map(round, report["refused"]["window"])
    seen = [screenshot(report, moment)[top:top + height, left:left + width] for moment in ("refused", "unsaid")]
    assert "no lane called 'zoon'" in report["refused"]["message"] and difference(*seen) < 0.1     # the refusal stands elsewhere


def inside(moment):
    """Both pictures have the plate's shape and lie in the window, next to each other."""
    (left, top, width, height), (right, *_) = moment["a"], moment["b"]
    assert moment["b"][1:] == moment["a"][1:]
    assert abs(width - height * 16 / 9) <= 1.5
    assert 0 <= left and left + width <= right and right + width <= moment["screen"][0]
    assert 0 <= top and top + height < moment["screen"][1]
