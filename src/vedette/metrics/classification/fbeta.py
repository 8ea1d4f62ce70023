"""F-beta."""

from __future__ import annotations

from typing import ClassVar

from vedette.errors import ConfigError
from vedette.metrics.classification._fscore import FScore


class Fbeta(FScore, frozen=True, kw_only=True):
    """F-beta: a mean of precision and recall in which recall weighs `beta` times as much.

    It answers how well positives are found when a miss costs ``beta**2`` times a false alarm. It misleads where
    `f1` does.

    ``F = (1 + beta^2) TP / ((1 + beta^2) TP + FP + beta^2 FN)``

    Attributes
    ----------
    beta : float
        Positive; 2 favours recall, 0.5 precision.

    Returns
    -------
    Estimates
        A share, range [0, 1], higher is better. ``n`` is the number of rows that count, ``TP + FP + FN``; interval
        by square-and-add on the logit scale, for averages as for `f1`.

    Notes
    -----
    *Undefined when* no labelled row is positive or predicted positive; 0 when some are but none is both.

    References
    ----------
    C. J. van Rijsbergen (1979), Information retrieval, 2nd edition, chapter 7. G. Y. Zou, A. Donner (2008),
    doi:10.1002/sim.3095.

    Examples
    --------
    >>> from vedette.summaries.confusion import Confusion
    >>> from vedette.testing.rows import observed
    >>> counts = observed(Confusion(classes=("0", "1"), label="y", prediction="p"), y=[1, 1, 0, 1], p=[1, 1, 1, 0])
    >>> Fbeta(beta=2.0).compute({"confusion": counts})[0]
    Estimate(0.6667, low=0.2524, high=0.9277, n=4)
    """

    title: ClassVar[str] = "F-beta"
    references: ClassVar[tuple[str, ...]] = ("doi:10.1002/sim.3095",)

    beta: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.beta > 0:
            raise ConfigError(
                f"Parameter beta of fbeta is {self.beta!r}",
                "A positive number: how many times recall weighs",
                "Write 2 to favour recall, 0.5 to favour precision",
                code="metric.bad-parameter",
            )

    @property
    def recall_weight(self) -> float:
        """Weight of recall against precision, squared."""
        return self.beta**2
