"""Rows of a model that works, one for each task, and the layouts under which metrics read them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vedette.batch import Batch
from vedette.binning import Binning
from vedette.layout import Column, Layout
from vedette.schema import Schema, Task

#: Task -> schema over the columns of `task_rows`, and the classes.
SCHEMAS: dict[Task, tuple[Schema, tuple[str, ...]]] = {
    "binary": (Schema(id="id", time="t", score="s", label="l", protected=["g"]), ("0", "1")),
    "multiclass": (
        Schema(id="id", time="t", score={"a": "sa", "b": "sb", "c": "sc"}, label="k", protected=["g"]),
        ("a", "b", "c"),
    ),
    "multilabel": (
        Schema(id="id", score={"l": "s", "l2": "s2"}, label=["l", "l2"], task="multilabel"),
        ("0", "1"),
    ),
    "regression": (Schema(id="id", time="t", prediction="yp", label="y", protected=["g"]), ()),
    "ranking": (Schema(id="id", time="t", query="q", score="s", label="r"), ()),
    "none": (Schema(id="id", time="t", protected=["g"]), ()),
}
#: Column -> its known categories.
_CATEGORIES = {"c": ("a", "b", "c"), "g": ("u", "v"), "l": ("0", "1"), "l2": ("0", "1"), "k": ("a", "b", "c")}


def task_rows(n: int, seed: int = 0, *, odd: bool = False) -> Batch:
    """Return rows on which every task's prediction says something about its label.

    Parameters
    ----------
    n, seed : int
    odd : bool
        Whether one entry in ten of every column but the id and the query is missing, nan or infinite.
    """
    rng = np.random.default_rng(seed)
    x, latent = rng.normal(size=n), rng.normal(size=(n, 3))
    score = 1 / (1 + np.exp(-2 * latent))
    shares = np.exp(3 * latent) / np.exp(3 * latent).sum(axis=1, keepdims=True)
    klass = (rng.random((n, 1)) > shares.cumsum(axis=1)).sum(axis=1).clip(0, 2)
    columns: dict[str, Any] = {
        "x": x,
        "c": np.array(("a", "b", "c", "d"))[rng.integers(0, 4, n)],
        "g": np.array(("u", "v"))[rng.integers(0, 2, n)],
        "s": score[:, 0],
        "l": (rng.random(n) < score[:, 0]).astype(int).astype(str),
        "s2": score[:, 1],
        "l2": (rng.random(n) < score[:, 1]).astype(int).astype(str),
        "y": 10 + 3 * x,
        "yp": 10 + 3 * x + rng.normal(size=n),
        "k": np.array(("a", "b", "c"))[klass],
        "r": (score[:, 0] * 4 * rng.random(n)).astype(int),
        **{f"s{name}": shares[:, i] for i, name in enumerate("abc")},
    }
    arrays = {name: _column(rng, values, odd=odd) for name, values in columns.items()}
    arrays["id"] = pa.array([f"e{seed}-{row}" for row in range(n)], pa.string())
    arrays["t"] = pa.array(np.arange(n) * 60_000_000, pa.timestamp("us", tz="UTC"))
    arrays["q"] = pa.array(np.arange(n) // 8)
    arrays["e"] = pa.array(np.column_stack((x, latent)).tolist(), pa.list_(pa.float64()))
    return Batch(pa.record_batch(arrays))


def task_layout(task: Task) -> Layout:
    """Return the layout of `task_rows` for a task, as a baseline would fit it."""
    schema, classes = SCHEMAS[task]
    rows = task_rows(500, 99)
    roles = {name: role for role, names in schema.roles().items() for name in names}
    columns = tuple(_fitted(rows, name, roles.get(name, "feature")) for name in rows.names)
    residuals = rows.numbers("yp") - rows.numbers("y")
    binning = Binning.fit(residuals, 50) if task == "regression" else None
    return Layout(schema=schema, task=task, columns=columns, classes=classes, residual_binning=binning)


def _column(rng: np.random.Generator, values: npt.NDArray[Any], *, odd: bool) -> pa.Array:
    if odd and values.dtype.kind == "f":
        values = np.where(rng.random(len(values)) < 0.05, rng.choice([np.nan, np.inf, -np.inf, 1e9]), values)
    kind = pa.string() if values.dtype.kind == "U" else None
    return pa.array(values.tolist(), kind, mask=rng.random(len(values)) < 0.05 if odd else None)


def _fitted(rows: Batch, name: str, role: str) -> Column:
    if name in _CATEGORIES:
        return Column(name=name, kind="category", role=role, known=_CATEGORIES[name])
    if name == "t":
        return Column(name=name, kind="time", role=role)
    if name == "e":
        return Column(name=name, kind="embedding", role=role)
    if name in {"id", "q"}:
        return Column(name=name, kind="text", role=role)
    values = rows.numbers(name)
    binning = Binning.fit(values, 50)
    coarse = (0, *range(6, len(binning.offsets), 6))
    return Column(
        name=name,
        kind="number",
        role=role,
        binning=binning,
        coarse=coarse,
        low=values.min(),
        high=values.max(),
    )
