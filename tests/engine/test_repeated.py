"""A window that was loaded twice, and a change that begins with a deploy."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vedette.alerts.deploy import Deploy
from vedette.monitor import Data, Monitor
from vedette.run import compare, replay
from vedette.schema import Schema
from vedette.summaries.fingerprint import Fingerprint
from vedette.testing.rows import observed


def day(number, seed, size=200):
    rng = np.random.default_rng(seed)
    at = np.datetime64("2024-01-01") + np.timedelta64(number, "D") + np.arange(size).astype("timedelta64[s]")
    return {"id": [f"{number}-{i}" for i in range(size)], "t": at, "x": rng.normal(size=size)}


def history(days):
    return {name: np.concatenate([one[name] for one in days]) for name in days[0]}


SCHEMA = Schema(id="id", time="t")
REFERENCE = history([day(i, i) for i in range(20)])


def test_a_day_that_holds_the_rows_of_another_is_told_whatever_their_ids_and_order():
    days = [day(30 + i, 100 + i) for i in range(8)]
    days[5] = {**days[5], "x": days[2]["x"][::-1]}
    report = compare(REFERENCE, history(days), SCHEMA, every="1d")
    (found,) = report.findings
    assert (found.rule, found.level, found.window.label) == ("repeated_window", "act", "2024-02-05")
    assert report.diagnosis.causes[0].kind == "duplicated data"
    assert "2024-02-02" in report.verdict


def test_days_that_share_most_rows_are_not_the_same():
    days = [day(30 + i, 100 + i) for i in range(8)]
    days[5] = {**days[5], "x": np.append(days[2]["x"][:-1], 0.123)}
    assert compare(REFERENCE, history(days), SCHEMA, every="1d").findings == []


def test_a_change_that_begins_with_a_deploy_says_so():
    days = [day(30 + i, 100 + i) for i in range(8)]
    for one in days[4:]:
        one["x"] = one["x"] * 3 + 5
    told = {
        deploy: compare(REFERENCE, history(days), SCHEMA, every="1d", deploys=[deploy]).diagnosis
        for deploy in ("2024-02-03T22:00", "2024-01-31")
    }
    assert "begins with the deploy 2024-02-03 22:00 UTC" in told["2024-02-03T22:00"].verdict
    assert "部署" in told["2024-02-03T22:00"].in_words("zh")[0]
    assert "deploy" not in told["2024-01-31"].verdict


def test_a_replay_knows_the_deploys_that_its_monitor_declares(tmp_path):
    days = [day(30 + i, 100 + i) for i in range(8)]
    for one in days[4:]:
        one["x"] = one["x"] * 3 + 5
    for name, rows in {"reference": REFERENCE, "current": history(days)}.items():
        pq.write_table(pa.table(rows), tmp_path / f"{name}.parquet")
    data = Data(reference=str(tmp_path / "reference.parquet"), current=str(tmp_path / "current.parquet"))
    monitor = Monitor(schema=SCHEMA, data=data, deploys=[Deploy(time="2024-02-03T22:00", version="8")])
    assert "begins with the deploy 2024-02-03 22:00 UTC" in replay(monitor).verdict


def test_a_fingerprint_is_of_the_rows_and_not_of_their_order():
    spec = Fingerprint(numbers=("x",), categories=("c",))
    one = observed(spec, x=[1.0, 2.0, None], c=["a", "b", "a"])
    same = observed(spec, x=[None, 1.0, 2.0], c=["a", "a", "b"])
    other = observed(spec, x=[1.0, 2.0, None], c=["b", "a", "a"])
    assert one["total"] == same["total"]
    assert one["total"] != other["total"]
