"""One column: its two distributions, its drift and its missing values over time."""

from __future__ import annotations

import msgspec

from vedette.server.pages.model import Subject
from vedette.views.chart import View
from vedette.views.content import Fact, Status


class FeaturePage(msgspec.Struct, frozen=True, kw_only=True):
    """The page of one column of a model.

    Attributes
    ----------
    columns : tuple of str
        All columns by impact, for the way to the next one.
    distribution : View, optional
    over_time : tuple of View
        Drift, missing, unseen ... on the time axis of the model page.
    """

    subject: Subject
    column: str
    level: Status
    verdict: str
    detail: str = ""
    facts: tuple[Fact, ...] = ()
    columns: tuple[str, ...] = ()
    distribution: View | None = None
    over_time: tuple[View, ...] = ()
