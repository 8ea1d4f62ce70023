"""Drift metrics against scipy on generated data: the plain distances at sizes where chance is nothing, and p-values."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from scipy import stats
from scipy.spatial import distance

from vedette.binning import Binning
from vedette.metrics.base import metric
from vedette.metrics.drift.base import Table, aligned, merged
from vedette.summaries.base import State
from vedette.summaries.categories import Categories
from vedette.summaries.histogram import Histogram
from vedette.summaries.moments import Moments
from vedette.testing.rows import observed

Floats = np.ndarray
#: metric -> its value for shares q against p of categories, or for values a against b of a number
ORACLES: dict[str, Callable[[Floats, Floats], float]] = {
    "psi": lambda q, p: stats.entropy(q, p) + stats.entropy(p, q),
    "kl": stats.entropy,
    "js": lambda q, p: distance.jensenshannon(q, p) ** 2,
    "hellinger": lambda q, p: distance.euclidean(np.sqrt(q), np.sqrt(p)) / np.sqrt(2),
    "chi2": lambda q, p: stats.contingency.association(np.round(np.stack((q, p)) * 1e9).astype(int)),
    "tv": lambda q, p: distance.cityblock(q, p) / 2,
    "linf": distance.chebyshev,
    "ks": lambda a, b: stats.ks_2samp(a, b).statistic,
    "cramer_von_mises": lambda a, b: np.mean((below(a, b) - below(b, b)) ** 2),
    "wasserstein": lambda a, b: stats.wasserstein_distance(a, b) / b.std(),
}
NUMBERS = ("ks", "cramer_von_mises", "wasserstein")
BINS = tuple(name for name in ORACLES if name not in NUMBERS)
CATEGORIES = Categories(column="c", known=tuple("abcdef"))


def below(sample: Floats, at: Floats) -> Floats:
    return stats.ecdf(sample).cdf.evaluate(at)


def categories(counts) -> dict[str, State]:
    """Return the state of counts of the six categories, other, unseen and missing."""
    return {"bins": State(CATEGORIES, {"counts": np.atleast_2d(np.asarray(counts, np.int64))})}


def values(seed: int, high: int, size: int = 400) -> Floats:
    """Return values on a grid, so that a bin holds one of them."""
    return np.random.default_rng(seed).integers(0, high, size).astype(float)


def numbers(x: Floats, times: int = 1, binning: Binning | None = None) -> dict[str, State]:
    """Return the states of rows that each come `times` times."""
    specs = {
        "bins": Histogram(column="x", binning=binning or Binning.fit(np.arange(60.0))),
        "moments": Moments(column="x"),
    }
    states = {name: observed(spec, x=x) for name, spec in specs.items()}
    for state, names in ((states["bins"], ["counts"]), (states["moments"], ["n", "total", "squares"])):
        for name in names:
            state.arrays[name] *= times
    return states


@pytest.mark.parametrize("name", BINS)
def test_value_of_categories(name: str):
    """At 10**9 rows debiasing and half rows are nothing: the value is the other library's."""
    rng = np.random.default_rng(1)
    q, p = rng.dirichlet(np.full(9, 4)), rng.dirichlet(np.full(9, 4))
    current, reference = (categories(np.round(shares * 1e9)) for shares in (q, p))
    found = metric(name, column="c").compute(current, reference)[0]
    assert found.value == pytest.approx(ORACLES[name](q, p), rel=1e-6)
    assert (found.low, found.high) == pytest.approx((found.value, found.value), rel=1e-3)
    assert found.p == 0


@pytest.mark.parametrize("name", NUMBERS)
def test_value_of_numbers(name: str):
    """The same for rows that each come a hundred million times."""
    a, b = values(1, 50) + 5, values(2, 60)
    found = metric(name, column="x").compute(numbers(a, 10**8), numbers(b, 10**8))[0]
    assert found.value == pytest.approx(ORACLES[name](a, b), rel=1e-4)


