"""NannyML's univariate drift with its default methods and thresholds; a chunk is a window."""

import nannyml
import numpy as np
import pandas as pd
from alarms_base import read, write

reference, current, numbers, names = read()
rows = int(np.bincount(numbers).max())
calculator = nannyml.UnivariateDriftCalculator(
    column_names=names,
    chunk_size=rows,
    continuous_methods=["jensen_shannon"],
    categorical_methods=["jensen_shannon"],
)
found = calculator.fit(reference).calculate(current).to_df()
past, now = (found[found[("chunk", "chunk", "period")] == p] for p in ("reference", "analysis"))


def values(part: pd.DataFrame) -> np.ndarray:
    """Return the distances, shape (chunks, columns)."""
    return np.column_stack([part[(c, "jensen_shannon", "value")].to_numpy(float) for c in names])


before = values(past)
# Its own rule is mean + 3 standard deviations of the reference's chunks: the score is how many.
scores = (values(now) - before.mean(0)) / np.maximum(before.std(0), 1e-12)
alerts = np.column_stack([now[(c, "jensen_shannon", "alert")].fillna(False).to_numpy(bool) for c in names])
write(scores, alerts)
