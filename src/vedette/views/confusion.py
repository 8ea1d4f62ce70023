"""Which classes are taken for which: shares of each true class, counts in the cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vedette.numerals import number
from vedette.views.chart import NAMES, frame, labels, name_axis, rows
from vedette.views.table import Table
from vedette.views.timeline import Floats
from vedette.views.words import Lang, joined, say

if TYPE_CHECKING:
    import altair as alt

#: Most classes that are drawn by themselves.
CLASSES = 12
_CELL = (64, 36)
#: From this share on a cell is so dark that its text is light.
_DARK = 4 / 7


class Confusion(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of true (rows) against predicted (columns) classes.

    Attributes
    ----------
    title : str
        The finding, as a sentence.
    classes : tuple of str, k distinct names
    counts : ndarray of shape (k, k)
    """

    title: str
    classes: tuple[str, ...]
    counts: Floats

    def gathered(self, lang: Lang) -> tuple[list[str], Floats]:
        """Return the drawn classes and their counts: the most frequent, and the rest as *other*."""
        k = len(self.classes)
        if k <= CLASSES:
            return list(self.classes), np.asarray(self.counts, float)
        largest = np.sort(np.argsort(-self.counts.sum(axis=1), kind="stable")[: CLASSES - 1])
        group = np.full(k, CLASSES - 1)
        group[largest] = np.arange(CLASSES - 1)
        counts = np.zeros((CLASSES, CLASSES))
        np.add.at(counts, (group[:, None], group[None, :]), self.counts)
        return [*(self.classes[i] for i in largest), f"({say(lang, 'other')})"], counts

    def chart(self, lang: Lang = "en") -> alt.LayerChart:
        """Return the picture."""
        import altair as alt

        names, counts = self.gathered(lang)
        layers = _layers(labels(names), counts, lang)
        cut = say(lang, "classes_shown", shown=CLASSES - 1, total=len(self.classes), other=say(lang, "other"))
        remarks = joined(say(lang, "of_true_class"), cut if len(self.classes) > CLASSES else "")
        side = max(_CELL[0] * len(names), 160)
        words = frame(self.title, remarks, joined(self.title, remarks), left=NAMES, right=8, most=side)
        return alt.LayerChart(layer=layers, width=side, height=_CELL[1] * len(names), **words)

    def table(self, lang: Lang = "en") -> Table:
        """Return one row a drawn true class, one column a predicted one."""
        names, counts = self.gathered(lang)
        header = [f"{say(lang, 'true_class')} ↓  {say(lang, 'predicted_class')} →", *names]
        return Table.of(header, ([name, *row] for name, row in zip(names, counts.tolist(), strict=True)))


def _layers(names: list[str], counts: Floats, lang: Lang) -> list[alt.Chart]:
    """Return cells and their counts; text turns light where a cell is dark."""
    import altair as alt

    base = alt.Chart(rows(_columns(names, counts)))
    scale = alt.Scale(domain=names, paddingInner=0.04)
    down = name_axis(title=say(lang, "true_class"))
    place = {
        "x": alt.X("predicted:N", sort=None, scale=scale, axis=_across(lang)),
        "y": alt.Y("true:N", sort=None, scale=scale, axis=down),
    }
    shade = alt.Scale(type="quantize", domain=[0, 1], range="heatmap")
    titles = {"true": "true_class", "predicted": "predicted_class", "count": "rows", "share": "of_true_class"}
    tooltip = [alt.Tooltip(f"{field}:N", title=say(lang, key)) for field, key in titles.items()]
    colour = alt.Color("s:Q", scale=shade, legend=None)
    cells = base.mark_rect(style="cell").encode(**place, color=colour, tooltip=tooltip)
    light = base.transform_filter(f"!(datum.s >= {_DARK})").mark_text(style="cell-label")
    dark = base.transform_filter(f"datum.s >= {_DARK}").mark_text(style="cell-label-strong")
    return [cells, *(mark.encode(**place, text=alt.Text("count:N")) for mark in (light, dark))]


def _across(lang: Lang) -> alt.Axis:
    import altair as alt

    return alt.Axis(
        title=say(lang, "predicted_class"),
        domain=False,
        ticks=False,
        labelAngle=0,
        labelFlush=False,
        labelOverlap="greedy",
        labelLimit=_CELL[0] - 4,
    )


def _columns(names: list[str], counts: Floats) -> dict[str, list[str] | list[float]]:
    total = counts.sum(axis=1, keepdims=True)
    share = np.divide(counts, total, out=np.full_like(counts, np.nan), where=total > 0)
    k = len(names)
    return {
        "true": [name for name in names for _ in range(k)],
        "predicted": names * k,
        "s": share.ravel().tolist(),
        "count": [number(c) for c in counts.ravel().tolist()],
        "share": [number(s, "share") for s in share.ravel().tolist()],
    }
