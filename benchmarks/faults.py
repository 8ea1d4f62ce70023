"""Kills the store at random moments, and at every named step: rows acknowledged = rows in the lake.

python benchmarks/faults.py                 # 200 random kills, minutes
python benchmarks/faults.py --quick 10      # what the tests run
python benchmarks/faults.py --steps         # once at each named step
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from vedette.store.entry import Entry
from vedette.store.faults import STEPS
from vedette.store.home import Home
from vedette.store.lake import Lake
from vedette.store.seen import Key
from vedette.store.spool import Spool
from vedette.store.writer import Commit, Pace, Writer

SOURCES = ("one", "two", "three")
MODELS = ("flights", "credit")
Request = tuple[str, int]


class Nobody:
    """Listens to the writer and does nothing."""

    def committed(self, commits: Iterable[Commit]) -> None:
        """Ignore."""

    def profiles(self, entries: Iterable[Entry]) -> None:
        """Ignore."""

    def halves(self, entries: Iterable[Entry], now: int) -> None:
        """Ignore."""


def request(source: str, seq: int) -> tuple[Entry, Key]:
    """Return a request that is a function of its number alone: 1 to 20 predictions or labels of one of two models."""
    model, kind = MODELS[seq % 2], "labels" if seq % 5 == 0 else "predictions"
    rows = [
        {"vd_id": f"{source}/{seq}/{at}", "vd_label" if kind == "labels" else "x": 1.0}
        for at in range(size(seq))
    ]
    body = msgspec.msgpack.encode(rows)
    return Entry(model, kind, "rows", source, seq, now(), len(rows), body), Key(model, kind, source, seq)


def size(seq: int) -> int:
    """Rows of a request."""
    return 1 + seq * 7 % 20


def now() -> int:
    """Microseconds since the epoch."""
    return time.time_ns() // 1000


def child(folder: Path, next_seqs: list[int], step: str, count: int) -> None:
    """Log for ever from three senders, some requests twice, printing each acknowledgement; die at a step if told."""
    left = Counter({step: count})

    def fault(reached: str) -> None:
        left[reached] -= 1
        if reached == step and left[reached] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    home = Home(folder)
    spool, lake = Spool(home, fault=fault), Lake(home)
    writer = Writer(home, spool, lake, Nobody(), pace=Pace(seconds=0.03, rows=5000), fault=fault)
    print("ready", flush=True)
    for source, first in zip(SOURCES, next_seqs, strict=True):
        threading.Thread(target=send, args=(spool, source, first), daemon=True).start()
    while True:
        writer.step(now())
        time.sleep(0.002)


def send(spool: Spool, source: str, first: int) -> None:
    """Send requests in order, and every fourth time an earlier one again."""
    dice = random.Random(f"{source}{first}")  # noqa: S311 -- a seed, not a secret
    for seq in range(first, 1 << 40):
        again = [dice.randrange(seq)] if seq and dice.random() < 0.25 else []
        for number in [seq, *again]:
            entry, key = request(source, number)
            spool.put([entry], key).result()
            os.write(1, f"{source} {number}\n".encode())
        time.sleep(dice.random() * 0.004)


def run(folder: Path, acknowledged: set[Request], step: str = "", count: int = 1, wait: float = 0.0) -> None:
    """Run one child until it dies or is killed; add what it acknowledged."""
    firsts = [str(next_seq(acknowledged, source)) for source in SOURCES]
    command = [
        sys.executable,
        __file__,
        "--child",
        str(folder),
        "--next",
        *firsts,
        "--at",
        step,
        "--count",
        str(count),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        if not step:
            time.sleep(wait)
            process.kill()
        lines = process.stdout.read().split("\n")[:-1]  # the last one may be half a line
    pairs = (line.split() for line in lines)
    acknowledged.update((source, int(seq)) for source, seq in pairs)


def next_seq(acknowledged: set[Request], source: str) -> int:
    """The number after the last acknowledged one: what a client sends after its server died."""
    return max((seq for of, seq in acknowledged if of == source), default=-1) + 1


def finish(folder: Path, acknowledged: set[Request]) -> tuple[int, int, int]:
    """Send again what was in flight, drain; return rows acknowledged, rows in the lake, rows there twice."""
    with Home(folder) as home:
        spool, lake = Spool(home), Lake(home)
        for source in SOURCES:
            for seq in range(next_seq(acknowledged, source) + 2):
                entry, key = request(source, seq)
                if (source, seq) not in acknowledged:
                    spool.put([entry], key).result()
                    acknowledged.add((source, seq))
        writer = Writer(home, spool, lake, Nobody())
        while writer.step(now(), at_once=True):
            pass
        spool.close()
        return check(lake, acknowledged)


def check(lake: Lake, acknowledged: set[Request]) -> tuple[int, int, int]:
    """Compare ids with the ids that were acknowledged."""
    ids: Counter[str] = Counter()
    for _, table in lake.tables():
        delta = table.delta()
        if delta is not None:
            ids.update(delta.to_pyarrow_dataset().to_table(["vd_id"])["vd_id"].to_pylist())
    expected = {f"{source}/{seq}/{at}" for source, seq in acknowledged for at in range(size(seq))}
    assert set(ids) == expected, f"{len(expected - set(ids))} rows lost, {len(set(ids) - expected)} unknown"
    return len(expected), ids.total(), sum(count > 1 for count in ids.values())


def random_kills(kills: int) -> bool:
    """Kill one home again and again; print the account."""
    dice = random.Random(20240101)  # noqa: S311 -- a seed, not a secret
    return account(f"{kills} random kills", lambda folder, had: repeat(kills, folder, had, dice))


def repeat(kills: int, folder: Path, acknowledged: set[Request], dice: random.Random) -> None:
    """Kill `kills` children, each a random while after it began to log."""
    for _ in range(kills):
        run(folder, acknowledged, wait=dice.random() * 0.5)


def named_steps(steps: Iterable[str]) -> bool:
    """Kill at each step, the third time it is reached."""
    ran = [account(step, lambda folder, had, at=step: run(folder, had, at, 3)) for step in steps]
    return all(ran)


def account(what: str, act: Callable[[Path, set[Request]], None]) -> bool:
    """Run `act` in a fresh home, recover, and print what is there."""
    with tempfile.TemporaryDirectory() as folder:
        acknowledged: set[Request] = set()
        act(Path(folder), acknowledged)
        requests = len(acknowledged)
        rows, stored, twice = finish(Path(folder), acknowledged)
    good = rows == stored and not twice
    verdict = "equal" if good else "DIFFERENT"
    print(
        f"{what}: {requests} requests acknowledged before; {rows} rows acknowledged, {stored} in the lake: {verdict}"
    )
    return good


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", type=int, default=200, help="number of random kills")
    parser.add_argument("--steps", nargs="*", help="named steps to die at; all when none is named")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--next", type=int, nargs=3, default=[0, 0, 0], help=argparse.SUPPRESS)
    parser.add_argument("--at", default="", help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, default=1, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        child(args.child, args.next, args.at, args.count)
    if args.steps is not None:
        return int(not named_steps(args.steps or STEPS))
    return int(not random_kills(args.quick))


if __name__ == "__main__":
    sys.exit(main())
