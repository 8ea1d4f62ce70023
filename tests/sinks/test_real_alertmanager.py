"""Debian's Alertmanager takes our alerts, keeps one an incident, and forgets it when it is over."""

import json
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import msgspec
import pytest

from vedette.sinks.alertmanager import Alertmanager

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("prometheus-alertmanager") is None,
        reason="prometheus-alertmanager is not installed (apt-get install prometheus-alertmanager)",
    ),
]


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory):
    folder = tmp_path_factory.mktemp("alertmanager")
    (folder / "config.yml").write_text("route: {receiver: none}\nreceivers: [{name: none}]\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        "prometheus-alertmanager",
        f"--config.file={folder / 'config.yml'}",
        f"--storage.path={folder}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    log = (folder / "log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: urllib.request.urlopen(f"{url}/-/ready", timeout=2).status == 200)
        yield url
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        log.close()


def until(holds, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if holds():
                return
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.1)
    raise AssertionError("it did not come true in time")


def active(url):
    with urllib.request.urlopen(f"{url}/api/v2/alerts?active=true", timeout=5) as reply:
        return json.load(reply)


def test_an_incident_fires_once_and_is_resolved(alertmanager, message, send):
    sink = Alertmanager(url=alertmanager)
    now = int(time.time() * 1e6)
    firing = msgspec.structs.replace(message, at=now, since=now - 60_000_000)
    for again in range(2):  # it is told again while it stands, and stays one alert
        outcome = sink.outcome(send(sink.requests(msgspec.structs.replace(firing, at=now + again))[0]))
        assert outcome.kind == "delivered"
    until(lambda: len(active(alertmanager)) == 1)
    alert = active(alertmanager)[0]
    assert alert["labels"]["severity"] == "critical"
    assert alert["annotations"]["summary"] == message.title
    over = msgspec.structs.replace(firing, status="resolved", at=int(time.time() * 1e6))
    assert sink.outcome(send(sink.requests(over)[0])).kind == "delivered"
    until(lambda: not active(alertmanager))
