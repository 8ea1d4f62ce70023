"""A column now and then, a model now and then: the shortest way to both."""

import numpy as np
import pytest

from vedette.diagnosis.marginals import marginals
from vedette.diagnosis.needs import wanted
from vedette.engine.baseline import Baseline
from vedette.engine.fit import fit_layout
from vedette.engine.scan import scan
from vedette.schema import Schema
from vedette.sources.base import open_source

MODEL = Schema(score="score", label="label", segments=["region"])


def fitted(reference, schema=None):
    """Return the baseline with everything a diagnosis reads."""
    layout = fit_layout(open_source(reference), schema or Schema())
    return Baseline(layout, scan(open_source(reference), layout, wanted(layout)))


def counted(baseline, rows, windows=None, *, by_row=False):
    """Return the current states."""
    return scan(open_source(rows), baseline.layout, wanted(baseline.layout), windows, by_row=by_row)


def columns(then, now):
    """Return the marginals of a mapping of columns, by name."""
    baseline = fitted(then)
    return {m.column.name: m for m in marginals(counted(baseline, now), baseline)}


def column(then, now):
    """Return the marginal of one column."""
    return columns({"x": then}, {"x": now})["x"]


def model_rows(rng, n=6000, shift=0.0, prevalence=None):
    """Return rows of a calibrated model: two numbers, a category, a region, a score, a label."""
    drawn = 4 * n if prevalence is not None else n
    x, z = rng.normal(shift, 1, drawn), rng.gamma(3, 2, drawn)
    score = 1 / (1 + np.exp(-(1.5 * x + 0.2 * (z - 6))))
    rows = {
        "x": x,
        "z": z,
        "plan": rng.choice(["a", "b", "c"], drawn, p=[0.5, 0.3, 0.2]),
        "region": rng.choice(["north", "south", "west"], drawn, p=[0.5, 0.3, 0.2]),
        "score": score,
        "label": (rng.random(drawn) < score).astype(float),
    }
    if prevalence is None:
        return rows
    odds = np.where(
        rows["label"] == 1, prevalence / rows["label"].mean(), (1 - prevalence) / (1 - rows["label"].mean())
    )
    chosen = rng.choice(drawn, n, p=odds / odds.sum())
    return {name: values[chosen] for name, values in rows.items()}


@pytest.fixture(scope="session")
def baseline():
    return fitted(model_rows(np.random.default_rng(0), 10_000), MODEL)


@pytest.fixture
def rng():
    return np.random.default_rng(1)
