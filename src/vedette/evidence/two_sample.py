"""Two live streams against each other: no reference, and whatever moves both alike cancels.

A canary beside a control, a challenger beside a champion, one group beside another, this year beside last. Both arms
may change from window to window as they like, as long as they change together.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Pooled rows that each arm's guess starts from.
PRIOR = 50.0


class TwoSample:
    """Evidence that two arms do not share one law, window by window, in several columns at once.

    For guesses ``q_a, q_b`` of the arms' shares from earlier windows and ``q_0 = (n_a q_a + n_b q_b) / (n_a + n_b)``
    a window multiplies the evidence by ``prod (q_a / q_0)^c_a (q_b / q_0)^c_b``, whose mean is at most 1 for every
    common law, which may differ from window to window. The columns' mean is the family's evidence:
    ``P(it ever reaches 1 / alpha) <= alpha``, under any dependence between columns, however often one looks.

    Parameters
    ----------
    columns : int
    bins : int
        The most that a column has; others leave theirs empty.

    Attributes
    ----------
    log_e : ndarray of shape (columns,)
    highest : float
        Largest log evidence of the family so far: what was once proved stays proved.

    References
    ----------
    R. J. Turner, A. Ly, P. D. Grünwald (2024), Generic E-variables for exact sequential k-sample tests that allow for
    optional stopping, doi:10.1016/j.jspi.2023.106116.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> test = TwoSample(1, 4)
    >>> for _ in range(10):
    ...     a = rng.multinomial(300, [0.25, 0.25, 0.25, 0.25])[None].astype(float)
    ...     b = rng.multinomial(300, [0.20, 0.25, 0.25, 0.30])[None].astype(float)
    ...     found = test.step(a, b)
    >>> bool(found > np.log(20))
    True
    """

    def __init__(self, columns: int, bins: int) -> None:
        self.log_e = np.zeros(columns)
        self.a, self.b = np.zeros((columns, bins)), np.zeros((columns, bins))
        self.highest = 0.0
        self.windows = 0

    def step(self, a: Floats, b: Floats) -> float:
        """Take the counts of a window of both arms, shape (columns, bins), and return the log evidence so far."""
        pooled = self.a + self.b
        shares = (pooled + 0.5) / (pooled + 0.5).sum(-1, keepdims=True)
        guess_a, guess_b = _guess(self.a, shares), _guess(self.b, shares)
        rows = a.sum(-1, keepdims=True), b.sum(-1, keepdims=True)
        whole = np.maximum(rows[0] + rows[1], 1e-300)
        common = np.where(whole > 1e-300, (rows[0] * guess_a + rows[1] * guess_b) / whole, shares)
        self.log_e = self.log_e + (a * np.log(guess_a / common) + b * np.log(guess_b / common)).sum(-1)
        self.a, self.b = self.a + a, self.b + b
        self.windows += 1
        self.highest = max(self.highest, self.evidence)
        return self.evidence

    @property
    def evidence(self) -> float:
        """Log evidence of the family now."""
        top = float(self.log_e.max())
        return top + float(np.log(np.mean(np.exp(self.log_e - top))))

    def state(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the arrays that resume the test exactly."""
        numbers = {"highest": np.array(self.highest), "windows": np.array(self.windows)}
        return {"log_e": self.log_e, "a": self.a, "b": self.b, **numbers}

    def resume(self, state: dict[str, npt.NDArray[np.generic]]) -> None:
        """Take up a state returned by `state`."""
        self.log_e, self.a, self.b = (np.array(state[name], float) for name in ("log_e", "a", "b"))
        self.highest, self.windows = float(state["highest"]), int(state["windows"])


def two_sample(a: Floats, b: Floats) -> Floats:
    """Return the log evidence of the family after each window, from counts of shape (windows, columns, bins).

    Examples
    --------
    >>> same = np.full((3, 1, 2), 50.0)
    >>> bool((two_sample(same, same) <= 0).all())
    True
    """
    test = TwoSample(a.shape[1], a.shape[2])
    return np.array([test.step(mine, other) for mine, other in zip(a, b, strict=True)])


def _guess(counts: Floats, shares: Floats) -> Floats:
    found: Floats = (counts + PRIOR * shares) / (counts.sum(-1, keepdims=True) + PRIOR)
    return found
