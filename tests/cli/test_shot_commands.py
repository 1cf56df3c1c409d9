"""move, moves, describe and advise, as a person types them."""
import csv
import io
import json
from dataclasses import replace

import pytest

from viewer.cli import main
from viewer.shots.framing import anchor_point, place_in_frame
from viewer.shots.kit import kit
from viewer.shots.moves import MOVES
from viewer.shots.rigs import RIGS
from viewer.shots.shotfile import load, save


@pytest.fixture
def run(capsys):
    """Runs a command: (exit code, what it printed, its one sentence of complaint)."""
    def run(*argv):
        code = main([str(a) for a in argv])
        out, err = capsys.readouterr()
        complaints = [line for line in err.splitlines() if not line.startswith("pushin: note:")]
        assert "Traceback" not in err and len(complaints) == (code == 2)
        return code, out, err
    return run


def test_moves_is_a_generated_table_of_one_line_each(run):
    code, out, _ = run("moves")
    lines = out.splitlines()
    assert code == 0 and all(len(line) <= 125 for line in lines)
    for name, line in [(m.name, m.line) for m in MOVES.values()] + [(r.name, r.line) for r in RIGS.values()]:
        assert sum(each.startswith(f"  {name} ") and each.endswith(line) for each in lines) == 1, name
    code, out, _ = run("moves", "arc", "--format", "markdown")
    assert "| arc |" in out and "amount" in out and "truck" not in out
    assert "ALEXA 35" in run("moves", "--kit")[1]
    assert "Also called crane, jib." in run("moves", "crane down")[1] and "boom" not in run("moves", "zolly")[1]
    assert run("moves", "warp")[0] == 2


def test_the_shot_of_the_handbook(run, tmp_path):
    path = tmp_path / "shot.json"
    code, out, _ = run("move", "--move", "push-in", "--subject", "mira", "--from", "medium", "--to", "close-up", "--seconds",
                       "6", "--rig", "dolly", "--focus", "follow", "-o", path)
    assert code == 0 and "medium to close-up" in out and "push-in + follow focus" in out
    shot = load(path)
    a, b = shot.perform("A"), shot.perform("B")
    assert a.size("mira", 6) == pytest.approx(1 / 1.4, rel=0.01) == pytest.approx(b.size("mira", 6), rel=0.001)
    assert a.camera(3).focus_distance == pytest.approx(a.distance("mira", 3))
    assert shot.take("B").match.by == "zoom" and [s.name for s in shot.subjects] == ["mira", "tom"]

    code, out, _ = run("describe", path)
    assert code == 0 and "Prompt, shot 1A" in out and "zoom matched to take A" in out
    code, out, _ = run("describe", path, "--format", "csv")
    assert [row["number"] for row in csv.DictReader(io.StringIO(out))] == ["1A", "1B"]
    assert run("describe", path, "--format", "markdown", "-o", tmp_path / "list.md")[0] == 0
    assert (tmp_path / "list.md").read_text().startswith("| Number |")


@pytest.mark.parametrize("place", ["402,275", "lamp=900,300"])
def test_a_point_is_matched_about_its_depth(run, tmp_path, place):
    """As compare does it; what cannot be told of a point is its shot size."""
    path = tmp_path / "point.json"
    code, out, _ = run("move", "--move", "push-in", "--subject", place, "--amount", "25%", "--seconds", "4", "-o", path)
    shot = load(path)
    point = shot.subjects[-1]
    assert code == 0 and "1B      -     zoom matched to take A" in out and not point.has_size and shot.take("B").match.subject == point.name
    assert shot.perform("B").camera(4).focal_length == pytest.approx(35 / 0.75, rel=1e-4)
    places = [place_in_frame(shot.perform(take).camera(4), anchor_point(shot.plate.stage, point)) for take in "AB"]
    assert places[0] == pytest.approx(places[1], abs=1e-4)
    code, out, _ = run("move", "--replace", "--move", "dolly zoom in", "--subject", place, "--amount", "25%", "-o", path)
    assert code == 0 and load(path).perform("A").camera(9).focal_length == pytest.approx(35 * 0.75, rel=1e-4)
    assert "is a point and has no size" in run("move", "--move", "push-in", "--subject", place, "--to", "full", "-o", tmp_path / "x.json")[2]


