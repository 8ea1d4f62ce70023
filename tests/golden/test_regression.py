"""Regression metrics against scikit-learn, scipy and plain numpy on generated rows."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from sklearn import metrics as sk

from vedette.binning import Binning
from vedette.metrics.base import metric
from vedette.summaries.base import State
from vedette.summaries.regression_errors import RegressionErrors
from vedette.summaries.residuals import Residuals
from vedette.testing.rows import observed

Floats = np.ndarray
#: metric -> (parameters, the value another library gives for labels, predictions and weights)
ORACLES: dict[str, tuple[dict[str, float], Callable[[Floats, Floats, Floats], float]]] = {
    "mae": ({}, lambda y, p, w: sk.mean_absolute_error(y, p, sample_weight=w)),
    "mse": ({}, lambda y, p, w: sk.mean_squared_error(y, p, sample_weight=w)),
    "rmse": ({}, lambda y, p, w: sk.root_mean_squared_error(y, p, sample_weight=w)),
    "r2": ({}, lambda y, p, w: sk.r2_score(y, p, sample_weight=w)),
    "mape": ({}, lambda y, p, w: sk.mean_absolute_percentage_error(y, p, sample_weight=w)),
    # not in scikit-learn: the definition
    "smape": ({}, lambda y, p, w: np.average(2 * np.abs(p - y) / (np.abs(p) + np.abs(y)), weights=w)),
    "bias": ({}, lambda y, p, w: np.average(p - y, weights=w)),
    "quantile_loss": ({"q": 0.8}, lambda y, p, w: sk.mean_pinball_loss(y, p, alpha=0.8, sample_weight=w)),
    "max_error": ({}, lambda y, p, _: sk.max_error(y, p)),
    "explained_variance": ({}, lambda y, p, w: sk.explained_variance_score(y, p, sample_weight=w)),
    "residual_quantile": ({"q": 0.9}, lambda y, p, w: np.quantile(np.repeat(p - y, w.astype(int)), 0.9)),
}


def rows(seed: int, shift: float = 0.0) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    label = rng.gamma(3, 20, 900) + shift
    return label, 0.9 * label + rng.normal(2, 8, 900), rng.integers(1, 4, 900).astype(float)


def states(label: Floats, prediction: Floats, weight: Floats, *, weighted: bool) -> dict[str, State]:
    named = {"prediction": "p", "label": "y", "weight": "w" if weighted else None}
    columns = {"p": prediction, "y": label, "w": weight}
    errors = RegressionErrors(**named, centre=60.0)
    residuals = Residuals(**named, binning=Binning.fit(prediction - label))
    return {"errors": observed(errors, **columns), "residuals": observed(residuals, **columns)}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", ORACLES)
def test_value(name: str, weighted: bool):
    """The value is the other library's: to 1e-9, a quantile to the width of its bin."""
    parameters, oracle = ORACLES[name]
    label, prediction, weight = rows(1)
    found = metric(name, **parameters).compute(states(label, prediction, weight, weighted=weighted))[0]
    want = oracle(label, prediction, weight if weighted else np.ones(len(label)))
    tolerance = 0.2 if name == "residual_quantile" else 1e-9 * abs(want)
    assert found.value == pytest.approx(want, abs=tolerance)
    assert found.n == (weight.sum() if weighted else len(label))


@pytest.mark.parametrize("name", ["r2", "explained_variance"])
def test_labels_far_from_the_centre_keep_their_digits(name: str):
    """A label that has drifted by 10 000 spreads still gives six digits."""
    label, prediction, weight = rows(2, shift=3e5)
    found = metric(name).compute(states(label, prediction, weight, weighted=False))[0]
    want = ORACLES[name][1](label, prediction, np.ones(len(label)))
    assert found.value == pytest.approx(want, rel=1e-6)
    assert found.low < found.value < found.high


def test_interval_of_mean_loss_is_students_on_the_log():
    """MAE ± t s / √n, as a factor."""
    from scipy import stats

    label, prediction, weight = rows(3)
    found = metric("mae").compute(states(label, prediction, weight, weighted=False), level=0.9)[0]
    loss = np.abs(prediction - label)
    half = stats.t.ppf(0.95, 899) * stats.sem(loss) / loss.mean()
    assert (found.low, found.high) == pytest.approx((loss.mean() * np.exp(-half), loss.mean() * np.exp(half)))


