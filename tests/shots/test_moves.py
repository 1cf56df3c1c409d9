"""Every move in numbers, from the bundled plate's people."""
import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from viewer import optics
from viewer.errors import PushinError
from viewer.shots.camera_moves import (arc, boom, extreme_close_up, pan, pedestal, pull_out, push_in, roll, static, tilt,
                                       tracking, truck, zoom_in, zoom_out)
from viewer.shots.focus_pulls import (SOFT, UNRECOGNISABLE, dual_rack, follow, pull_focus_away, rack, rack_far_to_near,
                                      rack_near_to_far, rack_reveal, soft_to_sharp)
from viewer.shots.framing import (SIZES, Subject, anchor_point, distance, frame_lines, named_size, place_in_frame,
                                  size_in_frame)
from viewer.shots.moves import MOVES, SYNONYMS, Scene, find_moves, make, named_move
from viewer.shots.rigs import RIGS
from viewer.shots.words import SPEEDS

MOVES_NAMED_BY_THE_TRADE = {
    "push-in", "pull-out", "zoom in", "zoom out", "dolly zoom in", "dolly zoom out", "push-in with zoom", "truck",
    "tracking", "pan", "tilt", "roll", "boom", "pedestal", "arc", "static", "push-in with pan", "push-in with boom up",
    "push-in with tilt", "extreme close-up",
    "follow focus", "rack", "rack near to far", "rack far to near", "rack reveal", "soft to sharp", "dual rack",
    "pull focus away",
    "rack in a close-up", "rack over the "
                          "shoulder", "rack during a tracking shot", "rack in an insert", "rack in a wide",
    "push-in pull-out", "push-in pull-out with zoom", "push-in pull-out with tracking", "push-in pull-out with tilt",
    "push-in pull-out into a close-up"}


def whole(timeline, count=61):
    return np.linspace(0, float(timeline.duration), count)


@pytest.mark.parametrize("text, name", [("push in", "push-in"), ("push-in", "push-in"), ("Dolly in", "push-in"),
                                        ("track in", "push-in"), ("zolly", "dolly zoom in"), ("crane", "boom"), ("whip", "pan"),
                                        ("background recedes", "dolly zoom in"), ("reveal rack", "rack reveal"),
                                        ("clos", "extreme close-up")])
def test_a_move_is_found_however_it_is_called(text, name):
    assert find_moves(text)[0].name == name


def test_finding_nothing_and_every_move():
    assert find_moves("teleport") == [] and MOVES["tracking"] not in find_moves("rack") and find_moves("recedes", lines=False) == []
    assert [move.name for move in find_moves(" ")] == list(MOVES) and set(SYNONYMS) <= set(MOVES)


def test_every_move_exists_with_one_line_and_plays(scene, play):
    assert set(MOVES) == MOVES_NAMED_BY_THE_TRADE
    for name, move in MOVES.items():
        assert move.line.endswith(".") and len(move.line) < 90
        timeline = move.make(scene)
        assert timeline.moves in ((name,), ())            # static has nothing to name
        for rig in RIGS:
            take = play(timeline, rig)
            for t in whole(timeline, 7):
                assert math.isfinite(take.size("mira", t))


# -- nearer and farther -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("amount, metres", [("25%", 0.25 * 1.5097), ("0.4 m", 0.4), (0.4, 0.4)])
def test_push_in_travels_along_the_axis(scene, play, amount, metres):
    take = play(push_in(scene, subject="mira", amount=amount, seconds=6))
    assert take.camera(6).position == pytest.approx((0, 0, -metres))
    assert take.size("mira", 6) / take.size("mira", 0) == pytest.approx(1.5097 / (1.5097 - metres))


def test_pull_out_is_the_other_way(scene, play):
    take = play(pull_out(scene, subject="mira", amount="20%", seconds=4))
    assert take.camera(4).position == pytest.approx((0, 0, 0.2 * 1.5097))
    assert take.size("mira", 4) / take.size("mira", 0) == pytest.approx(1 / 1.2)


