"""The past as it was known at an instant: later rows are not there, and later labels are not either."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vedette.batch import Batch
from vedette.engine.windows import zone_named
from vedette.errors import ConfigError
from vedette.sources.base import Partition, Source


def instant(given: str | datetime, zone: str = "UTC") -> int:
    """Return an instant in microseconds since the epoch; one without a zone is of `zone`.

    Raises
    ------
    ConfigError
        What is no time (``run.bad-instant``).

    Examples
    --------
    >>> instant("1970-01-02"), instant("1970-01-01T01:00+01:00")
    (86400000000, 0)
    """
    try:
        moment = given if isinstance(given, datetime) else datetime.fromisoformat(given)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone_named(zone))
        return round(moment.timestamp() * 1e6)
    except (TypeError, ValueError, OverflowError) as error:
        raise ConfigError(
            f"as_of={given!r} is no time",
            "A date or a time in ISO 8601",
            "Write for example as_of='2013-06-01'",
            code="run.bad-instant",
        ) from error


class AsKnown(Source):
    """Another source without what happened, or became known, after an instant.

    Parameters
    ----------
    source : Source
    as_of : int
        Microseconds since the epoch; what becomes known at that very instant is known.
    happened : str, optional
        Column of event times: rows at or after the instant are left out.
    known : str, optional
        Column that says when labels became known; where it is later the labels are empty.
    delay : int
        Where labels carry no time: how long after its event a label becomes known, microseconds; 0 for at once.
    labels : sequence of str
        The label columns, and columns that go with them.
    """

    def __init__(
        self,
        source: Source,
        as_of: int,
        *,
        happened: str | None = None,
        known: str | None = None,
        delay: int = 0,
        labels: Sequence[str] = (),
    ) -> None:
        self.source, self.as_of, self.delay = source, as_of, delay
        self.columns, self.broken = source.columns, source.broken
        self.happened = happened if happened in source.names else None
        self.known = known if known in source.names else None
        self.labels = [name for name in labels if name in source.names]

    def partitions(self) -> list[Partition]:
        """Return the partitions; how many of their rows are left only reading tells."""
        return [self._part(one) for one in self.source.partitions()]

    def _part(self, part: Partition) -> Partition:
        def read(columns: Sequence[str], texts: Sequence[str]) -> Iterator[pa.RecordBatch]:
            more = [n for n in (self.happened, self.known) if n is not None and n not in columns]
            for table in part.read([*columns, *more], texts):
                kept = self._kept(table)
                yield kept.select([n for n in kept.schema.names if n in columns]) if more else kept

        return part._replace(rows=None if self.happened else part.rows, read=read)

    def _kept(self, table: pa.RecordBatch) -> pa.RecordBatch:
        if self.happened is not None:
            before = Batch(table).times(self.happened) < self.as_of  # no time at all lies before everything
            table = table if before.all() else table.filter(pa.array(before))
        if self.known is not None:
            later = Batch(table).times(self.known) > self.as_of
        elif self.delay and self.happened is not None:
            later = Batch(table).times(self.happened) > self.as_of - self.delay
        else:
            return table
        return _hidden(table, self.labels, later) if later.any() else table


def _hidden(table: pa.RecordBatch, columns: Sequence[str], where: npt.NDArray[np.bool_]) -> pa.RecordBatch:
    """Return the table with the entries of some columns empty in some rows."""
    mask = pa.array(where)
    for name in columns:
        if name in table.schema.names:
            place = table.schema.get_field_index(name)
            column = table.column(place)
            empty = pa.scalar(None, column.type)
            table = table.set_column(place, name, pc.if_else(mask, empty, column))
    return table
