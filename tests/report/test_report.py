"""A report answers for any metric, column, segment and window, in every form."""

import json
import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

import vedette as vd
from vedette.errors import ConfigError, UnknownNameError
from vedette.report.page import page_of

DAY = 86_400
SCHEMA = vd.Schema(score="score", label="label", time="at", segments=["region"])


def rows(seed, days=20, per_day=300, shift=0.0, lost=()):
    """Return days of a model's log; `lost` are days on which column x is missing in half of the rows."""
    rng = np.random.default_rng(seed)
    n = days * per_day
    day = np.arange(n) // per_day
    x = rng.normal(shift, 1, n)
    score = 1 / (1 + np.exp(-x))
    gone = np.isin(day, lost) & (rng.random(n) < 0.5)
    return {
        "x": np.where(gone, np.nan, x),
        "region": rng.choice(["north", "south"], n),
        "score": score,
        "label": (rng.random(n) < score).astype(int),
        "at": 1_700_006_400 + day * DAY + rng.integers(0, DAY, n),
    }


@pytest.fixture(scope="module")
def replayed():
    return vd.compare(rows(0), rows(1, lost=(12, 13)), SCHEMA, every="1d")


@pytest.fixture(scope="module")
def compared():
    return vd.compare(rows(0), rows(1, shift=0.8), SCHEMA)


def test_an_outage_of_two_days_is_found_where_it_was(replayed):
    (found,) = [f for f in replayed.findings if f.metric == "missing"]
    starts = [w.start for w in replayed.windows]
    assert (starts.index(found.window.start), starts.index(found.until.start)) == (12, 13)
    assert found.column == "x"
    assert found.level == "act"
    assert found.effect.low > 0.4


#: Schemas whose reports leave metrics out for many reasons, and the task of each.
MANY = {
    "binary": vd.Schema(prediction="said", label="label"),
    "multiclass": vd.Schema(prediction="kind", label="other"),
    "regression": vd.Schema(prediction="x", label="score"),
    "none": vd.Schema(),
}


@pytest.mark.parametrize("task", MANY)
def test_why_lines_of_a_chinese_page_are_chinese(task):
    """Every line that says why a task, a class or a metric is what it is; names of columns and keys aside."""
    more = {"said": np.ones(600, int), "kind": list("abc") * 200, "other": list("bca") * 200}
    report = vd.compare({**rows(0, 2), **more}, {**rows(1, 2), **more}, MANY[task])
    assert report.baseline.layout.task == task
    page = page_of(report, "zh")
    assert len(page.why) >= 2
    chinese = re.compile("[\u4e00-\u9fff]")
    assert [fact for fact in page.why if not chinese.search(str(fact.value))] == []
    named = [fact.label for fact in page.why if not chinese.search(fact.label)]
    assert set(named) <= {"ROC AUC", "F1"}
    assert not [fact for fact in page_of(report).why if chinese.search(fact.label + str(fact.value))]
    assert report.to_dict()["why"]["task"] == str(report.why["task"])


def test_row_windows_of_a_chinese_page_are_chinese():
    report = vd.compare(rows(0), rows(1, lost=(12, 13)), SCHEMA, every="600 rows")
    assert report.windows[0].label == "rows 0–599"
    html = report.to_html(lang="zh")
    assert "第 0–599 行" in html
    assert "rows 0–599" not in html
    assert "rows 0–599" in report.to_html()


def test_a_history_that_does_not_move_raises_nothing():
    report = vd.compare(rows(0), rows(2), SCHEMA, every="1d")
    assert report.ok
    assert not [f for f in report.findings if f.level != "info"]
    assert report.verdict == "Nothing changed beyond chance in 6,000 rows."


def test_windows_add_up_to_the_whole(replayed):
    windows, series = replayed.series("row_count")
    assert len(windows) == len(series) == 20
    assert series.value.sum() == replayed.estimate("row_count").value == 6000
    assert replayed.estimate("row_count", window=windows[3].label).value == 300


