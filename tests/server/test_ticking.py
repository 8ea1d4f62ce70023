"""Work that comes round: it goes on after failures and ends when asked."""

import logging
import threading

import pytest

from vedette.server import ticking
from vedette.server.ticking import Ticker


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    monkeypatch.setattr(ticking, "PAUSE", 0.01)
    logging.getLogger("vedette.server").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("vedette.server").setLevel(logging.NOTSET)


def test_a_failure_is_counted_and_the_work_goes_on():
    done = threading.Event()
    calls = []

    def step(now):
        calls.append(now)
        if len(calls) < 3:
            raise OSError("disk full")
        done.set()

    ticker = Ticker("work", step, every=10)
    ticker.start()
    assert done.wait(60)
    assert ticker.stop()
    assert ticker.failures == 2
    assert ticker.error == ""
    assert ticker.last >= calls[-1]


def test_busy_work_is_not_kept_waiting():
    left = iter([True, True, False])
    done = threading.Event()

    def step(_):
        more = next(left, None)
        if more is None or not more:
            done.set()
        return bool(more)

    ticker = Ticker("work", step, every=60)
    ticker.start()
    assert done.wait(30), "the next turn would come after a minute"
    assert ticker.stop()


def test_it_is_woken():
    calls = threading.Semaphore(0)
    ticker = Ticker("work", lambda _: calls.release(), every=60)
    ticker.start()
    assert calls.acquire(timeout=30)
    assert not calls.acquire(timeout=0.05)
    ticker.wake()
    assert calls.acquire(timeout=30)
    assert ticker.stop()


def test_work_that_hangs_is_neither_waited_for_nor_called_alive():
    hold = threading.Event()
    ticker = Ticker("work", lambda _: hold.wait(60), every=1)
    ticker.start()
    assert not ticker.alive(ticking.microseconds())
    assert not ticker.stop(patience=0.05)
    hold.set()
    assert ticker.stop()
