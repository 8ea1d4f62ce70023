"""The laws of a mergeable summary, each a function that raises `AssertionError` where it is broken.

One line holds all of them: ``observe(A + B) = merge(observe(A), observe(B))``, whatever A and B are, cell by cell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.errors import StateError
from vedette.summaries.base import State, Summary, one_cell, spec_from_dict, spec_hash, spec_to_dict
from vedette.testing.rows import law_rows

Law = Callable[[Summary, Batch, np.random.Generator], None]
Rows = npt.NDArray[np.intp]


def check(summary: type[Summary], law: str, *, examples: int = 8) -> None:
    """Try one law of `LAWS` on every example spec of a summary, with rows that hypothesis draws.

    Parameters
    ----------
    summary : type of Summary
        Its `examples` are tried; a summary without any fails.
    law : str
        A name in `LAWS`.
    examples : int
        Draws for each spec; the same ones at every run.

    Examples
    --------
    >>> from vedette.summaries.counts import Counts
    >>> check(Counts, "merge_commutes", examples=2)
    """
    import hypothesis

    from vedette.testing import strategies

    specs = summary.examples()
    assert specs, f"{summary.__name__}.examples() returns no spec: the laws have nothing to try"
    for spec in specs:
        run = hypothesis.settings(max_examples=examples, deadline=None, derandomize=True, database=None)
        run(hypothesis.given(strategies.rows(), strategies.generators())(_bound(spec, LAWS[law])))()


def _bound(spec: Summary, law: Law) -> Callable[[Batch, np.random.Generator], None]:
    def broken_by(batch: Batch, rng: np.random.Generator) -> None:
        law(spec, batch, rng)

    return broken_by


def empty_is_identity(spec: Summary, batch: Batch, rng: np.random.Generator) -> None:
    """Merging with the state of no rows changes nothing, on either side; so does observing no rows."""
    state = spec.observe(batch, cells_of(spec, batch, rng))
    nothing = spec.empty(len(state))
    agree(state.merge(nothing), state, "state + empty")
    agree(nothing.merge(state), state, "empty + state")
    agree(one_cell(batch.take(np.arange(0)), spec), spec.empty(), "observe(no rows)")


def merge_commutes(spec: Summary, batch: Batch, rng: np.random.Generator) -> None:
    """``a + b = b + a``."""
    a, b = states(spec, batch, rng, 2)
    agree(a.merge(b), b.merge(a), "a + b")


def merge_associates(spec: Summary, batch: Batch, rng: np.random.Generator) -> None:
    """``(a + b) + c = a + (b + c)``."""
    a, b, c = states(spec, batch, rng, 3)
    agree(a.merge(b).merge(c), a.merge(b.merge(c)), "a + b + c")


def observe_is_homomorphism(spec: Summary, batch: Batch, rng: np.random.Generator) -> None:
    """The merge of any parts' states is the state of the whole, parts of no and of one row included."""
    for parts in (1, 2, 5, len(batch) + 1):
        first, *rest = states(spec, batch, rng, parts)
        for part in rest:
            first = first.merge(part)
        agree(first, one_cell(batch, spec), f"merge of {parts} parts")


def order_is_free(spec: Summary, batch: Batch, rng: np.random.Generator) -> None:
    """Rows may come in any order (the rows of one atom among themselves in theirs)."""
    shuffled = np.argsort(rng.permutation(len(batch))[atoms(spec, batch)], kind="stable")
    agree(one_cell(batch.take(shuffled), spec), one_cell(batch, spec), "shuffled rows")


def weight_is_copies(spec: Summary, batch: Batch, rng: np.random.Generator) -> None:
    """A row of weight k counts as k rows of weight one; a summary without the field ``weight`` has none."""
    if "weight" not in spec.__struct_fields__:
        return
    atom = atoms(spec, batch)
    times = batch.numbers("w").astype(np.int64)[_first_rows(atom)][atom]
    weighted = batch.with_column("w", pa.array(times.astype(float)))
    one, heavy = (msgspec.structs.replace(spec, weight=name) for name in (None, "w"))
    left = one_cell(weighted, heavy)
    right = one_cell(copied(spec, batch, times), one)
    agree(State(one, left.arrays), right, "weighted rows against their copies")


