"""What of the window's pictures is kept and what is laid over them, without a window."""
from dataclasses import replace

import numpy as np
import pytest

from viewer import Plate
from viewer.cli import _parser
from viewer.cli.open import opening
from viewer.desktop.opening import first_shot
from viewer.desktop.projector import Projector
from viewer.desktop.screening import Screening
from viewer.desktop.session import Session
from viewer.optics import f_stop_for_blur
from viewer.pair import subject_at
from viewer.rehearsal import edits
from viewer.rehearsal.document import Document
from viewer.render.compare import layout
from viewer.render.display import Overlay
from viewer.render.headless import headless_context
from viewer.render.screen import Screen
from viewer.shots.framing import Subject
from viewer.shots.shotfile import plate_file


@pytest.mark.parametrize("mode, size", [("A", (1280, 640)), ("B", (1280, 2560)), ("onion", (1280, 1280))])
def test_a_picture_is_kept_without_the_place_of_one_that_is_not_shown(mode, size):
    session = Session()
    session.plate = Plate.from_arrays(np.full((64, 1280, 3), 0.5), np.full((64, 1280), 2.0))
    session.document = Document(first_shot(session.plate, plate_file(session.plate), (subject_at(session.plate, (640, 32)),)))
    session.view = replace(session.view, mode=mode, b="B")
    moment = Screening(session, None).moment(layout((100, 100), 2.0, 0.5, mode))
    assert moment.place.size == size and moment.cameras == (session.camera("A"), session.camera("B"))


@pytest.mark.parametrize("ratio, sharp", [(None, True), (9 / 16, False)])
@pytest.mark.parametrize("delivery", [64, 640])      # fewer pixels than the picture on the screen has, and more
def test_the_overlay_agrees_with_the_figures_on_what_is_sharp(small_plate, delivery, ratio, sharp):
    """What a portrait delivers is a third of the camera's picture, in as many pixels: less of it passes for sharp."""
    words = ["open", str(small_plate), "--focal-length", "35", "--subject", "80,45"]
    opened = opening(_parser("open").parse_args(words))(lambda *progress: None)
    shot = replace(opened.shot, delivery_width=delivery, ratio=ratio).with_subject(Subject("wall", (8, 18, 32, 54), 4.0))
    stop = float(f_stop_for_blur(4.0, 35.0, 1.0, 0.6 * replace(shot, ratio=None).circle()))
    session = Session()
    session.begin(opened, Document(edits.focus_on(edits.set_f_stop(shot, "A", stop), "A", "subject")))
    projector = Projector(Screen(headless_context()), opened.plate)
    for _ in projector.using(opened.layers):
        pass
    screening, place = Screening(session, projector), layout((160, 90), 16 / 9, 16 / 9, "A")
    session.view = replace(session.view, mode="A", blur=False)
    show = lambda: screening.frames(place)[0].picture[20:50, 10:30].astype(int)       # of the wall
    plain = show()
    session.view = replace(session.view, overlay=Overlay(zones=True))
    assert session.sharpness("A")["wall"] == np.array_equal(show(), plain) == sharp
    projector.close()
