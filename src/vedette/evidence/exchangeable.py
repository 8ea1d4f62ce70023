"""The exact martingale for a small reference: current rows against the reference's rows, as one exchangeable sequence.

A ball around a hundred rows holds almost everything. Where the law is unknown but the reference and the windows are
draws of one law, the counts to come have a known predictive law all the same, and a bet against that needs no radius.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Rows of the reference's shares that the alternative starts from.
ANCHOR = 10.0
#: Memory of the alternative, by window.
DECAY = 0.95
#: A ball of this radius (half a population stability index of .1) is too wide to see what people call a change.
WIDEST = 0.05


def prior_of(reference: Floats) -> Floats:
    """Return the reference as a Dirichlet law of the shares, shape (..., b).

    Where numeric edges are order statistics of n rows, the shares between them are exactly Dirichlet with as many
    parts as there are gaps, n + 1 in all, whatever the distribution; for categories it is the law that half a row a
    bin leads to.
    """
    found: Floats = reference + 1.0 / reference.shape[-1]
    return found


def log_gain(counts: Floats, prior: Floats, past: Floats, memory: Floats) -> Floats:
    """Return what windows add to the log evidence, shape (...).

    Dirichlet-multinomial probability of the counts given where the last windows stood, over that given the reference
    and all windows so far. Its mean is 1, given the past, when the reference and all windows are draws of one law.

    Parameters
    ----------
    counts : ndarray of shape (..., b)
    prior : ndarray of shape (..., b)
        Of `prior_of`.
    past : ndarray of shape (..., b)
        Counts of all windows so far: without a radius, what came after a change blurs what was before it.
    memory : ndarray of shape (..., b)
        The same with older windows fading.

    Examples
    --------
    >>> reference, window = np.array([[30.0, 30.0]]), np.array([[10.0, 40.0]])
    >>> still = log_gain(window, prior_of(reference), 0 * window, 0 * window)
    >>> moved = log_gain(window, prior_of(reference), 0 * window, 3 * window)
    >>> float(still[0].round(2)), float(moved[0].round(2))
    (3.24, 5.63)
    """
    shares = prior / prior.sum(-1, keepdims=True)
    return _log_predictive(counts, memory + ANCHOR * shares) - _log_predictive(counts, prior + past)


class Exchangeable:
    """The martingale of one stream: evidence that the windows are not draws of the reference's law.

    ``P(evidence ever reaches log(1/alpha)) <= alpha`` when nothing moved.

    Parameters
    ----------
    reference : ndarray of shape (b,)

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> martingale = Exchangeable(rng.multinomial(60, np.full(4, 0.25)).astype(float))
    >>> for _ in range(12):
    ...     found = martingale.step(rng.multinomial(50, [0.04, 0.16, 0.3, 0.5]).astype(float))
    >>> bool(found > np.log(20))
    True
    """

    def __init__(self, reference: npt.ArrayLike) -> None:
        self._prior = prior_of(np.asarray(reference, float))
        self.log_m = 0.0
        self.past = np.zeros_like(self._prior)
        self.memory = np.zeros_like(self._prior)

    def step(self, counts: npt.ArrayLike) -> float:
        """Take the counts of a closed window, shape (b,), and return the log evidence so far."""
        window = np.asarray(counts, float)
        self.log_m += float(log_gain(window, self._prior, self.past, self.memory))
        self.past = self.past + window
        self.memory = DECAY * self.memory + window
        return self.log_m

    def state(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the arrays that resume the martingale exactly."""
        return {"log_m": np.array(self.log_m), "past": self.past, "memory": self.memory}

    def resume(self, state: dict[str, npt.NDArray[np.generic]]) -> None:
        """Take up a state returned by `state`."""
        self.log_m = float(state["log_m"])
        self.past, self.memory = np.array(state["past"], float), np.array(state["memory"], float)


def _log_predictive(counts: Floats, alpha: Floats) -> Floats:
    """Return the log Dirichlet-multinomial probability of one order of the counts, shape (...).

    A bin whose `alpha` is 0 is none.
    """
    from scipy.special import gammaln

    whole = gammaln(alpha.sum(-1)) - gammaln(alpha.sum(-1) + counts.sum(-1))
    with np.errstate(invalid="ignore"):
        each = np.where(alpha > 0, gammaln(alpha + counts) - gammaln(alpha), 0.0)
    found: Floats = whole + each.sum(-1)
    return found
