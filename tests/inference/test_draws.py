"""Percentile intervals of draws: quantiles, undefined draws, bounded memory, independence of grouping."""

import tracemalloc

import numpy as np
import pytest

from vedette.inference import draws
from vedette.inference.draws import percentile_interval
from vedette.inference.poisson_bootstrap import poisson_bootstrap_interval


def normal(generator, counts, shape):
    return counts + generator.normal(size=shape)


def first(cells):
    return cells[..., 0]


def test_equals_numpys_quantiles_of_the_same_draws():
    sample = 5 + np.random.default_rng(3).normal(size=(501, 2))[:, 0]
    interval = percentile_interval(normal, [5.0, 5.0], first, level=0.9, draws=501, seed=3)
    np.testing.assert_allclose(interval, np.quantile(sample, [0.05, 0.95]), rtol=1e-14)


def test_undefined_draws_are_left_out_until_they_are_most():
    def sometimes(cells):
        return np.where(cells[..., 1] > cells[..., 2], cells[..., 0], np.nan)

    counts = [[9.0, 1.0, 0.5], [9.0, 0.5, 3.0]]
    sample = np.random.default_rng(0).normal(size=(400, 3))
    kept = (9 + sample[:, 0])[1.0 + sample[:, 1] > 0.5 + sample[:, 2]]
    low, high = percentile_interval(normal, counts, sometimes, level=0.95, draws=400, seed=0)
    np.testing.assert_allclose([low[0], high[0]], np.quantile(kept, [0.025, 0.975]), rtol=1e-14)
    assert np.isnan([low[1], high[1]]).all()


def test_infinite_draws_are_ends_like_any_other():
    low, high = percentile_interval(
        normal, [9.0, 9.0], lambda c: np.where(c[..., 0] > 9, np.inf, 1.0), level=0.5, draws=400, seed=0
    )
    assert (low, high) == (1.0, np.inf)


@pytest.mark.parametrize("cells_at_once", [1, 7, 600, 10_000])
def test_blocks_do_not_show_in_the_result(monkeypatch, cells_at_once):
    """Groups and draws cut in any way give the same numbers bit for bit."""
    counts = np.random.default_rng(1).integers(0, 30, size=(2, 4, 3))
    whole = poisson_bootstrap_interval(counts, first, draws=200)
    monkeypatch.setattr(draws, "_CELLS_AT_ONCE", cells_at_once)
    np.testing.assert_array_equal(poisson_bootstrap_interval(counts, first, draws=200), whole)


def test_a_group_is_the_same_alone_and_among_others():
    counts = np.random.default_rng(2).integers(1, 30, size=(6, 3))
    together = np.array(poisson_bootstrap_interval(counts, first, draws=200))
    alone = np.array([poisson_bootstrap_interval(group, first, draws=200) for group in counts]).T
    np.testing.assert_array_equal(together, alone)
    again = np.array(poisson_bootstrap_interval(counts[::-1], first, draws=200))
    np.testing.assert_array_equal(again[:, ::-1], together)


def test_the_seed_decides():
    one, same, other = (poisson_bootstrap_interval([50, 60, 70], first, seed=s) for s in (1, 1, 2))
    assert one == same
    assert one != other


@pytest.mark.parametrize("shape", [(0, 4), (3, 0, 4)])
def test_no_groups_no_intervals(shape):
    low, high = poisson_bootstrap_interval(np.zeros(shape), first)
    assert low.shape == high.shape == shape[:-1]


def test_memory_is_bounded_in_the_number_of_groups():
    """200 groups of 100 cells and 1000 draws are 160 MB at once; in blocks under 60 MB."""
    counts = np.ones((200, 100))
    tracemalloc.start()
    poisson_bootstrap_interval(counts, first)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6
