"""What of the window's pictures is kept, without a window."""
from dataclasses import replace

import numpy as np
import pytest

from viewer import Plate
from viewer.desktop.opening import first_shot
from viewer.desktop.screening import Screening
from viewer.desktop.session import Session
from viewer.pair import subject_at
from viewer.rehearsal.document import Document
from viewer.render.compare import layout
from viewer.shots.shotfile import plate_file


@pytest.mark.parametrize("mode, size", [("A", (1280, 640)), ("B", (1280, 2560)), ("onion", (1280, 1280))])
def test_a_picture_is_kept_without_the_place_of_one_that_is_not_shown(mode, size):
    session = Session()
    session.plate = Plate.from_arrays(np.full((64, 1280, 3), 0.5), np.full((64, 1280), 2.0))
    session.document = Document(first_shot(session.plate, plate_file(session.plate), (subject_at(session.plate, (640, 32)),)))
    session.view = replace(session.view, mode=mode, b="B")
    moment = Screening(session, None).moment(layout((100, 100), 2.0, 0.5, mode))
    assert moment.place.size == size and moment.cameras == (session.camera("A"), session.camera("B"))
