import math

import pytest

from viewer import Plate, PushinError
from viewer.pair import Pair, default_subject, subject_at
from viewer.shots.framing import anchor_point, place_in_frame


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


@pytest.mark.parametrize("share, xy", [(0.5, (140, 70)), (0.9, (140, 70)), (0.9, (80, 45)), (-3, (140, 70))])
def test_the_zoom_has_the_subject_as_large_also_outside_of_the_frame(plate, share, xy):
    subject = subject_at(plate, xy)
    pair = Pair(plate, subject, share * subject.depth)
    push, zoom = (dict(caption) for caption in pair.captions(pair.duration))
    assert push["Subject"] == zoom["Subject"] == f"{1 / (1 - share):.2f}×" and pair.titles[1] == "Zoom, same subject size"
    places = [place_in_frame(camera, anchor_point(pair.shot.plate.stage, subject)) for camera in pair.cameras(pair.duration)]
    assert places[0] == pytest.approx(places[1])
    gone = share > 0 and xy != (80, 45)
    assert len(pair.notes) == gone and all("leaves the frame" in note and "smaller push" in note for note in pair.notes)


@pytest.mark.parametrize("share, end, other", [(0.95, "400 mm", "smaller"), (-50, "1 mm", "larger")])
def test_where_the_zoom_cannot_match_it_is_said(plate, share, end, other):
    subject = subject_at(plate, (80, 45))
    pair = Pair(plate, subject, share * subject.depth)
    push, zoom = (dict(caption) for caption in pair.captions(pair.duration))
    assert pair.titles[1] == f"Zoom to {end}, {other} subject" and push["Subject"] != zoom["Subject"]
    assert f"{pair.cameras(pair.duration)[1].focal_length:.3g} mm" == end
    assert any(end in note and "travel less" in note for note in pair.notes)


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
