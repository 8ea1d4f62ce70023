"""What people come to do, done in a browser on a server process that real rows were logged to.

Every page that a journey passes is silent in the console, without violation that axe knows, inside the screen.
"""

from __future__ import annotations

import importlib.util
import json
import re
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import vedette as vd
from vedette.cli.watching import Served
from vedette.testing.receiver import Receiver

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "correct horse battery"
#: Seconds that rows may take from the logger to a page.
PATIENCE = 120.0
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNDRAWN = (
    "[...document.querySelectorAll('.chart')].filter(c => !c.querySelector('svg:not(.skeleton)')).length"
)
LABELS = "[...document.querySelectorAll('#{} .role-axis-label text')].map(e => e.textContent).sort().join()"
#: Texts that a reader sees, without what rows, code and people brought.
SEEN = """[...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && !e.closest(
        'pre, code, textarea, td.mono, .mono, .mark, kbd, [lang=en], option, footer'))
    .flatMap(e => [...e.childNodes]).filter(n => n.nodeType === 3).map(n => n.textContent.trim()).filter(Boolean)"""


#: What differs between two visits of one page: the token of its forms.
TOKEN = re.compile(r'(?<=name="_csrf" value=")[^"]*')


class Site:
    """A server process with accounts, its administrator, and a key that may do everything."""

    def __init__(self, folder):
        self.served = Served(folder / "home", options=("--accounts", "--allow", "127.0.0.1"))
        self.served.until_ready()
        self.url, self.key, self.state = self.served.url, "", None
        self.right = set()

    @property
    def token(self):
        return re.search(r"this token: (\S+)", self.served.log.read_text("utf-8"))[1]

    def call(self, method, path, body=None, kind="application/json", key=None):
        headers = {"Content-Type": kind, "Authorization": f"Bearer {key or self.key}"}
        body = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)

    def until(self, true, what):
        """Ask until something holds."""
        end = time.monotonic() + PATIENCE
        while not (found := true()):
            assert time.monotonic() < end, what
            time.sleep(0.3)
        return found

    def log(self, model, rows, version, labels=None):
        """Send rows through the logger, and the labels of the first of them."""
        with vd.Logger(self.url, model=model, version=version, key=self.key, spool=False) as log:
            log.predictions(rows.drop_columns(["label"]))
            log.labels(rows.select(["id", "label"]).slice(0, labels))
            assert log.flush(PATIENCE)
        counts = log.counts
        assert (counts.sent, counts.dropped, counts.quarantined) == (counts.logged, {}, 0)

    def windows(self, model, version=""):
        try:
            return self.call("GET", f"/v1/models/{model}/windows?version={version}")
        except urllib.error.HTTPError as error:
            if error.code != 404:  # a model is there when its first rows are
                raise
            return []

    def until_judged(self, past):
        """Wait until the windows of both versions are closed, but the last one that may still get rows."""
        for version, days in (("7", past.DAYS), ("8", 15)):
            self.until(
                lambda v=version, n=days: sum(w["closed"] for w in self.windows(past.MODEL, v)) >= n - 1,
                f"version {version} is judged",
            )

    def incident(self, version="7", states=("open", "acknowledged")):
        """Return the number of an incident that goes on."""
        found = [one for one in self.call("GET", "/v1/incidents")
                 if one["state"] in states and one["version"] == version]  # fmt: skip
        assert found, f"no incident of version {version}"
        return found[0]["number"]


