"""Small scenes of which every view is known exactly: painted planes seen through a pinhole, cast ray by ray.

Nothing here uses the program, except to make a Plate in the end: camera, rotation and projection are written down anew
from the definitions, so that a wrong sign there is a difference here. Frame of reference: the plate's camera stands at
the origin, +x right, +y up, -z forward, metres; the centre of pixel i lies at i + 0.5 from the top left corner.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

FOCAL, SENSOR = 35.0, 36.0
"""Millimetres: the lens of every scene's plate."""


@dataclass(frozen=True)
class Surface:
    """A plane with a picture on it.

    plane   (bx, by, b0): its disparity is b0 + bx X/Z + by Y/Z in 1/m, Z metres in front of the plate's camera, Y up;
            (0, 0, 0) is the sky
    paint   linear colour (..., 3) at plate pixels x, y: where on the plate that point of the plane would be seen
    region  whether the plane exists at plate pixels x, y; None: everywhere
    """

    plane: tuple[float, float, float]
    paint: Callable[[np.ndarray, np.ndarray], np.ndarray]
    region: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None

    @classmethod
    def at(cls, depth: float, paint, region=None) -> Surface:
        """Square to the plate's camera."""
        return cls((0.0, 0.0, 1 / depth), paint, region)


@dataclass(frozen=True)
class View:
    """What a camera sees.

    color     float32 (h, w, 3) scene-linear, a box of samples to every pixel; NaN where there is nothing
    depth     float32 (h, w) metres along the axis of the pixels' centres, inf for the sky, NaN for nothing
    index     int (h, w): the number of the surface, -1 for nothing
    plate_xy  float (h, w, 2): the plate's pixel that points to the same spot
    hidden    bool (h, w): the plate does not show that spot: something else stands before it, or it is outside
    outside   bool (h, w): the spot lies outside the plate's frame
    """

    color: np.ndarray
    depth: np.ndarray
    index: np.ndarray
    plate_xy: np.ndarray
    hidden: np.ndarray
    outside: np.ndarray

    @property
    def shown(self) -> np.ndarray:
        return ~self.hidden & (self.index >= 0)


@dataclass(frozen=True)
class Scene:
    size: tuple[int, int]
    surfaces: tuple[Surface, ...]

    @property
    def focal(self) -> float:
        """The plate's focal length in pixels."""
        return FOCAL / SENSOR * self.size[0]

    @cache
    def view(self, camera=None, size: tuple[int, int] | None = None, samples: int = 1) -> View:
        """The scene from a camera (position, pan, tilt, roll, focal_length, sensor_width, lens_shift), or the plate's;
        samples: along a pixel's side, which colour is the mean of; one is exact for smooth paint."""
        size = size or self.size
        width, height = size
        steps = (np.arange(samples) + 0.5) / samples
        color = np.zeros((height, width, 3))
        for dy in steps:
            for dx in steps:
                x, y = np.meshgrid(np.arange(width) + dx, np.arange(height) + dy)
                index, _, px, py = self._cast(camera, size, x, y)
                color += self._paint(index, px, py)
        x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
        index, depth, px, py = self._cast(camera, size, x, y)
        outside = ~((px >= 0) & (px <= self.size[0]) & (py >= 0) & (py <= self.size[1]))
        front, _, _, _ = self._cast(None, self.size, np.where(outside, 0, px), np.where(outside, 0, py))
        return View((color / samples ** 2).astype(np.float32), depth.astype(np.float32), index, np.stack([px, py], -1),
                    outside | (front != index), outside)

    @cache
    def plate(self, samples: int = 4):
        """The Plate that this scene's camera takes, its edges mixed as a lens and a sensor mix them."""
        from viewer import Plate

        view = self.view(samples=samples)
        return Plate.from_arrays(view.color, view.depth, focal_length=FOCAL, sensor_width=SENSOR)

    def _cast(self, camera, size, x, y):
        """Nearest surface along the rays of pixels x, y: (index, depth, plate x, plate y)."""
        turn, position, (focal, cx, cy) = np.eye(3), np.zeros(3), (self.focal, size[0] / 2, size[1] / 2)
        if camera is not None:
            turn, position = turned(camera.pan, camera.tilt, camera.roll), np.asarray(camera.position, float)
            focal, cx, cy = pinhole(camera, size)
        ray = np.stack([(x - cx) / focal, (cy - y) / focal, -np.ones_like(x)], -1) @ turn.T
        best = np.full(x.shape, np.inf)
        index = np.full(x.shape, -1)
        plate_x, plate_y = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
        for number, surface in enumerate(self.surfaces):
            bx, by, b0 = surface.plane
            normal = np.array([bx, by, -b0])
            with np.errstate(all="ignore"):
                t = (1 - normal @ position) / (ray @ normal)
                point = ray if surface.plane == (0, 0, 0) else position + t[..., None] * ray
                px = self.size[0] / 2 - self.focal * point[..., 0] / point[..., 2]
                py = self.size[1] / 2 + self.focal * point[..., 1] / point[..., 2]
                hit = (point[..., 2] < 0) & (t > 1e-6) & ((t < best) | (index < 0) & (t == best))
            if surface.region is not None:
                hit &= surface.region(np.where(hit, px, 0), np.where(hit, py, 0))
            best, index = np.where(hit, t, best), np.where(hit, number, index)
            plate_x, plate_y = np.where(hit, px, plate_x), np.where(hit, py, plate_y)
        return index, np.where(index < 0, np.nan, best), plate_x, plate_y

    def _paint(self, index, px, py):
        color = np.full((*index.shape, 3), np.nan)
        for number, surface in enumerate(self.surfaces):
            here = index == number
            color[here] = surface.paint(px[here], py[here])
        return color


