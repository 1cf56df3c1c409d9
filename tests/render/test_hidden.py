"""What comes to light behind an edge: in the right order, sharp, complete, and called invented."""
import cv2
import numpy as np
import pytest

from tests import plates
from tests.flip import display
from viewer import Camera, Plate, Renderer
from viewer.plate import layers

TRUCKS = [(0.3, 0, 0), (-0.3, 0, 0), (0, 0.2, 0), (0.15, -0.15, 0), (0, 0, 0.6)]


def near_change(label, pixels):
    """Within so many pixels of where a label map changes."""
    changes = np.zeros(label.shape, np.uint8)
    changes[:, 1:] |= label[:, 1:] != label[:, :-1]
    changes[1:] |= label[1:] != label[:-1]
    changes[:, :-1] |= changes[:, 1:]
    changes[:-1] |= changes[1:]
    return cv2.dilate(changes, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * pixels + 1,) * 2)) > 0


def eroded(mask, pixels):
    return mask & ~near_change(mask, pixels)


@pytest.mark.parametrize("position", TRUCKS)
def test_the_nearer_hides_the_farther(rendered, position):
    scene = plates.steps()
    camera = Camera(position=position)
    view, frame = scene.view(camera), rendered(scene.plate(), camera)
    clear = ~near_change(view.index, 2)
    seen = frame.color.argmax(-1)           # the surfaces are red, green and blue
    wrong = clear & view.shown & (seen != view.index)
    assert not wrong.any(), f"{wrong.sum()} pixels show another surface"
    opened = clear & view.hidden & ~view.outside
    assert (seen == view.index)[opened].mean() >= 0.97, "every step has its own background"


@pytest.mark.parametrize("tall", [6, 12])
@pytest.mark.parametrize("farther", [1.05, 1.08])
def test_a_fold_opens_onto_what_is_folded(rendered, farther, tall):
    """The underside of a roof before a far wall, lifted off together with it, goes on behind its rim."""
    w, h = size = (640, 384)
    roof, under, wall = (plates.grain(n, 3, np.eye(3)[n] * 0.5 + 0.05, np.eye(3)[n] * 0.8 + 0.1) for n in range(3))
    x, y, wide, near = 320, 220, 24, 1 / 1.5
    slope = near * (1 - 1 / farther) / (wide / plates.Scene(size, ()).focal)
    rim = lambda px, py: plates.box(192, 115, 448, y)(px, py) | plates.box(192, 115, x + 1, y + tall)(px, py)
    scene = plates.Scene(size, (plates.Surface((-slope, 0.0, near - 1e-6), under, plates.box(x, y - 20, x + wide, y + tall)),
                                plates.Surface.at(1 / near, roof, rim), plates.Surface.at(6.0, wall)))
    camera = Camera(position=(0, -0.12, 0))
    view, frame = scene.view(camera), rendered(scene.plate(), camera)
    assert (view.hidden & (view.index == 0)).sum() > 10
    shines_through = ~near_change(view.index == 2, 1) & (view.index < 2) & (frame.color.argmax(-1) == 2)
    assert not shines_through.any()


@pytest.mark.parametrize("position", TRUCKS)
@pytest.mark.parametrize("region", [None, plates.disc(160, 96, 40), plates.beside(160, 96, 12)], ids=["box", "disc", "lean"])
def test_invented_is_what_the_plate_does_not_show(rendered, position, region):
    scene = plates.card_before_wall(region=region)
    camera = Camera(position=position)
    view, invented = scene.view(camera), rendered(scene.plate(), camera).invented
    assert invented.min() >= 0 and invented.max() <= 1
    ours = invented > 0.5
    assert (ours & view.hidden).sum() / (ours | view.hidden).sum() >= 0.9
    assert not ((ours != view.hidden) & ~near_change(view.hidden, 2)).any(), "within two pixels of the true border"
    assert invented[eroded(view.hidden, 2)].min() >= 0.99 and invented[eroded(~view.hidden, 2)].max() <= 0.01


