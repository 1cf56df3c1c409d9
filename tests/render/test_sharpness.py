"""What is magnified stays as sharp as its pixels allow."""
import numpy as np
import pytest

from tests import plates
from viewer import Camera
from viewer.render import reproject


def waves(period):
    def paint(x, y):
        return (0.3 + 0.2 * np.sin(2 * np.pi * (x + 0.4 * y) / period))[..., None] * np.array([1.0, 0.8, 0.5])
    return paint


@pytest.mark.parametrize("period", [5.0, 7.0, 12.0])
@pytest.mark.parametrize("camera", [Camera(focal_length=46), Camera(focal_length=70), Camera(position=(0, 0, -0.5)), Camera(position=(0.01, 0, 0))],
                         ids=["zoom", "long zoom", "push", "truck"])
def test_fine_waves_keep_their_height(rendered, monkeypatch, camera, period):
    """Hardly more than half of the error that linear reading between pixels makes is left."""
    scene = plates.Scene((320, 192), (plates.Surface.at(2.0, waves(period)),))
    true, inside = scene.view(camera).color, np.s_[8:-8, 8:-8]
    off = lambda: np.sqrt(np.mean((rendered(scene.plate(), camera).color - true)[inside] ** 2))
    ours = off()
    monkeypatch.setattr(reproject, "SHARP", np.inf)
    assert ours < 0.55 * off()


def test_a_lamp_does_not_ring(rendered):
    def lamp(x, y):
        return np.where((np.hypot(x - 160, y - 96) < 1.5)[..., None], 200.0, 0.1) * np.ones(3)
    scene = plates.Scene((320, 192), (plates.Surface.at(2.0, lamp),))
    frame = rendered(scene.plate(), Camera(focal_length=60, pan=0.3))
    assert frame.color.min() > 0.09


@pytest.mark.parametrize("scale", [0.45, reproject.MINIFIED, reproject.SHRINKS, reproject.SHARP, reproject.SHARP + reproject.GROWS])
@pytest.mark.parametrize("forward", [0, 0.004], ids=["zoom", "move"])
def test_no_frame_of_a_move_is_suddenly_softer_or_sharper(rendered, scale, forward):
    scene = plates.Scene((320, 192), (plates.Surface.at(2.0, waves(4.0)),))
    plate = scene.plate()
    before, after = (rendered(plate, Camera(position=(0, 0, -forward), focal_length=plate.focal_length * scale * (1 + e))).color
                     for e in (-1e-5, 1e-5))
    inside = np.s_[70:-70, 110:-110]
    assert np.abs(after - before)[inside].max() < 0.003
