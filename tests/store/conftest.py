"""A database of each kind: every test that takes `database` runs on SQLite and on PostgreSQL."""

import pytest

from vedette.store.database import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request, tmp_path):
    """Where a new, empty database is: a file, or a URL."""
    return tmp_path / "meta.sqlite" if request.param == "sqlite" else request.getfixturevalue("postgres")


@pytest.fixture
def database(where):
    opened = Database(where)
    yield opened
    opened.close()
