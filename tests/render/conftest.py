import pytest

from tests.gaps import MESA
from viewer import Renderer
from viewer.render.headless import headless_context


def pytest_addoption(parser):
    parser.addoption("--update-references", action="store_true",
                     help="write the pictures in tests/render/references anew; look at each before you keep it")


@pytest.fixture(scope="session")
def rendered():
    """rendered(plate, camera, size=None) is the frame; renderers are kept for the run."""
    renderers = {}

    def render(plate, camera, size=None):
        key = plate.digest, size or plate.size
        if key not in renderers:
            renderers[key] = Renderer(plate, key[1])
        return renderers[key].render(camera)
    yield render
    for renderer in renderers.values():
        renderer.close()


@pytest.fixture(autouse=True)
def gaps_of_mesa(request):
    for name, reason in MESA.items():
        if request.node.nodeid.endswith(name) and "Mesa" in headless_context().info["GL_VERSION"]:
            request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
