"""Categories that no longer occur."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray
from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.summaries.base import State, Summary
from vedette.summaries.categories import Categories
from vedette.values import Direction, Estimates

#: A category counts as vanished when so rarely none of its rows would fall on the current side by chance.
CHANCE = 1e-3


class Vanished(Metric, frozen=True, kw_only=True):
    """Number of the reference's categories that do not occur and by chance would.

    It answers whether a client, a region or a spelling is gone. A category with too few rows to be expected here does
    not count, so a small window says little. It misleads where categories come and go with the season.

    A category counts when it has no row here, and the chance that all its r rows of the reference fall there when
    both sides are one, ``C(m, r) / C(n + m, r)``, is below one in a thousand.

    Returns
    -------
    Estimates
        Categories, range [0, inf), lower is better. No interval: it is a count of facts. p: of a category as
        surprisingly absent as the most surprising one, joined over all categories by their sum.

    Notes
    -----
    *Undefined when* either side has no rows with a value. Only the categories counted one by one are looked at (the
    200 most frequent).

    References
    ----------
    R. A. Fisher (1922), On the interpretation of χ² from contingency tables, and the calculation of P,
    doi:10.2307/2340521.

    Examples
    --------
    >>> from vedette.testing.rows import observed
    >>> spec = Categories(column="c", known=("a", "b", "c"))
    >>> now, then = observed(spec, c=["a"] * 50), observed(spec, c=["a"] * 500 + ["b"] * 490 + ["c"] * 10)
    >>> Vanished(column="c").compute({"bins": now}, {"bins": then})[0]
    Estimate(1, n=50, p=1.07e-14)
    """

    title: ClassVar[str] = "vanished categories"
    range: ClassVar[tuple[float, float]] = (0.0, np.inf)
    better: ClassVar[Direction] = "lower"
    scope: ClassVar = "column"
    kinds: ClassVar[tuple[str, ...]] = ("category",)
    compares: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("doi:10.2307/2340521",)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the counts by category."""
        return {"bins": layout.bins(str(self.column))}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the number of vanished categories of each cell."""
        now, n = _known(current["bins"])
        if reference is None:
            return Estimates.none(n, "no reference")
        then, m = _known(reference["bins"])
        chance = _all_elsewhere(then, m[:, None], n[:, None])
        surprise = np.where((now == 0) & (then > 0), chance, 1.0)
        least = surprise.min(axis=1, keepdims=True, initial=1.0)
        # Absent by chance as surprisingly or more: any category whose own chance is no larger.
        p = np.minimum(np.where((chance <= least) & (then > 0), chance, 0.0).sum(axis=1), 1.0)
        value = np.where((n > 0) & (m > 0), (surprise < CHANCE).sum(axis=1), np.nan)
        return Estimates.of(value, n=n, p=np.where(least[:, 0] < 1, p, 1.0), why="insufficient")


def _known(bins: State) -> tuple[FloatArray, FloatArray]:
    """Return the counts of known categories, (g, k), and of all rows with a value, (g,)."""
    assert isinstance(bins.spec, Categories)
    counts = bins["counts"].astype(float)
    return counts[:, :-3], counts[:, :-1].sum(axis=1)


def _all_elsewhere(rows: FloatArray, there: FloatArray, here: FloatArray) -> FloatArray:
    """Return the chance that all of `rows` are among the `there` of ``there + here`` rows."""
    from scipy.special import gammaln

    every = there + here
    log = gammaln(there + 1) - gammaln(there - rows + 1) - gammaln(every + 1) + gammaln(every - rows + 1)
    return np.asarray(np.exp(np.minimum(log, 0.0)))
