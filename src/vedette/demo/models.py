"""The demos' models, and the scores a model gives to rows it was not trained on."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vedette.errors import require

Floats = npt.NDArray[np.float64]
SEED = 2013


def boosted_trees(categorical: list[int]) -> Any:
    """Gradient boosting that takes nulls as they are; `categorical` are the positions of coded columns."""
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
    except ImportError as error:
        raise require("scikit-learn", "demo") from error
    # Small trees, large leaves: chosen by the out-of-fold log loss of the training months alone.
    return HistGradientBoostingClassifier(
        learning_rate=0.06,
        max_iter=100,
        max_leaf_nodes=15,
        min_samples_leaf=200,
        max_features=0.5,
        categorical_features=categorical,
        early_stopping=False,
        random_state=SEED,
    )


def logistic_regression() -> Any:
    """Logistic regression on standardised columns."""
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
    except ImportError as error:
        raise require("scikit-learn", "demo") from error
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))


def out_of_fold(model: Any, x: Floats, y: Floats, fold: npt.NDArray[np.int64]) -> Floats:
    """Score of each row by a model that has not seen its fold, of shape (n,).

    Scores of the rows a model was trained on are better than anything it will do in production: a reference
    made of them would make every later day look like a decline.

    Parameters
    ----------
    model : classifier
        Fitted anew for each fold.
    x : array of shape (n, k)
        Columns.
    y : array of shape (n,)
        Classes 0 and 1; nan where unknown: such rows are scored and not learnt from.
    fold : array of shape (n,)
        Rows that belong together (the flights of a week) share a fold.
    """
    scores = np.empty(len(x))
    for this in np.unique(fold):
        scores[fold == this] = score(model, x[fold != this], y[fold != this], x[fold == this])
    return scores


def score(model: Any, x: Floats, y: Floats, new: Floats) -> Floats:
    """Probability of class 1 of each row of `new`, by the model fitted to the labelled rows of `x`."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn

    known = np.isfinite(y)
    # OpenMP threads wait by spinning: beside other work two took 5 s for a fit that one does in 0.7 s.
    with threadpool_limits(limits=1):
        probabilities: Floats = model.fit(x[known], y[known]).predict_proba(new)[:, 1]
    return probabilities
