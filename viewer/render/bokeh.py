"""The thin lens in one gather: blur from two slices of depth, each complete, at a cost that follows the blur.

The scene is drawn twice: what lies well in front of the focus, with its coverage, and everything else complete behind
it. Every pixel then collects the light of those around it whose own circle of confusion reaches it (scatter as gather):
small circles at full resolution, large ones at less, and the foreground's light and coverage as a veil over the rest.
What stands out too much for that, lamps, is taken out before and drawn as discs. Circles are affine in disparity.
After Jimenez (2014), Abadie (2018) and Filament's depth of field.
"""
from __future__ import annotations

from dataclasses import replace
from itertools import product

import moderngl
import numpy as np

from ..camera import NEAR, Camera
from .display import coc_coefficients
from .gl import ScreenPass, texture
from .lens import aperture_points, check_lens, iris_area
from .reproject import ReprojectPass, Slice

TILE, CELL, SHARP = 16, 4, 0.5
"""Pixels: shaders/common/bokeh.glsl"""

ROWS = 8, 16, 48, 48
"""Points of the iris for radii up to 2 and 4 pixels, for larger ones, and for those that are gathered at a quarter of the
resolution."""

FRONT_FROM = 3.5
"""Pixels: radius in front of the focus from which the front slice holds a surface (shaders/common/bokeh.glsl). What slopes
through it, a table, goes on in the back slice by as much as its blur is wide, so that there is no seam."""

USUAL = 1280
"""Pixels across a picture in which lamps are about as large as a tile at most; in larger ones they are larger."""

LEVELS = "half", "quarter", "eighth", "sixteenth"

FINE, WIDE, VEIL, LAMPS, FRONT_LAMPS, FRONT, BY_FINE, BY_WIDE, COARSE = (1 << bit for bit in range(9))
"""What a tile holds: small circles, large ones, the foreground's veil over it, lamps, lamps in front, something in
front; and what it or one beside it holds: small circles, large ones, nothing but very large ones (shaders/bokeh_spread.frag)."""


class _Pass(ScreenPass):
    def __init__(self, context, fragment: str, **defines):
        self.fragment, self.defines = fragment, defines
        super().__init__(context)


