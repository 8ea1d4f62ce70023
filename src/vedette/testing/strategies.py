"""What hypothesis draws from when it looks for rows that break a law."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from vedette.batch import Batch
from vedette.testing.rows import law_rows


def rows(most: int = 40) -> st.SearchStrategy[Batch]:
    """Batches of none to `most` law rows; a failing one shrinks to few rows."""
    return st.builds(law_rows, st.integers(0, most), st.integers(0, 2**16))


def generators() -> st.SearchStrategy[np.random.Generator]:
    """Seeded generators for the choices of a law: where to split, which row in which cell."""
    return st.builds(np.random.default_rng, st.integers(0, 2**16))
