"""What every chart has in common: a title that states the finding, a frame, its table, its words for the blind."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from vedette.numerals import rounded
from vedette.views.markup import clipped, plain
from vedette.views.table import Table
from vedette.views.theme import pixels
from vedette.views.words import Lang

if TYPE_CHECKING:
    import altair as alt

    Chart = alt.LayerChart | alt.VConcatChart | alt.Chart

#: Pixels of a plot where nobody says otherwise; a page fits every chart to its column.
WIDTH = 640
HEIGHT = 180
#: Pixels left of the plot for labels of a number axis, of names; right of it for direct labels.
LEFT = 48
NAMES = 128
RIGHT = 56
#: Charts narrower than this have less room for names.
NARROW = 480
NAMES_NARROW = 88
#: Most characters of one name in a chart.
LONGEST = 80
#: Sides of a plot whose axes are alike (ROC, reliability).
SQUARE = 320


class View(Protocol):
    """Data of one chart: drawn, and as rows.

    Both say the same in two forms. `title` states the finding, not the kind of chart.
    """

    @property
    def title(self) -> str:
        """Sentence above the chart."""

    def chart(self, lang: Lang = "en") -> Chart:
        """Return the picture."""

    def table(self, lang: Lang = "en") -> Table:
        """Return the numbers behind it."""


def frame(
    title: str, subtitle: str, description: str, *, left: int = LEFT, right: int = RIGHT, most: int = 0
) -> dict[str, Any]:
    """Return what a chart says and the room that it needs beside the plot, as arguments of the chart.

    Parameters
    ----------
    title, subtitle, description : str
        The finding; units and remarks; what a screen reader says.
    left, right : int
        Pixels beside the plot; the same on all charts of a kind, so that their time axes stand in line.
    most : int
        Widest plot that makes sense in pixels; 0 means any.
    """
    import altair as alt

    title, subtitle, description = (clipped(plain(words)) for words in (title, subtitle, description))
    heading = alt.TitleParams(text=title, subtitle=subtitle) if subtitle else alt.TitleParams(text=title)
    room = {"left": left, "right": right, "most": most}
    return {"title": heading, "description": description, "usermeta": {"vedette": room}}


def specification(view: View, lang: Lang = "en") -> dict[str, Any]:
    """Return the Vega-Lite specification of a view, data inside, theme outside."""
    import altair as alt
    from altair.utils import schemapi

    # A chart is the same whatever theme or transformer the caller has chosen for charts of their own. The tests
    # validate every chart; doing it again for each report would cost a third of the time.
    with alt.data_transformers.enable("default", max_rows=None), schemapi.debug_mode(False):
        spec: dict[str, Any] = view.chart(lang).to_dict(validate=False)
    spec.pop("config", None)
    spec["usermeta"] = {"vedette": spec["usermeta"]["vedette"]}
    return spec


def fitted(spec: Mapping[str, Any], width: int) -> dict[str, Any]:
    """Return a specification whose plots fill `width` pixels; `page.js` does the same in a browser.

    Examples
    --------
    >>> frame = {"vedette": {"left": 48, "right": 52, "most": 0}}
    >>> fitted({"mark": "line", "usermeta": frame}, 700)["width"]
    600
    """
    room = spec["usermeta"]["vedette"]
    left = min(room["left"], NAMES_NARROW) if width < NARROW else room["left"]
    plot = max(width - left - room["right"], 80)
    plot = min(plot, room["most"]) if room["most"] else plot
    spec = _with_left(spec, room["left"], left)
    if "vconcat" in spec:
        return {**spec, "vconcat": [{**part, "width": plot} for part in spec["vconcat"]]}
    return {**spec, "width": plot}


def _with_left(part: Any, wide: int, narrow: int) -> Any:
    """Return a specification whose axes on the left are `narrow` where they were `wide`."""
    if isinstance(part, list):
        return [_with_left(inner, wide, narrow) for inner in part]
    if not isinstance(part, dict) or wide == narrow:
        return part
    if part.get("maxExtent") == wide:
        limit = {"labelLimit": narrow - pixels("space-3")} if "labelLimit" in part else {}
        return {**part, **limit, "minExtent": narrow, "maxExtent": narrow}
    return {
        key: inner if key == "datasets" else _with_left(inner, wide, narrow) for key, inner in part.items()
    }


def rows(columns: Mapping[str, Sequence[Any]]) -> alt.InlineData:
    """Return columns of equal length as the data of a chart; numbers rounded, nan and None left out.

    Field names are ours, never a user's, so that no name needs escaping. The rows travel as CSV text: a third of
    the size of objects, and Altair, which copies every chart many times, does not copy a text.
    """
    import altair as alt

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(map(_cell, values) for values in columns.values()), strict=True))
    kinds = {name: "number" if _numeric(values) else "string" for name, values in columns.items()}
    return alt.InlineData(values=text.getvalue(), format=alt.CsvDataFormat(type="csv", parse=kinds))


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return clipped(plain(value), 2 * LONGEST)
    return rounded(value) if isinstance(value, float) else value


def _numeric(values: Sequence[Any]) -> bool:
    return not any(isinstance(value, str) for value in values)


def labels(names: Iterable[str]) -> list[str]:
    """Return names as a chart shows them: cleaned, cut, and still distinct.

    Examples
    --------
    >>> labels(["a", "b" * 300, "b" * 300 + "c"])[2][-3:]
    '… 2'
    """
    seen: dict[str, int] = {}
    found = []
    for name in names:
        short = clipped(plain(name), LONGEST)
        seen[short] = seen.get(short, 0) + 1
        found.append(short if seen[short] == 1 else f"{short} {seen[short]}")
    return found


def name_axis(left: int = NAMES, **options: Any) -> alt.Axis:
    """Return the axis of names on the left: as wide on every chart, long names cut."""
    import altair as alt

    plain: dict[str, Any] = {
        "title": None,
        "domain": False,
        "ticks": False,
        "labelPadding": pixels("space-2"),
    }
    room = {"minExtent": left, "maxExtent": left, "labelLimit": left - pixels("space-3")}
    return alt.Axis(**{**plain, **room, **options})


def number_axis(left: int = LEFT, **options: Any) -> alt.Axis:
    """Return the axis of numbers on the left: as wide on every chart, so that plots stand in line."""
    import altair as alt

    settings: dict[str, Any] = {"title": None, **options}
    return alt.Axis(minExtent=left, maxExtent=left, **settings)
