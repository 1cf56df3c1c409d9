import math

import numpy as np
import pytest

from viewer import Plate, PushinError
from viewer.desktop.opening import first_shot
from viewer.pair import Pair, default_subject, subject_at
from viewer.shots.document import PlateFile
from viewer.shots.framing import Stage, anchor_point, place_in_frame


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
    assert dict(push) == {"Focal length": "35.0 mm", "Travel": "0.25 m", "Subject": "1.33×", "Background at 4 m": "1.07×"}
    assert dict(zoom) == {"Focal length": "46.7 mm", "Travel": "0.00 m", "Subject": "1.33×", "Background at 4 m": "1.33×"}


def test_a_negative_travel_pulls_out(plate):
    pair = Pair(plate, subject_at(plate, (80, 45)), -0.5)
    push, zoom = pair.cameras(pair.duration)
    assert pair.titles[0] == "Pull-out" and push.position[2] == pytest.approx(0.5, abs=1e-6)
    assert zoom.focal_length == pytest.approx(35 / 1.5, rel=1e-4)


@pytest.mark.parametrize("share, xy", [(0.5, (140, 70)), (0.9, (140, 70)), (0.9, (80, 45)), (-2, (140, 70))])
def test_the_zoom_has_the_subject_as_large_also_outside_of_the_frame(plate, share, xy):
    subject = subject_at(plate, xy)
    pair = Pair(plate, subject, share * subject.depth)
    push, zoom = (dict(caption) for caption in pair.captions(pair.duration))
    assert push["Subject"] == zoom["Subject"] == f"{1 / (1 - share):.2f}×" and pair.titles[1] == "Zoom, same subject size"
    places = [place_in_frame(camera, anchor_point(pair.shot.plate.stage, subject)) for camera in pair.cameras(pair.duration)]
    assert places[0] == pytest.approx(places[1])
    gone = share > 0 and xy != (80, 45)
    assert len(pair.notes) == gone and all("leaves the frame" in note and "smaller push" in note for note in pair.notes)


@pytest.mark.parametrize("share, end, other", [(0.95, "400 mm", "smaller"), (-50, "10 mm", "larger")])
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


def things(*places):
    """A plate of things before a wall, each about (x, y) of 160x90 pixels and so large."""
    depth = np.full((90, 160), 9, np.float32)
    for x, y, half in places:
        depth[max(y - half, 0):y + half, max(x - half, 0):x + half] = 2
    return Plate.from_arrays(np.full((90, 160, 3), 0.2, np.float32), depth)


@pytest.mark.parametrize("places, near", [(((145, 75, 15), (60, 40, 12)), (60, 40)), (((145, 75, 15), (60, 40, 3)), (145, 75)),
                                          (((80, 45, 12), (30, 45, 14)), (80, 45))])
def test_the_pair_that_opens_keeps_its_subject_in_the_frame(places, near):
    """By a subject in the middle, where there is one, else by a smaller push-in; and the zoom has it as large."""
    plate = things(*places)
    x, y = default_subject(plate)
    assert abs(x - near[0]) < 4 and abs(y - near[1]) < 4
    shot = first_shot(plate, PlateFile(Stage.of(plate)), (subject_at(plate, (x, y)),))
    a, b = (shot.perform(name) for name in "AB")
    for t in (0, 1, 2, 3, 4):
        u, v = place_in_frame(a.camera(t), a.point("subject"))
        assert abs(u) < 0.5 and abs(v) < 0.5 * 90 / 160
        assert a.size("subject", t) == pytest.approx(b.size("subject", t), rel=1e-3)
    grown = a.size("subject", 4) / a.size("subject", 0)
    assert grown == pytest.approx(1 / 0.6, rel=1e-3) if near[0] < 100 else 1.1 < grown < 1.3


def test_the_sky_is_no_subject(plate):
    depth = plate.depth.copy()
    depth[:30] = math.inf
    sky = Plate.from_arrays(np.asarray(plate.color, np.float32), depth)
    with pytest.raises(PushinError, match="sky"):
        subject_at(sky, (80, 5))
