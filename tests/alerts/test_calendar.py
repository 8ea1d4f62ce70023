"""Days that are not like others, in the wall clock of the monitor."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.alerts.calendar import Planned, covered
from vedette.errors import ConfigError
from vedette.values import Window


def days(first, n, hours=24):
    start = datetime.fromisoformat(first).replace(tzinfo=UTC)
    edges = [int((start + timedelta(hours=hours * i)).timestamp() * 1e6) for i in range(n + 1)]
    labels = [(start + timedelta(hours=hours * i)).strftime("%Y-%m-%d %H") for i in range(n)]
    return [Window(a, b, label) for a, b, label in zip(edges, edges[1:], labels, strict=False)]


def labels(entry, windows, zone="UTC", effect="exclude"):
    return [w.label[:10] for w, c in zip(windows, covered([entry], windows, zone, effect), strict=True) if c]


def test_dates_are_whole_days_the_last_one_included():
    entry = Planned(name="Christmas", from_="2024-12-24", to="2024-12-26")
    assert labels(entry, days("2024-12-20", 10)) == ["2024-12-24", "2024-12-25", "2024-12-26"]


def test_yearly_over_new_year_and_leap_days():
    entry = Planned(name="turn", from_="2023-12-31", to="2024-01-01", repeat="yearly")
    found = labels(entry, days("2024-06-01", 800))
    assert found == ["2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01"]
    leap = Planned(name="leap", dates=("2024-02-29",), repeat="yearly")
    assert labels(leap, days("2023-01-01", 2000)) == ["2024-02-29", "2028-02-29"]


def test_weekly_works_before_and_after_the_week_written():
    entry = Planned(name="weekend", from_="2024-06-01", to="2024-06-02", repeat="weekly")
    windows = days("2024-05-01", 60)
    expected = [w.label[:10] for w in windows if date.fromisoformat(w.label[:10]).weekday() >= 5]
    assert labels(entry, windows) == expected


def test_moments_are_of_the_wall_clock():
    entry = Planned(name="deploy", from_="2024-07-01T14:00", to="2024-07-01T15:00")
    hours = days("2024-07-01", 24, hours=1)
    assert covered([entry], hours, "Europe/Berlin").nonzero()[0].tolist() == [12]
    assert covered([entry], hours).nonzero()[0].tolist() == [14]


@given(st.integers(0, 500), st.integers(0, 9), st.sampled_from(["never", "weekly", "yearly"]))
def test_a_window_is_touched_as_a_loop_over_days_says(offset, length, repeat):
    first = date(2024, 1, 1) + timedelta(offset)
    last = first + timedelta(length % (7 if repeat == "weekly" else 10))
    entry = Planned(name="x", from_=first, to=last, repeat=repeat)
    windows = days("2024-03-01", 420)
    mine = covered([entry], windows)
    for w, found in zip(windows, mine, strict=True):
        day = date.fromisoformat(w.label[:10])
        if repeat == "never":
            expected = first <= day <= last
        elif repeat == "weekly":
            expected = (day - first).days % 7 <= (last - first).days
        else:
            years = [first.replace(year=y) if (first.month, first.day) != (2, 29) or y % 4 == 0 else None
                     for y in (2023, 2024, 2025)]  # fmt: skip
            expected = any(a is not None and a <= day <= a + (last - first) for a in years)
        assert found == expected, (day, first, last)


def test_effects_are_apart():
    entry = Planned(name="quiet", dates=("2024-01-02",), effect="mute")
    windows = days("2024-01-01", 3)
    assert not covered([entry], windows).any()
    assert labels(entry, windows, effect="mute") == ["2024-01-02"]


def test_nothing_declared_touches_nothing():
    assert covered([], days("2024-01-01", 3)).tolist() == [False] * 3
    assert covered([Planned(name="x", dates=("2024-01-02",))], []).shape == (0,)
    assert covered([], []).dtype == np.bool_


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, "alerts.bad-calendar"),
        ({"from_": "2024-01-02"}, "alerts.bad-calendar"),
        ({"from_": "2024-01-02", "to": "2024-01-01"}, "alerts.bad-calendar"),
        ({"from_": "2024-01-02", "to": "2024-01-03", "dates": ("2024-01-01",)}, "alerts.bad-calendar"),
        ({"dates": ("Christmas",)}, "alerts.bad-date"),
    ],
)
def test_what_says_no_time_is_refused(facts, code):
    with pytest.raises(ConfigError) as raised:
        Planned(name="x", **facts)
    assert raised.value.code == code
