"""Numbers that a person reads, with nouns that agree, and those that somebody gives."""
from __future__ import annotations

import re


def counted(number: int | str, noun: str) -> str:
    """A number with its noun: "1 frame", "2 frames", "1.0 pixels". number: an int, or as it is to be read."""
    return f"{number} {noun}{'s' * (str(number) != '1')}"


def plain(value: float, digits: int) -> str:
    """A number with so many digits that count, and never as a power of ten: what is less than 0.0001 is 0."""
    if abs(value) < 1e-4:
        return "0"
    return f"{value:.{digits}g}" if abs(value) < 10 ** digits - 0.5 else f"{value:.0f}"


def f_number(value: float, digits: int = 2) -> str:
    """A stop as a lens has it: "f/0.95", "f/2.8", "f/11"."""
    return f"f/{plain(value, digits)}"


def real(value):
    """A caller's real numbers, float64 in their shape; one NaN for what is none: text, also of digits, complex ones, or nothing."""
    import numpy as np
    try:
        numbers = np.asarray(value)
        return numbers.astype(float) if numbers.dtype.kind in "biufO" else np.array(np.nan)
    except (TypeError, ValueError, OverflowError):
        return np.array(np.nan)


_NUMBER = r"(\d+\.?\d*|\.\d+)"
_INCH = r"(?:(?:in|inch|inches)(?![a-z])|[\"”″]|'')"
_FEET = re.compile(rf"(?<![\w.]){_NUMBER}\s*(?:(?:ft|foot|feet)(?![a-z])|['’′](?!'))(?:\s*{_NUMBER}\s*{_INCH}?)?", re.IGNORECASE)
_INCHES = re.compile(rf"(?<![\w.]){_NUMBER}\s*{_INCH}", re.IGNORECASE)


def metric(text: str) -> str:
    """A text with its feet and inches turned into metres: "2ft left" -> "0.609600000 m left"; so are 6ft 4in, 6'4" and 76in."""
    metres = lambda feet, inches: f"{0.3048 * float(feet) + 0.0254 * float(inches):.9f} m"
    text = _FEET.sub(lambda found: metres(found[1], found[2] or 0), text)
    return _INCHES.sub(lambda found: metres(0, found[1]), text)
