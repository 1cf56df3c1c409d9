"""What cannot be drawn is said in one sentence."""
from dataclasses import replace

import moderngl
import numpy as np
import pytest

from tests.gpu import programs, textures
from viewer import Camera, Plate, PushinError, Renderer
from viewer.plate.layers import Layers
from viewer.render.compare import compared, layout
from viewer.render.gl import having

PLATE = Plate.from_arrays(np.full((32, 32, 3), 0.5), np.full((32, 32), 2.0))
NAN, INF = float("nan"), float("inf")


@pytest.fixture(scope="module")
def renderer():
    with Renderer(PLATE, (32, 32)) as renderer:
        yield renderer


@pytest.mark.parametrize("wrong, says", [
    *((dict(focal_length=value), "focal length") for value in (0, None, -35, "long", INF, (35, 35))),
    *((dict(position=value), "position") for value in (3, (1, 2), (0, 0, NAN), (1e300, 0, 0), None, "abc")),
    *((dict(sensor_width=value), "sensor width") for value in (-1, 0, NAN)),
    *((dict(lens_shift=value), "lens shift") for value in ((INF, 0), 0.5)),
    *((dict(pan=value), "pan") for value in (INF, "x", "3", None, 1 + 2j)), (dict(tilt=NAN), "tilt"), (dict(roll="x"), "roll"),
    (dict(position=("0", "0", "0")), "position"), *((dict(blades=value, f_stop=2), "blades") for value in (2.5, 2, "6", None, NAN)),
    *((dict(f_stop=value), "f-stop") for value in ("2", 0, NAN, (2, 2), 2 + 1j)),
    *((dict(focus_distance=value, f_stop=2), "focus distance") for value in (None, 0, 1e-20, "1")),
    *((dict(blade_rotation=value, f_stop=2, blades=6), "blade rotation") for value in (NAN, "x")),
    *((dict(f_stop=2) | wrong, "lens's") for wrong in (dict(roundness=2), dict(roundness=1j),
                                                       dict(squeeze="1"), dict(cats_eye=NAN), dict(ring=None))),
])
@pytest.mark.parametrize("bokeh", ["gather", "reference"])
def test_a_camera_that_cannot_be(renderer, wrong, says, bokeh):
    with pytest.raises(PushinError, match=says):
        renderer.render(Camera(**wrong), bokeh)
    with pytest.raises(PushinError, match=says):
        renderer.refine(Camera(**{"f_stop": 2.0, **wrong}), first=renderer.render(Camera()))


@pytest.mark.parametrize("wrong, says", [(Camera(blades=1), "3 to 30 blades, not 1"), (Camera(squeeze=9), "squeeze"),
                                         (Camera(focus_distance=NAN), "focus distance"), (Camera(f_stop=0), "f-stop"),
                                         (None, "with a Camera, and not with None"), ((0, 0, 0), "with a Camera")])
def test_what_no_camera_is_is_refused_also_without_blur(renderer, wrong, says):
    for take in (renderer.render, renderer.refine):
        with pytest.raises(PushinError, match=says):
            take(wrong)


def test_the_invented_share_is_one_however_it_is_rounded(renderer, monkeypatch):
    frame = renderer.render(Camera())
    monkeypatch.setattr(frame, "_read", lambda *_: np.float16([[[0, 0, 0, -3e-7], [0, 0, 0, 1.001]]]))
    assert frame.invented.tolist() == [[0, 1]]


@pytest.mark.parametrize("bokeh", ["gather", "reference"])
@pytest.mark.parametrize("extreme", [dict(f_stop=0.01, focus_distance=0.01), dict(f_stop=0.01, focal_length=1e5), dict(f_stop=INF),
                                     dict(f_stop=1e300), dict(f_stop=2, focus_distance=INF), dict(f_stop=0.01, focal_length=0.01)])
def test_a_lens_at_the_ends_of_what_is_drawn(renderer, extreme, bokeh):
    assert np.isfinite(renderer.render(Camera(**extreme), bokeh).color).all()


@pytest.mark.parametrize("size", [None, 64, ("a", 3), (64.5, 36), (64,), (64, 36, 1), (INF, 3), (0, 3), (3, 0), (-1, 5),
                                  (10**9, 3)])