@pytest.mark.parametrize("move", ["push-in", "zoom in", "push-in with zoom", "push-in with pan", "push-in with boom up",
                                  "push-in with tilt", "push-in pull-out", "push-in pull-out with zoom",
                                  "push-in pull-out with tilt"])
@pytest.mark.parametrize("who, start, end", [("mira", "medium", "close-up"), ("tom", "full", "medium close-up"),
                                             ("cup", "extreme wide", "medium")])
def test_shot_sizes_are_reached(scene, play, move, who, start, end):
    subject = scene.subject(who)
    rise = {"rise": "0.1 m"} if "boom" in move else {}
    timeline = make(scene, move, subject=who, start=start, end=end, seconds=6, **rise)
    take = play(timeline)
    end_time = float(timeline.duration) / (2 if "pull-out" in move else 1)
    assert take.size(who, 0) == pytest.approx(named_size(start).target(subject), rel=0.01)
    assert take.size(who, end_time) == pytest.approx(named_size(end).target(subject), rel=0.01)


@pytest.mark.parametrize("move, start, end", [("pull-out", "close-up", "medium long"), ("zoom out", "medium", "full")])
def test_shot_sizes_are_reached_going_out(scene, play, move, start, end):
    take = play(make(scene, move, subject="mira", start=start, end=end, seconds=5))
    assert take.size("mira", 0) == pytest.approx(1 / named_size(start).heads, rel=0.01)
    assert take.size("mira", 5) == pytest.approx(1 / named_size(end).heads, rel=0.01)


@pytest.mark.parametrize("size", [s.name for s in SIZES if s.heads < 720 / 219])
def test_every_tighter_size_is_reached_by_pushing_in(scene, play, size):
    take = play(push_in(scene, subject="mira", end=size, seconds=6))
    assert take.size("mira", 6) == pytest.approx(1 / named_size(size).heads, rel=0.01)


def test_a_size_that_the_way_does_not_reach_is_refused(scene):
    with pytest.raises(PushinError, match="does not become as large"):
        make(scene, "push-in with boom up", subject="cup", end="medium", rise="0.4 m")


def test_sizes_count_in_the_delivered_frame(stage, scene, play):
    scope = replace(scene, lines=frame_lines(16 / 9, 2.39))
    camera = play(push_in(scope, subject="mira", end="close-up", seconds=6)).camera(6)
    assert size_in_frame(stage, scene.subject("mira"), camera, scope.lines) == pytest.approx(1 / 1.4, rel=0.01)


def test_from_size_to_size_the_subject_keeps_its_place(stage, scene, play):
    take = play(push_in(scene, subject="mira", start="medium", end="close-up", seconds=6))
    point = anchor_point(stage, scene.subject("mira"))
    places = [place_in_frame(take.camera(t), point) for t in np.linspace(0, 6, 13)]
    np.testing.assert_allclose(places, [places[0]] * 13, atol=1e-6)


@pytest.mark.parametrize("amount, focal", [("25%", 35 / 0.75), ("0.4 m", 35 * 1.5097 / 1.1097), ("70 mm", 70)])
def test_zoom_in(scene, play, amount, focal):
    take = play(zoom_in(scene, subject="mira", amount=amount, seconds=4))
    assert take.camera(4).focal_length == pytest.approx(focal) and take.camera(4).position == (0, 0, 0)
    # Even to the hand on the ring: half-way in time is half-way in log focal length.
    assert take.camera(2).focal_length == pytest.approx(math.sqrt(35 * focal), rel=1e-6)


def test_zoom_out(scene, play):
    take = play(zoom_out(scene, subject="mira", amount="24 mm", seconds=4))
    assert take.camera(4).focal_length == pytest.approx(24)
    assert take.size("tom", 4) / take.size("tom", 0) == pytest.approx(24 / 35)