def edge_scene(blur):
    """A dark card with a straight leaning edge before a bright wall, as a lens of that blur (pixels) takes it."""
    scene = plates.card_before_wall(card=plates.flat(0.08, 0.06, 0.05), wall=plates.flat(0.8, 0.75, 0.7),
                                    region=plates.beside(160, 96, 7))
    view = scene.view(samples=6)
    color = cv2.GaussianBlur(view.color, (0, 0), blur) if blur else view.color
    return scene, Plate.from_arrays(color, view.depth, focal_length=35)


def edge_profile(picture, scene, view):
    """(distance in pixels from the edge, picture): the edge spread function, as ISO 12233 takes it from a slant."""
    value = picture.mean(-1)
    rows = np.arange(20, 172)
    half = 0.5 * (np.median(value[20:172, :12]) + np.median(value[view.index == 1]))
    crossing = np.array([_first_crossing(value[y], half) for y in rows])
    slope, offset = np.polyfit(rows, crossing, 1)
    assert np.abs(crossing - (slope * rows + offset)).max() < 0.75, "the edge is no longer straight"
    x, y = np.meshgrid(np.arange(value.shape[1]), rows)
    distance = (x - (slope * y + offset)) / np.hypot(1, slope)
    return distance.ravel(), value[rows].ravel()


def _first_crossing(line, half):
    at = np.flatnonzero((line[:-1] < half) & (line[1:] >= half))
    assert len(at) == 1, "one edge in a row"
    return at[0] + (half - line[at[0]]) / (line[at[0] + 1] - line[at[0]])


def spread(distance, value):
    """Pixels from 10 % to 90 % of the edge."""
    bins = np.arange(-8, 8.01, 0.25)
    mean = np.array([value[(distance >= a) & (distance < a + 0.25)].mean() for a in bins])
    share = (mean - mean[:8].mean()) / (mean[-8:].mean() - mean[:8].mean())
    low = np.interp(0.1, *_rising(share, bins))
    return np.interp(0.9, *_rising(share, bins)) - low


def _rising(share, bins):
    return np.maximum.accumulate(share), bins + 0.125


@pytest.mark.parametrize("blur", [0, 0.8, 1.5])
@pytest.mark.parametrize("position", [(0.3, 0, 0), (0.1, 0, 0), (-0.3, 0, 0), (0.05, 0, -0.5)])
def test_an_edge_that_opens_stays_as_sharp(rendered, blur, position):
    scene, plate = edge_scene(blur)
    camera = Camera(position=position)
    view = scene.view(camera)
    before = spread(*edge_profile(np.asarray(plate.color, np.float32), scene, scene.view()))
    distance, value = edge_profile(rendered(plate, camera).color, scene, view)
    larger = 1.5 / (1.5 + position[2])                       # the card comes nearer: its edge grows with it
    # A bilinear filter, 1.2 pixels of the plate wide, is what any resampling costs.
    assert spread(distance, value) <= 1.1 * larger * np.hypot(before, 1.2)
    # Neither a fringe of the card on the wall nor a bright seam round the card.
    far = np.abs(distance) > larger * (before + 2)
    dark, bright = 0.0633, 0.75
    assert np.abs(value[far & (distance < 0)] - dark).max() < 0.03 and np.abs(value[far & (distance > 0)] - bright).max() < 0.035


def roughness(picture, where):
    """Mean steps between neighbours along x and y."""
    both_x, both_y = where[:, 1:] & where[:, :-1], where[1:] & where[:-1]
    return (np.abs(np.diff(picture, axis=1))[both_x].mean(), np.abs(np.diff(picture, axis=0))[both_y].mean())


def test_the_measure_finds_stretched_texels():
    picture = display(plates.Scene((320, 192), (plates.Surface.at(2, plates.grain(2, 2)),)).view().color)
    stretched = cv2.resize(picture[:, 100:110], (320, 192))
    along, across = roughness(stretched, np.ones((192, 320), bool))
    assert along < 0.2 * across


