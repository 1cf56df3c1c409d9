"""Image sequences: every frame a file of its own, as compositing and grading take them."""
from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from .. import __version__
from ..errors import PushinError
from ..files import check_target
from .delivery import Delivery, Drawing
from .queue_thread import QueueThread
from .stills import write_exr, write_picture

FORMATS = ("png", "exr")
"""png is 8-bit sRGB; exr holds half RGB, float Z in metres and half `invented`, all linear."""

_STAMP = "pushin"
"""The PNG text and EXR attribute that say from what a frame was drawn."""


class Sequence:
    """The files of a delivery's frames: FOLDER/NAME.0001.png and on, counted from 1; NAME as of `sequence_name`.

    A finished file is stamped with what it was drawn from: the plate, the frame's camera, the size and the bokeh.
    """

    def __init__(self, folder: str | Path, name: str, drawing: Drawing, format: str = "png"):
        self.folder, self.name, self.format, self.drawing = Path(folder), name, format, drawing
        try:
            self.folder.mkdir(exist_ok=True)
        except FileExistsError:
            raise PushinError(f"'{folder}' is a file; name a folder for the frames.") from None
        except OSError as error:
            raise PushinError(f"The folder '{folder}' cannot be made: {error.strerror or error}.") from None
        check_target(self.path(0), (f".{format}",))

    def path(self, frame: int) -> Path:
        """Where a frame, counted from 0, is written."""
        return self.folder / f"{self.name}.{frame + 1:04d}.{self.format}"

    def missing(self, frames: Iterable[int]) -> list[int]:
        """Those of the frames of which there is no whole file, or one drawn from something else."""
        return [frame for frame in frames if self._read(frame) != self._stamp(frame)]

    def write(self, frames: Iterable[int], done: Callable[[], None] = lambda: None) -> None:
        """Draws and writes frames, each whole or not at all, while the next is drawn; done is called after each. PushinError
        where something of that name is somebody else's."""
        frames = list(frames)
        for frame in frames:
            if self._read(frame, whole=False) == "":
                raise PushinError(f"'{self.path(frame)}' is there already, and no frame that pushin made; name another folder.")

        def save(jobs):
            for path, frame, stamp in jobs:
                if self.format == "png":
                    from PIL.PngImagePlugin import PngInfo
                    text = PngInfo()
                    text.add_text(_STAMP, stamp)
                    write_picture(path, frame.picture, pnginfo=text, compress_level=3)
                else:
                    write_exr(path, frame.color, frame.depth, frame.invented, frame.camera, **{_STAMP: stamp})
                done()

        arrays = ("picture",) if self.format == "png" else ("color", "depth", "invented")
        with QueueThread(save) as writer:
            for number, frame in zip(frames, self.drawing.each(frames, *arrays)):
                writer.put((self.path(number), frame, self._stamp(number)))

    def _read(self, frame: int, whole: bool = True) -> str | None:
        """The stamp of a frame's file, None where there is none yet, or an empty one; empty for whatever else is there: not whole,
        unless its head will do, or somebody else's."""
        path = self.path(frame)
        if not path.is_file():
            return "" if path.exists() else None
        if not path.stat().st_size:
            return None
        return (_png_stamp if self.format == "png" else _exr_stamp)(path, whole)

    def _stamp(self, frame: int) -> str:
        drawing, delivery = self.drawing, self.drawing.delivery
        made_from = (drawing.renderer.plate.digest, delivery.camera(frame), delivery.size, drawing.bokeh, __version__)
        return hashlib.sha256(repr(made_from).encode()).hexdigest()


def sequence_name(file: str | Path, delivery: Delivery) -> str:
    """NAME of a shot file's frames, with the take's name where the shot has several: only letters that compositing takes in
    the name of a sequence."""
    stem = Path(file).stem
    return re.sub(r"[^\w.-]+", "_", f"{stem}_{delivery.take.name}" if len(delivery.shot.takes) > 1 else stem)


def _png_stamp(path: Path, whole: bool) -> str:
    from PIL.PngImagePlugin import PngImageFile
    try:
        with PngImageFile(path) as picture:     # Image.open refuses frames as large as they may be
            stamp = picture.info.get(_STAMP, "")
            if whole and stamp:
                picture.load()
            return stamp
    except (OSError, SyntaxError, ValueError):  # cut off, or no picture
        return ""


def _exr_stamp(path: Path, whole: bool) -> str:
    import OpenEXR

    from ..plate.exr import read_exr
    try:
        if whole:
            read_exr(path)
        with OpenEXR.File(os.fsencode(path), header_only=True) as file:
            return file.header().get(_STAMP, "")
    except (PushinError, OSError, RuntimeError):
        return ""