@pytest.mark.parametrize("move, amount, background", [("dolly zoom in", "40%", -1), ("dolly zoom out", "60%", 1)])
@pytest.mark.parametrize("rig", RIGS)
def test_dolly_zoom_keeps_the_subject_and_moves_the_background(scene, play, move, amount, background, rig):
    timeline = make(scene, move, subject="mira", amount=amount, seconds=4)
    take = play(timeline, rig)
    sizes = [take.size("mira", t) for t in whole(timeline)]
    np.testing.assert_allclose(sizes, sizes[0], rtol=0.001)
    if rig == "dolly":
        assert background * math.log(take.size("tom", 4) / take.size("tom", 0)) > 0.15


def test_push_in_with_zoom_shares_the_way(scene, play):
    take = play(make(scene, "push-in with zoom", subject="mira", amount="25%", seconds=4))
    grown = math.sqrt(1 / 0.75)
    assert take.camera(4).focal_length == pytest.approx(35 * grown)
    depth = distance(scene.stage, scene.subject("mira"), replace(take.camera(4), pan=0.0, tilt=0.0))
    assert 1.5097 / depth == pytest.approx(grown)


def test_extreme_close_up_of_a_detail_fills_the_frame(scene, play):
    take = play(extreme_close_up(scene, subject="mira", seconds=6))
    assert take.size("mira", 6) == pytest.approx(1 / 0.6, rel=0.01)
    take = play(extreme_close_up(scene, subject="cup", seconds=6))
    assert take.size("cup", 6) == pytest.approx(1.6, rel=0.01)


# -- sideways, up and down, around ------------------------------------------------------------------------------------

@pytest.mark.parametrize("move, amount, position", [
    (truck, "0.3 m", (0.3, 0, 0)), (truck, "0.3 m left", (-0.3, 0, 0)), (pedestal, "0.2 m", (0, 0.2, 0)),
    (pedestal, "0.2 m down", (0, -0.2, 0))])
def test_truck_and_pedestal_travel_without_turning(scene, play, move, amount, position):
    camera = play(move(scene, amount=amount, seconds=3)).camera(3)
    assert camera.position == pytest.approx(position) and (camera.pan, camera.tilt, camera.roll) == (0, 0, 0)


@pytest.mark.parametrize("move", [tracking, boom])
@pytest.mark.parametrize("who", ["mira", "tom"])
def test_tracking_and_boom_keep_the_subject_framed(stage, scene, play, move, who):
    take = play(move(scene, subject=who, amount="0.4 m", seconds=3))
    point = anchor_point(stage, scene.subject(who))
    places = [place_in_frame(take.camera(t), point) for t in np.linspace(0, 3, 13)]
    np.testing.assert_allclose(places, [places[0]] * 13, atol=1e-9)
    assert math.dist(take.camera(3).position, (0, 0, 0)) == pytest.approx(0.4)


@pytest.mark.parametrize("move, field", [(pan, "pan"), (tilt, "tilt"), (roll, "roll")])
def test_turns(scene, play, move, field):
    take = play(move(scene, amount="12°", seconds=2))
    assert getattr(take.camera(2), field) == pytest.approx(12) and getattr(take.camera(1), field) == pytest.approx(6)
    assert take.camera(2).position == (0, 0, 0)


@pytest.mark.parametrize("amount", ["30°", "90° left"])
def test_arc_keeps_its_distance_and_its_subject(stage, scene, play, amount):
    take = play(arc(scene, subject="mira", amount=amount, seconds=4))
    point = anchor_point(stage, scene.subject("mira"))
    ground = lambda camera: math.hypot(camera.position[0] - point[0], camera.position[2] - point[2])
    cameras = [take.camera(t) for t in np.linspace(0, 4, 21)]
    np.testing.assert_allclose([ground(c) for c in cameras], ground(cameras[0]), rtol=1e-9)
    np.testing.assert_allclose([place_in_frame(c, point) for c in cameras], [place_in_frame(cameras[0], point)] * 21,
                               atol=1e-9)
    assert abs(cameras[-1].pan) == pytest.approx(float(amount.split("°")[0]))
    assert (cameras[-1].position[0] > 0) == ("left" not in amount)      # to the right: the camera goes right


