"""From keys as the actions name them to Dear ImGui's."""
from __future__ import annotations

from imgui_bundle import imgui

NAMES = {"Left": "left_arrow", "Right": "right_arrow", "Up": "up_arrow", "Down": "down_arrow", ",": "comma",
         ".": "period", "/": "slash", ";": "semicolon", "'": "apostrophe", "[": "left_bracket", "]": "right_bracket",
         "\\": "backslash", "-": "minus", "=": "equal", "`": "grave_accent", "PageUp": "page_up",
         "PageDown": "page_down"}


def key_of(name: str) -> imgui.Key:
    """One key, such as "W" or "Left"."""
    return getattr(imgui.Key, NAMES.get(name, f"_{name}" if name.isdigit() else name.lower()))


def chord_of(words: str) -> int:
    """A key with its modifiers, such as "Ctrl+Shift+Z"; "?" is Shift+/."""
    *modifiers, key = words.split("+")
    if key == "?":
        key, modifiers = "/", [*modifiers, "Shift"]
    chord = int(key_of(key))
    for modifier in modifiers:
        chord |= int(getattr(imgui.Key, f"mod_{modifier.lower()}"))
    return chord
