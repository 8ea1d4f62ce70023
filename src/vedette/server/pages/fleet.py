"""The fleet: every model in one line, worst first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, get_args

import msgspec

from vedette.server.pages.parts import Connect, Paging, Values
from vedette.views.content import Status

Sort = Literal["health", "model", "volume", "labels", "performance", "event"]
SORTS: tuple[Sort, ...] = get_args(Sort)
#: States in the order of the page.
SHOWN: tuple[Status, ...] = ("act", "watch", "ok", "silent")


class FleetQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What of the fleet is asked for; all of it stands in the URL.

    Attributes
    ----------
    search : str
        Part of a model's name.
    level : Status, optional
    sort : Sort
    descending : bool
    page : int
    span : str
        Period of sparklines and volumes: ``"7d"``, ``"30d"``, ``"90d"``, ``"all"``.
    """

    search: str = ""
    level: Status | None = None
    sort: Sort = "health"
    descending: bool = False
    page: int = 1
    span: str = "30d"


class FleetRow(msgspec.Struct, frozen=True, kw_only=True):
    """One model.

    Attributes
    ----------
    name, version : str
    level : Status
    verdict : str
        One line in the reader's language.
    volume : tuple of float or None
        Rows by window.
    rows : int
        Of the period.
    labels : float, optional
        Share of rows that have their label.
    lag_days : float, optional
        How far labels are behind.
    metric, unit : str
        What `now`, `before` and `performance` measure.
    now, before : float, optional
    expected : bool
        Whether `now` is a nowcast: the labels of its window are still to come.
    performance : tuple of float or None
    incidents : int
        Open ones.
    last_event : datetime, optional
    """

    name: str
    version: str
    level: Status
    verdict: str
    volume: Values = ()
    rows: int = 0
    labels: float | None = None
    lag_days: float | None = None
    metric: str = ""
    unit: str = ""
    now: float | None = None
    expected: bool = False
    before: float | None = None
    performance: Values = ()
    incidents: int = 0
    last_event: datetime | None = None


class Fleet(msgspec.Struct, frozen=True, kw_only=True):
    """The page: models in each state, the lines asked for; `connect` while nothing was ever logged."""

    query: FleetQuery
    counts: Mapping[Status, int]
    rows: tuple[FleetRow, ...]
    paging: Paging
    connect: Connect | None = None
