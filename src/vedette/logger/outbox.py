"""Segments in the order they go out, on disk or, where there is none, in memory; bounded, every loss counted."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Mapping

from vedette.logger.segment import Segment
from vedette.logger.spool import Spool


class Outbox:
    """Queue of segments.

    Parameters
    ----------
    source : str
    spool : Spool or None
        None: segments stay in memory.
    disk, memory : int
        Bytes that may wait on disk and in memory.
    """

    def __init__(self, source: str, spool: Spool | None, disk: int, memory: int) -> None:
        self.source, self.spool = source, spool
        self._disk, self._memory = disk, memory
        self.waiting: deque[Segment] = deque()
        #: Rows given up that no segment has reported yet.
        self.unreported: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.sent = self.spooled = self.adopted = self.adopted_sent = self.bytes = self.held = 0
        self.quarantined = self.duplicates = 0
        self.error = ""
        self._seq = 0
        self._flying: Segment | None = None
        # Callers that log whole frames put them here themselves.
        self.lock = threading.RLock()

    def put(self, kind: str, rows: int, wire: bytes, lost: Mapping[str, int]) -> None:
        """Take a segment of this logger: to disk, else to memory, else it is given up and counted.

        Its number is given under the lock that puts it in its place: servers take the numbers of a source in order.
        """
        with self.lock:
            self._seq += 1
            segment = Segment(self.source, self._seq, kind, rows, wire, lost, size=len(wire))
            try:
                if self.spool is not None:
                    self.spool.write(segment)
                    self.spooled += rows
                    self.bytes += segment.size
            except OSError as error:
                self.error = f"spool: {error}"
            if segment.path is None:
                self.held += segment.size
            self.waiting.append(segment)
            self._bound()

    def adopt(self) -> None:
        """Take over what processes that ended have left; it goes out first."""
        if self.spool is None:
            return
        try:
            orphans = list(self.spool.adopt())
        except OSError as error:
            self.error = f"spool: {error}"
            return
        with self.lock:
            self.waiting.extendleft(reversed(orphans))
            self.adopted += sum(s.rows for s in orphans)
            self.bytes += sum(s.size for s in orphans)
            self._bound()

    def head(self) -> Segment | None:
        """Return the oldest segment, which is not given up while it is on its way."""
        with self.lock:
            self._flying = self.waiting[0] if self.waiting else None
            return self._flying

    def landed(self) -> None:
        """Note that nothing is on its way."""
        self._flying = None

    def taken(self, segment: Segment, quarantined: int, *, duplicate: bool) -> None:
        """Record that the target has a segment."""
        with self.lock:
            if not self._forget(segment):
                return
            if segment.own:
                self.sent += segment.rows
            else:
                self.adopted_sent += segment.rows
            self.quarantined += quarantined
            self.duplicates += segment.rows if duplicate else 0
            self.error = ""
            if self.spool is not None:
                self.spool.remove(segment)

    def refused(self, segment: Segment, why: str) -> None:
        """Record that the target will never take a segment, and keep its rows aside."""
        with self.lock:
            self.error = why
            if not self._forget(segment):
                return
            if self.spool is not None:
                self.spool.refuse(segment, why)
            self._give_up(segment, "refused")

    def report(self, lost: Mapping[str, int]) -> None:
        """Note rows given up, for the next segment to report."""
        with self.lock:
            self.unreported.update(lost)

    def take_report(self) -> dict[str, int]:
        """Return what is to be reported; the segment that carries it must be put or given back."""
        with self.lock:
            found = {reason: rows for reason, rows in self.unreported.items() if rows}
            self.unreported.clear()
            return found

    def close(self) -> None:
        """Let go of the spool; what waits in memory only is given up."""
        with self.lock:
            for segment in [s for s in self.waiting if s.path is None]:
                self._drop(segment, "closed")
            if self.spool is not None:
                self.spool.close()

    def _forget(self, segment: Segment) -> bool:
        """Take a segment out of the queue; False when it was given up in the meantime."""
        if segment not in self.waiting:
            return False
        self.waiting.remove(segment)
        if segment.path is None:
            self.held -= segment.size
        else:
            self.bytes -= segment.size
            self.spooled -= segment.rows if segment.own else 0
        return True

    def _bound(self) -> None:
        """Give up the oldest segments until what waits is within its bounds."""
        in_memory = "queue_full" if self.spool is None else "disk"
        while self.bytes > self._disk and self._drop_oldest("spool_full", on_disk=True):
            pass
        while self.held > self._memory and self._drop_oldest(in_memory, on_disk=False):
            pass

    def _drop_oldest(self, reason: str, *, on_disk: bool) -> bool:
        for segment in self.waiting:
            if (segment.path is not None) == on_disk and segment is not self._flying:
                self._drop(segment, reason)
                return True
        return False

    def _drop(self, segment: Segment, reason: str) -> None:
        self._forget(segment)
        if self.spool is not None:
            self.spool.remove(segment)
        self._give_up(segment, reason)

    def _give_up(self, segment: Segment, reason: str) -> None:
        if segment.own:
            self.dropped[reason] += segment.rows
        self.unreported[reason] += segment.rows
        self.unreported.update(segment.lost)
