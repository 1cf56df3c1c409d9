"""The plate's depth in the document: scale and repairs are edits like all others, and are painted on a small map."""
import os
import signal
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import OpenEXR
import pytest

from viewer.errors import PushinError
from viewer.plate import Plate
from viewer.plate.adjust import Adjustments, adjusted, beside
from viewer.plate.repair import Cut
from viewer.plate.scale import Anchor, Person
from viewer.rehearsal import background, edits
from viewer.rehearsal.worker_process import _idle, apart, ready
from viewer.rehearsal.depthmap import DepthMap, drawn
from viewer.rehearsal.document import Document
from viewer.rehearsal.journal import Journal, recoverable
from viewer.shots.document import Shot, Take
from viewer.shots.framing import Subject, place_in_frame
from viewer.shots.shotfile import fingerprint, load, open_plate, plate_file
from viewer.shots.timeline import Timeline


@pytest.fixture
def plate(tmp_path):
    """A box at 2 m before a wall at 8 m, 64 x 48, as a file of its own."""
    x, y = np.meshgrid(np.arange(64), np.arange(48))
    box = (abs(x - 32) < 12) & (abs(y - 24) < 12)
    color = np.where(box[..., None], [0.6, 0.2, 0.1], [0.1, 0.2, 0.3]).astype(np.float16)
    OpenEXR.File({"type": OpenEXR.scanlineimage}, {"RGB": color, "Z": np.where(box, 2, 8).astype(np.float32)}).write(
        str(tmp_path / "plate.exr"))
    return Plate.open(tmp_path / "plate.exr")


@pytest.fixture
def shot(plate):
    box = Subject("box", (20.0, 12.0, 44.0, 36.0), 2.0)
    return Shot(plate_file(plate, plate.path), (box,), (Take("A", Timeline(4)),))


STROKE = drawn([(5, 5), (5, 40)], 4.0, "nearer", 0.25)


def test_scale_and_repairs_are_undone_like_everything_else(shot, plate):
    document = Document(shot)
    document.edit("Known distance", edits.tell_scale(document.shot, Anchor((32.0, 24.0), 3.0), plate))
    document.edit("Push nearer", edits.add_repair(document.shot, STROKE))
    assert edits.adjustments(document.shot) == Adjustments((Anchor((32.0, 24.0), 3.0),), (STROKE,))
    document.edit("Take a repair back", edits.remove_adjustment(document.shot, STROKE))
    assert edits.adjustments(document.shot).edits == ()
    for _ in range(3):
        document.undo()
    assert document.shot == shot and not document.dirty


def test_what_was_said_of_a_point_takes_the_place_of_what_was_said_before(shot, plate):
    said = edits.tell_scale(shot, Anchor((32.0, 24.0), 3.0), plate)
    again = edits.tell_scale(said, Anchor((32.2, 24.0), 4.0), plate)
    assert [a.metres for a in edits.adjustments(again).anchors] == [4.0]
    with pytest.raises(PushinError, match="contradict"):
        edits.tell_scale(again, Anchor((3.0, 3.0), 1.0), plate)     # behind the box, and nearer than it
    tall = edits.tell_scale(shot, Person((26.0, 14.0, 38.0, 34.0), 1.75), plate)
    metres = 1.75 * 35 / 36 * 64 / 20      # height times focal length in pixels, over pixels of the box
    assert adjusted(plate, edits.adjustments(tall)).depth_at((32, 24)) == pytest.approx(metres, rel=1e-3)


def test_subjects_follow_the_depth(shot, plate):
    nearer = adjusted(plate, Adjustments((Anchor((32.0, 24.0), 3.0),)))
    moved = edits.measure_subjects(shot, plate, nearer)
    assert moved.subject("box").depth == pytest.approx(3.0)
    assert edits.measure_subjects(shot, plate, adjusted(plate, Adjustments((), (STROKE,)))) == shot   # it is elsewhere


@pytest.mark.parametrize("before, after", [(np.inf, 5.0), (5.0, np.inf), (np.inf, np.inf)])
def test_a_subject_in_whose_middle_is_sky_stays_where_it_is(shot, before, after):
    """An arch: what is seen through it is painted flat, or painted away."""
    through = lambda depth: SimpleNamespace(width=64, height=48, depth_at=lambda xy: depth)
    assert edits.measure_subjects(shot, through(before), through(after)) == shot


