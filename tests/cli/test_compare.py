import numpy as np
import pytest
from PIL import Image

from viewer import Plate, Renderer
from viewer.cli import open as open_command
from viewer.export.stills import encode_srgb
from viewer.pair import Pair, subject_at, through
from viewer.shots.framing import Stage, anchor_point, place_in_frame


def test_the_strip_shows_plate_push_and_zoom(pushin, small_plate, tmp_path):
    output = tmp_path / "strip.png"
    assert pushin("compare", small_plate, "--focal-length", 35, "--subject", "80,45", "--push", "0.25",
                  "--size", "320x180", "-o", output)[0] == 0
    sheet = np.asarray(Image.open(output))
    plate = Plate.open(small_plate, focal_length=35)
    pair = Pair(plate, subject_at(plate, (80, 45)), 0.25)
    with Renderer(plate, size=(320, 180)) as renderer:
        for camera in (pair.cameras(0)[0], *pair.cameras(pair.duration)):
            assert contains(sheet, encode_srgb(renderer.render(camera).color))


def test_lenses_show_the_subject_as_large_from_where_they_stand(pushin, small_plate, tmp_path):
    output = tmp_path / "lenses.png"
    assert pushin("compare", small_plate, "--focal-length", 35, "--subject", "80,45", "--lens", "24,85mm", "--size", "320x180",
                  "-o", output)[0] == 0
    sheet, plate = np.asarray(Image.open(output)), Plate.open(small_plate, focal_length=35)
    subject, places = subject_at(plate, (80, 45)), []
    with Renderer(plate, size=(320, 180)) as renderer:
        for focal in (35, 24, 85):
            camera, caption = through(plate, subject, focal)
            assert contains(sheet, encode_srgb(renderer.render(camera).color)) and dict(caption)["Subject"] == "1.00×"
            places.append((camera.position[2], place_in_frame(camera, anchor_point(Stage.of(plate), subject))))
    assert [away for away, _ in places] == pytest.approx([0, 24 / 35 - 1, 85 / 35 - 1], rel=1e-3)
    assert all(place == pytest.approx(places[0][1]) for _, place in places)
    for wrong in ("2", "24,", "10,20,30,40,50", "24,500"):
        assert pushin("compare", "--lens", wrong, "-o", tmp_path / "a.png")[0] == 2


def contains(sheet, picture) -> bool:
    """Whether a picture is somewhere on the sheet, to the pixel."""
    h, w, _ = picture.shape
    corners = np.argwhere((sheet[:-h + 1, :-w + 1] == picture[0, 0]).all(-1))
    return any((sheet[y:y + h, x:x + w] == picture).all() for y, x in corners)


def test_without_a_screen_the_default_command_writes_the_strip(pushin, small_plate, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(open_command, "has_screen", lambda: False)
    code, out, _ = pushin(small_plate, "--focal-length", 35)
    assert code == 0 and str(tmp_path / "pushin-compare.png") in out
    assert Image.open(tmp_path / "pushin-compare.png").width > 3 * 640


def test_the_sky_is_no_subject(pushin, small_plate, tmp_path):
    import OpenEXR
    with OpenEXR.File(str(small_plate)) as file:
        rgb, z = file.channels()["RGB"].pixels.copy(), file.channels()["Z"].pixels.copy()
    z[:20] = np.inf
    sky = tmp_path / "sky.exr"
    OpenEXR.File({"type": OpenEXR.scanlineimage}, {"RGB": rgb, "Z": z}).write(str(sky))
    code, _, err = pushin("compare", sky, "--focal-length", 35, "--subject", "80,5", "-o", tmp_path / "x.png")
    assert code == 2 and "sky" in err


def test_a_subject_that_leaves_the_frame_is_told(pushin, tmp_path):
    command = "compare", "--size", "64x36", "-o", tmp_path / "x.png"
    code, out, err = pushin(*command, "--subject", "tom", "--push", "50%")
    assert (code, out) == (0, "") and err.startswith("pushin: note: tom leaves the frame") and err.count("\n") == 1
    assert pushin(*command, "--subject", "tom", "--push", "0.8m") == (0, "", "")      # the help's own example


def test_what_was_assumed_is_said(pushin, small_plate, tmp_path):
    code, _, err = pushin("compare", small_plate, "--focal-length", 35, "--subject", "80,45", "-o", tmp_path / "x.png")
    notes = err.splitlines()
    assert code == 0 and notes and all(line.startswith("pushin: note: ") for line in notes)
