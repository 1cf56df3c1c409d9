"""Drawings: whose an outline is."""
import cv2
import numpy as np
import pytest
from PIL import Image

from viewer import Camera, Plate, Renderer
from viewer.bundled import bundled_plate
from viewer.plate.clean import clean
from viewer.plate.colour import perceptual
from viewer.plate.ink import drawn, flattened

H, W, FOCAL = 360, 640, 622.0
NEAR, FAR = 0.6, 0.25
FIGURE = np.array([(250, 300), (230, 190), (270, 120), (330, 110), (390, 130), (400, 220), (380, 300)])
LINE, HEAD = 5, ((325, 85), 34)
ALL = np.ones((H, W), bool)


def filled(grown=0):
    """Where the figure is, by so many pixels more or less than up to the middle of its outline."""
    inside = np.zeros((H, W), np.uint8)
    cv2.fillPoly(inside, [FIGURE], 1)
    cv2.circle(inside, *HEAD, 1, -1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(grown) + 1,) * 2)
    return (cv2.dilate if grown > 0 else cv2.erode)(inside, disc) > 0


def board(wash=150):
    """A storyboard frame, uint8 (H, W, 3): paper, a floor's line, and somebody outlined in ink before it; and where ink is of them."""
    picture = np.full((H, W, 3), 245, np.uint8)
    cv2.line(picture, (0, 250), (W, 250), (20, 20, 20), 2, cv2.LINE_AA)
    own = np.full((H, W), 255, np.uint8)
    for canvas, fill, ink in ((picture, (wash,) * 3, (20, 20, 20)), (own, 255, 0)):
        cv2.fillPoly(canvas, [FIGURE], fill, cv2.LINE_AA)
        cv2.circle(canvas, *HEAD, (245,) * 3 if canvas is picture else 255, -1, cv2.LINE_AA)
        cv2.polylines(canvas, [FIGURE], True, ink, LINE, cv2.LINE_AA)
        cv2.circle(canvas, *HEAD, ink, LINE, cv2.LINE_AA)
    return picture, own < 128


def linear(picture):
    return (picture / np.float32(255)) ** 2.2


def linear_light(codes):
    share = codes / np.float32(255)
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def painted(grown=0):
    return np.where(filled(grown), NEAR, FAR).astype(np.float32)


@pytest.mark.parametrize("wash", [100, 150, 235])
@pytest.mark.parametrize("grown", [-4, 0, 4])
def test_an_outline_goes_whole_with_what_it_is_of(grown, wash):
    """Painted within the line, along its middle, or beyond it."""
    picture, ink = board(wash)
    d = clean(painted(grown), linear(picture), ALL, FOCAL)
    assert np.isin(d, (np.float32(NEAR), np.float32(FAR))).all()
    assert (d[ink] == np.float32(NEAR)).mean() > 0.99
    assert (d[filled()] == np.float32(NEAR)).all()
    clear = ~(cv2.dilate((filled() | ink).astype(np.uint8), np.ones((21, 21), np.uint8)) > 0)
    assert (d[clear] == np.float32(FAR)).all(), "and a line that only meets it does not"


def test_what_lossy_files_leave_beside_edges_is_no_depth():
    picture, ink = board()
    codes = np.where(filled(), 200, 90).astype(np.uint8)
    stored = cv2.imdecode(cv2.imencode(".jpg", codes, [cv2.IMWRITE_JPEG_QUALITY, 70])[1], cv2.IMREAD_GRAYSCALE)
    assert len(np.unique(stored)) > 20
    d = clean(stored / np.float32(255), linear(picture), ALL, FOCAL)
    assert len(np.unique(d)) == 2
    assert (d[filled() | ink] == d.max()).mean() > 0.99


def test_a_move_leaves_no_ink_behind():
    picture, _ = board()
    plate = Plate.from_arrays(linear(picture), 1 / painted(-2), focal_length=35)
    with Renderer(plate, (W, H)) as renderer:
        shown = renderer.render(Camera(position=(0.25, 0, 0), focal_length=35, sensor_width=36), "off").color
    # They were up to x = 400, and are up to 307 now; the wall has moved by 39 pixels.
    assert shown[60:240, 315:361].min() > 0.6, shown[60:240, 315:361].min()


def test_a_drawing_that_is_transparent_lies_on_paper_and_a_render_on_black(tmp_path):
    """As ink on black it would have no outlines; whoever paints depth draws, and else the lines along the depth's edges tell."""
    picture, ink = board()
    render = np.random.default_rng(0).integers(40, 200, picture.shape, np.uint8)
    Image.fromarray(np.where(filled(), 200, 90).astype(np.uint8)).save(tmp_path / "depth.png")
    for pixels, solid, kind, ground in ((picture, filled() | ink, "painted", 1), (picture, filled() | ink, "inverse", 1),
                                        (picture, ink, "inverse", 1), (render, filled() | ink, "inverse", 0)):
        Image.fromarray(np.dstack([pixels, 255 * solid.astype(np.uint8)])).save(tmp_path / "a.png")
        plate = Plate.open(tmp_path / "a.png", tmp_path / "depth.png", kind)
        assert (plate.color[~solid] == ground).all()
        np.testing.assert_allclose(plate.color[solid], linear_light(pixels[solid]), atol=2e-3)
        note, = (note for note in plate.notes if "transparent" in note)
        assert ("white, as the paper of a drawing" if ground else "black") in note


def test_a_photograph_is_no_drawing():
    plate = bundled_plate()
    assert not drawn(plate.disparity, perceptual(plate.color), plate.focal_pixels)


def test_dark_things_before_a_white_wall_are_no_drawing():
    """A wheel with its spokes: all of its edges are dark lines, and all of these are near."""
    wheel = np.zeros((H, W), np.uint8)
    cv2.circle(wheel, (320, 180), 120, 255, 6, cv2.LINE_AA)
    for turn in np.arange(18) * np.pi / 9:
        cv2.line(wheel, (320, 180), (320 + round(120 * np.cos(turn)), 180 + round(120 * np.sin(turn))), 255, 3, cv2.LINE_AA)
    color = np.where(wheel[..., None] > 127, 0.05, 0.85).repeat(3, -1).astype(np.float32)
    depth = np.where(wheel > 127, NEAR, FAR).astype(np.float32)
    assert np.array_equal(clean(depth, color, ALL, FOCAL), depth)


def test_a_drawing_without_depth_edges_on_its_lines_is_left_alone():
    picture, _ = board()
    elsewhere = np.where(np.arange(W) < 80, NEAR, FAR)[None].repeat(H, 0).astype(np.float32)
    assert np.array_equal(clean(elsewhere, linear(picture), ALL, FOCAL), elsewhere)


@pytest.mark.filterwarnings("error")
def test_slits_along_lines_are_no_drawing():
    """Of what lies behind, nothing is two pixels beyond what is nearer."""
    lines = np.zeros((H, W), bool)
    lines[:, 40::40] = lines[:, 41::40] = True
    color = np.where(lines[..., None], 0.0, 0.8).repeat(3, -1).astype(np.float32)
    assert not drawn(np.where(lines, FAR, NEAR).astype(np.float32), perceptual(color), FOCAL)


def test_depth_that_slopes_is_not_painted_in_flat_greys():
    slope = np.linspace(0.2, 0.7, H, dtype=np.float32)[:, None].repeat(W, 1)
    assert flattened(slope, FOCAL) is None
    assert flattened(painted(), FOCAL) is not None
