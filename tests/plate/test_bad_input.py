"""Whatever a file holds, it opens as a plate or is refused by one sentence, soon and quietly."""
import io
import os
import pickle
import struct
import time
import zlib

import cv2
import numpy as np
import OpenEXR
import pytest
import tifffile
from PIL import Image

from viewer.errors import PushinError
from viewer.plate import Plate

WIDTH, HEIGHT = 40, 30
RNG = np.random.default_rng(7)
PIXELS = RNG.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
DEPTH = (1 + RNG.random((HEIGHT, WIDTH))).astype(np.float32)
SECONDS = 5


def pillow(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def tiff(pixels, **options):
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, **options)
    return buffer.getvalue()


def npy(array, **options):
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def npy_claiming(header):
    header = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + DEPTH.tobytes()


def exr(tmp_path, channels, **header):
    path = tmp_path / "made.exr"
    with OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **header}, channels) as f:
        f.write(str(path))
    return path.read_bytes()


def pfm(values, header=None):
    return (header or f"Pf\n{WIDTH} {HEIGHT}\n-1\n").encode() + values.astype("<f4").tobytes()


def png_claiming(width, height, bits=8):
    """A PNG header of any size over a few pixels."""
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))


def good_pictures(tmp_path):
    image, exif = Image.fromarray(PIXELS), Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0xA405] = 28
    return {
        "a.png": pillow(image, "PNG", exif=exif), "a.jpg": pillow(image, "JPEG", exif=exif),
        "a.webp": pillow(image, "WEBP", exif=exif), "a.tif": pillow(image, "TIFF", compression="tiff_lzw"),
        "deep.png": cv2.imencode(".png", PIXELS.astype(np.uint16) * 257)[1].tobytes(),
        "deep.tif": tiff(PIXELS.astype(np.uint16) * 257, photometric="rgb"),
        "float.tif": tiff(PIXELS.astype(np.float32) / 255, photometric="rgb"),
        "half.exr": exr(tmp_path, {"RGB": (PIXELS / 255).astype(np.float16)}),
        "z.exr": exr(tmp_path, {"RGBA": np.dstack([DEPTH] * 4), "Z": DEPTH}, compression=OpenEXR.PIZ_COMPRESSION),
    }


def good_depths(tmp_path):
    return {
        "z.exr": exr(tmp_path, {"Z": DEPTH}),
        "mm.png": cv2.imencode(".png", (DEPTH * 1000).astype(np.uint16))[1].tobytes(),
        "z.tif": tiff(DEPTH), "z.pfm": pfm(DEPTH), "z.npy": npy(DEPTH),
    }


def damaged(data, rng):
    """Cut off at eight places, and twelve times with bytes changed, most of them in the header."""
    for share in (0, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.999):
        yield data[:int(len(data) * share)]
    for i in range(12):
        copy = bytearray(data)
        for _ in range(1 + i % 6):
            copy[rng.integers(0, min(len(data), 600) if i % 3 else len(data))] = rng.integers(0, 256)
        yield bytes(copy)


