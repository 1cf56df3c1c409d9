"""The shot in words must agree with the shot in numbers."""
import csv
import io
import re
from dataclasses import replace

import pytest

from viewer.export.description import FORMATS, LISTED, Line, Setting, as_csv, as_markdown, as_text, frame_label, prompt, shot_line
from viewer.shots.comparison import matched
from viewer.shots.document import PlateFile, Shot, Take, start_camera
from viewer.shots.focus_pulls import follow, rack
from viewer.shots.framing import Stage, Subject
from viewer.shots.kit import kit
from viewer.shots.moves import MOVES, Scene, make
from viewer.shots.rigs import RIGS
from viewer.shots.timeline import Key, Timeline, Track

STAGE = Stage(1280, 720)
MIRA = Subject("mira", (174, 166, 632, 659), 1.5097, "person", (311, 166, 494, 385))
TOM = Subject("tom", (905, 248, 1137, 638), 3.1102, "person", (982, 248, 1063, 352))
SCENE = Scene(STAGE, (MIRA, TOM), start_camera(STAGE, f_stop=2.0))


def shot(move, focus=None, rig="dolly", scene=SCENE, **words):
    timeline = make(scene, move, **words)
    timeline = timeline + focus if focus else timeline
    return Shot(PlateFile(STAGE), scene.subjects, (Take("A", timeline, scene.camera, rig),), number="12",
                title="A café, evening.")


def test_a_frames_label_for_a_contact_sheet():
    one = shot("push-in", follow(SCENE), subject="mira", start="medium", end="close-up", seconds=6)
    play, times = one.perform(), one.frames()
    assert frame_label(one, one.take(), play, times[0]) == "00:00:00:00  35 mm  f/2  focus 1.61 m  medium"
    assert frame_label(one, one.take(), play, times[-1]) == "00:00:05:23  35 mm  f/2  focus 0.64 m  close-up"


def test_a_frames_label_says_infinity_as_the_window_does():
    timeline = Timeline(1, (Track("focus_distance", (Key(0, "infinity"),)),))
    far = Shot(PlateFile(STAGE), (), (Take("A", timeline, SCENE.camera),))
    assert "focus ∞" in frame_label(far, far.take(), far.perform(), 0)


def test_what_nobody_has_named_has_no_shot_size():
    """It is a place of the picture: how much of somebody that is, is not known."""
    place = Subject("subject", (600.0, 300.0, 728.0, 428.0), 1.5)
    one = shot("push-in", scene=Scene(STAGE, (place,), SCENE.camera), amount="30%", seconds=6)
    play = one.perform()
    assert frame_label(one, one.take(), play, 0) == "00:00:00:00  35 mm  f/2  focus 1.60 m"
    assert shot_line(one).size == "-" and part(prompt(one), "Start frame").startswith("subject (filling 18% of the frame), in the")
    named = shot("push-in", scene=Scene(STAGE, (replace(place, name="cup"),), SCENE.camera), amount="30%", seconds=6)
    assert shot_line(named).size == "full to medium long" and "full shot of cup (filling" in prompt(named)


def test_no_number_is_a_power_of_ten():
    """However long a take is, and however far away what it pulls to with nobody in front."""
    pull = Timeline(2500, (Track("focus_distance", (Key(0, 15.0), Key(9, 1500.0))),))
    long = Shot(PlateFile(STAGE), (), (Take("A", pull + make(SCENE, "pan", amount="10°", seconds=2500), SCENE.camera),))
    assert shot_line(long).duration == "2500 s (60000 frames)" and "over 2500 s," in part(prompt(long), "Camera")
    assert part(prompt(long), "Duration").startswith("2500 seconds,") and "from 15 m to 1500 m" in part(prompt(long), "Focus")


def test_line_breaks_in_a_persons_words_break_no_line():
    subject = replace(MIRA, name="mi\r\nra")
    one = shot("push-in", scene=Scene(STAGE, (subject,), SCENE.camera), subject=subject.name, amount="20%", seconds=6)
    one = replace(one, number="12\n3", title="A café,\nevening.")
    assert (shot_line(one).number, shot_line(one).subject) == ("12 3", "mi ra")
    assert len(as_text([shot_line(one)]).splitlines()) == 2
    assert all(re.match("[A-Z][a-z ]+: ", line) for line in prompt(one).splitlines()) and "mi ra" in prompt(one)


def part(text, label):
    return next(line.removeprefix(f"{label}: ") for line in text.splitlines() if line.startswith(f"{label}: "))


