"""HTML from text that nobody checked: every value is escaped here and nowhere else."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from vedette.views.words import Lang, say

#: Shapes of the levels, so that colour never carries the meaning alone: disc, ring, triangle, diamond.
_SHAPES = {
    "ok": '<circle cx="6" cy="6" r="4.5"/>',
    "info": '<rect x="2" y="2" width="8" height="8" rx="1"/>',
    "watch": '<path d="M6 1 11.5 10.5H.5Z"/>',
    "act": '<path d="M6 0 12 6 6 12 0 6Z"/>',
    "silent": '<circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" stroke-width="1.5"/>',
}


#: Most characters of one text.
LONGEST = 2000
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def tag(name: str, *inside: str, **attributes: str | int | bool | None) -> str:
    """Return an element around markup; attributes are escaped, content is markup already.

    An attribute's underscores become hyphens (`class_` is ``class``); False and None leave it out.

    Examples
    --------
    >>> tag("a", text("a < b"), href="#x", class_="link")
    '<a href="#x" class="link">a &lt; b</a>'
    """
    said = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{text(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return f"<{name}{said}>{''.join(inside)}</{name}>"


def text(value: str) -> str:
    """Return text as markup that shows just that text.

    Control characters, halves of surrogate pairs and marks that turn the direction of writing become �.

    Examples
    --------
    >>> text('</script> "x" & y')
    '&lt;/script&gt; &quot;x&quot; &amp; y'
    """
    return html.escape(clipped(plain(value)), quote=True)


def plain(value: str) -> str:
    """Return a text without what a file or a reader cannot take: it becomes �."""
    return _UNSAFE.sub("�", value)


def clipped(value: str, most: int = LONGEST) -> str:
    """Return a text cut where nobody would read on: one name must not fill a page."""
    return value if len(value) <= most else value[: most - 1] + "…"


def embedded(value: Any) -> str:
    r"""Return JSON that cannot end the script element around it, whatever names it holds.

    Examples
    --------
    >>> embedded({"name": "</script><b>"})
    '{"name":"\\u003c/script\\u003e\\u003cb\\u003e"}'
    """
    # Plain ASCII besides: no unpaired surrogate of a bad name reaches the file.
    ascii_only = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return ascii_only.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def badge(level: str, lang: Lang) -> str:
    """Return shape and word of a level."""
    shape = f'<svg viewBox="0 0 12 12" aria-hidden="true">{_SHAPES[level]}</svg>'
    return tag("span", shape, text(say(lang, level)), class_=f"badge {level}")
