"""The kit: cameras with their recording modes, lenses, and delivery ratios, read from one data file.

The program's own is `kit.toml` among its assets, with sources. Users add theirs in a `kit.toml` of the same form in
their configuration folder (`kit_file()` says where); an entry with a known name replaces it.
"""
from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from .. import folders, optics
from ..errors import PushinError
from ..files import reaching
from ..resources import ASSETS
from .errors import BadValue, first_problem
from .timeline import STRICT

F_STOP = 2.8
"""A usual working stop, where none is named."""

THIRDS = (0.95, 1, 1.1, 1.2, 1.4, 1.6, 1.8, 2, 2.2, 2.5, 2.8, 3.2, 3.5, 4, 4.5, 5, 5.6, 6.3, 7.1, 8, 9, 10, 11, 13,
          14, 16, 18, 20, 22)
"""f-numbers in thirds of a stop, as lenses are marked."""

FOCAL_LENGTHS = 8.0, 400.0
"""mm: from the shortest to the longest lens, where none is named."""


RATIOS = 0.1, 10.0
"""Width over height of a delivered picture: the narrowest and the widest."""


@dataclass(frozen=True, slots=True)
class Body:
    """A camera in one of its recording modes; the part of the sensor that is read, in mm and pixels."""

    __pydantic_config__ = STRICT
    name: str
    width: float
    height: float
    pixels: tuple[int, int] | None = None

    def __post_init__(self):
        if not (0.5 <= self.width <= 500 and 0.5 <= self.height <= 500):
            raise BadValue(f"{self.name or 'A camera'} has a sensor of {self.width:g} x {self.height:g} mm, which no "
                           "camera has; sizes are in millimetres.")

    def aspect(self, squeeze: float = 1.0) -> float:
        """Width over height of its picture, with an anamorphic lens unsqueezed."""
        return self.width * squeeze / self.height


@dataclass(frozen=True, slots=True)
class Lens:
    """A prime (one focal length) or a zoom.

    focal_length   mm, (shortest, longest)
    stops          (widest, smallest) f-number
    minimum_focus  metres from the sensor, as engraved
    squeeze        anamorphic: how many times wider than tall the lens sees
    breathing      0: the framing keeps still when focus moves; 1: it breathes as a simple lens does
    blades         of the iris; 0 is round
    t_ratio        its T-stop over its f-number, by the light that its glass takes; 1 where its maker gives T-stops alone, which then
                   count as f-numbers
    """

    __pydantic_config__ = STRICT
    name: str
    focal_length: tuple[float, float]
    stops: tuple[float, float]
    minimum_focus: float
    squeeze: float = 1.0
    breathing: float = 0.0
    blades: int = 0
    t_ratio: float = 1.0

    def __post_init__(self):
        short, long = self.focal_length
        wide, small = self.stops
        if not (optics.FOCALS[0] <= short <= long <= optics.FOCALS[1] and 0.5 <= wide <= small <= 128 and 0 <= self.minimum_focus <= 100
                and 0.5 <= self.squeeze <= 3 and -2 <= self.breathing <= 2 and (self.blades == 0 or 3 <= self.blades <= 30)
                and 1 <= self.t_ratio <= 2):
            raise BadValue(f"{self.name or 'A lens'} has a figure that no lens has; look at its focal length (mm), "
                           "stops, f-number, minimum focus (m), squeeze, breathing and blades.")

    @property
    def is_zoom(self) -> bool:
        return self.focal_length[0] < self.focal_length[1]

    @property
    def t_stops(self) -> str:
        """How far it opens and closes, as it is marked."""
        return " to ".join(f"T{round(stop * self.t_ratio, 3):g}" for stop in self.stops)

    @property
    def line(self) -> str:
        """How far it opens and closes, and how near it focuses, in words."""
        return (f"{self.t_stops}, focuses from {self.minimum_focus:g} m"
                + (f", anamorphic {self.squeeze:g}×" if self.squeeze != 1 else ""))

    def closest(self, focal_length: float) -> float:
        """Its minimum focus as a distance from the lens, metres: what Camera.focus_distance counts.

        A lens that focuses nearer than 4 f from the sensor is shorter there, at most a quarter of that: it stands at least
        half of it away.
        """
        closest = optics.focus_from_mark(self.minimum_focus, focal_length)
        return self.minimum_focus / 2 if math.isnan(closest) else float(closest)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A delivery ratio: what the frame lines show."""

    __pydantic_config__ = STRICT
    name: str
    ratio: float
    use: str = ""

    def __post_init__(self):
        if not RATIOS[0] <= self.ratio <= RATIOS[1]:
            raise BadValue(f"{self.name or 'A ratio'} is {self.ratio:g}; a delivery ratio is width over height.")


@dataclass(frozen=True, slots=True)
class Kit:
    __pydantic_config__ = STRICT
    bodies: tuple[Body, ...] = ()
    lenses: tuple[Lens, ...] = ()
    ratios: tuple[Ratio, ...] = ()

    def body(self, name: str) -> Body:
        """A camera's mode by its name, or a part that only it has; BadValue where that is none or several."""
        return _named(self.bodies, name, "camera")

    def lens(self, name: str) -> Lens:
        """A lens likewise."""
        return _named(self.lenses, name, "lens")

    def ratio(self, name: str) -> float:
        """A delivery ratio by name ("2.39", "9:16") or as any number or fraction ("2", "5:4")."""
        for ratio in self.ratios:
            if ratio.name == name.strip().removesuffix(":1"):
                return ratio.ratio
        top, colon, bottom = name.strip().partition(":")
        try:
            value = float(top) / float(bottom if colon else 1)
        except (ValueError, ZeroDivisionError):
            value = math.nan
        if not RATIOS[0] <= value <= RATIOS[1]:
            raise BadValue(f"'{name}' is not a delivery ratio; it is {', '.join(r.name for r in self.ratios)}, or "
                           "width over height such as 2 or 5:4.")
        return value

    def including(self, other: Kit) -> Kit:
        """Both kits; where names agree the other one's entry counts."""
        merge = lambda mine, theirs: tuple({e.name: e for e in (*mine, *theirs)}.values())
        return Kit(merge(self.bodies, other.bodies), merge(self.lenses, other.lenses), merge(self.ratios, other.ratios))


