"""What summaries that keep the smallest hashes share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]

#: Key of an empty place.
NO_KEY = np.uint64(2**64 - 1)


def bound(rows: npt.NDArray[np.int64], k: int) -> Keys:
    """Return a key for each cell below which nearly surely lie its `k` smallest: few of many, without sorting all.

    Hashes are uniform, so among m rows k lie below ``(k + 6 √k + 30) / m`` of the whole span.
    """
    share = (k + 6 * np.sqrt(k) + 30) / np.maximum(rows, 1)
    found = np.full(len(rows), NO_KEY)
    found[share < 1] = (share[share < 1] * 2.0**64).astype(np.uint64)
    return found


def repeats(cells: npt.NDArray[np.integer], keys: Keys) -> npt.NDArray[np.bool_]:
    """Return where a key sorted within its cell is the one before it."""
    same = (cells[1:] == cells[:-1]) & (keys[1:] == keys[:-1])
    return np.concatenate((np.zeros(min(1, len(keys)), bool), same))


def places(cells: npt.NDArray[np.integer], size: int) -> npt.NDArray[np.intp]:
    """Return the place, from 0, of each entry within its cell; cells come in rising order."""
    count = np.bincount(cells, minlength=size)
    return np.arange(len(cells)) - np.repeat(np.cumsum(count) - count, count)
