"""The journal: whatever moment the program dies at, the work comes back."""
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from viewer.rehearsal import edits, journal as journals
from viewer.rehearsal.document import Document
from viewer.rehearsal.journal import Journal, _line, _lock, _read, _records, recoverable
from viewer.shots.timeline import Key, Timeline, Track

ROOT = Path(__file__).parents[2]


@contextmanager
def nobody():
    """Without the rights of a superuser, who may write everywhere."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def died(journal):
    """As the program's death leaves it: the lock gone, the file there."""
    assert journal.flush()
    with journal._changed:
        journal._ended = True
        journal._changed.notify_all()
    journal._thread.join()
    os.close(journal._lock)
    os.close(journal._file)


def work(document, titled):
    """Steps of every kind; the values that it went through."""
    seen = [document.shot]
    def now():
        if document.shot != seen[-1]:
            seen.append(document.shot)
    for n in range(4):
        document.edit(f"Title {n}", titled(n))
        now()
    for n in range(10, 20):
        document.edit("Drag", titled(n), drag="d")
        now()
    document.release()
    document.undo()
    now()
    document.undo()
    now()
    document.redo()
    now()
    document.edit("Drag", titled("away"), drag="e")
    now()
    document.cancel()
    now()
    take = document.shot.take("A")
    document.edit("Faster", document.shot.with_take(replace(take, timeline=take.timeline.stretched(2))))
    now()
    return seen


def test_what_was_done_comes_back_with_its_undo(shot, titled, tmp_path):
    journal = Journal(tmp_path)
    document = Document(shot, journal=journal)
    work(document, titled)
    assert recoverable(tmp_path) == []     # its program is alive
    died(journal)
    found, = recoverable(tmp_path)
    again = Document.recovered(found, journal=Journal(tmp_path))
    assert again.shot == document.shot and again.dirty and again.path is None
    while document.undo():
        assert again.undo() and again.shot == document.shot
    assert not again.undo()
    while document.redo():
        assert again.redo() and again.shot == document.shot
    assert len(list(tmp_path.glob("*.journal"))) == 1     # the old one is gone, the new one has it all
    again.journal.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("anew", [False, True])
def test_the_takes_that_were_shown_come_back(shot, tmp_path, monkeypatch, anew):
    journal = Journal(tmp_path)
    document = Document(shot, journal=journal)
    for name in "BC":
        document.edit("New take", edits.add_take(document.shot, name))
    document.shows(("A", "B"))
    assert journal.flush()
    document.shows(("C", "B"))
    if anew:
        monkeypatch.setattr(journals, "LARGE", 0)
    document.edit("Title", replace(document.shot, title="x"))
    died(journal)
    found, = recoverable(tmp_path)
    again = Document.recovered(found, journal=Journal(tmp_path))
    assert again.shown == ("C", "B") and again.shot == document.shot
    died(again.journal)      # once more, before anything was shown
    found, = recoverable(tmp_path)
    assert found.shown == ("C", "B")
    found.discard()


@pytest.mark.parametrize("version", [1, 2])
def test_a_journal_of_a_version_before_tells_what_it_knows(shot, titled, tmp_path, version):
    journal = Journal(tmp_path)
    Document(shot, journal=journal).edit("Title", titled("x"))
    died(journal)
    first, *records = _records(journal.file.read_bytes())
    assert first == ["pushin journal", 3]
    records = [record[:4] for record in records]       # no picture
    journal.file.write_bytes(b"".join(map(_line, [["pushin journal", version], *records])))
    found, = recoverable(tmp_path)
    assert found.history.value == titled("x") and found.shown is None and found.fits("any")
    found.discard()


def test_what_is_not_a_step_yet_comes_back_as_one(shot, titled, tmp_path):
    """What is being recorded when the program dies. The document itself knows nothing of it."""
    journal = Journal(tmp_path)
    document = Document(shot, journal=journal)
    document.edit("One", titled(1))
    document.edit("Two", titled(2))
    document.undo()
    for second in (1, 2, 3):
        document.draft("Record take B", titled(f"recorded {second}"))
        assert journal.flush() and document.shot == titled(1) and document.history.redo_label == "Two"
    died(journal)
    found, = recoverable(tmp_path)
    again = Document.recovered(found)
    assert again.shot == titled("recorded 3") and again.undo() == "Record take B" and again.shot == titled(1)


def test_what_became_a_step_or_nothing_leaves_no_other(shot, titled, tmp_path):
    journal = Journal(tmp_path)
    document = Document(shot, journal=journal)
    document.edit("Two", titled(2))
    document.undo()
    document.draft("Record take B", titled("given up"))
    document.undraft()
    document.redo()
    document.edit("Drag", titled("dragged"), drag="d")
    document.draft("Record take B", titled("half"))
    document.edit("Drag", titled("dragged on"), drag="d")
    document.draft("Record take B", titled("whole"))
    document.edit("Record take B", titled("recorded"))
    died(journal)
    found, = recoverable(tmp_path)
    assert [step.label for step in found.history.steps[1:]] == ["Two", "Drag", "Drag", "Record take B"]
    assert [step.value for step in found.history.steps] == [step.value for step in document.history.steps]


