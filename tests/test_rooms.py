"""What README says of the rooms: what belongs to one is not touched in another."""
import ast
import re
from pathlib import Path

import pytest

import viewer

ROOT = Path(viewer.__file__).parent
OPENGL = {"context", "mglo", "glo", "displayed"}
"""Attributes by which a moderngl object is got hold of."""


def trees(*, but: str):
    """(path, syntax tree) of every module outside of a room."""
    paths = [path for path in sorted(ROOT.rglob("*.py")) if path.relative_to(ROOT).parts[0] != but]
    assert len(paths) > 50
    return [(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))) for path in paths]


def imported(tree):
    """Every module that is imported anywhere in one, relative ones without their dots, and with what is taken from them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module or ''}.{alias.name}".strip(".") for alias in node.names)


@pytest.mark.parametrize("library, room", [("moderngl", "render"), ("render.gl", "render"), ("render.headless", "render"),
                                           ("imgui_bundle", "desktop"), ("glfw", "desktop")])
def test_a_library_is_used_in_one_room(library, room):
    users = {path for path, tree in trees(but=room) for name in imported(tree) if f"{name}.".startswith(f"{library}.")}
    assert users == set()


def test_nobody_else_has_what_is_opengls():
    """Not by way of something that the renderer's room hands out, either."""
    found = {(path, node.attr) for path, tree in trees(but="render") for node in ast.walk(tree)
             if isinstance(node, ast.Attribute) and node.attr in OPENGL}
    assert found == set()


@pytest.mark.parametrize("room", sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "cli"))
def test_a_room_tells_of_every_module_in_it(room):
    """But the command line, where a module is a command."""
    told = set(re.findall(r"\w+", ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text("utf-8")))))
    assert {path.stem for path in (ROOT / room).glob("*.py")} - {"__init__"} <= told
