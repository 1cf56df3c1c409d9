"""The camera against the definitions: where it stands, which way it turns, where a point lands."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plates import turned
from viewer import Camera, PushinError
from viewer.camera import NEAR

angle = st.floats(-360, 360)
metres = st.floats(-20, 20)
sizes = st.tuples(st.integers(1, 8000), st.integers(1, 8000))
cameras = st.builds(Camera, position=st.tuples(metres, metres, metres), pan=angle, tilt=angle, roll=angle,
                    focal_length=st.floats(4, 800), sensor_width=st.floats(3, 80),
                    lens_shift=st.tuples(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5)))


def project(camera, size, point):
    """Pixel and window depth of a homogeneous point in the plate's frame, by the OpenGL matrices."""
    x, y, z, w = camera.projection(size) @ camera.view() @ point
    return np.array([(x / w + 1) / 2 * size[0], (1 - y / w) / 2 * size[1]]), (z / w + 1) / 2


def in_front(camera, right, up, forward):
    """A homogeneous point that far right of, above and in front of the camera."""
    return camera.pose() @ np.array([right, up, -forward, 1.0])


def test_a_new_camera_is_the_plates():
    np.testing.assert_array_equal(Camera().pose(), np.eye(4))
    np.testing.assert_array_equal(Camera().view(), np.eye(4))


@pytest.mark.parametrize("turn, forward, up", [
    ({"pan": 90}, (1, 0, 0), (0, 1, 0)),                            # looks to the right
    ({"tilt": 90}, (0, 1, 0), (0, 0, 1)),                           # looks up
    ({"roll": 90}, (0, 0, -1), (1, 0, 0)),                          # its top goes to the right: clockwise
    ({"pan": 90, "tilt": 45}, (0.5**0.5, 0.5**0.5, 0), (-(0.5**0.5), 0.5**0.5, 0)),
    ({"pan": 180}, (0, 0, 1), (0, 1, 0)),
])
def test_right_up_and_clockwise_are_positive(turn, forward, up):
    rotation = Camera(**turn).rotation()
    np.testing.assert_allclose(-rotation[:, 2], forward, atol=1e-12)
    np.testing.assert_allclose(rotation[:, 1], up, atol=1e-12)


def test_signs_as_they_look_in_the_picture():
    size, ahead = (320, 180), np.array([0, 0, -2.0, 1])
    at = lambda **kw: project(Camera(**kw), size, ahead)[0] - [160, 90]
    assert at(pan=5)[0] < -1 and at(tilt=5)[1] > 1                                # the world goes the other way
    assert at(position=(0.1, 0, 0))[0] < -1 and at(position=(0, 0.1, 0))[1] > 1
    assert at(lens_shift=(0.1, 0)) == pytest.approx([32, 0]) and at(lens_shift=(0, 0.1)) == pytest.approx([0, -32])
    above = project(Camera(roll=10), size, np.array([0, 0.5, -2.0, 1]))[0] - [160, 90]
    assert above[0] < -1 and above[1] < 0                                         # rolled clockwise, the world falls left


@given(angle, angle, angle)
def test_pan_comes_first_then_tilt_then_roll(pan, tilt, roll):
    np.testing.assert_allclose(Camera(pan=pan, tilt=tilt, roll=roll).rotation(), turned(pan, tilt, roll), atol=1e-9)


@given(cameras)
def test_a_rotation_is_one(camera):
    r = camera.rotation()
    np.testing.assert_allclose(r @ r.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(r) == pytest.approx(1)


@given(cameras)
def test_view_undoes_pose(camera):
    np.testing.assert_allclose(camera.view() @ camera.pose(), np.eye(4), atol=1e-11)
    np.testing.assert_array_equal(camera.pose()[:3, 3], camera.position)


@given(cameras, sizes, st.floats(-1, 1), st.floats(-1, 1), st.floats(NEAR, 1e5))
def test_a_point_lands_where_the_pinhole_equations_say(camera, size, right, up, z):
    pixel, depth = project(camera, size, in_front(camera, right * z, up * z, z))
    f = camera.focal_length / camera.sensor_width * size[0]
    expected = (size[0] / 2 + camera.lens_shift[0] * size[0] + f * right,
                size[1] / 2 - camera.lens_shift[1] * size[0] - f * up)
    # Positions of metres and points of 100 km share float64.
    assert pixel == pytest.approx(expected, rel=1e-6, abs=1e-6 * max(size) * max(1, f / size[0]) * max(1, 1 / z))
    homogeneous = camera.intrinsics(size) @ [right, -up, 1]
    assert homogeneous[:2] / homogeneous[2] == pytest.approx(expected, rel=1e-9, abs=1e-9 * max(size))
    assert depth == pytest.approx(NEAR / z, rel=1e-6, abs=1e-9)


@given(cameras, sizes, st.floats(-1, 1), st.floats(-1, 1))
def test_infinity_lands_at_depth_zero_wherever_the_camera_stands(camera, size, right, up):
    direction = np.append(camera.rotation() @ [right, up, -1], 0)
    pixel, depth = project(camera, size, direction)
    f = camera.focal_length / camera.sensor_width * size[0]
    assert depth == pytest.approx(0, abs=1e-12)
    assert pixel[0] == pytest.approx(size[0] / 2 + camera.lens_shift[0] * size[0] + f * right, abs=1e-7 * (size[0] + f))


@given(cameras, st.floats(NEAR, 100), st.floats(1.001, 100))
def test_nearer_is_larger_in_window_depth(camera, z, factor):
    depth = lambda z: project(camera, (64, 64), in_front(camera, 0, 0, z))[1]
    assert 1 + 1e-6 >= depth(z) > depth(z * factor) > 0


@given(cameras, st.integers(2, 2000), st.integers(2, 2000), st.integers(2, 4))
def test_a_larger_picture_shows_the_same(camera, width, height, scale):
    point = in_front(camera, 0.1, -0.2, 3)
    small, large = project(camera, (width, height), point)[0], project(camera, (width * scale, height * scale), point)[0]
    assert large == pytest.approx(small * scale, rel=1e-9, abs=1e-6)


def test_the_frames_width_spans_the_sensor():
    k = Camera(focal_length=35, sensor_width=36).intrinsics((1280, 720))
    np.testing.assert_allclose(k, [[35 / 36 * 1280, 0, 640], [0, 35 / 36 * 1280, 360], [0, 0, 1]])


def test_nothing_done_to_a_matrix_changes_the_camera():
    camera = Camera(pan=12, position=(1, 2, 3))
    before = camera.pose().copy(), camera.view().copy()
    for matrix in (camera.pose(), camera.view(), camera.projection((64, 48)), camera.intrinsics((64, 48))):
        matrix[:] = 0
    try:
        camera.rotation()[:] = 0
    except ValueError:
        pass    # read-only is as good
    np.testing.assert_array_equal(camera.pose(), before[0])
    np.testing.assert_array_equal(Camera(pan=12, position=(1, 2, 3)).view(), before[1])


@pytest.mark.parametrize("broken", [{"pan": np.nan}, {"tilt": np.inf}, {"roll": -np.inf}, {"pan": 1 + 2j}, {"roll": "3"}])
def test_an_angle_that_is_none_is_refused_in_a_sentence(broken):
    with pytest.raises(PushinError, match=r"finite.*\.$"):
        Camera(**broken).view()
