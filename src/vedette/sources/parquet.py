"""Parquet files: row groups are read where they lie, a few megabytes at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from vedette.sources.base import BATCH_ROWS, Partition, Source, opened, united
from vedette.sources.paths import files_of

#: Small row groups are joined up to this many rows: the unit that one thread takes.
PARTITION_ROWS = 2 * BATCH_ROWS


class Parquet(Source):
    """One or more Parquet files, or folders of them.

    A file that cannot be opened is `broken` and counted; it raises only when no file can be opened. Files are read
    without pre-buffering, so memory does not grow with their size.
    """

    order: ClassVar[int] = 10

    def __init__(self, given: Any) -> None:
        self.files, self.broken = opened(given, files_of(given), pq.read_metadata)
        self.columns = united([metadata.schema.to_arrow_schema() for _, metadata in self.files])

    @classmethod
    def accepts(cls, given: Any) -> bool:
        """Tell whether `given` is a path, or paths, of Parquet."""
        return any(path.suffix in (".parquet", ".pq") for path in files_of(given))

    def partitions(self) -> list[Partition]:
        """Return runs of row groups of one file, in order."""
        found, first = [], 0
        for path, metadata in self.files:
            for groups, rows in _runs(metadata):
                found.append(self._partition(path, metadata, groups, first, rows))
                first += rows
        return found

    def _partition(
        self, path: Path, metadata: pq.FileMetaData, groups: list[int], first: int, rows: int
    ) -> Partition:
        def read(columns: Sequence[str], texts: Sequence[str]) -> Iterator[pa.RecordBatch]:
            with pq.ParquetFile(
                path, metadata=metadata, read_dictionary=list(texts), pre_buffer=False
            ) as file:
                present = [c for c in columns if c in file.schema_arrow.names]
                yield from file.iter_batches(BATCH_ROWS, groups, present, use_threads=False)

        return Partition(f"{path} groups {groups[0]}-{groups[-1]}", first, rows, read)


def _runs(metadata: pq.FileMetaData) -> Iterator[tuple[list[int], int]]:
    groups: list[int] = []
    rows = 0
    for i in range(metadata.num_row_groups):
        size = metadata.row_group(i).num_rows
        if groups and rows + size > PARTITION_ROWS:
            yield groups, rows
            groups, rows = [], 0
        groups.append(i)
        rows += size
    if groups:
        yield groups, rows
