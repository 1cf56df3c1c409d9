import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.errors import PushinError
from viewer.shots.easing import CURVES, EASES, check_ease, curve, reverse

handles = st.tuples(st.floats(0, 1), st.floats(-1, 2), st.floats(0, 1), st.floats(-1, 2))
eases = st.one_of(st.sampled_from([e for e in EASES if e != "hold"]), handles)


@given(eases)
def test_an_ease_starts_at_0_ends_at_1_and_never_jumps(ease):
    f = curve(ease)
    values = np.array([f(u) for u in np.linspace(0, 1, 401)])
    assert values[0] == 0 and values[-1] == pytest.approx(1, abs=1e-6)
    # The steepest curve that handles allow is x = s^3 beside y = 3 s: an infinite slope at its ends, yet continuous.
    assert np.abs(np.diff(values)).max() < 1.05
    assert -2 / 3 <= values.min() and values.max() <= 5 / 3


@pytest.mark.parametrize("name", CURVES)
def test_curves_pass_through_the_points_of_their_bezier(name):
    x1, y1, x2, y2 = CURVES[name]
    for s in np.linspace(0, 1, 21):
        x = 3 * (1 - s) ** 2 * s * x1 + 3 * (1 - s) * s * s * x2 + s**3
        y = 3 * (1 - s) ** 2 * s * y1 + 3 * (1 - s) * s * s * y2 + s**3
        assert curve(name)(x) == pytest.approx(y, abs=1e-9)


def test_both_is_the_browsers_ease_in_out():
    # W3C CSS easing: cubic-bezier(0.42, 0, 0.58, 1) at 0.25 and its mirror.
    assert curve("both")(0.25) == pytest.approx(0.12916, abs=1e-5)
    assert curve("both")(0.75) == pytest.approx(1 - 0.12916, abs=1e-5)


@given(eases, st.floats(0, 1))
def test_reverse_is_the_same_way_backwards(ease, u):
    if not isinstance(ease, str) and (ease[0] > 0.999 or ease[2] < 0.001):
        return   # vertical at an end: a rounding of time moves far
    assert curve(reverse(ease))(1 - u) == pytest.approx(1 - curve(ease)(u), abs=2e-3)


def test_hold_jumps_at_its_end_only():
    assert [curve("hold")(u) for u in (0, 0.5, 0.999, 1)] == [0, 0, 0, 1]


@pytest.mark.parametrize("ease", ["slow", (0, 0, 1), (-0.1, 0, 1, 1), (0, 5, 1, 1), (0, float("nan"), 1, 1)])
def test_what_is_no_ease_is_refused_in_a_sentence(ease):
    with pytest.raises(PushinError, match="ease"):
        check_ease(ease)
