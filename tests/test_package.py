"""What is shipped: the wheel carries shaders and assets, and works where there is nothing but the wheel."""
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True,
                   capture_output=True)
    return next(folder.glob("pushin-*.whl"))


def test_the_wheel_carries_every_shader_and_asset(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("shaders", "assets"):
        files = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
        assert files
        for path in files:
            assert f"viewer/_data/{path.relative_to(ROOT).as_posix()}" in names


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
def test_an_environment_that_was_left_half_made_is_made_anew(tmp_path):
    """As it is where Debian's python3-venv was missing at first: there is an interpreter, and no pip."""
    (tmp_path / "pyproject.toml").touch()
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    half, tools = tmp_path / ".venv/bin/python", tmp_path / "tools/python3"
    for path, does in ((half, "exit 1"), (tools, 'echo "#!/bin/sh" >.venv/bin/python; echo "$@" >asked')):
        path.parent.mkdir(parents=True)
        path.write_text(f"#!/bin/sh\n{does}\n")
        path.chmod(0o755)
    subprocess.run(["sh", "-c", ". .ci/setup; system_packages() { :; }; setup", ".ci/start"], cwd=tmp_path, check=True,
                   env={**os.environ, "PATH": f"{tools.parent}:{os.environ['PATH']}"})
    assert (tmp_path / "asked").read_text() == "-m venv --clear .venv\n" and (tmp_path / ".venv/installed").exists()


def test_shaders_have_no_letters_that_a_driver_need_not_know():
    for path in (ROOT / "shaders").rglob("*.*"):
        assert path.read_bytes().isascii(), path


def test_the_pictures_in_readme_are_there_and_all_that_the_windows_tests_keep_of_its_states():
    shown = set(re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / "README.md").read_text("utf-8")))
    assert all((ROOT / name).is_file() for name in shown)
    states = {"advised", "brushing", "difference", "eased", "keys", "lens", "moved", "recording", "unsaved", "zones"}
    assert {f"tests/desktop/references/{name}.png" for name in states} <= shown


def test_the_wheel_works_on_its_own(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    script = ("import viewer, viewer.resources as r, viewer.bundled as b, viewer.render.gl as gl, sys\n"
              "assert viewer.__file__.startswith(sys.argv[1]), viewer.__file__\n"
              "assert b.bundled_plate().size == (1280, 720)\n"
              "assert '#version' in gl.shader_source('reproject.vert')\n")
    # -P and PYTHONPATH: the unpacked wheel comes before an editable installation of the checkout.
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    subprocess.run([sys.executable, "-P", "-c", script, str(tmp_path)], cwd=tmp_path, env=environment, check=True)
    out = subprocess.run([sys.executable, "-m", "viewer", "--help"], cwd=tmp_path, env=environment, check=True,
                         capture_output=True, text=True).stdout
    assert "pushin" in out and "examples:" in out
