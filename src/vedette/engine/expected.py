"""Harm before the labels come: how often the model is expected to be wrong, by what its scores have meant so far."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.engine.cube import TOTAL, Cube
from vedette.engine.outcomes import GROUPS, Losses, risk_of
from vedette.engine.streams import About, Followed, Past
from vedette.estimation.curve import fit_curves
from vedette.inference.wilson import wilson_interval
from vedette.layout import Layout
from vedette.summaries.base import State
from vedette.summaries.score_bins import ScoreBins
from vedette.values import Estimate

Floats = npt.NDArray[np.float64]
#: The metric an alarm is told by.
METRIC = "estimated_accuracy"


class Proxy(NamedTuple):
    """The error to expect of a row: the group of its score bin and predicted class, and the loss of each group.

    ``group`` has shape (bins, 2), `len(loss)` for rows without a score; ``loss`` lies in [0, 1] and rises.
    """

    group: npt.NDArray[np.intp]
    loss: Floats

    @classmethod
    def of(cls, state: State) -> Proxy | None:
        """Return the proxy that labelled rows of a reference show, None where there are none."""
        counts = state["counts"].sum(axis=0).astype(float)
        labelled = counts[..., :2]
        rate = fit_curves(labelled[..., 1].sum(axis=1)[None], labelled.sum(axis=(1, 2))[None]).rate[0]
        if not labelled.sum() or not np.isfinite(rate).all():
            return None
        wrong = np.stack((rate, 1 - rate), axis=1)[:-1]  # of rows predicted negative, and positive
        rows = counts[:-1].sum(axis=2)
        order = np.argsort(wrong, axis=None, kind="stable")
        mass = rows.ravel()[order]
        middle = (np.cumsum(mass) - mass / 2) / max(mass.sum(), 1e-12)
        place = np.minimum((middle * GROUPS).astype(int), GROUPS - 1)
        groups = np.cumsum(np.diff(place, prepend=place[0]) > 0)
        size = np.bincount(groups, mass)
        plain = np.bincount(groups, wrong.ravel()[order]) / np.bincount(groups)
        mean = np.where(
            size > 0, np.bincount(groups, mass * wrong.ravel()[order]) / np.maximum(size, 1e-12), plain
        )
        group = np.empty(wrong.size, np.intp)
        group[order] = groups
        none = np.full((1, 2), len(mean), np.intp)
        return cls(np.concatenate((group.reshape(wrong.shape), none)), np.clip(mean, 0.0, 1.0))

    def counts(self, state: State) -> Floats:
        """Return the rows in each group, labelled or not, shape (cells, groups)."""
        rows = state["counts"].sum(axis=3).astype(float).reshape(len(state), -1)
        member = np.eye(len(self.loss) + 1)[self.group.ravel(), :-1]
        return np.asarray(rows @ member)


def accuracy_of(state: State, level: float = 0.95) -> Estimate:
    """Return the accuracy that the labelled rows of score bins show."""
    table = state["counts"][..., :2].sum(axis=(0, 1)).astype(float)
    n = float(table.sum())
    if not n:
        return Estimate(None, reason="unlabelled")
    low, high = wilson_interval(np.trace(table), n, level)
    return Estimate(float(np.trace(table) / n), float(low), float(high), n)


def expected_streams(past: Past, cube: Cube, layout: Layout) -> Iterator[Followed]:
    """Yield the stream of the error to expect, where a binary model has scores and the reference labels.

    The null is "the mean of the proxy is at most the reference's and a tolerance". The proxy is a fixed function of
    score and predicted class, so the promise on false alarms needs no assumption. That an alarm is *harm* takes one:
    a score means what it meant. Where it has come to mean something else this is silent, and labels must tell.

    References
    ----------
    S. Amoukou, T. Bewley, S. Mishra, F. Lecue, D. Magazzeni, M. Veloso (2024), Sequential harmful shift detection
    without labels, arXiv:2412.12910.
    """
    if layout.task != "binary" or layout.label is None or layout.score is None:
        return
    spec = layout.score_bins()
    before = past.history.state(spec)
    if before is None or cube.state(spec) is None:
        return
    proxy = Proxy.of(before)
    if proxy is not None:
        yield _followed(proxy, spec, before, past)


def _followed(proxy: Proxy, spec: ScoreBins, before: State, past: Past) -> Followed:
    read = Losses(METRIC, spec, lambda state, _: proxy.counts(state), proxy.loss)
    stream, season = risk_of(proxy.counts(before), read, past)
    about = About("expected", metric=METRIC)
    return Followed(about, False, lambda cube: proxy.counts(cube.states[TOTAL, spec]), stream, season)
