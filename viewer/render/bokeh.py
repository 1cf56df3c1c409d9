"""The thin lens in one gather: blur from two slices of depth, each complete, at a cost that follows the blur.

The scene is drawn twice: what lies well in front of the focus, with its coverage, and everything else complete behind
it. Every pixel then collects the light of those around it whose own circle of confusion reaches it (scatter as gather):
small circles at full resolution, large ones at less, and the foreground's light and coverage as a veil over the rest.
What stands out too much for that, lamps, is taken out before and drawn as discs. Circles are affine in disparity.
After Jimenez (2014), Abadie (2018) and Filament's depth of field.
"""
from __future__ import annotations

from dataclasses import replace

import moderngl
import numpy as np

from ..camera import NEAR, Camera
from .display import coc_coefficients
from .gl import ScreenPass, program, texture
from .lens import aperture_points, check_lens
from .reproject import ReprojectPass, Slice

TILE, CELL, SHARP = 16, 4, 0.5
"""Pixels: shaders/common/bokeh.glsl"""

ROWS = 12, 24, 40
"""Points of the iris for radii up to 2 and 4 pixels, and beyond."""

FRONT_FROM, BACK_TO = 3.0, 7.0
"""Pixels: radius in front of the focus from which the front slice holds a surface, and up to which the back slice does.
Both hold what lies between, so that a table through the focus has no seam (shaders/common/bokeh.glsl)."""

LEVELS = "half", "quarter", "eighth", "sixteenth"


FINE, WIDE, VEIL, EVEN, LAMPS, FRONT_LAMPS, FRONT = (1 << bit for bit in range(7))
"""What a tile holds: small circles, large ones, the foreground's veil over it, large ones of one surface only, lamps, lamps in
front, something in front (shaders/bokeh_spread.frag)."""


class _Pass(ScreenPass):
    def __init__(self, context, fragment: str, **defines):
        self.fragment, self.defines = fragment, defines
        super().__init__(context)


class _TilesPass(_Pass):
    """A pass over tiles of some kinds."""

    vertex, geometry = "bokeh_tiles.vert", "bokeh_tiles.geom"

    def draw(self, target: moderngl.Framebuffer, kinds: moderngl.Texture, mask: int, kind: int, scale: int = 1, **inputs) -> None:
        """scale: pixels of the picture to one of the target"""
        target.use()
        self._take(inputs | {"kinds": kinds, "mask": mask, "kind": kind, "extent": tuple(float(scale * n) for n in target.size)})
        self.triangle.render(moderngl.POINTS, vertices=kinds.width * kinds.height)


