"""Three causes of a change, each alone, of known size; the interval covers it."""

import numpy as np
import pytest

from vedette.diagnosis.disde import Disde, Term, disde
from vedette.errors import DataError
from vedette.schema import Schema

SCHEMA = Schema(prediction="said", label="true")


def rows(n, seed, kind=""):
    """Return rows wrong in 10 % where x <= 0.5 and in 30 % elsewhere, changed in one way."""
    rng = np.random.default_rng(seed)
    x, z, g = rng.uniform(-1, 2, n), rng.normal(size=n), rng.choice(list("abc"), n)
    if kind == "covariate":
        x = np.where(rng.random(n) < 0.5, rng.uniform(0.5, 2, n), x)
    new = rng.random(n) < (0.3 if kind == "unseen" else 0.0)
    x = np.where(new, rng.normal(6, 0.2, n), x)
    rate = 0.1 + 0.2 * (x > 0.5) + 0.4 * new
    if kind == "concept":
        rate = rate + 0.3 * ((x > 0) & (g == "a"))
    return {"x": x, "z": z, "g": g, "said": np.ones(n, int), "true": (rng.random(n) >= rate).astype(int)}


@pytest.fixture(scope="module")
def found() -> dict[str, Disde]:
    reference = rows(5000, 0)
    kinds = ("", "covariate", "concept", "unseen")
    return {kind: disde(reference, rows(4000, 1, kind), SCHEMA) for kind in kinds}


def test_the_parts_add_up(found):
    for one in found.values():
        total = one.covariate.value + one.concept.value + one.unseen.value
        assert total == pytest.approx(one.now - one.before)


#: Rates by hand: half of the rows redrawn above 0.5 (share .5 -> .75, .2 each); a third of two thirds at +.3;
#: three in ten at .7 instead of .2.
@pytest.mark.parametrize(
    ("kind", "change"), [("covariate", 0.05), ("concept", 0.3 * 2 / 9), ("unseen", 0.3 * 0.5)]
)
def test_each_cause_alone_is_told(found, kind, change):
    """Seeded; four standard errors of 5000 and 4000 rows are .035."""
    one = found[kind]
    assert one.largest == kind
    parts = {name: getattr(one, name).value for name in ("covariate", "concept", "unseen")}
    if kind == "covariate":  # proportions that go to the edge are shared out between these two
        parts["covariate"] += parts.pop("unseen")
    assert parts.pop(kind) == pytest.approx(change, abs=0.035)
    assert all(abs(rest) < 0.035 for rest in parts.values())


def test_nothing_is_told_where_nothing_changed(found):
    assert found[""].largest == "none"
    assert found[""].shared == pytest.approx(1.0, abs=0.05)
    assert found["unseen"].shared < 0.9


def test_the_region_of_another_concept_is_named(found):
    region = found["concept"].region
    assert region is not None
    assert any(c.startswith("g in {a}") for c in region.conditions)
    assert any(c.startswith("x > ") for c in region.conditions)
    assert region.change == pytest.approx(0.3, abs=0.1)
    assert found["unseen"].region is None


def test_in_words(found):
    assert "collect labels in the new region" in found["unseen"].in_words()
    assert "标签变化" in found["concept"].in_words("zh")
    assert "g in {a}" in found["concept"].in_words()
    nothing = Term(0.0, -0.1, 0.1)
    assert Disde(0.1, 0.1, nothing, nothing, nothing, 1.0).in_words().endswith("No part is beyond chance.")


def test_too_few_rows_are_refused():
    with pytest.raises(DataError, match=r"disde\.few-rows"):
        disde(rows(100, 0), rows(100, 1), SCHEMA)
