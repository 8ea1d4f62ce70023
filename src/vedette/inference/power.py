"""Sample sizes: how many rows, or windows, until a change of a rate is seen."""

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray, floats, normal_quantile


def rows_needed(
    baseline: npt.ArrayLike,
    drop: npt.ArrayLike,
    level: float = 0.95,
    power: float = 0.8,
    *,
    n_ref: npt.ArrayLike = np.inf,
) -> FloatArray:
    """Rows until a fall of a proportion is seen by a two-sided test.

    Answers "how much data before a drop of this size shows?". It misleads when one tests again after
    every row (a confidence sequence needs two to three times as many), and when rows are dependent.

    ``1/n = (h / (z_level + z_power))² - 1/n_ref``, ``h = 2 |asin √baseline - asin √(baseline - drop)|``

    Parameters
    ----------
    baseline : array_like
        Rate before the change, within [0, 1].
    drop : array_like
        Fall in the same unit (0.02: two points); negative for a rise.
    level : float, default 0.95
        Confidence of the two-sided test.
    power : float, default 0.8
        Wanted probability of seeing the change.
    n_ref : array_like, default inf
        Rows behind the baseline; infinite when it is known exactly.

    Returns
    -------
    array of the broadcast shape
        Whole rows *of the rate's denominator* (positives for recall, predicted positives for precision).
        Infinite when `drop` is 0 or when the baseline is too uncertain for any number of rows to do.
        Undefined (nan) when a rate is outside [0, 1].

    Raises
    ------
    ValueError
        When `level` or `power` is not strictly between 0 and 1.

    References
    ----------
    Cohen (1988), Statistical power analysis for the behavioral sciences, chapter 6. doi:10.4324/9780203771587

    Examples
    --------
    >>> rows_needed(0.9, [0.02, 0.05, 0.2]).tolist()
    [1918.0, 341.0, 30.0]
    >>> rows_needed(0.9, 0.02, n_ref=[1000, 10000]).tolist()
    [inf, 2373.0]
    """
    from scipy.special import ndtri

    if not 0 < power < 1:
        raise ValueError(f"power={power!r}. Power lies strictly between 0 and 1. Pass 0.8 for 80 %.")
    reach = normal_quantile(level) + ndtri(power)
    baseline, drop, n_ref = floats(baseline, drop, n_ref)
    with np.errstate(all="ignore"):
        after = baseline - drop
        possible = (np.abs(baseline - 0.5) <= 0.5) & (np.abs(after - 0.5) <= 0.5)
        effect = 2 * np.abs(np.arcsin(np.sqrt(baseline)) - np.arcsin(np.sqrt(after)))
        room = (effect / reach) ** 2 - 1 / n_ref
        rows = np.where(room > 0, np.ceil(1 / room), np.inf)
    return np.where(possible, rows, np.nan)


def detectable_windows(
    baseline: npt.ArrayLike,
    drop: npt.ArrayLike,
    per_window: npt.ArrayLike,
    level: float = 0.95,
    power: float = 0.8,
    *,
    n_ref: npt.ArrayLike = np.inf,
) -> FloatArray:
    """Windows until a fall of a proportion is seen by a two-sided test.

    Answers "with 800 positives a day, after how many days is a drop of 2 points in recall seen?", and so
    how long a window should be. It misleads where `rows_needed` does.

    Parameters
    ----------
    baseline, drop : array_like
        Rate before the change and its fall, in the same unit.
    per_window : array_like
        Rows of the rate's denominator in one window.
    level, power, n_ref
        As for `rows_needed`.

    Returns
    -------
    array of the broadcast shape
        Whole windows; infinite or nan as for `rows_needed`, infinite for empty windows.

    References
    ----------
    Cohen (1988), chapter 6. doi:10.4324/9780203771587

    Examples
    --------
    >>> detectable_windows(0.9, 0.02, per_window=[800, 100]).tolist()
    [3.0, 20.0]
    """
    rows, per_window = floats(rows_needed(baseline, drop, level, power, n_ref=n_ref), per_window)
    with np.errstate(all="ignore"):
        windows = np.ceil(rows / per_window)
    return np.where(per_window > 0, windows, np.where(np.isnan(rows), np.nan, np.inf))