def test_a_lens_shapes_the_blur_unless_it_is_said(run, tmp_path):
    lens = "--lens", "Viltrox Epic Anamorphic 50"
    for number, words in enumerate(((), ("--squeeze", "2", "--blades", "6", "--roundness", "0.5", "--cats-eye", "0.3", "--ring", "-1",
                                         "--blade-rotation", "10"))):
        path = tmp_path / f"{number}.json"
        assert run("move", "--move", "static", *lens, *words, "-o", path)[0] == 0
        camera = load(path).perform("A").camera(1.0)
        shape = camera.blades, camera.roundness, camera.cats_eye, camera.ring, camera.blade_rotation
        assert (camera.squeeze, *shape) == ((2, 6, 0.5, 0.3, -1, 10) if words else (1.33, 0, 0, 0, 0, 0))


def test_a_t_stop_is_one_of_its_lens(run, tmp_path, monkeypatch, request):
    request.addfinalizer(kit.cache_clear)
    monkeypatch.setenv("PUSHIN_CONFIG", str(tmp_path))
    (tmp_path / "kit.toml").write_text('[[lens_set]]\nname = "Fast"\nstops = [1.3, 22]\nf_number = 1.2\n'
                                       'lenses = [{focal_length = 35, minimum_focus = 0.3}]\n')
    kit.cache_clear()
    for number, (lens, stop, is_f) in enumerate((("Fast", "T1.3", 1.2), ("fast", "t 2.6", 2.4), ("Fast", "f/2.6", 2.6),
                                                 ("Supreme Prime 35", "T2.8", 2.8))):
        path = tmp_path / f"{number}.json"
        code, out, _ = run("move", "--move", "static", "--lens", lens, "--f-stop", stop, "-o", path)
        assert code == 0 and load(path).take().camera.f_stop == pytest.approx(is_f) and "outside the" not in out
        assert load(path).take().lens == kit().lens(lens) and ("t_ratio" in path.read_text()) == (lens != "Supreme Prime 35")


def test_advise_exits_1_when_something_will_not_work_and_fixes_it(run, tmp_path):
    path = tmp_path / "rack.json"
    run("move", "--move", "static", "--focus", "rack", "--to-subject", "tom", "--f-stop", "22", "--focus-at", "1.5", "-o", path)
    code, out, _ = run("advise", path, "--no-plate")
    assert code == 1 and "will not read" in out and "Open to f/" in out
    assert load(path).take("A").camera.f_stop == 22
    assert run("advise", path, "--no-plate", "--fix")[0] == 0
    assert load(path).take("A").camera.f_stop < 8
    code, out, _ = run("advise", path)
    assert code == 0 and out == "All of it will work.\n"


def test_a_take_that_advice_makes_longer_takes_the_one_that_matches_it_along(run, tmp_path):
    path = tmp_path / "fast.json"
    run("move", "--move", "push-in", "--subject", "mira", "--from", "medium", "--to", "close-up", "--seconds", "0.5", "-o", path)
    run("advise", path, "--no-plate", "--fix", "--take", "A")
    a, b = (load(path).take(name).timeline.duration for name in "AB")
    assert a == b > 0.5


def test_advise_judges_invented_pixels_with_the_plate(run, tmp_path):
    path = tmp_path / "far.json"
    run("move", "--move", "pull-out", "--amount", "60%", "--seconds", "4", "-o", path)
    code, out, _ = run("advise", path)
    assert code == 1 and "is invented" in out
    assert "is invented" not in run("advise", path, "--invented", "95")[1]


def test_moves_add_up_and_takes_are_appended(run, tmp_path):
    path = tmp_path / "shot.json"
    assert run("move", "--move", "truck 0.4m left", "--move", "pan 5°", "--seconds", "4", "--ratio", "2.39", "--fps",
               "24000/1001", "-o", path)[0] == 0
    assert run("move", "--append", "--take", "C", "--move", "arc", "--amount", "20°", "--rig", "handheld", "--no-match", "-o",
               path)[0] == 0
    shot = load(path)
    camera = shot.perform("A").camera(4)
    assert camera.position[0] == pytest.approx(-0.4) and camera.pan == pytest.approx(5)
    assert [t.name for t in shot.takes] == ["A", "C"] and shot.take("C").rig == "handheld"
    assert shot.ratio == 2.387 and shot.fps.denominator == 1001


def test_a_take_is_added_and_leaves_the_others_and_the_delivery_alone(run, tmp_path):
    path = tmp_path / "shot.json"
    run("move", "--move", "push-in", "--seconds", "2", "--delivery", "4k", "--fps", "25", "-o", path)
    before = load(path)
    assert run("move", "--append", "--move", "pull-out", "--seconds", "2", "-o", path)[0] == 0
    after = load(path)
    assert [take.name for take in after.takes] == ["A", "B", "C", "C matched"] and after.takes[:2] == before.takes
    assert (after.delivery_width, after.fps) == (4096, 25)
    assert run("move", "--append", "--take", "E", "--subject", "mira", "--delivery", "2048", "-o", path)[0] == 0
    assert load(path).delivery_width == 2048


