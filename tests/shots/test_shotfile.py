"""The shot file: what is saved comes back; what is broken is said in a sentence."""
import copy
import json
import math
import os
import random
import time
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.errors import PushinError
from viewer.plate import Plate
from viewer.shots.camera_moves import push_in
from viewer.shots.comparison import matched
from viewer.shots.document import Match, PlateFile, Shot, Take, start_camera
from viewer.shots.focus_pulls import follow, rack
from viewer.shots.framing import Stage, Subject
from viewer.shots.kit import kit
from viewer.shots.moves import MOVES, Scene, make
from viewer.shots.rigs import RIGS
from viewer.shots.shotfile import changes, dump, gone, load, open_plate, parse, plate_file, save
from viewer.shots.timeline import INFINITY, Hold, Key, Timeline, Track

STAGE = Stage(1280, 720, 35.0, 36.0, (640.0, 361.5))
SUBJECTS = (Subject("mira", (174, 166, 632, 659), 1.51, "person", (311, 166, 494, 385)),
            Subject("tóm", (905, 248, 1137, 638), 3.11, "person", (982, 248, 1063, 352)),
            Subject("lamp", (600.5, 100, 600.5, 100), 2.25))
SCENE = Scene(STAGE, SUBJECTS, start_camera(STAGE))


def example() -> Shot:
    move = push_in(SCENE, start="medium", end="close-up", seconds=6) + follow(SCENE) + rack(SCENE, to="tóm", at=4)
    a = Take("A", move, SCENE.camera, "handheld", 7, kit().lens("Supreme Prime 35"), notes="slow, “breathing”")
    arc = make(SCENE, "arc", amount="20°", seconds="5/2") + make(SCENE, "dolly zoom in", seconds=2)
    return Shot(PlateFile(STAGE, "/stage/plate.exr", "ab" * 32, None, None, "inverse", (640.0, 361.5), 1.0, 9.5), SUBJECTS,
                (a, matched(a, "mira"), Take("C", arc, SCENE.camera, "drone")), Fraction(24000, 1001), "12B", "Café",
                2.387, 3840, kit().body("ALEXA 35 4K 16:9"), "notes\nof two lines")


# -- saving and loading -----------------------------------------------------------------------------------------------

def test_save_load_save_is_identical(tmp_path):
    shot, one, two = example(), tmp_path / "one.json", tmp_path / "two.json"
    save(shot, one)
    assert load(one) == shot
    save(load(one), two)
    assert one.read_bytes() == two.read_bytes()
    assert [p.name for p in tmp_path.iterdir()] in (["one.json", "two.json"], ["two.json", "one.json"])


def test_in_and_out_points_are_in_the_file_where_there_are_any(tmp_path):
    shot = replace(example(), in_point=Fraction(3, 2), out_point=6)
    save(shot, tmp_path / "shot.json")
    assert load(tmp_path / "shot.json") == shot
    assert "in_point" not in dump(example()) and "out_point" not in dump(example())


times = st.fractions(0, 60, max_denominator=1001)
names = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=12).filter(
    lambda n: n.strip() and n != INFINITY)
eases = st.one_of(st.sampled_from(["linear", "in", "out", "both", "hold"]),
                  st.tuples(st.floats(0, 1), st.floats(-1, 2), st.floats(0, 1), st.floats(-1, 2)))


