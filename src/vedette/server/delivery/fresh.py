"""What is too old to be told."""

from __future__ import annotations

from vedette.alerts.incident import Incident

#: Troubles in windows that ended longer ago are recorded and shown, and not told: a year logged afterwards must not
#: ring the telephone three hundred times. (30 days, so that late labels still tell; microseconds.)
HISTORY = 30 * 86_400_000_000


def fresh(incident: Incident, now: int) -> bool:
    """Tell whether an incident was looked at in a window that ended not long before `now` (microseconds)."""
    return now - incident.through.end < HISTORY
