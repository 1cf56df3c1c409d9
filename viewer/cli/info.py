"""`pushin info`: what a picture brings along: its lens, its depth and what was assumed."""
from __future__ import annotations

import argparse
import json

from ..counted import counted, plain
from . import arguments

NEAREST, FARTHEST = 0.05, 200.0
"""Metres: that a thing is nearer, or half of the picture farther, is more often a mistaken unit than a macro or a mountain."""
TOO_NEAR = {"metres": "dioptres (1/distance), inverse or linear", "centimetres": "metres", "millimetres": "metres or centimetres",
            "dioptres": "metres or inverse"}
TOO_FAR = {"metres": "centimetres or millimetres", "centimetres": "millimetres", "dioptres": "metres"}
"""By the kind that depth was taken for, what it may be instead."""
EXAMPLES = """\
examples:
  pushin info portrait.heic
  pushin info photo.jpg --depth depth.png --json
"""


def add(subparsers) -> None:
    parser = subparsers.add_parser("info", usage="pushin info [PLATE] [OPTION...]",
                                   help="print a plate's lens, depth and confidence",
                                   description="Prints size, lens, depth range, where the depth comes from, how far it "
                                               "can be trusted, and what was assumed.",
                                   epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_plate(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    plate = arguments.open_plate(args, quiet=True)
    found = described(plate)
    print(json.dumps(found, indent=2) if args.json else text(found))
    return 0


def described(plate) -> dict:
    """Everything as plain values: pixels of the file, millimetres, metres, degrees; a range without sky, None where all is sky."""
    import numpy as np
    from ..optics import field_of_view
    from ..plate.adjust import residuals
    from ..plate.clean import noise_of
    finite = np.isfinite(plate.depth)
    depths = plate.depth[finite]
    share = lambda mask: round(float(mask.mean()), 4)
    # Noise of disparity grows with nearness; told as a share of the median distance's.
    noise = noise_of(plate.disparity, plate.known) * float(np.median(depths)) if depths.size else 0.0
    return {
        "picture": plate.path and plate.path.name,
        "size": list(plate.full_size),
        "lens": {"focal_length_mm": round(plate.focal_length, 3), "sensor_width_mm": round(plate.sensor_width, 3),
                 "principal_point": [round(v * plate.reduction, 2) for v in plate.principal_point],
                 "horizontal_field_of_view": round(float(field_of_view(plate.focal_length, plate.sensor_width)), 2)},
        "depth": {"source": plate.source, "kind": plate.kind, "unit": "relative" if plate.relative else "metres",
                  "nearest": _short(depths.min()) if depths.size else None,
                  "median": _short(np.median(depths)) if depths.size else None,
                  "farthest": _short(depths.max()) if depths.size else None,
                  "sky": share(~finite)},
        "confidence": {"measured": share(plate.known), "noise": _short(noise),
                       "camera": None if plate.confidence is None else round(plate.confidence, 3)},
        "scale": residuals(plate, plate.adjustments) if plate.adjustments.anchors else [],
        "repairs": len(plate.adjustments.edits),
        "notes": [*plate.notes, *doubts(plate, depths)],
    }


def doubts(plate, depths) -> list[str]:
    """A sentence on metres (n,) that are hardly credible and that nobody but the depth's file tells; none for others."""
    import numpy as np
    if plate.relative or plate.adjustments.anchors or not depths.size:
        return []
    nearest, median = float(depths.min()), float(np.median(depths))
    if median > FARTHEST:
        says, others = f"half of the picture is more than {plain(median, 3)} m away", TOO_FAR.get(plate.kind)
    elif nearest < NEAREST:
        says, others = f"the nearest thing is {1000 * nearest:.2g} mm away", TOO_NEAR.get(plate.kind)
    else:
        return []
    return [f"The depth says that {says}; if it is of another kind, say --depth-kind {others}."] if others else []


def text(found: dict) -> str:
    from ..plate.source import one_line
    lens, depth, sure = found["lens"], found["depth"], found["confidence"]
    unit = "" if depth["unit"] == "relative" else " m"
    lines = [("picture", f"{one_line(found['picture'] or 'bundled')}, {found['size'][0]} x {found['size'][1]}"),
             ("lens", f"{lens['focal_length_mm']:g} mm on a {lens['sensor_width_mm']:g} mm wide sensor, "
                      f"{counted(format(lens['horizontal_field_of_view'], 'g'), 'degree')} across")]
    reach = "nothing but sky" if depth["nearest"] is None else \
        f"{depth['nearest']:g} to {depth['farthest']:g}{unit}, median {depth['median']:g}{unit}"
    lines += [("depth", reach + (" (relative)" if not unit else "") + (f", {depth['sky']:.1%} sky" if depth["sky"] else "")),
              ("from", f"{depth['source']}, {depth['kind']}"),
              ("confidence", f"{sure['measured']:.1%} measured, noise {sure['noise']:.2%} of the distance"
                             + ("" if sure["camera"] is None else f", the camera's own {sure['camera']:.2f}"))]
    lines += [("scale", line) for line in found["scale"]]
    lines += [("repairs", str(found["repairs"]))] if found["repairs"] else []
    lines += [("note", note) for note in found["notes"]]
    return "\n".join(f"{name:11} {line}" for name, line in lines)


def _short(value) -> float:
    return float(f"{float(value):.4g}")
