"""What "the interval keeps its promise" means in these tests."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binom

Covers = Callable[..., None]


@pytest.fixture
def covers() -> Covers:
    """Check of a coverage: hits among repetitions against the claimed range of coverage.

    The allowed number of hits is the exact binomial range at 1e-6 on each side. Seeds are fixed, so a test
    never flakes; with a fresh seed, a true claim would fail it once in 500 000 runs at most.
    """

    def check(inside: np.ndarray, at_least: float, at_most: float = 1.0) -> None:
        hits, repetitions = int(inside.sum()), inside.size
        fewest, most = binom.ppf(1e-6, repetitions, at_least), binom.isf(1e-6, repetitions, at_most)
        assert fewest <= hits <= most, f"covered {hits}/{repetitions}, claimed {at_least} to {at_most}"

    return check
