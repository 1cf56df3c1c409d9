"""`pushin open`, or just `pushin`: the window; without a screen, the comparison as a picture."""
from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from . import arguments

EXAMPLES = """\
examples:
  pushin                                       the bundled plate; `pushin` is short for `pushin open`
  pushin photo.exr --focal-length 35           an EXR with a Z channel
  pushin photo.jpg --depth depth.png --depth-kind inverse --near 0.8 --far 20 --subject 812,400

keys: space plays and pauses, the arrow keys step, Home and End go to the ends
"""

STRIP = Path("pushin-compare.png")


def add(subparsers) -> None:
    parser = subparsers.add_parser("open", usage="pushin [PLATE] [OPTION...]",
                                   help="open a plate in the window (the default command)",
                                   description="Opens the window: the push-in beside the zoom that shows the subject "
                                               f"at the same size. Without a screen, writes both into {STRIP}.",
                                   epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_plate(parser)
    arguments.add_subject(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if not has_screen():
        from . import compare
        plate = arguments.open_plate(args)
        compare.write(STRIP, plate, arguments.find_subject(args, plate), arguments.push(compare.PUSH))
        print(f"There is no screen for the window; the comparison is in {STRIP.resolve()}")
        return 0
    from ..desktop.window import Window
    Window(lambda: arguments.open_plate(args), lambda plate: arguments.find_subject(args, plate)).run()
    return 0


def has_screen() -> bool:
    """Whether a window can be shown. On Linux that takes X11 (a Wayland session brings it along)."""
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY"))
