"""Layers: small, whole, and never across a depth edge."""
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from tests import plates
from tests.flip import display
from viewer import Camera, Plate, Renderer
from viewer.plate import layers as layers_module
from viewer.plate.layers import FRAMED, Layers
from viewer.plate.patches import JOIN, SOFT_JOIN, integral, room_beyond
from viewer.plate.peel import Canvas
from viewer.render import reproject

SCENES = {"card": plates.card_before_wall(), "disc": plates.card_before_wall(region=plates.disc(150, 90, 45)),
          "lean": plates.card_before_wall(region=plates.beside(160, 96, 20)), "steps": plates.steps(), "fence": plates.fence(),
          "odd": plates.card_before_wall((157, 91))}
DEPTHS = {"steps": (1.2, 2.0, 4.0)}


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PUSHIN_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def corners(patches):
    """Disparity at the four corners of every patch, (n, 4)."""
    x0, y0, x1, y1 = patches.rect.T
    value, sx, sy = patches.plane.T
    w, h = (x1 - x0) / 2, (y1 - y0) / 2
    return np.stack([value + i * sx * w + j * sy * h for i in (-1, 1) for j in (-1, 1)], -1)


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("kind", ["solid", "soft", "loose_solid", "loose_soft"])
def test_no_patch_spans_a_depth_edge(name, kind):
    """The planes are square to the camera: whatever lies between two of them was stretched across an edge."""
    patches = getattr(Layers.of(SCENES[name].plate()), kind)
    patches = patches.take(~patches.beyond)
    surfaces = 1 / np.array(DEPTHS.get(name, (1.5, 4.0)))
    d = corners(patches)
    steep = d.max(1) / d.min(1) - 1
    assert steep.max(initial=0) < 0.02, "a patch that leans from one surface to another"
    off = np.abs(d[..., None] / surfaces - 1).min(-1).max(-1)
    assert off.max(initial=0) < 0.02, "a patch in the air between two surfaces"


def test_a_patch_that_the_plate_shows_lies_where_its_pixels_are():
    scene = SCENES["card"]
    solid = Layers.of(scene.plate()).solid
    shown = solid.take(~solid.hidden & ~solid.beyond & (solid.level == 0))
    index = scene.view().index
    for (x0, y0, x1, y1), d in zip(shown.rect.astype(int), corners(shown)):
        under = index[max(y0, 0):min(y1, 192), max(x0, 0):min(x1, 320)]
        assert len(np.unique(under)) <= 1
        if under.size:
            assert d == pytest.approx(1 / (1.5, 4.0)[under.flat[0]], rel=0.02)


@pytest.mark.parametrize("plane", [(0.0, 0.0, 0.5), (0.3, 0.2, 0.5), (-0.4, 0.3, 0.6)], ids=["square", "slanted", "steep"])
def test_a_wall_is_a_handful(plane):
    scene = plates.Scene((256, 256), (plates.Surface(plane, plates.grain(1, 2)),))
    layers = Layers.of(scene.plate())
    def within(patches):
        x0, y0, x1, y1 = patches.rect.T
        return ~patches.beyond & (x1 > 0) & (y1 > 0) & (x0 < 256) & (y0 < 256)

    assert within(layers.soft).sum() == 0, "a wall has no edges"
    assert within(layers.solid).sum() <= 40
    assert len(layers.solid) < 256 * 256 / 100


def test_patches_are_few_compared_to_pixels():
    for name, scene in SCENES.items():
        layers = Layers.of(scene.plate())
        w, h = scene.size
        limit = 0.25 if name == "fence" else 0.08       # a fence is all edges
        assert len(layers.solid) + len(layers.soft) < limit * w * h, name


