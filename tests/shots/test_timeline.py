from fractions import Fraction

import pytest

from viewer.errors import PushinError
from viewer.shots.timeline import Hold, Key, Timeline, Track, frame_times, rate, seconds, snapped, timecode

Z = Track("z", (Key(0, 0.0, "both"), Key(2, -0.5)), "push-in")


def test_time_is_rational():
    assert seconds("61/24") == Fraction(61, 24) and seconds("2.5") == Fraction(5, 2) and seconds(6) == 6
    ntsc = Fraction(24000, 1001)
    assert seconds(float(1001 / 24000)) == Fraction(1001, 24000)     # a float of a frame finds the frame again
    assert frame_times(6, ntsc)[100] == Fraction(100100, 24000)
    assert snapped(1.0, ntsc) == Fraction(24024, 24000)


@pytest.mark.parametrize("said", ["29.12345", "119.98765", Fraction(100003, 1009)])
def test_every_frame_of_an_odd_rate_has_a_time(said):
    """A key that was set on a frame was not found there again, and the playhead stood on the frame before."""
    fps = rate(said)
    assert float(fps) == pytest.approx(float(Fraction(said)), rel=1e-7)
    assert all(seconds(Fraction(n) / fps) == snapped(float(n / fps), fps) == Fraction(n) / fps for n in range(3000))


@pytest.mark.parametrize("bad", ["", "x", "1/0", "1e9", "9" * 50, float("nan"), float("inf"), 1e9, None, [1]])
def test_what_is_no_time_is_refused(bad):
    with pytest.raises(PushinError, match="time|day"):
        seconds(bad)


def test_timecode_counts_frames_at_the_whole_rate():
    assert timecode(0, Fraction(24)) == "00:00:00:00"
    assert timecode(Fraction(3661) + Fraction(5, 24), Fraction(24)) == "01:01:01:05"
    assert timecode(Fraction(1001, 24000) * 24, Fraction(24000, 1001)) == "00:00:01:00"
    assert len(frame_times(6, Fraction(24))) == 144 and len(frame_times(Fraction(1, 100), Fraction(24))) == 1


def test_editing_is_by_value():
    before = Timeline(2, (Z,))
    longer = Z.with_key(Key(1, -0.4))
    after = before.replacing(Z, longer)
    assert before.tracks == (Z,) and len(after.tracks[0].keys) == 3 and before != after
    assert after.replacing(longer, Z) == before                     # undo is the older value
    assert before.replacing(Z, None).tracks == ()
    with pytest.raises(AttributeError):
        before.duration = 3


def test_moves_add_up():
    x = Timeline(3, (Track("x", (Key(0, 0.0), Key(3, 1.0)), "truck"),))
    both = Timeline(2, (Z,)) + x
    assert both.duration == 3 and both.moves == ("push-in", "truck")


def test_focus_is_absolute_so_the_later_word_counts_while_it_lasts():
    follow = Timeline(6, (Track("focus_distance", (Key(0, "mira"),), "follow focus"),))
    rack = Timeline(3, (Track("focus_distance", (Key(2, "mira", "both"), Key(3, "tom")), "rack"),))
    keys = (follow + rack).track("focus_distance").keys
    assert [(k.time, k.value) for k in keys] == [(0, "mira"), (2, "mira"), (3, "tom")]
    with pytest.raises(PushinError, match="two focus_distance"):
        Timeline(6, follow.tracks + rack.tracks)


def test_there_and_back_mirrors_keys_eases_and_holds():
    move = Timeline(2, (Track("z", (Key(0, 0.0, "in"), Key(2, -0.5)), "push-in"),), (Hold("size", "mira", 0, 2),))
    back = move.there_and_back(beat=1)
    assert back.duration == 5 and back.holds[0].end == 5
    assert [(k.time, k.value, k.ease) for k in back.tracks[0].keys] == [
        (0, 0.0, "in"), (2, -0.5, "linear"), (3, -0.5, "out"), (5, 0.0, "linear")]


def test_stretching_keeps_everything_in_proportion():
    stretched = Timeline(2, (Z,), (Hold("framing", "mira", 1, 2),)).stretched(6)
    assert stretched.duration == 6 and stretched.tracks[0].end == 6 and stretched.holds[0].start == 3


@pytest.mark.parametrize("make, says", [
    (lambda: Track("w", (Key(0, 0),)), "not a channel"),
    (lambda: Track("z", ()), "no key"),
    (lambda: Track("z", (Key(1, 0), Key(1, 1))), "in order"),
    (lambda: Track("z", (Key(0, float("inf")),)), "no value for z"),
    (lambda: Track("z", (Key(0, "mira"),)), "only focus"),
    (lambda: Track("focal_length", (Key(0, 0.0),)), "no value for focal_length"),
    (lambda: Track("arc", (Key(0, 0.0),)), "goes about"),
    (lambda: Timeline(0), "longer than 0"),
    (lambda: Hold("size", "mira", 2, 1), "ends before"),
    (lambda: Hold("height", "mira", 0, 1), "cannot be held"),
])
def test_what_a_timeline_cannot_hold_is_refused_in_a_sentence(make, says):
    with pytest.raises(PushinError, match=says):
        make()
