"""F1."""

from __future__ import annotations

from typing import ClassVar

from vedette.metrics.classification._fscore import FScore


class F1(FScore, frozen=True, kw_only=True):
    """F1: the harmonic mean of precision and recall.

    It answers how well positives are found when false alarms and misses cost the same and true negatives do not
    count. It misleads when they cost differently (see `fbeta`, `cost`), and when windows with different shares of
    positives are compared: it rises with that share.

    ``F1 = 2 P R / (P + R) = 2 TP / (2 TP + FP + FN)``

    Returns
    -------
    Estimates
        A share, range [0, 1], higher is better. ``n`` is the number of rows that count, ``TP + FP + FN``. The
        interval is Wilson's of the Jaccard index ``J = TP / n`` mapped through ``2 J / (1 + J)``, exact given n; for
        a mean over classes square-and-add with the correlation that shared errors make. That one covers less than
        it says below about 30 rows a class (measured in the tests).

    Notes
    -----
    *Undefined when* no labelled row is positive or predicted positive; 0 when some are but none is both.

    Two wrong formulas circulate. F1 is not the mean of *accuracy* and recall, harmonic or not: accuracy counts true
    negatives. And the denominator is ``P + R``, not ``(1 - P) (1 - R)``. With P = 0.9 and R = 0.8, F1 is 0.847.

    References
    ----------
    C. J. van Rijsbergen (1979), Information retrieval, 2nd edition, chapter 7. C. Goutte, E. Gaussier (2005), A
    probabilistic interpretation of precision, recall and F-score, doi:10.1007/978-3-540-31865-1_25.

    Examples
    --------
    P = 36/40 and R = 36/45:

    >>> from vedette.summaries.confusion import Confusion
    >>> from vedette.testing.rows import observed
    >>> rows = {"y": [1] * 36 + [0] * 4 + [1] * 9, "p": [1] * 36 + [1] * 4 + [0] * 9}
    >>> counts = observed(Confusion(classes=("0", "1"), label="y", prediction="p"), **rows)
    >>> F1().compute({"confusion": counts})[0]
    Estimate(0.8471, low=0.7479, high=0.9118, n=49)
    """

    title: ClassVar[str] = "F1"
    default: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("doi:10.1007/978-3-540-31865-1_25",)

    @property
    def recall_weight(self) -> float:
        """Recall weighs as much as precision."""
        return 1.0
