"""A monitor file with alerts, a calendar and joined rules, replayed end to end."""

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import vedette as vd

DAYS, ROWS = 40, 300
FILE = """
[schema]
time = "at"
score = "p"
label = "y"
[data]
reference = "reference.parquet"
current = "current.parquet"
[windows]
every = "1d"
label_delay = "2d"
[alerts]
notify = "act"
recover_after = 2
[[calendar]]
name = "holiday"
from = 2024-03-11
to = 2024-03-12
[[rules]]
name = "crowd"
kind = "threshold"
metrics = ["row_count"]
above = 400
[[rules]]
name = "weak while busy"
kind = "all_of"
rules = ["crowd", { kind = "threshold", metrics = ["accuracy"], below = 0.6 }]
"""


def log(seed, first):
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(DAYS), ROWS)
    start = datetime.fromisoformat(first)
    p = rng.beta(2, 2, len(day))
    at = [start + timedelta(days=int(d), hours=9) for d in day]
    return day, {"at": at, "p": p, "y": (rng.random(len(day)) < p).astype(float)}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Labels of days 20 to 25 never come; day 10 is a broken holiday; day 30 is busy and bad, day 35 only busy."""
    folder = tmp_path_factory.mktemp("flights")
    pq.write_table(pa.table(log(0, "2024-01-01")[1]), folder / "reference.parquet")
    day, rows = log(1, "2024-03-01")
    y = np.where((day == 30) | (day == 10), rows["p"] < 0.5, rows["y"]).astype(float)
    y[((day >= 20) & (day <= 25)) | (day == DAYS - 1)] = np.nan
    table = pa.table({**rows, "y": pa.array(y, from_pandas=True)})
    busy = np.sort(np.concatenate([np.arange(len(day)), *[np.flatnonzero(day == d) for d in (10, 30, 35)]]))
    pq.write_table(table.take(pa.array(busy)), folder / "current.parquet")
    (folder / "monitor.toml").write_text(FILE)
    return vd.replay(folder / "monitor.toml")


def of(report, rule):
    return [f for f in report.findings if f.rule == rule]


def test_joined_conditions_fire_where_both_hold_and_not_on_the_holiday(report):
    (one,) = of(report, "all_of")
    assert one.window.label == one.until.label == "2024-03-31"
    assert one.message.startswith("weak while busy: ")
    assert not of(report, "threshold")


def test_labels_that_never_came_are_late_and_young_ones_are_not(report):
    (one,) = of(report, "late_labels")
    assert (one.window.label, one.until.label) == ("2024-03-21", "2024-03-26")


def test_nothing_is_said_of_the_holiday(report):
    holiday = {"2024-03-11", "2024-03-12"}
    assert not [f for f in report.findings if {f.window.label, f.until.label} & holiday]


def test_incidents_follow_the_policy_of_the_file(report):
    assert report.policy.recover_after == 2
    labels = next(one for one in report.incidents if one.cause == "labels")
    assert labels.state == "resolved"
    assert labels.since.label == "2024-03-21"
