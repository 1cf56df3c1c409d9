from fractions import Fraction

import numpy as np
import OpenEXR
import pytest
from PIL import Image

from viewer import PushinError
from viewer.export.stills import encode_srgb, write_exr, write_picture
from viewer.export.video import write_video
from viewer.files import check_target, write_whole


def test_srgb_curve_at_known_values():
    linear = np.array([0, 0.0031308, 0.18, 0.2158605, 0.5, 1, 7, -1, np.nan, np.inf])
    np.testing.assert_array_equal(encode_srgb(linear), [0, 10, 118, 128, 188, 255, 255, 0, 0, 255])


def test_png_keeps_every_pixel(tmp_path):
    pixels = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    write_picture(tmp_path / "a.png", pixels)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "a.png")), pixels)


def test_jpeg_is_close(tmp_path):
    pixels = np.full((16, 16, 3), (200, 40, 90), np.uint8)
    write_picture(tmp_path / "a.jpg", pixels)
    with Image.open(tmp_path / "a.jpg") as picture:
        assert picture.format == "JPEG" and abs(np.asarray(picture, int) - pixels).max() <= 2


def test_exr_keeps_light_depth_and_sky(tmp_path):
    color = np.full((2, 3, 3), 1e6, np.float32)  # brighter than half float goes
    depth = np.array([[0.1, 1, np.inf], [1 / 3, 1e4, 7]], np.float32)
    invented = np.array([[0, 0.5, 1], [0.25, 0, 0]], np.float32)
    write_exr(tmp_path / "a.exr", color, depth, invented)
    with OpenEXR.File(str(tmp_path / "a.exr")) as file:
        channels = file.channels()
        assert np.isfinite(channels["RGB"].pixels).all() and channels["RGB"].pixels.dtype == np.float16
        np.testing.assert_array_equal(channels["Z"].pixels, depth)
        np.testing.assert_array_equal(channels["invented"].pixels, invented)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def fail(to):
        to.write_bytes(b"half a pic")
        raise OSError(28, "No space left on device")

    with pytest.raises(PushinError, match="No space left on device"):
        write_whole(path, fail)
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["a.exr", "a.png", "a.jpg", "a.mp4"])
def test_a_full_disk_is_one_sentence_that_names_the_file(tmp_path, full_disk, name):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    with pytest.raises(PushinError, match=rf"^'{tmp_path / name}' cannot be written[^\n]*\.$"):
        if name == "a.exr":
            write_exr(tmp_path / name, noise / 255, noise[..., 0], noise[..., 0])
        elif name == "a.mp4":
            write_video(tmp_path / name, [noise] * 30, (64, 64), Fraction(24))
        else:
            write_picture(tmp_path / name, noise)
    assert not list(tmp_path.iterdir())


def test_what_a_jpeg_cannot_hold_is_said(tmp_path):
    with pytest.raises(PushinError, match="65500.*png"):
        write_picture(tmp_path / "a.jpg", np.zeros((1, 65501, 3), np.uint8))


def test_targets_that_cannot_be_written_are_refused(tmp_path):
    (tmp_path / "folder.png").mkdir()
    for target, words in ((tmp_path / "folder.png", "is a folder"), (tmp_path / "no" / "a.png", "does not exist"),
                          (tmp_path / ("x" * 300) / "a.png", "cannot be reached|does not exist"),
                          (tmp_path / "a.gif", "should end in"), (tmp_path / "a", "should end in")):
        with pytest.raises(PushinError, match=words):
            check_target(target, (".png", ".exr"))
    assert check_target(tmp_path / "A.PNG", (".png",)) == tmp_path / "A.PNG"
