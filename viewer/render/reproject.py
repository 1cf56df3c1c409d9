"""The plate seen from another camera: its patches drawn into colour, invented share and depth."""
from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest

import cv2
import moderngl
import numpy as np

from ..camera import NEAR, Camera
from ..plate.layers import Layers
from ..plate.patches import LOOSE, Patches
from .gl import (GL_DEPTH_CLAMP, GL_ONE_MINUS_SRC1_COLOR, STORED, Aside, MipTexture, ScreenPass, enabled, having, plain, program,
                 set_uniforms, texture)

GIVES_WAY = 0.97
"""Of its disparity, with which a hidden patch enters the depth test: patches follow surfaces only within a tolerance, and
what is hidden must not come through what hides it."""

SIDEWAYS = 1.5
"""Safety on how soon a hidden patch is drawn: its travel was estimated for a move straight across its edge."""

LEAST_REACH = 0.05
"""Share of their reach over each other that patches keep when the camera hardly moves: what rounding may open."""

OVER = 4
"""Pixels by which patches reach over each other at most (viewer/plate/patches.py), generously."""

STEP_BYTES = 16 << 20
"""Of the atlas, that are put on the GPU in one step: about a hundredth of a second."""

AHEAD = 8
"""Parts of it whose second differences are made before they are asked for, four to a step."""

SMALL, UNSEEN, UNSEEN_BLURRED = 0.7, 0.6, 1.5
"""Pixels of a picture to one of the plate up to which patches may follow surfaces loosely, and pixels that these may be off; and those
that they may in a slice that is blurred by twice as many."""

SHARP, GROWS = 0.75, 0.1
"""Pixels of a picture to one of the plate, at what is usually far in it, from which reading between those of the plate blurs it;
and how many more until all of that is taken back, so that no frame of a move is suddenly sharper."""

SHRINKS, MINIFIED = 0.7, 0.6
"""Pixels of a picture to one of the plate under which reading between those of the plate leaves some out, and mip levels begin; and
under which their bias is BIAS. Between the two it grows to that, so that no frame of a move is suddenly softer."""

BIAS = -0.3
"""Mip levels by which the atlas is read finer than its scale says: it shimmers a little less than it would blur."""

SPLIT, WHITE = np.float32([[0.3, 0.6, 0.1, 0], [0, 0, 0, 1]]), 1.5
"""Brightness and alpha of a pixel, and the brightness from which it is a lamp's."""

SAMPLED = 61
"""Every so many pixels of the plate one tells how much of it lies where: a prime, that no slats keep step with."""

BLOCK = 4
"""Pixels of the atlas, that are asked together whether there is a lamp."""

SECOND = np.float32([[1, -2, 1]]), np.float32([[1], [-2], [1]])
"""Kernels of the second differences in x and in y."""

ABOUT = 1.3
"""Pixels of a picture to one of the plate up to which it is hardly sharper than that."""

STANDS = 0.01
"""Pixels of parallax under which a camera stands where the plate was taken."""


