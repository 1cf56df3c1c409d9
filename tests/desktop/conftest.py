import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def screen():
    """The environment of a process that shows windows: on the screen there is, or on an X server of our own."""
    if not sys.platform.startswith("linux") or os.environ.get("DISPLAY"):
        yield dict(os.environ)
        return
    if not shutil.which("Xvfb"):
        pytest.fail("The window's tests need a screen or Xvfb (on Debian: apt install xvfb).")
    with subprocess.Popen(["Xvfb", "-displayfd", "1", "-screen", "0", "2560x1440x24", "-nolisten", "tcp"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        yield {**os.environ, "DISPLAY": f":{server.stdout.readline().strip()}"}
        server.terminate()


@pytest.fixture
def drive(screen, tmp_path):
    """Runs a scenario of scenarios.py on a real window in a process of its own; returns what it reported.

    Screenshots are under "screenshots", by name.
    """
    def run(scenario, *plate, scale=1.0):
        done = subprocess.run([sys.executable, str(Path(__file__).with_name("scenarios.py")), scenario, str(tmp_path),
                               str(scale), *map(str, plate)],
                              env={**screen, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=150)
        assert done.returncode == 0, done.stdout + done.stderr
        report = json.loads((tmp_path / "report.json").read_text())
        report["screenshots"] = {path.stem: path for path in tmp_path.glob("*.png")}
        return report
    return run
