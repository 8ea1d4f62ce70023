"""A binning keeps order, keeps equal values together, and has a place for every float there is."""

import warnings

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from vedette.batch import Batch
from vedette.binning import Binning

ANY = st.floats(allow_nan=False, allow_infinity=False)
USUAL = st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda v: round(v, 3))
SAMPLES = st.lists(ANY | USUAL, min_size=1, max_size=60) | st.lists(USUAL, min_size=1, max_size=300)
SHAPES = {
    "normal": lambda rng: rng.normal(size=20_000),
    "far from zero": lambda rng: rng.normal(1e9, 1, 20_000),
    "lognormal": lambda rng: rng.lognormal(0, 3, 20_000),
    "skewed both ways": lambda rng: rng.standard_cauchy(20_000),
    "mostly zero": lambda rng: np.where(rng.random(20_000) < 0.9, 0, rng.exponential(5, 20_000)),
    "scores": lambda rng: rng.beta(0.1, 0.1, 20_000),
    "whole": lambda rng: rng.integers(0, 100_000, 20_000).astype(float),
    "tiny": lambda rng: rng.normal(size=20_000) * 1e-310,
    "huge": lambda rng: rng.normal(size=20_000) * 1e300,
}


def fitted(values, bins=200):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return Binning.fit(np.asarray(values, float), bins)


@given(SAMPLES, st.lists(st.floats(allow_nan=False), max_size=30), st.sampled_from([3, 20, 200]))
def test_bins_keep_the_order_of_numbers(sample, others, bins):
    binning = fitted(sample, bins)
    values = np.sort(np.concatenate([sample, others, binning.edges]))
    found = binning.find(values).astype(int)
    assert (np.diff(found) >= 0).all()
    assert found.max() <= len(binning.offsets)


@given(SAMPLES, st.sampled_from([3, 20, 200]))
def test_the_reference_lies_inside_its_own_range(sample, bins):
    found = fitted(sample, bins).find(np.asarray(sample, float))
    assert found.min() >= 1
    assert found.max() <= len(fitted(sample, bins).offsets) - 1


@given(st.lists(ANY | USUAL, min_size=1, max_size=20, unique=True))
def test_few_distinct_values_get_a_bin_each(sample):
    distinct = np.unique(sample)  # 0.0 and -0.0 are one
    assert len(np.unique(fitted(distinct).find(distinct))) == len(distinct)


@given(SAMPLES)
def test_what_is_no_number_has_its_place(sample):
    binning = fitted(sample)
    assert binning.find(np.array([np.nan, -np.inf, np.inf])).tolist() == [
        binning.missing,
        0,
        len(binning.offsets),
    ]
    assert binning.size == len(binning.offsets) + 2


@pytest.mark.parametrize("shape", SHAPES)
def test_bins_agree_with_their_edges(shape):
    """Up to the rounding of ``float32(x - centre)``: one part in 2**24 of the distance from the centre."""
    values = SHAPES[shape](np.random.default_rng(0))
    binning = fitted(values)
    edges = binning.edges
    expected = np.searchsorted(edges, values, side="right")
    moved = np.flatnonzero(binning.find(values) != expected)
    off = np.abs(edges[:, None] - values[moved]).min(axis=0)
    margin = 2.0**-23 * np.abs(values[moved] - binning.centre) + 4 * np.spacing(np.abs(values[moved]))
    assert (off <= margin).all()
    assert len(moved) <= 5


@given(st.lists(st.integers(-400, 400), min_size=1, max_size=80), st.sampled_from([3, 200]))
def test_an_edge_belongs_to_the_bin_above_it(values, bins):
    """Whole numbers often are edges themselves; their distances from the centre are exact in 32 bits."""
    binning = fitted(values, bins)
    tried = np.concatenate([binning.edges, values])
    assert_array_equal(binning.find(tried), np.searchsorted(binning.edges, tried, side="right"))


@pytest.mark.parametrize("shape", SHAPES)
def test_about_as_many_bins_as_asked_of_about_equal_mass(shape):
    values = SHAPES[shape](np.random.default_rng(1))
    binning = fitted(values, 100)
    counts = np.bincount(binning.find(values), minlength=binning.size)
    assert len(binning.offsets) <= 100 + 9
    usual = len(values) / 100
    commonest = np.unique(values, return_counts=True)[1].max()
    assert counts.max() <= 1.5 * max(usual, commonest + usual)


@pytest.mark.parametrize("shape", SHAPES)
def test_tails_have_edges_of_their_own(shape):
    """Over the outermost 60 of 20 000 values stand at least two edges, where the grid can tell such values apart."""
    values = np.sort(SHAPES[shape](np.random.default_rng(2)))
    binning = fitted(values)
    for tail in (values[-60:], values[:60]):
        if np.ptp(tail) > np.abs(tail - np.median(values)).max() / 100 and len(np.unique(tail)) > 30:
            assert len(np.unique(binning.find(tail))) >= 3


@pytest.mark.parametrize(
    "values", [[5.0], [5.0] * 100, [0.0], [-0.0, 0.0], [1e300], [-1.7976931348623157e308], [5e-324]], ids=str
)
def test_a_constant_is_one_bin_with_both_sides_outside(values):
    binning = fitted(values)
    around = np.array([-np.inf, values[0], np.inf])
    assert binning.find(around).tolist() == [0, 1, 2]


@pytest.mark.parametrize("values", [[], [np.nan], [np.inf, -np.inf, np.nan]], ids=str)
def test_without_a_finite_value_there_are_no_edges(values):
    binning = fitted(values)
    assert binning == Binning(())
    assert binning.find(np.array([1.0, np.nan, np.inf])).tolist() == [0, 1, 0]


def test_neighbouring_floats_are_told_apart():
    neighbours = np.array([1.0, np.nextafter(1.0, 2), 5e-324, 1e-323])
    assert len(np.unique(fitted(neighbours).find(neighbours))) == 4


@given(SAMPLES, st.randoms(use_true_random=False))
def test_the_order_of_the_reference_does_not_matter(sample, random):
    shuffled = list(sample)
    random.shuffle(shuffled)
    assert fitted(shuffled) == fitted(sample)


def test_a_batch_finds_the_bins_of_a_column_once():
    batch = Batch(pa.record_batch({"x": [0.5, None, 2.0]}))
    binning = Binning((0.0, 1.0))
    assert_array_equal(binning.of(batch, "x"), [1, 3, 2])
    assert binning.of(batch, "x") is binning.of(batch, "x")
