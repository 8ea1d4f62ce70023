"""Which rows came again: an event delivered twice counts once, and its last delivery counts.

Ids are compared by a 64-bit hash; two different ids among ten million share one with probability 3e-6. Memory is
bounded: above `PASS_ROWS` ids the id column is read several times, each time for one range of hashes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    kept = [_hashes(partition, column, number, passes) for partition in partitions]
    everything = np.concatenate([hashes for hashes, _ in kept]) if kept else np.zeros(0, np.uint64)
    ordered = np.sort(everything)
    again = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(again):
        return
    seen: set[int] = set()
    for partition, (hashes, positions) in zip(reversed(partitions), reversed(kept), strict=True):
        old = _earlier(hashes, again, seen)
        if len(old):
            yield partition.name, np.sort(positions[old])


def _earlier(
    hashes: npt.NDArray[np.uint64], again: npt.NDArray[np.uint64], seen: set[int]
) -> npt.NDArray[np.intp]:
    """Return positions of repeated hashes already seen later on, walking backwards."""
    candidates = np.flatnonzero(np.isin(hashes, again))
    old = []
    for position in candidates[::-1]:
        value = int(hashes[position])
        if value in seen:
            old.append(position)
        seen.add(value)
    return np.array(old, np.intp)


def _hashes(
    partition: Partition, column: str, number: int, passes: int
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    parts, start = [np.zeros(0, np.uint64)], 0
    places = [np.zeros(0, np.int64)]
    try:
        for table in partition.read([column], []):
            batch = Batch(table)
            blank = batch.nameless(column)
            hashes = batch.keys(column)
            position = np.arange(start, start + len(hashes))
            start += len(hashes)
            if blank is not None or passes > 1:
                chosen = hashes % np.uint64(passes) == number
                chosen &= True if blank is None else ~blank
                hashes, position = hashes[chosen], position[chosen]
            parts.append(hashes)
            places.append(position)
    except DAMAGE:  # reported by the scan that needs all columns
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    return np.concatenate(parts), np.concatenate(places)
