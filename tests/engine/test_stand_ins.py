"""Estimates without labels, shown unasked where labels are out."""

from __future__ import annotations

import numpy as np
import pytest

import vedette as vd
from vedette.report.page import page_of
from vedette.views.series import Series


def rows(seed: int, n: int = 6000, lean: float = 0.0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    score = 1 / (1 + np.exp(-rng.normal(lean, 1.5, n)))
    return {
        "id": np.arange(n),
        "x": rng.normal(size=n),
        "score": score,
        "y": (rng.random(n) < score).astype(float),
    }


SCHEMA = vd.Schema(id="id", score="score", label="y")


def planned(report: vd.Report) -> set[str]:
    return {c.metric.key for c in report.plan.chosen if c.metric.key.startswith("estimated_")}


def test_labels_are_there():
    assert planned(vd.compare(rows(1), rows(2), SCHEMA)) == set()


def test_labels_are_absent():
    """F1 has no value; its estimate has one, near what labels would have shown, among the headlines."""
    now = rows(2, lean=0.5)
    truth = vd.compare(rows(1), now, SCHEMA).estimate("f1").value
    now.pop("y")
    report = vd.compare(rows(1), now, SCHEMA)
    assert report.estimate("f1").reason == "unlabelled"
    assert planned(report) == {"estimated_f1", "estimated_roc_auc", "estimated_accuracy"}
    assert report.estimate("estimated_f1").value == pytest.approx(truth, abs=0.03)
    assert "estimated F1" in [h.title for h in page_of(report).headlines]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_windows_without_labels_are_dashed(lang: str):
    """The chart of F1 goes on where labels end, with a wider band, and says what it cannot see."""
    now = rows(2)
    now["y"][3000:] = np.nan
    report = vd.compare(rows(1), now, SCHEMA, every="1000 rows")
    page = page_of(report, lang)
    views = [f.view for s in page.sections for f in s.figures if f.anchor.endswith("f1")]
    view = next(v for v in views if isinstance(v, Series))
    assert view.estimated is not None
    assert view.realised is not None
    assert view.estimated.tolist() == [False] * 3 + [True] * 3
    assert np.isfinite(view.estimates.value).all()
    late = slice(3, None)
    assert (view.realised.low[late] < view.estimates.low[late]).all()
    assert np.isnan(view.realised.low[:3]).all()
    said = str(view.chart(lang).to_dict()["title"])
    assert ("concept shift" if lang == "en" else "概念漂移") in said


def test_regression():
    """The mean absolute error of rows without labels."""
    rng = np.random.default_rng(3)
    p = rng.normal(10, 2, 4000)
    reference = {"x": rng.normal(size=4000), "p": p, "y": p + rng.normal(size=4000)}
    report = vd.compare(
        reference, {k: v for k, v in reference.items() if k != "y"}, vd.Schema(prediction="p", label="y")
    )
    assert planned(report) == {"estimated_mae", "estimated_rmse", "estimated_bias"}
    truth = np.mean(np.abs(reference["p"] - reference["y"]))
    assert report.estimate("estimated_mae").value == pytest.approx(truth, rel=1e-6)
