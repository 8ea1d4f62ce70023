"""What finding more positives costs: precision against recall over all thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vedette.numerals import number
from vedette.views.chart import SQUARE, frame
from vedette.views.curve import Curve, straight, thinned, unit_curve
from vedette.views.table import Table
from vedette.views.words import Lang, joined, say

if TYPE_CHECKING:
    import altair as alt


class PrecisionRecall(msgspec.Struct, frozen=True, kw_only=True):
    """Precision-recall curve, now and in the reference.

    Attributes
    ----------
    title : str
        The finding, as a sentence.
    current, reference : pair of ndarrays of shape (k,)
        Recalls and precisions, in the order of the threshold.
    prevalence : float, optional
        Share of positives: the precision of guessing.
    """

    title: str
    current: Curve
    reference: Curve | None = None
    prevalence: float | None = None

    def chart(self, lang: Lang = "en") -> alt.LayerChart:
        """Return the picture."""
        import altair as alt

        axes = (say(lang, "recall"), say(lang, "precision"))
        layers = [] if self.prevalence is None else [straight((0, self.prevalence), (1, self.prevalence))]
        if self.reference is not None:
            layers.append(unit_curve(self.reference, "reference-curve", axes, lang))
        layers.append(unit_curve(self.current, "metric", axes, lang))
        guessing = "" if self.prevalence is None else say(lang, "prevalence", rate=number(self.prevalence))
        compared = say(lang, "grey_is_reference") if self.reference is not None else ""
        remarks = joined(guessing, compared)
        words = frame(self.title, remarks, joined(self.title, remarks), most=SQUARE)
        return alt.LayerChart(layer=layers, width=SQUARE, height=SQUARE, **words)

    def table(self, lang: Lang = "en") -> Table:
        """Return one row a drawn point of the current curve."""
        header = [say(lang, "recall"), say(lang, "precision")]
        return Table.of(header, zip(*(axis.tolist() for axis in thinned(self.current)), strict=True))
