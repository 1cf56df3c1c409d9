"""A renderer without a window beside OpenGL of its user's own, in one thread. A mistake there crashes: each way is a process."""
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import plates
from tests.gpu import programs, textures
from viewer import Camera, Renderer
from viewer.render.headless import headless_context

ROOT = Path(__file__).parents[2]

BEGIN = """
import moderngl, numpy as np, sys
from tests import plates
from viewer import Camera, Plate, PushinError, Renderer
from viewer.plate.layers import Layers
from viewer.render.compare import compared, layout
plate, camera = plates.card_before_wall((160, 96)).plate(), Camera(position=(0.1, 0.0, -0.3))
made = lambda: Renderer(plate, (96, 64))
with made() as renderer:
    expected = renderer.render(camera).color
same = lambda frame: np.array_equal(frame.color, expected)

class Own:
    "What somebody else does with OpenGL, which nothing of ours may change."
    def __init__(self):
        self.context = moderngl.create_context(standalone=True, require=330, **({"backend": "egl"} if sys.argv[1] == "egl" else {}))
        textures = [self.context.texture((16, 16), 4, bytes([i]) * 1024) for i in range(200)]
        self.textures, self.target = textures, self.context.framebuffer([textures[0]])
        self.target.use()

    def check(self):
        self.context.clear(1.0, 0.0, 0.0, 1.0)
        assert self.target.read(components=4)[:4] == bytes([255, 0, 0, 255])
        assert all(texture.read() == bytes([i]) * 1024 for i, texture in enumerate(self.textures) if i)
        assert self.context.error == "GL_NO_ERROR"
"""

WAYS = {
    "its own first": """
own = Own()
with made() as renderer:
    own.check()
    assert same(renderer.render(camera))
    own.check()
own.check()
""",
    "its own after": """
with made() as renderer:
    own = Own()
    assert same(renderer.render(camera))
    own.check()
own.check()
""",
    "its own within": """
own = Own()
with made() as renderer:
    assert same(renderer.render(camera))
    with own.context:
        own.check()
    assert same(renderer.render(camera))
with own.context:
    with made() as renderer:
        assert same(renderer.render(camera))
    own.check()
""",
    "everything": """
own, renderer = Own(), made()
def then(what):
    own.check()
    return what
lens = Camera(position=(0.1, 0.0, -0.3), f_stop=0.5, focus_distance=1.0)
for bokeh in ("gather", "reference"):
    frame = then(renderer.render(lens, bokeh))
    for array in ("picture", "color", "depth", "invented", "coc"):
        then(getattr(frame, array))
first, _ = then(renderer.refine(lens, 2))
then(renderer.resize((80, 48)))
then(renderer.resize((96, 64)))
then(compared(renderer, layout((96, 64), 1.5, 1.5, "wipe"), first, frame, "wipe"))
held = then(renderer.render(camera))
for _ in renderer.using(Layers.of(plate)):
    own.check()
proxy = plate.proxy()
for _ in renderer.using_proxy(proxy, Layers.of(proxy)):
    own.check()
left = renderer.using(Layers.of(plate))
next(left), next(left)
then(left.close())
another = then(made())
then(same(another.render(camera)))
del first, frame
own.check()
then(renderer.close())
assert then(same(held))
del held, renderer, another
own.check()
""",
}


@pytest.mark.parametrize("backend", ["egl", "windowing"])
@pytest.mark.parametrize("way", WAYS)
def test_a_renderer_leaves_current_what_was(way, backend, screen):
    done = subprocess.run([sys.executable, "-c", BEGIN + WAYS[way], backend], cwd=ROOT, env=screen, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr or done.returncode


GIVEN = """
own = Own()
within = Renderer(plate, (96, 64), context=own.context)
assert same(within.render(camera))
own.context.__exit__(None, None, None)
for work in (lambda: Renderer(plate, (96, 64), context=own.context), lambda: within.resize((9, 9)) or within.render(camera)):
    try:
        work()
        raise AssertionError("drawn")
    except PushinError as error:
        assert "not current in this thread" in str(error)
with own.context:
    within.resize((96, 64))
    assert same(within.render(camera))
"""


def test_a_context_that_is_given_and_not_current_is_said():
    """It was said that the picture is too large."""
    done = subprocess.run([sys.executable, "-c", BEGIN + GIVEN, "egl"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr or done.returncode


def test_a_renderer_that_nobody_holds_any_more_gives_back_what_it_took():
    plate, camera, context = plates.card_before_wall((160, 96)).plate(), Camera(position=(0.1, 0.0, -0.3)), headless_context()
    held = lambda: (programs(context), textures(context))
    with Renderer(plate, (96, 64)) as renderer:
        renderer.render(camera)
    before = held()     # the program that was used last goes with the use of the next
    frame = Renderer(plate, (96, 64)).render(camera)
    assert held() > before and frame.depth.min() > 0, "a frame keeps what it may need"
    del frame
    assert held() == before
    with ThreadPoolExecutor(1) as thread:       # whose context, if it had one, would have other things by these names
        mine = [Renderer(plate, (96, 64))]
        more = held()
        thread.submit(mine.clear).result()
        assert held() == more
