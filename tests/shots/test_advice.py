"""Each piece of advice is given when it is true, and is gone once its remedy is applied."""
import math
import time
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from viewer import optics
from viewer.plate import Plate
from viewer.shots.advice import RECOGNISABLE, SAMPLES, advise, looked_at
from viewer.shots.camera_moves import extreme_close_up, push_in, static, truck, zoom_in
from viewer.shots.comparison import Coverage, matched
from viewer.shots.document import start_camera
from viewer.shots.focus_pulls import follow, rack
from viewer.shots.framing import Subject
from viewer.shots.kit import Lens, kit
from viewer.shots.moves import make
from viewer.shots.timeline import Key, Timeline, Track, snapped


def topics(advice):
    return {a.topic for a in advice}


def the(advice, topic):
    found = [a for a in advice if a.topic == topic]
    assert len(found) == 1, [str(a) for a in advice]
    return found[0]


def test_a_good_shot_needs_no_advice(shot, scene):
    assert advise(shot(A=push_in(scene, subject="mira", amount="20%", seconds=4) + follow(scene, subject="mira"))) == ()


def test_a_rack_inside_the_depth_of_field_will_not_read(shot, scene):
    stopped = replace(scene.camera, f_stop=16.0)
    one = shot(A=static(scene) + rack(scene, subject="mira", to="tom", at=1), camera=stopped)
    advice = the(advise(one), "focus")
    assert not advice.works and advice.time == 1 and "both mira and tom lie within the depth of field" in advice.sentence
    near, far = optics.depth_of_field(35, 16, 1.5097, one.circle())
    assert near < 3.1102 < far
    # The remedy is the f-number at which it reads, and applying it settles the matter.
    assert advice.fixed.camera.f_stop < 16 and f"f/{advice.fixed.camera.f_stop:g}" in advice.remedy
    assert advise(one.with_take(advice.fixed)) == ()


def test_from_frame_to_frame_a_hand_on_the_ring_racks_nothing(shot, scene):
    """It is no rack that will not read, however little it turns; to a mark by its name it is one."""
    keys = tuple(Key(Fraction(n, 24), 2.0 + 0.004 * n) for n in range(97))
    pull = Track("focus_distance", keys, "focus pull", performed=True)
    one = shot(A=Timeline(4, (pull,)))
    assert not any("rack" in a.sentence for a in advise(one))
    named = replace(pull, keys=(Key(0, 3.0), Key(1, "tom")))
    assert "The rack at 0.0 s will not read" in the(advise(shot(A=Timeline(4, (named,)))), "focus").sentence


def test_a_rack_that_no_stop_of_the_lens_makes_readable(shot, scene):
    slow = Lens("slow wide", (18, 18), (11, 22), 0.2)
    camera = replace(scene.camera, focal_length=18.0, f_stop=16.0)
    one = shot(A=static(scene) + rack(scene, subject="mira", to="tom"), camera=camera)
    one = one.with_take(replace(one.take("A"), lens=slow))
    advice = the(advise(one), "focus")
    assert "wider than the lens opens" in advice.remedy and advice.fixed is None
    focal = float(advice.remedy.split("about ")[1].split(" mm")[0])
    blur = optics.circle_of_confusion(3.1102, focal, 11, 1.5097)
    assert blur == pytest.approx(3 * one.circle(), rel=0.1)


def test_marks_at_one_distance_cannot_be_told_apart(shot, scene, mira, tom):
    beside = replace(tom, depth=mira.depth)
    one = shot(subjects=(mira, beside), A=static(scene) + rack(scene, subject="mira", to="tom", at=1))
    advice = the(advise(one), "focus")
    assert not advice.works and advice.remedy == "No lens tells them apart; set the marks farther apart in depth."


def test_a_pinhole_has_no_focus_to_pull(shot, scene):
    one = shot(A=static(scene) + rack(scene), camera=replace(scene.camera, f_stop=None))
    advice = the(advise(one), "focus")
    assert "pinhole" in advice.sentence and advice.fixed.camera.f_stop


@pytest.mark.parametrize("move, amount", [("pan", "30°"), ("pan", "400°"), ("tilt", "60°")])
def test_a_camera_that_only_turns_passes_nothing(shot, scene, move, amount):
    advice = advise(shot(A=make(scene, move, amount=amount, seconds=9)))
    assert [a.topic for a in advice if a.topic in ("travel", "framing")] == ["framing"]
    assert all("Pan with it" not in str(a) and "Travel" not in str(a) for a in advice)