def turned(pan: float, tilt: float, roll: float) -> np.ndarray:
    """Camera axes as columns: pan to the right about +y, then tilt up about the new x, then roll clockwise."""
    p, t, r = np.radians([pan, tilt, roll])
    about_y = [[np.cos(p), 0, -np.sin(p)], [0, 1, 0], [np.sin(p), 0, np.cos(p)]]
    about_x = [[1, 0, 0], [0, np.cos(t), -np.sin(t)], [0, np.sin(t), np.cos(t)]]
    about_z = [[np.cos(r), np.sin(r), 0], [-np.sin(r), np.cos(r), 0], [0, 0, 1]]
    return np.array(about_y) @ np.array(about_x) @ np.array(about_z)


def pinhole(camera, size) -> tuple[float, float, float]:
    """(focal length, centre x, centre y) of a camera in pixels."""
    width, height = size
    return (camera.focal_length / camera.sensor_width * width, width / 2 + camera.lens_shift[0] * width,
            height / 2 - camera.lens_shift[1] * width)


# Paint --------------------------------------------------------------------------------------------------------------

def flat(*color):
    return lambda x, y: np.broadcast_to(np.array(color, float), (*np.shape(x), 3))


def waves(seed: int = 0, longest: float = 40, shortest: float = 14, low: float = 0.15, high: float = 0.85):
    """Smooth and without repetition: no wave is shorter than `shortest` pixels, so that any decent filter shows it."""
    rng = np.random.default_rng(seed)
    n = 12
    angle, phase = rng.uniform(0, np.pi, (3, n)), rng.uniform(0, 2 * np.pi, (3, n))
    length = np.exp(rng.uniform(np.log(shortest), np.log(longest), (3, n)))

    def paint(x, y):
        value = np.stack([sum(np.sin(2 * np.pi / l * (np.cos(a) * x + np.sin(a) * y) + p)
                              for a, p, l in zip(angle[c], phase[c], length[c])) for c in range(3)], -1)
        return low + (high - low) * (0.5 + 0.5 * np.tanh(0.3 * value))
    return paint


def grain(seed: int = 0, cell: float = 1.0, low=0.2, high=0.8):
    """A random colour between low and high (numbers or colours) in every cell of so many pixels."""
    table = np.random.default_rng(seed).uniform(0, 1, (509, 509, 3))
    low, high = np.asarray(low, float), np.asarray(high, float)
    return lambda x, y: low + (high - low) * table[(np.floor(y / cell) % 509).astype(int), (np.floor(x / cell) % 509).astype(int)]


def checks(cell: float, dark: float = 0.1, bright: float = 0.9):
    def paint(x, y):
        odd = (np.floor(x / cell) + np.floor(y / cell)) % 2
        return np.repeat((dark + (bright - dark) * odd)[..., None], 3, -1)
    return paint


