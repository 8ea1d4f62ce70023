"""A segment may be a condition on a column."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import vedette as vd
from vedette.batch import Batch
from vedette.errors import UnknownNameError
from vedette.predicate import Predicate

TABLE = pa.record_batch({"x": [1.0, 2.5, None, 4.0], "c": ["a", "b", None, "a"], "k": [1, 2, 3, 4]})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x > 2", ["no", "yes", None, "yes"]),
        ("x <= 2.5", ["yes", "yes", None, "no"]),
        ("x != 4", ["yes", "yes", None, "no"]),
        ("k>=3", ["no", "no", "yes", "yes"]),
        ("c == a", ["yes", "no", None, "yes"]),
        ("c != 'a'", ["no", "yes", None, "no"]),
    ],
)
def test_a_condition_answers_yes_or_no_and_nothing_where_the_column_is_missing(text, expected):
    assert Predicate.parse(text).of(Batch(TABLE)).to_pylist() == expected


def rows(seed, n=4000):
    rng = np.random.default_rng(seed)
    amount, score = rng.gamma(2, 60, n), rng.uniform(size=n)
    label = rng.uniform(size=n) < np.where(amount > 100, 1 - score, score)
    return {"amount": amount, "score": score, "label": label.astype(int)}


@pytest.mark.parametrize("door", ["frame", "parquet"])
def test_every_metric_is_also_computed_where_the_condition_holds(door, tmp_path):
    now = rows(1)
    if door == "parquet":
        pq.write_table(pa.table(now), tmp_path / "now.parquet")
    schema = vd.Schema(score="score", label="label", segments=["amount > 100"])
    report = vd.compare(rows(0), tmp_path / "now.parquet" if door == "parquet" else now, schema)
    inside = now["amount"] > 100
    right = (now["score"] >= 0.5) == now["label"]
    found = report.estimate("accuracy", segment=("amount > 100", "yes"))
    assert found.value == pytest.approx(right[inside].mean())
    assert found.n == inside.sum()
    assert report.estimate("accuracy", segment=("amount > 100", "no")).value == pytest.approx(
        right[~inside].mean()
    )


def test_a_condition_on_a_column_that_is_not_there_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'amount'"):
        vd.compare(rows(0), rows(1), vd.Schema(score="score", label="label", segments=["amuont > 100"]))
