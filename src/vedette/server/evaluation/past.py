"""Estimates of windows long past, for rules that learn from far more of them than are in memory."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from vedette.engine.evaluate import Block
from vedette.engine.following import Earlier
from vedette.server.evaluation.keeping import places_of
from vedette.server.evaluation.line import Line
from vedette.store import series
from vedette.store.database import Database
from vedette.values import Estimates, Window

_FIELDS = Estimates.__struct_fields__


def earlier(database: Database, line: Line) -> Earlier:
    """Return what reads the stored series of a line: up to so many windows, ending with a block's last."""

    def read(block: Block, count: int) -> Block:
        last = line.axis.at(block.windows[-1].start)
        wanted = line.axis.windows[max(last + 1 - count, 0) : last + 1]
        key = series.SeriesKey(line.model, line.version, block.metric.key, block.dimension)
        with database.read() as tx:
            found = series.get(tx, key, _FIELDS, start=wanted[0].start, end=wanted[-1].start + 1)
        return _placed(block, found, wanted)

    return read


def _placed(block: Block, found: series.Series, wanted: list[Window]) -> Block:
    """Return a block over the windows of a stored series from its first one known; the block's own stay as they are."""
    at_hand = {w.start: i for i, w in enumerate(block.windows)}
    known = {start: i for i, start in enumerate(found.windows.tolist())}
    begin = next((i for i, w in enumerate(wanted) if w.start in known or w.start in at_hand), len(wanted))
    windows, places = wanted[begin:], places_of(block)
    columns = {place: i for i, place in enumerate(found.places)}
    mine = [columns.get(place, -1) for place in places]
    rows = np.array([known.get(w.start, -1) for w in windows])
    blank: dict[str, Any] = {"reason": 0}
    fields = {}
    for name in _FIELDS:
        held = getattr(block.current, name).reshape(len(block.windows), -1)
        taken = np.full((len(windows), len(places)), blank.get(name, np.nan), held.dtype)
        if len(found.windows):
            stored = found.fields[name][:, mine][rows]
            there = (rows >= 0)[:, None] & (np.array(mine) >= 0)
            taken = np.where(there, stored, taken).astype(held.dtype)
        for i, window in enumerate(windows):
            if window.start in at_hand:
                taken[i] = held[at_hand[window.start]]
        fields[name] = taken.ravel()
    return msgspec.structs.replace(block, windows=tuple(windows), current=Estimates(**fields))
