"""What every command has in common: help, mistakes in one sentence, exit codes."""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import viewer
from viewer.cli import COMMANDS, arguments, still
from viewer.export.video import CRF
from viewer.plate.depth import KINDS
from viewer.render.renderer import BOKEH
from viewer.shots.advice import INVENTED
from viewer.shots.kit import F_STOP

ROOT = Path(__file__).parents[2]
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="has /dev/full")


def test_help_lists_every_command(pushin):
    code, out, _ = pushin("--help")
    assert code == 0
    for command in COMMANDS:
        assert f"\n    {command} " in out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_examples(pushin, command):
    code, out, _ = pushin(command, "--help")
    assert code == 0
    assert f"pushin {command} " in out.replace("pushin [PLATE]", "pushin open ") and "example" in out


def test_what_is_copied_so_that_help_is_quick_is_the_same_where_it_comes_from(pushin):
    assert arguments.DEPTH_KINDS == KINDS and set(arguments.BOKEH) == set(BOKEH)
    for command, default in (("render", f"{CRF})"), ("advise", f"{100 * INVENTED:g})"), ("move", f"{F_STOP}, or")):
        assert f"(default: {default}" in " ".join(pushin(command, "--help")[1].split())


def test_version(pushin):
    assert pushin("--version") == (0, f"pushin {viewer.__version__}\n", "")


