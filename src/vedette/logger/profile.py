"""Profile mode: rows are counted into states inside the process, and only the states leave it.

What is counted is what the baseline's default metrics need, in calendar windows of event time. Labels are joined
in memory: a row waits for its label among the most recent ones, and is counted as unlabelled when it leaves.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa

from vedette.engine.baseline import Baseline
from vedette.engine.cube import Cube
from vedette.engine.labels import label_columns
from vedette.engine.scan import Wanted, scan
from vedette.engine.span import windows_over
from vedette.layout import Layout
from vedette.logger.columns import column
from vedette.logger.intake import FEEDBACK, LABELS, PREDICTIONS, Entry
from vedette.logger.profile_wire import encode
from vedette.logger.rows import tables
from vedette.logger.settings import Settings
from vedette.predicate import column_of
from vedette.sources.frame import Frame
from vedette.summaries.base import State, Summary
from vedette.values import Window

#: More windows than this are not kept open; they are shipped early.
OPEN = 200
States = dict[tuple[str, Summary], State]


class _Waiting(NamedTuple):
    """A row that waits for its label, as a table of one row under the schema's names."""

    version: str
    row: pa.Table


class Profile:
    """States that are open.

    Parameters
    ----------
    baseline : Baseline
        Its layout says what is counted.
    settings : Settings
    """

    def __init__(self, baseline: Baseline, settings: Settings) -> None:
        self.baseline, self.settings = baseline, settings
        # Without event time a row counts at the time it is logged.
        schema = baseline.layout.schema
        timed = schema if schema.time is not None else schema.with_(time="vd_time")
        self.layout: Layout = msgspec.structs.replace(baseline.layout, schema=timed)
        self.labels = label_columns(schema)
        self.early, self.late = _by_label(baseline.plan.wanted(baseline.layout), set(self.labels))
        self.open: dict[tuple[str, Window], States] = {}
        self.segments: Mapping[str, Sequence[str]] = {}
        self.rows: Counter[str] = Counter()
        self.waiting: OrderedDict[str, _Waiting] = OrderedDict()
        self._next = time.monotonic() + settings.report_every

    def due(self, now: float) -> bool:
        """Tell whether it is time to ship."""
        return now >= self._next or len(self.open) > OPEN

    def add(self, entries: Sequence[Entry]) -> Counter[str]:
        """Count entries; return rows given up, by reason."""
        lost: Counter[str] = Counter()
        made = tables(entries, self.settings.version)
        for kind in (PREDICTIONS, LABELS, FEEDBACK):  # labels after the rows that they may belong to
            if kind in made:
                lost += self.add_table(kind, made[kind].table)
        return lost

    def add_table(self, kind: str, table: pa.Table) -> Counter[str]:
        """Count the rows of a canonical table; return rows given up, by reason."""
        if kind == FEEDBACK:  # free text is what must not leave
            return Counter(profile=table.num_rows)
        return self._add_labels(table) if kind == LABELS else self._add_predictions(table)

    def ship(
        self, report: Callable[[], dict[str, int]], *, final: bool = False
    ) -> Iterator[tuple[int, bytes]]:
        """Yield rows and wire form of one profile for each version of the model, and begin anew.

        `final` counts the rows that still wait for a label as unlabelled.
        """
        self._next = time.monotonic() + self.settings.report_every
        if final:
            self._leave(len(self.waiting))
        versions = dict.fromkeys([*self.rows, *(version for version, _ in self.open)])
        for version in versions:
            states = {
                w: s for (v, w), s in sorted(self.open.items(), key=lambda kv: kv[0][1]) if v == version
            }
            yield (
                self.rows[version],
                encode(self.baseline, version, self.rows[version], states, self.segments, report()),
            )
        self.open.clear()
        self.rows.clear()

    def _add_predictions(self, table: pa.Table) -> Counter[str]:
        lost: Counter[str] = Counter()
        for version, rows in _by_version(table):
            named = self._named(rows)
            try:
                self._count(version, named, self.early)
            except Exception:  # noqa: BLE001 - counted as a whole or not at all, like a partition of a source
                lost["profile"] += rows.num_rows
                continue
            self.rows[version] += rows.num_rows
            if not self.labels:
                continue
            for i, name in enumerate(rows.column("vd_id").to_pylist()):
                self.waiting[name] = _Waiting(version, named.slice(i, 1))
        self._leave(len(self.waiting) - self.settings.recent)
        return lost

    def _add_labels(self, table: pa.Table) -> Counter[str]:
        found: dict[str, tuple[list[pa.Table], list[Any]]] = {}
        missed = 0
        for name, label in zip(
            table.column("vd_id").to_pylist(), table.column("vd_label").to_pylist(), strict=True
        ):
            row = self.waiting.pop(name, None)
            if row is None:
                missed += 1
                continue
            rows, labels = found.setdefault(row.version, ([], []))
            rows.append(row.row)
            labels.append(label)
        lost = Counter(no_prediction=missed) if missed else Counter()
        for version, (rows, labels) in found.items():
            try:
                self._count_labelled(version, rows, labels)
            except Exception:  # noqa: BLE001 - counted as a whole or not at all, as above
                lost["profile"] += len(rows)
                continue
            self.rows[version] += len(rows)
        return lost

    def _leave(self, rows: int) -> None:
        """Count the oldest rows that wait as unlabelled, and let them go."""
        gone: dict[str, list[pa.Table]] = {}
        for _ in range(rows):
            row = self.waiting.popitem(last=False)[1]
            gone.setdefault(row.version, []).append(row.row)
        for version, tables_ in gone.items():
            self._count_labelled(version, tables_, [None] * len(tables_))

    def _count_labelled(self, version: str, rows: Sequence[pa.Table], labels: Sequence[Any]) -> None:
        table = pa.concat_tables(rows, promote_options="permissive")
        for name in self.labels:
            table = _with(table, name, column(labels))
        self._count(version, table, self.late)

    def _count(self, version: str, table: pa.Table, wanted: Wanted) -> None:
        """Merge the states of some rows into the open windows."""
        if not table.num_rows or not wanted.total:
            return
        source = Frame(table)
        windows, _ = windows_over(source, self.layout, self.settings.every, self.settings.timezone)
        cube = scan(source, self.layout, wanted, windows, threads=1)
        self.segments = {k: v for k, v in cube.segments.items() if k}
        for i, window in enumerate(cube.windows):
            self._merge(self.open.setdefault((version, window), {}), cube, i)

    def _merge(self, states: States, cube: Cube, window: int) -> None:
        for (dimension, spec), state in cube.states.items():
            size = len(cube.segments[dimension])
            part = state.take(slice(window * size, (window + 1) * size))
            known = states.get((dimension, spec))
            states[dimension, spec] = part if known is None else known.merge(part)

    def _named(self, table: pa.Table) -> pa.Table:
        """Return the rows under the schema's own names, columns that did not come as missing ones."""
        schema = self.layout.schema
        for ours, theirs in _names(self.baseline.layout).items():
            if ours in table.column_names and theirs not in table.column_names:
                table = table.append_column(theirs, table.column(ours))
        named = [column_of(n) if n in schema.segments else n for n in schema.named()]
        for name in dict.fromkeys(
            [*named, *(c.name for c in self.layout.columns if c.name not in schema.segments)]
        ):
            if name not in table.column_names:
                table = table.append_column(name, pa.nulls(table.num_rows))
        return table


