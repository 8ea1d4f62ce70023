"""Models, monitors, windows, states, messages, settings, counters: what is kept comes back."""

import pytest

from vedette.store import counters, deliveries, models, monitors, settings, states, windows
from vedette.store.states import DetectorState, Partial
from vedette.store.windows import StoredWindow


@pytest.fixture
def tx(database):
    with database.write() as transaction:
        yield transaction


def test_a_model_is_made_once_in_its_project(tx):
    first = models.register(tx, "flights", at=5, project="air")
    assert models.register(tx, "flights", at=9) == first == models.get(tx, "flights")
    models.register(tx, "churn", at=6)
    assert [p.name for p in models.all_projects(tx)] == ["air", "default"]
    assert [m.name for m in models.listing(tx)] == ["churn", "flights"]
    assert [m.name for m in models.listing(tx, "air")] == ["flights"]
    models.change(tx, "flights", archived=True, task="binary")
    assert models.get(tx, "flights").task == "binary"
    assert [m.name for m in models.listing(tx)] == ["churn"]
    assert [m.name for m in models.listing(tx, archived=True)] == ["churn", "flights"]


def test_a_version_counts_its_rows_and_their_span(tx):
    models.saw_rows(tx, "flights", "7", first=50, last=60, rows=10)
    models.saw_rows(tx, "flights", "7", first=40, last=55, rows=5)
    models.saw_rows(tx, "flights", "8", first=70, last=70, rows=1)
    newest, older = models.versions_of(tx, "flights")
    assert (newest.version, older.first_seen, older.last_seen, older.rows) == ("8", 40, 60, 15)
    assert models.all_versions(tx) == [newest, older]


def test_baselines_and_deploys(tx):
    entry = models.BaselineEntry("h1", "flights", None, 3, "january")
    models.add_baseline(tx, entry)
    models.add_baseline(tx, entry)
    models.add_baseline(tx, models.BaselineEntry("h2", "flights", "7", 4, "february"))
    assert [b.hash for b in models.baselines_of(tx, "flights")] == ["h2", "h1"]
    models.add_deploy(tx, "flights", "8", at=9, author="ada")
    models.add_deploy(tx, "flights", "7", at=2, author="ada", note="first")
    assert [(d.version, d.note) for d in models.deploys_of(tx, "flights")] == [("7", "first"), ("8", "")]


def test_every_revision_of_a_monitor_is_kept(tx):
    assert monitors.current(tx, "flights") is None
    for text in ("a = 1", "a = 1", "a = 2"):
        monitors.save(tx, "flights", text, author="ada", at=1)
    monitors.save(tx, "churn", "b = 1", author="bob", at=2)
    assert [file.revision for file in monitors.history(tx, "flights")] == [2, 1]
    assert monitors.current(tx, "flights").toml == "a = 2"
    assert monitors.revision(tx, "flights", 1).toml == "a = 1"
    assert {name: file.revision for name, file in monitors.all_current(tx).items()} == {
        "churn": 1,
        "flights": 2,
    }


def test_windows_replace_and_are_found_by_time(tx):
    one = StoredWindow("flights", "7", 0, 10, "first")
    windows.put(tx, [one, StoredWindow("flights", "7", 10, 20, "second", closed=True)])
    windows.put(tx, [StoredWindow("flights", "7", 0, 10, "first", rows=5, revision=1, closed=True)])
    windows.put(tx, [StoredWindow("flights", "8", 20, 30, "third")])
    assert [(w.start, w.rows) for w in windows.listing(tx, "flights", "7")] == [(0, 5), (10, 0)]
    assert [w.start for w in windows.listing(tx, "flights", start=10, end=20)] == [10]
    assert {key: w.start for key, w in windows.latest(tx).items()} == {("flights", "7"): 10}
    assert len(windows.latest(tx, closed=False)) == 2
    assert windows.remove_before(tx, "flights", 10) == 1


def test_a_stretch_is_what_its_windows_add_up_to(tx):
    windows.put(
        tx,
        [StoredWindow("a", "1", at, at + 10, str(at), rows=at, closed=at < 90) for at in range(0, 100, 10)]
        + [StoredWindow("b", "1", 500, 510, "late", rows=7, closed=True)],
    )
    keys = [("a", "1"), ("b", "1"), ("none", "1")]
    for span in (None, 30):
        found = windows.newest_of(tx, keys, span)
        summed = {
            key: (listed[0].start, listed[-1].end, sum(w.rows for w in listed))
            for key, listed in found.items()
            if listed
        }
        assert windows.stretches(tx, keys, span) == summed
    assert windows.stretches(tx, keys, 30)["a", "1"] == (60, 90, 60 + 70 + 80)
    assert windows.stretches(tx, [], None) == {}


def test_dirty_marks_coalesce_and_a_new_mark_survives_the_old_evaluation(tx):
    windows.mark_dirty(tx, [("flights", "7", 0), ("flights", "7", 10), ("flights", "7", 0)], at=1)
    taken = windows.dirty(tx)
    assert [w.start for w in taken] == [0, 10]
    windows.mark_dirty(tx, [("flights", "7", 10)], at=5)
    windows.clean(tx, taken)
    (left,) = windows.dirty(tx)
    assert (left.start, left.since) == (10, 1)
    assert windows.count_dirty(tx) == 1
    windows.clean(tx, [left])
    assert windows.dirty(tx) == []