def _named(entries, name: str, what: str):
    """By name; a part of one is enough where only one entry has it."""
    part = name.strip().lower()
    exact = [e for e in entries if e.name.lower() == part]
    found = exact or [e for e in entries if part and part in e.name.lower()]
    if len(found) == 1:
        return found[0]
    if not found:
        raise BadValue(f"The kit has no {what} called '{name}'; add it to {kit_file()}.")
    found.sort(key=lambda e: not re.search(rf"(?<![\w.-]){re.escape(part)}(?![\w.-])", e.name.lower()))     # 50 before 80-250
    raise BadValue(f"'{name}' may be {', '.join(e.name for e in found[:6])}{' …' if len(found) > 6 else ''}; say "
                   "which.")


def kit_file() -> Path:
    """Where a user's own kit is looked for."""
    return folders.settings() / "kit.toml"


def read_kit(path: Path) -> Kit:
    """A kit file. Tables: [[camera]] with [camera.modes], [[lens_set]] with its lenses, [[ratio]]."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        bodies = [{"name": f"{camera['name']} {mode}", "width": size[0], "height": size[1], "pixels": size[2:] or None}
                  for camera in table.pop("camera", []) for mode, size in camera["modes"].items()]
        lenses = []
        for series in table.pop("lens_set", []):
            common = {k: v for k, v in series.items() if k not in ("name", "source", "lenses")}
            for lens in series["lenses"]:
                lens = {**common, **lens}
                focal = lens["focal_length"]
                focal = focal if isinstance(focal, list) else [focal, focal]
                label = f"{focal[0]:g}" if focal[0] == focal[1] else f"{focal[0]:g}-{focal[1]:g}"
                if open_to := lens.pop("f_number", None):
                    lens["t_ratio"] = ratio = lens["stops"][0] / open_to
                    lens["stops"] = [stop / ratio for stop in lens["stops"]]
                lenses.append({**lens, "focal_length": focal, "name": f"{series['name']} {label} mm"})
        kit = {"bodies": bodies, "lenses": lenses, "ratios": table.pop("ratio", [])}
        if table:
            raise PushinError(f"{path}: '{next(iter(table))}' is not known; a kit has camera, lens_set and ratio.")
        return TypeAdapter(Kit).validate_python(kit)
    except OSError as error:
        raise PushinError(f"{path} cannot be read: {error.strerror or error}.") from None
    except ValidationError as error:
        raise PushinError(f"{path}: {first_problem(error)}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PushinError(f"{path} is not a TOML file: {error}.") from None
    except KeyError as error:
        raise PushinError(f"{path}: an entry lacks {error}; compare it with the program's own kit.toml.") from None
    except (TypeError, AttributeError, IndexError, ValueError):
        raise PushinError(f"{path}: an entry has another form than those of the program's own kit.toml; compare them.") from None


@lru_cache(maxsize=1)
def kit() -> Kit:
    """The program's kit with the user's own entries."""
    own = kit_file()
    shipped = read_kit(ASSETS / "kit.toml")
    with reaching(own):
        there = own.is_file()
    return shipped.including(read_kit(own)) if there else shipped


def usable_kit() -> Kit:
    """The same, or the program's alone where the user's own cannot be used: for what only suggests a lens."""
    try:
        return kit()
    except PushinError:
        return read_kit(ASSETS / "kit.toml")
