"""What leaves the window: films, and the director's monitor."""
import os
import shutil
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from tests.desktop.reports import LINUX, SMALL, difference, matches_reference, picture, screenshot, shot
from viewer.shots.shotfile import parse


def test_export_while_playing_on(drive, small_plate, tmp_path):
    import av
    shutil.copy(small_plate, tmp_path / "other.exr")
    report = drive("export", small_plate, *SMALL)
    with av.open(str(tmp_path / "film.mp4")) as film:
        assert film.streams.video[0].frames == 48
    assert report["exported"]["played"] > 4
    assert report["cancelled"]["message"] == "The export was cancelled." and not (tmp_path / "other.mp4").exists()
    # What is there is not replaced unasked, and another document does not go where the last one went.
    assert report["asked"]["asks"] and not report["asked"]["running"] and "there already" in report["asked"]["message"]
    assert report["insisted"]["running"] and not report["insisted"]["asks"]
    assert report["closing"]["asks"] == "exporting" and not report["closing"]["may_close"]
    assert report["exporting on"]["running"] and report["exporting on"]["asks"] == ""
    assert not report["frames"]["running"] and "export once more" in report["frames"]["message"]
    assert report["frames insisted"]["running"]
    assert report["another"]["path"] == str(tmp_path / "shot.mp4")
    assert report["another"]["take"] == "B" and report["another"]["width"] < 600     # however many takes there are
    assert report["still asked"]["asks"] == ["", True]


@LINUX
def test_files_are_asked_for_by_keys_alone(drive, small_plate, tmp_path):
    """Opening and exporting, each list and button of it, with another program for the system's dialog."""
    shutil.copy(small_plate, tmp_path / "other.exr")
    (tmp_path / "frames").mkdir()
    (tmp_path / "tools").mkdir()
    dialog = tmp_path / "tools" / "zenity"
    dialog.write_text(f'#!/bin/sh -f\necho $@ >> {tmp_path}/asked-for\ncat {tmp_path}/answer\n')
    dialog.chmod(0o755)
    report = drive("export_by_keys", small_plate, *SMALL, on={"PATH": f"{dialog.parent}:{os.environ['PATH']}"})
    matches_reference(report, "asked")
    assert not report["closed"]["asks"] and report["asked"]["popup"]
    assert report["given up"]["asks"] and report["given up"]["take"] == "A" and report["chosen"]["take"] == "B"
    assert report["film"]["path"] == str(tmp_path / "film.mp4") and report["film"]["bokeh"] == "off"
    assert report["frames"]["path"] == str(tmp_path / "frames") + "/"
    assert report["started"]["running"] and not report["started"]["asks"]
    assert report["cancelled"]["message"] == "The export was cancelled."
    assert not report["left"]["asks"] | report["left"]["running"]
    film, frames, plate = (tmp_path / "asked-for").read_text().splitlines()
    assert "--save" in film and "*.mp4" in film and "--directory" in frames and "*.exr" in plate
    assert report["opened"]["asks"] == "" and shot(report, "opened").plate.path == str(tmp_path / "other.exr")
    assert report["played"]["playing"] and not report["played"]["popup"]       # keys are the shot's again


def test_exported_is_the_depth_of_the_document(drive, small_plate, tmp_path):
    shutil.copy(small_plate, tmp_path / "mine.exr")
    report = drive("export_mended", tmp_path / "mine.exr", *SMALL)
    assert report["scaled"]["depth"] == pytest.approx(8, rel=1e-3)
    assert parse(report["scaled"]["sent"]).takes == shot(report, "brushed").takes       # it has followed the scale
    for moment in ("brushed", "before"):
        assert report[moment]["depth"] == pytest.approx(8 / 1.1, rel=0.02)
    assert report["before"]["shown"] == pytest.approx(8, rel=1e-3)


def test_directors_monitor_shows_take_a_clean(drive, small_plate):
    report = drive("monitor", small_plate, *SMALL)
    feed = np.asarray(Image.open(report["screenshots"]["feed"]).convert("RGB"), int)
    feed = feed[:feed.shape[0] * 3 // 4]
    a = Image.fromarray(picture(report, "open", "a").astype(np.uint8)).resize(feed.shape[1::-1])
    assert difference(feed, np.asarray(a, int)) < 4
    assert not report["closed"]["open"]
    # Nothing stays on the GPU each time; that a slower moment wants a program that was not needed before is no leak.
    programs = report["again"]["programs"]
    assert programs[0] > 1 and any(before == after for before, after in pairwise(programs))


def test_directors_monitor_fills_the_second_screen(drive, two_screens, small_plate):
    """Seen as the screens show it: clean, within frame lines, on the timeline's moment; it may be unplugged and come back."""
    report = drive("second_screen", small_plate, *SMALL, on=two_screens)
    seen = {moment: screenshot(report, f"{moment}, all screens") for moment in report if moment != "screenshots"}
    width, height, top = 1024, 768, 96                       # the second screen, and where a picture in 16:9 begins
    pictures = {}
    for moment in ("start", "later", "bare", "again"):
        assert report[moment]["feed"] == [width, height] and seen[moment].shape == (768, 1280 + width, 3)
        second = seen[moment][:, 1280:]
        assert second[:top].max() == second[height - top:].max() == 0
        pictures[moment] = second[top:height - top]
    assert (seen["before"][:, 1280:] == 0).all()
    for moment in ("start", "later"):
        frame = round(width / 2.39)
        edge = (576 - frame) // 2                            # what is not delivered is dim, up to a line
        inside = slice(edge + 5, 576 - edge - 5)
        a = Image.fromarray(picture(report, moment, "a").astype(np.uint8)).resize((width, 432))
        assert difference(pictures[moment][inside][:300], np.asarray(a, int)[inside][:300]) < 4
        line = pictures[moment][edge - 4:edge + 4].min(-1)
        assert line.min(1).max() > 1.5 * pictures[moment][inside].min(-1).mean()
        assert pictures[moment][:edge - 4].mean() < 0.5 * pictures["bare"][:edge - 4].mean()
    assert difference(pictures["start"], pictures["later"]) > 5
    assert difference(pictures["again"], pictures["bare"]) < 1
    assert report["unplugged"]["feed"] is False and "screen has gone" in report["unplugged"]["message"]
    assert difference(seen["unplugged"][:500], screenshot(report, "unplugged")[:500]) < 3    # the window works on
    assert report["beside"]["feed"] == [960, 540]
    assert report["start"]["pointer"] == report["before"]["pointer"]