def test_an_arc_in_metres_a_second_is_as_fast_as_that_also_around_a_subject_beside_the_axis(stage, scene, play):
    take = play(arc(scene, subject="tom", amount="30°", speed="0.5 m/s", ease="linear"))
    radius = math.hypot(*anchor_point(stage, scene.subject("tom"))[::2])
    assert radius * math.radians(30) / take.duration == pytest.approx(0.5, rel=0.02)      # of a whole number of frames


def test_a_move_about_nobody_is_made_wherever_the_first_subject_stands(scene):
    beyond = replace(scene, camera=replace(scene.camera, position=(0.0, 0.0, -2.0)))
    for move in ("truck", "pedestal"):
        assert make(beyond, move, amount="0.3 m").duration > 0
    with pytest.raises(PushinError, match="mira stands behind the camera"):
        make(beyond, "tracking", subject="mira")


def test_push_in_with_pan_keeps_the_subject_framed_on_straight_rails(stage, scene, play):
    take = play(make(scene, "push-in with pan", subject="mira", amount="40%", seconds=4))
    point = anchor_point(stage, scene.subject("mira"))
    cameras = [take.camera(t) for t in np.linspace(0, 4, 13)]
    np.testing.assert_allclose([place_in_frame(c, point) for c in cameras], [place_in_frame(cameras[0], point)] * 13,
                               atol=1e-9)
    assert all(c.position[:2] == (0, 0) for c in cameras) and cameras[-1].pan < -2


def test_push_in_with_boom_up_and_with_tilt(stage, scene, play):
    camera = play(make(scene, "push-in with boom up", subject="mira", amount="30%", rise="0.25 m", seconds=4)).camera(4)
    assert camera.position == pytest.approx((0, 0.25, -0.3 * 1.5097)) and camera.tilt < -5
    camera = play(make(scene, "push-in with tilt", subject="mira", amount="30%", angle="4°", seconds=4)).camera(4)
    assert camera.position == pytest.approx((0, 0, -0.3 * 1.5097)) and camera.tilt == pytest.approx(4)


# -- speed ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("word", SPEEDS)
def test_speed_words_are_the_subjects_growth_per_second(scene, play, word):
    timeline = push_in(scene, subject="mira", amount="40%", speed=word)
    rate = (1 / 0.6) ** (1 / float(timeline.duration)) - 1
    assert rate == pytest.approx(SPEEDS[word], rel=0.02)                # to a whole frame
    assert (timeline.duration * 24).denominator == 1


def test_a_decimal_comma_is_one_like_any_other(scene):
    assert push_in(scene, amount="0,3 m", seconds="2,5") == push_in(scene, amount="0.3 m", seconds="2.5")
    assert push_in(scene, amount="12,5%", speed="0,2 m/s") == push_in(scene, amount="12.5%", speed="0.2 m/s")


def test_speed_in_metres_a_second(scene):
    assert push_in(scene, amount="0.6 m", speed="0.2 m/s").duration == 3
    assert truck(scene, amount="0.6 m", speed="0.3m/s").duration == 2
    assert pan(scene, speed="moderate").duration > pan(scene, speed="fast").duration
    with pytest.raises(PushinError, match="does not travel"):
        zoom_in(scene, speed="0.2 m/s")


@pytest.mark.parametrize("word, least", [("slow", 2), ("moderate", 1), ("fast", 0.5)])
def test_a_move_before_something_far_away_takes_its_time(scene, word, least):
    """Thirty centimetres hardly move it in the frame, and a dolly still has to go them."""
    far = Scene(scene.stage, (Subject("ship", (600, 300, 680, 380), 90.0),), scene.camera)
    for move in ("truck", "boom"):
        assert least <= make(far, move, amount="0.3 m", subject="ship", speed=word).duration <= least + 0.1



