"""Kernel distances against the kernel itself, every pair of rows looked at."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.preprocessing import normalize

from vedette.metrics.base import metric
from vedette.summaries.fourier import Fourier
from vedette.testing.rows import observed


def discrepancy(x, y, length):
    """Squared maximum mean discrepancy of two sets of rows."""
    gamma = 1 / (2 * length**2)
    return (
        rbf_kernel(x, x, gamma).mean() + rbf_kernel(y, y, gamma).mean() - 2 * rbf_kernel(x, y, gamma).mean()
    )


ORACLES = {
    "mmd": lambda x, y: discrepancy(x, y, 2.0),
    "embedding_mmd": lambda x, y: discrepancy(normalize(x), normalize(y), 1.0),
}


@pytest.mark.parametrize("name", ORACLES)
def test_value(name):
    """Random features are off by about ``1 / sqrt(m)`` of the kernel; here by less than a quarter."""
    rng = np.random.default_rng(0)
    x, y = rng.normal((1.0, 0.0, 0.0), 1, (1500, 3)), rng.normal(size=(1500, 3)) * [1, 2, 1]
    held = {"mmd": Fourier(columns=("a", "b", "c"), length=2.0, frequencies=1024, products=True)}
    spec = held.get(name, Fourier(embedding="e", frequencies=1024, products=True))
    now, then = (
        observed(spec, **({"e": list(v)} if spec.embedding else dict(zip("abc", v.T, strict=True))))
        for v in (x, y)
    )
    raw = float(((now["total"] / 1500 - then["total"] / 1500) ** 2).sum())
    assert raw == pytest.approx(ORACLES[name](x, y), rel=0.25)
    found = metric(name).compute({"rows": now}, {"rows": then, "null": then})[0]
    assert found.value is not None
    assert 0 < found.value < raw
    assert found.low < found.value < found.high


def test_vectors_of_another_length_are_left_out():
    spec = Fourier(embedding="e", frequencies=2)
    assert observed(spec, e=[[1.0, 0.0], None, [0.0, 0.0], [1.0, 0.0, 0.0], [2.0, 0.0]])["rows"][0] == 2