@pytest.mark.parametrize("position", [(0.3, 0, 0), (-0.3, 0, 0), (0, 0.25, 0)])
def test_no_texel_is_stretched_where_an_edge_opens(rendered, position):
    scene = plates.card_before_wall(wall=plates.grain(2, 4), region=plates.box(100, 60, 220, 140))
    plate, camera = scene.plate(), Camera(position=position)
    view, picture = scene.view(camera), display(rendered(plate, camera).color)
    opened = eroded(view.hidden & ~view.outside, 1)
    assert opened.sum() > 500
    along, across = roughness(picture, opened)
    assert 0.6 < along / across < 1.7, "streaks"
    wall = roughness(display(scene.view(camera, samples=4).color), eroded(view.index == 1, 1))
    assert min(along / wall[0], across / wall[1]) > 0.5, "a wall goes on as a wall"


@pytest.mark.parametrize("position", [(0.3, 0, 0), (0, 0, -0.4)])
def test_no_lamp_behind_an_edge_stays_on_it(rendered, position):
    """Some peep out behind a dark card; what is painted behind it comes from others, of another hue."""
    grey, lamps = plates.grain(2, 2, 0.05, 0.15), {(24, 27, 29): ((100, 100), (98, 80)), (22, 12, 2.4): ((40, 40), (60, 120), (260, 60))}

    def wall(x, y):
        color = grey(x, y)
        for lit, places in lamps.items():
            for cx, cy in places:
                color = np.where((np.hypot(x - cx, y - cy) < 6)[..., None], lit, color)
        return color
    scene = plates.card_before_wall(card=plates.flat(0.1, 0.1, 0.1), wall=wall, region=plates.disc(150, 90, 52))
    camera = Camera(position=position)
    card = eroded(scene.view(camera).index == 0, 1)
    assert card.sum() > 5000
    assert rendered(scene.plate(), camera).color[card].max() < 0.15


@pytest.mark.parametrize("position", [(0.3, 0, 0), (-0.2, 0.1, 0), (0, 0, 0.5)])
@pytest.mark.parametrize("region", [plates.box(110, 60, 210, 400), plates.disc(160, 96, 45), plates.beside(160, 96, 7)],
                         ids=["box", "disc", "lean"])
