"""Ranks of the true class against scikit-learn's top-k accuracy."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import top_k_accuracy_score

from vedette.layout import Layout
from vedette.schema import Schema
from vedette.summaries.class_ranks import ClassRanks
from vedette.testing.rows import observed

CLASSES, NAMES = tuple("abcd"), ("pa", "pb", "pc", "pd")
SPEC = ClassRanks(classes=CLASSES, scores=NAMES, label="y")


@pytest.mark.parametrize("k", [1, 2, 3])
def test_is_scikit_learns(k: int):
    """With ties: scores are coarse."""
    rng = np.random.default_rng(0)
    scores, y = rng.integers(0, 4, (300, 4)) / 4, rng.integers(0, 4, 300)
    rows = dict(zip(NAMES, scores.T, strict=True))
    found = observed(SPEC, y=np.array(CLASSES)[y], **rows)["counts"][0]
    assert found[:k].sum() / 300 == pytest.approx(top_k_accuracy_score(y, scores, k=k))
    assert found.sum() == 300


def test_odd_rows():
    rows = {"pa": [0.4, None, 0.4, 0.4], "pb": [0.3] * 4, "pc": [0.2] * 4, "pd": [0.1] * 4}
    found = observed(SPEC, y=["b", "b", None, "z"], **rows)["counts"][0]
    assert found.tolist() == [0, 1, 0, 0, 1, 2]


def test_layout():
    schema = Schema(label="y", score=dict(zip(CLASSES, NAMES, strict=True)))
    assert Layout(schema=schema, task="multiclass", columns=(), classes=CLASSES).class_ranks() == SPEC
