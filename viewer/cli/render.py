"""`pushin render`: a shot as a film or as single frames."""
from __future__ import annotations

import argparse
import re
import time
from pathlib import Path

from ..counted import counted
from ..errors import PushinError
from . import arguments
from .aside import say
from .progress import Progress

EXAMPLES = """\
examples:
  pushin render shot.json -o shot.mp4                         take A as H.264
  pushin render shot.json --take B --size 1280x720 -o zoom.mp4
  pushin render shot.json -o frames/                          frames/shot_A.0001.png and on; run again, it resumes
  pushin render shot.json --format exr --frames 10-48 -o frames/

A film is H.264 in MP4 or MOV, 8-bit 4:2:0, tagged BT.709. Ctrl-C or SIGTERM ends it early: the frames so far make a film
that plays, as NAME.partial.mp4 where NAME.mp4 was there already. Single frames are PNG (8-bit sRGB) or EXR (linear half
RGB, Z in metres, and `invented`, the share of each pixel that the plate never showed). A frame that is there already,
whole and drawn from the same plate and camera, in the same size and blur, is kept; others are replaced.

exit code: 0 done, 2 bad input, 130 interrupted, 143 ended by SIGTERM
"""


def add(subparsers) -> None:
    parser = subparsers.add_parser(
        "render", usage="pushin render SHOT [OPTION...] -o FILE|FOLDER/", help="render a shot as a film or as frames",
        description="Renders one take of a shot as H.264, or as a sequence of PNG or EXR files.", epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_shot(parser)
    arguments.add_size(parser, "the shot's delivery")
    parser.add_argument("--frames", type=frames, metavar="N-M",
                        help="only these frames, counted from 1: 10-48, 10- or 48 (default: all)")
    parser.add_argument("--format", choices=("png", "exr"), help="of single frames (default: png)")
    parser.add_argument("--crf", type=crf, metavar="N",
                        help="quality of a film, from 1 (best) to 51 (default: 18)")
    parser.add_argument("--stats", action="store_true", help="say how long it took, and the share outside of drawing")
    parser.add_argument("-o", "--output", type=arguments.output, required=True, metavar="FILE|FOLDER/",
                        help="a film (.mp4, .mov), or a folder for single frames")
    parser.set_defaults(run=run)


def run(args) -> int:
    from ..export.delivery import Delivery, Drawing
    from ..export.video import SUFFIXES, check_video
    film = not args.output.endswith("/") and Path(args.output).suffix.lower() in SUFFIXES
    _check(args, film)
    shot, plate = arguments.open_shot(args.shot)
    delivery = Delivery(shot, args.take, args.size)
    chosen = delivery.range(*args.frames or ())
    if film:
        check_video(args.output, delivery.size)
    from ..render import Renderer
    with Renderer(plate, size=delivery.size) as renderer:
        drawing, began = Drawing(delivery, renderer, args.bokeh), time.perf_counter()
        drawn = (_film if film else _frames)(args, drawing, chosen)
        seconds = time.perf_counter() - began
    if drawn is None:
        raise KeyboardInterrupt
    if args.stats and drawn:
        print(f"{counted(drawn, 'frame')} of {delivery.size[0]}x{delivery.size[1]} in {seconds:.1f} s "
              f"({drawn / seconds:.1f} a second); {1 - drawing.seconds / seconds:.1%} of the time outside of drawing.")
    return 0


def _film(args, drawing, chosen: range) -> int | None:
    """Writes a film; how many frames were drawn, or None where it was interrupted."""
    from ..export.video import CRF, Interrupted, write_video
    with Progress(len(chosen)) as progress:
        def pictures():
            for frame in drawing.each(chosen, "picture"):
                yield frame.picture
                progress.step()
        try:
            return write_video(args.output, pictures(), drawing.delivery.size, drawing.delivery.shot.fps,
                               CRF if args.crf is None else args.crf)
        except Interrupted as stop:
            return progress.interrupted(f"{stop.path} plays up to there")
        except KeyboardInterrupt:
            return progress.interrupted("nothing was written")


def _frames(args, drawing, chosen: range) -> int | None:
    """Writes single frames; how many were drawn, or None where it was interrupted."""
    from ..export.sequence import Sequence, sequence_name
    sequence = Sequence(args.output, sequence_name(args.shot, drawing.delivery), drawing, args.format or "png")
    missing = sequence.missing(chosen)
    if len(missing) < len(chosen):
        say(f"note: {len(chosen) - len(missing)} of {counted(len(chosen), 'frame')} there already.")
    if replaced := sum(sequence.path(frame).exists() for frame in missing):
        say(f"note: {counted(replaced, 'frame')} there, drawn from another shot, size or blur, or not whole, "
            f"{'is' if replaced == 1 else 'are'} replaced.")
    with Progress(len(missing)) as progress:
        try:
            sequence.write(missing, progress.step)
            return len(missing)
        except KeyboardInterrupt:
            return progress.interrupted("the same command goes on from there")


def _check(args, film: bool) -> None:
    """Refuses what contradicts itself, before any work."""
    from ..files import reaching
    if film and args.format:
        raise PushinError("--format is of single frames, and the output is a film; name a folder instead.")
    if not film and args.crf is not None:
        raise PushinError("--crf is of a film; name one that ends in .mp4 or .mov.")
    with reaching(args.output):
        is_folder = Path(args.output).is_dir()
    if not film and Path(args.output).suffix and not args.output.endswith("/") and not is_folder:
        raise PushinError(f"'{args.output}' should end in .mp4 or .mov for a film, or in / for a folder of frames.")


# Readers of single values, for argparse.

def frames(text: str) -> tuple[int | None, int | None]:
    """'10-48' -> (10, 48), '10-' -> (10, None), '-48' -> (None, 48), '12' -> (12, 12)."""
    match = re.fullmatch(r"(\d{0,6})(-?)(\d{0,6})", text.strip())
    first, dash, last = match.groups() if match else ("", "", "")
    if not first and not last or any(n and not int(n) for n in (first, last)):
        raise argparse.ArgumentTypeError(f"'{text}' is not a range of frames such as 10-48")
    if first and last and int(first) > int(last):
        raise argparse.ArgumentTypeError(f"'{text}' runs backwards; write the first frame first, {last}-{first}")
    return (int(first) if first else None), (int(last) if last else None if dash else int(first))


def crf(text: str) -> int:
    if not (re.fullmatch(r"\d{1,2}", text) and 1 <= int(text) <= 51):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 to 51")
    return int(text)