def test_saved_work_is_not_offered(shot, titled, tmp_path):
    journal = Journal(tmp_path / "journals")
    document = Document(shot, journal=journal)
    document.edit("Title", titled("x"))
    document.save_as(tmp_path / "x.json")
    died(journal)
    assert recoverable(tmp_path / "journals") == [] and list((tmp_path / "journals").iterdir()) == []

    journal = Journal(tmp_path / "journals")
    document = Document.open(tmp_path / "x.json", journal=journal)
    document.edit("Title", titled("y"))
    died(journal)
    found, = recoverable(tmp_path / "journals")
    assert found.name == "x.json" and found.path == tmp_path / "x.json" and found.saved == titled("x")
    assert abs(found.time - time.time()) < 60
    found.leave()
    found, = recoverable(tmp_path / "journals")     # left for later, so offered again
    again = Document.recovered(found)
    assert again.dirty
    again.undo()
    assert not again.dirty
    found.discard()
    assert recoverable(tmp_path / "journals") == []


def test_a_clean_end_leaves_nothing(shot, titled, tmp_path):
    journal = Journal(tmp_path)
    document = Document(shot, journal=journal)
    document.edit("Title", titled("x"))
    journal.flush()
    assert len(list(tmp_path.glob("*.journal"))) == 1
    journal.close()
    assert list(tmp_path.iterdir()) == []
    Journal(tmp_path).close()     # one that was never used


def test_two_programs_do_not_meet(shot, titled, tmp_path):
    one, two = Journal(tmp_path), Journal(tmp_path)
    first, second = Document(shot, journal=one), Document(shot, journal=two)
    first.edit("Title", titled("first"))
    second.edit("Title", titled("second"))
    died(one)
    two.flush()
    found, = recoverable(tmp_path)
    assert found.history.value == titled("first")
    assert recoverable(tmp_path) == []     # somebody else has been offered it already
    found.discard()
    second.edit("Title", titled("third"))
    died(two)
    found, = recoverable(tmp_path)
    assert found.history.value == titled("third")
    found.discard()


def test_another_document_takes_the_journal_over(shot, titled, tmp_path):
    journal = Journal(tmp_path)
    Document(shot, journal=journal).edit("Title", titled("first"))
    journal.flush()
    Document(shot, journal=journal).edit("Title", titled("second"))
    died(journal)
    found, = recoverable(tmp_path)
    assert found.history.value == titled("second") and len(found.history.steps) == 2
    found.discard()


@pytest.fixture(scope="module")
def written(tmp_path_factory, shot, titled):
    """The bytes of a journal, and every value that it went through."""
    folder = tmp_path_factory.mktemp("written")
    journal = Journal(folder, every=0)
    document = Document(shot, journal=journal)
    seen = work(document, titled)
    journal.flush()
    data = journal.file.read_bytes()
    journal.close()
    return data, seen


@settings(deadline=None)
@given(st.data())
def test_a_torn_journal_gives_the_last_whole_step(written, data):
    whole, seen = written
    at = data.draw(st.integers(0, len(whole)))
    tail = data.draw(st.binary(max_size=40))
    read = _read(whole[:at] + tail)
    lines = whole[:at].count(b"\n")
    if read is None:
        assert lines < 6     # header, tracks, first value
    else:
        history, path, saved, *_ = read
        assert history.value in seen and saved == seen[0] and path is None
        later = _read(whole[:at] + tail + whole[at:])
        assert later is None or later[0].value in seen


@settings(deadline=None)
@given(st.data())
def test_a_damaged_journal_never_gives_what_never_was(written, data):
    whole, seen = written
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    read = _read(bytes(damaged))
    assert read is None or read[0].value in seen


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.binary(max_size=300))
def test_rubbish_in_the_folder_is_nothing_and_stays(tmp_path, rubbish):
    (tmp_path / "x.journal").write_bytes(rubbish)
    assert recoverable(tmp_path) == []
    assert (tmp_path / "x.journal").read_bytes() == rubbish


@pytest.mark.parametrize("line, as_it_will_be", [(0, ["pushin journal", 4]), (-3, ["open", None, "", {"shot": "another"}]),
                                                 (-2, ["step", "Title", {"shot": "another"}]), (-2, ["leap", "Title"])])
