import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from viewer.camera import Camera
from viewer.errors import PushinError
from viewer.plate import Plate
from viewer.shots.framing import (SIZES, Stage, Subject, anchor_point, distance, frame_lines, lost, named_size,
                                  place_in_frame, pose, shot_size, size_in_frame, turn_to)

angle = st.floats(-80, 80)


@pytest.mark.parametrize("camera, why", [({}, ""), ({"pan": 20.0}, ""), ({"pan": 30.0}, "out of frame"),
                                         ({"tilt": -50.0}, "out of frame"), ({"pan": 130.0}, "behind the camera"),
                                         ({"position": (0.0, 0.0, -1.5)}, "behind the camera")])
def test_a_subject_that_is_lost(stage, mira, camera, why):
    assert lost(stage, mira, stage.camera(**camera), frame_lines(stage.aspect)) == why


@given(angle, angle, st.floats(-180, 180))
def test_pose_is_the_cameras_own_rotation(pan, tilt, roll):
    at = pose((0, 0, 0), pan, tilt, roll)
    expected = Camera(pan=pan, tilt=tilt, roll=roll).rotation()
    np.testing.assert_allclose(np.array([at.right, at.up, [-f for f in at.forward]]).T, expected, atol=1e-12)


@given(st.tuples(*[st.floats(-2, 2)] * 2), st.floats(0.5, 5), st.floats(-0.4, 0.4), st.floats(-0.3, 0.3),
       st.floats(0.6, 4), st.floats(-40, 40))
@example((0.0, 1.0), 0.5, 0.375, 0.25, 0.625, 0.0)
def test_turn_to_puts_a_point_where_it_is_asked(across, depth, u, v, zoom, roll):
    point = (*across, -depth)
    pan, tilt = turn_to(point, (u, v), zoom, roll)
    camera = Camera(pan=pan, tilt=tilt, roll=roll, focal_length=36 * zoom)
    # High above, a place to the side is out of reach: no pan or tilt of a camera with this roll brings the point there.
    r, x, y = np.radians(roll), u / zoom, v / zoom
    upright = y * np.cos(r) - x * np.sin(r)
    reachable = abs(point[1]) / np.linalg.norm(point) * np.sqrt(x * x + y * y + 1) <= np.hypot(upright, 1)
    if abs(tilt) < 75 and reachable:
        np.testing.assert_allclose(place_in_frame(camera, point), (u, v), atol=1e-9)


def test_a_point_projects_where_the_camera_matrix_puts_it(stage, mira):
    camera = Camera(position=(0.1, -0.05, -0.3), pan=5, tilt=-3, roll=8, focal_length=42, lens_shift=(0.02, 0.01))
    point = anchor_point(stage, mira)
    x, y, z = camera.view()[:3] @ [*point, 1]
    px, py, w = camera.intrinsics((1280, 720)) @ [x, -y, -z]
    u, v = place_in_frame(camera, point)
    assert ((u + 0.5) * 1280, 360 - v * 1280) == pytest.approx((px / w, py / w))
    assert distance(stage, mira, camera) == pytest.approx(-z)


def test_the_plates_own_camera_sees_subjects_where_they_are(stage, mira):
    u, v = place_in_frame(stage.camera(), anchor_point(stage, mira))
    assert ((u + 0.5) * 1280, 360 - v * 1280) == pytest.approx((402.5, 275.5))
    off = Stage(1280, 720, 35, 36, (600.0, 380.0))
    u, v = place_in_frame(off.camera(), off.point(100, 200, 2.0))
    assert ((u + 0.5) * 1280, 360 - v * 1280) == pytest.approx((100, 200))


def test_shot_size_by_heads(stage, mira, tom):
    lines = frame_lines(stage.aspect)
    assert size_in_frame(stage, mira, stage.camera(), lines) == pytest.approx(219 / 720)
    assert shot_size(219 / 720, "person").name == "medium"
    assert shot_size(104 / 720, "person").name == "full"
    # Ten per cent above a border and below: the border is the geometric mean of two sizes.
    border = (2.3 * 1.4) ** 0.5
    assert shot_size(1.1 / border, "person").name == "close-up"
    assert shot_size(0.9 / border, "person").name == "medium close-up"


