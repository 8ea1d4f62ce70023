"""Coverage of the classification and calibration intervals: many windows of one known law, as cells of one state.

Each test passes as long as the true coverage is at least the promised one: the limit is the 1e-6 quantile of the
binomial law, so that it fails by chance once in a million runs, were the seed not fixed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy import special, stats
from sklearn import metrics as sk

from vedette.batch import Batch
from vedette.binning import Binning
from vedette.cells import Cells
from vedette.metrics.base import metric
from vedette.summaries.base import State
from vedette.summaries.class_losses import ClassLosses
from vedette.summaries.confusion import Confusion
from vedette.summaries.score_bins import ScoreBins
from vedette.values import Estimates

WINDOWS = 1500


def covers(found: Estimates, truth: float, at_least: float) -> None:
    """Check the coverage among the windows that have a value."""
    defined = found.reason < 0
    hits, windows = np.sum((found.low <= truth) & (truth <= found.high) & defined), defined.sum()
    fewest = stats.binom.ppf(1e-6, windows, at_least)
    assert hits >= fewest, f"covered {hits}/{windows}, claimed {at_least}"


# Metrics of the confusion table: windows are multinomial tables. ----------------------------------------------------

TABLES: dict[str, np.ndarray] = {
    "plain": np.array([[0.62, 0.08], [0.12, 0.18]]),
    "skewed": np.array([[0.85, 0.04], [0.03, 0.08]]),
    "guessing": np.array([[0.56, 0.24], [0.14, 0.06]]),
    "sharp": np.array([[0.48, 0.02], [0.02, 0.48]]),
    "three": np.array([[0.40, 0.05, 0.03], [0.04, 0.25, 0.03], [0.02, 0.03, 0.15]]),
    "ten": np.eye(10) * 0.07 + 0.003,
}


def tables(law: str, n: int, seed: int = 0) -> dict[str, State]:
    """Return windows of n rows of a table of predicted by true class."""
    share = TABLES[law]
    k = len(share)
    drawn = np.random.default_rng(seed).multinomial(n, share.ravel() / share.sum(), WINDOWS)
    counts = np.zeros((WINDOWS, k + 1, k + 2), np.int64)
    counts[:, :k, :k] = drawn.reshape(-1, k, k)
    return {
        "confusion": State(
            Confusion(classes=tuple(map(str, range(k))), label="y", prediction="p"), {"counts": counts}
        )
    }


def in_the_long_run(law: str, function: Callable[..., float], **fixed: Any) -> float:
    """Return what scikit-learn says of a table of shares."""
    share = TABLES[law]
    predicted, true = np.indices(share.shape)
    return function(true.ravel(), predicted.ravel(), sample_weight=share.ravel(), **fixed)


@pytest.mark.parametrize("n", [30, 100, 500])
@pytest.mark.parametrize("law", ["plain", "skewed", "guessing", "sharp"])
class TestTwoClasses:
    def test_f1(self, law: str, n: int):
        covers(metric("f1").compute(tables(law, n)), in_the_long_run(law, sk.f1_score), 0.93)

    def test_f2(self, law: str, n: int):
        found = metric("fbeta", beta=2.0).compute(tables(law, n))
        covers(found, in_the_long_run(law, sk.fbeta_score, beta=2), 0.93)

    def test_accuracy(self, law: str, n: int):
        covers(metric("accuracy").compute(tables(law, n)), in_the_long_run(law, sk.accuracy_score), 0.93)

    def test_balanced_accuracy(self, law: str, n: int):
        found = metric("balanced_accuracy").compute(tables(law, n))
        covers(found, in_the_long_run(law, sk.balanced_accuracy_score), 0.93)

    def test_macro_f1(self, law: str, n: int):
        found = metric("f1", average="macro").compute(tables(law, n))
        covers(found, in_the_long_run(law, sk.f1_score, average="macro"), 0.92)

    def test_cost(self, law: str, n: int):
        share = TABLES[law]
        found = metric("cost", fp=1.0, fn=4.0).compute(tables(law, n))
        covers(found, (share[1, 0] + 4 * share[0, 1]) / share.sum(), 0.92)


@pytest.mark.parametrize("law", ["plain", "skewed", "guessing", "sharp", "three"])
@pytest.mark.parametrize(("name", "oracle"), [("mcc", sk.matthews_corrcoef), ("kappa", sk.cohen_kappa_score)])
def test_agreement(name: str, oracle: Callable[..., float], law: str):
    """Dirichlet draws cover at least 91 % at 100 rows."""
    few = {"confusion": tables(law, 100)["confusion"].take(slice(600))}
    covers(metric(name).compute(few), in_the_long_run(law, oracle), 0.91)


@pytest.mark.parametrize("average", ["macro", "weighted"])
@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
@pytest.mark.parametrize(("law", "n"), [("three", 100), ("three", 500), ("ten", 500)])
def test_averages(name: str, law: str, n: int, average: str):
    """Averages over classes cover at least 92 % from 30 rows a class on."""
    found = metric(name, average=average).compute(tables(law, n))
    covers(found, in_the_long_run(law, getattr(sk, f"{name}_score"), average=average), 0.92)


def test_macro_average_of_few_rows_a_class():
    """What the page of F1 admits: with 10 rows a class macro F1 covers about 89 %."""
    found = metric("f1").compute(tables("ten", 100))
    truth = in_the_long_run("ten", sk.f1_score, average="macro")
    covers(found, truth, 0.86)
    assert np.mean((found.low <= truth) & (truth <= found.high)) < 0.93


# Metrics of the score: rows are drawn. ------------------------------------------------------------------------------

#: Law of the score, and the slope and shift of log odds that lead from it to the probability.
SCORES: dict[str, tuple[Any, float, float]] = {
    "calibrated": (stats.beta(1, 2), 1.0, 0.0),
    "timid": (stats.beta(4, 4), 2.0, 0.0),
    "too high": (stats.beta(1, 3), 0.8, -0.5),
    "sharp": (stats.beta(0.3, 0.3), 1.0, 0.0),
}
BINNING = Binning((*np.linspace(0, 1, 101)[:-1].tolist(), 1.0001))


def chance(law: str, s: np.ndarray) -> np.ndarray:
    _, slope, shift = SCORES[law]
    return special.expit(slope * special.logit(s) + shift)


@cache
def scored(law: str, n: int) -> State:
    """Return windows of n rows."""
    rng = np.random.default_rng(1)
    s = SCORES[law][0].rvs(WINDOWS * n, random_state=rng).clip(1e-9, 1 - 1e-9)
    y = (rng.random(len(s)) < chance(law, s)).astype(int)
    cells = Cells(np.repeat(np.arange(WINDOWS), n), WINDOWS)
    spec = ScoreBins(score="s", binning=BINNING, label="y")
    return spec.observe(Batch(pa.record_batch({"s": s, "y": y})), cells)


@cache
def population(law: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return labels, scores (at the bins' resolution) and weights of the whole law."""
    s = SCORES[law][0].ppf((np.arange(100_000) + 0.5) / 100_000).clip(1e-9, 1 - 1e-9)
    q = chance(law, s)
    return np.repeat([1, 0], len(s)), np.tile(s, 2), np.concatenate((q, 1 - q))


