"""Colours and sizes, read from `tokens.css`: the one place that has them, for pages and for pictures."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any, Literal

Mode = Literal["light", "dark"]
_TOKEN = re.compile(r"--(?P<name>[\w-]+):\s*(?P<value>[^;]+);")
_PAIR = re.compile(r"light-dark\((?P<light>#\w+),\s*(?P<dark>#\w+)\)")
#: Steps of the effect scale (`--heat-0` ...) and of the colours of segments, models and versions.
HEAT_STEPS = 7
SERIES_COLOURS = 8


@functools.cache
def stylesheet(name: str) -> str:
    """Return the text of a resource of this package (a style sheet or a script)."""
    return resources.files("vedette.views").joinpath(name).read_text(encoding="utf-8")


@functools.cache
def tokens(mode: Mode) -> Mapping[str, str]:
    """Return the tokens by name, colours resolved for one mode.

    Examples
    --------
    >>> tokens("light")["surface"], tokens("dark")["surface"], tokens("dark")["space-1"]
    ('#fcfcfd', '#111315', '4px')
    """
    found = {match["name"]: match["value"].strip() for match in _TOKEN.finditer(stylesheet("tokens.css"))}
    return {name: _PAIR.sub(lambda pair: pair[mode], value) for name, value in found.items()}


def pixels(name: str) -> int:
    """Return a size token as a number of pixels."""
    return int(tokens("light")[name].removesuffix("px"))


def config(mode: Mode | None = None) -> dict[str, Any]:
    """Return the Vega-Lite configuration that dresses every chart.

    Charts name styles, never colours, so that one chart serves every theme.

    Parameters
    ----------
    mode : {"light", "dark"}, optional
        With a mode the colours are literal, for pictures; without one they are CSS variables, so that a page
        changes its theme, and prints, without drawing its charts again.
    """
    pick: Callable[[str], str] = (lambda name: f"var(--{name})") if mode is None else tokens(mode).__getitem__
    font = tokens("light")["font"]
    return {
        "background": "transparent" if mode is None else pick("surface"),
        "font": font,
        "padding": 0 if mode is None else pixels("space-4"),
        "customFormatTypes": False,
        "view": {"stroke": None, "fill": None},
        "title": _title(pick),
        "style": _styles(pick),
        "range": {
            "category": [pick(f"series-{i + 1}") for i in range(SERIES_COLOURS)],
            "heatmap": [pick(f"heat-{i}") for i in range(HEAT_STEPS)],
            "ordinal": [pick(f"heat-{i}") for i in range(HEAT_STEPS)],
        },
        **_axes(pick),
    }


def _title(pick: Callable[[str], str]) -> dict[str, Any]:
    return {
        "anchor": "start",
        "frame": "group",
        "color": pick("ink"),
        "fontSize": pixels("text"),
        "fontWeight": 600,
        "subtitleColor": pick("ink-soft"),
        "subtitleFontSize": pixels("number"),
        "subtitlePadding": pixels("space-1"),
        "offset": pixels("space-3"),
    }


def _axes(pick: Callable[[str], str]) -> dict[str, Any]:
    text = {
        "labelColor": pick("ink-soft"),
        "titleColor": pick("ink-soft"),
        "labelFontSize": pixels("number") - 1,
    }
    common = {
        **text,
        "titleFontSize": pixels("number") - 1,
        "titleFontWeight": "normal",
        "labelFontWeight": "normal",
        "domainColor": pick("line-strong"),
        "tickColor": pick("line-strong"),
        "gridColor": pick("line"),
        "labelPadding": pixels("space-1"),
        "tickSize": pixels("space-1"),
    }
    # The title of a y axis stands flat above it: nobody reads sideways.
    flat = {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleBaseline": "bottom"}
    return {
        "axis": common,
        "axisX": {"grid": False, "labelOverlap": True, "labelSeparation": 8, "labelFlush": True},
        "axisY": {"domain": False, "ticks": False, "tickCount": 4, **flat, "titleX": 0, "titleY": -8},
        # The scale of effects has steps, whose legend knows its length from here alone.
        "legend": {**text, "orient": "top", "title": None, "gradientLength": 240},
    }


def _styles(pick: Callable[[str], str]) -> dict[str, dict[str, Any]]:
    """Return what each named mark looks like: the vocabulary of the charts."""
    small, ink, soft = pixels("number") - 1, pick("ink"), pick("ink-soft")
    accent, reference = pick("accent"), pick("reference")
    beside = {"align": "left", "baseline": "bottom"}
    levels: dict[str, dict[str, Any]] = {}
    for level, colour in (("act", pick("act")), ("watch", pick("watch")), ("info", soft)):
        levels[f"marker-{level}"] = {"color": colour, "opacity": 0.9}
        levels[f"flag-{level}"] = {"color": colour, "opacity": 1, "filled": True, "size": 56}
    return {
        **levels,
        "metric": {"color": accent, "strokeWidth": 1.75, "strokeJoin": "round", "strokeCap": "round"},
        "estimated": {"color": accent, "strokeWidth": 1.75, "strokeDash": [4, 3]},
        "waiting": {"color": accent, "strokeWidth": 1.25, "opacity": 0.5},
        "waiting-interval": {"color": accent, "strokeWidth": 1.25, "opacity": 0.4},
        "waiting-point": {
            "filled": False,
            "color": accent,
            "fill": pick("surface"),
            "strokeWidth": 1.5,
            "opacity": 1,
            "size": 30,
        },
        "kind-label": {"color": accent, "fontSize": small},
        "point": {"color": accent, "filled": True, "opacity": 1, "size": 28},
        "interval": {"color": accent, "strokeWidth": 1.5, "opacity": 0.55},
        "band": {"color": accent, "opacity": 0.16, "line": False},
        "realised-band": {"color": accent, "opacity": 0.09, "line": False},
        "current": {"color": accent, "opacity": 0.55},
        "reference-outline": {"filled": False, "color": reference, "strokeWidth": 1.5, "opacity": 1},
        "reference-line": {"color": reference, "strokeWidth": 1.25, "strokeDash": [2, 2]},
        "reference-curve": {"color": reference, "strokeWidth": 1.5},
        "reference-band": {"color": reference, "opacity": 0.14},
        "reference-span": {"color": pick("reference-soft"), "opacity": 1},
        "reference-point": {
            "filled": False,
            "color": reference,
            "strokeWidth": 1.5,
            "opacity": 1,
            "size": 48,
        },
        "reference-label": {"color": soft, "fontSize": small, **beside},
        "link": {"color": pick("line-strong"), "strokeWidth": 1.5},
        "threshold": {"color": pick("act"), "strokeWidth": 1, "strokeDash": [6, 3]},
        "threshold-label": {"color": pick("act"), "fontSize": small, **beside},
        "halo": {
            "color": pick("surface"),
            "stroke": pick("surface"),
            "strokeWidth": 4,
            "fontSize": small,
            **beside,
        },
        "label": {"color": ink, "fontSize": small, "fontWeight": 600, "align": "left", "baseline": "middle"},
        "quiet-label": {"color": soft, "fontSize": small, "align": "left", "baseline": "middle"},
        "cell-label": {"color": ink, "fontSize": small, "align": "center", "baseline": "middle"},
        "cell-label-strong": {
            "color": pick("surface"),
            "fontSize": small,
            "align": "center",
            "baseline": "middle",
        },
        "gap": {"color": pick("line-strong"), "opacity": 0.25},
        "coverage": {"color": accent},
        "volume": {"color": reference, "opacity": 0.45},
        "evidence": {"filled": True, "color": ink, "opacity": 1, "size": 9},
        "evidence-strong": {"filled": True, "color": pick("surface"), "opacity": 1, "size": 9},
        "cell": {"stroke": None},
        "diagonal": {"color": pick("line-strong"), "strokeWidth": 1, "strokeDash": [2, 2]},
        "hover": {"color": ink, "fillOpacity": 0},
    }


def dressed(spec: Mapping[str, Any], mode: Mode = "light") -> dict[str, Any]:
    """Return a chart's specification with its theme inside, to hand to other programs."""
    return {**spec, "config": config(mode)}
