"""Pictures of every format arrive as the same scene-linear light."""
import io
import re
import struct
import zlib

import cv2
import numpy as np
import OpenEXR
import pillow_heif
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps

from viewer import Camera, Plate
from viewer.errors import PushinError
from viewer.export import stills
from viewer.plate import colour, lens
from viewer.plate.images import LONGEST_SIDE, read_grey, read_picture

SIZE = (48, 32)
P3 = (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.3127, 0.3290)


def linear(encoded):
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def noise(levels, seed=0):
    return np.random.default_rng(seed).integers(0, levels, (SIZE[1], SIZE[0], 3))


def write_exr(path, channels, **header):
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **header}
    with OpenEXR.File(header, channels) as file:
        file.write(str(path))


def fixed(value):
    return struct.pack(">i", round(value * 65536))


def profile(chromaticities=colour.REC709, gamma=2.0):
    """A matrix/TRC display profile with a pure gamma, assembled by the specification."""
    tags = [(name, b"XYZ \0\0\0\0" + b"".join(map(fixed, column)))
            for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colour._to_d50(chromaticities).T)]
    tags += [(name, b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0")
             for name in (b"rTRC", b"gTRC", b"bTRC")]
    tags += [(b"wtpt", b"XYZ \0\0\0\0" + fixed(0.9642) + fixed(1) + fixed(0.8249)),
             (b"desc", b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78) + b"\0"),
             (b"cprt", b"text\0\0\0\0none\0\0\0\0")]
    table, data, at = b"", b"", 132 + 12 * len(tags)
    for name, content in tags:
        content += bytes(-len(content) % 4)
        table += struct.pack(">4sII", name, at + len(data), len(content))
        data += content
    size = 132 + len(table) + len(data)
    header = struct.pack(">I4sI4s4s4s12s4s4sI4s4sQI", size, b"lcms", 0x02100000, b"mntr", b"RGB ", b"XYZ ",
                         struct.pack(">6H", 2020, 1, 1, 0, 0, 0), b"acsp", b"APPL", 0, b"none", b"none", 0, 0)
    header += fixed(0.9642) + fixed(1) + fixed(0.8249)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp"])
def test_lossless_8_bit(tmp_path, name):
    pixels = noise(256).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / name, **({"lossless": True} if name.endswith("webp") else {}))
    np.testing.assert_allclose(read_picture(tmp_path / name).color, linear(pixels / 255), rtol=1e-3, atol=1e-6)


def test_jpeg(tmp_path):
    pixels = np.full((SIZE[1], SIZE[0], 3), (200, 100, 50), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.jpg", quality=100)
    np.testing.assert_allclose(read_picture(tmp_path / "a.jpg").color, linear(pixels / 255), atol=0.02)


@pytest.mark.parametrize("name", ["a.png", "lzw.tif", "plain.tif", "big_endian.tif"])
def test_16_bit_keeps_its_bits(tmp_path, name):
    pixels = noise(65536).astype(np.uint16)
    if name in ("a.png", "lzw.tif"):
        cv2.imwrite(str(tmp_path / name), pixels[..., ::-1])
    else:
        tifffile.imwrite(tmp_path / name, pixels, photometric="rgb", byteorder=">" if "big" in name else "<")
    color = read_picture(tmp_path / name).color
    np.testing.assert_allclose(color, linear(pixels / 65535), rtol=1e-3, atol=1e-6)
    ramp = np.tile(np.linspace(20000, 20000 + 48 * 40, 48).astype(np.uint16)[None, :, None], (32, 1, 3))
    cv2.imwrite(str(tmp_path / "ramp.png"), ramp)
    assert len(np.unique(read_picture(tmp_path / "ramp.png").color)) > 40  # 8 bits would leave 8 steps


def test_a_deep_tiff_with_white_at_0_is_no_negative(tmp_path):
    pixels = (noise(65536)[..., 0]).astype(np.uint16)
    for name, kind, values in (("black", "minisblack", pixels), ("white", "miniswhite", 65535 - pixels)):
        tifffile.imwrite(tmp_path / f"{name}.tif", values, photometric=kind)
    black, white = (tmp_path / f"{name}.tif" for name in ("black", "white"))
    np.testing.assert_array_equal(read_picture(white).color, read_picture(black).color)
    np.testing.assert_array_equal(read_grey(white)[0], pixels)


@pytest.mark.parametrize("kind", [np.uint16, np.float32])
def test_a_deep_tiff_of_separate_planes_is_refused(tmp_path, kind):
    tifffile.imwrite(tmp_path / "a.tif", np.moveaxis(noise(65536), -1, 0).astype(kind), photometric="rgb", planarconfig="separate")
    with pytest.raises(PushinError, match="save it with interleaved pixels"):
        read_picture(tmp_path / "a.tif")


def test_float_tiff_is_linear(tmp_path):
    pixels = np.random.default_rng(0).random((SIZE[1], SIZE[0], 3)).astype(np.float32) * 4
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="rgb")
    np.testing.assert_allclose(read_picture(tmp_path / "a.tif").color, pixels, rtol=1e-3)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("layout", ["RGB", "RGBA", "separate", "Y"])
