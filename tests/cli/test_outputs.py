"""What is written never costs what was there: the photo, its depth, a shot, or a file that is not to be written."""
import errno
import json
import os

import numpy as np
import pytest
from PIL import Image

from tests.networks import model
from viewer import Plate
from viewer.cli import open as open_command
from viewer.shots.shotfile import load


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with p.png, its depth z.png, q.png with q_depth.png beside it, and a shot of them."""
    x, y = np.meshgrid(np.arange(64), np.arange(48))
    box = (abs(x - 32) < 12) & (abs(y - 24) < 10)
    for picture, depth in (("p", "z"), ("q", "q_depth")):
        Image.fromarray(np.where(box[..., None], [200, 30, 20], [20, 60, 90]).astype(np.uint8)).save(tmp_path / f"{picture}.png")
        Image.fromarray(np.where(box, 1000, 4000).astype(np.uint16)).save(tmp_path / f"{depth}.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shot(pushin, folder):
    """shot.json, on p.png and z.png."""
    assert pushin("move", "p.png", "--depth", "z.png", "--subject", "box=20,14,44,34", "--move", "push-in", "--amount", "20%",
                  "--seconds", 1, "--delivery", 64, "-o", "shot.json")[0] == 0
    return folder


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def closed(monkeypatch):
    """The folder `closed` is one that may not be entered, as for those who are not root."""
    stat = os.stat

    def entered(path, *rest, **options):
        if isinstance(path, str | os.PathLike) and "closed" in os.fspath(path).split(os.sep):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
        return stat(path, *rest, **options)

    monkeypatch.setattr(os, "stat", entered)


def refused(pushin, folder, words, says):
    before = bytes_of(folder)
    code, out, err = pushin(*words.split())
    told = [line for line in err.splitlines(keepends=True) if "note:" not in line]
    assert code == 2 and out == "" and len(told) == 1 and says in told[0]
    assert bytes_of(folder) == before


@pytest.mark.parametrize("words", [
    "still p.png --depth z.png -o p.png", "still p.png --depth z.png -o ./z.png", "still q.png -o q_depth.png",
    "still p.png --depth z.png -o linked.png",
    "compare p.png --depth z.png -o z.png", "rack p.png --depth z.png --from 32,24 --to 2,2 --f-stop 2 -o p.png",
    "repair p.png --depth z.png --cut 20,14,44,34 --compare p.png", "depth p.png -o p.png",
    "sheet shot.json -o z.png", "describe shot.json -o list.txt", "describe shot.txt -o shot.txt",
])
def test_no_output_replaces_what_it_is_made_from(pushin, shot, words):
    (shot / "linked.png").hardlink_to(shot / "z.png")
    (shot / "list.txt").hardlink_to(shot / "p.png")
    (shot / "shot.txt").hardlink_to(shot / "shot.json")
    refused(pushin, shot, words, "is what this is made from")


@pytest.mark.parametrize("there", ["p_depth.png", "p_depth.npy", "p_depth.tif"])
@pytest.mark.parametrize("metric", [False, True])
def test_depth_estimated_takes_no_other_maps_place_unasked(pushin, folder, there, metric):
    """Nor would it be found where another one is found first."""
    model(folder / "m.onnx", *([[2.0, 0.0, 0.0], (64, 64)] if metric else []), outputs=1 + metric)
    (folder / there).write_bytes((folder / "z.png").read_bytes())
    refused(pushin, folder, "depth p.png --model m.onnx", f"'{there}' is there already, and p.png opens with it; move it away, "
                                                          "or name the file to write with -o.")
    assert pushin("depth", "p.png", "--model", "m.onnx", "-o", "p_depth.tif")[0] == 0
    assert (folder / "p_depth.tif").read_bytes() != (folder / "z.png").read_bytes()


def test_depth_that_could_not_be_written_is_not_estimated(pushin, folder):
    model(folder / "m.onnx")
    (folder / "p_depth.png").mkdir()
    refused(pushin, folder, "depth p.png --model m.onnx", "'p_depth.png' is a folder")


def test_without_a_screen_a_shot_becomes_its_sheet(pushin, shot, monkeypatch):
    monkeypatch.setattr(open_command, "has_screen", lambda: False)
    code, out, _ = pushin("shot.json")
    assert code == 0 and str(shot / "pushin-sheet.png") in out and (shot / "pushin-sheet.png").exists()
    code, _, err = pushin("none.json")
    assert code == 2 and err.count("\n") == 1
    refused(pushin, shot, "shot.json --depth z.png", "--depth is of a picture")


@pytest.mark.parametrize("words, says", [
    ("--blades 6", "--blades means nothing without --f-stop"), ("--focus 2", "--focus means nothing"),
    ("--highlights 4", "--highlights means nothing"), ("--f-stop 2 --highlights .001", "from 0.01 to 1000 times"),
    ("--bokeh gather", "--bokeh means nothing"), ("--squeeze 2", "--squeeze means nothing"),
    ("--subject 5000,5", "--subject means nothing"), ("--subject 9,9 --f-stop 2 --focus 1", "--subject means nothing"),
    ("--position 1e300,0,0", "position must be"),
])
def test_what_would_do_nothing_is_refused(pushin, folder, words, says):
    refused(pushin, folder, f"still p.png --depth z.png {words} -o a.png", says)


@pytest.mark.parametrize("height", ["170", "0.17", "3.1m"])
def test_a_height_that_nobody_has_is_refused(pushin, folder, height):
    refused(pushin, folder, f"info p.png --depth z.png --person 20,14,44,34={height}", "m tall; give the height in metres, such as 1.70.")
    assert pushin("info", "p.png", "--depth", "z.png", "--person", "20,14,44,34=1.7m")[0] == 0


def test_a_length_is_the_same_wherever_info_tells_it(pushin, folder):
    for name in ("p", "z"):
        Image.open(f"{name}.png").crop((0, 0, 29, 47)).save(f"{name}.png")
    code, out, _ = pushin("info", "p.png", "--depth", "z.png")
    assert code == 0 and out.count("22.213 mm wide sensor") == 2, out


@pytest.mark.parametrize("factor, words, says", [
    (1e-3, "", "the nearest thing is 1 mm away; if it is of another kind, say --depth-kind dioptres (1/distance), inverse or linear."),
    (1, "--depth-kind centimetres", "is 10 mm away; if it is of another kind, say --depth-kind metres."),
    (300, "", "more than 1200 m away; if it is of another kind, say --depth-kind centimetres or millimetres."),
    (300, "--depth-kind centimetres", None), (300, "--at 32,24=2", None), (300, "--depth-kind inverse", None), (1, "", None),
])
def test_distances_that_are_hardly_credible_are_doubted(pushin, folder, factor, words, says):
    np.save("m.npy", np.asarray(Image.open("z.png"), np.float32) / 1000 * factor)
    code, out, _ = pushin("info", "p.png", "--depth", "m.npy", *words.split(), "--json")
    doubts = [note for note in json.loads(out)["notes"] if note.startswith("The depth says that ")]
    assert code == 0 and len(doubts) == bool(says) and all(note.endswith(says) for note in doubts)


@pytest.mark.parametrize("spot", ["--nearer 5000,5,20=20%", "--farther -50,5,20", "--flat 9,900,20"])
def test_a_spot_outside_the_picture_is_refused(pushin, folder, spot):
    refused(pushin, folder, f"repair p.png --depth z.png {spot}", "lies outside the picture")


@pytest.mark.parametrize("words, says", [
    ("info .", "'.' is not a file"),
    ("info p.png --depth text.png", "is not a depth map that can be read; give an EXR, PNG, TIFF, PFM or NPY"),
    ("info text.png", "is not a picture that can be read"),
    ("info p.png --depth z.png --at 32,24=9 --at 2,2=1", "check the points.\n"),
    ("info p.png --depth z.png --depth-kind inverse --at 32,24=1 --at 2,2=9", "--depth-kind inverted.\n"),
    ("compare p.png --depth sky.tif --depth-kind metres --subject 2,2 -o a.png", "the sky is no subject; choose a place"),
])
def test_sentences_are_true(pushin, folder, words, says):
    (folder / "text.png").write_text("hello")
    sky = np.where(np.asarray(Image.open("z.png")) > 1000, np.inf, 1).astype(np.float32)
    Image.fromarray(sky).save("sky.tif")
    refused(pushin, folder, words, says)


@pytest.mark.parametrize("words, says", [
    ("render shot.json -o {long}.x", "cannot be reached"), ("render shot.json -o closed/x.y", "cannot be reached"),
    ("depth p.png --model {long}.onnx", "cannot be reached"), ("depth p.png --model closed/m.onnx", "cannot be reached"),
    ("render long.json -o a.mp4", "is not there, or not to be reached"), ("render closed.json -o a.mp4", "not to be reached"),
])
def test_a_path_that_cannot_be_looked_at_is_said(pushin, shot, monkeypatch, words, says):
    note = json.loads((shot / "shot.json").read_text())
    for name, path in (("long", "x" * 5000), ("closed", "closed/p.png")):
        (shot / f"{name}.json").write_text(json.dumps(note | {"plate": note["plate"] | {"path": path, "depth": path}}))
    closed(monkeypatch)
    refused(pushin, shot, words.format(long="x" * 300), says)


def test_a_name_need_not_be_text(pushin, shot):
    picture, still, film, frames = (os.fsdecode(b"b\xe4" + end) for end in (b".png", b".exr", b".mp4", b""))
    (shot / "p.png").rename(shot / picture)
    assert pushin("still", picture, "--depth", "z.png", "-o", still)[0] == 0
    code, out, _ = pushin("info", still)
    assert code == 0 and out.startswith("picture     b?.exr, ") and "b?.exr" in out.split("note", 1)[1]     # alike in all lines
    (shot / picture).rename(shot / "p.png")
    assert pushin("render", "shot.json", "--frames", "1", "-o", film)[0] == 0
    for _ in range(2):
        _, _, err = pushin("render", "shot.json", "--frames", "1", "--format", "exr", "-o", frames)
    assert "1 of 1 frame there already" in err
    (shot / "p.png").rename(shot / picture)
    code, _, err = pushin("move", picture, "--depth", "z.png", "--move", "static", "-o", "new.json")
    said = err.splitlines()[-1]
    assert code == 2 and 'what begins with "path": "b\\udce4 is none (not UTF-8); rename it.' in said
    assert not (shot / "new.json").exists()


def test_a_name_may_be_as_long_as_the_system_takes_it(pushin, shot):
    longest = f"{'n' * 246}.png"
    (shot / "p.png").rename(shot / longest)
    code, out, err = pushin("info", longest, "--depth", "z.png")
    assert code == 0 and err == "" and "cannot be read" not in out
    code, _, err = pushin("info", longest)
    assert code == 2 and "has no depth inside" in err and err.count("\n") == 1


def test_a_link_stays_a_link_and_its_target_is_written(pushin, shot):
    (shot / "far").mkdir()
    for name, command in (("a.png", "still p.png --depth z.png"), ("s.json", "move p.png --depth z.png --move static")):
        (shot / name).symlink_to(shot / "far" / name)
        assert pushin(*command.split(), "-o", name)[0] == 0
        assert (shot / name).is_symlink() and (shot / "far" / name).is_file()
    assert load("s.json").plate.path == load("far/s.json").plate.path == str(shot / "p.png")


@pytest.mark.parametrize("words", ["still p.png --depth z.png -o kept.png", "move p.png --depth z.png --move static -o shot.json",
                                   "move --append --move static -o shot.json", "describe shot.json -o kept.txt"])
def test_a_write_protected_file_is_kept(pushin, shot, monkeypatch, words):
    for name in ("kept.png", "kept.txt"):
        (shot / name).write_bytes(b"kept")
    may = os.access     # as for those who are not root
    monkeypatch.setattr(os, "access", lambda path, mode: may(path, mode) and not str(path).endswith(("kept.png", "kept.txt", "shot.json")))
    refused(pushin, shot, words, "is write-protected")


@pytest.mark.parametrize("output", ["p.png", "shot.json", "list"])
def test_a_description_is_text(pushin, shot, output):
    refused(pushin, shot, f"describe shot.json -o {output}", "should end in .txt or .csv or .md")


@pytest.mark.parametrize("command", ["still p.png --depth z.png", "render shot.json"])
def test_what_is_no_file_is_not_replaced_by_one(pushin, shot, command):
    pipe = shot / ("pipe.mp4" if "render" in command else "pipe.png")
    os.mkfifo(pipe)
    code, _, err = pushin(*command.split(), "-o", pipe)
    assert code == 2 and "is a device or the like" in err and pipe.is_fifo()


@pytest.mark.parametrize("output, says", [("p.png.pushin.json", "scale and repairs are kept"), ("package.json", "holds no shot"),
                                          ("list.json", "holds no shot"), ("new.json", "newer pushin")])
@pytest.mark.parametrize("append", ["", "--append "])
def test_a_shot_replaces_nothing_but_a_shot(pushin, shot, output, says, append):
    assert pushin("repair", "p.png", "--depth", "z.png", "--nearer", "32,24,5")[0] == 0
    for name, text in (("package.json", '{"version": "1.0"}'), ("list.json", "[]"), ("new.json", '{"version": 99}')):
        (shot / name).write_text(text)
    refused(pushin, shot, f"move {'' if append else 'p.png --depth z.png '}{append}--move static -o {output}", says)


@pytest.mark.parametrize("spot, metres", [("--nearer 32,24,8=20%", 0.8), ("--farther 32,24,8=20%", 1.2), ("--nearer 32,24,8=90%", 0.1),
                                          ("--farther 32,24,8=300%", 4.0), ("--nearer 32,24,8", 0.9)])
def test_a_repair_is_by_a_share_of_the_distance(pushin, folder, spot, metres):
    code, out, _ = pushin("repair", "p.png", "--depth", "z.png", *spot.split())
    assert code == 0 and f"by {abs(1 - metres):.0%} at" in out
    assert Plate.open("p.png", depth="z.png").depth_at((32, 24)) == pytest.approx(metres, rel=1e-3)
    assert out.splitlines()[1:] == pushin("repair", "p.png", "--depth", "z.png")[1].splitlines()


def test_a_repair_of_before_is_what_it_was(pushin, folder):
    """A stroke that was kept says by how much disparity is more."""
    assert pushin("repair", "p.png", "--depth", "z.png", "--nearer", "32,24,8")[0] == 0
    kept = json.loads((folder / "p.png.pushin.json").read_text())
    kept["repairs"][0]["amount"] = 0.25
    (folder / "p.png.pushin.json").write_text(json.dumps(kept))
    assert Plate.open("p.png", depth="z.png").depth_at((32, 24)) == pytest.approx(0.8, rel=1e-3)
    assert "1. nearer by 20% at 32,24" in pushin("repair", "p.png", "--depth", "z.png")[1]


@pytest.mark.parametrize("spot, says", [
    ("--nearer 32,24,8=100%", "at most 90% of its distance nearer"), ("--nearer 32,24,8=1000%", "at most 90%"),
    ("--farther 32,24,8=1001%", "at most 1000% of its distance farther"), ("--flat 32,24,8=20%", "flat takes none: 32,24,8")])
def test_a_share_that_cannot_be_brought_is_refused(pushin, folder, spot, says):
    refused(pushin, folder, f"repair p.png --depth z.png {spot}", says)


def test_a_shot_file_ends_in_json(pushin, folder):
    refused(pushin, folder, "move p.png --depth z.png --move push-in --subject 32,24 --amount 20% -o p.png", ".json")


def test_depth_that_lay_beside_the_picture_is_noted_as_well(pushin, folder):
    assert pushin("move", "q.png", "--move", "static", "--seconds", 1, "--delivery", 64, "-o", "q.json")[0] == 0
    note = load("q.json").plate
    assert note.depth == str(folder / "q_depth.png") and note.depth_sha256
    says = "q_depth.png has changed since the shot was saved"
    assert says not in pushin("sheet", "q.json", "--count", "1", "-o", "a.png")[2]
    depth = Image.open("q_depth.png").point(lambda v: v * 2)
    depth.save("q_depth.png")
    assert says in pushin("sheet", "q.json", "--count", "1", "-o", "a.png")[2]


def test_a_scale_that_is_new_since_the_shot_was_saved_is_said(pushin, shot):
    command = "render", "shot.json", "--frames", "1", "-o", "a.mp4"
    says = "The scale or a repair of"
    assert says not in pushin(*command)[2]
    assert pushin("info", "p.png", "--depth", "z.png", "--at", "32,24=20")[0] == 0
    assert says in pushin(*command)[2] and says in pushin("advise", "shot.json")[2]
    assert pushin("move", "p.png", "--depth", "z.png", "--move", "static", "-o", "new.json")[0] == 0
    assert says not in pushin("sheet", "new.json", "--count", "1", "-o", "a.png")[2]