def box(x0: float, y0: float, x1: float, y1: float):
    return lambda x, y: (x >= x0) & (x < x1) & (y >= y0) & (y < y1)


def disc(cx: float, cy: float, radius: float):
    return lambda x, y: (x - cx) ** 2 + (y - cy) ** 2 < radius ** 2


def beside(px: float, py: float, degrees: float):
    """The half plane to the left of a straight edge through a point, leaning clockwise from the vertical."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return lambda x, y: (x - px) * c + (y - py) * s < 0


# Scenes -------------------------------------------------------------------------------------------------------------

def card_before_wall(size=(320, 192), near=1.5, far=4.0, card=None, wall=None, region=None) -> Scene:
    """Two planes: a card in the middle and a wall behind it."""
    w, h = size
    region = region or box(0.35 * w, 0.3 * h, 0.65 * w, 0.75 * h)
    return Scene(size, (Surface.at(near, card or grain(1, 2, (0.5, 0.2, 0.1), (0.9, 0.5, 0.3)), region),
                        Surface.at(far, wall or grain(2, 2, (0.1, 0.2, 0.3), (0.4, 0.6, 0.9)))))


def room(size=(320, 192)) -> Scene:
    """A floor that runs away under the camera, 1.2 m below it, and the wall in which it ends at 5 m."""
    return Scene(size, (Surface((0.0, -1 / 1.2, 0.0), waves(3), lambda x, y: y > size[1] / 2 + 1),
                        Surface.at(5.0, waves(4))))


def yard(size=(320, 192)) -> Scene:
    """A post at 2 m, a slanted wall behind it over the lower part, and the sky above."""
    w, h = size
    return Scene(size, (Surface.at(2.0, grain(5, 2, (0.4, 0.15, 0.1), (0.8, 0.4, 0.3)), box(0.42 * w, 0.2 * h, 0.56 * w, 2 * h)),
                        Surface((0.06, 0.0, 0.2), grain(6, 2, 0.15, 0.5), lambda x, y: y > 0.45 * h + 0.1 * x),
                        Surface((0.0, 0.0, 0.0), waves(7, low=0.4, high=0.9))))


def fence(size=(320, 192)) -> Scene:
    """Bars of one to four pixels at 1.5 m, a wall at 4 m."""
    w, h = size
    bars = [(0.1 + 0.08 * i, 1 + i % 4) for i in range(11)]
    region = lambda x, y: np.any([(np.abs(x + 0.11 * y - at * w) < 0.5 * width) for at, width in bars], 0)
    return Scene(size, (Surface.at(1.5, flat(0.12, 0.1, 0.08), region), Surface.at(4.0, grain(8, 3, 0.3, 0.9))))


def lamps(size=(320, 192)) -> Scene:
    """Small bright lamps (up to 60 times white) at 1.5 m before a nearly black wall at 4 m, and a black card."""
    w, h = size
    discs = tuple(Surface.at(1.5, flat(strength, 0.8 * strength, 0.5 * strength), disc(x * w, y * h, 0.02 * w))
                  for x, y, strength in ((0.2, 0.3, 60.0), (0.5, 0.25, 12.0), (0.8, 0.4, 3.0)))
    return Scene(size, (*discs, Surface.at(2.5, flat(0.003, 0.003, 0.004), box(0.4 * w, 0.5 * h, 0.7 * w, 0.9 * h)),
                        Surface.at(4.0, grain(9, 2, 0.004, 0.03))))


def steps(size=(320, 192)) -> Scene:
    """Three squares before each other, red at 1.2 m, green at 2 m and blue at 4 m."""
    w, h = size
    return Scene(size, (Surface.at(1.2, grain(1, 3, (0.6, 0.05, 0.05), (0.9, 0.1, 0.1)), box(0.42 * w, 0.35 * h, 0.55 * w, 0.7 * h)),
                        Surface.at(2.0, grain(2, 3, (0.05, 0.6, 0.05), (0.1, 0.9, 0.1)), box(0.3 * w, 0.2 * h, 0.7 * w, 0.85 * h)),
                        Surface.at(4.0, grain(3, 3, (0.05, 0.05, 0.6), (0.1, 0.1, 0.9)))))
