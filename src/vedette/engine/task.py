"""Which task the data are about and which classes there are, chosen from the schema and the reference, with reasons."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vedette.batch import Batch
from vedette.errors import ConfigError
from vedette.schema import Schema, Task
from vedette.sentences.sentence import Sentence
from vedette.spelling import canonical

#: More distinct labels than this are numbers, not classes.
MAX_CLASSES = 50


def choose_task(schema: Schema, columns: Mapping[str, pa.Array]) -> tuple[Task, Sentence]:
    """Return the task and why."""
    if schema.task is not None:
        return schema.task, Sentence.of("why.schema")
    if schema.query is not None:
        return "ranking", Sentence.of("why.query", column=schema.query)
    if isinstance(schema.label, list):
        return "multilabel", Sentence.of("why.labels", count=len(schema.label))
    if isinstance(schema.score, dict):
        task: Task = "multiclass" if len(schema.score) > 2 else "binary"
        return task, Sentence.of("why.scores", count=len(schema.score))
    truth = schema.label or schema.prediction
    if not isinstance(truth, str):
        if schema.score is not None:
            return "binary", Sentence.of("why.score", column=schema.score)
        return "none", Sentence.of("why.no_role")
    return _from_values(truth, columns[truth], schema)


def _from_values(name: str, values: pa.Array, schema: Schema) -> tuple[Task, Sentence]:
    present = values.drop_null()
    if not len(present):
        if schema.score:
            return "binary", Sentence.of("why.empty_label", column=name)
        return "none", Sentence.of("why.empty", column=name)
    distinct = _spelled(present)
    continuous = pa.types.is_floating(present.type) and not _whole(present)
    if continuous or (schema.score is None and _many_numbers(present, len(distinct))):
        return "regression", Sentence.of("why.numbers", column=name, count=len(distinct))
    if len(distinct) <= 2:
        return "binary", Sentence.of("why.two_values", column=name, count=len(distinct), values=distinct[:2])
    return "multiclass", Sentence.of("why.values", column=name, count=len(distinct))


def choose_classes(
    schema: Schema, task: Task, columns: Mapping[str, pa.Array]
) -> tuple[tuple[str, ...], dict[str, Sentence]]:
    """Return the classes (binary: negative, positive) and why."""
    if task not in ("binary", "multiclass", "multilabel"):
        return (), {}
    if task == "multilabel":
        return ("0", "1"), {"classes": Sentence.of("why.multilabel")}
    classes = schema.classes or _found(schema, columns)
    if task == "multiclass":
        return tuple(classes), {"classes": Sentence.of("why.classes", count=len(classes))}
    return _binary(schema, classes)


def _found(schema: Schema, columns: Mapping[str, pa.Array]) -> list[str]:
    if isinstance(schema.score, dict):
        return list(schema.score)
    named = [n for n in (schema.label, schema.prediction) if isinstance(n, str)]
    found = {c for n in named for c in _spelled(columns[n].drop_null())}
    return sorted(found, key=_class_order) or ["0", "1"]


def _binary(schema: Schema, classes: list[str]) -> tuple[tuple[str, ...], dict[str, Sentence]]:
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
    form = "why.positive_said" if schema.positive else "why.positive_last"
    return (negative, positive), {"positive": Sentence.of(form, name=positive)}


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
