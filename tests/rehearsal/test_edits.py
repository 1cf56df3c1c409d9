"""Each edit does what its name says, to a value, and nothing else."""
import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.errors import PushinError
from viewer.rehearsal import edits
from viewer.rehearsal.document import Document
from viewer.rehearsal.edits import KeyAt
from viewer.shots.document import Shot, start_camera
from viewer.shots.easing import EASES, curve
from viewer.shots.kit import Lens
from viewer.shots.shotfile import dump, parse
from viewer.shots.timeline import Key, Track


def index(shot, channel, take="A"):
    tracks = shot.take(take).timeline.tracks
    return next(i for i, t in enumerate(tracks) if t.channel == channel)


def keys(shot, channel, take="A"):
    return [(k.time, k.value) for k in shot.take(take).timeline.track(channel).keys]


def same_cameras(a, b, take="A", times=(0, 0.3, 1.1, 1.7, 2.5, 4)):
    one, two = a.perform(take), b.perform(take)
    for t in times:
        p, q = one.camera(t), two.camera(t)
        assert p.position == pytest.approx(q.position, abs=1e-6) and (p.pan, p.tilt) == pytest.approx((q.pan, q.tilt))
        assert p.focal_length == pytest.approx(q.focal_length) and p.focus_distance == pytest.approx(q.focus_distance)


def test_a_take_that_is_ended_earlier_stays_so(shot):
    """Its keys beyond the end are left alone by edits of others; only a key that is put farther makes it longer."""
    ended, z = edits.end_take(shot, "A", 2), index(shot, "z")
    framed = replace(shot.take("A").camera, pan=5.0)
    for changed in (edits.insert_key(ended, "A", z, 1), edits.add_lane(ended, "A", "pan", 1),
                    edits.focus_on(ended, "A", 2.0, at=1), edits.set_camera(ended, "A", 1, framed),
                    edits.set_ease(ended, "A", [KeyAt(z, Fraction(0)), KeyAt(z, Fraction(4))], "in"),
                    edits.move_keys(ended, "A", [KeyAt(z, Fraction(0))], 1),
                    edits.paste_keys(ended, "A", edits.copy_keys(ended, "A", [KeyAt(z, Fraction(0))]), 1),
                    edits.delete_keys(ended, "A", [KeyAt(z, Fraction(0))])):
        assert changed != ended and changed.duration == 2
    assert edits.insert_key(ended, "A", z, 3).duration == 3
    assert edits.move_keys(ended, "A", [KeyAt(z, Fraction(0))], 2.5).duration == 2.5


def test_in_and_out_points_beyond_the_end_of_the_shot_go(shot):
    between = replace(edits.add_take(shot), in_point=2, out_point=3)
    shorter = lambda end: edits.end_take(edits.end_take(between, "A", end), "B", end)
    points = lambda shot: (shot.in_point, shot.out_point)
    assert points(edits.end_take(between, "A", 1)) == points(shorter(3)) == (2, 3)
    assert points(shorter(2.5)) == (2, None) and points(shorter(2)) == points(shorter(1)) == (None, None)
    assert points(edits.remove_take(edits.end_take(between, "B", 1), "A")) == (None, None)


def test_takes(shot):
    two = edits.add_take(shot)
    assert [t.name for t in two.takes] == ["A", "B"] and two.take("B").timeline.tracks == ()
    assert two.take("B").camera == shot.take("A").camera
    three = edits.duplicate_take(two, "A")
    assert replace(three.take("C"), name="A") == three.take("A")
    with pytest.raises(PushinError, match="already"):
        edits.add_take(three, "A")
    matched = edits.match_take(three, "B", "A", "mira")
    assert matched.take("B").match.by == "zoom"
    renamed = edits.rename_take(matched, "A", "slow")
    assert renamed.take("B").match.take == "slow"
    with pytest.raises(PushinError, match="already"):
        edits.rename_take(matched, "A", "B")
    assert edits.rename_take(matched, "A", "A") == matched
    gone = edits.remove_take(matched, "A")
    assert [t.name for t in gone.takes] == ["B", "C"] and gone.take("B").match is None
    with pytest.raises(PushinError, match="only take"):
        edits.remove_take(shot, "A")
    assert edits.add_take(replace(shot, takes=())).take().name == "A"
    many = shot
    for _ in range(30):
        many = edits.add_take(many)
    assert many.takes[25].name == "Z" and many.takes[26].name == "A2" and many.takes[30].name == "E2"


