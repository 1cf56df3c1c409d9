"""What is under the mouse: asked of the plate alone, and compared with what the scene holds there."""
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.plates import Scene, Surface
from viewer import Renderer
from viewer.camera import Camera
from viewer.pick import seen

PAINT = lambda x, y: np.stack([0 * x + 0.5] * 3, -1)
BOX = lambda x, y: (abs(x - 160) < 40) & (abs(y - 90) < 40)
SCENE = Scene((320, 180), (Surface.at(1.5, PAINT, BOX), Surface.at(5.0, PAINT)))
CAMERAS = (Camera(), Camera(position=(0.2, 0.1, -0.4), pan=4, tilt=-3, roll=5),
           Camera(position=(-0.3, 0.0, 0.2), focal_length=60, lens_shift=(0.05, -0.03)))


@pytest.fixture(scope="module")
def plate():
    return SCENE.plate()


@pytest.mark.parametrize("camera", CAMERAS)
def test_what_the_plate_shows_is_found_where_it_is(plate, camera):
    view = SCENE.view(camera)
    shown, found = view.shown, 0
    for row in range(7, 180, 17):
        for column in range(5, 320, 21):
            near = slice(max(row - 4, 0), row + 5), slice(max(column - 4, 0), column + 5)
            if not shown[near].all() or len(np.unique(view.index[near])) > 1:
                continue   # at an outline either side is right
            spot = seen(plate, camera, (column + 0.5) / 320, (row + 0.5) / 180, 320 / 180)
            assert spot is not None and spot.depth == pytest.approx(view.depth[row, column], rel=0.01)
            assert np.hypot(*(view.plate_xy[row, column] - spot[:2])) < 1.0
            found += 1
    assert found > 40


def test_behind_something_there_is_nothing_to_find(plate):
    camera = Camera(position=(0.5, 0.0, 0.0))
    view = SCENE.view(camera)
    hidden = view.hidden & ~view.outside
    rows, columns = np.nonzero(hidden & np.roll(hidden, 6, 1) & np.roll(hidden, -6, 1))
    assert len(rows) > 50
    missed = [seen(plate, camera, (x + 0.5) / 320, (y + 0.5) / 180, 320 / 180) for y, x in
              list(zip(rows, columns))[::25]]
    assert sum(spot is None for spot in missed) > 0.9 * len(missed)


def test_the_sky_is_nowhere():
    ground = Surface.at(3.0, PAINT, lambda x, y: y > 90)
    plate = Scene((320, 180), (ground, Surface((0.0, 0.0, 0.0), PAINT))).plate()
    assert seen(plate, Camera(), 0.5, 0.2, 320 / 180) is None
    assert seen(plate, Camera(), 0.5, 0.8, 320 / 180).depth == pytest.approx(3, rel=0.01)


ROOM = Scene((320, 180), (*SCENE.surfaces, Surface((0.0, -1 / 0.8, 0.0), PAINT)))
"""The same, 0.8 m above a floor."""


@pytest.fixture(scope="module")
def drawn():
    with Renderer(ROOM.plate(), (320, 180)) as renderer:
        yield renderer


@pytest.mark.filterwarnings("error:::viewer")
@settings(deadline=None, max_examples=60)
@given(st.builds(Camera, position=st.tuples(st.floats(-0.6, 0.6), st.floats(-0.4, 0.4), st.floats(-1.45, 0.5)), pan=st.floats(-20, 20),
                 tilt=st.floats(-15, 15), roll=st.floats(-20, 20), focal_length=st.floats(20, 90),
                 lens_shift=st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))))
@example(Camera(position=(0.1, 0.0, -1.0)))
@example(Camera(position=(0.0, 0.1, -1.45), focal_length=24))
@example(Camera(position=(0.0, 0.0, -2.5)))
def test_what_is_picked_is_what_is_drawn(drawn, camera):
    """However near the camera comes: away from outlines, where the plate shows it."""
    plate, frame, missed = drawn.plate, drawn.render(camera), []
    for row in range(8, 180, 23):
        for column in range(8, 320, 29):
            around = slice(row - 5, row + 6), slice(column - 5, column + 6)
            if frame.invented[around].max() > 0 or uneven(frame.depth[around]):
                continue
            spot = seen(plate, camera, (column + 0.5) / 320, (row + 0.5) / 180, 320 / 180)
            if spot and uneven(plate.depth[max(int(spot.y) - 2, 0):int(spot.y) + 3, max(int(spot.x) - 2, 0):int(spot.x) + 3]):
                continue    # pixels at an outline of the plate, which are large from close to
            if spot is None or spot.depth != pytest.approx(frame.depth[row, column], rel=0.05):
                missed.append((column, row, spot, frame.depth[row, column]))
    assert not missed


def uneven(depth) -> bool:
    return not depth.max() < 1.1 * depth.min()
