"""Label-free errors of a regression against row-level computation, and against the labels they stand for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn import metrics as sk

import vedette as vd
from vedette.binning import Binning
from vedette.estimation.loss_curve import GROUPS
from vedette.metrics.base import metric
from vedette.summaries.base import State
from vedette.summaries.error_bins import ErrorBins
from vedette.testing.rows import observed

#: metric -> (loss of a row, the metric from the mean loss, what scikit-learn gives for labels and predictions)
ORACLES: dict[str, tuple[Callable, Callable, Callable]] = {
    "estimated_mae": (np.abs, lambda m: m, sk.mean_absolute_error),
    "estimated_rmse": (np.square, np.sqrt, sk.root_mean_squared_error),
    "estimated_bias": (lambda e: e, lambda m: m, lambda y, p: np.mean(p - y)),
}
PLACES = 20
SPEC = ErrorBins(prediction="p", label="y", binning=Binning.fit(np.arange(PLACES, dtype=float)))


def rows(n: int, seed: int, lean: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return predictions, whole numbers from 0, and labels further off the larger they are."""
    rng = np.random.default_rng(seed)
    share = np.exp(lean * np.arange(PLACES) / PLACES)
    prediction = rng.choice(PLACES, n, p=share / share.sum()).astype(float)
    return prediction, prediction - rng.normal(0.05 * prediction, 1 + 0.2 * prediction)


def state(prediction: np.ndarray, label: np.ndarray | None) -> State:
    return observed(SPEC, p=prediction, y=[None] * len(prediction) if label is None else label)


@pytest.mark.parametrize("name", ORACLES)
def test_value(name: str):
    """With twenty equal stretches the value is the mean over rows of the loss that their prediction had."""
    loss, read, _ = ORACLES[name]
    known = np.repeat(np.arange(PLACES, dtype=float), 200)
    label = known - np.random.default_rng(1).normal(0.1, 1 + known)
    now, _ = rows(700, 2, lean=1.5)
    by_row = np.array([loss(known - label)[known == p].mean() for p in now])
    found = metric(name, gate="none").compute({"errors": state(now, None)}, {"errors": state(known, label)})[
        0
    ]
    assert PLACES == GROUPS
    assert found.value == pytest.approx(read(by_row.mean()), rel=1e-9)
    assert (found.n, found.low < found.value < found.high) == (700, True)


@pytest.mark.parametrize("name", ORACLES)
def test_of_the_reference_itself_it_is_the_labelled_metric(name: str):
    prediction, label = rows(5000, 3)
    same = {"errors": state(prediction, label)}
    found = metric(name).compute(same, same)[0]
    assert found.value == pytest.approx(ORACLES[name][2](label, prediction), rel=1e-9)


@pytest.mark.parametrize("name", ORACLES)
def test_realised_band_is_the_wider(name: str):
    (known, label), (now, _) = rows(5000, 4), rows(400, 5, lean=1.0)
    states = {"errors": state(now, None)}, {"errors": state(known, label)}
    expected, realised = (metric(name, band=band).compute(*states)[0] for band in ("expected", "realised"))
    assert expected.value == realised.value
    assert realised.low < expected.low < expected.high < realised.high


def test_reasons():
    """Without a reference, without its labels, without rows, and out of its reach."""
    (known, label), mae = rows(2000, 6), metric("estimated_mae")
    now = {"errors": state(known[:300], None)}
    assert mae.compute(now)[0].reason == "no reference"
    assert mae.compute(now, {"errors": state(known, None)})[0].reason == "unlabelled"
    assert (
        mae.compute({"errors": state(known[:0], None)}, {"errors": state(known, label)})[0].reason
        == "insufficient"
    )
    low = known < PLACES / 2
    found = mae.compute(now, {"errors": state(known[low], label[low])})[0]
    assert (found.value, found.reason) == (None, "not covered")


def houses(seed: int, n: int, old: float) -> dict[str, np.ndarray]:
    """Return rows of which the old kind is missed by more, and always too low, which the prediction does not tell."""
    rng = np.random.default_rng(seed)
    kind = np.where(rng.random(n) < old, "old", "new")
    prediction = rng.normal(10, 2, n)
    error = rng.normal(np.where(kind == "old", -1.0, 0.0), np.where(kind == "old", 3.0, 1.0))
    return {
        "id": np.arange(n),
        "kind": kind,
        "x": rng.normal(size=n),
        "price": prediction,
        "paid": prediction - error,
    }


@pytest.mark.parametrize("name", ORACLES)
def test_features_correct_what_the_prediction_does_not_tell(name: str):
    """More rows of the kind that is missed by more: the correction leaves less than a quarter of the error."""
    schema = vd.Schema(id="id", prediction="price", label="paid")
    asked = [metric(name), metric(name, band="realised"), metric(name, adjust=False)]
    now = houses(2, 20_000, old=0.5)
    truth = ORACLES[name][2](now.pop("paid"), now["price"])
    report = vd.compare(houses(1, 20_000, old=0.2), now, schema, metrics=asked)
    found, plain = report.estimate(name), report.estimate(name, adjust=False)
    assert abs(found.value - truth) < 0.25 * abs(plain.value - truth)
    likely = report.estimate(name, band="realised")
    assert likely.low <= truth <= likely.high
