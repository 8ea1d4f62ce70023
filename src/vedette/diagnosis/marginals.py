"""The counts of one column, current beside reference, and how far apart they are."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, xlogy

from vedette.engine.baseline import Baseline
from vedette.engine.bins import coarse
from vedette.engine.cube import Cube
from vedette.layout import Column
from vedette.summaries.base import State
from vedette.summaries.histogram import Histogram

Floats = npt.NDArray[np.float64]


class Spread(msgspec.Struct, frozen=True):
    """Size, mean, standard deviation and extremes of a number column; nan where it has no finite value."""

    n: float
    mean: float
    sd: float
    low: float
    high: float

    @classmethod
    def of(cls, state: State, centre: float) -> Spread | None:
        """Return the spread behind the moments of one cell, None without two values."""
        n, total, squares = (float(state[name][0]) for name in ("n", "total", "squares"))
        if n < 2 or not np.isfinite((total, squares)).all():
            return None
        mean = total / n
        sd = float(np.sqrt(max(squares / n - mean**2, 0.0)))
        return cls(n, mean + centre, sd, float(state["low"][0]), float(state["high"][0]))


class Marginal(msgspec.Struct, frozen=True):
    """Counts of one column now and then.

    Attributes
    ----------
    column : Column
    now, then : State of one cell
        Of `Histogram` or `Categories`; the last count is of missing entries.
    spread_now, spread_then : Spread, optional
        Of number columns whose moments were counted.
    effect : float
        Debiased divergence of the coarse counts, in nats.
    p : float
        p-value of "both are draws of one law".
    """

    column: Column
    now: State
    then: State
    spread_now: Spread | None
    spread_then: Spread | None
    effect: float
    p: float

    @property
    def numeric(self) -> bool:
        """Whether the column holds numbers."""
        return isinstance(self.now.spec, Histogram)

    @property
    def counts_now(self) -> Floats:
        """Current counts, missing last, shape (bins,)."""
        return np.asarray(self.now["counts"][0], float)

    @property
    def counts_then(self) -> Floats:
        """Reference counts, missing last, shape (bins,)."""
        return np.asarray(self.then["counts"][0], float)


class Divergence(msgspec.Struct, frozen=True):
    """How far two tables of counts are apart.

    Attributes
    ----------
    effect : float
        ``(G² - df) / 2h`` with ``h = nm / (n + m)``: about the Kullback-Leibler divergence in nats, 0 on average
        when nothing changed.
    p : float
        p-value of "one law" (G test).
    g2, df, h : float
    """

    effect: float
    p: float
    g2: float
    df: float
    h: float


def divergence(now: npt.ArrayLike, then: npt.ArrayLike) -> Divergence:
    """Distance between two vectors of counts over the same bins.

    Bins that hold fewer than 10 of both sides' rows together are counted as one.

    Parameters
    ----------
    now, then : array_like of shape (bins,)

    Returns
    -------
    Divergence
        With effect 0 and p 1 where a side has no rows.

    Examples
    --------
    >>> round(divergence([500, 500], [400, 600]).effect, 3)
    0.019
    """
    a, b = np.asarray(now, float), np.asarray(then, float)
    n, m = a.sum(), b.sum()
    if not (n > 0 and m > 0):
        return Divergence(0.0, 1.0, 0.0, 0.0, 0.0)
    rare = a + b < 10
    a = np.append(a[~rare], a[rare].sum())
    b = np.append(b[~rare], b[rare].sum())
    return scored(homogeneity(a, b), max(float(np.count_nonzero(a + b)) - 1, 0.0), n, m)


def homogeneity(a: Floats, b: Floats) -> float:
    """Return the two-sample G² of two vectors of counts."""
    both, n, m = a + b, a.sum(), b.sum()
    parts = xlogy(a, a) + xlogy(b, b) - xlogy(both, both)
    return float(2 * (parts.sum() - xlogy(n, n) - xlogy(m, m) + xlogy(n + m, n + m)))


def scored(g2: float, df: float, n: float, m: float) -> Divergence:
    """Return effect and p-value of a G² with its degrees of freedom."""
    h = n * m / (n + m) if n + m else 0.0
    if df <= 0 or h <= 0:
        return Divergence(0.0, 1.0, g2, df, h)
    return Divergence(float(max(g2 - df, 0.0) / (2 * h)), float(chdtrc(df, max(g2, 0.0))), g2, df, h)


def marginals(current: Cube, baseline: Baseline, deff: float = 1.0) -> Iterator[Marginal]:
    """Yield the counts of every watched column that was counted on both sides; labels are not among them.

    Rows that come in clumps tell less: their counts are worth ``1 / deff`` of as many independent rows.
    """
    layout = baseline.layout
    for column in layout.monitored():
        if column.role == "label" or column.kind not in ("number", "category"):
            continue
        spec = layout.bins(column.name)
        now, then = current.state(spec), baseline.cube.state(spec)
        if now is None or then is None or not (now["counts"].sum() and then["counts"].sum()):
            continue
        apart = divergence(coarse(now)[0] / deff, coarse(then)[0] / deff)
        spreads = _spreads(current, baseline, column)
        yield Marginal(column, now, then, *spreads, apart.effect, apart.p)


def _spreads(current: Cube, baseline: Baseline, column: Column) -> tuple[Spread | None, Spread | None]:
    if column.kind != "number":
        return None, None
    spec = baseline.layout.moments(column.name)
    now, then = current.state(spec), baseline.cube.state(spec)
    if now is None or then is None:
        return None, None
    return Spread.of(now, spec.centre), Spread.of(then, spec.centre)
