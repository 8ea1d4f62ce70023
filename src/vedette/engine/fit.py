"""From a reference and a schema to a layout: kinds, bin edges, categories, classes, task, each with its reason."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vedette.batch import Batch
from vedette.binning import Binning, distinct_of
from vedette.engine.directions import fit_directions
from vedette.engine.task import choose_classes, choose_task
from vedette.errors import ConfigError, DataError
from vedette.layout import Column, Kind, Layout
from vedette.predicate import Predicate
from vedette.schema import Schema
from vedette.sentences.sentence import Sentence
from vedette.sources.base import DAMAGE, Partition, Source
from vedette.spelling import canonical, one_array

#: Rows that fit edges and categories: beyond it, rows spread evenly over the reference.
FIT_ROWS = 500_000
#: Of these, rows whose order statistics become bin edges.
EDGE_ROWS = 32_768
#: Categories counted one by one; the next `REST` are counted together as other.
TOP, REST = 200, 10_000
#: Segment values followed one by one.
TOP_SEGMENTS = 50
#: Score bins: AUC from bins is then off by less than 1e-3 of its own interval.
SCORE_BINS = 1000
RESIDUAL_BINS = 200
#: Coarse bins of drift tests.
COARSE = 10
#: Roles whose values are never counted in bins.
UNCOUNTED = ("id", "time", "label_time", "query", "weight")
#: A text column with more distinct values than this share of its rows is text, not a category.
TEXT_SHARE = 0.5


def fit_layout(source: Source, schema: Schema) -> Layout:
    """Return the layout of a reference.

    Raises
    ------
    UnknownNameError
        A role names a column that is not there (``schema.unknown-column``).
    DataError
        The reference has no rows (``reference.empty``).
    """
    schema.check(source.names)
    names = _wanted(source, schema)
    with ThreadPoolExecutor(
        os.cpu_count()
    ) as pool:  # each thread holds a column, and an allocator of its own
        arrays = dict(zip(names, pool.map(lambda name: read_column(source, name), names), strict=True))
        arrays |= _conditions(source, schema, arrays)
        if not len(next(iter(arrays.values()))):
            raise DataError(
                "The reference has no rows",
                "Rows to compare with",
                "Pass the training or validation rows",
                code="reference.empty",
            )
        task, why = choose_task(schema, arrays)
        classes, reasons = choose_classes(schema, task, arrays)
        columns = list(pool.map(lambda name: fit_column(name, arrays[name], schema, task), arrays))
    layout = Layout(
        schema=schema,
        task=task,
        columns=tuple(columns),
        classes=classes,
        why={"task": why, **reasons, **({} if schema.id else {"id": Sentence.of("why.no_id")})},
        residual_binning=_residual_binning(schema, task, arrays),
    )
    return msgspec.structs.replace(layout, projections=fit_directions(layout, arrays))


def _residual_binning(schema: Schema, task: str, arrays: Mapping[str, pa.Array]) -> Binning | None:
    """Return the bins of ``prediction - label``, None where the reference does not hold both."""
    predicted = schema.prediction or schema.score
    names = [n for n in (predicted, schema.label) if isinstance(n, str) and n in arrays]
    if task != "regression" or len(names) < 2:
        return None
    batch = Batch(pa.record_batch({n: arrays[n] for n in names}))
    binning, _ = fit_bins(batch.numbers(names[0]) - batch.numbers(names[1]), RESIDUAL_BINS)
    return binning


def _conditions(source: Source, schema: Schema, arrays: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """Return the answers of every segment that is a condition."""
    found = {}
    for name in schema.segments:
        predicate = Predicate.parse(name)
        if predicate is not None:
            values = arrays.get(predicate.column)
            if values is None:
                values = read_column(source, predicate.column)
            found[name] = predicate.of(Batch(pa.record_batch({predicate.column: values})))
    return found


def _wanted(source: Source, schema: Schema) -> list[str]:
    """Return the columns to fit: those the schema names, and all others as features unless features are listed."""
    ignored = set(schema.ignore)
    named = set(schema.named())
    found = [n for n in source.names if n not in ignored and (schema.features is None or n in named)]
    if not found:
        raise ConfigError(
            "The schema leaves no column to watch",
            f"Some of {', '.join(source.names[:6])}",
            "Shorten ignore, or lengthen features",
            code="schema.no-columns",
        )
    return found


def read_column(source: Source, name: str) -> pa.Array:
    """Return up to about `FIT_ROWS` entries of one column, spread evenly over the source."""
    partitions = source.partitions()
    rows = source.rows
    step = max(1, -(-rows // FIT_ROWS)) if rows else 1
    chosen = partitions[:: min(step, max(len(partitions) // 8, 1))]
    return one_array([chunk for partition in chosen for chunk in _chunks(partition, name)])


def _chunks(partition: Partition, name: str) -> list[pa.Array]:
    """Return one column of a partition; nulls in its place where it cannot be read, which the scan reports."""
    try:
        return [t.column(0) if t.num_columns else pa.nulls(t.num_rows) for t in partition.read([name], [])]
    except DAMAGE:
        return [pa.nulls(partition.rows or 0)]


def fit_column(name: str, values: pa.Array, schema: Schema, task: str) -> Column:
    """Return one column's kind, edges and categories."""
    role = role_of(name, schema)
    kind = kind_of(name, values, schema, role, task)
    unit = schema.units.get(name, "")
    low, high = schema.ranges.get(name, (None, None))
    if role in UNCOUNTED:
        return Column(name=name, kind=kind, role=role, unit=unit)
    if kind == "number":
        numbers = Batch(pa.record_batch({name: values})).numbers(name)
        bins = SCORE_BINS if role == "score" else 200
        binning, coarse = fit_bins(numbers, bins)
        if not binning.offsets:  # nothing finite
            return Column(name=name, kind="empty", role=role, unit=unit)
        return Column(
            name=name, kind=kind, role=role, binning=binning, coarse=coarse, unit=unit, low=low, high=high
        )
    if kind == "category":
        known, rest = fit_categories(values, TOP_SEGMENTS if role == "segment" else TOP)
        return Column(name=name, kind=kind, role=role, known=known, rest=rest, unit=unit)
    return Column(name=name, kind=kind, role=role, unit=unit)