def test_a_metric_that_was_not_shown_is_one_call_away(compared):
    assert compared.estimate("specificity").value is not None
    assert compared.estimate("quantile", column="x", q=0.9).value == pytest.approx(
        2.08, abs=0.05
    )  # .8 + 1.28 sd
    assert compared.estimate("psi", column="x", segment="region=north").p < 1e-6
    north = compared.estimate("accuracy", segment="region=north", which="reference")
    assert 0 < north.n < compared.estimate("accuracy", which="reference").n


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        (("f2",), "registry.unknown-metric", "f1"),
        (("psi",), "report.no-column", "column="),
        (("psi", "y"), "schema.unknown-column", "x"),
        (("f1", None, "regoin=north"), "report.unknown-segment", "region"),
        (("f1", None, "region=nroth"), "report.unknown-segment", "north"),
        (("f1", None, None, "2020-01-01"), "report.unknown-window", "all rows"),
    ],
)
def test_a_name_that_is_not_there_says_which_are(compared, arguments, code, hint):
    with pytest.raises((UnknownNameError, ConfigError), match=hint) as raised:
        compared.estimate(*arguments)
    assert raised.value.code == code


def test_every_form_says_the_same(compared, tmp_path):
    plain = json.loads(compared.to_json(tmp_path / "r.json"))
    assert plain == json.loads(json.dumps(compared.to_dict()))
    assert plain["ok"] is compared.ok is False
    assert {"estimates", "findings", "verdict", "causes", "notes"} <= plain.keys()
    assert any(f["column"] == "x" for f in plain["findings"])
    page = compared.to_html(tmp_path / "r.html").read_text("utf-8")
    assert len(page.encode()) < 3_000_000
    assert "population stability index" in page
    assert compared.verdict[:20] in str(compared).replace("\n", " ")
    assert compared._repr_html_().startswith("<iframe")


def test_junit_fails_the_case_of_a_finding_that_calls_for_action(compared):
    suite = ET.fromstring(compared.to_junit())
    failed = {(c.get("classname"), c.get("name")) for c in suite if c.find("failure") is not None}
    acts = {(f.column or compared.model, f.metric) for f in compared.findings if f.level == "act"}
    assert acts == failed
    assert suite.get("failures") == str(len(failed))


def test_a_saved_baseline_gives_the_same_report(compared, tmp_path):
    path = vd.Baseline.fit(rows(0), SCHEMA).save(tmp_path / "base.vedette")
    again = vd.compare(path, rows(1, shift=0.8))
    assert again.to_dict() == compared.to_dict()


def test_a_chinese_page_tells_the_verdict_in_chinese(compared):
    page = compared.to_html(lang="zh")
    assert 'lang="zh' in page
    verdict, remedy = compared.diagnosis.in_words("zh")
    assert verdict in page
    assert remedy in page
    assert not verdict.isascii()


#: What stays English on a Chinese page: columns, segments, codes of notes, abbreviations of the field.
NAMES = re.compile(
    r"region|north|south|score|label|UTC|AUC|ROC|PSI|ECE|MCC|MAE|AP\b|KS|Brier|Cohen's kappa|logit|nats|[a-z]+\.[a-z-]+"
)


@pytest.mark.parametrize("which", ["compared", "replayed"])
def test_nothing_of_a_chinese_page_is_an_english_sentence(which, request):
    """Findings, notes, key numbers, titles of sections and figures: no word of three letters but names."""
    page = page_of(request.getfixturevalue(which), "zh")
    figures = [figure.view for section in page.sections for figure in section.figures]
    told = [
        *(t for f in page.findings for t in (f.title, f.effect, f.evidence, f.impact)),
        *(page.verdict, page.advice, page.subtitle, *page.notes),
        *(h.title for h in page.headlines),
        *(fact.label for fact in page.facts),
        *(section.title + section.intro for section in page.sections),
        *(view.title for view in figures),
        *(getattr(view, "name", "") for view in figures),
        *(marker.text for view in figures for marker in getattr(view, "markers", ())),
    ]
    assert page.findings
    assert [t for t in told if re.search("[A-Za-z]{3,}", NAMES.sub("", t))] == []


def test_an_alarm_has_no_p_value(replayed):
    (found,) = [f for f in page_of(replayed).findings if "x is missing" in f.title]
    assert re.fullmatch(
        "by chance (at most once in [0-9,]+|less than once in a billion) windows", found.evidence
    )


def test_the_terminal_speaks_chinese(compared, capsys):
    compared.print(lang="zh")
    assert "处理" in capsys.readouterr().out
