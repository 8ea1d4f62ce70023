"""Slices by change: the broken ones are named once, well ones are not, under the false discovery rate."""

import numpy as np
import pytest

from vedette.diagnosis.slices import slices
from vedette.errors import ConfigError
from vedette.schema import Schema

SCHEMA = Schema(prediction="said", label="true")


def rows(n, seed, where=lambda age, _: np.zeros(len(age), bool), by=0.3, hard=0.0):
    rng = np.random.default_rng(seed)
    age, plan = rng.uniform(20, 80, n), rng.choice(["basic", "pro", "max"], n)
    wrong = rng.random(n) < 0.1 + hard * (age > 60) + by * where(age, plan)
    region, other = rng.choice(list("nsw"), n), rng.normal(size=n)
    found = {"age": age, "plan": plan, "region": region, "other": other}
    return {**found, "said": np.ones(n, int), "true": 1 - wrong.astype(int)}


def test_a_slice_of_two_features_is_named_and_its_parents_are_not():
    def where(age, plan):
        return (plan == "pro") & (age > 62)

    found = slices(rows(20_000, 0), rows(8_000, 1, where, by=0.4), SCHEMA)
    assert found
    assert all("plan = pro" in s.conditions and len(s.conditions) == 2 for s in found)
    assert all(s.low > 0.2 and s.z > 5 and s.p < 1e-4 for s in found)
    assert [s.cost for s in found] == sorted((s.cost for s in found), reverse=True)
    assert found[0].cost == pytest.approx(found[0].change * found[0].share)


def test_a_parent_explains_its_children():
    found = slices(rows(20_000, 0), rows(8_000, 1, lambda _, plan: plan == "pro"), SCHEMA)
    assert [s.conditions for s in found][:1] == [("plan = pro",)]
    assert not [s for s in found[1:] if "plan = pro" in s.conditions]


def test_what_was_always_hard_is_no_news():
    assert slices(rows(20_000, 0, hard=0.4), rows(8_000, 1, hard=0.4), SCHEMA) == []


def test_where_everything_rose_alike_no_slice_is_named():
    found = slices(rows(20_000, 0), rows(8_000, 1, lambda age, _: np.ones(len(age), bool)), SCHEMA)
    assert found == []


def test_false_slices_are_rare():
    """Nothing changed in 20 runs: at most one in a hundred runs may tell a slice; three runs would be 1e-3 luck."""
    told = [bool(slices(rows(6_000, 2 * s), rows(3_000, 2 * s + 1), SCHEMA)) for s in range(20)]
    assert sum(told) <= 2


def test_of_a_regression_the_loss_is_the_absolute_error():
    rng = np.random.default_rng(0)

    def values(n, worse):
        x, g = rng.normal(size=n), rng.choice(["a", "b"], n)
        return {"x": x, "g": g, "said": x, "true": x + rng.normal(0, np.where(g == "b", 1 + worse, 1.0))}

    (found, *_) = slices(values(8000, 0.0), values(8000, 0.5), SCHEMA)
    assert found.conditions == ("g = b",)
    assert found.usual == pytest.approx(np.sqrt(2 / np.pi), abs=0.05)


def test_without_losses_it_says_so():
    with pytest.raises(ConfigError, match=r"slices\.no-losses"):
        slices(rows(100, 0), rows(100, 1), Schema(label="true"))
