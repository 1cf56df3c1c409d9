"""Pictures that somebody looked at and found good: references/*.png, compared with FLIP.

    pytest tests/render --update-references     writes them anew; look at each before you keep it

A comparison that fails leaves picture, reference and difference side by side in failures/ beside this file.
"""
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests import plates
from tests.flip import display, flip, flip_map, read_png, side_by_side, write_png
from viewer import Camera, Renderer

HERE = Path(__file__).parent
SUBJECT = 1.6
"""Metres to the figure in the still life."""

MOVES = {
    "plate": Camera(),
    "push": Camera(position=(0, 0, -0.45 * SUBJECT)),
    "pull": Camera(position=(0, 0, 0.2 * SUBJECT)),
    "truck": Camera(position=(0.3, 0, 0)),
    "dolly-zoom": Camera(position=(0, 0, -0.25 * SUBJECT), focal_length=35 * 0.75),
    "crane": Camera(position=(-0.12, 0.25, 0.1), tilt=-6, pan=3, roll=-2),
}


def still_life(size=(384, 216)) -> plates.Scene:
    """A figure with a head before a table, a floor of boards, a wall of bricks, and a window with the sky in it."""
    w, h = size
    s = w / 384

    def bricks(x, y):
        row = np.floor(y / (9 * s))
        u, v = (x / s + 11 * (row % 2)) % 22, (y / s) % 9
        joint = (u < 1.5) | (v < 1.5)
        tone = plates.grain(4, 1)(np.floor((x / s + 11 * (row % 2)) / 22), row)[..., :1]
        return np.where(joint[..., None], [0.5, 0.47, 0.42], [0.42, 0.2, 0.13] * (0.7 + 0.6 * tone))

    def boards(x, y):
        depth = np.maximum(y - h / 2, 1) / h
        u = (x - w / 2) / depth / (40 * s)
        tone = plates.grain(5, 1)(np.floor(u) + 99, np.zeros_like(u))[..., :1]
        return np.array([0.34, 0.22, 0.12]) * (0.6 + 0.8 * tone) * np.where((u % 1 < 0.06)[..., None], 0.5, 1.0)

    def stripes(x, y):
        return np.where(((x + 0.4 * y) // (5 * s) % 2)[..., None] > 0, [0.7, 0.62, 0.2], [0.12, 0.2, 0.42])

    head, body = plates.disc(150 * s, 78 * s, 24 * s), plates.box(118 * s, 104 * s, 182 * s, 2 * h)
    sky = lambda x, y: plates.waves(6, 80 * s, 40 * s, 0.5, 0.95)(x, y) * [0.75, 0.9, 1.1]
    window = plates.box(250 * s, 22 * s, 322 * s, 92 * s)
    bar = lambda x, y: window(x, y) & ((np.abs(x - 286 * s) < 1.5 * s) | (np.abs(y - 57 * s) < 1.5 * s))
    wall = lambda x, y: ~window(x, y) | bar(x, y)
    return plates.Scene(size, (
        plates.Surface.at(SUBJECT, plates.waves(1, 60 * s, 18 * s, 0.45, 0.8), head),
        plates.Surface.at(SUBJECT, stripes, body),
        plates.Surface.at(2.3, plates.flat(0.05, 0.22, 0.2), plates.disc(232 * s, 140 * s, 15 * s)),
        plates.Surface((0.0, -1 / 0.55, 0.0), plates.waves(3, 60 * s, 12 * s, 0.2, 0.5),
                       lambda x, y: (y > h / 2 + 0.55 * 35 / 36 * w / 3.0) & (y < h / 2 + 0.55 * 35 / 36 * w / 2.0) & (x > 0.4 * w)),
        plates.Surface((0.0, -1 / 1.0, 0.0), boards, lambda x, y: y > h / 2 + 1.0 * 35 / 36 * w / 4.5),
        plates.Surface.at(4.5, bricks, wall),
        plates.Surface((0.0, 0.0, 0.0), sky)))


LENS = Camera(f_stop=0.2, focus_distance=SUBJECT)
LENSES = {
    "round": LENS,
    "5-blades": replace(LENS, blades=5),
    "6-blades-turned": replace(LENS, blades=6, blade_rotation=15.0),
    "7-blades-rounded": replace(LENS, blades=7, roundness=0.6),
    "9-blades": replace(LENS, blades=9),
    "anamorphic": replace(LENS, squeeze=2.0),
    "cats-eye": replace(LENS, cats_eye=0.7),
    "soap-bubble": replace(LENS, ring=0.9),
    "creamy": replace(LENS, ring=-0.9),
}


def night(size=(384, 216)) -> plates.Scene:
    """A figure among lamps: a chain of them far behind it, and two close to the lens."""
    w, h = size
    colors = [60, 38, 12], [50, 45, 36], [14, 40, 26], [48, 14, 18]
    far = tuple(plates.Surface.at(6.0, plates.flat(*colors[(i + j) % 4]), plates.disc((0.08 + 0.14 * i) * w, (0.13 + 0.3 * j) * h, 1.6))
                for i in range(7) for j in range(3))
    near = tuple(plates.Surface.at(0.8, plates.flat(*color), plates.disc(x * w, y * h, 1.6))
                 for x, y, color in ((0.15, 0.9, [40, 30, 10]), (0.85, 0.88, [12, 30, 40])))
    return plates.Scene(size, (*near, plates.Surface.at(SUBJECT, plates.waves(1, 40, 10, 0.1, 0.5), plates.disc(0.5 * w, 0.42 * h, 26)),
                               plates.Surface.at(SUBJECT, plates.waves(2, 40, 10, 0.05, 0.35), plates.box(0.4 * w, 0.55 * h, 0.6 * w, 2 * h)),
                               *far, plates.Surface.at(6.0, plates.waves(3, 90, 30, 0.004, 0.03))))


@pytest.fixture(scope="module")
def plate():
    return still_life().plate()


@pytest.fixture(scope="module")
def stage():
    with Renderer(night().plate(), (384, 216)) as renderer:
        yield renderer


@pytest.mark.parametrize("name", MOVES)
def test_the_picture_is_the_one_that_was_approved(rendered, plate, request, name):
    check(request, name, rendered(plate, MOVES[name]))


@pytest.mark.parametrize("name", LENSES)
def test_the_blur_is_the_one_that_was_approved(stage, request, name):
    check(request, f"bokeh-{name}", stage.render(LENSES[name], "gather"))


def check(request, name, frame):
    picture = np.round(display(frame.color) * 255) / 255
    reference = HERE / "references" / f"{name}.png"
    failed = HERE / "failures" / f"{name}.png"
    if request.config.getoption("--update-references", False):
        write_png(reference, picture)
        return
    assert reference.exists(), "make it with pytest tests/render --update-references"
    approved = read_png(reference)
    failed.unlink(missing_ok=True)
    # Mesa's software renderer repeats itself to the bit; another GL rounds otherwise, which FLIP hardly sees.
    if approved.shape != picture.shape or flip(approved, picture) > 0.02 or np.percentile(flip_map(approved, picture), 99) > 0.2:
        write_png(failed, side_by_side(picture, approved))
        pytest.fail(f"{name} is not what was approved: picture, reference and difference lie in {failed}")


@pytest.mark.parametrize("names", [list(MOVES), [f"bokeh-{name}" for name in LENSES]], ids=["moves", "lenses"])
def test_the_references_differ_by_more_than_a_comparison_lets_pass(names):
    pictures = [read_png(HERE / "references" / f"{name}.png") for name in names]
    for i, a in enumerate(pictures):
        assert all(flip(a, b) > 0.02 or np.percentile(flip_map(a, b), 99) > 0.2 for b in pictures[:i])
