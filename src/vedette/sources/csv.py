"""CSV files, streamed in blocks; a column that changes its type on the way is read on as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.csv as pc

from vedette.sources.base import Broken, Partition, Source, opened, united
from vedette.sources.paths import files_of

#: Bytes of a block: 65 000 rows of twenty short columns.
BLOCK = 8 << 20
#: Rows are not counted before they are read: those of the next file are numbered from here on.
_APART = 1 << 40


class Csv(Source):
    """One or more CSV files (``.tsv`` is split at tabs), or folders of them.

    Types are found from the first block of a file. Where a later block disagrees, that column is read on as text, so
    that entries of the wrong type are counted instead of ending the run. Rows with another number of fields than the
    header are left out and counted.
    """

    order: ClassVar[int] = 20

    broken: list[Broken]

    def __init__(self, given: Any) -> None:
        files = [path for path in files_of(given) if path.suffix not in (".parquet", ".pq")]
        found, self.broken = opened(given, files, lambda path: _open(path).schema)
        schemas = dict(found)
        self.files = list(schemas)
        self.columns = united(list(schemas.values()))

    @classmethod
    def accepts(cls, given: Any) -> bool:
        """Tell whether `given` is a path, or paths, of CSV; a path that does not exist is reported here."""
        return bool(files_of(given))

    def partitions(self) -> list[Partition]:
        """Return one partition a file."""
        return [
            Partition(str(path), i * _APART, None, self._reader(path)) for i, path in enumerate(self.files)
        ]

    def _reader(self, path: Path) -> Any:
        def read(columns: Sequence[str], texts: Sequence[str]) -> Iterator[pa.RecordBatch]:
            odd: list[pc.InvalidRow] = []
            for batch in _batches(path, odd):
                yield batch.select([c for c in columns if c in batch.schema.names])
            if odd:
                self._left_out(path, len(odd))

        return read

    def _left_out(self, path: Path, rows: int) -> None:
        """Note how many rows of a file are no rows; each pass over the file finds the same ones."""
        part = Broken(f"rows of {path}", rows, "another number of fields than the header")
        if part not in self.broken:
            self.broken.append(part)


def _batches(path: Path, odd: list[pc.InvalidRow]) -> Iterator[pa.RecordBatch]:
    """Yield all rows; after a column turned out to hold another type, the rows that are left with it as text."""
    types: dict[str, pa.DataType] = {}
    done = 0
    while True:
        odd.clear()
        position = 0
        try:
            for batch in _open(path, types, odd):
                fresh = batch.slice(min(max(done - position, 0), batch.num_rows))
                position += batch.num_rows
                if fresh.num_rows:
                    yield fresh
                    done = position
        except pa.ArrowInvalid as error:
            fault = re.search(r"column #(\d+): CSV conversion error", str(error))
            name = _open(path).schema.names[int(fault[1])] if fault else None
            if name is None or name in types:
                raise
            types[name] = pa.string()
        else:
            return


def _open(
    path: Path, types: Mapping[str, pa.DataType] | None = None, odd: list[pc.InvalidRow] | None = None
) -> pc.CSVStreamingReader:
    def skip(row: pc.InvalidRow) -> str:
        if odd is not None:
            odd.append(row)
        return "skip"

    return pc.open_csv(
        path,
        read_options=pc.ReadOptions(block_size=BLOCK),
        parse_options=pc.ParseOptions(
            delimiter="\t" if path.suffix == ".tsv" else ",", invalid_row_handler=skip
        ),
        convert_options=pc.ConvertOptions(column_types=types, strings_can_be_null=True),
    )
