"""A number column now and in the reference: densities over the same bins, what has no bin as bars of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vedette.numerals import number
from vedette.views.chart import NAMES, WIDTH, frame, number_axis, rows
from vedette.views.specials import share_bars, shares
from vedette.views.table import Table
from vedette.views.timeline import Floats
from vedette.views.words import Lang, joined, say

if TYPE_CHECKING:
    import altair as alt

_HEIGHT = 140
#: About how many bars are drawn; fine bins are joined until a bar is this part of the range wide.
BARS = 30
#: Share of rows that may be cut from either end of the drawn range (they become bars of their own).
_TAIL = 0.01


class NumberDistribution(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of a number column in bins frozen on the reference.

    Attributes
    ----------
    title : str
        The finding, as a sentence.
    name, unit : str
        The column and its unit.
    edges : ndarray of shape (k,)
        Increasing and finite.
    current, reference : ndarray of shape (k + 2,)
        Counts below the first edge, between edges, at or above the last one, and of missing: the state of the
        `Histogram` summary.
    """

    title: str
    name: str
    edges: Floats
    current: Floats
    reference: Floats | None = None
    unit: str = ""

    def cuts(self) -> Floats:
        """Return the indices into `edges` that bound the drawn bars: unions of bins, about equally wide.

        The drawn range leaves out thin tails, which would press the rest into a corner; they are counted in the
        bars *below* and *above*.
        """
        if len(self.edges) < 2:
            return np.zeros(0)
        inner = shares(self.current)[1:-2] + (0 if self.reference is None else shares(self.reference)[1:-2])
        mass = np.concatenate(([0.0], np.cumsum(inner)))
        first = max(int(np.searchsorted(mass, _TAIL * mass[-1], side="right")) - 1, 0)
        last = min(int(np.searchsorted(mass, (1 - _TAIL) * mass[-1], side="left")), len(self.edges) - 1)
        width = (self.edges[last] - self.edges[first]) / BARS
        kept = [first]
        for i in range(first + 1, last):
            if (
                self.edges[i] - self.edges[kept[-1]] >= width
                and self.edges[last] - self.edges[i] >= width / 2
            ):
                kept.append(i)
        return np.array([*kept, last], float) if last > first else np.zeros(0)

    def chart(self, lang: Lang = "en") -> alt.VConcatChart:
        """Return the picture: densities, and below them the shares of missing and of what is out of range."""
        import altair as alt

        how = say(lang, "only_current" if self.reference is None else "outline_is_reference")
        label = f"{self.name} ({self.unit})" if self.unit else self.name
        words = frame(self.title, joined(label, how), joined(self.title, label), left=NAMES)
        bars = _Bars(self)
        parts = [bars.densities(lang)] if len(bars.left) else []
        return alt.vconcat(*parts, self._specials(bars, lang), spacing=12, **words)

    def table(self, lang: Lang = "en") -> Table:
        """Return one row a bar, and one for each share that has no bar."""
        bars = _Bars(self)
        header = [say(lang, key) for key in ("from", "to", "current", "reference")]
        units = ("", "", "share", "share")
        inner = [
            (
                float(a),
                float(b),
                float(now),
                None if bars.reference is None else float(bars.reference[1:-2][i]),
            )
            for i, (a, b, now) in enumerate(zip(bars.left, bars.right, bars.current[1:-2], strict=True))
        ]
        outer = [
            (name, "", float(bars.current[i]), None if bars.reference is None else float(bars.reference[i]))
            for name, i in zip(bars.special_names(lang), (0, -2, -1), strict=True)
        ]
        return Table.of(header, [*inner, *outer], units)

    def _specials(self, bars: _Bars, lang: Lang) -> alt.LayerChart:
        chosen = [0, len(bars.current) - 2, len(bars.current) - 1]
        names = bars.special_names(lang)
        held = bars.current + (0 if bars.reference is None else bars.reference)
        keep = [j for j in range(3) if held[chosen[j]] > 0 or j == 2]
        index = [chosen[j] for j in keep]
        then = None if bars.reference is None else bars.reference[index]
        return share_bars([names[j] for j in keep], bars.current[index], then, lang)