def test_a_push_in_that_passes_the_subject(shot, scene):
    one = shot(A=push_in(scene, subject="cup", amount="1.5 m", seconds=3) + follow(scene, subject="cup"))
    advice = the(advise(one), "travel")
    play = one.perform()
    assert "passes cup" in advice.sentence and play.distance("cup", advice.time) <= 0.05 < play.distance("cup",
                                                                                                       advice.time - 0.05)


def test_nearer_than_the_lens_focuses(shot, scene):
    lens = kit().lens("Supreme Prime 35")
    one = shot(A=push_in(scene, subject="mira", end="extreme close-up", seconds=4) + follow(scene))
    one = one.with_take(replace(one.take("A"), lens=replace(lens, minimum_focus=0.5)))
    advice = next(a for a in advise(one) if "nearer than" in a.sentence)
    closest = optics.focus_from_mark(0.5, 35)
    assert one.perform().camera(advice.time).focus_distance < closest
    assert one.perform().camera(advice.time - 1 / 24).focus_distance >= closest


def test_a_zoom_that_leaves_the_lens(shot, scene):
    one = shot(A=zoom_in(scene, subject="mira", amount="70 mm", seconds=4))
    one = one.with_take(replace(one.take("A"), lens=kit().lens("Supreme Prime 35")))
    advice = the(advise(one), "lens")
    assert "35 to 70 mm" in advice.sentence and advice.fixed.lens.focal_length[1] >= 70
    assert "lens" not in topics(advise(one.with_take(advice.fixed)))


@pytest.mark.parametrize("stop, told", [(1.0, "f/1 "), (0.95, "f/0.95 "), (1.47, "f/1.47 "), (32, "f/32 ")])
def test_a_stop_that_the_lens_does_not_have(shot, scene, stop, told):
    """By the name that it has everywhere, and as exactly as tells it from where the lens ends."""
    one = shot(A=static(scene), camera=replace(scene.camera, f_stop=stop))
    one = one.with_take(replace(one.take("A"), lens=kit().lens("Supreme Prime 35")))
    sentence = the(advise(one), "lens").sentence
    assert sentence.startswith(told) and sentence.endswith("which goes from f/1.5 to f/22.")


def test_the_slider_is_too_short(shot, scene):
    one = shot(A=truck(scene, amount="1.3 m", seconds=8), rig="slider")
    advice = the([a for a in advise(one) if a.topic == "rig"], "rig")
    assert "goes 1.30 m" in advice.sentence and "ends after 1 m" in advice.sentence and advice.fixed.rig == "dolly"
    assert "rig" not in topics(advise(one.with_take(advice.fixed)))


def test_a_locked_off_camera_does_not_travel(shot, scene):
    one = shot(A=push_in(scene, amount="0.3 m", seconds=3), rig="locked-off")
    advice = the(advise(one), "rig")
    assert advice.fixed.rig == "dolly" and "does not travel" in advice.sentence
    assert "rig" not in topics(advise(shot(A=zoom_in(scene, seconds=3), rig="locked-off")))


def test_faster_than_the_rig(shot, scene):
    one = shot(A=truck(scene, amount="3 m", seconds=1))
    advice = the([a for a in advise(one) if a.topic == "rig"], "rig")
    assert "m/s" in advice.sentence
    assert "rig" not in topics(advise(one.with_take(advice.fixed)))


