"""Depth networks: the real loading and inference, with graphs small enough to be made here."""
import hashlib
import http.server
import os
import threading
import time

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from tests.networks import GREY, model
from viewer.cli.depth import model_path
from viewer.errors import PushinError
from viewer.plate import Plate, hub
from viewer.plate.estimate import Model, estimate


def scene(height, width):
    """Brightness falls from left to right, with a step in the middle, (h, w, 3) linear."""
    level = np.tile(np.linspace(0.8, 0.5, width) - 0.3 * (np.arange(width) > width / 2), (height, 1))
    return np.dstack([level] * 3).astype(np.float32)


@pytest.mark.parametrize("size, rank, kind", [((None, None), 3, TensorProto.FLOAT), ((28, 42), 4, TensorProto.FLOAT),
                                              ((None, None), 3, TensorProto.FLOAT16)])
def test_relative_depth_of_a_small_photo(tmp_path, size, rank, kind):
    network = Model(model(tmp_path / "m.onnx", GREY, size, rank=rank, kind=kind))
    found = estimate(network, scene(80, 120))
    assert found.kind == "inverse" and found.values.shape == (80, 120) and not network.metric
    assert (found.tiles > 1) == (size[0] is not None), "only a network of 28 x 42 sees such a photo small"
    assert found.values.min() == pytest.approx(0.1, abs=0.02) and found.values.max() == pytest.approx(1, abs=0.02)
    rows = found.values.mean(0)
    assert np.all(np.diff(rows) < 1e-2) and rows[57] - rows[63] > 0.3, "the step stays sharp"


def test_a_large_photo_is_seen_in_tiles(tmp_path):
    """What is too fine for the whole is found by the tiles; their seams are not seen."""
    fine = scene(1200, 1800)
    fine[:, ::6] *= 0.8
    network = Model(model(tmp_path / "m.onnx", GREY))
    passes = []
    found = estimate(network, fine, lambda done, total: passes.append((done, total)))
    assert found.tiles > 4 and passes[-1] == (found.tiles, found.tiles)
    smooth = estimate(network, scene(1200, 1800)).values
    inner = np.abs(np.diff(cv2.blur(smooth, (9, 9))[600]))
    inner[880:920] = 0
    assert inner.max() < 0.01, "no seam"


def test_depth_pro_gives_metres_and_the_lens(tmp_path):
    network = Model(model(tmp_path / "m.onnx", [2.0, 0.0, 0.0], (1536, 1536), outputs=2))
    color = np.full((90, 120, 3), 1.0, np.float32)
    found = estimate(network, color)
    assert network.metric and found.kind == "metres" and found.focal_pixels == pytest.approx(1200 * 120 / 1536)
    np.testing.assert_allclose(found.values, 2.0, rtol=1e-3)        # (1 - 0.5) / 0.5 times 2


def test_the_command_writes_what_the_next_opening_finds(tmp_path, monkeypatch, capsys):
    from viewer.cli import main
    level = (scene(80, 120) ** (1 / 2.2) * 255).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "a.png"), level)
    assert main(["depth", str(tmp_path / "a.png"), "--model", str(model(tmp_path / "m.onnx", GREY))]) == 0
    assert "a_depth.png" in capsys.readouterr().out
    plate = Plate.open(tmp_path / "a.png")
    assert plate.relative and plate.kind == "inverse" and plate.depth[40, 5] < plate.depth[40, 115]
    metric = model(tmp_path / "p.onnx", [2.0, 0.0, 0.0], (64, 64), outputs=2)
    assert main(["depth", str(tmp_path / "a.png"), "--model", str(metric), "-o", str(tmp_path / "m.tif")]) == 0
    assert not Plate.open(tmp_path / "a.png", tmp_path / "m.tif").relative
    assert main(["depth", str(tmp_path / "a.png"), "--model", str(metric), "-o", str(tmp_path / "m.png")]) == 2


