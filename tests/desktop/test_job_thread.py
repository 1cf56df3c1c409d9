"""Slow work, and how long it still takes."""
import threading
import time

import pytest

from viewer.desktop.job_thread import Job, lasting


def test_how_long_the_rest_takes_is_told_once_it_is_known(monkeypatch):
    """As long as what was done since the first share of it, in proportion; what had to be prepared for that does not count."""
    told, go = [], threading.Event()

    def work(report):
        go.wait(10)
        for now, share in ((0.0, 0.0), (7.0, 0.01), (8.0, 0.02), (8.9, 0.26), (12.0, 0.26)):
            monkeypatch.setattr(time, "monotonic", lambda: now)
            report(share)
            told.append(job.left)
        monkeypatch.undo()

    job = Job(work)
    go.set()
    job.wait(10)
    assert job.done and job.error is None
    assert told == [None] * 4 + [pytest.approx(0.74 / 0.25 * 5)]


@pytest.mark.parametrize("seconds, words", [(0, "a few seconds"), (9.9, "a few seconds"), (10, "about 10 s"), (44, "about 40 s"), (94, "about 90 s"),
                                            (95, "about 2 min"), (150, "about 2 min"), (3600, "about 60 min")])
def test_a_guess_is_told_as_one(seconds, words):
    assert lasting(seconds) == words
