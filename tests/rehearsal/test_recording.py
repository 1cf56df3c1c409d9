"""A performance becomes a take that plays what was performed, and then one of few keys that still does."""
import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from viewer.export.description import shot_line
from viewer.rehearsal import edits
from viewer.rehearsal.controls import HANDS, Controls, Operator
from viewer.rehearsal.recording import CHANNELS, Recorder, Tolerance, named, smooth
from viewer.shots.document import PlateFile, Shot, Take, start_camera
from viewer.shots.focus_pulls import follow
from viewer.shots.framing import Stage, anchor_point, place_in_frame, size_in_frame
from viewer.shots.kit import Lens
from viewer.shots.moves import make
from viewer.shots.performance import breathed
from viewer.shots.rigs import RIGS
from viewer.shots.shotfile import dump, parse
from viewer.shots.timeline import INFINITY, Key, Timeline, Track

FPS = Fraction(24)
STAGE = Stage(1280, 720, 35.0, 36.0)
CAMERA = start_camera(STAGE, f_stop=2.0)
EMPTY = Take("A", Timeline(6), CAMERA, "dolly")


def perform(performed, rate=60, rig="dolly", start=0.0):
    """Records controls, each held for some seconds; the recorder and the cameras that were seen."""
    operator, recorder, seen = Operator(CAMERA, RIGS[rig], distance=2.0), Recorder(CAMERA), []
    state, time = operator.begin(), start
    recorder.add(time, state)
    seen.append((time, operator.camera(state)))
    for controls, seconds in performed:
        for _ in range(max(1, round(seconds * rate))):
            state, time = operator.step(state, controls, 1 / rate), time + 1 / rate
            recorder.add(time, state)
            seen.append((time, operator.camera(state)))
    return recorder, seen


def played(take):
    return Shot(PlateFile(STAGE), (), (take,)).perform(take.name)


PUSH = [(Controls(), 0.3), (Controls(dolly=1, pan=0.2), 1.5), (Controls(focus=-0.4), 1.0), (Controls(zoom=1), 0.8),
        (Controls(), 0.7)]


def differences(a, b):
    """mm of travel per axis, degrees, % of focal length, % of 1/focus, as Tolerance counts them."""
    focus = 100 * abs(1 / a.focus_distance - 1 / b.focus_distance) / max(1 / a.focus_distance, 0.1)
    return (max(1000 * abs(p - q) for p, q in zip(a.position, b.position)),
            max(abs(x - y) for x, y in ((a.pan, b.pan), (a.tilt, b.tilt), (a.roll, b.roll))),
            100 * math.expm1(abs(math.log(a.focal_length / b.focal_length))), focus)


def test_a_take_plays_what_was_performed():
    """Whatever rig carries it: its inertia was in the performance, and is not put upon it again."""
    recorder, seen = perform(PUSH)
    take = recorder.take("B", EMPTY, FPS)
    play = played(take)
    for time, camera in seen:
        assert max(differences(camera, play.camera(time))) < 1e-3
    assert take.timeline.duration == Fraction(math.ceil(seen[-1][0] * 24 - 1e-6), 24) and take.name == "B"
    assert {t.channel for t in take.timeline.tracks} == {"z", "pan", "focal_length", "focus_distance"}


def test_it_is_aligned_to_the_clock():
    recorder, seen = perform([(Controls(dolly=1), 1.0)], start=2.0)
    play = played(recorder.take("B", EMPTY, FPS))
    assert play.camera(0).position == play.camera(2).position == CAMERA.position
    for time, camera in seen:
        assert play.camera(time).position == pytest.approx(camera.position, abs=1e-6)


def test_a_loop_gives_a_pass_each():
    recorder = Recorder(CAMERA)
    operator = Operator(CAMERA, RIGS["dolly"])
    state = operator.begin()
    for n in range(30):
        state = operator.step(state, Controls(dolly=1), 0.1)
        recorder.add((n % 10) / 10, state)
    assert len(recorder.passes) == 3
    assert played(recorder.take("B", EMPTY, FPS)).camera(0.9).position[2] == pytest.approx(state.position[2])
    recorder.add(0.9, operator.begin())     # the clock stands still: what holds is the last
    assert played(recorder.take("B", EMPTY, FPS)).camera(0.9).position == CAMERA.position


