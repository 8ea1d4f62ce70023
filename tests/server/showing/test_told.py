"""What is said of a window: by labels, nowcast or without labels; pages, tables, fleet and API say the same."""

import numpy as np
import pyarrow as pa
import pytest
from tests.server.showing.conftest import DAY, MONITOR, START, flights

from vedette.server.api.reading import one_series
from vedette.server.ingest.losses import DROPPED
from vedette.server.pages.charts import Shelf
from vedette.server.pages.fleet import FleetQuery
from vedette.server.pages.render import render
from vedette.server.showing.told import chosen
from vedette.store import counters
from vedette.values import REASONS, Estimates
from vedette.views.chart import specification

TAKES = 4 * DAY


def estimates(*values):
    """Return estimates; a text is a reason."""
    numbers = [np.nan if isinstance(v, str) else v for v in values]
    reasons = [REASONS.index(v) if isinstance(v, str) else -1 for v in values]
    nothing = np.full(len(values), np.nan)
    return Estimates(
        np.array(numbers), nothing, nothing, np.ones(len(values)), nothing, np.array(reasons, np.int8)
    )


def said(real, guess="insufficient", cast=None, *, maturity=1.0, labelled=1.0, firsts=()):
    """Return what is said of one window: value or reason, and by what."""
    told = chosen(
        real=estimates(real),
        guess=estimates(guess),
        cast=None if cast is None else estimates(cast),
        maturity=np.array([maturity]),
        labelled=np.array([100 * labelled]),
        rows=np.array([100.0]),
        firsts=[np.array([v]) for v in (*firsts, *[np.nan] * 3)[:3]],
    )
    one = told.estimates[0]
    return one.value if one.reason is None else one.reason, told.how(0), told.first[0]


def test_all_labels_are_in():
    assert said(0.7, 0.6, 0.7)[:2] == (0.7, "settled")


def test_half_of_the_labels_show_nothing_where_there_is_a_nowcast():
    assert said(0.9, 0.6, 0.7, maturity=0.5, labelled=0.5)[:2] == (0.7, "nowcast")
    assert said(0.9, cast="immature", maturity=0.5, labelled=0.5)[:2] == ("immature", "")


def test_half_of_the_labels_are_called_so_where_there_is_none():
    assert said(0.9, 0.6, maturity=0.5, labelled=0.5)[:2] == (0.9, "so_far")


def test_no_label_at_all():
    assert said("unlabelled", 0.6, 0.65, maturity=0.0, labelled=0.0)[:2] == (0.6, "estimated")
    assert said("unlabelled", "not covered", "not covered", maturity=0.0, labelled=0.0)[:2] == (
        "not covered",
        "",
    )
    assert said("unlabelled", cast="not covered", maturity=0.0, labelled=0.0)[:2] == ("not covered", "")
    assert said("unlabelled", maturity=0.0, labelled=0.0)[:2] == ("unlabelled", "")


def test_a_metric_that_is_undefined_by_its_labels_is_not_estimated():
    assert said("undefined", 0.6, maturity=1.0)[:2] == ("undefined", "")


def test_what_was_said_first_stands_beside_what_differs_from_it():
    assert said(0.7, firsts=(0.65, np.nan, 0.6))[2] == 0.65
    assert said(0.7, firsts=(np.nan, np.nan, 0.6))[2] == 0.6
    assert np.isnan(said(0.7, firsts=(0.7, np.nan, 0.6))[2])
    assert np.isnan(said("undefined", firsts=(0.7,))[2])


@pytest.fixture
def waiting(own):
    """Return a home whose newest days wait for labels: positives are known after one day, others after four."""
    toml = MONITOR.replace('label_delay = "1d"', 'label_delay = "4d"').replace(
        'label = "late"', 'label = "late"\nlabel_time = "known"'
    )
    own.watch(toml)
    rows = flights(20)
    at = rows.column("left_at").cast(pa.int64()).to_numpy()
    y = rows.column("late").to_numpy()
    known = at + np.where(y == 1, DAY, TAKES)
    out = known > START + 20 * DAY
    rows = rows.set_column(rows.column_names.index("late"), "late", pa.array(y, mask=out))
    own.log(rows.append_column("known", pa.array(known, pa.timestamp("us", tz="UTC"), mask=out)))
    return own


def come_in(home):
    """Take all into the lake, and look at it at the end of its days, before the clock says that labels must be in."""
    while home.station.ingest.writer.step(1, at_once=True):
        pass
    home.station.loop.step(START + 20 * DAY)
    assert not home.station.loop.failures, home.station.loop.failures


def test_page_table_fleet_and_api_say_which_windows_are_not_settled(waiting, visit):
    come_in(waiting)
    page = waiting.pages.model(visit, "flights", "", "all", "f1")
    view, table = page.performance, page.performance.table(visit.lang)
    assert view.waiting is not None
    assert view.waiting.by == "nowcast"
    assert view.waiting.where[-2:].all()
    assert not view.waiting.where[:12].any()
    told = {"en": "nowcast", "zh": "即时预测"}[visit.lang]
    assert told in view.title
    assert told in {row[5] for row in table.rows}
    assert specification(view, visit.lang)
    labelled = next(fact for fact in page.facts if fact.note)
    assert {"en": "wait for labels", "zh": "在等标签"}[visit.lang] in labelled.note
    html = render("model", visit, page, Shelf())
    assert labelled.note in html
    row = waiting.pages.fleet(visit, FleetQuery(span="all")).rows[0]
    assert row.expected
    found = one_series(waiting.station.desk, "flights", "f1")["shown"]
    there = view.estimates.value
    assert found["value"][: len(there)] == pytest.approx(there.tolist(), nan_ok=True)
    assert set(found["by"]) == {"settled", "nowcast", "estimated"}  # the last window is still open
    assert found["labelled"][-1] < found["labelled"][0] == 1


def test_labels_that_are_out_are_no_fault_of_their_column(waiting, visit):
    """Half of the labels are of another kind than all: the map of drift is blank there, and nothing is missing."""
    come_in(waiting)
    page = waiting.pages.model(visit, "flights", "", "all", "f1")
    at = page.drift.features.index("late")
    settled = ~page.performance.waiting.where
    assert np.isnan(page.drift.effect[at][~settled]).all()
    assert np.isfinite(page.drift.effect[at][settled]).all()
    assert "late" not in {row.column for row in page.quality}


def test_rows_that_a_sender_dropped_are_told(own, visit):
    own.watch()
    own.log(flights(3))
    own.work()
    assert not own.pages.model(visit, "flights", "", "all", "").lost
    with own.database.write() as tx:
        labels = (("model", "flights"), ("reason", "queue_full"))
        counters.add(tx, {(DROPPED, labels): 1234, (DROPPED, (("model", "x"), ("reason", "disk"))): 9})
    page = own.pages.model(visit, "flights", "", "all", "")
    assert page.lost == (("queue_full", 1234),)
    html = render("model", visit, page, Shelf())
    assert {"en": "1,234 rows were dropped by the sender", "zh": "1,234 行被发送端丢弃"}[visit.lang] in html
    assert "queue_full" in html
    assert "/logging/#where-every-row-is" in html
