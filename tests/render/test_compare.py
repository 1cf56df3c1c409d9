"""Two pictures as one: every mode against its definition, computed here from the two pictures themselves."""
import moderngl
import numpy as np
import pytest

from viewer.camera import Camera
from viewer.render import Renderer
from viewer.render.compare import BLINK, GROUND, MODES, ComparePass, Wipe, layout
from viewer.render.feed import Feed
from viewer.render.headless import headless_context

SIZE = 160, 90


@pytest.fixture(scope="module")
def pair(small_plate):
    from viewer import Plate
    context = headless_context()
    with Renderer(Plate.open(small_plate, focal_length=35), SIZE) as renderer:
        frames = renderer.render(Camera()), renderer.render(Camera(position=(0.2, 0.0, -0.3)))
        yield context, frames


def compared(pair, size, mode, gap=0.0, **how):
    context, (a, b) = pair
    texture = context.texture(size, 4)
    target = context.framebuffer([texture])
    draws, place = ComparePass(context), layout(size, 16 / 9, 16 / 9, mode, gap)
    draws.compare(target, place, a, b, mode, **how)
    pixels = np.frombuffer(texture.read(), "u1").reshape(size[1], size[0], 4)[::-1, :, :3].astype(int)
    for item in (draws, target, texture):
        item.release()
    return pixels, place


def pictures(pair):
    return (frame.picture.astype(int) for frame in pair[1])


def test_modes_of_two_pictures_over_each_other(pair):
    a, b = pictures(pair)
    expected = {"A": a, "B": b, "onion": (a + b) / 2, "difference": np.minimum(4 * abs(a - b), 255),
                "wipe": np.where((np.arange(160) < 80)[:, None], a, b)}
    assert abs(a - b).mean() > 5
    for mode, picture in expected.items():
        assert abs(compared(pair, SIZE, mode)[0] - picture).max() <= 3, mode


def test_blink_shows_each_in_turn(pair):
    a, b = pictures(pair)
    for turn in range(4):
        assert abs(compared(pair, SIZE, "blink", time=(turn + 0.5) * BLINK)[0] - (a, b)[turn % 2]).max() <= 1


@pytest.mark.parametrize("mode, time", [("A", 0.0), ("B", 0.0), ("blink", 0.25), ("blink", 0.75)])
def test_nothing_is_beside_a_picture_that_is_shown_alone(pair, mode, time):
    """A is as wide as the place and B as tall: each reaches beyond the other."""
    context, (a, b) = pair
    draws, place = ComparePass(context), layout((90, 90), 2.0, 0.5, mode)
    shows = "B" if mode == "B" or time > BLINK else "A"
    both = {"A": (a, a), "B": (b, b), "blink": (a, b)}[mode]      # as the window has them
    shown = draws.pixels(place, *both, mode, time=time).astype(int)
    draws.release()
    left, top, width, height = place.b if shows == "B" else place.a
    beside = np.ones((90, 90), bool)
    beside[top:top + height, left:left + width] = False
    assert abs(shown[beside] - np.rint(255 * np.array(GROUND))).max() <= 1
    assert abs(shown[~beside] - 255 * np.array(GROUND)).mean() > 20


def test_side_by_side_keeps_both_whole(pair):
    a, b = pictures(pair)
    shown, place = compared(pair, (340, 100), "side by side", gap=20)
    for picture, (left, top, width, height) in ((a, place.a), (b, place.b)):
        assert (width, height) == SIZE
        assert abs(shown[top:top + height, left:left + width] - picture).max() <= 1
    between = shown[:, place.a[0] + place.a[2] + 1:place.b[0] - 1]
    assert abs(between - np.rint(255 * np.array(GROUND))).max() <= 1


def test_the_wipe_turns(pair):
    a, b = pictures(pair)
    upright = compared(pair, SIZE, "wipe", wipe=Wipe(0.25, 0.5))[0]
    assert abs(upright[:, :38] - a[:, :38]).max() <= 1 and abs(upright[:, 42:] - b[:, 42:]).max() <= 1
    level = compared(pair, SIZE, "wipe", wipe=Wipe(0.5, 0.5, 90))[0]   # B above
    assert abs(level[:43] - b[:43]).max() <= 1 and abs(level[47:] - a[47:]).max() <= 1


def test_what_is_not_delivered_is_dimmed_and_lined(pair):
    a, _ = pictures(pair)
    shown = compared(pair, SIZE, "A", frames=((1.0, 0.6), (1.0, 0.6)), outside=0.25, border=1.0)[0]
    assert abs(shown[19:71] - a[19:71]).max() <= 1
    assert abs(shown[:16] - a[:16] / 4).max() <= 2
    assert (shown[17] == 191).all() and (shown[72] == 191).all()


def test_pictures_fit_whatever_the_place(pair):
    for size in ((640, 90), (90, 640), (33, 21), (1, 1)):
        for mode in MODES:
            shown, place = compared(pair, size, mode)
            assert shown.shape == (size[1], size[0], 3)
            for left, top, width, height in (place.a, place.b):
                assert width >= 1 and height >= 1 and left >= 0 and top >= 0
                assert size == (1, 1) or (left + width <= size[0] and top + height <= size[1]), "both have a pixel even there"


def test_a_feed_sees_a_frames_texture_once(pair, monkeypatch):
    context, frames = pair
    monkeypatch.setattr(moderngl, "create_context", lambda **_: context)      # there is no window with another
    feed, seen = Feed(), []
    monkeypatch.setattr(feed.screen, "show", lambda place, a, *_, **__: seen.append(a.displayed))
    for frame in frames * 3:
        feed.show(frame, (320, 180))
    assert [texture.glo for texture in seen] == [frame.texture for frame in frames] * 3
    assert len({id(texture) for texture in seen}) == 2
    feed.release()


def test_a_renderer_changes_its_size_and_back(small_plate):
    from viewer import Plate
    camera = Camera(position=(0.1, 0.0, -0.2))
    with Renderer(Plate.open(small_plate, focal_length=35), SIZE) as renderer:
        before = renderer.render(camera)
        picture = before.picture.copy()
        for size in ((80, 45), (40, 22), (20, 11), (10, 6), (64, 36), (80, 45)):
            renderer.resize(size)
            assert renderer.render(camera).picture.shape == (size[1], size[0], 3)
        renderer.resize(SIZE)
        assert (renderer.render(camera).picture == picture).all()
        assert (before.color.shape, before.depth.shape) == ((90, 160, 3), (90, 160))   # held frames stay as they are
