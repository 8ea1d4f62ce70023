"""Reading the lake: the rows of a window with the labels known of them, the newest rows."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping, Sequence
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
from vedette.store.storable import rejoined

#: When the label that counts became known.
LABEL_TIME = "vd_label_time"
#: Bounds of the ids of files, by path.
Ends = Mapping[str, tuple[str, str]]
#: Rows whose ids are compared at once.
SLAB = 1 << 18
_DAY_US = 86_400_000_000
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
    paths = [path for group in table.days() if group.day >= day_of(start - _DAY_US) for path in group.paths]
    wanted = pc.unique(ids.combine_chunks()).drop_null().sort()
    paths = holding(paths, ends_of_ids(table), wanted)
    chosen = pc.field(TIME) <= _instant(known_at) if known_at is not None else None
    names = (ID, TIME, LABEL, SIBLING + LABEL, WEIGHT, RECEIVED, SEQ)
    return last_of_each(_joined(with_ids(table, paths, names, wanted, chosen)))


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
) -> pa.Table:
    """Read stored columns of some files: all of vedette's and those of the features named."""
    schema = _in_files(table)
    names = [name for name in schema.names if _is_wanted(name, columns)]
    if not paths:
        return pa.schema([schema.field(name) for name in names]).empty_table()
    found = ds.dataset(list(paths), schema=schema, format="parquet")
    return found.to_table(columns=names, filter=chosen)


def ends_of_ids(table: LogTable) -> Ends:
    """Return bounds of the ids of each file, by path, where the log says them."""
    files = table.files()
    names = (f"min.{ID}", f"max.{ID}")
    if files is None or not set(names) <= set(files.column_names):
        return {}
    paths, lows, highs = (files[name].to_pylist() for name in ("path", *names))
    known = zip(paths, lows, highs, strict=True)
    return {str(table.folder / path): (low, high) for path, low, high in known if None not in (low, high)}


def holding(paths: Sequence[str], ends: Ends, ids: pa.Array) -> list[str]:
    """Return the files that may hold one of some sorted ids: those whose bounds have one of them between."""

    def may_hold(path: str) -> bool:
        if path not in ends:
            return True
        low, high = ends[path]
        at = bisect.bisect_left(range(len(ids)), low, key=lambda i: ids[i].as_py())
        return at < len(ids) and ids[at].as_py() <= high

    return [path for path in paths if may_hold(path)]


def with_ids(
    table: LogTable,
    paths: Sequence[str],
    names: Sequence[str],
    ids: pa.Array,
    chosen: pc.Expression | None = None,
) -> pa.Table:
    """Return the rows of some files that have one of many distinct ids: those of the columns `names` that there are.

    A filter of the scan would sort the ids anew for every file; here it is done once for so many rows.
    """
    schema = _in_files(table)
    here = [name for name in names if name in schema.names]
    empty = pa.schema([schema.field(name) for name in here]).empty_table()
    if not paths or not len(ids):
        return empty
    files = ds.dataset(list(paths), schema=schema, format="parquet")
    batches = files.scanner(
        columns=here, filter=chosen, batch_size=SLAB, batch_readahead=2, fragment_readahead=2
    ).to_batches()
    return pa.concat_tables([empty, *(_having(slab, ids) for slab in _slabs(batches))])


def _slabs(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield tables of about so many rows at least, but for the last."""
    some: list[pa.RecordBatch] = []
    for batch in batches:
        some.append(batch)
        if sum(one.num_rows for one in some) >= SLAB:
            yield pa.Table.from_batches(some)
            some = []
    if some:
        yield pa.Table.from_batches(some)


def _having(slab: pa.Table, ids: pa.Array) -> pa.Table:
    """Return the rows that have one of the ids; the smaller set is looked up in each direction."""
    theirs = slab[ID].combine_chunks()
    hits = ids.filter(pc.is_in(ids, theirs))
    return slab.filter(pc.is_in(theirs, hits)) if len(hits) else slab.slice(0, 0)


def _in_files(table: LogTable) -> pa.Schema:
    schema = table.schema()
    return schema.remove(schema.get_field_index(DAY))  # the folder has it, not the file


def _is_wanted(stored: str, columns: Sequence[str] | None) -> bool:
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


def _instant(micros: int) -> pa.Scalar:
    return pa.scalar(micros, INSTANT)


def _micros(instant: pa.Scalar) -> int | None:
    micros: int | None = instant.cast(INSTANT).cast(pa.int64()).as_py()
    return micros


def day_of(micros: int) -> str:
    """Return the partition that an instant lies in; before 1970 there is but one."""
    return str(np.datetime64(max(micros, 0), "us").astype("datetime64[D]"))


def day_files(table: LogTable, before: str) -> list[DayFiles]:
    """Return the partitions of closed days: those before a day."""
    return [group for group in table.days() if group.day < before]
