"""What a command says beside what it prints."""
from __future__ import annotations

import os
import sys


def say(sentence: str) -> None:
    """A sentence on stderr; where that cannot be written, as on a full disk, the work goes on without."""
    try:
        print(f"pushin: {sentence}", file=sys.stderr, flush=True)
    except OSError:
        silence(sys.stderr)


def silence(stream) -> None:
    """What is left to write to a stream goes nowhere: Python would complain of it when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
