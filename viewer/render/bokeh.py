"""The thin lens in one gather: blur from two slices of depth, each complete, at a cost that follows the blur.

The scene is drawn twice: what lies well in front of the focus, with its coverage, and everything else complete behind
it. Every pixel then collects the light of those around it whose own circle of confusion reaches it (scatter as gather):
small circles at full resolution, large ones at half, and the foreground's light and coverage as a veil over the rest.
Circles are affine in disparity. After Jimenez (2014), Abadie (2018) and Filament's depth of field.
"""
from __future__ import annotations

from dataclasses import replace

import moderngl
import numpy as np

from ..camera import NEAR, Camera
from .display import coc_coefficients
from .gl import ScreenPass, texture
from .lens import aperture_points, check_lens
from .reproject import ReprojectPass, Slice

TILE, SHARP = 16, 0.5
"""Pixels: shaders/common/bokeh.glsl"""

ROWS = {True: (16, 64, 256, 320, 368), False: (12, 40, 64, 64, 160)}
"""Points of the iris for radii up to 2, 6, 16 and 32 pixels, and beyond: for a picture that is looked at, and for one of many."""

GRAINS = {True: 32.0, False: 16.0}
"""Pixels: radius from which the half-resolution gather reads at a quarter, since points lie so far apart."""

LAMP = {True: 0.6, False: 1e4}
"""Times white, from which a disc is as bright as its rim is hard: such tiles are gathered at full resolution, in a picture
that is looked at."""

FRONT_FROM, BACK_TO = 3.0, 7.0
"""Pixels: radius in front of the focus from which the front slice holds a surface, and up to which the back slice does.
Both hold what lies between, so that a table through the focus has no seam (shaders/common/bokeh.glsl)."""


class _Pass(ScreenPass):
    def __init__(self, context, fragment: str, **defines):
        self.fragment, self.defines = fragment, defines
        super().__init__(context)


class BokehPass:
    """Gathers a picture through the lens. One instance serves every camera; its targets follow the size."""

    def __init__(self, context: moderngl.Context):
        self.context = context
        self.prepare = _Pass(context, "bokeh_prepare.frag")
        self.prepare_front = _Pass(context, "bokeh_prepare.frag", FRONT=1)
        self.halve = _Pass(context, "bokeh_halve.frag")
        self.halve_front = _Pass(context, "bokeh_halve.frag", FRONT=1)
        self.soften = _Pass(context, "bokeh_soften.frag")
        self.tiles, self.spread = _Pass(context, "bokeh_tiles.frag"), _Pass(context, "bokeh_spread.frag")
        self.gather, self.veil = _Pass(context, "bokeh_gather.frag"), _Pass(context, "bokeh_gather.frag", VEIL=1)
        self.compose, self.copy = _Pass(context, "bokeh_compose.frag"), _Pass(context, "copy.frag")
        self.targets: _Targets | None = None
        self.taps = context.buffer(reserve=16 * 1024)   # shaders/common/bokeh.glsl
        for gathers in (self.gather, self.veil, self.compose):
            gathers.program["Iris"].binding = 0
        self._iris = None

    def draw(self, target: moderngl.Framebuffer, camera: Camera, reproject: ReprojectPass, highlights: float = 1.0,
             fine: bool = True) -> None:
        """Draws what the camera's lens shows into a target of half-float colour (colour, invented share); with fewer points
        of the iris if it need not be fine."""
        check_lens(camera)
        width, height = target.size
        if self.targets is None or self.targets.size != target.size:
            self._drop()
            self.targets = _Targets(self.context, target.size)
        t = self.targets
        self._load_taps(camera, fine)
        far, per_disparity = (0.5 * c for c in coc_coefficients(camera, width))   # radii
        lens = far, 2 * per_disparity / NEAR

        def window_depth(radius):
            """Depth in the plate's half of the range at which the signed radius is this much."""
            return (radius - lens[0]) / lens[1]

        aperture = camera.focal_length / camera.f_stop / 2000
        nearest = reproject.nearest_in(camera)
        if max(abs(far), abs(far + per_disparity * nearest)) < SHARP:
            reproject.draw(t.scene, camera)
            self.copy.draw(target, color=t.color)
            return
        front = bool(far + per_disparity * nearest < -FRONT_FROM)
        back = Slice((-1.0, window_depth(-BACK_TO) if front else 1.0), aperture, False)
        reproject.draw(t.scene, camera, back, edges_depth=True)
        self.prepare.draw(t.light_target, color=t.color, depth=t.depth, lens=lens, highlights=highlights, has_veil=front)
        if front:
            reproject.draw(t.front_scene, camera, Slice((window_depth(-FRONT_FROM), 1.0), aperture, True), edges_depth=True)
            self.prepare_front.draw(t.front_target, color=t.front_color, depth=t.front_depth, lens=lens, highlights=highlights)
            self.halve_front.draw(t.half_front_target, light=t.front_light, radius=t.front_radius)
            self.halve_front.draw(t.quarter_front_target, light=t.half_front, radius=t.half_front_radius)
        self.halve.draw(t.half_target, light=t.light)
        self.soften.draw(t.half_soft_target, light=t.half_light)
        self.halve.draw(t.quarter_hard_target, light=t.half_soft)
        self.soften.draw(t.quarter_target, light=t.quarter_hard)
        self.tiles.draw(t.tiles_target, light=t.light, veil=t.half_front, veil_radius=t.half_front_radius, has_veil=front)
        most = max(far, -(far + per_disparity * nearest), 0.0)
        self.spread.draw(t.spread_target, tiles=t.tiles, reach=int(np.ceil(min(most, 0.1 * width) / TILE)) + 1)
        iris = {"ends": tuple(np.cumsum(ROWS[fine])), "cats_eye": camera.cats_eye, "tiles": t.spread}
        self.gather.draw(t.wide_target, light=t.half_light, coarse=t.quarter, lamp=LAMP[fine], grains=GRAINS[fine], **iris)
        if front:
            self.veil.draw(t.veil_target, light=t.half_front, radius=t.half_front_radius, coarse=t.quarter_front,
                           coarse_radius=t.quarter_front_radius, lamp=LAMP[fine], grains=GRAINS[fine], **iris)
        self.compose.draw(target, light=t.light, color=t.color, wide=t.wide, veil=t.veil, front=t.front_light,
                          front_radius=t.front_radius, half_soft=t.half_soft, half_front=t.half_front,
                          half_front_radius=t.half_front_radius, quarter=t.quarter, quarter_front=t.quarter_front,
                          quarter_front_radius=t.quarter_front_radius, has_veil=front, lamp=LAMP[fine], **iris)

    def _load_taps(self, camera: Camera, fine: bool) -> None:
        """Rows of points: x, y, radius within the iris's shape, and share of the light times their count, so that a row's
        light is its area whatever its length."""
        self.taps.bind_to_uniform_block(0)
        iris = fine, camera.blades, camera.blade_rotation, camera.roundness, camera.squeeze, camera.ring
        if iris == self._iris:
            return
        self._iris = iris
        rows = []
        for count in ROWS[fine]:
            points, weight = aperture_points(count, camera)
            plain, _ = aperture_points(count, replace(camera, blades=0, roundness=0.0, squeeze=1.0, blade_rotation=0.0))
            rows.append(np.column_stack([points, np.hypot(*plain.T), weight]))
        self.taps.write(np.concatenate(rows).astype("f4").tobytes())

    def _drop(self) -> None:
        if self.targets is not None:
            self.targets.release()
            self.targets = None

    def release(self) -> None:
        self._drop()
        for item in (self.prepare, self.prepare_front, self.halve, self.halve_front, self.soften, self.tiles, self.spread, self.gather,
                     self.veil, self.compose, self.copy, self.taps):
            item.release()


