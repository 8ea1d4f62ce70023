"""Fairness metrics against rates that scikit-learn computes for each group and for everyone else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
from sklearn import metrics as sk

from vedette.binning import Binning
from vedette.inference.newcombe import newcombe_difference
from vedette.layout import Column, Layout
from vedette.metrics.base import metric
from vedette.schema import Schema
from vedette.summaries.categories import Categories
from vedette.summaries.confusion import Confusion
from vedette.summaries.group_outcomes import GroupOutcomes
from vedette.testing.rows import observed
from vedette.values import Estimates

GROUPS = ("u", "v", "w")
SPEC = GroupOutcomes(
    groups=Categories(column="g", known=GROUPS),
    confusion=Confusion(classes=("0", "1"), label="y", prediction="p"),
)
Arrays = dict[str, np.ndarray]
Rate = Callable[[Arrays], float]


def rows_of(seed: int, n: int = 600) -> Arrays:
    """Rows of three groups that are treated differently."""
    rng = np.random.default_rng(seed)
    group = rng.choice(3, n, p=[0.6, 0.3, 0.1])
    y = (rng.random(n) < np.array([0.3, 0.5, 0.4])[group]).astype(int)
    p = (rng.random(n) < np.where(y, 0.8 - 0.1 * group, 0.2 + 0.1 * group)).astype(int)
    return {"g": np.array(GROUPS)[group], "y": y, "p": p, "weight": rng.integers(1, 4, n).astype(float)}


def answer(name: str, rows: dict[str, Any], spec: GroupOutcomes = SPEC) -> Estimates:
    return metric(name, column="g").compute({"outcomes": observed(spec, **rows)})


def recall(r: Arrays) -> float:
    return sk.recall_score(r["y"], r["p"], sample_weight=r["weight"])


def false_alarm(r: Arrays) -> float:
    return 1 - sk.recall_score(r["y"], r["p"], pos_label=0, sample_weight=r["weight"])


def precision(r: Arrays) -> float:
    return sk.precision_score(r["y"], r["p"], sample_weight=r["weight"])


def selected(r: Arrays) -> float:
    return np.average(r["p"], weights=r["weight"])


#: metric -> oracle of a group's rows and everyone else's
ORACLES: dict[str, Callable[[Arrays, Arrays], float]] = {
    "selection_rate_difference": lambda g, rest: selected(g) - selected(rest),
    "selection_rate_ratio": lambda g, rest: selected(g) / selected(rest),
    "equal_opportunity_difference": lambda g, rest: recall(g) - recall(rest),
    "false_positive_rate_difference": lambda g, rest: false_alarm(g) - false_alarm(rest),
    "predictive_parity_difference": lambda g, rest: precision(g) - precision(rest),
    "equalized_odds": lambda g, rest: max(
        abs(recall(g) - recall(rest)), abs(false_alarm(g) - false_alarm(rest))
    ),
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", ORACLES)
def test_value(name: str, weighted: bool):
    """Each group has the oracle's value, within its interval."""
    rows = rows_of(1)
    confusion = msgspec.structs.replace(SPEC.confusion, weight="weight" if weighted else None)
    found = answer(name, rows, msgspec.structs.replace(SPEC, confusion=confusion))
    used = rows if weighted else {**rows, "weight": np.ones(600)}
    for i, group in enumerate(GROUPS):
        inside = used["g"] == group
        parts = ({key: values[mask] for key, values in used.items()} for mask in (inside, ~inside))
        assert found[i].value == pytest.approx(ORACLES[name](*parts))
        assert found[i].low <= found[i].value <= found[i].high


def test_groups_are_named_in_the_order_of_the_estimates():
    needs = {"outcomes": SPEC}
    for name in ORACLES:
        named = metric(name, column="g").groups(needs)  # type: ignore[attr-defined]
        assert named == ["u", "v", "w", "(other)", "(unseen)", "(missing)"]
        assert len(named) == len(answer(name, rows_of(2)))


def test_cells_come_before_groups():
    """Estimates of several cells are in C order: all groups of the first cell, then of the second."""
    from vedette.summaries.base import State

    one, two = (observed(SPEC, **rows_of(seed)) for seed in (3, 4))
    both = State(SPEC, {"counts": np.concatenate((one["counts"], two["counts"]))})
    asked = metric("equalized_odds", column="g")
    found = asked.compute({"outcomes": both})
    assert [found[6 + i] for i in range(6)] == [asked.compute({"outcomes": two})[i] for i in range(6)]


