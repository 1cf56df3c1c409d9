"""Films: H.264 in MP4 or MOV, as players, editors and browsers take it."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from ..errors import PushinError
from ..files import check_target, clear_unfinished, write_whole
from .queue_thread import QueueThread

SUFFIXES = (".mp4", ".mov")
CRF = 18
"""x264's constant rate factor: 1 is the best, 18 looks like the original, 51 is the worst."""
PRESET = "veryfast"
"""x264's: a third of its default's work for a file as small; without a graphics card drawing needs the processor."""

BT709 = 1
"""ITU-T H.273's number for BT.709: as primaries, as transfer and as matrix."""
LIMITED = 1
"""FFmpeg's number for studio range, 16 to 235."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, or another signal to end, after the pictures so far have become a film at `path`."""

    def __init__(self, path: Path):
        self.path = path


def check_video(path: str | Path, size: tuple[int, int]) -> Path:
    """The path as a Path, or a PushinError where no film of (width, height) pixels can be written there."""
    path = check_target(path, SUFFIXES)
    if size[0] % 2 or size[1] % 2:
        raise PushinError(f"H.264 needs an even width and height, which {size[0]}x{size[1]} is not; "
                          f"{size[0] + size[0] % 2}x{size[1] + size[1] % 2} is.")
    return path


def write_video(path: str | Path, pictures: Iterable[np.ndarray], size: tuple[int, int], fps: Fraction,
                crf: int = CRF) -> int:
    """Writes pictures, uint8 (h, w, 3) sRGB with row 0 on top, at fps a second; returns how many.

    Conversion and encoding go on in a thread while the next picture is made. Ctrl-C ends the film with the pictures
    so far: the file is finished and put in place, or beside a film that is there already (NAME.partial.mp4), and
    Interrupted is raised.
    """
    path = check_video(path, size)
    clear_unfinished(path)
    count, interrupted = 0, False

    def write(to: Path) -> None:
        nonlocal path, count, interrupted
        with QueueThread(lambda waiting: _encode(to, waiting, size, fps, crf)) as encoder:
            try:
                for picture in pictures:
                    encoder.put(picture)
                    count += 1
                encoder.finish()
            except KeyboardInterrupt:
                if not count:
                    raise
                interrupted = True
        if interrupted and path.exists():
            path = path.with_stem(f"{path.stem}.partial")
            write_whole(path, to.replace)
            raise Interrupted(path)

    write_whole(path, write)
    if interrupted:
        raise Interrupted(path)
    return count


def _encode(path: Path, pictures: Iterator[np.ndarray], size: tuple[int, int], fps: Fraction, crf: int) -> None:
    import av
    from av.video.reformatter import ColorRange, Colorspace, Interpolation
    try:
        with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
            stream = container.add_stream("libx264", rate=fps.limit_denominator(1_000_000),
                                          options={"crf": str(crf), "preset": PRESET})
            stream.width, stream.height = size
            stream.pix_fmt = "yuv420p"
            codec = stream.codec_context
            codec.color_primaries = codec.color_trc = codec.colorspace = BT709
            codec.color_range = LIMITED
            for picture in pictures:
                frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(
                    format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG,
                    interpolation=Interpolation.BICUBIC)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
    except av.FFmpegError as error:     # of the file in the making; whoever puts it in its place names that
        raise OSError(error.errno, error.strerror or str(error)) from error
