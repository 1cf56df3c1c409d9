import os
import signal
import threading
import time
from fractions import Fraction

import av
import numpy as np
import pytest

from viewer import PushinError
from viewer.export import video
from viewer.export.queue_thread import WAITING, QueueThread
from viewer.export.video import check_video, write_video

SIZE = (64, 48)


def moving(count, size=SIZE):
    """Pictures with a white square that moves a pixel to the right each time."""
    for i in range(count):
        picture = np.full((size[1], size[0], 3), 30, np.uint8)
        picture[8:24, 4 + i:20 + i] = 235
        yield picture


def flat(colour, count=3):
    return (np.full((SIZE[1], SIZE[0], 3), colour, np.uint8) for _ in range(count))


def decoded(path):
    with av.open(str(path)) as film:
        return [(float(f.time), f.to_ndarray(format="rgb24")) for f in film.decode(video=0)]


@pytest.mark.parametrize("fps", [Fraction(24), Fraction(24000, 1001), Fraction("23.97602397602397602397"),
                                 Fraction(60)])
def test_a_film_has_every_picture_at_its_time(tmp_path, fps):
    path = tmp_path / "film.mp4"
    assert write_video(path, moving(30), SIZE, fps) == 30
    frames = decoded(path)
    assert [t for t, _ in frames] == pytest.approx([i / float(fps) for i in range(30)], abs=1e-3)
    for (_, frame), made in zip(frames, moving(30)):
        assert abs(frame.astype(int) - made).mean() < 3
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        assert float(stream.average_rate) == pytest.approx(float(fps), rel=1e-6)
        assert (stream.width, stream.height, stream.codec_context.name) == (*SIZE, "h264")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("colour", [(200, 40, 90), (10, 220, 30), (20, 60, 250), (255, 255, 255), (0, 0, 0)])
def test_colour_is_bt709_in_studio_range_and_says_so(tmp_path, colour):
    write_video(tmp_path / "film.mov", flat(colour), SIZE, Fraction(25), crf=4)
    r, g, b = (c / 255 for c in colour)
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    expected = 16 + 219 * luma, 128 + 224 * (b - luma) / 1.8556, 128 + 224 * (r - luma) / 1.5748
    with av.open(str(tmp_path / "film.mov")) as film:
        codec = film.streams.video[0].codec_context
        assert codec.pix_fmt == "yuv420p" and codec.color_range == 1
        assert (codec.color_primaries, codec.color_trc, codec.colorspace) == (1, 1, 1)
        frame = next(film.decode(video=0))
    for plane, value in zip(frame.planes, expected):
        values = np.frombuffer(plane, np.uint8).reshape(plane.height, -1)[:, :plane.width]
        assert values.mean() == pytest.approx(value, abs=1.5)


def test_a_lower_crf_is_closer(tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)
    noise = noise.repeat(4, 0)[:SIZE[1]].repeat(4, 1)[:, :SIZE[0]]
    errors = []
    for crf in (5, 40):
        write_video(tmp_path / "a.mp4", [noise] * 3, SIZE, Fraction(24), crf)
        errors.append(abs(decoded(tmp_path / "a.mp4")[1][1].astype(int) - noise).mean())
    assert errors[0] < errors[1] / 2


@pytest.mark.parametrize("after", [1, 7, 60])
def test_ctrl_c_leaves_a_film_of_the_pictures_so_far(tmp_path, after):
    def interrupted():
        yield from moving(after, (96, 48))
        raise KeyboardInterrupt

    path = tmp_path / "film.mp4"
    with pytest.raises(KeyboardInterrupt):
        write_video(path, interrupted(), (96, 48), Fraction(24))
    assert len(decoded(path)) == after and list(tmp_path.iterdir()) == [path]
    path.write_bytes(b"complete")
    with pytest.raises(video.Interrupted) as stop:
        write_video(path, interrupted(), (96, 48), Fraction(24))
    assert path.read_bytes() == b"complete" and stop.value.path == tmp_path / "film.partial.mp4"
    assert len(decoded(stop.value.path)) == after and len(list(tmp_path.iterdir())) == 2


def test_ctrl_c_while_the_film_is_finished_leaves_all_of_it(tmp_path, monkeypatch):
    def encode(path, pictures, *rest, encode=video._encode):
        def all_there():
            yield from pictures
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)
        encode(path, all_there(), *rest)

    monkeypatch.setattr(video, "_encode", encode)
    with pytest.raises(KeyboardInterrupt):
        write_video(tmp_path / "film.mp4", moving(3), SIZE, Fraction(24))
    assert len(decoded(tmp_path / "film.mp4")) == 3


def failing(error):
    raise error
    yield


@pytest.mark.parametrize("error", [KeyboardInterrupt, PushinError("The graphics card is gone."), MemoryError])
def test_a_film_that_fails_leaves_the_old_one(tmp_path, error):
    path = tmp_path / "film.mp4"
    path.write_bytes(b"old")
    with pytest.raises(error if isinstance(error, type) else type(error)):
        write_video(path, failing(error), SIZE, Fraction(24))
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_what_goes_wrong_in_the_thread_is_raised_and_hangs_nobody(tmp_path):
    no_pictures = (np.zeros((48, 64), np.float32) for _ in range(10 * WAITING))
    with pytest.raises(ValueError):
        write_video(tmp_path / "film.mp4", no_pictures, SIZE, Fraction(24))
    assert not list(tmp_path.iterdir())


def test_sizes_and_places_that_cannot_be_are_refused(tmp_path):
    for name, size, words in (("a.mp4", (63, 48), "64x48 is"), ("a.mp4", (64, 49), "64x50 is"),
                              ("a.avi", SIZE, ".mp4 or .mov"), ("no/a.mp4", SIZE, "does not exist")):
        with pytest.raises(PushinError, match=words):
            check_video(tmp_path / name, size)


def test_the_thread_works_while_the_next_item_is_made():
    made, taken = threading.Event(), []

    def consume(items):
        for item in items:
            assert made.wait(10)  # ends only because the other side goes on meanwhile
            taken.append(item)

    with QueueThread(consume) as background:
        for item in range(WAITING):
            background.put(item)
        made.set()
    assert taken == list(range(WAITING))


@pytest.mark.parametrize("after", [0, 1, 3 * WAITING])
def test_a_thread_that_fails_early_or_at_the_very_end_is_not_waited_for(after):
    def consume(items):
        for i, _ in enumerate(items):
            if i == after:
                break
        raise OSError("disk full")

    for count in (0, 1, 5 * WAITING):
        with pytest.raises(OSError, match="disk full"), QueueThread(consume) as background:
            for item in range(count):
                background.put(item)
