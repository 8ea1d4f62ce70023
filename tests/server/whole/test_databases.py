"""A server on PostgreSQL does and concludes what one on SQLite does, over a restart."""

import re
import signal

import pytest

DAY = 86_400_000_000
DAYS, BROKEN, FIRST = 14, 8, 11
PAGE = {"Accept": "text/html"}


def send(server, until, home, rows):
    """Send labels, then their rows: whenever a window is judged, its labels are there, which is what is compared."""
    server.send(rows.select(["flight", "late"]), table="labels")
    until(lambda: not any((home / "spool").iterdir()))
    server.send(rows.drop_columns(["late"]))


def begin(server, until, home, reference, rows):
    """Watch a model until it has broken, and take the incident over; return its number."""
    server.watch(reference)
    send(server, until, home, rows)
    until(lambda: server.closed() >= FIRST - 1)
    number = min(until(lambda: grave(server)))
    token = re.search(r'name="_csrf" value="([^"]+)"', server.client.get("/settings", headers=PAGE).text)[1]
    form, headers = {"_csrf": token, "deed": "acknowledge"}, {**PAGE, "Origin": server.url}
    assert server.client.post(f"/incidents/{number}", data=form, headers=headers).status_code == 200
    assert state(server, number) == "acknowledged"
    fleet = server.client.get("/", headers=PAGE)
    assert (fleet.status_code, "/models/flights" in fleet.text) == (200, True)
    model = server.client.get("/models/flights", headers=PAGE)
    assert (model.status_code, "delay" in model.text) == (200, True)
    return number


def go_on(server, until, home, number, rows):
    """Find all as it was, and watch on."""
    assert server.closed() >= FIRST - 1
    assert state(server, number) == "acknowledged"
    send(server, until, home, rows)
    until(lambda: server.closed() >= DAYS - 1)
    assert state(server, number) == "acknowledged"
    assert server.client.get("/models/flights", headers=PAGE).status_code == 200


def grave(server):
    """Return the numbers of open incidents that call for action."""
    found = server.client.get("/v1/incidents?only=open").json()
    return [one["number"] for one in found if one["level"] == "act"]


def state(server, number):
    return server.client.get(f"/v1/incidents/{number}").json()["state"]


@pytest.mark.slow
def test_on_postgresql_a_server_concludes_what_it_concludes_on_sqlite(
    postgres, serve, launch, make, until, start, concluded, same, tmp_path
):
    url = postgres.replace("postgresql://", "postgresql+psycopg://")
    reference, rows = make(30, start=start - 40 * DAY, seed=3), make(DAYS, start=start, broken_from=BROKEN)
    early, late = rows.slice(0, cut := first_of(rows, start + FIRST * DAY)), rows.slice(cut)

    home, calm = tmp_path / "home", tmp_path / "calm"
    server = launch("--database", url)
    number = begin(server, until, home, reference, early)
    assert server.end() in (0, -signal.SIGTERM)
    assert not (home / "meta.sqlite").exists()
    other = serve(home, database=url)
    go_on(other, until, home, number, late)
    other.stop()

    first = serve(calm)
    number = begin(first, until, calm, reference, early)
    first.stop()
    second = serve(calm)
    go_on(second, until, calm, number, late)
    second.stop()
    same(concluded(calm), concluded(home, database=url))


def first_of(rows, moment):
    """Return the number of rows before a moment; rows are in order of days."""
    return sum(at.timestamp() * 1e6 < moment for at in rows["left_at"].to_pylist())
