"""Colour: transfer curves and primaries of what files hold, to scene-linear Rec.709.

ICC profiles of the matrix/TRC kind, which cameras, phones and editors embed, are evaluated here in floating point, so
that 16-bit pictures keep their bits and colours outside sRGB are not clipped one by one; LittleCMS through Pillow
works on 8-bit pixels only and serves the table profiles (CMYK, scanners), see `images`.
"""
from __future__ import annotations

import struct

import numpy as np

_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_D65 = (0.3127, 0.3290)
_D50_XYZ = np.array([0.9642, 1.0, 0.8249])
"""The white of the ICC profile connection space."""
REC709 = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, *_D65)
"""Chromaticities x, y of red, green, blue and white."""
SAME = 2e-3
"""Matrices this close to the identity are Rec.709 with rounding; half of an 8-bit step."""


def srgb_curve(codes: int) -> np.ndarray:
    """Linear light of each code value, float32 (codes,), by IEC 61966-2-1."""
    v = np.linspace(0, 1, codes)
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4).astype(np.float32)


def encoded_srgb(linear: np.ndarray) -> np.ndarray:
    """Linear light as display-referred values from 0 to 1, by the inverse of that curve; clipped, and NaN is 0."""
    v = np.clip(np.nan_to_num(linear), 0, 1)
    return np.where(v <= 0.0031308, v * 12.92, 1.055 * v ** (1 / 2.4) - 0.055)


def matrix_to_rec709(chromaticities) -> np.ndarray | None:
    """Linear RGB of these primaries and white to linear Rec.709, (3, 3); None where they are the same.

    chromaticities are x, y of red, green, blue and white. Raises ValueError or LinAlgError where they span no colours.
    """
    matrix = np.linalg.inv(_to_d50(REC709)) @ _to_d50(chromaticities)
    return _unless_identity(matrix)


def icc_curves(profile: bytes, codes: int) -> tuple[list[np.ndarray], np.ndarray | None] | None:
    """Curves and matrix of a matrix/TRC or grey profile; None for a profile made of tables.

    Returns one float32 (codes,) curve per channel, from code value to linear light, and the (3, 3) matrix to linear
    Rec.709 or None. Source: ICC.1:2022 (profile version 4.4), 8.3.3, 8.4.3, 10.6 and 10.18. Raises struct.error,
    ValueError, KeyError or LinAlgError on a damaged profile.
    """
    tags = _tags(profile)
    space = profile[16:20]
    if profile[20:24] != b"XYZ " or space not in (b"RGB ", b"GRAY") or any(t in tags for t in (b"A2B0", b"A2B1")):
        return None
    if space == b"GRAY":
        return [_curve(tags[b"kTRC"], codes)], None
    columns = [struct.unpack(">3i", tags[t][8:20]) for t in (b"rXYZ", b"gXYZ", b"bXYZ")]
    matrix = np.linalg.inv(_to_d50(REC709)) @ (np.array(columns, float).T / 65536)
    return [_curve(tags[t], codes) for t in (b"rTRC", b"gTRC", b"bTRC")], _unless_identity(matrix)


def _to_d50(chromaticities) -> np.ndarray:
    """Linear RGB to XYZ, adapted from its own white to D50 by Bradford's transform."""
    xy = np.asarray(chromaticities, float).reshape(4, 2)
    if not np.isfinite(xy).all() or (xy[:, 1] <= 0).any():
        raise ValueError("chromaticities without meaning")
    xyz = np.column_stack([xy[:, 0], xy[:, 1], 1 - xy.sum(1)]) / xy[:, 1:]
    primaries, white = xyz[:3].T, xyz[3]
    cone = np.diag(_BRADFORD @ _D50_XYZ / (_BRADFORD @ white))
    return np.linalg.inv(_BRADFORD) @ cone @ _BRADFORD @ (primaries * np.linalg.solve(primaries, white))


def _unless_identity(matrix: np.ndarray) -> np.ndarray | None:
    if not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 1e-6:
        raise ValueError("primaries that span no colours")
    return None if np.abs(matrix - np.eye(3)).max() < SAME else matrix


def _tags(profile: bytes) -> dict[bytes, bytes]:
    count, = struct.unpack(">I", profile[128:132])
    table = profile[132:132 + 12 * min(count, 200)]
    return {name: profile[at:at + size] for name, at, size in struct.iter_unpack(">4sII", table)}


def _curve(tag: bytes, codes: int) -> np.ndarray:
    """A curveType or parametricCurveType tag at evenly spaced code values, float32 (codes,)."""
    x = np.linspace(0, 1, codes)
    if tag[:4] == b"curv":
        count, = struct.unpack(">I", tag[8:12])
        table = np.frombuffer(tag[12:12 + 2 * count], ">u2").astype(float)
        if len(table) != count:
            raise ValueError("curve cut off")
        if count == 0:
            y = x
        elif count == 1:
            y = x ** (table[0] / 256)
        else:
            y = np.interp(x, np.linspace(0, 1, count), table / 65535)
    elif tag[:4] == b"para":
        kind, = struct.unpack(">H", tag[8:10])
        g, *rest = np.array(struct.unpack(f">{(1, 3, 4, 5, 7)[kind]}i", tag[12:12 + 4 * (1, 3, 4, 5, 7)[kind]])) / 65536
        a, b, c, d, e, f = {0: lambda: (1, 0, 0, -1, 0, 0), 1: lambda: (*rest, 0, -rest[1] / rest[0], 0, 0),
                            2: lambda: (*rest[:2], 0, -rest[1] / rest[0], rest[2], rest[2]),
                            3: lambda: (*rest, 0, 0), 4: lambda: tuple(rest)}[kind]()
        y = np.where(x >= d, np.maximum(a * x + b, 0) ** g + e, c * x + f)
    else:
        raise ValueError("a curve of an unknown type")
    if not np.isfinite(y).all():
        raise ValueError("a curve without meaning")
    return np.clip(y, 0, 1).astype(np.float32)


def perceptual(color: np.ndarray) -> np.ndarray:
    """Linear colour on a square-root scale, uint8 (h, w, 3)."""
    guide = np.empty(color.shape, np.uint8)
    for at in range(0, len(color), 256):
        guide[at:at + 256] = np.sqrt(np.clip(color[at:at + 256].astype(np.float32), 0, 1)) * 255 + 0.5
    return guide
