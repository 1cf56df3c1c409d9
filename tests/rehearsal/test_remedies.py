"""For each kind of advice: the remedy is applied, and the advice is gone."""
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from viewer.plate import Plate
from viewer.rehearsal import edits
from viewer.rehearsal.remedies import remedies
from viewer.shots.advice import advise
from viewer.shots.document import Shot, Take
from viewer.shots.framing import Subject
from viewer.shots.kit import Lens
from viewer.shots.moves import make

WALL = Plate.from_arrays(np.full((180, 320, 3), 0.2, np.float32), np.full((180, 320), 2.0, np.float32))
SLOW_WIDE = Lens("slow wide", (18, 18), (11, 22), 0.2)
SHORT_ZOOM = Lens("short zoom", (30, 40), (2, 22), 0.3)
FAR_FOCUS = Lens("far focus", (35, 35), (2, 22), 2.0)


@pytest.fixture
def case(shot, scene):
    """A shot whose take A has a fault."""
    def made(move="static", follow=True, rig="dolly", lens=None, focus=None, subjects=None, plate=None, **words):
        lens_words = {"f_stop", "focal_length", "focus_distance", "pan"} & set(words)
        camera = {name: words.pop(name) for name in lens_words}
        stage = replace(scene, subjects=subjects or scene.subjects, camera=replace(scene.camera, **camera))
        timeline = make(stage, move, **words)
        if focus:
            timeline += make(stage, focus)
        elif follow:
            timeline += make(stage, "follow focus")
        return replace(shot, subjects=stage.subjects, takes=(Take("A", timeline, stage.camera, rig, lens=lens),)), plate
    return made


PEA = (Subject("pea", (640, 360, 664, 384), 1.5),)
FAULTS = {
    "a slider too short": ("rig", {"move": "truck", "amount": "1.4 m", "seconds": 8, "rig": "slider"},
                           ("dolly", "Travel")),
    "a locked-off camera that travels": ("rig", {"move": "push-in", "amount": "0.3 m", "seconds": 3,
                                                 "rig": "locked-off"}, ("dolly",)),
    "faster than the rig": ("rig", {"move": "truck", "amount": "3 m", "seconds": 1}, ("Give it", "Travel")),
    "through the subject": ("travel", {"move": "push-in", "amount": "1.6 m", "seconds": 8}, ("Travel", "End at")),
    "beyond the zoom": ("lens", {"move": "zoom in", "amount": "80 mm", "seconds": 4, "lens": SHORT_ZOOM},
                        ("Take the", "Stay within", "Move")),
    "a stop the lens has not": ("lens", {"lens": SHORT_ZOOM, "f_stop": 1.2}, ("Stay within",)),
    "nearer than it focuses": ("focus", {"lens": FAR_FOCUS, "follow": False, "focus_distance": 1.0}, ("Focus no",)),
    "a subject that goes soft": ("focus", {"move": "push-in", "subject": "mira", "amount": "35%", "seconds": 4,
                                           "follow": False, "focus_distance": 1.5097}, ("Follow focus",)),
    "a rack that does not read": ("focus", {"focus": "rack", "f_stop": 16.0}, ("Open to",)),
    "a rack on a slow prime": ("focus", {"focus": "rack", "f_stop": 16.0, "lens": SLOW_WIDE, "focal_length": 18.0},
                               ("Take the",)),
    "a rack on a slow zoom": ("focus", {"focus": "rack", "f_stop": 16.0, "focal_length": 18.0,
                                        "lens": Lens("slow zoom", (18, 90), (8, 22), 0.2)}, ("Use",)),
    "a rack through a pinhole": ("focus", {"focus": "rack", "f_stop": None}, ("Give it",)),
    "out of the frame": ("framing", {"move": "truck", "amount": "0.9 m", "seconds": 4},
                         ("Keep mira", "Move", "End at")),
    "outside from the start": ("framing", {"pan": 40.0}, ("Start on mira",)),
    "too few pixels": ("pixels", {"move": "push-in", "subject": "pea", "amount": "1.35 m", "seconds": 9,
                                  "subjects": PEA}, ("Move",)),
    "too much invented": ("invented", {"move": "truck", "amount": "0.6 m", "seconds": 4, "plate": WALL},
                          ("Move", "End at")),
}


def test_what_lasts_longer_does_so_with_all_that_belongs_to_it(case):
    """The take that matches it, and what is played of it."""
    shot, _ = case("truck", amount="3 m", seconds=1)
    shot = replace(edits.match_take(shot, "B", "A", "mira"), in_point=Fraction(1, 4), out_point=Fraction(1, 2))
    advice = next(a for a in advise(shot, "A") if a.topic == "rig")
    longer = next(remedy.shot for remedy in remedies(shot, "A", advice) if "Give it" in remedy.label)
    assert longer.take("A").timeline.duration == longer.take("B").timeline.duration > 1.5
    assert longer.in_point > 0.35 and longer.out_point > 0.7


def test_a_rack_is_not_helped_by_an_end_before_it(case):
    shot, _ = case(focus="rack", f_stop=22.0, lens=SLOW_WIDE, focal_length=18.0)
    advice = next(a for a in advise(shot, "A") if "rack" in a.sentence)
    assert not any("End" in remedy.label for remedy in remedies(shot, "A", advice))


@pytest.mark.parametrize("fault", FAULTS)
def test_the_remedy_makes_the_advice_vanish(case, fault):
    topic, words, labels = FAULTS[fault]
    shot, plate = case(**words)
    advice = next((a for a in advise(shot, "A", plate) if a.topic == topic), None)
    assert advice, f"no such advice: {[str(a) for a in advise(shot, 'A', plate)]}"
    found = remedies(shot, "A", advice, plate)
    for label in labels:
        remedy = next((r for r in found if r.label.startswith(label) or label in r.label), None)
        assert remedy, f"{label}: {[r.label for r in found]}"
        left = [a for a in advise(remedy.shot, "A", plate) if a.topic == topic]
        assert not any(a.sentence == advice.sentence for a in left)
        assert len(left) < sum(a.topic == topic for a in advise(shot, "A", plate))
        assert isinstance(remedy.shot, Shot) and remedy.shot != shot and len(remedy.label) < 60


def test_a_remedy_goes_no_farther_than_it_must(case):
    """A slider's worth of travel is left when the slider is what there is."""
    shot, _ = case(**FAULTS["a slider too short"][1])
    advice = next(a for a in advise(shot, "A") if a.topic == "rig")
    less = next(r for r in remedies(shot, "A", advice) if r.label.startswith("Travel"))
    assert 0.97 < less.shot.perform("A").camera(8).position[0] <= 1.0 + 1e-9
    assert less.shot.take("A").rig == "slider"


def test_two_faults_are_mended_one_after_the_other(case):
    shot, _ = case("push-in", amount="1.6 m", seconds=8, rig="slider", follow=False, focus_distance=1.5097)
    for _ in range(12):
        failing = [a for a in advise(shot, "A") if not a.works]
        mending = next((r for a in failing for r in remedies(shot, "A", a)), None)
        if not failing:
            break
        assert mending, [str(a) for a in failing]
        shot = mending.shot
    assert not [a for a in advise(shot, "A") if not a.works]
    assert edits.free_name(shot) == "B"