def grouped_is_looped(spec: Summary, batch: Batch, rng: np.random.Generator) -> None:
    """Observing with cells is observing the rows of each cell by themselves."""
    cells = cells_of(spec, batch, rng)
    state = spec.observe(batch, cells)
    assert len(state) == cells.size, f"{len(state)} rows of arrays for {cells.size} cells"
    codes = np.zeros(len(batch), np.intp) if cells.codes is None else cells.codes
    for cell in range(cells.size):
        agree(state.take([cell]), one_cell(batch.take(codes == cell), spec), f"cell {cell}")


def add_rows_is_merge(spec: Summary, batch: Batch, rng: np.random.Generator) -> None:
    """`add_rows` into some cells is the merge there and leaves the others alone."""
    left, right = (batch.take(part) for part in _split(spec, batch, rng, 2))
    total = spec.observe(left, cells_of(spec, left, rng, 5))
    part = spec.observe(right, cells_of(spec, right, rng, 3))
    into = rng.permutation(5)[:3]
    want = total.take(np.arange(5))
    spec.add_rows(total, into, part)
    agree(total.take(into), want.take(into).merge(part), "add_rows")
    others = np.setdiff1d(np.arange(5), into)
    agree(total.take(others), want.take(others), "cells that add_rows should leave alone")


def fold_is_merge(spec: Summary, batch: Batch, rng: np.random.Generator) -> None:
    """`fold` of a group of cells is their merge, and the empty state for an empty group."""
    state = spec.observe(batch, cells_of(spec, batch, rng, 4))
    groups = [rng.permutation(4)[:size].astype(np.intp) for size in (0, 1, 3, 4)]
    folded = state.fold(groups)
    for i, group in enumerate(groups):
        want = spec.empty()
        for cell in group:
            want = want.merge(state.take([cell]))
        agree(folded.take([i]), want, f"fold of {len(group)} cells")
    agree(state.total(), one_cell(batch, spec), "fold of all cells")


def codec_returns_state(spec: Summary, batch: Batch, rng: np.random.Generator) -> None:
    """A state comes back from its wire form equal, of the same types and writable."""
    state = spec.observe(batch, cells_of(spec, batch, rng))
    back = State.decode(state.encode())
    assert back == state, f"{spec.kind} changed on the wire"
    for name, array in back.arrays.items():
        assert array.dtype == state.arrays[name].dtype, f"{name} became {array.dtype}"
        assert array.flags.writeable, f"{name} came back read-only: it cannot be merged into"


def spec_is_identity(spec: Summary, batch: Batch, rng: np.random.Generator) -> None:
    """A spec comes back from its plain form equal, hashes, and refuses the states of another."""
    back = spec_from_dict(msgspec.json.decode(msgspec.json.encode(spec_to_dict(spec))))
    assert (back, hash(back), spec_hash(back)) == (spec, hash(spec), spec_hash(spec)), (
        f"{spec!r} became {back!r}"
    )
    for other in type(spec).examples():
        if other != spec:
            try:
                spec.empty().merge(other.empty())
            except StateError:
                continue
            raise AssertionError(f"{spec!r} merged with a state of {other!r}")


def size_is_bounded(spec: Summary, batch: Batch, rng: np.random.Generator) -> None:
    """The arrays are those that `fields` declares: their size does not know the number of rows."""
    more = law_rows(len(batch) * 10 + 100, int(rng.integers(2**16)))
    for rows in (batch, more):
        state = spec.observe(rows, cells_of(spec, rows, rng, 3))
        declared = {name: ((3, *field.shape), np.dtype(field.dtype)) for name, field in spec.fields().items()}
        assert {name: (a.shape, a.dtype) for name, a in state.arrays.items()} == declared, f"{len(rows)} rows"


