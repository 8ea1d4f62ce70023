"""Calibration metrics against statsmodels, scikit-learn and their definitions, on rows with repeated scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import special, stats
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression

from vedette.binning import Binning
from vedette.inference.wilson import wilson_interval
from vedette.layout import Column, Layout
from vedette.metrics.base import metric
from vedette.metrics.calibration.base import by_score, grouped, reliability_points
from vedette.metrics.calibration.ece import Ece
from vedette.schema import Schema
from vedette.summaries.base import State
from vedette.summaries.score_bins import ScoreBins
from vedette.testing.rows import observed
from vedette.values import Estimate

Arrays = dict[str, np.ndarray]


def rows_of(seed: int, n: int = 2000) -> Arrays:
    """Rows whose scores are too extreme and too high."""
    rng = np.random.default_rng(seed)
    s = rng.beta(1, 2, n).round(2).clip(0.01, 0.99)
    y = (rng.random(n) < special.expit(0.7 * special.logit(s) - 0.3)).astype(int)
    return {"y": y, "s": s, "w": rng.integers(0, 4, n).astype(float)}


def state(rows: dict[str, Any], weight: str | None = None) -> State:
    """Return the state with a bin for every distinct score."""
    bins = Binning.fit(np.arange(0.01, 1, 0.01).round(2), 1000)
    return observed(ScoreBins(score="s", binning=bins, label="y", weight=weight), **rows)


def answer(name: str, rows: dict[str, Any], *, weighted: bool = False, **parameters: Any) -> Estimate:
    counted = state(rows, "w" if weighted else None)
    return metric(name, **parameters).compute({"score": counted})[0]


def glm(rows: Arrays, weight: np.ndarray, *, slope: bool) -> Any:
    odds = special.logit(rows["s"])
    design = sm.add_constant(odds) if slope else np.ones((len(odds), 1))
    offset = None if slope else odds
    family = sm.families.Binomial()
    return sm.GLM(rows["y"], design, family, offset=offset, freq_weights=weight).fit()


def regression_slope(rows: Arrays, weight: np.ndarray) -> float:
    fit = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    return float(fit.fit(special.logit(rows["s"])[:, None], rows["y"], sample_weight=weight).coef_[0, 0])


#: metric -> oracle of rows and weights; the plain sum of `ece` is tested below, its value here is for large n
ORACLES: dict[str, Callable[[Arrays, np.ndarray], float]] = {
    "calibration_slope": regression_slope,
    "calibration_intercept": lambda r, w: glm(r, w, slope=False).params[0],
    "calibration_bias": lambda r, w: np.average(r["s"] - r["y"], weights=w),
}


def plain_error(rows: Arrays, weight: np.ndarray) -> float:
    """Ten groups of equal mass, whole scores to the group of their middle."""
    scores, place = np.unique(rows["s"], return_inverse=True)
    mass = np.bincount(place, weight, len(scores))
    group = np.minimum((np.cumsum(mass) - mass / 2) / mass.sum() * 10, 9).astype(int)[place]
    missed = [abs(np.sum((weight * (rows["s"] - rows["y"]))[group == g])) for g in range(10)]
    return float(sum(missed) / weight.sum())


ORACLES["ece"] = plain_error


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", ORACLES)
def test_value(name: str, weighted: bool):
    """The value is the oracle's and lies within its interval; of `ece`, what chance adds is small here."""
    rows = rows_of(1, 40_000 if name == "ece" else 2000)
    found = answer(name, rows, weighted=weighted)
    want = ORACLES[name](rows, rows["w"] if weighted else np.ones_like(rows["w"]))
    assert found.value == pytest.approx(want, rel=0.01 if name == "ece" else 1e-6)
    assert found.low < found.value < found.high


class TestIntervals:
    def test_slope_is_walds(self):
        rows = rows_of(2)
        found, fit = answer("calibration_slope", rows), glm(rows, np.ones(2000), slope=True)
        assert (found.low, found.high) == pytest.approx(tuple(fit.conf_int()[1]), rel=1e-5)

    def test_intercept_is_walds(self):
        rows = rows_of(3)
        found, fit = answer("calibration_intercept", rows), glm(rows, np.ones(2000), slope=False)
        assert (found.low, found.high) == pytest.approx(tuple(fit.conf_int()[0]), rel=1e-5)

    def test_bias_is_students(self):
        rows = rows_of(4)
        found, off = answer("calibration_bias", rows, weighted=False), rows["s"] - rows["y"]
        want = stats.t.interval(0.95, len(off) - 1, off.mean(), stats.sem(off))
        assert (found.low, found.high) == pytest.approx(want)


class TestEce:
    def test_plain_sum(self):
        rows = rows_of(5)
        scored = next(by_score(state(rows)))
        found = Ece.raw(grouped(scored, 10))[0]
        assert found == pytest.approx(plain_error(rows, np.ones(2000)))

    def test_is_below_the_plain_sum(self):
        """Chance is taken out, wholly where there is nothing else."""
        rng = np.random.default_rng(6)
        s = rng.random(1000).round(2).clip(0.01, 0.99)
        rows = {"y": (rng.random(1000) < s).astype(int), "s": s, "w": np.ones(1000)}
        found, plain = answer("ece", rows), plain_error(rows, rows["w"])
        assert found.value < 0.75 * plain
        assert found.low == 0

    def test_one_group_is_the_absolute_bias(self):
        rows = rows_of(7, 20_000)
        bias = answer("calibration_bias", rows)
        assert answer("ece", rows, bins=1).value == pytest.approx(abs(bias.value), rel=1e-5)


