import numpy as np
import pytest

from viewer.plate.behind import _nearest_surface, continue_depth
from viewer.plate.edges import Cuts, find_cuts

FOCAL = 400.0
WALL, NEARER, FRONT = 0.2, 0.4, 1.0    # disparities, 1/m
Y, X = np.mgrid[:160, :200]


def behind(disparity, hidden):
    d = np.where(hidden, FRONT, disparity).astype(np.float32)
    cuts = find_cuts(d, FOCAL)
    everywhere = np.ones(d.shape, bool)
    return continue_depth(d, hidden, cuts, Cuts.of(d, cuts.right, cuts.below, near_in=hidden), FOCAL, 60, everywhere, everywhere,
                          np.zeros_like(d), ~everywhere)[0]


@pytest.mark.parametrize("lean", [0, 0.15, -0.3, 0.7])
def test_a_post_goes_on_behind_what_hides_its_foot(lean):
    post = np.abs(X - 90 - lean * (Y - 70)) < 5
    hidden = (Y >= 70) & (np.abs(X - 90) < 80)
    out = behind(np.where(post, NEARER, WALL), hidden)
    near = Y < 70 + 30
    assert (np.abs(out - NEARER) < 0.02)[hidden & near & (np.abs(X - 90 - lean * (Y - 70)) < 3)].all()
    assert (np.abs(out - WALL) < 0.02)[hidden & near & (np.abs(X - 90 - lean * (Y - 70)) > 8)].all()


@pytest.mark.parametrize("slope", [0, 0.2, -0.5])
@pytest.mark.parametrize("shape", ["box", "disc", "lozenge"])
def test_an_edge_that_runs_behind_something_comes_out_on_the_other_side(slope, shape):
    line = 80 + slope * (X - 100)
    away = {"box": np.maximum(np.abs(X - 100), np.abs(Y - 80)), "disc": np.hypot(X - 100, Y - 80) * 0.9,
            "lozenge": 0.7 * (np.abs(X - 100) + np.abs(Y - 80))}[shape]
    hidden = away < 25
    out = behind(np.where(Y > line, NEARER, WALL), hidden)
    right = np.where(Y > line, NEARER, WALL)
    assert (np.abs(out - right) < 0.02)[hidden & (np.abs(Y - line) > 2.5)].all()


def test_what_was_seen_counts_more_than_what_was_made_up():
    post = np.abs(X - 90) < 10
    hidden = (Y >= 70) & (X < 100)
    d = np.where(hidden, FRONT, np.where(post & (Y < 70), NEARER, WALL)).astype(np.float32)
    cuts = find_cuts(d, FOCAL)
    made_up = (Y >= 70) & (X >= 100)
    known = np.ones(d.shape, bool)
    out, *_ = continue_depth(d, hidden, cuts, Cuts.of(d, cuts.right, cuts.below, near_in=hidden), FOCAL, 60, known, ~made_up,
                             np.zeros_like(d), ~known)
    assert (np.abs(out - NEARER) < 0.02)[hidden & (Y < 90) & (X > 82)].all()


@pytest.mark.parametrize("gone", [0, 25, 200])
def test_what_was_continued_already_goes_on_less_far(gone):
    """Something is hidden below a wall and to the right of one that was continued `gone` pixels already."""
    hidden = (Y >= 80) & (X >= 60)
    d = np.where(hidden, FRONT, WALL).astype(np.float32)
    reach = np.where((X == 59) & (Y >= 80) | (Y == 79) & (X >= 60), 60, 0).astype(np.float32)
    away, everywhere, no_wall = np.where(X < 60, gone, 0).astype(np.float32), np.ones(d.shape, bool), np.zeros((2, *d.shape), bool)
    anchor, far = _nearest_surface(d, hidden, everywhere, reach, no_wall, away)
    y, x = np.nonzero(hidden)
    left, above = gone + x - 59, y - 79
    continued, clear = anchor % d.shape[1] == 59, np.abs(left - above) > 1
    assert (continued == (left < above))[clear & (np.minimum(left, above) < 80)].all()
    assert np.allclose(far, np.minimum(left, above), atol=1e-3)


def test_where_nothing_is_behind_a_surface_goes_on_behind_itself():
    d = np.full((160, 200), FRONT, np.float32)
    hidden = (np.abs(X - 100) < 20) & (np.abs(Y - 80) < 20)
    out = behind(d, hidden)
    assert (out[hidden] < FRONT).all() and (out[hidden] > 0.9 * FRONT).all()


@pytest.mark.parametrize("turns", range(4))
def test_a_bar_goes_on_behind_as_far_as_it_is_seen(turns):
    """To the right of what hides there is a bar before the wall, and to its left the wall itself."""
    bar, hidden = (X >= 100) & (X < 110), (X >= 40) & (X < 100)
    d, hidden = (np.rot90(a, turns) for a in (np.where(bar, NEARER, WALL), hidden))
    out = np.rot90(behind(d, hidden), -turns)[50:-50]    # beside the frame nobody knows
    assert (np.abs(out - NEARER) < 0.02)[:, 95:99].all()
    assert (np.abs(out - WALL) < 0.02)[:, 41:82].all()


def test_a_surface_that_parts_from_itself_goes_on_behind_itself():
    """Beside what hides lies hardly anything farther on the left, and the wall on the right."""
    hidden = (X >= 60) & (X < 140)
    d = np.where(hidden, FRONT, np.where(X < 100, 0.995 * FRONT, WALL)).astype(np.float32)
    reach = np.where((X == 59) | (X == 140), 60, 0).astype(np.float32)
    everywhere, no_wall = np.ones(d.shape, bool), np.zeros((2, *d.shape), bool)
    anchor, _ = _nearest_surface(d, hidden, everywhere, reach, no_wall, np.zeros_like(d))
    _, x = np.nonzero(hidden)
    assert (anchor % d.shape[1] == np.where(x < 99.5, 59, 140))[np.abs(x - 99.5) > 1].all()
