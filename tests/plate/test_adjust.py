"""Scale and repairs: what they promise, and that nothing a person told is lost or written into the picture."""
import json
from dataclasses import replace

import cv2
import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from viewer.errors import PushinError
from viewer.plate import Plate, adjust, depth, images, repair, scale
from viewer.plate.adjust import Adjustments, adjusted, beside
from viewer.plate.scale import Anchor, Person

WIDTH, HEIGHT = 160, 120
BOX = (50.0, 20.0, 110.0, 110.0)


def scene():
    """A red disc 2 m away before a grey wall that runs from 4 to 8 m: (colour, depth)."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    disc = np.hypot(x - 80, y - 65) < 25
    depth = np.where(disc, 2.0, 1 / (1 / 8 + x / WIDTH * (1 / 4 - 1 / 8))).astype(np.float32)
    return np.where(disc[..., None], (0.6, 0.05, 0.05), (0.3, 0.3, 0.32)).astype(np.float32), depth, disc


@pytest.fixture
def photo(tmp_path):
    color, depth, _ = scene()
    cv2.imwrite(str(tmp_path / "a.png"), (np.sqrt(color[..., ::-1]) * 255).astype(np.uint8))
    np.save(tmp_path / "a_depth.npy", depth)
    return tmp_path / "a.png"


@settings(max_examples=40, deadline=None)
@given(st.floats(0.1, 10), st.floats(-0.1, 0.5), st.integers(1, 4), st.integers(0, 99))
def test_known_distances_are_met(factor, offset, count, seed):
    """Whatever factor and offset the depth was bent by, two points bring it back, and one its factor."""
    color, depth, _ = scene()
    offset = max(offset, -0.05 / factor) if count > 1 else 0.0
    bent = Plate.from_arrays(color, 1 / ((1 / depth - offset * 0.2) / factor))
    places = [(80.5, 65.5), (5.5, 60.5), (150.5, 10.5), (30.5, 100.5)][:count]
    true = Plate.from_arrays(color, depth)
    found = scale.fit(bent, [Anchor(xy, true.depth_at(xy)) for xy in places])
    np.testing.assert_allclose(found(bent.depth), depth, rtol=2e-2)
    assert max(np.abs(found.residuals)) < 0.02


@settings(max_examples=40, deadline=None)
@given(st.floats(0.1, 10), st.floats(-1, 1.5), st.integers(1, 4))
def test_known_distances_are_met_in_painted_depth(factor, offset, count):
    """What is linear in its file stays linear: two points bring the metres between and beyond them back."""
    color, depth, _ = scene()
    true = Plate.from_arrays(color, depth)
    painted = replace(Plate.from_arrays(color, (depth - (offset if count > 1 else 0)) / factor), kind="painted")
    places = [(80.5, 65.5), (5.5, 60.5), (150.5, 10.5), (30.5, 100.5)][:count]
    found = scale.fit(painted, [Anchor(xy, true.depth_at(xy)) for xy in places])
    np.testing.assert_allclose(found(painted.depth), depth, rtol=2e-2)
    assert found.measured(3.0) == pytest.approx((3 - found.offset) / found.factor)
    assert max(np.abs(found.residuals)) < 0.02


def test_painted_depth_does_not_end_behind_the_camera():
    color, depth, _ = scene()
    painted = replace(Plate.from_arrays(color, depth), kind="painted")
    with pytest.raises(PushinError, match="behind the camera; give the distance of something nearer"):
        scale.fit(painted, (Anchor((5.5, 60.5), 9.0), Anchor((150.5, 10.5), 1.0)))


@pytest.mark.parametrize("kind, remedy", [("inverse", "--depth-kind painted"), ("inverted", "--depth-kind linear"), ("metres", "--at.")])
def test_what_known_distances_make_sky_of_is_said(kind, remedy):
    """As of greys that are not 1/Z; where there is room for everything, nothing is."""
    color, depth, _ = scene()
    plate = replace(Plate.from_arrays(color, depth), kind=kind, relative=True)
    after = adjusted(plate, Adjustments((Anchor((80.5, 65.5), 1.0), Anchor((80.5, 10.5), 9.0))))
    sky = np.isinf(after.depth).mean()
    assert sky > 0.1 and f"By the known distances {sky:.1%} of the picture lies behind infinity" in after.notes[-1]
    assert remedy in after.notes[-1]
    roomy = adjusted(plate, Adjustments((Anchor((80.5, 65.5), 1.0), Anchor((80.5, 10.5), 3.0))))
    assert np.isfinite(roomy.depth).all() and not any("infinity" in note for note in roomy.notes)


def test_contradicting_points_leave_a_residual():
    color, depth, _ = scene()
    plate = Plate.from_arrays(color, depth)
    adjustments = Adjustments((Anchor((80, 65), 2.0), Anchor((20, 60), 6.0), Anchor((20, 62), 7.0)))
    assert 0.1 < max(np.abs(scale.fit(plate, adjustments.anchors).residuals)) < 1
    lines = adjust.residuals(plate, adjustments)
    assert "missed by" in lines[1] and "0.00" not in lines[1]
    assert adjust.residuals(plate, Adjustments(adjustments.anchors[:1])) == ["at 80,65: 2 m, met"]


def test_a_person_fixes_the_scale():
    """Focal length in pixels times height over the box's height."""
    color, depth, _ = scene()
    plate = Plate.from_arrays(color, depth)     # 35 mm on 36 mm: 155.6 pixels
    after = adjusted(plate, Adjustments((Person((55, 40, 105, 90), 1.75),)))
    assert after.depth_at((80, 60)) == pytest.approx(35 / 36 * WIDTH * 1.75 / 50, rel=1e-3)


