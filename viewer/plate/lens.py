"""The lens that took the plate: what the caller says, else what the camera wrote into EXIF, else an assumption."""
from __future__ import annotations

import math
from dataclasses import dataclass

from ..counted import real
from ..errors import PushinError
from ..optics import FOCALS, WIDTHS

FULL_FRAME = (36.0, 24.0)
"""Millimetres: the frame that 35 mm equivalents refer to."""
ASSUMED_FOCAL = 35.0
_UNIT = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}
"""Millimetres of EXIF FocalPlaneResolutionUnit: inch, centimetre, millimetre, micrometre (EXIF 2.32, 4.6.5; the
last two as cameras write them)."""
_FOCAL, _FOCAL_35, _WIDTH, _X_RESOLUTION, _RESOLUTION_UNIT = 0x920A, 0xA405, 0xA002, 0xA20E, 0xA210


@dataclass(frozen=True, slots=True)
class Lens:
    """Focal length and the sensor's width in millimetres; the picture's width spans the sensor's width."""

    focal_length: float
    sensor_width: float


def lens_from_exif(exif: dict, size: tuple[int, int], turned: bool = False) -> Lens | None:
    """The lens that EXIF tells of, or None; a focal length that a caller could not give either is none.

    exif   tags of the Exif IFD by number; size (width, height) of the upright picture; turned: the camera was held
           upright, so that the stored picture's width is the upright picture's height.
    The 35 mm equivalent compares diagonals (CIPA DCG-001), so a 4:3 or an upright picture spans another width than
    36 mm. Without it, the sensor's width follows from the resolution in its plane.
    """
    width, height = size
    if focal := _focal(exif, _FOCAL_35):
        return Lens(focal, math.hypot(*FULL_FRAME) * width / math.hypot(width, height))
    focal, resolution = _focal(exif, _FOCAL), _number(exif, _X_RESOLUTION)
    unit = _UNIT.get(exif.get(_RESOLUTION_UNIT, 2))
    if not (focal and resolution and unit):
        return None
    stored = _number(exif, _WIDTH) or (height if turned else width)
    sensor = stored / resolution * unit
    if turned:
        sensor *= width / height
    return Lens(focal, sensor) if 1 < sensor < 200 else None


def resolve(name: str, exif: Lens | None, size: tuple[int, int], focal_length: float | None,
            sensor_width: float | None) -> tuple[Lens, list[str]]:
    """The lens to use and what was assumed: arguments win over EXIF, EXIF over a 35 mm lens on full frame.

    A sensor's width alone keeps the field of view that EXIF tells of. Raises PushinError on impossible arguments.
    """
    for value, what, (low, high) in ((focal_length, "focal length", FOCALS), (sensor_width, "sensor width", WIDTHS)):
        if value is not None and not low <= positive(value, what) <= high:
            raise PushinError(f"The {what} must lie between {low:g} and {high:g} mm, not at {float(value):g}.")
    notes = []
    found = exif
    if found is None:
        found = Lens(ASSUMED_FOCAL, FULL_FRAME[0] * size[0] / max(size))
        width = f"{round(found.sensor_width, 3):g} mm"
        if focal_length is None and sensor_width is None:
            notes.append(f"{name} does not tell its lens: {found.focal_length:g} mm on a {width} wide sensor is assumed.")
        elif focal_length is None:
            notes.append(f"{name} does not tell its focal length: {found.focal_length:g} mm is assumed.")
        elif sensor_width is None:
            notes.append(f"{name} does not tell its sensor: a width of {width} is assumed.")
    elif focal_length is None and sensor_width is not None:
        found = Lens(found.focal_length * sensor_width / found.sensor_width, sensor_width)
    return Lens(float(focal_length or found.focal_length), float(sensor_width or found.sensor_width)), notes


def positive(value, what: str) -> float:
    """A positive, finite number of the caller's, as float."""
    number = real(value)
    if number.ndim or not (math.isfinite(number) and number > 0):
        raise PushinError(f"The {what} must be a positive number, and not {value!r:.40}.")
    return float(number)


def _focal(exif: dict, tag: int) -> float | None:
    value = _number(exif, tag)
    return value if value and FOCALS[0] <= value <= FOCALS[1] else None


def _number(exif: dict, tag: int) -> float | None:
    """A positive number from EXIF, or None; rationals may divide by zero and tags may hold anything."""
    try:
        value = float(exif[tag])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return value if math.isfinite(value) and value > 0 else None
