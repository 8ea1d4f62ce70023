"""When something was deployed: ``[[deploys]]``."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from vedette.alerts.mute import parsed


class Deploy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A deploy of the model, or of what feeds it: a change that begins with one says so.

    Attributes
    ----------
    time : str
        Date, or moment; without a zone by the wall clock of the windows.
    version : str
        Of the model, where it was the model that was deployed.
    note : str
        What it was.

    Examples
    --------
    >>> Deploy(time="1970-01-02T01:00", version="7").at("Europe/Berlin")
    86400000000
    """

    time: Any
    version: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        # TOML has dates of its own; as text the declaration is the same wherever it came from.
        moment = parsed(self.time)
        if isinstance(self.time, date):
            msgspec.structs.force_setattr(self, "time", moment.isoformat())

    def at(self, zone: str = "UTC") -> int:
        """Return when it was, in microseconds since the epoch."""
        day = parsed(self.time)
        moment = day if isinstance(day, datetime) else datetime.combine(day, time())
        known = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
        return round(known.timestamp() * 1e6)
