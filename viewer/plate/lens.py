"""The lens that took the plate: what the caller says, else what the camera wrote into EXIF or into an EXR's header, else an assumption.

An EXR's header tells it in the standard optional attributes (OpenEXR 3.2): pinholeFocalLength, effectiveFocalLength and
nominalFocalLength in millimetres, sensorOverallDimensions in millimetres, and sensorCenterOffset in micrometres, how far the sensor lies
to the right and below of where the lens looks straight at. Others say focalLength, or cameraFocalLength and cameraAperture.
"""
from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..counted import real
from ..errors import PushinError
from ..optics import FOCALS, WIDTHS

FULL_FRAME = (36.0, 24.0)
"""Millimetres: the frame that 35 mm equivalents refer to."""
ASSUMED_FOCAL = 35.0
_UNIT = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}
"""Millimetres of EXIF FocalPlaneResolutionUnit: inch, centimetre, millimetre, micrometre (EXIF 2.32, 4.6.5; the
last two as cameras write them)."""
_HEADER_FOCALS = ("pinholefocallength", "effectivefocallength", "nominalfocallength", "camerafocallength", "focallength")
_HEADER_WIDTHS = ("sensoroveralldimensions", "cameraaperture")
_FOCAL, _FOCAL_35, _WIDTH, _X_RESOLUTION, _RESOLUTION_UNIT = 0x920A, 0xA405, 0xA002, 0xA20E, 0xA210


@dataclass(frozen=True, slots=True)
class Lens:
    """Focal length and the sensor's width in millimetres, which the picture's width spans, None where a file tells just the first; and
    the principal point minus the picture's centre, in picture widths, +x right and +y up."""

    focal_length: float
    sensor_width: float | None
    shift: tuple[float, float] = (0.0, 0.0)

    def principal_point(self, size: tuple[int, int]) -> tuple[float, float]:
        """(x, y) pixels from the top left corner of a picture of that (width, height)."""
        return size[0] * (0.5 + self.shift[0]), size[1] / 2 - size[0] * self.shift[1]


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


def lens_from_header(header: dict) -> Lens | None:
    """The lens that an EXR's attributes tell of, by name, or None; of a name in several parts ("exr/focalLength") the last counts."""
    header = {key.rpartition("/")[2].lower(): value for key, value in header.items()}
    focal = next((focal for name in _HEADER_FOCALS if (focal := _focal(header, name))), None)
    if focal is None:
        return None
    widths = ({"width": np.ravel(header[name])[0]} for name in _HEADER_WIDTHS if np.size(header.get(name, ())))
    width = next((width for told in widths if (width := _number(told, "width")) and WIDTHS[0] <= width <= WIDTHS[1]), None)
    try:
        right, below = np.asarray(header["sensorcenteroffset"], float) / (1000 * width)
        shift = (-right, below)
        return Lens(focal, width, shift) if max(map(abs, shift)) < 0.5 else Lens(focal, width)
    except (KeyError, TypeError, ValueError):
        return Lens(focal, width)


def header_of(focal_length: float, sensor_width: float, lens_shift: tuple[float, float], size: tuple[int, int]) -> dict:
    """The attributes from which `lens_from_header` reads a Camera's lens; size (width, height) of its picture in pixels."""
    x, y = lens_shift
    header = {"effectiveFocalLength": float(focal_length),
              "sensorOverallDimensions": np.array([sensor_width, sensor_width * size[1] / size[0]], np.float32)}
    return header | ({"sensorCenterOffset": np.array([-x, y], np.float32) * np.float32(1000 * sensor_width)} if x or y else {})


def resolve(name: str, exif: Lens | None, size: tuple[int, int], focal_length: float | None,
            sensor_width: float | None) -> tuple[Lens, list[str]]:
    """The lens to use and what was assumed: arguments win over EXIF or a header, these over a 35 mm lens on full frame.

    A sensor's width alone keeps the field of view that the file tells of. Raises PushinError on impossible arguments.
    """
    for value, what, (low, high) in ((focal_length, "focal length", FOCALS), (sensor_width, "sensor width", WIDTHS)):
        if value is not None and not low <= positive(value, what) <= high:
            raise PushinError(f"The {what} must lie between {low:g} and {high:g} mm, not at {float(value):g}.")
    notes = []
    found = exif
    if found is None or found.sensor_width is None:
        focal_length = focal_length or found and found.focal_length
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
    shift = exif.shift if exif else (0.0, 0.0)
    return Lens(float(focal_length or found.focal_length), float(sensor_width or found.sensor_width), shift), notes


def positive(value, what: str) -> float:
    """A positive, finite number of the caller's, as float."""
    number = real(value)
    if number.ndim or not (math.isfinite(number) and number > 0):
        raise PushinError(f"The {what} must be a positive number, and not {value!r:.40}.")
    return float(number)


def _focal(exif: dict, tag: int | str) -> float | None:
    value = _number(exif, tag)
    return value if value and FOCALS[0] <= value <= FOCALS[1] else None


def _number(exif: dict, tag: int | str) -> float | None:
    """A positive number from EXIF or a header, or None; rationals may divide by zero and tags may hold anything."""
    try:
        value = float(exif[tag])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return value if math.isfinite(value) and value > 0 else None
