"""Numbers as people write and read them."""
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.cli import arguments
from viewer.counted import f_number, metric, plain
from viewer.shots.words import read_amount, read_metres

FEET, INCHES, SIGN = st.integers(0, 999), st.one_of(st.integers(0, 11), st.sampled_from([0.5, 3.25, 11.75])), st.sampled_from(["", "-"])
WRITTEN = ("{f}ft {i}in", "{f}ft{i}in", "{f} feet {i} inches", "{f}'{i}\"", "{f}' {i}''", "{f}′{i}″", "{f}FT {i}",
           "{f}'{i}", "{all}in", "{all} in", "{all}\"")


@given(FEET, INCHES, SIGN, st.sampled_from(WRITTEN))
def test_feet_and_inches_are_so_many_metres_however_they_are_written(feet, inches, sign, form):
    metres = (-1 if sign else 1) * (12 * feet + inches) * 0.0254
    text = sign + form.format(f=feet, i=inches, all=12 * feet + inches)
    assert arguments.offset(text) == pytest.approx(metres, abs=1e-9) == arguments.vector(f"0,{text},2")[1]
    assert arguments.push(text) == (pytest.approx(metres, abs=1e-9), "m")
    assert read_amount(text, "", "m") == (pytest.approx(metres, abs=1e-9), "m")
    assert read_metres(text + " left", lambda: math.nan) == pytest.approx(-metres, abs=1e-9)
    if metres > 0:
        assert arguments.metres(text) == pytest.approx(metres, abs=1e-9) == arguments.anchor(f"8,9={text}")[1]


@given(st.text("0123456789.,=% m/s°-", max_size=12))
def test_what_has_no_feet_stays_as_it_is(text):
    assert metric(text) == text


@pytest.mark.parametrize("text", ["in", "10infinity", "1.5cm", "2fth", "feet", "50 mm", "3 instants"])
def test_words_are_no_feet(text):
    assert metric(text) == text


@pytest.mark.parametrize("stop, name", [(0.95, "f/0.95"), (1, "f/1"), (2.8, "f/2.8"), (2.828, "f/2.8"), (11.3, "f/11"), (128, "f/128")])
def test_a_stop_has_one_name(stop, name):
    assert f_number(stop) == name


@pytest.mark.parametrize("value, digits, told", [(99.6, 2, "100"), (1234.5, 2, "1234"), (0.000123, 2, "0.00012"), (-3e-5, 3, "0"),
                                                 (4e-16, 3, "0"), (0.0, 3, "0")])
def test_no_number_is_told_as_a_power_of_ten(value, digits, told):
    assert plain(value, digits) == told
