"""Cohen's kappa."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray
from vedette.metrics.classification._agreement import Agreement


class Kappa(Agreement, frozen=True, kw_only=True):
    """Cohen's kappa: how much of the agreement beyond chance is reached.

    It answers how far accuracy exceeds what the same shares of predictions and labels would give by chance; 0 is
    chance, 1 is perfect. It misleads when one class is rare: chance agreement is then high and kappa low although
    almost every row is right.

    ``kappa = (accuracy - chance) / (1 - chance)``, chance being the sum over classes of ``share predicted * share
    true``

    Returns
    -------
    Estimates
        Pure number, range [-1, 1], higher is better. ``n`` is the number of rows with label and prediction;
        interval from 1000 Dirichlet draws of the table.

    Notes
    -----
    *Undefined when* all labels and all predictions are of the same one class.

    References
    ----------
    J. Cohen (1960), A coefficient of agreement for nominal scales, doi:10.1177/001316446002000104.

    Examples
    --------
    >>> from vedette.summaries.confusion import Confusion
    >>> from vedette.testing.rows import observed
    >>> counts = observed(Confusion(classes=("0", "1"), label="y", prediction="p"), y=[1, 0, 0, 1], p=[1, 0, 0, 0])
    >>> round(Kappa().compute({"confusion": counts})[0].value, 4)
    0.5
    """

    title: ClassVar[str] = "Cohen's kappa"
    references: ClassVar[tuple[str, ...]] = ("doi:10.1177/001316446002000104",)

    @staticmethod
    def statistic(joint: FloatArray) -> FloatArray:
        """Return kappa of tables (..., k, k) of predicted by true class."""
        total = joint.sum(axis=(-2, -1))
        chance = (joint.sum(axis=-1) * joint.sum(axis=-2)).sum(axis=-1)
        right = np.trace(joint, axis1=-2, axis2=-1) * total
        return np.asarray((right - chance) / (total**2 - chance))
