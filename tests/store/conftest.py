"""A database of each kind: every test that takes `database` runs on SQLite and on PostgreSQL."""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

import pytest

from vedette.store.database import Database

POSTGRES = Path("/usr/lib/postgresql/15/bin")


def run(command):
    """Run a command without root, which PostgreSQL refuses."""
    before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*before, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/")


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL server of our own on a unix socket: the URL of its database."""
    if not (POSTGRES / "initdb").exists():
        pytest.skip(f"PostgreSQL 15 is not installed: {POSTGRES} does not exist")
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        pytest.skip("PostgreSQL refuses root, and there is no runuser to become somebody else")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if os.geteuid() == 0:
        os.chown(folder, *pwd.getpwnam("postgres")[2:4])
    data = folder / "data"
    run([POSTGRES / "initdb", "-D", data, "-U", "vedette", "-A", "trust", "-E", "UTF8", "--no-sync"])
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    run([POSTGRES / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"])
    try:
        yield f"postgresql://vedette@/postgres?host={folder}"
    finally:
        run([POSTGRES / "pg_ctl", "-D", data, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(server):
    """The URL of an empty schema in it: a database of its own, as far as the store can see."""
    import psycopg

    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield f"{server}&options=-csearch_path%3D{name}"
        connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request, tmp_path):
    """Where a new, empty database is: a file, or a URL."""
    return tmp_path / "meta.sqlite" if request.param == "sqlite" else request.getfixturevalue("postgres")


@pytest.fixture
def database(where):
    opened = Database(where)
    yield opened
    opened.close()
