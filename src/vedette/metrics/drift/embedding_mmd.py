"""Maximum mean discrepancy of a column of vectors."""

from __future__ import annotations

from typing import ClassVar

from vedette.layout import Layout
from vedette.metrics.drift._kernel import KernelDistance
from vedette.summaries.fourier import Fourier


class EmbeddingMmd(KernelDistance, frozen=True, kw_only=True):
    """Maximum mean discrepancy of embeddings: how far a column of vectors moved.

    It answers whether texts, images or users look different from the reference's, as far as their embedding tells.
    It misleads after the encoder was changed: every vector then moves, and nothing else did. Lengths are not looked
    at: vectors are brought to length 1, so that the kernel sees angles.

    Squared distance of the means of 256 random Fourier features of a Gaussian kernel of length scale 1, less what
    chance alone gives.

    Returns
    -------
    Estimates
        Range [0, 2], cut at 0 where chance alone gives more; lower is nearer the reference. Interval and p as `mmd`.

    Notes
    -----
    *Undefined when* either side has fewer than 20 rows with a vector. Rows without one are left out.

    References
    ----------
    A. Gretton et al. (2012), A kernel two-sample test, JMLR 13.

    Examples
    --------
    >>> import numpy as np
    >>> from vedette.testing.rows import observed
    >>> rng = np.random.default_rng(0)
    >>> spec = Fourier(embedding="e", products=True)
    >>> then = observed(spec, e=list(rng.normal(size=(1000, 8))))
    >>> now = observed(spec, e=list(rng.normal(size=(200, 8)) + [1, 0, 0, 0, 0, 0, 0, 0]))
    >>> float(EmbeddingMmd(column="e").compute({"rows": now}, {"rows": then, "null": then}).p[0]) < 1e-6
    True
    """

    title: ClassVar[str] = "maximum mean discrepancy of embeddings"
    scope: ClassVar = "column"
    kinds: ClassVar[tuple[str, ...]] = ("embedding",)
    default: ClassVar[bool] = True

    def spec(self, layout: Layout, *, products: bool) -> Fourier:
        """Return the features of the column's vectors."""
        return Fourier(embedding=str(self.column), products=products)
