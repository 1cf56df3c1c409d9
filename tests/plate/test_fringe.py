"""Edges that are unsharp in the picture: told from patterns, and taken apart as wide as they are."""
import cv2
import numpy as np
import pytest

from viewer import Camera, Plate, Renderer
from viewer.plate.edges import find_cuts
from viewer.plate.fringe import USUAL, WIDEST, find_fringe

FOCAL = 320.0
Y, X = np.mgrid[:200, :320].astype(np.float32)
HEAD = np.hypot(X - 160, Y - 100) < 50
DISPARITY = np.where(HEAD, 1.0, 0.25).astype(np.float32)
EDGE = cv2.distanceTransform(HEAD.astype(np.uint8), cv2.DIST_L2, 5) + cv2.distanceTransform((~HEAD).astype(np.uint8), cv2.DIST_L2, 5)


def picture(blur: float, grain: float = 0.1) -> np.ndarray:
    """A dark head before a light wall, out of focus by a Gaussian of so many pixels; both patterned."""
    paint = 1 + grain * np.sin(1.3 * X + 0.4 * Y)[..., None] * np.sin(0.7 * Y)[..., None]
    share = HEAD.astype(np.float32)
    share = (cv2.GaussianBlur(share, (0, 0), blur) if blur else share)[..., None]
    return (share * np.float32([0.06, 0.05, 0.08]) + (1 - share) * np.float32([0.6, 0.55, 0.5])) * paint


def fringe(color):
    return find_fringe(color, DISPARITY, find_cuts(DISPARITY, FOCAL), np.ones(DISPARITY.shape, bool))


@pytest.mark.parametrize("grain", [0.0, 0.1, 0.4])
@pytest.mark.parametrize("blur", [1.5, 2.0, 3.0])
def test_a_fringe_is_as_wide_as_the_blur(blur, grain):
    found = fringe(picture(blur, grain))
    widths = found.width[EDGE <= 1]
    # A thirtieth of either side is left 1.83 standard deviations away, and a pixel's middle is half a pixel from its cut.
    assert abs(np.median(widths) - (1.83 * blur - 0.5)) <= 1.3
    assert found.widest <= WIDEST
    there = (EDGE < 1.83 * blur) & (found.profile >= 0)
    share = cv2.GaussianBlur(HEAD.astype(np.float32), (0, 0), blur)
    assert there.sum() > 500 and np.abs(found.profile - share)[there].mean() < 0.12


@pytest.mark.parametrize("color", [
    picture(0), picture(0.6), picture(0.6, 0.4),
    picture(0) * (1 + 0.5 * np.exp(-EDGE / 6))[..., None],                      # a glow beside the edge, that goes on
    picture(0.6) * (1 - 0.7 * ~HEAD * np.exp(-EDGE / 2))[..., None],              # a shadow on the wall
    np.full((*X.shape, 3), 0.4, np.float32),
    np.random.default_rng(3).uniform(0.1, 0.9, (*X.shape, 3)).astype(np.float32)])
def test_a_sharp_picture_has_no_fringe(color):
    assert fringe(np.float32(color)).widest == USUAL


def test_no_edge_has_no_fringe():
    flat = np.full(X.shape, 0.5, np.float32)
    assert find_fringe(picture(2), flat, find_cuts(flat, FOCAL), np.ones(X.shape, bool)).widest == USUAL


@pytest.mark.parametrize("blur", [1.5, 3.0])
@pytest.mark.parametrize("position", [(0.12, 0, 0), (-0.12, 0, 0), (0, -0.12, 0)])
def test_an_unsharp_foreground_leaves_no_outline_behind(tmp_path, monkeypatch, blur, position):
    """The wall round it, from where it stood, is the wall's colour: not the colour of its edge."""
    monkeypatch.setenv("PUSHIN_CACHE", str(tmp_path))
    plate = Plate.from_arrays(picture(blur, 0).astype(np.float16), 1 / DISPARITY, focal_length=36.0)
    with Renderer(plate, (320, 200)) as renderer:
        still, moved = renderer.render(Camera(focal_length=36.0)), renderer.render(Camera(focal_length=36.0, position=position))
    assert np.abs(still.color - picture(blur, 0)).max() < 1 / 255
    wall = (moved.depth > 3) & (cv2.distanceTransform((moved.depth > 3).astype(np.uint8), cv2.DIST_L2, 5) > 2 * blur + 3)
    inside = wall[20:-20, 40:-40]
    left = np.abs(moved.color[20:-20, 40:-40] - np.float32([0.6, 0.55, 0.5])).max(-1)[inside]
    assert inside.sum() > 5000 and left.max() < 0.06


@pytest.mark.parametrize("shift", [12.0, 38.4, 61.6])
def test_an_unsharp_edge_stays_as_unsharp_beside_where_it_was(monkeypatch, tmp_path, shift):
    """No part of it is seen twice, where patches meet or anywhere."""
    monkeypatch.setenv("PUSHIN_CACHE", str(tmp_path))
    plate = Plate.from_arrays(picture(2.5, 0).astype(np.float16), 1 / DISPARITY, focal_length=36.0)
    with Renderer(plate, (320, 200)) as renderer:
        moved = renderer.render(Camera(focal_length=36.0, position=(shift / FOCAL, 0, 0))).color
    ideal = cv2.warpAffine(picture(2.5, 0), np.float32([[1, 0, -shift], [0, 1, 0]]), (320, 200), flags=cv2.INTER_CUBIC)
    assert np.abs(moved - ideal)[20:-20, 20:-20 - int(shift)].max() < 0.02


def test_a_pixel_from_its_edge_a_sharp_picture_is_of_one_side_only():
    """In an unsharp one it is not, and neither is it where nothing tells."""
    for color, pure in ((picture(0.0), True), (picture(0.45, 0.4), True), (picture(0.8), False), (np.full((*X.shape, 3), 0.4, np.float32), False)):
        found = fringe(np.float32(color)).pure[:, 1]
        assert (found > 0.5).all() if pure else (found < 0.2).all()
