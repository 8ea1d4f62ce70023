"""What is told: once with its picture, again to places that forget, together where nobody wants to be called."""

import base64
import json

import pytest

from vedette.server.delivery import pictures
from vedette.server.ticking import microseconds
from vedette.store import deliveries, incidents, models, monitors, settings, windows
from vedette.testing.receiver import Receiver

DAY = 86_400_000_000
DAYS, BROKEN = 18, 10
DIGEST = """
[alerts]
digest = "1d"
[[rules]]
kind = "threshold"
metrics = ["row_count"]
above = 1
severe = "watch"
"""


@pytest.fixture
def receiver():
    with Receiver() as found:
        yield found


def broken(serve, make, until, start, receiver, toml):
    """Return a server whose model has broken, with a sink of each kind in its monitor."""
    server = serve(allowed=("127.0.0.1",))
    table = f'[[sinks]]\nkind = "webhook"\nurl = "{receiver.url}"\nsecret = "s"\n'
    table += f'[[sinks]]\nkind = "alertmanager"\nurl = "{receiver.url}"\n'
    server.watch(make(30, start=start - 40 * DAY, seed=3), monitor=server.monitor + toml + table)
    server.send(make(DAYS, start=start, broken_from=BROKEN))
    until(lambda: server.closed() >= DAYS - 1)
    until(lambda: all_told(server))
    return server


def all_told(server):
    """Tell whether every window that came was looked at, and every message about them arrived."""
    with server.database.read() as tx:
        return not windows.count_dirty(tx) and deliveries.next_due(tx) is None


def hooked(receiver):
    return [json.loads(r.body) for r in receiver.requests if not r.path.endswith("/alerts")]


def alerts(receiver):
    return [json.loads(r.body)[0] for r in receiver.requests if r.path.endswith("/alerts")]


def test_a_message_comes_with_its_picture_and_standing_incidents_again_where_they_must(
    serve, make, until, start, receiver, monkeypatch
):
    server = broken(serve, make, until, start, receiver, "")
    until(lambda: [m for m in hooked(receiver) if m["level"] == "act"])
    with server.database.read() as tx:
        standing = incidents.listing(tx, states=("open", "acknowledged"))
    grave = next(i for i in standing if i.level == "act")
    told = next(m for m in hooked(receiver) if m["key"] == grave.id)
    assert base64.b64decode(told["picture"]).startswith(b"\x89PNG")
    assert told["url"].endswith(f"/incidents/{grave.number}")

    picture = server.station.delivery._picture
    assert picture(grave.id, "en") == picture(grave.id, "en")

    def drawn(*_given, **_more):
        raise AssertionError("it was drawn before")

    monkeypatch.setattr(pictures, "png", drawn)
    assert picture(grave.id, "en").startswith(b"\x89PNG")
    assert picture(grave.id, "zh") is None, "a picture that fails keeps nobody waiting"
    assert any(a["labels"]["incident"] == grave.id for a in alerts(receiver))
    before, hooks = len(alerts(receiver)), len(hooked(receiver))
    assert server.station.repeats.step(microseconds()) == len(standing)
    again = alerts(receiver)[before:]
    assert {a["labels"]["incident"] for a in again} == {i.id for i in standing}
    assert all("endsAt" not in a for a in again)
    assert len(hooked(receiver)) == hooks, "only those that forget are told again"
    receiver.reply = (503, b"", {})
    assert server.station.repeats.step(microseconds()) == 0
    assert "503" in next(iter(server.station.repeats.errors.values()))
    with server.database.read() as tx:
        assert not [d for d in deliveries.due(tx, 1 << 60) if d.attempts]


def test_what_is_not_told_at_once_is_told_together(serve, make, until, start, receiver):
    server = broken(serve, make, until, start, receiver, DIGEST)
    station, now = server.station, microseconds()
    with server.database.read() as tx:
        assert monitors.current(tx, "flights")
        watched = [i for i in incidents.listing(tx) if i.level == "watch"]
    assert watched
    with server.database.write() as tx:
        settings.put(tx, "digest.flights", now - 2 * DAY, at=now, author="a test")
    assert station.digests.step(now) == 1
    assert station.digests.step(now + 1) == 0, "once a day"

    def digests():  # what calls for action is told at once, and may arrive at any moment
        return [told for told in hooked(receiver) if told["status"] == "notice"]

    until(digests)
    (message,) = digests()
    assert len(message["text"].splitlines()) == len(watched)
    assert station.digests.step(now + DAY) == 0, "nothing happened since"


def test_a_monitor_with_a_wrong_sink_is_neither_planned_nor_applied(serve):
    server = serve()
    toml = server.monitor + '[[sinks]]\nkind = "slack"\nulr = "https://example.org"\n'
    for reply in (
        server.client.post("/v1/models/flights/monitor/plan", content=toml.encode()),
        server.client.put("/v1/models/flights/monitor", content=toml.encode()),
    ):
        assert reply.status_code == 400
        assert reply.json()["error"]["code"] == "sinks.bad-sink"
    with server.database.read() as tx:
        assert monitors.current(tx, "flights") is None
        assert windows.listing(tx, "flights") == []
        assert models.get(tx, "flights") is None
