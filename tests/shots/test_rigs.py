import math
from dataclasses import replace

import numpy as np
import pytest

from viewer.errors import PushinError
from viewer.shots.advice import advise
from viewer.shots.camera_moves import push_in, truck, zoom_in
from viewer.shots.moves import make
from viewer.shots.rigs import RIGS, Float, inertia, rig
from viewer.shots.timeline import Key, Timeline, Track

NAMED_BY_THE_TRADE = ("locked-off", "dolly", "slider", "steadicam", "gimbal", "handheld", "drone")
FLOATING = [name for name in RIGS if RIGS[name].sway]


def test_every_rig_exists_with_one_line():
    assert tuple(RIGS) == NAMED_BY_THE_TRADE
    assert all(r.line.endswith(".") and len(r.line) < 90 for r in RIGS.values())
    assert rig("Locked-off").name == rig("locked off").name == "locked-off"
    with pytest.raises(PushinError, match="not a rig"):
        rig("train")


def test_locked_off_does_not_travel_but_zooms(scene, play):
    take = play(push_in(scene, amount="0.4 m", seconds=4) + zoom_in(scene, amount="50 mm", seconds=4), "locked-off")
    assert take.camera(4).position == take.camera(0).position and take.camera(4).focal_length == pytest.approx(50)


@pytest.mark.parametrize("name", ["dolly", "slider", "drone"])
def test_inertia_keeps_path_and_ends_and_limits_the_jerk(scene, play, name):
    linear = push_in(scene, amount="0.6 m", seconds=4, ease="linear")
    take = play(linear, name)
    sway = RIGS[name].sway
    z = np.array([take.camera(t).position[2] for t in np.linspace(0, 4, 401)])
    if not sway:
        assert z[0] == 0 and z[-1] == pytest.approx(-0.6) and np.all(np.diff(z) <= 0)
        speed = -np.diff(z) / 0.01
        assert speed[0] < 0.02 and speed[-1] < 0.02                       # from rest, to rest
        ramp = RIGS[name].ramp
        cruise = 0.6 / (4 - ramp)                                         # the trapezoid's top
        assert speed.max() == pytest.approx(cruise, rel=0.01)
        assert np.abs(np.diff(speed)).max() / 0.01 == pytest.approx(cruise / ramp, rel=0.05)   # even acceleration


def test_inertia_is_the_trapezoid():
    assert [inertia(u, 0.25) for u in (-1, 0, 0.25, 0.5, 0.75, 1, 2)] == pytest.approx(
        [0, 0, 1 / 6, 0.5, 5 / 6, 1, 1])
    assert inertia(0.5, 0.5) == 0.5


def test_inertia_rests_between_two_travels(scene, play):
    one = push_in(scene, amount="0.2 m", seconds=2, ease="linear")
    other = make(scene, "truck", amount="0.2 m", seconds=2, ease="linear")
    later = tuple(track.in_time(lambda time: time + 2) for track in other.tracks)
    take = play(one + replace(other, duration=4, tracks=later), "dolly")
    near = [math.dist(take.camera(2 + d).position, take.camera(2).position) for d in (-0.02, 0.02)]
    assert max(near) < 0.002


def test_what_was_performed_ends_with_the_slider_too(shot, scene):
    """Its travel is measured from the middle of the rail, where the take starts, not from where the recording began."""
    there = Track("z", (Key(0, 0.9), Key(8, -1.4)), "push-in", performed=True)
    one = shot(A=Timeline(8, (there,)), rig="slider")
    ends = [one.perform("A").camera(t).position[2] for t in (0, 8)]
    assert ends == pytest.approx([0.9, -1.0])
    advice = next(a for a in advise(one) if a.topic == "rig")
    assert "ends after 1 m" in advice.sentence and "goes 1.40 m" in advice.sentence
    assert one.with_take(advice.fixed).perform("A").camera(8).position[2] == pytest.approx(-1.4)


def test_a_slider_ends(scene, play):
    take = play(truck(scene, amount="1.5 m", seconds=6), "slider")
    xs = [take.camera(t).position[0] for t in np.linspace(0, 6, 61)]
    assert max(xs) == pytest.approx(1.0) and xs[-1] == pytest.approx(1.0) and np.all(np.diff(xs) >= -1e-12)
    short = play(truck(scene, amount="0.8 m", seconds=6), "slider")
    assert short.camera(6).position[0] == pytest.approx(0.8)


@pytest.mark.parametrize("name", FLOATING)
def test_float_is_deterministic_starts_on_its_mark_and_is_as_large_as_it_says(name):
    sway = RIGS[name].sway
    one, same, other = Float(sway, 7), Float(sway, 7), Float(sway, 8)
    assert one.at(3.3) == same.at(3.3) != other.at(3.3)
    assert one.at(0) == [0] * 6
    times = np.linspace(0, 600, 6001)
    drift = np.array([one.at(t) for t in times])
    rms = drift.std(0)
    metres, degrees = (math.sqrt(sum(getattr(s, u) ** 2 for s in sway)) for u in ("metres", "degrees"))
    np.testing.assert_allclose(rms[:3], metres, rtol=0.1)
    np.testing.assert_allclose(rms[3:], degrees, rtol=0.1)


def test_handheld_shakes_faster_than_a_steadicam(scene, play):
    def speed(name):
        take = play(make(scene, "static", seconds=10), name, seed=3)
        pans = np.array([take.camera(t).pan for t in np.arange(0, 10, 1 / 24)])
        return np.abs(np.diff(pans)).mean()
    assert speed("dolly") == speed("locked-off") == 0
    assert speed("handheld") > 3 * speed("steadicam") > 0 and speed("gimbal") < speed("steadicam")


def test_another_seed_is_another_take(scene, play):
    move = push_in(scene, amount="25%", seconds=4)
    assert play(move, "handheld", 1).camera(2) == play(move, "handheld", 1).camera(2)
    assert play(move, "handheld", 1).camera(2) != play(move, "handheld", 2).camera(2)
