"""Whether the model's errors hang on a column, told from the reference alone."""

import numpy as np
import pytest

from vedette.diagnosis.indifference import indifferent
from vedette.engine.baseline import Baseline
from vedette.schema import Schema


def rows(n, seed=0, *, labels=True):
    rng = np.random.default_rng(seed)
    used, unused = rng.normal(size=n), rng.normal(size=n)
    score = 1 / (1 + np.exp(-2 * used))
    label = (rng.random(n) < score).astype(float) if labels else np.full(n, np.nan)
    return {
        "used": used,
        "unused": unused,
        "place": rng.choice(["a", "b", "c"], n),
        "score": score,
        "label": label,
    }


SCHEMA = Schema(score="score", label="label")


def test_a_column_of_no_concern_is_told_from_one_that_the_model_reads():
    baseline = Baseline.fit(rows(20_000), SCHEMA)
    found = {name: indifferent(baseline, name) for name in ("used", "unused", "place")}
    assert found == {"used": False, "unused": True, "place": True}


@pytest.mark.parametrize("few", [rows(300), rows(20_000, labels=False)])
def test_nothing_is_certain_of_few_rows_or_without_labels(few):
    assert not indifferent(Baseline.fit(few, SCHEMA), "unused")


def test_the_absolute_error_of_a_regression_counts():
    rng = np.random.default_rng(3)
    n = 20_000
    used, unused = rng.normal(size=n), rng.normal(size=n)
    said = 3 * used
    true = said + rng.normal(size=n) * np.exp(used / 2)
    data = {"used": used, "unused": unused, "said": said, "true": true}
    baseline = Baseline.fit(data, Schema(prediction="said", label="true"))
    assert (indifferent(baseline, "used"), indifferent(baseline, "unused")) == (False, True)