def bumpy():
    """A rough ball before a rough wall."""
    x, y = np.meshgrid(np.arange(320) + 0.5, np.arange(192) + 0.5)
    away = np.hypot(x - 150, y - 100) / 60
    disparity = np.where(away < 1, 0.7 + 0.1 * np.sqrt(np.maximum(1 - away ** 2, 0)), 0.3) + 0.008 * np.sin(x / 6) * np.sin(y / 6)
    color = np.where((away < 1)[..., None], plates.waves(1, 12, 5)(x, y), plates.waves(2, 12, 5)(x, y))
    return Plate.from_arrays(color.astype(np.float32), (1 / disparity).astype(np.float32), focal_length=35)


def test_loose_patches_are_fewer():
    layers = Layers.of(bumpy())
    assert len(layers.loose_solid) + len(layers.loose_soft) < 0.6 * (len(layers.solid) + len(layers.soft))


@pytest.mark.parametrize("position", [(0, 0, -0.15), (0.1, 0, 0), (0, 0, 0.15), (0, -0.1, 0.1)])
def test_a_small_picture_of_loose_patches_is_that_of_close_ones(monkeypatch, position):
    plate, camera = bumpy(), Camera(position=position)
    with Renderer(plate, (160, 96)) as renderer:
        loose = renderer.render(camera)
        monkeypatch.setattr(reproject, "SMALL", 0)
        close = renderer.render(camera)
        assert not np.array_equal(loose.depth, close.depth)
        assert 10 * np.log10(1 / np.mean((display(loose.color) - display(close.color)) ** 2)) > 39
        assert np.abs(loose.invented - close.invented).mean() < 0.01


@pytest.mark.parametrize("name", SCENES)
def test_large_patches_that_count_as_seen_mostly_are(name):
    """What counts as seen meets what the plate shows beside it, and would be drawn into that where it is hidden."""
    layers = Layers.of(SCENES[name].plate())
    patches = layers.loose_solid
    patches = patches.take(~patches.hidden & ~patches.beyond & (patches.level > 0))
    x0, y0, x1, y1 = (patches.rect * np.tile(patches.texture[:, :1], 4) + np.tile(patches.texture[:, 1:], 2)).round().astype(int).T
    shown = [layers.atlas[top:bottom, left:right, 3].mean() for left, top, right, bottom in zip(x0, y0, x1, y1)]
    assert min(shown, default=1) > 0.49


@pytest.mark.parametrize("cover", ["", "loose_"])
def test_the_solid_and_shown_patches_cover_the_plate(cover):
    """Together with the soft ones no pixel is left out: counted on the pixel grid."""
    for scene in SCENES.values():
        layers = Layers.of(scene.plate())
        w, h = scene.size
        covered = np.zeros((h, w), bool)
        for patches in (getattr(layers, cover + "solid"), getattr(layers, cover + "soft")):
            for x0, y0, x1, y1 in patches.rect[~patches.beyond]:
                covered[max(int(np.floor(y0)), 0):max(int(np.ceil(y1)), 0), max(int(np.floor(x0)), 0):max(int(np.ceil(x1)), 0)] = True
        assert covered.all()


def test_progress_is_told_in_shares_and_words(tmp_path, monkeypatch):
    monkeypatch.setenv("PUSHIN_CACHE", str(tmp_path))
    told = []
    Layers.of(SCENES["steps"].plate(), progress=lambda share, stage, *_: told.append((share, stage)))
    shares = [share for share, _ in told]
    assert shares and shares == sorted(shares) and 0 <= shares[0] and shares[-1] <= 1
    assert all(isinstance(stage, str) and stage for _, stage in told)
    # Not only from surface to surface: the frame is painted beyond before the first, and each has its painting.
    assert len({share for share in shares if share < FRAMED}) > 4 < len({share for share in shares if share > FRAMED})
    assert max(b - a for a, b in zip(shares, shares[1:])) < 0.12


