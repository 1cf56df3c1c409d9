"""A frame is a pure function of plate, camera and size, and stays what it was."""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import moderngl
import numpy as np
import pytest

from tests import plates
from tests.flip import display
from tests.gpu import textures
from viewer import Camera, PushinError, Renderer
from viewer.plate.layers import Layers
from viewer.render.compare import ComparePass, layout
from viewer.render.gl import STORED, disparity_of
from viewer.render.renderer import SIZES_KEPT

ROOT = Path(__file__).parents[2]
CAMERAS = [Camera(position=(0.1 * i - 0.2, 0.02 * i, -0.08 * i), pan=3 * i, roll=i) for i in range(5)]


@pytest.fixture(scope="module")
def card():
    return plates.card_before_wall((160, 96)).plate()


@pytest.fixture(scope="module")
def yard():
    return plates.yard((157, 91)).plate()


def bits(frame):
    return frame.color.tobytes() + frame.depth.tobytes() + frame.invented.tobytes()


def test_the_arrays_are_as_promised(card):
    with Renderer(card, (123, 45)) as renderer:
        frame = renderer.render(Camera())
        assert frame.size == (123, 45)
        assert frame.color.shape == (45, 123, 3) and frame.depth.shape == frame.invented.shape == (45, 123)
        assert frame.color.dtype == frame.depth.dtype == frame.invented.dtype == np.float32
        assert frame.color.flags.c_contiguous and frame.invented.flags.c_contiguous


def test_the_same_camera_gives_the_same_bits(card):
    with Renderer(card, (160, 96)) as renderer:
        first = [bits(renderer.render(c)) for c in CAMERAS]
        again = [bits(renderer.render(c)) for c in reversed(CAMERAS)][::-1]
    assert first == again and len(set(first)) == len(CAMERAS)
    with Renderer(card, (160, 96)) as another:
        assert [bits(another.render(c)) for c in CAMERAS] == first


def test_a_quick_picture_comes_of_the_proxy_and_shows_the_same():
    """Through a lens too; with the layers that it belongs to it goes, and what was drawn from it stays."""
    plate = plates.yard((640, 384)).plate()
    proxy = plate.proxy()
    camera = Camera(position=(0.1, 0, -0.2), f_stop=1.4, focus_distance=2.0)
    with Renderer(plate, (160, 96)) as renderer:
        for bokeh in ("off", "gather"):
            renderer.use(Layers.of(plate))
            alone = renderer.render(camera, bokeh, quick=True)
            for _ in renderer.using_proxy(proxy, Layers.of(proxy)):
                pass
            best, quick = renderer.render(camera, bokeh), renderer.render(camera, bokeh, quick=True)
            assert bits(best) == bits(alone) != bits(quick)
            assert np.mean((display(best.color) - display(quick.color)) ** 2) < 10 ** -2.8
            near = np.isfinite(best.depth) & np.isfinite(quick.depth)
            assert np.median(np.abs(quick.depth[near] / best.depth[near] - 1)) < 0.01
            assert np.abs(best.invented - quick.invented).mean() < 0.03
            renderer.resize((640, 384))       # four times as fine as the proxy
            assert bits(renderer.render(camera, bokeh)) == bits(renderer.render(camera, bokeh, quick=True))
            renderer.resize((160, 96))
            held = renderer.render(camera, bokeh, quick=True)
        renderer.use(Layers.of(plate))
        assert bits(renderer.render(camera, bokeh, quick=True)) == bits(best) and bits(held) == bits(quick)


def test_a_quick_reference_is_of_one_plate(yard):
    """And does not take its light from the plate and the depth of its soft edges from the proxy."""
    proxy, camera = yard.reduced(2), Camera(position=(0.1, 0, -0.2), f_stop=1.4, focus_distance=2.0)
    with Renderer(yard, (48, 28)) as renderer:
        for _ in renderer.using_proxy(proxy, Layers.of(proxy)):
            pass
        pinhole, frame = renderer.render(camera, quick=True), renderer.render(camera, "reference", quick=True)
        assert np.array_equal(frame.depth, pinhole.depth)
        assert not np.array_equal(frame.depth, renderer.render(camera).depth)


