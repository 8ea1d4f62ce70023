"""The quarantine over HTTP: listed, read, mended and fed again; guards decide who may."""

import pytest
from litestar import Litestar
from litestar.exceptions import NotAuthorizedException
from litestar.testing import TestClient

BASE = "/v1/models/m/quarantine"


def listed(served):
    served.take()
    return served.client.get(BASE).json()["rows"]


def test_a_refused_row_is_mended_and_fed_again(served):
    served.post("predictions", [{"id": "a", "score": "0.5"}, {"id": "b"}])
    (row,) = listed(served)
    assert row["raw"] == '{"id":"a","score":"0.5"}'
    assert served.client.get(f"{BASE}/{row['key']}").json() == row
    answer = served.client.post(f"{BASE}/{row['key']}", json={"id": "a", "score": 0.5})
    assert answer.json() == {"accepted": 1, "quarantined": 0, "duplicate": False}
    assert served.rows()["a"]["vd_score"] == 0.5
    assert listed(served) == []


def test_a_row_fed_as_it_is_comes_back_with_its_reason(served):
    served.post("labels", {"id": "a"})
    (row,) = listed(served)
    assert served.client.post(f"{BASE}/{row['key']}").json()["quarantined"] == 1
    (again,) = listed(served)
    assert again["reason"] == row["reason"] == "bad-label"
    assert again["key"] != row["key"]


def test_a_row_of_the_future_is_accepted_when_its_time_has_come(served):
    served.post("predictions", {"id": "a", "time": "2024-10-04T13:00:00Z"})
    (row,) = listed(served)
    served.now += 3_600_000_000
    assert served.client.post(f"{BASE}/{row['key']}").json()["accepted"] == 1


def test_a_row_is_thrown_away_once(served):
    served.post("predictions", {"id": ""})
    (row,) = listed(served)
    assert served.client.delete(f"{BASE}/{row['key']}").status_code == 204
    gone = served.client.delete(f"{BASE}/{row['key']}")
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "quarantine.unknown-row")
    assert served.client.get(f"{BASE}?count=0").status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/models/m/predictions"),
        ("POST", "/v1/ingest/kserve"),
        ("GET", BASE),
        ("GET", f"{BASE}/x~1~0"),
        ("POST", f"{BASE}/x~1~0"),
        ("DELETE", f"{BASE}/x~1~0"),
    ],
)
def test_every_route_asks_its_guards(served, method, path):
    def nobody(connection, handler):
        raise NotAuthorizedException

    routers = served.service.routers(senders=[nobody], readers=[nobody], menders=[nobody])
    with TestClient(Litestar(routers, openapi_config=None)) as client:
        assert client.request(method, path).status_code == 401
