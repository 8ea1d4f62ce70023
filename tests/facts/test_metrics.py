"""Every registered metric keeps every fact, and has an oracle; a new one is found by its file or entry point."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from vedette import registry
from vedette.errors import UnknownNameError
from vedette.metrics.base import Metric, metric
from vedette.testing import facts

GOLDEN = Path(__file__).parents[1] / "golden"
METRICS = registry.names("metric")


@pytest.mark.parametrize("fact", facts.FACTS)
@pytest.mark.parametrize("name", METRICS)
def test_fact(name: str, fact: str):
    """The fact holds for the metric."""
    facts.check(registry.load("metric", name), fact)


@pytest.mark.parametrize("name", METRICS)
def test_unknown_parameter_is_refused(name: str):
    """A parameter that does not exist is an error that names those that do."""
    with pytest.raises(UnknownNameError, match=r"metric\.unknown-parameter"):
        metric(name, no_such_parameter=1)


@pytest.mark.parametrize("name", METRICS)
def test_name_is_the_file(name: str):
    """A metric carries the name that it is registered under."""
    assert registry.load("metric", name)().name == name
    assert issubclass(registry.load("metric", name), Metric)


def test_every_metric_has_an_oracle():
    """Each name stands in the ``ORACLES`` of some file of tests/golden, and each of these is a metric."""
    found = {name for path in GOLDEN.glob("test_*.py") for name in _oracles(path)}
    assert sorted(set(METRICS) - found) == []
    assert sorted(found - set(METRICS)) == []


def _oracles(path: Path) -> list[str]:
    """Return the names of a file, from its module where the tests of it are run too: each draws data."""
    if (known := sys.modules.get(f"tests.golden.{path.stem}")) is not None:
        return list(getattr(known, "ORACLES", ()))
    spec = importlib.util.spec_from_file_location(f"golden_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return list(getattr(module, "ORACLES", ()))
