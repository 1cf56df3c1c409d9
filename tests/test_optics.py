"""The thin lens against published tables and its own equations."""
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer import optics

FEET = 0.3048

# Depth-of-field chart for a circle of 0.02 mm by naturelyrics.com (pages/articles/dof_chart.html), in feet; its
# stops are the true ones behind the engraved numbers (11 is 8 √2).
# focal length mm, stop, focus, near, far, hyperfocal
CHART = [
    (12, 4.0, 6.0, 2.99, np.inf, 5.94),
    (12, 4 * 2**0.5, 5.0, 2.29, np.inf, 4.22),
    (12, 8.0, 3.0, 1.50, np.inf, 2.99),
    (12, 8 * 2**0.5, 3.0, 1.24, np.inf, 2.13),
    (12, 8.0, 2.0, 1.20, 5.95, 2.99),
    (12, 8 * 2**0.5, 2.0, 1.03, 32.8, 2.13),
    (12, 16.0, 1.5, 0.75, 140.6, 1.52),
    (12, 16 * 2**0.5, 1.0, 0.52, 12.5, 1.08),
    (13, 4.0, 7.0, 3.49, np.inf, 6.97),
    (13, 8 * 2**0.5, 2.0, 1.11, 9.94, 2.49),
]


@pytest.mark.parametrize("focal, stop, focus, near, far, hyperfocal", CHART)
def test_published_depth_of_field_chart(focal, stop, focus, near, far, hyperfocal):
    ours = optics.depth_of_field(focal, stop, focus * FEET, 0.02, breathing=True)
    assert ours[0] / FEET == pytest.approx(near, abs=0.006)      # printed to 0.01 ft
    assert optics.hyperfocal_distance(focal, stop, 0.02, breathing=True) / FEET == pytest.approx(hyperfocal, abs=0.006)
    if np.isinf(far):
        assert np.isinf(ours[1])
    else:   # near the hyperfocal distance the far limit magnifies the chart's own rounding
        assert ours[1] / FEET == pytest.approx(far, rel=0.002, abs=0.05)   # printed to 0.1 ft


@pytest.mark.parametrize("focal, stop, circle, metres, tolerance", [
    (50, 8, 0.026, 12.019, 0.0005),   # cabbagetownphoto.com, hyperfocal distance calculator
    (50, 2, 0.029, 43.0, 0.5),        # Wikipedia, "Depth of field": 35 mm format, 50 mm at f/2
])
def test_published_hyperfocal_distances(focal, stop, circle, metres, tolerance):
    assert optics.hyperfocal_distance(focal, stop, circle) == pytest.approx(metres, abs=tolerance)


@pytest.mark.parametrize("focal, stop, focus", [(35, 2.8, 4), (50, 2, 5), (100, 4, 12), (24, 1.4, 3)])
def test_a_lens_that_does_not_breathe_stays_within_f_over_s_of_the_tables(focal, stop, focus):
    plain = optics.depth_of_field(focal, stop, focus, 0.025)
    textbook = optics.depth_of_field(focal, stop, focus, 0.025, breathing=True)
    depth, table = plain[1] - plain[0], textbook[1] - textbook[0]
    assert depth == pytest.approx(table, rel=2 * focal / 1000 / focus)


def test_limits_are_where_the_circle_is_the_acceptable_one():
    for breathing in (False, True):
        near, far = optics.depth_of_field(50, 2.8, 3, 0.025, breathing)
        circles = optics.circle_of_confusion([near, far], 50, 2.8, 3, breathing)
        np.testing.assert_allclose(circles, 0.025, rtol=1e-12)
    assert optics.depth_of_field(50, 2.8, optics.hyperfocal_distance(50, 2.8, 0.025) * 1.0001, 0.025)[1] == np.inf
    near, _ = optics.depth_of_field(50, 2.8, optics.hyperfocal_distance(50, 2.8, 0.025), 0.025)
    assert near == pytest.approx(optics.hyperfocal_distance(50, 2.8, 0.025) / 2)


