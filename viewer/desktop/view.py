"""What is shown and how: of the window, not of the shot; a value."""
from __future__ import annotations

from dataclasses import dataclass

from ..render.compare import Wipe
from ..render.display import Overlay


@dataclass(frozen=True, slots=True)
class View:
    """How the takes are looked at.

    mode      of comparing: a name in render.compare.MODES
    a, b      the takes that are compared
    blur      the lens's depth of field is shown, where the take has an f-number
    lines     the delivered frame; what is outside of it is dimmed
    thirds    lines at thirds of the delivered frame
    marks     the subjects, and where focus is
    figures   the line of figures under each picture
    loupe     the delivered pixels under the mouse, one to one
    overlay   what tints the pictures: focus peaking, near and far, what is invented
    """

    mode: str = "side by side"
    wipe: Wipe = Wipe()
    a: str = "A"
    b: str = "B"
    blur: bool = True
    lines: bool = True
    thirds: bool = False
    marks: bool = False
    figures: bool = True
    loupe: bool = False
    overlay: Overlay = Overlay()

    @property
    def takes(self) -> tuple[str, str]:
        return self.a, self.b
