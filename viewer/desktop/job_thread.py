"""Slow work while the window stays alive."""
from __future__ import annotations

import threading
import time
from collections.abc import Callable

GUESSED = 0.02, 2.0
"""Share of the work, and seconds, after which it is known how long the rest takes."""


class Job:
    """Runs work(report) on a thread of its own; work calls report(share done, stage in words) as it comes along.

    progress  0..1, how far it has come
    stage     what is being done, in words
    left      seconds that the rest takes if it goes on like this; None while nobody knows
    result    what work returned, once `done`
    error     what it raised instead, once `done`
    """

    class Cancelled(Exception):
        """Nobody wants to see the result any more."""

    def __init__(self, work: Callable[[Callable[..., None]], object]):
        self.progress, self.stage = 0.0, ""
        self.left: float | None = None
        self.result = None
        self.error: BaseException | None = None
        self._cancelled = False
        self._began: tuple[float, float] | None = None
        self._work = work
        # A daemon, so that closing the window does not wait for what nobody wants to see any more.
        self._thread = threading.Thread(target=self._run, name="pushin loading", daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        return not self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Until it is done, or so long."""
        self._thread.join(seconds)

    def cancel(self) -> None:
        """Ends the work at its next report."""
        self._cancelled = True

    def report(self, progress: float, stage: str | None = None) -> None:
        if self._cancelled:
            raise self.Cancelled
        self.progress = progress
        self.stage = self.stage if stage is None else stage
        if progress > 0:
            # From the first share on: with that comes all that is prepared, at another pace.
            now = time.monotonic()
            self._began = self._began or (now, progress)
            done, took = progress - self._began[1], now - self._began[0]
            self.left = took / done * (1 - progress) if done > GUESSED[0] and took > GUESSED[1] else None

    def _run(self) -> None:
        try:
            self.result = self._work(self.report)
        except BaseException as error:  # whatever it is belongs to whoever waits for the result
            self.error = error


def lasting(seconds: float) -> str:
    """A guessed time in words: about 40 s, about 3 min."""
    if seconds < 10:
        return "a few seconds"
    return f"about {round(seconds / 10) * 10} s" if seconds < 95 else f"about {round(seconds / 60)} min"
