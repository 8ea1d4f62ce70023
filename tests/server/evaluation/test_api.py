"""What programs read and change over HTTP, on a small home that has been evaluated."""

import threading
import time

import numpy as np
import pytest
import uvicorn
from litestar.testing import TestClient
from tests.server.evaluation.conftest import app_of

from vedette.cli.main import vedette_command
from vedette.server.api.points import telling

DAY = 86_400_000_000
START = 19_700 * DAY


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory, open_site_in, make):
    site = open_site_in(tmp_path_factory.mktemp("home"))
    site.come(make(16, broken_from=10), "7")
    site.come(make(16, seed=3), "8")
    site.step()
    site.silence()
    return site


@pytest.fixture(scope="module")
def client(evaluated):
    with TestClient(app_of(evaluated), raise_server_exceptions=True) as found:
        yield found


def test_models_say_how_they_do(client):
    (model,) = client.get("/v1/models").json()
    seven, eight = sorted(model["versions"], key=lambda v: v["version"])
    assert (model["name"], seven["status"], eight["status"]) == ("flights", "act", "ok")
    assert "delay" in seven["verdict"]
    assert seven["incidents"] == {"act": 1}
    assert seven["labelled"] == 1.0
    chinese = client.get("/v1/models/flights", params={"lang": "zh"}).json()
    assert any("\u4e00" <= c <= "\u9fff" for v in chinese["versions"] for c in v["verdict"])


def test_windows_and_series_line_up(client):
    windows = client.get("/v1/models/flights/windows", params={"version": "7"}).json()
    assert len(windows) == 16
    found = client.get("/v1/models/flights/series/psi", params={"version": "7", "column": "delay"}).json()
    assert found["windows"] == [w["start"] for w in windows]
    assert max(found["value"][:10]) < 0.5 < min(v for v in found["value"][10:] if v is not None)
    auc = client.get("/v1/models/flights/series/roc_auc", params={"segment": "carrier=MQ"}).json()
    assert auc["reference"]["value"] == pytest.approx(0.9, abs=0.08)
    listed = client.get("/v1/models/flights/series", params={"version": "7"}).json()
    assert ["delay", ""] in next(s for s in listed if s["metric"] == "psi" and not s["dimension"])["places"]


def test_a_thinned_series_keeps_every_spike():
    rng = np.random.default_rng(0)
    values = rng.normal(size=10_000)
    values[[17, 5000]] = 40, -40
    places = telling(values, 200)
    assert len(places) <= 200
    assert {0, 17, 5000, 9999} <= set(places)
    assert (np.diff(places) > 0).all()
    assert len(telling(np.full(1000, np.nan), 10)) <= 10


def test_incidents_are_listed_and_told_whole(client):
    (incident,) = client.get("/v1/incidents", params={"model": "flights"}).json()
    assert incident["version"] == "7"
    assert incident["since"]["start"] == START + 10 * DAY
    whole = client.get(f"/v1/incidents/{incident['number']}").json()
    assert whole["events"][0]["kind"] == "open"
    assert client.get("/v1/incidents", params={"only": "resolved"}).json() == []


def test_versions_stand_side_by_side(client):
    found = client.get(
        "/v1/models/flights/compare",
        params={"champion": "8", "challenger": "7", "end": START + 10 * DAY},
    ).json()
    assert found["windows"] == 10
    auc = next(m for m in found["metrics"] if m["metric"] == "roc_auc")
    assert auc["difference"]["low"] < 0 < auc["difference"]["high"]
    assert auc["outcome"] == "even"
    assert found["evidence"] > 0.01
    later = client.get("/v1/models/flights/compare", params={"champion": "8", "challenger": "7"}).json()
    assert later["evidence"] < 1e-6
    assert next(iter(later["columns"])) == "delay"


def test_the_report_of_stored_states_opens(client):
    page = client.get("/v1/models/flights/report.html", params={"version": "7"})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "delay" in page.text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v1/models/flight", "Did you mean 'flights'?"),
        ("/v1/models/flights/windows?version=9", "Choose one"),
        ("/v1/models/flights/series/pssi?version=7", "Did you mean 'psi'?"),
        ("/v1/models/flights/series/psi?version=7&column=dely", "Did you mean 'delay'?"),
        ("/v1/incidents/999", ""),
    ],
)
def test_what_is_not_there_is_named(client, path, said):
    found = client.get(path)
    assert found.status_code == 404
    error = found.json()["error"]
    assert error["code"] == "api.unknown-name"
    assert error["fix"].startswith(said)


def test_a_changed_schema_fits_the_reference_again_from_the_log(open_site, make):
    site = open_site(reference=False)
    site.come(make(12))
    site.step_unready()
    with TestClient(app_of(site)) as client:
        order = {"kind": "log", "version": "7", "start": START, "end": START + 8 * DAY}
        first = client.post("/v1/models/flights/baselines", json=order)
        assert first.status_code == 201, first.text
        site.step()
        toml = client.get("/v1/models/flights/monitor").json()["toml"].replace('segments = ["carrier"]', "")
        plan = client.post("/v1/models/flights/monitor/plan", content=toml).json()
        assert (plan["effect"], [c["path"] for c in plan["changes"]]) == ("refit", ["schema.segments"])
        applied = client.put("/v1/models/flights/monitor", content=toml).json()
        assert (applied["revision"], applied["lacks"], applied["windows"]) == (2, None, 12)
        site.step()
        site.silence()
        assert len(client.get("/v1/models/flights/windows").json()) == 12
        assert not any(s["dimension"] for s in client.get("/v1/models/flights/series").json())
        wrong = client.put("/v1/models/flights/monitor", content=toml.replace("flights", "trains"))
        assert wrong.json()["error"]["code"] == "api.other-model"
        broken = client.put("/v1/models/flights/monitor", content="[windows")
        assert (broken.status_code, broken.json()["error"]["code"]) == (400, "monitor.not-toml")


@pytest.fixture
def address(evaluated):
    server = uvicorn.Server(uvicorn.Config(app_of(evaluated), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_the_command_line_plans_applies_and_compares(address, evaluated, tmp_path, capsys):
    file = tmp_path / "monitor.toml"
    file.write_text(evaluated.toml + '\n[alerts]\nfalse_alarms = "2 per month"\n')

    def run(*args):
        with pytest.raises(SystemExit) as ended:
            vedette_command([*map(str, args), "--server", address], prog_name="vedette")
        return ended.value.code, capsys.readouterr().out

    code, said = run("plan", file)
    assert code == 0
    assert "alerts.false_alarms: (not set) -> 2 per month" in said
    assert run("diff", file)[0] == 1
    code, said = run("apply", file)
    assert "Revision 2 of the monitor of flights is in force." in said
    assert run("diff", file)[0] == 0
    file.write_text(file.read_text() + '[[deploys]]\ntime = "2024-01-01"\nversion = "8"\n')
    code, said = run("plan", file)
    assert "'version': '8'" in said
    assert "Findings differ from now on" in said
    assert run("diff", file)[0] == 1


def test_a_pipeline_tells_of_a_deploy_with_one_command(address, capsys):
    def run(*args):
        with pytest.raises(SystemExit) as ended:
            vedette_command(["deploy", *args, "--server", address], prog_name="vedette")
        return ended.value.code, capsys.readouterr().out

    told = ("flights", "--version", "9", "--time", "2024-01-02T03:04", "--note", "nightly")
    assert run(*told) == (0, "flights: version 9 is noted.\n")
    assert run(*told) == (0, "flights: version 9 was known.\n")
