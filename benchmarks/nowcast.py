"""F1 of windows whose labels are not all in, against the labels that came later: five ways to tell it.

Simulated: 4000 rows a window, the labels of positives come after about eight days, those of negatives at thirty; with
and without a change of what the label means. And real: flights from New York in 2013, whose label is known when they
land.

    vedette demo flights --folder flights      # writes the flights
    python benchmarks/nowcast.py --flights flights
"""

from __future__ import annotations

import argparse
import csv
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

import cache
import vedette as vd
from vedette.engine.as_known import instant
from vedette.engine.nowcasts import Nowcasts
from vedette.metrics.base import metric
from vedette.report.report import Report

Floats = NDArray[np.float64]
#: (data, age, method) -> errors.
Errors = dict[tuple[str, str, str], list[float]]

METHODS = ("labels so far", "inverse weights", "chain ladder", "CBPE", "nowcast")
RESULTS = cache.BENCHMARKS / "results" / "nowcast.csv"
ROWS, DAY_S = 4000, 86_400
AGES = (2, 5, 10, 20, 29)
#: Days whose labels are all in, before those that are looked at.
MATURED = range(60, 40, -1)
#: By how much the log-odds of every row move when the label changes its meaning.
CHANGE = 0.8
#: Largest inverse weight.
CAP = 20.0
#: Hours after midnight of the next day, and every how many days.
HOURS, EVERY_DAYS = (-8, -4, 0, 4), 9