def test_time_of_a_take(shot):
    slower = edits.retime_take(shot, "A", 8)
    for t in (0.0, 0.4, 1.2, 2.0):
        assert slower.perform("A").camera(2 * t).focus_distance == pytest.approx(
            shot.perform("A").camera(t).focus_distance, rel=0.05)
    assert slower.duration == 8 and keys(slower, "focus_distance") == [(2, "mira"), (4, "tom")]
    assert edits.end_take(shot, "A", 2.01).duration == 2
    span = lambda s: (s.in_point, s.out_point)
    ranged = replace(edits.match_take(edits.add_take(shot, "C"), "B", "A", "mira"), in_point=1, out_point=3)
    for to, ends in ((8, (2, 6)), (2, (Fraction(1, 2), Fraction(3, 2))), (4, (1, 3))):
        assert span(edits.retime_take(ranged, "A", to)) == ends
    assert span(edits.retime_take(replace(ranged, out_point=None), "A", 8)) == (2, None)
    assert span(edits.retime_take(replace(ranged, in_point=None), "A", 8)) == (None, 6)
    frame = Fraction(1, 24)
    short = edits.retime_take(replace(ranged, in_point=1, out_point=1 + frame), "A", 1)
    assert span(short) == (6 * frame, 7 * frame) and span(edits.retime_take(short, "A", frame)) == (0, frame)
    beyond = replace(edits.retime_take(ranged, "C", 10), in_point=5, out_point=9)      # of another take
    assert span(edits.retime_take(beyond, "A", 8)) == (5, 9)
    assert edits.retime_take(shot, "A", 0.001).duration == Fraction(1, 24)
    for nothing in (0, -5):
        with pytest.raises(PushinError, match="longer than 0"):
            edits.retime_take(shot, "A", nothing)


def test_a_matched_take_lasts_as_long_as_what_it_matches(shot):
    pair = edits.match_take(edits.match_take(shot, "B", "A", "mira"), "C", "B", "mira", "push-in")
    lasting = lambda s: {float(t.timeline.duration) for t in s.takes}
    assert lasting(edits.retime_take(pair, "A", 7)) == {7}
    assert keys(edits.retime_take(pair, "A", 8), "focus_distance", "B") == [(2, "mira"), (4, "tom")]
    assert lasting(edits.end_take(pair, "A", 3)) == {3}
    assert lasting(edits.apply_move(pair, "A", "truck", amount="0.1 m", seconds=2, at=4)) == {6}
    assert lasting(edits.replace_moves(pair, "A", "push-in", amount="10%", seconds=9)) == {9}
    assert lasting(edits.focus_on(pair, "A", 2.0, at=5)) == {5}
    own = edits.end_take(pair, "C", 2)      # its own length is left alone
    assert [float(t.timeline.duration) for t in edits.retime_take(own, "A", 8).takes] == [8, 8, 2]


def test_matching_keeps_a_takes_own_lens_and_place(shot):
    """A long lens from farther away beside the push-in: the same size at every moment, each with its own lens."""
    far = replace(shot.take("A").camera, position=(0.0, 0.0, 1.0), focal_length=60.0, f_stop=4.0)
    two = edits.start_here(edits.add_take(shot), "B", far)
    two = edits.focus_on(two, "B", "mira")
    pair = edits.match_take(two, "B", "A", "mira")
    a, b = pair.perform("A"), pair.perform("B")
    for t in (0, 1.3, 4):
        assert b.size("mira", t) == pytest.approx(a.size("mira", t), rel=1e-4)
        assert b.camera(t).position[2] == 1.0 and b.camera(t).f_stop == 4
    assert keys(pair, "focus_distance", "B") == [(0, "mira")]


@pytest.fixture
def pair(shot):
    """A push-in and the zoom that matches it, both pinholes as the window begins with them."""
    bare = replace(shot.take("A"), camera=replace(shot.take("A").camera, f_stop=None))
    bare = replace(bare, timeline=edits.without_channels(bare.timeline, ("focus_distance",)))
    return edits.match_take(replace(shot, takes=(bare,)), "B", "A", "mira")


