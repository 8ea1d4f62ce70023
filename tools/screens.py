"""Takes the pictures of the server's pages that the documentation shows: the year of `make demo`, in chromium.

`python tools/screens.py` fills a folder with `vedette demo flights`, serves its home on a free port of this machine
and photographs the pages as a reader finds them. `--data` names the flights' archive where there is no network,
`--folder` a folder that is kept: filled once, photographed again in seconds. `--only` takes one of the pictures.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from vedette.cli.watching import Served

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

IMAGES = Path(__file__).parents[1] / "docs" / "images"
#: Most bytes of a picture; pixels of its width, and below the last part that it shows.
LIMIT, WIDTH, MARGIN = 250_000, 1280, 16
#: Slices of the year that the fleet has beside the whole of it.
SLICES = 7
#: Seconds that the server may take to judge them.
PATIENCE = 600.0
YEAR = "/models/flights?span=all"


class Screen(NamedTuple):
    """One picture: a page down to the end of one of its parts; `follow` is a link to go on by first."""

    name: str
    path: str
    until: str
    lang: str = "en"
    follow: str = ""


SCREENS = (
    Screen("model", YEAR, "#lanes"),
    Screen("model.zh-CN", YEAR, "#lanes", lang="zh"),
    Screen("incident", YEAR, "#causes li:first-child", follow="section.verdict a.first"),
    Screen("fleet", "/?span=all", "table.fleet"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures; 1 when one is too large."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="the flights' archive")
    parser.add_argument("--folder", type=Path, help="the demo's folder, kept and used again")
    parser.add_argument("--only", choices=[screen.name for screen in SCREENS])
    asked = parser.parse_args(arguments)
    chosen = [screen for screen in SCREENS if asked.only in (None, screen.name)]
    with contextlib.ExitStack() as stack:
        folder = asked.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        home = folder / "flights" / "home"
        if not home.exists():
            fill(folder, home, asked.data)
        url, context = stack.enter_context(serving(home)), stack.enter_context(browsing())
        taken = [take(context, url, screen) for screen in chosen]
    return int(any(size > LIMIT for size in taken))


def fill(folder: Path, home: Path, data: Path | None) -> None:
    """Let the demo fill a home, and end the server that it leaves running."""
    demo = f"-m vedette.cli.main demo flights --port 0 --models {SLICES + 1}".split()
    where = ["--out", str(folder), *(["--data", str(data)] if data else [])]
    try:
        subprocess.run(
            [sys.executable, *demo, *where], stdin=subprocess.DEVNULL, stdout=sys.stderr, check=True
        )
    finally:
        release(home)


def release(home: Path) -> None:
    """End the server that holds a home, by the number in its lock, and wait until it has let go."""
    if not (home / "lock").exists():
        return
    with (home / "lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.kill(int(lock.read()), signal.SIGTERM)
            fcntl.flock(lock, fcntl.LOCK_EX)


@contextlib.contextmanager
def serving(home: Path) -> Iterator[str]:
    """Serve a home on a free port of this machine meanwhile; its address."""
    server = Served(home)
    try:
        server.until_ready()
        until_judged(server.url)
        yield server.url
    finally:
        server.stop()


def until_judged(url: str) -> None:
    """Wait until no window of any model waits for its evaluation."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with urllib.request.urlopen(f"{url}/metrics", timeout=60) as reply:  # noqa: S310 - our own address
            if b"\nvedette_windows_waiting 0.0\n" in reply.read():
                return
        time.sleep(0.5)
    raise TimeoutError(f"windows still wait after {PATIENCE:.0f} s")


@contextlib.contextmanager
def browsing() -> Iterator[BrowserContext]:
    """Run Debian's chromium meanwhile: light, and without movement."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        chromium = started.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        context = chromium.new_context(
            viewport={"width": WIDTH, "height": 800}, color_scheme="light", reduced_motion="reduce"
        )
        context.set_default_timeout(90_000)  # for a machine that is busy with other things
        yield context
        chromium.close()


def take(context: BrowserContext, url: str, screen: Screen) -> int:
    """Take one picture; its bytes."""
    context.add_cookies([{"name": "vd_lang", "value": screen.lang, "url": url}])
    page = context.new_page()
    page.goto(url + screen.path)
    if screen.follow:
        page.click(screen.follow)
        page.wait_for_load_state()
    size = photograph(page, screen.until, IMAGES / f"{screen.name}.png")
    page.close()
    print(f"  docs/images/{screen.name}.png  {size / 1000:.0f} kB{'  too large' * (size > LIMIT)}")
    return size


def photograph(page: Page, until: str, file: Path) -> int:
    """Write a page down to the end of a part of it, its charts drawn, as PNG; its bytes."""
    if page.query_selector(".chart[data-spec]"):
        page.wait_for_selector("html[data-drawn=all]")
    box = page.locator(until).first.bounding_box()
    assert box is not None, f"the page has no {until}"
    height = box["y"] + box["height"] + MARGIN
    picture = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": height})
    file.write_bytes(picture)
    return len(picture)


if __name__ == "__main__":
    sys.exit(main())
