"""What of the window's pictures is kept, without a window."""
from types import SimpleNamespace

import pytest

from viewer.camera import Camera
from viewer.desktop.screening import Screening
from viewer.render.compare import Wipe, layout


@pytest.mark.parametrize("mode, size", [("A", (1280, 640)), ("B", (1280, 2560)), ("onion", (1280, 1280))])
def test_a_picture_is_kept_without_the_place_of_one_that_is_not_shown(mode, size):
    view = SimpleNamespace(mode=mode, wipe=Wipe(), takes=("A", "B"), blur=False)
    session = SimpleNamespace(view=view, plate=SimpleNamespace(width=1280), camera=lambda name: Camera())
    moment = Screening(session, None).moment(layout((100, 100), 2.0, 0.5, mode))
    assert moment.place.size == size
