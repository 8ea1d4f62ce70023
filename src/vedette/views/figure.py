"""A figure of a page: title, remarks, chart, the table behind it, ways to take it along."""

from __future__ import annotations

from vedette.numerals import number
from vedette.views.chart import specification
from vedette.views.content import Figure
from vedette.views.markup import badge, clipped, embedded, tag, text
from vedette.views.table import Cell, Table
from vedette.views.words import Lang, say


def figure_markup(figure: Figure, lang: Lang) -> str:
    """Return a figure; its title and remarks are HTML, so that they wrap and can be read aloud."""
    spec = specification(figure.view, lang)
    heading = spec.pop("title")
    title = text(heading["text"])
    remarks = tag("p", text(heading["subtitle"]), class_="remarks") if heading.get("subtitle") else ""
    drawing = tag("div", class_="chart", role="img", aria_label=clipped(spec["description"]))
    data = tag("script", embedded(spec), type="application/json", class_="spec")
    inside = remarks + drawing + data + _footer(figure.view.table(lang), heading["text"], lang)
    if figure.folded:
        level = "" if figure.level == "ok" else badge(figure.level, lang)
        summary = tag("summary", tag("h3", title), level)
        return tag("details", summary, tag("figure", inside), class_="folded", id=figure.anchor or None)
    caption = tag("figcaption", tag("h3", title))
    return tag("figure", caption, inside, id=figure.anchor or None)


def _footer(table: Table, title: str, lang: Lang) -> str:
    saves = "".join(
        tag(
            "button",
            kind.upper(),
            type="button",
            data_save=kind,
            aria_label=f"{kind.upper()}: {clipped(title)}",
        )
        for kind in ("png", "svg", "csv")
    )
    rows = tag(
        "details", tag("summary", text(say(lang, "table"))), table_markup(table, title, lang), class_="rows"
    )
    return tag("div", rows, tag("div", saves, class_="saves", hidden=True), class_="below")


def table_markup(table: Table, caption: str, lang: Lang) -> str:
    """Return a table; columns that hold numbers stand to the right."""
    numeric = [
        any(not isinstance(row[j], str | None) for row in table.rows) for j in range(len(table.header))
    ]
    aligned = ["n" if right else None for right in numeric]
    head = "".join(
        tag("th", text(name), scope="col", class_=kind)
        for name, kind in zip(table.header, aligned, strict=True)
    )
    body = "".join(tag("tr", *_cells(row, table, aligned)) for row in table.rows)
    said = tag("caption", text(caption))
    left = tag("p", text(say(lang, "rows_left_out", n=table.left_out))) if table.left_out else ""
    grid = tag("table", said, tag("thead", tag("tr", head)), tag("tbody", body))
    named = clipped(f"{say(lang, 'table')}: {caption}")  # apart from a section of the same name
    # It scrolls by itself, so it must be reachable by keyboard.
    return tag("div", grid, class_="scroll", tabindex=0, role="region", aria_label=named) + left


def _cells(row: tuple[Cell, ...], table: Table, aligned: list[str | None]) -> list[str]:
    shown = [cell if isinstance(cell, str) else number(cell, table.unit(j)) for j, cell in enumerate(row)]
    first = tag("th", text(shown[0]), scope="row", class_=aligned[0])
    return [
        first,
        *(tag("td", text(cell), class_=kind) for cell, kind in zip(shown[1:], aligned[1:], strict=True)),
    ]
