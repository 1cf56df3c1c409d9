"""Pixels on the command line are those of the file that a person looks at, also where the plate has fewer."""
import json

import numpy as np
import pytest
from PIL import Image

from viewer.plate import Plate
from viewer.shots.shotfile import load

WIDE, HIGH, EDGE = 5000, 300, 3800


@pytest.fixture
def photo(tmp_path, monkeypatch):
    """The current folder's a.png, of which the plate is reduced: 2 m away on the left and 8 m on the right of EDGE."""
    near = np.arange(WIDE) < EDGE
    colour = np.where(near[:, None], [200, 30, 20], [20, 60, 90]).astype(np.uint8)
    Image.fromarray(np.tile(colour, (HIGH, 1, 1))).save(tmp_path / "a.png")
    Image.fromarray(np.tile(np.where(near, 2000, 8000).astype(np.uint16), (HIGH, 1))).save(tmp_path / "a_depth.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "a.png"


def test_a_known_distance(pushin, photo):
    code, out, err = pushin("info", photo, "--at", "3700,150=1", "--json", "--principal-point", "3700,100")
    told = json.loads(out)
    assert code == 0 and told["depth"]["nearest"] == pytest.approx(1, rel=1e-3) and "at 3700,150: 1 m, met" in err
    assert told["size"] == [WIDE, HIGH] and told["lens"]["principal_point"] == [3700, 100]
    assert told["scale"] == ["at 3700,150: 1 m, met"]


def test_repairs(pushin, photo):
    code, out, _ = pushin("repair", photo, "--nearer", "3700,150,100=50%", "--flatten", "3500,50,3900,250")
    assert code == 0 and "nearer by 50% at 3700,150, radius 100\n" in out and "flatten 3500,50,3900,250\n" in out
    plate = Plate.open(photo)
    assert plate.depth_at((3700 / plate.reduction, 150 / plate.reduction)) == pytest.approx(1, rel=1e-2)


def test_subjects(pushin, photo):
    command = "move", photo, "--seconds", 1, "--subject"
    assert pushin(*command, "box=3650,100,3750,200", "--subject", "dot=3700,150", "-o", "a.json")[0] == 0
    assert [s.depth for s in load("a.json").subjects] == pytest.approx([2, 2], rel=1e-2)
    assert "2.00 m away" in pushin("rack", photo, "--from", "3700,150", "--to", "1000,150", "--f-stop", 2, "-o", "b.png")[2]


@pytest.mark.parametrize("words", ["info a.png --at 5001,9=2", "repair a.png --flat 9,301,9",
                                   "still a.png --subject 5001,9 --push 1 -o b.png",
                                   "move a.png --subject 5001,9 -o a.json"])
def test_a_point_outside(pushin, photo, words):
    code, _, err = pushin(*words.split())
    assert code == 2 and "lies outside the picture of 5000 x 300 pixels" in err
