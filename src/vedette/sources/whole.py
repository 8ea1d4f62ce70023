"""Rows of one query kept in one batch, for rankings: a query cut in two would count as two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from vedette.batch import Batch
from vedette.sources.base import BATCH_ROWS, Partition, Source
from vedette.sources.frame import Frame


class WholeQueries(Source):
    """Another source, read in one partition whose batches end where a query ends.

    A frame in memory is put in order by query first. Files are read in their order: a query whose rows do not stand
    together counts once for each run of them, and `split` says how many did.

    Parameters
    ----------
    source : Source
    query : str
        The column that groups the rows of a request.
    """

    def __init__(self, source: Source, query: str) -> None:
        self.source = _ordered(source, query) if isinstance(source, Frame) else source
        self.query = query
        self.columns, self.broken = source.columns, source.broken
        self.split = 0

    def partitions(self) -> list[Partition]:
        """Return the one partition."""
        return [Partition("all rows", 0, self.source.rows, self._read)]

    def _read(self, columns: Sequence[str], texts: Sequence[str]) -> Iterator[pa.RecordBatch]:
        needed = [*columns, *([] if self.query in columns else [self.query])]
        held: list[pa.RecordBatch] = []
        seen: set[int] = set()
        for partition in self.source.partitions():
            for table in partition.read(needed, ()):
                last = _start_of_last(table, self.query)
                if held and last:
                    yield self._counted(_joined([*held, table.slice(0, last)]), seen)
                    held = []
                held.append(table.slice(last))
                if not held[-1].num_rows:
                    held.pop()
        if held:
            yield self._counted(_joined(held), seen)

    def _counted(self, table: pa.RecordBatch, seen: set[int]) -> pa.RecordBatch:
        """Count queries that came before, in earlier batches."""
        keys = set(Batch(table).keys(self.query).tolist())
        self.split += len(keys & seen)
        seen |= keys
        return table


def _start_of_last(table: pa.RecordBatch, query: str) -> int:
    """Return where the last query's run of rows begins."""
    keys = Batch(table).keys(query)
    changes = np.flatnonzero(keys[1:] != keys[:-1])
    return int(changes[-1]) + 1 if len(changes) else 0


def _joined(parts: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    whole = pa.Table.from_batches(parts).unify_dictionaries().combine_chunks()
    return whole.to_batches(max_chunksize=max(whole.num_rows, BATCH_ROWS))[0]


def _ordered(frame: Frame, query: str) -> Frame:
    """Return the frame with each query's rows together, queries in order of their first row, rows in their own."""
    keys = np.concatenate([np.zeros(0, np.uint64), *(Batch(b).keys(query) for b in frame.table.to_batches())])
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return Frame(frame.table.take(pa.array(np.argsort(first[inverse], kind="stable"))))