def of_law(function: Callable[..., float], law: str, *, binned: bool = False) -> float:
    y, s, w = population(law)
    return function(y, BINNING.find(s).astype(float) if binned else s, sample_weight=w)


def gap(y: np.ndarray, s: np.ndarray, sample_weight: np.ndarray) -> float:
    false, true, _ = sk.roc_curve(y, s, sample_weight=sample_weight)
    return float((true - false).max())


def lift(y: np.ndarray, s: np.ndarray, sample_weight: np.ndarray) -> float:
    """Lift of the top tenth; rows of one score are taken in proportion."""
    order = np.argsort(-s, kind="stable")
    positives = np.cumsum((y * sample_weight)[order])
    _, last = np.unique(-s[order], return_index=True)
    last = np.append(last[1:], len(s)) - 1
    reached, found = (
        np.insert(total[last], 0, 0.0) for total in (np.cumsum(sample_weight[order]), positives)
    )
    return float(np.interp(0.1 * sample_weight.sum(), reached, found) / positives[-1] / 0.1)


def at_rates(y: np.ndarray, s: np.ndarray, sample_weight: np.ndarray) -> float:
    """Mean over bins of equal mass of what is missed on average within each."""
    half = len(s) // 2
    miss = (s[:half] - sample_weight[:half]).reshape(10, -1).mean(axis=1)
    assert y[:half].all()
    return float(np.abs(miss).mean())