@pytest.mark.parametrize("name", ["card", "steps", "fence", "odd"])
def test_a_draft_is_complete(tmp_path, monkeypatch, name):
    monkeypatch.setenv("PUSHIN_CACHE", str(tmp_path))
    scene = SCENES[name]
    plate = scene.plate()
    least = 0.4 * np.asarray(plate.color, np.float32).max(-1).min()    # a sharp filter rings
    with Renderer(plate, plate.size, layers=Layers.of(plate, draft=True)) as renderer:
        assert np.abs(renderer.render(Camera()).color - np.asarray(plate.color, np.float32)).max() < 0.005
        for move in ({"position": (0.3, 0, 0)}, {"position": (-0.2, 0.2, -0.5)}, {"position": (0, 0, 0.6)}, {"pan": 40}):
            frame = renderer.render(Camera(**move))
            assert np.isfinite(frame.color).all() and frame.color.max(-1).min() >= least, move


def test_a_better_fill_takes_the_place_of_a_draft(tmp_path, monkeypatch):
    monkeypatch.setenv("PUSHIN_CACHE", str(tmp_path))
    scene, camera = SCENES["card"], Camera(position=(0.25, 0, 0))
    plate, view = scene.plate(), scene.view(camera)
    with Renderer(plate, plate.size, layers=Layers.of(plate, draft=True)) as renderer:
        before = renderer.render(camera).color
        renderer.use(Layers.of(plate))
        after = renderer.render(camera)
    with Renderer(plate, plate.size) as renderer:
        np.testing.assert_array_equal(after.color, renderer.render(camera).color)
    edges = cv2.morphologyEx(np.uint8(view.index), cv2.MORPH_GRADIENT, np.ones((7, 7))) + cv2.dilate(np.uint8(view.hidden), np.ones((7, 7)))
    changed = np.abs(before - after.color)[edges == 0]
    assert changed.max() <= 0.02, "what the plate shows stays as it is, but for what mixes with the fill at an edge"


@pytest.mark.parametrize("size", [(16, 16), (33, 17), (64, 48), (300, 16), (16, 90)])
def test_the_smallest_plates_have_layers_too(size):
    plate = plates.card_before_wall(size).plate()
    with Renderer(plate, (64, 48)) as renderer:
        frame = renderer.render(Camera(position=(0.1, 0, 0)))
        assert np.isfinite(frame.color).all() and frame.color.min() > 0.05


@pytest.mark.parametrize("size", [(320, 192), (323, 190)])
def test_a_large_picture_is_taken_apart_smaller_and_shows_its_own_pixels(tmp_path, monkeypatch, size):
    """Away from edges every pixel is the plate's own; moved, the picture is that of layers at full size, edges apart."""
    monkeypatch.setenv("PUSHIN_CACHE", str(tmp_path))
    plate = plates.card_before_wall(size, card=plates.waves(1, 12, 5), wall=plates.waves(2, 12, 5)).plate()
    moved = Camera(position=(0.05, 0, -0.2))
    with Renderer(plate, plate.size, layers=Layers.of(plate)) as renderer:
        whole = renderer.render(moved).color
    monkeypatch.setattr(layers_module, "WORKING", size[0] * size[1] / 8)
    monkeypatch.setenv("PUSHIN_CACHE", str(tmp_path / "smaller"))
    with Renderer(plate, plate.size, layers=Layers.of(plate)) as renderer:
        same, reduced = renderer.render(Camera()), renderer.render(moved)
    off = np.abs(same.color - np.asarray(plate.color, np.float32)).max(-1)
    assert (off > 0.004).mean() < 0.45 and np.median(off) < 0.001 and np.isfinite(same.color).all() and same.invented.mean() < 0.005
    assert np.median(np.abs(reduced.color - whole)) < 0.004 and np.mean((reduced.color - whole) ** 2) < 0.01


