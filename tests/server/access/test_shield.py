"""Rights by role and scope, forged requests, limits and headers."""

import re

import pytest

from vedette.server.access import keys, people
from vedette.store import accounts, models

PASSWORD = "correct horse battery"
SECOND = 1_000_000


def key(server, *scopes, project=None, expires=None):
    with server.gate.database.write() as tx:
        return keys.make(tx, "test", scopes, project=project, actor="test", at=server.clock, expires=expires)


def code(answer):
    return answer.json()["error"]["code"]


@pytest.fixture
def flights(server):
    """Models in two projects, and a person with each role in one of them."""
    database = server.gate.database
    with database.write() as tx:
        models.register(tx, "flights", at=0, project="air")
        models.register(tx, "ships", at=0, project="sea")
    people.add(database, "root", PASSWORD, actor="test", at=0, admin=True)
    for role in ("viewer", "editor", "admin"):
        people.add(database, role, PASSWORD, actor="test", at=0, roles={"air": role})
    return server


@pytest.mark.parametrize(
    ("who", "read", "write", "other", "settings"),
    [
        ("viewer", 200, 403, 403, 403),
        ("editor", 200, 201, 403, 403),
        ("admin", 200, 201, 403, 403),
        ("root", 200, 201, 200, 201),
    ],
)
def test_a_role_counts_in_its_project(flights, who, read, write, other, settings):
    browser = flights.browser()
    browser.sign_in(who)
    assert browser.get("/models/flights").status_code == read
    assert browser.form("/models/flights/monitor", page="/").status_code == write
    assert browser.get("/models/ships").status_code == other
    assert browser.form("/settings", page="/").status_code == settings


@pytest.mark.parametrize(
    ("scopes", "project", "path", "status"),
    [
        (["ingest"], None, "/v1/models/flights/predictions", 201),
        (["ingest"], None, "/v1/models/new/predictions", 201),
        (["ingest"], "air", "/v1/models/flights/predictions", 201),
        (["ingest"], "air", "/v1/models/new/predictions", 201),
        (["ingest"], "sea", "/v1/models/flights/predictions", 403),
        (["read", "write"], None, "/v1/models/flights/predictions", 403),
        (["ingest"], None, "/settings", 403),
        (["admin"], None, "/settings", 201),
        (["admin"], "air", "/settings", 403),
    ],
)
def test_a_key_may_do_what_its_scopes_say_in_its_project(flights, scopes, project, path, status):
    program = flights.program(key(flights, *scopes, project=project))
    assert program.post(path, json=[]).status_code == status


def test_a_key_that_ingests_does_not_read(flights):
    program = flights.program(key(flights, "ingest"))
    assert code(program.get("/v1/models/flights")) == "access.forbidden"


def test_keys_end_by_date_and_by_hand(flights):
    text = key(flights, "read", expires=flights.clock + 10 * SECOND)
    other = key(flights, "read")
    program, second = flights.program(text), flights.program(other)
    assert program.get("/").status_code == second.get("/").status_code == 200
    flights.gate.keys.revoke(other.split("_")[1], at=flights.clock, actor="test")
    assert code(second.get("/")) == "access.bad-key"
    flights.clock += 10 * SECOND
    assert code(program.get("/")) == "access.bad-key"


def test_a_key_revoked_by_another_process_stops_within_seconds(flights):
    text = key(flights, "read")
    program = flights.program(text)
    assert program.get("/").status_code == 200
    with flights.gate.database.write() as tx:
        accounts.revoke_key(tx, text.split("_")[1], at=0)
    assert program.get("/").status_code == 200
    flights.clock += keys.BELIEVED
    assert code(program.get("/")) == "access.bad-key"


def test_the_use_of_a_key_is_noted_and_only_its_hash_is_kept(flights):
    text = key(flights, "read")
    flights.program(text).get("/")
    with flights.gate.database.read() as tx:
        (kept,) = accounts.all_keys(tx)
    assert kept.last_used == flights.clock
    assert text not in str(kept)


