"""OpenEXR files: which channels are the picture and which is depth, placed in the display window.

The display window is the frame that the lens saw, and a plate is just that: what is drawn of it has its framing. The data window
is what the file holds of it. Overscan is cropped, which a note says, with how to have it; and what the file lacks is black and of
unknown depth.

Of several layers the picture is the plain R, G, B, or the one whose name says so (_PICTURES); a pass such as albedo,
normal or AO only where there is nothing else.

Depth goes by many names and conventions. What a file's own words tell is used and stated:
  Z, depth.Z, <layer>.Depth.Z (Blender), <layer>.Z   planar metres, as Blender writes; not a vector's Z, nor mist
  Pz (Houdini), zbuffer                              the same; not a position's z
  FinalImage…WorldDepth.R, …SceneDepth… (Unreal)     planar centimetres
  depth.Z of Nuke's ScanlineRender                   1/Z: near is bright and the background 0
  a Z below 0 (Maya)                                 the coordinate along the camera's axis, which looks along -z
"""
from __future__ import annotations

import contextlib
import io
import os
import re
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ..counted import counted
from ..errors import PushinError
from .embedded import Embedded
from .lens import Lens, lens_from_header
from .source import check_declared, name_of, one_line, reading

MAGIC = b"\x76\x2f\x31\x01"
MOST_BESIDE = 50
"""Pixels of the frame to those of the file, or the reverse: beyond it a window is a mistake, not a crop or overscan."""
MOST_PACKED = 10_000
"""Bytes of pixels to bytes of the file; deflate reaches 1032 on black, and a forged header far more."""
_PICTURES = ("", "combined", "beauty", "rgba", "rgb", "c", "color", "colour", "image", "finalimage", "main", "master",
             "composite")
"""Names of the layer or part that is the finished picture, the surest first; "" has no name."""
_PASS = re.compile("(ao|n|p|st|uv)|(.*_)?id|.*(albedo|ambient|coat|crypto|depth|diff|direct|emi[st]|env|gloss|index|light|mask|"
                   "matte|mist|motion|noisy|normal|occlusion|position|refl|refr|shadow|spec|sss|trans|vector|velocity|vol).*")
