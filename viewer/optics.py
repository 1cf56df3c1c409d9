"""The thin lens: circle of confusion, depth of field, field of view. Pure numbers, numpy only.

Units: focal lengths, sensors, apertures and circles in millimetres; distances in metres from the lens; angles in
degrees. Every function takes numbers or arrays (they broadcast). A pinhole is an f-number of infinity.

Two models share each formula; they differ only in how far the image lies behind the lens:

- the default keeps that at the focal length whatever the focus, so that a focus pull never changes the framing: what
  modern cinema lenses are built for, and what the renderer shows. Within f / s of the other (1 % at 35 mm and 3.5 m);
- `breathing=True` is the textbook thin lens, 1/f = 1/s + 1/v: the image lies at v = f / (1 - f/s), the picture grows
  as focus comes nearer. It is the model behind published depth-of-field tables.

Sources: H. M. Merklinger, "The Ins and Outs of Focus" (1992); J. Maxwell and M. Hamilton, "Depth of Field Calculations
and Constants for the Cooke Range of S4 Prime Lenses" (Cooke Optics, 2002), whose limits, with the front nodal distance
n = 0, are those of `depth_of_field(breathing=True)`.
"""
from __future__ import annotations

import numpy as np

FOCALS, WIDTHS = (1.0, 1e4), (0.1, 1e3)
"""Millimetres: focal lengths, and widths of sensors, with which a shot can be staged."""

DELIVERY_WIDTHS = {"HD": 1920, "2K": 2048, "UHD": 3840, "4K": 4096, "8K": 7680}
"""Pixels across the delivered picture (ITU-R BT.709 and BT.2020; DCI DCSS 1.4)."""

LINE_PAIR = 2.0
"""Delivered pixels: the finest detail that a delivery of n pixels can carry is a line pair, two of them (Nyquist).
A circle smaller than that cannot be told from a point. It reproduces the customary figures: Super 35 (24.89 mm) in HD
gives 0.026 mm, the 1/1000 inch of the American Cinematographer Manual; in UHD 0.013 mm, its 1/2000 inch."""


def image_distance(focal_length, focus_distance):
    """Distance v of the sharp image behind a thin lens, mm: 1/f = 1/s + 1/v. Infinite at and below s = f."""
    f, s = np.asarray(focal_length, float), np.asarray(focus_distance, float) * 1000
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(s > f, f / (1 - f / s), np.inf)[()]


def aperture_diameter(focal_length, f_stop):
    """Diameter of the entrance pupil, mm: f / N."""
    return np.asarray(focal_length, float)[()] / f_stop


def signed_circle_of_confusion(distance, focal_length, f_stop, focus_distance, breathing=False):
    """Diameter on the sensor of the blur of a point, mm: A v (1/s - 1/z); behind the focus > 0, in front of it < 0.

    Affine in disparity 1/z, so sky (infinity) is an ordinary value. A zero distance is infinitely blurred.
    """
    v = image_distance(focal_length, focus_distance) if breathing else np.asarray(focal_length, float)
    with np.errstate(divide="ignore"):
        defocus = 1 / np.asarray(focus_distance, float) - 1 / np.asarray(distance, float)   # dioptres, 1/m
    return (aperture_diameter(focal_length, f_stop) * v * defocus / 1000)[()]


def circle_of_confusion(distance, focal_length, f_stop, focus_distance, breathing=False):
    """Diameter of the blur circle on the sensor, mm; see `signed_circle_of_confusion`."""
    return np.abs(signed_circle_of_confusion(distance, focal_length, f_stop, focus_distance, breathing))


def in_pixels(on_sensor, sensor_width, width):
    """A length on the sensor (mm) in pixels of a picture that is width pixels wide."""
    return np.asarray(on_sensor, float)[()] * width / sensor_width


def hyperfocal_distance(focal_length, f_stop, circle, breathing=False):
    """Focus distance, metres, at which infinity is just acceptably sharp: f² / (N c), plus f for the textbook lens."""
    f = np.asarray(focal_length, float)
    return ((f * f / (f_stop * circle) + (f if breathing else 0)) / 1000)[()]


def depth_of_field(focal_length, f_stop, focus_distance, circle, breathing=False):
    """(near, far) limits in metres between which the blur stays at or below the acceptable circle (mm).

    1/near = 1/s + c/(A v) and 1/far = 1/s - c/(A v); the far limit is infinite from the hyperfocal distance on.
    """
    v = image_distance(focal_length, focus_distance) if breathing else np.asarray(focal_length, float)
    focus = 1 / np.asarray(focus_distance, float)
    with np.errstate(divide="ignore"):
        reach = 1000 * circle / (aperture_diameter(focal_length, f_stop) * v)   # dioptres; infinite for a pinhole
        return (1 / (focus + reach))[()], np.where(focus > reach, 1 / np.maximum(focus - reach, 0), np.inf)[()]


def f_stop_for_blur(distance, focal_length, focus_distance, circle):
    """The f-number at which a point at distance is blurred to exactly the circle (mm); wider blurs it more."""
    defocus = np.abs(1 / np.asarray(focus_distance, float) - 1 / np.asarray(distance, float))
    with np.errstate(divide="ignore"):
        return (np.asarray(focal_length, float) ** 2 * defocus / (1000 * circle))[()]


def focus_from_mark(mark, focal_length):
    """Distance from the lens, metres, for a distance mark engraved on the ring, which counts from the sensor.

    A thin lens with its image at v stands v in front of the sensor: mark = s + v. A lens with separated principal
    planes differs by their gap, a few centimetres. Below 4 f nothing can be in focus: not a number.
    """
    d, f = np.asarray(mark, float), np.asarray(focal_length, float) / 1000
    with np.errstate(invalid="ignore"):
        return ((d + np.sqrt(d * d - 4 * f * d)) / 2)[()]


def breathing_focal_length(focal_length, focus_distance, amount=1.0):
    """Focal length, mm, whose pinhole has the framing of a lens that breathes.

    amount 1 is the lens that focuses by moving as a whole (v instead of f); 0 does not breathe; negative widens
    towards near focus, as many internally focusing stills lenses do.
    """
    f = np.asarray(focal_length, float)
    return (f * (image_distance(f, focus_distance) / f) ** amount)[()]


def field_of_view(focal_length, sensor_size):
    """Angle in degrees that a sensor side (mm) spans: 2 atan(w / 2f)."""
    return np.degrees(2 * np.arctan(np.asarray(sensor_size, float) / (2 * np.asarray(focal_length, float))))[()]


def acceptable_circle(sensor_width, delivery="HD"):
    """Largest blur, mm on the sensor, that a delivery shows as a point: a line pair of it (see LINE_PAIR).

    delivery is one of DELIVERY_WIDTHS, or the delivered picture's width in pixels.
    """
    pixels = DELIVERY_WIDTHS[delivery] if isinstance(delivery, str) else delivery
    return LINE_PAIR * np.asarray(sensor_width, float)[()] / pixels