def strange_pictures(tmp_path):
    image, nan = Image.fromarray(PIXELS), np.full((HEIGHT, WIDTH, 3), np.nan, np.float32)
    yield "empty.png", b""
    yield "text.png", b"not a picture\n" * 50
    yield "archive.jpg", b"PK\x03\x04" + bytes(200)
    yield "zeros.exr", bytes(500)
    yield "magic.exr", b"\x76\x2f\x31\x01" + bytes(500)
    yield "depth.npy", npy(DEPTH)
    yield "1x1.png", pillow(Image.new("RGB", (1, 1)), "PNG")
    yield "1x1.exr", exr(tmp_path, {"RGB": np.zeros((1, 1, 3), np.float32)})
    yield "30000x2.png", pillow(Image.new("RGB", (30000, 2)), "PNG")
    yield "30000x2.exr", exr(tmp_path, {"RGB": np.zeros((2, 30000, 3), np.float16)})
    yield "strip.png", pillow(Image.new("RGB", (16, 400)), "PNG")
    yield "nan.exr", exr(tmp_path, {"RGB": nan})
    yield "nan.tif", tiff(nan, photometric="rgb")
    yield "inf.exr", exr(tmp_path, {"RGB": np.full_like(nan, np.inf)})
    yield "speck.exr", exr(tmp_path, {"RGB": np.zeros((HEIGHT, WIDTH, 3), np.float32)},
                           displayWindow=(np.array([0, 0], "i4"), np.array([13999, 13999], "i4")))
    yield "mask.exr", exr(tmp_path, {"mask": DEPTH})
    yield "uint.exr", exr(tmp_path, {c: PIXELS[..., 0].astype(np.uint32) for c in "RGB"})
    for size in ((100_000, 100_000), (30_000, 30_000), (2 ** 31 - 1, 2 ** 31 - 1), (0, 40), (20_000, 9_000)):
        for bits in (8, 16):
            yield f"bomb{size[0]}_{bits}.png", png_claiming(*size, bits)
    for mode in ("1", "L", "LA", "P", "RGBA", "I;16", "CMYK", "YCbCr", "LAB", "F", "I"):
        kind = "PNG" if mode in ("1", "L", "LA", "P", "RGBA", "I;16") else "TIFF"
        grey = image.convert("L")
        made = Image.fromarray(np.asarray(grey).astype(np.uint16)) if mode == "I;16" else \
            Image.merge("LAB", [grey] * 3) if mode == "LAB" else image.convert(mode)
        yield f"{mode.replace(';', '')}.{kind.lower()}", pillow(made, kind)
    yield "cmyk.jpg", pillow(image.convert("CMYK"), "JPEG")
    yield "clear.png", pillow(Image.new("RGBA", (WIDTH, HEIGHT), (255, 0, 0, 0)), "PNG")
    yield "moving.webp", pillow(image, "WEBP", save_all=True, append_images=[image.rotate(90)])
    yield "pages.tif", pillow(image, "TIFF", save_all=True, append_images=[image])
    yield "icc.png", pillow(image, "PNG", icc_profile=RNG.bytes(300))
    for dtype in (np.int16, np.uint32, np.float16, np.float64, np.int8, np.complex64):
        yield f"{np.dtype(dtype).name}.tif", tiff(PIXELS.astype(dtype), photometric="rgb")
    yield "five.tif", tiff(np.zeros((HEIGHT, WIDTH, 5), np.uint16), photometric="minisblack", planarconfig="contig")


def strange_depths(tmp_path):
    flat = np.ones((HEIGHT, WIDTH), np.float32)
    for value in (np.nan, 0, -1, np.inf, -np.inf, 1, 1e-30, 1e30, 1e10):
        yield f"all{value}.npy", npy(flat * np.float32(value))
        yield f"all{value}.exr", exr(tmp_path, {"Z": flat * np.float32(value)})
        yield f"all{value}.pfm", pfm(flat * np.float32(value))
    for dtype in (bool, np.int64, np.uint8, np.float64, np.complex64, "U3", "M8[s]", [("z", "f4")]):
        yield f"{np.dtype(dtype).name}.npy", npy(np.zeros((HEIGHT, WIDTH), dtype))
    for shape in ((), (5,), (0, 0), (HEIGHT, 0), (1, 1), (1, 30000), (HEIGHT, WIDTH, 3), (1, HEIGHT, WIDTH, 1),
                  (2, 2, 2, 2)):
        yield f"shape{len(shape)}_{np.prod(shape)}.npy", npy(np.ones(shape, np.float32))
    for shape in ("(100000, 100000)", "(10**9, 10**9)", "(-5, 40)", "(9999999999999, 3)", "'x'", "(3.5, 2)"):
        yield f"claims{len(shape)}.npy", npy_claiming(f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}")
    yield "double.npy", npy(DEPTH.astype(float))
    yield "code.npy", npy_claiming("__import__('os').system('false')")
    yield "version.npy", b"\x93NUMPY\x09\x00" + npy(DEPTH)[8:]
    for header in ("Pf\n0 0\n-1\n", "Pf\n-4 3\n-1\n", "Pf\n100000 100000\n-1\n", "Pf\n40 30\nnan\n", "Pf\n40 30\n0\n",
                   "Pf 40 30 -1 ", "Pf\n40\n", "PF\n40 30\n-1\n", "Pf\n40 30\n1e5.5\n", "Pf\n4000 3000\n-1\n"):
        yield f"pfm{len(header)}.pfm", pfm(DEPTH, header)
    yield "8bit.png", pillow(Image.fromarray(PIXELS[..., 0]), "PNG")
    yield "colour.png", pillow(Image.fromarray(PIXELS), "PNG")
    yield "cmyk.tif", pillow(Image.fromarray(PIXELS).convert("CMYK"), "TIFF")
    yield "colour.exr", exr(tmp_path, {"RGB": np.ascontiguousarray(PIXELS.astype(np.float32))})


