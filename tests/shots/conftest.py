import pytest

from viewer.shots.document import PlateFile, Shot, Take, start_camera
from viewer.shots.framing import Subject
from viewer.shots.performance import Performance
from viewer.shots.rigs import RIGS
from viewer.shots.scene import Scene


@pytest.fixture(scope="session")
def cup():
    return Subject("cup", (600, 500, 680, 560), 1.2, "object")


@pytest.fixture(scope="session")
def scene(stage, mira, tom, cup):
    return Scene(stage, (mira, tom, cup), start_camera(stage, f_stop=2.0))


@pytest.fixture(scope="session")
def play(scene):
    """Plays a timeline from the scene's start, on a rig (a dolly)."""
    def play(timeline, rig="dolly", seed=1, camera=None, **more):
        return Performance(scene.stage, scene.subjects, camera or scene.camera, timeline, RIGS[rig], seed, scene.lines,
                           **more)
    return play


@pytest.fixture
def shot(stage, mira, tom, cup, scene):
    """A shot of takes made from timelines: shot(A=timeline, B=timeline)."""
    def shot(camera=None, rig="dolly", subjects=(mira, tom, cup), **timelines):
        takes = tuple(Take(name, timeline, camera or scene.camera, rig) for name, timeline in timelines.items())
        return Shot(PlateFile(stage), subjects, takes)
    return shot
