from dataclasses import replace

import numpy as np
import OpenEXR
import pytest
from PIL import Image

from viewer import PushinError, Renderer
from viewer.export.delivery import Delivery, Drawing
from viewer.export.sequence import Sequence, sequence_name


@pytest.fixture
def sequence(plate, shot, tmp_path):
    """Makes a Sequence in tmp_path/frames of the shot, or of a changed one."""
    renderers = []

    def make(shot=shot, format="png", size=None, bokeh="off", take=None):
        delivery = Delivery(shot, take, size)
        renderers.append(Renderer(plate, size=delivery.size))
        return Sequence(tmp_path / "frames", "shot", Drawing(delivery, renderers[-1], bokeh), format)

    yield make
    for renderer in renderers:
        renderer.close()


def state(folder):
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


@pytest.mark.parametrize("format", ["png", "exr"])
def test_every_frame_is_a_file_of_what_the_renderer_gives(sequence, format):
    frames, done = sequence(format=format), []
    frames.write(range(4, 8), lambda: done.append(1))
    assert sorted(state(frames.folder)) == [f"shot.{n:04d}.{format}" for n in (5, 6, 7, 8)] and len(done) == 4
    drawn = frames.drawing.renderer.render(frames.drawing.delivery.camera(6))
    if format == "png":
        np.testing.assert_array_equal(np.asarray(Image.open(frames.path(6))), drawn.picture)
    else:
        with OpenEXR.File(str(frames.path(6))) as file:
            channels = file.channels()
            np.testing.assert_array_equal(channels["RGB"].pixels, drawn.color.astype(np.float16))
            np.testing.assert_array_equal(channels["Z"].pixels, drawn.depth)


@pytest.mark.parametrize("format", ["png", "exr"])
def test_whole_files_are_kept_and_broken_ones_drawn_again(sequence, format):
    frames = sequence(format=format)
    frames.write(frames.missing(range(12)))
    frames.path(2).unlink()
    frames.path(5).write_bytes(frames.path(5).read_bytes()[:-200])
    frames.path(7).write_bytes(b"")
    before = state(frames.folder)
    again = sequence(format=format)
    assert again.missing(range(12)) == [2, 5, 7] and again.missing(range(3, 6)) == [5]
    again.write(again.missing(range(12)))
    after = state(frames.folder)
    assert again.missing(range(12)) == [] and len(after) == 12
    assert {name for name in after if after[name] != before.get(name)} == {
        f"shot.{n:04d}.{format}" for n in (3, 6, 8)}


def test_frames_of_another_shot_are_not_taken_for_this_one(sequence, shot):
    frames = sequence()
    frames.write(range(12))
    take = shot.take("A")
    later = replace(take, timeline=take.timeline.stretched(2))  # its first frame is the same
    assert sequence(shot.with_take(later)).missing(range(12)) == list(range(1, 12))
    assert sequence(take="B").missing(range(12)) == list(range(1, 12))
    assert sequence(size=(48, 32)).missing(range(2)) == [0, 1] == sequence(bokeh="gather").missing(range(2))


@pytest.mark.parametrize("format, what", [("png", "picture"), ("exr", "picture"), ("png", "text"), ("exr", "text"),
                                          ("png", "huge")])
def test_frames_written_by_others_are_neither_taken_for_ours_nor_replaced(sequence, format, what):
    frames = sequence(format=format)
    if what == "text":
        frames.path(3).write_text("my notes")
    elif what == "huge":
        Image.new("1", (14000, 14000)).save(frames.path(3))
    elif format == "png":
        Image.new("RGB", (96, 64)).save(frames.path(3))
    else:
        with OpenEXR.File({}, {"RGB": np.zeros((64, 96, 3), np.float16)}) as file:
            file.write(str(frames.path(3)))
    before = frames.path(3).read_bytes()
    assert frames.missing(range(3, 4)) == [3]
    with pytest.raises(PushinError, match="no frame that pushin made"):
        frames.write(range(5))
    assert frames.path(3).read_bytes() == before and len(state(frames.folder)) == 1


def test_ctrl_c_leaves_whole_frames_only(sequence, monkeypatch):
    frames = sequence()
    camera = frames.drawing.delivery.camera

    def interrupted(frame):
        if frame == 6:
            raise KeyboardInterrupt
        return camera(frame)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frames.drawing.delivery, "camera", interrupted)
        with pytest.raises(KeyboardInterrupt):
            frames.write(range(12))
    assert sorted(state(frames.folder)) == [f"shot.{n:04d}.png" for n in range(1, 7)]
    assert frames.missing(range(12)) == list(range(6, 12))


def test_a_disk_that_fails_is_a_sentence(sequence, monkeypatch):
    frames = sequence()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(PushinError, match="No space left on device"):
        frames.write(range(12))
    assert not state(frames.folder)


def test_folders_that_cannot_be_are_refused(plate, shot, tmp_path):
    (tmp_path / "file").write_text("x")
    for folder, words in (("file", "is a file"), ("no/frames", "cannot be made")):
        with pytest.raises(PushinError, match=words):
            Sequence(tmp_path / folder, "shot", None)


def test_names_carry_the_take_where_there_are_several(shot, tmp_path):
    assert sequence_name("day/shot.json", Delivery(shot, "B")) == "shot_B"
    assert sequence_name("day/shot.json", Delivery(replace(shot, takes=shot.takes[:1]))) == "shot"
    odd = replace(shot, takes=(shot.takes[0], replace(shot.takes[1], name="a b/[c]*")))
    assert sequence_name("my day/the shot.json", Delivery(odd, "a b/[c]*")) == "the_shot_a_b_c_"
    assert Sequence(tmp_path, "shot_B", None).path(11).name == "shot_B.0012.png"