# -- focus ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("move", ["push-in", "arc", "tracking", "dolly zoom in", "push-in with boom up"])
@pytest.mark.parametrize("rig", ["dolly", "handheld", "drone"])
def test_follow_focus_stays_on_the_subject(scene, play, move, rig):
    timeline = make(scene, move, subject="mira") + follow(scene, subject="mira")
    take = play(timeline, rig)
    for t in whole(timeline, 25):
        camera, depth = take.camera(t), take.distance("mira", t)
        near, far = optics.depth_of_field(camera.focal_length, camera.f_stop, depth, 0.025)
        assert abs(camera.focus_distance - depth) <= 0.01 * min(far - depth, depth - near)


def test_rack_goes_evenly_in_one_over_distance(scene, play):
    take = play(rack(scene, subject="mira", to="tom", at=1, seconds=2))
    assert take.camera(0.5).focus_distance == pytest.approx(1.5097)
    assert 1 / take.camera(2).focus_distance == pytest.approx((1 / 1.5097 + 1 / 3.1102) / 2)
    assert take.camera(3).focus_distance == pytest.approx(3.1102)


def test_racks_near_to_far_and_far_to_near_find_the_order_themselves(scene, play):
    take = play(rack_near_to_far(scene, subject="mira", to="tom"))
    assert take.camera(0).focus_distance < take.camera(9).focus_distance
    take = play(rack_far_to_near(scene))
    assert take.camera(0).focus_distance > take.camera(9).focus_distance
    with pytest.raises(PushinError, match="not nearer"):
        rack_near_to_far(scene, subject="tom", to="mira")


@pytest.mark.parametrize("side", ["near", "far"])
@pytest.mark.parametrize("move, blur, sharp_at_end", [(rack_reveal, UNRECOGNISABLE, True), (soft_to_sharp, SOFT, True),
                                                      (pull_focus_away, SOFT, False)])
def test_soft_ends_are_as_soft_as_they_say(scene, play, move, blur, sharp_at_end, side):
    fast = replace(scene, camera=replace(scene.camera, focal_length=85.0, f_stop=1.4))
    timeline = move(fast, subject="mira", side=side, at=0, seconds=2)
    take = play(timeline, camera=fast.camera)
    ends = [float(optics.circle_of_confusion(1.5097, 85, 1.4, take.camera(t).focus_distance)) / 36 for t in (0, 2)]
    if not sharp_at_end:
        ends.reverse()
    assert ends[1] == pytest.approx(0, abs=1e-9)
    most = float(optics.circle_of_confusion(1.5097, 85, 1.4, 1e4)) / 36     # focused at infinity
    assert ends[0] == pytest.approx(blur if side == "near" else min(blur, most), rel=0.01)
    focus = take.camera(0 if sharp_at_end else 2).focus_distance
    assert (focus < 1.5) == (side == "near")


def test_dual_rack_comes_back(scene, play):
    timeline = dual_rack(scene, subject="mira", to="tom", at=1, seconds=1, beat=2)
    take = play(timeline)
    focus = [take.camera(t).focus_distance for t in (0, 1, 2, 3, 4, 5)]
    assert focus == pytest.approx([1.5097, 1.5097, 3.1102, 3.1102, 3.1102, 1.5097]) and timeline.duration == 5


def test_focus_has_its_own_timing(scene, play):
    take = play(push_in(scene, subject="mira", amount="25%", seconds=6)
                + rack(scene, subject="mira", to="tom", at="2.5", seconds="0.5", ease="linear"))
    assert take.camera(2.4).focus_distance == pytest.approx(take.distance("mira", 2.4))
    assert take.camera(3.1).focus_distance == pytest.approx(take.distance("tom", 3.1))


