"""Out-of-fold scores come from models that did not see the row."""

import sys

import numpy as np
import pytest

from vedette.demo import models
from vedette.errors import MissingExtraError


class Memory:
    """A classifier that gives 1 to the rows it was trained on, and remembers the classes it met."""

    def __init__(self):
        self.met = []

    def fit(self, x, y):
        self.seen = set(x[:, 0])
        self.met.append(set(y))
        return self

    def predict_proba(self, x):
        p = np.array([row in self.seen for row in x[:, 0]], float)
        return np.column_stack([1 - p, p])


def test_no_row_is_scored_by_a_model_that_saw_it():
    """Nor by one that saw a row of its fold."""
    x = np.arange(12.0)[:, None]
    scores = models.out_of_fold(Memory(), x, np.tile([0.0, 1.0], 6), np.arange(12) // 3)
    assert scores.tolist() == [0.0] * 12


def test_unlabelled_rows_are_scored_and_not_learnt_from():
    """A diverted flight was predicted too."""
    model, x = Memory(), np.arange(6.0)[:, None]
    y = np.array([0, 1, np.nan, 0, 1, np.nan])
    scores = models.out_of_fold(model, x, y, np.array([0, 0, 0, 1, 1, 1]))
    assert np.isfinite(scores).all()
    assert model.met == [{0.0, 1.0}, {0.0, 1.0}]


def test_scores_are_the_same_every_time():
    """Column sampling is seeded."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(1500, 3)), rng.integers(0, 2, 1500).astype(float)
    first, second = (models.score(models.boosted_trees([]), x, y, x) for _ in range(2))
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize(
    ("module", "make"),
    [
        ("sklearn.ensemble", lambda: models.boosted_trees([])),
        ("sklearn.pipeline", models.logistic_regression),
    ],
)
def test_missing_scikit_learn_names_the_extra(monkeypatch, module, make):
    """The demo is an extra."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=r"vedette\[demo\]") as caught:
        make()
    assert caught.value.code == "install.missing-extra"
