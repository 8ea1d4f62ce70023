"""What the reference says of rows it does not hold."""

import numpy as np
import pyarrow as pa
import pytest

import vedette as vd

HOUR = 3_600_000_000


def stream(seed, rows, first):
    """Rows of a column of 200 categories, 200 an hour."""
    rng = np.random.default_rng(seed)
    shares = 1 / np.arange(1, 201)
    codes = rng.choice(200, rows, p=shares / shares.sum())
    times = first * HOUR + np.arange(rows) * (HOUR // 200)
    return pa.table({"time": pa.array(times, pa.timestamp("us", "UTC")), "c": [f"v{k}" for k in codes]})


@pytest.mark.parametrize("seed", range(5))
def test_categories_that_a_small_reference_lacks_are_expected(seed):
    """Without it every seed alarms within three windows; under the promise at most one run in seven would by chance,
    and a reference of so few rows grants so much that in 4000 windows of the benchmark none did."""
    reference, current = stream(seed, 500, 0), stream(100 + seed, 100 * 200, 3)
    report = vd.compare(reference, current, vd.Schema(time="time"), every="1h", metrics=["psi"], rules=())
    assert report.watched.alarms == ()
    assert len(report.watched.family) == 100
