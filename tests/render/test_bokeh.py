"""The gather pass: discs of the thin lens, layers that show through each other, and the reference as its oracle."""
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import plates
from tests.flip import display
from viewer import Camera, Plate, Renderer
from viewer.camera import NEAR
from viewer.optics import in_pixels, signed_circle_of_confusion
from viewer.plate.images import HALF_MAX
from viewer.render import bokeh, renderer
from viewer.render.gl import read, texture
from viewer.render.lens import radius_within
from viewer.render.reproject import Slice

SIZE = (240, 180)


def plate_of(color, depth):
    return Plate.from_arrays(color.astype(np.float32), np.broadcast_to(np.float32(depth), color.shape[:2]).copy(), focal_length=35)


@pytest.fixture(scope="module")
def lamp():
    """A lamp of 3 x 3 pixels on a dim wall, 4 m away."""
    color = np.full((SIZE[1], SIZE[0], 3), 0.01)
    color[89:92, 119:122] = 60
    with Renderer(plate_of(color, 4.0), SIZE) as renderer:
        yield renderer


def gathered_and_exact(color, depth, camera):
    """Linear colour by gather, and by the reference."""
    with Renderer(plate_of(color, depth), SIZE) as renderer:
        return [renderer.render(camera, bokeh).color for bokeh in ("gather", "reference")]


def psnr(a, b):
    return -10 * np.log10(max(np.mean((display(a) - display(b)) ** 2), 1e-12))


@pytest.mark.parametrize("radius", [1.0, 2.0, 3.0, 5.0, 9.6])
@pytest.mark.parametrize("side", ["behind", "in front of"])
def test_a_light_becomes_a_disc_of_the_thin_lens(lamp, radius, side):
    focus = 2.0 if side == "behind" else 20.0
    one = abs(in_pixels(signed_circle_of_confusion(4.0, 35, 1.0, focus), 36, SIZE[0])) / 2
    frame = lamp.render(Camera(focal_length=35, f_stop=one / radius, focus_distance=focus), "gather")
    light = frame.color[..., 1] - 0.01
    total = light[60:120, 90:150].sum()
    assert total == pytest.approx(9 * 59.99, rel=0.02), "a lamp is as bright at every focus"
    y, x = np.indices(light.shape)
    spread = np.sqrt(2 * ((light * ((x - 120) ** 2 + (y - 90) ** 2))[60:120, 90:150].sum() / total))
    # The lamp itself is 3 pixels wide: its mean square adds to the disc's.
    assert np.sqrt(max(spread ** 2 - 2 * (9 - 1) / 6, 0)) == pytest.approx(radius, abs=0.5)


@pytest.mark.parametrize("iris, from_, most", [({}, 0.4, 0.002), ({"blades": 6, "blade_rotation": 20}, 0.4, 0.0023),
                                               ({"squeeze": 2.0}, 0.4, 0.003), ({"squeeze": 0.5}, 0.8, 0.005),
                                               ({"ring": 0.8}, 0.4, 0.003), ({"ring": -0.8}, 0.4, 0.002)], ids=str)
@pytest.mark.parametrize("focus", [2.0, 20.0])
def test_a_small_blur_is_the_mean_over_the_iris(focus, iris, from_, most):
    """Of a scene much finer than the pixels, which are means over their squares before it is blurred and after."""
    fine, (w, h) = 9, SIZE
    scene = np.random.default_rng(3).uniform(-1, 1, (h * fine, w * fine)).astype(np.float32)
    scene = 0.5 + 0.9 * cv2.GaussianBlur(scene, (0, 0), fine) * fine
    means = lambda a: cv2.resize(a, SIZE, interpolation=cv2.INTER_AREA)[..., None] * (1.0, 0.5, 0.8)
    one = abs(in_pixels(signed_circle_of_confusion(4.0, 35, 1.0, focus), 36, w)) / 2
    x, y = np.meshgrid(*2 * [(np.arange(9 * fine) + 0.5) / fine - 4.5])
    with Renderer(plate_of(means(scene), 4.0), SIZE) as renderer:
        for radius in (r for r in (0.4, 0.6, 0.8, 1.0, 1.5, 2.0, 2.6) if r >= from_):
            camera = Camera(focal_length=35, f_stop=one / radius, focus_distance=focus, **iris)
            within = radius_within(x, y, camera) / radius
            kernel = (within <= 1) * (1 + camera.ring * (2 * within ** 2 - 1))
            wanted = means(cv2.filter2D(scene, -1, kernel / kernel.sum()))
            off = (renderer.render(camera, "gather").color - wanted)[20:-20, 20:-20]
            assert np.abs(off).max() < 20 * most and off.std() < most, (radius, np.abs(off).max(), off.std())


