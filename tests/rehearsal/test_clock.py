from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.errors import PushinError
from viewer.rehearsal.clock import Clock
from viewer.shots.timeline import frame_times

NTSC = Fraction(24000, 1001)
rates = st.sampled_from([Fraction(24), NTSC, Fraction(25), Fraction(30000, 1001), Fraction(60), Fraction(120000, 1001)])


def test_it_plays_once_and_rests_at_the_end():
    clock = Clock(4).play()
    for _ in range(100):
        clock = clock.tick(1 / 60)
    assert clock.time == pytest.approx(100 / 60) and clock.playing
    clock = clock.tick(10)
    assert clock.time == 4 and not clock.playing and clock.tick(1) == clock
    assert clock.play().time == 0 and clock.frame == 95


@pytest.mark.parametrize("clock", [Clock(4), Clock(Fraction(4004, 1001), NTSC), Clock(10).with_in(2).with_out(3)])
def test_it_plays_from_the_start_where_it_was_put_on_the_last_frame(clock):
    assert clock.to_end().play().time == clock.home().time
    assert clock.to_end().step(-1).play().time == clock.to_end().step(-1).time


def test_it_loops_between_in_and_out():
    clock = Clock(10, loop=True).with_in(2).with_out(3).seek(2).play()
    assert clock.tick(0.5).time == pytest.approx(2.5)
    assert clock.tick(1.25).time == pytest.approx(2.25)
    assert clock.tick(7.75).time == pytest.approx(2.75)      # many times around
    assert Clock(10).with_in(2).play().time == 0             # set before the in point it runs there …
    assert clock.looped().tick(5).time == 3                  # … and without loop it rests at the out point


def test_backwards():
    clock = Clock(4, speed=-1).seek(0).play()
    assert clock.time == 4 and clock.tick(1).time == 3
    assert not clock.tick(9).playing and clock.tick(9).time == 0
    assert Clock(4, speed=-1, loop=True).seek(1).play().tick(2).time == 3


def test_speeds():
    clock = Clock(4)
    assert [clock.faster().speed, clock.slower().speed, clock.at_speed(-1).faster().speed] == [2, 0.5, -2]
    assert clock.at_speed(0.3).faster().speed == 0.5
    assert [clock.at_speed(0.5).pace, clock.at_speed(0.5).play().pace, clock.at_speed(-2).play().pace] == [1, 0.5, 2]
    for _ in range(9):
        clock = clock.faster()
    assert clock.speed == 4 and clock.play().tick(0.5).time == 2


@settings(deadline=None)
@given(rates, st.integers(1, 3000), st.data())
def test_stepping_visits_every_frame_exactly(fps, frames, data):
    clock = Clock(Fraction(frames) / fps, fps)
    assert clock.frames == frames == len(frame_times(clock.duration, fps))
    n = data.draw(st.integers(0, frames - 1))
    there = clock.step(n)
    assert there.frame == n and there.time == float(Fraction(n) / fps)
    assert there.step(1).frame == min(n + 1, frames - 1) and there.step(-1).frame == max(n - 1, 0)
    assert clock.to_end().frame == frames - 1 and clock.step(10**6).frame == frames - 1


def test_a_minute_of_ntsc_does_not_drift():
    clock = Clock(3600, NTSC)
    for _ in range(1000):
        clock = clock.step(1)
    assert clock.frame == 1000 and clock.time == float(1000 / NTSC)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["in", "out", "tick", "seek", "step", "toggle", "loop", "faster"]),
                          st.floats(-2, 12)), max_size=30))
def test_it_never_leaves_its_shot(happenings):
    clock = Clock(10, NTSC)
    for what, value in happenings:
        clock = {"in": lambda: clock.with_in(value), "out": lambda: clock.with_out(value),
                 "tick": lambda: clock.tick(value), "seek": lambda: clock.seek(value),
                 "step": lambda: clock.step(int(value)), "toggle": clock.toggle, "loop": clock.looped,
                 "faster": clock.faster}[what]()
        assert 0 <= clock.time <= 10 and 0 <= clock.frame < clock.frames
        assert 0 <= clock.span[0] < clock.span[1] <= 10


def test_in_and_out_points_that_cross():
    clock = Clock(10).with_in(6).with_out(4)
    assert clock.span == (0, 4)
    assert clock.with_in(5).span == (5, 10)
    assert clock.with_in(99).span == (0, 10) and clock.with_in().span == (0, 4)
    assert Clock(10).with_in(6).of(4, 25).span == (0, 4) and Clock(10).of(4, 25, 1, 3).span == (1, 3)


def test_what_is_no_clock():
    for bad in ({"duration": 0}, {"duration": 1, "fps": 0}, {"duration": 1, "speed": 0},
                {"duration": 5, "start": 3, "end": 2}):
        with pytest.raises(PushinError):
            Clock(**bad)
