"""The document: undo, redo, drags, saving."""
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.errors import PushinError
from viewer.rehearsal.document import Document, History, Recent
from viewer.shots import shotfile
from viewer.shots.document import PlateFile, Shot
from viewer.shots.framing import Stage


def test_undo_and_redo_go_all_the_way(shot, titled):
    document = Document(shot)
    for n in range(1000):
        document.edit(f"Title {n}", titled(n))
    assert document.history.undo_label == "Title 999" and not document.history.can_redo
    for n in reversed(range(1000)):
        assert document.undo() == f"Title {n}"
    assert document.shot is shot and document.undo() == "" and not document.dirty
    for n in range(1000):
        assert document.redo() == f"Title {n}"
    assert document.shot == titled(999) and document.redo() == ""


def test_an_edit_after_undo_begins_another_future(shot, titled):
    document = Document(shot)
    document.edit("one", titled(1))
    document.edit("two", titled(2))
    document.undo()
    document.edit("three", titled(3))
    assert not document.history.can_redo
    document.undo()
    assert document.shot == titled(1)


def test_an_edit_that_changes_nothing_is_no_step(shot):
    document = Document(shot)
    assert not document.edit("nothing", shot) and not document.history.can_undo


def test_a_drag_is_one_step(shot, titled):
    document = Document(shot)
    for n in range(50):
        document.edit("Move key", titled(n), drag="key")
    document.release()
    for n in range(50, 60):
        document.edit("Move key", titled(n), drag="key")   # picked up again: another step
    document.release()
    assert document.undo() == "Move key" and document.shot == titled(49)
    assert document.undo() == "Move key" and document.shot is shot and document.undo() == ""


def test_a_drag_that_comes_back_or_is_given_up_never_happened(shot, titled):
    document = Document(shot)
    document.edit("later", titled("later"))
    document.undo()
    for end in (document.release, document.cancel):
        document.edit("Move", titled(1), drag=1)
        document.edit("Move", titled(2) if end == document.cancel else shot, drag=1)
        end()
        assert document.shot == shot and not document.history.can_undo
        assert document.history.redo_label == "later"   # not even what had been undone is lost
    document.cancel()
    document.release()
    assert document.history.redo_label == "later"


@settings(deadline=None)
@given(st.lists(st.sampled_from("esurc"), max_size=40))
def test_history_is_what_its_plain_description_says(moves):
    """Against the plainest model: a list of values, a position, and a drag that began at a value."""
    first = Shot(PlateFile(Stage(160, 90)))
    document, n = Document(first), 0
    past, future = [first], []
    for move in moves:
        n += 1
        if move == "e":
            value = replace(first, title=str(n))
            document.edit("edit", value)
            past.append(value)
            future = []
        elif move == "s":
            before = document.shot
            document.edit("drag", replace(first, title=str(n)), drag="a")
            document.edit("drag", replace(first, title=f"{n}+"), drag="a")
            document.release()
            assert document.history.steps[document.history.at - 1].value == before
            past.append(document.shot)
            future = []
        elif move == "u":
            document.undo()
            if len(past) > 1:
                future.append(past.pop())
        elif move == "r":
            document.redo()
            if future:
                past.append(future.pop())
        elif move == "c":
            document.edit("drag", replace(first, title=str(n)), drag="b")
            document.cancel()
        assert document.shot == past[-1]
        assert document.history.can_undo == (len(past) > 1) and document.history.can_redo == bool(future)


def test_dirty_means_another_value_than_the_saved_one(shot, titled, tmp_path):
    document = Document(shot)
    with pytest.raises(PushinError, match="no file yet"):
        document.save()
    document.edit("Title", titled("x"))
    assert document.dirty and document.name == "x"
    of = replace(document.shot, title="", plate=replace(document.shot.plate, path="/photos/harbour.jpg"))
    assert Document(of).name == "Shot of harbour.jpg"
    document.save_as(tmp_path / "x.json")
    assert not document.dirty and document.name == "x.json"
    document.undo()
    assert document.dirty
    document.redo()
    assert not document.dirty
    document.edit("Title", titled("y"))
    document.edit("Title", titled("x"))      # the same by value, by another way
    assert not document.dirty
    document.edit("Title", titled("z"))
    document.save()
    assert Document.open(tmp_path / "x.json").shot == titled("z")


