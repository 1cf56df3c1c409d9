"""What a shot cannot hold."""
from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..errors import PushinError

if TYPE_CHECKING:
    from pydantic import ValidationError


class BadValue(PushinError, ValueError):
    """A value that a shot cannot hold. A ValueError too, so that the shot file's reader can name its place."""


def first_problem(error: ValidationError) -> str:
    """What pydantic says is wrong first with a file's values, with its place, in one sentence."""
    problems = error.errors(include_url=False, include_input=False)
    # Where a value may be of several types there is one problem for each; the place is the same.
    first = problems[0]
    place = ""
    for part in first["loc"]:
        if isinstance(part, int):
            place += f"[{part}]"
        elif re.fullmatch(r"[a-z_0-9]{1,40}", part) and part not in ("float", "str"):
            place += f".{part}" if place else part
    message = " ".join(first["msg"].removeprefix("Value error, ").rstrip(".").split())   # words of the file, on one line
    if first["type"] == "unexpected_keyword_argument":
        message = "nothing of that name is known here"
    others = len({tuple(p["loc"][:3]) for p in problems}) - 1
    more = f" (and {others} more)" if others > 0 else ""
    return f"{place}: {message}{more}." if place else f"{message}{more}."