def test_a_shot_follows_the_depth_whatever_its_file_says(shot, plate):
    """A subject beside the plate, one at the end of the world, and a camera that is far off."""
    beside = Subject("beside", (-500.0, 20.0, -400.0, 28.0), 4.0)
    far = Subject("far", (20.0, 12.0, 44.0, 36.0), 9e5)
    shot = edits.start_here(replace(shot, subjects=(beside, far)), "A", replace(shot.take("A").camera, position=(9e3, 0.0, 0.0)))
    followed = edits.follow_depth(shot, plate, adjusted(plate, Adjustments((Anchor((32.0, 24.0), 4.0),))))
    assert followed.subject("beside").depth == pytest.approx(8.0, rel=1e-3) and followed.subject("far").depth == 1e6
    assert followed.take("A").camera.position[0] == 1e4


def test_takes_show_what_they_showed_once_the_scale_is_known(shot, plate):
    """Twice as large a world, and a camera that goes twice as far: every point stays where it was in the picture."""
    shot = edits.set_f_stop(shot, "A", 2.8)
    shot = edits.start_here(shot, "A", replace(shot.take("A").camera, position=(0.1, 0.0, -0.05), focus_distance=1.5))
    shot = edits.apply_move(shot, "A", "push-in", amount=0.4, seconds=4)
    shot = edits.focus_on(edits.focus_on(shot, "A", 1.25, 0), "A", "box", 2)
    larger = adjusted(plate, Adjustments((Anchor((32.0, 24.0), 2 * plate.depth_at((32, 24))),)))
    followed = edits.follow_depth(shot, plate, larger)
    stage, times = shot.plate.stage, (0, 1.3, 4)
    for t in times:
        a, b = shot.perform("A").camera(t), followed.perform("A").camera(t)
        assert b.position == pytest.approx([2 * p for p in a.position], abs=1e-6)
        assert b.focus_distance == pytest.approx(2 * a.focus_distance, rel=1e-4) and b.focal_length == a.focal_length
        point = stage.point(20, 30, 1.7)
        assert place_in_frame(b, tuple(2 * p for p in point)) == pytest.approx(place_in_frame(a, point), abs=1e-6)
    assert {k.value for k in followed.take("A").timeline.track("focus_distance").keys} >= {"box", 2.5}
    back = edits.follow_depth(followed, larger, plate)
    assert back.perform("A").camera(3).position == pytest.approx(shot.perform("A").camera(3).position, abs=1e-6)
    # A repair leaves the camera alone, and without a subject the plate's middle depth tells.
    mended = adjusted(plate, Adjustments((), (STROKE,)))
    assert edits.follow_depth(shot, plate, mended).takes == shot.takes
    alone = replace(shot, subjects=(), takes=(edits.add_take(replace(shot, takes=(), subjects=()), "A").take("A"),))
    alone = edits.start_here(alone, "A", replace(alone.take("A").camera, position=(0.3, 0.0, 0.0)))
    assert edits.follow_depth(alone, plate, larger).take("A").camera.position[0] == pytest.approx(0.6, rel=1e-3)


def test_a_camera_before_much_sky_goes_as_far_as_the_rest(shot):
    depth = np.full((48, 64), np.inf, np.float32)
    depth[40:] = 4
    shot = edits.start_here(replace(shot, subjects=()), "A", replace(shot.take("A").camera, position=(0.3, 0.0, 0.0)))
    before = Plate.from_arrays(np.full((48, 64, 3), 0.4, np.float32), depth)
    after = adjusted(before, Adjustments((Anchor((32.0, 45.0), 8.0),)))
    assert edits.follow_depth(shot, before, after).take("A").camera.position[0] == pytest.approx(0.6, rel=1e-3)


def test_focus_follows_a_painted_scale(shot, plate):
    """Linear in metres, and back."""
    plate = replace(plate, kind="painted")
    shot = edits.start_here(shot, "A", replace(shot.take("A").camera, focus_distance=1.5))
    near, far = (plate.depth_at(xy) for xy in ((32, 24), (3, 3)))
    scaled = adjusted(plate, Adjustments((Anchor((32.0, 24.0), 2 * near + 1), Anchor((3.0, 3.0), 2 * far + 1))))
    followed = edits.follow_depth(shot, plate, scaled)
    assert followed.take("A").camera.focus_distance == pytest.approx(4.0, rel=1e-3)
    assert edits.follow_depth(followed, scaled, plate).take("A").camera.focus_distance == pytest.approx(1.5, rel=1e-3)


def test_saving_writes_beside_the_picture_and_never_into_it(shot, plate, tmp_path):
    before = plate.path.read_bytes()
    document = Document(shot)
    document.edit("Push nearer", edits.add_repair(shot, STROKE))
    assert not beside(plate.path).exists() and document.dirty
    document.save_as(tmp_path / "shot.json")
    assert not document.dirty and plate.path.read_bytes() == before
    assert "stroke" in beside(plate.path).read_text() and "stroke" not in (tmp_path / "shot.json").read_text()
    assert open_plate(load(tmp_path / "shot.json")).adjustments.edits == (STROKE,)
    document.undo()
    document.save()
    assert open_plate(load(tmp_path / "shot.json")).adjustments == Adjustments()


