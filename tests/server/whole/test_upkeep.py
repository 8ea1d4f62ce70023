"""Upkeep forgets what is over and what is too old, and never the audit log."""

import pytest

from vedette.server.upkeep import Keeping, Swept, Upkeep
from vedette.store import accounts, audit, deliveries, models, series, states
from vedette.store.accounts import Session
from vedette.store.database import Database
from vedette.store.series import Piece, SeriesKey

DAY = 86_400_000_000
NOW = 20_000 * DAY
KEY = SeriesKey("m", "1", "psi")


@pytest.fixture
def database(tmp_path):
    found = Database(tmp_path / "meta.sqlite")
    with found.write() as tx:
        models.register(tx, "m", at=0)
        ada = accounts.add_user(tx, "ada", at=0)
        for name, expires in (("over", NOW), ("lasts", NOW + 1)):
            accounts.add_session(tx, Session(name, ada.id, 0, 0, expires, "", ""))
        for age, state in ((40, "sent"), (40, "pending"), (20, "sent")):
            number = deliveries.queue(tx, "s", "{}", at=NOW - age * DAY)
            if state == "sent":
                deliveries.sent(tx, number, at=NOW - age * DAY)
        for age in (500, 100):
            start = NOW - age * DAY
            states.put(tx, "m", "1", start, {"d": b"x"})
            series.put(tx, [start], [Piece(KEY, [("", "")], {"value": [[1.0]]})])
        audit.append(tx, "login", at=0, actor="ada")
    yield found
    found.close()


def test_what_is_over_goes_and_what_may_matter_stays(database):
    upkeep = Upkeep(database, Keeping())
    assert upkeep.step(NOW) == Swept(sessions=1, deliveries=1, states=0)
    assert upkeep.step(NOW) == Swept()
    with database.read() as tx:
        assert accounts.session(tx, "lasts")
        assert [d.id for d in deliveries.due(tx, NOW)] == [2]
        assert len(states.between(tx, "m", "1", 0, NOW)) == 2
        assert len(series.get(tx, KEY)) == 2


def test_numbers_are_kept_as_long_as_their_class_says(database):
    assert Upkeep(database, Keeping(states=365, series=50)).step(NOW).states == 1
    with database.read() as tx:
        assert list(states.between(tx, "m", "1", 0, NOW)) == [NOW - 100 * DAY]
        assert len(series.get(tx, KEY)) == 0
        assert audit.verify(tx).broken is None


def test_the_log_of_the_database_is_written_back(database):
    wal = database.path.with_name(f"{database.path.name}-wal")
    assert wal.stat().st_size > 0
    Upkeep(database, Keeping()).step(NOW)
    assert wal.stat().st_size == 0
