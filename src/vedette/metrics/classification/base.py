"""What the classification metrics share: what they read, why they are undefined, and the points of two curves."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from vedette.errors import unknown_name
from vedette.inference.interval import FloatArray
from vedette.layout import Layout
from vedette.metrics.base import Metric, over
from vedette.schema import spelled
from vedette.sentences.sentence import Sentence
from vedette.summaries.base import Summary
from vedette.values import Direction, Estimates


class ClassMetric(Metric, frozen=True, kw_only=True):
    """A metric of a model that predicts classes.

    With a weight column counts are sums of weights, and the intervals take the weight for a number of rows.
    """

    better: ClassVar[Direction] = "higher"
    unit: ClassVar[str] = "share"
    tasks: ClassVar[tuple[str, ...]] = ("binary", "multiclass")
    #: What the schema must name.
    needs_label: ClassVar[bool] = True
    needs_prediction: ClassVar[bool] = True
    needs_score: ClassVar[bool] = False

    def why_not(self, layout: Layout) -> Sentence | str | None:
        """Return why it is not defined for these data, None when it is."""
        why, schema = super().why_not(layout), layout.schema
        if why is None and self.needs_label and schema.label is None:
            return Sentence.of("why.needs_labels", metric=self.name)
        if why is None and self.needs_score and schema.score is None:
            return Sentence.of("why.needs_scores", metric=self.name)
        if why is None and self.needs_prediction and schema.prediction is None and schema.score is None:
            return Sentence.of("why.needs_predictions", metric=self.name)
        return why


def counted(layout: Layout) -> Summary:
    """Return the confusion counts of the task."""
    return layout.multilabel_confusion() if layout.task == "multilabel" else layout.confusion()


def class_names(layout: Layout) -> tuple[str, ...]:
    """Return what `of` may name: the classes, or the labels of a multi-label task."""
    return tuple(layout.schema.label or ()) if layout.task == "multilabel" else layout.classes


def position(names: tuple[str, ...], of: str) -> int:
    """Return the position of a class.

    Raises
    ------
    UnknownNameError
        Code ``metric.unknown-class``.
    """
    if spelled(of) not in names:
        raise unknown_name("Class", spelled(of), names, code="metric.unknown-class")
    return names.index(spelled(of))


def explained(
    value: FloatArray,
    low: FloatArray | None,
    high: FloatArray | None,
    *,
    n: npt.ArrayLike,
    rows: npt.ArrayLike,
    labelled: npt.ArrayLike,
) -> Estimates:
    """Return estimates whose missing values say why: no rows, rows without a label, or 0/0.

    `n` is what carried the value (the denominator of a share); `rows` and `labelled` count the whole cell.
    """
    rows, labelled = np.asarray(rows), np.asarray(labelled)
    found = Estimates.of(value, low, high, n=n).because("undefined")
    return found.because("unlabelled", labelled <= 0).because("insufficient", rows <= 0)


def explained_by_bins(
    value: FloatArray, low: FloatArray, high: FloatArray, n: FloatArray, counts: npt.NDArray[Any]
) -> Estimates:
    """Return estimates whose missing values say why, `counts` being those of `ScoreBins`.

    Only cells without a value are counted through: all of them, over a year of days by segment, take longer than
    most metrics.
    """
    missing = np.flatnonzero(~np.isfinite(value))
    rows, labelled = np.ones(len(value)), np.ones(len(value))
    by_label = counts[missing].sum(axis=(1, 2))
    rows[missing], labelled[missing] = by_label.sum(axis=1), by_label[:, :2].sum(axis=1)
    return explained(value, low, high, n=n, rows=rows, labelled=labelled)


def roc_points(counts: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the points of the ROC curve, from the highest threshold to the lowest.

    Parameters
    ----------
    counts : array_like of shape (..., bins, 2, 3)
        As `ScoreBins` counts them; rows without a score (the last bin) are left out.

    Returns
    -------
    false_positive_rate, true_positive_rate : ndarray of shape (..., bins)
        From (0, 0) to (1, 1); nan where a class has no rows.

    Examples
    --------
    >>> counts = np.zeros((3, 2, 3))
    >>> counts[0, 0, :2], counts[1, 1, :2] = (3, 1), (1, 3)
    >>> [rate.tolist() for rate in roc_points(counts)]
    [[0.0, 0.25, 1.0], [0.0, 0.75, 1.0]]
    """
    caught, raised = reached(counts)
    return over(raised, raised[..., -1:]), over(caught, caught[..., -1:])


def pr_points(counts: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the points of the precision-recall curve, from the highest threshold to the lowest.

    Parameters
    ----------
    counts : array_like of shape (..., bins, 2, 3)
        As `ScoreBins` counts them; rows without a score (the last bin) are left out.

    Returns
    -------
    recall, precision : ndarray of shape (..., bins)
        From recall 0, where precision is 1 by convention, to recall 1. Recall is nan where there are no positives.

    Examples
    --------
    >>> counts = np.zeros((3, 2, 3))
    >>> counts[0, 0, :2], counts[1, 1, :2] = (3, 1), (1, 3)
    >>> [rate.tolist() for rate in pr_points(counts)]
    [[0.0, 0.75, 1.0], [1.0, 0.75, 0.5]]
    """
    caught, raised = reached(counts)
    precision = np.where(caught + raised > 0, over(caught, caught + raised), 1.0)
    return over(caught, caught[..., -1:]), precision


def reached(counts: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return positives and negatives at or above each bin's lower edge, from none to all, shape (..., bins)."""
    positives, negatives = sides(np.asarray(counts))
    start = np.zeros((*positives.shape[:-1], 1))
    falling = (np.cumsum(side[..., ::-1], axis=-1) for side in (positives, negatives))
    caught, raised = (np.concatenate((start, side), axis=-1) for side in falling)
    return caught, raised


def sides(counts: npt.NDArray[Any]) -> tuple[FloatArray, FloatArray]:
    """Return positives and negatives in each bin that holds scores, shape (..., bins - 1), in order of the score."""
    with_score = counts[..., :-1, :, :]
    positives, negatives = (with_score[..., 0, true] + with_score[..., 1, true] for true in (1, 0))
    return positives.astype(np.float64), negatives.astype(np.float64)
