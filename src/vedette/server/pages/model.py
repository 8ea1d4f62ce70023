"""One model: what is wrong, why, what to do; then performance, events, drift, segments, quality."""

from __future__ import annotations

from datetime import datetime

import msgspec

from vedette.server.pages.parts import Choice, Connect, IncidentLine, SegmentRow, Values
from vedette.views.chart import View
from vedette.views.content import Fact, Status


class QualityRow(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one column: shares of rows now, `before` in the reference."""

    column: str
    level: Status
    missing: float | None
    missing_before: float | None
    unseen: float | None
    out_of_range: float | None
    spark: Values = ()


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What the head of every page of a model says: its name, version and health.

    Attributes
    ----------
    versions : tuple of str
        Newest first.
    last_event : datetime, optional
    span : str
        Period shown, as `FleetQuery.span`.
    """

    name: str
    version: str
    level: Status
    versions: tuple[str, ...] = ()
    last_event: datetime | None = None
    span: str = "30d"


class ModelPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page of one version of a model.

    Attributes
    ----------
    verdict, cause, remedy : str
        Sentences in the reader's language; cause and remedy are empty when nothing is wrong.
    incident : int, optional
        Number of the open incident that the verdict is about.
    facts : tuple of Fact
        Key numbers with their labels in the reader's language.
    metrics : tuple of Choice
        What the performance chart can show; `metric` is the key of the one it shows.
    performance, lanes, drift : View, optional
        Charts on one time axis, see `vedette.views`.
    segments : tuple of SegmentRow
        Worst first, at most about ten; the segment page has the rest.
    quality : tuple of QualityRow
        Columns with something to say, worst first.
    incidents : tuple of IncidentLine
        Open ones, then the newest closed ones.
    lost : tuple of (str, int)
        Rows that senders gave up before they came here, by reason, the most first.
    monitored : bool
        False while the model logs but no monitor was made.
    connect : Connect, optional
        Present while the model has no rows.
    """

    subject: Subject
    verdict: str
    cause: str = ""
    remedy: str = ""
    incident: int | None = None
    facts: tuple[Fact, ...] = ()
    metrics: tuple[Choice, ...] = ()
    metric: str = ""
    performance: View | None = None
    lanes: View | None = None
    drift: View | None = None
    segments: tuple[SegmentRow, ...] = ()
    segment_metric: str = ""
    quality: tuple[QualityRow, ...] = ()
    incidents: tuple[IncidentLine, ...] = ()
    lost: tuple[tuple[str, int], ...] = ()
    monitored: bool = True
    connect: Connect | None = None
