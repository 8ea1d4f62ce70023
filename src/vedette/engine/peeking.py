"""Intervals of a period that grows: they hold at every look, not at one."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.engine.evaluate import Block
from vedette.sentences.sentence import Sentence
from vedette.values import Estimates, Note

Floats = npt.NDArray[np.float64]
#: Said wherever such intervals stand.
NOTE = Note.saying("interval.anytime", Sentence.of("note.anytime"))


def widening(n: npt.ArrayLike, n_star: npt.ArrayLike, level: float = 0.95) -> Floats:
    """Return how many times as wide as at one look an interval must be to hold at every look.

    The ratio of the asymptotic confidence sequence to the normal interval, both of the same standard error; smallest
    near `n_star` rows.

    Parameters
    ----------
    n : array_like
        Rows so far.
    n_star : array_like
        Rows at which it is to be tightest, known beforehand.
    level : float

    References
    ----------
    I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy, A. Ramdas (2024), Time-uniform central limit theory and
    asymptotic confidence sequences, doi:10.1214/24-AOS2408.

    Examples
    --------
    >>> widening([100, 1000, 100_000], 1000).round(2).tolist()
    [1.97, 1.55, 1.82]
    """
    from scipy.special import ndtri

    from vedette.inference.sequence import mean_sequence

    # Half-width of the sequence for a mean of 0 and variance 1, over that of the normal interval.
    rows = np.asarray(n, float)
    _, half = mean_sequence(rows, 0 * rows, rows, level, n_star)
    found: Floats = np.asarray(half) * np.sqrt(rows) / float(ndtri(0.5 + level / 2))
    return found


def at_every_look(block: Block, level: float = 0.95) -> Block:
    """Return a block over a whole period with intervals that hold while it grows.

    Each side of an interval is widened by the ratio of a confidence sequence to an interval of one look, tightest
    at the reference's number of rows, and kept in the metric's range. Distances from the reference, whose evidence is
    that of the alarms, and metrics of columns stay as they are.
    """
    metric = block.metric
    if metric.scope != "model" or metric.compares or block.reference is None:
        return block
    now = block.current
    places = np.arange(len(now)) % len(block.reference)
    wide = widening(now.n, np.maximum(block.reference.n[places], 1.0), level)
    wide = np.where(np.isfinite(wide), wide, 1.0)
    low = np.maximum(now.value - wide * (now.value - now.low), metric.range[0])
    high = np.minimum(now.value + wide * (now.high - now.value), metric.range[1])
    widened = Estimates(now.value, low, high, now.n, now.p, now.reason)
    return msgspec.structs.replace(block, current=widened)
