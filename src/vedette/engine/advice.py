"""How long a window should be, from a power calculation in words."""

from __future__ import annotations

import numpy as np

from vedette.engine.baseline import Baseline
from vedette.engine.cube import Cube
from vedette.engine.evaluate import evaluate_one
from vedette.engine.plan import Plan, choose
from vedette.errors import VedetteError
from vedette.inference.power import detectable_windows
from vedette.metrics.base import metric
from vedette.sentences.sentence import Sentence
from vedette.values import Estimate, Note

#: The rate that matters for a task, best first.
RATES = {"binary": ("recall", "accuracy"), "multiclass": ("accuracy",)}
#: The fall that is asked about, in the metric's unit.
DROP = 0.02


def window_advice(baseline: Baseline, cube: Cube, chosen: Plan) -> list[Note]:
    """Return after how many windows a fall of two points is seen at this volume, where that can be said."""
    planned = {one.metric.name for one in chosen.chosen}
    for name in RATES.get(baseline.layout.task, ()):
        if name in planned:
            estimate = _reference(baseline, name)
            if estimate.value is not None and estimate.value > DROP:
                return [_advice(name, estimate, _usual(cube, name, baseline))]
    return []


def _reference(baseline: Baseline, name: str) -> Estimate:
    try:
        one = choose(metric(name), baseline.layout)
    except VedetteError:
        return Estimate(None, reason="undefined")
    block = evaluate_one(one, baseline.cube, None)
    return block.current[0] if block is not None else Estimate(None, reason="undefined")


def _usual(cube: Cube, name: str, baseline: Baseline) -> float:
    """Return the usual number of rows of the rate's denominator in one window."""
    block = evaluate_one(choose(metric(name), baseline.layout), cube, None)
    return float(np.median(block.current.n)) if block is not None else 0.0


def _advice(name: str, estimate: Estimate, usual: float) -> Note:
    windows = (
        float(detectable_windows(estimate.value or 0.0, DROP, usual, n_ref=estimate.n)) if usual else np.inf
    )
    fields = {"usual": usual, "metric": name, "points": 100 * DROP}
    if not np.isfinite(windows):
        return Note.saying("advice.window", Sentence("note.power_none", fields))
    form = "note.power_one" if windows == 1 else "note.power"
    return Note.saying("advice.window", Sentence(form, {**fields, "windows": windows}))
