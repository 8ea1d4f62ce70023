"""The routes: what a URL says is shown, forms do their deed, nobody does more than their role."""

from __future__ import annotations

import json
import re
import time

import pytest

from vedette.server.pages.acting import local
from vedette.server.pages.addresses import name_of, part_of
from vedette.server.pages.charts import KEPT, Shelf
from vedette.server.pages.reading import fleet_query


def names(text):
    return re.findall(r'<th scope="row" role="rowheader" class="model"><a href="[^"]*" title="([^"]*)"', text)


def test_fleet_is_worst_first_and_paged(client):
    browser = client("many")
    first, last = browser.get("/").text, browser.get("/?page=10").text
    assert names(first)[0] == "model-000"
    assert len(names(first)) == len(names(last)) == 50
    assert not set(names(first)) & set(names(last))
    assert "1–50 of 500" in first
    assert names(browser.get("/?page=99").text) == names(last)


def test_sort_and_filter_are_in_the_url(client):
    browser = client("many")
    assert names(browser.get("/?sort=-model").text)[0] == "model-499"
    assert names(browser.get("/?q=model-12&sort=model").text) == [f"model-12{i}" for i in range(10)]
    assert names(browser.get("/?level=act").text) == ["model-000"]
    linked = browser.get("/?q=model-12").text
    assert "q=model-12&amp;sort=volume" in linked
    assert 'name="q" value="model-12"' in linked


@pytest.mark.parametrize("value", ["", "x", "-1", "9" * 40, "²", "1;drop"])
def test_nonsense_in_a_url_is_left_out(value):
    query = fleet_query({"page": value, "level": value, "sort": value, "span": value})
    assert (query.page >= 1, query.level, query.sort, query.span) == (True, None, "health", "30d")


def test_policy_allows_only_our_scripts(client):
    """The nonce is new on each page, and every script carries it."""
    browser = client("broken")
    one, two = browser.get("/models/flights"), browser.get("/models/flights")
    nonces = [re.search(r"'nonce-([^']+)'", a.headers["content-security-policy"])[1] for a in (one, two)]
    assert nonces[0] != nonces[1]
    assert len(re.findall(f'nonce="{re.escape(nonces[0])}"', one.text)) == 3
    assert "unsafe" not in one.headers["content-security-policy"]


def test_assets_are_kept_for_ever_under_their_hash(client):
    browser = client("broken")
    page = browser.get("/models/flights").text
    for link in re.findall(r'"(/assets/[^"]+)"', page):
        answer = browser.get(link)
        assert answer.status_code == 200, link
        assert "immutable" in answer.headers["cache-control"]
    assert browser.get("/assets/old/app.js").headers["cache-control"] == "no-store"
    assert browser.get("/assets/old/secrets.txt").status_code == 404


def test_charts_come_by_their_address(client):
    browser = client("broken")
    page = browser.get("/models/flights").text
    keys = re.findall(r'data-spec="([^"]+)"', page)
    assert len(keys) == 3
    for key in keys:
        told = browser.get(key).json()
        assert told["spec"]["usermeta"]["vedette"]
        assert told["described"]
    assert browser.get("/charts/unknown").status_code == 404


def test_the_shelf_forgets_the_oldest(samples):
    shelf, sample = Shelf(), samples.Sample("broken", days=4)
    first = shelf.place(sample.lanes("first"), "a", "en")
    assert shelf.place(sample.lanes("first"), "a", "en").key == first.key
    assert shelf.place(sample.lanes("first"), "a", "zh").key != first.key
    for i in range(KEPT):
        shelf.place(sample.lanes(str(i)), "a", "en")
    assert shelf.specification(first.key) is None


def test_incident_deeds(client):
    browser = client("broken")
    page = browser.post("/incidents/42", data={"deed": "acknowledge", "value": "", "_csrf": "token"}).text
    assert "acknowledged" in page
    assert "Done" in page
    page = browser.post("/incidents/42", data={"deed": "comment", "value": "<b>feed is back</b>"}).text
    assert "&lt;b&gt;feed is back&lt;/b&gt;" in page
    assert "Reopen" in browser.post("/incidents/42", data={"deed": "resolve", "value": ""}).text
    assert browser.post("/incidents/7", data={"deed": "mute", "value": "4"}).status_code == 404


