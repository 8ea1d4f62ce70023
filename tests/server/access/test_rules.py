"""Passwords, tokens, buckets, bindings and the table of rights."""

import pytest

from vedette.errors import AccessError, ConfigError
from vedette.server.access import passwords
from vedette.server.access.binding import needs_accounts
from vedette.server.access.buckets import Buckets
from vedette.server.access.policy import need
from vedette.server.access.tokens import key_id, new_key


@pytest.mark.parametrize(
    "password", ["", "short", "aaaaaaaaaaaaaaaa", "abababababab", "AdA lovelace 1815", "x1y2z" * 300]
)
def test_weak_passwords_are_refused(password):
    with pytest.raises(AccessError) as error:
        passwords.checked(password, "ada")
    assert error.value.code == "access.weak-password"


@pytest.mark.parametrize(
    "password", ["correct horse battery", "密码很长但是可以记住的一句话", "  spaces count  1"]
)
def test_a_password_is_right_only_as_it_is(password):
    stored = passwords.checked(password, "ada")
    assert password not in stored
    assert stored.startswith("$argon2id$")
    assert passwords.right(stored, password)
    assert not passwords.right(stored, password + " ")
    assert not passwords.right(None, password)
    assert not passwords.right("not a hash", password)


def test_keys_differ_and_know_their_id():
    made = [new_key() for _ in range(200)]
    assert len({text for _, text in made}) == 200
    assert all(key_id(text) == name for name, text in made)


def test_a_bucket_refills_at_its_rate_and_never_beyond_its_burst():
    buckets = Buckets(burst=5, rate=2)
    taken = sum(buckets.take("ada", now=t / 100) == 0 for t in range(1000))
    assert taken == pytest.approx(5 + 2 * 9.99, abs=1)
    assert sum(buckets.take("ada", now=1e6) == 0 for _ in range(10)) == 5
    assert buckets.take("ada", now=1e6) == 0.5
    assert buckets.take("ada", now=0.0) > 0  # a clock that goes back gives nothing


def test_buckets_of_many_names_stay_few():
    buckets = Buckets(burst=1, rate=0.1, names=50)
    for i in range(1000):
        buckets.take(str(i), now=0.0)
    assert len(buckets._kept) == 50


@pytest.mark.parametrize(
    ("host", "wanted", "users", "accounts"),
    [
        ("127.0.0.1", None, False, False),
        ("::1", None, False, False),
        ("127.0.0.1", None, True, True),
        ("127.0.0.1", False, True, False),
        ("127.0.0.1", True, False, True),
        ("0.0.0.0", None, True, True),
        ("0.0.0.0", True, False, True),
    ],
)
def test_accounts_where_they_are_needed(host, wanted, users, accounts):
    assert needs_accounts(host, wanted=wanted, users=users) is accounts


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "mon.example.org", ""])
@pytest.mark.parametrize(("wanted", "users"), [(None, False), (False, False), (False, True)])
def test_a_server_without_accounts_stays_on_its_machine(host, wanted, users):
    with pytest.raises(ConfigError) as error:
        needs_accounts(host, wanted=wanted, users=users)
    assert error.value.code == "server.open-without-accounts"


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/", "read"),
        ("GET", "/login", None),
        ("POST", "/logout", None),
        ("GET", "/login/oidc/callback", None),
        ("GET", "/assets/1/app.js", None),
        ("GET", "/health", None),
        ("GET", "/metrics", "read"),
        ("POST", "/v1/models/m/predictions", "ingest"),
        ("POST", "/v1/models/m/upload", "ingest"),
        ("GET", "/v1/models/m/predictions", "read"),
        ("POST", "/v1/ingest/kserve", "ingest"),
        ("PUT", "/v1/models/m/monitor", "write"),
        ("POST", "/v1/models/m/deploys", "write"),
        ("POST", "/v1/models/m/preview", "write"),
        ("POST", "/models/m/monitor", "write"),
        ("POST", "/models/m/monitor/preview", "read"),
        ("POST", "/models/login/monitor", "write"),
        ("POST", "/incidents/42", "write"),
        ("GET", "/settings", "read"),
        ("POST", "/settings", "admin"),
        ("GET", "/v1/users", "admin"),
        ("GET", "//v1//audit", "admin"),
        ("DELETE", "/v1/models", "admin"),
        ("POST", "/Login", "admin"),
        ("POST", "/incidents/²", "admin"),
    ],
)
def test_what_a_path_needs(method, path, scope):
    assert need(method, path).scope == scope


def test_a_path_names_its_model_or_incident():
    assert need("GET", "/v1/models/a b/anything").model == "a b"
    assert need("GET", "/incidents/42").incident == 42
