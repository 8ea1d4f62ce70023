"""One change, two ways to take it apart: scores and their meaning, or classes and their scores."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.diagnosis.marginals import Divergence, homogeneity, scored

Floats = npt.NDArray[np.float64]


class Split(msgspec.Struct, frozen=True):
    """The divergence of (score bin, label) and its parts.

    ``total = score + meaning = label + likelihood``, exactly for the G² and their degrees of freedom.

    Attributes
    ----------
    total : Divergence
        Of the joint counts.
    score : Divergence
        Of the scores: what a covariate shift explains.
    meaning : Divergence
        Of the label given the score: what a covariate shift leaves.
    label : Divergence
        Of the label: what a label shift explains.
    likelihood : Divergence
        Of the score given the label: what a label shift leaves.
    """

    total: Divergence
    score: Divergence
    meaning: Divergence
    label: Divergence
    likelihood: Divergence


def split(now: npt.ArrayLike, then: npt.ArrayLike) -> Split:
    """Divergence of labelled score tables and what explains it.

    By the chain rule a change of the joint law is the change of the scores plus that of the label given the score,
    and as well the change of the label plus that of the score given the label. Covariate shift predicts that
    "label given score" is unchanged, label shift that "score given label" is; which residual is nearer 0 decides.

    Parameters
    ----------
    now, then : array_like of shape (bins, k)
        Labelled rows by score bin and true class.

    Examples
    --------
    >>> then = np.array([[400, 100], [100, 400]])
    >>> doubled = split(then * [1, 2], then)  # the positive class came twice as often
    >>> round(doubled.likelihood.effect, 6), doubled.label.effect > doubled.score.effect
    (0.0, True)
    """
    a, b = np.asarray(now, float), np.asarray(then, float)
    filled = (a + b).sum(1) > 0
    a, b = a[filled], b[filled]
    n, m = a.sum(), b.sum()
    bins, k = a.shape
    joint = homogeneity(a.ravel(), b.ravel())
    score, label = homogeneity(a.sum(1), b.sum(1)), homogeneity(a.sum(0), b.sum(0))
    free = (bins - 1, k - 1, bins * k - 1)
    if not (n > 0 and m > 0):
        empty = scored(0.0, 0, 0, 0)
        return Split(empty, empty, empty, empty, empty)
    return Split(
        scored(joint, free[2], n, m),
        scored(score, free[0], n, m),
        scored(joint - score, free[2] - free[0], n, m),
        scored(label, free[1], n, m),
        scored(joint - label, free[2] - free[1], n, m),
    )