def main() -> None:
    """Print a table of mean errors by age and write every line of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--quick", action="store_true", help="five seeds and few days")
    parser.add_argument("--flights", type=Path, help="folder that `vedette demo flights` wrote")
    parser.add_argument("--every-days", type=int, default=EVERY_DAYS, help="step between the days of flights")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    errors: Errors = defaultdict(list)
    covered: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for seed in range(5 if given.quick else given.seeds):
        for change in (0.0, CHANGE):
            _simulated(seed, change, errors, covered)
    if given.flights:
        _flights(given.flights, errors, covered, 45 if given.quick else given.every_days)
    lines = list(_lines(errors, covered))
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("data", "age", "windows", *METHODS, "band covers"))
        writer.writerows(lines)
    print(f"| data | age | windows | {' | '.join(METHODS)} | band covers |")
    print(f"|---|--:|--:|{'--:|' * (len(METHODS) + 1)}")
    for line in lines:
        print(f"| {' | '.join(map(str, line))} |")


def _lines(errors: Errors, covered: Mapping[tuple[str, str], list[bool]]) -> Iterator[tuple[Any, ...]]:
    for data, age in covered:
        means = [np.nanmean(errors[data, age, m]) if errors[data, age, m] else np.nan for m in METHODS]
        share = f"{100 * np.mean(covered[data, age]):.0f}%"
        yield data, age, len(covered[data, age]), *(f"{m:.4f}" for m in means), share


def _simulated(seed: int, change: float, errors: Errors, covered: dict[tuple[str, str], list[bool]]) -> None:
    rng = np.random.default_rng(seed)
    today = 200
    reference = _rows(rng, np.zeros(10_000), 0.0)
    del reference["known"]
    past = [_rows(rng, np.full(ROWS, float(today - age)), 0.0) for age in MATURED]
    new = [_rows(rng, np.full(ROWS, float(today - age)), change) for age in AGES]
    current = {name: np.concatenate([part[name] for part in (*past, *new)]) for name in reference}
    current["known"] = np.concatenate([part["known"] for part in (*past, *new)])
    schema = vd.Schema(time="time", score="score", label="y", label_time="known")
    day = np.datetime64(today, "D")
    report = vd.compare(reference, current, schema, every="1d", as_of=str(day), metrics=["f1"])
    name = "change of meaning" if change else "no change"
    for age, rows in zip(AGES, new, strict=True):
        place = [w.label for w in report.windows].index(str(day - age))
        truth = _f1(_table(rows["score"] >= 0.5, rows["y"] == 1))
        _add(report, place, truth, (name, f"{age} d"), errors, covered)


def _rows(rng: np.random.Generator, day: Floats, change: float) -> dict[str, Floats]:
    """Return rows whose scores are right before the change; positives are known early, the others at thirty days."""
    logit = rng.normal(-1.0, 1.2, len(day))
    positive = rng.random(len(day)) < 1 / (1 + np.exp(-logit - change))
    delay = np.where(positive, np.minimum(rng.gamma(4.0, 2.0, len(day)), 29.9), 30.0)
    known = (day + delay) * DAY_S
    return {
        "time": day * DAY_S,
        "score": 1 / (1 + np.exp(-logit)),
        "y": positive.astype(float),
        "known": known,
    }


def _flights(folder: Path, errors: Errors, covered: dict[tuple[str, str], list[bool]], step: int) -> None:
    rows = pq.read_table(folder / "predictions.parquet", columns=["flight_id", "departed_at", "p_late"])
    labels = pq.read_table(folder / "labels.parquet")
    schema = vd.Schema(
        id="flight_id", time="departed_at", score="p_late", label="late", label_time="landed_at"
    )
    reference = pq.read_table(folder / "reference.parquet", columns=[*rows.column_names, "late"])
    baseline = vd.Baseline.fit(reference, schema, metrics=["f1", "roc_auc"])
    zone = "America/New_York"
    local = pc.local_timestamp(pc.cast(rows["departed_at"], pa.timestamp("us", tz=zone)))
    days = np.unique(pc.cast(local, pa.date32()).to_numpy().astype("datetime64[D]"))
    whole = rows.join(labels, "flight_id", join_type="left outer")
    for day in days[35::step]:
        for hours in HOURS:
            moment = (day + 1).astype("datetime64[h]") + hours
            since = pc.and_(
                pc.greater_equal(local, pa.scalar((day - 30).astype("datetime64[us]"))),
                pc.less(local, pa.scalar((day + 1).astype("datetime64[us]"))),
            )
            report = vd.compare(
                baseline,
                rows.filter(since),
                labels=labels,
                every="1d",
                timezone=zone,
                as_of=str(moment),
                metrics=["f1"],
            )
            labels_of = [w.label for w in report.windows]
            if str(day) not in labels_of:
                continue
            window = report.windows[labels_of.index(str(day))]
            truth = _flown(whole, window.start, instant(str(moment), zone))
            _add(
                report,
                labels_of.index(str(day)),
                truth,
                ("flights", f"midnight {hours:+d} h"),
                errors,
                covered,
            )


def _flown(whole: pa.Table, start: int, end: int) -> float:
    """Return the F1 of the flights that left between two instants, by the labels of all that landed."""
    left = pc.cast(pc.cast(whole["departed_at"], pa.timestamp("us", tz="UTC")), pa.int64()).to_numpy()
    label = whole["late"].to_numpy()
    kept = (left >= start) & (left < min(end, start + 90_000_000_000)) & ~np.array(whole["late"].is_null())
    return _f1(_table(whole["p_late"].to_numpy()[kept] >= 0.5, label[kept].astype(bool)))


def _add(
    report: Report,
    place: int,
    truth: float,
    key: tuple[str, str],
    errors: Errors,
    covered: dict[tuple[str, str], list[bool]],
) -> None:
    assert report.nowcasts is not None
    nowcast = report.nowcast("f1")
    found = dict(zip(METHODS[:3], _others(report.nowcasts, place), strict=True))
    free = metric("estimated_f1", adjust=False, gate="none")
    state, known = (
        cube.state(free.needs(report.baseline.layout)["score"])
        for cube in (report.cube, report.baseline.cube)
    )
    assert state is not None
    assert known is not None
    found["CBPE"] = float(free.compute({"score": state.take([place])}, {"score": known}).value[0])
    found["nowcast"] = float(nowcast.estimates.value[place])
    for method, value in found.items():
        errors[(*key, method)].append(abs(value - truth))
    covered[key].append(bool(nowcast.low[place] - 1e-12 <= truth <= nowcast.high[place] + 1e-12))


def _others(nowcasts: Nowcasts, place: int) -> tuple[float, float, float]:
    """Return F1 by the labels so far, by inverse weights, and by the chain ladder, from the same delay law."""
    strata, law = nowcasts.strata.at([place]), nowcasts.law
    labelled = np.stack([strata.summed(strata.labelled[..., y])[0] for y in (0, 1)], axis=1)
    rows, side = strata.rows[0], np.arange(len(labelled)) % 2
    share = (rows[:, None] * law.known).sum(axis=2) / np.maximum(rows.sum(axis=1), 1)[:, None]
    mean = strata.prior[0] * share[:, 1] + (1 - strata.prior[0]) * share[:, 0]
    weight = np.minimum(1 / np.maximum(mean, 1e-12), CAP)
    rate = np.where(share > 0, labelled / np.maximum(rows.sum(axis=1)[:, None] * share, 1e-12), 0.0).clip(
        0, 1
    )
    positive = np.where(share[:, 0] > 0, rate[:, 1] / np.maximum(rate.sum(axis=1), 1e-12), rate[:, 1])
    ladder = (rows.sum(axis=1) * (1 - law.never))[:, None] * np.stack((1 - positive, positive), axis=1)
    tables = (labelled, labelled * weight[:, None], ladder)
    return tuple(_f1(np.stack([t[side == s].sum(axis=0) for s in (0, 1)])) for t in tables)  # type: ignore[return-value]


def _table(predicted: NDArray[np.bool_], true: NDArray[np.bool_]) -> Floats:
    return np.bincount(2 * predicted.astype(int) + true.astype(int), minlength=4).reshape(2, 2).astype(float)


def _f1(table: Floats) -> float:
    """Return F1 of a table by predicted and true class."""
    whole = 2 * table[1, 1] + table[0, 1] + table[1, 0]
    return float(2 * table[1, 1] / whole) if whole > 0 else float("nan")


if __name__ == "__main__":
    main()
