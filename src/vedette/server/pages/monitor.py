"""The monitor of a model as a form and as TOML, and what it would have reported."""

from __future__ import annotations

from datetime import datetime

import msgspec

from vedette.server.pages.model import Subject
from vedette.views.content import Status


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with the text: what was found, what was expected, how to mend it; line 0 is unknown."""

    found: str
    expected: str
    fix: str
    line: int = 0


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that people change most; everything else is in the TOML alone."""

    false_alarms: str = "1 per month"
    every: str = "1d"
    timezone: str = "UTC"
    label_delay: str = "0d"
    late: str = "0d"
    metrics: str = "default"


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A text and what it means: the form is None when the text is no monitor."""

    toml: str
    form: Form | None = None
    problems: tuple[Problem, ...] = ()


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm that would have been."""

    at: datetime
    level: Status
    title: str


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """A replay of the logged windows; `sentence` in the reader's language."""

    sentence: str
    windows: int = 0
    alarms: tuple[Alarm, ...] = ()
    problems: tuple[Problem, ...] = ()


class MonitorPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page; `suggested` when the text was made from the logged data and is not saved yet."""

    subject: Subject
    check: Check
    suggested: bool = False
    saved: datetime | None = None
    saved_by: str = ""
