"""Maximum mean discrepancy of all number columns together."""

from __future__ import annotations

from typing import ClassVar

from vedette.layout import Layout
from vedette.metrics.drift._kernel import KernelDistance
from vedette.sentences.sentence import Sentence
from vedette.summaries.fourier import Fourier


class Mmd(KernelDistance, frozen=True, kw_only=True):
    """Maximum mean discrepancy: how far whole rows moved, all number columns at once.

    It answers whether columns changed *together* where each alone did not: a correlation that broke, a joint region
    that emptied. It says that something moved and not what; ask the columns, then the pairs. It misleads where most
    columns are noise, which drowns the few that moved, and it does not see categories. Missing entries count as the
    middle of their column.

    Squared distance of the means of 256 random Fourier features of a Gaussian kernel, over columns divided by their
    spread, of length scale ``sqrt(2 d)`` (the usual distance of two rows), less what chance alone gives.

    Returns
    -------
    Estimates
        Range [0, 2], cut at 0 where chance alone gives more; lower is nearer the reference. Interval and p from
        Satterthwaite's scaled chi-square: ``T ~ (k2 / 2 k1) chi2(2 k1² / k2)`` with ``k1 = u tr C``,
        ``k2 = 2 u² tr C²``, C the covariance of the features on the reference and ``u = 1/n + 1/m``.

    Notes
    -----
    *Undefined when* either side has fewer than 20 rows. Two windows are compared by their sums: the metric is exact
    on merged states. The features of the reference alone are remembered with their products (512 kB).

    References
    ----------
    A. Gretton et al. (2012), A kernel two-sample test, JMLR 13. A. Rahimi, B. Recht (2007), Random features for
    large-scale kernel machines, NeurIPS 20.

    Examples
    --------
    >>> import numpy as np
    >>> from vedette.testing.rows import observed
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.normal(size=(2, 2000))
    >>> spec = Fourier(columns=("x", "y"), length=2.0, products=True)
    >>> then, now = observed(spec, x=x, y=y), observed(spec, x=x[:500], y=x[:500])  # perfectly correlated now
    >>> float(Mmd().compute({"rows": now}, {"rows": then, "null": then}).p[0]) < 1e-6
    True
    """

    title: ClassVar[str] = "maximum mean discrepancy"
    scope: ClassVar = "model"

    def why_not(self, layout: Layout) -> Sentence | str | None:
        """Return why it is not defined for these data."""
        return None if layout.together() is not None else Sentence.of("why.few_numbers", metric=self.name)

    def spec(self, layout: Layout, *, products: bool) -> Fourier:
        """Return the features of the reference's number columns."""
        return layout.fourier(products=products)
