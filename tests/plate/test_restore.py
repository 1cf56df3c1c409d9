"""Small, soft, noisy maps against the surfaces that they were made of."""
import cv2
import numpy as np
import pytest

from viewer.plate import restore
from viewer.plate.holes import filled

SIZE = 240, 320


@pytest.fixture(scope="module")
def scene():
    """(disparity, guide): a disc, a post of 6 pixels and a table before a wall, each of its own colour, with some grain."""
    y, x = np.mgrid[:SIZE[0], :SIZE[1]].astype(np.float32)
    disparity, part = np.full(SIZE, 0.25, np.float32), np.zeros(SIZE, int)
    for k, (where, value) in enumerate((((x - 110) ** 2 + (y - 90) ** 2 < 60 ** 2, 1.0), ((x > 220) & (x < 227), 0.8),
                                        (y > 190, 0.3 + 0.004 * (y - 190))), 1):
        disparity, part = np.where(where, value, disparity).astype(np.float32), np.where(where, k, part)
    colours = np.array([(90, 60, 50), (160, 120, 100), (60, 110, 60), (130, 130, 160)])[part]
    return disparity, (colours + np.random.default_rng(0).normal(0, 2, colours.shape)).round().astype(np.uint8)


def softened(disparity, blur, size=(80, 60)):
    small = cv2.resize(disparity, size, interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small, (0, 0), blur) if blur else small


@pytest.mark.parametrize("blur", (0.8, 1.2, 1.6))
def test_a_blur_is_found(scene, blur):
    disparity, guide = scene
    small = softened(disparity, blur)
    found = restore.blur_of(small, np.ones_like(small), cv2.resize(guide, small.shape[::-1], interpolation=cv2.INTER_AREA), False)
    assert found == pytest.approx(blur, abs=0.12)


