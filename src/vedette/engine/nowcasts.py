"""Performance of windows whose labels are not all in: the metrics that read labels, on the labels to expect."""

from __future__ import annotations

import functools
from collections import OrderedDict
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.engine.cube import TOTAL, Cube
from vedette.errors import ConfigError
from vedette.estimation.curve import fit_curves
from vedette.inference.interval import normal_quantile
from vedette.late_labels.bounds import worst_and_best
from vedette.late_labels.delay_law import DelayLaw, fit_law, never_labelled, unknown_law
from vedette.late_labels.maturity import Stage, maturity, stages
from vedette.late_labels.nowcast import (
    Outcome,
    Promise,
    Strata,
    drawn_labels,
    expected_labels,
    fitted_rates,
)
from vedette.late_labels.replay import LEAST, ages_to_try, as_known_at, best_promise
from vedette.layout import Layout
from vedette.metrics.base import Metric
from vedette.sentences.sentence import Sentence
from vedette.summaries.base import State, Summary
from vedette.summaries.confusion import Confusion
from vedette.summaries.label_delays import ALL, WAITING, LabelDelays
from vedette.summaries.score_bins import ScoreBins
from vedette.values import Estimates, Floats, Note, Window, counted

#: Metrics that read the counts of score bins and not their sums.
RANKING = ("roc_auc", "gini", "average_precision", "ks_score")
#: Draws of the labels that are out; past windows that are replayed; windows whose draws are held for the next metric.
DRAWS, REPLAYED, HELD = 200, 24, 32


class PastError(NamedTuple):
    """How far nowcasts of windows whose labels are in by now were off, at one age of all rows.

    ``age`` is in microseconds, ``maturity`` the share of labels that were in; ``mean`` and ``root_mean_square`` are of
    the nowcast's error, ``labelled_only`` the mean error of the labels that were in, taken for all (nan where there
    were none); ``windows`` how many were replayed.
    """

    age: int
    maturity: float
    mean: float
    root_mean_square: float
    labelled_only: float
    windows: int


class Nowcast(msgspec.Struct, frozen=True, kw_only=True):
    """A metric over the windows, as its labels will show it.

    Attributes
    ----------
    windows : list of Window
    estimates : Estimates of shape (w,)
        Of a window whose labels are all in this is the labelled metric. The interval holds the performance, uncertain
        by the labels that are out *and* by the number of rows.
    low, high : ndarray of shape (w,)
        What the number itself may still become: no width once all labels are in.
    worst, best : ndarray of shape (w,)
        The metric were all labels that are out against the model, or for it (Manski); nan for rankings.
    maturity : ndarray of shape (w,)
        Share of the labels to come that must be in by now.
    stages : list of str
        "pending" (below 20 %), "provisional", "final" (from 95 %).
    past : list of PastError
        By age, youngest first; empty where no window has all its labels.
    """

    windows: list[Window]
    estimates: Estimates
    low: Floats
    high: Floats
    worst: Floats
    best: Floats
    maturity: Floats
    stages: list[Stage]
    past: list[PastError]

    @property
    def estimated(self) -> npt.NDArray[np.bool_]:
        """Where the value rests on labels that are not in, shape (w,)."""
        return np.asarray(self.high > self.low)


class Replayed(NamedTuple):
    """What windows whose labels are in taught: how far to trust the scores, and how far off nowcasts were."""

    windows: list[Window]
    promise: Promise
    errors: dict[Metric, list[PastError]]


class _Drawn(NamedTuple):
    """Labels of a window to expect, and draws of them."""

    strata: Strata
    outcome: Outcome
    draws: Outcome


