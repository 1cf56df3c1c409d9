"""The governor against renderers of every cost; only their time is simulated."""
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.rehearsal.quality import CHUNK, FEWEST, MOST, PATIENCE_AT_REST, SLICE, STEPS, Governor, Plan, Step
from viewer.render.renderer import VIEWS


def run(cost, pictures, governor=None):
    """Makes pictures whose time is cost(step, n); the governor and (step index, seconds) of each."""
    governor, made = governor or Governor(), []
    for n in range(pictures):
        seconds = cost(governor.step, n)
        made.append((governor.at, seconds))
        governor = governor.after(seconds)
    return governor, made


def changes(made):
    return sum(a[0] != b[0] for a, b in zip(made, made[1:]))


def rate(made):
    return len(made) / sum(seconds for _, seconds in made)


def test_a_fast_machine_stays_at_full_quality():
    governor, made = run(lambda step, n: 0.008 * step.cost, 1000)
    assert governor.at == 0 and changes(made) == 0


@settings(deadline=None)
@given(st.floats(0.001, 0.02), st.floats(0.001, 0.15))
def test_thirty_a_second_wherever_it_can_be_had(fixed, pixels):
    cost = lambda step, n: fixed + pixels * step.cost
    governor, made = run(cost, 600)
    possible = cost(STEPS[-1], 0) <= 0.95 / 30
    if possible:
        assert rate(made[12:]) >= 30 and cost(governor.step, 0) <= 1 / 30   # settled within a third of a second
    else:
        assert made[12][0] == len(STEPS) - 1
    # And no lower than need be: the next better step would not fit with something to spare.
    if 0 < governor.at:
        assert cost(STEPS[governor.at - 1], 0) > 0.6 / 30


@settings(deadline=None)
@given(st.floats(0.005, 0.02), st.floats(0.001, 0.05))
def test_what_takes_time_at_any_size_keeps_no_picture_small(fixed, pixels):
    cost = lambda step, n: fixed + pixels * step.cost
    governor, _ = run(cost, 900, Governor.beginning())
    assert governor.at == 0 or cost(STEPS[governor.at - 1], 0) > 0.7 / 30


@given(st.integers(0, 2**32), st.floats(0.01, 0.1), st.floats(0.0, 0.25))
@settings(max_examples=50, deadline=None)
def test_it_does_not_pump(seed, pixels, noise):
    """A minute of a machine whose times vary, with a hiccup now and then, never two in a row."""
    chance, last = random.Random(seed), [0]
    def cost(step, n):
        hiccup = chance.random() < 0.01 and n > last[0] + 1
        last[0] = n if hiccup else last[0]
        return (0.002 + pixels * step.cost) * (1 + noise * chance.uniform(-1, 1)) * (8 if hiccup else 1)
    _, made = run(cost, 1800)
    assert changes(made[30:]) <= 16
    assert changes(made[900:]) <= 10


def test_a_hiccup_changes_nothing():
    governor, made = run(lambda step, n: 0.3 if n % 50 == 49 else 0.02, 500)
    assert changes(made) == 0


def test_it_follows_the_scene():
    """Light, heavy, light again: down at once, up when it is sure."""
    load = lambda n: 0.02 if n < 100 else 0.09 if n < 400 else 0.02
    governor, made = run(lambda step, n: load(n) * step.cost, 900)
    assert made[99][0] == 0 and governor.at == 0
    assert rate(made[104:400]) >= 30
    down, up = (next(n for n in range(start, 900) if found(made[n][0])) for start, found in
                ((100, lambda at: at > 0), (400, lambda at: at == 0)))
    assert down <= 103 and 410 < up < 550


def test_another_target():
    governor, made = run(lambda step, n: 0.06 * step.cost, 300, Governor(target=1 / 60))
    assert rate(made[30:]) >= 60
    assert Governor(target=1 / 20, steps=(Step(1), Step(0.5))).after(0.1).after(0.1).step.scale == 0.5


def test_one_that_knows_nothing_begins_small_and_is_soon_as_good_as_it_gets():
    beginning = Governor.beginning()
    assert beginning.step == STEPS[-1]
    fast, made = run(lambda step, n: 0.002 + 0.010 * step.cost, 40, beginning)
    assert fast.at == 0
    slow, made = run(lambda step, n: 0.005 + 0.1 * step.cost, 300, beginning)
    assert max(seconds for _, seconds in made) < 0.06 and rate(made) >= 30      # never as slow as the best would be
    assert changes(made[60:]) <= 6


def finish(plan, cost):
    """Every stage of a plan, and the seconds that each takes."""
    made = []
    while stage := plan.next():
        seconds = cost(stage)
        made.append((stage, seconds))
        plan = plan.after(seconds)
        assert len(made) < 1000
    return plan, made


@pytest.mark.parametrize("view", [0.0005, 0.004, 0.019, 0.1])
@pytest.mark.parametrize("pictures", [1, 2])
def test_at_rest_it_becomes_the_best_there_is_and_then_sleeps(view, pictures):
    cost = lambda stage: 3 * view * stage.step.cost if stage.step else view * stage.views
    plan, made = finish(Plan.at_rest(STEPS[-1], True, view, pictures), cost)
    whole = [stage.step for stage, _ in made if stage.step]
    assert whole == sorted(whole) and whole[0] not in STEPS[1:]
    assert [bool(stage.step) for stage, _ in made] == [True] * len(whole) + [False] * (len(made) - len(whole))
    assert all(seconds <= max(SLICE, 3 * view * whole[0].cost) for stage, seconds in made if stage.step)
    assert (whole[-1] == Step(1)) == (3 * view <= SLICE)
    assert plan.next() is None and plan.after(1) == plan
    views = sum(stage.views for stage, _ in made)
    assert views == plan.count and FEWEST <= views <= MOST
    assert views * view <= max(PATIENCE_AT_REST / pictures, FEWEST * view) + 1e-9
    assert all(seconds <= max(CHUNK, view) * 1.01 for stage, seconds in made if stage.views)


@pytest.mark.parametrize("blur, views", [(10, FEWEST), (40, 100), (400, MOST)])
def test_wide_discs_get_the_views_they_need_on_a_slow_machine_too(blur, views):
    plan = Plan.at_rest(STEPS[-1], True, 0.2, blur=blur)
    assert plan.count == views and Plan.at_rest(STEPS[-1], True, 0.001, blur=blur).count == MOST
    assert sum(stage.views for stage, _ in finish(plan, lambda stage: 0.2 * max(stage.views, 1))[1]) == views


def test_a_wrong_estimate_is_corrected():
    _, made = finish(Plan.at_rest(Step(1), True, 0.0001), lambda stage: 0.01 * stage.views)
    assert all(seconds <= 2 * CHUNK for _, seconds in made)


def test_without_a_lens_there_is_less_to_do():
    assert Plan.at_rest(Step(1), lens=False).next() is None
    plan = Plan.at_rest(STEPS[-1], lens=False)
    assert plan.next() == (Step(1.0), 0) and plan.after(0.1).next() is None      # however long it takes
    assert Plan.at_rest(Step(1), lens=True).next().views == 1     # as it moves it is as good as one piece gets


def test_at_best_a_reference_is_the_renderers_own():
    assert MOST == VIEWS
