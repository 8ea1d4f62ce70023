"""Words in a terminal: they fit, they are plain where they must be, they say what the page says."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from vedette.views.sparkline import blocks, drawn, thinned
from vedette.views.terminal import words


@pytest.mark.parametrize("width", [40, 64, 84, 120])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_lines_fit_the_width(samples, width, lang):
    """Chinese characters count as the two columns that they take."""
    text = words(samples.page(lang=lang), width)
    assert max(map(cell_len, text.splitlines())) <= width


def test_verdict_findings_and_numbers_are_said(samples):
    page = samples.page()
    text = words(page, 100)
    assert page.verdict in text
    assert all(finding.title in text for finding in page.findings)
    assert re.search(r"dep_delay +0\.600 +0\.570 … 0\.630 +0\.710 +−0\.110 +█", text)
    assert "no labels yet" in text


def test_no_colour_unless_asked(samples):
    assert "\x1b" not in words(samples.page(), 80)
    assert "\x1b[1;31m◆ act" in words(samples.page(), 80, colour=True)


def test_names_cannot_speak_to_the_terminal(samples):
    """Escape sequences in names are shown, not obeyed; rich's own markup is text."""
    text = words(samples.page((*samples.HOSTILE, "[red]x[/red]")), 80)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", text)
    assert "[red]x[/red]" in text


def test_level_has_a_shape(samples):
    assert words(samples.page(level="watch"), 80).startswith("▲ watch")


def test_blocks_of_nothing():
    assert blocks([None, None], 10) == ""
    assert blocks([1.0, 1.0], 10) == "▁▁"


def test_thinning_keeps_every_value_in_a_mean():
    assert thinned([1.0, 2.0, 3.0, 4.0, 5.0], 2) == [2.0, 4.5]
    assert thinned([float("nan"), 1.0], 1) == [1.0]


def test_sparkline_breaks_in_a_gap():
    svg = drawn((1.0, 2.0, None, 2.0, 1.0), reference=1.5)
    assert svg.count("<polyline") == 2
    assert 'class="level"' in svg
    assert drawn((1.0,)) == ""
