"""A small model with a past: forty days of sixty rows, a unit mistaken in the last week, a second version."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pyarrow.csv

DAY = 86_400_000_000
#: Midnight of the first of forty days; the last one of them is over when rows of the next are there.
START = 20_000 * DAY
DAYS, A_DAY, BROKEN_FROM = 40, 60, 33
MODEL = "flights"
MONITOR = """# kept by the test
model = "flights"

[schema]
id = "id"
time = "time"
score = "score"
label = "label"
segments = ["carrier"]

[windows]
every = "1d"  # days
"""


def rows(first, days, *, seed, broken_from=None):
    """Return predictions as a frame; from the day `broken_from` on the delay comes a thousand times too small."""
    rng = np.random.default_rng(seed)
    n = days * A_DAY
    day = first + np.repeat(np.arange(days), A_DAY)
    delay = rng.gamma(2, 10, n)
    wrong = np.zeros(n, bool) if broken_from is None else day >= broken_from
    shown = np.where(wrong, delay / 1000, delay)
    return pa.table(
        {
            "id": [f"{seed}-{i}" for i in range(n)],
            "time": pa.array(START + day * DAY + rng.integers(0, DAY, n), pa.timestamp("us", tz="UTC")),
            "dep_delay": shown,
            "distance": rng.normal(700, 200, n),
            "carrier": rng.choice(["UA", "MQ", "DL"], n, p=[0.5, 0.2, 0.3]),
            "score": 1 / (1 + np.exp(-(shown - 20) / 8)),
            "label": (rng.random(n) < 1 / (1 + np.exp(-(delay - 20) / 8))).astype(int),
        }
    )


def csv_of(table):
    """Return a table as the bytes of a CSV file."""
    out = io.BytesIO()
    pyarrow.csv.write_csv(table, out)
    return out.getvalue()
