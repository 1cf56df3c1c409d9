import math
import time
from dataclasses import replace

import numpy as np
import pytest

from viewer.errors import PushinError
from viewer.plate import Plate
from viewer.shots.advice import advise
from viewer.shots.camera_moves import push_in, zoom_in
from viewer.shots.comparison import FAR_AWAY, Comparison, Coverage, background_depth, main_subject, matched, unmatched
from viewer.shots.focus_pulls import follow, rack
from viewer.shots.framing import Stage, Subject, anchor_point, place_in_frame
from viewer.shots.moves import make
from viewer.shots.shotfile import dump, parse
from viewer.shots.timeline import Key, Timeline, Track

COLOUR = np.full((180, 320, 3), 0.2, np.float32)


@pytest.mark.parametrize("move", ["push-in", "pull-out", "push-in with pan", "push-in with boom up", "arc", "tracking",
                                  "push-in with zoom", "zoom in", "zoom out"])
@pytest.mark.parametrize("who", ["mira", "tom", "cup"])
@pytest.mark.parametrize("rig", ["dolly", "handheld"])
def test_the_matched_take_shows_the_subject_as_large_and_where_it_was(shot, scene, move, who, rig):
    both = shot(A=make(scene, move, subject=who, amount="15°" if move == "arc" else "30%", seconds=4), rig=rig)
    both = both.with_take(matched(replace(both.take("A"), rig="dolly"), who))
    a, b = both.perform("A"), both.perform("B")
    by = both.take("B").match.by
    assert by == ("push-in" if move.startswith("zoom") else "zoom")
    point = anchor_point(both.plate.stage, both.subject(who))
    for t in np.linspace(0, 4, 41):
        assert b.size(who, t) == pytest.approx(a.size(who, t), rel=0.001)
        np.testing.assert_allclose(place_in_frame(b.camera(t), point), place_in_frame(a.camera(t), point), atol=1e-4)
        if by == "zoom":
            assert b.camera(t).position == (0, 0, 0)
        else:
            assert b.camera(t).focal_length == pytest.approx(35)


@pytest.mark.parametrize("channel, value", [("pan", 120), ("pan", -100), ("tilt", 80), ("z", -2.6)])
@pytest.mark.parametrize("who", ["mira", "cup", "ball"])
def test_a_match_lets_go_of_a_subject_that_is_lost(shot, scene, channel, value, who):
    """Out of the frame, or passed: the zoom goes on without a leap, within what a lens has, and looks where the other does."""
    tracks = Track("z", (Key(0, 0), Key(1, -0.4))), Track(channel, (Key(1, 0), Key(4, value)))
    both = shot(A=Timeline(4, tracks)).with_subject(Subject("ball", (620, 340, 660, 380), 1.2))     # right on the axis
    both = both.with_take(matched(both.take("A"), who))
    a, b = (both.perform(take) for take in "AB")
    cameras = [b.camera(t) for t in np.linspace(0, 4, 401)]
    focal = [camera.focal_length for camera in cameras]
    assert max(focal) <= 400 and min(focal) >= 10 and focal[-1] < 60
    assert max(max(x, y) / min(x, y) for x, y in zip(focal, focal[1:])) < 1.15
    assert max(abs(p.pan - q.pan) + abs(p.tilt - q.tilt) for p, q in zip(cameras, cameras[1:])) < 5
    assert (cameras[-1].pan, cameras[-1].tilt) == pytest.approx((a.camera(4).pan, a.camera(4).tilt))
    assert cameras[-1].position == (0, 0, 0)


def test_both_takes_of_a_comparison_are_about_the_same_subject(shot, scene):
    """Though focus goes from another one to that."""
    away = Timeline(4, (Track("z", (Key(0, 0), Key(4, -0.4))),))       # as somebody has set keys
    both = shot(A=away + rack(scene, subject="tom", to="mira"))
    assert main_subject(both, both.take("A")).name == "tom"
    both = both.with_take(matched(both.take("A"), "mira"))
    assert [main_subject(both, both.take(name)).name for name in "AB"] == ["mira", "mira"]


@pytest.mark.parametrize("move, words, who", [
    ("push-in", {"subject": "cup", "amount": "20%"}, "cup"), ("push-in", {"amount": "20%"}, "mira"),
    ("zoom in", {"subject": "cup", "amount": "20%"}, "cup"), ("arc", {"subject": "cup", "amount": "15°"}, "cup"),
    ("truck", {"amount": "0.2 m"}, "tom"), ("static", {}, "tom")])
