"""A server's ingest without a network: requests in, steps of the writer by hand."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from vedette.server.ingest.limits import Limits
from vedette.server.ingest.naming import Naming
from vedette.server.ingest.service import IngestService
from vedette.store.home import Home
from vedette.store.reading import rows_of

DAY = 86_400_000_000
NOON = 20_000 * DAY + DAY // 2  # 2024-10-04


class Served:
    """The ingest, a client of it, and a clock that stands still."""

    def __init__(self, folder):
        self.now = NOON
        self.naming = Naming()
        self.home = Home(folder)
        self.commits, self.summaries = [], []
        self.service = IngestService(
            self.home,
            committed=self.commits.extend,
            profiles=self.summaries.extend,
            names_of=lambda _: self.naming,
            limits=Limits(body=1 << 20, upload=1 << 20),
            clock=lambda: self.now,
        )
        self.client = TestClient(
            Litestar(self.service.routers(), openapi_config=None), raise_server_exceptions=False
        )

    def post(self, what, json=None, **more):
        return self.client.post(f"/v1/models/m/{what}", json=json, **more)

    def take(self):
        """Let the writer take everything."""
        while self.service.writer.step(self.now, at_once=True):
            pass

    def rows(self, model="m"):
        """Return the rows in the lake, by id."""
        self.take()
        rows = rows_of(self.service.lake, model, None, 0, 1 << 60).to_pylist()
        return {row["vd_id"]: row for row in rows}

    def refused(self):
        """Return the reasons of refused rows."""
        self.take()
        return self.client.get("/v1/models/m/quarantine").json()["reasons"]


@pytest.fixture
def served(tmp_path):
    served = Served(tmp_path)
    with served.client:
        yield served
    served.service.spool.close()
    served.home.close()
