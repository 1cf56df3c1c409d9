"""The picture continued round its frame."""
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.plate.beyond import CELL, FARTHER, LENS, continue_beyond, farthest

PAD = 48


@pytest.mark.parametrize("what", ["depth", "light"])
@pytest.mark.parametrize("lean", [-1.0, -0.4, 0.0, 0.4, 1.0])
@pytest.mark.parametrize("side", ["right", "left", "bottom", "top"])
def test_a_line_that_meets_the_frame_goes_on_as_straight_as_it_came(side, lean, what):
    """A table's edge, or a dado rail: not bent to be square to the frame."""
    across, along = np.meshgrid(np.arange(160) + 0.5, np.arange(120) + 0.5, indexing="ij")
    upper = along < 60 + lean * (across - 160)        # meets the last row in its middle
    disparity = np.where(upper, 0.3, 1.0) if what == "depth" else np.full(upper.shape, 0.5)
    color = np.repeat(np.where(upper, 0.1, 0.6)[..., None], 3, -1)
    turned = {"bottom": lambda a: a, "top": lambda a: a[::-1], "right": lambda a: a.swapaxes(0, 1), "left": lambda a: a[::-1].swapaxes(0, 1)}[side]
    back = {"bottom": lambda a: a, "top": lambda a: a[::-1], "right": lambda a: a.swapaxes(0, 1), "left": lambda a: a.swapaxes(0, 1)[::-1]}[side]
    c, d = continue_beyond(turned(color), turned(disparity), ((PAD, PAD), (PAD, PAD)), 40)
    seen = back(c)[..., 0] if what == "light" else back(d)
    middle = 0.35 if what == "light" else 0.65
    for beyond in (2, 6, 10):
        row = seen[PAD + 160 + beyond - 1, PAD + 20:PAD + 100]
        assert abs(20 + (row < middle).sum() - (60 + lean * (beyond - 0.5))) < 3


def beyond(near):
    """Disparity of what lies above the frame and below it, where something at 1 m stands before a wall at 4 m; 640 x 400 pixels."""
    disparity = np.where(near, 1.0, 0.25)
    _, d = continue_beyond(np.where(near, 0.1, 0.6)[..., None].repeat(3, -1), disparity, ((PAD, PAD), (PAD, PAD)), 80)
    return d[:PAD][::-1, PAD:-PAD], d[-PAD:, PAD:-PAD]


def test_the_edge_of_a_table_stays_an_edge():
    """It is no slope from the table to the wall, which would be stretched; only near the rim both are what is farthest."""
    _, x = np.mgrid[:400, :640]
    for d in beyond(x >= 200):
        near_by = d[:round(FARTHER * PAD)]
        assert ((near_by < 0.26) | (near_by > 0.99)).all() and (near_by > 0.99).mean() == pytest.approx(440 / 640, abs=0.01)
        assert np.abs(np.diff(d[:, 300])).max() < 0.05, "what turns into what is farthest does so smoothly"


@pytest.mark.parametrize("lean", [-0.5, 0.0, 0.3])
@pytest.mark.parametrize("width", [2, 7, 40])
def test_a_bar_goes_on_as_far_as_a_lens_looks_and_ends_sharp(width, lean):
    y, x = np.mgrid[:400, :640] + 0.5
    soon = round(LENS * 640)
    for d, to in zip(beyond(np.abs(x - 320 - lean * (y - 200)) < width / 2), (-lean, lean)):
        rows = np.arange(soon)
        for row, along in zip(rows, d):
            bar = np.flatnonzero(along > 0.5)
            assert abs(len(bar) - width) <= 1 and abs(bar.mean() + 0.5 - (320 + to * (200.5 + row))) < 2
        assert d[soon:].max() < 0.3 and not ((d > 0.3) & (d < 0.99)).any()


@pytest.mark.parametrize("deep", [1, 2, 4])
@pytest.mark.parametrize("width", [30, 70])
def test_what_hardly_comes_into_the_frame_goes_on_as_little(width, deep):
    """A cord that hangs along the frame is no board beyond it, though there is something else farther in."""
    y, x = np.mgrid[:400, :640]
    cord, knob = np.abs(x - 320) < width / 2, np.abs(x - 315) < 3
    for d in beyond(cord & ((y < deep) | (y >= 400 - deep)) | knob & (np.abs(y - 200) < 188)):
        assert (d[:2] > 0.5).sum(1) == pytest.approx(width, abs=4)
        assert d[2 * deep:].max() < 0.3


