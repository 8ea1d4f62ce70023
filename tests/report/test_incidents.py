"""The timeline of incidents of a replay: when each began, was found and ended, and why."""

import json
from datetime import datetime, timedelta

import numpy as np
import pytest

import vedette as vd
from vedette.alerts.mute import Mute
from vedette.alerts.policy import Policy
from vedette.report.incidents import lived
from vedette.report.page import page_of

DAYS, ROWS = 50, 400
SCHEMA = vd.Schema(time="at", score="p", label="y")


def log(seed, first, broken=False):
    """Return days of rows; `x` is in other units from day 20 to 29, and scores mean nothing from day 40 on."""
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(DAYS), ROWS)
    x = rng.normal(10, 2, len(day))
    p = rng.beta(2, 2, len(day))
    y = rng.random(len(day)) < np.where(broken & (day >= 40), 1 - p, p)
    x[broken & (day >= 20) & (day < 30)] *= 60
    start = datetime.fromisoformat(first)
    return {
        "at": [(start + timedelta(days=int(d), hours=6)).isoformat() for d in day],
        "x": x,
        "p": p,
        "y": y.astype(int),
    }


@pytest.fixture(scope="module")
def report():
    return vd.compare(log(0, "2024-01-01"), log(1, "2024-03-01", broken=True), SCHEMA, every="1d")


def test_each_cause_is_one_incident_with_its_onset_and_end(report):
    (first, *_, last) = report.incidents
    assert "x" in {f.column for f in first.findings}
    assert (first.since.label, first.last.label) == ("2024-03-21", "2024-03-30")
    assert first.state == "resolved"
    assert last.since.label == "2024-04-10"
    assert last.state == "open"
    assert all(one.since.start <= one.opened.start <= one.last.start for one in report.incidents)


def test_the_policy_decides_what_would_have_been_told(report):
    told = lived(report).notices
    assert {"opened", "recovered"} <= {n.kind for n in told}
    assert len(lived(report, Policy(notify="act", remind_every="")).notices) < len(told)
    assert (
        lived(report, Policy(recover_after=2)).incidents == lived(report, Policy(recover_after=2)).incidents
    )


def test_a_mute_keeps_an_incident_and_tells_nothing(report):
    report.mutes = (Mute(column="x"),)
    try:
        quiet = lived(report)
    finally:
        report.mutes = ()
    assert [one.id for one in quiet.incidents] == [one.id for one in report.incidents]
    assert not [n for n in quiet.notices if n.incidents[0].cause.endswith(":x")]


@pytest.mark.parametrize(("lang", "word"), [("en", "Incidents"), ("zh", "事件")])
def test_the_page_has_a_lane_for_each(report, lang, word):
    page = page_of(report, lang)
    section = page.sections[0]
    assert section.title == word
    (figure,) = section.figures
    assert len(figure.view.lanes) == len(report.incidents)
    assert len(figure.view.table(lang).rows) == len(report.incidents)
    figure.view.chart(lang).to_dict(validate=True)
    assert "incident-lanes" in report.to_html(lang=lang)


def test_json_has_them(report):
    plain = json.loads(report.to_json())["incidents"]
    assert [one["id"] for one in plain] == [one.id for one in report.incidents]


def test_without_windows_there_are_none():
    report = vd.compare({"x": [1, 2, 3] * 50}, {"x": [9, 9, 9] * 50})
    assert report.incidents == ()
    assert "incidents" not in {s.anchor for s in page_of(report).sections}


def test_windows_of_rows_have_incidents_too():
    rows = {name: values for name, values in log(1, "2024-03-01", broken=True).items() if name != "at"}
    then = {name: values for name, values in log(0, "2024-01-01").items() if name != "at"}
    report = vd.compare(then, rows, vd.Schema(score="p", label="y"), every="1000 rows")
    assert report.incidents
    assert page_of(report).sections[0].anchor == "incidents"
