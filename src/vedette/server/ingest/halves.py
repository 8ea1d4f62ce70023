"""Requests and responses that wait for each other: paired by id, kept over a restart, let go after a while.

The agent that sends them may repeat, reorder and drop them. A half without its other is a row all the same after
its time: inputs without a prediction show drift of inputs.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from vedette.errors import DataError
from vedette.server.ingest.events import REQUEST, RESPONSE, Half
from vedette.server.ingest.intake import KSERVE, Intake
from vedette.server.ingest.naming import NamesOf, unnamed
from vedette.server.ingest.refusals import Refusal
from vedette.server.ingest.tensors import Row, features_of, outputs_of
from vedette.store.columns import ID, PREDICTIONS, TIME, VERSION
from vedette.store.durable import write_durably
from vedette.store.entry import Entry
from vedette.store.home import Home

#: Seconds a half waits for the other.
WAIT_S = 600.0
_DONE = "done"


class _Kept(NamedTuple):
    received: int
    path: Path


class Halves:
    """Pairs halves, on the thread of the writer.

    Parameters
    ----------
    intake : Intake
        Takes the rows of pairs.
    wait : float
        Seconds that a half waits for the other.
    """

    def __init__(
        self, home: Home, intake: Intake, *, names_of: NamesOf = unnamed, wait: float = WAIT_S
    ) -> None:
        self._folder, self._intake, self._names_of = home.halves, intake, names_of
        self._wait = int(wait * 1e6)
        self._kept: dict[str, dict[str, _Kept]] = defaultdict(dict)
        #: How many were paired, left alone, repeated, unreadable since the start.
        self.counts: Counter[str] = Counter()
        for path in sorted(self._folder.glob("*.*")):
            digest, received, side = [*path.name.split("."), "", ""][:3]
            if side in (REQUEST, RESPONSE, _DONE) and received.isdecimal():
                self._kept[digest][side] = _Kept(int(received), path)

    def __len__(self) -> int:
        return sum(_DONE not in sides for sides in self._kept.values())

    def take(self, entries: Sequence[Entry], now: int) -> None:
        """Pair what came with what waits; rows of pairs are durable before their halves are let go."""
        pairs: list[tuple[str, Half, Half]] = []
        fresh: dict[tuple[str, str], tuple[Entry, Half]] = {}
        for entry in entries:
            half = msgspec.msgpack.decode(entry.body, type=Half)
            digest = _digest(half)
            if _DONE in self._kept[digest]:
                self.counts["repeated"] += 1
            else:
                fresh[digest, half.side] = entry, half
        for (digest, side), (entry, half) in fresh.items():
            other = self._other(digest, side, fresh)
            if other is None:
                self._keep(digest, side, entry.body, entry.received)
            elif side == REQUEST or (digest, REQUEST) not in fresh:
                pairs.append((digest, half, other) if side == REQUEST else (digest, other, half))
        self._accept([self._joined(request, response) for _, request, response in pairs])
        for digest, *_ in pairs:
            self._settle(digest, now)
        self.counts["paired"] += len(pairs)

    def expire(self, now: int) -> None:
        """Let go of what has waited long enough; a lone half becomes a row without the other's columns."""
        old = [
            digest
            for digest, sides in self._kept.items()
            if all(kept.received + self._wait < now for kept in sides.values())
        ]
        lone = [digest for digest in old if self._kept[digest] and _DONE not in self._kept[digest]]
        halves = [self._read(self._kept[digest]) for digest in lone]
        self._accept([self._alone(half) for half in halves])
        self.counts["unpaired"] += len(lone)
        for digest in old:
            for kept in self._kept.pop(digest).values():
                kept.path.unlink(missing_ok=True)

    def _other(self, digest: str, side: str, fresh: dict[tuple[str, str], tuple[Entry, Half]]) -> Half | None:
        wanted = RESPONSE if side == REQUEST else REQUEST
        if (digest, wanted) in fresh:
            return fresh[digest, wanted][1]
        kept = self._kept[digest].get(wanted)
        return None if kept is None else self._read({wanted: kept})

    def _read(self, sides: dict[str, _Kept]) -> Half:
        return msgspec.msgpack.decode(next(iter(sides.values())).path.read_bytes(), type=Half)

    def _keep(self, digest: str, side: str, body: bytes, received: int) -> None:
        if side not in self._kept[digest]:
            path = self._folder / f"{digest}.{received}.{side}"
            write_durably(path, body)
            self._kept[digest][side] = _Kept(received, path)

    def _settle(self, digest: str, now: int) -> None:
        """Remember that a pair is done, so that a repeated half does not become a row of its own."""
        path = self._folder / f"{digest}.{now}.{_DONE}"
        path.touch()
        for kept in self._kept[digest].values():
            kept.path.unlink(missing_ok=True)
        self._kept[digest] = {_DONE: _Kept(now, path)}

    def _accept(self, groups: Sequence[tuple[str, list[Row]]]) -> None:
        by_model: dict[str, list[Row]] = defaultdict(list)
        for model, rows in groups:
            by_model[model] += rows
        receipts = [
            self._intake.rows(model, PREDICTIONS, list(rows), self._intake.sender(None, KSERVE))
            for model, rows in by_model.items()
        ]
        for receipt in receipts:
            receipt.stored.result()

    def _joined(self, request: Half, response: Half) -> tuple[str, list[Row]]:
        try:
            features = features_of(request.payload)
            outputs = outputs_of(response.payload, probability=self._names_of(request.model).probability)
        except DataError as error:
            return self._unreadable(request, response, error.found)
        if len(features) != len(outputs):
            return self._unreadable(request, response, f"{len(features)} inputs, {len(outputs)} outputs")
        rows = [{"features": given, **output} for given, output in zip(features, outputs, strict=True)]
        return request.model, _named(rows, request, _version(request, response))

    def _unreadable(self, request: Half, response: Half, why: str) -> tuple[str, list[Row]]:
        """Keep a pair that makes no rows where refused rows are kept."""
        self.counts["unreadable"] += 1
        raw = {"id": request.event, "request": request.payload, "response": response.payload}
        refusal = Refusal(0, "bad-payload", why, raw)
        self._intake.refuse(request.model, PREDICTIONS, [refusal], KSERVE).result()
        return request.model, []

    def _alone(self, half: Half) -> tuple[str, list[Row]]:
        try:
            if half.side == REQUEST:
                rows: list[Row] = [{"features": row} for row in features_of(half.payload)]
            else:
                rows = outputs_of(half.payload, probability=self._names_of(half.model).probability)
        except DataError:
            self.counts["unreadable"] += 1
            return half.model, []
        return half.model, _named(rows, half, _version(half, half))


def _named(rows: list[Row], half: Half, version: str) -> list[Row]:
    """Return the rows with id ``<event>/<row>``, time and version."""
    about: dict[str, Any] = {TIME: half.time / 1e6} if half.time is not None else {}
    if version:
        about[VERSION] = version
    return [{ID: f"{half.event}/{at}", **about, **row} for at, row in enumerate(rows)]


def _version(request: Half, response: Half) -> str:
    """Return what the response says (v2), else the endpoint: default or canary."""
    said = response.payload.get("model_version")
    return str(said)[:120] if isinstance(said, str | int) and str(said) else request.endpoint


def _digest(half: Half) -> str:
    return hashlib.sha256(f"{half.model}/{half.event}".encode()).hexdigest()[:40]
