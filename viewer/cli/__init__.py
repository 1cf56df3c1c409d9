"""The command line: `pushin COMMAND …`, one module per command.

A module has `add(subparsers)`, which declares its arguments and sets `run`, and `run(args)`, which does the work and
returns the exit code. What goes wrong because of the input is a PushinError: one sentence and exit code 2. They share
`arguments`, `progress`, and `aside`, by which all is said that is not printed.
"""
from __future__ import annotations

import argparse
import difflib
import io
import math
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from pathlib import Path

from .. import __version__
from ..errors import PushinError
from .aside import say, silence

COMMANDS = ("open", "still", "compare", "rack", "move", "render", "sheet", "describe", "advise", "moves", "info", "depth",
            "repair", "bench")
"""In the order of `pushin --help`; each is a module of this package."""

TWICE = 1.0
"""Seconds within which a signal to end counts once: `timeout` sends it to the program and to its group, a terminal likewise."""

EXAMPLES = """\
examples:
  pushin                                     the bundled plate in the window
  pushin photo.exr --depth photo_z.exr       a plate of your own
  pushin still photo.png --depth z.png --depth-kind millimetres --focal-length 35 --push 20% -o push.png
  pushin compare --subject mira --push 25% -o compare.png
  pushin COMMAND --help                      every option of a command, with examples
"""


class Parser(argparse.ArgumentParser):
    """Reports a wrong argument as every other mistake is reported: in one sentence."""

    def error(self, message):
        raise PushinError(f"{message[:1].upper()}{message[1:]}; see `{self.prog} --help`.")

    def _print_message(self, message, file=None):
        (file or sys.stderr).write(message)     # argparse keeps to itself that it cannot be written


def main(argv: list[str] | None = None) -> int:
    """Runs one command and returns its exit code: 0 done, 1 found something wrong, 2 bad input, 130 interrupted, or 128 and
    the number of another signal that ended it."""
    sys.stdout = sys.stdout or open(os.open(os.devnull, os.O_RDONLY), "w")      # to print there is an error, as on a full disk
    sys.stderr = sys.stderr or open(os.devnull, "w")    # else what is said goes among what is printed
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")   # names may have letters that it has not
    signals: list[int] = [signal.SIGINT]
    try:
        try:
            argv = _with_command(_with_negatives(sys.argv[1:] if argv is None else argv))
            args, unknown = _parser(argv[0]).parse_known_args(argv)
            if unknown:
                raise PushinError(f"`pushin {argv[0]}` has no use for '{unknown[0]}'; see `pushin {argv[0]} --help`.")
            with _ended_as_interrupted(signals) if argv[0] != "open" else nullcontext():    # the window's journal has it all
                return args.run(args) or 0
        finally:
            sys.stdout.flush()      # here, where a reader who has gone can be dealt with
    except PushinError as error:
        say(str(error))
        return 2
    except KeyboardInterrupt:
        return 128 + signals[-1]
    except OSError as error:
        if error.filename is not None:      # not of what is printed
            raise
        silence(sys.stdout)
        if isinstance(error, BrokenPipeError):      # the reader of a pipe has gone
            return 1
        say(f"The output cannot be written: {error.strerror or error}.")
        return 2


@contextmanager
def _ended_as_interrupted(signals: list[int]) -> Iterator[None]:
    """Within, whoever asks the program to end, as a scheduler or a terminal that is closed, does what Ctrl-C does: what has begun
    is brought to an end. The signal is added to `signals`."""
    last = -math.inf

    def end(number, _):
        nonlocal last
        before, last = last, time.monotonic()
        if last - before > TWICE:
            signals.append(number)
            raise KeyboardInterrupt

    mine = threading.current_thread() is threading.main_thread()
    ends = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if mine and hasattr(signal, name)]
    ends = [number for number in ends if signal.getsignal(number) == signal.SIG_DFL]     # nohup's stays ignored
    for number in ends:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in ends:
            signal.signal(number, signal.SIG_DFL)


def _with_command(argv: list[str]) -> list[str]:
    """`pushin PLATE …` is short for `pushin open PLATE …`."""
    first = argv[0] if argv else ""
    if first in COMMANDS or first in ("-h", "--help", "--version"):
        return argv
    near = [] if "." in first else difflib.get_close_matches(first, COMMANDS, n=1, cutoff=0.7)
    if near and not Path(first).exists():
        raise PushinError(f"There is neither a command nor a file '{first}'; did you mean `pushin {near[0]}`?")
    return ["open", *argv]


def _with_negatives(argv: list[str]) -> list[str]:
    """Ties `--push -20%` to `--push=-20%`: argparse would take the value for an option."""
    tied: list[str] = []
    for word in argv:
        if re.match(r"-\.?\d", word) and tied and re.fullmatch(r"--[a-z-]+", tied[-1]):
            tied[-1] += f"={word}"
        else:
            tied.append(word)
    return tied


def _parser(command: str) -> Parser:
    """The parser for one command, or for all where help was asked for: a command starts faster without the others."""
    parser = Parser(prog="pushin", usage="pushin [PLATE] [OPTION...]\n       pushin COMMAND [OPTION...]",
                    description="Previews camera moves and rack focus on a still with depth.",
                    epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", action="version", version=f"pushin {__version__}")
    subparsers = parser.add_subparsers(prog="pushin", title="commands", metavar="COMMAND", required=True)
    for name in [command] if command in COMMANDS else COMMANDS:
        import_module(f".{name}", __name__).add(subparsers)
    return parser