def test_nothing_of_a_foreground_stays_on_the_wall(rendered, region, position):
    """No ghost of its outline where it stood: the card has bright colours, the wall has none at all."""
    stripes = lambda x, y: np.where((((x + 0.4 * y) // 7) % 2)[..., None] > 0, [0.8, 0.6, 0.1], [0.1, 0.2, 0.6])
    grey = plates.grain(2, 3, 0.3, 0.6)
    scene = plates.card_before_wall(card=stripes, wall=lambda x, y: np.repeat(grey(x, y)[..., :1], 3, -1), region=region)
    camera = Camera(position=position)
    view, picture = scene.view(camera), display(rendered(scene.plate(), camera).color)
    colourful = np.ptp(picture, axis=-1) > 0.13
    wall = (view.index == 1) & ~near_change(view.index, 3) & ~view.outside
    assert not (colourful & wall).any(), f"{(colourful & wall).sum()} pixels of the card, up to {np.ptp(picture, axis=-1)[wall].max():.2f}"


@pytest.mark.parametrize("position", [(0.25, 0, 0), (-0.25, 0, 0)])
def test_what_a_lamp_lights_leaves_no_specks_on_the_sky(rendered, position):
    """A lantern: a lamp, a dark bar beside it, and one whose edge it lights, brighter than both the bar and the sky."""
    lit = lambda x, y: np.where((x < 201)[..., None], [0.9, 0.6, 0.3], [0.04, 0.04, 0.03]) + 0 * y[..., None]
    sky = np.array([0.46, 0.45, 0.39])
    scene = plates.Scene((320, 192), (
        plates.Surface.at(1.45, plates.flat(0.04, 0.04, 0.03), plates.box(171.5, 60, 174.5, 130)),
        plates.Surface.at(1.45, lit, plates.box(200.2, 60, 205.2, 130)),
        plates.Surface.at(1.5, plates.flat(28, 17.5, 7), plates.disc(160, 96, 10)),
        plates.Surface.at(60.0, plates.flat(*sky))))
    taken, camera = scene.view(samples=6), Camera(position=position)
    plate = Plate.from_arrays(cv2.GaussianBlur(taken.color, (0, 0), 0.5), taken.depth, focal_length=35)
    view, frame = scene.view(camera), rendered(plate, camera)
    clear = (view.index == 3) & ~near_change(view.index, 2) & ~view.outside
    specks = np.abs(frame.color - sky).max(-1)[clear] > 0.15
    assert specks.sum() <= 15


@pytest.mark.parametrize("position", [(0.1, 0, 0), (-0.3, 0, 0)])
def test_thin_bars_move_as_what_they_are(rendered, position):
    """Bars of one to four pixels keep their distance and uncover the wall behind them."""
    scene = plates.fence()
    camera = Camera(position=position)
    view, frame = scene.view(camera), rendered(scene.plate(), camera)
    wide = (view.index == 0) & ~view.outside
    near = frame.depth < 2.5
    assert (near & wide).sum() / wide.sum() >= 0.7, "bars that went with the wall"
    opened = view.hidden & ~view.outside    # as thin as the bars: all of it is edge
    assert opened.any() and frame.invented[opened].mean() >= 0.5


@pytest.mark.parametrize("region", [plates.disc(160, 96, 40), None], ids=["disc", "box"])
@pytest.mark.parametrize("position", [(0.2, 0, 0), (-0.2, 0, 0), (0, 0.2, 0)])
@pytest.mark.parametrize("off", [-1, 1])
def test_depth_that_is_off_by_a_pixel_leaves_no_dots(rendered, region, position, off):
    """A red card before a grey wall: what comes to light is grey."""
    scene = plates.card_before_wall(card=plates.grain(5, 3, (0.4, 0.03, 0.02), (0.6, 0.06, 0.05)),
                                    wall=plates.grain(6, 2, (0.3, 0.3, 0.3), (0.5, 0.5, 0.5)), region=region)
    view = scene.view(samples=4)
    plate = Plate.from_arrays(view.color, np.roll(view.depth, off, 1), focal_length=35)
    camera = Camera(position=position)
    frame, there = rendered(plate, camera), scene.view(camera)
    wall = ~near_change(there.index, 3) & (there.index == 1)
    beside = wall & near_change(there.hidden, 4)
    red = frame.color[..., 0] - frame.color[..., 1:].max(-1)
    dots = beside & (red > 0.3)       # the wall's own speckle is up to 0.2, and a sharp filter rings
    assert beside.any() and not dots.any(), f"{dots.sum()} of {beside.sum()} pixels are red"


STRONG = {
    "truck": {"position": (0.3, 0, 0)}, "truck left": {"position": (-0.3, 0, 0)}, "boom": {"position": (0, 0.3, 0)},
    "down": {"position": (0, -0.3, 0)}, "push 45 %": {"position": (0, 0, -0.675)}, "pull 45 %": {"position": (0, 0, 0.675)},
    "diagonal": {"position": (0.3, -0.3, -0.5)}, "pan 40": {"pan": 40}, "pan -40": {"pan": -40}, "tilt 40": {"tilt": 40},
    "roll 90": {"roll": 90}, "behind": {"pan": 180}, "sideways": {"pan": 90}, "straight down": {"tilt": -90},
    "wide": {"focal_length": 14}, "long": {"focal_length": 120}, "pan and truck": {"pan": -35, "position": (0.3, 0.2, 0.4)},
    "shift": {"lens_shift": (0.4, -0.3)}, "far out": {"position": (0.5, 0.2, 6)}, "through the card": {"position": (0, 0, -2.0)},
    "turned, from far behind": {"position": (2, 0, -3), "pan": 150},
}


@pytest.mark.parametrize("scene", [plates.card_before_wall(), plates.room(), plates.yard(), plates.fence(),
                                   plates.card_before_wall((157, 91))], ids=["card", "room", "yard", "fence", "odd"])
def test_no_move_looks_into_nothing(rendered, scene):
    plate = scene.plate()
    least = 0.4 * np.asarray(plate.color, np.float32).max(-1).min()    # a sharp filter rings
    for name, move in STRONG.items():
        frame = rendered(plate, Camera(**move))
        assert np.isfinite(frame.color).all() and np.isfinite(frame.invented).all(), name
        assert not np.isnan(frame.depth).any() and (frame.depth > 0).all(), name
        dark = frame.color.max(-1) < least
        assert not dark.any(), f"{name}: {dark.sum()} pixels are empty, the darkest {frame.color.max(-1).min():.4f}"
        assert frame.color.max() <= 1.5 * plate.color.max(), f"{name}: sparks of {frame.color.max():.2f}"


@pytest.mark.parametrize("move", [{"pan": 40}, {"tilt": -30}, {"position": (0.3, 0, 0.675)}, {"focal_length": 20}, {"pan": 180}])
def test_beyond_the_frame_is_soft_and_counts_as_invented(rendered, move):
    scene = plates.card_before_wall(card=plates.grain(1, 1), wall=plates.grain(2, 1))
    camera = Camera(**move)
    plate = scene.plate()
    view, frame = scene.view(camera), rendered(plate, camera)
    beyond = eroded(view.outside | (view.index < 0), 2)
    assert beyond.sum() > 2000
    assert frame.invented[beyond].min() >= 0.99
    far = eroded(view.outside | (view.index < 0), 24)
    ours, theirs = roughness(display(frame.color), far), roughness(display(plate.color), np.ones(plate.depth.shape, bool))
    assert max(ours) < 0.25 * min(theirs)


@pytest.mark.parametrize("period", [12, 20])
def test_a_wall_of_boards_goes_on_as_boards_beyond_the_frame(rendered, period):
    """Near the frame; farther out it is soft."""
    boards = lambda x, y: np.repeat(np.where(np.floor(y) % period < 3, 0.1, 0.5)[..., None], 3, -1)
    scene = plates.card_before_wall(card=plates.grain(1, 1), wall=boards)
    camera = Camera(position=(0, 0, 0.4))
    view, frame = scene.view(camera), rendered(scene.plate(), camera)
    aside = np.maximum(-view.plate_xy[..., 0], view.plate_xy[..., 0] - scene.size[0])
    beside = (view.index == 1) & (aside > 1) & (aside < 10) & (np.abs(view.plate_xy[..., 1] - scene.size[1] / 2) < 0.4 * scene.size[1])
    assert beside.sum() > 500
    ours, theirs = (display(picture)[beside][:, 1] for picture in (frame.color, view.color))
    assert np.corrcoef(ours, theirs)[0, 1] > 0.8
    assert frame.invented[beside].min() >= 0.99


@pytest.mark.parametrize("size, along, share, working", [((320, 192), 1, 1, 1), ((192, 320), 0, 1, 1), ((320, 192), 1, 0.6, 1 / 4)],
                         ids=["table", "side wall", "short table, taken apart at half its size"])
def test_what_comes_nearer_at_the_frame_goes_on_and_hides_what_the_plate_shows_behind_it(monkeypatch, tmp_path, size, along, share, working):
    """Pulled out, a table's near end, beyond the frame, passes before the wall that the plate shows above its far end."""
    monkeypatch.setattr(layers, "WORKING", working * size[0] * size[1])
    monkeypatch.setenv("PUSHIN_CACHE", str(tmp_path))
    half, wide = size[along] / 2, size[1 - along]
    plane = [0.0, 0.0, 0.0]
    plane[along] = (1, -1)[along] * plates.FOCAL / plates.SENSOR * size[0] / half / 1.94    # 1.94 m away at the frame
    table = plates.Surface(tuple(plane), plates.grain(1, 1),
                           lambda x, y: ((x, y)[along] > 1.81 * half) & ((x, y)[1 - along] < share * wide))
    scene = plates.Scene(size, (plates.Surface.at(8, plates.grain(2, 1)), table))
    camera = Camera(position=(0, 0, 1.2))
    with Renderer(scene.plate(), size) as renderer:
        view, frame = scene.view(camera), renderer.render(camera)
    beyond, aside = view.plate_xy[..., along] - size[along], view.plate_xy[..., 1 - along] / wide
    near_by = (view.index == 1) & (beyond > 1) & (beyond < half / 5) & (aside > 0.1) & (aside < 0.9 * share)
    assert near_by.sum() > 400
    assert (frame.depth[near_by] < 5).all(), "the wall shows through"
