"""Measured disparity made fit for cutting."""
import cv2
import numpy as np
import pytest

from viewer.plate import clean as cleaning
from viewer.plate.clean import clean
from viewer.plate.edges import REACH, find_cuts

H, W, FOCAL = 160, 240, 500.0
NEAR, FAR = 0.8, 0.4
Y, X = np.mgrid[:H, :W].astype(np.float32)
ALL = np.ones((H, W), bool)


def textured(inside, seed=0):
    """A picture of two materials, each with a fine texture of its own, and camera noise."""
    rng = np.random.default_rng(seed)
    color = np.where(inside[..., None], (0.35, 0.12, 0.1), (0.1, 0.2, 0.3)) + 0.02 * np.sin(X / 3 + Y / 5)[..., None]
    return (color + rng.normal(0, 0.004, color.shape)).clip(0).astype(np.float16)


def measured(inside, near=NEAR, far=FAR, off=0, ramp=0, noise=0.0, ragged=0, seed=0):
    """Disparity as sensors give it: displaced by `off` pixels, ragged, with ramps, noisy."""
    rng = np.random.default_rng(seed)
    rows = np.arange(H)[:, None]
    moved = np.roll(inside, off, 1)
    if ragged:
        moved = moved[rows, (np.arange(W) + np.repeat(rng.integers(-ragged, ragged + 1, H // 4), 4)[:, None]) % W]
    d = np.where(moved, near, far).astype(np.float32)
    if ramp:
        kernel = np.full(ramp, 1 / ramp)
        padded = np.pad(d, ((0, 0), (ramp, ramp)), mode="edge")
        d = np.apply_along_axis(np.convolve, 1, padded, kernel, "same")[:, ramp:-ramp]
    return (d + noise * rng.normal(size=d.shape)).astype(np.float32)


def parallax(pixels):
    """Disparity that moves that many pixels."""
    return pixels / (FOCAL * REACH)


def slab(left=80, right=150):
    return (X >= left) & (X < right)


def test_exact_depth_is_left_alone():
    inside = slab() & (Y > 40)
    d = np.where(inside, NEAR - 0.001 * X, FAR + 0.0005 * Y).astype(np.float32)
    assert np.array_equal(clean(d, textured(inside), ALL, FOCAL), d)


@pytest.mark.parametrize("known", [ALL, (X < 90) | (X > 130) | (Y < 50)], ids=["whole", "holed"])
def test_exact_thin_things_and_leaves_are_left_alone(known):
    """What a renderer left out, behind glass or where there is nothing, says nothing of the rest."""
    rng = np.random.default_rng(3)
    inside = (X % 40 == 7) | (np.abs(Y - 0.3 * X - 20) < 1)
    for _ in range(60):
        y, x = rng.integers(5, H - 5), rng.integers(5, W - 5)
        inside[y:y + 2, x:x + 3] = True
    d = np.where(inside, NEAR, FAR).astype(np.float32)
    assert np.array_equal(clean(d, textured(inside), known, FOCAL), d)


@pytest.mark.parametrize("off", [-3, -2, 2, 3])
@pytest.mark.parametrize("ramp", [0, 3])
def test_depth_edges_come_to_lie_on_colour_edges(off, ramp):
    inside = X >= 120
    d = measured(inside, off=off, ramp=ramp, noise=parallax(0.1), ragged=1)
    d[:, :16], d[:, -16:] = FAR, NEAR
    out = clean(d, textured(inside), ALL, FOCAL)
    middle = np.s_[4:-4, 20:-20]
    edge = (out[middle] > (NEAR + FAR) / 2).argmax(1) + 20
    assert np.abs(edge - 120).max() <= 1
    level = np.minimum(np.abs(out - NEAR), np.abs(out - FAR))[middle]
    assert level.max() < 0.1 * (NEAR - FAR)


def test_a_shifted_map_is_brought_back():
    inside = slab()
    out = clean(measured(inside, off=4, noise=parallax(0.1)), textured(inside), ALL, FOCAL)
    assert ((out > 0.6) == inside)[:, 8:-8].mean() > 0.995


def test_ramps_in_otherwise_exact_depth_are_parted():
    inside = slab()
    out = clean(measured(inside, ramp=5), textured(inside), ALL, FOCAL)
    assert np.minimum(np.abs(out - NEAR), np.abs(out - FAR)).max() < 0.1 * (NEAR - FAR)
    assert np.abs((out > 0.6).sum(1) - 70).max() <= 2


@pytest.mark.parametrize("sigma", [0.5, 0.6])
def test_what_a_pixel_filter_mixed_becomes_one_side_or_the_other(sigma):
    """Renderers smooth some depth as they do colour; thin things stay where they are."""
    inside = slab() | (np.abs((X + 0.3 * Y) % 37 - 18) < 1.5) | (np.abs((X - 0.6 * Y) % 53 - 26) < 1.5)
    exact = np.where(inside, NEAR, FAR).astype(np.float32)
    off = lambda d: (np.abs(d - exact) > 0.02).mean()
    filtered = cv2.GaussianBlur(exact, (0, 0), sigma)
    assert off(clean(filtered, textured(inside), ALL, FOCAL)) < 0.1 * off(filtered)


@pytest.mark.parametrize("slope", [(0, 0), (0.002, 0), (0.001, -0.0015)])
def test_noise_on_a_plane_is_taken_off_and_the_plane_stays(slope):
    rng = np.random.default_rng(1)
    plane = (0.5 + slope[0] * (X - W / 2) + slope[1] * (Y - H / 2)).astype(np.float32)
    noise = parallax(0.3)
    out = clean(plane + noise * rng.normal(size=plane.shape).astype(np.float32), textured(X < 0), ALL, FOCAL)
    error = (out - plane)[16:-16, 16:-16]
    assert error.std() < noise / 3
    assert abs(error.mean()) < noise / 20
    cuts = find_cuts(out, FOCAL)
    assert not cuts.right.any() and not cuts.below.any()


def test_noise_is_measured_on_the_plate():
    rng = np.random.default_rng(2)
    d = (0.5 + 0.002 * X + 0.01 * rng.normal(size=X.shape)).astype(np.float32)
    assert cleaning.noise_of(d, ALL) == pytest.approx(0.01, rel=0.05)
    assert cleaning.noise_of((0.5 + 0.002 * X).astype(np.float32), ALL) < 1e-6


def test_relief_in_few_steps_is_no_noise():
    """Measured in whole steps, wavy in most of the plate and smooth in the rest."""
    step = parallax(1)
    relief = np.where(X < 0.6 * W, 2 * step * np.sin(X / 2) * np.sin(Y / 2), 0)
    d = (np.round((0.5 + relief + 0.0005 * X + 0.0004 * Y) / step) * step).astype(np.float32)
    assert cleaning.noise_of(d, ALL) == 0
    assert np.array_equal(clean(d, textured(X < 0), ALL, FOCAL), d)


def test_sky_says_nothing_about_noise():
    rng = np.random.default_rng(3)
    d = np.where(Y < 100, 0, 0.5 + 0.01 * rng.normal(size=X.shape)).astype(np.float32)
    assert cleaning.noise_of(d, ALL) == pytest.approx(0.01, rel=0.1)


@pytest.mark.parametrize("behind", [0.0, 0.05, 0.55])
@pytest.mark.parametrize("wide", [3, 4, 6, 8, 12])
def test_a_post_before_what_is_flat_is_no_noise(wide, behind):
    """In most blocks there is nothing, and in the others the post is half of it."""
    post = (X >= 120) & (X < 120 + wide)
    d = np.where(post, 0.8, behind).astype(np.float32)
    assert cleaning.noise_of(d, ALL) == 0
    np.testing.assert_array_equal(clean(d, textured(post), ALL, FOCAL), d)


def test_specks_disappear():
    rng = np.random.default_rng(4)
    inside = slab()
    d = measured(inside, noise=parallax(0.1))
    for _ in range(40):
        y, x = rng.integers(8, H - 8), rng.choice([rng.integers(8, 70), rng.integers(160, W - 8)])
        d[y:y + 2, x:x + 3] = NEAR
    out = clean(d, textured(inside), ALL, FOCAL)
    assert ((out > 0.6) & ~inside)[:, :].mean() < 5e-4


def test_thin_things_that_the_picture_shows_survive_in_noise():
    inside = slab(20, 60) | (X >= 100) & (X < 103) | (X >= 160) & (X < 163)
    out = clean(measured(inside, noise=parallax(0.1)), textured(inside), ALL, FOCAL)
    assert ((out > 0.6) == inside).mean() > 0.995


def test_holes_end_where_the_colour_does():
    inside = slab()
    hole = (np.abs(X - 80) < 6) | (np.abs(X - 150) < 6)
    # A fill that continues the background everywhere, as holes.filled does.
    d = np.where(inside & ~hole, NEAR, FAR).astype(np.float32)
    out = clean(d, textured(inside), ~hole, FOCAL)
    assert np.abs((out > 0.6).sum(1) - 70).max() <= 2


def test_sky_and_small_plates():
    d = np.where(Y < 40, 0, 0.5).astype(np.float32)
    out = clean(d + np.where(Y < 40, 0, np.random.default_rng(0).normal(0, 0.003, d.shape)).astype(np.float32),
                textured(Y < 40), ALL, FOCAL)
    assert np.isfinite(out).all() and (out >= 0).all() and (out[:36] == 0).all()
    for shape in ((1, 1), (1, 300), (20, 20), (40, 300)):
        tiny = np.full(shape, 0.5, np.float32)
        for known in (True, False):
            assert np.array_equal(clean(tiny, np.zeros((*shape, 3), np.float16), np.full(shape, known), FOCAL), tiny)


def test_the_argument_is_not_written_to():
    inside = slab()
    d = measured(inside, off=2, noise=parallax(0.3), ragged=2)
    d.flags.writeable = False
    before = d.copy()
    clean(d, textured(inside), ALL, FOCAL)
    assert np.array_equal(d, before)