@pytest.mark.parametrize("anchors, words", [
    ((Anchor((80, 65), 5.0), Anchor((20, 60), 2.0)), "contradict"), ((Anchor((80, 65), 0.0),), "between 1 cm"),
    ((Anchor((80, 65), float("nan")),), "between 1 cm"), ((Anchor((900, 65), 1.0),), "outside"),
    ((Person((5, 50, 2, 40), 1.8),), "box")])
def test_impossible_scales(anchors, words):
    color, depth, _ = scene()
    with pytest.raises(PushinError, match=words):
        scale.fit(Plate.from_arrays(color, depth), anchors)


EDITS = (repair.Stroke(((80.0, 65.0),), 12.0, "nearer", 0.2), repair.Flatten(BOX), repair.Cut(BOX))


def test_kept_beside_the_picture_and_never_in_it(photo):
    before, bytes_before = Plate.open(photo), photo.read_bytes()
    given_ = Adjustments((Anchor((80.0, 65.0), 3.0),), EDITS)
    given_.save(photo)
    again = Plate.open(photo)
    assert again.adjustments == given_ and again.depth_at((80, 65)) < 3
    assert photo.read_bytes() == bytes_before and again.digest != before.digest
    assert adjusted(again, Adjustments()).digest == before.digest == again.measured.digest
    Adjustments().save(photo)
    assert Plate.open(photo).digest == before.digest


@pytest.mark.parametrize("spoil", [lambda s: "", lambda s: "[]", lambda s: "[" * 100_000, lambda s: s.replace("2.5", "null"),
                                   lambda s: s.replace("2.5", "1e999"), lambda s: s.replace('"at"', '"code"'),
                                   lambda s: s.replace("80.0", '"x"'), lambda s: s[:-30],
                                   *(lambda s, to=to: s.replace("2.5", to) for to in ("[]", '"3"', "[2.5]", "true", "9" * 400)),
                                   *(lambda s, to=to: s.replace("80.0", to) for to in ('"80"', "[]", "9" * 400))])
def test_a_damaged_file_beside_is_told_of_and_kept(photo, spoil):
    before = Plate.open(photo)
    Adjustments((Anchor((80.0, 65.0), 2.5),)).save(photo)
    damaged = spoil(beside(photo).read_text())
    beside(photo).write_text(damaged)
    plate = Plate.open(photo)
    assert plate.digest == before.digest and any("cannot be read" in note for note in plate.notes)
    Adjustments((Anchor((80.0, 65.0), 4.0),)).save(photo)
    assert Plate.open(photo).depth_at((80, 65)) == pytest.approx(4)
    assert beside(photo).with_name("a.png.pushin.json.bak").read_text() == damaged
    beside(photo).write_text("damaged again")
    Adjustments((Anchor((80.0, 65.0), 5.0),)).save(photo)
    assert beside(photo).with_name("a.png.pushin.json.bak").read_text() == damaged
    assert beside(photo).with_name("a.png.pushin.json.bak2").read_text() == "damaged again"


def test_another_pictures_file_is_left_alone(photo):
    Adjustments((Anchor((80.0, 65.0), 2.5),)).save(photo)
    stored = json.loads(beside(photo).read_text())
    beside(photo).write_text(json.dumps(stored | {"picture": "0" * 64}))
    assert any("another picture" in note for note in Plate.open(photo).notes)


