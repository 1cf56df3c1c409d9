"""`pushin bench`: how fast this machine renders, in milliseconds and relative to a plain copy."""
from __future__ import annotations

import argparse
import json

from . import arguments

EXAMPLES = """\
examples:
  pushin bench
  pushin bench --size 3840x2160 --json

A ratio is the time of a pass divided by that of a full-screen copy of the same format, measured in the same run; it
compares machines of different speed.
"""

SIZE = (1280, 720)


def add(subparsers) -> None:
    parser = subparsers.add_parser("bench", usage="pushin bench [PLATE] [OPTION...]",
                                   help="measure the renderer",
                                   description="Prints the renderer, and for each pass the median time and its ratio "
                                               "to a full-screen copy.",
                                   epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_plate(parser)
    arguments.add_size(parser, "1280x720")
    parser.add_argument("--repeats", type=arguments.count, default=30, metavar="N",
                        help="renders per figure (default: 30)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    plate = arguments.open_plate(args)
    from ..render import bench
    result = bench.measure(plate, args.size or SIZE, repeats=args.repeats)
    print(json.dumps(result, indent=2) if args.json else table(result))
    return 0


def table(result: dict) -> str:
    """The measurement as text, one line per pass."""
    width, height = result["size"]
    rows = [("copy", result["copy_ms"], 1.0)]
    rows += [(name, figures["ms"], figures["ratio"]) for name, figures in result["passes"].items()]
    rows += [("whole frame", result["frame"]["ms"], result["frame"]["ratio"])]
    rows += [(f"whole frame, {name}", figures["ms"], figures["ratio"]) for name, figures in result["lens"].items()]
    name_width = max(len(name) for name, _, _ in rows)
    lines = [f"{result['renderer']}, {width}x{height}", f"{'':{name_width}}  {'median ms':>9}  {'x copy':>6}"]
    return "\n".join(lines + [f"{name:{name_width}}  {ms:9.2f}  {ratio:6.2f}" for name, ms, ratio in rows])
