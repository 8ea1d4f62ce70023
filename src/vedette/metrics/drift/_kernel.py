"""What kernel distances share: the distance of two means of features, and its law when nothing moved."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from scipy.special import chdtrc

from vedette.inference.noncentral import noncentral_chi2_interval
from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.summaries.base import Summary
from vedette.summaries.fourier import Fourier
from vedette.values import Direction, Estimates

#: Rows either side needs.
LEAST = 20


class KernelDistance(Metric, frozen=True, kw_only=True):
    """A maximum mean discrepancy on merged sums; a subclass names its features."""

    range: ClassVar[tuple[float, float]] = (0.0, 2.0)
    better: ClassVar[Direction] = "lower"
    compares: ClassVar[bool] = True

    @abstractmethod
    def spec(self, layout: Layout, *, products: bool) -> Fourier:
        """Return the features it compares."""

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the sums of features."""
        return {"rows": self.spec(layout, products=False)}

    def remembers(self, layout: Layout) -> dict[str, Summary]:
        """Return the products of features, which tell the law when nothing moved."""
        return {"null": self.spec(layout, products=True)}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the debiased squared distance of each cell."""
        now, n = current["rows"]["total"], current["rows"]["rows"]
        if reference is None or "null" not in reference:
            return Estimates.none(n, "no reference")
        then, m, null = reference["rows"]["total"], reference["rows"]["rows"], reference["null"]
        with np.errstate(all="ignore"):
            apart = ((now / n[:, None] - then / m[:, None]) ** 2).sum(axis=1)
            size = null["rows"].sum()
            mean = null["total"].sum(0) / size
            covariance = null["products"].sum(0) / size - np.outer(mean, mean)
            u = 1 / n + 1 / m
            first, second = u * np.trace(covariance), 2 * u**2 * (covariance**2).sum()
            scale, df = second / (2 * first), 2 * first**2 / second
            known = (n >= LEAST) & (m >= LEAST) & (scale > 0)
            value = np.where(known, np.maximum(apart - first, 0.0), np.nan)
            low, high = (
                end * scale for end in noncentral_chi2_interval(np.maximum(apart / scale, df), df, level)
            )
            p = chdtrc(df, apart / scale)
        top = self.range[1]
        return Estimates.of(value, np.minimum(low, top), np.minimum(high, top), n=n, p=p, why="insufficient")
