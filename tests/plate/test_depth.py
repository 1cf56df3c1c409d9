"""Depth of every kind becomes metres at every pixel, without inventing surfaces."""
import cv2
import numpy as np
import OpenEXR
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from viewer.errors import PushinError
from viewer.plate import Plate, depth
from viewer.plate.holes import filled

WIDTH, HEIGHT = 64, 48
METRES = np.linspace(1, 4, WIDTH * HEIGHT, dtype=np.float32).reshape(HEIGHT, WIDTH)


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "picture.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)).save(path)
    return path


def write_pfm(path, values, order="<"):
    header = f"Pf\n{values.shape[1]} {values.shape[0]}\n{-1 if order == '<' else 1}\n"
    path.write_bytes(header.encode() + values[::-1].astype(order + "f4").tobytes())


def write_exr(path, channels):
    with OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}, channels) as file:
        file.write(str(path))


@pytest.mark.parametrize("name", ["little.pfm", "big.pfm", "Z.exr", "depth.Z.exr", "Y.exr", "RGB.exr", "f.tif", "f.npy",
                                  "hw1.npy"])
def test_metric_files(tmp_path, picture, name):
    path = tmp_path / name
    if name.endswith("pfm"):
        write_pfm(path, METRES, "<" if "little" in name else ">")
    elif name == "RGB.exr":
        write_exr(path, {"RGB": np.dstack([METRES] * 3)})
    elif name.endswith("exr"):
        write_exr(path, {name.removesuffix(".exr"): METRES})
    elif name.endswith("tif"):
        tifffile.imwrite(path, METRES)
    else:
        np.save(path, METRES[..., None] if name == "hw1.npy" else METRES)
    plate = Plate.open(picture, path)
    np.testing.assert_array_equal(plate.depth, METRES)
    assert plate.known.all() and any("metres" in note for note in plate.notes)


def test_embedded_depth(tmp_path):
    color = np.dstack([METRES] * 3)
    write_exr(tmp_path / "a.exr", {"RGB": color, "Z": METRES})
    np.testing.assert_array_equal(Plate.open(tmp_path / "a.exr").depth, METRES)
    write_exr(tmp_path / "b.exr", {"RGB": color})
    with pytest.raises(PushinError, match="give a depth map"):
        Plate.open(tmp_path / "b.exr")


def test_embedded_depth_in_another_part(tmp_path):
    part = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
    with OpenEXR.File([OpenEXR.Part(dict(part), {c: METRES for c in "RGB"}, "beauty"),
                       OpenEXR.Part(dict(part), {"Z": METRES + 1}, "depth")]) as file:
        file.write(str(tmp_path / "a.exr"))
    np.testing.assert_array_equal(Plate.open(tmp_path / "a.exr").depth, METRES + 1)


@pytest.mark.parametrize("name", ["Pz", "Pz.R", "aux.zbuffer"])
def test_houdinis_depth_is_found_and_a_positions_z_is_not(tmp_path, name):
    write_exr(tmp_path / "a.exr", {c: METRES for c in "RGB"} | {name: METRES})
    np.testing.assert_array_equal(Plate.open(tmp_path / "a.exr").depth, METRES)
    write_exr(tmp_path / "b.exr", {c: METRES for c in "RGB"} | {f"P{axis}": METRES for axis in "xyz"})
    with pytest.raises(PushinError, match="has no depth"):
        Plate.open(tmp_path / "b.exr")


@pytest.mark.parametrize("layer", ["depth", "VRayZDepth", "FinalImageMovieRenderQueue_WorldDepth"])
@pytest.mark.parametrize("rest", [0, 1])
def test_depth_in_the_channels_of_a_colour_is_its_red(tmp_path, layer, rest):
    """Green and blue repeat it or are empty, and alpha is no distance."""
    write_exr(tmp_path / "a.exr", {c: METRES for c in "RGB"} | {f"{layer}.R": METRES, f"{layer}.G": METRES * rest,
                                                                f"{layer}.B": METRES * rest, f"{layer}.A": np.ones_like(METRES)})
    plate = Plate.open(tmp_path / "a.exr")
    np.testing.assert_allclose(plate.depth, METRES * (0.01 if "World" in layer else 1), rtol=1e-6)
    assert not any("also has" in note for note in plate.notes)


