"""Tables of several labels a row against scikit-learn's, and the schema that declares them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from vedette.binning import Binning
from vedette.layout import Column, Layout
from vedette.schema import Schema
from vedette.summaries.multilabel_confusion import MultilabelConfusion
from vedette.testing.rows import observed

SPEC = MultilabelConfusion(labels=("a", "b", "c"), predictions=("pa", "pb", "pc"))


@pytest.mark.parametrize("weight", [None, "w"])
def test_is_scikit_learns(weight: str | None):
    rng = np.random.default_rng(0)
    y, p, w = rng.integers(0, 2, (200, 3)), rng.integers(0, 2, (200, 3)), rng.random(200)
    rows = {**dict(zip("abc", y.T, strict=True)), **dict(zip(SPEC.predictions, p.T, strict=True)), "w": w}
    spec = MultilabelConfusion(labels=SPEC.labels, predictions=SPEC.predictions, weight=weight)
    state, used = observed(spec, **rows), w if weight else np.ones(200)
    want = sk.multilabel_confusion_matrix(y, p, sample_weight=used)
    assert state["counts"][0, :, :2, :2] == pytest.approx(want.swapaxes(1, 2))
    n, right, wrong, squares = state["rows"][0]
    assert n == pytest.approx(used.sum())
    assert right / n == pytest.approx(sk.accuracy_score(y, p, sample_weight=used))
    assert wrong / n == pytest.approx(sk.hamming_loss(y, p, sample_weight=used))
    assert squares == pytest.approx((used * (y != p).mean(axis=1) ** 2).sum())


def test_odd_rows():
    """A label may be known where another is not; whole rows are those with everything known."""
    rows = {"a": [1, None, 0, 1], "b": [0, 1, 2, 1], "c": [1, 1, 1, 1]}
    state = observed(SPEC, **rows, pa=[1, 1, 0, 1], pb=[0, 0, 0, None], pc=[1, 1, 1, 0])
    assert state["counts"][0, 0].tolist() == [[1, 0, 0, 0], [0, 2, 1, 0], [0, 0, 0, 0]]
    assert state["counts"][0, 1].tolist() == [[1, 1, 0, 1], [0, 0, 0, 0], [0, 1, 0, 0]]
    assert state["rows"][0].tolist() == [1, 1, 0, 0]


def test_scores():
    spec = MultilabelConfusion(labels=("a",), scores=("s",), threshold=0.7)
    state = observed(spec, a=[1, 0, 1], s=[0.7, 0.6, None])
    assert state["counts"][0, 0].tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0]]


class TestSchema:
    """Lists of labels and predictions, or labels and their scores."""

    @staticmethod
    def layout(**roles: Any) -> Layout:
        columns = tuple(Column(name=n, kind="number", binning=Binning((0.0, 1.0))) for n in ("sa", "sb"))
        return Layout(
            schema=Schema(label=["a", "b"], **roles), task="multilabel", columns=columns, classes=("0", "1")
        )

    def test_roles(self):
        schema = Schema(label=["a", "b"], prediction=["pa", "pb"])
        assert schema.roles() == {"label": ["a", "b"], "prediction": ["pa", "pb"]}
        assert set(schema.named()) == {"a", "b", "pa", "pb"}

    def test_predictions(self):
        found = self.layout(prediction=["pa", "pb"], score={"a": "sa", "b": "sb"}).multilabel_confusion()
        assert (found.predictions, found.scores) == (("pa", "pb"), ())

    def test_scores_in_the_order_of_the_labels(self):
        found = self.layout(score={"b": "sb", "a": "sa"}).multilabel_confusion()
        assert (found.predictions, found.scores) == ((), ("sa", "sb"))

    def test_score_bins_of_one_label(self):
        layout = self.layout(prediction=["pa", "pb"], score={"a": "sa", "b": "sb"})
        found = layout.score_bins("b")
        assert (found.score, found.label, found.prediction, found.classes) == ("sb", "b", "pb", ("0", "1"))

    @pytest.mark.parametrize(
        "roles",
        [
            {"label": ["a", "b"], "prediction": ["pa"]},
            {"label": "a", "prediction": ["pa", "pb"]},
            {"label": ["a", "b"], "score": {"a": "sa"}},
        ],
    )
    def test_unpaired(self, roles: dict[str, Any]):
        with pytest.raises(ValueError, match=r"schema\.unpaired-labels"):
            Schema(**roles)