def test_the_shot_list_line():
    one = shot("push-in", follow(SCENE), subject="mira", start="medium", end="close-up", seconds=6)
    one = replace(one, body=kit().body("ALEXA 35 4K 16:9"))
    one = one.with_take(replace(one.take("A"), lens=kit().lens("Supreme Prime 35")))
    assert shot_line(one) == Line("12", "medium to close-up", "push-in + follow focus",
                                  "35 mm f/2 (ZEISS Supreme Prime 35 mm)", "dolly, ARRI ALEXA 35 4K 16:9", "mira",
                                  "6 s (144 frames)", Setting("2", "1.61", "1.61", "1.46", "1.78"),
                                  Setting("2", "0.64", "0.64", "0.62", "0.67"))
    both = one.with_take(replace(matched(one.take("A"), "mira"), lens=None))
    line = shot_line(both, "B")
    assert line.number == "12B" and line.move == "zoom matched to take A + follow focus"
    assert line.lens == "35-89 mm f/2" and line.size == "medium to close-up"
    wide = shot("pull-out", subject="mira", end="wide", seconds=8)
    assert shot_line(wide.with_take(matched(wide.take("A"), "mira")), "B").move == "zoom matched to take A, but not from 4.1 s on"


def test_a_move_that_comes_back_names_its_turning_point():
    assert shot_line(shot("push-in pull-out into a close-up", seconds=7)).size == "medium to close-up"
    assert shot_line(shot("static")).size == "medium" and shot_line(shot("static")).move == "static"


@pytest.mark.parametrize("channel, values, reads", [
    ("focal_length", (35, 46.7, 35), "35-47-35 mm f/2"), ("focal_length", (35, 25, 60, 50), "35-25-60-50 mm f/2"),
    ("focal_length", (35, 40, 50), "35-50 mm f/2"), ("focal_length", (35, 35.2), "35 mm f/2"), ("f_stop", (2, 5.6, 2), "35 mm f/2-5.6-2"),
    ("f_stop", (2, 8), "35 mm f/2-8")])
def test_the_shot_list_has_all_that_a_ring_is_turned_through(channel, values, reads):
    track = Track(channel, tuple(Key(time, value) for time, value in enumerate(values)))
    assert shot_line(Shot(PlateFile(STAGE), (MIRA,), (Take("A", Timeline(len(values), (track,)), SCENE.camera),))).lens == reads


def test_text_csv_and_markdown_hold_the_same():
    lines = [shot_line(shot("push-in", seconds=4)), Line("2", "a|b", "pan, then \"tilt\"", "=1+1", "-", "tom", "1 s")]
    text, table = as_text(lines), as_markdown(lines)
    assert text.splitlines()[0].split() == [field.capitalize() for field in LISTED]
    rows = list(csv.DictReader(io.StringIO(as_csv(lines))))
    assert rows[0]["number"] == "12" and rows[1]["move"] == "pan, then \"tilt\""
    assert rows[1]["lens"] == "'=1+1" and rows[1]["equipment"] == "-"      # no formula for a spreadsheet to run
    end = {name: rows[0][f"end_{name}"] for name in ("f_stop", "focus_m", "distance_m")}      # which the shot list has no room for
    assert end == {"f_stop": "2", "focus_m": "1.60", "distance_m": "1.13"} and rows[1]["start_focus_m"] == ""
    assert float(rows[0]["end_sharp_from_m"]) < 1.6 < float(rows[0]["end_sharp_to_m"])
    assert "a\\|b" in table and all(line.replace("\\|", "").count("|") == 8 for line in table.splitlines())
    assert set(FORMATS) == {"text", "csv", "markdown"}


def test_a_push_in_prompt():
    text = prompt(shot("push-in", rack(SCENE, subject="mira", to="tom", at=2, seconds=1.5), subject="mira", start="medium",
                       end="close-up", seconds=10))
    assert part(text, "Scene") == "A café, evening."
    assert part(text, "Start frame").startswith("medium shot of mira (head to waist), left of centre; tom behind, "
                                                "right")
    assert part(text, "End frame").startswith("close-up of mira")
    camera = part(text, "Camera")
    assert "moves forward 0.96 m" in camera and "at a moderate pace over 10 s" in camera and "on a dolly" in camera
    assert "grows to 2.5 times its size, the background at 3.2 m (tom) only to 1.4 times" in camera
    focus = part(text, "Focus")
    assert focus.startswith("At the start mira is "
                            "sharp") and "From 2.0 s to 3.5 s focus shifts from mira to tom." in focus
    assert focus.rstrip(".").split("At the end ")[1].startswith("tom is sharp, mira soft")
    assert "tension" in part(text, "Feeling") and "led by the focus" in part(text, "Feeling")
    assert part(text, "Duration").startswith("10 seconds")