@pytest.mark.parametrize("name", ["psi", "kl", "js", "hellinger", "chi2"])
def test_evidence_is_pearsons(name: str):
    """With hundreds of rows in each bin p is that of scipy's chi-square, to what its law leaves out."""
    counts = np.random.default_rng(3).multinomial(4000, np.full(9, 1 / 9), 2)
    counts[0, :2] += [60, -60]
    found = metric(name, column="c").compute(categories(counts[0]), categories(counts[1]))[0]
    assert found.p == pytest.approx(stats.chi2_contingency(counts).pvalue, rel=0.02)


def test_evidence_of_few_rows_is_that_of_permutations():
    """With three rows expected in a bin p is that of scipy's permutations, where chi-square's is twice as small."""
    now, then = np.array([9, 4, 2, 1, 2, 0]), np.array([30, 30, 30, 30, 30, 30])
    pad = [0, 0, 0]
    found = metric("chi2", column="c").compute(categories([*now, *pad]), categories([*then, *pad]))[0]
    rng = np.random.default_rng(4)
    rows = np.repeat(np.arange(6), now + then)
    drawn = np.stack([np.bincount(rng.permutation(rows)[:18], minlength=6) for _ in range(20_000)])
    statistic = [np.sum((c / 18 - (now + then - c) / 180) ** 2 / (now + then), axis=-1) for c in (drawn, now)]
    assert found.p == pytest.approx(np.mean(statistic[0] >= statistic[1] - 1e-12), abs=0.01)


def test_evidence_of_total_variation_is_a_normals_with_two_bins():
    """Two bins are one proportion: p is that of the pooled two-sample z test."""
    found = metric("tv", column="c").compute(
        categories([460, 540, *[0] * 7]), categories([500, 500, *[0] * 7])
    )[0]
    z = 0.04 / np.sqrt(0.48 * 0.52 * 2 / 1000)
    assert found.p == pytest.approx(2 * stats.norm.sf(z), rel=1e-3)


def test_evidence_of_the_largest_change_is_hypergeometric():
    """With one bin far from the rest p is near the doubled tail of its hypergeometric law, times the bins in doubt."""
    now, then = [40, 15, 15, 15, 15, 0, 0, 0, 0], [200] * 5 + [0] * 4
    found = metric("linf", column="c").compute(categories(now), categories(then))[0]
    upper = stats.hypergeom(1100, 240, 100).sf(39)
    assert upper < found.p < 12 * upper


def test_evidence_of_kolmogorov_smirnov():
    a, b = values(5, 60, 3000), values(6, 57, 3000)
    found = metric("ks", column="x").compute(numbers(a), numbers(b))[0]
    assert found.p == pytest.approx(stats.ks_2samp(a, b, method="asymp").pvalue, rel=0.1)


def test_evidence_of_cramer_von_mises():
    """On untied rows p is that of scipy, whose weights are both samples together."""
    rng = np.random.default_rng(7)
    a, b = rng.normal(0.12, 1, 500), rng.normal(size=500)
    binning = Binning(tuple(np.sort(np.concatenate((a, b))) + 1e-9))
    found = metric("cramer_von_mises", column="x").compute(
        numbers(a, binning=binning), numbers(b, binning=binning)
    )[0]
    assert found.p == pytest.approx(stats.cramervonmises_2samp(a, b, method="asymptotic").pvalue, rel=0.05)


def test_evidence_of_wasserstein_is_that_of_permutations():
    rng = np.random.default_rng(8)
    a, b = rng.normal(0.2, 1, 300), rng.normal(size=300)
    found = metric("wasserstein", column="x").compute(*(numbers(x, binning=Binning.fit(b)) for x in (a, b)))[
        0
    ]
    seen, both = stats.wasserstein_distance(a, b), np.concatenate((a, b))
    drawn = (rng.permutation(both) for _ in range(4000))
    larger = [stats.wasserstein_distance(x[:300], x[300:]) >= seen for x in drawn]
    assert found.p == pytest.approx(np.mean(larger), abs=0.012)


