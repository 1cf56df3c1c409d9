import tomllib
from dataclasses import replace

import pytest

from viewer.errors import PushinError
from viewer.resources import ASSETS
from viewer.shots import kit as kits
from viewer.shots.kit import Lens, kit, read_kit


def test_the_shipped_kit_is_whole():
    known = kit()
    assert len(known.bodies) > 30 and len(known.lenses) > 25
    for body in known.bodies:
        if body.pixels:   # square pixels: the two figures of a mode agree to the rounding of millimetres
            assert body.width / body.height == pytest.approx(body.pixels[0] / body.pixels[1], rel=0.012), body.name
    assert {"2.39", "1.85", "16:9", "4:3", "9:16"} == {r.name for r in known.ratios}
    assert any(lens.is_zoom for lens in known.lenses) and {lens.squeeze for lens in known.lenses} == {1, 1.33, 2}
    table = tomllib.loads((ASSETS / "kit.toml").read_text("utf-8"))
    assert all(entry["source"] for entry in table["camera"] + table["lens_set"])


def test_super_35_and_full_frame():
    assert (kit().body("Super 35 4-perf").width, kit().body("Film Full frame").width) == (24.89, 36)
    assert kit().body("4.5K LF 3:2").aspect() == pytest.approx(1.437, abs=0.001)
    assert kit().body("Super 35 4-perf").aspect(squeeze=2) == pytest.approx(2.668, abs=0.001)


def test_minimum_focus_is_engraved_from_the_sensor():
    lens = kit().lens("Supreme Prime 50")
    assert lens.minimum_focus == 0.45 and lens.closest(50) == pytest.approx(0.393, abs=0.001)


def test_no_zoom_of_the_kit_focuses_on_its_own_glass():
    """At its long end one may focus nearer than four focal lengths from the sensor, as no simple lens of that length does."""
    assert kit().lens("Optimo 36-435").closest(435) == 0.76
    for lens in kit().lenses:
        for focal in lens.focal_length:
            assert lens.minimum_focus / 2 <= lens.closest(focal) < lens.minimum_focus, lens.name


def test_names_may_be_shortened_as_long_as_they_are_one():
    assert kit().lens("optimo 24-290").focal_length == (24, 290)
    for name, says in (("ARRI", "may be"), ("Kodak", "no camera called")):
        with pytest.raises(PushinError, match=says):
            kit().body(name)


def test_what_has_the_name_as_a_word_is_offered_first():
    with pytest.raises(PushinError, match="may be Stage 50 mm, Stage Anamorphic 50 mm, .*80-250 mm; say which"):
        kit().lens("50")


def test_ratios_by_name_and_number():
    assert kit().ratio("2.39:1") == pytest.approx(4096 / 1716, abs=1e-3)
    assert kit().ratio("9:16") == 9 / 16 and kit().ratio("5:4") == 1.25 and kit().ratio("2") == 2
    with pytest.raises(PushinError, match="not a delivery ratio"):
        kit().ratio("wide")


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Writes the user's own kit, in a configuration folder of the test's."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    kit.cache_clear()
    yield lambda text: (kits.kit_file().parent.mkdir(parents=True, exist_ok=True), kits.kit_file().write_text(text))
    kit.cache_clear()


def test_users_add_and_replace(own):
    own('[[lens_set]]\nname = "Grandfather"\nstops = [2, 16]\nlenses = [{focal_length = 58, minimum_focus = 0.5}]\n'
        '[[ratio]]\nname = "2.39"\nratio = 2.4\nuse = "ours"\n')
    assert kit().lens("grandfather").focal_length == (58, 58)
    assert kit().ratio("2.39") == 2.4 and kit().lens("optimo 24-290")


def test_advice_knows_the_programs_lenses_where_the_users_kit_is_broken(own):
    own("[[camera]")
    assert kits.usable_kit().lens("optimo 24-290")
    own("")
    assert kits.usable_kit() is kit()


def test_a_configuration_folder_that_cannot_be_reached_is_said_in_a_sentence(own, monkeypatch):
    monkeypatch.setenv("PUSHIN_CONFIG", "/" + "x" * 300)
    with pytest.raises(PushinError, match="cannot be reached"):
        kit()
    assert kits.usable_kit().lens("optimo 24-290")


@pytest.mark.parametrize("text, says", [
    ("[[camera]", "not a TOML file"), ("[[drone]]\nname = 'x'", "'drone' is not known"),
    ("[[camera]]\nmodes = "
     "{a = [1, 2]}", "lacks 'name'"), ("[[camera]]\nname = 'x'\n[camera.modes]\na = [24000, 1]", "no camera has"),
    ("[[lens_set]]\nname = 'x'\nlenses = [{focal_length = 'long'}]", "another form than"),
    ("[[lens_set]]\nname = 'x'\nlenses = [{minimum_focus = 1}]", "lacks 'focal_length'"),
    ("[[lens_set]]\nname = 'x'\nlenses = [{focal_length = [24]}]", "another form than"),
    ("[[lens_set]]\nname = 'x'\nstops = [2, 16]\nlenses = "
     "[{focal_length = 58, minimum_focus = 0.5, blades = 2}]", r"kit\.toml: lenses\[0\]: x 58 mm has a figure that .* blades\.$"),
    ("[[ratio]]\nname = 'x'\nratio = 0", "x is 0; a delivery ratio is width over height"),
    ("[[ratio]]\nname = 'x'\nratio = 'wide'", "ratio"), ("camera = 3", "another form than"), ("[camera]\nname = 3", "another form than"),
    ("[[lens_set]]\nname = 'x'\nstops = [2, 16]\nlenses = "
     "[{focal_length = 58, minimum_focus = 0.5, colour = 'red'}]", "colour"),
])
def test_a_broken_kit_is_said_in_a_sentence(tmp_path, text, says):
    path = tmp_path / "kit.toml"
    path.write_text(text)
    with pytest.raises(PushinError, match=says) as error:
        read_kit(path)
    assert "\n" not in str(error.value).split("is not a TOML")[0]


def test_no_kit_where_one_should_be(tmp_path):
    with pytest.raises(PushinError, match="cannot be read"):
        read_kit(tmp_path / "none.toml")


def test_a_lens_is_told_in_a_line():
    zoom = Lens("zoom", (24, 290), (2.8, 22), 1.22)
    assert zoom.line == "T2.8 to T22, focuses from 1.22 m"
    assert replace(zoom, squeeze=2.0).line.endswith("1.22 m, anamorphic 2×")


def test_t_stops_become_f_numbers_where_a_lens_tells_both(own):
    own('[[lens_set]]\nname = "Fast"\nstops = [1.3, 22]\nf_number = 1.2\nlenses = [{focal_length = 58, minimum_focus = 0.5}]\n')
    lens = kit().lens("fast")
    assert lens.stops == pytest.approx((1.2, 22 * 1.2 / 1.3)) and lens.line.startswith("T1.3 to T22, ")
    assert kit().lens("Supreme Prime 35").t_ratio == 1
    with pytest.raises(PushinError, match="f-number"):
        own('[[lens_set]]\nname = "Faster than its glass"\nstops = [1.3, 22]\nf_number = 1.4\n'
            'lenses = [{focal_length = 58, minimum_focus = 0.5}]\n')
        read_kit(kits.kit_file())
