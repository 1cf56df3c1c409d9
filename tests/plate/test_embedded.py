"""Depth inside photos, as phones and their converters write it."""
import base64
import io
import struct
import time

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from viewer.errors import PushinError
from viewer.plate import Plate, embedded

WIDTH, HEIGHT = 64, 48
RNG = np.random.default_rng(3)
RAMP = np.tile(np.linspace(0, 255, 32).astype(np.uint8), (24, 1))


def encoded(pixels, kind="PNG", **options):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


PHOTO = encoded(np.dstack([np.tile(np.linspace(40, 200, WIDTH), (HEIGHT, 1))] * 3).astype(np.uint8), "JPEG", quality=95)


def app(marker, body):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def with_segments(jpeg, *segments):
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def xmp(text):
    return app(0xE1, embedded._XMP + text.encode())


def extended(text, guid=b"0123456789ABCDEF0123456789ABCDEF", piece=900):
    data = text.encode()
    return [app(0xE1, embedded._EXTENDED + guid + struct.pack(">II", len(data), at) + data[at:at + piece])
            for at in range(0, len(data), piece)]


def gdepth(depth=RAMP, form="RangeInverse", near=2.0, far=8.0, units="m", more="", order=1):
    main = (f'<x:xmpmeta><rdf:Description GDepth:Format="{form}" GDepth:Near="{near}" GDepth:Far="{far}" '
            f'GDepth:Units="{units}" GDepth:Mime="image/png" {more} '
            'xmpNote:HasExtendedXMP="0123456789ABCDEF0123456789ABCDEF"/></x:xmpmeta>')
    data = base64.b64encode(encoded(depth)).decode()
    return with_segments(PHOTO, xmp(main), *extended(f'<rdf:Description GDepth:Data="{data}"/>')[::order])


def dynamic(depth, more=b"", units="Meters", length=None):
    text = f"""<rdf:Description><Device:Container><Container:Directory><rdf:Seq>
      <rdf:li><Container:Item Item:Mime="image/jpeg" Item:Length="0" Item:DataURI="primary_image"/></rdf:li>
      <rdf:li><Container:Item Item:Mime="image/jpeg" Item:Length="{len(more)}" Item:DataURI="android/gainmap"/></rdf:li>
      <rdf:li><Container:Item Item:Mime="image/png" Item:Length="{length or len(depth)}" Item:DataURI="android/depthmap"/></rdf:li>
      </rdf:Seq></Container:Directory></Device:Container><Camera:DepthMap DepthMap:Format="RangeLinear"
      DepthMap:Near="1" DepthMap:Far="3" DepthMap:Units="{units}" DepthMap:DepthURI="android/depthmap"/>"""
    return with_segments(PHOTO, xmp(text)) + more + depth


def apple(pixels, kind="disparity", low=0.5, high=2.0):
    return with_segments(encoded(pixels, "JPEG", quality=100), xmp(
        f"<rdf:Description><apdi:AuxiliaryImageType>{kind}</apdi:AuxiliaryImageType><depthData:FloatMinValue>{low}"
        f"</depthData:FloatMinValue><depthData:FloatMaxValue>{high}</depthData:FloatMaxValue></rdf:Description>"))


def heic(depth=RAMP, **about):
    file = pillow_heif.from_pillow(Image.fromarray(RNG.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)))
    buffer = io.BytesIO()
    file.save(buffer, quality=50, **about)
    return buffer.getvalue()


def opened(tmp_path, data, name="photo.jpg", **options):
    (tmp_path / name).write_bytes(data)
    return Plate.open(tmp_path / name, focal_length=35, **options)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(["RangeInverse", "RangeLinear"]), st.floats(0.1, 20), st.floats(1.1, 50), st.sampled_from([1, -1]))
