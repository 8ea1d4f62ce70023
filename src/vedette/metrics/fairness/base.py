"""What the fairness metrics share: each group of a column against all other rows, as one estimate a cell and group."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import numpy as np

from vedette.errors import ConfigError
from vedette.inference.interval import FloatArray, Interval
from vedette.inference.newcombe import newcombe_difference
from vedette.layout import Layout
from vedette.metrics.base import Scope, States, over
from vedette.metrics.classification.base import ClassMetric, explained
from vedette.summaries.base import Summary
from vedette.summaries.group_outcomes import GroupOutcomes
from vedette.values import Estimates


class Outcomes(NamedTuple):
    """Counts of each group, each (cells, groups): true and false positives and negatives, and both unlabelled."""

    tp: FloatArray
    fp: FloatArray
    fn: FloatArray
    tn: FloatArray
    selected: FloatArray
    predicted: FloatArray

    def rest(self) -> Outcomes:
        """Return the counts of everyone else."""
        return Outcomes(*(counts.sum(axis=1, keepdims=True) - counts for counts in self))


class GroupMetric(ClassMetric, frozen=True, kw_only=True):
    """A gap between each group of a column and all other rows; a subclass gives its `gap`.

    Estimates have one row a cell and group, in C order; `groups` names the latter. Everyone else includes the rows
    whose group is missing. A gap is a fact about a model and its data, not a verdict: which gap matters, and whether
    it is unjust, the numbers cannot say; and a wide interval is insufficient evidence, never fairness.
    """

    scope: ClassVar[Scope] = "group"
    kinds: ClassVar[tuple[str, ...]] = ("category",)
    tasks: ClassVar[tuple[str, ...]] = ("binary",)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the outcomes of each group."""
        if layout.task not in self.tasks or self.column is None:
            raise ConfigError(
                f"{self.name} was asked for column {self.column!r} of a {layout.task} task",
                "A binary task and the column that holds the groups",
                f"Write metric({self.name!r}, column=...), or name Schema(protected=[...])",
                code="metric.wrong-kind",
            )
        return {"outcomes": layout.outcomes(self.column)}

    def groups(self, needs: Mapping[str, Summary]) -> list[str]:
        """Return the names of the groups, in the order of the estimates."""
        outcomes = needs["outcomes"]
        assert isinstance(outcomes, GroupOutcomes)
        return outcomes.groups.names()

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return one estimate for each cell and group."""
        counts = current["outcomes"]["counts"].astype(np.float64)
        with np.errstate(all="ignore"):
            value, low, high, n = self.gap(outcomes(counts), level)
        rows, labelled = counts.sum(axis=(2, 3)), counts[..., :-2].sum(axis=(2, 3))
        known = labelled if self.needs_label else rows
        parts = (value, low, high, n, rows, known)
        value, low, high, n, rows, known = (np.ravel(part) for part in parts)
        return explained(value, low, high, n=n, rows=rows, labelled=known)

    @abstractmethod
    def gap(self, groups: Outcomes, level: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return value, low, high and the group's rows behind them, each (cells, groups)."""


def outcomes(counts: FloatArray) -> Outcomes:
    """Return the counts of a binary task, of (cells, groups, predicted, true) as `GroupOutcomes` counts them."""
    (tn, fn), (fp, tp) = (tuple(counts[..., i, j] for j in (0, 1)) for i in (0, 1))
    predicted = counts[..., :2, :].sum(axis=3)
    return Outcomes(tp, fp, fn, tn, predicted[..., 1], predicted.sum(axis=2))


def difference(
    part: FloatArray, whole: FloatArray, rest_part: FloatArray, rest_whole: FloatArray, level: float
) -> tuple[FloatArray, Interval]:
    """Return the difference of two shares with Newcombe's interval."""
    value = over(part, whole) - over(rest_part, rest_whole)
    return value, newcombe_difference(part, whole, rest_part, rest_whole, level)
