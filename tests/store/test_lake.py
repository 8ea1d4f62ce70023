"""The lake: types that fit, names that are kept, rows that are read back as they were meant."""

import datetime as dt
import decimal
import itertools

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.errors import UnknownNameError
from vedette.store import lake as store_lake
from vedette.store import upkeep
from vedette.store.assemble import MAX_COLUMNS, assembled
from vedette.store.columns import LABELS, PREDICTIONS, UNVERSIONED
from vedette.store.entry import Entry
from vedette.store.export import export_table, export_window
from vedette.store.home import Home
from vedette.store.lake import Lake
from vedette.store.lookup import times_of
from vedette.store.reading import LABEL_TIME, extent, rows_of, tail
from vedette.store.storable import storable
from vedette.store.upkeep import Retention, tidy

DAY = 86_400_000_000
NOON = 20_000 * DAY + DAY // 2  # of a day in 2024


@pytest.fixture
def lake(tmp_path):
    with Home(tmp_path / "home") as home:
        yield Lake(home)


class Log:
    """Appends rows as the writer would."""

    def __init__(self, lake):
        self.lake, self.number = lake, 0

    def __call__(self, rows, kind=PREDICTIONS, received=None, model="m"):
        self.number += 1
        table = self.lake.table(model, kind)
        body = msgspec.msgpack.encode(rows)
        entry = Entry(
            model, kind, "rows", "app", self.number, received or NOON + self.number, len(rows), body
        )
        built = assembled([entry], kind, table.schema())
        table.append(built.table, {"epoch": self.number})
        return built


@pytest.fixture
def log(lake):
    return Log(lake)


def window(lake, version=None, **more):
    return rows_of(lake, "m", version, 0, 2 * NOON, **more)


def test_a_row_is_read_back(lake, log):
    log(
        [
            {
                "vd_id": "a",
                "vd_time": NOON,
                "vd_score": 0.5,
                "pay": 1,
                "town": "Ulm",
                "ok": True,
                "e": [1, 2],
                "n": {"a": 1},
            }
        ]
    )
    (row,) = window(lake).to_pylist()
    assert (row["vd_id"], row["vd_version"], row["vd_label"]) == ("a", UNVERSIONED, None)
    assert (row["pay"], row["town"], row["ok"], row["e"], row["n"]) == (
        1.0,
        "Ulm",
        True,
        [1.0, 2.0],
        '{"a":1}',
    )
    assert not {"vd_seq", "vd_source", "vd_received_at", "vd_day"} & row.keys()


def test_only_rows_of_the_window_and_version(lake, log):
    log(
        [
            {"vd_id": str(at), "vd_time": NOON + at * DAY, "vd_version": "1" if at % 2 else "2"}
            for at in range(6)
        ]
    )
    inside = rows_of(lake, "m", "1", NOON + DAY, NOON + 3 * DAY)
    assert inside["vd_id"].to_pylist() == ["1"]
    assert rows_of(lake, "m", None, NOON + DAY, NOON + 3 * DAY).num_rows == 2
    assert rows_of(lake, "nobody", None, 0, NOON).num_rows == 0


def test_the_last_row_of_an_id_counts_by_receipt_not_by_arrival_in_the_lake(lake, log):
    log([{"vd_id": "a", "x": 2.0, "vd_time": NOON}], received=NOON + 100)
    log([{"vd_id": "a", "x": 1.0, "vd_time": NOON}, {"vd_id": "b", "vd_time": NOON}], received=NOON + 50)
    assert {row["vd_id"]: row["x"] for row in window(lake).to_pylist()} == {"a": 2.0, "b": None}


def test_the_last_label_counts_and_the_past_can_be_seen(lake, log):
    log(
        [{"vd_id": "a", "vd_time": NOON, "vd_weight": 2.0}, {"vd_id": "b", "vd_time": NOON, "vd_weight": 3.0}]
    )
    log([{"vd_id": "a", "vd_label": 0, "vd_time": NOON + 10}], LABELS)
    log(
        [
            {"vd_id": "a", "vd_label": 1, "vd_time": NOON + 20, "vd_weight": 5.0},
            {"vd_id": "zz", "vd_label": 1},
        ],
        LABELS,
    )
    now = {row["vd_id"]: row for row in window(lake).to_pylist()}
    assert (now["a"]["vd_label"], now["a"]["vd_weight"]) == (1.0, 5.0)
    assert (now["b"]["vd_label"], now["b"]["vd_weight"], now["b"][LABEL_TIME]) == (None, 3.0, None)
    then = {row["vd_id"]: row["vd_label"] for row in window(lake, known_at=NOON + 15).to_pylist()}
    assert then == {"a": 0.0, "b": None}


