"""The tokens: readable in both themes, even where they promise evenness, and the only place with values."""

from __future__ import annotations

import itertools
import re
from importlib import resources

import pytest

from vedette.views.theme import HEAT_STEPS, SERIES_COLOURS, config, tokens

MODES = ("light", "dark")
TEXT = ("ink", "ink-soft", "ok", "watch", "act", "silent", "accent")
GRAPHICS = ("accent", "reference", *(f"series-{i + 1}" for i in range(SERIES_COLOURS)))


def linear(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def contrast(a, b):
    """WCAG 2 contrast ratio of two colours."""
    bright, dim = sorted(
        (sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear(x), strict=True)) + 0.05 for x in (a, b)),
        reverse=True,
    )
    return bright / dim


def lightness(colour):
    """OKLab lightness (B. Ottosson, 2020)."""
    r, g, b = linear(colour)
    cones = (
        0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b,
        0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b,
        0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b,
    )
    return sum(
        w * c ** (1 / 3) for w, c in zip((0.2104542553, 0.793617785, -0.0040720468), cones, strict=True)
    )


def test_contrast_of_known_pairs():
    """Black on white is 21 to 1; #767676 is the lightest grey that passes AA on white."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("mode", MODES)
def test_text_is_readable(mode):
    """AA for text: 4.5 to 1 on the surface, on raised parts, and on the soft ground of its own status."""
    t = tokens(mode)
    grounds = [(name, ground) for name in TEXT for ground in ("surface", "raised")]
    grounds += [(name, f"{name}-soft") for name in ("ok", "watch", "act", "silent", "accent")]
    grounds += [(name, f"{s}-soft") for name in ("ink", "ink-soft") for s in ("watch", "act")]
    failing = {
        pair: contrast(t[pair[0]], t[pair[1]]) for pair in grounds if contrast(t[pair[0]], t[pair[1]]) < 4.5
    }
    assert failing == {}


@pytest.mark.parametrize("mode", MODES)
def test_graphics_are_visible(mode):
    """AA for graphics: 3 to 1 on the surface."""
    t = tokens(mode)
    assert {name for name in GRAPHICS if contrast(t[name], t["surface"]) < 3} == set()


@pytest.mark.parametrize("mode", MODES)
def test_effect_scale_is_even(mode):
    """Steps of the effect scale differ by equal lightness (within a third), always away from the surface."""
    heat = [lightness(tokens(mode)[f"heat-{i}"]) for i in range(HEAT_STEPS)]
    steps = [b - a for a, b in itertools.pairwise(heat)]
    mean = sum(steps) / len(steps)
    assert (mean < 0) == (mode == "light")
    assert all(abs(step - mean) < abs(mean) / 3 for step in steps)


@pytest.mark.parametrize("mode", MODES)
def test_marks_on_the_effect_scale_are_visible(mode):
    """The dot of evidence is ink on the weak four steps and surface on the strong three."""
    t = tokens(mode)
    assert all(contrast(t["ink"], t[f"heat-{i}"]) >= 3 for i in range(4))
    assert all(contrast(t["surface"], t[f"heat-{i}"]) >= 3 for i in range(4, HEAT_STEPS))


def test_no_value_outside_the_tokens():
    """The style sheet and the script of the page name neither colours nor sizes of their own."""
    css = resources.files("vedette.views").joinpath("page.css").read_text()
    rules = re.sub(r"/\*.*?\*/|@media[^{]*", "", css, flags=re.DOTALL)
    assert re.findall(r"#[0-9a-f]{3,8}\b|\brgb|\bhsl|(?<![\w-])[\d.]+(?:px|rem|em|pt)\b", rules) == []
    script = resources.files("vedette.views").joinpath("page.js").read_text()
    assert re.findall(r"#[0-9a-f]{6}\b|rgb\(", script) == []


def test_style_sheet_uses_known_tokens():
    """Every variable that the page's style sheet reads exists."""
    css = resources.files("vedette.views").joinpath("page.css").read_text()
    assert set(re.findall(r"var\(--([\w-]+)\)", css)) - set(tokens("light")) == set()


def test_spacing_is_a_scale_of_four():
    sizes = {name: value for name, value in tokens("light").items() if name.startswith("space-")}
    assert {name: int(value.removesuffix("px")) for name, value in sizes.items()} == {
        name: 4 * int(name.removeprefix("space-")) for name in sizes
    }


def test_page_configuration_names_variables_and_picture_configuration_colours():
    def colours(part):
        if isinstance(part, dict):
            return {c for inner in part.values() for c in colours(inner)}
        if isinstance(part, list):
            return {c for inner in part for c in colours(inner)}
        return {part} if isinstance(part, str) and part.startswith(("#", "var(")) else set()

    assert all(c.startswith("var(--") for c in colours(config()))
    assert all(c.startswith("#") for mode in MODES for c in colours(config(mode)))
    assert {c[6:-1] for c in colours(config())} <= set(tokens("light"))
