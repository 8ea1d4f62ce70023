"""What waits on disk: durable, bounded, adopted by another process when its own is gone."""

import errno
import os
import time

import msgspec
import pytest

from vedette.logger.backoff import Backoff
from vedette.logger.outbox import Outbox
from vedette.logger.service import pause
from vedette.logger.spool import Spool

TARGET = {"target": "http://localhost:1", "model": "m"}


def outbox(folder, source="host.boot.1.1", disk=10**6, memory=10**6, target=TARGET):
    return Outbox(source, Spool(folder, source, target), disk, memory)


def test_segments_wait_in_order_and_leave_nothing_behind(tmp_path):
    box = outbox(tmp_path)
    for i in range(3):
        box.put("predictions", 10, b"wire%d" % i, {})
    assert [s.read() for s in box.waiting] == [b"wire0", b"wire1", b"wire2"]
    assert box.spooled == 30
    while box.waiting:
        box.taken(box.head(), 0, duplicate=False)
        box.landed()
    assert (box.spooled, box.sent, box.bytes) == (0, 30, 0)
    box.close()
    assert list(tmp_path.iterdir()) == []


def test_over_its_bound_the_oldest_goes_and_is_counted_and_reported(tmp_path):
    box = outbox(tmp_path, disk=25)
    for i in range(4):
        box.put("predictions", i, b"0123456789", {"queue_full": 1} if i == 0 else {})
    assert [s.seq for s in box.waiting] == [3, 4]
    assert box.dropped == {"spool_full": 1}
    assert box.take_report() == {"queue_full": 1, "spool_full": 1}
    assert len(list(tmp_path.glob("*/*.arrow"))) == 2


def test_what_is_on_its_way_is_not_given_up(tmp_path):
    box = outbox(tmp_path, disk=15)
    box.put("predictions", 1, b"0123456789", {})
    first = box.head()
    box.put("predictions", 2, b"0123456789", {})
    assert first in box.waiting
    box.taken(first, 0, duplicate=False)
    assert (box.sent, box.dropped["spool_full"]) == (1, 2)


