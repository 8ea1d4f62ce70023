"""A frozen partition of the number line, and the fast way to find a number's part.

Edges are fitted once on the reference and never on current data, so that counts merge and windows compare. The
last bin, number `missing`, takes null and nan. Finding a bin among 200 edges by binary search costs about 47 ns a
value; here the edges are placed on a floating grid around the centre (sign, exponent and nine bits of the
distance), so that a table lookup of the leading bits of ``float32(x - centre)`` finds it in about 2 ns
(``benchmarks/histogram.py``). Where the grid cannot tell values apart that the edges must separate, `Binning`
keeps exact edges and searches.
"""

from __future__ import annotations

import functools

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.batch import Batch

Floats = npt.NDArray[np.float64]

#: Shares of the reference at which fine edges stand too: bins of equal mass alone misread far quantiles.
_TAILS = (0.0005, 0.001, 0.002, 0.003)
_MAX = np.finfo(np.float64).max


class Binning(msgspec.Struct, frozen=True):
    """Edges of ``len(offsets) + 1`` bins and one for missing.

    Attributes
    ----------
    offsets : tuple of float
        Increasing edges, measured from `centre`; bin k holds ``edges[k-1] <= x < edges[k]``. The first edge lies
        at the reference's minimum and the last just above its maximum, so that bins 0 and ``len(offsets)`` count
        what is outside the reference's range.
    centre : float
        Origin of the floating grid.
    bits : int
        Leading bits of ``float32(x - centre)`` that name a bin; 0 means binary search. With bits an edge is placed
        to one part in 512 (18 bits) or 2048 (20 bits) of its distance from the centre, the same on every machine.
    """

    offsets: tuple[float, ...]
    centre: float = 0.0
    bits: int = 0

    @property
    def edges(self) -> Floats:
        """Edges as numbers of the column, shape (k,)."""
        return np.asarray(self.offsets, float) + self.centre

    @property
    def missing(self) -> int:
        """Number of the bin that counts null and nan."""
        return len(self.offsets) + 1

    @property
    def size(self) -> int:
        """Number of bins, the one for missing included."""
        return len(self.offsets) + 2

    def find(self, values: Floats) -> npt.NDArray[np.unsignedinteger]:
        """Return the bin number of every value, shape (n,)."""
        if self.bits:
            return _table(self)[_keys(values, self.centre, self.bits)]
        found = np.searchsorted(self.edges, values, side="right").astype(np.uint16)
        found[np.isnan(values)] = self.missing
        return found

    def of(self, batch: Batch, column: str) -> npt.NDArray[np.unsignedinteger]:
        """Return the bin numbers of a column, found once while the batch lives."""
        found: npt.NDArray[np.unsignedinteger] = batch.keep(
            ("bins", column, self), lambda: self.find(batch.numbers(column))
        )
        return found

    def coarser(self, bins: int) -> Binning:
        """Return some of the edges: at most `bins` evenly spread over the bins, and as many over the range."""
        edges = self.edges
        if len(edges) <= 2:
            return Binning(tuple(edges.tolist()))
        by_mass = np.linspace(0, len(edges) - 1, bins + 1).round().astype(int)
        by_value = np.searchsorted(edges[:-1], np.linspace(edges[0], edges[-1], bins + 1)[:-1])
        kept = np.unique(np.concatenate((by_mass, np.minimum(by_value, len(edges) - 1))))
        return Binning(tuple(edges[kept].tolist()))

    @classmethod
    def fit(cls, values: Floats, bins: int = 200) -> Binning:
        """Return a partition into about `bins` bins of equal mass, with extra edges in both tails.

        Parameters
        ----------
        values : ndarray of shape (n,)
            Reference values; nan and ±inf are left out.
        bins : int, at most 60 000
            A column with at most this many distinct values gets one bin for each of them.
        """
        return cls.fit_ordered(np.sort(values[np.isfinite(values)]), bins)

    @classmethod
    def fit_ordered(cls, ordered: Floats, bins: int = 200) -> Binning:
        """Return the partition for finite values in increasing order."""
        if not len(ordered):
            return cls(())
        distinct = distinct_of(ordered)
        single = len(distinct) <= bins
        edges = _between(distinct) if single else _quantiles(ordered, bins)
        for bits in (18, 20):
            candidate = _on_grid(ordered, edges, bits, single)
            if candidate is not None:
                return candidate
        return cls(tuple(edges.tolist()))


def distinct_of(ordered: Floats) -> Floats:
    """Return the distinct values of values in increasing order."""
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))]


