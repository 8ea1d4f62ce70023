"""An experiment: a calibrator that sees features together, by row, on the windows that `labelfree.py` writes.

Boosted trees give each row a probability; their sums are read as accuracy, ROC AUC and F1 and held against the labels,
beside an isotonic curve of the score alone.

    python benchmarks/labelfree.py
    python benchmarks/by_row.py
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression

import cache
from labelfree import ROLES, SCENARIOS, Scenario

Floats = NDArray[np.float64]
#: Reference rows that the calibrators are fitted on, and categories of a column that are told apart.
ROWS, KNOWN = 40_000, 250


def numbers(table: pa.Table, name: str) -> Floats:
    """A column as numbers."""
    return np.asarray(table[name].cast(pa.float64()).to_numpy(), np.float64)


def inputs(tables: list[pa.Table]) -> tuple[list[Floats], list[bool]]:
    """Features and, last, the score of each table; which of them are categories, coded by the first table."""
    columns: list[list[Floats]] = [[] for _ in tables]
    kinds = []
    for name in (n for n in tables[0].column_names if n not in ROLES):
        kinds.append(
            not (pa.types.is_floating(tables[0][name].type) or pa.types.is_integer(tables[0][name].type))
        )
        known: dict[str, int] = {}
        for place, table in enumerate(tables):
            if kinds[-1]:
                texts = table[name].cast(pa.string()).fill_null("").to_numpy(zero_copy_only=False)
                known = known or {text: i for i, text in enumerate(np.unique(texts)[:KNOWN])}
                columns[place].append(np.array([known.get(text, np.nan) for text in texts], np.float64))
            else:
                columns[place].append(numbers(table, name))
    scores = [numbers(table, "score") for table in tables]
    return [np.column_stack([*c, s]) for c, s in zip(columns, scores, strict=True)], [*kinds, False]


def chances(known: Floats, labels: Floats, rows: Floats, kinds: list[bool]) -> Iterator[tuple[str, Floats]]:
    """The probability of each row by each calibrator."""
    yield "curve", IsotonicRegression(out_of_bounds="clip").fit(known[:, -1], labels).predict(rows[:, -1])
    usual = {
        "categorical_features": kinds,
        "min_samples_leaf": 60,
        "early_stopping": True,
        "validation_fraction": 0.15,
        "learning_rate": 0.05,
        "random_state": 0,
    }
    boosted = HistGradientBoostingClassifier(**usual, max_iter=300, max_leaf_nodes=8, l2_regularization=10)
    yield "boosted", boosted.fit(known, labels).predict_proba(rows)[:, 1]
    rising = [*([0] * (len(kinds) - 1)), 1]
    shallow = HistGradientBoostingClassifier(
        **usual, max_iter=400, max_depth=2, monotonic_cst=rising, l2_regularization=20
    )
    yield "boosted, depth 2, rising", shallow.fit(known, labels).predict_proba(rows)[:, 1]


def measured(score: Floats, said: Floats, chance: Floats) -> Floats:
    """Accuracy, ROC AUC and F1 of rows that are positive with these chances (labels themselves: 0 or 1)."""
    found, wrong = (chance * said).sum(), ((1 - chance) * said).sum()
    missed = (chance * (1 - said)).sum()
    _, place = np.unique(score, return_inverse=True)
    positive, negative = np.bincount(place, chance), np.bincount(place, 1 - chance)
    below = np.cumsum(negative) - negative / 2
    auc = (positive * below).sum() / (positive.sum() * negative.sum())
    return np.array(
        [np.where(said == 1, chance, 1 - chance).mean(), auc, 2 * found / (2 * found + wrong + missed)]
    )


def run(root: Path, scenario: Scenario) -> None:
    """Print the mean error over the windows of a scenario, by calibrator."""
    reference = pq.read_table(root / f"{scenario.data}-reference.parquet")
    current = pq.read_table(root / f"{scenario.data}{'-tilted' * scenario.tilted}-windows.parquet")
    (known, rows), kinds = inputs([reference, current])
    chosen = np.random.default_rng(0).permutation(len(known))[:ROWS]
    score, said, label = (numbers(current, name) for name in ("score", "prediction", "label"))
    for name, chance in chances(known[chosen], numbers(reference, "label")[chosen], rows, kinds):
        errors = [
            np.abs(measured(score[w], said[w], chance[w]) - measured(score[w], said[w], label[w]))
            for w in (slice(i, i + scenario.rows) for i in range(0, len(rows), scenario.rows))
        ]
        print(f"| {scenario.name} | {name} | {' | '.join(f'{e:.5f}' for e in np.mean(errors, axis=0))} |")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cache.add_argument(parser)
    asked = parser.parse_args()
    print("| data | calibrator | accuracy | ROC AUC | F1 |\n|---|---|--:|--:|--:|")
    for scenario in SCENARIOS:
        run(asked.data / "labelfree", scenario)


if __name__ == "__main__":
    main()