class TestReliability:
    def test_is_scikit_learns_where_every_score_has_a_bin(self):
        rng = np.random.default_rng(8)
        s = rng.choice([0.1, 0.3, 0.5, 0.7, 0.9], 1000)
        rows = {"y": (rng.random(1000) < s).astype(int), "s": s}
        counted = state(rows)
        points = reliability_points(counted["counts"][0], counted["total"][0], bins=5)
        rate, score = calibration_curve(rows["y"], rows["s"], n_bins=5)
        assert points.score == pytest.approx(score)
        assert points.rate == pytest.approx(rate)
        low, high = wilson_interval(points.rate * points.n, points.n)
        assert (points.low == low).all()
        assert (points.high == high).all()

    def test_groups_hold_as_many_rows(self):
        rows = rows_of(9, 10_000)
        counted = state(rows)
        points = reliability_points(counted["counts"], counted["total"], bins=10)
        assert points.n.shape == (1, 10)
        assert points.n.sum() == 10_000
        assert 700 < points.n.min() <= points.n.max() < 1300

    def test_unlabelled_rows_do_not_count(self):
        rows = rows_of(10)
        half: dict[str, Any] = {**rows, "y": np.where(np.arange(2000) % 2, rows["y"], np.nan)}
        counted = state(half)
        assert reliability_points(counted["counts"], counted["total"]).n.sum() == 1000


class TestReasons:
    @pytest.mark.parametrize("name", ORACLES)
    def test_unlabelled(self, name: str):
        rows: dict[str, Any] = {**rows_of(1, 50), "y": np.full(50, np.nan)}
        assert answer(name, rows).reason == "unlabelled"

    @pytest.mark.parametrize("name", ORACLES)
    def test_no_rows(self, name: str):
        assert answer(name, rows_of(1, 0)).reason == "insufficient"

    @pytest.mark.parametrize("name", ["calibration_slope", "calibration_intercept"])
    def test_one_class_only(self, name: str):
        rows = rows_of(1, 50)
        assert answer(name, {**rows, "y": np.ones(50, int)}).reason == "undefined"

    def test_perfect_separation(self):
        s = np.array([0.1, 0.2, 0.8, 0.9])
        assert answer("calibration_slope", {"y": (s > 0.5).astype(int), "s": s}).reason == "undefined"

    def test_one_score(self):
        rows = {"y": np.array([0, 1, 1]), "s": np.full(3, 0.4)}
        assert answer("calibration_slope", rows).reason == "undefined"
        assert answer("calibration_intercept", rows).value == pytest.approx(
            special.logit(2 / 3) - special.logit(0.4)
        )

    def test_scores_outside_are_left_out(self):
        rows = rows_of(11)
        wild = {"y": np.append(rows["y"], [1, 1]), "s": np.append(rows["s"], [7.0, -3.0])}
        for name in ORACLES:
            assert answer(name, wild).value == pytest.approx(answer(name, rows).value)
            assert answer(name, wild).n == 2000

    def test_cells_do_not_disturb_each_other(self):
        """A cell without a fit leaves its neighbours' fits alone."""
        good, bad = state(rows_of(12)), state({**rows_of(13, 50), "y": np.ones(50, int)})
        both = State(good.spec, {key: np.concatenate((a, bad[key])) for key, a in good.arrays.items()})
        for name in ORACLES:
            found = metric(name).compute({"score": both})
            assert found[0].value == pytest.approx(metric(name).compute({"score": good})[0].value, rel=1e-9)


def layout(task: str) -> Layout:
    columns = tuple(
        Column(name=n, kind="number", binning=Binning((0.0, 0.5, 1.1))) for n in ("sa", "sb", "sc")
    )
    score = {"a": "sa", "b": "sb", "c": "sc"}
    classes = ("a", "b", "c") if task == "multiclass" else ("a", "b")
    return Layout(schema=Schema(label="y", score=score), task=task, columns=columns, classes=classes)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ORACLES)
def test_of_one_class(name: str):
    """Of several classes one must be named; of two, the positive one is meant."""
    assert "name it with of=" in str(metric(name).why_not(layout("multiclass")))
    assert metric(name, of="b").why_not(layout("multiclass")) is None
    spec = metric(name, of="b").needs(layout("multiclass"))["score"]
    rows = {"y": ["a", "b", "c", "b"], "sb": [0.2, 0.7, 0.4, 0.6]}
    assert observed(spec, **rows)["counts"][0, :, :, :2].sum(axis=(0, 1)).tolist() == [2, 2]
    assert metric(name).needs(layout("binary"))["score"].score == "sb"
    assert metric(name, of="a").needs(layout("binary"))["score"].score == "sa"
    with pytest.raises(KeyError, match=r"metric\.unknown-class"):
        metric(name, of="d").needs(layout("multiclass"))


def test_no_bins():
    with pytest.raises(ValueError, match=r"metric\.bad-parameter"):
        metric("ece", bins=0)
