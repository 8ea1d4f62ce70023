"""Label coverage."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.interval import FloatArray
from vedette.metrics.classification._shares import PlainShare
from vedette.values import Direction


class LabelCoverage(PlainShare, frozen=True, kw_only=True):
    """Label coverage: the share of rows whose label is known.

    It answers how much of a window the other numbers rest on. It misleads as a measure of representativeness: 90 %
    of labels may lack just the rows that take long to decide.

    ``label coverage = (rows with a label) / (rows)``; of several labels a row, the mean over labels

    Returns
    -------
    Estimates
        A share, range [0, 1], higher is better. ``n`` is the number of rows; Wilson's interval.

    Notes
    -----
    *Undefined when* there are no rows. Labels outside the known classes count as known here (see `unknown_label`).

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta (2001), Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> from vedette.summaries.confusion import Confusion
    >>> from vedette.testing.rows import observed
    >>> counts = observed(Confusion(classes=("0", "1"), label="y"), y=[1, 0, 7, None])
    >>> LabelCoverage().compute({"confusion": counts})[0]
    Estimate(0.75, low=0.3006, high=0.9544, n=4)
    """

    title: ClassVar[str] = "label coverage"
    default: ClassVar[bool] = True
    better: ClassVar[Direction] = "higher"
    needs_prediction: ClassVar[bool] = False
    of_labelled: ClassVar[bool] = False
    references: ClassVar[tuple[str, ...]] = ("doi:10.1214/ss/1009213286",)

    def parts(self, counts: FloatArray, place: int) -> tuple[FloatArray, FloatArray]:
        """Return rows with any label and rows."""
        rows = counts.sum(axis=(1, 2))
        return rows - counts[:, :, -2].sum(axis=1), rows
