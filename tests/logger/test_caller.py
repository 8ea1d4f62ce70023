"""What the caller sees: nothing but a row's name, whatever it passes."""

import time
import uuid
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import vedette as vd
from vedette.errors import ConfigError
from vedette.logger.columns import column
from vedette.logger.identity import id_maker
from vedette.logger.worker import the_worker
from vedette.sources.base import open_source


class Hostile:
    """An object that raises whatever is asked of it."""

    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__


def test_names_are_uuids_of_version_7_in_order_of_time():
    make = id_maker()
    names = [make(1_000_000 * i) for i in range(1000)]
    assert names == sorted(names)
    assert len({make(5) for _ in range(10_000)}) == 10_000
    assert uuid.UUID(names[3]).version == 7
    assert uuid.UUID(names[3]).variant == uuid.RFC_4122
    assert int(names[999][:8] + names[999][9:13], 16) == 999


@pytest.mark.parametrize(
    "values",
    [[1, "two", None], [1, True], [2**70, 1.5], [np.float32(1), 2, None], ["\ud800", "a"], [{"a": 1}, 2],
     [b"x", "y"], [Hostile(), 1], [datetime(2026, 1, 1, tzinfo=UTC), 3], [[1, 2], [3]], [None, None], [[1], "a"]],
)  # fmt: skip
def test_a_column_of_any_values_keeps_every_row(values):
    made = column(values)
    assert len(made) == len(values)
    assert made.null_count == sum(v is None for v in values)
    pa.table({"x": made}).validate(full=True)


@pytest.mark.parametrize(
    "call",
    [
        lambda log: log.prediction("a", features=5),
        lambda log: log.prediction("a", features=None),
        lambda log: log.predictions(5),
        lambda log: log.predictions("no such file"),
        lambda log: log.predictions({"a": [1], "b": [1, 2]}),
        lambda log: log.labels(None),
    ],
)
def test_what_cannot_be_read_is_counted_and_never_raises(tmp_path, call):
    with vd.Logger(tmp_path, "m") as log:
        call(log)
    counts = log.counts
    assert counts.dropped == {"unreadable": counts.logged}
    assert counts.logged >= 1


def test_odd_entries_cost_an_entry_and_never_a_row(tmp_path):
    with vd.Logger(tmp_path, "m") as log:
        log.prediction("a", {"x": Hostile()}, score="high", time="never", weight=Hostile())
        log.prediction(7, {1: 2, "1": 3}, score=Hostile(), time=5, prediction=Hostile(), version=3)
        log.label(Hostile(), Hostile())
        log.feedback("a", Hostile(), None)
    assert log.counts.sent == 4
    assert log.counts.repaired == 4  # three numbers and a time
    table = read(tmp_path / "m" / "predictions")
    assert table.column("vd_id").to_pylist() == ["a", "7"]
    assert table.column("vd_time").null_count == 1


def read(folder):
    source = open_source(folder)
    return pa.Table.from_batches([b for p in source.partitions() for b in p.read(source.names, [])])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"target": 5}, "logger.bad-argument"),
        ({"target": "d", "model": "../up"}, "logger.bad-argument"),
        ({"target": "d", "model": ""}, "logger.bad-argument"),
        ({"target": "d", "policy": "drop"}, "logger.bad-argument"),
        ({"target": "d", "max_rows": 0}, "logger.bad-argument"),
        ({"target": "d", "mode": "profile"}, "logger.bad-argument"),
        ({"target": "d", "spool": True}, "logger.bad-argument"),
        ({"target": "ftp://x"}, "logger.bad-target"),
        ({"target": ""}, "logger.bad-target"),
    ],
)
def test_wrong_arguments_raise_at_once(arguments, code):
    with pytest.raises(ConfigError) as raised:
        vd.Logger(**{"model": "m", **arguments})
    assert raised.value.code == code


def test_after_close_rows_are_counted_as_dropped(tmp_path, balanced):
    log = vd.Logger(tmp_path, "m")
    log.prediction("a")
    assert log.close()
    log.prediction("b")
    log.predictions({"x": [1, 2]})
    assert log.counts.dropped == {"closed": 3}
    assert balanced(log.counts)


def idle(tmp_path, **options):
    """Return a logger that the worker, which may run for another one, does not know."""
    log = vd.Logger(tmp_path, "m", interval=60.0, batch_rows=10**6, **options)
    worker, pipeline = the_worker(), log._pipeline
    worker.pipelines = [p for p in worker.pipelines if p is not pipeline]
    pipeline._due = float("inf")  # it may be looking at the old list
    pipeline.wake = pipeline.intake._wake = lambda: None
    return log


