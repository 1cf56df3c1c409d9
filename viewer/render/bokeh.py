"""The thin lens in one gather: blur from three to five slices of depth, at a cost that follows the blur.

The scene is drawn in slices: what lies far behind the focus, complete; what is about in focus; and what lies well in front of it, these
with their coverage. Where there is a gap in depth, a garden behind blinds or a leaf close to the lens, what is far or what is in front
is two slices. In each, every pixel collects the light of those around it whose own circle of confusion reaches it (scatter as gather):
small circles from every pixel, large ones from points at less resolution, of which what stands out too much, lamps, is taken out
before and drawn as discs. Then they are laid over each other. Circles are affine in disparity. After Jimenez (2014), Abadie (2018)
and Filament's depth of field.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import moderngl
import numpy as np

from .. import optics
from ..camera import Camera
from .gl import STORED, ScreenPass, enabled, making, texture
from .lens import aperture_points, coc_coefficients, iris_area, radius_within
from .reproject import ReprojectPass, Slice

TILE, CELL, SHARP, MUCH, BEGINS = 16, 4, 0.35, 1e4, 3.0
"""Pixels: sides of the tiles in which the largest circles are known, and of the cells whose lamps are drawn as discs; radii that
no pixel can show, that are more than any, and from which, at the least, a surface is in the front or in the far slice."""

ROWS = 16, 32, 48, 64, 160, 96
"""Points of the iris for radii up to 4, 6, 12 and 28 pixels, for larger ones, and for those that are gathered at a quarter of the
resolution (row_for in shaders/common/bokeh.glsl)."""

GRID, FINE, STEPS = 256, 4, 24
"""Pixels round one whose light may reach it, in what is about in focus; and the steps of a pixel of radius, and how many of them, in
which it is known how large a disc is drawn, and of how many pixels that is."""

SHARPENED = 0.12
"""Of the difference of a pixel gathered at half the resolution to each of those beside it, that is added to it."""

EXTENT = 0.12
"""Mean square, in pixels, of where in a pixel its light comes from: a ring is not the same all over one."""

SHARED = {"TILE": float(TILE), "CELL": float(CELL), "SHARP": SHARP, "MUCH": MUCH, "BEGINS": BEGINS, "FINE": float(FINE),
          "SHARPENED": SHARPENED, "EXTENT": EXTENT, "TAPS": sum(ROWS), "GRID": GRID, "STEPS": STEPS}
"""What every shader of these passes is told."""

FRONT_FROM, FAR_FROM = np.linspace(BEGINS, 4.5, 16), np.linspace(BEGINS, 5, 21)
"""Pixels: radii in front of the focus and behind it at which the front and the far slice may begin. They do where least of the
plate is near: a gap between two things, so that nothing is cut that need not be. BEGINS and MOST_IN_FOCUS bound them
(shaders/common/bokeh.glsl)."""

MIDDLES, EMPTY, FEW = np.geomspace(7, 48, 40), 0.0005, 0.002
"""Pixels: radii at which the front or the far slice may be cut in two; share of the plate, at the most, that a cut is near, so that no
surface is cut; and the share that either part must hold. Leaves close to the lens are thin and spread wide, and a chair behind them,
blurred little, goes on behind them as a slice of its own; so does a garden behind blinds."""

FRONT_GAP, FAR_GAP = 1.03, 1.15
"""Times as large, and as small, as the radius of a cut: what counts as near it. Slices hide each other by their coverage, wherever it comes
from; but of what is just behind a bar the bar hides the same part all round, and both are better in one slice."""

NEAR_BY = 0.15
"""Pixels of radius within which a surface counts as near such a beginning."""

OFF_MIDDLE = 0.03
"""Share of the plate that must be less near a beginning for every pixel of radius that it is off the middle."""

GOES_ON = 6
"""Pixels by which what slopes through a beginning, a table, goes on in the farther slice: as wide as its blur, so that there is
no seam."""

USUAL = 1280
"""Pixels across a picture in which lamps are about as large as a tile at most; in larger ones they are larger."""

LEVELS = "half", "quarter", "eighth", "sixteenth"

BLURRED, BY_BLURRED, FAR, BY_FAR, COARSE, VEIL, FRONT, FRONT_LAMPS, FAR_LAMPS = (1 << bit for bit in range(9))
"""What a tile shows: something about in focus that is blurred, or a neighbour of such a tile; something far, or a neighbour of
that, nothing but very large circles there; the foreground's veil. And what it holds: something in front, and lamps in front and far
(shaders/bokeh_spread.frag)."""


class _Pass(ScreenPass):
    def __init__(self, context, fragment: str, **defines):
        self.fragment = fragment
        super().__init__(context, **SHARED | defines)


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
        try:
            with enabled(self.context, moderngl.PROGRAM_POINT_SIZE):
                self.triangle.render(moderngl.POINTS, vertices=kinds.width * kinds.height)
        finally:
            target.viewport = 0, 0, *size


class _DiscsPass(_Pass):
    """Adds the disc of every lamp to a picture."""

    vertex, geometry = "bokeh_discs.vert", "bokeh_discs.geom"

    def draw(self, target: moderngl.Framebuffer, **inputs) -> None:
        target.use()
        self._take(inputs)
        with enabled(self.context, moderngl.BLEND, (moderngl.ONE, moderngl.ONE)):
            self.triangle.render(moderngl.POINTS, vertices=inputs["kinds"].width * inputs["kinds"].height)


@dataclass(frozen=True, slots=True)
class _Cuts:
    """Where a scene is cut into slices for a camera: signed radii, in pixels, of the circles of confusion there.

    at_infinity, per_disparity  a surface of disparity d, 1/m, has the radius at_infinity + per_disparity * d
    nearest    of the nearest thing that the camera may see
    far_from   where the far slice begins, or None without one
    deep_from  where its farther part begins, or None where it is one
    fronts     where every front slice begins and ends, the farthest first
    """

    at_infinity: float
    per_disparity: float
    nearest: float
    far_from: float | None
    deep_from: float | None
    fronts: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, camera: Camera, reproject: ReprojectPass, width: int) -> _Cuts:
        """For a picture so many pixels wide."""
        far, per_disparity = 0.5 * coc_coefficients(camera, width)
        nearest = far + per_disparity * reproject.nearest_in(camera)
        disparities = lambda radii: (radii - far) / per_disparity
        share = lambda a, b: reproject.share_between(disparities(a), disparities(b), camera)
        front_from, far_from = _beginning(-FRONT_FROM, share), _beginning(FAR_FROM, share)
        if far <= far_from:
            far_from = None
        front_ends = (front_from, *filter(None, [_cut(front_from, share)]), -MUCH) if nearest < front_from else ()
        return cls(far, per_disparity, nearest, far_from, far_from and _cut(far_from, share), tuple(zip(front_ends, front_ends[1:])))

    @property
    def front_from(self) -> float | None:
        """Where the first of the front slices begins, or None without one."""
        return self.fronts[0][0] if self.fronts else None

    @property
    def lens(self) -> tuple[float, float]:
        """(a, b) with the radius a + b * depth as it is stored (shaders/common/depth.glsl)."""
        return self.at_infinity, self.per_disparity * STORED

    @property
    def largest(self) -> float:
        """The largest radius of anything."""
        return max(self.at_infinity, -self.nearest, 0.0)

    def stored(self, radius: float) -> float:
        """Window depth of the plate's own surfaces where they have this radius, NEAR / (2 Z); 1 for what is nearest, -MUCH."""
        return (radius - self.at_infinity) / self.lens[1] if radius > -MUCH else 1.0


