"""What a detector counts of a column: coarse bins of what the reference has, and one for what it has not."""

import numpy as np
import pytest

from vedette.binning import Binning
from vedette.engine.bins import coarse, expected, presence, values
from vedette.engine.fit import fit_bins
from vedette.summaries.base import State
from vedette.summaries.categories import Categories
from vedette.summaries.histogram import Histogram


def histogram(reference, *windows):
    """Counts of windows of numbers in bins fitted on a reference."""
    binning, starts = fit_bins(np.asarray(reference, float), 200)
    spec = Histogram(column="x", binning=binning, coarse=starts)
    counts = [np.bincount(binning.find(np.asarray(w, float)), minlength=binning.size) for w in windows]
    return State(spec, {"counts": np.array(counts)})


def test_numbers_outside_the_reference_have_a_bin_of_their_own():
    reference = np.random.default_rng(0).normal(size=5000)
    state = histogram(reference, reference, [-50.0, 0.0, 50.0, 60.0, np.nan])
    found = values(state)
    assert found[0, -1] == 0
    assert found[0, :-1].sum() == 5000
    assert found[1, -1] == 3
    assert found[1, :-1].sum() == 1
    assert presence(state).tolist() == [[5000, 0], [4, 1]]
    assert coarse(state)[1, [0, -2, -1]].tolist() == [1, 2, 1]


@pytest.mark.parametrize("reference", [[5.0] * 30, [0.0, 1.0] * 20, []])
def test_columns_of_few_numbers(reference):
    found = values(histogram(reference, reference, [5.0, 1.0, 7.0]))
    assert found[0].sum() == len(reference)
    assert found[0, -1] == 0
    assert found[1, -1] == 3 - np.isin([5.0, 1.0, 7.0], reference).sum()


def test_two_numbers_of_a_reference_would_be_new_had_they_been_left_out():
    reference = np.random.default_rng(1).normal(size=(4, 250))
    state = histogram(reference.ravel(), *reference)
    found = expected(state)
    assert found.sum() == 1000
    assert found[:, -1].sum() == 2
    assert (found >= 0).all()
    assert np.abs(found - values(state)).sum() == 4


def test_a_reference_without_numbers_expects_what_it_has():
    assert expected(histogram([], [])).sum() == 0


def test_categories_held_once_would_be_new():
    spec = Categories(column="c", known=("a", "b", "d"))
    state = State(spec, {"counts": np.array([[7, 1, 0, 0, 0, 2], [5, 0, 1, 0, 0, 0]])})
    assert values(state).sum(1).tolist() == [8, 6]
    assert expected(state)[:, -1].tolist() == [1, 1]
    assert presence(state).tolist() == [[8, 2], [6, 0]]


def test_bins_without_edges_hold_everything_as_new():
    spec = Histogram(column="x", binning=Binning(()), coarse=(0,))
    assert values(State(spec, {"counts": np.array([[4, 1]])})).tolist() == [[0, 4]]
