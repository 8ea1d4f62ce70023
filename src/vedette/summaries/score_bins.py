"""Score bin x predicted x true, with sums: ROC, calibration, log loss, Brier and label-free estimates read it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.binning import Binning
from vedette.cells import Cells
from vedette.summaries.base import Array, Field, State, Summary, weights
from vedette.summaries.confusion import Slots, placed, thresholded

Floats = npt.NDArray[np.float64]

#: Probabilities are clipped this far from 0 in the log loss, as in scikit-learn (float64 eps).
EPSILON = float(np.finfo(np.float64).eps)
#: Columns of ``by_label``.
KEPT, SQUARED, LOG, OUTSIDE, SQUARED_2, LOG_2, MISS = range(7)


class ScoreBins(Summary, frozen=True, kw_only=True):
    """Counts of the score of one class in frozen bins, by predicted and by true class.

    Attributes
    ----------
    score : str
        Score of the positive class.
    binning : Binning
        Bins of the score, frozen on the reference.
    label : str or None
    prediction : str, optional
        Column of predicted classes; without it the positive class is predicted where ``score >= threshold``.
    classes : tuple of str
        Known classes.
    positive : str, optional
        The class the score is of (default: the last); all other known classes count as negative.
    threshold : float
    weight : str, optional

    Notes
    -----
    State: ``counts`` of shape (cells, bins, 2, 3): bin x predicted (negative, positive) x true (negative,
    positive, unlabelled or outside the classes); ``total`` and ``squares`` of shape (cells, bins), sums of the
    score and its square over all rows; ``outside`` of shape (cells,), rows whose score is not in [0, 1];
    ``by_label`` of shape (cells, 2, 7): for true negative and positive rows the number with a score in [0, 1], sum
    of squared errors, sum of log losses, number with a score outside [0, 1], sums of the squares of both losses,
    and sum of ``|y - score|``. A row without a predicted class is predicted from its score; without a score too it
    is left out of ``counts``. Counts are exact, sums up to the order of addition.
    """

    score: str
    binning: Binning
    label: str | None = None
    prediction: str | None = None
    classes: tuple[str, ...] = ("0", "1")
    positive: str | None = None
    threshold: float = 0.5
    weight: str | None = None

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        named = (self.score, self.label, self.prediction, self.weight)
        return tuple(name for name in named if name is not None)

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        size, kind = self.binning.size, "i8" if self.weight is None else "f8"
        return {
            "counts": Field((size, 2, 3), kind),
            "total": Field((size,), "f8"),
            "squares": Field((size,), "f8"),
            "outside": Field((), kind),
            "by_label": Field((2, 7), "f8"),
        }

    @classmethod
    def examples(cls) -> tuple[ScoreBins, ...]:
        """Return specs for the law suite."""
        binning = Binning((0.0, 0.3, 0.7, 1.1))
        return (
            cls(score="s", binning=binning, label="l", prediction="p", weight="w"),
            cls(
                score="s2", binning=binning, label="i", classes=("0", "1", "2"), positive="1", threshold=0.25
            ),
            cls(score="s", binning=binning),
        )

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        if not len(batch):
            return self.empty(cells.size)
        values, weight, true = batch.numbers(self.score), weights(batch, self.weight), self.true(batch)
        size = self.binning.size
        at = _joint(cells, self.binning.of(batch, self.score), size)
        total, squares = _sums(at, values, weight, cells.size * size)
        outside, by_label = _losses(cells, values, true, weight)
        return State(
            self,
            {
                "counts": self._counts(at, self.predicted(batch) * np.int32(4) + true, weight, cells.size),
                "total": total.reshape(cells.size, size),
                "squares": squares.reshape(cells.size, size),
                "outside": outside,
                "by_label": by_label,
            },
        )

    def _counts(self, at: Array, outcomes: Slots, weight: Floats | None, cells: int) -> Array:
        size = self.binning.size
        flat = np.bincount(at * np.int64(12) + outcomes, weight, cells * size * 12)
        # Predicted: negative, positive, unknown (dropped). True: negative, positive, unlabelled, outside (joined).
        counts = flat.reshape(cells, size, 3, 4)[:, :, :2]
        joined = counts[..., :3].copy()
        joined[..., 2] += counts[..., 3]
        return joined

    def _one(self) -> int:
        """Return the position of the positive class."""
        return len(self.classes) - 1 if self.positive is None else self.classes.index(self.positive)

    def _against(self, unknown: int, missing: int) -> tuple[int, ...]:
        """Return the place of each class, the positive against the rest, then of codes -2 and -1."""
        one = self._one()
        return (*(int(i == one) for i in range(len(self.classes))), unknown, missing)

    def true(self, batch: Batch) -> Slots:
        """Return 0 or 1 by label, 2 where unlabelled, 3 where outside the classes."""
        if self.label is None or self.label not in batch:
            return np.full(len(batch), 2, np.int32)
        return placed(batch.codes(self.label, self.classes), self._against(3, 2))

    def predicted(self, batch: Batch) -> Slots:
        """Return 0 or 1; 2 where neither a known class is predicted nor a score is there to predict it from."""
        if self.prediction is None:
            return thresholded(batch, self.score, self.threshold)
        found = placed(batch.codes(self.prediction, self.classes), self._against(2, 2))
        if not len(found) or found.max() < 2:
            return found
        return np.where(found == 2, thresholded(batch, self.score, self.threshold), found)


def _joint(cells: Cells, places: Array, size: int) -> Array:
    """Return cell and place as one number."""
    return places if cells.codes is None else cells.codes * np.int64(size) + places


def _sums(at: Array, values: Floats, weight: Floats | None, size: int) -> tuple[Floats, Floats]:
    """Return the sums of finite scores and of their squares at each place."""
    finite = np.isfinite(values)
    if not finite.all():
        values = np.where(finite, values, 0.0)
    weighted = values if weight is None else values * weight
    sums = (
        np.bincount(at, part, size).astype(np.float64, copy=False) for part in (weighted, weighted * values)
    )
    total, squares = sums
    return total, squares


def _losses(cells: Cells, values: Floats, true: Slots, weight: Floats | None) -> tuple[Array, Floats]:
    """Return the rows whose score is no probability, and the sums of losses by true class."""
    places, proper = _joint(cells, true, 4), (values >= 0) & (values <= 1)
    outside = np.zeros((cells.size, 4), np.int64 if weight is None else np.float64)
    clean = bool(proper.all())
    if not clean:
        beyond = ~proper & ~np.isnan(values)
        outside = _tally(places[beyond], None if weight is None else weight[beyond], cells.size)
    proper &= true < 2
    if not clean or 2 * np.count_nonzero(proper) < len(values):
        places, values, true = places[proper], values[proper], true[proper]
        weight = None if weight is None else weight[proper]
    sums = np.empty((cells.size, 2, 7))
    sums[:, :, OUTSIDE] = outside[:, :2]
    sums[:, :, KEPT] = _tally(places, weight, cells.size)[:, :2]
    for column, term in _terms(values, true):
        sums[:, :, column] = _tally(places, term if weight is None else term * weight, cells.size)[:, :2]
    return outside.sum(axis=1), sums


def _terms(values: Floats, true: Slots) -> Iterator[tuple[int, Floats]]:
    """Give what is summed over rows, by column of ``by_label``; each is overwritten by the next.

    Rows without a label give numbers too, which fall into places that nobody reads: where most are labelled that
    is cheaper than taking the others out.

    Two buffers are reused: a fresh array for each term costs more in page faults than its arithmetic.
    """
    y = true.astype(np.float64)
    hit = 2 * y
    hit -= 1
    hit *= values
    hit += np.subtract(1, y, out=y)  # the score where y is 1, else 1 - score: exact, and free of branches
    miss = np.subtract(1, hit, out=y)
    yield MISS, miss
    miss *= miss
    yield SQUARED, miss
    miss *= miss
    yield SQUARED_2, miss
    log = np.log(np.maximum(hit, EPSILON, out=hit), out=hit)
    yield LOG, np.negative(log, out=log)
    log *= log
    yield LOG_2, log


def _tally(places: Array, weight: Floats | None, cells: int) -> Array:
    sums = np.bincount(places, weight, cells * 4).reshape(cells, 4)
    return (
        sums if weight is None else sums.astype(np.float64, copy=False)
    )  # of no rows numpy returns integers