def test_a_label_before_its_prediction_is_joined(lake, log):
    log([{"vd_id": "a", "vd_label": "yes"}], LABELS, received=NOON)
    log([{"vd_id": "a", "vd_time": NOON}], received=NOON + DAY)
    assert window(lake)["vd_label"].to_pylist() == ["yes"]


def test_columns_can_be_chosen_by_their_own_names(lake, log):
    log([{"vd_id": "a", "Pay": 1, "pay": 2, "town": "x", "vd_time": NOON}])
    names = set(window(lake, columns=["pay"]).column_names)
    assert {"pay", "vd_id", "vd_label"} <= names
    assert not {"Pay", "town"} & names


def test_a_type_that_changes_midway_loses_no_value(lake, log):
    log([{"vd_id": "a", "x": 1, "vd_time": NOON}])
    log([{"vd_id": "b", "x": "n/a", "vd_time": NOON + DAY}])
    log(
        [
            {"vd_id": "c", "x": 2.5, "vd_time": NOON + 2 * DAY},
            {"vd_id": "d", "x": True, "vd_time": NOON + 2 * DAY},
        ]
    )
    assert sorted(window(lake)["x"].to_pylist()) == ["1", "1", "2.5", "n/a"]
    untouched = rows_of(lake, "m", None, NOON + 2 * DAY, NOON + 3 * DAY)
    assert untouched["x"].to_pylist() == [2.5, 1.0]


def test_columns_come_and_go(lake, log):
    log([{"vd_id": "a", "x": 1, "vd_time": NOON}])
    log([{"vd_id": "b", "y": "new", "vd_time": NOON}])
    assert {row["vd_id"]: (row["x"], row["y"]) for row in window(lake).to_pylist()} == {
        "a": (1.0, None),
        "b": (None, "new"),
    }


HOSTILE = [
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "'; DROP TABLE x; --",
    "%s%n{0}",
    "a b",
    "x.y",
    'q"t',
    "`b`",
    "A",
    "a",
    "nul\x00",
    "\n",
    " ",
    "é中",
    "x" * 300,
    "",
]


def test_names_of_features_are_kept_whatever_they_are(lake, log):
    built = log([{"vd_id": "a", "vd_time": NOON, **{name: at for at, name in enumerate(HOSTILE)}}])
    (row,) = window(lake).to_pylist()
    kept = [name for name in HOSTILE if len(name) <= 256]
    assert {name: row[name] for name in kept} == {name: float(HOSTILE.index(name)) for name in kept}
    assert built.dropped == 1


def test_ten_thousand_columns_keep_the_row_and_are_counted(lake, log):
    built = log([{"vd_id": "a", "vd_time": NOON, **{f"c{at}": at for at in range(10_000)}}])
    assert built.dropped == 10_000 - MAX_COLUMNS
    (row,) = window(lake).to_pylist()
    assert (row["c0"], row[f"c{MAX_COLUMNS - 1}"]) == (0.0, MAX_COLUMNS - 1.0)
    assert log([{"vd_id": "b", "c5": 1, "c9999": 1}]).dropped == 1


@pytest.mark.parametrize(
    ("column", "kind", "values"),
    [
        (pa.array([1, None], pa.int8()), "double", [1.0, None]),
        (pa.array([1 << 60]), "string", [str(1 << 60)]),
        (pa.array([1.5], pa.float32()), "double", [1.5]),
        (pa.array([True]), "bool", [True]),
        (pa.array(["a", "b"]).dictionary_encode(), "string", ["a", "b"]),
        (pa.array(["a"], pa.large_string()), "string", ["a"]),
        (pa.array(["a"], pa.string_view()), "string", ["a"]),
        (pa.array([b"\xff\x00"]), "string", ["ff00"]),
        (pa.array([b"ab", None], pa.binary(2)), "string", ["6162", None]),
        (pa.array([decimal.Decimal("1.50")]), "string", ["1.5"]),
        (pa.array([dt.date(2024, 1, 2)]), "timestamp[us, tz=UTC]", [dt.datetime(2024, 1, 2, tzinfo=dt.UTC)]),
        (pa.array([dt.time(1, 2)]), "string", ["01:02:00.000000"]),
        (pa.array([[1, 2], None]), "list<item: double>", [[1.0, 2.0], None]),
        (pa.array([["a"], None]), "string", ['["a"]', None]),
        (pa.array([{"a": b"x", "t": dt.date(2024, 1, 2)}]), "string", ['{"a":"eA==","t":"2024-01-02"}']),
        (pa.array([None, None], pa.string()), "null", [None, None]),
        (pa.array([None], pa.null()), "null", [None]),
    ],
)
def test_every_type_has_a_stored_one(column, kind, values):
    stored = storable(column)
    assert str(stored.type) == kind
    assert stored.to_pylist() == values


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.integers(0, 3), max_size=2),
    st.dictionaries(st.text(max_size=2), st.integers(0, 3), max_size=2),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(VALUES, min_size=1, max_size=4), min_size=1, max_size=3))
