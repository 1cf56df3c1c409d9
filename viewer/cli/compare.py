"""`pushin compare`: plate, push-in and matched zoom, or several lenses, side by side."""
from __future__ import annotations

import argparse

from . import arguments
from .aside import say

EXAMPLES = """\
examples:
  pushin compare -o compare.png                                        the bundled plate, 25 % closer
  pushin compare --subject tom --push 0.8m -o compare.png              0.8 m nearer to the man in the background
  pushin compare photo.exr --focal-length 50 --subject 812,400 --push 30% -o compare.png
  pushin compare --subject mira --lens 24,85 -o lenses.png             two lenses, each where it shows her as large as the plate

The zoom has the focal length that shows the subject as large as the push-in does. What differs is everything else.
"""

PUSH = "25%"
PANEL_WIDTH = 640


def add(subparsers) -> None:
    parser = subparsers.add_parser("compare", usage="pushin compare [PLATE] [OPTION...] -o FILE",
                                   help="plate, push-in and the zoom with the same subject size, or lenses",
                                   description="Puts the plate, a push-in and the zoom that shows the subject at the "
                                               "same size side by side, with the figures that tell them apart.",
                                   epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_plate(parser)
    arguments.add_subject(parser)
    way = parser.add_mutually_exclusive_group()
    arguments.add_push(way, default=PUSH)
    way.add_argument("--lens", type=lenses, default=(), metavar="MM,MM",
                     help="instead: lenses, each from where it shows the subject as large as the plate does")
    arguments.add_size(parser, f"of each picture; {PANEL_WIDTH} pixels wide")
    arguments.add_output(parser, ".png or .jpg")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    write(args, args.output, args.push, args.size, args.lens)
    return 0


def write(args: argparse.Namespace, output, push: tuple[float, str], size: tuple[int, int] | None = None,
          lens: tuple[float, ...] = ()) -> None:
    """Renders the pictures of the plate and subject that are asked for, and writes them as one labelled strip."""
    from ..export.compare import Panel, strip
    from ..export.stills import PICTURES, encode_srgb, write_picture
    from ..files import check_target
    from ..pair import Pair, through
    from ..render import Renderer
    path = check_target(output, PICTURES, arguments.plate_files(args.plate, args.depth))
    plate = arguments.open_plate(args)
    subject = arguments.find_subject(args, plate)
    moments = [("Plate", *through(plate, subject, plate.focal_length))]
    if lens:
        moments += [(f"{focal:g} mm, same subject size", *through(plate, subject, focal)) for focal in lens]
    else:
        pair = Pair(plate, subject, arguments.travel(push, subject.depth))
        for note in pair.notes:
            say(f"note: {note}")
        moments += zip(pair.titles, pair.cameras(pair.duration), pair.captions(pair.duration))
    size = size or (PANEL_WIDTH, max(1, round(PANEL_WIDTH * plate.size[1] / plate.size[0])))
    with Renderer(plate, size=size) as renderer:
        panels = [Panel(encode_srgb(renderer.render(camera).color), title, caption)
                  for title, camera, caption in moments]
    write_picture(path, strip(panels))


def lenses(text: str) -> tuple[float, ...]:
    """'24,85' -> (24.0, 85.0)."""
    from ..shots.kit import FOCAL_LENGTHS
    found = tuple(map(arguments.millimetres, text.split(",")))
    if len(found) > 4 or not all(FOCAL_LENGTHS[0] <= focal <= FOCAL_LENGTHS[1] for focal in found):
        low, high = FOCAL_LENGTHS
        raise argparse.ArgumentTypeError(f"'{text}' is not up to four lenses of {low:g} to {high:g} mm, such as 24,85")
    return found