def opened_or_refused(*arguments, **options):
    """The plate, checked to be whole, or the sentence that refused it."""
    began = time.perf_counter()
    try:
        plate = Plate.open(*arguments, **options)
    except PushinError as error:
        text = str(error)
        assert text and "\n" not in text and text.endswith(".") and len(text) < 400, text
        return text
    finally:
        assert time.perf_counter() - began < SECONDS
    assert plate.color.shape == (*plate.depth.shape, 3) and plate.known.shape == plate.depth.shape
    assert np.isfinite(plate.color).all() and (plate.depth > 0).all() and np.isfinite(plate.depth).any()
    return plate


@pytest.fixture
def files(tmp_path):
    """A good picture and a good depth map to go with the bad one."""
    (tmp_path / "good.png").write_bytes(pillow(Image.fromarray(PIXELS), "PNG"))
    (tmp_path / "good.npy").write_bytes(npy(DEPTH))
    return tmp_path


def test_the_good_files_open(files):
    for name, data in good_pictures(files).items():
        (files / name).write_bytes(data)
        assert isinstance(opened_or_refused(files / name, files / "good.npy"), Plate), name
    for name, data in good_depths(files).items():
        (files / name).write_bytes(data)
        assert isinstance(opened_or_refused(files / "good.png", files / name), Plate), name


def test_damaged_files(files, capfd):
    rng, count, refused = np.random.default_rng(1), 0, 0
    for good, is_picture in ((good_pictures(files), True), (good_depths(files), False)):
        for name, data in good.items():
            for bad in damaged(data, rng):
                path = files / f"bad_{name}"
                path.write_bytes(bad)
                pair = (path, files / "good.npy") if is_picture else (files / "good.png", path)
                refused += isinstance(opened_or_refused(*pair), str)
                count += 1
    assert count >= 200 and refused > count / 2
    assert capfd.readouterr() == ("", "")


def test_strange_files(files, capfd):
    results = {}
    for name, data in strange_pictures(files):
        (files / name).write_bytes(data)
        results[name] = opened_or_refused(files / name, files / "good.npy")
    for name, data in strange_depths(files):
        (files / name).write_bytes(data)
        results[f"depth {name}"] = opened_or_refused(files / "good.png", files / name)
    opens = {name for name, result in results.items() if isinstance(result, Plate)}
    for name in ("1.png", "L.png", "LA.png", "P.png", "RGBA.png", "I16.png", "CMYK.tiff", "cmyk.jpg", "icc.png",
                 "clear.png", "moving.webp", "pages.tif", "float64.tif", "inf.exr", "depth all1.npy", "depth all1.exr",
                 "depth double.npy", "depth shape4_1200.npy"):
        assert name in opens, results[name]
    for name in ("1x1.png", "30000x2.png", "30000x2.exr", "speck.exr", "nan.exr", "depth.npy", "mask.exr",
                 "depth allnan.npy", "depth all0.exr", "depth shape2_30000.npy", "depth colour.png",
                 "depth code.npy"):
        assert name not in opens, name
    for name in results:
        if "bomb" in name or "claims" in name:
            assert name not in opens, name
    assert capfd.readouterr() == ("", "")