@pytest.mark.parametrize("aspect, size", [(2, (128, 48)), (1.5, (96, 48)), (0.5, (64, 96)), (1, (64, 48)), (1e-5, (64, 48))])
def test_pixels_that_are_not_square_are_stretched(tmp_path, aspect, size):
    """Picture and depth alike; the lens spans the whole width, and looks at the middle."""
    channels = {c: METRES for c in "RGB"} | {"Z": METRES}
    with OpenEXR.File({"type": OpenEXR.scanlineimage, "pixelAspectRatio": float(aspect)}, channels) as file:
        file.write(str(tmp_path / "a.exr"))
    plate = Plate.open(tmp_path / "a.exr", focal_length=36, sensor_width=36)
    assert plate.size == plate.full_size == size and plate.focal_pixels == size[0]
    assert plate.principal_point == (size[0] / 2, size[1] / 2)
    rows, columns = (np.arange(n) + 0.5 for n in size[::-1])
    at = (rows * HEIGHT / size[1]).astype(int)[:, None], (columns * WIDTH / size[0]).astype(int)
    np.testing.assert_array_equal(plate.depth, METRES[at])
    np.testing.assert_allclose(plate.color[..., 0], METRES[at], atol=0.05)
    assert any("square" in note for note in plate.notes) == (size != (WIDTH, HEIGHT))


@pytest.mark.parametrize("aspect", [2.0, 0.5])
def test_a_map_of_pixels_that_are_not_square_is_stretched_with_its_picture(tmp_path, aspect):
    """One of square pixels is taken as it is; one of another crop is refused as ever."""
    with OpenEXR.File({"type": OpenEXR.scanlineimage, "pixelAspectRatio": aspect}, {c: METRES for c in "RGB"}) as file:
        file.write(str(tmp_path / "a.exr"))
    square = np.repeat(METRES, 2, axis=1 if aspect > 1 else 0)
    for name, values in (("squeezed", METRES), ("square", square)):
        np.save(tmp_path / f"{name}.npy", values)
        np.testing.assert_array_equal(Plate.open(tmp_path / "a.exr", tmp_path / f"{name}.npy").depth, square)
    np.save(tmp_path / "crop.npy", METRES[:, :40])
    with pytest.raises(PushinError, match="another shape"):
        Plate.open(tmp_path / "a.exr", tmp_path / "crop.npy")


def test_how_little_of_the_frame_was_rendered_is_said(tmp_path):
    """Overscan is no lack; what is not there is filled without going beyond what is."""
    box = lambda x0, y0, x1, y1: (np.array([x0, y0], "i4"), np.array([x1, y1], "i4"))
    for name, frame, share in (("crop", box(-32, -12, 95, 83), "holds only 25.0%"), ("over", box(8, 8, 55, 39), None)):
        with OpenEXR.File({"type": OpenEXR.scanlineimage, "dataWindow": box(0, 0, WIDTH - 1, HEIGHT - 1), "displayWindow": frame},
                          {c: METRES for c in "RGB"} | {"Z": METRES}) as file:
            file.write(str(tmp_path / f"{name}.exr"))
        plate = Plate.open(tmp_path / f"{name}.exr")
        said = [note for note in plate.notes if "holds only" in note]
        assert len(said) == bool(share) and all(share in note for note in said)
        assert plate.depth.min() >= METRES.min() and plate.depth.max() <= METRES.max() * (1 + 1e-6)


