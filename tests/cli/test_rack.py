import numpy as np
import pytest
from PIL import Image


def test_a_rack_is_a_strip_from_one_subject_to_the_other(pushin, small_plate, tmp_path):
    output = tmp_path / "rack.png"
    code, _, error = pushin("rack", small_plate, "--focal-length", 35, "--from", "80,45", "--to", "5,5", "--f-stop", 0.5,
                            "--pictures", 3, "--size", "160x90", "-o", output)
    assert code == 0, error
    strip = np.asarray(Image.open(output))
    assert strip.shape[1] > 3 * 160
    margin, gap = 12, 5   # of the smallest type, viewer/export/compare.py
    first, last = strip[margin:margin + 90, margin:margin + 160], strip[margin:margin + 90, margin + 2 * (160 + gap):][:, :160]
    assert np.abs(first.astype(int) - last).mean() > 1


@pytest.mark.parametrize("arguments, word", [
    (("--from", "80,45", "--f-stop", 2), "--to"),
    (("--from", "80,45", "--to", "5,5"), "--f-stop"),
    (("--from", "80,45", "--to", "5000,5", "--f-stop", 2), "5000"),
    (("--from", "80,45", "--to", "5,5", "--f-stop", 2, "--pictures", 500), "50"),
    (("--from", "80,45", "--to", "5,5", "--f-stop", 2, "--ring", 3), "ring"),
    (("--from", "80,45", "--to", "5,5", "--f-stop", 2, "--bokeh", "off"), "--bokeh off"),
    (("--from", "80,45", "--to", "82,45", "--f-stop", 2), "1.00 m away"),
])
def test_a_wrong_rack_gets_one_sentence(pushin, small_plate, tmp_path, arguments, word):
    code, _, error = pushin("rack", small_plate, *arguments, "-o", tmp_path / "rack.png")
    told = [line for line in error.splitlines() if "note:" not in line]
    assert code == 2 and len(told) == 1 and word in told[0]