@pytest.mark.parametrize("move, words, camera, feeling", [
    ("dolly zoom in", dict(amount="40%", seconds=3), "keeps its size while the background at 3.1 m (tom) shrinks", "vertigo"),
    ("dolly zoom out", dict(amount="60%", seconds=3), "keeps its size while the background at 3.1 m (tom) grows", "dread"),
    ("zoom in", dict(amount="40%", seconds=6), "perspective does not change", "scrutiny"),
    ("pull-out", dict(amount="60%", seconds=6), "moves back", "loneliness"),
    ("push-in", dict(amount="50%", seconds=1.5), "fast", "urgency"),
    ("push-in", dict(amount="12%", seconds=8), "very slowly", "quietly growing"),
    ("truck", dict(amount="0.5 m left", seconds=4), "travels 0.50 m to the left", "discovery"),
    ("tracking", dict(amount="0.5 m", seconds=4), "degrees left", "still centre"),
    ("boom", dict(amount="0.4 m", seconds=4), "rises 0.40 m", "rising overview"),
    ("pedestal", dict(amount="0.4 m down", seconds=4), "sinks 0.40 m", "eye level"),
    ("roll", dict(amount="15°", seconds=2), "rolls 15 degrees clockwise", "unease"),
    ("push-in pull-out", dict(amount="30%", seconds=8), "comes back the same way", "letting go"),
    ("static", dict(seconds=4), "does not move", "stillness"),
])
def test_what_the_camera_does_is_read_off_the_camera(move, words, camera, feeling):
    text = prompt(shot(move, follow(SCENE), **words))
    assert camera in part(text, "Camera") and feeling in part(text, "Feeling")


@pytest.mark.parametrize("move, words, reads", [
    ("arc", dict(amount="15°"), "the camera arcs 15 degrees to the right round mira, "),
    ("arc", dict(amount="160° left", subject="tom"), "the camera arcs 160 degrees to the left round tom, "),
    ("tracking", dict(amount="0.4 m"), "travels 0.40 m to the right and pans 14 degrees left"),
    ("push-in with pan", dict(amount="40%"), "moves forward 0.60 m")])
@pytest.mark.parametrize("recorded", [False, True])
def test_a_way_around_a_subject_is_an_arc(move, words, reads, recorded):
    """By its name, or seen from where the camera goes; a straight way past it is none."""
    one = shot(move, follow(SCENE), seconds=4, **words)
    if recorded:
        cameras = [(n / 8, one.perform("A").camera(n / 8)) for n in range(33)]
        values = {"x": lambda c: c.position[0], "z": lambda c: c.position[2], "pan": lambda c: c.pan}
        tracks = tuple(Track(channel, tuple(Key(t, of(c)) for t, c in cameras), performed=True) for channel, of in values.items())
        one = one.with_take(replace(one.take("A"), timeline=Timeline(4, tracks)))
    assert reads in part(prompt(one), "Camera")


@pytest.mark.parametrize("move, rig, stands", [
    ("static", "dolly", "tripod"), ("zoom in", "dolly", "tripod"), ("pan", "slider", "tripod"), ("zoom in", "steadicam", "steadicam"),
    ("zoom in", "locked-off", "locked-off"), ("push-in", "dolly", "dolly"), ("push-in pull-out", "slider", "slider")])
def test_a_camera_that_does_not_travel_stands_on_a_tripod(move, rig, stands):
    one = shot(move, seconds=4, rig=rig)
    assert shot_line(one).equipment == stands and stands in part(prompt(one), "Camera")
    assert stands == rig or rig not in part(prompt(one), "Camera")


def test_only_a_lens_that_zooms_makes_a_dolly_zoom():
    """An arc goes about the subject at one distance: that keeps its size, and the background's changes."""
    far = replace(SCENE, subjects=(MIRA, replace(TOM, depth=6.0)))
    text = prompt(shot("arc", amount="60°", seconds=6, scene=far))
    assert "The subject keeps its size while the background" in part(text, "Camera") and "zoom" not in text
    assert "vertigo" not in text and "dread" not in text and "still centre" in part(text, "Feeling")
    assert "a dolly zoom." in prompt(shot("dolly zoom in", amount="40%", seconds=3))


@pytest.mark.parametrize("depth, amount, reads", [
    (1e5, "-5%", "shrinks to 0.95 times its size, the background at 100000 m (tom) keeps its own: perspective changes."),
    (1e5, "3%", "grows to 1.03 times its size, the background at 100000 m (tom) keeps its own: perspective changes."),
    (3.1, "40%", "grows to 1.7 times its size, the background at 3.1 m (tom) only to 1.2 times: perspective changes.")])
def test_what_hardly_changes_is_not_said_to_change(depth, amount, reads):
    move = "pull-out" if amount.startswith("-") else "push-in"
    one = shot(move, amount=amount.strip("-"), seconds=6, scene=replace(SCENE, subjects=(MIRA, replace(TOM, depth=depth))))
    assert reads in part(prompt(one), "Camera")


