"""The lens by brute force: shape and light of the blur, focus aids, and the picture that grows."""
from dataclasses import replace

import numpy as np
import pytest

from tests import plates
from viewer import Camera, Plate, PushinError, Renderer
from viewer.optics import in_pixels, signed_circle_of_confusion
from viewer.render.display import Overlay
from viewer.render.lens import aperture_points

SIZE, LIGHT = (160, 120), (80, 60)
LENS = Camera(focal_length=50, f_stop=1.0, focus_distance=1.0)


@pytest.fixture(scope="module")
def lamp():
    """One pixel of light on a black wall, 4 m away."""
    color = np.zeros((SIZE[1], SIZE[0], 3), np.float32)
    color[LIGHT[1], LIGHT[0]] = 500
    plate = Plate.from_arrays(color, np.full(SIZE[::-1], 4.0, np.float32), focal_length=50)
    with Renderer(plate, SIZE) as renderer:
        yield renderer


def blur(renderer, camera):
    """(light in all, its radii across and along in pixels: twice the root of the mean square, as of a disc)."""
    light = renderer.render(camera, "reference").color[..., 1].astype(float)
    y, x = np.indices(light.shape)
    mean = lambda a: (a * light).sum() / light.sum()
    return light.sum(), 2 * np.sqrt(mean((x - mean(x)) ** 2)), 2 * np.sqrt(mean((y - mean(y)) ** 2))


def expected(camera):
    circle = signed_circle_of_confusion(4.0, camera.focal_length, camera.f_stop, camera.focus_distance)
    return abs(in_pixels(circle, camera.sensor_width, SIZE[0])) / 2


@pytest.mark.parametrize("f_stop", [1.0, 2.0, 4.0])
def test_a_point_of_light_becomes_a_disc_of_the_thin_lens(lamp, f_stop):
    camera = replace(LENS, f_stop=f_stop)
    light, across, along = blur(lamp, camera)
    for radius in (across, along):
        assert radius == pytest.approx(expected(camera), abs=0.5)
    assert light == pytest.approx(500, rel=0.02), "a lamp is as bright at every focus"


def test_anamorphic_blur_is_so_many_times_as_tall_as_wide(lamp):
    camera = replace(LENS, f_stop=0.4)
    _, across, along = blur(lamp, replace(camera, squeeze=2.0))
    assert along == pytest.approx(expected(camera), abs=0.5) and along / across == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize("blades", [5, 6, 7, 11])
@pytest.mark.parametrize("rotation", [0.0, 20.0])
def test_an_iris_has_its_corners(blades, rotation):
    points, weight = aperture_points(4000, replace(LENS, blades=blades, blade_rotation=rotation))
    sector = 360 / blades
    angle = np.degrees(np.arctan2(points[:, 1], points[:, 0])) - rotation
    off_corner = np.abs(np.mod(angle, sector) - sector / 2)       # corners lie half a blade from the right
    radius = np.hypot(*points.T)
    assert radius[off_corner < 2].max() == pytest.approx(1, abs=0.03)
    assert radius[off_corner > sector / 2 - 2].max() == pytest.approx(np.cos(np.pi / blades), abs=0.03)
    assert weight.sum() == pytest.approx(1)
    # As much light from every part: the area of a regular polygon's inner half of the radius is a quarter.
    inner = radius < 0.5 * np.cos(np.pi / blades) / np.cos(np.radians(sector / 2 - off_corner))
    assert weight[inner].sum() == pytest.approx(0.25, abs=0.01)


def test_round_blades_are_a_circle():
    points, weight = aperture_points(500, replace(LENS, blades=6, roundness=1.0))
    again, even = aperture_points(500, LENS)
    np.testing.assert_allclose(points, again)
    np.testing.assert_allclose(weight, even)


@pytest.mark.parametrize("ring", [-1.0, 0.0, 1.0])
def test_ring_moves_light_between_middle_and_rim(ring):
    points, weight = aperture_points(2000, replace(LENS, ring=ring))
    middle = weight[np.hypot(*points.T) < np.sqrt(0.5)].sum()     # half the area
    assert middle == pytest.approx(0.5 - ring / 4, abs=0.01)


