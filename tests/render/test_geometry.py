"""What moves, moves by the pinhole equations: measured to a few thousandths of a pixel on smooth textures."""
import cv2
import numpy as np
import pytest

from tests import plates
from tests.flip import display, motion
from viewer import Camera

SIZE = (320, 192)
PLANES = {
    "square to the camera": plates.Surface.at(2.0, plates.waves(1)),
    "a wall that runs away": plates.Surface((0.6, 0.0, 0.5), plates.waves(2)),
    "a ceiling and a lean": plates.Surface((-0.2, 0.5, 0.4), plates.waves(3)),
}
MOVES = {
    "truck": Camera(position=(0.2, 0, 0)),
    "boom": Camera(position=(0, -0.15, 0)),
    "push": Camera(position=(0, 0, -0.4)),
    "pull": Camera(position=(0, 0, 0.3)),
    "everything": Camera(position=(0.08, 0.05, -0.25), pan=4, tilt=-3, roll=6, focal_length=40, lens_shift=(0.03, -0.02)),
}


def drift(expected, picture, where, window=64):
    """The largest shift in pixels that a window of the picture has against what it should be."""
    worst = 0.0
    h, w = where.shape
    for y in range(0, h, window):
        for x in range(0, w, window):
            mask = np.zeros_like(where)
            mask[y:y + window, x:x + window] = where[y:y + window, x:x + window]
            if mask.sum() < 0.3 * window * window:
                continue
            crop = np.s_[max(y - 8, 0):y + window + 8, max(x - 8, 0):x + window + 8]
            worst = max(worst, np.hypot(*motion(expected[crop], picture[crop], mask[crop])))
    assert worst > 0, "nothing was measured"
    return worst


def inside(mask, pixels):
    k = 2 * pixels + 1
    padded = np.pad(mask.astype(np.uint8), pixels)
    return cv2.erode(padded, np.ones((k, k), np.uint8))[pixels:-pixels, pixels:-pixels] > 0


def test_the_measure_resolves_a_hundredth_of_a_pixel():
    scene = plates.Scene(SIZE, (PLANES["square to the camera"],))
    moved = scene.view(Camera(lens_shift=(0.05 / 320, 0))).color
    assert drift(scene.view().color, moved, np.ones((192, 320), bool)) == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("plane", PLANES)
def test_a_plane_moves_by_its_homography(rendered, plane, move):
    scene = plates.Scene(SIZE, (PLANES[plane],))
    view, frame = scene.view(MOVES[move]), rendered(scene.plate(), MOVES[move])
    seen = inside(view.shown, 6)
    assert drift(view.color, frame.color, seen) <= 0.05
    assert np.abs(frame.color - view.color)[seen].mean() < 0.01


@pytest.mark.parametrize("move", MOVES)
def test_two_planes_move_by_their_own_depths(rendered, move):
    scene = plates.card_before_wall(SIZE, card=plates.waves(1), wall=plates.waves(2), region=plates.box(90, 40, 230, 160))
    view, frame = scene.view(MOVES[move]), rendered(scene.plate(), MOVES[move])
    for surface in (0, 1):
        assert drift(view.color, frame.color, inside(view.shown & (view.index == surface), 6), 32) <= 0.05


@pytest.mark.parametrize("turn", [{"pan": 8}, {"pan": -8}, {"tilt": 6}, {"roll": 15}, {"pan": -5, "tilt": 4, "roll": -9}])
def test_turning_is_a_homography_whatever_the_depth(rendered, turn):
    scene = plates.Scene(SIZE, (plates.Surface.at(1.2, plates.waves(1), plates.box(60, 30, 260, 170)),
                                plates.Surface((0.2, 0.1, 0.3), plates.waves(1), lambda x, y: y > 80),
                                plates.Surface((0, 0, 0), plates.waves(1))))
    plate, camera = scene.plate(), Camera(**turn)
    # Without translation a pixel of the new picture is K R K^-1 of the plate's.
    k = np.array([[35 / 36 * 320, 0, 160], [0, 35 / 36 * 320, 96], [0, 0, 1]])
    flip = np.diag([1.0, -1.0, -1.0])
    h = k @ flip @ plates.turned(**{"pan": 0, "tilt": 0, "roll": 0} | turn) @ flip @ np.linalg.inv(k)
    x, y = np.meshgrid(np.arange(320) + 0.5, np.arange(192) + 0.5)
    px, py, pw = np.einsum("ij,jhw->ihw", h, np.stack([x, y, np.ones_like(x)]))
    px, py = px / pw, py / pw
    within = (px > 0) & (px < 320) & (py > 0) & (py < 192)
    expected = plates.waves(1)(px, py)
    frame = rendered(plate, camera)
    assert drift(expected, frame.color, inside(within, 6)) <= 0.05
    assert frame.invented[inside(within, 2)].max() <= 0.01, "turning uncovers nothing"