def test_sizes_run_from_wide_to_close_for_persons_and_objects():
    assert [s.name for s in SIZES] == ["extreme wide", "wide", "full", "medium long", "medium", "medium close-up",
                                       "close-up", "extreme close-up"]
    assert sorted((s.heads for s in SIZES), reverse=True) == [s.heads for s in SIZES]
    assert sorted(s.share for s in SIZES) == [s.share for s in SIZES]
    for size in SIZES:
        assert shot_size(1 / size.heads, "person") is size and shot_size(size.share, "object") is size
        assert named_size(size.name.upper()) is size and named_size(size.short) is size


def test_delivery_frame_lines():
    wide, tall = frame_lines(16 / 9, 2.39), frame_lines(16 / 9, 9 / 16)
    assert wide == (1, 1 / 2.39) and tall == pytest.approx((81 / 256, 9 / 16))
    assert frame_lines(16 / 9).height == pytest.approx(9 / 16)


def test_the_delivered_frame_is_what_sizes_count_in(stage, mira, cup):
    # 2.39 cuts top and bottom: fewer heads fit, the size is closer by 2.39 / 1.78.
    whole, scope = (size_in_frame(stage, mira, stage.camera(), frame_lines(16 / 9, r)) for r in (None, 2.39))
    assert scope / whole == pytest.approx(2.39 / (16 / 9))
    # An upright delivery cuts the sides: the cup takes more of its width.
    whole, upright = (size_in_frame(stage, cup, stage.camera(), frame_lines(16 / 9, r)) for r in (None, 9 / 16))
    assert whole == pytest.approx(60 / 720) and upright == pytest.approx(80 / (720 * 9 / 16))


def test_a_subject_asks_the_plate_for_its_depth():
    depth = np.full((90, 160), 4.0, np.float32)
    depth[20:80, 40:120] = 1.5
    plate = Plate.from_arrays(np.full((90, 160, 3), 0.2, np.float32), depth)
    box = Subject.at("box", plate, (45, 25, 115, 75))
    assert box.depth == pytest.approx(1.5, rel=0.01) and box.kind == "object"
    wall = Subject.at("wall", plate, xy=(5, 5))
    assert wall.depth == pytest.approx(4, rel=0.01) and not wall.has_size
    anna = Subject.at("anna", plate, (45, 25, 115, 75), (70, 25, 90, 45))
    assert anna.kind == "person" and anna.anchor == (80, 35)
    assert Stage.of(plate) == Stage(160, 90, 35.0, 36.0, (80.0, 45.0))
    with pytest.raises(PushinError, match="outside the plate"):
        Subject.at("gone", plate, xy=(500, 5))


def test_a_standing_figure_without_a_head_box_is_seven_and_a_half_heads():
    assert Subject("anna", (0, 0, 100, 750), 3, "person").measure == (0, 0, 100, 100)


@pytest.mark.parametrize("make, says", [
    (lambda: Subject("sky", (0, 0, 9, 9), float("inf")), "sky is no subject"),
    (lambda: Subject("a", (9, 0, 0, 9), 1), "left, top, right, bottom"),
    (lambda: Subject("", (0, 0, 9, 9), 1), "no name"),
    (lambda: Subject("infinity", (0, 0, 9, 9), 1), "no name"),
    (lambda: Subject("a", (0, 0, 0, 0), 1, "person"), "without a size"),
    (lambda: Subject("a", (0, 0, 9, 9), 1, "object", (0, 0, 1, 1)), "has a head"),
    (lambda: named_size("huge"), "not a shot size"),
    (lambda: Stage(0, 720), "cannot be staged"),
])
def test_what_cannot_be_framed_is_refused_in_a_sentence(make, says):
    with pytest.raises(PushinError, match=says):
        make()