def test_a_pinhole_has_all_of_it_sharp_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert optics.depth_of_field(35, np.inf, 2, 0.025) == (0, np.inf)
        assert optics.circle_of_confusion(np.inf, 35, np.inf, 2) == 0


def test_circle_of_confusion_is_the_thin_lens_equation():
    # 35 mm at f/2 focused at 1.6 m; a wall at 4 m: 17.5 * 35 * (1/1.6 - 1/4) / 1000 mm.
    assert optics.circle_of_confusion(4, 35, 2, 1.6) == pytest.approx(0.2296875)
    assert optics.signed_circle_of_confusion(1.0, 35, 2, 1.6) < 0 < optics.signed_circle_of_confusion(4, 35, 2, 1.6)
    assert optics.circle_of_confusion(np.inf, 35, 2, 1.6) == pytest.approx(17.5 * 35 / 1600)
    assert optics.in_pixels(0.2296875, 36, 1280) == pytest.approx(8.1667, abs=1e-4)
    # The textbook form A f |z - s| / (z (s - f)) with breathing.
    textbook = 17.5 * 35 * (4000 - 1600) / (4000 * (1600 - 35))
    assert optics.circle_of_confusion(4, 35, 2, 1.6, breathing=True) == pytest.approx(textbook)


def test_circle_is_affine_in_disparity():
    disparity = np.linspace(0, 5, 11)
    with np.errstate(divide="ignore"):
        circle = optics.signed_circle_of_confusion(1 / disparity, 50, 1.4, 2)
    np.testing.assert_allclose(np.diff(circle, 2), 0, atol=1e-12)


def test_focus_from_the_mark_on_the_ring():
    # A 100 mm macro at life size is engraved 4 f = 0.4 m from the sensor and stands 0.2 m from the lens.
    assert optics.focus_from_mark(0.4, 100) == pytest.approx(0.2)
    assert np.isnan(optics.focus_from_mark(0.3, 100))
    s = optics.focus_from_mark(0.45, 50)
    assert s + optics.image_distance(50, s) / 1000 == pytest.approx(0.45)


def test_breathing():
    assert optics.breathing_focal_length(50, 1.0) == pytest.approx(50 / 0.95)
    assert optics.breathing_focal_length(50, 1.0, amount=0) == 50
    assert optics.breathing_focal_length(50, np.inf) == 50
    assert optics.breathing_focal_length(50, 1.0, amount=-1) < 50


def test_field_of_view():
    assert optics.field_of_view(35, 36) == pytest.approx(54.43, abs=0.005)   # the usual table: 35 mm on full frame
    assert optics.field_of_view(50, 24) == pytest.approx(26.99, abs=0.005)


def test_acceptable_circles_are_the_customary_ones():
    assert optics.acceptable_circle(24.89, "HD") == pytest.approx(0.0254, rel=0.03)      # ASC: 1/1000 inch
    assert optics.acceptable_circle(24.89, "UHD") == pytest.approx(0.0127, rel=0.03)     # ASC: 1/2000 inch
    assert optics.acceptable_circle(36, 3840) == optics.acceptable_circle(36, "UHD")


def test_f_stop_for_blur_inverts_the_circle():
    stop = optics.f_stop_for_blur(3.1, 35, 1.5, 0.05)
    assert optics.circle_of_confusion(3.1, 35, stop, 1.5) == pytest.approx(0.05)


lens = st.tuples(st.floats(8, 600), st.floats(0.7, 64), st.floats(0.7, 1e4))


@given(lens, st.one_of(st.floats(0.01, 1e6), st.just(np.inf)), st.floats(0.001, 0.1))
def test_any_lens_is_finite_and_ordered(lens, distance, circle):
    focal, stop, focus = lens
    blur = optics.circle_of_confusion(distance, focal, stop, focus)
    near, far = optics.depth_of_field(focal, stop, focus, circle)
    assert np.isfinite(blur) and blur >= 0
    assert 0 < near <= focus * (1 + 1e-9) and far >= focus * (1 - 1e-9)
    if near * 1.000001 < distance < far * 0.999999:
        assert blur <= circle * 1.0001
    if distance < near * 0.999999 or distance > far * 1.000001:
        assert blur >= circle * 0.9999
