"""Coverage of the fairness intervals: 2 000 windows of one known law, as cells of one state.

Each test passes as long as the true coverage is at least the promised one: the limit is the 1e-6 quantile of the
binomial law, so that it fails by chance once in a million runs, were the seed not fixed.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from vedette.metrics.base import metric
from vedette.summaries.base import State
from vedette.summaries.categories import Categories
from vedette.summaries.confusion import Confusion
from vedette.summaries.group_outcomes import GroupOutcomes

WINDOWS = 2000
SPEC = GroupOutcomes(
    groups=Categories(column="g", known=("small", "large")),
    confusion=Confusion(classes=("0", "1"), label="y", prediction="p"),
)
#: Rows and law (predicted by true) of the small and of the large group.
LAWS = {
    "equal": ((60, [[0.5, 0.1], [0.1, 0.3]]), (400, [[0.5, 0.1], [0.1, 0.3]])),
    "apart": ((60, [[0.6, 0.2], [0.05, 0.15]]), (400, [[0.4, 0.05], [0.15, 0.4]])),
    "rarely selected": ((150, [[0.80, 0.12], [0.05, 0.03]]), (600, [[0.75, 0.05], [0.1, 0.1]])),
}


def rates(table: np.ndarray) -> dict[str, float]:
    (tn, fn), (fp, tp) = table
    return {
        "selection": fp + tp,
        "equal_opportunity_difference": tp / (tp + fn),
        "false_positive_rate_difference": fp / (fp + tn),
        "predictive_parity_difference": tp / (tp + fp),
    }


def truth(name: str, law: str) -> float:
    small, large = (rates(np.array(table)) for _, table in LAWS[law])
    if name == "selection_rate_ratio":
        return small["selection"] / large["selection"]
    if name == "selection_rate_difference":
        return small["selection"] - large["selection"]
    if name == "equalized_odds":
        gaps = ("equal_opportunity_difference", "false_positive_rate_difference")
        return max(abs(small[gap] - large[gap]) for gap in gaps)
    return small[name] - large[name]


def windows(law: str) -> dict[str, State]:
    """Return windows with a small and a large group."""
    rng, groups = np.random.default_rng(0), SPEC.groups.size
    counts = np.zeros((WINDOWS, groups, 3, 4), np.int64)
    for group, (n, table) in enumerate(LAWS[law]):
        counts[:, group, :2, :2] = rng.multinomial(n, np.ravel(table), WINDOWS).reshape(-1, 2, 2)
    return {"outcomes": State(SPEC, {"counts": counts})}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(
    "name",
    [
        "selection_rate_difference",
        "selection_rate_ratio",
        "equal_opportunity_difference",
        "false_positive_rate_difference",
        "predictive_parity_difference",
        "equalized_odds",
    ],
)
def test_coverage(name: str, law: str):
    """The 95 % interval of the small group covers at least 93 %."""
    found = metric(name, column="g").compute(windows(law))
    low, high = (ends.reshape(WINDOWS, -1)[:, 0] for ends in (found.low, found.high))
    defined = np.isfinite(low)
    hits = np.sum((low <= truth(name, law)) & (truth(name, law) <= high))
    assert defined.mean() > 0.99
    assert hits >= stats.binom.ppf(1e-6, defined.sum(), 0.93)
