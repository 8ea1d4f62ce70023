"""The writer: one commit for each table, everyone told, nothing twice; and what it does when a table fails."""

import msgspec
import pytest

from vedette.errors import UnknownNameError
from vedette.store import quarantine
from vedette.store.columns import DETAIL, LABELS, PREDICTIONS, RAW, REASON, ROW, TABLE
from vedette.store.entry import Entry, refused_on_the_way_to, unpacked
from vedette.store.home import Home
from vedette.store.lake import Lake, LogTable
from vedette.store.loop import Chore, WriterLoop
from vedette.store.reading import extent
from vedette.store.seen import Key
from vedette.store.spool import Spool
from vedette.store.writer import PATIENCE, Pace, Writer

DAY = 86_400_000_000
NOON = 20_000 * DAY + DAY // 2


class Heard:
    def __init__(self):
        self.commits, self.summaries, self.parts = [], [], []

    def committed(self, commits):
        self.commits += commits

    def profiles(self, entries):
        self.summaries += entries

    def halves(self, entries, now):
        self.parts += entries


class Store:
    def __init__(self, folder, **more):
        self.home = Home(folder)
        self.spool, self.lake, self.heard = Spool(self.home), Lake(self.home), Heard()
        self.writer = Writer(self.home, self.spool, self.lake, self.heard, **more)
        self.seq = 0

    def put(self, rows, kind=PREDICTIONS, model="m", source="app", received=NOON):
        self.seq += 1
        body = msgspec.msgpack.encode(rows)
        entry = Entry(model, kind, "rows", source, self.seq, received, len(rows), body)
        return self.spool.put([entry], Key(model, kind, source, self.seq)).result()

    def close(self):
        self.spool.close()
        self.home.close()


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    yield store
    store.close()


def test_files_wait_for_their_time_or_for_enough_rows(store):
    store.put([{"vd_id": "a"}])
    assert store.writer.step(NOON) == 0
    assert store.writer.step(NOON + 1_999_999) == 0
    assert store.writer.step(NOON + 2_000_000) == 1
    assert store.writer.step(NOON + 9_000_000) == 0


def test_many_rows_are_committed_at_once(tmp_path):
    store = Store(tmp_path, pace=Pace(rows=3, most=5))
    for at in range(4):
        store.put([{"vd_id": f"{at}{row}"} for row in range(2)])
    assert store.writer.step(NOON) == 3  # all that wait, up to the most of one step
    assert store.writer.step(NOON) == 0  # one file alone is not enough
    assert extent(store.lake, "m").rows == 6
    store.close()


def test_many_requests_are_one_commit_for_each_table(store):
    for at in range(20):
        store.put(
            [{"vd_id": str(at), "vd_time": NOON - at * DAY, "vd_version": str(at % 2)}], model=f"m{at % 2}"
        )
    store.writer.step(NOON, at_once=True)
    assert store.lake.table("m0", PREDICTIONS).delta().version() == 1
    told = {commit.model: commit for commit in store.heard.commits}
    assert told["m0"].rows == 10
    assert told["m0"].times["0"].tolist() == [NOON - at * DAY for at in range(18, -1, -2)]
    assert told["m0"].first_received == NOON
    assert list(store.home.spool.iterdir()) == []
    assert store.spool.bytes == 0


def test_late_labels_tell_the_times_of_their_predictions(store):
    store.put([{"vd_id": "a", "vd_time": NOON - 3 * DAY, "vd_version": "7"}])
    store.put([{"vd_id": "a", "vd_label": 1}, {"vd_id": "b", "vd_label": 1}], LABELS)
    store.writer.step(NOON, at_once=True)
    labels = store.heard.commits[1]
    assert (labels.kind, labels.rows, labels.unmatched) == (LABELS, 2, 1)
    assert {version: times.tolist() for version, times in labels.times.items()} == {"7": [NOON - 3 * DAY]}


def test_a_commit_that_was_made_before_a_crash_is_told_and_not_repeated(store, monkeypatch):
    store.put([{"vd_id": "a", "vd_time": NOON}])
    with monkeypatch.context() as patch:
        patch.setattr(store.spool, "forget", lambda *_: (_ for _ in ()).throw(OSError))
        with pytest.raises(OSError):
            store.writer.step(NOON, at_once=True)
    store.put([{"vd_id": "b", "vd_time": NOON}])
    store.writer.step(NOON, at_once=True)
    assert extent(store.lake, "m").rows == 2
    assert [commit.rows for commit in store.heard.commits] == [1, 2]


