"""What the window's panels read and edit, without a window."""
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from viewer.cli import _parser
from viewer.cli.open import opening
from viewer.desktop.layering import Layering
from viewer.desktop.opening import Opened, first_shot
from viewer.desktop.rehearse import Rehearsal
from viewer.desktop.session import Session
from viewer.desktop.timeline import TimelinePanel
from viewer.errors import PushinError
from viewer.plate import Plate
from viewer.plate.adjust import beyond_sky, unscaled
from viewer.plate.layers import Layers
from viewer.plate.scale import Anchor
from viewer.rehearsal import edits, worker_process
from viewer.rehearsal.actions import Actions
from viewer.rehearsal.document import Document


@pytest.fixture
def opened(small_plate):
    words = ["open", str(small_plate), "--focal-length", "35", "--subject", "80,45"]
    return opening(_parser("open").parse_args(words))(lambda *progress: None)


@pytest.fixture
def session(opened):
    """A session on the small plate, as the window begins it."""
    session = Session()
    session.begin(opened, Document(opened.shot))
    session.layering = Layering(session, None, opened)
    yield session
    session.layering.end()


def until(condition, each_time):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        each_time()
        time.sleep(0.002)


def test_the_figures_are_all_there_while_a_take_is_performed(session):
    before = session.figures("A")
    session.live = {"A": replace(session.camera("A"), focal_length=70)}
    after = session.figures("A")
    assert [words for words, _ in after] == [words for words, _ in before]
    assert dict(before)["subject"] == dict(before)["background"] == "1.00×"
    assert dict(after)["subject"] == dict(after)["background"] == "2.00×"


def test_what_is_advised_is_a_way_of_the_window(session, opened, tmp_path):
    greys = [replace(opened.plate, kind=kind) for kind in ("inverse", "inverted", "metres")]
    sentences = [beyond_sky(plate, 0.7) for plate in greys] + [unscaled(opened.plate)]
    Image.new("RGB", (64, 48)).save(tmp_path / "no depth.png")
    with pytest.raises(PushinError) as refused:
        Plate.open(tmp_path / "no depth.png")
    for sentence in (*sentences, str(refused.value)):
        session.say(sentence)
        assert " --" not in session.message and "`pushin depth no" not in session.message and session.message.endswith(".")
        assert "Known distance" in session.message or "photo_depth.png" in session.message


def test_no_key_can_be_set_where_nothing_moves_and_it_is_said(session):
    timeline = TimelinePanel(session, Rehearsal(session, Actions()))
    session.edit(edits.add_take(session.shot, "C"), "New take")
    session.view = replace(session.view, a="C")
    with pytest.raises(PushinError, match="Nothing moves in C yet; add a lane"):
        timeline.set_keys()
    session.view = replace(session.view, a="B")
    with pytest.raises(PushinError, match="B is matched to A .* set keys in A"):
        timeline.set_keys()


def test_advice_that_could_not_be_made_is_no_verdict(session):
    worker_process.ready()
    worker = worker_process._idle[-1]
    until(lambda: worker not in worker_process._idle, session.consult)
    worker.kill()                                       # as for want of memory
    until(lambda: not session.thinking, session.consult)
    assert "enough memory" in session.unadvised and session.saying == session.unadvised
    session.edit(replace(session.shot, title="Another"), "Title")
    until(lambda: not session.thinking, session.consult)
    assert session.unadvised == ""


def test_an_error_in_advice_ends_the_window_as_any_other_does(session):
    session.plate = replace(session.plate, notes=(lambda: "nothing that another process could be told",))
    with pytest.raises((AttributeError, TypeError), match="pickle"):
        until(lambda: not session.thinking, session.consult)


def test_in_and_out_points_are_the_documents(session, opened):
    session.seek(3)
    session.edit(replace(session.shot, in_point=1, out_point=2), "In and out")
    assert session.clock.span == (1, 2) and session.time == 3
    session.document.undo()
    session.follow()
    assert session.clock.span == (0, 4)
    session.begin(opened, Document(replace(session.shot, out_point=2)))     # another shot, saved with its own
    assert session.clock.span == (0, 2)


def test_the_shot_follows_the_depth_from_where_an_undo_led(session):
    """The plate of a scale that was undone before its depth was there is none that the shot ever was on."""
    known = lambda metres: session.layering.edit(edits.tell_scale(session.shot, Anchor((80.0, 45.0), metres), session.plate),
                                                 "Known distance")
    known(2.0)
    until(lambda: session.shot.subject("subject").depth == pytest.approx(2.0), session.layering.frame)
    known(4.0)
    session.document.undo()
    session.document.undo()
    session.follow()
    known(3.0)
    until(lambda: session.plate.depth_at((80, 45)) == pytest.approx(3.0), session.layering.frame)
    assert session.shot.subject("subject").depth == pytest.approx(3.0)