def inputs_stay(spec: Summary, batch: Batch, rng: np.random.Generator) -> None:
    """Neither observing nor merging changes what it was given."""
    wire = batch.table.serialize().to_pybytes()
    spec.observe(batch, cells_of(spec, batch, rng))
    kept = {key: value.copy() for key, value in batch.kept.items() if isinstance(value, np.ndarray)}
    a, b = states(spec, batch, rng, 2)
    spec.observe(batch, cells_of(spec, batch, rng))
    before = a.encode(), b.encode()
    a.merge(b)
    spec.fold(a, [np.arange(len(a))])
    assert (a.encode(), b.encode()) == before, "merging changed its operands"
    assert batch.table.serialize().to_pybytes() == wire, "observing changed the rows"
    for key, value in kept.items():
        assert np.array_equal(batch.kept[key], value, equal_nan=value.dtype.kind == "f"), (
            f"the kept {key} changed"
        )


def batches_share_nothing(spec: Summary, batch: Batch, rng: np.random.Generator) -> None:
    """What a batch keeps for other specs changes nothing, and `reads` names every column that is needed."""
    busy = batch.take(np.arange(len(batch)))
    for other in type(spec).examples():
        one_cell(busy, other)
    agree(one_cell(busy, spec), one_cell(batch, spec), "a batch that others observed")
    needed = Batch(batch.table.select(list(dict.fromkeys(spec.reads()))))
    agree(one_cell(needed, spec), one_cell(batch, spec), f"only the columns {spec.reads()}")


#: Every law by name, for parametrised tests.
LAWS: dict[str, Law] = {
    law.__name__: law
    for law in (
        empty_is_identity,
        merge_commutes,
        merge_associates,
        observe_is_homomorphism,
        order_is_free,
        weight_is_copies,
        grouped_is_looped,
        add_rows_is_merge,
        fold_is_merge,
        codec_returns_state,
        spec_is_identity,
        size_is_bounded,
        inputs_stay,
        batches_share_nothing,
    )
}


def agree(left: State, right: State, what: str) -> None:
    """Raise when two states are not of the same rows as far as their summary promises."""
    for name in right.arrays:
        assert left.arrays[name].dtype == right.arrays[name].dtype or what.startswith("weighted"), (
            f"{what}: {name} is {left.arrays[name].dtype}, not {right.arrays[name].dtype}"
        )
    if not left.spec.agrees(left, right):
        raise AssertionError(f"{what}: {left.spec.kind} {left.arrays} is not {right.arrays}")


def atoms(spec: Summary, batch: Batch) -> Rows:
    """Return the number of each row's atom, shape (n,): rows of one atom are never separated."""
    if not spec.atom:
        return np.arange(len(batch))
    _, number = np.unique(batch.keys(getattr(spec, spec.atom)), return_inverse=True)
    return number.astype(np.intp)


def cells_of(spec: Summary, batch: Batch, rng: np.random.Generator, size: int = 4) -> Cells:
    """Return random cells; the rows of one atom share theirs."""
    return Cells(rng.integers(0, size, len(batch))[atoms(spec, batch)], size)


def states(spec: Summary, batch: Batch, rng: np.random.Generator, parts: int) -> list[State]:
    """Return the states, of one cell, of a random split of the rows."""
    return [one_cell(batch.take(part), spec) for part in _split(spec, batch, rng, parts)]


def copied(spec: Summary, batch: Batch, times: npt.NDArray[np.int64]) -> Batch:
    """Return the rows repeated; each copy of an atom is an atom of its own."""
    rows = np.repeat(np.arange(len(batch)), times)
    copies = batch.take(rows)
    if not spec.atom:
        return copies
    column = getattr(spec, spec.atom)
    copy = np.arange(len(rows)) - np.repeat(np.cumsum(times) - times, times)
    names = [f"{name}#{number}" for name, number in zip(copies.arrow(column).to_pylist(), copy, strict=True)]
    return copies.with_column(column, pa.array(names, pa.string()))


def _split(spec: Summary, batch: Batch, rng: np.random.Generator, parts: int) -> list[npt.NDArray[Any]]:
    part = rng.integers(0, parts, len(batch))[atoms(spec, batch)]
    return [part == number for number in range(parts)]


def _first_rows(atom: Rows) -> Rows:
    """Return the first row of each atom."""
    return np.unique(atom, return_index=True)[1]