@pytest.mark.parametrize("position", [(-0.1, 0, 0), (0.1, 0, 0), (0, 0.07, 0), (0, -0.07, 0)])
def test_a_large_picture_goes_on_over_its_frame_without_a_line(tmp_path, monkeypatch, position):
    """Shrunk, its pixels are filtered across the frame: what is read there belongs to it."""
    monkeypatch.setenv("PUSHIN_CACHE", str(tmp_path))
    monkeypatch.setattr(layers_module, "WORKING", 480 * 288 / 8)
    plate = Plate.from_arrays(np.full((288, 480, 3), 0.8, np.float16), np.full((288, 480), 2.0, np.float32))
    with Renderer(plate, (160, 96), layers=Layers.of(plate)) as renderer:
        frame = renderer.render(Camera(position=position))
    assert 0.01 < frame.invented.mean() < 0.2
    np.testing.assert_allclose(frame.color, 0.8, atol=0.01)


def test_the_smallest_foreground_has_a_wall_behind_it():
    """A box on a two-hundredth of the picture is lifted off, and the wall goes on behind it."""
    scene = plates.card_before_wall((320, 192), region=plates.box(200, 80, 212, 104))
    layers = Layers.of(scene.plate())
    assert len(layers.soft) > 0, "its edge is soft"
    assert (layers.solid.level[~layers.solid.beyond] > 0).any(), "the wall lies under it"


def leaves(step, sky=1e3):
    """Two dark leaves of one tree, one hardly before the other, where they touch in a wavy line; bright sky behind them."""
    y, x = np.mgrid[:120, :200].astype(np.float32)
    depth = np.full(x.shape, sky, np.float32)
    both = np.hypot((x - 100) / 70, (y - 60) / 40) < 1
    depth[both] = 1.6
    depth[both & (x + 6 * np.sin(y / 7) + 0.2 * y > 110)] = 1.6 * (1 - step)
    color = np.where(both[..., None], np.float32([0.02, 0.06, 0.02]), np.float32([0.5, 0.6, 0.8]))
    color *= 1 + 0.1 * np.sin(x + y)[..., None]
    return color.astype(np.float16), depth


@pytest.mark.parametrize("step", [0.01, 0.018, 0.026, 0.03])
@pytest.mark.parametrize("position", [(0.06, 0, 0), (-0.06, 0, 0), (0.03, 0.05, 0), (0, 0, -0.2)])
def test_nothing_shines_through_a_step_in_what_is_in_front(step, position):
    color, depth = leaves(step)
    inside = depth < 2
    camera = Camera(position=position)
    with Renderer(Plate.from_arrays(color, depth), (400, 240)) as renderer:
        frame = renderer.render(camera)
    # Where a solid leaf of that size is certain to be: the place that the farther of both goes to, less a rim.
    with Renderer(Plate.from_arrays(np.where(inside[..., None], np.float16(0), np.float16(1)) * np.ones(3, np.float16),
                                    np.where(inside, 1.6, 1e3)), (400, 240)) as renderer:
        solid = cv2.erode((renderer.render(camera).color.max(-1) < 0.01).astype(np.uint8), np.ones((17, 17), np.uint8)) > 0
    assert solid.sum() > 10_000
    assert frame.color[solid].max() < 0.2, f"{(frame.color.max(-1)[solid] > 0.2).sum()} pixels of sky"


def hills():
    """A hilly surface at about 1.6 m with bays and slits, before a wall at 8 m: blocks of it go at several levels."""
    y, x = np.mgrid[:432, :768].astype(np.float32)
    disparity = 0.62 + 0.05 * np.sin(x / 23) * np.sin(y / 31) + 0.02 * np.sin(x / 9 + y / 14)
    away = np.hypot(x - 384 + 60 * np.sin(y / 40), 1.4 * (y - 216) + 30 * np.sin(x / 50)) > 250
    slit = (np.abs(np.sin(x / 37 + y / 90)) < 0.06) & (np.sin(y / 25) > 0)
    return np.where(away | slit, 1 / 8, disparity).astype(np.float32)