def test_the_speed_is_the_fastest_at_any_moment(shot, scene):
    """Between frames too, and what it takes to go no faster is the same however fast the take is now."""
    for rig, limit in (("dolly", 2.0), ("handheld", 2.0), ("slider", 0.5)):
        takes = [shot(A=truck(scene, amount="0.9 m" if rig == "slider" else "1.6 m", seconds=s), rig=rig) for s in (0.7, 1, 1.5)]
        found = [the([a for a in advise(one) if a.topic == "rig"], "rig") for one in takes]
        for one, advice in zip(takes, found):
            at, play = [n / 4800 for n in range(1, 4800 * 3 // 2)], one.perform()
            fastest = max(math.dist(play.camera(t).position, play.camera(t + 1e-4).position) * 1e4 for t in at)
            assert f"reaches {fastest:.1f} m/s" in advice.sentence
        wanted = {a.remedy for a in found}
        assert len(wanted) == 1
        needs = float(wanted.pop().split()[2])
        assert "rig" not in topics(advise(takes[0].with_take(found[0].fixed)))
        shorter = replace(found[0].fixed, timeline=found[0].fixed.timeline.stretched(snapped(needs - 0.15, takes[0].fps)))
        assert "rig" in topics(advise(takes[0].with_take(shorter)))


def test_no_duration_is_offered_where_none_helps(shot, scene):
    """To a jump, and to what follows another take."""
    jump = Timeline(4, (Track("x", (Key(0, 0.0, "hold"), Key(2, 0.5))),))
    advice = the(advise(shot(A=jump)), "rig")
    assert "jumps at 2.0 s" in advice.sentence and advice.remedy == "Choose a gentler ease." and advice.fixed is None
    one = shot(A=zoom_in(scene, subject="mira", amount="90%", seconds=0.5))
    one = one.with_take(matched(one.take("A"), "mira"))
    advice = the([a for a in advise(one, "B") if a.topic == "rig"], "rig")
    assert advice.remedy == "Give A longer, which it follows." and advice.fixed is None


@pytest.mark.parametrize("keys", [2, 20_000])
def test_how_long_an_hour_needs_to_be_takes_no_seconds(shot, keys):
    x = Track("x", tuple(Key(Fraction(3600 * n, keys), 0.6 * (n % 2) if keys > 2 else 9000.0 * n) for n in range(keys)), performed=True)
    began = time.process_time()
    advice = the([a for a in advise(replace(shot(A=Timeline(3600, (x,))), subjects=())) if a.topic == "rig"], "rig")
    assert advice.remedy.startswith("Give it ") and time.process_time() - began < 2.5


def test_the_subject_goes_out_of_focus(shot, scene):
    camera = replace(scene.camera, focus_distance=1.5097)
    one = shot(A=push_in(scene, subject="mira", amount="35%", seconds=4), camera=camera)
    advice = the(advise(one), "focus")
    depth = one.perform().distance("mira", advice.time)
    near, _ = optics.depth_of_field(35, 2.0, 1.5097, one.circle())
    assert depth < near < one.perform().distance("mira", advice.time - 1 / 24)
    assert "focus" not in topics(advise(one.with_take(advice.fixed)))


def test_an_iris_that_is_set_by_a_key_only_blurs_too(shot, scene):
    keyed = Timeline(4, (Track("f_stop", (Key(0, 2.0),)),))
    one = shot(A=keyed, camera=replace(scene.camera, f_stop=None, focus_distance=10.0))
    assert "mira is out of focus from 0.0 s" in the(advise(one), "focus").sentence


def test_of_whom_the_frame_does_not_show_neither_focus_nor_pixels_are_told(shot, scene, mira):
    beyond = replace(scene.camera, position=(0.0, 0.0, -2.5))
    one = shot(subjects=(mira,), A=static(scene), camera=beyond)
    assert [str(a) for a in advise(one)] == [
        "mira is outside the frame from the start. Pan to it, or start from another framing."]
    turned = shot(subjects=(mira,), A=make(scene, "pan", amount="180°", seconds=6), camera=replace(scene.camera, f_stop=8.0))
    assert topics(advise(turned)) == {"framing"}


def test_a_depth_of_field_that_does_not_end_is_written_as_in_the_figures(shot, scene):
    one = shot(A=push_in(scene, subject="mira", amount="10%", seconds=4), camera=replace(scene.camera, focus_distance=40.0))
    assert " m to ∞ is sharp" in the(advise(one), "focus").sentence


def test_the_subject_leaves_the_frame(shot, scene):
    one = shot(A=make(scene, "pan", amount="20°", seconds=2) + follow(scene))
    advice = the(advise(one), "framing")
    assert "leaves the frame at the left" in advice.sentence and 0.5 < advice.time < 2
    one = shot(A=make(scene, "tilt", amount="25°", seconds=2) + follow(scene))
    assert "at the bottom" in the(advise(one), "framing").sentence


def test_an_extreme_close_up_of_too_few_pixels(shot, scene):
    pea = Subject("pea", (640, 360, 648, 368), 1.5)
    tiny = replace(scene, subjects=(pea,))
    one = shot(subjects=(pea,), A=extreme_close_up(tiny, subject="pea", seconds=4) + follow(tiny))
    advice = the([a for a in advise(one) if a.topic == "pixels"], "pixels")
    assert not advice.works and "8 plate pixels" in advice.sentence and f"at least {RECOGNISABLE}" in advice.sentence
    assert advice.remedy == "Use a plate 1.6 times as large."      # it is no larger in a wider frame
    coin = Subject("coin", (630, 350, 650, 370), 1.5)
    one = shot(subjects=(coin,), A=push_in(replace(scene, subjects=(coin,)), amount="98.9%", seconds=4))
    assert "or end wider" in the([a for a in advise(one) if a.topic == "pixels"], "pixels").remedy
    dot = Subject("dot", (640, 360, 641.4, 361.4), 1.5)
    one = shot(subjects=(dot,), A=make(scene, "static", seconds=4))
    assert "is made of 1 plate pixel, and" in the([a for a in advise(one) if a.topic == "pixels"], "pixels").sentence
    enlarged = advise(shot(A=push_in(scene, subject="mira", end="close-up", seconds=4) + follow(scene)))
    assert "pixels" not in topics(enlarged)
    softened = the(advise(shot(A=extreme_close_up(scene, subject="mira", seconds=9) + follow(scene))), "pixels")
    assert softened.works and "234 plate pixels" in softened.sentence          # 0.6 heads of 219 pixels, times 16:9


def test_too_much_is_invented(shot, scene):
    plate = Plate.from_arrays(np.full((180, 320, 3), 0.2, np.float32), np.full((180, 320), 2.0, np.float32))
    one = shot(A=truck(scene, amount="1 m", seconds=4, ease="linear"), rig="handheld")
    one = one.with_take(replace(one.take("A"), rig="steadicam"))
    advice = the([a for a in advise(one, plate=plate) if a.topic == "invented"], "invented")
    # The border that a truck of x metres uncovers is x f / (w Z): 15 % at 0.309 m.
    x = one.perform().camera(advice.time).position[0]
    assert x == pytest.approx(0.15 * 2 * 36 / 35, abs=0.04)
    assert "invented" not in topics(advise(one, plate=plate, invented=0.8))
    assert "invented" not in topics(advise(one))


@pytest.mark.parametrize("move, words, remedy", [
    ("truck", {"amount": "3 m"}, "Pan with it (tracking), or travel less."),
    ("pedestal", {"amount": "2 m"}, "Tilt with it (boom), or travel less."),
    ("push-in", {"subject": "tom", "amount": "2.4 m"}, "Pan with it (push-in with pan), or push straight toward it."),
    ("zoom in", {"subject": "tom", "amount": "80%"}, "Pan with it, or zoom less."),
    ("pan", {"amount": "60°"}, "Turn less, or start from another framing."),
])
def test_a_subject_is_kept_in_the_frame_by_what_suits_the_move(shot, scene, tom, move, words, remedy):
    """A take that follows another one loses it as that does, and can do nothing about it."""
    one = shot(subjects=(tom,), A=make(replace(scene, subjects=(tom,)), move, seconds=9, **words))
    assert the([a for a in advise(one) if a.topic == "framing"], "framing").remedy == remedy
    if move in ("truck", "push-in", "zoom in"):
        one = one.with_take(matched(one.take("A"), "tom"))
        assert the([a for a in advise(one, "B") if a.topic == "framing"], "framing").remedy == "Pan with it in A, which it follows."


@pytest.mark.parametrize("move, by, remedy", [
    ("truck", None, "move less, or zoom instead."), ("zoom out", None, ", or zoom less."), ("dolly zoom in", None, ", or move less."),
    ("pan", None, ", or turn less."), ("pull-out", "zoom", ", or do less in A, which it follows.")])
def test_less_is_invented_by_less_of_what_the_take_does(shot, scene, mira, move, by, remedy):
    depth = np.full((180, 320), 6.0 if move == "dolly zoom in" else 1.5, np.float32)
    plate = Plate.from_arrays(np.full((180, 320, 3), 0.2, np.float32), depth)
    amount = {"truck": "1 m", "pan": "40°"}.get(move, "90%")
    one = shot(A=make(scene, move, amount=amount, seconds=9))
    one = one.with_take(matched(one.take("A"), "mira", by=by)) if by else one
    assert the([a for a in advise(one, "B" if by else "A", plate) if a.topic == "invented"], "invented").remedy.endswith(remedy)


def test_a_figure_is_told_from_the_limit_that_it_is_beyond(shot, scene):
    """15.2% is more than 15%, and 2.03 m/s faster than 2; a way that is as long as the slider to a centimetre fits on it."""
    plate = Plate.from_arrays(np.full((180, 320, 3), 0.2, np.float32), np.full((180, 320), 2.0, np.float32))
    one = shot(A=truck(scene, amount="0.31 m", seconds=4))
    worst = Coverage(plate).invented(one.perform().camera(4))
    limit = math.floor(1000 * worst) / 1000
    sentence = the([a for a in advise(one, plate=plate, invented=limit) if a.topic == "invented"], "invented").sentence
    assert f"More than {100 * limit:g}% of" in sentence and f"{100 * limit:g}% at the most" not in sentence
    limit = lambda amount, **more: [a.sentence for a in advise(shot(A=truck(scene, amount=amount, **more), rig="slider")) if a.topic == "rig"]
    assert limit("1.002 m", seconds=20) == [] and "goes 1.01 m" in limit("1.006 m", seconds=20)[0]
    one = shot(A=truck(scene, amount="1.4 m", seconds=2))
    assert "reaches 2.01 m/s" in the([a for a in advise(one) if a.topic == "rig"], "rig").sentence


@pytest.mark.parametrize("what", ["fast", "far", "soft", "slow", "passing"])
def test_a_long_take_is_advised_on_as_if_every_frame_was_looked_at(shot, scene, monkeypatch, what):
    """Something happens for a second or two, somewhere in five minutes of rest; or all the time."""
    move, rig = {"fast": (truck(scene, amount="1.5 m", seconds=1), "dolly"), "far": (truck(scene, amount="1.3 m", seconds=5), "slider"),
                 "soft": (push_in(scene, subject="mira", amount="35%", seconds=2), "dolly"),
                 "slow": (push_in(scene, subject="mira", amount="35%", seconds=300), "dolly"),
                 "passing": (push_in(scene, subject="cup", amount="1.5 m", seconds=3) + follow(scene, subject="cup"), "dolly")}[what]
    later = tuple(track if len(track.keys) == 1 else track.in_time(lambda t: t + 187 * (what != "slow")) for track in move.tracks)
    one = shot(camera=replace(scene.camera, focus_distance=1.5097), rig=rig, A=Timeline(300, later))
    brief = [(a.topic, a.time, a.sentence) for a in advise(one)]
    monkeypatch.setattr("viewer.shots.advice.SAMPLES", 10 ** 6)
    whole = [(a.topic, a.time, a.sentence) for a in advise(one)]
    assert whole and all(time > 100 for _, time, _ in whole)
    assert [topic for topic, *_ in brief] == [topic for topic, *_ in whole]
    for (topic, time, sentence), (_, exact, words) in zip(brief, whole):
        assert time == pytest.approx(exact, abs=1e-6 if sentence == words else 0.1), sentence
        assert [word.strip(".,;0123456789") for word in sentence.split()] == [word.strip(".,;0123456789") for word in words.split()]


@pytest.mark.parametrize("keys", [2, 50, 86_400])
def test_advice_does_not_look_at_more_the_longer_a_take_lasts(keys):
    frames = lambda seconds, track: looked_at(Timeline(seconds, (track,)), Fraction(24))
    hour = Track("x", tuple(Key(Fraction(3600 * n, keys), n % 7 / 10) for n in range(keys)))
    seen = frames(3600, hour)
    assert len(seen) < 2 * SAMPLES and seen == sorted(set(seen)) and seen[0] == 0 and seen[-1] == 86_399
    assert max(b - a for a, b in zip(seen, seen[1:])) < 86_400 / 400
    assert frames(100, Track("x", (Key(0, 0.0),))) == list(range(2400))      # and nothing goes unseen in a short one


def test_advice_without_subjects(shot, stage, scene):
    bare = replace(shot(A=truck(replace(scene, subjects=()), amount="2 m", seconds=8), rig="slider"), subjects=())
    assert topics(advise(bare)) == {"rig"}


def test_what_fails_comes_first(shot, scene):
    one = shot(A=push_in(scene, subject="mira", end="extreme close-up", seconds=2), rig="slider")
    advice = advise(one)
    assert [a.works for a in advice] == sorted(a.works for a in advice)
    assert all(str(a).count("\n") == 0 and a.sentence.endswith(".") and a.remedy.endswith(".") for a in advice)


def test_prime_keeps_its_focal_length_and_zoom_matches_the_plate(stage):
    body = kit().body("ALEXA 35 4K 16:9")
    assert start_camera(stage, body, kit().lens("Supreme Prime 50")).focal_length == 50
    zoom = start_camera(stage, body, kit().lens("Optimo 24-290"))
    assert zoom.focal_length == pytest.approx(35 * 24.9 / 36) and zoom.f_stop == 2.8
