"""Quantile loss."""

from __future__ import annotations

from typing import ClassVar

from vedette.metrics.regression.base import Answer, ErrorMetric, check_share, mean_answer, size_of
from vedette.summaries.base import State


class QuantileLoss(ErrorMetric, frozen=True, kw_only=True):
    """Quantile (pinball) loss: what a prediction of the q-th quantile costs, in the label's unit.

    It is the loss that such a prediction minimises: too low costs q for each unit, too high 1 - q. It answers whether a
    quantile forecast still pays; it misleads when predictions are means (then take `mae`, twice the loss at q = 0.5).

    ``mean [q (label - prediction)₊ + (1 - q) (prediction - label)₊]``

    Parameters
    ----------
    q : float, default 0.5
        The quantile that is predicted, strictly between 0 and 1.

    Returns
    -------
    Estimates
        In the label's unit, range [0, inf), lower is better. Interval: Student's on the scale of the log.

    Notes
    -----
    *Undefined when* no row has both a finite label and a finite prediction; the interval when fewer than two have.

    References
    ----------
    R. Koenker, G. Bassett (1978), Regression quantiles, doi:10.2307/1913643.

    Examples
    --------
    >>> from vedette.summaries.regression_errors import RegressionErrors
    >>> from vedette.testing.rows import observed
    >>> errors = observed(RegressionErrors(prediction="p", label="y"), p=[2.0, 4.0, 9.0], y=[1.0, 4.0, 6.0])
    >>> round(QuantileLoss(q=0.9).compute({"errors": errors})[0].value, 4)
    0.1333
    """

    title: ClassVar[str] = "quantile loss"
    references: ClassVar[tuple[str, ...]] = ("doi:10.2307/1913643",)

    q: float = 0.5

    def __post_init__(self) -> None:
        check_share(self.name, self.q)

    def answer(self, errors: State, level: float) -> Answer:
        """Return the quantile loss of each cell."""
        powers, q = errors["powers"], self.q
        over = (errors["absolute"] + powers[:, 1, 0]) / 2
        under = (errors["absolute"] - powers[:, 1, 0]) / 2
        squares = q**2 * (powers[:, 2, 0] - errors["over"]) + (1 - q) ** 2 * errors["over"]
        return mean_answer(size_of(errors), q * under + (1 - q) * over, squares, level)