def test_files_that_are_no_depth_model(tmp_path):
    (tmp_path / "text.onnx").write_text("no model at all")
    (tmp_path / "empty.onnx").touch()
    good = model(tmp_path / "m.onnx").read_bytes()
    (tmp_path / "cut.onnx").write_bytes(good[:len(good) // 2])
    for name in ("text", "empty", "cut", "missing", 300 * "long"):
        with pytest.raises(PushinError) as error:
            Model(tmp_path / f"{name}.onnx")
        assert "\n" not in str(error.value)
    graph = helper.make_graph([helper.make_node("Identity", ["a"], ["b"])], "g",
                              [helper.make_tensor_value_info("a", TensorProto.FLOAT, [1, 7])],
                              [helper.make_tensor_value_info("b", TensorProto.FLOAT, [1, 7])])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(tmp_path / "b.onnx"))
    with pytest.raises(PushinError, match="1 x 3"):
        Model(tmp_path / "b.onnx")
    broken = Model(model(tmp_path / "n.onnx", [float("nan"), 0.0, 0.0]))
    with pytest.raises(PushinError, match="finite"):
        estimate(broken, scene(80, 120))


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A hub on this machine: one address redirects to the storage, as the real one does."""
    state = {"data": model(tmp_path / "served.onnx").read_bytes(), "requests": 0}
    state["sum"] = hashlib.sha256(state["data"]).hexdigest()

    class Hub(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            state["requests"] += 1
            if self.path.startswith("/storage"):
                self.send_response(200)
                if state.get("breaks off"):
                    self.send_header("Transfer-Encoding", "chunked")
                    self.end_headers()
                    self.wfile.write(b"100\r\nonly the beginning")
                    return
                self.send_header("Content-Length", str(len(state["data"])))
                self.end_headers()
                self.wfile.write(state["data"])
                return
            self.send_response(302)
            self.send_header("Location", "/storage")
            self.send_header("X-Linked-Etag", f'"{state["sum"]}"')
            self.send_header("X-Linked-Size", str(len(state["data"])))
            self.end_headers()

        def log_message(self, *_):
            pass

    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    monkeypatch.setenv("PUSHIN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(hub, "HUB", f"http://127.0.0.1:{served.server_port}")
    yield state
    served.shutdown()
    served.server_close()


def test_a_named_model_is_fetched_once_and_checked(server):
    seen = []
    path = hub.model_file(hub.DEFAULT, lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == server["data"] and seen[-1] == (len(server["data"]),) * 2
    assert hub.model_file(hub.DEFAULT) == path and server["requests"] == 2
    assert Model(path).size == (None, None)
    path.write_bytes(server["data"] + b"x")
    with pytest.raises(PushinError, match="not what was fetched"):
        hub.model_file(hub.DEFAULT)


def test_a_cache_that_cannot_be_reached_is_one_sentence(monkeypatch):
    monkeypatch.setenv("PUSHIN_CACHE", "/" + "x" * 300)
    with pytest.raises(PushinError, match="cannot be reached"):
        hub.model_file(hub.DEFAULT)
    with pytest.raises(PushinError, match="cannot be reached"):
        model_path(hub.DEFAULT)


def test_a_cache_that_cannot_be_written_is_one_sentence(monkeypatch):
    def read_only(path, *_):
        raise OSError(30, "Read-only file system", path)
    monkeypatch.setattr(os, "mkdir", read_only)
    monkeypatch.setenv("PUSHIN_CACHE", "/nowhere/cache")
    with pytest.raises(PushinError, match=r"cannot be kept in /nowhere/cache/models: Read-only file system; name another folder"):
        hub.model_file(hub.DEFAULT)


def test_what_a_killed_download_left_goes_with_the_next_one(server):
    folder = hub.cached(hub.DEFAULT).parent
    folder.mkdir(parents=True)
    for name, age in (("killed.part", 2 * 86400), ("another.part", 60)):     # somebody else's may be under way
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - age,) * 2)
    path = hub.model_file(hub.DEFAULT)
    assert {file.name for file in folder.iterdir()} == {path.name, path.with_suffix(".sha256").name, "another.part"}


def test_a_download_with_another_sum_is_refused(server):
    server["sum"] = "0" * 64
    with pytest.raises(PushinError, match="SHA-256"):
        hub.model_file(hub.DEFAULT)
    assert not list(hub.cached(hub.DEFAULT).parent.iterdir())


@pytest.mark.parametrize("told", ["", "5f0c8a7e1b2d3c4f5a6b7c8d9e0f1a2b3c4d5e6f"])       # none, or one of another kind
def test_a_download_that_cannot_be_checked_is_refused(server, told):
    server["sum"] = told
    with pytest.raises(PushinError, match="tells no SHA-256.*download http.*--model FILE.onnx"):
        hub.model_file(hub.DEFAULT)
    assert server["requests"] == 2 and not list(hub.cached(hub.DEFAULT).parent.iterdir())


def test_a_download_in_pieces_that_breaks_off_says_what_to_do(server):
    server["breaks off"] = True
    with pytest.raises(PushinError, match="--model FILE.onnx"):
        hub.model_file(hub.DEFAULT)
    assert not list(hub.cached(hub.DEFAULT).parent.iterdir())


def test_offline_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PUSHIN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(hub, "HUB", "http://127.0.0.1:9")
    with pytest.raises(PushinError, match="--model FILE.onnx"):
        hub.model_file(hub.DEFAULT)
