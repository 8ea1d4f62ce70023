"""Which rows came again: an event delivered twice counts once, and its last delivery counts.

Ids are compared by a 64-bit hash; two different ids among ten million share one with probability 3e-6. Memory is
bounded: above `PASS_ROWS` ids the id column is read several times, each time for one range of hashes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.sources.base import DAMAGE, Partition

#: Hashes held at once (8 bytes each, twice while sorting).
PASS_ROWS = 1 << 24


def superseded(partitions: Sequence[Partition], column: str, rows: int) -> dict[str, npt.NDArray[np.int64]]:
    """Return, by partition, the positions of rows whose id comes again later.

    Parameters
    ----------
    partitions : sequence of Partition
    column : str
        The id column. Rows without an id are never duplicates.
    rows : int
        Number of rows, or a guess of it: decides how many passes are made.
    """
    passes = -(-rows // PASS_ROWS) or 1
    found: dict[str, list[npt.NDArray[np.int64]]] = {}
    for number in range(passes):
        for name, positions in _one_pass(partitions, column, number, passes):
            found.setdefault(name, []).append(positions)
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _one_pass(
    partitions: Sequence[Partition], column: str, number: int, passes: int
) -> Iterator[tuple[str, npt.NDArray[np.int64]]]:
    again = _repeated(partitions, column, number, passes)
    if not len(again):
        return
    seen: set[int] = set()
    for partition in reversed(
        partitions
    ):  # read anew, which is rare, rather than kept, which costs everybody
        hashes, blank = _hashes(partition, column)
        old = _earlier(hashes, again, blank, seen)
        if len(old):
            yield partition.name, np.sort(old).astype(np.int64)


def _repeated(
    partitions: Sequence[Partition], column: str, number: int, passes: int
) -> npt.NDArray[np.uint64]:
    """Return the hashes that occur more than once, of those that belong to this pass."""

    def chosen(partition: Partition) -> npt.NDArray[np.uint64]:
        hashes, blank = _hashes(partition, column)
        if blank is not None:
            hashes = hashes[~blank]
        return hashes if passes == 1 else hashes[hashes % np.uint64(passes) == number]

    everything = _Growing()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for hashes in pool.map(chosen, partitions):
            everything.extend(hashes)
    ordered = everything.sorted()
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


class _Growing:
    """Hashes gathered in one array that doubles when full, so that no second copy of all of them is made."""

    def __init__(self) -> None:
        self._held, self._size = np.empty(1 << 16, np.uint64), 0

    def extend(self, hashes: npt.NDArray[np.uint64]) -> None:
        """Add some."""
        needed = self._size + len(hashes)
        if needed > len(self._held):
            self._held.resize(max(needed, len(self._held) * 3 // 2), refcheck=False)
        self._held[self._size : needed] = hashes
        self._size = needed

    def sorted(self) -> npt.NDArray[np.uint64]:
        """Return all of them in increasing order."""
        found = self._held[: self._size]
        found.sort()
        return found


def _earlier(
    hashes: npt.NDArray[np.uint64],
    again: npt.NDArray[np.uint64],
    blank: npt.NDArray[np.bool_] | None,
    seen: set[int],
) -> npt.NDArray[np.intp]:
    """Return positions of repeated hashes already seen later on, walking backwards."""
    repeated = np.isin(hashes, again)
    candidates = np.flatnonzero(repeated if blank is None else repeated & ~blank)
    old = []
    for position in candidates[::-1]:
        value = int(hashes[position])
        if value in seen:
            old.append(position)
        seen.add(value)
    return np.array(old, np.intp)


def _hashes(partition: Partition, column: str) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_] | None]:
    """Return the hash of each id of a partition, and which rows have none (None when all have one)."""
    parts, blanks = [np.zeros(0, np.uint64)], [np.zeros(0, bool)]
    try:
        for table in partition.read([column], []):
            batch = Batch(table)
            blank = batch.nameless(column)
            parts.append(batch.keys(column))
            blanks.append(np.zeros(len(batch), bool) if blank is None else blank)
    except DAMAGE:  # reported by the scan that needs all columns
        return np.zeros(0, np.uint64), None
    missing = np.concatenate(blanks)
    return np.concatenate(parts), missing if missing.any() else None
