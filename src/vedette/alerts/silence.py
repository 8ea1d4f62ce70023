"""A monitor that hears nothing, or is not heard of itself."""

from __future__ import annotations

import msgspec

from vedette.alerts.spans import micros
from vedette.sentences.sentence import Sentence
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
        return _finding(Sentence.of("silence.rows", waited=waited, every=every))
    overdue = 0 if beat.closed is None else now - beat.closed
    if overdue > patience and (beat.evaluated or 0) < (beat.closed or 0):
        return _finding(Sentence.of("silence.unjudged", waited=overdue))
    return None


def _finding(sentence: Sentence) -> Finding:
    return Finding.saying(sentence, rule="silence", metric="row_count", level="act")


def _length(every: str) -> int:
    months = every.strip().removesuffix("mo")
    if months != every.strip():
        return int(months) * micros("30d")
    text = every.strip()
    return micros(f"{text}in" if text.endswith("m") else text)