# -- combinations -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("move, size", [("rack in a close-up", "close-up"), ("rack in an insert", "medium close-up")])
def test_racks_in_a_tight_frame(scene, play, move, size):
    subject = "mira" if move == "rack in a close-up" else "cup"
    timeline = make(scene, move, subject=subject, to="tom", at=1, seconds=1)
    take = play(timeline)
    assert take.size(subject, 0) == take.size(subject, 3)
    assert take.size(subject, 0) == pytest.approx(named_size(size).target(scene.subject(subject)), rel=0.01)
    assert take.camera(0).focus_distance == pytest.approx(take.distance(subject, 0))
    assert take.camera(3).focus_distance == pytest.approx(take.distance("tom", 3))


@pytest.mark.parametrize("first", ["mira", "tom"])
def test_rack_over_the_shoulder(stage, scene, play, first):
    second = {"mira": "tom", "tom": "mira"}[first]
    take = play(make(scene, "rack over the shoulder", subject=first, to=second))
    camera = take.camera(0)
    shoulder = place_in_frame(camera, anchor_point(stage, scene.subject("mira")))
    face = place_in_frame(camera, anchor_point(stage, scene.subject("tom")))
    assert shoulder[0] == pytest.approx(-0.32, abs=0.001) and face[0] == pytest.approx(1 / 6, abs=1e-9)
    assert camera.focus_distance == pytest.approx(take.distance(first, 0))
    assert take.camera(9).focus_distance == pytest.approx(take.distance(second, 9))


def test_rack_during_a_tracking_shot_pulls_in_the_middle(stage, scene, play):
    timeline = make(scene, "rack during a tracking shot", subject="mira", to="tom", amount="0.3 m", seconds=4, pull=1)
    take = play(timeline)
    assert take.camera(1.4).focus_distance == pytest.approx(take.distance("mira", 1.4))
    assert take.camera(2.6).focus_distance == pytest.approx(take.distance("tom", 2.6))
    assert take.camera(4).position[0] == pytest.approx(0.3)
    point = anchor_point(stage, scene.subject("mira"))
    assert place_in_frame(take.camera(4), point) == pytest.approx(place_in_frame(take.camera(0), point))


def test_rack_in_a_wide(scene, play):
    take = play(make(scene, "rack in a wide", subject="tom", to="mira"))
    assert take.camera(0).position == (0, 0, 0)
    assert take.camera(0).focus_distance == pytest.approx(1.5097) and take.camera(9).focus_distance == pytest.approx(3.1102)
    take = play(make(scene, "rack in a wide", subject="mira", to="tom", size="wide"))
    assert take.size("mira", 0) == pytest.approx(1 / 15, rel=0.01)


@pytest.mark.parametrize("name", [n for n in MOVES if n.startswith("push-in pull-out")])
def test_push_in_pull_out_comes_back(scene, play, name):
    timeline = make(scene, name, subject="mira", seconds=7, beat=1)
    assert timeline.duration == 7
    take = play(timeline)
    sizes = np.array([take.size("mira", t) for t in np.linspace(0, 7, 29)])
    np.testing.assert_allclose(sizes, sizes[::-1], rtol=1e-6)
    # Grown most during the beat; tracking past carries a little of it away again.
    assert sizes.max() > 1.2 * sizes[0] and sizes[14] == pytest.approx(sizes.max(), rel=0.05)
    assert take.camera(7).position == pytest.approx(take.camera(0).position, abs=1e-12)
    if name.endswith("close-up"):
        assert sizes[14] == pytest.approx(1 / 1.4, rel=0.01)


# -- words ------------------------------------------------------------------------------------------------------------

def test_names_are_found_however_they_are_written():
    assert named_move("Push In with zoom").name == "push-in with zoom"
    assert named_move("follow").name == "follow focus" and named_move("dolly-zoom-in").name == "dolly zoom in"


@pytest.mark.parametrize("said, name", [
    ("dolly in", "push-in"), ("Dolly-out", "pull-out"), ("track in", "push-in"), ("track out", "pull-out"), ("pull back", "pull-out"),
    ("truck in", "push-in"), ("arc shot", "arc"), ("zoom", "zoom in"), ("tracking shot", "tracking"), ("vertigo", "dolly zoom in"),
    ("zolly", "dolly zoom in"), ("dolly zoom", "dolly zoom in"), ("crab", "truck"), ("Dutch", "roll"), ("Dutch angle", "roll"),
    ("reveal", "rack reveal"), ("crane up", "boom"), ("pedestal down", "pedestal"), ("whip pan left", "pan")])
