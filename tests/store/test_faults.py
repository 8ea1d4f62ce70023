"""kill -9 at every named step and at random moments: what was acknowledged is in the lake, once.

Each kill is of a real process (`benchmarks/faults.py`); nothing is random but the moment of the random kills, and
the promise holds at every moment.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from vedette.store.faults import STEPS

HARNESS = Path(__file__).parents[2] / "benchmarks" / "faults.py"


def run(*arguments):
    done = subprocess.run([sys.executable, HARNESS, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
def test_a_kill_at_any_step_loses_and_doubles_nothing():
    code, printed = run("--steps")
    assert code == 0, printed
    assert printed.count("equal") == len(STEPS)


@pytest.mark.slow
def test_random_kills_lose_and_double_nothing():
    code, printed = run("--quick", "10")
    assert code == 0, printed
    assert printed.startswith("10 random kills")
