"""Whatever goes wrong, programs get one shape, people a page, and nobody a traceback."""

import pytest

from vedette.server.access.gate import Options
from vedette.store import models

BROWSER = {"Accept": "text/html"}


@pytest.fixture
def server(serve):
    return serve()


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "http.unknown-address"),
        ("GET", "/nothing/at/all", 404, "http.unknown-address"),
        ("DELETE", "/v1/models", 405, "http.wrong-method"),
        ("GET", "/v1/incidents?limit=many", 400, "http.bad-request"),
        ("GET", "/v1/models/unheard", 404, "api.unknown-name"),
        ("POST", "/v1/models/m/predictions", 400, "ingest.not-json"),
    ],
)
def test_programs_get_one_shape(server, method, path, status, code):
    reply = server.client.request(method, path, content=b"{" if method == "POST" else None)
    assert reply.status_code == status
    error = reply.json()["error"]
    assert set(error) == {"found", "expected", "fix", "code", "docs"}
    assert error["code"] == code
    assert error["docs"].endswith(code)


def test_people_get_a_page(server):
    reply = server.client.get("/nothing", headers=BROWSER)
    assert reply.status_code == 404
    assert "There is nothing here" in reply.text
    chinese = server.client.get("/nothing", headers={**BROWSER, "Accept-Language": "zh"})
    assert "这里没有内容" in chinese.text
    assert server.client.get("/models/unheard", headers=BROWSER).status_code == 404


@pytest.mark.parametrize(("path", "headers"), [("/v1/models", {}), ("/", BROWSER)])
def test_a_fault_of_the_server_is_logged_and_not_shown(server, monkeypatch, caplog, path, headers):
    def broken(*_given, **_more):
        raise ZeroDivisionError("the secret of the database")

    monkeypatch.setattr(models, "listing", broken)
    monkeypatch.setattr(models, "all_versions", broken)
    reply = server.client.get(path, headers=headers)
    assert reply.status_code == 500
    assert "secret" not in reply.text
    assert "Traceback" not in reply.text
    assert "http.failed" in reply.text
    assert any("secret" in str(record.exc_info) for record in caplog.records if record.exc_info)


def test_a_body_over_the_limit_is_refused_before_it_is_read(server):
    reply = server.client.post("/settings", content=b"x" * (3 << 20))
    assert reply.status_code == 413
    assert reply.json()["error"]["code"] == "access.too-large"


def test_too_many_requests_are_told_when_to_come_again(serve):
    server = serve(options=Options(burst=5, rate=0.01))
    replies = [server.client.get("/v1/models") for _ in range(8)]
    late = [r for r in replies if r.status_code == 429]
    assert late
    assert int(late[0].headers["retry-after"]) > 0
    assert late[0].json()["error"]["code"] == "access.too-often"
