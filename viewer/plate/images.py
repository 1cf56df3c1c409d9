"""Pictures as files hold them, to scene-linear half float: once, at load.

Every format is decoded to code values with one transfer curve per channel and one matrix; light is averaged before
the matrix is applied and in linear light, so that a large photo costs one float channel at a time.

  PNG, TIFF, JPEG, WebP    8 bits through Pillow; 16-bit PNG and TIFF and float TIFF through OpenCV, which keeps their
                           bits. Integer pixels are sRGB unless an ICC profile says otherwise, float pixels are linear.
  ICC profiles             matrix/TRC and grey ones exactly (`colour`), at any depth. Table profiles through LittleCMS
                           at 8 bits (Pillow has no deeper path), relative colorimetric, clipped to sRGB.
  HEIC                     8 bits through libheif, with the profile that phones embed.
  EXR                      linear; chromaticities other than Rec.709's are converted.
  Alpha                    the picture is laid over black in linear light; EXR already is (premultiplied). A plate lays a
                           drawing over white.
  Orientation              EXIF's is applied; everything handed out is upright.
"""
from __future__ import annotations

import io
import logging
import struct
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from PIL import JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin  # noqa: F401

from ..counted import counted
from ..errors import PushinError
from . import colour, embedded, exr, lens
from .source import check_declared, check_shape, name_of, reading

LONGEST_SIDE = 4096
"""Pixels: longer pictures are reduced to this, which is more than a 4K delivery shows of them."""
HALF_MAX = 65504.0
_FORMATS = ("PNG", "TIFF", "JPEG", "WEBP")
"""Pillow's formats, whose plugins are imported above: Image.open tries only these, and not its whole zoo."""
_UPRIGHT = {1: lambda a: a, 2: np.fliplr, 3: lambda a: np.rot90(a, 2), 4: np.flipud, 5: lambda a: a.swapaxes(0, 1),
            6: lambda a: np.rot90(a, -1), 7: lambda a: np.rot90(a, 2).swapaxes(0, 1), 8: np.rot90}
