"""Which numbered requests were accepted before: intervals of numbers by sender, kept in one small file."""

from __future__ import annotations

import bisect
from pathlib import Path
from typing import NamedTuple

import msgspec

from vedette.store.durable import write_durably

#: Intervals remembered of one sender: one that skips more often than that repeats rows at worst, which readers drop.
MAX_INTERVALS = 4096
#: Days after which a silent sender is forgotten.
KEEP_DAYS = 30
_DAY_US = 86_400_000_000


class Key(NamedTuple):
    """What a client calls one request: the sender's number for it, in one table of one model."""

    model: str
    kind: str
    source: str
    seq: int


class Numbers(msgspec.Struct, array_like=True):
    """Numbers as sorted intervals ``[low, high]``, and when the last one came."""

    lows: list[int] = []
    highs: list[int] = []
    last: int = 0

    def __contains__(self, number: int) -> bool:
        at = bisect.bisect_right(self.lows, number) - 1
        return at >= 0 and number <= self.highs[at]

    def add(self, number: int) -> None:
        """Add one number, joining the intervals it touches."""
        if number in self:
            return
        at = bisect.bisect_right(self.lows, number)
        after = at < len(self.lows) and self.lows[at] == number + 1
        before = at > 0 and self.highs[at - 1] == number - 1
        if before and after:
            self.highs[at - 1] = self.highs.pop(at)
            self.lows.pop(at)
        elif before:
            self.highs[at - 1] = number
        elif after:
            self.lows[at] = number
        else:
            self.lows.insert(at, number)
            self.highs.insert(at, number)
        if len(self.lows) > MAX_INTERVALS:
            del self.lows[0], self.highs[0]


class Seen:
    """Numbers accepted, by model, table and sender.

    Examples
    --------
    >>> seen = Seen()
    >>> for seq in (3, 1, 2):
    ...     seen.add(Key("m", "labels", "app", seq), now=0)
    >>> Key("m", "labels", "app", 2) in seen, Key("m", "labels", "app", 4) in seen
    (True, False)
    """

    def __init__(self, senders: dict[str, Numbers] | None = None) -> None:
        self._senders = senders or {}

    def __contains__(self, key: Key) -> bool:
        numbers = self._senders.get(_sender(key))
        return numbers is not None and key.seq in numbers

    def add(self, key: Key, now: int) -> None:
        """Remember one request."""
        numbers = self._senders.setdefault(_sender(key), Numbers())
        numbers.add(key.seq)
        numbers.last = max(numbers.last, now)

    def save(self, path: Path, now: int) -> None:
        """Write what is remembered, without the senders that have been silent for long."""
        oldest = now - KEEP_DAYS * _DAY_US
        self._senders = {name: numbers for name, numbers in self._senders.items() if numbers.last >= oldest}
        write_durably(path, msgspec.msgpack.encode(self._senders))

    @classmethod
    def load(cls, path: Path) -> Seen:
        """Return what was saved; nothing when there is no such file, or no readable one."""
        try:
            return cls(msgspec.msgpack.decode(path.read_bytes(), type=dict[str, Numbers]))
        except (OSError, msgspec.MsgspecError):
            return cls()


def _sender(key: Key) -> str:
    return f"{key.model}/{key.kind}/{key.source}"
