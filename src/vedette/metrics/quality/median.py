"""Median of a column."""

from __future__ import annotations

from typing import ClassVar

from vedette.metrics.quality.quantile import Quantile


class Median(Quantile, frozen=True, kw_only=True):
    """Median of a number column's finite values: half of the rows lie below it.

    It answers where a column lies whatever its tails. It misleads for a column with two humps, where no row need be
    near it.

    ``median = quantile(0.5)``

    Returns
    -------
    Estimates
        In the column's unit, good to a bin; interval as for `quantile`.

    Notes
    -----
    *Undefined when* no value is finite.

    References
    ----------
    H. A. David, H. N. Nagaraja (2003), Order Statistics, section 7.1, doi:10.1002/0471722162.

    Examples
    --------
    >>> import numpy as np
    >>> from vedette.binning import Binning
    >>> from vedette.summaries.histogram import Histogram
    >>> from vedette.summaries.moments import Moments
    >>> from vedette.testing.rows import observed
    >>> x = np.arange(11.0)
    >>> bins = observed(Histogram(column="x", binning=Binning.fit(x)), x=x)
    >>> found = Median(column="x").compute({"bins": bins, "moments": observed(Moments(column="x"), x=x)})
    >>> found[0].value
    5.0
    """

    title: ClassVar[str] = "median"
