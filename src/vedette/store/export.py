"""Rows of the lake as Parquet files that any tool reads."""

from __future__ import annotations

from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq

from vedette.errors import UnknownNameError
from vedette.store.columns import PREDICTIONS
from vedette.store.lake import Lake
from vedette.store.reading import rows_of

_DAY_US = 86_400_000_000


def export_window(
    lake: Lake, model: str, path: Path, start: int, end: int, *, version: str | None = None
) -> int:
    """Write the predictions of a window with their labels, one row for each id; return how many."""
    known_model(lake, model)
    rows = rows_of(lake, model, version, start, end)
    pq.write_table(rows, path, compression="zstd")
    return int(rows.num_rows)


def export_table(lake: Lake, model: str, folder: Path, kind: str = PREDICTIONS) -> int:
    """Write a whole table as it was received, a folder for each day, without holding it in memory."""
    known_model(lake, model)
    delta = lake.table(model, kind).delta()
    if delta is None:
        return 0
    rows = delta.to_pyarrow_dataset()
    ds.write_dataset(
        rows.scanner(batch_size=65_536),
        folder,
        format="parquet",
        partitioning=["vd_day"],
        partitioning_flavor="hive",
        existing_data_behavior="error",
    )
    return int(ds.dataset(folder, format="parquet", partitioning="hive").count_rows())


def known_model(lake: Lake, model: str) -> str:
    """Return `model` when it has rows."""
    if model not in lake.models():
        raise UnknownNameError(
            f"No row of a model {model!r} was ever received",
            f"Known: {', '.join(lake.models()) or 'none'}",
            "Log a prediction first, or correct the name",
            code="store.unknown-model",
        )
    return model
