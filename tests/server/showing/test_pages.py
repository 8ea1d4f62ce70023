"""Every page from the store: what it says, in both languages, with hostile names, and to whom."""

from __future__ import annotations

import re

import pytest

from vedette.server.api import changing
from vedette.server.pages.charts import Shelf
from vedette.server.pages.fleet import FleetQuery
from vedette.server.pages.render import render
from vedette.server.pages.segments import SegmentQuery
from vedette.server.pages.visit import Visit
from vedette.views.chart import specification

HOSTILE = "<img src=x onerror=\"alert('1')\">"
STRANGER = Visit(user="eve", role="viewer", projects=frozenset({"sea"}))


def everything(pages, visit):
    """Return every page with its template."""
    number = next(i for i in pages.model(visit, "flights", "7", "all", "").incidents).number
    return {
        "fleet": pages.fleet(visit, FleetQuery()),
        "model": pages.model(visit, "flights", "", "all", ""),
        "incident": pages.incident(visit, number),
        "feature": pages.feature(visit, "flights", HOSTILE, "7", "all"),
        "segments": pages.segments(visit, "flights", "", SegmentQuery(dimension="carrier", span="all")),
        "versions": pages.versions(visit, "flights", "7", "8", "all"),
        "data": pages.data(visit, "flights", 1),
        "monitor": pages.monitor(visit, "flights"),
        "training": pages.training(visit),
        "settings": pages.settings(visit),
    }


def test_every_page_renders_and_no_name_becomes_markup(home, visit):
    shelf = Shelf()
    for template, page in everything(home.pages, visit).items():
        html = render(template, visit, page, shelf)
        assert "<img src=x" not in html, template
        assert 'onerror="alert' not in html, template


@pytest.mark.parametrize(
    ("template", "place"),
    [
        ("model", r'<h1 id="verdict">(.*?)</h1>'),
        ("incident", r'<h1 id="verdict">(.*?)</h1>'),
        ("fleet", r'<span class="told">(.*?)</span></td>'),
    ],
)
def test_no_line_of_a_verdict_ends_within_a_date(home, visit, template, place):
    html = render(template, visit, everything(home.pages, visit)[template], Shelf())
    told = re.findall(place, html)
    assert any(re.search(r'<span class="whole">\d{4}-\d\d-\d\d</span>', one) for one in told)
    for one in told:
        assert not re.search(r"\d-\d", re.sub(r'<span class="whole">[\d :T-]+</span>', "", one))


def test_every_chart_can_be_drawn(home, visit):
    pages = everything(home.pages, visit)
    feature, segments, versions = pages["feature"], pages["segments"], pages["versions"]
    views = [feature.distribution, *feature.over_time, segments.chart, *versions.charts]
    assert len(views) >= 6
    for view in views:
        assert specification(view, visit.lang)


def test_deploys_are_marked_with_their_words(home, visit):
    changing.deploy(home.station.desk, "flights", "", "2023-12-15", HOSTILE, author="ci")
    page = home.pages.model(visit, "flights", "7", "all", "")
    words = {"en": "version 8", "zh": "版本 8"}
    assert [mark.text for mark in page.lanes.deploys] == [HOSTILE, words[visit.lang]]
    assert specification(page.lanes, visit.lang)
    assert "<img src=x" not in render("model", visit, page, Shelf())


def test_a_broken_column_is_named_by_its_page_and_a_whole_one_is_not(home, visit):
    broken = home.pages.feature(visit, "flights", HOSTILE, "7", "all")
    whole = home.pages.feature(visit, "flights", "carrier", "7", "all")
    assert broken.level in ("watch", "act")
    assert broken.columns[0] == HOSTILE
    assert whole.level == "ok"
    assert "carrier" in whole.verdict
    assert home.pages.feature(visit, "flights", "nothing", "7", "all") is None


def test_segments_are_sorted_filtered_and_taken_apart(home, visit):
    def ask(**query):
        return home.pages.segments(visit, "flights", "7", SegmentQuery(span="all", **query))

    page = ask(dimension="carrier", metric="accuracy", sort="share")
    assert next(row.segment for row in page.rows) == "carrier = UA"
    assert sum(row.share for row in page.rows) == pytest.approx(1.0)
    exact = ask(dimension="carrier", metric="recall")
    assert exact.split.total == pytest.approx(exact.split.mix + exact.split.within)
    assert ask(dimension="carrier", metric="roc_auc").split is None, "no mean over rows"
    assert {choice.key for choice in page.dimensions} == {"", "carrier"}


