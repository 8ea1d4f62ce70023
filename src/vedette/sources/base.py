"""What a source is: partitions of record batches, each readable by itself and named for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, TypeVar

import pyarrow as pa

from vedette import registry
from vedette.errors import ConfigError, DataError
from vedette.sentences.sentence import Sentence
from vedette.sources.paths import ENDINGS
from vedette.values import Note

#: Rows of a batch: large enough for numpy, small enough for its columns to stay in the processor's cache.
BATCH_ROWS = 65_536

Head = TypeVar("Head")

#: What reading a damaged or vanished file raises.
DAMAGE = (OSError, pa.ArrowException)
#: Reads some columns of a partition: (columns, columns to dictionary-encode) -> batches.
Reader = Callable[[Sequence[str], Sequence[str]], Iterator[pa.RecordBatch]]


class Partition(NamedTuple):
    """A part of a source that is read, counted or quarantined as a whole.

    `rows` is None where only reading tells; `first_row` is the number of its first row within the source.
    """

    name: str
    first_row: int
    rows: int | None
    read: Reader


class Broken(NamedTuple):
    """A part that could not be read: its name, the rows it should hold, the reader's words."""

    name: str
    rows: int | None
    error: str


def quarantined(parts: Iterable[Broken]) -> list[Note]:
    """Return notes on what could not be read and is left out."""
    return [
        Note.saying("source.quarantined", Sentence.of("note.quarantined", name=name, error=error), None, rows)
        for name, rows, error in parts
    ]


class Source:
    """Rows in partitions. A subclass is one file of this folder and registers by its file's name."""

    #: Sources are asked in increasing order whether they take an object.
    order: ClassVar[int] = 50

    columns: pa.Schema
    #: Files that could not even be opened.
    broken: Sequence[Broken] = ()

    @classmethod
    def accepts(cls, given: Any) -> bool:
        """Tell whether this source reads `given`."""
        raise NotImplementedError

    def __init__(self, given: Any) -> None:
        raise NotImplementedError

    def partitions(self) -> list[Partition]:
        """Return the partitions in order."""
        raise NotImplementedError

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return list(self.columns.names)

    @property
    def rows(self) -> int | None:
        """Number of rows where it is known without reading."""
        counts = [p.rows for p in self.partitions()]
        return None if None in counts else sum(c or 0 for c in counts)


def open_source(given: Any) -> Source:
    """Return the source that reads a frame, a mapping of arrays, a path, a folder or a list of paths.

    Raises
    ------
    ConfigError
        Code ``source.unknown-type`` when nothing reads it.
    """
    if isinstance(given, Source):
        return given
    for cls in sorted(registry.load_all("source").values(), key=lambda c: c.order):
        if cls.accepts(given):
            source: Source = cls(given)
            check_names(source.names)
            return source
    if isinstance(given, str | Path):
        raise DataError(
            f"{given} holds no file of rows",
            f"Files that end in {', '.join(ENDINGS)}",
            "Check the path",
            code="source.missing-file",
        )
    raise no_source(given)


def no_source(given: Any) -> ConfigError:
    """Return the error for an object that nothing reads."""
    return ConfigError(
        f"{type(given).__name__} {str(given)[:80]!r} is no source of rows",
        "A frame (pandas, polars, pyarrow, DuckDB), a mapping of arrays, or a path to Parquet or CSV",
        "Convert it, or pass a path",
        code="source.unknown-type",
    )


def check_names(names: Sequence[str]) -> None:
    """Raise when there are no columns, or several of one name."""
    if not names:
        raise DataError(
            "The data have no columns",
            "At least one column",
            "Check what is passed",
            code="source.no-columns",
        )
    repeated = sorted({n for n in names if names.count(n) > 1}) if len(set(names)) < len(names) else []
    if repeated:
        raise DataError(
            f"Columns {', '.join(map(repr, repeated))} occur more than once",
            "Column names are unique",
            "Rename or drop the repeated ones",
            code="source.duplicate-column",
        )


def united(schemas: Sequence[pa.Schema]) -> pa.Schema:
    """Return the columns of all files; a column whose type differs between files keeps the first."""
    if len(schemas) == 1:
        return schemas[0]
    fields: dict[str, pa.Field] = {}
    for field in (field for schema in schemas for field in schema):
        fields.setdefault(field.name, field)
    return pa.schema(list(fields.values()))


def opened(
    given: Any, files: Sequence[Path], head: Callable[[Path], Head]
) -> tuple[list[tuple[Path, Head]], list[Broken]]:
    """Return the files of `given` that can be opened, each with what its `head` says, and the broken ones.

    Raises
    ------
    DataError
        Code ``source.unreadable`` or ``source.missing-file`` when not one can be opened.
    """
    found: list[tuple[Path, Head]] = []
    broken: list[Broken] = []
    for path in files:
        try:
            found.append((path, head(path)))
        except (pa.ArrowInvalid, OSError) as error:
            if len(files) == 1:
                raise unreadable(str(path), error) from error
            broken.append(Broken(str(path), None, str(error)))
    if not found:
        raise unreadable(str(given), OSError("none of its files can be opened"))
    return found, broken


def readable(partition: Partition, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a partition as far as it can be read; the scan that counts it reports the damage."""
    try:
        yield from partition.read(columns, [])
    except DAMAGE:
        return


def unreadable(name: str, error: Exception) -> DataError:
    """Return the error for a file that cannot be read."""
    gone = isinstance(error, FileNotFoundError)
    return DataError(
        f"{name} {'does not exist' if gone else f'cannot be read ({error})'}",
        "A readable Parquet or CSV file, or a folder of them",
        "Check the path" if gone else "Write the file again, or leave it out",
        code="source.missing-file" if gone else "source.unreadable",
    )
