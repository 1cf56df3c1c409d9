"""Round lights are whole behind what hides them in part."""
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from viewer.plate.lamps import RIM, circle, complete_lamps
from viewer.plate.peel import Canvas

LAMP, WALL, BAR = 0.3, 0.2, 1.0     # disparities, 1/m
Y, X = np.mgrid[:180, :640]


def scene(bar, radius=12.0, at=(90.0, 320.0), light=(20.0, 16.0, 8.0), shape=None):
    """A lamp before a wall, with a bar before both: colour, disparity and where it shines, were there no bar."""
    share = np.clip(radius - np.hypot(Y - at[0], X - at[1]) + 0.5, 0, 1) if shape is None else shape.astype(float)
    color = 0.2 * (1 - share[..., None]) + np.array(light) * share[..., None]
    return (np.where(bar[..., None], 0.05, color).astype(np.float32),
            np.where(bar, BAR, np.where(share > 0.5, LAMP, WALL)).astype(np.float32), share > 0.5)


def completed(color, disparity):
    bar = disparity == BAR
    return complete_lamps(color, disparity, bar, ~np.zeros_like(bar))


@settings(deadline=None)
@given(st.floats(5, 18), st.floats(88, 92), st.floats(318, 322), st.floats(-0.15, 0.5), st.floats(0.15, 0.9), st.floats(0, 2 * np.pi))
@example(5.0, 88.0, 318.0, 0.25, 0.75, 0.75)
@example(5.0, 88.4375, 318.0, 0.0, 0.625, 0.0)
def test_a_lamp_behind_a_bar_is_whole(radius, y, x, begins, thick, turn):
    """The bar lies across it from somewhere in its middle on, in radii."""
    along = ((Y - y) * np.cos(turn) + (X - x) * np.sin(turn)) / radius
    color, disparity, lamp = scene((along > begins) & (along < begins + thick), radius, (y, x))
    lamps = completed(color, disparity)
    hidden = lamp & (disparity == BAR)
    wrong = (lamps.there != hidden) & (np.abs(np.hypot(Y - y, X - x) - radius) > 1 + 0.05 * radius)
    assert not wrong.any()
    assert lamps.there.sum() == pytest.approx(hidden.sum(), abs=0.12 * lamp.sum() + 4)      # a pixel along the rim of a small one
    assert np.allclose(lamps.disparity[lamps.there], LAMP) and np.allclose(lamps.color[lamps.there], (20, 16, 8), rtol=0.1)
    assert not lamps.whole[np.hypot(Y - y, X - x) > radius + RIM + 1].any()


@pytest.mark.parametrize("arc", range(150, 250, 10))
def test_a_circle_is_found_though_a_third_of_its_rim_is_anothers(arc):
    """Half of it is seen, and another light touches it."""
    turns, others = np.radians(np.arange(0, arc, 3)), np.radians(90 + np.arange(0, 0.3 * arc, 3))
    rim = 10 * np.column_stack([np.sin(turns), np.cos(turns)])
    other = [0, 16] + 6 * np.column_stack([np.sin(others), np.cos(others)])
    assert circle(np.concatenate([rim, other])) == pytest.approx((0, 0, 10), abs=0.15)


@pytest.mark.parametrize("what", ["a pane", "a slip of a lamp", "a wall in the sun", "a lit sign", "a lamp in front"])
def test_what_is_not_known_to_be_round_is_left_as_it_is(what):
    bar = np.abs(Y - 90) < 6
    if what == "a pane":
        parts = scene(bar, shape=np.maximum(np.abs(Y - 90), np.abs(X - 320)) < 12)
    elif what == "a slip of a lamp":
        parts = scene(Y > 80)           # two pixels of it are seen
    elif what == "a wall in the sun":
        parts = scene(bar, radius=60)
    elif what == "a lit sign":
        parts = scene(bar, shape=(np.abs(Y - 90) < 24) & (np.abs((X - 300) % 14 - 7) < 2) & (np.abs(X - 320) < 40))
    else:
        parts = scene(np.zeros_like(bar))
    lamps = completed(*parts[:2])
    assert not lamps.there.any()
    assert lamps.whole.any() == (what == "a lamp in front")


def looked_behind(color, disparity):
    """Colour and disparity of what is there once the frontmost is lifted off."""
    with ThreadPoolExecutor(1) as aside:
        canvas = Canvas(color, disparity, 640.0, False, aside)
        canvas.peel(last=False)
    frame = tuple(slice(canvas.border, canvas.border + n) for n in disparity.shape)
    return canvas.color[frame], canvas.disparity[frame]


def test_behind_the_bar_there_is_the_lamp_and_no_other():
    """What is painted shines in the lamp's disc and nowhere else, though the lamp is what is brightest beside it."""
    color, disparity, lamp = scene(np.abs(Y - 90) < 5)
    bar = disparity == BAR
    color, disparity = looked_behind(color, disparity)
    shines = color[..., 0] > 5
    assert shines[lamp & bar].mean() > 0.9
    assert not shines[np.hypot(Y - 90, X - 320) > 13.5].any()
    assert np.allclose(disparity[lamp & bar & shines], LAMP, rtol=0.01)


def test_the_shade_of_a_lamp_stays_before_it():
    """A ball in front hides some of the lamp and some of the shade that hides the rest of it."""
    color, disparity, lamp = scene(np.zeros(Y.shape, bool))
    shade = (Y < 90) & (np.abs(X - 320) < 60)
    ball = np.hypot(Y - 90, X - 331) < 7
    for where, dark, d in ((shade, 0.1, 0.4), (ball, 0.05, BAR)):
        color[where], disparity[where] = dark, d
    assert completed(color, disparity).there[ball & lamp & ~shade].mean() > 0.9
    color, disparity = looked_behind(color, disparity)
    inner = ball & (np.hypot(Y - 90, X - 320) < 11) & (np.abs(Y - 90) > 2)
    assert (color[inner & ~shade][:, 0] > 5).mean() > 0.9
    assert not (color[inner & shade][:, 0] > 5).any() and np.allclose(disparity[inner & shade], 0.4, rtol=0.05)