def test_a_size_that_cannot_be(size):
    with pytest.raises(PushinError, match="size"):
        Renderer(PLATE, size)


@pytest.mark.parametrize("plate", ["plate.exr", None, 5, Plate])
def test_what_is_no_plate_is_not_drawn(plate):
    with pytest.raises(PushinError, match="draws a Plate, and not .*Plate.open makes one"):
        Renderer(plate, (32, 32))


@pytest.mark.parametrize("highlights", ["2", None, 2j, NAN, (1, 2), 0, 1e4])
def test_a_lights_brightness_that_cannot_be(highlights):
    with pytest.raises(PushinError, match="from 0.01 to 1000 times as bright"):
        Renderer(PLATE, (32, 32), highlights=highlights)


@pytest.mark.parametrize("error, wrong", [(PushinError, dict(highlights=0.0)), (PushinError, dict(size=(0, 3))),
                                          (AttributeError, dict(layers=replace(Layers.of(PLATE, draft=True), soft=None)))])
def test_a_renderer_that_is_refused_leaves_nothing_behind(renderer, error, wrong):
    """Neither what is wrong about how it is to draw, nor about what, costs the GPU anything."""
    held = programs(renderer.context), textures(renderer.context)
    with pytest.raises(error):
        Renderer(**{"plate": PLATE, "size": (32, 32), **wrong})
    assert (programs(renderer.context), textures(renderer.context)) == held


@pytest.mark.parametrize("wrong, says", [
    *((lambda _, context=context: Renderer(PLATE, (32, 32), context), "a context of moderngl's") for context in ("egl", True)),
    *((lambda renderer, layers=layers: renderer.use(layers), "Layers.of makes them") for layers in (None, PLATE)),
    *((lambda renderer, views=views: renderer.refine(Camera(f_stop=2), views), "views, 1 or more") for views in (0, -1, 2.5, "2", None)),
    *((lambda renderer, count=count: renderer.refine(Camera(f_stop=2), count=count), "views, 1 or more") for count in (0, -3, 2.5)),
    (lambda renderer: renderer.refine(Camera(f_stop=2), first=PLATE), "a Frame, and not"),
    (lambda renderer: renderer.render(Camera(), overlay=True), "an Overlay, and not True"),
    (lambda _: Renderer(PLATE, (32, 32), load=False).render(Camera()), "nothing to draw from yet"),
])
def test_what_else_is_given_and_cannot_be(renderer, wrong, says):
    with pytest.raises(PushinError, match=says):
        wrong(renderer)
    assert renderer.render(Camera()).picture.any()


def test_what_is_set_for_a_draw_is_set_back_where_that_fails(renderer):
    texture = renderer.render(Camera()).displayed
    before = texture.filter
    with pytest.raises(ZeroDivisionError), having(texture, filter=(moderngl.NEAREST, moderngl.NEAREST)):
        assert texture.filter != before
        1 / 0
    assert texture.filter == before


def test_a_size_beyond_the_memory_is_said(renderer, monkeypatch):
    def full(*_, **__):
        raise moderngl.Error("framebuffer is not complete")
    monkeypatch.setattr(moderngl.Context, "framebuffer", full)
    monkeypatch.setattr(renderer, "size", (48, 48))
    with pytest.raises(PushinError, match="48 x 48 pixels is too large"):
        renderer.render(Camera())


@pytest.mark.parametrize("bokeh", ["gather", "reference", "refined"])
def test_memory_that_ends_on_the_way_through_a_lens_is_said_and_given_back(bokeh, monkeypatch):
    """At each of the framebuffers that it takes."""
    usual, left = moderngl.Context.framebuffer, []

    def scarce(*what, **how):
        if not left:
            raise moderngl.Error("framebuffer is not complete")
        left.pop()
        return usual(*what, **how)
    camera, frame, enough = Camera(f_stop=0.5, focus_distance=0.3), None, 0
    with Renderer(PLATE, (48, 48)) as renderer:
        first = renderer.render(Camera())
        held = textures(renderer.context)
        monkeypatch.setattr(moderngl.Context, "framebuffer", scarce)
        while frame is None:
            left[:] = range(enough)
            enough += 1
            try:
                frame = renderer.refine(camera, 1, first=first)[0] if bokeh == "refined" else renderer.render(camera, bokeh)
            except PushinError as error:
                assert "48 x 48 pixels is too large" in str(error)
                wait = renderer._free.get((48, 48), ())         # each with its color, depth and picture
                assert textures(renderer.context) == held + 3 * len(wait) + 2 * (renderer._exposure is not None)
        assert enough > 4 and not wait and frame.size == (48, 48)
        monkeypatch.undo()


