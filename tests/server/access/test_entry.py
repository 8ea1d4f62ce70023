"""The first user, signing in and out, and what is told to whom."""

import pytest

from vedette.server.access import people, sessions
from vedette.store import accounts, audit

PASSWORD = "correct horse battery"
SECOND = 1_000_000


@pytest.fixture
def ada(server):
    return people.add(server.gate.database, "Ada", PASSWORD, actor="test", at=0, admin=True)


def actions(server):
    with server.gate.database.read() as tx:
        assert audit.verify(tx)
        return [line.action for line in audit.listing(tx)][::-1]


def test_a_new_server_leads_to_the_setup(server):
    browser = server.browser()
    assert browser.get("/").headers["location"] == "/setup"
    assert browser.get("/login").headers["location"] == "/setup"
    assert 'token_needed":true' in browser.get("/setup").text


def test_the_first_administrator_needs_the_token_that_was_printed(server):
    browser = server.browser()
    wrong = browser.form("/setup", page="/setup", token="guess", name="ada", password=PASSWORD)
    assert wrong.status_code == 400
    assert "setup token is wrong" in wrong.text
    token = server.gate.setup_token
    weak = browser.form("/setup", page="/setup", token=token, name="ada", password="short")
    assert "too easy to guess" in weak.text
    done = browser.form("/setup", page="/setup", token=token, name="ada", password=PASSWORD)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert browser.get("/settings").text.startswith("hello ada")
    assert server.gate.setup_token == ""
    again = server.browser().form("/setup", page="/login", token=token, name="eve", password=PASSWORD)
    assert again.status_code == 400
    assert actions(server) == ["user.add", "login"]


def test_a_server_for_this_machine_needs_no_token_and_closes_with_the_first_user(make_server):
    server = make_server(open_to_all=True)
    browser = server.browser(base="http://localhost:8000")
    assert browser.get("/").text.startswith("hello local")
    assert 'token_needed":false' in browser.get("/setup").text
    assert browser.form("/setup", page="/setup", name="ada", password=PASSWORD).status_code == 303
    assert browser.get("/").text.startswith("hello ada")
    assert server.browser(base="http://localhost:8000").get("/").headers["location"].startswith("/login")


def test_signing_in_leads_back_to_where_somebody_wanted_to_go(server, ada):
    browser = server.browser()
    assert browser.get("/models/flights?v=7").headers["location"] == "/login?next=%2Fmodels%2Fflights%3Fv%3D7"
    done = browser.sign_in("ADA")
    assert (done.status_code, done.headers["location"]) == (303, "/models/flights")
    cookie = done.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert browser.get("/models/flights").text.startswith("hello ada")
    with server.gate.database.read() as tx:
        (session,) = accounts.sessions_of(tx, ada.id)
    assert session.hash not in str(browser.cookies)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_leads_nowhere_else(server, ada, elsewhere):
    done = server.browser().form("/login", name="ada", password=PASSWORD, next=elsewhere)
    assert done.headers["location"] == "/"


def test_a_wrong_password_and_a_wrong_name_look_the_same(server, ada):
    browser = server.browser()
    answers = [browser.sign_in("ada", "wrong"), browser.sign_in("nobody", "wrong")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert all('"failed":true' in answer.text for answer in answers)
    assert actions(server) == ["user.add", "login.failed", "login.failed"]


def test_guessing_is_slowed_down_for_one_address_only(server, ada):
    eve, browser = server.browser(address="198.51.100.7"), server.browser()
    answers = [eve.sign_in("ada", f"guess {i}") for i in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert eve.sign_in().status_code == 429
    assert browser.sign_in().status_code == 303


def test_signing_out_ends_the_session_on_the_server(server, ada):
    browser = server.browser()
    browser.sign_in()
    stolen = dict(browser.cookies)
    assert browser.form("/logout", page="/").headers["location"] == "/login"
    thief = server.browser()
    thief.cookies.update(stolen)
    assert thief.get("/").status_code == 303
    assert actions(server)[-1] == "logout"


def test_a_session_ends_when_unused_and_lives_on_when_used(server, ada):
    browser = server.browser()
    browser.sign_in()
    for _ in range(5):
        server.clock += sessions.IDLE - SECOND
        assert browser.get("/").status_code == 200
    server.clock += sessions.IDLE + SECOND
    assert browser.get("/").status_code == 303


def test_no_session_outlives_its_longest(server, ada):
    browser = server.browser()
    browser.sign_in()
    alive = 0
    while browser.get("/").status_code == 200:
        server.clock += sessions.IDLE - SECOND
        alive += 1
    assert alive == pytest.approx(sessions.LONGEST / sessions.IDLE, abs=1)


def test_a_disabled_user_is_out_at_once(server, ada):
    people.add(server.gate.database, "bob", PASSWORD, actor="test", at=0, admin=True)
    browser = server.browser()
    browser.sign_in()
    people.change(server.gate.database, ada.id, disabled=True, actor="bob", at=0)
    assert browser.get("/").status_code == 303
    assert server.browser().sign_in().status_code == 401


def test_a_new_password_ends_all_other_sessions(server, ada):
    here, there = server.browser(), server.browser()
    for browser in (here, there):
        browser.sign_in()
    wrong = here.form("/account/password", page="/", old="wrong", password="another long one")
    assert wrong.json()["error"]["code"] == "access.wrong-password"
    assert (
        here.form("/account/password", page="/", old=PASSWORD, password="another long one").status_code == 303
    )
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 303
    assert there.sign_in(password="another long one").status_code == 303
