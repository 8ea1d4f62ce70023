"""The key numbers of a page: now, before, how they moved."""

from __future__ import annotations

from vedette.numerals import NOTHING, interval, number
from vedette.sentences.titles import unit_in
from vedette.views.content import Headline
from vedette.views.markup import tag, text
from vedette.views.sparkline import drawn
from vedette.views.words import Lang, change_of, say

_COLUMNS = ("metric", "now", "reference", "change", "trend")


def headline_table(headlines: list[str], lang: Lang) -> str:
    """Return the table around rows that `headline_row` made."""
    head = "".join(
        tag(
            "th",
            text(say(lang, key)),
            scope="col",
            role="columnheader",
            class_=f"{key} n" if key != "metric" else key,
        )
        for key in _COLUMNS
    )
    caption = tag("caption", text(say(lang, "numbers")))
    # On a phone the rows become blocks, which would cost the table its meaning without the roles.
    return tag(
        "table",
        caption,
        tag("thead", tag("tr", head, role="row"), role="rowgroup"),
        tag("tbody", *headlines, role="rowgroup"),
        class_="headlines",
        role="table",
    )


def headline_row(one: Headline, lang: Lang) -> str:
    """Return the row of one number."""
    unit = f" ({unit_in(lang, one.unit)})" if one.unit not in ("", "share") else ""
    name = text(one.title + unit)
    linked = tag("a", name, href=f"#{one.anchor}") if one.anchor else name
    cells = (
        tag("th", linked, scope="row", role="rowheader", class_="metric"),
        _cell("now", _now(one, lang)),
        _cell(
            "reference",
            _estimate(one.reference, one.reference_low, one.reference_high, one.unit),
            say(lang, "reference"),
        ),
        _cell("change", _change(one, lang)),
        _cell("trend", drawn(one.spark, one.reference)),
    )
    return tag("tr", *cells, role="row")


def _cell(kind: str, inside: str, label: str = "") -> str:
    # On a phone, where the head of the table is not seen, the label stands before the number.
    return tag("td", inside, role="cell", class_=f"{kind} n", data_label=label or None)


def _now(one: Headline, lang: Lang) -> str:
    if one.value is None:
        return tag("span", text(say(lang, one.reason or "insufficient")), class_="why")
    return _estimate(one.value, one.low, one.high, one.unit)


def _estimate(value: float | None, low: float | None, high: float | None, unit: str) -> str:
    if value is None:
        return NOTHING
    between = interval(low, high, unit)
    return tag("span", text(number(value, unit)), class_="value") + (
        tag("small", text(between)) if between else ""
    )


def _change(one: Headline, lang: Lang) -> str:
    if one.value is None or one.reference is None:
        return ""
    moved = one.value - one.reference
    size = text(change_of(moved, one.unit, lang))
    if one.better == "neither" or moved == 0 or one.level in ("ok", "info", "silent"):
        return tag("span", size, class_="value")
    word = say(lang, "better" if (moved > 0) == (one.better == "higher") else "worse")
    return tag("span", size, class_=f"value {one.level}") + tag("small", text(word))
