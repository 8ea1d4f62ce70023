"""Reading the lake: the rows of a window with the labels known of them, the times of ids, the newest rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from vedette.store.columns import (
    DAY,
    ID,
    INSTANT,
    LABEL,
    LABELS,
    PREDICTIONS,
    RECEIVED,
    RESERVED,
    SEQ,
    SIBLING,
    SOURCE,
    TIME,
    VERSION,
    WEIGHT,
    outside_name,
)
from vedette.store.lake import DayFiles, Lake, LogTable
from vedette.store.storable import TEXT, rejoined

#: When the label that counts became known.
LABEL_TIME = "vd_label_time"
#: Days that the prediction of a late label is looked for, newest first.
LOOK_BACK_DAYS = 90
_DAY_US = 86_400_000_000
_UUID7 = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}", re.IGNORECASE)
_BOOKKEEPING = (RECEIVED, SOURCE, SEQ, DAY)


class Extent(NamedTuple):
    """How much a table holds: rows as received (repeated ids count), first and last time in microseconds."""

    rows: int
    first: int | None
    last: int | None


def rows_of(
    lake: Lake,
    model: str,
    version: str | None,
    start: int,
    end: int,
    *,
    columns: Sequence[str] | None = None,
    known_at: int | None = None,
) -> pa.Table:
    """Return the predictions with ``start <= vd_time < end``, one row for each id, with their labels.

    Parameters
    ----------
    version : str, optional
        One version, None for all.
    start, end : int
        Microseconds since the epoch.
    columns : sequence of str, optional
        Features to read, under their own names (default: all); columns of vedette are always there.
    known_at : int, optional
        Only labels that were known then (default: all there are), to show a window as it was seen.

    Returns
    -------
    pa.Table
        Of the rows that share an id within the window, the one received last. ``vd_label`` is null where no
        label is known; `LABEL_TIME` is when it became known. ``vd_weight`` of a label counts before that of its
        prediction. A column that mixes types within the window is text.
    """
    table = lake.table(model, PREDICTIONS)
    inside = (pc.field(TIME) >= _instant(start)) & (pc.field(TIME) < _instant(end))
    if version is not None:
        inside &= pc.field(VERSION) == version
    rows = _joined(_read(table, _touching(table, start, end), columns, inside))
    rows = last_of_each(rows)
    rows = _with_labels(rows, _labels_since(lake.table(model, LABELS), start, rows[ID], known_at))
    return rows.drop_columns([name for name in _BOOKKEEPING if name in rows.column_names])


def times_of(lake: Lake, model: str, ids: pa.Array, now: int, look_back: int = LOOK_BACK_DAYS) -> pa.Table:
    """Return id, time and version of the predictions with these ids, as far as they are found.

    Partitions are searched newest first, and before them the days that UUIDv7 ids name; the search ends when
    every id is found, or `look_back` days before `now`, or before the newest day of a log that ended earlier (a
    history that was uploaded). An id that is not found has no prediction yet: when that comes, its window is
    evaluated anyway.
    """
    table = lake.table(model, PREDICTIONS)
    wanted = pc.unique(ids)
    named = {_day(micros) for micros in _uuid_times(wanted)}
    days = table.days()
    newest = max((int(np.datetime64(group.day, "us").astype(np.int64)) for group in days), default=now)
    recent = [group for group in days if group.day >= _day(min(now, newest) - look_back * _DAY_US)]
    found: list[pa.Table] = []
    for group in sorted(recent, key=lambda group: (group.day in named, group.day), reverse=True):
        if not len(wanted):
            break
        rows = _read(table, group.paths, [], pc.field(ID).isin(wanted), only=(ID, TIME, VERSION))
        found.append(rows)
        wanted = wanted.filter(pc.invert(pc.is_in(wanted, rows[ID].combine_chunks())))
    empty = pa.table({ID: pa.array([], TEXT), TIME: pa.array([], INSTANT), VERSION: pa.array([], TEXT)})
    return pa.concat_tables([empty, *found])


def tail(lake: Lake, model: str, count: int, kind: str = PREDICTIONS) -> pa.Table:
    """Return the rows received last, newest first, as they were stored (repeated ids included)."""
    table = lake.table(model, kind)
    rows = _joined(_read(table, _newest(table, count), None, None))
    newest = [name for name in (RECEIVED, SEQ, TIME) if name in rows.column_names]
    order = pc.sort_indices(rows, sort_keys=[(name, "descending") for name in newest])
    return rows.take(order[:count])


def extent(lake: Lake, model: str, kind: str = PREDICTIONS) -> Extent:
    """Return how much a table holds, from the statistics of its log: no row is read."""
    files = lake.table(model, kind).files()
    if files is None or not files.num_rows:
        return Extent(0, None, None)
    first, last = pc.min(files[f"min.{TIME}"]), pc.max(files[f"max.{TIME}"])
    return Extent(pc.sum(files["num_records"]).as_py(), _micros(first), _micros(last))


def last_of_each(rows: pa.Table) -> pa.Table:
    """Return one row for each id, the one received last, in the order of time of receipt."""
    rows = rows.take(pc.sort_indices(rows, sort_keys=[(RECEIVED, "ascending"), (SEQ, "ascending")]))
    return rows.take(pa.array(_last_of_each(rows[ID])))


def _last_of_each(ids: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    coded = ids.combine_chunks().dictionary_encode()
    last = np.zeros(len(coded.dictionary), np.int64)
    last[coded.indices.to_numpy(zero_copy_only=False)] = np.arange(len(coded))  # later rows overwrite
    return np.sort(last)


def _labels_since(table: LogTable, start: int, ids: pa.ChunkedArray, known_at: int | None) -> pa.Table:
    """Return the last label of each id. No label comes a day before its prediction was made."""
    paths = [path for group in table.days() if group.day >= _day(start - _DAY_US) for path in group.paths]
    chosen = pc.field(ID).isin(pc.unique(ids))
    if known_at is not None:
        chosen &= pc.field(TIME) <= _instant(known_at)
    names = (ID, TIME, LABEL, SIBLING + LABEL, WEIGHT, RECEIVED, SEQ)
    return last_of_each(_joined(_read(table, paths, [], chosen, only=names)))


def _with_labels(rows: pa.Table, labels: pa.Table) -> pa.Table:
    at = pc.index_in(rows[ID], labels[ID].combine_chunks())
    nothing = pa.nulls(labels.num_rows)
    label = (labels[LABEL] if LABEL in labels.column_names else nothing).take(at)
    rows = rows.append_column(LABEL, label).append_column(LABEL_TIME, labels[TIME].take(at))
    if WEIGHT not in labels.column_names or not labels.num_rows:
        return rows
    weight = labels[WEIGHT].take(at)
    if WEIGHT not in rows.column_names:
        return rows.append_column(WEIGHT, weight)
    place = rows.schema.get_field_index(WEIGHT)
    return rows.set_column(place, WEIGHT, pc.coalesce(weight, rows[WEIGHT]))


def _read(
    table: LogTable,
    paths: Sequence[str],
    columns: Sequence[str] | None,
    chosen: pc.Expression | None,
    only: Sequence[str] | None = None,
) -> pa.Table:
    """Read stored columns of some files: `only` those, or all of vedette's and those of the features named."""
    schema = table.schema()
    schema = schema.remove(schema.get_field_index(DAY))  # the folder has it, not the file
    names = [name for name in schema.names if _is_wanted(name, columns, only)]
    if not paths:
        return pa.schema([schema.field(name) for name in names]).empty_table()
    found = ds.dataset(list(paths), schema=schema, format="parquet")
    return found.to_table(columns=names, filter=chosen)


