"""The time of one row, microseconds since the epoch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from vedette.instants import NO_TIME, instants_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def instant_of(value: object) -> int | None:
    """Return ISO 8601 text (without a zone: UTC) or seconds since the epoch as microseconds; None is no time.

    Examples
    --------
    >>> instant_of("1970-01-01T00:00:01Z"), instant_of(1.5), instant_of("yesterday")
    (1000000, 1500000, None)
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str):
        try:
            time = datetime.fromisoformat(value)
        except ValueError:
            pass  # the slow way knows more spellings
        else:
            return ((time if time.tzinfo else time.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND
    elif abs(value) > 1e12:
        return None
    micros = int(instants_of(pa.array([value])).micros[0])
    return None if micros == NO_TIME else micros
