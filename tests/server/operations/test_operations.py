"""What Prometheus and an operator read: true numbers, in a form that Prometheus's own checker and server accept."""

import io
import json
import logging
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import msgspec
import numpy as np
import pytest
import uvicorn
from litestar import Litestar
from litestar.testing import TestClient
from prometheus_client.parser import text_string_to_metric_families

from vedette.server.operations.exposition import COLUMNS
from vedette.server.operations.logs import JsonLines
from vedette.server.operations.routes import operation_routes
from vedette.server.ticking import Ticker
from vedette.store import counters, models, series, windows
from vedette.store.database import Database
from vedette.store.series import Piece, SeriesKey
from vedette.values import Estimates

DAY = 86_400_000_000
START = 1_700_006_400_000_000
HOSTILE = 'a"b\\c\nd{e}'


def piece(metric, places, values):
    found = Estimates.of(
        values, np.asarray(values) - 0.01, np.asarray(values) + 0.01, n=np.full(len(values), 100)
    )
    fields = series.fields_of(found, 1)
    return Piece(SeriesKey("flights", "7", metric), places, fields)


@pytest.fixture
def database(tmp_path):
    found = Database(tmp_path / "meta.sqlite")
    columns = [f"c{i:03d}" for i in range(COLUMNS + 5)]
    with found.write() as tx:
        for name in ("flights", HOSTILE):
            models.register(tx, name, at=START)
            models.saw_rows(tx, name, "7", first=START, last=START + 1, rows=1000)
        window = windows.StoredWindow(
            "flights", "7", START, START + DAY, "2023-11-15", rows=1000, labelled=250, closed=True
        )
        windows.put(tx, [window])
        series.put(
            tx,
            [START],
            [
                piece("f1", [("", "")], [0.71]),
                piece("psi", [(c, "") for c in columns], np.linspace(0, 1, len(columns))),
                piece("missing", [("c000", ""), ("c001", "")], [0.25, np.nan]),
            ],
        )
        windows.mark_dirty(tx, [("flights", "7", START + DAY)], at=START)
        counters.add(tx, {("labels_unmatched_total", (("model", HOSTILE),)): 3})
    yield found
    found.close()


@pytest.fixture
def ticker():
    found = Ticker("writer", lambda _: False, every=0.05)
    found.start()
    yield found
    found.stop()


@pytest.fixture
def app(database, ticker):
    return Litestar(operation_routes(database, [ticker]), openapi_config=None)


def numbers(text):
    return {
        (s.name, frozenset(s.labels.items())): s.value
        for f in text_string_to_metric_families(text)
        for s in f.samples
    }


def test_the_numbers_are_those_of_the_latest_closed_window(app):
    with TestClient(app) as client:
        found = numbers(client.get("/metrics").text)
    about = {("model", "flights"), ("version", "7")}
    assert found["vedette_label_coverage_ratio", frozenset(about)] == 0.25
    assert found["vedette_window_end_timestamp_seconds", frozenset(about)] == (START + DAY) / 1e6
    bound = lambda word: frozenset({*about, ("metric", "f1"), ("bound", word)})  # noqa: E731
    assert found["vedette_performance", bound("point")] == 0.71
    assert found["vedette_performance", bound("lower")] == pytest.approx(0.70)
    assert found["vedette_missing_ratio", frozenset({*about, ("column", "c000")})] == 0.25
    assert ("vedette_missing_ratio", frozenset({*about, ("column", "c001")})) not in found
    assert found["vedette_predictions_total", frozenset(about)] == 1000
    assert found["vedette_windows_waiting", frozenset()] == 1
    assert found["vedette_labels_unmatched_total", frozenset({("model", HOSTILE)})] == 3


def told(client, version):
    """Return what `/metrics` says of a version's labels and performance: name, other labels -> value."""
    found = numbers(client.get("/metrics").text)
    mine = {}
    for (name, labels), value in found.items():
        about = dict(labels)
        if about.pop("version", None) == version and about.pop("model") == "flights":
            mine[name, *(about[key] for key in ("metric", "bound", "by") if key in about)] = value
    return mine


def waiting(database, version, *, maturity, labelled, values, later=START + DAY):
    """Write two windows: what the labels of the first show is 0.71, of the second come what the arguments say."""
    shown = {"f1": 0.71, "label_maturity": 1.0}
    second = values if maturity is None else {**values, "label_maturity": maturity}
    with database.write() as tx:
        for start, count in ((START, 990), (later, labelled)):
            windows.put(tx, [windows.StoredWindow("flights", version, start, start + DAY, f"{start}", rows=1000,
                                                  labelled=count, closed=True)])  # fmt: skip
        for start, written in ((START, shown), (later, second)):
            series.put(tx, [start], [named(version, metric, value) for metric, value in written.items()])


def named(version, metric, value):
    return msgspec.structs.replace(
        piece(metric, [("", "")], [value]), key=SeriesKey("flights", version, metric)
    )


def test_labels_so_far_are_told_nowhere_but_what_they_will_show(app, database):
    """40 % of the labels say 0.4; the nowcast says 0.66, and the window before, whose labels are in, 0.71."""
    waiting(database, "8", maturity=0.4, labelled=400,
            values={"f1": 0.4, "nowcast_f1": 0.66, "estimated_f1": 0.6})  # fmt: skip
    with TestClient(app) as client:
        found = told(client, "8")
    assert found["vedette_performance", "f1", "point"] == 0.71
    assert found["vedette_performance_window_end_timestamp_seconds",] == (START + DAY) / 1e6
    assert found["vedette_window_end_timestamp_seconds",] == (START + 2 * DAY) / 1e6
    assert found["vedette_performance_expected", "f1", "point", "nowcast"] == 0.66
    assert found["vedette_performance_expected", "f1", "lower", "nowcast"] == pytest.approx(0.65)
    assert (found["vedette_label_coverage_ratio",], found["vedette_label_maturity_ratio",]) == (0.4, 0.4)
    assert 0.4 not in [value for (name, *_), value in found.items() if "performance" in name]
    assert not [key for key in found if "scores" in key]


