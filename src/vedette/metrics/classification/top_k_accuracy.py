"""Top-k accuracy."""

from __future__ import annotations

from typing import ClassVar

from vedette.errors import ConfigError
from vedette.inference.wilson import wilson_interval
from vedette.layout import Layout
from vedette.metrics.base import States, over
from vedette.metrics.classification.base import ClassMetric, explained
from vedette.summaries.base import Summary
from vedette.values import Estimates


class TopKAccuracy(ClassMetric, frozen=True, kw_only=True):
    """Top-k accuracy: the share of rows whose true class is among the k with the largest scores.

    It answers how often a short list holds the right answer. It misleads when k is near the number of classes: it
    is then near 1 whatever the model.

    ``top-k accuracy = (rows whose true class ranks k-th or better) / (rows)``

    Attributes
    ----------
    k : int
        Length of the list, at least 1.

    Returns
    -------
    Estimates
        A share, range [0, 1], higher is better. ``n`` is the number of labelled rows with all scores; Wilson's
        interval.

    Notes
    -----
    *Undefined when* no labelled row has all scores. Of equal scores the later class ranks first, as in scikit-learn.

    References
    ----------
    O. Russakovsky et al. (2015), ImageNet large scale visual recognition challenge, doi:10.1007/s11263-015-0816-y.

    Examples
    --------
    >>> from vedette.summaries.class_ranks import ClassRanks
    >>> from vedette.testing.rows import observed
    >>> spec = ClassRanks(classes=("a", "b", "c"), scores=("pa", "pb", "pc"), label="y")
    >>> ranks = observed(spec, y=["a", "c"], pa=[0.3, 0.6], pb=[0.5, 0.3], pc=[0.2, 0.1])
    >>> TopKAccuracy(k=2).compute({"ranks": ranks})[0]
    Estimate(0.5, low=0.09453, high=0.9055, n=2)
    """

    title: ClassVar[str] = "top-k accuracy"
    tasks: ClassVar[tuple[str, ...]] = ("multiclass",)
    needs_prediction: ClassVar[bool] = False
    needs_score: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("doi:10.1007/s11263-015-0816-y",)

    k: int = 2

    def __post_init__(self) -> None:
        if self.k < 1:
            raise ConfigError(
                f"Parameter k of top_k_accuracy is {self.k!r}",
                "The number of classes on the list, at least 1",
                "Write 5 for the five largest scores",
                code="metric.bad-parameter",
            )

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the ranks of the true class."""
        return {"ranks": layout.class_ranks()}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the top-k accuracy of each cell."""
        counts = current["ranks"]["counts"]
        ranked = counts[:, :-2]
        hits, n = ranked[:, : self.k].sum(axis=1), ranked.sum(axis=1)
        low, high = wilson_interval(hits, n, level)
        return explained(
            over(hits, n), low, high, n=n, rows=counts.sum(axis=1), labelled=counts[:, :-1].sum(axis=1)
        )