"""EXIF Orientation: what turns the stored picture upright (EXIF 2.32, 4.6.4)."""
SIDEWAYS = (5, 6, 7, 8)
"""Orientations in which the stored width is the upright height."""
_EXIF_IFD, _ORIENTATION, _BITS_PER_SAMPLE = 0x8769, 0x0112, 258
SUBJECT_AREA = 0x9214
"""EXIF's, whose first two numbers are the subject's middle (EXIF 2.32, 4.6.5)."""
_PHOTOMETRIC, _SAMPLES_PER_PIXEL, _PLANAR, _EXTRA_SAMPLES = 262, 277, 284, 338
_DEFLATE_MOST = 1032
"""Bytes that one byte of a PNG can become (zlib's technical notes); decoders take long to find a forged size out."""
_EIGHT_BIT = ("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "YCbCr", "CMYK")


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A decoded picture.

    color       float16 (h, w, 3), scene-linear Rec.709, 0 to 65504, upright, longest side at most LONGEST_SIDE
    full_size   (width, height) of the upright picture before it was reduced
    orientation of EXIF, 1 to 8, already applied
    lens        from EXIF or an EXR's header, or None
    depth       the depth that the file holds beside the picture, or None
    unusable    why the depth that the file declares cannot be used, a sentence, or None
    exif        tags of the Exif IFD by number; the subject's place is turned upright, too
    notes       sentences on what was assumed
    aspect      width to height of the file's pixels, which were stretched to square ones
    clips       whether its numbers were a display's code values, which end at white, and not linear floats
    clear       float32 (h, w), the transparent share of every pixel, or None: all are opaque, or the file is an EXR
    """

    color: np.ndarray
    full_size: tuple[int, int]
    orientation: int
    lens: lens.Lens | None
    depth: embedded.Embedded | None
    notes: tuple[str, ...]
    exif: dict
    aspect: float = 1.0
    unusable: str | None = None
    clips: bool = False
    clear: np.ndarray | None = None


@dataclass(slots=True, eq=False)
class _Encoded:
    """A picture as its file holds it, upright: planes (h, w) of code values or linear floats, and what they mean; alpha (h, w), which
    lays them over black unless they are premultiplied by it."""

    planes: list[np.ndarray]
    curves: list[np.ndarray] | None = None
    matrix: np.ndarray | None = None
    alpha: np.ndarray | None = None
    premultiplied: bool = False
    exif: dict = field(default_factory=dict)
    orientation: int = 1
    depth: embedded.Embedded | None = None
    notes: list[str] = field(default_factory=list)
    aspect: float = 1.0
    unusable: str | None = None
    lens: lens.Lens | None = None


def read_picture(path: Path) -> Picture:
    """Decode a picture. Raises PushinError with one sentence on anything that cannot become a plate."""
    with reading(path):
        encoded = _from_exr(path) if is_exr(path) else _from_pixels(path)
        height, width = encoded.planes[0].shape
        scale = min(1.0, LONGEST_SIDE / max(width, height))
        size = round(width * scale), round(height * scale)
        color = _developed(path, encoded, size)
        clear = None if encoded.alpha is None else cv2.resize(1 - _as_fraction(encoded.alpha), size, interpolation=cv2.INTER_AREA)
        found = encoded.lens or lens.lens_from_exif(encoded.exif, (width, height), encoded.orientation in SIDEWAYS)
    if scale < 1:
        encoded.notes.append(f"{name_of(path)} was reduced from {width} x {height} to "
                             f"{color.shape[1]} x {color.shape[0]} pixels.")
    return Picture(color, (width, height), encoded.orientation, found, encoded.depth, tuple(encoded.notes),
                   encoded.exif, encoded.aspect, encoded.unusable, encoded.curves is not None, clear)


def read_grey(path: Path) -> tuple[np.ndarray, np.ndarray | None]:
    """The code values of a PNG, TIFF, JPEG or WebP that holds one quantity, upright, (h, w), in the file's own type, and
    where they are opaque, bool (h, w), or None where alpha tells nothing.

    A colour picture is accepted when its channels are equal; profiles do not apply to quantities.
    """
    alpha = None
    with reading(path):
        header = _header(path, "a depth map that can be read; give an EXR, PNG, TIFF, PFM or NPY")
        if not (header.image is None or isinstance(header.image, Image.Image)):
            raise PushinError(f"{name_of(path)} is a photo and not a depth map; give one grey channel.")
        if header.deep:
            planes, alpha = _split(_deep_pixels(path, header))
        elif header.image.mode in ("1", "L", "LA", "P", "PA", "RGB", "RGBA"):
            header.image.load()
            image = ImageOps.exif_transpose(header.image)
            planes = _planes(image.convert("RGB"))
            if image.has_transparency_data:
                alpha = np.asarray(image.convert("RGBA"))[..., 3]
        else:
            raise PushinError(f"{name_of(path)} is not a depth map but {header.image.mode}; give one grey channel.")
        if any(not np.array_equal(planes[0], p, equal_nan=p.dtype.kind == "f") for p in planes[1:]):
            raise PushinError(f"{name_of(path)} is a colour picture and not a depth map; give one grey channel.")
        opaque = None if alpha is None else alpha >= (1 if alpha.dtype.kind == "f" else np.iinfo(alpha.dtype).max)
        return planes[0], opaque if opaque is not None and opaque.any() and not opaque.all() else None


def is_exr(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(4) == exr.MAGIC


def upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """A stored array turned upright by EXIF's orientation; a view."""
    return _UPRIGHT[orientation](pixels)


def upright_point(xy: tuple[float, float], orientation: int, size: tuple[int, int]) -> tuple[float, float]:
    """Where a point of the stored picture (x, y) lies in the upright one, of that (width, height)."""
    stored = size[::-1] if orientation in SIDEWAYS else size
    corner = upright(np.arange(4).reshape(2, 2), orientation)
    start, right, below = (np.argwhere(corner == n)[0, ::-1] for n in range(3))
    x, y = (start + xy[0] / stored[0] * (right - start) + xy[1] / stored[1] * (below - start)) * size
    return float(x), float(y)


def to_half(color: np.ndarray) -> np.ndarray:
    """Linear floats to half: below black is black, brighter than half float holds is its maximum."""
    return np.clip(color, 0, HALF_MAX).astype(np.float16)


def repaired(plane: np.ndarray) -> tuple[np.ndarray, int]:
    """A float plane whose NaN pixels take the mean of their valid 5x5 neighbours, else 0; and how many there were.

    Infinity is an overexposed pixel and becomes half float's maximum.
    """
    plane = np.clip(plane.astype(np.float32), -HALF_MAX, HALF_MAX)
    bad = np.isnan(plane)
    if not bad.any():
        return plane, 0
    plane[bad] = 0
    weight = cv2.blur((~bad).astype(np.float32), (5, 5))
    plane[bad] = (cv2.blur(plane, (5, 5)) / np.maximum(weight, 1e-6))[bad]
    return plane, int(bad.sum())


def _developed(path: Path, encoded: _Encoded, size: tuple[int, int]) -> np.ndarray:
    """Scene-linear half float (h, w, 3) of the given (width, height)."""
    name, bad = name_of(path), 0
    linear = np.empty((size[1], size[0], 3), np.float32)
    alpha = None if encoded.alpha is None or encoded.premultiplied else _as_fraction(encoded.alpha)
    for i, plane in enumerate(encoded.planes):
        if encoded.curves is None:
            plane, count = repaired(plane)
            if count == plane.size:
                raise PushinError(f"{name} holds no valid pixels, only NaN; render or export it again.")
            bad = max(bad, count)
        else:
            curve = encoded.curves[i % len(encoded.curves)]
            plane = cv2.LUT(plane, curve) if plane.dtype == np.uint8 else curve[plane]
        if alpha is not None:
            plane = plane * alpha
        linear[..., i] = cv2.resize(plane, size, interpolation=cv2.INTER_AREA) if plane.shape != size[::-1] else plane
    if len(encoded.planes) == 1:
        linear[..., 1:] = linear[..., :1]
    elif encoded.matrix is not None:
        linear = cv2.transform(linear, encoded.matrix.astype(np.float32))
    if bad:
        were = "was" if bad == 1 else "were"
        encoded.notes.append(f"{counted(bad, 'pixel')} of {name} {were} NaN and took the mean of what lies beside.")
    return to_half(linear)


def _as_fraction(alpha: np.ndarray) -> np.ndarray:
    if alpha.dtype.kind == "u":
        return alpha.astype(np.float32) / np.iinfo(alpha.dtype).max
    return np.clip(np.nan_to_num(alpha.astype(np.float32)), 0, 1)


def _from_exr(path: Path) -> _Encoded:
    file = exr.read_exr(path)
    check_shape(name_of(path), *file.square)
    planes = file.colour()
    if planes is None:
        raise PushinError(f"{name_of(path)} holds no picture (R, G, B or Y), only "
                          f"{file.names()}; give the beauty pass.")
    encoded = _Encoded(planes, depth=file.depth(), notes=file.colour_notes(), aspect=file.aspect, lens=file.lens)
    encoded.notes += encoded.depth.notes if encoded.depth else ()
    if file.chromaticities is not None:
        try:
            encoded.matrix = colour.matrix_to_rec709(file.chromaticities)
        except (ValueError, np.linalg.LinAlgError):
            encoded.notes.append(f"The chromaticities of {name_of(path)} have no meaning; Rec.709 is assumed.")
    return encoded


@dataclass(frozen=True, slots=True, eq=False)
class _Header:
    """What a file declares: its upright size, whether it has more than 8 bits, and what goes with the pixels; of a TIFF, whether
    each channel is a plane of its own, whether white is 0, and whether colours are premultiplied by alpha (TIFF 6.0, ExtraSamples 1).

    image is Pillow's or libheif's, not decoded yet; None for float TIFFs, which Pillow does not know.
    """

    size: tuple[int, int]
    deep: bool
    image: Image.Image | None
    profile: bytes | None = None
    exif: dict = field(default_factory=dict)
    orientation: int = 1
    planar: bool = False
    negative: bool = False
    premultiplied: bool = False


def _header(path: Path, wanted: str = "a picture that can be read; give a PNG, TIFF, JPEG, WebP, HEIC or EXR") -> _Header:
    if embedded.is_heic(path):
        image = embedded.open_heic(path)
        exif, orientation = _exif(image)
        return _Header(image.size, False, image, image.info.get("icc_profile"), _turned(exif, orientation, image.size), orientation)
    # Pillow's own bomb check starts below our limit; ours runs on the same header, before pixels are touched.
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        image = Image.open(path, formats=_FORMATS)
    except UnidentifiedImageError:
        return _float_tiff_header(path, wanted)
    finally:
        Image.MAX_IMAGE_PIXELS = limit
    check_declared(path, *image.size, bytes_per_pixel=4)
    tags = image.tag_v2 if image.format == "TIFF" else {}
    if image.format == "PNG":
        bits = _png_bits(path)
        if image.width * image.height * bits / 8 > _DEFLATE_MOST * path.stat().st_size:
            raise PushinError(f"{name_of(path)} declares {image.width} x {image.height} pixels but is too short to "
                              f"hold them; export it again.")
    else:
        bits = max(tags.get(_BITS_PER_SAMPLE, (1,))) if tags else 8
    exif, orientation = _exif(image)
    # Pillow gives a TIFF's size, and OpenCV its pixels, upright already; both leave other formats as stored.
    size = image.size[::-1] if image.format != "TIFF" and orientation in SIDEWAYS else image.size
    return _Header(size, bits > 8, image, image.info.get("icc_profile"), _turned(exif, orientation, size), orientation,
                   tags.get(_PLANAR) == 2 and tags.get(_SAMPLES_PER_PIXEL, 1) > 1, tags.get(_PHOTOMETRIC) == 0,
                   tuple(tags.get(_EXTRA_SAMPLES, ())) == (1,))


def _png_bits(path: Path) -> int:
    """Bits per sample of a PNG whose chunks all lie within the file; OpenCV allocates what a chunk claims."""
    with open(path, "rb") as file:
        bits, at, end = file.read(25)[24], 8, path.stat().st_size
        while at < end:
            file.seek(at)
            length, kind = struct.unpack(">I4s", file.read(8))
            at += length + 12
            if kind == b"IEND":
                break
    if at > end:
        raise PushinError(f"{name_of(path)} is cut off or damaged; export it again.")
    return bits


def _float_tiff_header(path: Path, wanted: str) -> _Header:
    """Float pictures and doubles; their pixels are linear, so that only size and orientation matter."""
    with open(path, "rb") as file:
        if file.read(4) not in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
            raise PushinError(f"{name_of(path)} is not {wanted}.")
    import tifffile
    logging.getLogger("tifffile").setLevel(logging.CRITICAL)
    with tifffile.TiffFile(path) as file:
        page = file.pages[0]
        size, dtype, orientation = (page.imagewidth, page.imagelength), page.dtype, page.tags.get(_ORIENTATION)
        if dtype is None or dtype.kind != "f" or dtype.itemsize < 4:
            raise PushinError(f"{name_of(path)} has a kind of pixels that cannot be read ({dtype}); "
                              f"save it with 8 or 16 bits or 32-bit float.")
        check_declared(path, *size, bytes_per_pixel=page.samplesperpixel * dtype.itemsize)
        planar, premultiplied = page.planarconfig == 2 and page.samplesperpixel > 1, tuple(page.extrasamples) == (1,)
    orientation = orientation.value if orientation and orientation.value in _UPRIGHT else 1
    return _Header(size[::-1] if orientation in SIDEWAYS else size, True, None, orientation=int(orientation),
                   planar=planar, premultiplied=premultiplied)


def _exif(image) -> tuple[dict, int]:
    """The Exif IFD of Pillow's or libheif's image by tag number, and the orientation in which it is stored (libheif has turned its
    pixels upright by irot and imir, which go with it); damaged EXIF is no EXIF."""
    try:
        exif = image.getexif() if isinstance(image, Image.Image) else Image.Exif()
        if not isinstance(image, Image.Image):
            exif.load(image.info.get("exif") or b"")
        orientation = exif.get(_ORIENTATION, 1)
        return dict(exif.get_ifd(_EXIF_IFD)), orientation if orientation in _UPRIGHT else 1
    except Exception:
        return {}, 1


def _turned(exif: dict, orientation: int, size: tuple[int, int]) -> dict:
    """The Exif IFD of a picture stored in an orientation, with its subject in the upright one, of that (width, height)."""
    try:
        return {**exif, SUBJECT_AREA: upright_point(exif[SUBJECT_AREA][:2], orientation, size)} if orientation != 1 else exif
    except (KeyError, TypeError, ValueError, IndexError, ZeroDivisionError):
        return exif


def _deep_pixels(path: Path, header: _Header) -> np.ndarray:
    """The upright pixels of a PNG or TIFF with more than 8 bits, (h, w) or (h, w, 3 or 4) in BGR order."""
    if header.planar:       # OpenCV takes one plane for all of them
        raise PushinError(f"{name_of(path)} keeps each channel in a plane of its own, which cannot be read with more than 8 bits; "
                          "save it with interleaved pixels.")
    pixels = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is not None and header.image is not None and header.image.format == "PNG":
        pixels = upright(pixels, header.orientation)
    if pixels is None or pixels.shape[1::-1] != header.size:
        raise PushinError(f"{name_of(path)} is cut off, damaged or compressed in an unknown way; export it again.")
    if header.negative and pixels.dtype.kind == "u":        # OpenCV leaves white at 0
        pixels = np.iinfo(pixels.dtype).max - pixels
    return pixels


def _split(pixels: np.ndarray) -> tuple[list[np.ndarray], np.ndarray | None]:
    """OpenCV's pixels as grey or red, green and blue planes, and alpha."""
    if pixels.ndim == 2:
        return [pixels], None
    return [pixels[..., i] for i in (2, 1, 0)], pixels[..., 3] if pixels.shape[2] == 4 else None


def _from_pixels(path: Path) -> _Encoded:
    header = _header(path)
    check_shape(name_of(path), *header.size)
    heic = not isinstance(header.image, Image.Image | None)
    depth = unusable = None
    try:
        if heic:
            depth = embedded.heic_depth(path, header.image)
        elif header.image is not None and header.image.format in ("JPEG", "MPO"):
            header, depth = _from_container(path, header)
    except PushinError as error:    # a depth map of its own may do instead
        unusable = str(error)
    if heic:
        header = replace(header, image=Image.frombytes(header.image.mode, header.image.size, header.image.data, "raw",
                                                       header.image.mode, header.image.stride))
    encoded = _from_deep(path, header) if header.deep else _from_pillow(path, header)
    encoded.depth, encoded.unusable = depth and replace(depth, in_photo=True), unusable
    encoded.notes += depth.notes if depth else ()
    encoded.exif, encoded.orientation = header.exif, header.orientation
    return encoded


def _from_container(path: Path, header: _Header) -> tuple[_Header, embedded.Embedded | None]:
    """A JPEG's depth; and where the phone kept the picture from before it blurred the background, that one."""
    depth, sharp = embedded.from_jpeg(path, path.read_bytes())
    if depth is None:
        return header, None
    if header.orientation != 1:
        depth = replace(depth, values=upright(depth.values, header.orientation))
    note = ()
    if sharp:
        try:
            image = Image.open(io.BytesIO(sharp), formats=("JPEG",))
            check_declared(path, *image.size, bytes_per_pixel=4)
            image.load()
            if abs(np.log(image.width / image.height * header.image.height / header.image.width)) < 0.01:
                image.getexif()[_ORIENTATION] = header.orientation
                header = replace(header, image=image, profile=image.info.get("icc_profile") or header.profile,
                                 size=image.size[::-1] if header.orientation in SIDEWAYS else image.size)
                note = (f"{name_of(path)} also holds the photo from before its background was blurred; that one is "
                        f"used.",)
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, struct.error):
            note = f"{name_of(path)} also holds the photo from before its background was blurred, but damaged.",
    return header, replace(depth, notes=note + depth.notes)