def test_a_journal_of_another_version_stays(shot, titled, tmp_path, line, as_it_will_be):
    journal = Journal(tmp_path)
    Document(shot, journal=journal).edit("Title", titled("x"))
    died(journal)
    records = list(_records(journal.file.read_bytes()))
    assert [record[0] for record in records[-3:]] == ["open", "step", "saved"]
    records[line] = as_it_will_be
    whole = b"".join(map(_line, records))
    journal.file.write_bytes(whole)
    for _ in range(2):     # and is locked by nobody
        assert recoverable(tmp_path) == [] and journal.file.read_bytes() == whole
        lock = _lock(journal.file)
        assert lock is not None
        os.close(lock)


def test_a_journal_that_cannot_be_read_is_not_kept_from_others(tmp_path):
    (tmp_path / "x.journal").mkdir()
    assert recoverable(tmp_path) == []
    lock = _lock(tmp_path / "x.journal")
    assert lock is not None
    os.close(lock)


def test_a_long_take_is_written_once(shot, tmp_path):
    """Whatever is edited, only what changed is written: a recorded minute does not slow the disk down."""
    keys = tuple(Key(Fraction(n, 60), n / 1e3) for n in range(3600))
    take = replace(shot.take("A"), name="R", timeline=Timeline(60, (Track("x", keys),)))
    journal = Journal(tmp_path, every=0)
    document = Document(shot.with_take(take), journal=journal)
    journal.flush()
    first = journal.file.stat().st_size
    assert first > 100_000
    for n in range(10):
        document.edit("Title", replace(document.shot, title=str(n)))
        journal.flush()
    assert journal.file.stat().st_size - first < 50_000
    died(journal)
    found, = recoverable(tmp_path)
    assert found.history.value == document.shot
    found.discard()


def test_it_is_written_anew_before_it_grows_large(shot, titled, tmp_path, monkeypatch):
    monkeypatch.setattr(journals, "LARGE", 100_000)
    monkeypatch.setattr(journals, "KEPT", 20)
    journal = Journal(tmp_path, every=0)
    document = Document(shot, journal=journal)
    for n in range(300):
        document.edit("Title", titled(n))
        journal.flush()
    assert journal.file.stat().st_size < 200_000
    died(journal)
    found, = recoverable(tmp_path)
    assert found.history.value == titled(299) and found.saved == shot
    assert len(found.history.steps) >= 20
    while found.history.undo():
        pass
    assert found.history.value != titled(299)
    found.discard()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["edit", "drag", "release", "cancel", "undo", "redo", "anew"]), max_size=40))
@example(["edit", "undo", "drag", "anew", "drag", "cancel", "redo"])
@example(["edit"] * 9 + ["anew", "edit"] + ["undo"] * 9 + ["redo"] * 9)
def test_written_anew_at_any_moment_it_tells_the_same(shot, titled, tmp_path, monkeypatch, does):
    monkeypatch.setattr(journals, "LARGE", 1 << 30)
    monkeypatch.setattr(journals, "KEPT", 3)
    journal = Journal(tmp_path, every=0)
    document = Document(shot, journal=journal)
    for n, what in enumerate(does):
        if what in ("edit", "drag"):
            document.edit("Title", titled(n), **({"drag": "d"} if what == "drag" else {}))
        elif what == "anew":
            monkeypatch.setattr(journals, "LARGE", 0)
            journal._size_anew = 0
            document.edit("Title", titled(n), drag=document._drag)
        else:
            getattr(document, what)()
        assert journal.flush()
        monkeypatch.setattr(journals, "LARGE", 1 << 30)
        assert _read(journal.file.read_bytes())[0].value == document.shot
    journal.close()


