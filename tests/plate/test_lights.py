"""Clipped lights get back what their rims and their other channels tell of them."""
import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from tests.plate.test_images import P3, profile
from viewer import Plate
from viewer.plate.lights import CLIPPED, MOST, TIMES, unclipped


def clipped_lamp(light, around=(0.05, 0.04, 0.04), radius=5.0):
    """A round lamp with the edge that a lens and a sensor give it, as an 8-bit file would hold it, and which pixels it fills."""
    y, x = np.indices((40 * 8, 40 * 8)) / 8 + 1 / 16
    disc = cv2.GaussianBlur((np.hypot(x - 20, y - 20) < radius).astype(float), (0, 0), 6)
    cover = disc.reshape(40, 8, 40, 8).mean((1, 3))[..., None]
    linear = np.minimum(cover * light + (1 - cover) * around, 1)
    return ((np.round(linear ** (1 / 2.2) * 255) / 255) ** 2.2).astype(np.float16), cover[..., 0] > 0.999


@pytest.mark.parametrize("light", [(26.0, 13.4, 0.8), (31.0, 1.8, 0.9), (2.0, 0.5, 0.1)])
def test_a_lamp_of_which_a_channel_is_known_gets_its_light_back(light):
    picture, lamp = clipped_lamp(np.array(light))
    got = np.median(unclipped(picture)[lamp].astype(float), 0)
    np.testing.assert_allclose(got, np.minimum(light, MOST), rtol=0.25)


def test_a_lamp_that_clipped_altogether_gets_its_colour_back():
    picture, lamp = clipped_lamp(np.array((26.0, 13.4, 1.8)))
    assert (picture[lamp] == 1).all()
    got = np.median(unclipped(picture)[lamp].astype(float), 0)
    np.testing.assert_allclose(got / got[0], np.array((26.0, 13.4, 1.8)) / 26, atol=0.05)
    assert TIMES <= got[0] <= MOST


def test_a_white_lamp_is_so_many_times_white():
    picture, lamp = clipped_lamp(np.full(3, 9.0))
    np.testing.assert_allclose(unclipped(picture)[lamp].astype(float), TIMES, rtol=0.1)


@pytest.mark.parametrize("surface", [(1.0, 0.1, 0.1), (1.0, 0.95, 0.7), (0.5, 0.7, 1.0)])
def test_a_surface_of_which_channels_are_known_stays_as_it_is(surface):
    picture, card = clipped_lamp(np.array(surface), radius=12)
    assert np.abs(unclipped(picture)[card].astype(float) - surface).max() < 0.06


def test_a_picture_without_clipped_lights_is_the_same_one():
    picture = np.full((8, 8, 3), 0.9, np.float16)
    assert unclipped(picture) is picture


@settings(max_examples=60, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12), st.just(3))))
def test_what_did_not_clip_is_the_same_and_the_rest_no_darker(codes):
    picture = (codes / 255).astype(np.float16)
    got = unclipped(picture)
    known = picture < np.float16(CLIPPED)
    assert got.dtype == np.float16 and (got[known] == picture[known]).all()
    assert (got >= picture).all() and got.max(initial=0) <= MOST


def test_a_photo_shows_the_same_and_its_lamps_are_brighter(tmp_path):
    picture, lamp = clipped_lamp(np.array((26.0, 13.4, 1.8)))
    codes = np.round(255 * picture.astype(float) ** (1 / 2.2)).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "photo.png"), codes[..., ::-1])
    np.save(tmp_path / "photo_depth.npy", np.full(codes.shape[:2], 3.0, np.float32))
    plate = Plate.open(tmp_path / "photo.png", focal_length=35)
    assert plate.color[lamp].max() >= TIMES and (np.minimum(plate.color, 1)[lamp] == 1).all()


def test_lamps_of_a_photo_with_wider_primaries_are_brighter_too(tmp_path):
    """A green beyond Rec.709's is more than 1 there, and no sign of a picture without an end at white."""
    picture, lamp = clipped_lamp(np.array((26.0, 13.4, 1.8)))
    codes = np.round(255 * picture.astype(float) ** 0.5).astype(np.uint8)
    codes[:4, :4] = 0, 255, 0
    Image.fromarray(codes).save(tmp_path / "photo.png", icc_profile=profile(P3, 2.0))
    np.save(tmp_path / "photo_depth.npy", np.full(codes.shape[:2], 3.0, np.float32))
    assert Plate.open(tmp_path / "photo.png", focal_length=35).color[lamp].max() >= TIMES


def test_a_few_pixels_at_the_top_of_a_bright_wall_are_no_lamps():
    """Sharpening in a phone lifts what lies beside an edge to white."""
    wall = np.full((40, 40, 3), (0.95, 1.0, 0.96), np.float16)
    wall[:, 18:22] = 0.1
    wall[4::6, 17] = 1
    assert unclipped(wall).max() < 1.3
