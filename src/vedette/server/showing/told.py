"""What may be said of a metric in each window: by its labels, by a nowcast, or without labels; and what was first."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.late_labels.maturity import FINAL
from vedette.metrics.base import Metric
from vedette.server.evaluation.expecting import MATURITY, NOWCAST
from vedette.server.showing import numbers
from vedette.server.showing.spans import Period
from vedette.store.database import Transaction
from vedette.store.series import Series
from vedette.values import REASONS, Estimates, Floats

#: What an estimate is kept as.
FIELDS = ("value", "low", "high", "n", "p", "reason")
#: Estimates without labels are metrics of their own, named after what they estimate.
ESTIMATED = "estimated_"
_UNLABELLED, _UNCOVERED, _IMMATURE = map(REASONS.index, ("unlabelled", "not covered", "immature"))
Mask = npt.NDArray[np.bool_]


class Told(msgspec.Struct, frozen=True):
    """A metric over the windows of a period.

    Attributes
    ----------
    estimates : Estimates of shape (w,)
    estimated : ndarray of shape (w,), bool
        No label is in: estimated from scores.
    waiting : ndarray of shape (w,), bool
        Labels are still to come.
    by : {"nowcast", "so_far"}
        What is shown of those.
    maturity : ndarray of shape (w,)
        Share of the labels that must be in; nan where nobody looked, and it counts as settled.
    labelled : ndarray of shape (w,)
        Share of the rows that have a label.
    first : ndarray of shape (w,)
        The value as it was known when the window closed, nan where it stands.
    """

    estimates: Estimates
    estimated: Mask
    waiting: Mask
    by: Literal["nowcast", "so_far"]
    maturity: Floats
    labelled: Floats
    first: Floats

    @property
    def settled(self) -> Mask:
        """Windows whose value is that of their labels, shape (w,)."""
        return (self.estimates.reason < 0) & ~self.estimated & ~self.waiting

    def among_settled(self) -> Estimates:
        """Return the estimates of the settled windows alone."""
        return _where(self.settled, self.estimates, Estimates.none(self.estimates.n, "immature"))

    def last(self) -> int | None:
        """Return the newest window with a value."""
        there = np.flatnonzero(self.estimates.reason < 0)
        return int(there[-1]) if len(there) else None

    def on(self, starts: npt.NDArray[np.int64], period: Period) -> Told:
        """Return it on windows of the period by their beginnings."""
        at = np.searchsorted(period.starts, starts)
        arrays = {
            name: value[at]
            for name in self.__struct_fields__
            if isinstance(value := getattr(self, name), np.ndarray)
        }
        estimates = {name: getattr(self.estimates, name)[at] for name in Estimates.__struct_fields__}
        return msgspec.structs.replace(self, **arrays, estimates=Estimates(**estimates))

    def how(self, window: int) -> str:
        """Return what the value of a window rests on: "settled", "nowcast", "so_far", "estimated"; "" without one."""
        if self.estimates.reason[window] >= 0:
            return ""
        if self.estimated[window]:
            return "estimated"
        return self.by if self.waiting[window] else "settled"


def told_of(tx: Transaction, period: Period, metric: Metric) -> Told:
    """Return what the store says of a metric of the whole model over a period."""
    keys = (metric.key, ESTIMATED + metric.key, NOWCAST + metric.key, MATURITY)
    read = numbers.read(tx, period.model, period.version, keys, period.start, fields=(*FIELDS, "first"))
    real, guess, cast, share = (read.get(key) for key in keys)
    labelled = np.array([w.labelled for w in period.windows], float)
    waits = bool(getattr(metric, "needs_label", False))
    maturity = _on(share, period, "value") if waits else np.full(len(labelled), np.nan)
    return chosen(
        real=estimates_on(real, period),
        guess=estimates_on(guess, period),
        cast=estimates_on(cast, period) if cast is not None else None,
        maturity=maturity,
        labelled=labelled,
        rows=np.array([w.rows for w in period.windows], float),
        firsts=[_on(found, period, "first") for found in (cast, real, guess)],
    )


def settled(tx: Transaction, period: Period) -> npt.NDArray[np.bool_]:
    """Return which windows of a period have their labels, shape (w,): so do those at which nobody looked."""
    read = numbers.read(tx, period.model, period.version, [MATURITY], period.start)
    return np.asarray(np.nan_to_num(_on(read.get(MATURITY), period, "value"), nan=1.0) >= FINAL)


def chosen(
    *,
    real: Estimates,
    guess: Estimates,
    cast: Estimates | None,
    maturity: Floats,
    labelled: Floats,
    rows: Floats,
    firsts: list[Floats],
) -> Told:
    """Return what is said of each window: half of the labels are not half of the truth.

    Parameters
    ----------
    real, guess : Estimates of shape (w,)
        By the labels that are in, and without any.
    cast : Estimates of shape (w,), optional
        Nowcasts; None where none are made of this model.
    maturity : ndarray of shape (w,)
    labelled, rows : ndarray of shape (w,)
        Rows with a label, and all.
    firsts : list of ndarray of shape (w,)
        What was known first by nowcast, labels and estimate: the first of them that is there was shown.
    """
    unlabelled = labelled == 0
    young = np.nan_to_num(maturity, nan=1.0) < FINAL
    blind = guess.reason == _UNCOVERED
    guessed = (unlabelled | (real.reason == _UNLABELLED)) & ((guess.reason < 0) | blind)
    waiting = young & ~guessed
    shown = real
    if cast is not None:
        cast_here = waiting & (unlabelled | (cast.reason < 0) | (cast.reason == _IMMATURE))
        shown = _where(cast_here, cast, shown)
    shown = _where(guessed, guess, shown)
    # Of windows that are not settled the number of labels says little: it is of all rows that something is said.
    shown = msgspec.structs.replace(shown, n=np.where(guessed | waiting, rows, shown.n))
    there = shown.reason < 0
    first = firsts[0]
    for other in firsts[1:]:
        first = np.where(np.isnan(first), other, first)
    same = np.isclose(first, shown.value, rtol=1e-9, atol=0) | ~there
    return Told(
        shown,
        guessed & there,
        waiting & there,
        "so_far" if cast is None else "nowcast",
        maturity,
        labelled / np.maximum(rows, 1.0),
        np.where(same, np.nan, first),
    )


def estimates_on(found: Series | None, period: Period, column: str = "", value: str = "") -> Estimates:
    """Return one place of a series on the windows of the period; a window it lacks has no evidence."""
    count = len(period.windows)
    nothing = Estimates.none(np.zeros(count), "insufficient")
    if found is None or (column, value) not in found.places or not count:
        return nothing
    place, rows, kept = _places(found, period, column, value)
    made = {name: np.array(getattr(nothing, name)) for name in FIELDS}
    for name in FIELDS:
        made[name][rows] = found.fields[name][kept, place]
    made["reason"] = np.where(
        np.isnan(made["value"]) & (made["reason"] < 0), REASONS.index("insufficient"), made["reason"]
    )
    return msgspec.structs.replace(nothing, **{**made, "reason": made["reason"].astype(np.int8)})


def _on(found: Series | None, period: Period, field: str) -> Floats:
    """Return a field of the whole model on the windows of the period, nan where there is none, shape (w,)."""
    made = np.full(len(period.windows), np.nan)
    if found is not None and ("", "") in found.places and len(made):
        place, rows, kept = _places(found, period, "", "")
        made[rows] = found.fields[field][kept, place]
    return made


def _places(found: Series, period: Period, column: str, value: str) -> tuple[int, npt.NDArray[np.intp], Mask]:
    rows = np.searchsorted(period.starts, found.windows)
    kept = (rows < len(period.windows)) & np.isin(found.windows, period.starts)
    return found.places.index((column, value)), rows[kept], kept


def _where(chosen_: Mask, here: Estimates, elsewhere: Estimates) -> Estimates:
    arrays = ((getattr(here, f), getattr(elsewhere, f)) for f in Estimates.__struct_fields__)
    return Estimates(*(np.where(chosen_, one, other) for one, other in arrays))
