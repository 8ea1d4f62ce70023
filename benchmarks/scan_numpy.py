"""Hand-written scan with numpy: row groups on two threads, `searchsorted` and `bincount`, bounded memory."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from columns import CATEGORIES, ID, LABEL, PREDICTION, SCORE, SEGMENT
from counts import MEASURED, SCORE_BINS, Counts, Edges, Integers, Number, answers

THREADS = 2
NAMED = (*CATEGORIES, SEGMENT)
READ = [*MEASURED, *NAMED, PREDICTION, LABEL, ID]


def number(column: pa.Array, edges: Edges) -> Number:
    """Count one numeric column of a row group."""
    values = column.drop_null().to_numpy()
    bins = np.bincount(np.searchsorted(edges.values, values, side="right"), minlength=len(edges.group))
    if not len(values):
        return Number(bins, nulls=len(column))
    mean = float(values.mean())
    # Not np.dot: it wakes BLAS threads of its own beside ours.
    squares = float(np.square(values - mean).sum())
    return Number(
        bins, len(values), column.null_count, float(values.min()), float(values.max()), mean, squares
    )


class Part:
    """What one thread has counted so far."""

    def __init__(self, edges: dict[str, Edges]) -> None:
        self.edges = edges
        self.counts = Counts(
            {name: Number(np.zeros(len(edges[name].group), np.int64)) for name in MEASURED},
            {name: {} for name in CATEGORIES},
        )

    def observe(self, table: pa.Table, ids: Integers) -> None:
        """Add one row group and write its ids where they belong."""
        ids[:] = table[ID].to_numpy()
        for name in MEASURED:
            self.counts.numbers[name].merge(number(table[name].combine_chunks(), self.edges[name]))
        for name in CATEGORIES:
            column = table[name].combine_chunks()
            sizes = np.bincount(column.indices.to_numpy(), minlength=len(column.dictionary))
            add(self.counts.categories[name], zip(column.dictionary.to_pylist(), sizes.tolist(), strict=True))
        self.outcomes(table)
        self.counts.rows += len(table)

    def outcomes(self, table: pa.Table) -> None:
        """Add the row group's segment × prediction × score bin × label cells and its log loss."""
        segment = self.segment_codes(table[SEGMENT].combine_chunks())
        score, label, prediction = (table[name].to_numpy() for name in (SCORE, LABEL, PREDICTION))
        level = np.minimum((score * SCORE_BINS).astype(np.int64), SCORE_BINS - 1)
        cell = ((segment * 2 + prediction) * SCORE_BINS + level) * 2 + label
        shape = self.counts.cells.shape
        self.counts.cells += np.bincount(cell, minlength=self.counts.cells.size).reshape(shape)
        loss = -np.log(np.where(label == 1, score, 1.0 - score))
        self.counts.loss += np.bincount(segment, weights=loss, minlength=shape[0])

    def segment_codes(self, column: pa.DictionaryArray) -> Integers:
        """Codes that stay the same over row groups; a new segment gets new cells."""
        known = self.counts.segments
        values = column.dictionary.to_pylist()
        known.extend(value for value in values if value not in known)
        fresh = len(known) - len(self.counts.loss)
        if fresh:
            self.counts.cells = np.pad(self.counts.cells, [(0, fresh), (0, 0), (0, 0), (0, 0)])
            self.counts.loss = np.pad(self.counts.loss, (0, fresh))
        codes: Integers = np.array([known.index(value) for value in values])[column.indices.to_numpy()]
        return codes


def add(sizes: dict[str, int], more: Iterable[tuple[str, int]]) -> None:
    """Add counts by value; a dictionary may name values that the row group does not use."""
    for value, size in more:
        if size:
            sizes[value] = sizes.get(value, 0) + size


def scan(path: Path, edges: dict[str, Edges]) -> Counts:
    """Count a whole file, one row group at a time on each thread."""
    metadata = pq.read_metadata(path)
    rows = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    starts = np.cumsum([0, *rows])
    ids = np.empty(metadata.num_rows, np.int64)
    groups = iter(range(len(rows)))
    turn = Lock()

    def work() -> Part:
        part = Part(edges)
        # Each thread has its own reader; pre-buffering would hold the whole file in memory.
        with pq.ParquetFile(path, read_dictionary=list(NAMED), pre_buffer=False) as file:
            while True:
                with turn:
                    group = next(groups, None)
                if group is None:
                    return part
                part.observe(
                    file.read_row_group(group, columns=READ, use_threads=False),
                    ids[starts[group] : starts[group + 1]],
                )

    with ThreadPoolExecutor(THREADS) as pool:
        first, *others = [future.result() for future in [pool.submit(work) for _ in range(THREADS)]]
    for other in others:
        join(first.counts, other.counts)
    ids.sort()
    first.counts.duplicates = int((ids[1:] == ids[:-1]).sum())
    return first.counts


def join(total: Counts, part: Counts) -> None:
    """Merge the counts of two threads."""
    for name, other in part.numbers.items():
        total.numbers[name].merge(other)
    for name, sizes in part.categories.items():
        add(total.categories[name], sizes.items())
    names = total.segments + [segment for segment in part.segments if segment not in total.segments]
    cells = np.zeros((len(names), *total.cells.shape[1:]), np.int64)
    loss = np.zeros(len(names))
    for side in (total, part):
        at = [names.index(segment) for segment in side.segments]
        cells[at] += side.cells
        loss[at] += side.loss
    total.segments, total.cells, total.loss = names, cells, loss
    total.rows += part.rows


def compare(reference: Path, current: Path) -> dict[str, object]:
    """Read both files and answer."""
    table = pq.read_table(reference, columns=list(MEASURED))
    edges = {name: Edges.fit(table[name].combine_chunks().drop_null().to_numpy()) for name in MEASURED}
    return answers(edges, scan(reference, edges), scan(current, edges))
