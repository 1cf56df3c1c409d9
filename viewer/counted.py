"""Numbers that a person reads, with nouns that agree, and those that a caller gives."""


def counted(number: int | str, noun: str) -> str:
    """A number with its noun: "1 frame", "2 frames", "1.0 pixels". number: an int, or as it is to be read."""
    return f"{number} {noun}{'s' * (str(number) != '1')}"


def plain(value: float, digits: int) -> str:
    """A number with so many digits that count, and never as a power of ten."""
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