class TestBias:
    """What chance adds is taken away."""

    @pytest.mark.parametrize("name", BINS)
    def test_equal_counts_are_no_distance(self, name: str):
        counts = [50, 40, 30, 20, 10, 10, 5, 5, 5]
        found = metric(name, column="c").compute(categories(counts), categories(counts))[0]
        assert (found.value, found.low) == (0, 0)
        assert found.p > 0.99

    @pytest.mark.parametrize("name", NUMBERS)
    def test_equal_rows_are_no_distance(self, name: str):
        found = metric(name, column="x").compute(numbers(values(1, 60)), numbers(values(1, 60)))[0]
        assert (found.value, found.low) == (0, 0)
        assert found.p > 0.99

    def test_index_is_less_by_its_mean_under_no_drift(self):
        """For ten bins of hundreds of rows that is 9 (1/n + 1/m), the limit of theory."""
        now = np.array([100, 110, 90, 105, 95, 100, 0, 0, 0])
        then = np.full(9, 1000) * (now > 0)
        q, p = (now + 0.5)[:6] / 603, (then + 0.5)[:6] / 6003
        found = metric("psi", column="c").compute(categories(now), categories(then))
        raw = float(np.sum((q - p) * np.log(q / p)))
        assert raw - found.value[0] == pytest.approx(min(raw, 5 * (1 / 600 + 1 / 6000)), rel=0.02)


class TestBins:
    """Which bins a distance sees."""

    def test_missing_counts_as_a_bin(self):
        """Growth of missing values is drift."""
        spec = Histogram(column="x", binning=Binning.fit(np.arange(100.0)), coarse=(0, *range(11, 100, 10)))
        x = np.tile(np.arange(100.0), 10)
        holes = np.where(np.arange(1000) < 100, np.nan, x)
        found = metric("psi", column="x").compute(
            {"bins": observed(spec, x=holes)}, {"bins": observed(spec, x=x)}
        )[0]
        assert found.p < 1e-6
        assert found.low > 0.1

    def test_beyond_the_range_counts_in_the_outermost_bins(self):
        spec = Histogram(column="x", binning=Binning((0.0, 1.0, 2.0, 3.0)), coarse=(0, 3))
        plain, special = aligned(*[observed(spec, x=[-9.0, 0.5, 1.5, 2.5, 99.0, np.inf, np.nan])] * 2)
        assert plain.current.tolist() == [[3, 3]]
        assert special.current.tolist() == [[1]]

    def test_without_coarse_bins_every_fine_one_counts(self):
        spec = Histogram(column="x", binning=Binning((0.0, 1.0, 2.0)))
        plain, _ = aligned(*[observed(spec, x=[-1.0, 0.5, 1.5, 2.5])] * 2)
        assert plain.current.tolist() == [[1, 1, 1, 1]]

    def test_rare_bins_are_merged_from_the_rarest_up(self):
        """Bins expect 1, 1, 2, 5 and 11 of 20 rows: the first three join; what is missing stays alone."""
        plain = Table(np.array([[1.0, 5, 11, 2, 1]]), np.array([[10.0, 50, 110, 20, 10]]))
        special = Table(np.array([[0.0]]), np.array([[1.0]]))
        table = merged((plain, special))
        assert sorted(table.current[0].tolist()) == [0, 4, 5, 11]
        assert table.bins.tolist() == [4]

    def test_merging_keeps_all_rows_of_every_cell(self):
        rng = np.random.default_rng(9)
        sides = [rng.poisson(rng.gamma(0.3, 8, (40, 30))).astype(float) for _ in range(2)]
        table = merged((Table(*sides), Table(*np.zeros((2, 40, 1)))))
        assert table.n.tolist() == sides[0].sum(axis=1).tolist()
        assert table.m.tolist() == sides[1].sum(axis=1).tolist()
        expected = table.total * (np.minimum(table.n, table.m) / (table.n + table.m))[:, None]
        assert expected[table.total > 0].min() >= 3

    def test_weights_count_as_rows(self):
        counts = [[30, 20, 10, 5, 5, 5, 1, 1, 1], [300, 200, 200, 50, 50, 50, 1, 1, 1]]
        spec = msgspec.structs.replace(CATEGORIES, weight="w")
        heavy = [{"bins": State(spec, {"counts": np.array([side], float)})} for side in counts]
        for name in BINS:
            made = metric(name, column="c")
            assert made.compute(*heavy)[0] == made.compute(*(categories(side) for side in counts))[0]


