"""What a drift costs: projected from the reference's errors by bin, unknown where the reference says nothing."""

import numpy as np
import pytest

from vedette.engine.impacts import price
from vedette.run import compare
from vedette.schema import Schema
from vedette.views.impact import impact_told

SCHEMA = Schema(score="score", label="label")


def rows(n, seed, *, easy=0.0, idle=0.0, unit=1.0):
    """Return rows of a calibrated model of x that never reads u; larger |x| is easier."""
    rng = np.random.default_rng(seed)
    x, u = rng.normal(0, 1 + easy, n), rng.normal(idle, 1, n)
    score = 1 / (1 + np.exp(-1.5 * x))
    label = (rng.random(n) < score).astype(int)
    return {"x": x, "u": u * unit, "score": score, "label": label}


@pytest.fixture(scope="module")
def reference():
    return rows(20_000, 0)


def unlabelled(found):
    return {name: values for name, values in found.items() if name != "label"} | {
        "label": np.full(len(found["x"]), np.nan)
    }


def test_price_is_the_change_of_the_error_rate_that_labels_later_show(reference):
    now = rows(20_000, 1, easy=-0.5)
    report = compare(reference, unlabelled(now), SCHEMA)
    shown = np.mean((now["score"] >= 0.5) != now["label"]) - np.mean(
        (reference["score"] >= 0.5) != reference["label"]
    )
    found = report.impacts["x"]
    assert found.value == pytest.approx(shown, abs=4 * (found.error + 0.003))
    assert found.value > 0.05


def test_findings_carry_their_price_and_the_dearest_column_comes_first(reference):
    now = rows(20_000, 1, easy=-0.4, idle=1.0)
    report = compare(reference, unlabelled(now), SCHEMA)
    told = [f for f in report.findings if f.metric == "psi"]
    assert {f.column for f in told} == {"x", "u", "score"}
    assert all(f.impact is not None for f in told)
    costs = [abs(f.impact) for f in told if f.level == told[0].level]
    assert costs == sorted(costs, reverse=True)
    assert told[-1].column == "u" or abs(told[-1].impact) < 0.01
    assert [*report.impacts][-1] == "u"


def test_a_large_drift_that_costs_nothing_is_watched(reference):
    report = compare(reference, unlabelled(rows(20_000, 1, idle=0.6)), SCHEMA)
    (found,) = [f for f in report.findings if f.column == "u"]
    assert found.effect.low > 0.25
    assert found.level == "watch"
    assert found.message.endswith("watch, no action needed")
    assert "继续观察" in found.in_words("zh")
    assert report.diagnosis.causes[0].kind == "benign drift"


def test_price_is_unknown_where_the_reference_never_was(reference):
    report = compare(reference, unlabelled(rows(5_000, 1, unit=1000.0)), SCHEMA)
    (found,) = [f for f in report.findings if f.column == "u" and f.metric == "psi"]
    assert found.impact is None
    assert found.level == "act"
    assert price(report.cube, report.baseline, "u") is None


def test_without_labels_of_the_reference_there_is_no_price(reference):
    bare = {name: values for name, values in reference.items() if name != "label"}
    report = compare(bare, bare | {"u": bare["u"] + 0.6}, Schema(score="score"))
    assert [f.impact for f in report.findings if f.column == "u"] == [None]
    assert report.impacts == {}


def test_of_a_regression_the_price_is_a_share_of_the_usual_error():
    rng = np.random.default_rng(0)

    def houses(n, far):
        size = rng.uniform(0, 1, n) ** (1 / (1 + far))
        return {"size": size, "said": 10 * size, "paid": 10 * size + rng.normal(0, 0.1 + size)}

    report = compare(houses(20_000, 0.0), houses(20_000, 1.0), Schema(prediction="said", label="paid"))
    now, then = (report.estimate("mae", which=which).value for which in ("current", "reference"))
    assert report.impacts["size"].value == pytest.approx(now / then - 1, abs=0.03)


def test_a_drift_to_rows_as_easy_as_before_asks_for_no_retraining(reference):
    """The signs of x change: scores move from low to high, and the errors stay as they were."""
    now = rows(20_000, 1)
    keep = (now["x"] > 0) | (np.arange(20_000) % 2 == 0)
    report = compare(reference, {name: values[keep] for name, values in now.items()}, SCHEMA)
    cause = report.diagnosis.causes[0]
    assert cause.evidence["form"] in ("benign_impact", "label_shift")
    harmless = [c for c in report.diagnosis.causes if c.evidence["form"] == "benign_impact"]
    assert harmless
    assert abs(harmless[0].evidence["gain"]) < 0.005


@pytest.mark.parametrize(
    ("cost", "relative", "said"),
    [
        (0.031, False, "accuracy -3.1 points, projected"),
        (-0.2, True, "mean absolute error -20.0 %, projected"),
    ],
)
def test_a_price_in_words(cost, relative, said):
    assert impact_told(cost, relative=relative) == said
    assert impact_told(None) == ""
    assert "no action" in impact_told(0.001)