def _from_deep(path: Path, header: _Header) -> _Encoded:
    """A PNG or TIFF with more than 8 bits, or a float TIFF."""
    pixels = _deep_pixels(path, header)
    if pixels.dtype not in (np.uint8, np.uint16, np.float32, np.float64):
        raise PushinError(f"{name_of(path)} has {pixels.dtype} pixels; save it with 8 or 16 bits or 32-bit float.")
    planes, alpha = _split(pixels)
    if alpha is not None and (alpha == alpha.flat[0]).all():
        alpha = None
    encoded = _Encoded(planes, alpha=alpha)
    if pixels.dtype.kind == "f":
        encoded.premultiplied = header.premultiplied
        return encoded
    if alpha is not None and header.premultiplied:      # in code values, from which the curve would not lead to the light
        most = np.iinfo(alpha.dtype).max
        encoded.planes = [(p * (most / np.maximum(alpha, 1.0)) + 0.5).clip(0, most).astype(p.dtype) for p in planes]
    if _managed(path, encoded, header.profile, np.iinfo(pixels.dtype).max + 1):
        return encoded
    image = Image.fromarray(np.dstack([(p // 257).astype(np.uint8) for p in (encoded.planes * 3)[:3]]))
    encoded.notes.append(f"The colour profile of {name_of(path)} is made of tables; the picture was read with 8 bits.")
    _set_table_managed(path, encoded, image, header.profile)
    return encoded


def _from_pillow(path: Path, header: _Header) -> _Encoded:
    """A picture of 8 bits, which Pillow decodes; one of HEIC is decoded already."""
    image = header.image
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode not in _EIGHT_BIT:
        raise PushinError(f"{name_of(path)} is stored as {image.mode}, which is not supported; save it as RGB.")
    alpha = None
    if image.has_transparency_data:
        image = image.convert("RGBA")
        alpha = np.asarray(image.getchannel("A"))
        alpha = None if alpha.min() == 255 else alpha
    encoded = _Encoded([], alpha=alpha)
    if image.mode == "CMYK":
        if header.profile is None:
            encoded.notes.append(f"{name_of(path)} is CMYK without a profile; its colours are a guess.")
            image = image.convert("RGB")
    else:
        image = image.convert("L" if image.mode in ("1", "L", "LA") else "RGB")
    if image.mode != "CMYK" and _managed(path, encoded, header.profile, 256):
        encoded.planes = _planes(image)
    else:
        _set_table_managed(path, encoded, image, header.profile)
    return encoded


def _managed(path: Path, encoded: _Encoded, profile: bytes | None, codes: int) -> bool:
    """Set curves and matrix from the profile, sRGB without one; False for a profile made of tables."""
    encoded.curves = [colour.srgb_curve(codes)]
    if profile is None:
        return True
    try:
        found = colour.icc_curves(profile, codes)
    except (struct.error, ValueError, LookupError, ArithmeticError, np.linalg.LinAlgError):
        encoded.notes.append(f"The colour profile of {name_of(path)} is damaged; sRGB is assumed.")
        return True
    if found is None:
        return False
    encoded.curves, encoded.matrix = found
    return True


def _set_table_managed(path: Path, encoded: _Encoded, image: Image.Image, profile: bytes) -> None:
    """Set the planes of a picture whose profile only LittleCMS can evaluate."""
    try:
        image = ImageCms.profileToProfile(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                                          ImageCms.createProfile("sRGB"), outputMode="RGB",
                                          renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC)
    except (ImageCms.PyCMSError, OSError, ValueError):
        encoded.notes.append(f"The colour profile of {name_of(path)} does not fit the picture; sRGB is assumed.")
        image = image.convert("RGB")
    encoded.planes, encoded.curves = _planes(image), [colour.srgb_curve(256)]


def _planes(image: Image.Image) -> list[np.ndarray]:
    pixels = np.asarray(image)
    return [pixels] if pixels.ndim == 2 else [pixels[..., i] for i in range(3)]
