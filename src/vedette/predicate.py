"""A segment told by a condition, ``amount > 100``, instead of by the values of a column."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from vedette.batch import Batch
from vedette.spelling import canonical

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_FORM = re.compile(r"\s*(?P<column>.+?)\s*(?P<sign><=|>=|==|!=|<|>)\s*(?P<value>.+?)\s*")
#: Values of the segment.
YES, NO = "yes", "no"


class Predicate(msgspec.Struct, frozen=True):
    """A comparison of a column with a value; its segment has the values ``yes`` and ``no``.

    Examples
    --------
    >>> Predicate.parse("amount > 100")
    Predicate(column='amount', sign='>', value='100')
    >>> Predicate.parse("carrier") is None
    True
    """

    column: str
    sign: str
    value: str

    @classmethod
    def parse(cls, text: str) -> Predicate | None:
        """Return the condition a text states, None when it is a plain column name."""
        found = _FORM.fullmatch(text)
        return cls(found["column"], found["sign"], found["value"].strip("'\"")) if found else None

    def of(self, batch: Batch) -> pa.Array:
        """Return yes or no for every row, null where the column is missing."""
        if self.column not in batch:
            return pa.nulls(len(batch), pa.string())
        number = _number(self.value)
        if number is None:
            return self._of_text(canonical(batch.arrow(self.column)))
        values = batch.numbers(self.column)
        return _answer(_SIGNS[self.sign](values, number), np.isnan(values))

    def _of_text(self, texts: pa.Array) -> pa.Array:
        missing = ~np.asarray(texts.is_valid())
        entries = np.where(missing, "", texts.to_numpy(zero_copy_only=False)).astype(str)
        return _answer(_SIGNS[self.sign](entries, self.value), missing)


def column_of(segment: str) -> str:
    """Return the column that a segment, named or told by a condition, reads.

    Examples
    --------
    >>> column_of("amount > 100"), column_of("carrier")
    ('amount', 'carrier')
    """
    predicate = Predicate.parse(segment)
    return segment if predicate is None else predicate.column


def with_predicates(batch: Batch, segments: list[str]) -> Batch:
    """Return the batch with a column for every segment that is a condition."""
    for name in segments:
        predicate = None if name in batch else Predicate.parse(name)
        if predicate is not None:
            batch = batch.with_column(name, predicate.of(batch))
    return batch


def _answer(holds: np.ndarray, missing: np.ndarray) -> pa.Array:
    return pa.array(np.where(holds, YES, NO), pa.string(), mask=missing)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