@pytest.mark.parametrize("last, kept", [(0.1, 1), (0.4, 1), (0.6, 2), (1.0, 2)])
def test_a_pass_that_was_only_just_begun_takes_no_whole_ones_place(last, kept):
    recorder, begin = Recorder(CAMERA), Operator(CAMERA, RIGS["dolly"]).begin()
    for number, lasts in enumerate((1.0, 1.0, last)):
        for n in range(round(10 * lasts) + 1):
            recorder.add(n / 10, replace(begin, position=(0.0, 0.0, -0.1 * (number + 1))))
    assert recorder.kept == kept
    assert played(recorder.take("B", EMPTY, FPS)).camera(0.05).position[2] == pytest.approx(-0.1 * (kept + 1))


def test_a_pull_is_performed_onto_a_move(shot):
    """Nobody touches the camera, so it goes on as the take has it; the hand on the focus ring is recorded."""
    for rig in ("dolly", "handheld"):
        here = shot.with_take(replace(shot.take("A"), rig=rig))
        move, plays = here.take("A"), here.perform("A")
        operator, recorder = Operator(move.camera, RIGS[rig], seed=move.seed), Recorder(move.camera)
        state, hands = operator.begin(), frozenset()
        for n in range(120):
            held = Controls(focus=-1.0 if n > 30 else 0.0)
            hands |= held.hands
            time = (n + 1) / 60
            state = operator.step(state, held, 1 / 60, plays, time, hands)
            assert operator.camera(state, time).position == pytest.approx(plays.camera(time).position, abs=1e-9)
            recorder.add(time, state)
        assert hands == {"focus"}
        take = recorder.take("B", move, FPS, hands)
        assert take.timeline.track("z") == move.timeline.track("z")
        assert take.timeline.duration == move.timeline.duration
        both = here.with_take(take)
        assert both.perform("B").camera(2).focus_distance == pytest.approx(1 / state.focus)
        assert both.perform("B").camera(1.5).position == plays.camera(1.5).position


def test_what_is_performed_beyond_an_earlier_end_plays_as_it_was_seen(shot):
    """The camera stood still there; the rest of its move, which the end had left behind it, does not come back."""
    ended = edits.end_take(edits.keep_framed(shot, "A", "tom"), "A", 1.5)
    move, plays = ended.take("A"), ended.perform("A")
    operator, recorder, seen = Operator(move.camera, RIGS["dolly"]), Recorder(move.camera), []
    state = operator.begin()
    for n in range(1, 181):
        time, pushed = n / 60, Controls(zoom=0.5 if n > 120 else 0.0)
        state = operator.step(state, pushed, 1 / 60, plays, time, {"zoom"} if n > 120 else ())
        recorder.add(time, state)
        seen.append((time, operator.camera(state)))
    play = ended.with_take(recorder.take("B", move, FPS, {"zoom"})).perform("B")
    for time, camera in seen:
        assert max(differences(camera, play.camera(time))) < 0.1


@pytest.mark.parametrize("move, by", [("push-in", "zoom"), ("zoom in", "push-in")])
def test_what_a_match_did_is_recorded_with_what_a_hand_did(shot, move, by):
    """Nobody touches the ring or the dolly of a matched take: they keep the subject's size, and so does the recording.

    Both lenses breathe, of which the match sees the other one's, and what is recorded is what is set on the rings."""
    lens = Lens("a lens that breathes", (20, 100), (2, 22), 0.2, breathing=0.7)
    for hand, pushed in (("operator", Controls(tilt=0.3)), ("focus", Controls(focus=-1.0)), ("zoom", Controls(zoom=1.0))):
        both = edits.replace_moves(shot, "A", move, subject="mira", amount="25%", seconds=4)
        both = edits.set_lens(edits.focus_on(both, "A", "mira"), "A", lens)
        both = edits.set_lens(edits.match_take(both, "B", "A", "mira", by), "B", lens)
        of, plays = both.take("B"), both.perform("B")
        assert max(differences(breathed(plays.as_set(3), lens.breathing), plays.camera(3))) < 1e-9
        operator, recorder, seen = Operator(of.camera, RIGS["dolly"]), Recorder(of.camera), []
        state = operator.begin()
        for n in range(1, 181):
            state = operator.step(state, pushed if n > 30 else Controls(), 1 / 60, plays, n / 60, {hand})
            recorder.add(n / 60, state)
            seen.append((n / 60, breathed(operator.camera(state), lens.breathing)))
        take = recorder.take("C", of, FPS, {hand})
        play = both.with_take(take).perform("C")
        assert take.match is None and take.timeline.duration == 4
        for time, camera in seen:
            assert max(differences(camera, play.camera(time))) < 1e-3        # focus on a subject follows it, too


