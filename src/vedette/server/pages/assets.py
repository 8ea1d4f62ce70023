"""Styles and scripts of the pages, under an address that changes with them."""

from __future__ import annotations

import functools
import gzip
import hashlib
from collections.abc import Mapping
from importlib import metadata, resources

from vedette.views.bundle import javascript
from vedette.views.theme import stylesheet

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
#: The script that draws charts, made from an installed package.
BUNDLE = "vega.js"
#: Shared with reports: the tokens, and what draws and zooms charts.
_SHARED = {"tokens.css": "tokens.css", "charts.js": "page.js"}


@functools.cache
def own() -> Mapping[str, str]:
    """Return the texts of all small assets by name."""
    files = resources.files("vedette.server").joinpath("static").iterdir()
    found = {
        file.name: file.read_text(encoding="utf-8")
        for file in files
        if file.name.rpartition(".")[2] in _TYPES
    }
    return found | {name: stylesheet(source) for name, source in _SHARED.items()}


@functools.cache
def version() -> str:
    """Return the part of every asset's address that changes whenever one of them does."""
    digest = hashlib.blake2b(digest_size=8)
    for name, body in sorted(own().items()):
        digest.update(f"{name}\0{body}\0".encode())
    digest.update("".join(metadata.version(name) for name in ("vl-convert-python", "altair")).encode())
    return digest.hexdigest()


def warm() -> None:
    """Make the large script now: the first reader would wait a second for it."""
    packed(BUNDLE)


@functools.cache
def packed(name: str) -> tuple[bytes, str] | None:
    """Return an asset, compressed, with its media type; None when there is none of that name."""
    body = javascript() if name == BUNDLE else own().get(name)
    if body is None:
        return None
    return gzip.compress(body.encode(), 6, mtime=0), _TYPES[name.rpartition(".")[2]]