@st.composite
def shots(draw):
    subjects = tuple(Subject(name, (0.0, 0.0, draw(st.floats(1, 99)), 50.0), draw(st.floats(0.1, 100)),
                             draw(st.sampled_from(["person", "object"])))
                     for name in draw(st.lists(names, min_size=1, max_size=3, unique=True)))
    known = st.sampled_from([s.name for s in subjects])

    def track(channel, values, about=None):
        at = sorted(draw(st.sets(times, min_size=1, max_size=4)))
        return Track(channel, tuple(Key(t, draw(values), draw(eases)) for t in at), draw(st.text(max_size=9)), about)
    tracks = (track("z", st.floats(-5, 5)), track("arc", st.floats(-90, 90), draw(known)),
              track("focus_distance", st.one_of(st.floats(0.1, 1e4), known, st.just(INFINITY))))
    start, end = sorted((draw(times), draw(times)))
    timeline = Timeline(draw(st.fractions(Fraction(1, 24), 60, max_denominator=1001)), tracks,
                        (Hold(draw(st.sampled_from(["size", "framing"])), draw(known), start, end),))
    takes = (Take("A", timeline, rig=draw(st.sampled_from(sorted(RIGS))), seed=draw(st.integers(-9, 2**40))),
             Take("B", Timeline(1), match=Match("A", draw(known), draw(st.sampled_from(["zoom", "push-in"])))))
    return Shot(PlateFile(STAGE), subjects, takes[:draw(st.integers(1, 2))], notes=draw(st.text(
        st.characters(blacklist_categories=("Cs",)), max_size=20)))


@settings(max_examples=150, deadline=None)
@given(shots())
def test_any_shot_comes_back_as_it_was(shot):
    text = dump(shot)
    assert parse(text) == shot and dump(parse(text)) == text


def test_every_move_comes_back_as_it_was():
    for move in MOVES:
        shot = Shot(PlateFile(STAGE), SUBJECTS, (Take("A", make(SCENE, move), SCENE.camera),))
        assert parse(dump(shot)) == shot


def test_it_is_readable():
    text = dump(example())
    assert json.loads(text)["version"] == 1 and text.startswith('{\n "version": 1,')
    assert '"box": [174.0, 166.0, 632.0, 659.0]' in text and '"fps": "24000/1001"' in text and "Café" in text
    assert '"time": "5/2"' in text


def test_words_in_brackets_are_saved_as_they_are_written():
    noted = replace(example(), notes="takes [ 1, 2 ] and [ e ]", title="[  3  ]")
    assert parse(dump(noted)) == noted


def test_paths_are_relative_in_the_file_and_absolute_in_memory(tmp_path):
    folder = tmp_path / "shots"
    folder.mkdir()
    shot = replace(example(), plate=PlateFile(STAGE, str(tmp_path / "plates" / "a.exr")))
    save(shot, folder / "one.json")
    assert json.loads((folder / "one.json").read_text())["plate"]["path"] == "../plates/a.exr"
    moved = tmp_path / "elsewhere"
    os.rename(folder, moved)
    assert load(moved / "one.json").plate.path == str(tmp_path / "plates" / "a.exr")


def test_a_shot_knows_whether_its_plate_is_the_one_it_was_made_with(small_plate, tmp_path):
    own = tmp_path / "plate.exr"
    own.write_bytes(small_plate.read_bytes())
    plate = Plate.open(own, focal_length=35)
    shot = Shot(plate_file(plate, own))
    save(shot, tmp_path / "shot.json")
    again = load(tmp_path / "shot.json")
    assert changes(again) == [] and again.plate.stage == Stage.of(plate) == Stage.of(open_plate(again))
    own.write_bytes(small_plate.read_bytes() + b"x")
    assert changes(again) == [f"{own} has changed since the shot was saved; marks and sizes may be off."]
    own.unlink()
    assert changes(again) == [f"{own} has changed since the shot was saved; marks and sizes may be off."]
    with pytest.raises(PushinError, match="is not there"):
        open_plate(again)


def test_files_of_the_plate_that_have_gone_are_one_sentence(small_plate):
    there, depth = PlateFile(STAGE, str(small_plate)), "/stage/plate_depth.png"
    assert gone(Shot(there)) == gone(Shot(PlateFile(STAGE))) == ""
    assert gone(Shot(replace(there, depth=depth))).startswith("plate_depth.png has gone; what is open goes on, but")
    assert gone(Shot(replace(there, path="/stage/plate.exr", depth=depth))).startswith("plate.exr and plate_depth.png have")


def test_saving_is_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "shot.json"
    save(example(), path)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PushinError, match="No space left.*as it was"):
        save(replace(example(), title="another"), path)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["shot.json"]
    with pytest.raises(PushinError, match="cannot be written"):
        save(example(), tmp_path / "none" / "shot.json")


