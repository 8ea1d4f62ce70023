"""The numbers behind a chart, as rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import msgspec

#: A cell: text as it is, a number to be formatted, None where there is nothing.
Cell = str | float | int | None
#: Most rows of one table that a page embeds.
ROWS = 200


class Table(msgspec.Struct, frozen=True):
    """Rows under a header.

    Attributes
    ----------
    header : tuple of str
    rows : tuple of tuples of str, float, int or None
        Each as long as the header.
    units : tuple of str
        Unit of each column, as `vedette.numerals.number` takes it; empty means none.
    left_out : int
        Rows that were not kept.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    units: tuple[str, ...] = ()
    left_out: int = 0

    @classmethod
    def of(
        cls,
        header: Sequence[str],
        rows: Iterable[Sequence[Cell]],
        units: Sequence[str] = (),
        *,
        total: int | None = None,
    ) -> Table:
        """Return a table of the first `ROWS` rows, counting the rest.

        Parameters
        ----------
        header : sequence of str
        rows : iterable of sequences of str, float, int or None
        units : sequence of str
        total : int, optional
            Number of rows where it is known, so that the rest need not be made.

        Examples
        --------
        >>> Table.of(["window", "value"], [("May", 0.5)]).rows
        (('May', 0.5),)
        """
        source = iter(rows)
        kept = tuple(tuple(row) for row in itertools.islice(source, ROWS))
        left = total - len(kept) if total is not None else sum(1 for _ in source)
        return cls(tuple(header), kept, tuple(units), left)

    def unit(self, column: int) -> str:
        """Return the unit of a column."""
        return self.units[column] if column < len(self.units) else ""
