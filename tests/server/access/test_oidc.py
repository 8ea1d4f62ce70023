"""Signing in through an identity provider that runs here, honest and otherwise."""

import base64
import hashlib
import http.server
import json
import threading
import time
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from vedette.server.access import people
from vedette.server.access.oidc import Login, Provider
from vedette.store import accounts, audit

SECOND = 1_000_000
KEY, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


class Issuer:
    """A small provider: one code, the claims it is told to make, and the checks a real one does."""

    def __init__(self):
        outer = self
        self.claims, self.key, self.kid, self.algorithm, self.asked = {}, KEY, "k1", "ES256", {}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(outer.get(self.path))

            def do_POST(self):
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.answer(outer.token({key: values[0] for key, values in form.items()}, self.headers))

            def answer(self, document):
                body = json.dumps(document).encode()
                self.send_response(400 if "error" in document else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def get(self, path):
        if path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            return {"issuer": self.url, **{name: f"{self.url}/{end}" for name, end in ends.items()}}
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key()))
        return {"keys": [{**public, "kid": "k1", "use": "sig", "alg": "ES256"}]}

    def authorize(self, location):
        """What the provider does when somebody signs in there: the address to come back to."""
        self.asked = {key: values[0] for key, values in parse_qs(urlsplit(location).query).items()}
        return f"{urlsplit(self.asked['redirect_uri']).path}?code=c0de&state={self.asked['state']}"

    def token(self, form, headers):
        secret = base64.b64decode(headers.get("Authorization", "Basic ").split()[-1]).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        right = (form["code"], secret, challenge.decode().rstrip("="), form["redirect_uri"]) == (
            "c0de",
            "vedette:s3cret",
            self.asked["code_challenge"],
            self.asked["redirect_uri"],
        )
        if not right:
            return {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": "vedette",
            "sub": "17",
            "iat": now,
            "exp": now + 60,
            "nonce": self.asked["nonce"],
            "email": "ada@example.org",
            "email_verified": True,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode(claims, self.key, algorithm=self.algorithm, headers={"kid": self.kid})
        return {"id_token": token, "access_token": "x", "token_type": "Bearer"}


@pytest.fixture
def issuer():
    one = Issuer()
    yield one
    one.server.shutdown()
    one.server.server_close()
    one.thread.join()


@pytest.fixture
def make(issuer, make_server):
    def made(**options):
        provider = Provider(issuer=issuer.url, client="vedette", secret="s3cret", **options)
        server = make_server(login=Login(provider))
        people.add(server.gate.database, "root", "correct horse battery", actor="test", at=0, admin=True)
        return server

    return made


def enter(server, issuer, browser=None):
    browser = browser or server.browser()
    there = browser.get("/login/oidc?next=/models/flights")
    return browser, browser.get(issuer.authorize(there.headers["location"]))


def user(server, login):
    with server.gate.database.read() as tx:
        return accounts.user_by_login(tx, login)


def test_somebody_an_administrator_added_comes_in_and_is_known_from_then_on(make, issuer):
    server = make()
    people.add(server.gate.database, "Ada@example.org", None, actor="root", at=0, admin=True)
    browser, done = enter(server, issuer)
    assert (done.status_code, done.headers["location"]) == (303, "/models/flights")
    assert browser.get("/models/flights").text.startswith("hello ada@example.org")
    assert user(server, "ada@example.org").subject == f"{issuer.url}|17"
    issuer.claims = {"email": "other@example.org"}  # a new address is the same person
    assert enter(server, issuer)[0].get("/").text.startswith("hello ada@example.org")
    with server.gate.database.read() as tx:
        assert audit.verify(tx)


def test_a_stranger_stays_outside(make, issuer):
    _, done = enter(make(), issuer)
    assert (done.status_code, done.json()["error"]["code"]) == (403, "access.not-admitted")


def test_a_domain_that_is_let_in_makes_viewers(make, issuer):
    server = make(domains=("Example.org",))
    browser, _ = enter(server, issuer)
    assert browser.get("/").text.startswith("hello ada@example.org")
    made = user(server, "ada@example.org")
    assert not made.admin
    with server.gate.database.read() as tx:
        assert accounts.roles(tx, made.id) == {"default": "viewer"}


@pytest.mark.parametrize("claims", [{"email_verified": False}, {"email_verified": "true"}, {"email": None}])
def test_an_address_that_is_not_verified_says_nothing(make, issuer, claims):
    server = make(domains=("example.org",))
    people.add(server.gate.database, "ada@example.org", None, actor="root", at=0)
    issuer.claims = claims
    assert enter(server, issuer)[1].json()["error"]["code"] == "access.not-admitted"


def test_the_provider_does_not_take_over_who_has_a_password(make, issuer):
    server = make(domains=("example.org",))
    people.add(
        server.gate.database, "ada@example.org", "correct horse battery", actor="root", at=0, admin=True
    )
    assert enter(server, issuer)[1].json()["error"]["code"] == "access.not-admitted"
    assert user(server, "ada@example.org").subject is None


def test_a_disabled_user_stays_outside(make, issuer):
    server = make()
    ada = people.add(server.gate.database, "ada@example.org", None, actor="root", at=0)
    enter(server, issuer)
    people.change(server.gate.database, ada.id, disabled=True, actor="root", at=0)
    assert enter(server, issuer)[1].json()["error"]["code"] == "access.not-admitted"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"nonce": "replayed"},
        {"nonce": None},
    ],
)
def test_an_answer_to_another_question_is_refused(make, issuer, claims):
    issuer.claims = claims
    assert enter(make(domains=("example.org",)), issuer)[1].json()["error"]["code"] == "access.provider"


@pytest.mark.parametrize(
    ("key", "kid", "algorithm"),
    [(OTHER, "k1", "ES256"), ("secret" * 10, "k1", "HS256"), (None, "k1", "none")],
    ids=["another key", "a shared secret", "no signature"],
)
def test_an_answer_that_the_provider_did_not_sign_is_refused(make, issuer, key, kid, algorithm):
    issuer.key, issuer.kid, issuer.algorithm = key, kid, algorithm
    assert enter(make(domains=("example.org",)), issuer)[1].json()["error"]["code"] == "access.provider"


def test_an_answer_counts_once_for_one_browser_and_ten_minutes(make, issuer):
    server = make(domains=("example.org",))
    browser = server.browser()
    back = issuer.authorize(browser.get("/login/oidc").headers["location"])
    stolen = server.browser().get(back)
    assert stolen.json()["error"]["code"] == "access.provider"
    back = issuer.authorize(browser.get("/login/oidc").headers["location"])
    cookie = dict(browser.cookies)
    assert browser.get(back).status_code == 303
    browser.cookies.update(cookie)
    assert browser.get(back).json()["error"]["code"] == "access.provider"
    back = issuer.authorize(browser.get("/login/oidc").headers["location"])
    server.clock += 601 * SECOND
    assert browser.get(back).json()["error"]["code"] == "access.provider"


def test_a_provider_that_is_down_is_reported(make, issuer):
    server = make()
    issuer.server.shutdown()
    issuer.server.server_close()
    answer = server.browser().get("/login/oidc")
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "access.provider")
