"""Whole servers: a station under uvicorn in a thread, clients that reach it over HTTP."""

import io
import socket
import threading
import time

import httpx
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import uvicorn

import vedette as vd
from vedette.server.app import application
from vedette.server.settings import Settings
from vedette.server.station import Station
from vedette.store.writer import Pace

DAY = 86_400_000_000
ARROW = "application/vnd.apache.arrow.stream"
SCHEMA = vd.Schema(id="flight", time="left_at", score="p_late", label="late")
MONITOR = """
model = "flights"
[schema]
id = "flight"
time = "left_at"
score = "p_late"
label = "late"
[windows]
every = "1d"
"""


def flights(days, *, start, a_day=120, seed=0, broken_from=None):
    """Return flights of some days under the monitor's names; from `broken_from` on the delay is divided by 60."""
    rng = np.random.default_rng(seed)
    n = days * a_day
    day = np.sort(rng.integers(0, days, n))
    delay = rng.gamma(2, 10, n)
    score = 1 / (1 + np.exp(-(delay - 20) / 8))
    late = (rng.random(n) < score).astype(float)
    return pa.table(
        {
            "flight": [f"{seed}-{i}" for i in range(n)],
            "left_at": pa.array(start + day * DAY + rng.integers(0, DAY, n), pa.timestamp("us", tz="UTC")),
            "delay": delay if broken_from is None else np.where(day >= broken_from, delay / 60, delay),
            "p_late": score,
            "late": late,
        }
    )


def stream(table, metadata=None):
    """Return a table as an Arrow stream."""
    out = io.BytesIO()
    table = table.replace_schema_metadata(metadata)
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


def parquet(table):
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def until(holds, seconds=20.0):
    """Wait until something holds, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come true in time")


class Whole:
    """A server on a folder, and what a test asks of it."""

    schema, monitor = SCHEMA, MONITOR

    def __init__(self, folder, **settings):
        quick = {"pace": Pace(seconds=0.05), "every": 0.1, "port": 0, "accounts": False}
        self.station = Station(Settings(home=folder, **{**quick, **settings}))
        config = uvicorn.Config(application(self.station), host="127.0.0.1", port=0, log_config=None)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        until(lambda: self.server.started)
        port = self.server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.client = httpx.Client(base_url=self.url, timeout=20)

    @property
    def database(self):
        return self.station.database

    def send(self, rows, model="flights", version="7", metadata=None, table="predictions", **more):
        """Send rows; they are durable when this returns."""
        if table == "predictions":
            rows = rows.append_column("vd_version", pa.array([version] * len(rows)))
        headers = {"Content-Type": ARROW, **more}
        reply = self.client.post(
            f"/v1/models/{model}/{table}", content=stream(rows, metadata), headers=headers
        )
        assert reply.status_code == 202, reply.text
        return reply.json()

    def watch(self, reference, model="flights", monitor=MONITOR):
        """Put a monitor and a reference in force."""
        kept = self.client.post(
            f"/v1/models/{model}/upload", params={"kind": "reference"}, content=parquet(reference)
        )
        assert kept.status_code == 202, kept.text
        put = self.client.put(f"/v1/models/{model}/monitor", content=monitor.encode())
        assert put.status_code == 200, put.text
        order = {"kind": "file", "name": kept.json()["reference"]}
        made = self.client.post(f"/v1/models/{model}/baselines", json=order)
        assert made.status_code == 201, made.text

    def counters(self):
        return self.client.get("/metrics").text

    def closed(self, model="flights", version="7"):
        """Return how many windows have closed."""
        reply = self.client.get(f"/v1/models/{model}/windows", params={"version": version})
        return sum(w["closed"] for w in reply.json()) if reply.status_code == 200 else 0

    def use(self, client):
        """Ask another server from now on."""
        self.client = client

    def stop(self):
        self.client.close()
        self.server.should_exit = True
        self.thread.join(20)
        assert not self.thread.is_alive()


@pytest.fixture
def serve(tmp_path):
    """Return a maker of servers, stopped when the test is over."""
    made = []

    def begun(folder=tmp_path / "home", **settings):
        made.append(Whole(folder, **settings))
        return made[-1]

    yield begun
    for one in made:
        if one.thread.is_alive():
            one.stop()


@pytest.fixture
def start():
    """Begin of the day twenty days ago."""
    return (time.time_ns() // 1000 // DAY - 20) * DAY


@pytest.fixture(scope="session")
def make():
    """Return the maker of flights."""
    return flights


@pytest.fixture(scope="session", name="until")
def waiting():
    """Return what waits until something holds."""
    return until


@pytest.fixture(scope="session")
def free_port():
    """Return the maker of ports that nobody listens on."""

    def found():
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return free.getsockname()[1]

    return found
