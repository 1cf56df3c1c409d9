"""Held keys carry a camera: with inertia, within the rig's reach, the same at every frame rate."""
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.camera import Camera
from viewer.rehearsal.actions import Actions
from viewer.rehearsal.controls import DEAD, TRAVEL, Controls, Operator, Tempo, from_gamepad, from_keys, stick
from viewer.shots.framing import pose_of
from viewer.shots.kit import Lens
from viewer.shots.rigs import RIGS

START = Camera(focal_length=35.0, f_stop=2.0, focus_distance=1.6)


def held(operator, controls, seconds, rate=60, state=None):
    """Controls held for a time, asked so many times a second."""
    state = state or operator.begin()
    for _ in range(round(seconds * rate)):
        state = operator.step(state, controls, 1 / rate)
    return state


pushes = st.builds(Controls, *[st.sampled_from([-1.0, -0.3, 0.0, 0.0, 0.5, 1.0])] * 8)


@given(st.sampled_from([r for r in RIGS if r != "slider"]), st.lists(pushes, min_size=1, max_size=5))
@settings(deadline=None, max_examples=60)
def test_the_same_at_30_and_144_steps_a_second(rig, performed):
    """Controls that change every half second: the same times, whatever the rate."""
    operator = Operator(START, RIGS[rig], distance=2.0)
    ends = []
    for rate in (30, 144):
        state = operator.begin()
        for controls in performed:
            state = held(operator, controls, 0.5, rate, state)
        ends.append(state)
    a, b = ends
    assert math.dist(a.position, b.position) < 1e-9 * (1 + math.dist(a.position, START.position))
    assert max(abs(x - y) for x, y in zip((a.pan, a.tilt, a.roll), (b.pan, b.tilt, b.roll))) < 1e-9 * 100
    assert abs(a.zoom - b.zoom) < 1e-9
    # A ring that turns back at its end may meet it within a frame; what is left of its speed then is all that may differ, in dioptres.
    assert a.focus == pytest.approx(b.focus, abs=2e-3)


def test_a_push_goes_its_way_without_a_jolt_and_rests():
    for name, control, way in (("dolly", "dolly", 0.1), ("steadicam", "dolly", -0.1), ("dolly", "zoom", 0.2),
                               ("locked-off", "dolly", 0.1)):
        operator = Operator(START, RIGS[name], distance=2.0)
        states = [operator.pushed(operator.begin(), control, way)]
        for _ in range(500):
            states.append(operator.step(states[-1], Controls(), 1 / 60))
        gone = states[-1].zoom - states[0].zoom if control == "zoom" else -states[-1].position[2]
        assert gone == pytest.approx(0 if name == "locked-off" else way, abs=1e-4)
        speeds = [state.speed[Controls._fields.index(control)] for state in states]
        assert speeds[0] == 0 and abs(speeds[-1]) < 1e-4


def test_it_takes_the_rigs_time_to_get_going_and_to_stop():
    for name in ("dolly", "handheld", "drone"):
        operator = Operator(START, RIGS[name], distance=2.0)
        full = operator.speeds[0]
        assert full == TRAVEL * 2.0
        state, speeds = operator.begin(), []
        for _ in range(300):
            state = operator.step(state, Controls(dolly=1), 1 / 100)
            speeds.append(state.speed[0])
        assert speeds[round(100 * RIGS[name].ramp) - 1] == pytest.approx(0.91 * full, rel=0.01)
        assert all(a <= b for a, b in zip(speeds, speeds[1:])) and speeds[-1] <= full      # never overshoots
        assert speeds[0] < 0.05 * full                                                      # nor jumps
        state = held(operator, Controls(), 3 * RIGS[name].ramp, 100, state)
        assert abs(state.speed[0]) < 0.001 * full


