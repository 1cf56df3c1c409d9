import numpy as np

from viewer.export.compare import Panel, strip
from viewer.export.typeface import GROUND


def test_pictures_stand_in_order_and_captions_below():
    pictures = [np.full((90, 160, 3), tone, np.uint8) for tone in (60, 120, 180)]
    sheet = strip([Panel(p, "Title", (("Label", "1.33×"), ("Other", "2 m"))) for p in pictures])
    middle = sheet[60, :, 0]
    starts = [int(np.argmax(middle == tone)) for tone in (60, 120, 180)]
    assert starts == sorted(starts) and all((middle == tone).sum() == 160 for tone in (60, 120, 180))
    for start in starts:
        caption = sheet[-50:, start:start + 160]
        assert (caption != GROUND).any(-1).mean() > 0.01
    # Nothing touches the frame of the sheet.
    for edge in (sheet[0], sheet[-1], sheet[:, 0], sheet[:, -1]):
        assert (edge == GROUND).all()


def test_no_figure_runs_into_the_next_one():
    """In pictures as small as these there is no room for all of it."""
    figures = (("Sharp", "12.34 m to infinity"), ("Blur, from", "10.0%"), ("Blur, to", "10.0%"))
    sheet = strip([Panel(np.zeros((50, 96, 3), np.uint8), "A title that is longer than its picture", figures)] * 2)
    written = (sheet[-34:] != GROUND).any((0, 2))
    columns = [start + j * 96 / 3 for start in (12, 12 + 96 + 5) for j in (1, 2, 3)]
    assert written.any() and not any(written[round(x) - 3:round(x)].any() for x in columns)


def test_type_grows_with_the_panels():
    heights = [strip([Panel(np.zeros((h, 2 * h, 3), np.uint8), "Title", (("a", "b"),))]).shape[0] - h
               for h in (400, 800)]
    assert 1.9 < heights[1] / heights[0] < 2.1
