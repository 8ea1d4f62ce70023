"""A holiday that a calendar leaves out does not alarm, spends no evidence and teaches nothing."""

from datetime import datetime, timedelta

import numpy as np
import pytest

import vedette as vd
from vedette.alerts.calendar import Planned, covered
from vedette.engine.excluded import dropped, emptied
from vedette.rules.seasonal_band import SeasonalBand

DAYS, ROWS = 60, 300
HOLIDAY = slice(30, 33)
CALENDAR = (Planned(name="holiday", from_="2024-03-31", to="2024-04-02"),)
SCHEMA = vd.Schema(time="at", score="p", label="y")


def log(seed, first="2024-03-01", broken=False, mute=False):
    """Return two months of rows; on a holiday the column moves, is half missing, and rows are few."""
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(DAYS), ROWS)
    holiday = broken & (day >= HOLIDAY.start) & (day < HOLIDAY.stop)
    x = rng.normal(size=len(day)) + 3 * holiday
    x[holiday & (rng.random(len(day)) < 0.5)] = np.nan
    p = rng.beta(2, 2, len(day))
    y = (rng.random(len(day)) < np.where(holiday, 1 - p, p)).astype(int)
    kept = ~holiday | (rng.random(len(day)) < 0.4)
    start = datetime.fromisoformat(first)
    at = [(start + timedelta(days=int(d), hours=12)).isoformat() for d in day]
    return {"at": np.array(at)[kept], "x": x[kept], "p": p[kept], "y": y[kept]}


@pytest.fixture(scope="module")
def baseline():
    from vedette.engine.baseline import Baseline

    return Baseline.fit(log(0, "2024-01-01"), SCHEMA, every="1d")


def run(baseline, seed=1, calendar=(), broken=True):
    more = [SeasonalBand(share=0.2)]
    return vd.compare(baseline, log(seed, broken=broken), every="1d", calendar=calendar, more_rules=more)


def touched(report):
    holiday = {w.label for w in report.windows[HOLIDAY]}
    starts = [w.start for w in report.windows]
    return [
        f
        for f in report.findings
        if f.window is not None
        and holiday
        & {w.label for w in report.windows[starts.index(f.window.start) : starts.index(f.until.start) + 1]}
    ]


def test_without_the_calendar_the_holiday_alarms(baseline):
    found = touched(run(baseline))
    assert {f.rule for f in found} >= {"promise", "missing_data"}
    assert {f.column for f in found} >= {"x", None}


def test_with_the_calendar_it_does_not_and_spends_no_evidence(baseline):
    report = run(baseline, calendar=CALENDAR)
    assert not touched(report)
    family, evidence = report.watched.family, report.watched.evidence
    for t in range(HOLIDAY.start, HOLIDAY.stop):
        np.testing.assert_array_equal(evidence[t], evidence[HOLIDAY.start - 1])
        assert family[t] == family[HOLIDAY.start - 1]


def test_what_happens_on_it_changes_nothing_after_it(baseline):
    calm = run(baseline, calendar=CALENDAR, broken=False)
    report = run(baseline, calendar=CALENDAR)
    before = slice(0, HOLIDAY.start)
    np.testing.assert_array_equal(report.watched.evidence[before], calm.watched.evidence[before])
    assert not touched(calm)


def test_a_muted_window_is_judged(baseline):
    from msgspec.structs import replace

    muted = [replace(entry, effect="mute") for entry in CALENDAR]
    assert len(touched(run(baseline, calendar=muted))) == len(touched(run(baseline)))


def test_a_history_keeps_its_other_windows(baseline):
    history = baseline.history
    skip = np.zeros(len(history.windows), bool)
    skip[3:5] = True
    kept = dropped(history, skip)
    assert len(kept.windows) == len(history.windows) - 2
    assert dropped(history, np.ones_like(skip)) is history
    assert emptied(history, np.zeros_like(skip)) is history
    empty = emptied(history, skip)
    for key, state in history.states.items():
        for name, array in state.arrays.items():
            np.testing.assert_array_equal(empty.states[key].arrays[name][~skip], array[~skip])
            np.testing.assert_array_equal(empty.states[key].arrays[name][skip], key[1].empty(2).arrays[name])