def test_sky_is_what_was_rendered_and_is_empty_and_not_what_was_cropped_away(tmp_path):
    box = lambda x0, y0, x1, y1: (np.array([x0, y0], "i4"), np.array([x1, y1], "i4"))
    alpha = np.ones_like(METRES)
    alpha[:8, :16] = 0
    with OpenEXR.File({"type": OpenEXR.scanlineimage, "dataWindow": box(0, 0, WIDTH - 1, HEIGHT - 1),
                       "displayWindow": box(0, 0, WIDTH + 31, HEIGHT - 1)},
                      {c: METRES * alpha for c in "RGBZ"} | {"A": alpha}) as file:
        file.write(str(tmp_path / "a.exr"))
    plate = Plate.open(tmp_path / "a.exr")
    assert np.isinf(plate.depth[:8, :16]).all() and plate.known[:, :WIDTH].all()
    assert not plate.known[:, WIDTH:].any()


def test_the_sky_of_half_floats_stays_sky_beside_what_is_empty(tmp_path):
    """65504 is half float's most, and a number like any other in single precision."""
    z, alpha = METRES.astype(np.float16), np.ones(METRES.shape, np.float16)
    z[:8], z[-8:], alpha[-8:] = 65504, 0, 0
    with OpenEXR.File({"type": OpenEXR.scanlineimage}, {c: alpha for c in "RGBA"} | {"Z": z}) as file:
        file.write(str(tmp_path / "a.exr"))
    plate = Plate.open(tmp_path / "a.exr")
    assert np.isinf(plate.depth[:8]).all() and np.isinf(plate.depth[-8:]).all() and np.isfinite(plate.depth[8:-8]).all()


def test_16_bit_png_is_millimetres(tmp_path, picture):
    cv2.imwrite(str(tmp_path / "d.png"), (METRES * 1000).round().astype(np.uint16))
    plate = Plate.open(picture, tmp_path / "d.png")
    np.testing.assert_allclose(plate.depth, METRES, atol=6e-4)


def test_disparity(tmp_path, picture):
    """Z = f b / (d + doffs), f in pixels."""
    focal = 50 / 36 * WIDTH
    np.save(tmp_path / "d.npy", focal * 0.2 / METRES - 3)
    plate = Plate.open(picture, tmp_path / "d.npy", focal_length=50, sensor_width=36, baseline=0.2, doffs=3)
    np.testing.assert_allclose(plate.depth, METRES, rtol=1e-5)
    with pytest.raises(PushinError, match="baseline"):
        Plate.open(picture, tmp_path / "d.npy", "disparity")


@pytest.mark.parametrize("values, says", [
    ([[0, 0]], "all its numbers are 0"), ([[-3, -1]], "go from -3 to -1"), ([[2e6, np.inf]], r"are 2e\+06"),
    ([[1e-5, 1e-4]], "go from 1e-05 to 0.0001"), ([[np.nan, np.inf]], "only NaN or infinity"),
])
def test_why_there_is_no_depth_is_said(values, says):
    with pytest.raises(PushinError, match=says):
        metres(np.array(values, np.float32))


@pytest.mark.parametrize("told, says, not_said", [
    (dict(), "35 mm on a 36 mm wide sensor", None), (dict(focal_length=50), "its sensor: a width of 36 mm", "50 mm"),
    (dict(sensor_width=24), "its focal length: 35 mm", "24 mm"), (dict(focal_length=50, sensor_width=24), None, "assumed"),
])
def test_only_what_was_assumed_of_the_lens_is_noted(tmp_path, picture, told, says, not_said):
    np.save(tmp_path / "d.npy", METRES)
    notes = " ".join(Plate.open(picture, tmp_path / "d.npy", "metres", **told).notes)
    assert (says is None or says in notes) and (not_said is None or not_said not in notes)


@pytest.mark.parametrize("told, says", [
    *((dict(focal_length=value), "focal length must be a positive number") for value in ("35", 35j, -35)),
    (dict(sensor_width="36"), "sensor width must be a positive number"),
    *((dict(principal_point=value), "point is two numbers") for value in ("12", ("1", "2"), (1, 2j), (1,), 5)),
    *((dict(ray=value), "True, False or None") for value in ("yes", 1, 0.0)), (dict(doffs="1"), "doffs must be a number"),
    *(({name: value}, f"{name}.* must be a positive number, and not {value!r}")
      for name in ("near", "far", "baseline") for value in ("1", "a", -1, float("nan"))), (dict(near=5), "needs near and far"),
])
def test_what_is_no_number_is_refused_by_its_name(tmp_path, picture, told, says):
    """Also text of digits, as everywhere else; and before it is asked whether another number is missing."""
    cv2.imwrite(str(tmp_path / "d.png"), np.arange(WIDTH * HEIGHT, dtype=np.uint16).reshape(HEIGHT, WIDTH))
    with pytest.raises(PushinError, match=says):
        Plate.open(picture, tmp_path / "d.png", "inverse", **told)


