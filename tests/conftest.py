"""A PostgreSQL server of our own, for tests that ask for one; what thousands of tests do faster together."""

import gc
import os
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

import pytest

POSTGRES = Path("/usr/lib/postgresql/15/bin")


def pytest_collection_finish():
    """Keep the thousands of tests and modules that stay to the end out of every later collection of garbage."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure():
    """Let them go at the end, as libraries that look for what is left over expect."""
    gc.unfreeze()


def run(command):
    """Run a command without root, which PostgreSQL refuses."""
    before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*before, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/")


@pytest.fixture(scope="session")
def postgres_server():
    """A PostgreSQL server of our own on a unix socket: the URL of its database."""
    if not (POSTGRES / "initdb").exists():
        pytest.skip(f"PostgreSQL 15 is not installed: {POSTGRES} does not exist")
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        pytest.skip("PostgreSQL refuses root, and there is no runuser to become somebody else")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if os.geteuid() == 0:
        import pwd

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
def postgres(postgres_server):
    """The URL of an empty schema in that server: a database of its own, as far as the store can see."""
    import psycopg

    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield f"{postgres_server}&options=-csearch_path%3D{name}"
        connection.execute(f"DROP SCHEMA {name} CASCADE")
