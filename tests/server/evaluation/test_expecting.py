"""Windows whose labels are still to come: nowcasts, stand-ins, and that both settle to what the labels say.

Positives are known after one to nine days and negatives after ten, so early labels are of one class: what they alone
show is far off. Seeded throughout; with other seeds a nowcast of one day misses its tolerance about once in fifty.
"""

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from tests.server.evaluation.conftest import DAY, MONITOR, ROLES, SCHEMA, START, Site, flights

from vedette.engine.ageing import aged
from vedette.engine.along import end_to_end
from vedette.engine.baseline import Baseline
from vedette.engine.counting import count_windows
from vedette.engine.cube import TOTAL
from vedette.engine.windows import Every, calendar
from vedette.late_labels.maturity import FINAL
from vedette.run import compare
from vedette.server.evaluation.expecting import MATURITY, NOWCAST, by_share
from vedette.server.evaluation.labels import Labels
from vedette.server.evaluation.naming import outside_rows
from vedette.store import series
from vedette.summaries.label_delays import ALL, WAITING
from vedette.values import REASONS, Window

LATE = MONITOR.replace("[windows]", 'label_time = "known"\n[windows]') + 'label_delay = "10d"\n'
WATCHED = msgspec.structs.replace(SCHEMA, label_time="known")
DAYS = 24


def late(days, *, first=0, seed=0, until=None):
    """Return flights with the time at which each label became known; at `until` the later ones are out."""
    rows = flights(days, first=first, seed=seed, a_day=400)
    at = rows.column("left_at").cast(pa.int64()).to_numpy()
    y = rows.column("late").to_numpy()
    took = np.where(y == 1, np.minimum(1 + np.random.default_rng(seed).gamma(3, 1, len(at)), 9.5), 9.9) * DAY
    known = (at + took).astype(np.int64)
    out = np.zeros(len(at), bool) if until is None else known > until
    place = rows.column_names.index("late")
    rows = rows.set_column(place, "late", pa.array(y, mask=out))
    return rows.append_column("known", pa.array(known, pa.timestamp("us", tz="UTC"), mask=out))


@pytest.fixture(scope="module")
def promised():
    return Baseline.fit(late(30, first=-60, seed=9), WATCHED, every="1d")


@pytest.fixture
def open_site(tmp_path, promised, monkeypatch):
    """Return a site of a model whose labels come late, at the end of its days."""
    monkeypatch.setitem(ROLES, "known", "vd_label_time")
    site = Site(tmp_path, promised, LATE)
    site.now = START + DAYS * DAY
    return site


def told(site, metric, field="value"):
    with site.database.read() as tx:
        found = series.get(tx, series.SeriesKey("flights", "7", metric), (field,))
    values = found.fields[field]
    return dict(zip(found.windows.tolist(), values[:, 0].tolist(), strict=True)) if values.size else {}


def test_young_windows_have_a_nowcast_that_is_near_what_their_labels_will_show(open_site, promised):
    open_site.come(late(DAYS, until=open_site.now))
    open_site.step()
    share, cast, so_far = (told(open_site, name) for name in (MATURITY, NOWCAST + "f1", "f1"))
    truth = compare(promised, late(DAYS), every="1d", metrics=["f1"]).series("f1")[1]
    starts = sorted(share)
    young = [i for i, s in enumerate(starts) if share[s] < FINAL]
    assert 7 <= len(young) <= 11
    off = [abs(cast[starts[i]] - truth.value[i]) for i in young]
    early = [abs(so_far[starts[i]] - truth.value[i]) for i in young if not np.isnan(so_far[starts[i]])]
    assert np.mean(off) < 0.06
    assert np.mean(off) < np.mean(early) / 1.5


def test_it_is_nearly_the_nowcast_of_a_report_that_reads_every_row(open_site, promised):
    """States keep the window of a row, not its hour: that moves a nowcast by less than its band is wide."""
    rows = late(DAYS, until=open_site.now)
    open_site.come(rows)
    open_site.step()
    now = str(np.datetime64(open_site.now, "us")) + "+00:00"
    run = compare(promised, rows, every="1d", label_delay="10d", as_of=now, metrics=["f1"])
    report = run.nowcast("f1")
    cast = told(open_site, NOWCAST + "f1")
    for window, value, low, high in zip(
        report.windows, report.estimates.value, report.low, report.high, strict=True
    ):
        assert abs(cast[window.start] - value) <= max(high - low, 1e-9)


