"""Two versions side by side, with the evidence that they differ."""

from __future__ import annotations

import msgspec

from vedette.server.pages.model import Subject
from vedette.values import Estimate
from vedette.views.chart import View
from vedette.views.content import Status


class Versus(msgspec.Struct, frozen=True, kw_only=True):
    """One metric, or one metric on one segment, of both versions.

    Attributes
    ----------
    title : str
    a, b : Estimate
    difference : Estimate
        b less a, with interval and p-value.
    better : {"higher", "lower", "neither"}
    """

    title: str
    a: Estimate
    b: Estimate
    difference: Estimate
    better: str = "higher"
    unit: str = ""
    level: Status = "ok"


class VersionsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page; `a` is the champion, `b` the challenger."""

    subject: Subject
    a: str
    b: str
    verdict: str
    rows_a: int = 0
    rows_b: int = 0
    metrics: tuple[Versus, ...] = ()
    segments: tuple[Versus, ...] = ()
    charts: tuple[View, ...] = ()
