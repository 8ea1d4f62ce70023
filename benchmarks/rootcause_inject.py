"""Eight causes, each put into rows that otherwise are draws of the reference's law."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from rootcause_data import Data

FACTORS = (
    (10.0, 0.0),
    (100.0, 0.0),
    (1000.0, 0.0),
    (0.1, 0.0),
    (0.01, 0.0),
    (0.001, 0.0),
    (1.8, 32.0),
    (1.609344, 0.0),
    (1 / 0.45359237, 0.0),
    (60.0, 0.0),
)
Rng = np.random.Generator


class Injected(NamedTuple):
    """Current rows, and where the cause lies: columns (any of them is right) or a segment."""

    frame: pd.DataFrame
    columns: tuple[str, ...] = ()
    segment: str = ""


def drawn(data: Data, rng: Rng, rows: int, weight: Any = None) -> pd.DataFrame:
    """Rows of the pool, with replacement only where they are weighted."""
    p = None if weight is None else np.asarray(weight, float) / np.sum(weight)
    chosen = rng.choice(len(data.pool), rows, replace=weight is not None, p=p)
    return data.pool.iloc[chosen].reset_index(drop=True)


def covariate_shift(data: Data, rng: Rng, rows: int) -> Injected:
    """One feature's law tilted: its rank exponentially, or the odds of one category times four."""
    column = str(rng.choice([*data.numbers, *_varied(data)]))
    values = data.pool[column]
    if column in data.numbers:
        rank = values.rank(pct=True).fillna(0.5)
        weight = np.exp(rng.choice([-2.5, 2.5]) * (rank - 0.5))
    else:
        shares = values.value_counts(normalize=True)
        weight = np.where(values == rng.choice(shares.index[(shares > 0.05) & (shares < 0.6)]), 4.0, 1.0)
    return Injected(data.scored(drawn(data, rng, rows, weight)), (column,))


def label_shift(data: Data, rng: Rng, rows: int) -> Injected:
    """The odds of the positive class times or divided by 2.5."""
    odds = rng.choice([0.4, 2.5])
    return Injected(data.scored(drawn(data, rng, rows, np.where(data.pool["label"] == 1, odds, 1.0))))


def concept_shift(data: Data, rng: Rng, rows: int) -> Injected:
    """In one segment of at least one row in twenty, four labels in ten are the other class."""
    frame = data.scored(drawn(data, rng, rows))
    column = str(rng.choice(data.segments))
    shares = data.reference[column].value_counts(normalize=True)
    value = rng.choice(shares.index[(shares > 0.05) & (shares < 0.6)])
    hit = (frame[column] == value) & (rng.random(rows) < 0.4)
    return Injected(
        frame.assign(label=frame["label"].where(~hit, 1 - frame["label"])), (), f"{column}={value}"
    )


def unit_change(data: Data, rng: Rng, rows: int) -> Injected:
    """One number column in another unit."""
    frame = drawn(data, rng, rows)
    column = str(rng.choice([c for c in data.numbers if data.pool[c].nunique() >= 8]))
    factor, offset = FACTORS[rng.integers(len(FACTORS))]
    return Injected(data.scored(frame.assign(**{column: frame[column] * factor + offset})), (column,))


def missing_burst(data: Data, rng: Rng, rows: int) -> Injected:
    """One column missing in 30 % of the rows, one after the other."""
    frame = drawn(data, rng, rows)
    column = str(rng.choice([*data.numbers, *data.categories]))
    start = rng.integers(int(rows * 0.7))
    frame.loc[start : start + int(rows * 0.3), column] = np.nan if column in data.numbers else None
    return Injected(data.scored(frame), (column,))


def swapped_columns(data: Data, rng: Rng, rows: int) -> Injected:
    """Two columns of one kind in each other's place; their laws differ by at least .2."""
    pairs = [
        (a, b) for group in (data.numbers, data.categories) for i, a in enumerate(group) for b in group[:i]
    ]
    pairs = [pair for pair in pairs if _apart(data, *pair) > 0.2]
    left, right = pairs[rng.integers(len(pairs))]
    frame = drawn(data, rng, rows)
    return Injected(data.scored(frame.assign(**{left: frame[right], right: frame[left]})), (left, right))


def new_category(data: Data, rng: Rng, rows: int) -> Injected:
    """In 10 % of the rows a category that nobody has seen."""
    frame = drawn(data, rng, rows)
    column = str(rng.choice(data.categories))
    changed = frame[column].where(rng.random(rows) > 0.1, "never seen before")
    return Injected(data.scored(frame.assign(**{column: changed})), (column,))


def label_pipeline(data: Data, rng: Rng, rows: int) -> Injected:
    """A quarter of the labels inverted, or 60 % of positives late: recorded as negative, or not recorded."""
    frame = data.scored(drawn(data, rng, rows))
    label, way = frame["label"].astype(float), rng.integers(3)
    if way == 0:
        return Injected(frame.assign(label=label.where(rng.random(rows) > 0.25, 1 - label)))
    late = (label == 1) & (rng.random(rows) < 0.6)
    return Injected(frame.assign(label=label.where(~late, 0.0 if way == 1 else np.nan)))


def _varied(data: Data) -> list[str]:
    """Return the categories with a value between one row in twenty and six in ten."""
    shares = {c: data.reference[c].value_counts(normalize=True) for c in data.categories}
    return [c for c, s in shares.items() if ((s > 0.05) & (s < 0.6)).any()]


def _apart(data: Data, left: str, right: str) -> float:
    a, b = data.reference[left].dropna(), data.reference[right].dropna()
    if left in data.numbers:
        from scipy.stats import ks_2samp

        return float(ks_2samp(a, b).statistic)
    both = pd.concat([a.value_counts(normalize=True), b.value_counts(normalize=True)], axis=1).fillna(0)
    return float((both.iloc[:, 0] - both.iloc[:, 1]).abs().sum() / 2)


def nothing(data: Data, rng: Rng, rows: int) -> Injected:
    """No cause at all."""
    return Injected(data.scored(drawn(data, rng, rows)))


#: Cause as `Diagnosis` names it -> how it is put in.
CAUSES: dict[str, Callable[[Data, Rng, int], Injected]] = {
    "covariate shift": covariate_shift,
    "label shift": label_shift,
    "concept shift": concept_shift,
    "unit change": unit_change,
    "missing burst": missing_burst,
    "swapped columns": swapped_columns,
    "new category": new_category,
    "label pipeline": label_pipeline,
    "stable": nothing,
}
