"""A column in another unit is named with its factor; one that merely moved is not."""

import numpy as np
import pytest
from tests.diagnosis.conftest import column

from vedette.diagnosis.unit_change import unit_change

THEN = np.random.default_rng(0).gamma(9, 8, 6000)


def now(seed=1, n=4000):
    return np.random.default_rng(seed).gamma(9, 8, n)


@pytest.mark.parametrize(
    ("slope", "offset", "unit"),
    [
        (1000.0, 0.0, "×1,000"),
        (0.01, 0.0, "÷100"),
        (1.8, 32.0, "°C → °F"),
        (1 / 1.8, -32 / 1.8, "°F → °C"),
        (1.609344, 0.0, "miles → km"),
        (1 / 0.45359237, 0.0, "kg → pounds"),
        (1.0, 273.15, "°C → K"),
        (-1.0, 0.0, "sign reversed"),
    ],
)
def test_a_known_unit_is_named(slope, offset, unit):
    found = unit_change(column(THEN, slope * now() + offset))
    assert found is not None
    assert found.unit == unit
    assert found.slope == pytest.approx(slope)


def test_an_unknown_factor_is_measured_from_the_quantiles():
    found = unit_change(
        column(np.random.default_rng(0).normal(0, 1, 6000), np.random.default_rng(1).normal(0, 0.2, 4000))
    )
    assert found is not None
    assert found.unit == ""
    assert found.slope == pytest.approx(0.2, rel=0.05)
    assert found.r2 > 0.995


def test_whole_numbers_too():
    ages = np.random.default_rng(0).integers(18, 90, 6000).astype(float)
    months = np.random.default_rng(1).integers(18, 90, 4000) * 10.0
    found = unit_change(column(ages, months))
    assert found is not None
    assert found.unit == "×10"


@pytest.mark.parametrize(
    "live",
    [
        now(),
        now() + 10.0,
        np.random.default_rng(2).gamma(7, 8, 4000),
        np.random.default_rng(3).gamma(4, 18, 4000),
        np.random.default_rng(4).normal(72, 24, 4000),
        np.concatenate([now(n=2000), 1000 * now(n=2000)]),
    ],
    ids=["still", "moved", "other shape", "wider", "normal", "half of the rows"],
)
def test_drift_is_not_called_a_unit(live):
    assert unit_change(column(THEN, live)) is None


def test_a_shifted_normal_law_is_drift_though_it_is_affine():
    then, live = np.random.default_rng(0).normal(0, 1, 6000), np.random.default_rng(1).normal(0.8, 1, 4000)
    assert unit_change(column(then, live)) is None


def test_few_values_and_categories_are_not_asked():
    assert unit_change(column(np.tile([0.0, 1.0], 500), np.tile([0.0, 10.0], 500))) is None
    assert unit_change(column(["a", "b"] * 500, ["b", "c"] * 500)) is None