def test_renderers_of_any_size_and_plate_in_any_order(card, yard):
    work = [(card, (160, 96)), (yard, (157, 91)), (card, (64, 200)), (yard, (31, 7)), (card, (1, 1)), (yard, (300, 180))]
    alone = []
    for plate, size in work:
        with Renderer(plate, size) as renderer:
            alone.append([bits(renderer.render(c)) for c in CAMERAS])
    together = [Renderer(plate, size) for plate, size in work]
    order = [(i, j) for i in range(len(work)) for j in range(len(CAMERAS))]
    np.random.default_rng(0).shuffle(order)
    for i, j in order:
        assert bits(together[i].render(CAMERAS[j])) == alone[i][j]
    together[0].close()
    assert bits(together[1].render(CAMERAS[1])) == alone[1][1], "closing one leaves the others alone"
    for renderer in together:
        renderer.close()


def test_frames_that_are_held_stay_what_they_were(card):
    with Renderer(card, (160, 96)) as renderer:
        expected = [bits(renderer.render(c)) for c in CAMERAS]
        held = [renderer.render(c) for c in CAMERAS]          # none is read before the last is drawn
        assert len({frame.texture for frame in held}) == len(held)
        assert [bits(frame) for frame in held] == expected
        del held[1], held[2]
        renderer.render(CAMERAS[0]), renderer.render(CAMERAS[1])
        assert [bits(frame) for frame in held] == [expected[0], expected[2], expected[4]]


def test_a_frame_outlives_its_renderer(card):
    with Renderer(card, (160, 96)) as renderer:
        expected = bits(renderer.render(CAMERAS[1]))
        read, unread = renderer.render(CAMERAS[1]), renderer.render(CAMERAS[1])
        bits(read)
    renderer.close()                                          # twice is harmless
    with Renderer(card, (160, 96)) as other:
        other.render(CAMERAS[3])
        assert bits(read) == expected and bits(unread) == expected


@pytest.mark.parametrize("closed", [True, False])
def test_a_frame_that_another_thread_drops_takes_nothing_there_with_it(card, closed):
    """That thread has a context too, whose textures have the same names: they were deleted, and then their memory freed twice."""
    renderer = Renderer(card, (160, 96))
    held = [renderer.render(camera) for camera in CAMERAS]
    renderer.close() if closed else renderer.resize((80, 48))

    def drop():
        with Renderer(card, (160, 96)) as other:
            frames = [other.render(camera) for camera in CAMERAS]
            before = textures(other.context)
            held.clear()
            assert textures(other.context) == before
            return [bits(frame) for frame in frames]
    with ThreadPoolExecutor(1) as thread:
        assert len(set(thread.submit(drop).result())) == len(CAMERAS)
    for side in range(8, 16):                 # sizes that go by take the one of before with them
        renderer.resize((side, side))
    assert len(renderer._free) <= SIZES_KEPT
    renderer.close()


def test_many_frames_take_no_more_memory_than_are_held(card):
    with Renderer(card, (160, 96)) as renderer:
        names = {renderer.render(CAMERAS[i % 5]).texture for i in range(100)}
    assert len(names) <= 3


def test_a_windows_context_gives_the_same_picture_whatever_was_drawn_in_it(card):
    with Renderer(card, (160, 96)) as renderer:
        expected = [bits(renderer.render(c)) for c in CAMERAS]
    with ThreadPoolExecutor(1) as thread:            # a context is current in one thread: this one's stays as it is
        assert thread.submit(_rendered_in_a_used_context, card).result() == expected


def _rendered_in_a_used_context(plate):
    """The frames' bits, drawn in a context of our own after what a user interface leaves behind in it."""
    context = moderngl.create_context(standalone=True, backend="egl", require=330)
    screen = context.framebuffer([context.texture((40, 30), 4)], context.depth_renderbuffer((40, 30)))
    found = []
    with Renderer(plate, (160, 96), context=context) as renderer:
        for camera in CAMERAS:
            _leave_behind(context, screen)
            found.append(bits(renderer.render(camera)))
    context.release()
    return found


