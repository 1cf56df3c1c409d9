"""Slow work while the window stays alive."""
from __future__ import annotations

import threading
from collections.abc import Callable


class Loading:
    """Runs work(report) on a thread of its own; work calls report(share done, stage in words) as it comes along.

    progress  0..1, how far it has come
    stage     what is being done, in words
    result    what work returned, once `done`
    error     what it raised instead, once `done`
    """

    class Cancelled(Exception):
        """Nobody wants to see the result any more."""

    def __init__(self, work: Callable[[Callable[..., None]], object]):
        self.progress, self.stage = 0.0, ""
        self.result = None
        self.error: BaseException | None = None
        self._cancelled = False
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

    def _run(self) -> None:
        try:
            self.result = self._work(self.report)
        except BaseException as error:  # whatever it is belongs to whoever waits for the result
            self.error = error
