"""The data of a model: what arrived last, what was refused and why, how to bring more."""

from __future__ import annotations

from datetime import datetime

import msgspec

from vedette.server.pages.model import Subject
from vedette.server.pages.parts import Connect, Grid, Paging
from vedette.views.content import Fact


class QuarantineRow(msgspec.Struct, frozen=True, kw_only=True):
    """A batch of rows refused for one reason; `sample` is one of them as text."""

    key: str
    at: datetime
    kind: str
    source: str
    reason: str
    fix: str
    rows: int
    sample: str = ""


class DataPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page.

    Attributes
    ----------
    counts : tuple of Fact
        Accepted, labelled, duplicate, quarantined; labels in the reader's language.
    tail : Grid
        Newest rows first.
    """

    subject: Subject
    counts: tuple[Fact, ...] = ()
    tail: Grid = Grid((), ())
    quarantine: tuple[QuarantineRow, ...] = ()
    paging: Paging = Paging(0)
    connect: Connect | None = None
