"""Slices of rows whose loss rose: a dot with the way it came, the dearest in the table first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vedette.numerals import interval
from vedette.values import Estimates
from vedette.views.segments import Segments
from vedette.views.table import Table
from vedette.views.timeline import Floats
from vedette.views.words import Lang, say

if TYPE_CHECKING:
    import altair as alt


class Slices(msgspec.Struct, frozen=True, kw_only=True):
    """The loss of s slices, now and in the reference.

    Attributes
    ----------
    title : str
        The finding, as a sentence.
    name, unit : str
        The loss.
    slices : tuple of str, s distinct conditions
    current, reference : Estimates of shape (s,)
    change, low, high : ndarray of shape (s,)
        Of the loss, with its interval.
    share, cost : ndarray of shape (s,)
        Share of all rows, and what the change adds to the loss of all rows.
    """

    title: str
    name: str
    slices: tuple[str, ...]
    current: Estimates
    reference: Estimates
    change: Floats
    low: Floats
    high: Floats
    share: Floats
    cost: Floats
    unit: str = ""

    def chart(self, lang: Lang = "en") -> alt.LayerChart:
        """Return the picture."""
        dots = Segments(
            title=self.title,
            name=self.name,
            unit=self.unit,
            segments=self.slices,
            current=self.current,
            reference=self.reference,
            better="lower",
        )
        return dots.chart(lang)

    def table(self, lang: Lang = "en") -> Table:
        """Return one row a slice, the dearest first."""
        keys = ("slice", "reference", "now", "change", "interval", "share_of_rows", "cost")
        units = ("", self.unit, self.unit, self.unit, "", "share", self.unit)
        rows = (
            (
                name,
                self.reference[i].value,
                self.current[i].value,
                float(self.change[i]),
                interval(float(self.low[i]), float(self.high[i]), self.unit),
                float(self.share[i]),
                float(self.cost[i]),
            )
            for i, name in enumerate(self.slices)
        )
        return Table.of([say(lang, key) for key in keys], rows, units, total=len(self.slices))
