"""Traffic by the hour with a quiet weekend, on the server: the week is learnt, and only what is unusual is told."""

import numpy as np
import pyarrow as pa
import pytest

from vedette.engine.baseline import Baseline
from vedette.store import incidents

HOUR = 3_600_000_000
START = 19_702 * 24 * HOUR  # a Monday
MONITOR = """
version = 1
model = "flights"
metrics = ["row_count"]
[schema]
id = "flight"
time = "left_at"
[windows]
every = "1h"
[[rules]]
kind = "seasonal_band"
metrics = ["row_count"]
side = "both"
"""
HOURS = 5 * 168
#: The last Sunday's noon, with the traffic of a working day.
ODD = HOURS - 12
#: When the server is started again: what it has learnt comes from the stored series then.
RESTART = HOURS - 100


def traffic(hours, seed=1, odd=None):
    """Return flights of some hours: half as many at the weekend, by day more than at night."""
    rng, t = np.random.default_rng(seed), np.arange(hours)
    by_day = 50 + 20 * np.sin(2 * np.pi * (t % 24 - 6) / 24)
    usual = by_day * np.where(t // 24 % 7 >= 5, 0.5, 1.0)
    if odd is not None:
        usual[odd] = by_day[odd]
    counts = rng.poisson(usual)
    hour = np.repeat(t, counts)
    return pa.table(
        {
            "flight": [f"{seed}-{i}" for i in range(len(hour))],
            "left_at": pa.array(
                START + hour * HOUR + rng.integers(0, HOUR, len(hour)), pa.timestamp("us", tz="UTC")
            ),
            "delay": rng.gamma(2, 10, len(hour)),
        }
    )


@pytest.fixture
def site(open_site, baseline):
    made = open_site(MONITOR, reference=False)
    schema = baseline.layout.schema
    bare = type(schema)(id="flight", time="left_at")
    made.use(Baseline.fit(traffic(168, seed=2), bare, metrics=["row_count"], every="1h"))
    return made


def told(site):
    with site.database.read() as tx:
        return [one.incident for one in incidents.listing(tx, states=("open", "resolved"))]


def test_a_weekly_season_is_learnt_and_only_the_odd_sunday_is_told(site):
    rows = traffic(HOURS, odd=ODD)
    before = rows.column("left_at").cast("int64").to_numpy() < START + RESTART * HOUR
    site.come(rows.filter(before))
    site.step()
    site.start()
    site.come(rows.filter(~before))
    site.step()
    site.silence()
    (one,) = told(site)
    assert one.lead.rule == "seasonal_band"
    assert one.since.start == one.last.start == START + ODD * HOUR
    assert one.lead.reference.high < one.lead.current.value
