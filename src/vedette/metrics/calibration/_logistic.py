"""Logistic recalibration of scores, fitted in many cells at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray
from vedette.metrics.calibration.base import Scored

#: Newton steps at most, and the change below which they end; six do where the fit exists.
_STEPS, _ENOUGH = 25, 1e-9
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
        step = np.clip(gradient / information, -2, 2)
        shifted = shifted + step
        if not (np.abs(step) > _ENOUGH).any():
            break
    positives = scored.positives.sum(axis=1)
    fits = (positives > 0) & (positives < scored.n.sum(axis=1)) & np.isfinite(shifted)
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
        up = np.clip((h2 * g0 - h1 * g1) / determinant, -2, 2)
        steeper = np.clip((h0 * g1 - h1 * g0) / determinant, -2, 2)
        level, slope = level + up, slope + steeper
        if not ((np.abs(up) > _ENOUGH) | (np.abs(steeper) > _ENOUGH)).any():
            break
    fits = _overlap(scored, odds) & np.isfinite(slope)
    return np.where(fits, slope, np.nan), np.where(fits, np.sqrt(h0 / determinant), np.nan)


def _overlap(scored: Scored, odds: FloatArray) -> npt.NDArray[np.bool_]:
    """Tell where positives and negatives overlap on both sides: elsewhere the likelihood has no highest point."""
    (low, high), (other_low, other_high) = (
        (np.where(side > 0, odds, np.inf).min(axis=1), np.where(side > 0, odds, -np.inf).max(axis=1))
        for side in (scored.positives, scored.n - scored.positives)
    )
    return np.asarray((low < other_high) & (other_low < high))


def _rate(odds: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-odds)))
