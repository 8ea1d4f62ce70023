"""What nobody wants to hear of for a while: ``[[mutes]]``."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import msgspec

from vedette.alerts.policy import RANK
from vedette.errors import ConfigError
from vedette.values import Finding, Level, Segment


class Mute(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Findings that are recorded and not told.

    Attributes
    ----------
    until : str
        A date (that day is still muted, UTC) or a moment in ISO 8601; empty means for good.
    column, metric, cause : str
        What it is about; all that are given must agree. `cause` is the incident's cause or its kind.
    segment : str
        ``"carrier=MQ"``.
    up_to : {"act", "watch", "info"}
        Graver findings are told all the same.
    reason, who : str

    Examples
    --------
    >>> mute = Mute(column="dep_delay", until="2024-07-01")
    >>> drift = Finding("promise", "psi", "watch", "dep_delay moved", column="dep_delay")
    >>> mute.silences(drift, at=0), mute.silences(drift, at=10**17)
    (True, False)
    """

    until: str = ""
    column: str = ""
    metric: str = ""
    segment: str = ""
    cause: str = ""
    up_to: Level = "act"
    reason: str = ""
    who: str = ""

    def __post_init__(self) -> None:
        if not (self.column or self.metric or self.segment or self.cause):
            raise ConfigError(
                "A mute names nothing to be silent about",
                "column, metric, segment or cause",
                "Write for example column = 'dep_delay'",
                code="alerts.empty-mute",
            )
        if self.until:
            end_of(self.until)

    @property
    def end(self) -> int | None:
        """Microseconds at which it ends; None for never."""
        return end_of(self.until) if self.until else None

    def silences(self, finding: Finding, at: int, cause: str = "") -> bool:
        """Tell whether a finding is not to be told at a time."""
        if (self.end is not None and at >= self.end) or RANK[finding.level] > RANK[self.up_to]:
            return False
        named = (
            (self.column, finding.column),
            (self.metric, finding.metric),
            (self.segment and Segment.parse(self.segment), finding.segment),
        )
        if any(wanted and wanted != found for wanted, found in named):
            return False
        return not self.cause or self.cause in (cause, cause.partition(":")[0])


def end_of(text: str) -> int:
    """Return the moment a date or time ends, in microseconds: the day after a date begins, or the time itself."""
    moment = parsed(text)
    if isinstance(moment, datetime):
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return round(aware.timestamp() * 1_000_000)
    following = datetime.combine(moment, time(), UTC).timestamp() + 86_400
    return round(following * 1_000_000)


def parsed(text: Any) -> date | datetime:
    """Return the date or time that a text, or a TOML date, says.

    Raises
    ------
    ConfigError
        Code ``alerts.bad-date``.
    """
    if isinstance(text, date):
        return text
    try:
        return date.fromisoformat(text) if len(str(text)) <= 10 else datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise ConfigError(
            f"{text!r} is neither a date nor a time",
            "ISO 8601, such as 2024-12-24 or 2024-12-24T08:00",
            "Write it so",
            code="alerts.bad-date",
        ) from error
