"""Addresses of pages: any name fits into one, and comes out of it as it was."""

from __future__ import annotations

import re
from urllib.parse import quote

#: Where the documentation is read.
DOCS = "https://vedette.readthedocs.io/"
#: What servers or browsers would change on the way: slashes part paths, dots climb them.
_MOVING = re.compile(r"[~/\\.\x00-\x1f\x7f\ud800-\udfff]")
_CODED = re.compile(r"~([0-9a-f]+)_")


def part_of(name: str) -> str:
    """Return a name as one part of a path.

    Examples
    --------
    >>> part_of("flights"), part_of("a/b 温"), part_of(".."), part_of("")
    ('flights', 'a~2f_b%20%E6%B8%A9', '~2e_~2e_', '~')
    """
    return quote(_MOVING.sub(lambda found: f"~{ord(found[0]):x}_", name), safe="~") or "~"


def name_of(part: str) -> str:
    """Return the name of a part of a path, which the server has already unquoted.

    Examples
    --------
    >>> from urllib.parse import unquote
    >>> all(name_of(unquote(part_of(name))) == name for name in ("a/b", "..", "", "~2f_", "x.y"))
    True
    """
    return _CODED.sub(lambda found: _character(found[1], found[0]), "" if part == "~" else part)


def _character(code: str, otherwise: str) -> str:
    return chr(int(code, 16)) if len(code) <= 5 and int(code, 16) < 0x110000 else otherwise


def model(name: str) -> str:
    """Return the address of a model's page."""
    return f"/models/{part_of(name)}"


def feature(name: str, column: str) -> str:
    """Return the address of a column's page."""
    return f"{model(name)}/features/{part_of(column)}"


def incident(number: int) -> str:
    """Return the address of an incident's page."""
    return f"/incidents/{number}"
