"""How long labels take, by class and stratum, from cohorts of which the younger ones are not complete."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray

#: Share of labels that must be in for a class to count as complete.
COMPLETE = 0.995
#: The law is believed where cohorts this many times as old as its end have been seen.
BEYOND = 1.25
#: Labels of all strata that weigh as much as those of one stratum.
_SHRINK = 20.0
#: Most edges by share of the labels, by time, and at the ages of windows.
_BY_SHARE, _BY_TIME, _AGES = 24, 24, 48


class DelayLaw(NamedTuple):
    """Probability that a label is known by an age, given its class and stratum.

    ``known`` (strata, 2, ages) is ``G_y(age | z)``, which rises from 0 to 1; ``never`` (strata,) is the share of rows
    that get no label at all; ``horizon`` is the first age at which all labels are in; ``settled`` tells whether rows
    were seen grow so old that the law is no guess.
    """

    known: FloatArray
    never: FloatArray
    horizon: int
    settled: bool

    @property
    def open(self) -> FloatArray:
        """Probability that a label which will come is still out at an age, shape (strata, 2, ages)."""
        return 1 - self.known


def delay_edges(delays: npt.ArrayLike, declared: int = 0, ages: npt.ArrayLike = ()) -> tuple[int, ...]:
    """Return the upper ends of delay bins, some of equal share and some at the ages of windows.

    Equal shares follow the law where labels are many; the ages of windows keep apart what falls between, such as labels
    of one class on the second day and all of the other on the thirtieth, and need no rounding. The last edge lies a
    quarter beyond the longest delay: rows that are older have surely outlived it.

    Parameters
    ----------
    delays : array_like of int, shape (n,)
        Microseconds; negative ones count as 0.
    declared : int
        How long labels may take, by declaration: an edge of its own, and the only one where there are no delays.
    ages : array_like of int, shape (windows,)
        Ages of windows; without them edges lie at equal distances.

    Examples
    --------
    >>> delay_edges([0, 0, 0])
    (0,)
    >>> delay_edges([], declared=86_400_000_000)
    (86400000000,)
    """
    found, end = np.maximum(np.asarray(delays, np.int64), 0), [declared] if declared else []
    if not len(found):
        return tuple(end or [0])
    ordered = np.sort(found)
    places = np.linspace(0, len(ordered) - 1, _BY_SHARE + 1)[1:].astype(np.intp)
    even = np.linspace(0, float(ordered[-1]), _BY_TIME + 1)[1:].astype(np.int64)
    given = np.unique(np.asarray(ages, np.int64))
    given = given[(given > 0) & (given < ordered[-1])]
    if len(given):
        even = given[:: -(-len(given) // _AGES)]
    beyond = np.asarray([int(BEYOND * ordered[-1])])
    return tuple(
        np.unique(
            np.concatenate((ordered[places], even, ordered[-1:], beyond, np.asarray(end, np.int64)))
        ).tolist()
    )


def unknown_law(strata: int, ages: int, horizon: int, never: npt.ArrayLike = 0.0) -> DelayLaw:
    """Return the law of which only the end is known, by declaration: which labels come first is not.

    Parameters
    ----------
    strata, ages : int
    horizon : int
        First age at which all labels are in; `ages` for never yet.
    never : array_like of shape (strata,) or ()

    Examples
    --------
    >>> unknown_law(1, 3, 2).known.tolist()
    [[[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]]
    """
    known = np.zeros((strata, 2, ages))
    known[..., horizon:] = 1.0
    return DelayLaw(known, np.broadcast_to(np.asarray(never, float), (strata,)), horizon, settled=False)


def fit_law(
    delays: npt.ArrayLike,
    waiting: npt.ArrayLike,
    rows: npt.ArrayLike,
    edges: npt.ArrayLike,
    declared: int = 0,
) -> DelayLaw:
    """Return the delay law that cohorts show.

    Answers "how many of the labels of a class are in after three days?" Rows whose label is out have no class yet, so
    the law is read from labels alone, looking back: of the labels that took at most d, which share took just d, among
    cohorts that are older than d. It misleads where the law changes over time, and says nothing beyond the age of the
    oldest cohort.

    Parameters
    ----------
    delays : array_like of shape (cohorts, strata, 2, ages)
        Labels by class and delay bin; bin k ends with ``edges[k]``, the last bin is of longer delays.
    waiting, rows : array_like of shape (cohorts, strata, ages)
        Rows without a label, and all rows, by age: number of edges that the row has passed.
    edges : array_like of shape (ages - 1,)
    declared : int
        How long labels may take, by declaration: before a cohort is so old the law is not believed, for late labels
        may be another kind than early ones.

    Returns
    -------
    DelayLaw
        Each stratum's law is drawn towards that of all strata by twenty labels; it ends (is 1) from the age on by
        which 99.5 % of each class are in.

    References
    ----------
    J. D. Kalbfleisch, J. F. Lawless (1989), Inference based on retrospective ascertainment, doi:10.1080/01621459.1989.
    10478780; S. W. Lagakos, L. M. Barraj, V. De Gruttola (1988), Nonparametric analysis of truncated survival data,
    doi:10.1093/biomet/75.3.515. In insurance the same is the chain ladder of incurred but not reported claims.

    Examples
    --------
    Of an old cohort half the labels took one step and half two; a young cohort has only seen the first step:

    >>> delays = np.zeros((2, 1, 2, 3)) + np.array([[[[5, 5, 0]]], [[[6, 0, 0]]]])
    >>> rows = np.array([[[0, 0, 20]], [[0, 24, 0]]])
    >>> waiting = np.array([[[0, 0, 0]], [[0, 12, 0]]])
    >>> fit_law(delays, waiting, rows, [1, 2]).known[0, 1].round(2).tolist()
    [0.0, 0.5, 1.0]
    """
    delays, waiting, rows = (np.asarray(a, float) for a in (delays, waiting, rows))
    by_age = rows.sum(axis=1)
    youngest = np.where(by_age.any(axis=1), np.argmax(by_age > 0, axis=1), -1)
    took, before = _looked_back(delays, youngest)
    pooled = _share(took.sum(axis=0), before.sum(axis=0))
    known = _from_hazard(_share(took + _SHRINK * pooled, before + _SHRINK))
    overall = _from_hazard(pooled)
    horizon = int(np.argmax(overall >= COMPLETE, axis=1).max())
    with np.errstate(all="ignore"):
        known = np.nan_to_num(known / known[..., horizon : horizon + 1], nan=1.0)
    known[..., horizon:] = 1.0
    ends, passed = np.asarray(edges, float), int(youngest.max(initial=0))
    oldest = ends[passed - 1] if passed else -1.0
    settled = horizon > 0 and bool(oldest >= max(np.floor(BEYOND * ends[max(horizon, 1) - 1]), declared))
    return DelayLaw(np.minimum(known, 1.0), never_labelled(waiting, rows, horizon), horizon, settled)


def never_labelled(waiting: npt.ArrayLike, rows: npt.ArrayLike, horizon: int) -> FloatArray:
    """Return the share of rows that get no label, by stratum, from rows past the horizon, shape (strata,).

    Examples
    --------
    >>> never_labelled([[[0, 5]]], [[[10, 100]]], 1).round(3).tolist()
    [0.05]
    """
    left = np.asarray(waiting, float)[..., horizon:].sum(axis=(0, 2))
    old = np.asarray(rows, float)[..., horizon:].sum(axis=(0, 2))
    overall = left.sum() / max(old.sum(), 1.0)
    return np.asarray((left + _SHRINK * overall) / (old + _SHRINK))


def _looked_back(delays: FloatArray, youngest: npt.NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
    """Return labels by delay, and those that took at most as long, among cohorts that are old enough to tell."""
    complete = (np.arange(delays.shape[-1]) < youngest[:, None]).astype(float)
    took = np.einsum("wzyk,wk->zyk", delays, complete)
    before = np.einsum("wzyk,wk->zyk", np.cumsum(delays, axis=-1), complete)
    return took, before


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.where(whole > 0, part / np.maximum(whole, 1e-300), 0.0)


def _from_hazard(hazard: FloatArray) -> FloatArray:
    """Return the share known by each age, from the share of each delay among those up to it."""
    survive = np.cumprod((1 - hazard)[..., ::-1], axis=-1)[..., ::-1]
    return np.asarray(survive)
