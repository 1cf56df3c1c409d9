import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.desktop import screens
from tests.xvfb import xvfb

ROOT = Path(__file__).parents[2]

pytest.register_assert_rewrite("tests.desktop.reports")


@pytest.fixture
def fragile_screen():
    """(The environment of a process on an X server of its own, that server's process.)"""
    with xvfb() as (display, server):
        yield {"DISPLAY": display}, server


@pytest.fixture
def two_screens():
    """The environment of a process on two screens, of which one can be unplugged; see screens.py."""
    if screens.PROGRAM is None:
        pytest.skip("Screens are plugged and unplugged with TigerVNC (on Debian: tigervnc-standalone-server).")
    with screens.server() as (display, path):
        screens.plug(path, (0, 0, 1280, 720), (1280, 0, 1024, 768))
        yield {"DISPLAY": display, "PUSHIN_TEST_SCREENS": path}


@pytest.fixture
def environment(screen, tmp_path):
    """With folders of its own for what the window keeps."""
    return {**screen, "PYTHONPATH": str(ROOT), "PUSHIN_STATE": str(tmp_path / "state"),
            "PUSHIN_CONFIG": str(tmp_path / "config")}


@pytest.fixture
def drive(environment, tmp_path):
    """Runs a scenario of scenarios.py on a real window in a process of its own; returns what it reported.

    on is the environment of another screen.
    Screenshots are under "screenshots", by name.
    """
    def run(scenario, *plate, scale=1.0, on=None):
        done = subprocess.run([sys.executable, str(Path(__file__).with_name("scenarios.py")), scenario, str(tmp_path),
                               str(scale), *map(str, plate)],
                              env={**environment, **(on or {})}, cwd=tmp_path, capture_output=True, text=True, timeout=150)
        assert done.returncode == 0, done.stdout + done.stderr
        report = json.loads((tmp_path / "report.json").read_text())
        report["screenshots"] = {path.stem: path for path in tmp_path.glob("*.png")}
        return report
    return run


@pytest.fixture
def begin(environment, tmp_path):
    """Starts a scenario and leaves it running; returns the process once it has reported that it is ready."""
    started = []

    def run(scenario, *plate, on=None):
        process = subprocess.Popen([sys.executable, str(Path(__file__).with_name("scenarios.py")), scenario,
                                    str(tmp_path), "1", *map(str, plate)], env={**environment, **(on or {})},
                                   cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        started.append(process)
        for line in process.stdout:
            if "ready" in line:
                return process
        raise AssertionError("The scenario ended before it was ready.")
    yield run
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
