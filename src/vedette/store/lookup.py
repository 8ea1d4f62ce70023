"""The predictions that labels belong to: which files may hold an id, and what time and version it has there."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vedette.store.columns import ID, INSTANT, PREDICTIONS, TIME, VERSION
from vedette.store.lake import Lake
from vedette.store.reading import day_of, ends_of_ids, holding, with_ids
from vedette.store.storable import TEXT

#: Days that the prediction of a late label is looked for, newest first.
LOOK_BACK_DAYS = 90
_DAY_US = 86_400_000_000
_UUID7 = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}", re.IGNORECASE)


def times_of(lake: Lake, model: str, ids: pa.Array, now: int, look_back: int = LOOK_BACK_DAYS) -> pa.Table:
    """Return id, time and version of the predictions with these ids, as far as they are found.

    Partitions are searched newest first, and before them the days that UUIDv7 ids name, without the files whose
    statistics rule every id out (ids that grow, as counters and UUIDv7 do, lie in few files); the search ends when
    every id is found, or `look_back` days before `now`, or before the newest day of a log that ended earlier (a
    history that was uploaded). An id that is not found has no prediction yet: when that comes, its window is
    evaluated anyway.
    """
    table = lake.table(model, PREDICTIONS)
    wanted = pc.unique(ids).drop_null().sort()
    ends = ends_of_ids(table)
    named = {day_of(micros) for micros in _uuid_times(wanted)}
    days = table.days()
    newest = max((int(np.datetime64(group.day, "us").astype(np.int64)) for group in days), default=now)
    recent = [group for group in days if group.day >= day_of(min(now, newest) - look_back * _DAY_US)]
    found: list[pa.Table] = []
    for group in sorted(recent, key=lambda group: (group.day in named, group.day), reverse=True):
        if not len(wanted):
            break
        paths = holding(group.paths, ends, wanted)
        rows = with_ids(table, paths, (ID, TIME, VERSION), wanted)
        if rows.num_rows:
            found.append(rows)
            wanted = wanted.filter(pc.invert(pc.is_in(wanted, rows[ID].combine_chunks())))
    empty = pa.table({ID: pa.array([], TEXT), TIME: pa.array([], INSTANT), VERSION: pa.array([], TEXT)})
    return pa.concat_tables([empty, *found])


def _uuid_times(ids: pa.Array) -> list[int]:
    """Return the microseconds that UUIDv7 ids carry; a few tell the days."""
    sample = ids.take(pa.array(np.arange(0, len(ids), max(len(ids) // 200, 1)))).to_pylist()
    return [int(text.replace("-", "")[:12], 16) * 1000 for text in sample if _UUID7.fullmatch(text)]
