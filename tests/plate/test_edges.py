import numpy as np
import pytest

from viewer.plate.edges import CUT_PARALLAX, REACH, find_cuts, look_of

FOCAL = 400.0
LEAST = CUT_PARALLAX / (REACH * FOCAL)
Y, X = np.mgrid[:90, :60]


@pytest.mark.parametrize("longer, pixels", [(640, 8), (1280, 8), (4096, 25)])
def test_edges_of_a_portrait_are_looked_for_as_far_as_of_a_landscape(longer, pixels):
    wide = np.zeros((longer * 9 // 16, longer), np.float32)
    assert look_of(wide) == look_of(wide.T) == pixels


def stepped(height):
    """A wall in front of another by that many of the least jumps, from column 30 on."""
    return (0.05 + np.where(X >= 30, height * LEAST, 0)).astype(np.float32)


def cut(disparity):
    cuts = find_cuts(disparity, FOCAL)
    assert not cuts.below.any() and not np.delete(cuts.right, 29, 1).any()
    return cuts.right[:, 29]


@pytest.mark.parametrize("turned", [False, True])
def test_an_edge_that_gets_lower_is_followed_to_half_the_least_height(turned):
    height = np.interp(Y, (0, 89), (1.5, 0.2))
    if turned:
        cuts = find_cuts(stepped(height).T.copy(), FOCAL)
        assert (cuts.below.T[:, 29] == (height[:, 0] > 0.5)).all() and not cuts.right.any()
    else:
        assert (cut(stepped(height)) == (height[:, 0] > 0.5)).all()


@pytest.mark.parametrize("height", [0.6, 0.95])
def test_a_low_edge_by_itself_is_none(height):
    assert not cut(stepped(height)).any()


def test_an_edge_is_followed_round_a_corner_and_not_across_a_gap():
    near = (X >= 30) & (Y >= 40)
    height = np.where(Y >= 60, 1.5, 0.7)
    cuts = find_cuts((0.05 + np.where(near, height * LEAST, 0)).astype(np.float32), FOCAL)
    assert cuts.right[40:, 29].all() and cuts.below[39, 30:].all()
    apart = np.where(Y < 20, 0.7, np.where(Y < 24, 0.4, 1.5))
    assert (find_cuts(stepped(apart), FOCAL).right[:, 29] == (Y[:, 0] >= 24)).all()


@pytest.mark.parametrize("focal", [200.0, 1500.0])
def test_a_slope_is_no_edge_and_a_step_on_it_is(focal):
    slope = 0.5 / (REACH * focal)
    on_it = lambda step: find_cuts((0.05 + slope * X + np.where(X >= 31, step * slope, 0)).astype(np.float32), focal).right
    assert not on_it(0).any() and not on_it(1.5).any()
    assert on_it(2.5)[:, 30].all() and on_it(2.5).sum() == len(X)
    partly = on_it(np.where(Y < 40, 2.5, np.where(Y < 60, 1.5, 0.5)))
    assert (partly[:, 30] == (Y[:, 0] < 60)).all(), "followed where it is twice as steep as the slope"
