"""`pushin sheet`: a shot as a contact sheet."""
from __future__ import annotations

import argparse

from . import arguments
from .progress import Progress

EXAMPLES = """\
examples:
  pushin sheet shot.json -o sheet.png                         twelve frames of take A
  pushin sheet shot.json --take B --count 6 --columns 3 -o zoom.jpg
  pushin sheet shot.json --size 960x540 -o large.png          larger pictures
"""

WIDTH = 480
"""Pixels across a picture, unless another size is asked for."""


def add(subparsers) -> None:
    parser = subparsers.add_parser(
        "sheet", usage="pushin sheet SHOT [OPTION...] -o FILE", help="lay a shot's frames out on a contact sheet",
        description="Lays frames at even distances out on one sheet, each with its timecode, focal length, stop, focus "
                    "distance and shot size.", epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_shot(parser)
    parser.add_argument("--count", type=arguments.count, default=12, metavar="N", help="how many frames (default: 12)")
    parser.add_argument("--columns", type=arguments.count, default=4, metavar="N", help="in a row (default: 4)")
    arguments.add_size(parser, f"of each picture, {WIDTH} across")
    arguments.add_output(parser, ".png or .jpg")
    parser.set_defaults(run=run)


def run(args) -> int:
    from ..export.delivery import Delivery, Drawing
    from ..export.sheet import cell, evenly, heading, sheet
    from ..export.stills import PICTURES, write_picture
    from ..files import check_target
    shot, plate = arguments.open_shot(args.shot)
    path = check_target(args.output, PICTURES, arguments.plate_files(shot.plate.path, shot.plate.depth))
    delivery = Delivery(shot, args.take, args.size, WIDTH)
    frames = evenly(len(delivery), args.count)
    from ..render import Renderer
    cells = []
    with Renderer(plate, size=delivery.size) as renderer, Progress(len(frames)) as progress:
        for number, frame in zip(frames, Drawing(delivery, renderer, args.bokeh).each(frames, "picture")):
            cells.append(cell(delivery, number, frame.picture))
            progress.step()
    write_picture(path, sheet(cells, *heading(delivery), args.columns))
    return 0
