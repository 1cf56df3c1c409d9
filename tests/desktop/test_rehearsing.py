"""Hands on the rig: rehearsed, recorded, and compared."""

import pytest

from tests.desktop.reports import SMALL, difference, keys, matches_reference, picture, shot


def test_rehearsal_is_performed_recorded_and_smoothed(drive, small_plate):
    report = drive("rehearse", small_plate, *SMALL)
    assert "focus to 1 subject, 0 infinity" in report["trucked"]["message"]
    assert report["left"] == ""                                      # what the keys did goes with the rehearsal
    x, y, z = report["trucked"]["live"]
    assert x > 0.05 and y == z == 0
    assert not report["trucked"]["dirty"]                            # nothing is written until it is recorded
    matches_reference(report, "recording", pictures=False)           # which move
    many = shot(report, "recorded").take("C").timeline
    assert all(track.performed for track in many.tracks)
    assert many.track("z").keys[-1].value < -0.1 and many.track("pan").keys[-1].value < -3
    assert shot(report, "recorded").perform("C").camera(99).focus_distance < 1.0         # pulled to mark 1
    assert shot(report, "recorded").take("C").camera.f_stop == 2.8   # through a pinhole nobody would have seen it
    few = shot(report, "smoothed").take("C").timeline
    assert 0 < sum(len(t.keys) for t in few.tracks) <= sum(len(t.keys) for t in many.tracks) / 3
    assert report["smoothed"]["end"] == pytest.approx(report["recorded"]["end"], abs=0.005)
    # All the way it is where it was recorded, within what it says: 5 mm, 0.1 degrees, 1 % of zoom, 2 % of focus.
    recorded, smoothed = (shot(report, moment).perform("C") for moment in ("recorded", "smoothed"))
    for i in range(101):
        a, b = (play.as_set(4 * i / 100) for play in (recorded, smoothed))
        assert b.position == pytest.approx(a.position, abs=0.0051)
        assert (b.pan, b.tilt, b.roll) == pytest.approx((a.pan, a.tilt, a.roll), abs=0.101)
        assert b.focal_length == pytest.approx(a.focal_length, rel=0.0101)
        assert 1 / b.focus_distance == pytest.approx(1 / a.focus_distance, rel=0.021)
    assert [take.name for take in shot(report, "thrown away").takes] == ["A", "B"]
    assert difference(picture(report, "smoothed", "a"), picture(report, "thrown away", "a")) > 1
    assert not report["renamed"]["on"]                               # what was rehearsed has gone
    assert [take.name for take in shot(report, "renamed").takes] == ["one", "B"]


def test_hands_on_the_rig_reach_nothing_else(drive, small_plate):
    """Keys, with Shift for a finer hand, clicks and the wheel are all the rig's, and the take stays as it is."""
    report = drive("hands", small_plate, *SMALL)
    travelled, pulled, clicked, zoomed, dollied = (report[moment]["camera"] for moment in (
        "travelled", "pulled", "clicked", "zoomed", "dollied"))
    assert travelled[2] < -0.03 and not any(report[moment]["types"] for moment in ("travelled", "dollied"))
    near = lambda *values: pytest.approx(values, abs=2e-3)       # metres, mm
    assert pulled == near(*travelled[:4], 1 + travelled[2])      # to the box at 1 m, by its number
    assert clicked == near(*travelled[:4], 4 + travelled[2])     # to the wall at 4 m
    assert zoomed[3] == pytest.approx(35 * 1.03 ** 3, rel=0.005) and zoomed[:3] == near(*travelled[:3])
    assert dollied[2] < zoomed[2] - 0.03 and dollied[3] == pytest.approx(zoomed[3], rel=1e-4)
    assert not any(report[moment]["dirty"] or report[moment]["mends"] for moment in ("pulled", "clicked", "dollied"))
    assert not report["at the end"]["recording"] and report["under way"]["recording"]
    assert report["under way"]["time"] < 3.5                     # not on the last frame, on which nothing can be recorded
    assert not report["recorded"]["recording"]
    assert shot(report, "recorded").take("C").timeline.track("x").keys[-1].value > 0.005


