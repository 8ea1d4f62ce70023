"""F-scores of every class and their averages."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from vedette.inference.fbeta import f_beta_interval
from vedette.inference.interval import FloatArray
from vedette.inference.wilson import wilson_interval
from vedette.metrics.base import over
from vedette.metrics.classification._tables import Averaged, Rates, Table


class FScore(Averaged, frozen=True, kw_only=True):
    """Weighted harmonic mean of precision and recall; a subclass says how recall weighs."""

    @property
    @abstractmethod
    def recall_weight(self) -> float:
        """Weight of recall against precision, squared."""

    def each(self, t: Table, level: float) -> Rates:
        """Return the F-score of every class."""
        return self._score(t.tp, t.fp, t.fn, level)

    def micro(self, t: Table, level: float) -> Rates:
        """Return the F-score of all classes' counts; with one class a row it is the accuracy."""
        tp = t.tp.sum(axis=1)
        if t.joint is None:
            return self._score(tp, t.fp.sum(axis=1), t.fn.sum(axis=1), level)
        return Rates(over(tp, t.n), *wilson_interval(tp, t.n, level), t.n)

    def shared(self, t: Table) -> FloatArray | None:
        """Return the correlation of the classes' F-scores: a row of a taken for b is an error of both."""
        if t.joint is None:
            return None
        b2 = self.recall_weight
        score = self._value(t.tp, t.fp, t.fn)
        pull = score / ((1 + b2) * t.tp + t.fp + b2 * t.fn)  # of one error that counts once
        own = t.tp * ((1 + b2) * (1 - score) * pull / score) ** 2 + (t.fp + b2**2 * t.fn) * pull**2
        pairs = b2 * (t.joint + t.joint.swapaxes(1, 2)) * pull[:, :, None] * pull[:, None, :]
        correlation = pairs / np.sqrt(own[:, :, None] * own[:, None, :])
        correlation = np.where(np.isfinite(correlation), np.minimum(correlation, 1), 0.0)
        correlation[:, np.eye(t.tp.shape[1], dtype=bool)] = 1.0
        return np.asarray(correlation)

    def _score(self, tp: FloatArray, fp: FloatArray, fn: FloatArray, level: float) -> Rates:
        low, high = f_beta_interval(tp, fp, fn, float(np.sqrt(self.recall_weight)), level)
        return Rates(self._value(tp, fp, fn), low, high, tp + fp + fn)

    def _value(self, tp: FloatArray, fp: FloatArray, fn: FloatArray) -> FloatArray:
        hits = (1 + self.recall_weight) * tp
        return np.asarray(over(hits, hits + fp + self.recall_weight * fn))