def test_a_matched_take_goes_along_with_stop_and_focus(pair):
    """Both pictures are seen through the same opening, sharp in the same place."""
    after = lambda before, changed, at=0: edits.lenses_along(before, changed, at)
    focused = after(pair, edits.focus_on(edits.set_f_stop(pair, "A", 2.0), "A", "mira"))
    assert focused.take("B").camera.f_stop == 2 and keys(focused, "focus_distance", "B") == [(0, "mira")]
    racked = after(focused, edits.rack_between(focused, "A", "mira", "tom", 1))
    assert keys(racked, "focus_distance", "B") == keys(racked, "focus_distance")
    iris = after(racked, edits.add_lane(racked, "A", "f_stop", 1))
    assert keys(iris, "f_stop", "B") == [(1, 2.0)]
    assert edits.retime_take(iris, "A", 8) == after(iris, edits.retime_take(iris, "A", 8))


def test_a_distance_is_that_of_the_same_place_for_a_matched_take(pair):
    wall = edits.lenses_along(pair, edits.focus_on(edits.set_f_stop(pair, "A", 2.0), "A", 3.0), 4)
    gone = -wall.perform("A").camera(4).position[2]
    assert gone > 0.3 and wall.perform("B").camera(4).focus_distance == pytest.approx(3.0 + gone)


def test_what_was_set_on_a_matched_take_itself_stays(pair):
    along = lambda before, changed: edits.lenses_along(before, changed, 0)
    own = along(pair, edits.set_f_stop(pair, "B", 8.0))
    assert own.take("B").match.own == ("f_stop",) and own.take("A").camera.f_stop is None
    both = along(own, edits.focus_on(edits.set_f_stop(own, "A", 2.0), "A", "tom"))
    assert both.take("B").camera.f_stop == 8 and keys(both, "focus_distance", "B") == [(0, "tom")]
    assert parse(dump(both)) == both and '"own"' not in dump(pair)
    again = along(both, edits.set_f_stop(both, "B", 2.0))
    assert along(again, edits.set_f_stop(again, "A", 4.0)).take("B").camera.f_stop == 4
    free = again.with_take(replace(again.take("B"), match=None))
    assert along(free, edits.set_f_stop(free, "A", 4.0)).take("B").camera.f_stop == 2
    late = edits.match_take(edits.set_f_stop(free, "B", 11.0), "B", "A", "mira")     # what it had before counts as its own
    assert along(late, edits.set_f_stop(late, "A", 4.0)).take("B").camera.f_stop == 11


def test_an_iris_on_a_pinhole_begins_where_nothing_blurs(pair):
    """It may be opened from there, on whom the take is about."""
    lane = edits.add_lane(pair, "A", "f_stop", 1)
    assert keys(lane, "f_stop") == [(1, 22.0)] and keys(lane, "focus_distance") == [(0, "mira")]
    slow = Lens("slow", (20, 100), (4, 16), 0.2)
    assert keys(edits.add_lane(edits.set_lens(pair, "A", slow), "A", "f_stop", 1), "f_stop") == [(1, 16.0)]
    focus = edits.add_lane(pair, "A", "focus_distance", 1)
    assert focus.take("A").camera.f_stop == 2.8 and keys(focus, "focus_distance") == [(0, "mira"), (1, "mira")]


def test_an_iris_that_is_pulled_goes_along_with_the_stop(pair):
    """What is set is seen, also where keys say how the iris goes on; a pinhole has none."""
    lane = edits.add_lane(edits.set_f_stop(pair, "A", 4.0), "A", "f_stop", 1)
    pulled = lane.with_take(replace(lane.take("A"), timeline=lane.take("A").timeline.replacing(
        lane.take("A").timeline.track("f_stop"), Track("f_stop", (Key(1, 4.0), Key(2, 100.0))))))
    assert keys(edits.set_f_stop(pulled, "A", 2.0), "f_stop") == [(1, 2.0), (2, 50.0)]
    assert keys(edits.set_f_stop(pulled, "A", 8.0), "f_stop") == [(1, 8.0), (2, 128.0)]
    shut = edits.set_f_stop(pulled, "A", None)
    assert shut.perform("A").camera(1).f_stop is None and shut.take("A").timeline.track("f_stop") is None


