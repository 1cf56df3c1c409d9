"""Single pictures: PNG as a screen shows it, EXR as light."""
from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
from PIL import Image

from ..errors import PushinError
from ..files import check_target, write_whole
from ..plate.colour import encoded_srgb
from ..plate.lens import header_of

SUFFIXES, PICTURES = (".png", ".exr"), (".png", ".jpg", ".jpeg")
"""Of a still as the renderer has it, and of what is laid out for the eye."""

JPEG_MOST = 65500
"""Pixels each way of libjpeg (JPEG_MAX_DIMENSION)."""


def encode_srgb(linear: np.ndarray) -> np.ndarray:
    """Display-referred uint8 of scene-linear float values: clipped to 0..1 and put through the sRGB curve."""
    return np.rint(255 * encoded_srgb(linear)).astype(np.uint8)


def write_still(path: str | Path, frame) -> None:
    """Writes a Frame: .png is 8-bit sRGB; .exr holds half RGB, float Z in metres and half `invented`, all linear."""
    path = check_target(path, SUFFIXES)
    if path.suffix.lower() == ".png":
        write_picture(path, encode_srgb(frame.color))
    else:
        write_exr(path, frame.color, frame.depth, frame.invented, frame.camera)


def write_picture(path: Path, pixels: np.ndarray, **options) -> None:
    """Writes uint8 (h, w, 3), sRGB, as PNG or as JPEG of high quality, by the path's suffix; options are Pillow's."""
    format = "PNG" if path.suffix.lower() == ".png" else "JPEG"
    if format == "JPEG" and max(pixels.shape) > JPEG_MOST:
        raise PushinError(f"A JPEG holds at most {JPEG_MOST} pixels each way, and this is {pixels.shape[1]} x "
                          f"{pixels.shape[0]}; a .png holds it.")
    options = {"quality": 92, "subsampling": "4:4:4", **options}

    def write(to: Path) -> None:
        encoded = io.BytesIO()      # Pillow's own writing of a JPEG takes no notice of a disk that is full
        Image.fromarray(pixels).save(encoded, format, **options)
        to.write_bytes(encoded.getbuffer())

    write_whole(path, write)


def write_exr(path: Path, color: np.ndarray, depth: np.ndarray, invented: np.ndarray, camera=None, **attributes) -> None:
    """Scene-linear color (h, w, 3), depth in metres (h, w) with inf for the sky, invented share 0..1 (h, w).

    The lens of the camera that took it joins the header, and so do attributes.
    """
    import OpenEXR
    largest = float(np.finfo(np.float16).max)
    channels = {"RGB": np.clip(color, -largest, largest).astype(np.float16),
                "Z": np.ascontiguousarray(depth, np.float32),
                "invented": np.asarray(invented, np.float16)}
    lens = header_of(camera.focal_length, camera.sensor_width, camera.lens_shift, color.shape[1::-1]) if camera else {}
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **lens, **attributes}

    def write(to: Path) -> None:
        try:
            OpenEXR.File(header, channels).write(os.fsencode(to))   # a name need not be text
        except RuntimeError:    # its message names the file in the making, and no reason
            raise PushinError(f"'{path}' cannot be written; see whether the disk is full.") from None

    write_whole(path, write)
