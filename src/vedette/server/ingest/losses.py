"""What senders gave up before it came here: told beside what they do send, counted by model and reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from vedette.logger.segment import LOST
from vedette.store import counters
from vedette.store.counters import Labels
from vedette.store.database import Transaction
from vedette.store.entry import Entry

#: Name of the counter.
DROPPED = "logger_dropped_total"
#: Reasons that one report may give, characters of each, and rows.
_REASONS, _LETTERS, _MOST = 16, 40, 1 << 53


def told(found: Any) -> dict[str, int]:
    """Return what a report says was given up, by reason; what makes no sense in it is left out.

    Examples
    --------
    >>> told({"queue_full": 12, "odd": -3, 7: 1}), told("nothing")
    ({'queue_full': 12}, {})
    """
    if not isinstance(found, dict):
        return {}
    sound = {
        reason: rows
        for reason, rows in found.items()
        if isinstance(reason, str)
        and 0 < len(reason) <= _LETTERS
        and isinstance(rows, int)
        and 0 < rows < _MOST
    }
    return dict(sorted(sound.items())[:_REASONS])


def told_in(metadata: Mapping[bytes, bytes] | None) -> dict[str, int]:
    """Return what the metadata of an Arrow stream says was given up, by reason."""
    try:
        return told(msgspec.json.decode((metadata or {}).get(LOST, b"{}")))
    except msgspec.DecodeError:
        return {}


def counted(entries: Sequence[Entry]) -> dict[tuple[str, Labels], float]:
    """Return by how much counters grow; one that died between counting and forgetting counts a report twice."""
    found: Counter[tuple[str, Labels]] = Counter()
    for entry in entries:
        for reason, rows in told(msgspec.msgpack.decode(entry.body)).items():
            found[DROPPED, (("model", entry.model), ("reason", reason))] += rows
    return dict(found)


def lost_of(tx: Transaction, model: str) -> dict[str, int]:
    """Return how many rows senders of a model gave up since this server counts, by reason, the most first."""
    found = {
        dict(labels).get("reason", ""): int(rows)
        for (_, labels), rows in counters.listing(tx, DROPPED).items()
        if dict(labels).get("model") == model
    }
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
