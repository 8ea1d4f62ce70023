"""The past as it was known then: what a nowcast would have said of windows whose labels are all in by now."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.late_labels.delay_law import DelayLaw
from vedette.late_labels.nowcast import USUAL, Promise, Strata, fitted_rates, to_come

#: Rows that the promise of the scores may count for, and common shifts that may be usual.
ROWS, SPREADS = (10.0, 30.0, 100.0, 300.0, 1000.0), (0.05, 0.1, 0.2, 0.4, 0.8)
#: Fewer windows with all labels tell nothing about the best of them.
LEAST = 5


def as_known_at(strata: Strata, delays: npt.ArrayLike, age: int) -> Strata:
    """Return windows whose labels are all in as they were when every row had passed `age` edges of delay.

    Parameters
    ----------
    strata : Strata
    delays : array_like of shape (windows, strata, 2, ages)
        Labels by class and delay bin.
    age : int

    Notes
    -----
    Which labels of a stratum were in is known from its delays; within it they are taken away evenly.
    """
    delays = np.asarray(delays, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        known = np.nan_to_num(delays[..., :age].sum(axis=3) / delays.sum(axis=3))
    labelled = strata.labelled * known[:, strata.stratum]
    waiting = strata.waiting + (strata.labelled - labelled).sum(axis=2)
    ages, rows = np.zeros_like(strata.ages), np.zeros_like(strata.rows)
    ages[..., age] = strata.summed(waiting)
    rows[..., age] = strata.rows.sum(axis=2)
    return strata._replace(labelled=labelled, waiting=waiting, ages=ages, rows=rows)


def ages_to_try(law: DelayLaw, most: int = 4) -> list[int]:
    """Return ages below the horizon at which the share of labels that are in differs, youngest first, 0 among them."""
    share = law.known.mean(axis=0)
    wanted = np.linspace(0, 1, most + 1)[:-1]
    found = {int(np.argmax(of_class >= w)) for of_class in share for w in wanted}
    last = int(np.argmax((share < 1).any(axis=0)[::-1]))
    return sorted({age for age in (*found, len(share[0]) - 1 - last) if age < law.horizon})


def best_promise(strata: Strata, delays: npt.ArrayLike, law: DelayLaw) -> Promise:
    """Return how far the promise of the scores should be trusted: what would have erred least so far.

    The error is that of the positives among each predicted class, over all ages; the usual promise where fewer than
    five windows have all their labels.

    Parameters
    ----------
    strata : Strata
        Of windows whose labels are all in.
    delays : array_like of shape (windows, strata, 2, ages)
    law : DelayLaw
    """
    if len(strata.rows) < LEAST:
        return USUAL
    side = np.eye(2)[np.arange(strata.rows.shape[1]) % 2]
    truth = strata.summed(strata.labelled[..., 1])
    choices = [Promise(rows, spread) for rows in ROWS for spread in SPREADS]
    errors = np.zeros(len(choices))
    for age in ages_to_try(law):
        past = as_known_at(strata, delays, age)
        totals = past.totals()
        for place, promise in enumerate(choices):
            rate = fitted_rates(totals, law, promise).rates.rate
            off = totals.labelled[..., 1] + to_come(rate, past.ages, law)[..., 1] - truth
            errors[place] += np.abs(off @ side).sum()
    return choices[int(np.argmin(errors))]