def test_a_full_disk_keeps_rows_in_memory_up_to_a_bound(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    box = outbox(tmp_path, memory=25)
    box.put("predictions", 1, b"0123456789", {})
    monkeypatch.setattr(os, "fsync", full)
    for rows in (2, 3, 4):
        box.put("predictions", rows, b"0123456789", {})
    assert [s.rows for s in box.waiting] == [1, 3, 4]
    assert box.dropped == {"disk": 2}
    assert box.spooled == 1
    assert "No space" in box.error
    assert len(list(tmp_path.glob("*/*.arrow"))) == 1
    assert list(tmp_path.glob("*/.*.part")) == []


def test_a_full_disk_does_not_keep_rows_from_the_server(stub, logger, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    log = logger()
    for i in range(20):
        log.prediction(str(i))
    assert log.flush(60)
    assert stub.ids() == [str(i) for i in range(20)]
    assert log.counts.sent == 20


def test_what_another_left_is_adopted_first_and_keeps_its_name(tmp_path):
    gone = outbox(tmp_path, "host.boot.1.1")
    gone.put("labels", 5, b"old", {})
    gone.close()
    box = outbox(tmp_path, "host.boot.2.1")
    box.put("predictions", 3, b"new", {})
    box.adopt()
    assert [(s.key, s.kind, s.rows, s.own) for s in box.waiting] == [
        ("host.boot.1.1/1", "labels", 5, False),
        ("host.boot.2.1/1", "predictions", 3, True),
    ]
    box.taken(box.head(), 0, duplicate=False)
    assert (box.sent, box.adopted, box.adopted_sent) == (0, 5, 5)


@pytest.mark.parametrize("other", [{"target": "http://elsewhere", "model": "m"}, {**TARGET, "model": "n"}])
def test_rows_for_another_target_are_left_alone(tmp_path, other):
    gone = outbox(tmp_path, "host.boot.1.1", target=other)
    gone.put("labels", 5, b"old", {})
    gone.close()
    box = outbox(tmp_path, "host.boot.2.1")
    box.adopt()
    assert not box.waiting


def test_the_spool_of_one_that_lives_is_left_alone(tmp_path):
    alive = outbox(tmp_path, "host.boot.1.1")
    alive.put("labels", 5, b"old", {})
    box = outbox(tmp_path, "host.boot.2.1")
    box.adopt()
    assert not box.waiting
    alive.close()
    box.adopt()
    assert len(box.waiting) == 1


def test_files_that_are_no_segments_do_no_harm(tmp_path):
    gone = outbox(tmp_path, "host.boot.1.1")
    gone.put("labels", 5, b"old", {})
    gone.close()
    (tmp_path / "host.boot.1.1" / "000000000009.else.3.arrow").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "target.json").write_text("{")
    box = outbox(tmp_path, "host.boot.2.1")
    box.adopt()
    assert [s.key for s in box.waiting] == ["host.boot.1.1/1"]


def test_a_segment_that_rotted_is_set_aside_and_the_others_go_on(stub, logger, tmp_path):
    stub.stop()
    log = logger()
    for i in range(3):
        log.predictions({"id": [f"{i}"]})
    first = min(tmp_path.glob("spool/*/*.arrow"))
    with log._pipeline.sending:  # nobody has just read it
        first.unlink()
    stub.start()
    assert log.flush(60)
    assert stub.ids() == ["1", "2"]
    assert log.counts.dropped == {"refused": 1}


def test_the_key_is_not_written_down(stub, logger, tmp_path):
    stub.always = 503
    log = logger(key="vd_secret")
    log.predictions({"id": ["a"]})
    files = [p for p in (tmp_path / "spool").rglob("*") if p.is_file()]
    assert len(files) >= 3
    assert all(b"vd_secret" not in p.read_bytes() for p in files)
    (target,) = [p for p in files if p.name == "target.json"]
    assert msgspec.json.decode(target.read_bytes()) == {"target": stub.url, "model": "flights"}


def test_a_name_of_a_spool_can_be_a_source(logger):
    import re

    assert re.fullmatch(r"[A-Za-z0-9._-]{1,120}", logger()._pipeline.outbox.source)


def test_waits_are_jittered_doubled_and_bounded(monkeypatch):
    monkeypatch.setattr("vedette.logger.backoff.FIRST", 0.5)
    monkeypatch.setattr("vedette.logger.backoff.LAST", 60.0)
    most = [0.0] * 12
    for _ in range(300):
        backoff = Backoff()
        for i in range(12):
            backoff.failed(100.0)
            most[i] = max(most[i], backoff.wait(100.0))
    bounds = [min(0.5 * 2**i, 60) for i in range(12)]
    assert all(0.9 * b < m <= b for m, b in zip(most, bounds, strict=True))


def test_a_pause_that_is_asked_for_outlasts_the_hurry():
    backoff = Backoff()
    backoff.failed(0.0, retry_after=5.0)
    backoff.hurry()
    assert backoff.wait(1.0) == 4.0
    backoff.worked()
    assert backoff.wait(1.0) == 0.0


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("3", 3.0), ("0.5", 0.5), (None, None), ("soon", None), ("-1", None), ("nan", None), ("1e9", None)],
)
def test_pauses_as_servers_write_them(asked, seconds):
    assert pause(asked) == seconds


def test_a_pause_until_a_date():
    from email.utils import formatdate

    assert 50 < pause(formatdate(time.time() + 60, usegmt=True)) <= 60


def test_refused_segments_are_kept_up_to_a_bound(tmp_path):
    box = Outbox("host.boot.1.1", Spool(tmp_path, "host.boot.1.1", TARGET, most_refused=30), 10**6, 10**6)
    for _ in range(5):
        box.put("labels", 1, b"0123456789", {})
        box.refused(box.head(), "no")
    kept = sorted(p.name for p in tmp_path.glob("*/refused/*.arrow"))
    assert kept == ["000000000004.labels.1.arrow", "000000000005.labels.1.arrow"]
    assert sum(p.stat().st_size for p in tmp_path.glob("*/refused/*")) <= 30
    assert box.dropped == {"refused": 5}


def test_half_a_file_of_a_killed_process_is_removed_with_its_folder(tmp_path):
    gone = outbox(tmp_path, "host.boot.1.1")
    gone.put("labels", 5, b"old", {})
    (tmp_path / "host.boot.1.1" / ".000000000002.labels.5.arrow.part").write_bytes(b"ha")
    gone.close()
    box = outbox(tmp_path, "host.boot.2.1")
    box.adopt()
    assert [s.seq for s in box.waiting] == [1]
    box.taken(box.head(), 0, duplicate=False)
    box.close()
    assert list(tmp_path.iterdir()) == []


def test_two_loggers_of_one_process_share_a_thread_and_a_spool(stub, logger):
    import threading

    one, other = logger(model="one"), logger(model="other")
    for i in range(100):
        one.prediction(f"1-{i}")
        other.prediction(f"2-{i}")
    assert one.flush(60)
    assert other.flush(60)
    assert len(set(stub.ids())) == 200
    assert {p.split("/")[3] for p in stub.paths} == {"one", "other"}
    assert sum(t.name == "vedette" for t in threading.enumerate()) == 1
