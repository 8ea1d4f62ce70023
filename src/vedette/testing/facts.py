"""What holds for every metric, each a function that raises `AssertionError` where it does not."""

from __future__ import annotations

import json
import re
import tomllib
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple, get_args

import msgspec
import numpy as np
import pyarrow as pa

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.layout import Layout
from vedette.metrics.base import Metric, Scope, States
from vedette.schema import Task
from vedette.summaries.base import one_cell
from vedette.testing.tasks import SCHEMAS, task_layout, task_rows
from vedette.values import Direction, Estimates

Fact = Callable[[type[Metric]], None]
#: What `Metric.unit` may be.
UNITS = {"", "share", "nats", "rows", "sd", "column", "column²", "seconds"}
#: How a source is written so that a reader finds it.
SOURCE = re.compile(r"(doi:10\.\d{4,}/\S+|https://\S+|ISBN [\d-]+X?|arXiv:\d{4}\.\d{4,5})")
#: Rows of the cells that metrics are tried on: many, few, one, none.
SIZES = (400, 12, 1, 0)


def check(metric: type[Metric], fact: str) -> None:
    """Try one fact of `FACTS` on a metric.

    Examples
    --------
    >>> from vedette.metrics.regression.mae import Mae
    >>> check(Mae, "interval_brackets_value")
    """
    FACTS[fact](metric)


class Case(NamedTuple):
    """A metric of default parameters, and a layout for which it is defined."""

    metric: Metric
    layout: Layout

    def states(self, batch: Batch) -> States:
        """Return the states of cells of `SIZES`."""
        cells = Cells(np.repeat(np.arange(len(SIZES)), SIZES), len(SIZES))
        return {name: spec.observe(batch, cells) for name, spec in self.metric.needs(self.layout).items()}

    def reference(self) -> States | None:
        """Return the state of a reference, of one cell, for a metric that compares."""
        if not self.metric.compares:
            return None
        rows = task_rows(800, 7)
        wanted = self.metric.needs(self.layout) | self.metric.remembers(self.layout)
        return {name: one_cell(rows, spec) for name, spec in wanted.items()}

    @property
    def width(self) -> int:
        """Estimates of one cell: one for each group for a metric of groups."""
        if self.metric.scope != "group":
            return 1
        return len(self.metric.groups(self.metric.needs(self.layout)))  # type: ignore[attr-defined]

    def estimates(self, batch: Batch) -> Estimates:
        """Return the estimates of cells of `SIZES`."""
        return self.metric.compute(self.states(batch), self.reference())


def cases(metric: type[Metric]) -> Iterator[Case]:
    """Yield the metric for each task it is defined for, and for the first column of each kind."""
    tasks = metric.tasks or ("binary", "none")
    layouts = [_layout(task) for task in SCHEMAS if task in tasks]
    found = [Case(metric(column=column), layout) for layout in layouts for column in _columns(metric, layout)]
    defined = [case for case in found if case.metric.why_not(case.layout) is None]
    assert defined, f"{metric.__name__} is defined for none of the tasks {', '.join(tasks)}"
    yield from defined


def states_its_facts(metric: type[Metric]) -> None:
    """Title, unit, range, direction, scope, kinds, tasks and sources are there and are what they may be."""
    low, high = metric.range
    assert metric.title, "no title"
    assert not metric.title.endswith("."), "a title is a noun phrase, not a sentence"
    assert metric.unit in UNITS, f"unit {metric.unit!r} is not one of {sorted(UNITS)}"
    assert low < high, f"range {metric.range}"
    assert metric.better in get_args(Direction), f"better is {metric.better!r}"
    assert metric.scope in get_args(Scope), f"scope is {metric.scope!r}"
    assert set(metric.tasks) <= set(SCHEMAS), f"tasks are {metric.tasks}"
    assert all(SOURCE.fullmatch(source) for source in metric.references), f"sources {metric.references}"


def documents_itself(metric: type[Metric]) -> None:
    """The docstring has every section and every source; a parameter may be documented on the class it comes from."""
    text = metric.__doc__ or ""
    pages = "\n".join(cls.__doc__ or "" for cls in metric.__mro__)
    for section in ("Returns\n    -------", "*Undefined when*", "Examples\n    --------", ">>>"):
        assert section in text, f"no {section.splitlines()[0]!r} in the docstring"
    for source in metric.references:
        assert source.removeprefix("https://") in text, f"{source} is not in the docstring"
    for field in metric.__struct_fields__:
        assert field == "column" or re.search(rf"^    {field} :", pages, re.MULTILINE), (
            f"{field} is undocumented"
        )


def comes_back_from_files(metric: type[Metric]) -> None:
    """A spec is the same after JSON and TOML, hashes, and has a key that starts with its registered name."""
    made = metric(column="x")
    plain = {key: value for key, value in msgspec.to_builtins(made).items() if value is not None}
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in plain.items())
    for back in (json.loads(json.dumps(plain)), tomllib.loads(lines)):
        assert msgspec.convert(back, metric) == made, f"{made!r} became {back}"
    assert hash(made) == hash(metric(column="x"))
    assert made.key.startswith(made.name)


def is_quiet(metric: type[Metric]) -> None:
    """Odd rows, few rows and no rows are no warning and no error, and missing values have reasons."""
    for case in cases(metric):
        for batch in (task_rows(sum(SIZES), 1, odd=True), task_rows(sum(SIZES), 2)):
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                found = case.estimates(batch)
            assert len(found) == len(SIZES) * case.width
            assert np.array_equal(np.isnan(found.value), found.reason >= 0), "a missing value has a reason"


