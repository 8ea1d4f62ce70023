"""A few labels drawn at random, helped by what the scores promise of all rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray


class Design(NamedTuple):
    """How labels were drawn: the stratum of every row (N,), and the row numbers that were labelled (n,).

    Within a stratum every row had the same chance.
    """

    stratum: npt.NDArray[np.intp]
    chosen: npt.NDArray[np.intp]

    @property
    def weights(self) -> FloatArray:
        """Rows that each labelled row stands for, over all rows, shape (n,); they sum to 1."""
        of_chosen = self.stratum[self.chosen]
        rows, labelled = np.bincount(self.stratum), np.bincount(of_chosen, minlength=self.stratum.max() + 1)
        return np.asarray((rows / np.maximum(labelled, 1))[of_chosen] / len(self.stratum))


class Assisted(NamedTuple):
    """An estimate, its variance, and the part that the scores' promise has in it (0: none)."""

    value: float
    variance: float
    part: float


def assisted_mean(truth: npt.ArrayLike, promised: npt.ArrayLike, design: Design) -> Assisted:
    """Return the mean of something that labels tell, over rows of which a random few are labelled.

    The promise's mean over all rows, corrected by how far labels miss it: unbiased whether the promise is right or
    not, and the surer the better it is. How far it is used is chosen from the labels, so that it never costs.

    Parameters
    ----------
    truth : array_like of shape (n,)
        Of the labelled rows.
    promised : array_like of shape (N,)
        What scores promise of every row.
    design : Design

    Returns
    -------
    Assisted
        Of the population that all N rows are drawn from.

    References
    ----------
    A. N. Angelopoulos, J. C. Duchi, T. Zrnic (2023), PPI++: efficient prediction-powered inference, arXiv:2311.01453.
    A. Fisch et al. (2024), Stratified prediction-powered inference for hybrid language model evaluation,
    arXiv:2406.04291.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> score = rng.random(10_000)
    >>> label = (rng.random(10_000) < score).astype(float)
    >>> chosen = rng.choice(10_000, 400, replace=False)
    >>> found = assisted_mean(label[chosen], score, Design(np.zeros(10_000, int), chosen))
    >>> round(found.value, 2), bool(found.variance < label.var() / 400)
    (0.47, True)
    """
    truth, promised = np.asarray(truth, float), np.asarray(promised, float)
    part = _part(truth, promised, design)
    residual = truth - part * promised[design.chosen]
    value = float(part * promised.mean() + (design.weights * residual).sum())
    return Assisted(value, _variance(residual, part * promised, design), part)


def assisted_ratio(
    parts: tuple[npt.ArrayLike, npt.ArrayLike], promised: tuple[npt.ArrayLike, npt.ArrayLike], design: Design
) -> Assisted:
    """Return the ratio of two means, such as precision: positives among predicted ones, over predicted ones.

    Both means are assisted; the variance is that of the linearised ratio.

    Parameters
    ----------
    parts : pair of array_like of shape (n,)
        Numerator and denominator of each labelled row.
    promised : pair of array_like of shape (N,)
        What scores promise of both, of every row; for a denominator that is known without labels the thing itself.
    design : Design

    Examples
    --------
    >>> design = Design(np.zeros(4, int), np.arange(4))
    >>> assisted_ratio(([1, 0, 0, 1], [1, 1, 0, 1]), ([1, 1, 0, 1], [1, 1, 0, 1]), design).value.__round__(3)
    0.667
    """
    top, bottom = (assisted_mean(t, p, design) for t, p in zip(parts, promised, strict=True))
    if not bottom.value > 0:
        return Assisted(float("nan"), float("nan"), top.part)
    value = top.value / bottom.value
    over, under = (np.asarray(part, float) for part in parts)
    of_all, under_all = (np.asarray(part, float) for part in promised)
    promise = (top.part * of_all - value * bottom.part * under_all) / bottom.value
    residual = (over - value * under) / bottom.value - promise[design.chosen]
    return Assisted(value, _variance(residual, promise, design), top.part)


def _part(truth: FloatArray, promised: FloatArray, design: Design) -> float:
    """Return how far the promise is used: its covariance with the truth over its variance, within strata, in [0, 1]."""
    stratum, held = design.stratum[design.chosen], promised[design.chosen]
    size = int(design.stratum.max()) + 1
    count = np.bincount(stratum, minlength=size)
    centred = [a - (np.bincount(stratum, a, size) / np.maximum(count, 1))[stratum] for a in (truth, held)]
    mass = design.weights**2
    spread = float((mass * centred[1] ** 2).sum())
    if spread <= 0:
        return 0.0
    ratio = float((mass * centred[0] * centred[1]).sum()) / spread
    return float(np.clip(ratio / (1 + len(truth) / len(promised)), 0, 1))


def _variance(residual: FloatArray, promise: FloatArray, design: Design) -> float:
    """Return the variance of labels drawn within strata, and of all rows drawn from their population."""
    stratum = design.stratum[design.chosen]
    size = int(design.stratum.max()) + 1
    count = np.bincount(stratum, minlength=size)
    mean = np.bincount(stratum, residual, size) / np.maximum(count, 1)
    square = np.bincount(stratum, (residual - mean[stratum]) ** 2, size)
    share = np.bincount(design.stratum, minlength=size) / len(promise)
    # A handful of equal labels is not certainty: the variance of all strata counts as one label more in each.
    pooled = square.sum() / max(int((count - 1).clip(0).sum()), 1)
    inside = np.where(count > 0, (square + pooled) / np.maximum(count, 1) ** 2, 0.0)
    of_rows = float((promise + mean[design.stratum]).var()) / len(promise)
    return float((share**2 * inside).sum()) + of_rows
