"""Signing in through an identity provider: OpenID Connect, authorization code with PKCE."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections import OrderedDict
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
import msgspec

from vedette.errors import AccessError
from vedette.server.access.tokens import fresh, same

#: How long somebody may take at the provider.
_MINUTES_10 = 600_000_000
_PENDING = 1000
_PATIENCE = 10.0
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """An identity provider, as an administrator describes it.

    Attributes
    ----------
    issuer : str
        Its address; ``/.well-known/openid-configuration`` below it says the rest.
    client, secret : str
        What the provider calls this server, and the secret between them.
    name : str
        What the button says.
    domains : tuple of str
        Whose new users are let in: ``("example.org",)``. Others must be added by an administrator first, under
        the e-mail address that the provider has verified.
    """

    issuer: str
    client: str
    secret: str = ""
    name: str = "OpenID"
    domains: tuple[str, ...] = ()


class Identity(msgspec.Struct, frozen=True):
    """Who the provider says somebody is; `email` is empty unless it has verified it."""

    subject: str
    email: str = ""
    name: str = ""


class Pending(msgspec.Struct, frozen=True):
    """Somebody on their way to the provider and back."""

    nonce: str
    verifier: str
    after: str
    until: int


class Login:
    """The two steps of signing in: there with a question, back with an answer.

    Parameters
    ----------
    provider : Provider
    client : httpx.Client, optional
        Makes the requests to the provider.
    """

    def __init__(self, provider: Provider, client: httpx.Client | None = None) -> None:
        self.provider = provider
        self._http = client or httpx.Client(timeout=_PATIENCE, follow_redirects=False, trust_env=False)
        self._pending: OrderedDict[str, Pending] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, back: str, after: str, *, at: int) -> tuple[str, str]:
        """Return where to send the browser, and the state that it must bring back in a cookie too."""
        state, verifier, nonce = fresh(), fresh(), fresh()
        with self._lock:
            self._pending[state] = Pending(nonce, verifier, after, at + _MINUTES_10)
            while len(self._pending) > _PENDING:
                self._pending.popitem(last=False)
        question = {
            "response_type": "code",
            "client_id": self.provider.client,
            "redirect_uri": back,
            "scope": "openid email profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{self._about()['authorization_endpoint']}?{urlencode(question)}", state

    def finish(self, back: str, code: str, state: str, cookie: str, *, at: int) -> tuple[Identity, str]:
        """Return who came back, and where they wanted to go.

        Raises
        ------
        AccessError
            ``access.provider``: the answer is not one to our question, is too late, or is not signed by the provider.
        """
        with self._lock:
            pending = self._pending.pop(state, None)
        if pending is None or not same(state, cookie) or at > pending.until:
            raise refused("the answer belongs to no question of this browser, or comes too late")
        about = self._about()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": self.provider.client,
            "code_verifier": pending.verifier,
        }
        auth = (self.provider.client, self.provider.secret) if self.provider.secret else None
        tokens = self._json("POST", about["token_endpoint"], data=form, auth=auth)
        claims = self._claims(str(tokens.get("id_token", "")), about)
        if not same(str(claims.get("nonce", "")), pending.nonce):
            raise refused("its answer carries another nonce")
        email = str(claims.get("email", "")) if claims.get("email_verified") is True else ""
        subject = f"{self.provider.issuer}|{claims['sub']}"
        return Identity(subject, email, str(claims.get("name", ""))), pending.after

    def _claims(self, token: str, about: dict[str, Any]) -> dict[str, Any]:
        """Return what a token says, after its signature, issuer, audience and times were checked."""
        try:
            head = jwt.get_unverified_header(token)
            keys = jwt.PyJWKSet.from_dict(self._json("GET", about["jwks_uri"])).keys
            fitting = [key for key in keys if key.key_id == head.get("kid")] or (
                keys if len(keys) == 1 else []
            )
            if not fitting:
                raise refused("its answer is signed by an unknown key")
            claims = jwt.decode(
                token,
                fitting[0],
                algorithms=_ALGORITHMS,
                audience=self.provider.client,
                issuer=self.provider.issuer,
                leeway=60,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
        except jwt.PyJWTError as error:
            raise refused(f"its answer is not valid: {error}") from error
        return claims

    def _about(self) -> dict[str, Any]:
        about = self._json("GET", f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        missing = {"authorization_endpoint", "token_endpoint", "jwks_uri"} - set(about)
        if missing or about.get("issuer") != self.provider.issuer:
            raise refused(f"its description lacks {', '.join(sorted(missing)) or 'the issuer we know'}")
        return about

    def _json(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        try:
            reply = self._http.request(method, url, **more)
            document = msgspec.json.decode(reply.content)
        except (httpx.HTTPError, httpx.InvalidURL, msgspec.DecodeError) as error:
            raise refused(f"{type(error).__name__}: {error}") from error
        if reply.status_code != 200 or not isinstance(document, dict):
            raise refused(f"HTTP {reply.status_code}")
        return document


def refused(why: str) -> AccessError:
    """Return the error for an identity provider whose answer is no use."""
    return AccessError(
        f"Signing in through the identity provider failed: {why[:300]}",
        "A signed answer to the question of this browser",
        "Try again; when it stays so, compare issuer, client and secret with those at the provider",
        code="access.provider",
    )


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
