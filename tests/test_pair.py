import math

import pytest

from viewer import Plate, PushinError
from viewer.pair import Pair, default_subject, subject_at


@pytest.fixture(scope="module")
def plate(small_plate):
    return Plate.open(small_plate, focal_length=35)


def test_the_zoom_has_the_subject_as_large_at_every_moment(plate):
    pair = Pair(plate, subject_at(plate, (80, 45)), 0.25, seconds=2)
    for t in (0, 0.3, 1, 1.7, 2):
        push, zoom = pair.cameras(t)
        assert zoom.position == pytest.approx((0, 0, 0)) and push.focal_length == pytest.approx(35)
        assert zoom.focal_length == pytest.approx(35 / (1 + push.position[2]), rel=1e-4)
    assert push.position == pytest.approx((0, 0, -0.25), abs=1e-6)


def test_captions_tell_the_two_apart(plate):
    push, zoom = Pair(plate, subject_at(plate, (80, 45)), 0.25).captions(9)
    assert dict(push) == {"Focal length": "35.0 mm", "Travel": "0.25 m", "Subject": "1.33×", "Background": "1.07×"}
    assert dict(zoom) == {"Focal length": "46.7 mm", "Travel": "0.00 m", "Subject": "1.33×", "Background": "1.33×"}


def test_a_negative_travel_pulls_out(plate):
    pair = Pair(plate, subject_at(plate, (80, 45)), -0.5)
    push, zoom = pair.cameras(pair.duration)
    assert pair.titles[0] == "Pull-out" and push.position[2] == pytest.approx(0.5, abs=1e-6)
    assert zoom.focal_length == pytest.approx(35 / 1.5, rel=1e-4)


def test_the_nearest_sizeable_thing_is_the_default_subject(plate):
    x, y = default_subject(plate)
    assert abs(x - 80) < 12 and abs(y - 45) < 12


def test_the_sky_is_no_subject(plate):
    import numpy as np
    depth = plate.depth.copy()
    depth[:30] = math.inf
    sky = Plate.from_arrays(np.asarray(plate.color, np.float32), depth)
    with pytest.raises(PushinError, match="sky"):
        subject_at(sky, (80, 5))