def test_a_matched_take_takes_lanes_of_stop_and_focus_and_no_others(pair):
    """Its way is the other's, however keys come to it."""
    for channel in ("f_stop", "focus_distance"):
        assert edits.add_lane(pair, "B", channel, 1).take("B").timeline.track(channel)
    travel = edits.copy_keys(pair, "A", [KeyAt(index(pair, "z"), Fraction(4))])
    for refused in (lambda: edits.add_lane(pair, "B", "pan", 1), lambda: edits.paste_keys(pair, "B", travel, 1)):
        with pytest.raises(PushinError, match="B matches take A"):
            refused()
    focused = edits.focus_on(pair, "A", "tom")
    marks = edits.copy_keys(focused, "A", [KeyAt(index(focused, "focus_distance"), Fraction(0))])
    assert keys(edits.paste_keys(focused, "B", marks, 1), "focus_distance", "B") == [(1, "tom")]


def test_a_lens_that_is_opened_is_focused_on_whom_the_take_is_about(pair):
    assert keys(edits.set_f_stop(pair, "A", 2.0), "focus_distance") == [(0, "mira")]
    for known in (edits.focus_on(pair, "A", 3.0), edits.focus_on(pair, "A", "tom")):      # but where focus was set
        assert same_cameras(known, edits.set_f_stop(known, "A", 2.0)) is None
    racked = edits.rack_between(edits.set_f_stop(pair, "A", 2.0), "A", "tom", "mira", 1)
    assert keys(racked, "focus_distance") == [(1, "tom"), (2, "mira")]      # who is racked from is in focus before


def test_stop_and_focus_are_dragged_along(pair):
    """Also where every moment of the drag begins with the shot as it was before, and where it comes back to that."""
    document = Document(pair)
    edit = lambda changed, drag=None: document.edit("", edits.lenses_along(document.before(drag), changed, 0), drag)
    edit(edits.rack_between(pair, "A", "mira", "tom", 1))
    base = document.shot
    for take, ends in (("A", lambda by: [2 + by, 2 + by]), ("B", lambda by: [2, 2 + by])):
        for by in (0.5, 1, 1, 2, 0):
            edit(edits.move_keys(base, take, [KeyAt(index(base, "focus_distance", take), Fraction(2))], by), "drag")
            assert [keys(document.shot, "focus_distance", name)[-1][0] for name in "AB"] == ends(by)
            assert bool(document.shot.take("B").match.own) == (take == "B" and by > 0)
        document.release()
        assert document.shot is base
    for stop in (2.0, 2.8):
        edit(edits.set_f_stop(document.shot, "A", stop), "ring")
        assert document.shot.take("B").camera.f_stop == stop


def test_lens_and_rig(shot):
    zoom = Lens("zoom", (40, 100), (4, 22), 0.8, blades=9)
    on = edits.set_lens(shot, "A", zoom).take("A")
    assert on.lens == zoom and on.camera.focal_length == 40 and on.camera.f_stop == 4 and on.camera.blades == 9
    wide = Lens("anamorphic", (35, 35), (2, 22), 0.8, squeeze=2.0)
    squeezed = edits.set_lens(shot, "A", wide)
    assert squeezed.take("A").camera == start_camera(shot.plate.stage, lens=wide, f_stop=2.0)
    for spherical in (None, zoom):
        back = edits.set_lens(squeezed, "A", spherical).take("A").camera
        assert (back.sensor_width, back.squeeze) == (36, 1)
    zooming = edits.apply_move(shot, "A", "zoom in", amount="70 mm", seconds=2)      # from 35: it starts as the panel says
    assert [mm for _, mm in keys(edits.set_lens(zooming, "A", zoom), "focal_length")] == pytest.approx([40, 80])
    tall = lambda s: s.take("A").camera.sensor_width / s.aspect(s.take("A"))
    assert tall(squeezed) == pytest.approx(tall(shot)), "the sensor is as tall behind every lens"
    assert edits.set_rig(shot, "A", "Handheld").take("A").rig == "handheld"
    assert edits.set_f_stop(shot, "A", None).take("A").camera.f_stop is None
    zoomed = edits.set_focal_length(edits.apply_move(shot, "A", "zoom in", amount="70 mm", seconds=2), "A", 50)
    assert zoomed.perform("A").camera(2).focal_length == pytest.approx(100)