class Tab:
    """One tab of the administrator, or of whoever signs in."""

    def __init__(self, chromium, site, axe, *, width=1280, lang="en", signed_in=True, script=True):
        self.site, self.axe, self.width = site, axe, width
        self.context = chromium.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="light",
            reduced_motion="reduce",
            storage_state=site.state if signed_in else None,
            java_script_enabled=script,
        )
        self.context.set_default_timeout(PATIENCE * 1000)
        self.context.add_cookies([{"name": "vd_lang", "value": lang, "url": site.url}])
        self.page, self.complaints = self.context.new_page(), []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: dialog.accept())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def go(self, path):
        self.page.goto(self.site.url + path)
        self.drawn()
        self.right()
        return self.page

    def press(self, selector):
        """Press a button that leads to a page, and look at that page."""
        with self.page.expect_navigation():
            self.page.click(selector)
        self.drawn()
        self.right()

    def drawn(self):
        if self.page.query_selector(".chart[data-spec]"):
            self.page.wait_for_selector("html[data-drawn=all]")
        assert self.page.evaluate(UNDRAWN) == 0

    def right(self):
        assert self.complaints == []
        assert self.page.evaluate(OVERFLOW) == 0
        shown = (self.width, TOKEN.sub("", self.page.content()))
        if shown not in self.site.right:  # axe takes a second, and finds nothing new in the same page
            assert self.axe(self.page) == []
            self.site.right.add(shown)

    def text(self, selector="main"):
        return self.page.inner_text(selector)

    def notice(self):
        return self.text(".notice")


