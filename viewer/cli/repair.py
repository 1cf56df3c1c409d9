"""`pushin repair`: mends a plate's depth where it is wrong; kept beside the picture, never in it."""
from __future__ import annotations

import argparse
from dataclasses import replace
from functools import partial

from ..errors import PushinError
from . import arguments

EXAMPLES = """\
examples:
  pushin repair photo.heic --cut 300,120,620,900              cut the subject of a box out cleanly
  pushin repair photo.heic --flatten 300,120,620,900          make what is behind it one plane
  pushin repair photo.heic --nearer 410,300,80=20%            push a round spot nearer: pixel, radius, amount
  pushin repair photo.heic --flat 100,700,60 --flat 180,705,60
  pushin repair photo.heic --undo                             take the last repair back; --clear takes all
  pushin repair photo.heic --compare depth.png                the depth before and after, as pictures

Repairs are applied in the order in which they are given, and kept in PLATE.pushin.json.
"""


class _Append(argparse.Action):
    """Keeps edits of all kinds in one list, in the order of the command line."""

    def __call__(self, parser, namespace, value, option=None):
        namespace.edits = [*(namespace.edits or []), (option.lstrip("-"), value)]


def add(subparsers) -> None:
    parser = subparsers.add_parser("repair", usage="pushin repair PLATE [REPAIR...]", help="mend a plate's depth",
                                   description="Mends depth with brush strokes, by flattening what is behind a subject "
                                               "or by cutting a subject out. Without a repair, lists those there are.",
                                   epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_plate(parser)
    group = parser.add_argument_group("repairs")
    parser.set_defaults(run=run, edits=[])
    for name, what in (("cut", "cut out the subject of a box"), ("flatten", "make what is behind a subject one plane")):
        group.add_argument(f"--{name}", type=arguments.box, action=_Append, dest="edits", metavar="X0,Y0,X1,Y1",
                           help=what)
    for name, what, most in (("nearer", "push a round spot nearer by a share of its distance (10%%), at most 90%%", 0.9),
                             ("farther", "push it farther, at most 1000%%", 10.0), ("flat", "make it flat", 0.0)):
        group.add_argument(f"--{name}", type=partial(spot, name, most), action=_Append, dest="edits", help=what,
                           metavar="X,Y,RADIUS[=AMOUNT]" if most else "X,Y,RADIUS")
    group.add_argument("--undo", action="store_true", help="take the last repair back, before others are added")
    group.add_argument("--clear", action="store_true", help="take all repairs back, before others are added")
    group.add_argument("--compare", type=arguments.output, metavar="FILE", help="also write the depth before and after as a picture (.png)")


def run(args: argparse.Namespace) -> int:
    from ..files import check_target, write_whole
    from ..plate import repair
    from ..plate.adjust import adjusted
    if args.plate is None:
        raise PushinError("The bundled plate needs no repair; give a PLATE of your own.")
    files = arguments.plate_files(args.plate, args.depth)
    target = check_target(args.compare, (".png",), files) if args.compare else None
    plate = arguments.open_plate(args)
    kept = plate.adjustments.edits
    kept = () if args.clear else kept[:-1] if args.undo else kept
    made = {"cut": repair.Cut, "flatten": repair.Flatten}
    new = [made[name](arguments.in_plate(plate, value)) if name in made else
           repair.Stroke((arguments.in_plate(plate, value[0]),), value[1] / plate.reduction, name,
                         repair.amount_of(name, value[2]))
           for name, value in args.edits]
    changes = bool(new or args.clear or args.undo)
    after = adjusted(plate, replace(plate.adjustments, edits=(*kept, *new)))
    if changes:
        print(f"Kept in {after.adjustments.save(plate.path)}")
    for number, edit in enumerate(after.adjustments.edits, 1):
        print(f"{number}. {repair.said(edit, plate.reduction)}")
    if not after.adjustments.edits:
        print("There are no repairs.")
    if target is not None:
        import cv2
        before = adjusted(plate, replace(plate.adjustments, edits=()))
        _, encoded = cv2.imencode(".png", pictures(before, after))
        write_whole(target, lambda path: path.write_bytes(encoded))
    return 0


def pictures(before, after):
    """Two depths side by side as 8-bit pictures of inverse depth, near is bright, (h, 2 w)."""
    import numpy as np
    both = np.concatenate([before.disparity, after.disparity], 1)
    low, high = np.quantile(both, (0.002, 0.998))
    return (np.clip((both - low) / max(high - low, 1e-9), 0, 1) * 255 + 0.5).astype(np.uint8)


def spot(action: str, most: float, text: str) -> tuple[tuple[float, float], float, float]:
    """'410,300,80=20%' -> ((410.0, 300.0), 80.0, 0.2), of a share of the distance up to the most."""
    place, equals, amount = text.partition("=")
    parts = place.split(",")
    if len(parts) != 3:
        raise argparse.ArgumentTypeError(f"'{text}' is not a pixel, a radius and an amount such as 410,300,80=20%")
    if equals and not most:
        raise argparse.ArgumentTypeError(f"'{text}' has an amount, and {action} takes none: {place}")
    share = arguments.positive(amount.removesuffix("%")) / 100 if amount else 0.1
    if most and share > most:
        raise argparse.ArgumentTypeError(f"'{text}' is too much: something is brought at most {most:.0%} of its distance {action}")
    return (arguments.number(parts[0]), arguments.number(parts[1])), arguments.positive(parts[2]), share