# -- bad input --------------------------------------------------------------------------------------------------------

def edited(*place, value):
    """The example's text with one value replaced."""
    document = json.loads(dump(example()))
    inner = document
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return json.dumps(document)


@pytest.mark.parametrize("value, fps", [
    ("23.976", (24000, 1001)), ("23,976", (24000, 1001)), (23.976, (24000, 1001)), ("23.98", (24000, 1001)),
    ("2997/125", (24000, 1001)), ("29.97", (30000, 1001)), ("47.952 fps", (48000, 1001)), (59.94, (60000, 1001)),
    ("119.88", (120000, 1001)), ("24000/1001", (24000, 1001)), (24, (24, 1)), ("23.9", (239, 10)), ("29.9", (299, 10)),
])
def test_what_is_said_for_a_slower_rate_is_that_rate(value, fps):
    """In a file and from Python alike: a film of 2997/125 pictures a second is at home in no project."""
    assert parse(edited("fps", value=value)).fps == replace(example(), fps=value).fps == Fraction(*fps)


@pytest.mark.parametrize("text, says", [
    ("", "not JSON"), ("[]", "version"), ("{}", "version"), ('{"version": 1', "not JSON"), ("[" * 100_000, "not JSON"),
    (edited("version", value=2), "newer pushin .form 2.*update"), (edited("version", value="1"), "whole number"),
    (edited("version", value=True), "whole number"), ('{"version": 1}', "plate: Field required"),
    (edited("takes", 0, "timeline", "tracks", 0, "keys", 1, "time", value="soon"),
     r"takes\[0\].timeline.tracks\[0\].keys\[1\].time: 'soon' is not a time"),
    (edited("takes", 0, "timeline", "tracks", 0, "keys", 1, "time", value="1e99999999"), "not a time"),
    (edited("takes", 0, "timeline", "tracks", 0, "keys", 1, "time", value=float("nan")), "not a time"),
    (edited("takes", 0, "timeline", "tracks", 0, "keys", 0, "ease", value="bouncy"), r"keys\[0\].ease"),
    (edited("takes", 0, "timeline", "tracks", 0, "keys", 0, "value", value=float("inf")), "finite"),
    (edited("takes", 0, "timeline", "tracks", 0, "colour", value="red"), r"tracks\[0\].colour: nothing of that name"),
    (edited("plate", "adjustments", value={"scale": [{"kind": "x"}], "repairs": []}), "plate.adjustments: scale or repairs that"),
    (edited("takes", 0, "camera", "fstop", value=2), r"takes\[0\].camera: 'fstop' is not known"),
    (edited("takes", 0, "camera", "focal_length", value=-35), r"takes\[0\]: Take A starts with focal_length -35"),
    (edited("takes", 0, "camera", "position", value=[0, 0]), r"takes\[0\].camera.position"),
    (edited("takes", 0, "rig", value="train"), r"takes\[0\]: 'train' is not a rig"),
    (edited("takes", 1, "match", "take", value="Z"), "matches take 'Z', which is not there"),
    (edited("takes", 1, "match", "subject", value="bob"), "no subject of that name"),
    (edited("takes", 1, "name", value="A"), "Two takes are called 'A'"),
    (edited("takes", 0, "match", value={"take": "B", "subject": "mira"}), "matches itself"),
    (edited("subjects", 0, "depth", value=0), r"subjects\[0\]: mira is 0 m away"),
    (edited("fps", value="0"), "not a frame rate"), (edited("fps", value=None), "fps: null is not a frame rate; write 24, 25"),
    (edited("fps", value="1 s"), "fps: '1 s' is not a frame rate"),
    (edited("plate", "stage", "width", value=0), "plate.stage: A plate of 0x720"),
    (edited("plate", "stage", "principal_point", value=[1e308, 0]), "plate.stage: The plate's principal point lies far"),
    (edited("plate", "stage", "principal_point", value=[0, -1e308]), "plate.stage: The plate's principal point lies far"),
    (edited("takes", 0, "timeline", "tracks", 0, "keys", 1, "time", value=10**400), "is beyond a day"),
    (edited("in_point", value="6"), r"The in point \(6 s\) must lie before the out point \(6 s\), and both within the shot's 6 s"),
    (edited("in_point", value="-1"), "The in point .-1 s. must lie"), (edited("out_point", value="0"), "the out point .0 s."),
    (edited("out_point", value="13/2"), "within the shot's 6 s"), (edited("out_point", value="soon"), "out_point: 'soon' is not a time"),
])
def test_what_is_wrong_is_said_with_its_place(text, says):
    with pytest.raises(PushinError, match=says) as error:
        parse(text, "shot.json")
    assert "shot.json" in str(error.value) and "\n" not in str(error.value) and len(str(error.value)) < 400


