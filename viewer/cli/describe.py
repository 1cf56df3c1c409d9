"""`pushin describe`: a shot in words, as lines of a shot list and as a prompt for AI video generation."""
from __future__ import annotations

import argparse

from .arguments import output, plate_files

EXAMPLES = """\
examples:
  pushin describe shot.json                          shot list and prompts, for reading
  pushin describe shot.json --format csv -o list.csv a line per take, for a spreadsheet
  pushin describe shot.json --take A --format prompt only the prompt for AI video generation
  pushin describe day1/*.json --format markdown      the shot list of a day
"""


def add(subparsers) -> None:
    parser = subparsers.add_parser(
        "describe", help="write a shot as a shot-list line and as a prompt for AI video", epilog=EXAMPLES,
        description="Describes what a shot does, as it plays: number, size, move, lens, equipment, subject and "
                    "duration, and a prompt with start and end frame, camera, focus and feeling.",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shots", nargs="+", metavar="SHOT", help="shot files")
    parser.add_argument("--take", metavar="NAME", help="only this take (default: all)")
    parser.add_argument("--format", choices=("all", "text", "csv", "markdown", "prompt"), default="all",
                        help="all is the shot list as text and the prompts (default: all)")
    parser.add_argument("-o", "--output", type=output, metavar="FILE", help="write there: .txt, .csv or .md (default: print)")
    parser.set_defaults(run=run)


def run(args) -> int:
    from ..errors import PushinError
    from ..export.description import FORMATS, prompt, shot_line
    from ..files import check_target, write_whole
    from ..shots.shotfile import load
    shots = [load(path) for path in args.shots]
    if args.output:
        read = (file for shot in shots for file in plate_files(shot.plate.path, shot.plate.depth))
        target = check_target(args.output, (".txt", ".csv", ".md"), [*args.shots, *read])
    takes = [(shot, take.name) for shot in shots for take in
             ([shot.take(args.take)] if args.take else shot.takes)]
    if not takes:
        raise PushinError("There is no take to describe.")
    parts = []
    if args.format != "prompt":
        lines = [shot_line(shot, take) for shot, take in takes]
        parts.append(FORMATS["text" if args.format == "all" else args.format](lines))
    if args.format in ("all", "prompt"):
        for shot, take in takes:
            heading = f"Prompt, shot {shot_line(shot, take).number}\n" if len(takes) > 1 else ""
            parts.append(heading + prompt(shot, take))
    text = "\n".join(parts)
    if args.output:
        write_whole(target, lambda path: path.write_text(text, "utf-8", newline=""))
    else:
        print(text, end="")
    return 0
