"""Counts of windows whose labels come after a known law."""

import numpy as np
import pytest

from vedette.late_labels.delay_law import DelayLaw
from vedette.late_labels.nowcast import Strata

AGES = 6
#: Positives are known after 1, 2 or 3 steps, negatives all after 5.
KNOWN = np.array([[0, 0, 0, 0, 0, 1.0], [0, 0.3, 0.6, 1, 1, 1]])


@pytest.fixture
def law():
    return DelayLaw(np.tile(KNOWN, (4, 1, 1)), np.zeros(4), 5, settled=True)


@pytest.fixture
def windows():
    """Return a function that draws windows in which every row has one age, the same strata as the law."""

    def drawn(age, count=1, n=4000, change=0.0, seed=0):
        rng = np.random.default_rng(seed)
        cells = 20
        stratum = np.repeat(np.arange(4), cells // 4)
        promise = np.linspace(0.03, 0.9, cells)
        odds = promise / (1 - promise) * np.exp(change)
        rows = rng.multinomial(n, np.full(cells, 1 / cells), count)
        positive = rng.binomial(rows, odds / (1 + odds))
        known = np.stack(
            [rng.binomial(rows - positive, KNOWN[0, age]), rng.binomial(positive, KNOWN[1, age])], axis=2
        )
        waiting = rows - known.sum(axis=2)
        member = np.eye(4)[stratum]
        ages, every = np.zeros((count, 4, AGES)), np.zeros((count, 4, AGES))
        ages[..., age], every[..., age] = waiting @ member, rows @ member
        truth = np.stack([rows - positive, positive], axis=2)
        return Strata(known.astype(float), waiting.astype(float), ages, every, promise, stratum), truth

    return drawn
