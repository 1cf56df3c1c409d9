"""What is kept between runs: found again, never trusted blindly, never in the way."""
import os
import time

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import plates
from viewer.plate import cache, upsample
from viewer.plate.layers import Layers


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PUSHIN_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def small():
    return plates.card_before_wall((160, 96)).plate()


def same(a: Layers, b: Layers) -> bool:
    a, b = a._packed(), b._packed()
    return a.keys() == b.keys() and all(np.array_equal(a[k], b[k]) and a[k].dtype == b[k].dtype for k in a)


def kept(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_is_stored_is_found(folder):
    arrays = {"a": np.arange(6, dtype=np.float16).reshape(2, 3), "b": np.array(3), "c": np.zeros((0, 4), bool)}
    cache.store("key", arrays)
    found = cache.load("key", {"a", "b", "c"})
    assert found.keys() == arrays.keys()
    for name, value in arrays.items():
        assert found[name].dtype == value.dtype
        np.testing.assert_array_equal(found[name], value)
    assert cache.load("another", {"a"}) is None


def test_what_is_made_of_the_same_is_made_once(folder):
    calls = []

    def halved(a, b):
        calls.append(a.shape)
        return a if a.max() == 0 else a / 2 + np.float32(b.sum())

    a, b = np.arange(6, dtype=np.float32).reshape(2, 3), np.ones(4, bool)
    first = cache.kept(halved, a, b)
    np.testing.assert_array_equal(cache.kept(halved, a.copy(), b), first)
    assert len(calls) == 1
    for other in ((a.T, b), (a, ~b), (a.astype(np.float64), b)):    # another place, value, kind
        np.testing.assert_array_equal(cache.kept(halved, *other), halved(*other))
    made = len(kept(folder))
    none = np.zeros((2, 3), np.float32)
    assert cache.kept(halved, none, b) is none and len(kept(folder)) == made
    for path in kept(folder):
        path.write_bytes(path.read_bytes()[:-40])
    np.testing.assert_array_equal(cache.kept(halved, a, b), first)


def test_a_soft_map_is_restored_once(folder):
    """Every command opens the plate again: what is kept is what it is given then."""
    post = np.abs(np.arange(256) - 120) < 40
    color = np.broadcast_to(np.where(post, 0.6, 0.1)[None, :, None], (192, 256, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(np.broadcast_to(np.where(post[::4], 0.8, 0.2), (48, 64)).astype(np.float32), (0, 0), 1.5)
    first = upsample.fitted(soft, color)
    path, = kept(folder)
    cache.store(path.stem, {"made": 2 * cache.load(path.stem, {"made"})["made"]})
    again = upsample.fitted(soft.copy(), color)
    assert first.shape == (192, 256)
    np.testing.assert_array_equal(again, 2 * first)


def test_opening_again_gives_the_same_layers_in_no_time(folder):
    plate = plates.card_before_wall((320, 192)).plate()
    began = time.perf_counter()
    first = Layers.of(plate)
    built = time.perf_counter() - began
    times = []
    for _ in range(3):
        began = time.perf_counter()
        again = Layers.of(plate)
        times.append(time.perf_counter() - began)
    assert same(first, again)
    assert min(times) < 0.25 * built


def test_layers_are_the_same_bits_when_made_anew(folder, small, monkeypatch, tmp_path):
    first = Layers.of(small)
    monkeypatch.setenv("PUSHIN_CACHE", str(tmp_path / "another"))
    assert same(first, Layers.of(small))


def test_every_plate_has_its_own(folder, small):
    view = plates.card_before_wall((160, 96)).view(samples=4)
    from viewer import Plate
    others = [Plate.from_arrays(view.color, view.depth, focal_length=50), Plate.from_arrays(view.color, view.depth * 2),
              Plate.from_arrays(view.color * 0.5, view.depth), Plate.from_arrays(view.color, view.depth, principal_point=(70, 50))]
    for plate in (small, *others):
        Layers.of(plate)
    assert len(kept(folder)) == 5
    assert not same(Layers.of(small), Layers.of(others[1]))


@pytest.mark.parametrize("damage", [
    lambda data: b"", lambda data: b"not a zip at all", lambda data: data[:100], lambda data: data[:-50],
    lambda data: data[len(data) // 2:], lambda data: data[:2000] + bytes(2000) + data[4000:], lambda data: data[:-4] + b"oops",
], ids=["empty", "text", "beginning", "cut", "end", "hole", "tail"])
def test_a_damaged_file_is_made_anew(folder, small, damage):
    right = Layers.of(small)
    path, = kept(folder)
    path.write_bytes(damage(path.read_bytes()))
    assert same(Layers.of(small), right)
    path, = kept(folder)
    assert path.stat().st_size > 1000 and same(Layers.of(small), right), "and kept again"


def test_any_damaged_byte_is_noticed_or_harmless(tmp_path, small, monkeypatch):
    monkeypatch.setenv("PUSHIN_CACHE", str(tmp_path))
    right = Layers.of(small)
    path, = kept(tmp_path)
    data = path.read_bytes()

    # Where a zip's own bookkeeping lies: local headers, the directory at the end; and anywhere.
    headers = [i for i in range(len(data) - 4) if data[i:i + 2] == b"PK"]
    place = st.one_of(st.integers(0, len(data) - 1),
                      st.tuples(st.sampled_from(headers), st.integers(0, 160)).map(lambda t: min(sum(t), len(data) - 1)))

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(place, st.integers(1, 255))
    def check(at, flip):
        path.write_bytes(data[:at] + bytes([data[at] ^ flip]) + data[at + 1:])
        assert same(Layers.of(small), right)
    check()


def test_a_file_with_other_arrays_is_made_anew(folder, small):
    right = Layers.of(small)
    path, = kept(folder)
    np.savez(path, something=np.arange(3))
    assert same(Layers.of(small), right)


def test_arrays_of_other_shapes_are_made_anew(folder, small):
    right = Layers.of(small)
    path, = kept(folder)
    np.savez(path, **right._packed() | {"levels": np.arange(3)})
    assert same(Layers.of(small), right)


def test_a_cache_that_may_only_be_read_is_used(folder, monkeypatch):
    cache.store("key", {"a": np.arange(3)})

    def refused(*_, **__):
        raise PermissionError(1, "Operation not permitted")
    monkeypatch.setattr(os, "utime", refused)
    assert cache.load("key", {"a"})["a"].tolist() == [0, 1, 2]


def test_nothing_is_ever_unpickled(folder, small):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(folder / "sprung"),)

    right = Layers.of(small)
    path, = kept(folder)
    np.savez(path, atlas=np.array([Trap()], object))
    assert same(Layers.of(small), right)
    assert not (folder / "sprung").exists()


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path, small, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("PUSHIN_CACHE", str(tmp_path / "file"))
    assert len(Layers.of(small).solid)
    assert (tmp_path / "file").read_text() == "no folder"


def test_nothing_half_written_stays(folder, small):
    Layers.of(small)
    assert [path.suffix for path in kept(folder)] == [".npz"]


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
@pytest.mark.parametrize("mask, mode", [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_what_is_kept_may_be_read_by_whom_the_umask_lets(folder, mask, mode):
    old = os.umask(mask)
    try:
        cache.store("key", {"a": np.zeros(3)})
    finally:
        os.umask(old)
    (path,) = kept(folder)
    assert path.stat().st_mode & 0o777 == mode


def test_what_was_opened_longest_ago_goes_first(folder, monkeypatch):
    arrays = {"a": np.zeros(1000, np.float32)}
    monkeypatch.setattr(cache, "LIMIT", 9500)      # two files of a little over 4000 bytes
    for age, key in ((300, "old"), (200, "older but used"), (100, "young")):
        cache.store(key, arrays)
        path = next(p for p in kept(folder) if p.stem == key)
        os.utime(path, (time.time() - age,) * 2)
        cache.load("old", {"a"}) if key == "older but used" else None
    assert {path.stem for path in kept(folder)} == {"old", "young"}


def test_what_somebody_was_killed_writing_goes_after_a_while(folder):
    cache.store("key", {"a": np.zeros(3)})
    old, new = (cache.folder() / name for name in ("old.part", "new.part"))
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    cache.store("another", {"a": np.zeros(3)})
    assert {path.name for path in kept(folder)} == {"key.npz", "another.npz", "new.part"}


def test_files_that_another_process_takes_away_are_no_error(folder, monkeypatch):
    cache.store("key", {"a": np.zeros(1000)})
    (cache.folder() / "gone.npz").symlink_to("nowhere")     # listed, and not there when it is asked about
    monkeypatch.setattr(cache, "LIMIT", 0)
    cache.store("another", {"a": np.zeros(1000)})
    assert not [path for path in kept(folder) if path.suffix == ".npz"]


def test_a_draft_is_not_kept(folder, small):
    Layers.of(small, draft=True)
    assert kept(folder) == []