@pytest.mark.parametrize("position", [(0.15, 0, 0), (-0.15, 0, 0), (0, 0.12, 0)])
def test_a_surface_has_no_pinholes_in_a_small_picture(position):
    disparity = hills()
    color = np.where(disparity[..., None] > 0.3, np.float16(0.2), np.float16(0.9)) * np.ones(3, np.float16)
    with Renderer(Plate.from_arrays(color, 1 / disparity), (384, 216)) as renderer:
        seen = 1 / renderer.render(Camera(position=position)).depth
        assert renderer.reproject.parts is renderer.reproject.covers[-1] is not renderer.reproject.covers[0]
    ring = np.ones((5, 5), np.uint8)
    ring[1:4, 1:4] = 0
    low, high = cv2.erode(seen, ring), cv2.dilate(seen, ring)
    holes = (seen < 0.9 * low) & (high < 1.06 * low)
    assert not holes.any(), f"{holes.sum()} holes"


def curls(locks: bool):
    """A head of 1 m distance before a sky of 6 m, with locks at its edge that lie a little farther back, if it has any: each
    is joined to the head at its root."""
    y, x = np.mgrid[:200, :320].astype(np.float32)
    depth = np.where(np.hypot(x - 150, y - 100) < 60, 1.0, 6.0).astype(np.float32)
    for angle in np.linspace(-2.6, 2.6, 9) if locks else ():
        along, across = ((x - 150) * c + (y - 100) * s for c, s in ((np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))))
        lock = (np.abs(across) < 6) & (along > 40) & (along < 60)
        depth[lock] = 1 + 0.08 * ((along[lock] - 40) / 20)
        depth[(np.abs(across - 7) < 1) & (along > 46) & (along < 60)] = 0.98      # the head's own edge beside it
    return depth


def test_a_head_is_lifted_off_with_its_locks():
    """What is only folded goes at once, and leaves no crumbs in what is behind."""
    left = []
    for locks in (False, True):
        depth = curls(locks)
        with ThreadPoolExecutor(1) as aside:
            canvas = Canvas(np.full((*depth.shape, 3), 0.4, np.float32), (1 / depth), 320.0, True, aside)
            head = canvas.disparity > 0.5
            assert canvas.peel(last=False)
        left.append(((canvas.disparity > 0.5) & _near(head, 20)).sum() / head.sum())
    assert left[0] < 0.01 and left[1] < 0.1, left


def _near(mask, pixels):
    """Pixels of a mask that are at most so far from its edge."""
    return mask & (cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5) < pixels)


@pytest.mark.parametrize("times", [0.01, 20.0])
def test_a_town_is_taken_apart_as_a_model_of_it(times):
    scene = SCENES["steps"].plate()
    model, town = (Layers.of(Plate.from_arrays(scene.color, scene.depth * t)) for t in (1.0, times))
    for kind in ("solid", "soft"):
        a, b = ({(*rect, level): (d, travel) for rect, level, d, travel in zip(p.rect.tolist(), p.level, p.plane[:, 0] * by, p.travel / by)}
                for p, by in ((getattr(model, kind), 1), (getattr(town, kind), times)))
        same = a.keys() & b.keys()
        assert len(same) > 0.98 * max(len(a), len(b))
        assert np.allclose([a[k] for k in same], [b[k] for k in same], rtol=1e-2, atol=1e-5)
    assert np.isclose(town.reach, times * model.reach)


def test_patches_reach_over_others_as_far_as_their_tile_is_whole():
    """However soft the other side of a patch may be: a crack between two of them shows what is behind both."""
    rng = np.random.default_rng(3)
    holes = rng.random((40, 24, 24)) < 0.02
    which = np.arange(40)
    x, y, size = rng.integers(4, 12, 40), rng.integers(4, 12, 40), rng.integers(1, 9, (40, 2))
    found = room_beyond(integral(holes), which, x.astype(float), y.astype(float), size)
    for tile, left, top, (wide, high), rooms in zip(holes, x, y, size, found):
        sides = (tile[top:top + high, left - 1::-1].T, tile[top - 1::-1, left:left + wide],
                 tile[top:top + high, left + wide:].T, tile[top + high:, left:left + wide])
        for lines, room in zip(sides, rooms):
            soft = lines[:JOIN].any(1)
            assert room == (soft.argmax() if soft.any() else JOIN)
    soft = Layers.of(SCENES["steps"].plate()).soft
    assert {SOFT_JOIN, JOIN} <= set(soft.most.ravel().tolist())


