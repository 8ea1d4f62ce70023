"""Series of estimates over windows, columnar: a heat map is a few reads, a new window is one small row.

A series is one metric along one dimension of one version of a model; its *places* are pairs (column, segment
value), "" for the whole model and for all rows. The newest windows lie one by one in a tail; when enough have
settled they move to chunks, one blob a field. A reader sees no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, delete, func, insert, select, update

from vedette.store.database import Transaction, upsert
from vedette.store.matrices import (
    TYPES,
    Array,
    Block,
    absent,
    decode,
    decode_rows,
    encode,
    encode_row,
    merge,
    widen,
)
from vedette.store.tables import series, series_chunks, series_tail
from vedette.values import Estimates

Place = tuple[str, str]
#: Windows in a chunk.
CHUNK = 256
#: As many windows at once go straight to chunks.
_BULK = 64
#: Series asked for in one question, and versions by which it is narrowed: each is tried with each model.
_ASKED, _VERSIONS = 2000, 4


class SeriesKey(msgspec.Struct, frozen=True, order=True):
    """What a series is about; `dimension` is a segment column, "" for whole columns or the whole model."""

    model: str
    version: str
    metric: str
    dimension: str = ""


class Series(msgspec.Struct, frozen=True):
    """Windows of one series.

    Attributes
    ----------
    windows : ndarray of shape (w,), int64
        Begin of each window, ascending.
    places : list of (column, segment value)
        Of length k, in the order they first appeared.
    fields : dict of ndarray
        Of shape (w, k), nan (-1 for `reason`) where a place has no estimate; `revision` has shape (w, 1).
    """

    windows: npt.NDArray[np.int64]
    places: list[Place]
    fields: dict[str, Array]

    def __len__(self) -> int:
        return len(self.windows)

    def estimates(self, place: int) -> Estimates:
        """Return the estimates of one place over the windows (the fields of an estimate must have been read)."""
        names = ("value", "low", "high", "n", "p", "reason")
        return Estimates(*(self.fields[name][:, place] for name in names))


class Piece(msgspec.Struct, frozen=True):
    """What to write of one series.

    Attributes
    ----------
    key : SeriesKey
        Which series.
    places : sequence of (column, segment value)
        Of length k; places of the series that are not named have no estimate in these windows.
    fields : mapping of array_like of shape (w, k)
        `value` and any of `low`, `high`, `n`, `p`, `reason`.
    """

    key: SeriesKey
    places: Sequence[Place]
    fields: Mapping[str, npt.ArrayLike]


def fields_of(estimates: Estimates, windows: int) -> dict[str, Array]:
    """Return estimates over windows x places (row by row, g = w k) as the fields of a `Piece`."""
    names = ("value", "low", "high", "n", "p", "reason")
    return {name: getattr(estimates, name).reshape(windows, -1) for name in names}


def put(
    tx: Transaction,
    windows: npt.ArrayLike,
    pieces: Iterable[Piece],
    *,
    revision: int = 0,
    settled: npt.ArrayLike = True,
) -> None:
    """Write windows of several series, in place of what they had.

    Parameters
    ----------
    tx : Transaction
        A write transaction.
    windows : array_like of shape (w,)
        Begin of each window.
    pieces : iterable of Piece
        What to write; a series is made when it is new.
    revision : int
        Of the windows' evaluation.
    settled : array_like of bool, shape (w,) or ()
        Whether each window has closed. The first value that a closed window gets stays as its `first`; before
        that, `first` follows.
    """
    starts = np.asarray(windows, np.int64)
    order = np.argsort(starts, kind="stable")
    closed = np.broadcast_to(np.asarray(settled, bool), starts.shape)[order]
    written = {
        number: (_block(starts, order, piece, known, revision), len(known))
        for number, piece, known in _register(tx, list(pieces))
    }
    if len(starts) >= _BULK and closed.all():
        for number, (block, places) in written.items():
            # What the tail has of these windows would hide the new values.
            settle(tx, number, places)
            tx.execute(delete(series_tail).where(series_tail.c.series == number, _among(starts)))
            _into_chunks(tx, number, block, places)
        return
    _into_tails(tx, written, closed)
    for number in _full(tx, list(written)):
        settle(tx, number, written[number][1])


def get(
    tx: Transaction,
    key: SeriesKey,
    fields: Sequence[str] = ("value",),
    *,
    start: int | None = None,
    end: int | None = None,
) -> Series:
    """Return the windows of a series that begin in ``[start, end)``; empty when there is no such series."""
    empty = Series(np.empty(0, np.int64), [], {name: np.empty((0, 0), TYPES[name]) for name in fields})
    return get_many(tx, [key], fields, start=start, end=end).get(key, empty)


def get_many(
    tx: Transaction,
    keys: Iterable[SeriesKey],
    fields: Sequence[str] = ("value",),
    *,
    start: int | None = None,
    end: int | None = None,
) -> dict[SeriesKey, Series]:
    """Return several series at the price of three queries; those that do not exist are left out."""
    found = {number: (key, places) for key, number, places in _registered(tx, keys)}
    chunks = _chunks(tx, list(found), fields, start, end)
    tails = _tails(tx, {number: len(places) for number, (_, places) in found.items()}, start, end)
    return {
        key: _joined(chunks.get(number, {}), tails.get(number), places, fields, start, end)
        for number, (key, places) in found.items()
    }


def existing(tx: Transaction, keys: Iterable[SeriesKey]) -> set[SeriesKey]:
    """Return those of some series that there are."""
    return {key for key, _, _ in _registered(tx, keys)}


def catalogue(tx: Transaction, model: str, version: str | None = None) -> list[SeriesKey]:
    """Return the keys of the series of a model, sorted."""
    columns = (series.c.model, series.c.version, series.c.metric, series.c.dimension)
    query = select(*columns).where(series.c.model == model)
    if version is not None:
        query = query.where(series.c.version == version)
    return sorted(SeriesKey(*row) for row in tx.execute(query))


def columns_like(tx: Transaction, metric: str, word: str, limit: int = 50) -> list[tuple[str, str]]:
    """Return (model, column) of a metric's series in whose columns a word occurs, at most of `limit` versions.

    The word is looked for in the stored text, in any case of ASCII letters; the caller compares the columns.
    """
    written = msgspec.json.encode(word).decode()[1:-1]
    mine = (series.c.metric == metric) & (series.c.dimension == "")
    query = select(series.c.model, series.c.places).where(
        mine, series.c.places.icontains(written, autoescape=True)
    )
    return [
        (model, column)
        for model, places in tx.execute(query.limit(limit))
        for column, _ in msgspec.json.decode(places, type=list[Place])
        if column
    ]


def remove(tx: Transaction, keys: Iterable[SeriesKey]) -> None:
    """Forget whole series."""
    numbers = [number for _, number, _ in _registered(tx, keys)]
    for table, column in ((series_chunks, "series"), (series_tail, "series"), (series, "id")):
        tx.execute(delete(table).where(table.c[column].in_(numbers)))


def remove_before(tx: Transaction, model: str, before: int) -> None:
    """Forget the windows of a model that begin before an instant, as far as whole chunks go (retention)."""
    mine = select(series.c.id).where(series.c.model == model).scalar_subquery()
    tx.execute(delete(series_chunks).where(series_chunks.c.series.in_(mine), series_chunks.c.last < before))
    tx.execute(delete(series_tail).where(series_tail.c.series.in_(mine), series_tail.c.start < before))


def settle(tx: Transaction, number: int, places: int) -> None:
    """Move the closed windows of a tail to the chunks."""
    rows = _rows_of(tx, [number], series_tail.c.settled)
    if rows:
        _into_chunks(tx, number, _tail_block(rows[number], places), places)
        tx.execute(delete(series_tail).where(series_tail.c.series == number, series_tail.c.settled))


def _register(tx: Transaction, pieces: Sequence[Piece]) -> Iterator[tuple[int, Piece, dict[Place, int]]]:
    """Yield the number of each series and the position of each of its places, after adding the new ones."""
    found = {key: (number, places) for key, number, places in _registered(tx, [p.key for p in pieces])}
    for piece in pieces:
        number, old = found.get(piece.key, (None, []))
        known = {place: i for i, place in enumerate(old)}
        for place in piece.places:
            known.setdefault(place, len(known))
        if number is None or len(known) > len(old):
            number = _save_places(tx, piece.key, number, list(known))
        yield number, piece, known


def _save_places(tx: Transaction, key: SeriesKey, number: int | None, places: list[Place]) -> int:
    text = msgspec.json.encode(places).decode()
    if number is None:
        row = {**msgspec.structs.asdict(key), "places": text}
        return int(tx.execute(insert(series).returning(series.c.id), row).scalar_one())
    tx.execute(update(series).where(series.c.id == number).values(places=text))
    return number


def _registered(tx: Transaction, keys: Iterable[SeriesKey]) -> Iterator[tuple[SeriesKey, int, list[Place]]]:
    columns = (series.c.model, series.c.version, series.c.metric, series.c.dimension)
    wanted = list(dict.fromkeys(keys))
    for at in range(0, len(wanted), _ASKED):  # a question has a bounded number of parameters
        asked = set(wanted[at : at + _ASKED])
        query = select(*columns, series.c.id, series.c.places).where(*_about(asked))
        for *key, number, places in tx.execute(query).all():
            if (found := SeriesKey(*key)) in asked:
                yield found, number, msgspec.json.decode(places, type=list[Place])


def _about(keys: set[SeriesKey]) -> list[ColumnElement[bool]]:
    """Return what holds for some series and few others: a fleet asks for thousands, and each by itself would cost."""
    named = {name: sorted({getattr(key, name) for key in keys}) for name in SeriesKey.__struct_fields__}
    if len(named["version"]) > _VERSIONS:
        del named["version"]
    return [series.c[name].in_(values) for name, values in named.items()]


def _block(starts: Array, order: Array, piece: Piece, known: Mapping[Place, int], revision: int) -> Block:
    at = [known[place] for place in piece.places]
    whole: dict[str, Array] = {}
    for name, kind in TYPES.items():
        source = "value" if name == "first" else name
        matrix = np.full((len(starts), len(known)), absent(name), kind)
        if source in piece.fields:
            matrix[:, at] = np.asarray(piece.fields[source]).reshape(len(starts), len(at))
        whole[name] = matrix[order]
    whole["revision"] = np.full((len(starts), 1), revision, TYPES["revision"])
    return Block(starts[order], whole)


def _into_tails(tx: Transaction, written: Mapping[int, tuple[Block, int]], closed: Array) -> None:
    starts = next(iter(written.values()))[0].starts if written else np.empty(0, np.int64)
    before = _rows_of(tx, written, series_tail.c.settled, _among(starts))
    rows = []
    for number, (block, places) in written.items():
        settled = closed.copy()
        if number in before:
            old = _tail_block(before[number], places)
            at = np.searchsorted(block.starts, old.starts)
            block.fields["first"][at] = old.fields["first"]
            settled[at] = True
        for i, start in enumerate(starts.tolist()):
            row = {"series": number, "start": start, "revision": int(block.fields["revision"][i, 0])}
            rows.append({**row, "settled": bool(settled[i]), "blob": encode_row(block.fields, i)})
    upsert(tx, series_tail, rows)


def _among(starts: Array) -> ColumnElement[bool]:
    return series_tail.c.start.in_(starts.tolist())


def _full(tx: Transaction, numbers: list[int]) -> list[int]:
    """Return the series whose tails have enough closed windows to settle."""
    table = series_tail
    query = select(table.c.series, func.count()).where(table.c.series.in_(numbers), table.c.settled)
    counts = tx.execute(query.group_by(table.c.series)).all()
    # Series of one model fill at the same pace; each settles at another moment, so that no evaluation pays for all.
    return [number for number, count in counts if count >= CHUNK // 2 + 37 * number % (CHUNK // 2)]


def _rows_of(tx: Transaction, numbers: Iterable[int], *where: ColumnElement[bool]) -> dict[int, list[Any]]:
    """Return rows (start, revision, blob) of the tails, in order of time."""
    table = series_tail
    query = select(table.c.series, table.c.start, table.c.revision, table.c.blob)
    rows: dict[int, list[Any]] = {}
    asked = query.where(table.c.series.in_(list(numbers)), *where).order_by(table.c.start)
    for row in tx.execute(asked).all():
        rows.setdefault(row.series, []).append(row)
    return rows


def _tail_block(rows: Sequence[Any], places: int) -> Block:
    """Return rows (start, revision, blob) as a block."""
    fields = decode_rows([row.blob for row in rows], places)
    fields["revision"] = np.array([[row.revision] for row in rows], TYPES["revision"]).reshape(-1, 1)
    return Block(np.array([row.start for row in rows], np.int64), fields)


def _into_chunks(tx: Transaction, number: int, block: Block, places: int) -> None:
    table = series_chunks
    query = select(table.c.first, table.c.last, table.c.size)
    query = query.where(table.c.series == number, table.c.field == "value").order_by(table.c.first)
    chunks = tx.execute(query).all()
    firsts = np.array([chunk.first for chunk in chunks], np.int64)
    # A window goes to the chunk that begins at or before it; after a full last chunk a new one begins.
    home = np.maximum(np.searchsorted(firsts, block.starts, side="right") - 1, 0)
    if chunks and chunks[-1].size >= CHUNK:
        home[block.starts > chunks[-1].last] = len(chunks)
    for i in np.unique(home):
        part = block.take(home == i)
        if i < len(chunks):
            part = merge(_chunk(tx, number, chunks[i].first), part, places)
            tx.execute(delete(table).where(table.c.series == number, table.c.first == chunks[i].first))
        _write(tx, number, part)


def _chunk(tx: Transaction, number: int, first: int) -> Block:
    table = series_chunks
    query = select(table.c.field, table.c.blob).where(table.c.series == number, table.c.first == first)
    parts = {name: decode(name, blob) for name, blob in tx.execute(query)}
    return Block(parts["value"][0], {name: matrix for name, (_, matrix) in parts.items()})


def _write(tx: Transaction, number: int, block: Block) -> None:
    rows = []
    for begin in range(0, len(block.starts), CHUNK):
        part = block.take(slice(begin, begin + CHUNK))
        span = {"first": int(part.starts[0]), "last": int(part.starts[-1]), "size": len(part.starts)}
        for name, matrix in part.fields.items():
            blob = encode(name, part.starts, matrix)
            rows.append({"series": number, "field": name, **span, "blob": blob})
    upsert(tx, series_chunks, rows)


def _chunks(
    tx: Transaction, numbers: list[int], fields: Sequence[str], start: int | None, end: int | None
) -> dict[int, dict[str, list[tuple[Array, Array]]]]:
    """Return series -> field -> chunks in order of time."""
    table = series_chunks
    query = select(table.c.series, table.c.field, table.c.blob).where(
        table.c.series.in_(numbers), table.c.field.in_(fields)
    )
    if start is not None:
        query = query.where(table.c.last >= start)
    if end is not None:
        query = query.where(table.c.first < end)
    found: dict[int, dict[str, list[tuple[Array, Array]]]] = {}
    for number, name, blob in tx.execute(query.order_by(table.c.series, table.c.field, table.c.first)):
        found.setdefault(number, {}).setdefault(name, []).append(decode(name, blob))
    return found


def _tails(
    tx: Transaction, places: Mapping[int, int], start: int | None, end: int | None
) -> dict[int, Block]:
    where = [] if start is None else [series_tail.c.start >= start]
    where += [] if end is None else [series_tail.c.start < end]
    return {
        number: _tail_block(rows, places[number]) for number, rows in _rows_of(tx, places, *where).items()
    }


def _joined(
    chunks: Mapping[str, list[tuple[Array, Array]]],
    tail: Block | None,
    places: list[Place],
    fields: Sequence[str],
    start: int | None,
    end: int | None,
) -> Series:
    """Return chunks and tail as one series; the tail is newer, except for what was known first."""
    old = [starts for starts, _ in next(iter(chunks.values()), [])]
    settled = np.concatenate([np.empty(0, np.int64), *old])
    begun = tail.starts if tail else settled[:0]
    windows = np.union1d(settled, begun) if tail else settled
    whole = {}
    for name in fields:
        width = 1 if name == "revision" else len(places)
        parts = [part for _, part in chunks.get(name, [])]
        if not tail and len(windows) == sum(len(part) for part in parts if part.shape[1] == width):
            whole[name] = np.concatenate([np.empty((0, width), TYPES[name]), *parts])
            continue
        matrix = np.full((len(windows), width), absent(name), TYPES[name])
        if tail and name == "first":
            matrix[np.searchsorted(windows, begun)] = tail.fields[name]
        for starts, part in chunks.get(name, []):
            matrix[_rows(windows, starts)] = widen(name, part, width)
        if tail and name != "first":
            matrix[np.searchsorted(windows, begun)] = tail.fields[name]
        whole[name] = matrix
    begin = 0 if start is None else int(np.searchsorted(windows, start))
    stop = len(windows) if end is None else int(np.searchsorted(windows, end))
    return Series(windows[begin:stop], places, {name: part[begin:stop] for name, part in whole.items()})


def _rows(windows: Array, starts: Array) -> slice | Array:
    """Return where `starts` lie among the windows: a slice, which copies several times faster, where it can be."""
    first, last = np.searchsorted(windows, starts[[0, -1]])
    whole = last - first + 1 == len(starts)
    return slice(int(first), int(last) + 1) if whole else np.searchsorted(windows, starts)