def test_a_folder_that_takes_no_file_loses_nothing(shot, plate, tmp_path):
    """The shot is saved, the repairs are not and stay unsaved work."""
    document = Document(shot)
    document.edit("Push nearer", edits.add_repair(shot, STROKE))
    plate.path.rename(tmp_path / "elsewhere.exr")
    with pytest.raises(PushinError, match="beside the picture"):
        document.save_as(tmp_path / "shot.json")
    assert document.dirty and (tmp_path / "shot.json").exists()
    (tmp_path / "elsewhere.exr").rename(plate.path)
    document.save()
    assert not document.dirty and beside(plate.path).exists()


def test_a_crash_loses_no_stroke(shot, tmp_path):
    journal = Journal(tmp_path / "journals", every=0.01)
    document = Document(shot, journal=journal)
    document.edit("Push nearer", edits.add_repair(shot, STROKE))
    document.edit("Cut out", edits.add_repair(document.shot, Cut((18.0, 10.0, 46.0, 38.0))))
    assert journal.flush()
    os.close(journal._lock)      # as if the program were gone
    found = recoverable(tmp_path / "journals")[0]
    assert found.history.value == document.shot and found.history.undo_label == "Cut out"


@pytest.mark.parametrize("replaced", [True, False])
def test_what_was_told_of_a_picture_is_restored_on_no_other(shot, plate, tmp_path, replaced):
    """Also where the shot itself is of an older picture than the one that was told of."""
    told = Adjustments((Anchor((32.0, 24.0), 3.0),))
    journal = Journal(tmp_path / "journals", every=0.01)
    document = Document(replace(shot, plate=replace(shot.plate, sha256="0" * 64)), picture=fingerprint(plate.path), journal=journal)
    document.edit("Known distance", edits.adjust(document.shot, told))
    document.edit("Title", replace(document.shot, title="x"))
    assert journal.flush()
    os.close(journal._lock)
    if replaced:
        plate.path.write_bytes(plate.path.read_bytes() + b"another")
    found = recoverable(tmp_path / "journals")[0]
    before = Adjustments((), (STROKE,))         # what lies beside the other one
    again = Document.recovered(found, picture=fingerprint(plate.path), adjustments=before)
    assert again.shot.title == "x" and again.dirty
    assert again.shot.plate.adjustments == (before if replaced else told)
    again.undo()
    assert again.shot.plate.adjustments == (before if replaced else told)
    again.save_as(tmp_path / "shot.json")
    assert beside(plate.path).exists() != replaced


def test_what_was_told_of_a_picture_is_not_saved_beside_another(shot, plate, tmp_path):
    document = Document(shot, picture=shot.plate.sha256)
    document.edit("Push nearer", edits.add_repair(shot, STROKE))
    plate.path.write_bytes(plate.path.read_bytes() + b"another")
    with pytest.raises(PushinError, match="plate.exr has been replaced since it was opened"):
        document.save_as(tmp_path / "shot.json")
    assert document.dirty and (tmp_path / "shot.json").exists() and not beside(plate.path).exists()


def test_what_somebody_else_has_saved_of_the_depth_meanwhile_stays(shot, plate, tmp_path):
    """Here the scale is told, elsewhere the depth is repaired; then both repair it, and both tell what is at the same place."""
    told = lambda: Plate.open(plate.path).adjustments
    document = Document(shot)
    Adjustments(edits=(STROKE,)).save(plate.path)
    document.edit("Known distance", edits.tell_scale(document.shot, Anchor((32.0, 24.0), 3.0), plate))
    assert document.save_as(tmp_path / "shot.json").startswith("What somebody else has told or repaired of plate.exr")
    assert told() == Adjustments((Anchor((32.0, 24.0), 3.0),), (STROKE,))
    mine, theirs = (replace(STROKE, amount=amount) for amount in (0.4, 0.5))
    replace(told(), anchors=(Anchor((32.0, 24.0), 4.0), Anchor((2.0, 2.0), 9.0)), edits=(STROKE, theirs)).save(plate.path)
    document.edit("Push nearer", edits.add_repair(document.shot, mine))
    document.edit("Known distance", edits.tell_scale(document.shot, Anchor((32.0, 24.0), 5.0), plate))
    document.save()
    assert told() == Adjustments((Anchor((32.0, 24.0), 5.0), Anchor((2.0, 2.0), 9.0)), (mine, STROKE, theirs))
    document.edit("Take a repair back", edits.remove_adjustment(document.shot, edits.adjustments(document.shot).edits[0]))
    document.save()
    assert told().edits == (STROKE, theirs)
    document.edit("Title", replace(document.shot, title="x"))
    assert document.save() == ""


