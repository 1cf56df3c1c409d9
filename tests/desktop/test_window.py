"""The real window, driven as a person would."""
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

SMALL = "--focal-length", "35", "--subject", "80,45"


def picture(report, moment, which):
    """What a screenshot shows where a picture is, as int (h, w, 3)."""
    left, top, width, height = report[moment][which]
    return np.asarray(Image.open(report["screenshots"][moment]).convert("RGB"), int)[top:top + height, left:left + width]


def difference(a, b):
    return np.abs(a - b).mean()


def test_the_difference_shows_by_itself(drive):
    """With the bundled plate and no click: it plays, and at the end push-in and zoom plainly differ."""
    report = drive("first_start")
    push, zoom = picture(report, "end", "push"), picture(report, "end", "zoom")
    assert push.std() > 20 and zoom.std() > 20  # there is a picture, and not just something grey
    assert difference(push, zoom) > 10
    assert report["end"]["position"] == 1 and not report["end"]["playing"]
    figures = [dict(pairs) for pairs in report["end"]["figures"]]
    assert figures[0]["Subject"] == figures[1]["Subject"] and figures[0]["Background"] != figures[1]["Background"]


def test_one_playhead_scrubs_both(drive, small_plate):
    report = drive("scrub", small_plate, *SMALL)
    assert report["start"]["position"] == 0 and report["later"]["position"] == 0.75
    assert 0.4 < report["dragging"]["position"] < 0.6
    assert not any(report[moment]["playing"] for moment in ("start", "later", "dragging"))
    assert difference(picture(report, "start", "push"), picture(report, "start", "zoom")) < 1
    for which in ("push", "zoom"):
        assert difference(picture(report, "start", which), picture(report, "later", which)) > 5
        assert difference(picture(report, "later", which), picture(report, "dragging", which)) > 2


def test_keys(drive, small_plate):
    report = drive("keys", small_plate, *SMALL)
    position = {moment: values["position"] for moment, values in report.items() if moment != "screenshots"}
    playing = {moment: values["playing"] for moment, values in report.items() if moment != "screenshots"}
    assert (position["end"], position["home"], position["step"], position["back"]) == (1, 0, 0.01, 0)
    assert playing["played"] and 0 < position["played"] < position["paused"] == position["still"]
    assert not playing["paused"] and playing["clicked"] and not playing["spaced"]


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_everything_has_its_place(drive, small_plate, scale):
    report = drive("scrub", small_plate, *SMALL, scale=scale)
    inside(report["later"])
    assert report["later"]["screen"] == [1280 * scale, 720 * scale]


def test_pictures_follow_the_windows_size(drive, small_plate):
    report = drive("resize", small_plate, *SMALL)
    for moment in ("wide", "tall", "tiny"):
        inside(report[moment])
        assert picture(report, moment, "push").std() > 10


def inside(moment):
    """Both pictures have the plate's shape and, with the transport bar, lie in the window without covering another."""
    (left, top, width, height), (right, *_) = moment["push"], moment["zoom"]
    x0, y0, x1, y1 = moment["playhead"]
    assert moment["zoom"][1:] == moment["push"][1:]
    assert abs(width - height * 16 / 9) <= 1.5
    assert 0 <= left and left + width <= right and right + width <= moment["screen"][0]
    assert 0 <= top and top + height < y0 < y1 <= moment["screen"][1] and 0 <= x0 < x1 <= moment["screen"][0]


def pushin(environment, *arguments):
    return subprocess.run([sys.executable, "-m", "viewer", *map(str, arguments)], env=environment, capture_output=True,
                          text=True, timeout=60)


def test_a_bad_plate_closes_the_window_with_one_sentence(screen, tmp_path):
    (tmp_path / "broken.exr").write_bytes(b"\x76\x2f\x31\x01 and then nothing")
    done = pushin(screen, tmp_path / "broken.exr")
    assert done.returncode == 2 and done.stderr.startswith("pushin: ") and done.stderr.count("\n") == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 and Mesa are asked for by their own variables")
@pytest.mark.parametrize("change, words", [({"DISPLAY": ":987"}, "no display"),
                                           ({"MESA_GL_VERSION_OVERRIDE": "2.1"}, "OpenGL 3.3")])
def test_no_window_is_one_sentence(screen, change, words):
    done = pushin({**screen, **change})
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("pushin: The window cannot open") and words in done.stderr
