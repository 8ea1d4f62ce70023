"""Forks, spawns, kills and ends of processes: each row is sent once, by somebody."""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="forks and signals"),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),  # that it works is what is tested
]


#: The end of a program that tells how many seconds the end took: two are meant, and a request may take ten.
TIMED = """
import atexit
start = time.monotonic()
atexit._run_exitfuncs()
print(time.monotonic() - start)
"""


def run(code, stub, tmp_path, *, wait=True, timed=False):
    """Run a program that has a logger `log` to the stub."""
    start = f"""
        import os, signal, sys, time
        import vedette as vd
        log = vd.Logger({stub.url!r}, "flights", spool={str(tmp_path / "spool")!r}, interval=0.05)
    """
    program = textwrap.dedent(start) + textwrap.dedent(code) + TIMED * timed
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    if not wait:
        return process
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def test_a_program_that_ends_without_close_loses_nothing(stub, tmp_path):
    code, _, err = run("for i in range(3000): log.prediction(str(i), {'x': i})", stub, tmp_path)
    assert (code, err) == (0, "")
    assert sorted(map(int, stub.ids())) == list(range(3000))


def test_a_program_that_ends_while_the_server_is_down_leaves_its_rows_to_the_next(
    stub, logger, tmp_path, until
):
    stub.stop()
    code, out, err = run("for i in range(500): log.prediction(str(i))", stub, tmp_path, timed=True)
    assert (code, err) == (0, "")
    assert float(out) < 9
    stub.start()
    log = logger()
    log.prediction("next")
    assert until(lambda: len(stub.ids()) == 501)
    assert log.flush(60)
    assert (log.counts.sent, log.counts.adopted_sent) == (1, 500)
    assert len(set(stub.ids())) == 501


def test_a_program_ends_in_time_though_the_server_hangs(stub, tmp_path):
    answered = threading.Event()
    stub.always = ("held", answered)
    code, out, _ = run(
        """
        log.prediction("a")
        while log.counts.spooled < 1: time.sleep(0.01)
        log.prediction("b")
        """,
        stub,
        tmp_path,
        timed=True,
    )
    answered.set()
    assert code == 0
    assert float(out) < 9
    assert len(list(tmp_path.glob("spool/*/*.arrow"))) == 2


def test_rows_of_a_killed_program_are_adopted(stub, logger, tmp_path):
    stub.always = 503
    process = run(
        """
        for i in range(300): log.prediction(str(i), {"x": i})
        while log.counts.spooled < 300: time.sleep(0.01)
        print("spooled", flush=True)
        time.sleep(60)
        """,
        stub,
        tmp_path,
        wait=False,
    )
    assert process.stdout.readline() == "spooled\n"
    other = logger()
    other._pipeline.outbox.adopt()
    assert other.counts.adopted == 0  # the other lives
    process.kill()
    process.communicate()
    stub.always = None
    other._pipeline.outbox.adopt()
    assert other.counts.adopted == 300
    assert other.flush(60)
    assert sorted(map(int, stub.ids())) == list(range(300))
    assert other.counts.adopted_sent == 300


def test_a_program_killed_at_any_moment_never_sends_a_row_twice_and_loses_only_its_queue(
    stub, logger, tmp_path, until
):
    """The rows that were spooled or sent when it was killed all arrive, once."""
    for n in range(4):
        process = run(
            f"""
            for i in range(100000):
                log.prediction(f"{n}-{{i}}")
                if i % 50 == 0:
                    c = log.counts
                    print(c.sent + c.spooled, flush=True)
                    time.sleep(0.005)
            """,
            stub,
            tmp_path,
            wait=False,
        )
        lines = [process.stdout.readline()]
        end = time.monotonic() + 0.15 * (n + 1)
        while time.monotonic() < end:
            lines.append(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        rest = process.communicate()[0].splitlines()
        safe = int([line for line in [*lines, *rest] if line.strip()][-1])
        log = logger()
        log.prediction("wake")
        assert until(lambda log=log: log.counts.sent == 1 and not log._pipeline.outbox.waiting)
        mine = [i for i in stub.ids() if i.startswith(f"{n}-")]
        assert len(mine) == len(set(mine)) >= safe
        log.close()


def ended(child, seconds=120.0):
    """Return the status of a child; one that hangs is killed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def test_a_forked_child_sends_its_own_rows_and_none_of_its_parent(stub, logger):
    log = logger(interval=30.0)
    for i in range(10):
        log.prediction(f"parent-{i}")
    child = os.fork()
    if not child:
        log.prediction("child")
        done = log.flush(60)
        counts = log.counts
        os._exit(0 if done and counts.sent == counts.logged == 1 else 1)
    assert ended(child) == 0
    assert log.flush(60)
    assert log.counts.sent == log.counts.logged == 10
    assert sorted(stub.ids()) == sorted(["child", *(f"parent-{i}" for i in range(10))])
    assert len(stub.order) == 2


def test_a_child_does_not_keep_its_parents_spool_from_being_adopted(stub, tmp_path, logger):
    stub.always = 503
    process = run(
        """
        log.prediction("parent")
        while log.counts.spooled < 1: time.sleep(0.01)
        child = os.fork()
        if child:
            print(child, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(30)
        """,
        stub,
        tmp_path,
        wait=False,
    )
    child = int(process.stdout.readline())
    process.wait()
    try:
        log = logger()
        log._pipeline.outbox.adopt()
        assert log.counts.adopted == 1
    finally:
        os.kill(child, signal.SIGKILL)
        process.stdout.close()
        process.stderr.close()


def test_a_storm_of_forks(stub, logger):
    log = logger()
    children = []
    for n in range(8):
        log.prediction(f"p{n}")
        child = os.fork()
        if not child:
            for i in range(20):
                log.prediction(f"c{n}-{i}")
            os._exit(0 if log.close(60) else 1)
        children.append(child)
    assert [ended(c) for c in children] == [0] * 8
    assert log.flush(60)
    assert len(stub.ids()) == len(set(stub.ids())) == 8 + 160


def work(log, name):
    log.prediction(name)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_of_multiprocessing_send_what_they_log(stub, logger, method, until):
    log = logger()
    log.prediction("parent")
    context = multiprocessing.get_context(method)
    processes = [context.Process(target=work, args=(log, f"child-{i}")) for i in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    assert log.flush(60)
    assert until(lambda: len(stub.ids()) == 3)
    assert sorted(stub.ids()) == ["child-0", "child-1", "parent"]


def test_a_logger_that_nobody_holds_any_more_sends_what_it_has(stub, tmp_path, until):
    import gc

    import vedette as vd

    log = vd.Logger(stub.url, "flights", spool=tmp_path / "spool", interval=0.05)
    log.prediction("a")
    pipeline = log._pipeline
    del log
    gc.collect()
    assert until(lambda: stub.ids() == ["a"] and pipeline.closed)
    assert until(lambda: list((tmp_path / "spool").iterdir()) == [])