MOVES = ("dolly zoom in", "tracking", "boom", "arc", "push-in with zoom", "truck", "pan", "roll", "zoom in")
PUSHED = {"grip": Controls(dolly=0.5, truck=-0.4, boom=0.2), "operator": Controls(pan=-0.3, tilt=0.2, roll=0.2),
          "zoom": Controls(zoom=0.5), "focus": Controls(focus=-0.5)}


@example([("dolly zoom in", "mira")], {"zoom"}, "slider", "push-in", 0.0, 0, False)
@example([("dolly zoom in", "mira")], {"zoom"}, "locked-off", "push-in", 0.0, 0, False)
@given(moves=st.lists(st.tuples(st.sampled_from(MOVES), st.sampled_from(["mira", "tom"])), min_size=1, max_size=3),
       hands=st.sets(st.sampled_from(sorted(HANDS)), min_size=1), carried=st.sampled_from(sorted(RIGS)),
       match=st.sampled_from([None, None, "zoom", "push-in"]), begin=st.sampled_from([0.0, 0.4, 1.5]),
       laid_on=st.sampled_from([0, 8, 20]), loops=st.booleans())
@settings(deadline=None, max_examples=60)
def test_a_recording_plays_as_it_was_seen(scene, moves, hands, carried, match, begin, laid_on, loops):
    """Whatever holds, arcs and matches do in reply to the work of hands, on a rig that floats and a lens that breathes."""
    lens = Lens("a lens that breathes", (10, 200), (2, 22), 0.2, breathing=0.7)
    timeline = sum((make(scene, move, subject=subject, seconds=4) if move not in ("pan", "roll") else make(scene, move, seconds=4)
                    for move, subject in moves), Timeline(4)) + follow(scene)
    shot = edits.set_lens(Shot(PlateFile(STAGE), scene.subjects, (Take("A", timeline, scene.camera, carried),)), "A", lens)
    name = "A"
    if match:
        name, shot = "B", edits.set_lens(edits.match_take(shot, "B", "A", "mira", match), "B", lens)
    of, plays = shot.take(name), shot.perform(name)
    operator, recorder = Operator(of.camera, RIGS[of.rig], lens, seed=of.seed), Recorder(of.camera)
    state, laid = operator.at(plays.as_set(begin)), set()
    for way in ((1, -1) if loops else (1,)):
        seen = []
        for n in range(1, 76):
            pushed = sum((PUSHED[hand] for hand in hands), Controls()).times(way) if n > laid_on else Controls()
            laid |= pushed.hands
            time = begin + n / 30
            state = operator.step(state, pushed, 1 / 30, plays, time, laid)
            recorder.add(time, state)
            seen.append((time, breathed(operator.camera(state, time), lens.breathing)))
    take = recorder.take("C", of, FPS, laid)
    play = shot.with_take(take).perform("C")
    assert max(max(differences(camera, play.camera(time))) for time, camera in seen) < 2e-3
    if hands == {"focus"} and not match:     # nothing that holds reply to has changed
        assert take.timeline.holds == timeline.holds


def by_hand(shot, pushed, begin=0.0, until=4.0, of="A"):
    """What is seen of a take on which a hand is laid from a time on, (time, camera) at 60 steps a second, and its recording."""
    take, plays = shot.take(of), shot.perform(of)
    operator, recorder = Operator(take.camera, RIGS[take.rig], seed=take.seed), Recorder(take.camera)
    state, laid, seen = operator.begin(), frozenset(), []
    for n in range(1, round(60 * until) + 1):
        time = n / 60
        held = pushed if time > begin else Controls()
        laid |= held.hands
        state = operator.step(state, held, 1 / 60, plays, time, laid)
        recorder.add(time, state)
        seen.append((time, operator.camera(state, time)))
    return seen, recorder.take("C", take, FPS, laid)


