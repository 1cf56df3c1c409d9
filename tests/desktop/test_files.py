"""Opened, saved, closed, and found again after a crash."""
import os
import shutil
import signal

import pytest
from PIL import Image

from tests.desktop.reports import LINUX, SMALL, difference, keys, matches_reference, picture, screenshot, shot
from viewer.shots.shotfile import load, parse


def test_fifty_steps_saved_and_opened_again(drive, small_plate, tmp_path):
    going = tmp_path / "going.exr"
    shutil.copy(small_plate, going)
    report = drive("work", going, *SMALL)
    assert report["fifty"]["steps"] >= 48 and len(keys(report, "fifty")) >= 49
    assert report["undone"]["same"] and not report["undone"]["dirty"]
    assert "cannot be written" in report["refused"]["message"] and report["refused"]["dirty"]
    assert report["exchanged"]["message"].startswith("going.exr has been exchanged for another file; what is open goes on")
    assert not going.exists()                                        # deleted while it was open, which is said, and yet:
    assert report["gone"]["message"].startswith("going.exr has gone; what is open goes on")
    assert report["saved"]["message"].startswith("Saved kept.json\ngoing.exr has gone")
    assert load(tmp_path / "kept.json").takes == shot(report, "saved").takes == shot(report, "fifty").takes
    assert not report["saved"]["dirty"]
    assert Image.open(tmp_path / report["shot"]["files"][0]).size[0] > 160
    shutil.copy(small_plate, going)
    again = drive("reopen", tmp_path / "kept.json")
    assert shot(again, "again") == load(tmp_path / "kept.json") and not again["again"]["dirty"]
    assert picture(again, "again", "a").std() > 10


def test_something_else_is_opened(drive, small_plate, tmp_path):
    (tmp_path / "broken.exr").write_bytes(b"\x76\x2f\x31\x01 and then nothing")
    shutil.copy(small_plate, tmp_path / "other.exr")
    report = drive("another", small_plate, *SMALL)
    for moment in ("missing", "broken"):
        assert report[moment]["kept"] and shot(report, moment) == shot(report, "missing")
    assert shot(report, "other").plate.path == str(tmp_path / "other.exr")
    assert report["other"]["recent"][0] == "other.exr" and not report["other"]["rehearses"]
    assert picture(report, "other", "a").std() > 10
    assert report["bundled"]["opens"] and report["bundled"]["asks"] == ""


def test_a_plate_that_takes_long_is_given_up_by_keys(drive, small_plate, tmp_path):
    shutil.copy(small_plate, tmp_path / "other.exr")
    report = drive("impatient", small_plate, *SMALL)
    assert report["asked"] == [["Nothing is open yet.", "", ""], ["Nothing is open yet.", "help", ""],
                               ["Nothing is open yet.", "palette", ""], ["Nothing is open yet.", "", "open"]]
    assert shot(report, "opened").plate.path == str(tmp_path / "other.exr")


@pytest.mark.skipif(not (shutil.which("zenity") and shutil.which("xdotool")),
                    reason="the system's file dialog is tried with zenity and xdotool, which need not be here")
def test_the_systems_file_dialog(drive, two_screens, small_plate, tmp_path):
    """Another program's window, with another program's hands: opened in and saved in, and given up."""
    shutil.copy(small_plate, tmp_path / "OTHER.EXR")
    report = drive("browse", small_plate, *SMALL, on=two_screens)
    assert report["given up"]["asks"] == "open" and shot(report, "given up").plate.path == str(small_plate)
    assert report["opened"]["asks"] == "" and shot(report, "opened").plate.path == str(tmp_path / "OTHER.EXR")
    assert load(tmp_path / "kept.json") == shot(report, "saved") and report["saved"]["asks"] == ""
    frames = [seconds for moment, seconds, *_ in report["cancelled"]["frames"] if moment == "cancelled"]
    assert report["cancelled"]["asks"] == "" and max(frames) < 1     # it does not wait for a dialog that nobody wants


