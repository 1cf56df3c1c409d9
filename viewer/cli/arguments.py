"""Arguments that several commands share, and what they stand for: the plate, a camera, a subject, a size."""
from __future__ import annotations

import argparse
import math
import os
import re
from dataclasses import replace
from pathlib import Path

from ..counted import metric, plain
from ..errors import PushinError
from .aside import say

DEPTH_KINDS = ("metres", "centimetres", "millimetres", "dioptres", "disparity", "inverse", "inverted", "linear", "painted")
BOKEH = ("gather", "reference", "off")
MOST_PIXELS = 16384
"""Of a picture's side, wherever it is drawn."""


def add_plate(parser: argparse.ArgumentParser) -> None:
    """PLATE and what describes it; `open_plate` reads them."""
    group = parser.add_argument_group("plate")
    group.add_argument("plate", nargs="?", metavar="PLATE",
                       help="the picture: PNG, TIFF, JPEG, WebP, HEIC or EXR (default: the bundled plate)")
    group.add_argument("--depth", metavar="FILE",
                       help="its depth map: EXR, PNG, TIFF, PFM or NPY (default: the depth inside PLATE, or a file beside "
                            "it named like it with _depth)")
    group.add_argument("--depth-kind", choices=DEPTH_KINDS,
                       help="what the depth map holds: distances, dioptres (1/metres), disparity in pixels (with "
                            "--baseline), or relative depth between --near and --far: inverse (1/Z, near is bright), "
                            "inverted (1/Z, near is dark), linear (near is dark) or painted (linear, near is bright, as "
                            "by hand); default: told from the file")
    rays = group.add_mutually_exclusive_group()
    rays.add_argument("--ray", action="store_true", default=None, help="distances run along each pixel's ray")
    rays.add_argument("--planar", dest="ray", action="store_false", default=None,
                      help="distances run along the lens's axis (default: told from the depth's flat surfaces)")
    group.add_argument("--focal-length", type=millimetres, metavar="MM",
                       help="focal length of the lens that took the plate (default: what the file says)")
    group.add_argument("--sensor-width", type=millimetres, metavar="MM",
                       help="width of the sensor that the plate's width spans (default: what the file says, else 36)")
    group.add_argument("--principal-point", type=point, metavar="X,Y",
                       help="pixel, from the top left corner, that the lens looks straight at (default: the centre)")
    group.add_argument("--near", type=metres, metavar="M", help="nearest distance of a relative depth map")
    group.add_argument("--far", type=metres, metavar="M", help="farthest distance of a relative depth map")
    group.add_argument("--baseline", type=metres, metavar="M", help="distance between the lenses of a stereo pair")
    group.add_argument("--at", type=anchor, action="append", metavar="X,Y=M",
                       help="the thing at this pixel is so many metres (3) or feet (10ft) away; once sets the scale, twice the offset as "
                            "well, more are averaged; kept beside the plate for the next time")
    group.add_argument("--person", type=person, action="append", metavar="X0,Y0,X1,Y1=M",
                       help="somebody upright, from head to feet in this box of pixels, is so tall: 1.75 metres, or 5ft9")


def described(args: argparse.Namespace) -> dict:
    """What the arguments say of the plate, as Plate.open is told it."""
    return {name: getattr(args, name) for name in
            ("depth", "depth_kind", "focal_length", "sensor_width", "principal_point", "near", "far", "baseline", "ray")
            if getattr(args, name) is not None}


def plate_files(picture: str | None, depth: str | None) -> list:
    """The picture's and the depth's file, also where that just lies beside it: what no output may replace."""
    from ..plate.plate import beside
    if picture and not depth and os.path.isfile(picture):
        depth = beside(Path(picture))
    return [file for file in (picture, depth) if file]


def open_plate(args: argparse.Namespace, quiet: bool = False):
    """The Plate that the arguments name, saying what was assumed unless quiet; the bundled one where they name none."""
    told, anchors = described(args), (args.at or []) + (args.person or [])
    if args.plate is None:
        if told or anchors:
            option = next(iter(told), "at" if args.at else "person").replace("_", "-")
            raise PushinError(f"--{option} describes a plate of your own, but no PLATE was given.")
        from ..bundled import bundled_plate
        return bundled_plate()
    from ..plate import Plate
    plate = Plate.open(args.plate, **told)
    if anchors:
        plate = rescaled(plate, anchors)
    for note in () if quiet else plate.notes:
        say(f"note: {note}")
    return plate


def add_shot(parser) -> None:
    """SHOT, and how its frames are drawn; `open_shot` reads SHOT."""
    parser.add_argument("shot", metavar="SHOT", help="a shot file, as `pushin move` writes it")
    parser.add_argument("--take", metavar="NAME", help="which take (default: the first, A)")
    parser.add_argument("--bokeh", choices=BOKEH, default="gather",
                        help="how blur is made: gather is fast, reference exact and slow, off has none (default: gather)")


