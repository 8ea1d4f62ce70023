"""The accept queue: durable when it says so, once for each number, refused when the disk is full."""

import errno
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.errors import StateError
from vedette.store import durable
from vedette.store.entry import Entry, packed, unpacked
from vedette.store.home import Home
from vedette.store.seen import MAX_INTERVALS, Key, Numbers, Seen
from vedette.store.spool import Spool


def entry(seq=1, kind="labels", body=b"x"):
    return Entry("m", kind, "rows", "app", seq, 1_000_000, 1, body)


def key(seq=1, kind="labels"):
    return Key("m", kind, "app", seq)


@pytest.fixture
def home(tmp_path):
    with Home(tmp_path) as home:
        yield home


@pytest.fixture
def spool(home):
    spool = Spool(home)
    yield spool
    spool.close()


def test_what_is_acknowledged_can_be_read_by_another_start(home, spool):
    assert spool.put([entry(1), entry(2)]).result() is True
    again = Spool(home)
    assert [of for file in again.waiting() for of in again.read(file).entries] == [entry(1), entry(2)]
    assert again.bytes == spool.bytes > 0
    again.close()


def test_requests_that_wait_for_one_another_share_files(home):
    gate = threading.Event()
    spool = Spool(home, fault=lambda step: gate.wait(5) if step == "spool.written" else None)
    stored = [spool.put([entry(seq)], key(seq)) for seq in range(100)]
    gate.set()
    assert all(done.result() for done in stored)
    assert len(spool.waiting()) <= 3
    assert sum(file.rows for file in spool.waiting()) == 100
    spool.close()


def test_a_number_is_accepted_once_in_any_order(spool):
    results = [spool.put([entry(seq)], key(seq)).result() for seq in (5, 3, 5, 4, 3, 1)]
    assert results == [True, True, False, True, False, True]


def test_one_number_may_come_for_each_table(spool):
    assert spool.put([entry(1)], key(1)).result()
    assert spool.put([entry(1, "predictions")], key(1, "predictions")).result()


def test_a_repeat_waits_until_the_first_is_durable(home):
    gate = threading.Event()
    spool = Spool(home, fault=lambda step: gate.wait(5) if step == "spool.written" else None)
    first, second = spool.put([entry()], key()), spool.put([entry()], key())
    assert not second.done()
    gate.set()
    assert (first.result(), second.result()) == (True, False)
    spool.close()


@pytest.mark.parametrize("taken", [False, True])
def test_a_number_is_known_after_a_restart(home, taken):
    spool = Spool(home)
    spool.put([entry(7)], key(7)).result()
    if taken:
        spool.forget(spool.waiting(), 2_000_000)
    spool.close()
    again = Spool(home)
    assert again.put([entry(7)], key(7)).result() is False
    assert again.put([entry(8)], key(8)).result() is True
    again.close()


def test_a_full_disk_refuses_and_keeps_nothing(home, spool, monkeypatch):
    def full(handle, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(durable.os, "write", full)
        refused = [spool.put([entry()], key()), spool.put([entry()], key())]
        assert all(done.exception().code == "store.disk-full" for done in refused)
    assert list(home.spool.iterdir()) == []
    assert spool.put([entry()], key()).result() is True  # the number was not used up


def test_a_folder_that_cannot_be_synced_refuses_and_keeps_nothing(home, spool, monkeypatch):
    def broken(path):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(durable, "sync_file", broken)
        assert spool.put([entry()], key()).exception().code == "store.disk-full"
    assert list(home.spool.iterdir()) == []


def test_too_little_room_refuses_before_writing(home):
    spool = Spool(home, min_free=1 << 62)
    assert spool.put([entry()]).exception().code == "store.disk-full"
    spool.close()


def test_a_full_spool_refuses_until_the_lake_has_caught_up(home):
    spool = Spool(home, max_bytes=10)
    assert spool.put([entry()]).result()
    refused = spool.put([entry()]).exception()
    assert isinstance(refused, StateError)
    assert refused.code == "store.spool-full"
    spool.forget(spool.waiting(), 0)
    assert spool.put([entry()]).result()
    spool.close()
    assert spool.put([entry()]).exception().code == "store.stopping"


@pytest.mark.parametrize(
    "damage", [lambda d: d[:-1], lambda d: d[:60] + b"!" + d[61:], lambda _: b"", lambda d: b"?" + d[1:]]
)
def test_a_damaged_file_gives_what_is_whole_and_is_set_aside(home, spool, damage):
    spool.put([entry(1), entry(2)]).result()
    (file,) = spool.waiting()
    file.path.write_bytes(damage(file.path.read_bytes()))
    batch = spool.read(file)
    spool.read(file)
    assert batch.damaged
    assert batch.entries in ([], [entry(1)])
    assert spool.damaged == batch.damaged
    assert (home.quarantine / "damaged" / file.path.name).read_bytes() == file.path.read_bytes()


@given(st.binary(max_size=200))
def test_no_bytes_raise(data):
    unpacked(data)
    unpacked(packed([entry()]) + data)


@given(st.lists(st.integers(0, 60)))
def test_numbers_are_a_set(numbers):
    found = Numbers([], [])
    for number in numbers:
        found.add(number)
    assert [number for number in range(62) if number in found] == sorted(set(numbers))
    gaps = zip(found.highs, found.lows[1:], strict=False)
    assert all(high + 1 < low for high, low in gaps)


def test_numbers_with_many_gaps_are_bounded():
    numbers = Numbers([], [])
    for number in range(0, 4 * MAX_INTERVALS, 2):
        numbers.add(number)
    assert len(numbers.lows) == MAX_INTERVALS


def test_silent_senders_are_forgotten_and_a_damaged_file_is_no_obstacle(tmp_path):
    seen, day = Seen(), 86_400_000_000
    seen.add(Key("m", "labels", "old", 1), 0)
    seen.add(Key("m", "labels", "new", 1), 40 * day)
    seen.save(tmp_path / "seen", 41 * day)
    loaded = Seen.load(tmp_path / "seen")
    assert Key("m", "labels", "new", 1) in loaded
    assert Key("m", "labels", "old", 1) not in loaded
    (tmp_path / "seen").write_bytes(b"\x93rubbish")
    assert Key("m", "labels", "new", 1) not in Seen.load(tmp_path / "seen")
