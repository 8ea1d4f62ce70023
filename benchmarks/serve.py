"""The ingest over HTTP, durable before it answers: a real uvicorn process and a client on 127.0.0.1.

python benchmarks/serve.py            # JSON, Arrow and labels -> results/serve.csv
python benchmarks/serve.py --seconds 2
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import pyarrow as pa

BENCHMARKS = Path(__file__).resolve().parent
ARROW = "application/vnd.apache.arrow.stream"
MODEL = "/v1/models/flights"


class Load(NamedTuple):
    """What one run sends: a body made from a number, how many clients at once, how many rows a request."""

    name: str
    source: str
    path: str
    content: str
    body: Callable[[int], bytes]
    clients: int
    rows: int


class Result(NamedTuple):
    """One row of the table; `ready_s` is how long the last row took from its answer to the lake."""

    load: str
    clients: int
    requests: int
    requests_per_s: float
    rows_per_s: float
    p50_ms: float
    p99_ms: float
    rows_in_lake: int
    ready_s: float


def json_row(number: int) -> bytes:
    """One prediction of 20 features as JSON."""
    features = {f"f{at}": number * 0.5 + at for at in range(20)}
    return msgspec.json.encode({"id": f"j{number}", "score": number % 100 / 100, "features": features})


def arrow_rows(number: int, rows: int = 2000) -> bytes:
    """Rows of 20 features with id, time and score, as the SDK sends them."""
    dice = np.random.default_rng(number)
    columns = {f"f{at}": dice.normal(size=rows) for at in range(20)}
    return stream(pa.table({"vd_id": ids(number, rows), "vd_score": dice.random(rows), **columns}))


def label_rows(number: int, rows: int = 2000) -> bytes:
    """Labels of the rows above."""
    return stream(pa.table({"vd_id": ids(number, rows), "vd_label": np.arange(rows) % 2}))


def ids(number: int, rows: int) -> list[str]:
    """Ids of the rows of a request."""
    return [f"a{number}-{row}" for row in range(rows)]


def stream(table: pa.Table) -> bytes:
    """A table as an Arrow stream."""
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


LOADS = (
    Load("JSON, one row of 20 features", "json", f"{MODEL}/predictions", "application/json", json_row, 64, 1),
    Load("Arrow, 2000 rows of 20 features", "arrow", f"{MODEL}/predictions", ARROW, arrow_rows, 2, 2000),
    Load("Arrow, 2000 labels", "labels", f"{MODEL}/labels", ARROW, label_rows, 2, 2000),
)


async def drive(port: int, load: Load, seconds: float) -> list[float]:
    """Send for some seconds from all clients; return what each request took, in seconds."""
    taken: list[float] = []
    bodies = [load.body(number) for number in range(200 if load.rows == 1 else 12)]
    until = time.perf_counter() + seconds

    async def client(first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        number = first
        while time.perf_counter() < until:
            body = bodies[number % len(bodies)]
            head = f"POST {load.path} HTTP/1.1\r\nHost: x\r\nContent-Type: {load.content}\r\n"
            key = f"Idempotency-Key: {load.source}-{first}/{number}\r\nContent-Length: {len(body)}\r\n\r\n"
            begun = time.perf_counter()
            writer.write((head + key).encode() + body)
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
    while any((home / "spool").iterdir()):
        time.sleep(0.05)
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


def main() -> int:
    """Start the server, run the loads, print and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each load runs")
    parser.add_argument("--out", type=Path, default=BENCHMARKS / "results" / "serve.csv")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environment = {**os.environ, "VEDETTE_HOME": folder, "PYTHONPATH": str(BENCHMARKS)}
        command = [sys.executable, "-m", "uvicorn", "ingest_app:app", "--factory", "--port", str(port)]
        quiet = ["--log-level", "warning", "--no-access-log"]
        with subprocess.Popen([*command, *quiet], env=environment) as server:
            try:
                wait_for(port)
                results = [measure(port, Path(folder), load, args.seconds) for load in LOADS]
            finally:
                server.terminate()
    show(results)
    with args.out.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(Result._fields)
        table.writerows(
            [[round(cell, 2) if isinstance(cell, float) else cell for cell in row] for row in results]
        )
    return 0


def show(results: list[Result]) -> None:
    """Print the table."""
    print(
        f"{'load':<34}{'clients':>8}{'requests/s':>12}{'rows/s':>10}{'p50 ms':>8}{'p99 ms':>8}{'in lake s':>10}"
    )
    for row in results:
        speeds = f"{row.requests_per_s:>12,.0f}{row.rows_per_s:>10,.0f}{row.p50_ms:>8.1f}{row.p99_ms:>8.1f}"
        print(f"{row.load:<34}{row.clients:>8}{speeds}{row.ready_s:>10.1f}")


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
