"""The window's slow work, in a process of its own: layers, advice, smoothing, films and screenshots.

Called by threads that wait for it. What draws does so in an OpenGL context of its own.

Each function takes values and gives values; report(share done, stage in words) is called as it comes along."""
from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .. import folders
from ..camera import Camera
from ..errors import PushinError
from ..export.delivery import Delivery, Drawing
from ..export.sequence import Sequence, sequence_name
from ..export.stills import write_picture
from ..export.video import SUFFIXES, write_video
from ..plate import Plate
from ..plate.layers import Layers
from ..render.compare import Layout, Wipe
from ..shots.advice import Advice, advise
from ..shots.document import Shot
from . import recording
from .worker_process import apart
from .remedies import Remedy, remedies


class Counsel(NamedTuple):
    """A piece of advice on a take, and what can be done about it."""

    take: str
    advice: Advice
    remedies: tuple[Remedy, ...]


def layers(plate, draft: bool, *, report) -> tuple[Layers, bool]:
    """A plate's layers, and whether they are the best there are: a draft is not, unless the best were kept."""
    kept = Layers.kept(plate)      # quicker read than made in another process
    if kept is not None:
        return kept, True
    return apart(_made, replace(plate, unadjusted=None), draft, report=report), not draft


def proxy(plate, *, report) -> tuple[Plate, Layers]:
    """A plate's proxy, with its layers."""
    small = plate.proxy()
    return small, layers(small, draft=False, report=report)[0]


def _made(plate, draft: bool, *, report) -> Layers:
    return Layers.of(plate, report, draft)


def counsel(shot: Shot, takes: tuple[str, ...], plate, *, report) -> tuple[Counsel, ...]:
    """Advice on some takes, with its remedies."""
    return apart(_counsel, shot, takes, replace(plate, unadjusted=None), report=report)


def _counsel(shot, takes, plate, *, report) -> tuple[Counsel, ...]:
    return tuple(Counsel(name, advice, remedies(shot, name, advice, plate if advice.topic == "invented" else None))
                 for name in takes for advice in advise(shot, name, plate))


def smoothed(take, tolerance: recording.Tolerance, fps, *, report):
    """What recording.smooth makes of a take."""
    return apart(_smoothed, take, tolerance, fps, report=report)


def _smoothed(take, tolerance, fps, *, report):
    return recording.smooth(take, tolerance, fps)


PINHOLE = 0.5
"""Progress of `warmed` from which there are the programs for pictures without a lens."""


def warmed(programs: str, *, report=lambda *progress: None) -> None:
    """Has the driver keep its programs (see render.warm), once for each name of them; one that does not is no error."""
    note = folders.cache() / "programs"
    try:
        if note.read_text("utf-8") == programs:
            return
    except (OSError, ValueError):
        pass
    try:
        apart(_warmed, report=report, anew=True)
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(programs, "utf-8")
    except (OSError, PushinError):
        pass


def _warmed(*, report) -> None:
    from ..render import Renderer
    from ..render.warm import SIZE, warming
    y, x = np.indices((96, 128))
    box = (abs(x - 64) < 30) & (abs(y - 48) < 24)      # with edges, and something behind them
    color = np.where(box[..., None], (0.6, 0.3, 0.1), (0.1, 0.3, 0.6)).astype(np.float32)
    plate = Plate.from_arrays(color, np.where(box, 1.0, 4.0).astype(np.float32))
    with Renderer(plate, SIZE, layers=Layers.of(plate, draft=True)) as renderer:
        for lens in (False, True):
            for _ in warming(renderer, lens):
                report(PINHOLE * lens, "")


# -- what leaves the window as a file ---------------------------------------------------------------------------------

FRAMES = "shot"
"""Name of the frames that the window exports."""


def exported(plate, shot: Shot, take: str | None, path: Path, bokeh: str, *, report) -> None:
    """A take as a film, or where the path is none of a film, as frames in a folder; see export.delivery."""
    apart(_exported, replace(plate, unadjusted=None), shot, take, path, bokeh, report=report, tidy=True)


def _exported(plate, shot, take, path, bokeh, *, report) -> None:
    from ..render import Renderer
    delivery, done = Delivery(shot, take), [0]
    layers = Layers.of(plate, lambda share, stage=None: report(0.0, stage))

    def step() -> None:
        done[0] += 1
        report(done[0] / len(delivery), "")

    with Renderer(plate, delivery.size, layers=layers) as renderer:
        drawing = Drawing(delivery, renderer, bokeh)
        if path.suffix.lower() in SUFFIXES:
            def pictures():
                for frame in drawing.each(range(len(delivery)), "picture"):
                    yield frame.picture
                    step()
            write_video(path, pictures(), delivery.size, shot.fps)
        else:
            Sequence(path, sequence_name(FRAMES, delivery), drawing, "png").write(range(len(delivery)), step)


@dataclass(frozen=True, slots=True)
class Moment:
    """What the pictures show, to be kept.

    cameras  of A and B
    bokeh    of both: "off" or "gather"
    place    where they stand in the whole, and how large they are, pixels
    mode     of comparing, with its wipe, and the seconds by which it blinks
    """

    cameras: tuple[Camera, Camera]
    bokeh: tuple[str, str]
    place: Layout
    mode: str
    wipe: Wipe
    time: float


def pictured(plate, layers: Layers, moment: Moment, path: Path, *, report) -> None:
    """A moment as a picture, in PNG."""
    apart(_pictured, replace(plate, unadjusted=None), layers, moment, path, report=report, tidy=True)


def _pictured(plate, layers, moment, path, *, report) -> None:
    from ..render import Renderer
    from ..render.compare import compared
    sizes = [tuple(round(v) for v in rect[2:]) for rect in (moment.place.a, moment.place.b)]
    with Renderer(plate, sizes[0], layers=layers) as renderer:
        frames = []
        for camera, size, bokeh in zip(moment.cameras, sizes, moment.bokeh):
            renderer.resize(size)
            frames.append(renderer.render(camera, bokeh))
        picture = compared(renderer, moment.place, *frames, moment.mode, wipe=moment.wipe, time=moment.time)
    write_picture(path, picture)