def test_a_recording_is_kept_however_it_ends(drive, small_plate):
    """It becomes a take, as one step, before anybody is asked whether what is unsaved may go."""
    report = drive("recording", small_plate, *SMALL)
    for steps, (moment, take, asks) in enumerate((("home", "C", ""), ("closed", "D", "unsaved"), ("opened", "E", "unsaved"),
                                                  ("looped", "F", "")), 1):
        assert report[moment]["steps"] == steps and report[moment]["asks"] == asks and report[moment]["dirty"]
        assert not report[moment]["recording"] and f"as take {take}" in report[moment]["message"]
        at, z = zip(*keys(report, moment, take))
        assert len(at) > 3 and z[-1] < -0.02
    assert report["closed"]["closed"] == [False] and keys(report, "opened", "E")[-1][0] > 0.5
    assert "passes is recorded" in report["looped"]["message"] and "passes" not in report["home"]["message"]
    assert [take.name for take in shot(report, "undone").takes] == list("ABCDE")


def test_while_a_take_is_recorded_nothing_else_is_edited(drive, small_plate):
    """Not what it is performed on, by mouse or by keys; and how the recording ends does not cost what is recorded."""
    report = drive("rolling", small_plate, *SMALL)
    for moment in ("rack dragged", "lens", "notes", "undone", "another rig", "thrown away", "matched"):
        assert report[moment]["recording"] and shot(report, moment) == shot(report, "rolling"), moment
        assert report[moment]["message"].startswith("A take is being recorded"), moment
    asked = [moment for moment in report if moment.startswith("asked")]
    for moment in asked:     # at once, and not once it is answered
        assert report[moment]["recording"] and not report[moment]["popup"] and not report[moment]["types"], moment
        assert report[moment]["message"].startswith("A take is being recorded"), moment
    assert len(asked) == 11 and not report["recorded"]["recording"] and "as take C" in report["recorded"]["message"]
    kept, recorded = (shot(report, moment).take(take) for moment, take in (("rolling", "A"), ("recorded", "C")))
    assert shot(report, "recorded").take("A") == kept
    assert recorded.timeline.track("focus_distance") == kept.timeline.track("focus_distance")
    assert keys(report, "recorded", "C", "x")[-1][0] > report["recorded"]["last"] - 0.1
    # Slowed down to a tenth, half a second on the rig is little.
    assert keys(report, "recorded", "C", "z")[-1][1] < -1e-4 < 1e-4 < keys(report, "recorded", "C", "x")[-1][1]


def test_what_is_made_in_the_background_is_taken_as_far_as_it_edits_nothing_that_is_recorded(drive, small_plate):
    report = drive("background", small_plate, *SMALL)
    assert report["filled"]["recording"] and report["filled"]["changes"] > 0      # the picture gets no worse than it was
    keys = {moment: [len(track.keys) for track in shot(report, moment).take("C").timeline.tracks]
            for moment in ("recorded", "smoothed", "taken")}
    assert report["smoothed"]["recording"] and keys["smoothed"] == keys["recorded"] > keys["taken"]
    assert [take.name for take in shot(report, "taken").takes] == ["A", "B", "C", "D"]


def test_a_recording_through_a_lens_that_breathes_plays_as_it_was_seen(drive, small_plate):
    report = drive("breathing", small_plate, *SMALL)
    plays, seen = shot(report, "recorded").perform("C"), report["recorded"]["seen"]
    _, focal, focus, _ = zip(*seen)
    assert len(seen) > 10 and max(focal) > 1.15 * min(focal) and max(focus) > 1.3 * min(focus)
    for time, *values in seen:
        camera = plays.camera(time)
        assert [camera.focal_length, camera.focus_distance, camera.f_stop] == pytest.approx(values, rel=1e-4)
    assert report["key set"]["held"][1] > 0.7 and report["key set"]["kept"] == pytest.approx(report["key set"]["held"], rel=1e-3)
    assert shot(report, "key set").take("A").timeline.track("f_stop") is None      # nobody's hand was on the iris


