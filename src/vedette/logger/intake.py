"""The caller's side: one bounded queue, entered without a lock, and what happens when it is full.

A call costs its caller an append. Bytes are bounded by way of rows: one entry in 512 is measured, and the bound on
rows is lowered until that many entries of this size fit.
"""

from __future__ import annotations

import math
import os
import random
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from threading import Event, get_ident
from typing import Any, NamedTuple

from vedette.logger.counts import Tally
from vedette.logger.settings import Settings

PREDICTIONS, LABELS, FEEDBACK = "predictions", "labels", "feedback"
#: One entry in so many is measured.
SAMPLED = 512
#: `sample_down` never keeps less than this fraction of the rows.
LEAST_KEPT = 1 / 64


class Entry(NamedTuple):
    """One row as it was given. `now` is nanoseconds since the epoch; `what` is features, label, or (kind, text).

    The queue holds plain tuples of these fields: naming them costs more than all the rest.
    """

    kind: str
    id: Any
    now: int
    time: Any
    weight: Any
    what: Any
    version: Any = None
    score: Any = None
    prediction: Any = None


class Intake:
    """Queue of entries.

    Parameters
    ----------
    settings : Settings
    wake : callable
        Starts or wakes the worker; called once for a batch, not for a row.
    forked : callable
        Called when this turns out to be another process than the one that made the queue.
    """

    def __init__(
        self, settings: Settings, wake: Callable[[], None], forked: Callable[[], None] | None = None
    ) -> None:
        self.settings, self._wake, self._forked = settings, wake, forked
        self.queue: deque[tuple[Any, ...]] = deque()
        self.logged: dict[int, int] = {}
        self.dropped = Tally()
        self.closed = False
        self.space = Event()
        self.pid = os.getpid()
        self.row_bytes = 0.0
        self._awake = False
        self._bound(settings.max_rows)

    def add(self, entry: tuple[Any, ...]) -> None:
        """Take the fields of one entry, or count why not."""
        me = get_ident()
        number = self.logged.get(me, 0)
        self.logged[me] = number + 1  # only this thread writes here
        waiting = len(self.queue)
        if waiting >= self.press:
            pressed = self._pressed(entry)
            if pressed is None:
                return
            entry = pressed
        self.queue.append(entry)
        if waiting == self.wake_at or not self._awake:
            self._awake = True
            self._wake()
        if not number % SAMPLED:
            self._measure(entry)

    def unreadable(self, reason: str = "unreadable", rows: int = 1) -> None:
        """Count rows that could not even be taken."""
        self.logged_elsewhere(rows)
        self.dropped.add(reason, rows)

    def logged_elsewhere(self, rows: int) -> None:
        """Count rows that do not pass through the queue."""
        me = get_ident()
        self.logged[me] = self.logged.get(me, 0) + rows

    @property
    def rows(self) -> int:
        """Rows logged so far."""
        return sum(list(self.logged.values()))

    def close(self) -> None:
        """Take no more."""
        self.closed = True
        self.press = -1

    def take(self, rows: int) -> list[Entry]:
        """Return up to `rows` of the oldest entries and remove them."""
        queue = self.queue
        found: list[tuple[Any, ...]] = []
        try:
            for _ in range(rows):
                found.append(queue.popleft())  # noqa: PERF401 - a caller may empty it meanwhile
        except IndexError:
            pass
        if found:
            self.space.set()
        return [Entry._make(fields) for fields in found]

    def _bound(self, limit: int) -> None:
        """Set how many entries may wait, and from where on a caller looks closer."""
        self.limit = max(limit, 1)
        self.wake_at = min(self.settings.batch_rows, self.limit // 2)
        self.press = self.limit * 3 // 4 if self.settings.policy == "sample_down" else self.limit
        if self.closed:
            self.press = -1

    def _measure(self, entry: tuple[Any, ...]) -> None:
        """Adapt the bound to the size of an entry: at once when it grew, slowly when it shrank."""
        if self.pid != os.getpid() and self._forked is not None:
            self._forked()
            return
        self.row_bytes = max(size_of(entry), 0.9 * self.row_bytes)
        limit = min(self.settings.max_rows, int(self.settings.max_bytes / self.row_bytes))
        if limit != self.limit:
            self._bound(limit)

    def _pressed(self, entry: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """Return the entry to append to a queue that is full or nearly so, None when it is given up."""
        if self.closed:
            self.dropped.add("closed")
            return None
        kept: tuple[Any, ...] | None = getattr(self, f"_{self.settings.policy}")(entry)
        return kept

    def _drop_oldest(self, entry: tuple[Any, ...]) -> tuple[Any, ...]:
        while len(self.queue) >= self.limit:
            self.queue.popleft()
            self.dropped.add("queue_full")
        return entry

    def _drop_newest(self, entry: tuple[Any, ...]) -> tuple[Any, ...] | None:
        if len(self.queue) < self.limit:
            return entry
        self.dropped.add("queue_full")
        return None

    def _block(self, entry: tuple[Any, ...]) -> tuple[Any, ...] | None:
        deadline = time.monotonic() + self.settings.block_timeout
        while len(self.queue) >= self.limit:
            left = deadline - time.monotonic()
            if left <= 0 or self.closed:
                self.dropped.add("queue_full")
                return None
            self.space.clear()
            self._wake()
            self.space.wait(min(left, 0.05))
        return entry

    def _sample_down(self, entry: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """Keep a row with the probability p that suits the room left, and let it count for 1/p rows.

        Only predictions are sampled: a label without its row is worth nothing, and one with it is wanted.
        """
        room = self.limit - len(self.queue)
        if room <= 0:
            self.dropped.add("queue_full")
            return None
        row = Entry._make(entry)
        if row.kind != PREDICTIONS:
            return entry
        kept = max(2.0 ** -math.ceil(math.log2(max(self.limit / (4 * room), 1.0))), LEAST_KEPT)
        if random.random() >= kept:  # noqa: S311 - a sample, not a secret
            self.dropped.add("sampled")
            return None
        weight = 1.0 if row.weight is None else float(row.weight)
        return row._replace(weight=weight / kept)


def size_of(value: Any, depth: int = 3) -> int:
    """Return about how many bytes a value holds; containers are followed three levels deep, 16 entries each."""
    size = sys.getsizeof(value, 64)
    nbytes = getattr(value, "nbytes", None)
    if isinstance(nbytes, int):
        return max(size, nbytes)
    if not depth or isinstance(value, str | bytes):
        return size
    if isinstance(value, Mapping):  # keys are the same strings in every row
        return size + _size_of_all([*value.values()], depth)
    if isinstance(value, list | tuple | set):
        return size + _size_of_all([*value], depth)
    return size


def _size_of_all(values: list[Any], depth: int) -> int:
    if not values:
        return 0
    step = -(-len(values) // 16)
    looked = values[::step]
    return int(sum(size_of(v, depth - 1) for v in looked) * len(values) / len(looked))
