"""The loop gives what a replay gives, in any order of days, stops and restarts; what is late changes only numbers."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import vedette as vd
from vedette.engine.baseline import Baseline
from vedette.engine.counting import count_windows
from vedette.engine.definition import Definition
from vedette.engine.packing import unpack
from vedette.engine.windows import calendar
from vedette.logger.profile_wire import encode
from vedette.monitor import Monitor
from vedette.server.evaluation.keeping import EVIDENCE
from vedette.server.evaluation.profiles import Profiles
from vedette.store import incidents, models, series, states, windows
from vedette.store.entry import Entry
from vedette.store.series import SeriesKey

DAYS, BROKEN = 24, 15
DAY = 86_400_000_000
START = 19_700 * DAY
MONITOR = (Path(__file__).parents[1] / "flights.toml").read_text()


@pytest.fixture(scope="module")
def history(make):
    return make(DAYS, broken_from=BROKEN)


@pytest.fixture(scope="module")
def replayed(history, baseline):
    return vd.compare(baseline, history, every="1d")


def day_by_day(rows):
    times = rows.column("left_at").cast("int64").to_numpy()
    for day in range(DAYS):
        inside = (times >= START + day * DAY) & (times < START + (day + 1) * DAY)
        yield rows.filter(inside)


def stored(site):
    with site.database.read() as tx:
        return states.between(tx, "flights", "7", 0, 2**62)


def evidence(site):
    with site.database.read() as tx:
        return series.get(tx, SeriesKey("flights", "7", EVIDENCE))


def agrees(site, report):
    """Hold everything that is kept against a report over the whole history."""
    definition = site.loop._lines._kept["flights", "7"].definition
    found = stored(site)
    assert list(found) == [w.start for w in report.windows]
    for i, blobs in enumerate(found.values()):
        cube = unpack(blobs[definition.hash], definition)
        for (dimension, spec), state in cube.states.items():
            size = len(report.cube.segments[dimension])
            assert state == report.cube.states[dimension, spec].take(slice(i * size, (i + 1) * size))
    spent = evidence(site)
    assert np.array_equal(spent.fields["value"][:, 0], report.watched.family)
    assert np.array_equal(spent.fields["value"][:, 1:], report.watched.evidence)
    assert site.loop._lines._kept["flights", "7"].watcher.alarms == report.watched.alarms
    with site.database.read() as tx:
        for name, column in (("roc_auc", None), ("psi", "delay"), ("missing", "delay"), ("f1", None)):
            kept = series.get(
                tx, SeriesKey("flights", "7", name), ("value", "low", "high", "n", "p", "reason")
            )
            place = kept.places.index((column or "", ""))
            _, estimates = report.series(name, column)
            for field in ("value", "low", "high", "n"):
                np.testing.assert_allclose(
                    kept.fields[field][:, place], getattr(estimates, field), rtol=1e-9, atol=1e-12
                )


def test_a_history_that_comes_day_by_day_gives_what_a_replay_gives(site, history, replayed):
    for rows in day_by_day(history):
        site.come(rows)
        site.step()
    site.silence()
    agrees(site, replayed)


def test_a_history_that_comes_at_once_gives_the_same(site, history, replayed):
    site.come(history)
    site.step()
    site.silence()
    agrees(site, replayed)


def test_stopping_and_resuming_in_between_changes_nothing(site, history, replayed):
    for day, rows in enumerate(day_by_day(history)):
        site.come(rows)
        if day % 6 == 3:
            site.start()
        site.step()
    site.start()
    site.step()
    site.silence()
    agrees(site, replayed)


def test_a_break_opens_one_incident_with_its_cause_and_is_told_once(site, history):
    site.come(history)
    site.step()
    site.silence()
    with site.database.read() as tx:
        (found,) = [i for i in incidents.listing(tx, states=("open", "resolved")) if i.level == "act"]
    incident = found.incident
    assert incident.since.start == START + BROKEN * DAY
    assert incident.explanation.kind == "unit change"
    assert [f.column for f in incident.findings if f.rule == "promise"] == ["delay"]
    assert [n.kind for n in site.told if n.incidents[0].id == incident.id] == ["opened"]


def test_late_rows_change_estimates_and_never_evidence(site, make):
    site.come(make(10))
    site.step()
    site.silence()
    before, spent = stored(site), evidence(site)
    late = make(3, first=2, seed=5)
    site.come(late)
    site.step()
    after = stored(site)
    changed = [i for i, (a, b) in enumerate(zip(before.values(), after.values(), strict=True)) if a != b]
    assert changed == [2, 3, 4]
    assert np.array_equal(spent.fields["value"], evidence(site).fields["value"])
    with site.database.read() as tx:
        kept = windows.listing(tx, "flights", "7")
        rows = series.get(tx, SeriesKey("flights", "7", "psi"), ("value", "first"))
    assert [w.revision for w in kept] == [1, 1, 2, 2, 2, 1, 1, 1, 1, 1]
    moved = np.flatnonzero((rows.fields["value"] != rows.fields["first"]).any(axis=1))
    assert moved.tolist() == [2, 3, 4]


def test_labels_that_come_late_are_judged_when_they_are_in(open_site, make):
    site = open_site(MONITOR.replace('every = "1d"', 'every = "1d"\nlabel_delay = "3d"'))
    rows = make(20)
    bare = rows.set_column(rows.schema.get_field_index("late"), "late", pa.nulls(len(rows), pa.float64()))
    site.come(bare)
    site.step()
    line = site.loop._lines._kept["flights", "7"]
    assert (line.stepped, line.labelled) == (19, 16)


def test_what_was_counted_of_rows_that_are_gone_stays(site, make):
    site.come(make(4))
    site.step()
    site.silence()
    before = stored(site)
    gone, site.log = site.log, site.log.slice(0, 0)
    site.touch(gone)
    site.step()
    assert stored(site) == before


def test_another_budget_begins_new_evidence_and_another_rule_does_not(site, make):
    site.come(make(8))
    site.step()
    site.silence()
    first, counted = evidence(site), stored(site)
    rule = '[[rules]]\nkind = "threshold"\nmetrics = ["missing"]\nabove = 0.9\n'
    site.apply(MONITOR + rule)
    site.step()
    site.silence()
    assert np.array_equal(evidence(site).fields["value"], first.fields["value"])
    assert stored(site) == counted
    site.apply(MONITOR + '[alerts]\nfalse_alarms = "1 per year"\n')
    site.step()
    site.silence()
    assert len(evidence(site)) == 8
    assert stored(site) == counted


@pytest.mark.parametrize(
    ("reference", "toml", "why"), [(False, True, "no reference"), (True, False, "no monitor")]
)
def test_a_model_that_is_not_ready_says_what_it_lacks(open_site, baseline, make, reference, toml, why):
    site = open_site(MONITOR if toml else None, reference=reference)
    site.come(make(3))
    with site.database.write() as tx:
        windows.mark_dirty(tx, [("flights", "7", START)], at=0)
    assert site.loop.step(site.now).waiting == 0
    assert site.loop.failures == {("flights", "7"): why}
    site.use(baseline)
    site.apply(MONITOR)
    site.step()
    assert len(stored(site)) == 3


def test_versions_have_series_and_evidence_of_their_own(site, make):
    site.come(make(12, broken_from=6), "7")
    site.come(make(8, first=4, seed=3), "8")
    site.step()
    site.silence()
    with site.database.read() as tx:
        seven, eight = (series.get(tx, SeriesKey("flights", v, EVIDENCE)) for v in ("7", "8"))
    assert (len(seven), len(eight)) == (12, 8)
    assert seven.fields["value"][:, 0].max() > 10 > eight.fields["value"][:, 0].max()


def test_days_without_rows_are_windows_too(site, make):
    site.come(make(3))
    site.come(make(2, first=6))
    site.step()
    site.silence()
    with site.database.read() as tx:
        kept = windows.listing(tx, "flights", "7")
    assert len(kept) == 8
    assert [w.rows == 0 for w in kept] == [False, False, False, True, True, True, False, False]
    assert all(w.closed for w in kept)


@pytest.mark.parametrize("kind", ["rolling", "previous"])
def test_a_moving_reference_forgets_an_old_break(open_site, make, kind):
    toml = MONITOR + f'[reference]\nkind = "{kind}"\n' + ("windows = 3\n" if kind == "rolling" else "")
    site = open_site(toml)
    site.come(make(12, broken_from=6, factor=3))
    site.step()
    site.silence()
    with site.database.read() as tx:
        found = series.get(tx, SeriesKey("flights", "7", "psi"))
    psi = found.fields["value"][:, found.places.index(("delay", ""))]
    assert psi[6] > 0.5
    assert psi[-1] < 0.3


def test_a_step_that_is_stopped_goes_on_where_it_was(site, history, replayed):
    site.come(history)
    site.loop._stop = iter([False, False, True]).__next__
    site.step()
    assert 0 < len(stored(site)) < DAYS
    site.loop._stop = lambda: False
    site.step()
    site.silence()
    agrees(site, replayed)


def test_a_model_that_falls_silent_opens_an_incident_that_ends_when_rows_come_again(site, make):
    site.come(make(3))
    site.step()
    site.step(86_400)
    assert not site.loop.silent
    site.step(2 * 86_400)
    assert site.loop.silent == {"flights"}
    assert [n.kind for n in site.told if n.incidents[0].version == ""] == ["opened"]
    for day in range(3, 8):
        site.come(make(1, first=day))
        site.step(86_400)
    assert not site.loop.silent
    assert [n.kind for n in site.told if n.incidents[0].version == ""][-1] == "recovered"


def test_profiles_are_windows_like_any_other_and_come_once(site, make, baseline):
    rows = make(4)
    definition = Definition(Monitor.from_toml(MONITOR), baseline)
    times = rows.column("left_at").cast("int64").to_numpy()
    days = calendar(int(times.min()), int(times.max()), definition.every)
    halves = [rows.slice(0, 200), rows.slice(200)]
    taken = Profiles(site.database, site.library, lambda: site.now)
    entries = []
    for seq, half in enumerate(halves):
        cubes = list(count_windows(half, days, definition))
        body = encode(
            baseline, "7", len(half), {c.windows[0]: c.states for c in cubes}, definition.segments, {}
        )
        entries.append(Entry("flights", "profiles", "bytes", "pod-1", seq, site.now, 1, body))
    for _ in range(2):
        taken.take(entries)
        site.step()
    site.silence()
    assert not taken.refused
    found = stored(site)
    assert len(found) == 4
    whole = count_windows(rows, days, definition)
    for blobs, cube in zip(found.values(), whole, strict=True):
        kept = unpack(blobs[definition.hash], definition)
        assert kept.rows == cube.rows
        assert all(spec.agrees(kept.states[d, spec], state) for (d, spec), state in cube.states.items())
    with site.database.read() as tx:
        assert models.versions_of(tx, "flights")[0].rows == len(rows)


def test_profiles_of_another_reference_are_refused_and_counted(site, make, baseline):
    other = Baseline.fit(make(20, first=-40), baseline.layout.schema, every="1d")
    body = encode(other, "7", 5, {}, {}, {})
    taken = Profiles(site.database, site.library, lambda: site.now)
    taken.take([Entry("flights", "profiles", "bytes", "pod-1", 0, site.now, 1, body)])
    taken.take([Entry("flights", "profiles", "bytes", "pod-1", 1, site.now, 1, b"nonsense")])
    taken.take([Entry("trains", "profiles", "bytes", "pod-1", 2, site.now, 1, body)])
    assert taken.refused == {"another reference": 1, "damaged": 1, "not watched": 1}
