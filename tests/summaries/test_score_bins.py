"""Score bins against sums over rows, and where each odd row is counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from vedette.binning import Binning
from vedette.layout import Column, Layout
from vedette.schema import Schema
from vedette.summaries.base import State
from vedette.summaries.score_bins import KEPT, LOG, LOG_2, MISS, OUTSIDE, SQUARED, SQUARED_2, ScoreBins
from vedette.testing.rows import observed

BINNING = Binning((0.0, 0.25, 0.5, 0.75, 1.0001))
SPEC = ScoreBins(score="s", binning=BINNING, label="y")
#: Places of `counts`: bins below, four within, above, missing.
MISSING = 6


def rows_of(n: int = 500) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    s = rng.random(n)
    return {"s": s, "y": (rng.random(n) < s).astype(int), "p": rng.integers(0, 2, n), "w": rng.random(n)}


@pytest.mark.parametrize("weight", [None, "w"])
class TestSums:
    """Of rows without anything odd."""

    @staticmethod
    def found(weight: str | None) -> tuple[State, dict[str, np.ndarray]]:
        rows = rows_of()
        spec = ScoreBins(score="s", binning=BINNING, label="y", prediction="p", weight=weight)
        return observed(spec, **rows), {**rows, "w": rows["w"] if weight else np.ones(500)}

    def test_counts(self, weight: str | None):
        state, rows = self.found(weight)
        place = np.searchsorted(BINNING.edges, rows["s"], side="right")
        for (b, p, y), count in np.ndenumerate(state["counts"][0]):
            inside = (place == b) & (rows["p"] == p) & (rows["y"] == y)
            assert count == pytest.approx(rows["w"][inside].sum())

    def test_sums_of_scores(self, weight: str | None):
        state, rows = self.found(weight)
        assert state["total"].sum() == pytest.approx((rows["w"] * rows["s"]).sum())
        assert state["squares"].sum() == pytest.approx((rows["w"] * rows["s"] ** 2).sum())
        assert state["total"][0, 1] == pytest.approx((rows["w"] * rows["s"])[rows["s"] < 0.25].sum())

    def test_losses(self, weight: str | None):
        state, rows = self.found(weight)
        for y in (0, 1):
            mine = rows["y"] == y
            s, w = rows["s"][mine], rows["w"][mine]
            log, squared = -np.log(s if y else 1 - s), (s - y) ** 2
            want = {KEPT: 1, SQUARED: squared, LOG: log, OUTSIDE: 0, SQUARED_2: squared**2, LOG_2: log**2}
            for column, loss in (want | {MISS: np.abs(s - y)}).items():
                assert state["by_label"][0, y, column] == pytest.approx(np.sum(w * loss))
        both, w = state["by_label"][0].sum(axis=0), rows["w"]
        assert both[LOG] / both[KEPT] == pytest.approx(sk.log_loss(rows["y"], rows["s"], sample_weight=w))
        assert both[SQUARED] / both[KEPT] == pytest.approx(
            sk.brier_score_loss(rows["y"], rows["s"], sample_weight=w)
        )


class TestOddRows:
    def test_unlabelled_and_unknown_labels(self):
        """They count by bin and predicted class, and in no loss."""
        state = observed(SPEC, s=[0.1, 0.6, 0.9], y=["0", None, "7"])
        assert state["counts"][0, :, :, 2].sum(axis=0).tolist() == [0, 2]
        assert state["counts"][0, 1, 0].tolist() == [1, 0, 0]
        assert state["by_label"][0, :, KEPT].tolist() == [1, 0]
        assert state["total"].sum() == pytest.approx(1.6)

    @pytest.mark.parametrize("known", [1, 5, 9, 10])
    def test_labelled_share_does_not_matter(self, known: int):
        """Sums are those of the labelled rows alone, whether few or most are."""
        rows = rows_of(10)
        some: dict[str, Any] = {
            **rows,
            "y": [y if i < known else None for i, y in enumerate(rows["y"].tolist())],
        }
        alone = {key: values[:known] for key, values in rows.items()}
        assert observed(SPEC, **some)["by_label"] == pytest.approx(observed(SPEC, **alone)["by_label"])

    def test_missing_score(self):
        state = observed(SPEC, s=[None, 0.6], y=[1, 1])
        assert state["counts"].sum() == 1
        assert state["by_label"][0, :, KEPT].tolist() == [0, 1]

    def test_missing_score_with_a_prediction(self):
        spec = ScoreBins(score="s", binning=BINNING, label="y", prediction="p")
        state = observed(spec, s=[None, 0.6], y=[1, 1], p=[0, 1])
        assert state["counts"][0, MISSING].tolist() == [[0, 1, 0], [0, 0, 0]]

    def test_missing_prediction_follows_the_score(self):
        spec = ScoreBins(score="s", binning=BINNING, label="y", prediction="p")
        state = observed(spec, s=[0.9, 0.1], y=[1, 1], p=[None, "?"])
        assert state["counts"][0, :, :, 1].sum(axis=0).tolist() == [1, 1]

    def test_scores_outside(self):
        """They are counted in the outer bins, take no part in losses, and are told apart."""
        state = observed(SPEC, s=[-1.0, 2.0, np.inf, 0.5], y=[0, 1, None, 1])
        assert state["outside"].tolist() == [3]
        assert state["by_label"][0, :, OUTSIDE].tolist() == [1, 1]
        assert state["by_label"][0, :, KEPT].tolist() == [0, 1]
        assert state["counts"][0].sum(axis=(1, 2)).tolist() == [1, 0, 0, 1, 0, 2, 0]
        assert np.isfinite(state["total"]).all()

    def test_certain_and_wrong_is_clipped(self):
        state = observed(SPEC, s=[0.0, 1.0], y=[1, 0])
        assert state["by_label"][0, :, LOG] == pytest.approx(-np.log(np.finfo(float).eps))

    def test_label_column_may_be_absent(self):
        state = observed(SPEC, s=[0.1, 0.9])
        assert state["counts"][0, :, :, 2].sum() == 2
        assert not state["by_label"].any()


def test_one_class_against_the_rest():
    spec = ScoreBins(
        score="sb", binning=BINNING, label="y", classes=("a", "b", "c"), positive="b", prediction="p"
    )
    state = observed(spec, sb=[0.6, 0.6, 0.6, 0.6], y=["a", "b", "c", "z"], p=["b", "a", "c", "b"])
    assert state["counts"][0, 3].tolist() == [[1, 1, 0], [1, 0, 1]]


class TestLayout:
    @staticmethod
    def layout(task: str = "binary", score: Any = "s", classes: tuple[str, ...] = ("0", "1")) -> Layout:
        names = list(score.values()) if isinstance(score, dict) else [score]
        columns = tuple(Column(name=n, kind="number", binning=BINNING) for n in names if n)
        return Layout(schema=Schema(label="y", score=score), task=task, columns=columns, classes=classes)  # type: ignore[arg-type]

    def test_positive_class(self):
        assert self.layout().score_bins() == SPEC
        assert self.layout().score_bins("1") == SPEC

    def test_one_of_several(self):
        layout = self.layout("multiclass", {"a": "sa", "b": "sb", "c": "sc"}, ("a", "b", "c"))
        found = layout.score_bins("a")
        assert (found.score, found.positive, found.classes) == ("sa", "a", ("a", "b", "c"))

    def test_negative_class_with_a_score_of_its_own(self):
        found = self.layout(score={"0": "s0", "1": "s1"}).score_bins("0")
        assert (found.score, found.positive) == ("s0", "0")

    @pytest.mark.parametrize(("score", "positive"), [("s", "0"), (None, None), ({"1": "s1"}, "0")])
    def test_no_score(self, score: Any, positive: str | None):
        with pytest.raises(ValueError, match=r"schema\.no-score"):
            self.layout(score=score).score_bins(positive)
