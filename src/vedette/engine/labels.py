"""Labels that came later, joined by id into the prediction they belong to; label time never moves a prediction."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vedette.batch import Batch
from vedette.errors import ConfigError
from vedette.schema import Schema
from vedette.sources.base import open_source


class LateLabels:
    """Labels by id, sorted by the id's hash: 8 bytes an id beside the labels themselves.

    The last label of an id counts. `matched` and `len` say how many labels found their prediction.
    """

    def __init__(self, given: Any, schema: Schema) -> None:
        source = open_source(given)
        names = label_columns(schema)
        if schema.id is None or not names:
            raise ConfigError(
                "Labels were given in a table of their own",
                "They are joined by the id column, which the schema must name beside the label",
                "Name both: Schema(id=..., label=...)",
                code="labels.no-id",
            )
        schema.with_(**_only(schema, names)).check(source.names)
        self.names = names
        hashes, columns = _read(source, schema.id, names)
        self.given = len(hashes)
        order = np.argsort(hashes, kind="stable")
        last = np.append(hashes[order][1:] != hashes[order][:-1], True)[: len(order)]
        self.hashes = hashes[order][last]
        self.columns = [column.take(pa.array(order[last])) for column in columns]
        self._used = np.zeros(len(self.hashes), bool)

    def __len__(self) -> int:
        return len(self.hashes)

    @property
    def matched(self) -> int:
        """How many labels found a prediction so far."""
        return int(self._used.sum())

    def join(self, batch: Batch, id_column: str) -> Batch:
        """Return the batch with its label columns filled in; a label already in the batch stays where none came."""
        if not len(self):
            return batch
        keys = batch.keys(id_column)
        at = np.minimum(np.searchsorted(self.hashes, keys), len(self.hashes) - 1)
        found = self.hashes[at] == keys
        self._used[at[found]] = True
        index = pa.array(np.where(found, at, 0), mask=~found)
        for name, column in zip(self.names, self.columns, strict=True):
            batch = batch.with_column(name, _filled(column.take(index), batch, name, found))
        return batch


def _filled(joined: pa.Array, batch: Batch, name: str, found: npt.NDArray[np.bool_]) -> pa.Array:
    if name not in batch:
        return joined
    old = batch.arrow(name)
    if old.null_count == len(old):
        return joined
    merged = np.where(found, joined.to_numpy(zero_copy_only=False), old.to_numpy(zero_copy_only=False))
    return pa.array(merged, old.type, from_pandas=True, safe=False)


def label_columns(schema: Schema) -> list[str]:
    """Return the label columns a schema names."""
    if schema.label is None:
        return []
    return [schema.label] if isinstance(schema.label, str) else list(schema.label)


def _only(schema: Schema, names: list[str]) -> dict[str, Any]:
    """Return changes that leave of a schema its id and labels."""
    cleared: dict[str, Any] = dict.fromkeys(("time", "score", "prediction", "weight", "query", "features"))
    lists = ("segments", "protected", "categorical", "numeric", "text", "embedding")
    return {**cleared, **{f: [] for f in lists}, "label": names}


def _read(source: Any, id_column: str, names: list[str]) -> tuple[npt.NDArray[np.uint64], list[pa.Array]]:
    hashes, parts = [np.zeros(0, np.uint64)], []
    for partition in source.partitions():
        for table in partition.read([id_column, *names], []):
            hashes.append(Batch(table).keys(id_column))
            parts.append(table.select(names))
    if not parts:
        return hashes[0], [pa.nulls(0) for _ in names]
    whole = pa.Table.from_batches(parts).combine_chunks()
    flat = [whole.column(name).chunk(0) if whole.num_rows else pa.nulls(0) for name in names]
    return np.concatenate(hashes), flat
