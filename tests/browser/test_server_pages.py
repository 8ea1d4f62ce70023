"""The server's pages in a browser: silent, accessible, inside the screen, reachable by keyboard, zoomed together."""

from __future__ import annotations

import importlib.util
import json
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from vedette.server.pages.addresses import feature, model
from vedette.server.pages.filters import unbroken

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = ("fleet", "model", "incident", "feature", "segments", "versions", "data", "monitor", "training", "settings",
         "login", "setup")  # fmt: skip
UNDRAWN = (
    "[...document.querySelectorAll('.chart')].filter(c => !c.querySelector('svg:not(.skeleton)')).length"
)
MISSED = """[...document.querySelectorAll('main button, main summary, main a[href]')]
    .filter(e => e.checkVisibility() && !e.dataset.seen).map(e => e.textContent)"""
WRITTEN = "async e => { while (!e.value.includes('2 per week')) await new Promise(r => setTimeout(r, 20)); }"
SHIFT = """new Promise(done => {
    const sum = list => list.getEntries().reduce((total, entry) => total + entry.value, 0);
    new PerformanceObserver(list => done(sum(list))).observe({type: 'layout-shift', buffered: true});
    setTimeout(() => done(0), 500);
})"""


DATED = (
    "Accuracy went from 90.1% to 87.3% since 2013-12-30: humid is missing.",
    "自 2013-12-30 起，准确率从 90.1% 变为 87.3%：自 2013-12-29 14:00 起缺失。",
)
#: Ranges of the dates of an element, and on how many lines one lies.
LINES = """function* dates(e) {
    const walk = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode())
        for (const found of node.data.matchAll(/\\d{4}-\\d\\d-\\d\\d( \\d\\d:\\d\\d)?/g)) {
            const range = document.createRange();
            range.setStart(node, found.index); range.setEnd(node, found.index + found[0].length);
            yield range;
        }
}
const lines = range => new Set([...range.getClientRects()].map(box => Math.round(box.top))).size;"""


def load(name):
    path = Path(__file__).parents[1] / "server" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"browser_{name}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where annotations of handlers are looked up
    spec.loader.exec_module(module)
    return module


def address(page, sample):
    name = sample.names[0]
    inside = {key: f"{model(name)}/{key}" for key in ("segments", "versions", "data", "monitor")}
    return {"fleet": "/", "model": model(name), "incident": "/incidents/42",
            "feature": feature(name, sample.features[0]), **inside}.get(page, f"/{page}")  # fmt: skip


@pytest.fixture(scope="module")
def served():
    """Return a function that serves a scenario and returns its address."""
    import uvicorn

    running = {}

    def serve(scenario="broken", **options):
        key = (scenario, *options.items())
        if key not in running:
            ear = socket.socket()
            ear.bind(("127.0.0.1", 0))
            server = uvicorn.Server(
                uvicorn.Config(load("preview").app(scenario, **options), log_level="error")
            )
            thread = threading.Thread(target=server.run, kwargs={"sockets": [ear]}, daemon=True)
            thread.start()
            while not server.started:
                time.sleep(0.02)
            running[key] = (server, thread, f"http://127.0.0.1:{ear.getsockname()[1]}")
        return running[key][2]

    yield serve
    for server, thread, _ in running.values():
        server.should_exit = True
        thread.join(10)


class View:
    """One tab: what the browser complained of, and the page."""

    def __init__(self, chromium, url, path, width=1280, lang="en", scheme="light"):
        self.context = chromium.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
        )
        self.context.set_default_timeout(90_000)  # for a machine that is busy with other things
        self.context.add_cookies([{"name": "vd_lang", "value": lang, "url": url}])
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(url + path)
        if self.page.query_selector(".chart[data-spec]"):
            self.page.wait_for_selector("html[data-drawn=all]")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def overflow(self):
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("scheme", "lang", "width"), [("light", "en", 1280), ("dark", "zh", 360)])
def test_page(chromium, served, axe, page, scheme, lang, width):
    """No complaint, nothing beyond the screen, every chart drawn, no violation that axe knows."""
    url, sample = served("broken"), load("samples").Sample("broken")
    with View(chromium, url, address(page, sample), width, lang, scheme) as view:
        assert view.complaints == []
        assert view.overflow() == 0
        assert view.page.evaluate(UNDRAWN) == 0
        assert axe(view.page) == []


@pytest.mark.parametrize("scenario", ["hostile", "long", "empty"])
@pytest.mark.parametrize("page", ["fleet", "model", "incident", "data", "settings"])
def test_narrow_screen_with_any_name(chromium, served, scenario, page):
    """360 px wide, names that no layout expects: nothing sticks out, nothing runs."""
    url, sample = served(scenario), load("samples").Sample(scenario)
    with View(chromium, url, address(page, sample), 360) as view:
        assert view.overflow() == 0
        assert view.page.title().endswith("vedette")
        assert [c for c in view.complaints if "404" not in c] == []


