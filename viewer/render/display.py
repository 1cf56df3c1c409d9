"""The last pass: scene-linear light becomes a picture for the screen, with what helps to judge it laid over."""
from __future__ import annotations

from dataclasses import dataclass

import moderngl

from .. import optics
from ..camera import Camera
from .gl import STORED, ScreenPass
from .lens import coc_coefficients


@dataclass(frozen=True, slots=True)
class Overlay:
    """What is laid over a picture.

    peaking   detail that is in focus, in red
    zones     in front of the depth of field orange, behind it blue, the deeper the softer; lines at its limits
    invented  what the plate never showed, in magenta
    delivery  of optics.acceptable_circle for the whole picture: what counts as sharp
    """

    peaking: bool = False
    zones: bool = False
    invented: bool = False
    delivery: str | float = "HD"

    def __bool__(self) -> bool:
        return self.peaking or self.zones or self.invented


class DisplayPass:
    """Clips to 0..1 and applies the sRGB curve (IEC 61966-2-1); an Overlay costs only where one is wanted."""

    def __init__(self, context: moderngl.Context):
        self.plain, self.overlaid = _Display(context), _Display(context, OVERLAY=1)

    def draw(self, target, color: moderngl.Texture) -> None:
        self.plain.draw(target, color=color)

    def draw_overlaid(self, target, color: moderngl.Texture, depth: moderngl.Texture, camera: Camera, overlay: Overlay) -> None:
        """color, depth  of the frame; depth as shaders/reproject.vert stores it, soft edges included"""
        at_infinity, per_disparity = coc_coefficients(camera, target.size[0])
        circle = optics.in_pixels(optics.acceptable_circle(camera.sensor_width, overlay.delivery), camera.sensor_width,
                                  target.size[0])
        self.overlaid.draw(target, color=color, depth=depth, coc=(at_infinity, per_disparity * STORED),
                           sharp=float(circle), peaking=overlay.peaking, zones=overlay.zones,
                           invented=overlay.invented)

    def release(self) -> None:
        self.plain.release()
        self.overlaid.release()


class _Display(ScreenPass):
    fragment = "display.frag"


class CopyPass(ScreenPass):
    """Nothing but reading and writing every pixel once; so it measures all other passes' speed, too."""

    fragment = "copy.frag"