class TestReference:
    """Rows of the reference on days that the calendar excludes do not enter it."""

    PAST = (Planned(name="holiday", from_="2024-01-31", to="2024-02-02"),)

    def fit(self, rows, calendar=PAST, every="1d", **more):
        return vd.Baseline.fit(rows, SCHEMA, every=every, calendar=calendar, **more)

    def without(self, rows, first, last):
        kept = (rows["at"] < first) | (rows["at"] >= last)
        return {name: values[kept] for name, values in rows.items()}

    def test_it_is_the_reference_of_the_other_rows(self):
        broken = log(0, "2024-01-01", broken=True)
        clean = self.without(broken, "2024-01-31", "2024-02-03")
        baseline, wanted = self.fit(broken), self.fit(clean, ())
        gone = len(broken["x"]) - len(clean["x"])
        assert baseline.rows == len(clean["x"])
        assert [(n.code, n.count) for n in baseline.cube.notes][-1] == ("rows.planned", gone)
        assert 200 < gone < 3 * ROWS
        for key, state in wanted.cube.states.items():
            for name, array in state.arrays.items():
                np.testing.assert_array_equal(baseline.cube.states[key].arrays[name], array)
        assert baseline.layout == wanted.layout
        assert len(baseline.history.windows) == DAYS  # of the three, no row is there
        counts = baseline.history.states["", baseline.layout.bins("x")]["counts"].sum(1)
        assert counts[HOLIDAY].sum() == 0
        assert (np.delete(counts, range(30, 33)) > 0).all()

    def test_a_window_that_is_touched_is_left_out_whole(self):
        deploy = (Planned(name="deploy", from_="2024-01-31T02:00", to="2024-01-31T03:00"),)
        broken = log(0, "2024-01-01", broken=True)
        daily, spans = self.fit(broken, deploy), self.fit(broken, deploy, every=None)
        assert daily.rows == len(self.without(broken, "2024-01-31", "2024-02-01")["x"])
        assert spans.rows == len(broken["x"])  # all rows are at noon
        assert not [n for n in spans.cube.notes if n.code == "rows.planned"]

    def test_a_report_says_how_many(self):
        before = log(0, "2024-01-01", broken=True)
        report = vd.compare(before, log(1), SCHEMA, every="1d", calendar=self.PAST)
        (note,) = [n for n in report.notes if n.code == "rows.planned"]
        assert note.message.startswith("In the reference: Rows at times in at that the calendar leaves out")
        assert "日历" in note.in_words("zh")
        assert report.baseline.rows + note.count == len(before["x"])

    def test_a_mute_leaves_nothing_out(self):
        from msgspec.structs import replace

        broken = log(0, "2024-01-01", broken=True)
        assert self.fit(broken, [replace(one, effect="mute") for one in self.PAST]).rows == len(broken["x"])

    def test_files_in_parts(self, tmp_path):
        import polars as pl

        broken = log(0, "2024-01-01", broken=True)
        frame, folder = pl.DataFrame(broken), tmp_path / "log"
        folder.mkdir()
        for i, start in enumerate(range(0, len(frame), 5000)):
            frame.slice(start, 5000).write_parquet(folder / f"{i}.parquet")
        parts, whole = self.fit(str(folder)), self.fit(broken)
        assert (parts.rows, parts.layout, parts.cube.notes) == (whole.rows, whole.layout, whole.cube.notes)
        for key, state in whole.cube.states.items():
            for name, array in state.arrays.items():  # sums of other parts, up to the order of addition
                np.testing.assert_allclose(parts.cube.states[key].arrays[name], array, rtol=1e-9)


def test_the_calendar_covers_the_days_of_this_test(baseline):
    report = run(baseline, broken=False)
    assert np.flatnonzero(covered(CALENDAR, report.windows)).tolist() == [30, 31, 32]