def test_focus_distance_sets_the_scale_of_relative_depth(photo):
    color, depth, _ = scene()
    plate = replace(Plate.from_arrays(color, depth), relative=True)
    assert adjust.focus_anchor({0x9206: 3.0, 0x9214: (80, 65)}, plate) == Anchor((80.0, 65.0), 3.0)
    reduced = replace(plate, full_size=(2 * WIDTH, 2 * HEIGHT))
    assert adjust.focus_anchor({0x9206: 3.0, 0x9214: (160, 130)}, reduced) == Anchor((80.0, 65.0), 3.0), "in the file's pixels"
    for exif in ({}, {0x9206: 0}, {0x9206: float("inf")}, {0x9206: "far"}, {0x9206: float("nan")}):
        assert adjust.focus_anchor(exif, plate) is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_focused_subject_turns_with_its_picture(tmp_path, orientation):
    """A disc, and where it is stored: what was focused at lies on it in the upright picture, too."""
    stored = np.zeros((64, 96, 3), np.uint8)
    cv2.circle(stored, (80, 12), 6, (255, 255, 255), -1)
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8769).update({0x9206: 2.0, 0x9214: (80, 12)})
    Image.fromarray(stored).save(tmp_path / "a.jpg", exif=exif)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(tmp_path / "a.jpg")))[..., 0]
    Image.fromarray(np.where(upright > 128, 200, 100).astype(np.uint8)).save(tmp_path / "a_depth.png")
    plate = Plate.open(tmp_path / "a.jpg")
    (x, y), = (anchor.xy for anchor in plate.adjustments.anchors)
    middle = np.argwhere(upright > 128).mean(0) + 0.5
    assert (y, x) == pytest.approx(middle, abs=1.01) and plate.depth_at((x, y)) == pytest.approx(2)


def test_the_focused_subject_of_a_heic_is_stored_as_before_it_was_turned(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9214] = (80, 12)
    pillow_heif.from_pillow(Image.new("RGB", (96, 64))).save(tmp_path / "a.heic", exif=exif.tobytes())
    picture = images.read_picture(tmp_path / "a.heic")
    assert picture.orientation == 6 and picture.exif[0x9214] == pytest.approx((52, 80))


@pytest.mark.parametrize("edits", [
    '{"kind": "cut", "box": ["-1", 2, 3, 4]}', '{"kind": "stroke", "points": [], "radius": 3}',
    '{"kind": "stroke", "points": [["1", 2]], "radius": 3}', '{"kind": "stroke", "points": [[1, 2]], "radius": [3]}'])
def test_repairs_that_are_no_numbers_are_not_used(photo, edits):
    Adjustments((), (repair.Cut(BOX),)).save(photo)
    stored = json.loads(beside(photo).read_text())
    beside(photo).write_text(json.dumps(stored | {"repairs": [json.loads(edits)]}))
    plate = Plate.open(photo)
    assert plate.adjustments == Adjustments() and any("cannot be read" in note for note in plate.notes)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("radius, x", [(1e-300, 80.5), (0.3, 80.5), (1e300, 80.5), (5.0, 1e300)])
def test_a_stroke_of_any_size_anywhere_is_drawn(radius, x):
    color, depth, _ = scene()
    after = repair.applied(repair.Stroke(((x, 65.5),), radius, "nearer", 0.5), depth, color)
    assert (after != depth).sum() == (1 if radius < 1 else depth.size if radius > 5 else 0)


def test_strokes_over_strokes_end_before_the_lens():
    plate = adjusted(Plate.from_arrays(*scene()[:2]), Adjustments(edits=25 * (repair.Stroke(((80.0, 65.0),), 12.0, "nearer", 99.0),)))
    assert plate.depth.min() == pytest.approx(depth.NEAREST_METRES)


def test_strokes_push_pull_and_flatten():
    color, depth, disc = scene()
    for action, factor in (("nearer", 1 / 1.5), ("farther", 1.5)):
        after = repair.applied(repair.Stroke(((80.0, 65.0),), 10.0, action, 0.5), depth, color)
        assert after[65, 80] == pytest.approx(2 * factor, rel=1e-3)
        np.testing.assert_array_equal(after[~disc], depth[~disc])
    flat = repair.applied(repair.Stroke(((10.0, 60.0), (30.0, 60.0)), 8.0, "flat"), depth, color)
    assert np.ptp(flat[60, 10:30]) < 1e-3 < np.ptp(depth[60, 10:30])


def test_what_is_behind_becomes_a_plane_and_the_subject_stays():
    color, depth, disc = scene()
    bumpy = np.where(disc, depth, depth * (1 + 0.1 * np.sin(np.arange(WIDTH) / 3))).astype(np.float32)
    after = repair.applied(repair.Flatten(BOX), bumpy, color)
    inside = np.zeros(disc.shape, bool)
    inside[20:110, 50:110] = True
    np.testing.assert_array_equal(after[disc], bumpy[disc])
    np.testing.assert_array_equal(after[~inside], bumpy[~inside])
    bend = lambda z: np.abs(np.diff(1 / z[25, 50:110], 2)).max()
    assert bend(after) < 1e-5 < bend(bumpy)