def open_shot(path: str, with_plate: bool = True):
    """(Shot, Plate or None) of a shot file, with a note where the plate's files are not what they were."""
    from ..shots.shotfile import changes, load, open_plate
    shot = load(path)
    plate = open_plate(shot) if with_plate else None    # says what is missing
    for change in changes(shot, plate):
        say(f"note: {change}")
    return shot, plate


def in_plate(plate, pixels: tuple[float, ...]) -> tuple[float, ...]:
    """A point or a box in pixels of the picture as its file holds it, in those of the plate, which is smaller where the picture
    was reduced; PushinError for a point outside."""
    wide, high = plate.full_size
    if len(pixels) == 2 and not (0 <= pixels[0] <= wide and 0 <= pixels[1] <= high):
        raise PushinError(f"The point {pixels[0]:g},{pixels[1]:g} lies outside the picture of {wide} x {high} pixels.")
    return tuple(v / plate.reduction for v in pixels)


def rescaled(plate, anchors):
    """The plate at the scale that --at and --person tell, which is printed with its residuals and kept beside it."""
    from ..plate.adjust import adjusted, residuals
    from ..plate.scale import Anchor, Person, check_height
    for pixels, metres in anchors:
        if len(pixels) == 4:
            check_height(metres)
    values = tuple((Anchor if len(pixels) == 2 else Person)(in_plate(plate, pixels), metres) for pixels, metres in anchors)
    changed = replace(plate.adjustments, anchors=values)
    plate = adjusted(plate, changed)
    for line in residuals(plate, changed):
        say(f"scale {line}")
    try:
        changed.save(plate.path)
    except PushinError as error:    # the scale holds for this run all the same
        say(f"note: {error}")
    return plate


def add_subject(parser) -> None:
    parser.add_argument("--subject", type=subject, metavar="X,Y",
                        help="pixel of the picture, from its top left corner, whose distance counts; on the bundled "
                             "plate also mira or tom (default: the nearest sizeable thing)")


def add_push(parser, default: str | None = None) -> None:
    parser.add_argument("--push", type=push, default=default, metavar="TRAVEL",
                        help="camera travel along the lens's axis: per cent of the subject's distance (25%%), metres (0.4m) or "
                             "feet (1ft 4in); negative pulls out" + (f" (default: {default.replace('%', '%%')})" if default else ""))


def find_subject(args: argparse.Namespace, plate, asked=None):
    """The Subject that is asked for, by name or pixel; by default what --subject means."""
    from ..bundled import bundled_subjects
    from ..pair import default_subject, subject_at
    from ..shots.framing import Subject
    named = {s.name: s for s in bundled_subjects()} if args.plate is None else {}
    asked = asked or args.subject
    if asked is None:
        if not named:
            return subject_at(plate, default_subject(plate))
        asked = next(iter(named))
    if isinstance(asked, str):
        if asked not in named:
            known = f"; the bundled plate has {' and '.join(named)}" if named else "; name its pixel, such as 640,360"
            raise PushinError(f"This plate has no subject named '{asked}'{known}.")
        found = named[asked]
        return Subject.at(found.name, plate, found.box, found.head, found.xy)
    return subject_at(plate, in_plate(plate, asked))


def travel(amount: tuple[float, str], distance: float) -> float:
    """Metres of travel along the axis, on which a subject lies at distance; refuses to pass it."""
    value, unit = amount
    metres = value / 100 * distance if unit == "%" else value
    if metres >= distance:
        share = f"; {value:g} % is written {value:g}%" if not unit and value < 100 else ""
        raise PushinError(f"A push of {plain(metres, 3)} m passes the subject, which is {plain(distance, 3)} m away{share}.")
    return metres


def add_camera(parser: argparse.ArgumentParser) -> None:
    """Where the camera stands, how it is turned, its lens and its focus; `camera` and `bokeh` read them."""
    group = parser.add_argument_group("camera", "The plate's own camera stands at 0,0,0 and looks straight ahead.")
    group.add_argument("--position", type=vector, default=(0.0, 0.0, 0.0), metavar="X,Y,Z",
                       help="how far from the plate's camera: right, up and back are positive (default: 0,0,0)")
    add_push(group)
    add_subject(group)
    for turn, positive_is in (("pan", "right"), ("tilt", "up"), ("roll", "clockwise")):
        group.add_argument(f"--{turn}", type=degrees, default=0.0, metavar="DEGREES", help=f"positive is {positive_is}")
    group.add_argument("--lens", type=millimetres, metavar="MM",
                       help="focal length of the moved camera, to zoom with (default: the plate's)")
    group.add_argument("--f-stop", type=f_stop, metavar="N", help="f-number of the lens (default: everything sharp)")
    group.add_argument("--focus", type=metres, metavar="M",
                       help="focus distance from the moved camera, such as 1.5m or 5ft (default: on the subject)")
    add_bokeh(group)


