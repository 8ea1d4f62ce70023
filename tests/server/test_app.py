"""The whole application behind its shield, in an empty home: from the first user to a page with an incident."""

from __future__ import annotations

import re
import threading

import numpy as np
import pytest
from litestar.testing import TestClient

from vedette.errors import ConfigError, StateError
from vedette.server.app import application
from vedette.server.settings import Settings
from vedette.server.station import Station
from vedette.server.ticking import microseconds
from vedette.store import accounts
from vedette.store.home import Home

PASSWORD = "correct horse battery"
DAY = 86_400
START = 19_700 * DAY
PAGE = {"accept": "text/html"}
MONITOR = """
model = "m"
[schema]
id = "id"
time = "time"
score = "score"
label = "label"
segments = ["country"]
[windows]
every = "1d"
"""


def one_at_a_time(step):
    """Return a step that the station's thread and a test, which both take it, do not take at once."""
    turn = threading.Lock()

    def taken(now):
        with turn:
            return step(now)

    return taken


class Site:
    """A client of the whole application; its threads run, and the evaluation is stepped by hand besides."""

    def __init__(self, folder, **options):
        self.station = Station(Settings(home=folder, every=3600.0, **options))
        self.station.loop.step = one_at_a_time(self.station.loop.step)
        self.client = TestClient(application(self.station), base_url="http://127.0.0.1:8400")

    def get(self, path, **headers):
        return self.client.get(path, headers={**PAGE, **headers}, follow_redirects=False)

    def token(self, path="/settings"):
        return re.search(r'name="_csrf" value="([^"]+)"', self.get(path).text)[1]

    def post(self, path, **form):
        own = {"origin": "http://127.0.0.1:8400", **PAGE}
        return self.client.post(
            path, data={"_csrf": self.token(), **form}, headers=own, follow_redirects=False
        )

    def work(self):
        """Let everything that came be evaluated."""
        while self.station.ingest.writer.step(microseconds(), at_once=True):
            pass
        for later in (0, 700 * 1_000_000):
            self.station.loop.step(microseconds() + later)


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path / "home")
    with made.client:
        yield made


def rows(days, first, seed, broken=False):
    """Return predictions and labels of some days as a client sends them."""
    rng = np.random.default_rng(seed)
    n = 80 * days
    x = rng.normal(0, 1, n)
    score = 1 / (1 + np.exp(-x))
    label = rng.random(n) < score
    times = START + (first + rng.random(n) * days) * DAY
    predictions = [
        {
            "id": f"{first}-{i}",
            "time": float(times[i]),
            "version": "1",
            "score": float(score[i]),
            "features": {"x": float(x[i] * (60 if broken else 1)), "country": "DE" if i % 3 else "FR"},
        }
        for i in range(n)
    ]
    return predictions, [{"id": f"{first}-{i}", "label": int(label[i])} for i in range(n)]


def log(site, *given, **headers):
    predictions, labels = rows(*given)
    for kind, sent in (("predictions", predictions), ("labels", labels)):
        answer = site.client.post(f"/v1/models/m/{kind}", json=sent, headers=headers)
        assert (answer.status_code, answer.json()["accepted"]) == (202, len(sent))


def test_from_the_first_row_to_an_incident(site):
    assert "curl" in site.get("/").text, "an empty fleet says how events get here"
    log(site, 20, 0, 1)
    log(site, 6, 20, 2, True)
    site.work()
    assert site.get("/models/m").status_code == 200
    assert "No monitor" not in site.get("/models/m/monitor").text
    applied = site.client.put("/v1/models/m/monitor", content=MONITOR)
    assert applied.json()["lacks"] == "no reference"
    order = {"kind": "log", "version": "1", "start": START * 10**6, "end": (START + 14 * DAY) * 10**6}
    assert site.client.post("/v1/models/m/baselines", json=order).status_code == 201
    site.work()
    assert site.station.loop.failures == {}
    found = site.client.get("/v1/incidents?model=m").json()
    assert found, "x is sixty times as large"
    number = found[0]["number"]
    for path in ("/", "/models/m", "/models/m/features/x", "/models/m/segments", "/models/m/versions",
                 "/models/m/data", "/models/m/monitor", f"/incidents/{number}", "/training", "/settings", "/api",
                 "/models/m/monitor.toml", "/search?q=m", "/pulse"):  # fmt: skip
        for lang in ("en", "zh"):
            answer = site.get(path, **{"accept-language": lang})
            assert answer.status_code == 200, (path, answer.text[:500])
    assert "country" in site.get("/models/m/segments?span=all").text
    for key in set(re.findall(r'data-chart="([0-9a-f]+)"|/charts/([0-9a-f]+)', site.get("/models/m").text)):
        assert site.get(f"/charts/{''.join(key)}").status_code == 200
    assert site.post(f"/incidents/{number}", deed="acknowledge").status_code == 200
    assert site.client.get(f"/v1/incidents/{number}").json()["state"] == "acknowledged"


