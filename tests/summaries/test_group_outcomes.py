"""Outcomes of groups: a confusion table for each, in the places of both parts."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from vedette.layout import Column, Layout
from vedette.schema import Schema
from vedette.summaries.categories import Categories
from vedette.summaries.confusion import Confusion
from vedette.summaries.group_outcomes import GroupOutcomes
from vedette.testing.rows import observed

GROUPS = Categories(column="g", known=("u", "v"), rest=("r",))
SPEC = GroupOutcomes(groups=GROUPS, confusion=Confusion(classes=("0", "1"), label="y", prediction="p"))


@pytest.mark.parametrize("weight", [None, "w"])
def test_each_group_has_its_own_table(weight: str | None):
    rng = np.random.default_rng(0)
    rows = {"y": rng.integers(0, 2, 300), "p": rng.integers(0, 2, 300), "w": rng.random(300)}
    group = rng.choice(["u", "v", "r", "new"], 300)
    confusion = msgspec.structs.replace(SPEC.confusion, weight=weight)
    found = observed(GroupOutcomes(groups=GROUPS, confusion=confusion), g=group, **rows)["counts"][0]
    for place, name in enumerate(("u", "v", "r", "new")):
        inside = {key: values[group == name] for key, values in rows.items()}
        assert found[place] == pytest.approx(observed(confusion, **inside)["counts"][0])


def test_missing_group():
    found = observed(SPEC, g=["u", None], y=[1, 0], p=[1, 1])["counts"][0]
    assert found[GROUPS.names().index("(missing)"), 1, 0] == 1
    assert found.sum() == 2


def test_reads_each_column_once():
    """Groups may be the label's or the prediction's own column."""
    spec = GroupOutcomes(groups=Categories(column="p", known=("0", "1")), confusion=SPEC.confusion)
    assert spec.reads() == ("p", "y")


def test_layout():
    columns = (Column(name="g", kind="category", known=("u", "v"), rest=("r",)),)
    schema = Schema(label="y", prediction="p", weight="w")
    spec = Layout(schema=schema, task="binary", columns=columns, classes=("0", "1")).outcomes("g")
    assert spec.groups == GROUPS
    assert spec.confusion.weight == "w"
