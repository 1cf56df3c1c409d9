import pytest

from viewer.bundled import bundled_plate, bundled_subjects


def test_the_bundled_plate_comes_with_its_lens():
    plate = bundled_plate()
    assert plate.size == (1280, 720) and (plate.focal_length, plate.sensor_width) == (35, 36)


def test_its_people_are_where_they_are_said_to_be():
    plate = bundled_plate()
    mira, tom = bundled_subjects()
    assert (mira.name, tom.name) == ("mira", "tom")
    assert plate.depth_at(mira.xy) == pytest.approx(1.51, abs=0.02)
    assert plate.depth_at(tom.xy) == pytest.approx(3.11, abs=0.02)
    for subject in (mira, tom):
        left, top, right, bottom = subject.head
        assert left < subject.xy[0] < right and top < subject.xy[1] < bottom
