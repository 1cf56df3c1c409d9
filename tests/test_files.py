"""Files are there whole or not at all, and as open to others as their user wants them."""
import errno
import os
import stat

import pytest

from viewer.files import replacing, write_whole
from viewer.plate.adjust import Adjustments, beside
from viewer.rehearsal.document import Recent

mode = lambda path: stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(os.name != "posix", reason="needs modes of files")
def test_a_new_file_follows_the_umask_and_a_replaced_one_keeps_its_mode(tmp_path):
    path, before = tmp_path / "a.txt", os.umask(0o027)
    try:
        for wanted in (0o640, 0o604):
            with replacing(path) as to:
                to.write_text("new")
            assert mode(path) == wanted
            path.chmod(0o604)
    finally:
        os.umask(before)


def test_a_disk_without_modes_takes_files(tmp_path, monkeypatch):
    """As those of a network may be, where nobody but the owner of all of it sets modes."""
    def refused(*_, **__):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
    monkeypatch.setattr(os, "chmod", refused)
    for text in ("new", "newer"):
        write_whole(tmp_path / "a.txt", lambda to: to.write_text(text))
    assert [path.read_text() for path in tmp_path.iterdir()] == ["newer"]


def test_what_a_link_points_to_is_replaced_and_not_the_link(tmp_path):
    picture, elsewhere = tmp_path / "a.png", tmp_path / "kept.json"
    picture.write_bytes(b"picture")
    Adjustments().save(picture)
    beside(picture).rename(elsewhere)
    beside(picture).symlink_to(elsewhere)
    elsewhere_before = elsewhere.stat().st_ino
    Adjustments().save(picture)
    assert beside(picture).is_symlink() and elsewhere.stat().st_ino != elsewhere_before


def test_a_full_disk_leaves_nothing_beside_the_recent_files(tmp_path, full_disk):
    recent = Recent(tmp_path / "recent.json")
    recent.add(tmp_path / ("x" * 80))
    assert not list(tmp_path.iterdir())
