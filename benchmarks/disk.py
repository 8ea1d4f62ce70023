"""What a server keeps on disk: bytes of the lake for each row, bytes of the database for each window.

python benchmarks/disk.py                # 800 000 rows of 20 random features with labels, in windows of an hour
python benchmarks/disk.py HOME           # a home that is there, of a server that has ended

Random numbers are the worst case: nothing in them can be packed. What lies there right after the rows came is counted,
with what a later tidying of the lake takes away.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

import serve
import serve_filled
from serve_bodies import FEATURES, ROWS, START, STEP, ids, stream


class Kept(NamedTuple):
    """One line of the table: a part of the home, how many rows or windows it has, and what they take."""

    part: str
    number: int
    megabytes: float
    bytes_each: float


def main() -> int:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("home", type=Path, nargs="?", help="a home; left out: one is filled")
    parser.add_argument("--requests", type=int, default=400, help=f"of {ROWS} rows, and as many of labels")
    parser.add_argument("--out", type=Path, help="file of the table")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = asked.home or fill(Path(folder), asked.requests)
        found = list(kept(home))
    for row in found:
        print(f"{row.part:<24}{row.number:>9}  {row.megabytes:8.2f} MB  {row.bytes_each:10.1f} bytes each")
    if asked.out:
        with asked.out.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(Kept._fields)
            table.writerows([row.part, row.number, *(f"{n:.5g}" for n in row[2:])] for row in found)
    return 0


def fill(home: Path, requests: int) -> Path:
    """Send predictions and their labels to a server that watches them; the home, once all is judged."""
    serve_filled.watched(home, "flights", FEATURES)
    with serve.started(home, ["whole_app:app"]) as (_, port):
        _, predictions, labels = serve.LOADS
        for load, what in ((predictions._replace(body=random_rows), "rows"), (labels, "labelled")):
            asyncio.run(serve.drive(port, load._replace(most=requests), 600))
            serve.wait_until_counted(home, what, requests * ROWS)
    return home


def random_rows(number: int) -> bytes:
    """Return rows of which no number comes again, unlike those that `serve.py` sends."""
    dice = np.random.default_rng(number)
    instants = START + number * STEP + np.arange(ROWS) * (STEP // ROWS)
    times = pa.array(instants, pa.timestamp("us", tz="UTC"))
    values = {name: dice.normal(size=ROWS) for name in FEATURES}
    return stream(pa.table({"vd_id": ids(number), "vd_time": times, "vd_score": dice.random(ROWS), **values}))


def kept(home: Path) -> Iterator[Kept]:
    """Yield what each table of the lake takes for a row, and the database for a window."""
    from deltalake import DeltaTable

    for log in sorted((home / "lake").glob("*/*/_delta_log")):
        table = log.parent
        name = f"{table.parent.name}/{table.name}"
        yield of(name, DeltaTable(str(table)).count(), sum(map(size, table.rglob("*"))))
    with sqlite3.connect(f"file:{home / 'meta.sqlite'}?mode=ro", uri=True) as database:
        (windows,) = database.execute("SELECT count(*) FROM windows").fetchone()
    yield of("meta.sqlite, windows", windows, sum(map(size, home.glob("meta.sqlite*"))))


def of(part: str, count: int, taken: int) -> Kept:
    """Return a line of the table."""
    return Kept(part, count, taken / 1e6, taken / max(count, 1))


def size(path: Path) -> int:
    """Bytes of a file, 0 of a folder."""
    return path.stat().st_size if path.is_file() else 0


if __name__ == "__main__":
    raise SystemExit(main())