class _TilesPass(_Pass):
    """A pass over tiles of some kinds."""

    vertex = "bokeh_tiles.vert"

    def draw(self, target: moderngl.Framebuffer, kinds: moderngl.Texture, mask: int, kind: int, scale: int = 1, **inputs) -> None:
        """scale: pixels of the picture to one of the target"""
        side, size = TILE // scale, target.size
        # A point is drawn if its middle is within the viewport, which a tile's need not be within the picture.
        target.viewport = 0, 0, kinds.width * side, kinds.height * side
        target.use()
        self._take(inputs | {"kinds": kinds, "mask": mask, "kind": kind, "side": float(side)})
        self.context.enable(moderngl.PROGRAM_POINT_SIZE)
        self.triangle.render(moderngl.POINTS, vertices=kinds.width * kinds.height)
        self.context.disable(moderngl.PROGRAM_POINT_SIZE)
        target.viewport = 0, 0, *size


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
        self.passes: dict[tuple, _Pass] = {}
        self.targets: _Targets | None = None
        self.taps = context.buffer(reserve=16 * 128)   # shaders/common/bokeh.glsl
        self._iris = None

    def _pass(self, kind: type[_Pass], fragment: str, *features: str) -> _Pass:
        """The pass of this shader with these features; compiled when it is first wanted."""
        key = kind, fragment, *features
        if key not in self.passes:
            made = self.passes[key] = kind(self.context, fragment, **dict.fromkeys(features, 1))
            if "Iris" in made.program:
                made.program["Iris"].binding = 0
        return self.passes[key]

    def blurs(self, camera: Camera, reproject: ReprojectPass, width: int) -> bool:
        """Whether anything that the camera may see is blurred in a picture so many pixels wide."""
        check_lens(camera)
        far, per_disparity = (0.5 * c for c in coc_coefficients(camera, width))
        return max(abs(far), abs(far + per_disparity * reproject.nearest_in(camera))) >= SHARP

    def draw(self, target: moderngl.Framebuffer, camera: Camera, reproject: ReprojectPass, highlights: float = 1.0) -> None:
        """Draws what the camera's lens shows into a target of half-float colour (colour, invented share)."""
        width = target.size[0]
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
        self._load_iris(camera)
        front = bool(far + per_disparity * nearest < -FRONT_FROM)
        back_slice = Slice((-1.0, window_depth(-FRONT_FROM) if front else 1.0), aperture, False, overlap=2 * FRONT_FROM)
        reproject.draw(t.scene, camera, back_slice, edges_depth=True)
        if front:
            front_slice = Slice((window_depth(-FRONT_FROM), 1.0), aperture, True)
            reproject.draw(t.front_scene, camera, front_slice, edges_depth=True)

        behind = {"color": t.color, "depth": t.depth, "lens": lens, "highlights": highlights, "has_veil": front}
        before = behind | {"color": t.front_color, "depth": t.front_depth}
        iris = {"ends": tuple(np.cumsum(ROWS)), "cats_eye": camera.cats_eye, "tiles": t.spread}
        shape = iris | {"blades": camera.blades, "blade_rotation": np.radians(camera.blade_rotation), "roundness": camera.roundness,
                        "squeeze": camera.squeeze, "ring": camera.ring, "iris_area": self._area, "size": tuple(map(float, target.size))}
        eye = ("CATS_EYE",) if camera.cats_eye else ()
        coarseness = max(width / USUAL, 1.0)    # of lamps

        self._survey(behind, before if front else None, max(far, -(far + per_disparity * nearest), 0.0), coarseness)
        self._gather_back(behind | {"coarseness": coarseness}, iris, eye)
        if front:
            self._gather_veil(before | {"coarseness": coarseness}, iris, eye)
        for fine, wide, edges in product((0, FINE), (0, WIDE), (0, BY_FINE)):
            if edges or not fine:
                self._over_tiles(FINE | WIDE | BY_FINE, fine | wide | edges, target, "bokeh_compose.frag",
                                 *_flags(FINELY=fine, WIDE=wide, RIMS=wide and edges), *eye, light=t.light, color=t.color,
                                 depth=t.depth, lens=lens, wide=t.wide, **iris)
        discs = self._pass(_DiscsPass, "bokeh_discs.frag", *eye)
        discs.draw(target, lamps=t.lamps, places=t.places, depth=t.depth, lens=lens, **shape)
        if front:
            self.context.enable(moderngl.BLEND)
            self.context.blend_func = moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA, moderngl.ZERO, moderngl.ONE_MINUS_SRC_ALPHA
            self._over_tiles(VEIL, VEIL, target, "bokeh_veil.frag", veil=t.veil, size=shape["size"])
            self.context.disable(moderngl.BLEND)
            discs = self._pass(_DiscsPass, "bokeh_discs.frag", "FRONT", *eye)
            discs.draw(target, lamps=t.front_lamps, places=t.front_places, **shape)

    def _survey(self, behind: dict, before: dict | None, largest: float, coarseness: float) -> None:
        """Finds out what every tile holds and what may reach it; largest: radius in pixels."""
        t, ring, front = self.targets, round(coarseness), before is not None
        self._over_all(t.tiles_target, "bokeh_survey.frag", **behind)
        if front:
            self._over_all(t.front_tiles_target, "bokeh_survey.frag", "FRONT", **before)
        self._over_all(t.spread_target, "bokeh_spread.frag", tiles=t.tiles, around=t.around, front_tiles=t.front_tiles,
                       front_around=t.front_around, has_veil=front, highlights=behind["highlights"], ring=ring,
                       reach=max(int(np.ceil(min(largest, 0.1 * t.size[0]) / TILE)) + 1, ring))

    def _gather_back(self, behind: dict, iris: dict, eye: tuple[str, ...]) -> None:
        """Takes the lamps out of the back slice, and gathers its large circles at half and a quarter of the resolution."""
        t, over_tiles = self.targets, self._over_tiles
        t.lamps_target.clear()
        over_tiles(LAMPS, LAMPS, t.lamps_target, "bokeh_lamps.frag", scale=CELL, around=t.around, **behind)
        for lit in (0, LAMPS):
            over_tiles(BY_FINE | LAMPS, BY_FINE | lit, t.light_target, "bokeh_prepare.frag", *_flags(LAMPS=lit), lamps=t.found, **behind)
        t.levels_target[0].clear()
        for edges, lit in product((0, BY_FINE), (0, LAMPS)):
            over_tiles(BY_WIDE | BY_FINE | LAMPS, BY_WIDE | edges | lit, t.levels_target[0], "bokeh_halve.frag", "SLICE",
                       *_flags(EDGES=edges, LAMPS=lit), scale=2, lamps=t.found, **behind)
        for light, smaller in zip(t.levels, t.levels_target[1:]):
            self._over_all(smaller, "bokeh_halve.frag", light=light)
        levels = _named("at_", t.levels) | iris
        t.wide_target.clear()
        t.wider_target.clear()
        over_tiles(BY_WIDE | COARSE, BY_WIDE, t.wide_target, "bokeh_gather.frag", *eye, scale=2, **levels)
        over_tiles(COARSE, COARSE, t.wider_target, "bokeh_gather.frag", "COARSELY", *eye, scale=4, **levels)
        over_tiles(COARSE, COARSE, t.wide_target, "bokeh_enlarge.frag", scale=2, quarter=t.wider)

    def _gather_veil(self, before: dict, iris: dict, eye: tuple[str, ...]) -> None:
        """Takes the lamps out of the front slice, and gathers the veil that it is over what lies behind."""
        t, over_tiles = self.targets, self._over_tiles
        t.front_lamps_target.clear()
        over_tiles(FRONT_LAMPS, FRONT_LAMPS, t.front_lamps_target, "bokeh_lamps.frag", "FRONT", scale=CELL, around=t.front_around, **before)
        t.front_levels_target[0].clear()
        for lit in (0, FRONT_LAMPS):
            over_tiles(FRONT | FRONT_LAMPS, FRONT | lit, t.front_levels_target[0], "bokeh_halve.frag", "FRONT", "SLICE",
                       *_flags(LAMPS=lit), scale=2, lamps=t.front_found, **before)
        for light, radius, smaller in zip(t.front_levels, t.front_radii, t.front_levels_target[1:]):
            self._over_all(smaller, "bokeh_halve.frag", "FRONT", light=light, radius=radius)
        t.veil_target.clear()
        over_tiles(VEIL, VEIL, t.veil_target, "bokeh_gather.frag", "VEIL", *eye, scale=2, **_named("at_", t.front_levels),
                   **_named("radius_at_", t.front_radii), **iris)

    def _over_all(self, target: moderngl.Framebuffer, fragment: str, *features: str, **inputs) -> None:
        self._pass(_Pass, fragment, *features).draw(target, **inputs)

    def _over_tiles(self, mask: int, kind: int, target: moderngl.Framebuffer, fragment: str, *features: str, scale: int = 1, **inputs) -> None:
        """Over the tiles that are of this kind under the mask."""
        self._pass(_TilesPass, fragment, *features).draw(target, self.targets.kinds, mask, kind, scale, **inputs)

    def _load_iris(self, camera: Camera) -> None:
        """Rows of points: x, y, radius within the iris's shape, and share of the light; and the area of an iris of radius 1."""
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
        for item in (*self.passes.values(), self.taps):
            item.release()


