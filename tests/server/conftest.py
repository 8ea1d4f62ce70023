"""A whole server on 127.0.0.1, for tests that look at it from outside."""

import threading
import time

import httpx
import pytest
import uvicorn

from vedette.server.app import application
from vedette.server.settings import Settings
from vedette.server.station import Station
from vedette.store.reading import rows_of
from vedette.store.writer import Pace


class Server:
    """A server of its own on 127.0.0.1, and a client of it."""

    def __init__(self, folder):
        self.station = Station(Settings(home=folder, every=0.2, pace=Pace(seconds=0.2)))
        config = uvicorn.Config(application(self.station), port=0, log_config=None, access_log=False)
        self.uvicorn = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.uvicorn.run)
        self.thread.start()
        while not self.uvicorn.started:
            assert self.thread.is_alive()
            time.sleep(0.02)
        self.port = self.uvicorn.servers[0].sockets[0].getsockname()[1]
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60)
        deadline = time.monotonic() + 90
        while self.http.get("/ready").status_code != 200:  # until all its work has come round once
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def stop(self):
        self.http.close()
        self.uvicorn.should_exit = True
        self.thread.join(60)

    def log(self, rows, model="flights", kind="predictions", **more):
        return self.http.post(f"/v1/models/{model}/{kind}", json=rows, **more)

    def stored(self, model="flights"):
        """Wait until all that was acknowledged is in the lake; return the rows of the model by id."""
        deadline = time.monotonic() + 90
        while any(self.station.home.spool.iterdir()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        rows = rows_of(self.station.ingest.lake, model, None, 0, 1 << 60)
        return {row["vd_id"]: row for row in rows.to_pylist()}


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """Return a server without accounts that all tests of a module share."""
    found = Server(tmp_path_factory.mktemp("live") / "home")
    yield found
    found.stop()