@LINUX
def test_without_a_file_dialog_the_path_is_typed(drive, small_plate, tmp_path):
    (tmp_path / "there.json").write_text("of yesterday")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "which"):      # what looks for zenity and the like finds nothing here
        (tools / name).symlink_to(shutil.which(name))
    report = drive("typed", small_plate, *SMALL, on={"PATH": str(tools)})
    matches_reference(report, "open")
    for moment in ("no place to open", "no place to save", "no place to export"):
        assert len(report[moment]) == 2 and all("cannot be reached" in said for said in report[moment])
    assert report["no path"]["asks"] == "open" and report["no path"]["message"].startswith("There is no path yet")
    assert report["a folder"]["asks"] == "save" and "is a folder" in report["a folder"]["message"]
    assert report["asked"]["text"] == "of yesterday" and "there already" in report["asked"]["message"]
    assert load(tmp_path / "there.json") == shot(report, "replaced") and not report["replaced"]["dirty"]


@LINUX
def test_no_name_and_no_folder_ends_the_window(drive, small_plate, tmp_path):
    shutil.copy(small_plate, os.fsencode(tmp_path) + b"/odd\xff.exr")
    dialog = tmp_path / "zenity"
    dialog.write_bytes(b"#!/bin/sh\nprintf '%s/odd\\377.exr\\n' " + bytes(tmp_path))
    dialog.chmod(0o755)
    home = tmp_path / "home"
    report = drive("odd_places", small_plate, *SMALL, on={"PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(home)})
    assert report["chosen"]["asks"] == "open"
    assert report["dropped"]["kept"] and report["dropped"]["message"] == "The name of odd?.exr is no text (not UTF-8); rename it."
    assert "File name too long" in report["long"]["message"]
    assert report["longer"]["asks"] == "save" and "cannot be reached" in report["longer"]["message"]
    assert report["gone Ctrl+O"]["asks"] == ["open", False] and report["gone Ctrl+S"]["asks"] == ["save", False]
    assert report["gone Ctrl+E"]["export"] == str(home / "shot.mp4")


def test_opening_with_unsaved_work_asks_and_loses_nothing(drive, small_plate, tmp_path):
    shutil.copy(small_plate, tmp_path / "other.exr")
    report = drive("leaving", small_plate, *SMALL)
    assert report["asked"]["asks"] == "unsaved" and report["naming"]["asks"] == "save"
    assert report["failed"]["dirty"] and shot(report, "failed") == shot(report, "asked")
    assert not report["stayed"]["dirty"] and shot(report, "stayed") == shot(report, "failed")
    assert len(keys(report, "stayed")) == 3 and len(load(tmp_path / "kept.json").take("A").timeline.track("z").keys) == 2
    assert shot(report, "other").plate.path == str(tmp_path / "other.exr")
    assert shot(report, "recent") == load(tmp_path / "kept.json")


def test_edits_while_something_is_opened_are_asked_about(drive, small_plate, tmp_path):
    shutil.copy(small_plate, tmp_path / "other.exr")
    report = drive("meanwhile", small_plate, *SMALL)
    assert report["asked"]["asks"] == "unsaved" and report["asked"]["kept"] and len(keys(report, "asked")) == 3
    assert report["stayed"]["kept"] and shot(report, "stayed") == shot(report, "asked")
    assert report["other"]["asks"] == "" and shot(report, "other").plate.path == str(tmp_path / "other.exr")


def test_what_somebody_else_has_saved_meanwhile_is_asked_about(drive, small_plate, tmp_path):
    report = drive("overtaken", small_plate, *SMALL)
    assert report["asked"]["asks"] == "overtaken" and report["asked"]["title"] == "theirs"
    assert report["named"]["path"] == str(tmp_path / "kept-2.json") and report["named"]["saved"] == report["named"]["shot"]
    assert report["named"]["title"] == "theirs" and not report["named"]["dirty"]
    assert report["replaced"]["asks"] == "" and report["replaced"]["saved"] == report["replaced"]["shot"]
    assert report["theirs asked"]["asks"] == "unsaved"
    assert shot(report, "theirs").title == "again theirs" and not report["theirs"]["dirty"]


def test_a_text_field_keeps_no_chord_to_itself_that_it_has_no_use_for(drive, small_plate):
    report = drive("typing", small_plate, *SMALL)
    assert report["saved"]["notes"] == "mind the lamp" and report["saved"]["message"] == "Saved kept.json"
    assert shot(report, "left").take("A").notes == "mind the lamp" and not report["left"]["dirty"]
    assert report["exports"]["asks"] and report["exports"]["filter"] == "push"


def crashed(begin, *plate, scenario="crash"):
    process = begin(scenario, *plate)
    os.kill(process.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.wait()


def test_nothing_is_lost_in_a_crash(drive, begin, small_plate, tmp_path):
    crashed(begin, small_plate, *SMALL)
    report = drive("recover", small_plate, *SMALL)
    assert shot(report, "restored") == parse((tmp_path / "crashed.json").read_text())
    assert report["restored"]["dirty"] and report["restored"]["steps"] == 2 and report["restored"]["shown"] == ["B", "A"]
    assert shot(report, "undone") != shot(report, "restored")        # with its undo
    assert picture(report, "restored", "a").std() > 10


def test_what_was_performed_comes_back_after_a_crash(drive, begin, small_plate, tmp_path):
    crashed(begin, small_plate, *SMALL, scenario="crash_recording")
    report = drive("recover", small_plate, *SMALL)
    assert keys(report, "restored", "C")[-1][0] > float((tmp_path / "performed").read_text()) - 2
    assert report["restored"]["steps"] == 1
    assert [take.name for take in shot(report, "undone").takes] == ["A", "B"]


def test_what_is_restored_is_not_taken_for_what_arrives_before_it(drive, begin, small_plate, tmp_path):
    crashed(begin, small_plate, *SMALL)
    report = drive("recover_early", small_plate, *SMALL)
    assert shot(report, "restored") == parse((tmp_path / "crashed.json").read_text())
    assert report["restored"]["dirty"] and report["restored"]["steps"] == 2


def test_what_cannot_be_restored_stays_for_the_next_start(drive, begin, small_plate, tmp_path):
    shutil.copy(small_plate, tmp_path / "mine.exr")
    crashed(begin, tmp_path / "mine.exr", *SMALL)
    (tmp_path / "mine.exr").unlink()
    report = drive("cannot_restore", small_plate, *SMALL)
    assert "mine.exr" in report["said"] and shot(report, "refused").plate.path == str(small_plate)
    shutil.copy(small_plate, tmp_path / "mine.exr")
    assert drive("recover", small_plate, *SMALL)["restored"]["steps"] == 2


def test_a_scale_that_was_told_is_not_restored_on_another_picture(drive, begin, small_plate, tmp_path):
    mine = tmp_path / "mine.png"
    Image.new("RGB", (160, 90), "gray").save(mine)
    depth = Image.new("L", (160, 90), 60)
    depth.paste(200, (50, 20, 110, 70))
    depth.save(tmp_path / "mine_depth.png")
    crashed(begin, mine, "--depth", tmp_path / "mine_depth.png", *SMALL, scenario="crash_told")
    Image.new("RGB", (80, 45), "gray").save(mine)
    depth.resize((80, 45)).save(tmp_path / "mine_depth.png")
    report = drive("recover", small_plate, *SMALL)
    assert shot(report, "restored").title == "kept"
    assert report["restored"]["message"].startswith("mine.png is another picture than before the crash: the scale")
    assert shot(report, "restored").plate.adjustments is None and shot(report, "undone").plate.adjustments is None


def test_closing_with_unsaved_work_asks(drive, small_plate):
    report = drive("closing", small_plate, *SMALL)
    assert difference(screenshot(report, "unsaved"), screenshot(report, "stayed")) > 1
    matches_reference(report, "unsaved")
    assert report["stayed"]["asks"] == "" and report["stayed"]["dirty"] and report["closed"]