@pytest.mark.parametrize("arguments, words", [
    ("compar", "did you mean `pushin compare`"),
    ("nowhere.exr", "nowhere.exr"),
    ("render.exr", "There is no file render.exr"),
    ("still", "--output"),
    ("still -o picture.gif", ".png or .exr"),
    ("still -o nowhere/picture.png", "does not exist"),
    ("still -o . ", "should end in"),
    ("still -o p.png --size 12", "--size"),
    ("still -o p.png --size 0x10", "--size"),
    ("still -o p.png --size 99999x10", "--size"),
    ("still -o p.png --position 1,2", "--position"),
    ("still -o p.png --position nan,0,0", "--position"),
    ("still -o p.png --pan inf", "--pan"),
    ("still -o p.png --lens -35", "--lens"),
    ("still -o p.png --f-stop 0", "--f-stop"),
    ("still -o p.png --blades 2", "--blades: '2' is not 3 to 30 blades"),
    ("still -o p.png --blades 31", "--blades"),
    ("still -o p.png --bokeh best", "--bokeh"),
    ("still -o p.png --frobnicate", "`pushin still` has no use for '--frobnicate'; see `pushin still --help`."),
    ("describe a.json --frobnicate", "see `pushin describe --help`."),
    ("still -o p.png --size 20000x100", "each side has 1 to 16384 pixels"),
    ("still -o p.png --size 200000x100", "each side has 1 to 16384 pixels"),
    ("still -o p.png --push 0,4", "'0,4' has a decimal comma; write 0.4"),
    ("still -o p.png --push 0,4m", "'0,4m' has a decimal comma; write 0.4m"),
    ("still -o p.png --f-stop 2 --focus 1,5m", "'1,5m' has a decimal comma; write 1.5m"),
    ("still -o p.png --lens 50m", "'50m' is not a length in millimetres above zero, such as 50"),
    ("still -o p.png --f-stop 2 --focus 1.5cm", "'1.5cm' is not a distance above zero, such as 1.5 (metres) or 5ft"),
    ("still -o p.png --f-stop f/", "'f/' is not an f-number above zero, such as 2.8"),
    ("still -o p.png --f-stop T2.8", "'T2.8' is a T-stop, as only a lens of the kit has it"),
    ("move -o s.json --f-stop T2.8", "T2.8 is a mark on a lens: name the lens with --lens, or give the f-number."),
    ("move -o s.json --f-stop T", "'T' is not a T-stop above zero, such as T2.8"),
    ("still -o p.png --push 25", "which is 1.51 m away; 25 % is written 25%."),
    ("still -o p.png --push 25m", "which is 1.51 m away."),
    ("still -o p.png --push 2500m", "A push of 2500 m passes"),
    ("move -o s.json --f-stop 2,8", "write 2.8"),
    *((f"{command} -o={output}", says) for command in
      ("still", "compare", "render s.json", "sheet s.json", "describe s.json", "move", "depth p.png")
      for output, says in (("", "an empty name is none; name what is to be written"), ("-", "nothing is written to standard output"))),
    ("still -o p.png --push fast", "--push"),
    ("still -o p.png --push 1.2.3", "--push"),
    ("compare -o p.png --push 100%", "passes the subject"),
    ("compare -o p.png --push 40", "passes the subject"),
    ("compare -o p.exr", ".png or .jpg"),
    ("compare -o p.png --subject 1", "no subject named '1'"),
    ("compare -o p.png --subject 1,2,3", "--subject"),
    ("compare -o p.png --subject 1280.5,20", "outside"),
    ("compare -o p.png --subject nobody", "mira and tom"),
    ("compare -o p.png --depth-kind furlongs", "--depth-kind"),
    ("compare -o p.png --near 1", "no PLATE was given"),
    ("bench --repeats 0", "--repeats"),
])
def test_a_mistake_is_one_sentence(pushin, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    code, out, err = pushin(*arguments.split())
    assert code == 2 and out == ""
    assert err.startswith("pushin: ") and err.count("\n") == 1 and words in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("reader, texts, value", [
    (arguments.metres, ("1.5", "1.5m", "1.5 m", " 1.5 "), 1.5), (arguments.millimetres, ("50", "50mm", "50 mm"), 50),
    (arguments.f_stop, ("2.8", "f/2.8", "F/2.8", "f2.8", "f/ 2.8"), 2.8), (arguments.degrees, ("-4", "-4°", "-4 °"), -4)])
def test_a_number_may_have_its_unit(reader, texts, value):
    assert {reader(text) for text in texts} == {value}


def test_options_of_a_kind_are_read_alike(pushin, tmp_path):
    for name, lens, stop, focus, pan, push in (("a.png", "50 mm", "f/2.8", "1.524 m", "-2°", "0.3048m"),
                                               ("b.png", "50", "2.8", "5ft", "-2", "12in")):
        assert pushin("still", "--size", "64x36", "--lens", lens, "--f-stop", stop, "--focus", focus, "--pan", pan, "--push", push, "-o",
                      tmp_path / name) == (0, "", "")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert pushin("move", "--f-stop", "f/2", "--focus", "rack", "--to-subject", "tom", "--focus-at", "1 s", "--focus-seconds", "0.5s",
                  "--seconds", "4s", "--fps", "25 fps", "-o", tmp_path / "a.json")[0] == 0


def test_interrupting_ends_quietly(pushin, monkeypatch):
    def interrupted(args):
        raise KeyboardInterrupt
    monkeypatch.setattr(still, "run", interrupted)
    assert pushin("still", "-o", "picture.png") == (130, "", "")


def test_a_reader_who_leaves_is_no_error():
    process = subprocess.Popen([sys.executable, "-m", "viewer", "--help"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.wait()


@pytest.mark.parametrize("command, code, says", [
    *((f"{command} >/dev/full", 2, "pushin: The output cannot be written: No space left on device.\n")
      for command in ("moves", "--help")),
    *((f"{command} >&-", 2, "pushin: The output cannot be written: Bad file descriptor.\n") for command in ("moves", "--help")),
    ("still --size 16x9 -o {folder}/p.png >&-", 0, ""),
])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_output_that_cannot_be_written(command, code, says, unbuffered, tmp_path):
    """Is told, unless there is nothing to write."""
    done = subprocess.run(f"{sys.executable} -m viewer {command.format(folder=tmp_path)}", shell=True, stderr=subprocess.PIPE, text=True,
                          env=os.environ | {"PYTHONUNBUFFERED": unbuffered})
    assert (done.returncode, done.stderr) == (code, says)


def test_without_stderr_notes_are_not_among_what_is_printed(small_plate, tmp_path):
    plate = shutil.copy(small_plate, tmp_path)
    command = f"{sys.executable} -m viewer info {plate} --at 80,45=2 --json 2>&-"
    done = subprocess.run(command, shell=True, stdout=subprocess.PIPE)
    assert done.returncode == 0 and json.loads(done.stdout)["scale"]


@LINUX
@pytest.mark.parametrize("stderr", ["2>/dev/full", "2>&1 >/dev/full | true"])
def test_what_is_said_beside_costs_no_work_where_nobody_hears_it(small_plate, tmp_path, stderr):
    """Notes go to a full disk, or to a reader who has gone."""
    for command, code in ((f"still {small_plate} --size 16x9 -o a.png", 0), ("info nowhere.exr", 2)):
        command = f"({sys.executable} -m viewer {command}; echo $? >code) {stderr}"
        subprocess.run(command, shell=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)})
        assert (tmp_path / "code").read_text().strip() == str(code)
    assert (tmp_path / "a.png").exists()


def test_an_output_without_the_letters_of_a_name(tmp_path):
    command = [sys.executable, "-m", "viewer", "move", "--subject", "女=174,166,632,659", "-o", tmp_path / "a.json"]
    done = subprocess.run(command, env={**os.environ, "PYTHONIOENCODING": "cp1252"}, capture_output=True)
    assert done.returncode == 0 and b"\\u5973" in done.stdout and b"Traceback" not in done.stderr


def test_importing_needs_no_opengl():
    loaded = subprocess.run([sys.executable, "-c", "import sys, viewer, viewer.cli; viewer.Camera; print(*sys.modules)"],
                            capture_output=True, text=True, check=True).stdout.split()
    assert not {"moderngl", "glfw", "imgui_bundle", "cv2"} & set(loaded)