def no_rows_is_no_value(metric: type[Metric]) -> None:
    """Of no rows there is no estimate, and the reason is said; only a number of rows is then 0."""
    for case in cases(metric):
        empty = case.estimates(task_rows(sum(SIZES), 3))[SIZES.index(0) * case.width]
        nothing = 0.0 if metric.unit == "rows" else None
        assert (empty.value, empty.n) == (nothing, 0), f"{case.metric} of no rows is {empty}"


def many_rows_is_a_value(metric: type[Metric]) -> None:
    """Of 400 plain rows there is a value."""
    for case in cases(metric):
        found = case.estimates(task_rows(sum(SIZES), 3))[0]
        assert found.value is not None, f"{case.metric} of 400 rows is {found}"
        assert found.n > 0


def stays_in_range(metric: type[Metric]) -> None:
    """Values lie in the range; a debiased effect may fall below its lower end, its interval may not."""
    low, high = metric.range
    slack = 1e-12 * max(1.0, *(abs(end) for end in (low, high) if np.isfinite(end)), 1.0)
    for case in cases(metric):
        for odd in (False, True):
            found = case.estimates(task_rows(sum(SIZES), 4, odd=odd))
            numbers = {"low": found.low, "high": found.high} | (
                {} if metric.compares else {"value": found.value}
            )
            for name, array in numbers.items():
                wrong = (array < low - slack) | (array > high + slack)
                assert not wrong.any(), f"{case.metric}: {name} {array[wrong]} outside [{low}, {high}]"
            assert not ((found.p < 0) | (found.p > 1)).any(), f"{case.metric}: p {found.p}"


def interval_brackets_value(metric: type[Metric]) -> None:
    """Where there is an interval the value lies in it; a debiased effect may lie below its interval."""
    for case in cases(metric):
        for seed in range(5, 8):
            found = case.estimates(task_rows(sum(SIZES), seed))
            slack = 1e-9 * np.abs(found.value) + 1e-12
            above = found.value > found.high + slack
            below = (found.value < found.low - slack) & ~(metric.compares & (found.value < metric.range[0]))
            assert not (above | below).any(), f"{case.metric}: {found}"
            assert np.array_equal(np.isnan(found.low), np.isnan(found.high)), (
                f"{case.metric} has half an interval"
            )


def cells_are_independent(metric: type[Metric]) -> None:
    """The estimate of a cell is the same alone and among others."""
    for case in cases(metric):
        states, reference = case.states(task_rows(sum(SIZES), 8, odd=True)), case.reference()
        together = case.metric.compute(states, reference)
        for cell in range(len(SIZES)):
            own = slice(cell * case.width, (cell + 1) * case.width)
            alone = case.metric.compute(
                {name: state.take([cell]) for name, state in states.items()}, reference
            )
            for name in ("value", "low", "high", "n", "p"):
                one, all_ = getattr(alone, name), getattr(together, name)[own]
                assert np.allclose(one, all_, rtol=1e-9, atol=1e-12, equal_nan=True), (
                    f"{case.metric}: {name} of {cell}"
                )
            assert np.array_equal(alone.reason, together.reason[own])


def missing_labels_are_the_reason(metric: type[Metric]) -> None:
    """Where a value is lost with the labels, the reason says so."""
    rows = task_rows(sum(SIZES), 9)
    for case in cases(metric):
        blank = rows
        for name in case.layout.schema.roles().get("label", []):
            blank = blank.with_column(name, pa.nulls(len(rows), rows.arrow(name).type))
        found, with_labels = case.estimates(blank)[0], case.estimates(rows)[0]
        assert found.value is not None or with_labels.value is None or found.reason == "unlabelled", (
            f"{case.metric} without labels: {found}"
        )


def worse_predictions_are_worse(metric: type[Metric]) -> None:
    """Labels dealt out at random do not make a metric of the model better."""
    if metric.better == "neither" or metric.scope != "model" or not metric.tasks:
        return
    rows = task_rows(sum(SIZES), 10)
    order = np.random.default_rng(0).permutation(len(rows))
    for case in cases(metric):
        dealt = rows
        for name in case.layout.schema.roles().get("label", []):
            dealt = dealt.with_column(name, rows.arrow(name).take(pa.array(order)))
        good, bad = (case.estimates(batch)[0].value for batch in (rows, dealt))
        assert good is not None
        assert bad is not None
        worse = bad <= good if metric.better == "higher" else bad >= good
        assert worse, (
            f"{case.metric} is better when {metric.better}, but {good} became {bad} with shuffled labels"
        )


#: Every fact by name, for parametrised tests.
FACTS: dict[str, Fact] = {
    fact.__name__: fact
    for fact in (
        states_its_facts,
        documents_itself,
        comes_back_from_files,
        is_quiet,
        no_rows_is_no_value,
        many_rows_is_a_value,
        stays_in_range,
        interval_brackets_value,
        cells_are_independent,
        missing_labels_are_the_reason,
        worse_predictions_are_worse,
    )
}


@cache
def _layout(task: Task) -> Layout:
    return task_layout(task)


def _columns(metric: type[Metric], layout: Layout) -> list[Any]:
    """Return what `Metric.column` is tried with: a column of each kind, the group, or nothing."""
    if metric.scope == "group":
        return ["g"]
    if metric.scope == "model":
        return [None]
    return list({c.kind: c.name for c in reversed(layout.columns) if metric.for_column(c)}.values())