def test_a_text_with_a_byte_order_mark_is_read(tmp_path):
    (tmp_path / "bom.json").write_text(dump(example()), "utf-8-sig")
    assert load(tmp_path / "bom.json").title == "Café"


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "picture.json").write_bytes(b"\x89PNG\xff\xfe\x00")
    for name, says in (("none.json", "No such file"), (".", "directory"), ("picture.json", "not text")):
        with pytest.raises(PushinError, match=says):
            load(tmp_path / name)
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(2**26)
    with pytest.raises(PushinError, match="too large"):
        load(huge)


JUNK = (None, True, False, 0, 1, -1, 2, 0.5, 1e-300, 1e300, -1e9, 10**30, "", "A", "mira", "infinity", "1/0", "-6", "61/24",
        "1e9", "hold", "size", "\u0000", "x" * 500, [], [0], [0, 0], [1, 0.5, 0, 2], {}, {"time": "1"}, float("nan"),
        float("inf"))


def mutated(chance: random.Random, document, text: str) -> str:
    """One to three faults: in the values, in their structure, or in the text itself."""
    if chance.random() < 0.15:
        at, kind = chance.randrange(len(text)), chance.randrange(3)
        return (text[:at] if kind == 0 else text[:at] + text[at + chance.randrange(1, 40):] if kind == 1 else
                text[:at] + chance.choice(['"', "{", "]", ",", "9", "-", "\\", "\u2028", "\ud800"]) + text[at:])
    document = copy.deepcopy(document)
    for _ in range(chance.randint(1, 3)):
        inner = document
        while True:
            places = list(inner) if isinstance(inner, dict) else range(len(inner))
            if not places:
                break
            place = chance.choice(list(places))
            if isinstance(inner[place], (dict, list)) and chance.random() < 0.85:
                inner = inner[place]
                continue
            fault = chance.randrange(5)
            if fault == 0:
                del inner[place]
            elif fault == 1 and isinstance(inner, list):
                inner.append(copy.deepcopy(inner[place]))
            elif fault == 2 and isinstance(inner, dict):
                inner[chance.choice(["colour", "time", "keys", "", place + "s"])] = copy.deepcopy(inner[place])
            elif fault == 3 and isinstance(inner[place], (int, float)):
                inner[place] = inner[place] * chance.choice([-1, 0, 2, 1e3, 1e6, 0.001])
            else:
                inner[place] = copy.deepcopy(chance.choice(JUNK))
            break
    return json.dumps(document)


def test_ten_thousand_mutated_shot_files_are_clear_errors_or_valid_shots():
    chance, text = random.Random(4), dump(example())
    document = json.loads(text)
    valid, slowest = 0, 0.0
    for _ in range(10_000):
        broken = mutated(chance, document, text)
        start = time.process_time()      # and not that of a busy machine
        try:
            shot = parse(broken, "shot.json")
        except PushinError as error:
            message = str(error)
            assert "\n" not in message and message.endswith(".") and 10 < len(message) < 1000, message
        else:
            valid += 1
            assert parse(dump(shot)) == shot
            for take in shot.takes:
                camera = shot.perform(take.name).camera(float(take.timeline.duration) / 2)
                assert all(map(math.isfinite, (*camera.position, camera.pan, camera.tilt, camera.focal_length,
                                               camera.focus_distance)))
        slowest = max(slowest, time.process_time() - start)
    assert 500 < valid < 5000 and slowest < 0.5
