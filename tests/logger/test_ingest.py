"""The logger against the server's real ingest: what is logged is what lies in the lake."""

import socket
import threading
import time

import pyarrow as pa
import pytest
import uvicorn
from litestar import Litestar

import vedette as vd
from vedette.logger.profile_wire import cube_of, decode
from vedette.logger.segment import Segment, encoded
from vedette.logger.service import Service
from vedette.server.ingest.service import IngestService
from vedette.store.home import Home
from vedette.store.reading import rows_of


class Served:
    """A real server of the ingest on a free port."""

    def __init__(self, folder):
        self.home, self.summaries = Home(folder), []
        self.service = IngestService(self.home, committed=lambda _: None, profiles=self.summaries.extend)
        app = Litestar(self.service.routers(), openapi_config=None)
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self.server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listening]}, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)

    def rows(self, model="flights"):
        while self.service.writer.step(int(time.time() * 1e6), at_once=True):
            pass
        found = rows_of(self.service.lake, model, None, 0, 1 << 60).to_pylist()
        return {row["vd_id"]: row for row in found}

    def stop(self):
        self.server.should_exit = True
        self.thread.join(10)
        self.service.spool.close()
        self.home.close()


@pytest.fixture
def served(tmp_path):
    served = Served(tmp_path / "home")
    yield served
    served.stop()


def test_rows_and_labels_come_together_in_the_lake(served, logger):
    log = logger(served.url, version="v3")
    for i in range(500):
        log.prediction(f"r{i}", {"x": i if i % 7 else "odd", "c": None if i % 3 else "a"}, score=i / 500)
        log.label(f"r{i}", i % 2)
    assert log.predictions({"id": ["f1", "f2"], "score": [0.1, 0.2], "x": [1.5, None]}) == 2
    assert log.flush(60)
    counts = log.counts
    assert (counts.sent, counts.lost, counts.quarantined, counts.error) == (1002, 0, 0, "")
    rows = served.rows()
    assert len(rows) == 502
    assert rows["r8"]["vd_score"] == pytest.approx(8 / 500)
    assert rows["r9"]["vd_version"] == "v3"
    assert str(rows["r9"]["vd_label"]) in {"1", "1.0"}


def test_a_segment_that_is_sent_twice_is_taken_once(served):
    wire = encoded(pa.table({"vd_id": ["a", "b"], "x": [1, 2]}), {"queue_full": 5})
    segment = Segment("host.boot.1.1", 7, "predictions", 2, wire, {})
    target = Service(served.url, "flights", None, timeout=10.0)
    replies = [target.post(segment, lambda: None) for _ in range(2)]
    target.close()
    assert [(r.verdict, r.duplicate) for r in replies] == [("taken", False), ("taken", True)]
    assert sorted(served.rows()) == ["a", "b"]


def test_rows_that_the_server_sets_aside_are_counted(served, logger):
    log = logger(served.url)
    log.prediction("a", time=time.time() + 86_400)
    log.prediction("b")
    assert log.flush(60)
    assert log.counts.sent == 2
    assert log.counts.quarantined == 1
    assert set(served.rows()) == {"b"}


def test_profiles_are_taken_whole(served, logger):
    baseline = vd.Baseline.fit({"x": [1.0, 2.0, 3.0, 4.0]})
    log = logger(served.url, mode="profile", baseline=baseline)
    log.prediction(features={"x": 2.0})
    assert log.close(60)
    served.rows()
    (entry,) = served.summaries
    assert cube_of(decode(entry.body)).rows == 1