def test_drop_oldest_keeps_the_last(tmp_path, balanced):
    log = idle(tmp_path, max_rows=10)
    for i in range(25):
        log.prediction(str(i))
    assert [e[1] for e in log._pipeline.intake.queue] == [str(i) for i in range(15, 25)]
    assert log.counts.dropped == {"queue_full": 15}
    assert balanced(log.counts)


def test_drop_newest_keeps_the_first(tmp_path):
    log = idle(tmp_path, max_rows=10, policy="drop_newest")
    for i in range(25):
        log.prediction(str(i))
    assert [e[1] for e in log._pipeline.intake.queue] == [str(i) for i in range(10)]
    assert log.counts.dropped == {"queue_full": 15}


def test_block_waits_no_longer_than_told(tmp_path):
    log = idle(tmp_path, max_rows=5, policy="block", block_timeout=0.2)
    took = []
    for i in range(10):
        start = time.monotonic()
        log.prediction(str(i))
        took.append(time.monotonic() - start)
    assert min(took[5:]) > 0.19
    assert min(took[5:]) < 0.5  # the best of five: this machine may be busy with other things
    assert log.counts.dropped == {"queue_full": 5}


def test_block_loses_nothing_while_the_worker_keeps_up(tmp_path):
    with vd.Logger(tmp_path, "m", max_rows=50, policy="block", block_timeout=60.0, interval=0.02) as log:
        for i in range(500):
            log.prediction(str(i))
    assert log.counts.sent == 500


def test_sampled_rows_weigh_what_they_stand_for(tmp_path, balanced):
    """40 runs: the weights add up to the rows within four standard errors (flakes once in 10 000)."""
    sums = []
    for _ in range(40):
        log = idle(tmp_path, max_rows=1000, policy="sample_down")
        for i in range(1400):
            log.prediction(str(i), weight=2.0)
        counts = log.counts
        assert counts.dropped.keys() == {"sampled"}
        assert balanced(counts)
        sums.append(sum(e.weight for e in log._pipeline.intake.take(1000)))
    assert abs(np.mean(sums) - 2800) < 4 * np.std(sums) / np.sqrt(40)


def test_sampling_never_gives_up_a_label_while_there_is_room(tmp_path):
    log = idle(tmp_path, max_rows=100, policy="sample_down")
    for i in range(100):
        log.label(str(i), 1)
    assert log.counts.dropped == {}


def test_large_rows_lower_how_many_may_wait(tmp_path, balanced):
    log = idle(tmp_path, max_bytes=1_000_000)
    for i in range(3000):
        log.prediction(str(i), {"text": "x" * 10_000})
    assert len(log._pipeline.intake.queue) <= 100
    assert balanced(log.counts)


def test_a_burst_of_200_000_rows_loses_none_that_is_not_counted(tmp_path, balanced):
    with vd.Logger(tmp_path, "m", max_rows=30_000) as log:
        for _ in range(200_000):
            log.prediction(features={"x": 1.0})
        assert log.flush(60)
    counts = log.counts
    assert counts.logged == 200_000
    assert balanced(counts)
    assert counts.queued == 0
    written = read(tmp_path / "m" / "predictions")
    assert written.num_rows == counts.sent
    assert len(set(written.column("vd_id").to_pylist())) == counts.sent


ENTRIES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.binary(max_size=3),
    st.datetimes(),
    st.lists(st.integers(0, 9), max_size=3),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
)
FEATURES = st.dictionaries(st.one_of(st.text(max_size=3), st.integers(0, 2)), ENTRIES, max_size=3)
CALLS = st.lists(
    st.one_of(
        st.tuples(st.just("prediction"), ENTRIES, FEATURES, ENTRIES, ENTRIES, ENTRIES, ENTRIES),
        st.tuples(st.just("label"), ENTRIES, ENTRIES, ENTRIES, ENTRIES),
        st.tuples(st.just("feedback"), ENTRIES, ENTRIES, ENTRIES),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    calls=CALLS,
    policy=st.sampled_from(["drop_oldest", "drop_newest", "sample_down"]),
    room=st.integers(1, 40),
)
def test_whatever_is_logged_every_row_is_somewhere(tmp_path_factory, calls, policy, room, balanced):
    folder = tmp_path_factory.mktemp("rows")
    log = idle(folder, policy=policy, max_rows=room)
    for name, *arguments in calls:
        getattr(log, name)(*arguments)
        assert balanced(log.counts)
    pipeline = log._pipeline
    assert log.counts.queued == len(pipeline.intake.queue)
    pipeline.build(force=True)
    pipeline.deliver(lambda: None)
    counts = log.counts
    assert counts.logged == len(calls)
    assert counts.queued == 0
    assert balanced(counts)
    kinds = [k for k in ("predictions", "labels", "feedback") if (folder / "m" / k).is_dir()]
    assert sum(read(folder / "m" / k).num_rows for k in kinds) == counts.sent
    assert "unreadable" not in counts.dropped
