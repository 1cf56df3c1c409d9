"""Slow work, and how long it still takes."""
import threading
import time

import pytest

from viewer.desktop import loading
from viewer.desktop.loading import Loading, lasting


def test_how_long_the_rest_takes_is_told_once_it_is_known(monkeypatch):
    """As long as what was done since the first share of it, in proportion; what had to be prepared for that does not count."""
    monkeypatch.setattr(loading, "GUESSED", (0.02, 0.05))
    steps, go = [], threading.Event()

    def work(report):
        for share in (0.0, 0.01, 0.02, 0.26):
            report(share)
            steps.append(time.monotonic())
            told.append(job.left)
            time.sleep(0.1 if share else 0.5)
        go.wait(10)

    told: list = []
    ready = threading.Event()
    job = Loading(lambda report: (ready.wait(10), work(report)))
    ready.set()
    while len(told) < 4:
        job.wait(0.01)
    go.set()
    job.wait(10)
    assert job.done and job.error is None and told[:3] == [None] * 3
    assert told[3] == pytest.approx(0.74 / 0.25 * (steps[3] - steps[1]), rel=0.2)


@pytest.mark.parametrize("seconds, words", [(0, "a few seconds"), (9.9, "a few seconds"), (10, "about 10 s"), (44, "about 40 s"), (94, "about 90 s"),
                                            (95, "about 2 min"), (150, "about 2 min"), (3600, "about 60 min")])
def test_a_guess_is_told_as_one(seconds, words):
    assert lasting(seconds) == words
