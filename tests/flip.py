"""Comparing pictures: display-referred values, FLIP (Andersson et al. 2020), and sub-pixel shifts."""
from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from scipy.ndimage import map_coordinates, spline_filter


def display(linear: np.ndarray) -> np.ndarray:
    """Scene-linear to display-referred 0..1: clipped, sRGB curve."""
    v = np.clip(np.asarray(linear, np.float32), 0, 1)
    return np.where(v <= 0.0031308, 12.92 * v, 1.055 * v ** (1 / 2.4) - 0.055).astype(np.float32)


def flip_map(reference: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """FLIP error (h, w) between display-referred pictures: 0 for the same, 1 at most."""
    import flip_evaluator

    reference, picture = (np.ascontiguousarray(np.clip(a, 0, 1), np.float32) for a in (reference, picture))
    return np.asarray(flip_evaluator.evaluate(reference, picture, "LDR", applyMagma=False)[0])[..., 0]


def flip(reference: np.ndarray, picture: np.ndarray) -> float:
    """Mean FLIP error between display-referred pictures."""
    return float(flip_map(reference, picture).mean())


def read_png(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"), np.float32) / 255


def write_png(path: Path, picture: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)).save(path, optimize=True)


def side_by_side(picture: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Picture, reference and their FLIP difference (bright where a viewer sees one) in a row."""
    if picture.shape != reference.shape:
        reference = cv2.resize(reference, picture.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    error = np.repeat(np.sqrt(flip_map(reference, picture))[..., None], 3, -1)
    gap = np.ones((picture.shape[0], 4, 3), np.float32)
    return np.concatenate([picture, gap, reference, gap, error], 1)


def motion(reference: np.ndarray, picture: np.ndarray, where: np.ndarray, affine: bool = False) -> np.ndarray:
    """Where the picture lies against the reference, in pixels to the right and down, measured over `where`.

    Least squares over the brightness constancy equation, iterated with resampling (Lucas and Kanade 1981): for a
    smooth texture it resolves a few thousandths of a pixel. Any gain and offset of brightness is fitted along.

    returns  (dx, dy); affine: (dx, dy, dx per x, dx per y, dy per x, dy per y) about the middle of `where`
    """
    reference, picture = np.asarray(reference, np.float32), np.asarray(picture, np.float32)
    y, x = np.nonzero(where)
    middle = np.array([x.mean(), y.mean()])
    u, v = x - middle[0], y - middle[1]
    basis = np.stack([np.ones_like(u), u, v], -1) if affine else np.ones((len(u), 1))
    k = basis.shape[1]
    solution = np.zeros(2 * k)
    grid = np.stack(np.meshgrid(np.arange(picture.shape[1]), np.arange(picture.shape[0])), -1).astype(np.float32)
    full = grid - middle.astype(np.float32)
    spline = [spline_filter(picture[..., c], 3) for c in range(picture.shape[2])]
    for _ in range(8):
        terms = np.concatenate([np.ones((*full.shape[:2], 1)), full], -1)[..., :k]
        shift = np.stack([terms @ solution[:k], terms @ solution[k:]], -1)
        at = (grid + shift).astype(np.float32)
        # A cubic spline, for cv2.remap moves in steps of 1/32 pixel.
        moved = np.stack([map_coordinates(plane, [at[..., 1], at[..., 0]], order=3, mode="nearest", prefilter=False)
                          for plane in spline], -1).astype(np.float32)
        gx, gy = _gradients(0.5 * (moved + reference))
        rows, values = [], []
        for c in range(reference.shape[2]):
            flat = reference[y, x, c].astype(float)
            columns = [gx[y, x, c][:, None] * basis, gy[y, x, c][:, None] * basis]
            own = np.zeros((len(flat), 2 * reference.shape[2]))
            own[:, 2 * c], own[:, 2 * c + 1] = flat, 1
            rows.append(np.concatenate([*columns, own], 1))
            values.append(flat - moved[y, x, c])
        a, b = np.concatenate(rows), np.concatenate(values)
        step = np.linalg.lstsq(a.T @ a, a.T @ b, rcond=None)[0][:2 * k]
        solution += step
        if np.abs(step[[0, k]]).max() < 1e-3:
            break
    return np.array([solution[0], solution[k]] if not affine else
                    [solution[0], solution[3], solution[1], solution[2], solution[4], solution[5]])


def _gradients(image):
    """Derivatives of fourth order, exact for waves of many pixels."""
    d = np.array([[1, -8, 0, 8, -1]], np.float32) / 12
    return (cv2.filter2D(image, cv2.CV_32F, d, borderType=cv2.BORDER_REPLICATE),
            cv2.filter2D(image, cv2.CV_32F, d.T, borderType=cv2.BORDER_REPLICATE))

