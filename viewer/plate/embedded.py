"""Depth that phones put inside their photos.

  JPEG, XMP            GDepth (Google, "Depthmap Metadata", 2014): an image in base64 in the extended XMP (Adobe, "XMP
                       Specification Part 3", 1.1.3.1), with its nearest and farthest distance
  JPEG, appended       Dynamic Depth 1.0 (Google, 2018): images behind the picture, listed in the XMP's Container
  JPEG, multi-picture  MPF (CIPA DC-007) or images simply appended, whose own XMP says disparity or depth (Apple), or
                       which are grey without being a gain map
  HEIC                 auxiliary images of type depth, with the range of the depth representation message (H.265, annex
                       G.14.2.3)

Files are untrusted: every length is checked against the file, and pixels against `check_declared` before decoding.
"""
from __future__ import annotations

import base64
import io
import re
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from ..errors import PushinError
from .source import check_declared, name_of

HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_XMP, _EXTENDED = b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"
_MOST_IMAGES = 32
_FILL = re.compile(rb"\xff+")
_GAIN_MAP = re.compile(r"hdrgm:|HDRGainMap|hdrgainmap|21496", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """Depth as a container holds it, brought to one of the kinds of `depth.KINDS`.

    values      float32 (h, w)
    kind        of `values`; None: the file does not tell
    source      what it was found in, for a sentence
    relative    whether its unit is not known to be the metre
    ray         whether it is the distance along the ray and not along the axis
    confidence  mean of the embedded confidence map, 0 to 1, or None
    notes       sentences on what was assumed, the last of them on its kind
    in_photo    whether it comes from a photo, and not from a file of its own or a renderer
    opaque      bool (h, w), where its alpha says that there is depth, or None: everywhere
    rendered    whether a renderer made it, whose rays miss nothing: infinity is sky
    """

    values: np.ndarray
    kind: str | None
    source: str
    relative: bool = False
    ray: bool = False
    confidence: float | None = None
    notes: tuple[str, ...] = ()
    in_photo: bool = False
    opaque: np.ndarray | None = None
    rendered: bool = False

    @property
    def coarse(self) -> bool:
        """Whether a photo's depth has so few values that they were 8 bits."""
        return self.in_photo and len(np.unique(self.values)) <= 256


# JPEG ---------------------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Jpeg:
    """One JPEG stream: its XMP as text, the entries of its multi-picture index, where it ends in the file, and whether it
    is there up to that end."""

    xmp: str
    pictures: tuple[bytes, ...]
    end: int
    whole: bool


def jpeg_parts(data: bytes, start: int = 0) -> Jpeg:
    """Walk a JPEG's segments (ITU-T T.81, annex B). A damaged one has the parts before the damage."""
    xmp, extended, pictures, at, end, whole = b"", {}, (), start + 2, len(data), False
    while fill := _FILL.match(data, at):
        at = fill.end() - 1     # of any number of them the last one belongs to the marker
        if at + 4 > len(data):
            break
        marker, (length,) = data[at + 1], struct.unpack_from(">H", data, at + 2)
        if marker == 0xDA:      # entropy-coded data, in which FF D9 is nothing but the end
            found = data.find(b"\xff\xd9", at)
            whole = found >= 0
            end = found + 2 if whole else len(data)
            break
        body = data[at + 4:at + 2 + length]
        if marker == 0xE1 and body.startswith(_XMP):
            xmp = body[len(_XMP):]
        elif marker == 0xE1 and body.startswith(_EXTENDED) and len(body) > len(_EXTENDED) + 40:
            head = len(_EXTENDED)
            guid, (total, offset) = body[head:head + 32], struct.unpack_from(">II", body, head + 32)
            if total <= len(data):
                extended.setdefault(guid, {})[offset] = body[head + 40:]
        elif marker == 0xE2 and body.startswith(b"MPF\0"):
            pictures = _mpf(data, at + 8, body[4:])
        at += 2 + max(length, 2)
    text = xmp.decode("utf-8", "replace")
    named = re.search(r'HasExtendedXMP(?:="|>)([0-9A-Fa-f]{32})', text)
    chunks = extended.get(named[1].encode()) if named else next(iter(extended.values()), None)
    for _, chunk in sorted((chunks or {}).items()):
        text += chunk.decode("utf-8", "replace")
    return Jpeg(text, pictures, end, whole)


def _mpf(data: bytes, origin: int, index: bytes) -> tuple[bytes, ...]:
    """The pictures that a multi-picture index lists, without the first; offsets count from its own head."""
    try:
        order = {b"II": "<", b"MM": ">"}[index[:2]]
        at, = struct.unpack_from(order + "I", index, 4)
        count, = struct.unpack_from(order + "H", index, at)
        for entry in range(at + 2, at + 2 + 12 * min(count, 64), 12):
            tag, _, size, place = struct.unpack_from(order + "HHII", index, entry)
            if tag == 0xB002:
                entries = [struct.unpack_from(order + "II", index, place + 16 * i + 4)
                           for i in range(1, min(size // 16, _MOST_IMAGES))]
                return tuple(data[origin + o:origin + o + n] for n, o in entries if o and n)
    except (KeyError, struct.error):
        pass
    return ()


def from_jpeg(path: Path, data: bytes) -> tuple[Embedded | None, bytes | None]:
    """The depth inside a JPEG, and the encoded picture as it was before the phone blurred it; None for what it lacks.

    Raises PushinError where the file says that there is depth but it cannot be used.
    """
    main = jpeg_parts(data)
    if _tag(main.xmp, "GDepth:Data") or _tag(main.xmp, "GDepth:Near"):
        return _gdepth(path, main.xmp), _payload(main.xmp, "GImage:Data")
    if "DepthMap:" in main.xmp or "android/depthmap" in main.xmp:
        return _dynamic(path, data, main)
    for picture in main.pictures or _appended(data, main.end):
        found = _second_picture(path, picture)
        if found is not None:
            return found, None
    return None, None


def _gdepth(path: Path, xmp: str) -> Embedded:
    payload = _payload(xmp, "GDepth:Data")
    if payload is None:
        raise PushinError(f"{name_of(path)} declares depth (GDepth) but does not hold it; copy the original photo "
                          f"again.")
    return _ranged(path, xmp, "GDepth", _grey(path, payload), _confidence(path, _payload(xmp, "GDepth:Confidence")))


def _dynamic(path: Path, data: bytes, main: Jpeg) -> tuple[Embedded, bytes | None]:
    """Dynamic Depth: the items of the container lie one behind the other after the picture."""
    items, at = {}, main.end
    for item in re.findall(r"<(?:\w+:Item|rdf:li)\b[^>]*Item:Mime[^>]*>", main.xmp)[:_MOST_IMAGES]:
        uri = _tag(item, "Item:DataURI") or _tag(item, "Item:Semantic") or ""
        length, padding = (int(v) if (v := _tag(item, key)) and v.isdigit() else 0
                           for key in ("Item:Length", "Item:Padding"))
        if "primary" in uri.lower():
            at += padding
            continue
        items[uri.lower().rpartition("/")[2]] = data[at:at + length]
        at += length + padding
    uri = (_tag(main.xmp, "DepthMap:DepthURI") or "android/depthmap").lower().rpartition("/")[2]
    payload = items.get(uri) or items.get("depth")
    if not payload:
        raise PushinError(f"{name_of(path)} declares depth (Dynamic Depth) but does not hold it; copy the original "
                          f"photo again.")
    confidence = _confidence(path, items.get("confidencemap") or items.get("confidence"))
    return _ranged(path, main.xmp, "DepthMap", _grey(path, payload), confidence), items.get("original_image") or items.get("original")


def _ranged(path: Path, xmp: str, prefix: str, share: np.ndarray, confidence: float | None) -> Embedded:
    """Values 0 to 1 between near (0) and far (1), linear or in inverse distance, as metres.

    RangeInverse: v = far (z - near) / (z (far - near)), hence z = far near / (far - v (far - near)).
    """
    near, far = (_number(_tag(xmp, f"{prefix}:{key}")) for key in ("Near", "Far"))
    if near is None or far is None or not 0 < near < far:
        raise PushinError(f"{name_of(path)} has depth without a usable near and far distance; give its depth as a "
                          f"file of its own with --depth.")
    linear = (_tag(xmp, f"{prefix}:Format") or "").endswith("Linear")
    with np.errstate(all="ignore"):
        metres = near + share * (far - near) if linear else far * near / (far - share * (far - near))
    relative = (_tag(xmp, f"{prefix}:Units") or "").lower() not in ("m", "meters", "metres")
    ray = "ray" in (_tag(xmp, f"{prefix}:MeasureType") or "").lower()
    name = "GDepth" if prefix == "GDepth" else "Dynamic Depth"
    notes = [f"The {name} of {name_of(path)} runs from {near:.4g} to {far:.4g} in "
             + ("units that need not be metres." if relative else "metres.")]
    return Embedded(metres.astype(np.float32), "metres", f"{name}, {'linear' if linear else 'inverse'} range",
                    relative, ray, confidence, tuple(notes))


def _appended(data: bytes, at: int) -> Iterator[bytes]:
    """JPEG and PNG streams behind the picture's end, without what lies within one of them, such as its thumbnail; one at a time, for
    each may be most of the file."""
    begins = re.compile(rb"\xff\xd8\xff[\xc0-\xfe]|\x89PNG\r\n\x1a\n")
    for _ in range(_MOST_IMAGES):
        match = begins.search(data, at)
        if match is None:
            return
        begin, at = match.span()
        stream = jpeg_parts(data, begin) if data[begin] == 0xFF else None
        yield data[begin:stream.end if stream else len(data)]
        if stream and stream.whole:     # what only looks like one hides none
            at = stream.end


def _second_picture(path: Path, picture: bytes) -> Embedded | None:
    """A further picture as depth: named disparity or depth in its XMP, or grey and no gain map; else None."""
    png = picture.startswith(b"\x89PNG")
    if not (png or picture.startswith(b"\xff\xd8")):
        return None
    xmp = "" if png else jpeg_parts(picture).xmp
    kind = (_tag(xmp, "AuxiliaryImageType") or "").lower()
    if _GAIN_MAP.search(xmp) or "hdrgm" in kind or (kind and kind not in ("disparity", "depth")):
        return None
    if not kind and b"21496" in picture[:4096]:
        return None
    try:
        share = _grey(path, picture, only_grey=True)
    except PushinError:
        if kind:
            raise
        return None
    if share is None:
        return None
    low, high = (_number(_tag(xmp, f"Float{end}Value")) for end in ("Min", "Max"))
    if low is not None and high is not None and low < high:
        values = (low + share * (high - low)).astype(np.float32)
        return _apple(path, values, kind or "disparity", (_tag(xmp, "Accuracy") or "relative") != "absolute")
    return Embedded(share.astype(np.float32), "inverse", "a grey picture inside the JPEG", True,
                    notes=(f"{name_of(path)} holds a second, grey picture, taken as relative inverse depth, near is "
                           f"bright.",))


def _apple(path: Path, values, kind: str, relative: bool) -> Embedded:
    kind = "metres" if kind == "depth" else "dioptres"
    name, unit = ("depth", "metres") if kind == "metres" else ("disparity", "1/metres")
    notes = (f"The {name} inside {name_of(path)} is taken as {unit}"
             + (", which phones estimate coarsely." if relative else "."),)
    return Embedded(values, kind, f"a phone's {name}", relative, notes=notes)


def _tag(xmp: str, name: str) -> str | None:
    """A property of XMP in either of its forms, attribute or element, whatever its prefix where none is given."""
    name = re.escape(name) if ":" in name else r"[\w-]{1,40}:" + re.escape(name)
    match = re.search(rf'(?<![\w:]){name}\s*=\s*(?:"([^"]*)"|\'([^\']*)\')|<{name}>([^<]*)<', xmp)
    return None if match is None else next(v for v in match.groups() if v is not None).strip()


def _number(text: str | None) -> float | None:
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if np.isfinite(value) else None


def _payload(xmp: str, name: str) -> bytes | None:
    """The file that a property holds in base64, or None."""
    text = _tag(xmp, name)
    if not text:
        return None
    try:
        text = "".join(text.split()).rstrip("=")
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        return None


def _confidence(path: Path, encoded: bytes | None) -> float | None:
    """The mean of a confidence map, 0 to 1; None without one that can be read, for depth does without."""
    try:
        return float(_grey(path, encoded).mean()) if encoded else None
    except PushinError:
        return None


def _grey(path: Path, encoded: bytes, only_grey: bool = False) -> np.ndarray | None:
    """The values of an encoded grey picture as float32 (h, w), 0 to 1; None for colour where only grey counts."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(encoded), formats=("PNG", "JPEG"))
            check_declared(path, *image.size, bytes_per_pixel=4)
            if only_grey and image.mode not in ("L", "I;16", "I"):
                return None
            image.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, struct.error):
        raise PushinError(f"The depth inside {name_of(path)} is cut off or damaged; copy the original photo again.") \
            from None
    pixels = np.asarray(image if image.mode in ("L", "I", "I;16") else image.convert("RGB"))
    pixels = pixels[..., 0] if pixels.ndim == 3 else pixels
    return pixels.astype(np.float32) / (255 if pixels.dtype == np.uint8 else 65535)


# HEIC ---------------------------------------------------------------------------------------------------------------

def is_heic(path: Path) -> bool:
    with open(path, "rb") as file:
        head = file.read(32)
    return head[4:8] == b"ftyp" and (head[8:12] in HEIC_BRANDS or any(b in head[16:32] for b in (b"heic", b"heix")))


def open_heic(path: Path):
    """The primary image of a HEIC, not decoded yet. Raises PushinError on one that declares too much."""
    import pillow_heif
    check_boxes(path)
    file = pillow_heif.open_heif(str(path), convert_hdr_to_8bit=True)
    image = file[file.primary_index]
    check_declared(path, *image.size, bytes_per_pixel=4)
    return image


def check_boxes(path: Path) -> None:
    """Refuse a HEIC whose image sizes (ispe properties, ISO/IEC 23008-12, 6.5.3) are beyond what can be opened."""
    with open(path, "rb") as file:
        head = file.read(1 << 20)
    for match in re.finditer(rb"ispe\0\0\0\0", head):
        if match.end() + 8 <= len(head):
            check_declared(path, *struct.unpack_from(">II", head, match.end()), bytes_per_pixel=4)


def heic_depth(path: Path, image) -> Embedded | None:
    """The auxiliary depth image of a HEIC's primary image, or None.

    The depth representation message says what its values 0 to 1 span: 1/Z from 1/z_far to 1/z_near (type 0),
    disparity from d_min to d_max (type 1), or Z between z_near and z_far (type 2). Phones write disparity as 1/m.
    """
    for found in image.info.get("depth_images", ()):
        check_declared(path, *found.size, bytes_per_pixel=4)
        pixels = np.asarray(found.to_pillow())
        pixels = pixels[..., 0] if pixels.ndim == 3 else pixels
        share = pixels.astype(np.float32) / (255 if pixels.dtype == np.uint8 else 65535)
        about = found.info.get("metadata") or {}
        kind, get = about.get("representation_type"), lambda key: _number(about.get(key))
        near, far, low, high = get("z_near"), get("z_far"), get("d_min"), get("d_max")
        if kind == 1 and low is not None and high is not None and low < high:
            return _apple(path, low + share * (high - low), "disparity", True)
        if kind in (0, 2) and near and far and 0 < near < far:
            values = 1 / far + share * (1 / near - 1 / far) if kind == 0 else far + share * (near - far)
            return Embedded(values.astype(np.float32), ("dioptres", "", "metres")[kind], "an auxiliary depth image")
        return Embedded(share, "inverse", "an auxiliary depth image", True,
                        notes=(f"The depth inside {name_of(path)} does not tell its range; it is taken as relative "
                               f"inverse depth, near is bright.",))
    return None
