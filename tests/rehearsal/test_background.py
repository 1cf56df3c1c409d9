"""The window's slow work, as the process does it that it is given to."""
import numpy as np
from PIL import Image

from tests.gpu import programs
from viewer.camera import Camera
from viewer.plate import Plate
from viewer.plate.layers import Layers
from viewer.rehearsal.background import Moment, _pictured
from viewer.render.compare import Wipe, layout
from viewer.render.headless import headless_context


def test_a_screenshot_leaves_nothing_on_the_gpu(tmp_path):
    """The process stays for the next one, and so does its context."""
    plate = Plate.from_arrays(np.full((32, 48, 3), 0.5, np.float32), np.full((32, 48), 2.0, np.float32))
    layers = Layers.of(plate, draft=True)
    moment = Moment((Camera(),) * 2, ("off",) * 2, layout((96, 32), 1.5, 1.5, "side by side"), "side by side", Wipe(), 0.0)
    left = []
    for _ in range(2):
        _pictured(plate, layers, moment, tmp_path / "kept.png", report=None)
        left.append(programs(headless_context()))      # the one that was used last goes with the use of the next
    assert left[1] == left[0]
    assert Image.open(tmp_path / "kept.png").size == (96, 32)
