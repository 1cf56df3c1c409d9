import math

import numpy as np
import OpenEXR
import pytest
from PIL import Image

from viewer import Camera, Plate, Renderer
from viewer.cli import _parser, _with_negatives, arguments
from viewer.export.stills import encode_srgb


def parsed(*words):
    return _parser("still").parse_args(_with_negatives(["still", "-o", "x.png", *map(str, words)]))


@pytest.fixture(scope="module")
def plate(small_plate):
    return Plate.open(small_plate, focal_length=35)


def test_flags_describe_the_camera(plate):
    args = parsed("--position", "0.1,0.2,-0.3", "--pan", -4, "--tilt", 5, "--roll=6", "--lens", 50, "--f-stop", 2.8,
                  "--focus", 1.5, "--blades", 6)
    assert arguments.camera(args, plate) == Camera((0.1, 0.2, -0.3), -4, 5, 6, 50, 36, (0, 0), 2.8, 1.5, 6)


@pytest.mark.parametrize("push, travel", [("25%", 0.25), ("-25%", -0.25), ("0.4", 0.4), ("0.4m", 0.4), ("-2", -2)])
def test_push_is_a_share_of_the_subjects_distance_or_metres(plate, push, travel):
    camera = arguments.camera(parsed("--push", push, "--subject", "80,45"), plate)
    assert camera.position == pytest.approx((0, 0, -travel), abs=1e-6)


def test_focus_is_on_the_subject_along_the_turned_axis(plate):
    camera = arguments.camera(parsed("--f-stop", 2, "--subject", "10,45", "--pan", -20, "--push", 1), plate)
    x = (10 - 80) / 160 * 36 / 35 * 4  # metres to the right, of the wall at 4 m
    turn = math.radians(20)
    assert camera.focus_distance == pytest.approx(3 * math.cos(turn) - x * math.sin(turn), rel=1e-5)


def test_a_subject_behind_the_camera_cannot_be_focused(pushin, small_plate, tmp_path):
    code, _, err = pushin("still", small_plate, "--focal-length", 35, "--position", "0,0,-2", "--subject", "80,45",
                          "--f-stop", 2, "-o", tmp_path / "x.png")
    assert code == 2 and "--focus" in err


def test_the_nearest_sizeable_thing_is_the_default_subject(plate):
    x, y = arguments.find_subject(parsed(plate.path), plate).anchor
    assert abs(x - 80) < 12 and abs(y - 45) < 12


def test_png_from_the_plates_own_camera_is_the_plate(pushin, small_plate, plate, tmp_path):
    output = tmp_path / "same.png"
    assert pushin("still", small_plate, "--focal-length", 35, "--sensor-width", 36, "--depth-kind", "metres", "-o",
                  output)[:2] == (0, "")
    difference = np.asarray(Image.open(output), int) - encode_srgb(plate.color.astype(np.float32))
    assert abs(difference).max() <= 1


def test_exr_holds_what_the_renderer_gives(pushin, small_plate, plate, tmp_path):
    output = tmp_path / "pushed.exr"
    assert pushin("still", small_plate, "--focal-length", 35, "--push", "0.3", "--size", "200x100", "-o", output)[0] == 0
    with Renderer(plate, size=(200, 100)) as renderer:
        frame = renderer.render(Camera(position=(0, 0, -0.3)))
    with OpenEXR.File(str(output)) as file:
        channels = file.channels()
        assert channels["RGB"].pixels.dtype == np.float16 and channels["Z"].pixels.dtype == np.float32
        np.testing.assert_array_equal(channels["RGB"].pixels, frame.color.astype(np.float16))
        np.testing.assert_array_equal(channels["Z"].pixels, frame.depth)
        np.testing.assert_array_equal(channels["invented"].pixels, frame.invented.astype(np.float16))
