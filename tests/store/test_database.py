"""Transactions, migrations and what cannot be stored, on both databases."""

import sqlite3
import threading

import pytest
import sqlalchemy as sa

from vedette.errors import ConfigError, StateError
from vedette.store import database as module
from vedette.store import migrations, models, settings
from vedette.store.database import Database, address, upsert
from vedette.store.tables import METADATA, schema_version
from vedette.store.tables import settings as table


def put(tx, key, value=1):
    settings.put(tx, key, value, at=0, author="ada")


def test_what_is_written_is_read_after_reopening(where):
    first = Database(where)
    with first.write() as tx:
        put(tx, "language", "zh")
    first.close()
    second = Database(where)
    with second.read() as tx:
        assert settings.get(tx, "language") == "zh"
        assert settings.get(tx, "absent", 3) == 3
    second.close()


def test_an_error_leaves_no_trace(database):
    def broken():
        with database.write() as tx:
            put(tx, "a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    with database.read() as tx:
        assert settings.listing(tx) == {}


def test_a_reader_changes_nothing(database):
    with pytest.raises(sa.exc.DBAPIError), database.read() as tx:
        put(tx, "a")
    with database.write() as tx:
        put(tx, "a")  # the same connection of the pool may write again


def test_a_reader_sees_one_moment_while_others_write(database):
    with database.read() as reader:
        assert settings.listing(reader) == {}
        with database.write() as writer:
            put(writer, "a")
        assert settings.listing(reader) == {}
    with database.read() as reader:
        assert settings.listing(reader) == {"a": 1}


def test_writers_that_read_first_lose_no_update(database):
    """Eight threads add 1 twenty-five times each; a lost update would show as less than 200."""
    with database.write() as tx:
        put(tx, "n", 0)

    def work():
        for _ in range(25):
            with database.write() as tx:
                put(tx, "n", settings.get(tx, "n") + 1)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as tx:
        assert settings.get(tx, "n") == 200


def test_a_second_process_waits_for_its_turn(where):
    """Two engines on one database stand for two processes: neither writes over the other."""
    one, two = Database(where), Database(where)
    with one.write() as tx:
        put(tx, "n", 0)

    def work(database):
        for _ in range(20):
            with database.write() as tx:
                put(tx, "n", settings.get(tx, "n") + 1)

    threads = [threading.Thread(target=work, args=[database]) for database in (one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with two.read() as tx:
        assert settings.get(tx, "n") == 40
    one.close()
    two.close()


def test_a_writer_that_waits_too_long_hears_busy(database, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    with database.write(), pytest.raises(StateError) as error, database.write():
        pass
    assert error.value.code == "store.busy"


def test_another_process_that_holds_sqlite_is_reported_as_busy(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_PRAGMAS", ("busy_timeout = 20", "journal_mode = WAL"))
    database = Database(tmp_path / "meta.sqlite")
    other = sqlite3.connect(tmp_path / "meta.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StateError) as error, database.write():
        pass
    assert error.value.code == "store.busy"
    other.execute("ROLLBACK")
    with database.write() as tx:
        put(tx, "a")
    other.close()
    database.close()


def test_foreign_keys_hold(database):
    with pytest.raises(sa.exc.IntegrityError), database.write() as tx:
        tx.execute(sa.text("INSERT INTO memberships VALUES (17, 'nowhere', 'admin')"))


@pytest.mark.parametrize(
    "text",
    ["nul \x00 byte", "lone \ud800 surrogate", "'; DROP TABLE users; --", "{0.__class__} %s", "中文 😀"],
)
def test_any_text_is_kept(database, text):
    with database.write() as tx:
        models.add_project(tx, "p", title=text, at=0)
    with database.read() as tx:
        (project,) = models.all_projects(tx)
    assert project.title == text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")


def test_upsert_replaces_only_what_it_is_told(database):
    row = {"key": "k", "value": "1", "at": 1, "author": "ada"}
    with database.write() as tx:
        upsert(tx, table, row)
        upsert(tx, table, {**row, "value": "2", "at": 2, "author": "bob"}, replace=["value"])
        upsert(tx, table, {**row, "value": "3"}, replace=[])
        upsert(tx, table, row, replace=[], at=table.c.at + 10)
        upsert(tx, table, [])
        assert tx.execute(sa.select(table)).all() == [("k", "2", 11, "ada")]


def test_opening_twice_migrates_once(where):
    for _ in range(2):
        Database(where).close()
    database = Database(where)
    with database.read() as tx:
        assert tx.execute(sa.select(schema_version.c.version)).scalars().all() == [1]
        assert migrations.version(tx) == len(migrations.STEPS)
    database.close()


def test_steps_run_in_order_once_and_together_or_not_at_all(database):
    seen = []

    def step(name):
        def run(tx):
            seen.append(name)
            tx.execute(sa.text(f"CREATE TABLE {name} (x INTEGER)"))

        return name, run

    def broken(tx):
        raise ZeroDivisionError

    steps = [*migrations.STEPS, step("one"), step("two")]
    with pytest.raises(ZeroDivisionError), database.write() as tx:
        migrations.migrate(tx, [*steps, ("broken", broken)])
    with database.read() as tx:
        assert migrations.version(tx) == 1
        assert not sa.inspect(tx).has_table("one")
    seen.clear()
    for before in (1, 3):
        with database.write() as tx:
            assert migrations.migrate(tx, steps) == (before, 3)
    assert seen == ["one", "two"]


def test_a_newer_database_is_refused_and_left_as_it_is(where):
    database = Database(where)
    with database.write() as tx:
        tx.execute(sa.insert(schema_version), {"version": 99, "name": "of the future", "at": 0})
        put(tx, "a")
    database.close()
    with pytest.raises(StateError) as error:
        Database(where)
    assert error.value.code == "store.newer-database"
    assert "99" in error.value.found


def test_both_databases_have_the_same_tables(database):
    with database.read() as tx:
        assert set(sa.inspect(tx).get_table_names()) == set(METADATA.tables)


@pytest.mark.parametrize(
    ("text", "driver", "name"),
    [
        ("sqlite:////var/lib/x/meta.sqlite", "sqlite+pysqlite", "/var/lib/x/meta.sqlite"),
        ("/var/lib/x/meta.sqlite", "sqlite+pysqlite", "/var/lib/x/meta.sqlite"),
        ("postgresql://ada:s%40crt@db:5433/m", "postgresql+psycopg", "m"),
        ("postgresql+psycopg2://ada@db/m", "postgresql+psycopg", "m"),
    ],
)
def test_addresses(text, driver, name):
    url = address(text)
    assert (url.drivername, url.database) == (driver, name)


def test_an_unknown_database_is_named():
    with pytest.raises(ConfigError) as error:
        address("mysql://root@db/m")
    assert error.value.code == "store.unknown-database"
