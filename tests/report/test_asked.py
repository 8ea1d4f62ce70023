"""A report with rows at hand names worst slices and the parts of a change, on its page and in JSON once asked."""

import json

import numpy as np
import pytest

import vedette as vd
from vedette.errors import ConfigError

SCHEMA = vd.Schema(id="key", prediction="said", label="true", time="at")


def rows(seed, n=3000, broken=0.0, first=0):
    rng = np.random.default_rng(seed)
    amount, shop = rng.uniform(0, 100, n), rng.choice(["web", "app", "store"], n)
    wrong = rng.random(n) < 0.08 + broken * (shop == "app")
    found = {"key": first + np.arange(n), "at": 1_700_006_400 + np.arange(n) * 60, "amount": amount}
    return {**found, "shop": shop, "said": np.ones(n, int), "true": 1 - wrong.astype(int)}


@pytest.fixture(scope="module")
def usual():
    return rows(0)


@pytest.fixture(scope="module")
def report(usual):
    made = vd.compare(usual, rows(1, broken=0.4, first=10_000), SCHEMA)
    assert "slices" not in made.to_dict()
    assert 'id="slices"' not in made.to_html()
    made.slices()
    made.disde()
    return made


def test_it_finds_what_the_functions_find(report, usual):
    now = rows(1, broken=0.4, first=10_000)
    assert report.slices() == vd.slices(usual, now, SCHEMA)
    assert report.disde() == vd.disde(usual, now, SCHEMA)
    assert report.slices()[0].conditions == ("shop = app",)
    assert report.disde().largest == "concept"
    assert report.slices(columns=["amount", "shop"])[0].conditions == ("shop = app",)


@pytest.mark.parametrize(
    ("lang", "said"), [("en", ("error rate", "shop = app: ")), ("zh", ("错误率", "shop = app："))]
)
def test_the_page_shows_it_once_asked(report, lang, said):
    html = report.to_html(lang=lang)
    assert 'id="slices"' in html
    assert 'id="disde"' in html
    assert all(words in html for words in said)


def test_json_has_it_once_asked(report):
    plain = json.loads(report.to_json())
    assert plain["slices"][0]["conditions"] == ["shop = app"]
    assert plain["disde"]["concept"]["value"] == pytest.approx(0.4 / 3, abs=0.05)


def test_labels_in_a_table_of_their_own(usual, report):
    now = rows(1, broken=0.4, first=10_000)
    labels = {"key": now["key"][::-1], "true": now.pop("true")[::-1]}
    apart = vd.compare(usual, now, SCHEMA, labels=labels)
    assert apart.slices() == vd.slices(usual, now, SCHEMA, labels=labels) == report.slices()
    assert apart.disde() == vd.disde(usual, now, SCHEMA, labels=labels) == report.disde()


def test_where_nothing_got_worse_the_page_says_so(usual):
    made = vd.compare(usual, rows(2, first=10_000), SCHEMA)
    assert made.slices() == []
    assert "No slice of one or two features got worse beyond chance." in made.to_html()
    assert made.to_dict()["slices"] == []


def test_a_saved_baseline_needs_the_reference_rows_again(usual, tmp_path):
    path = vd.Baseline.fit(usual, SCHEMA).save(tmp_path / "b.vedette")
    made = vd.compare(path, rows(1, broken=0.4, first=10_000))
    for ask in (made.slices, made.disde):
        with pytest.raises(ConfigError, match=r"report\.no-rows"):
            ask()
    assert made.slices(reference=usual)[0].conditions == ("shop = app",)


def test_counts_alone_are_not_enough():
    monitor = vd.ModelMonitor(warm_up=100)
    x = np.arange(200.0)
    monitor.update(x, outputs=(x > 50).astype(int), labels=(x > 50).astype(int))
    with pytest.raises(ConfigError, match=r"report\.no-rows"):
        monitor.log().slices()
