"""Label-free metrics against scikit-learn on rows dealt to both classes, and against the reference's own labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import process_time

import numpy as np
import pyarrow as pa
import pytest
from sklearn import metrics as sk
from sklearn.isotonic import IsotonicRegression

from vedette.batch import Batch
from vedette.binning import Binning
from vedette.engine.baseline import Baseline
from vedette.errors import ConfigError
from vedette.inference.delong import auc_bin_error
from vedette.metrics.base import metric
from vedette.metrics.classification.base import sides
from vedette.run import compare
from vedette.schema import Schema
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


def customers(seed: int, n: int, new: float) -> dict[str, np.ndarray]:
    """Return rows of two kinds; of the new one the score knows little."""
    rng = np.random.default_rng(seed)
    kind = np.where(rng.random(n) < new, "new", "regular")
    score = 1 / (1 + np.exp(-rng.normal(0, np.where(kind == "new", 1.0, 2.5))))
    wins = np.where(kind == "new", 0.6 * score, score)
    label = (rng.random(n) < wins).astype(int)
    return {"id": np.arange(n), "kind": kind, "x": rng.normal(size=n), "score": score, "bought": label}


SCHEMA = Schema(id="id", score="score", label="bought")
ADJUSTED = [metric("estimated_accuracy"), metric("estimated_accuracy", adjust=False), metric("accuracy")]


def test_features_correct_what_the_score_misjudges(tmp_path: Path):
    """A feature that the score does not know: correcting halves the error, also from a saved baseline."""
    baseline = Baseline.fit(customers(0, 20_000, 0.2), SCHEMA, metrics=ADJUSTED)
    again = Baseline.load(baseline.save(tmp_path / "baseline"))
    report = compare(again, customers(1, 40_000, 0.4), metrics=ADJUSTED)
    truth = report.estimate("accuracy").value
    plain = report.estimate("estimated_accuracy", adjust=False)
    assert abs(report.estimate("estimated_accuracy").value - truth) < 0.5 * abs(plain.value - truth)
    found = report.estimate("estimated_accuracy")
    assert found.low <= truth <= found.high


def test_segments_use_the_sample_of_all_rows():
    """Each segment has its own curve; within one the feature that names it has not moved."""
    schema = Schema(id="id", score="score", label="bought", segments=["kind"])
    report = compare(customers(2, 20_000, 0.3), customers(3, 20_000, 0.3), schema, metrics=ADJUSTED)
    for kind in ("new", "regular"):
        found = report.estimate("estimated_accuracy", segment=f"kind={kind}")
        assert found.value == pytest.approx(
            report.estimate("accuracy", segment=f"kind={kind}").value, abs=0.02
        )


def test_a_new_combination_is_not_covered():
    """Every column alone is within the reference's range; together they hold a sliver of it."""
    rng = np.random.default_rng(4)
    reference = {**customers(5, 10_000, 0.3), **{f"x{i}": rng.normal(size=10_000) for i in range(4)}}
    corner = {**customers(6, 1000, 0.3), **{f"x{i}": 1.3 + 0.5 * rng.random(1000) for i in range(4)}}
    report = compare(reference, corner, SCHEMA, metrics=ADJUSTED)
    assert report.estimate("estimated_accuracy").reason == "not covered"
    assert report.estimate("estimated_accuracy", adjust=False).value is not None


def test_many_windows_are_cheap():
    """306 windows of all eight metrics take seconds of the processor, on whatever machine this is."""
    asked = [metric(name) for name in ORACLES]
    baseline = Baseline.fit(customers(7, 20_000, 0.3), SCHEMA, metrics=asked)
    start = process_time()
    report = compare(baseline, customers(8, 306 * 100, 0.3), metrics=asked, every="100 rows")
    found = [report.series(name)[1] for name in ORACLES]
    assert process_time() - start < 20
    assert all(np.mean(series.reason < 0) > 0.99 for series in found)
