"""What does not fit on the disk is said, and what was there before stays."""
import cv2
import numpy as np
import pytest

from tests.networks import model


@pytest.fixture
def folder(tmp_path, pushin):
    """A photo with depth, a shot, a model, and something older wherever a command writes."""
    values = np.random.default_rng(0).uniform(1, 4, (40, 60)).astype(np.float32)
    cv2.imwrite(str(tmp_path / "a.png"), (60 * values).astype(np.uint8))
    np.save(tmp_path / "a_depth.npy", values)
    assert pushin("move", "--move", "static", "-o", tmp_path / "shot.json")[0] == 0
    model(tmp_path / "m.onnx")
    for name in ("out.png", "out.txt"):
        (tmp_path / name).write_text("older")
    return tmp_path


@pytest.mark.parametrize("command, to", [("describe shot.json -o", "out.txt"), ("depth a.png --model m.onnx -o", "out.png"),
                                         ("repair a.png --depth-kind metres --compare", "out.png")])
def test_what_cannot_be_written_is_said_and_what_was_there_stays(folder, pushin, full_disk, monkeypatch, command, to):
    monkeypatch.chdir(folder)
    code, _, err = pushin(*command.split(), to)
    assert code == 2 and f"'{to}' cannot be written: File too large." in err
    assert (folder / to).read_text() == "older" and not list(folder.glob(".out*"))
