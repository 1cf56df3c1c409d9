"""`pushin rack`: focus travelling between two subjects, as a strip of pictures."""
from __future__ import annotations

import argparse
import math

from . import arguments

EXAMPLES = """\
examples:
  pushin rack --from mira --to tom --f-stop 1.4 -o rack.png              the bundled plate, from face to face
  pushin rack photo.exr --focal-length 50 --from 812,400 --to 240,390 --f-stop 2 -o rack.png
  pushin rack --from 1100,500 --to 700,150 --f-stop 0.7 --pictures 7 --bokeh reference -o rack.png

Focus passes evenly in 1/distance, as a ring turned evenly moves it. Under each picture: what is sharp there, and how
large the blur of either subject is, as a share of the picture's width.
"""

PANEL_WIDTH = 480


def add(subparsers) -> None:
    parser = subparsers.add_parser("rack", usage="pushin rack [PLATE] --from X,Y --to X,Y --f-stop N [OPTION...] -o FILE",
                                   help="a rack focus between two subjects as a labelled strip",
                                   description="Renders focus travelling from one subject to another as a labelled strip.",
                                   epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_plate(parser)
    group = parser.add_argument_group("rack")
    for end in ("from", "to"):
        group.add_argument(f"--{end}", dest=f"{end}_subject", type=arguments.subject, required=True, metavar="X,Y",
                           help=f"where focus {'starts' if end == 'from' else 'ends'}: a pixel of the picture, or mira or "
                                "tom on the bundled plate")
    group.add_argument("--pictures", type=arguments.count, default=5, metavar="N", help="how many (default: 5)")
    group.add_argument("--f-stop", type=arguments.f_stop, required=True, metavar="N", help="f-number of the lens")
    arguments.add_bokeh(group)
    arguments.add_size(parser, f"of each picture; {PANEL_WIDTH} pixels wide")
    arguments.add_output(parser, ".png or .jpg")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from ..errors import PushinError
    from ..export.compare import Panel, strip
    from ..export.stills import PICTURES, encode_srgb, write_picture
    from ..files import check_target
    from ..optics import acceptable_circle, circle_of_confusion, depth_of_field
    from ..render import Renderer
    from ..shots.framing import Stage
    path = check_target(args.output, PICTURES, arguments.plate_files(args.plate, args.depth))
    if args.bokeh == "off":
        raise PushinError("Without blur a rack cannot be seen; leave --bokeh off out.")
    if args.pictures > 50:
        raise PushinError("A strip holds at most 50 pictures; ask for fewer with --pictures.")
    plate = arguments.open_plate(args)
    start, end = (arguments.find_subject(args, plate, asked).depth for asked in (args.from_subject, args.to_subject))
    if math.isclose(start, end, rel_tol=1e-3):
        raise PushinError(f"Both subjects are {metres(start)} away, so that focus goes nowhere; choose two that stand apart.")
    stage = Stage.of(plate)
    size = args.size or (PANEL_WIDTH, max(1, round(PANEL_WIDTH * plate.size[1] / plate.size[0])))
    panels = []
    with Renderer(plate, size=size, highlights=args.highlights) as renderer:
        for i in range(args.pictures):
            share = i / max(args.pictures - 1, 1)
            focus = 1 / ((1 - share) / start + share / end)
            camera = stage.camera(f_stop=args.f_stop, focus_distance=focus, **arguments.iris(args))
            lens = camera.focal_length, camera.f_stop, focus
            near, far = depth_of_field(*lens, acceptable_circle(camera.sensor_width))
            blur = [circle_of_confusion(z, *lens) / camera.sensor_width for z in (start, end)]
            figures = (("Sharp", f"{metres(near)} to {metres(far)}"),
                       *((name, f"{b:.1%}") for name, b in zip(("Blur, from", "Blur, to"), blur)))
            picture = encode_srgb(renderer.render(camera, bokeh=arguments.bokeh(args)).color)
            panels.append(Panel(picture, f"Focus {metres(focus)}", figures))
    write_picture(path, strip(panels))
    return 0


def metres(distance: float) -> str:
    return f"{distance:.2f} m" if distance < 10 else f"{distance:.0f} m" if distance < 1e4 else "infinity"
