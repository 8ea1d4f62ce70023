"""A category column now and in the reference: bars by category, with other, unseen and missing as bars of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vedette.views.chart import NAMES, frame
from vedette.views.specials import share_bars, shares
from vedette.views.table import Table
from vedette.views.timeline import Floats
from vedette.views.words import Lang, joined, say

if TYPE_CHECKING:
    import altair as alt

#: Most categories that get a bar.
BARS = 16


class CategoryDistribution(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of a category column.

    Attributes
    ----------
    title : str
        The finding, as a sentence.
    name : str
        The column.
    categories : tuple of str, k names
    current, reference : ndarray of shape (k + 3,)
        Counts of the categories, then of *other*, *unseen* and *missing*: the state of the `Categories` summary.
    """

    title: str
    name: str
    categories: tuple[str, ...]
    current: Floats
    reference: Floats | None = None

    def bars(self, lang: Lang) -> tuple[list[str], Floats, Floats | None]:
        """Return the names of the bars and their shares: the largest categories, then the rest, unseen, missing."""
        k = len(self.categories)
        weight = shares(self.current) + (0 if self.reference is None else shares(self.reference))
        largest = np.sort(np.argsort(-weight[:k], kind="stable")[:BARS])
        by_size = largest[np.argsort(-weight[largest], kind="stable")]
        rest = np.setdiff1d(np.arange(k + 1), largest)

        def gathered(counts: Floats) -> Floats:
            return shares(np.concatenate((counts[by_size], [counts[rest].sum()], counts[k + 1 :])))

        names = _distinct([*(self.categories[i] for i in by_size)], lang)
        return names, gathered(self.current), None if self.reference is None else gathered(self.reference)

    def chart(self, lang: Lang = "en") -> alt.LayerChart:
        """Return the picture; special bars appear where they hold any row, *missing* always."""
        names, current, reference = self.bars(lang)
        held = current + (0 if reference is None else reference) > 0
        held[: len(names) - 3] = held[-1] = True
        keep = np.flatnonzero(held)
        kept = None if reference is None else reference[keep]
        bars = share_bars([names[i] for i in keep], current[keep], kept, lang)
        how = say(lang, "only_current" if reference is None else "outline_is_reference")
        words = frame(self.title, joined(self.name, how), joined(self.title, self.name), left=NAMES)
        for field, value in words.items():
            bars[field] = value
        return bars

    def table(self, lang: Lang = "en") -> Table:
        """Return one row a bar: shares now and in the reference."""
        names, current, reference = self.bars(lang)
        then = [None] * len(names) if reference is None else reference.tolist()
        header = [say(lang, key) for key in ("category", "current", "reference")]
        return Table.of(header, zip(names, current.tolist(), then, strict=True), ("", "share", "share"))


def _distinct(categories: list[str], lang: Lang) -> list[str]:
    """Return the names of all bars; a category that is called like a special bar keeps its own."""
    special = [f"({say(lang, key)})" for key in ("other", "unseen", "missing")]
    return [name if name not in special else f"“{name}”" for name in categories] + special
