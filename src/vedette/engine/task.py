"""Which task the data are about and which classes there are, chosen from the schema and the reference, with reasons."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vedette.batch import Batch
from vedette.errors import ConfigError
from vedette.schema import Schema, Task
from vedette.spelling import canonical

#: More distinct labels than this are numbers, not classes.
MAX_CLASSES = 50


def choose_task(schema: Schema, columns: Mapping[str, pa.Array]) -> tuple[Task, str]:
    """Return the task and why."""
    if schema.task is not None:
        return schema.task, "the schema says so"
    if schema.query is not None:
        return "ranking", f"the schema names a query column, {schema.query}"
    if isinstance(schema.label, list):
        return "multilabel", f"the schema names {len(schema.label)} label columns"
    if isinstance(schema.score, dict):
        many = len(schema.score) > 2
        return ("multiclass" if many else "binary"), f"there are scores for {len(schema.score)} classes"
    truth = schema.label or schema.prediction
    if not isinstance(truth, str):
        if schema.score is not None:
            return "binary", f"there is a score, {schema.score}, and nothing says otherwise"
        return "none", "the schema names neither label, prediction nor score: data quality and drift only"
    return _from_values(truth, columns[truth], schema)


def _from_values(name: str, values: pa.Array, schema: Schema) -> tuple[Task, str]:
    present = values.drop_null()
    if not len(present):
        return (
            ("binary", f"{name} is empty but there is a score")
            if schema.score
            else ("none", f"{name} is empty")
        )
    distinct = _spelled(present)
    continuous = pa.types.is_floating(present.type) and not _whole(present)
    if continuous or (schema.score is None and _many_numbers(present, len(distinct))):
        return "regression", f"{name} holds {len(distinct)} distinct numbers"
    if len(distinct) <= 2:
        return "binary", f"{name} has {len(distinct)} distinct values: {', '.join(distinct[:2])}"
    return "multiclass", f"{name} has {len(distinct)} distinct values"


def choose_classes(
    schema: Schema, task: Task, columns: Mapping[str, pa.Array]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the classes (binary: negative, positive) and why."""
    if task not in ("binary", "multiclass", "multilabel"):
        return (), {}
    if task == "multilabel":
        return ("0", "1"), {"classes": "each label column is 0 or 1"}
    classes = schema.classes or _found(schema, columns)
    if task == "multiclass":
        return tuple(classes), {"classes": f"{len(classes)} classes"}
    return _binary(schema, classes)


def _found(schema: Schema, columns: Mapping[str, pa.Array]) -> list[str]:
    if isinstance(schema.score, dict):
        return list(schema.score)
    named = [n for n in (schema.label, schema.prediction) if isinstance(n, str)]
    found = {c for n in named for c in _spelled(columns[n].drop_null())}
    return sorted(found, key=_class_order) or ["0", "1"]


def _binary(schema: Schema, classes: list[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    if len(classes) == 1:
        classes = ["0", "1"] if classes[0] in ("0", "1") else [f"not {classes[0]}", classes[0]]
    if len(classes) > 2:
        raise ConfigError(
            f"Label and prediction hold {len(classes)} classes: {', '.join(classes[:6])}",
            "A binary task has two",
            "Set task='multiclass', or name the two in Schema(classes=[...]); other labels are then counted apart",
            code="schema.too-many-classes",
        )
    positive = schema.positive or classes[-1]
    if positive not in classes:
        raise ConfigError(
            f"Positive class {positive!r} does not occur; found {', '.join(classes)}",
            "The positive class is one of the two",
            f"Set Schema(positive={classes[-1]!r})",
            code="schema.unknown-class",
        )
    negative = next(c for c in classes if c != positive)
    said = "the schema says so" if schema.positive else "it is the last of the two in order"
    return (negative, positive), {"positive": f"{positive} counts as positive: {said}"}


def _spelled(present: pa.Array) -> list[str]:
    distinct = canonical(pc.unique(present)).to_pylist()
    return sorted({d for d in distinct if d is not None}, key=_class_order)


def _class_order(name: str) -> tuple[int, float, str]:
    try:
        return 0, float(name), name
    except ValueError:
        return 1, 0.0, name


def _whole(present: pa.Array) -> bool:
    numbers = Batch(pa.record_batch({"x": present})).numbers("x")
    finite = numbers[np.isfinite(numbers)]
    return bool(np.all(finite == np.floor(finite)))


def _many_numbers(present: pa.Array, distinct: int) -> bool:
    kind = present.type
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    return numeric and distinct > MAX_CLASSES
