"""Metrics of a version: which one leads, its values over a period, what the reference had."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from vedette.engine.definition import Definition
from vedette.engine.evaluate import evaluate_place
from vedette.engine.plan import Chosen
from vedette.metrics.base import Metric
from vedette.report.overtime import SHOWN
from vedette.server.pages.parts import Values
from vedette.server.showing.spans import Period
from vedette.store import series
from vedette.store.database import Transaction
from vedette.store.series import Series, SeriesKey
from vedette.values import Estimate

#: Points of a sparkline.
SPARK = 30
#: Reference values remembered.
KEPT = 4096


class References:
    """What the reference of each definition had, computed once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str, str, str], Estimate | None] = {}
        self._planned: tuple[str, dict[tuple[str, str], list[Chosen]]] = ("", {})
        self._lock = threading.Lock()

    def of(
        self, definition: Definition, metric: str, column: str = "", dimension: str = "", value: str = ""
    ) -> Estimate | None:
        """Return an estimate of the reference, None where it has none."""
        key = (definition.hash, metric, column, dimension, value)
        with self._lock:
            if key not in self._known:
                if len(self._known) >= KEPT:
                    self._known.clear()
                chosen = self._chosen(definition).get((metric, column), [])
                found = evaluate_place(chosen, definition.baseline.cube, metric, column, dimension, value)
                self._known[key] = None if found is None or found.value is None else found
            return self._known[key]

    def _chosen(self, definition: Definition) -> dict[tuple[str, str], list[Chosen]]:
        """Return what a definition computes by metric and column: of the last one asked for, which are many places."""
        if self._planned[0] != definition.hash:
            found: dict[tuple[str, str], list[Chosen]] = {}
            for one in definition.plan.chosen:
                found.setdefault((one.metric.key, one.metric.column or ""), []).append(one)
            self._planned = (definition.hash, found)
        return self._planned[1]


def shown(definition: Definition) -> list[Metric]:
    """Return the metrics of a performance chart, the leading one first; volume is none of them."""
    planned = {c.metric.key: c.metric for c in definition.plan.chosen if c.metric.scope == "model"}
    return [planned[n] for n in SHOWN[definition.layout.task] if n in planned and n != "row_count"]


def leading(definition: Definition) -> Metric | None:
    """Return the metric that stands for performance, None where there is no task."""
    return next(iter(shown(definition)), None)


def line(found: Series, column: str = "", value: str = "") -> np.ndarray:
    """Return the values of one place over the windows of a series, shape (w,); empty where it has none."""
    if (column, value) not in found.places:
        return np.empty(0)
    values: np.ndarray = found.fields["value"][:, found.places.index((column, value))]
    return values


def closed(found: Series, shown: Period, column: str = "", value: str = "") -> np.ndarray:
    """Return the values of one place over the closed windows of a period alone; those still open say little."""
    values = line(found, column, value)
    if not len(values) or np.array_equal(
        found.windows, shown.starts
    ):  # most often: the comparison costs microseconds
        return values
    return values[np.isin(found.windows, shown.starts)]


def spark(values: np.ndarray | Sequence[float]) -> Values:
    """Return values thinned to a sparkline: means of runs, None in gaps."""
    whole = np.asarray(values, float)
    if not len(whole):
        return ()
    known = np.isfinite(whole)
    edges = np.linspace(0, len(whole), min(SPARK, len(whole)) + 1).astype(int)[:-1]
    counts = np.add.reduceat(known.astype(int), edges)
    sums = np.add.reduceat(np.where(known, whole, 0.0), edges)
    return tuple(float(total / n) if n else None for total, n in zip(sums, counts, strict=True))


def last(values: np.ndarray) -> float | None:
    """Return the newest value there is."""
    if len(values) and np.isfinite(values[-1]):  # most often: the others need not be looked at
        return float(values[-1])
    known = values[np.isfinite(values)]
    return float(known[-1]) if len(known) else None


def read(
    tx: Transaction,
    model: str,
    version: str,
    metrics: Sequence[str],
    start: int | None,
    *,
    dimension: str = "",
    fields: Sequence[str] = ("value",),
) -> dict[str, Series]:
    """Return series by metric; those that do not exist are left out."""
    keys = [SeriesKey(model, version, metric, dimension) for metric in metrics]
    return {key.metric: found for key, found in series.get_many(tx, keys, fields, start=start).items()}