def role_of(name: str, schema: Schema) -> str:
    """Return the role of a column; "segment" for segments and protected groups, "feature" without a role."""
    for role, names in schema.roles().items():
        if name in names:
            return role
    return "segment" if name in (*schema.segments, *schema.protected) else "feature"


def kind_of(name: str, values: pa.Array, schema: Schema, role: str, task: str) -> Kind:
    """Return what a column holds."""
    for kind in ("number", "category", "text", "embedding"):
        if name in getattr(schema, {"number": "numeric", "category": "categorical"}.get(kind, kind)):
            return kind
    if values.is_null(nan_is_null=True).true_count == len(values):
        return "empty"
    if role in ("score", "weight"):
        return "number"
    if role == "segment" or (
        role in ("label", "prediction") and task in ("binary", "multiclass", "multilabel")
    ):
        return "category"
    return _kind_of_type(values)


def _kind_of_type(values: pa.Array) -> Kind:
    kind = values.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_boolean(kind):
        return "category"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_temporal(kind):
        return "time"
    if pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind) or pa.types.is_large_list(kind):
        return "embedding"
    return "text" if pa.types.is_nested(kind) else _kind_of_text(values)


def _kind_of_text(values: pa.Array) -> Kind:
    """Return number for text that spells numbers, text when almost every entry is another, else category."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if not (
        pa.types.is_string(values.type)
        or pa.types.is_large_string(values.type)
        or pa.types.is_string_view(values.type)
    ):
        return "category"
    head = values.drop_null()[:10_000]
    numbers = Batch(pa.record_batch({"x": head})).numbers("x")
    if np.isfinite(numbers).mean() > 0.9:
        return "number"
    distinct = pc.count_distinct(head).as_py()
    return "text" if len(head) >= 100 and distinct > TEXT_SHARE * len(head) else "category"


def fit_bins(numbers: npt.NDArray[np.float64], bins: int) -> tuple[Binning, tuple[int, ...]]:
    """Return fine bins, and the first fine bin of each of about ten coarse bins of equal mass."""
    ordered = _representatives(numbers[np.isfinite(numbers)], bins)
    binning = Binning.fit_ordered(ordered, bins)
    counts = np.bincount(binning.find(ordered), minlength=binning.size)[:-1]
    return binning, coarse_bins(counts)


def _representatives(finite: npt.NDArray[np.float64], bins: int) -> npt.NDArray[np.float64]:
    """Return values in increasing order that stand for all: an even sample with the extremes, all where few differ."""
    if len(finite) <= EDGE_ROWS:
        return np.sort(finite)
    sample = np.sort(finite[:: -(-len(finite) // EDGE_ROWS)])
    if len(distinct_of(sample)) <= bins:  # every distinct value gets its bin, so none may be missed
        return np.sort(finite)
    return np.concatenate(([finite.min()], sample, [finite.max()]))


def coarse_bins(counts: npt.NDArray[np.int64], groups: int = COARSE) -> tuple[int, ...]:
    """Return the first fine bin of each coarse bin.

    The out-of-range bins 0 and last join the outermost coarse bins; empty coarse bins do not arise.
    """
    inside = counts[1:-1]
    if not inside.sum():
        return (0,)
    before = np.cumsum(inside) - inside
    group = np.minimum((before + inside / 2) / inside.sum() * groups, groups - 1).astype(int)
    starts = np.flatnonzero(np.diff(group, prepend=-1)) + 1
    filled = starts[np.add.reduceat(inside, starts - 1) > 0].tolist()
    return (0, *filled[1:])


def fit_categories(values: pa.Array, top: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the most frequent categories, most frequent first, and the others counted together."""
    found = dict(_frequencies(values))
    ordered = sorted(found, key=lambda name: (-found[name], name))[: top + REST]
    return tuple(ordered[:top]), tuple(ordered[top:])


def _frequencies(values: pa.Array) -> Iterator[tuple[str, int]]:
    """Yield (category, rows); spelled after counting, which is cheaper."""
    if pa.types.is_nested(values.type):
        values = canonical(values)
    counted = pc.value_counts(values.drop_null())
    names = canonical(counted.field("values"))
    totals: dict[str, int] = {}
    for name, count in zip(names.to_pylist(), counted.field("counts").to_pylist(), strict=True):
        if name is not None:
            totals[name] = totals.get(name, 0) + count
    yield from totals.items()
