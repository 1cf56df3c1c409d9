import os
import signal
import sys

import numpy as np
import OpenEXR
import pytest

from tests.gaps import GAPS
from tests.xvfb import xvfb
from viewer.shots.framing import Stage, Subject

# A shell that starts something in its background has it ignore Ctrl-C, which some tests press.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    for item in items:
        for name, reason in GAPS.items():
            if item.nodeid.endswith(name):
                item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Tests start from an empty cache, which those that run beside each other share, and leave the user's alone."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    os.environ["PUSHIN_CACHE"] = str(folder / "cache")


@pytest.fixture(scope="session")
def small_plate(tmp_path_factory):
    """A 160x90 EXR with a checkered box at 1 m before a wall at 4 m; its path."""
    x, y = np.meshgrid(np.arange(160), np.arange(90))
    checks = (x // 8 + y // 8) % 2
    box = (abs(x - 80) < 24) & (abs(y - 45) < 20)
    color = np.where(box[..., None], [0.6, 0.2, 0.1], [0.1, 0.2, 0.3]) * (0.5 + 0.5 * checks[..., None])
    path = tmp_path_factory.mktemp("plate") / "small.exr"
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage},
                 {"RGB": color.astype(np.float16), "Z": np.where(box, 1, 4).astype(np.float32)}).write(str(path))
    return path


@pytest.fixture(scope="session")
def screen():
    """The environment of a process that shows windows: on the screen there is, or on an X server of our own."""
    if not sys.platform.startswith("linux") or os.environ.get("DISPLAY"):
        yield dict(os.environ)
        return
    with xvfb() as (display, _):
        yield {**os.environ, "DISPLAY": display}


@pytest.fixture
def full_disk():
    """No file grows beyond a few bytes."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture(scope="session")
def stage():
    """The bundled plate's geometry."""
    return Stage(1280, 720, 35.0, 36.0)


@pytest.fixture(scope="session")
def mira():
    return Subject("mira", (174, 166, 632, 659), 1.5097, "person", (311, 166, 494, 385))


@pytest.fixture(scope="session")
def tom():
    return Subject("tom", (905, 248, 1137, 638), 3.1102, "person", (982, 248, 1063, 352))
