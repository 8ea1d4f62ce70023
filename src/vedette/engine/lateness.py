"""How late labels are, looked up once before the rows are counted: delay bins, and the instant ages are told from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.engine.as_known import AsKnown, instant
from vedette.engine.cube import Cube
from vedette.engine.fit import coarse_bins
from vedette.engine.labels import LateLabels, label_columns
from vedette.engine.windows import Every
from vedette.errors import VedetteError, unknown_name
from vedette.instants import NO_TIME
from vedette.late_labels.delay_law import delay_edges
from vedette.layout import Layout
from vedette.schema import Schema
from vedette.sources.base import Source, open_source, readable
from vedette.summaries.label_delays import LabelDelays
from vedette.values import Window

#: Delays from which the bins are made, and of each batch where nobody knows how many there are.
SAMPLED, _OF_BATCH = 200_000, 16_384


class Looked(NamedTuple):
    """Delays of some labels in microseconds, and the last instant of any event or label."""

    delays: npt.NDArray[np.int64]
    last: int


def micros(length: str) -> int:
    """Return a length such as ``"30d"`` in microseconds, 0 for none.

    Examples
    --------
    >>> micros("1d"), micros("0d")
    (86400000000, 0)
    """
    number = length.strip().rstrip("abcdefghijklmnopqrstuvwxyz ")
    if number and set(number) <= {"0"}:
        return 0
    days = Every.parse(length).days
    return 0 if days is None else round(days * 86_400e6)


class Lateness(NamedTuple):
    """What a run takes labels for: as they are known now, or as they were at an instant.

    ``as_of`` is in microseconds since the epoch, None for now; ``delay``, in microseconds, is what the monitor
    declares for labels that carry no time of their own.
    """

    as_of: int | None = None
    delay: int = 0

    @classmethod
    def of(cls, as_of: str | datetime | None, label_delay: str, zone: str) -> Lateness:
        """Return it for what a person writes."""
        return cls(None if as_of is None else instant(as_of, zone), micros(label_delay))

    def rows(self, given: Any, schema: Schema) -> Source:
        """Return the source of the rows that had happened, with the labels that were known."""
        source = open_source(given)
        if self.as_of is None:
            return source
        hide = [*label_columns(schema), *([schema.label_time] if schema.label_time else [])]
        delay = self.delay if schema.label_time is None else 0
        return AsKnown(
            source, self.as_of, happened=schema.time, known=schema.label_time, delay=delay, labels=hide
        )

    def labels(self, given: Any, schema: Schema) -> LateLabels | None:
        """Return the labels of a table of their own that were known."""
        if given is None:
            return None
        timeless = self.as_of is not None and schema.label_time is None and self.delay > 0
        return LateLabels(
            given, schema, until=int(self.as_of or 0) - self.delay if timeless else None, as_of=self.as_of
        )

    def spec(
        self,
        source: Source,
        layout: Layout,
        late: LateLabels | None,
        reference: Cube,
        windows: Sequence[Window],
    ) -> LabelDelays | None:
        """Return what to count of label delays, None where nothing tells when labels come, or no score what to expect.

        Raises
        ------
        UnknownNameError
            The column that says when labels became known is in neither table (``schema.unknown-column``).
        """
        if not (layout.schema.label_time or self.delay) or layout.schema.time not in source.names:
            return None
        looked = _look(source, layout.schema, late)
        try:
            score = layout.score_bins()
        except VedetteError:
            return None
        then = reference.state(score)
        timed = len(looked.delays) > 0
        if (
            layout.task != "binary"
            or then is None
            or not then["counts"][..., :2].sum()
            or not (timed or self.delay)
        ):
            return None
        as_of = looked.last if self.as_of is None else self.as_of
        return LabelDelays(
            score=score,
            coarse=coarse_bins(then["counts"][0].sum(axis=(1, 2))[:-1]),
            time=str(layout.schema.time),
            as_of=as_of,
            edges=delay_edges(looked.delays, self.delay, [as_of - w.start for w in windows]),
            label_time=layout.schema.label_time if timed else None,
        )


def _look(source: Source, schema: Schema, late: LateLabels | None) -> Looked:
    """Return delays spread over the source, and its last instant.

    Raises
    ------
    UnknownNameError
        The column that says when labels became known is in neither table (``schema.unknown-column``).
    """
    time, came = str(schema.time), schema.label_time
    joined = late is not None and came in late.names
    if came is not None and came not in source.names and not joined:
        names = [*source.names, *(late.names if late is not None else ())]
        raise unknown_name("Column of schema (label_time)", came, names, code="schema.unknown-column")
    columns = [time, *([str(schema.id)] if joined else []), *([str(came)] if came in source.names else [])]
    step = max(1, source.rows // SAMPLED) if source.rows else None
    last, delays = NO_TIME, [np.zeros(0, np.int64)]
    for partition in source.partitions():
        for table in readable(partition, columns):
            batch = Batch(table)
            last = max(last, int(batch.times(time).max(initial=NO_TIME)))
            if came is None:
                continue
            batch = batch.take(np.arange(0, len(batch), step or max(1, len(batch) // _OF_BATCH)))
            if late is not None and joined:
                batch = late.join(batch, str(schema.id))
            at, born = batch.times(came), batch.times(time)
            both = (at != NO_TIME) & (born != NO_TIME)
            last = max(last, int(at.max(initial=NO_TIME)))
            delays.append(at[both] - born[both])
    return Looked(np.concatenate(delays), last)
