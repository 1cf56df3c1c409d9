"""The plate that comes with the program, so that every command shows something without a file of one's own."""
from __future__ import annotations

import tomllib
from dataclasses import dataclass

from .plate import Plate
from .resources import ASSETS


@dataclass(frozen=True, slots=True)
class BundledSubject:
    """Somebody on the bundled plate; all places in pixels of the plate, from its top left corner.

    xy          a point on the face
    box, head   left, top, right, bottom of the figure and of the head
    """

    name: str
    xy: tuple[float, float]
    box: tuple[float, float, float, float]
    head: tuple[float, float, float, float]


def bundled_plate() -> Plate:
    """A café with a woman at 1.5 m, a man at 3.1 m and a street behind the window; 1280x720, 35 mm on full frame."""
    return Plate.open(ASSETS / "cafe.exr", **_about()["lens"])


def bundled_subjects() -> tuple[BundledSubject, ...]:
    """Its two people, the main one first."""
    return tuple(BundledSubject(s["name"], tuple(s["xy"]), tuple(s["box"]), tuple(s["head"]))
                 for s in _about()["subjects"])


def _about() -> dict:
    return tomllib.loads((ASSETS / "cafe.toml").read_text("utf-8"))
