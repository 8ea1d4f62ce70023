"""Counts of rows along fixed directions through several columns: what moves together shows there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.base import Field, State, Summary
from vedette.summaries.fourier import FAR, vectors_of

Floats = npt.NDArray[np.float64]


class Projections(Summary, frozen=True, kw_only=True):
    """Histograms of linear combinations of columns, in bins frozen on the reference.

    Attributes
    ----------
    columns : tuple of str
        Number columns; a missing entry counts as the centre.
    embedding : str
        Instead, one column of vectors, each brought to length 1; rows without one are left out.
    centres, scales : tuple of float
        What is subtracted from each column (or component) and what it is divided by.
    directions : tuple of tuple of float
        Weight of each column in each direction.
    edges : tuple of tuple of float
        Increasing inner edges of each direction's bins, as many for each.

    Notes
    -----
    State: ``counts`` of shape (cells, directions, bins), int64. Exact.
    """

    columns: tuple[str, ...] = ()
    embedding: str = ""
    centres: tuple[float, ...] = ()
    scales: tuple[float, ...] = ()
    directions: tuple[tuple[float, ...], ...]
    edges: tuple[tuple[float, ...], ...]

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        return (self.embedding,) if self.embedding else self.columns

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        return {"counts": Field((len(self.directions), len(self.edges[0]) + 1))}

    @classmethod
    def examples(cls) -> tuple[Projections, ...]:
        """Return specs of numbers and of vectors."""
        return (
            cls(
                columns=("x", "z"),
                centres=(0.5, 1.0),
                scales=(4.0, 0.5),
                directions=((1.0, 0.0), (0.5, -0.5)),
                edges=((-1.0, 0.0), (-0.5, 0.5)),
            ),
            cls(embedding="e", directions=((1.0, 0.0, 0.0),), edges=((0.0,),)),
        )

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        values, kept = self.values(batch)
        shape = self.fields()["counts"].shape
        counts = np.zeros((cells.size, *shape), np.int64)
        codes = None if cells.codes is None else cells.codes[kept]
        if kept.any():
            # Column by column: the same sum for a row wherever it stands, which a matrix product does not promise.
            for k, (direction, edges) in enumerate(zip(self.directions, self.edges, strict=True)):
                along = np.zeros(int(kept.sum()))
                for i, weight in enumerate(direction[: values.shape[1]]):
                    along += weight * values[kept, i]
                bins = np.searchsorted(edges, along, side="right")
                counts[:, k] = Cells(codes, cells.size).tally(bins, shape[1])
        return State(self, {"counts": counts})

    def values(self, batch: Batch) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Return the scaled numbers of shape (n, d), and which rows count."""
        if self.embedding:
            values, kept = vectors_of(batch.arrow(self.embedding))
            if self.centres and values.shape[1] != len(self.centres):
                return np.zeros((len(batch), len(self.centres))), np.zeros(len(batch), bool)
        else:
            values = np.column_stack([batch.numbers(name) for name in self.columns])
            kept = np.ones(len(batch), bool)
        values = (values - (self.centres or 0.0)) / (self.scales or 1.0)
        return np.clip(np.nan_to_num(values, nan=0.0), -FAR, FAR), kept

    def named(self, direction: int, most: int = 3) -> str:
        """Return a direction in words: its heaviest columns with their weights.

        Examples
        --------
        >>> Projections.examples()[0].named(1)
        '0.50 x - 0.50 z'
        """
        weights = self.directions[direction]
        names = self.columns or tuple(f"{self.embedding}[{i}]" for i in range(len(weights)))
        order = sorted(range(len(weights)), key=lambda i: (-abs(weights[i]), i))[:most]
        said = " ".join(f"{'-' if weights[i] < 0 else '+'} {abs(weights[i]):.2f} {names[i]}" for i in order)
        return said.removeprefix("+ ") + (" …" if len(weights) > most else "")