def test_subjects(shot):
    full = edits.apply_move(shot, "A", "arc", subject="mira", amount="10°", seconds=2)
    full = edits.keep_framed(edits.match_take(full, "B", "A", "mira"), "A", "mira", 0, 2)
    gone = edits.remove_subject(full, "mira")
    assert "mira" not in dump(gone) and gone.take("B").match is None and not gone.take("A").timeline.holds
    focus = shot.perform("A").camera(1).focus_distance
    assert edits.remove_subject(shot, "mira").perform("A").camera(1).focus_distance == pytest.approx(focus)
    followed = edits.remove_subject(edits.focus_on(shot, "A", "mira"), "mira").take("A").timeline
    assert "follow focus" not in followed.moves and followed.track("focus_distance")      # at what is a distance by now
    with pytest.raises(PushinError, match="called mira already"):
        edits.add_subject(shot, shot.subject("mira"))


def test_who_is_named_takes_the_place_of_the_subject_that_nobody_has_named(shot):
    """In every take; and not where it stands elsewhere, or farther away."""
    full = edits.apply_move(shot, "A", "arc", subject="mira", amount="10°", seconds=2)
    full = edits.keep_framed(edits.match_take(full, "B", "A", "mira"), "A", "mira", 0, 2)
    assert parse(dump(full)) == full
    unnamed = parse(dump(full).replace('"mira"', '"subject"'))
    mira = shot.subject("mira")
    assert edits.name_subject(unnamed, mira) == full
    wider = replace(mira, box=(100, 100, 700, 700), depth=1.6, name="Mira")
    named = edits.name_subject(unnamed, wider)
    assert named.subjects == (wider, shot.subject("tom"))
    assert [take.timeline.subjects for take in named.takes] == [("Mira", "tom")] * 2 and named.take("B").match.subject == "Mira"
    for other in (replace(wider, box=(700, 100, 900, 700), head=None), replace(wider, depth=3.0)):
        assert edits.name_subject(unnamed, other) == edits.add_subject(unnamed, other)


def test_moves_by_name(shot):
    both = edits.apply_move(shot, "A", "truck", amount="0.2 m", seconds=2, at=1.01)
    assert both.take("A").timeline.moves == ("push-in", "rack", "truck") and keys(both, "x")[0] == (1, 0.0)
    other = edits.replace_moves(shot, "A", "zoom in", amount="20%", seconds=3)
    assert other.take("A").timeline.moves == ("rack", "zoom in") and other.duration == 3
    assert keys(other, "focus_distance") == keys(shot, "focus_distance")
    pull = edits.replace_moves(shot, "A", "follow focus", subject="tom")
    assert keys(pull, "focus_distance") == [(0, "tom")] and keys(pull, "z") == keys(shot, "z")
    with pytest.raises(PushinError, match="not a move"):
        edits.apply_move(shot, "A", "teleport")


@pytest.mark.parametrize("at", [Fraction(1, 2), 1, Fraction(5, 4), Fraction(3, 2), 2, Fraction(5, 2), 3])
@pytest.mark.parametrize("subject, to", [("mira", "tom"), ("tom", "mira")])
@pytest.mark.parametrize("way", ["rack", "on top"])
def test_focus_before_a_rack_stays_as_it_was(shot, at, subject, to, way):
    """Of a pull that is under way, while the camera moves, nearly so: it is cut off at a distance."""
    racked = (edits.rack_between(shot, "A", subject, to, at) if way == "rack" else
              edits.apply_move(shot, "A", "rack", subject=subject, to=to, at=at))
    before, after = shot.perform("A"), racked.perform("A")
    for n in range(int(at * 24)):
        assert after.camera(n / 24).focus_distance == pytest.approx(before.camera(n / 24).focus_distance, rel=0.02)
    assert after.focus_mark(float(at)) == subject and after.focus_mark(float(at + 1)) == to
    again = edits.rack_between(racked, "A", to, subject, at + 2)
    assert len(keys(again, "focus_distance")) == len(keys(racked, "focus_distance")) + 2      # from where it rests


