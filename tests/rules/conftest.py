"""Series made by hand: the estimates of one metric over windows."""

import numpy as np

from vedette.rules.base import Series
from vedette.values import Estimate, Estimates, Window


def series(value, half=0.0, *, n=1000, p=None, evidence=np.nan, reference=None, **facts):
    """Return a series of values with symmetric intervals of half-width `half`; nan is a window without a value."""
    value = np.atleast_1d(np.asarray(value, float))
    half = np.broadcast_to(np.asarray(half, float), value.shape)
    facts = {"metric": "recall", "title": "recall", "better": "higher", "proportion": True} | facts
    return Series(
        windows=tuple(Window(i, i + 1, f"w{i}") for i in range(len(value))),
        current=Estimates.of(value, value - half, value + half, n=n, p=p),
        reference=Estimate(*reference, n=10_000) if reference is not None else None,
        evidence=np.broadcast_to(np.asarray(evidence, float), value.shape),
        **facts,
    )


def spans(findings):
    """Return the first and last window of each finding."""
    return [(f.window.label, f.until.label) for f in findings]