SIDEWAYS = Controls(truck=0.3, dolly=0.3)


@pytest.mark.parametrize("rig", ["dolly", "handheld"])
def test_a_dolly_zoom_answers_a_hand_on_the_dolly(scene, mira, rig):
    """The lens keeps the subject's size while it is held, from whatever it is when that begins, and rests when it ends."""
    timeline = replace(make(scene, "dolly zoom in", subject="mira", seconds=2, at=1), duration=4)
    shot = Shot(PlateFile(STAGE), scene.subjects, (Take("A", timeline, scene.camera, rig),))
    seen, recorded = by_hand(shot, Controls(dolly=-0.6), begin=0.5)
    sizes = {round(60 * time): size_in_frame(STAGE, mira, camera, shot.lines()) for time, camera in seen}
    focal = {round(60 * time): camera.focal_length for time, camera in seen}
    assert focal[59] == pytest.approx(scene.camera.focal_length) and sizes[59] < 0.98 * sizes[30]
    assert all(sizes[n] == pytest.approx(sizes[60], rel=2e-3) for n in range(60, 181)) and focal[180] > 1.3 * focal[60]
    assert focal[240] == pytest.approx(focal[181], rel=1e-9) and sizes[240] < 0.9 * sizes[180]
    play = shot.with_take(recorded).perform("C")
    assert all(play.camera(time).focal_length == pytest.approx(camera.focal_length) for time, camera in seen)


@pytest.mark.parametrize("move, pushed, exact", [("tracking", SIDEWAYS, 2), ("tracking", Controls(zoom=0.6), 2),
                                                 ("arc", SIDEWAYS, 1), ("dolly zoom out", SIDEWAYS, 0)])
def test_what_keeps_a_subject_framed_answers_a_hand(scene, mira, move, pushed, exact):
    """An arc keeps it where it is from left to right; whoever turns the camera by hand frames it himself."""
    shot = Shot(PlateFile(STAGE), scene.subjects, (Take("A", make(scene, move, subject="mira", seconds=4), scene.camera),))
    point = anchor_point(STAGE, mira)
    seen, _ = by_hand(shot, pushed, begin=1.0)
    before = place_in_frame(shot.perform("A").camera(1), point)
    for time, camera in seen[60:]:
        assert place_in_frame(camera, point)[:exact] == pytest.approx(before[:exact], abs=1e-3)
    turned, _ = by_hand(shot, pushed + Controls(pan=0.5), begin=1.0)
    assert abs(place_in_frame(turned[-1][1], point)[0] - before[0]) > 0.1


@pytest.mark.parametrize("move, by, pushed", [("push-in", "zoom", Controls(dolly=0.3, truck=0.2)),
                                              ("zoom in", "push-in", Controls(zoom=-0.3))])
def test_a_match_answers_a_hand(scene, mira, move, by, pushed):
    shot = Shot(PlateFile(STAGE), scene.subjects,
                (Take("A", make(scene, move, subject="mira", amount="25%", seconds=4), scene.camera),))
    shot = edits.match_take(shot, "B", "A", "mira", by)
    other, point = shot.perform("A"), anchor_point(STAGE, mira)
    for time, camera in by_hand(shot, pushed, begin=1.0, of="B")[0]:
        assert size_in_frame(STAGE, mira, camera, shot.lines()) == pytest.approx(other.size("mira", time), rel=1e-3)
        assert place_in_frame(camera, point) == pytest.approx(place_in_frame(other.camera(time), point), abs=1e-3)


CLOSE = Lens("a lens", (20, 100), (2, 22), 0.6)