@pytest.mark.parametrize("told", [dict(focal_length=1e300), dict(focal_length=1e-300), dict(sensor_width=1e9)])
def test_a_lens_that_cannot_be_is_refused(picture, told):
    with pytest.raises(PushinError, match="must lie between"):
        Plate.open(picture, **told)


@pytest.mark.parametrize("name, told, idle", [
    ("d.npy", dict(near=1, far=3), "near"), ("d.npy", dict(near=1), "near"), ("d.png", dict(depth_kind="metres", far=3), "far"),
    ("d.png", dict(depth_kind="millimetres", baseline=3), "baseline"), ("d.npy", dict(baseline=0.2, near=1), "near"),
    ("d.exr", dict(near=1, far=3), "near"), ("d.exr", dict(baseline=1), "baseline"),
])
def test_what_a_kind_has_no_use_for_is_refused(tmp_path, picture, name, told, idle):
    np.save(tmp_path / "d.npy", METRES)
    cv2.imwrite(str(tmp_path / "d.png"), (METRES * 1000).round().astype(np.uint16))
    OpenEXR.File({"type": OpenEXR.scanlineimage}, {"Z": METRES.astype(np.float32)}).write(str(tmp_path / "d.exr"))
    with pytest.raises(PushinError, match=f"has no use for {idle}.*--depth-kind"):
        Plate.open(picture, tmp_path / name, **told)


def test_a_kind_is_noted_once(tmp_path, picture):
    OpenEXR.File({"type": OpenEXR.scanlineimage}, {"Z": METRES.astype(np.float32)}).write(str(tmp_path / "d.exr"))
    Image.fromarray(np.tile(np.arange(WIDTH, dtype=np.uint8), (HEIGHT, 1))).save(tmp_path / "d.png")
    kinds = lambda name, **told: [n for n in Plate.open(picture, tmp_path / name, **told).notes if "taken as" in n]
    assert len(kinds("d.exr")) == 1 and kinds("d.exr", depth_kind="inverse", near=1, far=3) == []
    assert len(kinds("d.png", near=1, far=3)) == 1


@pytest.mark.parametrize("far", [4.0, float("inf")])
def test_inverse(tmp_path, picture, far):
    """8 bits: near is bright, 1/Z runs from 1/far to 1/near over the file's range."""
    codes = np.tile(np.linspace(10, 210, WIDTH).round().astype(np.uint8), (HEIGHT, 1))
    Image.fromarray(codes).save(tmp_path / "d.png")
    plate = Plate.open(picture, tmp_path / "d.png", near=1, far=far)
    np.testing.assert_allclose(plate.disparity, 1 / far + (codes - 10) / 200 * (1 - 1 / far), rtol=1e-5, atol=1e-7)
    with pytest.raises(PushinError, match="near and far"):
        Plate.open(picture, tmp_path / "d.png", near=1, depth_kind="inverse")
    assumed = Plate.open(picture, tmp_path / "d.png")
    assert assumed.relative and assumed.depth.min() == pytest.approx(1) and assumed.depth.max() == pytest.approx(10)
    with pytest.raises(PushinError, match="less than"):
        Plate.open(picture, tmp_path / "d.png", near=5, far=4)
    with pytest.raises(PushinError, match="is relative depth, which needs near and far"):
        Plate.open(picture, tmp_path / "d.png", "painted", near=5)


