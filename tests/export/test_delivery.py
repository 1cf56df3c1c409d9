"""Which part of the camera's picture is delivered, and the frames of a take."""
from dataclasses import replace

import numpy as np
import pytest

from viewer import PushinError, Renderer
from viewer.export.delivery import Delivery, Drawing
from viewer.export.stills import encode_srgb


def pictures(plate, delivery, frames=(0,)):
    with Renderer(plate, size=delivery.size) as renderer:
        return [frame.picture for frame in Drawing(delivery, renderer).each(frames, "picture")]


def test_the_size_is_the_shots_delivery_in_even_numbers(shot):
    assert Delivery(shot).size == (96, 64)
    assert Delivery(replace(shot, ratio=2.387, delivery_width=1920)).size == (1920, 804)
    assert Delivery(replace(shot, ratio=9 / 16), width=33).size == (32, 58)


@pytest.mark.parametrize("ratio, size, rows, columns", [
    (9 / 16, (36, 64), slice(None), slice(30, 66)), (2.0, (96, 48), slice(8, 56), slice(None)),
    (None, (36, 64), slice(None), slice(30, 66))])
def test_what_lies_inside_the_frame_lines_is_delivered(plate, shot, ratio, size, rows, columns):
    whole, = pictures(plate, Delivery(shot), (6,))
    cut, = pictures(plate, Delivery(replace(shot, ratio=ratio), size=size), (6,))
    assert cut.shape == (size[1], size[0], 3)
    assert abs(cut.astype(int) - whole[rows, columns]).mean() < 0.5


def test_a_picture_is_the_frame_as_a_screen_shows_it(plate, shot):
    with Renderer(plate, size=(96, 64)) as renderer:
        frame = renderer.render(Delivery(shot).camera(5))
        assert frame.picture.dtype == np.uint8 and frame.picture.flags.c_contiguous
        assert abs(frame.picture.astype(int) - encode_srgb(frame.color)).max() <= 1


def test_frames_are_counted_from_1_and_stay_within_the_take(shot):
    delivery = Delivery(shot, "B")
    assert len(delivery) == 12 and delivery.take.name == "B"
    assert delivery.range() == range(12) and delivery.range(3, 5) == range(2, 5)
    assert delivery.range(10) == range(9, 12) and delivery.range(None, 2) == range(2)
    for first, last in ((13, 13), (5, 3), (1, 13)):
        with pytest.raises(PushinError, match="frames 1 to 12"):
            delivery.range(first, last)


def test_drawing_keeps_its_time(plate, shot):
    with Renderer(plate, size=(96, 64)) as renderer:
        drawing = Drawing(Delivery(shot), renderer)
        list(drawing.each(range(3), "picture"))
        first = drawing.seconds
        list(drawing.each(range(3), "picture"))
        assert 0 < first < drawing.seconds