def test_a_folder_that_cannot_be_written_is_a_sentence_and_catches_up(shot, titled, tmp_path, monkeypatch):
    monkeypatch.setattr(journals, "AGAIN", 0.05)
    blocked = tmp_path / "journals"
    blocked.write_text("a file where the folder should be")
    journal = Journal(blocked, every=0)
    document = Document(shot, journal=journal)
    document.edit("Title", titled("x"))
    assert not journal.flush() and "Autosave does not work" in journal.problem and "\n" not in journal.problem
    blocked.unlink()
    end = time.monotonic() + 5
    while journal.problem and time.monotonic() < end:
        time.sleep(0.01)
    assert journal.problem is None and journal.flush()
    died(journal)
    found, = recoverable(blocked)
    assert found.history.value == titled("x")
    found.discard()


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on the size of files")
def test_a_disk_that_fills_up_leaves_whole_records(shot, titled, tmp_path):
    """In a child whose files may not grow beyond what the journal needs at first."""
    child = """if True:
        import resource, signal, sys
        from dataclasses import replace
        from pathlib import Path
        from viewer.rehearsal.document import Document
        from viewer.rehearsal.journal import Journal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        journal = Journal(Path(sys.argv[2]), every=0)
        document = Document.open(sys.argv[1], journal=journal)
        document.edit("Title", replace(document.shot, title="kept"))
        assert journal.flush()
        size = journal.file.stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, resource.RLIM_INFINITY))
        document.edit("Title", replace(document.shot, title="later"))
        assert not journal.flush() and journal.file.stat().st_size == size
        print(journal.problem)
        if len(sys.argv) > 3:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            assert journal.flush()
        import os
        os.kill(os.getpid(), signal.SIGKILL)
        """
    document = Document(shot)
    document.save_as(tmp_path / "shot.json")
    for more, title in ((), "kept"), (("space again",), "later"):
        done = subprocess.run([sys.executable, "-c", child, tmp_path / "shot.json", tmp_path / "j", *more],
                              capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == -signal.SIGKILL, done.stderr
        found, = recoverable(tmp_path / "j")
        assert found.history.value == titled(title)
        found.discard()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a signal that cannot be caught")
@pytest.mark.parametrize("seed", range(2))
def test_killed_at_any_moment(shot, tmp_path, seed):
    """A child edits as fast as it can and is killed; what it had done two seconds before, and more, comes back."""
    Document(shot).save_as(tmp_path / "shot.json")
    child = """if True:
        import sys, time
        from dataclasses import replace
        from pathlib import Path
        from viewer.rehearsal.document import Document
        from viewer.rehearsal.journal import Journal
        document = Document.open(sys.argv[1], journal=Journal(Path(sys.argv[2])))
        n = 0
        while True:
            n += 1
            document.edit("Title", replace(document.shot, title=str(n)), drag="d" if n % 50 > 25 else None)
            if n % 5 == 0:
                sys.stdout.write(f"{time.monotonic()} {n}\\n")
                sys.stdout.flush()
            time.sleep(0.002)
        """
    program = subprocess.Popen([sys.executable, "-c", child, tmp_path / "shot.json", tmp_path / "j"],
                               stdout=subprocess.PIPE, text=True, cwd=ROOT)
    program.stdout.readline()
    time.sleep(2.5 + random.Random(seed).random())
    killed = time.monotonic()
    program.kill()
    lines = [line.split() for line in program.stdout.read().splitlines() if line.count(".") == 1]
    program.wait()
    done = [int(n) for when, n in lines if float(when) < killed - 2]
    found, = recoverable(tmp_path / "j")
    assert done and int(found.history.value.title) >= done[-1]
    assert found.history.can_undo and found.history.undo()
    found.discard()


def test_noting_never_waits(shot, titled, tmp_path):
    """A drag of a second at 60 Hz: no edit takes as long as a frame lasts."""
    journal = Journal(tmp_path)
    document = Document(shot, journal=journal)
    longest = 0.0
    for n in range(60):
        start = time.perf_counter()
        document.edit("Drag", titled(n), drag="d")
        longest = max(longest, time.perf_counter() - start)
        time.sleep(1 / 120)
    journal.close()
    assert longest < 1 / 60


def test_a_value_that_cannot_be_written_does_not_end_the_journal(shot, titled, tmp_path, monkeypatch):
    monkeypatch.setattr(journals, "AGAIN", 0.05)
    journal = Journal(tmp_path, every=0)
    document = Document(shot, journal=journal)
    document.edit("Title", titled("fine"))
    assert journal.flush()
    document.edit("Title", replace(shot, notes=object()))     # no shot holds such notes; its writer refuses them
    assert not journal.flush() and "Autosave does not work" in journal.problem and "\n" not in journal.problem
    found = _read(journal.file.read_bytes())
    assert found[0].value == titled("fine")
    document.undo()
    document.edit("Title", titled("fine again"))
    assert journal.flush() and journal.problem is None
    died(journal)
    found, = recoverable(tmp_path)
    assert found.history.value == titled("fine again")
    found.discard()


@pytest.mark.skipif(os.name == "nt", reason="rights are another thing there")
@pytest.mark.parametrize("mode", [0o555, 0o000])
def test_a_folder_that_may_not_be_written_to_or_looked_into_is_no_error(shot, titled, mode):
    with nobody(), tempfile.TemporaryDirectory() as parent:
        for name in ("saved", "unsaved"):
            journal = Journal(Path(parent, "journals"))
            document = Document(shot, journal=journal)
            document.edit("Title", titled("other"))
            if name == "saved":
                document.undo()
            died(journal)
        (folder := Path(parent, "journals")).chmod(mode)
        try:
            found = recoverable(folder)
            assert len(found) == (mode == 0o555)
            for left in found:
                left.discard()
            Path(parent).chmod(0o000)
            assert recoverable(folder) == []
        finally:
            Path(parent).chmod(0o700)
            folder.chmod(0o700)