def add_bokeh(group) -> None:
    """How blur is made and shaped; `bokeh` and `iris` read it, and a Renderer takes the highlights."""
    group.add_argument("--bokeh", choices=BOKEH,
                       help="how blur is made: gather is fast, reference exact and slow (default: gather with "
                            "--f-stop, else off)")
    add_iris(group)
    group.add_argument("--highlights", type=positive, default=1.0, metavar="N",
                       help="times as bright as the plate has it that what is at least white is taken to be in the blur (default: 1)")


def add_iris(group, or_lens: str = "") -> None:
    """The shape of blur; `iris` reads it. or_lens says what else its blades and squeeze may be of."""
    group.add_argument("--blades", type=blades, metavar="N",
                       help=f"iris blades, 3 to 30; 0 is a round iris (default{or_lens})")
    for name, default, text in (("blade-rotation", 0.0, "degrees by which the iris is turned"),
                                ("roundness", 0.0, "of the blades: 0 straight, 1 a circle"),
                                ("squeeze", 1.0, "of an anamorphic lens: its blur is so many times as tall as wide"),
                                ("cats-eye", 0.0, "optical vignetting: how far the blur is cut towards the corners, 0 to 1"),
                                ("ring", 0.0, "profile of the blur: 1 a soap bubble, 0 even, -1 creamy")):
        group.add_argument(f"--{name}", type=number, metavar="N",
                           help=f"{text} (default: {default:g}{or_lens if name == 'squeeze' else ''})")


def iris(args: argparse.Namespace) -> dict[str, float]:
    """What the arguments of `add_iris` say of a Camera."""
    return {name: value for name in ("blades", "blade_rotation", "roundness", "squeeze", "cats_eye", "ring")
            if (value := getattr(args, name)) is not None}


def camera(args: argparse.Namespace, plate):
    """The Camera that the arguments of `add_camera` describe."""
    from ..shots.framing import Stage, distance
    idle = next(iter(iris(args)), "focus" if args.focus is not None else "bokeh" if args.bokeh not in (None, "off") else
                "highlights" if args.highlights != 1 else None)
    if idle and args.f_stop is None:
        raise PushinError(f"--{idle.replace('_', '-')} means nothing without --f-stop: everything is sharp.")
    if args.subject is not None and args.push is None and (args.f_stop is None or args.focus is not None):
        raise PushinError("--subject means nothing here; it is what --push goes to, and --f-stop without --focus is sharp on.")
    x, y, z = args.position
    stage = Stage.of(plate)
    if args.push is not None:
        z -= travel(args.push, find_subject(args, plate).depth)
    moved = stage.camera(position=(x, y, z), pan=args.pan, tilt=args.tilt, roll=args.roll,
                         focal_length=args.lens or plate.focal_length, f_stop=args.f_stop, **iris(args))
    focus = args.focus
    if focus is None and args.f_stop is not None:
        focus = distance(stage, find_subject(args, plate), moved)
        if not focus > 0:
            raise PushinError("The subject is not in front of the camera; say with --focus what is to be sharp.")
    return moved if focus is None else replace(moved, focus_distance=focus)


def bokeh(args: argparse.Namespace) -> str:
    return args.bokeh or ("off" if args.f_stop is None else "gather")


def add_size(parser, default: str) -> None:
    parser.add_argument("--size", type=size, metavar="WxH", help=f"size in pixels (default: {default})")


def add_output(parser, example: str) -> None:
    parser.add_argument("-o", "--output", type=output, required=True, metavar="FILE", help=f"the file to write ({example})")


# Readers of single values, for argparse: a ValueError there becomes its message.

def positive(text: str) -> float:
    return _read(text, text, "a number above zero", 0)


def metres(text: str) -> float:
    """'1.5', '1.5m' and '1.5 m' -> 1.5; '6ft 4in', "6'4" and '76in' -> 1.9304."""
    return _read(text, _bare(text), "a distance above zero, such as 1.5 (metres) or 5ft", 0)


def offset(text: str) -> float:
    """A distance, or one the other way: '-1ft' -> -0.3048."""
    return _read(text, _bare(text), "a distance, such as 1.5 (metres) or 5ft")


def _bare(text: str) -> str:
    return metric(text).strip().removesuffix("m")


def millimetres(text: str) -> float:
    """'50', '50mm' and '50 mm' -> 50.0."""
    return _read(text, text.strip().removesuffix("mm"), "a length in millimetres above zero, such as 50", 0)


