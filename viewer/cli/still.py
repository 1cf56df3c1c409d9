"""`pushin still`: one picture from one camera."""
from __future__ import annotations

import argparse

from . import arguments

EXAMPLES = """\
examples:
  pushin still --push 25% -o push.png                          the bundled plate, a quarter closer to its subject
  pushin still photo.exr --focal-length 35 --position 0.3,0,0 -o truck.exr
  pushin still photo.jpg --depth z.png --push 0.5 --pan 4 --f-stop 2.8 --subject 900,400 -o shot.png

A .png shows what a screen shows (8-bit sRGB). A .exr holds scene-linear half RGB, Z in metres (float, infinite for
the sky) and `invented`, the share of each pixel that the plate never showed.
"""


def add(subparsers) -> None:
    parser = subparsers.add_parser("still", usage="pushin still [PLATE] [OPTION...] -o FILE",
                                   help="render one picture from a moved camera", epilog=EXAMPLES,
                                   description="Renders one picture from a moved camera into a PNG or EXR file.",
                                   formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_plate(parser)
    arguments.add_camera(parser)
    arguments.add_size(parser, "the plate's")
    arguments.add_output(parser, ".png or .exr")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ..export.stills import SUFFIXES, write_still
    from ..files import check_target
    check_target(args.output, SUFFIXES, arguments.plate_files(args.plate, args.depth))
    plate = arguments.open_plate(args)
    camera = arguments.camera(args, plate)
    from ..render import Renderer
    with Renderer(plate, size=args.size or plate.size, highlights=args.highlights) as renderer:
        write_still(args.output, renderer.render(camera, bokeh=arguments.bokeh(args)))
    return 0
