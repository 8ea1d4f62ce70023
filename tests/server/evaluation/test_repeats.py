"""A day that was sent again under new ids is told on the server as a replay tells it."""

import pyarrow as pa
import pytest

import vedette as vd
from vedette.store import incidents

DAY = 86_400_000_000


def again(rows, days):
    """Return rows once more, days later, under new ids."""
    ids = pa.array([f"again-{i}" for i in range(len(rows))])
    at = rows.column("left_at").cast("int64").to_numpy() + days * DAY
    moved = rows.set_column(0, "flight", ids)
    return moved.set_column(1, "left_at", pa.array(at, pa.timestamp("us", tz="UTC")))


@pytest.mark.parametrize("restart", [False, True])
def test_a_day_sent_twice_is_told_with_its_first_day(site, make, baseline, restart):
    usual = [make(1, first=day) for day in (*range(6), *range(7, 9))]
    rows = pa.concat_tables([*usual[:6], again(usual[2], 4), *usual[6:]])
    early, late = rows.slice(0, 6 * 120), rows.slice(6 * 120)
    site.come(early)
    site.step()
    if restart:
        site.start()
    site.come(late)
    site.step()
    site.silence()
    with site.database.read() as tx:
        (one,) = [i.incident for i in incidents.listing(tx, states=("open", "resolved"))]
    (replayed,) = [f for f in vd.compare(baseline, rows, every="1d").findings if f.rule == "repeated_window"]
    assert one.lead == replayed
    assert (one.level, one.explanation.kind) == ("act", "duplicated data")


def test_a_day_that_only_looks_alike_is_not(site, make):
    site.come(make(8))
    site.step()
    site.silence()
    with site.database.read() as tx:
        assert incidents.listing(tx, states=("open", "resolved")) == []
