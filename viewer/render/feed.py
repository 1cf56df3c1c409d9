"""A second window's picture: frames of one context shown in another that shares its textures."""
from __future__ import annotations

from typing import NamedTuple

import moderngl

from .compare import layout
from .screen import Screen


class _Shared(NamedTuple):
    """A frame's picture, as the other context sees it."""

    displayed: moderngl.Texture


class Feed:
    """Draws one picture, as large as it goes, into the window whose context is current when it is made.

    That context has to share its textures with the one that the frames come from. Make it current before every call.
    """

    def __init__(self):
        self.screen = Screen()
        self._shared: dict[tuple, _Shared] = {}     # kept, since moderngl never lets go of one

    def show(self, frame, size: tuple[int, int], share=(1.0, 1.0), outside: float = 1.0, border: float = 0.0) -> None:
        """frame is a Frame; size the window's pixels; share, outside and border as for ComparePass.compare."""
        key = frame.texture, frame.size
        if key not in self._shared:
            self._shared[key] = _Shared(self.screen.context.external_texture(*key, 4, 0, "f1"))
        aspect, shared = frame.size[0] / frame.size[1], self._shared[key]
        place = layout(size, aspect, aspect, "A")
        self.screen.show(place, shared, shared, "A", frames=(share, share), outside=outside, border=border, ground=(0.0, 0.0, 0.0))

    def release(self) -> None:
        self.screen.release()
