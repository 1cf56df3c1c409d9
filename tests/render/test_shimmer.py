"""Nothing crawls, twinkles or rings while a camera moves slowly, near or far."""
import numpy as np
import pytest

from tests import plates
from tests.flip import display, flip
from viewer import Camera

SLOW = {
    "push": [Camera(position=(0, 0, -0.012 * i)) for i in range(5)],
    "pull": [Camera(position=(0, 0, 0.4 + 0.02 * i)) for i in range(5)],
    "truck": [Camera(position=(0.0015 * i, 0, 0)) for i in range(5)],
    "pan": [Camera(pan=0.05 * i) for i in range(5)],
}
SCENES = {"card": plates.card_before_wall((192, 112)), "fence": plates.fence((192, 112)), "yard": plates.yard((192, 112))}


def changes(pictures):
    return np.array([flip(a, b) for a, b in zip(pictures, pictures[1:])])


@pytest.mark.parametrize("move", SLOW)
@pytest.mark.parametrize("name", SCENES)
def test_neighbouring_frames_differ_by_the_motion_alone(rendered, name, move):
    """FLIP from frame to frame, against that of a camera that sees the scene itself with 16 rays a pixel."""
    scene = SCENES[name]
    plate = scene.plate()
    ours = changes([display(rendered(plate, camera).color) for camera in SLOW[move]])
    # Where the true camera looks beyond the plate both have to be compared on what exists.
    ideal = changes([display(np.nan_to_num(scene.view(camera, samples=4).color, nan=0.5)) for camera in SLOW[move]])
    assert ours.max() <= 1.35 * ideal.max() + 0.01, "busier than the scene"
    assert np.abs(np.diff(ours)).max() <= 0.4 * ideal.mean() + 0.02, "a jump from one frame to the next"


@pytest.mark.parametrize("factor", [2.0, 3.0, 3.7, 4.0, 5.3])
@pytest.mark.parametrize("cell", [1, 2])
def test_a_fine_checker_far_away_does_not_alias(rendered, cell, factor):
    """Squares smaller than a pixel leave little but their mean, and no coarse pattern (moiré)."""
    depth = 1.5
    scene = plates.Scene((320, 192), (plates.Surface.at(depth, plates.checks(cell)),))
    camera = Camera(position=(0, 0, depth * (factor - 1)))
    view, frame = scene.view(camera), rendered(scene.plate(), camera)
    x, y = np.nonzero(~view.outside)
    inner = frame.color[x.min() + 3:x.max() - 2, y.min() + 3:y.max() - 2]
    assert inner.size > 300
    ideal = scene.view(camera, samples=8).color[x.min() + 3:x.max() - 2, y.min() + 3:y.max() - 2]
    assert np.abs(inner.mean() - 0.5) <= 0.02
    assert inner.std() <= 1.2 * ideal.std() + 0.05, "more than the pixels' own areas see"
    blocks = inner[:inner.shape[0] // 4 * 4, :inner.shape[1] // 4 * 4].reshape(inner.shape[0] // 4, 4, -1, 4, 3).mean((1, 3))
    assert blocks.std() <= 0.04, "a pattern that is not in the scene"


@pytest.mark.parametrize("factor", [1.25, 2.0, 4.0])
def test_pulled_out_the_plate_is_what_a_good_filter_makes_of_it(rendered, factor):
    scene = plates.card_before_wall(card=plates.grain(1, 2), wall=plates.grain(2, 2))
    camera = Camera(focal_length=35 / factor)
    view = scene.view(camera, samples=8)
    x, y = np.nonzero(~view.outside)
    region = np.s_[x.min() + 2:x.max() - 1, y.min() + 2:y.max() - 1]
    ours, ideal = display(rendered(scene.plate(), camera).color[region]), display(view.color[region])
    assert flip(ideal, ours) <= 0.1
    assert ours.std() <= 1.15 * ideal.std() + 0.005, "rougher than it can be"