def test_a_disc_is_even_and_has_no_holes(lamp):
    one = abs(in_pixels(signed_circle_of_confusion(4.0, 35, 1.0, 2.0), 36, SIZE[0])) / 2
    light = lamp.render(Camera(focal_length=35, f_stop=one / 9.0, focus_distance=2.0), "gather").color[..., 1]
    y, x = np.indices(light.shape)
    inner = light[np.hypot(x - 120, y - 90) < 6]
    assert inner.min() > 0.9 * inner.mean() and inner.max() < 1.1 * inner.mean()


@pytest.mark.parametrize("focus", [2.0, 20.0])
@pytest.mark.parametrize("radius, bokeh", [(17, "gather"), (25, "gather"), (40, "gather"), (25, "reference")])
def test_the_largest_discs_of_small_lamps_have_no_holes(radius, focus, bokeh):
    w, h = size = (640, 200)
    color = np.full((h, w, 3), 0.01)
    color[99:102, 319:322] = 2000
    one = abs(in_pixels(signed_circle_of_confusion(4.0, 35, 1.0, focus), 36, w)) / 2
    with Renderer(plate_of(color, 4.0), size) as renderer:
        light = renderer.render(Camera(focal_length=35, f_stop=one / radius, focus_distance=focus), bokeh).color[..., 1]
    y, x = np.indices(light.shape)
    away = np.hypot(x - 320, y - 100)
    inner = light[away < 0.8 * radius]
    assert inner.min() > 0.3 * inner.mean() and inner.max() < 1.6 * inner.mean()
    assert light[away > 1.1 * radius + 8].max() < 0.02
    assert (light - 0.01).sum() == pytest.approx(9 * 2000, rel=0.03)


@pytest.mark.parametrize("focus", [2.0, 20.0])
def test_a_disc_follows_its_lamp_by_fractions_of_a_pixel(lamp, focus):
    """A slow pan: light, place and shape of the disc glide, whichever pixels the lamp lies in."""
    one = abs(in_pixels(signed_circle_of_confusion(4.0, 35, 1.0, focus), 36, SIZE[0])) / 2
    step = np.degrees(np.arctan(0.25 * 36 / 35 / SIZE[0]))      # a quarter of a pixel
    discs = [lamp.render(Camera(focal_length=35, f_stop=one / 9, focus_distance=focus, pan=step * i), "gather").color[..., 1] - 0.01
             for i in range(20)]
    y, x = np.indices(discs[0].shape)
    light = np.array([d.sum() for d in discs])
    place = np.array([[(d * x).sum(), (d * y).sum()] for d in discs]) / light[:, None]
    changes = np.array([np.abs(b - a).sum() for a, b in zip(discs, discs[1:])])
    assert np.ptp(light) < 0.02 * light.mean()
    np.testing.assert_allclose(np.diff(place, axis=0), [[-0.25, 0]] * 19, atol=0.12)
    assert changes.max() < 2.5 * np.median(changes)


