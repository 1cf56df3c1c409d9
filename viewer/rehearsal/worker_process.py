"""Slow work in a process of its own: it takes nothing from the window, not even its interpreter.

    layers = apart(made, plate, report=report)     # calls made(plate, report=...) there, and waits for what it returns

A thread waits for it (desktop.job_thread). Workers stay for the next call; when their program is gone they end too.
"""
from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..errors import PushinError

BEAT = 0.1
"""Seconds between a worker's signs of life, at which what waits for it may give up."""

TIDY = 20.0
"""Seconds that a worker which nobody waits for any more has until its next report, to leave no half files behind."""

NICE = 5
"""By which workers stand back where the window needs the processor."""

SERVES = "import viewer.rehearsal.background; from viewer.rehearsal.worker_process import serve; serve()"
"""A worker, with what it is usually told to do loaded before it is told."""

_idle: list[subprocess.Popen] = []


class Unwanted(BaseException):
    """Raised by report in a worker that nobody waits for any more: only for what has to be left tidy."""


def ready() -> None:
    """Begins a worker ahead of its first call, where one will be wanted: it takes half a second to come up."""
    with suppress(PushinError):       # the call itself will say so
        _idle.append(_started())


def apart(function: Callable, *args, report: Callable[..., None] = lambda *progress: None, tidy: bool = False, anew: bool = False):
    """What function(*args, report=...) returns or raises; function is one of a module, arguments can be pickled.

    report  called as report(share done, stage in words) here, some times a second: if it raises, the work is ended
    tidy    it ends by itself then, at its own next report, where Unwanted is raised; else at once
    anew    by a worker of its own: those that are ready are for what somebody waits for
    """
    try:
        worker = _started() if anew else _idle.pop()
        while worker.poll() is not None:      # killed meanwhile, as for want of memory
            _end(worker, 0.0)
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
        _end(worker, TIDY if tidy else 0.0)
        if isinstance(error, (EOFError, OSError, pickle.UnpicklingError)):
            raise PushinError("Work in the background ended before it was done; is there enough memory?") from error
        raise
    _idle.append(worker)
    if what == "error":
        raise value
    return value


def _end(worker: subprocess.Popen, seconds: float) -> None:
    """Ends a worker; one that nobody hears any more may do it itself for some seconds."""
    worker.stdout.close()
    try:
        if seconds:
            worker.wait(seconds)
    except subprocess.TimeoutExpired:
        pass
    worker.kill()
    worker.wait()
    try:
        worker.stdin.close()
    except OSError:      # it did not take all that it was told
        pass


def _started() -> subprocess.Popen:
    """A new worker; PushinError where the system has no room for one."""
    path = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, sys.path)])
    try:
        return subprocess.Popen([sys.executable, "-c", SERVES],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path},
                                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0))
    except OSError as error:
        raise PushinError(f"Work in the background cannot begin: {error.strerror or error}; is there enough memory?") from error


def serve() -> None:
    """What a worker does: calls what it is told on standard input, one after the other."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)      # Ctrl+C in the terminal is for the program, which ends its workers
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)      # what anything prints is no answer
    if hasattr(os, "nice"):
        os.nice(NICE)
    while True:
        try:
            function, args = pickle.load(sys.stdin.buffer)
        except (EOFError, pickle.UnpicklingError):     # nobody is there any more
            return
        progress, done, unwanted = [0.0, ""], threading.Event(), threading.Event()

        def beat():
            while not done.wait(BEAT):
                if not _told(out, "progress", tuple(progress)):
                    unwanted.set()
                    time.sleep(TIDY)
                    os._exit(1)

        def report(share, stage=None):
            if unwanted.is_set():
                raise Unwanted
            progress[:] = share, progress[1] if stage is None else stage

        beating = threading.Thread(target=beat, daemon=True)
        beating.start()
        try:
            answer = "result", function(*args, report=report)
        except Unwanted:
            os._exit(1)
        except Exception as error:
            answer = "error", _sent(error)
        done.set()
        beating.join()
        if not _told(out, *answer):
            os._exit(1)


def _sent(error: Exception) -> Exception:
    """An error as it can be sent: not every one can be pickled."""
    try:
        return pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")


def _told(out, *message) -> bool:
    """Whether anybody is there to be told."""
    try:
        pickle.dump(message, out, 5)
        out.flush()
    except OSError:
        return False
    return True