def test_viewers_only_look(client):
    browser = client("broken", role="viewer")
    for address in ("/incidents/42", "/models/flights/acknowledge", "/models/flights/data", "/models/flights/upload",
                    "/models/flights/monitor", "/settings"):  # fmt: skip
        assert browser.post(address, data={"deed": "resolve"}).status_code == 403, address
    assert client("broken", role="editor").post("/settings", data={"deed": "add-key"}).status_code == 403


def test_data_deeds(client):
    browser = client("broken")
    answer = browser.post("/models/flights/data", data={"deed": "refeed", "key": ["q1", "q2"]})
    assert "Done" in answer.text
    answer = browser.post(
        "/models/flights/upload", data={"kind": "labels"}, files={"file": ("l.csv", b"id,label\n1,1\n")}
    )
    assert "Done" in answer.text


def test_monitor_form_and_text_follow_each_other(client):
    browser = client("broken")
    toml = '[alerts]\nfalse_alarms = "1 per month"\n'
    asked = {"toml": toml, "changes": {"false_alarms": "2 per week"}}
    found = browser.post("/models/flights/monitor/check", json=asked).json()
    assert 'false_alarms = "2 per week"' in found["toml"]
    assert found["form"]["false_alarms"] == "2 per week"
    broken = browser.post("/models/flights/monitor/check", json={"toml": "[", "changes": {}}).json()
    assert broken["form"] is None
    assert broken["problems"][0]["found"]
    replay = browser.post("/models/flights/monitor/preview", json={"toml": toml}).json()
    assert len(replay["alarms"]) == 3


def test_monitor_as_a_file(client):
    browser = client("broken")
    answer = browser.get("/models/flights/monitor.toml")
    assert answer.headers["content-disposition"] == 'attachment; filename="monitor.toml"'
    assert "[schema]" in answer.text


def test_a_new_key_is_shown_once(client):
    browser = client("broken")
    assert "vd_new_secret" in browser.post("/settings", data={"deed": "add-key", "name": "ci"}).text
    assert "vd_new_secret" not in browser.get("/settings").text


def test_language_and_theme_are_remembered(client):
    browser = client("broken")
    answer = browser.post(
        "/preferences", data={"lang": "zh", "theme": "dark", "next": "/settings"}, follow_redirects=False
    )
    assert answer.headers["location"] == "/settings"
    page = browser.get("/").text
    assert '<html lang="zh-CN" data-theme="dark">' in page


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example", "/\\evil", "javascript:x", "/a\nb", ""]
)
def test_nobody_is_sent_elsewhere(address):
    assert local(address) == "/"


def test_search_and_pulse(client):
    browser = client("many")
    assert browser.get("/search?q=model-49").json()[0]["href"] == "/models/model-490"
    before = browser.get("/pulse?model=model-1").text
    browser.post("/models/model-001/acknowledge")
    assert browser.get("/pulse?model=model-1").text != before


def test_zoom_is_in_the_address(client):
    page = client("broken").get("/models/flights?zoom=1000_2000").text
    settings = json.loads(re.search(r'id="settings">(.*?)</script>', page)[1])
    assert settings["span"] == [1000, 2000]


@pytest.mark.parametrize(
    "name", ["a/b", "..", ".", "", "~", "~2f_", "a\\b", "温度", "x?y=1#z", "%2f", "a b", "\x00"]
)
def test_any_name_fits_into_an_address(name):
    from urllib.parse import unquote

    part = part_of(name)
    assert part.isascii()
    assert not set("/\\?#. ") & set(part)
    assert name_of(unquote(part)) == name


def timed(browser, address):
    took = []
    for _ in range(5):
        start = time.process_time()
        answer = browser.get(address)
        took.append(time.process_time() - start)
        assert answer.status_code == 200
    return min(took)


@pytest.mark.slow
def test_pages_are_fast(client):
    """500 models, and 10 000 windows of 200 columns: at most 200 ms of processor each, request and sample included."""
    assert timed(client("many"), "/") < 0.2
    assert timed(client("broken", days=10_000, columns=200), "/models/flights") < 0.2