def test_the_bundled_plate_needs_none(shot):
    bundled = replace(shot, plate=replace(shot.plate, path=None))
    with pytest.raises(PushinError, match="bundled"):
        edits.add_repair(bundled, STROKE)


# -- the map ----------------------------------------------------------------------------------------------------------

def test_the_map_shows_a_stroke_as_the_plate_will_have_it(plate):
    depth = DepthMap(plate)
    shown = depth.image(STROKE)
    done = DepthMap(adjusted(plate, Adjustments((), (STROKE,))), depth)
    np.testing.assert_array_equal(shown, done.image())
    depth.keep(STROKE)
    np.testing.assert_array_equal(shown, depth.image())
    changed = (shown != DepthMap(plate).image()).any(-1)
    assert changed[20, 5] and not changed[24, 32] and 0.02 < changed.mean() < 0.2


def test_a_scale_changes_no_colour(plate):
    scaled = adjusted(plate, Adjustments((Anchor((32.0, 24.0), 3.0), Anchor((3.0, 3.0), 20.0))))
    assert np.abs(DepthMap(plate).image().astype(int) - DepthMap(scaled).image()).max() <= 3    # one of 256 codes


def test_a_stroke_keeps_the_points_that_make_it():
    way = [(float(x), 50.0 + 0.3 * (x % 2)) for x in range(100)] + [(100.0, float(y)) for y in range(50, 100)]
    stroke = drawn(way, 20.0, "flat")
    assert len(stroke.points) <= 4 and stroke.points[0] == (0.0, 50.0) and stroke.points[-1] == (100.0, 99.0)


# -- work apart -------------------------------------------------------------------------------------------------------

class Odd(Exception):
    """Cannot be made again from what pickle keeps of it."""

    def __init__(self, one, other):
        super().__init__(f"{one} {other}")


def work(of, *, report):
    """Runs in a worker."""
    if of == "die":
        os._exit(3)
    if of == "refuse":
        raise PushinError("No.")
    if of == "odd":
        raise Odd("this", "that")
    if of == "interrupt":
        os.kill(os.getpid(), signal.SIGINT)
    if of == "wait":
        time.sleep(60)
    report(0.5, "half")
    time.sleep(0.25)
    return os.getpid(), of


def test_work_apart_is_done_by_another_process_that_stays():
    seen = []
    first, value = apart(work, (0, 1, 2), report=lambda *progress: seen.append(progress))
    assert first != os.getpid() and value == (0, 1, 2) and (0.5, "half") in seen
    assert apart(work, 1) == (first, 1)
    with pytest.raises(PushinError, match="No."):
        apart(work, "refuse")
    assert apart(work, 2) == (first, 2)
    with pytest.raises(RuntimeError, match="Odd: this that"):
        apart(work, "odd")
    assert apart(work, 2) == (first, 2)


def test_a_worker_that_was_killed_is_not_told_anything():
    ready()
    ready()
    for worker in _idle:
        worker.kill()
        worker.wait()
    assert apart(work, 1)[1] == 1


@pytest.mark.skipif(os.name == "nt", reason="signals are another thing there")
def test_a_worker_does_not_hear_the_terminals_ctrl_c():
    assert apart(work, "interrupt")[1] == "interrupt"


def test_a_worker_that_is_ready_is_for_what_somebody_waits_for():
    ready()
    begun = _idle[-1].pid
    assert apart(work, 0)[0] == begun
    assert apart(work, 1, anew=True)[0] != begun


def test_work_apart_ends_when_nobody_waits_or_it_dies():
    class Enough(Exception):
        pass

    def report(*progress):
        raise Enough
    begun = time.monotonic()
    with pytest.raises(Enough):
        apart(work, "wait", report=report)
    assert time.monotonic() - begun < 30
    with pytest.raises(PushinError, match="ended before it was done"):
        apart(work, "die")
    assert apart(work, 3)[1] == 3


def test_a_worker_that_cannot_be_started_is_one_sentence():
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, before[1]))      # no pipe can be opened
    try:
        ready()
        with pytest.raises(PushinError, match="cannot begin: Too many open files; is there enough memory"):
            apart(work, 1, anew=True)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert apart(work, 1, anew=True)[1] == 1


def test_programs_are_made_once(tmp_path, monkeypatch):
    """By a worker, for the driver to keep; another driver, or other shaders, are told by another name."""
    monkeypatch.setenv("PUSHIN_CACHE", str(tmp_path))
    calls = []
    monkeypatch.setattr(background, "apart", lambda *args, **how: calls.append(apart(*args, **how)))
    for name in ("one", "one", "another"):
        background.warmed(name)
    assert calls == [None, None] and (tmp_path / "programs").read_text() == "another"