def test_interval_is_newcombes():
    rows = rows_of(5)
    found, inside = answer("equal_opportunity_difference", rows)[1], rows["g"] == "v"
    hit, positive = (rows["y"] == 1) & (rows["p"] == 1), rows["y"] == 1
    counts = [np.sum(what & where) for where in (inside, ~inside) for what in (hit, positive)]
    low, high = newcombe_difference(*counts)
    assert (found.low, found.high, found.n) == (low, high, counts[1])


def test_ratio_interval_holds_parity_exactly_when_the_differences_does():
    """Both ask whether two rates may be equal, of the same Wilson intervals."""
    rng = np.random.default_rng(6)
    for _ in range(200):
        n, m = rng.integers(5, 60, 2)
        p = np.concatenate((rng.random(n) < 0.5, rng.random(m) < 0.3)).astype(int)
        rows = {"g": ["u"] * n + ["v"] * m, "y": p, "p": p}
        ratio, gap = (answer(name, rows)[0] for name in ("selection_rate_ratio", "selection_rate_difference"))
        if ratio.value is not None and p[:n].any():
            assert (ratio.low <= 1 <= ratio.high) == (gap.low <= 0 <= gap.high)


class TestEdges:
    def test_group_never_selected(self):
        rows = {"g": ["u"] * 20 + ["v"] * 20, "y": [0, 1] * 20, "p": [0] * 20 + [1, 0] * 10}
        found = answer("selection_rate_ratio", rows)[0]
        assert (found.value, found.low) == (0, 0)
        assert 0 < found.high < 0.5

    def test_nobody_else_selected(self):
        rows = {"g": ["u"] * 20 + ["v"] * 20, "y": [0, 1] * 20, "p": [1] * 20 + [0] * 20}
        assert answer("selection_rate_ratio", rows)[0].reason == "undefined"

    @pytest.mark.parametrize("name", ORACLES)
    def test_one_group_only(self, name: str):
        rows = {**rows_of(7), "g": np.full(600, "u")}
        found = answer(name, rows)
        assert found[0].reason == "undefined"
        assert found[1].reason == "insufficient"

    @pytest.mark.parametrize(
        "name", sorted(set(ORACLES) - {"selection_rate_difference", "selection_rate_ratio"})
    )
    def test_unlabelled(self, name: str):
        rows: dict[str, Any] = {**rows_of(8), "y": np.full(600, np.nan)}
        assert answer(name, rows)[0].reason == "unlabelled"

    @pytest.mark.parametrize("name", ["selection_rate_difference", "selection_rate_ratio"])
    def test_labels_are_not_needed(self, name: str):
        rows: dict[str, Any] = {**rows_of(8), "y": np.full(600, np.nan)}
        assert answer(name, rows)[0] == answer(name, rows_of(8))[0]

    def test_missing_and_new_groups_are_groups(self):
        rows: dict[str, Any] = rows_of(9)
        rows["g"] = [None if i % 3 == 0 else "new" if i % 3 == 1 else "u" for i in range(600)]
        found = answer("selection_rate_difference", rows)
        assert [found[i].n for i in range(6)] == [200, 0, 0, 0, 200, 200]


class TestNeeds:
    @staticmethod
    def layout(task: str = "binary", **column: Any) -> Layout:
        columns = (Column(name="g", **{"kind": "category", "known": GROUPS, **column}),)
        schema = Schema(label="y", prediction="p", protected=["g"], weight="weight")
        return Layout(schema=schema, task=task, columns=columns, classes=("0", "1"))  # type: ignore[arg-type]

    def test_counts_each_group(self):
        spec = metric("equalized_odds", column="g").needs(self.layout())["outcomes"]
        assert isinstance(spec, GroupOutcomes)
        assert (spec.groups.known, spec.confusion.weight) == (GROUPS, "weight")
        assert spec.reads() == ("g", "y", "p", "weight")

    @pytest.mark.parametrize("name", ORACLES)
    def test_numbers_are_no_groups(self, name: str):
        with pytest.raises(ValueError, match=r"metric\.wrong-kind"):
            metric(name, column="g").needs(self.layout(kind="number", binning=Binning((0.0, 1.0))))

    def test_task_is_binary(self):
        with pytest.raises(ValueError, match=r"metric\.wrong-kind"):
            metric("equalized_odds", column="g").needs(self.layout("regression"))

    def test_column_is_named(self):
        with pytest.raises(ValueError, match=r"metric\.wrong-kind"):
            metric("equalized_odds").needs(self.layout())
