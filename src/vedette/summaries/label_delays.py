"""Labels by how long they took, and rows without one by how long they have waited."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.instants import NO_TIME
from vedette.summaries.base import Array, Field, State, Summary, weights
from vedette.summaries.score_bins import ScoreBins

#: First axis of ``counts`` after the stratum.
NEGATIVE, POSITIVE, WAITING, ALL = range(4)


class LabelDelays(Summary, frozen=True, kw_only=True):
    """Delay of labels by class, and age of rows by whether they have a label, in coarse strata of score and prediction.

    Attributes
    ----------
    score : ScoreBins
        What the strata are made of: bins of the score, the predicted and the true class, the weight.
    coarse : tuple of int
        First score bin of each coarse bin; rows without a score have one of their own.
    time : str
        Column of the event time.
    as_of : int
        The instant from which ages are told (microseconds since the epoch, UTC). States of two instants do not merge.
    edges : tuple of int
        Upper ends of the delay bins, microseconds; bin k holds ``edges[k - 1] < delay <= edges[k]``, the last bin what
        is longer. The age of a row is the number of edges that it has passed.
    label_time : str, optional
        Column that says when the label became known. Without it, and where it is empty, a label counts as known at
        once.

    Notes
    -----
    State: ``counts`` of shape (cells, strata, 4, edges + 1), stratum ``2 * coarse bin + predicted class`` by: negative
    labels by delay, positive labels by delay, rows without a label of the two classes by age, all rows by age. Rows
    without a predicted class or without a time are left out. Exact.
    """

    score: ScoreBins
    coarse: tuple[int, ...]
    time: str
    as_of: int
    edges: tuple[int, ...]
    label_time: str | None = None

    @property
    def strata(self) -> int:
        """Number of strata: coarse bins and one for rows without a score, each by predicted class."""
        return 2 * (len(self.coarse) + 1)

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        named = (*self.score.reads(), self.time, self.label_time)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        shape = (self.strata, 4, len(self.edges) + 1)
        return {"counts": Field(shape, "i8" if self.score.weight is None else "f8")}

    @classmethod
    def examples(cls) -> tuple[LabelDelays, ...]:
        """Return specs for the law suite; numbers are seconds since the epoch."""
        plain, weighted = ScoreBins.examples()[:2]
        second = 1_000_000
        edges = (0, second, 5 * second)
        return (
            cls(score=weighted, coarse=(0, 2), time="i", as_of=4 * second, edges=edges, label_time="x"),
            cls(score=plain, coarse=(0,), time="t", as_of=10**15, edges=(10**14,)),
        )

    def bins_of(self) -> npt.NDArray[np.intp]:
        """Return the coarse bin of each score bin, shape (bins,)."""
        found = np.searchsorted(self.coarse, np.arange(self.score.binning.size), side="right") - 1
        found[-1] = len(self.coarse)
        return np.asarray(np.maximum(found, 0), np.intp)

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        field = self.fields()["counts"]
        if not len(batch):
            return self.empty(cells.size)
        predicted, true = self.score.predicted(batch), self.score.true(batch)
        born = batch.times(self.time)
        kept = (predicted < 2) & (born != NO_TIME)
        stratum = 2 * self.bins_of()[self.score.binning.of(batch, self.score.score)] + predicted
        age = np.searchsorted(self.edges, self.as_of - born[kept], side="right")
        labelled = true[kept] < 2
        kind = np.where(labelled, true[kept], WAITING)
        when = np.where(labelled, self._delay(batch, born)[kept], age)
        ages = len(self.edges) + 1
        first = stratum[kept].astype(np.int64) * 4
        places = np.concatenate(((first + kind) * ages + when, (first + ALL) * ages + age))
        weight = weights(batch, self.score.weight)
        mass = None if weight is None else np.tile(weight[kept], 2)
        codes = None if cells.codes is None else np.tile(cells.codes[kept], 2)
        counts = Cells(codes, cells.size).tally(places, int(np.prod(field.shape)), mass)
        return State(self, {"counts": counts.reshape(cells.size, *field.shape)})

    def _delay(self, batch: Batch, born: npt.NDArray[np.int64]) -> Array:
        """Return the delay bin of every row, 0 where it is not known when the label came."""
        if self.label_time is None or self.label_time not in batch:
            return np.zeros(len(batch), np.int64)
        came = batch.times(self.label_time)
        known = (came != NO_TIME) & (born != NO_TIME)
        delay = np.where(known, came - np.where(known, born, 0), 0)
        return np.searchsorted(self.edges, np.maximum(delay, 0), side="left")