@pytest.mark.parametrize("kind, near_is", [("linear", 10), ("painted", 210)])
def test_linear_in_distance(tmp_path, picture, kind, near_is):
    """Halfway in grey is halfway in metres, whichever end is near."""
    codes = np.tile(np.linspace(10, 210, WIDTH).round().astype(np.uint8), (HEIGHT, 1))
    Image.fromarray(codes).save(tmp_path / "d.png")
    plate = Plate.open(picture, tmp_path / "d.png", kind, near=1, far=4)
    np.testing.assert_allclose(plate.depth, 1 + np.abs(codes - float(near_is)) / 200 * 3, rtol=1e-4)


@pytest.mark.parametrize("kind", depth.RELATIVE)
def test_a_relative_map_of_one_value_lies_at_near(kind):
    assert np.allclose(metres(np.full((20, 30), 7, np.uint8), kind, near=2, far=8), 2)


@pytest.mark.parametrize("kind", ["linear", "painted"])
def test_what_is_linear_in_distance_does_not_run_to_infinity(tmp_path, picture, kind):
    np.save(tmp_path / "d.npy", METRES)
    with pytest.raises(PushinError, match=f"cannot be infinite, for {kind}"):
        Plate.open(picture, tmp_path / "d.npy", kind, near=1, far=np.inf)


@pytest.mark.parametrize("order", "<>")
def test_arrays_in_either_order_of_bytes_are_taken_alike(tmp_path, order):
    """Longer integers that fill their range are relative, which is told by their type."""
    values = np.linspace(0, 65535, METRES.size).reshape(METRES.shape)
    np.save(tmp_path / "d.npy", values.astype(f"{order}u2"))
    assert depth.guessed_kind(depth.read_values(tmp_path / "d.npy").values, None, None, None) == "inverse"


