"""What each path needs: a table that denies what it does not name."""

from __future__ import annotations

import msgspec

from vedette.server.pages.addresses import name_of
from vedette.store.accounts import Scope

#: Methods that change nothing.
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: First words of paths that strangers may ask for.
OPEN = frozenset({"login", "logout", "setup", "assets", "preferences", "health", "ready", "favicon.ico"})
#: Below ``/v1/``: for administrators, also to look at.
ADMIN = frozenset({"users", "keys", "audit", "projects"})
#: What clients send to, below ``/v1/models/<model>/``.
INGEST = frozenset({"predictions", "labels", "feedback", "profiles", "upload"})
#: Below ``/models/<model>/monitor/``: looking at a change is not making it.
LOOKS = frozenset({"check", "preview"})


class Need(msgspec.Struct, frozen=True):
    """What a request needs.

    Attributes
    ----------
    scope : Scope, optional
        None: nothing.
    model : str
        The model it is about, whose project counts.
    incident : int, optional
        The incident it is about, whose model's project counts.
    """

    scope: Scope | None
    model: str = ""
    incident: int | None = None


def need(method: str, path: str) -> Need:
    """Return what a request needs.

    Examples
    --------
    >>> need("POST", "/v1/models/flights/labels")
    Need(scope='ingest', model='flights', incident=None)
    >>> need("POST", "/models/~66_lights/upload")
    Need(scope='write', model='flights', incident=None)
    >>> need("GET", "/assets/1/app.js").scope, need("DELETE", "/whatever").scope
    (None, 'admin')
    """
    match [part for part in path.split("/") if part]:
        case [first, *_] if first in OPEN:
            return Need(None)
        case ["account", *_]:
            return Need("read")
        case ["v1", first, *_] if first in ADMIN:
            return Need("admin")
        case ["v1", "ingest", *_]:
            return Need("ingest")
        case ["v1", "models", model, kind, *_] if kind in INGEST and method not in SAFE:
            return Need("ingest", model)
        case ["models", part, "monitor", deed] if deed in LOOKS:
            return Need("read", name_of(part))
        case ["models", part, *_]:  # pages write names in a way of their own: it is the name that counts
            return Need("read" if method in SAFE else "write", name_of(part))
        case ["v1", "models", model, *_]:
            return Need("read" if method in SAFE else "write", model)
        case ["v1", "incidents", number, *_] | ["incidents", number, *_] if number.isdecimal():
            return Need("read" if method in SAFE else "write", incident=int(number[:18]))
        case _:
            return Need("read" if method in SAFE else "admin")