class _Targets:
    """What lies between the passes, for pictures of one size."""

    def __init__(self, context, size):
        self.size = size
        half, quarter, tiled = [tuple(-(-n // k) for n in size) for k in (2, 4, TILE)]
        self.color, self.front_color, self.light, self.front_light = (texture(context, size) for _ in range(4))
        self.front_radius, self.half_front_radius = texture(context, size, 1), texture(context, half, 1)
        self.depth, self.front_depth = context.depth_texture(size), context.depth_texture(size)
        self.depth.compare_func = self.front_depth.compare_func = ""
        self.half_light, self.half_soft, self.half_front, self.wide, self.veil = (texture(context, half) for _ in range(5))
        self.quarter_hard, self.quarter, self.quarter_front = (texture(context, quarter) for _ in range(3))
        self.quarter_front_radius = texture(context, quarter, 1)
        self.tiles, self.spread = texture(context, tiled), texture(context, tiled)
        for smooth in (self.light, self.front_light, self.half_front, self.half_front_radius, self.wide, self.veil,
                       self.quarter_front, self.quarter_front_radius):
            smooth.filter = moderngl.LINEAR, moderngl.LINEAR
        target = context.framebuffer
        self.scene, self.front_scene = target([self.color], self.depth), target([self.front_color], self.front_depth)
        self.light_target, self.front_target = target([self.light]), target([self.front_light, self.front_radius])
        self.half_target, self.half_front_target = target([self.half_light]), target([self.half_front, self.half_front_radius])
        self.half_soft_target, self.quarter_hard_target = target([self.half_soft]), target([self.quarter_hard])
        self.quarter_target = target([self.quarter])
        self.quarter_front_target = target([self.quarter_front, self.quarter_front_radius])
        self.tiles_target, self.spread_target = target([self.tiles]), target([self.spread])
        self.wide_target, self.veil_target = target([self.wide]), target([self.veil])

    def release(self) -> None:
        for name, item in vars(self).items():
            if name != "size":
                item.release()
