"""The segment explorer: which slices do worst, and whether the mix or the inside of the slices moved."""

from __future__ import annotations

import msgspec

from vedette.server.pages.model import Subject
from vedette.server.pages.parts import Choice, Paging, SegmentRow
from vedette.views.chart import View


class SegmentQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for; `dimension` empty means all of them."""

    dimension: str = ""
    metric: str = ""
    sort: str = "worst"
    page: int = 1
    span: str = "30d"


class Split(msgspec.Struct, frozen=True):
    """A change of a metric told apart: rows moved between segments (`mix`), segments changed (`within`)."""

    total: float
    mix: float
    within: float
    unit: str = ""


class SegmentsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page; `verdict` names the worst slice in the reader's language."""

    subject: Subject
    query: SegmentQuery
    verdict: str
    dimensions: tuple[Choice, ...] = ()
    metrics: tuple[Choice, ...] = ()
    metric_title: str = ""
    split: Split | None = None
    chart: View | None = None
    rows: tuple[SegmentRow, ...] = ()
    paging: Paging = Paging(0)
