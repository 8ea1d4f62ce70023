"""Whole servers: a station under uvicorn in a thread, clients that reach it over HTTP."""

import io
import signal
import socket
import subprocess
import sys
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
from vedette.store import incidents, series, windows
from vedette.store.writer import Pace

HOUR = 3_600_000_000
DAY = 24 * HOUR
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


def until(holds, seconds=90.0):
    """Wait until something holds, and return it; so long only on a machine that is busy with other things."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come true in time")


class Asked:
    """What a test asks of a server through its client."""

    schema, monitor = SCHEMA, MONITOR
    client: httpx.Client

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


class Whole(Asked):
    """A server on a folder, in a thread of this process."""

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
        self.client = httpx.Client(base_url=self.url, timeout=60)

    @property
    def database(self):
        return self.station.database

    def stop(self):
        self.client.close()
        self.server.should_exit = True
        self.thread.join(60)
        assert not self.thread.is_alive()


class Process(Asked):
    """A server as people run it."""

    def __init__(self, folder, port, options):
        main = "from vedette.cli.main import main; main()"
        command = [sys.executable, "-c", main, "serve", "--home", folder, "--port", port, *options]
        self.log = folder.parent / f"log-{time.monotonic_ns()}"
        with self.log.open("w") as log:
            self.child = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log)
        self.url = f"http://127.0.0.1:{port}"
        self.client = httpx.Client(base_url=self.url, timeout=60)

    def ready(self):
        assert self.child.poll() is None, self.log.read_text()
        try:
            return self.client.get("/ready").status_code == 200
        except httpx.TransportError:
            return False

    def end(self, how=signal.SIGTERM):
        self.child.send_signal(how)
        return self.child.wait(90)


@pytest.fixture
def launch(tmp_path, until, free_port):
    """Return a maker of server processes, killed when the test is over."""
    made = []

    def launched(*options):
        made.append(Process(tmp_path / "home", free_port(), options))
        until(made[-1].ready)
        return made[-1]

    (tmp_path / "home").mkdir()
    yield launched
    for one in made:
        one.child.kill()
        one.child.wait()
        one.client.close()


@pytest.fixture(scope="session")
def concluded():
    """Return what ends the work on a home that no server has, and returns every number and every incident."""

    def found(folder, model="flights", version="7", **settings):
        station = Station(Settings(home=folder, accounts=False, **settings))
        try:
            now = time.time_ns() // 1000
            for hours in range(4):
                while station.loop.step(now + hours * HOUR):
                    pass
            assert not station.loop.failures
            with station.database.read() as tx:
                keys = series.catalogue(tx, model, version)
                kept = {key: series.get(tx, key, ("value", "low", "high")) for key in keys}
                numbers = {key: (one.windows, one.places, one.fields) for key, one in kept.items()}
                states = ("open", "acknowledged", "resolved")
                told = {
                    (i.incident.since.start, i.level, i.cause, tuple(f.message for f in i.incident.findings))
                    for i in incidents.listing(tx, states=states)
                    if i.version == version
                }
                assert all(w.closed for w in windows.listing(tx, model, version)[:-1])
            return numbers, told
        finally:
            station.ingest.spool.close()
            station.client.close()
            station.database.close()
            station.home.close()

    return found


@pytest.fixture(scope="session")
def same():
    """Return what holds two conclusions against each other, number by number."""

    def compared(one, other):
        assert other[1] == one[1]
        assert len(one[1]) >= 1
        assert other[0].keys() == one[0].keys()
        for key, (starts, places, fields) in one[0].items():
            assert np.array_equal(other[0][key][0], starts)
            assert other[0][key][1] == places
            for name, values in fields.items():
                np.testing.assert_array_equal(other[0][key][2][name], values)

    return compared


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