@pytest.mark.parametrize(
    "bad", ["vd_0123456789_" + "x" * 43, "x", "vd__", "é", "vd_0123456789_" + "x" * 9000]
)
def test_a_wrong_key_is_refused_also_where_a_session_would_do(flights, bad):
    browser = flights.browser()
    browser.sign_in("root")
    browser.headers = {"Authorization": f"Bearer {bad}".encode()}
    answer = browser.get("/")
    assert (answer.status_code, code(answer)) == (401, "access.bad-key")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_strangers_get_health_and_nothing_else(flights):
    program = flights.program()
    assert program.get("/health").text == "ok"
    for path in (
        "/",
        "/models/flights",
        "/v1/models/flights",
        "/nothing/here",
        "//settings",
        "/Login",
        "/docs",
    ):
        assert code(program.get(path)) == "access.signed-out"
    assert code(program.post("/v1/models/flights/predictions", json=[])) == "access.signed-out"


def test_a_form_without_the_token_of_its_page_is_refused(flights):
    browser, other = flights.browser(), flights.browser()
    browser.sign_in("root")
    other.sign_in("root")

    theirs = re.search(r'value="([0-9a-f]+)"', other.get("/").text)[1]
    for fields in ({}, {"_csrf": "0" * 64}, {"_csrf": theirs}):
        assert code(browser.post("/settings", data=fields)) == "access.forged"
    assert code(browser.post("/settings", json={"x": 1})) == "access.forged"


@pytest.mark.parametrize("size", [10, 300_000])
def test_the_token_may_come_in_a_header_a_form_or_a_file_form(flights, size):

    browser = flights.browser()
    browser.sign_in("root")
    token = re.search(r'value="([0-9a-f]+)"', browser.get("/").text)[1]
    text = "x" * size
    assert browser.post("/settings", json=text, headers={"X-CSRF-Token": token}).status_code == 201
    sent = browser.post("/settings", data={"_csrf": token, "toml": text})
    assert sent.text == f"root sent {size + 64 + len('_csrf=&toml=')}"  # the body arrives whole
    files = {"file": ("a.csv", text.encode())}
    uploaded = browser.post("/models/flights/upload", data={"_csrf": token}, files=files)
    assert uploaded.status_code == 201
    assert int(uploaded.text.split()[-1]) > size


