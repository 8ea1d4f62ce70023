"""How the evaluation asks for rows: by model, version and time, one row for each id, labels joined."""

from __future__ import annotations

from typing import Protocol

import pyarrow as pa

from vedette.store.lake import Lake
from vedette.store.reading import rows_of


class Rows(Protocol):
    """Reads rows of the log."""

    def __call__(self, model: str, version: str, start: int, end: int) -> pa.Table:
        """Return the rows with ``start <= vd_time < end`` (microseconds since the epoch)."""


def rows_in(lake: Lake) -> Rows:
    """Return the reader of a lake."""

    def read(model: str, version: str, start: int, end: int) -> pa.Table:
        return rows_of(lake, model, version, start, end)

    return read
