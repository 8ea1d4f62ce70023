"""How well the scores rank: true against false positive rate over all thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vedette.views.chart import SQUARE, frame
from vedette.views.curve import Curve, straight, thinned, unit_curve
from vedette.views.table import Table
from vedette.views.words import Lang, joined, say

if TYPE_CHECKING:
    import altair as alt


class Roc(msgspec.Struct, frozen=True, kw_only=True):
    """ROC curve, now and in the reference.

    Attributes
    ----------
    title : str
        The finding, as a sentence.
    current, reference : pair of ndarrays of shape (k,)
        False and true positive rates, in the order of the threshold.
    """

    title: str
    current: Curve
    reference: Curve | None = None

    def chart(self, lang: Lang = "en") -> alt.LayerChart:
        """Return the picture."""
        import altair as alt

        axes = (say(lang, "false_positive_rate"), say(lang, "true_positive_rate"))
        layers = [straight((0, 0), (1, 1))]
        if self.reference is not None:
            layers.append(unit_curve(self.reference, "reference-curve", axes, lang))
        layers.append(unit_curve(self.current, "metric", axes, lang))
        compared = say(lang, "grey_is_reference") if self.reference is not None else ""
        remarks = joined(say(lang, "diagonal_is_chance"), compared)
        words = frame(self.title, remarks, joined(self.title, remarks), most=SQUARE)
        return alt.LayerChart(layer=layers, width=SQUARE, height=SQUARE, **words)

    def table(self, lang: Lang = "en") -> Table:
        """Return one row a drawn point of the current curve."""
        header = [say(lang, "false_positive_rate"), say(lang, "true_positive_rate")]
        return Table.of(header, zip(*(axis.tolist() for axis in thinned(self.current)), strict=True))
