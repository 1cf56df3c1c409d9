"""Single pictures: PNG as a screen shows it, EXR as light."""
from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from .files import check_target, write_whole

SUFFIXES = (".png", ".exr")


def encode_srgb(linear: np.ndarray) -> np.ndarray:
    """Display-referred uint8 of scene-linear float values: clipped to 0..1 and put through the sRGB curve."""
    v = np.clip(np.nan_to_num(linear), 0, 1)
    return np.rint(255 * np.where(v <= 0.0031308, v * 12.92, 1.055 * v ** (1 / 2.4) - 0.055)).astype(np.uint8)


def write_still(path: str | Path, frame) -> None:
    """Writes a Frame: .png is 8-bit sRGB; .exr holds half RGB, float Z in metres and half `invented`, all linear."""
    path = check_target(path, SUFFIXES)
    if path.suffix.lower() == ".png":
        write_picture(path, encode_srgb(frame.color))
    else:
        write_exr(path, frame.color, frame.depth, frame.invented)


def write_picture(path: Path, pixels: np.ndarray, **options) -> None:
    """Writes uint8 (h, w, 3), sRGB, as PNG or as JPEG of high quality, by the path's suffix; options are Pillow's."""
    options = {"quality": 92, "subsampling": "4:4:4", **options}
    write_whole(path, lambda to: Image.fromarray(pixels).save(to, **options))


def write_exr(path: Path, color: np.ndarray, depth: np.ndarray, invented: np.ndarray, **attributes) -> None:
    """Scene-linear color (h, w, 3), depth in metres (h, w) with inf for the sky, invented share 0..1 (h, w).

    attributes join the header.
    """
    import OpenEXR
    largest = float(np.finfo(np.float16).max)
    channels = {"RGB": np.clip(color, -largest, largest).astype(np.float16),
                "Z": np.ascontiguousarray(depth, np.float32),
                "invented": np.asarray(invented, np.float16)}
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **attributes}
    write_whole(path, lambda to: OpenEXR.File(header, channels).write(str(to)))
