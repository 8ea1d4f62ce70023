"""Label-free metrics against scikit-learn on rows dealt to both classes, and against the reference's own labels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from sklearn import metrics as sk
from sklearn.isotonic import IsotonicRegression

from vedette.batch import Batch
from vedette.binning import Binning
from vedette.errors import ConfigError
from vedette.inference.delong import auc_bin_error
from vedette.metrics.base import metric
from vedette.metrics.classification.base import sides
from vedette.summaries.base import State, one_cell
from vedette.summaries.confusion import Confusion
from vedette.summaries.score_bins import ScoreBins

Floats = np.ndarray
#: metric -> what scikit-learn gives for labels, predicted classes, scores and weights
ORACLES: dict[str, Callable[[Floats, Floats, Floats, Floats], float]] = {
    "estimated_accuracy": lambda y, p, _, w: sk.accuracy_score(y, p, sample_weight=w),
    "estimated_precision": lambda y, p, _, w: sk.precision_score(y, p, sample_weight=w),
    "estimated_recall": lambda y, p, _, w: sk.recall_score(y, p, sample_weight=w),
    "estimated_f1": lambda y, p, _, w: sk.f1_score(y, p, sample_weight=w),
    "estimated_specificity": lambda y, p, _, w: sk.recall_score(y, p, pos_label=0, sample_weight=w),
    "estimated_roc_auc": lambda y, _, s, w: sk.roc_auc_score(y, s, sample_weight=w),
    "estimated_average_precision": lambda y, _, s, w: sk.average_precision_score(y, s, sample_weight=w),
    "estimated_brier": lambda y, _, s, w: np.average((y - s) ** 2, weights=w),
}

#: what the labelled metric calls its state, where it is not the confusion table
READS = {"estimated_roc_auc": "score", "estimated_average_precision": "score", "estimated_brier": "losses"}


def rows(n: int, seed: int, lean: float = 0.0, grid: int | None = 64) -> tuple[Floats, Floats]:
    """Return labels and scores that are off as probabilities, on a grid so that each score has its bin."""
    rng = np.random.default_rng(seed)
    score = 1 / (1 + np.exp(-rng.normal(lean, 1.5, n)))
    if grid:
        score = np.round(score * grid) / grid
    return (rng.random(n) < score**1.5).astype(int), score


def states(binning: Binning, label: Floats | None, score: Floats) -> dict[str, State]:
    columns = {"s": score} | ({} if label is None else {"y": label.astype(str)})
    return {
        "score": one_cell(Batch(pa.record_batch(columns)), ScoreBins(score="s", binning=binning, label="y"))
    }


def both_ways(
    rate: Floats, score: Floats, oracle: Callable[[Floats, Floats, Floats, Floats], float]
) -> float:
    """Return the oracle's value where each row counts as positive by its rate and as negative by the rest."""
    label = np.repeat([1, 0], len(score))
    twice = np.tile(score, 2)
    return oracle(label, (twice >= 0.5).astype(int), twice, np.concatenate((rate, 1 - rate)))


@pytest.mark.parametrize("name", ORACLES)
def test_value(name: str):
    """With a bin for each score the value is CBPE's over rows, to 1e-9."""
    (label, known), (_, score) = rows(5000, 1), rows(800, 2, lean=0.7)
    binning = Binning.fit(known, 100)
    iso = IsotonicRegression(out_of_bounds="clip").fit(known, label)
    found = metric(name, gate="none").compute(states(binning, None, score), states(binning, label, known))[0]
    assert found.value == pytest.approx(both_ways(iso.predict(score), score, ORACLES[name]), abs=1e-9)
    assert found.n == len(score)
    assert found.low < found.value < found.high


@pytest.mark.parametrize("name", ORACLES)
def test_bins_lose_no_more_than_they_say(name: str):
    """With 200 bins of raw scores the value is CBPE's over rows within the bin error."""
    (label, known), (_, score) = rows(20_000, 3, grid=None), rows(4000, 4, lean=0.7, grid=None)
    binning = Binning.fit(known, 200)
    iso = IsotonicRegression(out_of_bounds="clip").fit(known, label)
    now, then = states(binning, None, score), states(binning, label, known)
    found = metric(name, gate="none").compute(now, then)[0]
    rate = iso.predict(np.concatenate((score, known)))[: len(score)]
    positives, negatives = sides(now["score"]["counts"][..., [2, 2, 2]])
    error = float(auc_bin_error(positives, negatives)[0]) + 0.003
    assert found.value == pytest.approx(both_ways(rate, score, ORACLES[name]), abs=error)


@pytest.mark.parametrize("name", ORACLES)
def test_of_the_reference_itself_it_is_the_labelled_metric(name: str):
    """On the reference's own rows it gives what their labels give, within the realised band at 0.999."""
    label, score = rows(20_000, 5, grid=None)
    binning = Binning.fit(score, 200)
    same = states(binning, label, score)
    found = metric(name, band="realised").compute(same, same, level=0.999)[0]
    spec = Confusion(classes=("0", "1"), label="y", score="s")
    table = one_cell(Batch(pa.record_batch({"s": score, "y": label.astype(str)})), spec)
    with_labels = metric(name.removeprefix("estimated_"))
    need = READS.get(name, "confusion")
    truth = with_labels.compute({need: table if need == "confusion" else same["score"]})[0].value
    assert found.low <= truth <= found.high
    assert found.value == pytest.approx(truth, abs=0.01)


@pytest.mark.parametrize("name", ORACLES)
def test_realised_band_is_the_wider(name: str):
    """The number that labels show varies more than what is to be expected."""
    (label, known), (_, score) = rows(5000, 6), rows(500, 7)
    binning = Binning.fit(known, 100)
    now, then = states(binning, None, score), states(binning, label, known)
    expected, realised = (metric(name, band=band).compute(now, then)[0] for band in ("expected", "realised"))
    assert expected.value == realised.value
    assert realised.low < expected.low < expected.high < realised.high


def test_reasons():
    """Without a reference, without its labels, without rows, and out of its reach."""
    (label, known), binning = rows(2000, 8), Binning.fit(np.arange(65) / 64, 100)
    accuracy, now = metric("estimated_accuracy"), states(binning, None, known[:300])
    assert accuracy.compute(now)[0].reason == "no reference"
    assert accuracy.compute(now, states(binning, None, known))[0].reason == "unlabelled"
    assert (
        accuracy.compute(states(binning, None, known[:0]), states(binning, label, known))[0].reason
        == "insufficient"
    )
    high = known >= 0.5
    found = accuracy.compute(now, states(binning, label[high], known[high]))[0]
    assert (found.value, found.reason) == (None, "not covered")
    assert metric("estimated_accuracy", gate="none").compute(now, states(binning, label[high], known[high]))[
        0
    ]


def test_parameters_are_checked():
    """A band or gate that does not exist is a declaration error."""
    for wrong in ({"band": "wide"}, {"gate": "all"}):
        with pytest.raises(ConfigError, match=r"metric\.bad-parameter"):
            metric("estimated_f1", **wrong)