def _beginning(radii: np.ndarray, share: Callable) -> float:
    """Of these signed radii, the one near which least of the plate lies; rather one in their middle. share(a, b) of the plate has
    radii from a to b."""
    cost = share(radii - NEAR_BY, radii + NEAR_BY) + OFF_MIDDLE * np.abs(radii - radii.mean())
    return float(radii[np.argmin(cost)])


def _cut(begins: float, share: Callable) -> float | None:
    """Signed radius at which the slice that begins at this one is cut in two, or None: in the middle of its widest gap."""
    side = np.sign(begins)
    between = lambda a, b: np.abs(share(a, b))
    gap = FAR_GAP if side > 0 else FRONT_GAP
    middles = side * MIDDLES[MIDDLES > gap * abs(begins)]
    enough = np.minimum(between(begins, middles), between(middles, side * MUCH)) > FEW
    open_ = np.flatnonzero(enough & (between(middles / gap, middles * gap) <= EMPTY))
    widest = max(np.split(open_, np.flatnonzero(np.diff(open_) > 1) + 1), key=len)
    return float(middles[widest[len(widest) // 2]]) if len(widest) else None


def _lens_radius(camera: Camera) -> float:
    """Metres that the lens sees to the side of its middle."""
    return optics.aperture_diameter(camera.focal_length, camera.f_stop) / 2000


class BokehPass:
    """Gathers a picture through the lens. One instance serves every camera; its targets follow the size."""

    def __init__(self, context: moderngl.Context):
        self.context = context
        self.passes: dict[tuple, _Pass] = {}
        self.targets: _Targets | None = None
        self.taps = context.buffer(reserve=16 * (sum(ROWS) + GRID + STEPS))
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
        far, per_disparity = 0.5 * coc_coefficients(camera, width)
        return max(abs(far), abs(far + per_disparity * reproject.nearest_in(camera))) >= SHARP

    def draw(self, target: moderngl.Framebuffer, camera: Camera, reproject: ReprojectPass, highlights: float = 1.0) -> None:
        """Draws what the camera's lens shows into a target of half-float colour; alpha means nothing.

        highlights  times as bright as the plate has it that light which is at least white is where it is blurred
        """
        self._fit(target.size)
        self._load_iris(camera)
        t, width = self.targets, target.size[0]
        cuts = _Cuts.of(camera, reproject, width)
        behind = self._draw_slices(cuts, camera, reproject)

        read = {"lens": cuts.lens, "highlights": highlights, "coarseness": max(width / USUAL, 1.0)}     # coarseness of lamps
        iris = {"ends": tuple(np.cumsum(ROWS)), "cats_eye": camera.cats_eye, "tiles": t.spread}
        shape = iris | {"blades": camera.blades, "blade_rotation": np.radians(camera.blade_rotation), "roundness": camera.roundness,
                        "squeeze": camera.squeeze, "ring": camera.ring, "iris_area": self._area, "size": tuple(map(float, target.size))}
        eye = ("CATS_EYE",) if camera.cats_eye else ()
        self._survey(read, cuts, behind)
        if cuts.far_from:
            read_far = read | t.far.read | {"nearest": cuts.far_from}
            self._find_lamps(t.far, FAR_LAMPS, ("FAR", *_flags(BEHIND=behind)), read_far | behind)
            self._gather_far(read_far | (t.behind.read | {"nearest": cuts.deep_from} if cuts.deep_from else {}), iris, eye)
            if cuts.deep_from:
                self._gather_between(read_far | t.between.read | {"farthest": cuts.deep_from}, iris, eye)
        read_focus = read | t.focus.read | {"nearest": cuts.front_from or -MUCH, "around": tuple(map(float, reproject.around))}
        self._gather_focus(target, read_focus, shape, eye, bool(cuts.far_from))
        if cuts.far_from:
            self._add_discs(target, t.far, FAR_LAMPS, ("FAR", *eye), depth=t.far.depth, lens=cuts.lens,
                            far_tiles=t.far.tiles, before=t.focus.color, before_depth=t.focus.depth, **shape)
        for front in cuts.fronts:
            if front is not cuts.fronts[0]:
                self._draw_front(front, cuts, camera, reproject)
                self._survey(read, cuts, behind, again=True)
            self._gather_front(target, read | t.front.read | {"nearest": -MUCH}, iris, eye)
            self._add_discs(target, t.front, FRONT_LAMPS, ("FRONT", *eye), **shape)

    def _fit(self, size: tuple[int, int]) -> None:
        if self.targets is None or self.targets.size != size:
            self._drop()
            with making(self.context, size) as make:
                self.targets = _Targets(make, size)

    def _draw_slices(self, cuts: _Cuts, camera: Camera, reproject: ReprojectPass) -> dict:
        """Draws every slice that is there, of the front ones the first. Returns, by their names in shaders, the textures of what
        the lens sees round what hides it in the far slice, {} where that is nothing."""
        t, begins = self.targets, cuts.stored(cuts.far_from) if cuts.far_from else -1.0
        draw = lambda slice_, depths, coverage, **how: reproject.draw(
            slice_.scene, camera, Slice(depths, _lens_radius(camera), coverage, **how), edges_depth=True)
        draw(t.focus, (begins, cuts.stored(cuts.front_from) if cuts.front_from else 1.0), True, overlap=GOES_ON, sharp=True)
        behind = {}
        if cuts.deep_from:
            deep, behind = cuts.stored(cuts.deep_from), t.behind.named("behind")
            draw(t.behind, (-1.0, deep), False, overlap=GOES_ON)
            draw(t.between, (deep, begins), True, overlap=GOES_ON)
            self._join(t.far.scene, **behind, **t.between.named("between"))
        elif cuts.far_from:
            draw(t.far, (-1.0, begins), False, overlap=GOES_ON)
            if reproject.lamps:
                behind = t.behind.named("behind")
                draw(t.behind, (-1.0, begins), True, overlap=GOES_ON, lamps=True)
        if cuts.fronts:
            self._draw_front(cuts.fronts[0], cuts, camera, reproject)
        return behind

    def _draw_front(self, ends: tuple[float, float], cuts: _Cuts, camera: Camera, reproject: ReprojectPass) -> None:
        """ends: signed radii at which a front slice begins and ends."""
        depths = tuple(map(cuts.stored, ends))
        reproject.draw(self.targets.front.scene, camera, Slice(depths, _lens_radius(camera), True), edges_depth=True)

    def _join(self, target: moderngl.Framebuffer, **parts: moderngl.Texture) -> None:
        with enabled(self.context, moderngl.DEPTH_TEST):
            self.context.depth_func = "1"   # always
            self._over_all(target, "bokeh_join.frag", **parts)

    def _survey(self, read: dict, cuts: _Cuts, behind: dict, again: bool = False) -> None:
        """Finds out what every tile holds and what may reach it.

        behind   what the lens sees round in the far slice, if there is anything
        again    only the front slice is another
        """
        t, ring = self.targets, round(read["coarseness"])
        has_far, has_front = bool(cuts.far_from), bool(cuts.fronts)
        slices = (t.far, "FAR", has_far and not again, behind), (t.focus, "FOCUS", not again, {}), (t.front, "FRONT", has_front, {})
        for slice_, feature, there, more in slices:
            if there:
                self._over_all(slice_.tiles_target, "bokeh_survey.frag", feature, *_flags(BEHIND=more), **read, **slice_.read, **more)
        reach = max(int(np.ceil(min(cuts.largest, 0.1 * t.size[0]) / TILE)) + 1, ring, 2)
        self._over_all(t.spread_target, "bokeh_spread.frag", tiles=t.focus.tiles, front_tiles=t.front.tiles,
                       front_around=t.front.around, far_tiles=t.far.tiles, far_around=t.far.around, has_front=has_front, has_far=has_far,
                       highlights=read["highlights"], ring=ring, reach=reach)

    def _find_lamps(self, slice_: _SliceTargets, kind: int, features: tuple[str, ...], read: dict) -> None:
        """Finds the lamps of a slice, in those tiles that hold any; elsewhere what was found before stays, unread."""
        self._over_tiles(kind, kind, slice_.lamps_target, "bokeh_lamps.frag", *features, scale=CELL, around=slice_.around, **read)

    def _add_discs(self, target: moderngl.Framebuffer, slice_: _SliceTargets, kind: int, features: tuple[str, ...], **inputs) -> None:
        self._pass(_DiscsPass, "bokeh_discs.frag", *features).draw(target, kinds=self.targets.kinds, kind=kind, lamps=slice_.lamps,
                                                                   places=slice_.places, **inputs)

    def _gather_far(self, read: dict, iris: dict, eye: tuple[str, ...]) -> None:
        """Gathers the far slice, or its farther part, at half and a quarter of the resolution."""
        t, over_tiles = self.targets, self._over_tiles
        for lit in (0, FAR_LAMPS):
            over_tiles(FAR_LAMPS, lit, t.far_targets[0], "bokeh_halve.frag", "FAR", "SLICE", *_flags(LAMPS=lit), scale=2,
                       lamps=t.far.found, **read)
        for light, smaller in zip(t.far_levels, t.far_targets[1:]):
            self._over_all(smaller, "bokeh_halve.frag", "FAR", light=light)
        levels = _named("at_", t.far_levels) | iris | {"nearest": read["nearest"]}
        over_tiles(BY_FAR | COARSE, BY_FAR, t.wide_target, "bokeh_gather.frag", "FAR", *eye, scale=2, **levels)
        t.wider_target.clear()
        over_tiles(BY_FAR | COARSE, BY_FAR | COARSE, t.wider_target, "bokeh_gather.frag", "FAR", "COARSELY", *eye, scale=4, **levels)
        over_tiles(BY_FAR | COARSE, BY_FAR | COARSE, t.wide_target, "bokeh_enlarge.frag", "PARTLY", scale=2, smaller=t.wider)
        over_tiles(BY_FAR, BY_FAR, t.crisp_target, "bokeh_sharpen.frag", scale=2, gathered=t.wide)

    def _gather_between(self, read: dict, iris: dict, eye: tuple[str, ...]) -> None:
        """Lays the nearer part of the far slice over the farther one, by way of what the front slice needs later."""
        t, over_tiles = self.targets, self._over_tiles
        for lit in (0, FAR_LAMPS):
            over_tiles(FAR_LAMPS, lit, t.front_targets[0], "bokeh_halve.frag", "BETWEEN", "SLICE", *_flags(LAMPS=lit), scale=2,
                       lamps=t.far.found, **read)
        self._halve_front()
        levels = self._front_levels | iris | {"nearest": read["nearest"], "farthest": read["farthest"]}
        over_tiles(BY_FAR | COARSE, BY_FAR, t.wide_target, "bokeh_gather.frag", "BETWEEN", *eye, scale=2, **levels)
        # Where it is not coarse, too: what has coverage cannot be divided by how much of it there is, where tiles meet.
        over_tiles(BY_FAR, BY_FAR, t.wider_target, "bokeh_gather.frag", "BETWEEN", "COARSELY", *eye, scale=4, **levels)
        over_tiles(BY_FAR | COARSE, BY_FAR | COARSE, t.wide_target, "bokeh_enlarge.frag", scale=2, smaller=t.wider)
        with self._laid_over():
            over_tiles(BY_FAR, BY_FAR, t.crisp_target, "bokeh_sharpen.frag", scale=2, gathered=t.wide)

    def _gather_focus(self, target: moderngl.Framebuffer, read: dict, shape: dict, eye: tuple[str, ...], has_far: bool) -> None:
        """Draws what is about in focus, over what lies behind it: all of the target, and so it needs no clearing."""
        t, over_tiles = self.targets, self._over_tiles
        over_tiles(BY_BLURRED, BY_BLURRED, t.light_target, "bokeh_prepare.frag", "FOCUS", **read)
        over_tiles(BY_BLURRED, BY_BLURRED, t.cells_target, "bokeh_reach.frag", "PIXELS", scale=CELL, light=t.light, discs=t.discs)
        over_tiles(BLURRED, BLURRED, t.reach_target, "bokeh_reach.frag", scale=CELL, cells=t.cells)
        gathered = {"light": t.light, "discs": t.discs, "cells": t.reach, "nearest": read["nearest"], "around": read["around"], **shape}
        for far in (0, FAR) if has_far else (0,):
            over_tiles(FAR | BLURRED, far, target, "bokeh_focus.frag", *_flags(FAR=far), color=t.focus.color, far=t.crisp,
                       around=read["around"])
            over_tiles(FAR | BLURRED, far | BLURRED, target, "bokeh_focus.frag", "BLURRED", *_flags(FAR=far, RING=shape["ring"]), *eye,
                       far=t.crisp, **gathered)

    def _gather_front(self, target: moderngl.Framebuffer, read: dict, iris: dict, eye: tuple[str, ...]) -> None:
        """Lays the veil that the front slice is over what lies behind it."""
        t, over_tiles = self.targets, self._over_tiles
        self._find_lamps(t.front, FRONT_LAMPS, ("FRONT",), read)
        t.front_targets[0].clear()
        for lit in (0, FRONT_LAMPS):
            over_tiles(FRONT | FRONT_LAMPS, FRONT | lit, t.front_targets[0], "bokeh_halve.frag", "FRONT", "SLICE",
                       *_flags(LAMPS=lit), scale=2, lamps=t.front.found, **read)
        self._halve_front()
        t.wide_target.clear()
        over_tiles(VEIL, VEIL, t.wide_target, "bokeh_gather.frag", "VEIL", *eye, scale=2, **self._front_levels, **iris)
        t.crisp_target.clear()
        over_tiles(VEIL, VEIL, t.crisp_target, "bokeh_sharpen.frag", scale=2, gathered=t.wide)
        with self._laid_over():
            over_tiles(VEIL, VEIL, target, "bokeh_enlarge.frag", smaller=t.crisp)

    def _halve_front(self) -> None:
        t = self.targets
        for light, radius, smaller in zip(t.front_levels, t.front_radii, t.front_targets[1:]):
            self._over_all(smaller, "bokeh_halve.frag", "FRONT", light=light, radius=radius)

    @property
    def _front_levels(self) -> dict:
        return _named("at_", self.targets.front_levels) | _named("radius_at_", self.targets.front_radii)

    def _laid_over(self):
        return enabled(self.context, moderngl.BLEND, (moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA))

    def _over_all(self, target: moderngl.Framebuffer, fragment: str, *features: str, **inputs) -> None:
        self._pass(_Pass, fragment, *features).draw(target, **inputs)

    def _over_tiles(self, mask: int, kind: int, target: moderngl.Framebuffer, fragment: str, *features: str, scale: int = 1,
                    **inputs) -> None:
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
        rows.extend(_grid(camera))
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


def _grid(camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """The pixels round one, those first that a smaller iris reaches, float64 (GRID, 4): x, y, radius of the camera's iris on whose
    rim that is, and pixels to one of that radius; and for discs of radii in steps of 1 / FINE, float64 (STEPS, 4), the radii
    that they are drawn with and their areas in pixels, each with the next one's."""
    side = np.arange(-GRID // 16, GRID // 16 + 1)
    x, y = (a.ravel() for a in np.meshgrid(side, side))
    within = radius_within(x, y, camera)
    scale = np.where(within > 0, np.hypot(x, y) / np.maximum(within, 1e-6), 1.0)

    def light(radius):      # as `brought` in shaders/common/bokeh.glsl
        middle = (within - 0.5 + np.minimum(within + 0.5, radius)) / 2
        profile = 1 + camera.ring * (2 * np.minimum((middle ** 2 + EXTENT) / radius ** 2, 1) - 1)
        return np.clip((radius - within) * scale + 0.5, 0, 1) * profile

    # The picture's pixels are means already: a disc of pixels is drawn as large as has the variance of the lens's.
    radii = np.linspace(0, (STEPS + 1) / FINE, 8 * STEPS)[1:, None]
    drawn = light(radii)
    variances = (drawn * (x * x + y * y)).sum(1) / np.maximum(drawn.sum(1), 1e-9)    # a ring of no width is none
    points, weight = aperture_points(4096, camera)
    wanted = (weight[:, None] * points ** 2).sum() * np.maximum(np.arange(STEPS + 1) / FINE, SHARP) ** 2
    radius = np.interp(wanted, np.maximum.accumulate(variances), radii[:, 0])
    areas = light(radius[:, None]).sum(1)
    first = np.argsort(within - 0.5 / scale, kind="stable")[:GRID]
    return np.column_stack([x, y, within, scale])[first], np.column_stack([radius[:-1], radius[1:], areas[:-1], areas[1:]])


def _flags(**wanted) -> list[str]:
    return [name for name, is_ in wanted.items() if is_]


def _named(prefix: str, textures) -> dict:
    return {prefix + name: texture for name, texture in zip(LEVELS, textures)}


class _SceneTargets:
    """A slice of the scene."""

    def __init__(self, context, size):
        self.color, self.depth = texture(context, size), context.depth_texture(size)
        self.depth.compare_func = ""
        self.color.filter = moderngl.LINEAR, moderngl.LINEAR
        self.scene = context.framebuffer([self.color], self.depth)

    @property
    def read(self) -> dict:
        return {"color": self.color, "depth": self.depth}

    def named(self, name: str) -> dict:
        return {name: self.color, f"{name}_depth": self.depth}

    def release(self) -> None:
        for item in vars(self).values():
            item.release()


class _SliceTargets(_SceneTargets):
    """A slice of the scene and what its tiles hold: tiles, around (shaders/bokeh_survey.frag). Where lamps are drawn as discs, those of
    its cells: lamps, places, found (shaders/bokeh_lamps.frag)."""

    def __init__(self, context, size, lamps: bool):
        super().__init__(context, size)
        reduced = lambda k: tuple(-(-n // k) for n in size)
        self.tiles = texture(context, reduced(TILE))
        surveyed = [self.tiles]
        if lamps:
            self.around = texture(context, reduced(TILE))
            self.around.filter = moderngl.LINEAR, moderngl.LINEAR
            surveyed.append(self.around)
            self.lamps, self.places, self.found = (texture(context, reduced(CELL), dtype=dtype) for dtype in ("f4", "f4", "f2"))
            self.lamps_target = context.framebuffer([self.lamps, self.places, self.found])
        self.tiles_target = context.framebuffer(surveyed)


class _Targets:
    """What lies between the passes, for pictures of one size.

    far, focus, front  the slices; of the front ones the one that is being laid over the picture
    behind, between    the farther and the nearer part of the far slice where it is two; behind has its lamps where it is one
    spread, kinds      what may reach every tile, and what there is to do in it (shaders/bokeh_spread.frag)
    light, discs       of what is about in focus, pixel by pixel (shaders/bokeh_prepare.frag)
    cells, reach       the largest radii of its cells, and of those round about (shaders/bokeh_reach.frag)
    far_levels         the far slice at a half to a sixteenth of the resolution (shaders/bokeh_halve.frag)
    front_levels, front_radii  the same of what has coverage: the far slice's nearer part, then the front ones
    wide, wider        what was gathered at a half and at a quarter of the resolution; crisp has it sharpened
    """

    def __init__(self, context, size):
        self.size = size
        reduced = lambda k: tuple(-(-n // k) for n in size)
        target = context.framebuffer
        self.behind, self.between = (_SceneTargets(context, size) for _ in range(2))
        self.far, self.focus, self.front = (_SliceTargets(context, size, lamps) for lamps in (True, False, True))
        self.spread, self.kinds = texture(context, reduced(TILE)), texture(context, reduced(TILE), 1)
        self.light, self.discs = texture(context, size), texture(context, size, 2)
        self.cells, self.reach = (texture(context, reduced(CELL), 2) for _ in range(2))
        self.far_levels, self.front_levels = ([texture(context, reduced(2 ** k)) for k in range(1, 5)] for _ in range(2))
        self.front_radii = [texture(context, reduced(2 ** k), 1) for k in range(1, 5)]
        self.wide, self.wider, self.crisp = (texture(context, reduced(k)) for k in (2, 4, 2))
        for read_between in (*self.far_levels, *self.front_levels, *self.front_radii, self.wide, self.wider, self.crisp):
            read_between.filter = moderngl.LINEAR, moderngl.LINEAR
        self.spread_target, self.light_target = target([self.spread, self.kinds]), target([self.light, self.discs])
        self.far_targets = [target([level]) for level in self.far_levels]
        self.front_targets = [target([level, radius]) for level, radius in zip(self.front_levels, self.front_radii)]
        self.cells_target, self.reach_target = target([self.cells]), target([self.reach])
        self.wide_target, self.wider_target, self.crisp_target = target([self.wide]), target([self.wider]), target([self.crisp])

    def release(self) -> None:
        for name, items in vars(self).items():
            if name != "size":
                for item in items if isinstance(items, list) else [items]:
                    item.release()
