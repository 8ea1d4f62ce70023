"""One fault is one incident, however many columns it moves and whenever each shows it; two faults are two."""

import itertools

import numpy as np
import pyarrow as pa
import pytest

import vedette as vd
from vedette.engine.baseline import Baseline
from vedette.store import incidents

DAY = 86_400_000_000
START = 19_700 * DAY
DAYS, BROKEN, LATER = 17, 11, 14
MONITOR = """
version = 1
model = "flights"
[schema]
id = "flight"
time = "left_at"
score = "p_late"
label = "late"
segments = ["carrier"]
[windows]
every = "1d"
label_delay = "{delay}"
"""


def chance(distance, wind):
    return 1 / (1 + np.exp(-((distance - 40) / 12 + (wind - 10) / 6)))


def departures(days, *, first=0, seed=0, distance_from=None, factor=1.8, temperature_from=None):
    """Return flights late by distance and wind alone; from a day on distance, or temperature, is in other units."""
    rng = np.random.default_rng((seed, first % 1000))
    n = days * 400
    day = first + np.sort(rng.integers(0, days, n))
    distance, wind, temperature = rng.gamma(4, 10, n), rng.normal(10, 3, n), rng.normal(15, 8, n)
    late = rng.random(n) < chance(distance, wind)
    if distance_from is not None:
        distance = np.where(day >= distance_from, distance * factor, distance)
    if temperature_from is not None:
        temperature = np.where(day >= temperature_from, temperature * 9 / 5 + 32, temperature)
    return pa.table(
        {
            "flight": [f"{first}-{i}" for i in range(n)],
            "left_at": pa.array(START + day * DAY + rng.integers(0, DAY, n), pa.timestamp("us", tz="UTC")),
            "distance": distance,
            "wind": wind,
            "temperature": temperature,
            "carrier": rng.choice(["UA", "MQ", "DL"], n, p=[0.5, 0.2, 0.3]),
            "p_late": chance(distance, wind),
            "late": late.astype(float),
        }
    )


@pytest.fixture(scope="module")
def reference(baseline):
    schema = baseline.layout.schema
    return Baseline.fit(departures(60, first=-60, seed=9), schema, every="1d")


@pytest.fixture
def watched(open_site, reference):
    """Return what a server has made of a log that came at once, or day by day from the break on."""

    def lived(rows, delay="0d", *, daily=False):
        site = open_site(MONITOR.format(delay=delay), reference=False)
        site.use(reference)
        times = rows.column("left_at").cast("int64").to_numpy()
        begins = [0, *(range(BROKEN, DAYS) if daily else ()), DAYS]
        for a, b in itertools.pairwise(begins):
            site.come(rows.filter((times >= START + a * DAY) & (times < START + b * DAY)))
            site.step()
        site.silence()
        with site.database.read() as tx:
            found = incidents.listing(tx, states=("open", "acknowledged", "muted", "resolved"))
        return [one.incident for one in found], site.told

    return lived


@pytest.mark.parametrize(
    ("factor", "delay", "daily"), [(1.3, "0d", False), (1.8, "4d", True), (3.28, "4d", False)]
)
def test_a_broken_column_with_what_follows_from_it_is_one_incident(watched, factor, delay, daily):
    found, told = watched(departures(DAYS, distance_from=BROKEN, factor=factor), delay, daily=daily)
    (one,) = found
    assert {f.column for f in one.findings} >= {None, "distance", "p_late"}
    assert one.explanation.columns[0] == "distance"
    assert (one.since.start - START) // DAY == pytest.approx(BROKEN, abs=1)
    assert one.level == "act"
    assert [n.kind for n in told].count("opened") == 1


@pytest.mark.parametrize("second", [BROKEN, LATER])
def test_two_faults_of_unrelated_columns_are_two_incidents(watched, second):
    found, told = watched(departures(DAYS, distance_from=BROKEN, temperature_from=second))
    distance, temperature = sorted(found, key=lambda one: one.explanation.columns)
    assert {f.column for f in distance.findings} >= {None, "distance", "p_late"}
    assert [f.column for f in temperature.findings] == ["temperature"]
    assert (distance.explanation.key, temperature.explanation.key) == (
        "unit change:distance",
        "unit change:temperature",
    )
    assert "Accuracy" in distance.explanation.sentence
    assert "Accuracy" not in temperature.explanation.sentence
    assert "°F" in temperature.explanation.remedy
    onsets = [(one.since.start - START) // DAY for one in (distance, temperature)]
    assert onsets == pytest.approx([BROKEN, second], abs=1)
    assert [n.kind for n in told].count("opened") == 2


def test_a_column_that_the_model_ignores_is_told_as_a_fault_all_the_same(watched):
    (one,), _ = watched(departures(DAYS, temperature_from=BROKEN))
    assert [f.column for f in one.findings] == ["temperature"]
    assert not one.explanation.performance
    assert one.level in ("watch", "act")


def test_a_replay_makes_the_same_incidents(watched, reference):
    rows = departures(DAYS, distance_from=BROKEN, temperature_from=LATER)
    found, _ = watched(rows)
    replayed = vd.compare(reference, rows, every="1d").incidents
    assert {one.explanation.key for one in replayed} == {one.explanation.key for one in found}
    assert {one.since for one in replayed} == {one.since for one in found}
