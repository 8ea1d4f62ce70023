"""A fingerprint of a window's rows that does not depend on their order: equal for equal rows."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.hashing import mix
from vedette.summaries.base import Field, State, Summary

Keys = npt.NDArray[np.uint64]
#: Bits of the one number that stands for every missing entry.
_MISSING = np.uint64(0x7FF8000000000000)


class Fingerprint(Summary, frozen=True, kw_only=True):
    """Number of rows and the sum of their hashes, over the columns given.

    Two windows of equal fingerprint hold the same rows, in whatever order and under whatever ids, but for a chance of
    2⁻⁶⁴. Rows that a later row with the same id replaces are counted: a window that was delivered twice shows.

    Attributes
    ----------
    numbers, categories : tuple of str

    Notes
    -----
    State, each of shape (cells,): ``rows``, int64, and ``total``, uint64, modulo 2⁶⁴. Exact.
    """

    before_drop: ClassVar[bool] = True

    numbers: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        return (*self.numbers, *self.categories)

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        return {"rows": Field(), "total": Field((), "u8")}

    @classmethod
    def examples(cls) -> tuple[Fingerprint, ...]:
        """Return a spec of numbers and categories."""
        return (cls(numbers=("x", "y"), categories=("c",)),)

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        content = self._content(batch)
        if cells.codes is None:
            total = content.sum(keepdims=True)
        else:
            total = np.zeros(cells.size, np.uint64)
            np.add.at(total, cells.codes, content)
        return State(self, {"rows": cells.rows(len(batch)), "total": total})

    def _content(self, batch: Batch) -> Keys:
        """Return a hash of each row's entries, shape (n,)."""
        content = np.zeros(len(batch), np.uint64)
        for name in self.numbers:
            values = batch.numbers(name)
            bits = np.where(np.isnan(values), _MISSING, (values + 0.0).view(np.uint64))  # -0 is 0
            content = mix(content ^ bits)
        for name in self.categories:
            content = mix(content ^ batch.keys(name))
        return content
