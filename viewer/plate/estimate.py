"""Depth estimated from one picture by a network in an ONNX file, run by onnxruntime (the extra `pushin[depth]`).

Two layouts, told from the file's own inputs and outputs:
  Depth Anything V2 (Yang et al. 2024)   1x3xHxW in, H and W multiples of 14; relative inverse depth out, near is great
  Depth Pro (Bochkovskii et al. 2024)    1x3x1536x1536 in; metres and the focal length in pixels out

A network sees a large photo small. So its estimate of the whole is refined by overlapping tiles, each brought to the
whole's scale and offset by least squares (Miangoleh et al. 2021 merge in that way), and enlarged along its edges.
"""
from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ..errors import PushinError
from ..files import reaching
from .colour import encoded_srgb
from .depth import NEAREST_METRES
from .source import name_of, reading
from .upsample import fitted

PATCH = 14
"""Pixels of a vision transformer's patch: sides of its input are multiples of it."""
SIDE = 518
"""Pixels of the shorter side, which Depth Anything was trained with."""
PRO_SIDE = 1536
FINER = 2
"""How much finer tiles look than the whole; beyond it they hold too little to know what is near."""
OVERLAP = 0.25
MOST_BYTES = 4 << 30
_RANGE = (0.1, 1.0)
"""Relative inverse depth is handed out between these, as if from 1 to 10 metres: 0 would be the sky."""
_MEAN, _SPREAD = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
"""ImageNet's, for Depth Anything; Depth Pro has 0.5 for both."""


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """values float32 (h, w) of kind "inverse" or "metres"; focal_pixels of the picture's width, or None; tiles seen."""

    values: np.ndarray
    kind: str
    focal_pixels: float | None
    tiles: int


class Model:
    """A depth network ready to run. Raises PushinError on files that are none, with one sentence."""

    def __init__(self, path: str | Path):
        try:
            import onnxruntime
        except ImportError:
            raise PushinError("Estimating depth needs onnxruntime; install it with `pip install 'pushin[depth]'`.") \
                from None
        self.path = Path(path)
        name = name_of(self.path)
        with reaching(self.path):
            there = self.path.is_file()
        if not there:
            raise PushinError(f"There is no model {name}; give an ONNX file with --model, or the name of a model.")
        if not 0 < self.path.stat().st_size <= MOST_BYTES:
            raise PushinError(f"{name} is empty or larger than {MOST_BYTES >> 30} GB, and no model.")
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        with reading(self.path), contextlib.redirect_stdout(io.StringIO()):     # it prints when it falls back
            self._session = onnxruntime.InferenceSession(str(self.path), options, providers=["CPUExecutionProvider"])
            inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        shape = inputs[0].shape if len(inputs) == 1 else ()
        if len(shape) != 4 or shape[1] not in (3, None) and not isinstance(shape[1], str):
            raise PushinError(f"{name} is no depth model: it should take one picture of the shape 1 x 3 x height x "
                              f"width.")
        if inputs[0].type not in ("tensor(float)", "tensor(float16)"):
            raise PushinError(f"{name} takes {inputs[0].type} and not a picture of floats.")
        self._input, self._type = inputs[0].name, np.float16 if "16" in inputs[0].type else np.float32
        self.size = tuple(n if isinstance(n, int) and n > 0 else None for n in shape[2:])
        focal = [i for i, o in enumerate(outputs) if "focal" in o.name.lower()]
        self.metric = len(outputs) == 2 and (bool(focal) or self.size == (PRO_SIDE, PRO_SIDE))
        self._focal = (focal or [1])[0] if self.metric else None

    def run(self, picture: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, float | None]:
        """Depth (h', w') of a display-referred picture, float32 (h, w, 3) 0 to 1, shown to the network at (height,
        width), and the focal length in pixels of that size."""
        shown = cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA if size[0] < len(picture)
                           else cv2.INTER_CUBIC)
        mean, spread = (0.5, 0.5) if self.metric else (_MEAN, _SPREAD)
        batch = ((shown - mean) / spread).transpose(2, 0, 1)[None].astype(self._type)
        with reading(self.path):
            found = self._session.run(None, {self._input: batch})
        depth = np.squeeze(np.asarray(found[1 - self._focal if self.metric else 0], np.float32))
        if depth.ndim != 2 or min(depth.shape) < 2 or depth.size > 64 * size[0] * size[1]:
            raise PushinError(f"{name_of(self.path)} is no depth model: it made an array of the shape "
                              f"{depth.shape[:6]} of a picture of {size[1]} x {size[0]}.")
        if not np.isfinite(depth).all():
            raise PushinError(f"{name_of(self.path)} made numbers that are not finite of this picture; use another "
                              f"model.")
        focal = float(np.ravel(found[self._focal])[0]) if self.metric else None
        return depth, focal if focal and np.isfinite(focal) and focal > 0 else None


