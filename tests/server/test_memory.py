"""The memory of a server: the allocator is chosen before Arrow is loaded, and what is free goes back."""

import os
import platform
import subprocess
import sys

import pytest

from vedette.server.ingest import service
from vedette.server.ingest.service import IngestService
from vedette.server.memory import give_back
from vedette.store.home import Home

#: What `vedette serve` does before it serves.
SERVE = """
import click
from vedette.cli.main import main
import vedette.server.memory

def chosen():
    steady()
    import pyarrow
    raise SystemExit("allocator " + pyarrow.default_memory_pool().backend_name)

steady, vedette.server.memory.steady = vedette.server.memory.steady, chosen
main(["serve", "--home", "unused"])
"""
#: Threads that free almost everything, but for a little that lies above it.
THREADS = """
from pathlib import Path
from threading import Thread
from vedette.server.memory import give_back, steady

steady()
import pyarrow as pa

kept = []

def work():
    some = [pa.allocate_buffer(16_000) for _ in range(4000)]
    kept.append(pa.allocate_buffer(100))

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

before = megabytes()
threads = [Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
after = megabytes()
give_back()
print(after - before, megabytes() - before)
"""


@pytest.mark.parametrize(("wanted", "found"), [(None, "system"), ("mimalloc", "mimalloc")])
def test_a_server_takes_the_allocator_of_the_system_unless_told(wanted, found):
    environment = {k: v for k, v in os.environ.items() if k != "ARROW_DEFAULT_MEMORY_POOL"}
    if wanted:
        environment["ARROW_DEFAULT_MEMORY_POOL"] = wanted
    done = subprocess.run(
        [sys.executable, "-c", SERVE],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr.strip().endswith(f"allocator {found}"), done.stderr


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators give back in their own time")
def test_what_threads_freed_goes_back():
    done = run(THREADS, {k: v for k, v in os.environ.items() if k != "ARROW_DEFAULT_MEMORY_POOL"})
    held, left = map(float, done.stdout.split())
    assert held > 30, done.stderr
    assert left < held / 3


def test_a_server_gives_back_every_minute(tmp_path, monkeypatch):
    planned = []
    monkeypatch.setattr(service, "WriterLoop", lambda _, chores: planned.extend(chores))
    with Home(tmp_path) as home:
        made = IngestService(home, committed=lambda _: None, profiles=lambda _: None)
        made.spool.close()
    assert {chore.act: chore.every for chore in planned}[give_back] == 60


def run(code, environment):
    """Run some lines as a process of their own."""
    return subprocess.run(
        [sys.executable, "-c", code], check=False, env=environment, capture_output=True, text=True, timeout=60
    )
