"""From a page model to HTML."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jinja2
from markupsafe import Markup

import vedette
from vedette import numerals
from vedette.server.pages import addresses, assets, filters
from vedette.server.pages.charts import Shelf
from vedette.server.pages.ready import ready
from vedette.server.pages.visit import Visit
from vedette.server.pages.wording import say
from vedette.views import markup
from vedette.views.content import anchor
from vedette.views.theme import config
from vedette.views.words import HTML_LANG

#: Words that the scripts show.
_SCRIPT_WORDS = ("show_all", "zoom_hint", "chart_failed")
_OWN_WORDS = ("copied", "no_hits", "working", "failed", "replay_first")


@functools.cache
def environment() -> jinja2.Environment:
    """Return the templates: everything is escaped, and a name that a template misspells is an error."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("vedette.server", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=filters.cleaned,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "number": numerals.number,
        "change": filters.change,
        "estimate": filters.estimate,
        "spark": filters.spark,
        "stamp": filters.stamp,
        "unbroken": filters.unbroken,
        "path": addresses.part_of,
    }
    made.globals |= {"anchor": anchor}
    return made


def render(
    template: str, visit: Visit, page: Any, shelf: Shelf, *, now: datetime | None = None, **more: Any
) -> str:
    """Return a page as HTML.

    Parameters
    ----------
    template : str
        Name below `templates`, without its ending.
    visit : Visit
    page : page model
    shelf : Shelf
        Where its charts are put.
    now : datetime, optional
        What "40 s ago" counts from.
    **more
        Further names for the template.
    """
    moment = now or datetime.now(UTC)
    names = {
        "page": page,
        "visit": visit,
        "now": moment,
        "html_lang": HTML_LANG[visit.lang],
        "asset": lambda name: f"/assets/{assets.version()}/{name}",
        "chart": lambda view, at: shelf.place(view, at, visit.lang),
        "with_query": lambda **changes: with_query(visit, changes),
        "settings": _settings(visit),
        "docs": addresses.DOCS,
        "package_version": vedette.__version__,
        **filters.bound(visit.lang, moment),
        **more,
    }
    return environment().get_template(f"{template}.html").render(names)


def with_query(visit: Visit, changes: Mapping[str, Any]) -> str:
    """Return the reader's address with some of its parameters changed; None and "" remove one.

    Examples
    --------
    >>> with_query(Visit(path="/", query="sort=model&page=3"), {"page": None, "q": "a b"})
    '/?sort=model&q=a+b'
    """
    kept = dict(parse_qsl(visit.query)) | {key: str(value or "") for key, value in changes.items()}
    query = urlencode({key: value for key, value in kept.items() if value})
    return f"{visit.path}?{query}" if query else visit.path


def zoom_of(query: str) -> list[int]:
    """Return the part of the time axis that an address shows, from and to; empty for all of it.

    Examples
    --------
    >>> zoom_of("zoom=1000_2000"), zoom_of("zoom=2000_1000"), zoom_of("zoom=x")
    ([1000, 2000], [], [])
    """
    found = re.fullmatch(r"(-?\d{1,15})_(-?\d{1,15})", dict(parse_qsl(query)).get("zoom", ""), re.ASCII)
    ends = [int(end) for end in found.groups()] if found else []
    return ends if ends and ends[0] < ends[1] else []


def _settings(visit: Visit) -> Markup:
    words = {key: say(visit.lang, key) for key in _SCRIPT_WORDS}
    words |= {key: say(visit.lang, f"script.{key}") for key in _OWN_WORDS}
    told: dict[str, Any] = {"config": config(), "words": words, "lang": HTML_LANG[visit.lang], "strict": True}
    if zoomed := zoom_of(visit.query):
        told["span"] = zoomed
    return ready(markup.embedded(told))
