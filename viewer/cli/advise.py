"""`pushin advise`: what will not work in a shot, why, and what would."""
from __future__ import annotations

import argparse

from . import arguments

EXAMPLES = """\
examples:
  pushin advise shot.json                  every take, judged with its plate
  pushin advise shot.json --take A         one take
  pushin advise shot.json --no-plate       without opening the plate (invented pixels are not judged)
  pushin advise shot.json --fix            also save every remedy that is an edit
exit code: 0 all will work, 1 something will not, 2 bad input
"""

MOST_FIXES = 8
"""A remedy may bring another fault to light; two that undo each other must end somewhere."""


def add(subparsers) -> None:
    parser = subparsers.add_parser(
        "advise", help="say what will not work in a shot, and the remedy", epilog=EXAMPLES,
        description="Judges a shot before it is shot: focus, lens, rig, framing, plate pixels. The exit code is 1 when "
                    "something will not work.", formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shot", metavar="SHOT", help="a shot file")
    parser.add_argument("--take", metavar="NAME", help="only this take (default: all)")
    parser.add_argument("--no-plate", action="store_true", help="do not open the plate")
    parser.add_argument("--invented", type=percent, default=15, metavar="PERCENT",
                        help="share of the frame that may be invented (default: %(default)s)")
    parser.add_argument("--fix", action="store_true", help="apply the remedies that are edits, and save the shot")
    parser.set_defaults(run=run)


def run(args) -> int:
    from ..rehearsal.remedies import followed
    from ..shots.advice import advise
    from ..shots.shotfile import save
    shot, plate = arguments.open_shot(args.shot, not args.no_plate)
    works, fixed = True, False
    for take in [shot.take(args.take)] if args.take or not shot.takes else shot.takes:
        advice = advise(shot, take.name, plate, args.invented / 100)
        for one in advice:
            print(f"take {take.name}: {'note: ' if one.works else ''}{one}")
        for _ in range(MOST_FIXES if args.fix else 0):
            one = next((a for a in advice if a.fixed), None)
            if one is None:
                break
            print(f"take {take.name}: done: {one.remedy}")
            shot, fixed = followed(shot, take.name, one), True
            advice = advise(shot, take.name, plate, args.invented / 100)
        works = works and all(one.works for one in advice)
    if works:
        print("All of it will work.")
    if fixed:
        save(shot, args.shot)
    return 0 if works else 1


def percent(text: str) -> float:
    value = arguments.number(text.strip().removesuffix("%"))
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"'{text}' does not lie between 0 and 100 per cent")
    return value
