"""`make new` writes skeletons that pass every check but their own oracle."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FAMILIES = sorted(path.parent.name for path in (ROOT / "src/vedette/metrics").glob("*/__init__.py"))
NAMES = [
    *(("metric", f"{family}/brand_new_{family}") for family in FAMILIES),
    ("summary", "brand_new"),
    ("rule", "brand_new"),
    ("source", "brand_new"),
]

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run of a command in a copy of the house."""
    house = tmp_path_factory.mktemp("house")
    for name in ("src", "tools", "tests/laws", "tests/facts", "tests/golden"):
        shutil.copytree(ROOT / name, house / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", house)
    environment = {**os.environ, "PYTHONPATH": str(house / "src")}

    def command(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, cwd=house, env=environment, capture_output=True, text=True, check=False)

    return command


@pytest.fixture(scope="module")
def written(run: Run) -> list[str]:
    """One new file of each kind, and one metric of each family."""
    done = [run(sys.executable, "tools/new.py", *words) for words in NAMES]
    assert [made.stderr for made in done if made.returncode] == []
    return [made.stdout.split()[0] for made in done]


@pytest.mark.parametrize("check", [["check"], ["format", "--check"]])
def test_style(run: Run, written: list[str], check: list[str]):
    """The files are in style and formatted."""
    done = run(str(Path(sys.executable).with_name("ruff")), *check, *written)
    assert done.returncode == 0, done.stdout


def test_laws_and_facts(run: Run, written: list[str]):
    """The suites find the files, which keep every law and fact; their examples run."""
    suites = ["tests/laws/test_summaries.py", "tests/facts/test_metrics.py"]
    done = run(sys.executable, "-m", "pytest", "-q", "-k", "brand_new", *suites, *written)
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["metric", "drift/CamelCase"], "snake_case"),
        (["metric", "lonely"], "has no family"),
        (["rule", "drift/rule"], "has no family"),
        (["summary", "moments"], "exists"),
        (["gadget", "name"], "Usage"),
    ],
)
def test_says_what_is_wrong(run: Run, words: list[str], complaint: str):
    """A name that cannot be is refused in words."""
    done = run(sys.executable, "tools/new.py", *words)
    assert done.returncode == 1
    assert complaint in done.stderr