def test_the_shot_follows_the_depth_once_nothing_is_recorded(session):
    """What was told of the scale just before a recording began does not move the take away from under it."""
    session.layering.edit(edits.tell_scale(session.shot, Anchor((80.0, 45.0), 2.0), session.plate), "Known distance")
    session.recording, before = True, session.shot
    for _ in range(100):
        session.layering.frame()
        time.sleep(0.01)
    assert session.shot == before
    with pytest.raises(PushinError, match="being recorded"):
        session.layering.edit(edits.tell_scale(session.shot, Anchor((80.0, 45.0), 3.0), session.plate), "Known distance")
    session.recording = False
    until(lambda: session.shot.subject("subject").depth == pytest.approx(2.0), session.layering.frame)


def test_what_is_filled_of_a_plate_goes_on_where_that_is_opened_again(session):
    color, depth = np.random.default_rng().random((2, 180, 320), np.float32)     # of which nothing is kept yet
    plate = Plate.from_arrays(np.dstack([color] * 3), 1 + 3 * (depth > 0.9))
    opened = Opened(plate, first_shot(plate, session.shot.plate, session.shot.subjects), None, Layers.of(plate, draft=True), False)
    session.begin(opened, Document(opened.shot))
    layering = Layering(session, None, opened)
    until(lambda: "filling" in layering.doing and not layering.doing.endswith(" 0%"), layering.frame)
    same = replace(opened, plate=replace(plate))
    session.begin(same, Document(same.shot))
    again = Layering(session, None, same, before=layering)
    again.frame()
    assert "filling" in again.doing and not again.doing.endswith(" 0%") and not layering.busy
    other = replace(opened, plate=replace(plate, digest="another"))
    session.begin(other, Document(other.shot))
    third = Layering(session, None, other, before=again)
    assert third.doing == ""
    third.end()


def test_b_becomes_the_latest_other_take_where_its_own_has_gone(session):
    for name in "CD":
        session.edit(edits.add_take(session.shot, name), "New take")
        session.view = replace(session.view, b=name)
    session.document.undo()
    session.follow()
    assert session.view.takes == ("A", "C")
    session.view = replace(session.view, a="C", b="C")
    session.document.undo()
    session.follow()
    assert session.view.takes == ("A", "B")


def test_a_shot_opens_with_the_takes_that_were_compared_when_it_was_saved(session, opened, tmp_path):
    session.edit(edits.add_take(session.shot, "C"), "New take")
    session.view = replace(session.view, a="B", b="C")
    session.document.save_as(tmp_path / "shot.json", session.compared)
    assert not session.document.dirty
    session.begin(opened, Document.open(tmp_path / "shot.json"))
    assert session.view.takes == ("B", "C") and not session.document.dirty
    session.edit(edits.remove_take(session.shot, "C"), "Throw take C away")
    session.document.save_as(tmp_path / "other.json")       # as it might come from elsewhere
    session.begin(opened, Document.open(tmp_path / "other.json"))
    assert session.view.takes == ("A", "B")
    session.document.save_as(tmp_path / "plain.json", session.compared)
    assert "compared" not in (tmp_path / "plain.json").read_text()


def test_who_counts_in_one_shot_counts_in_no_other(session, opened):
    two = edits.add_subject(opened.shot, replace(opened.shot.subjects[0], name="wall"))
    for _ in range(2):
        session.begin(replace(opened, shot=two), Document(two))
        assert session.subject("A").name == "subject"
        session.counts = "wall"


def test_export_offers_the_take_that_was_worked_on_last(session):
    assert session.worked_on == "A"
    session.focus("A", "subject")       # B goes along with it
    assert session.worked_on == "A"
    session.edit(edits.duplicate_take(session.shot, "A", "C"), "Record take C")
    session.view = replace(session.view, b="C")
    session.edit(replace(session.shot, title="Another"), "Title")
    assert session.worked_on == "C"
    session.view = replace(session.view, mode="A")
    assert session.worked_on == "A"


def test_focus_clicked_on_one_picture_is_seen_in_both(session):
    session.focus("A", "subject")
    assert session.camera("B").f_stop == session.camera("A").f_stop
    assert session.camera("B").focus_distance == pytest.approx(session.performance("B").distance("subject", session.time))


def test_a_rack_makes_no_take_longer(session):
    session.edit(edits.add_subject(session.shot, replace(session.shot.subjects[0], name="wall")), "Subject wall")
    session.seek(session.shot.duration)
    session.rack("A", "subject", "wall")
    keys = session.shot.take("A").timeline.track("focus_distance").keys
    assert session.shot.duration == 4 and [(key.time, key.value) for key in keys] == [(3, "subject"), (4, "wall")]
