"""The order of a fleet by a number that its lines show, of which few windows are read."""

from __future__ import annotations

import math

import pytest

from vedette.server.evaluation.baselines import REFERENCE
from vedette.server.pages.fleet import FleetQuery
from vedette.server.pages.visit import Visit
from vedette.server.settings import Settings
from vedette.server.showing.pages import StorePages
from vedette.server.station import Station
from vedette.store import models, series, settings, windows
from vedette.store.models import BaselineEntry
from vedette.store.series import Piece, SeriesKey
from vedette.store.windows import StoredWindow

DAY = 86_400_000_000
START = 19_700 * DAY
NAN = math.nan
#: Rows and F1 of ten days, the last of which is still open; what the reference had.
FLEET = {
    "steady": (10, [0.8] * 10, 0.8),
    "falling": (30, [0.8] * 5 + [0.6] * 5, 0.8),
    "fell long ago": (20, [0.8, 0.8, 0.8, 0.5] + [NAN] * 6, 0.8),
    "open": (40, [0.8] * 9 + [0.1], 0.75),
    "without a reference": (50, [0.8] * 10, None),
    "without labels": (5, [NAN] * 10, 0.8),
}


@pytest.fixture
def pages(tmp_path):
    station = Station(Settings(home=tmp_path / "home"))
    starts = [START + at * DAY for at in range(10)]
    with station.database.write() as tx:
        for name, (rows, values, before) in FLEET.items():
            models.register(tx, name, at=START)
            models.change(tx, name, task="binary")
            models.saw_rows(tx, name, "1", first=START, last=starts[-1], rows=10 * rows)
            models.add_baseline(tx, BaselineEntry(f"of {name}", name, None, START, ""))
            if before is not None:
                settings.put(tx, f"{REFERENCE}of {name}", {"f1": before}, at=START, author="ada")
            windows.put(
                tx,
                [
                    StoredWindow(name, "1", at, at + DAY, str(at), rows=rows, closed=at < starts[-1])
                    for at in starts
                ],
            )
            fields = {"value": [[value] for value in values]}
            series.put(tx, starts, [Piece(SeriesKey(name, "1", "f1"), [("", "")], fields)])
    yield StorePages(station)
    station.database.close()
    station.home.close()


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("volume", ["without labels", "steady", "fell long ago", "falling", "open", "without a reference"]),
        (
            "performance",
            ["fell long ago", "falling", "steady", "open", "without a reference", "without labels"],
        ),
    ],
)
def test_lines_stand_in_the_order_of_their_numbers(pages, sort, expected, descending):
    visit = Visit(user="ada", role="viewer", projects=None)
    query = FleetQuery(sort=sort, descending=descending, span="all")
    lines = pages.fleet(visit, query).rows
    assert [row.name for row in lines] == (expected[::-1] if descending else expected)
    shown = {row.name: (row.rows, row.now) for row in lines}
    assert shown["fell long ago"] == (180, 0.5)
    assert shown["open"] == (360, 0.8)
    assert shown["without labels"] == (45, None)