@pytest.mark.parametrize("zoom", [1.33, 2.0, 0.8])
def test_zoom_is_crop_and_resample(rendered, zoom):
    scene = plates.card_before_wall(SIZE, card=plates.waves(1, shortest=20), wall=plates.waves(2, shortest=20))
    plate, frame = scene.plate(), rendered(scene.plate(), Camera(focal_length=35 * zoom))
    matrix = np.array([[zoom, 0, (1 - zoom) * 160 + (zoom - 1) / 2], [0, zoom, (1 - zoom) * 96 + (zoom - 1) / 2]])
    color = np.asarray(plate.color, np.float32)
    if zoom < 1:
        color = cv2.GaussianBlur(color, (0, 0), 0.3)
    crop = cv2.warpAffine(color, matrix, SIZE, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    view = scene.view(Camera(focal_length=35 * zoom))
    within = inside(~view.outside, 2)
    error = display(frame.color) - display(crop)
    smooth = within & inside(view.index == 0, 4) | within & inside(view.index == 1, 4)
    assert np.abs(error[smooth]).max() <= 4 / 255
    assert -10 * np.log10((error[within] ** 2).mean()) >= 40, "at edges too"
    assert drift(crop, frame.color, smooth) <= 0.05
    assert frame.invented[within].max() <= 0.02


@pytest.mark.parametrize("travel", [0.15, 0.375, 0.6, -0.3])
def test_a_dolly_zoom_keeps_the_subjects_size(rendered, travel):
    near = 1.5
    scene = plates.card_before_wall(SIZE, near, card=plates.waves(1), wall=plates.waves(2), region=plates.box(80, 40, 240, 160))
    plate = scene.plate()
    frame = rendered(plate, Camera(position=(0, 0, -travel), focal_length=35 * (near - travel) / near))
    card = inside(scene.view().index == 0, 8)
    dx, dy, xx, xy, yx, yy = motion(np.asarray(plate.color, np.float32), frame.color, card, affine=True)
    assert np.abs([xx, xy, yx, yy]).max() <= 0.001
    assert np.hypot(dx, dy) <= 0.05


@pytest.mark.parametrize("move", [*MOVES, "none"])
@pytest.mark.parametrize("scene", [plates.card_before_wall(), plates.room(), plates.yard()], ids=["card", "room", "yard"])
def test_depth_is_planar_metres_and_infinite_in_the_sky(rendered, scene, move):
    camera = MOVES.get(move, Camera())
    view, frame = scene.view(camera), rendered(scene.plate(), camera)
    assert frame.depth.shape == view.depth.shape and frame.depth.dtype == np.float32
    assert (frame.depth > 0).all(), "also where the plate shows nothing"
    clear = np.zeros(view.index.shape, bool)
    for surface in range(len(scene.surfaces)):
        clear |= inside(view.shown & (view.index == surface), 4)
    sky = clear & np.isinf(view.depth)
    assert np.isinf(frame.depth[sky]).all()
    surface = clear & ~sky
    error = np.abs(1 / frame.depth - 1 / view.depth)[surface]
    assert error.max() <= 0.3 / (scene.focal * 0.35), "a third of a pixel of parallax, on a move of 0.35 m"
    assert np.percentile(error * view.depth[surface], 95) <= 0.001


@pytest.mark.parametrize("position", [(0.25, 0, 0), (-0.25, 0.1, 0), (0, 0, 0.5)])
def test_a_wall_goes_on_at_its_depth_behind_what_hides_it(rendered, position):
    scene = plates.card_before_wall()
    view, frame = scene.view(Camera(position=position)), rendered(scene.plate(), Camera(position=position))
    opened = inside(view.hidden & ~view.outside & (view.index == 1), 2)
    assert opened.sum() > 100
    np.testing.assert_allclose(frame.depth[opened], view.depth[opened], rtol=0.05)
