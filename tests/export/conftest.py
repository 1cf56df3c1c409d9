import numpy as np
import pytest

from viewer import Plate
from viewer.shots.document import PlateFile, Shot, Take
from viewer.shots.framing import Stage, Subject
from viewer.shots.moves import Scene, make


@pytest.fixture(scope="session")
def plate():
    """96x64: a red box at 1 m before a checkered wall at 4 m."""
    x, y = np.meshgrid(np.arange(96), np.arange(64))
    box = (abs(x - 48) < 14) & (abs(y - 32) < 12)
    checks = 0.5 + 0.5 * ((x // 6 + y // 6) % 2)
    color = np.where(box[..., None], [0.7, 0.02, 0.02], np.dstack([0.1 * checks, 0.2 * checks, 0.3 * checks]))
    return Plate.from_arrays(color, np.where(box, 1.0, 4.0))


@pytest.fixture(scope="session")
def shot(plate):
    """A second of a push-in on the box, 12 frames, with a take B that zooms."""
    stage = Stage.of(plate)
    subject = Subject.at("box", plate, (34, 20, 62, 44))
    scene = Scene(stage, (subject,), stage.camera(f_stop=2.8))
    takes = [Take(name, make(scene, move, subject="box", amount=amount, seconds=1) + make(scene, "follow focus"),
                  scene.camera) for name, move, amount in (("A", "push-in", "30%"), ("B", "zoom in", "50mm"))]
    return Shot(PlateFile(stage), (subject,), tuple(takes), fps=12, number="7", delivery_width=96)