@pytest.fixture(scope="module")
def past():
    """Return the small model with a past that the journeys visit."""
    spec = importlib.util.spec_from_file_location("journey_data", Path(__file__).with_name("journey_data.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def tab(chromium, axe):
    """Return a function that opens a tab on a site."""
    return lambda site, **options: Tab(chromium, site, axe, **options)


def sign_up(tab, site):
    """Make the administrator and a key, as a person does."""
    with tab(site, signed_in=False) as own:
        page = own.go("/")
        assert page.url.endswith("/setup")
        page.fill("input[name=token]", site.token)
        page.fill("input[name=name]", "ada")
        page.fill("input[name=password]", PASSWORD)
        own.press("button.first")
        assert page.url == site.url + "/"
        site.state = own.context.storage_state()
        site.key = make_key(own, "journeys", "admin")


def make_key(own, name, scope):
    """Make a key on the page of settings, and return the secret that is shown once."""
    page = own.page
    page.goto(own.site.url + "/settings")
    page.fill("#keys input[name=name]", name)
    page.select_option("#keys select[name=scope]", scope)
    own.press("#keys form.fields button")
    return page.inner_text("#secret")


@pytest.fixture(scope="module")
def site(tab, past, tmp_path_factory):
    """Return a server with a model that broke a week ago, under two versions."""
    made = Site(tmp_path_factory.mktemp("site"))
    try:
        sign_up(tab, made)
        made.call("PUT", f"/v1/models/{past.MODEL}/monitor", past.MONITOR.encode(), "application/toml")
        rows = past.csv_of(past.rows(-40, 40, seed=1))
        kept = made.call("POST", f"/v1/models/{past.MODEL}/upload?kind=reference", rows, "text/csv")
        made.call("POST", f"/v1/models/{past.MODEL}/baselines", {"kind": "file", "name": kept["reference"]})
        labelled = (past.DAYS - 5) * past.A_DAY
        made.log(past.MODEL, past.rows(0, past.DAYS, seed=2, broken_from=past.BROKEN_FROM), "7", labelled)
        made.log(past.MODEL, past.rows(25, 15, seed=3, broken_from=past.BROKEN_FROM), "8")
        made.until_judged(past)
        made.until(lambda: made.call("GET", "/v1/incidents"), "an incident")
        yield made
    finally:
        made.served.stop()


def test_first_run(tab, past, tmp_path):
    """An empty server asks for its token, tells how to send rows, and comes alive when they arrive."""
    site = Site(tmp_path)
    try:
        with tab(site, signed_in=False) as own:
            page = own.go("/")
            page.fill("input[name=token]", "not the token")
            page.fill("input[name=name]", "eve")
            page.fill("input[name=password]", PASSWORD)
            with page.expect_navigation():
                page.click("button.first")
            assert page.inner_text("[role=alert]")
            own.complaints.clear()  # the refusal itself, which browsers log
        sign_up(tab, site)
        with tab(site) as own:
            page = own.go("/")
            command = own.text("#command")
            assert f"curl -X POST {site.url}/v1/models/" in command
            site.log("shop", past.rows(0, 2, seed=5), "1")
            page.wait_for_selector("table.fleet tbody a")
            assert "shop" in own.text("table.fleet")
            own.right()
            page.click("table.fleet tbody a")
            page.wait_for_url("**/models/shop")
            own.drawn()
            assert own.page.locator("a.button[href$='/monitor']").count() == 1, "it offers a monitor"
    finally:
        site.served.stop()


def test_see_what_is_wrong(tab, site, past, until):
    """The verdict in words, then charts; brushing one zooms all."""
    with tab(site) as own:
        page = own.go("/")
        assert page.get_attribute("table.fleet tbody tr", "class") == "act"
        page.click("table.fleet tbody a")
        page.wait_for_url(f"**/models/{past.MODEL}")
        own.drawn()
        own.right()
        assert "dep_delay" in own.text("section.verdict")
        assert page.locator("figure").count() >= 3
        assert {"carrier = UA", "carrier = MQ"} <= set(page.locator("#segments .name").all_inner_texts())
        before = {at: page.evaluate(LABELS.format(at)) for at in ("performance", "lanes", "drift")}
        box = page.query_selector("#performance .chart svg").bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 60, steps=5)
        page.mouse.up()
        page.wait_for_selector("#show-all:not([hidden])")
        assert "zoom=" in page.url
        for at, labels in before.items():
            until(page, f"{LABELS.format(at)} !== {json.dumps(labels)}")
        page.click("#show-all")
        for at, labels in before.items():
            until(page, f"{LABELS.format(at)} === {json.dumps(labels)}")
        own.right()


def test_drill_into_an_incident(tab, site, past):
    """From the verdict to effect, evidence, impact, cause, the rows themselves, and the column behind it."""
    with tab(site) as own:
        page = own.go(f"/models/{past.MODEL}")
        own.press("section.verdict a.button.first")
        assert re.search(r"/incidents/\d+$", page.url)
        assert page.locator("dl.triple dt").all_inner_texts() == [
            "Effect: how big", "Evidence: is it real", "Impact: what it costs"]  # fmt: skip
        assert all(page.locator("dl.triple dd.headline").all_inner_texts())
        assert page.locator("ol.causes figure svg").count() >= 1
        assert page.locator("#examples tbody tr").count() == 10
        assert page.locator("#began svg").count() >= 1
        assert own.text("#timeline ol.events")
        own.press("ol.causes a")
        assert "/features/dep_delay" in page.url
        assert "dep_delay" in own.text("section.verdict, h1")


def test_acknowledge(tab, site):
    """It stands in the timeline under the name of who did it, and the button is gone."""
    number = site.incident(states=("open",))  # this journey alone acknowledges it
    with tab(site) as own:
        page = own.go(f"/incidents/{number}")
        own.press("main button.first")
        assert own.notice()
        page = own.go(f"/incidents/{number}")
        assert "acknowledged" in own.text("p.meta")
        assert "ada" in own.text("ol.events li")
        assert page.locator("main button.first").count() == 0
        assert site.call("GET", f"/v1/incidents/{number}")["state"] == "acknowledged"


def test_mute_and_unmute(tab, site):
    """For a day nobody is told; then somebody changes their mind."""
    number = site.incident()
    with tab(site) as own:
        page = own.go(f"/incidents/{number}")
        page.click("details.menu summary.button >> nth=0")
        own.press("details.menu button >> text=/day/ >> nth=0")
        assert "muted" in own.text("p.meta")
        assert site.call("GET", f"/v1/incidents/{number}")["state"] == "muted"
        own.press("form:has(input[value=unmute]) button")
        assert site.call("GET", f"/v1/incidents/{number}")["state"] != "muted"


def test_comment_and_owner(tab, site):
    """Words and a name stay, whatever the words look like."""
    number, words = site.incident(), "<b>The feed</b> changed & {{ nobody }} said so"
    with tab(site) as own:
        page = own.go(f"/incidents/{number}")
        page.fill("form.comment textarea", words)
        own.press("form.comment button")
        assert words in own.text("ol.events")
        page.click("details.menu summary.button >> nth=1")
        own.press("form:has(input[value=own]) button")
        assert "ada" in own.text("p.meta")
        assert site.call("GET", f"/v1/incidents/{number}")["owner"] == "ada"


def test_edit_the_monitor(tab, site, past, until):
    """The form writes the text and keeps its comments; a replay says what would have been; saving says what changed."""
    path = f"/models/{past.MODEL}/monitor"
    with tab(site) as own:
        page = own.go(path)
        page.fill("input[name=false_alarms]", "2 per month")
        page.keyboard.press("Tab")
        until(page, "document.querySelector('#toml').value.includes('2 per month')")
        assert "# kept by the test" in page.input_value("#toml")
        page.click("[data-preview]")
        page.wait_for_selector("[data-preview]:not([disabled])")
        page.wait_for_selector("#preview li")
        assert "2 per month" not in site.call("GET", f"/v1{path}")["toml"], "not saved yet"
        own.press("button.first")
        assert "Saved" in own.notice()
        assert "2 per month" in site.call("GET", f"/v1{path}")["toml"]
        site.until_judged(past)  # by the new budget, before another journey begins
        page.fill("#toml", past.MONITOR.replace("every", "evry"))
        page.wait_for_selector("#problems li")
        assert "evry" in own.text("#problems")
        own.right()


def test_compare_versions(tab, site, past):
    """Two versions side by side, with the difference and its interval."""
    with tab(site) as own:
        page = own.go(f"/models/{past.MODEL}/versions")
        assert {page.input_value("select[name=a]"), page.input_value("select[name=b]")} == {"7", "8"}
        rows = page.locator("table.grid >> nth=0").locator("tbody tr").all_inner_texts()
        assert any("Brier" in row and "…" in row for row in rows), rows
        assert page.locator("figure svg:not(.skeleton)").count() >= 2


def test_upload_labels(tab, site, past, tmp_path):
    """Labels that came late are uploaded as CSV; the share of rows with labels rises."""
    rows = past.rows(0, past.DAYS, seed=2, broken_from=past.BROKEN_FROM)
    late = rows.select(["id", "label"]).slice((past.DAYS - 5) * past.A_DAY, 4 * past.A_DAY)
    file = tmp_path / "late.csv"
    file.write_bytes(past.csv_of(late))

    def labelled():
        return sum(window["labelled"] for window in site.windows(past.MODEL, "7"))

    def share(own):
        return float(own.text("section.verdict .facts div:nth-child(2) dd").rstrip("%"))

    before, overview = labelled(), f"/models/{past.MODEL}?version=7&span=all"
    with tab(site) as own:
        own.go(overview)
        shown = share(own)
        page = own.go(f"/models/{past.MODEL}/data")
        page.set_input_files("#upload input[type=file]", str(file))
        own.press("#upload button")
        assert f"{late.num_rows} rows were accepted" in own.notice()
        site.until(lambda: labelled() == before + late.num_rows, "the labels are joined")
        own.go(overview)
        assert share(own) > shown
        own.right()


def test_rows_refused_are_listed_and_fed_again(tab, site, past):
    """A score of 7 is no probability: the row waits in quarantine until somebody says what becomes of it."""
    stamp = "2024-11-10T12:00:00Z"
    bad = [{"id": f"bad-{i}", "time": stamp, "version": "7", "score": 7, "features": {}} for i in range(3)]
    receipt = site.call("POST", f"/v1/models/{past.MODEL}/predictions", bad)
    assert (receipt["accepted"], receipt["quarantined"]) == (0, 3)
    with tab(site) as own:
        own.go(f"/models/{past.MODEL}/data")
        own.site.until(
            lambda: own.page.reload() and own.page.locator("#quarantine input").count(), "they are listed"
        )
        own.right()
        assert "score" in own.text("#quarantine tbody")
        own.page.check("#quarantine tbody input")
        own.press("#quarantine button[value=refeed]")
        assert "3 refused" in own.notice(), "nothing was mended"
        own.site.until(
            lambda: own.page.reload() and own.page.locator("#quarantine input").count(), "again listed"
        )
        own.page.check("#quarantine tbody input")
        own.press("#quarantine button[value=discard]")
        own.site.until(
            lambda: own.page.reload() and not own.page.locator("#quarantine input").count(), "given up"
        )


#: Latin words that Chinese pages hold on purpose: names of what was logged, names of people and of formulas.
LATIN = {
    "flights", "dep", "delay", "distance", "carrier", "score", "label", "time", "id", "version",
    "UA", "MQ", "DL", "ada", "journeys", "F", "Brier", "ROC", "AUC", "PSI", "AP", "ECE", "PNG", "SVG", "CSV", "API",
    "TOML", "UTC", "Parquet", "English", "vedette", "received", "at", "per", "month", "min", "rows", "d", "h", "w",
    "default",
}  # fmt: skip


#: Names that other journeys, in whatever order, give to a person and a model; a hash may be any letters up to f.
GIVEN = {"vera", "by", "key"}


def test_chinese(tab, site, past):
    """One press, and every word is Chinese but names; the next page too."""
    model = f"/models/{past.MODEL}"
    with tab(site) as own:
        page = own.go(model)
        incident = page.get_attribute("section.verdict a.button.first", "href")
        own.press("form.lang button")
        assert page.locator("html").get_attribute("lang") == "zh-CN"
        assert page.url.endswith(model)
        left, home = {}, set(re.findall(r"[A-Za-z]+", str(site.served.log.parent / "home")))
        for path in (
            "/", model, incident, f"{model}/features/dep_delay", f"{model}/segments",
            f"{model}/versions", f"{model}/data", f"{model}/monitor", "/settings", "/training",
        ):  # fmt: skip
            own.go(path)
            words = {w for text in page.evaluate(SEEN) for w in re.findall(r"[A-Za-z]+", text)}
            words = {w for w in words if not re.fullmatch("[a-f]+", w)}
            if words - LATIN - GIVEN - home:
                left[path] = words - LATIN - GIVEN - home
        assert left == {}


def test_dark_stays(tab, site, past):
    """Dark at once, on the next page, and after a new visit."""
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    with tab(site) as own:
        page = own.go("/")
        light = page.evaluate(ground)
        page.click("form.theme button")
        dark = page.evaluate(ground)
        assert dark != light
        own.right()
        own.go(f"/models/{past.MODEL}")
        assert page.evaluate(ground) == dark
        lines = "getComputedStyle(document.querySelector('#performance .mark-line path')).stroke"
        assert page.evaluate(lines) != "none"


def test_people(tab, site, past):
    """A new viewer signs in, looks at everything, and finds no button that changes it."""
    with tab(site) as own:
        page = own.go("/settings")
        page.fill("#users input[name=name]", "vera")
        page.fill("#users input[name=password]", PASSWORD + "!")
        page.select_option("#users select[name=role]", "viewer")
        own.press("#users form.fields button")
        assert "vera" in own.text("#users tbody")
    number = site.call("GET", "/v1/incidents")[0]["number"]
    with tab(site, signed_in=False) as hers:
        page = hers.go(f"/incidents/{number}")
        assert "/login" in page.url
        page.fill("input[name=name]", "vera")
        page.fill("input[name=password]", PASSWORD + "!")
        hers.press("button.first")
        assert page.url.endswith(f"/incidents/{number}"), "back to where she wanted to be"
        assert page.locator("main form[method=post]").count() == 0
        hers.go(f"/models/{past.MODEL}")


def test_keys(tab, site, past):
    """The secret of a key is shown once, works, and works no more when the key is revoked."""
    row = [{"id": "by-key", "score": 0.5, "time": "2024-11-10T12:00:00Z", "version": "7", "features": {}}]
    path = f"/v1/models/{past.MODEL}-by-key/predictions"
    with tab(site) as own:
        secret = make_key(own, "loader", "write")
        assert site.call("POST", path, row, key=secret)["accepted"] == 1
        page = own.go("/settings")
        assert secret not in page.content()
        own.press("#keys tr:has-text('loader') .deeds button")
        assert "loader" not in own.text("#keys tbody")
        with pytest.raises(urllib.error.HTTPError) as refused:
            site.call("POST", path, row, key=secret)
        assert refused.value.code == 401


def test_a_place_that_is_told(tab, site):
    """A webhook is added, tried with a button, and removed."""
    with Receiver() as receiver, tab(site) as own:
        page = own.go("/settings")
        page.fill("#sinks input[name=name]", "on-call")
        page.select_option("#sinks select[name=kind]", "webhook")
        page.fill("#sinks input[name=target]", receiver.url + "/hook")
        own.press("#sinks form.fields button")
        row = "#sinks tr:has-text('on-call')"
        own.press(f"{row} form:has(input[value=test-sink]) button")
        assert "took the test message" in own.notice()
        assert json.loads(receiver.requests[-1].body)["kind"] == "vedette.incident"
        receiver.reply = (500, b"no", {})
        own.press(f"{row} form:has(input[value=test-sink]) button")
        assert "did not take" in own.notice()
        own.press(f"{row} form:has(input[value=remove-sink]) button")
        assert page.locator(row).count() == 0


def focus(page, selector, steps=60):
    """Press Tab until something has the focus."""
    for _ in range(steps):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


def test_keyboard_only(tab, site, past):
    """From the fleet to an acknowledged incident without a mouse."""
    number = site.incident("8", ("open",))
    with tab(site) as own:
        page = own.go("/")
        page.keyboard.press("j")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        own.drawn()
        assert page.url.endswith(f"/models/{past.MODEL}")
        with page.expect_navigation():
            focus(page, f"a[href='/incidents/{number}']", 200)
            page.keyboard.press("Enter")
        own.drawn()
        focus(page, "main button.first")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        own.drawn()
        own.right()
        assert site.call("GET", f"/v1/incidents/{number}")["state"] == "acknowledged"


def test_phone(tab, site, past):
    """At 360 px nothing sticks out, and an incident is understood before the first scroll."""
    number = site.call("GET", f"/v1/incidents?model={past.MODEL}")[0]["number"]
    model = f"/models/{past.MODEL}"
    with tab(site, width=360) as own:
        for path in ("/", model, f"{model}/segments", f"{model}/versions", f"{model}/data", f"{model}/monitor",
                     "/settings"):  # fmt: skip
            own.go(path)
        page = own.go(f"/incidents/{number}")
        for selector in ("#verdict", "section.verdict .row"):
            box = page.query_selector(selector).bounding_box()
            assert box["y"] + box["height"] <= 800, selector


def test_search(tab, site, past, until):
    """A slash, three letters, Enter."""
    with tab(site) as own:
        page = own.go("/settings")
        page.keyboard.press("/")
        page.wait_for_selector("#palette[open]")
        page.keyboard.type("fli")
        page.wait_for_selector("#palette li")
        assert past.MODEL in own.text("#palette li >> nth=0")
        own.right()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/models/{past.MODEL}*")
        page.keyboard.press("/")
        page.wait_for_selector("#palette[open]")
        page.keyboard.type("zzzz")
        until(page, "document.querySelector('#palette [data-none]').textContent")
        for _ in range(2):  # the first one clears the field
            page.keyboard.press("Escape")
        page.wait_for_selector("#palette:not([open])", state="attached")
        own.right()
