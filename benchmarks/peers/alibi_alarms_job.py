"""alibi-detect's TabularDrift (Kolmogorov–Smirnov and chi-square with Bonferroni), each window by itself."""

import numpy as np
import pandas as pd
from alarms_base import read, windows, write
from alibi_detect.cd import TabularDrift

reference, current, numbers, names = read()
known = {n: sorted(set(reference[n]) | set(current[n])) for n in names if n.startswith("c")}


def encoded(frame: pd.DataFrame) -> np.ndarray:
    """Return the rows as numbers, categories by their place."""
    return np.column_stack(
        [
            pd.Categorical(frame[n], categories=known[n]).codes if n in known else frame[n].to_numpy()
            for n in names
        ]
    ).astype(float)


categories = {i: None for i, n in enumerate(names) if n in known}
detector = TabularDrift(encoded(reference), p_val=0.05, categories_per_feature=categories)
scores, alerts = [], []
for window in windows(current, numbers):
    rows = encoded(window)
    rows = rows[np.isfinite(rows).all(1)]  # it takes no missing values
    said = detector.predict(rows)["data"]
    scores.append(-np.log10(np.maximum(said["p_val"], 1e-300)))
    alerts.append(said["p_val"] < said["threshold"])
write(scores, alerts)
