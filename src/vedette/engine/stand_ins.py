"""Metrics estimated without labels, shown unasked where labels are out."""

from __future__ import annotations

import numpy as np

from vedette.engine.cube import Cube
from vedette.layout import Layout

#: By task: few, and of all rows only. Beside them stand the metrics that read labels.
STAND_INS = {
    "binary": ("estimated_f1", "estimated_roc_auc", "estimated_accuracy"),
    "multiclass": ("estimated_accuracy", "estimated_f1"),
    "regression": ("estimated_mae", "estimated_rmse", "estimated_bias"),
}
#: A window of which a smaller part is labelled waits for labels.
LABELLED = 0.95


def labels_are_out(cube: Cube, layout: Layout) -> bool:
    """Tell whether some window has rows whose labels are not there."""
    if layout.task not in STAND_INS or layout.label is None:
        return False
    regression = layout.task == "regression"
    if regression and layout.prediction is None and layout.score is None:
        return False  # labels alone: nothing stands in for what is not computed with them either
    state = cube.state(layout.errors() if regression else layout.confusion())
    if state is None:
        return False
    if regression:
        labelled, rows = state["labelled"], state["rows"]
    else:
        counts = state["counts"]
        labelled, rows = counts[:, :, : len(layout.classes)].sum(axis=(1, 2)), counts.sum(axis=(1, 2))
    return bool(np.any(labelled < LABELLED * rows))