def test_directions():
    operator = Operator(START, RIGS["dolly"], distance=2.0)
    moved = lambda **push: held(operator, Controls(**push), 1)
    assert moved(dolly=1).position[2] < -0.1 and moved(truck=1).position[0] > 0.1 and moved(boom=1).position[1] > 0.1
    assert moved(pan=1).pan > 1 and moved(tilt=1).tilt > 1 and moved(roll=1).roll > 1
    assert moved(zoom=1).zoom > math.log(35) and moved(focus=1).focus > 1 / 1.6
    assert held(operator, Controls(), 1) == replace(operator.begin())


def test_rails_stay_where_they_were_laid_and_an_operator_walks_where_he_looks():
    panned = replace(START, pan=90.0)
    for name, goes in (("dolly", (0, -1)), ("steadicam", (1, 0))):
        operator = Operator(START, RIGS[name], distance=2.0)
        state = held(operator, Controls(dolly=1), 2, state=operator.at(panned))
        x, _, z = state.position
        assert (x, z) == pytest.approx(tuple(math.hypot(x, z) * c for c in goes), abs=1e-9) and math.hypot(x, z) > 0.5
    tilted = Operator(replace(START, tilt=-30.0), RIGS["dolly"], distance=2.0)
    at = held(tilted, Controls(dolly=1), 2).position
    assert pose_of(tilted.start).to(at)[:2] == pytest.approx((0, 0), abs=1e-9)      # along the lens's axis


def test_a_slider_ends_after_its_length():
    operator = Operator(START, RIGS["slider"], distance=2.0)
    state = held(operator, Controls(dolly=1), 10)
    assert math.dist(state.position, START.position) == pytest.approx(1.0) and state.speed[0] == 0
    aside = held(operator, Controls(dolly=1, truck=0.5), 10)
    assert math.dist(aside.position, START.position) <= 1.0 + 1e-9
    back = held(operator, Controls(dolly=-1), 1, state=state)
    assert math.dist(back.position, START.position) < 0.8
    slow, fast = (held(operator, Controls(dolly=1), 10, rate) for rate in (30, 144))
    assert math.dist(slow.position, fast.position) < 1e-9


def test_locked_off_neither_travels_nor_turns_but_the_rings_move():
    operator = Operator(START, RIGS["locked-off"], distance=2.0)
    state = held(operator, Controls(1, 1, 1, 1, 1, 1, 1, -1), 2)
    assert state.position == START.position and (state.pan, state.tilt, state.roll) == (0, 0, 0)
    assert state.zoom > math.log(36) and state.focus < 1 / 1.6


def test_focus_moves_evenly_in_dioptres_and_zoom_in_log_focal_length():
    operator = Operator(START, RIGS["dolly"], distance=2.0)
    state = held(operator, Controls(zoom=1, focus=1), 1)
    for _ in range(3):
        later = held(operator, Controls(zoom=1, focus=1), 0.5, state=state)
        assert later.focus - state.focus == pytest.approx(0.5 * operator.speeds[7], rel=1e-3)
        assert later.zoom - state.zoom == pytest.approx(0.5 * operator.speeds[6], rel=1e-3)
        state = later


def test_the_rings_stop_at_the_lenses_ends():
    lens = Lens("zoom", (24, 50), (2, 22), 0.5)
    operator = Operator(START, RIGS["dolly"], lens, distance=2.0)
    near = operator.camera(held(operator, Controls(zoom=1, focus=1), 10))
    assert near.focal_length == pytest.approx(50) and near.focus_distance == pytest.approx(lens.closest(50))
    far = operator.camera(held(operator, Controls(zoom=-1, focus=-1), 10))
    assert far.focal_length == pytest.approx(24) and far.focus_distance == 1e4
    free = Operator(START, RIGS["dolly"])
    ends = [free.camera(held(free, Controls(zoom=way), 20)).focal_length for way in (-1, 1)]
    assert ends == pytest.approx([8, 400])
    prime = Operator(START, RIGS["dolly"], Lens("35", (35, 35), (2, 22), 0.3))
    assert prime.camera(held(prime, Controls(zoom=1), 2)).focal_length == pytest.approx(35)


