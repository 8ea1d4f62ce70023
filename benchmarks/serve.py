"""The server as its users meet it: ingest that is durable before it answers, pages of a long life, memory over time.

python benchmarks/serve.py                          # everything -> results/serve.csv
python benchmarks/serve.py --soak 30                # half an hour of mixed load
python benchmarks/serve.py --parts ingest,pages --seconds 2 --hours 2000

A real uvicorn process and a client on 127.0.0.1. The lines of the SDK are those that `logger.py` wrote.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import numpy as np

import serve_filled
from serve_bodies import FEATURES, ROWS, STEP, arrow_rows, json_row, label_rows

BENCHMARKS = Path(__file__).resolve().parent
ARROW = "application/vnd.apache.arrow.stream"
MODEL = "/v1/models/flights"


class Load(NamedTuple):
    """What one run sends: a body made from a number, how many clients at once, how many rows a request.

    `most` requests are sent, as long as there is time.
    """

    name: str
    source: str
    path: str
    content: str
    body: Callable[[int], bytes]
    clients: int
    rows: int
    most: int = 1 << 40


class Result(NamedTuple):
    """One row of the table.

    `ready_s` is how long the last row took from its answer to the lake, where a label is not before its prediction was
    found and its window marked; `joined_per_s` labels by the time from the first request until then, while what they
    belong to is evaluated beside; `counted_per_s` until all windows were counted and judged again with their labels;
    `cpu_ms` what a request cost the server's processor, which other work on the machine does not change much; `mb` the
    server's memory at the end, `mb_before` after the first fifth; `waiting` the load average of the last minute.
    """

    load: str
    clients: int = 1
    requests: int = 0
    requests_per_s: float | None = None
    rows_per_s: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    rows_in_lake: int | None = None
    ready_s: float | None = None
    joined_per_s: float | None = None
    counted_per_s: float | None = None
    cpu_ms: float | None = None
    mb_before: float | None = None
    mb: float | None = None
    waiting: float | None = None


LOADS = (
    Load("JSON, one row of 20 features", "json", f"{MODEL}/predictions", "application/json", json_row, 64, 1),
    Load(f"Arrow, {ROWS} rows of 20 features", "arrow", f"{MODEL}/predictions", ARROW, arrow_rows, 2, ROWS),
    Load(f"Arrow, {ROWS} labels", "labels", f"{MODEL}/labels", ARROW, label_rows, 2, ROWS),
)


async def drive(port: int, load: Load, seconds: float) -> list[float]:
    """Send for some seconds from all clients; return what each request took, in seconds."""
    taken: list[float] = []
    until = time.perf_counter() + seconds

    async def client(first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        number = first
        while time.perf_counter() < until and number < load.most:
            body = load.body(number)
            kind = (
                f"Host: 127.0.0.1:{port}\r\nContent-Type: {load.content}\r\nContent-Length: {len(body)}\r\n"
            )
            key = f"Idempotency-Key: {load.source}-{first}/{number // load.clients}\r\n"
            begun = time.perf_counter()
            writer.write(f"POST {load.path} HTTP/1.1\r\n{kind}{key}\r\n".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = next(
                line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length")
            )
            await reader.readexactly(int(length.split(b":")[1]))
            assert b" 202 " in answer[:20], answer
            taken.append(time.perf_counter() - begun)
            number += load.clients
        writer.close()

    await asyncio.gather(*(client(first) for first in range(load.clients)))
    return taken


def measure(port: int, home: Path, load: Load, seconds: float) -> Result:
    """Run one load, then wait until the lake has everything."""
    before = rows_in_lake(home)
    begun = time.perf_counter()
    taken = np.array(asyncio.run(drive(port, load, seconds)))
    ended = time.perf_counter()
    wait_for_spool(home)
    ready = time.perf_counter() - ended
    speed = len(taken) / (ended - begun)
    p50, p99 = np.quantile(taken, [0.5, 0.99]) * 1000
    arrived = rows_in_lake(home) - before
    assert arrived == len(taken) * load.rows, (arrived, len(taken) * load.rows)
    return Result(load.name, load.clients, len(taken), speed, speed * load.rows, p50, p99, arrived, ready)


def rows_in_lake(home: Path) -> int:
    """Rows of all tables, counted by another process's eyes."""
    from deltalake import DeltaTable

    tables = [path.parent for path in (home / "lake").glob("*/*/_delta_log")]
    return sum(DeltaTable(str(table)).count() for table in tables)


