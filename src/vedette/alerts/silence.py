"""A monitor that hears nothing, or is not heard of itself."""

from __future__ import annotations

import msgspec

from vedette.alerts.spans import micros
from vedette.values import Finding


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """When something was last heard of, in microseconds since the epoch (UTC); None for never.

    Attributes
    ----------
    received : int, optional
        Last row that arrived.
    evaluated : int, optional
        Last time a window was judged.
    closed : int, optional
        End of the last window that could be judged by now.
    """

    received: int | None = None
    evaluated: int | None = None
    closed: int | None = None


def silence(beat: Heartbeat, now: int, every: str, late: str = "0d") -> Finding | None:
    """Return the finding that no rows arrive, or that they are not judged; None when all is well.

    Rows are missed when none came for two windows and the time that rows may take; a window is overdue when it could
    have been judged for as long. A model that never logged is not missed.

    Parameters
    ----------
    every, late : str
        Length of a window and how long rows may take, as in ``[windows]``; nothing is missed in windows of rows.

    Examples
    --------
    >>> hour = 3_600_000_000
    >>> silence(Heartbeat(received=0), 5 * hour, "1h").message
    'No rows for 5 h; a window is 1h'
    """
    if beat.received is None or "row" in every:
        return None
    length = _length(every)
    patience = 2 * length + micros(late)
    waited = now - beat.received
    if waited > patience:
        return _finding(f"No rows for {_said(waited)}; a window is {every}")
    overdue = 0 if beat.closed is None else now - beat.closed
    if overdue > patience and (beat.evaluated or 0) < (beat.closed or 0):
        return _finding(f"Rows arrive and have not been judged for {_said(overdue)}; is the monitor running?")
    return None


def _finding(message: str) -> Finding:
    return Finding(rule="silence", metric="row_count", level="act", message=message)


def _length(every: str) -> int:
    months = every.strip().removesuffix("mo")
    if months != every.strip():
        return int(months) * micros("30d")
    text = every.strip()
    return micros(f"{text}in" if text.endswith("m") else text)


def _said(span: int) -> str:
    hours = span / 3_600_000_000
    if hours < 1:
        return f"{hours * 60:.0f} min"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"
