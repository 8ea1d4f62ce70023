"""Users, roles, sessions and keys come back; what ended is gone."""

import pytest
import sqlalchemy as sa

from vedette.store import accounts, models
from vedette.store.accounts import ApiKey, Session


@pytest.fixture
def tx(database):
    with database.write() as transaction:
        yield transaction


def test_a_login_is_one_person_in_any_case_of_letters(database):
    with database.write() as tx:
        assert not accounts.any_user(tx)
        ada = accounts.add_user(tx, "Ada@X.org", at=1, password="hash", admin=True)
        assert accounts.user_by_login(tx, "ADA@x.ORG") == ada == accounts.user(tx, ada.id)
        assert accounts.any_user(tx)
    with pytest.raises(sa.exc.IntegrityError), database.write() as tx:
        accounts.add_user(tx, "ada@x.org", at=2)


def test_a_user_changes_only_in_what_is_given(tx):
    ada = accounts.add_user(tx, "ada", at=1, password="hash")
    accounts.change_user(tx, ada.id)
    accounts.change_user(tx, ada.id, disabled=True, subject="issuer|1")
    found = accounts.user_by_subject(tx, "issuer|1")
    assert (found.login, found.password, found.disabled, found.admin) == ("ada", "hash", True, False)


def test_roles_by_project(tx):
    ada = accounts.add_user(tx, "ada", at=1)
    for name in ("air", "sea"):
        models.add_project(tx, name, at=0)
        accounts.set_role(tx, ada.id, name, "viewer")
    accounts.set_role(tx, ada.id, "air", "editor")
    accounts.set_role(tx, ada.id, "sea", None)
    assert accounts.roles(tx, ada.id) == {"air": "editor"}


def test_sessions_end(tx):
    ada, bob = (accounts.add_user(tx, name, at=1) for name in ("ada", "bob"))
    for i, user in enumerate([ada, ada, ada, bob]):
        accounts.add_session(tx, Session(f"h{i}", user.id, 1, i, 100 + i, "browser", "::1"))
    accounts.saw_session(tx, "h0", at=50, expires=200)
    assert [one.hash for one in accounts.sessions_of(tx, ada.id)] == ["h0", "h2", "h1"]
    assert accounts.end_sessions(tx, ada.id, but="h2") == 2
    accounts.end_session(tx, "h9")
    assert accounts.remove_expired(tx, 103) == 2
    assert accounts.session(tx, "h2") is None


def test_keys_expire_and_are_revoked(tx):
    models.add_project(tx, "air", at=0)
    for name, expires in (("a", None), ("b", 50), ("c", None)):
        accounts.add_key(tx, ApiKey(name, "pod", "hash", ("ingest", "read"), "air", None, 1, expires))
    accounts.used_key(tx, "a", at=7)
    accounts.revoke_key(tx, "c", at=8)
    accounts.revoke_key(tx, "c", at=9)
    assert accounts.key(tx, "a") == ApiKey(
        "a", "pod", "hash", ("ingest", "read"), "air", None, 1, last_used=7
    )
    assert accounts.key(tx, "c").revoked == 8
    assert [key.id for key in accounts.all_keys(tx)] == ["a", "b", "c"]
    assert [key.id for key in accounts.all_keys(tx, now=50)] == ["a"]
    assert accounts.key(tx, "none") is None