def test_when_the_labels_are_in_it_is_to_the_last_bit_what_they_show(open_site):
    open_site.come(late(DAYS, until=open_site.now))
    open_site.step()
    before = told(open_site, NOWCAST + "f1")
    open_site.log = None
    open_site.now += 20 * DAY
    open_site.come(late(DAYS))
    open_site.step()
    open_site.silence()
    share, cast, real = (told(open_site, name) for name in (MATURITY, NOWCAST + "f1", "f1"))
    assert min(share.values()) >= FINAL
    assert cast == real
    first = told(open_site, NOWCAST + "f1", "first")
    closed = sorted(first)[:-1]  # the last one was open when it was first looked at
    assert [first[s] for s in closed] == [before[s] for s in closed]


def test_a_restart_forgets_nothing(open_site):
    rows = late(DAYS, until=open_site.now)
    open_site.come(rows)
    open_site.step()
    before = told(open_site, NOWCAST + "f1")
    open_site.start()
    open_site.touch(
        rows.slice(rows.num_rows - 5).rename_columns([ROLES.get(n, n) for n in rows.column_names])
    )
    open_site.step()
    after = told(open_site, NOWCAST + "f1")
    assert [round(v, 9) for v in after.values()] == [round(v, 9) for v in before.values()]


def test_windows_without_a_label_are_estimated_and_not_where_the_reference_has_no_such_rows(tmp_path):
    """Nobody says when labels come: no nowcast. On the last day scores lie where the reference has hardly any."""
    reference = flights(60, first=-60, seed=9)
    middle = reference.filter(pa.array(np.abs(reference.column("p_late").to_numpy() - 0.5) < 0.4))
    site = Site(tmp_path, Baseline.fit(middle, SCHEMA, every="1d"))
    rows = flights(6, a_day=400)
    day = (rows.column("left_at").cast(pa.int64()).to_numpy() - START) // DAY
    score = rows.column("p_late").to_numpy()
    kept = (np.abs(score - 0.5) < 0.4) | (day == 5)
    place = rows.column_names.index("late")
    rows = rows.set_column(place, "late", pa.array(rows.column("late").to_numpy(), mask=day >= 3)).filter(
        kept
    )
    site.come(rows)
    site.silence()
    guess, why, share = told(site, "estimated_f1"), told(site, "estimated_f1", "reason"), told(site, MATURITY)
    starts = [START + i * DAY for i in range(6)]
    assert sorted(guess) == starts[3:]
    assert np.isfinite([guess[s] for s in starts[3:5]]).all()
    assert REASONS[int(why[starts[5]])] == "not covered"
    assert [share[s] for s in starts] == [1, 1, 1, 0, 0, 0]
    assert not told(site, NOWCAST + "f1")


def test_the_rows_of_a_window_are_as_many_at_any_age(open_site, promised):
    rows = late(6, until=START + 6 * DAY).append_column("vd_version", pa.array(["7"] * 2400))
    open_site.come(late(6, until=START + 6 * DAY))
    open_site.step()
    definition = open_site.loop._lines._kept["flights", "7"].definition
    spec = definition.delays
    windows = calendar(START, START + 6 * DAY - 1, Every.parse("1d"), "UTC")
    cube = end_to_end(list(count_windows(outside_rows(rows, WATCHED), windows, definition)))
    for now in (START + DAY, START + 6 * DAY, START + 60 * DAY):
        counts = aged(cube, spec, now).states[TOTAL, spec]["counts"]
        counted = cube.states[TOTAL, spec]["counts"]
        assert counts[:, :, ALL].sum((1, 2)) == pytest.approx(counted[:, :, ALL].sum((1, 2)))
        assert counts[:, :, WAITING].sum((1, 2)) == pytest.approx(counted[:, :, WAITING].sum((1, 2)))
    oldest = counts[:, :, ALL].sum((0, 1))
    assert oldest[:-1].sum() == 0
    assert oldest[-1] == 2400


def test_without_a_law_a_window_is_as_complete_as_its_share_says():
    labels, windows = Labels(0), [Window(i * DAY, (i + 1) * DAY, str(i)) for i in range(4)]
    for window, share in zip(windows, (0.9, 0.88, 0.3, 0.0), strict=True):
        labels.count(window.start, 100, int(100 * share))
    assert by_share(windows, labels, 4 * DAY).tolist() == [1.0, 1.0, 0.3, 0.0]


def test_every_version_has_its_turn(tmp_path, baseline):
    site = Site(tmp_path, baseline)
    for version in ("7", "8", "9"):
        site.come(flights(4, seed=int(version)), version)
    for _ in range(3):
        site.step(3600)
    with site.database.read() as tx:
        keys = [series.SeriesKey("flights", version, MATURITY) for version in ("7", "8", "9")]
        assert [len(series.get(tx, key)) for key in keys] == [4, 4, 4]