def test_a_shot_that_is_there_is_replaced_only_when_that_is_asked_for(run, tmp_path):
    path = tmp_path / "shot.json"
    assert run("move", "--move", "push-in", "--replace", "-o", path)[0] == 0
    before = path.read_bytes()
    code, out, err = run("move", "--move", "static", "-o", path)
    assert code == 2 and out == "" and path.read_bytes() == before
    assert "holds a shot with 2 takes already; add to it with --append" in err and "--replace" in err
    assert run("move", "--move", "static", "--append", "--replace", "-o", path)[0] == 2 and path.read_bytes() == before
    assert run("move", "--move", "static", "--replace", "-o", path)[0] == 0
    assert [take.name for take in load(path).takes] == ["A"]


@pytest.mark.parametrize("said, fps", [("23.976", "24000/1001"), ("29,97", "30000/1001"), ("25", "25")])
def test_a_frame_rate_is_written_as_what_it_is(run, tmp_path, said, fps):
    assert run("move", "--move", "static", "--fps", said, "-o", tmp_path / "a.json")[0] == 0
    assert json.loads((tmp_path / "a.json").read_text())["fps"] == fps


@pytest.mark.parametrize("words, says", [
    (["--take", "A"], "has a take 'A' already"),
    (["--subject", "mira=10,10,90,90"], "another subject called 'mira'"),
    (["photo.exr"], "PLATE means nothing with --append"),
    (["--depth-kind", "metres"], "--depth-kind means nothing"),
    (["--at", "3,4=1"], "--at means nothing"),
    (["--fps", "25"], "--fps means nothing"),
])
def test_what_a_shot_has_settled_is_not_said_again(run, tmp_path, words, says):
    path = tmp_path / "shot.json"
    run("move", "--move", "static", "-o", path)
    before = path.read_bytes()
    code, out, err = run("move", "--append", *words, "-o", path)
    assert code == 2 and says in err and out == "" and path.read_bytes() == before


def test_a_matched_zoom_on_a_prime_is_warned_of(run, tmp_path):
    code, out, _ = run("move", "--move", "push-in", "--lens", "Supreme Prime 35", "--seconds", 4, "-o", tmp_path / "a.json")
    warnings = [line for line in out.splitlines() if line.startswith("warning: take B: ")]
    assert code == 0 and len(warnings) == 1 and "leaves the lens's range" in warnings[0]