def test_any_mix_of_values_is_stored(batches):
    schema = pa.schema([])
    for values in batches:
        rows = [{"vd_id": "a", "x": value} for value in values]
        body = msgspec.msgpack.encode(
            [
                {**row, "x": str(row["x"])} if isinstance(row["x"], int) and abs(row["x"]) >> 63 else row
                for row in rows
            ]
        )
        built = assembled(
            [Entry("m", PREDICTIONS, "rows", "s", 1, 1, len(rows), body)], PREDICTIONS, schema
        ).table
        assert built.num_rows == len(rows)
        stored = [name for name in ("x", "vd_text:x") if name in built.column_names]
        kept = sum(len(built[name]) - built[name].null_count for name in stored)
        assert kept == sum(value is not None for value in values)
        schema = pa.unify_schemas([schema, built.schema])


def test_times_of_ids_are_found_by_day_and_bounded(lake, log):
    log([{"vd_id": f"id{at}", "vd_time": NOON - at * DAY, "vd_version": "1"} for at in range(0, 200, 10)])
    found = times_of(lake, "m", pa.array(["id10", "id10", "id150", "nobody"]), NOON, look_back=90)
    assert found["vd_id"].to_pylist() == ["id10"]
    assert found["vd_version"].to_pylist() == ["1"]
    assert times_of(lake, "m", pa.array(["id150"]), NOON, look_back=365).num_rows == 1
    assert times_of(lake, "none", pa.array(["a"]), NOON).num_rows == 0
    later = NOON + 1000 * DAY  # a history that ended long ago: its last days are looked at all the same
    assert times_of(lake, "m", pa.array(["id10", "id150"]), later, look_back=90)["vd_id"].to_pylist() == [
        "id10"
    ]


def test_a_uuid7_names_its_day(lake, log, monkeypatch):
    old = NOON - 30 * DAY
    uuid7 = f"{old // 1000:012x}"
    uuid7 = f"{uuid7[:8]}-{uuid7[8:]}-7abc-8def-0123456789ab"
    log([{"vd_id": f"x{at}", "vd_time": NOON - at * DAY} for at in range(60)])
    log([{"vd_id": uuid7, "vd_time": old}])
    opened = []
    from vedette.store import lookup

    read = lookup.with_ids
    monkeypatch.setattr(
        lookup, "with_ids", lambda table, paths, *a, **k: opened.extend(paths) or read(table, paths, *a, **k)
    )
    assert times_of(lake, "m", pa.array([uuid7]), NOON).num_rows == 1
    assert len(opened) == 1  # of the two files of that day, the one that may hold it


def test_ids_beyond_what_statistics_tell_are_found(lake, log):
    long = ["p" * 100 + end for end in ("a", "b", "z", "\U0010ffff")]
    log([{"vd_id": one, "vd_time": NOON} for one in long])
    log([{"vd_id": one, "vd_time": NOON - DAY} for one in ("\U0010ffff" * 60, "é" * 90, "", "a")])
    wanted = [*long, "\U0010ffff" * 60, "é" * 90, "a", "p" * 101, "zzz"]
    assert set(times_of(lake, "m", pa.array(wanted), NOON)["vd_id"].to_pylist()) == set(wanted[:-2])


def test_the_tail_is_the_newest_by_receipt(lake, log):
    for at in range(5):
        log([{"vd_id": f"{at}{row}", "vd_time": NOON - at * DAY} for row in range(3)], received=NOON + at)
    assert [row["vd_id"][0] for row in tail(lake, "m", 4).to_pylist()] == ["4", "4", "4", "3"]
    assert tail(lake, "m", 100).num_rows == 15
    assert tail(lake, "nobody", 5).num_rows == 0


def test_the_extent_is_in_the_log(lake, log):
    assert extent(lake, "m") == (0, None, None)
    log([{"vd_id": "a", "vd_time": NOON}, {"vd_id": "a", "vd_time": NOON - DAY}])
    assert extent(lake, "m") == (2, NOON - DAY, NOON)