def _names(layout: Layout) -> dict[str, str]:
    """Return canonical name -> name in the schema."""
    schema = layout.schema
    pairs = {
        "vd_id": schema.id,
        "vd_time": schema.time,
        "vd_prediction": layout.prediction,
        "vd_weight": schema.weight,
    }
    if isinstance(schema.score, dict):
        pairs |= {f"vd_score:{c}": name for c, name in schema.score.items()}
    elif schema.score is not None:
        pairs |= {"vd_score": schema.score}
        pairs |= {f"vd_score:{c}": schema.score for c in layout.classes[-1:]}
    return {ours: theirs for ours, theirs in pairs.items() if theirs is not None}


def _by_label(wanted: Wanted, labels: set[str]) -> tuple[Wanted, Wanted]:
    """Return what can be counted at once, and what waits for the label."""
    late = {s for s in (*wanted.total, *wanted.by_segment) if labels & set(s.reads())}
    first, second = (
        Wanted(
            tuple(s for s in wanted.total if (s in late) == waits),
            tuple(s for s in wanted.by_segment if (s in late) == waits),
        )
        for waits in (False, True)
    )
    return first, second


def _by_version(table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    if "vd_version" not in table.column_names:
        yield "", table
        return
    versions = table.column("vd_version").combine_chunks().fill_null("")
    for version in versions.unique().to_pylist():
        mask = np.array([v == version for v in versions.to_pylist()])
        yield version, table.filter(pa.array(mask))


def _with(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), name, values)
    return table.append_column(name, values)