def test_interval_of_r2_is_the_delta_methods():
    """The half-width on the log scale is that of the ratio of two means with an estimated mean label."""
    from scipy import stats

    label, prediction, weight = rows(4)
    found = metric("r2").compute(states(label, prediction, weight, weighted=False))[0]
    error, spread = (prediction - label) ** 2, (label - label.mean()) ** 2
    ratio = error.mean() / spread.mean()
    half = stats.t.ppf(0.975, 899) * stats.sem(error - ratio * spread) / error.mean()
    assert (found.low, found.high) == pytest.approx((1 - ratio * np.exp(half), 1 - ratio * np.exp(-half)))


def test_interval_of_residual_quantile_is_by_ranks():
    """The interval's ends lie within a bin of the order statistics of the ranks n q ± z √(n q (1 - q))."""
    label, prediction, weight = rows(5)
    found = metric("residual_quantile", q=0.25).compute(states(label, prediction, weight, weighted=False))[0]
    ranks = 900 * 0.25 + np.array([-1, 1]) * 1.959964 * np.sqrt(900 * 0.25 * 0.75)
    want = np.sort(prediction - label)[np.round(ranks).astype(int) - 1]
    assert (found.low, found.high) == pytest.approx(want, abs=0.25)


class TestReasons:
    """A value that cannot be has the reason why."""

    @staticmethod
    def reason(name: str, label: list[float | None], prediction: list[float | None]) -> str | None:
        spec = RegressionErrors(prediction="p", label="y")
        return metric(name).compute({"errors": observed(spec, p=prediction, y=label)})[0].reason

    @pytest.mark.parametrize("name", sorted(set(ORACLES) - {"residual_quantile"}))
    def test_no_labels(self, name: str):
        assert self.reason(name, [None, np.nan], [1.0, 2.0]) == "unlabelled"

    def test_no_predictions(self):
        assert self.reason("mae", [1.0, 2.0], [None, None]) == "insufficient"

    def test_constant_label(self):
        assert self.reason("r2", [3.0, 3.0, 3.0], [1.0, 2.0, 3.0]) == "undefined"
        assert self.reason("explained_variance", [0.1] * 7, list(range(7))) == "undefined"

    def test_labels_all_zero(self):
        assert self.reason("mape", [0.0, 0.0], [1.0, 2.0]) == "undefined"

    def test_unlabelled_residuals(self):
        spec = Residuals(prediction="p", label="y", binning=Binning((0.0, 1.0)))
        found = metric("residual_quantile").compute({"residuals": observed(spec, p=[1.0], y=[None])})
        assert found[0].reason == "unlabelled"


def test_perfect_predictions():
    """Errors of exactly 0 give exactly 0 with an interval of 0, and an R² of 1."""
    state = observed(RegressionErrors(prediction="p", label="y"), p=[1.0, 2.0, 4.0], y=[1.0, 2.0, 4.0])
    for name, want in {"mae": 0.0, "rmse": 0.0, "smape": 0.0, "r2": 1.0}.items():
        found = metric(name).compute({"errors": state})[0]
        assert (found.value, found.low, found.high) == (want, want, want)


def test_one_row_has_a_value_and_no_interval():
    found = metric("mae").compute(
        {"errors": observed(RegressionErrors(prediction="p", label="y"), p=[1.0], y=[3.0])}
    )[0]
    assert (found.value, found.low, found.high, found.n) == (2.0, None, None, 1)


def test_quantile_of_few_rows_has_no_interval():
    """Of ten rows the ninth decile's upper rank is beyond the last row."""
    label, prediction, _ = rows(6)
    spec = Residuals(prediction="p", label="y", binning=Binning.fit(prediction - label))
    found = metric("residual_quantile", q=0.9).compute(
        {"residuals": observed(spec, p=prediction[:10], y=label[:10])}
    )[0]
    assert found.value is not None
    assert (found.low, found.high) == (None, None)


def test_quantile_outside_the_reference_is_inside_the_data():
    """Residuals beyond all edges lie between the extremes that were seen."""
    spec = Residuals(prediction="p", label="y", binning=Binning((-1.0, 0.0, 1.0)))
    state = observed(spec, p=[50.0, 60.0, 70.0, 80.0], y=[0.0] * 4)
    assert 50 <= metric("residual_quantile", q=0.5).compute({"residuals": state})[0].value <= 80


@pytest.mark.parametrize("q", [0.0, 1.0, 90])
@pytest.mark.parametrize("name", ["quantile_loss", "residual_quantile"])
def test_share_outside_0_1_is_refused(name: str, q: float):
    with pytest.raises(ValueError, match=r"metric\.bad-parameter"):
        metric(name, q=q)
    with pytest.raises(msgspec.ValidationError, match=r"metric\.bad-parameter"):
        msgspec.convert({"q": q}, type(metric(name)))