def test_versions_are_compared_on_the_windows_they_share(home, visit):
    page = home.pages.versions(visit, "flights", "", "", "all")
    assert {page.a, page.b} == {"7", "8"}
    assert page.rows_a > 0
    assert page.rows_b > 0
    titles = {row.title for row in page.metrics}
    assert len(titles) == len(page.metrics) > 3
    assert all(row.difference.value is not None for row in page.segments)
    assert home.pages.versions(visit, "flights", "7", "none", "all") is None


def test_data_shows_the_log_and_refused_rows_with_their_fix(home, visit):
    page = home.pages.data(visit, "flights", 1)
    assert "id" in page.tail.header
    assert len(page.tail.rows) > 5
    (refused,) = page.quarantine
    assert refused.rows == 2
    assert refused.kind == "predictions"
    assert refused.fix
    assert HOSTILE in refused.sample.replace('\\"', '"')
    assert any(str(fact.value) == "2" for fact in page.counts)


def test_monitor_shows_the_saved_text_with_its_form(home, visit):
    page = home.pages.monitor(visit, "flights")
    assert page.check.toml.startswith("# ours")
    assert page.check.form.label_delay == "1d"
    assert (page.check.problems, page.suggested, page.saved_by) == ((), False, "ada")


def test_a_model_without_a_monitor_gets_one_suggested(own, visit):
    intake = own.station.ingest.intake
    rows = [{"id": str(i), "score": 0.1, "time": 1.7e9 + i, "age": i} for i in range(20)]
    intake.rows("m", "predictions", rows, intake.sender(None)).stored.result()
    own.station.ingest.writer.step(2**60, at_once=True)
    page = own.pages.monitor(visit, "m")
    assert page.suggested
    assert page.check.problems == ()
    assert 'score = "score"' in page.check.toml
    assert not own.pages.model(visit, "m", "", "30d", "").monitored


def test_search_finds_models_incidents_and_features(home, visit):
    kinds = {hit.kind for hit in home.pages.search(visit, "flig")}
    assert "model" in kinds
    assert [hit.kind for hit in home.pages.search(visit, "carr")] == ["feature"]
    assert any(hit.kind == "feature" for hit in home.pages.search(visit, "<IMG"))
    assert any(hit.kind == "incident" for hit in home.pages.search(visit, "#1"))
    assert home.pages.search(visit, "  ") == ()
    assert home.pages.search(visit, "c%r") == (), "no pattern of the database"


def test_pulse_changes_with_rows_and_stays_without(own, visit):
    before = own.pages.pulse(visit, "")
    assert own.pages.pulse(visit, "") == before
    intake = own.station.ingest.intake
    intake.rows("m", "predictions", [{"id": "1", "score": 0.1}], intake.sender(None)).stored.result()
    own.station.ingest.writer.step(2**60, at_once=True)
    assert own.pages.pulse(visit, "") != before
    assert own.pages.pulse(visit, "m")


def test_somebody_of_another_project_sees_nothing_of_a_model(home):
    pages = home.pages
    number = pages.model(Visit(), "flights", "7", "all", "").incidents[0].number
    assert pages.fleet(STRANGER, FleetQuery()).rows == ()
    assert pages.model(STRANGER, "flights", "", "all", "") is None
    assert pages.incident(STRANGER, number) is None
    assert pages.feature(STRANGER, "flights", "carrier", "", "all") is None
    assert pages.segments(STRANGER, "flights", "", SegmentQuery()) is None
    assert pages.versions(STRANGER, "flights", "", "", "all") is None
    assert pages.data(STRANGER, "flights", 1) is None
    assert pages.monitor(STRANGER, "flights") is None
    assert pages.search(STRANGER, "flights") == ()
    assert pages.pulse(STRANGER, "flights") == ""


def test_pages_of_an_unknown_model_are_none(home, visit):
    assert home.pages.model(visit, "none", "", "30d", "") is None
    assert home.pages.data(visit, "../etc", 1) is None
    assert home.pages.monitor(visit, "none") is None
    assert home.pages.incident(visit, 10**6) is None
