"""The parts of a change: a dot with its interval each, beside the line of no change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vedette.numerals import interval
from vedette.values import Estimates
from vedette.views.segments import Segments
from vedette.views.table import Table
from vedette.views.words import Lang, say

if TYPE_CHECKING:
    import altair as alt


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """A change taken apart into p parts that add up to it.

    Attributes
    ----------
    title : str
        The finding, as a sentence.
    name, unit : str
        What changed.
    parts : tuple of str, p distinct names
    changes : Estimates of shape (p,)
    """

    title: str
    name: str
    parts: tuple[str, ...]
    changes: Estimates
    unit: str = ""

    def chart(self, lang: Lang = "en") -> alt.LayerChart:
        """Return the picture."""
        dots = Segments(
            title=self.title,
            name=self.name,
            unit=self.unit,
            segments=self.parts,
            current=self.changes,
            better="lower",
            overall=0.0,
        )
        return dots.chart(lang)

    def table(self, lang: Lang = "en") -> Table:
        """Return one row a part."""
        made = [(part, self.changes[i]) for i, part in enumerate(self.parts)]
        rows = ((part, one.value, interval(one.low, one.high, self.unit)) for part, one in made)
        return Table.of([say(lang, key) for key in ("part", "change", "interval")], rows, ("", self.unit))
