"""Shares that have no place on an axis: missing, unseen, out of range. Reference outlined, current filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from vedette.numerals import number
from vedette.views.chart import NAMES, WIDTH, labels, name_axis, rows
from vedette.views.timeline import Floats
from vedette.views.words import Lang, say

if TYPE_CHECKING:
    import altair as alt

ROW = 22


def share_bars(names: Sequence[str], current: Floats, reference: Floats | None, lang: Lang) -> alt.LayerChart:
    """Return one horizontal bar a name, in the order given.

    Parameters
    ----------
    names : sequence of str, length k, distinct
    current, reference : ndarray of shape (k,)
        Shares of rows; no reference, no outlines.
    """
    import altair as alt

    names = labels(names)
    columns: dict[str, list[str] | list[float]] = {
        "name": names,
        "now": current.tolist(),
        "current": [number(share, "share") for share in current],
    }
    titles = {"name": say(lang, "category"), "current": say(lang, "current")}
    if reference is not None:
        columns |= {"then": reference.tolist(), "reference": [number(share, "share") for share in reference]}
        titles["reference"] = say(lang, "reference")
    base = alt.Chart(rows(columns)).encode(
        y=alt.Y("name:N", sort=None, scale=alt.Scale(domain=names, paddingInner=0.25), axis=name_axis()),
        tooltip=[alt.Tooltip(f"{field}:N", title=title) for field, title in titles.items()],
    )
    layers = [base.mark_bar(style="current").encode(x=_share_axis("now", current, reference, lang))]
    if reference is not None:
        outline = base.mark_bar(style="reference-outline")
        layers.append(outline.encode(x=_share_axis("then", current, reference, lang)))
    words = base.mark_text(style="quiet-label", dx=6).encode(
        x=_share_axis("now" if reference is None else "far", current, reference, lang),
        text=alt.Text("current:N"),
    )
    if reference is not None:
        words = words.transform_calculate(far="max(datum.now, datum.then)")
    return alt.LayerChart(layer=[*layers, words], width=WIDTH, height=ROW * len(names))


def _share_axis(field: str, current: Floats, reference: Floats | None, lang: Lang) -> alt.X:
    import altair as alt

    most = max(
        float(current.max(initial=0)), float(reference.max(initial=0)) if reference is not None else 0.0, 0.01
    )
    axis = alt.Axis(
        format=".0%" if most >= 0.05 else ".1%", tickCount=4, title=say(lang, "share"), grid=False
    )
    return alt.X(f"{field}:Q", scale=alt.Scale(domain=[0, most], nice=False), axis=axis)


def shares(counts: Floats) -> Floats:
    """Return counts as shares of their sum, zeros when there is nothing.

    Examples
    --------
    >>> shares(np.array([1.0, 3.0]))
    array([0.25, 0.75])
    """
    total = float(counts.sum())
    return counts / total if total > 0 else np.zeros_like(counts, dtype=float)


#: Room on the left that the charts of a column share, so that bars and densities stand in line.
LEFT = NAMES
