"""The seasonal band: seldom wrong on a series that only has seasons, and quick on one that broke."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from scipy.stats import binom
from tests.rules.conftest import spans

from vedette.errors import ConfigError
from vedette.rules._slots import slots_of
from vedette.rules._tail import MEMORY, Residuals, Tail
from vedette.rules.base import Series
from vedette.rules.seasonal_band import SeasonalBand
from vedette.values import Estimates, Window

HOUR = 3_600_000_000
WEEKS = 8


def hourly(n, start="2024-01-01", zone="UTC"):
    first = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone))
    at = int(first.timestamp() * 1e6)
    return tuple(Window(at + i * HOUR, at + (i + 1) * HOUR, f"h{i}") for i in range(n))


def traffic(seed, n=24 * 7 * WEEKS, size=400.0, noise=0.05):
    """Return counts with a day, a quieter weekend and overdispersion."""
    rng, t = np.random.default_rng(seed), np.arange(n)
    shape = 1 + 0.6 * np.sin(2 * np.pi * t / 24) + 0.15 * np.sin(4 * np.pi * t / 24)
    week = np.where(t // 24 % 7 >= 5, 0.6, 1.0)
    return rng.poisson(size * shape * week * np.exp(noise * rng.standard_normal(n))).astype(float)


def series(value, *, rows=True, windows=None, n=1000, half=np.nan, **facts):
    value = np.asarray(value, float)
    facts = (
        {"metric": "row_count", "title": "rows", "unit": "rows"} if rows else {"metric": "m", "title": "m"}
    ) | facts
    return Series(
        windows=windows or hourly(len(value)),
        current=Estimates.of(
            value, value - half, value + half, n=np.where(np.isnan(value), 0, value if rows else n)
        ),
        evidence=np.full(len(value), np.nan),
        **facts,
    )


def alarms(one, rule=None):
    rule = rule or SeasonalBand()
    return list(rule.fold(one))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["large", "small", "plain", "rate"])
def test_a_series_that_only_has_seasons_keeps_the_promise(kind):
    """At most one alarm a month in 20 series of 7 judged weeks: at exactly that rate, more than 50 has p = 5e-3."""
    judged = 0
    found = 0
    rule = SeasonalBand(metrics=(), false_alarms="1 per month", share=0.0)
    for seed in range(20):
        if kind in ("large", "small"):
            one = series(traffic(seed, size=400 if kind == "large" else 20))
        else:
            mean = traffic(seed) / 800
            rng = np.random.default_rng(seed + 99)
            if kind == "rate":
                value = rng.binomial(500, np.clip(mean * 0.3, 0.01, 0.9)) / 500
                one = series(value, rows=False, unit="share", proportion=True, n=500)
            else:
                one = series(mean + 0.05 * rng.standard_normal(len(mean)), rows=False)
        judged += int(np.isfinite(rule.band(one).p).sum())
        found += len(alarms(one, rule))
    assert judged > 20 * 24 * 7 * (WEEKS - 1)
    assert binom.sf(50, judged, 1 / 730.5) < 6e-3
    assert found <= 50


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("what", "damage", "length"),
    [
        ("spike", lambda v: v * 3, 1),
        ("drop", lambda v: v * 0.3, 3),
        ("missing", lambda v: v * 0, 2),
        ("shift", lambda v: v * 1.8, 48),
    ],
)
def test_what_broke_is_found_at_once(what, damage, length, seed):
    values = traffic(seed)
    at = 24 * 7 * 6 + 12 + seed
    values[at : at + length] = np.round(damage(values[at : at + length]))
    found = [f for f in alarms(series(values)) if f.window.start == hourly(len(values))[at].start]
    assert found, what
    assert found[0].level == ("act" if what == "missing" else "watch")


def test_windows_without_any_row_count_as_none():
    values = traffic(0)
    values[900:903] = np.nan
    (one,) = [f for f in alarms(series(values)) if f.level == "act"]
    assert spans([one]) == [("h900", "h902")]
    assert one.message.startswith("rows: 0 in h")
    assert one.effect.value < 0


def test_runs_less_than_a_cycle_apart_are_one_alarm():
    values = traffic(1)
    values[[900, 905, 910]] = 0
    assert ("h900", "h910") in spans(alarms(series(values)))


def test_a_new_level_becomes_normal():
    values = traffic(2)
    values[1000:] = np.round(values[1000:] * 2.0)
    (first, *later) = [f for f in alarms(series(values)) if f.window.start >= hourly(1001)[1000].start]
    assert spans([first])[0][0] == "h1000"
    assert not [f for f in later if int(f.window.label[1:]) > 1000 + 24 * 7]


def test_a_point_is_judged_by_those_before_it():
    values = traffic(3, n=24 * 7 * 4)
    other = values.copy()
    other[500:] = 0
    mine, theirs = SeasonalBand().band(series(values)), SeasonalBand().band(series(other))
    for name in ("expected", "low", "high", "p"):
        np.testing.assert_array_equal(getattr(mine, name)[:500], getattr(theirs, name)[:500])
    assert mine.expected[500] == theirs.expected[500]


def test_one_outlier_hardly_moves_what_is_expected():
    values = traffic(4)
    spiked = values.copy()
    spiked[900] *= 50
    mine, theirs = SeasonalBand().band(series(values)), SeasonalBand().band(series(spiked))
    np.testing.assert_allclose(mine.expected[901:950], theirs.expected[901:950], rtol=0.1)


def test_it_says_how_far_it_has_learnt():
    made = SeasonalBand().band(series(traffic(0, n=60)))
    assert made.learning == "learning (34/48)"  # the first day is only followed
    assert not np.isfinite(made.p).any()
    assert not SeasonalBand().band(series(traffic(0))).learning


def test_a_direction_that_is_better_is_no_alarm():
    rng = np.random.default_rng(0)
    value = 100 + rng.standard_normal(600)
    value[500] = 150
    latency = {"rows": False, "metric": "latency", "title": "latency"}
    assert alarms(series(value, **latency, better="lower"), SeasonalBand(metrics=("latency",)))
    assert not [
        f
        for f in alarms(series(value, **latency, better="higher"), SeasonalBand(metrics=("latency",)))
        if f.window.label == "h500"
    ]
    both = SeasonalBand(metrics=("latency",), side="both")
    assert alarms(series(value, **latency, better="higher"), both)


def test_a_window_left_out_is_neither_judged_nor_learnt_from():
    values = traffic(5)
    values[900:924] = 0
    skip = np.zeros(len(values), bool)
    skip[900:924] = True
    one = series(values, skip=skip)
    assert not [f for f in alarms(one) if f.window.label.startswith("h9")]
    made = SeasonalBand().band(one)
    assert np.isnan(made.p[900:924]).all()
    assert made.learnt[924] == made.learnt[900]


def test_points_with_few_rows_have_wide_bands():
    rng = np.random.default_rng(6)
    n = np.where(np.arange(800) % 10 == 0, 50, 5000)
    value = rng.binomial(n, 0.2) / n
    made = SeasonalBand(metrics=()).band(series(value, rows=False, unit="share", proportion=True, n=n))
    width = made.high - made.low
    assert np.nanmedian(width[n == 50]) > 5 * np.nanmedian(width[n == 5000])


def test_slots_follow_the_wall_clock_through_both_changes_of_the_clock():
    zone = "Europe/Berlin"
    for start in ("2024-03-29", "2024-10-25"):
        windows = hourly(96, start, zone)
        day, week = slots_of(windows, zone).tables
        local = [datetime.fromtimestamp(w.start / 1e6, UTC).astimezone(ZoneInfo(zone)) for w in windows]
        assert day == [t.hour for t in local]
        assert week == [t.weekday() * 24 + t.hour for t in local]


def test_days_have_the_week_as_their_cycle_and_rows_none():
    day = timedelta(days=1) // timedelta(microseconds=1)
    assert slots_of([Window(i * day, (i + 1) * day, "") for i in range(9)]).cycle == 7
    assert slots_of([Window(i * 1000, (i + 1) * 1000, "") for i in range(9)]) == (1, ())


def test_residuals_forget_and_rank_as_a_sorted_list_says():
    rng = np.random.default_rng(0)
    kept, all_of_them = Residuals(), rng.standard_normal(MEMORY + 200)
    for z in all_of_them.tolist():
        kept.add(z)
    recent = all_of_them[-MEMORY:]
    small, large, extrapolated = kept.p_values(0.7)
    assert large == (1 + (recent >= 0.7).sum()) / (MEMORY + 1)
    assert small == (1 + (recent <= 0.7).sum()) / (MEMORY + 1)
    assert not extrapolated
    assert kept.p_values(50.0)[2]


@pytest.mark.parametrize(
    ("draw", "least", "most"),
    [
        (lambda rng, n: rng.exponential(size=n), 0.3, 1.5),
        (lambda rng, n: np.abs(rng.standard_normal(n)), 0.1, 1.5),
        (lambda rng, n: np.abs(rng.standard_t(3, n)), 0.3, 3.0),
    ],
)
def test_extrapolated_p_values_mean_what_they_say(draw, least, most):
    """Of 400 000 points judged by 200 fitted tails, the share with p <= 1/2000 over 1/2000; standard error < 0.1."""
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(200):
        tail = Tail.of(sorted(draw(rng, MEMORY).tolist()))
        hits += int((draw(rng, 2000) > tail.edge(1 / 2000, MEMORY)).sum())
    assert least < hits / 200 < most


def test_edge_and_p_value_agree():
    rng = np.random.default_rng(2)
    tail = Tail.of(sorted(rng.exponential(size=300).tolist()))
    for alpha in (1e-3, 1e-4, 1e-6):
        assert tail.beyond(tail.edge(alpha, 300), 300) == pytest.approx(alpha)


def test_a_promise_that_is_none_is_refused():
    with pytest.raises(ConfigError) as raised:
        SeasonalBand(false_alarms="never")
    assert raised.value.code == "alerts.bad-promise"


def test_a_step_costs_the_same_however_long_the_history():
    """Time a point of a long series over that of a short one; in seconds of the processor, best of 3."""

    def cost(n):
        one = series(traffic(0, n=n))
        times = []
        for _ in range(3):
            start = time.process_time()
            SeasonalBand().band(one)
            times.append(time.process_time() - start)
        return min(times) / n

    assert cost(12_000) < 3 * cost(1500)
