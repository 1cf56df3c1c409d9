"""How fast passes are here, as multiples of a plain copy of the picture in the same run."""
from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from .. import optics
from ..camera import Camera
from .display import CopyPass
from .gl import texture
from .headless import current
from .renderer import Renderer, Targets

LARGEST = 0.03
"""Of the picture's width: the largest circle of confusion of a blurred frame."""


def measure(plate, size: tuple[int, int], repeats: int = 30) -> dict:
    """Median times of every pass over a push-in, in milliseconds and as ratios to a full-screen half-float copy.

    returns  {"renderer", "size", "copy_ms", "passes": {name: {"ms", "ratio"}}, "frame": {"ms", "ratio"},
              "lens": {"in focus", "blurred": {"ms", "ratio"}}}, the last of whole frames through a lens: at f/64, and
              wide open, with circles of up to LARGEST of the width
    """
    with current() as context, Renderer(plate, size, context) as renderer:
        targets = Targets.create(context, size)
        source, copied = texture(context, size), texture(context, size)
        target, copy = context.framebuffer([copied]), CopyPass(context)
        # A quarter of the way to the nearest quarter of the picture, which is what a shot is about.
        about = float(np.quantile(plate.disparity, 0.75))
        travel = 0.25 / about if about > 0 else 1.0
        cameras = [Camera(position=(0.0, 0.0, -travel * i / repeats), focal_length=plate.focal_length,
                          sensor_width=plate.sensor_width) for i in range(1, repeats + 1)]
        work = {"copy": lambda camera: copy.draw(target, color=source),
                "reproject": lambda camera: renderer.reproject.draw(targets.scene, camera),
                "reproject, standing": lambda camera: renderer.reproject.draw(targets.scene, replace(camera, position=(0.0, 0.0, 0.0))),
                "display": lambda camera: renderer.display.draw(targets.screen, color=targets.color)}
        frames = {"frame": lambda camera: renderer.render(camera),
                  "frame, in focus": lambda camera: renderer.render(replace(camera, f_stop=64.0, focus_distance=focus), "gather"),
                  "frame, blurred": lambda camera: renderer.render(replace(camera, f_stop=wide, focus_distance=focus), "gather")}
        focus = travel * 4
        # The f-number at which the largest circle, of the nearest thing or the farthest, is LARGEST wide.
        ends, circle = (plate.depth.min(), np.inf), LARGEST * plate.sensor_width
        wide = float(np.max(optics.f_stop_for_blur(ends, plate.focal_length, focus, circle)))
        times = {name: [] for name in (*work, *frames)}
        # In turn and not one after the other, so that a machine that slows down slows all of them.
        for camera in (cameras[0], *cameras):
            for name, draw in (*work.items(), *frames.items()):
                context.finish()
                began = time.perf_counter()
                draw(camera)
                context.finish()
                times[name].append(1000 * (time.perf_counter() - began))
        ms = {name: float(np.median(values[1:])) for name, values in times.items()}
        copy.release()
        for item in (target, source, copied, targets):
            item.release()
        rated = {name: {"ms": value, "ratio": value / ms["copy"]} for name, value in ms.items()}
        return {"renderer": context.info["GL_RENDERER"], "size": list(size), "copy_ms": ms["copy"],
                "passes": {name: rated[name] for name in work if name != "copy"}, "frame": rated["frame"],
                "lens": {name.partition(", ")[2]: rated[name] for name in frames if ", " in name}}
