"""The data of a model from the lake: what arrived last, what was refused and why."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from vedette.server.api.desk import Desk
from vedette.server.ingest.refusals import REASONS
from vedette.server.pages.data import DataPage, QuarantineRow
from vedette.server.pages.parts import Connect, Grid, Paging
from vedette.server.pages.visit import Visit
from vedette.server.pages.wording import say
from vedette.server.showing.fleet import moment
from vedette.server.showing.incident import cell
from vedette.server.showing.model import found
from vedette.store import quarantine
from vedette.store.columns import DAY, LABELS, PREDICTIONS, RESERVED, SEQ, SOURCE
from vedette.store.lake import Lake
from vedette.store.quarantine import Refused
from vedette.store.reading import extent, tail
from vedette.views.content import Fact

#: Newest rows shown, columns of them, refused rows that are looked at, characters of one of them.
TAIL, COLUMNS, REFUSED, SAMPLE = 30, 40, 2000, 4000
#: What the log keeps for itself.
_OURS = {SEQ, SOURCE, DAY}


def data(desk: Desk, lake: Lake, visit: Visit, name: str, page: int) -> DataPage | None:
    """Return the page, None where there is no such model."""
    with desk.database.read() as tx:
        head = found(tx, desk, visit, name, "", "30d")
    if head is None:
        return None
    batches = refused(lake, name)
    paging = Paging(len(batches), page)
    first = (paging.at - 1) * paging.size
    shown = list(batches.items())[first : first + paging.size]
    rows = extent(lake, name, PREDICTIONS).rows
    connect = Connect(address=visit.address, key="vd_…", model=name)
    return DataPage(
        subject=head.subject,
        counts=_counts(lake, name, rows, visit),
        tail=_grid(tail(lake, name, TAIL)),
        quarantine=tuple(_line(key, batch, visit) for key, batch in shown),
        paging=paging,
        connect=None if rows else connect,
    )


def refused(lake: Lake, model: str) -> Mapping[str, list[Refused]]:
    """Return the newest refused rows in batches: those of one request with one reason, by a key of the batch."""
    found_: dict[str, list[Refused]] = {}
    for row in quarantine.listing(lake, model, REFUSED):
        request = row.key.rpartition("~")[0]
        found_.setdefault(f"{request}~{row.reason}", []).append(row)
    return found_


def _counts(lake: Lake, name: str, rows: int, visit: Visit) -> tuple[Fact, ...]:
    counts = {
        "logged": rows,
        "labels": extent(lake, name, LABELS).rows,
        "refused": sum(quarantine.reasons(lake, name).values()),
    }
    return tuple(Fact(say(visit.lang, f"data.{key}"), f"{count:,}") for key, count in counts.items())


def _grid(rows: pa.Table) -> Grid:
    """Return rows as text under the words that a client may send them with; columns that are all empty are left out."""
    names = [n for n in rows.column_names if n not in _OURS and rows[n].null_count < rows.num_rows][:COLUMNS]
    plain = rows.select(names).to_pylist()
    header = tuple(name.removeprefix(RESERVED) for name in names)
    return Grid(header, tuple(tuple(cell(row[name]) for name in names) for row in plain))


def _line(key: str, batch: list[Refused], visit: Visit) -> QuarantineRow:
    first = batch[0]
    known = first.reason in REASONS
    return QuarantineRow(
        key=key,
        at=moment(first.received),
        kind=first.table,
        source=key.partition("~")[0],
        reason=first.detail or first.reason,
        fix=say(visit.lang, f"refused.{first.reason}") if known else first.reason,
        rows=len(batch),
        sample=first.raw[:SAMPLE],
    )