class TestReasons:
    """A value that cannot be has the reason why."""

    @pytest.mark.parametrize("name", BINS)
    def test_of_bins(self, name: str):
        made, some = metric(name, column="c"), categories([5, 5, 5, 0, 0, 0, 0, 0, 0])
        one = categories([50, *[0] * 8])
        assert made.compute(some)[0].reason == "no reference"
        assert made.compute(some, categories([0] * 9))[0].reason == "insufficient"
        assert made.compute(categories([0] * 9), some)[0].reason == "insufficient"
        assert made.compute(one, one)[0].reason == "insufficient"
        assert made.compute(categories([1, *[0] * 8]), some)[0].reason == "insufficient"

    @pytest.mark.parametrize("name", NUMBERS)
    def test_of_numbers(self, name: str):
        made, some = metric(name, column="x"), numbers(values(1, 60))
        nothing = numbers(np.full(3, np.nan))
        assert made.compute(some)[0].reason == "no reference"
        assert made.compute(some, nothing)[0].reason == "insufficient"
        assert made.compute(nothing, some)[0].reason == "insufficient"
        empty = numbers(np.array([1.0]), binning=Binning(()))
        assert made.compute(empty, empty)[0].value is None

    def test_distance_in_deviations_of_a_constant(self):
        constant = numbers(np.full(50, 3.0))
        assert (
            metric("wasserstein", column="x").compute(numbers(values(1, 60)), constant)[0].reason
            == "undefined"
        )


class TestTails:
    """Far values move the Wasserstein distance as far as they lie."""

    def test_shift_is_its_own_size(self):
        x = np.tile(np.arange(1000.0), 20)
        spec = Binning.fit(x)
        found = metric("wasserstein", column="x").compute(
            numbers(x + 100, binning=spec), numbers(x, binning=spec)
        )[0]
        assert found.value == pytest.approx(100 / x.std(), rel=0.01)
        assert found.low < 100 / x.std() < found.high

    def test_far_outliers_are_the_change_of_the_mean(self):
        x = np.tile(np.arange(100.0), 10)
        far = np.append(x, np.full(20, 1e9))
        spec = Binning.fit(x)
        found = metric("wasserstein", column="x").compute(
            numbers(far, binning=spec), numbers(x, binning=spec)
        )[0]
        assert found.value == pytest.approx(20e9 / 1020 / x.std(), rel=0.05)

    def test_infinities_are_as_far_as_the_farthest_number(self):
        x = np.tile(np.arange(100.0), 10)
        spec = Binning.fit(x)
        found = metric("wasserstein", column="x").compute(
            numbers(np.append(x, [np.inf] * 100), binning=spec), numbers(x, binning=spec)
        )[0]
        assert np.isfinite(found.value)
        assert found.p < 1e-3


def test_reference_of_one_cell_stands_for_all():
    """A single reference gives what the same reference beside every cell gives."""
    current = categories(np.random.default_rng(1).multinomial(500, np.full(9, 1 / 9), 4))
    one = categories(np.full(9, 200))
    many = categories(np.full((4, 9), 200))
    for name in BINS:
        made = metric(name, column="c")
        left, right = made.compute(current, one), made.compute(current, many)
        assert [left[i] for i in range(4)] == [right[i] for i in range(4)]