class ReprojectPass:
    """One plate on the GPU: its patches, and the plate itself for a camera that turns and zooms but does not travel, which
    sees all of it and nothing behind it. One instance serves every camera and every target.

    aside  does what takes long as a plate is put on the GPU, or None
    like   another one, whose programs are this one's too; it is released last
    """

    def __init__(self, context: moderngl.Context, aside: Aside | None = None, like: ReprojectPass | None = None):
        self.context, self.aside, self._like = context, aside, like
        self._programs: dict[frozenset, moderngl.Program] = like._programs if like else {}
        self.covers: list[list[_Part]] = []    # those that follow surfaces closely, and loosely
        self.parts: list[_Part] = []           # which of them is drawn
        self.outside: list[_Part] = []
        self.standing = like.standing if like else {False: _Standing(context), True: _Standing(context, CUBIC=1)}

    def program(self, *features: str) -> moderngl.Program:
        """The program with these features of shaders/reproject.*; compiled when it is first wanted."""
        key = frozenset(features)
        if key not in self._programs:
            self._programs[key] = program(self.context, "reproject.vert", "reproject.frag", **dict.fromkeys(features, 1))
        return self._programs[key]

    def load(self, layers: Layers, plate) -> None:
        """Puts a plate's layers on the GPU, in place of those of before."""
        for _ in self.loading(layers, plate):
            pass

    def loading(self, layers: Layers, plate, before: Callable[[], object] = lambda: None) -> Iterator[None]:
        """The same in steps of some hundredths of a second, between which those of before can be drawn.

        before() is called as the last of them begins, which takes their place.
        """
        high, wide = layers.atlas.shape[:2]
        focal = plate.focal_pixels
        cx, cy = plate.principal_point
        # From plate pixels (x, y, 1, disparity) to homogeneous points in the plate camera's frame, +y up, -z forward.
        lift = np.array([[1 / focal, 0, -cx / focal, 0], [0, -1 / focal, cy / focal, 0], [0, 0, -1, 0], [0, 0, 0, 1]])
        backdrop = layers.solid.level.max(initial=0)
        drafted = layers.loose_solid is layers.solid
        covers = [(layers.solid, layers.soft), *(() if drafted else ((layers.loose_solid, layers.loose_soft),))]
        kinds = [patches for cover in (*covers, [p.take(p.beyond) for p in covers[0]]) for patches in cover]
        pixels = np.ascontiguousarray(layers.atlas)
        made: list = []
        yield
        atlas, bend = MipTexture(self.context, (wide, high), layers.levels), MipTexture(self.context, (wide, high), 0, "f1")
        try:
            for item in (atlas, bend):
                yield from item.making(self.aside)
            lamps = yield from _filling(atlas.texture, bend.texture, pixels)
            bend.texture.filter = moderngl.LINEAR, moderngl.LINEAR
            yield from atlas.shrinking()
            for patches in kinds:
                made.append(_Part(self.context, patches, lift, backdrop, lamps))
                yield
            made.append(texture(self.context, layers.surface.shape[::-1], 1, "f4", np.ascontiguousarray(layers.surface)))
            yield
        except BaseException:      # given up half way, too
            for item in (atlas, bend, *made):
                item.release()
            raise
        before()
        self._drop()
        self.atlas, self.bend, self.texel, self.around, self.lift = atlas, bend, (1 / wide, 1 / high), layers.around, lift
        *parts, self.surface = made
        *self.covers, self.outside = [parts[i:i + 2] for i in range(0, len(parts), 2)]
        self.parts = self.covers[0]
        self.plate_size, self.plate_texture = (plate.width, plate.height), tuple(map(float, layers.plate))
        self.disparities = np.sort(layers.surface.ravel()[::SAMPLED])
        self.usual = float(self.disparities[len(self.disparities) // 2])
        self.within, self.lamps = layers.reach, bool(lamps[-1, -1])
        self.nearest = max(layers.solid.plane[:, 0].max(initial=0), layers.soft.plane[:, 0].max(initial=0))

    def draw(self, target: moderngl.Framebuffer, camera: Camera, part: Slice | None = None, edges_depth: bool = False) -> None:
        """Draws into a target with a half-float colour (colour, invented share) and a depth texture.

        part         only what lies in a range of depth, complete behind what is nearer
        edges_depth  soft edges get depth too, as `draw_edges_depth` gives them
        """
        if not part and self._stands(camera, target.size):
            self._draw_standing(target, camera)
            return
        with self._drawing(target, camera, part):
            target.clear(*((0.0, 0.0, 0.0, 0.0) if part and part.coverage else (*self.around, 1.0)), depth=0.0)
            self._draw_parts(target, self.parts, part)
            if edges_depth:
                self._draw_edges_depth(part)

    def draw_edges_depth(self, target: moderngl.Framebuffer, camera: Camera) -> None:
        """Adds the depth of soft edges to what `draw` drew with the same camera."""
        if not self._stands(camera, target.size):
            with self._drawing(target, camera):
                self._draw_edges_depth()

    def nearest_in(self, camera: Camera) -> float:
        """The largest disparity, 1/m, that this camera may see anything at."""
        forward = -camera.position[2]
        room = 1 / self.nearest - abs(forward) - np.hypot(*camera.position[:2])
        return 1 / max(room, NEAR) if self.nearest > 0 else 0.0

    def serves(self, camera: Camera, size) -> bool:
        """Whether a picture of this size is about as fine as the plate, or coarser, where a camera that does not travel looks."""
        return self._scale(camera, size) <= ABOUT

    def share_between(self, nearer: np.ndarray, farther: np.ndarray, camera: Camera) -> np.ndarray:
        """Shares of the plate that lie between disparities, 1/m, from a camera that has travelled but not turned."""
        at = lambda disparity: np.searchsorted(self.disparities, disparity / np.maximum(1 - camera.position[2] * disparity, 1e-3))
        return (at(nearer) - at(farther)) / len(self.disparities)

    @contextmanager
    def _drawing(self, target, camera: Camera, part: Slice | None = None, parts: list[_Part] | None = None) -> Iterator[None]:
        """Within, a target takes patches as this camera sees them, and of them what is nearest; parts: other ones than `_look` chooses."""
        self._look(target.size, camera, part, parts)
        plain(self.context)
        self.context.depth_func = ">="
        self.context.enable_direct(GL_DEPTH_CLAMP)
        target.use()
        try:
            with enabled(self.context, moderngl.DEPTH_TEST):
                yield
        finally:
            self.context.disable_direct(GL_DEPTH_CLAMP)
            self.context.blend_func = moderngl.DEFAULT_BLENDING    # one of two sources forbids several targets, even when off

    def _draw_parts(self, target, parts, part: Slice | None = None) -> None:
        solid, soft = parts
        self._render(solid, part)
        with having(target, depth_mask=False), enabled(self.context, moderngl.BLEND, (moderngl.ONE, GL_ONE_MINUS_SRC1_COLOR)):
            self._render(soft, part, "SOFT")

    def _draw_edges_depth(self, part: Slice | None = None) -> None:
        with enabled(self.context, moderngl.BLEND, (moderngl.ZERO, moderngl.ONE)):
            self._render(self.parts[1], part, "SURFACE")

    def _stands(self, camera: Camera, size) -> bool:
        return np.linalg.norm(camera.position) * self.nearest * camera.intrinsics(size)[0, 0] < STANDS

    def _draw_standing(self, target, camera: Camera) -> None:
        with self._drawing(target, camera, parts=self.outside):
            width, height = target.size
            # Homogeneous plate pixels to target pixels, bottom row first; disparity has no share in it.
            to_pixels = np.array([[width / 2, 0, width / 2], [0, height / 2, height / 2], [0, 0, 1]]) @ self.matrix[[0, 1, 3], :3]
            to_plate = np.linalg.inv(to_pixels)
            corners = to_plate @ np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]])
            at = corners[:2] / corners[2]
            if (corners[2] <= 0).any() or (at < 0).any() or (at.T > self.plate_size).any():
                target.clear(*self.around, 1.0, depth=0.0)
                self._draw_parts(target, self.outside)
            self.context.depth_func = "1"   # always
            scale = self._scale(camera, target.size)
            self.standing[self.sharpness > 0].draw(
                target, picture=self.atlas.texture, bend=self.bend.texture, surface=self.surface, to_plate=tuple(to_plate.T.ravel()),
                axis=tuple(self.matrix[3]), stored=tuple(0.5 * (self.matrix[2] + self.matrix[3])), size=self.plate_size,
                texture_=self.plate_texture, texel=self.texel, bias=self.bias, sharpness=self.sharpness, margin=max(0.5, 0.5 / scale))

    def _render(self, patches: _Part, part: Slice | None, *features: str) -> None:
        if part:
            features += part.features
        if self.sharpness > 0 and (not part or part.sharp) and "SURFACE" not in features:
            features += ("CUBIC",)
        p = self.program(*features)
        set_uniforms(p, texel=self.texel, picture=0, bend=1, plate_to_clip=tuple(self.matrix.T.ravel()),
                     depths=part.depths if part else (0.0, 1.0), overlap=part.overlap if part else 0.0, white=WHITE,
                     reach=self.reach, bias=self.bias, sharpness=self.sharpness)
        patches.render(p)

    def _look(self, size, camera: Camera, part: Slice | None, parts: list[_Part] | None) -> None:
        """Settles what a camera sees, and how it is read, for what is drawn next."""
        self.matrix = camera.projection(size) @ camera.view() @ self.lift
        # What a metre forward does at the frame's corner, measured in metres sideways.
        x, y, z = camera.position
        off_axis = np.hypot(*self.plate_size) / 2 * self.lift[0, 0]
        travel = (np.hypot(x, y) + abs(z) * off_axis) / self.within
        self.reach = float(np.clip(travel, LEAST_REACH, 1))
        # A quarter of a pixel for every tolerance (viewer/plate/edges.py), as large as what is nearest becomes.
        scale = self._scale(camera, size)
        off = 0.25 * LOOSE[1] * travel * scale / max(1 + min(z, 0) * self.nearest, 0.1)
        loose = off <= UNSEEN_BLURRED if part and not part.sharp else scale <= SMALL and off <= UNSEEN
        self.parts = self.covers[-1 if loose else 0]
        for patches in parts or self.parts:
            patches.select(camera, self.nearest, self.matrix, part, scale)
        least = self._least_scale(camera, size)
        # Mip levels only where something shrinks: they cost a third more.
        self.atlas.texture.filter = moderngl.LINEAR if least > SHRINKS else moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR
        self.bias = float(np.interp(least, (MINIFIED, SHRINKS), (BIAS, np.log2(SHRINKS))))
        usual = least / max(1 + min(z, 0) * self.usual, 0.1)
        self.sharpness = float(np.clip((usual - SHARP) / GROWS, 0, 1))
        self.atlas.texture.use(0)
        self.bend.texture.use(1)

    def _scale(self, camera: Camera, size) -> float:
        """Pixels of the picture to one of the plate, for a camera that does not travel."""
        return camera.intrinsics(size)[0, 0] * self.lift[0, 0]

    def _least_scale(self, camera: Camera, size) -> float:
        """Pixels of the picture to one of the plate, where that is least."""
        back = max(float(camera.position[2]), 0.0)
        return self._scale(camera, size) / (1 + back * self.nearest)

    def _drop(self) -> None:
        for part in (part for cover in (*self.covers, self.outside) for part in cover):
            part.release()
        self.outside = []
        if self.covers:
            for item in (self.atlas, self.bend, self.surface):
                item.release()
        self.covers = self.parts = []

    def release(self) -> None:
        self._drop()
        if self._like:
            return
        for standing in self.standing.values():
            standing.release()
        for p in self._programs.values():
            p.release()
        self._programs.clear()