@pytest.mark.parametrize("begin", [0.3, "mira"])
@pytest.mark.parametrize("then", ["pull", "pull nearer", "hand", "nearer", "nothing"])
def test_a_focus_that_is_nearer_than_the_lens_goes_plays_as_it_was_seen(scene, begin, then):
    """A key may be that near; a hand finds the ring there, takes it away from there, and turns it no nearer."""
    camera = replace(scene.camera, position=(-0.2, 0.0, -1.2))
    shot = edits.set_lens(Shot(PlateFile(STAGE), scene.subjects, (Take("A", Timeline(4), camera),)), "A", CLOSE)
    shot = edits.focus_on(shot, "A", begin)
    take, plays, closest = shot.take("A"), shot.perform("A"), CLOSE.closest(35)
    assert plays.camera(1).focus_distance < 0.8 * closest
    operator, recorder, seen = Operator(take.camera, RIGS["dolly"], CLOSE), Recorder(take.camera), []
    state, laid = operator.at(plays.as_set(0)), frozenset()
    for n in range(1, 181):
        pushed = Controls(focus={"hand": -1.0, "nearer": 1.0}.get(then, 0.0) * (n > 40))
        laid |= pushed.hands
        for at, to in ((60, "tom"), (120, "mira")):
            if n == at + 1 and (then == "pull" and to == "tom" or then == "pull nearer"):
                state, laid = operator.pull(state, anchor_point(STAGE, shot.subject(to)), 0.8, to), laid | {"focus"}
        state = operator.step(state, pushed, 1 / 60, plays, n / 60, laid)
        recorder.add(n / 60, state)
        seen.append((n / 60, operator.camera(state)))
    play = shot.with_take(recorder.take("C", take, FPS, laid)).perform("C")
    for time, camera in seen:
        assert max(differences(camera, play.camera(time))) < 0.1, time
    focus = [camera.focus_distance for _, camera in seen]
    assert focus[30] == pytest.approx(plays.camera(1).focus_distance)
    if then == "nothing" or then == "nearer":
        assert focus[-1] == pytest.approx(focus[30])
    elif then == "pull nearer":
        assert focus[-1] == pytest.approx(closest)
    else:
        assert focus[-1] > focus[30] + 0.1 and sorted(focus) == focus


def test_each_pass_of_a_loop_begins_as_the_take_does(scene):
    shot = Shot(PlateFile(STAGE), scene.subjects, (Take("A", make(scene, "tracking", subject="mira", seconds=4), scene.camera),))
    plays, operator = shot.perform("A"), Operator(scene.camera, RIGS["dolly"])
    state = operator.begin()
    for n in range(1, 300):
        state = operator.step(state, Controls(), 1 / 60, plays, n / 60 % 4, {"zoom"})
        assert max(differences(operator.camera(state), plays.as_set(n / 60 % 4))) < 1e-6


def test_a_hold_goes_on_where_the_recording_ends(scene):
    """The truck does, too, and so the subject stays where it has been brought to."""
    of = Take("A", make(scene, "tracking", subject="mira", seconds=4), scene.camera)
    shot = Shot(PlateFile(STAGE), scene.subjects, (of,))
    operator, recorder, plays = Operator(of.camera, RIGS["dolly"]), Recorder(of.camera), shot.perform("A")
    state = operator.begin()
    for n in range(1, 61):
        state = operator.step(state, Controls(zoom=0.5), 1 / 30, plays, n / 30, {"zoom"})
        recorder.add(n / 30, state)
    take = recorder.take("C", of, FPS, {"zoom"})
    assert [(hold.what, hold.start, hold.end) for hold in take.timeline.holds] == [("framing", 2, 4)]
    play, point = shot.with_take(take).perform("C"), anchor_point(STAGE, scene.subjects[0])
    assert play.camera(4).position[0] - play.camera(2).position[0] > 0.1
    for time in (3, 4):
        assert place_in_frame(play.camera(time), point) == pytest.approx(place_in_frame(play.camera(2), point), abs=1e-6)


