"""The pages of every scenario, asked for as a browser does."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from litestar.testing import TestClient


def load(name):
    """Return a module of the folder above: tests are no package."""
    spec = importlib.util.spec_from_file_location(f"server_{name}", Path(__file__).parents[1] / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where annotations of handlers are looked up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def preview():
    return load("preview")


@pytest.fixture(scope="session")
def samples():
    return load("samples")


@pytest.fixture
def client(preview):
    """Return a function that opens a scenario."""
    opened = []

    def open_(scenario="broken", **options):
        made = TestClient(preview.app(scenario, **options))
        opened.append(made)
        return made.__enter__()

    yield open_
    for made in opened:
        made.__exit__(None, None, None)
