"""Sums over queries of how good each query's ranking is: every ranking metric reads it."""

from __future__ import annotations

from typing import ClassVar, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.base import Array, Field, State, Summary, weights

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Gain = Literal["linear", "exponential"]

#: What is summed, in the order of the last axis of ``sums`` and ``squares``.
MEASURES = ("ndcg", "map", "recall", "mrr", "hit_rate", "precision")
#: Those that a query without a relevant row does not have (the first ones of `MEASURES`).
NEED_RELEVANT = 3


class RankingGains(Summary, frozen=True, kw_only=True):
    """Sums and sums of squares, over queries, of six measures of one query's ranking.

    A query's rows are ranked by falling score, rows of equal score as they stand in the data: a constant score is
    measured by the order in which rows were shown. A row is relevant where its label is above 0; the label is also
    its grade. All rows of a query must come in one batch (`atom`).

    Attributes
    ----------
    query : str
        Column that groups the rows of one request.
    score : str
    label : str or None
        Relevance, 0 for none; grades are allowed. Negative grades count as 0.
    k : int
        Rows from the top that count.
    gain : str
        What grade r is worth in NDCG: "linear" r, "exponential" ``2**r - 1``.
    weight : str, optional
        A query has the weight of its first row.

    Notes
    -----
    State, float64, over cells; a query belongs to the cell of its first row that has label and score: ``queries``
    and ``relevant`` (queries with a relevant row) of shape (cells,), ``sums`` and ``squares`` of shape (cells, 6)
    in the order of `MEASURES`; NDCG, average precision and recall are summed over queries with a relevant row, the
    others over all. Rows that are left out are counted in ``left_out`` of shape (cells, 3): without query, without
    finite label, without score (each row once, in that order). Sums merge up to the order of addition.
    """

    atom: ClassVar[str] = "query"

    query: str
    score: str
    label: str | None = None
    k: int = 10
    gain: Gain = "linear"
    weight: str | None = None

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        named = (self.query, self.score, self.label, self.weight)
        return tuple(name for name in named if name is not None)

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        sums = {name: Field((len(MEASURES),), "f8") for name in ("sums", "squares")}
        counts = {name: Field((), "f8") for name in ("queries", "relevant")}
        return {**counts, **sums, "left_out": Field((3,), "f8")}

    @classmethod
    def examples(cls) -> tuple[RankingGains, ...]:
        """Return specs with grades, with classes as labels, and without labels."""
        return (
            cls(query="q", score="x", label="i", k=2),
            cls(query="q", score="s", label="l", k=3, gain="exponential", weight="w"),
            cls(query="q", score="s"),
        )

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        score, grade = batch.numbers(self.score), self._grades(batch)
        unnamed = batch.nameless(self.query)
        unnamed = np.zeros(len(batch), bool) if unnamed is None else unnamed
        reasons = [unnamed, ~np.isfinite(grade), np.isnan(score)]
        why = np.select(reasons, [0, 1, 2], 3)
        kept = np.flatnonzero(why == 3)
        queries = _queries(batch.keys(self.query)[kept], score[kept], grade[kept])
        measures = self._measures(queries)
        first = kept[queries.first]
        codes = np.zeros(len(first), np.intp) if cells.codes is None else cells.codes[first]
        weight = weights(batch, self.weight)
        one = np.ones(len(batch)) if weight is None else weight
        sums = _sums(Cells(codes, cells.size), measures, one[first], queries.relevant > 0)
        return State(self, {**sums, "left_out": cells.tally(why, 4, one)[:, :3]})

    def _grades(self, batch: Batch) -> Floats:
        if self.label is None or self.label not in batch:
            return np.full(len(batch), np.nan)
        return np.maximum(batch.numbers(self.label), 0.0)

    def _measures(self, queries: _Queries) -> Floats:
        """Return the six measures of each query, shape (queries, 6); 0 where they need a relevant row."""
        hit = (queries.grade > 0).astype(float)
        top = queries.rank < self.k
        found = np.cumsum(hit) - np.repeat(_before(hit, queries.start), queries.size)
        per_query = np.add.reduceat if len(queries.start) else _nothing
        hits = per_query(hit * top, queries.start)
        precisions = per_query(hit * top * found / (queries.rank + 1.0), queries.start)
        first_hit = per_query(hit * (found == 1) / (queries.rank + 1.0), queries.start)
        discounted = top / np.log2(queries.rank + 2.0)
        with np.errstate(over="ignore", invalid="ignore"):
            worth, best = (self._worth(grade) * discounted for grade in (queries.grade, queries.ideal))
            ndcg = _over(per_query(worth, queries.start), per_query(best, queries.start))
        average = _over(precisions, np.minimum(queries.relevant, self.k))
        recall = _over(hits, queries.relevant)
        return np.stack((ndcg, average, recall, first_hit, hits > 0, hits / self.k), axis=-1)

    def _worth(self, grade: Floats) -> Floats:
        return grade if self.gain == "linear" else np.exp2(grade) - 1


class _Queries(NamedTuple):
    """Rows sorted by query, then by rank."""

    grade: Floats
    #: Grades of each query from the largest down: the best possible ranking.
    ideal: Floats
    #: Place of each row within its query, from 0.
    rank: Ints
    #: Where each query starts, and how many rows it has.
    start: Ints
    size: Ints
    #: Rows of each query with a grade above 0.
    relevant: Floats
    #: Position of each query's first row in the order given.
    first: Ints


def _numbered(keys: npt.NDArray[np.uint64]) -> tuple[Ints, Ints]:
    """Return each query's first row and each row's query; rows of a query mostly stand together, so runs are sorted."""
    new = np.concatenate((np.ones(min(1, len(keys)), bool), keys[1:] != keys[:-1]))
    starts = np.flatnonzero(new)
    _, first, number = np.unique(keys[starts], return_index=True, return_inverse=True)
    return starts[first], number[np.cumsum(new) - 1]


def _queries(keys: npt.NDArray[np.uint64], score: Floats, grade: Floats) -> _Queries:
    first, number = _numbered(keys)
    size = np.bincount(number, minlength=len(first))
    start = np.cumsum(size) - size
    by_score = np.lexsort((-score, number))  # stable: equal scores stay in row order
    ideal = grade[np.lexsort((-grade, number))]
    rank = np.arange(len(keys)) - np.repeat(start, size)
    relevant = np.bincount(number, grade > 0, minlength=len(first)).astype(float)
    return _Queries(grade[by_score], ideal, rank, start, size, relevant, first)


def _sums(
    cells: Cells, measures: Floats, weight: Floats, relevant: npt.NDArray[np.bool_]
) -> dict[str, Array]:
    weighted = measures * weight[:, None]
    return {
        "queries": cells.sum(weight),
        "relevant": cells.sum(np.where(relevant, weight, 0.0)),
        "sums": np.stack([cells.sum(column) for column in weighted.T], axis=-1),
        "squares": np.stack([cells.sum(column) for column in (weighted * measures).T], axis=-1),
    }


def _before(values: Floats, start: Ints) -> Floats:
    """Return the sum of the values before each start."""
    return np.concatenate(([0.0], np.cumsum(values)))[start]


def _nothing(values: Floats, start: Ints) -> Floats:
    """Return the sums of no queries (`reduceat` refuses to)."""
    return np.zeros(0)


def _over(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)