def test_without_any_label_scores_say_what_to_expect(app, database):
    waiting(database, "8", maturity=0.0, labelled=0, values={"f1": np.nan, "estimated_f1": 0.6})
    with TestClient(app) as client:
        found = told(client, "8")
    assert found["vedette_performance", "f1", "point"] == 0.71
    assert found["vedette_performance_expected", "f1", "point", "scores"] == 0.6
    assert found["vedette_label_maturity_ratio",] == 0


def test_what_only_the_labels_so_far_could_say_is_left_out(app, database):
    waiting(database, "8", maturity=0.6, labelled=600, values={"f1": 0.4})
    with TestClient(app) as client:
        found = told(client, "8")
    assert found["vedette_performance", "f1", "point"] == 0.71
    assert not [key for key in found if key[0] == "vedette_performance_expected"]


def test_once_the_labels_are_in_there_is_nothing_to_expect(app, database):
    waiting(database, "8", maturity=0.97, labelled=985, values={"f1": 0.65, "nowcast_f1": 0.66})
    with TestClient(app) as client:
        found = told(client, "8")
    assert found["vedette_performance", "f1", "point"] == 0.65
    assert found["vedette_performance_window_end_timestamp_seconds",] == (START + 2 * DAY) / 1e6
    assert not [key for key in found if key[0] == "vedette_performance_expected"]


def test_a_window_that_nobody_looked_at_waits_where_labels_are_waited_for(app, database):
    waiting(database, "8", maturity=None, labelled=100, values={"f1": 0.4})
    with TestClient(app) as client:
        found = told(client, "8")
    assert found["vedette_performance", "f1", "point"] == 0.71
    assert ("vedette_label_maturity_ratio",) not in found


def test_without_a_window_whose_labels_are_in_there_is_no_performance(app, database):
    waiting(database, "8", maturity=0.4, labelled=400, values={"f1": 0.4, "nowcast_f1": 0.66}, later=START)
    with TestClient(app) as client:
        found = told(client, "8")
    assert not [
        key
        for key in found
        if key[0] in {"vedette_performance", "vedette_performance_window_end_timestamp_seconds"}
    ]
    assert found["vedette_performance_expected", "f1", "point", "nowcast"] == 0.66


def test_only_the_columns_that_moved_most_are_named_and_the_rest_counted(app):
    with TestClient(app) as client:
        found = numbers(client.get("/metrics").text)
    drift = [dict(labels)["column"] for name, labels in found if name == "vedette_drift_score"]
    assert len(drift) == COLUMNS
    assert min(drift) == "c005"
    left = frozenset({("model", "flights"), ("version", "7"), ("metric", "psi")})
    assert found["vedette_columns_left_out", left] == 5


@pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed (apt-get install prometheus)"
)
def test_promtool_has_nothing_to_say(app, database):
    waiting(database, "8", maturity=0.4, labelled=400, values={"f1": 0.4, "nowcast_f1": 0.66})
    with TestClient(app) as client:
        text = client.get("/metrics").content
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")


def test_ready_says_what_stands_still(app, database, ticker):
    with TestClient(app) as client:
        until(lambda: client.get("/ready").status_code == 200)
        assert client.get("/health").json() == {"status": "ok"}
        ticker.stop()
        reply = client.get("/ready")
    assert reply.status_code == 503
    assert reply.json()["work"] == {"writer": "stands still", "database": "ok"}


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("prometheus") is None, reason="prometheus is not installed (apt-get install prometheus)"
)
def test_a_real_prometheus_scrapes_it(app, tmp_path):
    ours, theirs = free_port(), free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=ours, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    config = tmp_path / "prometheus.yml"
    config.write_text(
        "scrape_configs:\n- job_name: vedette\n  scrape_interval: 1s\n"
        f"  static_configs: [{{targets: ['127.0.0.1:{ours}']}}]\n"
    )
    command = [
        "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{theirs}",
    ]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            query = urllib.parse.quote('vedette_performance{metric="f1",bound="point"}')
            url = f"http://127.0.0.1:{theirs}/api/v1/query?query={query}"
            until(lambda: fetched(url)["data"]["result"])
            assert float(fetched(url)["data"]["result"][0]["value"][1]) == 0.71
        finally:
            process.kill()
            process.wait()
            server.should_exit = True
            thread.join()


def fetched(url):
    with urllib.request.urlopen(url, timeout=30) as reply:
        return json.load(reply)


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def until(holds, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if holds():
                return
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.05)
    raise AssertionError("it did not come true in time")


def test_a_log_line_is_one_object_whatever_is_in_it():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("vedette.test")
    logger.propagate = False
    logger.addHandler(handler)
    try:
        int('two\nlines "quoted"')
    except ValueError:
        logger.exception("window of %s", HOSTILE, extra={"model": HOSTILE, "rows": 3})
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    found = json.loads(lines[0])
    assert (found["level"], found["model"], found["rows"]) == ("error", HOSTILE, 3)
    assert "quoted" in found["error"]