def _between(distinct: Floats) -> Floats:
    """Return edges half-way between distinct values: one bin for each of them.

    Halves are taken first, for the difference of two huge numbers overflows. Neighbours may have no number between
    them; then the upper one is the edge, which its bin includes.
    """
    halves, first, last = distinct / 2, distinct[0], distinct[-1]
    middle = np.maximum(halves[:-1] + halves[1:], np.nextafter(distinct[:-1], np.inf))
    pad = max(abs(first) * 1e-6, 1e-9) if len(distinct) == 1 else float((halves[1:] - halves[:-1]).min())
    with np.errstate(over="ignore"):
        low, high = max(first - pad, -_MAX), max(last + pad, np.nextafter(last, np.inf))
    return np.concatenate(([low], middle, [high]))


def _quantiles(ordered: Floats, bins: int) -> Floats:
    inner = np.linspace(0, 1, bins + 1)[1:-1]
    shares = np.unique(np.concatenate((inner, _TAILS, 1 - np.asarray(_TAILS))))
    cut = ordered[np.minimum((shares * len(ordered)).astype(np.int64), len(ordered) - 1)]
    with np.errstate(over="ignore"):  # a hair's breadth above the maximum; above the largest number infinity
        above = ordered[-1] + max(abs(ordered[-1]), abs(ordered[0]), 1e-300) * 2.0**-30
    return np.unique(np.concatenate((ordered[:1], cut, [above])))


def _on_grid(ordered: Floats, edges: Floats, bits: int, single: bool) -> Binning | None:
    """Return the binning with edges moved onto the grid, or None when that puts the reference's rows elsewhere.

    Where bins are single values no row may move; where they are quantiles none may hold half as much again as
    the fullest was meant to.
    """
    if max(abs(ordered[0]), abs(ordered[-1])) > 1e30:
        return None
    middle = len(ordered) // 2  # not np.median, which imports numpy.ma
    centre = float(ordered[middle] / 2 + ordered[-middle - 1] / 2) + 0.0
    snapped = np.unique(_snap((edges - centre).astype(np.float32), bits))
    candidate = Binning(tuple(snapped.astype(np.float64).tolist()), centre, bits)
    counts = np.bincount(candidate.find(ordered), minlength=candidate.size)
    want = np.diff(np.searchsorted(ordered, edges, side="left"))
    if counts[0] or counts[-2]:
        return None
    if single:
        return candidate if np.array_equal(counts[1:-2], want) else None
    return candidate if counts.max() <= 1.5 * want.max() else None


def _snap(offsets: npt.NDArray[np.float32], bits: int) -> npt.NDArray[np.float32]:
    """Move each edge down to the grid, the last one up."""
    shift = np.uint32(32 - bits)
    keys = offsets.view(np.uint32) >> shift
    inward = (keys << shift).view(np.float32)
    outward = ((keys + np.uint32(1)) << shift).view(np.float32)
    down = np.where((offsets < 0) & (inward != offsets), outward, inward)
    up = np.where((offsets >= 0) & (inward != offsets), outward, inward)
    last = up[-1:] if up[-1] > offsets[-1] else outward[-1:] if offsets[-1] >= 0 else up[-1:]
    return np.concatenate((down[:-1], last))


def _keys(values: Floats, centre: float, bits: int) -> npt.NDArray[np.uint32]:
    with np.errstate(over="ignore", invalid="ignore"):
        offset = (values - centre).astype(np.float32)
        offset += np.float32(0)  # -0.0 becomes 0.0
    keys = offset.view(np.uint32)
    keys -= keys >> np.uint32(31)  # below the centre too a cell holds its lower end and not its upper
    keys >>= np.uint32(32 - bits)
    return keys


@functools.lru_cache(maxsize=1024)
def _table(binning: Binning) -> npt.NDArray[np.unsignedinteger]:
    """Return the bin of every grid cell: sign and magnitude order put the negative half in reverse."""
    half = 1 << (binning.bits - 1)
    held = np.uint8 if binning.size <= 256 else np.uint16
    offsets = np.asarray(binning.offsets, np.float32) + np.float32(0)
    keys = (np.abs(offsets).view(np.uint32) >> np.uint32(32 - binning.bits)).astype(np.int64)
    below = int((offsets < 0).sum())

    def runs(first: int, step: int, starts: npt.NDArray[np.int64]) -> npt.NDArray[np.unsignedinteger]:
        numbers = first + step * np.arange(len(starts) + 1)
        return np.repeat(numbers.astype(held), np.diff(starts, prepend=0, append=half))

    table = np.concatenate((runs(below, 1, keys[below:]), runs(below, -1, keys[:below][::-1])))
    infinity = 0x7F800000 >> (32 - binning.bits)
    table[infinity + 1 : half] = table[half + infinity + 1 :] = binning.missing
    return table
