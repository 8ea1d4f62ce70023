"""The seasonal band against two simple rules, on hourly series into which an anomaly is put.

Series: overdispersed traffic with a day and a quieter weekend, a latency with a day and AR(1) noise, and a mean with
heavy-tailed noise. Anomalies of NAB's kinds, one in each series: a spike, a drop, an outage, a level shift, a ramp,
three times the noise, a day without its season. Rivals: the mean and three standard deviations of the last seven
days, and the residual of statsmodels' STL (robust, period of a day) with three trailing standard deviations; STL sees
the whole series, the future too, which favours it. Runs of points less than a day apart are one alarm for all three.
The first three weeks are not counted. An anomaly is found by an alarm that begins in it; an alarm that begins
elsewhere is false, those of the day after an anomaly are not counted. Run ``python benchmarks/band.py --seeds 20``.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.rules.base import Series, runs
from vedette.rules.seasonal_band import SeasonalBand
from vedette.values import Estimates, Window

Floats = npt.NDArray[np.float64]
HOUR = 3_600_000_000
DAY, WEEK = 24, 168
LENGTH, COUNTED = 10 * WEEK, 3 * WEEK


class Anomaly(NamedTuple):
    """What is done to `hours` of a series, and for how long."""

    name: str
    hours: int
    damage: Callable[[Floats, np.random.Generator], Floats]


ANOMALIES = (
    Anomaly("spike", 1, lambda v, _: v * 2.5),
    Anomaly("drop", 3, lambda v, _: v * 0.4),
    Anomaly("outage", 4, lambda v, _: v * 0.0),
    Anomaly("level shift", 72, lambda v, _: v * 1.6),
    Anomaly("ramp", 72, lambda v, _: v * np.linspace(1, 2, len(v))),
    Anomaly("noise x 3", 48, lambda v, rng: np.maximum(v * (1 + 0.3 * rng.standard_normal(len(v))), 0)),
    Anomaly("no season", 24, lambda v, _: np.full(len(v), v.mean())),
)


def traffic(rng: np.random.Generator) -> Floats:
    """Return counts: a day, a weekend, dispersion of five per cent beyond Poisson."""
    t = np.arange(LENGTH)
    shape = 1 + 0.5 * np.sin(2 * np.pi * t / DAY) + 0.15 * np.sin(4 * np.pi * t / DAY)
    week = np.where(t // DAY % 7 >= 5, 0.7, 1.0)
    return rng.poisson(500 * shape * week * np.exp(0.05 * rng.standard_normal(LENGTH))).astype(float)


def latency(rng: np.random.Generator) -> Floats:
    """Return milliseconds: a day, noise that remembers the last hour."""
    noise = np.zeros(LENGTH)
    for i, e in enumerate(rng.standard_normal(LENGTH)[1:], 1):
        noise[i] = 0.5 * noise[i - 1] + e
    return 200 * (1 + 0.2 * np.sin(2 * np.pi * np.arange(LENGTH) / DAY)) + 8 * noise


def heavy(rng: np.random.Generator) -> Floats:
    """Return a mean with a day and heavy-tailed noise (Student's t, 4 degrees of freedom)."""
    return 100 + 20 * np.sin(2 * np.pi * np.arange(LENGTH) / DAY) + 4 * rng.standard_t(4, LENGTH)


KINDS = {"traffic": traffic, "latency": latency, "heavy tails": heavy}


def banded(values: Floats, kind: str, false_alarms: str) -> npt.NDArray[np.bool_]:
    """Return where the seasonal band is left."""
    facts = {"metric": "row_count", "unit": "rows"} if kind == "traffic" else {"metric": "latency"}
    one = Series(
        title=kind,
        windows=tuple(Window(i * HOUR, (i + 1) * HOUR, str(i)) for i in range(len(values))),
        current=Estimates.of(values, n=np.maximum(values, 1)),
        evidence=np.full(len(values), np.nan),
        **facts,
    )
    return SeasonalBand(metrics=(), false_alarms=false_alarms).breached(one)


def three_sigma(values: Floats, kind: str) -> npt.NDArray[np.bool_]:
    """Return where a value is three standard deviations from the mean of the week before it."""
    return beyond(values, WEEK)


def stl(values: Floats, kind: str) -> npt.NDArray[np.bool_]:
    """Return where the residual of STL is three standard deviations from that of the week before it."""
    from statsmodels.tsa.seasonal import STL

    return beyond(STL(values, period=DAY, robust=True).fit().resid, WEEK)


def beyond(values: Floats, window: int) -> npt.NDArray[np.bool_]:
    """Return where a value is three standard deviations from the mean of the `window` values before it."""
    total, squares = (np.concatenate(([0.0], np.cumsum(v))) for v in (values, values**2))
    mean = (total[window:-1] - total[: -window - 1]) / window
    variance = (squares[window:-1] - squares[: -window - 1]) / window - mean**2
    far = np.zeros(len(values), bool)
    far[window:] = np.abs(values[window:] - mean) > 3 * np.sqrt(np.maximum(variance, 1e-12))
    return far


def beginnings(outside: npt.NDArray[np.bool_]) -> list[int]:
    """Return where alarms begin: runs less than a day apart are one."""
    found: list[tuple[int, int]] = []
    for start, end in runs(outside):
        if found and start - found[-1][1] < DAY:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return [start for start, _ in found]


METHODS: dict[str, Callable[[Floats, str], npt.NDArray[np.bool_]]] = {
    "SeasonalBand, 1 per quarter": lambda v, kind: banded(v, kind, "1 per quarter"),
    "SeasonalBand, 1 per month": lambda v, kind: banded(v, kind, "1 per month"),
    "mean ± 3 sd of 7 days": three_sigma,
    "STL residual ± 3 sd": stl,
}


class Score:
    """What a method found over all series."""

    def __init__(self) -> None:
        self.found: dict[str, list[int]] = {anomaly.name: [] for anomaly in ANOMALIES}
        self.false = self.hours = 0
        self.quiet_false = self.quiet_hours = 0
        self.seconds = 0.0

    def take(self, anomaly: Anomaly | None, at: int, begun: list[int]) -> None:
        """Take the alarms of a series with an anomaly at an hour, or of one without."""
        begun = [b for b in begun if b >= COUNTED]
        hours = anomaly.hours if anomaly else 0
        away = [b for b in begun if not at <= b < at + hours + DAY] if anomaly else begun
        self.false += len(away)
        self.hours += LENGTH - COUNTED
        if anomaly is None:
            self.quiet_false, self.quiet_hours = (
                self.quiet_false + len(begun),
                self.quiet_hours + LENGTH - COUNTED,
            )
            return
        self.found[anomaly.name].append(any(at <= b < at + hours for b in begun))

    def row(self) -> list[str]:
        """Return precision, recall, recall by kind, false alarms a day on series without any anomaly, µs a point."""
        hits = sum(sum(found) for found in self.found.values())
        total = sum(len(found) for found in self.found.values())
        by_kind = [f"{np.mean(found):.2f}" for found in self.found.values()]
        day = 24 * self.quiet_false / self.quiet_hours
        precision = hits / max(hits + self.false, 1)
        return [
            f"{precision:.2f}",
            f"{hits / total:.2f}",
            *by_kind,
            f"{day:.4f}",
            f"{1e6 * self.seconds / self.hours:.1f}",
        ]


def run(kind: str, seeds: int) -> dict[str, Score]:
    """Return the scores of all methods on series of a kind."""
    scores = {name: Score() for name in METHODS}
    for seed in range(seeds):
        for number, anomaly in enumerate((*ANOMALIES, None)):
            rng = np.random.default_rng([seed, number])
            values = KINDS[kind](rng)
            at = int(rng.integers(6 * WEEK, LENGTH - 4 * DAY))
            if anomaly is not None:
                span = slice(at, at + anomaly.hours)
                values[span] = anomaly.damage(values[span], rng)
                values = np.round(values) if kind == "traffic" else values
            for name, method in METHODS.items():
                start = time.process_time()
                outside = method(values, kind)
                scores[name].seconds += (time.process_time() - start) * (LENGTH - COUNTED) / LENGTH
                scores[name].take(anomaly, at, beginnings(outside))
    return scores


def main() -> None:
    """Print a table for each kind of series, and write them where asked."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seeds", type=int, default=20)
    asked.add_argument("--csv", type=Path, help="write the numbers here too")
    given = asked.parse_args()
    header = ["precision", "recall", *(a.name for a in ANOMALIES), "false alarms/day", "µs/point"]
    rows = [[kind, name, *score.row()] for kind in KINDS for name, score in run(kind, given.seeds).items()]
    print(f"{given.seeds} series of {LENGTH // WEEK} weeks for each anomaly, and as many without any\n")
    print(f"| series | method | {' | '.join(header)} |")
    print(f"|---|---|{'--:|' * len(header)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    if given.csv:
        with given.csv.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerows([["series", "method", *header], *rows])


if __name__ == "__main__":
    sys.exit(main())