def test_the_rig_is_heard_but_its_float_is_no_move():
    text = prompt(shot("static", follow(SCENE), rig="handheld", seconds=5))
    assert "does not move" in part(text, "Camera") and "nervous immediacy" in part(text, "Feeling")


def test_focus_in_words():
    assert part(prompt(shot("push-in", follow(SCENE), seconds=4)), "Focus").count("Focus follows mira throughout") == 1
    pinhole = replace(SCENE, camera=replace(SCENE.camera, f_stop=None))
    assert part(prompt(shot("push-in", seconds=4, scene=pinhole)), "Focus") == "everything is sharp, near and far."
    reveal = make(SCENE, "rack reveal", subject="mira", at=1)
    assert "focus shifts from in front of mira to mira" in part(prompt(shot("static", reveal)), "Focus")
    large = start_camera(STAGE, sensor_width=360.0, focal_length=80.0, f_stop=16.0)     # all is sharp on it
    both = shot("static", follow(SCENE))
    both = both.with_take(replace(both.take(), name="B", camera=large))
    alone = replace(both, takes=(both.take("B"),))
    assert part(prompt(both, "B"), "Focus") == part(prompt(alone), "Focus"), "a take's sensor is its own"
    away = make(SCENE, "pull focus away", subject="mira", side="far")
    assert "focus shifts from mira to behind" in part(prompt(shot("static", away)), "Focus")


def test_who_leaves_the_frame_is_said():
    text = prompt(shot("zoom in", subject="mira", amount="50%", seconds=4))
    assert "tom behind" in part(text, "Start frame") and "tom out of frame" in part(text, "End frame")


@pytest.mark.parametrize("move, amount, size, gone", [
    ("push-in", "120%", "medium to close-up to behind the camera", "behind the camera"),
    ("push-in", "90%", "medium to close-up to out of frame", "out of frame"),
    ("pan", "120°", "medium to behind the camera", "behind the camera"), ("pan", "40°", "medium to out of frame", "out of frame"),
    ("push-in pull-out", "120%", "medium to medium close-up to behind the camera", "")])
def test_a_subject_that_is_not_in_the_frame_is_not_told_as_if_it_were(move, amount, size, gone):
    one = shot(move, amount=amount, seconds=6)
    text = prompt(one)
    assert shot_line(one).size == size and "times" not in text and "close-up of mira" not in text
    assert f"mira comes to be {gone or 'behind the camera'}." in part(text, "Camera")
    assert part(text, "End frame").startswith(f"mira {gone};" if gone else "medium shot of mira")
    assert frame_label(one, one.take(), one.perform(), 6).endswith(gone or "medium")


def test_a_pan_changes_no_size():
    text = prompt(shot("pan", amount="12°", seconds=6))
    assert "times" not in text and "scrutiny" not in text


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("rig", ["dolly", "handheld"])
def test_every_move_can_be_told(name, rig):
    text = prompt(shot(name, rig=rig))
    assert all(part(text, label).endswith(".") for label in ("Start frame", "End frame", "Camera", "Focus", "Feeling"))
    assert "nan" not in text and "  " not in text and rig in RIGS


@pytest.mark.parametrize("move, feeling", [("push-in", "tension"), ("zoom in", "scrutiny"), ("truck", "discovery")])
def test_a_shot_about_a_point_is_told_without_sizes(move, feeling):
    lamp = Subject("lamp", (600, 100, 600, 100), 2.25)
    one = shot(move, scene=replace(SCENE, subjects=(lamp,)), seconds=4)
    text = prompt(one)
    assert shot_line(one).size == "-" and feeling in part(text, "Feeling")
    assert part(text, "Start frame").startswith("lamp, ") and "times" not in text


def test_a_background_that_is_not_known_has_no_figure():
    alone = replace(SCENE, subjects=(MIRA,))
    assert "times its size, the background less: perspective changes." in prompt(shot("push-in", scene=alone, seconds=4))
    near = replace(alone, camera=replace(SCENE.camera, position=(0, 0, 150)))
    assert re.search(r"grows to \d+ times its size", prompt(shot("push-in", scene=near, amount="150 m", seconds=60)))


def test_a_shot_without_subjects_is_told_too():
    bare = Shot(PlateFile(STAGE), (), (Take("A", make(Scene(STAGE), "truck", seconds=3), SCENE.camera),))
    assert shot_line(bare).subject == "-" and shot_line(bare).size == "-"
    assert "travels 0.30 m to the right" in prompt(bare)


def test_numbers_and_nouns_agree():
    still = shot("static", seconds=1)
    assert "Duration: 1 second, one" in prompt(still) and "24 frames per second" in prompt(still)
    assert "Duration: 2 seconds, one" in prompt(shot("static", seconds=2))
