"""Label-free metrics of several classes against row-level scikit-learn: isotonic curves and expected tables."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn import metrics as sk
from sklearn.isotonic import IsotonicRegression

import vedette as vd
from vedette.binning import Binning
from vedette.metrics.base import metric
from vedette.metrics.estimated._classes import curves_of, expected_table
from vedette.summaries.base import State
from vedette.summaries.class_bins import ClassBins
from vedette.testing.rows import observed

CLASSES = ("a", "b", "c")
#: metric -> what scikit-learn gives for true and predicted classes and weights
ORACLES: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], float]] = {
    "estimated_accuracy": lambda y, p, w: sk.accuracy_score(y, p, sample_weight=w),
    "estimated_f1": lambda y, p, w: sk.f1_score(y, p, sample_weight=w, average="macro"),
    "estimated_precision": lambda y, p, w: sk.precision_score(y, p, sample_weight=w, average="macro"),
    "estimated_recall": lambda y, p, w: sk.recall_score(y, p, sample_weight=w, average="macro"),
}
GRID = 40
SPEC = ClassBins(
    classes=CLASSES,
    scores=tuple(f"s_{c}" for c in CLASSES),
    binnings=(Binning.fit(np.arange(GRID + 1) / GRID, 100),) * 3,
    label="y",
)


def rows(n: int, seed: int, lean: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return scores (n, 3) on a grid, too sure of themselves, and the true class."""
    rng = np.random.default_rng(seed)
    pull = rng.normal([0.0, lean, 0.3], 1.5, (n, 3))
    chance = np.exp(pull) / np.exp(pull).sum(axis=1, keepdims=True)
    true = (rng.random((n, 1)) > np.cumsum(chance, axis=1)).sum(axis=1).clip(0, 2)
    sure = chance**1.5 / (chance**1.5).sum(axis=1, keepdims=True)
    return np.round(sure * GRID) / GRID, true


def state(scores: np.ndarray, true: np.ndarray | None) -> State:
    columns = {f"s_{c}": scores[:, i] for i, c in enumerate(CLASSES)}
    labels = [None] * len(scores) if true is None else np.asarray(CLASSES)[true].tolist()
    return observed(SPEC, **columns, y=labels)


def by_row(known: np.ndarray, true: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return the expected table, row by row: scikit-learn's isotonic curve of each class, where predicted and not."""
    then, now = known.argmax(axis=1), scores.argmax(axis=1)
    chance = np.zeros((len(scores), 3))
    for k in range(3):
        for hit in (True, False):
            curve = IsotonicRegression(out_of_bounds="clip")
            curve.fit(known[(then == k) == hit, k], (true == k)[(then == k) == hit])
            chance[(now == k) == hit, k] = curve.predict(scores[(now == k) == hit, k])
    table = np.stack([chance[now == p].sum(axis=0) for p in range(3)])
    for p in range(3):
        others = np.arange(3) != p
        table[p, others] *= ((now == p).sum() - table[p, p]) / table[p, others].sum()
    return table


@pytest.mark.parametrize("name", ORACLES)
def test_value(name: str):
    """With a bin for each score the value is the row-level one, to 1e-9."""
    (known, true), (scores, _) = rows(6000, 1), rows(900, 2, lean=0.6)
    table = by_row(known, true, scores)
    predicted, label = (array.ravel() for array in np.indices((3, 3)))
    found = metric(name, gate="none").compute(
        {"classes": state(scores, None)}, {"classes": state(known, true)}
    )[0]
    assert found.value == pytest.approx(ORACLES[name](label, predicted, table.ravel()), abs=1e-9)
    assert found.n == 900
    assert found.low < found.value < found.high


def test_table():
    """The expected table adds up to the rows of each predicted class."""
    (known, true), (scores, _) = rows(6000, 3), rows(900, 4, lean=0.6)
    found = expected_table(state(scores, None), curves_of(state(known, true))).table[0]
    assert found == pytest.approx(by_row(known, true, scores), abs=1e-6)
    assert found.sum(axis=1) == pytest.approx(np.bincount(scores.argmax(axis=1)))


@pytest.mark.parametrize("name", ORACLES)
def test_bands(name: str):
    """The realised band is the wider, and both hold the value."""
    (known, true), (scores, _) = rows(6000, 5), rows(600, 6, lean=0.6)
    states = {"classes": state(scores, None)}, {"classes": state(known, true)}
    expected, realised = (
        metric(name, gate="none", band=b).compute(*states)[0] for b in ("expected", "realised")
    )
    assert realised.low < expected.low < expected.value < expected.high < realised.high


def test_reasons():
    """Without a reference, without its labels, without rows, and out of its reach."""
    (known, true), accuracy = rows(2000, 7), metric("estimated_accuracy")
    now = {"classes": state(known[:300], None)}
    assert accuracy.compute(now)[0].reason == "no reference"
    assert accuracy.compute(now, {"classes": state(known, None)})[0].reason == "unlabelled"
    none = {"classes": state(known[:0], None)}
    assert accuracy.compute(none, {"classes": state(known, true)})[0].reason == "insufficient"
    sure = known.max(axis=1) > 0.8
    found = accuracy.compute(now, {"classes": state(known[sure], true[sure])})[0]
    assert (found.value, found.reason) == (None, "not covered")


def test_compare():
    """A report of rows without labels has the estimate, near what their labels would have shown."""
    known, true = rows(8000, 8)
    scores, outcome = rows(4000, 9, lean=0.5)
    schema = vd.Schema(score={c: f"s_{c}" for c in CLASSES}, label="y")
    frame = {f"s_{c}": known[:, i] for i, c in enumerate(CLASSES)} | {"y": np.asarray(CLASSES)[true]}
    current = {f"s_{c}": scores[:, i] for i, c in enumerate(CLASSES)}
    report = vd.compare(frame, current, schema, metrics=["estimated_accuracy", "estimated_f1"])
    truth = np.mean(scores.argmax(axis=1) == outcome)
    found = report.estimate("estimated_accuracy", band="realised")
    assert found.low <= truth <= found.high
    macro = sk.f1_score(outcome, scores.argmax(axis=1), average="macro")
    assert report.estimate("estimated_f1").value == pytest.approx(macro, abs=0.02)