def test_keyboard_reaches_everything(chromium, served):
    """Skip link first; rows by j and k; the palette by /; Escape gives the place back."""
    with View(chromium, served("broken"), "/") as view:
        page = view.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("j")
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.textContent") == "credit-risk"
        page.keyboard.press("/")
        page.wait_for_selector("#palette[open] li")
        page.keyboard.type("chu")
        page.wait_for_selector("#palette li:only-child")
        page.keyboard.press("Enter")
        page.wait_for_url("**/models/churn")
        assert view.complaints == []


def test_every_control_can_be_focused_and_is_seen(chromium, served):
    """Tab passes every link and button once, each with an outline."""
    with View(chromium, served("broken"), "/incidents/42") as view:
        page, seen = view.page, set()
        for _ in range(80):
            page.keyboard.press("Tab")
            found = page.evaluate("(() => { const e = document.activeElement; e.dataset.seen = 1;"
                                  " return [e.tagName, getComputedStyle(e).outlineStyle]; })()")  # fmt: skip
            assert found[0] == "BODY" or found[1] != "none", found
            seen.add(found[0])
        missed = page.evaluate(MISSED)
        assert missed == []
        assert {"A", "BUTTON", "SUMMARY", "TEXTAREA"} <= seen


def test_brushing_one_chart_zooms_all(chromium, served, until):
    """The part of the time axis is in the address, and comes back with it."""
    with View(chromium, served("broken"), "/models/flights") as view:
        page = view.page
        labels = (
            "[...document.querySelectorAll('#lanes .role-axis-label text')].map(e => e.textContent).join()"
        )
        before = page.evaluate(labels)
        box = page.query_selector("#performance .chart svg").bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 60, steps=5)
        page.mouse.up()
        page.wait_for_selector("#show-all:not([hidden])")
        until(page, f"{labels} !== {json.dumps(before)}")
        zoomed, first = page.url, page.evaluate(labels)
        assert "zoom=" in zoomed
        page.goto(zoomed)
        page.wait_for_selector("html[data-drawn=all]")
        until(page, f"{labels} === {json.dumps(first)}")
        page.click("#show-all")
        assert "zoom=" not in page.url
        assert view.complaints == []


@pytest.mark.parametrize("words", DATED)
def test_no_line_ends_within_a_date_however_narrow_the_page(chromium, served, words):
    """Seen as boxes: a date in one box is on one line, at every width; without its span some width would cut it."""
    with View(chromium, served("broken"), "/models/flights", 1280) as view:
        heading = view.page.locator("h1#verdict")
        boxes = {}
        for told in (unbroken(words), words):
            heading.evaluate("(e, told) => { e.innerHTML = told; }", told)
            lines = (
                "(e, px) => { e.style.maxWidth = px + 'px'; return Math.max(...[...dates(e)].map(lines)); }"
            )
            boxes[told] = [heading.evaluate(f"(e, px) => {{ {LINES} return ({lines})(e, px); }}", px)
                           for px in range(200, 700, 8)]  # fmt: skip
    assert set(boxes[unbroken(words)]) == {1}
    assert max(boxes[words]) > 1


def test_theme_turns_at_once_and_stays(chromium, served):
    with View(chromium, served("broken"), "/") as view:
        page = view.page
        ground = "getComputedStyle(document.documentElement).backgroundColor"
        before = page.evaluate(ground)
        page.click("form.theme button")
        dark = page.evaluate(ground)
        assert dark != before
        page.reload()
        assert page.evaluate(ground) == dark


def test_language_without_scripts(chromium, served):
    """The forms of the bar need no script."""
    url = served("broken")
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(url + "/models/flights?span=7d")
    page.click("form.lang button")
    assert page.url == url + "/models/flights?span=7d"
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert page.locator("figure table").count() >= 3
    context.close()


def test_monitor_editor(chromium, served):
    """The form writes the text, the text fills the form, a replay shows its alarms."""
    with View(chromium, served("broken"), "/models/flights/monitor") as view:
        page = view.page
        page.fill("input[name=false_alarms]", "2 per week")
        page.keyboard.press("Tab")
        page.wait_for_selector("textarea")
        page.locator("textarea").evaluate(WRITTEN)
        page.fill("textarea", "[")
        page.wait_for_selector("#problems li")
        assert page.locator("input[name=every]").is_disabled()
        page.fill("textarea", '[windows]\nevery = "6h"\n')
        page.wait_for_selector("#problems", state="hidden")
        page.click("[data-preview]")
        page.wait_for_selector("#preview li")
        assert page.locator("#preview li").count() == 3
        assert page.locator("input[name=every]").input_value() == "6h"
        assert view.complaints == []


def test_charts_arrive_without_moving_the_page(chromium, served):
    """Layout shift stays below what people notice (0.1), charts included."""
    with View(chromium, served("broken"), "/models/flights") as view:
        shift = view.page.evaluate(SHIFT)
        assert shift < 0.1


def test_an_empty_page_comes_alive(chromium, served, until):
    """The first event reloads a page that waits for it."""
    import urllib.request

    url = served("empty")
    with View(chromium, url, "/") as view:
        page = view.page
        asked = "performance.getEntriesByType('resource').some(e => e.name.includes('/pulse'))"
        until(page, asked)
        page.evaluate("window.before = true")
        urllib.request.urlopen(
            urllib.request.Request(f"{url}/models/x/acknowledge", method="POST"), timeout=60
        )
        until(page, "window.before === undefined")