@pytest.mark.parametrize(
    "header", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_a_request_of_another_site_is_refused_even_with_the_token(flights, header):

    browser = flights.browser()
    browser.sign_in("root")
    token = re.search(r'value="([0-9a-f]+)"', browser.get("/").text)[1]
    assert code(browser.post("/settings", data={"_csrf": token}, headers=header)) == "access.forged"
    good = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert browser.post("/settings", data={"_csrf": token}, headers=good).status_code == 201


def test_without_accounts_only_this_machine_and_its_own_pages_get_through(make_server):
    server = make_server(open_to_all=True)
    local = {"base": "http://127.0.0.1:8000"}
    program = server.program(**local)
    assert program.post("/v1/models/m/predictions", json=[]).status_code == 201
    evil = {"Origin": "http://evil.example"}
    assert code(program.post("/v1/models/m/predictions", json=[], headers=evil)) == "access.forged"
    assert code(program.post("/models/m/monitor", data={})) == "access.forged"
    assert server.browser(**local).form("/models/m/monitor", page="/").status_code == 201
    for name in ("http://rebound.example:8000", "http://127.0.0.1.evil.example"):
        assert code(server.program(base=name).get("/")) == "access.foreign-host"
    assert server.program(base="http://[::1]:8000").get("/").status_code == 200


def test_behind_a_proxy_the_outside_address_counts(make_server):
    server = make_server(address="https://mon.example.org")
    people.add(server.gate.database, "ada", PASSWORD, actor="test", at=0, admin=True)
    browser = server.browser()
    browser.cookies.set("x", "y")

    page = browser.get("/login")
    assert "Secure" in page.headers["set-cookie"]
    assert "strict-transport-security" in page.headers
    token = re.search(r'value="([0-9a-f]+)"', page.text)[1]
    cookie = {"Cookie": page.headers["set-cookie"].split(";")[0], "Origin": "https://mon.example.org"}
    fields = {"_csrf": token, "name": "ada", "password": PASSWORD}
    done = browser.post("/login", data=fields, headers=cookie)
    assert done.status_code == 303
    assert "Secure" in done.headers["set-cookie"]


def test_too_many_requests_of_one_sender_wait(make_server):
    server = make_server(burst=3, rate=0.01)
    people.add(server.gate.database, "ada", PASSWORD, actor="test", at=0)
    one, two = server.program(), server.program(address="198.51.100.7")
    assert [one.get("/health").status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = one.get("/health")
    assert code(answer) == "access.too-often"
    assert 1 <= int(answer.headers["retry-after"]) <= 101
    assert two.get("/health").status_code == 200


def test_large_bodies_are_for_ingest_only(make_server):
    server = make_server(open_to_all=True, body=1000)
    program = server.program(base="http://localhost")
    assert program.post("/v1/models/m/predictions", content=b"x" * 5000).text == "local sent 5000"
    assert code(program.post("/settings", content=b"x" * 5000)) == "access.too-large"

    async def chunks():
        for _ in range(100):
            yield b"x" * 100

    assert code(program.post("/settings", content=chunks())) == "access.too-large"


def test_every_answer_carries_the_headers_of_caution(flights):
    for answer in (
        flights.program().get("/health"),
        flights.program().get("/"),
        flights.browser().get("/login"),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"


def test_cookies_that_are_none_do_no_harm(flights):
    for cookie in ("vd_session", "vd_session=;;;=", 'vd_session="\\377"', "a" * 5000, "=é"):
        answer = flights.program().get("/", headers={"Cookie": cookie.encode()})
        assert code(answer) == "access.signed-out"


def test_the_administration_over_rest(flights):
    program = flights.program(key(flights, "admin"))
    made = program.post("/v1/users", json={"login": "eve", "password": PASSWORD, "roles": {"air": "viewer"}})
    assert made.status_code == 201
    number = made.json()["id"]
    assert "password" not in made.text
    changed = program.call("PATCH", f"/v1/users/{number}", json={"roles": {"air": None, "sea": "editor"}})
    assert changed.json()["roles"] == {"sea": "editor"}
    assert code(program.post("/v1/users", json={"login": "EVE", "password": PASSWORD})) == "access.taken"
    assert code(program.call("PATCH", "/v1/users/99", json={"admin": True})) == "access.unknown-user"
    fresh = program.post(
        "/v1/keys", json={"name": "pod", "scopes": ["ingest"], "project": "air", "days": 1}
    ).json()
    assert flights.program(fresh["key"]).post("/v1/models/flights/predictions", json=[]).status_code == 201
    assert fresh["id"] in program.get("/v1/keys").text
    assert fresh["key"] not in program.get("/v1/keys").text
    assert program.call("DELETE", f"/v1/keys/{fresh['id']}").status_code == 204
    assert code(flights.program(fresh["key"]).get("/")) == "access.bad-key"
    assert program.get("/v1/audit/verify").json()["broken"] is None
    assert program.get("/v1/audit?limit=1").json()[0]["action"] == "key.revoke"
    for path in ("/v1/users", "/v1/keys", "/v1/audit"):
        assert code(flights.program(key(flights, "read", "write")).get(path)) == "access.forbidden"


def test_the_last_administrator_stays(flights):
    program = flights.program(key(flights, "admin"))
    (root,) = [user["id"] for user in program.get("/v1/users").json() if user["login"] == "root"]
    for change in ({"admin": False}, {"disabled": True}):
        assert code(program.call("PATCH", f"/v1/users/{root}", json=change)) == "access.last-admin"


def test_pages_are_told_who_reads_them_and_as_what(flights):
    browser = flights.browser()
    browser.sign_in("editor")
    assert browser.get("/whoami/models").json() == ["editor", "editor"]
    browser = flights.browser()
    browser.sign_in("root")
    assert browser.get("/whoami/models").json() == ["root", "admin"]
    with flights.gate.database.write() as tx:
        accounts.set_role(tx, accounts.user_by_login(tx, "editor").id, "sea", "viewer")
    browser = flights.browser()
    browser.sign_in("editor")
    assert browser.get("/models/ships/who").json() == ["editor", "viewer"]
    assert browser.get("/models/flights/who").json() == ["editor", "editor"]


def test_without_accounts_a_reader_has_no_name_and_every_right(make_server):
    server = make_server(open_to_all=True)
    assert server.program(base="http://localhost").get("/whoami/models").json() == ["", "admin"]