def test_cats_eye_cuts_the_blur_at_the_edge_and_not_in_the_middle():
    color = np.zeros((SIZE[1], SIZE[0], 3), np.float32)
    color[60, 80] = color[60, 140] = 5000
    plate = Plate.from_arrays(color, np.full(SIZE[::-1], 4.0, np.float32), focal_length=50)
    camera = replace(LENS, f_stop=0.5, cats_eye=0.8)
    with Renderer(plate, SIZE) as renderer:
        lit = renderer.render(camera, "reference").color[..., 1] > 1e-3
        whole = renderer.render(replace(camera, cats_eye=0.0), "reference").color[..., 1] > 1e-3
    middle, edge = np.s_[:, 60:100], np.s_[:, 120:]
    assert lit[middle].sum() >= 0.8 * whole[middle].sum() and lit[edge].sum() < 0.8 * whole[edge].sum()
    tall, wide = (np.ptp(np.nonzero(lit[edge])[axis]) for axis in (0, 1))
    assert tall > wide + 1


def test_a_plane_in_focus_is_untouched(rendered):
    plate = plates.card_before_wall((120, 80), near=3.0, far=3.0).plate()
    with Renderer(plate, plate.size) as renderer:
        blurred = renderer.render(Camera(f_stop=0.7, focus_distance=3.0), "reference").picture.astype(int)
    assert np.abs(blurred - rendered(plate, Camera()).picture.astype(int)).max() <= 1


@pytest.mark.parametrize("change", [{"f_stop": 0.0}, {"focus_distance": 0.0}, {"blades": 2}, {"blades": -1}, {"ring": 2.0},
                                    {"squeeze": 0.0}, {"roundness": 1.5}, {"cats_eye": float("nan")}])
def test_a_lens_that_cannot_be_is_refused_in_one_sentence(lamp, change, monkeypatch):
    first, camera = lamp.render(Camera()), replace(LENS, **change)
    monkeypatch.setattr(lamp, "_targets", None)     # what is taken before is lost
    for draw in (lambda: lamp.render(camera, "reference"), lambda: lamp.render(camera, "gather"),
                 lambda: lamp.refine(camera, first=first)):
        with pytest.raises(PushinError) as error:
            draw()
        assert str(error.value).count(".") >= 1 and "\n" not in str(error.value)


def test_clipped_lights_get_their_energy_back_when_they_are_blurred():
    color = np.full((SIZE[1], SIZE[0], 3), 0.02, np.float32)
    color[58:62, 78:82] = 1.0
    plate = Plate.from_arrays(color, np.full(SIZE[::-1], 4.0, np.float32), focal_length=50)
    with Renderer(plate, SIZE, highlights=8) as bright, Renderer(plate, SIZE, highlights=1) as plain:
        gain = bright.render(LENS, "reference").color.sum() / plain.render(LENS, "reference").color.sum()
        before, after = (r.render(Camera(focal_length=50)).color for r in (plain, bright))
    assert gain == pytest.approx((16 * 8 + 0.02 * (SIZE[0] * SIZE[1] - 16)) / (16 + 0.02 * (SIZE[0] * SIZE[1] - 16)), rel=0.1)
    np.testing.assert_array_equal(before, after)


def test_a_clipped_light_in_focus_stays_as_bright_as_the_plate_has_it():
    color = np.full((SIZE[1], SIZE[0], 3), 0.02, np.float32)
    color[50:70, 70:90] = 1.0
    plate = Plate.from_arrays(color, np.full(SIZE[::-1], 4.0, np.float32), focal_length=50)
    with Renderer(plate, SIZE, highlights=8) as renderer:
        sharp = replace(LENS, focus_distance=4.0)
        for bokeh in ("gather", "reference"):
            assert renderer.render(sharp, bokeh).color[60, 80] == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("bokeh", ["gather", "reference"])
@pytest.mark.parametrize("surface", [(1.0, 0.1, 0.1), (1.0, 0.95, 0.7), (0.5, 0.7, 1.0)])
@pytest.mark.parametrize("z", [3.9, 3.0, 2.0, 8.0])
def test_a_surface_of_which_some_channel_is_known_is_as_bright_out_of_focus_as_in_it(surface, z, bokeh):
    """Red paint, wood in the sun and the sky, through the focus and out of it: no lamp, and no edges of tiles either."""
    color = np.broadcast_to(np.float32(surface), (SIZE[1], SIZE[0], 3)).copy()
    with Renderer(Plate.from_arrays(color, np.full(SIZE[::-1], 4.0, np.float32), focal_length=50), SIZE, highlights=8) as renderer:
        got = renderer.render(replace(LENS, focus_distance=z), bokeh).color
    assert np.abs(got - surface)[20:-20, 20:-20].max() < 0.02