def test_a_take_that_is_edited_while_it_is_rehearsed(drive, small_plate):
    """What no hand is on goes on as the take has it by now; the rest does not jump."""
    report = drive("edited", small_plate, *SMALL)
    trucked, lens, start, undone, rig = (report[moment]["camera"] for moment in (
        "trucked", "another lens", "another start", "undone", "another rig"))
    near = lambda *values: pytest.approx(values, abs=1e-3)       # metres, degrees, mm
    assert trucked[0] > 0.05 and trucked[1:5] == near(0, 0, 0, 35)
    assert lens[:5] == near(*trucked[:4], 50)
    assert start[:5] == near(*trucked[:3], 20, 50)               # no hand was on the head
    assert undone[:5] == near(*trucked[:5]) and rig[:5] == near(0, 0, 0, 0, 35)
    assert [camera[5] for camera in (trucked, lens, start, undone, rig)] == [None, 1.4, 1.4, None, None]


def test_a_tapped_pull_and_takes_compared(drive, small_plate):
    report = drive("takes", small_plate, *SMALL)
    tapped = report["pulled"]["tapped"]
    assert 0.38 < tapped < 2
    track = shot(report, "pulled").take("C").timeline.track("focus_distance")
    assert {k.value for k in track.keys[:-1]} == {"subject"}                 # through a pinhole nobody had focused yet
    assert [k.value for k in track.keys][-1] == "wall"                       # a mark that follows, by its number
    assert report["pulled"]["message"] == "Recorded as take C, shown as A; B matches it now. Ctrl+Z throws it away."    # few keys it has already
    assert float(track.keys[-1].time - track.keys[-2].time) == pytest.approx(tapped, abs=0.1)
    assert report["pulled"]["figures"][1] != report["pulled"]["figures"][0]
    assert report["next as A"]["shown"] == ["A", "B"] and report["all three"]["shown"] == ["B", "C"]
    assert [take.name for take in shot(report, "thrown away").takes] == ["A", "B"]
    assert "C" not in report["thrown away"]["shown"]
    assert shot(report, "back") == shot(report, "pulled") and report["back"]["shown"] == ["A", "C"]      # as before
    renamed = report["renamed"]
    assert renamed["shown"] == ["third", "A"] and {tuple(place) for place in renamed["chosen"]} == {("third", 0.5)}
    assert "No key is chosen" in report["nothing chosen"]["message"]
    assert shot(report, "named as before") == shot(report, "back") and report["named as before"]["shown"] == ["C", "A"]
    assert not report["shown no longer"]["on"] and not report["left"]["on"] and not report["left"]["live"]


def test_a_game_controller_is_the_rig(drive, small_plate):
    report = drive("controller", small_plate, *SMALL)
    assert not report["before"]["dirty"] and report["before"]["figures"][0]["travel"] == "0.00 m"
    done = report["after"]["done"]
    moved = lambda did: {**dict(zip("xyz", did["position"])), "pan": did["pan"] / 50, "tilt": did["tilt"] / 50,
                         "roll": did["roll"] / 50, "zoom": did["zoom"] - 1, "focus": did["focus"] - 1}
    moves = {name: {what for what, by in moved(did).items() if abs(by) > 2e-3} for name, did in done.items()}
    # Until a hand comes to the ring it follows whom the take is about.
    assert moves == {"rest": set(), "left stick": {"x", "z", "focus"}, "right stick": {"pan", "tilt", "focus"},
                     "near": {"focus"}, "far": {"focus"}, "zoom in": {"zoom"}, "zoom out": {"zoom"}, "cross": {"y", "roll"}}
    x, _, z = done["left stick"]["position"]
    assert x > 0.03 and z < -0.05 and abs(z) > x                    # right, and farther forward
    assert done["right stick"]["pan"] > 1 and done["right stick"]["tilt"] < -0.2
    assert done["near"]["focus"] < 0.9 and done["far"]["focus"] > 1.02
    assert done["zoom in"]["zoom"] > 1.1 and done["zoom out"]["zoom"] < 0.9
    assert done["cross"]["position"][1] > 0.03 and done["cross"]["roll"] < -1
