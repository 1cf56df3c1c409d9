"""`pushin open`, or just `pushin`: the window; without a screen, the comparison as a picture."""
from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ..errors import PushinError
from . import arguments

EXAMPLES = """\
examples:
  pushin                                       the bundled plate; `pushin` is short for `pushin open`
  pushin photo.exr --focal-length 35           an EXR with a Z channel
  pushin photo.jpg --depth depth.png --depth-kind inverse --near 0.8 --far 20 --subject 812,400

  pushin shot.json                             a shot that was saved

In the window, ? shows all keys, and Ctrl+P finds any action by a part of its name.
"""

STRIP, SHEET = Path("pushin-compare.png"), Path("pushin-sheet.png")


def add(subparsers) -> None:
    parser = subparsers.add_parser("open", usage="pushin [PLATE] [OPTION...]",
                                   help="open a plate in the window (the default command)",
                                   description="Opens the window: the push-in beside the zoom that shows the subject "
                                               f"at the same size. Without a screen, writes both into {STRIP}, and of "
                                               f"a shot its frames into {SHEET}.",
                                   epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_plate(parser)
    arguments.add_subject(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    shot = args.plate is not None and args.plate.lower().endswith(".json")
    told = [*arguments.described(args), *(name for name in ("at", "person", "subject") if getattr(args, name) is not None)]
    if shot and told:
        raise PushinError(f"--{told[0].replace('_', '-')} is of a picture, and {args.plate} is a shot; leave it out.")
    if not has_screen():
        from . import compare, main
        if shot:
            code = main(["sheet", args.plate, "-o", str(SHEET)])
            if code == 0:
                print(f"There is no screen for the window; the shot's frames are in {SHEET.resolve()}")
            return code
        compare.write(args, STRIP, arguments.push(compare.PUSH))
        print(f"There is no screen for the window; the comparison is in {STRIP.resolve()}")
        return 0
    from ..rehearsal.worker_process import ready
    ready()      # while the window comes up
    from ..desktop.window import Window
    Window(opening(args)).run()
    return 0


def opening(args: argparse.Namespace):
    """What the window opens with: opening(report) -> Opened; a shot, a plate, or the bundled one."""
    from ..desktop import opening as ways
    if args.plate is None and not (args.subject or args.at or args.person or arguments.described(args)):
        return ways.bundled
    if args.plate is not None and args.plate.lower().endswith(".json"):
        return lambda report: ways.open_file(args.plate, report)

    def opens():
        from ..shots.shotfile import plate_file
        plate = arguments.open_plate(args)
        told = {name: value for name, value in arguments.described(args).items()
                if name not in ("focal_length", "sensor_width")}  # the stage knows those
        return plate, plate_file(plate, args.plate, **told)
    return lambda report: ways.open_new(opens, lambda plate: (arguments.find_subject(args, plate),), report)


def has_screen() -> bool:
    """Whether a window can be shown. On Linux that takes X11 (a Wayland session brings it along)."""
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY"))
