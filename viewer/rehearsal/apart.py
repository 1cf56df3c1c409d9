"""Slow work in a process of its own: it takes nothing from the window, not even its interpreter.

    layers = apart(made, plate, report=report)     # calls made(plate, report=...) there, and waits for what it returns

A thread waits for it (desktop.loading). Workers stay for the next call; when their program is gone they end too.
"""
from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from ..errors import PushinError

BEAT = 0.1
"""Seconds between a worker's signs of life, at which what waits for it may give up."""

_idle: list[subprocess.Popen] = []


def apart(function: Callable, *args, report: Callable[..., None] = lambda *progress: None):
    """What function(*args, report=...) returns or raises; function is one of a module, arguments can be pickled.

    report  called as report(share done, stage in words) here, some times a second: if it raises, the work is ended
    """
    try:
        worker = _idle.pop()
    except IndexError:
        worker = _started()
    try:
        pickle.dump((function, args), worker.stdin, 5)
        worker.stdin.flush()
        while True:
            what, value = pickle.load(worker.stdout)
            if what != "progress":
                break
            report(*value)
    except BaseException as error:
        worker.kill()
        worker.wait()
        if isinstance(error, (EOFError, OSError, pickle.UnpicklingError)):
            raise PushinError("Work in the background ended before it was done; is there enough memory?") from error
        raise
    _idle.append(worker)
    if what == "error":
        raise value
    return value


def _started() -> subprocess.Popen:
    path = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, sys.path)])
    return subprocess.Popen([sys.executable, "-c", "from viewer.rehearsal.apart import serve; serve()"],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path},
                            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0))


def serve() -> None:
    """What a worker does: calls what it is told on standard input, one after the other."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)      # what anything prints is no answer
    while True:
        try:
            function, args = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        progress, done = [0.0, ""], threading.Event()

        def beat():
            while not done.wait(BEAT):
                _tell(out, "progress", tuple(progress))

        def report(share, stage=None):
            progress[:] = share, progress[1] if stage is None else stage

        beating = threading.Thread(target=beat, daemon=True)
        beating.start()
        try:
            answer = "result", function(*args, report=report)
        except Exception as error:
            answer = "error", error
        done.set()
        beating.join()
        _tell(out, *answer)


def _tell(out, *message) -> None:
    try:
        pickle.dump(message, out, 5)
        out.flush()
    except OSError:      # nobody is there any more
        os._exit(1)