def test_focus(shot):
    rack = edits.rack_between(edits.replace_moves(shot, "A", "static"), "A", "tom", "mira", at=0.51, duration=0.5)
    assert keys(rack, "focus_distance")[:3] == [(0, "mira"), (Fraction(1, 2), "tom"), (1, "mira")]
    everywhere = edits.focus_on(shot, "A", 2.5)
    assert everywhere.take("A").timeline.track("focus_distance") is None
    assert everywhere.perform("A").camera(3).focus_distance == 2.5
    assert edits.focus_on(shot, "A", "tom").perform("A").camera(0).focus_distance == pytest.approx(3.1102)
    here = edits.focus_on(shot, "A", 2.0, at=3.0)
    assert keys(here, "focus_distance") == [(1, "mira"), (2, "tom"), (3, 2.0)]
    assert keys(edits.focus_on(everywhere, "A", "tom", at=1), "focus_distance") == [(1, "tom")]
    assert edits.focus_on(shot, "A", "infinity").perform("A").camera(0).focus_distance == 1e4
    with pytest.raises(PushinError, match="no subject"):
        edits.focus_on(shot, "A", "nobody")


def test_keys_are_dragged_together(shot):
    z, focus = index(shot, "z"), index(shot, "focus_distance")
    both = [KeyAt(focus, Fraction(1)), KeyAt(focus, Fraction(2))]
    later = edits.move_keys(shot, "A", both, 0.5)
    assert keys(later, "focus_distance") == [(Fraction(3, 2), "mira"), (Fraction(5, 2), "tom")]
    assert keys(edits.move_keys(shot, "A", both, -9), "focus_distance") == [(0, "mira"), (1, "tom")]
    onto = edits.move_keys(shot, "A", [KeyAt(focus, Fraction(1))], 1)
    assert keys(onto, "focus_distance") == [(2, "mira")]
    past = edits.move_keys(shot, "A", [KeyAt(z, Fraction(4))], 2)
    assert past.duration == 6
    assert edits.move_keys(shot, "A", [], 1) == shot
    dragged = Document(shot)
    for by in range(50):
        dragged.edit("Move keys", edits.move_keys(shot, "A", both, by / 25), drag="keys")
    dragged.release()
    assert dragged.undo() == "Move keys" and dragged.shot == shot


def test_keys_are_deleted_eased_copied_and_pasted(shot):
    z, focus = index(shot, "z"), index(shot, "focus_distance")
    gone = edits.delete_keys(shot, "A", [KeyAt(focus, Fraction(1)), KeyAt(focus, Fraction(2))])
    assert gone.take("A").timeline.track("focus_distance") is None
    eased = edits.set_ease(shot, "A", [KeyAt(z, Fraction(0))], "hold")
    assert eased.take("A").timeline.tracks[z].keys[0].ease == "hold"
    copied = edits.copy_keys(shot, "A", [KeyAt(focus, Fraction(1)), KeyAt(focus, Fraction(2)), KeyAt(z, Fraction(4))])
    pasted = edits.paste_keys(edits.add_take(shot), "B", copied, 2.0)
    assert keys(pasted, "focus_distance", "B") == [(2, "mira"), (3, "tom")] and pasted.take("B").timeline.duration == 5
    again = edits.paste_keys(shot, "A", copied, 0)
    assert [t for t, _ in keys(again, "z")] == [0, 3, 4] and len(again.take("A").timeline.tracks) == 2
    with pytest.raises(PushinError, match="no track"):
        edits.delete_keys(shot, "A", [KeyAt(9, Fraction(0))])


@settings(deadline=None)
@given(st.sampled_from(EASES) | st.tuples(st.floats(0.05, 0.5), st.floats(0, 1), st.floats(0.5, 0.95),
                                          st.floats(0, 1)), st.floats(0.05, 0.95))
def test_parting_a_way_keeps_its_curve(ease, share):
    first, second = edits.part(ease, share)
    whole, one, two = curve(ease), curve(first), curve(second)
    way = whole(share)
    for n in range(21):
        u = n / 20
        if ease == "hold" and u == 1:
            continue
        assert way * one(u) == pytest.approx(whole(share * u), abs=1e-6)
        assert way + (1 - way) * two(u) == pytest.approx(whole(share + (1 - share) * u), abs=1e-6)


@pytest.mark.parametrize("channel, a, b", [("z", 0.0, -0.5), ("focal_length", 35.0, 70.0),
                                           ("focus_distance", 1.0, 4.0)])