@pytest.mark.parametrize("step", [2, 5])
def test_a_reduced_plate_is_the_same_place(step):
    """Also where its pixels are no whole number of steps: every pixel looks where those that it stands for do."""
    plate = plates.yard((157, 91)).plate()
    small = plate.reduced(step)
    assert not any(array.flags.writeable for array in (small.color, small.depth, small.known))
    assert small.size == (-(-157 // step), -(-91 // step)) and small.focal_pixels == pytest.approx(plate.focal_pixels / step)
    assert np.multiply(small.principal_point, step) == pytest.approx(plate.principal_point)
    rows, columns = (np.minimum(np.arange(n) * step + step // 2, m - 1) for n, m in zip(small.size[::-1], plate.size[::-1]))
    assert np.array_equal(small.depth, plate.depth[np.ix_(rows, columns)])
    whole = plate.color[:91 // step * step, :157 // step * step].astype(float).reshape(91 // step, step, 157 // step, step, 3).mean((1, 3))
    assert np.allclose(small.color[:91 // step, :157 // step], whole, atol=2e-3)
    assert small.digest not in (plate.digest, plate.reduced(step + 1).digest)


def test_no_patch_sticks_out_of_a_small_step():
    """One surface with steps that are no edges, such as a cup's rim before its inside: what lies on one side and what lies on the
    other, and patches that lean from one to the other, end there; and no pixel is drawn by two of them."""
    x, y = np.meshgrid(np.arange(160) + 0.5, np.arange(96) + 0.5)
    disparity = (0.76 + 0.0005 * x + np.where(y > 47 + 4 * np.sin(x / 7), 0.025, 0)).astype(np.float32)
    disparity[np.hypot(x - 80, y - 48) > 42] = 0.2
    plate = Plate.from_arrays(plates.waves(1, 12, 5)(x, y).astype(np.float32), 1 / disparity, focal_length=35)
    patches, drawn = Layers.of(plate).solid, np.zeros(disparity.shape, int)
    slack = 0.004       # by which patches may be off their surface, and end half a pixel beyond
    for n in np.flatnonzero((patches.level == 0) & ~patches.beyond & (patches.corners.max(1) > 0.5)):
        left, top, right, bottom = patches.rect[n].astype(int)
        here = disparity[top:bottom, left:right]
        drawn[top:bottom, left:right] += 1
        assert here.min() - slack < patches.corners[n].min() and patches.corners[n].max() < here.max() + slack, patches.rect[n]
    assert drawn.max() == 1


def test_what_is_painted_keeps_its_colours_at_an_edge():
    """Two plain walls, of which one ends before the other behind a card: where nothing was photographed nothing is mixed, and to take
    it apart would draw a bright line along one and a dark one along the other."""
    behind = plates.Surface.at(3, plates.flat(0.2, 0.2, 0.2), lambda x, y: x + 0.5 * y < 208)
    scene = plates.Scene((320, 192), (plates.Surface.at(1.2, plates.flat(0.4, 0.4, 0.4), plates.disc(160, 96, 60)), behind,
                                      plates.Surface.at(6, plates.flat(0.6, 0.6, 0.6))))
    layers = Layers.of(scene.plate())
    edges = layers.soft.take(layers.soft.hidden & ~layers.soft.beyond)
    assert len(edges)
    for scale, left, top, (x0, y0, x1, y1) in zip(*edges.texture.T, edges.rect):
        tile = layers.atlas[int(y0 * scale + top):int(y1 * scale + top), int(x0 * scale + left):int(x1 * scale + left)].astype(np.float32)
        shown = tile[..., 3] > 0.1
        grey = tile[shown][:, 0] / tile[shown][:, 3]
        assert grey.min(initial=0.2) > 0.14 and grey.max(initial=0.6) < 0.66