def test_a_number_key_glides_to_its_mark_in_its_time_and_follows_it():
    operator = Operator(START, RIGS["dolly"], distance=2.0)
    point = (0.2, 0.0, -3.0)
    state = operator.pull(operator.begin(), point, 0.8)
    going, seen = Controls(dolly=1), [state.focus]
    for _ in range(96):
        state = operator.step(state, going, 1 / 120)
        seen.append(state.focus)
    assert 1 / state.focus == pytest.approx(pose_of(operator.camera(state)).to(point)[2])
    assert all(a >= b for a, b in zip(seen[:90], seen[1:90])) and seen[1] == pytest.approx(seen[0], rel=1e-3)
    state = held(operator, going, 1, state=state)     # and stays on it while the camera travels
    assert 1 / state.focus == pytest.approx(pose_of(operator.camera(state)).to(point)[2])
    hand = held(operator, Controls(focus=-1), 0.5, state=state)
    assert hand.pull is None and hand.focus < state.focus
    away = held(operator, Controls(), 1, state=operator.pull(state, math.inf, 0.5))
    assert operator.camera(away).focus_distance == 1e4
    slow, fast = (held(operator, going, 2, rate, operator.pull(operator.begin(), point, 1.0)) for rate in (30, 144))
    assert slow.focus == pytest.approx(fast.focus, abs=1e-9)


def test_the_float_is_seen_but_not_carried():
    operator = Operator(START, RIGS["handheld"], distance=2.0, seed=3)
    state = held(operator, Controls(dolly=1), 1)
    assert operator.camera(state).position == state.position
    shaken = operator.camera(state, 1.3)
    assert 0 < math.dist(shaken.position, state.position) < 0.1 and shaken.pan != state.pan
    assert operator.camera(state, 1.3) == shaken
    assert operator.camera(state, 0.0).position == pytest.approx(state.position, abs=1e-12)


def test_keys_and_sticks_become_controls():
    actions = Actions()
    assert from_keys([actions["Dolly in"], actions["Pan left"]]) == Controls(dolly=1, pan=-1)
    assert from_keys([actions["Dolly in"], actions["Dolly out"]]) == Controls() == from_keys([])
    assert Controls(dolly=0.8) + Controls(dolly=0.5, zoom=-1) == Controls(dolly=1, zoom=-1)
    assert Controls(pan=1).times(0.25).pan == 0.25
    rest = [0.0, 0.05, -0.08, 0.0, -1.0, -1.0]
    none = [False] * 15
    assert from_gamepad(rest, none) == Controls()
    assert from_gamepad([0, -1, 1, 0, 1, -1], none) == Controls(dolly=1, pan=1, focus=1)
    up = [i in (5, 11, 12) for i in range(15)]
    assert from_gamepad(rest, up) == Controls(boom=1, roll=1, zoom=1)


@settings(deadline=None)
@given(st.floats(-1.5, 1.5), st.floats(-1.5, 1.5))
def test_a_sticks_push(x, y):
    px, py = stick(x, y)
    away, push = math.hypot(x, y), math.hypot(px, py)
    assert push <= 1 + 1e-12 and px * y == pytest.approx(py * x, abs=1e-9) and px * x >= 0 and py * y >= 0
    assert (push == 0) == (away <= DEAD)
    assert stick(DEAD + 1e-3)[0] < 1e-5 and stick(1.0) == (1.0, 0.0) and stick(float("nan")) == (0.0, 0.0)


def test_tapping_a_tempo():
    tempo = Tempo()
    assert tempo.seconds is None and tempo.tap(1).seconds is None
    for time in (0, 0.5, 1.0, 1.52, 2.0, 2.2, 3.0, 3.5):      # one of them too early
        tempo = tempo.tap(time)
    assert tempo.seconds == pytest.approx(0.5, abs=0.01)
    assert tempo.tap(20).seconds is None       # a long pause begins anew
    assert tempo.tap(1.0).seconds is None      # as does a clock that went back

