"""Matthews correlation coefficient."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray
from vedette.metrics.classification._agreement import Agreement


class Mcc(Agreement, frozen=True, kw_only=True):
    """Matthews correlation coefficient: the correlation of predicted and true class.

    It answers how much predictions and labels go together when all four cells of the table count; 0 is guessing,
    1 is perfect, -1 is perfectly wrong. It misleads when windows with different shares of positives are compared:
    the same model scores lower where one class is rare.

    ``MCC = (TP TN - FP FN) / sqrt((TP+FP) (TP+FN) (TN+FP) (TN+FN))``; for several classes Gorodkin's R_K.

    Returns
    -------
    Estimates
        Pure number, range [-1, 1], higher is better. ``n`` is the number of rows with label and prediction;
        interval from 1000 Dirichlet draws of the table.

    Notes
    -----
    *Undefined when* all labels or all predictions are of one class (scikit-learn returns 0 there).

    References
    ----------
    J. Gorodkin (2004), Comparing two K-category assignments by a K-category correlation coefficient,
    doi:10.1016/j.compbiolchem.2004.09.006.

    Examples
    --------
    >>> from vedette.summaries.confusion import Confusion
    >>> from vedette.testing.rows import observed
    >>> counts = observed(Confusion(classes=("0", "1"), label="y", prediction="p"), y=[1, 0, 0, 1], p=[1, 0, 0, 0])
    >>> round(Mcc().compute({"confusion": counts})[0].value, 4)
    0.5774
    """

    title: ClassVar[str] = "Matthews correlation"
    references: ClassVar[tuple[str, ...]] = ("doi:10.1016/j.compbiolchem.2004.09.006",)

    @staticmethod
    def statistic(joint: FloatArray) -> FloatArray:
        """Return the coefficient of tables (..., k, k) of predicted by true class."""
        predicted, true, total = joint.sum(axis=-1), joint.sum(axis=-2), joint.sum(axis=(-2, -1))
        right = np.trace(joint, axis1=-2, axis2=-1)
        spread = (total**2 - (predicted**2).sum(axis=-1)) * (total**2 - (true**2).sum(axis=-1))
        return np.asarray((right * total - (predicted * true).sum(axis=-1)) / np.sqrt(spread))
