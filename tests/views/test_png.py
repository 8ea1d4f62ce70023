"""Charts as pictures, without a browser."""

from __future__ import annotations

import re
import struct

import pytest

from vedette.views.png import png, svg


def size(picture):
    assert picture.startswith(b"\x89PNG")
    return struct.unpack(">II", picture[16:24])


@pytest.mark.slow
def test_picture_has_the_width_asked_for(samples):
    """The chart with its padding is about as wide as asked, in pixels of the scale."""
    wide, high = size(png(samples.series(), width=600, scale=2))
    assert 1150 <= wide <= 1300
    assert high > 400


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", ["heatmap", "distribution", "categories", "segments", "confusion", "reliability"]
)
def test_every_chart_becomes_a_picture(samples, kind):
    """Names that mean something to other programs do not stop it; it draws in both themes."""
    view = samples.charts(samples.HOSTILE)[kind]
    light, dark = (svg(view, "zh", mode=mode) for mode in ("light", "dark"))
    assert light.startswith("<svg")
    assert "#fcfcfd" in light
    assert "#111315" in dark
    assert "var(--" not in light


def test_long_titles_are_broken(samples):
    """A heading wider than the picture goes on in the next line, in Chinese between any two characters."""
    narrow = svg(samples.series(title="召回率自八月二十九日起下降" * 5), "zh", width=400)
    short = svg(samples.series(title="短"), "zh", width=400)
    high = [float(re.search(r' height="([\d.]+)"', one)[1]) for one in (narrow, short)]
    assert high[0] > high[1] + 30
