"""The JavaScript that draws charts, out of the installed package: a page needs no network."""

from __future__ import annotations

import functools

#: What the pages' own script finds on `window`.
_SNIPPET = "window.vegaEmbed = vegaEmbed;"


def grammar_version() -> str | None:
    """Return the Vega-Lite version that Altair writes, as vl-convert names it; None when it has another.

    The pair of libraries is not pinned to each other: without a match vl-convert's newest version reads the charts.
    """
    import altair as alt
    import vl_convert

    wanted = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    return wanted if wanted in vl_convert.get_vegalite_versions() else None


@functools.cache
def javascript() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script of about 0.9 MB; takes about a second the first time.

    It is safe inside a script element: the sequence that would end the element is escaped.
    """
    import vl_convert

    script: str = vl_convert.javascript_bundle(_SNIPPET, vl_version=grammar_version())
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")
