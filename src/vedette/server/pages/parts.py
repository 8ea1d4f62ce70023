"""What several pages share: choices, rows of segments, lines of incidents, how to connect."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Literal

import msgspec

from vedette.values import Estimate
from vedette.views.content import Status

State = Literal["open", "acknowledged", "muted", "resolved"]
Values = tuple[float | None, ...]
#: Rows of one page of a table.
ROWS = 50


class Choice(msgspec.Struct, frozen=True):
    """One entry of a list to choose from: its key in the URL, and what people read."""

    key: str
    text: str


class Connect(msgspec.Struct, frozen=True):
    """What an empty page needs to say how events get here.

    Attributes
    ----------
    address : str
        This server as the reader's browser reached it.
    key : str
        A fresh API key, or a word to replace when the reader may not make one.
    model : str
        Name to put into the command.
    """

    address: str
    key: str
    model: str = "my-model"


class Paging(msgspec.Struct, frozen=True):
    """Which rows of a long table are shown; `page` counts from 1.

    Examples
    --------
    >>> Paging(total=120, page=3).pages, Paging(total=120, page=3).span
    (3, (101, 120))
    >>> Paging(total=0).span
    (0, 0)
    """

    total: int
    page: int = 1
    size: int = ROWS

    @property
    def pages(self) -> int:
        """Number of pages, at least one."""
        return max(1, math.ceil(self.total / self.size))

    @property
    def at(self) -> int:
        """The page that is really shown: a number beyond the last one means the last."""
        return min(max(self.page, 1), self.pages)

    @property
    def span(self) -> tuple[int, int]:
        """First and last row shown, counted from 1."""
        first = (self.at - 1) * self.size
        return (min(first + 1, self.total), min(first + self.size, self.total))


class SegmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A metric on one segment.

    Attributes
    ----------
    segment : str
        As people read it, ``carrier = MQ``.
    level : Status
    share : float
        Of all rows.
    now, before : Estimate
    better : {"higher", "lower", "neither"}
    unit : str
    spark : tuple of float or None
    """

    segment: str
    level: Status
    share: float
    now: Estimate
    before: Estimate
    better: str = "higher"
    unit: str = ""
    spark: Values = ()


class IncidentLine(msgspec.Struct, frozen=True, kw_only=True):
    """An incident in a list."""

    number: int
    level: Status
    state: State
    title: str
    opened: datetime
    owner: str = ""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person or the system did; `who` is empty for the system."""

    at: datetime
    text: str
    who: str = ""
    kind: Literal["system", "deed", "comment"] = "system"


class Notice(msgspec.Struct, frozen=True):
    """What became of a deed: `level` "ok" or "act", and a sentence in the reader's language."""

    level: Status
    text: str


class Grid(msgspec.Struct, frozen=True):
    """Rows of a log as text, the columns in order."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
