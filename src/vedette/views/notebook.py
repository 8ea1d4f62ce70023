"""The page inside a notebook cell."""

from __future__ import annotations

from vedette.views.content import Page
from vedette.views.markup import tag
from vedette.views.page import render

#: Bytes of a page in a cell: notebooks keep every output, and many viewers refuse large ones.
LIMIT = 2_000_000
_HEIGHT = 640


def fragment(page: Page, *, limit: int = LIMIT) -> str:
    """Return the page as an element for ``_repr_html_``.

    A frame keeps the page's style out of the notebook and the notebook's out of the page; its sandbox gives the
    page scripts and downloads, and nothing of the notebook.
    """
    # `tag` cuts long texts, which a whole page is. Between single quotes only they and ampersands need escaping,
    # a few per cent of a page; between double ones every name of its JSON would grow.
    inside = render(page, limit=int(limit * 0.95)).replace("&", "&amp;").replace("'", "&#39;")
    style = f"border: 0; width: 100%; height: {_HEIGHT}px; resize: vertical; overflow: auto"
    opening = tag("iframe", title=page.title, sandbox="allow-scripts allow-downloads", style=style)
    return opening.replace("<iframe", f"<iframe srcdoc='{inside}'", 1)