class Nowcasts:
    """Nowcasts of one run.

    Parameters
    ----------
    cube, reference : Cube
        Windows with the delays of their labels, and the labelled reference.
    layout : Layout
    spec : LabelDelays
    declared : int
        How long labels may take, microseconds; 0 where nobody said.
    level : float
    before : Replayed, optional
        Of an earlier look at the same model: it serves again while no more windows have matured.

    Attributes
    ----------
    law : DelayLaw
    maturity : ndarray of shape (w,)
    stages : list of str
    """

    def __init__(
        self,
        cube: Cube,
        reference: Cube,
        layout: Layout,
        spec: LabelDelays,
        declared: int = 0,
        level: float = 0.95,
        before: Replayed | None = None,
    ) -> None:
        self.cube, self.layout, self.spec, self.level = cube, layout, spec, level
        self.declared, self._found = declared, dict[Metric, Nowcast]()
        self._drawn: OrderedDict[int, _Drawn] = OrderedDict()
        counts = cube.states[TOTAL, spec]["counts"].astype(float)
        self._delays, self._waiting, self._rows = counts[:, :, :2], counts[:, :, WAITING], counts[:, :, ALL]
        self.law = self._law()
        self.strata = self._strata(reference)
        by_law = maturity(self._rows, self.strata.prior, self.law)
        self.maturity = np.fmax(by_law, self._labelled_share())
        self.stages: list[Stage] = stages(self.maturity)
        young = self._rows[..., : self.law.horizon].sum(axis=(1, 2)) > 0
        self._open = np.flatnonzero(young & (self.strata.waiting.sum(axis=1) > 0))
        labelled = self.strata.labelled.sum(axis=(1, 2)) > 0
        self._matured = np.flatnonzero(~young & labelled)[-REPLAYED:]
        self._pasts: dict[Metric, list[PastError]] = {}
        if before is not None and before.windows == self._past_windows:
            self.promise, self._pasts = before.promise, before.errors

    @property
    def replayed(self) -> Replayed | None:
        """What the windows whose labels are in taught, for the next look; None where nothing had to be learnt."""
        return Replayed(self._past_windows, self.promise, self._pasts) if len(self._open) else None

    @property
    def _past_windows(self) -> list[Window]:
        return [self.cube.windows[i] for i in self._matured]

    @property
    def mature(self) -> npt.NDArray[np.bool_]:
        """Which windows have at least 95 % of the labels to come, shape (w,)."""
        return np.array([stage == "final" for stage in self.stages])

    def notes(self) -> list[Note]:
        """Return what the reader must know: windows without a say in performance, a delay law not seen to its end."""
        young = int((~self.mature).sum())
        found = [counted("labels.immature", young, Sentence.of("note.labels_immature"))]
        if not self.law.settled and self.spec.label_time is not None:
            found.append(Note.saying("labels.unsettled", Sentence.of("note.labels_unsettled")))
        return [note for note in found if note.count != 0]

    @functools.cached_property
    def promise(self) -> Promise:
        """How far the promise of the scores is trusted against early labels, by what would have erred least so far."""
        return best_promise(self.strata.at(self._matured), self._delays[self._matured], self.law)

    @functools.cached_property
    def _replayed(self) -> list[tuple[int, Strata, Outcome]]:
        """Ages, windows whose labels are in as they were at that age, and what was then expected."""
        strata, delays, found = self.strata.at(self._matured), self._delays[self._matured], []
        for age in ages_to_try(self.law):
            past = as_known_at(strata, delays, age)
            rates = fitted_rates(past.totals(), self.law, self.promise).rates
            found.append((age, past, expected_labels(past, self.law, rates.rate)))
        return found

    def of(self, metric: Metric) -> Nowcast:
        """Return the nowcast of a metric, computed once.

        Raises
        ------
        ConfigError
            A metric that reads other than counts of scores, predictions and labels (``nowcast.not-defined``).
        """
        if metric not in self._found:
            self._found[metric] = self._made(metric, self._needs(metric))
        return self._found[metric]

    def _made(self, metric: Metric, needs: dict[str, Summary]) -> Nowcast:
        known = {name: self.cube.states[TOTAL, spec] for name, spec in needs.items()}
        found = metric.compute(known, None, self.level)
        value, low, high = (np.array(a) for a in (found.value, found.low, found.high))
        reason = np.array(found.reason)
        sure_low, sure_high = value.copy(), value.copy()
        if metric not in self._pasts:
            self._pasts[metric] = self._past(metric, needs)
        past = self._pasts[metric]
        for i in self._open:
            one = np.asarray([i])
            now, ends = self._of_window(metric, needs, one)
            low_gap, high_gap = self._gaps(now, ends, past, float(self.maturity[i]))
            value[i], sure_low[i], sure_high[i] = (
                now.value[0],
                now.value[0] - low_gap,
                now.value[0] + high_gap,
            )
            low[i] = now.value[0] - np.hypot(low_gap, np.nan_to_num(now.value[0] - now.low[0]))
            high[i] = now.value[0] + np.hypot(high_gap, np.nan_to_num(now.high[0] - now.value[0]))
            reason[i] = now.reason[0]
        least, most = metric.range
        arrays = (np.clip(a, least, most) for a in (low, high, sure_low, sure_high))
        low, high, sure_low, sure_high = arrays
        worst, best = self._bounds(metric, needs)
        return Nowcast(
            windows=self.cube.windows,
            estimates=Estimates(value, low, high, found.n, np.full(len(value), np.nan), reason),
            low=sure_low,
            high=sure_high,
            worst=worst,
            best=best,
            maturity=self.maturity,
            stages=self.stages,
            past=past,
        )

    def _labelled_share(self) -> Floats:
        """Return the share of rows with a label: where it is higher than the law says, the law is behind."""
        labelled = self.strata.labelled.sum(axis=(1, 2))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(labelled / (labelled + self.strata.waiting.sum(axis=1)))

    def _law(self) -> DelayLaw:
        """Return the law that cohorts show, and where it is not settled yet the declared end alone."""
        edges, declared = self.spec.edges, self.declared
        if self.spec.label_time is not None:
            law = fit_law(self._delays, self._waiting, self._rows, edges, declared)
            if law.settled:
                return law
        end = edges.index(declared) + 1 if declared in edges else len(edges) + 1
        never = never_labelled(self._waiting, self._rows, end)
        return unknown_law(self.spec.strata, len(edges) + 1, end, never)

    def _strata(self, reference: Cube) -> Strata:
        spec = self.spec.score
        then, now = reference.states[TOTAL, spec]["counts"], self.cube.states[TOTAL, spec]["counts"]
        rate = fit_curves(then[..., 1].sum(axis=2), then[..., :2].sum(axis=(2, 3))).rate[0]
        flat = now.reshape(len(now), -1, 3).astype(float)
        stratum = (2 * self.spec.bins_of()[:, None] + np.arange(2)).ravel()
        promise = np.repeat(rate, 2)
        return Strata(flat[..., :2], flat[..., 2], self._waiting, self._rows, promise, stratum)

    def defined(self, metric: Metric) -> bool:
        """Tell whether a metric of labels reads nothing but counts of scores, predictions and labels."""
        if metric.compares or not getattr(metric, "needs_label", False):
            return False
        needs = metric.needs(self.layout).values()
        return all(
            isinstance(s, Confusion) or (s == self.spec.score and metric.name in RANKING) for s in needs
        )

    def _needs(self, metric: Metric) -> dict[str, Summary]:
        if not self.defined(metric):
            raise ConfigError(
                f"{metric.name} has no nowcast",
                f"Metrics of predicted against true class, and {', '.join(RANKING)}",
                "Wait for the labels, or ask for one of these",
                code="nowcast.not-defined",
            )
        return metric.needs(self.layout)

    def _of_window(
        self, metric: Metric, needs: dict[str, Summary], one: npt.NDArray[np.intp]
    ) -> tuple[Estimates, tuple[float, float]]:
        """Return the estimate of one window by its expected labels, and the ends of what the labels may show."""
        strata, outcome, draws = self._draws_of(int(one[0]))
        now = metric.compute(self._states(needs, strata, outcome, one), None, self.level)
        many = np.repeat(one, DRAWS)
        drawn = metric.compute(self._states(needs, strata.at(np.zeros(DRAWS, np.intp)), draws, many)).value
        drawn = drawn[np.isfinite(drawn)]
        if not len(drawn):
            return now, (float("nan"), float("nan"))
        ends = np.quantile(drawn, [(1 - self.level) / 2, (1 + self.level) / 2])
        return now, (float(ends[0]), float(ends[1]))

    def _draws_of(self, window: int) -> _Drawn:
        """Return the labels of a window to expect, and draws of them: the same for every metric."""
        if window not in self._drawn:
            strata = self.strata.at(np.asarray([window]))
            fitted = fitted_rates(strata.totals(), self.law, self.promise)
            outcome = expected_labels(strata, self.law, fitted.rates.rate)
            draws = Outcome(*drawn_labels(strata, fitted, outcome, DRAWS, seed=window))
            self._drawn[window] = _Drawn(strata, outcome, draws)
            if len(self._drawn) > HELD:
                self._drawn.popitem(last=False)
        return self._drawn[window]

    def _gaps(
        self, now: Estimates, ends: tuple[float, float], past: list[PastError], share: float
    ) -> tuple[float, float]:
        """Return the distances from the value to both ends: by the draws, and at least what the past calls for."""
        least = 0.0
        if past and past[0].windows >= LEAST:
            errors = [one.root_mean_square for one in past]
            least = normal_quantile(self.level) * float(
                np.interp(share, [one.maturity for one in past], errors)
            )
        value = float(now.value[0])
        return max(value - ends[0], least, 0.0), max(ends[1] - value, least, 0.0)

    def _states(
        self, needs: dict[str, Summary], strata: Strata, outcome: Outcome, windows: npt.NDArray[np.intp]
    ) -> dict[str, State]:
        """Return states whose labels are those that are in and those to expect."""
        labels = strata.labelled + np.stack((outcome.negative, outcome.positive), axis=2)
        left = strata.labelled.sum(axis=2) + strata.waiting - labels.sum(axis=2)
        full = np.concatenate((labels, np.maximum(left, 0)[..., None]), axis=2).reshape(len(labels), -1, 2, 3)
        made: dict[str, State] = {}
        for name, spec in needs.items():
            if isinstance(spec, ScoreBins):
                made[name] = State(spec, {**spec.empty(len(full)).arrays, "counts": full})
            else:
                counts = self.cube.states[TOTAL, spec]["counts"][windows].astype(float)
                counts[:, :2, :3] = full.sum(axis=1)
                made[name] = State(spec, {"counts": counts})
        return made

    def _bounds(self, metric: Metric, needs: dict[str, Summary]) -> tuple[Floats, Floats]:
        size = len(self.cube.windows)
        if not all(isinstance(spec, Confusion) for spec in needs.values()):
            return np.full(size, np.nan), np.full(size, np.nan)
        ends = []
        spec = next(iter(needs.values()))
        known = self.cube.states[TOTAL, spec]["counts"].astype(float)
        for tables in worst_and_best(known[:, :2, :2], known[:, :2, 2]):
            counts = known.copy()
            counts[:, :2, :2], counts[:, :2, 2] = tables, 0.0
            ends.append(metric.compute({name: State(spec, {"counts": counts}) for name in needs}).value)
        return np.fmin(*ends), np.fmax(*ends)

    def _past(self, metric: Metric, needs: dict[str, Summary]) -> list[PastError]:
        """Return the errors of past nowcasts by age."""
        windows = self._matured
        if not len(windows):
            return []
        strata = self.strata.at(windows)
        nothing = Outcome(np.zeros_like(strata.waiting), np.zeros_like(strata.waiting))
        truth = metric.compute(self._states(needs, strata, nothing, windows)).value
        found = []
        for age, past, outcome in self._replayed:
            off = metric.compute(self._states(needs, past, outcome, windows)).value - truth
            naive = metric.compute(self._states(needs, past, nothing, windows)).value - truth
            share = float(np.nanmean(maturity(past.rows, past.prior, self.law)))
            told = np.abs(naive[np.isfinite(naive)])
            off = off[np.isfinite(off)]
            if len(off):
                mean, square = float(np.abs(off).mean()), float(np.sqrt((off**2).mean()))
                micros = 0 if age == 0 else self.spec.edges[age - 1]
                lone = float(told.mean()) if len(told) else float("nan")
                found.append(PastError(micros, share, mean, square, lone, len(off)))
        return found