def _leave_behind(context, screen):
    screen.use()
    screen.clear()
    screen.viewport, screen.scissor, screen.color_mask = (3, 4, 20, 10), (5, 5, 9, 9), (True, False, True, False)
    screen.depth_mask = False
    context.enable(moderngl.BLEND | moderngl.CULL_FACE | moderngl.DEPTH_TEST)
    context.blend_func = moderngl.ONE, moderngl.ONE
    context.blend_equation = moderngl.MAX
    context.depth_func = "<"
    context.front_face = "cw"


def test_a_finished_exposure_and_a_comparison_are_drawn_plainly_too(card):
    """With no view left to take, nothing else sets what they are drawn with."""
    with ThreadPoolExecutor(1) as thread:
        (plain, compared), (used, compared_again) = thread.submit(_shown_before_and_after_use, card).result()
    assert plain == used
    assert compared == compared_again


def _shown_before_and_after_use(plate):
    context = moderngl.create_context(standalone=True, backend="egl", require=330)
    screen = context.framebuffer([context.texture((40, 30), 4)], context.depth_renderbuffer((40, 30)))
    shown, camera = [], Camera(f_stop=0.5)
    with Renderer(plate, (160, 96), context=context) as renderer:
        first = renderer.render(CAMERAS[3])
        draws = ComparePass(context)
        renderer.refine(camera, 4, count=4, first=first)
        for use in (lambda: None, lambda: _leave_behind(context, screen)):
            renderer.render(CAMERAS[4])              # what is drawn over was another picture
            use()
            color = renderer.refine(camera, count=4)[0].color.tobytes()
            use()
            shown.append((color, draws.pixels(layout((80, 60), 1.6, 1.6, "onion"), first, first, "onion").tobytes()))
        draws.release()
    context.release()
    return shown


def test_the_sky_is_not_a_centimetre_away(yard):
    """Between a corner in the sky and one that is not, interpolation may end below what the sky is stored as: single pixels were at 1 cm."""
    with Renderer(yard, (157, 91)) as renderer:
        for camera in (Camera(position=(0, 0, -0.4), focal_length=26.25), *CAMERAS):
            assert renderer.render(camera).depth.min() > 0.5
    np.testing.assert_array_equal(disparity_of(np.float32([0.4999999, 0.5, 0.75, 0.25, 0])) / STORED, np.float32([0, 0, 0.25, 0.25, 0]))


def test_the_screen_picture_is_the_colour_through_the_srgb_curve(card):
    from tests.flip import display
    with Renderer(card, (160, 96)) as renderer:
        frame = renderer.render(CAMERAS[2])
        with frame.context:
            texture = frame.context.external_texture(frame.texture, frame.size, 4, 0, "f1")
            picture = np.frombuffer(texture.read(), np.uint8).reshape(96, 160, 4)[::-1, :, :3]
    assert np.abs(picture - 255 * display(frame.color)).max() <= 1


def test_an_unknown_bokeh_is_refused_in_a_sentence(card):
    with Renderer(card, (16, 9)) as renderer, pytest.raises(PushinError, match="dreamy.*off"):
        renderer.render(Camera(), bokeh="dreamy")


def test_without_opengl_there_is_a_sentence_with_the_package_to_install(tmp_path):
    program = ("import numpy as np, viewer\n"
               "plate = viewer.Plate.from_arrays(np.full((16, 16, 3), 0.5), np.full((16, 16), 2.0))\n"
               "try:\n    viewer.Renderer(plate, (16, 16))\n"
               "except viewer.PushinError as error:\n    print(error)\n")
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    # A file that names no driver: EGL is there and finds nothing to draw with.
    environment |= {"__EGL_VENDOR_LIBRARY_FILENAMES": str(tmp_path / "none.json"), "PYTHONPATH": str(ROOT),
                    "PUSHIN_CACHE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    message = done.stdout.strip()
    assert "\n" not in message and message.startswith("OpenGL 3.3 is not available") and "apt install libegl1" in message
