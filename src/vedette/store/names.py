"""Names that become folders: of models and of sources. What is no safe name is refused, never mended."""

from __future__ import annotations

import re

from vedette.errors import ConfigError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")


def safe_name(what: str, name: str) -> str:
    """Return `name` when it can be a folder on every system, and a part of every link.

    Examples
    --------
    >>> safe_name("model", "flights-2013")
    'flights-2013'
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"The {what} name {name[:80]!r} cannot be used",
            "1 to 120 letters, digits, '.', '_' and '-', beginning with a letter or digit",
            "Choose such a name",
            code="store.bad-name",
        )
    return name
