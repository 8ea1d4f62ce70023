"""Training runs."""

from __future__ import annotations

from datetime import datetime

import msgspec

from vedette.server.pages.parts import Values
from vedette.views.content import Status


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """One run; `progress` is its loss."""

    name: str
    model: str
    level: Status
    verdict: str
    started: datetime
    progress: Values = ()


class TrainingPage(msgspec.Struct, frozen=True):
    """The page."""

    runs: tuple[RunRow, ...] = ()
