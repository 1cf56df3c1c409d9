"""Depth painted with a soft brush: its edges become those that were meant, and whatever is sharp stays as it is."""
import cv2
import numpy as np
import pytest
from PIL import Image

from viewer import Plate
from viewer.plate.brush import SOFT, hardened, softness
from viewer.plate.clean import clean

from .test_ink import ALL, H, W, board, filled

FRONT, WALL = 200, 60


def codes(sloping=False):
    """What was meant: somebody before a wall, and on a floor that comes nearer, float32 (H, W)."""
    floor = np.where(np.arange(H) > 250, WALL + (np.arange(H) - 250) * 0.6, WALL)[:, None] if sloping else WALL
    return np.where(filled(), FRONT, floor).astype(np.float32)


def brushed(values, sigma):
    return np.rint(cv2.GaussianBlur(values, (0, 0), sigma))


@pytest.fixture
def opened(tmp_path):
    """opened(picture, depth, kind): a plate of uint8 (H, W, 3) and of what was painted, (H, W)."""
    def opened(picture, depth, kind):
        Image.fromarray(picture).save(tmp_path / "a.png")
        Image.fromarray(depth.astype(np.uint8)).save(tmp_path / "d.png")
        return Plate.open(tmp_path / "a.png", tmp_path / "d.png", kind)
    return opened


def is_told(plate):
    return any("soft brush" in note for note in plate.notes)


def test_how_soft_edges_are():
    assert softness(codes(True)) == 1 and softness(codes() * 0) == 0
    assert softness(np.tile(np.linspace(0, 255, W, dtype=np.float32), (H, 1))) == 0, "a slope has none"
    assert softness(brushed(codes(), 1.2)) < SOFT, "a pixel filter is no brush"
    for sigma in (3, 4, 5):
        assert softness(brushed(codes(True), sigma)) == pytest.approx(np.sqrt(2 * np.pi) * sigma, rel=0.2)


@pytest.mark.parametrize("sloping", [False, True])
@pytest.mark.parametrize("sigma", [3, 4, 5])
def test_soft_edges_become_the_steps_that_were_meant(sigma, sloping):
    meant = codes(sloping)
    soft = brushed(meant, sigma)
    sharp = hardened(soft, softness(soft))
    wrong = lambda values: (np.abs(values - meant) > 6).mean()
    assert wrong(sharp) < 0.01 < 0.03 < wrong(soft)
    beside = cv2.dilate(filled().astype(np.uint8), np.ones((51, 51), np.uint8)) > 0
    assert np.abs(sharp - soft)[~beside].max() <= 1, "clear of edges all stays, but for the terraces of 8 bits"


@pytest.mark.parametrize("kind", ["painted", "inverse"])
@pytest.mark.parametrize("sigma", [3, 5])
def test_of_a_drawing_the_outline_goes_with_what_it_is_of(opened, kind, sigma):
    picture, ink = board()
    plate = opened(picture, brushed(codes(), sigma), kind)
    assert is_told(plate)
    d = clean(plate.disparity, plate.color.astype(np.float32), ALL, plate.focal_pixels)
    middle = (d.min() + d.max()) / 2
    # Where two lines meet a brush rounds the corner off.
    assert (d[filled()] > middle).mean() > 0.99 and (d[ink] > middle).mean() > 0.96
    clear = ~(cv2.dilate((filled() | ink).astype(np.uint8), np.ones((21, 21), np.uint8)) > 0)
    assert (d[clear] < middle).all()


def test_whatever_else_has_wide_edges_stays_as_it_is(opened):
    """A photo's relative depth, as networks estimate it, unless somebody says that it was painted; and what has sharp edges."""
    noise = np.random.default_rng(0).integers(0, 256, (H, W, 3), np.uint8)
    soft = brushed(codes(), 5)
    assert not is_told(opened(noise, soft, "inverse")) and is_told(opened(noise, soft, "painted"))
    assert not is_told(opened(board()[0], codes(), "painted"))
    soft_plate = opened(noise, soft, "inverse")
    assert len(np.unique(soft_plate.depth)) > 100