def test_another_thread_is_told_so(renderer):
    from concurrent.futures import ThreadPoolExecutor
    frame, read = renderer.render(Camera()), renderer.render(Camera(pan=1))
    picture, lens = read.picture, Camera(f_stop=2)
    with ThreadPoolExecutor(1) as pool:
        for work in (lambda: frame.picture, lambda: frame.color, lambda: frame.depth, lambda: frame.invented, lambda: frame.coc,
                     lambda: renderer.render(Camera()), lambda: renderer.refine(lens), lambda: renderer.resize((16, 16)), renderer.close):
            with pytest.raises(PushinError, match="only in the thread that made it"):
                pool.submit(work).result()
        assert pool.submit(lambda: read.picture).result() is picture, "what was read is an array like any other"
    assert np.isfinite(frame.depth).all() and frame.picture.any()
    assert renderer.size == (32, 32) and renderer.render(Camera()).picture.any(), "what is refused changes nothing"


def test_to_close_elsewhere_leaves_it_to_be_closed(renderer):
    """With a frame that is held, which a renderer completes before it goes."""
    from concurrent.futures import ThreadPoolExecutor
    left = []
    for elsewhere in (False, True):
        another = Renderer(PLATE, (32, 32))
        frame = another.render(Camera())
        if elsewhere:
            with ThreadPoolExecutor(1) as pool, pytest.raises(PushinError, match="only in the thread that made it"):
                pool.submit(another.close).result()
        another.close()
        left.append(programs(renderer.context))
        assert np.isfinite(frame.depth).all()
    assert left[0] == left[1]


def test_a_closed_renderer_says_so():
    renderer = Renderer(PLATE, (32, 32))
    first = renderer.render(Camera())
    renderer.close()
    with pytest.raises(PushinError, match="closed"):
        renderer.render(Camera())
    with pytest.raises(PushinError, match="closed"):
        renderer.refine(Camera(f_stop=2.0), first=first)


def test_a_closed_renderer_takes_no_other_layers():
    """They would stay on the GPU, with nobody left to release them."""
    renderer, layers = Renderer(PLATE, (32, 32)), Layers.of(PLATE)
    renderer.close()
    held = textures(renderer.context)
    for take in (renderer.use, lambda layers: list(renderer.using_proxy(PLATE, layers))):
        with pytest.raises(PushinError, match="closed"):
            take(layers)
    assert textures(renderer.context) == held


def test_a_plate_that_no_texture_is_large_enough_for_is_said(renderer):
    """It was drawn black."""
    layers = Layers.of(PLATE)
    most = renderer.context.info["GL_MAX_TEXTURE_SIZE"]
    wide = np.zeros((layers.atlas.shape[0], most + 1, 4), np.float16)
    before = renderer.render(Camera()).color
    held = textures(renderer.context)
    with pytest.raises(PushinError, match=f"texture of {most + 1} x .* none larger than {most} x {most}; reduce"):
        renderer.use(replace(layers, atlas=wide))
    assert textures(renderer.context) == held
    assert np.array_equal(renderer.render(Camera()).color, before), "it goes on with the one that it has"


def test_a_comparison_beyond_the_memory_is_said(renderer):
    frame, size = renderer.render(Camera()), (renderer.context.info["GL_MAX_TEXTURE_SIZE"] + 1, 4)
    compared(renderer, layout((8, 8), 1.0, 1.0, "A"), frame, frame, "A")
    held = textures(renderer.context)
    with pytest.raises(PushinError, match=f"{size[0]} x 4 pixels is too large"):
        compared(renderer, layout(size, 1.0, 1.0, "A"), frame, frame, "A")
    assert textures(renderer.context) == held