@pytest.mark.parametrize("ease", ["both", "in", "linear", "hold", (0.2, 0.7, 0.5, 1.2)])
def test_a_key_put_in_changes_nothing(shot, channel, a, b, ease):
    track = Track(channel, (Key(0, a, ease), Key(4, b)))
    plain = shot.with_take(replace(shot.take("A"), timeline=replace(shot.take("A").timeline, tracks=(track,))))
    parted = edits.insert_key(plain, "A", 0, 1.5)
    assert len(parted.take("A").timeline.tracks[0].keys) == 3
    same_cameras(plain, parted)
    same_cameras(plain, edits.insert_key(edits.insert_key(parted, "A", 0, 9), "A", 0, 1.5))


@pytest.mark.parametrize("channel", ["x", "pan", "focal_length", "focus_distance", "f_stop"])
def test_a_lane_that_is_added_changes_nothing_yet(shot, channel):
    plain = edits.set_f_stop(edits.add_take(shot, "C", like="A"), "C", 2.8)
    added = edits.add_lane(plain, "C", channel, 1.5)
    assert [(track.channel, len(track.keys)) for track in added.take("C").timeline.tracks] == [(channel, 1)]
    same_cameras(plain, added, "C")
    again = edits.add_lane(added, "C", channel, 2)
    assert [len(track.keys) for track in again.take("C").timeline.tracks] == [2]
    with pytest.raises(PushinError, match="matches take A"):
        edits.add_lane(edits.match_take(shot, "B", "A", "mira"), "B", "roll", 1)
    breathes = Lens("a lens that breathes", (10, 200), (2, 22), 0.2, breathing=0.7)
    held = edits.set_lens(edits.replace_moves(plain, "C", "dolly zoom in", subject="mira"), "C", breathes)
    same_cameras(held, edits.add_lane(held, "C", channel, 1.5), "C")


def test_a_camera_is_set_by_keys(shot):
    wanted = replace(shot.perform("A").camera(2), position=(0.1, 0.05, -0.4), pan=5.0, focal_length=50.0,
                     focus_distance=2.0, f_stop=4.0)
    there = edits.set_camera(shot, "A", 2, wanted)
    got = there.perform("A").camera(2)
    assert got.position == pytest.approx(wanted.position, abs=1e-6) and got.pan == pytest.approx(5)
    assert got.focal_length == pytest.approx(50) and got.focus_distance == pytest.approx(2) and got.f_stop == 4
    assert edits.set_camera(shot, "A", 1.5, shot.perform("A").camera(1.5)) == shot
    assert there.perform("A").camera(0).position[2] == pytest.approx(0)       # z had keys: the start stays
    with pytest.raises(PushinError, match="matches take A"):
        edits.set_camera(edits.match_take(shot, "B", "A", "mira"), "B", 1, wanted)


def test_a_key_between_followed_marks_needs_a_mark(shot):
    with pytest.raises(PushinError, match="mark of its own"):
        edits.insert_key(shot, "A", index(shot, "focus_distance"), 1.5)


def test_holds(shot):
    held = edits.keep_framed(edits.keep_framed(shot, "A", "mira", 0, 2), "A", "mira", 3)
    assert [(h.what, h.start, h.end) for h in held.take("A").timeline.holds] == [("framing", 0, 2), ("framing", 3, 4)]
    again = edits.keep_framed(held, "A", "tom", 1, 3)
    assert [h.subject for h in again.take("A").timeline.holds] == ["tom"]


def test_every_edit_is_undone_by_one_undo(shot):
    z = index(shot, "z")
    done = [(edits.add_take,), (edits.apply_move, "A", "pan"), (edits.rack_between, "A", "tom", "mira", 2.5),
            (edits.focus_on, "A", 3.0, 3.5), (edits.set_focal_length, "A", 50), (edits.insert_key, "A", z, 2),
            (edits.rename_take, "A", "slow"), (edits.remove_subject, "tom"), (edits.retime_take, "slow", 5)]
    document, values = Document(shot), [shot]
    for edit, *words in done:
        assert document.edit(edit.__name__, edit(document.shot, *words))
        values.append(document.shot)
        assert parse(dump(document.shot)) == document.shot and isinstance(document.shot, Shot)
    for edit, value in zip(reversed(done), reversed(values[:-1])):
        assert document.undo() == edit[0].__name__
        assert document.shot == value
    assert math.isclose(float(document.shot.duration), 4)
