"""Pages as a browser shows them: drawn, silent, offline, inside the screen, in both themes."""

from __future__ import annotations

import pytest

from vedette.views.page import render
from vedette.views.theme import tokens

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def rgb(colour):
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"


@pytest.mark.parametrize("width", [360, 1600])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_page_is_drawn(samples, browser, width, mode):
    """Every open chart is there, in the theme of the reader, and nothing sticks out to the right."""
    seen = browser.see(render(samples.page()), width, dark=mode == "dark")
    assert seen.complaints == []
    assert seen.found["drawn"] == "9"
    assert seen.found["failed"] == "0"
    assert seen.found["ground"] == rgb(tokens(mode)["surface"])
    assert seen.found["line"] == rgb(tokens(mode)["accent"])
    assert float(seen.found["overflow"]) == 0
    assert float(seen.found["widest"]) <= 0
    assert seen.found["fetched"] == ""


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_hostile_names_are_only_text(samples, browser, lang):
    """Nothing of a name runs, and every chart is drawn all the same."""
    seen = browser.see(render(samples.page(samples.HOSTILE, lang=lang)))
    assert "PWNED" in seen.found["title"]
    assert seen.found["title"].endswith(samples.HOSTILE[0])
    assert seen.found["failed"] == "0"
    assert [c for c in seen.complaints if "WARN" not in c] == []


def test_long_history_is_drawn(samples, browser):
    """10 000 windows and 200 columns."""
    names = tuple(f"column_{i}" for i in range(200))
    section = samples.Section(
        title="Performance",
        figures=(
            samples.Figure(view=samples.series(10_000)),
            samples.Figure(view=samples.heatmap(names, 10_000)),
        ),
    )
    seen = browser.see(render(samples.page(sections=(section,))))
    assert (seen.found["drawn"], seen.found["failed"]) == ("2", "0")
    assert seen.complaints == []
