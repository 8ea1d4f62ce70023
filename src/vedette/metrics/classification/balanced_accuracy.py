"""Balanced accuracy."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.layout import Layout
from vedette.metrics.base import States
from vedette.metrics.classification._tables import averaged, table
from vedette.metrics.classification.base import ClassMetric, explained
from vedette.metrics.classification.recall import Recall
from vedette.summaries.base import Summary
from vedette.values import Estimates


class BalancedAccuracy(ClassMetric, frozen=True, kw_only=True):
    """Balanced accuracy: the mean of the classes' recalls.

    It answers how often the model is right when every class counts alike; always predicting one class gives 1/k.
    It misleads when the rare class has few rows: half of the number (of two classes) then hangs on them, and the
    interval says so.

    ``balanced accuracy = mean over classes of recall``

    Returns
    -------
    Estimates
        A share, range [0, 1], higher is better. ``n`` is the number of rows with label and prediction; interval by
        square-and-add over Wilson's interval of each recall, which are independent.

    Notes
    -----
    *Undefined when* no row has both a label and a prediction. Classes without a labelled row are left out of the
    mean, as in scikit-learn.

    References
    ----------
    K. H. Brodersen, C. S. Ong, K. E. Stephan, J. M. Buhmann (2010), The balanced accuracy and its posterior
    distribution, doi:10.1109/ICPR.2010.764. G. Y. Zou, A. Donner (2008), doi:10.1002/sim.3095.

    Examples
    --------
    >>> from vedette.summaries.confusion import Confusion
    >>> from vedette.testing.rows import observed
    >>> counts = observed(Confusion(classes=("0", "1"), label="y", prediction="p"), y=[1, 0, 0, 0], p=[1, 0, 0, 1])
    >>> BalancedAccuracy().compute({"confusion": counts})[0]
    Estimate(0.8333, low=0.375, high=0.9693, n=4)
    """

    title: ClassVar[str] = "balanced accuracy"
    default: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("doi:10.1109/ICPR.2010.764", "doi:10.1002/sim.3095")

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the confusion counts."""
        return {"confusion": layout.confusion()}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the balanced accuracy of each cell."""
        t = table(current["confusion"])
        value, low, high, n = averaged(Recall().each(t, level), np.ones_like(t.tp), None, t.n)
        return explained(value, low, high, n=n, rows=t.rows, labelled=t.labelled)
