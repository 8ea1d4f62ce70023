"""Coverage of the label-free bands: 400 references and windows of one known law at a time, as cells of one state.

Each test passes as long as the true coverage is at least what it names: the limit is the 1e-6 quantile of the binomial
law, so that it fails by chance once in a million runs, were the seed not fixed. A delta-method band over an isotonic
curve promises 0.95; measured are 0.92 to 0.99, and 0.9 is asked.
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
from vedette.summaries.base import State
from vedette.summaries.confusion import Confusion
from vedette.summaries.score_bins import ScoreBins

CELLS, REFERENCE, WINDOW = 400, 3000, 800
NAMES = ("accuracy", "precision", "recall", "f1", "specificity", "roc_auc", "average_precision", "brier")
READS = {"roc_auc": "score", "average_precision": "score", "brier": "losses"}
BINNING = Binning.fit(np.arange(101) / 100, 200)


def drawn(rows: int, lean: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return scores on a grid, their true probabilities (not the scores), and labels."""
    rng = np.random.default_rng(seed)
    score = np.round(1 / (1 + np.exp(-rng.normal(lean, 1.3, CELLS * rows))), 2)
    truth = 0.02 + 0.9 * score**1.6
    return score, truth, (rng.random(len(score)) < truth).astype(int)


def observed(spec: ScoreBins | Confusion, score: np.ndarray, label: np.ndarray) -> State:
    batch = Batch(pa.record_batch({"s": score, "y": label.astype(str)}))
    return spec.observe(batch, Cells(np.repeat(np.arange(CELLS), len(score) // CELLS), CELLS))


@functools.cache
def case() -> tuple[State, State, State, np.ndarray, np.ndarray]:
    """Return reference, window and its confusion table, and score and truth of the window's rows."""
    spec, table = (
        ScoreBins(score="s", binning=BINNING, label="y"),
        Confusion(classes=("0", "1"), label="y", score="s"),
    )
    known, _, labels = drawn(REFERENCE, 0.0, 1)
    score, truth, outcome = drawn(WINDOW, 0.6, 2)  # the window leans to higher scores
    return (
        observed(spec, known, labels),
        observed(spec, score, outcome),
        observed(table, score, outcome),
        score,
        truth,
    )


def realised(name: str) -> np.ndarray:
    """Return what the windows' own labels show."""
    _, window, table, _, _ = case()
    need = READS.get(name, "confusion")
    return metric(name).compute({need: table if need == "confusion" else window}).value


def hits(found, truth: np.ndarray) -> bool:
    within = np.sum((found.low <= truth) & (truth <= found.high))
    return within >= stats.binom.ppf(1e-6, CELLS, 0.9)


@pytest.mark.parametrize("name", NAMES)
def test_realised_band_holds_what_labels_show(name: str):
    """The number that labels show lies in the realised band in at least 90 of 100 shifted windows."""
    reference, window, _, _, _ = case()
    asked = metric(f"estimated_{name}", band="realised", gate="none")
    assert hits(asked.compute({"score": window}, {"score": reference}), realised(name))


@pytest.mark.parametrize("name", ["accuracy", "brier", "specificity"])
def test_expected_band_holds_the_expectation(name: str):
    """The expected value by the true law, a mean over rows, lies in the expected band as often."""
    reference, window, _, score, truth = case()
    right = np.where(score >= 0.5, truth, 1 - truth)
    by_row = {"accuracy": right, "brier": truth * (1 - score) ** 2 + (1 - truth) * score**2}
    mean = {k: v.reshape(CELLS, -1).mean(axis=1) for k, v in by_row.items()}
    negative = ((1 - truth) * (score < 0.5)).reshape(CELLS, -1).sum(axis=1)
    mean["specificity"] = negative / (1 - truth).reshape(CELLS, -1).sum(axis=1)
    found = metric(f"estimated_{name}", gate="none").compute({"score": window}, {"score": reference})
    assert hits(found, mean[name])


@pytest.mark.parametrize("name", NAMES)
def test_band_of_the_wrong_law_does_not_cover(name: str):
    """The test can fail: with a calibration that has changed, most realised numbers lie outside."""
    reference, window, _, _, _ = case()
    turned = State(reference.spec, {**reference.arrays, "counts": reference["counts"][..., [1, 0, 2]]})
    found = metric(f"estimated_{name}", band="realised", gate="none").compute(
        {"score": window}, {"score": turned}
    )
    assert not hits(found, realised(name))
