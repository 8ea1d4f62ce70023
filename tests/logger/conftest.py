"""A server that takes segments, or behaves as badly as a test wants."""

import contextlib
import json
import socket
import threading
import time
from collections import Counter, defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pyarrow as pa
import pytest

import vedette as vd


class Stub:
    """Takes each (source, seq) once, as the real server does. `moods` are answers to the next requests, in order:
    a status, ("lost",) to take the rows and drop the reply, ("held", event) to answer once the event is set, or
    ("drip", seconds).
    """

    def __init__(self):
        self.moods = []
        self.always = None
        self.headers = []
        self.seen = {}
        self.order = defaultdict(list)
        self.rows = defaultdict(list)
        self.bodies = []
        self.lost = Counter()
        self.duplicates = 0
        self.requests = 0
        self.times = []
        self.paths = []
        self.lock = threading.Lock()
        self.open = []
        self.port = 0
        self.httpd = None
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def ids(self, kind="predictions"):
        return [row["vd_id"] for row in self.rows[kind]]

    def start(self):
        self.httpd = ThreadingHTTPServer(("127.0.0.1", self.port), handler(self))
        self.httpd.daemon_threads = True
        self.port = self.httpd.server_address[1]
        threading.Thread(target=self.httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self):
        if self.httpd is not None:
            self.httpd.shutdown()
            self.httpd.server_close()
            self.httpd = None
        while self.open:  # also the connections that are kept
            with contextlib.suppress(OSError):  # the other end may have closed it
                self.open.pop().shutdown(socket.SHUT_RDWR)

    def take(self, headers, path, body):
        key = headers["Idempotency-Key"]
        source, seq = key.rsplit("/", 1)
        kind = path.rsplit("/", 1)[1]
        with self.lock:
            self.headers.append(dict(headers))
            self.paths.append(path)
            if key in self.seen:
                self.duplicates += 1
                return {"accepted": self.seen[key], "quarantined": 0, "duplicate": True}
            self.order[source].append(int(seq))
            if kind == "profiles":
                self.bodies.append(body)
                self.seen[key] = msgspec.msgpack.decode(body)["rows"]
            else:
                table = pa.ipc.open_stream(body).read_all()
                self.lost.update(json.loads((table.schema.metadata or {}).get(b"vedette.lost", "{}")))
                self.rows[kind] += table.to_pylist()
                self.seen[key] = table.num_rows
            return {"accepted": self.seen[key], "quarantined": 0, "duplicate": False}


def handler(stub):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self):
            super().setup()
            stub.open.append(self.connection)

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with stub.lock:
                stub.requests += 1
                stub.times.append(time.monotonic())
                mood = stub.moods.pop(0) if stub.moods else stub.always
            if isinstance(mood, int):
                mood = ("status", mood, {})
            match mood:
                case ("status", status, headers):
                    self.answer(status, {"error": {"found": "mood"}}, headers)
                case ("lost",):
                    stub.take(self.headers, self.path, body)
                    self.close_connection = True
                case ("held", event):
                    event.wait()
                    self.answer(202, stub.take(self.headers, self.path, body), {})
                case ("drip", seconds):
                    end = time.monotonic() + seconds
                    while time.monotonic() < end:
                        self.wfile.write(b"H" if time.monotonic() < end - seconds + 0.02 else b"T")
                        self.wfile.flush()
                        time.sleep(0.05)
                    self.close_connection = True
                case _:
                    self.answer(202, stub.take(self.headers, self.path, body), {})

        def answer(self, status, said, headers):
            wire = json.dumps(said).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(wire)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(wire)

        def handle_one_request(self):
            try:
                super().handle_one_request()
            except (ConnectionError, ValueError):
                self.close_connection = True

        def log_message(self, *arguments):
            pass

    return Handler


@pytest.fixture
def stub():
    server = Stub()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    """Wait a twentieth of a second where a program would wait half a one."""
    monkeypatch.setattr("vedette.logger.backoff.FIRST", 0.05)
    monkeypatch.setattr("vedette.logger.backoff.LAST", 0.5)


@pytest.fixture
def logger(stub, tmp_path):
    """Make loggers to the stub, with a spool of their own; closed at the end."""
    made = []

    def make(target=None, model="flights", **options):
        options = {
            "spool": tmp_path / "spool",
            "interval": 0.05,
            "timeout": 60.0,
            "batch_rows": 100,
        } | options
        made.append(vd.Logger(target or stub.url, model, **options))
        return made[-1]

    yield make
    for log in made:
        log.close(0.0)


@pytest.fixture(scope="session")
def until():
    """Wait until something holds; the minute is for machines that are busy with other things."""

    def waiting(condition, seconds=60.0):
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            time.sleep(0.01)
        return condition()

    return waiting


@pytest.fixture(scope="session")
def balanced():
    """Tell whether every row is somewhere."""
    return lambda c: c.logged == c.sent + c.spooled + c.queued + c.lost and c.queued >= 0