def test_exr(tmp_path, dtype, layout):
    pixels = (np.random.default_rng(0).random((SIZE[1], SIZE[0], 4)) * 8).astype(dtype)
    channels = {"RGB": {"RGB": pixels[..., :3]}, "RGBA": {"RGBA": pixels}, "Y": {"Y": pixels[..., 0]},
                "separate": {c: pixels[..., i] for i, c in enumerate("RGB")}}[layout]
    write_exr(tmp_path / "a.exr", {n: np.ascontiguousarray(p) for n, p in channels.items()})
    want = pixels[..., :1].repeat(3, -1) if layout == "Y" else pixels[..., :3]
    np.testing.assert_allclose(read_picture(tmp_path / "a.exr").color, want, rtol=1e-3)


def write_layers(path, layers, parts):
    """A picture of 0.1, 0.2 … in each of the named layers, as channels of one part or in parts of their own."""
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    flat = lambda n: np.full((32, 48), 0.1 * (n + 1), np.float32)
    if parts:
        with OpenEXR.File([OpenEXR.Part(dict(header), {c: flat(n) for c in "RGB"}, name) for n, name in enumerate(layers)]) as file:
            file.write(str(path))
    else:
        write_exr(path, {f"{name}.{c}".lstrip("."): flat(n) for n, name in enumerate(layers) for c in "RGB"})


@pytest.mark.parametrize("parts", [False, True])
@pytest.mark.parametrize("names", [
    "ViewLayer.Combined ViewLayer.AO ViewLayer.Env ViewLayer.DiffCol", "beauty albedo N", "rgba.left crypto00 N rgba.right",
    "C N Albedo", "hero AO object_id specular", "Composite.Combined View.Noisy", "AO VRayZDepth WorldDepth",
])
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_picture_is_the_layer_whose_name_says_so(tmp_path, names, parts, data):
    """In whatever order the layers lie in the file, and whichever name is shorter; what it was chosen from is said."""
    layers, first = data.draw(st.permutations(names.split())), names.split()[0]
    write_layers(tmp_path / "a.exr", layers, parts)
    picture = read_picture(tmp_path / "a.exr")
    np.testing.assert_allclose(picture.color, 0.1 * (layers.index(first) + 1), rtol=1e-3)
    said = [note for note in picture.notes if note.endswith(f"{first} is taken as the picture.")]
    assert len(said) == (first != "AO")


def test_plain_channels_are_the_picture_before_any_layer(tmp_path):
    write_layers(tmp_path / "a.exr", ["beauty", "", "C"], parts=False)
    picture = read_picture(tmp_path / "a.exr")
    np.testing.assert_allclose(picture.color, 0.2, rtol=1e-3)
    assert picture.notes == ("a.exr also has beauty, C; R, G, B is taken as the picture.",)


def test_a_vectors_second_part_is_no_picture(tmp_path):
    write_exr(tmp_path / "a.exr", {f"N.{c}": np.ones((32, 48), np.float32) for c in "XYZ"})
    with pytest.raises(PushinError, match="holds no picture"):
        read_picture(tmp_path / "a.exr")


def test_exr_windows(tmp_path):
    """The display window is the frame; what the file lacks is black, overscan is cropped."""
    pixels = np.random.default_rng(0).random((SIZE[1], SIZE[0])).astype(np.float32)
    box = lambda x0, y0, x1, y1: (np.array([x0, y0], "i4"), np.array([x1, y1], "i4"))
    write_exr(tmp_path / "a.exr", {c: pixels for c in "RGB"} | {"Z": pixels + 1},
              dataWindow=box(10, 5, 10 + SIZE[0] - 1, 5 + SIZE[1] - 1), displayWindow=box(0, 0, 39, 99))
    picture = read_picture(tmp_path / "a.exr")
    assert picture.color.shape == (100, 40, 3)
    np.testing.assert_allclose(picture.color[5:5 + SIZE[1], 10:, 0], pixels[:, :30], rtol=1e-3)
    assert not picture.color[:5].any() and np.isnan(picture.depth.values[:5]).all()
    np.testing.assert_array_equal(picture.depth.values[5:37, 10:], pixels[:, :30] + 1)


