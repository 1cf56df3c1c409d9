"""Every kind of picture once, before anybody waits for one: only then do drivers finish the programs for it."""
from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ..camera import Camera
from ..resources import SHADERS
from .compare import compared, layout
from .display import Overlay
from .renderer import Renderer
from .screen import Screen

SIZE = 64, 48
"""Pixels: as small as can be, for it is not the pixels that take long."""


def warming(renderer: Renderer, lens: bool) -> Iterator[None]:
    """Draws each kind of picture without a lens or, later, through one. In steps of some hundredths of a second where
    the driver kept the programs from an earlier time (Mesa, NVIDIA and others do), and of a second where not."""
    plate = renderer.plate
    depths = plate.depth[::8, ::8]
    depths = depths[np.isfinite(depths)]
    near, far = np.quantile(depths, (0.02, 0.9)).tolist() if depths.size else (1.0, 10.0)     # all of it sky
    edge = math.degrees(math.atan(plate.sensor_width / 2 / plate.focal_length))
    made = []
    for zoom in (1.0, max(plate.width / SIZE[0], 1.0)):     # small, as it moves, and pixel by pixel of the plate
        still = Camera(focal_length=zoom * plate.focal_length, sensor_width=plate.sensor_width)
        moved = [replace(still, position=(0.02 * near, 0.0, -0.02 * near), pan=pan)
                 for pan in (0.0, edge)]                    # at the edge there is something beyond the plate's frame
        if lens:                                            # everything lies behind the focus, or something before
            cameras = [replace(camera, f_stop=0.5 * zoom, focus_distance=focus)
                       for camera in moved for focus in (0.5 * near, min(far, 100 * near))]
        else:
            cameras = [still, *moved]
        for camera in cameras:
            renderer.resize(SIZE)
            made.append(renderer.render(camera, "gather"))
            yield
    renderer.resize(SIZE)
    if lens:
        renderer.refine(cameras[-1], 1, count=2, first=made[-1])
        yield
        renderer.resize(SIZE)
        renderer.render(cameras[-1], "gather", Overlay(peaking=True))
    else:
        compared(renderer, layout(SIZE, 1.0, 1.0, "wipe"), made[0], made[-1], "wipe")
    yield


def programs(screen: Screen) -> str:
    """A name of the programs that this driver makes of our shaders: another one, where they have to be made anew."""
    made_from = [screen.context.info["GL_RENDERER"], screen.context.info["GL_VERSION"]]
    made_from += [path.read_text("utf-8") for path in sorted(SHADERS.rglob("*.*"))]
    return hashlib.sha256("\0".join(made_from).encode()).hexdigest()
