"""The confusion table against scikit-learn's, and where each odd row is counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import confusion_matrix

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.layout import Column, Layout
from vedette.schema import Schema
from vedette.summaries.confusion import Confusion
from vedette.testing.rows import observed


def table(spec: Confusion, **rows: Any) -> list[list[float]]:
    return observed(spec, **rows)["counts"][0].tolist()


@pytest.mark.parametrize("weight", [None, "w"])
def test_is_scikit_learns(weight: str | None):
    """Predicted by true, in the order of the classes."""
    rng = np.random.default_rng(0)
    y, p, w = rng.integers(0, 3, 500), rng.integers(0, 3, 500), rng.random(500)
    spec = Confusion(classes=("0", "1", "2"), label="y", prediction="p", weight=weight)
    found = observed(spec, y=y, p=p, w=w)["counts"][0]
    assert found[:3, :3] == pytest.approx(confusion_matrix(y, p, sample_weight=w if weight else None).T)
    assert found.sum() == pytest.approx(found[:3, :3].sum())


def test_cells():
    """Each cell holds its own rows; a cell without rows holds none."""
    rng = np.random.default_rng(1)
    y, p, cell = rng.integers(0, 2, 300), rng.integers(0, 2, 300), rng.integers(0, 3, 300)
    spec = Confusion(classes=("0", "1"), label="y", prediction="p")
    state = spec.observe(Batch(pa.record_batch({"y": y, "p": p})), Cells(cell, 4))
    for i in range(3):
        mask = cell == i
        assert state["counts"][i, :2, :2].tolist() == confusion_matrix(y[mask], p[mask]).T.tolist()
    assert not state["counts"][3].any()


class TestOddRows:
    SPEC = Confusion(classes=("no", "yes"), label="y", prediction="p")

    def test_unlabelled_and_unknown_labels(self):
        found = table(self.SPEC, y=["yes", None, "maybe"], p=["yes", "yes", "no"])
        assert found == [[0, 0, 0, 1], [0, 1, 1, 0], [0, 0, 0, 0]]

    def test_missing_and_unknown_predictions(self):
        found = table(self.SPEC, y=["yes", "no", None], p=[None, "maybe", None])
        assert found == [[0, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 0]]

    def test_label_column_may_be_absent(self):
        """Labels come later: rows without the column are unlabelled rows."""
        assert table(self.SPEC, p=["yes", "no"]) == [[0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0]]

    def test_nothing_predicts(self):
        found = table(Confusion(classes=("no", "yes"), label="y"), y=["yes", "no", "no"])
        assert found == [[0, 0, 0, 0], [0, 0, 0, 0], [2, 1, 0, 0]]

    @pytest.mark.parametrize("labels", [[0, 1, 1], [0.0, 1.0, 1.0], [False, True, True], ["0", "1", "1"]])
    def test_spellings_of_a_class(self, labels: list[Any]):
        found = table(Confusion(classes=("0", "1"), label="y", prediction="p"), y=labels, p=["0", "0", "1"])
        assert found == [[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]

    @pytest.mark.parametrize("kind", [pa.int64(), pa.float64(), pa.bool_(), pa.string()])
    def test_null_is_unlabelled_whatever_the_type(self, kind: pa.DataType):
        y = (
            pa.array(["1", None, "0"]).cast(pa.int64()).cast(kind)
            if kind != pa.bool_()
            else [True, None, False]
        )
        found = table(Confusion(classes=("0", "1"), label="y", prediction="p"), y=y, p=[1, 1, 1])
        assert found == [[0, 0, 0, 0], [1, 1, 1, 0], [0, 0, 0, 0]]


class TestScores:
    def test_threshold(self):
        spec = Confusion(classes=("0", "1"), label="y", score="s", threshold=0.3)
        found = table(spec, y=[1, 1, 0, 0], s=[0.3, 0.29, np.nan, np.inf])
        assert found == [[0, 1, 0, 0], [1, 1, 0, 0], [1, 0, 0, 0]]

    def test_largest(self):
        """The first of equal scores is predicted, as by argmax; a missing score predicts nothing."""
        spec = Confusion(classes=("a", "b", "c"), label="y", scores=("sa", "sb", "sc"))
        rows = {"sa": [0.5, 0.2, 0.9], "sb": [0.5, 0.3, np.nan], "sc": [0.0, 0.5, 0.1]}
        found = np.array(table(spec, y=["b", "c", "a"], **rows))
        assert found[0, 1] == found[2, 2] == found[3, 0] == 1
        assert found.sum() == 3


class TestLayout:
    @staticmethod
    def spec(classes: tuple[str, ...], **roles: Any) -> Confusion:
        task = "binary" if len(classes) == 2 else "multiclass"
        columns = (Column(name="y", kind="category"),)
        return Layout(
            schema=Schema(label="y", **roles), task=task, columns=columns, classes=classes
        ).confusion()  # type: ignore[arg-type]

    def test_prediction_goes_before_score(self):
        found = self.spec(("0", "1"), prediction="p", score="s")
        assert (found.prediction, found.score, found.scores) == ("p", None, ())

    def test_score_of_the_positive_class(self):
        found = self.spec(("0", "1"), score={"0": "s0", "1": "s1"}, threshold=0.7)
        assert (found.score, found.scores, found.threshold) == ("s1", (), 0.7)

    def test_scores_of_classes(self):
        found = self.spec(("a", "b", "c"), score={"c": "sc", "a": "sa", "b": "sb"})
        assert (found.score, found.scores) == (None, ("sa", "sb", "sc"))
