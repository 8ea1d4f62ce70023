"""Scores of all classes in bins, by predicted class, and how often each came true."""

from __future__ import annotations

from vedette.binning import Binning
from vedette.summaries.class_bins import ClassBins
from vedette.testing.rows import observed

HALVES, THIRDS = Binning((0.0, 0.5, 1.1)), Binning((0.0, 0.3, 0.6, 1.1))
SPEC = ClassBins(classes=("a", "b"), scores=("sa", "sb"), binnings=(HALVES, THIRDS), label="y")


def test_counts():
    """Predicted class by class of the score by bin; labelled by whether the class is predicted and true."""
    state = observed(SPEC, sa=[0.9, 0.2, 0.7], sb=[0.1, 0.8, 0.3], y=["a", "a", None])
    rows, labelled = state["rows"][0], state["labelled"][0]
    assert rows[0, 0].tolist() == [0, 0, 2, 0, 0, 0]
    assert rows[1, 0].tolist() == [0, 1, 0, 0, 0, 0]
    assert rows[0, 1].tolist() == [0, 1, 1, 0, 0, 0]
    assert rows[1, 1].tolist() == [0, 0, 0, 1, 0, 0]
    assert labelled[0, 1, 2].tolist() == [0, 1]
    assert labelled[0, 0, 1].tolist() == [0, 1]
    assert labelled[1, 1, 3].tolist() == [1, 0]
    assert labelled.sum() == 4


def test_missing_scores():
    """Without a prediction column a row that lacks a score has no class, and is not counted."""
    assert observed(SPEC, sa=[0.9], sb=[None], y=["a"])["rows"].sum() == 0
    named = ClassBins(
        classes=("a", "b"), scores=("sa", "sb"), binnings=(HALVES, THIRDS), label="y", prediction="p"
    )
    rows = observed(named, sa=[0.9], sb=[None], y=["a"], p=["a"])["rows"][0]
    assert rows[0, 1].tolist() == [0, 0, 0, 0, 0, 1]