def test_the_windows_that_wait_longest_come_first(tx):
    windows.mark_dirty(tx, [("b", "1", 0)], at=2)
    windows.mark_dirty(tx, [("a", "1", 5)], at=3)
    windows.mark_dirty(tx, [("c", "1", 9)], at=1)
    assert [w.model for w in windows.dirty(tx, limit=2)] == ["b", "c"]


def test_states_are_replaced_never_added_to(tx):
    states.put(tx, "flights", "7", 0, {"h1": b"one", "h2": b"two"})
    states.put(tx, "flights", "7", 0, {"h1": b"\x00new"})
    states.put(tx, "flights", "7", 10, {"h1": b"later"})
    assert states.get(tx, "flights", "7", 0) == {"h1": b"\x00new"}
    assert states.get(tx, "flights", "8", 0) == {}
    assert list(states.between(tx, "flights", "7", 0, 11)) == [0, 10]
    assert states.remove_before(tx, "flights", 10) == 1


def test_a_partial_state_that_comes_twice_counts_once(tx):
    def partial(source, seq, blob=b"x"):
        return Partial("flights", "7", 0, "h", source, seq, blob)

    states.add_partials(tx, [partial("pod-b", 1), partial("pod-a", 2), partial("pod-a", 1)])
    states.add_partials(tx, [partial("pod-a", 1, b"again")])
    found = states.partials_of(tx, "flights", "7", 0)
    assert [(p.source, p.seq, p.blob) for p in found] == [
        ("pod-a", 1, b"x"),
        ("pod-a", 2, b"x"),
        ("pod-b", 1, b"x"),
    ]
    states.remove_partials(tx, found[:2])
    assert states.partials_of(tx, "flights", "7", 0) == found[2:]


def test_detectors_resume(tx):
    assert states.get_detectors(tx, "flights", "7") is None
    for last in (10, 20):
        states.put_detectors(tx, DetectorState("flights", "7", "h", last, b"s%d" % last))
    assert states.get_detectors(tx, "flights", "7").blob == b"s20"
    states.remove_detectors(tx, "flights", "7")
    assert states.get_detectors(tx, "flights", "7") is None


def test_a_message_is_tried_until_it_arrives(tx):
    number = deliveries.queue(tx, "slack", '{"title": "x"}', at=10)
    deliveries.queue(tx, "mail", "{}", at=10, not_before=50)
    assert [d.sink for d in deliveries.due(tx, 10)] == ["slack"]
    deliveries.failed(tx, number, "503", at=11, next_at=20)
    assert deliveries.due(tx, 15) == []
    assert deliveries.next_due(tx) == 20
    deliveries.sent(tx, number, at=21)
    done = deliveries.get(tx, number)
    assert (done.state, done.attempts, done.error) == ("sent", 2, None)
    assert deliveries.next_due(tx) == 50


def test_a_dead_message_is_listed_and_can_be_revived(tx):
    number = deliveries.queue(tx, "slack", "{}", at=10)
    deliveries.failed(tx, number, "410 gone", at=11, next_at=None)
    (dead,) = deliveries.listing(tx, "dead")
    assert (dead.error, dead.attempts) == ("410 gone", 1)
    assert deliveries.due(tx, 99) == []
    deliveries.revive(tx, number, at=100)
    assert deliveries.due(tx, 100)[0].attempts == 0
    deliveries.sent(tx, number, at=101)
    assert deliveries.remove_done(tx, 102) == 1
    assert deliveries.get(tx, number) is None


def test_settings_can_be_taken_back(tx):
    settings.put(tx, "sinks.slack", {"url": "env:SLACK"}, at=1, author="ada")
    settings.put(tx, "language", "zh", at=1, author="ada")
    assert settings.listing(tx, "sinks.") == {"sinks.slack": {"url": "env:SLACK"}}
    settings.remove(tx, "sinks.slack")
    assert settings.listing(tx) == {"language": "zh"}


def test_counters_only_grow(tx):
    model = (("model", "flights"),)
    counters.add(tx, {("rows", model): 5, ("rows", ()): 1})
    counters.add(tx, {("rows", model): 2.5})
    assert counters.listing(tx) == {("rows", ()): 1.0, ("rows", model): 7.5}


def test_the_windows_of_a_fleet_in_one_question_are_those_of_each_model(database):
    """Each period ends with the version's own newest closed window."""
    day = 86_400_000_000
    with database.write() as tx:
        for model, last in (("a", 9), ("b", 3), ("c", 0)):
            found = [
                windows.StoredWindow(model, "1", k * day, (k + 1) * day, str(k), rows=k, closed=k < last)
                for k in range(last + 1)
            ]
            windows.put(tx, found)
    with database.read() as tx:
        keys = [("a", "1"), ("b", "1"), ("c", "1"), ("nobody", "1")]
        week, everything = windows.newest_of(tx, keys, 2 * day), windows.newest_of(tx, keys, None)
    assert {key[0]: [w.label for w in listed] for key, listed in week.items()} == {
        "a": ["7", "8"],
        "b": ["1", "2"],
        "c": [],
        "nobody": [],
    }
    assert [len(listed) for listed in everything.values()] == [9, 3, 0, 0]