def test_pulls_from_mark_to_mark_are_kept_as_marks(shot):
    """What the number keys did becomes keys that name their subjects, and follow them."""
    shot = edits.replace_moves(shot, "A", "push-in", subject="mira", amount="20%", seconds=6)
    move = edits.focus_on(shot, "A", 1.8).take("A")
    point = lambda name: anchor_point(shot.plate.stage, shot.subject(name))
    operator, recorder, seen = Operator(move.camera, RIGS["dolly"]), Recorder(move.camera), []
    state, plays, time = operator.begin(), shot.perform("A"), 0.0
    recorder.add(time, state)
    for n in range(300):
        if n in (30, 150):
            name = "tom" if n == 30 else "mira"
            state = operator.pull(state, point(name), 0.8, name)
        time += 1 / 60
        state = operator.step(state, Controls(), 1 / 60, plays, time, {"focus"})
        recorder.add(time, state)
        seen.append((time, operator.camera(state).focus_distance))
    take = recorder.take("B", move, FPS, {"focus"})
    keys = take.timeline.track("focus_distance").keys
    assert take.timeline.moves == ("push-in", "rack")
    assert [key.value for key in keys] == [pytest.approx(1.8), pytest.approx(1.8), "tom", "tom", "mira"]
    assert [float(key.time) for key in keys[1:]] == pytest.approx([0.5, 1.3, 2.5, 3.3], abs=1e-4)
    play = shot.with_take(take).perform("B")
    for time, focus in seen:
        assert 1 / play.camera(time).focus_distance == pytest.approx(1 / focus, abs=1e-4)
    assert smooth(take, Tolerance(), FPS)[0] == take


@pytest.mark.parametrize("begins, value", [("mira", "mira"), (INFINITY, INFINITY)])
def test_a_pull_from_the_mark_that_the_take_is_on_is_kept_as_marks(shot, begins, value):
    """Nobody's hand is on the ring before; what follows is a rack from one subject to the other, wherever the camera goes."""
    shot = edits.focus_on(edits.replace_moves(shot, "A", "push-in", subject="mira", amount="20%", seconds=4), "A", begins)
    move, plays = shot.take("A"), shot.perform("A")
    operator, recorder, state, laid, seen = Operator(move.camera, RIGS["dolly"]), Recorder(move.camera), None, frozenset(), []
    for n in range(150):
        time = n / 60
        if n == 60:
            state, laid = operator.pull(state, anchor_point(STAGE, shot.subject("tom")), 0.8, "tom"), frozenset({"focus"})
        state = operator.step(state or operator.begin(), Controls(), 1 / 60, plays, time, laid)
        recorder.add(time, state)
        seen.append((time, operator.camera(state).focus_distance))
    take = recorder.take("B", move, FPS, laid)
    assert [key.value for key in take.timeline.track("focus_distance").keys] == [value, value, "tom"]
    assert take.timeline.moves == ("push-in", "rack")
    play = shot.with_take(take).perform("B")
    for time, focus in seen:
        assert 1 / play.camera(time).focus_distance == pytest.approx(1 / focus, abs=2e-3)


def test_a_hand_on_the_ring_is_kept_as_it_was():
    for hand_at, pulls in ((40, [10]), (0, [10, 30]), (80, [])):
        operator, recorder = Operator(CAMERA, RIGS["dolly"]), Recorder(CAMERA)
        state = operator.begin()
        for n in range(100):
            if n in pulls:
                state = operator.pull(state, 1.0 + n / 10, 1.0, f"mark {n}")
            state = operator.step(state, Controls(focus=0.5 if hand_at and n > hand_at else 0.0), 1 / 60)
            recorder.add(n / 60, state)
        keys = recorder.take("B", EMPTY, FPS).timeline.track("focus_distance").keys
        assert len(keys) == 100 and all(isinstance(key.value, float) for key in keys)


@pytest.mark.parametrize("performed, words", [
    ([(Controls(dolly=1, truck=0.2), 1.0)], ("push-in",)), ([(Controls(dolly=-1), 1.0)], ("pull-out",)),
    ([(Controls(dolly=1), 1.0), (Controls(dolly=-1), 1.3)], ("push-in pull-out",)),
    ([(Controls(truck=-1, pan=1), 1.0)], ("truck", "pan")), ([(Controls(boom=1, zoom=1), 1.0)], ("boom", "zoom in")),
    ([(Controls(zoom=-1, focus=1), 1.0)], ("zoom out", "focus pull")), ([(Controls(), 1.0)], ())])
def test_what_was_performed_has_its_film_name(performed, words):
    recorder, _ = perform(performed)
    assert recorder.take("B", EMPTY, FPS).timeline.moves == words


