"""render and sheet, as a person types them."""
import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from viewer.cli import main
from viewer.files import replacing
from viewer.shots.shotfile import load, save

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    """Layers of these tests' plates stay out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PUSHIN_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def day(pushin, small_plate, tmp_path, monkeypatch):
    """The current folder, with a plate and shot.json: a second of a push-in, 160x90 at 12 frames a second."""
    (tmp_path / "plate.exr").write_bytes(small_plate.read_bytes())
    monkeypatch.chdir(tmp_path)
    code, _, _ = pushin("move", "plate.exr", "--focal-length", 35, "--subject", "box=58,27,102,63", "--move", "push-in",
                        "--amount", "40%", "--seconds", 1, "--ease", "linear", "--fps", 12, "--delivery", 160,
                        "-o", "shot.json")
    assert code == 0
    return tmp_path


def decoded(path):
    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]


def red(picture):
    """Pixels of the box, which is the only red thing on the plate."""
    return int((picture[..., 0] > picture[..., 2].astype(int) + 60).sum())


def test_a_rendered_shot_plays(pushin, day):
    assert pushin("render", "shot.json", "-o", "shot.mp4") == (0, "", "")
    with av.open("shot.mp4") as film:
        stream = film.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate) == (160, 90, 12)
    frames = decoded("shot.mp4")
    sizes = [red(frame) for frame in frames]
    assert len(frames) == 12 and sizes == sorted(sizes)
    assert len(set(sizes[1:])) == 11  # it takes the dolly a moment to get going
    play = load("shot.json").perform("A")
    assert sizes[11] / sizes[0] == pytest.approx((play.size("box", 11 / 12) / play.size("box", 0)) ** 2, rel=0.08)
    assert sorted(p.name for p in day.iterdir()) == ["plate.exr", "shot.json", "shot.mp4"]


def test_takes_frames_and_size_are_chosen(pushin, day):
    code, out, err = pushin("render", "shot.json", "--take", "B", "--frames", "4-9", "--size", "80x90", "--crf", 8,
                            "--stats", "-o", "b.mov")
    assert (code, err) == (0, "") and out.startswith("6 frames of 80x90 in ") and "outside of drawing" in out
    frames = decoded("b.mov")
    assert len(frames) == 6 and frames[0].shape == (90, 80, 3)


def test_a_focus_pull_is_seen_where_nothing_else_is_asked_for(pushin, day):
    assert pushin("move", "plate.exr", "--focal-length", 35, "--subject", "box=58,27,102,63", "--subject", "wall=5,5,25,25", "--move",
                  "static", "--focus", "rack", "--to-subject", "wall", "--f-stop", 1, "--focus-at", 0, "--focus-seconds", 0.5,
                  "--seconds", 1, "--fps", 12, "--delivery", 160, "-o", "rack.json")[0] == 0
    shot = load("rack.json")
    take = shot.take("A")
    save(shot.with_take(replace(take, camera=replace(take.camera, f_stop=None), match=None)), "pinhole.json")
    last = {}
    for name, *asked in ("rack",), ("rack", "--bokeh", "off"), ("pinhole",):
        for command, output in ((("render", "--frames", "12"), "a/"), (("sheet", "--count", "1", "--columns", "1"), "a.png")):
            assert pushin(command[0], f"{name}.json", *command[1:], *asked, "-o", output)[0] == 0
        last[name, *asked] = np.asarray(Image.open(f"a/{name}.0012.png"), int), np.asarray(Image.open("a.png"), int)
    frame, page = last["rack",]
    sharp, sharp_page = last["rack", "--bokeh", "off"]
    edge = abs(np.diff(frame[45, :, 0])).max(), abs(np.diff(sharp[45, :, 0])).max()
    assert 2 * edge[0] < edge[1] and (last["pinhole",][0] == sharp).all(), "the box's edge is soft, but not to a pinhole"
    assert page.shape == sharp_page.shape and not (page == sharp_page).all()


def test_single_frames_resume(pushin, day):
    assert pushin("render", "shot.json", "-o", "frames/") == (0, "", "")
    files = sorted(Path("frames").iterdir())
    assert [f.name for f in files] == [f"shot_A.{n:04d}.png" for n in range(1, 13)]
    assert red(np.asarray(Image.open(files[0]))) < red(np.asarray(Image.open(files[11])))
    files[3].unlink()
    times = {f: f.stat().st_mtime_ns for f in files if f != files[3]}
    code, _, err = pushin("render", "shot.json", "-o", "frames")
    assert code == 0 and "11 of 12 frames there already" in err and files[3].exists()
    assert all(f.stat().st_mtime_ns == t for f, t in times.items())
    code, _, err = pushin("render", "shot.json", "--bokeh", "off", "--frames", "2-3", "-o", "frames")
    assert (code, err) == (0, "pushin: note: 2 frames there, drawn from another shot, size or blur, or not whole, are replaced.\n")
    assert pushin("render", "shot.json", "--format", "exr", "--frames", "12", "-o", "frames") == (0, "", "")
    assert len(list(Path("frames").iterdir())) == 13 and Path("frames/shot_A.0012.exr").exists()


def test_a_sheet_shows_the_take(pushin, day):
    assert pushin("sheet", "shot.json", "--count", 5, "--columns", 3, "--size", "240x135", "-o",
                  "sheet.png") == (0, "", "")
    with Image.open("sheet.png") as page:
        assert page.width > 3 * 240 and 2 * 135 < page.height < 4 * 135
        assert red(np.asarray(page)) > 5 * 1000
    assert pushin("sheet", "shot.json", "--take", "B", "-o", "sheet.jpg")[0] == 0


def test_the_plate_may_have_moved_with_its_shot_but_not_be_gone(pushin, day):
    (day / "elsewhere").mkdir()
    for name in ("plate.exr", "shot.json"):
        (day / name).rename(day / "elsewhere" / name)
    assert pushin("render", "elsewhere/shot.json", "--frames", "1", "-o", "a.mp4") == (0, "", "")
    (day / "elsewhere" / "plate.exr").unlink()
    for command in (("render", "-o", "b.mp4"), ("sheet", "-o", "b.png")):
        code, _, err = pushin(command[0], "elsewhere/shot.json", *command[1:])
        assert code == 2 and "plate.exr is not there" in err and err.count("\n") == 1


def test_a_plate_that_has_changed_is_said(pushin, day):
    shot = json.loads(Path("shot.json").read_text())
    shot["plate"]["sha256"] = "0" * 64
    Path("shot.json").write_text(json.dumps(shot))
    for command in (("render", "--frames", "1", "-o", "a.mp4"), ("sheet", "--count", "1", "-o", "a.png")):
        code, _, err = pushin(command[0], "shot.json", *command[1:])
        assert code == 0 and "plate.exr has changed since the shot was saved" in err


@pytest.mark.parametrize("words, says", [
    ("render none.json -o a.mp4", "none.json cannot be read"),
    ("render shot.json -o a.avi", "should end in .mp4 or .mov"),
    ("render shot.json -o no/a.mp4", "does not exist"),
    ("render shot.json -o no/frames/", "cannot be made"),
    ("render shot.json -o plate.exr", ".mp4 or .mov"),
    ("render shot.json --size 161x90 -o a.mp4", "162x90 is"),
    ("render shot.json --frames 0-3 -o a.mp4", "--frames"),
    ("render shot.json --frames a-b -o a.mp4", "--frames"),
    ("render shot.json --frames - -o a.mp4", "--frames"),
    ("render shot.json --frames 9-4 -o a.mp4", "'9-4' runs backwards; write the first frame first, 4-9"),
    ("render shot.json --frames 9-14 -o a.mp4", "frames 1 to 12"),
    ("render shot.json --frames 13 -o a.mp4", "frames 1 to 12"),
    ("render shot.json --take C -o a.mp4", "no take 'C'"),
    ("render shot.json --crf 52 -o a.mp4", "--crf"),
    ("render shot.json --crf 0 -o a.mp4", "--crf"),
    ("render shot.json --crf 12 -o frames/", "--crf is of a film"),
    ("render shot.json --format exr -o a.mp4", "--format is of single frames"),
    ("render shot.json --format gif -o frames/", "--format"),
    ("render shot.json --bokeh best -o a.mp4", "--bokeh"),
    ("render shot.json", "--output"),
    ("sheet shot.json -o a.exr", ".png or .jpg"),
    ("sheet shot.json --count 0 -o a.png", "--count"),
    ("sheet shot.json --take C -o a.png", "no take 'C'"),
    ("sheet plate.exr -o a.png", "not a shot file"),
])
def test_a_mistake_is_one_sentence_and_leaves_nothing(pushin, day, words, says):
    code, out, err = pushin(*words.split())
    assert code == 2 and out == "" and says in err and err.startswith("pushin: ") and err.count("\n") == 1
    assert sorted(p.name for p in day.iterdir()) == ["plate.exr", "shot.json"]


def interrupted(day, output, begun, *by):
    """Runs a long render of its own and interrupts it once `begun` says so, by signals if not by Ctrl-C; (exit code, stderr)."""
    shot = load("shot.json")
    take = shot.take("A")
    save(replace(shot.with_take(replace(take, timeline=take.timeline.stretched(300))), fps=24), "long.json")
    process = subprocess.Popen([sys.executable, "-m", "viewer", "render", str(day / "long.json"), "-o", str(output)],
                               cwd=ROOT, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 40
    while not begun() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    for number in by or [signal.SIGINT]:
        process.send_signal(number)
    _, err = process.communicate(timeout=30)
    return process.returncode, err


def being_written(day):
    """The unfinished film lies beside its place, and is written a few frames at a time."""
    return any(p.stat().st_size for p in day.glob(".long*.mp4"))


@pytest.mark.parametrize("by", [("SIGINT",), ("SIGTERM",), ("SIGTERM", "SIGTERM"), ("SIGHUP", "SIGTERM")], ids="-".join)
def test_ctrl_c_and_what_is_like_it_leave_a_film_that_plays(day, by):
    if not all(hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN for name in by):
        pytest.skip(f"{' and '.join(by)} end nothing here.")
    by = [getattr(signal, name) for name in by]
    code, err = interrupted(day, day / "long.mp4", lambda: being_written(day), *by)
    frames = decoded(day / "long.mp4")
    assert code == 128 + by[0] and 10 < len(frames) < 7200
    assert err == f"pushin: interrupted after {len(frames)} of 7200 frames; {day / 'long.mp4'} plays up to there.\n"
    assert not list(day.glob(".long*"))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing tells here whether a process is still there")
def test_what_a_render_left_that_was_killed_goes_with_the_next_of_that_name(day):
    """What another one is writing there, or has another name, stays."""
    (day / ".longer.abcdefgh.mp4").touch()
    assert interrupted(day, day / "long.mp4", lambda: being_written(day), signal.SIGKILL)[0] == -signal.SIGKILL
    killed, = day.glob(".long.*.mp4")
    with replacing(day / "long.mp4") as other:
        other.write_bytes(b"in the making")
        assert main(["render", "shot.json", "--frames", "1-2", "-o", "long.mp4"]) == 0
        assert sorted(day.glob(".long*.mp4")) == sorted([other, day / ".longer.abcdefgh.mp4"]) and not killed.exists()


def test_ctrl_c_leaves_whole_frames(day):
    code, err = interrupted(day, day / "frames", lambda: len(list(day.glob("frames/long_A.*"))) > 5)
    files = sorted((day / "frames").iterdir())
    assert code == 130 and f"interrupted after {len(files)} of 7200 frames" in err and "goes on from there" in err
    assert [f.name for f in files] == [f"long_A.{n:04d}.png" for n in range(1, len(files) + 1)]
    for file in files:
        with Image.open(file) as picture:
            picture.load()