@pytest.mark.parametrize("middle", [379, 387, 400, 408, 418])
@pytest.mark.parametrize("lean", [0.0, 0.3])
def test_a_ball_that_the_frame_cuts_is_whole(middle, lean):
    """Wherever it is cut; and so is an egg that leans."""
    y, x = np.mgrid[:400 + PAD, :640] + 0.5
    ball = np.hypot(x - 320 - lean * (y - middle), y - middle) < 24
    above, below = beyond(ball[:400])
    assert above.max() < 0.3 and not ((below > 0.3) & (below < 0.99)).any()
    assert ((below > 0.5) != ball[400:]).sum() < 0.08 * ball.sum()


def test_a_cone_that_the_frame_cuts_opens_on():
    y, x = np.mgrid[:400 + PAD, :640] + 0.5
    cone, soon = np.abs(x - 320) < 0.4 * (y - 350), round(LENS * 640)
    _, below = beyond(cone[:400])
    assert ((below > 0.5) != cone[400:])[:soon].sum(1).max() <= 3 and below[soon:].max() < 0.3


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.floats(0, 0.9))
def test_whatever_meets_the_frame_goes_on_between_the_nearest_and_the_farthest(seed, cell, share):
    """Blots of any shape and distance, the sky among them."""
    random = np.random.default_rng(seed)
    size = (96, 160)
    cells = [-(-n // cell) for n in size]
    blots = random.uniform(0.3, 2, cells) * (random.uniform(0, 1, cells) > share)
    disparity = np.kron(blots, np.ones((cell, cell)))[:size[0], :size[1]].astype(np.float32)
    color = random.uniform(0, 30, (*size, 3)).astype(np.float32)
    c, d = continue_beyond(color, disparity, ((PAD, PAD), (PAD, PAD)), 40)
    assert c.shape == (size[0] + 2 * PAD, size[1] + 2 * PAD, 3) and np.isfinite(c).all() and np.isfinite(d).all()
    assert -1e-3 <= d.min() and d.max() <= disparity.max() * 1.001 + 1e-3 and c.min() >= -1e-3 and c.max() <= color.max() * 1.001
    inside = np.s_[PAD:-PAD, PAD:-PAD]
    assert np.array_equal(c[inside], color) and np.array_equal(d[inside], disparity)


def test_what_is_behind_everything_is_the_floor_down_to_the_frame():
    """And no farther there than where a wide thing before it has been taken away in the middle."""
    y, x = np.mgrid[:400, :640]
    floor = (0.001 + np.maximum(y - 100, 0) / 300).astype(np.float32)
    disparity = np.where((np.abs(x - 300) < 30) & (y > 150), 1.5, floor).astype(np.float32)
    _, behind = farthest(np.full((*y.shape, 3), 0.5, np.float32), disparity, 200, floor=True)
    there = floor[CELL // 2::CELL, CELL // 2::CELL]
    assert np.abs(behind / there - 1)[200 // CELL:].max() < 0.1


@pytest.mark.parametrize("reach, goes_on", [(20, False), (200, True)])
def test_what_a_corner_of_the_frame_cuts_is_no_wall_beyond_it(reach, goes_on):
    """A cork that is as tall as it is wide, and a board that comes in from far."""
    d = np.full((240, 320), 0.4, np.float32)
    d[150:205, -reach:] = 2.0
    color = np.where(d[..., None] > 1, 0.8, 0.1).repeat(3, -1).astype(np.float32)
    _, depth = continue_beyond(color, d, ((40, 40), (40, 40)), 70)
    there = depth[40 + 160:40 + 195, 40 + 320 + 10]
    assert ((there > 1).all() if goes_on else (there < 0.6).all()), there


def test_a_floor_behind_a_figure_goes_on_beside_the_frame():
    """Of a step in it there is little to see before the figure, and all of it behind."""
    d = np.full((240, 320), 0.4, np.float32)
    d[165:225] = 0.5
    d[60:, 220:310] = 1.5
    _, depth = continue_beyond(np.full((240, 320, 3), 0.3, np.float32), d, ((40, 40), (40, 40)), 70)
    assert np.abs(depth[40 + 190:40 + 200, 40 + 320 + 8] - 0.5).max() < 0.03
    assert depth[40 + 100:40 + 150, 40 + 320:].max() < 0.45, "nor does the figure come in beside itself"