def test_a_position_is_never_appended_twice(lake, log):
    log([{"vd_id": "a"}])
    log.number = 0
    with pytest.raises(ValueError):
        log([{"vd_id": "a"}])
    assert extent(lake, "m").rows == 1


def test_compaction_keeps_rows_and_positions(lake, log):
    for at in range(10):
        log([{"vd_id": str(at), "vd_time": NOON, "x": at}])
    before = sorted(window(lake)["x"].to_pylist())
    assert tidy(lake, NOON, Retention()).days_compacted == 0  # the day is not over
    done = tidy(lake, NOON + DAY, Retention(replaced_hours=0))
    assert (done.days_compacted, done.files_removed) == (1, 10)
    assert len(lake.table("m", PREDICTIONS).days()[0].paths) == 1
    assert sorted(window(lake)["x"].to_pylist()) == before
    assert lake.table("m", PREDICTIONS).position("epoch") == 10


def test_compaction_leaves_files_of_the_size_that_is_wanted(lake, log, monkeypatch):
    for at in range(20):
        log([{"vd_id": str(at), "vd_time": NOON, "x": at}])
    (day,) = lake.table("m", PREDICTIONS).days()
    monkeypatch.setattr(upkeep, "FILE_BYTES", day.size // 10 + 100)  # two files fit into one
    assert tidy(lake, NOON + DAY).days_compacted == 1
    (day,) = lake.table("m", PREDICTIONS).days()
    assert 8 <= len(day.paths) <= 12
    assert sorted(window(lake)["x"].to_pylist()) == list(range(20))
    assert tidy(lake, NOON + DAY).days_compacted == 0


def test_rows_older_than_they_may_be_are_dropped_by_class(lake, log):
    log([{"vd_id": str(at), "vd_time": NOON - at * DAY} for at in range(10)])
    log([{"vd_id": "1", "vd_label": 1}], LABELS, received=NOON - 9 * DAY)
    assert tidy(lake, NOON, Retention(predictions=5)).days_dropped == 4
    assert extent(lake, "m").rows == 6
    assert extent(lake, "m", LABELS).rows == 1
    tidy(lake, NOON, Retention(labels=5))
    assert extent(lake, "m", LABELS).rows == 0


def test_an_export_is_what_was_read(lake, log, tmp_path):
    log([{"vd_id": "a", "vd_time": NOON, "x": 1}, {"vd_id": "a", "vd_time": NOON, "x": 2}])
    assert export_window(lake, "m", tmp_path / "w.parquet", 0, 2 * NOON) == 1
    assert pa.parquet.read_table(tmp_path / "w.parquet")["x"].to_pylist() == [2.0]
    assert export_table(lake, "m", tmp_path / "all") == 2
    with pytest.raises(UnknownNameError) as unknown:
        export_table(lake, "nobody", tmp_path / "none")
    assert unknown.value.code == "store.unknown-model"


def test_the_log_in_memory_is_read_anew_after_some_commits(lake, log, monkeypatch):
    monkeypatch.setattr(store_lake, "COMMITS_HELD", 5)
    table = lake.table("m", PREDICTIONS)
    held = []
    for number in range(23):
        log([{"vd_id": f"a{number}", "vd_time": NOON}])
        held.append(table.delta())
    by_reading = [len(list(same)) for _, same in itertools.groupby(held, key=id)]
    assert max(by_reading) <= 5
    assert sum(by_reading) == 23
    assert table.position("epoch") == 23
    assert extent(lake, "m").rows == 23


def test_upkeep_lets_go_of_the_log(lake, log):
    for number in range(9):
        log([{"vd_id": f"a{number}", "vd_time": NOON}])
    table = lake.table("m", PREDICTIONS)
    before = table.delta()
    tidy(lake, NOON + DAY)
    assert table.delta() is not before
    assert len(table.files()) == 1
    assert len(window(lake)) == 9


def test_the_logs_of_few_tables_are_in_memory(lake, log, monkeypatch):
    monkeypatch.setattr(store_lake, "TABLES_HELD", 2)
    names = ["one", "two", "three"]
    for name in names:
        log([{"vd_id": name, "vd_time": NOON}], model=name)
    first, *others = (lake.table(name, PREDICTIONS).delta() for name in names)
    assert lake.table("three", PREDICTIONS).delta() is others[1]
    assert lake.table("one", PREDICTIONS).delta() is not first
    assert [extent(lake, name).rows for name in names] == [1, 1, 1]
    log([{"vd_id": "again", "vd_time": NOON}], model="two")  # a table that was let go takes rows as before
    assert extent(lake, "two").rows == 2