def test_a_blur_is_found_in_few_codes_before_a_far_view(scene):
    """What 8 bits leave of houses far away is no detail that a blur would have to explain."""
    disparity, guide = scene
    y, x = np.mgrid[:SIZE[0], :SIZE[1]]
    far = np.where((x // 20 + y // 20) % 2, 0.004, 0.0)           # houses before the sky
    small = softened(np.where(disparity == 0.25, far, disparity).astype(np.float32), 1.5)
    coarse = (np.round(small / small.max() * 255) / 255).astype(np.float32)
    found = restore.blur_of(coarse, np.ones_like(coarse), cv2.resize(guide, small.shape[::-1], interpolation=cv2.INTER_AREA), False)
    assert found == pytest.approx(1.5, abs=0.15)


def test_a_blur_is_found_beside_a_net():
    """A net has most of the edges, and nothing of it is left at its own depth: the shoulder beside it tells."""
    y, x = np.mgrid[:480, :1040].astype(np.float32)
    strings = (x > 520) & (np.minimum((x + y + 6 * np.sin(x / 31)) % 22, (x - y + 6 * np.sin(y / 37)) % 22) < 3)
    shoulder = (x - 180) ** 2 + (y - 300) ** 2 < 130 ** 2
    disparity = np.where(strings, 0.5, np.where(shoulder, 0.6, 0.02)).astype(np.float32)
    colours = np.where(strings[..., None], (40, 60, 50), np.where(shoulder[..., None], (160, 120, 60), (90, 110, 140)))
    guide = (colours + np.random.default_rng(0).normal(0, 2, colours.shape)).round().astype(np.uint8)
    small = softened(disparity, 1.5, (312, 144))
    found = restore.blur_of(small, np.ones_like(small), cv2.resize(guide, (312, 144), interpolation=cv2.INTER_AREA), False)
    assert found == pytest.approx(1.5, abs=0.08)


@pytest.mark.parametrize("blur, noise", ((1.5, 0), (0.7, 0.01)))
def test_soft_and_noisy_maps_become_the_surfaces_they_were_made_of(scene, blur, noise):
    disparity, guide = scene
    small = softened(disparity, blur)
    rng = np.random.default_rng(1)
    small = (small * (1 + rng.normal(0, noise, small.shape))).astype(np.float32)
    known = rng.random(small.shape) > (0.1 if noise else 0)
    off = lambda d: (np.abs(d - disparity) > 0.05 * disparity).mean()
    found = restore.restored(small, known, guide)
    assert found.shape == SIZE
    assert off(found) < 0.03 and off(found) < 0.25 * off(cv2.resize(small, SIZE[::-1])), off(found)
    assert found.min() >= small.min() and found.max() <= small.max()


def test_sharp_whole_quiet_maps_are_left_alone(scene):
    disparity, guide = scene
    small = np.ascontiguousarray(disparity[2::4, 2::4])
    assert restore.restored(small, np.ones(small.shape, bool), guide) is small


def test_sky_stays_sky(scene):
    disparity, guide = scene
    with_sky = np.where(disparity == 0.25, 0, disparity)
    found = restore.restored(softened(with_sky, 1.5), np.ones((60, 80), bool), guide)
    assert (found[:20, :40] == 0).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("noise", (0, 0.02))
def test_a_map_that_is_mostly_sky_keeps_its_ground(noise):
    y = np.mgrid[:SIZE[0], :SIZE[1]][0]
    disparity = np.where(y >= 152, 0.2 + 0.002 * (y - 152), 0).astype(np.float32)
    guide = np.where(disparity[..., None] > 0, np.uint8((60, 110, 60)), np.uint8((140, 180, 230)))
    small = softened(disparity, 0)
    small = (small * (1 + noise * np.random.default_rng(4).standard_normal(small.shape))).astype(np.float32)
    found = cv2.resize(restore.restored(small, np.ones(small.shape, bool), guide), SIZE[::-1])
    ground = np.s_[160:]
    assert (found[:140] == 0).all() and np.abs(found / np.maximum(disparity, 1e-9) - 1)[ground].mean() < max(0.6 * noise, 1e-3)


def test_noise_goes_and_steps_and_slopes_stay(scene):
    disparity, guide = scene
    noisy = (disparity * (1 + 0.01 * np.random.default_rng(2).standard_normal(SIZE))).astype(np.float32)
    even = restore.planed(noisy, guide, 0.01, 1)
    off = lambda a: np.abs(a - disparity) / disparity
    slope = np.s_[200:236]
    assert off(even).mean() < 0.4 * off(noisy).mean() and off(even)[slope].mean() < 0.5 * off(noisy)[slope].mean()
    assert np.quantile(off(even), 0.99) < 0.02, "no step is smoothed"


def test_what_a_step_has_drawn_away_comes_back(scene):
    disparity, guide = scene
    small = softened(disparity, 0, (160, 120))
    plane = small < 0.26        # the wall, a little nearer beside what stands before it
    away = cv2.distanceTransform(plane.astype(np.uint8), cv2.DIST_L2, 5)
    drawn = np.where(plane & (away < 2.5), small * 1.01, small).astype(np.float32)
    even = restore.planed(drawn, cv2.resize(guide, (160, 120), interpolation=cv2.INTER_AREA), 0.01, 1)
    beside = plane & (away < 2.5) & (np.arange(120)[:, None] < 80)
    assert np.abs(even - small)[beside].mean() < 0.6 * np.abs(drawn - small)[beside].mean()


@pytest.mark.parametrize("noise", (0, 0.01, 0.02))
def test_thin_things_stay_in_noise_and_holes(noise):
    """Rods one and a half values wide, upright and aslant; half the values beside steps are lost, as sensors lose them."""
    y, x = np.mgrid[:240, :640]
    rod = (np.abs(x - 150) < 3) | (np.abs(x - 400 - y // 3) < 3)
    disparity = np.where(rod, 0.8, 0.3 + 0.0002 * y).astype(np.float32)
    rng = np.random.default_rng(3)
    colours = np.where(rod[..., None], (60, 110, 60), (120, 100, 90))
    guide = (colours + rng.normal(0, 2, colours.shape)).round().astype(np.uint8)
    small, box = softened(disparity, 0.7, (160, 60)), np.ones((3, 3), np.uint8)
    edge = cv2.dilate(small, box) - cv2.erode(small, box) > 0.1 * small
    known = ~(edge & (rng.random(small.shape) < 0.5)) & (rng.random(small.shape) > 0.03)
    small = (small * (1 + noise * rng.standard_normal(small.shape))).astype(np.float32)
    found = restore.restored(filled(small, known), known, guide)
    off = np.abs(found - disparity) / disparity
    # A blurred rod's own depth is in no value.
    assert (off[rod] < 0.25).mean() > 0.9 and (off[~rod] < 0.02).mean() > 0.98
