"""Coverage of the label-free bands of several classes and of regression errors, under a law that does not change.

Windows lean away from the reference. A test passes as long as the true coverage is at least 0.88: the limit is the 1e-6
quantile of the binomial law, so that it would fail by chance once in a million runs, were the seed not fixed.
"""

from __future__ import annotations

import functools

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from vedette.batch import Batch
from vedette.binning import Binning
from vedette.cells import Cells
from vedette.metrics.base import metric
from vedette.summaries.base import State, Summary
from vedette.summaries.class_bins import ClassBins
from vedette.summaries.confusion import Confusion
from vedette.summaries.error_bins import ErrorBins
from vedette.summaries.regression_errors import RegressionErrors

CELLS, REFERENCE, WINDOW, CLASSES = 300, 3000, 600, ("a", "b", "c")
SCORES = ("s0", "s1", "s2")
BINS = ClassBins(
    classes=CLASSES, scores=SCORES, binnings=(Binning.fit(np.arange(41) / 40, 100),) * 3, label="y"
)
TABLE = Confusion(classes=CLASSES, scores=SCORES, label="y")
ERRORS = ErrorBins(prediction="p", label="y", binning=Binning.fit(np.linspace(-6, 6, 2000), 100))
SUMS = RegressionErrors(prediction="p", label="y")


def observed(spec: Summary, columns: dict[str, np.ndarray]) -> State:
    batch = Batch(pa.record_batch(columns))
    return spec.observe(batch, Cells(np.repeat(np.arange(CELLS), len(batch) // CELLS), CELLS))


def classes(rows: int, lean: float, seed: int) -> dict[str, np.ndarray]:
    """Return scores that are too sure, and classes drawn by the true chances."""
    rng = np.random.default_rng(seed)
    pull = rng.normal([0.0, lean, 0.3], 1.3, (CELLS * rows, 3))
    chance = np.exp(pull) / np.exp(pull).sum(axis=1, keepdims=True)
    true = (rng.random((len(pull), 1)) > np.cumsum(chance, axis=1)).sum(axis=1).clip(0, 2)
    sure = chance**1.4 / (chance**1.4).sum(axis=1, keepdims=True)
    scores = dict(zip(SCORES, (np.round(sure * 40) / 40).T, strict=True))
    return {**scores, "y": np.asarray(CLASSES)[true]}


def numbers(rows: int, lean: float, seed: int) -> dict[str, np.ndarray]:
    """Return predictions and labels that are further off, and lower, the larger the prediction is."""
    rng = np.random.default_rng(seed)
    prediction = rng.normal(lean, 1, CELLS * rows)
    error = rng.normal(0.2 * prediction, np.exp(0.4 * prediction))
    return {"p": prediction, "y": prediction - error}


@functools.cache
def case(kind: str) -> tuple[dict[str, State], dict[str, State], State]:
    """Return the states of window and reference, and what the window's labels show."""
    draw, spec, labelled, name = (
        (classes, BINS, TABLE, "classes") if kind == "classes" else (numbers, ERRORS, SUMS, "errors")
    )
    window = draw(WINDOW, 0.5, 2)
    return (
        {name: observed(spec, window)},
        {name: observed(spec, draw(REFERENCE, 0.0, 1))},
        observed(labelled, window),
    )


NAMES = [
    *(("classes", name, "confusion") for name in ("accuracy", "f1", "precision", "recall", "specificity")),
    *(("numbers", name, "errors") for name in ("mae", "rmse", "bias")),
]


def hits(found, truth: np.ndarray) -> int:
    return int(np.sum((found.low <= truth) & (truth <= found.high)))


@pytest.mark.parametrize(("kind", "name", "need"), NAMES)
def test_realised_band_holds_what_labels_show(kind: str, name: str, need: str):
    now, then, labels = case(kind)
    truth = metric(name).compute({need: labels}).value
    found = metric(f"estimated_{name}", band="realised", gate="none").compute(now, then)
    assert hits(found, truth) >= stats.binom.ppf(1e-6, CELLS, 0.88)


@pytest.mark.parametrize(
    ("kind", "name", "need"), [n for n in NAMES if n[1] in ("accuracy", "f1", "mae", "bias")]
)
def test_band_of_another_law_does_not_cover(kind: str, name: str, need: str):
    """The test can fail: with labels of another law most realised numbers lie outside."""
    now, then, _ = case(kind)
    if kind == "classes":
        columns = classes(WINDOW, 0.5, 3)
        columns["y"] = np.roll(columns["y"], 1)
        labels = observed(TABLE, columns)
    else:
        columns = numbers(WINDOW, 0.5, 3)
        columns["y"] = columns["y"] - 1.0
        labels = observed(SUMS, columns)
    truth = metric(name).compute({need: labels}).value
    found = metric(f"estimated_{name}", band="realised", gate="none").compute(now, then)
    assert hits(found, truth) < CELLS / 2
