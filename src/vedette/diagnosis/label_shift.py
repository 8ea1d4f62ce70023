"""How common each class is now, from the scores alone, and whether that alone explains them."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, xlogy

Floats = npt.NDArray[np.float64]
ROUNDS = 2000


class LabelShift(msgspec.Struct, frozen=True):
    """Class shares estimated without labels.

    Attributes
    ----------
    then, now : ndarray of shape (k,)
        Shares in the reference, and those that fit the current scores best.
    error : float
        Standard error of the last class's share.
    g2, df, p : float
        Goodness of fit of "each class kept its scores"; a small p refuses label shift as the explanation.
    residual : float
        What the fit leaves, debiased, in nats.
    """

    then: Floats
    now: Floats
    error: float
    g2: float
    df: int
    p: float
    residual: float

    @property
    def moved(self) -> float:
        """Change of the last class's share in standard errors."""
        return float((self.now[-1] - self.then[-1]) / self.error) if self.error > 0 else 0.0


def label_shift(scores: npt.ArrayLike, reference: npt.ArrayLike, deff: float = 1.0) -> LabelShift | None:
    """Prevalence by expectation maximisation over score bins, with goodness of fit.

    Answers "could these scores come from the same classes in other proportions?". Misleads when a covariate shift
    happens to look like one: a good fit is no proof, a bad fit is a refusal.

    Parameters
    ----------
    scores : array_like of shape (bins,)
        Current rows by score bin, labelled or not.
    reference : array_like of shape (bins, k)
        Reference rows by score bin and class.
    deff : float
        Design effect: variance of the counts over that of independent rows.

    Returns
    -------
    LabelShift or None
        None where a class has fewer than 20 reference rows or fewer than k + 1 bins are filled.

    References
    ----------
    M. Saerens, P. Latinne, C. Decaestecker (2002), Adjusting the outputs of a classifier to new a priori
    probabilities, doi:10.1162/089976602753284446.

    Examples
    --------
    >>> reference = np.array([[400, 100], [100, 400]])
    >>> label_shift([200, 300], reference) is None  # two bins cannot test two classes
    True
    >>> reference = np.array([[600, 100], [300, 300], [100, 600]])
    >>> fit = label_shift(reference @ [1, 2], reference)
    >>> fit.now.round(3).tolist(), round(fit.p, 2)
    ([0.333, 0.667], 1.0)
    """
    c, table = np.asarray(scores, float), np.asarray(reference, float)
    filled = table.sum(1) + c > 0
    c, table = c[filled], table[filled]
    sizes, n = table.sum(0), c.sum()
    bins, k = table.shape
    if n <= 0 or sizes.min() < 20 or bins <= k:
        return None
    laws = (table + 0.5 / bins) / (sizes + 0.5)
    shares = _fitted(c, laws, sizes / sizes.sum())
    mixture = laws @ shares
    expected = n * mixture
    # The reference's own sampling error widens the law of G² by this factor.
    wider = deff * (1 + n * float(np.sum(shares**2 / sizes)))
    g2 = 2 * float(np.sum(xlogy(c, c) - xlogy(c, expected)))
    df = bins - k
    slope = (laws[:, -1] - (mixture - shares[-1] * laws[:, -1]) / max(1 - shares[-1], 1e-12)) / mixture
    information = n * float(np.sum(mixture * slope**2))
    error = np.sqrt(wider / information) if information > 0 else np.inf
    p, residual = float(chdtrc(df, max(g2, 0) / wider)), max(g2 / wider - df, 0.0) * wider / (2 * n)
    return LabelShift(sizes / sizes.sum(), shares, float(error), g2, df, p, residual)


def _fitted(c: Floats, laws: Floats, start: Floats) -> Floats:
    """Return the class shares of greatest likelihood."""
    shares = start
    for _ in range(ROUNDS):
        belongs = laws * shares
        new: Floats = c @ (belongs / belongs.sum(1, keepdims=True)) / c.sum()
        done = np.abs(new - shares).max() < 1e-9
        shares = new
        if done:
            break
    return shares
