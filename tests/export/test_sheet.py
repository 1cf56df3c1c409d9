from dataclasses import replace

import numpy as np
import pytest

from viewer.export.delivery import Delivery
from viewer.export.sheet import Cell, cell, evenly, heading, sheet
from viewer.export.typeface import GROUND


def cells(count, size=(64, 120), label="35 mm  f/2.8  focus 1.61 m  medium close-up"):
    random = np.random.default_rng(7)
    return [Cell(random.integers(60, 255, (*size, 3), np.uint8), f"00:00:00:{i:02d}", label) for i in range(count)]


def places(page, of):
    """(left, top) of every cell's picture on the page, in order; each must be there once and unchanged."""
    found = []
    for one in of:
        rows, columns = np.nonzero((page == one.picture[0, 0]).all(-1))
        height, width, _ = one.picture.shape
        hits = [(x, y) for x, y in zip(columns, rows)
                if np.array_equal(page[y:y + height, x:x + width], one.picture)]
        assert len(hits) == 1
        found.append(hits[0])
    return found


def test_frames_are_chosen_evenly_from_first_to_last():
    assert evenly(144, 12) == [0, 13, 26, 39, 52, 65, 78, 91, 104, 117, 130, 143]
    assert evenly(10, 4) == [0, 3, 6, 9] and evenly(5, 12) == [0, 1, 2, 3, 4]
    assert evenly(7, 1) == [0] and evenly(1, 3) == [0]


def test_pictures_lie_in_rows_and_are_not_touched():
    made = cells(5)
    page = sheet(made, "title", "subtitle", columns=3)
    at = places(page, made)
    left, top = zip(*at)
    assert left[0] == left[3] < left[1] == left[4] < left[2] and top[0] == top[1] == top[2] < top[3] == top[4]
    assert left[1] - left[0] > 120 and top[3] - top[0] > 64
    right = page.shape[1] - (left[2] + 120)
    assert right == left[0]  # the margins agree


def test_a_number_with_a_line_break_stands_on_one_line(shot):
    title, subtitle = heading(Delivery(replace(shot, number="1\n2")))
    assert title.startswith("1 2A") and sheet(cells(1), title, subtitle).any()


def test_a_sheet_is_no_wider_than_its_frames():
    assert sheet(cells(2), "t", "s", columns=4).shape[1] < sheet(cells(4), "t", "s", columns=4).shape[1]


def test_labels_stand_under_their_picture_and_end_with_it():
    plain, labelled = cells(4, label=""), cells(4, label="9" * 200)
    a, b = (sheet(of, "t", "s", columns=2) for of in (plain, labelled))
    rows, columns = np.nonzero((a != b).any(-1))
    for (left, top), ink in zip(places(b, labelled), range(4)):
        under = (rows > top + 64) & (rows < top + 64 + 30) & (columns >= left) & (columns < left + 120)
        assert under.any()
    inside = np.zeros(a.shape[:2], bool)
    for left, top in places(b, labelled):
        inside[top + 64:top + 64 + 30, left:left + 121] = True
    assert inside[rows, columns].all()


def test_a_long_title_stays_on_the_page():
    page = sheet(cells(1), "push-in pull-out into a close-up " * 5, "subtitle " * 80, columns=1)
    left = places(page, cells(1))[0][0]
    assert (page[:, -left + 1:] == GROUND).all()


def test_type_scales_with_the_pictures():
    small, large = (sheet(cells(2, size), "t", "s", columns=2) for size in ((270, 480), (540, 960)))
    assert large.shape[0] == pytest.approx(2 * small.shape[0], rel=0.01)
    assert large.shape[1] == pytest.approx(2 * small.shape[1], rel=0.01)


def test_a_frame_says_when_it_is_and_how_it_is_shot(shot):
    one = cell(Delivery(shot), 11, np.zeros((64, 96, 3), np.uint8))
    assert one.title == "00:00:00:11" and one.label.startswith("35 mm  f/2.8  focus 0.7")
    size = cell(Delivery(replace(shot, takes=shot.takes[1:])), 0, one.picture).label.split("  ")
    assert size[:3] == ["35 mm", "f/2.8", "focus 1.00 m"] and len(size) == 4


def test_the_heading_is_the_shot_lists_line(shot):
    title, told = heading(Delivery(shot, "B"))
    assert title == "7B  zoom in + follow focus"
    assert told.startswith("box  ·  ") and "35-50 mm f/2.8" in told and told.endswith("1 s (12 frames)")
