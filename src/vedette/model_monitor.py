"""The class people write first, done right: update it in a loop, log when you like, in bounded memory."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vedette.engine.baseline import Baseline
from vedette.engine.cube import Cube
from vedette.engine.evaluate import evaluate_all
from vedette.engine.judge import judge
from vedette.engine.scan import scan
from vedette.errors import ConfigError, DataError
from vedette.report.report import Report
from vedette.run import as_baseline
from vedette.schema import Schema
from vedette.sources.base import open_source
from vedette.sources.frame import Frame
from vedette.spelling import one_array

#: Column names given to arrays without names.
PREDICTION, SCORE, LABEL = "prediction", "score", "label"


class ModelMonitor:
    """Watches a model from inside a loop.

    Only summaries are kept: memory does not grow with the number of rows. Without a reference, the first
    `warm_up` rows become it.

    Parameters
    ----------
    reference : frame, path or Baseline, optional
        With columns named as `update` names them: the features, ``score`` or ``prediction``, ``label``.
    schema : Schema, optional
        Default: ``label`` is the label, ``score`` the score, ``prediction`` the prediction, the rest features.
    warm_up : int
        Rows that become the reference when none is given.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> monitor = ModelMonitor(warm_up=500)
    >>> for _ in range(10):
    ...     x = rng.normal(size=(100, 2))
    ...     monitor.update(x, outputs=(x[:, 0] > 0).astype(int), labels=(x[:, 0] > 0.1).astype(int))
    >>> report = monitor.log()
    >>> report.rows, report.ok
    (500, True)
    """

    def __init__(self, reference: Any = None, schema: Schema | None = None, *, warm_up: int = 1000) -> None:
        self.schema = schema
        self.warm_up = warm_up
        self.baseline: Baseline | None = as_baseline(reference, schema) if reference is not None else None
        self._output = _role_of_outputs(self.baseline.layout.schema if self.baseline else schema)
        self._waiting: list[pa.Table] = []
        self._rows = 0
        self._recent: Cube | None = None
        self._total: Cube | None = None

    def update(self, inputs: Any, outputs: Any = None, labels: Any = None) -> None:
        """Take a batch of rows.

        Parameters
        ----------
        inputs : frame, mapping of arrays, or array of shape (n, d) or (n,)
        outputs : array of shape (n,) or (n, k), optional
            Predicted classes or values; probabilities of the positive class (floats while the labels are two
            classes); or one score a class.
        labels : array of shape (n,), optional
            The truth where known, null elsewhere.

        Notes
        -----
        What the outputs are is decided on the first ones, unless a schema or a reference says it. A row that comes
        again in a later batch counts again: memory is bounded.
        """
        if self._output is None and outputs is not None:
            self._output = SCORE if _probabilities(_flat(outputs), labels) else PREDICTION
        table = _table(inputs, outputs, labels, self._output)
        if self.baseline is None:
            self._warm(table)
        else:
            self._count(table)

    def log(self, *, total: bool = False) -> Report:
        """Return the report on the rows since the last log, and begin a new period.

        Parameters
        ----------
        total : bool
            Report on all rows since the reference instead, and begin no new period.

        Raises
        ------
        DataError
            No row has come since the reference was complete (``monitor.no-rows``).
        """
        cube = self._total if total else self._recent
        if self.baseline is None or cube is None:
            waiting = sum(table.num_rows for table in self._waiting)
            raise DataError(
                f"There is nothing to report: {waiting} of {self.warm_up} warm-up rows have come",
                "Rows beyond the reference",
                "Give a reference, a smaller warm_up, or go on",
                code="monitor.no-rows",
            )
        if not total:
            self._recent = None
        chosen = self.baseline.plan
        blocks = evaluate_all(chosen.chosen, cube, self.baseline.cube)
        return Report(self.baseline, cube, chosen, judge(blocks), by_row=True, blocks=blocks)

    def _warm(self, table: pa.Table) -> None:
        """Keep rows until they make a reference; what is beyond it is counted."""
        self._waiting.append(table)
        rows = sum(t.num_rows for t in self._waiting)
        if rows < self.warm_up:
            return
        whole, self._waiting = _joined(self._waiting), []
        self.baseline = Baseline.fit(whole.slice(0, self.warm_up), self.schema or _schema(whole.column_names))
        if rows > self.warm_up:
            self._count(whole.slice(self.warm_up))

    def _count(self, table: pa.Table) -> None:
        assert self.baseline is not None
        layout = self.baseline.layout
        source = Frame(table, first_row=self._rows)
        self._rows += table.num_rows
        cube = scan(source, layout, self.baseline.plan.wanted(layout), threads=1)
        self._recent = cube if self._recent is None else self._recent.merge(cube)
        self._total = cube if self._total is None else self._total.merge(cube)


def _table(inputs: Any, outputs: Any, labels: Any, output: str | None) -> pa.Table:
    columns = dict(_named(inputs))
    if outputs is not None:
        columns[str(output)] = _flat(outputs)
    if labels is not None:
        columns[LABEL] = _flat(labels)
    return Frame(columns).table


def _joined(tables: Sequence[pa.Table]) -> pa.Table:
    """Return the rows of all tables; a column that one lacks is missing there, one of several types is text."""
    names = dict.fromkeys(name for table in tables for name in table.column_names)
    return pa.table({n: one_array([chunk for t in tables for chunk in _chunks(t, n)]) for n in names})


def _chunks(table: pa.Table, name: str) -> list[pa.Array]:
    return list(table.column(name).chunks) if name in table.column_names else [pa.nulls(table.num_rows)]


def _named(inputs: Any) -> dict[str, Any]:
    """Return the inputs as named columns; unnamed ones become x0, x1, ..."""
    if not _is_array(inputs):
        table = open_source(inputs).table  # type: ignore[attr-defined]
        return {name: table.column(name) for name in table.column_names}
    array = _array(inputs)
    if array.ndim == 1:
        return {"x0": array}
    flat = array.reshape(len(array), math.prod(array.shape[1:]))
    if flat.shape[1] > 1000:
        raise ConfigError(
            f"An input has {flat.shape[1]} numbers",
            "At most 1000 columns",
            "Pass features or an embedding instead of raw pixels",
            code="monitor.too-wide",
        )
    return {f"x{i}": flat[:, i] for i in range(flat.shape[1])}


def _flat(values: Any) -> np.ndarray:
    """Return one entry a row: of one number a class (or one-hot labels) the place of the largest."""
    array = _array(values)
    if array.ndim == 2 and array.shape[1] > 1:
        array = array.argmax(axis=1)
    flat: npt.NDArray[Any] = array.reshape(-1)
    return flat


def _role_of_outputs(schema: Schema | None) -> str | None:
    """Return the column that outputs go to where a schema says so."""
    named = schema.roles() if schema is not None else {}
    return next((name for name in (SCORE, PREDICTION) if [name] in named.values()), None)


def _probabilities(outputs: np.ndarray, labels: Any) -> bool:
    """Tell whether outputs are probabilities of a class: fractions in [0, 1] while the labels are not."""
    if outputs.dtype.kind != "f" or not np.all((outputs >= 0) & (outputs <= 1) | np.isnan(outputs)):
        return False
    if labels is None:
        return True
    truth = _flat(labels)
    return truth.dtype.kind != "f" or bool(np.all(np.isin(truth[~np.isnan(truth)], (0, 1))))


def _schema(names: list[str]) -> Schema:
    present = {role: role for role in (PREDICTION, SCORE, LABEL) if role in names}
    return Schema(**present)  # type: ignore[arg-type]


def _is_array(value: Any) -> bool:
    if isinstance(value, list):
        return not (value and isinstance(value[0], Mapping))
    frame = isinstance(value, Mapping) or hasattr(value, "__arrow_c_stream__")
    return not frame and hasattr(value, "__array__")


def _array(value: Any) -> np.ndarray:
    """Return a numpy array; tensors that track gradients are detached and brought to the processor."""
    for step in ("detach", "cpu"):
        value = getattr(value, step)() if hasattr(value, step) else value
    try:
        return np.asarray(value)
    except TypeError:  # numbers of 16 bits that numpy does not have
        return np.asarray(value.float())
