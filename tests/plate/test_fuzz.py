"""Damaged containers never end the process, print or take memory: they open, or are refused in one sentence.

Readers run in a process of their own, since what is tested is whether it survives. More, as
`python -m tests.plate.test_fuzz 5000`, prints what it found.
"""
import io
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

COUNT, SEED = 160, 11
MOST_MEGABYTES = 1500
"""Peak of a process that opens all of them; the libraries alone take a third."""


def containers(folder: Path) -> dict[str, bytes]:
    """Good files of every container, small."""
    import cv2
    import onnx
    import OpenEXR
    import pillow_heif
    from onnx import TensorProto, helper
    from PIL import Image
    rng = np.random.default_rng(SEED)
    color, depth = rng.integers(0, 256, (48, 64, 3), np.uint8), np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))

    def encoded(pixels, kind, **options):
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, kind, **options)
        return buffer.getvalue()

    jpeg, png = encoded(color, "JPEG"), encoded(depth, "PNG")
    import base64
    xmp = (b'http://ns.adobe.com/xap/1.0/\0<a GDepth:Near="1" GDepth:Far="5" GDepth:Format="RangeInverse" GDepth:Data="'
           + base64.b64encode(png) + b'"/>')
    items = (b'http://ns.adobe.com/xap/1.0/\0<a DepthMap:Near="1" DepthMap:Far="5" DepthMap:DepthURI="d"/><rdf:li Item:Mime="'
             b'image/png" Item:Length="%d" Item:DataURI="d"/>' % len(png))
    app1 = lambda body: jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]
    heic = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(color)).save(heic, quality=60)
    header = {"compression": OpenEXR.NO_COMPRESSION, "type": OpenEXR.scanlineimage}
    with OpenEXR.File(header, {"RGB": (color / 255).astype(np.float16), "Z": 1 + depth.astype(np.float32)}) as file:
        file.write(str(folder / "good.exr"))
    weights = helper.make_tensor("w", TensorProto.FLOAT, [1, 3, 1, 1], [0.3, 0.5, 0.2])
    graph = helper.make_graph([helper.make_node("Conv", ["x", "w"], ["y"])], "g",
                              [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 28, 28])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, 28, 28])], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    video = cv2.VideoWriter(str(folder / "good.mp4"), cv2.VideoWriter_fourcc(*"mp4v"), 24, (64, 48))
    for _ in range(3):
        video.write(color)
    video.release()
    return {"a.heic": heic.getvalue(), "gdepth.jpg": app1(xmp), "dynamic.jpg": app1(items) + png,
            "a.exr": (folder / "good.exr").read_bytes(), "a.onnx": model.SerializeToString(),
            "a.mp4": (folder / "good.mp4").read_bytes()}


def mutated(data: bytes, rng) -> bytes:
    """One to four of: other bytes, a lost or repeated piece, a large number, an end that is cut off."""
    data = bytearray(data)
    for _ in range(rng.integers(1, 5)):
        if len(data) < 16:
            break
        at, kind = int(rng.integers(len(data) - 8)), rng.integers(6)
        # Headers are where readers go wrong: half of the time, the first thousand bytes.
        at = at % 1000 if rng.random() < 0.5 else at
        at = min(at, len(data) - 8)
        if kind == 0:
            data[at] = rng.integers(256)
        elif kind == 1:
            data[at] ^= 1 << int(rng.integers(8))
        elif kind == 2:
            del data[at:at + int(rng.integers(1, 64))]
        elif kind == 3:
            data[at:at] = data[at:at + int(rng.integers(1, 64))]
        elif kind == 4:
            data[at:at + 4] = struct.pack(rng.choice([">I", "<I"]), int(rng.choice([0, 1, 100_000, 2**31 - 1, 2**32 - 1])))
        elif rng.random() < 0.2:
            del data[at:]
    return bytes(data)


def survive(folder: Path, count: int, seed: int) -> dict:
    """Open `count` mutations here; what happened, by name. Anything but a Plate, a Model or a PushinError is raised."""
    from viewer.errors import PushinError
    from viewer.plate import Plate
    from viewer.plate.estimate import Model, estimate
    goods, rng, found = containers(folder), np.random.default_rng(seed), {}
    np.save(folder / "depth.npy", np.ones((48, 64), np.float32))
    color = np.full((28, 28, 3), 0.5, np.float32)
    for number in range(count):
        name = list(goods)[number % len(goods)]
        path = folder / name
        path.write_bytes(mutated(goods[name], rng))
        (folder / "last").write_text(str(number))
        try:
            if name.endswith(".onnx"):
                estimate(Model(path), color)
            else:
                inside = rng.random() < 0.7
                Plate.open(path, None if inside else folder / "depth.npy", depth_kind=None if inside else "metres")
            what = "opened"
        except PushinError as error:
            assert "\n" not in str(error) and len(str(error)) < 500, str(error)
            what = "refused"
        found[f"{name} {what}"] = found.get(f"{name} {what}", 0) + 1
    return found


def main(count: int, seed: int, folder: Path) -> None:
    status = Path("/proc/self/status")
    if status.exists():
        Path("/proc/self/clear_refs").write_text("5")   # Linux counts in what the parent held when it started this
    found = survive(folder, count, seed)
    peak = int(status.read_text().split("VmHWM:")[1].split()[0]) // 1024 if status.exists() else 0
    print(found, f"peak {peak} MB")


def test_damaged_containers_in_a_process_of_their_own(tmp_path):
    run = subprocess.run([sys.executable, __file__, str(COUNT), str(SEED), str(tmp_path)], capture_output=True, text=True,
                         timeout=240, cwd=Path(__file__).parents[2], env=os.environ | {"PYTHONPATH": "."})
    assert run.returncode == 0 and run.stderr == "", (run.returncode, run.stderr[-2000:])
    assert int(run.stdout.rsplit("peak ")[1].split()[0]) < MOST_MEGABYTES
    for kind in ("a.heic", "gdepth.jpg", "dynamic.jpg", "a.exr"):
        assert f"'{kind} opened'" in run.stdout and f"'{kind} refused'" in run.stdout


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else SEED, Path(sys.argv[3] if len(sys.argv) > 3 else made))