def test_pickles_are_never_opened(files):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(files / "sprung"),)
    objects = np.empty((HEIGHT, WIDTH), object)
    objects[:] = Trap()
    (files / "object.npy").write_bytes(npy(objects, allow_pickle=True))
    (files / "pickle.npy").write_bytes(pickle.dumps(Trap()))
    for name in ("object.npy", "pickle.npy"):
        assert isinstance(opened_or_refused(files / "good.png", files / name), str)
        assert isinstance(opened_or_refused(files / name, files / "good.npy"), str)
    assert not (files / "sprung").exists()


def test_paths_that_are_no_files(files):
    os.mkfifo(files / "pipe.png")
    (files / "two\nlines.png").write_bytes(b"no picture")
    for path in (files, files / "missing.png", files / "pipe.png", files / "two\nlines.png", "", "\0", "x" * 5000, 7,
                 None):
        assert isinstance(opened_or_refused(path, files / "good.npy"), str)
        if path is not None:
            assert isinstance(opened_or_refused(files / "good.png", path), str)


def test_words_of_python_are_in_no_sentence(files):
    path = files / "cut.jpg"
    path.write_bytes(pillow(Image.fromarray(PIXELS), "JPEG")[:-200])
    assert opened_or_refused(path, files / "good.npy") == "cut.jpg is damaged or not the kind of file it seems; export it again."
    assert opened_or_refused("/nowhere.jpg") == "There is no file nowhere.jpg in /; check the path."


@pytest.mark.parametrize("options", [
    {"focal_length": 0}, {"focal_length": float("nan")}, {"focal_length": "wide"}, {"sensor_width": -36},
    {"principal_point": (1,)}, {"principal_point": (float("inf"), 1)}, {"principal_point": "centre"},
    {"principal_point": (1e6, 5)}, {"depth_kind": "miles"}, {"depth_kind": 5}, {"depth_kind": "inverse", "near": 1},
    {"depth_kind": "inverse", "near": -1, "far": 3}, {"depth_kind": "disparity"}, {"baseline": 0},
    {"baseline": 0.1, "doffs": float("nan")}, {"near": 3, "far": 3}])
def test_impossible_arguments(files, options):
    assert isinstance(opened_or_refused(files / "good.png", files / "good.npy", **options), str)


def test_a_large_claim_costs_no_memory(files):
    """Refused from the header: the peak of Python's allocations stays below 20 MB."""
    import tracemalloc
    (files / "bomb.npy").write_bytes(npy_claiming("{'descr': '<f4', 'fortran_order': False, 'shape': (14000, 14000)}"))
    (files / "bomb.pfm").write_bytes(pfm(DEPTH, "Pf\n14000 14000\n-1\n"))
    (files / "bomb.png").write_bytes(png_claiming(60_000, 60_000, 16))
    tracemalloc.start()
    try:
        for pair in (("good.png", "bomb.npy"), ("good.png", "bomb.pfm"), ("bomb.png", "good.npy")):
            assert isinstance(opened_or_refused(*(files / name for name in pair)), str)
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("color, says", [
    (np.full((32, 32, 3), np.nan), "only NaN"), (np.full((32, 32, 3), 1j), "complex"), ([["a"]], "numbers"),
])
def test_arrays_that_are_no_plate(color, says):
    with pytest.raises(PushinError, match=says):
        Plate.from_arrays(color, np.full((32, 32), 2.0))


def test_arrays_in_any_order_of_memory_are_a_plate():
    color, depth = PIXELS / np.float32(255), DEPTH
    plate = Plate.from_arrays(color, depth)
    assert Plate.from_arrays(np.asfortranarray(color), np.asfortranarray(depth)).digest == plate.digest


def test_adjustments_are_adjustments(tmp_path):
    with pytest.raises(PushinError, match="Adjustments"):
        Plate.open(tmp_path / "a.png", adjustments=3)
