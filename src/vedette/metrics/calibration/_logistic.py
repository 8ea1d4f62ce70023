"""Logistic recalibration of scores, fitted in many cells at once."""

from __future__ import annotations

import numpy as np

from vedette.inference.interval import FloatArray
from vedette.metrics.calibration.base import Scored

#: Newton steps: five reach the last digit when the fit exists.
_STEPS = 25
#: Scores are kept this far from 0 and 1, whose log odds are infinite.
_EDGE = 1e-12


def log_odds(scored: Scored) -> FloatArray:
    """Return the log odds of each bin's mean score, 0 in a bin without rows."""
    score = np.clip(np.where(scored.n > 0, scored.score, 0.5), _EDGE, 1 - _EDGE)
    return np.asarray(np.log(score) - np.log1p(-score))


def shift(scored: Scored) -> tuple[FloatArray, FloatArray]:
    """Return a and its standard error in ``log odds(y) = a + log odds(score)``, each (cells,); nan without a fit."""
    odds = log_odds(scored)
    shifted = np.zeros(len(odds))
    for _ in range(_STEPS):
        rate = _rate(odds + shifted[:, None])
        gradient = (scored.positives - scored.n * rate).sum(axis=1)
        information = (scored.n * rate * (1 - rate)).sum(axis=1)
        shifted = shifted + np.clip(gradient / information, -2, 2)
    fits = _both(scored) & (np.abs(gradient) <= 1e-6 * scored.n.sum(axis=1))
    return np.where(fits, shifted, np.nan), np.where(fits, 1 / np.sqrt(information), np.nan)


def line(scored: Scored) -> tuple[FloatArray, FloatArray]:
    """Return b and its standard error in ``log odds(y) = a + b log odds(score)``, each (cells,); nan without a fit."""
    odds = log_odds(scored)
    level, slope = np.zeros(len(odds)), np.ones(len(odds))
    for _ in range(_STEPS):
        rate = _rate(level[:, None] + slope[:, None] * odds)
        rest, weight = scored.positives - scored.n * rate, scored.n * rate * (1 - rate)
        g0, g1 = rest.sum(axis=1), (rest * odds).sum(axis=1)
        h0, h1, h2 = (np.asarray((weight * odds**power).sum(axis=1)) for power in (0, 1, 2))
        determinant = h0 * h2 - h1**2
        level = level + np.clip((h2 * g0 - h1 * g1) / determinant, -2, 2)
        slope = slope + np.clip((h0 * g1 - h1 * g0) / determinant, -2, 2)
    enough = 1e-6 * scored.n.sum(axis=1)
    fits = _both(scored) & (np.abs(g0) <= enough) & (np.abs(g1) <= enough) & (determinant > 1e-9 * h0 * h2)
    return np.where(fits, slope, np.nan), np.where(fits, np.sqrt(h0 / determinant), np.nan)


def _both(scored: Scored) -> FloatArray:
    """Tell where there are positives and negatives."""
    positives = scored.positives.sum(axis=1)
    return np.asarray((positives > 0) & (positives < scored.n.sum(axis=1)))


def _rate(odds: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-odds)))