def test_travel_against_the_zoom_is_a_dolly_zoom_where_the_subject_keeps_its_size(scene, mira, tom):
    timeline = make(scene, "dolly zoom out", subject="mira", amount="0.5 m", seconds=4)
    shot = Shot(PlateFile(STAGE), scene.subjects, (Take("A", timeline, scene.camera),))

    def words(subject, pushed, of=shot):
        _, take = by_hand(of, pushed)
        return [shot_line(named(of.with_take(take), "C", who), "C").move for who in (None, subject)]
    assert words(mira, Controls(dolly=-0.4)) == ["pull-out + zoom in", "dolly zoom out"]        # the lens answers the dolly
    assert words(mira, Controls(dolly=0.2)) == ["push-in + zoom out", "dolly zoom in"]
    for subject, pushed in ((tom, Controls(dolly=-0.4)), (mira, Controls(dolly=-0.4, zoom=-0.1)), (mira, Controls(dolly=-0.02))):
        before, after = words(subject, pushed)
        assert before == after
    still = shot.with_take(replace(shot.take("A"), timeline=Timeline(4)))
    assert words(mira, Controls(dolly=-0.2, zoom=0.18), still)[1] == "dolly zoom out"          # by hand, both of it
    assert words(mira, Controls(dolly=-0.2, zoom=0.3), still)[1] == "pull-out + zoom in"


def test_nothing_performed_is_a_still_take():
    recorder, _ = perform([(Controls(), 0.5)])
    assert recorder.take("B", EMPTY, FPS).timeline.tracks == ()


def test_a_performance_survives_its_file():
    recorder, _ = perform(PUSH)
    shot = Shot(PlateFile(STAGE), (), (smooth(recorder.take("B", EMPTY, FPS), Tolerance(), FPS)[0],))
    assert parse(dump(shot)) == shot and parse(dump(shot)).takes[0].timeline.tracks[0].performed


# -- smoothing --------------------------------------------------------------------------------------------------------

pushes = st.builds(Controls, *[st.sampled_from([-1.0, -0.3, 0.0, 0.0, 0.0, 0.5, 1.0])] * 8)
performances = st.lists(st.tuples(pushes, st.floats(0.05, 0.6)), min_size=1, max_size=3)


@given(performances, st.sampled_from([30, 60, 144]), st.sampled_from([0.2, 1.0, 5.0]))
@settings(deadline=None, max_examples=25)
def test_smoothing_keeps_the_performance_at_every_sample(performed, rate, fine):
    tolerance = Tolerance(5 * fine, 0.1 * fine, 1.0 * fine, 2.0 * fine)
    recorder, seen = perform(performed, rate)
    take = recorder.take("B", EMPTY, FPS)
    smoothed, report = smooth(take, tolerance, FPS)
    play = played(smoothed)
    worst = np.max([differences(camera, play.camera(time)) for time, camera in seen], 0)
    assert np.all(worst <= np.array(tolerance) + 1e-6)
    for line in report:
        assert line.error <= line.tolerance and line.after <= line.before and str(line.after) in str(line)
    for track in smoothed.timeline.tracks:
        assert track.performed and len(track.keys) <= naive(take.timeline.track(track.channel), tolerance)


def naive(track, tolerance):
    """Keys of the plain way: from frame to frame the longest straight line that fits; as many as there are, if none."""
    figure, _ = tolerance.of(track.channel)
    space = {"focal_length": np.log, "focus_distance": np.reciprocal}.get(track.channel, np.asarray)
    times = np.array([float(k.time) for k in track.keys])
    wanted = space(np.array([k.value for k in track.keys]))
    allowed = 0.999 * {"focal_length": lambda: np.full(len(times), np.log1p(figure / 100)),
                       "focus_distance": lambda: figure / 100 * np.maximum(wanted, 0.1)}.get(
        track.channel, lambda: np.full(len(times), figure / 1000 if track.channel in "xyz" else figure))()
    frames = np.arange(math.floor(times[0] * 24 + 1e-9), math.ceil(times[-1] * 24 - 1e-9) + 1) / 24
    marks = np.interp(frames, times, wanted)
    keys, i = 1, 0
    while i < len(frames) - 1:
        fits = []
        for j in range(i + 1, len(frames)):
            inside = (times >= frames[i]) & (times <= frames[j])
            line = np.interp(times[inside], frames[[i, j]], marks[[i, j]])
            fits += [j] if np.all(abs(line - wanted[inside]) <= allowed[inside]) else []
        if not fits:
            return len(times)
        i, keys = max(fits), keys + 1
    return keys


