"""Estimated depth, whose edges wander, meets the outlines in the picture."""
import cv2
import numpy as np
import pytest

from viewer.plate.clean import clean
from viewer.plate.edges import find_cuts

H, W, FOCAL = 200, 320, 1200.0
Y, X = np.mgrid[:H, :W].astype(np.float32)
ALL = np.ones((H, W), bool)
NEAR, FAR = 0.9, 0.35


def blob(seed=0):
    """A thing with bays and capes."""
    angle = np.arctan2(Y - 100, X - 160)
    rng = np.random.default_rng(seed)
    radius = 60 + sum(a * np.cos(k * angle + p) for k, a, p in zip((2, 3, 5), (9, 7, 4), rng.uniform(0, 6, 3)))
    return np.hypot(X - 160, Y - 100) < radius


def picture(inside, seed=0):
    """Two materials with detail of their own, as a lens takes them."""
    rng = np.random.default_rng(seed)
    fine = [cv2.GaussianBlur(rng.normal(size=(H, W)).astype(np.float32), (0, 0), 1.5)[..., None] for _ in range(2)]
    color = np.where(inside[..., None], np.float32([0.45, 0.25, 0.15]) * (1 + 0.2 * fine[0]), np.float32([0.1, 0.2, 0.3]) * (1 + 0.2 * fine[1]))
    return cv2.GaussianBlur(color, (0, 0), 0.6).clip(0).astype(np.float16)


def wandering(inside, off, seed=0):
    """The depth of what is inside, its outline moved by up to so many pixels, differently everywhere."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(-off, off, (2, 10, 15)).astype(np.float32)
    dx, dy = (cv2.resize(c, (W, H), interpolation=cv2.INTER_CUBIC) for c in coarse)
    moved = cv2.remap(inside.astype(np.uint8), X + dx, Y + dy, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    return np.where(moved > 0, NEAR, FAR).astype(np.float32)


def wrong(disparity, inside):
    return float(((disparity > (NEAR + FAR) / 2) != inside).mean() / inside.mean())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("soft", [0.0, 1.5])
def test_an_outline_that_wanders_comes_back(seed, soft):
    inside = blob(seed)
    disparity = wandering(inside, 5, seed)
    if soft:
        disparity = cv2.GaussianBlur(disparity, (0, 0), soft)
    before, after = wrong(disparity, inside), wrong(clean(disparity, picture(inside, seed), ALL, FOCAL), inside)
    assert before > 0.03 and after < 0.012, (before, after)


def test_an_estimate_may_lack_its_margin():
    inside = blob()
    known = ALL.copy()
    known[:, -9:] = known[:3] = False
    disparity = wandering(inside, 5)
    assert wrong(clean(disparity, picture(inside), known, FOCAL), inside) < 0.4 * wrong(disparity, inside)
    known[90:110, 40:50] = False      # with holes, too, it is a sensor's
    assert not np.array_equal(clean(disparity, picture(inside), known, FOCAL), clean(disparity, picture(inside), ALL, FOCAL))


def test_an_outline_is_a_line_and_nothing_is_left_beside_it():
    inside = blob()
    cleaned = clean(wandering(inside, 5), picture(inside), ALL, FOCAL)
    count, _, stats, _ = cv2.connectedComponentsWithStats((cleaned > 0.6).astype(np.uint8))
    assert count == 2, f"{count - 2} specks"
    assert np.minimum(abs(cleaned - NEAR), abs(cleaned - FAR)).max() < 0.02, "a depth of neither"


def test_depth_that_fits_the_picture_is_left_alone():
    inside = blob()
    exact = np.where(inside, NEAR + 0.0002 * X, FAR).astype(np.float32)
    assert np.array_equal(clean(exact, picture(inside), ALL, FOCAL), exact)


@pytest.mark.parametrize("seed", range(3))
def test_codes_of_eight_bits_with_noise_are_no_edges(seed):
    """A slope far away, where a code is more than a bump of the disparity; and a thing in front of it."""
    inside = blob(seed)
    true = np.where(inside, NEAR, 0.06 + 0.0003 * Y).astype(np.float32)
    codes = np.round(true * 255 + np.random.default_rng(seed).uniform(-0.5, 0.5, true.shape)) / 255
    cleaned = clean(codes.astype(np.float32), picture(inside, seed), ALL, FOCAL)
    beside = cv2.dilate(cv2.morphologyEx(inside.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)), np.ones((7, 7), np.uint8)) > 0
    cuts = find_cuts(codes.astype(np.float32), FOCAL)
    assert (cuts.near | cuts.far)[~beside].mean() > 0.05, "noise that is cut as it comes"
    cuts = find_cuts(cleaned, FOCAL)
    assert (cuts.near | cuts.far)[~beside].mean() < 0.002
    assert wrong(cleaned, inside) < 0.012


def test_a_fringe_beside_an_outline_goes_where_the_picture_shows_none():
    inside = blob()
    disparity = wandering(inside, 4)
    away = cv2.distanceTransform((disparity < 0.6).astype(np.uint8), cv2.DIST_L2, 5)
    disparity[(away > 0) & (away < 5)] -= 0.06      # an overshoot, darker than what is behind
    cleaned = clean(disparity, picture(inside), ALL, FOCAL)
    clear = cv2.erode((~inside).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    left = (np.abs(cleaned - FAR)[clear] > 0.03).sum() / (np.abs(disparity - FAR)[clear] > 0.03).sum()
    assert left < 0.5, left
