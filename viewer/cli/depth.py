"""`pushin depth`: depth for a plain photo, estimated by a network."""
from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import PushinError
from ..plate.hub import DEFAULT, MODELS, cached, model_file
from .arguments import output
from .aside import say
from .progress import Progress

EXAMPLES = f"""\
examples:
  pushin depth photo.jpg                                  with {DEFAULT}, fetched once; writes photo_depth.png
  pushin depth photo.jpg --model depth_anything_v2.onnx   with a model of your own
  pushin depth photo.jpg --model depth-pro -o depth.tif   metric depth; mind its licence
  pushin photo.jpg --at 812,400=3                         then open it, and say that something is 3 m away

models: {', '.join(MODELS)}, or an ONNX file in the layout of Depth Anything V2 or Depth Pro
"""


def add(subparsers) -> None:
    parser = subparsers.add_parser("depth", usage="pushin depth PICTURE [--model MODEL] [-o FILE]",
                                   help="estimate the depth of a plain photo",
                                   description="Estimates depth with a neural network and writes it beside the photo, "
                                               "where opening the photo finds it.",
                                   epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", metavar="PICTURE", help="PNG, TIFF, JPEG, WebP, HEIC or EXR")
    parser.add_argument("--model", default=DEFAULT, metavar="MODEL", help=f"an ONNX file or a name (default: {DEFAULT})")
    parser.add_argument("-o", "--output", type=output, metavar="FILE",
                        help=".png or .tif (default: PICTURE with _depth.png, or _depth.tif of metric depth, where "
                             "there is no depth map yet)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    import cv2
    import numpy as np
    from ..files import check_target, write_whole
    from ..plate.estimate import Model, estimate
    from ..plate.images import read_picture
    from ..plate.plate import beside
    from ..plate.source import existing, name_of
    picture_path = existing(args.picture)
    target = None if args.output is None else check_target(args.output, (".png", ".tif", ".tiff"), [picture_path])
    if target is None and (found := beside(picture_path)):      # somebody's own, perhaps; and it would be found before this one
        raise PushinError(f"'{found}' is there already, and {name_of(picture_path)} opens with it; move it away, or name the "
                          f"file to write with -o.")
    picture = read_picture(picture_path)
    with Progress(unit="B") as progress:
        model = Model(model_path(args.model, progress.reach))
    if model.metric and target is not None and target.suffix.lower() == ".png":
        raise PushinError(f"{name_of(model.path)} estimates metres, which need a .tif and not a .png.")
    if target is None:
        target = picture_path.with_name(f"{picture_path.stem}_depth.{'tif' if model.metric else 'png'}")
        check_target(target, (".png", ".tif"), [picture_path])
    with Progress(unit=" passes") as progress:
        found = estimate(model, picture.color, progress.reach)
    values = found.values
    if not model.metric:
        low, high = float(values.min()), float(values.max())
        values = ((values - low) / max(high - low, 1e-9) * 65535 + 0.5).astype(np.uint16)
    _, encoded = cv2.imencode(target.suffix, values)
    write_whole(target, lambda path: path.write_bytes(encoded))
    kind = "metres" if model.metric else "relative inverse depth, near is bright"
    print(f"{target}: {values.shape[1]} x {values.shape[0]}, {kind}, {found.tiles} pass{'es' * (found.tiles > 1)}")
    if found.focal_pixels:
        print(f"The network takes the lens for {found.focal_pixels / picture.color.shape[1] * 36:.1f} mm on a 36 mm wide "
              f"sensor; where the photo does not tell, open it with --focal-length and --sensor-width.")
    return 0


def model_path(name: str, progress=None) -> Path:
    """A model's file by name or path, saying where a fetched one comes from."""
    from ..files import reaching
    path = Path(name)
    with reaching(path):
        there = path.is_file()
    if name not in MODELS or there:
        if not there and not path.suffix:
            raise PushinError(f"There is no model '{name}'; give an ONNX file or one of {', '.join(MODELS)}.")
        return path
    with reaching(cached(name)):
        there = cached(name).is_file()
    if not there:
        say(f"Fetching {MODELS[name].url} into {cached(name).parent}; licence of the weights: {MODELS[name].licence}.")
    fetched = model_file(name, progress)
    say(f"{name}: licence {MODELS[name].licence}, SHA-256 {fetched.with_suffix('.sha256').read_text().strip()}")
    return fetched