def test_a_push_in_by_hand_becomes_a_handful_of_keys():
    recorder, _ = perform(PUSH)
    take = recorder.take("B", EMPTY, FPS)
    smoothed, report = smooth(take, Tolerance(), FPS)
    before, after = sum(line.before for line in report), sum(line.after for line in report)
    assert before > 800 and after <= 20
    assert all(key.time.denominator in (1, 2, 3, 4, 6, 8, 12, 24) for t in smoothed.timeline.tracks for key in t.keys)


def test_the_fewest_keys_there_are():
    """Against every subset of frames, on curves short enough to try them all."""
    from itertools import combinations
    from viewer.rehearsal.recording import _allowed, _fits, values
    chance = np.random.default_rng(5)
    for _ in range(6):
        steps = np.cumsum(chance.normal(0, 0.02, 41))
        keys = tuple(Key(Fraction(n, 96), float(v)) for n, v in enumerate(np.convolve(steps, np.ones(9) / 9, "same")))
        track = Track("x", keys, performed=True)
        take = replace(EMPTY, timeline=Timeline(1, (track,)))
        found = smooth(take, Tolerance(millimetres=4), FPS)[0].timeline.tracks[0].keys
        times = np.array([float(k.time) for k in keys])
        wanted = values(track, times)
        allowed = 0.999 * _allowed("x", 4, wanted)
        at = np.arange(11) / 24
        if not all((k.time * 24).denominator == 1 for k in found):
            continue     # keys between frames were needed
        marks = np.interp(at, times, wanted)
        good = {(i, j): _fits(at, marks, times, wanted, allowed, i, np.array([j]))[0][0] <= 1
                for i in range(11) for j in range(i + 1, 11)}
        fewest = next(n + 2 for n in range(10) for inner in combinations(range(1, 10), n)
                      if all(good[pair] for pair in zip((0, *inner), (*inner, 10))))
        assert len(found) == fewest


def test_smoothing_leaves_moves_alone_and_can_be_repeated(shot):
    move = shot.take("A")
    assert smooth(move, Tolerance(), FPS) == (move, ())
    recorder, seen = perform(PUSH)
    once, _ = smooth(recorder.take("B", EMPTY, FPS), Tolerance(), FPS)
    twice, report = smooth(once, Tolerance(), FPS)
    assert all(line.after <= line.before for line in report)
    coarse, _ = smooth(once, Tolerance(50, 1, 10, 20), FPS)
    count = lambda take: sum(len(t.keys) for t in take.timeline.tracks)
    assert count(coarse) <= count(twice) <= count(once)


def test_few_straight_keys_stay_straight():
    """Between keys that are far apart the line counts, not only the keys."""
    zigzag = Track("x", (Key(0, 0.0), Key(1, 1.0), Key(2, 0.0), Key(3, 1.0)), performed=True)
    take = replace(EMPTY, timeline=Timeline(3, (zigzag,)))
    smoothed, (line,) = smooth(take, Tolerance(millimetres=20), FPS)
    before, after = played(take), played(smoothed)
    assert max(abs(before.camera(n / 100).position[0] - after.camera(n / 100).position[0]) for n in range(301)) <= 0.0201
    assert line.after == 4


def test_a_long_take_is_smoothed_in_seconds():
    import time
    chance = np.random.default_rng(1)
    performed = [(Controls(*chance.choice([-1, 0, 0, 1], 8)), 1.0) for _ in range(20)]
    recorder, _ = perform(performed)
    take = recorder.take("B", EMPTY, FPS)
    start = time.process_time()
    _, report = smooth(take, Tolerance(), FPS)
    assert time.process_time() - start < 15
    assert sum(line.after for line in report) < 0.1 * sum(line.before for line in report)
    assert len(report) == len(CHANNELS)