@pytest.mark.parametrize("window, sides", [((-8, -8, 55, 39), "8 pixels on every side"),
                                           ((-8, 0, 47, 31), "8 pixels left, 0 pixels right, 0 pixels above and 0 pixels below")])
def test_exr_overscan_is_told_of_with_the_lens_that_has_it(tmp_path, window, sides):
    x0, y0, x1, y1 = window
    pixels = np.random.default_rng(0).random((y1 - y0 + 1, x1 - x0 + 1)).astype(np.float32)
    channels = {c: pixels for c in "RGB"} | {"Z": pixels + 1}
    box = lambda x0, y0, x1, y1: (np.array([x0, y0], "i4"), np.array([x1, y1], "i4"))
    write_exr(tmp_path / "frame.exr", channels, dataWindow=box(*window), displayWindow=box(0, 0, SIZE[0] - 1, SIZE[1] - 1))
    write_exr(tmp_path / "all.exr", channels)
    frame = Plate.open(tmp_path / "frame.exr", focal_length=50, sensor_width=24)
    assert frame.size == SIZE
    note, = (note for note in frame.notes if "oiiotool" in note)
    assert sides in note
    wider = float(re.search("--sensor-width ([0-9.]+) times", note)[1])
    point = re.search("--principal-point ([0-9.]+),([0-9.]+)", note)
    all_ = Plate.open(tmp_path / "all.exr", focal_length=50, sensor_width=24 * wider,
                      principal_point=point and tuple(map(float, point.groups())))
    assert all_.focal_pixels == pytest.approx(frame.focal_pixels, rel=1e-4)
    assert all_.principal_point == (SIZE[0] / 2 - x0, SIZE[1] / 2 - y0)


def test_exr_primaries(tmp_path):
    """Pure P3 green lies outside Rec.709; white stays white."""
    pixels = np.zeros((SIZE[1], SIZE[0], 3), np.float32)
    pixels[:, :24] = 1
    pixels[:, 24:, 1] = 1
    write_exr(tmp_path / "a.exr", {"RGB": pixels}, chromaticities=P3)
    color = read_picture(tmp_path / "a.exr").color
    np.testing.assert_allclose(color[0, 0], 1, atol=2e-3)
    np.testing.assert_allclose(color[0, -1], (0, 1.0420, 0), atol=2e-3)


