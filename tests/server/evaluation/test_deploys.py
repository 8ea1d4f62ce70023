"""Deploys that a server is told of, or sees in its log, and the change that begins with one."""

import pytest
from litestar.testing import TestClient
from tests.server.evaluation.conftest import app_of

from vedette.server.evaluation.deploys import deploys_of
from vedette.store import audit, incidents, models

DAY = 86_400_000_000
START = 19_700 * DAY
DECLARED = '[[deploys]]\ntime = "2023-12-18T23:30"\nversion = "6"\nnote = "rolled back"\n'


def known(site):
    with site.database.read() as tx:
        return [
            (one.version, (one.at - START) // DAY, one.note, one.author) for one in deploys_of(tx, "flights")
        ]


def verdicts(site, version="7"):
    with site.database.read() as tx:
        found = incidents.listing(tx, states=("open", "resolved"))
    return [i.incident.explanation.sentence for i in found if i.version == version]


def test_declared_reported_and_seen_deploys_are_one_list(site, make):
    site.come(make(4), "7")
    site.come(make(2, first=3, seed=1), "8")
    site.apply(site.toml + DECLARED)
    with site.database.write() as tx:
        models.add_deploy(tx, "flights", "", at=START + DAY, note="new scale", author="ci")
    assert known(site) == [
        ("", 1, "new scale", "ci"),
        ("8", 3, "", "vedette"),
        ("6", 9, "rolled back", "monitor"),
    ]
    with site.database.write() as tx:
        models.add_deploy(tx, "flights", "8", at=START + 2 * DAY, author="ci")
    assert known(site)[1] == ("8", 2, "", "ci")


@pytest.mark.parametrize("how", ["declared", "reported", "seen", "never"])
def test_a_change_that_begins_with_a_deploy_says_so(site, make, how):
    if how == "declared":
        site.apply(site.toml + DECLARED.replace("18T23", "19T23"))
    if how == "reported":
        with TestClient(app_of(site)) as client:
            told = {"version": "7", "time": "2023-12-19T23:30:00Z"}
            assert client.post("/v1/models/flights/deploys", json=told).status_code == 201
    site.come(make(16, broken_from=11), "7")
    if how == "seen":
        site.come(make(3, first=11, seed=2), "8")
    site.step()
    site.silence()
    (said,) = verdicts(site)
    day = "2023-12-20" if how == "seen" else "2023-12-19"
    assert (f"begins with the deploy {day}" in said) == (how != "never")


def test_a_pipeline_that_runs_twice_tells_of_one_deploy(site):
    with TestClient(app_of(site)) as client:
        order = {"version": "9", "time": "2024-01-02T03:04", "note": "nightly"}
        first, second = (client.post("/v1/models/flights/deploys", json=order).json() for _ in range(2))
        assert (first["new"], second["new"], first["deploy"]) == (True, False, second["deploy"])
        (shown,) = client.get("/v1/models/flights").json()["deploys"]
        assert (shown["version"], shown["at"], shown["note"]) == ("9", first["at"], "nightly")
        unknown = client.post("/v1/models/trains/deploys", json=order)
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "api.unknown-name")
        wrong = client.post("/v1/models/flights/deploys", json={"time": "soon"})
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "alerts.bad-date")
    with site.database.read() as tx:
        assert [line.action for line in audit.listing(tx)].count("deploy") == 1
