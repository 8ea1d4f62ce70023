"""Corrections for asking many questions at once; nan means "not asked" and is not counted."""

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray


def holm(p: npt.ArrayLike) -> FloatArray:
    """Holm's adjusted p-values.

    Answers "which of these tests stand if not even one false alarm among them is wanted?": alarms at
    adjusted p <= α have a false one with probability at most α, under any dependence. It misleads when the
    list was chosen after looking.

    Parameters
    ----------
    p : array_like of shape (..., M)
        P-values of one family on the last axis.

    Returns
    -------
    array of shape (..., M)
        Adjusted p-values within [0, 1]; nan where `p` is nan.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics
    6, 65-70.

    Examples
    --------
    >>> holm([0.01, 0.04, np.nan, 0.03]).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    p = np.asarray(p, dtype=np.float64)
    order = np.argsort(p, axis=-1)
    steps = np.take_along_axis(p, order, axis=-1) * (_asked(p) - np.arange(p.shape[-1]))
    return _restore(np.maximum.accumulate(steps, axis=-1), order)


def benjamini_hochberg(p: npt.ArrayLike) -> FloatArray:
    """Benjamini and Hochberg's adjusted p-values.

    Answers "which of these tests stand if a small share of false ones among the alarms is fine?": alarms at
    adjusted p <= α have at most a share α of false ones on average, for independent or positively dependent
    tests. For tests of unknown dependence use e-values and `e_bh`.

    Parameters
    ----------
    p : array_like of shape (..., M)
        P-values of one family on the last axis.

    Returns
    -------
    array of shape (..., M)
        Adjusted p-values within [0, 1]; nan where `p` is nan.

    References
    ----------
    Benjamini, Hochberg (1995), Controlling the false discovery rate. doi:10.1111/j.2517-6161.1995.tb02031.x

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, np.nan, 0.03]).tolist()
    [0.03, 0.04, nan, 0.04]
    """
    p = np.asarray(p, dtype=np.float64)
    order = np.argsort(p, axis=-1)
    steps = np.take_along_axis(p, order, axis=-1) * _asked(p) / np.arange(1, p.shape[-1] + 1)
    # nan sorts last, so the running minimum from the right starts on it: fmin steps over.
    smallest = np.fmin.accumulate(steps[..., ::-1], axis=-1)[..., ::-1]
    return _restore(np.where(np.isnan(steps), np.nan, smallest), order)


def e_bh(e: npt.ArrayLike, level: float) -> npt.NDArray[np.bool_]:
    """Discoveries among e-values at a false discovery rate, under any dependence.

    Answers "which of these columns, segments or metrics really changed?" when their evidence is e-values,
    whatever the dependence between them.

    Parameters
    ----------
    e : array_like of shape (..., M)
        E-values of one family on the last axis, at least 0.
    level : float
        False discovery rate, such as 0.05. (Everywhere else in this package `level` is a confidence.)

    Returns
    -------
    bool array of shape (..., M)
        True for discoveries; false where `e` is nan.

    Raises
    ------
    ValueError
        When `level` is not in (0, 0.5]: a confidence was passed in its place.

    References
    ----------
    Wang, Ramdas (2022), False discovery rate control with e-values. doi:10.1111/rssb.12489

    Examples
    --------
    >>> e_bh([90.0, 35.0, 1.0, np.nan], level=0.05).tolist()
    [True, True, False, False]
    """
    if not 0 < level <= 0.5:
        raise ValueError(
            f"level={level!r}. e_bh takes a false discovery rate in (0, 0.5]. Pass 0.05 for 5 %."
        )
    e = np.asarray(e, dtype=np.float64)
    order = np.argsort(-e, axis=-1)
    enough = np.take_along_axis(e, order, axis=-1) >= _asked(e) / (level * np.arange(1, e.shape[-1] + 1))
    # Everything ranked before the last e-value that is large enough is a discovery.
    found = np.logical_or.accumulate(enough[..., ::-1], axis=-1)[..., ::-1]
    mask = np.zeros(e.shape, dtype=np.bool_)
    np.put_along_axis(mask, order, found, axis=-1)
    return mask


def _asked(values: FloatArray) -> npt.NDArray[np.intp]:
    """Number of questions in each family."""
    return np.asarray((~np.isnan(values)).sum(axis=-1, keepdims=True))


def _restore(ordered: FloatArray, order: npt.NDArray[np.intp]) -> FloatArray:
    """Values cut at 1 and put back in the order they came in."""
    adjusted = np.empty_like(ordered)
    np.put_along_axis(adjusted, order, np.minimum(ordered, 1), axis=-1)
    return adjusted