class _DiscsPass(_Pass):
    """Adds the disc of every lamp to a picture."""

    vertex, geometry = "bokeh_discs.vert", "bokeh_discs.geom"

    def draw(self, target: moderngl.Framebuffer, **inputs) -> None:
        target.use()
        self._take(inputs)
        self.context.enable(moderngl.BLEND)
        self.context.blend_func = moderngl.ONE, moderngl.ONE
        width, height = inputs["lamps"].size
        self.triangle.render(moderngl.POINTS, vertices=-(-width // 2) * -(-height // 2))
        self.context.disable(moderngl.BLEND)


class BokehPass:
    """Gathers a picture through the lens. One instance serves every camera; its targets follow the size."""

    def __init__(self, context: moderngl.Context):
        self.context = context
        tiles = lambda fragment, *features: _TilesPass(context, fragment, **dict.fromkeys(features, 1))
        self.survey, self.survey_front = _Pass(context, "bokeh_survey.frag"), _Pass(context, "bokeh_survey.frag", FRONT=1)
        self.spread = _Pass(context, "bokeh_spread.frag")
        self.lamps, self.lamps_front = tiles("bokeh_lamps.frag"), tiles("bokeh_lamps.frag", "FRONT")
        self.prepare, self.prepare_lamps = tiles("bokeh_prepare.frag"), tiles("bokeh_prepare.frag", "LAMPS")
        self.halve, self.halve_lamps = tiles("bokeh_halve.frag", "SLICE"), tiles("bokeh_halve.frag", "SLICE", "LAMPS")
        self.halve_front = tiles("bokeh_halve.frag", "FRONT", "SLICE")
        self.halve_front_lamps = tiles("bokeh_halve.frag", "FRONT", "SLICE", "LAMPS")
        self.again, self.again_front = _Pass(context, "bokeh_halve.frag"), _Pass(context, "bokeh_halve.frag", FRONT=1)
        self.gather, self.gather_even = tiles("bokeh_gather.frag"), tiles("bokeh_gather.frag", "EVENLY")
        self.veil = tiles("bokeh_gather.frag", "VEIL")
        features = {FINE: "FINELY", WIDE: "WIDE", VEIL: "VEIL"}
        self.compose = [tiles("bokeh_compose.frag", *(name for bit, name in features.items() if kind & bit))
                        for kind in range((FINE | WIDE | VEIL) + 1)]
        self.discs, self.discs_front = _DiscsPass(context, "bokeh_discs.frag"), _DiscsPass(context, "bokeh_discs.frag", FRONT=1)
        self.copy = _Pass(context, "copy.frag")
        self.targets: _Targets | None = None
        self.taps = context.buffer(reserve=16 * 128)   # shaders/common/bokeh.glsl
        for gathers in (self.gather, self.gather_even, self.veil, *self.compose, self.discs, self.discs_front):
            if "Iris" in gathers.program:
                gathers.program["Iris"].binding = 0
        self._iris = None

    def draw(self, target: moderngl.Framebuffer, camera: Camera, reproject: ReprojectPass, highlights: float = 1.0) -> None:
        """Draws what the camera's lens shows into a target of half-float colour (colour, invented share)."""
        check_lens(camera)
        width, height = target.size
        if self.targets is None or self.targets.size != target.size:
            self._drop()
            self.targets = _Targets(self.context, target.size)
        t = self.targets
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
        self._load_iris(camera)
        front = bool(far + per_disparity * nearest < -FRONT_FROM)
        back = Slice((-1.0, window_depth(-BACK_TO) if front else 1.0), aperture, False)
        reproject.draw(t.scene, camera, back, edges_depth=True)
        if front:
            reproject.draw(t.front_scene, camera, Slice((window_depth(-FRONT_FROM), 1.0), aperture, True), edges_depth=True)

        most = max(far, -(far + per_disparity * nearest), 0.0)
        slice_ = {"color": t.color, "depth": t.depth, "lens": lens, "highlights": highlights, "has_veil": front}
        slice_front = slice_ | {"color": t.front_color, "depth": t.front_depth}
        iris = {"ends": tuple(np.cumsum(ROWS)), "cats_eye": camera.cats_eye, "tiles": t.spread}
        shape = {"blades": camera.blades, "blade_rotation": np.radians(camera.blade_rotation), "roundness": camera.roundness,
                 "squeeze": camera.squeeze, "ring": camera.ring, "iris_area": self._area, "size": tuple(map(float, target.size))}
        self.survey.draw(t.tiles_target, **slice_)
        if front:
            self.survey_front.draw(t.front_tiles_target, **slice_front)
        self.spread.draw(t.spread_target, tiles=t.tiles, around=t.around, front_tiles=t.front_tiles, front_around=t.front_around,
                         has_veil=front, highlights=highlights, reach=int(np.ceil(min(most, 0.1 * width) / TILE)) + 1)
        t.lamps_target.clear()
        on = lambda mask, kind, scale=1: {"kinds": t.kinds, "mask": mask, "kind": kind, "scale": scale}
        self.lamps.draw(t.lamps_target, **on(LAMPS, LAMPS, CELL), around=t.around, **slice_)
        self.prepare.draw(t.light_target, **on(FINE | LAMPS, FINE), **slice_)
        self.prepare_lamps.draw(t.light_target, **on(FINE | LAMPS, FINE | LAMPS), lamps=t.found, **slice_)
        self.halve.draw(t.levels_target[0], **on(LAMPS, 0, 2), **slice_)
        self.halve_lamps.draw(t.levels_target[0], **on(LAMPS, LAMPS, 2), lamps=t.found, **slice_)
        for light, smaller in zip(t.levels, t.levels_target[1:]):
            self.again.draw(smaller, light=light)
        t.wide_target.clear()
        self.gather.draw(t.wide_target, **on(WIDE | EVEN, WIDE, 2), **_named("at_", t.levels), **iris)
        self.gather_even.draw(t.wide_target, **on(WIDE | EVEN, WIDE | EVEN, 2), **_named("at_", t.levels), **iris)
        if front:
            t.front_lamps_target.clear()
            self.lamps_front.draw(t.front_lamps_target, **on(FRONT_LAMPS, FRONT_LAMPS, CELL), around=t.front_around, **slice_front)
            t.front_levels_target[0].clear()
            self.halve_front.draw(t.front_levels_target[0], **on(FRONT | FRONT_LAMPS, FRONT, 2), **slice_front)
            self.halve_front_lamps.draw(t.front_levels_target[0], **on(FRONT | FRONT_LAMPS, FRONT | FRONT_LAMPS, 2), lamps=t.front_found, **slice_front)
            for light, radius, smaller in zip(t.front_levels, t.front_radii, t.front_levels_target[1:]):
                self.again_front.draw(smaller, light=light, radius=radius)
            t.veil_target.clear()
            self.veil.draw(t.veil_target, **on(VEIL, VEIL, 2), **_named("at_", t.front_levels), **_named("radius_at_", t.front_radii), **iris)
        for kind, compose in enumerate(self.compose):
            compose.draw(target, **on(FINE | WIDE | VEIL, kind), light=t.light, color=t.color, wide=t.wide, veil=t.veil, **iris)
        self.discs.draw(target, lamps=t.lamps, places=t.places, depth=t.depth, lens=lens, veil=t.veil, has_veil=front, **shape, **iris)
        if front:
            self.discs_front.draw(target, lamps=t.front_lamps, places=t.front_places, **shape, **iris)

    def _load_iris(self, camera: Camera) -> None:
        """Rows of points: x, y, radius within the iris's shape, and share of the light times their count, so that a row's
        light is its area whatever its length; and the area of an iris of radius 1."""
        self.taps.bind_to_uniform_block(0)
        iris = camera.blades, camera.blade_rotation, camera.roundness, camera.squeeze, camera.ring
        if iris == self._iris:
            return
        self._iris = iris
        rows = []
        for count in ROWS:
            points, weight = aperture_points(count, camera)
            plain, _ = aperture_points(count, replace(camera, blades=0, roundness=0.0, squeeze=1.0, blade_rotation=0.0))
            rows.append(np.column_stack([points, np.hypot(*plain.T), weight]))
        self.taps.write(np.concatenate(rows).astype("f4").tobytes())
        self._area = iris_area(camera)

    def _drop(self) -> None:
        if self.targets is not None:
            self.targets.release()
            self.targets = None

    def release(self) -> None:
        self._drop()
        for item in (*vars(self).values(), *self.compose):
            if isinstance(item, (ScreenPass, moderngl.Buffer)):
                item.release()


def iris_area(camera: Camera) -> float:
    """Area of a camera's iris of radius 1."""
    if not camera.blades:
        return np.pi / camera.squeeze
    half = np.pi / camera.blades
    side = np.linspace(-half, half, 256)
    reach = np.cos(half) / np.cos(side)
    reach += camera.roundness * (1 - reach)
    return float(np.pi * np.mean(reach ** 2) / camera.squeeze)


def _named(prefix: str, textures) -> dict:
    return {prefix + name: texture for name, texture in zip(LEVELS, textures)}


class _Targets:
    """What lies between the passes, for pictures of one size."""

    def __init__(self, context, size):
        self.size = size
        reduced = lambda k: tuple(-(-n // k) for n in size)
        target = context.framebuffer
        self.color, self.front_color, self.light = (texture(context, size) for _ in range(3))
        self.depth, self.front_depth = context.depth_texture(size), context.depth_texture(size)
        self.depth.compare_func = self.front_depth.compare_func = ""
        self.tiles, self.around, self.front_tiles, self.front_around, self.spread = (texture(context, reduced(TILE)) for _ in range(5))
        self.kinds = texture(context, reduced(TILE), 1)
        self.lamps, self.places, self.front_lamps, self.front_places = (texture(context, reduced(CELL), dtype="f4") for _ in range(4))
        self.found, self.front_found = (texture(context, reduced(CELL)) for _ in range(2))
        self.levels, self.front_levels = ([texture(context, reduced(2 ** k)) for k in range(1, 5)] for _ in range(2))
        self.front_radii = [texture(context, reduced(2 ** k), 1) for k in range(1, 5)]
        self.wide, self.veil = (texture(context, reduced(2)) for _ in range(2))
        for read_between in (self.light, self.around, self.front_around, *self.levels, *self.front_levels, *self.front_radii, self.wide, self.veil):
            read_between.filter = moderngl.LINEAR, moderngl.LINEAR
        self.scene, self.front_scene = target([self.color], self.depth), target([self.front_color], self.front_depth)
        self.tiles_target, self.front_tiles_target = target([self.tiles, self.around]), target([self.front_tiles, self.front_around])
        self.spread_target, self.light_target = target([self.spread, self.kinds]), target([self.light])
        self.lamps_target = target([self.lamps, self.places, self.found])
        self.front_lamps_target = target([self.front_lamps, self.front_places, self.front_found])
        self.levels_target = [target([level]) for level in self.levels]
        self.front_levels_target = [target([level, radius]) for level, radius in zip(self.front_levels, self.front_radii)]
        self.wide_target, self.veil_target = target([self.wide]), target([self.veil])

    def release(self) -> None:
        for name, items in vars(self).items():
            if name != "size":
                for item in items if isinstance(items, list) else [items]:
                    item.release()