def estimate(model: Model, color: np.ndarray, progress=None) -> Estimate:
    """Depth at a picture's size. color is linear (h, w, 3); progress(done, total) is called after each pass."""
    picture = encoded_srgb(color.astype(np.float32))
    height, width = picture.shape[:2]
    tiles = [] if model.metric else _tiles((height, width), model)
    step = progress or (lambda done, total: None)
    if model.metric:
        size = tuple(n or PRO_SIDE for n in model.size)
        metres, focal = model.run(picture, size)
        step(1, 1)
        metres = np.clip(metres, NEAREST_METRES, 1e4)
        disparity = fitted(np.ascontiguousarray(1 / _at_most(metres, (height, width))), color)
        return Estimate(1 / disparity, "metres", focal and focal * width / size[1], 1)
    whole, _ = model.run(picture, _input_size((height, width), model))
    step(1, 1 + len(tiles))
    if tiles:
        whole = _refined(model, picture, whole, tiles, step)
    low, high = float(whole.min()), float(whole.max())
    share = (whole - low) / (high - low) if high > low else np.ones_like(whole)
    relative = _RANGE[0] + share * (_RANGE[1] - _RANGE[0])
    values = fitted(_at_most(relative.astype(np.float32), (height, width)), color)
    return Estimate(values, "inverse", None, 1 + len(tiles))


def _input_size(shape: tuple[int, int], model: Model) -> tuple[int, int]:
    """What the network is shown of a picture (height, width): its own size, or the shorter side SIDE, in patches."""
    scale = SIDE / min(shape)
    free = (max(round(n * scale / PATCH), 1) * PATCH for n in shape)
    return tuple(fixed or n for fixed, n in zip(model.size, free))


def _tiles(shape: tuple[int, int], model: Model) -> list[tuple[int, int, int, int]]:
    """(top, left, height, width) of overlapping tiles that show the picture FINER than the whole; none where the
    whole is shown nearly at its size."""
    tall, wide = _input_size(shape, model)
    finer = min(FINER, shape[0] / tall, shape[1] / wide)
    if finer < 1.5:
        return []
    sides = [round(n / finer) for n in shape]
    count = [int(np.ceil((n - s) / (s * (1 - OVERLAP)))) + 1 for n, s in zip(shape, sides)]
    tops, lefts = (np.round(np.linspace(0, n - s, c)).astype(int) for n, s, c in zip(shape, sides, count))
    return [(int(t), int(x), *sides) for t in tops for x in lefts]


def _refined(model: Model, picture, whole, tiles, step) -> np.ndarray:
    """The whole's estimate, FINER times its size, with the tiles' detail blended in."""
    height, width = picture.shape[:2]
    scale = FINER * whole.shape[0] / height, FINER * whole.shape[1] / width
    size = round(height * scale[0]), round(width * scale[1])
    base = cv2.resize(whole, size[::-1], interpolation=cv2.INTER_CUBIC)
    total, weights = 1e-3 * base, np.full(size, 1e-3, np.float32)
    for done, (top, left, tall, wide) in enumerate(tiles):
        part = picture[top:top + tall, left:left + wide]
        found, _ = model.run(part, _input_size(part.shape[:2], model))
        y, x = round(top * scale[0]), round(left * scale[1])
        h, w = min(round(tall * scale[0]), size[0] - y), min(round(wide * scale[1]), size[1] - x)
        found, under = cv2.resize(found, (w, h), interpolation=cv2.INTER_AREA), base[y:y + h, x:x + w]
        fade = np.minimum(*np.meshgrid(_fade(w), _fade(h)))
        aligned = _aligned(found, under)
        total[y:y + h, x:x + w] += fade * aligned
        weights[y:y + h, x:x + w] += fade
        step(done + 2, len(tiles) + 1)
    return total / weights


def _aligned(tile: np.ndarray, under: np.ndarray) -> np.ndarray:
    """A tile at the scale and offset of what it covers, by least squares without the worst fifth; what does not agree
    with it is replaced by it."""
    t, u = tile.ravel()[::7].astype(np.float64), under.ravel()[::7].astype(np.float64)
    keep = np.ones(t.shape, bool)
    for _ in range(3):
        spread = np.var(t[keep])
        factor = np.cov(t[keep], u[keep], bias=True)[0, 1] / spread if spread > 1e-12 else 0.0
        offset = u[keep].mean() - factor * t[keep].mean()
        miss = np.abs(factor * t + offset - u)
        keep = miss <= np.quantile(miss, 0.8)
    agrees = factor > 0 and miss[keep].mean() < 0.5 * max(np.abs(u[keep] - u[keep].mean()).mean(), 1e-9)
    return (factor * tile + offset).astype(np.float32) if agrees else under


def _fade(n: int) -> np.ndarray:
    at = np.arange(n) + 0.5
    return np.clip(np.minimum(at, n - at) / max(n * OVERLAP, 1), 1e-3, 1).astype(np.float32)


def _at_most(values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """A map no larger than (height, width)."""
    if values.shape[0] <= shape[0] and values.shape[1] <= shape[1]:
        return values
    return cv2.resize(values, shape[::-1], interpolation=cv2.INTER_AREA)
