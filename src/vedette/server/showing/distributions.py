"""The distribution of one column over some windows, beside that of the reference."""

from __future__ import annotations

from vedette.engine.cube import Cube
from vedette.engine.definition import Definition
from vedette.summaries.categories import Categories
from vedette.summaries.histogram import Histogram
from vedette.views.categories import CategoryDistribution
from vedette.views.distribution import NumberDistribution


def distribution(
    definition: Definition, cube: Cube, column: str, title: str
) -> NumberDistribution | CategoryDistribution | None:
    """Return the picture of a column, None where its values were not counted."""
    known = {c.name: c for c in definition.layout.monitored()}
    if column not in known or known[column].kind not in ("number", "category"):
        return None
    spec = definition.layout.bins(column)
    now, then = cube.state(spec), definition.baseline.cube.state(spec)
    if now is None:
        return None
    current = now["counts"].sum(0).astype(float)
    reference = then["counts"][0].astype(float) if then is not None else None
    if isinstance(spec, Histogram):
        return NumberDistribution(
            title=title,
            name=column,
            unit=known[column].unit,
            edges=spec.binning.edges,
            current=current,
            reference=reference,
        )
    assert isinstance(spec, Categories)
    return CategoryDistribution(
        title=title, name=column, categories=spec.known, current=current, reference=reference
    )