@pytest.mark.parametrize("f_stop", [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.4, 2.8])
def test_a_blurred_half_plane_over_a_sharp_wall_is_the_closed_form(f_stop):
    """Coverage across a straight edge blurred by a disc is the disc's segment; behind it the wall goes on, sharp."""
    w, h = SIZE
    near = plates.card_before_wall(SIZE, near=1.0, far=4.0, card=plates.flat(0.8, 0.1, 0.1), wall=plates.flat(0.1, 0.5, 0.2),
                                   region=plates.box(-50, -50, w // 2, h + 50)).plate()
    camera = Camera(focal_length=35, f_stop=f_stop, focus_distance=4.0)
    radius = abs(in_pixels(signed_circle_of_confusion(1.0, 35, f_stop, 4.0), 36, w)) / 2
    with Renderer(near, SIZE) as renderer:
        row = renderer.render(camera, "gather").color[40:140].mean(0)
    t = np.clip((np.arange(w) + 0.5 - w / 2) / radius, -1, 1)
    cover = (np.arccos(t) - t * np.sqrt(1 - t * t)) / np.pi
    wanted = cover[:, None] * [0.8, 0.1, 0.1] + (1 - cover[:, None]) * [0.1, 0.5, 0.2]
    middle = slice(w // 2 - 40, w // 2 + 40)
    assert np.abs(row - wanted)[middle].max() < 0.08 and np.abs(row - wanted)[middle].mean() < 0.01


@pytest.mark.parametrize("f_stop", [0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.4])
@pytest.mark.parametrize("far", [2.4, 3.0, 6.0])
def test_a_half_plane_behind_the_focus_before_a_farther_wall_is_the_closed_form(f_stop, far):
    """The same where both are blurred, each for itself: a dark edge before a bright wall neither grows nor shrinks."""
    w, h = size = (320, 180)
    scene = plates.card_before_wall(size, near=2.0, far=far, card=plates.flat(0.02), wall=plates.flat(0.6),
                                    region=plates.box(-50, -50, w // 2, h + 50))
    radius = abs(in_pixels(signed_circle_of_confusion(2.0, 35, f_stop, 1.0), 36, w)) / 2
    with Renderer(scene.plate(), size) as renderer:
        row = renderer.render(Camera(focal_length=35, f_stop=f_stop, focus_distance=1.0), "gather").color[40:140, :, 1].mean(0)
    t = np.clip((np.arange(w) + 0.5 - w / 2) / radius, -1, 1)
    off = ((0.6 - row) / 0.58 - (np.arccos(t) - t * np.sqrt(1 - t * t)) / np.pi)[w // 2 - 30:w // 2 + 30]
    assert np.abs(off).max() < 0.08 and abs(off.sum()) < 0.2, "of a pixel"


@pytest.mark.parametrize("radius", [4, 26])
@pytest.mark.parametrize("bright", [3e3, 6e4])
@pytest.mark.parametrize("focus", [2.0, 20.0])
def test_a_large_bright_window_is_blurred_like_anything_else(radius, bright, focus):
    w, h = SIZE
    color = np.full((h, w, 3), 0.05)
    color[:, w // 2:] = bright
    one = abs(in_pixels(signed_circle_of_confusion(4.0, 35, 1.0, focus), 36, w)) / 2
    with Renderer(plate_of(color, 4.0), SIZE) as renderer:
        got = renderer.render(Camera(focal_length=35, f_stop=one / radius, focus_distance=focus), "gather").color[40:140, :, 1]
    t = np.clip((np.arange(w) + 0.5 - w / 2) / radius, -1, 1)
    off = (got.mean(0) / bright + (np.arccos(t) - t * np.sqrt(1 - t * t)) / np.pi - 1)[w // 2 - 40:w // 2 + 40]
    assert np.abs(off).max() < 0.05 and abs(off.sum()) < 0.3, "of a pixel"


def test_light_taken_for_brighter_fits_what_it_is_stored_in(monkeypatch):
    """A half float ends at 65504. Mesa stores what is brighter as that, other drivers as infinity, which becomes black spots."""
    w, h = SIZE
    y, x = np.indices((h, w))
    lit = (x > 120) & (y > 90) | (np.hypot(x - 60, y - 40) < 3) | (np.abs(x - 30) < 10) & (y > 90)
    depth = np.where(x < 60, 0.8, np.where(x < 110, 2.0, np.where(x < 130, 2.4, 8.0)))
    plate = plate_of(np.where(lit[..., None], 6e4, 0.05) * np.ones(3), depth)
    whole = lambda context, size, components=4, dtype="f2", **how: texture(context, size, components, dtype.replace("f2", "f4"), **how)
    for module in (bokeh, renderer):
        monkeypatch.setattr(module, "texture", whole)
    with Renderer(plate, SIZE, highlights=1000) as rendering, rendering.context:
        for f_stop, focus in ((0.3, 1.5), (0.3, 0.9), (0.05, 4.0), (1.4, 2.0)):
            rendering.render(Camera(focal_length=35, f_stop=f_stop, focus_distance=focus), "gather")
            between = rendering.bokeh.targets
            for stored in (between.light, between.wide, between.wider, *between.far_levels, *between.front_levels,
                           between.far.found, between.front.found):
                assert read(stored, "f4").max() <= HALF_MAX
        exact = rendering.render(Camera(focal_length=35, f_stop=0.3, focus_distance=0.9), "reference")
        assert read(exact._targets.color, "f4").max() <= HALF_MAX


def test_a_lamp_without_depth_is_a_disc_too():
    """A bright soft edge in front, far from anything that is opaque enough to have depth: a disc of radius 0 was no number."""
    with Renderer(plate_of(np.full((SIZE[1], SIZE[0], 3), 0.01), 0.5), SIZE) as renderer, renderer.context:
        frame = renderer.render(Camera(focal_length=35, f_stop=0.5, focus_distance=20.0), "gather")
        passes, front = renderer.bokeh, renderer.bokeh.targets.front
        front.scene.clear(depth=0.0)
        light = np.zeros((SIZE[1], SIZE[0], 4), np.float16)
        light[100:104, 40:44] = 0.45
        front.color.write(light)
        front.around.write(np.zeros((*front.around.size[::-1], 4), np.float16))
        passes.targets.kinds.write(np.full(passes.targets.kinds.size[::-1], bokeh.FRONT_LAMPS, np.float16))
        passes._find_lamps(front, bokeh.FRONT_LAMPS, ("FRONT",), front.read | {"lens": (-9.0, 0.0), "highlights": 1.0, "coarseness": 1.0,
                                                                             "nearest": -bokeh.MUCH})
        assert read(front.lamps, "f4").max() > 1
        passes._add_discs(frame._targets.flat, front, bokeh.FRONT_LAMPS, ("FRONT",), blades=0, blade_rotation=0.0, roundness=0.0, squeeze=1.0,
                          ring=0.0, iris_area=np.pi, size=tuple(map(float, SIZE)))
        assert np.isfinite(frame.color).all() and frame.color.max() > 0.1


@pytest.mark.parametrize("f_stop", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("nearest", [0.5, 1.0, 2.0])
def test_a_table_through_the_focus_has_no_seam(f_stop, nearest):
    w, h = SIZE
    y, x = np.indices((h, w))
    table = y >= 60
    disparity = np.where(table, 1 / 4 + (1 / nearest - 1 / 4) * (y - 60) / (h - 60), 1 / 6)
    color = np.where(table[..., None], (0.6, 0.2, 0.1), (0.1, 0.2, 0.6))
    with Renderer(plate_of(color, 1 / disparity), SIZE) as renderer:
        got = renderer.render(Camera(focal_length=35, f_stop=f_stop, focus_distance=3.9, position=(0, 0.05, 0)), "gather").color
    assert np.abs(got[85:-25, 25:-25] - (0.6, 0.2, 0.1)).max() < 0.01


@pytest.mark.parametrize("apart", [0.05, 0.2])
def test_two_surfaces_of_about_one_blur_have_no_seam(apart):
    """Where one covers the other there is no gap that shows what lies far behind both."""
    w, h = SIZE
    x = np.broadcast_to(np.arange(w), (h, w))
    card = (x >= 60) & (x < 180)
    one = abs(in_pixels(signed_circle_of_confusion(2.0, 35, 1.0, 1.0), 36, w)) / 2
    with Renderer(plate_of(np.where(card[..., None], (0.6, 0.2, 0.1), (0.1, 0.2, 0.6)),
                           np.where(card, np.where(x < 120, 2.0, 2.0 + apart), 12.0)), SIZE) as renderer:
        for radius in np.arange(2.6, 5.6, 0.3):
            got = renderer.render(Camera(focal_length=35, f_stop=one / radius, focus_distance=1.0), "gather").color
            assert np.abs(got[30:-30, 75:165] - (0.6, 0.2, 0.1)).max() < 0.02, radius


def test_thin_things_in_focus_keep_their_coverage_before_a_blur():
    """Before a plain wall, however far, bars in focus are what a pinhole sees."""
    scene = plates.fence(SIZE)
    color = scene.view().color
    bars = scene.view().depth < 3
    plain = plate_of(np.where(bars[..., None], color, (0.2, 0.4, 0.5)), np.where(bars, 1.5, 8.0))
    with Renderer(plain, SIZE) as renderer:
        pinhole, got = (renderer.render(Camera(f_stop=0.4, focus_distance=1.5), bokeh).color for bokeh in ("off", "gather"))
    assert np.abs(got - pinhole)[20:-20, 20:-20].max() < 0.02


@pytest.mark.parametrize("f_stop", [0.45, 0.6])
def test_a_lamp_behind_a_bar_out_of_focus_lights_what_its_light_reaches(f_stop):
    """The bar, blurred itself, takes its part of the far lamp's disc."""
    w, h = SIZE
    y, x = np.indices((h, w))
    bar = (y >= 81) & (y < 90)
    lit = (np.hypot(x - 120, y - 93) < 4) & ~bar
    color = np.where(lit[..., None], 40.0, np.where(bar, 0.05, 0.02)[..., None] * np.ones(3))
    camera = Camera(focal_length=35, f_stop=f_stop, focus_distance=1.3)
    got, wanted = (display(c)[65:90, 105:135] for c in gathered_and_exact(color, np.where(bar, 2.4, 8.0), camera))
    assert np.abs(got - wanted).mean() < 0.03


@pytest.mark.parametrize("wide", [4, 6])
def test_a_lens_sees_round_what_hides_a_part_of_a_far_lamp(wide):
    """The disc has the light of the whole lamp, as a post out of focus lets through what its lens sees round."""
    w, h = SIZE
    y, x = np.indices((h, w))
    post = np.abs(x - 119.5) < wide / 2
    lit = np.hypot(x - 119.5, y - 90) < 6
    color = np.where(post, 0.05, np.where(lit, 30.0, 0.02))[..., None] * np.ones(3)
    camera = Camera(focal_length=35, f_stop=0.3, focus_distance=1.3)
    got, wanted = (c[50:130, 80:160, 1].sum() for c in gathered_and_exact(color, np.where(post, 2.4, 8.0), camera))
    assert got == pytest.approx(wanted, rel=0.05)


@pytest.mark.parametrize("every, wide", [(18, 13), (16, 12)])
def test_a_bright_garden_goes_on_behind_blinds_out_of_focus(every, wide):
    """As a slice of its own: what the slats hide of it a lens sees round them, and its leaves are no lamps."""
    w, h = SIZE
    slat = np.indices((h, w))[0] % every < wide
    leaves = cv2.resize(np.random.default_rng(3).uniform(0, 4, (h // 6, w // 6)), (w, h), interpolation=cv2.INTER_CUBIC)
    color = np.where(slat, 0.05, leaves.clip(0.02))[..., None] * np.ones(3)
    camera = Camera(focal_length=35, f_stop=0.2, focus_distance=1.3)
    got, wanted = (display(c)[40:140, 60:180] for c in gathered_and_exact(color, np.where(slat, 2.4, 8.0), camera))
    assert np.abs(got - wanted).mean() < 0.045


@pytest.mark.parametrize("f_stop", [2.8, 11.0])
def test_where_there_is_nothing_at_all_a_lens_shows_what_the_pinhole_does(f_stop):
    """Behind the plate's camera: a coverage of nothing was black."""
    plate = plate_of(np.full((SIZE[1], SIZE[0], 3), 0.3), 3.0)
    with Renderer(plate, SIZE) as renderer:
        camera = Camera(focal_length=35, pan=180, f_stop=f_stop, focus_distance=3)
        got, wanted = (renderer.render(camera, bokeh).color for bokeh in ("gather", "off"))
    assert wanted.min() > 0.01 and np.abs(got - wanted).max() < 0.01


@pytest.mark.parametrize("far", [15.0, 20.0])
def test_a_wall_that_ends_at_a_pillar_lets_no_sky_through_there(far):
    """What is seen past the pillar is shared by wall and sky; what the pillar hides of the wall is no gap in it."""
    w, h = SIZE
    y, x = np.indices((h, w))
    pillar, wall = x < 110, y >= 90
    color = np.where(pillar, 0.03, np.where(wall, 0.06, 0.66))[..., None] * np.ones(3)
    camera = Camera(focal_length=35, f_stop=0.3, focus_distance=1.3)
    got, wanted = (display(c)[75:110, 100:135] for c in gathered_and_exact(color, np.where(pillar, 2.2, np.where(wall, far, 1e4)), camera))
    assert np.abs(got - wanted).max() < 0.06


def test_a_slice_that_ends_just_behind_a_wall_has_what_is_hidden_of_it():
    """Hidden patches give way in the depth test, and lie where the wall lies all the same: light came through a slit behind a bar."""
    w, h = SIZE
    bar = np.abs(np.indices((h, w))[1] - 120) < 16
    plate = plate_of(np.full((h, w, 3), 0.3), np.where(bar, 2.0, 4.0))
    window = lambda depth: NEAR / (2 * depth)
    with Renderer(plate, SIZE) as renderer, renderer.context as context:
        target = context.framebuffer([texture(context, SIZE)], context.depth_texture(SIZE))
        part = Slice((window(4.0 / 0.985), window(2.5)), 0.3, True)
        renderer.reproject.draw(target, Camera(focal_length=35), part)
        coverage = np.frombuffer(target.read(components=4, dtype="f2"), "f2").reshape(h, w, 4)[..., 3]
    assert coverage[60:120, 80:160].min() > 0.99


@pytest.mark.filterwarnings("error")
def test_the_creamiest_ring_is_a_lens(lamp):
    assert np.isfinite(lamp.render(Camera(focal_length=35, f_stop=0.5, focus_distance=2.0, ring=-1.0), "gather").color).all()


@pytest.mark.parametrize("depth", [3.0, 4.0])
def test_a_lamp_half_hidden_by_a_beam_does_not_shine_on_beyond_it(depth):
    """Above the beam there is wall again, but no light: it passes the beam on its way."""
    w, h = SIZE
    y, x = np.indices((h, w))
    beam = (y >= 78) & (y < 86)
    lit = (np.hypot(x - 120, y - 92) < 9) & (y >= 86)
    color = np.where(lit[..., None], 20.0, np.where(beam, 0.05, 0.02)[..., None] * np.ones(3))
    camera = Camera(focal_length=35, f_stop=0.25, focus_distance=1.3)
    got, wanted = (display(c)[70:78, 100:140] for c in gathered_and_exact(color, np.where(beam, depth, 8.0), camera))
    assert np.abs(got - wanted).mean() < 0.015


@pytest.mark.parametrize("blur", [1.5, 2.5])
def test_a_leaf_before_the_focus_hides_its_part_of_a_far_lamp(blur):
    """A line in front of the focus, blurred itself, does not cut the disc behind it at its own sharp edge."""
    w, h = SIZE
    y, x = np.indices((h, w))
    leaf = (x >= 118) & (x < 121)
    lit = np.hypot(x - 112, y - 90) < 4
    color = np.where(leaf, 0.02, np.where(lit, 20.0, 0.05))[..., None] * np.ones(3)
    one = abs(in_pixels(signed_circle_of_confusion(1.4, 35, 1.0, 2.0), 36, w)) / 2
    camera = Camera(focal_length=35, f_stop=one / blur, focus_distance=2.0)
    got, wanted = (display(c)[80:100, 108:132] for c in gathered_and_exact(color, np.where(leaf, 1.4, 12.0), camera))
    assert np.abs(got - wanted).mean() < 0.03


@pytest.mark.parametrize("bright", [1.0, 2.0, 4.0])
def test_a_sky_goes_on_behind_slats_before_the_focus_as_bright_as_it_is(bright):
    """Over white it is no lamp: that is small."""
    w, h = SIZE
    slat = np.indices((h, w))[0] % 20 < 6
    color = np.where(slat, 0.2, bright)[..., None] * np.ones(3)
    one = abs(in_pixels(signed_circle_of_confusion(3.3, 35, 1.0, 6.5), 36, w)) / 2
    camera = Camera(focal_length=35, f_stop=one / 2.1, focus_distance=6.5)
    got, wanted = (c[40:140, 60:180, 1].mean(1) for c in gathered_and_exact(color, np.where(slat, 3.3, 10.0), camera))
    assert np.abs(got - wanted).max() < 0.06 * bright


@pytest.mark.parametrize("radius", [1.2, 1.5, 2.0])
def test_a_wire_before_a_wall_blurred_more_is_blurred_too(radius):
    """And not a line of pixels as sharp as they are in the plate."""
    w, h = SIZE
    y, x = np.indices((h, w))
    wire = np.abs(x - 80 - 0.4 * y) < 0.75
    color = np.where(wire[..., None], 0.05, 0.6) * np.ones(3)
    one = abs(in_pixels(signed_circle_of_confusion(3.0, 35, 1.0, 2.0), 36, w)) / 2
    camera = Camera(focal_length=35, f_stop=one / radius, focus_distance=2.0)
    got, wanted = (c[30:150, 60:180, 1] for c in gathered_and_exact(color, np.where(wire, 3.0, 8.0), camera))
    assert np.sqrt(np.mean((got - wanted) ** 2)) < 0.02
    assert abs((got - wanted).mean(1).sum()) < 0.2


@pytest.mark.parametrize("radius", [1.5, 2.0, 2.8])
@pytest.mark.parametrize("far", [4.0, 9.0])
def test_a_band_between_a_sharp_bar_and_a_window_farther_away_is_that_of_the_reference(radius, far):
    """It goes on behind the bar; on its other side it ends, blurred."""
    w, h = SIZE
    y, x = np.indices((h, w))
    bar, band = y % 24 < 4, y % 24 < 7
    color = np.where(bar, 0.3, np.where(band, 0.1, 0.8))[..., None] * np.ones(3)
    one = abs(in_pixels(signed_circle_of_confusion(3.0, 35, 1.0, 2.0), 36, w)) / 2
    camera = Camera(focal_length=35, f_stop=one / radius, focus_distance=2.0)
    depth = np.where(bar, 2.0, np.where(band, 3.0, far))
    got, wanted = (c[48:144, 60:180, 1].mean(1) for c in gathered_and_exact(color, depth, camera))
    assert np.abs(got - wanted).max() < 0.05


@pytest.mark.parametrize("f_stop", [0.4, 0.5, 0.6, 0.8])
@pytest.mark.parametrize("wide", [4, 8])
def test_a_blurred_bar_before_a_wall_blurred_more_is_the_closed_form(f_stop, wide):
    w, h = size = (320, 180)
    scene = plates.card_before_wall(size, near=2.0, far=8.0, card=plates.flat(0.02), wall=plates.flat(0.6),
                                    region=plates.box((w - wide) / 2, -50, (w + wide) / 2, h + 50))
    radius = abs(in_pixels(signed_circle_of_confusion(2.0, 35, f_stop, 1.0), 36, w)) / 2
    with Renderer(scene.plate(), size) as renderer:
        row = renderer.render(Camera(focal_length=35, f_stop=f_stop, focus_distance=1.0), "gather").color[40:140, :, 1].mean(0)
    def edge(x):
        t = np.clip(x / radius, -1, 1)
        return (np.arccos(t) - t * np.sqrt(1 - t * t)) / np.pi

    x, cover = np.arange(w) + 0.5 - w / 2, (0.6 - row) / 0.58
    assert np.abs(cover - edge(x - wide / 2) + edge(x + wide / 2)).max() < 0.08
    assert cover.sum() == pytest.approx(wide, rel=0.07)


@pytest.mark.parametrize("wide", [3, 5, 8])
def test_what_shows_through_a_blurred_strand_is_blurred_by_its_own_circle(wide):
    """And not what lies right beside the strand, sharper than it is."""
    w, h = SIZE
    x = np.indices((h, w))[1]
    strand = (x >= 120) & (x < 120 + wide)
    light = 0.02 + 1.8 * np.clip(np.abs(x - 120 - wide / 2) / 20 - 0.3, 0, 1)       # dark where the strand is
    color = np.where(strand, 0.3, light)[..., None] * np.ones(3)
    near, far = (abs(signed_circle_of_confusion(z, 35, 1.0, 1.0)) for z in (1.25, 20.0))
    camera = Camera(focal_length=35, f_stop=in_pixels(near, 36, w) / 2 / 4.5, focus_distance=1.0)
    assert far / near == pytest.approx(4.75, abs=0.1)
    got, wanted = (c[60:120, 100:140 + wide, 1].mean(0) for c in gathered_and_exact(color, np.where(strand, 1.25, 20.0), camera))
    assert np.abs(got - wanted)[16:28].mean() < 0.1


def test_what_is_blurred_little_goes_on_behind_thin_things_blurred_much():
    """A card behind leaves close to the lens, with a bright wall behind it that must not shine through where they are."""
    y, x = np.indices(SIZE[::-1])
    leaf, card = (x + y // 2) % 20 < 4, (x > 40) & (x < 200) & (y > 30) & (y < 150)
    depth = np.where(leaf, 0.5, np.where(card, 2.0, 8.0))
    color = np.where(leaf, 0.1, np.where(card, 0.2, 0.9))[..., None] * (0.6, 1.0, 0.7)
    one = abs(in_pixels(signed_circle_of_confusion(2.0, 35, 1.0, 8.0), 36, SIZE[0])) / 2
    gathered, exact = gathered_and_exact(color, depth, Camera(focal_length=35, f_stop=one / 5, focus_distance=8.0))
    off = np.abs(display(gathered) - display(exact))[50:130, 60:180]
    assert off.mean() < 0.012, off.mean()


def test_nothing_sharp_in_front_bleeds_into_a_blurred_background():
    scene = plates.card_before_wall(SIZE, near=1.0, far=6.0, card=plates.flat(5.0, 0.0, 0.0), wall=plates.flat(0.0, 0.3, 0.3),
                                    region=plates.box(60, 40, 120, 140))
    with Renderer(scene.plate(), SIZE) as renderer:
        color = renderer.render(Camera(focal_length=35, f_stop=1.0, focus_distance=1.0), "gather").color
    outside = np.ones(color.shape[:2], bool)
    outside[36:144, 56:124] = False
    assert color[outside][:, 0].max() < 0.02
    assert np.abs(color[outside][:, 1] - 0.3).max() < 0.02, "no halo, dark or bright"


def test_a_sharp_edge_before_a_blur_is_not_one_of_steps():
    """How much of every row a leaning card in focus covers follows its edge by fractions of a pixel."""
    w, h = SIZE
    y, x = np.indices((4 * h, 4 * w)) / 4
    cover = (x < 100 + 0.23 * y).reshape(h, 4, w, 4).mean((1, 3))
    color = cover[..., None] * [0.6, 0.1, 0.1] + (1 - cover[..., None]) * [0.1, 0.5, 0.2]
    with Renderer(plate_of(color, np.where(cover >= 0.5, 1.0, 6.0)), SIZE) as renderer:
        red = renderer.render(Camera(focal_length=35, f_stop=0.5, focus_distance=1.0), "gather").color[30:150, :, 0]
    off = ((red - 0.1) / 0.5).sum(1) - 0.23 * np.arange(30, 150)
    assert np.abs(off - off.mean()).max() < 0.2


def test_a_plane_in_focus_is_untouched(rendered):
    plate = plates.card_before_wall((120, 80), near=3.0, far=3.0).plate()
    with Renderer(plate, plate.size) as renderer:
        blurred = renderer.render(Camera(f_stop=0.7, focus_distance=3.0), "gather").picture.astype(int)
    assert np.abs(blurred - rendered(plate, Camera()).picture.astype(int)).max() <= 1


@pytest.mark.parametrize("name", ["steps", "room", "card"])
@pytest.mark.parametrize("focus", [1.0, 2.0, 8.0])
def test_the_gather_comes_close_to_the_reference(name, focus):
    scene = {"steps": plates.steps, "room": plates.room, "card": plates.card_before_wall}[name](SIZE)
    with Renderer(scene.plate(), SIZE) as renderer:
        camera = Camera(f_stop=2.0, focus_distance=focus)
        assert psnr(renderer.render(camera, "gather").color, renderer.render(camera, "reference").color) >= 30


def test_a_rack_glides():
    """Sharpness of either card falls or rises all the way, and no step is much larger than the others."""
    scene = plates.card_before_wall(SIZE, near=1.5, far=4.0, card=plates.grain(1, 3), wall=plates.grain(2, 3),
                                    region=plates.box(80, 50, 160, 130))
    pictures = []
    with Renderer(scene.plate(), SIZE) as renderer:
        for s in np.linspace(0, 1, 17):
            camera = Camera(f_stop=1.4, focus_distance=1 / ((1 - s) / 1.5 + s / 4.0))
            pictures.append(display(renderer.render(camera, "gather").color))
    contrast = np.array([[p[60:120, 90:150].std(), p[:40].std()] for p in pictures])
    assert (np.diff(contrast[:, 0]) < 0.004).all() and (np.diff(contrast[:, 1]) > -0.004).all()
    steps = np.array([np.abs(b - a).mean() for a, b in zip(pictures, pictures[1:])])
    assert steps.max() < 4 * np.median(steps)


@pytest.fixture(scope="module")
def deep():
    """From a centimetre before the lens to the sky."""
    depth = np.geomspace(0.01, 1e4, 96)[None] * np.ones((64, 1))
    depth[:8] = np.inf
    color = np.random.default_rng(0).uniform(0, 2, (64, 96, 3))
    with Renderer(Plate.from_arrays(color.astype(np.float32), depth.astype(np.float32), focal_length=35), (96, 64)) as renderer:
        yield renderer


@settings(max_examples=25, deadline=None)
@given(f_stop=st.floats(0.7, 64), focus=st.floats(0.05, 1e4), focal=st.floats(12, 300), blades=st.sampled_from([0, 5, 8]),
       z=st.floats(-0.5, 0.5))
def test_no_lens_makes_anything_but_light(deep, f_stop, focus, focal, blades, z):
    frame = deep.render(Camera(focal_length=focal, f_stop=f_stop, focus_distance=focus, blades=blades, position=(0, 0, z)), "gather")
    assert np.isfinite(frame.color).all() and frame.color.min() >= 0 and np.isfinite(frame.coc).all()
    assert 0 <= frame.invented.min() and frame.invented.max() <= 1.001


def test_depth_and_invented_share_are_those_of_the_pinhole():
    with Renderer(plates.card_before_wall(SIZE).plate(), SIZE) as renderer:
        camera = Camera(position=(0.2, 0, 0), f_stop=2.0, focus_distance=1.5)
        blurred, pinhole = (renderer.render(camera, bokeh) for bokeh in ("gather", "off"))
        color = blurred.color
        renderer.resize((100, 75))
        np.testing.assert_array_equal(blurred.invented, pinhole.invented)
        np.testing.assert_array_equal(blurred.depth, pinhole.depth)
        assert pinhole.invented.max() > 0.9
        assert not np.shares_memory(color, blurred.invented) and np.array_equal(color, blurred.color)


def test_the_same_lens_gives_the_same_bits(lamp):
    camera = Camera(f_stop=1.4, focus_distance=2.0, blades=6)
    first = lamp.render(camera, "gather").color.tobytes()
    lamp.render(replace(camera, blades=0, f_stop=0.9), "gather")
    assert lamp.render(camera, "gather").color.tobytes() == first