def chroma_exr(width, height, y, ry, by):
    """An uncompressed file of luminance and chroma at half its size (OpenEXR's file layout), all of one colour."""
    def attribute(name, kind, value):
        return name + b"\0" + kind + b"\0" + struct.pack("<i", len(value)) + value

    box = struct.pack("<4i", 0, 0, width - 1, height - 1)
    channels = b"".join(name + b"\0" + struct.pack("<iB3xii", 2, 0, step, step) for name, step in ((b"BY", 2), (b"RY", 2), (b"Y", 1)))
    head = b"\x76\x2f\x31\x01" + struct.pack("<i", 2) + b"".join(attribute(*each) for each in (
        (b"channels", b"chlist", channels + b"\0"), (b"compression", b"compression", b"\0"), (b"dataWindow", b"box2i", box),
        (b"displayWindow", b"box2i", box), (b"lineOrder", b"lineOrder", b"\0"), (b"pixelAspectRatio", b"float", struct.pack("<f", 1)),
        (b"screenWindowCenter", b"v2f", bytes(8)), (b"screenWindowWidth", b"float", struct.pack("<f", 1)))) + b"\0"
    lines, places = b"", []
    for row in range(height):
        half = [] if row % 2 else [by] * (width // 2) + [ry] * (width // 2)
        places.append(len(head) + 8 * height + len(lines))
        lines += struct.pack(f"<ii{len(half) + width}f", row, 4 * (len(half) + width), *half, *[y] * width)
    return head + struct.pack(f"<{height}Q", *places) + lines


def test_exr_of_subsampled_chroma(tmp_path):
    """The colour is everywhere, and not in the upper left quarter: R = Y (1 + RY), B = Y (1 + BY), and Y is their luminance."""
    (tmp_path / "a.exr").write_bytes(chroma_exr(*SIZE, y=0.5, ry=0.4, by=-0.3))
    color = read_picture(tmp_path / "a.exr").color.astype(float)
    np.testing.assert_allclose(color, np.broadcast_to((0.7, (0.5 - 0.2126 * 0.7 - 0.0722 * 0.35) / 0.7152, 0.35), color.shape), rtol=1e-3)


def test_exr_of_red_and_luminance_is_grey(tmp_path):
    plane = np.full(SIZE[::-1], 0.25, np.float32)
    write_exr(tmp_path / "a.exr", {"R": plane + 0.5, "Y": plane})
    assert (read_picture(tmp_path / "a.exr").color == 0.25).all()


def test_exr_not_a_number(tmp_path):
    pixels = np.full((SIZE[1], SIZE[0], 3), 0.5, np.float32)
    pixels[10, 10], pixels[20, 20] = np.nan, np.inf
    write_exr(tmp_path / "a.exr", {"RGB": pixels})
    picture = read_picture(tmp_path / "a.exr")
    assert np.isfinite(picture.color).all() and picture.color[10, 10, 0] == 0.5 and picture.color[20, 20, 0] == 65504
    assert picture.notes[0].startswith("1 pixel of a.exr was NaN")


@pytest.mark.parametrize("bits", [8, 16])
def test_icc_matrix_profile(tmp_path, bits):
    """P3 with gamma 2: checked against the closed form, and against LittleCMS at 8 bits."""
    pixels = noise(2 ** bits)
    icc = profile(P3, 2.0)
    light = (pixels / (2 ** bits - 1)) ** 2.0
    want = np.clip(light @ colour.matrix_to_rec709(P3).T, 0, None)
    if bits == 8:
        image = Image.fromarray(pixels.astype(np.uint8))
        image.save(tmp_path / "a.png", icc_profile=icc)
        managed = ImageCms.profileToProfile(image, ImageCms.getOpenProfile(io.BytesIO(icc)),
                                            ImageCms.createProfile("sRGB"))
        difference = linear(np.asarray(managed) / 255) - np.clip(want, 0, 1)
        assert np.abs(difference).max() < 0.01
    else:
        tifffile.imwrite(tmp_path / "a.png", pixels.astype(np.uint16), photometric="rgb", iccprofile=icc)
    color = read_picture(tmp_path / "a.png").color
    np.testing.assert_allclose(color, want, rtol=2e-3, atol=2e-4)


def test_icc_srgb_changes_nothing(tmp_path):
    pixels = noise(256).astype(np.uint8)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(pixels).save(tmp_path / "a.png", icc_profile=srgb)
    np.testing.assert_allclose(read_picture(tmp_path / "a.png").color, linear(pixels / 255), rtol=2e-3, atol=1e-5)


def test_icc_damaged_is_srgb_with_a_note(tmp_path):
    pixels = noise(256).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png", icc_profile=profile()[:140])
    picture = read_picture(tmp_path / "a.png")
    np.testing.assert_allclose(picture.color, linear(pixels / 255), rtol=1e-3, atol=1e-6)
    assert "profile" in picture.notes[0]


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(tmp_path, orientation, bits):
    """The upright picture is what Pillow's own exif_transpose makes of it."""
    pixels = noise(256).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(pixels)
    if bits == 8:
        stored.save(tmp_path / "a.png", exif=exif)
        stored.save(tmp_path / "a.tif", exif=exif)
    else:
        tifffile.imwrite(tmp_path / "a.tif", pixels.astype(np.uint16) * 257, photometric="rgb",
                         extratags=[(0x0112, "H", 1, orientation, True)])
        png = cv2.imencode(".png", pixels[..., ::-1].astype(np.uint16) * 257)[1].tobytes()
        chunk = b"eXIf" + exif.tobytes().removeprefix(b"Exif\0\0")
        chunk = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        (tmp_path / "a.png").write_bytes(png[:33] + chunk + png[33:])
    stored.info["exif"] = exif.tobytes()
    want = linear(np.asarray(ImageOps.exif_transpose(stored)) / 255)
    for path in tmp_path.iterdir():
        picture = read_picture(path)
        np.testing.assert_allclose(picture.color, want, rtol=1e-3, atol=1e-6)
        assert picture.orientation == orientation and picture.full_size == want.shape[1::-1]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_modes(tmp_path, mode):
    grey = Image.fromarray((noise(2)[..., 0] * 255).astype(np.uint8))
    made = {"P": lambda: grey.convert("RGB").quantize(8),
            "I;16": lambda: Image.fromarray(np.asarray(grey).astype(np.uint16) * 257),
            "CMYK": lambda: Image.merge("CMYK", [Image.new("L", SIZE)] * 3 + [grey.point(lambda v: 255 - v)])}
    image = made.get(mode, lambda: grey.convert(mode))()
    path = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    image.save(path)
    want = np.asarray(grey)[..., None].repeat(3, -1) / 255
    np.testing.assert_allclose(read_picture(path).color, want, atol=0.01)


@pytest.mark.parametrize("bits", [8, 16])
def test_alpha_lies_over_black(tmp_path, bits):
    top = 2 ** bits - 1
    pixels = np.full((SIZE[1], SIZE[0], 4), top, np.uint16 if bits == 16 else np.uint8)
    pixels[:, 24:, 3] = top // 5
    cv2.imwrite(str(tmp_path / "a.png"), pixels)
    picture = read_picture(tmp_path / "a.png")
    np.testing.assert_allclose(picture.color[0, [0, -1], 0], (1, 0.2), atol=1e-3)
    np.testing.assert_allclose(picture.clear[0, [0, -1]], (0, 0.8), atol=1e-3)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_colours_that_are_premultiplied_by_alpha_are_not_so_again(tmp_path, dtype):
    """TIFF tells which: a white that half covers its pixels is 0.5 of linear light, however it is stored."""
    most = 1 if dtype == np.float32 else np.iinfo(dtype).max
    alpha = np.full(SIZE[::-1], most, dtype)
    alpha[:, 24:] = most / 2
    for extra, colour in (("assocalpha", alpha), ("unassalpha", np.full_like(alpha, most))):
        tifffile.imwrite(tmp_path / "a.tif", np.dstack([colour] * 3 + [alpha]), photometric="rgb", extrasamples=[extra])
        np.testing.assert_allclose(read_picture(tmp_path / "a.tif").color[0, [0, -1], 0].astype(float), (1, 0.5), atol=4e-3)


def test_large_pictures_are_averaged_in_linear_light(tmp_path):
    pixels = np.zeros((600, 2 * LONGEST_SIDE), np.uint8)
    pixels[:, ::2] = 255
    Image.fromarray(pixels).save(tmp_path / "a.png")
    picture = read_picture(tmp_path / "a.png")
    assert picture.color.shape == (300, LONGEST_SIDE, 3) and picture.full_size == (2 * LONGEST_SIDE, 600)
    np.testing.assert_allclose(picture.color, 0.5, atol=1e-3)
    assert "reduced" in picture.notes[0]


def saved_with_exif(path, size=(60, 40), **tags):
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({int(name[1:], 16): value for name, value in tags.items()})
    Image.new("RGB", size).save(path, exif=exif)
    return read_picture(path).lens


def test_lens_from_35_mm_equivalent(tmp_path):
    """Equivalents compare diagonals: 3:2 spans 36 mm; upright 2:3 spans 24 mm."""
    found = saved_with_exif(tmp_path / "a.jpg", xA405=28)
    assert (found.focal_length, round(found.sensor_width, 6)) == (28, 36)
    assert round(saved_with_exif(tmp_path / "b.jpg", (40, 60), xA405=28).sensor_width, 6) == 24


def test_lens_from_focal_plane_resolution(tmp_path):
    """60 pixels at 100 per centimetre are 6 mm."""
    found = saved_with_exif(tmp_path / "a.jpg", x920A=5.0, xA20E=100.0, xA210=3)
    assert (found.focal_length, found.sensor_width) == (5, pytest.approx(6))


@pytest.mark.parametrize("orientation, width", [(1, 36), (3, 36), (6, 24), (8, 24)])
@pytest.mark.parametrize("name", ["a.jpg", "a.heic"])
def test_the_sensor_of_a_camera_held_upright(tmp_path, name, orientation, width):
    """EXIF's width is that of the picture as it is stored, 60 pixels at 60 per 36 mm; HEIC is turned by what goes with EXIF."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8769).update({0x920A: 24.0, 0xA002: 60, 0xA20E: 60 / 36, 0xA210: 4})
    image = Image.new("RGB", (60, 40))
    if name == "a.heic":
        pillow_heif.from_pillow(image).save(tmp_path / name, exif=exif.tobytes())
    else:
        image.save(tmp_path / name, exif=exif)
    picture = read_picture(tmp_path / name)
    assert picture.full_size == ((60, 40) if width == 36 else (40, 60))
    assert (picture.lens.focal_length, picture.lens.sensor_width) == (24, pytest.approx(width, rel=1e-4))


@pytest.mark.parametrize("tags", [{"xA405": 65535}, {"x920A": 1e6, "xA20E": 100.0, "xA210": 3}, {"x920A": 0.01, "xA20E": 100.0, "xA210": 3}])
def test_a_focal_length_that_no_lens_has_is_not_told(tmp_path, tags):
    assert saved_with_exif(tmp_path / "a.jpg", **tags) is None


V2F = lambda *values: np.array(values, np.float32)


@pytest.mark.parametrize("header, want", [
    ({"effectiveFocalLength": 70.0, "sensorOverallDimensions": V2F(24, 16)}, (70, 24)),
    ({"nominalFocalLength": 75.0, "pinholeFocalLength": 70.0, "sensorOverallDimensions": V2F(24, 16)}, (70, 24)),
    ({"exr/cameraFocalLength": "50", "exr/cameraAperture": "24"}, (50, 24)),
    ({"focalLength": 50.0}, (50, None)),
    ({"focalLength": "long", "effectiveFocalLength": -1.0, "cameraAperture": 24.0}, None),
    ({"focalLength": 50.0, "sensorOverallDimensions": V2F(np.nan, 0), "sensorCenterOffset": V2F(np.inf, 0)}, (50, None))])
def test_lens_from_an_exr(tmp_path, header, want):
    write_exr(tmp_path / "a.exr", {c: np.ones((32, 48), np.float32) for c in "RGBZ"}, **header)
    found = read_picture(tmp_path / "a.exr").lens
    assert (found and (found.focal_length, found.sensor_width)) == want
    plate = Plate.open(tmp_path / "a.exr")
    assert (plate.focal_length, plate.sensor_width) == (want[0] if want else 35, want and want[1] or 36)
    assert any("assumed" in note for note in plate.notes) == (not want or not want[1])
    assert Plate.open(tmp_path / "a.exr", focal_length=20, sensor_width=10).focal_length == 20


def test_what_the_program_writes_tells_its_lens(tmp_path):
    """Focal length, sensor and shift come back; the offset of the sensor is in micrometres, to the right and down."""
    picture = np.ones((40, 60, 3), np.float32)
    stills.write_exr(tmp_path / "a.exr", picture, picture[..., 0], picture[..., 0] * 0,
                     Camera(focal_length=70, sensor_width=24, lens_shift=(0.1, -0.05)))
    plate = Plate.open(tmp_path / "a.exr")
    assert (plate.focal_length, plate.sensor_width) == (70, 24) and not any("assumed" in note for note in plate.notes)
    assert plate.principal_point == pytest.approx((36, 23), rel=1e-5)
    with OpenEXR.File(str(tmp_path / "a.exr"), header_only=True) as file:
        header = dict(file.header())
    np.testing.assert_allclose(header["sensorOverallDimensions"], (24, 16))
    np.testing.assert_allclose(header["sensorCenterOffset"], (-2400, -1200))
    centred = lens.lens_from_header(header | {"sensorCenterOffset": np.zeros(2)})
    assert not any(centred.shift)


def test_lens_arguments_win():
    phone = lens.Lens(26.0, 36.0)
    size = (60, 40)
    assert lens.resolve("a", phone, size, None, None)[0] == phone
    assert lens.resolve("a", phone, size, 50, None)[0] == lens.Lens(50, 36)
    assert lens.resolve("a", phone, size, None, 18)[0] == lens.Lens(13, 18)
    found, notes = lens.resolve("a", None, size, None, None)
    assert found == lens.Lens(35, 36) and "assumed" in notes[0]
    assert lens.resolve("a", None, size, 35, 36)[1] == []
    for bad in (0, -1, float("nan"), float("inf"), "wide", [1]):
        with pytest.raises(PushinError):
            lens.resolve("a", None, size, bad, None)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from([0x920A, 0xA405, 0xA002, 0xA20E, 0xA210]),
                       st.one_of(st.floats(), st.integers(), st.text(max_size=3), st.tuples(), st.none())))
def test_any_exif_is_a_lens_or_none(exif):
    found = lens.lens_from_exif(exif, (60, 40))
    assert found is None or (found.focal_length > 0 and found.sensor_width > 0)
