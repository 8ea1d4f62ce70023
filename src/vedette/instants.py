"""Any column as instants, microseconds since the epoch (UTC): what is no time is marked, never an error."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vedette.numeric import is_numeric, numbers_of
from vedette.spelling import decoded, is_text

Ints = npt.NDArray[np.int64]

#: Marks a missing time.
NO_TIME = np.iinfo(np.int64).min
#: Beginning of the years 2 and 9000: what lies outside is a mistake in the unit.
_FIRST, _LAST = -62_104_060_800_000_000, 221_845_392_000_000_000

_UTC, _NAIVE = pa.timestamp("us", tz="UTC"), pa.timestamp("us")

_DAY = (
    r"(\d{4}-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))"
    r"|(\d{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)"
)
_CLOCK = r"[T ]([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d(\.\d{1,9})?)?)?"
_ZONE = r"(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)"


class Instants(NamedTuple):
    """Microseconds of shape (n,), `NO_TIME` where there is none, and how many carried no zone (read as UTC)."""

    micros: Ints
    naive: int


def instants_of(column: pa.Array) -> Instants:
    """Return the instants of timestamps, dates, ISO 8601 text, or seconds since the epoch."""
    column = decoded(column)
    kind = column.type
    naive = 0
    if is_text(kind):
        column, naive = _parsed(column)
    elif pa.types.is_timestamp(kind):
        naive = 0 if kind.tz else len(column) - column.null_count
    elif is_numeric(kind) and not pa.types.is_boolean(kind):
        return Instants(_from_seconds(numbers_of(column)), 0)
    elif not pa.types.is_date(kind):
        return Instants(np.full(len(column), NO_TIME), 0)
    zone = getattr(column.type, "tz", None)
    micros = column.cast(pa.timestamp("us", tz=zone), safe=False).cast(pa.int64())
    return Instants(_usable(pc.fill_null(micros, NO_TIME).to_numpy(zero_copy_only=False)), naive)


def _usable(micros: Ints) -> Ints:
    return np.where((micros >= _FIRST) & (micros <= _LAST), micros, NO_TIME)


def _from_seconds(seconds: npt.NDArray[np.float64]) -> Ints:
    usable = (seconds >= _FIRST / 1e6) & (seconds <= _LAST / 1e6)
    return np.where(usable, np.where(usable, seconds, 0) * 1e6, NO_TIME).astype(np.int64)


def _parsed(column: pa.Array) -> tuple[pa.Array, int]:
    """Parse ISO 8601 text; entries that are not times become null, naive ones are read as UTC and counted."""
    text = column.cast(pa.string())
    for kind in (_UTC, _NAIVE):  # the usual column is all of one kind
        try:
            times = text.cast(kind)
        except pa.ArrowInvalid:
            continue
        return times, 0 if kind.tz else len(text) - text.null_count
    return _sifted(text)


def _sifted(text: pa.Array) -> tuple[pa.Array, int]:
    """Parse what is a time, zoned or naive, and leave out what is none."""
    text = pc.replace_substring_regex(pc.utf8_trim_whitespace(text), r" ?(z|Z|UTC)$", "Z")
    zoned = pc.match_substring_regex(text, f"^{_DAY}{_CLOCK}{_ZONE}$")
    plain = pc.match_substring_regex(text, f"^{_DAY}({_CLOCK})?$")
    text = pc.replace_substring_regex(text, r"(\.\d{6})\d+", r"\1")
    blank = pa.scalar(None, pa.string())
    aware = pc.if_else(zoned, text, blank).cast(_UTC)
    naive = pc.if_else(plain, text, blank).cast(_NAIVE)
    return pc.coalesce(aware, naive.cast(_UTC)), len(naive) - naive.null_count
