"""CSV files, streamed in blocks; a column that changes its type on the way is read again as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.csv as pc

from vedette.sources.base import Broken, Partition, Source, unreadable
from vedette.sources.paths import files_of

#: Bytes of a block: 65 000 rows of twenty short columns.
BLOCK = 8 << 20


class Csv(Source):
    """One or more CSV files (``.tsv`` is split at tabs), or folders of them.

    Types are found from the first block of a file. Where a later block disagrees the file is read again with its
    number columns as text, so that entries of the wrong type are counted instead of ending the run.
    """

    order: ClassVar[int] = 20

    def __init__(self, given: Any) -> None:
        self.files = [path for path in files_of(given) if path.suffix not in (".parquet", ".pq")]
        self.broken: list[Broken] = []
        schemas = []
        for path in list(self.files):
            try:
                schemas.append(_open(path).schema)
            except (pa.ArrowInvalid, OSError) as error:
                if len(self.files) == 1 and not schemas:
                    raise unreadable(str(path), error) from error
                self.files.remove(path)
                self.broken.append(Broken(str(path), None, str(error)))
        self.columns = schemas[0]

    @classmethod
    def accepts(cls, given: Any) -> bool:
        """Tell whether `given` is a path, or paths, of CSV; a path that does not exist is reported here."""
        return bool(files_of(given))

    def partitions(self) -> list[Partition]:
        """Return one partition a file."""
        return [Partition(str(path), 0, None, _reader(path)) for path in self.files]


def _reader(path: Path) -> Any:
    def read(columns: Sequence[str], texts: Sequence[str]) -> Iterator[pa.RecordBatch]:
        done = 0
        try:
            for batch in _open(path):
                yield _chosen(batch, columns)
                done += batch.num_rows
        except pa.ArrowInvalid:
            yield from _again(path, columns, done)

    return read


def _again(path: Path, columns: Sequence[str], done: int) -> Iterator[pa.RecordBatch]:
    """Read on after `done` rows with every column as text."""
    schema = _open(path).schema
    everything = {field.name: pa.string() for field in schema}
    for batch in _open(path, everything):
        skip = min(done, batch.num_rows)
        done -= skip
        if skip < batch.num_rows:
            yield _chosen(batch.slice(skip), columns)


def _chosen(batch: pa.RecordBatch, columns: Sequence[str]) -> pa.RecordBatch:
    return batch.select([c for c in columns if c in batch.schema.names])


def _open(path: Path, types: dict[str, pa.DataType] | None = None) -> pc.CSVStreamingReader:
    return pc.open_csv(
        path,
        read_options=pc.ReadOptions(block_size=BLOCK),
        parse_options=pc.ParseOptions(delimiter="\t" if path.suffix == ".tsv" else ","),
        convert_options=pc.ConvertOptions(column_types=types, strings_can_be_null=True),
    )
