"""Losses over the scores of several classes against scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from vedette.layout import Layout
from vedette.schema import Schema
from vedette.summaries.base import State
from vedette.summaries.class_losses import ClassLosses
from vedette.testing.rows import observed

NAMES = ("pa", "pb", "pc")


def losses(weight: str | None = None, **rows: Any) -> State:
    return observed(ClassLosses(classes=("a", "b", "c"), scores=NAMES, label="y", weight=weight), **rows)


@pytest.mark.parametrize("weight", [None, "w"])
def test_is_scikit_learns(weight: str | None):
    rng = np.random.default_rng(0)
    scores, y, w = rng.dirichlet((1, 2, 3), 300), rng.integers(0, 3, 300), rng.random(300)
    state = losses(weight, y=np.array(list("abc"))[y], w=w, **dict(zip(NAMES, scores.T, strict=True)))
    used = w if weight else np.ones(300)
    assert state["n"][0] == pytest.approx(used.sum())
    assert state["log"][0] == pytest.approx(sk.log_loss(y, scores, sample_weight=used) * used.sum())
    assert state["brier"][0] == pytest.approx(sk.brier_score_loss(y, scores, sample_weight=used) * used.sum())
    log, brier = -np.log(scores[np.arange(300), y]), ((scores - np.eye(3)[y]) ** 2).sum(axis=1)
    assert state["log_squares"][0] == pytest.approx((used * log**2).sum())
    assert state["brier_squares"][0] == pytest.approx((used * brier**2).sum())


def test_odd_rows():
    """A row without a proper score of every class is improper, one without a known class unlabelled."""
    state = losses(
        y=["a", "b", "c", None, "z"],
        pa=[0.5, None, 1.5, 0.1, 0.1],
        pb=[0.2, 0.5, 0.0, 0.1, 0.1],
        pc=[0.3, 0.5, -0.5, 0.1, 0.1],
    )
    assert [state[name][0] for name in ("n", "improper", "unlabelled")] == [1, 2, 2]
    assert state["log"][0] == pytest.approx(-np.log(0.5))


def test_certain_and_wrong_is_clipped():
    state = losses(y=["a"], pa=[0.0], pb=[1.0], pc=[0.0])
    assert state["log"][0] == pytest.approx(-np.log(np.finfo(float).eps))
    assert state["brier"][0] == pytest.approx(2)


def test_layout_wants_a_score_of_every_class():
    classes = ("a", "b", "c")
    whole = Schema(label="y", score=dict(zip(classes, NAMES, strict=True)), weight="w")
    spec = Layout(schema=whole, task="multiclass", columns=(), classes=classes).class_losses()
    assert spec == ClassLosses(classes=classes, scores=NAMES, label="y", weight="w")
    assert spec.reads() == ("y", "w", *NAMES)
    with pytest.raises(ValueError, match=r"schema\.no-score"):
        Layout(
            schema=Schema(score={"a": "pa"}), task="multiclass", columns=(), classes=classes
        ).class_losses()
