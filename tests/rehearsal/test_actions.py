import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.errors import PushinError
from viewer.rehearsal.actions import ACTIONS, Action, Actions, chord, own_keys
from viewer.rehearsal.controls import Controls


def test_every_action_has_a_key_of_its_own_a_name_and_a_sentence():
    actions = Actions()     # raises where two have the same key
    assert all(action.keys and action.category for action in actions.all)
    assert all(action.help.endswith(".") and len(action.help) < 90 for action in actions.all)
    assert len({action.name.lower() for action in ACTIONS}) == len(ACTIONS)
    keys = [key for action in actions.all for key in action.keys]
    assert len(set(keys)) == len(keys) and all(chord(key) == key for key in keys)


def test_two_actions_with_one_key_are_refused():
    with pytest.raises(PushinError, match="Ctrl\\+A is the key of both 'One' and 'Two'"):
        Actions(table=(Action("One", "x", ("Ctrl+A",), "."), Action("Two", "x", ("ctrl + a",), ".")))


def test_sentences_tell_the_keys_that_there_are():
    actions = Actions({"Undo": ("Ctrl+U",), "Record": ()})
    assert [actions.key(name) for name in ("Undo", "Record", "Redo")] == ["Ctrl+U", "'Record'", actions["Redo"].keys[0]]


def test_the_rig_has_both_directions_of_every_control():
    held = {(action.control, action.push) for action in Actions().held}
    assert held == {(name, push) for name in Controls._fields for push in (-1, 1)}


@pytest.mark.parametrize("text, known", [("shift+CTRL+s", "Ctrl+Shift+S"), (" w ", "W"), ("Shift+/", "?"),
                                         ("cmd+esc", "Super+Escape"), ("Alt+return", "Alt+Enter")])
def test_a_chord_has_one_form(text, known):
    assert chord(text) == known == chord(known)


@settings(deadline=None)
@given(st.text(max_size=30))
def test_what_is_no_chord_is_a_sentence(text):
    try:
        assert chord(chord(text)) == chord(text)
    except PushinError as error:
        assert str(error).endswith("Ctrl+Shift+S.")


def test_what_can_be_done_runs():
    actions, done, possible = Actions(), [], [False]
    actions.bind("Undo", lambda: done.append("undo"), enabled=lambda: possible[0])
    assert not actions.run("Undo") and not actions.enabled("Undo")
    possible[0] = True
    assert actions.run("Undo") and done == ["undo"]
    assert "Undo" not in actions.unbound and "Redo" in actions.unbound and "Dolly in" not in actions.unbound
    with pytest.raises(KeyError):
        actions.bind("Fly", print)


def first(text):
    found = Actions().search(text)
    return found[0].name if found else None


@pytest.mark.parametrize("text, name", [
    ("undo", "Undo"), ("play", "Play or pause"), ("rack", "Rack to next subject"), ("sbs", "Side by side"),
    ("swap", "Swap A and B"), ("peak", "Focus peaking"), ("loop", "Loop"), ("subject next", "Next subject"),
    ("sm tk", "Smooth take"), ("steadicam", "Next rig"), ("dolly", "Dolly in"), ("save as", "Save as")])
def test_finding_by_name(text, name):
    assert first(text) == name


def test_finding_nothing_and_everything():
    assert first("qqqq") is None and len(Actions().search(" ")) == len(ACTIONS)
    names = [action.name for action in Actions().search("focus")]
    assert names.index("Focus peaking") < names.index("Follow subject")     # the name counts before the help
    for action in ACTIONS:
        assert first(action.name) == action.name


def keys_file(tmp_path, text):
    file = tmp_path / "keys.toml"
    file.write_text(text)
    return own_keys(file)


def test_a_users_own_keys(tmp_path, monkeypatch):
    own = keys_file(tmp_path, '[keys]\n"play or pause" = "P"\n"Next frame" = ["right", "Ctrl+Space"]\nLoupe = []\n')
    actions = Actions(own)
    assert actions["Play or pause"].keys == ("P",) and actions["Next frame"].keys == ("Right", "Ctrl+Space")
    assert actions["Loupe"].keys == ()
    monkeypatch.setenv("PUSHIN_CONFIG", str(tmp_path))
    assert own_keys() == own
    assert own_keys(tmp_path / "none.toml") == {}


@pytest.mark.parametrize("text, said", [
    ("[keys", "not a TOML file"), ("keys = 3", "one table"), ("[other]", "one table"),
    ('[keys]\nUndo = "Ctrl+Foo"', "Undo: 'Ctrl\\+Foo' is not a key"), ("[keys]\nUndo = 3", "'Undo' is a key such as"),
    ('[keys]\nUndoo = "U"', "no action called 'Undoo'; did you mean 'Undo'\\?"),
    ('[keys]\nUndo = "W"', "W is the key of both 'Undo' and 'Dolly in'")])
def test_a_keys_file_that_is_wrong_is_one_sentence(tmp_path, text, said):
    with pytest.raises(PushinError, match=said) as caught:
        Actions(keys_file(tmp_path, text))
    assert "\n" not in str(caught.value).strip()


def test_a_keys_file_that_cannot_be_read(tmp_path):
    with pytest.raises(PushinError, match="cannot be read"):
        own_keys(tmp_path)
    (tmp_path / "keys.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PushinError, match="not a TOML"):
        own_keys(tmp_path / "keys.toml")