def test_a_document_knows_what_somebody_else_has_saved_to_its_file(shot, titled, tmp_path):
    path = tmp_path / "x.json"
    document = Document(shot)
    assert not document.overtaken
    document.save_as(path, ("A", "A"))
    assert not document.overtaken and not Document.open(path).overtaken
    other = Document.open(path)
    other.edit("Title", titled("theirs"))
    other.save()
    assert document.overtaken and not other.overtaken
    document.save()                          # for whoever wants that
    assert not document.overtaken and other.overtaken
    path.write_text("{}")
    assert document.overtaken
    path.unlink()
    assert not document.overtaken            # nothing is there to be lost
    folder = tmp_path / "down"
    folder.mkdir()
    beside = Document(replace(shot, plate=replace(shot.plate, path=str(folder / ".." / "harbour.jpg"))))
    beside.save_as(path)
    assert not beside.overtaken              # by whatever way its path is written


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on the size of files")
def test_a_full_disk_is_one_sentence_and_nothing_is_lost(shot, titled, tmp_path):
    """A real refusal of the system: in a child that may not write files of more than a few bytes."""
    path = tmp_path / "shot.json"
    document = Document(shot)
    document.save_as(path)
    before = path.read_bytes()
    child = """if True:
        import resource, signal, sys
        from dataclasses import replace
        from viewer.rehearsal.document import Document
        from viewer.errors import PushinError
        document = Document.open(sys.argv[1])
        document.edit("Title", replace(document.shot, title="new"))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        try:
            document.save()
        except PushinError as error:
            assert document.dirty and document.shot.title == "new" and document.undo() == "Title"
            print(error)
        """
    done = subprocess.run([sys.executable, "-c", child, str(path)], capture_output=True, text=True, check=True,
                          cwd=Path(__file__).parents[2])
    assert "cannot be written" in done.stdout and done.stdout.count("\n") == 1 and not done.stderr
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["shot.json"]


def test_a_folder_that_is_not_there(shot, titled, tmp_path):
    document = Document(shot)
    document.edit("Title", titled("x"))
    with pytest.raises(PushinError, match="cannot be written"):
        document.save_as(tmp_path / "gone" / "shot.json")
    assert document.dirty and document.path is None and document.shot == titled("x")


def test_recent_files(tmp_path, shot):
    recent = Recent(tmp_path / "state" / "recent.json")
    assert recent.paths() == []
    files = [tmp_path / f"{n}.json" for n in range(20)]
    for file in files:
        shotfile.save(shot, file)
        recent.add(file)
    recent.add(files[10])
    assert recent.paths()[:3] == [files[10], files[19], files[18]] and len(recent.paths()) == Recent.MOST
    files[19].unlink()
    assert files[19] not in recent.paths()
    assert Recent(recent.file).paths() == recent.paths()
    recent.file.write_text(json.dumps(["x" * 300, str(files[3])]))       # at the first nobody can look
    recent.add(files[4])
    assert recent.paths() == [files[4], files[3]]
    for damage in (b"", b"{", b"[1, null]", b"\xff\xff", b'{"a": 1}', b"3"):
        recent.file.write_bytes(damage)
        assert recent.paths() == []
    recent.add(files[3])
    assert recent.paths() == [files[3]]


def test_history_holds_any_value():
    history = History(1)
    history.step("two", 2)
    assert history.value == 2 and history.undo() and history.value == 1 and not history.undo()
    assert history.redo_label == "two" and history.redo() and not history.redo()