def test_nothing_there_is_a_page_for_people_and_json_for_programs(site):
    assert site.get("/models/none").status_code == 404
    assert "<html" in site.get("/models/none").text
    answer = site.client.get("/v1/models/none")
    assert answer.status_code == 404
    assert set(answer.json()["error"]) >= {"found", "expected", "fix", "code"}


def test_the_description_of_the_api_names_every_path(site):
    described = site.client.get("/v1/openapi.json").json()
    paths = described["paths"]
    assert {"/v1/models", "/v1/models/{model}/predictions", "/v1/incidents/{number}", "/v1/keys"} <= set(
        paths
    )
    assert not [path for path in paths if not path.startswith(("/v1/", "/health", "/ready", "/metrics"))]
    page = site.get("/api").text
    assert "/v1/models/{model}/predictions" in page
    assert not re.findall(r'(?:src|href)="https?://', page), "nothing is loaded from elsewhere"


def test_a_form_without_its_token_or_from_elsewhere_changes_nothing(site):
    token = site.token()
    form = {"deed": "add-key", "name": "k", "scope": "read"}
    bare = site.client.post("/settings", data=form, headers=PAGE)
    foreign = site.client.post(
        "/settings", data={**form, "_csrf": token}, headers={**PAGE, "origin": "https://evil.example"}
    )
    assert (bare.status_code, foreign.status_code) == (403, 403)
    with site.station.database.read() as tx:
        assert accounts.all_keys(tx) == []
    made = site.post("/settings", **form)
    assert made.status_code == 200
    assert re.search(r"vd_[0-9a-z]{10}_", made.text), "shown this once"
    assert not re.search(r"vd_[0-9a-z]{10}_", site.get("/settings").text)


def test_after_the_first_user_everybody_signs_in(site):
    assert site.post("/setup", name="ada", password=PASSWORD).status_code == 303
    assert site.get("/").status_code == 200, "who made it is signed in"
    key = re.search(r"vd_[\w-]+", site.post("/settings", deed="add-key", name="k", scope="write").text)[0]
    site.client.cookies.clear()
    assert site.get("/models/m").status_code in (302, 303)
    assert site.client.get("/v1/models").status_code == 401
    assert site.client.post("/v1/models/m/predictions", json=[{"id": "1"}]).status_code == 401
    answer = site.client.post(
        "/v1/models/m/predictions",
        json=[{"id": "1", "score": 0.5}],
        headers={"authorization": f"Bearer {key}"},
    )
    assert answer.status_code == 202
    assert site.client.get("/v1/models", headers={"authorization": f"Bearer {key}"}).status_code == 403


def test_without_accounts_only_this_machine_is_served(tmp_path):
    with pytest.raises(ConfigError) as refused:
        Station(Settings(home=tmp_path / "home", host="0.0.0.0", accounts=False))
    assert refused.tb  # what was half made still lives, and yet has let go of the home
    Home(tmp_path / "home").close()
    open_ = Site(tmp_path / "open")
    with open_.client:
        assert open_.get("/").status_code == 200
        assert open_.get("/", host="vedette.example").status_code in (400, 403, 421)


def test_a_server_that_others_reach_asks_for_its_token(tmp_path):
    made = Site(tmp_path / "home", host="0.0.0.0", accounts=True)
    with made.client:
        assert made.get("/").headers["location"] == "/setup"
        wrong = made.client.post("/setup", data={"token": "x", "name": "eve", "password": PASSWORD})
        assert wrong.status_code in (400, 403)
        assert made.station.gate.setup_token


def test_a_viewer_of_one_project_sees_it_alone_and_changes_nothing(site):
    log(site, 1, 0, 1)
    site.work()
    site.post("/setup", name="ada", password=PASSWORD)
    site.post("/settings", deed="add-user", name="bob", password=PASSWORD + "!", role="viewer")
    with site.station.database.write() as tx:
        bob = accounts.user_by_login(tx, "bob")
        accounts.set_role(tx, bob.id, "default", None)
    site.client.cookies.clear()
    page = site.get("/login").text
    token = re.search(r'name="_csrf" value="([^"]+)"', page)[1]
    headers = {**PAGE, "origin": "http://127.0.0.1:8400"}
    signed = site.client.post(
        "/login",
        data={"_csrf": token, "name": "bob", "password": PASSWORD + "!"},
        headers=headers,
        follow_redirects=False,
    )
    assert signed.status_code == 303
    for path in ("/models/m", "/models/~6d_", "/models/~6d_/data", "/models/m/monitor"):
        assert site.get(path).status_code in (403, 404), path
    assert '"m"' not in site.get("/search?q=m").text


def test_two_servers_do_not_share_a_home(site, tmp_path):
    with pytest.raises(StateError):
        Station(Settings(home=tmp_path / "home"))
