"""How far a command is."""
from __future__ import annotations

import sys

from ..counted import counted
from .aside import say


class Progress:
    """Counts what is done, as a bar with the time that is left on a terminal's stderr, silently elsewhere.

    done, total  frames, or of another unit; "B" are bytes
    """

    def __init__(self, total: int = 0, unit: str = " frames"):
        from tqdm import tqdm
        self.done, self.total = 0, total
        self._bar = tqdm(total=total, unit=unit, unit_scale=unit == "B", disable=None, file=sys.stderr, leave=False, dynamic_ncols=True,
                         bar_format="{n_fmt}/{total_fmt} {bar} {remaining} left, {rate_fmt}")

    def step(self) -> None:
        self.reach(self.done + 1, self.total)

    def reach(self, done: int, total: int) -> None:
        """So many are done, of as many as are known of by now."""
        self._bar.total = self.total = total
        self._bar.update(done - self.done)
        self.done = done

    def interrupted(self, so: str) -> None:
        """Says how far it came, and what that means."""
        self._bar.close()
        say(f"interrupted after {self.done} of {counted(self.total, 'frame')}; {so}.")

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_) -> None:
        self._bar.close()