def _is_wanted(stored: str, columns: Sequence[str] | None, only: Sequence[str] | None) -> bool:
    if only is not None:
        return stored in only
    name = outside_name(stored.removeprefix(SIBLING))
    return columns is None or name.startswith(RESERVED) or name in columns


def _joined(rows: pa.Table) -> pa.Table:
    """Return the columns under the names they came with, joined with the text that did not fit them."""
    names = rows.column_names
    columns = {
        outside_name(name): rejoined(rows[name], rows[SIBLING + name] if SIBLING + name in names else None)
        for name in names
        if not name.startswith(SIBLING)
    }
    return pa.table(columns)


def _touching(table: LogTable, start: int, end: int) -> list[str]:
    """Return the files that may hold a time of the window, by the statistics of the log."""
    files = table.files()
    if files is None:
        return []
    low, high = files[f"min.{TIME}"], files[f"max.{TIME}"]
    apart = pc.or_(pc.greater_equal(low, _instant(end)), pc.less(high, _instant(start)))
    kept = files.filter(pc.invert(pc.fill_null(apart, fill_value=False)))
    return [str(table.folder / path) for path in kept["path"].to_pylist()]


def _newest(table: LogTable, count: int) -> list[str]:
    """Return the files that hold the last rows received."""
    files = table.files()
    if files is None:
        return []
    files = files.sort_by([(f"max.{RECEIVED}", "descending")])
    have = np.cumsum(files["num_records"].to_numpy())
    oldest = files[f"min.{RECEIVED}"]
    enough = int(np.searchsorted(have, count)) + 1
    least = pc.min(oldest[:enough])
    kept = files.filter(pc.greater_equal(files[f"max.{RECEIVED}"], least))
    return [str(table.folder / path) for path in kept["path"].to_pylist()]


def _uuid_times(ids: pa.Array) -> list[int]:
    """Return the microseconds that UUIDv7 ids carry; a few tell the days."""
    texts = ids.to_pylist()
    sample = texts[:: max(len(texts) // 200, 1)]
    return [int(text.replace("-", "")[:12], 16) * 1000 for text in sample if text and _UUID7.fullmatch(text)]


def _instant(micros: int) -> pa.Scalar:
    return pa.scalar(micros, INSTANT)


def _micros(instant: pa.Scalar) -> int | None:
    micros: int | None = instant.cast(INSTANT).cast(pa.int64()).as_py()
    return micros


def _day(micros: int) -> str:
    return str(np.datetime64(max(micros, 0), "us").astype("datetime64[D]"))


def day_files(table: LogTable, before: str) -> list[DayFiles]:
    """Return the partitions of closed days: those before a day."""
    return [group for group in table.days() if group.day < before]
