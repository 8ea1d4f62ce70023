"""One incident: how big, whether it is real, what it costs, why, and what to do."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

import msgspec

from vedette.server.pages.model import Subject
from vedette.server.pages.parts import Event, Grid, SegmentRow, State
from vedette.views.chart import View
from vedette.views.content import Status

Deed = Literal["acknowledge", "mute", "unmute", "resolve", "reopen", "own", "comment"]
DEEDS: tuple[Deed, ...] = get_args(Deed)


class Measure(msgspec.Struct, frozen=True):
    """One of effect, evidence, impact: the number to read first, and the sentence that explains it."""

    headline: str
    detail: str = ""


class CauseRow(msgspec.Struct, frozen=True, kw_only=True):
    """A possible cause: its share of the change (0 to 1, None when it cannot be measured), words and picture."""

    title: str
    detail: str
    share: float | None = None
    proof: View | None = None
    column: str = ""


class RemedyRow(msgspec.Struct, frozen=True):
    """Something to do, and what it is predicted to bring."""

    title: str
    detail: str = ""
    predicted: str = ""


class Promise(msgspec.Struct, frozen=True):
    """How many alarms there were: this is number `alarm` in `days` days, with `per_month` false ones promised."""

    alarm: int
    days: int
    per_month: float


class IncidentPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page of one incident; all sentences in the reader's language.

    Attributes
    ----------
    opened, muted_until : datetime
    ended : datetime, optional
        The end of its last window, however late somebody or the quiet after it closed it.
    began : View, optional
        The metric around the beginning, with the mark of the change.
    examples : Grid, optional
        About ten rows that the incident is about.
    people : tuple of str
        Who may own it.
    """

    number: int
    subject: Subject
    level: Status
    state: State
    verdict: str
    opened: datetime
    effect: Measure
    evidence: Measure
    impact: Measure
    promise: Promise
    cause: str = ""
    remedy: str = ""
    ended: datetime | None = None
    muted_until: datetime | None = None
    owner: str = ""
    people: tuple[str, ...] = ()
    causes: tuple[CauseRow, ...] = ()
    segments: tuple[SegmentRow, ...] = ()
    segment_metric: str = ""
    began: View | None = None
    examples: Grid | None = None
    remedies: tuple[RemedyRow, ...] = ()
    events: tuple[Event, ...] = ()
