"""Debian's chromium without a screen, and the sample pages of tests/views."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

#: What a page looks like once its charts are drawn.
PROBE = """() => {
  const root = document.documentElement, svgs = [...document.querySelectorAll(".chart svg")];
  const open = [...document.querySelectorAll(".chart")].filter((chart) => !chart.closest("details.folded"));
  return {
    title: document.title,
    drawn: svgs.length,
    failed: open.filter((chart) => !chart.querySelector("svg")).length,
    overflow: root.scrollWidth - root.clientWidth,
    widest: Math.max(...svgs.map((svg) => svg.getBoundingClientRect().right - root.clientWidth)),
    ground: getComputedStyle(root).backgroundColor,
    line: getComputedStyle(document.querySelector(".mark-line path")).stroke,
    fetched: performance.getEntriesByType("resource").map((entry) => entry.name).join(" "),
  };
}"""

#: What axe finds wrong with a page: rule and first element.
AXE = """axe.run(document, {resultTypes: ['violations']})
    .then(found => found.violations.map(one => one.id + ' ' + one.nodes[0].target))"""


class Seen(NamedTuple):
    """What the probe saw, and what the browser complained about."""

    found: dict[str, Any]
    complaints: list[str]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Yield a running chromium that a test opens tabs in, or skip where there is none."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield running
        running.close()


@pytest.fixture
def see(chromium: Any, tmp_path: Path) -> Callable[..., Seen]:
    """Return what shows a page from a file, without a network, and tells what was seen."""

    def shown(page: str, width: int = 1280, *, dark: bool = False) -> Seen:
        file = tmp_path / "page.html"
        file.write_text(page, encoding="utf-8")
        scheme = "dark" if dark else "light"
        size = {"width": width, "height": 900}
        with contextlib.closing(chromium.new_context(viewport=size, color_scheme=scheme)) as context:
            context.set_offline(True)
            context.set_default_timeout(90_000)
            tab, complaints = context.new_page(), list[str]()

            def refused(dialog: Any) -> None:
                complaints.append(dialog.message)
                dialog.dismiss()

            tab.on("console", lambda message: complaints.append(message.text))
            tab.on("pageerror", lambda error: complaints.append(str(error)))
            tab.on("dialog", refused)
            tab.goto(file.as_uri())
            tab.wait_for_selector("html[data-drawn=all]")
            return Seen(tab.evaluate(PROBE), complaints)

    return shown


@pytest.fixture(scope="module")
def axe() -> Callable[[Any], list[str]]:
    """Return what finds the violations of a page of playwright."""
    package = pytest.importorskip("axe_playwright_python")
    script = (Path(package.__file__).parent / "axe.min.js").read_text("utf-8")

    def violations(page: Any) -> list[str]:
        page.evaluate(script)
        found: list[str] = page.evaluate(AXE)
        return found

    return violations


@pytest.fixture(scope="session")
def until() -> Callable[..., None]:
    """Return what waits until something holds in a page: the policy of our pages forbids playwright's own waiting."""

    def waiting(page: Any, condition: str, seconds: float = 90.0) -> None:
        end = time.monotonic() + seconds
        while not holds(page, condition):
            assert time.monotonic() < end, condition
            page.wait_for_timeout(50)

    def holds(page: Any, condition: str) -> bool:
        try:
            return bool(page.evaluate(condition))
        except Exception as error:
            if "context was destroyed" not in str(error):
                raise
            return False  # it is on its way to the next page

    return waiting


@pytest.fixture(scope="session")
def samples() -> ModuleType:
    """Return the sample pages."""
    path = Path(__file__).parents[1] / "views" / "samples.py"
    spec = importlib.util.spec_from_file_location("view_samples", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