class _Bars:
    """The drawn bars: bounds of shape (b,), shares of shape (b + 3,) in the order below, bars, above, missing."""

    def __init__(self, view: NumberDistribution) -> None:
        self.view = view
        cuts = view.cuts().astype(int)
        self.left, self.right = view.edges[cuts[:-1]], view.edges[cuts[1:]]
        self.current = self._gathered(view.current, cuts)
        self.reference = None if view.reference is None else self._gathered(view.reference, cuts)

    @staticmethod
    def _gathered(counts: Floats, cuts: Floats) -> Floats:
        if not len(cuts):
            return shares(np.array([0.0, float(counts[:-1].sum()), float(counts[-1])]))
        # Bin i + 1 lies right of edge i.
        total = np.concatenate(([0.0], np.cumsum(counts[:-1])))
        at = total[cuts.astype(int) + 1]
        return shares(np.concatenate(([at[0]], np.diff(at), [total[-1] - at[-1], counts[-1]])))

    def special_names(self, lang: Lang) -> list[str]:
        """Return what the shares outside the drawn range are called."""
        first, last = (float(self.left[0]), float(self.right[-1])) if len(self.left) else (None, None)
        return [
            say(lang, "below", edge=number(first)),
            say(lang, "above", edge=number(last)),
            say(lang, "missing"),
        ]

    def densities(self, lang: Lang) -> alt.LayerChart:
        """Return the densities: filled now, a stepped outline for the reference."""
        import altair as alt

        width = self.right - self.left
        # Per the narrowest bar's width, so that no height is above 100 %.
        typical = _round_down(float(width.min()))
        unit = f" {self.view.unit}" if self.view.unit else ""
        title = say(lang, "share_per", width=f"{typical:g}{unit}")
        fine = {"a": self.left.tolist(), "b": self.right.tolist()}
        told = {"range": [f"{number(a)} … {number(b)}" for a, b in zip(self.left, self.right, strict=True)]}
        now = self.current[1:-2]
        data = {
            **fine,
            **told,
            "d": (now / width * typical).tolist(),
            "current": [number(s, "share") for s in now],
        }
        titles = {"range": self.view.name, "current": say(lang, "current")}
        if self.reference is not None:
            data["reference"] = [number(s, "share") for s in self.reference[1:-2]]
            titles["reference"] = say(lang, "reference")
        tooltip = [alt.Tooltip(f"{field}:N", title=text) for field, text in titles.items()]
        bars = alt.Chart(rows(data)).mark_rect(style="current").encode(
            x=self._x("a"), x2=alt.X2("b"), y=self._y("d", title), y2=alt.datum(0), tooltip=tooltip
        )  # fmt: skip
        layers = (
            [bars] if self.reference is None else [bars, self._outline(self.reference, width, typical, title)]
        )
        return alt.LayerChart(layer=layers, width=WIDTH, height=_HEIGHT)

    def _outline(self, reference: Floats, width: Floats, typical: float, title: str) -> alt.Chart:
        import altair as alt

        height = reference[1:-2] / width * typical
        x = np.concatenate((self.left[:1], self.left, self.right[-1:], self.right[-1:]))
        y = np.concatenate(([0.0], height, height[-1:], [0.0]))
        data = rows({"a": x.tolist(), "d": y.tolist(), "i": list(range(len(x)))})
        line = alt.Chart(data).mark_line(style="reference-curve", interpolate="step-after")
        drawn: alt.Chart = line.encode(x=self._x("a"), y=self._y("d", title), order=alt.Order("i:Q"))
        return drawn

    def _x(self, field: str) -> alt.X:
        import altair as alt

        domain = [float(self.left[0]), float(self.right[-1])]
        scale = alt.Scale(domain=domain, nice=False, zero=False)
        return alt.X(f"{field}:Q", scale=scale, axis=alt.Axis(title=self.view.unit or None, tickCount=6))

    @staticmethod
    def _y(field: str, title: str) -> alt.Y:
        import altair as alt

        return alt.Y(f"{field}:Q", axis=number_axis(NAMES, title=title, format=".1~%", tickCount=3))


def _round_down(width: float) -> float:
    """Return a width of one digit, at most the given one."""
    magnitude = 10.0 ** np.floor(np.log10(width))
    return float(f"{np.floor(width / magnitude) * magnitude:.1g}")
