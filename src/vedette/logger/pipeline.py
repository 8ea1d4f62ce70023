"""All that lies behind one logger: queue, builder, outbox, target. The process's worker steps through it."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from vedette.logger.backoff import Backoff
from vedette.logger.counts import Counts
from vedette.logger.folder import Folder
from vedette.logger.frames import slices
from vedette.logger.identity import id_maker, source_id
from vedette.logger.intake import Entry, Intake
from vedette.logger.outbox import Outbox
from vedette.logger.reply import Reply, Target
from vedette.logger.rows import tables
from vedette.logger.segment import PROFILES, Segment, encoded
from vedette.logger.service import Service
from vedette.logger.settings import Settings
from vedette.logger.spool import Spool

if TYPE_CHECKING:  # raw mode counts nothing, and does not import what counts
    from vedette.engine.baseline import Baseline
    from vedette.logger.profile import Profile

#: A segment holds at most so many batches.
BATCHES = 5
#: Bytes of a segment's table, before it is compressed.
LARGE = 8 << 20
#: Seconds that one logger may send before the worker looks at the next one.
TURN = 2.0
#: Seconds between two looks for spools of processes that ended.
ADOPT = 60.0


class Pipeline:
    """What a `Logger` stands before.

    Parameters
    ----------
    settings : Settings
    baseline : Baseline or None
        For profile mode.
    wake : callable
        Starts or wakes the worker.
    """

    def __init__(self, settings: Settings, baseline: Baseline | None, wake: Callable[[], None]) -> None:
        self.settings, self.wake, self._baseline = settings, wake, baseline
        self._fresh()

    def _fresh(self) -> None:
        """Begin with nothing logged: when made, and in a child that was forked."""
        settings = self.settings
        source = source_id()
        folder = settings.spool_folder
        target = {"target": settings.target, "model": settings.model}
        spool = None if folder is None else Spool(folder, source, target, settings.spool_bytes)
        self.target: Target = _target(settings)
        self.outbox = Outbox(source, spool, settings.spool_bytes, settings.max_bytes)
        self.intake = Intake(settings, self.wake, self.reborn)
        self.new_id = id_maker()
        self.backoff = Backoff()
        self.profile = _profile(self._baseline, settings)
        self.building, self.sending = threading.Lock(), threading.Lock()
        self.progress = threading.Condition()
        self.repaired = 0
        self.closed = self.retired = self.hurry = False
        self._reported: Counter[str] = Counter()
        self._due = self._adopt_due = 0.0

    @property
    def counts(self) -> Counts:
        """Where every row is."""
        outbox, intake = self.outbox, self.intake
        with outbox.lock:
            dropped = outbox.dropped + intake.dropped.totals()
            found = {"sent": outbox.sent, "spooled": outbox.spooled, "spool_bytes": outbox.bytes}
            found |= {"adopted": outbox.adopted, "adopted_sent": outbox.adopted_sent}
            found |= {"quarantined": outbox.quarantined, "duplicates": outbox.duplicates}
            error = outbox.error
        logged = intake.rows  # read last: what is accounted for was logged before
        queued = logged - found["sent"] - found["spooled"] - dropped.total()
        return Counts(
            logged=logged, queued=queued, dropped=dict(dropped), repaired=self.repaired, error=error, **found
        )

    @property
    def empty(self) -> bool:
        """Whether nothing waits."""
        # In this order: rows move from the queue to the outbox, never back.
        return not self.counts.queued and not self.outbox.waiting

    def step(self, meanwhile: Callable[[], None]) -> None:
        """Build what is due and send what may be sent: the worker's turn at this logger."""
        now = time.monotonic()
        if now >= self._adopt_due:
            self._adopt_due = now + ADOPT
            self.outbox.adopt()
        self.build()
        self.deliver(meanwhile)
        with self.progress:
            self.progress.notify_all()
        if self.retired and self.empty:
            self.shut()

    def build(self, *, force: bool = False, deadline: float = float("inf")) -> None:
        """Make segments of what is queued, when it is due."""
        now = time.monotonic()
        full = len(self.intake.queue) >= self.intake.wake_at
        if not (force or full or self.hurry or now >= self._due):
            return
        with self.building:
            self._due = now + self.settings.interval
            most = self.settings.batch_rows * BATCHES
            for _ in range(len(self.intake.queue) // most + 1):  # no longer: what was built wants to be sent
                if time.monotonic() > deadline:
                    break
                entries = self.intake.take(most)
                if entries:
                    self._build(entries)
            if self.profile is not None and (force or self.hurry or self.profile.due(now)):
                self._ship(self.profile, final=self.intake.closed)

    def log_table(self, kind: str, table: pa.Table, repaired: int) -> None:
        """Take a whole table: its segments are on disk when this returns."""
        self.intake.logged_elsewhere(table.num_rows)
        self.repaired += repaired
        if self.profile is not None:
            with self.building:
                self._drop(self.profile.add_table(kind, table))
        else:
            for part in slices(table):
                self._put(kind, part)
                if not self.settings.remote:
                    self.deliver(lambda: None, wait=True)
        self.wake()

    def deliver(self, meanwhile: Callable[[], None], *, wait: bool = False) -> None:
        """Send segments, oldest first, until none is left, one fails, or the turn is over."""
        if not self.sending.acquire(blocking=wait):
            return
        try:
            turn = time.monotonic() + TURN
            while not self.closed and time.monotonic() < turn and not self.backoff.wait(time.monotonic()):
                segment = self.outbox.head()
                if segment is None:
                    self.hurry = False
                    return
                reply = self.target.post(segment, meanwhile)
                if reply.verdict == "taken":
                    self.backoff.worked()
                    self.outbox.taken(segment, reply.quarantined, duplicate=reply.duplicate)
                elif reply.verdict == "refused":
                    self.backoff.worked()
                    self._refused(segment, reply.why)
                else:
                    self._failed(reply)
        finally:
            self.outbox.landed()
            if self.closed:  # in the meantime, by another thread
                self.target.close()
            self.sending.release()

    def flush(self, timeout: float) -> bool:
        """Send everything; tell whether nothing is left when the timeout is over."""
        deadline = time.monotonic() + timeout
        self.backoff.hurry()
        while not self.empty:
            self.hurry = True
            self.wake()
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            with self.progress:
                self.progress.wait(min(left, 0.05))
        return True

    def close(self, timeout: float) -> bool:
        """Take no more, send what there is, spool the rest; tell whether nothing is left."""
        if self.closed:
            return self.empty
        deadline = time.monotonic() + timeout
        self.intake.close()
        self._spool_rest(deadline)
        done = self.flush(max(deadline - time.monotonic(), 0.0))
        self.shut()
        return done

    def shut(self) -> None:
        """Let go of connection and spool."""
        self.closed = True
        self.outbox.close()
        if self.sending.acquire(blocking=False):
            self.target.close()
            self.sending.release()

    def leave(self, deadline: float) -> None:
        """At the end of the process: everything to disk, then what the time allows to the target."""
        if self.closed:
            return
        self.intake.close()
        if not self._spool_rest(deadline):
            logging.getLogger("vedette").warning(
                "%d rows for %s were not written before the process ended",
                self.counts.queued,
                self.settings.model,
            )
        if not self.settings.remote:
            self.deliver(lambda: None)
        elif not self.backoff.failures:
            self.flush(max(deadline - time.monotonic(), 0.0))
        self.shut()

    def retire(self) -> None:
        """The logger itself is gone: send what is left, then end."""
        self.intake.close()
        self.retired = True

    def reborn(self) -> None:
        """In a child: begin anew; the parent sends what it had."""
        closed = self.intake.closed
        self.target.close(forked=True)
        if self.outbox.spool is not None:
            self.outbox.spool.close(forked=True)
        self._fresh()
        if closed:
            self.intake.close()
            self.closed = True

    def _spool_rest(self, deadline: float) -> bool:
        """Build what is queued until the deadline; tell whether nothing is left in the queue."""
        # The worker may be stuck in a build: it is not waited for longer than that.
        if self.building.acquire(timeout=max(deadline - time.monotonic(), 0.0)):
            self.building.release()
            self.build(force=True, deadline=deadline)
        return not self.intake.queue

    def _refused(self, segment: Segment, why: str) -> None:
        if not self.outbox.dropped["refused"]:  # once: a wrong key would fill the log
            logging.getLogger("vedette").warning("rows for %s are refused: %s", self.settings.model, why)
        self.outbox.refused(segment, why)

    def _failed(self, reply: Reply) -> None:
        self.outbox.error = reply.why
        self.backoff.failed(time.monotonic(), reply.retry_after)

    def _build(self, entries: Sequence[Entry]) -> None:
        """Build segments; entries that break a table are found by halving and cost only themselves."""
        try:
            if self.profile is not None:
                self._drop(self.profile.add(entries))
                return
            made = tables(entries, self.settings.version)
        except Exception:  # noqa: BLE001 - whatever a row may hold, the others go on
            if len(entries) == 1:
                self._drop(Counter(unreadable=1))
                return
            middle = len(entries) // 2
            self._build(entries[:middle])
            self._build(entries[middle:])
            return
        for kind, built in made.items():
            self.repaired += built.repaired
            self._put(kind, built.table)

    def _put(self, kind: str, table: pa.Table) -> None:
        if table.nbytes > LARGE and table.num_rows > 1:  # servers bound a body
            middle = table.num_rows // 2
            self._put(kind, table.slice(0, middle))
            self._put(kind, table.slice(middle))
            return
        lost = self._report()
        self.outbox.put(kind, table.num_rows, encoded(table, lost), lost)

    def _ship(self, profile: Profile, *, final: bool) -> None:
        for rows, body in profile.ship(self._report, final=final):
            self.outbox.put(PROFILES, rows, body, {})

    def _drop(self, lost: Counter[str]) -> None:
        with self.outbox.lock:
            self.outbox.dropped.update(lost)
            self.outbox.report(lost)

    def _report(self) -> dict[str, int]:
        """Return what was given up since the last report, by callers and behind them."""
        with self.outbox.lock:
            now = self.intake.dropped.totals()
            self.outbox.report(now - self._reported)
            self._reported = now
            return self.outbox.take_report()


def _profile(baseline: Baseline | None, settings: Settings) -> Profile | None:
    if baseline is None:
        return None
    from vedette.logger.profile import Profile

    return Profile(baseline, settings)


def _target(settings: Settings) -> Target:
    if not settings.remote:
        return Folder(Path(settings.target), settings.model)
    key = settings.key or os.environ.get("VEDETTE_API_KEY")
    return Service(settings.target, settings.model, key, settings.timeout)
