"""pushin: previews camera moves and rack focus on a still with depth.

    import viewer
    plate = viewer.Plate.open("plate.exr", depth="plate_depth.exr", focal_length=35)
    with viewer.Renderer(plate, size=(1280, 720)) as renderer:
        frame = renderer.render(viewer.Camera(position=(0, 0, -0.4)))

The names below are the public interface; they are looked up on first use, so that `import viewer` is instant and
needs neither OpenGL nor a display.
"""
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:       # for editors and type checkers
    from .camera import Camera
    from .errors import PushinError
    from .plate import Plate
    from .render import Frame, Renderer

__version__ = "0.1.0"

_HOMES = {"Plate": ".plate", "Camera": ".camera", "Renderer": ".render", "Frame": ".render", "PushinError": ".errors"}
__all__ = list(_HOMES)


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name], __name__), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *__all__})
