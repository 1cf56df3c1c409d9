"""The plate's own camera gives the plate back: every pixel, within one step of 8 bits."""
import numpy as np
import pytest

from tests import plates
from tests.flip import display
from viewer import Camera, Plate

SCENES = {
    "noise over two planes": plates.card_before_wall(card=plates.grain(1), wall=plates.grain(2)),
    "black and white noise": plates.card_before_wall(card=plates.grain(1, 1, 0, 1), wall=plates.grain(2, 1, 0, 1)),
    "floor and wall": plates.room(),
    "thin bars": plates.fence(),
    "lamps in the dark": plates.lamps(),
    "sky": plates.yard(),
    "three steps": plates.steps(),
    "odd size": plates.yard((157, 91)),
    "tall": plates.card_before_wall((90, 211)),
    "tiny": plates.card_before_wall((33, 17)),
}


def difference(frame, plate):
    return np.abs(display(frame.color) - display(plate.color)).max()


@pytest.mark.parametrize("name", SCENES)
def test_the_identity_camera_returns_the_plate(rendered, name):
    plate = SCENES[name].plate()
    frame = rendered(plate, Camera())
    assert frame.color.shape == plate.color.shape and frame.color.dtype == np.float32
    assert difference(frame, plate) <= 1 / 255
    assert frame.invented.max() <= 1 / 255


@pytest.mark.xfail(reason="known gap: cleaning moves noisy edges, and their mattes with them", strict=False)
def test_noise_in_depth_changes_nothing(rendered):
    """A sensor's depth: noisy, full of false edges."""
    scene = plates.card_before_wall(card=plates.grain(1), wall=plates.grain(2))
    rng = np.random.default_rng(0)
    view = scene.view()
    depth = view.depth * (1 + 0.03 * rng.standard_normal(view.depth.shape))
    depth[rng.random(depth.shape) < 0.05] = np.nan
    plate = Plate.from_arrays(view.color, depth, focal_length=35)
    frame = rendered(plate, Camera())
    assert difference(frame, plate) <= 1 / 255
    assert frame.invented.max() <= 1 / 255


@pytest.mark.parametrize("name", ("floor and wall", "sky", "three steps", "thin bars"))
@pytest.mark.parametrize("focal_length", (35.0, 105.0))
def test_a_move_starts_from_the_picture_at_rest(rendered, name, focal_length):
    """At rest the plate itself is shown, under way its layers; nothing may jump as a camera starts."""
    plate = SCENES[name].plate()
    rest = rendered(plate, Camera(focal_length=focal_length))
    moved = rendered(plate, Camera(focal_length=focal_length, position=(0, 0, -1e-3)))
    error = display(rest.color) - display(moved.color)
    assert not np.array_equal(rest.color, moved.color)
    assert 10 * np.log10(1 / np.mean(error ** 2)) > 40
    assert np.abs(rest.invented - moved.invented).mean() < 2e-3
    assert (np.abs(1 / rest.depth - 1 / moved.depth) <= 0.01 / rest.depth).mean() > 0.98


def test_lamps_keep_their_light(rendered):
    plate = SCENES["lamps in the dark"].plate()
    color = np.asarray(plate.color, np.float32)
    lit = color.max(-1) > 1
    assert color.max() > 50
    np.testing.assert_allclose(rendered(plate, Camera()).color[lit], color[lit], rtol=0.02)


def test_a_plate_with_another_lens_and_a_shifted_centre(rendered):
    view = plates.yard().view()
    plate = Plate.from_arrays(view.color, view.depth, focal_length=50, sensor_width=23.5, principal_point=(148, 101))
    camera = Camera(focal_length=50, sensor_width=23.5, lens_shift=(148 / 320 - 0.5, (96 - 101) / 320))
    assert difference(rendered(plate, camera), plate) <= 1 / 255


def test_twice_the_size_shows_the_same_picture(rendered):
    plate = plates.card_before_wall(card=plates.waves(1), wall=plates.waves(2)).plate()
    large = rendered(plate, Camera(), (640, 384)).color
    small = large.reshape(192, 2, 320, 2, 3).mean((1, 3))
    assert np.abs(display(small) - display(plate.color))[1:-1, 1:-1].mean() <= 1 / 255
