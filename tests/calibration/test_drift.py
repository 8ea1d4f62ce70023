"""Size of the drift tests when nothing moved, and coverage of the intervals when something did.

Thousands of windows, as cells of one state, each against a reference of its own. A size passes as long as the true
rejection rate is at most the promised one, a coverage as long as it is at least: the limits are binomial quantiles
at 1e-6, so that each assertion would fail by chance once in a million runs, were the seeds not fixed.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import stats

from vedette.binning import Binning
from vedette.engine.fit import coarse_bins
from vedette.metrics.base import metric
from vedette.summaries.base import State
from vedette.summaries.categories import Categories
from vedette.summaries.histogram import Histogram
from vedette.summaries.moments import Moments

DIVERGENCES = ("psi", "kl", "js", "hellinger", "chi2")
ZIPF = 1 / np.arange(1, 201)
LAWS = {"uniform": np.full(20, 0.05), "zipf": ZIPF / ZIPF.sum()}
REFERENCE = 10_000


def categories(shares, n: int, windows: int, seed: int) -> dict[str, State]:
    """Return the states of windows of n rows with these shares of known categories, the last share missing."""
    counts = np.random.default_rng(seed).multinomial(n, shares, windows)
    known = len(shares) - 1
    spec = Categories(column="c", known=tuple(f"k{i}" for i in range(known)))
    nothing = np.zeros((windows, 2), int)
    return {"bins": State(spec, {"counts": np.hstack((counts[:, :known], nothing, counts[:, known:]))})}


@cache
def bins(law: str) -> Histogram:
    reference = draw(law, np.random.default_rng(0), 20_000)
    binning = Binning.fit(reference)
    found = np.bincount(binning.find(reference), minlength=binning.size)[:-1]
    return Histogram(column="x", binning=binning, coarse=coarse_bins(found))


def draw(law: str, rng: np.random.Generator, size) -> np.ndarray:
    values = {
        "normal": lambda: rng.normal(size=size),
        "shifted": lambda: rng.normal(0.3, 1, size),
        "wider": lambda: rng.normal(0, 1.5, size),
        "lognormal": lambda: rng.lognormal(0, 1, size),
        "student": lambda: rng.standard_t(3, size),
        "five": lambda: rng.integers(0, 5, size).astype(float),
        "four": lambda: np.minimum(rng.integers(0, 6, size), 4).astype(float),
    }
    return values[law]()


def numbers(law: str, n: int, windows: int, seed: int, *, spec: Histogram) -> dict[str, State]:
    """Return the states of windows of n rows of a law in the bins of `spec`."""
    x = draw(law, np.random.default_rng(seed), (windows, n))
    found = (
        spec.binning.find(x.ravel()).astype(np.int64) + np.repeat(np.arange(windows), n) * spec.binning.size
    )
    counts = np.bincount(found, minlength=windows * spec.binning.size).reshape(windows, -1)
    sums = {"n": np.full(windows, float(n)), "total": x.sum(1), "squares": (x * x).sum(1)}
    moments = State(Moments(column="x"), {**sums, "low": x.min(1), "high": x.max(1)})
    return {"bins": State(spec, {"counts": counts}), "moments": moments}


def assert_size(p: np.ndarray, level: float) -> None:
    rejected, allowed = int(np.sum(p <= level)), stats.binom.isf(1e-6, len(p), level)
    assert rejected <= allowed, f"{rejected} of {len(p)} at {level}, at most {allowed}"


def assert_power_of_size(p: np.ndarray, level: float, share: float) -> None:
    """The level is used up to a share of it: a test that never rejects holds its size too."""
    rejected, needed = int(np.sum(p <= level)), stats.binom.ppf(1e-6, len(p), share * level)
    assert rejected >= needed, f"{rejected} of {len(p)} at {level}, at least {needed}"


def assert_covers(found, truth: float, at_least: float = 0.93) -> None:
    hits = int(np.sum((found.low <= truth) & (truth <= found.high)))
    assert hits >= stats.binom.ppf(1e-6, len(found), at_least), f"{hits} of {len(found)} cover {truth}"


class TestNothingMoved:
    """P(p <= level) is at most the level, and of distances on bins it is the level."""

    @pytest.mark.parametrize("n", [50, 200, 1000, 10_000])
    @pytest.mark.parametrize("law", LAWS)
    def test_bins(self, law: str, n: int):
        windows = 8000 if law == "uniform" else 3000
        current = categories(LAWS[law], n, windows, seed=n)
        reference = categories(LAWS[law], REFERENCE, windows, seed=n + 1)
        found = {name: metric(name, column="c").compute(current, reference).p for name in ("psi", "tv")}
        for p in found.values():
            assert_size(p, 0.05)
            assert_size(p, 0.001)
        assert_power_of_size(found["psi"], 0.05, 0.85)
        assert_power_of_size(found["tv"], 0.05, 0.6)

    @pytest.mark.parametrize("n", [50, 1000])
    @pytest.mark.parametrize("law", LAWS)
    def test_largest_change(self, law: str, n: int):
        current, reference = (categories(LAWS[law], rows, 2000, seed=n) for rows in (n, REFERENCE))
        p = metric("linf", column="c").compute(current, reference).p
        assert_size(p, 0.05)
        assert_size(p, 0.001)
        assert_power_of_size(p, 0.05, 0.5)

    def test_distances_on_bins_agree_on_the_evidence(self):
        """All divergences and chi-square name the same p: they are one another's limits."""
        current, reference = (categories(LAWS["zipf"], rows, 50, seed=rows) for rows in (300, REFERENCE))
        found = [metric(name, column="c").compute(current, reference).p for name in DIVERGENCES]
        assert all(np.array_equal(found[0], p) for p in found)

    @pytest.mark.parametrize("share", [0.0002, 0.001, 0.01])
    @pytest.mark.parametrize("n", [50, 200, 1000])
    def test_rare_missing(self, n: int, share: float):
        """A bin that stays alone however little it expects does not make the test reject too often.

        A single row there can be evidence at 0.02 or so: the size is granted one and a half times.
        """
        shares = np.append(np.full(10, (1 - share) / 10), share)
        current, reference = (categories(shares, rows, 10_000, seed=rows) for rows in (n, REFERENCE))
        p = metric("psi", column="c").compute(current, reference).p
        assert_size(p, 0.05)
        assert np.sum(p <= 0.001) <= stats.binom.isf(1e-6, len(p), 0.0015)

    @pytest.mark.parametrize("n", [50, 1000])
    @pytest.mark.parametrize("law", ["normal", "lognormal", "student", "five"])
    def test_numbers(self, law: str, n: int):
        current, reference = (numbers(law, rows, 1000, rows, spec=bins(law)) for rows in (n, 2000))
        for name in ("psi", "ks", "cramer_von_mises", "wasserstein"):
            p = metric(name, column="x").compute(current, reference).p
            assert_size(p, 0.05)
            assert_size(p, 0.001)
            if n == 1000 and law in {"normal", "five"}:
                assert_power_of_size(p, 0.05, 0.6)

    @pytest.mark.parametrize("law", LAWS)
    def test_effects_are_about_nothing(self, law: str):
        """Chance alone leaves of a debiased distance less than a quarter of what it makes of the plain one."""
        for n in (200, 10_000):
            current, reference = (categories(LAWS[law], rows, 1000, seed=n) for rows in (n, REFERENCE))
            for name, scale in {"psi": 1, "kl": 0.5, "js": 0.125}.items():
                found = metric(name, column="c").compute(current, reference)
                chance = min(n / 3, len(LAWS[law]) - 1) * (1 / n + 1 / REFERENCE) * scale
                assert found.value.mean() < 0.25 * chance, name
                assert_covers(found, 0.0, 0.95)