def test_a_guess_at_greys_names_what_a_hand_paints(tmp_path, picture):
    Image.fromarray(np.tile(np.arange(WIDTH, dtype=np.uint8), (HEIGHT, 1))).save(tmp_path / "d.png")
    note, = (note for note in Plate.open(picture, tmp_path / "d.png").notes if "was not given" in note)
    assert "taken as inverse" in note and "--depth-kind painted" in note


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_what_is_transparent_is_unknown(tmp_path, picture, dtype):
    """Its codes are no depth and no end of the range; an alpha that says the same of all pixels says nothing."""
    most = np.iinfo(dtype).max
    codes = np.tile(np.linspace(most // 5, most, WIDTH).astype(dtype), (HEIGHT, 1))
    opaque = np.broadcast_to(np.arange(WIDTH) < WIDTH - 6, codes.shape)
    alpha = np.where(opaque, most, most // 3).astype(dtype)
    shown = np.where(opaque, codes, 0).astype(dtype)
    cv2.imwrite(str(tmp_path / "d.png"), np.dstack([shown, shown, shown, alpha]))
    plate = Plate.open(picture, tmp_path / "d.png", depth_kind="inverse", near=1, far=4)
    low, high = int(codes.min()), int(codes[opaque].max())
    expected = 0.25 + 0.75 * (codes.astype(float) - low) / (high - low)
    np.testing.assert_allclose(plate.disparity[opaque], expected[opaque], rtol=1e-4)
    assert np.array_equal(plate.known, opaque)
    assert plate.disparity[~opaque].min() > 0.9, "filled from beside it"
    assert any("transparent" in note for note in plate.notes)
    cv2.imwrite(str(tmp_path / "c.png"), np.dstack([codes, codes, codes, np.full_like(codes, 0)]))
    assert Plate.open(picture, tmp_path / "c.png", depth_kind="inverse", near=1, far=4).known.all()


def test_transparency_turns_with_its_picture(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (WIDTH, HEIGHT)).save(tmp_path / "a.jpg", exif=exif)
    opaque = np.broadcast_to(np.arange(WIDTH) >= 5, (HEIGHT, WIDTH))
    pixels = np.dstack([np.full((HEIGHT, WIDTH, 3), 1000, np.uint16), np.where(opaque, 65535, 0).astype(np.uint16)])
    cv2.imwrite(str(tmp_path / "d.png"), pixels)
    plate = Plate.open(tmp_path / "a.jpg", tmp_path / "d.png", depth_kind="millimetres")
    assert np.array_equal(plate.known, np.rot90(opaque, -1)) and np.allclose(plate.depth, 1)


def test_depth_turns_with_its_picture(tmp_path):
    """A map that only fits the stored picture is turned like it; one that fits the upright picture is not."""
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (WIDTH, HEIGHT)).save(tmp_path / "a.jpg", exif=exif)
    np.save(tmp_path / "stored.npy", METRES)
    np.save(tmp_path / "upright.npy", np.rot90(METRES, -1))
    for name in ("stored.npy", "upright.npy"):
        np.testing.assert_array_equal(Plate.open(tmp_path / "a.jpg", tmp_path / name).depth, np.rot90(METRES, -1))


# Rays ---------------------------------------------------------------------------------------------------------------

def room(cluttered=True):
    """Planar metres (360, 640), focal length 600 pixels: a floor, a slanted wall, and things in front of them everywhere."""
    y, x = np.mgrid[:360, :640].astype(np.float32)
    depth = 1 / np.maximum((y - 180) / 600 / 1.2, (x + 400) / 600 / 4 + 0.02)
    if cluttered:
        rng = np.random.default_rng(5)
        for _ in range(120):
            cx, cy, r = rng.uniform(0, 640), rng.uniform(0, 360), rng.uniform(8, 40)
            ball = np.hypot(x - cx, y - cy) < r
            depth[ball] = np.minimum(depth, rng.uniform(1, 3) - 0.2 * np.sqrt(np.maximum(1 - ((x - cx) ** 2 + (y - cy) ** 2) / r ** 2, 0)))[ball]
    return depth


@pytest.mark.parametrize("cluttered", [False, True])
@pytest.mark.parametrize("stored", [np.float32, np.float16])
def test_distance_along_the_ray_is_told_from_depth(cluttered, stored):
    depth_of = room(cluttered)
    along = depth_of / depth.planar(np.ones_like(depth_of), 600, (320, 180))
    assert not depth.along_rays(depth_of.astype(stored).astype(np.float32), 600, (320, 180))
    assert depth.along_rays(along.astype(stored).astype(np.float32), 600, (320, 180))
    noisy = along * np.random.default_rng(0).normal(1, 0.01, along.shape).astype(np.float32)
    assert not depth.along_rays(noisy, 600, (320, 180)), "noise says nothing"


# Sky ----------------------------------------------------------------------------------------------------------------

def metres(values, kind="metres", **options):
    return depth.to_metres("a map", values, kind, 1.0, **options)


def test_infinity_is_sky_in_regions_only():
    values = np.full((200, 300), 5, np.float32)
    values[:60] = np.inf            # the sky, and gaps between leaves near it
    values[62:64, 40:42] = np.inf
    values[120:160, 200:240] = np.inf  # a window
    values[180, 20:26] = np.inf     # a failure of stereo
    got = metres(values)
    assert np.isinf(got[:60]).all() and np.isinf(got[62:64, 40:42]).all() and np.isinf(got[120:160, 200:240]).all()
    assert (got[180, 20:26] == 0).all()


def test_infinity_of_a_renderer_is_sky(tmp_path, picture):
    """In the smallest window, too; of whoever else writes it, it is a failure there."""
    values = METRES.copy()
    values[20:23, 40:43] = np.inf
    write_exr(tmp_path / "a.exr", {"Z": values})
    np.save(tmp_path / "a.npy", values)
    rendered, measured = (Plate.open(picture, tmp_path / name).depth for name in ("a.exr", "a.npy"))
    assert np.isinf(rendered[20:23, 40:43]).all() and np.isfinite(measured).all()


@pytest.mark.parametrize("kind", ["metres", "centimetres", "millimetres"])
@pytest.mark.parametrize("stored, sky", [(np.float16, 65504), (np.float32, 65504), (np.float32, 1e10), (np.float32, np.inf)])
def test_a_renderers_background_is_sky_in_every_unit(tmp_path, kind, stored, sky):
    values = (METRES * {"metres": 1, "centimetres": 100, "millimetres": 1000}[kind]).astype(stored)
    values[:20] = sky
    write_exr(tmp_path / "a.exr", {c: METRES for c in "RGB"} | {"Z": values})
    plate = Plate.open(tmp_path / "a.exr", depth_kind=kind)
    assert np.isinf(plate.depth[:20]).all()
    np.testing.assert_allclose(plate.depth[20:], METRES[20:], rtol=1e-3)


@pytest.mark.parametrize("sky", [0, -1e10, -np.inf, np.inf])
@pytest.mark.parametrize("stored", [np.float32, np.float16])
def test_a_negative_z_is_the_distance_along_it(tmp_path, sky, stored):
    values = -METRES.astype(stored)
    values[:20] = np.clip(sky, *np.finfo(stored).min * np.float64([1, -1])) if np.isfinite(sky) else sky
    write_exr(tmp_path / "a.exr", {c: METRES for c in "RGB"} | {"Z": values})
    plate = Plate.open(tmp_path / "a.exr")
    assert np.isinf(plate.depth[:20]).all() and any("along -z" in note for note in plate.notes)
    np.testing.assert_allclose(plate.depth[20:], METRES[20:], rtol=1e-3)


def test_infinity_in_disparity_is_unknown():
    values = np.full((200, 300), 5, np.float32)
    values[:60] = np.inf
    assert (metres(values, "disparity", baseline=1)[:60] == 0).all()


@pytest.mark.parametrize("value, dtype", [(1e10, np.float32), (65504, np.float16), (np.finfo(float).max, float)])
def test_what_renderers_write_for_sky(value, dtype):
    values = np.full((200, 300), 5, dtype)
    values[180, 20] = value
    assert np.isinf(metres(values)[180, 20])
    plate = plate_of(values)
    assert np.isinf(plate.depth[180, 20]) and plate.known[180, 20]


def test_unknown_values():
    values = np.full((20, 20), 5, np.float32)
    values[0, :4] = 0, -1, np.nan, -np.inf
    assert (metres(values)[0, :4] == 0).all()
    for nothing in (0, np.nan, -1, np.inf):
        with pytest.raises(PushinError, match="no known depth"):
            metres(np.full((20, 20), nothing, np.float32))


# Filling ------------------------------------------------------------------------------------------------------------

def test_a_plane_with_holes_stays_a_plane():
    """20 % scattered, one large hole and an unknown frame around, on a slanted plane."""
    y, x = np.mgrid[:120, :160]
    plane = (0.2 + 0.001 * x + 0.002 * y).astype(np.float32)
    known = np.random.default_rng(0).random(plane.shape) > 0.2
    known[40:70, 50:90] = False
    inside = filled(plane, known)
    assert np.abs(inside / plane - 1).max() < 0.03
    known[:12] = known[-12:] = known[:, :12] = known[:, -12:] = False
    framed = filled(plane, known)
    assert np.abs(framed / plane - 1).max() < 0.3  # level beyond the frame's known part, 12 pixels of slope
    assert framed.min() > 0.9 * plane[known].min() and framed.max() < 1.1 * plane[known].max()


@pytest.mark.parametrize("width", [3, 10, 40])
def test_holes_fill_from_the_background(width):
    """The shadow between a near card and a wall belongs to the wall, however the wall slants."""
    wall = np.tile(np.linspace(0.2, 0.25, 160, dtype=np.float32), (120, 1))
    scene, known = wall.copy(), np.ones(wall.shape, bool)
    scene[30:120, 40:80] = 1
    known[30:120, 80:80 + width] = False
    got = filled(np.where(known, scene, np.nan), known)
    assert np.abs(got - scene)[~known].max() < 0.03
    np.testing.assert_array_equal(got[known], scene[known])


def test_holes_beside_the_sky_are_sky():
    scene = np.zeros((120, 160), np.float32)
    scene[60:] = 0.3
    known = np.ones(scene.shape, bool)
    known[55:60, 30:100] = False
    assert (filled(scene, known)[55:60, 30:100] < 1e-6).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 60), st.floats(0.05, 1))