def f_stop(text: str) -> float:
    """'2.8', 'f2.8' and 'f/2.8' -> 2.8."""
    if re.match(r"\s*[tT]", text):
        raise argparse.ArgumentTypeError(f"'{text}' is a T-stop, as only a lens of the kit has it (`pushin move --lens`); "
                                         "give the f-number")
    return _read(text, re.sub(r"^[fF]/?", "", text.strip()), "an f-number above zero, such as 2.8", 0)


def any_stop(text: str) -> tuple[str, float]:
    """'2.8' and 'f/2.8' -> ("f", 2.8); 'T2.8' -> ("T", 2.8)."""
    if not re.match(r"\s*[tT]", text):
        return "f", f_stop(text)
    return "T", _read(text, re.sub(r"^[tT]/?", "", text.strip()), "a T-stop above zero, such as T2.8", 0)


def degrees(text: str) -> float:
    """'4' and '4°' -> 4.0."""
    return _read(text, text.strip().removesuffix("°"), "an angle in degrees, such as 4")


def count(text: str) -> int:
    if not re.fullmatch(r"\d{1,6}", text) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number above zero")
    return int(text)


def number(text: str) -> float:
    return _read(text, text, "a number")


def _read(text: str, bare: str, what: str, above: float = -math.inf) -> float:
    """A number above another, of a text that without its unit is bare."""
    if re.fullmatch(r"\s*[-+]?\d*,\d+\s*", bare):
        raise argparse.ArgumentTypeError(f"'{text}' has a decimal comma; write {text.strip().replace(',', '.')}")
    try:
        value = float(bare)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > above):
        raise argparse.ArgumentTypeError(f"'{text}' is not {what}")
    return value


def blades(text: str) -> int:
    if not re.fullmatch(r"0|[3-9]|[12]\d|30", text.strip()):
        raise argparse.ArgumentTypeError(f"'{text}' is not 3 to 30 blades, or 0 for a round iris")
    return int(text)


def output(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("an empty name is none; name what is to be written")
    if text == "-":
        raise argparse.ArgumentTypeError("nothing is written to standard output; name what is to be written")
    return text


def push(text: str) -> tuple[float, str]:
    """'25%' -> (25.0, "%"); '0.4m' -> (0.4, "m"); '2ft' -> (0.6096, "m"); '0.4', which is metres as well, -> (0.4, "")."""
    match = re.fullmatch(r"\s*([-+]?[\d.,]+)\s*(%|m|)\s*", metric(text))
    if not match:
        raise argparse.ArgumentTypeError(f"'{text}' is neither per cent (25%) nor metres (0.4) nor feet (1ft 4in)")
    return _read(text, match[1], "per cent (25%), metres (0.4) or feet (1ft 4in)"), match[2]


def size(text: str) -> tuple[int, int]:
    """'1280x720' -> (1280, 720)."""
    match = re.fullmatch(r"(\d{1,9})[xX×](\d{1,9})", text.strip())
    if not match:
        raise argparse.ArgumentTypeError(f"'{text}' is not a size such as 1280x720")
    if not all(1 <= int(side) <= MOST_PIXELS for side in match.groups()):
        raise argparse.ArgumentTypeError(f"'{text}' is no size that can be drawn; each side has 1 to {MOST_PIXELS} pixels")
    return int(match[1]), int(match[2])


def vector(text: str) -> tuple[float, ...]:
    """'0.1,0,-0.4' -> (0.1, 0.0, -0.4)."""
    return _numbers(text, 3, "three distances such as 0.1,0,-0.4", offset)


def subject(text: str) -> str | tuple[float, ...]:
    """'640,360' -> (640.0, 360.0); 'mira' -> 'mira'."""
    return point(text) if "," in text else text


def point(text: str) -> tuple[float, ...]:
    return _numbers(text, 2, "two pixel coordinates such as 640,360")


def anchor(text: str) -> tuple[tuple[float, ...], float]:
    """'812,400=3m' -> ((812.0, 400.0), 3.0)."""
    return _known(text, 2, "a pixel and its distance such as 812,400=3 (metres) or 812,400=10ft")


def person(text: str) -> tuple[tuple[float, ...], float]:
    """'300,120,420,700=1.75' -> ((300.0, 120.0, 420.0, 700.0), 1.75)."""
    return _known(text, 4, "a box and a height such as 300,120,420,700=1.75 (metres) or 300,120,420,700=5ft9")


def box(text: str) -> tuple[float, ...]:
    return _numbers(text, 4, "a box in pixels such as 300,120,420,700")


def _known(text: str, count: int, wanted: str) -> tuple[tuple[float, ...], float]:
    place, equals, distance = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"'{text}' is not {wanted}")
    return _numbers(place, count, wanted), metres(distance)


def _numbers(text: str, count: int, wanted: str, read=number) -> tuple[float, ...]:
    parts = text.split(",")
    if len(parts) != count:
        raise argparse.ArgumentTypeError(f"'{text}' is not {wanted}")
    return tuple(read(part) for part in parts)