def test_a_cut_puts_the_depth_edge_on_the_picture_edge():
    color, depth, disc = scene()
    rng = np.random.default_rng(0)
    color = np.clip(color + rng.normal(0, 0.01, color.shape), 0, 1).astype(np.float32)
    soft = 1 / cv2.GaussianBlur(np.roll(1 / depth, 3, 1), (0, 0), 3)
    wrong = lambda z: ((z < 2.8) != disc).mean()
    after = repair.applied(repair.Cut(BOX), soft, color)
    assert wrong(after) < 0.2 * wrong(soft) and wrong(after) < 4e-3
    band = cv2.dilate(disc.astype(np.uint8), np.ones((9, 9))) > cv2.erode(disc.astype(np.uint8), np.ones((9, 9)))
    assert np.median(np.abs(after - depth)[band] / depth[band]) < 0.15
    np.testing.assert_array_equal(after, repair.applied(repair.Cut(BOX), soft, color))


@pytest.mark.parametrize("box", [(0, 0, 3, 3), (500, 500, 600, 600), (5, 5, 40, 40)])
def test_a_box_without_a_subject(box):
    color, depth, _ = scene()
    with pytest.raises(PushinError):
        repair.applied(repair.Cut(box), np.full_like(depth, 4), color)


def test_repairs_go_on_from_those_there_are(photo):
    """One repair after the other, as the window makes them, is to the bit what all of them at once are."""
    stroke, cut = repair.Stroke(((30.0, 30.0), (60.0, 80.0)), 12.0, "nearer", 0.2), repair.Cut(BOX)
    anchors = (Anchor((80.0, 65.0), 3.0),)
    step = plate = Plate.open(photo)
    for edits in ((stroke,), (stroke, cut), (stroke, cut, repair.Stroke(((9.0, 9.0),), 500.0, "flat"))):
        step = adjusted(step, Adjustments(anchors, edits))
        assert step.digest == adjusted(plate, Adjustments(anchors, edits)).digest != plate.digest
    assert adjusted(step, Adjustments(anchors)).digest == adjusted(plate, Adjustments(anchors)).digest


def test_a_repair_that_cannot_be_made_any_more_is_left_out_and_told(photo):
    """The plate opens all the same; to add such a repair is refused."""
    stroke, hopeless = repair.Stroke(((80.0, 65.0),), 30.0, "nearer", 0.2), repair.Cut((0.0, 0.0, 3.0, 3.0))
    Adjustments((), (stroke, hopeless)).save(photo)
    plate = Plate.open(photo)
    assert any("is left out" in note for note in plate.notes)
    np.testing.assert_array_equal(plate.depth, adjusted(plate, Adjustments((), (stroke,))).depth)
    with pytest.raises(PushinError, match="at least 8 apart"):
        adjusted(plate.measured, Adjustments((), (stroke, hopeless)))


def test_a_scale_that_contradicts_another_depth_map_is_left_out_and_told(photo):
    Adjustments((Anchor((80.0, 65.0), 9.0), Anchor((20.0, 60.0), 2.0)), ()).save(photo)
    plate = Plate.open(photo)
    assert not plate.adjustments.anchors and plate.depth_at((80, 65)) == pytest.approx(2, rel=1e-3)
    assert any("left out: The distances contradict" in note for note in plate.notes)


def test_a_repair_over_another_depth_map_keeps_the_scale_of_the_first(photo):
    told, stroke = (Anchor((80.0, 65.0), 3.0), Anchor((20.0, 60.0), 7.0)), repair.Stroke(((80.0, 65.0),), 12.0, "nearer", 0.2)
    Adjustments(told).save(photo)
    right = Plate.open(photo)
    np.save(photo.with_name("other.npy"), 1 / scene()[1])
    other = Plate.open(photo, photo.with_name("other.npy"))
    assert not other.adjustments.anchors and other.adjustments.digest == right.adjustments.digest
    adjusted(other, replace(other.adjustments, edits=(stroke,))).adjustments.save(photo)
    assert Plate.open(photo).adjustments == Adjustments(told, (stroke,))
    new = (Anchor((80.0, 65.0), 4.0),)
    adjusted(other, replace(other.adjustments, anchors=new)).adjustments.save(photo)
    assert Plate.open(photo).adjustments == Adjustments(new), "what is told anew counts"


def test_a_cut_leaves_what_stands_in_front():
    """A table before the disc, of other colours, stays where it is up to the box's own edge and beyond it."""
    color, depth, _ = scene()
    color[80:], depth[80:] = (0.1, 0.4, 0.1), 1.2
    after = repair.applied(repair.Cut((50.0, 20.0, 110.0, 100.0)), depth, color)
    np.testing.assert_allclose(after[86:], depth[86:], rtol=5e-3)
    np.testing.assert_array_equal(after[100:], depth[100:])
