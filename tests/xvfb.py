"""An X server of the tests' own, where there is no screen."""
import shutil
import subprocess
from contextlib import contextmanager

import pytest


@contextmanager
def xvfb():
    """An X server of our own: (its display, its process)."""
    if not shutil.which("Xvfb"):
        pytest.fail("Tests of windows need a screen or Xvfb (on Debian: apt install xvfb).")
    with subprocess.Popen(["Xvfb", "-displayfd", "1", "-screen", "0", "3840x2160x24", "-nolisten", "tcp"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        yield f":{server.stdout.readline().strip()}", server
        server.terminate()