@pytest.mark.parametrize("n", [50, 200])
@pytest.mark.parametrize("law", SCORES)
class TestScores:
    def test_roc_auc(self, law: str, n: int):
        covers(
            metric("roc_auc").compute({"score": scored(law, n)}),
            of_law(sk.roc_auc_score, law, binned=True),
            0.93,
        )

    def test_average_precision(self, law: str, n: int):
        truth = of_law(sk.average_precision_score, law, binned=True)
        covers(metric("average_precision").compute({"score": scored(law, n)}), truth, 0.93)

    def test_ks_score(self, law: str, n: int):
        covers(metric("ks_score").compute({"score": scored(law, n)}), of_law(gap, law, binned=True), 0.95)

    def test_lift(self, law: str, n: int):
        covers(metric("lift").compute({"score": scored(law, n)}), of_law(lift, law, binned=True), 0.93)

    def test_calibration_bias(self, law: str, n: int):
        y, s, w = population(law)
        found = metric("calibration_bias").compute({"score": scored(law, n)})
        covers(found, np.average(s - y, weights=w), 0.93)


@pytest.mark.parametrize(
    ("law", "n", "at_least"), [(law, 200, 0.93) for law in SCORES] + [("sharp", 50, 0.91)]
)
@pytest.mark.parametrize(("name", "oracle"), [("log_loss", sk.log_loss), ("brier", sk.brier_score_loss)])
def test_losses(name: str, oracle: Callable[..., float], law: str, n: int, at_least: float):
    """At 200 rows 93 %; a sharp score at 50 rows, whose rare misses make the loss, 91 %."""
    covers(metric(name).compute({"losses": scored(law, n)}), of_law(oracle, law), at_least)


@pytest.mark.parametrize("law", SCORES)
class TestCalibration:
    """Rows of a bin are fitted at its mean score; a sharp score has its mass in bins where that matters most."""

    def test_slope(self, law: str):
        truth = SCORES[law][1]
        covers(metric("calibration_slope").compute({"score": scored(law, 200)}), truth, 0.93)

    def test_intercept(self, law: str):
        y, s, w = population(law)
        odds = special.logit(s)
        truth = brent(lambda a: np.sum(w * (special.expit(odds + a) - y)))
        covers(metric("calibration_intercept").compute({"score": scored(law, 200)}), truth, 0.93)

    @pytest.mark.parametrize("n", [200, 1000])
    def test_ece(self, law: str, n: int):
        covers(metric("ece").compute({"score": scored(law, n)}), of_law(at_rates, law), 0.90)


def brent(function: Callable[[float], float]) -> float:
    from scipy.optimize import brentq

    return float(brentq(function, -3, 3))


def test_ece_is_not_biased_upwards():
    """On average over windows of 1000 rows the value is within 0.011 of the truth, the plain sum is not."""
    found = metric("ece").compute({"score": scored("calibrated", 1000)})
    assert 0 < found.value.mean() < 0.011
    assert (
        abs(
            metric("ece").compute({"score": scored("too high", 1000)}).value.mean()
            - of_law(at_rates, "too high")
        )
        < 0.005
    )


def test_losses_of_several_classes():
    """Of three classes at 200 rows the interval covers at least 93 %."""
    rng = np.random.default_rng(2)
    scores = rng.dirichlet((2, 1, 1), WINDOWS * 200)
    y = (rng.random((len(scores), 1)) > scores.cumsum(axis=1)).sum(axis=1)
    names = tuple("abc")
    spec = ClassLosses(classes=("0", "1", "2"), scores=names, label="y")
    batch = Batch(pa.record_batch({"y": y, **{c: scores[:, i] for i, c in enumerate(names)}}))
    state = spec.observe(batch, Cells(np.repeat(np.arange(WINDOWS), 200), WINDOWS))
    many = rng.dirichlet((2, 1, 1), 400_000)
    covers(metric("log_loss").compute({"losses": state}), -(many * np.log(many)).sum(axis=1).mean(), 0.93)
    covers(metric("brier").compute({"losses": state}), 1 - (many**2).sum(axis=1).mean(), 0.93)
