"""Depth maps at the picture's size: planes stay planes, edges lie where the picture has them, and nothing is invented between."""
import cv2
import numpy as np

from viewer.plate.upsample import fitted, sharpened, unquantised


def test_planes_are_enlarged_exactly():
    y, x = np.mgrid[:60, :80] + 0.5
    color = np.random.default_rng(0).random((240, 320, 3)).astype(np.float16)
    got = fitted((0.2 + 0.001 * x + 0.002 * y).astype(np.float32), color)
    y, x = (np.mgrid[:240, :320] + 0.5) / 4
    np.testing.assert_allclose(got[4:-4, 4:-4], (0.2 + 0.001 * x + 0.002 * y)[4:-4, 4:-4], rtol=1e-5)


def test_enlarging_keeps_two_surfaces_apart():
    """A disc before a wall, at an eighth of the size: no depth between, and the edge lands on the colour edge."""
    y, x = np.mgrid[:384, :512]
    disc = (x - 250) ** 2 + (y - 190) ** 2 < 130 ** 2
    rng = np.random.default_rng(0)
    color = np.where(disc[..., None], (0.6, 0.3, 0.2), (0.1, 0.2, 0.3))
    color = (color + rng.normal(0, 0.01, color.shape)).clip(0, 1)
    full = np.where(disc, 1, 0.25).astype(np.float32)
    small = cv2.resize(full, (64, 48), interpolation=cv2.INTER_AREA)
    got = fitted(small, color.astype(np.float16))
    between = (got > 0.3) & (got < 0.95)
    assert between.mean() < 1e-3
    assert (np.abs(got - full) > 0.1).mean() < 2e-3
    bilinear = cv2.resize(small, (512, 384))
    assert (np.abs(bilinear - full) > 0.1).mean() > 2e-2


def test_soft_maps_become_steps_and_sharp_ones_stay():
    step = np.where(np.arange(96) < 48, 1.0, 0.3).astype(np.float32) * np.ones((64, 1), np.float32)
    np.testing.assert_array_equal(sharpened(step), step)
    slope = np.linspace(0.2, 1, 96, dtype=np.float32) * np.ones((64, 1), np.float32)
    np.testing.assert_array_equal(sharpened(slope), slope)
    soft = cv2.GaussianBlur(step, (0, 0), 1.5)
    assert np.abs(sharpened(soft) - step).max() < 0.03 < np.abs(soft - step).max()


def test_terraces_of_eight_bits_become_slopes():
    """What a slope lost to its 8 bits comes back; an edge stays where it was."""
    y, x = np.mgrid[:120, :160].astype(np.float32)
    true = 0.2 + 0.0004 * x + 0.0003 * y + 0.4 * (x > 90)
    low, high = true.min(), true.max()
    stored = (low + np.round((true - low) / (high - low) * 255) / 255 * (high - low)).astype(np.float32)
    found = unquantised(stored)
    inner = np.abs(x - 90.5) > 3
    error = lambda d: np.abs(d - true)[inner].mean()
    assert error(found) < 0.5 * error(stored)
    assert np.abs(found - stored).max() <= 0.51 * (high - low) / 255
    np.testing.assert_array_equal(unquantised(true), true)