def test_gdepth_gives_back_the_distances_it_was_made_of(tmp_path_factory, form, near, ratio, order):
    far, share = near * ratio, RAMP / 255
    data = gdepth(form=form, near=near, far=far, order=order)
    plate = opened(tmp_path_factory.mktemp("g"), data)
    want = near + share * (far - near) if form == "RangeLinear" else 1 / (1 / near + share * (1 / far - 1 / near))
    np.testing.assert_allclose(embedded.from_jpeg(plate.path, data)[0].values, want, rtol=1e-4)
    assert near * 0.99 < plate.depth.min() and plate.depth.max() < far * 1.01 and not plate.relative
    assert np.all(np.diff(plate.depth[HEIGHT // 2].reshape(8, 8).mean(1)) > 0), "dark is near"


def test_gdepth_without_a_unit_is_relative(tmp_path):
    plate = opened(tmp_path, gdepth(units=""))
    assert plate.relative and any("need not be metres" in note for note in plate.notes)


def test_the_photo_from_before_the_blur_is_used(tmp_path):
    sharp = base64.b64encode(encoded(np.full((HEIGHT, WIDTH, 3), 255, np.uint8), "JPEG")).decode()
    plate = opened(tmp_path, gdepth(more=f'GImage:Data="{sharp}"'))
    assert plate.color.min() > 0.95 and any("blurred" in note for note in plate.notes)


def test_what_goes_with_depth_and_is_damaged_is_done_without(tmp_path):
    """The photo from before the blur, of which half is there, and the confidence."""
    sharp = encoded(RNG.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8), "JPEG")
    half = base64.b64encode(sharp[:len(sharp) // 2]).decode()
    plate = opened(tmp_path, gdepth(more=f'GImage:Data="{half}" GDepth:Confidence="AAAA"'))
    assert plate.digest == opened(tmp_path, gdepth()).digest and plate.confidence is None
    assert any("but damaged" in note for note in plate.notes)


def test_rays_of_gdepth_become_planar(tmp_path):
    flat = np.zeros((24, 32), np.uint8)
    plate = opened(tmp_path, gdepth(flat, more='GDepth:MeasureType="OpticRay"'))
    assert plate.depth[0, 0] < 0.9 * plate.depth[24, 32] and plate.depth[24, 32] == pytest.approx(2, rel=0.01)
    assert any("along the ray, as its file says," in note for note in plate.notes)
    named = Plate.open(plate.path, depth_kind="metres", focal_length=35)
    assert np.array_equal(named.depth, plate.depth), "whoever names the kind that the file tells says nothing of rays"


def test_dynamic_depth(tmp_path):
    plate = opened(tmp_path, dynamic(encoded(RAMP), bytes(77)))
    assert (plate.depth.min(), plate.depth.max()) == (pytest.approx(1, rel=0.05), pytest.approx(3, rel=0.05))
    assert "Dynamic Depth" in plate.source


@pytest.mark.parametrize("indexed", [False, True])
def test_disparity_of_a_second_picture(tmp_path, indexed):
    """Appended as it is or listed by a multi-picture index; a gain map before it is passed over."""
    gain = with_segments(encoded(RAMP, "JPEG"), xmp('<rdf:Description hdrgm:Version="1.0"/>'))
    second, base = apple(RAMP), PHOTO
    if indexed:
        entries = lambda o1, o2: b"".join(struct.pack(">IIIHH", 0, n, o, 0, 0) for n, o in
                                          ((0, 0), (len(gain), o1), (len(second), o2)))
        index = lambda o1, o2: (b"MM\0*" + struct.pack(">IH", 8, 2) + struct.pack(">HHI", 0xB001, 4, 1)
                                + struct.pack(">I", 3) + struct.pack(">HHII", 0xB002, 7, 48, 38)
                                + bytes(4) + entries(o1, o2))
        size = len(with_segments(PHOTO, app(0xE2, b"MPF\0" + index(0, 0))))
        base = with_segments(PHOTO, app(0xE2, b"MPF\0" + index(size - 10, size - 10 + len(gain))))
        assert len(embedded.jpeg_parts(base + gain + second).pictures) == 2
    plate = opened(tmp_path, base + gain + second)
    assert plate.kind == "dioptres" and plate.relative
    assert (plate.depth.min(), plate.depth.max()) == (pytest.approx(0.5, rel=0.05), pytest.approx(2, rel=0.05))


def test_what_only_begins_like_a_picture_hides_none_behind_it(tmp_path):
    plate = opened(tmp_path, PHOTO + b"\xff\xd8\xff\xe0\0\x05abc by chance" + apple(RAMP))
    assert plate.kind == "dioptres"


def test_what_lies_behind_a_photo_is_not_held_again_and_again(tmp_path):
    """Beginnings of pictures with much behind them: each may be all that is left of the file. And bytes that only fill cost nothing."""
    import tracemalloc
    behind = bytes(4 << 20)
    tracemalloc.start()
    assert embedded.from_jpeg(tmp_path / "a.jpg", PHOTO + 30 * b"\x89PNG\r\n\x1a\n" + behind) == (None, None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * len(behind)
    start = time.process_time()
    embedded.jpeg_parts(b"\xff\xd8\xff\xe0\0\x02" + (8 << 20) * b"\xff")
    assert time.process_time() - start < 0.5


def test_an_upright_photo_turns_its_depth_too(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = with_segments(gdepth(), app(0xE1, exif.tobytes()))
    plate = opened(tmp_path, turned)
    assert plate.size == (HEIGHT, WIDTH) and np.all(np.diff(plate.depth[:, 20].reshape(8, 8).mean(1)) > 0)


GAIN = with_segments(encoded(RAMP, "JPEG"), xmp('<a hdrgm:Version="1"/>'))


@pytest.mark.parametrize("data", [PHOTO, PHOTO + GAIN, PHOTO + with_segments(GAIN, app(0xE1, b"Exif\0\0" + encoded(RAMP, "JPEG")))])
def test_a_photo_without_depth_says_what_to_do(tmp_path, data):
    with pytest.raises(PushinError, match="--depth FILE.*pushin depth"):
        opened(tmp_path, data)


@pytest.mark.parametrize("data, words", [
    (with_segments(PHOTO, xmp('<a GDepth:Near="1" GDepth:Far="2" GDepth:Data="AAAA"/>')), "damaged"),
    (with_segments(PHOTO, xmp('<a GDepth:Near="1" GDepth:Far="2"/>')), "does not hold it"),
    (gdepth(near=5, far=2), "near and far"), (gdepth(near="nan"), "near and far"),
    (dynamic(b""), "does not hold it"), (dynamic(encoded(RAMP)[:60]), "damaged")])
def test_declared_depth_that_cannot_be_used(tmp_path, data, words):
    with pytest.raises(PushinError, match=words) as error:
        opened(tmp_path, data)
    assert "\n" not in str(error.value)


def test_depth_inside_that_cannot_be_used_does_without_where_there_is_a_map(tmp_path):
    """Editors keep GDepth's range and drop its picture."""
    np.save(tmp_path / "depth.npy", np.full((24, 32), 3, np.float32))
    stripped = with_segments(PHOTO, xmp('<a GDepth:Near="1" GDepth:Far="2"/>'))
    assert np.allclose(opened(tmp_path, stripped, depth=tmp_path / "depth.npy").depth, 3)
    (tmp_path / "photo_depth.npy").write_bytes((tmp_path / "depth.npy").read_bytes())
    plate = opened(tmp_path, stripped)
    assert np.allclose(plate.depth, 3) and any("beside" in note for note in plate.notes)


def test_heic_without_depth_and_with_a_map_beside_it(tmp_path):
    with pytest.raises(PushinError, match="pushin depth"):
        opened(tmp_path, heic(), "photo.heic")
    (tmp_path / "photo_depth.png").write_bytes(encoded(RAMP))
    plate = opened(tmp_path, heic(), "photo.heic")
    assert plate.size == (WIDTH, HEIGHT) and plate.relative and any("beside" in note for note in plate.notes)


def test_heic_lens_from_exif(tmp_path):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA405] = 26
    (tmp_path / "photo_depth.png").write_bytes(encoded(RAMP))
    (tmp_path / "photo.heic").write_bytes(heic(exif=exif.tobytes()))
    plate = Plate.open(tmp_path / "photo.heic")
    assert plate.focal_length == 26 and plate.sensor_width == pytest.approx(34.61, abs=0.01)


class Auxiliary:
    """What pillow_heif hands out for an auxiliary depth image."""

    def __init__(self, **metadata):
        self.size, self.info = RAMP.shape[::-1], {"metadata": metadata}

    def to_pillow(self):
        return Image.fromarray(RAMP)


@pytest.mark.parametrize("about, kind, ends", [
    (dict(representation_type=1, d_min=0.5, d_max=4.0), "dioptres", (0.5, 4.0)),
    (dict(representation_type=0, z_near=0.5, z_far=4.0), "dioptres", (0.25, 2.0)),
    (dict(representation_type=2, z_near=0.5, z_far=4.0), "metres", (4.0, 0.5)),
    (dict(), "inverse", (0.0, 1.0)), (dict(representation_type=1, d_min=float("nan"), d_max=1), "inverse", (0.0, 1.0))])
def test_the_range_of_a_heic_depth_image(tmp_path, about, kind, ends):
    class Primary:
        info = {"depth_images": [Auxiliary(**about)]}
    found = embedded.heic_depth(tmp_path / "a.heic", Primary)
    assert found.kind == kind and (found.values[0, 0], found.values[0, -1]) == pytest.approx(ends)


def test_a_forged_size_is_refused_before_memory_is_taken(tmp_path):
    import tracemalloc
    data = heic()
    at = data.index(b"ispe\0\0\0\0") + 8
    forged = data[:at] + struct.pack(">II", 100_000, 100_000) + data[at + 8:]
    tracemalloc.start()
    try:
        with pytest.raises(PushinError, match="100000 x 100000"):
            opened(tmp_path, forged, "photo.heic")
        sof = PHOTO.index(b"\xff\xc0") + 5
        with pytest.raises(PushinError, match="65000 x 65000"):
            opened(tmp_path, PHOTO[:sof] + struct.pack(">HH", 65_000, 65_000) + PHOTO[sof + 4:])
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()


def test_two_files_open_on_two_threads(tmp_path, capfd):
    """Readers silence a descriptor that belongs to the whole process."""
    import os
    from concurrent.futures import ThreadPoolExecutor
    (tmp_path / "photo.jpg").write_bytes(gdepth())
    with ThreadPoolExecutor(4) as pool:
        plates = list(pool.map(lambda _: Plate.open(tmp_path / "photo.jpg", focal_length=35), range(12)))
    assert len({plate.digest for plate in plates}) == 1
    os.write(2, b"still here")
    assert capfd.readouterr().err == "still here"
