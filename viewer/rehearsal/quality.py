"""How sharp a picture may be: fast while something moves, and the best there is when it rests.

While something moves, a `Governor` chooses from the time that pictures took how large the next one is made:

    governor = governor.after(seconds)     # what the last picture took to make, without waiting for the screen
    governor.step.scale, governor.step.samples

When it rests, a `Plan` says what to make next, one stage per frame of the window, until there is nothing left to do:

    plan = Plan.at_rest(governor.step, lens=True, view_seconds=0.01)     # anything that moves: forget it
    while stage := plan.next(): plan = plan.after(seconds that the stage took)
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from math import gcd
from statistics import median
from typing import NamedTuple


class Step(NamedTuple):
    """A level of quality.

    scale    of the picture's width and height
    samples  share of the samples that the lens's blur is made of
    """

    scale: float
    samples: float = 1.0

    @property
    def cost(self) -> float:
        """About what a picture takes, relative to the best."""
        return self.scale ** 2 * (0.5 + 0.5 * self.samples)


STEPS = (Step(1.0), Step(0.85), Step(0.7), Step(0.6, 0.75), Step(0.5, 0.5), Step(0.4, 0.5))
"""From best to fastest."""

SPARE = 0.95
"""Of the time there is: what is slower is too slow. The rest is for everything that is not the picture."""
CLIMB = 0.8
"""Of the time there is: what a better step may be expected to take before it is tried."""
MEMORY = 9
"""Pictures whose median is what a step takes."""
PATIENCE, MOST_PATIENCE = 15, 480
"""Pictures for which a better step must have been affordable before it is tried; after each attempt that failed twice
as many, so that no scene makes the picture pump."""
PROVEN = 60
"""Pictures after which a better step has not failed."""


@dataclass(frozen=True, slots=True)
class Governor:
    """Chooses a step. A value: `after` returns the next one.

    target  seconds that a picture may take; 1/30 keeps thirty pictures a second
    at      which of the steps
    """

    target: float = 1 / 30
    steps: tuple[Step, ...] = STEPS
    at: int = 0
    recent: tuple[float, ...] = ()
    calm: int = 0
    patience: int = PATIENCE
    climbed: int | None = None
    fresh: bool = False

    @property
    def step(self) -> Step:
        return self.steps[self.at]

    def after(self, seconds: float) -> Governor:
        """The last picture, made at this step, took so many seconds."""
        if self.fresh:   # the first one of a size also makes room for it
            return replace(self, fresh=False)
        recent = (*self.recent, seconds)[-MEMORY:]
        budget = SPARE * self.target
        usual = median(recent)
        climbed = None if self.climbed is None else self.climbed + 1
        patience = self.patience
        if climbed is not None and climbed >= PROVEN:
            climbed, patience = None, PATIENCE
        # One slow picture is a hiccup of the machine, two are the scene.
        if len(recent) > 1 and min(recent[-2:]) > budget and self.at + 1 < len(self.steps):
            slow = min(recent[-2:]) / self.step.cost
            at = next((i for i in range(self.at + 1, len(self.steps))
                       if slow * self.steps[i].cost <= CLIMB * budget), len(self.steps) - 1)
            failed = climbed is not None
            return replace(self, at=at, recent=(), calm=0, climbed=None, fresh=True,
                           patience=min(2 * patience, MOST_PATIENCE) if failed else patience)
        calm = 0
        if self.at and usual * self.steps[self.at - 1].cost / self.step.cost <= CLIMB * budget:
            calm = self.calm + 1
        if calm >= patience:
            return replace(self, at=self.at - 1, recent=(), calm=0, climbed=0, fresh=True, patience=patience)
        return replace(self, recent=recent, calm=calm, climbed=climbed, patience=patience)


# -- at rest ----------------------------------------------------------------------------------------------------------

CHUNK = 0.03
"""Seconds of work per frame of the window while it refines: any input is answered by the next one."""
PATIENCE_AT_REST = 1.5
"""Seconds that the reference may take altogether."""
FEWEST, MOST = 16, 160
"""Views of the lens that the reference is the mean of."""


class Stage(NamedTuple):
    """What to make next at rest.

    name   "full", "gather" or "reference"
    bokeh  "off", "gather" or "reference"
    step   the quality, of which the scale is always 1 here
    views  of a reference: which of the `of` points on the lens to add to what is there already
    """

    name: str
    bokeh: str
    step: Step
    views: tuple[int, ...] = ()
    of: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """The way from a moving picture to the best there is. A value: `after` returns what is left."""

    stages: tuple[Stage, ...] = ()
    of: int = 0
    done: int = 0
    view_seconds: float = 0.01
    reach: int = 4   # views in a chunk at most; grows with what is known of their time

    @classmethod
    def at_rest(cls, step: Step, lens: bool, view_seconds: float = 0.01) -> Plan:
        """From a picture of a step. lens: it has an aperture. view_seconds: what one view without blur takes."""
        best, bokeh = Step(1.0), "gather" if lens else "off"
        stages = []
        if step.scale < 1:
            stages.append(Stage("full", bokeh, Step(1.0, step.samples) if lens else best))
        if lens and step.samples < 1:
            stages.append(Stage("gather", "gather", best))
        of = int(min(max(PATIENCE_AT_REST / max(view_seconds, 1e-6), FEWEST), MOST)) if lens else 0
        return cls(tuple(stages), of, 0, view_seconds)

    def next(self) -> Stage | None:
        """What to make now; None: nothing is left to do, and the window may sleep."""
        if self.stages:
            return self.stages[0]
        if self.done >= self.of:
            return None
        count = min(max(1, int(CHUNK / max(self.view_seconds, 1e-6))), self.reach)
        views = tuple(_spread(i, self.of) for i in range(self.done, min(self.done + count, self.of)))
        return Stage("reference", "reference", Step(1.0), views, self.of)

    def after(self, seconds: float) -> Plan:
        """The stage that `next` named has been made, and took so many seconds."""
        stage = self.next()
        if stage is None:
            return self
        if self.stages:
            return replace(self, stages=self.stages[1:])
        each = (self.view_seconds + seconds / len(stage.views)) / 2
        return replace(self, done=self.done + len(stage.views), view_seconds=each, reach=2 * self.reach)

    @property
    def share(self) -> float:
        """How much of the reference is there, 0 to 1."""
        return self.done / self.of if self.of else 1.0


def _spread(i: int, count: int) -> int:
    """The i-th of count points in an order in which every beginning is spread over all of them.

    By a stride near the golden section that shares no divisor with the count, so that each comes once.
    """
    stride = next(s for s in range(max(round(count * 0.618034), 1), 2 * count + 2) if gcd(s, count) == 1)
    return i * stride % count