def sdk() -> list[Result]:
    """What one call costs the program that logs: the medians of what `logger.py` wrote."""
    with (BENCHMARKS / "results" / "logger.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if not row["failure"]]
    found = []
    for way in dict.fromkeys(row["way"] for row in rows):
        mine = [row for row in rows if row["way"] == way]
        p50, p99 = (
            float(np.median([float(row[name]) for row in mine])) / 1000 for name in ("p50_us", "p99_us")
        )
        found.append(Result(f"SDK call, {way}", 1, int(mine[0]["calls"]), p50_ms=p50, p99_ms=p99))
    return found


def ingest(seconds: float) -> list[Result]:
    """Run the loads against the ingest alone."""
    with tempfile.TemporaryDirectory() as folder, started(Path(folder), ["ingest_app:app"]) as (_, port):
        found: list[Result] = []
        for load in LOADS:
            most = (
                found[-1].requests if load.source == "labels" else load.most
            )  # labels of what was sent before
            found.append(measure(port, Path(folder), load._replace(most=most), seconds))
        return found


def joined(requests: int) -> Result:
    """Send predictions of some days to a model that is watched, then their labels; count until they are judged."""
    predictions, labels = (load._replace(most=requests) for load in LOADS[1:])
    with tempfile.TemporaryDirectory() as folder:
        serve_filled.watched(Path(folder), "flights", FEATURES)
        with started(Path(folder), ["whole_app:app"]) as (pid, port):
            asyncio.run(drive(port, predictions, 600))
            wait_until_counted(Path(folder), "rows", requests * ROWS)
            used, begun = processor_seconds(pid), time.perf_counter()
            taken = np.array(asyncio.run(drive(port, labels, 600)))
            accepted = time.perf_counter()
            wait_for_spool(Path(folder))
            found = time.perf_counter()
            wait_until_counted(Path(folder), "labelled", requests * ROWS)
            counted = time.perf_counter()
            cost = (processor_seconds(pid) - used) / requests * 1000
            mb = memory(pid)
    p50, p99 = np.quantile(taken, [0.5, 0.99]) * 1000
    speed = requests / (accepted - begun)
    name = f"labels joined, {requests * ROWS:,} of {requests * STEP / 86.4e9:.0f} days"
    return Result(
        name,
        labels.clients,
        requests,
        speed,
        speed * ROWS,
        p50,
        p99,
        requests * ROWS,
        found - accepted,
        requests * ROWS / (found - begun),
        requests * ROWS / (counted - begun),
        cost,
        mb=mb,
    )


def wait_for_spool(home: Path) -> None:
    """Wait until the lake has everything that was accepted."""
    while any((home / "spool").iterdir()):
        time.sleep(0.05)


def wait_until_counted(home: Path, what: str, count: int) -> None:
    """Wait until the windows of a home have so many rows, or so many of them with a label, and none waits."""
    wait_for_spool(home)
    question = f"SELECT (SELECT count(*) FROM dirty_windows), (SELECT sum({what}) FROM windows)"  # noqa: S608
    until = time.monotonic() + 600
    with sqlite3.connect(f"file:{home / 'meta.sqlite'}?mode=ro", uri=True) as database:
        while (found := database.execute(question).fetchone()) != (0, count):
            if time.monotonic() > until:
                raise TimeoutError(f"{found} of {count}")
            time.sleep(0.05)


def pages(hours: int, columns: int, fleet: int, repeat: int = 9) -> list[Result]:
    """Time pages of a filled home: the first request, and the median of the next."""
    with tempfile.TemporaryDirectory() as folder:
        serve_filled.fill(Path(folder), hours=hours, columns=columns, fleet=fleet)
        asked = {
            f"page of {hours} windows x {columns} columns, all": f"/models/{serve_filled.WIDE}?span=all",
            f"page of {hours} windows x {columns} columns, 30 days": f"/models/{serve_filled.WIDE}?span=30d",
            f"fleet page of {fleet} models": "/",
        }
        with started(Path(folder), ["whole_app:app"]) as (pid, port):
            return [page(pid, port, *pair, repeat) for pair in asked.items()]


def page(pid: int, port: int, name: str, path: str, repeat: int) -> Result:
    """Ask for one page again and again; the first time, which fills caches, counts in `p99_ms` (the slowest) alone."""
    taken = []
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as http:
        for at in range(repeat + 1):
            if at == 1:
                used = processor_seconds(pid)
            begun = time.perf_counter()
            answer = http.get(path)
            taken.append((time.perf_counter() - begun) * 1000)
            assert answer.status_code == 200, answer.text
    cost = (processor_seconds(pid) - used) / repeat * 1000
    return Result(
        name, 1, repeat, p50_ms=float(np.median(taken[1:])), p99_ms=max(taken), cpu_ms=cost, mb=memory(pid)
    )


def soak(minutes: float) -> Result:
    """Send JSON, Arrow and labels for some minutes to a model that is watched, at a tenth of what it can take.

    Memory is printed every minute, so that a reader sees whether it grows or levels off.
    """
    sent, shown, sizes = 0, 0, []
    loads = [LOADS[0]._replace(body=lambda number: json_row(number, STEP)), *LOADS[1:]]
    with tempfile.TemporaryDirectory() as folder:
        serve_filled.watched(Path(folder), "flights", FEATURES)
        with started(Path(folder), ["whole_app:app"]) as (pid, port):
            begun = time.monotonic()
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
                number = 0
                while time.monotonic() < begun + minutes * 60:
                    load = loads[number % len(loads)]
                    body, kind = load.body(number // len(loads)), {"Content-Type": load.content}
                    answer = http.post(load.path, content=body, headers=kind)
                    assert answer.status_code == 202, answer.text
                    sent, number = sent + load.rows, number + 1
                    sizes.append(memory(pid))
                    if time.monotonic() - begun > 60 * shown:
                        print(f"  minute {shown}: {sent} rows sent, {sizes[-1]:.0f} MB", flush=True)
                        shown += 1
                    time.sleep(0.25)
            took = time.monotonic() - begun
            labelled = (number // len(loads)) * ROWS
            wait_until_counted(Path(folder), "labelled", labelled)
            arrived = rows_in_lake(Path(folder))
    assert arrived == sent, (arrived, sent)
    early, late = sizes[len(sizes) // 5], max(sizes[-max(len(sizes) // 5, 1) :])
    name = f"soak of {minutes:g} min"
    return Result(
        name, 1, len(sizes), len(sizes) / took, sent / took, rows_in_lake=arrived, mb_before=early, mb=late
    )


@contextmanager
def started(folder: Path, what: list[str]) -> Iterator[tuple[int, int]]:
    """Start an application on a home as a process of its own; its number and port."""
    port = free_port()
    path = os.pathsep.join(filter(None, (str(BENCHMARKS), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "VEDETTE_HOME": str(folder), "PYTHONPATH": path}
    quiet = ["--log-level", "warning", "--no-access-log"]
    command = [sys.executable, "-m", "uvicorn", *what, "--factory", "--port", str(port), *quiet]
    with subprocess.Popen(command, env=environment) as server:
        try:
            wait_for(port)
            yield server.pid, port
        finally:
            server.terminate()


def memory(pid: int) -> float:
    """Megabytes that a process has resident."""
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def processor_seconds(pid: int) -> float:
    """Seconds of processor that a process has used."""
    used = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Run the parts asked for, print and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", default="sdk,ingest,joined,pages,soak", help="which parts to run")
    parser.add_argument("--labels", type=int, default=500, help="requests of labels of the part `joined`")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each load runs")
    parser.add_argument("--soak", type=float, default=1.0, metavar="MINUTES")
    parser.add_argument("--hours", type=int, default=10_000, help="windows of the wide model")
    parser.add_argument("--columns", type=int, default=200)
    parser.add_argument("--fleet", type=int, default=500, help="models")
    parser.add_argument("--out", type=Path, default=BENCHMARKS / "results" / "serve.csv")
    args = parser.parse_args()
    parts: dict[str, Callable[[], list[Result]]] = {
        "sdk": sdk,
        "ingest": lambda: ingest(args.seconds),
        "joined": lambda: [joined(args.labels)],
        "pages": lambda: pages(args.hours, args.columns, args.fleet),
        "soak": lambda: [soak(args.soak)],
    }
    results = []
    for name in args.parts.split(","):
        for row in parts[name]():
            results.append(row if name == "sdk" else row._replace(waiting=os.getloadavg()[0]))
            print(line(results[-1]), flush=True)
        write(results, args.out)
    return 0


def write(results: list[Result], out: Path) -> None:
    """Write the table, after each part, so that one that fails takes none with it."""
    with out.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(Result._fields)
        table.writerows([cell if cell is not None else "" for cell in map(rounded, row)] for row in results)


def rounded(cell: object) -> object:
    """A number with five digits that count."""
    return float(f"{cell:.5g}") if isinstance(cell, float) else cell


def line(row: Result) -> str:
    """One line of the table: what is known of a row, by name."""
    told = {name: rounded(cell) for name, cell in row._asdict().items() if cell is not None}
    return f"{told.pop('load'):<46}" + "  ".join(f"{name} {value}" for name, value in told.items())


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until the server answers, half a minute at most."""
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(port)


if __name__ == "__main__":
    sys.exit(main())