def test_between_the_farthest_thing_and_the_sky_nothing_is_invented(left, top, horizon, near):
    """A floor under the sky, of which a part was rendered: the rest is no farther than what is known, or sky."""
    y = np.mgrid[:120, :160][0]
    floor = np.where(y > horizon, near * (y - horizon + 1) / 120, 0).astype(np.float32)
    known = np.zeros(floor.shape, bool)
    known[top:100, left:120] = True
    got = filled(floor, known)
    seen = floor[known & (floor > 0)]
    assert ((got == 0) | (got >= seen.min() * (1 - 1e-6))).all() and got.max() <= floor[known].max() * (1 + 1e-6)


# Fitting ------------------------------------------------------------------------------------------------------------

def test_larger_maps_are_sampled_not_mixed(tmp_path, picture):
    values = np.where(np.arange(4 * WIDTH) % 7 < 3, 1, 5).astype(np.float32)
    np.save(tmp_path / "d.npy", np.tile(values, (4 * HEIGHT, 1)))
    assert set(np.unique(Plate.open(picture, tmp_path / "d.npy").depth)) == {1, 5}


def test_another_crop_is_refused(tmp_path, picture):
    np.save(tmp_path / "d.npy", np.ones((HEIGHT, WIDTH // 2), np.float32))
    with pytest.raises(PushinError, match="another shape"):
        Plate.open(picture, tmp_path / "d.npy")


# Plate --------------------------------------------------------------------------------------------------------------

def plate_of(values, **options):
    return Plate.from_arrays(np.full((*values.shape, 3), 0.5), values, **options)


def test_plate_of_arrays():
    values = METRES.copy()
    values[10, 10] = np.nan
    plate = plate_of(values, focal_length=50)
    assert plate.size == (WIDTH, HEIGHT) and plate.focal_length == 50 and plate.principal_point == (32, 24)
    assert plate.color.dtype == np.float16 and plate.depth.dtype == np.float32 and not plate.known[10, 10]
    assert plate.depth[10, 10] == pytest.approx(METRES[10, 10], rel=0.02)
    np.testing.assert_array_equal(plate.disparity, 1 / plate.depth)
    with pytest.raises(ValueError):
        plate.depth[0, 0] = 1


def test_digest_names_the_content():
    one = plate_of(METRES)
    assert one.digest == plate_of(METRES.copy()).digest
    others = [plate_of(METRES + 1), plate_of(METRES, focal_length=50), plate_of(METRES, principal_point=(30, 24)),
              Plate.from_arrays(np.full((HEIGHT, WIDTH, 3), 0.25), METRES)]
    assert len({one.digest, *(plate.digest for plate in others)}) == 5


def test_depth_at_a_point():
    values = np.where(np.arange(WIDTH) < 32, 2, 6)[None].repeat(HEIGHT, 0).astype(np.float32)
    values[:12, :] = np.inf
    values[30, 10] = 2.05
    plate = plate_of(values)
    assert plate.depth_at((10.5, 30.5)) == 2
    # The surface under the point, also beside an edge.
    assert plate.depth_at((31.9, 30)) == 2 and plate.depth_at((32.1, 30)) == pytest.approx(6)
    assert plate.depth_at((5, 5)) == np.inf
    assert plate.depth_at((WIDTH, HEIGHT)) == pytest.approx(6)
    for bad in ((-1, 5), (5, 100), (np.nan, 5), (1,), None, "ab"):
        with pytest.raises(PushinError):
            plate.depth_at(bad)


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=2, min_side=16, max_side=24),
                  elements=st.one_of(st.floats(width=32), st.sampled_from([0, 1, 2, np.inf, np.nan]))))
def test_any_depth_is_a_plate_or_one_sentence(values):
    try:
        plate = plate_of(values)
    except PushinError as error:
        assert "\n" not in str(error)
        return
    assert (plate.depth >= depth.NEAREST_METRES * 0.99).all()
    measured = plate.known & np.isfinite(plate.depth)
    assert measured.any()
    # Filling stays between what was measured.
    assert plate.disparity.max() <= 1 / plate.depth[measured].min() * 1.001
