"""Numbers as people read them: enough digits, thousands apart, true minus signs."""

from __future__ import annotations

import math

#: What stands where there is no number.
NOTHING = "–"
MINUS = "−"


def number(value: float | None, unit: str = "") -> str:
    """Return a number with the digits that a reader needs.

    Parameters
    ----------
    value : float or None
    unit : str
        ``"share"`` prints as per cent; any other unit is left to the axis or the column's head.

    Examples
    --------
    >>> number(0.74123), number(28110), number(0.31249, "share"), number(-12.3456), number(None)
    ('0.741', '28,110', '31.2%', '−12.3', '–')
    >>> number(0.000012), number(123456789.5), number(0.0), number(float("inf"))
    ('1.2e−05', '123,456,790', '0', '∞')
    """
    if value is None or math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    text = f"{_plain(round(100 * value, 9), 1)}%" if unit == "share" else _plain(value, 3)
    return text.replace("-", MINUS)


def _plain(value: float, decimals: int) -> str:
    size = abs(value)
    if value == int(value) and size < 1e15:
        return f"{int(value):,}"
    if size >= 999.5:
        return f"{value:,.0f}"
    if size < 10**-decimals:
        return f"{value:.2g}"
    return f"{value:.{max(decimals - _before_the_point(float(f'{size:.3g}')), 0) if decimals > 1 else decimals}f}"


def _before_the_point(size: float) -> int:
    """Return how many digits stand before the point, 0 for numbers below 1."""
    return 0 if size < 1 else math.floor(math.log10(size)) + 1


def signed(value: float | None, unit: str = "") -> str:
    """Return a change, with its sign.

    Examples
    --------
    >>> signed(0.031), signed(-0.13, "share"), signed(0.0)
    ('+0.031', '−13%', '0')
    """
    text = number(value, unit)
    return f"+{text}" if value is not None and value > 0 else text


def interval(low: float | None, high: float | None, unit: str = "") -> str:
    """Return an interval, empty without one.

    Examples
    --------
    >>> interval(0.7331, 0.749), interval(None, None)
    ('0.733 … 0.749', '')
    """
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return ""
    return f"{number(low, unit)} … {number(high, unit)}"


def rounded(value: float) -> float | None:
    """Return a value for a chart's data: six digits, and None for what is not a number."""
    return float(f"{value:.6g}") if math.isfinite(value) else None