def test_a_take_is_about_whom_its_move_was_made_for(shot, scene, move, words, who):
    """And not about who is in focus first; that is whom it is about where the move was made for nobody."""
    one = shot(A=make(scene, move, **words) + rack(scene, subject="tom", to="mira"))
    assert main_subject(one, one.take()).name == who
    assert parse(dump(one)) == one and main_subject(one, replace(one.take(), timeline=one.take().timeline.stretched(9))).name == who


def test_figures_are_of_any_camera_that_they_are_asked_for(shot, scene):
    """Such as one that is being performed, which the take itself never has."""
    both = shot(A=push_in(scene, subject="mira", amount="25%", seconds=4))
    figures = Comparison(both, "A", "mira")
    there = figures.at(3)
    assert figures.at(0, figures.play.camera(3)) == there._replace(time=0.0)
    zoomed = figures.at(3, replace(figures.play.camera(3), focal_length=70))
    assert zoomed.subject_scale == pytest.approx(2 * there.subject_scale) and zoomed.distance == there.distance


def test_a_push_in_along_the_axis_matches_without_a_pan(shot, scene):
    both = shot(A=push_in(scene, subject="mira", amount="25%", seconds=4))
    both = both.with_take(matched(both.take("A"), "mira"))
    camera = both.perform("B").camera(4)
    assert camera.focal_length == pytest.approx(35 / 0.75) and abs(camera.pan) < 1e-6 and abs(camera.tilt) < 1e-6
    zoomed = shot(A=zoom_in(scene, subject="mira", amount="25%", seconds=4))
    camera = zoomed.with_take(matched(zoomed.take("A"), "mira")).perform("B").camera(4)
    assert camera.position == pytest.approx((0, 0, -0.25 * 1.5097), abs=1e-6)


def test_the_match_follows_when_the_other_take_is_edited(shot, scene):
    both = shot(A=push_in(scene, subject="mira", amount="25%", seconds=4))
    both = both.with_take(matched(both.take("A"), "mira"))
    edited = both.with_take(replace(both.take("A"), timeline=push_in(scene, subject="mira", amount="50%", seconds=4)))
    assert edited.take("B") == both.take("B")
    assert edited.perform("B").camera(4).focal_length == pytest.approx(70)


def test_the_zoom_stands_where_the_take_that_it_matches_starts(shot, scene):
    """Also where that is not where the plate was taken: then it starts from the same picture, and goes no wider than that."""
    both = shot(A=push_in(scene, subject="mira", start="wide", end="close-up", seconds=4))
    both = both.with_take(matched(both.take("A"), "mira"))
    a, b = both.perform("A"), both.perform("B")
    for t in (0, 1, 2, 3, 4):
        assert b.camera(t).position == pytest.approx(a.camera(0).position)
        assert b.size("mira", t) == pytest.approx(a.size("mira", t), rel=1e-3)
    assert b.camera(0).focal_length == pytest.approx(35) and 380 < b.camera(4).focal_length < 390


@pytest.mark.parametrize("move, words, stops, span", [
    ("pull-out", {"end": "wide"}, 10, "from 4.1 s on"), ("push-in", {"start": "extreme wide", "end": "close-up"}, 400, "from 6.5 s on"),
    ("pull-out", {"end": "full"}, 0, ""), ("zoom out", {"end": "wide"}, 0, "")])
def test_a_zoom_goes_no_wider_or_longer_than_zooms_do_and_it_is_said_from_when_on(shot, scene, move, words, stops, span):
    both = shot(A=make(scene, move, subject="mira", seconds=8, **words))
    both = both.with_take(matched(both.take("A"), "mira"))
    b, told = both.perform("B"), unmatched(both.take("B"), both.perform("B"))
    assert (told.span if told else "") == span and unmatched(both.take("A"), both.perform("A")) is None
    if told:
        assert b.camera(8).focal_length == pytest.approx(stops) and abs(b.camera(8).pan) < 25
        assert f"stops at {stops} mm and does not match take A {span}: mira is" in told.sentence
        assert b.mismatch(told.start - 0.1) == pytest.approx(1, rel=0.02) and abs(math.log(b.mismatch(told.start + 0.1))) > 0.02
        assert told.sentence in {advice.sentence for advice in advise(both, "B")}


def test_a_zoom_that_matches_again_says_up_to_when_it_does_not(shot, scene):
    both = shot(A=make(scene, "pull-out", subject="mira", end="wide", seconds=4).there_and_back())
    both = both.with_take(matched(both.take("A"), "mira"))
    assert unmatched(both.take("B"), both.perform("B")).span == "from 2.3 to 5.7 s"


