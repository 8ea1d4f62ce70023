"""A station in a folder, filled as a real one is: monitor, reference, rows, labels, two versions; steps by hand."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vedette.server.api import changing
from vedette.server.evaluation.baselines import Origin
from vedette.server.pages.visit import Visit
from vedette.server.settings import Settings
from vedette.server.showing.deeds import StoreDeeds
from vedette.server.showing.pages import StorePages
from vedette.server.station import Station
from vedette.server.ticking import microseconds

DAY = 86_400_000_000
START = 19_700 * DAY
HOSTILE = "<img src=x onerror=\"alert('1')\">"
MONITOR = (Path(__file__).parents[1] / "flights.toml").read_text() + 'label_delay = "1d"\n'


def flights(days, *, first=0, a_day=60, seed=0, broken_from=None):
    """Return flights of some days; from `broken_from` on the delay is divided by 60, and one carrier is hostile."""
    rng = np.random.default_rng((seed, first % 1000))
    n = days * a_day
    day = first + np.sort(rng.integers(0, days, n))
    delay = rng.gamma(2, 10, n)
    score = 1 / (1 + np.exp(-(delay - 20) / 8))
    shown = delay if broken_from is None else np.where(day >= broken_from, delay / 60, delay)
    return pa.table(
        {
            "flight": [f"{first}-{seed}-{i}" for i in range(n)],
            "left_at": pa.array(START + day * DAY + rng.integers(0, DAY, n), pa.timestamp("us", tz="UTC")),
            HOSTILE: shown,
            "carrier": rng.choice(["UA", HOSTILE, "DL"], n, p=[0.5, 0.2, 0.3]),
            "p_late": score,
            "late": (rng.random(n) < score).astype(float),
        }
    )


class Home:
    """A station that was not started, its pages and its deeds."""

    def __init__(self, folder):
        self.station = Station(Settings(home=folder))
        self.pages, self.deeds = StorePages(self.station), StoreDeeds(self.station)
        self.database, self.lake = self.station.database, self.station.ingest.lake

    def watch(self, toml=MONITOR):
        """Put the monitor and a reference of sixty days in force."""
        changing.apply(self.station.desk, "flights", toml, "ada")
        name = self.station.ingest.references.keep("flights", flights(60, first=-60, seed=9))
        changing.refer(self.station.desk, "flights", Origin("file", name=name), "ada")

    def watch_regression(self):
        """Put a monitor in force under which a score is any number."""
        toml = MONITOR.replace('label = "late"', 'label = "late"\ntask = "regression"').replace(
            'score = "p_late"', 'score = "score"'
        )
        changing.apply(self.station.desk, "flights", toml, "ada")

    def log(self, rows, version="7"):
        """Let rows come as an upload."""
        rows = rows.append_column("version", pa.array([version] * rows.num_rows))
        intake = self.station.ingest.intake
        receipt = intake.table("flights", "predictions", rows, intake.sender(None))
        receipt.stored.result()
        return receipt

    def work(self):
        """Take everything into the lake, and evaluate all of it; a second look lets what has ended close."""
        while self.station.ingest.writer.step(microseconds(), at_once=True):
            pass
        for later in (0, 1, 700 * 1_000_000):
            self.station.loop.step(microseconds() + later)
        assert not self.station.loop.failures, self.station.loop.failures

    def close(self):
        """Let go of the folder; the threads of the station were never begun."""
        self.station.ingest.spool.close()
        self.station.client.close()
        self.database.close()
        self.station.home.close()


def file_of(table):
    """Return a table as the bytes of a Parquet file."""
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a home with an incident, two versions and a refused row; tests of pages read it."""
    made = Home(tmp_path_factory.mktemp("home"))
    made.watch()
    made.log(flights(24, broken_from=16), "7")
    made.log(flights(12, first=12, seed=3, broken_from=16), "8")
    intake = made.station.ingest.intake
    row = {"id": "x1", "score": 7, "time": "2024-01-01T00:00:00Z", HOSTILE: HOSTILE}
    intake.rows("flights", "predictions", [row, {**row, "id": "x2"}], intake.sender(None)).stored.result()
    made.work()
    yield made
    made.close()


@pytest.fixture
def own(tmp_path):
    """Return an empty home of one test."""
    made = Home(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture(params=["en", "zh"])
def visit(request):
    """Return a visit of an administrator, in each language."""
    return Visit(lang=request.param)
