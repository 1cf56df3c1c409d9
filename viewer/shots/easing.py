"""Easing: how a value travels from one key to the next.

An ease is a name or the four handles (x1, y1, x2, y2) of a cubic Bézier curve from (0, 0) to (1, 1), x being the share
of time and y the share of the way (the curve of W3C "CSS Easing Functions Level 1", whose `ease-in`, `ease-out` and
`ease-in-out` are ours). `hold` stays until the next key and then jumps.
"""
from __future__ import annotations

from typing import Callable, Literal

from .errors import BadValue

Handles = tuple[float, float, float, float]
Ease = Literal["linear", "in", "out", "both", "hold"] | Handles

CURVES: dict[str, Handles] = {
    "linear": (0.0, 0.0, 1.0, 1.0),
    "in": (0.42, 0.0, 1.0, 1.0),
    "out": (0.0, 0.0, 0.58, 1.0),
    "both": (0.42, 0.0, 0.58, 1.0),
}
EASES = (*CURVES, "hold")

OVERSHOOT = 1.0
"""How far a handle may reach beyond the way: 1 lets a value swing past its end by at most two thirds of the way."""


def check_ease(ease: Ease) -> None:
    """Raises where an ease is neither a known name nor four usable handles."""
    if isinstance(ease, str):
        if ease not in EASES:
            raise BadValue(f"'{ease}' is not an ease; it is one of {', '.join(EASES)}, or four Bézier handles.")
        return
    if len(ease) != 4 or not all(isinstance(h, (int, float)) for h in ease):
        raise BadValue("A Bézier ease has four numbers: x1, y1, x2, y2.")
    x1, y1, x2, y2 = ease
    if not (0 <= x1 <= 1 and 0 <= x2 <= 1):
        raise BadValue("The handles of a Bézier ease lie between 0 and 1 in time, so that time never runs backwards.")
    if not all(-OVERSHOOT <= y <= 1 + OVERSHOOT for y in (y1, y2)):
        raise BadValue(f"The handles of a Bézier ease reach at most {OVERSHOOT:g} beyond its ends.")


def curve(ease: Ease) -> Callable[[float], float]:
    """The ease as a function of the share of time in [0, 1]; error below 1e-9."""
    if ease == "hold":
        return _hold
    if ease == "linear":
        return _linear
    return _bezier(*(CURVES[ease] if isinstance(ease, str) else map(float, ease)))


def reverse(ease: Ease) -> Ease:
    """The ease of the same way travelled backwards."""
    if isinstance(ease, str):
        return {"in": "out", "out": "in"}.get(ease, ease)
    x1, y1, x2, y2 = ease
    return 1 - x2, 1 - y2, 1 - x1, 1 - y1


def _linear(u: float) -> float:
    return u


def _hold(u: float) -> float:
    return 0.0 if u < 1 else 1.0


def _bezier(x1: float, y1: float, x2: float, y2: float) -> Callable[[float], float]:
    """The curve of four handles, as `curve` has it."""
    # Both coordinates as polynomials in the curve's own parameter s, which x(s) = u defines.
    ax, bx, cx = 1 + 3 * (x1 - x2), 3 * (x2 - 2 * x1), 3 * x1
    ay, by, cy = 1 + 3 * (y1 - y2), 3 * (y2 - 2 * y1), 3 * y1

    def eased(u: float) -> float:
        if u <= 0:
            return 0.0
        if u >= 1:
            return 1.0
        low, high, s = 0.0, 1.0, u
        for _ in range(60):   # Newton, kept within a shrinking bracket where the curve is flat or steep
            error = ((ax * s + bx) * s + cx) * s - u
            if -1e-12 < error < 1e-12:
                break
            if error < 0:
                low = s
            else:
                high = s
            slope = (3 * ax * s + 2 * bx) * s + cx
            step = s - error / slope if slope > 1e-9 else low - 1
            s = step if low < step < high else (low + high) / 2
        return ((ay * s + by) * s + cy) * s

    return eased

