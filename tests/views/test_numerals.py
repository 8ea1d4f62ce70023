"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from vedette.numerals import interval, number, rounded, signed


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.5, "", "0.500"),
        (1.2345, "", "1.23"),
        (12.345, "", "12.3"),
        (123.45, "", "123"),
        (9.9996, "", "10.0"),
        (0.9996, "", "1.00"),
        (999.7, "", "1,000"),
        (-0.0004, "", "−0.0004"),
        (1e20, "", "100,000,000,000,000,000,000"),
        (0.3, "share", "30%"),
        (0.0004, "share", "0.04%"),
        (1.0, "share", "100%"),
        (-0.0, "", "0"),
        (math.nan, "", "–"),
        (-math.inf, "share", "−∞"),
    ],
)
def test_number(value, unit, shown):
    assert number(value, unit) == shown


def test_change_keeps_its_sign():
    assert [signed(v) for v in (0.1, -0.1, 0.0, None)] == ["+0.100", "−0.100", "0", "–"]


def test_half_an_interval_is_none():
    assert interval(0.1, None) == interval(math.nan, 0.2) == ""


def test_rounded_keeps_six_digits():
    assert rounded(123456.789) == 123457.0
    assert rounded(math.inf) is None
