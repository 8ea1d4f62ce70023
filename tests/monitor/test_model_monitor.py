"""The class in the loop: any arrays in, periods out, memory that does not grow, the same numbers as one comparison."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

import vedette as vd
from vedette.errors import ConfigError, DataError, VedetteError


class Tensor:
    """What a tensor that tracks gradients on an accelerator allows: nothing before `detach` and `cpu`."""

    def __init__(self, values, state="tracked"):
        self.values, self.state = np.asarray(values), state

    def detach(self):
        return Tensor(self.values, "detached")

    def cpu(self):
        return Tensor(self.values, "here" if self.state == "detached" else self.state)

    def __array__(self, dtype=None, copy=None):
        if self.state != "here":
            raise RuntimeError("can't convert a tensor that requires grad")
        return self.values.astype(dtype) if dtype else self.values


class Brain16(Tensor):
    """A tensor of 16-bit numbers that numpy does not have."""

    def __array__(self, dtype=None, copy=None):
        raise TypeError("Got unsupported ScalarType BFloat16")

    def detach(self):
        return self

    cpu = detach

    def float(self):
        return Tensor(self.values, "here")


def batch(seed, n=200, shift=0.0):
    """Return inputs, probabilities and labels of a binary model."""
    rng = np.random.default_rng(seed)
    x = rng.normal(shift, 1, (n, 2))
    score = 1 / (1 + np.exp(-x[:, 0]))
    return x, score, (rng.random(n) < score).astype(int)


def as_rows(batches):
    x, score, label = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    return {"x0": x[:, 0], "x1": x[:, 1], "score": score, "label": label}


REFERENCE = as_rows([batch(0, 2000)])
SCHEMA = vd.Schema(score="score", label="label")


def numbers(report):
    """Return every estimate of a report that has a value."""
    rows = report.to_dict()["estimates"]
    return {
        (r["metric"], r["column"]): pytest.approx(r["value"], rel=1e-9, abs=1e-12)
        for r in rows
        if r["value"] is not None
    }


def test_many_updates_equal_one_comparison():
    batches = [batch(seed, 50 + seed) for seed in range(1, 12)]
    monitor = vd.ModelMonitor(REFERENCE, SCHEMA)
    for one in batches:
        monitor.update(*one)
    report, whole = monitor.log(), vd.compare(REFERENCE, as_rows(batches), SCHEMA)
    assert report.rows == whole.rows == sum(len(b[1]) for b in batches)
    assert numbers(whole) == numbers(report)
    assert len(numbers(whole)) > 20
    assert [f.message for f in report.findings] == [f.message for f in whole.findings]


def test_a_log_begins_a_new_period_and_a_total_does_not():
    monitor = vd.ModelMonitor(REFERENCE, SCHEMA)
    monitor.update(*batch(1, 100))
    assert monitor.log(total=True).rows == 100
    assert monitor.log().rows == 100
    monitor.update(*batch(2, 30))
    assert monitor.log(total=True).rows == 130
    assert monitor.log().rows == 30


def test_the_first_rows_become_the_reference_and_the_rest_counts():
    monitor = vd.ModelMonitor(warm_up=250)
    monitor.update(*batch(1, 200))
    assert monitor.baseline is None
    with pytest.raises(DataError, match="200 of 250 warm-up rows") as raised:
        monitor.log()
    assert raised.value.code == "monitor.no-rows"
    monitor.update(*batch(2, 200))
    assert monitor.baseline.rows == 250
    assert monitor.log().rows == 150
    with pytest.raises(DataError):
        monitor.log()


def test_warm_up_rows_may_come_in_any_types():
    """A column of whole numbers first, of fractions and words later, and a batch without labels."""
    monitor = vd.ModelMonitor(warm_up=6)
    monitor.update({"a": [1, 2], "b": [1, 2]}, outputs=[0, 1], labels=[0, 1])
    monitor.update({"a": [0.5, 1.5], "b": ["x", "y"]}, outputs=[1, 1], labels=[1, 0])
    monitor.update({"a": [1, 2], "b": [3, 4], "c": [1, 1]}, outputs=[0, 1])
    kinds = {c.name: c.kind for c in monitor.baseline.layout.columns}
    assert kinds == {
        "a": "number",
        "b": "category",
        "c": "number",
        "prediction": "category",
        "label": "category",
    }


def test_a_shift_is_found():
    monitor = vd.ModelMonitor(REFERENCE, SCHEMA)
    for seed in range(5):
        monitor.update(*batch(seed, 200, shift=1.5))
    report = monitor.log()
    assert not report.ok
    assert {"x0", "x1", "score"} <= {f.column for f in report.findings}


def test_memory_does_not_grow_with_the_rows():
    monitor = vd.ModelMonitor(REFERENCE, SCHEMA)

    def held():
        states = monitor._total.states.values()
        return sum(array.nbytes for state in states for array in state.arrays.values()), len(
            monitor._total.notes
        )

    x, score, label = batch(1, 100)
    monitor.update(x, score, np.where(label == 1, 7, label))
    first = held()
    for _ in range(30):
        monitor.update({"x0": x[:, 0]}, score, label)  # a column is absent: one note, not thirty
    assert held() == (first[0], first[1] + 1)
    assert monitor._waiting == []


ARRAYS = {
    "numpy": np.asarray,
    "list": lambda a: a.tolist(),
    "tensor": Tensor,
    "column": lambda a: np.asarray(a).reshape(len(a), -1),
    "pandas": lambda a: pd.DataFrame(a) if a.ndim == 2 else pd.Series(a),
    "polars": lambda a: a if a.ndim == 2 else pl.Series(a),
}


@pytest.mark.parametrize("kind", ARRAYS)
def test_arrays_of_every_kind(kind):
    make = ARRAYS[kind]
    x, score, label = batch(1, 100)
    expected, monitor = vd.ModelMonitor(REFERENCE, SCHEMA), vd.ModelMonitor(REFERENCE, SCHEMA)
    expected.update(x, score, label)
    inputs = make(x)
    if kind == "pandas":
        inputs.columns = ["x0", "x1"]
    monitor.update(inputs, make(score), make(label))
    assert numbers(monitor.log()) == numbers(expected.log())


def test_frames_and_records_name_their_columns():
    for inputs in (
        pl.DataFrame({"a": [1, 2]}),
        pd.DataFrame({"a": [1, 2]}),
        [{"a": 1}, {"a": 2}],
        {"a": [1, 2]},
    ):
        monitor = vd.ModelMonitor(warm_up=2)
        monitor.update(inputs, [1, 0])
        assert [c.name for c in monitor.baseline.layout.columns] == ["a", "prediction"]


def test_numbers_of_16_bits_that_numpy_lacks():
    monitor = vd.ModelMonitor(warm_up=3)
    monitor.update(Brain16([[1.0], [2.0], [3.0]]), Brain16([0.5, 0.25, 0.75]))
    assert {c.name: c.role for c in monitor.baseline.layout.columns} == {"x0": "feature", "score": "score"}


def test_one_score_a_class_is_a_prediction():
    rng = np.random.default_rng(0)
    scores = rng.dirichlet(np.ones(4), 300)
    monitor = vd.ModelMonitor(warm_up=300)
    monitor.update(rng.normal(size=(300, 1)), scores, np.eye(4)[scores.argmax(1)])  # one-hot labels
    monitor.update(rng.normal(size=(300, 1)), scores, scores.argmax(1))
    layout = monitor.baseline.layout
    assert (layout.task, layout.classes) == ("multiclass", ("0", "1", "2", "3"))
    assert monitor.log().estimate("accuracy").value == 1.0


def test_images_are_refused_before_they_become_thousands_of_columns():
    with pytest.raises(ConfigError, match="3072 numbers") as raised:
        vd.ModelMonitor().update(np.zeros((2, 3, 32, 32)))
    assert raised.value.code == "monitor.too-wide"


class TestOutputs:
    """What the outputs are is decided once: a later batch that looks otherwise does not change it."""

    def roles(self, monitor):
        return {c.name: c.role for c in monitor.baseline.layout.columns if c.name != "x0"}

    def test_probabilities_and_classes(self):
        for outputs, expected in (([0.2, 0.7], "score"), ([0, 1], "prediction"), ([2.5, 0.1], "prediction")):
            monitor = vd.ModelMonitor(warm_up=2)
            monitor.update([1, 2], outputs)
            assert self.roles(monitor) == {expected: expected}

    def test_fractions_beside_fractions_are_values(self):
        monitor = vd.ModelMonitor(warm_up=2)
        monitor.update([1, 2], [0.2, 0.7], [0.25, 0.66])
        assert self.roles(monitor) == {"prediction": "prediction", "label": "label"}
        monitor.update([1, 2], [0.2, 0.7])  # without labels these look like probabilities
        assert monitor.log().rows == 2

    def test_a_reference_decides(self):
        rng = np.random.default_rng(0)
        y = rng.normal(size=500)
        monitor = vd.ModelMonitor(
            {"x0": y, "prediction": y, "label": y}, vd.Schema(prediction="prediction", label="label")
        )
        monitor.update(np.zeros(3), np.array([0.1, 0.5, 0.9]))
        assert monitor.log().rows == 3

    def test_nothing_but_missing_outputs(self):
        monitor = vd.ModelMonitor(REFERENCE, SCHEMA)
        monitor.update(np.zeros((3, 2)), np.full(3, np.nan))
        assert [(n.code, n.count) for n in monitor.log().notes if n.count] == [("rows.no-prediction", 3)]


@pytest.mark.parametrize(
    "bad",
    [
        (np.zeros((0, 2)), np.zeros(0), np.zeros(0)),
        (np.full((3, 2), np.inf), np.full(3, 2.0), np.full(3, 7)),
        (
            {"x0": ["a", None, 1], "x1": [[1], [2], [3]]},
            np.array([0.1, 0.2, 0.3]),
            np.array(["x", None, "1"], object),
        ),
    ],
    ids=["no rows", "beyond every bound", "types of all kinds"],
)
def test_bad_data_do_not_end_the_loop(bad):
    monitor = vd.ModelMonitor(REFERENCE, SCHEMA)
    monitor.update(*bad)
    assert monitor.log().rows == len(bad[1])


def test_columns_of_different_lengths_are_an_error_of_the_program():
    with pytest.raises(VedetteError) as raised:
        vd.ModelMonitor().update(np.zeros((3, 2)), np.zeros(4))
    assert raised.value.code == "source.ragged"
