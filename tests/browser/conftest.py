"""Debian's chromium without a screen, and the sample pages of tests/views."""

from __future__ import annotations

import html
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

#: Runs in the page under test once its charts are drawn, and leaves what it saw in the page that holds the frame.
PROBE = """
new MutationObserver(() => {
  const root = document.documentElement, seen = parent.document.body.dataset;
  const svgs = [...document.querySelectorAll(".chart svg")];
  seen.title = document.title;
  seen.drawn = svgs.length;
  const open = [...document.querySelectorAll(".chart")].filter((chart) => !chart.closest("details.folded"));
  seen.failed = open.filter((chart) => !chart.querySelector("svg")).length;
  seen.overflow = root.scrollWidth - root.clientWidth;
  seen.widest = Math.max(...svgs.map((svg) => svg.getBoundingClientRect().right - root.clientWidth));
  seen.ground = getComputedStyle(root).backgroundColor;
  seen.line = getComputedStyle(document.querySelector(".mark-line path")).stroke;
  seen.fetched = performance.getEntriesByType("resource").map((entry) => entry.name).join(" ");
}).observe(document.documentElement, { attributes: true, attributeFilter: ["data-drawn"] });
"""


#: What axe finds wrong with a page: rule and first element.
AXE = """axe.run(document, {resultTypes: ['violations']})
    .then(found => found.violations.map(one => one.id + ' ' + one.nodes[0].target))"""


class Seen(NamedTuple):
    """What the probe saw, what the browser complained about, and the file of the picture."""

    found: dict[str, str]
    complaints: list[str]


class Browser:
    """One run of chromium a page."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def see(self, page: str, width: int = 1280, *, dark: bool = False) -> Seen:
        """Show a page in a frame of the given width, and return what was seen."""
        inside, end, after = page.rpartition("</body>")
        inner = f"{inside}<script>{PROBE}</script>{end}{after}"
        frame = f'<iframe style="width: {width}px; height: 900px; border: 0" srcdoc="{html.escape(inner)}"></iframe>'
        file = self.folder / "page.html"
        file.write_text(f"<!DOCTYPE html><body>{frame}</body>", encoding="utf-8")
        done = subprocess.run(
            [*self.command(dark=dark), "--dump-dom", file.as_uri()],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        body = re.search(r"<body([^>]*)>", done.stdout)
        assert body is not None, done.stderr[-2000:]
        found = dict(re.findall(r'data-(\w+)="([^"]*)"', body[1]))
        complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        return Seen({key: html.unescape(value) for key, value in found.items()}, complaints)

    def command(self, *, dark: bool) -> list[str]:
        """Return the command line: a profile of its own, nothing that calls home, no name that resolves."""
        profile = f"--user-data-dir={self.folder / 'profile'}"
        quiet = ["--disable-background-networking", "--disable-sync", "--no-first-run", "--disable-gpu"]
        offline = "--host-resolver-rules=MAP * ~NOTFOUND"
        scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
        patient = ["--virtual-time-budget=60000", "--enable-logging=stderr"]
        return ["chromium", "--headless", "--no-sandbox", profile, *quiet, offline, scheme, *patient]


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    """Return the browser, or skip where there is none."""
    if shutil.which("chromium") is None:
        pytest.skip("chromium is not installed")
    return Browser(tmp_path)


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
def samples() -> ModuleType:
    """Return the sample pages."""
    path = Path(__file__).parents[1] / "views" / "samples.py"
    spec = importlib.util.spec_from_file_location("view_samples", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
