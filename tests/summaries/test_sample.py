"""The sample of smallest hashes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from scipy import stats

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.base import State, one_cell
from vedette.summaries.sample import NO_KEY, Sample
from vedette.testing.rows import observed


def rows(n: int, ids: np.ndarray | None = None) -> Batch:
    """Return rows whose x is their id and whose c spells it."""
    ids = np.arange(n) if ids is None else ids
    return Batch(pa.record_batch({"id": ids, "x": ids.astype(float), "c": ids.astype(str)}))


def held(state: State, cell: int = 0) -> np.ndarray:
    """Return the ids in a cell's sample (x is the id)."""
    return state["numbers"][cell][state["keys"][cell] != NO_KEY, 0]


SPEC = Sample(id="id", numbers=("x",), categories=(("c", ("0", "1", "2")),), k=50)


def test_the_smallest_hashes_are_held():
    """Among many rows the shortcut finds the same rows as sorting all of them."""
    batch = rows(20_000)
    want = np.argsort(batch.keys("id"))[:50]
    assert held(one_cell(batch, SPEC)).tolist() == want.tolist()


def test_rows_stay_joined():
    """Number and category of one place are of one row."""
    state = one_cell(rows(3), SPEC)
    at = state["keys"][0] != NO_KEY
    assert at.sum() == 3
    assert state["codes"][0, at, 0].tolist() == state["numbers"][0, at, 0].tolist()


def test_repeated_ids_count_once():
    """A batch of few ids, each many times, still fills the sample with different ones."""
    batch = rows(0, ids=np.tile(np.arange(60), 500))
    found = held(one_cell(batch, SPEC))
    assert len(np.unique(found)) == len(found) == 50
    assert one_cell(batch, SPEC)["rows"][0] == 30_000


def test_two_versions_of_an_id_agree_in_any_order():
    """Of two rows of one id the same one stays, whichever comes first or later."""
    spec = Sample(id="id", numbers=("x",), k=3)
    one, two = observed(spec, id=[7], x=[1.0]), observed(spec, id=[7], x=[2.0])
    both, turned = observed(spec, id=[7, 7], x=[1.0, 2.0]), observed(spec, id=[7, 7], x=[2.0, 1.0])
    assert one.merge(two)["numbers"][0, 0] == two.merge(one)["numbers"][0, 0]
    assert both["numbers"][0, 0] == turned["numbers"][0, 0] == one.merge(two)["numbers"][0, 0]


def test_cells_have_samples_of_their_own():
    batch = rows(9000)
    codes = (np.arange(9000) % 3).astype(np.int64)
    state = SPEC.observe(batch, Cells(codes, 4))
    for cell in range(3):
        mine = np.flatnonzero(codes == cell)
        assert held(state, cell).tolist() == mine[np.argsort(batch.keys("id")[mine])[:50]].tolist()
    assert len(held(state, 3)) == 0


def test_sample_is_uniform():
    """The ranks of the held rows are uniform: chi-square over ten bins, level 1e-6."""
    spec = Sample(id="id", numbers=("x",), k=5000)
    counts = np.histogram(held(one_cell(rows(100_000), spec)), 10, (0, 100_000))[0]
    assert stats.chisquare(counts).pvalue > 1e-6


def test_salts_draw_other_samples():
    batch = rows(5000)
    one, two = (held(one_cell(batch, Sample(id="id", numbers=("x",), k=50, salt=salt))) for salt in (0, 1))
    assert len(np.intersect1d(one, two)) < 10


def test_without_id_row_numbers_decide():
    """Contiguous pieces that know their first row give the sample of the whole."""
    spec = Sample(numbers=("x",), k=20)
    table = rows(1000).table
    pieces = [Batch(table.slice(start, 300), start) for start in (0, 300, 600, 900)]
    first, *others = (one_cell(piece, spec) for piece in pieces)
    for other in others:
        first = first.merge(other)
    assert first == one_cell(Batch(table), spec)


def test_no_columns():
    """A sample of keys alone is allowed."""
    assert (observed(Sample(id="id", k=2), id=[1, 2, 3])["keys"] != NO_KEY).sum() == 2