def test_a_clipped_surface_that_slopes_out_of_focus_has_no_steps():
    """White clips in focus and is taken to be brighter out of it: gradually, whatever tiles it lies in."""
    x = np.linspace(1 / 4, 1 / 2, SIZE[0])
    color = np.ones((SIZE[1], SIZE[0], 3), np.float32)
    plate = Plate.from_arrays(color, np.broadcast_to(np.float32(1 / x), SIZE[::-1]).copy(), focal_length=50)
    with Renderer(plate, SIZE, highlights=8) as renderer:
        for bokeh in ("gather", "reference"):
            row = renderer.render(replace(LENS, focus_distance=4.0), bokeh).color[30:-30, 15:-15, 1]
            assert np.abs(np.diff(row, axis=1)).max() < 1.0 and np.abs(np.diff(row, axis=0)).max() < 0.05, bokeh
            assert row.min() < 1.05 and row.max() > 7


def test_the_picture_grows_into_the_reference_without_a_jump():
    plate, camera = plates.steps((160, 96)).plate(), Camera(f_stop=1.0, focus_distance=1.5)
    with Renderer(plate, plate.size) as renderer:
        last = renderer.render(camera, "gather").picture.astype(int)
        share = 0.0
        while share < 1:
            frame, now = renderer.refine(camera, 20)
            assert now > share
            picture, share = frame.picture.astype(int), now
            assert np.abs(picture - last).mean() < 1.5, "8-bit steps in the mean, from one to the next"
            last = picture
        np.testing.assert_array_equal(last, renderer.render(camera, "reference").picture)
        assert renderer.refine(replace(camera, focus_distance=2.0), 20)[1] < 1, "another camera starts anew"


def test_the_picture_grows_from_a_smaller_one_into_a_reference_of_fewer_views():
    plate, camera = plates.steps((160, 96)).plate(), Camera(f_stop=1.0, focus_distance=1.5)
    with Renderer(plate, plate.size) as renderer:
        best = renderer.render(camera, "reference").picture.astype(int)
        renderer.resize((80, 48))
        first = renderer.render(camera, "gather")
        renderer.resize(plate.size)
        frame, share = renderer.refine(camera, 1, count=24, first=first)
        begun = np.abs(frame.picture.astype(int) - best).mean()
        np.testing.assert_allclose(frame.depth, renderer.render(camera, "gather").depth, rtol=1e-5)
        while share < 1:
            frame, share = renderer.refine(camera, 5, count=24)
        assert np.abs(frame.picture.astype(int) - best).mean() < min(begun / 3, 1.5)


def test_coc_is_the_thin_lens_at_every_pixel(rendered):
    camera = Camera(f_stop=1.4, focus_distance=2.0)
    frame = rendered(plates.card_before_wall().plate(), camera)
    circle = in_pixels(signed_circle_of_confusion(frame.depth, camera.focal_length, 1.4, 2.0), camera.sensor_width, frame.size[0])
    np.testing.assert_allclose(frame.coc, circle, atol=0.02)
    assert frame.coc.min() < 0 < frame.coc.max()
    assert not rendered(plates.card_before_wall().plate(), Camera()).coc.any()


def test_overlays_mark_what_they_say():
    """A card 1.5 m away before a wall at 4 m, both of fine grain."""
    plate = plates.card_before_wall(card=plates.grain(1, 3), wall=plates.grain(2, 3)).plate()
    with Renderer(plate, plate.size) as renderer:
        camera = Camera(f_stop=0.7, focus_distance=1.5)
        plain = renderer.render(camera).picture.astype(int)
        card = renderer.render(camera).depth < 2
        show = lambda overlay, c=camera: renderer.render(c, overlay=overlay).picture.astype(int)
        red = lambda p: (p[..., 0] > 200) & (p[..., 1] < 60)
        peaks = red(show(Overlay(peaking=True)))
        assert peaks[card].mean() > 0.2 and peaks[~card].mean() < 0.01
        zones = show(Overlay(zones=True))
        assert (zones == plain).all(-1)[card].mean() > 0.9
        assert (zones[..., 2] > zones[..., 0])[~card].mean() > 0.9, "behind the focus is blue"
        near = show(Overlay(zones=True), replace(camera, focus_distance=4.0))
        assert (near[..., 0] > near[..., 2])[card].mean() > 0.9, "in front of it orange"
        moved = Camera(position=(0.3, 0, 0))
        invented = renderer.render(moved).invented
        change = np.abs(show(Overlay(invented=True), moved) - show(Overlay(), moved)).sum(-1)
        assert change[invented == 0].max() == 0 and (change[invented > 0.9] > 20).mean() > 0.9
        np.testing.assert_array_equal(show(Overlay()), plain)