"""Layers that the picture is made of or from, and that are none."""
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Rec.709 weights of luminance/chroma files (Y, RY, BY)."""


@dataclass(frozen=True, slots=True, eq=False)
class Exr:
    """The channels of a file.

    path           where it lies
    channels       (h, w) arrays by name, float16, float32 or uint32, each over its part's data window; where there are
                   several parts the name begins with the part's
    windows        by name: (x0, y0) of the data window within the display window
    size           (width, height) of the display window
    aspect         width of a pixel to its height
    chromaticities x, y of red, green, blue and white, or None
    writer         blender, unreal, nuke, or nothing known: ""
    lens           the lens that the header tells of, or None
    """

    path: Path
    channels: dict[str, np.ndarray]
    windows: dict[str, tuple[int, int]]
    size: tuple[int, int]
    aspect: float
    chromaticities: tuple[float, ...] | None
    writer: str = ""
    lens: Lens | None = None

    @property
    def square(self) -> tuple[int, int]:
        """(width, height) of the display window in square pixels, as all of its planes are handed out; none is thrown away."""
        return squared(self.size, self.aspect)

    def names(self) -> str:
        """The first channels, for a sentence."""
        return one_line(", ".join(self.channels))

    def layers(self) -> list[str]:
        """What the names of those channels begin with that can be a picture, the likeliest first."""
        prefixes = {name[:-1] for name in self.channels if re.fullmatch(r"(.*\.)?[RY]", name)}
        return sorted((p for p in prefixes if self._is_picture(p)), key=lambda p: (_picture_rank(p), len(p), p))

    def colour(self) -> list[np.ndarray] | None:
        """One plane (grey) or three (linear RGB) over the display window, or None: the file holds no picture."""
        for prefix in self.layers()[:1]:
            if all(prefix + c in self.channels for c in "RGB"):
                return [self._framed(prefix + c, 0) for c in "RGB"]
            if all(prefix + c in self.channels for c in ("RY", "BY")):
                return self._from_chroma(prefix)
            return [self._framed(prefix + "Y", 0)]
        return None

    def colour_notes(self) -> list[str]:
        """Sentences on how the picture came about: from which of several layers, stretched to square pixels, without a part."""
        layers, file, notes = self.layers(), name_of(self.path), []
        names = [one_line(prefix.rstrip(".")) or "R, G, B" for prefix in layers]
        if names[1:]:
            notes.append(f"{file} also has {', '.join(names[1:4])}; {names[0]} is taken as the picture.")
        if self.square != self.size:
            wide, high = self.square
            notes.append(f"The pixels of {file} are {self.aspect:.4g} times as wide as high; it is stretched from {self.size[0]} x "
                         f"{self.size[1]} to {wide} x {high} square ones.")
        rendered = max(self._share(name) for name in self.channels if name[:-1] in layers[:1])
        if rendered < 0.9995:
            notes.append(f"The data window of {file} holds only {rendered:.1%} of its frame; the rest is black and its depth not "
                         f"measured: if something is there, render the whole frame.")
        return notes + self._overscan(next(name for name in self.channels if name[:-1] in layers[:1]))

    def _overscan(self, name: str) -> list[str]:
        """A sentence on what a channel holds beyond the frame, if anything, and on the lens of a plate that has all of it."""
        (x0, y0), (h, w), (width, height) = self.windows[name], self.channels[name].shape, self.size
        beyond = [max(-x0, 0), max(x0 + w - width, 0), max(-y0, 0), max(y0 + h - height, 0)]
        if not any(beyond):
            return []
        sides = f"{counted(beyond[0], 'pixel')} on every side" if len(set(beyond)) == 1 else \
            "{} left, {} right, {} above and {} below".format(*(counted(n, "pixel") for n in beyond))
        wide, high = squared((w, h), self.aspect)
        x, y = (width / 2 - x0) / w * wide, (height / 2 - y0) / h * high
        lens = f"--sensor-width {w / width:.5g} times as wide" + ("" if (x, y) == (wide / 2, high / 2) else
                                                                  f" and --principal-point {x:g},{y:g}")
        return [f"{name_of(self.path)} holds more than its frame, {sides}, which is cropped; to move into it, make its display window "
                f"its data window (oiiotool --fullpixels) and open that with the same --focal-length, {lens}."]

    def depth(self) -> Embedded | None:
        """The depth channel over the display window, NaN where the file holds nothing; None without one."""
        named = sorted((rank, name[-1] not in "RZ", len(name), name) for name in self.channels
                       if (rank := _depth_rank(name, self.channels)) is not None)
        if not named:
            return None
        channel = named[0][-1]
        values, file, source = self._framed(channel, np.nan), name_of(self.path), f"channel {one_line(channel)}"
        others = [one_line(name) for *_, name in named[1:4]]
        notes = [f"{file} also has {', '.join(others)}; {one_line(channel)} is used."] if others else []
        if (values < 0).any() and not (np.isfinite(values) & (values > 0)).any():
            values = np.where(np.isnan(values), values, np.where(values < 0, -values, np.inf)).astype(values.dtype)
            notes.append(f"{one_line(channel)} of {file} is negative, as Maya renders it, and is taken as the distance along -z.")
        alpha = next((prefix + "A" for prefix in (channel[:-1], *self.layers()[:1], "") if prefix + "A" in self.channels), None)
        if alpha:
            # Where nothing was rendered there is nothing to hide what lies behind: sky; but not beyond what the file holds.
            empty = (self._framed(alpha, np.nan) == 0) & ~(values > 0)
            if empty.any() and self.writer != "nuke":
                values = np.where(empty, np.inf, values).astype(values.dtype if values.dtype.kind == "f" else np.float32)
        kind = "metres"
        if self.writer == "unreal" or re.search("WorldDepth|SceneDepth", channel):
            kind = "centimetres"
            notes.append(f"{one_line(channel)} of {file} is taken as centimetres, Unreal's unit.")
        elif self.writer == "nuke" and channel.lower().startswith("depth.") and _near_is_bright(values):
            kind = "dioptres"
            notes.append(f"{one_line(channel)} of {file} is taken as 1/distance, as Nuke renders it; "
                         f"--depth-kind metres takes it as distance.")
        else:
            notes.append(f"{one_line(channel)} of {file} is taken as metres.")
        return Embedded(values, kind, source, notes=tuple(notes), rendered=True)

    def only(self) -> np.ndarray | None:
        """The one channel of a file that holds just one, or three that are the same; None otherwise."""
        if len(self.channels) == 1:
            return self._framed(next(iter(self.channels)), np.nan)
        planes = self.colour()
        if planes and all(np.array_equal(planes[0], p, equal_nan=True) for p in planes):
            return planes[0]
        return None

    def _framed(self, name: str, outside: float) -> np.ndarray:
        """A channel over the display window in square pixels, (h, w), with that value outside what the file holds."""
        pixels, (x0, y0), (width, height) = self.channels[name], self.windows[name], self.size
        h, w = pixels.shape
        if (x0, y0, w, h) == (0, 0, width, height):
            return self._stretched(pixels, outside)
        frame = np.full((height, width), outside, pixels.dtype if pixels.dtype.kind == "f" else np.float32)
        left, top, right, bottom = self._held(name)
        if left < right and top < bottom:
            frame[top:bottom, left:right] = pixels[top - y0:bottom - y0, left - x0:right - x0]
        return self._stretched(frame, outside)

    def _held(self, name: str) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of what the file holds of the display window."""
        (x0, y0), (h, w), (width, height) = self.windows[name], self.channels[name].shape, self.size
        return max(x0, 0), max(y0, 0), min(x0 + w, width), min(y0 + h, height)

    def _share(self, name: str) -> float:
        left, top, right, bottom = self._held(name)
        return max(right - left, 0) * max(bottom - top, 0) / (self.size[0] * self.size[1])

    def _stretched(self, frame: np.ndarray, outside: float) -> np.ndarray:
        """A plane in square pixels: depth, which is NaN outside, repeats its own, for a mean of two surfaces is on neither."""
        if self.square == self.size:
            return frame
        if np.isnan(outside):
            rows, columns = ((2 * np.arange(n) + 1) * of // (2 * n) for n, of in zip(self.square[::-1], frame.shape))
            return frame[rows[:, None], columns]
        return cv2.resize(frame.astype(np.float32), self.square, interpolation=cv2.INTER_LINEAR)

    def _is_picture(self, prefix: str) -> bool:
        if _depth_rank(prefix + "R", self.channels) is not None:
            return False
        # Y with X is the second part of a vector.
        return all(prefix + c in self.channels for c in "RGB") or prefix + "Y" in self.channels and prefix + "X" not in self.channels

    def _from_chroma(self, prefix: str) -> list[np.ndarray]:
        luminance = self._framed(prefix + "Y", 0).astype(np.float32)
        red, blue = (luminance * (1 + self._framed(prefix + c, 0).astype(np.float32)) for c in ("RY", "BY"))
        green = (luminance - _LUMINANCE[0] * red - _LUMINANCE[2] * blue) / _LUMINANCE[1]
        return [red, green, blue]


def read_exr(path: Path) -> Exr:
    """Read every channel of every flat part. Raises PushinError on deep, damaged or oversized files."""
    import OpenEXR
    with reading(path):
        with OpenEXR.File(os.fsencode(path), separate_channels=True, header_only=True) as file:
            headers = [dict(part.header) for part in file.parts]
        total, frame, aspect = 0, None, None
        for header in headers:
            if "deep" in str(header.get("type", "")):
                raise PushinError(f"{name_of(path)} is a deep image; flatten it and export it again.")
            display, data = _window(header["displayWindow"]), _window(header["dataWindow"])
            frame, aspect = frame or display, aspect or _aspect(header)
            total += 4 * len(header["channels"])
            for width, height in (display[2:], data[2:], squared(display[2:], aspect)):
                check_declared(path, width, height, total)
            pixels = (frame[2] * frame[3], data[2] * data[3])
            if max(pixels) > MOST_BESIDE * min(pixels):
                raise PushinError(f"{name_of(path)} holds {data[2]} x {data[3]} pixels for a frame of {frame[2]} x "
                                  f"{frame[3]}; correct its display window.")
            if pixels[1] * total > MOST_PACKED * path.stat().st_size:
                raise PushinError(f"{name_of(path)} declares {data[2]} x {data[3]} pixels but is too short to hold "
                                  f"them; export it again.")
            if any(c.xSampling < 1 or c.ySampling < 1 for c in header["channels"]):
                raise PushinError(f"{name_of(path)} has channels without pixels; export it again.")
        # OpenEXR.File prints that pixel data are damaged and goes on with what it has; the print is the only sign.
        with contextlib.redirect_stdout(io.StringIO()) as said:
            with OpenEXR.File(os.fsencode(path), separate_channels=True) as file:
                parts = [(dict(part.header), {n: c.pixels for n, c in part.channels.items()}) for part in file.parts]
        if "reading pixel data" in said.getvalue():
            raise PushinError(f"{name_of(path)} is cut off or damaged; export it again.")
        channels, windows = {}, {}
        for header, found in parts:
            x0, y0, width, height = _window(header["dataWindow"])
            part = header.get("name", "") if len(parts) > 1 else ""
            for name, pixels in found.items():
                if part and name and name != part and not name.startswith(f"{part}."):
                    name = f"{part}.{name}"
                if name and name not in channels and pixels is not None and pixels.ndim == 2 and pixels.size:
                    channels[name], windows[name] = _whole(name, pixels, (width, height)), (x0 - frame[0], y0 - frame[1])
        chromaticities, writer, lens = headers[0].get("chromaticities"), _writer(headers[0]), lens_from_header(headers[0])
    if not channels:
        raise PushinError(f"{name_of(path)} has no channels; export it again.")
    return Exr(path, channels, windows, frame[2:], aspect, chromaticities, writer, lens)


def _window(window) -> tuple[int, int, int, int]:
    """(x0, y0, width, height) of an EXR box, whose upper bounds are inclusive."""
    (x0, y0), (x1, y1) = ((int(v) for v in corner) for corner in window)
    return x0, y0, x1 - x0 + 1, y1 - y0 + 1


def _aspect(header: dict) -> float:
    """Width of a pixel to its height; what no lens squeezes by is no aspect but a mistake."""
    aspect = float(header.get("pixelAspectRatio", 1))
    return aspect if 1 / 4 <= aspect <= 4 and abs(aspect - 1) > 1e-3 else 1.0


def squared(size: tuple[int, int], aspect: float) -> tuple[int, int]:
    """(width, height) in square pixels of a size in others."""
    return round(size[0] * max(aspect, 1)), round(size[1] / min(aspect, 1))


def _writer(header: dict) -> str:
    """The program that wrote a file, as far as its header says."""
    words = " ".join(str(key) for key in header).lower() + " " + str(header.get("Software", "")).lower()
    return next((name for name in ("unreal", "blender", "nuke") if name in words), "")


def _picture_rank(prefix: str) -> int:
    """How likely a layer's name says that it is the finished picture, 0 first: the last of its words that says anything."""
    for word in reversed(prefix.rstrip(".").lower().split(".")):
        if word in _PICTURES:
            return _PICTURES.index(word)
        if _PASS.fullmatch(word):
            return len(_PICTURES) + 1
    return len(_PICTURES)


def _depth_rank(name: str, names) -> int | None:
    """How likely a channel's name says depth, 0 first; None: not at all."""
    lower = name.lower()
    layer, _, letter = name.rpartition(".")
    if letter == "A" or letter in ("G", "B") and f"{layer}.R" in names:     # alpha, and what is R again or 0
        return None
    if "mist" in lower:                     # a fade from 0 to 1, which is no distance
        return None
    if lower[-1] == "z" and {name[:-1] + axis for axis in ("XY" if name[-1] == "Z" else "xy")} <= set(names):
        return None                         # the third part of a normal, a position or a vector
    if lower == "z":
        return 0
    if lower == "depth.z":
        return 1
    if lower.endswith("depth.z"):
        return 2
    if re.search("worlddepth|scenedepth", lower):
        return 3
    if lower.endswith(".z") or re.search(r"(^|\.)(pz|zbuffer)(\.r)?$", lower):
        return 4
    return 5 if "depth" in lower else None


def _near_is_bright(values: np.ndarray) -> bool:
    """Whether a depth channel looks like 1/Z: bounded, and greater at the bottom of the frame than at its top."""
    known = np.where(np.isfinite(values), values, 0).astype(np.float32)
    fifth = max(len(known) // 5, 1)
    return 0 < float(known.max()) < 1e3 and float(known[-fifth:].mean()) > float(known[:fifth].mean())


def _whole(name: str, pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A channel over all of its data window, (width, height): of subsampled chroma (RY, BY) what lies between, of others the nearest."""
    if pixels.shape == size[::-1]:
        return pixels
    how = cv2.INTER_LINEAR if name.endswith(("RY", "BY")) else cv2.INTER_NEAREST
    return cv2.resize(pixels.astype(np.float32), size, interpolation=how)