@pytest.mark.parametrize("command", [("advise", "--no-plate"), ("advise", "--take", "A"), ("render", "-o", "a.mp4"), ("describe",)])
def test_a_shot_without_takes(run, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    run("move", "--move", "static", "-o", "a.json")
    save(replace(load("a.json"), takes=()), "a.json")
    code, out, err = run(command[0], "a.json", *command[1:])
    assert code == 2 and out == "" and "no take" in err and "None" not in err


@pytest.mark.parametrize("percent", ["nan", "-5", "101", "few"])
def test_a_share_that_cannot_be_is_refused(run, percent):
    code, _, err = run("advise", "a.json", f"--invented={percent}")
    assert code == 2 and "--invented" in err


def test_a_pan_has_no_matched_take(run, tmp_path):
    assert run("move", "--move", "pan 30°", "-o", tmp_path / "pan.json")[0] == 0
    assert [take.name for take in load(tmp_path / "pan.json").takes] == ["A"]


def test_a_plate_of_ones_own(run, small_plate, tmp_path):
    path = tmp_path / "own.json"
    code, out, _ = run("move", small_plate, "--focal-length", "35", "--subject", "box=58,27,102,63", "--move",
                       "push-in with zoom", "--amount", "20%", "--camera", "ALEXA 35 4K 16:9", "--lens", "Optimo 24-290",
                       "-o", path)
    assert code == 0
    shot = load(path)
    assert shot.subjects[0].depth == pytest.approx(1, rel=0.01) and shot.take("A").lens.name.startswith("Angenieux")
    assert json.loads(path.read_text())["plate"]["sha256"]
    assert run("advise", path)[0] in (0, 1)
    code, out, _ = run("move", small_plate, "--focal-length", "35", "--subject", "80,45", "--move", "truck", "--replace", "-o", path)
    assert code == 0 and load(path).subjects[0].name == "subject 1"


@pytest.mark.parametrize("argv, says", [
    (["--move", "warp"], "not a move"),
    (["--move", "push-in", "--subject", "bob"], "no subject called 'bob'"),
    (["--move", "push-in", "--subject", "a=1,2,3"], "pixel coordinates"),
    (["--move", "pan", "--from", "wide"], "--from means nothing to pan"),
    (["--move", "push-in", "--rig", "train"], "not a rig"),
    (["--subject", "anna=174,166,632,659/900,166,990,385"], "The head of anna lies outside of its figure"),
    (["--subject", "anna=174,166,632,659/311,60,494,279"], "outside of its figure"),
    (["--take", "a" * 41], "at most 40 letters, and not the 41 of"),
    (["--take", ""], "A take needs a name"),
    (["--subject", "a" * 81 + "=640,360"], "at most 80 letters"),
    (["--fps", "24s"], "'24s' is not a frame rate"),
    (["--move", "push-in", "--lens", "Kodak"], "no lens called"),
    (["--move", "push-in", "--ratio", "wide"], "not a delivery ratio"),
    (["--move", "push-in", "--delivery", "big"], "--delivery takes"),
    (["--move", "push-in", "--delivery", "²"], "--delivery takes"),
    (["--move", "push-in", "--fps", "abc"], "'abc' is not a frame rate"),
    (["--move", "push-in", "--fps", "0"], "not a frame rate"),
    (["--move", "push-in", "--f-stop", "0.1"], "f_stop 0.1; it must lie between"),
    (["--move", "push-in", "--seconds", "soon"], "not a time"),
    (["--move", "rack", "--subject", "mira", "--to-subject", "mira"], "two different"),
    (["--move", "push-in", "--focus-at", "1"], "--focus-at means nothing to a shot without --focus"),
    (["--move", "push-in", "--focus", "none", "--focus-seconds", "1"], "--focus-seconds means nothing"),
    (["--move", "push-in", "--focus", "follow", "--focus-ease", "in"], "--focus-ease means nothing to follow"),
    (["--move", "push-in", "--to-subject", "tom"], "--to-subject means nothing to push-in"),
    (["--move", "push-in", "--focus", "rack", "--side", "far"], "--side means nothing to push-in or rack"),
    (["--move", "static", "--seconds", "4", "--focus", "rack", "--focus-at", "100"], "Focus arrives at 101 s"),
    (["--move", "static", "--focus", "rack", "--focus-at", "-3"], "--focus-at"),
    (["--move", "push-in", "--amount", "120%"], "mira stands 1.51 m from where it starts; travel at most 1.21 m"),
    (["--move", "push-in", "--amount", "3", "--seconds", "4"], "passes mira"),
    (["--move", "push-in", "--amount", "-20%"], "-20% goes the other way; say pull-out"),
    (["--move", "pull-out -0.4m"], "-0.4m goes the other way; say push-in"),
    (["--move", "zoom in", "--amount", "-30%"], "say pull-out, zoom out"),
    (["--move", "dolly zoom out", "--amount", "-0.2"], "dolly zoom in, or give an amount above zero"),
    (["--move", "push-in with pan", "--amount", "0.4 m left"], "0.4 m left goes the other way"),
    (["--move", "push-in with zoom", "--amount", "-10%"], "goes the other way"),
    *((["--move", move, "--amount", "0"], "0 moves nothing; give another one") for move in
      ("push-in", "zoom out", "dolly zoom in", "truck", "boom", "pan", "arc", "push-in pull-out")),
    (["--move", "truck 0.5m", "--move", "push-in 1.6m", "--seconds", "4"], "passes mira"),
])
def test_bad_words_are_one_sentence_and_code_2(run, tmp_path, argv, says):
    code, out, err = run("move", *argv, "-o", tmp_path / "x.json")
    assert code == 2 and says in err and out == "" and not (tmp_path / "x.json").exists()


def test_a_head_may_stick_out_of_its_figure_a_little(run, tmp_path):
    assert run("move", "--subject", "anna=174,166,632,659/311,150,494,385", "-o", tmp_path / "x.json")[0] == 0
    assert load(tmp_path / "x.json").subject("anna").head == (311, 150, 494, 385)


@pytest.mark.parametrize("command", ["describe", "advise"])
def test_broken_shot_files_are_one_sentence_and_code_2(run, tmp_path, command):
    (tmp_path / "bad.json").write_text('{"version": 1, "plate": 3}')
    for name, says in (("bad.json", "plate"), ("none.json", "No such file")):
        code, _, err = run(command, tmp_path / name)
        assert code == 2 and says in err


@pytest.mark.parametrize("command", ["move", "moves", "describe", "advise"])
def test_help_is_complete(run, capsys, command):
    with pytest.raises(SystemExit) as done:
        main([command, "--help"])
    text = capsys.readouterr().out
    assert done.value.code == 0 and "examples:" in text and f"pushin {command}" in text
