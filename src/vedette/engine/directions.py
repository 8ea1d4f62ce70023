"""Directions through the columns, fitted on the reference: along them the detectors see what moves together."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vedette.batch import Batch
from vedette.layout import Layout
from vedette.summaries.fourier import frequencies_of
from vedette.summaries.projections import Projections

Floats = npt.NDArray[np.float64]
#: Leading principal components, and random directions beside them.
LEADING, RANDOM = 8, 8
#: Bins of equal reference mass along each.
BINS = 10
#: Rows they are fitted on.
ROWS = 32_768


def fit_directions(layout: Layout, arrays: Mapping[str, pa.Array]) -> tuple[Projections, ...]:
    """Return the directions through each column of vectors and, where asked for, through all number features.

    The leading principal components see where the reference varies, random directions everywhere else: a
    correlation that breaks changes the spread along nearly all of them.
    """
    blank: list[Projections] = []
    if layout.schema.multivariate and layout.together() is not None:
        features = layout.fourier()
        blank.append(
            Projections(
                columns=features.columns,
                centres=features.centres,
                scales=features.scales,
                directions=(),
                edges=((),),
            )
        )
    vectors = [c.name for c in layout.columns if c.kind == "embedding" and c.role == "feature"]
    blank += [Projections(embedding=name, directions=(), edges=((),)) for name in vectors]
    found = (_fitted(one, Batch(pa.record_batch({n: arrays[n] for n in one.reads()}))) for one in blank)
    return tuple(one for one in found if one is not None)


def _fitted(blank: Projections, batch: Batch) -> Projections | None:
    if len(batch) > ROWS:
        batch = batch.take(np.arange(0, len(batch), -(-len(batch) // ROWS)))
    values, kept = blank.values(batch)
    values = values[kept]
    if len(values) < 10 * BINS or values.shape[1] < 2:
        return None
    centres, scales = blank.centres, blank.scales
    if blank.embedding:  # components differ in spread, which directions should not
        middle, sd = values.mean(0), np.maximum(values.std(0), 1e-9)
        values, centres, scales = (values - middle) / sd, tuple(middle.tolist()), tuple(sd.tolist())
    directions = _directions(values)
    shares = np.arange(1, BINS) / BINS
    edges = np.quantile(values @ directions.T, shares, axis=0).T
    return msgspec.structs.replace(
        blank,
        centres=centres,
        scales=scales,
        directions=tuple(map(tuple, directions.tolist())),
        edges=tuple(map(tuple, edges.tolist())),
    )


def _directions(values: Floats) -> Floats:
    """Return unit directions of shape (k, d), the leading components first, each with its heaviest weight positive."""
    _, vectors = np.linalg.eigh(np.cov(values.T))
    leading = vectors[:, ::-1].T[:LEADING]
    at_random = frequencies_of(RANDOM, values.shape[1])
    both = np.concatenate((leading, at_random / np.linalg.norm(at_random, axis=1, keepdims=True)))
    heaviest = np.take_along_axis(both, np.abs(both).argmax(1)[:, None], axis=1)
    return np.asarray(both * np.sign(heaviest))
