"""A page as words for a terminal: verdict, findings, key numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vedette.numerals import NOTHING, interval, number
from vedette.views.content import FindingText, Headline, Page, Status
from vedette.views.markup import clipped, plain
from vedette.views.sparkline import blocks
from vedette.views.table import Table as Grid
from vedette.views.words import Lang, change_of, say

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

_SHAPES: dict[Status, str] = {"ok": "●", "info": "■", "watch": "▲", "act": "◆", "silent": "○"}
_COLOURS: dict[Status, str] = {
    "ok": "green",
    "info": "default",
    "watch": "yellow",
    "act": "red",
    "silent": "default",
}
#: Findings that are listed; columns from which the reference and the trend have room.
_FINDINGS = 10
_ROOMY, _WIDE = 64, 84


def words(page: Page, width: int | None = None, *, colour: bool = False) -> str:
    """Return what a terminal shows, as text.

    Parameters
    ----------
    page : Page
    width : int, optional
        Columns; without it the terminal's, or 80.
    colour : bool
        Whether escape codes for colours are in it.
    """
    import io

    from rich.console import Console

    console = Console(
        file=io.StringIO(), width=width, force_terminal=colour, no_color=not colour, highlight=False
    )
    with console.capture() as captured:
        show(page, console)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def table_words(table: Grid, lang: Lang = "en", width: int | None = None) -> str:
    """Return a table as text; columns that hold numbers stand to the right.

    Examples
    --------
    >>> print(table_words(Grid.of(["window", "share"], [("May", 0.5)], ("", "share"))))
    window   share
    ──────────────
    May        50%
    """
    import io

    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for j, name in enumerate(table.header):
        text = all(isinstance(row[j], str) for row in table.rows)
        grid.add_column(_safe(name), justify="left" if text else "right", overflow="fold")
    for row in table.rows:
        shown = [cell if isinstance(cell, str) else number(cell, table.unit(j)) for j, cell in enumerate(row)]
        grid.add_row(*(Text(_safe(cell)) for cell in shown))
    console = Console(file=io.StringIO(), width=width, no_color=True, highlight=False)
    with console.capture() as captured:
        console.print(grid)
    lines = captured.get().splitlines()
    left = [say(lang, "rows_left_out", n=table.left_out)] if table.left_out else []
    return "\n".join([*(line.rstrip() for line in lines), *left])


def show(page: Page, console: Console | None = None) -> None:
    """Print the page's words; colours only where the output is a terminal."""
    from rich.console import Console

    out = console or Console(highlight=False)
    for part in _parts(page, out.width):
        out.print(part, overflow="fold")


def _parts(page: Page, width: int) -> list[RenderableType]:
    from rich.text import Text

    subtitle = f" · {_safe(page.subtitle)}" if page.subtitle else ""
    head = Text.assemble(_badge(page.level, page.lang), f"  {_safe(page.title)}", (subtitle, "dim"))
    parts: list[RenderableType] = [head, Text(_safe(page.verdict), "bold")]
    if page.advice:
        parts.append(Text(_safe(page.advice)))
    facts = " · ".join(
        f"{_safe(fact.label)} {_safe(fact.value) if isinstance(fact.value, str) else number(fact.value)}"
        for fact in page.facts
    )
    parts += [Text(facts, "dim")] if facts else []
    for finding in page.findings[:_FINDINGS]:
        parts += ["", *_finding(finding, page.lang)]
    if len(page.findings) > _FINDINGS:
        parts += ["", Text(say(page.lang, "more_findings", n=len(page.findings) - _FINDINGS), "dim")]
    if page.headlines:
        parts += ["", _numbers(page.headlines, page.lang, width)]
    return [*parts, *([""] if page.notes else []), *(Text(f"· {_safe(note)}", "dim") for note in page.notes)]


def _badge(level: Status, lang: Lang) -> Text:
    from rich.text import Text

    return Text(f"{_SHAPES[level]} {say(lang, level)}", f"bold {_COLOURS[level]}")


def _finding(finding: FindingText, lang: Lang) -> list[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    told = (("effect", finding.effect), ("evidence", finding.evidence), ("impact", finding.impact))
    line = Text.assemble(_badge(finding.level, lang), f"  {_safe(finding.title)}")
    below = " · ".join(f"{say(lang, key)} {_safe(said)}" for key, said in told if said)
    return [line, Padding(Text(below, "dim"), (0, 0, 0, 2))] if below else [line]


def _numbers(headlines: tuple[Headline, ...], lang: Lang, width: int) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    roomy, wide = width >= _ROOMY, width >= _WIDE and any(one.spark for one in headlines)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
    table.add_column(say(lang, "metric"), overflow="fold")
    table.add_column(say(lang, "now"), justify="right", no_wrap=True)
    if roomy:
        table.add_column(say(lang, "interval"), justify="right", style="dim", no_wrap=True)
    table.add_column(say(lang, "reference"), justify="right", no_wrap=True)
    table.add_column(say(lang, "change"), justify="right", no_wrap=True)
    if wide:
        table.add_column(say(lang, "trend"), no_wrap=True)
    for one in headlines:
        change = (
            ""
            if one.value is None or one.reference is None
            else change_of(one.value - one.reference, one.unit, lang)
        )
        moved = Text(change, _COLOURS[one.level] if one.level in ("watch", "act") else "")
        shown = say(lang, one.reason or "insufficient") if one.value is None else number(one.value, one.unit)
        then = NOTHING if one.reference is None else number(one.reference, one.unit)
        between = [interval(one.low, one.high, one.unit)] if roomy else []
        trend = [blocks(one.spark, width - _ROOMY if width < 100 else 30)] if wide else []
        table.add_row(Text(_safe(one.title)), shown, *between, then, moved, *trend)
    return table


def _safe(value: str) -> str:
    """Return a text that cannot speak to the terminal: control characters are gone."""
    return clipped(plain(value)).replace("\n", " ").replace("\t", " ")
