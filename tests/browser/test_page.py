"""Pages as a browser shows them: drawn, silent, offline, inside the screen, in both themes, by keyboard, read aloud."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

import vedette as vd
from vedette.views.page import render
from vedette.views.theme import tokens

pytestmark = [pytest.mark.browser, pytest.mark.slow]

UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNDRAWN = "[...document.querySelectorAll('.chart')].filter(one => !one.querySelector('svg')).length"
#: Marks what has the focus, and tells what it is, how it is outlined, and whether it is on the screen.
FOCUSED = """(() => { const e = document.activeElement; e.dataset.seen = 1;
    const box = e.getBoundingClientRect();
    return [e.tagName, getComputedStyle(e).outlineStyle, box.bottom > 0 && box.top < innerHeight]; })()"""
MISSED = """[...document.querySelectorAll('button, summary, a[href], [tabindex="0"]')]
    .filter(e => e.checkVisibility() && !e.dataset.seen).map(e => e.outerHTML.slice(0, 120))"""
TIMES = "[...document.querySelectorAll('#performance .role-axis-label text')].map(e => e.textContent).sort().join()"


def log(seed, *, broken=False):
    """Return twenty days of a model with a column, segments and a label; one day has x in another unit."""
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(20), 150)
    x, score = rng.normal(10, 2, len(day)), rng.beta(2, 2, len(day))
    x[broken & (day >= 12)] *= 60
    return {"at": 1_700_000_000 + day * 86_400, "x": x, "score": score, "kind": rng.choice(["a", "b"], len(day)),
            "y": (rng.random(len(day)) < score).astype(int)}  # fmt: skip


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """Return what writes the page of a report of twenty days, in a language."""
    schema = vd.Schema(time="at", score="score", label="y", segments=["kind"])
    report = vd.compare(log(0), log(1, broken=True), schema, every="1d")

    def write(lang="en"):
        file = tmp_path_factory.mktemp("report") / "page.html"
        file.write_text(report.to_html(lang=lang), "utf-8")
        return file.as_uri()

    return write


@contextlib.contextmanager
def tab(chromium, address, width=1280, scheme="light"):
    """Open a page and wait for its charts; it must not complain."""
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.set_default_timeout(90_000)  # for a machine that is busy with other things
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    page.wait_for_selector("html[data-drawn=all]")
    with contextlib.closing(context):
        yield page
        assert complaints == []


def rgb(colour):
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"


@pytest.mark.parametrize("width", [360, 1600])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_page_is_drawn(samples, see, width, mode):
    """Every open chart is there, in the theme of the reader, and nothing sticks out to the right."""
    seen = see(render(samples.page()), width, dark=mode == "dark")
    assert seen.complaints == []
    assert seen.found["drawn"] == 11
    assert seen.found["failed"] == 0
    assert seen.found["ground"] == rgb(tokens(mode)["surface"])
    assert seen.found["line"] == rgb(tokens(mode)["accent"])
    assert seen.found["overflow"] == 0
    assert seen.found["widest"] <= 0
    assert seen.found["fetched"] == ""


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_hostile_names_are_only_text(samples, see, lang):
    """Nothing of a name runs, and every chart is drawn all the same."""
    seen = see(render(samples.page(samples.HOSTILE, lang=lang)))
    assert "PWNED" in seen.found["title"]
    assert seen.found["title"].endswith(samples.HOSTILE[0])
    assert seen.found["failed"] == 0
    assert [c for c in seen.complaints if "WARN" not in c] == []


def test_long_history_is_drawn(samples, see):
    """10 000 windows and 200 columns."""
    names = tuple(f"column_{i}" for i in range(200))
    section = samples.Section(
        title="Performance",
        figures=(
            samples.Figure(view=samples.series(10_000)),
            samples.Figure(view=samples.heatmap(names, 10_000)),
        ),
    )
    seen = see(render(samples.page(sections=(section,))))
    assert (seen.found["drawn"], seen.found["failed"]) == (2, 0)
    assert seen.complaints == []


@pytest.mark.parametrize(("scheme", "lang", "width"), [("light", "en", 1280), ("dark", "zh", 360)])
def test_nobody_is_shut_out(chromium, axe, reported, scheme, lang, width, until):
    """No violation that axe knows and nothing beyond the screen, with everything unfolded."""
    with tab(chromium, reported(lang), width, scheme) as page:
        page.evaluate(UNFOLD)
        until(page, f"{UNDRAWN} === 0")
        assert page.evaluate(OVERFLOW) == 0
        assert axe(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_with_everything_shuts_nobody_out(chromium, axe, samples, tmp_path, scheme, until):
    file = tmp_path / "page.html"
    file.write_text(render(samples.page()), "utf-8")
    with tab(chromium, file.as_uri(), 360, scheme) as page:
        page.evaluate(UNFOLD)
        until(page, f"{UNDRAWN} === 0")
        assert page.evaluate(OVERFLOW) == 0
        assert axe(page) == []


def test_skip_link_comes_first(chromium, reported):
    with tab(chromium, reported()) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate(FOCUSED)[2]
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "verdict"
        page.keyboard.press("Tab")
        assert page.evaluate("!!document.activeElement.closest('main')")


def test_keyboard_reaches_everything_and_shows_where_it_is(chromium, reported, until):
    """Tab passes every link, button, fold and scrolling table, each outlined and on the screen."""
    with tab(chromium, reported()) as page:
        page.evaluate(UNFOLD)
        until(page, f"{UNDRAWN} === 0")
        for _ in range(400):
            page.keyboard.press("Tab")
            name, outline, visible = page.evaluate(FOCUSED)
            if name == "BODY":
                break
            assert outline != "none"
            assert visible
        assert page.evaluate(MISSED) == []


def test_folds_open_by_enter(chromium, reported):
    with tab(chromium, reported()) as page:
        fold = page.locator("details.folded").first
        fold.locator("summary").first.focus()
        page.keyboard.press("Enter")
        assert fold.evaluate("e => e.open")
        page.wait_for_selector("details.folded[open] .chart svg")
        rows = fold.locator("details.rows")
        rows.locator("summary").focus()
        page.keyboard.press("Space")
        assert rows.evaluate("e => e.open")


@pytest.mark.parametrize("key", ["Escape", "Enter"])
def test_zoom_is_undone_by_keyboard(chromium, reported, key, until):
    """By Escape from anywhere, or on the button, which leaves the focus at the chart that was zoomed."""
    with tab(chromium, reported()) as page:
        chart = page.locator("#performance .chart").first
        chart.scroll_into_view_if_needed()
        before = page.evaluate(TIMES)
        box = chart.locator("svg").bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 60, steps=5)
        page.mouse.up()
        page.wait_for_selector("#show-all:not([hidden])")
        until(page, f"{TIMES} !== {before!r}")
        if key == "Enter":
            page.locator("#show-all").focus()
        page.keyboard.press(key)
        page.wait_for_selector("#show-all", state="hidden")
        until(page, f"{TIMES} === {before!r}")
        if key == "Enter":
            assert page.evaluate("document.activeElement.tagName") == "FIGURE"