def test_other_kinds_go_to_who_understands_them(store):
    store.put([], "profiles")
    store.put([], "halves")
    store.writer.step(NOON, at_once=True)
    assert [entry.seq for entry in store.heard.summaries] == [1]
    assert [entry.seq for entry in store.heard.parts] == [2]


def test_a_full_disk_is_waited_for(store, monkeypatch):
    store.put([{"vd_id": "a"}])
    with monkeypatch.context() as patch:
        patch.setattr(
            LogTable, "append", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
        )
        for _ in range(2 * PATIENCE):
            with pytest.raises(OSError):
                store.writer.step(NOON, at_once=True)
    assert store.writer.step(NOON, at_once=True) == 1
    assert extent(store.lake, "m").rows == 1


def test_a_table_that_cannot_be_written_does_not_stop_the_others(store, monkeypatch):
    append = LogTable.append

    def broken(table, rows, upto):
        if table.folder.parent.name == "bad":
            raise ValueError("no")
        append(table, rows, upto)

    monkeypatch.setattr(LogTable, "append", broken)
    store.put([{"vd_id": "a"}], model="bad")
    store.put([{"vd_id": "a"}], model="good")
    for _ in range(PATIENCE - 1):
        with pytest.raises(ValueError):
            store.writer.step(NOON, at_once=True)
    store.writer.step(NOON, at_once=True)
    assert extent(store.lake, "good").rows == 1
    assert store.writer.counts["rows_unwritten", "bad"] == 1
    (aside,) = (store.home.quarantine / "unwritten" / "bad").iterdir()
    assert unpacked(aside.read_bytes()).entries[0].model == "bad"


def test_a_damaged_file_does_not_stop_the_others(store):
    store.put([{"vd_id": "a"}])
    store.put([{"vd_id": "b"}])
    first = store.spool.waiting()[0].path
    first.write_bytes(b"rubbish")
    store.writer.step(NOON, at_once=True)
    assert extent(store.lake, "m").rows == 1
    assert store.spool.damaged == 1
    assert (store.home.quarantine / "damaged" / first.name).exists()


def refused(row=0, raw="{}", reason="bad-id"):
    return {TABLE: PREDICTIONS, ROW: row, REASON: reason, DETAIL: "It is <b>", RAW: raw}


def test_refused_rows_are_listed_found_and_removed(store):
    store.put([refused(0), refused(1, reason="bad-time")], refused_on_the_way_to(PREDICTIONS))
    store.put([refused(0, raw='{"x":1}')], refused_on_the_way_to(PREDICTIONS))
    store.writer.step(NOON, at_once=True)
    keys = [row.key for row in quarantine.listing(store.lake, "m")]
    assert sorted(keys) == ["app~1~0", "app~1~1", "app~2~0"]
    assert quarantine.reasons(store.lake, "m") == {"bad-id": 2, "bad-time": 1}
    assert quarantine.find(store.lake, "m", "app~2~0").raw == '{"x":1}'
    quarantine.remove(store.lake, "m", "app~1~0")
    assert quarantine.reasons(store.lake, "m") == {"bad-id": 1, "bad-time": 1}
    assert quarantine.reasons(store.lake, "nobody") == {}


@pytest.mark.parametrize("key", ["", "app", "app~1", "app~1~9", "a' OR '1'='1~1~0", "app~-1~0", "app~1~0~2'"])
def test_no_key_reaches_further_than_its_row(store, key):
    store.put([refused()], refused_on_the_way_to(PREDICTIONS))
    store.writer.step(NOON, at_once=True)
    with pytest.raises(UnknownNameError) as unknown:
        quarantine.remove(store.lake, "m", key if key != "app~1~0~2'" else "app~2~0")
    assert unknown.value.code == "quarantine.unknown-row"


def test_the_loop_takes_what_waits_when_it_stops(tmp_path):
    store = Store(tmp_path, pace=Pace(seconds=3600))
    loop = WriterLoop(store.writer)
    loop.start()
    store.put([{"vd_id": "a"}])
    loop.stop()
    assert extent(store.lake, "m").rows == 1
    store.close()


def test_the_loop_outlives_failures_and_does_its_chores(store, monkeypatch, caplog):
    done = []

    def step(now, **_):
        if not done:
            raise RuntimeError("once")
        return 0

    monkeypatch.setattr(store.writer, "step", step)
    loop = WriterLoop(store.writer, [Chore(done.append, 0.0)])
    loop.start()
    while not done:
        pass
    loop.stop()
    assert "once" in caplog.text
    assert loop.failing == 0