def test_figures_of_a_push_in_and_its_zoom(shot, scene):
    both = shot(A=push_in(scene, subject="mira", amount="25%", seconds=4) + follow(scene))
    both = both.with_take(matched(both.take("A"), "mira"))
    push, zoom = (Comparison(both, take, "mira").at(4) for take in "AB")
    assert push.subject_scale == pytest.approx(4 / 3) == pytest.approx(zoom.subject_scale)
    travel = 0.25 * 1.5097
    assert push.background_scale == pytest.approx(3.1102 / (3.1102 - travel))     # tom is the background
    assert zoom.background_scale == pytest.approx(4 / 3)
    assert push.travel == pytest.approx(travel) and zoom.travel == 0
    assert push.distance == pytest.approx(1.5097 - travel) and zoom.distance == pytest.approx(1.5097)
    assert push.field_of_view == pytest.approx(54.43, abs=0.01) and zoom.field_of_view < push.field_of_view
    assert push.shot_size == zoom.shot_size and push.near < push.focus_distance < push.far
    assert push.invented is None


def test_the_background(shot, scene):
    one = shot(A=push_in(scene))
    assert background_depth(one, one.subject("mira")) == pytest.approx(3.1102)
    assert background_depth(one, one.subject("tom")) == FAR_AWAY
    depth = np.full((180, 320), 6.0, np.float32)
    depth[60:120, 100:200] = 1.5
    assert background_depth(one, one.subject("tom"), Plate.from_arrays(COLOUR, depth)) == pytest.approx(6, rel=0.02)


@pytest.mark.parametrize("truck", [0.05, 0.15, 0.3])
def test_invented_share_is_the_analytic_disocclusion_of_two_planes(truck):
    depth = np.full((180, 320), 4.0, np.float32)
    depth[50:130, 120:200] = 1.5
    coverage = Coverage(Plate.from_arrays(COLOUR, depth))
    focal = 35 / 36 * 320
    hole = focal * truck * (1 / 1.5 - 1 / 4) * 80 / (320 * 180)
    border = focal * truck / 4 / 320
    share = coverage.invented(Stage(320, 180).camera(position=(truck, 0, 0)))
    assert share == pytest.approx(hole + border, rel=0.1, abs=0.008)


def test_invented_share_of_cameras_that_the_plate_covers():
    coverage = Coverage(Plate.from_arrays(COLOUR, np.full((180, 320), 3.0, np.float32)))
    stage = Stage(320, 180)
    assert coverage.invented(stage.camera()) == 0
    assert coverage.invented(stage.camera(focal_length=90.0)) == 0
    assert coverage.invented(stage.camera(position=(0, 0, -2.5))) == 0
    wide = coverage.invented(stage.camera(focal_length=17.5))               # half the focal length: three quarters are new
    assert wide == pytest.approx(0.75, abs=0.02)
    assert coverage.invented(stage.camera(pan=170.0)) == 1


def test_invented_share_of_a_floor_is_nothing_when_pushing_in():
    # A floor 1.2 m below the camera, magnified most in depth: its stretch must not be taken for holes.
    rows = np.arange(180) + 0.5
    depth = np.where(rows > 60, 1.2 * (35 / 36 * 320) / np.maximum(rows - 40, 1), 12).astype(np.float32)
    coverage = Coverage(Plate.from_arrays(COLOUR, np.repeat(depth[:, None], 320, 1)))
    assert coverage.invented(Stage(320, 180).camera(position=(0, 0, -0.6))) < 0.01


def test_a_comparison_needs_a_subject(shot, stage, scene):
    bare = replace(shot(A=make(scene, "static")), subjects=())
    with pytest.raises(PushinError, match="no subject"):
        Comparison(bare)
    assert math.isfinite(Comparison(shot(A=make(scene, "static"))).at(1).background_scale)


def test_coverage_is_told_quickly_enough_to_be_asked_some_hundred_times():
    """As advice does until it has tried what it suggests: as quickly as some dozens of passes over its grid are."""
    chance = np.random.default_rng(1)
    coverage = Coverage(Plate.from_arrays(np.full((360, 640, 3), 0.2, np.float32),
                                          chance.uniform(1, 5, (360, 640)).astype(np.float32)))
    camera, grid = coverage.stage.camera(position=(0.1, 0.0, -0.3), pan=3.0), chance.uniform(0, 1, (360, 640))

    def seconds(what):
        times = []
        for _ in range(7):
            start = time.thread_time()
            what()
            times.append(time.thread_time() - start)
        return min(times)

    assert seconds(lambda: coverage.invented(camera)) < 150 * seconds(lambda: np.exp(grid))