#: metric -> the true distance of shares q from shares p
TRUTH = {
    "psi": lambda q, p: np.sum((q - p) * np.log(q / p)),
    "kl": lambda q, p: np.sum(q * np.log(q / p)),
    "js": lambda q, p: (stats.entropy(q, (q + p) / 2) + stats.entropy(p, (q + p) / 2)) / 2,
    "hellinger": lambda q, p: np.sqrt(np.sum((np.sqrt(q) - np.sqrt(p)) ** 2) / 2),
    "chi2": lambda q, p: np.sqrt(np.sum((q - p) ** 2 / (q + p)) / 2),
    "tv": lambda q, p: np.abs(q - p).sum() / 2,
    "linf": lambda q, p: np.abs(q - p).max(),
}


class TestSomethingMoved:
    """Intervals hold the true distance, and values come near it."""

    P = LAWS["uniform"]
    Q = P * np.exp(np.linspace(-0.6, 0.6, 20)) / np.sum(P * np.exp(np.linspace(-0.6, 0.6, 20)))

    @pytest.mark.parametrize("n", [200, 1000, 10_000])
    @pytest.mark.parametrize("name", TRUTH)
    def test_tilt(self, name: str, n: int):
        """Of a tilt over twenty bins (an index of 0.14) intervals of 95 % cover at least 93 %, KL's 91 %."""
        current = categories(self.Q, n, 2000, seed=n)
        found = metric(name, column="c").compute(current, categories(self.P, REFERENCE, 2000, seed=1))
        truth = TRUTH[name](self.Q, self.P)
        assert_covers(found, truth, 0.91 if name == "kl" else 0.93)
        assert found.value.mean() == pytest.approx(truth, rel=0.2 if n == 200 else 0.06)

    @pytest.mark.parametrize("name", ["psi", "js", "hellinger", "chi2"])
    def test_swapped_categories(self, name: str):
        """Two frequent of twenty Zipf categories change places: an index of 0.58."""
        p = 1 / np.arange(1, 21)
        p /= p.sum()
        q = p[[3, 1, 2, 0, *range(4, 20)]]
        current, reference = categories(q, 1000, 2000, seed=1), categories(p, REFERENCE, 2000, seed=2)
        found = metric(name, column="c").compute(current, reference)
        assert_covers(found, TRUTH[name](q, p), 0.92)
        assert found.value.mean() == pytest.approx(TRUTH[name](q, p), rel=0.02)

    def test_kullback_leibler_of_a_rare_category_is_covered_less(self):
        """What the page of `kl` warns of: one of 200 categories grows by ten points, and 75 to 90 % are covered."""
        p = LAWS["zipf"]
        q = 0.9 * p + 0.1 * (np.arange(200) == 10)
        current, reference = categories(q, 1000, 2000, seed=1), categories(p, REFERENCE, 2000, seed=2)
        found = metric("kl", column="c").compute(current, reference)
        truth = TRUTH["kl"](q, p)
        assert 0.75 < np.mean((found.low <= truth) & (truth <= found.high)) < 0.9

    @pytest.mark.parametrize(("law", "to"), [("normal", "shifted"), ("normal", "wider"), ("five", "four")])
    def test_numbers(self, law: str, to: str):
        spec = bins(law)
        rng = np.random.default_rng(9)
        b, a = draw(law, rng, 400_000), draw(to, rng, 400_000)
        mass, moved = (
            np.bincount(spec.binning.find(x), minlength=spec.binning.size)[:-1] / 4e5 for x in (b, a)
        )
        gap = np.cumsum(moved - mass)
        truth = {
            "ks": np.abs(gap).max(),
            "cramer_von_mises": np.sum(mass * gap**2),
            "wasserstein": stats.wasserstein_distance(a, b) / b.std(),
        }
        for n in (100, 1000):
            current, reference = numbers(to, n, 500, n, spec=spec), numbers(law, 2000, 500, 1, spec=spec)
            for name, true in truth.items():
                found = metric(name, column="x").compute(current, reference)
                assert_covers(found, true, 0.92)
                assert found.value.mean() == pytest.approx(true, rel=0.25), name

    def test_a_new_category_is_seen_where_it_is_rare(self):
        """Twenty missing of 200 rows, where 10 000 had none, are certain evidence and a large effect."""
        before = np.append(np.full(10, 0.1), 0.0)
        after = np.append(np.full(10, 0.09), 0.1)
        current, reference = categories(after, 200, 200, seed=1), categories(before, REFERENCE, 200, seed=2)
        found = metric("psi", column="c").compute(current, reference)
        assert found.p.max() < 1e-6
        assert np.quantile(found.low, 0.05) > 0.25
