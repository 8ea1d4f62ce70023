"""The numbers of all models and of the server itself, as Prometheus reads them.

Every number is a gauge of the latest closed window, or a counter; history lives in our own store, because a scrape
stamps its own time on what it reads. Performance is of the latest window whose labels are in, and what is expected of
a later one is a metric of its own. Labels are bounded: model, version, metric, column. Of the columns of a model only
those that moved most are named (`COLUMNS`), the rest are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec
import numpy as np
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

import vedette
from vedette.server.operations.performance import Standing, asked
from vedette.server.showing.told import FIELDS
from vedette.server.ticking import Ticker
from vedette.store import counters, incidents, models, series, windows
from vedette.store.database import Database, Transaction
from vedette.store.series import Series, SeriesKey
from vedette.store.windows import StoredWindow

#: Columns named for each model and version; the rest are in `vedette_columns_left_out`.
COLUMNS = 50
#: Metric of drift that is shown by column, and of missing values.
DRIFT, MISSING = "psi", "missing"


class Gauges(msgspec.Struct):
    """Families under construction, by name."""

    families: dict[str, Metric] = {}

    def add(self, name: str, help_: str, labels: dict[str, str], value: float) -> None:
        """Add a value; one that is no number is left out, as Prometheus would show it as a gap anyway."""
        if not np.isfinite(value):
            return
        family = self.families.get(name)
        if family is None:
            family = self.families[name] = GaugeMetricFamily(name, help_, labels=list(labels))
        assert isinstance(family, GaugeMetricFamily)
        family.add_metric(list(labels.values()), float(value))


class Exposition:
    """A collector: every scrape asks the database.

    Parameters
    ----------
    database : Database
    tickers : sequence of Ticker
        The server's own work.
    """

    def __init__(self, database: Database, tickers: Sequence[Ticker] = ()) -> None:
        self._database, self._tickers = database, tickers

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        gauges = Gauges({})
        gauges.add(
            "vedette_build_info", "Always 1; the version is in its label", {"version": vedette.__version__}, 1
        )
        with self._database.read() as tx:
            totals = _totals(tx)
            self._of_models(tx, gauges)
            for name, labels, value in _incidents(tx):
                gauges.add(name, "Incidents not resolved", labels, value)
            waiting = windows.count_dirty(tx)
            gauges.add("vedette_windows_waiting", "Windows that wait for evaluation", {}, waiting)
        for ticker in self._tickers:
            labels = {"work": ticker.name}
            gauges.add(
                "vedette_work_last_success_timestamp_seconds",
                "When it last ended well",
                labels,
                ticker.last / 1e6,
            )
        yield from gauges.families.values()
        yield from totals
        yield _failures(self._tickers)

    def _of_models(self, tx: Transaction, gauges: Gauges) -> None:
        latest = windows.latest(tx)
        read = _read(tx, latest.values())
        for (model, version), window in latest.items():
            about, last = {"model": model, "version": version}, read[model, version]
            _of_window(gauges, about, window)
            _of_performance(gauges, about, Standing(tx, window, last))
            for key, found in last.items():
                if key.metric in (DRIFT, MISSING) and len(found):
                    _by_column(gauges, about, key.metric, found, found.fields["value"][-1])


def _read(tx: Transaction, latest: Iterable[StoredWindow]) -> dict[tuple[str, str], dict[SeriesKey, Series]]:
    """Return what each version's latest window has of the series told; those that begin together in one question."""
    together: dict[int, list[SeriesKey]] = {}
    read: dict[tuple[str, str], dict[SeriesKey, Series]] = {}
    for window in latest:
        read[window.model, window.version] = {}
        keys = series.catalogue(tx, window.model, window.version)
        told = (k for k in keys if not k.dimension and (k.metric in asked() or k.metric in (DRIFT, MISSING)))
        together.setdefault(window.start, []).extend(told)
    for start, keys in together.items():
        for key, found in series.get_many(tx, keys, FIELDS, start=start, end=start + 1).items():
            read[key.model, key.version][key] = found
    return read


def _of_window(gauges: Gauges, about: dict[str, str], window: StoredWindow) -> None:
    end, rows = "vedette_window_end_timestamp_seconds", "vedette_window_rows"
    gauges.add(end, "End of the latest closed window", about, window.end / 1e6)
    gauges.add(rows, "Predictions in the latest closed window", about, window.rows)
    share = window.labelled / window.rows if window.rows else 0.0
    text = "Share of the predictions in the latest closed window that have a label so far"
    gauges.add("vedette_label_coverage_ratio", text, about, share)


def _of_performance(gauges: Gauges, about: dict[str, str], standing: Standing) -> None:
    text = "Share of the labels to come of the latest closed window that must be in by now"
    gauges.add("vedette_label_maturity_ratio", text, about, standing.maturity)
    window = standing.settled()
    if window is not None:
        text = "End of the latest closed window whose labels are in, which vedette_performance is of"
        gauges.add("vedette_performance_window_end_timestamp_seconds", text, about, window.end / 1e6)
        for metric, values in standing.known(window):
            for bound, value in values.items():
                labels = {**about, "metric": metric, "bound": bound}
                text = "Performance in the latest closed window whose labels are in"
                gauges.add("vedette_performance", text, labels, value)
    for metric, by, values in standing.expected():
        for bound, value in values.items():
            labels = {**about, "metric": metric, "bound": bound, "by": by}
            text = "Performance that the labels of the latest closed window will show, while they are out"
            gauges.add("vedette_performance_expected", text, labels, value)


def _by_column(gauges: Gauges, about: dict[str, str], metric: str, found: Series, values: np.ndarray) -> None:
    named = [
        (float(v), c)
        for v, (c, value) in zip(values, found.places, strict=True)
        if c and not value and np.isfinite(v)
    ]
    ranked = sorted(named, reverse=True)
    for value, column in ranked[:COLUMNS]:
        if metric == MISSING:
            text = "Share of missing values in the latest closed window"
            gauges.add("vedette_missing_ratio", text, {**about, "column": column}, value)
        else:
            text = "Distance from the reference in the latest closed window"
            gauges.add("vedette_drift_score", text, {**about, "column": column, "method": metric}, value)
    text = "Columns of a model that are not named here"
    gauges.add("vedette_columns_left_out", text, {**about, "metric": metric}, max(len(ranked) - COLUMNS, 0))


def _incidents(tx: Transaction) -> Iterable[tuple[str, dict[str, str], float]]:
    for (model, version), by in incidents.counts(tx).items():
        for what, count in by.items():
            yield "vedette_incidents", {"model": model, "version": version, "level": what}, count


def _totals(tx: Transaction) -> list[Metric]:
    """Return what only grows: predictions of each version, and the counters of the ingest."""
    seen = CounterMetricFamily("vedette_predictions", "Predictions taken in", labels=["model", "version"])
    for version in models.all_versions(tx):
        seen.add_metric([version.model, version.version], version.rows)
    found: dict[str, CounterMetricFamily] = {"vedette_predictions": seen}
    for (name, labels), value in counters.listing(tx).items():
        full = f"vedette_{name.removesuffix('_total')}"
        if full not in found:
            text = f"Counted since this home was made: {name.replace('_', ' ')}"
            found[full] = CounterMetricFamily(full, text, labels=[key for key, _ in labels])
        found[full].add_metric([word for _, word in labels], value)
    return list(found.values())


def _failures(tickers: Sequence[Ticker]) -> Metric:
    family = CounterMetricFamily("vedette_work_failures", "Rounds of work that failed", labels=["work"])
    for ticker in tickers:
        family.add_metric([ticker.name], ticker.failures)
    return family