def test_a_move_is_known_by_what_it_is_called_on_a_set(said, name):
    assert named_move(said).name == find_moves(said, lines=False)[0].name == name


@pytest.mark.parametrize("said, move, amount", [
    ("crane up", "boom", "0.3 m"), ("crane down", "boom", "-0.3 m"), ("pan left", "pan", "-10°"), ("crab right", "truck", "0.3 m"),
    ("dutch left", "roll", "-10°"), ("look down", "tilt", "-5°")])
def test_a_way_in_the_name_of_a_move_is_gone(scene, said, move, amount):
    assert make(scene, said, subject="mira" if move == "boom" else None) == \
        make(scene, move, amount=amount, subject="mira" if move == "boom" else None)
    assert make(scene, "crane down", amount="50%").tracks == make(scene, "boom", amount="-50%").tracks


@pytest.mark.parametrize("said, nearest", [("dolly zom", "are dolly zoom in"), ("pul out", "are pull-out"), ("crane left", "are boom, roll")])
def test_a_name_that_is_not_known_has_the_nearest_ones_told(said, nearest):
    with pytest.raises(PushinError, match=f"^'{said}' is not a move; the nearest {nearest}"):
        named_move(said)
    with pytest.raises(PushinError, match=r"^'teleport' is not a move \(`pushin moves` lists all\)\.$"):
        named_move("teleport")


@pytest.mark.parametrize("words, says", [
    (dict(move="push"), "not a move"),
    (dict(move="push-in", amount="far"), "'far' is not a travel; write metres"),
    (dict(move="pan", amount="far"), "'far' is not an angle; write degrees"),
    (dict(move="zoom in", amount="far"), "'far' is not a zoom; write the focal length to reach"),
    (dict(move="zoom in", amount="10°"), "'10°' is not a zoom; write"),
    (dict(move="push-in", amount="25%", end="close-up"), "said twice"),
    (dict(move="push-in", seconds=3, speed="slow"), "said twice"),
    (dict(move="push-in", seconds=-1), "longer than 0"),
    (dict(move="push-in", speed="brisk"), "not a speed"),
    (dict(move="push-in", subject="bob"), "no subject called 'bob'"),
    (dict(move="push-in", start="close-up", end="wide"), "the other way"),
    (dict(move="push-in", ease="bouncy"), "not an ease"),
    (dict(move="pan", subject="mira"), "does not take 'subject'"),
    (dict(move="pan", amount="0.3 m"), "not an angle"),
    (dict(move="truck", amount="30°"), "not a travel"),
    (dict(move="zoom in", amount="20 mm"), "not a zoom in"),
    (dict(move="zoom in", amount="100%"), "pass the subject"),
    (dict(move="push-in pull-out", seconds=1, beat=2), "does not fit"),
])
def test_what_cannot_be_done_is_said_in_a_sentence(scene, words, says):
    with pytest.raises(PushinError, match=says):
        make(scene, **words)


def test_moves_need_their_subjects(stage):
    bare = Scene(stage)
    for name in ("push-in", "arc", "follow focus", "rack"):
        with pytest.raises(PushinError, match="needs a subject"):
            make(bare, name)
    assert static(bare, seconds=Fraction(5)).duration == 5 and truck(bare).duration > 0


def test_the_words_that_a_move_is_usually_made_with_are_those_that_may_be_said(scene):
    for name, move in MOVES.items():
        assert move.make(scene, **move.usual) == move.make(scene), name
    assert MOVES["pan"].usual["amount"] == "10°" and MOVES["truck"].usual["amount"] == "0.3 m"
    assert "seconds" not in MOVES["push-in"].usual and MOVES["static"].usual["seconds"] == "4"