def _flags(**wanted) -> list[str]:
    return [name for name, is_ in wanted.items() if is_]


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
        self.wide, self.veil, self.wider = (texture(context, reduced(k)) for k in (2, 2, 4))
        for read_between in (self.color, self.front_color, self.light, self.around, self.front_around, *self.levels,
                             *self.front_levels, *self.front_radii, self.wide, self.veil, self.wider):
            read_between.filter = moderngl.LINEAR, moderngl.LINEAR
        self.scene, self.front_scene = target([self.color], self.depth), target([self.front_color], self.front_depth)
        self.tiles_target, self.front_tiles_target = target([self.tiles, self.around]), target([self.front_tiles, self.front_around])
        self.spread_target, self.light_target = target([self.spread, self.kinds]), target([self.light])
        self.lamps_target = target([self.lamps, self.places, self.found])
        self.front_lamps_target = target([self.front_lamps, self.front_places, self.front_found])
        self.levels_target = [target([level]) for level in self.levels]
        self.front_levels_target = [target([level, radius]) for level, radius in zip(self.front_levels, self.front_radii)]
        self.wide_target, self.veil_target = target([self.wide]), target([self.veil])
        self.wider_target = target([self.wider])

    def release(self) -> None:
        for name, items in vars(self).items():
            if name != "size":
                for item in items if isinstance(items, list) else [items]:
                    item.release()
