"""How sharp a picture may be: fast while something moves, and the best there is when it rests.

While something moves, a `Governor` chooses from the time that pictures took how large the next one is made:

    governor = governor.after(seconds)     # what the last picture took to make, without waiting for the screen
    governor.step.scale

When it rests, a `Plan` for each picture says what to make next, one stage per frame of the window, until there is
nothing left to do:

    plan = Plan.at_rest(governor.step, lens=True, view_seconds=0.01)     # anything that moves: forget it
    while stage := plan.next(): plan = plan.after(seconds that the stage took)
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median
from typing import NamedTuple


class Step(NamedTuple):
    """A level of quality: the scale of the picture's width and height. Blur costs as many pixels."""

    scale: float

    @property
    def cost(self) -> float:
        """About what a picture takes, relative to the best."""
        return self.scale ** 2


STEPS = tuple(map(Step, (1.0, 0.85, 0.7, 0.6, 0.5, 0.4, 0.32, 0.26)))
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
EAGERNESS = 3
"""The patience of a governor that knows nothing yet."""
ALWAYS = 0.75
"""Share of a picture's time that is taken to be that of any size, until two sizes have told, when a better step is tried."""
TOLD, TELLS = 4, 2
"""Pictures of a step that tell, if they cost so many times as much as the smallest."""


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
    always: float | None = 0.0                    # seconds that a picture of any size takes; None: nothing is known yet
    least: tuple[float, float] | None = None      # cost of the smallest pictures so far, and the seconds that they took

    @classmethod
    def beginning(cls) -> Governor:
        """One that knows nothing of the scene yet: from the fastest pictures quickly to better ones."""
        return cls(at=len(STEPS) - 1, patience=EAGERNESS, fresh=True, always=None)

    @property
    def step(self) -> Step:
        return self.steps[self.at]

    def after(self, seconds: float) -> Governor:
        """The last picture, made at this step, took so many seconds."""
        if self.fresh:   # the first one of a size also makes room for it
            return replace(self, fresh=False)
        recent = (*self.recent, seconds)[-MEMORY:]
        budget = SPARE * self.target
        usual, always, least = median(recent), self.always, self.least
        if len(recent) == TOLD:
            if least and TELLS * least[0] <= self.step.cost:
                always = (least[1] * self.step.cost - usual * least[0]) / (self.step.cost - least[0])
                always = min(max(always, 0.0), usual, least[1])
            elif not least or self.step.cost <= least[0]:
                least = self.step.cost, usual
        told = replace(self, recent=recent, always=always, least=least)
        climbed = None if self.climbed is None else self.climbed + 1
        patience = self.patience
        if climbed is not None and climbed >= PROVEN:
            climbed, patience = None, PATIENCE
        # One slow picture is a hiccup of the machine, two are the scene.
        slow = min(recent[-2:])
        if len(recent) > 1 and slow > budget and self.at + 1 < len(self.steps):
            at = next((i for i in range(self.at + 1, len(self.steps)) if told._expected(i, slow, 0.0) <= CLIMB * budget),
                      len(self.steps) - 1)
            if climbed is None:
                return told._turned_to(at, patience=patience)
            # What had made it look affordable was wrong.
            return told._turned_to(at, climbed=None, patience=min(2 * patience, MOST_PATIENCE), always=0.0, least=None)
        calm = self.calm + 1 if self.at and told._expected(self.at - 1, usual, ALWAYS) <= CLIMB * budget else 0
        if calm >= patience:
            return told._turned_to(self.at - 1, climbed=0, patience=patience)
        return replace(told, calm=calm, climbed=climbed, patience=patience)

    def _expected(self, at: int, seconds: float, share: float) -> float:
        """What a step may take where this one takes so many seconds, a share of which any would, if nothing has told."""
        always = share * seconds if self.always is None else min(self.always, seconds)
        return always + (seconds - always) * self.steps[at].cost / self.step.cost

    def _turned_to(self, at: int, **changes) -> Governor:
        return replace(self, at=at, recent=(), calm=0, fresh=True, **changes)


# -- at rest ----------------------------------------------------------------------------------------------------------

CHUNK = 0.08
"""Seconds of work per frame of the window while it refines: any input is answered by the next one."""
SLICE = 0.06
"""Seconds that a picture through the lens may take in one piece; one that takes longer is left to the reference, which
comes in chunks."""
PATIENCE_AT_REST = 1.2
"""Seconds that the references of all pictures may take together."""
FEWEST, MOST = 20, 160
"""Views of the lens that a reference is the mean of."""
SPACING = 4.0
"""Pixels that they may lie apart within a disc of blur: farther, and lamps are flowers instead of discs."""
AT_REST = Step(0.45), Step(0.75), Step(1.0)
"""Through the lens each picture tells whether the next one can be had in one piece; none is there already, or it would tell
nothing."""


class Stage(NamedTuple):
    """What to make next of a picture at rest.

    step   of a picture in one piece, or None
    views  otherwise: how many to add to the reference
    """

    step: Step | None
    views: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """One picture's way from what it is while it moves to the best there is. A value: `after` returns what is left.

    steps         of pictures in one piece
    count         views of the lens that the reference is the mean of; 0 for a pinhole, which needs none
    done          of them
    view_seconds  that one of them takes, as far as is known
    reach         views in a chunk at most; grows with what is known of their time
    """

    steps: tuple[Step, ...] = ()
    count: int = 0
    done: int = 0
    view_seconds: float = 0.01
    reach: int = 1

    @classmethod
    def at_rest(cls, step: Step, lens: bool, view_seconds: float = 0.01, pictures: int = 1, blur: float = 0.0) -> Plan:
        """From a picture of a step. lens: it has an aperture. pictures: that have one, and wait for references. blur: the
        diameter of its discs in pixels; what they need they get, whatever time it takes."""
        best = step == STEPS[0]
        if not lens:
            return cls(() if best else AT_REST[-1:])
        count = PATIENCE_AT_REST / pictures / max(view_seconds, 1e-6)
        return cls(() if best else AT_REST, int(min(max(count, FEWEST, (blur / SPACING) ** 2), MOST)), 0, view_seconds)

    def next(self) -> Stage | None:
        """What to make now; None: nothing is left to do."""
        if self.steps:
            return Stage(self.steps[0])
        if self.done >= self.count:
            return None
        return Stage(None, min(max(1, int(CHUNK / max(self.view_seconds, 1e-6))), self.reach, self.count - self.done))

    def after(self, seconds: float) -> Plan:
        """The stage that `next` named has been made, and took so many seconds."""
        stage = self.next()
        if stage is None:
            return self
        if stage.step:
            expected = lambda step: seconds * step.cost / stage.step.cost
            return replace(self, steps=tuple(s for s in self.steps[1:] if not self.count or expected(s) <= SLICE))
        each = seconds / stage.views
        if self.done:      # the first one also makes room
            each = (self.view_seconds + each) / 2
        return replace(self, done=self.done + stage.views, view_seconds=each, reach=2 * self.reach)
