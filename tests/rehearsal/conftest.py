from dataclasses import replace

import pytest

from viewer.shots.camera_moves import push_in
from viewer.shots.document import PlateFile, Shot, Take, start_camera
from viewer.shots.focus_pulls import rack
from viewer.shots.scene import Scene


@pytest.fixture(scope="session")
def scene(stage, mira, tom):
    return Scene(stage, (mira, tom), start_camera(stage, f_stop=2.0))


@pytest.fixture(scope="session")
def shot(stage, scene):
    """A push-in with a rack, at 24 frames a second."""
    timeline = push_in(scene, subject="mira", amount="25%", seconds=4) + rack(scene, subject="mira", to="tom", at=1)
    return Shot(PlateFile(stage), scene.subjects, (Take("A", timeline, scene.camera),))


@pytest.fixture(scope="session")
def titled(shot):
    """The shot under another title: a value that differs from every other."""
    return lambda title: replace(shot, title=str(title))
