"""Colour behind a foreground: of what lies at like depth, and of nothing else."""
import numpy as np
import pytest

from viewer.plate import patchmatch
from viewer.plate.fill import continue_color, continue_plainly, fill_smoothly

SHAPE = (96, 160)


@pytest.fixture(scope="module")
def scene():
    """A red wall at 4 m and a blue one at 2 m side by side, a green card with a lamp before both: colour, the disparity
    behind the card, what is hidden, what is usable."""
    x = np.arange(SHAPE[1])[None] * np.ones((SHAPE[0], 1))
    color = np.where((x < 80)[..., None], [0.6, 0.1, 0.1], [0.1, 0.1, 0.6]).astype(np.float32)
    behind = np.where(x < 80, 1 / 4, 1 / 2).astype(np.float32)
    hidden = np.zeros(SHAPE, bool)
    hidden[20:76, 40:120] = True
    color[hidden] = 0.1, 0.7, 0.1
    color[30:34, 60:64] = 50
    return color, behind, hidden, ~hidden


@pytest.mark.parametrize("fill", [continue_color, continue_plainly])
def test_what_is_behind_goes_on_at_its_own_depth(scene, fill):
    color, behind, hidden, usable = scene
    filled = fill(*scene)
    np.testing.assert_array_equal(filled[~hidden], color[~hidden])
    assert np.abs(filled[20:76, 40:80] - [0.6, 0.1, 0.1]).max() < 0.1
    assert np.abs(filled[20:76, 80:120] - [0.1, 0.1, 0.6]).max() < 0.1


@pytest.mark.parametrize("fill", [continue_color, continue_plainly])
def test_without_anything_usable_nothing_breaks(scene, fill):
    color, behind, hidden, _ = scene
    assert np.isfinite(fill(color, behind, hidden, np.zeros(SHAPE, bool))).all()


def test_smooth_fill_keeps_what_is_known_and_lies_between():
    color = np.random.default_rng(0).uniform(0.2, 0.8, (45, 67, 3)).astype(np.float32)
    weight = np.zeros((45, 67, 1), np.float32)
    weight[5:20, 7:30] = 1
    filled = fill_smoothly(color, weight)
    known = weight[..., 0] == 1
    np.testing.assert_allclose(filled[known], color[known], rtol=1e-5)
    assert filled.min() >= color[known].min() - 1e-4 and filled.max() <= color[known].max() + 1e-4


@pytest.mark.parametrize("slope", [0, 0.3, 1])
def test_boards_go_on_straight_behind_and_keep_their_grain(slope):
    y, x = np.mgrid[:360, :520]
    grain = np.random.default_rng(3).uniform(0.9, 1.1, y.shape)
    gap = np.clip(2 - np.abs((y + slope * x) % 24 - 12), 0, 1)
    wall = np.repeat(((0.5 - 0.4 * gap) * grain)[..., None], 3, 2).astype(np.float32)
    hidden = (np.abs(y - 180) < 130) & (np.abs(x - 260) < 60)
    color = np.where(hidden[..., None], 0.9, wall).astype(np.float32)
    filled = continue_color(color, np.full(y.shape, 0.25, np.float32), hidden, ~hidden)
    assert (np.abs(filled - wall).max(-1)[hidden] > 0.2).mean() < 0.03
    board = hidden & (gap == 0)
    assert filled[board].std() > 0.6 * wall[board].std()


def test_however_many_threads_the_same_is_painted(scene, monkeypatch):
    once = continue_color(*scene)
    monkeypatch.setattr("viewer.plate.fill.cpu_count", lambda: 1)
    np.testing.assert_array_equal(continue_color(*scene), once)


def test_where_nothing_can_be_kept_on_disk_loops_are_compiled_all_the_same():
    from viewer.plate.compiled import compiled

    place = {}
    exec("def twice(x):\n    return 2 * x", place)      # of no file, beside which numba could keep it
    assert compiled(place["twice"])(21) == 42


@pytest.mark.parametrize("step, least, most", [(0.0, -0.01, 0.01), (0.06, -0.01, 0.045), (0.5, 0.4, 0.51)])
def test_seams_between_copies_go_and_edges_stay(step, least, most):
    """A wall that is copied from its left, where a window's brightness begins, or what is only a little lighter."""
    rng = np.random.default_rng(5)
    image = np.repeat(rng.uniform(0.3, 0.32, (80, 240, 1)), 3, 2).astype(np.float32)
    image[:30] += np.float32(step)
    at = np.arange(80 * 240, dtype=np.int64).reshape(80, 240)
    hidden = np.zeros(image.shape[:2], bool)
    hidden[30:60, 100:200] = True
    image[30:60, 100:200] = image[30:60, :100]
    match = np.where(hidden, at - 100, -1)
    match[30:60, 150:200] += 240 * 10       # another copy
    image[30:60, 150:200] = image[40:70, 50:100]
    mended = image.copy()
    patchmatch.without_seams(mended, match, at[hidden], np.full(hidden.shape, 0.25, np.float32), ~hidden, hidden)
    np.testing.assert_array_equal(mended[~hidden], image[~hidden])
    over, under = mended[29, 110:190].mean(), mended[30, 110:190].mean()
    assert least < over - under < most
    assert np.abs(mended - image).max() < 0.13
    assert mended[45:60, 100:200].std() > 0.9 * image[45:60, 100:200].std(), "the grain stays"


def test_what_is_brighter_than_white_goes_on_as_bright(scene):
    _, behind, hidden, usable = scene
    color = np.full((*SHAPE, 3), 6, np.float32)
    np.testing.assert_allclose(continue_color(np.where(hidden[..., None], 0.1, color), behind, hidden, usable), color, rtol=0.01)