class _Standing(ScreenPass):
    fragment = "standing.frag"


def _filling(atlas: moderngl.Texture, bend: moderngl.Texture, pixels: np.ndarray) -> Generator[None, None, np.ndarray]:
    """Puts float16 (h, w, 4) into an atlas, in steps, and its second differences into another texture. Returns int32, blocks of the
    atlas that hold a lamp, summed over those above and to the left."""
    high, wide = pixels.shape[:2]
    rows = max(STEP_BYTES // pixels.strides[0], 1)
    tops = range(0, high, (rows // (4 * BLOCK) + 1) * BLOCK)
    lamps: list[np.ndarray] = []
    pool = ThreadPoolExecutor(2)
    try:
        started = lambda top: pool.submit(_bends, pixels, top, tops.step)
        ahead = deque(map(started, tops[:AHEAD]))
        for top in range(0, high, rows):
            part = pixels[top:top + rows]
            atlas.write(part, viewport=(0, top, wide, len(part)))
            yield
        for top, later in zip_longest(tops, tops[AHEAD:]):
            part, found = ahead.popleft().result()
            lamps.append(found)
            if later is not None:
                ahead.append(started(later))
            bend.write(part, viewport=(0, top, wide, len(part)))
            yield
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return cv2.integral(np.concatenate(lamps))


def _bends(atlas: np.ndarray, top: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Second differences in x and y of brightness, as shares of that round about, and of alpha, uint8 (rows, w, 4), 128 for
    none, 31 and 63 for a whole one, of some rows of an atlas; none beside a lamp, which would ring. And where lamps are, uint8
    (rows / BLOCK, w / BLOCK), 0 or 1."""
    first = max(top - 1, 0)
    bright, alpha = cv2.split(cv2.transform(atlas[first:top + rows + 1].astype(np.float32), SPLIT))
    lamp = cv2.dilate(bright, np.ones((3, 3), np.uint8)) > WHITE
    around = cv2.max(cv2.blur(bright, (3, 3)), 1e-4)
    planes = []
    for plane, times, of in ((bright, 31, around), (alpha, 63, None)):
        for kernel in SECOND:
            bend = cv2.filter2D(plane, cv2.CV_32F, times * kernel, borderType=cv2.BORDER_REPLICATE)
            bend = 128.5 + (bend if of is None else cv2.divide(bend, of))
            bend[lamp] = 128.5
            planes.append(np.clip(bend, 0, 255, out=bend).astype(np.uint8))
    own = slice(top - first, top - first + rows)
    near_by = cv2.dilate(lamp.view(np.uint8)[own], np.ones((2 * BLOCK - 1, 2 * BLOCK - 1), np.uint8))
    return np.ascontiguousarray(cv2.merge(planes)[own]), near_by[::BLOCK, ::BLOCK]


@dataclass(frozen=True, slots=True)
class Slice:
    """What lies in a range of depth, for a lens that sees round what is before it.

    depths       (far, near) window depths, NEAR / (2 Z), between which a fragment is drawn
    lens_radius  metres that the lens sees to the side of its middle
    overlap      pixels by which a surface that slopes reaches beyond the near end
    sharp        it is about in focus, and as sharp as the plate
    lamps        nothing but those, complete behind what hides them
    coverage     alpha is coverage and the ground empty; else alpha is the invented share, and there is always a ground
    """

    depths: tuple[float, float]
    lens_radius: float
    coverage: bool
    overlap: float = 0.0
    sharp: bool = False
    lamps: bool = False

    @property
    def features(self) -> tuple[str, ...]:
        """Of shaders/reproject.frag."""
        return "SLICE", *(name for name in ("COVERAGE", "LAMPS") if getattr(self, name.lower()))


def _clip(row: np.ndarray, points: np.ndarray) -> np.ndarray:
    """One coordinate of points (x, y, disparity; ...) by a row of the matrix to clip coordinates."""
    a, b, c, d = row.astype("f4")
    return a * points[0] + b * points[1] + (d * points[2] + c)


class _Part:
    """Patches that are drawn in one go.

    backdrop  level of what lies behind everything
    lamps     int32: blocks of the atlas that hold a lamp, summed over those above and to the left
    """

    def __init__(self, context, patches: Patches, lift: np.ndarray, backdrop: int, lamps: np.ndarray):
        self.patches, self.context, self.backdrop = patches, context, backdrop
        self.arrays: dict[moderngl.Program, moderngl.VertexArray] = {}
        self.count = 0
        n = len(patches)
        if n == 0:
            return
        x0, y0, x1, y1 = patches.rect.T
        left, upper, right, lower = patches.over.T
        x, y = np.stack([x0, x1, x0, x1], -1), np.stack([y0, y0, y1, y1], -1)
        over_x, over_y = np.stack([-left, right, -left, right], -1), np.stack([-upper, -upper, lower, lower], -1)
        left, upper, right, lower = patches.most.T
        most_x, most_y = np.stack([left, right, left, right], -1), np.stack([upper, upper, lower, lower], -1)
        slope_x, slope_y = patches.plane.T[1:, :, None]
        scale, u0, v0 = patches.texture.T[..., None]
        u, v = scale * x + u0, scale * y + v0
        behind = np.broadcast_to((patches.level == backdrop)[:, None], x.shape)
        back = np.broadcast_to(np.where(patches.hidden, GIVES_WAY, 1.0)[:, None], x.shape)
        vertices = np.stack([x, y, np.maximum(patches.corners, 0), behind, u, v, patches.shown, over_x, over_y,
                             *(np.broadcast_to(a, x.shape) for a in (slope_x, slope_y)), back, np.broadcast_to(scale, x.shape),
                             most_x, most_y], -1).astype("f4")
        self.corners = (np.arange(n)[:, None] * 4 + np.array([0, 1, 2, 2, 1, 3])).astype("i4")
        self.vertices = context.buffer(np.ascontiguousarray(vertices))
        self.indices = context.buffer(reserve=self.corners.nbytes, dynamic=True)
        # How far from the axis, in units of depth: what a metre forward does, measured in metres sideways.
        middle = np.stack([(x0 + x1) / 2, (y0 + y1) / 2, np.ones(n), np.zeros(n)])
        self.off_axis = np.hypot(*(lift @ middle)[:2]).astype("f4")
        self.slope = np.abs(patches.plane[:, 1:]).sum(1).astype("f4")
        self.drawn = self.placed = None
        (top, bottom), (left, right) = (np.clip([at.min(1) // BLOCK, at.max(1) // BLOCK + 1], 0, end - 1).astype(int)
                                        for at, end in zip((v, u), lamps.shape))
        self.lamps = lamps[bottom, right] - lamps[top, right] - lamps[bottom, left] + lamps[top, left] > 0
        self.points = np.ascontiguousarray(vertices[..., :3].transpose(2, 1, 0))    # x, y, disparity of every corner of all patches

    def select(self, camera: Camera, nearest: float, matrix: np.ndarray, part: Slice | None = None, scale: float = 1.0) -> None:
        """Picks the patches that this camera's travel, and its lens's radius to the side, can bring to light, of those in a
        slice of depth; in the order in which they are drawn. scale: pixels of the picture to one of the plate"""
        if len(self.patches) == 0:
            return
        x, y, z = camera.position
        forward = abs(z) / max(1 + z * nearest, 0.1)
        seen = self.patches.travel <= SIDEWAYS * (np.hypot(x, y) + (part.lens_radius if part else 0.0) + forward * self.off_axis)
        seen |= self.patches.travel == 0
        if part:
            far, near = (depth * STORED for depth in part.depths)
            least, farthest, closest, slope = self._seen_from(matrix[3])
            # A patch reaches over its neighbours, and the slice over what slopes through its near end.
            more = (part.overlap + OVER) / scale * slope
            seen &= (least <= 0) | (closest + more >= far) & (farthest - more <= near)
            if part.lamps:
                seen &= self.lamps
            if part.coverage and part.depths[0] > 0:     # what is behind everything is too coarse to be within a slice of it
                seen &= self.patches.level < self.backdrop
        if self.drawn is None or not np.array_equal(seen, self.drawn):
            self.drawn = seen
            self.indices.orphan()
            self.indices.write(np.ascontiguousarray(self.corners[seen]))
            self.count = 6 * int(seen.sum())

    def _seen_from(self, to_w: np.ndarray) -> tuple[np.ndarray, ...]:
        """Of every patch, for the last row of a camera's matrix: its least w, the ends of its depth range as disparities from
        there, and by how much a pixel changes them. Kept, since a frame asks for every slice of it."""
        if self.placed is None or not np.array_equal(self.placed[0], to_w):
            w = _clip(to_w, self.points)
            least, depth = w.min(0), self.points[2] / np.maximum(w, 1e-3)
            self.placed = to_w.copy(), (least, depth.min(0), depth.max(0), self.slope / np.maximum(least, 0.1))
        return self.placed[1]

    def render(self, with_: moderngl.Program) -> None:
        if self.count:
            if with_ not in self.arrays:
                size = {"corner": "4f", "atlas": "3f", "over": "4f", "more": "4f"}
                used = [name for name in size if name in with_]
                layout = " ".join(size[n] if n in used else size[n].replace("f", "x4") for n in size)
                self.arrays[with_] = self.context.vertex_array(with_, [(self.vertices, layout, *used)], index_buffer=self.indices)
            self.arrays[with_].render(vertices=self.count)

    def release(self) -> None:
        if len(self.patches):
            for item in (*self.arrays.values(), self.indices, self.vertices):
                item.release()
