"""One-against-rest tables of a confusion state, and averages of a rate over classes with an interval."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal, NamedTuple

import msgspec
import numpy as np

from vedette.errors import ConfigError
from vedette.inference.interval import FloatArray
from vedette.inference.wilson import wilson_interval
from vedette.layout import Layout
from vedette.metrics.base import States, over
from vedette.metrics.classification.base import ClassMetric, class_names, counted, explained, position
from vedette.schema import spelled
from vedette.summaries.base import State, Summary
from vedette.summaries.confusion import Confusion
from vedette.summaries.multilabel_confusion import MultilabelConfusion
from vedette.values import Estimates

Average = Literal["macro", "micro", "weighted"]
AVERAGES: tuple[Average, ...] = ("macro", "micro", "weighted")


class Table(NamedTuple):
    """Counts of each class against the rest.

    ``tp, fp, fn, tn`` have shape (cells, classes); ``joint`` (cells, k, k) is predicted by true, None when the
    classes are labels of their own (multi-label). Of shape (cells,): ``rows``, those ``labelled`` with a known class,
    and ``n``, those of them with a prediction.
    """

    tp: FloatArray
    fp: FloatArray
    fn: FloatArray
    tn: FloatArray
    joint: FloatArray | None
    rows: FloatArray
    labelled: FloatArray
    n: FloatArray
    names: tuple[str, ...]


class Rates(NamedTuple):
    """Values with their interval, and the rows behind them, of any one shape."""

    value: FloatArray
    low: FloatArray
    high: FloatArray
    n: FloatArray


def table(state: State) -> Table:
    """Return the one-against-rest tables of a confusion state; rows without label or prediction are left out."""
    counts = state["counts"].astype(np.float64)
    if isinstance(state.spec, MultilabelConfusion):
        tn, fn, fp, tp = (counts[:, :, i, j] for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)))
        rows, labelled, n = (
            counts[:, :, :i, :j].sum(axis=(2, 3)).max(axis=1) for i, j in ((3, 4), (3, 2), (2, 2))
        )
        return Table(tp, fp, fn, tn, None, rows, labelled, n, state.spec.labels)
    assert isinstance(state.spec, Confusion)
    k = len(state.spec.classes)
    joint = counts[:, :k, :k]
    tp = np.diagonal(joint, axis1=1, axis2=2)
    fp, fn, n = joint.sum(axis=2) - tp, joint.sum(axis=1) - tp, joint.sum(axis=(1, 2))
    tn = n[:, None] - tp - fp - fn
    rows, labelled = counts.sum(axis=(1, 2)), counts[:, :, :k].sum(axis=(1, 2))
    return Table(tp, fp, fn, tn, joint, rows, labelled, n, state.spec.classes)


class Averaged(ClassMetric, frozen=True, kw_only=True):
    """A metric that every class has, and the mean of which is taken over classes.

    Attributes
    ----------
    of : str, optional
        The one class (multi-label: label) it is of.
    average : "macro", "micro" or "weighted", optional
        Mean over classes, each alike; from the counts of all classes together; or mean weighted by the rows of each
        class. Default: the positive class of a binary task, "macro" otherwise. As with scikit-learn's
        ``zero_division=nan``, a class without a value is left out of a mean.
    """

    tasks: ClassVar[tuple[str, ...]] = ("binary", "multiclass", "multilabel")

    of: str | None = None
    average: Average | None = None

    def __post_init__(self) -> None:
        if self.of is not None:
            msgspec.structs.force_setattr(self, "of", spelled(self.of))
        if self.average not in (None, *AVERAGES) or (self.of and self.average):
            raise ConfigError(
                f"{self.name} has of={self.of!r} and average={self.average!r}",
                "Either one class, of=..., or an average over classes: macro, micro or weighted",
                "Drop one of the two, or correct the average",
                code="metric.bad-parameter",
            )

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the confusion counts."""
        if self.of is not None:
            position(class_names(layout), self.of)
        return {"confusion": counted(layout)}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return one estimate for each cell."""
        found = table(current["confusion"])
        with np.errstate(all="ignore"):
            value, low, high, n = self.chosen(found, level)
        return explained(value, low, high, n=n, rows=found.rows, labelled=found.labelled)

    def chosen(self, t: Table, level: float) -> Rates:
        """Return the rates of one class or their average, shape (cells,)."""
        average = self.average
        if average is None and self.of is None and (t.joint is None or len(t.names) != 2):
            average = "macro"
        if average == "micro":
            return self.micro(t, level)
        each = self.each(t, level)
        if average is None:
            one = -1 if self.of is None else position(t.names, self.of)
            return Rates(*(array[:, one] for array in each))
        weight = t.tp + t.fn if average == "weighted" else np.ones_like(t.tp)
        return averaged(each, weight, self.shared(t), t.n)

    @abstractmethod
    def each(self, t: Table, level: float) -> Rates:
        """Return the rates of every class, shape (cells, classes)."""

    @abstractmethod
    def micro(self, t: Table, level: float) -> Rates:
        """Return the rate of all classes' counts together, shape (cells,)."""

    def shared(self, t: Table) -> FloatArray | None:
        """Return the correlation of the classes' rates, shape (cells, k, k); None where they are independent."""
        return None


class ShareOf(Averaged, frozen=True, kw_only=True):
    """A rate that is one count of the table over another; a subclass gives its `parts`.

    Given the denominators the classes' rates are independent: each row is in the denominator of one class only
    (recall, precision), so the interval of a mean is square-and-add over Wilson's.
    """

    @abstractmethod
    def parts(self, t: Table) -> tuple[FloatArray, FloatArray]:
        """Return numerator and denominator of each class."""

    def each(self, t: Table, level: float) -> Rates:
        """Return the share of every class with Wilson's interval."""
        part, whole = self.parts(t)
        return Rates(over(part, whole), *wilson_interval(part, whole, level), whole)

    def micro(self, t: Table, level: float) -> Rates:
        """Return the share of all classes together; a row counts once in the interval."""
        part, whole = (array.sum(axis=1) for array in self.parts(t))
        rows = whole if t.joint is None else np.minimum(whole, t.n)
        value = over(part, whole)
        return Rates(value, *wilson_interval(value * rows, rows, level), rows)


def averaged(each: Rates, weight: FloatArray, correlation: FloatArray | None, n: FloatArray) -> Rates:
    """Return the weighted mean over classes with the interval that square-and-add gives.

    The distance from the mean to its lower end is the root of the sum over pairs of classes of ``w_i d_i r_ij w_j
    d_j``, with d the distances of the classes' own values to their lower ends; the same for the upper end. Weights
    are taken as fixed. Classes without a value are left out.
    """
    weight = np.where(np.isfinite(each.value), weight, 0.0)
    weight = over(weight, weight.sum(axis=1, keepdims=True))
    value = np.where(weight > 0, weight * each.value, 0.0).sum(axis=1)
    value[~np.isfinite(weight).all(axis=1)] = np.nan
    down, up = (
        np.where(weight > 0, weight * distance, 0.0)
        for distance in (each.value - each.low, each.high - each.value)
    )
    low, high = value - _length(down, correlation), value + _length(up, correlation)
    return Rates(value, np.maximum(low, 0), np.minimum(high, 1), n)


def _length(distances: FloatArray, correlation: FloatArray | None) -> FloatArray:
    """Return the length of the sum of vectors of these lengths that are correlated like this."""
    if correlation is None:
        return np.asarray(np.sqrt((distances**2).sum(axis=1)))
    return np.asarray(np.sqrt(np.einsum("gi,gij,gj->g", distances, correlation, distances)))
